/*
 * history_draw: how the history looks: newest first, and below or beside the
 * rows the one under the cursor with its attribute lines.  No effects, never
 * fails; loop thread.
 */
#include "ui/history.h"

#include <string.h>
#include <time.h>

#include "base/text.h"
#include "ui/frame.h"
#include "ui/keymap.h"
#include "ui/wrapped.h"

enum { BESIDE = 120 };

char *history_time(struct arena *arena, int64_t epoch)
{
	time_t seconds = (time_t)epoch;
	struct tm local;
	char words[32];

	if (localtime_r(&seconds, &local) == NULL || strftime(words, sizeof(words), "%Y-%m-%d %H:%M", &local) == 0)
		return text_from_time(arena, epoch);
	return arena_text(arena, words);
}

/* Where servers are watched: what is shown, and how much there is. */
static const char *watched_title(const struct history_view *self, struct arena *arena)
{
	static const char *const words[][2] = {
		[SCOPE_ALL] = { "events and changes", "event or change" }, [SCOPE_EVENTS] = { "events", "event" },
		[SCOPE_OPEN] = { "events that last", "event that lasts" }, [SCOPE_CHANGES] = { "changes", "change" },
	};
	const char *shown = text_from_count(arena, (int64_t)self->count);
	bool unread = self->history == NULL && self->scope != SCOPE_EVENTS && self->scope != SCOPE_OPEN;

	return arena_format(arena, "History - %s %s%s, newest first%s", shown, words[self->scope][self->count == 1], line_empty(&self->filter) ? "" : " found",
		!unread ? "" : self->trouble == NULL ? " - changes are being read" : " - CHANGES NOT READABLE");
}

const char *history_title(const struct view *view, struct arena *arena)
{
	const struct history_view *self = (const struct history_view *)view;
	bool others = (self->history != NULL && self->history->others) || self->log_available;
	const char *whose = others ? self->log_available ? "with the access log" : "with the shared journal" : "made by you here";
	const char *count = text_from_count(arena, (int64_t)self->total);

	if (self->watched)
		return watched_title(self, arena);
	if (self->history == NULL)
		return arena_format(arena, "History - %s", self->trouble == NULL ? "being read" : "not readable");
	if (!line_empty(&self->filter))
		return arena_format(arena, "History - %s of %s changes, newest first - %s", text_from_count(arena, (int64_t)self->count), count, whose);
	return arena_format(arena, "History - %s %s, newest first - %s", count, self->log_count >= HISTORY_EVENTS_MOST ? "changes and older ones"
			: self->total == 1 ? "change" : "changes", whose);
}

static enum style state_style(const struct history_view *self, const struct history_row *row, struct arena *arena)
{
	struct history_trial_now now;

	if (row->event != NULL)
		return row->open ? row->event->level == LEVEL_CRITICAL ? STYLE_BAD : STYLE_WARNING : STYLE_DIM;
	if (row->entry == NULL)
		return STYLE_DIM;
	if (history_trial(self, row, arena, &now))
		return now.style;
	switch (history_state_of(row)) {
	case HISTORY_DONE: return STYLE_OK;
	case HISTORY_UNDONE: return STYLE_DIM;
	case HISTORY_UNKNOWN: return STYLE_WARNING;
	default: return STYLE_BAD;
	}
}

enum { STATE_LEAST = 8, STATE_MOST = 12 /* "100/120 done" */ };

/* "2/4 done"; the word alone where that is more than any column has room for. */
static const char *counted_word(struct arena *arena, size_t some, size_t all, const char *word)
{
	const char *words = arena_format(arena, "%zu/%zu %s", some, all, word);

	return strlen(words) > STATE_MOST ? "PARTLY" : words;
}

/* One word that fits a narrow column; the preview has the whole of it. */
static const char *state_word(const struct history_view *self, const struct history_row *row, struct arena *arena)
{
	struct history_trial_now now;
	const struct history_job *job = row->job != NULL ? row->entry->of : NULL;

	if (row->event != NULL)
		return row->state;
	if (row->entry == NULL)
		return "log";
	if (history_trial(self, row, arena, &now))
		return now.word;
	switch (history_state_of(row)) {
	case HISTORY_DONE: return "done";
	case HISTORY_FAILED: return "failed";
	case HISTORY_UNKNOWN: return "UNKNOWN";
	case HISTORY_UNDONE: return "undone";
	case HISTORY_PARTLY: return job == NULL ? "PARTLY" : counted_word(arena, job->done, job->steps, "done");
	case HISTORY_PARTLY_UNDONE: return job == NULL ? "PARTLY" : counted_word(arena, job->undone, job->changed, "back");
	}
	return "";
}

