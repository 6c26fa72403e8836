/*
 * keymap_view: where the keymap in use differs from the built-in ones.
 *
 * Left and right choose the map that it is held against.  What keys do is
 * compared, not what files say.  Never fails; loop thread.
 */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "ui/keymap.h"
#include "ui/move.h"
#include "ui/scrolled.h"

struct keymap_view {
	struct scrolled text;
	const char *const *names;      /* built-in maps */
	size_t at;                     /* the one it is held against */
	struct keymap *other;
};

/* Stands on the next built-in map that is not the one in use; all of them are right, a test proves it. */
static void turn(struct keymap_view *self, bool forward)
{
	const char *own = keymap_name(session_keymap(self->text.view.session));
	struct error error = { 0 };
	size_t count = 0;

	while (self->names[count] != NULL)
		count++;
	do {
		self->at = (self->at + (forward ? 1 : count - 1)) % count;
	} while (strcmp(self->names[self->at], own) == 0);
	keymap_free(self->other);
	self->other = keymap_load(self->names[self->at], &error);
	if (self->other == NULL)
		self->other = keymap_default();
	self->text.scroll = 0;
}

static void add_difference(struct wrapped *wrapped, const struct keymap_difference *row, int first, int second)
{
	struct wrapped_span spans[] = {
		{ 2, STYLE_VALUE, row->action->name },
		{ first, row->left == NULL ? STYLE_DIM : STYLE_KEY, row->left == NULL ? "none" : row->left },
		{ second, row->right == NULL ? STYLE_DIM : STYLE_KEY, row->right == NULL ? "none" : row->right },
	};

	wrapped_pieces(wrapped, spans, 3);
}

static void lay_out(const struct scrolled *text, struct arena *arena, enum visible_form form, int columns, struct wrapped *wrapped)
{
	const struct keymap_view *self = (const struct keymap_view *)text;
	const struct keymap *own = session_keymap(self->text.view.session);
	struct keymap_difference *rows;
	size_t count = keymap_compare(own, self->other, arena, &rows);
	int first = columns >= 70 ? 24 : 17, second = first + (columns - first) / 2;
	struct wrapped_span heads[] = {
		{ 2, STYLE_LABEL, "action" }, { first, STYLE_LABEL, keymap_name(own) }, { second, STYLE_LABEL, keymap_name(self->other) },
	};
	const char *place = "";

	wrapped_start(wrapped, arena, form, columns - 1);
	wrapped_pieces(wrapped, heads, 3);
	for (size_t i = 0; i < count; i++) {
		if (strcmp(rows[i].place, place) != 0) {
			place = rows[i].place;
			wrapped_heading(wrapped, strcmp(place, "global") == 0 ? "everywhere" : place);
		}
		add_difference(wrapped, &rows[i], first, second);
	}
	if (count == 0)
		wrapped_add(wrapped, 0, STYLE_DIM, NULL, 2, STYLE_DIM, "Every key does the same in both.");
}

static bool keymap_act(struct view *view, const struct action *action)
{
	enum move move = move_of(action);

	if (move != MOVE_LEFT && move != MOVE_RIGHT)
		return scrolled_act(view, action);
	turn((struct keymap_view *)view, move == MOVE_RIGHT);
	return true;
}

static const char *keymap_title(const struct view *view, struct arena *arena)
{
	const struct keymap_view *self = (const struct keymap_view *)view;

	return arena_format(arena, "Keys that differ: %s and %s", keymap_name(session_keymap(view->session)), keymap_name(self->other));
}

/* What is on top of everything else must not open itself once more. */
static const char *keymap_blocked(const struct view *view, const struct action *action)
{
	(void)view;
	return strcmp(action->name, "keymap-differences") == 0 ? "this is it" : NULL;
}

static const char *keymap_label(const struct view *view, const struct action *action)
{
	(void)view;
	return strcmp(action->name, "right") == 0 ? "other keymap" : NULL;
}

static void keymap_close(struct view *view)
{
	struct keymap_view *self = (struct keymap_view *)view;

	keymap_free(self->other);
	free(self);
}

static const struct view_class keymap_class = {
	.place = "help", .close = keymap_close, .draw = scrolled_draw, .act = keymap_act, .title = keymap_title,
	.blocked = keymap_blocked, .label = keymap_label,
};

struct view *keymap_view_new(struct session *session)
{
	struct keymap_view *self = memory_new(sizeof(*self));

	self->text.view.class = &keymap_class;
	self->text.lay_out = lay_out;
	self->text.view.session = session;
	self->names = keymap_names();
	/* The first one that comes is the default, or what stands behind it where that is in use. */
	while (self->names[self->at + 1] != NULL)
		self->at++;
	turn(self, true);
	return &self->text.view;
}
