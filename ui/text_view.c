/*
 * text_view: a longer text to read: one value in full, an error with its next
 * step.  Lines are broken to the width of the screen; control characters are
 * visible.  Loop thread.
 */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "ui/move.h"
#include "ui/scrolled.h"

struct text_view {
	struct scrolled text;
	char *title;
	char *bytes;
	size_t length;
	char *means;               /* what copy-value hands over; NULL: the text itself */
	size_t means_length;
};

static void lay_out(const struct scrolled *text, struct arena *arena, enum visible_form form, int columns, struct wrapped *wrapped)
{
	const struct text_view *self = (const struct text_view *)text;
	wrapped_start(wrapped, arena, form, columns - 2);
	wrapped_text(wrapped, 1, 0, STYLE_PLAIN, self->bytes, self->length);
}

static bool copy(struct text_view *self)
{
	if (self->means != NULL)
		session_copy(self->text.view.session, self->title, self->means, self->means_length);
	else
		session_copy(self->text.view.session, self->title, self->bytes, self->length);
	return true;
}

static bool text_act(struct view *view, const struct action *action)
{
	if (strcmp(action->name, "copy-value") == 0)
		return copy((struct text_view *)view);
	return scrolled_act(view, action);
}

static const char *text_title(const struct view *view, struct arena *arena)
{
	return arena_text(arena, ((const struct text_view *)view)->title);
}

static void text_close(struct view *view)
{
	struct text_view *self = (struct text_view *)view;

	free(self->title);
	free(self->bytes);
	free(self->means);
	free(self);
}

/* What is read here is not what the last notice told of, so u would take back another thing. */
static const char *text_blocked(const struct view *view, const struct action *action)
{
	(void)view;
	return move_of(action) == MOVE_UNDO ? "this is only to be read; go back first" : NULL;
}

static const struct view_class text_class = {
	.place = "text", .close = text_close, .draw = scrolled_draw, .act = text_act, .title = text_title, .blocked = text_blocked,
};

void text_view_means(struct view *view, const char *bytes, size_t length)
{
	struct text_view *self = (struct text_view *)view;

	free(self->means);
	self->means = memory_new(length + 1);
	if (length > 0)
		memcpy(self->means, bytes, length);
	self->means_length = length;
}

struct view *text_view_new(struct session *session, const char *title, const char *bytes, size_t length)
{
	struct text_view *self = memory_new(sizeof(*self));

	self->text.view.class = &text_class;
	self->text.lay_out = lay_out;
	self->text.view.session = session;
	self->title = memory_text(title);
	self->bytes = memory_new(length + 1);
	if (length > 0)
		memcpy(self->bytes, bytes, length);
	self->length = length;
	return &self->text.view;
}
