/*
 * terminal: the person's terminal, from opening it to giving it back as it was.
 *
 * Works on its own freshly opened /dev/tty, so nothing it sets stays on the
 * descriptors of the shell.  Bytes in become keys, canvases become bytes out;
 * neither reading nor writing ever waits.  The terminal is restored on every
 * way out: closing, signals, exit(), want of memory, and faults of our own.
 * One terminal at a time.  Loop thread only.
 */
#ifndef POSTROOM_UI_TERMINAL_H
#define POSTROOM_UI_TERMINAL_H

#include <stdbool.h>

#include "base/error.h"
#include "base/loop.h"
#include "ui/canvas.h"
#include "ui/keys.h"
#include "ui/theme.h"

struct terminal_options {
	const struct theme *theme;     /* NULL: the default; must live until terminal_open is back */
	bool monochrome;       /* --no-color; NO_COLOR set and not empty does the same */
	bool restricted;       /* no suspending */
	bool mouse;            /* ask for reports of the mouse */
	unsigned escape_ms;    /* how long Esc waits for the rest of a sequence; 0: 50. ESCDELAY comes first */
};
struct terminal_calls {
	void *context;
	void (*key)(void *context, const struct key *key);   /* pastes are keys too (KEY_KIND_PASTE) */
	/* Another size, already clamped to 1..500 rows and 1..1000 columns; a paint() follows. */
	void (*resize)(void *context, int rows, int columns);
	/* The terminal wants terminal_paint once more: it was suspended, redrawn, or could not take the last frame. */
	void (*paint)(void *context);
	/* Awake after having been stopped: what is shown is old. May be NULL. */
	void (*resumed)(void *context);
	/*
	 * The session must end with this status: 129 the terminal is gone or hung up, 143 told to
	 * terminate, 130 or 131 interrupted from outside. Comes once.
	 */
	void (*ended)(void *context, int status);
};
struct terminal;
/*
 * Takes over the terminal. NULL with ERROR_UNREACHABLE (exit 69) where there is none or TERM names none
 * that can be drawn on; nothing was changed or written then. The environment was scrubbed and the locale set
 * before (base/environment.h). Honours ESCDELAY.
 */
struct terminal *terminal_open(struct loop *loop, const struct terminal_options *options,
		const struct terminal_calls *calls, struct error *error);
/* Gives the terminal back as it was found and frees; not from inside a call of its own. NULL is allowed. */
void terminal_close(struct terminal *terminal);
void terminal_size(const struct terminal *terminal, int *rows, int *columns);
/* Shows a canvas: what differs from the last one is sent, nothing where nothing does. */
void terminal_paint(struct terminal *terminal, const struct canvas *canvas);
/* Reads the size again and paints everything anew (calls resize if it changed, and paint). */
void terminal_redraw(struct terminal *terminal);
/* Sleeps until the shell wakes us; does nothing where there is no shell to wake us, or restricted. */
void terminal_suspend(struct terminal *terminal);
bool terminal_can_suspend(const struct terminal *terminal);
/* A text field has the focus: see keys_set_field. */
void terminal_field(struct terminal *terminal, bool has_focus);
/*
 * Hands bytes to the clipboard of the terminal (OSC 52), which takes them or not; never called but on a person's
 * request. What is shown does not change.
 */
void terminal_copy(struct terminal *terminal, const char *bytes, size_t length);
/* Drops what was typed ahead, read or not. */
void terminal_forget(struct terminal *terminal);

#endif
