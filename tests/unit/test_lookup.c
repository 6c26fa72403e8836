/* lookup: put, get, replace, many. */
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
	assert_int_equal(lookup_count(lookup), 2);
	lookup_free(lookup);
	lookup_free(NULL);
}

static void many(void **state)
{
	enum { MANY = 20000 };
	static int values[MANY];
	struct lookup *lookup = lookup_new();
	char key[32];

	(void)state;
	for (int i = 0; i < MANY; i++) {
		snprintf(key, sizeof(key), "user%d@example.com", i);
		lookup_put(lookup, key, &values[i]);
	}
	assert_int_equal(lookup_count(lookup), MANY);
	for (int i = 0; i < MANY; i++) {
		snprintf(key, sizeof(key), "user%d@example.com", i);
		assert_ptr_equal(lookup_get(lookup, key), &values[i]);
	}
	lookup_free(lookup);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(putting_and_getting),
		cmocka_unit_test(many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
