/*
 * What a server is asked for its limits: anvil, which tells its state only
 * when a client comes, is asked until it has told since the reload.
 * Main thread.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/loop.h"
#include "settings/limits_plan.h"
#include "tests/fakes/fake_hosts.h"

#define CONFIGURED "default_process_limit=100\ndefault_client_limit=1000\nservice=anvil\nservice/anvil/name=anvil\nservice/anvil/client_limit=2500\n"
#define SILENT "name\tavailable_count\tlast_status_update\nanvil\t2500\t0\n"
#define TOLD "name\tavailable_count\tlast_status_update\nanvil\t600\t1795200281\n"

static struct { struct loop *loop; struct hosts *hosts; struct limits_world *world; size_t answers; } bench;

static int set_up(void **state)
{
	(void)state;
	bench.loop = loop_new();
	bench.hosts = fake_hosts_new(bench.loop, 1);
	bench.world = NULL;
	bench.answers = 0;
	loop_leaping(bench.loop, 100);
	fake_hosts_reply(bench.hosts, &(struct fake_reply){ .command = "configuration", .output = CONFIGURED });
	fake_hosts_reply(bench.hosts, &(struct fake_reply){ .command = "who", .output = "username\tservice\tip\n" });
	fake_hosts_reply(bench.hosts, &(struct fake_reply){ .command = "file", .output = "" });
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	limits_world_free(bench.world);
	hosts_close(bench.hosts);
	loop_free(bench.loop);
	return 0;
}

static void came(void *context, struct limits_world *takes, const struct error *error)
{
	(void)context;
	if (error->kind != ERROR_NONE)
		fail_msg("%s", error->text);
	bench.world = takes;
	bench.answers++;
	loop_stop(bench.loop);
}

static void processes(const char *output)
{
	fake_hosts_reply(bench.hosts, &(struct fake_reply){ .command = "process-status", .output = output });
}

static void it_tells(void *context)
{
	(void)context;
	processes(TOLD);
}

static void anvil_is_asked_until_it_has_told(void **state)
{
	struct loop_timer *timer;

	(void)state;
	processes(SILENT);
	assert_non_null(limits_ask(bench.hosts, 0, came, NULL));
	timer = loop_after(bench.loop, 2000, 0, it_tells, NULL);
	loop_run(bench.loop);
	loop_timer_stop(timer);
	assert_int_equal(bench.answers, 1);
	assert_true(bench.world->facts->anvil_started == 604);
	/* Who is what makes it tell. */
	assert_int_equal(fake_hosts_runs(bench.hosts, "who"), fake_hosts_runs(bench.hosts, "process-status"));
	assert_int_equal(fake_hosts_runs(bench.hosts, "who"), 3);
}

/* The figure of the configuration is never taken for what runs, and nobody waits for ever. */
static void one_that_never_tells_is_not_known(void **state)
{
	(void)state;
	processes(SILENT);
	assert_non_null(limits_ask(bench.hosts, 0, came, NULL));
	loop_run(bench.loop);
	assert_int_equal(bench.answers, 1);
	assert_true(bench.world->facts->anvil_started == LIMITS_UNKNOWN);
	assert_int_equal(fake_hosts_runs(bench.hosts, "process-status"), 4);
}

static void stop(void *context)
{
	(void)context;
	loop_stop(bench.loop);
}

/* Left while it waits: nothing comes any more, and nothing is left behind (valgrind). */
static void it_is_left_while_it_waits(void **state)
{
	struct limits_asking *asking;
	struct loop_timer *timer;

	(void)state;
	loop_leaping(bench.loop, 0);
	processes(SILENT);
	asking = limits_ask(bench.hosts, 0, came, NULL);
	timer = loop_after(bench.loop, 300, 0, stop, NULL);
	loop_run(bench.loop);
	loop_timer_stop(timer);
	assert_int_equal(fake_hosts_runs(bench.hosts, "process-status"), 1);
	limits_ask_cancel(asking);
	loop_leap(bench.loop, 5000);
	timer = loop_after(bench.loop, 10, 0, stop, NULL);
	loop_run(bench.loop);
	loop_timer_stop(timer);
	assert_int_equal(bench.answers, 0);
	assert_int_equal(fake_hosts_runs(bench.hosts, "who"), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(anvil_is_asked_until_it_has_told, set_up, tear_down),
		cmocka_unit_test_setup_teardown(one_that_never_tells_is_not_known, set_up, tear_down),
		cmocka_unit_test_setup_teardown(it_is_left_while_it_waits, set_up, tear_down),
	};

	return cmocka_run_group_tests_name("limits_ask", tests, NULL, NULL);
}
