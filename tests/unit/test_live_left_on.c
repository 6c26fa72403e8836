/*
 * test_live_left_on: what is switched on and forgotten, from the answers of
 * postconf and doveconf, whole, missing and without sense.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "live/data.h"
#include "live/source.h"
#include "tests/fakes/fake_hosts.h"
#include "tests/unit/live_pass.h"

static struct loop *loop;
static struct hosts *hosts;
static struct live *live;

static int set_up(void **state)
{
	const struct live_settings settings = { 0 };

	(void)state;
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

static const struct left_on *look(void)
{
	live_want(live, 1u << LIVE_LEFT_ON);
	pass_time(loop, 20000);
	return live_snapshot(live, 0, LIVE_LEFT_ON);
}

static void reply(const char *command, const char *output, int status)
{
	fake_hosts_reply(hosts, &(struct fake_reply){ .command = command, .output = output, .status = status });
}

static void all_is_off(void **state)
{
	const struct left_on *found;

	(void)state;
	/* The fake gives one answer to all questions of a command: "no" is well for one of them and on for the others. */
	reply("postconf", "no\n", 0);
	reply("dovecot-debug", "auth_debug_passwords = no\nauth_verbose_passwords = no\nauth_debug = no\nmail_debug = no\n", 0);
	found = look();
	assert_non_null(found);
	assert_int_equal(found->count, 2);
	assert_string_equal(found->rows[0].name, "defer_transports");
}

static void what_is_on_is_named(void **state)
{
	const struct left_on *found;

	(void)state;
	reply("postconf", "yes\n", 0);
	/* 2.4 does not know some of them: it says so and gives the others. */
	reply("dovecot-debug", "auth_debug = yes\r\nmail_debug = no\nmail_debugger = yes\nauth_verbose_passwords = sha1", 89);
	found = look();
	assert_int_equal(found->count, 5);
	assert_string_equal(found->rows[0].name, "soft_bounce");
	assert_string_equal(found->rows[0].value, "yes");
	assert_string_equal(found->rows[3].name, "auth_verbose_passwords");
	assert_string_equal(found->rows[3].value, "sha1");
	assert_string_equal(found->rows[4].name, "auth_debug");
	assert_string_equal(found->rows[4].value, "yes");
	assert_int_equal(fake_hosts_runs(hosts, "postconf"), 3);
	assert_int_equal(fake_hosts_runs(hosts, "dovecot-debug"), 1);
	assert_string_equal(fake_hosts_holes(hosts, "postconf"), "debug_peer_list");
}

static void one_program_is_enough(void **state)
{
	const struct left_on *found;

	(void)state;
	reply("dovecot-debug", "mail_debug = yes\n", 0);
	found = look();
	assert_int_equal(found->count, 1);
	assert_int_equal(live_state(live, 0, LIVE_LEFT_ON)->error.kind, ERROR_NONE);
}

static void without_any_there_is_no_snapshot(void **state)
{
	(void)state;
	assert_null(look());
	assert_int_not_equal(live_state(live, 0, LIVE_LEFT_ON)->error.kind, ERROR_NONE);
}

static void it_can_be_cancelled(void **state)
{
	(void)state;
	fake_hosts_reply(hosts, &(struct fake_reply){ .command = "postconf", .hangs = true });
	live_want(live, 1u << LIVE_LEFT_ON);
	assert_true(live_state(live, 0, LIVE_LEFT_ON)->running);
	/* Closing ends it. */
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(all_is_off, set_up, tear_down),
		cmocka_unit_test_setup_teardown(what_is_on_is_named, set_up, tear_down),
		cmocka_unit_test_setup_teardown(one_program_is_enough, set_up, tear_down),
		cmocka_unit_test_setup_teardown(without_any_there_is_no_snapshot, set_up, tear_down),
		cmocka_unit_test_setup_teardown(it_can_be_cancelled, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
