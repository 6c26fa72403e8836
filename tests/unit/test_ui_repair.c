/*
 * test_ui_repair: repairs from a person's page: one review, steps one by one,
 * what is open, the made password, what a role may not do.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "on_screen.h"
#include "tests/fakes/stage.h"
#include "ui/session.h"

static struct stage *open_page(enum role role, size_t servers)
{
	struct fake_settings settings = { .role = role, .servers = servers };
	struct stage *stage = stage_new(&settings, "users", 40, 100, VISIBLE_UTF8);

	stage_keys(stage, "/");
	stage_type(stage, "user000");
	stage_keys(stage, "Enter");
	return stage;
}

static void a_quota_is_reviewed_written_and_told(void **state)
{
	struct stage *stage = open_page(ROLE_HELPDESK, 0);

	(void)state;
	stage_keys(stage, "l Ctrl-U");
	stage_type(stage, "5 GB");
	stage_keys(stage, "Ctrl-G");
	shows(stage, "2 GB -> 5 GB");
	shows(stage, "[ Back ]  < Apply >");
	assert_int_equal(fake_submits(stage->engine), 0);
	/* Back has the focus: Enter writes nothing, and what was typed is still there. */
	stage_keys(stage, "Enter");
	assert_int_equal(fake_submits(stage->engine), 0);
	shows(stage, "5 GB");
	stage_keys(stage, "Ctrl-G Tab Tab Enter");
	shows(stage, "The one step is done.");
	shows(stage, "Say");
	assert_int_equal(fake_writes(stage->engine), 1);
	assert_string_equal(record_text(fake_record(stage->engine, "user", "user000"), "quota"), "5368709120");
	stage_keys(stage, "x");
	shows(stage, "Quota: user000");
	stage_keys(stage, "Esc Esc");
	shows(stage, "Quota of user000: done");
	stage_free(stage);
}

/* Shown when it is through, never in the review, and gone with the page. */
static void a_made_password_is_shown_once(void **state)
{
	struct stage *stage = open_page(ROLE_ADMIN, 2);
	char *screen, *at, password[20] = "";

	(void)state;
	stage_keys(stage, "p Ctrl-G");
	hides(stage, "hyphens");
	shows(stage, "try whether the new password logs in");
	stage_keys(stage, "Tab Tab Enter");
	shows(stage, "with the hyphens");
	screen = stage_print(stage);
	at = strstr(screen, "    with the hyphens");
	assert_non_null(at);
	memcpy(password, at - 19, 19);
	assert_int_equal(strspn(password, "abcdefghjkmnpqrstuvwxyz23456789-"), 19);
	free(screen);
	shows(stage, "Group 1 of 4");
	stage_keys(stage, "Space");
	shows(stage, "Group 2 of 4");
	stage_keys(stage, "x");
	hides(stage, password);
	stage_keys(stage, "Esc Esc");
	hides(stage, password);
	stage_keys(stage, "H");
	hides(stage, password);
	stage_free(stage);
}

static void a_step_that_fails_stays_open_and_is_done_again(void **state)
{
	struct stage *stage = open_page(ROLE_ADMIN, 0);

	(void)state;
	stage_keys(stage, "l Ctrl-U");
	stage_type(stage, "6 GB");
	fake_next(stage->engine, FAKE_UNKNOWN);
	stage_keys(stage, "Ctrl-G Tab Tab Enter");
	shows(stage, "nobody knows yet");
	shows(stage, "Try open steps again");
	shows(stage, "the old limit holds");
	stage_keys(stage, "Enter");
	shows(stage, "The one step is done.");
	stage_free(stage);
}

/* What the history does not know of is not made up (test_whose.c has what it knows). */
static void forwards_of_a_stolen_account_say_since_when(void **state)
{
	struct fake_settings settings = { .role = ROLE_ADMIN };
	struct stage *stage = stage_new(&settings, "users", 40, 200, VISIBLE_UTF8);

	(void)state;
	session_push(stage->session, page_view_new(stage->session, kind_find("user"), "user001"));
	stage_settle(stage);
	stage_keys(stage, "B Ctrl-G End");
	shows(stage, "somebody@elsewhere.example (since when is not in the history that can be");
	stage_free(stage);
}

