/* Tests of what waits to be confirmed: its lamp in every section, its keys, and what is told when it ends. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "model/guarded.h"
#include "settings/guardian.h"
#include "tests/fakes/fake_hosts.h"
#include "tests/fakes/stage.h"
#include "ui/history.h"
#include "ui/session_private.h"

static struct stage *stage_with(enum role role)
{
	struct fake_settings settings = { .role = role, .servers = 2 };

	return stage_new(&settings, "users", 24, 80, VISIBLE_UTF8);
}

/* As a person has it: keys that are replayed write nothing by themselves. */
static struct stage *stage_of_a_person(enum role role)
{
	struct stage *stage = stage_with(role);

	stage->session->replayed = false;
	return stage;
}

static void on_time(void *context)
{
	*(bool *)context = true;
}

static void wait_a_moment(struct stage *stage)
{
	bool done = false;
	struct loop_timer *timer = loop_after(stage->engine->loop, 50, 0, on_time, &done);

	loop_run_until(stage->engine->loop, &done);
	loop_timer_stop(timer);
}

/* mail1's guardian says this of a change of `who` from now on. */
static void will_say(struct stage *stage, const char *who, enum guardian_state state, int64_t left, const char *why, enum error_kind kind)
{
	struct arena *arena = stage->engine->config->arena;
	static const char *const nothing[] = { NULL };
	struct guardian_report report = { .state = state, .id = "change-1", .who = who, .sentence = "Limits of mail1 changed", .noun = "limits", .since = 1000,
		.now = 1000, .deadline = left > 0 ? 1000 + left : 0, .why = why, .kind = kind, .lines = nothing };

	fake_hosts_reply(stage->engine->hosts, &(struct fake_reply){ .host = "mail1", .command = "guardian-look", .output = guardian_report_json(arena, &report) });
}

/* And it is asked, as after a write. */
static void asked(struct stage *stage)
{
	struct event event = { .kind = EVENT_RECORD_CHANGED, .noun = &kind_limits, .name = "mail1" };

	session_tell(stage->session, &event);
	wait_a_moment(stage);
}

static void says(struct stage *stage, enum guardian_state state, int64_t left, const char *why, enum error_kind kind)
{
	will_say(stage, "somebody@else", state, left, why, kind);
	asked(stage);
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

/* A minute on a clock that leaps, so that it is due again. */
static void later(struct stage *stage)
{
	stage_watch(stage, 1);
	session_tick(stage->session);
	wait_a_moment(stage);
}

/* A console is opened while a change that an earlier one left behind is just taken back: looked at until it has ended. */
static void first_look_finds_it_on_its_way(void **state)
{
	static const enum guardian_state ways[] = { GUARDIAN_ROLLING_BACK, GUARDIAN_LOOKING, GUARDIAN_INSTALLING };

	(void)state;
	for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
		struct stage *stage = stage_of_a_person(ROLE_ADMIN);

		will_say(stage, "t.kern@here", ways[i], 0, NULL, ERROR_NONE);
		asked(stage);
		assert_int_equal(shows(stage, "mail1 goes back"), ways[i] == GUARDIAN_ROLLING_BACK);
		assert_int_equal(fake_writes(stage->engine), 0);
		will_say(stage, "t.kern@here", GUARDIAN_ROLLED_BACK, 0, "nobody confirmed it in time", ERROR_REFUSED);
		later(stage);
		assert_int_equal(fake_writes(stage->engine), 1);
		assert_int_equal(shows(stage, "was taken back"), ways[i] == GUARDIAN_ROLLING_BACK);
		stage_free(stage);
	}
}

/* How it ended comes into the history as a change of the limits, once, also where the review comes back first. */
static void how_it_ended_is_written(void **state)
{
	(void)state;
	for (unsigned back = 0; back < 2; back++) {
		struct stage *stage = stage_of_a_person(ROLE_ADMIN);

		if (back == 1)
			fake_next(stage->engine, FAKE_AGAIN);
		will_say(stage, "t.kern@here", GUARDIAN_ROLLED_BACK, 0, "nobody confirmed it in time", ERROR_REFUSED);
		asked(stage);
		assert_int_equal(fake_submits(stage->engine), back + 1);
		assert_int_equal(fake_writes(stage->engine), 1);
		asked(stage);
		assert_int_equal(fake_writes(stage->engine), 1);
		stage_keys(stage, "H");
		wait_a_moment(stage);
		assert_true(shows(stage, "The former limits of mail1 came back by themselves"));
		stage_free(stage);
	}
}

