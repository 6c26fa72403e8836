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
#include "ui/scrolled.h"

struct help_view {
	struct scrolled text;
	struct view *over;
};

static bool is_global(const struct action *action)
{
	return strncmp(action->places, "global", 6) == 0;
}

static void add_action(const struct help_view *self, struct wrapped *wrapped, const char *place, const struct action *action)
{
	struct session *session = self->text.view.session;
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

static void lay_out(const struct scrolled *text, struct arena *arena, enum visible_form form, int columns, struct wrapped *wrapped)
{
	const struct help_view *self = (const struct help_view *)text;
	const char *place = self->over->class->place;
	const char *title = self->over->class->title == NULL ? NULL : self->over->class->title(self->over, arena);
	const char *steps = keymap_key(session_keymap(self->text.view.session), "help", "first-steps", arena);

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
	return scrolled_act(view, strcmp(action->name, "help") == 0 ? action_find("back") : action);
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
	.place = "help", .close = help_close, .draw = scrolled_draw, .act = help_act, .title = help_title,
};

struct view *help_view_new(struct session *session, struct view *over)
{
	struct help_view *self = memory_new(sizeof(*self));

	self->text.view.class = &help_class;
	self->text.lay_out = lay_out;
	self->text.view.session = session;
	self->over = over;
	return &self->text.view;
}
