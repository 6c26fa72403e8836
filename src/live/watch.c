/*
 * watch: when each source of each server is asked.
 *
 * Every cell (a source at a server) has a time of its own at which it is due,
 * so that one that hangs or fails delays nobody: it only puts off itself.
 * Starts keep a small distance from each other, on the same server a larger
 * one, because six programs at once are felt there.  A failure never removes
 * the last good snapshot.  Nothing here fails.  Loop thread.
 */
#include "live/live_private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "live/alarms.h"
#include "live/events.h"

/* Distance between two starts anywhere, and on the same server. */
#define APART_MS 5
#define APART_HERE_MS 40
/* Carriers have deadlines of their own; this one ends what a carrier forgot. */
#define ASKING_MOST_MS 300000

/* Wait after the first, second, ... failure in a row. */
static const unsigned back_off_ms[] = { 5000, 10000, 20000, 40000, 60000 };
#define BACK_OFF_STEPS (sizeof(back_off_ms) / sizeof(back_off_ms[0]))

unsigned live_hurried(const struct live *live, unsigned milliseconds)
{
	unsigned faster = live->settings.faster ? live->settings.faster : 1;

	return milliseconds / faster ? milliseconds / faster : 1;
}

/* --- telling ------------------------------------------------------------------------- */

static void on_telling(void *context)
{
	struct live *live = context;

	loop_timer_stop(live->telling);
	live->telling = NULL;
	if (live->listen)
		live->listen(live->listen_context);
}

void live_tell(struct live *live)
{
	if (live->listen && !live->telling)
		live->telling = loop_after(live->loop, 0, 0, on_telling, live);
}

void live_listen(struct live *live, void (*call)(void *context), void *context)
{
	live->listen = call;
	live->listen_context = context;
}

/* --- when ------------------------------------------------------------------------------- */

static bool wanted(const struct watched *cell)
{
	return cell->live->wanted & (1u << cell->number) && sources[cell->number] &&
		(cell->live->only == LIVE_ALL || cell->live->only == cell->host);
}

static int64_t least_gap(const struct watched *cell)
{
	return live_hurried(cell->live, sources[cell->number]->least_ms);
}

/* Seldom asked sources are not asked more often because they fail. */
static int64_t wait_after_failure(const struct watched *cell)
{
	unsigned step = cell->failures > BACK_OFF_STEPS ? BACK_OFF_STEPS : cell->failures;
	unsigned wait = back_off_ms[step - 1];

	if (cell->failures > BACK_OFF_STEPS && sources[cell->number]->interval_ms > wait)
		wait = sources[cell->number]->interval_ms;
	return live_hurried(cell->live, wait);
}

/* From start to start; a server that needs long gets at least as long a rest. */
static int64_t next_after_success(const struct watched *cell, int64_t now)
{
	int64_t by_interval = cell->started + cell->state.interval_ms;
	int64_t by_rest = now + (now - cell->started);

	return by_interval > by_rest ? by_interval : by_rest;
}

static void set_due(struct watched *cell, int64_t due, int64_t now)
{
	if (cell->started >= 0 && due < cell->started + least_gap(cell))
		due = cell->started + least_gap(cell);
	cell->due = due;
	cell->state.next_at = clock_now_ms() + (due > now ? due - now : 0);
}

/* --- asking --------------------------------------------------------------------------------- */

static void pump(struct live *live);

/* Something of this server fell silent or speaks again: its ports, asked seldom, show now whether anybody is there. */
static void hasten_ports(const struct watched *cell, int64_t now)
{
	struct watched *ports = cell_at(cell->live, cell->host, LIVE_PORTS);

	if (cell != ports && sources[LIVE_PORTS] && ports->started >= 0 && !ports->asking && ports->due > now)
		set_due(ports, now, now);
}

static void take_snapshot(struct watched *cell, void *snapshot, int64_t now)
{
	const struct source *source = sources[cell->number];
	void *before = cell->snapshot;

	if (cell->failures)
		hasten_ports(cell, now);
	cell->snapshot = snapshot;
	cell->failures = 0;
	cell->state.known = true;
	cell->state.taken_at = clock_now_ms();
	cell->state.took_ms = (unsigned)(now - cell->started);
	cell->state.failing_since = 0;
	error_clear(&cell->state.error);
	if (before)
		source->free(before);
	set_due(cell, next_after_success(cell, now), now);
}

static void take_failure(struct watched *cell, const struct error *error, int64_t now)
{
	if (error && error->kind != ERROR_NONE)
		cell->state.error = *error;
	else
		error_set(&cell->state.error, ERROR_INTERNAL, "%s of %s ended without an answer and without a reason; please report this",
			sources[cell->number]->words, host_at(cell->live->hosts, cell->host)->name);
	cell->failures++;
	if (cell->failures == 1 && (cell->state.error.kind == ERROR_UNREACHABLE || cell->state.error.kind == ERROR_TIMEOUT))
		hasten_ports(cell, now);
	if (!cell->state.failing_since)
		cell->state.failing_since = clock_now_ms();
	set_due(cell, now + wait_after_failure(cell), now);
}

