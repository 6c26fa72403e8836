/*
 * test_ui_traffic: the queue and the connections as places where something is
 * done: what a review is asked of, what is offered instead, what is said
 * afterwards, and who may not.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/fakes/assertions.h"
#include "tests/fakes/stage.h"
#include "ui/live_words.h"

static struct stage *open_section(enum role role, const char *section, int columns)
{
	struct fake_settings settings = { .role = role, .servers = 3 };

	return stage_new(&settings, section, 24, columns, VISIBLE_UTF8);
}

static void what_was_really_done_is_said(void **state)
{
	struct stage *stage = open_section(ROLE_ADMIN, "queue", 80);

	(void)state;
	stage_keys(stage, "Enter Space Down Down Space");
	shows(stage, "2 marked");
	stage_keys(stage, "h");
	shows(stage, "Put 2 messages on mail1 on hold");
	assert_int_equal(fake_writes(stage->engine), 0);
	stage_keys(stage, "Tab Tab Enter");
	assert_int_equal(fake_writes(stage->engine), 1);
	assert_string_equal(place(stage), "messages");
	shows(stage, "1 of 2 messages on mail1 put on hold: 1 had left the queue");
	stage_free(stage);
}

static void all_that_match_are_meant(void **state)
{
	struct stage *stage = open_section(ROLE_ADMIN, "queue", 80);

	(void)state;
	stage_keys(stage, "h");
	shows(stage, "Put 24 messages on mail1 on hold");
	shows(stage, "and 19 more");
	stage_keys(stage, "Esc r h");
	shows(stage, "Put 24 messages on mail1 on hold");
	/* Nothing is asked of messages that are no more. */
	stage_keys(stage, "Esc");
	assert_int_equal(fake_writes(stage->engine), 0);
	stage_free(stage);
}

static void hold_is_offered_before_delete(void **state)
{
	struct stage *stage = open_section(ROLE_ADMIN, "queue", 80);

	(void)state;
	stage_keys(stage, "Enter D");
	shows(stage, "Delete on mail1");
	shows(stage, "< Hold instead >");
	stage_keys(stage, "Right Enter");
	shows(stage, "Put on hold on mail1");
	hides(stage, "Hold instead");
	stage_keys(stage, "Right");
	shows(stage, "[ Apply ]");
	stage_keys(stage, "Enter");
	assert_int_equal(fake_writes(stage->engine), 1);
	stage_free(stage);
}

static void a_delete_wants_the_name_of_the_server(void **state)
{
	struct stage *stage = open_section(ROLE_ADMIN, "queue", 80);

	(void)state;
	stage_keys(stage, "Enter D Right Right Enter");
	assert_int_equal(fake_writes(stage->engine), 0);
	stage_type(stage, "mail1");
	stage_keys(stage, "Tab Tab Tab Enter");
	assert_int_equal(fake_writes(stage->engine), 1);
	stage_free(stage);
}

/* Who may not is told why; where nothing is written the actions are not there at all. */
static void roles_that_may_not(void **state)
{
	static const struct { enum role role; const char *keys; } cases[] = {
		{ ROLE_HELPDESK, "h" }, { ROLE_HELPDESK, "Enter D" }, { ROLE_HELPDESK, "Enter b" }, { ROLE_MONITOR, "h" }, { ROLE_MONITOR, "Enter x" },
		{ ROLE_MONITOR, "Enter b" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct stage *stage = open_section(cases[i].role, "queue", 80);

		hides(stage, "hold..");
		stage_keys(stage, cases[i].keys);
		assert_string_not_equal(place(stage), "review");
		assert_string_not_equal(place(stage), "text");
		hides(stage, "hold..");
		assert_int_equal(fake_writes(stage->engine), 0);
		stage_free(stage);
	}
}

static void connections_end_by_person_and_by_address(void **state)
{
	static const struct { const char *keys, *says; } cases[] = {
		{ "u K", "on every server" }, { "a K", "from 192.0.2.7" }, { "u Enter K", "on mail" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct stage *stage = open_section(ROLE_ADMIN, "connections", 120);

		stage_keys(stage, cases[i].keys);
		assert_string_equal(place(stage), "review");
		shows(stage, cases[i].says);
		shows(stage, "connect again by themselves");
		stage_free(stage);
	}
}

static void figures_are_short(void **state)
{
	static const struct { uint64_t count; const char *words; } counts[] = {
		{ 0, "0" }, { 7, "7" }, { 999, "999" }, { 1000, "1.0k" }, { 1999, "1.9k" }, { 9999, "9.9k" }, { 10000, "10k" }, { 999999, "999k" },
		{ 1000000, "1.0M" }, { 123456789, "123M" }, { UINT64_C(5000000000), "5.0G" },
	};
	static const struct { const char *time, *words; } times[] = {
		{ "2026-11-20T09:10:02Z", "09:10" }, { "2026-11-19T23:59:59Z", "19 Nov 23:59" }, { "2026-01-02T03:04:05Z", " 2 Jan 03:04" },
		{ "2025-11-20T09:10:02Z", "2025-11-20" },
	};
	struct arena *arena = arena_new();
	int64_t now = 1795183351;          /* 2026-11-20T14:02:31Z */

	(void)state;
	setenv("TZ", "UTC", 1);
	for (size_t i = 0; i < sizeof counts / sizeof *counts; i++)
		assert_string_equal(live_words_short(arena, counts[i].count), counts[i].words);
	for (size_t i = 0; i < sizeof times / sizeof *times; i++)
		assert_string_equal(live_words_time(arena, times[i].time, now), times[i].words);
	assert_null(live_words_time(arena, "never", now));
	arena_free(arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_really_done_is_said),
		cmocka_unit_test(all_that_match_are_meant),
		cmocka_unit_test(hold_is_offered_before_delete),
		cmocka_unit_test(a_delete_wants_the_name_of_the_server),
		cmocka_unit_test(roles_that_may_not),
		cmocka_unit_test(connections_end_by_person_and_by_address),
		cmocka_unit_test(figures_are_short),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
