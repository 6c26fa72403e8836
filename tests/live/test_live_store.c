/*
 * The gate's store over a real Postfix: what is done to how many is what
 * Postfix reports and what its queue shows; what was taken away or cut off in
 * the middle is told as it is.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/child.h"
#include "base/text.h"
#include "live/live.h"
#include "model/rows.h"
#include "model/traffic.h"

enum { MAILS = 200 };

struct world {
	struct loop *loop;
	struct hosts *hosts;
	struct live *live;
	struct arena *arena;
	char lab[4096];                    /* tests/lab/lab: children run in / */
	struct text output;                /* of the last program */
	struct rows *rows;
	struct change *change;             /* of the last plan, which borrows its values */
	struct operation inverse;
	struct error error;
	bool done;
};

static const char *lab(const char *name)
{
	const char *value = getenv(name);

	return value ? value : "";
}

/* --- programs ------------------------------------------------------------------------------- */

static void ran(const struct child_result *result, void *context)
{
	struct world *world = context;

	text_clear(&world->output);
	text_add_bytes(&world->output, result->output, result->output_length);
	world->done = true;
}

static const char *run(struct world *world, const char *const *argv)
{
	struct child_request request = { .argv = argv, .deadline = 120000 };

	world->done = false;
	child_run(world->loop, &request, ran, world);
	loop_run_until(world->loop, &world->done);
	return text_get(&world->output);
}

#define RUN(world, ...) run(world, (const char *const[]){ __VA_ARGS__, NULL })
#define LAB(world, ...) RUN(world, "/bin/bash", (world)->lab, __VA_ARGS__, "--name", lab("LAB_NAME"))

/* Messages in a queue, as postqueue lists them. */
static size_t in_queue(struct world *world, const char *name)
{
	const char *words = arena_format(world->arena, "\"queue_name\": \"%s\"", name);
	size_t count = 0;

	for (const char *at = RUN(world, "/usr/sbin/postqueue", "-c", lab("LAB_POSTFIX_CONF"), "-j"); (at = strstr(at, words)); at++)
		count++;
	return count;
}

static void take_away(struct world *world, const char *id)
{
	RUN(world, "/usr/sbin/postsuper", "-c", lab("LAB_POSTFIX_CONF"), "-d", id);
}

/* --- the store ------------------------------------------------------------------------------- */

static void on_rows(void *context, struct rows *takes, uint64_t matching, const struct error *error)
{
	struct world *world = context;

	(void)matching;
	rows_free(world->rows);
	world->rows = takes;
	world->error = *error;
	world->done = true;
}

static size_t ask(struct world *world, const struct live_pick *pick)
{
	world->done = false;
	live_messages(world->live, 0, pick, 10000, on_rows, world);
	loop_run_until(world->loop, &world->done);
	assert_non_null(world->rows);
	return world->rows->count;
}

static struct operation planned(struct world *world, const char *field)
{
	struct store *store = live_store(world->live);
	const struct row **rows = arena_alloc(world->arena, world->rows->count * sizeof(*rows));
	struct facts facts = { 0 };
	struct plan plan = { 0 };

	for (size_t i = 0; i < world->rows->count; i++)
		rows[i] = &world->rows->rows[i];
	change_free(world->change);
	world->change = traffic_of_messages("mail1", field, rows, world->rows->count);
	assert_true(store->gather(store->self, world->change, world->arena, &facts, &world->error));
	assert_true(store->plan(store->self, world->change, &facts, world->arena, &plan, &world->error));
	assert_int_equal(plan.count, 1);
	return plan.operations[0];
}

static enum outcome apply(struct world *world, const struct operation *operation)
{
	struct store *store = live_store(world->live);
	const char *version;

	memset(&world->inverse, 0, sizeof(world->inverse));
	return store->apply(store->self, operation, world->arena, &world->inverse, &version, &world->error);
}

static int set_up(void **state)
{
	static const struct live_settings settings = { .own_domains = NULL };
	struct host_settings host = { .name = "mail1", .roles = HOST_TRANSPORT, .exec = true };
	struct world *world = calloc(1, sizeof(*world));

	*state = world;
	world->arena = arena_new();
	if (!*lab("LAB_POSTFIX_CONF"))
		return 0;
	assert_non_null(realpath("tests/lab/lab", world->lab));
	host.postfix_config = lab("LAB_POSTFIX_CONF");
	world->loop = loop_new();
	world->hosts = hosts_open(world->loop, &host, 1);
	world->live = live_open(world->loop, world->hosts, &settings);
	LAB(world, "empty-queue");
	LAB(world, "fill-queue", "200");
	return 0;
}

