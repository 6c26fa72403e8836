/*
 * review: what is shown before anything is written, and what came of it.
 *
 * Made with review_view_new or review_undo_view_new (ui/view.h), with a change
 * that a view below has staged: review_belongs names that view, so that it is
 * closed together with the review once the change was applied, and lends its
 * line for the ticket, so that nothing typed is lost when the person goes back.
 * Applying happens in one place, in review.c, when Enter presses Apply.  Loop
 * thread.
 */
#ifndef POSTROOM_UI_REVIEW_H
#define POSTROOM_UI_REVIEW_H

#include "ui/line.h"
#include "ui/view.h"
#include "ui/wrapped.h"

/* Call before the view is pushed. reason (may be NULL) belongs to the opener, which lies below and lives longer. */
void review_belongs(struct view *review, struct view *opener, struct line *reason);

/* --- what every view that shows reviews shares --------------------------------------------------- */

/* Old and new value of a field; fresh: it was not there when it was shown before. */
void review_difference(struct wrapped *pane, const struct diff_line *line, bool fresh);
/* One row of what a change will cause; fresh: it was not there when it was shown before. */
void review_consequence(struct wrapped *pane, const struct consequence *consequence, bool fresh);

#endif
