/*
 * event_list: events as lines of JSON and back, and two lists made one.
 *
 * A line that makes no sense (another version's, a torn one) is left out, never
 * an obstacle.  Pure; a list belongs to one thread at a time.
 */
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/text.h"
#include "live/events.h"

static const char *const level_words[] = { "ok", "note", "warning", "critical" };

static void free_event(struct event *event)
{
	free(event->id);
	free(event->alarm);
	free(event->host);
	free(event->rule);
	free(event->sentence);
	free(event->who);
	free(event->note);
}

void event_list_clear(struct event_list *list)
{
	size_t i;

	for (i = 0; i < list->count; i++)
		free_event(&list->rows[i]);
	free(list->rows);
	*list = (struct event_list){ 0 };
}

static struct event *add(struct event_list *list)
{
	list->rows = memory_grow(list->rows, &list->room, list->count + 1, sizeof(*list->rows));
	list->rows[list->count] = (struct event){ 0 };
	return &list->rows[list->count++];
}

static struct event copy_of(const struct event *event)
{
	struct event copy = *event;

	copy.id = memory_text(event->id);
	copy.alarm = memory_text(event->alarm);
	copy.host = memory_text(event->host);
	copy.rule = memory_text(event->rule);
	copy.sentence = memory_text(event->sentence);
	copy.who = memory_text(event->who);
	copy.note = memory_text(event->note);
	return copy;
}

/* --- lines ----------------------------------------------------------------------------------- */

/* Texts of a line, bounded; anything that is no text counts as missing. */
static char *text_of(struct arena *arena, const struct json *object, const char *key)
{
	size_t length;
	const char *text = json_bytes(arena, json_get(object, key), &length);

	return text && length <= NOTE_MOST ? memory_text(text) : NULL;
}

static bool read_line(struct event *event, const char *line, size_t length)
{
	struct json *object = json_parse(line, length, NULL);
	struct arena *arena = arena_new();
	const char *level = json_get_text(object, "level");
	unsigned i;

	event->id = text_of(arena, object, "id");
	event->alarm = text_of(arena, object, "alarm");
	event->host = text_of(arena, object, "host");
	event->rule = text_of(arena, object, "rule");
	event->sentence = text_of(arena, object, "sentence");
	event->who = text_of(arena, object, "who");
	event->note = text_of(arena, object, "note");
	event->began = json_get_number(object, "began", 0);
	event->ended = json_get_number(object, "ended", 0);
	event->known_until = json_get_number(object, "known_until", 0);
	for (i = 0; level && i <= LEVEL_CRITICAL; i++)
		if (!strcmp(level_words[i], level))
			event->level = (enum live_level)i;
	arena_free(arena);
	json_free(object);
	return event->id && event->alarm && event->host && event->rule && event->sentence && event->began > 0;
}

size_t event_list_read(struct event_list *list, const char *bytes, size_t length)
{
	const char *end = bytes + length;
	size_t bad = 0;

	while (bytes < end) {
		const char *stop = memchr(bytes, '\n', (size_t)(end - bytes));
		size_t line = (size_t)((stop ? stop : end) - bytes);
		struct event event = { 0 };

		if (line > 0 && read_line(&event, bytes, line)) {
			*add(list) = event;
		} else {
			free_event(&event);
			bad += line > 0;
		}
		bytes += line + 1;
	}
	return bad;
}

char *event_list_write(const struct event_list *list, size_t *length)
{
	struct text text = { 0 };
	size_t i;

	for (i = 0; i < list->count; i++) {
		const struct event *event = &list->rows[i];
		struct json *object = json_object_new();
		char *line;

		json_put_text(object, "id", event->id);
		json_put_text(object, "alarm", event->alarm);
		json_put_text(object, "rule", event->rule);
		json_put_text(object, "host", event->host);
		json_put_text(object, "level", level_words[event->level]);
		json_put_number(object, "began", event->began);
		json_put_number(object, "ended", event->ended);
		json_put_text(object, "sentence", event->sentence);
		json_put_text(object, "who", event->who);
		json_put_number(object, "known_until", event->known_until);
		json_put_text(object, "note", event->note);
		line = json_print(object, false);
		text_add(&text, line);
		text_add_char(&text, '\n');
		free(line);
		json_free(object);
	}
	*length = text.length;
	return text_take(&text);
}

/* --- merging ------------------------------------------------------------------------------------ */

static struct event *same_id(struct event_list *list, const char *id)
{
	size_t i;

	/* What changes is young. */
	for (i = list->count; i > 0; i--)
		if (!strcmp(list->rows[i - 1].id, id))
			return &list->rows[i - 1];
	return NULL;
}

static struct event *open_twin(struct event_list *list, const struct event *event)
{
	size_t i;

	for (i = list->count; *event->alarm && i > 0; i--)
		if (!list->rows[i - 1].ended && !strcmp(list->rows[i - 1].alarm, event->alarm))
			return &list->rows[i - 1];
	return NULL;
}

static void replace_text(char **text, const char *by)
{
	free(*text);
	*text = memory_text(by);
}

/* Two consoles saw the same thing begin: the one that saw it first named it, the worst of both counts. */
static void join(struct event *event, const struct event *twin)
{
	if (twin->level > event->level) {
		event->level = twin->level;
		replace_text(&event->sentence, twin->sentence);
	}
	if (twin->who) {
		replace_text(&event->who, twin->who);
		event->known_until = twin->known_until;
	}
	if (twin->note && !event->note)
		event->note = memory_text(twin->note);
	event->ended = twin->ended;
}

static int by_beginning(const void *left, const void *right)
{
	const struct event *a = left, *b = right;

	if (a->began != b->began)
		return a->began < b->began ? -1 : 1;
	return strcmp(a->id, b->id);
}

/* What is over goes when it is too old, and the oldest of it where there are too many. */
static void keep_bounds(struct event_list *list, int64_t now)
{
	size_t over = list->count > EVENTS_MOST ? list->count - EVENTS_MOST : 0, kept = 0, i;

	for (i = 0; i < list->count; i++) {
		struct event *event = &list->rows[i];
		bool closed = event->ended && event->ended <= now;

		if (closed && (over > 0 || event->ended < now - EVENTS_KEPT_S)) {
			free_event(event);
			over -= over > 0;
		} else {
			list->rows[kept++] = *event;
		}
	}
	list->count = kept;
}

void event_list_merge(struct event_list *into, const struct event_list *changed, int64_t now)
{
	size_t i;

	for (i = 0; i < changed->count; i++) {
		const struct event *event = &changed->rows[i];
		struct event *known = same_id(into, event->id), *twin = known || event->ended ? NULL : open_twin(into, event);

		if (twin) {
			join(twin, event);
		} else if (known) {
			free_event(known);
			*known = copy_of(event);
		} else {
			*add(into) = copy_of(event);
		}
	}
	if (into->count)
		qsort(into->rows, into->count, sizeof(*into->rows), by_beginning);
	keep_bounds(into, now);
}
