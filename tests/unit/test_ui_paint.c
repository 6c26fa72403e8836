/*
 * test_ui_paint: the painter in this process, its bytes put onto a model of a
 * terminal (which complains about what must not be sent) and compared with the
 * canvas.
 */
#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "base/text.h"
#include "tests/pty/screen.h"
#include "tests/pty/strict.h"
#include "ui/paint.h"

static void assert_shows(const struct screen *screen, const struct canvas *canvas)
{
	int row, column;

	assert_string_equal(screen->complaint, "");
	/* Nothing is shown on a screen where no word fits. */
	for (row = 0; row < canvas->rows && canvas->columns >= 4; row++) {
		for (column = 0; column < canvas->columns; column++) {
			const struct canvas_cell *cell = &canvas->cells[row * canvas->columns + column];

			/* A wide character in the last corner is shown as not fitting. */
			if (row == canvas->rows - 1 && column >= canvas->columns - 3 && (cell->cell.width != 1 || !cell->cell.base))
				continue;
			if (screen_at(screen, row, column)->character != cell->cell.base)
				fail_msg("%dx%d row %d column %d: U+%04X instead of U+%04X behind U+%04X", screen->columns, screen->rows, row, column,
						screen_at(screen, row, column)->character, cell->cell.base, column ? cell[-1].cell.base : 0);
		}
	}
	if (canvas->cursor_row >= 0) {
		assert_int_equal(screen->row, canvas->cursor_row);
		assert_int_equal(screen->column, canvas->cursor_column);
	}
}

/* --- tests --------------------------------------------------------------------------------- */

static struct screen screen;
static struct strict *strict;

static struct paint *open_at(const char *term, int rows, int columns, bool monochrome)
{
	struct paint_options options = { .term = term, .monochrome = monochrome, .rows = rows, .columns = columns };
	struct error error = { 0 };
	struct paint *paint = paint_open(&options, &error);

	assert_string_equal(error.text, "");
	assert_non_null(paint);
	screen_close(&screen);
	strict_free(strict);
	strict = strict_new(term);
	assert_non_null(strict);
	screen_open(&screen, rows, columns, strict);
	return paint;
}

static size_t send(struct paint *paint, const struct canvas *canvas)
{
	size_t length;
	const char *bytes;

	paint_frame(paint, canvas);
	bytes = paint_bytes(paint, &length);
	screen_show(&screen, bytes, length);
	return length;
}

static void a_frame_arrives_and_its_repetition_is_nothing(void **state)
{
	struct paint *paint = open_at("xterm-256color", 24, 80, false);
	struct canvas *canvas = canvas_new(24, 80, VISIBLE_UTF8);
	size_t digit;

	(void)state;
	canvas_words(canvas, 0, 0, -1, STYLE_SYSTEM, "PROD");
	canvas_words(canvas, 3, 2, -1, STYLE_BAD, "Müller 日本語 e\xcc\x81 x");
	canvas_border(canvas, 5, 0, 80, BORDER_HORIZONTAL, STYLE_HEADING);
	canvas_words(canvas, 23, 70, -1, STYLE_FOOTER, "0123456789");
	canvas_cursor(canvas, 3, 2, true);
	assert_true(send(paint, canvas) > 100);
	assert_shows(&screen, canvas);
	assert_true(screen.alternate);
	assert_true(screen.colours_seen);
	assert_true(screen_at(&screen, 0, 0)->reversed && !screen_at(&screen, 0, 4)->reversed);
	assert_int_equal(send(paint, canvas), 0);
	canvas_words(canvas, 0, 60, -1, STYLE_PLAIN, "7");
	digit = send(paint, canvas);
	assert_true(digit > 0 && digit < 40);
	assert_shows(&screen, canvas);
	paint_leave(paint);
	{
		size_t length;
		const char *bytes = paint_bytes(paint, &length);

		screen_show(&screen, bytes, length);
	}
	assert_false(screen.alternate);
	assert_true(screen.cursor_on);
	/* Back again, whole. */
	assert_true(send(paint, canvas) > 100);
	assert_true(screen.alternate);
	assert_shows(&screen, canvas);
	canvas_free(canvas);
	paint_close(paint);
}

static void the_cursor_follows_the_focus(void **state)
{
	struct paint *paint = open_at("xterm", 10, 40, false);
	struct canvas *canvas = canvas_new(10, 40, VISIBLE_ASCII);
	int row;

	(void)state;
	canvas_words(canvas, 0, 0, -1, STYLE_PLAIN, "rows");
	canvas_cursor(canvas, 0, 0, false);
	send(paint, canvas);
	assert_false(screen.cursor_on);
	for (row = 1; row < 10; row++) {
		canvas_cursor(canvas, row, row, row & 1);
		assert_true(send(paint, canvas) < 60);
		assert_shows(&screen, canvas);
		assert_int_equal(screen.cursor_on, row & 1);
	}
	canvas_free(canvas);
	paint_close(paint);
}

