/*
 * overview: what other files of ui/ may ask of the overview.  Loop thread.
 */
#ifndef POSTROOM_UI_OVERVIEW_H
#define POSTROOM_UI_OVERVIEW_H

#include "ui/view.h"

/* The view is an overview that turns its pages by itself: nobody sits before it. NULL is none. */
bool overview_on_wall(const struct view *view);
/* The table (a row of live_places) in which an alarm of this rule is seen; NULL: none, its words are all there is. */
const char *overview_table(const char *rule);

#endif
