/*
 * test_pty_monkey: random keys for the real program on the real directory.
 *
 * In several terminals, as admin who never confirms, as helpdesk who neither
 * does, and as monitor who has nothing to write with: afterwards the directory
 * is as it was (but for what logins write), the terminal got only what it
 * knows, and the program still ends when it is told to.  In restricted mode,
 * traced: nothing is ever executed.  Seeds are printed.  Needs the lab.
 */
#include "tests/live/console.h"

static const char *const keys[] = {
	"\033[B", "\033[B", "\033[A", "\r", "\r", "\r", "\033", "\033", "\t", "\t", "\033[Z", "\033[D", "\033[C", "\033[6~", "\033[5~", "\033[H", "\033[F",
	" ", "e", "l", "n", "d", "r", "c", "C", "u", "x", "/", "?", ":", "2", "3", "H", "+", "-", "s", "o", "p", "v", "!", "\177", "\033[3~",
	"\007", "\020", "\016", "\022", "\014", "\025", "\027", "\013", "\004", "\024", "\001", "\032", "\003", "\023", "\021", "\034",
	"\033OA", "\033OP", "\0331", "\033[1;5C", "\033[M !!", "\033[<0;3;3M", "\033[I", "\033[200~pasted\r\n\033[2J\033[201~", "\033]52;c;x\007",
	"7 GB", "new.person@example.com", "yes", "M\303\274ller", "\344\270\255", "\377", "\303",
};

/* Ways that lead to a review, so that reaching one is not left to luck. */
static const char *const ways[][7] = {
	{ "2", "l", "\025", "7 GB", "\r", "\t", "\r" }, { "2", "d", "\t", "\t", "\r", "\t", "\r" }, { "3", "n", "a.example", "\007", "\t", "\t", "\r" },
	{ "2", "\r", "e", "x", "\007", "\t", "\r" }, { "2", "\033[B", "l", "\025", "0", "\007", "\t" },
};
static size_t refrained;

struct monkey { const char *term, *config; size_t steps; bool traced; };

/* What confirms is not pressed: Enter in a review whose footer does not promise something else for it. */
static bool would_confirm(const struct pty_session *session, const char *key)
{
	return strchr(key, '\r') && pty_shows(session, "Apply") && !pty_shows(session, "Enter go ") && !pty_shows(session, "Enter wait");
}

/* Waits until everything pressed so far has been worked on: the answer to "draw all again" comes after it. */
static void catch_up(struct pty_session *session)
{
	size_t before;
	int i;

	pty_settle(session, 40);
	before = session->stream.length;
	pty_type(session, "\014");
	for (i = 0; i < 100 && session->stream.length < before + 30 && pty_wait_end(session, 0) < 0; i++)
		pty_settle(session, 20);
	pty_settle(session, 40);
}

/* False once it has ended. */
static bool press_one(struct pty_session *session, const char *key, const char *where)
{
	/* Looked at only after all that came before was drawn; a way out may have been among it. */
	if (strchr(key, '\r'))
		catch_up(session);
	if (pty_wait_end(session, 0) >= 0)
		return false;
	if (would_confirm(session, key)) {
		refrained++;
		return true;
	}
	pty_type(session, key);
	if (strchr(key, '\r'))
		pty_settle(session, 60);
	console_clean(session, where);
	return true;
}

/* Back to a list, and on a way; false once it has ended. */
static bool go_a_way(struct pty_session *session, const char *where)
{
	const char *const *way = ways[trial_below(sizeof(ways) / sizeof(ways[0]))];
	bool go_on = true;
	int k;

	pty_resize(session, 24, 80);
	for (k = 0; k < 10 && go_on && (k < 2 || !pty_shows(session, "list complete") || pty_shows(session, "Here:")); k++) {
		go_on = press_one(session, "\033", where);
		/* Esc has to be alone. */
		pty_settle(session, 70);
	}
	for (k = 0; k < 7 && go_on; k++) {
		go_on = press_one(session, way[k], where);
		pty_settle(session, 40);
	}
	/* What it will cause is looked up first. */
	pty_settle(session, 150);
	for (k = 0; k < 4 && go_on && pty_shows(session, "nothing is written yet") && !pty_shows(session, "Enter APPLY"); k++) {
		go_on = press_one(session, "\t", where);
		pty_settle(session, 40);
	}
	return go_on && press_one(session, "\r", where);
}

