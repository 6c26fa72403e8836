/*
 * test_ui_terminal: a small program on ui/terminal in a pseudo terminal: keys
 * in, frames out, and the terminal as it was on every way out.
 */
#include <fcntl.h>
#include <locale.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/base64.h"
#include "base/environment.h"
#include "base/loop.h"
#include "tests/pty/pty_session.h"
#include "tests/pty/strict.h"
#include "ui/terminal.h"

/* --- the program ------------------------------------------------------------------------ */

struct program {
	struct loop *loop;
	struct terminal *terminal;
	struct canvas *canvas;
	char last[64];
	int keys, pastes, wakes, ticks, status;
	bool flood, restricted;
};

static void draw(void *context)
{
	struct program *program = context;
	struct canvas *canvas = program->canvas;
	int row;

	canvas_clear(canvas);
	canvas_format(canvas, 0, 0, -1, STYLE_TITLE, "ready %dx%d", canvas->columns, canvas->rows);
	canvas_format(canvas, 1, 0, -1, STYLE_ROW_HERE, "key %s of %d", program->last, program->keys);
	canvas_format(canvas, 2, 0, -1, STYLE_BAD, "pastes %d wakes %d", program->pastes, program->wakes);
	for (row = 3; program->flood && row < canvas->rows; row++)
		canvas_format(canvas, row, 0, -1, STYLE_PLAIN, "%d %d %d %d %d %d %d", program->ticks * 7919, row * program->ticks,
				program->ticks ^ 0x5555, program->ticks * 31, program->ticks + row, program->ticks, row);
	canvas_cursor(canvas, 1, 0, true);
	terminal_paint(program->terminal, canvas);
}

/* A fault of our own that no optimiser can see coming. */
static void fault(void)
{
	volatile int *volatile nowhere = NULL;

	*nowhere = 1;
}

static const char *eight_kilobytes(void)
{
	static char bytes[8192];

	memset(bytes, 'x', sizeof(bytes));
	return bytes;
}

static void on_key(void *context, const struct key *key)
{
	struct program *program = context;

	program->keys++;
	if (key->kind == KEY_KIND_PASTE) {
		program->pastes++;
		snprintf(program->last, sizeof(program->last), "%zu bytes", key->pasted_length);
	} else {
		key_name(key, program->last, sizeof(program->last));
	}
	draw(program);
	if (strcmp(program->last, "q") == 0)
		loop_stop(program->loop);
	else if (strcmp(program->last, "e") == 0)
		exit(7);
	else if (strcmp(program->last, "s") == 0)
		fault();
	else if (strcmp(program->last, "a") == 0)
		abort();
	else if (strcmp(program->last, "m") == 0)
		free(memory_new((size_t)1 << 62));
	else if (strcmp(program->last, "f") == 0)
		program->flood = true;
	else if (strcmp(program->last, "g") == 0)
		program->flood = false;
	else if (strcmp(program->last, "Ctrl-L") == 0)
		terminal_redraw(program->terminal);
	else if (strcmp(program->last, "c") == 0)
		terminal_copy(program->terminal, "\033]0;x\a\0\xff", 7);
	else if (strcmp(program->last, "C") == 0)
		terminal_copy(program->terminal, eight_kilobytes(), 8192);
	else if (strcmp(program->last, "Ctrl-Z") == 0)
		terminal_suspend(program->terminal);
}

static void on_resize(void *context, int rows, int columns)
{
	canvas_resize(((struct program *)context)->canvas, rows, columns);
}

static void on_wake(void *context)
{
	((struct program *)context)->wakes++;
}

static void on_end(void *context, int status)
{
	struct program *program = context;

	program->status = status;
	loop_stop(program->loop);
}

static void on_tick(void *context)
{
	struct program *program = context;

	program->ticks++;
	if (program->flood)
		draw(program);
}

static const char with_mouse[] = "mouse";

