/*
 * wrapped: a longer text broken into rows of one width, for views that scroll.
 *
 * In use: wrapped_start with the arena of the frame, wrapped_add for each
 * paragraph, wrapped_draw with an offset.  All bytes become visible here, so
 * foreign text may be handed in as it is.  Never fails; loop thread.
 */
#ifndef POSTROOM_UI_WRAPPED_H
#define POSTROOM_UI_WRAPPED_H

#include <stddef.h>

#include "ui/canvas.h"
#include "ui/move.h"

/* A piece of a row. */
struct wrapped_span {
	int column;
	enum style style;
	const char *words;         /* raw bytes; NULL: nothing */
};
enum { WRAPPED_SPANS = 5 };
struct wrapped_row {
	struct { int column; enum style style; struct visible text; } spans[WRAPPED_SPANS];
	int count;
};
struct wrapped {
	struct arena *arena;
	enum visible_form form;
	int width;
	struct wrapped_row *rows;
	size_t count, capacity;
};

/* Everything lives in the arena; width below 1 counts as 1. */
void wrapped_start(struct wrapped *wrapped, struct arena *arena, enum visible_form form, int width);
/* A paragraph from column `indent` on, broken at blanks; `sign` (may be NULL) stands at sign_column of its first row. */
void wrapped_add(struct wrapped *wrapped, int sign_column, enum style sign_style, const char *sign, int indent,
		enum style style, const char *bytes);
/* Text with line breaks: a paragraph for each line, its own indent kept; what does not fit begins `hang` columns further in. */
void wrapped_text(struct wrapped *wrapped, int indent, int hang, enum style style, const char *bytes, size_t length);
/* One row of pieces, cut and not broken. */
void wrapped_pieces(struct wrapped *wrapped, const struct wrapped_span *spans, int count);
/* More pieces in the last row, where that is free from the first of them on; false: it is not, and nothing was added. */
bool wrapped_beside(struct wrapped *wrapped, const struct wrapped_span *spans, int count);
void wrapped_blank(struct wrapped *wrapped);
/* A heading with a rule to the right edge. */
void wrapped_heading(struct wrapped *wrapped, const char *words);
/*
 * Draws rows from `offset` on into `rows` rows; where something is above or below, the first or last row says
 * how many. Returns the rows used.
 */
int wrapped_draw(const struct wrapped *wrapped, struct canvas *canvas, int row, int column, int rows, size_t offset);
/* The largest useful offset for this height. */
size_t wrapped_most(const struct wrapped *wrapped, int rows);
/* How far PgDn goes in so many rows: all that was seen is gone but one row, and neither mark hides anything. */
size_t wrapped_page(int rows);
/* Where a view that is all text stands after a move, on a canvas of `rows` rows; *moved as move_row says. */
size_t wrapped_move(const struct wrapped *wrapped, enum move move, size_t offset, int rows, bool *moved);

#endif
