/* Tests of the frame: the top line at every width, lamps, the bar that never moves, notice line, footer. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/fakes/assertions.h"
#include "tests/fakes/stage.h"
#include "ui/frame.h"

static struct stage *open_stage(enum role role, int rows, int columns)
{
	struct fake_settings settings = { .role = role };

	return stage_new(&settings, "users", rows, columns, VISIBLE_UTF8);
}

/* One row of the screen; free(). */
static char *row_of(struct stage *stage, int row)
{
	char *text = stage_print(stage), *at = text, *copy;

	while (row-- > 0)
		at = strchr(at, '\n') + 1;
	*strchr(at, '\n') = '\0';
	copy = memory_text(at);
	free(text);
	return copy;
}

static void row_holds(struct stage *stage, int row, const char *words)
{
	char *text = row_of(stage, row);

	if (strstr(text, words) == NULL)
		fail_msg("row %d lacks \"%s\": %s", row, words, text);
	free(text);
}

static void system_stands_at_every_width(void **state)
{
	static const enum role roles[] = { ROLE_ADMIN, ROLE_HELPDESK, ROLE_MONITOR };

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct stage *stage = open_stage(roles[i], 24, 80);

		for (int columns = 40; columns <= 240; columns++) {
			const struct canvas *canvas;
			bool reversed = false;

			session_resize(stage->session, 24, columns);
			row_holds(stage, 0, "TEST");
			row_holds(stage, 0, "14:02");
			row_holds(stage, 0, "dir");
			canvas = stage_canvas(stage);
			for (int column = 0; column < columns; column++)
				reversed = reversed || canvas->cells[column].style == STYLE_SYSTEM;
			assert_true(reversed);
		}
		stage_free(stage);
	}
}

static void lamp_tells_the_link(void **state)
{
	struct stage *stage = open_stage(ROLE_ADMIN, 24, 80);

	(void)state;
	row_holds(stage, 0, "dir ok <10 ms  14:02");
	fake_link(stage->engine, DIRECTORY_CONNECTING);
	row_holds(stage, 0, "dir connecting");
	fake_link(stage->engine, DIRECTORY_DOWN);
	row_holds(stage, 0, "DIR DOWN");
	stage_free(stage);
}

static void seconds_are_for_the_monitor(void **state)
{
	struct stage *stage = open_stage(ROLE_MONITOR, 24, 80);

	(void)state;
	row_holds(stage, 0, "MONITOR read only");
	row_holds(stage, 0, "14:02:31");
	stage_free(stage);
}

/* Where a section stands does not depend on which one is open. */
static void bar_never_moves(void **state)
{
	static const char *const keys[] = { "2", "3", "H", "2" };
	struct stage *stage = open_stage(ROLE_ADMIN, 24, 80);
	char *first = NULL;

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		char *bar;

		stage_keys(stage, keys[i]);
		bar = row_of(stage, 1);
		for (char *at = bar; *at != '\0'; at++)
			*at = *at == '[' || *at == ']' ? ' ' : *at;
		while (strlen(bar) > 0 && bar[strlen(bar) - 1] == ' ')
			bar[strlen(bar) - 1] = '\0';
		assert_true(strlen(bar) <= FRAME_BAR_COLUMNS);
		if (first != NULL)
			assert_string_equal(bar, first);
		free(first);
		first = bar;
	}
	free(first);
	stage_free(stage);
}

static void footer_names_only_what_works(void **state)
{
	struct stage *stage = open_stage(ROLE_ADMIN, 24, 80);

	(void)state;
	row_holds(stage, 23, "n new..");
	/* There is no way back from the outermost list, but one out. */
	row_holds(stage, 23, "q quit");
	hides(stage, "Esc back");
	stage_keys(stage, "/");
	row_holds(stage, 23, "Enter open");
	row_holds(stage, 23, "Esc leave the field");
	hides(stage, "n new..");
	stage_type(stage, "schmidt");
	stage_keys(stage, "Esc");
	row_holds(stage, 23, "Esc show all");
	stage_keys(stage, "Enter");
	row_holds(stage, 23, "Esc back");
	stage_free(stage);
	stage = open_stage(ROLE_MONITOR, 24, 80);
	hides(stage, "new..");
	hides(stage, "quota..");
	row_holds(stage, 23, "? keys");
	stage_free(stage);
}

static void footer_fits_every_width(void **state)
{
	struct stage *stage = open_stage(ROLE_ADMIN, 24, 80);

	(void)state;
	for (int columns = 40; columns < 200; columns += 3) {
		session_resize(stage->session, 24, columns);
		row_holds(stage, 23, "q quit");
		row_holds(stage, 23, "Enter open");
	}
	stage_free(stage);
}

static void long_notice_is_one_key_away(void **state)
{
	struct stage *stage = open_stage(ROLE_ADMIN, 24, 80);

	(void)state;
	session_notice(stage->session, NULL, "%0120d end", 7);
	row_holds(stage, 22, "! in full");
	stage_keys(stage, "!");
	shows(stage, "7 end");
	stage_free(stage);
}

static void cursor_is_on_the_focus(void **state)
{
	struct stage *stage = open_stage(ROLE_ADMIN, 24, 80);
	const struct canvas *canvas = stage_canvas(stage);

	(void)state;
	for (int i = 0; i < 14; i++) {
		int column = canvas->cursor_row * canvas->columns;

		assert_int_equal(canvas->cells[column + 5].style, STYLE_ROW_HERE);
		assert_false(canvas->cursor_shown);
		stage_keys(stage, "Down");
		canvas = stage_canvas(stage);
	}
	stage_keys(stage, "/ a b");
	canvas = stage_canvas(stage);
	assert_true(canvas->cursor_shown);
	assert_int_equal(canvas->cursor_row, 3);
	stage_free(stage);
}

static void areas_are_inside(void **state)
{
	(void)state;
	for (int rows = 1; rows < 70; rows += 3) {
		for (int columns = 1; columns < 130; columns += 9) {
			struct canvas *canvas = canvas_new(rows, columns, VISIBLE_UTF8);

			for (int title = 0; title < 2; title++) {
				struct area area = frame_area(canvas, title == 1);

				if (!frame_fits(canvas)) {
					assert_int_equal(area.rows, 0);
					continue;
				}
				assert_true(area.rows >= 5);
				assert_int_equal(area.top + area.rows, rows - 2);
				assert_int_equal(area.columns, columns);
			}
			canvas_free(canvas);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(system_stands_at_every_width),
		cmocka_unit_test(lamp_tells_the_link),
		cmocka_unit_test(seconds_are_for_the_monitor),
		cmocka_unit_test(bar_never_moves),
		cmocka_unit_test(footer_names_only_what_works),
		cmocka_unit_test(footer_fits_every_width),
		cmocka_unit_test(long_notice_is_one_key_away),
		cmocka_unit_test(cursor_is_on_the_focus),
		cmocka_unit_test(areas_are_inside),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
