/*
 * who: the source of connections, always one row a connection.
 *
 * `doveadm who -1`, or the API's who with separateConnections: the grouped form
 * of the API is not JSON (dovecot 5.1, 6), so it is never asked for; grouping is
 * the tables' work.  Only connections that are logged in are listed.  Fails by
 * the question's error; rows that make no sense are counted.  Loop thread.
 */
#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "live/data.h"
#include "live/pool.h"
#include "live/source.h"
#include "live/table_ask.h"

enum { WHO_USER, WHO_SERVICE, WHO_PID, WHO_ADDRESS, WHO_COLUMNS };
static const struct table_column columns[WHO_COLUMNS] = {
	[WHO_USER] = { .title = "username" },
	[WHO_SERVICE] = { .title = "proto", .key = "service" },   /* 2.3, and 2.4 with the API's word */
	[WHO_PID] = { .title = "pid" },
	[WHO_ADDRESS] = { .title = "ip" },
};

struct making {
	struct arena *arena;
	struct pool texts;
	struct who_connection *rows;       /* heap while it grows */
	size_t count, room;
};

static void *begin(void)
{
	struct making *making = memory_new(sizeof(*making));

	making->arena = arena_new();
	pool_open(&making->texts, making->arena);
	return making;
}

static bool is_address(const char *text)
{
	unsigned char bytes[16];

	return !*text || inet_pton(AF_INET, text, bytes) == 1 || inet_pton(AF_INET6, text, bytes) == 1;
}

static bool row(void *context, const struct table_cell *cells)
{
	struct making *making = context;
	struct who_connection *to;
	uint64_t pid;

	if (!cells[WHO_USER].length || !cells[WHO_SERVICE].length || !table_reader_number(&cells[WHO_PID], UINT32_MAX, &pid) ||
	    !is_address(cells[WHO_ADDRESS].text))
		return false;
	making->rows = memory_grow(making->rows, &making->room, making->count + 1, sizeof(*making->rows));
	to = &making->rows[making->count++];
	to->user = pool_text(&making->texts, cells[WHO_USER].text, cells[WHO_USER].length);
	to->service = pool_text(&making->texts, cells[WHO_SERVICE].text, cells[WHO_SERVICE].length);
	to->address = pool_text(&making->texts, cells[WHO_ADDRESS].text, cells[WHO_ADDRESS].length);
	to->pid = (uint32_t)pid;
	return true;
}

/* Texts of a snapshot are there once, so equal ones have equal pointers. */
static int compare(const void *left, const void *right)
{
	const struct who_connection *a = left, *b = right;

	if (a->user != b->user)
		return strcmp(a->user, b->user);
	if (a->service != b->service)
		return strcmp(a->service, b->service);
	if (a->address != b->address)
		return strcmp(a->address, b->address);
	return (a->pid > b->pid) - (a->pid < b->pid);
}

static void drop(void *context)
{
	struct making *making = context;

	pool_close(&making->texts);
	arena_free(making->arena);
	free(making->rows);
	free(making);
}

static void *finish(void *context, const struct table_end *end)
{
	struct making *making = context;
	struct who *who = arena_alloc(making->arena, sizeof(*who));

	who->arena = making->arena;
	who->rows = arena_alloc(making->arena, making->count * sizeof(*who->rows));
	who->count = making->count;
	who->malformed = end->malformed;
	if (making->count)
		memcpy(who->rows, making->rows, making->count * sizeof(*who->rows));
	if (who->count)
		qsort(who->rows, who->count, sizeof(*who->rows), compare);
	for (size_t i = 0; i < who->count; i++)
		who->people += !i || who->rows[i].user != who->rows[i - 1].user;
	making->arena = NULL;
	drop(making);
	return who;
}

static const struct table_source table = {
	.command = "who", .columns = columns, .column_count = WHO_COLUMNS,
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

static void free_who(void *snapshot)
{
	arena_free(((struct who *)snapshot)->arena);
}

const struct source source_who = {
	.number = LIVE_WHO, .name = "who", .words = "connections", .interval_ms = 10000, .least_ms = 1000,
	.applies = applies, .ask = ask, .cancel = table_source_cancel, .free = free_who,
};
