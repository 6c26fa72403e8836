/*
 * list_choose: which columns a list shows and in which order.
 *
 * All fields that can be a column, the chosen ones marked and in their order.
 * Enter takes and keeps the choice, Esc leaves it as it was, taking all marks
 * away goes back to what fits by itself.  Never fails; loop thread.
 */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "ui/list_memory.h"
#include "ui/list_private.h"
#include "ui/move.h"
#include "ui/session.h"

struct list_choose {
	struct view view;
	struct list_view *list;
	struct { const struct field *field; bool chosen; } rows[LIST_FIELDS_MOST];
	size_t count, at;
};

static void add_row(struct list_choose *self, const struct field *field, bool chosen)
{
	for (size_t i = 0; i < self->count; i++) {
		if (self->rows[i].field == field)
			return;
	}
	if (self->count == LIST_FIELDS_MOST || !list_memory_fits(field))
		return;
	self->rows[self->count].field = field;
	self->rows[self->count++].chosen = chosen;
}

/* Begins with what the list shows now. */
static void fill(struct list_choose *self)
{
	const struct list_view *list = self->list;
	struct list_column columns[LIST_COLUMNS_MOST];
	int count = list_columns(list, list_layout(list, list_area(list)).columns, columns);

	for (size_t i = 0; i < list->picked_count; i++)
		add_row(self, list->picked[i], true);
	for (int i = 0; list->picked_count == 0 && i < count; i++)
		add_row(self, columns[i].field, true);
	for (const struct field *field = list->kind->fields; field->name != NULL; field++)
		add_row(self, field, false);
}

static size_t chosen_count(const struct list_choose *self)
{
	size_t count = 0;

	for (size_t i = 0; i < self->count; i++)
		count += self->rows[i].chosen;
	return count;
}

/* Takes the choice over into the list and keeps it; none: as it fits by itself. */
static void take(struct list_choose *self, bool none)
{
	struct list_view *list = self->list;
	struct session *session = self->view.session;

	list->picked_count = 0;
	for (size_t i = 0; i < self->count && !none; i++) {
		if (self->rows[i].chosen && list->picked_count < LIST_COLUMNS_MOST)
			list->picked[list->picked_count++] = self->rows[i].field;
	}
	list->first_column = 0;
	list_memory_set_columns(session_list_memory(session), list->kind, list->picked, list->picked_count);
	session_notice(session, NULL, list->picked_count == 0 ? "%s: columns as they fit" : "%s: the columns that you chose", list->kind->title);
	session_pop_to(session, &self->view);
}

static void swap(struct list_choose *self, size_t with)
{
	size_t at = self->at;
	const struct field *field = self->rows[at].field;
	bool chosen = self->rows[at].chosen;

	self->rows[at] = self->rows[with];
	self->rows[with].field = field;
	self->rows[with].chosen = chosen;
	self->at = with;
}

static bool act_on_row(struct list_choose *self, const char *name)
{
	if (strcmp(name, "mark") == 0)
		self->rows[self->at].chosen = !self->rows[self->at].chosen;
	else if (strcmp(name, "move-up") == 0 && self->at > 0)
		swap(self, self->at - 1);
	else if (strcmp(name, "move-down") == 0 && self->at + 1 < self->count)
		swap(self, self->at + 1);
	else
		return strncmp(name, "move-", 5) == 0;
	return true;
}

static bool choose_act(struct view *view, const struct action *action)
{
	struct list_choose *self = (struct list_choose *)view;
	enum move move = move_of(action);
	bool moved;

	if (move == MOVE_BACK) {
		session_pop_to(view->session, view);
		return true;
	}
	if (move == MOVE_ACCEPT || strcmp(action->name, "unmark") == 0) {
		take(self, move != MOVE_ACCEPT);
		return true;
	}
	if (act_on_row(self, action->name))
		return true;
	self->at = move_row(move, self->at, self->count, 10, &moved);
	return moved;
}

static void draw_row(const struct list_choose *self, struct canvas *canvas, int row, size_t index)
{
	const struct field *field = self->rows[index].field;
	bool here = index == self->at;
	enum style style = self->rows[index].chosen ? STYLE_MARKED : STYLE_ROW;
	int help = canvas->columns >= 70 ? 30 : canvas->columns;

	canvas_words(canvas, row, 3, 3, style, self->rows[index].chosen ? "[x]" : "[ ]");
	canvas_words(canvas, row, 7, help - 8, style, field->label);
	if (help < canvas->columns)
		canvas_words(canvas, row, help, canvas->columns - help - 1, STYLE_DIM, field->help);
	if (here) {
		canvas_restyle(canvas, row, 0, canvas->columns, STYLE_ROW_HERE);
		canvas_border(canvas, row, 1, 1, BORDER_POINTER, STYLE_ROW_HERE);
		canvas_cursor(canvas, row, 0, false);
	}
}

static void choose_draw(const struct view *view, struct canvas *canvas, struct area area)
{
	const struct list_choose *self = (const struct list_choose *)view;
	int hint = area.rows >= 8;
	size_t rows = area.rows > hint ? (size_t)(area.rows - hint) : 0, first = self->at >= rows && rows > 0 ? self->at - rows + 1 : 0;

	if (hint)
		canvas_words(canvas, area.top, 1, area.columns - 2, STYLE_DIM,
				"Marked ones show, from the first on, as many as fit; left and right turn.");
	for (size_t i = 0; i < rows && first + i < self->count; i++) {
		draw_row(self, canvas, area.top + hint + (int)i, first + i);
		canvas_target(canvas, area.top + hint + (int)i, 0, area.columns, (int)(first + i));
	}
}

static void choose_click(struct view *view, int id)
{
	struct list_choose *self = (struct list_choose *)view;

	if ((size_t)id < self->count)
		self->at = (size_t)id;
}

static const char *choose_title(const struct view *view, struct arena *arena)
{
	const struct list_choose *self = (const struct list_choose *)view;

	return arena_format(arena, "Columns of %s - %zu of %zu", self->list->kind->title, chosen_count(self), self->count);
}

static const char *choose_blocked(const struct view *view, const struct action *action)
{
	const struct list_choose *self = (const struct list_choose *)view;

	if (strcmp(action->name, "remove-value") == 0)
		return "a column is left out by taking its mark away";
	if (move_of(action) == MOVE_ACCEPT && chosen_count(self) == 0)
		return "mark at least one column";
	if (move_of(action) == MOVE_ACCEPT && chosen_count(self) > LIST_COLUMNS_MOST)
		return "at most 16 columns can be shown";
	return NULL;
}

static const char *choose_label(const struct view *view, const struct action *action)
{
	(void)view;
	if (strcmp(action->name, "mark") == 0)
		return "show or not";
	if (strcmp(action->name, "unmark") == 0)
		return "as it fits";
	return NULL;
}

static void choose_close(struct view *view)
{
	free(view);
}

static const struct view_class choose_class = {
	.place = "chooser", .close = choose_close, .draw = choose_draw, .act = choose_act, .title = choose_title,
	.click = choose_click, .blocked = choose_blocked, .label = choose_label,
};

struct view *list_choose_view_new(struct list_view *list)
{
	struct list_choose *self = memory_new(sizeof(*self));

	self->view.class = &choose_class;
	self->view.session = list->view.session;
	self->list = list;
	fill(self);
	return &self->view;
}