static int run(void *context)
{
	struct program program = { .restricted = context != NULL && context != with_mouse };
	struct terminal_options options = { .restricted = program.restricted, .mouse = context == with_mouse };
	struct terminal_calls calls = { .context = &program, .key = on_key, .resize = on_resize, .paint = draw, .resumed = on_wake, .ended = on_end };
	struct error error = { 0 };
	struct loop_timer *timer;
	int rows, columns;

	environment_scrub();
	environment_locale(NULL);
	program.loop = loop_new();
	program.terminal = terminal_open(program.loop, &options, &calls, &error);
	if (!program.terminal) {
		fprintf(stderr, "%s\n", error.text);
		return error_exit_status(error.kind);
	}
	terminal_size(program.terminal, &rows, &columns);
	program.canvas = canvas_new(rows, columns, VISIBLE_UTF8);
	timer = loop_after(program.loop, 2, 2, on_tick, &program);
	draw(&program);
	loop_run(program.loop);
	loop_timer_stop(timer);
	terminal_close(program.terminal);
	canvas_free(program.canvas);
	loop_free(program.loop);
	/* Nothing may stay set on the descriptors that the shell shares with us. */
	return fcntl(1, F_GETFL) & O_NONBLOCK ? 99 : program.status;
}

static struct pty_session *start(const char *term)
{
	struct pty_options options = { .term = term, .run = run };
	struct pty_session *session = pty_start(&options);

	assert_non_null(session);
	return session;
}

static void finish(struct pty_session *session, int status)
{
	assert_int_equal(pty_wait_end(session, 20000), status);
	assert_string_equal(session->screen.complaint, "");
	assert_true(pty_restored(session));
	pty_free(session);
}

/* --- tests ---------------------------------------------------------------------------------- */

static void keys_come_in_and_frames_go_out(void **state)
{
	static const char *const terms[] = { "xterm-256color", "xterm", "vt100", "linux", "screen", "tmux-256color", "rxvt-unicode" };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(terms) / sizeof(terms[0]); i++) {
		struct pty_session *session = start(terms[i]);

		assert_true(pty_wait_for(session, "ready 80x24", 20000));
		assert_true(session->screen.paste_brackets);
		pty_type(session, "\033[A");
		assert_true(pty_wait_for(session, "key Up of 1", 2000));
		pty_type(session, "\033");
		assert_true(pty_wait_for(session, "key Esc of 2", 2000));
		pty_type(session, "\x03");
		assert_true(pty_wait_for(session, "key Ctrl-C of 3", 2000));
		pty_type(session, "ä");
		assert_true(pty_wait_for(session, "key ä of 4", 2000));
		pty_type(session, "\033[200~q\rq\n\033[201~");
		assert_true(pty_wait_for(session, "key 4 bytes of 5", 2000));
		pty_type(session, "\033[<0;10;10M\033]0;q\007");
		pty_type(session, "q");
		finish(session, 0);
	}
}

/* Of all strings only this one leaves, and only where it is asked for; what is on the screen stays. */
static void a_copy_is_one_sequence(void **state)
{
	static const char bytes[] = "\033]0;x\a\0\xff";
	struct pty_options options = { .run = run, .more = STRICT_CLIPBOARD };
	struct pty_session *session = pty_start(&options);
	struct arena *arena = arena_new();
	size_t length;
	char *copy;

	(void)state;
	assert_non_null(session);
	assert_true(pty_wait_for(session, "ready 80x24", 3000));
	pty_type(session, "c");
	assert_true(pty_wait_for(session, "key c of 1", 2000));
	pty_settle(session, 100);
	copy = base64_decode(arena, text_get(&session->screen.clipboard), &length);
	assert_non_null(copy);
	assert_int_equal(length, 7);
	assert_memory_equal(copy, bytes, 7);
	pty_type(session, "C");
	assert_true(pty_wait_for(session, "key C of 2", 2000));
	pty_settle(session, 100);
	assert_non_null(base64_decode(arena, text_get(&session->screen.clipboard), &length));
	assert_int_equal(length, 8192);
	assert_true(pty_shows(session, "ready 80x24"));
	pty_type(session, "q");
	finish(session, 0);
	/* Everywhere else the rules of the test refuse it. */
	session = start(NULL);
	assert_true(pty_wait_for(session, "ready 80x24", 3000));
	pty_type(session, "cq");
	assert_int_equal(pty_wait_end(session, 3000), 0);
	assert_non_null(strstr(session->screen.complaint, "string sequence"));
	pty_free(session);
	arena_free(arena);
}

