/*
 * test_pty_many_servers: twenty servers of which five hang, each in a way of
 * its own, beside the same twenty without them: keys wait no longer, and the
 * fifteen others stay fresh.
 *
 * Two consoles run at once and get the same keys in turn, so that what the
 * machine does meanwhile is felt by both.  Needs the lab.
 */
#include "tests/live/console.h"
#include "tests/live/proxy.h"
#include "tests/live/servers.h"

enum { SERVERS = 20, HANGING = 5, HIGH = 50, WIDE = 160, KEY_MS = 5000 * CONSOLE_SLOWER };

static struct proxy *proxies[SERVERS];
static char *good_program, *hanging_program;

static bool hangs(int server)
{
	return server % 4 == 2;
}

/* Answers as one of the fixtures would, without a Dovecot; the other one never does. */
static int set_up(void **state)
{
	(void)state;
	good_program = servers_script("doveadm-good",
		"case \"$*\" in\n"
		"*who*) printf 'username\\tservice\\tpid\\tip\\nanna@example.com\\timap\\t7\\t127.0.0.1\\n' ;;\n"
		"*'service status'*) printf 'name\\tprocess_count\\tprocess_avail\\tprocess_limit\\tclient_limit\\tthrottle_secs\\texit_failure_last\\texit_failures_in_sec\\tlast_drop_warning\\tlisten_pending\\tlistening\\tdoveadm_stop\\tprocess_total\\nimap\\t1\\t0\\t1024\\t1\\t0\\t0\\t0\\t0\\t0\\ty\\tn\\t9\\n' ;;\n"
		"*'process status'*) printf 'name\\tpid\\tavailable_count\\ttotal_count\\tidle_start\\tlast_status_update\\tlast_kill_sent\\nimap\\t7\\t0\\t1\\t0\\t0\\t0\\n' ;;\n"
		"esac\n");
	hanging_program = servers_script("doveadm-hangs", "exec sleep 1000\n");
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	for (int i = 0; i < SERVERS; i++)
		proxy_stop(proxies[i]);
	free(good_program);
	free(hanging_program);
	lab_sweep();
	return 0;
}

/* A port that takes connections and says nothing; the way differs, the port is tried too. */
static void add_hanging(struct text *out, int server, const char *name)
{
	proxies[server] = proxy_start(0, PROXY_HANGS, NULL);
	if (server % 8 == 2)
		servers_add(out, name, "\trole = mailbox\n\taddress = \"127.0.0.1\"\n\tports = { \"imap %d\" }\n\thttp = \"http://127.0.0.1:%d\"\n"
			"\thttp_plain = yes\n\thttp_key_file = \"%s\"\n", proxy_port(proxies[server]), proxy_port(proxies[server]), console_env("LAB_DOVEADM_KEY_FILE"));
	else if (server == 6)
		servers_add(out, name, "\trole = mailbox\n\taddress = \"127.0.0.1\"\n\tports = { \"imap %d\" }\n\tssh = \"127.0.0.1\"\n\tssh_port = %d\n",
			proxy_port(proxies[server]), proxy_port(proxies[server]));
	else
		servers_add(out, name, "\trole = mailbox\n\taddress = \"127.0.0.1\"\n\tports = { \"imaps %d\" }\n\texec = yes\n\tdoveadm = \"%s\"\n",
			proxy_port(proxies[server]), hanging_program);
}

static char *configure(const char *name, bool with_hanging)
{
	struct text out = { 0 };
	char *path;

	for (int i = 0; i < SERVERS; i++) {
		char server[16];

		snprintf(server, sizeof(server), "m%02d", i);
		if (with_hanging && hangs(i))
			add_hanging(&out, i, server);
		else
			servers_add(&out, server, "\trole = mailbox\n\taddress = \"127.0.0.1\"\n\tports = { \"imap %s\" }\n\tports_ca_file = \"%s\"\n"
				"\texec = yes\n\tdoveadm = \"%s\"\n\tdovecot_config = \"%s\"\n", console_env("LAB_IMAP1"), console_env("LAB_CA"), good_program,
				console_env("LAB_DOVECOT1_CONF"));
	}
	path = servers_configure(name, "monitor", text_get(&out));
	text_free(&out);
	return path;
}

static struct pty_session *open_one(const char *config)
{
	const char *arguments[] = { "--config", config, "--start", "overview", NULL };
	struct pty_session *session = console_start(arguments, NULL, HIGH, WIDE, NULL);

	console_wait(session, "Overview - ");
	return session;
}

enum { NAME_ROOM = 20 };

/* --- keys --------------------------------------------------------------------------------------- */

static double microseconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