/* Jobs of ten steps and more, and what is going back, take a wider column, where there are any. */
static int state_width(const struct history_view *self, struct arena *arena)
{
	size_t widest = STATE_LEAST;

	for (size_t i = 0; i < self->count; i++) {
		size_t length = self->rows[i].entry != NULL ? strlen(state_word(self, &self->rows[i], arena)) : 0;

		widest = length > widest ? length : widest;
	}
	return (int)widest;
}

struct columns { int time, who, what, state, reason; int state_width; int end; };

static bool any_reason(const struct history_view *self)
{
	for (size_t i = 0; i < self->count; i++) {
		if (self->rows[i].reason[0] != '\0')
			return true;
	}
	return false;
}

/* Where nobody gave a ticket, what happened has its column too. */
static struct columns place_columns(int width, bool reasons, bool watched, int state_width)
{
	struct columns at = { .time = 2, .state_width = state_width, .end = width };

	if (width < 60) {
		at.what = 9;
		at.state = width - state_width;
		return at;
	}
	/* Sentences of events are long, so the year gives way to them. */
	at.who = watched ? 15 : 20;
	at.what = at.who + (watched ? 10 : width >= 100 ? 21 : 11);
	at.reason = !reasons ? width : width - (width >= 100 ? 17 : 11);
	at.state = at.reason - state_width - 1;
	return at;
}

static void draw_row(const struct history_view *self, const struct history_row *row, struct canvas *canvas, int at, struct columns columns, bool here)
{
	enum style style = here ? STYLE_ROW_HERE : STYLE_ROW;
	const char *when = history_time(canvas->arena, row->time);

	if (here) {
		canvas_fill(canvas, at, 0, columns.end, style);
		canvas_border(canvas, at, 0, 1, BORDER_POINTER, style);
		canvas_cursor(canvas, at, 0, false);
	}
	if (columns.who == 0) {
		canvas_words(canvas, at, columns.time, 6, style, strlen(when) > 11 ? when + 11 : when);
	} else {
		canvas_words(canvas, at, columns.time, 17, style, columns.who < 20 && strlen(when) > 5 ? when + 5 : when);
		canvas_words(canvas, at, columns.who, columns.what - columns.who - 1, style, row->who);
		canvas_words(canvas, at, columns.reason, columns.end - columns.reason, style, row->reason);
	}
	canvas_words(canvas, at, columns.what + (row->step ? 2 : 0), columns.state - columns.what - (row->step ? 3 : 1), style, row->what);
	canvas_words(canvas, at, columns.state, columns.state_width, here ? style : state_style(self, row, canvas->arena),
		state_word(self, row, canvas->arena));
}

static void draw_head(struct canvas *canvas, int row, struct columns columns)
{
	canvas_words(canvas, row, columns.time, 6, STYLE_LABEL, "When");
	canvas_words(canvas, row, columns.what, 6, STYLE_LABEL, "What");
	canvas_words(canvas, row, columns.state, 8, STYLE_LABEL, "State");
	if (columns.who == 0)
		return;
	canvas_words(canvas, row, columns.who, 6, STYLE_LABEL, "Who");
	canvas_words(canvas, row, columns.reason, columns.end - columns.reason, STYLE_LABEL, "Ticket");
}

static const char *nothing_words(const struct history_view *self)
{
	switch (self->scope) {
	case SCOPE_EVENTS: return "Nothing has begun or ended yet.";
	case SCOPE_OPEN: return "Nothing lasts: whatever began is over.";
	case SCOPE_CHANGES: return "Nothing was changed yet. Every change made here will stand in this list and can be taken back from it.";
	default: return "Nothing has begun, ended or been changed yet.";
	}
}

static void draw_rows(const struct history_view *self, struct canvas *canvas, int top, int rows, int width)
{
	struct columns columns = place_columns(width, any_reason(self), self->watched, state_width(self, canvas->arena));
	size_t first = 0;

	if (rows >= 4) {
		draw_head(canvas, top, columns);
		top++;
		rows--;
	}
	if (self->count == 0) {
		const char *words = self->trouble != NULL ? self->trouble : self->history == NULL ? "Reading..."
			: self->watched && line_empty(&self->filter) ? nothing_words(self)
			: self->total == 0 ? "Nothing was changed yet. Every change made here will stand in this list and can be taken back from it."
			: "Nothing fits the filter.";

		canvas_wrap(canvas, top, 2, width - 3, rows, self->trouble != NULL ? STYLE_BAD : STYLE_DIM, words);
		return;
	}
	if (rows > 0 && self->at >= (size_t)rows)
		first = self->at - (size_t)rows + 1;
	for (int row = 0; row < rows && first + (size_t)row < self->count; row++) {
		draw_row(self, &self->rows[first + (size_t)row], canvas, top + row, columns, first + (size_t)row == self->at);
		canvas_target(canvas, top + row, 0, width, (int)first + row);
	}
}

