/*
 * test_pty_faults: servers that hang, drip, flood, refuse, lie or are down, all
 * at once behind one console that had good figures of them: each has its own
 * words on the screen and in a command, the old figures stay and are marked
 * old, keys are answered, memory stays what it was.
 *
 * Needs the lab, the part over ssh its sshd.
 */
#include "tests/live/console.h"
#include "tests/live/proxy.h"
#include "tests/live/servers.h"
#include "tests/live/sessions.h"

enum { SESSIONS = 3, WIDE = 200, HIGH = 100, PATIENCE_MS = 120000 * CONSOLE_SLOWER };

#define ANSWER(head) "HTTP/1.1 " head "\r\nContent-Type: application/json\r\nConnection: close\r\n"
static const struct fault {
	const char *name;                  /* of the server */
	enum { BY_API, BY_PROGRAM, BY_SSH, BY_CONFIGURATION } how;
	enum proxy_way way;
	const char *words;                 /* what the server says, or the script does */
	const char *screen;                /* what a person reads */
} faults[] = {
	{ "hangs", BY_API, PROXY_HANGS, NULL, "hangs: http" },
	{ "drips", BY_API, PROXY_DRIPS, ANSWER("200 OK") "Content-Length: 100000\r\n\r\n[[\"doveadmResponse\",[", "drips: http" },
	{ "floods", BY_API, PROXY_FLOODS, ANSWER("200 OK") "Content-Length: 1073741824\r\n\r\n[[\"doveadmResponse\",[{\"username\":\"", "floods: the doveadm API answered" },
	{ "ends", BY_API, PROXY_ENDS, NULL, "ends: http" },
	{ "is401", BY_API, PROXY_SAYS, ANSWER("401 Unauthorized") "Content-Length: 0\r\n\r\n", "does not take our key: compare" },
	{ "is404", BY_API, PROXY_SAYS, ANSWER("404 Not Found") "Content-Length: 0\r\n\r\n", "there is no doveadm API at this URL" },
	{ "is413", BY_API, PROXY_SAYS, ANSWER("413 Too Large") "Content-Length: 0\r\n\r\n", "the question is too large for the doveadm API" },
	{ "lies", BY_API, PROXY_SAYS, ANSWER("200 OK") "Content-Length: 18\r\n\r\n{\"hello\":\"world\"}\n", "does the URL lead to Dovecot?" },
	{ "prghang", BY_PROGRAM, PROXY_HANGS, "exec sleep 1000", "prghang: who gave no answer within 10 s" },
	{ "prgfloo", BY_PROGRAM, PROXY_FLOODS, "head -c 1073741824 /dev/zero | tr '\\0' x", "prgfloo: who said more than is read" },
	{ "prgdown", BY_CONFIGURATION, PROXY_ENDS, NULL, "prgdown: who: Dovecot is not running" },
	{ "asksshp", BY_SSH, PROXY_PASSES, NULL, "does not take our key, or it asks for a password" },
};
#define FAULTS (sizeof(faults) / sizeof(faults[0]))

static struct {
	struct proxy *proxies[FAULTS];
	struct session sessions[SESSIONS];
	char *config;
	struct pty_session *console;
	long memory_before;
} world;

/* An alarm needs three readings: of who is silent they take over a minute, so its words are waited for in full only. */
static bool slow(const struct fault *fault)
{
	return fault->way == PROXY_HANGS || fault->way == PROXY_DRIPS || (fault->how == BY_API && fault->way == PROXY_ENDS);
}

static bool applies(const struct fault *fault)
{
	return fault->how != BY_SSH || *console_env("LAB_SSH_PORT");
}

static void in_folder(char *path, size_t size, const char *name)
{
	snprintf(path, size, "%s/%s", console_folder(), name);
}

/* --- servers --------------------------------------------------------------------------------- */

/* Good as long as a file is not there. */
static void add_program(struct text *servers, const struct fault *fault)
{
	char name[40], lines[600], *script;

	snprintf(name, sizeof(name), "doveadm-%s", fault->name);
	snprintf(lines, sizeof(lines), "[ -e '%s/bad' ] || exec /usr/bin/doveadm \"$@\"\n%s\n", console_folder(), fault->words);
	script = servers_script(name, lines);
	servers_add(servers, fault->name, "\trole = mailbox\n\texec = yes\n\tdoveadm = \"%s\"\n\tdovecot_config = \"%s\"\n", script,
		console_env("LAB_DOVECOT1_CONF"));
	free(script);
}

