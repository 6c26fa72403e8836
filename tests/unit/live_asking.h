/*
 * live_asking: asks one source of a fake server and keeps what came, for tests
 * of sources; recorded answers, whole and broken.
 */
#ifndef POSTROOM_TESTS_LIVE_ASKING_H
#define POSTROOM_TESTS_LIVE_ASKING_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "live/source.h"
#include "tests/fakes/fake_hosts.h"

struct asking_trial {
	struct loop *loop;
	struct hosts *hosts;
	struct live_settings settings;
	struct live *live;
	const struct source *source;       /* of the last answer */
	void *snapshot;                    /* freed with the next question */
	struct error error;
	unsigned answers;
};

static inline void trial_open(struct asking_trial *trial)
{
	memset(trial, 0, sizeof(*trial));
	trial->loop = loop_new();
	trial->hosts = fake_hosts_new(trial->loop, 2);
	trial->live = live_open(trial->loop, trial->hosts, &trial->settings);
}

static inline void trial_forget(struct asking_trial *trial)
{
	if (trial->snapshot)
		trial->source->free(trial->snapshot);
	trial->snapshot = NULL;
	error_clear(&trial->error);
	trial->answers = 0;
}

static inline void trial_close(struct asking_trial *trial)
{
	trial_forget(trial);
	live_close(trial->live);
	hosts_close(trial->hosts);
	loop_free(trial->loop);
}

static inline void trial_asked(void *context, void *snapshot, const struct error *error)
{
	struct asking_trial *trial = context;

	trial->answers++;
	trial->snapshot = snapshot;
	trial->error = *error;
}

static inline void trial_reply(struct asking_trial *trial, const char *command, enum host_form form, const char *output, size_t length, size_t piece)
{
	/* A reply without length is measured, so an empty one is the empty text. */
	fake_hosts_reply(trial->hosts, &(struct fake_reply){
		.command = command, .form = form, .output = length ? output : "", .length = length, .piece = piece });
}

/* Asks the first server; the snapshot, NULL with trial->error. */
static inline const void *trial_ask(struct asking_trial *trial, const struct source *source)
{
	trial_forget(trial);
	trial->source = source;
	source->ask(trial->live, 0, trial_asked, trial);
	loop_run(trial->loop);
	return trial->snapshot;
}

/* A file of tests/fixtures/dovecot. */
static inline char *trial_fixture(struct arena *arena, const char *name, size_t *length)
{
	char path[200];
	struct error error = { 0 };
	char *bytes;

	snprintf(path, sizeof(path), "tests/fixtures/dovecot/%s", name);
	bytes = file_read(arena, path, 1 << 20, length, &error);
	if (!bytes) {
		fprintf(stderr, "%s\n", error.text);
		abort();
	}
	return bytes;
}

#endif
