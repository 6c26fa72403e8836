/*
 * canvas: rows of styled cells.
 *
 * Never fails: what lies outside is cut, and a canvas of 0 rows or columns is
 * allowed.  A wide character that is overwritten by half loses the other half,
 * so that no row ever takes more columns than it has.  Loop thread.
 */
#include "ui/canvas.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "ui/style.h"

/* Upper bounds of a screen; terminals that report more are taken at these. */
enum { MOST_ROWS = 500, MOST_COLUMNS = 1000 };

static const struct { uint32_t unicode; char ascii; } borders[] = {
	[BORDER_HORIZONTAL] = { 0x2500, '-' },
	[BORDER_VERTICAL] = { 0x2502, '|' },
	[BORDER_BULLET] = { 0x2022, '*' },
	[BORDER_ELLIPSIS] = { 0x2026, '>' },
	[BORDER_BAR_FULL] = { 0x2588, '#' },
	[BORDER_BAR_EMPTY] = { 0x2591, '.' },
	[BORDER_POINTER] = { 0x25b8, '>' },
	[BORDER_UP] = { 0x25b2, '^' },
	[BORDER_DOWN] = { 0x25bc, 'v' },
};

static int bounded(int value, int most)
{
	if (value < 0)
		return 0;
	return value > most ? most : value;
}

static void blank(struct canvas_cell *cell, enum style style)
{
	memset(cell, 0, sizeof *cell);
	cell->cell.base = ' ';
	cell->cell.width = 1;
	cell->style = (unsigned char)style;
}

static struct canvas_cell *at(const struct canvas *canvas, int row, int column)
{
	return &canvas->cells[(size_t)row * (size_t)canvas->columns + (size_t)column];
}

static bool inside(const struct canvas *canvas, int row, int column)
{
	return row >= 0 && row < canvas->rows && column >= 0 && column < canvas->columns;
}

/* Frees the place from what lies half in it. */
static void detach(struct canvas *canvas, int row, int column)
{
	struct canvas_cell *here = at(canvas, row, column);

	if (here->cell.base == 0 && column > 0)
		blank(at(canvas, row, column - 1), (enum style)here->style);
	if (here->cell.width == 2 && column + 1 < canvas->columns)
		blank(at(canvas, row, column + 1), (enum style)here->style);
}

static void put(struct canvas *canvas, int row, int column, const struct cell *cell, enum style style)
{
	struct canvas_cell *here;

	detach(canvas, row, column);
	here = at(canvas, row, column);
	here->cell = *cell;
	here->style = (unsigned char)(cell->escaped ? STYLE_ESCAPE : style);
	if (cell->width == 2) {
		detach(canvas, row, column + 1);
		here = at(canvas, row, column + 1);
		memset(here, 0, sizeof *here);
		here->style = (unsigned char)(cell->escaped ? STYLE_ESCAPE : style);
	}
}

static void put_border(struct canvas *canvas, int row, int column, enum border border, enum style style)
{
	struct cell cell = { .width = 1 };

	cell.base = canvas->form == VISIBLE_ASCII ? (uint32_t)borders[border].ascii : borders[border].unicode;
	put(canvas, row, column, &cell, style);
}

struct canvas *canvas_new(int rows, int columns, enum visible_form form)
{
	struct canvas *canvas = memory_new(sizeof *canvas);

	canvas->form = form;
	canvas->arena = arena_new();
	canvas_resize(canvas, rows, columns);
	return canvas;
}

void canvas_free(struct canvas *canvas)
{
	if (canvas == NULL)
		return;
	free(canvas->cells);
	free(canvas->targets);
	arena_free(canvas->arena);
	free(canvas);
}

void canvas_resize(struct canvas *canvas, int rows, int columns)
{
	canvas->rows = bounded(rows, MOST_ROWS);
	canvas->columns = bounded(columns, MOST_COLUMNS);
	free(canvas->cells);
	canvas->cells = memory_new(sizeof *canvas->cells * ((size_t)canvas->rows * (size_t)canvas->columns + 1));
	canvas_clear(canvas);
}

void canvas_clear(struct canvas *canvas)
{
	size_t count = (size_t)canvas->rows * (size_t)canvas->columns;

	for (size_t i = 0; i < count; i++)
		blank(&canvas->cells[i], STYLE_PLAIN);
	canvas->target_count = 0;
	canvas->secret = 0;
	canvas->cursor_row = canvas->cursor_column = -1;
	canvas->cursor_shown = false;
	arena_free(canvas->arena);
	canvas->arena = arena_new();
}

