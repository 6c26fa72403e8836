/*
 * rename: asks for the new name of an object and opens the review of it.
 *
 * Which objects may be renamed is decided by role, directory and gate.  What was
 * typed stays here until the renaming was applied.  Loop thread.
 */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "model/check.h"
#include "ui/input.h"
#include "ui/keymap.h"
#include "ui/move.h"
#include "ui/review.h"

struct rename_view {
	struct view view;
	struct arena *arena;
	struct record *record;
	struct input input;
	struct line reason;
	const char *said;
	bool warned;
};

static struct change *stage(const struct rename_view *self, struct error *error)
{
	struct arena *arena = arena_new();
	char *value = input_value(&self->input, arena, error);
	struct change *change = NULL;

	if (value != NULL && strcmp(value, self->record->name) != 0) {
		change = change_new(VERB_RENAME, self->record->kind, self->record->name);
		change->id = arena_text(change->arena, self->record->id);
		change->new_name = arena_text(change->arena, value);
		change_saw(change, self->record);
	}
	arena_free(arena);
	return change;
}

static void open_review(struct rename_view *self)
{
	struct error error;
	struct change *change = stage(self, &error);
	struct view *review;

	self->said = NULL;
	if (change == NULL) {
		self->said = error.kind != ERROR_NONE ? arena_text(self->arena, error.text) : "That is its name already.";
		return;
	}
	review = review_view_new(self->view.session, change);
	review_belongs(review, &self->view, &self->reason);
	session_push(self->view.session, review);
}

static bool rename_act(struct view *view, const struct action *action)
{
	struct rename_view *self = (struct rename_view *)view;
	enum move move = move_of(action);

	if (move == MOVE_BACK) {
		if (input_changed(&self->input) && !self->warned) {
			self->warned = true;
			self->said = "Not renamed: Esc again drops the new name.";
			session_changed(view->session);
		} else {
			session_pop_to(view->session, view);
		}
		return true;
	}
	self->warned = false;
	if (move == MOVE_ACCEPT || move == MOVE_APPLY)
		open_review(self);
	else if (move < MOVE_UP || move > MOVE_PREVIOUS)
		return false;
	session_changed(view->session);
	return true;
}

static bool rename_key(struct view *view, const struct key *key)
{
	struct rename_view *self = (struct rename_view *)view;

	self->warned = false;
	if (!input_key(&self->input, key))
		return false;
	self->said = NULL;
	session_changed(view->session);
	return true;
}

static void rename_paste(struct view *view, const char *bytes, size_t length)
{
	struct rename_view *self = (struct rename_view *)view;

	self->said = input_paste(&self->input, bytes, length);
	session_changed(view->session);
}

static bool rename_typing(const struct view *view)
{
	(void)view;
	return true;
}

static void rename_draw(const struct view *view, struct canvas *canvas, struct area area)
{
	const struct rename_view *self = (const struct rename_view *)view;
	const struct field *key = kind_key(self->record->kind);
	int row = area.top, width = area.columns - 10;
	const char *words = self->said;
	bool wrong = false;

	if (area.rows < 1)
		return;
	if (area.rows >= 8)
		row += canvas_wrap(canvas, row, 1, area.columns - 2, 4, STYLE_PLAIN, key->help) + 1;
	canvas_words(canvas, row, 1, 7, STYLE_LABEL, "Now");
	canvas_words(canvas, row++, 8, -1, STYLE_OLD, self->record->name);
	canvas_words(canvas, row, 1, 7, STYLE_KEY, "New");
	input_draw(&self->input, canvas, row++, 8, width > 62 ? 62 : width, true);
	if (words == NULL)
		words = input_says(&self->input, canvas->arena, &wrong);
	canvas_words(canvas, row++, 8, -1, wrong || self->said != NULL ? STYLE_BAD : STYLE_DIM, words);
	if (row < area.top + area.rows)
		canvas_words(canvas, area.top + area.rows - 1, 1, -1, STYLE_DIM,
				"Enter goes to the review, which shows what names it now; Esc back");
}

static const char *rename_title(const struct view *view, struct arena *arena)
{
	const struct rename_view *self = (const struct rename_view *)view;

	return arena_format(arena, "Rename - %s %s", self->record->kind->noun, self->record->name);
}

static struct change *rename_staged(const struct view *view)
{
	const struct rename_view *self = (const struct rename_view *)view;
	struct error error;

	return input_changed(&self->input) ? stage(self, &error) : NULL;
}

static const char *rename_blocked(const struct view *view, const struct action *action)
{
	enum move move = move_of(action);

	(void)view;
	return move == MOVE_NEXT || move == MOVE_PREVIOUS || move == MOVE_PICK || move == MOVE_ADD || move == MOVE_REMOVE
		? "there is one field here" : NULL;
}

static const char *rename_label(const struct view *view, const struct action *action)
{
	(void)view;
	return move_of(action) == MOVE_ACCEPT ? "review.." : NULL;
}

static void rename_close(struct view *view)
{
	struct rename_view *self = (struct rename_view *)view;

	input_free(&self->input);
	line_free(&self->reason);
	arena_free(self->arena);
	free(self);
}

static const struct view_class rename_class = {
	.place = "editor", .close = rename_close, .draw = rename_draw, .act = rename_act, .key = rename_key,
	.paste = rename_paste, .typing = rename_typing, .blocked = rename_blocked, .title = rename_title, .staged = rename_staged,
	.label = rename_label,
};

struct view *rename_view_new(struct session *session, const struct record *record)
{
	struct rename_view *self = memory_new(sizeof(*self));

	self->view.class = &rename_class;
	self->view.session = session;
	self->arena = arena_new();
	self->record = record_copy(self->arena, record);
	input_start(&self->input, kind_key(record->kind), record->name, NULL, true);
	line_init(&self->reason, NULL, 0, false);
	return &self->view;
}
