/* Tests of the lock of an idle screen: what is hidden, what opens it, what does not, what is kept. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/loop.h"
#include "tests/fakes/assertions.h"
#include "tests/fakes/stage.h"
#include "ui/lock.h"

#define PERSON "uid=koch,cn=users,dc=example,dc=com"

static struct stage *open_locked(const char *dn)
{
	struct fake_settings settings = { .role = ROLE_HELPDESK, .unlock_dn = dn };
	struct stage *stage = stage_new(&settings, "users", 24, 80, VISIBLE_UTF8);

	stage_keys(stage, "Esc Down Enter");
	assert_string_equal(place(stage), "page");
	session_cover(stage->session);
	return stage;
}

static void passed(void *context)
{
	*(bool *)context = true;
}

/* The answer comes from the loop a moment later. */
static void wait_for_it(struct stage *stage)
{
	bool over = false;
	struct loop_timer *timer = loop_after(stage->engine->loop, 20, 0, passed, &over);

	loop_run_until(stage->engine->loop, &over);
	loop_timer_stop(timer);
}

static void type_and_enter(struct stage *stage, const char *words)
{
	stage_type(stage, words);
	stage_keys(stage, "Enter");
	wait_for_it(stage);
}

static void nothing_of_the_mail_system_is_shown(void **state)
{
	struct stage *stage = open_locked(PERSON);
	char *screen = stage_print(stage);

	(void)state;
	assert_non_null(strstr(screen, "Locked, because no key was pressed for long"));
	assert_non_null(strstr(screen, PERSON));
	assert_null(strstr(screen, "@example"));
	assert_null(strstr(screen, "Users"));
	free(screen);
	stage_free(stage);
}

static void no_key_shows_it_again(void **state)
{
	struct stage *stage = open_locked(PERSON);

	(void)state;
	stage_keys(stage, "Esc Tab Enter Space Down PgDn Ctrl-L 3 q ? : Ctrl-Z u H F1 Esc Enter");
	assert_true(session_covered(stage->session));
	assert_false(stage->ended);
	shows(stage, "Locked");
	hides(stage, "@example");
	stage_free(stage);
}

static void the_right_password_does(void **state)
{
	struct stage *stage = open_locked(PERSON);

	(void)state;
	stage_type(stage, FAKE_PASSWORD);
	shows(stage, "Password: \xe2\x80\xa2\xe2\x80\xa2\xe2\x80\xa2\xe2\x80\xa2\xe2\x80\xa2\xe2\x80\xa2\xe2\x80\xa2\xe2\x80\xa2");
	hides(stage, FAKE_PASSWORD);
	stage_keys(stage, "Enter");
	wait_for_it(stage);
	assert_false(session_covered(stage->session));
	/* Where it was. */
	assert_string_equal(place(stage), "page");
	stage_free(stage);
}

static void a_wrong_one_is_told_and_a_few_end_it(void **state)
{
	struct stage *stage = open_locked(PERSON);

	(void)state;
	for (int i = 0; i < 4; i++) {
		type_and_enter(stage, "wrong horse");
		assert_true(session_covered(stage->session));
		shows(stage, "Wrong password");
		assert_false(stage->ended);
	}
	type_and_enter(stage, "wrong horse");
	assert_true(stage->ended);
	assert_int_equal(stage->status, 77);
	stage_free(stage);
}

static void an_empty_one_opens_nothing(void **state)
{
	struct stage *stage = open_locked(PERSON);

	(void)state;
	stage_keys(stage, "Enter");
	shows(stage, "An empty password opens nothing");
	assert_true(session_covered(stage->session));
	stage_free(stage);
}

static void a_directory_that_is_away_opens_nothing(void **state)
{
	struct stage *stage = open_locked(PERSON);

	(void)state;
	fake_link(stage->engine, DIRECTORY_DOWN);
	type_and_enter(stage, FAKE_PASSWORD);
	assert_true(session_covered(stage->session));
	shows(stage, "could not be checked");
	fake_link(stage->engine, DIRECTORY_UP);
	type_and_enter(stage, FAKE_PASSWORD);
	assert_false(session_covered(stage->session));
	stage_free(stage);
}

static void the_way_out_stays(void **state)
{
	struct stage *stage = open_locked(PERSON);

	(void)state;
	stage_keys(stage, "Ctrl-X");
	assert_true(stage->ended);
	stage_free(stage);
}

static void ending_while_it_is_asked_is_no_harm(void **state)
{
	struct stage *stage = open_locked(PERSON);

	(void)state;
	stage_type(stage, FAKE_PASSWORD);
	session_key(stage->session, &(struct key){ .kind = KEY_KIND_NAMED, .code = NAMED_ENTER });
	stage_free(stage);
}

/* What was staged is there again; nothing of it was applied. */
static void edits_are_kept(void **state)
{
	struct fake_settings settings = { .role = ROLE_ADMIN, .unlock_dn = PERSON };
	struct stage *stage = stage_new(&settings, "users", 24, 80, VISIBLE_UTF8);

	(void)state;
	stage_keys(stage, "Down n");
	stage_type(stage, "kookaburra");
	shows(stage, "kookaburra");
	session_cover(stage->session);
	hides(stage, "kookaburra");
	stage_type(stage, FAKE_PASSWORD);
	stage_keys(stage, "Enter");
	wait_for_it(stage);
	shows(stage, "kookaburra");
	hides(stage, FAKE_PASSWORD);
	assert_int_equal(fake_writes(stage->engine), 0);
	stage_free(stage);
}

static void without_a_password_it_is_only_hidden_and_says_so(void **state)
{
	struct stage *stage = open_locked(NULL);

	(void)state;
	shows(stage, "Any key shows it again");
	shows(stage, "Not locked");
	assert_null(session_lock(stage->session));
	stage_keys(stage, "Space");
	assert_false(session_covered(stage->session));
	assert_string_equal(place(stage), "page");
	stage_free(stage);
}

static void on_small_and_large_screens(void **state)
{
	static const int sizes[][2] = { { 10, 40 }, { 24, 80 }, { 60, 200 } };

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct stage *stage = open_locked(PERSON);

		session_resize(stage->session, sizes[i][0], sizes[i][1]);
		shows(stage, "Locked");
		shows(stage, "Password:");
		shows(stage, "Enter unlock");
		stage_free(stage);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_of_the_mail_system_is_shown),
		cmocka_unit_test(no_key_shows_it_again),
		cmocka_unit_test(the_right_password_does),
		cmocka_unit_test(a_wrong_one_is_told_and_a_few_end_it),
		cmocka_unit_test(an_empty_one_opens_nothing),
		cmocka_unit_test(a_directory_that_is_away_opens_nothing),
		cmocka_unit_test(the_way_out_stays),
		cmocka_unit_test(ending_while_it_is_asked_is_no_harm),
		cmocka_unit_test(edits_are_kept),
		cmocka_unit_test(without_a_password_it_is_only_hidden_and_says_so),
		cmocka_unit_test(on_small_and_large_screens),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