static void add_server(struct text *servers, size_t i)
{
	const struct fault *fault = &faults[i];
	char path[300];

	switch (fault->how) {
	case BY_API:
		world.proxies[i] = proxy_start(atoi(console_env("LAB_DOVEADM_HTTP1")), PROXY_PASSES, NULL);
		servers_add(servers, fault->name, "\trole = mailbox\n\thttp = \"http://127.0.0.1:%d\"\n\thttp_plain = yes\n\thttp_key_file = \"%s\"\n",
			proxy_port(world.proxies[i]), console_env("LAB_DOVEADM_KEY_FILE"));
		break;
	case BY_PROGRAM:
		add_program(servers, fault);
		break;
	case BY_CONFIGURATION:
		in_folder(path, sizeof(path), "dovecot.conf");
		servers_add(servers, fault->name, "\trole = mailbox\n\texec = yes\n\tdovecot_config = \"%s\"\n", path);
		break;
	case BY_SSH:
		world.proxies[i] = proxy_start(atoi(console_env("LAB_SSH_PORT")), PROXY_PASSES, NULL);
		in_folder(path, sizeof(path), "key");
		servers_add(servers, fault->name, "\trole = mailbox\n\tdovecot_config = \"%s\"\n\tssh = \"%s\"\n\tssh_port = %d\n\tssh_key = \"%s\"\n"
			"\tssh_known_hosts = \"%s/known_hosts\"\n\tssh_config = \"%s\"\n", console_env("LAB_DOVECOT1_CONF"), console_env("LAB_SSH_TARGET"),
			proxy_port(world.proxies[i]), path, console_folder(), console_env("LAB_SSH_CONFIG"));
		break;
	}
}

/* A Dovecot's run directory with the real sockets, or with one that nobody listens at. */
static void write_configuration(bool up)
{
	char path[300], words[700];

	in_folder(path, sizeof(path), "dovecot.conf");
	snprintf(words, sizeof(words), up ? "base_dir = %s/dovecot1/run\n" : "base_dir = %s/nowhere\n", up ? console_env("LAB_DIR") : console_folder());
	console_write(path, words);
}

static void copy_key(const char *of)
{
	char from[300], to[300], *text;

	snprintf(from, sizeof(from), "%s/sshd/%s", console_env("LAB_DIR"), of);
	in_folder(to, sizeof(to), "key");
	text = console_slurp(from, NULL);
	assert_non_null(text);
	console_write(to, text);
	free(text);
}

static void write_known_hosts(int port)
{
	char from[300], path[300], words[1000], *text, *key;

	snprintf(from, sizeof(from), "%s/sshd/host_key.pub", console_env("LAB_DIR"));
	text = console_slurp(from, NULL);
	assert_non_null(text);
	key = text;
	snprintf(words, sizeof(words), "[127.0.0.1]:%d %s", port, key);
	in_folder(path, sizeof(path), "known_hosts");
	console_write(path, words);
	free(text);
}

static void all_goes_wrong(void)
{
	char path[300];

	in_folder(path, sizeof(path), "bad");
	console_write(path, "");
	write_configuration(false);
	for (size_t i = 0; i < FAULTS; i++) {
		if (faults[i].how == BY_SSH && applies(&faults[i]))
			copy_key("host_key");
		/* Also what passes: connections that are open are cut, so that the next one asks for the key. */
		if (world.proxies[i])
			proxy_become(world.proxies[i], faults[i].way, faults[i].words);
	}
}

/* --- the console ----------------------------------------------------------------------------------- */

static long peak_kib(pid_t pid)
{
	char path[60], *text, *at;
	long kib;

	snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
	text = console_slurp(path, NULL);
	at = text ? strstr(text, "VmHWM:") : NULL;
	assert_non_null(at);
	kib = strtol(at + 6, NULL, 10);
	free(text);
	return kib;
}

static int set_up(void **state)
{
	struct text servers = { 0 };
	size_t i;

	(void)state;
	servers_add_lab(&servers, "good", 1, WAY_EXEC, NULL);
	write_configuration(true);
	for (i = 0; i < FAULTS; i++) {
		if (!applies(&faults[i]))
			continue;
		if (faults[i].how == BY_SSH)
			copy_key("user_key");
		add_server(&servers, i);
		if (faults[i].how == BY_SSH)
			write_known_hosts(proxy_port(world.proxies[i]));
	}
	world.config = servers_configure("faults", "monitor", text_get(&servers));
	text_free(&servers);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	for (size_t i = 0; i < FAULTS; i++)
		proxy_stop(world.proxies[i]);
	for (size_t i = 0; i < SESSIONS; i++)
		session_close(&world.sessions[i]);
	free(world.config);
	lab_sweep();
	return 0;
}

