/*
 * test_ui_mouse: off unless asked; a click goes to a row, a field, a button or
 * a section, the wheel moves; nothing of it opens, presses or writes.
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
#include "ui/history.h"
#include "ui/list_private.h"
#include "ui/page_private.h"
#include "ui/review_state.h"

static struct stage *open_stage(bool mouse)
{
	struct fake_settings settings = { .role = ROLE_ADMIN, .mouse = mouse };

	return stage_new(&settings, "users", 24, 80, VISIBLE_ASCII);
}

static void mouse(struct stage *stage, enum mouse_deed deed, int row, int column)
{
	struct key key = { .kind = KEY_KIND_MOUSE, .code = (uint32_t)deed, .row = row, .column = column };

	stage_canvas(stage);
	session_key(stage->session, &key);
	stage_settle(stage);
	assert_sound_screen(stage_canvas(stage));
}

/* Where these words begin on the screen. */
static void click_words(struct stage *stage, const char *words)
{
	char *screen = stage_print(stage), *at = strstr(screen, words), *line = screen;
	int row = 0;

	if (at == NULL)
		fail_msg("\"%s\" is not on the screen:\n%s", words, screen);
	for (char *c = screen; c < at; c++) {
		if (*c == '\n') {
			row++;
			line = c + 1;
		}
	}
	mouse(stage, MOUSE_CLICK, row, (int)(at - line));
	free(screen);
}

static struct list_view *list_of(struct stage *stage)
{
	return (struct list_view *)session_top(stage->session);
}

static void it_is_off_unless_asked(void **state)
{
	struct stage *stage = open_stage(false);

	(void)state;
	mouse(stage, MOUSE_CLICK, 7, 10);
	assert_int_equal(list_of(stage)->cursor, 0);
	mouse(stage, MOUSE_WHEEL_DOWN, 7, 10);
	assert_int_equal(list_of(stage)->cursor, 0);
	click_words(stage, "3 Dom");
	shows(stage, "Users - 40");
	stage_free(stage);
}

static void rows_and_sections_are_gone_to(void **state)
{
	struct stage *stage = open_stage(true);

	(void)state;
	mouse(stage, MOUSE_CLICK, 7, 10);
	assert_int_equal(list_of(stage)->cursor, 3);
	assert_string_equal(place(stage), "list");
	mouse(stage, MOUSE_WHEEL_DOWN, 7, 10);
	assert_int_equal(list_of(stage)->cursor, 6);
	mouse(stage, MOUSE_WHEEL_UP, 0, 0);
	assert_int_equal(list_of(stage)->cursor, 3);
	/* The same row again opens nothing. */
	mouse(stage, MOUSE_CLICK, 7, 10);
	assert_string_equal(place(stage), "list");
	/* Heading, crumb, notice, footer and what lies outside. */
	mouse(stage, MOUSE_CLICK, 3, 10);
	mouse(stage, MOUSE_CLICK, 0, 0);
	mouse(stage, MOUSE_CLICK, 23, 3);
	mouse(stage, MOUSE_CLICK, 500, 1000);
	assert_int_equal(list_of(stage)->cursor, 3);
	click_words(stage, "3 Dom");
	shows(stage, "Domains - ");
	stage_free(stage);
}

static void a_page_moves_its_cursor(void **state)
{
	struct stage *stage = open_stage(true);
	size_t before;

	(void)state;
	stage_keys(stage, "Enter Home");
	before = ((struct page_view *)session_top(stage->session))->cursor;
	mouse(stage, MOUSE_CLICK, 8, 40);
	assert_string_equal(place(stage), "page");
	assert_int_not_equal(((struct page_view *)session_top(stage->session))->cursor, before);
	assert_int_equal(fake_previews(stage->engine), 0);
	stage_free(stage);
}

