/*
 * test_live_capacity: how full a service is in its login mode, as a table of
 * what service status, doveconf, process status and who say (dovecot 1.8, 3).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "live/data.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static struct arena *arena;

static int set_up(void **state)
{
	(void)state;
	arena = arena_new();
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	arena_free(arena);
	return 0;
}

static const struct capacity *find(const struct capacity *list, size_t count, const char *service)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(list[i].service, service) == 0)
			return &list[i];
	return NULL;
}

/* One service by itself. */
static void one_service(void **state)
{
	enum { UNKNOWN = 1 };
#define ANVIL "how many is not told: its process outlives a reload with the limit it was started with"
	static const struct {
		struct service_row status;
		struct process_row processes[2];
		size_t process_count;
		bool no_processes;
		uint64_t used, possible;
		unsigned unknown;
		const char *unit, *mode, *note;
	} cases[] = {
		/* High security: a process each; those that wait ready are not in use. */
		{ { .name = "imap-login", .process_count = 391, .process_limit = 400, .client_limit = 1 }, { { 0 } }, 0, false,
			391, 400, 0, "logins", "one process per login", NULL },
		{ { .name = "imap-login", .process_count = 10, .process_avail = 4, .process_limit = 400, .client_limit = 1 }, { { 0 } }, 0, true,
			6, 400, 0, "logins", "one process per login", NULL },
		/* High performance: room in each process, which only process status tells. */
		{ { .name = "imap-login", .process_count = 2, .process_avail = 2, .process_limit = 4, .client_limit = 1000 },
			{ { .name = "imap-login", .available = 700 }, { .name = "imap-login", .available = 1000 } }, 2, false,
			300, 4000, 0, "logins", "many logins per process", NULL },
		{ { .name = "imap-login", .process_count = 2, .process_limit = 4, .client_limit = 1000 }, { { 0 } }, 0, true,
			0, 4000, UNKNOWN, "logins", "many logins per process", NULL },
		/* Another service's process, and one that says more than possible. */
		{ { .name = "pop3-login", .process_count = 2, .process_limit = 4, .client_limit = 10 },
			{ { .name = "imap-login", .available = 3 }, { .name = "pop3-login", .available = 50 } }, 2, false,
			0, 40, UNKNOWN, "logins", "many logins per process", NULL },
		{ { .name = "imap", .process_count = 230, .process_limit = 400, .client_limit = 1 }, { { 0 } }, 0, true,
			230, 400, 0, "sessions", "", NULL },
		{ { .name = "lmtp", .process_count = 9, .process_avail = 2, .process_limit = 400, .client_limit = 1 }, { { 0 } }, 0, true,
			7, 400, 0, "processes", "", NULL },
		/* One process, many clients: what it has left. */
		{ { .name = "auth", .process_count = 1, .process_limit = 1, .client_limit = 2000 }, { { .name = "auth", .available = 1197 } }, 1, false,
			803, 2000, 0, "clients", "", NULL },
		{ { .name = "anvil", .process_count = 1, .process_limit = 1, .client_limit = 1603 }, { { 0 } }, 0, true,
			0, 1603, UNKNOWN, "clients", "", ANVIL },
		/* Recorded: anvil of a limit of 600 after it was raised to 1603 and reloaded, before and after it said something; of a fresh start. */
		{ { .name = "anvil", .process_count = 1, .process_limit = 1, .client_limit = 1603 }, { { .name = "anvil", .available = 1603 } }, 1, false,
			0, 1603, UNKNOWN, "clients", "", ANVIL },
		{ { .name = "anvil", .process_count = 1, .process_limit = 1, .client_limit = 1603 },
			{ { .name = "anvil", .available = 599, .total = 6, .last_update = 1795181193 } }, 1, false, 0, 1603, UNKNOWN, "clients", "", ANVIL },
		{ { .name = "anvil", .process_count = 1, .process_limit = 1, .client_limit = 1603 },
			{ { .name = "anvil", .available = 1603, .total = 1, .idle_since = 1795181193, .last_update = 1795181193 } }, 1, false,
			0, 1603, 0, "clients", "", NULL },
		/* Lowered: it has more left than it may take now. */
		{ { .name = "anvil", .process_count = 1, .process_limit = 1, .client_limit = 600 },
			{ { .name = "anvil", .available = 1601, .last_update = 1795181193 } }, 1, false, 0, 600, UNKNOWN, "clients", "", ANVIL },
		{ { .name = "dict", .process_count = 0, .process_limit = 100, .client_limit = 5 }, { { 0 } }, 0, true,
			0, 500, 0, "clients", "", NULL },
		{ { .name = "pop3-login", .process_count = 0, .process_limit = 100, .client_limit = 1, .throttle_s = 8 }, { { 0 } }, 0, true,
			0, 100, 0, "logins", "one process per login", "its processes fail to start; the next try is after 8 s" },
		{ { .name = "imap-login", .process_count = 3, .process_limit = 3, .client_limit = 1, .listen_pending = true }, { { 0 } }, 0, true,
			3, 3, 0, "logins", "one process per login", "a client waits to be taken" },
		/* Nothing wraps. */
		{ { .name = "x", .process_count = 0, .process_limit = UINT64_MAX, .client_limit = 3 }, { { 0 } }, 0, true,
			0, UINT64_MAX, 0, "clients", "", NULL },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct service_row row = cases[i].status;
		struct process_row rows[2] = { cases[i].processes[0], cases[i].processes[1] };
		struct services services = { NULL, &row, 1 };
		struct processes processes = { NULL, rows, cases[i].process_count };
		struct capacity *list;

		assert_int_equal(capacities_of(arena, &services, NULL, cases[i].no_processes ? NULL : &processes, NULL, &list), 1);
		assert_int_equal(list->used_known, !cases[i].unknown);
		assert_true(list->used == cases[i].used);
		assert_true(list->possible == cases[i].possible);
		assert_string_equal(list->unit, cases[i].unit);
		assert_string_equal(list->mode, cases[i].mode);
		assert_int_equal(!list->note, !cases[i].note);
		if (list->note)
			assert_string_equal(list->note, cases[i].note);
	}
}

