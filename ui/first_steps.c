/*
 * first_steps: one screen for who sees postroom for the first time.
 *
 * Five keys and the way of a change, with the keys of the keymap in use.  It
 * fits 80x24 without scrolling; smaller screens scroll.  Never fails; loop
 * thread.
 */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "ui/keymap.h"
#include "ui/session.h"
#include "ui/scrolled.h"

struct step { const char *place, *action, *words; };

static const struct step keys[] = {
	{ "list", "filter", "finds: type parts of a name or an address, in any order" },
	{ "list", "open", "opens what is under the cursor, or presses the button" },
	{ "global", "back", "goes back one level; nothing typed is lost unasked" },
	{ "global", "help", "lists every key that works where you are" },
	{ "global", "palette", "lists every action by name; type to search" },
};
static const struct step way[] = {
	{ "list", "filter", "Find: type, then the arrows choose among what fits." },
	{ "list", "open", "Page: everything about one object, what is wrong first." },
	{ "page", "edit", "Change: the field under the cursor; nothing is written yet." },
	{ "review", "next-field", "Review: what will be written and what it causes. Back has the focus; go to Apply and press Enter there." },
	{ "list", "undo", "Undo: opens the review of taking the last change back." },
};

static void add_steps(const struct scrolled *self, struct wrapped *wrapped, const struct step *steps, size_t count, bool numbered)
{
	const struct keymap *keymap = session_keymap(self->view.session);

	for (size_t i = 0; i < count; i++) {
		const char *key = keymap_key(keymap, steps[i].place, steps[i].action, wrapped->arena);
		const char *sign = key == NULL ? "" : key;

		if (numbered)
			sign = arena_format(wrapped->arena, "%zu  %s", i + 1, sign);
		wrapped_add(wrapped, 2, STYLE_KEY, sign, wrapped->width >= 60 ? 13 : 11, STYLE_PLAIN, steps[i].words);
	}
}

/* What this role cannot do is said here, rather than found out at the first try. */
static const char *role_line(const struct scrolled *self)
{
	switch (session_role(self->view.session)) {
	case ROLE_MONITOR:
		return "Your role, monitor, looks only: steps 3 to 5 are for other roles.";
	case ROLE_HELPDESK:
		return "Your role, helpdesk, may change what callers ask for; what it may not says why.";
	default:
		return "No key writes by itself. Every write is in the history, with its undo.";
	}
}

static void lay_out(const struct scrolled *self, struct arena *arena, enum visible_form form, int columns, struct wrapped *wrapped)
{
	wrapped_start(wrapped, arena, form, columns - 1);
	wrapped_heading(wrapped, "Five keys");
	add_steps(self, wrapped, keys, sizeof keys / sizeof *keys, false);
	wrapped_blank(wrapped);
	wrapped_heading(wrapped, "From finding to taking back");
	add_steps(self, wrapped, way, sizeof way / sizeof *way, true);
	wrapped_blank(wrapped);
	wrapped_add(wrapped, 0, STYLE_PLAIN, NULL, 2, STYLE_NOTICE, role_line(self));
	wrapped_add(wrapped, 0, STYLE_PLAIN, NULL, 2, STYLE_DIM,
			"The bar on top names the sections; the last line shows the keys of the moment.");
}

static const char *steps_title(const struct view *view, struct arena *arena)
{
	(void)view;
	return arena_text(arena, "First steps");
}

static const char *steps_blocked(const struct view *view, const struct action *action)
{
	(void)view;
	return strcmp(action->name, "first-steps") == 0 ? "this is it" : NULL;
}

static void steps_close(struct view *view)
{
	free(view);
}

static const struct view_class steps_class = {
	.place = "help", .close = steps_close, .draw = scrolled_draw, .act = scrolled_act, .title = steps_title, .blocked = steps_blocked,
};

struct view *first_steps_view_new(struct session *session)
{
	struct scrolled *self = memory_new(sizeof(*self));

	self->view.class = &steps_class;
	self->lay_out = lay_out;
	self->view.session = session;
	return &self->view;
}
