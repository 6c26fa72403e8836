/*
 * picker: choosing an object of a kind by typing a part of its name.
 *
 * Tells the receiver what was chosen, or NULL where the person left; it does
 * so after it is closed, so that the receiver is on top.  Loop thread.
 */
#include "ui/picker.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "ui/keymap.h"
#include "ui/line.h"
#include "ui/move.h"
#include "ui/suggest.h"

struct picker {
	struct view view;
	char *title;
	struct line line;
	struct suggest suggest;
	const char *said;
	const char *const *kinds;          /* several are offered; NULL: one */
	size_t kind;
	void (*chosen)(void *context, const char *name);
	void *context;
};

/* Closes the picker first; nothing of it may be touched afterwards. */
static void finish(struct picker *self, const char *name)
{
	void (*chosen)(void *context, const char *words) = self->chosen;
	void *context = self->context;
	char *copy = memory_text(name);

	self->chosen = NULL;
	session_pop_to(self->view.session, &self->view);
	chosen(context, copy);
	free(copy);
}

/* The row under the cursor, or the first one where nobody has moved into the rows; NULL: there is none. */
static const struct suggest_match *best(const struct picker *self)
{
	if (self->suggest.match_count == 0)
		return NULL;
	return &self->suggest.matches[suggest_chosen(&self->suggest) == NULL ? 0 : self->suggest.at];
}

/* What the row is called by whoever asked; NULL: it has no such name. */
static const char *name_in(const struct picker *self, const struct suggest_match *match)
{
	if (self->kinds == NULL || match->batch->kind != &kind_user)
		return match->row->name;
	for (size_t i = 0; i < match->batch->column_count; i++) {
		if (strcmp(match->batch->columns[i]->name, "address") == 0)
			return match->row->values[i].length == 0 ? NULL : match->row->values[i].bytes;
	}
	return NULL;
}

static void take(struct picker *self)
{
	const struct suggest_match *match = best(self);

	if (match == NULL)
		self->said = "Nothing fits; type less, or Esc goes back.";
	else if (name_in(self, match) == NULL)
		self->said = "This one has no address to be named by.";
	if (self->said != NULL)
		session_changed(self->view.session);
	else
		finish(self, name_in(self, match));
}

static void next_kind(struct picker *self)
{
	self->kind = self->kinds[self->kind + 1] == NULL ? 0 : self->kind + 1;
	self->said = NULL;
	suggest_start(&self->suggest, self->view.session, kind_find(self->kinds[self->kind]));
	suggest_look(&self->suggest, line_text(&self->line));
}

static bool picker_act(struct view *view, const struct action *action)
{
	struct picker *self = (struct picker *)view;

	switch (move_of(action)) {
	case MOVE_BACK:
		finish(self, NULL);
		return true;
	case MOVE_ACCEPT:
		self->said = NULL;
		take(self);
		/* Where it was taken, this view is gone. */
		return true;
	case MOVE_NEXT:
	case MOVE_PREVIOUS:
		if (self->kinds == NULL)
			return false;
		next_kind(self);
		break;
	default:
		if (!suggest_act(&self->suggest, action))
			return false;
		break;
	}
	session_changed(view->session);
	return true;
}

static bool picker_key(struct view *view, const struct key *key)
{
	struct picker *self = (struct picker *)view;

	if (!line_key(&self->line, key))
		return false;
	self->said = NULL;
	suggest_look(&self->suggest, line_text(&self->line));
	session_changed(view->session);
	return true;
}

static void picker_paste(struct view *view, const char *bytes, size_t length)
{
	struct picker *self = (struct picker *)view;

	self->said = line_paste(&self->line, bytes, length);
	suggest_look(&self->suggest, line_text(&self->line));
	session_changed(view->session);
}

static bool picker_typing(const struct view *view)
{
	(void)view;
	return true;
}

static void picker_draw(const struct view *view, struct canvas *canvas, struct area area)
{
	const struct picker *self = (const struct picker *)view;
	int width = area.columns - 9 > 50 ? 50 : area.columns - 9;

	if (area.rows < 1)
		return;
	canvas_words(canvas, area.top, 1, 6, STYLE_LABEL, "Find:");
	line_draw(&self->line, canvas, area.top, 7, width, true);
	if (self->said != NULL)
		canvas_words(canvas, area.top, 7 + width + 2, -1, STYLE_WARNING, self->said);
	else
		canvas_words(canvas, area.top, 7 + width + 2, -1, STYLE_DIM, "Enter takes");
	suggest_draw(&self->suggest, canvas, area.top + (area.rows > 6 ? 2 : 1), 1, area.columns - 2, area.rows - (area.rows > 6 ? 2 : 1));
}

static const char *picker_title(const struct view *view, struct arena *arena)
{
	const struct picker *self = (const struct picker *)view;
	const char *key = self->kinds == NULL ? NULL : keymap_key(session_keymap(view->session), "field", "next-field", arena);

	if (key != NULL)
		return arena_format(arena, "%s - %s - %s: %s", self->title, kind_find(self->kinds[self->kind])->title, key,
				kind_find(self->kinds[self->kinds[self->kind + 1] == NULL ? 0 : self->kind + 1])->title);
	return arena_text(arena, ((const struct picker *)view)->title);
}

/* Keys that only other fields have a use for. */
static const char *picker_blocked(const struct view *view, const struct action *action)
{
	enum move move = move_of(action);

	if (((const struct picker *)view)->kinds != NULL && (move == MOVE_NEXT || move == MOVE_PREVIOUS))
		return NULL;
	return move >= MOVE_NEXT && move <= MOVE_APPLY && move != MOVE_ACCEPT && move != MOVE_BACK ? "this field searches" : NULL;
}

static bool picker_busy(const struct view *view)
{
	return ((const struct picker *)view)->suggest.query != NULL;
}

static void picker_click(struct view *view, int id)
{
	suggest_click(&((struct picker *)view)->suggest, id);
}

static void picker_close(struct view *view)
{
	struct picker *self = (struct picker *)view;

	suggest_stop(&self->suggest);
	line_free(&self->line);
	free(self->title);
	free(self);
}

static const struct view_class picker_class = {
	.place = "picker", .close = picker_close, .draw = picker_draw, .act = picker_act, .key = picker_key,
	.paste = picker_paste, .typing = picker_typing, .blocked = picker_blocked, .title = picker_title, .busy = picker_busy,
	.click = picker_click,
};

struct view *picker_view_new(struct session *session, const struct kind *kind, const char *title,
		void (*chosen)(void *context, const char *name), void *context)
{
	struct picker *self = memory_new(sizeof(*self));

	self->view.class = &picker_class;
	self->view.session = session;
	self->title = memory_text(title);
	self->chosen = chosen;
	self->context = context;
	line_init(&self->line, NULL, 0, false);
	suggest_start(&self->suggest, session, kind);
	return &self->view;
}

void picker_offers(struct view *picker, const char *const *kinds_offered)
{
	((struct picker *)picker)->kinds = kinds_offered;
}

void picker_look_for(struct view *picker, const char *words)
{
	struct picker *self = (struct picker *)picker;

	if (words == NULL || words[0] == '\0')
		return;
	line_set(&self->line, words, strlen(words));
	suggest_look(&self->suggest, words);
}
