/*
 * handover: events as a list for the screen, and as a text for the end of a
 * shift.
 *
 * Nothing fails.  Loop thread.
 */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/text.h"
#include "live/events.h"
#include "live/live_private.h"

const struct live_event *live_events(struct live *live, size_t *count)
{
	const struct event_list *all = events_all(live->events);
	struct live_event *list;
	size_t i;

	arena_free(live->events_shown);
	live->events_shown = arena_new();
	list = arena_alloc(live->events_shown, (all->count + 1) * sizeof(*list));
	for (i = 0; i < all->count; i++) {
		const struct event *event = &all->rows[all->count - 1 - i];
		struct arena *arena = live->events_shown;

		list[i] = (struct live_event){
			.id = arena_text(arena, event->id), .began = event->began, .ended = event->ended, .host = arena_text(arena, event->host),
			.rule = arena_text(arena, event->rule), .level = event->level, .sentence = arena_text(arena, event->sentence),
			.who = arena_text(arena, event->who), .note = arena_text(arena, event->note),
		};
	}
	*count = all->count;
	return list;
}

/* --- the text -------------------------------------------------------------------------------- */

/* Local time, as whoever reads it has it on the wall; with the day where it was another one. */
static const char *local_time(struct arena *arena, int64_t epoch, int64_t now)
{
	time_t seconds = (time_t)epoch, today = (time_t)now;
	struct tm local, here;
	char words[32];

	if (!localtime_r(&seconds, &local) || !localtime_r(&today, &here))
		return text_from_time(arena, epoch);
	if (!strftime(words, sizeof(words), local.tm_yday == here.tm_yday && local.tm_year == here.tm_year ? "%H:%M" : "%Y-%m-%d %H:%M", &local))
		return text_from_time(arena, epoch);
	return arena_text(arena, words);
}

static void add_notes(struct text *text, const char *note)
{
	while (note && *note) {
		size_t length = strcspn(note, "\n");

		text_addf(text, "      %.*s\n", (int)length, note);
		note += length;
		note += *note == '\n';
	}
}

static void add_event(struct text *text, struct arena *arena, const struct event *event, int64_t now)
{
	text_addf(text, "  %s  %s", local_time(arena, event->began, now), event->sentence);
	if (event->ended > now)
		text_addf(text, ", until %s", local_time(arena, event->ended, now));
	else if (event->ended > event->began)
		text_addf(text, ", lasted %s", text_from_age(arena, event->ended - event->began));
	else if (!event->ended)
		text_addf(text, ", for %s", text_from_age(arena, now - event->began));
	if (event->who)
		text_addf(text, " (%s)", event->who);
	text_add_char(text, '\n');
	add_notes(text, event->note);
}

char *live_handover(struct live *live, int64_t since)
{
	const struct event_list *all = events_all(live->events);
	int64_t now = clock_now();
	struct arena *arena = arena_new();
	struct text open = { 0 }, over = { 0 }, text = { 0 };
	size_t still = 0, ended = 0, i;

	for (i = 0; i < all->count; i++) {
		const struct event *event = &all->rows[i];
		bool lasts = !event->ended || event->ended > now;

		if (!lasts && event->ended < since)
			continue;
		add_event(lasts ? &open : &over, arena, event, now);
		still += lasts;
		ended += !lasts;
	}
	text_addf(&text, "Since %s\n", local_time(arena, since, now));
	text_addf(&text, "\nStill open: %zu\n%s", still, text_get(&open));
	text_addf(&text, "\nOver: %zu\n%s", ended, text_get(&over));
	text_free(&open);
	text_free(&over);
	arena_free(arena);
	return text_take(&text);
}
