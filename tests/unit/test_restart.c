/*
 * A service that is ended and started again: asked before, refused where it is
 * not ours or would not come back, looked at after.  Main thread.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "base/loop.h"
#include "settings/store_private.h"
#include "tests/fakes/fake_hosts.h"

#define LOADED "LoadState=loaded\nActiveState=active\n"

static struct { struct loop *loop; struct hosts *hosts; struct arena *arena; } bench;

static int set_up(void **state)
{
	(void)state;
	bench.loop = loop_new();
	bench.hosts = fake_hosts_new(bench.loop, 1);
	bench.arena = arena_new();
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	hosts_close(bench.hosts);
	loop_free(bench.loop);
	arena_free(bench.arena);
	return 0;
}

static void reply(const char *command, const char *output, int status, const char *complaint)
{
	fake_hosts_reply(bench.hosts, &(struct fake_reply){ .command = command, .output = output, .status = status, .complaint = complaint });
}

static void services_are_restarted_where_they_are_ours(void **state)
{
	/* outcome NOT_APPLIED with these words, and whether anything was ended. */
	static const struct { const char *service; int systemd; const char *found; int files, ended; const char *words; } cases[] = {
		{ "dovecot", 0, LOADED, 0, 0, NULL },
		{ "apache", 0, "ActiveState=active\nLoadState=loaded\n", 0, 0, NULL },
		{ "dovecot", 1, LOADED, 0, 0, "no systemd runs the services there" },
		{ "amavis", 0, "LoadState=not-found\nActiveState=inactive\n", 0, 0, "systemd knows no service amavis" },
		{ "dovecot", 0, LOADED, 89, 0, "dovecot would not start again" },
		{ "postfix", 0, LOADED, 1, 0, "postfix would not start again" },
		{ "saslauthd", 0, LOADED, 1, 0, NULL },
		{ "firewall", 0, LOADED, 0, 1, "systemctl restart univention-firewall failed" },
		{ "postgrey", 0, "LoadState=loaded\nActiveState=failed\n", 0, 0, "does not run after its restart" },
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		volatile bool give_up = false;
		struct restarting restarting;
		struct error error = { 0 };
		enum outcome outcome;
		bool ends = !cases[i].words || cases[i].ended || strstr(cases[i].words, "after its restart");

		set_up(state);
		restarting = (struct restarting){ bench.hosts, bench.loop, 0, setting_restart_find(cases[i].service), &give_up, bench.arena };
		reply("systemd", "", cases[i].systemd, NULL);
		reply("service-state", cases[i].found, 0, NULL);
		reply("configuration", "", cases[i].files, "a mistake in line 3");
		reply("postconf-set", "", cases[i].files, "a mistake in line 3");
		reply("service-restart", "", cases[i].ended, "Job failed");
		outcome = restart_now(&restarting, &error);
		if ((outcome == OUTCOME_APPLIED) != !cases[i].words || (cases[i].words && !strstr(error.text, cases[i].words)))
			fail_msg("%s: %s", cases[i].service, outcome == OUTCOME_APPLIED ? "was restarted" : error.text);
		assert_int_equal(fake_hosts_runs(bench.hosts, "service-restart"), ends);
		if (ends)
			assert_string_equal(fake_hosts_holes(bench.hosts, "service-restart"), restarting.row->unit);
		tear_down(state);
	}
}

static void a_machine_is_built_anew(void **state)
{
	volatile bool give_up = false;
	struct restarting restarting = { bench.hosts, bench.loop, 0, setting_restart_find("fc-manage"), &give_up, bench.arena };
	struct error error = { 0 };

	(void)state;
	reply("system-build", "", 0, NULL);
	assert_int_equal(restart_now(&restarting, &error), OUTCOME_APPLIED);
	assert_int_equal(fake_hosts_runs(bench.hosts, "service-restart"), 0);
	reply("system-build", "", 1, "error: users.json");
	assert_int_equal(restart_now(&restarting, &error), OUTCOME_NOT_APPLIED);
	assert_non_null(strstr(error.text, "error: users.json"));
}

static void no_way_is_said_with_what_to_type(void **state)
{
	volatile bool give_up = false;
	struct restarting restarting = { bench.hosts, bench.loop, 0, setting_restart_find("dovecot"), &give_up, bench.arena };
	struct error error = { 0 };

	(void)state;
	fake_hosts_reply(bench.hosts, &(struct fake_reply){ .command = "service-restart", .failure = ERROR_UNSUPPORTED, .failure_text = "mail1: no way" });
	assert_false(restart_possible(&restarting, &error));
	assert_non_null(strstr(error.text, "type on that server: systemctl restart dovecot"));
}

/* Never "done", since that does not show; open only while the service is on its way, or its settings would stay locked. */
static void what_nobody_saw_comes_to_an_end(void **state)
{
	static const struct { const char *service, *found; enum outcome outcome; const char *words; } cases[] = {
		{ "dovecot", LOADED, OUTCOME_NOT_APPLIED, "whether it was restarted was not seen" },
		{ "dovecot", "LoadState=loaded\nActiveState=activating\n", OUTCOME_UNKNOWN, "still" },
		{ "dovecot", "LoadState=loaded\nActiveState=failed\n", OUTCOME_NOT_APPLIED, "does not run now" },
		{ "fc-manage", LOADED, OUTCOME_NOT_APPLIED, "was not seen" },
	};
	volatile bool give_up = false;

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct restarting restarting = { bench.hosts, bench.loop, 0, setting_restart_find(cases[i].service), &give_up, bench.arena };
		struct error error = { 0 };

		reply("service-state", cases[i].found, 0, NULL);
		assert_int_equal(restart_look(&restarting, &error), cases[i].outcome);
		assert_int_equal(error.kind, ERROR_UNKNOWN_OUTCOME);
		if (!strstr(error.text, cases[i].words))
			fail_msg("%s: %s", cases[i].found, error.text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(services_are_restarted_where_they_are_ours),
		cmocka_unit_test_setup_teardown(a_machine_is_built_anew, set_up, tear_down),
		cmocka_unit_test_setup_teardown(no_way_is_said_with_what_to_type, set_up, tear_down),
		cmocka_unit_test_setup_teardown(what_nobody_saw_comes_to_an_end, set_up, tear_down),
	};

	return cmocka_run_group_tests_name("restart", tests, NULL, NULL);
}
