/*
 * test_rows: batches of rows, matching words in them, and their order.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "model/rows.h"

static struct rows *three(void)
{
	static const char *const data[][4] = {
		/* login, full name, quota, searched */
		{ "bert", "Bert Jones", "1073741824", "bert jones\nbert\n+49 123" },
		{ "anna", "\303\204nne Smith", "", "anne smith\nanna\n4711" },
		{ "carl", "Carl", "524288000", "carl\ncarl\n" },
	};
	const struct field *columns[] = {
		kind_field(&kind_user, "login"), kind_field(&kind_user, "full_name"), kind_field(&kind_user, "quota"),
	};
	struct rows *rows = rows_new(&kind_user, columns, 3);

	for (size_t i = 0; i < 3; i++) {
		struct row *row = rows_add(rows);
		struct value *values = arena_alloc(rows->arena, 3 * sizeof(*values));

		for (size_t j = 0; j < 3; j++)
			values[j] = value_text(rows->arena, data[i][j]);
		row->values = values;
		row->name = data[i][0];
		row->folded = data[i][3];
	}
	return rows;
}

static void grows(void **state)
{
	const struct field *columns[] = { kind_key(&kind_domain) };
	struct rows *rows = rows_new(&kind_domain, columns, 1);

	(void)state;
	columns[0] = NULL;
	for (size_t i = 0; i < 1000; i++) {
		struct row *row = rows_add(rows);

		assert_string_equal(row->values[0].bytes, "");
		row->name = arena_format(rows->arena, "d%zu.example", i);
	}
	assert_int_equal(rows->count, 1000);
	assert_string_equal(rows->rows[0].name, "d0.example");
	assert_string_equal(rows->rows[999].name, "d999.example");
	assert_ptr_equal(rows->columns[0], kind_key(&kind_domain));
	rows_free(rows);
	rows_free(NULL);
}

static void matches_words_in_any_order(void **state)
{
	static const struct { const char *query; bool found[3]; } cases[] = {
		{ "", { true, true, true } },
		{ "   ", { true, true, true } },
		{ "smith anna", { false, true, false } },
		{ "anna smith", { false, true, false } },
		{ "ann  smi", { false, true, false } },
		{ "4711", { false, true, false } },
		{ "bert smith", { false, false, false } },
		{ "r", { true, false, true } },
		{ "carlcarl", { false, false, false } },
	};
	struct rows *rows = three();

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		for (size_t j = 0; j < 3; j++)
			if (row_matches(&rows->rows[j], cases[i].query) != cases[i].found[j])
				fail_msg("\"%s\" and row %zu", cases[i].query, j);
	rows->rows[0].folded = NULL;
	assert_false(row_matches(&rows->rows[0], "x"));
	rows_free(rows);
}

static int sign(int number)
{
	return (number > 0) - (number < 0);
}

static void orders_by_type(void **state)
{
	static const struct { size_t column, a, b; int order; } cases[] = {
		{ 0, 1, 0, -1 }, { 0, 0, 0, 0 }, { 0, 2, 0, 1 },
		{ 1, 1, 0, -1 },                 /* the accent does not move anna behind z */
		{ 2, 2, 0, -1 },                 /* by value: 500 MB before 1 GB although '5' is after '1' */
		{ 2, 1, 0, 1 }, { 2, 0, 1, -1 }, /* none last */
	};
	struct rows *rows = three();

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		int order = row_compare(rows, &rows->rows[cases[i].a], &rows->rows[cases[i].b], cases[i].column);

		if (sign(order) != cases[i].order)
			fail_msg("case %zu: %d", i, order);
	}
	rows_free(rows);
}

static void equal_values_go_by_name(void **state)
{
	const struct field *columns[] = { kind_field(&kind_user, "quota") };
	struct rows *rows = rows_new(&kind_user, columns, 1);

	(void)state;
	rows_add(rows)->name = "b";
	rows_add(rows)->name = "a";
	assert_true(row_compare(rows, &rows->rows[0], &rows->rows[1], 0) > 0);
	rows_free(rows);
}

static void add_alias(struct rows *rows, const char *id, const char *leads, const char *remark)
{
	struct row *row = rows_add(rows);
	struct value *values = arena_alloc(rows->arena, 2 * sizeof(*values));

	values[0] = value_text(rows->arena, leads);
	values[1] = value_text(rows->arena, remark);
	row->id = arena_text(rows->arena, id);
	row->values = values;
}

static void what_comes_again_tells_more(void **state)
{
	const struct field *columns[] = { kind_field(&kind_alias, "leads_to"), kind_field(&kind_alias, "remark") };
	struct rows *first = rows_new(&kind_alias, columns, 2), *second = rows_new(&kind_alias, columns, 2);
	struct rows *again = rows_new(&kind_alias, columns, 2);

	(void)state;
	assert_true(columns[1]->flags & FIELD_WHOLE);
	add_alias(first, "1/a", "x", "");
	add_alias(first, "1/a", "y", "");
	add_alias(second, "2/b", "x", "");
	add_alias(second, "3/c", "x", "");
	add_alias(second, NULL, "x", "");
	first->next = second;
	add_alias(again, "1/a", "x", "shared");
	add_alias(again, "3/c", "x", "clash");
	add_alias(again, "4/d", "x", "unknown");
	rows_update(first, again);
	assert_string_equal(first->rows[0].values[1].bytes, "shared");
	/* Another row of the same entry and address, which leads elsewhere. */
	assert_string_equal(first->rows[1].values[1].bytes, "");
	assert_string_equal(second->rows[0].values[1].bytes, "");
	assert_string_equal(second->rows[1].values[1].bytes, "clash");
	assert_string_equal(second->rows[2].values[1].bytes, "");
	rows_update(NULL, again);
	rows_free(first);
	rows_free(second);
	rows_free(again);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(grows),
		cmocka_unit_test(what_comes_again_tells_more),
		cmocka_unit_test(matches_words_in_any_order),
		cmocka_unit_test(orders_by_type),
		cmocka_unit_test(equal_values_go_by_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
