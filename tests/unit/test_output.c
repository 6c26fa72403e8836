/* output: five forms of the same rows; hostile text in each. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/json.h"
#include "commands/output.h"
#include "model/kind.h"

static const struct value name[] = { { "anna", 4 } }, size[] = { { "2147483648", 10 } }, flag[] = { { "yes", 3 } };
static const struct value many[] = { { "a@example.com", 13 }, { "b@example.com", 13 } };
static const struct value formula[] = { { "=1+2", 4 } }, comma[] = { { "a,\"b\"\n", 6 } }, bad[] = { { "M\xfcller\x1b[2J", 10 } };

static struct column columns[4];

static int set_up(void **state)
{
	const struct kind *user = kind_find("user");

	(void)state;
	columns[0] = (struct column){ .name = "login", .label = "Login", .field = kind_field(user, "login") };
	columns[1] = (struct column){ .name = "quota", .label = "Quota", .field = kind_field(user, "quota") };
	columns[2] = (struct column){ .name = "keep_copy", .label = "Keep a copy", .field = kind_field(user, "keep_copy") };
	columns[3] = (struct column){ .name = "alternates", .label = "Also", .field = kind_field(user, "alternates") };
	return 0;
}

/* What a printer makes of one full and one empty item; heap. */
static char *print(const char *form, bool single, const struct value *first, size_t items)
{
	const struct entry full[] = {
		{ .values = first, .count = 1 }, { .values = size, .count = 1 }, { .values = flag, .count = 1 },
		{ .values = many, .count = 2 },
	};
	const struct wrong wrong[] = { { "no-address", true, "no primary address", "address" }, { "foreign", false, "no marks of UDM", NULL } };
	const struct entry empty[4] = { { .count = 0 } };
	char *words = NULL;
	size_t length, i;
	FILE *file = open_memstream(&words, &length);
	struct output output;

	output_begin(&output, printer_find(form), file, columns, 4, single);
	for (i = 0; i < items; i++)
		output_item(&output, &(struct item){ .place = "uid=anna", .entries = i ? empty : full,
			.wrong = wrong, .wrong_count = single ? 2 : 0 });
	output_end(&output);
	fclose(file);
	return words;
}

static const struct { const char *form; bool single; const struct value *first; size_t items; const char *words; } cases[] = {
	{ "json", false, name, 2,
	  "[\n {\"login\": \"anna\", \"quota\": 2147483648, \"keep_copy\": true, \"alternates\": [\"a@example.com\", \"b@example.com\"]},"
	  "\n {\"login\": null, \"quota\": null, \"keep_copy\": null, \"alternates\": []}\n]\n" },
	{ "json", false, name, 0, "[]\n" },
	{ "csv", false, name, 2,
	  "login,quota,keep_copy,alternates\r\nanna,2147483648,yes,\"a@example.com\nb@example.com\"\r\n,,,\r\n" },
	{ "csv", false, formula, 1,
	  "login,quota,keep_copy,alternates\r\n\"'=1+2\",2147483648,yes,\"a@example.com\nb@example.com\"\r\n" },
	{ "csv", false, comma, 1,
	  "login,quota,keep_copy,alternates\r\n\"a,\"\"b\"\"\n\",2147483648,yes,\"a@example.com\nb@example.com\"\r\n" },
	{ "tsv", false, comma, 1, "login\tquota\tkeep_copy\talternates\na,\"b\"\\n\t2147483648\tyes\ta@example.com, b@example.com\n" },
	{ "ldif", true, name, 1,
	  "dn: uid=anna\nlogin: anna\nquota: 2147483648\nkeep-copy: yes\nalternates: a@example.com\nalternates: b@example.com\n" },
	{ "ldif", true, bad, 1,
	  "dn: uid=anna\nlogin:: TfxsbGVyG1sySg==\nquota: 2147483648\nkeep-copy: yes\nalternates: a@example.com\nalternates: b@example.com\n" },
	{ "table", false, name, 1,
	  "Login  Quota  Keep a copy  Also\nanna   2 GB   yes          a@example.com, b@example.com\n" },
	{ "json", true, name, 1,
	  "{\n  \"login\": \"anna\",\n  \"quota\": 2147483648,\n  \"keep_copy\": true,\n  \"alternates\": [\n    \"a@example.com\",\n    \"b@example.com\"\n  ],\n"
	  "  \"place\": \"uid=anna\",\n  \"findings\": [\n"
	  "    {\n      \"rule\": \"no-address\",\n      \"severe\": true,\n      \"field\": \"address\",\n      \"sentence\": \"no primary address\"\n    },\n"
	  "    {\n      \"rule\": \"foreign\",\n      \"severe\": false,\n      \"field\": null,\n      \"sentence\": \"no marks of UDM\"\n    }\n  ]\n}\n" },
	{ "table", false, name, 0, "" },
	{ "table", true, name, 1,
	  "Login        anna\nQuota        2 GB\nKeep a copy  yes\nAlso         a@example.com, b@example.com\nPlace        uid=anna\n"
	  "Wrong        no primary address\nNote         no marks of UDM\n" },
};

