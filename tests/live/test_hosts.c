/*
 * test_hosts: the same questions by each way to the same server: here, over
 * ssh, over the doveadm API; and what a console without root is told.
 *
 * Needs the lab with its sshd (lab start-sshd); without either it skips.  Real
 * sessions stand while it runs, so that there is something to be equal.
 */
#include <arpa/inet.h>
#include <dirent.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/file.h"
#include "config.h"
#include "hosts/hosts.h"
#include "hosts/hosts_private.h"
#include "live/data.h"
#include "live/source.h"

#define SESSIONS 6
#define DEADLINE 60000

static struct loop *loop;
static struct config *config;
static struct hosts *hosts;
static struct arena *arena;
static int sessions[SESSIONS];
static size_t by_exec, by_ssh, by_http;

static const char *lab(const char *name)
{
	const char *value = getenv(name);

	return value ? value : "";
}

static bool missing(void)
{
	return !lab("LAB_SSH_PORT")[0] || !lab("LAB_CONFIG_WAYS")[0];
}

/* --- sessions ------------------------------------------------------------------------------------ */

static bool reads(int socket, const char *wanted)
{
	char line[2000] = "";
	size_t length = 0;

	while (!strstr(line, wanted) && !strstr(line, "a NO")) {
		ssize_t count = recv(socket, line + length, sizeof(line) - 1 - length, 0);

		if (count <= 0)
			return false;
		length += (size_t)count;
		line[length] = '\0';
	}
	return strstr(line, wanted) != NULL;
}

static int log_in_once(unsigned number)
{
	static const char *const people[] = { "anna.schmid@example.com", "jan.novak@example.org", "frieda.keeps@example.com" };
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(lab("LAB_IMAP1"))) };
	struct timeval patience = { .tv_sec = 30 };
	const char *password = file_read_secret(arena, lab("LAB_PEOPLE_SECRET"), NULL);
	int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	const char *line;

	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_non_null(password);
	setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	line = arena_format(arena, "a LOGIN \"%s\" \"%s\"\r\n", people[number % 3], password);
	if (connect(descriptor, (struct sockaddr *)&to, sizeof(to)) == 0 && send(descriptor, line, strlen(line), MSG_NOSIGNAL) == (ssize_t)strlen(line) &&
	    reads(descriptor, "a OK"))
		return descriptor;
	close(descriptor);
	return -1;
}

/* After tests that kill slapd Dovecot takes a while to see that it is back; logins are refused for so long. */
static int log_in(unsigned number)
{
	int descriptor = log_in_once(number);

	for (unsigned tries = 0; descriptor < 0 && tries < 120; tries++) {
		usleep(500000);
		descriptor = log_in_once(number);
	}
	assert_true(descriptor >= 0);
	return descriptor;
}

/* --- questions -------------------------------------------------------------------------------------- */

static const struct host_answer *ask_of(struct hosts *whose, size_t host, const char *command, const char *hole)
{
	struct host_request request = { .command = command, .holes = &hole, .hole_count = hole ? 1 : 0, .deadline = DEADLINE };

	return host_run_here(whose, loop, host, &request, NULL, arena);
}

static const struct host_answer *ask(size_t host, const char *command, const char *hole)
{
	const struct host_answer *answer = ask_of(hosts, host, command, hole);

	if (answer->error.kind != ERROR_NONE)
		fail_msg("%s: %s", command, answer->error.text);
	return answer;
}

static void on_news(void *context)
{
	*(bool *)context = true;
}

static void settle(struct live *live, enum live_source source)
{
	size_t i;

	while (!live_settled(live)) {
		bool news = false;

		live_listen(live, on_news, &news);
		loop_run_until(loop, &news);
	}
	live_listen(live, NULL, NULL);
	for (i = 0; i < hosts_count(hosts); i++)
		if (!live_state(live, i, source)->known)
			fail_msg("%s", live_state(live, i, source)->error.text);
}

static void same_connections(const struct who *a, const struct who *b)
{
	size_t i;

	assert_int_equal(a->count, b->count);
	assert_int_equal(a->people, b->people);
	for (i = 0; i < a->count; i++) {
		assert_string_equal(a->rows[i].user, b->rows[i].user);
		assert_string_equal(a->rows[i].service, b->rows[i].service);
		assert_string_equal(a->rows[i].address, b->rows[i].address);
		assert_int_equal(a->rows[i].pid, b->rows[i].pid);
	}
}

