/*
 * lamps: servers that answer, the service nearest its limit, the longest queue.
 *
 * Never fails; what is not known has no lamp.  Loop thread.
 */
#include "ui/lamps.h"

#include <stdio.h>
#include <string.h>

enum { LAMP_UP, LAMP_WALL, LAMP_QUEUE };

static enum style style_of(enum live_level level)
{
	return level == LEVEL_CRITICAL ? STYLE_BAD : level == LEVEL_WARNING ? STYLE_WARNING : STYLE_OK;
}

/* The worst alarm whose rule begins so. */
static enum live_level level_of(struct live *live, const char *rule)
{
	size_t count;
	const struct live_alarm *alarms = live_alarms(live, &count);
	enum live_level worst = LEVEL_OK;

	for (size_t i = 0; i < count; i++) {
		if (strncmp(alarms[i].rule, rule, strlen(rule)) == 0 && alarms[i].known_by == NULL && alarms[i].level > worst)
			worst = alarms[i].level;
	}
	return worst;
}

/* A lamp is of now: what was last seen of a server that gives no answer is not. */
static double part_of(struct live *live, const struct live_server *server)
{
	if (server->dead || server->wall.possible == 0 || live_state(live, server->host, LIVE_SERVICES)->old)
		return -1;
	return (double)server->wall.used / (double)server->wall.possible;
}

static void light_up(struct lamps *lamps, const struct live_overview *overview)
{
	bool all = overview->up == overview->count;

	snprintf(lamps->lamp[LAMP_UP].words, sizeof lamps->lamp[0].words, "%zu/%zu %s", overview->up, overview->count, all ? "up" : "UP");
	lamps->lamp[LAMP_UP].style = all ? STYLE_OK : STYLE_BAD;
}

static void light_wall(struct lamps *lamps, struct live *live, const struct live_overview *overview, enum live_level level)
{
	const struct live_server *worst = NULL;

	for (size_t i = 0; i < overview->count; i++) {
		double part = part_of(live, &overview->servers[i]);

		if (part >= 0 && (worst == NULL || part > part_of(live, worst)))
			worst = &overview->servers[i];
	}
	if (worst == NULL)
		return;
	snprintf(lamps->lamp[LAMP_WALL].words, sizeof lamps->lamp[0].words, "%s%s%s %d%%", overview->count > 1 ? worst->name : "",
		overview->count > 1 ? " " : "", worst->wall.service, (int)(part_of(live, worst) * 100));
	lamps->lamp[LAMP_WALL].style = style_of(level);
}

static void light_queue(struct lamps *lamps, struct live *live, const struct live_overview *overview, enum live_level level)
{
	const struct live_server *worst = NULL;
	struct arena *arena;

	for (size_t i = 0; i < overview->count; i++) {
		if (overview->servers[i].queue_known && !live_state(live, overview->servers[i].host, LIVE_QUEUE)->old && (worst == NULL || overview->servers[i].queued > worst->queued))
			worst = &overview->servers[i];
	}
	if (worst == NULL)
		return;
	arena = arena_new();
	snprintf(lamps->lamp[LAMP_QUEUE].words, sizeof lamps->lamp[0].words, "q %s", text_from_count(arena, (int64_t)worst->queued));
	arena_free(arena);
	lamps->lamp[LAMP_QUEUE].style = style_of(level);
}

void lamps_read(struct lamps *lamps, struct live *live)
{
	struct live_overview *overview;
	enum live_level queue, own;
	const struct live_alarm *alarms;
	size_t count;

	memset(lamps, 0, sizeof *lamps);
	if (live == NULL || hosts_count(live_hosts(live)) == 0)
		return;
	overview = live_overview(live);
	queue = level_of(live, "queue");
	own = level_of(live, "own");
	light_up(lamps, overview);
	light_wall(lamps, live, overview, level_of(live, "limit"));
	light_queue(lamps, live, overview, own > queue ? own : queue);
	live_overview_free(overview);
	alarms = live_alarms(live, &count);
	for (size_t i = 0; i < count; i++) {
		if (alarms[i].known_by == NULL && alarms[i].level > lamps->worst)
			lamps->worst = alarms[i].level;
	}
}

int lamps_draw(const struct lamps *lamps, struct canvas *canvas, int least, int end)
{
	int columns[LAMPS], total = 0, shown = 0, at;

	for (int i = 0; i < LAMPS; i++) {
		columns[i] = (int)text_columns(canvas->form, lamps->lamp[i].words, strlen(lamps->lamp[i].words));
		if (end - total - columns[i] - 2 < least || columns[i] == 0)
			columns[i] = 0;
		else
			total += columns[i] + 2;
		shown += columns[i] > 0;
	}
	if (shown == 0)
		return end;
	at = end - total;
	for (int i = 0; i < LAMPS; i++) {
		if (columns[i] > 0) {
			canvas_words(canvas, 0, at, columns[i], lamps->lamp[i].style, lamps->lamp[i].words);
			at += columns[i] + 2;
		}
	}
	return end - total;
}
