/*
 * test_change: edits, laying them over a record, merging with what others did
 * meanwhile, and the words for it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "model/change.h"
#include "model/store.h"
#include "trial.h"

static const struct field *user_field(const char *name)
{
	const struct field *field = kind_field(&kind_user, name);

	assert_non_null(field);
	return field;
}

/* "field=v", "field+=v", "field-=v"; several values of a field are separated by blanks, "field=" clears. */
static void lay_edit(struct change *change, const char *edit)
{
	const char *sign = strchr(edit, '=');
	enum edit_how how = sign[-1] == '+' ? EDIT_ADD : sign[-1] == '-' ? EDIT_REMOVE : EDIT_SET;
	size_t length = (size_t)(sign - edit) - (how == EDIT_SET ? 0 : 1), count = 0;
	struct arena *arena = arena_new();
	struct value values[8];
	char *name = arena_bytes(arena, edit, length), *words = arena_text(arena, sign + 1), *save = NULL;

	for (char *word = strtok_r(words, " ", &save); word && count < 8; word = strtok_r(NULL, " ", &save))
		values[count++] = value_text(arena, word);
	change_edit(change, user_field(name), how, values, count);
	arena_free(arena);
}

/* A record of alternates (words) and quota. */
static struct record *person(const char *alternates, const char *quota)
{
	struct record *record = record_new(&kind_user);
	char *words = arena_text(record->arena, alternates), *save = NULL;

	record_set_text(record, "login", "anna");
	record->name = "anna";
	record_set_text(record, "quota", quota);
	for (char *word = strtok_r(words, " ", &save); word; word = strtok_r(NULL, " ", &save))
		record_add_text(record, "alternates", word);
	return record;
}

static char *joined(struct arena *arena, const struct record *record, const char *field)
{
	const struct field_values *values = record_get(record, field);
	char *words = arena_text(arena, "");

	for (size_t i = 0; i < values->count; i++)
		words = arena_format(arena, "%s%s%s", words, i ? " " : "", values->values[i].bytes);
	return words;
}

static const struct result_case {
	const char *before;                /* alternates */
	const char *edits[6];
	const char *after;
} result_cases[] = {
	{ "a@x b@x", { "alternates+=c@x" }, "a@x b@x c@x" },
	{ "a@x b@x", { "alternates-=a@x" }, "b@x" },
	{ "a@x b@x", { "alternates=c@x" }, "c@x" },
	{ "a@x b@x", { "alternates=" }, "" },
	{ "a@x", { "alternates+=a@x" }, "a@x" },
	{ "a@x", { "alternates+=A@X" }, "a@x" },           /* the directory would call it a double */
	{ "a@x", { "alternates-=A@x" }, "" },
	{ "a@x", { "alternates-=z@x" }, "a@x" },
	{ "a@x", { "alternates+=b@x", "alternates+=c@x" }, "a@x b@x c@x" },
	{ "a@x", { "alternates+=b@x", "alternates-=b@x" }, "a@x" },
	{ "a@x", { "alternates-=a@x", "alternates+=a@x" }, "a@x" },
	{ "a@x", { "alternates+=b@x", "alternates=c@x" }, "c@x" },
	{ "a@x", { "alternates=c@x", "alternates+=b@x" }, "c@x b@x" },
	{ "a@x", { "alternates=c@x d@x", "alternates-=c@x" }, "d@x" },
	{ "a@x", { "alternates=b@x b@x B@x" }, "B@x" },
	{ "a@x", { NULL }, "a@x" },
};

static void results(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(result_cases) / sizeof(result_cases[0]); i++) {
		struct record *now = person(result_cases[i].before, NULL);
		struct change *change = change_new(VERB_EDIT, &kind_user, "anna");
		struct record *after;

		for (size_t j = 0; result_cases[i].edits[j]; j++)
			lay_edit(change, result_cases[i].edits[j]);
		after = change_result(change->arena, change, now);
		if (strcmp(joined(change->arena, after, "alternates"), result_cases[i].after) != 0)
			fail_msg("case %zu: \"%s\" and not \"%s\"", i, joined(change->arena, after, "alternates"), result_cases[i].after);
		assert_string_equal(joined(change->arena, now, "alternates"), result_cases[i].before);
		change_free(change);
		record_free(now);
	}
}

