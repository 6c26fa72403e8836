/*
 * settings_bench: answers of a server that is not there, and plans over them,
 * for tests of settings.  Main thread.
 */
#ifndef POSTROOM_TESTS_SETTINGS_BENCH_H
#define POSTROOM_TESTS_SETTINGS_BENCH_H

#include <string.h>

#include "settings/backend.h"

static struct arena *arena;

static inline int set_up(void **state)
{
	(void)state;
	arena = arena_new();
	return 0;
}

static inline int tear_down(void **state)
{
	(void)state;
	arena_free(arena);
	return 0;
}

static inline void answer(struct settings_state *state, const char *command, const char *output)
{
	struct host_answer one = { .output = output, .length = strlen(output), .complaint = "" };

	settings_state_take(state, command, &one);
}

/* "smtp-login=yes|soft-bounce": a name without a value is unset. bytes: what every file holds now; NULL: it is not there. facts NULL: none. */
static inline bool plan(struct settings_state *state, const char *changes, const char *bytes, const struct setting_facts *facts, struct setting_plan *made,
		struct error *error)
{
	char *rest = NULL, *copy = arena_text(arena, changes);
	struct setting_edit edits[4] = { 0 };
	struct setting_bytes files[4];
	const char *const *paths;
	size_t count = 0, file_count = 0;

	for (char *one = strtok_r(copy, "|", &rest); one; one = strtok_r(NULL, "|", &rest)) {
		char *equals = strchr(one, '=');

		if (equals)
			*equals = '\0';
		edits[count].setting = setting_find(one, &edits[count].key);
		assert_non_null(edits[count].setting);
		edits[count++].value = equals ? equals + 1 : NULL;
	}
	paths = settings_plan_files(arena, state, edits, count);
	for (; paths[file_count]; file_count++)
		files[file_count] = (struct setting_bytes){ paths[file_count], bytes, bytes ? strlen(bytes) : 0 };
	error_clear(error);
	return settings_plan(arena, state, edits, count, files, file_count, facts, made, error);
}

#endif
