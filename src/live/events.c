/*
 * events: the store of events on the loop's side.
 *
 * Everything is in memory at once and goes to the file on a worker a moment
 * later; what came back from the file replaces the list, with what changed
 * meanwhile over it.  A disk that is full or read-only is tried again every
 * minute and told by events_trouble.  Loop thread.
 */
#include "live/events.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "live/event_file.h"

#define WRITE_AFTER_MS 300
#define TRY_AGAIN_MS 60000
#define CLOSE_MS 3000

struct writing {
	struct events *events;
	struct event_list changed, all;
	int64_t now;
	bool done;
	struct error error;
};
struct events {
	struct loop *loop;
	char *directory;                   /* NULL: memory only */
	struct worker *worker;
	struct event_list list;
	struct loop_timer *timer;          /* until the next writing; NULL: nothing to write */
	struct writing *writing;           /* under way */
	struct error trouble;
	int64_t last_silence;              /* the latest end of any */
	void (*told)(void *context);
	void *context;
};

/* --- writing ---------------------------------------------------------------------------------- */

static void run_writing(struct job *job, void *context)
{
	struct writing *writing = context;

	(void)job;
	writing->done = event_file_update(writing->events->directory, &writing->changed, writing->now, &writing->all, &writing->error);
}

static void find_silences(struct events *events)
{
	size_t i;

	events->last_silence = 0;
	for (i = 0; i < events->list.count; i++)
		if (!strcmp(events->list.rows[i].rule, "silence") && events->list.rows[i].ended > events->last_silence)
			events->last_silence = events->list.rows[i].ended;
}

/* Moves changed events into a list of their own; the marks stay. */
static void collect_changed(const struct events *events, struct event_list *changed)
{
	struct event_list shallow = { .rows = memory_new((events->list.count + 1) * sizeof(struct event)) };
	size_t i;

	for (i = 0; i < events->list.count; i++)
		if (events->list.rows[i].changed)
			shallow.rows[shallow.count++] = events->list.rows[i];
	event_list_merge(changed, &shallow, 0);
	free(shallow.rows);
}

static void set_changed(struct event_list *list, bool changed)
{
	size_t i;

	for (i = 0; i < list->count; i++)
		list->rows[i].changed = changed;
}

static void schedule(struct events *events, uint64_t milliseconds);

static void take_written(struct events *events, struct writing *writing)
{
	struct event_list meanwhile = { 0 };

	if (writing->done) {
		collect_changed(events, &meanwhile);
		set_changed(&writing->all, false);
		set_changed(&meanwhile, true);
		event_list_merge(&writing->all, &meanwhile, clock_now());
		event_list_clear(&events->list);
		events->list = writing->all;
		writing->all = (struct event_list){ 0 };
		error_clear(&events->trouble);
		find_silences(events);
	} else {
		size_t i, j;

		for (i = 0; i < writing->changed.count; i++)
			for (j = 0; j < events->list.count; j++)
				if (!strcmp(events->list.rows[j].id, writing->changed.rows[i].id))
					events->list.rows[j].changed = true;
		events->trouble = writing->error;
		schedule(events, TRY_AGAIN_MS);
	}
	event_list_clear(&meanwhile);
}

static void on_written(void *context, bool cancelled)
{
	struct writing *writing = context;
	struct events *events = writing->events;

	events->writing = NULL;
	if (cancelled)
		set_changed(&writing->changed, true);
	take_written(events, writing);
	event_list_clear(&writing->changed);
	event_list_clear(&writing->all);
	free(writing);
	if (events->told)
		events->told(events->context);
}

static bool any_changed(const struct events *events)
{
	size_t i;

	for (i = 0; i < events->list.count; i++)
		if (events->list.rows[i].changed)
			return true;
	return false;
}

