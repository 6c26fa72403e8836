/* The store of queue and sessions over fake servers: who is touched, what is reported, what takes it back; and the values that name them. */
#include <pthread.h>
#include <setjmp.h>
#include <stdatomic.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "live/store.h"
#include "live/store_private.h"
#include "model/consequence.h"
#include "model/live_kinds.h"
#include "model/rows.h"
#include "tests/fakes/fake_hosts.h"

struct world {
	struct loop *loop;
	struct hosts *hosts;
	struct live_store *store;
	struct arena *arena;
};

static int set_up(void **state)
{
	struct world *world = calloc(1, sizeof(*world));
	struct change *change = change_new(VERB_EDIT, &kind_queue, "mail1");
	struct facts facts = { 0 };

	world->loop = loop_new();
	world->hosts = fake_hosts_new(world->loop, 2);
	world->store = live_store_new(world->hosts);
	world->arena = arena_new();
	/* Its own carriers are made at the first use; the replies go to these. */
	live_store_of(world->store)->gather(world->store, change, world->arena, &facts, NULL);
	change_free(change);
	*state = world;
	return 0;
}

static int tear_down(void **state)
{
	struct world *world = *state;

	live_store_free(world->store);
	hosts_close(world->hosts);
	loop_free(world->loop);
	arena_free(world->arena);
	free(world);
	return 0;
}

static void reply(struct world *world, const char *command, int status, const char *output, const char *complaint)
{
	struct fake_reply reply = { .command = command, .status = status, .output = output, .complaint = complaint };

	fake_hosts_reply(world->store->apart.hosts, &reply);
}

/* --- values ---------------------------------------------------------------------------------------------- */

static void test_values(void **state)
{
	static const struct { const char *value; bool good; } messages[] = {
		{ "3D2A5E1F 1763628000 anna@example.com", true },
		{ "4Xq2Pz0ab1zJ7w 1763628000 MAILER-DAEMON", true },
		{ "3D2A5E1F 1763628000 \"odd name\"@example.com", true },
		{ "ALL 1763628000 anna@example.com", false },
		{ "3D2A5 1763628000 anna@example.com", false },
		{ "3D2A5E1F anna@example.com", false },
		{ "3D2A5E1F 1763628000 ", false },
		{ "3D2A5E1F 1763628000", false },
		{ "../etc/x 1763628000 a@b", false },
		{ "", false },
	};
	static const struct { const char *value; bool good; } sessions[] = {
		{ "3 mail1 anna@example.com", true },
		{ "3 mail1 anna@example.com 192.0.2.7", true },
		{ "3 mail1", false },
		{ "x mail1 anna", false },
		{ "3 mail1 anna 192.0.2.7 more", false },
		{ "", false },
	};
	struct traffic_message message;
	struct traffic_session session;

	(void)state;
	for (size_t i = 0; i < sizeof(messages) / sizeof(messages[0]); i++)
		if (traffic_message_read(messages[i].value, &message) != messages[i].good)
			fail_msg("message value \"%s\"", messages[i].value);
	for (size_t i = 0; i < sizeof(sessions) / sizeof(sessions[0]); i++)
		if (traffic_session_read(sessions[i].value, &session) != sessions[i].good)
			fail_msg("session value \"%s\"", sessions[i].value);
	assert_true(traffic_message_read(messages[2].value, &message));
	assert_string_equal(message.id, "3D2A5E1F");
	assert_int_equal(message.arrival, 1763628000);
	assert_string_equal(message.sender, "\"odd name\"@example.com");
}

/* --- plan, words, consequences ------------------------------------------------------------------------------- */

static struct change *change_of(const struct kind *kind, const char *server, const char *field, const char *const *values)
{
	struct change *change = change_new(VERB_EDIT, kind, server);

	for (; *values; values++)
		change_edit_text(change, kind_field(kind, field), EDIT_ADD, *values);
	return change;
}

static bool make_plan(struct world *world, struct change *change, struct facts *facts, struct plan *plan, struct error *error)
{
	struct store *store = live_store_of(world->store);

	memset(facts, 0, sizeof(*facts));
	memset(plan, 0, sizeof(*plan));
	return store->gather(store->self, change, world->arena, facts, error) &&
		store->plan(store->self, change, facts, world->arena, plan, error);
}

