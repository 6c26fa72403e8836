/*
 * history_rows: the rows of the history: the journals, what only the access log
 * of the directory tells, and the events of the servers, newest first.
 *
 * Nothing is read and nothing fails here.  Loop thread.
 */
#include "ui/history.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"

enum { SAME_SECONDS = 5 };

static bool fits(const struct history_row *row, const char *folded, struct arena *arena)
{
	const char *all = arena_format(arena, "%s %s %s %s %s %s", row->who, row->what, row->state, row->reason, row->lines,
			row->entry == NULL ? "" : row->entry->id);

	return text_has_words(arena, all, folded);
}

const char *history_given(const char *words)
{
	return words == NULL ? "" : words;
}

/* Does the journal tell of this event already? The access log sees our own writes too. */
static bool told(const struct history *history, const struct history_row *event)
{
	for (size_t i = 0; history != NULL && i < history->count; i++) {
		const struct history_entry *entry = &history->entries[i];
		int64_t apart = entry->time - event->time;

		if (apart > SAME_SECONDS || apart < -SAME_SECONDS)
			continue;
		if (entry->name == NULL || entry->name[0] == '\0' || strstr(event->lines, entry->name) != NULL)
			return true;
		/* Locks and memberships of one of our sets have other names, but the same login and second. */
		if (event->same_login && apart <= 1 && apart >= -1)
			return true;
	}
	return false;
}

static int newest_first(const void *a, const void *b)
{
	const struct history_row *x = a, *y = b;

	if (x->sort != y->sort)
		return x->sort > y->sort ? -1 : 1;
	return (x->order > y->order) - (x->order < y->order);
}

static bool in_scope(const struct history_view *self, const struct history_row *row)
{
	switch (self->scope) {
	case SCOPE_EVENTS: return row->event != NULL;
	case SCOPE_OPEN: return row->event != NULL && history_lasts(self, row->event);
	case SCOPE_CHANGES: return row->event == NULL;
	default: return true;
	}
}

static void add_row(struct history_view *self, const struct history_row *row, const char *folded, struct arena *scratch)
{
	if (row->event != NULL)
		self->event_total++;
	else
		self->total += !row->step;
	if (!in_scope(self, row))
		return;
	if (folded[0] != '\0' && !fits(row, folded, scratch))
		return;
	self->rows[self->count] = *row;
	self->rows[self->count].order = self->count;
	self->count++;
}

enum history_state history_state_of(const struct history_row *row)
{
	return row->job != NULL ? row->job_state : row->entry->state;
}

const char *history_who(const struct history_entry *entry)
{
	const char *who = history_given(entry->who);

	/* The title says "made by you here"; the column has no room for it. */
	if (strncmp(who, HISTORY_ITSELF ",", strlen(HISTORY_ITSELF) + 1) == 0)
		return HISTORY_ITSELF;
	return strcmp(who, HISTORY_OURS) == 0 ? "you, here" : who;
}

void history_rebuild(struct history_view *self)
{
	struct arena *scratch = arena_new();
	const char *folded = text_fold(scratch, line_text(&self->filter), strlen(line_text(&self->filter)));
	size_t entries, events;
	struct history_row *event_rows, *entry_rows;

	arena_free(self->arena);
	self->arena = arena_new();
	events = history_event_rows(self, &event_rows);
	entries = history_entry_rows(self, &entry_rows);
	self->rows = arena_alloc(self->arena, sizeof(*self->rows) * (entries + self->log_count + events + 1));
	self->count = self->total = self->event_total = self->unknown = 0;
	for (size_t i = 0; i < events; i++)
		add_row(self, &event_rows[i], folded, scratch);
	for (size_t i = 0; i < entries; i++) {
		if (entry_rows[i].job == NULL && entry_rows[i].entry->state == HISTORY_UNKNOWN)
			self->unknown++;
		/* What is hidden in a job counts too. */
		else if (entry_rows[i].job != NULL && entry_rows[i].job_state == HISTORY_UNKNOWN)
			self->unknown++;
		add_row(self, &entry_rows[i], folded, scratch);
	}
	for (size_t i = 0; i < self->log_count; i++) {
		if (!told(self->history, &self->log[i]))
			add_row(self, &self->log[i], folded, scratch);
	}
	if (self->count > 1)
		qsort(self->rows, self->count, sizeof(*self->rows), newest_first);
	if (self->at >= self->count)
		self->at = self->count == 0 ? 0 : self->count - 1;
	arena_free(scratch);
	session_changed(self->view.session);
}

/* --- where the cursor is ------------------------------------------------------------------------- */

char *history_here_id(const struct history_view *self)
{
	const struct history_row *row = self->at < self->count ? &self->rows[self->at] : NULL;

	if (row == NULL || (row->entry == NULL && row->event == NULL))
		return NULL;
	return memory_text(row->event != NULL ? row->event->id : row->job != NULL ? row->job : row->entry->id);
}

void history_stay_on(struct history_view *self, const char *id)
{
	for (size_t i = 0; id != NULL && i < self->count; i++) {
		if (self->rows[i].entry != NULL && strcmp(self->rows[i].job != NULL ? self->rows[i].job : self->rows[i].entry->id, id) == 0)
			self->at = i;
		if (self->rows[i].event != NULL && strcmp(self->rows[i].event->id, id) == 0)
			self->at = i;
	}
}

/* --- the access log ------------------------------------------------------------------------------- */

/* "cn=anna,cn=users,..." is "anna" in a list; the preview has all of it. */
static const char *short_name(struct arena *arena, const char *place)
{
	const char *begin = strchr(place, '='), *end;

	if (begin == NULL)
		return arena_text(arena, place);
	for (end = ++begin; *end != '\0' && *end != ','; end++) {
		if (*end == '\\' && end[1] != '\0')
			end++;
	}
	return arena_bytes(arena, begin, (size_t)(end - begin));
}

void history_keep_log(struct history_view *self, const struct directory_event *events, size_t count)
{
	const char *identity = history_given(directory_status(session_engine(self->view.session)->directory)->identity);

	arena_free(self->log_arena);
	self->log_arena = arena_new();
	self->log = arena_alloc(self->log_arena, sizeof(*self->log) * (count + 1));
	self->log_count = count;
	for (size_t i = 0; i < count; i++) {
		self->log[i] = (struct history_row){
			.time = events[i].time, .sort = events[i].time,
			.who = short_name(self->log_arena, history_given(events[i].who)),
			.what = arena_format(self->log_arena, "%s %s", history_given(events[i].what),
				short_name(self->log_arena, history_given(events[i].place))),
			.state = "told by the access log of the directory", .reason = "",
			.whole_who = arena_text(self->log_arena, history_given(events[i].who)),
			.lines = arena_format(self->log_arena, "%s\n%s", history_given(events[i].place), history_given(events[i].words)),
			.same_login = text_same_ascii_case(identity, history_given(events[i].who)),
		};
	}
}
