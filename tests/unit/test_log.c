/* log: one line per call, whatever is in it; levels; a place that cannot be opened. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "base/text.h"
#include "tests/unit/hostile.h"

static char folder[] = "/tmp/postroom-log-XXXXXX";
static char path[64];

static char *logged(struct arena *arena)
{
	struct error error = { 0 };
	size_t length;
	char *bytes = file_read(arena, path, 100000000, &length, &error);

	assert_non_null(bytes);
	return bytes;
}

static void lines_and_levels(void **state)
{
	struct arena *arena = arena_new();
	struct error error = { 0 };
	char want[200];

	(void)state;
	clock_freeze(1795183351);
	log_line(LOG_LEVEL_ERROR, "before it is open");
	assert_true(log_open(LOG_TO_FILE, path, LOG_LEVEL_INFO, &error));
	errno = EINTR;
	log_line(LOG_LEVEL_WARNING, "mail%d: %s", 3, "M\303\274ller\nforged line");
	assert_int_equal(errno, EINTR);
	log_line(LOG_LEVEL_DEBUG, "not at this level");
	log_line(LOG_LEVEL_INFO, "at this one");
	log_close();
	log_line(LOG_LEVEL_ERROR, "after it was closed");
	snprintf(want, sizeof(want), "2026-11-20T14:02:31Z postroom[%ld]: warning: mail3: M\303\274ller\\nforged line\n"
			"2026-11-20T14:02:31Z postroom[%ld]: info: at this one\n", (long)getpid(), (long)getpid());
	assert_string_equal(logged(arena), want);
	unlink(path);
	arena_free(arena);
}

static void hostile_values_stay_in_their_line(void **state)
{
	struct arena *arena = arena_new();
	size_t lines = 0;

	(void)state;
	assert_true(log_open(LOG_TO_FILE, path, LOG_LEVEL_DEBUG, NULL));
	for (size_t i = 0; i < HOSTILE_COUNT; i++)
		log_line(LOG_LEVEL_INFO, "value %s", hostile_strings[i].bytes);
	log_close();
	for (const char *at = logged(arena); *at; at++) {
		lines += *at == '\n';
		assert_true(*at == '\n' || ((unsigned char)*at >= 0x20 && *at != 0x7F));
	}
	assert_int_equal(lines, HOSTILE_COUNT);
	unlink(path);
	arena_free(arena);
}

static void *many_lines(void *name)
{
	for (int i = 0; i < 500; i++)
		log_line(LOG_LEVEL_INFO, "%s%d", (const char *)name, i);
	return NULL;
}

static void threads_do_not_mix(void **state)
{
	static char names[][9] = { "aaaaaaaa", "bbbbbbbb", "cccccccc" };
	pthread_t threads[3];
	struct arena *arena = arena_new();
	size_t lines = 0;
	char *words;

	(void)state;
	assert_true(log_open(LOG_TO_FILE, path, LOG_LEVEL_INFO, NULL));
	for (size_t i = 0; i < 3; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, many_lines, names[i]), 0);
	for (size_t i = 0; i < 3; i++)
		pthread_join(threads[i], NULL);
	log_close();
	words = logged(arena);
	for (char *line = strtok(words, "\n"); line; line = strtok(NULL, "\n"), lines++)
		assert_memory_equal(line, "2026-11-20T14:02:31Z postroom[", 30);
	assert_int_equal(lines, 1500);
	unlink(path);
	arena_free(arena);
}

static void a_place_that_cannot_be_opened(void **state)
{
	struct error error = { 0 };

	(void)state;
	assert_false(log_open(LOG_TO_FILE, "/nowhere/at/all", LOG_LEVEL_INFO, &error));
	assert_int_equal(error.kind, ERROR_CREATE);
	assert_non_null(strstr(error.text, "/nowhere/at/all"));
	log_line(LOG_LEVEL_ERROR, "goes nowhere");
	assert_true(log_open(LOG_TO_NOTHING, NULL, LOG_LEVEL_INFO, &error));
	log_close();
}

static int prepare(void **state)
{
	(void)state;
	if (!mkdtemp(folder))
		return -1;
	snprintf(path, sizeof(path), "%s/log", folder);
	return 0;
}

static int clean(void **state)
{
	(void)state;
	return rmdir(folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_and_levels),
		cmocka_unit_test(hostile_values_stay_in_their_line),
		cmocka_unit_test(threads_do_not_mix),
		cmocka_unit_test(a_place_that_cannot_be_opened),
	};

	return cmocka_run_group_tests(tests, prepare, clean);
}