static const struct service_row *service(const struct services *services, const char *name)
{
	size_t i;

	for (i = 0; i < services->count; i++)
		if (!strcmp(services->rows[i].name, name))
			return &services->rows[i];
	fail_msg("there is no service %s", name);
	return NULL;
}

/* What no question changes: doveadm, stats and others work while they are asked. */
static void same_services(const struct services *a, const struct services *b)
{
	static const char *const steady[] = { "imap", "imap-login", "pop3-login", "anvil", "auth", "lmtp" };
	size_t i;

	assert_int_equal(a->count, b->count);
	for (i = 0; i < a->count; i++) {
		assert_string_equal(a->rows[i].name, b->rows[i].name);
		assert_int_equal(a->rows[i].process_limit, b->rows[i].process_limit);
		assert_int_equal(a->rows[i].client_limit, b->rows[i].client_limit);
		assert_int_equal(a->rows[i].last_drop, b->rows[i].last_drop);
	}
	for (i = 0; i < sizeof(steady) / sizeof(steady[0]); i++)
		assert_int_equal(service(a, steady[i])->process_count, service(b, steady[i])->process_count);
}

/* The real sources, over all three ways. */
static void who_and_services_are_equal(void **state)
{
	struct live *live;
	size_t count;

	(void)state;
	if (missing())
		skip();
	live = live_open(loop, hosts, &config->live);
	live_want(live, 1u << LIVE_WHO | 1u << LIVE_SERVICES);
	settle(live, LIVE_WHO);
	settle(live, LIVE_SERVICES);
	count = ((const struct who *)live_snapshot(live, by_exec, LIVE_WHO))->count;
	printf("# figure connections %zu\n", count);
	assert_true(count >= SESSIONS);
	same_connections(live_snapshot(live, by_exec, LIVE_WHO), live_snapshot(live, by_ssh, LIVE_WHO));
	same_connections(live_snapshot(live, by_exec, LIVE_WHO), live_snapshot(live, by_http, LIVE_WHO));
	same_services(live_snapshot(live, by_exec, LIVE_SERVICES), live_snapshot(live, by_ssh, LIVE_SERVICES));
	same_services(live_snapshot(live, by_exec, LIVE_SERVICES), live_snapshot(live, by_http, LIVE_SERVICES));
	live_close(live);
}

/* Each row that asks only, by each way that it has, runs to its end on a real server. */
/* What there may be nothing of on the machine of a test, which is then told by the status. */
static bool may_find_nothing(const char *command)
{
	static const char *const commands[] = { "sockets", "dovecot-lines", "sieve-get", "log-journal", "dovecot-memory", "process-memory", "systemd",
		"service-state", "mailbox-settings" };

	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		if (strcmp(commands[i], command) == 0)
			return true;
	return false;
}

static void every_question_is_understood(void **state)
{
	/* A file that every command which takes one understands. */
	char authority[300], table[300];
	const char *const values[] = {
		[HOLE_USER] = "anna.schmid@example.com", [HOLE_NETWORK] = "127.0.0.0/8", [HOLE_QUEUE_ID] = "A1B2C3D4E5", [HOLE_SERVICE] = "imap",
		[HOLE_PARAMETER] = "queue_directory", [HOLE_PATH] = authority, [HOLE_TIME] = "1700000000", [HOLE_MAILBOX] = "INBOX",
		[HOLE_MESSAGE_ID] = "<none@example.com>", [HOLE_SETTING] = "auth_cache_size", [HOLE_SCRIPT] = "none",
		[HOLE_WHO] = "anyone", [HOLE_RIGHT] = "lookup", [HOLE_NAME] = "CERTIFICATE", [HOLE_PATTERN] = "anna", [HOLE_TABLE] = table,
		[HOLE_PROCESS] = "/proc/1/limits",
	};
	const struct host_command *command;
	size_t host, i;

	(void)state;
	if (missing())
		skip();
	snprintf(authority, sizeof(authority), "%s/tls/ca.pem", lab("LAB_DIR"));
	snprintf(table, sizeof(table), "texthash:%s/transport", lab("LAB_POSTFIX_CONF"));
	for (command = host_commands; command->name; command++)
		for (host = 0; host < hosts_count(hosts) && !command->changes; host++) {
			const char *holes[9];
			struct host_request request = { .command = command->name, .holes = holes, .hole_count = command->hole_count, .deadline = DEADLINE,
				.input = command->input_domains ? "outside.test\n" : NULL, .input_length = command->input_domains ? 13 : 0 };
			const struct host_answer *answer;
			struct error error = { 0 };

			/* postroom need not be installed there; tests of the guardian ask it. */
			if (!strcmp(command->program, "postroom"))
				continue;
			if (host_way(hosts, host, command->name, NULL) == WAY_NONE ||
			    (command->group == GROUP_POSTFIX && !(host_at(hosts, host)->roles & HOST_TRANSPORT)))
				continue;
			for (i = 0; i < command->hole_count; i++)
				holes[i] = values[command->holes[i]];
			answer = host_run_here(hosts, loop, host, &request, NULL, arena);
			if (answer->error.kind != ERROR_NONE)
				fail_msg("%s: %s", command->name, answer->error.text);
			/* There is no such message and script, a machine may lack IPv6 and a journal, and that file is none of Dovecot's. */
			if (command->group == GROUP_POSTFIX && command->hole_count && command->holes[0] == HOLE_QUEUE_ID)
				continue;
			if (!host_answer_good(host_at(hosts, host), command->name, answer, &error) && !may_find_nothing(command->name))
				fail_msg("%s", error.text);
		}
}

