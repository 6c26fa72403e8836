/*
 * dovecot_check: doveconf and the dovecot program asked for their verdict on a
 * configuration in a folder of its own; for the tests of the limit rules.
 *
 * dovecot is started just far enough to check: a private base_dir and a config
 * service that cannot run, so it ends before it listens (dovecot 1.7).
 */
#ifndef POSTROOM_TESTS_DOVECOT_CHECK_H
#define POSTROOM_TESTS_DOVECOT_CHECK_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/child.h"
#include "base/text.h"
#include "model/limits.h"

#define DOVECONF "/usr/bin/doveconf"
#define DOVECOT "/usr/sbin/dovecot"
#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static char folder[] = "/tmp/postroom-limits-XXXXXX";
static char *file;
static struct loop *loop;
static struct arena *arena;
static struct limits_version installed;
static uint64_t dice;

/* --- running ---------------------------------------------------------------------------------------- */

struct ran { bool done; int status; char *output, *complaint; size_t length; };

static inline void on_done(const struct child_result *result, void *context)
{
	struct ran *ran = context;

	ran->done = true;
	ran->status = result->started && !result->timed_out ? result->status : -1;
	ran->output = arena_bytes(arena, result->output ? result->output : "", result->output_length);
	ran->length = result->output_length;
	ran->complaint = arena_bytes(arena, result->complaint ? result->complaint : "", result->complaint_length);
}

static inline struct ran run(const char *const *words)
{
	struct ran ran = { 0 };

	child_run(loop, &(struct child_request){ .argv = words, .deadline = 60000 }, on_done, &ran);
	loop_run_until(loop, &ran.done);
	return ran;
}

static inline struct ran run_dovecot(unsigned long open_files)
{
	const char *base = arena_format(arena, "base_dir=%s/base", folder), *state = arena_format(arena, "state_dir=%s/base", folder);
	const char *limit = arena_format(arena, "ulimit -S -n %lu && exec \"$@\"", open_files);
	const char *words[] = { "/bin/sh", "-c", limit, "sh", DOVECOT, "-F", "-c", file, "-o", base, "-o", state, "-o", "log_path=/dev/null",
		"-o", "service/config/executable=/nonexistent", NULL };

	return run(words);
}

static inline void write_file(const char *words)
{
	FILE *to = fopen(file, "w");

	assert_non_null(to);
	assert_true(fputs(words, to) >= 0);
	assert_int_equal(fclose(to), 0);
}

static inline struct limits_facts *dumped(void)
{
	const char *words[] = { DOVECONF, "-S", "-c", file, NULL };
	struct ran ran = run(words);

	assert_int_equal(limits_form(ran.output, ran.length), LIMITS_DUMP);
	return limits_read(arena, LIMITS_DUMP, ran.output, ran.length, &installed);
}

/* The directories of an earlier start are none of this check's. In place. */
static inline void without_directories(char *words)
{
	static const char line[] = "Warning: Corrected permissions for login directory";
	char *at;

	while ((at = strstr(words, line))) {
		char *end = strchr(at, '\n');

		if (!end)
			break;
		memmove(at, end + 1, strlen(end + 1) + 1);
	}
}

static inline bool missing(void)
{
	if (access(DOVECONF, X_OK) == 0 && access(DOVECOT, X_OK) == 0)
		return false;
	print_message("Dovecot is not installed\n");
	return true;
}

/* --- chance --------------------------------------------------------------------------------------------- */

static inline uint64_t roll(uint64_t below)
{
	dice ^= dice << 13;
	dice ^= dice >> 7;
	dice ^= dice << 17;
	return (dice >> 16) % below;
}

/* POSTROOM_LIMITS=N, or so many: with POSTROOM_FULL=1 the second. */
static inline unsigned long how_many(unsigned long usual, unsigned long full)
{
	const char *given = getenv("POSTROOM_LIMITS"), *all = getenv("POSTROOM_FULL");

	return given ? strtoul(given, NULL, 10) : all && strcmp(all, "1") == 0 ? full : usual;
}

/* --- before and after ------------------------------------------------------------------------------------- */

static inline int set_up(void **state)
{
	static const char *const words[] = { DOVECOT, "--version", NULL };
	const char *given = getenv("POSTROOM_SEED");
	struct ran ran;

	(void)state;
	dice = given ? strtoull(given, NULL, 10) * 2654435761u + 1 : 88172645463325252u;
	print_message("# seed: %s\n", given ? given : "the fixed one");
	arena = arena_new();
	loop = loop_new();
	if (!mkdtemp(folder))
		return -1;
	/* Dovecot's own users go through it. */
	chmod(folder, 0755);
	file = memory_text(arena_format(arena, "%s/dovecot.conf", folder));
	mkdir(arena_format(arena, "%s/base", folder), 0755);
	ran = run(words);
	installed = (struct limits_version){ 2, 3, 19 };
	if (ran.status == 0)
		limits_version_read(ran.output, &installed);
	return 0;
}

static inline int tear_down(void **state)
{
	const char *words[] = { "/bin/rm", "-rf", "--", folder, NULL };

	(void)state;
	run(words);
	free(file);
	arena_free(arena);
	loop_free(loop);
	return 0;
}

#endif
