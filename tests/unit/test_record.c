/*
 * test_record: values in an arena, copies that stand alone, and words for
 * people.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "model/record.h"
#include "hostile.h"

static const struct words_case {
	const char *field;
	enum presence presence;
	const char *values[4];
	const char *words;
} words_cases[] = {
	{ "quota", VALUE_ABSENT, { NULL }, "(none)" },
	{ "quota", VALUE_UNSUPPORTED, { NULL }, "(not in this directory)" },
	{ "quota", VALUE_UNREADABLE, { NULL }, "(not readable with this login)" },
	{ "quota", VALUE_HIDDEN, { NULL }, "........" },
	{ "quota", VALUE_OWN, { "0" }, "no limit" },
	{ "quota", VALUE_OWN, { "2147483648" }, "2 GB" },
	{ "quota", VALUE_OWN, { "1610612736" }, "1.5 GB" },
	{ "quota", VALUE_OWN, { "2469396480" }, "2355 MB" },
	{ "quota", VALUE_OWN, { "rubbish" }, "rubbish" },
	{ "quota", VALUE_OWN, { "-5" }, "-5" },
	{ "quota", VALUE_OWN, { "9999999999999 MB" }, "9999999999999 MB" },
	{ "keep_copy", VALUE_OWN, { "yes" }, "yes" },
	{ "alternates", VALUE_OWN, { "a@b.de", "c@d.de" }, "a@b.de, c@d.de" },
	{ "address", VALUE_OWN, { "a@xn--mller-kva.example" }, "a@xn--mller-kva.example (m\303\274ller.example)" },
	{ "fetchmail", VALUE_OWN, { "server=a.de protocol=IMAP user=x password=geheim ssl=yes keep=no" },
		"server=a.de protocol=IMAP user=x password=........ ssl=yes keep=no" },
	{ "fetchmail", VALUE_OWN, { "\"a.de\";\"IMAP\";\"x\";\"geheim\"" }, "........" },
};

static void says_values_in_words(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(words_cases) / sizeof(words_cases[0]); i++) {
		const struct words_case *one = &words_cases[i];
		struct record *record = record_new(&kind_user);

		for (size_t j = 0; one->values[j]; j++)
			record_add_text(record, one->field, one->values[j]);
		if (!one->values[0])
			record_set(record, one->field, one->presence, NULL, 0);
		assert_string_equal(record_words(record->arena, kind_field(&kind_user, one->field), record_get(record, one->field)),
			one->words);
		record_free(record);
	}
}

static void domain_words_show_both_labels(void **state)
{
	struct arena *arena = arena_new();
	struct value value = value_text(arena, "xn--mller-kva.example");

	(void)state;
	assert_string_equal(value_words(arena, kind_key(&kind_domain), &value), "m\303\274ller.example (xn--mller-kva.example)");
	arena_free(arena);
}

static void keeps_true_bytes(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(hostile_strings) / sizeof(hostile_strings[0]); i++) {
		struct value value = { hostile_strings[i].bytes, hostile_strings[i].length };
		struct record *record = record_new(&kind_user);
		struct arena *arena = arena_new();
		struct record *copy;

		record_set(record, "full_name", VALUE_OWN, &value, 1);
		copy = record_copy(arena, record);
		assert_true(value_same(&record_get(record, "full_name")->values[0], &value));
		record_free(record);
		assert_true(value_same(&record_get(copy, "full_name")->values[0], &value));
		assert_int_equal(copy->fields[0].values[0].bytes[value.length], '\0');
		arena_free(arena);
	}
}

static void copies_stand_alone(void **state)
{
	struct value values[] = { { "x", 1 } };
	struct attribute attributes[] = { { "univentionMailUserQuota", values, 1 } };
	struct record *record = record_new(&kind_user);
	struct arena *arena = arena_new();
	struct record *copy;
	char name[] = "anna", note[] = "policy says 2 GB";

	(void)state;
	record->name = name;
	record->id = "1-2";
	record->version = "v";
	record->foreign = true;
	record->changed_at = 7;
	record->attributes = attributes;
	record->attribute_count = 1;
	record->fields[kind_field_index(&kind_user, kind_field(&kind_user, "quota"))].note = note;
	copy = record_copy(arena, record);
	memset(name, 'z', 4);
	memset(note, 'z', 4);
	record_free(record);
	assert_string_equal(copy->name, "anna");
	assert_string_equal(copy->id, "1-2");
	assert_string_equal(copy->version, "v");
	assert_null(copy->changed_by);
	assert_true(copy->foreign);
	assert_int_equal(copy->changed_at, 7);
	assert_string_equal(record_get(copy, "quota")->note, "policy says 2 GB");
	assert_non_null(record_attribute(copy, "UNIVENTIONmailuserquota"));
	assert_null(record_attribute(copy, "mail"));
	arena_free(arena);
}

static void sets_and_adds(void **state)
{
	struct record *record = record_new(&kind_user);

	(void)state;
	assert_int_equal(record_get(record, "alternates")->presence, VALUE_ABSENT);
	assert_string_equal(record_text(record, "alternates"), "");
	assert_null(record_get(record, "unknown"));
	assert_string_equal(record_text(record, "unknown"), "");
	record_add_text(record, "alternates", "a@b.de");
	record_add_text(record, "alternates", "c@d.de");
	assert_int_equal(record_get(record, "alternates")->count, 2);
	assert_int_equal(record_get(record, "alternates")->presence, VALUE_OWN);
	record_set_text(record, "alternates", "e@f.de");
	assert_int_equal(record_get(record, "alternates")->count, 1);
	record_set_text(record, "alternates", NULL);
	assert_int_equal(record_get(record, "alternates")->presence, VALUE_ABSENT);
	record_free(record);
	record_free(NULL);
}

static void compares_sets(void **state)
{
	static const struct { const char *a[4], *b[4]; bool same; } cases[] = {
		{ { NULL }, { NULL }, true },
		{ { "a", "b" }, { "b", "a" }, true },
		{ { "a" }, { "a", "b" }, false },
		{ { "a", "a" }, { "a", "b" }, false },
		{ { "a" }, { "A" }, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct record *a = record_new(&kind_user), *b = record_new(&kind_user);

		for (size_t j = 0; cases[i].a[j]; j++)
			record_add_text(a, "alternates", cases[i].a[j]);
		for (size_t j = 0; cases[i].b[j]; j++)
			record_add_text(b, "alternates", cases[i].b[j]);
		assert_int_equal(values_same(record_get(a, "alternates"), record_get(b, "alternates")), cases[i].same);
		record_free(a);
		record_free(b);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(says_values_in_words),
		cmocka_unit_test(domain_words_show_both_labels),
		cmocka_unit_test(keeps_true_bytes),
		cmocka_unit_test(copies_stand_alone),
		cmocka_unit_test(sets_and_adds),
		cmocka_unit_test(compares_sets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
