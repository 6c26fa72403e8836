/*
 * wrapped: breaking text at blanks, by columns.  Never fails; loop thread.
 */
#include "ui/wrapped.h"

#include <string.h>

#include "base/memory.h"
#include "base/text.h"

void wrapped_start(struct wrapped *wrapped, struct arena *arena, enum visible_form form, int width)
{
	memset(wrapped, 0, sizeof(*wrapped));
	wrapped->arena = arena;
	wrapped->form = form;
	wrapped->width = width < 1 ? 1 : width;
}

static struct wrapped_row *new_row(struct wrapped *wrapped)
{
	wrapped->rows = arena_grow(wrapped->arena, wrapped->rows, &wrapped->capacity, wrapped->count + 1, sizeof(*wrapped->rows));
	memset(&wrapped->rows[wrapped->count], 0, sizeof(*wrapped->rows));
	return &wrapped->rows[wrapped->count++];
}

static void put(struct wrapped_row *row, int column, enum style style, struct visible text)
{
	if (row->count >= WRAPPED_SPANS)
		return;
	row->spans[row->count].column = column;
	row->spans[row->count].style = style;
	row->spans[row->count].text = text;
	row->count++;
}

static bool is_blank(const struct cell *cell)
{
	return cell->base == ' ' && !cell->escaped;
}

static struct visible slice(const struct visible *all, size_t from, size_t to)
{
	struct visible part = { .cells = all->cells + from, .count = to - from };

	for (size_t i = from; i < to; i++)
		part.columns += all->cells[i].width;
	return part;
}

/* How many cells from `from` on fit into `width` columns; breaks behind the last blank where one is there. */
static size_t fitting(const struct visible *all, size_t from, size_t width)
{
	size_t columns = 0, at = from, blank = 0;

	while (at < all->count && columns + all->cells[at].width <= width) {
		columns += all->cells[at].width;
		if (is_blank(&all->cells[at]))
			blank = at + 1;
		at++;
	}
	if (at == all->count || is_blank(&all->cells[at]))
		return at;
	if (blank > from)
		return blank;
	return at > from ? at : from + 1;
}

/* Where there is no room for an indent a text is better readable from nearer the edge. */
static int bounded_indent(const struct wrapped *wrapped, int indent)
{
	if (wrapped->width - indent >= 8)
		return indent;
	return wrapped->width > 8 ? wrapped->width - 8 : 0;
}

/* A paragraph; rows behind the first begin `hang` columns further in. Returns its first row. */
static struct wrapped_row *add_bytes(struct wrapped *wrapped, int indent, int hang, enum style style, const char *bytes, size_t length)
{
	struct visible all = text_visible(wrapped->arena, wrapped->form, bytes, length);
	size_t at = 0, first = wrapped->count;

	indent = bounded_indent(wrapped, indent);
	do {
		struct wrapped_row *row = new_row(wrapped);
		size_t end = at < all.count ? fitting(&all, at, (size_t)(wrapped->width - indent)) : at;

		put(row, indent, style, slice(&all, at, end));
		while (end < all.count && is_blank(&all.cells[end]))
			end++;
		if (at == 0)
			indent = bounded_indent(wrapped, indent + hang);
		at = end;
	} while (at < all.count);
	return &wrapped->rows[first];
}

void wrapped_add(struct wrapped *wrapped, int sign_column, enum style sign_style, const char *sign, int indent,
		enum style style, const char *bytes)
{
	struct wrapped_row *row = add_bytes(wrapped, indent, 0, style, bytes == NULL ? "" : bytes, bytes == NULL ? 0 : strlen(bytes));

	if (sign != NULL)
		put(row, sign_column, sign_style, text_visible(wrapped->arena, wrapped->form, sign, strlen(sign)));
}

void wrapped_text(struct wrapped *wrapped, int indent, int hang, enum style style, const char *bytes, size_t length)
{
	size_t at = 0;

	while (at < length) {
		const char *end = memchr(bytes + at, '\n', length - at);
		size_t size = end == NULL ? length - at : (size_t)(end - (bytes + at)), blanks = 0;

		/* What a line was indented by stays. */
		while (blanks < size && bytes[at + blanks] == ' ')
			blanks++;
		add_bytes(wrapped, indent + (int)(blanks < 20 ? blanks : 20), hang, style, bytes + at + blanks, size - blanks);
		at += size + 1;
	}
}