static void on_time(void *context)
{
	static const struct job_class class = { .name = "events", .run = run_writing, .done = on_written };
	struct events *events = context;

	loop_timer_stop(events->timer);
	events->timer = NULL;
	if (events->writing || !any_changed(events)) {
		if (events->writing)
			schedule(events, WRITE_AFTER_MS);
		return;
	}
	if (!events->worker)
		events->worker = worker_new(events->loop, "events");
	events->writing = memory_new(sizeof(*events->writing));
	events->writing->events = events;
	events->writing->now = clock_now();
	collect_changed(events, &events->writing->changed);
	set_changed(&events->list, false);
	worker_post(events->worker, &class, events->writing, 0);
}

static void schedule(struct events *events, uint64_t milliseconds)
{
	if (events->directory && !events->timer)
		events->timer = loop_after(events->loop, milliseconds, 0, on_time, events);
}

static void mark(struct events *events, struct event *event)
{
	event->changed = true;
	schedule(events, WRITE_AFTER_MS);
}

/* --- open and close ------------------------------------------------------------------------------ */

struct events *events_new(struct loop *loop, const char *directory, void (*told)(void *context), void *context)
{
	struct events *events = memory_new(sizeof(*events));

	events->loop = loop;
	events->directory = memory_text(directory);
	events->told = told;
	events->context = context;
	if (directory)
		event_file_read(directory, &events->list, &events->trouble);
	find_silences(events);
	return events;
}

/* The thread may hang in a disk; then its last writing is left to it. */
static bool end_worker(struct events *events)
{
	events->told = NULL;
	return !events->worker || worker_free(events->worker, CLOSE_MS);
}

void events_free(struct events *events)
{
	struct event_list changed = { 0 }, all = { 0 };
	struct error error = { 0 };

	if (!end_worker(events))
		return;
	loop_timer_stop(events->timer);
	if (events->directory && any_changed(events)) {
		collect_changed(events, &changed);
		event_file_update(events->directory, &changed, clock_now(), &all, &error);
	}
	event_list_clear(&changed);
	event_list_clear(&all);
	event_list_clear(&events->list);
	free(events->directory);
	free(events);
}

const char *events_trouble(const struct events *events)
{
	if (!events->directory)
		return "there is no state directory to keep them in";
	return events->trouble.kind != ERROR_NONE ? events->trouble.text : NULL;
}

const struct event_list *events_all(const struct events *events)
{
	return &events->list;
}

/* --- beginning and ending ------------------------------------------------------------------------- */

static struct event *open_of(const struct events *events, const char *alarm)
{
	size_t i;

	for (i = events->list.count; i > 0; i--)
		if (!events->list.rows[i - 1].ended && !strcmp(events->list.rows[i - 1].alarm, alarm))
			return &events->list.rows[i - 1];
	return NULL;
}

const struct event *events_open_of(const struct events *events, const char *alarm)
{
	return open_of(events, alarm);
}

static struct event *find(const struct events *events, const char *id)
{
	size_t i;

	for (i = 0; i < events->list.count; i++)
		if (!strcmp(events->list.rows[i].id, id))
			return &events->list.rows[i];
	return NULL;
}

/* An id that nobody has: the same thing may begin twice in a second. */
static char *new_id(const struct events *events, const char *alarm, int64_t began)
{
	struct text id = { 0 };
	unsigned more = 0;

	do {
		text_clear(&id);
		text_addf(&id, "%s@%lld", alarm, (long long)began);
		if (more)
			text_addf(&id, ".%u", more);
		more++;
	} while (find(events, text_get(&id)));
	return text_take(&id);
}

static struct event *add(struct events *events, const char *alarm, const char *host, const char *rule, int64_t began, const char *sentence)
{
	struct event_list one = { .count = 1 };
	struct event event = {
		.id = new_id(events, *alarm ? alarm : rule, began), .alarm = (char *)alarm, .host = (char *)host, .rule = (char *)rule,
		.sentence = (char *)sentence, .began = began,
	};
	struct event *added;

	one.rows = &event;
	/* Merging copies, sorts and keeps the bounds. */
	event_list_merge(&events->list, &one, clock_now());
	added = find(events, event.id);
	free(event.id);
	return added;
}