static void what_needs_no_time_is_equal(void **state)
{
	static const struct { const char *command, *hole; } cases[] = {
		{ "dovecot-version", NULL }, { "userip", NULL }, { "userip-pop3", NULL }, { "cores", NULL }, { "configuration", NULL },
		{ "queue", NULL }, { "postconf", "queue_directory" }, { "age", "/etc/passwd" },
	};
	size_t i;

	(void)state;
	if (missing())
		skip();
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		if (!(host_at(hosts, by_exec)->roles & HOST_TRANSPORT) && i >= 5 && i < 7)
			continue;
		assert_string_equal(ask(by_exec, cases[i].command, cases[i].hole)->output, ask(by_ssh, cases[i].command, cases[i].hole)->output);
	}
}

static void nobody_knows_this_user(void **state)
{
	size_t host;

	(void)state;
	if (missing())
		skip();
	for (host = 0; host < 3; host++) {
		const struct host_answer *answer = ask(host, "quota-get", "no.such.person@example.com");
		struct error error = { 0 };

		assert_int_equal(answer->status, 67);
		assert_false(host_answer_good(host_at(hosts, host), "quota-get", answer, &error));
		assert_int_equal(error.kind, ERROR_NOT_FOUND);
	}
}

/* --- what goes wrong -------------------------------------------------------------------------------- */

static const struct host_answer *ask_with(struct host_settings settings, const char *command)
{
	struct hosts *other = hosts_open(loop, &settings, 1);
	const struct host_answer *answer = ask_of(other, 0, command, NULL);

	hosts_close(other);
	return answer;
}

static const char *write_file(const char *name, const char *words)
{
	const char *path = arena_format(arena, "%s/state/%s", lab("LAB_DIR"), name);
	struct error error;

	if (!file_replace(path, words, strlen(words), 0600, &error))
		fail_msg("%s", error.text);
	return path;
}

static void ssh_says_why_not(void **state)
{
	struct host_settings settings;
	const struct host_answer *answer;

	(void)state;
	if (missing())
		skip();
	settings = *host_at(hosts, by_ssh);
	settings.ssh_known_hosts = write_file("no-hosts", "");
	answer = ask_with(settings, "who");
	assert_int_equal(answer->error.kind, ERROR_REFUSED);
	assert_non_null(strstr(answer->error.text, "its host key is not known yet"));
	settings.ssh_known_hosts = write_file("other-hosts", arena_format(arena, "[127.0.0.1]:%s ssh-ed25519 "
		"AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl\n", lab("LAB_SSH_PORT")));
	answer = ask_with(settings, "who");
	assert_int_equal(answer->error.kind, ERROR_REFUSED);
	assert_non_null(strstr(answer->error.text, "the host key is another than the known one"));
	settings = *host_at(hosts, by_ssh);
	settings.ssh_key = arena_format(arena, "%s/sshd/host_key", lab("LAB_DIR"));
	answer = ask_with(settings, "who");
	assert_int_equal(answer->error.kind, ERROR_REFUSED);
	assert_non_null(strstr(answer->error.text, "does not take our key, or it asks for a password"));
	settings = *host_at(hosts, by_ssh);
	settings.ssh_port = atoi(lab("LAB_SSH_PORT")) - 1;
	answer = ask_with(settings, "who");
	assert_int_equal(answer->error.kind, ERROR_UNREACHABLE);
	assert_non_null(strstr(answer->error.text, "nobody listens on its ssh port"));
	settings.doveadm = "/nonexistent/doveadm";
	settings.ssh_port = atoi(lab("LAB_SSH_PORT"));
	answer = ask_with(settings, "who");
	assert_int_equal(answer->error.kind, ERROR_NONE);
	assert_int_equal(answer->status, 127);
}

