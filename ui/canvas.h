/*
 * canvas: rows of styled cells; what views draw on and what tests compare.
 *
 * Foreign text reaches a canvas only as struct visible, made by text_visible;
 * canvas_words makes it for our own words and for raw data alike, so no way
 * around it exists.  Styles are meanings, not colours.  Never fails: what lies
 * outside is cut.  Loop thread.
 */
#ifndef POSTROOM_UI_CANVAS_H
#define POSTROOM_UI_CANVAS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/memory.h"
#include "base/text.h"

enum style {
	STYLE_PLAIN, STYLE_TITLE, STYLE_LABEL, STYLE_VALUE, STYLE_DIM, STYLE_KEY,
	STYLE_SYSTEM,          /* PROD / TEST: reversed */
	STYLE_SECTION, STYLE_SECTION_HERE,
	STYLE_HEADING,         /* group headings, rules */
	STYLE_ROW, STYLE_ROW_HERE, STYLE_MARKED,
	STYLE_OK, STYLE_WARNING, STYLE_BAD,
	STYLE_READONLY,        /* what the role may not change */
	STYLE_ESCAPE,          /* visible escapes inside foreign text */
	STYLE_FIELD, STYLE_FIELD_HERE,      /* edit fields */
	STYLE_BUTTON, STYLE_BUTTON_HERE,
	STYLE_OLD, STYLE_NEW, STYLE_NOTICE, STYLE_FOOTER,
	STYLE_WARM, STYLE_HOT, /* figures in a table of them: much, most */
	STYLE_COUNT
};
struct canvas_cell {
	struct cell cell;      /* base 0: right half of a wide character; ' ' for blank */
	unsigned char style;   /* enum style */
};
/* What a click in these cells means to the view that drew them. */
struct canvas_target { int row, column, width, id; };
struct canvas {
	int rows, columns;
	struct canvas_cell *cells;         /* rows * columns */
	enum visible_form form;            /* UTF8 or ASCII: decides borders and escapes */
	int cursor_row, cursor_column;     /* focus: first column of the focused row, button, or the edit point; -1 none */
	bool cursor_shown;                 /* false: parked on the focus but hidden visually */
	size_t secret;                     /* not 0: a password stands here; another number where it stands elsewhere (canvas_secret) */
	struct arena *arena;               /* scratch of this frame */
	struct canvas_target *targets;     /* of this frame; later ones lie over earlier ones */
	size_t target_count, target_capacity;
};
enum border { BORDER_HORIZONTAL, BORDER_VERTICAL, BORDER_BULLET, BORDER_ELLIPSIS, BORDER_BAR_FULL, BORDER_BAR_EMPTY, BORDER_POINTER, BORDER_UP, BORDER_DOWN };

struct canvas *canvas_new(int rows, int columns, enum visible_form form);
void canvas_free(struct canvas *canvas);
void canvas_resize(struct canvas *canvas, int rows, int columns);
void canvas_clear(struct canvas *canvas);         /* all blank, plain, no cursor; scratch arena emptied */
/*
 * Puts visible text at row, column within `width` columns (negative: to the right edge); what does not fit
 * is cut with an ellipsis in the last column. Returns the columns used.
 */
int canvas_text(struct canvas *canvas, int row, int column, int width, enum style style, struct visible text);
/* Makes bytes visible and puts them; NULL puts nothing. Formatting variant for our own words around values. */
int canvas_words(struct canvas *canvas, int row, int column, int width, enum style style, const char *bytes);
int canvas_bytes(struct canvas *canvas, int row, int column, int width, enum style style, const char *bytes, size_t length);
int canvas_format(struct canvas *canvas, int row, int column, int width, enum style style, const char *format, ...) __attribute__((format(printf, 6, 7)));
/* Right-aligned within width. */
int canvas_right(struct canvas *canvas, int row, int column, int width, enum style style, const char *bytes);
/* Breaks at blanks over at most `rows` rows of `width`; returns rows used; the last row gets an ellipsis where cut. */
int canvas_wrap(struct canvas *canvas, int row, int column, int width, int rows, enum style style, const char *bytes);
void canvas_fill(struct canvas *canvas, int row, int column, int width, enum style style);   /* blanks */
void canvas_restyle(struct canvas *canvas, int row, int column, int width, enum style style);/* keeps the text; escapes stay ESCAPE */
void canvas_border(struct canvas *canvas, int row, int column, int count, enum border border, enum style style);
void canvas_cursor(struct canvas *canvas, int row, int column, bool shown);
/* A password is on this frame: no terminal may keep it in its memory of lines. place: not 0, differs where its row does. */
void canvas_secret(struct canvas *canvas, size_t place);
/* These cells stand for something that a click can go to; id is the view's own, 0 or above (the frame has those below). */
void canvas_target(struct canvas *canvas, int row, int column, int width, int id);
/* What stands at a cell; false: nothing that a click goes to. */
bool canvas_target_at(const struct canvas *canvas, int row, int column, int *id);
/* As text, trailing blanks cut, "\n" behind each row; and a map with one letter per style, same shape. Heap, free(). */
char *canvas_print(const struct canvas *canvas);
char *canvas_print_styles(const struct canvas *canvas);
bool canvas_same(const struct canvas *a, const struct canvas *b);

#endif