static void test_plan(void **state)
{
	static const char *const values[] = { "AAAAAA1 100 a@x.example", "AAAAAA2 200 MAILER-DAEMON", NULL };
	struct world *world = *state;
	struct change *change = change_of(&kind_queue, "mail1", "delete", values);
	struct facts facts;
	struct plan plan;
	struct error error = { 0 };
	struct diff_line *lines;
	struct consequence *list;
	size_t count;

	assert_true(make_plan(world, change, &facts, &plan, &error));
	assert_int_equal(plan.count, 1);
	assert_string_equal(plan.operations[0].place, "mail1/queue");
	assert_int_equal(plan.operations[0].deltas[0].count, 2);
	count = record_diff(world->arena, facts.now, plan.after, &lines);
	assert_int_equal(count, 1);
	assert_string_equal(lines[0].new_words, "2 messages: AAAAAA1 from a@x.example, AAAAAA2 from the null sender");
	assert_string_equal(change_sentence(world->arena, change, lines, count), "2 messages on mail1 deleted");
	count = consequences_of(world->arena, change, plan.after, &facts, &list);
	assert_true(count >= 2);
	assert_int_equal(list[0].severity, SEVERITY_LOSS);
	assert_non_null(strstr(list[0].sentence, "Held instead"));
	change_free(change);
}

static void test_unknown_server(void **state)
{
	static const char *const values[] = { "AAAAAA1 100 a@x.example", NULL };
	struct world *world = *state;
	struct change *change = change_of(&kind_queue, "mail7", "hold", values);
	struct facts facts;
	struct plan plan;
	struct error error = { 0 };

	assert_false(make_plan(world, change, &facts, &plan, &error));
	assert_int_equal(error.kind, ERROR_NOT_FOUND);
	assert_non_null(strstr(error.text, "mail7"));
	change_free(change);
}

/* --- messages ---------------------------------------------------------------------------------------------------- */

#define MAIL(queue, id, time, sender) "{\"queue_name\": \"" queue "\", \"queue_id\": \"" id "\", \"arrival_time\": " time \
	", \"message_size\": 300, \"forced_expire\": false, \"sender\": \"" sender "\", \"recipients\": [{\"address\": \"b@y.example\"}]}\n"

static enum outcome apply(struct world *world, struct change *change, struct operation *inverse, struct error *error)
{
	struct store *store = live_store_of(world->store);
	struct facts facts;
	struct plan plan;
	const char *version;

	assert_true(make_plan(world, change, &facts, &plan, error));
	memset(inverse, 0, sizeof(*inverse));
	return store->apply(store->self, &plan.operations[0], world->arena, inverse, &version, error);
}

static void test_hold_only_the_same(void **state)
{
	static const char *const values[] = { "AAAAAA1 100 a@x.example", "AAAAAA2 200 b@x.example", "AAAAAA3 300 c@x.example",
		"AAAAAA4 400 d@x.example", NULL };
	struct world *world = *state;
	struct change *change = change_of(&kind_queue, "mail1", "hold", values);
	struct operation inverse;
	struct error error = { 0 };

	/* 1 is as it was, 2 is another message by now, 3 is gone, 4 is held already. */
	reply(world, "queue", 0, MAIL("deferred", "AAAAAA1", "100", "a@x.example") MAIL("deferred", "AAAAAA2", "999", "b@x.example")
		MAIL("hold", "AAAAAA4", "400", "d@x.example"), NULL);
	reply(world, "queue-hold", 0, "", "postsuper: AAAAAA1: placed on hold\npostsuper: Placed on hold: 1 message\n");
	assert_int_equal(apply(world, change, &inverse, &error), OUTCOME_APPLIED);
	assert_string_equal(fake_hosts_input(world->store->apart.hosts, "queue-hold"), "AAAAAA1\n");
	assert_int_equal(inverse.did, 1);
	assert_string_equal(inverse.told, "1 had left the queue, the id of 1 names another message by now, 1 needed nothing or moved meanwhile");
	assert_string_equal(kind_queue.result(world->arena, change, inverse.did, inverse.told), "1 of 4 messages on mail1 put on hold: "
		"1 had left the queue, the id of 1 names another message by now, 1 needed nothing or moved meanwhile");
	assert_string_equal(inverse.place, "mail1/queue");
	assert_string_equal(inverse.deltas[0].attribute, "release");
	assert_int_equal(inverse.deltas[0].count, 1);
	assert_string_equal(inverse.deltas[0].values[0].bytes, "AAAAAA1 100 a@x.example");
	change_free(change);
}

