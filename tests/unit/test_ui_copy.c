/*
 * test_ui_copy: values leave for the clipboard on request only, where the
 * configuration allows it, byte by byte, and not without a limit.
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

static struct stage *open_page(bool allowed, bool hostile)
{
	struct fake_settings settings = { .role = ROLE_ADMIN, .clipboard = allowed, .hostile = hostile };
	struct stage *stage = stage_new(&settings, "users", 24, 80, VISIBLE_UTF8);

	stage_keys(stage, "Enter Home");
	assert_string_equal(place(stage), "page");
	return stage;
}

static void nothing_leaves_where_it_is_not_configured(void **state)
{
	struct stage *stage = open_page(false, false);

	(void)state;
	stage_keys(stage, "y");
	shows(stage, "clipboard = yes is not set in postroom.conf");
	stage_keys(stage, "Enter y");
	shows(stage, "clipboard = yes is not set in postroom.conf");
	assert_int_equal(stage->copied.length, 0);
	stage_free(stage);
}

/* Every row of a page, hostile ones too: what is copied are the stored bytes, values below each other. */
static void the_bytes_are_the_stored_ones(void **state)
{
	(void)state;
	for (int hostile = 0; hostile < 2; hostile++) {
		struct stage *stage = open_page(true, hostile == 1);
		const struct record *record = fake_record(stage->engine, "user", "user000");
		size_t found = 0;

		for (int row = 0; row < 30; row++) {
			text_clear(&stage->copied);
			stage_keys(stage, "y");
			for (const struct field *field = kind_user.fields; record != NULL && field->name != NULL; field++) {
				const struct field_values *values = record_get(record, field->name);

				found += values->count == 1 && values->values[0].length > 0 && values->values[0].length == stage->copied.length
					&& memcmp(values->values[0].bytes, stage->copied.bytes, stage->copied.length) == 0;
			}
			stage_keys(stage, "Down");
		}
		if (record != NULL)
			assert_true(found >= 3);
		stage_free(stage);
	}
}

static void a_text_means_its_value(void **state)
{
	struct stage *stage = open_page(true, false);
	struct view *text = text_view_new(stage->session, "One value", "what is shown", 13);

	(void)state;
	session_push(stage->session, text);
	stage_keys(stage, "y");
	assert_string_equal(text_get(&stage->copied), "what is shown");
	shows(stage, "Handed to the terminal's clipboard: One value, 13 bytes");
	text_view_means(text, "a\0b\n", 4);
	stage_keys(stage, "y");
	assert_int_equal(stage->copied.length, 4);
	assert_memory_equal(stage->copied.bytes, "a\0b\n", 4);
	shows(stage, "LOOK BEFORE YOU PASTE");
	stage_free(stage);
}

static void too_much_is_refused(void **state)
{
	struct stage *stage = open_page(true, false);
	static char bytes[8193];

	(void)state;
	memset(bytes, 'x', sizeof bytes);
	session_push(stage->session, text_view_new(stage->session, "Long", bytes, sizeof bytes));
	stage_keys(stage, "y");
	shows(stage, "8192 can be copied at most");
	assert_int_equal(stage->copied.length, 0);
	stage_keys(stage, "Esc");
	session_push(stage->session, text_view_new(stage->session, "Long", bytes, sizeof bytes - 1));
	stage_keys(stage, "y");
	assert_int_equal(stage->copied.length, 8192);
	stage_free(stage);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_leaves_where_it_is_not_configured),
		cmocka_unit_test(the_bytes_are_the_stored_ones),
		cmocka_unit_test(a_text_means_its_value),
		cmocka_unit_test(too_much_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