/* How many columns there are from here: at most `width`, where that is not negative. */
static int room(const struct canvas *canvas, int row, int column, int width)
{
	int most;

	if (!inside(canvas, row, column))
		return 0;
	most = canvas->columns - column;
	return width < 0 || width > most ? most : width;
}

/* Puts cells [from, to) without cutting marks; returns the columns used. */
static int put_cells(struct canvas *canvas, int row, int column, int width, enum style style,
		const struct cell *cells, size_t count)
{
	int used = 0;

	for (size_t i = 0; i < count && used + cells[i].width <= width; i++) {
		put(canvas, row, column + used, &cells[i], style);
		used += cells[i].width;
	}
	return used;
}

/* Cells that fit into so many columns, without half an escape: "<U+0" would read as another character. */
static size_t whole_cells(struct visible text, int columns)
{
	size_t count = 0;
	int used = 0;

	while (count < text.count && used + text.cells[count].width <= columns)
		used += text.cells[count++].width;
	if (count == text.count || !text.cells[count].escaped)
		return count;
	while (count > 0 && text.cells[count].base != '<' && text.cells[count].base != '\\')
		count--;
	return count;
}

int canvas_text(struct canvas *canvas, int row, int column, int width, enum style style, struct visible text)
{
	int most = room(canvas, row, column, width);
	int used;

	if (most <= 0)
		return 0;
	if (text.columns <= (size_t)most)
		return put_cells(canvas, row, column, most, style, text.cells, text.count);
	used = put_cells(canvas, row, column, most - 1, style, text.cells, whole_cells(text, most - 1));
	canvas_fill(canvas, row, column + used, most - 1 - used, style);
	put_border(canvas, row, column + most - 1, BORDER_ELLIPSIS, style);
	return most;
}

int canvas_bytes(struct canvas *canvas, int row, int column, int width, enum style style, const char *bytes, size_t length)
{
	size_t most = (size_t)room(canvas, row, column, width);

	if (bytes == NULL || length == 0 || most == 0)
		return 0;
	/* A value may be a megabyte; no column takes more than 3 characters of 4 bytes, and one more shows the cut. */
	if (length > (most + 1) * 12 + 4)
		length = (most + 1) * 12 + 4;
	return canvas_text(canvas, row, column, width, style, text_visible(canvas->arena, canvas->form, bytes, length));
}

int canvas_words(struct canvas *canvas, int row, int column, int width, enum style style, const char *bytes)
{
	return bytes == NULL ? 0 : canvas_bytes(canvas, row, column, width, style, bytes, strlen(bytes));
}

int canvas_format(struct canvas *canvas, int row, int column, int width, enum style style, const char *format, ...)
{
	va_list arguments;
	char *words;

	va_start(arguments, format);
	words = arena_vformat(canvas->arena, format, arguments);
	va_end(arguments);
	return canvas_words(canvas, row, column, width, style, words);
}

int canvas_right(struct canvas *canvas, int row, int column, int width, enum style style, const char *bytes)
{
	int most = room(canvas, row, column, width);
	struct visible text;
	int shift;

	if (bytes == NULL || most <= 0)
		return 0;
	text = text_visible(canvas->arena, canvas->form, bytes, strlen(bytes));
	shift = text.columns < (size_t)most ? most - (int)text.columns : 0;
	return canvas_text(canvas, row, column + shift, most - shift, style, text);
}

/* Cells of the next line: as many as fit, back to the last blank where there is one; *next skips blanks. */
static size_t line_end(struct visible text, size_t from, int width, size_t *next)
{
	size_t end = from, last_blank = 0;
	int used = 0;

	while (end < text.count && used + text.cells[end].width <= width) {
		if (text.cells[end].base == ' ')
			last_blank = end;
		used += text.cells[end].width;
		end++;
	}
	if (end < text.count && text.cells[end].base != ' ' && last_blank > from)
		end = last_blank;
	*next = end > from ? end : end + 1;
	while (*next < text.count && text.cells[*next].base == ' ')
		(*next)++;
	return end;
}

int canvas_wrap(struct canvas *canvas, int row, int column, int width, int rows, enum style style, const char *bytes)
{
	int most = room(canvas, row, column, width);
	struct visible text;
	size_t from = 0;
	int used = 0;

	if (bytes == NULL || bytes[0] == '\0' || most <= 0)
		return 0;
	text = text_visible(canvas->arena, canvas->form, bytes, strlen(bytes));
	while (from < text.count && used < rows && row + used < canvas->rows) {
		size_t next, end = line_end(text, from, most, &next);
		bool cut = next < text.count && (used + 1 == rows || row + used + 1 == canvas->rows);
		int columns = put_cells(canvas, row + used, column, most, style, text.cells + from, end - from);

		if (cut)
			put_border(canvas, row + used, column + (columns < most ? columns : most - 1), BORDER_ELLIPSIS, style);
		from = next;
		used++;
	}
	return used;
}

