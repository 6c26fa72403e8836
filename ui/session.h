/*
 * session: one person at one screen, without the screen.
 *
 * Holds the views (one stack per section), delivers events, turns keys into
 * actions and asks for one painting per turn of the loop.  What touches the
 * terminal comes in as functions, so the console, `postroom screen` and the
 * tests run the same session.  What views may ask for is in view.h.  Nothing
 * fails; loop thread only.
 */
#ifndef POSTROOM_UI_SESSION_H
#define POSTROOM_UI_SESSION_H

#include <stdbool.h>

#include "engine.h"
#include "ui/keymap.h"
#include "ui/keys.h"
#include "ui/sections.h"
#include "ui/view.h"

/* What the terminal does for a session; every function may be NULL. */
struct session_outside {
	void *context;
	void (*ended)(void *context, int status);            /* the session is over; comes once */
	void (*redraw)(void *context);                       /* read the size again and draw all of it */
	void (*suspend)(void *context);
	void (*field)(void *context, bool has_focus);        /* a text field has the focus or no longer has it */
	void (*forget)(void *context);                       /* drop what was typed ahead */
	void (*copy)(void *context, const char *bytes, size_t length);   /* into the terminal's clipboard */
};
/* engine, keymap and outside are borrowed; frozen: keys come from a file, so nothing waits for a person. */
struct session *session_new(struct engine *engine, const struct keymap *keymap, enum visible_form form,
		const struct session_outside *outside, bool replayed);
/* Closes all views. The engine must still be open. */
void session_free(struct session *session);
/* Opens the section this role starts in (NULL) or the one given. */
void session_start(struct session *session, const struct section *section);
void session_key(struct session *session, const struct key *key);
void session_resize(struct session *session, int rows, int columns);
/* Once a second: the clock, ages, and events for the views. */
void session_tick(struct session *session);
/*
 * Nobody has touched a key for long: locks what is shown until a password is given (lock.h), or, where there is none that
 * could be asked for, hides it until the next key, which does nothing else.
 */
void session_cover(struct session *session);
bool session_covered(const struct session *session);
/* NULL: it is not locked. */
const struct lock *session_lock(const struct session *session);
/* Draws everything anew if anything changed since the last call; true: it did, and the canvas is to be painted. */
bool session_compose(struct session *session);
/* The terminal is gone or a signal asks to end: keeps staged edits as a draft without secrets, then ends. */
void session_hang_up(struct session *session, int status);
/* Goes to a section; false where this role does not see it. */
bool session_goto(struct session *session, const struct section *section);

/* Alarms or events changed by what a person did here: lamps and views look again at once. */
void session_look_again(struct session *session);

/* Keys come from a file: what waits only because a person would be disturbed need not. */
bool session_replayed(const struct session *session);
/* A view of the section on the screen still waits for data. */
bool session_busy(const struct session *session);

/* For the frame. */
struct session_notice {
	const char *words;         /* "" none */
	bool warning;
	const char *undo_id;       /* NULL: nothing to take back */
};
struct lamps;
struct session_notice session_notice_shown(const struct session *session);
const struct section *session_section(const struct session *session);
enum role session_role(const struct session *session);
/* The clock has seconds: on a wall, where a clock that stands still is the sign of a dead picture. */
bool session_seconds(const struct session *session);
/* What waits to be confirmed (ui/armed.h); NULL: nothing is known of it yet. */
const struct armed *session_armed(const struct session *session);
const struct lamps *session_lamps(const struct session *session);
/* Columns and saved filters of this person. */
struct list_memory *session_list_memory(const struct session *session);

#endif
