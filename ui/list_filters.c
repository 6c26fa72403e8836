/*
 * list_filters: the saved filters of a list, and saving the one in use.
 *
 * Two small views: a list of names to use or forget, and a field for the name.
 * Nothing here touches the directory.  Never fails, a name that cannot be is
 * told where it is typed; loop thread.
 */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "ui/list_memory.h"
#include "ui/list_private.h"
#include "ui/move.h"
#include "ui/session.h"

/* --- choosing --------------------------------------------------------------------------------- */

struct list_filters {
	struct view view;
	struct list_view *list;
	size_t at;
};

static struct list_memory *memory_of(const struct view *view)
{
	return session_list_memory(view->session);
}

static const struct saved_filter *filter_here(const struct list_filters *self)
{
	return list_memory_filter(memory_of(&self->view), self->list->kind, self->at);
}

static void use(struct list_filters *self)
{
	const struct saved_filter *filter = filter_here(self);
	struct list_view *list = self->list;
	char *words = memory_text(filter == NULL ? "" : filter->words);

	session_pop_to(self->view.session, &self->view);
	list_use_filter(list, words);
	free(words);
}

static void forget(struct list_filters *self)
{
	const struct saved_filter *filter = filter_here(self);
	struct list_memory *memory = memory_of(&self->view);
	size_t left;

	if (filter == NULL)
		return;
	session_notice(self->view.session, NULL, "The saved filter %s is forgotten; its words were: %s", filter->name, filter->words);
	list_memory_drop_filter(memory, self->list->kind, self->at);
	left = list_memory_filters(memory, self->list->kind);
	if (self->at >= left && self->at > 0)
		self->at--;
	if (left == 0)
		session_pop_to(self->view.session, &self->view);
}

static bool filters_act(struct view *view, const struct action *action)
{
	struct list_filters *self = (struct list_filters *)view;
	enum move move = move_of(action);
	bool moved = true;

	if (move == MOVE_BACK)
		session_pop_to(view->session, view);
	else if (move == MOVE_ACCEPT)
		use(self);
	else if (move == MOVE_REMOVE)
		forget(self);
	else
		self->at = move_row(move, self->at, list_memory_filters(memory_of(view), self->list->kind), 10, &moved);
	return moved;
}

static void filters_draw(const struct view *view, struct canvas *canvas, struct area area)
{
	const struct list_filters *self = (const struct list_filters *)view;
	size_t count = list_memory_filters(memory_of(view), self->list->kind);
	size_t rows = area.rows > 0 ? (size_t)area.rows : 0, first = self->at >= rows && rows > 0 ? self->at - rows + 1 : 0;
	int words = area.columns >= 70 ? 34 : 18;

	for (size_t i = 0; i < rows && first + i < count; i++) {
		const struct saved_filter *filter = list_memory_filter(memory_of(view), self->list->kind, first + i);
		int row = area.top + (int)i;

		canvas_target(canvas, row, 0, area.columns, (int)(first + i));
		canvas_words(canvas, row, 3, words - 4, STYLE_ROW, filter->name);
		canvas_words(canvas, row, words, area.columns - words - 1, STYLE_DIM, filter->words);
		if (first + i == self->at) {
			canvas_restyle(canvas, row, 0, area.columns, STYLE_ROW_HERE);
			canvas_border(canvas, row, 1, 1, BORDER_POINTER, STYLE_ROW_HERE);
			canvas_cursor(canvas, row, 0, false);
		}
	}
}

static void filters_click(struct view *view, int id)
{
	((struct list_filters *)view)->at = (size_t)id;
}

static const char *filters_title(const struct view *view, struct arena *arena)
{
	const struct list_filters *self = (const struct list_filters *)view;

	return arena_format(arena, "Saved filters of %s - %zu", self->list->kind->title, list_memory_filters(memory_of(view), self->list->kind));
}

static const char *filters_blocked(const struct view *view, const struct action *action)
{
	(void)view;
	if (strcmp(action->name, "mark") == 0 || strcmp(action->name, "unmark") == 0 || strncmp(action->name, "move-", 5) == 0)
		return "a saved filter is used or forgotten";
	return NULL;
}

static const char *filters_label(const struct view *view, const struct action *action)
{
	(void)view;
	if (move_of(action) == MOVE_ACCEPT)
		return "use";
	return move_of(action) == MOVE_REMOVE ? "forget" : NULL;
}

static void filters_close(struct view *view)
{
	free(view);
}

static const struct view_class filters_class = {
	.place = "chooser", .close = filters_close, .draw = filters_draw, .act = filters_act, .title = filters_title,
	.click = filters_click, .blocked = filters_blocked, .label = filters_label,
};

