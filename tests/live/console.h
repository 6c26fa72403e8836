/*
 * console: what tests of the whole program in a pseudo terminal share: opening
 * it on the private mail system, waiting for words, ending it, a person's keys.
 *
 * Needs POSTROOM (the program) and POSTROOM_CONFIG (a configuration of the
 * lab).  Fails the test with the screen as it was.
 */
#ifndef POSTROOM_TESTS_LIVE_CONSOLE_H
#define POSTROOM_TESTS_LIVE_CONSOLE_H

#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/memory.h"
#include "tests/pty/pty_session.h"
#include "tests/unit/trial.h"

/* Sanitizers make everything some times slower. */
#ifdef __SANITIZE_ADDRESS__
#define CONSOLE_SLOWER 4
#else
#define CONSOLE_SLOWER 1
#endif
/* How long is waited for words before the test has failed; half a second where nothing else runs. */
enum { CONSOLE_WAIT_MS = 60000 * CONSOLE_SLOWER };

static inline const char *console_env(const char *name)
{
	const char *value = getenv(name);

	return value ? value : "";
}

/* False, with the reason as TAP: there is no private mail system. Prints the seed. */
static inline bool console_ready(const char *name)
{
	if (!*console_env("POSTROOM") || !*console_env("POSTROOM_CONFIG") || !*console_env("LAB_DIR")) {
		printf("1..1\nok 1 - %s # SKIP there is no private mail system (LAB_DIR, POSTROOM, POSTROOM_CONFIG)\n", name);
		return false;
	}
	trial_begin(name);
	return true;
}

static inline int64_t console_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static inline void console_pause(int milliseconds)
{
	struct timespec time = { milliseconds / 1000, (milliseconds % 1000) * 1000000L };

	while (nanosleep(&time, &time) != 0 && errno == EINTR)
		;
}

/* arguments: behind the name of the program, NULL-terminated; NULL: --config with the lab's. It starts with the users. */
static inline struct pty_session *console_start(const char *const *arguments, const char *term, int rows, int columns,
		const char *const *environment)
{
	const char *argv[26] = { console_env("POSTROOM"), "--start", "users", "--config", console_env("POSTROOM_CONFIG"), NULL };
	struct pty_options options = { .term = term, .rows = rows, .columns = columns, .argv = argv, .environment = environment };
	struct pty_session *session;
	size_t i;

	for (i = 0; arguments && arguments[i] && i + 4 < sizeof(argv) / sizeof(argv[0]); i++) {
		argv[i + 3] = arguments[i];
		argv[i + 4] = NULL;
	}
	session = pty_start(&options);
	assert_non_null(session);
	return session;
}

static inline struct pty_session *console_open(const char *term, int rows, int columns, const char *const *environment)
{
	return console_start(NULL, term, rows, columns, environment);
}

static inline void console_print(const struct pty_session *session)
{
	char *text = screen_text(&session->screen);

	fprintf(stderr, "%s\n", text);
	free(text);
}

static inline void console_wait(struct pty_session *session, const char *words)
{
	if (pty_wait_for(session, words, CONSOLE_WAIT_MS))
		return;
	console_print(session);
	fail_msg("\"%s\" did not appear", words);
}

/* Keys, and what they bring. */
static inline void console_step(struct pty_session *session, const char *keys, const char *words)
{
	pty_settle(session, 40);
	pty_type(session, keys);
	console_wait(session, words);
}

/* In a review: to Apply, wherever the focus is. Behind a new view keys are dropped for a moment, by the program's clock. */
static inline void console_to_apply(struct pty_session *session)
{
	pty_settle(session, 150);
	for (int i = 0; i < 40 && !pty_shows(session, "Enter APPLY"); i++) {
		pty_type(session, "\t");
		pty_settle(session, 150);
	}
	console_wait(session, "Enter APPLY");
}

