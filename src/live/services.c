/*
 * services: the source of `service status`, the cheapest sign that a limit is
 * near: processes and limits that really run, and when Dovecot last turned
 * somebody away (dovecot 4.1, 5.3).
 *
 * Fails by the question's error; rows that make no sense are left out.  Loop
 * thread.
 */
#include <stdlib.h>

#include "live/data.h"
#include "live/source.h"
#include "live/table_ask.h"

enum { NAME, COUNT, AVAILABLE, PROCESS_LIMIT, CLIENT_LIMIT, THROTTLE, FAILURE, DROP, PENDING, LISTENING, TOTAL, COLUMNS };
static const struct table_column columns[COLUMNS] = {
	[NAME] = { .title = "name" },
	[COUNT] = { .title = "process_count" },
	[AVAILABLE] = { .title = "process_avail" },
	[PROCESS_LIMIT] = { .title = "process_limit" },
	[CLIENT_LIMIT] = { .title = "client_limit" },
	[THROTTLE] = { .title = "throttle_secs", .optional = true },
	[FAILURE] = { .title = "exit_failure_last", .optional = true },
	[DROP] = { .title = "last_drop_warning", .optional = true },
	[PENDING] = { .title = "listen_pending", .optional = true },
	[LISTENING] = { .title = "listening", .optional = true },
	[TOTAL] = { .title = "process_total", .optional = true },
};

struct making { struct services *services; size_t room; };

static void *begin(void)
{
	struct making *making = memory_new(sizeof(*making));
	struct arena *arena = arena_new();

	making->services = arena_alloc(arena, sizeof(*making->services));
	making->services->arena = arena;
	return making;
}

/* Not there is 0; there it must be a number. */
static bool optional_number(const struct table_cell *cell, uint64_t *number)
{
	*number = 0;
	return !cell->text || table_reader_number(cell, INT64_MAX, number);
}

static bool row(void *context, const struct table_cell *cells)
{
	struct making *making = context;
	struct services *services = making->services;
	struct service_row one = { .name = "" };
	uint64_t failure, drop_time;

	if (!cells[NAME].length || !table_reader_number(&cells[COUNT], UINT32_MAX, &one.process_count) ||
	    !table_reader_number(&cells[AVAILABLE], UINT32_MAX, &one.process_avail) ||
	    !table_reader_number(&cells[PROCESS_LIMIT], UINT32_MAX, &one.process_limit) ||
	    !table_reader_number(&cells[CLIENT_LIMIT], UINT32_MAX, &one.client_limit) ||
	    !optional_number(&cells[THROTTLE], &one.throttle_s) || !optional_number(&cells[FAILURE], &failure) ||
	    !optional_number(&cells[DROP], &drop_time) || !optional_number(&cells[TOTAL], &one.process_total))
		return false;
	one.name = arena_bytes(services->arena, cells[NAME].text, cells[NAME].length);
	one.last_drop = (int64_t)drop_time;
	one.last_exit_failure = (int64_t)failure;
	one.listen_pending = cells[PENDING].text && *cells[PENDING].text == 'y';
	one.listening = cells[LISTENING].text && *cells[LISTENING].text == 'y';
	services->rows = arena_grow(services->arena, services->rows, &making->room, services->count + 1, sizeof(*services->rows));
	services->rows[services->count++] = one;
	return true;
}

static void drop(void *context)
{
	struct making *making = context;

	arena_free(making->services->arena);
	free(making);
}

static void *finish(void *context, const struct table_end *end)
{
	struct making *making = context;
	struct services *services = making->services;

	(void)end;
	free(making);
	return services;
}

static const struct table_source table = {
	.command = "service-status", .columns = columns, .column_count = COLUMNS,
	.begin = begin, .row = row, .finish = finish, .drop = drop,
};

static bool applies(struct live *live, size_t host, const char **reason)
{
	return mailbox_way(live, host, table.command, reason);
}

static struct asking *ask(struct live *live, size_t host, asked *done, void *context)
{
	return table_source_ask(live, host, &table, done, context);
}

static void free_services(void *snapshot)
{
	arena_free(((struct services *)snapshot)->arena);
}

const struct source source_services = {
	.number = LIVE_SERVICES, .name = "services", .words = "services", .interval_ms = 10000, .least_ms = 1000,
	.applies = applies, .ask = ask, .cancel = table_source_cancel, .free = free_services,
};
