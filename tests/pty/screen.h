/*
 * screen: a model of a terminal for tests, as far as ncurses needs one.
 *
 * Takes the bytes a program writes, in any pieces, and keeps what a person
 * would see.  What it does not know is a complaint, never ignored; with a
 * strict rule set (strict.h) so is everything that the terminal's own terminfo
 * entry cannot produce.  The first complaint stays.
 */
#ifndef POSTROOM_TESTS_PTY_SCREEN_H
#define POSTROOM_TESTS_PTY_SCREEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"

enum { SCREEN_ROWS_MOST = 500, SCREEN_COLUMNS_MOST = 1000 };

struct strict;
struct screen_cell { uint32_t character; bool reversed, bold, underlined, coloured; };  /* character 0: right half */
struct screen {
	int rows, columns, row, column;
	int top, bottom;               /* scrolling region */
	int saved_row, saved_column;
	bool wrap;                     /* the next character goes to the next line */
	bool cursor_on, alternate, paste_brackets, mouse;
	struct text clipboard;         /* the last copy, in base64 */
	bool colours_seen;
	struct screen_cell pen;
	uint32_t last;                 /* what "repeat" repeats */
	struct screen_cell *cells;
	struct text rest;              /* an unfinished sequence */
	const struct strict *strict;   /* NULL: only the model's own knowledge */
	bool keeps;                    /* it has a memory of lines, and takes all into it that some terminal does: kept */
	struct text kept;              /* what scrolled up, out of any region, and what was cleared as a whole */
	char complaint[200];           /* "" none */
};
void screen_open(struct screen *screen, int rows, int columns, const struct strict *strict);
void screen_close(struct screen *screen);
/* As a terminal does it: what fits stays, the scrolling region is whole again. */
void screen_resize(struct screen *screen, int rows, int columns);
void screen_show(struct screen *screen, const char *bytes, size_t length);
struct screen_cell *screen_at(const struct screen *screen, int row, int column);
/* A row, or all of them with "\n" behind each, as UTF-8 without trailing blanks. Heap, free(). */
char *screen_row(const struct screen *screen, int row);
char *screen_text(const struct screen *screen);

#endif