/* Until it ends by itself or the steps are done; how many were. */
static size_t press_at_random(struct pty_session *session, size_t steps, const char *where)
{
	size_t i;

	for (i = 0; i < steps; i++) {
		bool go_on;

		if (trial_below(60) == 0)
			pty_resize(session, 1 + (int)trial_below(50), 1 + (int)trial_below(160));
		go_on = trial_below(22) == 0 ? go_a_way(session, where) : press_one(session, keys[trial_below(sizeof(keys) / sizeof(keys[0]))], where);
		if (!go_on)
			break;
	}
	return i;
}

static struct pty_session *start(const struct monkey *monkey)
{
	const char *argv[24] = { "/usr/bin/strace", "-f", "-qq", "-A", "-e", "trace=execve,execveat,fork,vfork", "-o", NULL, console_env("POSTROOM"),
		"--start", "users", "--config", monkey->config, monkey->traced ? "--restricted" : NULL };
	struct pty_options options = { .term = monkey->term, .silent = true, .argv = monkey->traced ? argv : argv + 8 };
	struct pty_session *session;
	static char trace[300];

	snprintf(trace, sizeof(trace), "%s/trace-%d", console_folder(), (int)getpid());
	argv[7] = trace;
	session = pty_start(&options);
	assert_non_null(session);
	console_wait(session, "complete");
	return session;
}

static void finish(struct pty_session *session, const struct monkey *monkey, const char *where)
{
	if (pty_wait_end(session, 0) < 0) {
		if (pty_left_behind(session) != (monkey->traced ? 2 : 1))
			fail_msg("%s: %zu processes", where, pty_left_behind(session));
		/* strace does not pass signals on; the line breaks then. */
		if (monkey->traced)
			pty_hang_up(session);
		else
			kill(session->pid, SIGTERM);
	}
	if (pty_wait_end(session, CONSOLE_WAIT_MS) < 0) {
		console_print(session);
		fail_msg("%s: did not end", where);
	}
	console_clean(session, where);
	if (!monkey->traced && !pty_restored(session))
		fail_msg("%s: the terminal was not given back", where);
	/* 0 where a key was a way out. */
	if (!monkey->traced && session->status != 0 && session->status != 143)
		fail_msg("%s: status %d", where, session->status);
	pty_free(session);
}

static void be_a_monkey(const void *context)
{
	const struct monkey *monkey = context;
	size_t done = 0;
	char where[200];

	snprintf(where, sizeof(where), "%s, %s", monkey->term, monkey->config);
	while (done < monkey->steps) {
		struct pty_session *session = start(monkey);

		done += press_at_random(session, monkey->steps - done, where) + 1;
		finish(session, monkey, where);
	}
	printf("# figure monkey in %s: %zu times before Apply\n", where, refrained);
}

static void nothing_is_written_unconfirmed(void **state)
{
	static const char *const terms[] = { "xterm-256color", "vt100", "linux", "screen", "tmux-256color", "rxvt-unicode" };
	static const char *const roles[] = { "admin", "admin", "helpdesk", "monitor" };
	size_t runs = (size_t)trial_rounds(6, 60), steps = (size_t)trial_rounds(70, 1700), i;
	char *before = lab_dump(), *after, *configs[4];

	(void)state;
	for (i = 0; i < 4; i++) {
		char name[30];

		snprintf(name, sizeof(name), "monkey-%zu", i);
		configs[i] = console_configure(name, roles[i], NULL, NULL);
	}
	for (i = 0; i < runs; i++) {
		struct monkey monkey = { terms[i % 6], configs[i % 4], steps, false };

		lab_beside(be_a_monkey, &monkey);
	}
	lab_join();
	after = lab_dump();
	if (strcmp(before, after) != 0) {
		size_t at = 0;

		while (before[at] == after[at])
			at++;
		print_message("# what the history says:\n");
		for (i = 0; i < 4; i++) {
			const char *history[] = { console_env("POSTROOM"), "--config", configs[i], "history", NULL };
			char path[300];

			lab_run(history, "history");
			snprintf(path, sizeof(path), "%s/history", console_folder());
			print_message("%s\n", console_slurp(path, NULL));
		}
		fail_msg("the directory changed: %.200s", after + (at > 100 ? at - 100 : 0));
	}
	printf("# figure monkey: %zu runs of %zu keys, 0 writes\n", runs, steps);
	for (i = 0; i < 4; i++)
		free(configs[i]);
	free(before);
	free(after);
}

