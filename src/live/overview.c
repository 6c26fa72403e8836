/*
 * overview: one row per server, joined from the last snapshots.
 *
 * What is not known is said to be unknown (-1, LONG_MAX, NULL) and never
 * guessed; figures of a dead server are its last ones, marked old.  Nothing
 * fails; reads snapshots, rings and alarms only.  Loop thread.
 */
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "live/alarms.h"
#include "live/data.h"
#include "live/live_private.h"

/* --- the parts ------------------------------------------------------------------------------- */

static void join_ports(struct arena *arena, struct live_server *server, const struct ports *ports)
{
	struct text good = { 0 }, closed = { 0 }, wrong = { 0 };
	size_t i;

	for (i = 0; ports && i < ports->count; i++) {
		const struct port_row *row = &ports->rows[i];
		struct text *list = row->ok ? &good : port_spoke(row) ? &wrong : &closed;

		text_addf(list, "%s%d", list->length ? " " : "", row->port);
		if (row->ok)
			server->ports_ok++;
		else
			server->ports_bad++;
		if (row->valid_until) {
			long days = (long)floor((double)(row->valid_until - clock_now()) / 86400);

			if (days < server->certificate_days)
				server->certificate_days = days;
		}
	}
	server->ports_words = closed.length && wrong.length ?
		arena_format(arena, "NO ANSWER on %s, WRONG on %s", text_get(&closed), text_get(&wrong)) :
		closed.length ? arena_format(arena, "NO ANSWER on %s", text_get(&closed)) :
		wrong.length ? arena_format(arena, "WRONG on %s", text_get(&wrong)) : arena_text(arena, text_get(&good));
	text_free(&good);
	text_free(&closed);
	text_free(&wrong);
}

bool live_for_people(const struct capacity *capacity)
{
	return !strcmp(capacity->unit, "logins") || !strcmp(capacity->unit, "sessions");
}

/*
 * One process of one is how some services always are; that is no wall.  Far from any wall logins and sessions are
 * what people ask for; a service inside counts from half of its limit on.
 */
const struct capacity *live_fullest(const struct capacity *list, size_t count)
{
	const struct capacity *fullest = NULL;
	size_t i;

	for (i = 0; i < count; i++) {
		if (!list[i].used_known || list[i].possible < 2)
			continue;
		if (list[i].used * 2 >= list[i].possible || live_for_people(&list[i]))
			return &list[i];
		if (!fullest)
			fullest = &list[i];
	}
	return fullest;
}

size_t live_capacities(const struct live *live, size_t host, struct arena *arena, struct capacity **list)
{
	size_t count, i;

	*list = NULL;
	if (!live_snapshot(live, host, LIVE_SERVICES))
		return 0;
	count = capacities_of(arena, live_snapshot(live, host, LIVE_SERVICES), live_snapshot(live, host, LIVE_CONFIGURATION),
		live_snapshot(live, host, LIVE_PROCESSES), live_snapshot(live, host, LIVE_WHO), list);
	for (i = 0; i < count; i++)
		(*list)[i].drops = live_drops(live, host, (*list)[i].service);
	return count;
}

static void join_wall(struct live *live, struct arena *arena, struct live_server *server)
{
	struct capacity *list;
	size_t count = live_capacities(live, server->host, arena, &list), i;
	const struct capacity *fullest = live_fullest(list, count);

	server->wall.minutes_left = -1;
	for (i = 0; i < count; i++) {
		server->wall.turned_away += list[i].drops;
		if (list[i].last_drop > server->wall.last_drop)
			server->wall.last_drop = list[i].last_drop;
	}
	if (!fullest)
		return;
	server->wall.service = fullest->service;
	server->wall.unit = fullest->unit;
	server->wall.used = fullest->used;
	server->wall.possible = fullest->possible;
	server->wall.minutes_left = live_minutes_left(live, server->host, fullest->service, fullest->used, fullest->possible);
}

static void join_queue(struct live *live, struct live_server *server, const struct queue *queue)
{
	double rate = live_rate(live, server->host, MEASURE_QUEUE);
	size_t i;

	if (!queue)
		return;
	for (i = 0; i < QUEUES; i++)
		server->queue[i] = queue->by_queue[i].mails;
	server->queue_known = true;
	server->queued = queue->all.mails - queue->by_queue[QUEUE_HOLD].mails;
	server->queue_grows = isnan(rate) ? 0 : lround(rate);
	server->queue_oldest = queue->all.oldest;
	server->own_known = live_own(live) != NULL;
	for (i = 0; i < queue->domains.count; i++)
		if (queue->domains.rows[i].own)
			server->own_deferred += queue->domains.rows[i].late;
}

double live_disk_full(const struct disk_row *disk)
{
	double bytes = disk->bytes ? 1 - (double)disk->bytes_free / (double)disk->bytes : -1;
	double inodes = disk->inodes ? 1 - (double)disk->inodes_free / (double)disk->inodes : -1;

	return bytes > inodes ? bytes : inodes;
}