static void what_is_not_ours_is_not_written(void **state)
{
	static const struct { enum role role; const char *who; enum guardian_state state; enum error_kind kind; } cases[] = {
		{ ROLE_ADMIN, "somebody@else", GUARDIAN_ROLLED_BACK, ERROR_REFUSED }, { ROLE_MONITOR, "t.kern@here", GUARDIAN_ROLLED_BACK, ERROR_REFUSED },
		{ ROLE_ADMIN, "t.kern@here", GUARDIAN_ROLLED_BACK, ERROR_NONE }, { ROLE_ADMIN, "t.kern@here", GUARDIAN_CONFIRMED, ERROR_NONE },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct stage *stage = stage_of_a_person(cases[i].role);

		will_say(stage, cases[i].who, cases[i].state, 0, NULL, cases[i].kind);
		asked(stage);
		assert_int_equal(fake_submits(stage->engine), 0);
		stage_free(stage);
	}
}

/* Nobody looks after it any more: a console that may write has it put back, whoever made it. */
static void what_was_left_is_put_back(void **state)
{
	static const enum role roles[] = { ROLE_ADMIN, ROLE_MONITOR, ROLE_HELPDESK };

	(void)state;
	for (size_t i = 0; i < sizeof roles / sizeof *roles; i++) {
		struct stage *stage = stage_of_a_person(roles[i]);

		will_say(stage, "somebody@else", GUARDIAN_STUCK, 0, "its guardian has died", ERROR_INTERNAL);
		asked(stage);
		assert_int_equal(fake_writes(stage->engine), roles[i] == ROLE_ADMIN);
		assert_true(shows(stage, roles[i] == ROLE_ADMIN ? "what nobody looked after was put back" : "Limits of mail1 changed could be neither"));
		stage_free(stage);
	}
}

/* The order was told by its review; that the old limits are there is told when the guardian has seen it, also where that came first. */
static void a_rollback_is_told_to_its_end(void **state)
{
	(void)state;
	for (unsigned first = 0; first < 2; first++) {
		struct stage *stage = stage_with(ROLE_ADMIN);

		says(stage, GUARDIAN_WAITING, 100, NULL, ERROR_NONE);
		session_act(stage->session, action_find("rollback-change"));
		wait_a_moment(stage);
		will_say(stage, "t.kern@here", GUARDIAN_ROLLED_BACK, 0, NULL, ERROR_NONE);
		if (first == 1)
			later(stage);
		stage_keys(stage, "Right Enter");
		wait_a_moment(stage);
		assert_int_equal(fake_writes(stage->engine), 1);
		if (first == 1)
			later(stage);
		assert_true(shows(stage, "mail1: the old limits are back, and were seen to run"));
		stage_free(stage);
	}
}

/* A service that is not there runs nothing. */
static void a_rollback_of_what_does_not_run(void **state)
{
	static const char *const lines[] = { "Dovecot does not run; it will start with the old files", NULL };
	struct stage *stage = stage_with(ROLE_ADMIN);
	struct guardian_report report = { .state = GUARDIAN_ROLLED_BACK, .id = "change-1", .who = "t.kern@here", .noun = "limits", .since = 1000,
		.now = 1000, .lines = lines };

	(void)state;
	says(stage, GUARDIAN_WAITING, 100, NULL, ERROR_NONE);
	session_act(stage->session, action_find("rollback-change"));
	wait_a_moment(stage);
	fake_hosts_reply(stage->engine->hosts, &(struct fake_reply){ .host = "mail1", .command = "guardian-look",
		.output = guardian_report_json(stage->engine->config->arena, &report) });
	stage_keys(stage, "Right Enter");
	wait_a_moment(stage);
	assert_false(shows(stage, "seen to run"));
	assert_true(shows(stage, "the old limits are back; Dovecot does not run"));
	stage_free(stage);
}

/* --- as the history shows it ------------------------------------------------------------------------------ */

