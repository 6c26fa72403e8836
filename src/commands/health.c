/*
 * health: one line and an exit status, as monitoring systems expect it.
 *
 * 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN; behind the bar figures with their
 * marks.  One look is one reading: the monitoring system itself asks again
 * before it wakes somebody.  Alarms that somebody is on, or that are silenced,
 * do not count.
 */
#include <ctype.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "commands/look.h"
#include "commands/output.h"
#include "commands/subcommands.h"

enum health { HEALTH_OK, HEALTH_WARNING, HEALTH_CRITICAL, HEALTH_UNKNOWN };
static const char *const words[] = { "OK", "WARNING", "CRITICAL", "UNKNOWN" };
/* The line is for a pager. */
#define SENTENCES 3

/* No bar and no newline: both end the text for the reader. */
static void add_sentence(struct text *line, const char *sentence)
{
	if (line->length)
		text_add(line, "; ");
	for (; *sentence; sentence++)
		text_add_char(line, *sentence == '|' || iscntrl((unsigned char)*sentence) ? ' ' : *sentence);
}

static enum health worst_alarms(struct look *look, struct text *line)
{
	enum health worst = HEALTH_OK;
	size_t count, told = 0, more = 0, i;
	const struct live_alarm *alarms = live_alarms(look->live, &count);

	for (i = 0; i < count; i++) {
		const struct live_alarm *alarm = &alarms[i];
		enum health level = alarm->level == LEVEL_CRITICAL ? HEALTH_CRITICAL : HEALTH_WARNING;

		if (alarm->known_by || alarm->level < LEVEL_WARNING || (look->host != LIVE_ALL && alarm->host != look->host))
			continue;
		if (level > worst)
			worst = level;
		if (told < SENTENCES) {
			add_sentence(line, alarm->sentence);
			told++;
		} else {
			more++;
		}
	}
	if (more)
		text_addf(line, " and %zu more", more);
	return worst;
}

/* --- performance data ------------------------------------------------------------------------------ */

static void add_label(struct text *figures, const char *part)
{
	for (; *part; part++)
		text_add_char(figures, strchr("'=| ", *part) || iscntrl((unsigned char)*part) ? '_' : *part);
}

/* 'label'=value[unit];[warn];[critical];[least];[most]; labels bear the server, without what the form gives a meaning. */
static void add_figure(struct text *figures, const char *server, const char *name, const char *value, const char *marks)
{
	text_addf(figures, "%s'", figures->length ? " " : "");
	add_label(figures, server);
	text_add_char(figures, '_');
	add_label(figures, name);
	text_addf(figures, "'=%s%s", value, marks);
}

static void add_count(struct text *figures, struct arena *arena, const char *server, const char *name, uint64_t count)
{
	add_figure(figures, server, name, arena_format(arena, "%" PRIu64, count), ";;;0");
}

/* Where less is worse, a mark is the end of the range that is well. */
static const char *marks_of(const struct look *look, struct arena *arena, enum live_limit limit, double whole, const char *bounds)
{
	const struct live_settings *settings = &look->headless.engine->config->live;
	double warn = settings->thresholds ? settings->thresholds[limit][0] : live_thresholds[limit].warn;
	double critical = settings->thresholds ? settings->thresholds[limit][1] : live_thresholds[limit].critical;
	const char *range = live_thresholds[limit].falling ? ":" : "";

	return arena_format(arena, ";%.6g%s;%.6g%s;%s", warn * whole, range, critical * whole, range, bounds);
}

