/*
 * Real sessions on two real Dovecots, one asked by programs and one by its API:
 * every grouping equal to what doveadm itself gives, how full services are
 * equal to processes counted one by one, who only tries, quota of people.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/child.h"
#include "base/file.h"
#include "base/text.h"
#include "live/data.h"
#include "live/source.h"
#include "model/live_kinds.h"
#include "tests/live/sessions.h"

enum { SERVERS = 2, MOST_SESSIONS = 400, PEOPLE = 30, FULL = 9 };

static struct world {
	struct loop *loop;
	struct hosts *hosts;
	struct live *live;
	struct arena *arena;
	const char *password;
	const char *people[SERVERS][PEOPLE];
	struct session sessions[MOST_SESSIONS];
	size_t session_count;
	struct text output;                /* of the last program */
	bool done;
	int status;
} world;

static const char *lab(const char *name)
{
	const char *value = getenv(name);

	return value ? value : "";
}

/* --- programs -------------------------------------------------------------------------------- */

static void ran(const struct child_result *result, void *context)
{
	(void)context;
	text_clear(&world.output);
	text_add_bytes(&world.output, result->output, result->output_length);
	world.status = result->started ? result->status : -1;
	world.done = true;
}

/* What a line of shell gives; "$1" is the configuration of this server's Dovecot. */
static const char *shell(size_t server, const char *line)
{
	const char *configuration = lab(arena_format(world.arena, "LAB_DOVECOT%zu_CONF", server + 1));
	const char *const argv[] = { "/bin/sh", "-c", line, "sh", configuration, NULL };
	struct child_request request = { .argv = argv, .deadline = 60000 };

	world.done = false;
	child_run(world.loop, &request, ran, NULL);
	loop_run_until(world.loop, &world.done);
	assert_int_equal(world.status, 0);
	return text_get(&world.output);
}

static long number(size_t server, const char *line)
{
	return strtol(shell(server, line), NULL, 10);
}

/* --- the world ----------------------------------------------------------------------------------- */

static void read_people(size_t server)
{
	const char *at = shell(server, "doveadm -c \"$1\" user '*' | sed -n '40,69p'");

	for (size_t i = 0; i < PEOPLE; i++) {
		size_t length = strcspn(at, "\n");

		assert_true(length > 0);
		world.people[server][i] = arena_bytes(world.arena, at, length);
		at += length + 1;
	}
}

static int set_up(void **state)
{
	static struct live_settings settings;
	struct host_settings servers[SERVERS] = { { .name = "mail1" }, { .name = "mail2" } };
	struct error error = { 0 };

	(void)state;
	if (!*lab("LAB_DOVECOT1_CONF"))
		return 0;
	world.arena = arena_new();
	world.loop = loop_new();
	world.password = file_read_secret(world.arena, lab("LAB_PEOPLE_SECRET"), &error);
	assert_non_null(world.password);
	for (size_t i = 0; i < SERVERS; i++) {
		servers[i].roles = HOST_MAILBOX;
		servers[i].dovecot_config = lab(arena_format(world.arena, "LAB_DOVECOT%zu_CONF", i + 1));
		servers[i].exec = true;
	}
	/* What the API does not have still goes by program. */
	servers[1].http_url = lab("LAB_DOVEADM_URL2");
	servers[1].http_ca_file = lab("LAB_CA");
	servers[1].http_key_file = lab("LAB_DOVEADM_KEY_FILE");
	servers[1].http_plain = true;
	world.hosts = hosts_open(world.loop, servers, SERVERS);
	world.live = live_open(world.loop, world.hosts, &settings);
	read_people(0);
	read_people(1);
	return 0;
}

static void close_sessions(void)
{
	for (size_t i = 0; i < world.session_count; i++)
		session_close(&world.sessions[i]);
	world.session_count = 0;
}

/* The Dovecot of many_logins_in_a_process, also where that test failed. */
static void stop_many(void)
{
	shell(0, arena_format(world.arena, "cd %s && [ -d many ] || exit 0; doveadm -c many/dovecot.conf stop; rm -rf many", lab("LAB_DIR")));
}

static int tear_down(void **state)
{
	(void)state;
	if (!world.arena)
		return 0;
	close_sessions();
	stop_many();
	live_close(world.live);
	hosts_close(world.hosts);
	loop_free(world.loop);
	text_free(&world.output);
	arena_free(world.arena);
	return 0;
}

