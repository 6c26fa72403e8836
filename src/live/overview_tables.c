/*
 * overview_tables: servers, what is read of them, alarms and events as rows.
 *
 * The same figures as live_overview, live_alarms and live_events, for lists and
 * commands.  Nothing fails.  Loop thread.
 */
#include <limits.h>
#include <math.h>
#include <string.h>

#include "base/text.h"
#include "live/live_private.h"
#include "live/tables.h"
#include "model/live_kinds.h"

static bool asked_for(const struct live_question *question, size_t host)
{
	return question->host == LIVE_ALL || question->host == host;
}

/* --- overview -------------------------------------------------------------------------------- */

/* Only where something of this kind was read at all. */
static bool read_once(const struct live *live, size_t host, enum live_source source)
{
	return live_snapshot(live, host, source) != NULL;
}

static void percent(struct rows *rows, struct row *row, size_t column, double share)
{
	if (share >= 0)
		table_number(rows, row, column, (uint64_t)floor(share * 100));
}

static void fill_wall(struct rows *rows, struct row *row, const struct live_wall *wall)
{
	table_number(rows, row, LO_TURNED_AWAY, wall->turned_away);
	table_time(rows, row, LO_LAST_DROP, wall->last_drop);
	if (!wall->service)
		return;
	table_text(rows, row, LO_WALL, wall->service);
	table_number(rows, row, LO_USED, wall->used);
	table_number(rows, row, LO_POSSIBLE, wall->possible);
	table_text(rows, row, LO_UNIT, wall->unit);
	if (wall->minutes_left >= 0)
		table_number(rows, row, LO_FULL_IN, (uint64_t)wall->minutes_left);
}

static void fill_queue(const struct live *live, struct rows *rows, struct row *row, const struct live_server *server)
{
	table_number(rows, row, LO_QUEUED, server->queued);
	table_number(rows, row, LO_DEFERRED, server->queue[3]);
	table_number(rows, row, LO_HELD, server->queue[4]);
	if (!isnan(live_rate(live, server->host, MEASURE_QUEUE)))
		table_text(rows, row, LO_GROWS, arena_format(rows->arena, "%+ld", server->queue_grows));
	table_time(rows, row, LO_OLDEST, server->queue_oldest);
	if (server->own_known)
		table_number(rows, row, LO_OWN_DEFERRED, server->own_deferred);
}

static void fill_overview(const struct live *live, struct rows *rows, const struct live_server *server)
{
	struct row *row = table_row(rows, server->name, server->name);

	table_text(rows, row, LO_SERVER, server->name);
	table_text(rows, row, LO_STATE, server->dead ? "dead" : server->partly ? "partly" : server->old ? "old" : "up");
	table_time(rows, row, LO_SINCE, server->dead_since / 1000);
	table_text(rows, row, LO_PORTS, server->ports_words);
	if (read_once(live, server->host, LIVE_SERVICES))
		fill_wall(rows, row, &server->wall);
	if (read_once(live, server->host, LIVE_WHO)) {
		table_number(rows, row, LO_CONNECTIONS, server->connections);
		table_number(rows, row, LO_PEOPLE, server->people);
	}
	if (read_once(live, server->host, LIVE_QUEUE))
		fill_queue(live, rows, row, server);
	percent(rows, row, LO_DISK_QUEUE, server->disk_full[0]);
	percent(rows, row, LO_DISK_STORE, server->disk_full[1]);
	percent(rows, row, LO_DISK_LOG, server->disk_full[2]);
	if (server->load >= 0)
		table_text(rows, row, LO_LOAD, arena_format(rows->arena, "%.1f", server->load));
	if (server->certificate_days != LONG_MAX)
		table_number(rows, row, LO_CERTIFICATE, server->certificate_days > 0 ? (uint64_t)server->certificate_days : 0);
	table_number(rows, row, LO_AGE, (uint64_t)(server->age_s > 0 ? server->age_s : 0));
}

static struct rows *make_overview(struct live *live, const struct live_question *question)
{
	struct rows *rows = table_new(&kind_live_overview);
	struct live_overview *overview = live_overview(live);
	size_t i;

