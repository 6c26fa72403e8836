/*
 * processes: the source of `process status`: how much room each process of
 * Dovecot has left, which is all that tells how full auth, anvil, stats and
 * login processes with many clients are (dovecot 5.3).
 *
 * Fails by the question's error; rows that make no sense are left out.  Loop
 * thread.
 */
#include <stdlib.h>

#include "live/data.h"
#include "live/pool.h"
#include "live/source.h"
#include "live/table_ask.h"

enum { NAME, PID, AVAILABLE, TOTAL, IDLE, UPDATE, COLUMNS };
static const struct table_column columns[COLUMNS] = {
	[NAME] = { .title = "name" },
	[PID] = { .title = "pid" },
	[AVAILABLE] = { .title = "available_count" },
	[TOTAL] = { .title = "total_count" },
	[IDLE] = { .title = "idle_start", .optional = true },
	[UPDATE] = { .title = "last_status_update", .optional = true },
};

struct making { struct processes *processes; struct pool names; size_t room; };

static void *begin(void)
{
	struct making *making = memory_new(sizeof(*making));
	struct arena *arena = arena_new();

	making->processes = arena_alloc(arena, sizeof(*making->processes));
	making->processes->arena = arena;
	pool_open(&making->names, arena);
	return making;
}

static bool row(void *context, const struct table_cell *cells)
{
	struct making *making = context;
	struct processes *processes = making->processes;
	struct process_row one = { .name = "" };
	uint64_t pid, idle = 0, update = 0;

	if (!cells[NAME].length || !table_reader_number(&cells[PID], UINT32_MAX, &pid) ||
	    !table_reader_number(&cells[AVAILABLE], UINT32_MAX, &one.available) ||
	    !table_reader_number(&cells[TOTAL], UINT64_MAX, &one.total) ||
	    (cells[IDLE].text && !table_reader_number(&cells[IDLE], INT64_MAX, &idle)) ||
	    (cells[UPDATE].text && !table_reader_number(&cells[UPDATE], INT64_MAX, &update)))
		return false;
	one.name = pool_text(&making->names, cells[NAME].text, cells[NAME].length);
	one.pid = (uint32_t)pid;
	one.idle_since = (int64_t)idle;
	one.last_update = (int64_t)update;
	processes->rows = arena_grow(processes->arena, processes->rows, &making->room, processes->count + 1, sizeof(*processes->rows));
	processes->rows[processes->count++] = one;
	return true;
}

static void drop(void *context)
{
	struct making *making = context;

	pool_close(&making->names);
	arena_free(making->processes->arena);
	free(making);
}

static void *finish(void *context, const struct table_end *end)
{
	struct making *making = context;
	struct processes *processes = making->processes;

	(void)end;
	pool_close(&making->names);
	free(making);
	return processes;
}

static const struct table_source table = {
	.command = "process-status", .columns = columns, .column_count = COLUMNS,
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

static void free_processes(void *snapshot)
{
	arena_free(((struct processes *)snapshot)->arena);
}

const struct source source_processes = {
	.number = LIVE_PROCESSES, .name = "processes", .words = "processes", .interval_ms = 15000, .least_ms = 2000,
	.applies = applies, .ask = ask, .cancel = table_source_cancel, .free = free_processes,
};