static void settle(struct watched *cell)
{
	struct live *live = cell->live;
	struct host_memory *memory = &live->memory[cell->host];
	int64_t since;

	cell->asking = NULL;
	cell->state.running = false;
	cell->tried = true;
	if (cell->state.error.kind == ERROR_NONE)
		rings_take(live, cell->host, cell->number);
	since = live_dead_since(live, cell->host);
	if (!since)
		memory->dead_since = 0;
	else if (!memory->dead_since)
		memory->dead_since = since;
	alarms_reading(live, cell->host, cell->number);
	live_tell(live);
	pump(live);
}

static void on_asked(void *context, void *snapshot, const struct error *error)
{
	struct watched *cell = context;
	int64_t now = loop_now(cell->live->loop);

	if (snapshot)
		take_snapshot(cell, snapshot, now);
	else
		take_failure(cell, error, now);
	settle(cell);
}

static bool applies(struct watched *cell)
{
	const char *reason = NULL;
	const struct source *source = sources[cell->number];

	cell->state.applies = !source->applies || source->applies(cell->live, cell->host, &reason);
	cell->state.reason = NULL;
	if (!cell->state.applies && reason) {
		snprintf(cell->reason, sizeof(cell->reason), "%s", reason);
		cell->state.reason = cell->reason;
	}
	return cell->state.applies;
}

static void start(struct watched *cell, int64_t now)
{
	struct live *live = cell->live;

	if (!applies(cell)) {
		cell->tried = true;
		cell->due = now + cell->state.interval_ms;
		return;
	}
	cell->started = now;
	live->last_start = now;
	live->memory[cell->host].last_start = now;
	cell->state.running = true;
	cell->asking = sources[cell->number]->ask(live, cell->host, on_asked, cell);
}

static void give_up(struct watched *cell, int64_t now)
{
	struct error error;

	sources[cell->number]->cancel(cell->asking);
	error_set(&error, ERROR_TIMEOUT, "%s: no answer about %s within %d minutes", host_at(cell->live->hosts, cell->host)->name,
		sources[cell->number]->words, ASKING_MOST_MS / 60000);
	take_failure(cell, &error, now);
	settle(cell);
}

/* When this cell may start, seen from the distances that starts keep. */
static int64_t may_start(const struct watched *cell)
{
	const struct live *live = cell->live;
	int64_t anywhere = live->last_start + live_hurried(live, APART_MS);
	int64_t here = live->memory[cell->host].last_start + live_hurried(live, APART_HERE_MS);
	int64_t at = cell->due;

	if (at < anywhere)
		at = anywhere;
	/* Counted before it is known what is ours, it would say that nothing of ours waits. */
	if (cell->number == LIVE_QUEUE && live->own_awaited && at < live->own_until)
		at = live->own_until;
	return at < here ? here : at;
}

static void on_timer(void *context)
{
	pump(context);
}

static void wait_until(struct live *live, int64_t at, int64_t now)
{
	uint64_t wait = at > now ? (uint64_t)(at - now) : 0;

	if (at == INT64_MAX) {
		loop_timer_stop(live->timer);
		live->timer = NULL;
	} else if (live->timer) {
		loop_timer_again(live->timer, wait);
	} else {
		live->timer = loop_after(live->loop, wait, 0, on_timer, live);
	}
}

/*
 * Starts at most one cell, the one that is due longest: the next start is another turn away anyway, by the
 * distance.  Sets the timer to what comes next.
 */
static void pump(struct live *live)
{
	int64_t now = loop_now(live->loop), next = INT64_MAX, first_at = INT64_MAX;
	struct watched *first = NULL;
	size_t i;

	for (i = 0; i < live->host_count * LIVE_SOURCES; i++) {
		struct watched *cell = &live->cells[i];
		int64_t at;

		if (!wanted(cell) && !cell->asking)
			continue;
		at = cell->asking ? cell->started + ASKING_MOST_MS : may_start(cell);
		if (!cell->asking && at <= now && (!first || cell->due < first->due))
			first = cell;
		if (at < next)
			next = at;
		if (cell->asking && at <= now) {
			give_up(cell, now);
			return;
		}
	}
	if (first) {
		start(first, now);
		first_at = now;
	}
	wait_until(live, first_at < next ? first_at : next, now);
}

void live_pump(struct live *live)
{
	pump(live);
}

/* --- public ------------------------------------------------------------------------------------ */

static void prepare_cells(struct live *live)
{
	size_t host, source;

	for (host = 0; host < live->host_count; host++)
		for (source = 0; source < LIVE_SOURCES; source++) {
			struct watched *cell = cell_at(live, host, (enum live_source)source);

			*cell = (struct watched){ .live = live, .host = host, .number = (enum live_source)source, .started = -1 };
			/* The directory is no matter of one server. */
			if (!sources[source]) {
				cell->state.reason = source == LIVE_DIRECTORY ? NULL : "this version has no such source";
				continue;
			}
			cell->state.interval_ms = live_hurried(live, source == LIVE_TESTMAIL && live->settings.testmail_minutes ?
				live->settings.testmail_minutes * 60000 : sources[source]->interval_ms);
			applies(cell);
		}
}

