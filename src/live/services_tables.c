/*
 * services_tables: services, processes, penalty, the last errors, login slots
 * and mailboxes as tables, a row for each server and thing.
 *
 * `of` picks one service, address, level or user.  A cell is empty where
 * nothing is known.  Loop thread.
 */
#include <stdlib.h>
#include <string.h>

#include "live/data.h"
#include "live/quota.h"
#include "live/tables.h"
#include "model/live_kinds.h"

static bool picked(const char *of, const char *value)
{
	return !of || strcmp(of, value) == 0;
}

static struct row *add(struct rows *rows, const char *name, const char *server, const char *more)
{
	struct row *row = table_row(rows, name, server);

	row->id = arena_format(rows->arena, "%s/%s%s%s", server, name, *more ? "/" : "", more);
	return row;
}

static void optional(struct rows *rows, struct row *row, size_t column, bool known, uint64_t number)
{
	if (known)
		table_number(rows, row, column, number);
}

typedef void fill_rows(struct rows *rows, struct live *live, size_t host, const char *server, const char *of);

/* --- services --------------------------------------------------------------------------------------- */

static const struct service_row *status_of(const struct services *services, const char *name)
{
	for (size_t i = 0; services && i < services->count; i++)
		if (strcmp(services->rows[i].name, name) == 0)
			return &services->rows[i];
	return NULL;
}

static void fill_service(struct rows *rows, struct row *row, const struct capacity *capacity, const struct service_row *status)
{
	bool both = capacity->used_known && capacity->possible;
	uint64_t free_ones = capacity->possible > capacity->used ? capacity->possible - capacity->used : 0;

	table_text(rows, row, SERVICES_SERVICE, capacity->service);
	table_text(rows, row, SERVICES_SERVER, row->place);
	optional(rows, row, SERVICES_USED, capacity->used_known, capacity->used);
	optional(rows, row, SERVICES_POSSIBLE, capacity->possible > 0, capacity->possible);
	optional(rows, row, SERVICES_FREE, both, free_ones);
	if (both)
		table_number(rows, row, SERVICES_PERCENT, (uint64_t)((double)capacity->used * 100 / (double)capacity->possible));
	table_text(rows, row, SERVICES_UNIT, capacity->unit);
	table_time(rows, row, SERVICES_LAST_DROP, capacity->last_drop);
	table_text(rows, row, SERVICES_MODE, capacity->mode);
	table_text(rows, row, SERVICES_NOTE, capacity->note);
	if (!status)
		return;
	table_number(rows, row, SERVICES_PROCESSES, status->process_count);
	table_number(rows, row, SERVICES_PROCESS_LIMIT, status->process_limit);
	table_number(rows, row, SERVICES_CLIENT_LIMIT, status->client_limit);
}

/* What only somebody knows who watches for a while. */
static void fill_watched(struct rows *rows, struct row *row, const struct live *live, size_t host, const struct capacity *capacity)
{
	long minutes = capacity->used_known ? live_minutes_left(live, host, capacity->service, capacity->used, capacity->possible) : -1;

	optional(rows, row, SERVICES_FULL_IN, minutes >= 0, (uint64_t)minutes);
	if (live_snapshot(live, host, LIVE_SERVICES))
		table_number(rows, row, SERVICES_TURNED_AWAY, live_drops(live, host, capacity->service));
}

static void fill_services(struct rows *rows, struct live *live, size_t host, const char *server, const char *of)
{
	const struct services *services = live_snapshot(live, host, LIVE_SERVICES);
	struct arena *arena = arena_new();
	struct capacity *list;
	size_t count = capacities_of(arena, services, live_snapshot(live, host, LIVE_CONFIGURATION), live_snapshot(live, host, LIVE_PROCESSES),
		live_snapshot(live, host, LIVE_WHO), &list);

	for (size_t i = 0; i < count; i++) {
		struct row *row;

		if (!picked(of, list[i].service))
			continue;
		row = add(rows, list[i].service, server, "");
		fill_service(rows, row, &list[i], status_of(services, list[i].service));
		fill_watched(rows, row, live, host, &list[i]);
	}
	arena_free(arena);
}

