/*
 * test_ui_history: newest first, one change in full, taking the one under the
 * cursor back, finding, and what an empty history says.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "on_screen.h"
#include "tests/fakes/stage.h"

static struct stage *stage;

static int open_stage(void **state)
{
	struct fake_settings settings = { .role = ROLE_ADMIN };

	(void)state;
	stage = stage_new(&settings, "users", 24, 80, VISIBLE_UTF8);
	return 0;
}

static int close_stage(void **state)
{
	(void)state;
	stage_free(stage);
	return 0;
}

static void change_quota(const char *quota, const char *ticket)
{
	stage_keys(stage, "l Ctrl-U");
	stage_type(stage, quota);
	stage_keys(stage, "Enter Up");
	stage_type(stage, ticket);
	stage_keys(stage, "Tab Enter");
}

static void empty(void **state)
{
	(void)state;
	stage_keys(stage, "H");
	shows(stage, "History - 0 changes, newest first - made by you here");
	shows(stage, "Nothing was changed yet.");
	stage_keys(stage, "u");
	shows(stage, "nothing is under the cursor");
}

static void newest_first_with_ticket_and_state(void **state)
{
	char *screen;

	(void)state;
	change_quota("4 GB", "t1");
	change_quota("5 GB", "t2");
	stage_keys(stage, "H");
	shows(stage, "History - 2 changes");
	screen = stage_print(stage);
	assert_non_null(strstr(screen, "t2"));
	assert_true(strstr(screen, "t2") < strstr(screen, "t1"));
	assert_non_null(strstr(screen, "2026-11-20 14:02"));
	assert_non_null(strstr(screen, "done"));
	free(screen);
}

static void it_follows_while_it_is_open(void **state)
{
	(void)state;
	stage_keys(stage, "H 2");
	change_quota("4 GB", "t1");
	stage_keys(stage, "H");
	shows(stage, "History - 1 change,");
}

static void undo_takes_the_one_under_the_cursor(void **state)
{
	(void)state;
	change_quota("4 GB", "t1");
	stage_keys(stage, "H u");
	shows(stage, "Review - undo user user014");
	assert_int_equal(fake_writes(stage->engine), 1);
	stage_keys(stage, "Right Enter");
	assert_int_equal(fake_writes(stage->engine), 2);
	shows(stage, "History - 2 changes");
}

static void enter_shows_all_of_it(void **state)
{
	(void)state;
	change_quota("4 GB", "ticket 90417");
	stage_keys(stage, "H Enter");
	shows(stage, "one change in full");
	shows(stage, "ticket  ticket 90417");
	shows(stage, "2026-11-20T14:02:31Z");
	stage_keys(stage, "Esc");
	shows(stage, "History - 1 change,");
}

static void filter(void **state)
{
	(void)state;
	change_quota("4 GB", "alpha");
	change_quota("5 GB", "beta");
	stage_keys(stage, "H /");
	stage_type(stage, "ALPHA");
	shows(stage, "History - 1 of 2 changes");
	hides(stage, "beta");
	stage_keys(stage, "Enter");
	shows(stage, "Find:");
	stage_keys(stage, "Esc");
	shows(stage, "History - 2 changes");
}

static void verify_and_refresh(void **state)
{
	(void)state;
	change_quota("4 GB", "");
	stage_keys(stage, "H v");
	shows(stage, "History verified");
	stage_keys(stage, "Ctrl-R");
	shows(stage, "History - 1 change,");
}

static void preview_stands_beside_on_wide_screens(void **state)
{
	(void)state;
	change_quota("4 GB", "t1");
	stage_keys(stage, "H");
	session_resize(stage->session, 40, 120);
	shows(stage, "made by you here (localhost)");
	session_resize(stage->session, 10, 40);
	shows(stage, "14:02");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(empty, open_stage, close_stage),
		cmocka_unit_test_setup_teardown(newest_first_with_ticket_and_state, open_stage, close_stage),
		cmocka_unit_test_setup_teardown(it_follows_while_it_is_open, open_stage, close_stage),
		cmocka_unit_test_setup_teardown(undo_takes_the_one_under_the_cursor, open_stage, close_stage),
		cmocka_unit_test_setup_teardown(enter_shows_all_of_it, open_stage, close_stage),
		cmocka_unit_test_setup_teardown(filter, open_stage, close_stage),
		cmocka_unit_test_setup_teardown(verify_and_refresh, open_stage, close_stage),
		cmocka_unit_test_setup_teardown(preview_stands_beside_on_wide_screens, open_stage, close_stage),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