static void the_api_says_why_not(void **state)
{
	struct host_settings settings;
	const struct host_answer *answer;

	(void)state;
	if (missing())
		skip();
	settings = *host_at(hosts, by_http);
	settings.http_key_file = write_file("wrong-key", "wrong\n");
	answer = ask_with(settings, "who");
	assert_int_equal(answer->error.kind, ERROR_REFUSED);
	assert_non_null(strstr(answer->error.text, "does not take our key"));
	settings = *host_at(hosts, by_http);
	settings.http_password_file = settings.http_key_file;
	settings.http_key_file = NULL;
	assert_int_equal(ask_with(settings, "who")->error.kind, ERROR_NONE);
	/* The other server's API speaks TLS; its authority is not one of the system's. */
	settings = *host_at(hosts, by_http);
	settings.http_url = lab("LAB_DOVEADM_URL2");
	settings.http_plain = false;
	settings.http_ca_file = lab("LAB_CA");
	assert_int_equal(strncmp(settings.http_url, "https://", 8), 0);
	assert_int_equal(ask_with(settings, "who")->error.kind, ERROR_NONE);
	settings.http_ca_file = NULL;
	answer = ask_with(settings, "who");
	assert_int_equal(answer->error.kind, ERROR_REFUSED);
	assert_non_null(strstr(answer->error.text, "its certificate is not trusted"));
	/* A server with TLS that is not the API, with its authority known and not. */
	settings.http_url = arena_format(arena, "https://127.0.0.1:%s", lab("LAB_IMAPS1"));
	settings.http_ca_file = lab("LAB_CA");
	answer = ask_with(settings, "who");
	assert_int_equal(answer->error.kind, ERROR_UNREACHABLE);
	assert_non_null(strstr(answer->error.text, "does not speak HTTP"));
	settings.http_ca_file = NULL;
	answer = ask_with(settings, "who");
	assert_int_equal(answer->error.kind, ERROR_REFUSED);
	assert_non_null(strstr(answer->error.text, "its certificate is not trusted"));
}

/* --- without root ----------------------------------------------------------------------------------- */

static const char *of_nobody(const char *program)
{
	const char *path = arena_format(arena, "%s/state/as-nobody", lab("LAB_DIR"));
	const char *words = arena_format(arena, "#!/bin/sh\nexec /usr/bin/setpriv --reuid=nobody --regid=nogroup --clear-groups -- %s \"$@\"\n",
		program);

	assert_true(file_replace(path, words, strlen(words), 0700, NULL));
	return path;
}

static void without_root_there_are_ways(void **state)
{
	struct host_settings settings;
	const struct host_answer *answer;
	struct error error = { 0 };
	char anvil[300], config_copy[300];
	size_t before;

	(void)state;
	if (missing() || geteuid() != 0 || access("/usr/bin/setpriv", X_OK))
		skip();
	settings = *host_at(hosts, by_exec);
	settings.doveadm = of_nobody("/usr/bin/doveadm");
	/* The configuration holds secrets of the lab; nobody gets one of the same instance without them. */
	settings.dovecot_config = NULL;
	snprintf(config_copy, sizeof(config_copy), "%s/state/nobody.conf", lab("LAB_DIR"));
	snprintf(anvil, sizeof(anvil), "base_dir = %s/dovecot1/run\n", lab("LAB_DIR"));
	assert_true(file_replace(config_copy, anvil, strlen(anvil), 0644, NULL));
	settings.dovecot_config = config_copy;
	answer = ask_with(settings, "who");
	assert_int_equal(answer->error.kind, ERROR_NONE);
	assert_false(host_answer_good(&settings, "who", answer, &error));
	assert_int_equal(error.kind, ERROR_REFUSED);
	assert_non_null(strstr(error.text, "this login may not ask Dovecot; run as root, set sudo for this server, use the doveadm API, or open the socket"));
	before = strlen(ask(by_exec, "who", NULL)->output);
	/* Opened as unix_listener anvil { mode = 0666 } would. */
	snprintf(anvil, sizeof(anvil), "%s/dovecot1/run/anvil", lab("LAB_DIR"));
	assert_int_equal(chmod(anvil, 0666), 0);
	answer = ask_with(settings, "who");
	chmod(anvil, 0600);
	if (!host_answer_good(&settings, "who", answer, &error))
		fail_msg("%s", error.text);
	assert_int_equal(strlen(answer->output), before);
	assert_true(before > 100);
}