static void results_of_other_verbs(void **state)
{
	struct record *now = person("a@x", "1048576");
	struct change *change = change_new(VERB_RENAME, &kind_user, "anna");
	struct record *after;

	(void)state;
	change->new_name = "anne";
	after = change_result(change->arena, change, now);
	assert_string_equal(after->name, "anne");
	assert_string_equal(record_text(after, "login"), "anne");
	assert_string_equal(record_text(after, "quota"), "1048576");
	change_free(change);

	change = change_new(VERB_DELETE, &kind_user, "anna");
	assert_null(change_result(change->arena, change, now));
	change_free(change);

	change = change_new(VERB_ADD, &kind_user, "bert");
	lay_edit(change, "given_name=Bert");
	lay_edit(change, "family_name=Jones");
	after = change_result(change->arena, change, NULL);
	assert_string_equal(after->name, "bert");
	assert_string_equal(record_text(after, "full_name"), "Bert Jones");
	assert_int_equal(record_get(after, "login")->presence, VALUE_OWN);
	lay_edit(change, "full_name=B.");
	assert_string_equal(record_text(change_result(change->arena, change, NULL), "full_name"), "B.");
	change_free(change);
	record_free(now);
}

/* The note of a policy stays beside the value; an origin does not. */
static void notes_stay(void **state)
{
	struct record *now = person("", "1048576");
	struct field_values *quota = &now->fields[kind_field_index(&kind_user, user_field("quota"))];
	struct change *change = change_new(VERB_EDIT, &kind_user, "anna");
	struct record *after;

	(void)state;
	quota->note = "policy says 2 GB";
	quota->origin = "somewhere";
	lay_edit(change, "quota=2097152");
	after = change_result(change->arena, change, now);
	assert_string_equal(record_get(after, "quota")->note, "policy says 2 GB");
	assert_null(record_get(after, "quota")->origin);
	change_free(change);
	record_free(now);
}

static void fetchmail_passwords_replace(void **state)
{
	static const char plain[] = "server=a.de protocol=IMAP user=x ssl=yes keep=no";
	static const char secret[] = "server=a.de protocol=IMAP user=x password=p ssl=yes keep=no";
	struct record *now = person("", NULL);
	struct change *change = change_new(VERB_EDIT, &kind_user, "anna");
	struct record *after;
	struct diff_line *lines;

	(void)state;
	record_set_text(now, "fetchmail", plain);
	change_edit_text(change, user_field("fetchmail"), EDIT_ADD, secret);
	after = change_result(change->arena, change, now);
	assert_int_equal(record_get(after, "fetchmail")->count, 1);
	assert_string_equal(record_text(after, "fetchmail"), secret);
	assert_int_equal(record_diff(change->arena, now, after, &lines), 1);
	assert_null(strstr(lines[0].new_words, "=p "));
	assert_null(strstr(change_sentence(change->arena, change, lines, 1), "=p "));
	change_forget(change, user_field("fetchmail"));
	assert_int_equal(change->edit_count, 0);
	change_edit_text(change, user_field("fetchmail"), EDIT_REMOVE, secret);
	assert_int_equal(record_get(change_result(change->arena, change, now), "fetchmail")->count, 0);
	change_free(change);
	record_free(now);
}

static const struct conflict_case {
	const char *seen[2], *now[2];      /* alternates, quota */
	const char *edit;
	const char *conflict;              /* NULL: none */
} conflict_cases[] = {
	{ { "a@x", "1" }, { "a@x", "1" }, "quota=2", NULL },
	{ { "a@x", "1" }, { "a@x", "3" }, "quota=2", "quota" },
	{ { "a@x", "1" }, { "a@x", "2" }, "quota=2", NULL },          /* both became the same */
	{ { "a@x", "1" }, { "a@x", NULL }, "quota=2", "quota" },
	{ { "a@x", NULL }, { "a@x", "3" }, "quota=2", "quota" },
	{ { "a@x", "1" }, { "b@x", "1" }, "quota=2", NULL },          /* another field */
	{ { "a@x", "1" }, { "a@x b@x", "1" }, "alternates+=c@x", NULL },
	{ { "a@x b@x", "1" }, { "b@x", "1" }, "alternates-=a@x", NULL },
	{ { "a@x", "1" }, { "a@x b@x", "1" }, "alternates=c@x", "alternates" },
	{ { "a@x", "1" }, { "a@x b@x", "1" }, "alternates=b@x a@x", NULL },
	{ { "a@x b@x", "1" }, { "b@x a@x", "1" }, "alternates=c@x", NULL },   /* order is nothing */
	{ { "a@x", "1" }, { "A@x", "1" }, "alternates=c@x", "alternates" },   /* byte-exact */
};

static void finds_conflicts(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(conflict_cases) / sizeof(conflict_cases[0]); i++) {
		const struct conflict_case *one = &conflict_cases[i];
		struct record *seen = person(one->seen[0], one->seen[1]), *now = person(one->now[0], one->now[1]);
		struct change *change = change_new(VERB_EDIT, &kind_user, "anna");
		const struct field *conflict;

		lay_edit(change, one->edit);
		assert_null(change_conflict(change, now));
		change_saw(change, seen);
		record_free(seen);
		conflict = change_conflict(change, now);
		if (!conflict != !one->conflict || (conflict && strcmp(conflict->name, one->conflict) != 0))
			fail_msg("case %zu: %s", i, conflict ? conflict->name : "none");
		change_free(change);
		record_free(now);
	}
}

