/*
 * history_events: events of the servers beside the changes, one of them in
 * full, and the text for the end of a shift.
 *
 * The collector's events are copied, since they hold for one turn of the loop.
 * Nothing fails; loop thread.
 */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "ui/history.h"
#include "ui/moment.h"
#include "ui/prompt.h"
#include "ui/session.h"

enum { SAME_TIME_SECONDS = 15 * 60, SHIFT_HOURS = 8 };

static struct live *live_of(const struct history_view *self)
{
	return session_engine(self->view.session)->live;
}

/* A maintenance has its end from the beginning. */
bool history_lasts(const struct history_view *self, const struct live_event *event)
{
	return event->ended == 0 || event->ended > session_now(self->view.session);
}

const char *history_span(const struct history_view *self, struct arena *arena, const struct live_event *event)
{
	int64_t now = session_now(self->view.session);

	if (event->ended > now)
		return arena_format(arena, "until %s", moment_words(arena, event->ended, now));
	if (event->ended == 0)
		return arena_format(arena, "for %s", moment_age(arena, now - event->began));
	if (event->ended == event->began)
		return "";
	return arena_format(arena, "ended %s after %s", moment_words(arena, event->ended, now), event->ended - event->began < 60 ? "less than a minute" :
		moment_age(arena, event->ended - event->began));
}

/* One narrow word: that it lasts, or how long it did. */
static const char *state_of(const struct history_view *self, struct arena *arena, const struct live_event *event)
{
	if (history_lasts(self, event))
		return "OPEN";
	if (event->ended == event->began)
		return "";
	return event->ended - event->began < 60 ? "< 1 m" : moment_age(arena, event->ended - event->began);
}

/* A note that stands alone is its own sentence. */
static const char *sentence_of(struct arena *arena, const struct live_event *event)
{
	if (strcmp(event->rule, "note") == 0 && event->note != NULL)
		return arena_format(arena, "note %.*s", (int)strcspn(event->note, "\n"), event->note);
	return event->host[0] != '\0' && strstr(event->sentence, event->host) == NULL ? arena_format(arena, "%s: %s", event->host, event->sentence) :
		arena_text(arena, event->sentence);
}

static struct live_event *copy_of(struct arena *arena, const struct live_event *event)
{
	struct live_event *copy = arena_alloc(arena, sizeof *copy);

	*copy = *event;
	copy->id = arena_text(arena, event->id);
	copy->host = arena_text(arena, event->host);
	copy->rule = arena_text(arena, event->rule);
	copy->sentence = sentence_of(arena, event);
	copy->who = arena_text(arena, event->who);
	copy->note = arena_text(arena, event->note);
	return copy;
}

size_t history_event_rows(struct history_view *self, struct history_row **rows)
{
	size_t count = 0;
	const struct live_event *events = self->watched ? live_events(live_of(self), &count) : NULL;

	*rows = arena_alloc(self->arena, sizeof(**rows) * (count + 1));
	for (size_t i = 0; i < count; i++) {
		const struct live_event *event = copy_of(self->arena, &events[i]);

		(*rows)[i] = (struct history_row){
			.time = event->began, .sort = event->began, .event = event, .who = event->who == NULL ? "" : event->who, .what = event->sentence,
			.state = state_of(self, self->arena, event), .reason = "", .lines = event->note == NULL ? "" : event->note,
			.whole_who = event->who == NULL ? "" : event->who, .open = history_lasts(self, event),
		};
	}
	return count;
}

/* --- one in full ------------------------------------------------------------------------------------------ */

static void add_same_time(struct text *text, struct history_view *self, struct arena *arena, const struct live_event *event)
{
	bool any = false;

	for (size_t i = 0; i < self->count; i++) {
		const struct history_row *row = &self->rows[i];
		int64_t apart = row->time - event->began;

		if (row->event == event || apart < -SAME_TIME_SECONDS || apart > SAME_TIME_SECONDS)
			continue;
		text_addf(text, "%s  %s  %s\n", any ? "" : "\nAt the same time\n", history_time(arena, row->time), row->what);
		any = true;
	}
}

void history_open_event(struct history_view *self, const struct live_event *event)
{
	struct session *session = self->view.session;
	struct arena *arena = arena_new();
	const char *span = history_span(self, arena, event);
	struct text text = { 0 };

	text_addf(&text, "%s\n\nbegan   %s (%s)\n", event->sentence, history_time(arena, event->began), text_from_time(arena, event->began));
	if (span[0] != '\0')
		text_addf(&text, "lasts   %s\n", span);
	if (event->host[0] != '\0')
		text_addf(&text, "server  %s\n", event->host);
	text_addf(&text, "rule    %s\n", event->rule);
	if (event->who != NULL)
		text_addf(&text, "on it   %s\n", event->who);
	if (event->note != NULL)
		text_addf(&text, "\nNotes\n%s\n", event->note);
	add_same_time(&text, self, arena, event);
	session_push(session, text_view_new(session, "History - one event in full", text_get(&text), text.length));
	text_free(&text);
	arena_free(arena);
}

/* --- the end of a shift ------------------------------------------------------------------------------------- */

struct shift { struct history_view *view; };

static const char *wrong_since(struct session *session, const char *words)
{
	int64_t since;

	return moment_parse(words, session_now(session), true, &since) ? NULL : "That is no time: 22:00, 30 m, 8 h, 3 d.";
}

static void add_changes(struct text *text, const struct history_view *self, struct arena *arena, int64_t since)
{
	size_t changes = 0;
	struct text lines = { 0 };

	for (size_t i = 0; self->history != NULL && i < self->history->count; i++) {
		const struct history_entry *entry = &self->history->entries[i];
		bool as_meant = entry->state == HISTORY_DONE && entry->trial == TRIAL_NONE;

		if (entry->time < since)
			continue;
		changes++;
		text_addf(&lines, "  %s  %s%s%s (%s)\n", moment_words(arena, entry->time, session_now(self->view.session)), entry->sentence,
			as_meant ? "" : ", ", as_meant ? "" : entry->state_words, entry->who);
	}
	text_addf(text, "\nChanged: %zu\n%s", changes, text_get(&lines));
	text_free(&lines);
}

static void make_handover(struct session *session, void *context, const char *words)
{
	const struct history_view *self = ((const struct shift *)context)->view;
	const struct config *config = session_config(session);
	struct arena *arena = arena_new();
	struct text text = { 0 };
	char *events;
	int64_t since;

	moment_parse(words, session_now(session), true, &since);
	events = live_handover(live_of(self), since);
	text_addf(&text, "Hand-over %s%s%s, %s, by %s\n\n%s", config->system, config->name == NULL ? "" : " ", config->name == NULL ? "" : config->name,
		history_time(arena, session_now(session)), session_engine(session)->person, events);
	add_changes(&text, self, arena, since);
	session_push(session, text_view_new(session, "Hand-over", text_get(&text), text.length));
	free(events);
	text_free(&text);
	arena_free(arena);
}

void history_handover(struct history_view *self)
{
	struct shift *shift = memory_new(sizeof *shift);
	struct arena *arena = arena_new();
	struct prompt prompt = {
		.title = "Hand-over", .about = "The text for whoever takes over: what is open, what is over, notes, what was changed.", .label = "Since",
		.fallback = arena_format(arena, "%d h", SHIFT_HOURS), .wrong = wrong_since, .taken = make_handover, .context = shift,
		.help = "22:00 or 8 h. Enter shows the text; nothing is sent.",
	};

	shift->view = self;
	session_push(self->view.session, prompt_view_new(self->view.session, &prompt));
	arena_free(arena);
}
