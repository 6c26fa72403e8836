/* Tests of directory/filter: escaping, parsing, and that a value never becomes syntax. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "directory/filter.h"

static void test_values_are_escaped(void **state)
{
	static const struct { const char *bytes; size_t length; const char *text; } cases[] = {
		{ "anna", 4, "(uid=anna)" },
		{ "*", 1, "(uid=\\2a)" },
		{ "a)(b=c", 6, "(uid=a\\29\\28b=c)" },
		{ "\\", 1, "(uid=\\5c)" },
		{ "a\0b", 3, "(uid=a\\00b)" },
		{ "M\xc3\xbcller", 7, "(uid=M\\c3\\bcller)" },
		{ "", 0, "(uid=)" },
		{ "\n", 1, "(uid=\\0a)" },
	};
	struct arena *arena = arena_new();
	size_t i;

	(void)state;
	for (i = 0; i < sizeof cases / sizeof *cases; i++)
		assert_string_equal(filter_text(arena, filter_equal(arena, "uid", cases[i].bytes, cases[i].length)), cases[i].text);
	arena_free(arena);
}

static void test_trees_are_written(void **state)
{
	struct arena *arena = arena_new();
	struct filter *or = filter_group(arena, FILTER_OR);

	(void)state;
	filter_into(arena, or, filter_contains(arena, "uid", "smi", 3));
	filter_into(arena, or, filter_ends(arena, "mailPrimaryAddress", "@example.org"));
	filter_into(arena, or, NULL);
	assert_string_equal(filter_text(arena, filter_both(arena, filter_present(arena, "cn"), filter_not(arena, or))),
		"(&(cn=*)(!(|(uid=*smi*)(mailPrimaryAddress=*@example.org))))");
	assert_string_equal(filter_text(arena, filter_group(arena, FILTER_OR)), "(|)");
	assert_string_equal(filter_text(arena, filter_contains(arena, "uid", "", 0)), "(uid=*)");
	arena_free(arena);
}

static void test_legal_filters_come_back_the_same(void **state)
{
	static const char *const cases[] = {
		"(uid=anna)", "(&(objectClass=univentionMail)(uid=*))", "(|)", "(&)", "(!(a=b))", "(a=x*y*z)", "(a=*x*)",
		"(a>=5)", "(a<=5)", "(a~=b)", "(cn:2.5.13.3:=x)", "(cn:dn:=x)", "(a=)", "(a=\\2a)", "(1.2.3;lang-de=x)",
	};
	struct arena *arena = arena_new();
	struct error error = { 0 };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct filter *filter = filter_parse(arena, cases[i], &error);

		assert_non_null(filter);
		assert_string_equal(filter_text(arena, filter), cases[i]);
	}
	arena_free(arena);
}

static void test_illegal_filters_are_refused(void **state)
{
	static const char *const cases[] = {
		"", "uid=a", "(uid=a", "(uid)", "(=a)", "(uid=a))", "(&(a=b)", "(!)", "(!(a=b)(c=d))", "(a=\\)", "(a=\\4)", "(a=\\zz)",
		"(a=**)", "(a=x**y)", "(a b=c)", "(a>=x*)", "(a=b)(c=d)", "(a=(b)", "((a=b))", "(:=x y)", "(a b:=x)",
	};
	struct arena *arena = arena_new();
	char deep[2000];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct error error = { 0 };

		if (filter_parse(arena, cases[i], &error) != NULL)
			fail_msg("accepted %s", cases[i]);
		assert_int_equal(error.kind, ERROR_INVALID);
	}
	for (i = 0; i < 300; i++)
		memcpy(deep + i * 2, "(&", 2);
	deep[600] = '\0';
	assert_null(filter_parse(arena, deep, NULL));
	arena_free(arena);
}

static void test_any_value_stays_one_leaf(void **state)
{
	unsigned seed = 20260101, i, runs = getenv("POSTROOM_FULL") != NULL && getenv("POSTROOM_FULL")[0] == '1' ? 1000000 : 20000;

	(void)state;
	printf("seed %u, %u values\n", seed, runs);
	srandom(seed);
	for (i = 0; i < runs; i++) {
		struct arena *arena = arena_new();
		char bytes[24];
		size_t length = (size_t)random() % sizeof bytes, j;
		struct filter *filter;
		struct error error = { 0 };

		for (j = 0; j < length; j++)
			bytes[j] = random() % 3 == 0 ? "()*\\&|!=\0~"[random() % 10] : (char)random();
		filter = filter_parse(arena, filter_text(arena, filter_equal(arena, "uid", bytes, length)), &error);
		assert_non_null(filter);
		assert_int_equal(filter->op, FILTER_EQUAL);
		assert_int_equal(filter->value.length, length);
		assert_memory_equal(filter->value.bytes, bytes, length);
		arena_free(arena);
	}
}

static void test_would_be_found(void **state)
{
	static const struct { const char *filter; enum known found; } cases[] = {
		{ "(dc=*.*)", KNOWN_YES }, { "(dc=*.*.*)", KNOWN_NO }, { "(dc=EXAMPLE.org)", KNOWN_YES }, { "(dc=example)", KNOWN_NO },
		{ "(dc=exam*ple*org)", KNOWN_YES }, { "(dc=exam*example*)", KNOWN_NO }, { "(dc=*.org)", KNOWN_YES }, { "(dc=*.com)", KNOWN_NO },
		{ "(dc=example.org*g)", KNOWN_NO }, { "(dc=*)", KNOWN_YES }, { "(uid=*)", KNOWN_NO }, { "(uid=a)", KNOWN_NO },
		{ "(objectClass=DOMAIN)", KNOWN_YES }, { "(&(objectClass=top)(dc=*.*))", KNOWN_YES }, { "(&(objectClass=person)(dc=*.*))", KNOWN_NO },
		{ "(|(objectClass=person)(dc=*.*))", KNOWN_YES }, { "(|(uid=a)(cn=b))", KNOWN_NO }, { "(!(dc=*.*))", KNOWN_NO }, { "(!(uid=*))", KNOWN_YES },
		/* What only a server can tell. */
		{ "(description=an example)", KNOWN_YES }, { "(description=another  one)", KNOWN_NOT }, { "(description=plain)", KNOWN_NOT },
		{ "(dc>=a)", KNOWN_NOT }, { "(dc:caseExactMatch:=Example.org)", KNOWN_NOT }, { "(!(dc>=a))", KNOWN_NOT },
		{ "(&(dc>=a)(uid=*))", KNOWN_NO }, { "(|(dc>=a)(dc=*))", KNOWN_YES }, { "(&(dc>=a)(dc=*))", KNOWN_NOT }, { "(|(dc>=a)(uid=*))", KNOWN_NOT },
	};
	struct arena *arena = arena_new();
	struct entry *entry = entry_new(arena, "dc=example.org,ou=domains");
	size_t i;

	(void)state;
	entry_add_text(entry, "objectClass", "top");
	entry_add_text(entry, "objectClass", "domain");
	entry_put_text(entry, "dc", "example.org");
	entry_put_text(entry, "description", "an example");
	for (i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct filter *filter = filter_parse(arena, cases[i].filter, NULL);

		assert_non_null(filter);
		if (filter_matches(filter, entry) != cases[i].found)
			fail_msg("%s", cases[i].filter);
	}
	arena_free(arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_values_are_escaped),
		cmocka_unit_test(test_trees_are_written),
		cmocka_unit_test(test_legal_filters_come_back_the_same),
		cmocka_unit_test(test_illegal_filters_are_refused),
		cmocka_unit_test(test_any_value_stays_one_leaf),
		cmocka_unit_test(test_would_be_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
