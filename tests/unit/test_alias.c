/* What a change of an alias means for its owner, and how sharing is told. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "directory/explode.h"
#include "model/alias.h"
#include "model/check.h"
#include "model/consequence.h"
#include "model/facts.h"
#include "model/role.h"

#define ID_ANNA "00000000-0000-4000-8000-000000000001"
#define ID_OTTO "00000000-0000-4000-8000-000000000002"

enum who { NOBODY, ANNA, BOTH, GROUP, FORWARDED };

static size_t owners_of(enum who who, struct alias_owner *owners)
{
	const struct field *alternates = kind_field(&kind_user, "alternates"), *own = kind_field(&kind_user, "address");

	owners[0] = (struct alias_owner){ &kind_user, "anna", ID_ANNA, alternates };
	owners[1] = (struct alias_owner){ &kind_user, "otto", ID_OTTO, alternates };
	if (who == GROUP)
		owners[0] = (struct alias_owner){ &kind_group, "Sales", ID_ANNA, kind_field(&kind_group, "address") };
	if (who == FORWARDED)
		owners[0].field = own;
	return who == NOBODY ? 0 : who == BOTH ? 2 : 1;
}

static void test_steps(void **state)
{
	static const struct {
		enum verb verb;
		enum who held;
		const char *id;
		enum edit_how how;
		const char *owner, *new_name;
		bool fine;
		const char *takes_from, *gives_to, *address;
		const char *refusal;
	} cases[] = {
		{ VERB_ADD, NOBODY, NULL, EDIT_SET, "anna", NULL, true, NULL, "anna", "info@x.example", NULL },
		{ VERB_ADD, BOTH, NULL, EDIT_SET, "ida", NULL, true, NULL, "ida", "info@x.example", NULL },
		{ VERB_ADD, NOBODY, NULL, EDIT_SET, NULL, NULL, false, NULL, NULL, NULL, "Owner: a new alias needs" },
		{ VERB_EDIT, ANNA, NULL, EDIT_ADD, "otto", NULL, true, NULL, "otto", "info@x.example", NULL },
		{ VERB_EDIT, BOTH, NULL, EDIT_REMOVE, "otto", NULL, true, "otto", NULL, NULL, NULL },
		{ VERB_EDIT, BOTH, NULL, EDIT_REMOVE, "OTTO", NULL, true, "otto", NULL, NULL, NULL },
		{ VERB_EDIT, ANNA, NULL, EDIT_ADD, "anna", NULL, false, NULL, NULL, NULL, "changes nothing" },
		{ VERB_EDIT, ANNA, NULL, EDIT_SET, "otto", NULL, false, NULL, NULL, NULL, "one owner at a time" },
		{ VERB_DELETE, ANNA, NULL, EDIT_SET, NULL, NULL, true, "anna", NULL, NULL, NULL },
		{ VERB_DELETE, BOTH, NULL, EDIT_SET, NULL, NULL, false, NULL, NULL, NULL, "held by user anna and user otto" },
		{ VERB_DELETE, BOTH, ID_OTTO "/info@x.example", EDIT_SET, NULL, NULL, true, "otto", NULL, NULL, NULL },
		{ VERB_DELETE, BOTH, ID_OTTO, EDIT_SET, NULL, NULL, false, NULL, NULL, NULL, "one of them at a time" },
		{ VERB_DELETE, NOBODY, NULL, EDIT_SET, NULL, NULL, false, NULL, NULL, NULL, "no alias" },
		{ VERB_DELETE, GROUP, NULL, EDIT_SET, NULL, NULL, false, NULL, NULL, NULL, "group Sales" },
		{ VERB_DELETE, FORWARDED, NULL, EDIT_SET, NULL, NULL, false, NULL, NULL, NULL, "user anna" },
		{ VERB_RENAME, ANNA, NULL, EDIT_SET, NULL, "new@x.example", true, "anna", NULL, "new@x.example", NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct arena *arena = arena_new();
		struct change *change = change_new(cases[i].verb, &kind_alias, "info@x.example");
		struct alias_owner owners[2];
		struct alias_step step;
		struct error error = { 0 };
		bool fine;

		change->id = cases[i].id;
		change->new_name = cases[i].new_name;
		if (cases[i].owner != NULL)
			change_edit_text(change, kind_field(&kind_alias, "owner"), cases[i].how, cases[i].owner);
		fine = alias_step_of(arena, change, owners, owners_of(cases[i].held, owners), &step, &error);
		if (fine != cases[i].fine)
			fail_msg("case %zu: %s", i, error.text);
		if (!fine && strstr(error.text, cases[i].refusal) == NULL)
			fail_msg("case %zu: %s", i, error.text);
		if (fine) {
			assert_string_equal(step.owner == NULL ? "-" : step.owner->name, cases[i].takes_from == NULL ? "-" : cases[i].takes_from);
			assert_string_equal(step.name == NULL ? "-" : step.name, cases[i].gives_to == NULL ? "-" : cases[i].gives_to);
			assert_string_equal(step.address == NULL ? "-" : step.address, cases[i].address == NULL ? "-" : cases[i].address);
		}
		change_free(change);
		arena_free(arena);
	}
}

/* A renaming is one edit of the owner that takes the old address and gives the new one. */
static void test_edit_of_the_owner(void **state)
{
	struct change *change = change_new(VERB_RENAME, &kind_alias, "info@x.example"), *edit;
	const struct field *alternates = kind_field(&kind_user, "alternates");
	struct record *now = record_new(&kind_user), *after;
	struct arena *arena = arena_new();
	struct alias_owner owners[2];
	struct alias_step step;
	struct error error;

	(void)state;
	change->new_name = "new@x.example";
	change->reason = "ticket 7";
	assert_true(alias_step_of(arena, change, owners, owners_of(ANNA, owners), &step, &error));
	edit = alias_edit(change, &step, &kind_user, alternates, "anna", ID_ANNA);
	assert_int_equal(edit->verb, VERB_EDIT);
	assert_ptr_equal(edit->kind, &kind_user);
	assert_string_equal(edit->name, "anna");
	assert_string_equal(edit->id, ID_ANNA);
	assert_string_equal(edit->reason, "ticket 7");
	record_add_text(now, "alternates", "a@x.example");
	record_add_text(now, "alternates", "info@x.example");
	after = change_result(arena, edit, now);
	assert_true(change_holds(alternates, record_get(after, "alternates"), "a@x.example"));
	assert_true(change_holds(alternates, record_get(after, "alternates"), "new@x.example"));
	assert_false(change_holds(alternates, record_get(after, "alternates"), "info@x.example"));
	change_free(edit);
	change_free(change);
	record_free(now);
	arena_free(arena);
}