static void hold(size_t server, enum session_protocol protocol, bool tls, const char *target, const char *source, size_t person)
{
	static const char *const ports[][2] = {
		[SESSION_IMAP] = { "LAB_IMAP", "LAB_IMAPS" }, [SESSION_POP3] = { "LAB_POP3_", "LAB_POP3S" },
		[SESSION_SIEVE] = { "LAB_SIEVE", "LAB_SIEVE" }, [SESSION_TRYING] = { "LAB_IMAP", "LAB_IMAPS" },
	};
	char name[32];

	assert_true(world.session_count < MOST_SESSIONS);
	snprintf(name, sizeof(name), "%s%zu", ports[protocol][tls], server + 1);
	if (!session_open(&world.sessions[world.session_count], protocol, tls, target, atoi(lab(name)), source, world.people[server][person], world.password))
		fail_msg("no session %d of %s at %s %s", protocol, world.people[server][person], name, target);
	world.session_count++;
}

static bool has_ipv6(void)
{
	return strstr(shell(0, "doveconf -h -c \"$1\" listen"), "::1") != NULL;
}

/* A session is in anvil a moment after its answer. */
static void wait_for_counts(const size_t counts[SERVERS])
{
	for (size_t server = 0; server < SERVERS; server++)
		for (unsigned tries = 0; number(server, "doveadm -h -c \"$1\" -f tab who -1 | wc -l") != (long)counts[server]; tries++) {
			assert_true(tries < 200);
			usleep(50000);
		}
}

/* --- asking ------------------------------------------------------------------------------------------ */

struct asked_for { void *snapshot; struct error error; bool done; };

static void answered(void *context, void *snapshot, const struct error *error)
{
	struct asked_for *to = context;

	to->snapshot = snapshot;
	to->error = *error;
	to->done = true;
}

/* Straight from the source, at this moment. */
static void *ask(const struct source *source, size_t server)
{
	struct asked_for answer = { NULL, { 0 }, false };

	source->ask(world.live, server, answered, &answer);
	loop_run_until(world.loop, &answer.done);
	if (!answer.snapshot)
		fail_msg("%s", answer.error.text);
	return answer.snapshot;
}

static void on_time(void *context)
{
	(void)context;
	loop_stop(world.loop);
}

/* The collector's snapshots, all of them taken from now on. */
static void collect(unsigned which)
{
	struct loop_timer *timer = loop_after(world.loop, 20, 20, on_time, NULL);

	live_want(world.live, 0);
	live_want(world.live, which);
	live_refresh(world.live, LIVE_ALL, which);
	do
		loop_run(world.loop);
	while (!live_settled(world.live));
	for (size_t server = 0; server < SERVERS; server++)
		for (int source = 0; source < LIVE_SOURCES; source++)
			while (which & 1u << source && live_state(world.live, server, source)->running)
				loop_run(world.loop);
	loop_timer_stop(timer);
}

static const char *cell(const struct rows *rows, size_t row, const char *column)
{
	for (size_t i = 0; i < rows->column_count; i++)
		if (strcmp(rows->columns[i]->name, column) == 0)
			return rows->rows[row].values[i].bytes;
	fail_msg("no column %s", column);
	return NULL;
}

/* "count key" lines of a table in the order of the keys, as uniq -c gives them. */
static int by_line(const void *left, const void *right)
{
	return strcmp(*(char *const *)left, *(char *const *)right);
}

static const char *lines_of(const char *table, size_t server, const char *key, const char *count)
{
	struct live_question question = { .table = table, .host = server };
	struct rows *rows = live_rows(world.live, &question);
	char **lines = arena_alloc(world.arena, (rows->count + 1) * sizeof(*lines));
	struct text all = { 0 };
	char *copy;

	for (size_t i = 0; i < rows->count; i++)
		lines[i] = arena_format(world.arena, "%s %s\n", cell(rows, i, key), cell(rows, i, count));
	qsort(lines, rows->count, sizeof(*lines), by_line);
	for (size_t i = 0; i < rows->count; i++)
		text_add(&all, lines[i]);
	copy = arena_text(world.arena, text_get(&all));
	text_free(&all);
	rows_free(rows);
	return copy;
}

/* --- tests ------------------------------------------------------------------------------------------------ */