/* --- the end ------------------------------------------------------------------------------------------ */

/* The process whose command line holds these words; 0: none. */
static pid_t who_has(const char *words)
{
	DIR *all = opendir("/proc");
	const struct dirent *entry;
	pid_t found = 0;

	while (!found && (entry = readdir(all))) {
		char path[300], line[8192] = "";
		FILE *file;
		size_t length, i;

		snprintf(path, sizeof(path), "/proc/%s/cmdline", entry->d_name);
		file = entry->d_name[0] >= '1' && entry->d_name[0] <= '9' ? fopen(path, "r") : NULL;
		if (!file)
			continue;
		length = fread(line, 1, sizeof(line) - 1, file);
		fclose(file);
		for (i = 0; i < length; i++)
			line[i] = line[i] ? line[i] : ' ';
		if (strstr(line, words))
			found = (pid_t)atoi(entry->d_name);
	}
	closedir(all);
	return found;
}

/* One connection for all questions, and none when it is over. */
static void the_master_connection_ends(void **state)
{
	struct hosts *other;
	char directory[100];
	pid_t master;

	(void)state;
	if (missing())
		skip();
	other = hosts_open(loop, host_at(hosts, by_ssh), 1);
	assert_int_equal(ask_of(other, 0, "load", NULL)->error.kind, ERROR_NONE);
	assert_non_null(other->runtime);
	snprintf(directory, sizeof(directory), "%s", other->runtime);
	master = who_has(directory);
	assert_true(master > 0);
	assert_int_equal(ask_of(other, 0, "load", NULL)->error.kind, ERROR_NONE);
	assert_int_equal(who_has(directory), master);
	/* It breaks: a question may fail, the next one has a connection of its own again. */
	assert_int_equal(kill(master, SIGKILL), 0);
	while (kill(master, 0) == 0 && who_has(directory) == master)
		usleep(20000);
	ask_of(other, 0, "load", NULL);
	assert_int_equal(ask_of(other, 0, "load", NULL)->error.kind, ERROR_NONE);
	assert_true(who_has(directory) > 0 && who_has(directory) != master);
	hosts_close(other);
	assert_int_equal(access(directory, F_OK), -1);
	for (unsigned tries = 0; tries < 600 && who_has(directory) != 0; tries++)
		usleep(50000);
	assert_int_equal(who_has(directory), 0);
}

static int set_up(void **state)
{
	struct options options = { .config = lab("LAB_CONFIG_WAYS") };
	struct error error;
	size_t i;

	(void)state;
	arena = arena_new();
	loop = loop_new();
	if (missing())
		return 0;
	config_machine_file = "/nonexistent/postroom.conf";
	config = config_load(&options, &error);
	if (!config) {
		fprintf(stderr, "%s\n", error.text);
		return -1;
	}
	hosts = hosts_open(loop, config->hosts, config->host_count);
	if (!host_named(hosts, "by-exec", &by_exec) || !host_named(hosts, "by-ssh", &by_ssh) || !host_named(hosts, "by-http", &by_http))
		return -1;
	for (i = 0; i < SESSIONS; i++)
		sessions[i] = log_in((unsigned)i);
	return 0;
}

static int tear_down(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < SESSIONS && !missing(); i++)
		close(sessions[i]);
	hosts_close(hosts);
	config_free(config);
	loop_free(loop);
	arena_free(arena);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_and_services_are_equal),
		cmocka_unit_test(every_question_is_understood),
		cmocka_unit_test(what_needs_no_time_is_equal),
		cmocka_unit_test(nobody_knows_this_user),
		cmocka_unit_test(ssh_says_why_not),
		cmocka_unit_test(the_api_says_why_not),
		cmocka_unit_test(without_root_there_are_ways),
		cmocka_unit_test(the_master_connection_ends),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