static int tear_down(void **state)
{
	struct world *world = *state;

	if (world->loop) {
		LAB(world, "empty-queue");
		rows_free(world->rows);
		text_free(&world->output);
		live_close(world->live);
		hosts_close(world->hosts);
		loop_free(world->loop);
	}
	change_free(world->change);
	arena_free(world->arena);
	free(world);
	return 0;
}

#define NEEDS_POSTFIX(world) do { if (!(world)->loop) skip(); } while (0)

/* --- tests -------------------------------------------------------------------------------------- */

static void test_hold_and_back(void **state)
{
	struct world *world = *state;
	struct operation hold, back;
	size_t count, all;

	NEEDS_POSTFIX(world);
	all = in_queue(world, "deferred");
	assert_true(all >= MAILS);
	count = ask(world, &(struct live_pick){ .domain = "d2.example.net" });
	assert_true(count > 20);
	hold = planned(world, "hold");
	assert_int_equal(apply(world, &hold), OUTCOME_APPLIED);
	assert_int_equal(world->inverse.did, count);
	assert_null(world->inverse.told);
	assert_int_equal(in_queue(world, "hold"), count);
	assert_int_equal(in_queue(world, "deferred"), all - count);
	/* Twice is not more. */
	back = world->inverse;
	assert_int_equal(apply(world, &hold), OUTCOME_ALREADY);
	assert_int_equal(world->inverse.did, 0);
	/* Nobody saw it end: looking tells that it is done. */
	assert_int_equal(live_store(world->live)->look(live_store(world->live)->self, &hold, world->arena, &world->inverse, &world->error),
		OUTCOME_APPLIED);
	assert_int_equal(world->inverse.did, count);
	assert_int_equal(apply(world, &back), OUTCOME_APPLIED);
	assert_int_equal(world->inverse.did, count);
	assert_int_equal(in_queue(world, "hold"), 0);
}

static void test_some_have_left(void **state)
{
	struct world *world = *state;
	struct operation hold;
	size_t count;

	NEEDS_POSTFIX(world);
	count = ask(world, &(struct live_pick){ .sender = "s1@example.com" });
	assert_true(count > 5);
	hold = planned(world, "hold");
	take_away(world, world->rows->rows[0].name);
	take_away(world, world->rows->rows[count - 1].name);
	assert_int_equal(apply(world, &hold), OUTCOME_APPLIED);
	assert_int_equal(world->inverse.did, count - 2);
	assert_string_equal(world->inverse.told, "2 had left the queue");
	assert_int_equal(in_queue(world, "hold"), count - 2);
}

/* What is deleted is exactly what was named, also where an id names another message by now. */
static void test_delete(void **state)
{
	struct world *world = *state;
	struct operation operation;
	struct value *values;
	struct delta delta;
	struct traffic_message message;
	size_t count, before;

	NEEDS_POSTFIX(world);
	before = in_queue(world, "deferred");
	count = ask(world, &(struct live_pick){ .queue = "deferred", .domain = "d3.example.net" });
	operation = planned(world, "delete");
	delta = operation.deltas[0];
	values = arena_alloc(world->arena, count * sizeof(*values));
	memcpy(values, delta.values, count * sizeof(*values));
	/* As if the first had come a second later: another one under the same id. */
	assert_true(traffic_message_read(values[0].bytes, &message));
	values[0].bytes = traffic_message_value(world->arena, message.id, message.arrival + 1, message.sender);
	values[0].length = strlen(values[0].bytes);
	delta.values = values;
	operation.deltas = &delta;
	assert_int_equal(apply(world, &operation), OUTCOME_APPLIED);
	assert_int_equal(world->inverse.did, count - 1);
	assert_string_equal(world->inverse.told, "the id of 1 names another message by now");
	assert_null(world->inverse.place);
	assert_int_equal(in_queue(world, "deferred"), before - (count - 1));
	assert_int_equal(ask(world, &(struct live_pick){ .id = message.id }), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_hold_and_back),
		cmocka_unit_test(test_some_have_left),
		cmocka_unit_test(test_delete),
	};

	return cmocka_run_group_tests_name("live_store", tests, set_up, tear_down);
}
