/*
 * test_pty_who: 300 real sessions by 60 people on two servers, by IMAP, POP3 and
 * ManageSieve over IPv4 and IPv6: what the command and the screen count is what
 * doveadm itself lists, in every grouping, by each way to the servers.
 *
 * Needs the lab with its sshd; without it only the ways that there are.
 */
#include "tests/live/console.h"
#include "tests/live/servers.h"
#include "tests/live/sessions.h"

enum { SERVERS = 2, PEOPLE = 60, SESSIONS = 300 };

static struct session sessions[SESSIONS];
static size_t session_count;
static char *people[PEOPLE];
static char *password;

/* --- sessions ------------------------------------------------------------------------------ */

static void hold(size_t number)
{
	static const enum session_protocol protocols[] = { SESSION_IMAP, SESSION_POP3, SESSION_IMAP, SESSION_SIEVE, SESSION_IMAP };
	static const char *const ports[][2] = {
		[SESSION_IMAP] = { "LAB_IMAP", "LAB_IMAPS" }, [SESSION_POP3] = { "LAB_POP3_", "LAB_POP3S" }, [SESSION_SIEVE] = { "LAB_SIEVE", "LAB_SIEVE" },
	};
	size_t server = number % SERVERS, person = server * PEOPLE / SERVERS + number / SERVERS % (PEOPLE / SERVERS);
	enum session_protocol protocol = protocols[number / SERVERS % 5];
	bool tls = number % 7 == 0 && protocol != SESSION_SIEVE, six = number % 3 == 1;
	char name[32];

	snprintf(name, sizeof(name), "%s%zu", ports[protocol][tls], server + 1);
	/* From another address Dovecot wants TLS. */
	if (!session_open(&sessions[session_count], protocol, tls, six ? "::1" : "127.0.0.1", atoi(console_env(name)),
			tls && !six ? "127.0.5.6" : NULL, people[person], password))
		fail_msg("no session of %s at %s", people[person], name);
	session_count++;
}

static char *list_of_people(void)
{
	return servers_shell("doveadm -c \"$LAB_DOVECOT1_CONF\" user '*' | sed -n '40,69p'; doveadm -c \"$LAB_DOVECOT2_CONF\" user '*' | sed -n '40,69p'");
}

static int open_sessions(void **state)
{
	char *list = list_of_people(), *rest = list;
	size_t i;

	(void)state;
	password = console_slurp(console_env("LAB_PEOPLE_SECRET"), NULL);
	password[strcspn(password, "\n")] = '\0';
	for (i = 0; i < PEOPLE; i++) {
		people[i] = memory_text(strsep(&rest, "\n"));
		assert_true(people[i][0] != '\0');
	}
	free(list);
	for (i = 0; i < SESSIONS; i++)
		hold(i);
	return 0;
}

static void close_sessions(void)
{
	while (session_count > 0)
		session_close(&sessions[--session_count]);
}

static int tear_down(void **state)
{
	(void)state;
	close_sessions();
	for (size_t i = 0; i < PEOPLE; i++)
		free(people[i]);
	free(password);
	lab_sweep();
	return 0;
}

/* --- what doveadm says ------------------------------------------------------------------------- */

/* Lines of `doveadm who`, user, service, pid and address, of server 1, 2 or both (0), through a filter. */
static char *doveadm(int server, const char *filter)
{
	char line[1000];

	snprintf(line, sizeof(line), "{ %s %s } | %s",
		server != 2 ? "doveadm -h -c \"$LAB_DOVECOT1_CONF\" -f tab who -1 | sed 's/$/\tmail1/';" : "",
		server != 1 ? "doveadm -h -c \"$LAB_DOVECOT2_CONF\" -f tab who -1 | sed 's/$/\tmail2/';" : "", filter);
	return servers_shell(line);
}

#define COUNTED "LC_ALL=C sort | uniq -c | awk '{print $2 \"\\t\" $1}' | LC_ALL=C sort"
static const struct grouping { const char *by, *columns, *filter; } groupings[] = {
	{ "user", "user,connections", "cut -f1 | " COUNTED },
	{ "service", "service,connections", "cut -f2 | " COUNTED },
	{ "address", "address,logged_in", "cut -f4 | " COUNTED },
	{ "network", "network,logged_in", "cut -f4 | sed 's/^::1$/::\\/64/; s/\\.[0-9]*$/.0\\/24/' | " COUNTED },
	{ "server", "server,logged_in", "cut -f5 | " COUNTED },
	{ "user", "user,addresses", "cut -f1,4 | LC_ALL=C sort -u | cut -f1 | " COUNTED },
	{ "address", "address,people", "cut -f1,4 | LC_ALL=C sort -u | cut -f2 | " COUNTED },
};

/* A session is in anvil a moment after its answer, and leaves it so. */
static void wait_for_count(long wanted)
{
	for (unsigned tries = 0;; tries++) {
		char *count = doveadm(0, "wc -l");
		long is = strtol(count, NULL, 10);

		free(count);
		if (is == wanted)
			return;
		if (tries == 1000)
			fail_msg("%ld connections, not %ld", is, wanted);
		console_pause(50);
	}
}

/* --- the ways ------------------------------------------------------------------------------------- */