void canvas_fill(struct canvas *canvas, int row, int column, int width, enum style style)
{
	int most = room(canvas, row, column, width);

	for (int i = 0; i < most; i++) {
		detach(canvas, row, column + i);
		blank(at(canvas, row, column + i), style);
	}
}

void canvas_restyle(struct canvas *canvas, int row, int column, int width, enum style style)
{
	int most = room(canvas, row, column, width);

	for (int i = 0; i < most; i++) {
		struct canvas_cell *here = at(canvas, row, column + i);

		if (here->style != STYLE_ESCAPE)
			here->style = (unsigned char)style;
	}
}

void canvas_border(struct canvas *canvas, int row, int column, int count, enum border border, enum style style)
{
	int most = room(canvas, row, column, count < 0 ? -1 : count);

	for (int i = 0; i < most; i++)
		put_border(canvas, row, column + i, border, style);
}

void canvas_secret(struct canvas *canvas, size_t place)
{
	canvas->secret = place;
}

void canvas_cursor(struct canvas *canvas, int row, int column, bool shown)
{
	if (canvas->rows == 0 || canvas->columns == 0)
		return;
	canvas->cursor_row = bounded(row, canvas->rows - 1);
	canvas->cursor_column = bounded(column, canvas->columns - 1);
	canvas->cursor_shown = shown;
}

static void print_code(struct text *text, uint32_t code)
{
	char bytes[4];

	text_add_bytes(text, bytes, utf8_encode(code, bytes));
}

char *canvas_print(const struct canvas *canvas)
{
	struct text text = { 0 };

	for (int row = 0; row < canvas->rows; row++) {
		int end = canvas->columns;

		while (end > 0 && at(canvas, row, end - 1)->cell.base == ' ' && at(canvas, row, end - 1)->cell.marks[0] == 0)
			end--;
		for (int column = 0; column < end; column++) {
			const struct cell *cell = &at(canvas, row, column)->cell;

			if (cell->base == 0)
				continue;
			print_code(&text, cell->base);
			for (int mark = 0; mark < 2 && cell->marks[mark] != 0; mark++)
				print_code(&text, cell->marks[mark]);
		}
		text_add_char(&text, '\n');
	}
	return text_take(&text);
}

char *canvas_print_styles(const struct canvas *canvas)
{
	struct text text = { 0 };

	for (int row = 0; row < canvas->rows; row++) {
		int end = canvas->columns;

		while (end > 0 && at(canvas, row, end - 1)->style == STYLE_PLAIN)
			end--;
		for (int column = 0; column < end; column++)
			text_add_char(&text, style_letter(at(canvas, row, column)->style));
		text_add_char(&text, '\n');
	}
	return text_take(&text);
}

bool canvas_same(const struct canvas *a, const struct canvas *b)
{
	size_t count = (size_t)a->rows * (size_t)a->columns;

	if (a->rows != b->rows || a->columns != b->columns)
		return false;
	if (a->cursor_row != b->cursor_row || a->cursor_column != b->cursor_column || a->cursor_shown != b->cursor_shown)
		return false;
	for (size_t i = 0; i < count; i++) {
		const struct canvas_cell *x = &a->cells[i], *y = &b->cells[i];

		if (x->style != y->style || x->cell.base != y->cell.base || x->cell.width != y->cell.width
				|| x->cell.marks[0] != y->cell.marks[0] || x->cell.marks[1] != y->cell.marks[1])
			return false;
	}
	return true;
}

/* --- targets ------------------------------------------------------------------------------------ */

void canvas_target(struct canvas *canvas, int row, int column, int width, int id)
{
	canvas->targets = memory_grow(canvas->targets, &canvas->target_capacity, canvas->target_count + 1, sizeof *canvas->targets);
	canvas->targets[canvas->target_count++] = (struct canvas_target){ row, column, width, id };
}

bool canvas_target_at(const struct canvas *canvas, int row, int column, int *id)
{
	for (size_t i = canvas->target_count; i-- > 0; ) {
		const struct canvas_target *target = &canvas->targets[i];

		if (row == target->row && column >= target->column && column < target->column + target->width) {
			*id = target->id;
			return true;
		}
	}
	return false;
}
