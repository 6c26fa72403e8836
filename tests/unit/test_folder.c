/* Tests of shared folders and quota policies: rights as values with a name, their stored form, what a change causes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/text.h"
#include "directory/convert.h"
#include "directory/profile.h"
#include "model/change.h"
#include "model/check.h"
#include "model/consequence.h"
#include "model/facts.h"

static struct arena *arena;

static int open_arena(void **state)
{
	(void)state;
	arena = arena_new();
	return 0;
}

static int close_arena(void **state)
{
	(void)state;
	arena_free(arena);
	return 0;
}

static struct record *folder(const char *const *rights)
{
	struct record *record = record_new_in(arena, &kind_folder);

	record_set_text(record, "name", "team@example.com");
	record->name = "team@example.com";
	record_set_text(record, "home_server", "mail1.example.com");
	for (; rights && *rights; rights++)
		record_add_text(record, "rights", *rights);
	return record;
}

/* A right is named by who has it: a later one replaces the earlier, none takes it away. */
static void rights_are_laid_over(void **state)
{
	static const struct { const char *now[4]; enum edit_how how; const char *value, *then; } cases[] = {
		{ { NULL }, EDIT_ADD, "who=anyone right=read", "anyone: read" },
		{ { "who=anyone right=read" }, EDIT_ADD, "who=anyone right=write", "anyone: write" },
		{ { "who=anyone right=read" }, EDIT_ADD, "who=ANYONE right=post", "ANYONE: post" },
		{ { "who=anyone right=read", "who=Sales right=all" }, EDIT_ADD, "who=anyone right=none", "Sales: all" },
		{ { "who=anyone right=read" }, EDIT_REMOVE, "who=anyone right=all", "(none)" },
		{ { "who=Sales right=all" }, EDIT_REMOVE, "who=anyone right=read", "Sales: all" },
		{ { "who=All%20Hands right=post" }, EDIT_ADD, "who=all%20hands right=read", "all hands: read" },
		{ { "who=a@x.de right=read", "who=a@x.de right=write" }, EDIT_ADD, "who=a@x.de right=read", "a@x.de: read" },
		{ { "who=anyone right=read" }, EDIT_SET, "who=Sales right=none", "(none)" },
	};
	const struct field *rights = kind_field(&kind_folder, "rights");

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct record *now = folder(cases[i].now);
		struct change *change = change_new(VERB_EDIT, &kind_folder, now->name);

		change_edit_text(change, rights, cases[i].how, cases[i].value);
		assert_string_equal(record_words(arena, rights, record_get(change_result(arena, change, now), "rights")), cases[i].then);
		change_free(change);
	}
}

