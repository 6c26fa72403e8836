/*
 * repair_state: what repair.c decides and repair_draw.c draws; private to the
 * two.  Loop thread.
 */
#ifndef POSTROOM_UI_REPAIR_STATE_H
#define POSTROOM_UI_REPAIR_STATE_H

#include "ui/line.h"
#include "ui/repair.h"
#include "ui/wrapped.h"

enum repair_press { REPAIR_BACK, REPAIR_APPLY, REPAIR_AGAIN };
enum repair_focus { REPAIR_NAME, REPAIR_REASON, REPAIR_BUTTONS };
enum { REPAIR_BUTTONS_MOST = 2, REPAIR_SHOWN_S = 120 };

struct repair_button { enum repair_press press; const char *words, *blocked; };
struct repair_view {
	struct view view;
	struct view *belongs;              /* form below, closed once it was applied; NULL */
	struct desk_run *run;
	struct line name, reason;
	enum repair_focus focus;
	size_t button;
	size_t scroll;
	unsigned group;                    /* of the password that is spelled now */
	bool over;                         /* it was over once */
	int64_t shown_at;                  /* epoch seconds at which a made password was shown first; 0: not yet */
	bool told;                         /* the session knows that the person is different now */
	const char *said;                  /* one line; static; NULL */
};
size_t repair_buttons(const struct repair_view *self, struct repair_button buttons[REPAIR_BUTTONS_MOST]);
bool repair_asks(const struct repair_view *self);          /* to be confirmed now */
bool repair_asks_name(const struct repair_view *self);
/* Seconds that the password stays; 0: it is gone. */
long repair_seconds(const struct repair_view *self);
void repair_draw(const struct view *view, struct canvas *canvas, struct area area);
void repair_click(struct view *view, int id);
const char *repair_title(const struct view *view, struct arena *arena);
/* The furthest useful scroll, and by how much PgDn goes. */
size_t repair_scroll_most(const struct repair_view *self, size_t *page);

/* --- repair_steps.c --- */
/* Not done, or nobody knows. */
bool repair_is_open(enum desk_state state);
/* The steps as rows; returns the row of the one under way. */
size_t repair_steps(const struct desk_view *look, struct wrapped *pane);
/* OVER: what is open, what is true until then, how to go on. */
void repair_open_steps(const struct desk_view *look, struct wrapped *pane);

#endif
