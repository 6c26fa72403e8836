/*
 * test_ui_picker: finding by typing, the truth about a list that was cut, and
 * what the receiver is told.
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
static char chosen[200];
static unsigned told;

static void on_chosen(void *context, const char *name)
{
	assert_ptr_equal(context, &told);
	told++;
	snprintf(chosen, sizeof(chosen), "%s", name == NULL ? "(left)" : name);
}

static void open_picker(const char *kind, size_t cut, bool down)
{
	struct fake_settings settings = { .role = ROLE_ADMIN, .cut = cut, .down = down };

	told = 0;
	chosen[0] = '\0';
	stage = stage_new(&settings, "users", 24, 80, VISIBLE_UTF8);
	session_push(stage->session, picker_view_new(stage->session, kind_find(kind), "Domain - choose", on_chosen, &told));
	stage_settle(stage);
}

static void close_picker(void)
{
	stage_free(stage);
}

static void typing_finds(void **state)
{
	static const struct { const char *typed, *keys, *chosen; } cases[] = {
		{ "", "Enter", "example.com" },
		{ "de", "Enter", "example.de" },
		{ "PLANT", "Enter", "plant.example" },
		{ "example", "Enter", "example.com" },
		{ "example", "Down Down Enter", "example.de" },
		{ "example", "Down Down Up Enter", "example.com" },
		{ "m\xc3\xbcller", "Enter", "xn--mller-kva.example" },
		{ "de", "Esc", "(left)" },
		{ "de", "Ctrl-C", "(left)" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		open_picker("domain", 0, false);
		stage_type(stage, cases[i].typed);
		stage_keys(stage, cases[i].keys);
		assert_string_equal(chosen, cases[i].chosen);
		assert_int_equal(told, 1);
		shows(stage, "Users - 40");
		close_picker();
	}
}

static void nothing_that_fits_is_not_taken(void **state)
{
	(void)state;
	open_picker("domain", 0, false);
	stage_type(stage, "zzz");
	shows(stage, "none of 4 fits");
	stage_keys(stage, "Enter");
	shows(stage, "Nothing fits");
	assert_int_equal(told, 0);
	close_picker();
}

static void a_complete_list_says_so(void **state)
{
	(void)state;
	open_picker("domain", 0, false);
	shows(stage, "4 of 4, complete");
	close_picker();
}

static void a_cut_list_says_so(void **state)
{
	(void)state;
	open_picker("domain", 2, false);
	shows(stage, "list cut");
	hides(stage, "complete");
	close_picker();
}

static void a_directory_that_is_away_is_told(void **state)
{
	(void)state;
	open_picker("domain", 0, true);
	hides(stage, "complete");
	stage_keys(stage, "Esc");
	assert_string_equal(chosen, "(left)");
	close_picker();
}

static void closing_the_session_tells_nobody(void **state)
{
	(void)state;
	open_picker("user", 0, false);
	close_picker();
	assert_int_equal(told, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(typing_finds),
		cmocka_unit_test(nothing_that_fits_is_not_taken),
		cmocka_unit_test(a_complete_list_says_so),
		cmocka_unit_test(a_cut_list_says_so),
		cmocka_unit_test(a_directory_that_is_away_is_told),
		cmocka_unit_test(closing_the_session_tells_nobody),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
