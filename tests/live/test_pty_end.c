/*
 * test_pty_end: every way in which the console ends gives the terminal back.
 *
 * Connections lost at random moments, with a write under way too; signals,
 * faults, the death of the parent; at the prompt for a password as well.  30
 * lost connections, 1,000 with POSTROOM_FULL.  Needs the lab.
 */
#include <sys/wait.h>

#include "tests/live/console.h"

/* More than this is too slow; what a busy machine makes of it is no fault as long as it is seldom and below the last. */
enum { END_MS = 1000 * CONSOLE_SLOWER, WRITE_END_MS = 6000, PROCESSOR_MS = 50 * CONSOLE_SLOWER, PATIENCE_MS = 60000 };

/* --- lost connections ------------------------------------------------------------------- */

/* Places to be in when the line breaks: keys, sent without waiting for what they bring. */
static const char *const places[] = {
	"", "/an", "\r", "\rl", "?", ":", "3", "H", "/host\r\rx", "n", "\re", "\033[B\033[B\033[6~", "l7 GB\r", "d", ":qu", "\033[200~half a paste",
};

struct worst { int64_t milliseconds; double processor; long slow; };

/* Breaks the line and looks at what follows; 69 is for one that had not opened its terminal yet. */
static void break_line(struct pty_session *session, int limit, const char *where, struct worst *worst)
{
	double before = pty_processor_ms(session), after;
	int64_t begun = console_now(), took;
	int status;

	pty_hang_up(session);
	status = pty_wait_end(session, PATIENCE_MS);
	took = console_now() - begun;
	after = before < 0 ? 0 : session->processor_ms - before;
	if (status != 129 && status != 69)
		fail_msg("%s: status %d", where, status);
	if (took > limit || after > PROCESSOR_MS) {
		printf("# figure %s: took %d ms to end, %.0f ms of processor after the line was broken\n", where, (int)took, after);
		worst->slow++;
	}
	if (pty_left_behind(session) != 0)
		fail_msg("%s: left processes behind", where);
	worst->milliseconds = took > worst->milliseconds ? took : worst->milliseconds;
	worst->processor = after > worst->processor ? after : worst->processor;
	pty_free(session);
}

static void a_lost_connection_ends_it(void **state)
{
	long times = trial_rounds(30, 1000), i;
	struct worst worst = { 0 };

	(void)state;
	for (i = 0; i < times; i++) {
		struct pty_session *session = console_open(NULL, 24, 80, NULL);
		const char *keys = places[trial_below(sizeof(places) / sizeof(places[0]))];
		char where[80];

		snprintf(where, sizeof(where), "lost connection %ld, keys \"%.20s\"", i, keys);
		if (trial_below(5) != 0) {
			console_wait(session, "list complete");
			pty_type(session, keys);
			pty_settle(session, (int)trial_below(60));
		}
		console_pause((int)trial_below(80));
		break_line(session, END_MS, where, &worst);
	}
	assert_true(worst.slow <= times / 5);
	printf("# figure lost connections: %ld, longest end %d ms, most processor %.1f ms\n", times, (int)worst.milliseconds, worst.processor);
}

/* The lab's slapd, stopped for a while; it goes on by itself where this test does not get to it. */
static pid_t directory_sleeps(const struct pty_session *session, pid_t *waker)
{
	char path[300], *words;
	pid_t slapd;

	snprintf(path, sizeof(path), "%s/slapd/slapd.pid", console_env("LAB_DIR"));
	words = console_slurp(path, NULL);
	slapd = words ? (pid_t)strtol(words, NULL, 10) : 0;
	free(words);
	assert_true(slapd > 1);
	fflush(NULL);
	*waker = fork();
	if (*waker == 0) {
		/* Else the line would not break. */
		close(session->master);
		console_pause(10000);
		kill(slapd, SIGCONT);
		_exit(0);
	}
	kill(slapd, SIGSTOP);
	return slapd;
}

static void directory_wakes(pid_t slapd, pid_t waker)
{
	kill(slapd, SIGCONT);
	kill(waker, SIGKILL);
	waitpid(waker, NULL, 0);
}

static void to_the_apply_button(struct pty_session *session, const char *size)
{
	console_wait(session, "list complete");
	console_step(session, "/", "Find:");
	pty_type(session, "aschmid1");
	console_wait(session, " 1 of ");
	/* From the list: on a page the key begins the repair, which is several steps. */
	console_step(session, "\033", "l quota");
	pty_settle(session, 150);
	console_step(session, "l", "Enter goes to the review");
	pty_settle(session, 150);
	pty_type(session, "\025");
	pty_settle(session, 50);
	pty_type(session, size);
	console_step(session, "\r", "Apply");
	console_to_apply(session);
}

