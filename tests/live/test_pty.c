/*
 * test_pty: the whole console in pseudo terminals against the real directory.
 *
 * What goes to the terminal is parsed strictly (nothing that this TERM's
 * terminfo entry cannot produce), in several terminals, sizes and locales, with
 * hostile values on the screen; a paste does nothing.  Silence, sizes, ways
 * out and random keys have tests of their own beside this one.
 * Needs POSTROOM (the program) and POSTROOM_CONFIG (the private mail system).
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/pty/pty_session.h"

enum { WAIT_MS = 60000 };

static const char *program, *config;
static bool full;

static void pause_ms(int milliseconds)
{
	struct timespec time = { milliseconds / 1000, (milliseconds % 1000) * 1000000L };

	nanosleep(&time, NULL);
}

static struct pty_session *open_console(const char *term, int rows, int columns, const char *const *environment)
{
	const char *argv[] = { program, "--start", "users", "--config", config, NULL };
	struct pty_options options = { .term = term, .rows = rows, .columns = columns, .argv = argv, .environment = environment };
	struct pty_session *session = pty_start(&options);

	assert_non_null(session);
	return session;
}

static void wait_for(struct pty_session *session, const char *words)
{
	char *text;

	if (pty_wait_for(session, words, WAIT_MS))
		return;
	text = screen_text(&session->screen);
	fprintf(stderr, "%s\n", text);
	free(text);
	fail_msg("\"%s\" did not appear", words);
}

/* A key and what it brings. */
static void step(struct pty_session *session, const char *keys, const char *words)
{
	pty_settle(session, 40);
	pty_type(session, keys);
	wait_for(session, words);
}

static void end_with(struct pty_session *session, int status)
{
	assert_int_equal(pty_wait_end(session, WAIT_MS), status);
	assert_string_equal(session->screen.complaint, "");
	assert_true(pty_restored(session));
	pty_free(session);
}

/* Every kind of view, the hostile person's page among them; writes nothing. */
static void walk(struct pty_session *session)
{
	wait_for(session, "list complete");
	step(session, "/", "Find:");
	pty_type(session, "hostile");
	wait_for(session, " 1 of ");
	step(session, "\r", "hostile@example.com");
	pty_settle(session, 300);
	step(session, "\033[B\033[B\033[6~\033[5~x", "Attributes of hostile");
	step(session, "\033[6~", "mailPrimaryAddress");
	step(session, "\033", "hostile@example.com");
	pause_ms(100);
	step(session, "l", "nothing is written before the review");
	step(session, "\033", "hostile@example.com");
	pty_settle(session, 100);
	step(session, ":", "All actions");
	step(session, "\033", "hostile@example.com");
	pty_settle(session, 100);
	step(session, "?", "PgDn");
	step(session, "\033", "hostile@example.com");
	pty_settle(session, 100);
	step(session, "3", "example.com");
	step(session, "H", "History");
	pty_settle(session, 200);
	step(session, "2", "Users");
	pty_settle(session, 200);
}

static void every_terminal_gets_only_what_it_knows(void **state)
{
	static const struct { const char *term; int rows, columns; } screens[] = {
		{ "xterm-256color", 24, 80 }, { "vt100", 24, 80 }, { "linux", 30, 120 }, { "screen", 24, 80 },
		{ "tmux-256color", 40, 120 }, { "rxvt-unicode", 24, 80 }, { "xterm", 24, 80 },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(screens) / sizeof(screens[0]); i++) {
		struct pty_session *session = open_console(screens[i].term, screens[i].rows, screens[i].columns, NULL);

		walk(session);
		pty_type(session, "\x18");
		end_with(session, 0);
	}
}

static bool is_ascii(const struct text *text)
{
	size_t i;

	for (i = 0; i < text->length; i++) {
		if ((unsigned char)text->bytes[i] > 126)
			return false;
	}
	return true;
}

static void plain_locales_and_no_colours(void **state)
{
	static const char *const plain[] = { "LC_ALL=C", "NO_COLOR=1", NULL };
	static const char *const missing[] = { "LC_ALL=xx_XX.none", "NO_COLOR=", "LINES=5", "COLUMNS=20", "TERMINFO=/nonexistent", NULL };
	struct pty_session *session = open_console("xterm-256color", 24, 80, plain);

	(void)state;
	walk(session);
	assert_true(is_ascii(&session->stream));
	assert_false(session->screen.colours_seen);
	pty_type(session, "\x18");
	end_with(session, 0);

	session = open_console("xterm-256color", 24, 80, missing);
	walk(session);
	assert_false(is_ascii(&session->stream));
	pty_type(session, "\x18");
	end_with(session, 0);
}

static void a_paste_into_a_list_does_nothing(void **state)
{
	struct pty_session *session = open_console(NULL, 24, 80, NULL);
	char *megabyte = memory_new((1 << 20) + 1);
	size_t i;

	(void)state;
	for (i = 0; i < 1 << 20; i++)
		megabyte[i] = "dnceu\rlq"[i % 8];
	wait_for(session, "list complete");
	pty_type(session, "\033[200~");
	pty_type(session, megabyte);
	pty_type(session, "\033[201~");
	wait_for(session, "Paste ignored");
	pty_settle(session, 200);
	assert_true(pty_shows(session, "list complete"));
	/* Without brackets too. */
	pty_type(session, "\033[B");
	pty_settle(session, 200);
	megabyte[full ? 1 << 20 : 1 << 15] = '\0';
	pty_type(session, megabyte);
	wait_for(session, "Paste ignored");
	pty_settle(session, 300);
	assert_true(pty_shows(session, "list complete"));
	free(megabyte);
	pty_type(session, "q");
	end_with(session, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_terminal_gets_only_what_it_knows),
		cmocka_unit_test(plain_locales_and_no_colours),
		cmocka_unit_test(a_paste_into_a_list_does_nothing),
	};

	program = getenv("POSTROOM");
	config = getenv("POSTROOM_CONFIG");
	full = getenv("POSTROOM_FULL") && getenv("POSTROOM_FULL")[0] == '1';
	if (!program || !config) {
		printf("1..1\nok 1 - the console in a terminal # SKIP POSTROOM and POSTROOM_CONFIG are not set\n");
		return 0;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