struct view *list_filters_view_new(struct list_view *list)
{
	struct list_filters *self = memory_new(sizeof(*self));

	self->view.class = &filters_class;
	self->view.session = list->view.session;
	self->list = list;
	return &self->view;
}

/* --- saving ----------------------------------------------------------------------------------- */

struct save_filter {
	struct view view;
	struct list_view *list;
	struct line name;
	struct error error;
};

static bool name_taken(const struct save_filter *self)
{
	struct list_memory *memory = memory_of(&self->view);

	for (size_t i = 0; i < list_memory_filters(memory, self->list->kind); i++) {
		if (strcmp(list_memory_filter(memory, self->list->kind, i)->name, line_text(&self->name)) == 0)
			return true;
	}
	return false;
}

static void save(struct save_filter *self)
{
	const char *words = line_text(&self->list->filter);

	if (!list_memory_save_filter(memory_of(&self->view), self->list->kind, line_text(&self->name), words, &self->error))
		return;
	session_notice(self->view.session, NULL, "The filter is kept as %s", line_text(&self->name));
	session_pop_to(self->view.session, &self->view);
}

static bool save_act(struct view *view, const struct action *action)
{
	struct save_filter *self = (struct save_filter *)view;
	enum move move = move_of(action);

	if (move == MOVE_BACK)
		session_pop_to(view->session, view);
	else if (move == MOVE_ACCEPT)
		save(self);
	else
		return false;
	return true;
}

static bool save_key(struct view *view, const struct key *key)
{
	struct save_filter *self = (struct save_filter *)view;

	if (!line_key(&self->name, key))
		return false;
	error_clear(&self->error);
	return true;
}

static void save_paste(struct view *view, const char *bytes, size_t length)
{
	struct save_filter *self = (struct save_filter *)view;
	const char *complaint = line_paste(&self->name, bytes, length);

	error_clear(&self->error);
	if (complaint != NULL)
		error_set(&self->error, ERROR_INVALID, "%s", complaint);
}

static bool save_typing(const struct view *view)
{
	(void)view;
	return true;
}

static void save_draw(const struct view *view, struct canvas *canvas, struct area area)
{
	const struct save_filter *self = (const struct save_filter *)view;
	int row = area.top, width = area.columns - 10;

	if (area.rows < 3)
		return;
	canvas_words(canvas, row, 1, 8, STYLE_LABEL, "Filter");
	canvas_words(canvas, row++, 9, -1, STYLE_VALUE, line_text(&self->list->filter));
	canvas_words(canvas, row, 1, 8, STYLE_KEY, "Name");
	if (self->error.kind != ERROR_NONE)
		canvas_words(canvas, row + 1, 9, -1, STYLE_BAD, self->error.text);
	else if (name_taken(self))
		canvas_words(canvas, row + 1, 9, -1, STYLE_WARNING, "There is one of this name; it is replaced.");
	line_draw(&self->name, canvas, row, 9, width > 62 ? 62 : width, true);
}

static const char *save_title(const struct view *view, struct arena *arena)
{
	return arena_format(arena, "Keep this filter of %s", ((const struct save_filter *)view)->list->kind->title);
}

static const char *save_blocked(const struct view *view, const struct action *action)
{
	enum move move = move_of(action);

	(void)view;
	if (strcmp(action->name, "mark") == 0 || strcmp(action->name, "unmark") == 0 || strncmp(action->name, "move-", 5) == 0)
		return "a name is typed here";
	return move >= MOVE_NEXT && move <= MOVE_APPLY && move != MOVE_ACCEPT && move != MOVE_BACK ? "there is one field only" : NULL;
}

static const char *save_label(const struct view *view, const struct action *action)
{
	(void)view;
	return move_of(action) == MOVE_ACCEPT ? "keep" : NULL;
}

static void save_close(struct view *view)
{
	struct save_filter *self = (struct save_filter *)view;

	line_free(&self->name);
	free(self);
}

static const struct view_class save_class = {
	.place = "chooser", .close = save_close, .draw = save_draw, .act = save_act, .key = save_key, .paste = save_paste,
	.typing = save_typing, .title = save_title, .blocked = save_blocked, .label = save_label,
};

struct view *list_save_filter_view_new(struct list_view *list)
{
	struct save_filter *self = memory_new(sizeof(*self));
	const char *words = line_text(&list->filter);

	self->view.class = &save_class;
	self->view.session = list->view.session;
	self->list = list;
	/* The words themselves are a name that nobody has to think of. */
	line_init(&self->name, words, strlen(words) <= LIST_MEMORY_NAME ? strlen(words) : 0, false);
	return &self->view;
}
