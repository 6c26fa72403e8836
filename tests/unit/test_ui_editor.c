/*
 * test_ui_editor: values by the type of their field, sets changed by single
 * values, offers, forms, and that Esc drops nothing without a second Esc.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "model/check.h"
#include "on_screen.h"
#include "tests/fakes/stage.h"
#include "ui/input.h"
#include "ui/parts.h"

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

/* An editor of this field of this person, on top. */
static void edit(const char *name, const char *field)
{
	const struct record *record = fake_record(stage->engine, "user", name);

	assert_non_null(record);
	session_push(stage->session, editor_view_new(stage->session, record, kind_field(record->kind, field)));
	stage_settle(stage);
}

static const char *stored(const char *name, const char *field)
{
	return record_text(fake_record(stage->engine, "user", name), field);
}

static bool holds(const char *name, const char *field, const char *words)
{
	const struct record *record = fake_record(stage->engine, "user", name);
	const struct field_values *values = record_get(record, field);

	for (size_t i = 0; i < values->count; i++) {
		if (strcmp(values->values[i].bytes, words) == 0)
			return true;
	}
	return false;
}

static void a_size_is_understood_while_typed(void **state)
{
	static const struct { const char *typed, *shown, *stored; } cases[] = {
		{ "4 GB", "= 4 GB (4,294,967,296 bytes)", "4294967296" },
		{ "512", "= 512 MB", "536870912" },
		{ "1.5 GB", "= 1.5 GB", "1610612736" },
		{ "none", "= no limit", "0" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		edit("user014", "quota");
		stage_keys(stage, "Ctrl-U");
		stage_type(stage, cases[i].typed);
		shows(stage, cases[i].shown);
		stage_keys(stage, "Enter Right Enter");
		assert_string_equal(stored("user014", "quota"), cases[i].stored);
	}
}

static void a_wrong_value_opens_no_review(void **state)
{
	static const struct { const char *field, *typed, *said; } cases[] = {
		{ "quota", "lots", "lots" },
		{ "quota", "-1", "-1" },
		{ "address", "nobody", "is no mail address" },
		{ "address", "a b@example.com", "a b@example.com" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		edit("user014", cases[i].field);
		stage_keys(stage, "Ctrl-U");
		stage_type(stage, cases[i].typed);
		stage_keys(stage, "Enter");
		shows(stage, cases[i].said);
		shows(stage, "- change");
		assert_int_equal(fake_previews(stage->engine), 0);
		stage_keys(stage, "Esc Esc");
	}
}

static void nothing_different_opens_no_review(void **state)
{
	(void)state;
	edit("user015", "quota");
	shows(stage, "Now    2 GB");
	stage_keys(stage, "Enter");
	shows(stage, "Nothing is different yet");
	assert_int_equal(fake_previews(stage->engine), 0);
}

static void esc_asks_once(void **state)
{
	(void)state;
	edit("user015", "quota");
	stage_type(stage, "9");
	stage_keys(stage, "Esc");
	shows(stage, "Esc again drops it");
	stage_type(stage, "9");
	stage_keys(stage, "Esc");
	shows(stage, "2 GB99");
	stage_keys(stage, "Esc");
	shows(stage, "Users - 40");
}

static void a_set_is_changed_by_single_values(void **state)
{
	(void)state;
	edit("user015", "alternates");
	shows(stage, "info1@example.com");
	shows(stage, "post@example.de");
	stage_type(stage, "new@example.com");
	stage_keys(stage, "Enter");
	shows(stage, "+ new@example.com");
	stage_keys(stage, "PgUp Delete");
	shows(stage, "- info1@example.com");
	/* Meanwhile somebody else adds one: it stays. */
	stage_keys(stage, "End Enter");
	shows(stage, "Review - edit user");
	shows(stage, "- info1@example.com");
	shows(stage, "+ new@example.com");
	shows(stage, "1 stays");
	stage_keys(stage, "Right Enter");
	assert_int_equal(fake_writes(stage->engine), 1);
	assert_true(holds("user015", "alternates", "new@example.com"));
	assert_true(holds("user015", "alternates", "post@example.de"));
	assert_false(holds("user015", "alternates", "info1@example.com"));
}

static void a_removal_can_be_taken_back(void **state)
{
	(void)state;
	edit("user015", "alternates");
	stage_keys(stage, "PgUp d");
	shows(stage, "to be removed");
	stage_keys(stage, "d");
	hides(stage, "to be removed");
	stage_keys(stage, "End Enter");
	shows(stage, "Nothing is different yet");
}

static void a_row_can_be_replaced(void **state)
{
	(void)state;
	edit("user015", "alternates");
	stage_keys(stage, "PgUp Enter");
	shows(stage, "being changed");
	stage_keys(stage, "Ctrl-U");
	stage_type(stage, "other@example.com");
	stage_keys(stage, "Enter");
	shows(stage, "- info1@example.com");
	shows(stage, "+ other@example.com");
}

static void no_value_twice(void **state)
{
	(void)state;
	edit("user015", "alternates");
	stage_type(stage, "post@example.de");
	stage_keys(stage, "Enter");
	shows(stage, "is in the list already");
	shows(stage, "post@example.de");
}

static void a_choice_is_made_with_arrows(void **state)
{
	(void)state;
	edit("user001", "keep_copy");
	shows(stage, "[no]");
	stage_keys(stage, "Left");
	shows(stage, "[yes]");
	stage_keys(stage, "Enter Right Enter");
	assert_string_equal(stored("user001", "keep_copy"), "yes");
}

static void a_server_is_offered(void **state)
{
	(void)state;
	edit("user014", "home_server");
	shows(stage, "mail2.example.com");
	stage_keys(stage, "Down Down Enter");
	shows(stage, "New    mail2.example.com");
	stage_keys(stage, "Enter Right Enter");
	assert_string_equal(stored("user014", "home_server"), "mail2.example.com");
}

static void the_picker_fills_the_domain(void **state)
{
	(void)state;
	edit("user014", "address");
	stage_keys(stage, "Ctrl-U");
	stage_type(stage, "maria");
	stage_keys(stage, "Ctrl-P");
	shows(stage, "choose a domain");
	stage_type(stage, ".de");
	stage_keys(stage, "Enter");
	shows(stage, "New    maria@example.de");
}

static void a_form_marks_what_is_needed(void **state)
{
	(void)state;
	stage_keys(stage, "n");
	shows(stage, "*Login");
	stage_keys(stage, "Ctrl-G");
	shows(stage, "Login is needed.");
	shows(stage, "Family name is needed.");
	assert_int_equal(fake_previews(stage->engine), 0);
	stage_type(stage, "smith");
	stage_keys(stage, "Tab Tab");
	stage_type(stage, "Smith");
	stage_keys(stage, "Tab");
	stage_type(stage, "Smith@Example.com");
	stage_keys(stage, "Tab");
	stage_type(stage, "s1@example.com, s2@example.com");
	stage_keys(stage, "Ctrl-G");
	shows(stage, "Review - add user smith");
	shows(stage, "smith@example.com");
	stage_keys(stage, "Right Enter");
	assert_int_equal(fake_writes(stage->engine), 1);
	assert_true(holds("smith", "alternates", "s2@example.com"));
}

static void a_copy_leaves_out_what_is_personal(void **state)
{
	(void)state;
	stage_keys(stage, "Down c");
	shows(stage, "copy of user015");
	shows(stage, "@example.com");
	hides(stage, "user015@example.com");
	hides(stage, "info1@example.com");
	shows(stage, "2 GB");
	shows(stage, "mail2.example.com");
}

/* The grid of the editor inside the form: what it gives back goes with the rest. */
static void a_new_folder_gets_its_rights(void **state)
{
	const struct record *record;

	(void)state;
	stage_keys(stage, "7 n");
	stage_type(stage, "new@example.com");
	stage_keys(stage, "Tab Tab");
	stage_type(stage, "mail1.example.com");
	stage_keys(stage, "Tab Tab");
	shows(stage, "Rights                 (none)");
	shows(stage, "Enter add..");
	stage_keys(stage, "Enter");
	shows(stage, "Rights - new shared folder");
	stage_keys(stage, "Enter");
	stage_type(stage, "Marketing");
	stage_keys(stage, "Tab Right Right Ctrl-G");
	shows(stage, "[ take into the form ]");
	/* Esc once only warns; a second one drops what was not taken. */
	stage_keys(stage, "Esc");
	shows(stage, "Not taken into the form");
	stage_keys(stage, "+");
	stage_type(stage, "anyone");
	stage_keys(stage, "Ctrl-G Enter");
	shows(stage, "Marketing                         append");
	shows(stage, "anyone                            read");
	assert_int_equal(fake_previews(stage->engine), 0);
	/* Of two for the same one the later counts. */
	stage_keys(stage, "Enter +");
	stage_type(stage, "anyone");
	stage_keys(stage, "Tab Right Ctrl-G Enter");
	shows(stage, "anyone                            post");
	hides(stage, "anyone                            read");
	stage_keys(stage, "Ctrl-G");
	shows(stage, "Review - add shared folder new@example.com");
	shows(stage, "Marketing: append");
	stage_keys(stage, "Right Enter");
	assert_int_equal(fake_writes(stage->engine), 1);
	record = fake_record(stage->engine, "folder", "new@example.com");
	assert_int_equal(record_get(record, "rights")->count, 2);
	assert_string_equal(record_get(record, "rights")->values[0].bytes, "who=Marketing right=append");
	assert_string_equal(record_get(record, "rights")->values[1].bytes, "who=anyone right=post");
}

static void a_value_is_taken_out_in_the_form(void **state)
{
	(void)state;
	stage_keys(stage, "7 /");
	stage_type(stage, "team");
	stage_keys(stage, "Esc c");
	shows(stage, "copy of team@example.com");
	shows(stage, "user007@example.de                write");
	stage_keys(stage, "Tab Tab Tab Tab Enter Home d Ctrl-G");
	shows(stage, "copy of team@example.com");
	hides(stage, "user000@example.com");
	shows(stage, "user007@example.de                write");
}

/* On a narrow screen the chosen one is what must be seen. */
static void the_chosen_one_is_always_seen(void **state)
{
	const struct field *field = kind_field(kind_find("folder"), "rights");
	struct fake_settings settings = { .role = ROLE_ADMIN };

	(void)state;
	stage_free(stage);
	stage = stage_new(&settings, "folders", 10, 40, VISIBLE_UTF8);
	session_push(stage->session, parts_view_new(stage->session, field, "who=anyone right=all", NULL, NULL));
	shows(stage, "[all]");
}

static void a_rename_goes_through_a_review(void **state)
{
	(void)state;
	stage_keys(stage, "r");
	shows(stage, "Rename - user user014");
	stage_keys(stage, "Enter");
	shows(stage, "That is its name already.");
	stage_keys(stage, "Ctrl-U");
	stage_type(stage, "maria");
	stage_keys(stage, "Enter");
	shows(stage, "Review - rename user user014");
	assert_int_equal(fake_writes(stage->engine), 0);
}

/* --- parts ------------------------------------------------------------------------------- */

static char taken[500];

static void take(void *context, const char *value)
{
	(void)context;
	snprintf(taken, sizeof(taken), "%s", value);
}

static void parts_make_one_value(void **state)
{
	const struct field *field = kind_field(kind_find("user"), "fetchmail");
	struct arena *arena = arena_new();

	(void)state;
	taken[0] = '\0';
	session_push(stage->session, parts_view_new(stage->session, field, NULL, take, NULL));
	shows(stage, "*Server");
	stage_keys(stage, "Ctrl-G");
	shows(stage, "Server is needed.");
	assert_string_equal(taken, "");
	stage_type(stage, "imap.elsewhere.example");
	stage_keys(stage, "Tab Right Tab");
	stage_type(stage, "me");
	stage_keys(stage, "Tab");
	stage_type(stage, "hunter2");
	hides(stage, "hunter2");
	stage_keys(stage, "Ctrl-G");
	shows(stage, "Users - 40");
	assert_string_equal(parts_get(arena, taken, "server"), "imap.elsewhere.example");
	assert_string_equal(parts_get(arena, taken, "protocol"), "POP3");
	assert_string_equal(parts_get(arena, taken, "password"), "hunter2");
	assert_string_equal(parts_get(arena, taken, "ssl"), "yes");
	arena_free(arena);
}

/* --- inputs ------------------------------------------------------------------------------ */

static void the_domain_of_an_address_is_offered(void **state)
{
	static const struct { const char *typed, *words, *taken; } cases[] = {
		{ "", NULL, "@example.com" },
		{ "smith", NULL, "smith@example.com" },
		{ "smith@", "", "smith@example.com" },
		{ "smith@exa", "exa", "smith@example.com" },
		{ "a@b@exa", "exa", "a@b@example.com" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct input input;

		input_start(&input, kind_field(kind_find("user"), "address"), NULL, NULL, false);
		input_set(&input, cases[i].typed);
		if (cases[i].words == NULL)
			assert_null(input_offer_words(&input));
		else
			assert_string_equal(input_offer_words(&input), cases[i].words);
		input_take(&input, "example.com");
		assert_string_equal(input_typed(&input), cases[i].taken);
		input_free(&input);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_size_is_understood_while_typed, open_stage, close_stage),
		cmocka_unit_test_setup_teardown(a_wrong_value_opens_no_review, open_stage, close_stage),
		cmocka_unit_test_setup_teardown(nothing_different_opens_no_review, open_stage, close_stage),
		cmocka_unit_test_setup_teardown(esc_asks_once, open_stage, close_stage),
		cmocka_unit_test_setup_teardown(a_set_is_changed_by_single_values, open_stage, close_stage),
		cmocka_unit_test_setup_teardown(a_removal_can_be_taken_back, open_stage, close_stage),
		cmocka_unit_test_setup_teardown(a_row_can_be_replaced, open_stage, close_stage),
		cmocka_unit_test_setup_teardown(no_value_twice, open_stage, close_stage),
		cmocka_unit_test_setup_teardown(a_choice_is_made_with_arrows, open_stage, close_stage),
		cmocka_unit_test_setup_teardown(a_server_is_offered, open_stage, close_stage),
		cmocka_unit_test_setup_teardown(the_picker_fills_the_domain, open_stage, close_stage),
		cmocka_unit_test_setup_teardown(a_form_marks_what_is_needed, open_stage, close_stage),
		cmocka_unit_test_setup_teardown(a_copy_leaves_out_what_is_personal, open_stage, close_stage),
		cmocka_unit_test_setup_teardown(a_new_folder_gets_its_rights, open_stage, close_stage),
		cmocka_unit_test_setup_teardown(a_value_is_taken_out_in_the_form, open_stage, close_stage),
		cmocka_unit_test_setup_teardown(the_chosen_one_is_always_seen, open_stage, close_stage),
		cmocka_unit_test_setup_teardown(a_rename_goes_through_a_review, open_stage, close_stage),
		cmocka_unit_test_setup_teardown(parts_make_one_value, open_stage, close_stage),
		cmocka_unit_test(the_domain_of_an_address_is_offered),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
