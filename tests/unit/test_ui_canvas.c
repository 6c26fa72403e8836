/* Tests of ui/canvas.c: cutting, wide characters, escapes, borders, wrapping, maps. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/hostile.h"
#include "tests/unit/trial.h"
#include "ui/canvas.h"
#include "ui/style.h"

static void same_text(struct canvas *canvas, const char *wanted)
{
	char *text = canvas_print(canvas);

	assert_string_equal(text, wanted);
	free(text);
}

/* Every row holds exactly its columns: a wide character and its right half belong together. */
static void assert_sound(const struct canvas *canvas)
{
	for (int row = 0; row < canvas->rows; row++) {
		for (int column = 0; column < canvas->columns; column++) {
			const struct cell *cell = &canvas->cells[row * canvas->columns + column].cell;

			assert_true(canvas->cells[row * canvas->columns + column].style < STYLE_COUNT);
			if (cell->base == 0) {
				assert_true(column > 0);
				assert_int_equal(cell->width, 0);
				assert_int_equal(canvas->cells[row * canvas->columns + column - 1].cell.width, 2);
				continue;
			}
			assert_true(cell->base >= ' ' && cell->base != 0x7f && (cell->base < 0x80 || cell->base > 0x9f));
			if (cell->width == 2) {
				assert_true(column + 1 < canvas->columns);
				assert_int_equal(canvas->cells[row * canvas->columns + column + 1].cell.base, 0);
			}
		}
	}
}