static void test_all_gone(void **state)
{
	static const char *const values[] = { "AAAAAA1 100 a@x.example", NULL };
	struct world *world = *state;
	struct change *change = change_of(&kind_queue, "mail1", "delete", values);
	struct operation inverse;
	struct error error = { 0 };

	reply(world, "queue", 0, "", NULL);
	assert_int_equal(apply(world, change, &inverse, &error), OUTCOME_ALREADY);
	assert_int_equal(fake_hosts_runs(world->store->apart.hosts, "queue-delete"), 0);
	assert_null(inverse.place);
	change_free(change);
}

static void test_fails(void **state)
{
	static const struct { const char *command; enum error_kind kind; enum outcome outcome; } cases[] = {
		{ "queue", ERROR_TIMEOUT, OUTCOME_NOT_APPLIED },
		{ "queue-delete", ERROR_TIMEOUT, OUTCOME_UNKNOWN },
		{ "queue-delete", ERROR_UNREACHABLE, OUTCOME_NOT_APPLIED },
	};
	static const char *const values[] = { "AAAAAA1 100 a@x.example", NULL };
	struct world *world = *state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct change *change = change_of(&kind_queue, "mail1", "delete", values);
		struct fake_reply failing = { .command = cases[i].command, .failure = cases[i].kind, .failure_text = "no answer" };
		struct operation inverse;
		struct error error = { 0 };

		reply(world, "queue", 0, MAIL("deferred", "AAAAAA1", "100", "a@x.example"), NULL);
		reply(world, "queue-delete", 0, "", "postsuper: AAAAAA1: removed\npostsuper: Deleted: 1 message\n");
		fake_hosts_reply(world->store->apart.hosts, &failing);
		assert_int_equal(apply(world, change, &inverse, &error), cases[i].outcome);
		assert_string_equal(error.text, "mail1: no answer");
		change_free(change);
	}
}

struct interrupting { struct store *store; atomic_bool over; };

static void *interrupt_again(void *context)
{
	static const struct timespec pause = { .tv_nsec = 20000000 };
	struct interrupting *interrupting = context;

	while (!atomic_load(&interrupting->over)) {
		interrupting->store->interrupt(interrupting->store->self);
		nanosleep(&pause, NULL);
	}
	return NULL;
}

/* One that comes between two steps is nobody's, so the worker says it again (base/worker); an old one does not end the next step. */
static void test_interrupts(void **state)
{
	static const char *const values[] = { "AAAAAA1 100 a@x.example", NULL };
	struct world *world = *state;
	struct interrupting interrupting = { .store = live_store_of(world->store) };
	struct fake_reply hanging = { .command = "queue", .hangs = true };
	struct change *change = change_of(&kind_queue, "mail1", "delete", values);
	struct operation inverse;
	struct error error = { 0 };
	pthread_t thread;

	fake_hosts_reply(world->store->apart.hosts, &hanging);
	assert_int_equal(pthread_create(&thread, NULL, interrupt_again, &interrupting), 0);
	assert_int_equal(apply(world, change, &inverse, &error), OUTCOME_NOT_APPLIED);
	assert_int_equal(error.kind, ERROR_CANCELLED);
	atomic_store(&interrupting.over, true);
	assert_int_equal(pthread_join(thread, NULL), 0);
	reply(world, "queue", 0, MAIL("deferred", "AAAAAA1", "100", "a@x.example"), NULL);
	reply(world, "queue-delete", 0, "", "postsuper: AAAAAA1: removed\npostsuper: Deleted: 1 message\n");
	error_clear(&error);
	assert_int_equal(apply(world, change, &inverse, &error), OUTCOME_APPLIED);
	change_free(change);
}

static void test_look(void **state)
{
	static const struct { const char *field, *queue; enum outcome outcome; } cases[] = {
		{ "hold", MAIL("hold", "AAAAAA1", "100", "a@x.example"), OUTCOME_APPLIED },
		{ "hold", MAIL("deferred", "AAAAAA1", "100", "a@x.example"), OUTCOME_NOT_APPLIED },
		{ "delete", "", OUTCOME_APPLIED },
		{ "delete", MAIL("deferred", "AAAAAA1", "100", "a@x.example"), OUTCOME_NOT_APPLIED },
	};
	static const char *const values[] = { "AAAAAA1 100 a@x.example", NULL };
	struct world *world = *state;
	struct store *store = live_store_of(world->store);

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct change *change = change_of(&kind_queue, "mail1", cases[i].field, values);
		struct facts facts;
		struct plan plan;
		struct operation inverse = { 0 };
		struct error error = { 0 };

		reply(world, "queue", 0, cases[i].queue, NULL);
		assert_true(make_plan(world, change, &facts, &plan, &error));
		assert_int_equal(store->look(store->self, &plan.operations[0], world->arena, &inverse, &error), cases[i].outcome);
		change_free(change);
	}
}