/* So often what is opened once: POSTROOM_FULL=1 opens 333 sessions of 60 people. */
static size_t times(void)
{
	return strcmp(lab("POSTROOM_FULL"), "1") == 0 ? FULL : 1;
}

/* Some people come more than once, also from one address. */
static size_t person(size_t i)
{
	return i % (times() > 1 ? PEOPLE : 6);
}

static void open_many(size_t counts[SERVERS])
{
	const char *six = has_ipv6() ? "::1" : "127.0.0.1";
	size_t k = times();

	for (size_t i = 0; i < 10 * k; i++)
		hold(0, SESSION_IMAP, false, i % 2 ? six : "127.0.0.1", NULL, person(i));
	for (size_t i = 0; i < 6 * k; i++)
		hold(0, SESSION_IMAP, true, "127.0.0.1", i % 2 ? "127.0.0.2" : "127.0.3.4", person(i) + 4 < PEOPLE ? person(i) + 4 : 0);
	for (size_t i = 0; i < 4 * k; i++)
		hold(0, SESSION_POP3, i % 2, six, NULL, PEOPLE - 1 - i % 20);
	for (size_t i = 0; i < 4 * k; i++)
		hold(0, SESSION_SIEVE, false, i % 2 ? six : "127.0.0.1", NULL, person(i));
	counts[0] = world.session_count;
	for (size_t i = 0; i < 8 * k; i++)
		hold(1, SESSION_IMAP, i % 8 % 3 == 0, i % 2 ? six : "127.0.0.1", NULL, person(i / 2));
	for (size_t i = 0; i < 5 * k; i++)
		hold(1, i % 5 % 2 ? SESSION_SIEVE : SESSION_POP3, false, "127.0.0.1", NULL, i % PEOPLE);
	counts[1] = world.session_count - counts[0];
}

static void every_grouping_equals_doveadm(void **state)
{
	static const struct { const char *table, *key, *count, *line; } cases[] = {
		{ "connections-by-user", "user", "connections", "doveadm -h -c \"$1\" -f tab who -1 | cut -f1 | LC_ALL=C sort | uniq -c | awk '{print $2, $1}'" },
		{ "connections-by-service", "service", "connections", "doveadm -h -c \"$1\" -f tab who -1 | cut -f2 | LC_ALL=C sort | uniq -c | awk '{print $2, $1}'" },
		{ "connections-by-address", "address", "logged_in", "doveadm -h -c \"$1\" -f tab who -1 | cut -f4 | LC_ALL=C sort | uniq -c | awk '{print $2, $1}'" },
		{ "connections-by-network", "network", "logged_in", "doveadm -h -c \"$1\" -f tab who -1 | cut -f4 | sed 's/^::1$/::\\/64/; s/\\.[0-9]*$/.0\\/24/' | LC_ALL=C sort | uniq -c | awk '{print $2, $1}'" },
		{ "connections-by-user", "user", "addresses", "doveadm -h -c \"$1\" -f tab who -1 | cut -f1,4 | LC_ALL=C sort -u | cut -f1 | uniq -c | awk '{print $2, $1}'" },
		{ "connections-by-address", "address", "people", "doveadm -h -c \"$1\" -f tab who -1 | awk '{print $4, $1}' | LC_ALL=C sort -u | cut -d' ' -f1 | uniq -c | awk '{print $2, $1}'" },
		{ "connections-by-user", "user", "highest", "doveadm -h -c \"$1\" -f tab who -1 | cut -f1,2,4 | LC_ALL=C sort | uniq -c | awk '$1 > most[$2] { most[$2] = $1 } END { for (u in most) print u, most[u] }' | LC_ALL=C sort" },
		{ "connections", "user", "pid", "doveadm -h -c \"$1\" -f tab who -1 | awk '{print $1, $3}' | LC_ALL=C sort" },
	};
	size_t counts[SERVERS];

	(void)state;
	if (!world.arena)
		skip();
	open_many(counts);
	assert_int_equal(world.session_count, 37 * times());
	wait_for_counts(counts);
	collect(1u << LIVE_WHO | 1u << LIVE_SLOTS | 1u << LIVE_CONFIGURATION);
	for (size_t server = 0; server < SERVERS; server++) {
		for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
			assert_string_equal(lines_of(cases[i].table, server, cases[i].key, cases[i].count), shell(server, cases[i].line));
		assert_int_equal(strtol(strchr(lines_of("connections-by-server", server, "server", "logged_in"), ' '), NULL, 10), counts[server]);
		assert_int_equal(strtol(strchr(lines_of("connections-by-user", server, "user", "limit"), ' '), NULL, 10), 100);
	}
}

