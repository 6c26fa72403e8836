/*
 * test_value_set: the set says of two values what comparing them says.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "model/change.h"
#include "model/value_set.h"

#define V(text) { text, sizeof(text) - 1 }
static const struct value values[] = {
	V(""), V("a"), V("A"), V("a@b.example"), V("A@B.Example"), V("a\0b"), V("a\0B"), V("a\1b"), V("a\0010b"), V("a\1"), V("\303\244"), V("\303\204"), V("\0"), V("\377"),
};
enum { COUNT = sizeof values / sizeof *values };

static void says_what_comparing_says(void **state)
{
	const struct field *fields[] = { NULL, kind_field(&kind_user, "alternates"), kind_field(&kind_user, "phone"), kind_field(&kind_group, "members") };

	(void)state;
	for (size_t f = 0; f < sizeof fields / sizeof *fields; f++)
		for (size_t i = 0; i < COUNT; i++)
			for (size_t j = 0; j < COUNT; j++) {
				struct value_set *set = value_set_new(fields[f]);
				bool same = fields[f] == NULL ? value_same(&values[i], &values[j]) : change_same_value(fields[f], &values[i], &values[j]);

				assert_true(value_set_add(set, &values[i]));
				if (value_set_holds(set, &values[j]) != same || value_set_add(set, &values[j]) == same)
					fail_msg("field %zu, values %zu and %zu", f, i, j);
				value_set_free(set);
			}
}

static void many_are_counted(void **state)
{
	struct value_set *set = value_set_new(NULL);
	size_t added = 0;

	(void)state;
	for (int i = 0; i < 50000; i++) {
		char text[32];
		struct value value = { text, (size_t)snprintf(text, sizeof text, "member%d@outside.example", i % 40000) };

		added += value_set_add(set, &value);
	}
	assert_int_equal(added, 40000);
	value_set_free(set);
	value_set_free(NULL);
}

/* --- edits of many values against the same ones given one at a time ------------------------------- */

static const struct value *some(struct arena *arena, size_t count, unsigned most)
{
	struct value *list = arena_alloc(arena, count * sizeof *list);

	for (size_t i = 0; i < count; i++) {
		unsigned number = (unsigned)rand() % most;

		list[i] = value_text(arena, arena_format(arena, "%sember%u@b.example", number % 3 == 0 && rand() % 2 ? "M" : "m", number));
	}
	return list;
}

static void edit_both(struct arena *arena, struct change *whole, struct change *single, enum edit_how how)
{
	const struct field *field = kind_field(&kind_mailinglist, "members");
	size_t count = VALUE_SET_FROM + (size_t)rand() % 100;
	const struct value *list = some(arena, count, 150);

	change_edit(whole, field, how, list, count);
	if (how == EDIT_SET)
		change_edit(single, field, EDIT_SET, NULL, 0);
	for (size_t i = 0; i < count; i++)
		change_edit(single, field, how == EDIT_SET ? EDIT_ADD : how, &list[i], 1);
}

/* What the edits make of a record, given as changes of few values, which are compared one by one. */
static struct record *in_small_pieces(struct arena *arena, const struct change *change, struct record *record)
{
	enum { PIECE = 30 };

	for (size_t i = 0; i < change->edit_count; i++) {
		const struct edit *edit = &change->edits[i];

		for (size_t j = 0; j == 0 || j < edit->count; j += PIECE) {
			struct change *piece = change_new(VERB_EDIT, change->kind, "l");

			change_edit(piece, edit->field, edit->how == EDIT_SET && j > 0 ? EDIT_ADD : edit->how, edit->values + j,
				edit->count - j < PIECE ? edit->count - j : PIECE);
			record = change_result(arena, piece, record);
			change_free(piece);
		}
	}
	return record;
}

static void many_at_once_are_as_one_by_one(void **state)
{
	static const enum edit_how hows[] = { EDIT_ADD, EDIT_REMOVE, EDIT_SET };

	(void)state;
	for (int round = 0; round < 60; round++) {
		struct arena *arena = arena_new();
		struct change *whole = change_new(VERB_EDIT, &kind_mailinglist, "l"), *single = change_new(VERB_EDIT, &kind_mailinglist, "l");
		struct record *now = record_new_in(arena, &kind_mailinglist), *a, *b;

		record_set(now, "members", VALUE_OWN, some(arena, 120, 150), 120);
		for (int i = rand() % 4; i >= 0; i--)
			edit_both(arena, whole, single, hows[rand() % 3]);
		assert_int_equal(whole->edit_count, single->edit_count);
		for (size_t i = 0; i < whole->edit_count; i++) {
			const struct edit *x = &whole->edits[i], *y = &single->edits[i];

			assert_int_equal(x->how, y->how);
			assert_int_equal(x->count, y->count);
			for (size_t j = 0; j < x->count; j++)
				assert_true(value_same(&x->values[j], &y->values[j]));
		}
		a = change_result(arena, whole, now);
		b = in_small_pieces(arena, whole, now);
		assert_true(values_same(record_get(a, "members"), record_get(b, "members")));
		change_free(whole);
		change_free(single);
		arena_free(arena);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(says_what_comparing_says),
		cmocka_unit_test(many_are_counted),
		cmocka_unit_test(many_at_once_are_as_one_by_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