/* --- sessions ------------------------------------------------------------------------------------------------------- */

static void test_kick_sees_them_stay(void **state)
{
	static const char *const values[] = { "2 mail2 anna@example.com", NULL };
	struct world *world = *state;
	struct change *change = change_of(&kind_sessions, "mail2", "end", values);
	struct operation inverse;
	struct error error = { 0 };

	/* The fake goes on listing the same processes: nothing ended, whatever kick said. */
	reply(world, "who", 0, "username\tproto\tpid\tip\nanna@example.com\timap\t11\t192.0.2.7\nbert@example.com\timap\t12\t192.0.2.7\n", NULL);
	reply(world, "kick", 0, "anna@example.com kicked connections from the following users:\n", NULL);
	assert_int_equal(apply(world, change, &inverse, &error), OUTCOME_NOT_APPLIED);
	assert_string_equal(fake_hosts_holes(world->store->apart.hosts, "kick"), "anna@example.com");
	assert_non_null(strstr(error.text, "anna@example.com"));
	change_free(change);
}

static void test_kick_nobody(void **state)
{
	static const char *const values[] = { "2 mail2 anna@example.com 192.0.2.9", NULL };
	struct world *world = *state;
	struct change *change = change_of(&kind_sessions, TRAFFIC_EVERYWHERE, "end", values);
	struct operation inverse;
	struct error error = { 0 };

	reply(world, "who", 0, "username\tproto\tpid\tip\nanna@example.com\timap\t11\t192.0.2.7\n", NULL);
	assert_int_equal(apply(world, change, &inverse, &error), OUTCOME_ALREADY);
	assert_int_equal(fake_hosts_runs(world->store->apart.hosts, "kick-from"), 0);
	change_free(change);
}

/* --- from rows to a change ---------------------------------------------------------------------------------------------- */

static struct row *connection(struct rows *rows, const char *server, const char *user, const char *address)
{
	struct row *row = rows_add(rows);
	struct value *values = arena_alloc(rows->arena, rows->column_count * sizeof(*values));

	for (size_t i = 0; i < rows->column_count; i++)
		values[i] = value_text(rows->arena, "");
	values[CONNECTION_SERVER] = value_text(rows->arena, server);
	values[CONNECTION_USER] = value_text(rows->arena, user);
	values[CONNECTION_ADDRESS] = value_text(rows->arena, address);
	row->values = values;
	return row;
}

static void test_rows_to_change(void **state)
{
	const struct field *columns[CONNECTION_FIELDS];
	const struct row *list[4];
	struct rows *rows;
	struct change *change;

	(void)state;
	for (size_t i = 0; i < CONNECTION_FIELDS; i++)
		columns[i] = &kind_live_connections.fields[i];
	rows = rows_new(&kind_live_connections, columns, CONNECTION_FIELDS);
	connection(rows, "mail2", "anna", "192.0.2.7");
	connection(rows, "mail1", "anna", "192.0.2.7");
	connection(rows, "mail2", "anna", "192.0.2.8");
	connection(rows, "mail2", "bert", "192.0.2.8");
	for (size_t i = 0; i < 4; i++)
		list[i] = &rows->rows[i];
	change = traffic_of_sessions(list, 4, false);
	assert_string_equal(change->name, TRAFFIC_EVERYWHERE);
	assert_int_equal(change->edits[0].count, 3);
	assert_string_equal(change->edits[0].values[0].bytes, "1 mail1 anna");
	assert_string_equal(change->edits[0].values[1].bytes, "2 mail2 anna");
	assert_string_equal(change->edits[0].values[2].bytes, "1 mail2 bert");
	change_free(change);
	change = traffic_of_sessions(list + 2, 2, true);
	assert_string_equal(change->name, "mail2");
	assert_string_equal(change->edits[0].values[0].bytes, "1 mail2 anna 192.0.2.8");
	change_free(change);
	assert_null(traffic_of_sessions(list, 0, false));
	rows_free(rows);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_values),
		cmocka_unit_test_setup_teardown(test_plan, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_unknown_server, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_hold_only_the_same, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_all_gone, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_fails, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_interrupts, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_look, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_kick_sees_them_stay, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_kick_nobody, set_up, tear_down),
		cmocka_unit_test(test_rows_to_change),
	};

	return cmocka_run_group_tests_name("live_store", tests, NULL, NULL);
}
