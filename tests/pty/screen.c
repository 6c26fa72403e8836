/*
 * screen: a model of a terminal for tests.
 */
#include "tests/pty/screen.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/pty/strict.h"

#define NUMBERS_MOST 16

struct sequence { char final; bool private; int numbers[NUMBERS_MOST], count; };

static void complain(struct screen *screen, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void complain(struct screen *screen, const char *format, ...)
{
	va_list arguments;

	if (screen->complaint[0])
		return;
	va_start(arguments, format);
	vsnprintf(screen->complaint, sizeof(screen->complaint), format, arguments);
	va_end(arguments);
}

struct screen_cell *screen_at(const struct screen *screen, int row, int column)
{
	return &screen->cells[(size_t)row * SCREEN_COLUMNS_MOST + (size_t)column];
}

static void clear_cells(struct screen *screen, int row, int from, int to)
{
	static const struct screen_cell blank = { .character = ' ' };

	for (; from < to && from < screen->columns; from++)
		*screen_at(screen, row, from) = blank;
}

static void clear_rows(struct screen *screen, int from, int to)
{
	for (; from < to && from < screen->rows; from++)
		clear_cells(screen, from, 0, screen->columns);
}

void screen_resize(struct screen *screen, int rows, int columns)
{
	int row, before_rows = screen->rows, before_columns = screen->columns;

	screen->rows = rows;
	screen->columns = columns;
	for (row = 0; row < rows; row++)
		clear_cells(screen, row, row < before_rows ? before_columns : 0, columns);
	screen->top = 0;
	screen->bottom = rows - 1;
	screen->row = screen->row < rows ? screen->row : rows - 1;
	screen->column = screen->column < columns ? screen->column : columns - 1;
	screen->wrap = false;
}

void screen_open(struct screen *screen, int rows, int columns, const struct strict *strict)
{
	memset(screen, 0, sizeof(*screen));
	screen->cells = memory_new(sizeof(*screen->cells) * SCREEN_ROWS_MOST * SCREEN_COLUMNS_MOST);
	screen->strict = strict;
	screen->cursor_on = true;
	screen_resize(screen, rows, columns);
}

void screen_close(struct screen *screen)
{
	free(screen->cells);
	text_free(&screen->rest);
	text_free(&screen->clipboard);
	text_free(&screen->kept);
}

/* --- characters ------------------------------------------------------------------------- */

static void keep(struct screen *screen, int from, int to)
{
	for (; screen->keeps && from <= to; from++) {
		char *row = screen_row(screen, from);

		text_addf(&screen->kept, "%s\n", row);
		free(row);
	}
}

static void scroll(struct screen *screen, int top, int bottom, int by)
{
	size_t size = sizeof(*screen->cells) * SCREEN_COLUMNS_MOST;
	int row;

	for (; by > 0; by--) {
		keep(screen, top, top);
		for (row = top; row < bottom; row++)
			memcpy(screen_at(screen, row, 0), screen_at(screen, row + 1, 0), size);
		clear_cells(screen, bottom, 0, screen->columns);
	}
	for (; by < 0; by++) {
		for (row = bottom; row > top; row--)
			memcpy(screen_at(screen, row, 0), screen_at(screen, row - 1, 0), size);
		clear_cells(screen, top, 0, screen->columns);
	}
}

static void line_feed(struct screen *screen)
{
	screen->wrap = false;
	if (screen->row == screen->bottom)
		scroll(screen, screen->top, screen->bottom, 1);
	else if (screen->row + 1 < screen->rows)
		screen->row++;
}

static void put_character(struct screen *screen, uint32_t code)
{
	enum char_class class = char_classify(code);
	struct screen_cell cell = screen->pen;

	if (class == CHAR_HIDDEN)
		complain(screen, "the hidden character U+%04X was sent", (unsigned)code);
	if (class == CHAR_MARK || class == CHAR_HIDDEN)
		return;
	if (screen->wrap) {
		screen->column = 0;
		line_feed(screen);
	}
	cell.character = screen->last = code;
	*screen_at(screen, screen->row, screen->column) = cell;
	if (class == CHAR_WIDE && screen->column + 1 < screen->columns) {
		cell.character = 0;
		*screen_at(screen, screen->row, ++screen->column) = cell;
	}
	if (screen->column + 1 < screen->columns)
		screen->column++;
	else
		screen->wrap = true;
}

/* --- control sequences ----------------------------------------------------------------------- */

static void attribute(struct screen *screen, const struct sequence *sequence, int *i)
{
	struct screen_cell *pen = &screen->pen;
	int n = sequence->count ? sequence->numbers[*i] : 0;
	bool all = screen->strict && strict_allowed(screen->strict) & STRICT_COLOURS;

	switch (n) {
	case 0: memset(pen, 0, sizeof(*pen)); break;
	case 1: pen->bold = true; break;
	case 2: case 10: break;
	case 4: pen->underlined = true; break;
	case 7: pen->reversed = true; break;
	case 22: pen->bold = false; break;
	case 24: pen->underlined = false; break;
	case 27: pen->reversed = false; break;
	case 39: case 49: pen->coloured = false; break;
	case 38: case 48:                              /* 5;n: one of 88 or 256 */
		if (*i + 2 >= sequence->count || sequence->numbers[*i + 1] != 5 || (sequence->numbers[*i + 2] > 7 && !all) || (n == 48 && !all))
			complain(screen, "a colour beyond the eight");
		*i += 2;
		pen->coloured = screen->colours_seen = true;
		break;
	default:
		if ((n < 30 || n > 37) && !(all && ((n >= 40 && n <= 47) || (n >= 90 && n <= 97) || (n >= 100 && n <= 107))))
			complain(screen, "attribute %d", n);
		pen->coloured = screen->colours_seen = true;
	}
}

static void private_mode(struct screen *screen, int number, bool on)
{
	switch (number) {
	case 1049: case 1047: case 47:
		screen->alternate = on;
		break;
	case 25:
		screen->cursor_on = on;
		break;
	case 2004:
		screen->paste_brackets = on;
		break;
	case 1000: case 1006:
		screen->mouse = on;
		break;
	case 12: case 1: case 7: case 3: case 4: case 1048: case 66:
		break;
	default:
		complain(screen, "private mode %d", number);
	}
}

static void erase(struct screen *screen, char final, int what)
{
	if (final == 'J') {
		if (what == 2 || (what == 0 && screen->row == 0 && screen->column == 0))
			keep(screen, 0, screen->rows - 1);
		clear_cells(screen, screen->row, what == 2 ? 0 : screen->column, screen->columns);
		clear_rows(screen, what == 2 ? 0 : screen->row + 1, screen->rows);
	} else {
		clear_cells(screen, screen->row, what ? 0 : screen->column, what == 1 ? screen->column + 1 : screen->columns);
	}
}

/* Inserts (positive) or deletes characters. */
static void shift(struct screen *screen, int by)
{
	struct screen_cell *here = screen_at(screen, screen->row, screen->column);
	int left = screen->columns - screen->column, n = by < 0 ? -by : by;

	if (n > left)
		n = left;
	if (by > 0) {
		memmove(here + n, here, (size_t)(left - n) * sizeof(*here));
		clear_cells(screen, screen->row, screen->column, screen->column + n);
	} else {
		memmove(here, here + n, (size_t)(left - n) * sizeof(*here));
		clear_cells(screen, screen->row, screen->columns - n, screen->columns);
	}
}

static void region(struct screen *screen, const struct sequence *sequence)
{
	int top = sequence->count && sequence->numbers[0] ? sequence->numbers[0] : 1;
	int bottom = sequence->count > 1 && sequence->numbers[1] ? sequence->numbers[1] : screen->rows;

	/* Bytes of the size before are cut to the screen, as terminals do. */
	if (bottom > screen->rows)
		bottom = screen->rows;
	if (top > bottom)
		return;
	screen->top = top - 1;
	screen->bottom = bottom - 1;
	screen->row = screen->column = 0;
}

static bool moved(struct screen *screen, const struct sequence *sequence, int n)
{
	switch (sequence->final) {
	case 'H': case 'f':
		screen->row = n - 1;
		screen->column = sequence->count > 1 && sequence->numbers[1] ? sequence->numbers[1] - 1 : 0;
		break;
	case 'd': screen->row = n - 1; break;
	case 'G': screen->column = n - 1; break;
	case 'A': screen->row -= n; break;
	case 'B': screen->row += n; break;
	case 'C': screen->column += n; break;
	case 'D': screen->column -= n; break;
	default: return false;
	}
	screen->row = screen->row < 0 ? 0 : screen->row < screen->rows ? screen->row : screen->rows - 1;
	screen->column = screen->column < 0 ? 0 : screen->column < screen->columns ? screen->column : screen->columns - 1;
	return true;
}

static void control_sequence(struct screen *screen, const struct sequence *sequence)
{
	int n = sequence->count && sequence->numbers[0] ? sequence->numbers[0] : 1, i;

	if (sequence->private && (sequence->final == 'h' || sequence->final == 'l')) {
		for (i = 0; i < sequence->count; i++)
			private_mode(screen, sequence->numbers[i], sequence->final == 'h');
		return;
	}
	if (sequence->private) {
		if (sequence->final != 'c')            /* the Linux console's cursor shape */
			complain(screen, "private sequence with final %c", sequence->final);
		return;
	}
	if (sequence->final == 'm') {
		for (i = 0; i < (sequence->count ? sequence->count : 1); i++)
			attribute(screen, sequence, &i);
		return;
	}
	screen->wrap = false;
	if (moved(screen, sequence, n))
		return;
	switch (sequence->final) {
	case 'J': case 'K': erase(screen, sequence->final, sequence->count ? sequence->numbers[0] : 0); break;
	case 'X': clear_cells(screen, screen->row, screen->column, screen->column + n); break;
	case 'P': case '@': shift(screen, sequence->final == '@' ? n : -n); break;
	case 'L': scroll(screen, screen->row, screen->bottom, -n); break;
	case 'M': scroll(screen, screen->row, screen->bottom, n); break;
	case 'S': scroll(screen, screen->top, screen->bottom, n); break;
	case 'T': scroll(screen, screen->top, screen->bottom, -n); break;
	case 'b': for (i = 0; i < n && i < screen->columns; i++) put_character(screen, screen->last); break;
	case 'r': region(screen, sequence); break;
	case 'h': case 'l': case 't': break;           /* insert mode off, cursor shape, title stack of smcup */
	default: complain(screen, "sequence with final %c", sequence->final);
	}
}

/* Length of the CSI sequence at hand, 0 where its end has not come yet. */
static size_t read_csi(struct screen *screen, const char *bytes, size_t length)
{
	struct sequence sequence = { 0 };
	size_t i;

	for (i = 2; i < length; i++) {
		char c = bytes[i];
		int *number = &sequence.numbers[sequence.count ? sequence.count - 1 : 0];

		if (c == '?') {
			sequence.private = true;
		} else if (c >= '0' && c <= '9') {
			sequence.count = sequence.count ? sequence.count : 1;
			*number = *number * 10 + c - '0';
		} else if (c == ';') {
			sequence.count = sequence.count ? sequence.count + 1 : 2;
			if (sequence.count > NUMBERS_MOST) {
				complain(screen, "a sequence with too many numbers");
				return length;
			}
		} else if (c >= '@' && c <= '~') {
			sequence.final = c;
			control_sequence(screen, &sequence);
			return i + 1;
		} else {
			complain(screen, "byte 0x%02X inside a sequence", (unsigned char)c);
			return i + 1;
		}
	}
	return 0;
}

static size_t read_escape(struct screen *screen, const char *bytes, size_t length)
{
	bool wait = false;
	size_t n;

	if (length < 2 || ((bytes[1] == '(' || bytes[1] == ')') && length < 3))
		return 0;
	switch (bytes[1]) {
	case '[':
		return read_csi(screen, bytes, length);
	case '(': case ')':
		return 3;
	case '=': case '>':
		break;
	case '7':
		screen->saved_row = screen->row;
		screen->saved_column = screen->column;
		break;
	case '8':
		screen->row = screen->saved_row;
		screen->column = screen->saved_column;
		break;
	case 'M':
		screen->wrap = false;
		if (screen->row == screen->top)
			scroll(screen, screen->top, screen->bottom, -1);
		else if (screen->row > 0)
			screen->row--;
		break;
	case ']':
		n = screen->strict ? strict_clipboard(screen->strict, bytes, length, &wait) : 0;
		if (n) {
			text_clear(&screen->clipboard);
			text_add_bytes(&screen->clipboard, bytes + 7, n - 8);
		}
		if (n || wait)
			return n;
		/* fall through */
	case 'P': case '_': case '^': case 'X':
		complain(screen, "a string sequence (ESC %c) was sent", bytes[1]);
		break;
	default:
		complain(screen, "escape %c", bytes[1]);
	}
	return 2;
}

static size_t read_control(struct screen *screen, const char *bytes, size_t length)
{
	switch (bytes[0]) {
	case '\033':
		return read_escape(screen, bytes, length);
	case '\r':
		screen->column = 0;
		screen->wrap = false;
		break;
	case '\n':
		line_feed(screen);
		break;
	case '\b':
		screen->column -= screen->column > 0;
		screen->wrap = false;
		break;
	case '\t':
		screen->column = (screen->column + 8) & ~7;
		if (screen->column >= screen->columns)
			screen->column = screen->columns - 1;
		break;
	case 016: case 017:
		break;
	default:
		complain(screen, "control 0x%02X was sent", (unsigned char)bytes[0]);
	}
	return 1;
}

/* Length of what was shown, 0 where more bytes are needed. */
static size_t show_one(struct screen *screen, const char *bytes, size_t length)
{
	uint32_t code;
	size_t n;

	if ((unsigned char)bytes[0] < ' ' || bytes[0] == 0x7f) {
		n = read_control(screen, bytes, length);
		if (n && screen->strict && !strict_allows(screen->strict, bytes, n))
			complain(screen, "the terminfo entry cannot produce %s%.*s", bytes[0] == '\033' ? "ESC " : "control ",
					(int)n - 1, bytes + 1);
		return n;
	}
	n = utf8_decode(bytes, length, &code);
	if (n == 0 && length < 4 && (unsigned char)bytes[0] >= 0xc2)
		return 0;
	if (n == 0) {
		complain(screen, "byte 0x%02X is no UTF-8", (unsigned char)bytes[0]);
		return 1;
	}
	put_character(screen, code);
	return n;
}

void screen_show(struct screen *screen, const char *bytes, size_t length)
{
	size_t at = 0, n = 1;

	text_add_bytes(&screen->rest, bytes, length);
	while (at < screen->rest.length && (n = show_one(screen, screen->rest.bytes + at, screen->rest.length - at)))
		at += n;
	if (screen->rest.length - at > 16384)
		complain(screen, "a sequence without an end");
	memmove(screen->rest.bytes, screen->rest.bytes + at, screen->rest.length - at);
	screen->rest.length -= at;
}

/* --- reading it --------------------------------------------------------------------------------- */

char *screen_row(const struct screen *screen, int row)
{
	struct text text = { 0 };
	char bytes[4];
	int column;

	for (column = 0; column < screen->columns; column++) {
		uint32_t code = screen_at(screen, row, column)->character;

		if (code)
			text_add_bytes(&text, bytes, utf8_encode(code, bytes));
	}
	while (text.length && text.bytes[text.length - 1] == ' ')
		text.bytes[--text.length] = '\0';
	return text_take(&text);
}

char *screen_text(const struct screen *screen)
{
	struct text text = { 0 };
	int row;

	for (row = 0; row < screen->rows; row++) {
		char *line = screen_row(screen, row);

		text_addf(&text, "%s\n", line);
		free(line);
	}
	return text_take(&text);
}
