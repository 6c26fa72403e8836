/*
 * test_live_expect: what the collector waits for where somebody tells of the
 * directory, and that ports are tried anew as soon as a server falls silent.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "live/source.h"
#include "tests/fakes/fake_hosts.h"
#include "tests/unit/live_pass.h"

#define BIT(source) (1u << (source))

/* --- sources of this test: they answer in the next turn -------------------------------------------- */

struct asking { enum live_source number; struct loop_timer *timer; asked *done; void *context; };
/* Zeroes are an empty snapshot of any source. */
enum { EMPTY = 8192 };
static unsigned asks[LIVE_SOURCES];
static bool silent;

static void on_answer(void *context)
{
	struct asking asking = *(struct asking *)context;
	struct error error = { 0 };
	bool fails = silent && asking.number == LIVE_WHO;

	loop_timer_stop(asking.timer);
	free(context);
	if (fails)
		error_set(&error, ERROR_UNREACHABLE, "nobody there");
	asking.done(asking.context, fails ? NULL : memory_new(EMPTY), &error);
}

static struct asking *ask(struct live *live, enum live_source number, asked *done, void *context)
{
	struct asking *asking = memory_new(sizeof(*asking));

	asks[number]++;
	*asking = (struct asking){ number, loop_after(live_loop(live), 1, 0, on_answer, asking), done, context };
	return asking;
}

static struct asking *ask_who(struct live *live, size_t host, asked *done, void *context)
{
	(void)host;
	return ask(live, LIVE_WHO, done, context);
}

static struct asking *ask_queue(struct live *live, size_t host, asked *done, void *context)
{
	(void)host;
	return ask(live, LIVE_QUEUE, done, context);
}

static struct asking *ask_ports(struct live *live, size_t host, asked *done, void *context)
{
	(void)host;
	return ask(live, LIVE_PORTS, done, context);
}

static void end_asking(struct asking *asking)
{
	loop_timer_stop(asking->timer);
	free(asking);
}

static const struct source own_who = { LIVE_WHO, "who", "connections", 10000, 1000, NULL, ask_who, end_asking, free };
static const struct source own_queue = { LIVE_QUEUE, "queue", "queue", 600000, 1000, NULL, ask_queue, end_asking, free };
static const struct source own_ports = { LIVE_PORTS, "ports", "ports", 600000, 5000, NULL, ask_ports, end_asking, free };
const struct source *const sources[LIVE_SOURCES] = { [LIVE_WHO] = &own_who, [LIVE_QUEUE] = &own_queue, [LIVE_PORTS] = &own_ports };

static struct loop *loop;
static struct hosts *hosts;
static struct live *live;
static unsigned told, last_wanted;

static void on_wanted(void *context, unsigned wanted)
{
	(void)context;
	told++;
	last_wanted = wanted;
}

static int set_up(void **state)
{
	static const struct live_settings settings;

	(void)state;
	memset(asks, 0, sizeof(asks));
	told = last_wanted = 0;
	silent = false;
	loop = loop_new();
	hosts = fake_hosts_new(loop, 1);
	live = live_open(loop, hosts, &settings);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	live_close(live);
	hosts_close(hosts);
	loop_free(loop);
	return 0;
}

/* --- tests --------------------------------------------------------------------------------------------- */

static void the_queue_waits_for_own_domains(void **state)
{
	(void)state;
	live_expect(live, 2, on_wanted, NULL);
	assert_int_equal(told, 1);
	live_want(live, BIT(LIVE_QUEUE) | BIT(LIVE_DIRECTORY));
	assert_int_equal(last_wanted, BIT(LIVE_QUEUE) | BIT(LIVE_DIRECTORY));
	pass_time(loop, 1000);
	assert_int_equal(asks[LIVE_QUEUE], 0);
	live_own_domains(live, (const char *const[]){ "example.com", NULL });
	pass_time(loop, 100);
	assert_int_equal(asks[LIVE_QUEUE], 1);
	assert_string_equal(live_own(live)[0], "example.com");
	/* Both servers of the directory have not been heard of yet. */
	assert_false(live_settled(live));
	live_directory_pulse(live, "ldap://ldap1", 3, -1, NULL);
	assert_false(live_settled(live));
	live_directory_pulse(live, "ldap://ldap2", 3, 0, NULL);
	assert_true(live_settled(live));
}

static void but_not_for_long(void **state)
{
	(void)state;
	live_expect(live, 0, on_wanted, NULL);
	live_want(live, BIT(LIVE_QUEUE));
	pass_time(loop, 4000);
	assert_int_equal(asks[LIVE_QUEUE], 1);
	assert_null(live_own(live));
}

static void nor_where_they_are_not_to_be_had(void **state)
{
	(void)state;
	live_expect(live, 0, on_wanted, NULL);
	live_want(live, BIT(LIVE_QUEUE));
	live_own_domains(live, NULL);
	pass_time(loop, 100);
	assert_int_equal(asks[LIVE_QUEUE], 1);
	assert_null(live_own(live));
	/* What was known once stays. */
	live_own_domains(live, (const char *const[]){ "example.com", NULL });
	live_own_domains(live, NULL);
	assert_non_null(live_own(live));
}

static void silence_hastens_ports(void **state)
{
	(void)state;
	live_want(live, BIT(LIVE_WHO) | BIT(LIVE_PORTS));
	pass_time(loop, 60000);
	assert_int_equal(asks[LIVE_PORTS], 1);
	silent = true;
	pass_time(loop, 60000);
	assert_int_equal(asks[LIVE_PORTS], 2);
	silent = false;
	pass_time(loop, 60000);
	assert_int_equal(asks[LIVE_PORTS], 3);
	pass_time(loop, 60000);
	assert_int_equal(asks[LIVE_PORTS], 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(the_queue_waits_for_own_domains, set_up, tear_down),
		cmocka_unit_test_setup_teardown(but_not_for_long, set_up, tear_down),
		cmocka_unit_test_setup_teardown(nor_where_they_are_not_to_be_had, set_up, tear_down),
		cmocka_unit_test_setup_teardown(silence_hastens_ports, set_up, tear_down),
	};

	return cmocka_run_group_tests_name("live_expect", tests, NULL, NULL);
}