/* --- how full, while the sessions of before are open ----------------------------------------------------------- */

static const struct capacity *capacity_of(const struct capacity *list, size_t count, const char *service)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(list[i].service, service) == 0)
			return &list[i];
	fail_msg("no service %s", service);
	return NULL;
}

static long process_clients(size_t server, const char *service, long limit)
{
	return number(server, arena_format(world.arena,
		"doveadm -h -c \"$1\" -f tab process status %s | awk '{used += %ld - $3} END {print used + 0}'", service, limit));
}

/* Login processes that handed their session over end a moment later. */
static void wait_for_logins(size_t server, long expected)
{
	static const char line[] = "doveadm -h -c \"$1\" -f tab service status imap-login pop3-login managesieve-login | awk '{n += $2 - $3} END {print n}'";

	for (unsigned tries = 0; number(server, line) != expected; tries++) {
		assert_true(tries < 200);
		usleep(50000);
	}
}

static void how_full_services_are(void **state)
{
	struct services *services;
	struct configuration *configuration;
	struct processes *processes;
	struct who *who;
	struct capacity *list;
	size_t count;

	(void)state;
	if (!world.arena)
		skip();
	for (size_t server = 0; server < SERVERS; server++) {
		wait_for_logins(server, (server ? 3 : 8) * (long)times());
		services = ask(&source_services, server);
		configuration = ask(&source_configuration, server);
		processes = ask(&source_processes, server);
		who = ask(&source_who, server);
		count = capacities_of(world.arena, services, configuration, processes, who, &list);
		assert_true(count > 20);
		assert_string_equal(configuration->version, arena_format(world.arena, "%.*s", (int)strlen(configuration->version), shell(server, "dovecot --version")));
		assert_int_equal(configuration->userip, 100);
		/* A session has a process of its own; of login processes those stay that hold TLS (facts: login modes). */
		assert_int_equal(capacity_of(list, count, "imap")->used, (server ? 8 : 16) * times());
		assert_int_equal(capacity_of(list, count, "imap")->possible, 1024);
		assert_int_equal(capacity_of(list, count, "imap-login")->used, (server ? 3 : 6) * times());
		assert_int_equal(capacity_of(list, count, "imap-login")->possible, 100);
		assert_string_equal(capacity_of(list, count, "imap-login")->mode, "one process per login");
		assert_int_equal(capacity_of(list, count, "pop3")->used, (server ? 3 : 4) * times());
		assert_int_equal(capacity_of(list, count, "pop3-login")->used, (server ? 0 : 2) * times());
		assert_int_equal(capacity_of(list, count, "managesieve")->used, (server ? 2 : 4) * times());
		/* Questions come and go; anvil and stats tell their master now and then only. */
		assert_in_range(capacity_of(list, count, "anvil")->used + 4, process_clients(server, "anvil", 600), process_clients(server, "anvil", 600) + 8);
		assert_int_equal(capacity_of(list, count, "anvil")->possible, 600);
		/* Each session and each login process that stays holds one. */
		assert_in_range(capacity_of(list, count, "stats")->used, who->count + (server ? 3 : 8) * times(), who->count + (server ? 3 : 8) * times() + 12);
		assert_in_range(capacity_of(list, count, "stats")->used + 4, process_clients(server, "stats", 600), process_clients(server, "stats", 600) + 8);
		source_services.free(services);
		source_configuration.free(configuration);
		source_processes.free(processes);
		source_who.free(who);
	}
}

/* --- many logins in a process --------------------------------------------------------------------------------------- */