static void wait_long(struct pty_session *session, const char *words)
{
	if (pty_wait_for(session, words, PATIENCE_MS))
		return;
	console_print(session);
	fail_msg("\"%s\" did not appear", words);
}

/* The number behind the name at the begin of a row; -1: there is none. */
static long figure_of(const struct pty_session *session, const char *name)
{
	long figure = -1;

	for (int i = 3; i < session->screen.rows && figure < 0; i++) {
		char *row = screen_row(&session->screen, i), *at = row + strspn(row, " \xe2\x96\xb8");

		if (strncmp(at, name, strlen(name)) == 0 && at[strlen(name)] == ' ')
			figure = strtol(at + strlen(name), NULL, 10);
		free(row);
	}
	return figure;
}

static void every_server_has(struct pty_session *session, long connections)
{
	int64_t until = console_now() + PATIENCE_MS;

	for (size_t i = 0; i < FAULTS; i++)
		while (applies(&faults[i]) && figure_of(session, faults[i].name) != connections) {
			if (console_now() > until) {
				console_print(session);
				fail_msg("%s has not %ld connections", faults[i].name, connections);
			}
			pty_wait_for(session, "\1", 100);
		}
}

static void at_first_all_is_well(void **state)
{
	const char *arguments[] = { "--config", world.config, NULL };
	char *password = console_slurp(console_env("LAB_PEOPLE_SECRET"), NULL);

	(void)state;
	password[strcspn(password, "\n")] = '\0';
	for (size_t i = 0; i < SESSIONS; i++)
		assert_true(session_open(&world.sessions[i], SESSION_IMAP, false, "127.0.0.1", atoi(console_env("LAB_IMAP1")), NULL,
			"anna.schmid@example.com", password));
	free(password);
	world.console = console_start(arguments, NULL, HIGH, WIDE, NULL);
	console_step(world.console, "9", "Services");
	console_step(world.console, "b", "Connections by server");
	every_server_has(world.console, SESSIONS);
	world.memory_before = peak_kib(world.console->pid);
}

/* Also while a gigabyte comes in, a key is answered. */
static void each_fault_has_its_words(void **state)
{
	(void)state;
	all_goes_wrong();
	console_step(world.console, "1", "Overview - ");
	wait_long(world.console, "hangs    NO ANSWER ");
	wait_long(world.console, "drips    NO ANSWER ");
	for (size_t i = 0; i < FAULTS; i++)
		if (applies(&faults[i]) && (!slow(&faults[i]) || strcmp(console_env("POSTROOM_FULL"), "1") == 0))
			wait_long(world.console, faults[i].screen);
}

static void old_figures_stay_and_are_marked(void **state)
{
	(void)state;
	console_step(world.console, "9", "Connections by server");
	wait_long(world.console, "OLD: ");
	every_server_has(world.console, SESSIONS);
}

static void a_flood_is_not_kept(void **state)
{
	long grown = peak_kib(world.console->pid) - world.memory_before;
	uint64_t flooded = 0;

	(void)state;
	for (size_t i = 0; i < FAULTS; i++)
		flooded += world.proxies[i] ? proxy_flooded(world.proxies[i]) : 0;
	printf("# figure peak grew %ld KiB under %lu MiB\n", grown, (unsigned long)(flooded >> 20));
	assert_true(flooded > 0);
	assert_true(grown < 160 * 1024 * CONSOLE_SLOWER);
	pty_type(world.console, "\x18");
	console_end(world.console, 0, "faults");
}

static void a_command_says_the_same(void **state)
{
	int status;
	char *table = servers_run(world.config, &status, "who", "--by", "server", "--format", "csv", "--columns", "server,logged_in", NULL);
	char *complaints = servers_complaints();

	(void)state;
	assert_int_equal(status, 69);
	assert_non_null(strstr(table, "good,3"));
	for (size_t i = 0; i < FAULTS; i++)
		if (applies(&faults[i]) && !strstr(complaints, faults[i].screen))
			fail_msg("\"%s\" is not in\n%s", faults[i].screen, complaints);
	free(table);
	free(complaints);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(at_first_all_is_well),
		cmocka_unit_test(each_fault_has_its_words),
		cmocka_unit_test(old_figures_stay_and_are_marked),
		cmocka_unit_test(a_flood_is_not_kept),
		cmocka_unit_test(a_command_says_the_same),
	};

	if (!console_ready("pty_faults"))
		return 0;
	return cmocka_run_group_tests_name("pty_faults", tests, set_up, tear_down);
}
