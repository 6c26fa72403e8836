/*
 * test_live_watch: when the collector asks: intervals, back-off, what hangs,
 * what is old, and weeks of it.
 *
 * The sources are this test's own: they answer by a timer what their server is
 * told to answer.  Time leaps, so the speed of the machine does not matter.
 */
#include <malloc.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "live/data.h"
#include "live/source.h"
#include "tests/fakes/fake_hosts.h"
#include "tests/unit/live_pass.h"

enum { HOSTS = 5 };

/* --- sources of this test --------------------------------------------------------------- */

enum behaviour { ANSWERS, FAILS, HANGS, SLOW };
static enum behaviour behaviours[HOSTS];
static unsigned asks[HOSTS][LIVE_SOURCES], at_once[HOSTS][LIVE_SOURCES], most_at_once, living;
static int64_t last_ask[HOSTS][LIVE_SOURCES], last_any, least_apart;
static bool nowhere[HOSTS];

struct asking {
	struct live *live;
	size_t host;
	enum live_source source;
	struct loop_timer *timer;
	asked *done;
	void *context;
};

static void *snapshot_of(enum live_source source)
{
	struct arena *arena = arena_new();

	living++;
	if (source == LIVE_WHO) {
		struct who *who = arena_alloc(arena, sizeof(*who));

		who->arena = arena;
		who->count = 7;
		return who;
	}
	struct machine *machine = arena_alloc(arena, sizeof(*machine));
	machine->arena = arena;
	return machine;
}

static void free_who(void *snapshot)
{
	living--;
	arena_free(((struct who *)snapshot)->arena);
}

static void free_machine(void *snapshot)
{
	living--;
	arena_free(((struct machine *)snapshot)->arena);
}

static void end_asking(struct asking *asking)
{
	at_once[asking->host][asking->source]--;
	loop_timer_stop(asking->timer);
	free(asking);
}

static void on_answer(void *context)
{
	struct asking *asking = context;
	struct error error = { 0 };
	asked *done = asking->done;
	void *done_context = asking->context;
	bool fails = behaviours[asking->host] == FAILS;
	enum live_source source = asking->source;

	if (fails)
		error_set(&error, ERROR_UNREACHABLE, "mail%zu: no answer", asking->host + 1);
	end_asking(asking);
	done(done_context, fails ? NULL : snapshot_of(source), &error);
}

static struct asking *ask(struct live *live, size_t host, enum live_source source, asked *done, void *context)
{
	static const uint64_t after[] = { [ANSWERS] = 3, [FAILS] = 10, [HANGS] = 100000000, [SLOW] = 9000 };
	struct asking *asking = memory_new(sizeof(*asking));
	int64_t now = loop_now(live_loop(live));

	*asking = (struct asking){ .live = live, .host = host, .source = source, .done = done, .context = context };
	asking->timer = loop_after(live_loop(live), after[behaviours[host]], 0, on_answer, asking);
	asks[host][source]++;
	if (++at_once[host][source] > most_at_once)
		most_at_once = at_once[host][source];
	if (last_any && now - last_any < least_apart)
		least_apart = now - last_any;
	last_any = now;
	last_ask[host][source] = now;
	return asking;
}

static struct asking *ask_who(struct live *live, size_t host, asked *done, void *context)
{
	return ask(live, host, LIVE_WHO, done, context);
}

static struct asking *ask_machine(struct live *live, size_t host, asked *done, void *context)
{
	return ask(live, host, LIVE_MACHINE, done, context);
}

static bool has_way(struct live *live, size_t host, const char **reason)
{
	(void)live;
	if (nowhere[host])
		*reason = "no way for it";
	return !nowhere[host];
}

static const struct source own_who = { LIVE_WHO, "who", "connections", 10000, 2000, has_way, ask_who, end_asking, free_who };
static const struct source own_machine = { LIVE_MACHINE, "machine", "machine", 60000, 5000, NULL, ask_machine, end_asking, free_machine };
const struct source *const sources[LIVE_SOURCES] = { [LIVE_WHO] = &own_who, [LIVE_MACHINE] = &own_machine };

/* No services are asked here. */
size_t capacities_of(struct arena *arena, const struct services *services, const struct configuration *configuration,
		const struct processes *processes, const struct who *who, struct capacity **list)
{
	(void)arena, (void)services, (void)configuration, (void)processes, (void)who;
	*list = NULL;
	return 0;
}

#define WHO (1u << LIVE_WHO)
#define MACHINE (1u << LIVE_MACHINE)

/* --- the stage ------------------------------------------------------------------------------- */

static struct loop *loop;
static struct hosts *hosts;
static struct live *live;
static unsigned told;

static void on_told(void *context)
{
	(void)context;
	told++;
}

