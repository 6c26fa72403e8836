/* Tests of ui/rowset.c: order and filter in slices against a plain sort, marks, refreshes, 100,000 rows. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "base/text.h"
#include "tests/unit/trial.h"
#include "ui/rowset.h"

static const struct field *columns[2];

static void set_up_columns(void)
{
	const struct kind *kind = kind_find("user");

	columns[0] = kind_field(kind, "login");
	columns[1] = kind_field(kind, "quota");
}

static struct rows *batch(size_t from, size_t count)
{
	struct rows *rows = rows_new(kind_find("user"), columns, 2);

	for (size_t i = from; i < from + count; i++) {
		struct row *row = rows_add(rows);
		struct value *values = arena_alloc(rows->arena, 2 * sizeof *values);
		/* A permutation, so that rows come in no order. */
		size_t number = i * 7919 % 100003;

		row->name = arena_format(rows->arena, "user%06zu", number);
		row->id = arena_format(rows->arena, "id-%zu", i);
		values[0] = value_text(rows->arena, row->name);
		values[1] = i % 3 == 0 ? (struct value){ "", 0 } : value_text(rows->arena, arena_format(rows->arena, "%zu", number % 50));
		row->values = values;
		row->folded = arena_format(rows->arena, "user%06zu\n+49 %zu\n", number, i);
	}
	return rows;
}

static void finish(struct rowset *set)
{
	while (rowset_work(set, 4))
		;
	assert_true(rowset_settled(set));
}

static void assert_order(const struct rowset *set, const struct field *column, bool reverse)
{
	size_t index = 0;

	assert_true(rowset_column(set, column, &index));
	for (size_t i = 1; i < rowset_count(set); i++) {
		int order = row_compare(rowset_columns(set), rowset_row(set, i - 1), rowset_row(set, i), index);

		assert_true(reverse ? order >= 0 : order <= 0);
	}
}

static struct rowset *filled(size_t count, size_t each)
{
	struct rowset *set = rowset_new();

	set_up_columns();
	rowset_sort(set, columns[0], false);
	for (size_t from = 0; from < count; from += each) {
		rowset_take(set, batch(from, count - from < each ? count - from : each));
		rowset_work(set, 1);
	}
	finish(set);
	return set;
}

static void arrives_in_order(void **state)
{
	static const size_t each[] = { 1, 7, 256, 257, 1000 };

	(void)state;
	for (size_t i = 0; i < sizeof each / sizeof *each; i++) {
		struct rowset *set = filled(1000, each[i]);

		assert_int_equal(rowset_count(set), 1000);
		assert_int_equal(rowset_total(set), 1000);
		assert_order(set, columns[0], false);
		assert_null(rowset_row(set, 1000));
		rowset_free(set);
	}
}

static void sorts_by_other_columns(void **state)
{
	struct rowset *set = filled(999, 100);

	(void)state;
	rowset_sort(set, columns[1], false);
	finish(set);
	assert_int_equal(rowset_count(set), 999);
	assert_order(set, columns[1], false);
	rowset_sort(set, columns[1], true);
	rowset_take(set, batch(999, 77));
	finish(set);
	assert_int_equal(rowset_count(set), 1076);
	assert_order(set, columns[1], true);
	rowset_free(set);
}

static size_t count_matches(const struct rowset *set, const char *words)
{
	size_t count = 0;

	(void)set;
	for (size_t i = 0; i < 1000; i++) {
		char folded[64];

		snprintf(folded, sizeof folded, "user%06zu\n+49 %zu\n", i * 7919 % 100003, i);
		count += strstr(folded, words) != NULL;
	}
	return count;
}

