/*
 * test_passphrase: made passwords have their form, their letters come about
 * equally often, and they are spelled as people say them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "base/passphrase.h"

static void four_groups_without_look_alikes(void **state)
{
	size_t counts[128] = { 0 }, letters = 0;

	(void)state;
	for (int i = 0; i < 4000; i++) {
		char *text = passphrase_new();

		assert_int_equal(strlen(text), 19);
		assert_true(strpbrk(text, "23456789") != NULL && strpbrk(text, "abcdefghjkmnpqrstuvwxyz") != NULL);
		for (size_t j = 0; j < 19; j++) {
			assert_true(j % 5 == 4 ? text[j] == '-' : strchr("abcdefghjkmnpqrstuvwxyz23456789", text[j]) != NULL);
			counts[(unsigned char)text[j]]++;
		}
		free(text);
	}
	for (size_t i = 0; i < 128; i++) {
		if (i == '-' || !counts[i])
			continue;
		letters++;
		/* 64,000 over 31: 2,065 each; six deviations are 270. */
		assert_in_range(counts[i], 1795, 2335);
	}
	assert_int_equal(letters, 31);
}

static void no_two_alike(void **state)
{
	char *one = passphrase_new(), *other = passphrase_new();

	(void)state;
	assert_string_not_equal(one, other);
	free(one);
	free(other);
}

static void spelled(void **state)
{
	static const struct { const char *text; unsigned group; const char *words; } cases[] = {
		{ "kq7h-m4xt-w9ra-p3ne", 0, "Kilo Quebec seven Hotel" }, { "kq7h-m4xt-w9ra-p3ne", 1, "Mike four X-ray Tango" },
		{ "kq7h-m4xt-w9ra-p3ne", 3, "Papa three November Echo" }, { "kq7h", 1, "" }, { "", 0, "" }, { "aB!", 0, "Alfa capital Bravo !" },
	};
	struct arena *arena = arena_new();

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_string_equal(passphrase_spelled(arena, cases[i].text, cases[i].group), cases[i].words);
	arena_free(arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(four_groups_without_look_alikes), cmocka_unit_test(no_two_alike), cmocka_unit_test(spelled),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