/* The modes go on and off, also where the end is a fault, and reports come as keys. */
static void the_mouse_is_asked_for_and_given_back(void **state)
{
	static const struct { const char *key; int status; } ends[] = { { "q", 0 }, { "e", 7 }, { "s", 128 + SIGSEGV } };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		struct pty_options options = { .run = run, .context = (void *)(uintptr_t)with_mouse, .more = STRICT_MOUSE };
		struct pty_session *session = pty_start(&options);

		assert_non_null(session);
		assert_true(pty_wait_for(session, "ready 80x24", 3000));
		assert_true(session->screen.mouse);
		pty_type(session, "\033[<0;10;5M");
		assert_true(pty_wait_for(session, "key mouse of 1", 2000));
		pty_type(session, ends[i].key);
#ifdef __SANITIZE_ADDRESS__
		/* The sanitizer notices this one first, and ends the program itself. */
		if (i > 1) {
			assert_true(pty_wait_end(session, 5000) > 0);
			pty_free(session);
			continue;
		}
#endif
		finish(session, ends[i].status);
	}
}

static void an_idle_screen_sends_nothing(void **state)
{
	struct pty_session *session = start(NULL);
	size_t before;

	(void)state;
	assert_true(pty_wait_for(session, "ready", 20000));
	pty_settle(session, 100);
	before = session->stream.length;
	pty_settle(session, 500);
	assert_int_equal(session->stream.length, before);
	/* Redrawing sends all of it, moving little. */
	pty_type(session, "\x0c");
	pty_settle(session, 200);
	assert_true(session->stream.length - before > 60);
	before = session->stream.length;
	pty_type(session, "j");
	pty_settle(session, 200);
	assert_true(session->stream.length > before && session->stream.length - before < 100);
	pty_type(session, "q");
	finish(session, 0);
}

static void every_way_out_gives_the_terminal_back(void **state)
{
	static const struct { int number, status; } signals[] = {
		{ SIGTERM, 143 }, { SIGHUP, 129 }, { SIGINT, 130 }, { SIGQUIT, 131 }, { SIGABRT, 134 }, { SIGSEGV, 139 },
		{ SIGBUS, 135 }, { SIGFPE, 136 }, { SIGILL, 132 },
	};
	static const struct { const char *key; int status; } keys[] = { { "q", 0 }, { "e", 7 }, { "a", 134 }, { "s", 139 }, { "m", 134 } };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(signals) / sizeof(signals[0]); i++) {
		struct pty_session *session = start(NULL);

		assert_true(pty_wait_for(session, "ready", 20000));
		kill(session->pid, signals[i].number);
#ifdef __SANITIZE_ADDRESS__
		if (i > 4) {
			/* The sanitizer has its own opinion about the status of a fault. */
			assert_true(pty_wait_end(session, 5000) > 0);
			assert_true(pty_restored(session));
			pty_free(session);
			continue;
		}
#endif
		finish(session, signals[i].status);
	}
	for (i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		struct pty_session *session = start(NULL);

		assert_true(pty_wait_for(session, "ready", 20000));
		pty_type(session, keys[i].key);
#ifdef __SANITIZE_ADDRESS__
		/* The sanitizers notice these two first, and end the program themselves. */
		if (i > 2) {
			assert_true(pty_wait_end(session, 5000) > 0);
			pty_free(session);
			continue;
		}
#endif
		finish(session, keys[i].status);
	}
}

static void sizes_are_followed(void **state)
{
	static const struct { int rows, columns; const char *shown; } sizes[] = {
		{ 10, 40, "ready 40x10" }, { 50, 200, "ready 200x50" }, { 0, 0, "ready 80x24" }, { 24, 80, "ready 80x24" },
		{ 3, 12, "ready 12x3" }, { 1, 11, "ready 11x1" },
	};
	struct pty_session *session = start(NULL);
	size_t i;

	(void)state;
	assert_true(pty_wait_for(session, "ready 80x24", 20000));
	for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		if (sizes[i].rows)
			pty_resize(session, sizes[i].rows, sizes[i].columns);
		else
			pty_resize(session, 0, 0), screen_resize(&session->screen, 24, 80);
		assert_true(pty_wait_for(session, sizes[i].shown, 2000));
	}
	pty_resize(session, 1, 1);
	pty_resize(session, 24, 80);
	assert_true(pty_wait_for(session, "ready 80x24", 2000));
	pty_type(session, "q");
	finish(session, 0);
}

