/*
 * penalty: the source of addresses that Dovecot keeps waiting after wrong
 * passwords (dovecot 5.3): who guesses.
 *
 * Fails by the question's error; rows that make no sense are left out.  Loop
 * thread.
 */
#include <stdlib.h>

#include "live/data.h"
#include "live/source.h"
#include "live/table_ask.h"

enum { ADDRESS, PENALTY, LAST, COLUMNS };
static const struct table_column columns[COLUMNS] = {
	[ADDRESS] = { .title = "IP", .key = "ip" },
	[PENALTY] = { .title = "penalty" },
	[LAST] = { .title = "last_penalty", .optional = true },
};

struct making { struct penalty *penalty; size_t room; };

static void *begin(void)
{
	struct making *making = memory_new(sizeof(*making));
	struct arena *arena = arena_new();

	making->penalty = arena_alloc(arena, sizeof(*making->penalty));
	making->penalty->arena = arena;
	return making;
}

static bool row(void *context, const struct table_cell *cells)
{
	struct making *making = context;
	struct penalty *penalty = making->penalty;
	struct penalty_row one = { .address = "" };

	if (!cells[ADDRESS].length || !table_reader_number(&cells[PENALTY], UINT32_MAX, &one.penalty))
		return false;
	one.address = arena_bytes(penalty->arena, cells[ADDRESS].text, cells[ADDRESS].length);
	one.last = cells[LAST].text ? arena_bytes(penalty->arena, cells[LAST].text, cells[LAST].length) : "";
	penalty->rows = arena_grow(penalty->arena, penalty->rows, &making->room, penalty->count + 1, sizeof(*penalty->rows));
	penalty->rows[penalty->count++] = one;
	return true;
}

static void drop(void *context)
{
	struct making *making = context;

	arena_free(making->penalty->arena);
	free(making);
}

static void *finish(void *context, const struct table_end *end)
{
	struct making *making = context;
	struct penalty *penalty = making->penalty;

	(void)end;
	free(making);
	return penalty;
}

static const struct table_source table = {
	.command = "penalty", .columns = columns, .column_count = COLUMNS,
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

static void free_penalty(void *snapshot)
{
	arena_free(((struct penalty *)snapshot)->arena);
}

const struct source source_penalty = {
	.number = LIVE_PENALTY, .name = "penalty", .words = "addresses kept waiting", .interval_ms = 30000, .least_ms = 2000,
	.applies = applies, .ask = ask, .cancel = table_source_cancel, .free = free_penalty,
};