static int free_port(void)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t length = sizeof(address);
	int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_int_equal(bind(descriptor, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(getsockname(descriptor, (struct sockaddr *)&address, &length), 0);
	close(descriptor);
	return ntohs(address.sin_port);
}

/* A Dovecot of its own whose login processes serve ten at once each; "$1" of shell lines is not this one. */
static const char *start_many(int plain, int tls)
{
	static const char words[] =
		"d=$LAB_DIR/many; rm -rf $d; mkdir -p -m 755 $d/run $d/state $d/mail; chown mail $d/mail\n"
		"cat >$d/dovecot.conf <<CONF\n"
		"base_dir = $d/run\nstate_dir = $d/state\nlog_path = $d/log\nlisten = 127.0.0.1\nprotocols = imap\n"
		"ssl = yes\nssl_cert = <$LAB_DIR/tls/server.pem\nssl_key = <$LAB_DIR/tls/server.key\ndisable_plaintext_auth = no\n"
		"mail_location = maildir:$d/mail/%n\nfirst_valid_uid = 1\nfirst_valid_gid = 1\n"
		"passdb {\n driver = static\n args = password=x\n}\nuserdb {\n driver = static\n args = uid=mail gid=mail home=$d/mail/%n\n}\n"
		"service imap-login {\n service_count = 0\n client_limit = 10\n process_limit = 4\n"
		" inet_listener imap {\n  port = $1\n }\n inet_listener imaps {\n  port = $2\n }\n}\n"
		"CONF\n"
		"dovecot -c $d/dovecot.conf >/dev/null 2>&1 </dev/null\n"
		"for i in 1 2 3 4 5 6 7 8 9 10; do [ -s $d/run/master.pid ] && break; sleep 0.1; done\n";
	const char *line = arena_format(world.arena, "LAB_DIR=%s; set -- %d %d\n%s", lab("LAB_DIR"), plain, tls, words);

	shell(0, line);
	return arena_format(world.arena, "%s/many/dovecot.conf", lab("LAB_DIR"));
}

static void many_logins_in_a_process(void **state)
{
	/* Those who try and those with TLS hold room in a login process, plain sessions are handed over. */
	static const struct { size_t tls, plain, trying, used, sessions; } cases[] = {
		{ 6, 0, 0, 6, 6 }, { 0, 5, 0, 6, 11 }, { 0, 0, 5, 11, 11 }, { 3, 0, 0, 14, 14 },
	};
	int plain = free_port(), tls = free_port();
	struct host_settings server = { .name = "many", .roles = HOST_MAILBOX, .exec = true };
	static struct live_settings settings;
	struct session held[40];
	size_t count = 0;
	struct hosts *old_hosts = world.hosts;
	struct live *old_live = world.live;

	(void)state;
	if (!world.arena || geteuid() != 0)
		skip();
	server.dovecot_config = start_many(plain, tls);
	world.hosts = hosts_open(world.loop, &server, 1);
	world.live = live_open(world.loop, world.hosts, &settings);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		uint64_t used = 0, sessions = 0;

		for (size_t j = 0; j < cases[i].tls + cases[i].plain + cases[i].trying; j++, count++)
			assert_true(session_open(&held[count], j < cases[i].tls + cases[i].plain ? SESSION_IMAP : SESSION_TRYING, j < cases[i].tls, "127.0.0.1",
				j < cases[i].tls ? tls : plain, NULL, arena_format(world.arena, "u%zu", count % 7), "x"));
		for (unsigned tries = 0; used != cases[i].used || sessions != cases[i].sessions; tries++) {
			struct services *services = ask(&source_services, 0);
			struct configuration *configuration = ask(&source_configuration, 0);
			struct processes *processes = ask(&source_processes, 0);
			struct capacity *list;
			size_t all = capacities_of(world.arena, services, configuration, processes, NULL, &list);

			if (tries == 50)
				fail_msg("step %zu: %u logins, %u sessions", i, (unsigned)used, (unsigned)sessions);
			used = capacity_of(list, all, "imap-login")->used;
			sessions = capacity_of(list, all, "imap")->used;
			assert_int_equal(capacity_of(list, all, "imap-login")->possible, 40);
			assert_string_equal(capacity_of(list, all, "imap-login")->mode, "many logins per process");
			source_services.free(services);
			source_configuration.free(configuration);
			source_processes.free(processes);
		}
	}
	for (size_t i = 0; i < count; i++)
		session_close(&held[i]);
	live_close(world.live);
	hosts_close(world.hosts);
	world.live = old_live;
	world.hosts = old_hosts;
	stop_many();
}

/* --- who only tries ----------------------------------------------------------------------------------------------- */

static const struct slot_row *slot_of(const struct slots *slots, const char *address)
{
	for (size_t i = 0; i < slots->count; i++)
		if (strcmp(slots->rows[i].address, address) == 0)
			return &slots->rows[i];
	return NULL;
}