static void a_lost_connection_ends_it_at_once(void **state)
{
	const char *full = getenv("POSTROOM_FULL");
	int times = full && full[0] == '1' ? 300 : 5, i;

	(void)state;
	for (i = 0; i < times; i++) {
		struct pty_session *session = start(NULL);
		struct rusage before, after;
		struct timespec pause = { 0, (i % 7) * 3000000 };
		bool waited = i & 1;
		long used;
		int status;

		if (waited)
			assert_true(pty_wait_for(session, "ready", 20000));
		nanosleep(&pause, NULL);
		getrusage(RUSAGE_CHILDREN, &before);
		pty_hang_up(session);
		/* Before our handlers stand, the signal itself ends it with the same status, or there is no terminal. */
		status = pty_wait_end(session, 20000);
		assert_true(status == 129 || (!waited && status == 69));
		getrusage(RUSAGE_CHILDREN, &after);
		used = (after.ru_utime.tv_sec - before.ru_utime.tv_sec) * 1000 + (after.ru_utime.tv_usec - before.ru_utime.tv_usec) / 1000;
		assert_true(used < 500);
		pty_free(session);
	}
}

static void a_stalled_terminal_stalls_nothing(void **state)
{
	struct pty_session *session = start(NULL);
	struct timespec second = { 1, 0 };

	(void)state;
	assert_true(pty_wait_for(session, "ready", 20000));
	pty_type(session, "f");
	nanosleep(&second, NULL);
	/* Nobody reads; a signal is still heard and the rest is not waited for. */
	pty_type(session, "g");
	assert_true(pty_wait_for(session, "key g of 2", 20000));
	pty_settle(session, 100);
	assert_string_equal(session->screen.complaint, "");
	pty_type(session, "f");
	nanosleep(&second, NULL);
	kill(session->pid, SIGTERM);
	nanosleep(&second, NULL);
	assert_int_equal(pty_wait_end(session, 20000), 143);
	pty_free(session);
}

static bool same_settings(const struct termios *a, const struct termios *b)
{
	return a->c_iflag == b->c_iflag && a->c_oflag == b->c_oflag && a->c_cflag == b->c_cflag && a->c_lflag == b->c_lflag
		&& memcmp(a->c_cc, b->c_cc, sizeof(a->c_cc)) == 0;
}

/* A shell with job control: starts the program in a group of its own and wakes it when it stops. */
static int shell(void *context)
{
	struct termios before, stopped;
	int status = 0;
	pid_t pid;

	signal(SIGTTOU, SIG_IGN);
	tcgetattr(0, &before);
	pid = fork();
	if (pid == 0) {
		setpgid(0, 0);
		tcsetpgrp(0, getpid());
		signal(SIGTTOU, SIG_DFL);
		_exit(run(context));
	}
	setpgid(pid, pid);
	tcsetpgrp(0, pid);
	while (waitpid(pid, &status, WUNTRACED) == pid && WIFSTOPPED(status)) {
		char byte;

		tcsetpgrp(0, getpgrp());
		tcgetattr(0, &stopped);
		printf("stopped by %d, settings %s\n", WSTOPSIG(status), same_settings(&before, &stopped) ? "as before" : "changed");
		fflush(stdout);
		if (read(0, &byte, 1) != 1)
			return 98;
		tcsetpgrp(0, pid);
		kill(-pid, SIGCONT);
	}
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static void it_sleeps_and_wakes_under_a_shell(void **state)
{
	struct pty_options options = { .run = shell };
	struct pty_session *session = pty_start(&options);
	int i;

	(void)state;
	assert_true(pty_wait_for(session, "ready 80x24", 20000));
	for (i = 1; i <= 3; i++) {
		char words[40];

		pty_type(session, "\x1a");
		if (!pty_wait_for(session, "settings as before", 20000))
			fail_msg("%s", text_get(&session->stream));
		assert_false(session->screen.alternate);
		assert_false(session->screen.paste_brackets);
		screen_show(&session->screen, "\033[H\033[J", 6);
		pty_type(session, "\n");
		snprintf(words, sizeof(words), "wakes %d", i);
		assert_true(pty_wait_for(session, words, 3000));
		assert_true(pty_wait_for(session, "ready 80x24", 20000));
		assert_true(session->screen.alternate && session->screen.paste_brackets);
	}
	pty_type(session, "q");
	finish(session, 0);
}

static void it_does_not_sleep_where_nobody_would_wake_it(void **state)
{
	static bool restricted = true;
	struct pty_options under_shell = { .run = shell, .context = &restricted };
	struct pty_session *alone = start(NULL), *locked = pty_start(&under_shell);

	(void)state;
	assert_true(pty_wait_for(alone, "ready", 3000));
	assert_true(pty_wait_for(locked, "ready", 3000));
	pty_type(alone, "\x1aj");
	pty_type(locked, "\x1aj");
	assert_true(pty_wait_for(alone, "key j of 2", 2000));
	assert_true(pty_wait_for(locked, "key j of 2", 2000));
	pty_type(alone, "q");
	pty_type(locked, "q");
	finish(alone, 0);
	finish(locked, 0);
}

static void poor_terminals_get_one_line(void **state)
{
	static const char *const terms[] = { "dumb", "no-such-terminal", "" };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(terms) / sizeof(terms[0]); i++) {
		struct pty_options options = { .term = terms[i], .run = run };
		struct pty_session *session = pty_start(&options);
		const char *stream;

		assert_int_equal(pty_wait_end(session, 20000), 69);
		stream = text_get(&session->stream);
		assert_null(strchr(stream, '\033'));
		assert_non_null(strchr(stream, '\n'));
		assert_null(strchr(strchr(stream, '\n') + 1, '\n'));
		assert_true(pty_restored(session));
		pty_free(session);
	}
}