	for (i = 0; i < overview->count; i++)
		if (asked_for(question, overview->servers[i].host))
			fill_overview(live, rows, &overview->servers[i]);
	live_overview_free(overview);
	return table_done(rows, question->most);
}

/* --- servers and sources ------------------------------------------------------------------------ */

static const char *ways_of(struct arena *arena, const struct live *live, size_t host)
{
	static const char *const words[] = { "none", "exec", "ssh", "http" };

	/* One command of each group stands for its group. */
	return arena_format(arena, "doveadm %s, postfix %s, machine %s", words[host_way(live->hosts, host, "who", NULL)],
		words[host_way(live->hosts, host, "queue", NULL)], words[host_way(live->hosts, host, "disks", NULL)]);
}

static const char *state_of(const struct live *live, size_t host, struct text *trouble, int64_t *since)
{
	bool any = false;
	unsigned source;

	*since = live->memory[host].dead_since;
	for (source = 0; source < LIVE_SOURCES; source++) {
		const struct live_state *state = live_state(live, host, (enum live_source)source);

		if (state->error.kind != ERROR_NONE) {
			text_addf(trouble, "%s%s", trouble->length ? "; " : "", state->error.text);
			if (!*since || (!live->memory[host].dead_since && state->failing_since < *since))
				*since = state->failing_since;
		}
		any |= state->known || state->error.kind != ERROR_NONE;
	}
	/* Who looks once sees since when he looked, not since when it is so. */
	if (live->once)
		*since = 0;
	if (live->memory[host].dead_since)
		return "dead";
	/* The same words as in the overview; who only is refused a reading has a server that is up, and its trouble beside it. */
	return live_partly(live, host) ? "partly" : any ? "up" : "unknown";
}

static struct rows *make_servers(struct live *live, const struct live_question *question)
{
	static const char *const roles[] = { "", "mailbox", "transport", "mailbox, transport" };
	struct rows *rows = table_new(&kind_live_server);
	size_t host;

	for (host = 0; host < live->host_count; host++) {
		const struct host_settings *settings = host_at(live->hosts, host);
		struct text trouble = { 0 };
		struct row *row;
		int64_t since;

		if (!asked_for(question, host))
			continue;
		row = table_row(rows, settings->name, settings->name);
		table_text(rows, row, LS_SERVER, settings->name);
		table_text(rows, row, LS_STATE, state_of(live, host, &trouble, &since));
		table_time(rows, row, LS_SINCE, since / 1000);
		table_text(rows, row, LS_ROLES, roles[settings->roles & (HOST_MAILBOX | HOST_TRANSPORT)]);
		table_text(rows, row, LS_FLAVOUR, settings->flavour == FLAVOUR_UCS ? "UCS" : "Debian");
		table_text(rows, row, LS_WAYS, ways_of(rows->arena, live, host));
		table_text(rows, row, LS_TROUBLE, text_get(&trouble));
		text_free(&trouble);
	}
	return table_done(rows, question->most);
}

static void fill_source(struct live *live, struct rows *rows, size_t host, enum live_source source)
{
	const struct live_state *state = live_state(live, host, source);
	const char *server = host_at(live->hosts, host)->name;
	struct row *row = table_row(rows, live_source_name(source), server);
	bool failing = state->error.kind != ERROR_NONE;

	row->id = arena_format(rows->arena, "%s/%s", server, live_source_name(source));
	table_text(rows, row, LR_SOURCE, live_source_name(source));
	table_text(rows, row, LR_SERVER, server);
	table_text(rows, row, LR_STATE, !state->applies ? "none" : failing ? "failing" : !state->known ? "waiting" : state->old ? "old" : "ok");
	table_time(rows, row, LR_TAKEN, state->taken_at / 1000);
	if (state->known)
		table_number(rows, row, LR_TOOK, state->took_ms);
	table_time(rows, row, LR_FAILING_SINCE, state->failing_since / 1000);
	table_text(rows, row, LR_WORDS, failing ? state->error.text : state->reason);
}

static struct rows *make_sources(struct live *live, const struct live_question *question)
{
	struct rows *rows = table_new(&kind_live_source);
	size_t host;
	unsigned source;