/* By what the guardian said; change-2: what it said is about another change, so the journals alone tell. */
static const struct {
	const char *id;
	enum guardian_state state;
	int64_t left;
	const char *why;
	enum error_kind kind;
	enum history_trial trial;
	int64_t until;                     /* from now */
	const char *word, *words;
} stands[] = {
	{ "change-1", GUARDIAN_WAITING, 100, NULL, ERROR_NONE, TRIAL_ON, 10, "on trial", "on trial until " },
	{ "change-1", GUARDIAN_WAITING, 100, NULL, ERROR_NONE, TRIAL_NOT_SEEN, -10, "on trial", "on trial until " },
	{ "change-1", GUARDIAN_WAITING, 0, NULL, ERROR_NONE, TRIAL_ON, 10, "going back", "going back" },
	{ "change-1", GUARDIAN_ROLLING_BACK, 0, NULL, ERROR_NONE, TRIAL_ON, 10, "going back", "going back" },
	{ "change-1", GUARDIAN_CONFIRMED, 0, NULL, ERROR_NONE, TRIAL_NOT_SEEN, -10, "done", "done and confirmed" },
	{ "change-1", GUARDIAN_ROLLED_BACK, 0, NULL, ERROR_NONE, TRIAL_ON, 10, "undone", "rolled back" },
	{ "change-1", GUARDIAN_ROLLED_BACK, 0, "nobody confirmed it in time", ERROR_REFUSED, TRIAL_ON, 10, "undone", "taken back by its timer: nobody confirmed it in time" },
	{ "change-1", GUARDIAN_ROLLED_BACK, 0, "it was ended", ERROR_REFUSED, TRIAL_ON, 10, "undone", "taken back by itself: it was ended" },
	{ "change-1", GUARDIAN_STUCK, 0, "no room", ERROR_FILE, TRIAL_ON, 10, "STUCK", "neither kept nor taken back: no room" },
	{ "change-1", GUARDIAN_LOOKING, 0, NULL, ERROR_NONE, TRIAL_ON, 10, "on trial", "on trial until " },
	{ "change-2", GUARDIAN_CONFIRMED, 0, NULL, ERROR_NONE, TRIAL_ON, 10, "on trial", "on trial until " },
	{ "change-2", GUARDIAN_CONFIRMED, 0, NULL, ERROR_NONE, TRIAL_ON, -10, "not seen", "confirmed or taken back: not looked at here" },
	{ "change-2", GUARDIAN_CONFIRMED, 0, NULL, ERROR_NONE, TRIAL_NOT_SEEN, -10, "not seen", "confirmed or taken back: not looked at here" },
	{ "change-2", GUARDIAN_CONFIRMED, 0, NULL, ERROR_NONE, TRIAL_BACK, 10, "going back", "going back" },
	{ NULL, GUARDIAN_CONFIRMED, 0, NULL, ERROR_NONE, TRIAL_ON, 10, "on trial", "on trial until " },
};

static void the_history_says_what_is_so(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof stands / sizeof *stands; i++) {
		struct stage *stage = stage_with(ROLE_ADMIN);
		struct history_view view = { .view = { .session = stage->session } };
		struct history_entry entry = { .name = "mail1", .guarded = stands[i].id, .state = HISTORY_DONE, .trial = stands[i].trial,
			.trial_until = clock_now() + stands[i].until };
		struct history_row row = { .entry = &entry };
		struct history_trial_now now = { 0 };
		struct arena *arena = arena_new();

		says(stage, stands[i].state, stands[i].left, stands[i].why, stands[i].kind);
		assert_true(history_trial(&view, &row, arena, &now));
		assert_string_equal(now.word, stands[i].word);
		if (strncmp(now.words, stands[i].words, strlen(stands[i].words)) != 0)
			fail_msg("case %zu: %s", i, now.words);
		entry.trial = TRIAL_NONE;
		assert_false(history_trial(&view, &row, arena, &now));
		arena_free(arena);
		stage_free(stage);
	}
}

/* One key, no review; filed as what it is a change of, although it was made elsewhere. */
static void more_time(void **state)
{
	struct stage *stage = stage_of_a_person(ROLE_ADMIN);

	(void)state;
	fake_next(stage->engine, FAKE_AGAIN);
	says(stage, GUARDIAN_WAITING, 100, NULL, ERROR_NONE);
	session_act(stage->session, action_find("more-time"));
	wait_a_moment(stage);
	assert_int_equal(fake_submits(stage->engine), 2);
	assert_int_equal(fake_writes(stage->engine), 1);
	assert_true(shows(stage, "at least 300 s from now to confirm"));
	stage_keys(stage, "H");
	wait_a_moment(stage);
	assert_true(shows(stage, "More time to confirm the limits of mail1"));
	stage_free(stage);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(waits_in_every_section), cmocka_unit_test(who_may),
		cmocka_unit_test(first_look_finds_it_on_its_way), cmocka_unit_test(how_it_ended_is_written),
		cmocka_unit_test(what_is_not_ours_is_not_written),
		cmocka_unit_test(what_was_left_is_put_back), cmocka_unit_test(more_time),
		cmocka_unit_test(a_rollback_is_told_to_its_end), cmocka_unit_test(a_rollback_of_what_does_not_run),
		cmocka_unit_test(the_history_says_what_is_so) };

	return cmocka_run_group_tests_name("armed", tests, NULL, NULL);
}