/* Fullest first over all servers, those of which nothing is known last. */
static int by_percent(const struct row *a, const struct row *b, size_t column)
{
	const struct value *first = &a->values[column], *second = &b->values[column];
	long more = first->length ? strtol(first->bytes, NULL, 10) : -1, less = second->length ? strtol(second->bytes, NULL, 10) : -1;

	if (more != less)
		return more > less ? -1 : 1;
	return strcmp(a->id, b->id);
}

static int by_share_of_service(const void *left, const void *right)
{
	return by_percent(left, right, SERVICES_PERCENT);
}

static int by_share_of_mailbox(const void *left, const void *right)
{
	return by_percent(left, right, MAILBOXES_PERCENT);
}

/* --- processes, penalty, log -------------------------------------------------------------------------- */

static void fill_processes(struct rows *rows, struct live *live, size_t host, const char *server, const char *of)
{
	const struct processes *processes = live_snapshot(live, host, LIVE_PROCESSES);

	for (size_t i = 0; processes && i < processes->count; i++) {
		const struct process_row *one = &processes->rows[i];
		struct row *row;

		if (!picked(of, one->name))
			continue;
		row = add(rows, one->name, server, arena_format(rows->arena, "%u", one->pid));
		table_text(rows, row, PROCESSES_SERVICE, one->name);
		table_number(rows, row, PROCESSES_PID, one->pid);
		table_text(rows, row, PROCESSES_SERVER, server);
		table_number(rows, row, PROCESSES_AVAILABLE, one->available);
		table_number(rows, row, PROCESSES_TOTAL, one->total);
		table_time(rows, row, PROCESSES_IDLE, one->idle_since);
		table_time(rows, row, PROCESSES_UPDATED, one->last_update);
	}
}

static void fill_penalty(struct rows *rows, struct live *live, size_t host, const char *server, const char *of)
{
	const struct penalty *penalty = live_snapshot(live, host, LIVE_PENALTY);

	for (size_t i = 0; penalty && i < penalty->count; i++) {
		const struct penalty_row *one = &penalty->rows[i];
		struct row *row;

		if (!picked(of, one->address))
			continue;
		row = add(rows, one->address, server, "");
		table_text(rows, row, PENALTY_ADDRESS, one->address);
		table_number(rows, row, PENALTY_PENALTY, one->penalty);
		table_text(rows, row, PENALTY_LAST, one->last);
		table_text(rows, row, PENALTY_SERVER, server);
	}
}

static void fill_log(struct rows *rows, struct live *live, size_t host, const char *server, const char *of)
{
	const struct log_lines *lines = live_snapshot(live, host, LIVE_LOG);

	for (size_t i = lines ? lines->count : 0; i-- > 0;) {
		const struct log_row *one = &lines->rows[i];
		struct row *row;

		if (!picked(of, one->level))
			continue;
		row = table_row(rows, one->text, server);
		row->id = arena_format(rows->arena, "%s/%zu/%s", server, i, one->when);
		table_text(rows, row, LOG_ERRORS_WHEN, one->when);
		table_text(rows, row, LOG_ERRORS_LEVEL, one->level);
		table_text(rows, row, LOG_ERRORS_TEXT, one->text);
		table_text(rows, row, LOG_ERRORS_SERVER, server);
	}
}

/* --- slots, mailboxes ------------------------------------------------------------------------------------ */

static void fill_slots(struct rows *rows, struct live *live, size_t host, const char *server, const char *of)
{
	const struct slots *slots = live_snapshot(live, host, LIVE_SLOTS);

	for (size_t i = 0; slots && i < slots->count; i++) {
		const struct slot_row *one = &slots->rows[i];
		struct row *row;

		if (!picked(of, one->address))
			continue;
		row = add(rows, one->address, server, "");
		table_text(rows, row, SLOTS_ADDRESS, one->address);
		optional(rows, row, SLOTS_TRYING, one->trying != (uint64_t)SLOTS_UNKNOWN, one->trying);
		table_number(rows, row, SLOTS_LOGGED_IN, one->logged_in);
		optional(rows, row, SLOTS_OPEN, one->open != (uint64_t)SLOTS_UNKNOWN, one->open);
		table_number(rows, row, SLOTS_PEOPLE, one->people);
		table_number(rows, row, SLOTS_HIGHEST, one->highest);
		optional(rows, row, SLOTS_PENALTY, one->penalty > 0, one->penalty);
		table_text(rows, row, SLOTS_SERVER, server);
	}
}