static void add_line(struct wrapped *wrapped, const char *label, enum style style, const char *words)
{
	if (words != NULL && words[0] != '\0')
		wrapped_add(wrapped, 1, STYLE_LABEL, label, 9, style, words);
}

static void preview_event(const struct history_view *self, struct wrapped *wrapped, struct arena *arena, const struct history_row *row)
{
	add_line(wrapped, "Began", STYLE_VALUE, history_time(arena, row->time));
	add_line(wrapped, "Lasts", state_style(self, row, arena), history_span(self, arena, row->event));
	add_line(wrapped, "On it", STYLE_VALUE, row->event->who);
	if (row->event->note != NULL)
		wrapped_text(wrapped, 1, 2, STYLE_PLAIN, row->event->note, strlen(row->event->note));
}

static void draw_preview(const struct history_view *self, struct canvas *canvas, int top, int column, int rows, int width)
{
	const struct history_row *row = self->at < self->count ? &self->rows[self->at] : NULL;
	struct history_trial_now now;
	struct wrapped wrapped;

	if (row == NULL || rows < 1)
		return;
	wrapped_start(&wrapped, canvas->arena, canvas->form, width);
	wrapped_add(&wrapped, 0, STYLE_TITLE, NULL, 1, STYLE_TITLE, row->what);
	if (row->event != NULL) {
		preview_event(self, &wrapped, canvas->arena, row);
		wrapped_draw(&wrapped, canvas, top, column, rows, 0);
		return;
	}
	add_line(&wrapped, "State", state_style(self, row, canvas->arena), history_trial(self, row, canvas->arena, &now) ? now.words : row->state);
	if (row->entry != NULL && row->entry->state == HISTORY_UNKNOWN) {
		const char *key = keymap_key(session_keymap(self->view.session), "history", "refresh", canvas->arena);

		if (key != NULL)
			add_line(&wrapped, "", STYLE_WARNING, arena_format(canvas->arena, "%s looks again now; until it is known the object is locked here", key));
	}
	add_line(&wrapped, "Who", STYLE_VALUE, row->entry == NULL || row->entry->host == NULL || row->entry->host[0] == '\0' ? row->whole_who
			: arena_format(canvas->arena, "%s (%s)", row->whole_who, row->entry->host));
	add_line(&wrapped, "Ticket", STYLE_VALUE, row->reason);
	if (row->entry != NULL && row->job == NULL)
		add_line(&wrapped, "Undo of", STYLE_VALUE, row->entry->undo_of);
	if (row->entry != NULL)
		add_line(&wrapped, "Number", STYLE_VALUE, row->entry->job);
	wrapped_text(&wrapped, 1, 2, STYLE_PLAIN, row->lines, strlen(row->lines));
	wrapped_draw(&wrapped, canvas, top, column, rows, 0);
}

static int draw_filter(const struct history_view *self, struct canvas *canvas, int row, int width)
{
	if (!self->filtering && line_empty(&self->filter))
		return 0;
	canvas_words(canvas, row, 1, 6, STYLE_LABEL, "Find:");
	line_draw(&self->filter, canvas, row, 7, width - 8 > 50 ? 50 : width - 8, self->filtering);
	return 1;
}

void history_draw(const struct view *view, struct canvas *canvas, struct area area)
{
	const struct history_view *self = (const struct history_view *)view;
	bool beside = area.columns >= BESIDE;
	int width = beside ? area.columns * 2 / 3 : area.columns;
	int preview = beside || area.rows < 10 ? 0 : area.rows * 2 / 5;
	int top = area.top, rows = area.rows - preview, used;

	if (area.rows < 1 || area.columns < 1)
		return;
	used = draw_filter(self, canvas, top, area.columns);
	draw_rows(self, canvas, top + used, rows - used, width);
	if (beside) {
		for (int row = 0; row < area.rows; row++)
			canvas_border(canvas, top + row, width, 1, BORDER_VERTICAL, STYLE_HEADING);
		draw_preview(self, canvas, top, width + 2, area.rows, area.columns - width - 3);
	} else if (preview > 1 && self->at < self->count) {
		frame_rule(canvas, top + rows, 0, area.columns, self->rows[self->at].event != NULL ? "what was noted" : "what changed");
		draw_preview(self, canvas, top + rows + 1, 0, preview - 1, area.columns - 1);
	}
	if (self->filtering)
		line_draw(&self->filter, canvas, top, 7, area.columns - 8 > 50 ? 50 : area.columns - 8, true);
}
