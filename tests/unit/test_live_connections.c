/*
 * test_live_connections: connections of two servers grouped in every way, with
 * who only tries and who is kept waiting, drilled, and with parts not known;
 * tables as the collector's snapshots give them; the kinds they are made of.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/text.h"
#include "live/connections_group.h"
#include "model/live_kinds.h"
#include "tests/unit/live_asking.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* Sorted, as the source leaves them. */
static struct who_connection first_rows[] = {
	{ "anna", "imap", "192.0.2.1", 10 }, { "anna", "imap", "192.0.2.1", 11 }, { "anna", "imap", "192.0.2.9", 12 }, { "anna", "sieve", "192.0.2.1", 13 },
	{ "ben", "imap", "2001:db8::1", 14 }, { "ben", "pop3", "2001:db8:0:0:1::2", 15 }, { "carl", "imap", "", 16 },
};
static struct who_connection second_rows[] = { { "anna", "imap", "192.0.2.1", 20 }, { "dora", "pop3", "192.0.2.1", 21 } };
static struct slot_row slot_rows[] = {
	{ .address = "203.0.113.77", .open = 161, .trying = 161 }, { .address = "192.0.2.1", .open = 4, .logged_in = 3, .trying = 1 },
};
static struct penalty_row penalty_rows[] = { { .address = "203.0.113.77", .penalty = 15 }, { .address = "2001:db8::", .penalty = 3 }, { .address = "198.51.100.1", .penalty = 1 } };

static struct who first_who = { .rows = first_rows, .count = COUNT(first_rows), .people = 3 }, second_who = { .rows = second_rows, .count = COUNT(second_rows), .people = 2 };
static struct slots slots = { .rows = slot_rows, .count = COUNT(slot_rows), .trying = 162 }, nobody = { .trying = 0 };
static struct penalty penalty = { .rows = penalty_rows, .count = COUNT(penalty_rows) };

/* One group in words, so that a case is one line. */
static char *words_of(struct arena *arena, const struct connection_group *group)
{
	return arena_format(arena, "%s %u people %u addresses %u highest %u%s%s trying %s penalty %u on %s by %s", group->key, (unsigned)group->connections,
		(unsigned)group->people, (unsigned)group->addresses, (unsigned)group->highest, group->highest_service ? " " : "",
		group->highest_service ? group->highest_service : "", group->trying_known ? arena_format(arena, "%u", (unsigned)group->trying) : "?",
		(unsigned)group->penalty, group->servers, group->services);
}

