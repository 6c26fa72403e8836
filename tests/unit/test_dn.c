/* Tests of directory/dn: building, taking apart, comparing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "directory/dn.h"

static void test_names_are_built_and_taken_apart(void **state)
{
	static const struct { const char *bytes; size_t length; } cases[] = {
		{ "anna", 4 }, { " lead", 5 }, { "trail ", 6 }, { "#hash", 5 }, { "a,b+c\"d\\e<f>g;h=i", 17 }, { "\xc3\xa4", 2 },
		{ "a\nb", 3 }, { "x", 1 }, { "a@b.example", 11 }, { "a  b", 4 }, { "\x01", 1 },
	};
	struct arena *arena = arena_new();
	size_t i;

	(void)state;
	for (i = 0; i < sizeof cases / sizeof *cases; i++) {
		char *dn = dn_child(arena, "cn", cases[i].bytes, cases[i].length, "dc=example,dc=org");
		char *attribute, *value;
		size_t length;

		assert_non_null(dn);
		assert_true(dn_first(arena, dn, &attribute, &value, &length));
		assert_string_equal(attribute, "cn");
		assert_int_equal(length, cases[i].length);
		assert_memory_equal(value, cases[i].bytes, length);
		assert_string_equal(dn_parent(arena, dn), "dc=example,dc=org");
	}
	assert_null(dn_child(arena, "cn", "x", 1, "no dn"));
	arena_free(arena);
}

static void test_same_and_within(void **state)
{
	static const struct { const char *a, *b; bool same, within; } cases[] = {
		{ "uid=A,dc=X", "UID=a, DC=x", true, true },
		{ "uid=a\\2Cb,dc=x", "uid=a\\,b,dc=x", true, true },
		{ "uid=a  b,dc=x", "uid=a b,dc=x", true, true },
		{ "cn=a+uid=b,dc=x", "uid=b+cn=a,dc=x", true, true },
		{ "uid=a,dc=x", "dc=x", false, true },
		{ "dc=x", "uid=a,dc=x", false, false },
		{ "uid=a,dc=xx", "dc=x", false, false },
		{ "uid=a,ou=b\\,dc=x", "dc=x", false, false },
		{ "uid=a,dc=x", "", false, true },
		{ "broken", "dc=x", false, false },
		{ "uid=a,dc=x", "uid=b,dc=x", false, false },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof cases / sizeof *cases; i++) {
		if (dn_same(cases[i].a, cases[i].b) != cases[i].same || dn_within(cases[i].a, cases[i].b) != cases[i].within)
			fail_msg("case %zu: %s / %s", i, cases[i].a, cases[i].b);
	}
	assert_false(dn_same(NULL, "dc=x"));
	assert_false(dn_valid("x"));
	assert_true(dn_valid(""));
}

static void test_join_and_parent(void **state)
{
	struct arena *arena = arena_new();

	(void)state;
	assert_string_equal(dn_join(arena, "cn=users", "dc=x"), "cn=users,dc=x");
	assert_string_equal(dn_join(arena, "", "dc=x"), "dc=x");
	assert_null(dn_join(arena, "users", "dc=x"));
	assert_string_equal(dn_parent(arena, "dc=x"), "");
	assert_null(dn_parent(arena, ""));
	assert_string_equal(dn_normal(arena, "CN=\xc3\x84 b ,DC=X"), "cn=\xc3\x84 b,dc=x");
	arena_free(arena);
}

static void test_any_value_survives(void **state)
{
	unsigned seed = 20260102, i, runs = getenv("POSTROOM_FULL") != NULL && getenv("POSTROOM_FULL")[0] == '1' ? 1000000 : 20000;

	(void)state;
	printf("seed %u, %u values\n", seed, runs);
	srandom(seed);
	for (i = 0; i < runs; i++) {
		struct arena *arena = arena_new();
		char bytes[20], *dn, *attribute, *value;
		size_t length = 1 + (size_t)random() % (sizeof bytes - 1), j, got;

		for (j = 0; j < length; j++)
			bytes[j] = random() % 2 == 0 ? " ,+\"\\<>;=#"[random() % 10] : (char)(random() % 127 + (random() % 9 == 0 ? 0 : 1));
		dn = dn_child(arena, "cn", bytes, length, "dc=example");
		assert_non_null(dn);
		assert_true(dn_first(arena, dn, &attribute, &value, &got));
		assert_int_equal(got, length);
		assert_memory_equal(value, bytes, length);
		assert_true(dn_within(dn, "dc=example"));
		arena_free(arena);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names_are_built_and_taken_apart),
		cmocka_unit_test(test_same_and_within),
		cmocka_unit_test(test_join_and_parent),
		cmocka_unit_test(test_any_value_survives),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
