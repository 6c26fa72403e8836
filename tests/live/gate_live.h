/*
 * gate_live: the real gate on the real directory of the private mail system,
 * and calls that wait for their answers. For live tests of the gate only.
 */
#ifndef POSTROOM_TESTS_GATE_LIVE_H
#define POSTROOM_TESTS_GATE_LIVE_H

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/environment.h"
#include "base/loop.h"
#include "base/text.h"
#include "directory/directory.h"
#include "gate/gate.h"
#include "model/kind.h"

struct live {
	char state[64];
	struct loop *loop;
	struct directory *directory;
	struct gate *gate;
	bool done;
	/* answers */
	struct record *record;
	struct review *review;
	enum outcome outcome;
	bool again, taken_back;
	char id[64];
	struct error error;
	struct history *history;
	size_t left;
};

static inline const char *live_env(const char *name)
{
	const char *value = getenv(name);

	return value ? value : "";
}

static inline bool live_there(void)
{
	return *live_env("LAB_URI") != '\0';
}

static inline void live_wait(struct live *live)
{
	loop_run_until(live->loop, &live->done);
	live->done = false;
}

static inline void live_on_status(void *context)
{
	struct live *live = context;

	if (directory_status(live->directory)->link == DIRECTORY_UP)
		live->done = true;
}

/* Waits until the directory can be reached (again). */
static inline void live_connect(struct live *live)
{
	directory_on_status(live->directory, live_on_status, live);
	live_on_status(live);
	directory_retry(live->directory);
	live_wait(live);
	directory_on_status(live->directory, NULL, NULL);
}

/* profile: name or path. */
static inline void live_open_with(struct live *live, const char *profile)
{
	const char *uris[] = { live_env("LAB_URI"), NULL };
	struct directory_settings settings = {
		.uris = uris, .tls = DIRECTORY_TLS_START, .ca_file = live_env("LAB_CA"), .bind_dn = live_env("LAB_ADMIN_DN"),
		.password_file = live_env("LAB_ADMIN_SECRET"), .profile = profile, .direct = true,
		.mailbox_rename = KNOWN_NO, .mailbox_delete = KNOWN_NO, .alternates_unique = KNOWN_NO,
	};
	struct gate_settings gate = { .role = ROLE_ADMIN, .identity = "live test", .system = "TEST" };
	struct error error = { 0 };

	memset(live, 0, sizeof(*live));
	snprintf(live->state, sizeof(live->state), "/tmp/live-XXXXXX");
	if (!mkdtemp(live->state))
		abort();
	live->loop = loop_new();
	live->directory = directory_open(live->loop, &settings, &error);
	if (!live->directory) {
		fprintf(stderr, "%s\n", error.text);
		abort();
	}
	live_connect(live);
	gate.state_directory = live->state;
	live->gate = gate_open(live->loop, &gate);
	gate_register(live->gate, directory_store(live->directory));
}

static inline void live_open(struct live *live)
{
	live_open_with(live, "ucs");
}

static inline int live_remove_one(const char *path, const struct stat *status, int flag, struct FTW *walk)
{
	(void)status;
	(void)flag;
	(void)walk;
	return remove(path);
}