static int set_up(void **state)
{
	const struct live_settings settings = { 0 };

	(void)state;
	memset(behaviours, 0, sizeof(behaviours));
	memset(asks, 0, sizeof(asks));
	memset(nowhere, 0, sizeof(nowhere));
	memset(at_once, 0, sizeof(at_once));
	most_at_once = told = 0;
	last_any = 0;
	least_apart = INT64_MAX;
	loop = loop_new();
	hosts = fake_hosts_new(loop, HOSTS);
	live = live_open(loop, hosts, &settings);
	live_listen(live, on_told, NULL);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	live_close(live);
	hosts_close(hosts);
	loop_free(loop);
	assert_int_equal(living, 0);
	return 0;
}

/* Lets so much time pass; it leaps from timer to timer. */
static void pass(uint64_t milliseconds)
{
	pass_time(loop, milliseconds);
}

/* --- tests ---------------------------------------------------------------------------------------- */

static void what_nobody_wants_is_not_asked(void **state)
{
	size_t host;

	(void)state;
	pass(600000);
	assert_int_equal(asks[0][LIVE_WHO], 0);
	assert_true(live_settled(live));
	live_want(live, WHO);
	assert_false(live_settled(live));
	pass(1000);
	assert_true(live_settled(live));
	for (host = 0; host < HOSTS; host++) {
		assert_int_equal(asks[host][LIVE_WHO], 1);
		assert_int_equal(asks[host][LIVE_MACHINE], 0);
		assert_true(live_state(live, host, LIVE_WHO)->known);
		assert_int_equal(((const struct who *)live_snapshot(live, host, LIVE_WHO))->count, 7);
	}
	live_want(live, 0);
	pass(600000);
	assert_int_equal(asks[0][LIVE_WHO], 1);
	assert_true(told > 0);
}

static void each_in_its_interval_and_never_together(void **state)
{
	(void)state;
	live_want(live, WHO | MACHINE);
	pass(600000);
	assert_in_range(asks[3][LIVE_WHO], 58, 61);
	assert_in_range(asks[3][LIVE_MACHINE], 9, 11);
	assert_int_equal(most_at_once, 1);
	assert_true(least_apart >= 4);
}

static void failures_back_off_and_keep_the_old_figures(void **state)
{
	const struct live_state *one;
	int64_t since;

	(void)state;
	live_want(live, WHO);
	pass(1000);
	behaviours[1] = FAILS;
	pass(10000);
	one = live_state(live, 1, LIVE_WHO);
	assert_int_equal(one->error.kind, ERROR_UNREACHABLE);
	assert_true(one->known && one->old);
	assert_non_null(live_snapshot(live, 1, LIVE_WHO));
	since = one->failing_since;
	assert_true(since > 0);
	assert_int_equal(asks[1][LIVE_WHO], 2);
	/* 5, 10, 20, 40, 60, 60 s after each other. */
	pass(6000);
	assert_int_equal(asks[1][LIVE_WHO], 3);
	pass(10000);
	assert_int_equal(asks[1][LIVE_WHO], 4);
	pass(20000);
	assert_int_equal(asks[1][LIVE_WHO], 5);
	pass(40000);
	assert_int_equal(asks[1][LIVE_WHO], 6);
	pass(58000);
	assert_int_equal(asks[1][LIVE_WHO], 6);
	pass(3000);
	assert_int_equal(asks[1][LIVE_WHO], 7);
	assert_int_equal(live_state(live, 1, LIVE_WHO)->failing_since, since);
	/* The others went on meanwhile. */
	assert_in_range(asks[2][LIVE_WHO], 13, 16);
	assert_false(live_state(live, 2, LIVE_WHO)->old);
	behaviours[1] = ANSWERS;
	live_refresh(live, 1, WHO);
	pass(100);
	one = live_state(live, 1, LIVE_WHO);
	assert_int_equal(one->error.kind, ERROR_NONE);
	assert_false(one->old);
	assert_int_equal(one->failing_since, 0);
}

static void who_hangs_delays_nobody(void **state)
{
	(void)state;
	behaviours[0] = behaviours[4] = HANGS;
	behaviours[2] = SLOW;
	live_want(live, WHO | MACHINE);
	pass(120000);
	assert_in_range(asks[1][LIVE_WHO], 11, 13);
	assert_in_range(asks[3][LIVE_WHO], 11, 13);
	assert_int_equal(asks[0][LIVE_WHO], 1);
	/* Needs nine seconds: rests as long again. */
	assert_in_range(asks[2][LIVE_WHO], 6, 8);
	assert_int_equal(most_at_once, 1);
	assert_true(live_state(live, 0, LIVE_WHO)->running);
	/* The last resort ends what no deadline ended. */
	pass(200000);
	assert_int_equal(live_state(live, 0, LIVE_WHO)->error.kind, ERROR_TIMEOUT);
	assert_non_null(strstr(live_state(live, 0, LIVE_WHO)->error.text, "mail1"));
}