/* The person whose password was not written keeps the old one, so no other is read out; where it is written later it is. */
static void a_password_that_was_refused_is_not_shown(void **state)
{
	struct stage *stage = open_page(ROLE_ADMIN, 2);

	(void)state;
	stage_keys(stage, "p Ctrl-G Tab Tab");
	fake_next(stage->engine, FAKE_FAILED);
	stage_keys(stage, "Enter");
	shows(stage, "the old password is the one that counts");
	shows(stage, "the 11 steps after it");
	hides(stage, "hyphens");
	stage_keys(stage, "Tab Enter");
	shows(stage, "All 12 steps are done.");
	shows(stage, "with the hyphens; stays until Esc, at most 2:00");
	stage_free(stage);
}

/* What is shown, without blanks around it; "" where no password is. */
static void shown_password(struct stage *stage, char password[20])
{
	char *screen = stage_print(stage), *at = strstr(screen, "    with the hyphens");

	password[0] = '\0';
	if (at != NULL) {
		memcpy(password, at - 19, 19);
		password[19] = '\0';
	}
	free(screen);
}

static struct stage *show_password(enum role role, char password[20])
{
	struct stage *stage = open_page(role, 2);

	stage_keys(stage, "p Ctrl-G Tab");
	stage_type(stage, "T-4711");
	stage_keys(stage, "Tab Enter");
	shown_password(stage, password);
	assert_int_equal(strlen(password), 19);
	return stage;
}

static void it_goes_after_two_minutes(void **state)
{
	char password[20];
	struct stage *stage = show_password(ROLE_HELPDESK, password);
	int64_t begin = clock_now();

	(void)state;
	clock_freeze(begin + 119);
	session_tick(stage->session);
	shows(stage, "at most 0:01");
	shows(stage, password);
	clock_freeze(begin + 120);
	session_tick(stage->session);
	hides(stage, password);
	hides(stage, "Group 1 of 4");
	/* The rest of the page stays: what is said to the caller, and what was done. */
	shows(stage, "Choose one of your own");
	stage_keys(stage, "Space");
	shows(stage, "there is no password to spell");
	/* Nor does a clock that was set back bring it again. */
	clock_freeze(begin);
	session_tick(stage->session);
	hides(stage, password);
	stage_free(stage);
}

static void it_goes_with_esc(void **state)
{
	char password[20];
	struct stage *stage = show_password(ROLE_HELPDESK, password);

	(void)state;
	stage_keys(stage, "Esc");
	hides(stage, password);
	assert_string_equal(session_place(session_top(stage->session)), "page");
	stage_keys(stage, "M");
	hides(stage, password);
	stage_free(stage);
}

static void another_size_does_not_lose_it(void **state)
{
	static const struct { int rows, columns; } sizes[] = { { 24, 80 }, { 10, 40 }, { 5, 20 }, { 60, 200 }, { 40, 100 } };
	char password[20];
	struct stage *stage = show_password(ROLE_HELPDESK, password);

	(void)state;
	stage_keys(stage, "Space");
	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
		session_resize(stage->session, sizes[i].rows, sizes[i].columns);
		if (sizes[i].rows < 24)
			continue;
		shows(stage, password);
		shows(stage, "Group 2 of 4");
	}
	/* On the smallest one it is found by going down. */
	session_resize(stage->session, 10, 40);
	stage_keys(stage, "PgDn");
	session_resize(stage->session, 40, 100);
	shows(stage, password);
	stage_free(stage);
}

/* Whoever comes to a screen that was left alone reads nothing on it, and once the time is over nothing behind it. */
static void a_locked_screen_does_not_show_it(void **state)
{
	struct fake_settings settings = { .role = ROLE_HELPDESK, .servers = 2, .unlock_dn = "uid=t.kern,cn=users,dc=example,dc=com" };
	int64_t begin;
	char password[20];
	struct stage *stage = stage_new(&settings, "users", 40, 100, VISIBLE_UTF8);

	(void)state;
	stage_keys(stage, "/");
	stage_type(stage, "user000");
	stage_keys(stage, "Enter p Ctrl-G Tab");
	stage_type(stage, "T-4711");
	stage_keys(stage, "Tab Enter");
	shown_password(stage, password);
	assert_int_equal(strlen(password), 19);
	begin = clock_now();
	session_cover(stage->session);
	hides(stage, password);
	stage_keys(stage, "Space Enter Esc x");
	hides(stage, password);
	clock_freeze(begin + 121);
	session_tick(stage->session);
	stage_type(stage, FAKE_PASSWORD);
	stage_keys(stage, "Enter");
	hides(stage, password);
	stage_free(stage);
}