void wrapped_pieces(struct wrapped *wrapped, const struct wrapped_span *spans, int count)
{
	struct wrapped_row *row = new_row(wrapped);

	for (int i = 0; i < count; i++) {
		const char *words = spans[i].words == NULL ? "" : spans[i].words;

		put(row, spans[i].column, spans[i].style, text_visible(wrapped->arena, wrapped->form, words, strlen(words)));
	}
}

bool wrapped_beside(struct wrapped *wrapped, const struct wrapped_span *spans, int count)
{
	struct wrapped_row *row = wrapped->count == 0 ? NULL : &wrapped->rows[wrapped->count - 1];

	if (row == NULL || row->count + count > WRAPPED_SPANS)
		return false;
	for (int i = 0; i < row->count; i++) {
		if (row->spans[i].column + (int)row->spans[i].text.columns >= spans[0].column)
			return false;
	}
	for (int i = 0; i < count; i++)
		put(row, spans[i].column, spans[i].style, text_visible(wrapped->arena, wrapped->form, spans[i].words, strlen(spans[i].words)));
	return true;
}

void wrapped_blank(struct wrapped *wrapped)
{
	new_row(wrapped);
}

void wrapped_heading(struct wrapped *wrapped, const char *words)
{
	struct text rule = { 0 };
	const char *dash = wrapped->form == VISIBLE_ASCII ? "-" : "\xe2\x94\x80";
	size_t used;

	text_addf(&rule, "%s %s ", dash, words);
	used = text_columns(wrapped->form, text_get(&rule), rule.length);
	while (used++ < (size_t)wrapped->width)
		text_add(&rule, dash);
	wrapped_pieces(wrapped, &(struct wrapped_span){ 0, STYLE_HEADING, arena_text(wrapped->arena, text_get(&rule)) }, 1);
	text_free(&rule);
}

static void draw_row(const struct wrapped *wrapped, size_t index, struct canvas *canvas, int row, int column)
{
	const struct wrapped_row *from = &wrapped->rows[index];

	for (int i = 0; i < from->count; i++) {
		int room = wrapped->width - from->spans[i].column;

		if (room > 0)
			canvas_text(canvas, row, column + from->spans[i].column, room, from->spans[i].style, from->spans[i].text);
	}
}

size_t wrapped_most(const struct wrapped *wrapped, int rows)
{
	if (rows < 1 || wrapped->count <= (size_t)rows)
		return 0;
	return wrapped->count - (size_t)rows;
}

size_t wrapped_page(int rows)
{
	return rows > 4 ? (size_t)rows - 3 : 1;
}

size_t wrapped_move(const struct wrapped *wrapped, enum move move, size_t offset, int rows, bool *moved)
{
	/* Top line, section bar, crumb, notice and footer are the frame's. */
	size_t most = wrapped_most(wrapped, rows > 6 ? rows - 5 : 1);

	return move_row(move, offset, most + 1, rows > 12 ? (size_t)rows - 8 : 3, moved);
}

int wrapped_draw(const struct wrapped *wrapped, struct canvas *canvas, int row, int column, int rows, size_t offset)
{
	size_t most = wrapped_most(wrapped, rows);
	size_t below;
	int used = 0;

	if (rows < 1)
		return 0;
	if (offset > most)
		offset = most;
	for (size_t i = offset; i < wrapped->count && used < rows; i++, used++)
		draw_row(wrapped, i, canvas, row + used, column);
	below = wrapped->count - offset - (size_t)used;
	/* The marks take a row of the text, and only where more than one row is there to be read. */
	if (rows >= 3 && offset > 0) {
		canvas_fill(canvas, row, column, wrapped->width, STYLE_DIM);
		canvas_format(canvas, row, column, wrapped->width, STYLE_DIM, "  (%zu more above, PgUp)", offset + 1);
	}
	if (rows >= 2 && below > 0) {
		canvas_fill(canvas, row + used - 1, column, wrapped->width, STYLE_DIM);
		canvas_format(canvas, row + used - 1, column, wrapped->width, STYLE_DIM, "  (%zu more below, PgDn)", below + 1);
	}
	return used;
}
