/*
 * test_ui_paint: the painter in this process, its bytes put onto a small model
 * of a terminal and compared with the canvas.
 *
 * The model knows what terminfo entries of the xterm family use and fails the
 * test on anything else, so it is also a check of what is sent.
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
#include "ui/paint.h"

/* --- a terminal, as far as ncurses needs one ------------------------------------------ */

#define ROWS_MOST 60
#define COLUMNS_MOST 200

struct screen {
	int rows, columns, row, column;
	int top, bottom;               /* scrolling region */
	int saved_row, saved_column;
	bool wrap;                     /* the next character goes to the next line */
	bool reversed, bold, underlined, cursor_on, alternate;
	uint32_t last;                 /* what REP repeats */
	uint32_t character[ROWS_MOST][COLUMNS_MOST];       /* 0: right half */
	bool reversed_at[ROWS_MOST][COLUMNS_MOST];
	bool colour_seen;
};

static void clear_cells(struct screen *screen, int row, int from, int to)
{
	for (; from < to && from < screen->columns; from++) {
		screen->character[row][from] = ' ';
		screen->reversed_at[row][from] = false;
	}
}

static void clear_rows(struct screen *screen, int from, int to)
{
	for (; from < to && from < screen->rows; from++)
		clear_cells(screen, from, 0, screen->columns);
}

static void put_character(struct screen *screen, uint32_t code)
{
	enum char_class class = char_classify(code);

	assert_int_not_equal(class, CHAR_HIDDEN);
	if (class == CHAR_MARK)
		return;
	if (screen->wrap) {
		if (screen->row + 1 >= screen->rows)
			fail_msg("scrolled at %dx%d", screen->columns, screen->rows);
		screen->row++;
		screen->column = 0;
		screen->wrap = false;
	}
	screen->character[screen->row][screen->column] = code;
	screen->reversed_at[screen->row][screen->column] = screen->reversed;
	if (class == CHAR_WIDE) {
		assert_true(screen->column + 1 < screen->columns);
		screen->character[screen->row][screen->column + 1] = 0;
		screen->reversed_at[screen->row][screen->column + 1] = screen->reversed;
		screen->column++;
	}
	screen->last = code;
	if (screen->column + 1 < screen->columns)
		screen->column++;
	else
		screen->wrap = true;
}

static void attributes(struct screen *screen, const int *numbers, int count)
{
	int i;

	for (i = 0; i < (count ? count : 1); i++) {
		int n = count ? numbers[i] : 0;

		switch (n) {
		case 0: screen->reversed = screen->bold = screen->underlined = false; break;
		case 1: screen->bold = true; break;
		case 2: case 10: break;
		case 4: screen->underlined = true; break;
		case 7: screen->reversed = true; break;
		case 22: screen->bold = false; break;
		case 24: screen->underlined = false; break;
		case 27: screen->reversed = false; break;
		case 39: case 49: break;
		case 38:                               /* one of the first eight of 88 or 256 */
			assert_true(i + 2 < count && numbers[i + 1] == 5 && numbers[i + 2] < 8);
			i += 2;
			screen->colour_seen = true;
			break;
		default:
			if (n < 30 || n > 37)
				fail_msg("attribute %d", n);
			screen->colour_seen = true;
		}
	}
}

static void private_mode(struct screen *screen, int number, bool on)
{
	switch (number) {
	case 1049: screen->alternate = on; break;
	case 25: screen->cursor_on = on; break;
	case 12: case 1: case 7: case 3: case 4: break;
	default: fail_msg("private mode %d", number);
	}
}

static int at_least_one(const int *numbers, int count)
{
	return count && numbers[0] ? numbers[0] : 1;
}

static void erase(struct screen *screen, char final, int what)
{
	if (final == 'J') {
		assert_true(what == 0 || what == 2);
		clear_cells(screen, screen->row, what == 2 ? 0 : screen->column, screen->columns);
		clear_rows(screen, what == 2 ? 0 : screen->row + 1, screen->rows);
	} else {
		assert_true(what == 0 || what == 1);
		clear_cells(screen, screen->row, what ? 0 : screen->column, what ? screen->column + 1 : screen->columns);
	}
}

static void scroll(struct screen *screen, int top, int bottom, int by)
{
	int row;

	for (; by > 0; by--) {
		for (row = top; row < bottom; row++) {
			memcpy(screen->character[row], screen->character[row + 1], sizeof(screen->character[row]));
			memcpy(screen->reversed_at[row], screen->reversed_at[row + 1], sizeof(screen->reversed_at[row]));
		}
		clear_cells(screen, bottom, 0, screen->columns);
	}
	for (; by < 0; by++) {
		for (row = bottom; row > top; row--) {
			memcpy(screen->character[row], screen->character[row - 1], sizeof(screen->character[row]));
			memcpy(screen->reversed_at[row], screen->reversed_at[row - 1], sizeof(screen->reversed_at[row]));
		}
		clear_cells(screen, top, 0, screen->columns);
	}
}

