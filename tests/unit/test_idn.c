/* idn: domains in both spellings, and what libidn2 refuses comes back as it was. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "tests/unit/hostile.h"

static const struct {
	const char *unicode;
	const char *ascii;
} domains[] = {
	{ "example.com", "example.com" },
	{ "m\303\274ller.example", "xn--mller-kva.example" },
	{ "stra\303\237e.example", "xn--strae-oqa.example" },   /* not transitional */
	{ "\344\276\213\345\255\220.example", "xn--fsqu00a.example" },
	{ "\320\277\320\276\321\207\321\202\320\260.example", "xn--80a1acny.example" },
};

static void both_ways(void **state)
{
	struct arena *arena = arena_new();

	(void)state;
	for (size_t i = 0; i < sizeof(domains) / sizeof(domains[0]); i++) {
		assert_string_equal(text_domain_ascii(arena, domains[i].unicode), domains[i].ascii);
		assert_string_equal(text_domain_unicode(arena, domains[i].ascii), domains[i].unicode);
	}
	arena_free(arena);
}

static void what_is_no_domain_comes_back(void **state)
{
	static const char *const refused[] = { "xn--99999999", "xn--a-\377", "\377\376.example" };
	struct arena *arena = arena_new();

	(void)state;
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		assert_string_equal(text_domain_unicode(arena, refused[i]), refused[i]);
		assert_non_null(text_domain_ascii(arena, refused[i]));
	}
	arena_free(arena);
}

static void hostile_names_are_survived(void **state)
{
	struct arena *arena = arena_new();

	(void)state;
	for (size_t i = 0; i < HOSTILE_COUNT; i++) {
		const char *name = arena_bytes(arena, hostile_strings[i].bytes, hostile_strings[i].length);
		const char *ascii = text_domain_ascii(arena, name);

		assert_non_null(text_domain_unicode(arena, name));
		/* Control characters pass through libidn2: the result is foreign text like any other. */
		for (const char *at = ascii; strcmp(ascii, name) != 0 && *at; at++)
			assert_true((unsigned char)*at < 0x80);
	}
	arena_free(arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_ways),
		cmocka_unit_test(what_is_no_domain_comes_back),
		cmocka_unit_test(hostile_names_are_survived),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
