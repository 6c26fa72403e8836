/*
 * repair_state: what repair.c decides and repair_draw.c draws; private to the
 * two.  Loop thread.
 */
#ifndef POSTROOM_UI_REPAIR_STATE_H
#define POSTROOM_UI_REPAIR_STATE_H

#include "ui/repair.h"
#include "ui/stops.h"
#include "ui/wrapped.h"

enum repair_press { REPAIR_BACK, REPAIR_APPLY, REPAIR_AGAIN };
enum { REPAIR_SHOWN_S = 120 };

struct repair_view {
	struct view view;
	struct view *belongs;              /* form below, closed once it was applied; NULL */
	struct desk_run *run;
	enum desk_phase phase;             /* as it was seen last */
	struct stops stops;
	size_t scroll;
	unsigned group;                    /* of the password that is spelled now */
	int64_t shown_at;                  /* epoch seconds at which a made password was shown first; 0: not yet */
	bool told;                         /* the session knows that the person is different now */
};
/* What can be pressed and typed at this moment. */
struct stops_now repair_now(const struct repair_view *self);
/* Seconds that the password stays; 0: it is gone. */
long repair_seconds(const struct repair_view *self);
void repair_draw(const struct view *view, struct canvas *canvas, struct area area);
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