static void renames_conflict(void **state)
{
	struct record *seen = person("", NULL), *now = person("", NULL);
	struct change *change = change_new(VERB_RENAME, &kind_user, "anna");

	(void)state;
	change->new_name = "anne";
	change_saw(change, seen);
	assert_null(change_conflict(change, now));
	now->name = "annika";
	assert_ptr_equal(change_conflict(change, now), kind_key(&kind_user));
	now->name = "anne";
	assert_null(change_conflict(change, now));
	change_free(change);
	record_free(seen);
	record_free(now);
}

static void copies_stand_alone(void **state)
{
	struct value old_value = { "1", 1 };
	struct delta delta = { .attribute = "quota", .how = DELTA_ADD, .values = &old_value, .count = 1, .secret = true };
	struct operation operation = { .verb = OPERATION_MODIFY, .place = "uid=anna", .deltas = &delta, .delta_count = 1, .words = "w" };
	struct record *seen = person("a@x", "1");
	struct change *change = change_new(VERB_EDIT, &kind_user, "anna"), *copy;

	(void)state;
	lay_edit(change, "quota=2");
	lay_edit(change, "alternates+=b@x c@x");
	change_saw(change, seen);
	change->id = "1-2";
	change->reason = "ticket 7";
	change->operations = &operation;
	change->operation_count = 1;
	copy = change_copy(change);
	change_free(change);
	record_free(seen);
	memset(&operation, 0, sizeof(operation));
	memset(&delta, 0, sizeof(delta));
	assert_string_equal(copy->name, "anna");
	assert_string_equal(copy->id, "1-2");
	assert_string_equal(copy->reason, "ticket 7");
	assert_null(copy->new_name);
	assert_int_equal(copy->edit_count, 2);
	assert_int_equal(copy->edits[1].count, 2);
	assert_string_equal(copy->edits[1].values[1].bytes, "c@x");
	assert_string_equal(record_text(copy->seen, "quota"), "1");
	assert_string_equal(copy->operations[0].deltas[0].attribute, "quota");
	assert_true(copy->operations[0].deltas[0].secret);
	assert_null(copy->operations[0].new_place);
	/* A copy goes on growing by itself. */
	lay_edit(copy, "keep_copy=yes");
	assert_true(change_touches(copy, "keep_copy"));
	assert_false(change_touches(copy, "forwards"));
	change_free(copy);
	change_free(NULL);
}

static void differences(void **state)
{
	struct record *before = person("a@x", "1073741824"), *after = person("b@x a@x", "2147483648");
	struct arena *arena = arena_new();
	struct diff_line *lines;

	(void)state;
	record_add_text(after, "groups", "staff");
	assert_int_equal(record_diff(arena, before, after, &lines), 2);
	assert_string_equal(lines[0].field->name, "alternates");
	assert_string_equal(lines[0].old_words, "a@x");
	assert_string_equal(lines[0].new_words, "b@x, a@x");
	assert_string_equal(lines[1].old_words, "1 GB");
	assert_string_equal(lines[1].new_words, "2 GB");
	assert_int_equal(record_diff(arena, before, before, &lines), 0);
	assert_int_equal(record_diff(arena, NULL, before, &lines), 3);
	assert_string_equal(lines[0].old_words, "(none)");
	assert_int_equal(record_diff(arena, before, NULL, &lines), 3);
	assert_string_equal(lines[0].new_words, "(none)");
	assert_int_equal(record_diff(arena, NULL, NULL, &lines), 0);
	/* A secret that nobody reads: of somebody new it is told only where it is given, else there is none. */
	record_set(before, "password", VALUE_HIDDEN, NULL, 0);
	assert_int_equal(record_diff(arena, before, NULL, &lines), 4);
	assert_int_equal(record_diff(arena, NULL, before, &lines), 3);
	record_set_text(before, "password", "given");
	assert_int_equal(record_diff(arena, NULL, before, &lines), 4);
	arena_free(arena);
	record_free(before);
	record_free(after);
}