static void filters_narrower_and_wider(void **state)
{
	static const char *const words[] = { "1", "12", "123", "12", "1", "", "USER0", "9 4", "nothing at all", "" };
	struct rowset *set = filled(1000, 100);

	(void)state;
	for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
		rowset_filter(set, words[i]);
		finish(set);
		assert_order(set, columns[0], false);
		for (size_t j = 0; j < rowset_count(set); j++) {
			struct arena *arena = arena_new();

			assert_true(row_matches(rowset_row(set, j), text_fold(arena, words[i], strlen(words[i]))));
			arena_free(arena);
		}
		if (i < 6)
			assert_int_equal(rowset_count(set), count_matches(set, words[i]));
	}
	assert_int_equal(rowset_count(set), 1000);
	rowset_free(set);
}

static void filter_changes_while_rows_come(void **state)
{
	struct rowset *set = filled(300, 300);

	(void)state;
	rowset_filter(set, "1");
	rowset_take(set, batch(300, 700));
	rowset_filter(set, "12");
	rowset_sort(set, columns[1], true);
	rowset_filter(set, "1");
	finish(set);
	assert_int_equal(rowset_count(set), count_matches(set, "1"));
	assert_order(set, columns[1], true);
	rowset_free(set);
}

static void rows_are_replaced_and_removed(void **state)
{
	struct rowset *set = filled(500, 100);
	size_t index;

	(void)state;
	assert_true(rowset_find(set, "id-17", &index));
	assert_string_equal(row_identity(rowset_row(set, index)), "id-17");
	assert_true(rowset_remove(set, "id-17"));
	assert_false(rowset_remove(set, "id-17"));
	assert_false(rowset_find(set, "id-17", &index));
	assert_int_equal(rowset_count(set), 499);
	rowset_take(set, batch(17, 1));
	finish(set);
	assert_true(rowset_find(set, "id-17", &index));
	assert_order(set, columns[0], false);
	assert_non_null(rowset_named(set, "user000000"));
	assert_null(rowset_named(set, "nobody"));
	rowset_free(set);
}

static struct rows *aliases(size_t count, size_t each, const char *remark)
{
	static const struct field *fields[2];
	struct rows *rows;

	fields[0] = kind_field(kind_find("alias"), "leads_to");
	fields[1] = kind_field(kind_find("alias"), "remark");
	rows = rows_new(kind_find("alias"), fields, 2);
	for (size_t i = 0; i < count; i += each) {
		struct row *row = rows_add(rows);
		struct value *values = arena_alloc(rows->arena, 2 * sizeof *values);

		row->name = row->id = arena_format(rows->arena, "alias%04zu", i);
		values[0] = value_text(rows->arena, row->name);
		values[1] = value_text(rows->arena, remark);
		row->values = values;
		row->folded = row->name;
	}
	return rows;
}

static void rows_that_come_again_tell_more(void **state)
{
	const struct field *remark = kind_field(kind_find("alias"), "remark");
	struct rowset *set = rowset_new();
	struct rows *again = aliases(1000, 7, "shared");
	size_t told = 0;

	(void)state;
	again->again = true;
	rowset_take(set, aliases(1000, 1, ""));
	rowset_work(set, 0);
	rowset_sort(set, remark, true);
	/* Also those that are not merged yet. */
	rowset_take(set, again);
	finish(set);
	assert_int_equal(rowset_total(set), 1000);
	assert_int_equal(rowset_count(set), 1000);
	assert_order(set, remark, true);
	for (size_t i = 0; i < 1000; i++)
		told += strcmp(rowset_row(set, i)->values[1].bytes, "shared") == 0;
	assert_int_equal(told, 143);
	rowset_filter(set, "0007");
	finish(set);
	assert_int_equal(rowset_count(set), 1);
	assert_string_equal(rowset_row(set, 0)->values[1].bytes, "shared");
	rowset_free(set);
}

