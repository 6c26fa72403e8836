/*
 * person_before: reading history and access log, and joining them.
 *
 * The gate answers also where the page is gone; then the answer finds nobody.
 * Loop thread.
 */
#include "ui/person_before.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/memory.h"
#include "gate/whose.h"
#include "ui/history.h"
#include "ui/moment.h"
#include "ui/session.h"

enum { EVENTS_MOST = 20, TEXT_MOST = 100, SAME_SECONDS = 3 };

struct before_link { struct person_before *before; };     /* NULL: nobody waits any more */

/* --- what is due ------------------------------------------------------------------------------------------------ */

void person_before_dues(struct person_before *before)
{
	struct desk *desk = before->session == NULL ? NULL : session_engine(before->session)->desk;
	size_t count = 0;
	const struct desk_due *dues = desk == NULL ? NULL : desk_dues(desk, &count);

	arena_free(before->due_arena);
	before->due_arena = arena_new();
	before->dues = arena_alloc(before->due_arena, (count + 1) * sizeof *before->dues);
	before->due_count = 0;
	for (size_t i = 0; i < count; i++) {
		struct arena *arena = before->due_arena;

		if (strcmp(dues[i].login, before->name) != 0)
			continue;
		before->dues[before->due_count++] = (struct person_due){
			.id = arena_text(arena, dues[i].id), .steps = dues[i].steps, .past = dues[i].when <= session_now(before->session),
			.words = arena_format(arena, "%s (left by %s, %s)", dues[i].words, dues[i].who, history_time(arena, dues[i].steps ? dues[i].since : dues[i].when)),
		};
	}
}

/* --- what was done ------------------------------------------------------------------------------------------------ */

static void history_came(void *context, struct history *takes, const struct error *error)
{
	struct before_link *link = context;
	struct person_before *before = link->before;

	free(link);
	if (before == NULL) {
		history_free(takes);
		return;
	}
	before->link = NULL;
	free(before->trouble);
	before->trouble = NULL;
	if (takes == NULL)
		before->trouble = memory_text(error == NULL ? "the history could not be read" : error->text);
	else {
		history_free(before->history);
		before->history = takes;
		before->came_at = clock_now();
	}
	before->changed(before->context);
}

static void events_came(void *context, const struct directory_event *events, size_t count, bool available, const struct error *error)
{
	struct person_before *before = context;

	before->query = NULL;
	before->events_available = available && (error == NULL || error->kind == ERROR_NONE);
	before->event_count = 0;
	arena_free(before->arena);
	before->arena = arena_new();
	before->events = arena_alloc(before->arena, (count + 1) * sizeof *before->events);
	for (size_t i = 0; i < count && before->events_available; i++)
		before->events[before->event_count++] = (struct directory_event){ .time = events[i].time,
			.who = arena_text(before->arena, history_given(events[i].who)), .what = arena_text(before->arena, history_given(events[i].what)),
			.place = NULL, .words = arena_text(before->arena, history_given(events[i].words)) };
	before->changed(before->context);
}

void person_before_read(struct person_before *before, struct session *session, const struct record *record,
		void (*changed)(void *context), void *context)
{
	struct engine *engine = session_engine(session);

	before->session = session;
	before->changed = changed;
	before->context = context;
	free(before->name);
	free(before->address);
	free(before->place);
	before->name = memory_text(record->name);
	before->address = memory_text(record_text(record, "address"));
	before->place = memory_text(record->place == NULL ? "" : record->place);
	person_before_dues(before);
	if (before->link == NULL) {
		before->link = memory_new(sizeof *before->link);
		before->link->before = before;
		gate_history(engine->gate, history_came, before->link);
	}
	if (before->query == NULL && before->place[0] != '\0')
		before->query = directory_events(engine->directory, before->place, EVENTS_MOST, events_came, before);
}

bool person_before_busy(const struct person_before *before)
{
	return before->link != NULL || before->query != NULL;
}

/* --- whose change it was ------------------------------------------------------------------------------------------ */

