/*
 * alarms: keeps which alarms last, tells the events, and lists them for people.
 *
 * A track is an alarm or one that may become one; it goes when it is OK again,
 * so their number is bounded by what rules find.  What began before this
 * console started goes on from its event.  Nothing fails.  Loop thread.
 */
#include "live/alarms.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "live/events.h"
#include "live/live_private.h"

struct track {
	struct alarm_track core;
	const struct alarm_rule *rule;
	size_t host;
	char *id;
	char *sentence, *more;
	bool met;                          /* by a finding of this pass */
};
struct alarms {
	struct live *live;
	struct track *tracks;
	size_t count, room;
	struct arena *shown;               /* of the list given out last */
	unsigned needed;                   /* readings */
	bool once;                         /* nobody goes on looking: no events */
};

struct alarms *alarms_new(struct live *live)
{
	struct alarms *alarms = memory_new(sizeof(*alarms));

	alarms->live = live;
	alarms->needed = ALARM_READINGS;
	return alarms;
}

void live_once(struct live *live)
{
	live->alarms->needed = 1;
	live->alarms->once = true;
	live->once = true;
}

static void free_track(struct track *track)
{
	free(track->id);
	free(track->sentence);
	free(track->more);
}

void alarms_free(struct alarms *alarms)
{
	size_t i;

	for (i = 0; i < alarms->count; i++)
		free_track(&alarms->tracks[i]);
	free(alarms->tracks);
	arena_free(alarms->shown);
	free(alarms);
}

/* --- one pass ------------------------------------------------------------------------------------- */

static struct track *track_of(struct alarms *alarms, const struct alarm_pass *pass, const struct alarm_rule *rule, const char *part)
{
	const char *id = arena_format(pass->arena, "%s/%s%s", pass->name, rule->name, part);
	struct track *track;
	size_t i;

	for (i = 0; i < alarms->count; i++)
		if (!strcmp(alarms->tracks[i].id, id))
			return &alarms->tracks[i];
	alarms->tracks = memory_grow(alarms->tracks, &alarms->room, alarms->count + 1, sizeof(*alarms->tracks));
	track = &alarms->tracks[alarms->count++];
	*track = (struct track){ .rule = rule, .host = pass->host, .id = memory_text(id) };
	return track;
}

static void say(struct track *track, const struct alarm_finding *finding)
{
	free(track->sentence);
	free(track->more);
	track->sentence = memory_text(finding->sentence);
	track->more = memory_text(finding->more);
}

/* During maintenance nothing begins on paper; what still lasts after it begins then. */
static void step(struct alarms *alarms, const struct alarm_pass *pass, struct track *track, enum live_level level)
{
	struct events *events = alarms->live->events;
	const char *host = pass->host == LIVE_ALL ? "" : pass->name;
	enum alarm_step what = alarm_step(&track->core, level, track->rule->steady ? 1 : alarms->needed, clock_now_ms());
	const struct event *event;

	if (alarms->once)
		return;
	if (what == ALARM_ENDED)
		events_end(events, track->id);
	if (track->core.level == LEVEL_OK || live_silenced(alarms->live, pass->host))
		return;
	event = events_open_of(events, track->id);
	if (!event)
		event = events_begin(events, track->id, host, track->rule->name, track->core.level, track->core.since / 1000, track->sentence);
	else if (what == ALARM_WORSE || track->core.level > event->level)
		events_worse(events, track->id, track->core.level, track->sentence);
	/* It may have begun before this console did. */
	if (event && event->began * 1000 < track->core.since)
		track->core.since = event->began * 1000;
}

static enum live_level level_of(const struct alarms *alarms, const struct track *track, const struct alarm_finding *finding)
{
	struct alarm_mark mark;
	enum live_level level;

	if (!track->rule->measured)
		return finding->level;
	mark = alarm_mark_of(&alarms->live->settings, track->rule->limit);
	level = alarm_level(&mark, finding->value, track->core.level);
	return track->rule->at_most && level > track->rule->at_most ? track->rule->at_most : level;
}