static void who_only_tries_is_seen(void **state)
{
	struct slots *slots;
	const struct slot_row *row;

	(void)state;
	if (!world.arena)
		skip();
	for (size_t i = 0; i < 7; i++)
		hold(0, SESSION_TRYING, i % 2, "127.0.0.1", "127.9.9.9", 0);
	collect(1u << LIVE_CONFIGURATION);
	slots = ask(&source_slots, 0);
	assert_null(slots->unreadable);
	row = slot_of(slots, "127.9.9.9");
	assert_non_null(row);
	assert_int_equal(row->open, 7);
	assert_int_equal(row->logged_in, 0);
	assert_int_equal(row->trying, 7);
	assert_int_equal(slots->trying, 7);
	assert_ptr_equal(row, &slots->rows[0]);
	row = slot_of(slots, "127.0.0.2");
	assert_non_null(row);
	assert_int_equal(row->open, 3 * times());
	assert_int_equal(row->logged_in, 3 * times());
	assert_int_equal(row->trying, 0);
	source_slots.free(slots);
	slots = ask(&source_slots, 1);
	assert_int_equal(slots->trying, 0);
	source_slots.free(slots);
}

/* --- quota -------------------------------------------------------------------------------------------------------------- */

static void mailboxes_of_those_connected(void **state)
{
	(void)state;
	if (!world.arena)
		skip();
	for (size_t server = 0; server < SERVERS; server++) {
		struct mailboxes *mailboxes = ask(&source_mailboxes, server);

		/* Fewer people than a run looks at. */
		assert_int_equal(mailboxes->not_looked_at, 0);
		assert_int_equal(mailboxes->looked_at, number(server, "doveadm -h -c \"$1\" -f tab who -1 | cut -f1 | sort -u | wc -l"));
		assert_int_equal(mailboxes->count, mailboxes->looked_at);
		for (size_t i = 0; i < mailboxes->count && i < 3; i++) {
			const char *line = arena_format(world.arena, "doveadm -h -c \"$1\" -f tab quota get -u '%s' | awk -F'\\t' '$2 == \"STORAGE\" {print $4 == \"-\" ? 0 : $4}'",
				mailboxes->rows[i].user);

			assert_int_equal(mailboxes->rows[i].limit / 1024, number(server, line));
		}
		source_mailboxes.free(mailboxes);
	}
}

/* --- the log -------------------------------------------------------------------------------------------------- */

/* Who is kicked leaves a warning; each line as doveadm gives it. */
static void the_last_errors(void **state)
{
	(void)state;
	if (!world.arena)
		skip();
	for (size_t server = 0; server < SERVERS; server++) {
		bool same = false;

		shell(server, arena_format(world.arena, "doveadm -c \"$1\" kick '%s'", world.people[server][0]));
		for (unsigned tries = 0; !same; tries++) {
			struct log_lines *lines = ask(&source_log, server);
			struct text written = { 0 };

			assert_true(tries < 100);
			for (size_t i = 0; i < lines->count; i++)
				text_addf(&written, "%s %s %s\n", lines->rows[i].when, lines->rows[i].level, lines->rows[i].text);
			same = strstr(text_get(&written), "Killed with signal 15") &&
				strcmp(text_get(&written), shell(server, "doveadm -h -c \"$1\" -f tab log errors | awk -F'\\t' '{print $1, $3, $2 \": \" $4}'")) == 0;
			text_free(&written);
			source_log.free(lines);
		}
	}
}

/* --- nobody ----------------------------------------------------------------------------------------------------------- */

static void the_others_and_nobody(void **state)
{
	static const size_t none[SERVERS] = { 0, 0 };

	(void)state;
	if (!world.arena)
		skip();
	close_sessions();
	wait_for_counts(none);
	for (size_t server = 0; server < SERVERS; server++) {
		struct who *who = ask(&source_who, server);
		struct penalty *penalty = ask(&source_penalty, server);

		assert_int_equal(who->count, 0);
		assert_int_equal(who->malformed, 0);
		source_who.free(who);
		source_penalty.free(penalty);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_grouping_equals_doveadm),
		cmocka_unit_test(how_full_services_are),
		cmocka_unit_test(many_logins_in_a_process),
		cmocka_unit_test(who_only_tries_is_seen),
		cmocka_unit_test(mailboxes_of_those_connected),
		cmocka_unit_test(the_last_errors),
		cmocka_unit_test(the_others_and_nobody),
	};

	return cmocka_run_group_tests_name("live_who", tests, set_up, tear_down);
}