static void shift(struct screen *screen, int by)
{
	uint32_t *cells = screen->character[screen->row];
	bool *reversed = screen->reversed_at[screen->row];
	int from = screen->column, left = screen->columns - from, n = by < 0 ? -by : by;

	assert_true(n <= left);
	if (by > 0) {
		memmove(cells + from + n, cells + from, (size_t)(left - n) * sizeof(*cells));
		memmove(reversed + from + n, reversed + from, (size_t)(left - n) * sizeof(*reversed));
		clear_cells(screen, screen->row, from, from + n);
	} else {
		memmove(cells + from, cells + from + n, (size_t)(left - n) * sizeof(*cells));
		memmove(reversed + from, reversed + from + n, (size_t)(left - n) * sizeof(*reversed));
		clear_cells(screen, screen->row, screen->columns - n, screen->columns);
	}
}

static void control_sequence(struct screen *screen, char final, bool private, const int *numbers, int count)
{
	int n = at_least_one(numbers, count), i;

	if (private && final == 'c')
		return;                        /* the Linux console's cursor shape */
	if (private) {
		for (i = 0; i < count; i++)
			private_mode(screen, numbers[i], final == 'h');
		assert_true(final == 'h' || final == 'l');
		return;
	}
	if (final != 'm')
		screen->wrap = false;
	switch (final) {
	case 'm': attributes(screen, numbers, count); break;
	case 'H':
		screen->row = n - 1;
		screen->column = count > 1 && numbers[1] ? numbers[1] - 1 : 0;
		break;
	case 'd': screen->row = n - 1; break;
	case 'G': screen->column = n - 1; break;
	case 'A': screen->row -= n; break;
	case 'B': screen->row += n; break;
	case 'C': screen->column += n; break;
	case 'D': screen->column -= n; break;
	case 'J': case 'K': erase(screen, final, count ? numbers[0] : 0); break;
	case 'X': clear_cells(screen, screen->row, screen->column, screen->column + n); break;
	case 'P': case '@': shift(screen, final == '@' ? n : -n); break;
	case 'L': scroll(screen, screen->row, screen->bottom, -n); break;
	case 'M': scroll(screen, screen->row, screen->bottom, n); break;
	case 'S': scroll(screen, screen->top, screen->bottom, n); break;
	case 'T': scroll(screen, screen->top, screen->bottom, -n); break;
	case 'b': while (n--) put_character(screen, screen->last); break;
	case 'r':
		screen->top = n - 1;
		screen->bottom = count > 1 && numbers[1] ? numbers[1] - 1 : screen->rows - 1;
		/* Bytes of the size before are cut to the screen, as terminals do. */
		if (screen->bottom >= screen->rows)
			screen->bottom = screen->rows - 1;
		assert_true(screen->top >= 0 && screen->top <= screen->bottom);
		screen->row = screen->column = 0;
		break;
	case 'l': case 'h': assert_true(count == 1 && (numbers[0] == 4 || numbers[0] == 34)); break;     /* insert mode, cursor shape */
	case 't': break;                                                             /* title stack of smcup and rmcup */
	default: fail_msg("sequence CSI %c", final);
	}
	if (screen->row < 0 || screen->row >= screen->rows || screen->column < 0 || screen->column >= screen->columns)
		fail_msg("cursor at %d, %d", screen->row, screen->column);
}

static size_t escape(struct screen *screen, const char *bytes, size_t length)
{
	int numbers[8] = { 0 }, count = 0;
	bool private = false;
	size_t i;

	assert_true(length >= 2);
	switch (bytes[1]) {
	case '(': case ')': return 3;
	case '=': case '>': return 2;
	case '7':
		screen->saved_row = screen->row;
		screen->saved_column = screen->column;
		return 2;
	case '8':
		screen->row = screen->saved_row;
		screen->column = screen->saved_column;
		return 2;
	case 'M':
		if (screen->row == screen->top)
			scroll(screen, screen->top, screen->bottom, -1);
		else if (screen->row > 0)
			screen->row--;
		return 2;
	case '[': break;
	default: fail_msg("escape %c", bytes[1]);
	}
	for (i = 2; i < length; i++) {
		char c = bytes[i];

		if (c == '?') {
			private = true;
		} else if (c >= '0' && c <= '9') {
			count = count ? count : 1;
			numbers[count - 1] = numbers[count - 1] * 10 + c - '0';
		} else if (c == ';') {
			count = count ? count + 1 : 2;
			assert_true(count < 8);
		} else {
			control_sequence(screen, c, private, numbers, count);
			return i + 1;
		}
	}
	fail_msg("a sequence without an end");
	return length;
}

