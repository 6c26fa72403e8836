/*
 * line: one line of text that a person edits.
 *
 * Holds UTF-8 as bytes with a cursor; moves and deletes by what stands in one
 * cell (a character with its marks), so wide characters and combining marks
 * are never cut.  Bytes that were already stored are kept as they are, also
 * where they are no UTF-8; what is typed or pasted loses its control
 * characters, and a paste with line breaks is refused (terminal-and-safety 2).
 * A secret line shows eight dots, whatever it holds, and wipes its memory.
 * Never fails; loop thread.
 */
#ifndef POSTROOM_UI_LINE_H
#define POSTROOM_UI_LINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ui/canvas.h"
#include "ui/keys.h"

#define LINE_MOST 4096                 /* bytes; longer input is refused */

struct line {
	char *bytes;           /* zero-terminated; NULL before line_init */
	size_t length;
	size_t capacity;
	size_t cursor;         /* byte offset of a cell's beginning, or length */
	bool secret;
};

/* Starts with these bytes (NULL: none) and the cursor behind them; line_free gives the memory back. */
void line_init(struct line *line, const char *bytes, size_t length, bool secret);
void line_free(struct line *line);
/* Replaces what is there; cursor at the end. */
void line_set(struct line *line, const char *bytes, size_t length);
const char *line_text(const struct line *line);
bool line_empty(const struct line *line);

/* One typed character; false where it is a control character or the line is full. */
bool line_insert(struct line *line, uint32_t code);
/*
 * Pasted bytes. Returns NULL, or a sentence that says what was left out or why nothing was taken
 * (line breaks inside, too long). One line break at the end is dropped without a word.
 */
const char *line_paste(struct line *line, const char *bytes, size_t length);
void line_left(struct line *line);
void line_right(struct line *line);
void line_home(struct line *line);
void line_end(struct line *line);
bool line_backspace(struct line *line);        /* false: nothing there */
bool line_delete(struct line *line);
void line_clear(struct line *line);
/*
 * A key as the session delivers it: characters, Left, Right, Home, End, Backspace, Delete, Ctrl-U
 * (empties up to the cursor), Ctrl-W (one word), Ctrl-K (to the end). False: not for a line.
 */
bool line_key(struct line *line, const struct key *key);

/*
 * Draws the line as a field of `width` columns and, where focus, puts the cursor on the edit point. Longer
 * text scrolls by half a field and shows < and > where more follows.
 */
void line_draw(const struct line *line, struct canvas *canvas, int row, int column, int width, bool focus);

#endif
