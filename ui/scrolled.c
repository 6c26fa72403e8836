/*
 * scrolled: moving and drawing of views that are one longer text; see
 * scrolled.h.  Never fails; loop thread.
 */
#include "ui/scrolled.h"

#include "base/memory.h"
#include "ui/move.h"

bool scrolled_act(struct view *view, const struct action *action)
{
	struct scrolled *self = (struct scrolled *)view;
	const struct canvas *canvas = session_canvas(view->session);
	enum move move = move_of(action);
	struct arena *arena;
	struct wrapped wrapped;
	bool moved;

	if (move == MOVE_BACK || move == MOVE_ACCEPT) {
		session_pop_to(view->session, view);
		return true;
	}
	arena = arena_new();
	self->lay_out(self, arena, canvas->form, canvas->columns, &wrapped);
	self->scroll = wrapped_move(&wrapped, move, self->scroll, canvas->rows, &moved);
	arena_free(arena);
	return moved;
}

void scrolled_draw(const struct view *view, struct canvas *canvas, struct area area)
{
	const struct scrolled *self = (const struct scrolled *)view;
	struct wrapped wrapped;

	self->lay_out(self, canvas->arena, canvas->form, area.columns, &wrapped);
	wrapped_draw(&wrapped, canvas, area.top, 0, area.rows, self->scroll);
	canvas_cursor(canvas, area.top, 0, false);
}