	for (host = 0; host < live->host_count; host++)
		for (source = 0; source < LIVE_SOURCES; source++) {
			const struct live_state *state = live_state(live, host, (enum live_source)source);

			bool looked_for = live->wanted & (1u << source) || state->known;

			/* What is no matter of this server, or what nobody wants to know, has no row. */
			if (asked_for(question, host) && sources[source] && looked_for && (state->applies || state->reason))
				fill_source(live, rows, host, (enum live_source)source);
		}
	return table_done(rows, question->most);
}

/* --- alarms and events ------------------------------------------------------------------------------ */

static const char *const levels[] = { "ok", "note", "warning", "critical" };

static struct rows *make_alarms(struct live *live, const struct live_question *question)
{
	struct rows *rows = table_new(&kind_live_alarm);
	size_t count, i;
	const struct live_alarm *list = live_alarms(live, &count);

	for (i = 0; i < count; i++) {
		const struct live_alarm *alarm = &list[i];
		const char *server = alarm->host == LIVE_ALL ? "" : host_at(live->hosts, alarm->host)->name;
		struct row *row;

		if (!asked_for(question, alarm->host))
			continue;
		row = table_row(rows, alarm->id, server);
		table_text(rows, row, LA_ALARM, alarm->id);
		table_text(rows, row, LA_LEVEL, levels[alarm->level]);
		table_text(rows, row, LA_SERVER, server);
		table_text(rows, row, LA_SENTENCE, alarm->sentence);
		table_text(rows, row, LA_MORE, alarm->more);
		table_time(rows, row, LA_SINCE, alarm->since / 1000);
		table_text(rows, row, LA_RULE, alarm->rule);
		table_text(rows, row, LA_ADVICE, alarm->advice);
		table_text(rows, row, LA_KNOWN_BY, alarm->known_by);
		table_time(rows, row, LA_KNOWN_UNTIL, alarm->known_until);
		table_text(rows, row, LA_SECTION, alarm->section);
	}
	return table_done(rows, question->most);
}

static struct rows *make_events(struct live *live, const struct live_question *question)
{
	struct rows *rows = table_new(&kind_live_event);
	size_t count, i;
	const struct live_event *list = live_events(live, &count);

	for (i = 0; i < count && (question->most == 0 || rows->count < question->most); i++) {
		const struct live_event *event = &list[i];
		struct row *row;

		if (question->host != LIVE_ALL && strcmp(event->host, host_at(live->hosts, question->host)->name))
			continue;
		row = table_row(rows, event->id, event->host);
		table_text(rows, row, LE_EVENT, event->id);
		table_time(rows, row, LE_BEGAN, event->began);
		table_time(rows, row, LE_ENDED, event->ended);
		table_text(rows, row, LE_SERVER, event->host);
		table_text(rows, row, LE_SENTENCE, event->sentence);
		table_text(rows, row, LE_LEVEL, levels[event->level]);
		table_text(rows, row, LE_WHO, event->who);
		table_text(rows, row, LE_NOTE, event->note);
		table_text(rows, row, LE_RULE, event->rule);
	}
	return table_done(rows, question->most);
}

#define OVERVIEW (1u << LIVE_WHO | 1u << LIVE_SERVICES | 1u << LIVE_CONFIGURATION | 1u << LIVE_PROCESSES | 1u << LIVE_QUEUE | 1u << LIVE_PORTS | \
	1u << LIVE_MACHINE | 1u << LIVE_INNER | 1u << LIVE_DIRECTORY | 1u << LIVE_LEFT_ON)

const struct live_table table_overview = { "overview", "Overview", &kind_live_overview, OVERVIEW, make_overview };
const struct live_table table_servers = { "servers", "Servers", &kind_live_server, OVERVIEW, make_servers };
const struct live_table table_sources = { "sources", "Sources", &kind_live_source, OVERVIEW, make_sources };
const struct live_table table_alarms = { "alarms", "Alarms", &kind_live_alarm, OVERVIEW, make_alarms };
const struct live_table table_events = { "events", "Events", &kind_live_event, 0, make_events };
