/*
 * gate_bench: a gate on a private directory with a store in memory, and calls
 * that wait for their answers. For tests of the gate only.
 */
#ifndef POSTROOM_TESTS_GATE_BENCH_H
#define POSTROOM_TESTS_GATE_BENCH_H

#include <dirent.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/loop.h"
#include "base/text.h"
#include "tests/fakes/store.h"
#include "gate/gate.h"
#include "model/kind.h"

struct bench {
	char directory[64];
	char shared[80];
	struct loop *loop;
	struct gate *gate;
	struct gate_settings settings;
	struct fake_store fake;
	/* answers */
	bool done;
	struct review *review;
	enum outcome outcome;
	struct error error;
	char id[64];
	char sentence[300];
	char steps[600];
	size_t steps_done;
	bool taken_back;
	struct history *history;
	size_t number;
};

static inline void bench_open_gate(struct bench *bench)
{
	bench->gate = gate_open(bench->loop, &bench->settings);
	gate_register(bench->gate, &bench->fake.store);
}

static inline void bench_open(struct bench *bench)
{
	const char *base = getenv("TMPDIR");

	memset(bench, 0, sizeof(*bench));
	snprintf(bench->directory, sizeof(bench->directory), "%s/gate-XXXXXX", base && strlen(base) < 40 ? base : "/tmp");
	if (!mkdtemp(bench->directory))
		abort();
	snprintf(bench->shared, sizeof(bench->shared), "%s/shared", bench->directory);
	bench->loop = loop_new();
	bench->settings = (struct gate_settings){
		.state_directory = bench->directory, .role = ROLE_ADMIN, .identity = "tester", .system = "TEST",
	};
	fake_store_init(&bench->fake);
	record_set_text(fake_store_add(&bench->fake, kind_find("user"), "anna"), "quota", "1048576");
	record_set_text(bench->fake.objects[0].record, "family_name", "Smith");
	bench_open_gate(bench);
}

static inline int bench_remove_one(const char *path, const struct stat *status, int flag, struct FTW *walk)
{
	(void)status;
	(void)flag;
	(void)walk;
	return remove(path);
}

static inline void bench_remove(const char *path)
{
	nftw(path, bench_remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

static inline void bench_close_gate(struct bench *bench)
{
	if (!gate_close(bench->gate))
		abort();
	bench->gate = NULL;
}

static inline void bench_close(struct bench *bench)
{
	bench_close_gate(bench);
	review_free(bench->review);
	history_free(bench->history);
	loop_free(bench->loop);
	fake_store_clear(&bench->fake);
	bench_remove(bench->directory);
}

static inline void bench_wait(struct bench *bench)
{
	loop_run_until(bench->loop, &bench->done);
	bench->done = false;
}

static inline void bench_reviewed(void *context, struct review *takes)
{
	struct bench *bench = context;

	review_free(bench->review);
	bench->review = takes;
	bench->done = true;
}

static inline void bench_submitted(void *context, const struct gate_result *result)
{
	struct bench *bench = context;
	size_t i;

	bench->outcome = result->outcome;
	bench->error = result->error;
	snprintf(bench->id, sizeof(bench->id), "%s", result->id);
	snprintf(bench->sentence, sizeof(bench->sentence), "%s", result->sentence);
	bench->steps[0] = '\0';
	for (i = 0; i < result->steps && result->step_words && result->step_words[i]; i++)
		snprintf(bench->steps + strlen(bench->steps), sizeof(bench->steps) - strlen(bench->steps), "%s\n", result->step_words[i]);
	bench->steps_done = result->steps_done;
	bench->taken_back = result->taken_back;
	review_free(bench->review);
	bench->review = result->again;
	bench->done = true;
}

static inline void bench_preview(struct bench *bench, const struct change *change)
{
	gate_preview(bench->gate, change, bench_reviewed, bench);
	bench_wait(bench);
}

static inline void bench_preview_undo(struct bench *bench, const char *id)
{
	gate_preview_undo(bench->gate, id, bench_reviewed, bench);
	bench_wait(bench);
}

static inline void bench_submit(struct bench *bench, const char *typed, const char *reason)
{
	struct review *confirmed = bench->review;

	bench->review = NULL;
	gate_submit(bench->gate, confirmed, typed, reason, bench_submitted, bench);
	bench_wait(bench);
	review_free(confirmed);
}

/* An edit of one field of one user, not yet previewed. */
static inline struct change *bench_edit(const char *name, const char *field, const char *text)
{
	struct change *change = change_new(VERB_EDIT, kind_find("user"), name);

	change_edit_text(change, kind_field(change->kind, field), EDIT_SET, text);
	return change;
}

/* Preview and submit of one edit. */
static inline enum outcome bench_set(struct bench *bench, const char *name, const char *field, const char *text)
{
	struct change *change = bench_edit(name, field, text);

	bench_preview(bench, change);
	change_free(change);
	bench_submit(bench, NULL, NULL);
	return bench->outcome;
}

static inline void bench_got_history(void *context, struct history *takes, const struct error *error)
{
	struct bench *bench = context;

	history_free(bench->history);
	bench->history = takes;
	bench->error = *error;
	bench->done = true;
}

static inline const struct history *bench_history(struct bench *bench)
{
	gate_history(bench->gate, bench_got_history, bench);
	bench_wait(bench);
	return bench->history;
}

static inline void bench_got_number(void *context, size_t number, const struct error *error)
{
	struct bench *bench = context;

	bench->number = number;
	bench->error = *error;
	bench->done = true;
}

static inline size_t bench_verify(struct bench *bench)
{
	gate_verify(bench->gate, bench_got_number, bench);
	bench_wait(bench);
	return bench->number;
}

static inline size_t bench_resolve(struct bench *bench)
{
	gate_resolve(bench->gate, bench_got_number, bench);
	bench_wait(bench);
	return bench->number;
}

/* Path of the n-th journal (names sorted by time are not needed: tests make one or two). */
static inline bool bench_journal(const struct bench *bench, char *path, size_t size)
{
	char folder[100];
	DIR *directory;
	struct dirent *entry;
	bool found = false;

	snprintf(folder, sizeof(folder), "%s/journal", bench->directory);
	directory = opendir(folder);
	while (directory && !found && (entry = readdir(directory)) != NULL)
		if (strstr(entry->d_name, ".journal")) {
			snprintf(path, size, "%s/%s", folder, entry->d_name);
			found = true;
		}
	if (directory)
		closedir(directory);
	return found;
}

/* Whole file on the heap, zero-terminated. */
static inline char *bench_read(const char *path, size_t *length)
{
	FILE *file = fopen(path, "rb");
	char *bytes = calloc(1, 1 << 20);

	*length = file ? fread(bytes, 1, (1 << 20) - 1, file) : 0;
	if (file)
		fclose(file);
	return bytes;
}

#endif
