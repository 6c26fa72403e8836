/*
 * rows: a batch of list rows in one arena, matching and ordering them.
 *
 * Nothing fails.  A batch belongs to one thread at a time; matching and
 * comparing only read.  Both run for 100,000 rows at each key, so they
 * allocate nothing themselves.
 */
#include "model/rows.h"

#include <assert.h>
#include <string.h>

#include "base/lookup.h"
#include "base/text.h"

/* A batch knows how much room its row array has; the public part comes first. */
struct batch {
	struct rows rows;
	size_t capacity;
};

struct rows *rows_new(const struct kind *kind, const struct field *const *columns, size_t column_count)
{
	struct arena *arena = arena_new();
	struct batch *batch = arena_alloc(arena, sizeof(*batch));
	const struct field **copy = arena_alloc(arena, column_count * sizeof(*copy));

	for (size_t i = 0; i < column_count; i++)
		copy[i] = columns[i];
	batch->rows.arena = arena;
	batch->rows.kind = kind;
	batch->rows.columns = copy;
	batch->rows.column_count = column_count;
	return &batch->rows;
}

struct row *rows_add(struct rows *rows)
{
	struct batch *batch = (struct batch *)rows;
	struct value *values = arena_alloc(rows->arena, rows->column_count * sizeof(*values));
	struct row *row;

	rows->rows = arena_grow(rows->arena, rows->rows, &batch->capacity, rows->count + 1, sizeof(*rows->rows));
	row = &rows->rows[rows->count++];
	for (size_t i = 0; i < rows->column_count; i++)
		values[i].bytes = "";
	row->name = "";
	row->place = "";
	row->folded = "";
	row->values = values;
	return row;
}

void rows_free(struct rows *rows)
{
	if (rows)
		arena_free(rows->arena);
}

static bool same_row(const struct rows *columns_of, const struct row *a, const struct row *b)
{
	for (size_t i = 0; i < columns_of->column_count; i++)
		if (!(columns_of->columns[i]->flags & FIELD_WHOLE) && !value_same(&a->values[i], &b->values[i]))
			return false;
	return true;
}

void rows_update(struct rows *chain, const struct rows *again)
{
	struct lookup *ids = lookup_new();

	for (size_t i = 0; i < again->count; i++)
		if (again->rows[i].id)
			lookup_put(ids, again->rows[i].id, &again->rows[i]);
	for (; chain; chain = chain->next)
		for (size_t i = 0; i < chain->count; i++) {
			const struct row *fresh = chain->rows[i].id ? lookup_get(ids, chain->rows[i].id) : NULL;

			if (fresh && same_row(again, &chain->rows[i], fresh))
				chain->rows[i].values = fresh->values;
		}
	lookup_free(ids);
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n';
}

bool row_matches(const struct row *row, const char *folded_query)
{
	const char *folded = row->folded ? row->folded : "";
	size_t folded_length = strlen(folded);
	const char *at = folded_query;

	for (;;) {
		size_t length = 0;

		while (is_blank(*at))
			at++;
		while (at[length] && !is_blank(at[length]))
			length++;
		if (!length)
			return true;
		if (!memmem(folded, folded_length, at, length))
			return false;
		at += length;
	}
}

/* Decimal digits by value: without leading zeros the longer one is larger. */
static int compare_digits(const struct value *a, const struct value *b)
{
	const char *left = a->bytes, *right = b->bytes;
	size_t left_length = a->length, right_length = b->length;
	int order;

	while (left_length > 1 && *left == '0')
		left++, left_length--;
	while (right_length > 1 && *right == '0')
		right++, right_length--;
	if (left_length != right_length)
		return left_length < right_length ? -1 : 1;
	order = memcmp(left, right, left_length);
	return order < 0 ? -1 : order > 0;
}

static int compare_values(const struct field *field, const struct value *a, const struct value *b)
{
	if (!a->length || !b->length)
		return !a->length - !b->length;
	if (field->type == FIELD_SIZE || field->type == FIELD_NUMBER)
		return compare_digits(a, b);
	return text_compare(a->bytes, b->bytes);
}

int row_compare(const struct rows *columns_of, const struct row *a, const struct row *b, size_t column)
{
	int order;

	assert(column < columns_of->column_count);
	order = compare_values(columns_of->columns[column], &a->values[column], &b->values[column]);
	return order ? order : text_compare(a->name, b->name);
}