static void a_form_moves_its_focus(void **state)
{
	struct stage *stage = open_stage(true);

	(void)state;
	stage_keys(stage, "n");
	click_words(stage, "Family name");
	stage_type(stage, "Smith");
	shows(stage, "Smith");
	click_words(stage, "< Review >");
	assert_string_equal(place(stage), "form");
	shows(stage, "[ Review ]");
	/* The wheel does not go from field to field. */
	mouse(stage, MOUSE_WHEEL_DOWN, 8, 8);
	shows(stage, "[ Review ]");
	stage_free(stage);
}

/* The values of a set, and what is offered below the line. */
static void editors_and_pickers_move_their_cursor(void **state)
{
	struct stage *stage = open_stage(true);

	(void)state;
	stage_keys(stage, "/");
	stage_type(stage, "user015");
	stage_keys(stage, "Enter");
	click_words(stage, "Alternative addr");
	stage_keys(stage, "e");
	assert_string_equal(place(stage), "editor");
	click_words(stage, "post@example.de");
	assert_string_equal(place(stage), "editor");
	/* d takes out what was clicked at, and nothing is written. */
	stage_keys(stage, "d");
	shows(stage, "post@example.de");
	assert_int_equal(fake_previews(stage->engine), 0);
	stage_keys(stage, "Esc Esc Esc Esc n Tab Tab Tab Tab Ctrl-P");
	assert_string_equal(session_top(stage->session)->class->place, "picker");
	click_words(stage, "example.com");
	assert_string_equal(session_top(stage->session)->class->place, "picker");
	stage_keys(stage, "Enter");
	assert_string_equal(session_top(stage->session)->class->place, "form");
	shows(stage, "example.com");
	assert_int_equal(fake_submits(stage->engine), 0);
	stage_free(stage);
}

/* Whatever is clicked how often: Apply has the focus at most, and only Enter presses it. */
static void a_review_is_never_answered(void **state)
{
	struct stage *stage = open_stage(true);

	(void)state;
	stage_keys(stage, "Down l Ctrl-U");
	stage_type(stage, "4 GB");
	stage_keys(stage, "Enter");
	assert_string_equal(place(stage), "review");
	click_words(stage, "< Apply >");
	shows(stage, "[ Apply ]");
	click_words(stage, "[ Apply ]");
	click_words(stage, "[ Apply ]");
	assert_int_equal(fake_submits(stage->engine), 0);
	click_words(stage, "< Back >");
	assert_string_equal(place(stage), "review");
	for (int row = 0; row < 24; row++) {
		for (int column = 0; column < 80; column += 3) {
			if (row != 1)
				mouse(stage, MOUSE_CLICK, row, column);
		}
		mouse(stage, MOUSE_WHEEL_DOWN, row, 0);
	}
	assert_string_equal(place(stage), "review");
	assert_int_equal(fake_submits(stage->engine), 0);
	click_words(stage, "Ticket");
	stage_type(stage, "4711");
	shows(stage, "4711");
	click_words(stage, "< Apply >");
	stage_keys(stage, "Enter");
	assert_int_equal(fake_writes(stage->engine), 1);
	stage_free(stage);
}

/* What was clicked at is not what is there: the view came after the last picture. */
static void a_stale_click_does_nothing(void **state)
{
	struct stage *stage = open_stage(true);
	struct key down, click = { .kind = KEY_KIND_MOUSE, .code = MOUSE_CLICK, .row = 9, .column = 3 };

	(void)state;
	assert_true(key_from_name("v", &down));
	stage_canvas(stage);
	session_key(stage->session, &down);
	session_key(stage->session, &click);
	stage_settle(stage);
	shows(stage, "> [x] Name");
	click_words(stage, "[x] Login");
	shows(stage, "> [x] Login");
	stage_free(stage);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_is_off_unless_asked),
		cmocka_unit_test(rows_and_sections_are_gone_to),
		cmocka_unit_test(a_page_moves_its_cursor),
		cmocka_unit_test(a_form_moves_its_focus),
		cmocka_unit_test(editors_and_pickers_move_their_cursor),
		cmocka_unit_test(a_review_is_never_answered),
		cmocka_unit_test(a_stale_click_does_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