/* The server under the cursor, which stays on it where rows change places; false: there is none. */
static bool pointed(const struct pty_session *session, char name[NAME_ROOM])
{
	for (int i = 0; i < session->screen.rows; i++) {
		char *row = screen_row(&session->screen, i);
		bool here = strncmp(row, "\xe2\x96\xb8", 3) == 0;

		if (here)
			snprintf(name, NAME_ROOM, "%.*s", (int)strcspn(row + 3, " "), row + 3);
		free(row);
		if (here)
			return true;
	}
	return false;
}

/* From the key to the cursor on another server. */
static double press(struct pty_session *session, const char *key)
{
	char before[NAME_ROOM], now[NAME_ROOM];
	double begun;

	assert_true(pointed(session, before));
	begun = microseconds();
	pty_type(session, key);
	while (!pointed(session, now) || strcmp(now, before) == 0) {
		if (microseconds() - begun > KEY_MS * 1000.0) {
			console_print(session);
			fail_msg("a key was not answered");
		}
		pty_wait_for(session, "\1", 1);
	}
	return microseconds() - begun;
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

static void keys_wait_no_longer(struct pty_session *control, struct pty_session *session)
{
	enum { MOST = 1000 };
	static double with[MOST], without[MOST];
	int count = (int)trial_rounds(150, MOST);

	for (int i = 0; i < count; i++) {
		const char *key = i % 16 < 8 ? "\033[B" : "\033[A";

		pty_settle(control, 0);
		pty_settle(session, 0);
		without[i] = press(control, key);
		with[i] = press(session, key);
		/* So that the keys fall into different moments of the questions. */
		console_pause(60);
	}
	qsort(with, (size_t)count, sizeof(*with), by_value);
	qsort(without, (size_t)count, sizeof(*without), by_value);
	printf("# figure key with hanging servers %.1f ms, without %.1f ms, ratio %.2f; 95 of 100 within %.1f and %.1f ms\n",
		with[count / 2] / 1000, without[count / 2] / 1000, with[count / 2] / without[count / 2], with[count * 95 / 100] / 1000, without[count * 95 / 100] / 1000);
	/* Waiting for a server that hangs would be a second and more each time. */
	assert_true(with[count / 2] < without[count / 2] * 3 + 50000);
	assert_true(with[count * 95 / 100] < without[count * 95 / 100] * 3 + 300000);
}

/* --- the others ----------------------------------------------------------------------------------- */

/* The row of a server in the overview; heap; NULL: there is none. */
static char *row_of(const struct pty_session *session, const char *name)
{
	for (int i = 4; i < session->screen.rows; i++) {
		char *row = screen_row(&session->screen, i);

		if (strncmp(row + strspn(row, " \xe2\x96\xb8"), name, strlen(name)) == 0)
			return row;
		free(row);
	}
	return NULL;
}

static bool row_has(const struct pty_session *session, int server, const char *words)
{
	char name[16], *row;
	bool has;

	snprintf(name, sizeof(name), "m%02d ", server);
	row = row_of(session, name);
	has = row && strstr(row, words);
	free(row);
	return has;
}

static bool is_fresh(const struct pty_session *session, int server)
{
	return row_has(session, server, "imap") && !row_has(session, server, "OLD") && !row_has(session, server, "NO ANSWER") && !row_has(session, server, "not known");
}

/* A busy machine may be late with one of them, which comes again. */
static void fifteen_are_fresh(struct pty_session *session)
{
	int64_t until = console_now() + CONSOLE_WAIT_MS;

	for (int i = 0; i < SERVERS; i++)
		while (is_fresh(session, i) != !hangs(i)) {
			if (console_now() > until) {
				console_print(session);
				fail_msg("m%02d is %s", i, hangs(i) ? "fresh" : "not fresh");
			}
			pty_wait_for(session, "\1", 50);
		}
}

static void twenty_servers_of_which_five_hang(void **state)
{
	char *with = configure("many", true), *without = configure("many-control", false);
	struct pty_session *control = open_one(without), *session = open_one(with);

	(void)state;
	/* Every server was asked by then; where only Dovecot hangs, the machine answers. */
	if (!pty_wait_for(session, "15 of 20 servers answer, 1 in part", 60000 * CONSOLE_SLOWER)) {
		console_print(session);
		fail_msg("not fifteen of twenty and one in part");
	}
	console_wait(control, "20 of 20 servers answer");
	fifteen_are_fresh(session);
	keys_wait_no_longer(control, session);
	fifteen_are_fresh(session);
	pty_type(session, "\x18");
	console_end(session, 0, "with hanging servers");
	pty_type(control, "\x18");
	console_end(control, 0, "without");
	free(with);
	free(without);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(twenty_servers_of_which_five_hang) };

	if (!console_ready("pty_many_servers"))
		return 0;
	return cmocka_run_group_tests_name("pty_many_servers", tests, set_up, tear_down);
}