void table_mailbox(struct rows *rows, const struct mailbox_row *one, const char *server)
{
	struct row *row = add(rows, one->user, server, one->root);

	table_text(rows, row, MAILBOXES_USER, one->user);
	optional(rows, row, MAILBOXES_PERCENT, one->limit || one->message_limit, (uint64_t)(one->full * 100));
	table_number(rows, row, MAILBOXES_USED, one->used);
	table_number(rows, row, MAILBOXES_LIMIT, one->limit);
	table_number(rows, row, MAILBOXES_MESSAGES, one->messages);
	table_number(rows, row, MAILBOXES_MESSAGE_LIMIT, one->message_limit);
	table_time(rows, row, MAILBOXES_LOOKED_AT, one->looked_at);
	table_text(rows, row, MAILBOXES_ROOT, one->root);
	table_text(rows, row, MAILBOXES_SERVER, server);
}

static void fill_mailboxes(struct rows *rows, struct live *live, size_t host, const char *server, const char *of)
{
	const struct mailboxes *mailboxes = live_snapshot(live, host, LIVE_MAILBOXES);

	for (size_t i = 0; mailboxes && i < mailboxes->count; i++)
		if (picked(of, mailboxes->rows[i].user))
			table_mailbox(rows, &mailboxes->rows[i], server);
}

/* --- all ---------------------------------------------------------------------------------------------------- */

static struct rows *make(struct live *live, const struct live_question *question, const struct kind *kind, fill_rows *fill)
{
	struct hosts *hosts = live_hosts(live);
	struct rows *rows = table_new(kind);
	size_t servers = 0;

	for (size_t host = 0; host < hosts_count(hosts); host++) {
		if (question->host != LIVE_ALL && question->host != host)
			continue;
		fill(rows, live, host, host_at(hosts, host)->name, question->of);
		servers++;
	}
	if (servers > 1 && rows->count && (fill == fill_services || fill == fill_mailboxes))
		qsort(rows->rows, rows->count, sizeof(*rows->rows), fill == fill_services ? by_share_of_service : by_share_of_mailbox);
	return table_done(rows, question->most);
}

#define TABLE(variable, word, words, its_kind, from, fill) \
	static struct rows *make_##variable(struct live *live, const struct live_question *question) \
	{ \
		return make(live, question, &its_kind, fill); \
	} \
	const struct live_table variable = { \
		.name = word, .title = words, .kind = &its_kind, .sources = (from), .make = make_##variable, \
	}
enum { OF_SERVICES = 1u << LIVE_SERVICES | 1u << LIVE_CONFIGURATION | 1u << LIVE_PROCESSES | 1u << LIVE_WHO };

TABLE(table_services, "services", "Services", kind_live_services, OF_SERVICES, fill_services);
TABLE(table_processes, "processes", "Processes", kind_live_processes, 1u << LIVE_PROCESSES, fill_processes);
TABLE(table_penalty, "penalty", "Kept waiting", kind_live_penalty, 1u << LIVE_PENALTY, fill_penalty);
TABLE(table_log_errors, "log-errors", "Last errors of Dovecot", kind_live_log_errors, 1u << LIVE_LOG, fill_log);
TABLE(table_slots, "slots", "Login slots", kind_live_slots, 1u << LIVE_SLOTS, fill_slots);
TABLE(table_mailboxes, "mailboxes", "Nearly full mailboxes", kind_live_mailboxes, 1u << LIVE_MAILBOXES, fill_mailboxes);
