/*
 * palette: every action by name, filtered as one types.
 *
 * What cannot be done where the palette was opened is dimmed and says why.
 * Enter does the action as if its key were pressed; what writes still opens its
 * review first.  Loop thread.
 */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "ui/keymap.h"
#include "ui/line.h"
#include "ui/move.h"
#include "ui/view.h"

enum { ACTIONS_MOST = 128 };

struct palette {
	struct view view;
	struct view *over;
	struct line line;
	size_t at;
	const char *said;
};
struct found {
	const struct action *action;
	const char *reason;        /* NULL: can be done */
};

/* Moving around in a view is nothing to look up by name. */
static bool worth_naming(const struct action *action)
{
	static const char *const moving[] = { "up", "down", "left", "right", "page-up", "page-down", "first", "last", "accept",
		"next-field", "previous-field", "cancel", "palette" };

	for (size_t i = 0; i < sizeof moving / sizeof moving[0]; i++) {
		if (strcmp(moving[i], action->name) == 0)
			return false;
	}
	return true;
}

static bool fits(const struct action *action, const char *folded, struct arena *arena)
{
	const char *all = arena_format(arena, "%s %s %s", action->name, action->label, action->help);

	return text_has_words(arena, all, folded);
}

/* Names and labels that begin with what was typed come first. */
static bool begins(const struct action *action, const char *typed)
{
	size_t length = strlen(typed);

	return length > 0 && (strncmp(action->name, typed, length) == 0 || strncmp(action->label, typed, length) == 0);
}

/* What can be done first, in the order of the table. */
static size_t find(const struct palette *self, struct arena *arena, struct found *list)
{
	const char *typed = line_text(&self->line);
	const char *folded = text_fold(arena, typed, strlen(typed));
	size_t count = 0;

	for (int turn = 0; turn < 4; turn++) {
		for (const struct action *action = actions; action->name != NULL && count < ACTIONS_MOST; action++) {
			const char *reason;

			if (!worth_naming(action) || begins(action, folded) != (turn % 2 == 0) || !fits(action, folded, arena))
				continue;
			reason = session_blocked(self->view.session, self->over, action);
			if ((reason == NULL) == (turn < 2))
				list[count++] = (struct found){ action, reason };
		}
	}
	return count;
}

static void choose(struct palette *self)
{
	struct session *session = self->view.session;
	struct arena *arena = arena_new();
	struct found list[ACTIONS_MOST];
	size_t count = find(self, arena, list);
	const struct action *action = self->at < count ? list[self->at].action : NULL;
	bool can = action != NULL && list[self->at].reason == NULL;

	arena_free(arena);
	if (!can) {
		self->said = action == NULL ? "No action fits; type less." : "That cannot be done here now; its row says why.";
		return;
	}
	session_pop_to(session, &self->view);
	session_act(session, action);
}

static bool palette_act(struct view *view, const struct action *action)
{
	struct palette *self = (struct palette *)view;
	enum move move = move_of(action);
	struct session *session = view->session;
	struct found list[ACTIONS_MOST];
	struct arena *arena;
	bool moved = false;

	if (move == MOVE_BACK) {
		session_pop_to(session, view);
		return true;
	}
	session_changed(session);
	if (move == MOVE_ACCEPT) {
		choose(self);
		return true;
	}
	arena = arena_new();
	self->at = move_row(move, self->at, find(self, arena, list), 10, &moved);
	arena_free(arena);
	return moved;
}

static bool palette_key(struct view *view, const struct key *key)
{
	struct palette *self = (struct palette *)view;

	if (!line_key(&self->line, key))
		return false;
	self->at = 0;
	self->said = NULL;
	session_changed(view->session);
	return true;
}

static void palette_paste(struct view *view, const char *bytes, size_t length)
{
	struct palette *self = (struct palette *)view;

	self->said = line_paste(&self->line, bytes, length);
	self->at = 0;
	session_changed(view->session);
}

static void palette_click(struct view *view, int id)
{
	((struct palette *)view)->at = (size_t)id;
}

static bool palette_typing(const struct view *view)
{
	(void)view;
	return true;
}

