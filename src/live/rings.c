/*
 * rings: fixed series of what was measured, how fast a service fills, and the
 * drops that were seen.
 *
 * A point belongs to a slot of time and is overwritten when its place comes
 * round again, so memory is constant and a gap shows as a gap.  Pure but for
 * the clock; nothing fails.  Loop thread.
 */
#include "live/live_private.h"

#include <math.h>
#include <string.h>

#include "base/clock.h"
#include "live/data.h"

/* Also where a clock that was never set stands before 1970. */
static size_t place_of(int64_t slot, size_t count)
{
	int64_t place = slot % (int64_t)count;

	return (size_t)(place < 0 ? place + (int64_t)count : place);
}

/* A gauge keeps the highest of its slot, since a peak is what a limit meets; counts are added up. */
void ring_add(struct ring_point *points, size_t count, int64_t slot, double value, bool sum)
{
	struct ring_point *point = &points[place_of(slot, count)];

	if (point->slot != slot)
		*point = (struct ring_point){ slot, value };
	else if (sum)
		point->value += value;
	else if (value > point->value)
		point->value = value;
}

static void add(struct live *live, size_t host, enum live_measure measure, double value, bool sum)
{
	struct ring *ring = &live->memory[host].rings[measure];
	int64_t now = clock_now();

	ring_add(ring->minutes, RING_MINUTES, now / RING_MINUTE_S, value, sum);
	ring_add(ring->hours, RING_HOURS, now / RING_HOUR_S, value, sum);
}

size_t live_series(const struct live *live, size_t host, enum live_measure measure, enum live_span span, double *points, size_t most)
{
	bool minutes = span == SPAN_MINUTES;
	size_t places = minutes ? RING_MINUTES : RING_HOURS, count = most < places ? most : places, i;
	int64_t last = clock_now() / (minutes ? RING_MINUTE_S : RING_HOUR_S);
	const struct ring_point *from;

	if (host >= live->host_count || (unsigned)measure >= LIVE_MEASURES)
		return 0;
	from = minutes ? live->memory[host].rings[measure].minutes : live->memory[host].rings[measure].hours;
	for (i = 0; i < count; i++) {
		int64_t slot = last - (int64_t)(count - 1 - i);
		const struct ring_point *point = &from[place_of(slot, places)];

		points[i] = point->slot == slot ? point->value : NAN;
	}
	return count;
}

/* --- rates ------------------------------------------------------------------------------ */

/* Least squares over the last `slots` known points: units per minute; NAN below three points. */
static double slope_of(const struct ring_point *points, size_t places, int64_t last, size_t slots)
{
	double n = 0, x = 0, y = 0, xx = 0, xy = 0;
	size_t i;

	for (i = 0; i < slots && i < places; i++) {
		int64_t slot = last - (int64_t)i;
		const struct ring_point *point = &points[place_of(slot, places)];
		double at = -(double)i * RING_MINUTE_S / 60;

		if (point->slot != slot)
			continue;
		n++;
		x += at;
		y += point->value;
		xx += at * at;
		xy += at * point->value;
	}
	return n < 3 || n * xx - x * x == 0 ? NAN : (n * xy - x * y) / (n * xx - x * x);
}

/* The last five minutes: long enough not to follow every mail, short enough for tonight. */
#define RATE_SLOTS 20

double live_rate(const struct live *live, size_t host, enum live_measure measure)
{
	return slope_of(live->memory[host].rings[measure].minutes, RING_MINUTES, clock_now() / RING_MINUTE_S, RATE_SLOTS);
}

static struct service_memory *service_memory(const struct live *live, size_t host, const char *service, bool make)
{
	struct service_memory *all = live->memory[host].services;
	size_t i;

	for (i = 0; i < SERVICES_MOST; i++) {
		if (!strncmp(all[i].name, service, SERVICE_NAME_MOST - 1) && *all[i].name)
			return &all[i];
		if (!*all[i].name) {
			if (!make)
				return NULL;
			strncpy(all[i].name, service, SERVICE_NAME_MOST - 1);
			return &all[i];
		}
	}
	return NULL;
}