static void a_write_under_way_gets_its_time(void **state)
{
	char *config = console_configure("write", NULL, NULL, NULL);
	const char *arguments[] = { "--config", config, NULL };
	const char *undo[] = { console_env("POSTROOM"), "--config", config, "set", "user", "aschmid1", "quota=1GB", "--yes", NULL };
	const char *verify[] = { console_env("POSTROOM"), "--config", config, "history", "--verify", NULL };
	long times = trial_rounds(1, 10), i;
	struct worst worst = { 0 };

	(void)state;
	for (i = 0; i < times; i++) {
		struct pty_session *session = console_start(arguments, NULL, 24, 80, NULL);
		pid_t waker, slapd;
		char size[32];

		snprintf(size, sizeof(size), "%ld GB", 3 + i);
		to_the_apply_button(session, size);
		slapd = directory_sleeps(session, &waker);
		pty_type(session, "\r");
		console_step(session, "", "writing");
		console_pause((int)trial_below(300));
		break_line(session, WRITE_END_MS, "lost while writing", &worst);
		directory_wakes(slapd, waker);
	}
	console_pause(300);
	assert_int_equal(lab_run(verify, "verify"), 0);
	lab_run(undo, "undo");
	printf("# figure lost while writing: %ld, longest end %d ms, most processor %.1f ms\n", times, (int)worst.milliseconds, worst.processor);
	free(config);
}

/* --- signals, faults, keys ---------------------------------------------------------------- */

static void every_way_out_gives_the_terminal_back(void **state)
{
	static const struct { const char *name, *keys; int number, status; } ways[] = {
		{ "q", "q", 0, 0 }, { "Ctrl-X", "\030", 0, 0 }, { "F10", "\033[21~", 0, 0 },
		{ "TERM", NULL, SIGTERM, 143 }, { "INT", NULL, SIGINT, 130 }, { "QUIT", NULL, SIGQUIT, 131 },
		{ "HUP", NULL, SIGHUP, 129 }, { "ABRT", NULL, SIGABRT, 134 },
#ifndef __SANITIZE_ADDRESS__                           /* which ends these itself */
		{ "SEGV", NULL, SIGSEGV, 139 }, { "BUS", NULL, SIGBUS, 135 }, { "FPE", NULL, SIGFPE, 136 }, { "ILL", NULL, SIGILL, 132 },
#endif
	};
	static const char *const terms[] = { "xterm-256color", "vt100", "linux", "screen" };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		struct pty_session *session = console_open(terms[trial_below(4)], 24, 80, NULL);

		console_wait(session, "list complete");
		assert_false(pty_restored(session));
		pty_settle(session, 30);
		if (ways[i].keys)
			pty_type(session, ways[i].keys);
		else
			kill(session->pid, ways[i].number);
		console_end(session, ways[i].status, ways[i].name);
	}
}

/* As a shell that ends: the console is its child in the same session. */
static int be_a_shell(void *context)
{
	const char *argv[] = { console_env("POSTROOM"), "--start", "users", "--config", console_env("POSTROOM_CONFIG"), NULL };
	pid_t child = fork();

	(void)context;
	if (child == 0) {
		execv(argv[0], (char *const *)argv);
		_exit(127);
	}
	for (;;)
		pause();
}

static void the_death_of_the_shell_ends_it(void **state)
{
	struct pty_options options = { .run = be_a_shell };
	struct pty_session *session = pty_start(&options);
	int64_t until;

	(void)state;
	console_wait(session, "list complete");
	assert_int_equal(pty_left_behind(session), 2);
	kill(session->pid, SIGKILL);
	assert_int_equal(pty_wait_end(session, PATIENCE_MS), 128 + SIGKILL);
	until = console_now() + PATIENCE_MS;
	while (pty_left_behind(session) > 0 && console_now() < until)
		console_pause(10);
	assert_int_equal(pty_left_behind(session), 0);
	pty_free(session);
}

/* --- the prompt ------------------------------------------------------------------------------ */

static void the_prompt_never_leaves_the_terminal_silent(void **state)
{
	static const struct { const char *keys; int number, status; } ways[] = {
		{ "\003", 0, 130 }, { "\004", 0, 0 }, { "\r", 0, 0 }, { NULL, SIGTERM, 143 }, { NULL, SIGHUP, 129 }, { "\034", 0, 131 },
	};
	char *config = console_configure("prompt", NULL, "bind_password_file", NULL);
	const char *arguments[] = { "--config", config, NULL };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		struct pty_session *session = console_start(arguments, NULL, 24, 80, NULL);
		int status;

		console_wait(session, "Password of");
		pty_type(session, "half");
		pty_settle(session, 30);
		assert_false(pty_shows(session, "half"));
		if (i == 1 || i == 2) {
			pty_type(session, "\025");
			pty_settle(session, 30);
		}
		if (ways[i].keys)
			pty_type(session, ways[i].keys);
		else
			kill(session->pid, ways[i].number);
		status = pty_wait_end(session, PATIENCE_MS);
		/* Nothing typed is a refusal in words. */
		if (ways[i].status ? status != ways[i].status : status <= 0)
			fail_msg("way %zu: status %d", i, status);
		assert_true(pty_restored(session));
		pty_free(session);
	}
	free(config);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_lost_connection_ends_it),
		cmocka_unit_test(a_write_under_way_gets_its_time),
		cmocka_unit_test(every_way_out_gives_the_terminal_back),
		cmocka_unit_test(the_death_of_the_shell_ends_it),
		cmocka_unit_test(the_prompt_never_leaves_the_terminal_silent),
	};
	int failed;

	if (!console_ready("the ends of the console"))
		return 0;
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	lab_sweep();
	return failed;
}
