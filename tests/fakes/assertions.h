/*
 * assertions: what tests of views say about a screen.
 */
#ifndef POSTROOM_TESTS_FAKES_ASSERTIONS_H
#define POSTROOM_TESTS_FAKES_ASSERTIONS_H

#include <stdlib.h>
#include <string.h>

#include "tests/fakes/stage.h"
#include "ui/style.h"

static inline void shows(struct stage *stage, const char *words)
{
	char *text = stage_print(stage);

	if (strstr(text, words) == NULL)
		fail_msg("\"%s\" is not on the screen:\n%s", words, text);
	free(text);
}

static inline void hides(struct stage *stage, const char *words)
{
	char *text = stage_print(stage);

	if (strstr(text, words) != NULL)
		fail_msg("\"%s\" is on the screen:\n%s", words, text);
	free(text);
}

static inline const char *place(struct stage *stage)
{
	return session_top(stage->session)->class->place;
}

/* What holds for every picture: widths add up, nothing but visible characters, the cursor inside. */
static inline void assert_sound_screen(const struct canvas *canvas)
{
	for (int i = 0; i < canvas->rows * canvas->columns; i++) {
		const struct canvas_cell *cell = &canvas->cells[i];
		int column = i % canvas->columns;

		assert_true(cell->style < STYLE_COUNT);
		if (cell->cell.base == 0)
			assert_true(column > 0 && cell[-1].cell.width == 2);
		else
			assert_true(cell->cell.base >= ' ' && cell->cell.base != 0x7f && !(cell->cell.base >= 0x80 && cell->cell.base < 0xa0));
		if (cell->cell.width == 2)
			assert_true(column + 1 < canvas->columns && cell[1].cell.base == 0);
	}
	assert_true(canvas->cursor_row >= 0 && canvas->cursor_row < canvas->rows);
	assert_true(canvas->cursor_column >= 0 && canvas->cursor_column < canvas->columns);
}

#endif