static void every_grouping(void **state)
{
	static const struct { enum connection_grouping by; const char *of; const char *groups[6]; } cases[] = {
		{ BY_USER, NULL, {
			"anna 5 people 1 addresses 2 highest 2 imap trying 0 penalty 0 on mail1, mail2 by imap, sieve",
			"ben 2 people 1 addresses 2 highest 1 imap trying 0 penalty 3 on mail1 by imap, pop3",
			"carl 1 people 1 addresses 1 highest 1 imap trying 0 penalty 0 on mail1 by imap",
			"dora 1 people 1 addresses 1 highest 1 pop3 trying 0 penalty 0 on mail2 by pop3" } },
		{ BY_ADDRESS, NULL, {
			"203.0.113.77 0 people 0 addresses 0 highest 0 trying 161 penalty 15 on mail1 by ",
			"192.0.2.1 5 people 2 addresses 1 highest 2 imap trying 1 penalty 0 on mail1, mail2 by imap, pop3, sieve",
			" 1 people 1 addresses 1 highest 1 imap trying 0 penalty 0 on mail1 by imap",
			"192.0.2.9 1 people 1 addresses 1 highest 1 imap trying 0 penalty 0 on mail1 by imap",
			"2001:db8:0:0:1::2 1 people 1 addresses 1 highest 1 pop3 trying 0 penalty 3 on mail1 by pop3",
			"2001:db8::1 1 people 1 addresses 1 highest 1 imap trying 0 penalty 3 on mail1 by imap" } },
		{ BY_NETWORK, NULL, {
			"203.0.113.0/24 0 people 0 addresses 0 highest 0 trying 161 penalty 15 on mail1 by ",
			"192.0.2.0/24 6 people 2 addresses 2 highest 2 imap trying 1 penalty 0 on mail1, mail2 by imap, pop3, sieve",
			"2001:db8::/64 2 people 1 addresses 2 highest 1 imap trying 0 penalty 3 on mail1 by imap, pop3",
			" 1 people 1 addresses 1 highest 1 imap trying 0 penalty 0 on mail1 by imap" } },
		{ BY_SERVER, NULL, {
			"mail1 7 people 3 addresses 5 highest 2 imap trying 162 penalty 3 on mail1 by imap, pop3, sieve",
			"mail2 2 people 2 addresses 1 highest 1 imap trying 0 penalty 0 on mail2 by imap, pop3" } },
		{ BY_SERVICE, NULL, {
			"imap 6 people 3 addresses 4 highest 2 imap trying 0 penalty 3 on mail1, mail2 by imap",
			"pop3 2 people 2 addresses 2 highest 1 pop3 trying 0 penalty 3 on mail1, mail2 by pop3",
			"sieve 1 people 1 addresses 1 highest 1 sieve trying 0 penalty 0 on mail1 by sieve" } },
		{ BY_SERVICE, "anna", {
			"imap 4 people 1 addresses 2 highest 2 imap trying 0 penalty 0 on mail1, mail2 by imap",
			"sieve 1 people 1 addresses 1 highest 1 sieve trying 0 penalty 0 on mail1 by sieve" } },
		{ BY_USER, "192.0.2.0/24", {
			"anna 5 people 1 addresses 2 highest 2 imap trying 0 penalty 0 on mail1, mail2 by imap, sieve",
			"dora 1 people 1 addresses 1 highest 1 pop3 trying 0 penalty 0 on mail2 by pop3" } },
		{ BY_ADDRESS, "network:203.0.113.0/24", { "203.0.113.77 0 people 0 addresses 0 highest 0 trying 161 penalty 15 on mail1 by " } },
		{ BY_USER, "address:2001:db8::1", { "ben 1 people 1 addresses 1 highest 1 imap trying 0 penalty 3 on mail1 by imap" } },
		{ BY_USER, "user:imap", { NULL } },
		{ BY_USER, "server:mail2", {
			"anna 1 people 1 addresses 1 highest 1 imap trying 0 penalty 0 on mail2 by imap",
			"dora 1 people 1 addresses 1 highest 1 pop3 trying 0 penalty 0 on mail2 by pop3" } },
		{ BY_USER, "service:sieve", { "anna 1 people 1 addresses 1 highest 1 sieve trying 0 penalty 0 on mail1 by sieve" } },
	};
	const struct group_server servers[] = { { "mail1", &first_who, &slots, &penalty }, { "mail2", &second_who, &nobody, NULL } };
	struct arena *arena = arena_new();

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct connection_group *groups;
		size_t count = connections_group(arena, cases[i].by, servers, 2, cases[i].of, &groups), expected = 0;

		while (expected < COUNT(cases[i].groups) && cases[i].groups[expected])
			expected++;
		assert_int_equal(count, expected);
		for (size_t j = 0; j < count; j++)
			assert_string_equal(words_of(arena, &groups[j]), cases[i].groups[j]);
	}
	arena_free(arena);
}

/* Where the sockets of one server cannot be read, nothing is said of those who try there. */
static void what_is_not_known_is_not_said(void **state)
{
	static struct slots unreadable = { .trying = (uint64_t)SLOTS_UNKNOWN };
	const struct group_server servers[] = { { "mail1", &first_who, &slots, NULL }, { "mail2", &second_who, &unreadable, NULL }, { "mail3", NULL, NULL, NULL } };
	struct arena *arena = arena_new();
	struct connection_group *groups;

	(void)state;
	assert_int_equal(connections_group(arena, BY_SERVER, servers, 3, NULL, &groups), 2);
	assert_true(groups[0].trying_known);
	assert_string_equal(groups[1].key, "mail2");
	assert_false(groups[1].trying_known);
	assert_int_equal(connections_group(arena, BY_ADDRESS, servers, 3, "192.0.2.1", &groups), 1);
	assert_false(groups[0].trying_known);
	assert_int_equal(connections_group(arena, BY_ADDRESS, servers + 2, 1, NULL, &groups), 0);
	arena_free(arena);
}