static void on_events(void *context)
{
	live_tell(context);
}

struct live *live_open(struct loop *loop, struct hosts *hosts, const struct live_settings *settings)
{
	struct live *live = memory_new(sizeof(*live));
	size_t i;

	live->loop = loop;
	live->hosts = hosts;
	live->settings = *settings;
	live->only = LIVE_ALL;
	live->host_count = hosts_count(hosts);
	live->cells = memory_new((live->host_count * LIVE_SOURCES + 1) * sizeof(*live->cells));
	live->memory = memory_new((live->host_count + 1) * sizeof(*live->memory));
	live->last_start = INT64_MIN / 2;
	for (i = 0; i < live->host_count; i++)
		live->memory[i].last_start = INT64_MIN / 2;
	live->events = events_new(loop, settings->state_directory, on_events, live);
	live->alarms = alarms_new(live);
	prepare_cells(live);
	return live;
}

void live_close(struct live *live)
{
	size_t i;

	if (!live)
		return;
	loop_timer_stop(live->timer);
	loop_timer_stop(live->telling);
	for (i = 0; i < live->host_count * LIVE_SOURCES; i++) {
		struct watched *cell = &live->cells[i];

		if (cell->asking)
			sources[cell->number]->cancel(cell->asking);
		if (cell->snapshot)
			sources[cell->number]->free(cell->snapshot);
	}
	live_store_free(live->store);
	alarms_free(live->alarms);
	events_free(live->events);
	arena_free(live->events_shown);
	arena_free(live->due_arena);
	arena_free(live->own_arena);
	free(live->memory);
	free(live->cells);
	free(live);
}

struct store *live_store(struct live *live)
{
	if (!live->store)
		live->store = live_store_new(live->hosts);
	return live_store_of(live->store);
}

unsigned live_overview_sources(void)
{
	return 1u << LIVE_WHO | 1u << LIVE_SERVICES | 1u << LIVE_CONFIGURATION | 1u << LIVE_PROCESSES | 1u << LIVE_QUEUE |
		1u << LIVE_PORTS | 1u << LIVE_MACHINE | 1u << LIVE_INNER | 1u << LIVE_DIRECTORY | 1u << LIVE_LEFT_ON;
}

void live_only(struct live *live, size_t host)
{
	live->only = host;
	pump(live);
}

/* What is newly wanted is due at once; answers to what nobody wants any more are still taken. */
void live_want(struct live *live, unsigned wanted_sources)
{
	int64_t now = loop_now(live->loop);
	unsigned fresh;
	size_t i;

	/* A look at ports and queue alone says little of whether mail arrives; a command says itself what it wants. */
	if (live->settings.testmail_minutes && !live->once && wanted_sources & (1u << LIVE_PORTS))
		wanted_sources |= 1u << LIVE_TESTMAIL;
	fresh = wanted_sources & ~live->wanted;
	if (wanted_sources == live->wanted)
		return;
	live->wanted = wanted_sources;
	if (live->want_told)
		live->want_told(live->want_context, wanted_sources);
	for (i = 0; i < live->host_count * LIVE_SOURCES; i++) {
		struct watched *cell = &live->cells[i];

		if (!(fresh & (1u << cell->number)) || !wanted(cell) || cell->asking)
			continue;
		/* Its figures may be hours old; what it was is not what it is. */
		cell->tried = cell->state.known && !live_state(live, cell->host, cell->number)->old;
		if (!cell->tried)
			set_due(cell, now, now);
	}
	pump(live);
}

void live_refresh(struct live *live, size_t host, unsigned asked_sources)
{
	int64_t now = loop_now(live->loop);
	size_t i;

	for (i = 0; i < live->host_count * LIVE_SOURCES; i++) {
		struct watched *cell = &live->cells[i];

		if (asked_sources & (1u << cell->number) && (host == LIVE_ALL || host == cell->host) && wanted(cell) && !cell->asking)
			set_due(cell, now, now);
	}
	pump(live);
}

/* What the directory tells, as far as somebody is going to. */
static bool directory_settled(const struct live *live)
{
	size_t heard = 0;

	while (heard < PULSES_MOST && *live->pulses[heard].uri)
		heard++;
	return !(live->wanted & (1u << LIVE_DIRECTORY)) || heard >= live->expected_pulses;
}

bool live_settled(const struct live *live)
{
	size_t i;

	if (!directory_settled(live))
		return false;

	for (i = 0; i < live->host_count * LIVE_SOURCES; i++) {
		const struct watched *cell = &live->cells[i];

		if (wanted(cell) && cell->state.applies && !cell->tried)
			return false;
	}
	return true;
}
