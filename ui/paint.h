/*
 * paint: canvases to the bytes of a terminal, through curses.
 *
 * curses writes into memory, never to the terminal itself: a frame leaves as
 * one run of bytes (ncurses would make dozens of small writes, each a packet
 * over SSH), a stalled terminal cannot stall the loop, and a test needs no
 * terminal.  Only what differs from the frame before is sent; the same frame
 * again is no byte at all.  What styles look like says a theme; colours that
 * the terminal does not have are left out, and every meaning is readable
 * without them.  One painter at a time.
 * Loop thread only.
 */
#ifndef POSTROOM_UI_PAINT_H
#define POSTROOM_UI_PAINT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "ui/canvas.h"
#include "ui/theme.h"

struct paint_options {
	const char *term;      /* what TERM says; NULL or "": an error */
	bool monochrome;       /* NO_COLOR, --no-color: of a theme only the attributes count */
	const struct theme *theme;     /* NULL: the default; not needed any more once it is open */
	int rows, columns;
};
struct paint;
/*
 * NULL with ERROR_UNREACHABLE (exit 69) where this TERM is unknown or cannot place the cursor and clear
 * the screen; nothing was written then.
 */
struct paint *paint_open(const struct paint_options *options, struct error *error);
/* Ends curses; bytes not taken are lost. NULL is allowed. */
void paint_close(struct paint *paint);
/* Draws a canvas; its size should be the painter's, what lies outside is cut. The cursor goes to its focus. */
void paint_frame(struct paint *paint, const struct canvas *canvas);
/* Another size; the next frame is drawn whole. */
void paint_resize(struct paint *paint, int rows, int columns);
/* The terminal shows something else by now: the next frame is drawn whole. */
void paint_again(struct paint *paint);
/* Bytes that leave the screen as it was found (cursor on, attributes off, last line); the next frame comes back by itself. */
void paint_leave(struct paint *paint);
/* What is to be written since the last call; borrowed until the next call of any of these. */
const char *paint_bytes(struct paint *paint, size_t *length);
/* The same as paint_leave as a constant string, for a signal handler; lives as long as the painter. */
const char *paint_rescue(const struct paint *paint, size_t *length);

#endif
