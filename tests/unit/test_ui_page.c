/* Tests of the page: what is wrong, why something cannot be changed, reading again, raw attributes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/fakes/assertions.h"
#include "tests/fakes/stage.h"
#include "tests/unit/hostile.h"
#include "ui/page_private.h"
#include "model/wrong.h"

/* The page of a user by login. */
static struct stage *open_page(enum role role, const char *login, int rows, int columns)
{
	struct fake_settings settings = { .role = role };
	struct stage *stage = stage_new(&settings, "users", rows, columns, VISIBLE_UTF8);

	session_push(stage->session, page_view_new(stage->session, kind_find("user"), login));
	stage_settle(stage);
	assert_string_equal(place(stage), "page");
	return stage;
}

static struct page_view *page_of(struct stage *stage)
{
	assert_string_equal(place(stage), "page");
	return (struct page_view *)session_top(stage->session);
}

static void wrong_comes_first(void **state)
{
	static const struct { const char *login, *rule; bool severe; } cases[] = {
		{ "user003", "account-state", true },
		{ "user002", "no-address", true },
		{ "user001", "no-copy", true },
		{ "user004", "foreign", false },
		{ "user000", NULL, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct stage *stage = open_page(ROLE_ADMIN, cases[i].login, 24, 80);
		struct arena *arena = arena_new();
		struct page_item *items;
		struct wrong *list;
		size_t count = wrong_with(arena, page_of(stage)->record, &list);

		assert_true(page_items(page_of(stage), arena, &items) > 15);
		assert_int_equal(count, cases[i].rule == NULL ? 0 : 1);
		assert_int_equal(items[0].what, cases[i].rule == NULL ? ITEM_FIELD : ITEM_WRONG);
		if (count > 0) {
			assert_string_equal(list[0].rule, cases[i].rule);
			assert_int_equal(list[0].severe, cases[i].severe);
			shows(stage, cases[i].severe ? "! " : "i ");
			assert_int_equal(page_of(stage)->cursor, 0);
		}
		arena_free(arena);
		stage_free(stage);
	}
}

/* e on what is wrong edits the field that mends it. */
static void edit_mends_what_is_wrong(void **state)
{
	struct stage *stage = open_page(ROLE_ADMIN, "user001", 24, 80);

	(void)state;
	stage_keys(stage, "e");
	assert_string_equal(place(stage), "editor");
	shows(stage, "Keep a copy");
	stage_keys(stage, "Esc");
	assert_string_equal(place(stage), "page");
	assert_int_equal(fake_writes(stage->engine), 0);
	stage_free(stage);
}

static void says_why_it_cannot_be_changed(void **state)
{
	static const struct { enum role role; const char *field, *reason; } cases[] = {
		{ ROLE_ADMIN, "phone", "never changes it" },
		{ ROLE_ADMIN, "state", "computed" },
		{ ROLE_ADMIN, "fetchmail", "the schema has no fetchmail" },
		{ ROLE_ADMIN, "login", NULL },
		{ ROLE_HELPDESK, "login", "your role may not" },
		{ ROLE_ADMIN, "quota", NULL },
		{ ROLE_HELPDESK, "quota", NULL },
		{ ROLE_HELPDESK, "forwards", NULL },
		{ ROLE_HELPDESK, "address", "the role helpdesk may not" },
		{ ROLE_MONITOR, "quota", "the role monitor may not" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct stage *stage = open_page(cases[i].role, "user000", 24, 80);
		struct arena *arena = arena_new();
		const char *reason = page_locked(page_of(stage), arena, kind_field(kind_find("user"), cases[i].field));

		if (cases[i].reason == NULL) {
			assert_null(reason);
		} else {
			assert_non_null(reason);
			assert_non_null(strstr(reason, cases[i].reason));
		}
		arena_free(arena);
		stage_free(stage);
	}
}

static void every_field_is_reached(void **state)
{
	struct stage *stage = open_page(ROLE_ADMIN, "user000", 24, 80);
	const struct kind *kind = kind_find("user");

	(void)state;
	stage_keys(stage, "Home");
	for (const struct field *field = kind->fields; field->name != NULL; field++) {
		const struct field_values *values = record_get(page_of(stage)->record, field->name);

		/* Read-only ones without a value share a line at the end. */
		if (values->count == 0 && (field->flags & (FIELD_READONLY | FIELD_DERIVED)))
			continue;
		shows(stage, field->label);
		stage_keys(stage, "Down");
	}
	stage_keys(stage, "End");
	shows(stage, "Room, Employee no., Password set");
	shows(stage, "cn=admin,dc=example,dc=com");
	stage_free(stage);
}

static void note_stands_beside_the_value(void **state)
{
	struct stage *stage = open_page(ROLE_ADMIN, "user000", 40, 120);

	(void)state;
	shows(stage, "2 GB  policy says 1 GB, not written here");
	stage_free(stage);
}

static void fixed_field_opens_the_renaming(void **state)
{
	struct stage *stage = open_page(ROLE_ADMIN, "user000", 24, 80);

	(void)state;
	stage_keys(stage, "Home Down e");
	shows(stage, "Rename - user user000");
	assert_string_not_equal(place(stage), "page");
	stage_free(stage);
}

static void reads_again_after_a_change(void **state)
{
	struct stage *stage = open_page(ROLE_ADMIN, "user000", 40, 120);
	struct event event = { .kind = EVENT_RECORD_CHANGED, .noun = kind_find("user"), .name = "user000" };

	(void)state;
	fake_change_behind(stage->engine, "user", "user000", "quota", "4398046511104");
	session_tell(stage->session, &event);
	stage_settle(stage);
	shows(stage, "4 TB");
	event.deleted = true;
	session_tell(stage->session, &event);
	stage_settle(stage);
	shows(stage, "DELETED");
	stage_keys(stage, "e");
	shows(stage, "deleted meanwhile");
	assert_string_equal(place(stage), "page");
	stage_free(stage);
}

static void what_is_not_there_is_told(void **state)
{
	struct stage *stage = open_page(ROLE_ADMIN, "nobody", 24, 80);

	(void)state;
	shows(stage, "There is no user \"nobody\"");
	stage_keys(stage, "e l d r c x Enter Up Down End");
	assert_string_equal(place(stage), "page");
	stage_keys(stage, "Esc");
	assert_string_equal(place(stage), "list");
	stage_free(stage);
}

static void long_values_are_one_key_away(void **state)
{
	struct stage *stage = open_page(ROLE_ADMIN, "user000", 10, 40);
	int i;

	(void)state;
	stage_keys(stage, "Home");
	for (i = 0; i < 8; i++)
		stage_keys(stage, "Down");
	stage_keys(stage, "Enter");
	assert_string_equal(place(stage), "text");
	shows(stage, "post@example.de");
	stage_free(stage);
}

static void raw_attributes_are_shown(void **state)
{
	struct stage *stage = open_page(ROLE_ADMIN, "user000", 24, 80);

	(void)state;
	stage_keys(stage, "x");
	assert_string_equal(place(stage), "text");
	shows(stage, "mailPrimaryAddress: user000@example.com");
	shows(stage, "entryUUID: 00000000-");
	stage_free(stage);
}

static void hostile_values_stay_visible(void **state)
{
	size_t count = sizeof hostile_strings / sizeof *hostile_strings;

	(void)state;
	for (size_t at = 0; at < count; at += 29) {
		struct fake_settings settings = { .role = ROLE_ADMIN, .hostile = true, .hostile_at = at, .users = 3 };
		struct stage *stage = stage_new(&settings, "users", 30, 100, at % 2 ? VISIBLE_UTF8 : VISIBLE_ASCII);
		const char *keys[] = { "Enter", "Down", "Down Down Down", "PgDn", "Enter", "Esc", "x", "Esc", "End", "Esc" };

		for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
			stage_keys(stage, keys[i]);
			assert_sound_screen(stage_canvas(stage));
		}
		stage_free(stage);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(wrong_comes_first),
		cmocka_unit_test(edit_mends_what_is_wrong),
		cmocka_unit_test(says_why_it_cannot_be_changed),
		cmocka_unit_test(every_field_is_reached),
		cmocka_unit_test(note_stands_beside_the_value),
		cmocka_unit_test(fixed_field_opens_the_renaming),
		cmocka_unit_test(reads_again_after_a_change),
		cmocka_unit_test(what_is_not_there_is_told),
		cmocka_unit_test(long_values_are_one_key_away),
		cmocka_unit_test(raw_attributes_are_shown),
		cmocka_unit_test(hostile_values_stay_visible),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