static void marks_stay_with_their_rows(void **state)
{
	struct rowset *set = filled(100, 100), *fresh = filled(60, 60);

	(void)state;
	rowset_mark(set, rowset_row(set, 3), true);
	rowset_mark(set, rowset_row(set, 90), true);
	rowset_mark(set, rowset_row(set, 3), true);
	assert_int_equal(rowset_marks(set), 2);
	rowset_sort(set, columns[1], false);
	finish(set);
	rowset_filter(set, "1");
	finish(set);
	assert_int_equal(rowset_marks(set), 2);
	rowset_mark_shown(set);
	assert_true(rowset_marks(set) >= rowset_count(set));
	for (size_t i = 0; i < rowset_count(set); i++)
		assert_true(rowset_marked(set, rowset_row(set, i)));
	rowset_mark(set, rowset_row(set, 0), false);
	assert_false(rowset_marked(set, rowset_row(set, 0)));
	rowset_inherit_marks(fresh, set);
	for (size_t i = 0; i < rowset_count(fresh); i++)
		assert_int_equal(rowset_marked(fresh, rowset_row(fresh, i)), rowset_marked(set, rowset_row(fresh, i)));
	rowset_unmark(set);
	assert_int_equal(rowset_marks(set), 0);
	rowset_free(set);
	rowset_free(fresh);
}

static double now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

/*
 * Slices are asked for 4 ms; the mean of this thread's own processor time is judged, sanitizers get more. The longest
 * one is only told: on a loaded machine it is the machine's.
 */
#ifdef __SANITIZE_ADDRESS__
enum { TIMES = 8 };
#else
enum { TIMES = 1 };
#endif

static void slices_stay_short(void **state)
{
	struct rowset *set = rowset_new();
	double total = 0, longest = 0;
	int slices = 0;

	(void)state;
	set_up_columns();
	rowset_sort(set, columns[0], false);
	for (size_t from = 0; from < 100000; from += 1000)
		rowset_take(set, batch(from, 1000));
	for (int job = 0; job < 4; job++) {
		bool more = true;

		if (job == 1)
			rowset_filter(set, "7");
		if (job == 2)
			rowset_filter(set, "");
		if (job == 3)
			rowset_sort(set, columns[1], true);
		while (more) {
			double before = now_ms(), took;

			more = rowset_work(set, 4);
			took = now_ms() - before;
			longest = took > longest ? took : longest;
			total += took;
			slices++;
		}
	}
	printf("# 100,000 rows: %d slices, mean %.1f ms, longest %.1f ms, all %.0f ms\n", slices, total / slices, longest, total);
	assert_int_equal(rowset_count(set), 100000);
	assert_order(set, columns[1], true);
	assert_true(slices >= 20);
	assert_true(total / slices < 6 * TIMES);
	rowset_free(set);
}

static void random_orders_of_everything(void **state)
{
	struct rowset *set = filled(200, 50);
	size_t next = 200;

	(void)state;
	trial_begin("rowset");
	for (int i = 0; i < 400; i++) {
		char words[8];

		switch (trial_below(5)) {
		case 0:
			rowset_take(set, batch(next, 1 + trial_below(30)));
			next += 30;
			break;
		case 1:
			snprintf(words, sizeof words, "%zu", trial_below(300));
			rowset_filter(set, words);
			break;
		case 2:
			rowset_filter(set, "");
			break;
		case 3:
			rowset_sort(set, columns[trial_below(2)], trial_below(2) == 1);
			break;
		default:
			if (rowset_count(set) > 10)
				assert_true(rowset_remove(set, row_identity(rowset_row(set, trial_below(rowset_count(set))))));
			break;
		}
		if (trial_below(3) == 0)
			rowset_work(set, 1);
	}
	rowset_filter(set, "");
	rowset_sort(set, columns[0], false);
	finish(set);
	assert_int_equal(rowset_count(set), rowset_total(set));
	assert_order(set, columns[0], false);
	rowset_free(set);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(arrives_in_order),
		cmocka_unit_test(sorts_by_other_columns),
		cmocka_unit_test(filters_narrower_and_wider),
		cmocka_unit_test(filter_changes_while_rows_come),
		cmocka_unit_test(rows_are_replaced_and_removed),
		cmocka_unit_test(rows_that_come_again_tell_more),
		cmocka_unit_test(marks_stay_with_their_rows),
		cmocka_unit_test(slices_stay_short),
		cmocka_unit_test(random_orders_of_everything),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