static bool of_source(const struct alarm_rule *rule, const char *id, enum live_source source)
{
	const char *part = strrchr(id, '/');

	return !rule->by_source || (part && !strcmp(part + 1, live_source_name(source)));
}

static void step_findings(struct alarms *alarms, struct alarm_pass *pass, const struct alarm_rule *rule)
{
	size_t i;

	for (i = 0; i < pass->count; i++) {
		const struct alarm_finding *finding = &pass->findings[i];
		struct track *track = track_of(alarms, pass, rule, finding->part);
		enum live_level level = level_of(alarms, track, finding);

		track->met = true;
		/* What ended keeps its last words. */
		if (level > LEVEL_OK || !track->sentence)
			say(track, finding);
		step(alarms, pass, track, level);
	}
}

/* Tracks of this rule and server without a finding are well; those that are well go. */
static void step_rest(struct alarms *alarms, struct alarm_pass *pass, const struct alarm_rule *rule, enum live_source source)
{
	size_t i, kept = 0;

	for (i = 0; i < alarms->count; i++) {
		struct track *track = &alarms->tracks[i];
		bool ours = track->rule == rule && track->host == pass->host;

		if (ours && !track->met && of_source(rule, track->id, source))
			step(alarms, pass, track, LEVEL_OK);
		track->met = false;
		if (ours && track->core.level == LEVEL_OK && track->core.readings == 0)
			free_track(track);
		else
			alarms->tracks[kept++] = *track;
	}
	alarms->count = kept;
}

/* An event that is open though nothing of it was found has ended while no console looked. */
static void end_forgotten(struct alarms *alarms, struct alarm_pass *pass, const struct alarm_rule *rule, enum live_source source)
{
	const struct event_list *all = events_all(alarms->live->events);
	const char **ids = arena_alloc(pass->arena, (alarms->count + all->count + 1) * sizeof(*ids));
	const char *host = pass->host == LIVE_ALL ? "" : pass->name;
	size_t count = 0, i;

	for (i = 0; i < alarms->count; i++)
		if (alarms->tracks[i].rule == rule && alarms->tracks[i].host == pass->host)
			ids[count++] = alarms->tracks[i].id;
	for (i = 0; i < all->count; i++)
		if (!of_source(rule, all->rows[i].alarm, source))
			ids[count++] = all->rows[i].alarm;
	events_end_others(alarms->live->events, host, rule->name, ids, count);
}

static void run_rule(struct alarms *alarms, size_t host, const char *name, const struct alarm_rule *rule, enum live_source source)
{
	struct alarm_pass pass = { .live = alarms->live, .host = host, .name = name, .arena = arena_new() };

	if (rule->look(&pass, source)) {
		step_findings(alarms, &pass, rule);
		step_rest(alarms, &pass, rule, source);
		if (!alarms->once)
			end_forgotten(alarms, &pass, rule, source);
	}
	arena_free(pass.arena);
}

void alarms_reading(struct live *live, size_t host, enum live_source source)
{
	bool failed = live_state(live, host, source)->error.kind != ERROR_NONE;
	const struct alarm_rule *rule;

	for (rule = alarm_rules; rule->name; rule++)
		if (rule->sources & (1u << source) && (!failed || rule->failures_too))
			run_rule(live->alarms, host, host_at(live->hosts, host)->name, rule, source);
}

void alarms_pulse(struct live *live)
{
	const struct alarm_rule *rule;

	for (rule = alarm_rules; rule->name; rule++)
		if (!rule->sources)
			run_rule(live->alarms, LIVE_ALL, "directory", rule, LIVE_DIRECTORY);
}

/* --- for people --------------------------------------------------------------------------------------- */

static const char *advice_of(const struct live *live, const char *rule)
{
	const char *const *pair = live->settings.advice;

	for (; pair && pair[0]; pair += 2)
		if (!strcmp(pair[0], rule))
			return pair[1];
	return NULL;
}

static bool is_known(const struct event *event)
{
	return event && event->who && (!event->known_until || event->known_until > clock_now());
}

