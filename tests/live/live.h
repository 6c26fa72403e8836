/*
 * live: what tests against the real directory server share: the environment of
 * tests/lab, a directory on a loop, and calls that wait for their answer.
 */
#ifndef POSTROOM_TESTS_LIVE_H
#define POSTROOM_TESTS_LIVE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/loop.h"
#include "directory/directory.h"

static inline const char *live_env(const char *name)
{
	const char *value = getenv(name);

	return value == NULL ? "" : value;
}

static inline bool live_missing(void)
{
	return live_env("LAB_URI")[0] == '\0';
}

static inline bool live_full(void)
{
	return live_env("POSTROOM_FULL")[0] == '1';
}

static inline unsigned live_seed(void)
{
	unsigned seed = live_env("POSTROOM_SEED")[0] != '\0' ? (unsigned)strtoul(live_env("POSTROOM_SEED"), NULL, 10) : 20260101;

	printf("# seed %u\n", seed);
	return seed;
}

/* A name or DN below the base of the lab. */
static inline const char *live_dn(char *out, size_t size, const char *relative)
{
	snprintf(out, size, "%s,%s", relative, live_env("LAB_BASE"));
	return out;
}

struct live {
	struct loop *loop;
	struct directory *directory;
	const char *uris[4];
	struct directory_settings settings;
	bool ended;
	struct record *record;
	struct error error;
	size_t rows, batches;
	struct list_end list_end;
	char reason[300];
	void (*each)(struct live *live, const struct rows *rows);
	char seen[4000];
};

/* identity: "ADMIN", "HELPDESK", "MONITOR", "LIMITED", "MAILSERVER", "ROOT". Not opened yet: the caller may change settings. */
static inline void live_prepare(struct live *live, const char *identity)
{
	char name[64];

	memset(live, 0, sizeof *live);
	live->loop = loop_new();
	live->uris[0] = live_env("LAB_URI");
	live->settings.uris = live->uris;
	live->settings.tls = DIRECTORY_TLS_START;
	live->settings.ca_file = live_env("LAB_CA");
	live->settings.base = live_env("LAB_BASE");
	live->settings.bind = DIRECTORY_BIND_SIMPLE;
	snprintf(name, sizeof name, "LAB_%s_DN", identity);
	live->settings.bind_dn = live_env(name);
	snprintf(name, sizeof name, "LAB_%s_SECRET", identity);
	live->settings.password_file = live_env(name);
	live->settings.direct = true;
	live->settings.mailbox_rename = live->settings.mailbox_delete = live->settings.alternates_unique = KNOWN_NOT;
}

static inline void live_open(struct live *live)
{
	live->directory = directory_open(live->loop, &live->settings, &live->error);
	if (live->directory == NULL)
		fail_msg("%s", live->error.text);
}

static inline void live_tick(void *context)
{
	struct live *live = context;

	live->ended = true;
}

/* Lets the loop run this long. */
static inline void live_run(struct live *live, unsigned milliseconds)
{
	struct loop_timer *timer = loop_after(live->loop, milliseconds, 0, live_tick, live);

	live->ended = false;
	loop_run_until(live->loop, &live->ended);
	loop_timer_stop(timer);
}

/* Waits until the link is in this state, a busy machine gets five times as long; false after the patience. */
static inline bool live_wait(struct live *live, enum directory_link link, unsigned milliseconds)
{
	unsigned waited;

	for (waited = 0; waited < milliseconds * 5 && directory_status(live->directory)->link != link; waited += 20)
		live_run(live, 20);
	return directory_status(live->directory)->link == link;
}

static inline void live_close(struct live *live)
{
	record_free(live->record);
	live->record = NULL;
	assert_true(directory_close(live->directory));
	loop_free(live->loop);
}

static inline void live_read_done(void *context, struct record *takes, const struct error *error)
{
	struct live *live = context;

	live->record = takes;
	if (error != NULL)
		live->error = *error;
	live->ended = true;
}

/* The record (owned by live until the next read), or NULL with live->error. */
static inline struct record *live_read(struct live *live, const char *kind, const char *name)
{
	record_free(live->record);
	live->record = NULL;
	error_clear(&live->error);
	live->ended = false;
	directory_read(live->directory, kind_find(kind), name, live_read_done, live);
	loop_run_until(live->loop, &live->ended);
	return live->record;
}

static inline void live_rows(void *context, struct rows *takes)
{
	struct live *live = context;

	live->rows += takes->count;
	live->batches++;
	if (live->each != NULL)
		live->each(live, takes);
	rows_free(takes);
}

static inline void live_end(void *context, const struct list_end *end)
{
	struct live *live = context;

	live->list_end = *end;
	snprintf(live->reason, sizeof live->reason, "%s", end->reason == NULL ? "" : end->reason);
	live->list_end.reason = live->reason;
	live->ended = true;
}

static inline void live_list(struct live *live, const char *kind, const char *words, size_t limit)
{
	struct list_request request = { .kind = kind_find(kind), .words = words, .limit = limit };

	live->rows = live->batches = 0;
	live->ended = false;
	directory_list(live->directory, &request, live_rows, live_end, live);
	loop_run_until(live->loop, &live->ended);
}

#endif
