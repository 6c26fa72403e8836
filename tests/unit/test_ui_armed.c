/* Tests of what waits to be confirmed: its lamp in every section, its keys, and what is told when it ends. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "model/guarded.h"
#include "settings/guardian.h"
#include "tests/fakes/fake_hosts.h"
#include "tests/fakes/stage.h"

static struct stage *stage_with(enum role role)
{
	struct fake_settings settings = { .role = role, .servers = 2 };

	return stage_new(&settings, "users", 24, 80, VISIBLE_UTF8);
}

static void on_time(void *context)
{
	*(bool *)context = true;
}

/* mail1's guardian says this from now on, and is asked, as after a write. */
static void says(struct stage *stage, enum guardian_state state, int64_t left, const char *why, enum error_kind kind)
{
	struct arena *arena = stage->engine->config->arena;
	static const char *const nothing[] = { NULL };
	struct guardian_report report = { .state = state, .id = "change-1", .who = "somebody@else", .sentence = "Limits of mail1 changed", .since = 1000,
		.now = 1000, .deadline = left > 0 ? 1000 + left : 0, .why = why, .kind = kind, .lines = nothing };
	bool done = false;
	struct loop_timer *timer;
	struct event event = { .kind = EVENT_RECORD_CHANGED, .noun = &kind_limits, .name = "mail1" };

	fake_hosts_reply(stage->engine->hosts, &(struct fake_reply){ .host = "mail1", .command = "guardian-look", .output = guardian_report_json(arena, &report) });
	session_tell(stage->session, &event);
	timer = loop_after(stage->engine->loop, 50, 0, on_time, &done);
	loop_run_until(stage->engine->loop, &done);
	loop_timer_stop(timer);
}

static bool shows(struct stage *stage, const char *words)
{
	char *screen = stage_print(stage);
	bool there = strstr(screen, words) != NULL;

	free(screen);
	return there;
}

static void waits_in_every_section(void **state)
{
	struct stage *stage = stage_with(ROLE_ADMIN);

	(void)state;
	assert_false(shows(stage, "confirm"));
	assert_non_null(session_blocked(stage->session, session_top(stage->session), action_find("confirm-change")));
	says(stage, GUARDIAN_WAITING, 115, NULL, ERROR_NONE);
	assert_true(shows(stage, "mail1 confirm 1:5"));
	assert_true(shows(stage, "roll back.."));
	assert_null(session_blocked(stage->session, session_top(stage->session), action_find("confirm-change")));
	assert_null(session_blocked(stage->session, session_top(stage->session), action_find("more-time")));
	stage_keys(stage, "3");
	assert_true(shows(stage, "mail1 confirm 1:5"));
	says(stage, GUARDIAN_ROLLED_BACK, 0, "nobody confirmed it in time", ERROR_REFUSED);
	assert_false(shows(stage, "mail1 confirm"));
	assert_true(shows(stage, "was taken back"));
	stage_free(stage);
}

static void who_may(void **state)
{
	static const enum role roles[] = { ROLE_MONITOR, ROLE_HELPDESK };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct stage *stage = stage_with(roles[i]);

		says(stage, GUARDIAN_WAITING, 100, NULL, ERROR_NONE);
		assert_true(shows(stage, "confirm 1:"));
		assert_non_null(session_blocked(stage->session, session_top(stage->session), action_find("confirm-change")));
		assert_non_null(session_blocked(stage->session, session_top(stage->session), action_find("rollback-change")));
		stage_free(stage);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(waits_in_every_section), cmocka_unit_test(who_may) };

	return cmocka_run_group_tests_name("armed", tests, NULL, NULL);
}
