/* Tests of directory/entry: bags of attributes and the smallest difference between two. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "directory/entry.h"

static struct entry *entry_of(struct arena *arena, const char *words)
{
	struct entry *entry = entry_new(arena, "cn=x");
	char *copy = arena_text(arena, words), *at, *rest = copy;

	while ((at = strsep(&rest, " ")) != NULL && at[0] != '\0') {
		char *sign = strchr(at, '=');

		*sign = '\0';
		entry_add_text(entry, at, sign + 1);
	}
	return entry;
}

static bool is_picture(const void *context, const char *name)
{
	(void)context;
	return strcmp(name, "jpegPhoto") == 0;
}

static void test_differences(void **state)
{
	static const struct { const char *before, *after, *deltas; } cases[] = {
		{ "a=1", "a=1", "" },
		{ "a=1", "a=2", "-a=1 +a=2" },
		{ "a=1 a=2 a=3", "a=1 a=3 a=4", "-a=2 +a=4" },
		{ "a=1", "", "-a=1" },
		{ "", "a=1 b=2", "+a=1 +b=2" },
		{ "a=Chef", "a=CHEF", "-a=Chef +a=CHEF" },
		{ "A=1", "a=1", "" },
		{ "a=1 a=2", "a=2 a=1", "" },
		{ "jpegPhoto=1 jpegPhoto=2", "jpegPhoto=2 jpegPhoto=3", "*jpegPhoto=2 *jpegPhoto=3" },
		{ "jpegPhoto=1", "", "*jpegPhoto" },
	};
	size_t i, j, k;

	(void)state;
	for (i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct arena *arena = arena_new();
		struct delta *deltas;
		const char *words = "";
		size_t count = entry_difference(arena, entry_of(arena, cases[i].before), entry_of(arena, cases[i].after), is_picture, NULL, &deltas);

		for (j = 0; j < count; j++) {
			const char sign = deltas[j].how == DELTA_ADD ? '+' : deltas[j].how == DELTA_DELETE ? '-' : '*';

			for (k = 0; k < deltas[j].count; k++)
				words = arena_format(arena, "%s%s%c%s=%s", words, words[0] ? " " : "", sign, deltas[j].attribute, deltas[j].values[k].bytes);
			if (deltas[j].count == 0)
				words = arena_format(arena, "%s%s%c%s", words, words[0] ? " " : "", sign, deltas[j].attribute);
		}
		assert_string_equal(words, cases[i].deltas);
		arena_free(arena);
	}
}

static void test_values_come_and_go(void **state)
{
	struct arena *arena = arena_new();
	struct entry *entry = entry_of(arena, "objectClass=top objectClass=Person uid=x"), *copy;

	(void)state;
	assert_true(entry_has_class(entry, "PERSON"));
	assert_true(entry_holds(entry, "UID", "X"));
	assert_string_equal(entry_first(entry, "objectclass"), "top");
	assert_null(entry_first(entry, "cn"));
	copy = entry_copy(arena, entry);
	assert_false(entry_remove_text(copy, "objectClass", "person", false));
	assert_true(entry_remove_text(copy, "objectClass", "person", true));
	assert_false(entry_has_class(copy, "person"));
	assert_true(entry_has_class(entry, "person"));
	entry_put_text(copy, "uid", "");
	assert_null(entry_get(copy, "uid"));
	assert_int_equal(copy->count, 1);
	entry_add_text(copy, "objectClass", "top");
	assert_int_equal(entry_get(copy, "objectClass")->count, 1);
	arena_free(arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_differences),
		cmocka_unit_test(test_values_come_and_go),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