static void no_colours_where_not_wanted(void **state)
{
	static const char *const terms[] = { "vt100", "xterm-256color" };
	size_t i;

	(void)state;
	for (i = 0; i < 2; i++) {
		struct paint *paint = open_at(terms[i], 10, 40, true);
		struct canvas *canvas = canvas_new(10, 40, VISIBLE_ASCII);
		int style;

		for (style = 0; style < STYLE_COUNT; style++)
			canvas_words(canvas, style % 10, 10 * (style / 10), 9, (enum style)style, "word");
		send(paint, canvas);
		assert_shows(&screen, canvas);
		assert_false(screen.colours_seen);
		assert_true(screen_at(&screen, STYLE_SYSTEM % 10, 10 * (STYLE_SYSTEM / 10))->reversed);
		canvas_free(canvas);
		paint_close(paint);
	}
}

/* A terminal without a second screen is left empty, row by row: what is cleared as a whole many keep to be scrolled back to. */
static void nothing_is_left_where_there_is_one_screen_only(void **state)
{
	struct paint *paint = open_at("vt100", 10, 40, true);
	struct canvas *canvas = canvas_new(10, 40, VISIBLE_ASCII), *empty = canvas_new(10, 40, VISIBLE_ASCII);
	const char *bytes;
	size_t length;

	(void)state;
	canvas_words(canvas, 4, 2, -1, STYLE_TITLE, "er5z-9xan-mjan-mbmk");
	send(paint, canvas);
	assert_shows(&screen, canvas);
	assert_false(screen.alternate);
	paint_leave(paint);
	bytes = paint_bytes(paint, &length);
	assert_null(memmem(bytes, length, "\033[J", 3));
	screen_show(&screen, bytes, length);
	assert_shows(&screen, empty);
	/* It comes back as it was. */
	send(paint, canvas);
	assert_shows(&screen, canvas);
	canvas_free(canvas);
	canvas_free(empty);
	paint_close(paint);
}

