/*
 * rowset: the rows of a list, sorted and filtered a little at a time.
 *
 * Takes batches as they arrive, keeps all rows in the order of one column and
 * those that match the filter beside them.  Nothing is done at once: rowset_work
 * goes on for some milliseconds and says whether more is left, so that 100,000
 * rows never hold up a key.  What is shown stays as it was until a new order or
 * filter is complete; arriving rows are shown at once.  Never fails; loop
 * thread.
 */
#ifndef POSTROOM_UI_ROWSET_H
#define POSTROOM_UI_ROWSET_H

#include <stdbool.h>
#include <stddef.h>

#include "model/rows.h"

struct rowset;
struct rowset *rowset_new(void);
void rowset_free(struct rowset *set);              /* NULL is allowed */
/* One more batch (taken); all batches of a set have the same columns. Rows that come again tell more of those that are there. */
void rowset_take(struct rowset *set, struct rows *takes);
/* Orders by a column of the batches. */
void rowset_sort(struct rowset *set, const struct field *column, bool reverse);
/* Words as typed, any order; "" or NULL shows all. */
void rowset_filter(struct rowset *set, const char *words);
/* Works for about so many milliseconds; true: there is more to do. */
bool rowset_work(struct rowset *set, int milliseconds);
/* Nothing left to do? */
bool rowset_settled(const struct rowset *set);

size_t rowset_count(const struct rowset *set);     /* rows shown */
size_t rowset_total(const struct rowset *set);     /* all rows */
/* A shown row, NULL beyond the end. Valid until the set is freed or the row is replaced. */
const struct row *rowset_row(const struct rowset *set, size_t index);
/* Any row, shown or not, in order; NULL beyond the end. */
const struct row *rowset_any(const struct rowset *set, size_t index);
/* What the values of the rows mean; NULL before the first batch. */
const struct rows *rowset_columns(const struct rowset *set);
/* Index among the columns of the batches; false: not there. */
bool rowset_column(const struct rowset *set, const struct field *field, size_t *index);

/* What tells a row from all others: its id, else its place, else its name. */
const char *row_identity(const struct row *row);
/* Where a shown row of this identity stands; false: not shown. */
bool rowset_find(const struct rowset *set, const char *identity, size_t *index);
/* A row of this name among all rows, shown or not; NULL: none. */
const struct row *rowset_named(const struct rowset *set, const char *name);
/* Takes the row of this identity out. False: there was none. */
bool rowset_remove(struct rowset *set, const char *identity);

/* --- marks, by identity ------------------------------------------------------------------------ */
bool rowset_marked(const struct rowset *set, const struct row *row);
void rowset_mark(struct rowset *set, const struct row *row, bool marked);
void rowset_mark_shown(struct rowset *set);
void rowset_unmark(struct rowset *set);
size_t rowset_marks(const struct rowset *set);
/* The marks of another set, for those rows that are in this one too. */
void rowset_inherit_marks(struct rowset *set, const struct rowset *from);

#endif