/* service_count n serves at most n at once; 0 is unlimited. Seen in doveconf when status cannot be read. */
static void service_count_bounds_a_process(void **state)
{
	static const struct { uint64_t process_limit, client_limit, service_count, possible; const char *mode; } cases[] = {
		{ 400, 400, 1, 400, "one process per login" },
		{ 100, 1000, 0, 100000, "many logins per process" },
		{ 100, 1000, 5, 500, "many logins per process" },
		{ 100, 3, 5, 300, "many logins per process" },
		{ 100, 1, 0, 100, "one process per login" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct service_setting setting = { .name = "imap-login", .protocol = "imap", .type = "login", .process_limit = cases[i].process_limit,
			.client_limit = cases[i].client_limit, .service_count = cases[i].service_count };
		struct configuration configuration = { .services = &setting, .service_count = 1 };
		struct capacity *list;

		assert_int_equal(capacities_of(arena, NULL, &configuration, NULL, NULL, &list), 1);
		assert_false(list->used_known);
		assert_int_equal(list->possible, cases[i].possible);
		assert_string_equal(list->mode, cases[i].mode);
		assert_int_equal(list->note != NULL, cases[i].service_count > 1);
	}
}

/* Stock UCS: logins 400, stats 400: full at 200 TLS sessions, half of what the lamp calls 400. */
static void stats_is_half_of_what_it_promises(void **state)
{
	static const struct { uint64_t login_clients, login_processes, stats, imap; const char *note; } cases[] = {
		{ 1, 400, 400, 400, "full at 200 TLS sessions, since each takes two; logins may wait from then on" },
		{ 1, 40, 40, 1024, "full at 20 TLS sessions, since each takes two; logins may wait from then on" },
		{ 1, 100, 1000, 1024, NULL },
		{ 1000, 4, 1000, 1024, "full at 1000 sessions, since each takes one; logins may wait from then on" },
		{ 1000, 4, 1100, 1024, NULL },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct service_row rows[] = {
			{ .name = "imap-login", .process_limit = cases[i].login_processes, .client_limit = cases[i].login_clients },
			{ .name = "stats", .process_count = 1, .process_limit = 1, .client_limit = cases[i].stats },
			{ .name = "imap", .process_limit = cases[i].imap, .client_limit = 1 },
		};
		struct services services = { NULL, rows, COUNT(rows) };
		struct capacity *list;
		size_t count = capacities_of(arena, &services, NULL, NULL, NULL, &list);
		const struct capacity *stats = find(list, count, "stats");

		assert_non_null(stats);
		assert_int_equal(!stats->note, !cases[i].note);
		if (stats->note)
			assert_string_equal(stats->note, cases[i].note);
	}
}

static void fullest_first_and_unknown_last(void **state)
{
	struct service_row rows[] = {
		{ .name = "anvil", .process_count = 1, .process_limit = 1, .client_limit = 100 },
		{ .name = "imap", .process_count = 230, .process_limit = 400, .client_limit = 1 },
		{ .name = "lmtp", .process_limit = 100, .client_limit = 1 },
		{ .name = "doveadm", .process_limit = 100, .client_limit = 1, .last_drop = 5 },
		{ .name = "dict", .process_limit = 100, .client_limit = 1 },
		{ .name = "imap-login", .process_count = 391, .process_limit = 400, .client_limit = 1, .last_drop = 77 },
	};
	static const char *const order[] = { "imap-login", "imap", "doveadm", "dict", "lmtp", "anvil" };
	struct services services = { NULL, rows, COUNT(rows) };
	struct capacity *list;

	(void)state;
	assert_int_equal(capacities_of(arena, &services, NULL, NULL, NULL, &list), COUNT(order));
	for (size_t i = 0; i < COUNT(order); i++)
		assert_string_equal(list[i].service, order[i]);
	assert_int_equal(list[0].last_drop, 77);
	assert_int_equal(capacities_of(arena, NULL, NULL, NULL, NULL, &list), 0);
}

/* Without service status who still tells the sessions, and only those. */
static void who_stands_in(void **state)
{
	struct service_setting settings[] = {
		{ .name = "imap", .type = "", .process_limit = 10, .client_limit = 1, .service_count = 1 },
		{ .name = "managesieve", .type = "", .process_limit = 10, .client_limit = 1, .service_count = 1 },
		{ .name = "imap-login", .type = "login", .process_limit = 10, .client_limit = 1, .service_count = 1 },
	};
	struct who_connection rows[] = { { "a", "imap", "::1", 1 }, { "a", "sieve", "::1", 2 }, { "b", "imap", "::1", 3 }, { "b", "pop3", "::1", 4 } };
	struct configuration configuration = { .services = settings, .service_count = COUNT(settings) };
	struct who who = { .rows = rows, .count = COUNT(rows), .people = 2 };
	struct capacity *list;
	size_t count = capacities_of(arena, NULL, &configuration, NULL, &who, &list);

	(void)state;
	assert_int_equal(count, 3);
	assert_int_equal(find(list, count, "imap")->used, 2);
	assert_int_equal(find(list, count, "managesieve")->used, 1);
	assert_false(find(list, count, "imap-login")->used_known);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(one_service, set_up, tear_down),
		cmocka_unit_test_setup_teardown(service_count_bounds_a_process, set_up, tear_down),
		cmocka_unit_test_setup_teardown(stats_is_half_of_what_it_promises, set_up, tear_down),
		cmocka_unit_test_setup_teardown(fullest_first_and_unknown_last, set_up, tear_down),
		cmocka_unit_test_setup_teardown(who_stands_in, set_up, tear_down),
	};

	return cmocka_run_group_tests_name("live_capacity", tests, NULL, NULL);
}
