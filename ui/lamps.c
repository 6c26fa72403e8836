/*
 * lamps: servers that answer, the service nearest its limit, the longest queue.
 *
 * Never fails; what is not known has no lamp.  Loop thread.
 */
#include "ui/lamps.h"

#include <stdio.h>
#include <string.h>

static enum style style_of(enum live_level level)
{
	return level == LEVEL_CRITICAL ? STYLE_BAD : level == LEVEL_WARNING ? STYLE_WARNING : STYLE_OK;
}

/* The worst alarm about one of these things that nobody is on yet. */
static enum live_level level_of(struct live *live, size_t host, const char *const *rules)
{
	size_t count;
	const struct live_alarm *alarms = live_alarms(live, &count);
	enum live_level worst = LEVEL_OK;

	for (size_t i = 0; i < count; i++) {
		for (size_t j = 0; rules[j] != NULL && alarms[i].known_by == NULL && alarms[i].host == host; j++) {
			if (strcmp(alarms[i].rule, rules[j]) == 0 && alarms[i].level > worst)
				worst = alarms[i].level;
		}
	}
	return worst;
}

static const char *const about_wall[] = { "logins", "full", "limits", "turned-away", "throttled", NULL };
static const char *const about_queue[] = { "own-deferred", "queue-growth", "queue-old", "postfix-down", "held", NULL };

/* A lamp is of now: what was last seen of a server that gives no answer is not. */
static double part_of(struct live *live, const struct live_server *server)
{
	if (server->dead || server->wall.possible == 0 || live_state(live, server->host, LIVE_SERVICES)->old)
		return -1;
	return (double)server->wall.used / (double)server->wall.possible;
}

static void say(struct lamps *lamps, int lamp, enum style style, const char *words, const char *brief)
{
	snprintf(lamps->lamp[lamp].words, sizeof lamps->lamp[lamp].words, "%s", words);
	snprintf(lamps->lamp[lamp].brief, sizeof lamps->lamp[lamp].brief, "%s", brief);
	lamps->lamp[lamp].style = style;
}

static void light_up(struct lamps *lamps, const struct live_overview *overview, struct arena *arena)
{
	bool all = overview->up == overview->count;
	const char *words = arena_format(arena, "%zu/%zu %s", overview->up, overview->count, all ? "up" : "UP");

	say(lamps, LAMP_UP, all ? STYLE_OK : STYLE_BAD, overview->partly == 0 ? words : arena_format(arena, "%s, %zu partly", words, overview->partly), words);
}

static void light_wall(struct lamps *lamps, struct live *live, const struct live_overview *overview, struct arena *arena)
{
	const struct live_server *worst = NULL;
	int percent;

	for (size_t i = 0; i < overview->count; i++) {
		double part = part_of(live, &overview->servers[i]);

		if (part >= 0 && (worst == NULL || part > part_of(live, worst)))
			worst = &overview->servers[i];
	}
	if (worst == NULL)
		return;
	percent = (int)(part_of(live, worst) * 100);
	if (overview->count > 1)
		say(lamps, LAMP_WALL, style_of(level_of(live, worst->host, about_wall)), arena_format(arena, "%s %s %d%%", worst->name,
			worst->wall.service, percent), arena_format(arena, "%s %d%%", worst->name, percent));
	else
		say(lamps, LAMP_WALL, style_of(level_of(live, worst->host, about_wall)), arena_format(arena, "%s %d%%", worst->wall.service, percent),
			arena_format(arena, "%s %d%%", worst->wall.service, percent));
}

/* The server whose queue is worst by its alarms, else the one with the longest. */
static void light_queue(struct lamps *lamps, struct live *live, const struct live_overview *overview, struct arena *arena)
{
	const struct live_server *worst = NULL;
	enum live_level level = LEVEL_OK;
	const char *queued;

	for (size_t i = 0; i < overview->count; i++) {
		const struct live_server *server = &overview->servers[i];
		enum live_level own = level_of(live, server->host, about_queue);

		if (!server->queue_known || live_state(live, server->host, LIVE_QUEUE)->old || (worst != NULL && (own < level || (own == level && server->queued <= worst->queued))))
			continue;
		worst = server;
		level = own;
	}
	if (worst == NULL)
		return;
	queued = text_from_count(arena, (int64_t)worst->queued);
	say(lamps, LAMP_QUEUE, style_of(level), overview->count > 1 ? arena_format(arena, "q %s %s", worst->name, queued) :
		arena_format(arena, "q %s", queued), arena_format(arena, "q %s", queued));
}

/* What else needs a person: disks, certificates and whatever has no lamp of its own. */
static void light_needs(struct lamps *lamps, struct live *live, struct arena *arena)
{
	size_t count, needs = 0;
	const struct live_alarm *alarms = live_alarms(live, &count);

	for (size_t i = 0; i < count; i++) {
		if (alarms[i].known_by != NULL)
			continue;
		if (alarms[i].level > lamps->worst)
			lamps->worst = alarms[i].level;
		needs += alarms[i].level >= LEVEL_WARNING;
	}
	if (needs > 0)
		say(lamps, LAMP_NEEDS, style_of(lamps->worst), arena_format(arena, "%zu %s", needs, needs == 1 ? "alarm" : "alarms"),
			arena_format(arena, "%zu!", needs));
}

void lamps_read(struct lamps *lamps, struct live *live)
{
	struct live_overview *overview;
	struct arena *arena;

	memset(lamps, 0, sizeof *lamps);
	if (live == NULL || hosts_count(live_hosts(live)) == 0)
		return;
	arena = arena_new();
	overview = live_overview(live);
	light_up(lamps, overview, arena);
	light_wall(lamps, live, overview, arena);
	light_queue(lamps, live, overview, arena);
	light_needs(lamps, live, arena);
	live_overview_free(overview);
	arena_free(arena);
}

/* Columns that all of them take with a gap behind each. */
static int columns_of(const struct lamps *lamps, enum visible_form form, bool brief, int *columns)
{
	int total = 0;

	for (int i = 0; i < LAMPS; i++) {
		const char *words = brief ? lamps->lamp[i].brief : lamps->lamp[i].words;

		columns[i] = (int)text_columns(form, words, strlen(words));
		total += columns[i] > 0 ? columns[i] + 2 : 0;
	}
	return total;
}

int lamps_draw(const struct lamps *lamps, struct canvas *canvas, int least, int end)
{
	int columns[LAMPS], total = columns_of(lamps, canvas->form, false, columns), at;
	bool brief = end - total < least;

	if (brief)
		total = columns_of(lamps, canvas->form, true, columns);
	for (int i = LAMPS - 1; i >= 0 && end - total < least; i--) {
		total -= columns[i] > 0 ? columns[i] + 2 : 0;
		columns[i] = 0;
	}
	at = end - total;
	for (int i = 0; i < LAMPS; i++) {
		if (columns[i] == 0)
			continue;
		canvas_words(canvas, 0, at, columns[i], lamps->lamp[i].style, brief ? lamps->lamp[i].brief : lamps->lamp[i].words);
		at += columns[i] + 2;
	}
	return end - total;
}
