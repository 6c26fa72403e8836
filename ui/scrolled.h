/*
 * scrolled: what views share that are one longer text: they lay it out for the
 * width at hand, scroll, and close on back and accept.  Never fails; loop
 * thread.
 */
#ifndef POSTROOM_UI_SCROLLED_H
#define POSTROOM_UI_SCROLLED_H

#include "ui/view.h"
#include "ui/wrapped.h"

/* First member of such a view. */
struct scrolled {
	struct view view;
	size_t scroll;             /* rows above the top */
	void (*lay_out)(const struct scrolled *self, struct arena *arena, enum visible_form form, int columns, struct wrapped *wrapped);
};
/* For view_class.act: moves, or closes the view (then it is gone); false: the action is none of these. */
bool scrolled_act(struct view *view, const struct action *action);
/* For view_class.draw. */
void scrolled_draw(const struct view *view, struct canvas *canvas, struct area area);

#endif