static void show(struct screen *screen, const char *bytes, size_t length)
{
	size_t at = 0;

	while (at < length) {
		uint32_t code = 0;
		size_t n;

		switch (bytes[at]) {
		case '\033': at += escape(screen, bytes + at, length - at); continue;
		case '\r': screen->column = 0; screen->wrap = false; at++; continue;
		case '\n':
			screen->wrap = false;
			if (screen->row == screen->bottom)
				scroll(screen, screen->top, screen->bottom, 1);
			else if (screen->row + 1 < screen->rows)
				screen->row++;
			at++;
			continue;
		case '\b': screen->column -= screen->column > 0; screen->wrap = false; at++; continue;
		case '\t': screen->column = (screen->column + 8) & ~7; at++; continue;
		case 017: case 016: at++; continue;
		}
		n = utf8_decode(bytes + at, length - at, &code);
		assert_true(n > 0 && code >= ' ');
		put_character(screen, code);
		at += n;
	}
}

static void assert_shows(const struct screen *screen, const struct canvas *canvas)
{
	int row, column;

	/* Nothing is shown on a screen where no word fits. */
	for (row = 0; row < canvas->rows && canvas->columns >= 4; row++) {
		for (column = 0; column < canvas->columns; column++) {
			const struct canvas_cell *cell = &canvas->cells[row * canvas->columns + column];

			/* A wide character in the last corner is shown as not fitting. */
			if (row == canvas->rows - 1 && column >= canvas->columns - 3 && (cell->cell.width != 1 || !cell->cell.base))
				continue;
			if (screen->character[row][column] != cell->cell.base)
				fail_msg("%dx%d row %d column %d: U+%04X instead of U+%04X behind U+%04X", screen->columns, screen->rows, row, column,
						screen->character[row][column], cell->cell.base, column ? cell[-1].cell.base : 0);
		}
	}
	if (canvas->cursor_row >= 0) {
		assert_int_equal(screen->row, canvas->cursor_row);
		assert_int_equal(screen->column, canvas->cursor_column);
	}
}

/* --- tests --------------------------------------------------------------------------------- */

static struct screen screen;

static struct paint *open_at(const char *term, int rows, int columns, bool monochrome)
{
	struct paint_options options = { .term = term, .monochrome = monochrome, .rows = rows, .columns = columns };
	struct error error = { 0 };
	struct paint *paint = paint_open(&options, &error);

	assert_string_equal(error.text, "");
	assert_non_null(paint);
	memset(&screen, 0, sizeof(screen));
	screen.rows = rows;
	screen.columns = columns;
	screen.cursor_on = true;
	screen.bottom = rows - 1;
	clear_rows(&screen, 0, rows);
	return paint;
}

static size_t send(struct paint *paint, const struct canvas *canvas)
{
	size_t length;
	const char *bytes;

	paint_frame(paint, canvas);
	bytes = paint_bytes(paint, &length);
	show(&screen, bytes, length);
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
	assert_true(screen.colour_seen);
	assert_true(screen.reversed_at[0][0] && !screen.reversed_at[0][4]);
	assert_int_equal(send(paint, canvas), 0);
	canvas_words(canvas, 0, 60, -1, STYLE_PLAIN, "7");
	digit = send(paint, canvas);
	assert_true(digit > 0 && digit < 40);
	assert_shows(&screen, canvas);
	paint_leave(paint);
	{
		size_t length;
		const char *bytes = paint_bytes(paint, &length);

		show(&screen, bytes, length);
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
		assert_false(screen.colour_seen);
		assert_true(screen.reversed_at[STYLE_SYSTEM % 10][10 * (STYLE_SYSTEM / 10)]);
		canvas_free(canvas);
		paint_close(paint);
	}
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
	show(&screen, bytes, length);
	assert_false(screen.alternate);
	assert_true(screen.cursor_on);
	assert_false(screen.reversed);
	canvas_free(canvas);
	paint_close(paint);
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
				screen.rows = 1 + pick(ROWS_MOST - 1);
				screen.columns = 1 + pick(COLUMNS_MOST - 1);
				memset(screen.character, '#', sizeof(screen.character));
				screen.row = screen.column = screen.top = 0;
				screen.bottom = screen.rows - 1;
				screen.wrap = false;
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
		cmocka_unit_test(poor_terminals_are_refused_in_one_line),
		cmocka_unit_test(the_rescue_leaves_the_screen),
		cmocka_unit_test(random_frames_and_sizes_arrive),
	};

	setlocale(LC_ALL, "C.UTF-8");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