static void cuts_with_an_ellipsis(void **state)
{
	static const struct { enum visible_form form; int width; const char *words, *wanted; } cases[] = {
		{ VISIBLE_UTF8, 5, "abcde", "abcde\n" },
		{ VISIBLE_UTF8, 5, "abcdef", "abcd…\n" },
		{ VISIBLE_ASCII, 5, "abcdef", "abcd>\n" },
		{ VISIBLE_UTF8, 1, "ab", "…\n" },
		{ VISIBLE_UTF8, 8, "ab\xe2\x80\xae" "cd", "ab     …\n" },
		{ VISIBLE_UTF8, 11, "ab\xe2\x80\xae" "cd", "ab<U+202E>…\n" },
		{ VISIBLE_UTF8, 5, "ab\x01" "cd", "ab  …\n" },
		{ VISIBLE_UTF8, 0, "ab", "\n" },
		{ VISIBLE_UTF8, 4, "山田太", "山 …\n" },
		{ VISIBLE_UTF8, 5, "山田太", "山田…\n" },
		{ VISIBLE_UTF8, -1, "Müller", "Müller\n" },
		{ VISIBLE_ASCII, -1, "M\xc3\xbcr", "M<U+00FC>r\n" },
		{ VISIBLE_UTF8, -1, "a\033[2Jb", "a\\e[2Jb\n" },
		{ VISIBLE_UTF8, -1, "M\xfcller", "M\\xFCller\n" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct canvas *canvas = canvas_new(1, 20, cases[i].form);
		int used = canvas_words(canvas, 0, 0, cases[i].width, STYLE_PLAIN, cases[i].words);

		assert_true(cases[i].width < 0 || used <= cases[i].width);
		same_text(canvas, cases[i].wanted);
		assert_sound(canvas);
		canvas_free(canvas);
	}
}

static void half_a_wide_character_takes_the_other_along(void **state)
{
	struct canvas *canvas = canvas_new(1, 6, VISIBLE_UTF8);

	(void)state;
	canvas_words(canvas, 0, 0, -1, STYLE_PLAIN, "山田太");
	canvas_words(canvas, 0, 1, 1, STYLE_PLAIN, "x");
	assert_sound(canvas);
	same_text(canvas, " x田太\n");
	canvas_words(canvas, 0, 2, 1, STYLE_PLAIN, "y");
	assert_sound(canvas);
	same_text(canvas, " xy 太\n");
	canvas_fill(canvas, 0, 5, 1, STYLE_PLAIN);
	assert_sound(canvas);
	same_text(canvas, " xy\n");
	canvas_free(canvas);
}

static void nothing_is_drawn_outside(void **state)
{
	static const int places[] = { -5, -1, 0, 2, 3, 4, 100 };
	struct canvas *canvas = canvas_new(3, 4, VISIBLE_UTF8);

	(void)state;
	for (size_t i = 0; i < 7; i++) {
		for (size_t j = 0; j < 7; j++) {
			canvas_words(canvas, places[i], places[j], 9, STYLE_PLAIN, "山b");
			canvas_wrap(canvas, places[i], places[j], 9, 9, STYLE_PLAIN, "one two 山");
			canvas_right(canvas, places[i], places[j], 9, STYLE_PLAIN, "z");
			canvas_fill(canvas, places[i], places[j], 9, STYLE_DIM);
			canvas_restyle(canvas, places[i], places[j], 9, STYLE_BAD);
			canvas_border(canvas, places[i], places[j], 9, BORDER_HORIZONTAL, STYLE_HEADING);
			canvas_cursor(canvas, places[i], places[j], true);
			assert_sound(canvas);
			assert_true(canvas->cursor_row >= 0 && canvas->cursor_row < 3);
			assert_true(canvas->cursor_column >= 0 && canvas->cursor_column < 4);
		}
	}
	canvas_free(canvas);
	canvas = canvas_new(0, 0, VISIBLE_UTF8);
	canvas_words(canvas, 0, 0, -1, STYLE_PLAIN, "nothing");
	canvas_cursor(canvas, 0, 0, true);
	same_text(canvas, "");
	canvas_free(canvas);
}

static void wraps_at_blanks(void **state)
{
	static const struct { int width, rows, used; const char *words, *wanted; } cases[] = {
		{ 10, 5, 2, "one two three", "one two\nthree\n\n\n" },
		{ 3, 4, 4, "abcdefghijkl", "abc\ndef\nghi\njkl\n" },
		{ 7, 1, 1, "one two three", "one tw…\n\n\n\n" },
		{ 8, 2, 2, "one two three four", "one two\nthree…\n\n\n" },
		{ 5, 4, 0, "", "\n\n\n\n" },
		{ 1, 2, 2, "山x", "\nx\n\n\n" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct canvas *canvas = canvas_new(4, 12, VISIBLE_UTF8);
		int used = canvas_wrap(canvas, 0, 0, cases[i].width, cases[i].rows, STYLE_PLAIN, cases[i].words);

		assert_int_equal(used, cases[i].used);
		assert_sound(canvas);
		same_text(canvas, cases[i].wanted);
		canvas_free(canvas);
	}
}

static void escapes_keep_their_style(void **state)
{
	struct canvas *canvas = canvas_new(1, 10, VISIBLE_UTF8);
	char *styles;

	(void)state;
	canvas_bytes(canvas, 0, 0, -1, STYLE_VALUE, "a\0b", 3);
	canvas_restyle(canvas, 0, 0, -1, STYLE_ROW_HERE);
	styles = canvas_print_styles(canvas);
	assert_string_equal(styles, "ReeeeRRRRR\n");
	same_text(canvas, "a\\x00b\n");
	free(styles);
	canvas_free(canvas);
}

static void style_letters_are_unique(void **state)
{
	(void)state;
	for (unsigned i = 0; i < STYLE_COUNT; i++) {
		assert_int_not_equal(style_letter(i), 0);
		for (unsigned j = 0; j < i; j++)
			assert_int_not_equal(style_letter(i), style_letter(j));
	}
	assert_int_equal(style_letter(STYLE_COUNT), '?');
}

static void same_means_same_picture(void **state)
{
	struct canvas *a = canvas_new(2, 8, VISIBLE_UTF8), *b = canvas_new(2, 8, VISIBLE_UTF8);

	(void)state;
	canvas_words(a, 1, 1, -1, STYLE_PLAIN, "x");
	assert_false(canvas_same(a, b));
	canvas_words(b, 1, 1, -1, STYLE_PLAIN, "x");
	assert_true(canvas_same(a, b));
	canvas_restyle(b, 0, 0, 1, STYLE_BAD);
	assert_false(canvas_same(a, b));
	canvas_clear(b);
	canvas_clear(a);
	assert_true(canvas_same(a, b));
	canvas_cursor(a, 1, 1, true);
	assert_false(canvas_same(a, b));
	canvas_free(a);
	canvas_free(b);
}

static void hostile_text_stays_in_its_cells(void **state)
{
	static const enum visible_form forms[] = { VISIBLE_UTF8, VISIBLE_ASCII };

	(void)state;
	for (size_t i = 0; i < sizeof hostile_strings / sizeof *hostile_strings; i++) {
		for (size_t form = 0; form < 2; form++) {
			struct canvas *canvas = canvas_new(4, 17, forms[form]);

			canvas_bytes(canvas, 0, 3, 9, STYLE_VALUE, hostile_strings[i].bytes, hostile_strings[i].length);
			canvas_words(canvas, 1, 0, -1, STYLE_VALUE, hostile_strings[i].bytes);
			canvas_right(canvas, 2, 2, 7, STYLE_VALUE, hostile_strings[i].bytes);
			canvas_wrap(canvas, 3, 0, 5, 1, STYLE_VALUE, hostile_strings[i].bytes);
			assert_sound(canvas);
			for (int column = 0; column < 17; column++)
				assert_true(column >= 3 && column < 12 ? true : canvas->cells[column].cell.base == ' ');
			canvas_free(canvas);
		}
	}
}

static void random_drawing_is_sound(void **state)
{
	static const char *const words[] = { "山田太郎", "a", "é́̂x", "\xff\xfe", "plain words here", "\t\n", "😀ok" };
	struct canvas *canvas = canvas_new(5, 13, VISIBLE_UTF8);

	(void)state;
	trial_begin("canvas");
	for (int i = 0; i < 20000; i++) {
		int row = (int)trial_below(7) - 1, column = (int)trial_below(16) - 1, width = (int)trial_below(16) - 1;
		const char *text = words[trial_below(7)];

		switch (trial_below(5)) {
		case 0: canvas_words(canvas, row, column, width, STYLE_VALUE, text); break;
		case 1: canvas_right(canvas, row, column, width, STYLE_LABEL, text); break;
		case 2: canvas_wrap(canvas, row, column, width, 3, STYLE_DIM, text); break;
		case 3: canvas_fill(canvas, row, column, width, STYLE_PLAIN); break;
		default: canvas_border(canvas, row, column, width, BORDER_BULLET, STYLE_HEADING); break;
		}
		if (i % 64 == 0)
			assert_sound(canvas);
	}
	assert_sound(canvas);
	canvas_free(canvas);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cuts_with_an_ellipsis),
		cmocka_unit_test(half_a_wide_character_takes_the_other_along),
		cmocka_unit_test(nothing_is_drawn_outside),
		cmocka_unit_test(wraps_at_blanks),
		cmocka_unit_test(escapes_keep_their_style),
		cmocka_unit_test(style_letters_are_unique),
		cmocka_unit_test(same_means_same_picture),
		cmocka_unit_test(hostile_text_stays_in_its_cells),
		cmocka_unit_test(random_drawing_is_sound),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
