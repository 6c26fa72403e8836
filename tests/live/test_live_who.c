/*
 * Real sessions on two real Dovecots, one asked by programs and one by its API:
 * every grouping equal to what doveadm itself gives, how full services are
 * equal to processes counted one by one, who only tries, quota of people.
 */
#include "base/file.h"
#include "model/live_kinds.h"
#include "tests/live/who_world.h"

enum { SERVERS = 2, MOST_SESSIONS = 400, PEOPLE = 30, FULL = 9 };

static struct {
	const char *password;
	const char *people[SERVERS][PEOPLE];
	struct session sessions[MOST_SESSIONS];
	size_t session_count;
} held;

/* --- the world ----------------------------------------------------------------------------------- */

static void read_people(size_t server)
{
	const char *at = shell(server, "doveadm -c \"$1\" user '*' | sed -n '40,69p'");

	for (size_t i = 0; i < PEOPLE; i++) {
		size_t length = strcspn(at, "\n");

		assert_true(length > 0);
		held.people[server][i] = arena_bytes(world.arena, at, length);
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
	held.password = file_read_secret(world.arena, lab("LAB_PEOPLE_SECRET"), &error);
	assert_non_null(held.password);
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
	for (size_t i = 0; i < held.session_count; i++)
		session_close(&held.sessions[i]);
	held.session_count = 0;
}

static int tear_down(void **state)
{
	(void)state;
	if (!world.arena)
		return 0;
	close_sessions();
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

	assert_true(held.session_count < MOST_SESSIONS);
	snprintf(name, sizeof(name), "%s%zu", ports[protocol][tls], server + 1);
	if (!session_open(&held.sessions[held.session_count], protocol, tls, target, atoi(lab(name)), source, held.people[server][person], held.password))
		fail_msg("no session %d of %s at %s %s", protocol, held.people[server][person], name, target);
	held.session_count++;
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
			assert_true(tries < 1000);
			usleep(50000);
		}
}

/* --- asking ------------------------------------------------------------------------------------------ */

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
	counts[0] = held.session_count;
	for (size_t i = 0; i < 8 * k; i++)
		hold(1, SESSION_IMAP, i % 8 % 3 == 0, i % 2 ? six : "127.0.0.1", NULL, person(i / 2));
	for (size_t i = 0; i < 5 * k; i++)
		hold(1, i % 5 % 2 ? SESSION_SIEVE : SESSION_POP3, false, "127.0.0.1", NULL, i % PEOPLE);
	counts[1] = held.session_count - counts[0];
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
	assert_int_equal(held.session_count, 37 * times());
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
		assert_true(tries < 1000);
		usleep(50000);
	}
}

/* Processes tell their master now and then, and questions hold clients too: at rest both ways give one figure, not below least. */
static void clients_become(size_t server, const char *service, long least, long limit)
{
	bool same = false;

	for (unsigned tries = 0; !same; tries++) {
		struct services *services = ask(&source_services, server);
		struct processes *processes = ask(&source_processes, server);
		struct capacity *list;
		size_t count = capacities_of(world.arena, services, NULL, processes, NULL, &list);
		long used = (long)capacity_of(list, count, service)->used, other = process_clients(server, service, limit);

		same = used == other && used >= least && used < least + 15;
		if (tries == 500)
			fail_msg("%s: %ld here, %ld there, at least %ld", service, used, other, least);
		source_services.free(services);
		source_processes.free(processes);
	}
}

/* A process of a session that ended is there for a moment more: at rest these hold so many. */
static bool at_rest(struct capacity *list, size_t count, size_t server)
{
	static const struct { const char *service; size_t used[SERVERS]; } rest[] = {
		{ "imap", { 16, 8 } }, { "imap-login", { 6, 3 } }, { "pop3", { 4, 3 } }, { "pop3-login", { 2, 0 } }, { "managesieve", { 4, 2 } },
	};

	for (size_t i = 0; i < sizeof(rest) / sizeof(rest[0]); i++)
		if (capacity_of(list, count, rest[i].service)->used != rest[i].used[server] * times())
			return false;
	return true;
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
		configuration = ask(&source_configuration, server);
		for (unsigned tries = 0;; tries++) {
			services = ask(&source_services, server);
			processes = ask(&source_processes, server);
			who = ask(&source_who, server);
			count = capacities_of(world.arena, services, configuration, processes, who, &list);
			if (tries == 500 || at_rest(list, count, server))
				break;
			source_services.free(services);
			source_processes.free(processes);
			source_who.free(who);
			usleep(50000);
		}
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
		assert_int_equal(capacity_of(list, count, "anvil")->possible, 600);
		/* Its process may go by an older limit than the one that is told, so what it has left tells nothing. */
		assert_false(capacity_of(list, count, "anvil")->used_known);
		assert_non_null(capacity_of(list, count, "anvil")->note);
		source_services.free(services);
		source_configuration.free(configuration);
		source_processes.free(processes);
		source_who.free(who);
		/* Each login process that stays and each session holds one of stats, and so do some that serve us. */
		clients_become(server, "stats", number(server, "doveadm -h -c \"$1\" -f tab who -1 | wc -l") + (server ? 3 : 8) * (long)times(), 600);
	}
}

/* --- who only tries ----------------------------------------------------------------------------------------------- */

static const struct slot_row *slot_of(const struct slots *slots, const char *address)
{
	for (size_t i = 0; i < slots->count; i++)
		if (strcmp(slots->rows[i].address, address) == 0)
			return &slots->rows[i];
	return NULL;
}

/* Sockets and sessions are asked one after the other: at rest, so many are open and not logged in. */
static struct slots *slots_at_rest(size_t server, unsigned trying)
{
	struct slots *slots = ask(&source_slots, server);

	for (unsigned tries = 0; slots->trying != trying && tries < 500; tries++) {
		source_slots.free(slots);
		usleep(50000);
		slots = ask(&source_slots, server);
	}
	return slots;
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
	slots = slots_at_rest(0, 7);
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
	slots = slots_at_rest(1, 0);
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

		shell(server, arena_format(world.arena, "doveadm -c \"$1\" kick '%s'", held.people[server][0]));
		for (unsigned tries = 0; !same; tries++) {
			struct log_lines *lines = ask(&source_log, server);
			struct text written = { 0 };

			assert_true(tries < 500);
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
		cmocka_unit_test(who_only_tries_is_seen),
		cmocka_unit_test(mailboxes_of_those_connected),
		cmocka_unit_test(the_last_errors),
		cmocka_unit_test(the_others_and_nobody),
	};

	return cmocka_run_group_tests_name("live_who", tests, set_up, tear_down);
}