/* A program that the mail servers are asked with, and a question: nothing that a row which changes something would start. */
static bool only_asks(const char *line)
{
	/* doveconf itself asks the programs of Dovecot what they can. */
	static const char *const asked[] = { "/usr/lib/dovecot/", "/doveadm\"", "/doveconf\"", "/dovecot\"", "/postqueue\"", "/postconf\"", "/usr/bin/df\"", "/usr/bin/cat\"",
		"/usr/bin/nproc\"", "/usr/bin/stat\"", "/usr/bin/openssl\"", "/usr/bin/ps\"", "/usr/bin/grep\"", "/usr/bin/tail\"",
		"/usr/bin/journalctl\"", "\"guardian\", \"look\"", "\"guardian\", \"smtp\"" };
	static const char *const changes[] = { "\"kick\"", "\"flush\"", "\"reload\"", "\"stop\"", "\"apply\"", "\"confirm\"", "\"rollback\"" };

	for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++)
		if (strstr(line, changes[i]))
			return false;
	if (strstr(line, "/postqueue\"") && (strstr(line, "\"-i\"") || strstr(line, "\"-f\"")))
		return false;
	for (size_t i = 0; i < sizeof(asked) / sizeof(asked[0]); i++)
		if (strstr(line, asked[i]))
			return true;
	return false;
}

/* Every start is one line: the program's own, or a question to a mail server. */
static void only_the_program_itself(const char *path, size_t *starts)
{
	char *text = console_slurp(path, NULL), *rest = text, *line, own[300];

	assert_non_null(text);
	snprintf(own, sizeof(own), "execve(\"%s\", ", console_env("POSTROOM"));
	while ((line = strsep(&rest, "\n")) != NULL) {
		if (strstr(line, own))
			(*starts)++;
		else if (strstr(line, " resumed>"))
			continue;      /* the second half of a line that was looked at */
		else if ((strstr(line, "exec") || strstr(line, "fork(")) && !only_asks(line))
			fail_msg("this was executed: %s", line);
	}
	free(text);
}

static void restricted_executes_nothing(void **state)
{
	const char *probe[] = { "/usr/bin/strace", "-f", "-A", "-o", "/dev/null", "/bin/true", NULL };
	size_t runs = (size_t)trial_rounds(2, 20), steps = (size_t)trial_rounds(50, 5000), i, starts = 0;
	char *config = console_configure("restricted", NULL, NULL, NULL), command[600];
	const char *list[] = { "/bin/sh", "-c", command, NULL };
	char *found, *rest, *path;

	(void)state;
	/* Restricted mode takes a configuration by name only where root owns it. */
	if (getuid() != 0)
		skip();
	if (access(probe[0], X_OK) != 0 || lab_run(probe, "probe") != 0) {
		printf("# there is no strace, or it may not trace\n");
		skip();
	}
	for (i = 0; i < runs; i++) {
		struct monkey monkey = { i % 2 ? "vt100" : "xterm-256color", config, steps, true };

		lab_beside(be_a_monkey, &monkey);
	}
	lab_join();
	snprintf(command, sizeof(command), "ls -d %s/trace-*", console_folder());
	assert_int_equal(lab_run(list, "traces"), 0);
	snprintf(command, sizeof(command), "%s/traces", console_folder());
	rest = found = console_slurp(command, NULL);
	while ((path = strsep(&rest, "\n")) != NULL)
		if (*path)
			only_the_program_itself(path, &starts);
	assert_true(starts >= runs);
	printf("# figure restricted: %zu runs of %zu keys, %zu starts, nothing else executed\n", runs, steps, starts);
	free(found);
	free(config);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_is_written_unconfirmed),
		cmocka_unit_test(restricted_executes_nothing),
	};
	int failed;

	if (!console_ready("random keys on the real program"))
		return 0;
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	lab_sweep();
	return failed;
}
