/* Tests of ui/input: several values in one line, and what an offered name becomes in it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/memory.h"
#include "ui/input.h"

static const struct field *field(const char *kind, const char *name)
{
	return kind_field(kind_find(kind), name);
}

static void several_values_in_one_line(void **state)
{
	static const struct { const char *kind, *field, *typed, *parts; } cases[] = {
		{ "user", "alternates", "a@x.example, b@x.example", "[a@x.example][b@x.example]" },
		{ "user", "alternates", " a@x.example b@x.example;c@x.example,", "[a@x.example][b@x.example][c@x.example]" },
		{ "group", "members", "anna bert", "[anna][bert]" },
		/* Names of groups may have blanks and commas in them. */
		{ "group", "member_groups", "All Hands", "[All Hands]" },
		{ "group", "member_groups", "All Hands ; Sales, north;", "[All Hands][Sales, north]" },
		{ "group", "member_groups", " ; ; ", "" },
		{ "group", "members", "", "" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct arena *arena = arena_new();
		char *rest = arena_text(arena, cases[i].typed), *word, *parts = arena_text(arena, "");

		while ((word = input_next(field(cases[i].kind, cases[i].field), &rest)) != NULL)
			parts = arena_format(arena, "%s[%s]", parts, word);
		assert_string_equal(parts, cases[i].parts);
		arena_free(arena);
	}
}

static void what_is_taken_joins_the_rest(void **state)
{
	static const struct { const char *kind, *field, *typed, *words, *name, *after; } cases[] = {
		{ "user", "home_server", "mai", "mai", "mail1.example.com", "mail1.example.com" },
		{ "user", "address", "anna@exa", "exa", "example.com", "anna@example.com" },
		{ "user", "alternates", "a@x.example, b@exa", "exa", "example.com", "a@x.example, b@example.com" },
		{ "group", "members", "", "", "anna", "anna, " },
		{ "group", "members", "anna, ", "", "bert", "anna, bert, " },
		{ "group", "members", "anna, be", "be", "bert", "anna, bert, " },
		{ "group", "member_groups", "", "", "All Hands", "All Hands; " },
		{ "group", "member_groups", "All Hands; Sales, no", "Sales, no", "Sales, north", "All Hands; Sales, north; " },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct input input;

		input_start(&input, field(cases[i].kind, cases[i].field), NULL, NULL, false);
		input_set(&input, cases[i].typed);
		assert_string_equal(input_offer_words(&input), cases[i].words);
		input_take(&input, cases[i].name);
		assert_string_equal(input_typed(&input), cases[i].after);
		input_free(&input);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(several_values_in_one_line),
		cmocka_unit_test(what_is_taken_joins_the_rest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