static inline void live_close(struct live *live)
{
	if (!gate_close(live->gate) || !directory_close(live->directory))
		abort();
	loop_free(live->loop);
	record_free(live->record);
	review_free(live->review);
	history_free(live->history);
	nftw(live->state, live_remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

static inline void live_on_record(void *context, struct record *takes, const struct error *error)
{
	struct live *live = context;

	record_free(live->record);
	live->record = takes;
	error_clear(&live->error);
	if (!takes && error)
		live->error = *error;
	live->done = true;
}

/* The record stays with live; NULL: see live->error. */
static inline const struct record *live_read(struct live *live, const char *kind, const char *name)
{
	directory_read(live->directory, kind_find(kind), name, live_on_record, live);
	live_wait(live);
	return live->record;
}

static inline void live_on_review(void *context, struct review *takes)
{
	struct live *live = context;

	review_free(live->review);
	live->review = takes;
	live->done = true;
}

static inline void live_on_result(void *context, const struct gate_result *result)
{
	struct live *live = context;

	live->outcome = result->outcome;
	live->again = result->again != NULL;
	live->taken_back = result->taken_back;
	live->error = result->error;
	snprintf(live->id, sizeof(live->id), "%s", result->id);
	review_free(live->review);
	live->review = result->again;
	live->done = true;
}

/* Submits the review at hand, typing whatever must be typed. A refused one counts as not applied. */
static inline enum outcome live_submit(struct live *live)
{
	struct review *review = live->review;
	const char *typed = review->confirm == CONFIRM_NAME ? review->confirm_text : NULL;

	if (!review->allowed) {
		live->error = review->refusal;
		return live->outcome = OUTCOME_NOT_APPLIED;
	}
	live->review = NULL;
	gate_submit(live->gate, review, typed, "live test", live_on_result, live);
	live_wait(live);
	review_free(review);
	return live->outcome;
}

/* Previews and submits; takes the change. */
static inline enum outcome live_change(struct live *live, struct change *takes)
{
	gate_preview(live->gate, takes, live_on_review, live);
	live_wait(live);
	change_free(takes);
	if (live->review->conflict) {
		live->again = true;
		return live->outcome = OUTCOME_CONFLICT;
	}
	return live_submit(live);
}

static inline enum outcome live_undo(struct live *live, const char *id)
{
	gate_preview_undo(live->gate, id, live_on_review, live);
	live_wait(live);
	return live_submit(live);
}

static inline void live_on_left(void *context, size_t left, const struct error *error)
{
	struct live *live = context;

	(void)error;
	live->left = left;
	live->done = true;
}

static inline size_t live_resolve(struct live *live)
{
	gate_resolve(live->gate, live_on_left, live);
	live_wait(live);
	return live->left;
}

static inline void live_on_history(void *context, struct history *takes, const struct error *error)
{
	struct live *live = context;

	(void)error;
	history_free(live->history);
	live->history = takes;
	live->done = true;
}

static inline const struct history *live_history(struct live *live)
{
	gate_history(live->gate, live_on_history, live);
	live_wait(live);
	return live->history;
}

static inline int live_line_order(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* All attributes of the record at hand as sorted lines, for comparing; heap. */
static inline char *live_snapshot(const struct live *live)
{
	const struct record *record = live->record;
	struct arena *arena = arena_new();
	struct text text = { 0 };
	char **lines = NULL;
	size_t capacity = 0, count = 0, i, j;

	for (i = 0; i < record->attribute_count; i++)
		for (j = 0; j < record->attributes[i].count; j++) {
			lines = arena_grow(arena, lines, &capacity, count + 1, sizeof(*lines));
			lines[count++] = arena_format(arena, "%s: %s", record->attributes[i].name, record->attributes[i].values[j].bytes);
		}
	qsort(lines, count, sizeof(*lines), live_line_order);
	for (i = 0; i < count; i++)
		text_addf(&text, "%s\n", lines[i]);
	arena_free(arena);
	return text_take(&text);
}

/* An edit of one field of the record at hand, of single values. */
static inline struct change *live_edit_value(const struct live *live, const char *field, enum edit_how how, const char *text)
{
	const struct kind *kind = live->record->kind;
	struct change *change = change_new(VERB_EDIT, kind, live->record->name);

	change->id = arena_text(change->arena, live->record->id);
	change_saw(change, live->record);
	change_edit_text(change, kind_field(kind, field), how, text);
	return change;
}

/* An edit of one field of the record at hand. */
static inline struct change *live_edit(const struct live *live, const char *field, const char *text)
{
	const struct kind *kind = live->record->kind;
	struct change *change = change_new(VERB_EDIT, kind, live->record->name);

	change->id = arena_text(change->arena, live->record->id);
	change_saw(change, live->record);
	change_edit_text(change, kind_field(kind, field), EDIT_SET, text);
	return change;
}

#endif
