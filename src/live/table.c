/*
 * table: filling the rows of a table, for those that make one.
 *
 * Nothing fails.  Loop thread.
 */
#include "live/tables.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

struct rows *table_new(const struct kind *kind)
{
	size_t count = kind_field_count(kind), i;
	const struct field **columns = memory_new((count + 1) * sizeof(*columns));
	struct rows *rows;

	for (i = 0; i < count; i++)
		columns[i] = &kind->fields[i];
	rows = rows_new(kind, columns, count);
	free(columns);
	return rows;
}

struct row *table_row(struct rows *rows, const char *name, const char *server)
{
	struct row *row = rows_add(rows);

	row->name = arena_text(rows->arena, name ? name : "");
	row->place = arena_text(rows->arena, server ? server : "");
	return row;
}

static void set(struct rows *rows, struct row *row, size_t column, const char *text)
{
	struct value *value = (struct value *)&row->values[column];

	assert(column < rows->column_count);
	value->bytes = text;
	value->length = strlen(text);
}

void table_text(struct rows *rows, struct row *row, size_t column, const char *text)
{
	set(rows, row, column, text ? arena_text(rows->arena, text) : "");
}

void table_number(struct rows *rows, struct row *row, size_t column, uint64_t number)
{
	set(rows, row, column, arena_format(rows->arena, "%" PRIu64, number));
}

void table_flag(struct rows *rows, struct row *row, size_t column, bool flag)
{
	set(rows, row, column, flag ? "yes" : "no");
}

void table_time(struct rows *rows, struct row *row, size_t column, int64_t epoch)
{
	set(rows, row, column, epoch ? text_from_time(rows->arena, epoch) : "");
}

static const char *folded_of(struct rows *rows, const struct row *row)
{
	struct text words = { 0 };
	const char *folded;
	size_t i;

	for (i = 0; i < rows->column_count; i++) {
		if (!(rows->columns[i]->flags & (FIELD_KEY | FIELD_SEARCH)))
			continue;
		text_add_bytes(&words, row->values[i].bytes, row->values[i].length);
		text_add_char(&words, '\n');
	}
	folded = text_fold(rows->arena, text_get(&words), words.length);
	text_free(&words);
	return folded;
}

struct rows *table_done(struct rows *rows, size_t most)
{
	size_t i;

	if (most && rows->count > most)
		rows->count = most;
	for (i = 0; i < rows->count; i++)
		rows->rows[i].folded = folded_of(rows, &rows->rows[i]);
	return rows;
}