static char *configuration(enum host_way way)
{
	static const char *const names[] = { [WAY_EXEC] = "who-exec", [WAY_SSH] = "who-ssh", [WAY_HTTP] = "who-http" };
	struct text servers = { 0 };
	char *path;

	servers_add_lab(&servers, "mail1", 1, way, NULL);
	servers_add_lab(&servers, "mail2", 2, way, NULL);
	path = servers_configure(names[way], NULL, text_get(&servers));
	text_free(&servers);
	return path;
}

static int by_line(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Without the line of names, in the order of sort. */
static char *sorted(char *table)
{
	char *lines[2000], *rest = strchr(table, '\n');
	size_t count = 0, i;
	struct text out = { 0 };

	assert_non_null(rest);
	rest++;
	while (rest && *rest && count < 2000)
		lines[count++] = strsep(&rest, "\n");
	qsort(lines, count, sizeof(*lines), by_line);
	for (i = 0; i < count; i++)
		text_addf(&out, "%s\n", lines[i]);
	free(table);
	return text_take(&out);
}

static void same(char *ours, char *theirs, const char *what)
{
	if (strcmp(ours, theirs) != 0)
		fail_msg("%s: here\n%sthere\n%s", what, ours, theirs);
	free(ours);
	free(theirs);
}

static void the_command_counts(const char *config)
{
	size_t i;

	for (i = 0; i < sizeof(groupings) / sizeof(groupings[0]); i++) {
		const struct grouping *one = &groupings[i];

		same(sorted(servers_run(config, NULL, "who", "--by", one->by, "--format", "tsv", "--columns", one->columns, NULL)),
			doveadm(0, one->filter), one->columns);
		if (i % 2)
			same(sorted(servers_run(config, NULL, "who", "--by", one->by, "--host", "mail2", "--format", "tsv", "--columns", one->columns, NULL)),
				doveadm(2, one->filter), one->columns);
	}
	same(sorted(servers_run(config, NULL, "who", "--format", "tsv", "--columns", "user,service,pid,address,server", NULL)),
		doveadm(0, "LC_ALL=C sort"), "all");
}

/* Is there a row that begins with this, behind it this number? */
static bool has_row(const struct pty_session *session, const char *key, long count)
{
	for (int i = 0; i < session->screen.rows; i++) {
		char *row = screen_row(&session->screen, i), *at = strstr(row, key);
		bool found = at && strspn(row, " \xe2\x96\xb8") == (size_t)(at - row) && at[strlen(key)] == ' ' && strtol(at + strlen(key), NULL, 10) == count;

		free(row);
		if (found)
			return true;
	}
	return false;
}

static void the_screen_counts(struct pty_session *session, const char *key, const char *title, char *lines)
{
	char *rest = lines, *line, words[100];
	int64_t until = console_now() + CONSOLE_WAIT_MS;
	size_t count = 0, i;

	for (i = 0; lines[i]; i++)
		count += lines[i] == '\n';
	snprintf(words, sizeof(words), "%s - %zu - live", title, count);
	console_step(session, key, words);
	pty_settle(session, 40);
	while ((line = strsep(&rest, "\n")) != NULL && *line) {
		char *number = strchr(line, '\t');

		*number++ = '\0';
		/* One server may have answered before the other. */
		while (!has_row(session, line, strtol(number, NULL, 10)) && console_now() < until)
			pty_wait_for(session, "\1", 50);
		if (!has_row(session, line, strtol(number, NULL, 10))) {
			console_print(session);
			fail_msg("%s: no row %s %s", title, line, number);
		}
	}
	free(lines);
}

static void by_way(enum host_way way)
{
	char *config = configuration(way);
	const char *arguments[] = { "--config", config, NULL };
	struct pty_session *session;

	the_command_counts(config);
	session = console_start(arguments, NULL, 90, 160, NULL);
	console_wait(session, "2/2 up");
	console_step(session, "9", "Services");
	the_screen_counts(session, "u", "Connections by user", doveadm(0, groupings[0].filter));
	the_screen_counts(session, "a", "Connections by address", doveadm(0, groupings[2].filter));
	the_screen_counts(session, "n", "Connections by network", doveadm(0, groupings[3].filter));
	the_screen_counts(session, "b", "Connections by server", doveadm(0, groupings[4].filter));
	/* One server alone. */
	pty_type(session, "o");
	console_wait(session, "on mail1");
	pty_type(session, "o");
	console_wait(session, "on mail2");
	the_screen_counts(session, "u", "Connections by user on mail2", doveadm(2, groupings[0].filter));
	pty_type(session, "\x18");
	console_end(session, 0, "who");
	free(config);
}

static void by_programs(void **state)
{
	(void)state;
	wait_for_count(SESSIONS);
	by_way(WAY_EXEC);
}

static void by_ssh(void **state)
{
	(void)state;
	if (!*console_env("LAB_SSH_PORT"))
		skip();
	by_way(WAY_SSH);
}

static void by_the_api(void **state)
{
	(void)state;
	by_way(WAY_HTTP);
}

/* An empty table is one that was read. */
static void and_nobody(void **state)
{
	char *config = configuration(WAY_EXEC);

	(void)state;
	close_sessions();
	wait_for_count(0);
	same(sorted(servers_run(config, NULL, "who", "--format", "tsv", NULL)), memory_text(""), "nobody");
	free(config);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(by_programs),
		cmocka_unit_test(by_ssh),
		cmocka_unit_test(by_the_api),
		cmocka_unit_test(and_nobody),
	};

	if (!console_ready("pty_who"))
		return 0;
	return cmocka_run_group_tests_name("pty_who", tests, open_sessions, tear_down);
}
