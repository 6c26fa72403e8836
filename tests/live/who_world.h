/*
 * who_world: what live tests of connections share: a loop, the lab's servers,
 * lines of shell beside, questions straight to a source.
 */
#ifndef POSTROOM_TESTS_WHO_WORLD_H
#define POSTROOM_TESTS_WHO_WORLD_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/child.h"
#include "base/text.h"
#include "live/data.h"
#include "live/source.h"
#include "tests/live/sessions.h"

static struct world {
	struct loop *loop;
	struct hosts *hosts;
	struct live *live;
	struct arena *arena;               /* NULL: there is no lab */
	struct text output;                /* of the last program */
	bool done;
	int status;
} world;

static inline const char *lab(const char *name)
{
	const char *value = getenv(name);

	return value ? value : "";
}

/* --- programs -------------------------------------------------------------------------------- */

static inline void ran(const struct child_result *result, void *context)
{
	(void)context;
	text_clear(&world.output);
	text_add_bytes(&world.output, result->output, result->output_length);
	world.status = result->started ? result->status : -1;
	world.done = true;
}

/* What a line of shell gives; "$1" is the configuration of this server's Dovecot. */
static inline const char *shell(size_t server, const char *line)
{
	const char *configuration = lab(arena_format(world.arena, "LAB_DOVECOT%zu_CONF", server + 1));
	const char *const argv[] = { "/bin/sh", "-c", line, "sh", configuration, NULL };
	struct child_request request = { .argv = argv, .deadline = 60000 };

	world.done = false;
	child_run(world.loop, &request, ran, NULL);
	loop_run_until(world.loop, &world.done);
	assert_int_equal(world.status, 0);
	return text_get(&world.output);
}

static inline long number(size_t server, const char *line)
{
	return strtol(shell(server, line), NULL, 10);
}

/* --- asking ------------------------------------------------------------------------------------------ */

struct asked_for { void *snapshot; struct error error; bool done; };

static inline void answered(void *context, void *snapshot, const struct error *error)
{
	struct asked_for *to = context;

	to->snapshot = snapshot;
	to->error = *error;
	to->done = true;
}

/* Straight from the source, at this moment. */
static inline void *ask(const struct source *source, size_t server)
{
	struct asked_for answer = { NULL, { 0 }, false };

	source->ask(world.live, server, answered, &answer);
	loop_run_until(world.loop, &answer.done);
	if (!answer.snapshot)
		fail_msg("%s", answer.error.text);
	return answer.snapshot;
}

static inline const struct capacity *capacity_of(const struct capacity *list, size_t count, const char *service)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(list[i].service, service) == 0)
			return &list[i];
	fail_msg("no service %s", service);
	return NULL;
}

#endif