static void draw_row(const struct palette *self, const struct found *found, struct canvas *canvas, int row, int columns, bool here)
{
	enum style style = here ? STYLE_ROW_HERE : found->reason != NULL ? STYLE_DIM : STYLE_ROW;
	const char *key = keymap_key(session_keymap(self->view.session), self->over->class->place, found->action->name, canvas->arena);
	int name = columns >= 60 ? 20 : 16, keys = columns >= 60 ? 10 : 6;

	if (here) {
		canvas_fill(canvas, row, 0, columns, style);
		canvas_border(canvas, row, 1, 1, BORDER_POINTER, style);
	}
	canvas_words(canvas, row, 3, name - 1, style, found->action->name);
	canvas_words(canvas, row, 3 + name, keys - 1, here || found->reason != NULL ? style : STYLE_KEY, key);
	if (found->reason != NULL)
		canvas_format(canvas, row, 3 + name + keys, -1, style, "not now: %s", found->reason);
	else
		canvas_words(canvas, row, 3 + name + keys, -1, style, found->action->help);
}

static void palette_draw(const struct view *view, struct canvas *canvas, struct area area)
{
	const struct palette *self = (const struct palette *)view;
	struct found *list = arena_alloc(canvas->arena, sizeof(*list) * ACTIONS_MOST);
	size_t count = find(self, canvas->arena, list), first = 0;
	int helps = area.rows >= 12 ? 3 : 0;
	int rows = area.rows - 1 - helps;

	if (area.rows < 1)
		return;
	canvas_words(canvas, area.top, 1, 2, STYLE_KEY, ":");
	line_draw(&self->line, canvas, area.top, 3, area.columns > 46 ? 40 : area.columns - 4, true);
	if (self->said != NULL)
		canvas_words(canvas, area.top, 45, -1, STYLE_WARNING, self->said);
	else
		canvas_format(canvas, area.top, 45, -1, STYLE_DIM, count == 1 ? "%zu action, Enter does it" : "%zu actions, Enter does it", count);
	if (rows > 0 && self->at >= (size_t)rows)
		first = self->at - (size_t)rows + 1;
	for (int row = 0; row < rows && first + (size_t)row < count; row++) {
		draw_row(self, &list[first + (size_t)row], canvas, area.top + 1 + row, area.columns, first + (size_t)row == self->at);
		canvas_target(canvas, area.top + 1 + row, 0, area.columns, (int)first + row);
	}
	if (helps > 0 && self->at < count) {
		const char *reason = list[self->at].reason;

		canvas_border(canvas, area.top + area.rows - helps, 0, area.columns, BORDER_HORIZONTAL, STYLE_HEADING);
		canvas_wrap(canvas, area.top + area.rows - helps + 1, 1, area.columns - 2, 2, STYLE_PLAIN, reason == NULL
				? list[self->at].action->help : arena_format(canvas->arena, "%s Not now: %s.", list[self->at].action->help, reason));
	}
}

/* Keys that only other fields have a use for. */
static const char *palette_blocked(const struct view *view, const struct action *action)
{
	enum move move = move_of(action);

	(void)view;
	return move >= MOVE_NEXT && move <= MOVE_APPLY && move != MOVE_ACCEPT && move != MOVE_BACK ? "this field searches" : NULL;
}

static const char *palette_label(const struct view *view, const struct action *action)
{
	(void)view;
	return move_of(action) == MOVE_ACCEPT ? "do it" : NULL;
}

static const char *palette_title(const struct view *view, struct arena *arena)
{
	(void)view;
	return arena_text(arena, "All actions - type a part of a name or of what it does");
}

static void palette_close(struct view *view)
{
	struct palette *self = (struct palette *)view;

	line_free(&self->line);
	free(self);
}

static const struct view_class palette_class = {
	.place = "palette", .close = palette_close, .draw = palette_draw, .act = palette_act, .key = palette_key,
	.paste = palette_paste, .typing = palette_typing, .blocked = palette_blocked, .title = palette_title,
	.label = palette_label, .click = palette_click,
};

struct view *palette_view_new(struct session *session, struct view *over)
{
	struct palette *self = memory_new(sizeof(*self));

	self->view.class = &palette_class;
	self->view.session = session;
	self->over = over;
	line_init(&self->line, NULL, 0, false);
	return &self->view;
}