static void networks(void **state)
{
	static const char *const cases[][2] = {
		{ "198.51.100.7", "198.51.100.0/24" }, { "::1", "::/64" }, { "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64" }, { "", "" }, { "here", "here" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		char out[NETWORK_LENGTH];

		connection_network(cases[i][0], out);
		assert_string_equal(out, cases[i][1]);
	}
}

/* Sums over every grouping are the number of connections, whatever they are. */
static void sums_agree(void **state)
{
	enum { ROWS = 20000 };
	struct arena *arena = arena_new();
	struct who_connection *rows = arena_alloc(arena, ROWS * sizeof(*rows));
	struct who who = { .rows = rows, .count = ROWS };
	struct group_server server = { "mail1", &who, NULL, NULL };

	(void)state;
	for (unsigned i = 0; i < ROWS; i++) {
		rows[i].user = i % 7 ? arena_format(arena, "user%05u", i / 3) : i ? rows[i - 1].user : "user00000";
		rows[i].service = i % 5 ? "imap" : "pop3";
		rows[i].address = arena_format(arena, "10.%u.%u.%u", i % 3, i % 50, i % 11);
		rows[i].pid = i;
	}
	for (int by = BY_USER; by <= BY_SERVICE; by++) {
		struct connection_group *groups;
		size_t count = connections_group(arena, (enum connection_grouping)by, &server, 1, NULL, &groups);
		uint64_t sum = 0;

		for (size_t i = 0; i < count; i++) {
			sum += groups[i].connections;
			assert_true(groups[i].people && groups[i].people <= groups[i].connections && groups[i].highest <= groups[i].connections);
			assert_true(groups[i].addresses && groups[i].addresses <= groups[i].connections);
			assert_true(!i || groups[i].connections <= groups[i - 1].connections);
		}
		assert_int_equal(sum, ROWS);
	}
	arena_free(arena);
}

/* --- tables ----------------------------------------------------------------------------------------- */

static const char *cell(const struct rows *rows, size_t row, const char *column)
{
	for (size_t i = 0; i < rows->column_count; i++)
		if (strcmp(rows->columns[i]->name, column) == 0)
			return rows->rows[row].values[i].bytes;
	return NULL;
}

static void tables_of_what_was_asked(void **state)
{
	static const struct { const char *table, *of; size_t most, count; const char *column, *value; } cases[] = {
		{ "connections", NULL, 0, 22, "user", "anna.berg@example.com" },
		{ "connections", "hana@example.org", 0, 2, "address", "::1" },
		{ "connections", NULL, 3, 3, "server", "mail1" },
		{ "connections-by-user", NULL, 0, 5, "connections", "12" },
		{ "connections-by-user", NULL, 0, 5, "highest", "3" },
		{ "connections-by-user", NULL, 0, 5, "limit", "10" },
		{ "connections-by-user", NULL, 0, 5, "server", "mail1, mail2" },
		{ "connections-by-address", NULL, 0, 6, "address", "127.0.0.1" },
		{ "connections-by-address", NULL, 0, 6, "trying", "" },
		{ "connections-by-network", NULL, 0, 2, "network", "127.0.0.0/24" },
		{ "connections-by-server", NULL, 0, 2, "people", "5" },
		{ "connections-by-service", "anna.berg@example.com", 0, 2, "service", "imap" },
		{ "services", NULL, 0, 62, "service", "log" },
		{ "services", "imap", 0, 2, "used", "7" },
		{ "services", "stats", 0, 2, "used", "15" },
		{ "services", "imap-login", 0, 2, "mode", "one process per login" },
		{ "processes", "stats", 0, 2, "available", "985" },
		{ "log-errors", "Warning", 0, 4, "text", "imap(1361): Killed with signal 15 (by pid=1591 uid=0 code=kill)" },
		{ "penalty", NULL, 0, 0, NULL, NULL },
	};
	static const struct { const char *command, *file; } replies[] = {
		{ "who", "who-1-tab.out" }, { "service-status", "service-status-tab.out" }, { "process-status", "process-status-tab.out" },
		{ "log-errors", "log-errors.json" }, { "penalty", "penalty-tab.out" }, { "configuration", "doveconf-S.out" },
	};
	struct arena *arena = arena_new();
	struct asking_trial trial;

	(void)state;
	trial_open(&trial);
	for (size_t i = 0; i < COUNT(replies); i++) {
		size_t length;
		const char *bytes = trial_fixture(arena, replies[i].file, &length);

		trial_reply(&trial, replies[i].command, strstr(replies[i].file, ".json") ? FORM_JSON : FORM_OUTPUT, bytes, length, 0);
	}
	trial_reply(&trial, "userip", FORM_OUTPUT, "10\n", 3, 0);
	live_want(trial.live, 1u << LIVE_WHO | 1u << LIVE_SERVICES | 1u << LIVE_PROCESSES | 1u << LIVE_LOG | 1u << LIVE_PENALTY | 1u << LIVE_CONFIGURATION);
	{
		struct loop_timer *keep = loop_after(trial.loop, 10, 10, (void (*)(void *))loop_stop, trial.loop);

		while (!live_settled(trial.live))
			loop_run(trial.loop);
		loop_timer_stop(keep);
	}
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct live_question question = { .table = cases[i].table, .host = LIVE_ALL, .of = cases[i].of, .most = cases[i].most };
		struct rows *rows = live_rows(trial.live, &question);

		assert_int_equal(rows->count, cases[i].count);
		if (cases[i].column)
			assert_string_equal(cell(rows, 0, cases[i].column), cases[i].value);
		for (size_t j = 0; j < rows->count; j++) {
			assert_true(rows->rows[j].id && *rows->rows[j].folded);
			for (size_t k = 0; k < j && rows->count < 30; k++)
				assert_string_not_equal(rows->rows[j].id, rows->rows[k].id);
		}
		rows_free(rows);
	}
	trial_close(&trial);
	arena_free(arena);
}