/* Nothing was complained about; says what and in which terminal. */
static inline void console_clean(const struct pty_session *session, const char *where)
{
	if (!session->screen.complaint[0])
		return;
	console_print(session);
	fail_msg("%s: %s", where, session->screen.complaint);
}

static inline void console_end(struct pty_session *session, int status, const char *where)
{
	int came = pty_wait_end(session, CONSOLE_WAIT_MS);

	if (came != status) {
		console_print(session);
		fail_msg("%s: ended with %d, not %d", where, came, status);
	}
	console_clean(session, where);
	if (!pty_restored(session))
		fail_msg("%s: the terminal was not given back", where);
	pty_free(session);
}

/* --- files and other programs ----------------------------------------------------------- */

/* A directory of this test alone, made at the first call; lab_sweep takes it away. */
const char *console_folder(void);

static inline void console_write(const char *path, const char *words)
{
	FILE *stream = fopen(path, "w");

	assert_non_null(stream);
	fputs(words, stream);
	assert_int_equal(fclose(stream), 0);
	assert_int_equal(chmod(path, 0600), 0);
}

/* Whole file, zero-terminated; heap; NULL where there is none. */
static inline char *console_slurp(const char *path, size_t *length)
{
	FILE *stream = fopen(path, "r");
	struct text text = { 0 };
	char buffer[65536];
	size_t n;

	if (length)
		*length = 0;
	if (!stream)
		return NULL;
	while ((n = fread(buffer, 1, sizeof(buffer), stream)) > 0)
		text_add_bytes(&text, buffer, n);
	fclose(stream);
	if (length)
		*length = text.length;
	return text_take(&text);
}

/*
 * The lab's configuration of a role (NULL: admin) with a history of its own in the test's folder, without the lines
 * that hold one of the `without` words, with `more` at its end. The path; heap.
 */
static inline char *console_configure(const char *name, const char *role, const char *without, const char *more)
{
	const char *from = !role || strcmp(role, "admin") == 0 ? console_env("POSTROOM_CONFIG") :
		strcmp(role, "monitor") == 0 ? console_env("LAB_CONFIG_MONITOR") : console_env("LAB_CONFIG_HELPDESK");
	char *text = console_slurp(from, NULL), *rest = text, *line, path[300];
	struct text out = { 0 };

	assert_non_null(text);
	while ((line = strsep(&rest, "\n")) != NULL) {
		/* Whoever wants an audit listens to it. */
		if (strncmp(line, "state_dir", 9) == 0 || strncmp(line, "audit_socket", 12) == 0 || (without && strstr(line, without)))
			continue;
		text_addf(&out, "%s\n", line);
	}
	text_addf(&out, "state_dir = \"%s/state-%s\"\n%s", console_folder(), name, more ? more : "");
	snprintf(path, sizeof(path), "%s/state-%s", console_folder(), name);
	mkdir(path, 0700);
	snprintf(path, sizeof(path), "%s/%s.conf", console_folder(), name);
	console_write(path, text_get(&out));
	text_free(&out);
	free(text);
	return memory_text(path);
}

/* Runs it without a terminal, output and complaints to `out` in the test's folder; the exit status. */
int lab_run(const char *const *argv, const char *out);
/* ldapsearch, ldapmodify .. as the root identity of the lab over TLS; words end with NULL. */
int lab_ldap(const char *tool, const char *out, ...);
/* Everything below the base with operational attributes but those that logins write; heap. */
char *lab_dump(void);
/* Forks; true in the child, whose failed checks end it. At most six at a time, since consoles mostly wait. */
bool lab_fork(void);
/* Waits for all; fails the test where one failed. Each has said why. */
void lab_join(void);
/* Removes the test's folder. */
void lab_sweep(void);

/* Runs work in a process of its own beside this one, with random numbers of its own. */
static inline void lab_beside(void (*work)(const void *context), const void *context)
{
	uint64_t begin = trial_random();

	if (!lab_fork())
		return;
	trial_state = begin;
	work(context);
	fflush(NULL);
	_exit(0);
}

#endif
