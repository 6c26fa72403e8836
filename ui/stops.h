/*
 * stops: the lines and buttons at the foot of whatever is confirmed, and the way
 * between them; for reviews and for the jobs of the desk.
 *
 * The owner says what can be pressed and typed at this moment (struct stops_now)
 * and does what a button means.  The first button is always the safe one and has
 * the focus in the beginning.  Nothing is written from here.  Never fails; loop
 * thread.
 */
#ifndef POSTROOM_UI_STOPS_H
#define POSTROOM_UI_STOPS_H

#include <stdbool.h>
#include <stddef.h>

#include "ui/canvas.h"
#include "ui/keys.h"
#include "ui/line.h"

enum { STOPS_BUTTONS = 4 };
enum stop_focus { STOP_BUTTONS, STOP_NAME, STOP_REASON };

struct stop_button {
	int press;                 /* the owner's own */
	const char *words;
	const char *blocked;       /* why it cannot be pressed; NULL: it can */
};
/* What there is at this moment; borrowed. */
struct stops_now {
	struct stop_button buttons[STOPS_BUTTONS];
	size_t count;              /* at least 1 */
	const char *name;          /* what has to be typed before Apply; NULL: nothing */
	bool reason;               /* a ticket or reason may be typed */
	bool reason_needed;
};
struct stops {
	enum stop_focus focus;
	size_t button;
	struct line name, own_reason, *reason;     /* reason points to own_reason or to a line that lives longer */
	const char *said;          /* one line beside the buttons; static; NULL: a hint stands there */
};

void stops_start(struct stops *stops);
void stops_free(struct stops *stops);
/* To the first button; what was said is over. */
void stops_reset(struct stops *stops);
void stops_add(struct stops_now *now, int press, const char *words, const char *blocked);
/* Was this name typed, as it is or in its ASCII form, which every keyboard has? NULL: nothing is that. */
bool stops_typed(const struct stops *stops, const char *name);
/* Why Apply cannot be pressed yet; NULL: it can. Of now the name and the reason must be filled in. */
const char *stops_blocked(const struct stops *stops, const struct stops_now *now);
/* The line that has the focus; NULL: a button has. */
struct line *stops_line(struct stops *stops, const struct stops_now *now);
/* The button that has the focus, or would have it. */
const struct stop_button *stops_button(const struct stops *stops, const struct stops_now *now);
/* To the next stop (by 1) or the one before (-1); by_rows: by what lies above what. */
void stops_move(struct stops *stops, const struct stops_now *now, bool by_rows, int by);
/* Among the buttons only. */
void stops_move_button(struct stops *stops, const struct stops_now *now, int by);
/* A blocked button was pressed: says why and goes where something lacks. False: it is not blocked. */
bool stops_refuse(struct stops *stops, const struct stops_now *now);
/* False: not for a line. Where a name is demanded, whoever begins to type means that line. */
bool stops_key(struct stops *stops, const struct stops_now *now, const struct key *key);
/* False: there is no line to paste into. */
bool stops_paste(struct stops *stops, const struct stops_now *now, const char *bytes, size_t length);
/* What Enter does in a line or on a blocked button, for the footer; NULL: what the button does. */
const char *stops_label(const struct stops *stops, const struct stops_now *now);
/* A click on a target of stops_draw: the focus goes there; a button is pressed by a key, so that no slip of the mouse writes. */
void stops_click(struct stops *stops, const struct stops_now *now, int id);
/* Rows that all of it takes. */
int stops_rows(const struct stops_now *now);
/* Draws upwards from the last of `rows` rows that begin at top; where they are too few only the line with the focus. */
void stops_draw(const struct stops *stops, const struct stops_now *now, struct canvas *canvas, int top, int rows);

#endif