static void test_remarks(void **state)
{
	static const struct { struct sharing sharing; bool alternate; const char *remark, *meaning; } cases[] = {
		{ { 0, 0, KNOWN_NO, KNOWN_YES }, true, NULL, NULL },
		{ { 0, 0, KNOWN_YES, KNOWN_NO }, false, NULL, NULL },
		{ { 2, 0, KNOWN_NO, KNOWN_YES }, true, "shared by 3, allowed", "allowed" },
		{ { 1, 0, KNOWN_NOT, KNOWN_YES }, true, "shared by 2", "all of them" },
		{ { 1, 0, KNOWN_YES, KNOWN_YES }, true, "CLASH: held by 2", "unique" },
		{ { 0, 1, KNOWN_NO, KNOWN_NO }, true, "CLASH: own of another", "only that mailbox" },
		{ { 0, 1, KNOWN_NO, KNOWN_YES }, true, "CLASH: own of another", "both get the mail" },
		{ { 1, 0, KNOWN_NO, KNOWN_NO }, false, "CLASH: an alternate too", "gets nothing" },
		{ { 0, 1, KNOWN_NO, KNOWN_YES }, false, "CLASH: own of several", "only one may" },
	};
	struct arena *arena = arena_new();

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		const char *meaning, *remark = explode_remark(arena, &cases[i].sharing, cases[i].alternate, &meaning);

		assert_string_equal(remark == NULL ? "-" : remark, cases[i].remark == NULL ? "-" : cases[i].remark);
		assert_true((meaning == NULL) == (cases[i].meaning == NULL));
		assert_true(meaning == NULL || strstr(meaning, cases[i].meaning) != NULL);
	}
	arena_free(arena);
}