long live_minutes_left(const struct live *live, size_t host, const char *service, uint64_t used, uint64_t possible)
{
	const struct service_memory *memory = host < live->host_count ? service_memory(live, host, service, false) : NULL;
	double rate, minutes;

	if (!memory || possible == 0)
		return -1;
	if (used >= possible)
		return 0;
	rate = slope_of(memory->used, RING_MINUTES, clock_now() / RING_MINUTE_S, RATE_SLOTS);
	if (isnan(rate) || rate <= 0)
		return -1;
	minutes = ceil((double)(possible - used) / rate);
	/* Nearly empty, a handful more or less makes any slope: only one that leads to the wall soon says something. */
	if (used < possible / 10 && minutes > 30)
		return -1;
	/* More than a week ahead at the rate of five minutes says nothing. */
	return minutes > 7 * 24 * 60 ? -1 : (long)minutes;
}

uint64_t live_drops(const struct live *live, size_t host, const char *service)
{
	const struct service_memory *memory = host < live->host_count ? service_memory(live, host, service, false) : NULL;

	return memory ? memory->drops : 0;
}

/* --- what a snapshot says ------------------------------------------------------------------ */

/*
 * Dovecot names only the second of the last drop (dovecot 5.3), so a change of it is at least one client that was
 * turned away. After a start or reload it is 0 again, and counting begins anew.
 */
static uint64_t drops_of(struct service_memory *memory, const struct service_row *row)
{
	uint64_t fresh = 0;

	if (row->last_drop == 0)
		memory->drops = 0;
	else if (memory->seen && row->last_drop != memory->last_drop)
		fresh = 1;
	else if (!memory->seen)
		memory->drops = 1;
	memory->drops += fresh;
	memory->seen = true;
	memory->last_drop = row->last_drop;
	return fresh;
}

static bool is_login(const char *service)
{
	size_t length = strlen(service);

	return length > 6 && !strcmp(service + length - 6, "-login");
}

static void take_services(struct live *live, size_t host)
{
	const struct services *services = live_snapshot(live, host, LIVE_SERVICES);
	int64_t slot = clock_now() / RING_MINUTE_S;
	struct capacity *list;
	struct arena *arena = arena_new();
	uint64_t dropped = 0, logins = 0;
	size_t count, i;

	for (i = 0; i < services->count; i++) {
		struct service_memory *memory = service_memory(live, host, services->rows[i].name, true);

		if (memory)
			dropped += drops_of(memory, &services->rows[i]);
	}
	count = capacities_of(arena, services, live_snapshot(live, host, LIVE_CONFIGURATION), live_snapshot(live, host, LIVE_PROCESSES),
		live_snapshot(live, host, LIVE_WHO), &list);
	for (i = 0; i < count; i++) {
		struct service_memory *memory = service_memory(live, host, list[i].service, true);

		if (!list[i].used_known)
			continue;
		if (memory)
			ring_add(memory->used, RING_MINUTES, slot, (double)list[i].used, false);
		if (is_login(list[i].service))
			logins += list[i].used;
	}
	add(live, host, MEASURE_LOGINS, (double)logins, false);
	add(live, host, MEASURE_TURNED_AWAY, (double)dropped, true);
	arena_free(arena);
}

static void take_queue(struct live *live, size_t host)
{
	const struct queue *queue = live_snapshot(live, host, LIVE_QUEUE);

	add(live, host, MEASURE_QUEUE, (double)(queue->all.mails - queue->by_queue[QUEUE_HOLD].mails), false);
	add(live, host, MEASURE_DEFERRED, (double)queue->by_queue[QUEUE_DEFERRED].mails, false);
}

void rings_take(struct live *live, size_t host, enum live_source source)
{
	if (source == LIVE_WHO)
		add(live, host, MEASURE_CONNECTIONS, (double)((const struct who *)live_snapshot(live, host, LIVE_WHO))->count, false);
	else if (source == LIVE_SERVICES)
		take_services(live, host);
	else if (source == LIVE_QUEUE)
		take_queue(live, host);
}