static void a_refresh_keeps_the_least_interval(void **state)
{
	unsigned i;

	(void)state;
	live_want(live, WHO);
	pass(500);
	for (i = 0; i < 100; i++)
		live_refresh(live, LIVE_ALL, WHO);
	assert_int_equal(asks[0][LIVE_WHO], 1);
	pass(2000);
	assert_int_equal(asks[0][LIVE_WHO], 2);
	pass(2000);
	live_refresh(live, 0, WHO);
	pass(100);
	assert_int_equal(asks[0][LIVE_WHO], 3);
	assert_int_equal(asks[1][LIVE_WHO], 2);
}

static void where_there_is_no_way_it_says_so(void **state)
{
	const struct live_state *one;

	(void)state;
	nowhere[3] = true;
	live_want(live, WHO);
	pass(1000);
	one = live_state(live, 3, LIVE_WHO);
	assert_false(one->applies);
	assert_string_equal(one->reason, "no way for it");
	assert_true(live_settled(live));
	assert_int_equal(asks[3][LIVE_WHO], 0);
	one = live_state(live, 0, LIVE_QUEUE);
	assert_false(one->applies);
	assert_non_null(one->reason);
	assert_null(live_snapshot(live, 99, LIVE_WHO));
	assert_false(live_state(live, 99, LIVE_WHO)->applies);
}

static void a_frozen_clock_stops_no_source(void **state)
{
	(void)state;
	clock_freeze(1763625600);
	live_want(live, WHO | MACHINE);
	pass(1000);
	assert_true(live_settled(live));
	clock_freeze(-1);
}

static void series_are_fixed(void **state)
{
	double points[100];
	size_t count;

	(void)state;
	live_want(live, WHO);
	pass(120000);
	count = live_series(live, 0, MEASURE_CONNECTIONS, SPAN_MINUTES, points, 100);
	assert_int_equal(count, 60);
	assert_true(points[58] == 7);
	assert_true(points[0] != points[0]);
	assert_int_equal(live_series(live, 0, MEASURE_CONNECTIONS, SPAN_HOURS, points, 5), 5);
	assert_int_equal(live_series(live, HOSTS, MEASURE_CONNECTIONS, SPAN_HOURS, points, 5), 0);
	/* A machine whose clock was never set: the series begins before 1970. */
	clock_freeze(20);
	assert_int_equal(live_series(live, 0, MEASURE_CONNECTIONS, SPAN_MINUTES, points, 100), 60);
	assert_true(points[57] != points[57]);
	assert_true(live_rate(live, 0, MEASURE_CONNECTIONS) != live_rate(live, 0, MEASURE_CONNECTIONS));
	clock_freeze(-1);
}

/* Memory after the first hour is memory after four weeks, with servers that come and go. */
static void four_weeks_need_no_memory(void **state)
{
	struct mallinfo2 first, last;
	size_t events_first, events_last;
	unsigned hour;

	(void)state;
	live_want(live, WHO | MACHINE);
	for (hour = 0; hour < 12; hour++) {
		behaviours[hour % HOSTS] = (enum behaviour)(hour % 4);
		pass(3600000);
	}
	live_events(live, &events_first);
	first = mallinfo2();
	for (; hour < 4 * 7 * 24; hour++) {
		behaviours[hour % HOSTS] = (enum behaviour)(hour % 4);
		pass(3600000);
	}
	live_events(live, &events_last);
	last = mallinfo2();
	/* Events are kept for 90 days and bounded by number (test_live_events); nothing else grows. */
	assert_true(last.uordblks < first.uordblks + 16384 + (events_last - events_first) * 2048);
	assert_true(asks[0][LIVE_WHO] > 4 * 7 * 24 * 60);
	assert_true(living <= 2 * HOSTS);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(what_nobody_wants_is_not_asked, set_up, tear_down),
		cmocka_unit_test_setup_teardown(each_in_its_interval_and_never_together, set_up, tear_down),
		cmocka_unit_test_setup_teardown(failures_back_off_and_keep_the_old_figures, set_up, tear_down),
		cmocka_unit_test_setup_teardown(who_hangs_delays_nobody, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_refresh_keeps_the_least_interval, set_up, tear_down),
		cmocka_unit_test_setup_teardown(where_there_is_no_way_it_says_so, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_frozen_clock_stops_no_source, set_up, tear_down),
		cmocka_unit_test_setup_teardown(series_are_fixed, set_up, tear_down),
		cmocka_unit_test_setup_teardown(four_weeks_need_no_memory, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
