/*
 * rowset: one array with all rows in order, one with those that match.
 *
 * Arriving rows are put into both in chunks; a new filter walks the array it
 * can narrow down; a new order is a merge sort that can stop after every
 * element.  Never fails; loop thread.
 */
#include "ui/rowset.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"

enum { CHUNK = 256 };              /* rows between two looks at the clock */

struct row_array { struct row **rows; size_t count, capacity; };

enum work { WORK_NONE, WORK_FILTER, WORK_SORT };

struct rowset {
	struct rows *first, *last;         /* all batches */
	struct rows *pending;              /* first batch that is not merged wholly */
	size_t pending_at;                 /* rows of it that are */
	struct row_array all;              /* in order */
	struct row_array shown;            /* in order, matching shown_query */
	const struct field *column;        /* NULL: by name */
	bool reverse;
	char *query, *shown_query;         /* folded; heap */
	char **marks;                      /* sorted identities; heap */
	size_t mark_count, mark_capacity;

	enum work work;
	struct row_array result;           /* FILTER: what matched; SORT: the other half of the merge */
	bool narrowing;                    /* FILTER: walks what is shown */
	size_t at;                         /* FILTER: next row to look at */
	struct row_array sorting;          /* SORT: the half being read */
	size_t width, left, right, out;    /* SORT: runs of width, where the three hands stand */
	size_t run;                        /* SORT: where the pair of runs begins */
};

/* --- small things ------------------------------------------------------------------------------ */

static void array_room(struct row_array *array, size_t needed)
{
	array->rows = memory_grow(array->rows, &array->capacity, needed, sizeof *array->rows);
}

static void array_add(struct row_array *array, struct row *row)
{
	array_room(array, array->count + 1);
	array->rows[array->count++] = row;
}

static void array_free(struct row_array *array)
{
	free(array->rows);
	memset(array, 0, sizeof *array);
}

const char *row_identity(const struct row *row)
{
	if (row->id != NULL)
		return row->id;
	return row->place != NULL && row->place[0] != '\0' ? row->place : row->name;
}

bool rowset_column(const struct rowset *set, const struct field *field, size_t *index)
{
	for (size_t i = 0; set->first != NULL && i < set->first->column_count; i++) {
		if (set->first->columns[i] == field) {
			*index = i;
			return true;
		}
	}
	return false;
}

static int compare(const struct rowset *set, const struct row *a, const struct row *b)
{
	size_t column;
	int order;

	if (set->column != NULL && rowset_column(set, set->column, &column)) {
		bool measured = set->column->type == FIELD_NUMBER && set->column->flags & FIELD_DERIVED, known = a->values[column].length > 0;

		/* A figure that is not known is neither the most nor the least; the fullest first must not begin with it. */
		if (set->reverse && measured && known != (b->values[column].length > 0))
			return known ? -1 : 1;
		order = row_compare(set->first, a, b, column);
	} else
		order = text_compare(a->name, b->name);
	if (order == 0)
		order = strcmp(row_identity(a), row_identity(b));
	return set->reverse ? -order : order;
}

static int compare_pointers(const void *a, const void *b, void *context)
{
	return compare(context, *(struct row *const *)a, *(struct row *const *)b);
}

/* --- arriving rows ----------------------------------------------------------------------------- */

