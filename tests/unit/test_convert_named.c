/* Tests of directory/convert_named: members shown by name, kept by DN and by login; and of what a large set shows. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "directory/convert.h"
#include "directory/entry.h"
#include "directory/names.h"
#include "directory/profile.h"
#include "model/check.h"

static struct arena *arena;
static struct profile *profile;
static const struct profile_kind *groups;
static struct names *names;

static void know(const char *normal, const char *place, const char *kind, const char *name)
{
	names->list = arena_grow(arena, names->list, &names->capacity, names->count + 1, sizeof *names->list);
	names->list[names->count++] = (struct name){ normal, place, kind, name };
}

static int open_profile(void **state)
{
	struct error error = { 0 };

	(void)state;
	arena = arena_new();
	profile = profile_find(arena, "ucs", NULL, &error);
	assert_non_null(profile);
	groups = profile_kind(profile, &kind_group);
	assert_non_null(groups);
	names = names_new(arena);
	know("cn=inner,dc=x", "cn=Inner,dc=x", "group", "Inner");
	know("cn=pc1,dc=x", "cn=pc1,dc=x", NULL, "cn=pc1,dc=x");
	know("uid=eva,cn=users,dc=x", "uid=Eva,cn=users,dc=x", "user", "Eva");
	return 0;
}

static int close_profile(void **state)
{
	(void)state;
	arena_free(arena);
	return 0;
}

static struct entry *group(void)
{
	struct entry *entry = entry_new(arena, "cn=outer,dc=x");

	entry->names = names;
	entry_put_text(entry, "cn", "outer");
	entry_add_text(entry, "uniqueMember", "uid=anna,cn=users,dc=x");
	entry_add_text(entry, "uniqueMember", "cn=inner, dc=x");
	entry_add_text(entry, "uniqueMember", "cn=pc1,dc=x");
	entry_add_text(entry, "uniqueMember", "cn=gone,dc=x");
	entry_add_text(entry, "memberUid", "anna");
	entry_add_text(entry, "memberUid", "pc1$");
	return entry;
}

static struct record *record_of(const struct entry *entry)
{
	struct convert with = { .arena = arena, .profile = profile };
	struct record *record = record_new_in(arena, &kind_group);

	convert_read(&with, groups, entry, record);
	return record;
}

static void each_field_shows_its_own(void **state)
{
	struct record *record = record_of(group());

	(void)state;
	assert_int_equal(record_get(record, "members")->count, 1);
	assert_string_equal(record_text(record, "members"), "anna");
	assert_int_equal(record_get(record, "member_groups")->count, 1);
	assert_string_equal(record_text(record, "member_groups"), "Inner");
	assert_int_equal(record_get(record, "other_members")->count, 2);
	assert_string_equal(record_text(record, "other_members"), "cn=pc1,dc=x");
}

static bool edited(struct entry *draft, const char *field, enum edit_how how, const char *value, struct error *error)
{
	struct convert with = { .arena = arena, .profile = profile };
	struct record *now = record_of(draft);
	struct change *change = change_new(VERB_EDIT, &kind_group, "outer");
	bool fine;

	change_edit_text(change, kind_field(&kind_group, field), how, value);
	fine = convert_write(&with, groups, now, change_result(arena, change, now), change, draft, error);
	change_free(change);
	return fine;
}

static void both_attributes_stay_in_step(void **state)
{
	struct entry *draft = group();
	struct error error = { 0 };

	(void)state;
	assert_true(edited(draft, "members", EDIT_ADD, "eva", &error));
	/* Exactly as the server spells it: the servers compare allowed senders byte by byte. */
	assert_true(entry_holds(draft, "uniqueMember", "uid=Eva,cn=users,dc=x"));
	assert_string_equal(entry_get(draft, "memberUid")->values[2].bytes, "Eva");
	assert_true(edited(draft, "members", EDIT_REMOVE, "Anna", &error));
	assert_false(entry_holds(draft, "uniqueMember", "uid=anna,cn=users,dc=x"));
	assert_false(entry_holds(draft, "memberUid", "anna"));
	assert_true(entry_holds(draft, "memberUid", "pc1$"));
	assert_true(edited(draft, "member_groups", EDIT_REMOVE, "Inner", &error));
	/* What is no user and no group is never touched. */
	assert_int_equal(entry_get(draft, "uniqueMember")->count, 3);
	assert_true(entry_holds(draft, "uniqueMember", "cn=gone,dc=x"));
}