static void without_a_terminal_it_says_so(void **state)
{
	int ends[2], status;
	char words[700] = "";
	pid_t pid;

	(void)state;
	assert_int_equal(pipe(ends), 0);
	fflush(NULL);
	pid = fork();
	if (pid == 0) {
		setsid();
		setenv("TERM", "xterm", 1);
		dup2(ends[1], 2);
		_exit(run(NULL));
	}
	close(ends[1]);
	assert_true(read(ends[0], words, sizeof(words) - 1) > 0);
	close(ends[0]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(WEXITSTATUS(status), 69);
	assert_non_null(strstr(words, "no terminal"));
}

static void the_rules_of_the_test_are_strict(void **state)
{
	static const char *const fine[] = { "\033[H", "\033[3;4H", "\033[?25l", "\033[?2004h", "\033[?1049h", "\033[m", "\033[0;1;31m", "\r" };
	static const char *const wrong[] = { "\033]0;x\007", "\033P1$r\033\\", "\033[21t", "\033[6n", "\033[?1000h", "\033[?1003h", "\033c", "\a", "\033[c", "\033[>c" };
	struct strict *strict = strict_new("xterm-256color");
	struct screen screen;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(fine) / sizeof(fine[0]); i++)
		assert_true(strict_allows(strict, fine[i], strlen(fine[i])));
	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		if (strict_allows(strict, wrong[i], strlen(wrong[i])))
			print_message("allowed: case %zu\n", i);
		assert_false(strict_allows(strict, wrong[i], strlen(wrong[i])));
		screen_open(&screen, 5, 20, strict);
		screen_show(&screen, wrong[i], strlen(wrong[i]));
		assert_string_not_equal(screen.complaint, "");
		screen_close(&screen);
	}
	strict_free(strict);
	assert_null(strict_new("no-such-terminal"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keys_come_in_and_frames_go_out),
		cmocka_unit_test(a_copy_is_one_sequence),
		cmocka_unit_test(the_mouse_is_asked_for_and_given_back),
		cmocka_unit_test(an_idle_screen_sends_nothing),
		cmocka_unit_test(every_way_out_gives_the_terminal_back),
		cmocka_unit_test(sizes_are_followed),
		cmocka_unit_test(a_lost_connection_ends_it_at_once),
		cmocka_unit_test(a_stalled_terminal_stalls_nothing),
		cmocka_unit_test(it_sleeps_and_wakes_under_a_shell),
		cmocka_unit_test(it_does_not_sleep_where_nobody_would_wake_it),
		cmocka_unit_test(poor_terminals_get_one_line),
		cmocka_unit_test(without_a_terminal_it_says_so),
		cmocka_unit_test(the_rules_of_the_test_are_strict),
	};

	setlocale(LC_ALL, "C.UTF-8");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