/* Nothing that can be seen is not nothing: the note stands alone, and the machine forms say null. */
static void what_is_not_seen_is_not_none(void **state)
{
	static const struct { const char *form; const char *words; } forms[] = {
		{ "table", "Login  (not readable with this login)\n" }, { "json", "{\n  \"login\": null\n}\n" },
	};
	const struct field_values values = { .presence = VALUE_UNREADABLE, .note = "not readable with this login" };
	const struct entry entry = entry_field(&values);
	size_t i;

	(void)state;
	for (i = 0; i < sizeof forms / sizeof *forms; i++) {
		char *words = NULL;
		size_t length;
		FILE *file = open_memstream(&words, &length);
		struct output output;

		output_begin(&output, printer_find(forms[i].form), file, columns, 1, true);
		output_item(&output, &(struct item){ .entries = &entry });
		output_end(&output);
		fclose(file);
		assert_string_equal(words, forms[i].words);
		free(words);
	}
}

/* A list of entries is what ldapadd takes; where there are fields only it says so. */
static void lists_as_ldif(void **state)
{
	static const struct value class[] = { { "person", 6 }, { "top", 3 } }, cn[] = { { "M\xc3\xbcller", 7 } };
	const struct attribute attributes[] = { { "objectClass", class, 2 }, { "cn", cn, 1 } };
	const struct entry entries[4] = { { .values = name, .count = 1 } };
	static const char *const words[] = {
		"# entries as the directory holds them; passwords and what the server keeps by itself are left out\n"
		"\ndn: cn=a\nobjectClass: person\nobjectClass: top\ncn:: TcO8bGxlcg==\n\ndn: cn=b\nobjectClass: person\nobjectClass: top\ncn:: TcO8bGxlcg==\n",
		"# fields of postroom and not attributes of a directory\n\ndn: cn=a\nlogin: anna\n\ndn: cn=b\nlogin: anna\n",
	};

	(void)state;
	for (size_t form = 0; form < 2; form++) {
		char *printed = NULL;
		size_t length;
		FILE *file = open_memstream(&printed, &length);
		struct output output;

		output_begin(&output, printer_find("ldif"), file, columns, 4, false);
		for (size_t i = 0; i < 2; i++)
			output_item(&output, &(struct item){ .place = i ? "cn=b" : "cn=a", .attributes = form ? NULL : attributes,
				.attribute_count = form ? 0 : 2, .entries = entries });
		output_end(&output);
		fclose(file);
		assert_string_equal(printed, words[form]);
		free(printed);
	}
}

/* Blanks in JSON are the library's business. */
static bool same(const char *form, const char *a, const char *b)
{
	if (strcmp(form, "json"))
		return !strcmp(a, b);
	for (;; a++, b++) {
		a += strspn(a, " ");
		b += strspn(b, " ");
		if (*a != *b)
			return false;
		if (!*a)
			return true;
	}
}

static void each_form(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char *words = print(cases[i].form, cases[i].single, cases[i].first, cases[i].items);

		if (!same(cases[i].form, words, cases[i].words))
			fail_msg("case %zu (%s):\n%s\nand not:\n%s", i, cases[i].form, words, cases[i].words);
		free(words);
	}
}

static void nothing_escapes_from_a_table(void **state)
{
	char *words = print("table", true, bad, 1);
	size_t i;

	(void)state;
	for (i = 0; words[i]; i++)
		assert_true(words[i] == '\n' || ((unsigned char)words[i] >= 0x20 && (unsigned char)words[i] < 0x7f));
	assert_non_null(strstr(words, "\\xFC"));
	assert_non_null(strstr(words, "\\e[2J"));
	free(words);
}

static void json_is_json_whatever_the_bytes(void **state)
{
	char *words = print("json", false, bad, 2);
	struct json *json = json_parse(words, strlen(words), NULL);
	struct arena *arena = arena_new();
	size_t length;

	(void)state;
	assert_non_null(json);
	assert_int_equal(json_count(json), 2);
	assert_memory_equal(json_bytes(arena, json_get(json_item(json, 0), "login"), &length), bad[0].bytes, 10);
	json_free(json);
	arena_free(arena);
	free(words);
}

static void unknown_forms_are_none(void **state)
{
	(void)state;
	assert_null(printer_find("xml"));
	assert_ptr_equal(printer_find("csv"), &printer_csv);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_form),
		cmocka_unit_test(lists_as_ldif),
		cmocka_unit_test(nothing_escapes_from_a_table),
		cmocka_unit_test(json_is_json_whatever_the_bytes),
		cmocka_unit_test(unknown_forms_are_none),
		cmocka_unit_test(what_is_not_seen_is_not_none),
	};

	return cmocka_run_group_tests_name("output", tests, set_up, NULL);
}
