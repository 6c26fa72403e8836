/*
 * test_ui_palette: every action by name and why one cannot be done; the keys
 * that `?` lists.
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

static void open_as(enum role role, const char *section)
{
	struct fake_settings settings = { .role = role };

	stage = stage_new(&settings, section, 24, 80, VISIBLE_UTF8);
}

static void typing_finds_by_name_and_help(void **state)
{
	static const struct { const char *typed, *first; } cases[] = {
		{ "del", "\xe2\x96\xb8 delete" },
		{ "section-h", "\xe2\x96\xb8 section-history" },
		{ "mail domains", "\xe2\x96\xb8 section-domains" },
		{ "QUOTA", "\xe2\x96\xb8 quota" },
	};

	(void)state;
	open_as(ROLE_ADMIN, "users");
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		stage_keys(stage, ":");
		stage_type(stage, cases[i].typed);
		shows(stage, cases[i].first);
		stage_keys(stage, "Esc");
		shows(stage, "Users - 40");
	}
	stage_free(stage);
}

static void enter_does_it(void **state)
{
	(void)state;
	open_as(ROLE_ADMIN, "users");
	stage_keys(stage, ":");
	stage_type(stage, "section-dom");
	stage_keys(stage, "Enter");
	shows(stage, "Domains - 4");
	stage_keys(stage, "2 :");
	stage_type(stage, "delete");
	stage_keys(stage, "Enter");
	shows(stage, "Review - delete user");
	assert_int_equal(fake_writes(stage->engine), 0);
	stage_free(stage);
}

static void what_cannot_be_done_says_why(void **state)
{
	(void)state;
	open_as(ROLE_MONITOR, "users");
	stage_keys(stage, ":");
	stage_type(stage, "delete");
	shows(stage, "not now: the role monitor changes nothing");
	stage_keys(stage, "Enter");
	shows(stage, "cannot be done here now");
	assert_int_equal(fake_previews(stage->engine), 0);
	stage_free(stage);
}

static void nothing_fits(void **state)
{
	(void)state;
	open_as(ROLE_ADMIN, "users");
	stage_keys(stage, ":");
	stage_type(stage, "zzzz");
	shows(stage, "0 actions");
	stage_keys(stage, "Enter");
	shows(stage, "No action fits");
	stage_free(stage);
}

/* Every row of the table that has a key in a list stands in its help. */
static void help_lists_every_key_of_the_place(void **state)
{
	struct text seen = { 0 };
	struct arena *arena = arena_new();
	struct fake_settings settings = { .role = ROLE_ADMIN };

	(void)state;
	stage = stage_new(&settings, "users", 200, 200, VISIBLE_UTF8);
	stage_keys(stage, "?");
	{
		char *screen = stage_print(stage);

		text_add(&seen, screen);
		free(screen);
	}
	for (const struct action *action = actions; action->name != NULL; action++) {
		char *keys = keymap_keys(stage->keymap, "list", action->name, arena);

		if (!action_applies(action, "list") || keys == NULL)
			continue;
		if (strstr(text_get(&seen), action->help) == NULL)
			fail_msg("%s is not in the help", action->name);
		if (strstr(text_get(&seen), keys) == NULL)
			fail_msg("%s (%s) is not in the help", keys, action->name);
	}
	text_free(&seen);
	arena_free(arena);
	stage_free(stage);
}

static void help_scrolls_and_ends(void **state)
{
	(void)state;
	open_as(ROLE_ADMIN, "users");
	stage_keys(stage, "?");
	shows(stage, "more below, PgDn");
	stage_keys(stage, "End");
	shows(stage, "No key writes by itself");
	shows(stage, "more above, PgUp");
	stage_keys(stage, "?");
	shows(stage, "Users - 40");
	stage_free(stage);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(typing_finds_by_name_and_help),
		cmocka_unit_test(enter_does_it),
		cmocka_unit_test(what_cannot_be_done_says_why),
		cmocka_unit_test(nothing_fits),
		cmocka_unit_test(help_lists_every_key_of_the_place),
		cmocka_unit_test(help_scrolls_and_ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
