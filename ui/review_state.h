/*
 * review_state: what review.c decides, review_stops.c offers to be pressed, and review_draw.c draws; private to them.  Loop thread.
 */
#ifndef POSTROOM_UI_REVIEW_STATE_H
#define POSTROOM_UI_REVIEW_STATE_H

#include "model/offer.h"
#include "ui/stops.h"
#include "ui/view.h"

enum review_phase {
	REVIEW_LOOKING,        /* the gate computes what will be */
	REVIEW_SHOWN,          /* allowed or refused */
	REVIEW_WRITING,
	REVIEW_OVER            /* not applied, or nobody knows; success closes the view */
};
enum review_press { PRESS_BACK, PRESS_HOLD, PRESS_APPLY, PRESS_AGAIN, PRESS_LOOK, PRESS_REST };

/* A copy of a result that was no success. */
struct review_outcome {
	struct arena *arena;
	enum outcome outcome;
	const char *words;         /* what happened, what is true now, what to do */
	const char *id;
	size_t steps, steps_done;
	const char *const *step_words;
	bool taken_back;
};
struct review_waiting;
struct review_view {
	struct view view;
	struct view *opener;               /* NULL: none */
	struct review_waiting *waiting;    /* the request under way; NULL: none */
	enum review_phase phase;
	struct change *change;             /* NULL for undo */
	/* What can be done instead, reviewed when pressed: hold messages, or the change with an offer in it; NULL: nothing. */
	struct change *gentler;
	const struct offer *offer;         /* it is this one of model/offer.h; NULL: messages are held */
	bool undo;
	bool rest;                         /* UNDO: not taken back but gone on with */
	char *undo_id;                     /* NULL: the last one */
	struct review *review;             /* NULL until there is one */
	struct review *before;             /* what was shown before it came back; NULL */
	struct review_outcome over;
	struct stops stops;                /* its line for the reason may be the opener's */
	int64_t began_ms;                  /* monotonic: LOOKING or WRITING since */
	bool raw;                          /* as LDIF */
	size_t scroll;
};

/* What can be pressed and typed at this moment. */
struct stops_now review_now(const struct review_view *self);
/* What Enter does where the focus is, for the footer. */
const char *review_accept_label(const struct review_view *self);
/* Draws everything; no effects. */
void review_draw(const struct view *view, struct canvas *canvas, struct area area);
/* A click on one of the targets that were drawn: the focus goes there. */
void review_click(struct view *view, int id);
/* The furthest useful scroll on a canvas of this size, and by how much PgDn goes. */
size_t review_scroll_most(const struct review_view *self, const struct canvas *canvas, size_t *page);
const char *review_title(const struct view *view, struct arena *arena);

#endif