static void test_profile_lines(void **state)
{
	static const struct { const char *line, *error; } cases[] = {
		{ "explode alternate { kind = user key = alternates leads = address }", NULL },
		{ "explode folder { kind = user key = address }", NULL },
		{ "explode x { kind = nobody key = address }", "does not find" },
		{ "explode x { kind = user key = nothing }", "no such field" },
		{ "explode x { kind = user leads = address }", "no such field" },
		{ "explode x { kind = user key = alternates leads = forwards }", "without an attribute" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct arena *arena = arena_new();
		struct error error = { 0 };
		struct profile *profile = profile_read_text(arena, "test", arena_format(arena,
			"name = test\nkind alias {\n%s\n}\nkind user {\nfind = \"(uid=*)\"\nfield login { attribute = uid }\n"
			"field address { attribute = mail }\nfield alternates { attribute = other }\n}\n", cases[i].line), &error);

		if ((profile == NULL) != (cases[i].error != NULL) || (cases[i].error != NULL && strstr(error.text, cases[i].error) == NULL))
			fail_msg("%s: %s", cases[i].line, error.text);
		if (profile != NULL)
			assert_int_equal(profile_kind(profile, &kind_alias)->source_count, 1);
		arena_free(arena);
	}
}

/* Entries of their own: what the review of making, renaming and deleting one tells. */
static void test_entries_are_reviewed(void **state)
{
	static const struct holder held = { .address = "info@example.com", .kind = "user", .name = "bert", .field = "alternates" };
	static const struct { enum verb verb; const char *before, *after, *leads, *has, *has_not; } cases[] = {
		{ VERB_ADD, NULL, "new@example.com", "a@example.com", NULL, "refused" },
		{ VERB_ADD, NULL, "new@example.com", NULL, "alias-nowhere: It leads to nobody", "refused" },
		{ VERB_ADD, NULL, "info@example.com", "a@example.com", "alternative address of the user bert", "refused" },
		{ VERB_RENAME, "old@example.com", "new@example.com", "a@example.com", "alias-refused: Mail to old@example.com is refused from now on", "leads to nobody" },
		{ VERB_RENAME, "info@example.com", "new@example.com", "a@example.com", "goes to the user bert only", "is refused" },
		{ VERB_DELETE, "old@example.com", NULL, "a@example.com", "old@example.com is refused from now on", "bert" },
		{ VERB_EDIT, "old@example.com", "old@example.com", "a@example.com", NULL, "refused" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct change *change = change_new(cases[i].verb, &kind_alias, cases[i].before == NULL ? cases[i].after : cases[i].before);
		struct record *before = record_new_in(change->arena, &kind_alias), *after = record_new_in(change->arena, &kind_alias);
		struct facts facts = { .now = cases[i].before == NULL ? NULL : before, .plain = true, .holders = &held, .holder_count = 1,
			.references_complete = true };
		struct consequence *list;
		char *words = arena_text(change->arena, "");
		size_t count;

		record_set_text(before, "address", cases[i].before);
		record_set_text(before, "leads_to", cases[i].leads);
		record_set_text(after, "address", cases[i].after);
		record_set_text(after, "leads_to", cases[i].leads);
		after->name = cases[i].after == NULL ? "" : cases[i].after;
		count = consequences_of(change->arena, change, cases[i].after == NULL ? NULL : after, &facts, &list);
		for (size_t j = 0; j < count; j++)
			words = arena_format(change->arena, "%s%s: %s\n", words, list[j].rule, list[j].sentence);
		if ((cases[i].has != NULL && strstr(words, cases[i].has) == NULL) || strstr(words, cases[i].has_not) != NULL)
			fail_msg("case %zu: %s", i, words);
		change_free(change);
	}
}

static void test_roles(void **state)
{
	(void)state;
	assert_true(role_may(ROLE_ADMIN, &kind_alias, NULL, VERB_ADD));
	assert_true(role_sees(ROLE_HELPDESK, &kind_alias));
	assert_false(role_may(ROLE_HELPDESK, &kind_alias, NULL, VERB_ADD));
	assert_false(role_may(ROLE_HELPDESK, &kind_alias, kind_field(&kind_alias, "owner"), VERB_EDIT));
	assert_true(role_sees(ROLE_MONITOR, &kind_alias));
	assert_false(role_may(ROLE_MONITOR, &kind_alias, NULL, VERB_DELETE));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_steps),
		cmocka_unit_test(test_edit_of_the_owner),
		cmocka_unit_test(test_remarks),
		cmocka_unit_test(test_profile_lines),
		cmocka_unit_test(test_entries_are_reviewed),
		cmocka_unit_test(test_roles),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
