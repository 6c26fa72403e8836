/* lookup: put, get, replace, remove, and the order of first insertion. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/lookup.h"

static void putting_and_getting(void **state)
{
	struct lookup *lookup = lookup_new();
	char key[] = "anna";
	int one = 1, two = 2;

	(void)state;
	assert_null(lookup_get(lookup, "anna"));
	lookup_put(lookup, key, &one);
	key[0] = 'x';   /* keys are copied */
	assert_ptr_equal(lookup_get(lookup, "anna"), &one);
	assert_null(lookup_get(lookup, "Anna"));
	lookup_put(lookup, "anna", &two);
	assert_ptr_equal(lookup_get(lookup, "anna"), &two);
	assert_int_equal(lookup_count(lookup), 1);
	lookup_put(lookup, "", &one);
	assert_ptr_equal(lookup_get(lookup, ""), &one);
	assert_true(lookup_remove(lookup, "anna"));
	assert_false(lookup_remove(lookup, "anna"));
	assert_int_equal(lookup_count(lookup), 1);
	lookup_free(lookup);
	lookup_free(NULL);
}

struct seen {
	size_t count;
	int last;
};

static void see(const char *key, void *value, void *context)
{
	struct seen *seen = context;

	assert_non_null(key);
	assert_true(*(int *)value > seen->last);
	seen->last = *(int *)value;
	seen->count++;
}

static void many_keep_their_order(void **state)
{
	enum { MANY = 20000 };
	static int values[MANY];
	struct lookup *lookup = lookup_new();
	struct seen seen = { .last = -1 };
	char key[32];

	(void)state;
	for (int i = 0; i < MANY; i++) {
		values[i] = i;
		snprintf(key, sizeof(key), "user%d@example.com", i * 7919 % MANY);
		lookup_put(lookup, key, &values[i]);
	}
	assert_int_equal(lookup_count(lookup), MANY);
	lookup_put(lookup, "user0@example.com", &values[0]);   /* replacing keeps the place */
	lookup_each(lookup, see, &seen);
	assert_int_equal(seen.count, MANY);
	for (int i = 0; i < MANY; i += 2) {
		snprintf(key, sizeof(key), "user%d@example.com", i);
		assert_true(lookup_remove(lookup, key));
	}
	seen = (struct seen){ .last = -1 };
	lookup_each(lookup, see, &seen);
	assert_int_equal(seen.count, MANY / 2);
	lookup_free(lookup);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(putting_and_getting),
		cmocka_unit_test(many_keep_their_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