const struct event *events_begin(struct events *events, const char *alarm, const char *host, const char *rule,
		enum live_level level, int64_t since, const char *sentence)
{
	struct event *event = open_of(events, alarm);

	if (!event)
		event = add(events, alarm, host, rule, since > 0 ? since : 1, sentence);
	if (event && level > event->level)
		event->level = level;
	if (event)
		mark(events, event);
	return event;
}

void events_worse(struct events *events, const char *alarm, enum live_level level, const char *sentence)
{
	struct event *event = open_of(events, alarm);

	if (!event || level <= event->level)
		return;
	event->level = level;
	free(event->sentence);
	event->sentence = memory_text(sentence);
	mark(events, event);
}

static void end(struct events *events, struct event *event)
{
	event->ended = clock_now() > event->began ? clock_now() : event->began;
	mark(events, event);
}

void events_end(struct events *events, const char *alarm)
{
	struct event *event = open_of(events, alarm);

	if (event)
		end(events, event);
}

void events_end_others(struct events *events, const char *host, const char *rule, const char *const *alarms, size_t count)
{
	size_t i, j;

	for (i = 0; i < events->list.count; i++) {
		struct event *event = &events->list.rows[i];

		if (event->ended || strcmp(event->rule, rule) || strcmp(event->host, host))
			continue;
		for (j = 0; j < count && strcmp(alarms[j], event->alarm); j++)
			;
		if (j == count)
			end(events, event);
	}
}

/* --- people ------------------------------------------------------------------------------------------- */

bool events_acknowledge(struct events *events, const char *alarm, const char *who, int64_t until)
{
	struct event *event = open_of(events, alarm);

	if (!event)
		return false;
	free(event->who);
	event->who = memory_text(who);
	event->known_until = until;
	mark(events, event);
	return true;
}

/* A line with time and name below the others; the oldest go where there are too many. */
static void append_note(struct event *event, const char *who, const char *text)
{
	struct text note = { 0 };
	char digits[9];
	const char *kept = event->note ? event->note : "";

	clock_digits(clock_now(), 0, digits);
	text_addf(&note, "%s %s: %.*s", digits, who, NOTE_MOST / 2, text);
	while (strlen(kept) + note.length + 1 > NOTE_MOST) {
		const char *next = strchr(kept, '\n');

		kept = next ? next + 1 : "";
	}
	if (*kept) {
		struct text all = { 0 };

		text_addf(&all, "%s\n%s", kept, text_get(&note));
		text_free(&note);
		note = all;
	}
	free(event->note);
	event->note = text_take(&note);
}

bool events_note(struct events *events, const char *id, const char *who, const char *text)
{
	struct event *event = id ? find(events, id) : add(events, "", "", "note", clock_now(), "note");

	if (!event)
		return false;
	append_note(event, who, text);
	if (!id) {
		event->ended = event->began;
		event->level = LEVEL_NOTE;
		event->who = memory_text(who);
	}
	mark(events, event);
	return true;
}

void events_silence(struct events *events, const char *host, int64_t until, const char *who)
{
	struct event *event;
	size_t i;

	/* One at a time: a new one ends the other. */
	for (i = 0; i < events->list.count; i++) {
		event = &events->list.rows[i];
		if (!strcmp(event->rule, "silence") && !strcmp(event->host, host) && event->ended > clock_now())
			end(events, event);
	}
	if (until) {
		event = add(events, "", host, "silence", clock_now(), *host ? "maintenance: no alarms of this server" : "maintenance: no alarms");
		event->ended = until;
		event->level = LEVEL_NOTE;
		event->who = memory_text(who);
		mark(events, event);
	}
	find_silences(events);
}

int64_t events_silenced(const struct events *events, const char *host)
{
	int64_t now = clock_now(), until = 0;
	size_t i;

	if (events->last_silence <= now)
		return 0;
	for (i = 0; i < events->list.count; i++) {
		const struct event *event = &events->list.rows[i];

		if (!strcmp(event->rule, "silence") && !strcmp(event->host, host) && event->ended > now && event->ended > until)
			until = event->ended;
	}
	return until;
}