static void names_and_rights_are_checked(void **state)
{
	static const struct { const char *field, *typed, *says; } cases[] = {
		{ "name", "team@example.com", NULL },
		{ "name", "Team.Hall+1@example.com", NULL },
		{ "name", "te!am@example.com", "exclamation mark" },
		{ "name", "te am@example.com", "blank" },
		{ "name", "a/b@example.com", "/ * %" },
		{ "name", "a%b@example.com", "/ * %" },
		{ "name", "team", "exactly one @" },
		{ "name", "team@Example.com", "capital letters" },
		{ "rights", "who=anyone", NULL },
		{ "rights", "who=anna@example.com right=ALL", NULL },
		{ "rights", "who=All%20Hands right=post", NULL },
		{ "rights", "who=anyone right=own", "allowed are none, read, post, append, write, all" },
		{ "rights", "right=read", "who is missing" },
		{ "rights", "who=anyones right=read", "begins with anyone" },
		{ "rights", "who=authenticated right=read", NULL },
		{ "rights", "who=Sales%2C%20North right=read", "has a comma" },
		{ "rights", "who=All%20%20Hands right=read", "two in a row" },
		{ "rights", "who=anna@ right=read", "nothing behind the @" },
		{ "rights", "who=-x- right=read", "is not allowed" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct error error = { 0 };
		const char *canonical = check_parse(arena, kind_field(&kind_folder, cases[i].field), cases[i].typed, &error);

		if ((canonical != NULL) != (cases[i].says == NULL) || (cases[i].says && !strstr(error.text, cases[i].says)))
			fail_msg("%s: %s", cases[i].typed, canonical ? canonical : error.text);
	}
}

static struct entry *entry_with(const char *const *acl, const char *address)
{
	struct entry *entry = entry_new(arena, "cn=Team@example.com,dc=x");

	entry_add_text(entry, "cn", "Team@example.com");
	if (address)
		entry_add_text(entry, "mailPrimaryAddress", address);
	for (; acl && *acl; acl++)
		entry_add_text(entry, "univentionMailACL", *acl);
	return entry;
}

/* Stored rights are parted at the last blank, and only what is meant to change is written. */
static void rights_are_stored_as_values(void **state)
{
	static const char *const acl[] = { "anna@example.com all", "All Hands post", "anyone  read", "odd", NULL };
	struct error error = { 0 };
	const struct profile *profile = profile_find(arena, "ucs", NULL, &error);
	const struct profile_kind *held = profile_kind(profile, &kind_folder);
	struct convert with = { .arena = arena, .profile = profile, .flag_mode = KNOWN_NOT };
	struct entry *entry = entry_with(acl, NULL), *draft = entry_copy(arena, entry);
	struct record *now = record_new_in(arena, &kind_folder);
	struct change *change = change_new(VERB_EDIT, &kind_folder, "Team@example.com");
	struct delta *deltas;
	const struct field *rights = kind_field(&kind_folder, "rights");

	(void)state;
	convert_read(&with, held, entry, now);
	now->name = record_text(now, "name");
	assert_string_equal(record_words(arena, rights, record_get(now, "rights")), "anna@example.com: all, All Hands: post, anyone : read, odd");
	assert_string_equal(record_text(now, "seen_as"), "Team@example.com/INBOX");
	change_edit_text(change, rights, EDIT_ADD, "who=All%20Hands right=write");
	change_edit_text(change, kind_field(&kind_folder, "address"), EDIT_SET, "team@example.com");
	assert_true(convert_write(&with, held, now, change_result(arena, change, now), change, draft, &error));
	assert_int_equal(entry_difference(arena, entry, draft, NULL, NULL, &deltas), 4);
	for (size_t i = 0; i < 4; i++) {
		assert_int_equal(deltas[i].count, 1);
		if (text_same_ascii_case(deltas[i].attribute, "univentionMailACL"))
			assert_string_equal(deltas[i].values[0].bytes, deltas[i].how == DELTA_DELETE ? "All Hands post" : "All Hands write");
	}
	assert_string_equal(entry_first(draft, "univentionMailSharedFolderDeliveryAddress"), "univentioninternalpostuser+shared/team@example.com");
	change_free(change);
}

static const struct consequence *consequence(const char *rule, const struct record *before, const struct record *after, enum known delete)
{
	static const char *const servers[] = { "mail1.example.com", "mail2.example.com", NULL };
	struct facts facts = { .now = before ? record_copy(arena, before) : NULL, .mailbox_delete = delete, .servers = servers, .references_complete = true };
	struct change *change = change_new(!before ? VERB_ADD : !after ? VERB_DELETE : VERB_EDIT, &kind_folder, "team@example.com");
	struct consequence *list;
	size_t count = consequences_of(arena, change, after, &facts, &list);

	change_free(change);
	for (size_t i = 0; i < count; i++)
		if (strcmp(list[i].rule, rule) == 0)
			return &list[i];
	return NULL;
}

/* What Dovecot would never find is refused, and the spelling it knows is told. */
static void rights_are_spelled_as_the_server_does(void **state)
{
	static const struct { const char *who, *written, *says; } cases[] = {
		{ "who=All%20Hands right=read", NULL, "there is no group \"All Hands\"" },
		{ "who=anna@example.com right=read", NULL, "nobody here has the primary address \"anna@example.com\"" },
		{ "who=all%20hands right=read", "All Hands", "write \"All Hands\" for \"all hands\"" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct change *change = change_new(VERB_EDIT, &kind_folder, "team@example.com");
		const struct field *rights = kind_field(&kind_folder, "rights");
		struct missing missing = { .field = rights, .value = parts_get(arena, cases[i].who, "who"), .written = cases[i].written };
		struct facts facts = { .now = folder(NULL), .missing = &missing, .missing_count = 1 };
		struct error error = { 0 };

		change_edit_text(change, rights, EDIT_ADD, cases[i].who);
		assert_false(check_change(change, change_result(arena, change, facts.now), &facts, &error));
		if (!strstr(error.text, cases[i].says))
			fail_msg("%s: %s", cases[i].who, error.text);
		change_free(change);
	}
}

static void a_right_for_all_is_told(void **state)
{
	static const struct { const char *who; enum severity severity; } cases[] = {
		{ "who=anyone right=read", SEVERITY_NOTE }, { "who=anyone right=write", SEVERITY_WARNING },
		{ "who=authenticated right=post", SEVERITY_NOTE }, { "who=authenticated right=all", SEVERITY_WARNING },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct record *with = folder((const char *const[]){ cases[i].who, NULL });

		assert_int_equal(consequence("folder-anyone", folder(NULL), with, KNOWN_NO)->severity, cases[i].severity);
		assert_null(consequence("folder-anyone", with, with, KNOWN_NO));
		assert_null(consequence("folder-groups", folder(NULL), with, KNOWN_NO));
	}
}

static void folders_are_never_switched_silently(void **state)
{
	struct record *public = folder(NULL), *private = folder(NULL), *capital = folder(NULL), *moved = folder(NULL);

	(void)state;
	record_set_text(private, "address", "team@example.com");
	record_set_text(capital, "address", "Team@example.com");
	record_set_text(moved, "home_server", "mail2.example.com");
	assert_int_equal(consequence("folder-switched", public, private, KNOWN_NO)->severity, SEVERITY_LOSS);
	assert_int_equal(consequence("folder-switched", private, public, KNOWN_NO)->severity, SEVERITY_LOSS);
	assert_null(consequence("folder-switched", public, moved, KNOWN_NO));
	assert_non_null(consequence("folder-capitals", NULL, capital, KNOWN_NO));
	assert_null(consequence("folder-capitals", NULL, private, KNOWN_NO));
	assert_int_equal(consequence("folder-server", public, moved, KNOWN_NO)->severity, SEVERITY_WARNING);
	assert_int_equal(consequence("folder-server", public, moved, KNOWN_YES)->severity, SEVERITY_LOSS);
	assert_int_equal(consequence("folder-gone", public, NULL, KNOWN_NOT)->severity, SEVERITY_LOSS);
	assert_int_equal(consequence("folder-gone", public, NULL, KNOWN_NO)->severity, SEVERITY_WARNING);
	assert_non_null(consequence("folder-public", NULL, public, KNOWN_NO));
	assert_non_null(consequence("folder-nobody", NULL, public, KNOWN_NO));
}

/* The limit goes into users one way only, and alone. */
/* What stands in other objects would be an empty column. */
static void lists_have_what_the_entry_tells(void **state)
{
	(void)state;
	assert_true(field_in_lists(kind_field(&kind_quotapolicy, "limit")));
	assert_false(field_in_lists(kind_field(&kind_quotapolicy, "written")));
	assert_false(field_in_lists(kind_field(&kind_quotapolicy, "reaches")));
	assert_true(field_in_lists(kind_field(&kind_folder, "rights")));
	assert_false(field_in_lists(kind_field(&kind_group, "folder_rights")));
}

static void policies_are_written_into_users(void **state)
{
	static const struct { enum verb verb; enum edit_how how; bool more, fine; } cases[] = {
		{ VERB_EDIT, EDIT_ADD, false, true }, { VERB_EDIT, EDIT_ADD, true, false }, { VERB_EDIT, EDIT_SET, false, false },
		{ VERB_EDIT, EDIT_REMOVE, false, false }, { VERB_ADD, EDIT_ADD, false, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct change *change = change_new(cases[i].verb, &kind_quotapolicy, "big");
		struct error error = { 0 };

		change_edit_text(change, kind_field(&kind_quotapolicy, "written"), cases[i].how, "anna");
		if (cases[i].more)
			change_edit_text(change, kind_field(&kind_quotapolicy, "limit"), EDIT_SET, "1048576");
		assert_int_equal(check_change(change, change_result(arena, change, NULL), NULL, &error), cases[i].fine);
		change_free(change);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(rights_are_laid_over, open_arena, close_arena),
		cmocka_unit_test_setup_teardown(names_and_rights_are_checked, open_arena, close_arena),
		cmocka_unit_test_setup_teardown(rights_are_stored_as_values, open_arena, close_arena),
		cmocka_unit_test_setup_teardown(rights_are_spelled_as_the_server_does, open_arena, close_arena),
		cmocka_unit_test_setup_teardown(a_right_for_all_is_told, open_arena, close_arena),
		cmocka_unit_test(lists_have_what_the_entry_tells),
		cmocka_unit_test_setup_teardown(folders_are_never_switched_silently, open_arena, close_arena),
		cmocka_unit_test_setup_teardown(policies_are_written_into_users, open_arena, close_arena),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
