/*
 * help: every key of the place it was opened over, from the keymap and the
 * table of actions.  What cannot be done now is dimmed and says why.  Loop
 * thread.
 */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "ui/keymap.h"
#include "ui/move.h"
#include "ui/view.h"
#include "ui/wrapped.h"

struct help_view {
	struct view view;
	struct view *over;
	size_t scroll;
};

static bool is_global(const struct action *action)
{
	return strncmp(action->places, "global", 6) == 0;
}

static void add_action(const struct help_view *self, struct wrapped *wrapped, const char *place, const struct action *action)
{
	struct session *session = self->view.session;
	const char *keys = keymap_keys(session_keymap(session), place, action->name, wrapped->arena);
	const char *reason = session_blocked(session, self->over, action);
	enum style style = reason == NULL ? STYLE_PLAIN : STYLE_DIM;
	int words = wrapped->width >= 60 ? 22 : 12;
	const char *help = action->help;

	if (keys == NULL)
		return;
	if (reason != NULL)
		help = arena_format(wrapped->arena, "%s (not now: %s)", help, reason);
	if ((int)text_columns(wrapped->form, keys, strlen(keys)) > words - 3) {
		wrapped_add(wrapped, 0, STYLE_KEY, NULL, 2, reason == NULL ? STYLE_KEY : STYLE_DIM, keys);
		keys = NULL;
	}
	wrapped_add(wrapped, 2, reason == NULL ? STYLE_KEY : STYLE_DIM, keys, words, style, help);
}

static void add_actions(const struct help_view *self, struct wrapped *wrapped, const char *place, bool global)
{
	for (const struct action *action = actions; action->name != NULL; action++) {
		if (action_applies(action, place) && is_global(action) == global)
			add_action(self, wrapped, place, action);
	}
}

static void lay_out(const struct help_view *self, struct arena *arena, enum visible_form form, int columns, struct wrapped *wrapped)
{
	const char *place = self->over->class->place;
	const char *title = self->over->class->title == NULL ? NULL : self->over->class->title(self->over, arena);
	const char *steps = keymap_key(session_keymap(self->view.session), "help", "first-steps", arena);

	wrapped_start(wrapped, arena, form, columns - 1);
	if (steps != NULL)
		wrapped_add(wrapped, 0, STYLE_KEY, NULL, 1, STYLE_NOTICE, arena_format(arena, "New here? %s shows the first steps.", steps));
	if (strcmp(session_place(self->over), "field") == 0) {
		wrapped_heading(wrapped, "While a text field has the focus");
		add_actions(self, wrapped, "field", false);
		wrapped_blank(wrapped);
	}
	wrapped_heading(wrapped, title == NULL ? place : arena_format(arena, "Here: %s", title));
	add_actions(self, wrapped, place, false);
	wrapped_blank(wrapped);
	wrapped_heading(wrapped, "Everywhere");
	add_actions(self, wrapped, place, true);
	wrapped_blank(wrapped);
	wrapped_add(wrapped, 0, STYLE_DIM, NULL, 1, STYLE_DIM,
			"No key writes by itself: every change opens a review first, and there Enter goes back.");
}

static bool help_act(struct view *view, const struct action *action)
{
	struct help_view *self = (struct help_view *)view;
	const struct canvas *canvas = session_canvas(view->session);
	enum move move = move_of(action);
	struct arena *arena;
	struct wrapped wrapped;
	bool moved;

	if (move == MOVE_BACK || move == MOVE_ACCEPT || strcmp(action->name, "help") == 0) {
		session_pop_to(view->session, view);
		return true;
	}
	arena = arena_new();
	lay_out(self, arena, canvas->form, canvas->columns, &wrapped);
	self->scroll = wrapped_move(&wrapped, move, self->scroll, canvas->rows, &moved);
	arena_free(arena);
	return moved;
}

static void help_draw(const struct view *view, struct canvas *canvas, struct area area)
{
	const struct help_view *self = (const struct help_view *)view;
	struct wrapped wrapped;

	lay_out(self, canvas->arena, canvas->form, area.columns, &wrapped);
	wrapped_draw(&wrapped, canvas, area.top, 0, area.rows, self->scroll);
	canvas_cursor(canvas, area.top, 0, false);
}

static const char *help_title(const struct view *view, struct arena *arena)
{
	(void)view;
	return arena_text(arena, "Keys that work here");
}

static void help_close(struct view *view)
{
	free(view);
}

static const struct view_class help_class = {
	.place = "help", .close = help_close, .draw = help_draw, .act = help_act, .title = help_title,
};

struct view *help_view_new(struct session *session, struct view *over)
{
	struct help_view *self = memory_new(sizeof(*self));

	self->view.class = &help_class;
	self->view.session = session;
	self->over = over;
	return &self->view;
}
