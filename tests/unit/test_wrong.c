/* Tests of model/wrong.c: which faults are told, and the worst first, whoever found them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/memory.h"
#include "model/wrong.h"

static struct record *person(void)
{
	struct record *record = record_new(&kind_user);

	record_set_text(record, "address", "a@example.com");
	record_set_text(record, "home_server", "mail1.example.com");
	record_set_text(record, "state", "no lock seen");
	return record;
}

static void expect(const struct record *record, const char *wanted)
{
	struct arena *arena = arena_new();
	struct wrong *list;
	size_t count = wrong_with(arena, record, &list);
	char *rules = arena_text(arena, "");

	for (size_t i = 0; i < count; i++)
		rules = arena_format(arena, "%s%s%s%s", rules, i > 0 ? " " : "", list[i].severe ? "!" : "", list[i].rule);
	assert_string_equal(rules, wanted);
	arena_free(arena);
}

static void what_the_record_tells(void **state)
{
	struct record *record = person();

	(void)state;
	expect(record, "");
	record_set_text(record, "quota", "0");
	expect(record, "");
	record_set_text(record, "quota", "-5");
	expect(record, "!odd-quota");
	record_set_text(record, "quota", NULL);
	record_set_text(record, "forwards", "b@example.com");
	expect(record, "");
	record_set_text(record, "keep_copy", "no");
	expect(record, "!no-copy");
	record_set_text(record, "state", "locked");
	expect(record, "!account-state !no-copy");
	record->foreign = true;
	record_set_text(record, "home_server", NULL);
	expect(record, "!account-state !no-copy no-server foreign");
	record_free(record);
}

static void members_named_once(void **state)
{
	struct record *record = record_new(&kind_group);

	(void)state;
	record_set_text(record, "members", "anna");
	expect(record, "");
	record->fields[kind_field_index(&kind_group, kind_field(&kind_group, "members"))].note = "only by DN: anna";
	expect(record, "half-members");
	record_free(record);
}

static void what_others_tell(void **state)
{
	static const struct finding findings[] = {
		{ "mild", NULL, false, "mild words" },
		{ "forward-circle", "forwards", true, "in a circle" },
	};
	struct record *record = person(), *copy;
	struct arena *arena = arena_new();

	(void)state;
	record->findings = findings;
	record->finding_count = 2;
	expect(record, "!forward-circle mild");
	record_set_text(record, "forwards", "b@example.com");
	record_set_text(record, "keep_copy", "no");
	record->foreign = true;
	expect(record, "!no-copy !forward-circle foreign mild");
	copy = record_copy(arena, record);
	assert_int_equal(copy->finding_count, 2);
	assert_string_equal(copy->findings[1].sentence, "in a circle");
	assert_string_equal(copy->findings[1].field, "forwards");
	assert_ptr_not_equal(copy->findings, findings);
	arena_free(arena);
	record_free(record);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_the_record_tells),
		cmocka_unit_test(members_named_once),
		cmocka_unit_test(what_others_tell),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
