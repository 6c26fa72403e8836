/*
 * review_panes: the words of a review, as rows to be scrolled; private to the
 * review.  No effects; loop thread.
 */
#ifndef POSTROOM_UI_REVIEW_PANES_H
#define POSTROOM_UI_REVIEW_PANES_H

#include "ui/review_state.h"
#include "ui/wrapped.h"

/* The change in words and as attribute lines; or what is happening, or what became of it. */
void review_pane_change(const struct review_view *self, struct wrapped *pane);
/* Both in one, the consequences first: for screens with few rows. */
void review_pane_all(const struct review_view *self, struct wrapped *pane);
/* What it will cause, worst first. */
void review_pane_causes(const struct review_view *self, struct wrapped *pane);

#endif
