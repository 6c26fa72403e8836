/*
 * log_errors: the source of Dovecot's last warnings and errors, which its log
 * process keeps in memory (a thousand, lost with each reload; dovecot 5.3).
 *
 * Keeps the newest LOG_KEPT.  Fails by the question's error; rows that make no
 * sense are left out.  Loop thread.
 */
#include <stdlib.h>
#include <string.h>

#include "live/data.h"
#include "live/source.h"
#include "live/table_ask.h"

enum { WHEN, PREFIX, LEVEL, WORDS, COLUMNS };
/* A line of a log may hold a tab; nothing is escaped, so the words take what is left. */
static const struct table_column columns[COLUMNS] = {
	[WHEN] = { .title = "timestamp" },
	[PREFIX] = { .title = "prefix" },
	[LEVEL] = { .title = "type" },
	[WORDS] = { .title = "text", .rest = true },
};
enum { LOG_KEPT = 1000, LONGEST_WORDS = 2000 };

struct kept { char *when, *level, *text; };
struct making { struct kept *ring; size_t count; };

static void *begin(void)
{
	struct making *making = memory_new(sizeof(*making));

	making->ring = memory_new(LOG_KEPT * sizeof(*making->ring));
	return making;
}

static void forget(struct kept *kept)
{
	free(kept->when);
	free(kept->level);
	free(kept->text);
	memset(kept, 0, sizeof(*kept));
}

static char *words_of(const struct table_cell *cells)
{
	size_t prefix = cells[PREFIX].length, rest = cells[WORDS].length;
	size_t room = LONGEST_WORDS - (prefix < LONGEST_WORDS ? prefix : LONGEST_WORDS);
	char *words;

	prefix = prefix < LONGEST_WORDS ? prefix : LONGEST_WORDS;
	rest = rest < room ? rest : room;
	words = memory_new(prefix + rest + 3);
	memcpy(words, cells[PREFIX].text, prefix);
	if (prefix)
		memcpy(words + prefix, ": ", 2);
	memcpy(words + strlen(words), cells[WORDS].text, rest);
	return words;
}

static bool row(void *context, const struct table_cell *cells)
{
	struct making *making = context;
	struct kept *kept = &making->ring[making->count % LOG_KEPT];

	if (!cells[WHEN].length || !cells[LEVEL].length)
		return false;
	forget(kept);
	kept->when = memory_text(cells[WHEN].text);
	kept->level = memory_text(cells[LEVEL].text);
	kept->text = words_of(cells);
	making->count++;
	return true;
}

static void drop(void *context)
{
	struct making *making = context;

	for (size_t i = 0; i < LOG_KEPT; i++)
		forget(&making->ring[i]);
	free(making->ring);
	free(making);
}

static void *finish(void *context, const struct table_end *end)
{
	struct making *making = context;
	struct arena *arena = arena_new();
	struct log_lines *lines = arena_alloc(arena, sizeof(*lines));
	size_t first = making->count > LOG_KEPT ? making->count - LOG_KEPT : 0;

	(void)end;
	lines->arena = arena;
	lines->count = making->count - first;
	lines->rows = arena_alloc(arena, lines->count * sizeof(*lines->rows));
	for (size_t i = 0; i < lines->count; i++) {
		const struct kept *kept = &making->ring[(first + i) % LOG_KEPT];

		lines->rows[i].when = arena_text(arena, kept->when);
		lines->rows[i].level = arena_text(arena, kept->level);
		lines->rows[i].text = arena_text(arena, kept->text);
	}
	drop(making);
	return lines;
}

static const struct table_source table = {
	.command = "log-errors", .columns = columns, .column_count = COLUMNS,
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

static void free_lines(void *snapshot)
{
	arena_free(((struct log_lines *)snapshot)->arena);
}

const struct source source_log = {
	.number = LIVE_LOG, .name = "log", .words = "Dovecot's last errors", .interval_ms = 60000, .least_ms = 5000,
	.applies = applies, .ask = ask, .cancel = table_source_cancel, .free = free_lines,
};