/* Somebody else gave a member one half: it is told, and who is named anew or taken away is whole again. */
static void halves_are_told_and_mended(void **state)
{
	struct entry *draft = group();
	struct error error = { 0 };

	(void)state;
	assert_null(record_get(record_of(draft), "members")->note);
	entry_add_text(draft, "uniqueMember", "uid=Eva,cn=users,dc=x");
	entry_add_text(draft, "memberUid", "ghost");
	assert_string_equal(record_get(record_of(draft), "members")->note, "only by DN: Eva; only by login: ghost");
	/* Another field is none of their business. */
	assert_true(edited(draft, "member_groups", EDIT_REMOVE, "Inner", &error));
	assert_true(entry_holds(draft, "memberUid", "ghost"));
	assert_false(entry_holds(draft, "memberUid", "Eva"));
	assert_true(edited(draft, "members", EDIT_ADD, "eva", &error));
	assert_string_equal(record_get(record_of(draft), "members")->note, "only by login: ghost");
	assert_int_equal(entry_get(draft, "uniqueMember")->count, 4);
	assert_true(edited(draft, "members", EDIT_REMOVE, "ghost", &error));
	assert_null(record_get(record_of(draft), "members")->note);
	assert_true(entry_holds(draft, "memberUid", "Eva"));
	assert_true(entry_holds(draft, "memberUid", "pc1$"));
}

static void nobody_is_no_member(void **state)
{
	struct entry *draft = group();
	struct error error = { 0 };

	(void)state;
	assert_false(edited(draft, "members", EDIT_ADD, "nobody", &error));
	assert_non_null(strstr(error.text, "nobody"));
	assert_int_equal(entry_get(draft, "uniqueMember")->count, 4);
}

static void large_sets_tell_what_moves(void **state)
{
	struct record *before = record_new(&kind_group), *after = record_new(&kind_group);
	struct diff_line *lines;

	(void)state;
	record_set_text(before, "members", "anna");
	record_add_text(before, "members", "bert");
	record_set_text(after, "members", "bert");
	record_add_text(after, "members", "carl");
	assert_int_equal(record_diff(arena, before, after, &lines), 1);
	assert_string_equal(lines[0].old_words, "out: anna");
	assert_string_equal(lines[0].new_words, "in: carl");
	record_free(before);
	record_free(after);
}

static void names_follow_the_rule(void **state)
{
	static const struct { const char *name; bool fine; } cases[] = {
		{ "Sales", true }, { "Domain Users", true }, { "a", true }, { "R&D + more", true }, { "Vertrieb-S\xc3\xbc" "d", true },
		{ "x_1.y", true }, { "O\xe2\x80\x99Neill", true },
		{ " Sales", false }, { "Sales ", false }, { "-Sales", false }, { "Sales.", false }, { "a/b", false }, { "a@b", false }, { "a\tb", false },
		{ "a\nb", false }, { "\xff", false },
	};
	const struct kind *kinds_with[] = { &kind_group, &kind_mailinglist };

	(void)state;
	for (size_t k = 0; k < 2; k++)
		for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
			struct error error = { 0 };

			if (check_value(kind_key(kinds_with[k]), cases[i].name, &error) != cases[i].fine)
				fail_msg("%s: \"%s\": %s", kinds_with[k]->name, cases[i].name, error.text);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_field_shows_its_own),
		cmocka_unit_test(both_attributes_stay_in_step),
		cmocka_unit_test(halves_are_told_and_mended),
		cmocka_unit_test(nobody_is_no_member),
		cmocka_unit_test(large_sets_tell_what_moves),
		cmocka_unit_test(names_follow_the_rule),
	};

	return cmocka_run_group_tests(tests, open_profile, close_profile);
}