/* By the login, or of the mailbox "SERVER/ADDRESS" and the sessions of it. */
static bool is_theirs(const struct person_before *before, const struct history_entry *entry)
{
	const char *name = history_given(entry->name), *slash = strrchr(name, '/');

	if (strcmp(history_given(entry->kind), "user") == 0)
		return strcmp(name, before->name) == 0;
	if (strcmp(history_given(entry->kind), "mailbox") != 0 && strcmp(history_given(entry->kind), "sessions") != 0)
		return false;
	name = slash == NULL ? name : slash + 1;
	return text_same_ascii_case(name, before->address) || strcmp(name, before->name) == 0;
}

/* --- for the first lines ---------------------------------------------------------------------------------------------- */

int64_t person_before_changed(const struct person_before *before, const char *field)
{
	for (size_t i = 0; before->history != NULL && i < before->history->count; i++) {
		const struct history_entry *entry = &before->history->entries[i];

		if (entry->state != HISTORY_DONE || !is_theirs(before, entry))
			continue;
		if (history_touches(entry, field))
			return entry->undo_of == NULL ? entry->time : 0;
	}
	return 0;
}

struct wrong_before person_before_wrong(const struct person_before *before, const struct record *record, struct arena *arena)
{
	struct wrong_before tells = { .locked_by = NULL };
	const struct history_entry *lock = history_lock(before->history, record), *back = history_without_password(before->history, record);

	if (lock != NULL) {
		tells.locked_by = arena_text(arena, history_maker(lock));
		tells.locked_when = history_time(arena, lock->time);
		tells.locked_why = arena_text(arena, history_given(lock->reason));
		tells.locked_as = history_is_job(lock, JOB_STOLEN) ? "as STOLEN" : history_is_job(lock, JOB_LEAVER) ? "as a leaver" : NULL;
	}
	if (back != NULL && record_time(record, "password_changed") <= back->time)
		tells.without_password = history_time(arena, back->time);
	return tells;
}

/* --- words ---------------------------------------------------------------------------------------------------------- */

/* A job of several changes is one line: that of its newest step. */
static bool is_further_step(const struct person_before *before, size_t at)
{
	const struct history_entry *entries = before->history->entries;

	for (size_t i = 0; i < at && entries[at].job != NULL; i++)
		if (entries[i].job != NULL && strcmp(entries[i].job, entries[at].job) == 0 && is_theirs(before, &entries[i]))
			return true;
	return false;
}

/* Our own writes stand in the access log too. */
static bool told(const struct person_before *before, const struct directory_event *event)
{
	for (size_t i = 0; before->history != NULL && i < before->history->count; i++) {
		int64_t apart = before->history->entries[i].time - event->time;

		if (is_theirs(before, &before->history->entries[i]) && apart <= SAME_SECONDS && apart >= -SAME_SECONDS)
			return true;
	}
	return false;
}

/* "cn=anna,cn=users,..." is "anna". */
static const char *short_name(struct arena *arena, const char *place)
{
	const char *equals = strchr(place, '=');

	return equals == NULL ? place : arena_bytes(arena, equals + 1, strcspn(equals + 1, ","));
}

/* What a job did is told by its first step, which the others follow; a step that is not done is told instead. */
static const struct history_entry *step_to_tell(const struct person_before *before, const struct history_entry *newest)
{
	const struct history_entry *tell = newest;

	for (size_t i = 0; newest->job != NULL && i < before->history->count; i++) {
		const struct history_entry *entry = &before->history->entries[i];

		if (entry->job == NULL || strcmp(entry->job, newest->job) != 0 || !is_theirs(before, entry))
			continue;
		if (entry->state != HISTORY_DONE && entry->state != HISTORY_UNDONE)
			return entry;
		tell = entry;
	}
	return tell;
}