static size_t upper_bound(const struct rowset *set, const struct row_array *array, size_t end, const struct row *row)
{
	size_t low = 0, high = end;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (compare(set, array->rows[middle], row) <= 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* Moves each stretch of old rows once, from the end. */
static void insert_sorted(const struct rowset *set, struct row_array *array, struct row **chunk, size_t count)
{
	size_t end = array->count;

	array_room(array, array->count + count);
	for (size_t i = count; i-- > 0; ) {
		size_t place = upper_bound(set, array, end, chunk[i]);

		memmove(&array->rows[place + i + 1], &array->rows[place], (end - place) * sizeof *array->rows);
		array->rows[place + i] = chunk[i];
		end = place;
	}
	array->count += count;
}

static void merge_pending(struct rowset *set)
{
	struct row *chunk[CHUNK], *matching[CHUNK];
	size_t count = 0, matches = 0;

	while (count < CHUNK && set->pending != NULL) {
		if (set->pending_at < set->pending->count) {
			chunk[count++] = &set->pending->rows[set->pending_at++];
		} else {
			set->pending = set->pending->next;
			set->pending_at = 0;
		}
	}
	qsort_r(chunk, count, sizeof *chunk, compare_pointers, set);
	for (size_t i = 0; i < count; i++) {
		if (row_matches(chunk[i], set->shown_query))
			matching[matches++] = chunk[i];
	}
	insert_sorted(set, &set->all, chunk, count);
	insert_sorted(set, &set->shown, matching, matches);
}

/* --- filter ------------------------------------------------------------------------------------ */

/* Every row that matches the longer words matches the shorter ones. */
static bool extends(const char *longer, const char *shorter)
{
	return strncmp(longer, shorter, strlen(shorter)) == 0;
}

static void begin_filter(struct rowset *set, bool narrowing)
{
	array_free(&set->result);
	set->work = WORK_FILTER;
	set->narrowing = narrowing;
	set->at = 0;
}

static void step_filter(struct rowset *set)
{
	const struct row_array *source = set->narrowing ? &set->shown : &set->all;

	for (int i = 0; i < CHUNK && set->at < source->count; i++, set->at++) {
		if (row_matches(source->rows[set->at], set->query))
			array_add(&set->result, source->rows[set->at]);
	}
	if (set->at < source->count)
		return;
	free(set->shown.rows);
	set->shown = set->result;
	memset(&set->result, 0, sizeof set->result);
	free(set->shown_query);
	set->shown_query = memory_text(set->query);
	set->work = WORK_NONE;
}

void rowset_filter(struct rowset *set, const char *words)
{
	struct arena *arena = arena_new();
	char *folded = text_fold(arena, words == NULL ? "" : words, words == NULL ? 0 : strlen(words));

	if (strcmp(folded, set->query) != 0) {
		free(set->query);
		set->query = memory_text(folded);
		/* A sort under way ends with a filter anyway. */
		if (set->work != WORK_SORT)
			begin_filter(set, extends(set->query, set->shown_query));
	}
	arena_free(arena);
}

/* --- order ------------------------------------------------------------------------------------- */

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

static void begin_run(struct rowset *set)
{
	set->left = set->run;
	set->right = least(set->run + set->width, set->sorting.count);
	set->out = set->run;
}

static void end_pass(struct rowset *set)
{
	struct row_array other = set->sorting;

	set->sorting = set->result;
	set->result = other;
	set->width *= 2;
	set->run = 0;
	begin_run(set);
}

static void end_sort(struct rowset *set)
{
	array_free(&set->result);
	array_free(&set->all);
	set->all = set->sorting;
	memset(&set->sorting, 0, sizeof set->sorting);
	begin_filter(set, false);
}

static void step_sort(struct rowset *set)
{
	size_t count = set->sorting.count;

	for (int i = 0; i < CHUNK; i++) {
		size_t middle = least(set->run + set->width, count), end = least(set->run + 2 * set->width, count);
		bool take_left;

		if (set->width >= count) {
			end_sort(set);
			return;
		}
		if (set->out == end) {
			set->run = end;
			if (end == count)
				end_pass(set);
			else
				begin_run(set);
			continue;
		}
		take_left = set->left < middle
			&& (set->right >= end || compare(set, set->sorting.rows[set->left], set->sorting.rows[set->right]) <= 0);
		set->result.rows[set->out++] = set->sorting.rows[take_left ? set->left++ : set->right++];
	}
}

void rowset_sort(struct rowset *set, const struct field *column, bool reverse)
{
	if (set->column == column && set->reverse == reverse)
		return;
	set->column = column;
	set->reverse = reverse;
	array_free(&set->sorting);
	array_free(&set->result);
	array_room(&set->sorting, set->all.count + 1);
	array_room(&set->result, set->all.count + 1);
	if (set->all.count > 0)
		memcpy(set->sorting.rows, set->all.rows, set->all.count * sizeof *set->all.rows);
	set->sorting.count = set->result.count = set->all.count;
	set->work = WORK_SORT;
	set->width = 1;
	set->run = 0;
	begin_run(set);
}

/* --- taking ------------------------------------------------------------------------------------ */

/* The rows stay where they are, unless they are in the order of what is told only now. */
static void tell_more(struct rowset *set, struct rows *takes)
{
	const struct field *column = set->column;

	rows_update(set->first, takes);
	/* The old rows point into the batch, which has none of its own. */
	takes->count = 0;
	if (column == NULL || !(column->flags & FIELD_WHOLE))
		return;
	set->column = NULL;
	rowset_sort(set, column, set->reverse);
}

void rowset_take(struct rowset *set, struct rows *takes)
{
	takes->next = NULL;
	if (takes->again)
		tell_more(set, takes);
	if (set->last == NULL)
		set->first = takes;
	else
		set->last->next = takes;
	set->last = takes;
	if (set->pending == NULL) {
		set->pending = takes;
		set->pending_at = 0;
	}
}

/* --- work -------------------------------------------------------------------------------------- */

bool rowset_settled(const struct rowset *set)
{
	return set->work == WORK_NONE && set->pending == NULL;
}

bool rowset_work(struct rowset *set, int milliseconds)
{
	int64_t end = clock_monotonic_ms() + milliseconds;

	while (!rowset_settled(set)) {
		if (set->work == WORK_FILTER)
			step_filter(set);
		else if (set->work == WORK_SORT)
			step_sort(set);
		else
			merge_pending(set);
		if (clock_monotonic_ms() >= end)
			break;
	}
	return !rowset_settled(set);
}

/* --- looking ----------------------------------------------------------------------------------- */

size_t rowset_count(const struct rowset *set)
{
	return set->shown.count;
}

size_t rowset_total(const struct rowset *set)
{
	return set->all.count;
}

const struct row *rowset_row(const struct rowset *set, size_t index)
{
	return index < set->shown.count ? set->shown.rows[index] : NULL;
}

const struct row *rowset_any(const struct rowset *set, size_t index)
{
	return index < set->all.count ? set->all.rows[index] : NULL;
}

const struct rows *rowset_columns(const struct rowset *set)
{
	return set->first;
}

static bool find_in(const struct row_array *array, const char *identity, size_t *index)
{
	for (size_t i = 0; i < array->count; i++) {
		if (strcmp(row_identity(array->rows[i]), identity) == 0) {
			*index = i;
			return true;
		}
	}
	return false;
}

bool rowset_find(const struct rowset *set, const char *identity, size_t *index)
{
	return identity != NULL && find_in(&set->shown, identity, index);
}

const struct row *rowset_named(const struct rowset *set, const char *name)
{
	for (size_t i = 0; i < set->all.count; i++) {
		if (strcmp(set->all.rows[i]->name, name) == 0)
			return set->all.rows[i];
	}
	return NULL;
}

static void take_out(struct row_array *array, size_t index)
{
	array->count--;
	memmove(&array->rows[index], &array->rows[index + 1], (array->count - index) * sizeof *array->rows);
}

bool rowset_remove(struct rowset *set, const char *identity)
{
	size_t index;

	/* What is under way walks these arrays: let it come to its end first. */
	while (rowset_work(set, 5))
		;
	if (!find_in(&set->all, identity, &index))
		return false;
	take_out(&set->all, index);
	if (find_in(&set->shown, identity, &index))
		take_out(&set->shown, index);
	return true;
}

/* --- marks ------------------------------------------------------------------------------------- */

static int compare_texts(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static char **find_mark(const struct rowset *set, const char *identity)
{
	if (set->mark_count == 0)
		return NULL;
	return bsearch(&identity, set->marks, set->mark_count, sizeof *set->marks, compare_texts);
}

bool rowset_marked(const struct rowset *set, const struct row *row)
{
	return find_mark(set, row_identity(row)) != NULL;
}

static void append_mark(struct rowset *set, const char *identity)
{
	set->marks = memory_grow(set->marks, &set->mark_capacity, set->mark_count + 1, sizeof *set->marks);
	set->marks[set->mark_count++] = memory_text(identity);
}

static void order_marks(struct rowset *set)
{
	if (set->mark_count > 1)
		qsort(set->marks, set->mark_count, sizeof *set->marks, compare_texts);
}

void rowset_mark(struct rowset *set, const struct row *row, bool marked)
{
	char **at = find_mark(set, row_identity(row));

	if ((at != NULL) == marked)
		return;
	if (marked) {
		append_mark(set, row_identity(row));
		order_marks(set);
	} else {
		free(*at);
		set->mark_count--;
		memmove(at, at + 1, (set->mark_count - (size_t)(at - set->marks)) * sizeof *at);
	}
}

void rowset_mark_shown(struct rowset *set)
{
	size_t before = set->mark_count;

	for (size_t i = 0; i < set->shown.count; i++) {
		const char *identity = row_identity(set->shown.rows[i]);

		/* Only the marks from before are in order yet, and no row is shown twice. */
		if (before == 0 || bsearch(&identity, set->marks, before, sizeof *set->marks, compare_texts) == NULL)
			append_mark(set, identity);
	}
	order_marks(set);
}

void rowset_unmark(struct rowset *set)
{
	for (size_t i = 0; i < set->mark_count; i++)
		free(set->marks[i]);
	set->mark_count = 0;
}

size_t rowset_marks(const struct rowset *set)
{
	return set->mark_count;
}

void rowset_inherit_marks(struct rowset *set, const struct rowset *from)
{
	rowset_unmark(set);
	for (size_t i = 0; from->mark_count > 0 && i < set->all.count; i++) {
		if (find_mark(from, row_identity(set->all.rows[i])) != NULL)
			append_mark(set, row_identity(set->all.rows[i]));
	}
	order_marks(set);
}

/* --- life -------------------------------------------------------------------------------------- */

struct rowset *rowset_new(void)
{
	struct rowset *set = memory_new(sizeof *set);

	set->query = memory_text("");
	set->shown_query = memory_text("");
	return set;
}

void rowset_free(struct rowset *set)
{
	struct rows *next;

	if (set == NULL)
		return;
	for (struct rows *rows = set->first; rows != NULL; rows = next) {
		next = rows->next;
		rows_free(rows);
	}
	rowset_unmark(set);
	free(set->marks);
	array_free(&set->all);
	array_free(&set->shown);
	array_free(&set->result);
	array_free(&set->sorting);
	free(set->query);
	free(set->shown_query);
	free(set);
}