static bool is_dead(const struct live_alarm *alarm)
{
	return !strcmp(alarm->rule, "dead");
}

static int by_weight(const void *left, const void *right)
{
	const struct live_alarm *a = left, *b = right;

	if (!a->known_by != !b->known_by)
		return a->known_by ? 1 : -1;
	if (a->level != b->level)
		return a->level > b->level ? -1 : 1;
	/* Of what does not answer nothing else is known. */
	if (is_dead(a) != is_dead(b))
		return is_dead(a) ? -1 : 1;
	if (a->since != b->since)
		return a->since < b->since ? -1 : 1;
	return strcmp(a->id, b->id);
}

static void show(struct live *live, const struct track *track, struct live_alarm *alarm)
{
	const struct event *event = events_open_of(live->events, track->id);
	struct arena *arena = live->alarms->shown;

	*alarm = (struct live_alarm){
		.id = arena_text(arena, track->id), .rule = track->rule->name, .level = track->core.level, .host = track->host,
		.since = track->core.since, .sentence = arena_text(arena, track->sentence), .more = arena_text(arena, track->more),
		.advice = advice_of(live, track->rule->name), .section = track->rule->section,
	};
	if (is_known(event)) {
		alarm->known_by = arena_text(arena, event->who);
		alarm->known_until = event->known_until;
	}
}

bool live_rising(const struct live *live)
{
	for (size_t i = 0; i < live->alarms->count; i++)
		if (live->alarms->tracks[i].core.level == LEVEL_OK && live->alarms->tracks[i].core.readings > 0)
			return true;
	return false;
}

const struct live_alarm *live_alarms(struct live *live, size_t *count)
{
	struct alarms *alarms = live->alarms;
	struct live_alarm *list;
	size_t i;

	arena_free(alarms->shown);
	alarms->shown = arena_new();
	list = arena_alloc(alarms->shown, (alarms->count + live->due_count + 1) * sizeof(*list));
	*count = live->due_count;
	for (i = 0; i < live->due_count; i++)
		list[i] = live->dues[i];
	for (i = 0; i < alarms->count; i++)
		if (alarms->tracks[i].core.level > LEVEL_OK && !live_silenced(live, alarms->tracks[i].host))
			show(live, &alarms->tracks[i], &list[(*count)++]);
	qsort(list, *count, sizeof(*list), by_weight);
	return list;
}

/* --- what people say ------------------------------------------------------------------------------------ */

static const char *host_word(const struct live *live, size_t host)
{
	return host == LIVE_ALL || host >= live->host_count ? "" : host_at(live->hosts, host)->name;
}

bool live_acknowledge(struct live *live, const char *id, const char *who, int64_t until, struct error *error)
{
	if (!events_acknowledge(live->events, id, who, until))
		return error_set(error, ERROR_NOT_FOUND, "%s: no such alarm lasts any more; nothing was noted", id);
	live_tell(live);
	return true;
}

bool live_note(struct live *live, const char *id, const char *who, const char *text, struct error *error)
{
	if (!text || !*text)
		return error_set(error, ERROR_INVALID, "an empty note says nothing; nothing was noted");
	if (!events_note(live->events, id, who, text))
		return error_set(error, ERROR_NOT_FOUND, "%s: no such event; nothing was noted", id);
	live_tell(live);
	return true;
}

bool live_silence(struct live *live, size_t host, int64_t until, const char *who, struct error *error)
{
	if (until && until <= clock_now())
		return error_set(error, ERROR_INVALID, "silence must end after now; nothing was changed");
	events_silence(live->events, host_word(live, host), until, who);
	live_tell(live);
	return true;
}

int64_t live_silenced(const struct live *live, size_t host)
{
	int64_t all = events_silenced(live->events, ""), own = 0;

	if (host != LIVE_ALL && host < live->host_count)
		own = events_silenced(live->events, host_word(live, host));
	return own > all ? own : all;
}

const char *live_events_trouble(const struct live *live)
{
	return events_trouble(live->events);
}
