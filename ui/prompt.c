/*
 * prompt: the view that asks for one line.
 *
 * What was typed is lost only by a second Esc.  Nothing fails; loop thread.
 */
#include "ui/prompt.h"

#include <stdlib.h>
#include <string.h>

#include "ui/line.h"
#include "ui/move.h"

struct prompt_view {
	struct view view;
	struct arena *arena;               /* texts of the prompt */
	struct prompt prompt;
	struct line line;
	const char *said;                  /* static; NULL */
	bool warned;
};

static bool is_changed(const struct prompt_view *self)
{
	return strcmp(line_text(&self->line), self->prompt.fallback == NULL ? "" : self->prompt.fallback) != 0;
}

static void take(struct prompt_view *self)
{
	struct session *session = self->view.session;
	struct prompt prompt = self->prompt;
	const char *said = prompt.wrong == NULL ? NULL : prompt.wrong(session, line_text(&self->line));
	char *words;

	self->said = said;
	if (said != NULL)
		return;
	words = memory_text(line_text(&self->line));
	self->prompt.context = NULL;
	session_pop_to(session, &self->view);
	prompt.taken(session, prompt.context, words);
	free(prompt.context);
	free(words);
}

static bool prompt_act(struct view *view, const struct action *action)
{
	struct prompt_view *self = (struct prompt_view *)view;

	session_changed(view->session);
	switch (move_of(action)) {
	case MOVE_BACK:
		if (is_changed(self) && !self->warned) {
			self->warned = true;
			self->said = "Not taken yet: Enter takes it, the same key again drops it.";
		} else {
			session_pop_to(view->session, view);
		}
		return true;
	case MOVE_ACCEPT:
	case MOVE_APPLY:
		take(self);
		return true;
	case MOVE_UP:
	case MOVE_DOWN:
	case MOVE_PAGE_UP:
	case MOVE_PAGE_DOWN:
		return true;
	default:
		return false;
	}
}

static bool prompt_key(struct view *view, const struct key *key)
{
	struct prompt_view *self = (struct prompt_view *)view;

	if (!line_key(&self->line, key))
		return false;
	self->warned = false;
	self->said = NULL;
	session_changed(view->session);
	return true;
}

static void prompt_paste(struct view *view, const char *bytes, size_t length)
{
	struct prompt_view *self = (struct prompt_view *)view;

	self->said = line_paste(&self->line, bytes, length);
	session_changed(view->session);
}

static bool prompt_typing(const struct view *view)
{
	(void)view;
	return true;
}

static void prompt_draw(const struct view *view, struct canvas *canvas, struct area area)
{
	const struct prompt_view *self = (const struct prompt_view *)view;
	int row = area.top, end = area.top + area.rows, label = (int)strlen(self->prompt.label);

	if (area.rows < 1)
		return;
	if (self->prompt.about != NULL && area.rows >= 5)
		row += canvas_wrap(canvas, row, 1, area.columns - 2, area.rows >= 9 ? 3 : 1, STYLE_PLAIN, self->prompt.about) + (area.rows >= 9);
	canvas_words(canvas, row, 1, label, STYLE_LABEL, self->prompt.label);
	line_draw(&self->line, canvas, row, label + 2, area.columns - label - 3, true);
	row++;
	if (row < end && self->said != NULL)
		row += canvas_wrap(canvas, row, label + 2, area.columns - label - 3, end - row, STYLE_BAD, self->said);
	if (row + (area.rows >= 9) < end)
		canvas_wrap(canvas, row + (area.rows >= 9), label + 2, area.columns - label - 3, end - row - (area.rows >= 9), STYLE_DIM, self->prompt.help);
}

static const char *prompt_title(const struct view *view, struct arena *arena)
{
	return arena_text(arena, ((const struct prompt_view *)view)->prompt.title);
}

static const char *prompt_blocked(const struct view *view, const struct action *action)
{
	enum move move = move_of(action);

	(void)view;
	return move == MOVE_NEXT || move == MOVE_PREVIOUS || move == MOVE_PICK || move == MOVE_ADD || move == MOVE_REMOVE || move == MOVE_APPLY
		? "there is one field here" : NULL;
}

static void prompt_close(struct view *view)
{
	struct prompt_view *self = (struct prompt_view *)view;

	line_free(&self->line);
	arena_free(self->arena);
	free(self->prompt.context);
	free(self);
}

static const struct view_class prompt_class = {
	.place = "editor", .close = prompt_close, .draw = prompt_draw, .act = prompt_act, .key = prompt_key,
	.paste = prompt_paste, .typing = prompt_typing, .blocked = prompt_blocked, .title = prompt_title,
};

struct view *prompt_view_new(struct session *session, const struct prompt *prompt)
{
	struct prompt_view *self = memory_new(sizeof *self);

	self->view.class = &prompt_class;
	self->view.session = session;
	self->arena = arena_new();
	self->prompt = (struct prompt){
		.title = arena_text(self->arena, prompt->title), .about = arena_text(self->arena, prompt->about),
		.label = arena_text(self->arena, prompt->label), .fallback = arena_text(self->arena, prompt->fallback),
		.help = arena_text(self->arena, prompt->help),
		.wrong = prompt->wrong, .taken = prompt->taken, .context = prompt->context,
	};
	line_init(&self->line, prompt->fallback, prompt->fallback == NULL ? 0 : strlen(prompt->fallback), false);
	return &self->view;
}