static void poor_terminals_are_refused_in_one_line(void **state)
{
	static const struct { const char *term, *reason; } cases[] = {
		{ NULL, "TERM is not set" }, { "", "TERM is not set" }, { "no-such-terminal", "knows no terminal" },
		{ "dumb", "cannot place the cursor" }, { "../../etc/passwd", "knows no terminal" },
		{ "xterm\033]0;x\007", "knows no terminal" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct paint_options options = { .term = cases[i].term, .rows = 24, .columns = 80 };
		struct error error = { 0 };

		assert_null(paint_open(&options, &error));
		assert_int_equal(error.kind, ERROR_UNREACHABLE);
		assert_non_null(strstr(error.text, cases[i].reason));
		assert_null(strchr(error.text, '\n'));
	}
}

static void the_rescue_leaves_the_screen(void **state)
{
	struct paint *paint = open_at("xterm-256color", 24, 80, false);
	struct canvas *canvas = canvas_new(24, 80, VISIBLE_UTF8);
	const char *bytes;
	size_t length;

	(void)state;
	canvas_words(canvas, 4, 0, -1, STYLE_ROW_HERE, "row");
	canvas_cursor(canvas, 4, 0, false);
	send(paint, canvas);
	bytes = paint_rescue(paint, &length);
	assert_true(length > 10);
	screen_show(&screen, bytes, length);
	assert_false(screen.alternate);
	assert_true(screen.cursor_on);
	assert_false(screen.pen.reversed);
	canvas_free(canvas);
	paint_close(paint);
}

/* Thirty lines of a text, of which the sixth is a password, from line `from` on. */
static void draw_with_secret(struct canvas *canvas, int from, bool secret)
{
	canvas_clear(canvas);
	for (int row = 0; row < canvas->rows; row++) {
		if (secret && row + from == 5)
			canvas_words(canvas, row, 0, -1, STYLE_PLAIN, "kookaburra-71");
		else
			canvas_format(canvas, row, 0, -1, STYLE_PLAIN, "%s line %d of thirty", secret ? "this is" : "another", row + from);
	}
	if (secret && from <= 5)
		canvas_secret(canvas, (size_t)from + 1);
}

/* However it goes: scrolled, replaced, painted anew, left; a terminal without a second screen has it nowhere. */
static void a_secret_is_kept_by_no_terminal(void **state)
{
	static const char *const terms[] = { "xterm-256color", "linux", "vt100", "screen", "tmux-256color" };
	enum { ENDS = 5 };

	(void)state;
	for (size_t i = 0; i < sizeof(terms) / sizeof(terms[0]) * ENDS; i++) {
		struct paint *paint = open_at(terms[i / ENDS], 12, 60, false);
		struct canvas *canvas = canvas_new(12, 60, VISIBLE_UTF8);
		const char *bytes;
		size_t length;
		char *shown;

		screen.keeps = true;
		draw_with_secret(canvas, 0, true);
		send(paint, canvas);
		shown = screen_text(&screen);
		assert_non_null(strstr(shown, "kookaburra-71"));
		free(shown);
		switch (i % ENDS) {
		case 0: draw_with_secret(canvas, 3, true); send(paint, canvas); draw_with_secret(canvas, 8, true); break;
		case 1: draw_with_secret(canvas, 0, false); break;
		case 2: paint_again(paint); send(paint, canvas); draw_with_secret(canvas, 7, true); break;
		case 3: draw_with_secret(canvas, 7, true); break;
		default: break;
		}
		if (i % ENDS < 4)
			send(paint, canvas);
		else
			paint_leave(paint);
		bytes = paint_bytes(paint, &length);
		screen_show(&screen, bytes, length);
		shown = screen_text(&screen);
		if (strstr(shown, "kookaburra") || strstr(text_get(&screen.kept), "kookaburra"))
			fail_msg("%s, end %zu: still there:\n%s\nand above:\n%s", terms[i / ENDS], i % ENDS, shown, text_get(&screen.kept));
		free(shown);
		canvas_free(canvas);
		paint_close(paint);
	}
}

/* --- random frames ---------------------------------------------------------------------------- */

static unsigned seed;

static int pick(int below)
{
	seed = seed * 1664525u + 1013904223u;
	return (int)((seed >> 8) % (unsigned)below);
}

static void scribble(struct canvas *canvas)
{
	static const char *const words[] = { "a", "Müller", "日本語", "e\xcc\x81", "\033[31mred", "한글 text", "|", "          ", "\xff\xfe", "x日" };
	int i;

	if (pick(20) == 0)
		canvas_clear(canvas);
	for (i = pick(12); i >= 0; i--)
		canvas_words(canvas, pick(canvas->rows), pick(canvas->columns), 1 + pick(30), (enum style)pick(STYLE_COUNT), words[pick(10)]);
	canvas_cursor(canvas, pick(canvas->rows), pick(canvas->columns), pick(2));
}

static void random_frames_and_sizes_arrive(void **state)
{
	static const char *const terms[] = { "xterm-256color", "xterm", "vt100", "screen", "tmux-256color", "linux", "rxvt-unicode" };
	const char *given = getenv("POSTROOM_SEED"), *full = getenv("POSTROOM_FULL");
	int frames = full && full[0] == '1' ? 20000 : 1000, i;
	size_t t;

	(void)state;
	seed = given ? (unsigned)strtoul(given, NULL, 10) : (unsigned)time(NULL);
	print_message("seed %u\n", seed);
	for (t = 0; t < sizeof(terms) / sizeof(terms[0]); t++) {
		struct paint_options probe = { .term = terms[t], .rows = 24, .columns = 80 };
		struct paint *paint = paint_open(&probe, NULL);
		struct canvas *canvas = canvas_new(24, 80, VISIBLE_UTF8);

		if (!paint) {
			print_message("no terminfo for %s here\n", terms[t]);
			canvas_free(canvas);
			continue;
		}
		paint_close(paint);
		paint = open_at(terms[t], 24, 80, false);
		for (i = 0; i < frames / 7; i++) {
			if (pick(15) == 0) {
				screen_resize(&screen, 1 + pick(60), 1 + pick(200));
				memset(screen.cells, '#', sizeof(*screen.cells) * 60 * SCREEN_COLUMNS_MOST);
				canvas_resize(canvas, screen.rows, screen.columns);
				paint_resize(paint, screen.rows, screen.columns);
			}
			scribble(canvas);
			send(paint, canvas);
			assert_shows(&screen, canvas);
			assert_int_equal(send(paint, canvas), 0);
		}
		canvas_free(canvas);
		paint_close(paint);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_frame_arrives_and_its_repetition_is_nothing),
		cmocka_unit_test(the_cursor_follows_the_focus),
		cmocka_unit_test(no_colours_where_not_wanted),
		cmocka_unit_test(nothing_is_left_where_there_is_one_screen_only),
		cmocka_unit_test(poor_terminals_are_refused_in_one_line),
		cmocka_unit_test(the_rescue_leaves_the_screen),
		cmocka_unit_test(a_secret_is_kept_by_no_terminal),
		cmocka_unit_test(random_frames_and_sizes_arrive),
	};

	setlocale(LC_ALL, "C.UTF-8");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