/* What was shown has changed: it comes back, and nothing goes on by itself. */
static void a_review_that_comes_back_is_confirmed_again(void **state)
{
	struct stage *stage = open_page(ROLE_ADMIN, 0);

	(void)state;
	stage_keys(stage, "l Ctrl-U");
	stage_type(stage, "7 GB");
	fake_next(stage->engine, FAKE_AGAIN);
	stage_keys(stage, "Ctrl-G Tab Tab Enter");
	shows(stage, "Somebody else has just made this worse.");
	assert_int_equal(fake_writes(stage->engine), 0);
	stage_keys(stage, "Tab Tab Enter");
	shows(stage, "The one step is done.");
	assert_int_equal(fake_writes(stage->engine), 1);
	stage_free(stage);
}

static const struct { enum role role; const char *key, *shown; } refused[] = {
	{ ROLE_HELPDESK, "B", "this needs role admin" },
	{ ROLE_HELPDESK, "V", "this needs role admin" },
	{ ROLE_MONITOR, "p", "changes nothing" },
	{ ROLE_MONITOR, "s", "changes nothing" },
};

static void a_role_is_told_what_it_may_not(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
		struct stage *stage = open_page(refused[i].role, 2);

		stage_keys(stage, refused[i].key);
		shows(stage, refused[i].shown);
		assert_string_equal(session_place(session_top(stage->session)), "page");
		assert_int_equal(fake_previews(stage->engine), 0);
		stage_free(stage);
	}
}

static void the_menu_lists_every_job(void **state)
{
	struct stage *stage = open_page(ROLE_ADMIN, 2);

	(void)state;
	stage_keys(stage, "M");
	for (const struct desk_job *job = desk_jobs; job->name != NULL; job++)
		shows(stage, job->title);
	stage_keys(stage, "Esc a");
	shows(stage, "Access for a colleague");
	hides(stage, "Stolen account");
	stage_free(stage);
}

/* What is asked is read whole at 80 columns: a form gives 22 of them to a label, the menu 23 to a title. */
static void no_question_is_cut(void **state)
{
	(void)state;
	for (const struct desk_job *job = desk_jobs; job->name != NULL; job++) {
		assert_in_range(strlen(job->title), 1, 23);
		for (const struct field *field = job->wish == NULL ? NULL : job->wish->fields; field != NULL && field->name != NULL; field++) {
			if (strlen(field->label) > 22)
				fail_msg("%s: \"%s\" is cut", job->name, field->label);
		}
	}
}

/* Questions are answered with yes or no, and choices with one of them. */
static void none_is_no_answer(void **state)
{
	static const char *const keys[] = { "p", "l", "s", "R", "B", "V" };

	(void)state;
	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
		struct stage *stage = open_page(ROLE_ADMIN, 2);

		stage_keys(stage, keys[i]);
		shows(stage, "nothing is written before the review");
		hides(stage, "(none)");
		stage_free(stage);
	}
}

/* Enough is asked for, and mistakes are told at the field. */
static void what_is_asked_is_checked(void **state)
{
	struct stage *stage = open_page(ROLE_ADMIN, 2);

	(void)state;
	stage_keys(stage, "V Down");
	stage_type(stage, "tomorrow");
	stage_keys(stage, "Ctrl-G");
	shows(stage, "is no day; write it as");
	assert_int_equal(fake_previews(stage->engine), 0);
	stage_free(stage);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_quota_is_reviewed_written_and_told), cmocka_unit_test(a_made_password_is_shown_once),
		cmocka_unit_test(forwards_of_a_stolen_account_say_since_when), cmocka_unit_test(a_step_that_fails_stays_open_and_is_done_again), cmocka_unit_test(a_review_that_comes_back_is_confirmed_again),
		cmocka_unit_test(a_password_that_was_refused_is_not_shown), cmocka_unit_test(it_goes_after_two_minutes), cmocka_unit_test(it_goes_with_esc),
		cmocka_unit_test(another_size_does_not_lose_it), cmocka_unit_test(a_locked_screen_does_not_show_it),
		cmocka_unit_test(a_role_is_told_what_it_may_not), cmocka_unit_test(the_menu_lists_every_job), cmocka_unit_test(what_is_asked_is_checked), cmocka_unit_test(no_question_is_cut),
		cmocka_unit_test(none_is_no_answer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