static void kinds_are_whole(void **state)
{
	(void)state;
	for (size_t i = 0; live_kinds[i]; i++) {
		const struct kind *kind = live_kinds[i];

		assert_non_null(kind_field(kind, kind->name_field));
		assert_true(kind->title && kind->noun && kind->help);
		assert_int_equal(kind->verbs, 0);
		assert_null(kind_find(kind->name));
		for (const struct field *field = kind->fields; field->name; field++)
			assert_true(field->label && field->help && field->width > 0);
	}
	for (size_t i = 0; live_tables[i]; i++)
		assert_non_null(live_tables[i]->kind);
	assert_int_equal(kind_field_count(&kind_live_connections), CONNECTION_FIELDS);
	assert_int_equal(kind_field_count(&kind_live_connections_by_user), BY_USER_FIELDS);
	assert_int_equal(kind_field_count(&kind_live_connections_by_address), BY_ADDRESS_FIELDS);
	assert_int_equal(kind_field_count(&kind_live_connections_by_network), BY_NETWORK_FIELDS);
	assert_int_equal(kind_field_count(&kind_live_connections_by_server), BY_SERVER_FIELDS);
	assert_int_equal(kind_field_count(&kind_live_connections_by_service), BY_SERVICE_FIELDS);
	assert_int_equal(kind_field_count(&kind_live_services), SERVICES_FIELDS);
	assert_int_equal(kind_field_count(&kind_live_processes), PROCESSES_FIELDS);
	assert_int_equal(kind_field_count(&kind_live_penalty), PENALTY_FIELDS);
	assert_int_equal(kind_field_count(&kind_live_log_errors), LOG_ERRORS_FIELDS);
	assert_int_equal(kind_field_count(&kind_live_slots), SLOTS_FIELDS);
	assert_int_equal(kind_field_count(&kind_live_mailboxes), MAILBOXES_FIELDS);
	assert_int_equal(kind_field_count(&kind_live_filters), LF_FIELDS);
	assert_int_equal(kind_field_count(&kind_live_absence), LB_FIELDS);
	assert_int_equal(kind_field_count(&kind_live_access), LC_FIELDS);
	assert_int_equal(kind_field_count(&kind_live_folders), LZ_FIELDS);
	assert_int_equal(kind_field_count(&kind_live_log), LL_FIELDS);
	assert_int_equal(kind_field_count(&kind_live_smtp), LT_SMTP_FIELDS);
	assert_int_equal(kind_field_count(&kind_live_sent), LG_FIELDS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_grouping),
		cmocka_unit_test(what_is_not_known_is_not_said),
		cmocka_unit_test(networks),
		cmocka_unit_test(sums_agree),
		cmocka_unit_test(tables_of_what_was_asked),
		cmocka_unit_test(kinds_are_whole),
	};

	return cmocka_run_group_tests_name("live_connections", tests, NULL, NULL);
}