static const char *entry_line(const struct person_before *before, struct arena *arena, const struct history_entry *newest)
{
	const struct history_entry *entry = step_to_tell(before, newest);
	const char *line = arena_format(arena, "%s  %s%s%s", history_time(arena, newest->time), newest->job == NULL ? "" : history_given(newest->job_words),
		newest->job == NULL ? "" : ": ", history_given(entry->sentence));

	/* What was taken back of one step is told with the job, which has others. */
	if (entry->state != HISTORY_DONE && entry->state_words != NULL && (entry->state != HISTORY_UNDONE || entry->of == NULL))
		line = arena_format(arena, "%s, %s", line, entry->state_words);
	if (newest->of != NULL && newest->of->state != HISTORY_DONE)
		line = arena_format(arena, "%s - %s", line, newest->of->state_words);
	return arena_format(arena, "%s  (%s%s%s)", line, history_given(entry->who), history_given(entry->reason)[0] == '\0' ? "" : ": ", history_given(entry->reason));
}

static const char *event_line(struct arena *arena, const struct directory_event *event)
{
	const char *words = event->words;

	return arena_format(arena, "%s  %s%s%.*s  (%s, by the access log)", history_time(arena, event->time), event->what, words[0] == '\0' ? "" : ": ",
		(int)strcspn(words, "\n"), words, short_name(arena, event->who));
}

/* Newest first, both together; at most `most`. Returns how many there are. */
static size_t lines_of(const struct person_before *before, struct arena *arena, const char **lines, size_t most)
{
	size_t entry = 0, event = 0, count = 0;

	for (;;) {
		const struct history *history = before->history;

		while (history != NULL && entry < history->count && (!is_theirs(before, &history->entries[entry]) || is_further_step(before, entry)))
			entry++;
		while (event < before->event_count && told(before, &before->events[event]))
			event++;
		if ((history == NULL || entry >= history->count) && event >= before->event_count)
			return count;
		if (history != NULL && entry < history->count && (event >= before->event_count || history->entries[entry].time >= before->events[event].time)) {
			if (count < most)
				lines[count] = entry_line(before, arena, &history->entries[entry]);
			entry++;
		} else {
			if (count < most)
				lines[count] = event_line(arena, &before->events[event]);
			event++;
		}
		count++;
	}
}

static const char *sources(const struct person_before *before, struct arena *arena)
{
	return arena_format(arena, "%s%s", before->history != NULL && before->history->others ? "everybody's journals" : "the journal of this login",
		before->events_available ? ", the access log" : before->query != NULL ? "" : "; no access log can be read");
}

void person_before_said(const struct person_before *before, struct arena *arena, struct before_said *said)
{
	size_t count = lines_of(before, arena, said->lines, BEFORE_LINES);

	said->line_count = count < BEFORE_LINES ? count : BEFORE_LINES;
	if (before->trouble != NULL && count == 0)
		said->words = before->trouble;
	else if (before->history == NULL && count == 0)
		said->words = "reading ..";
	else
		said->words = count == 0 ? arena_format(arena, "none; %s", sources(before, arena)) :
			arena_format(arena, "%zu; %s", count, sources(before, arena));
}

void person_before_text(const struct person_before *before, enum visible_form form, struct text *text)
{
	struct arena *arena = arena_new();
	const char **lines = arena_alloc(arena, TEXT_MOST * sizeof *lines);
	size_t count = lines_of(before, arena, lines, TEXT_MOST);

	for (size_t i = 0; i < count && i < TEXT_MOST; i++)
		text_addf(text, "%s\n", text_visible_string(arena, form, lines[i], strlen(lines[i])));
	text_addf(text, "%s%s\n", count == 0 ? "No change is known. Asked: " : "Asked: ", sources(before, arena));
	if (before->trouble != NULL)
		text_addf(text, "! %s\n", text_visible_string(arena, form, before->trouble, strlen(before->trouble)));
	arena_free(arena);
}

void person_before_end(struct person_before *before)
{
	if (before->link != NULL)
		before->link->before = NULL;
	if (before->query != NULL)
		directory_query_cancel(before->query);
	history_free(before->history);
	arena_free(before->arena);
	arena_free(before->due_arena);
	free(before->name);
	free(before->address);
	free(before->place);
	free(before->trouble);
	*before = (struct person_before){ .session = NULL };
}
