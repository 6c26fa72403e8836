/*
 * rows: a table of values with columns, what lists, pickers and printers
 * exchange.  A batch lives in one arena and is handed over whole.
 */
#ifndef POSTROOM_MODEL_ROWS_H
#define POSTROOM_MODEL_ROWS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/memory.h"
#include "model/kind.h"
#include "model/record.h"

struct row {
	const char *name;                  /* key */
	const char *id;                    /* entryUUID; may be NULL */
	const char *place;                 /* DN */
	const struct value *values;        /* one per column; many values joined with ", "; length 0: none */
	const struct attribute *attributes;/* as the directory holds them, secrets left out; only where they were asked for */
	size_t attribute_count;
	const char *folded;                /* all searched columns folded (text_fold), one per line "\n"; for the filter */
};
struct rows {
	struct arena *arena;               /* owns everything below */
	const struct kind *kind;
	const struct field *const *columns;
	size_t column_count;
	struct row *rows;
	size_t count;
	bool again;                        /* the rows came before; each now tells more (rows_update) */
	struct rows *next;                 /* free for the holder: chain of batches */
};
struct rows *rows_new(const struct kind *kind, const struct field *const *columns, size_t column_count);
/* A new empty row, values allocated; valid until the next rows_add, since the array may move. */
struct row *rows_add(struct rows *rows);
/*
 * Puts what the rows of a batch that came again tell in the place of what the rows of the chain told: those of the
 * same id that differ in FIELD_WHOLE fields only. The batch must live as long as the chain. All have the same columns.
 */
void rows_update(struct rows *chain, const struct rows *again);
void rows_free(struct rows *rows);               /* this batch only; NULL is allowed */
/*
 * True where every word of the query (blank-separated, folded by text_fold, any order) occurs in the row's
 * searched columns.
 */
bool row_matches(const struct row *row, const char *folded_query);
/* Orders two rows by a column (type-aware: sizes and numbers by value, text folded; none last), then by name. */
int row_compare(const struct rows *columns_of, const struct row *a, const struct row *b, size_t column);

#endif