static void sentences(void **state)
{
	static const struct { enum verb verb; const char *edits[5]; const char *new_name; const char *sentence; } cases[] = {
		{ VERB_EDIT, { "quota=4294967296" }, NULL, "Quota of anna@x: 2 GB to 4 GB" },
		{ VERB_EDIT, { "quota=" }, NULL, "Quota of anna@x: 2 GB to (none)" },
		{ VERB_EDIT, { "quota=0", "keep_copy=yes" }, NULL, "Keep a copy of anna@x: (none) to yes; Quota: 2 GB to no limit" },
		{ VERB_EDIT, { "forwards=somebody.with.a.name.much.longer@example.com", "keep_copy=yes" }, NULL, "Forward to and Keep a copy of anna@x changed" },
		{ VERB_EDIT, { "quota=0", "keep_copy=yes", "forwards=a@x" }, NULL, "Forward to, Keep a copy and Quota of anna@x changed" },
		{ VERB_EDIT, { "quota=0", "keep_copy=yes", "forwards=a@x", "given_name=A" }, NULL, "4 fields of anna@x changed" },
		{ VERB_EDIT, { "password=Canary" }, NULL, "Password of anna@x: set anew" },
		{ VERB_EDIT, { "password=Canary", "must_change=yes" }, NULL, "Password of anna@x: set anew; Must be changed: (none) to yes" },
		{ VERB_EDIT, { NULL }, NULL, "Nothing changes at anna@x" },
		{ VERB_ADD, { "quota=0" }, NULL, "User anna created" },
		{ VERB_DELETE, { NULL }, NULL, "User anna deleted" },
		{ VERB_RENAME, { NULL }, "anne", "User anna renamed to anne" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct record *now = person("", "2147483648"), *after;
		struct change *change = change_new(cases[i].verb, &kind_user, "anna");
		struct diff_line *lines;
		size_t count;

		record_set_text(now, "address", "anna@x");
		change->new_name = cases[i].new_name;
		for (size_t j = 0; cases[i].edits[j]; j++)
			lay_edit(change, cases[i].edits[j]);
		if (cases[i].verb != VERB_ADD)
			change_saw(change, now);
		after = change_result(change->arena, change, cases[i].verb == VERB_ADD ? NULL : now);
		count = record_diff(change->arena, now, after, &lines);
		assert_string_equal(change_sentence(change->arena, change, lines, count), cases[i].sentence);
		change_free(change);
		record_free(now);
	}
}

/* A change with a secret, its copies and what is laid over records are wiped when they are freed. */
static void secrets_mark_what_holds_them(void **state)
{
	static const struct { const char *edit; bool secret; } cases[] = {
		{ "quota=0", false }, { "must_change=yes", false }, { "password=Canary", true }, { "fetchmail+=server=x%20user=y", true },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct change *change = change_new(VERB_EDIT, &kind_user, "anna"), *copy;
		struct arena *arena = arena_new();
		struct record *now = person("", "0");

		lay_edit(change, cases[i].edit);
		copy = change_copy(change);
		change_result(arena, copy, now);
		assert_int_equal(arena_is_secret(change->arena), cases[i].secret);
		assert_int_equal(arena_is_secret(copy->arena), cases[i].secret);
		assert_int_equal(arena_is_secret(arena), cases[i].secret);
		change_free(change);
		change_free(copy);
		record_free(now);
		arena_free(arena);
	}
}

/* Doing it and doing the opposite gives the same set, whatever was edited and in whatever order. */
static void random_edits_keep_their_promises(void **state)
{
	long rounds = trial_rounds(2000, 200000);

	(void)state;
	trial_begin("random_edits");
	for (long round = 0; round < rounds; round++) {
		struct record *now = person("a@x b@x", NULL), *after, *again;
		struct change *change = change_new(VERB_EDIT, &kind_user, "anna");
		bool there[6] = { true, true };
		size_t count = 0;

		for (size_t i = trial_below(12); i-- > 0; ) {
			size_t which = trial_below(6), how = trial_below(8);
			char text[8];

			snprintf(text, sizeof(text), "%c@x", (char)('a' + which));
			if (how == 0)
				memset(there, 0, sizeof(there));
			there[which] = how == 0 || how > 4;
			change_edit_text(change, user_field("alternates"), how == 0 ? EDIT_SET : how > 4 ? EDIT_ADD : EDIT_REMOVE, text);
		}
		after = change_result(change->arena, change, now);
		for (size_t i = 0; i < 6; i++) {
			char text[8];

			snprintf(text, sizeof(text), "%c@x", (char)('a' + i));
			assert_int_equal(change_holds(user_field("alternates"), record_get(after, "alternates"), text), there[i]);
			count += there[i];
		}
		assert_int_equal(record_get(after, "alternates")->count, count);
		assert_true(change->edit_count <= 2);
		again = change_result(change->arena, change, after);
		assert_true(values_same(record_get(again, "alternates"), record_get(after, "alternates")));
		change_free(change);
		record_free(now);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(results),
		cmocka_unit_test(results_of_other_verbs),
		cmocka_unit_test(notes_stay),
		cmocka_unit_test(fetchmail_passwords_replace),
		cmocka_unit_test(finds_conflicts),
		cmocka_unit_test(renames_conflict),
		cmocka_unit_test(copies_stand_alone),
		cmocka_unit_test(differences),
		cmocka_unit_test(sentences),
		cmocka_unit_test(secrets_mark_what_holds_them),
		cmocka_unit_test(random_edits_keep_their_promises),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