static void join_machine(struct live_server *server, const struct machine *machine)
{
	static const char *const names[3] = { "queue", "mail store", "log" };
	size_t i, j;

	server->load = machine && !isnan(machine->load[0]) ? machine->load[0] : -1;
	for (i = 0; i < 3; i++) {
		server->disk_full[i] = -1;
		server->disk_hours[i] = -1;
		/* Several that share a file system stand joined in one row. */
		for (j = 0; machine && j < machine->disk_count; j++)
			if (strstr(machine->disks[j].what, names[i])) {
				server->disk_full[i] = live_disk_full(&machine->disks[j]);
				server->disk_hours[i] = machine->disks[j].hours_left >= 0 ? (long)machine->disks[j].hours_left : -1;
			}
	}
}

/* The oldest of what a row shows; ports and the machine are asked seldom, so they count only by being overdue. */
static void join_age(struct live *live, struct live_server *server)
{
	static const enum live_source shown[] = { LIVE_WHO, LIVE_SERVICES, LIVE_QUEUE, LIVE_PORTS, LIVE_MACHINE };
	int64_t now = clock_now_ms();
	size_t i;

	for (i = 0; i < sizeof(shown) / sizeof(shown[0]); i++) {
		const struct live_state *state = live_state(live, server->host, shown[i]);
		long age = (long)((now - state->taken_at) / 1000);

		if (!state->applies || !state->known || !(live->wanted & (1u << shown[i])))
			continue;
		if (state->old)
			server->old = true;
		if ((i < 3 || state->old) && age > server->age_s)
			server->age_s = age;
	}
}

static void join_server(struct live *live, struct arena *arena, struct live_server *server, size_t host)
{
	const struct who *who = live_snapshot(live, host, LIVE_WHO);

	server->host = host;
	server->name = arena_text(arena, host_at(live->hosts, host)->name);
	server->dead_since = live->memory[host].dead_since;
	server->dead = server->dead_since != 0;
	server->partly = live_partly(live, host);
	server->certificate_days = LONG_MAX;
	server->connections = who ? who->count : 0;
	server->people = who ? who->people : 0;
	join_ports(arena, server, live_snapshot(live, host, LIVE_PORTS));
	join_wall(live, arena, server);
	/* The names come from a snapshot that may be gone before the overview is. */
	server->wall.service = arena_text(arena, server->wall.service);
	server->wall.unit = arena_text(arena, server->wall.unit);
	join_queue(live, server, live_snapshot(live, host, LIVE_QUEUE));
	join_machine(server, live_snapshot(live, host, LIVE_MACHINE));
	join_age(live, server);
}

/* --- together ----------------------------------------------------------------------------------- */

struct ranked { struct live_server server; enum live_level worst; };

static int by_need(const void *left, const void *right)
{
	const struct ranked *a = left, *b = right;

	if (a->server.dead != b->server.dead)
		return a->server.dead ? -1 : 1;
	if (a->worst != b->worst)
		return a->worst > b->worst ? -1 : 1;
	return text_compare(a->server.name, b->server.name);
}

static enum live_level worst_of(const struct live_alarm *alarms, size_t count, size_t host)
{
	enum live_level worst = LEVEL_OK;
	size_t i;

	for (i = 0; i < count; i++)
		if (alarms[i].host == host && !alarms[i].known_by && alarms[i].level > worst)
			worst = alarms[i].level;
	return worst;
}

/* The quickest that answers, and the one that is most behind. */
static void join_directory(const struct live *live, struct live_overview *overview)
{
	size_t i;

	overview->directory_ms = overview->directory_lag = -1;
	for (i = 0; i < PULSES_MOST && *live->pulses[i].uri; i++) {
		const struct pulse *pulse = &live->pulses[i];

		if (pulse->latency_ms >= 0 && (overview->directory_ms < 0 || pulse->latency_ms < overview->directory_ms))
			overview->directory_ms = pulse->latency_ms;
		if (pulse->lag_s > overview->directory_lag)
			overview->directory_lag = pulse->lag_s;
	}
}

struct live_overview *live_overview(struct live *live)
{
	struct arena *arena = arena_new();
	struct live_overview *overview = arena_alloc(arena, sizeof(*overview));
	struct ranked *ranked = arena_alloc(arena, (live->host_count + 1) * sizeof(*ranked));
	struct live_server *servers = arena_alloc(arena, (live->host_count + 1) * sizeof(*servers));
	size_t alarm_count, host;
	const struct live_alarm *alarms = live_alarms(live, &alarm_count);

	for (host = 0; host < live->host_count; host++) {
		join_server(live, arena, &ranked[host].server, host);
		ranked[host].worst = worst_of(alarms, alarm_count, host);
		overview->partly += ranked[host].server.partly;
		overview->up += !ranked[host].server.dead && !ranked[host].server.partly;
	}
	qsort(ranked, live->host_count, sizeof(*ranked), by_need);
	for (host = 0; host < live->host_count; host++)
		servers[host] = ranked[host].server;
	overview->arena = arena;
	overview->servers = servers;
	overview->count = live->host_count;
	join_directory(live, overview);
	return overview;
}

void live_overview_free(struct live_overview *overview)
{
	if (overview)
		arena_free(overview->arena);
}