static void add_server(struct look *look, struct text *figures, const struct live_server *server)
{
	static const char *const disks[3] = { "disk_queue", "disk_store", "disk_log" };
	struct arena *arena = look->headless.arena;
	size_t i;

	add_figure(figures, server->name, "up", server->dead || server->partly ? "0" : "1", ";;;0;1");
	if (live_state(look->live, server->host, LIVE_WHO)->known)
		add_count(figures, arena, server->name, "connections", server->connections);
	if (server->wall.service)
		add_figure(figures, server->name, server->wall.service, arena_format(arena, "%" PRIu64, server->wall.used),
			marks_of(look, arena, LIMIT_SERVICE, (double)server->wall.possible / 100, arena_format(arena, "0;%" PRIu64, server->wall.possible)));
	if (live_state(look->live, server->host, LIVE_QUEUE)->known) {
		add_count(figures, arena, server->name, "queue", server->queued);
		if (server->own_known)
			add_count(figures, arena, server->name, "own_deferred", server->own_deferred);
	}
	for (i = 0; i < 3; i++)
		if (server->disk_full[i] >= 0)
			add_figure(figures, server->name, disks[i], arena_format(arena, "%.0f%%", server->disk_full[i] * 100),
				marks_of(look, arena, LIMIT_DISK, 1, "0;100"));
	if (server->load >= 0)
		add_figure(figures, server->name, "load", arena_format(arena, "%.2f", server->load), ";;;0");
	if (server->certificate_days != LONG_MAX)
		add_figure(figures, server->name, "certificate_days", arena_format(arena, "%ld", server->certificate_days),
			marks_of(look, arena, LIMIT_CERTIFICATE, 1, ""));
}

/* --- the line ------------------------------------------------------------------------------------------ */

static bool nothing_known(struct look *look)
{
	size_t host;
	unsigned source;

	for (host = 0; host < hosts_count(live_hosts(look->live)); host++)
		for (source = 0; source < LIVE_SOURCES; source++) {
			const struct live_state *state = live_state(look->live, host, (enum live_source)source);

			if ((look->host == LIVE_ALL || look->host == host) && (state->known || state->error.kind != ERROR_NONE))
				return false;
		}
	return true;
}

static void print_line(enum health health, const struct text *line, const struct text *figures)
{
	struct arena *arena = arena_new();

	printf("%s - %s%s%s\n", words[health], text_visible_string(arena, output_form(), text_get(line), line->length),
		figures->length ? " | " : "", text_visible_string(arena, VISIBLE_ASCII, text_get(figures), figures->length));
	arena_free(arena);
}

static void summarise(struct look *look, const struct live_overview *overview, struct text *line)
{
	uint64_t connections = 0, queued = 0;
	size_t up = 0, partly = 0, count = 0, i;

	for (i = 0; i < overview->count; i++) {
		if (look->host != LIVE_ALL && overview->servers[i].host != look->host)
			continue;
		count++;
		up += !overview->servers[i].dead && !overview->servers[i].partly;
		partly += overview->servers[i].partly;
		connections += overview->servers[i].connections;
		queued += overview->servers[i].queued;
	}
	text_addf(line, "%zu of %zu servers up%s, %s connections, %s queued", up, count,
		partly ? arena_format(look->headless.arena, ", %zu partly", partly) : "", text_from_count(look->headless.arena, (int64_t)connections),
		text_from_count(look->headless.arena, (int64_t)queued));
}

static enum health judge(struct look *look)
{
	struct live_overview *overview = live_overview(look->live);
	struct text line = { 0 }, figures = { 0 };
	enum health health = worst_alarms(look, &line);
	size_t i;

	if (nothing_known(look)) {
		health = HEALTH_UNKNOWN;
		text_clear(&line);
		text_add(&line, "nothing can be read of any mail server; postroom servers says why");
	} else if (line.length == 0) {
		summarise(look, overview, &line);
	}
	for (i = 0; i < overview->count; i++)
		if (look->host == LIVE_ALL || overview->servers[i].host == look->host)
			add_server(look, &figures, &overview->servers[i]);
	print_line(health, &line, &figures);
	text_free(&line);
	text_free(&figures);
	live_overview_free(overview);
	return health;
}

int run_health(struct config *takes, const struct arguments *arguments, int argc, char **argv)
{
	struct look look = { 0 };
	enum health health = HEALTH_UNKNOWN;

	(void)argc;
	(void)argv;
	if (look_open(&look, takes, arguments, live_overview_sources()))
		health = judge(&look);
	else if (look.headless.ended_by)
		printf("UNKNOWN - postroom was ended before every mail server had answered\n");
	else
		printf("UNKNOWN - postroom cannot look at the mail servers, the reason is on standard error\n");
	headless_close(&look.headless);
	return (int)health;
}
