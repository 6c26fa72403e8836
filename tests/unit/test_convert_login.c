/*
 * Tests of directory/convert_login and convert_account: passwords are never
 * read, the two sorts of lock are told apart, and what a mark of another
 * system locks is not unlocked here.  And of apply_password: what the times of
 * an entry tell of a password whose setting nobody answered.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "directory/convert.h"
#include "directory/login_policy.h"
#include "directory/profile.h"
#include "directory/store_private.h"

#define ADMIN_LOCK "pwdAccountLockedTime=000001010000Z"
#define MISTAKES "pwdAccountLockedTime=20261120120000Z|pwdFailureTime=20261120115958.1Z|pwdFailureTime=20261120120000.2Z"

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

static const struct profile *profile_of(const char *name)
{
	struct error error = { 0 };
	const struct profile *profile = profile_find(arena, name, NULL, &error);

	if (profile == NULL)
		fail_msg("%s", error.text);
	return profile;
}

/* "a=1|a=2|b=3" to an entry. */
static struct entry *entry_of(const char *words)
{
	struct entry *entry = entry_new(arena, "uid=x,dc=x");
	char *copy = arena_text(arena, words), *at, *rest = copy;

	while ((at = strsep(&rest, "|")) != NULL && at[0] != '\0') {
		char *sign = strchr(at, '=');

		*sign = '\0';
		entry_add_text(entry, at, sign + 1);
	}
	return entry;
}

static struct record *record_of(const struct profile *profile, struct entry *entry)
{
	struct convert with = { .arena = arena, .profile = profile, .flag_mode = KNOWN_NOT, .now = 1795176000 };
	const struct profile_kind *users = profile_kind(profile, &kind_user);
	struct record *record = record_new_in(arena, &kind_user);

	convert_read(&with, users, entry, record);
	return record;
}

static void locks_are_told_apart(void **state)
{
	static const struct { const char *profile, *entry, *locked, *failed, *must, *state, *origin; } cases[] = {
		{ "debian", "uid=x", "no", "no", "no", "no lock seen", "passwords are not looked at" },
		{ "debian", ADMIN_LOCK, "yes", "no", "no", "locked", "password policy, by an admin" },
		{ "debian", MISTAKES, "no", "yes", "no", "locked", "password policy, after wrong passwords" },
		{ "debian", "pwdFailureTime=20261120115958Z", "no", "no", "no", "no lock seen", "passwords are not looked at" },
		{ "debian", "shadowExpire=1", "yes", "no", "no", "disabled", "expiry date" },
		{ "debian", "shadowExpire=100", "no", "no", "no", "expired", "expiry date" },
		{ "debian", "pwdReset=TRUE", "no", "no", "yes", "no lock seen", "passwords are not looked at" },
		{ "debian", "pwdReset=FALSE", "no", "no", "no", "no lock seen", "passwords are not looked at" },
		{ "ucs", "sambaAcctFlags=[UD        ]|krb5KDCFlags=254|shadowExpire=1", "yes", "no", "no", "disabled", "expiry date, Samba, Kerberos" },
		{ "ucs", "sambaAcctFlags=[UL        ]", "no", "yes", "no", "locked", "Samba" },
		{ "ucs", "krb5KDCFlags=131198", "no", "yes", "no", "locked", "Kerberos" },
		{ "ucs", "sambaPwdLastSet=0", "no", "no", "yes", "no lock seen", "passwords are not looked at" },
		{ "ucs", ADMIN_LOCK "|sambaAcctFlags=[UL        ]", "yes", "yes", "no", "locked", "Samba, password policy, by an admin" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct record *record = record_of(profile_of(cases[i].profile), entry_of(cases[i].entry));

		assert_string_equal(record_text(record, "locked"), cases[i].locked);
		assert_string_equal(record_text(record, "failed_lock"), cases[i].failed);
		assert_string_equal(record_text(record, "must_change"), cases[i].must);
		assert_string_equal(record_text(record, "state"), cases[i].state);
		assert_string_equal(record_get(record, "state")->origin, cases[i].origin);
		/* Whatever there is, nothing of the password. */
		assert_int_equal(record_get(record, "password")->presence, VALUE_HIDDEN);
		assert_int_equal(record_get(record, "password")->count, 0);
	}
}

static void wrong_passwords_are_counted(void **state)
{
	const struct field_values *values = record_get(record_of(profile_of("debian"), entry_of(MISTAKES)), "failed_lock");

	(void)state;
	assert_string_equal(values->note, "since 2026-11-20T12:00:00Z, 2 wrong passwords");
	values = record_get(record_of(profile_of("debian"), entry_of("pwdFailureTime=20261120115958Z")), "failed_lock");
	assert_string_equal(values->note, "1 wrong password");
}

/* The deltas that one field set to a word makes: "-attribute=value +attribute=value"; the error where there is one. */
static const char *written(const struct profile *profile, const char *stored, const char *field, const char *word)
{
	const struct profile_kind *users = profile_kind(profile, &kind_user);
	struct convert with = { .arena = arena, .profile = profile, .flag_mode = KNOWN_NOT, .now = 1795176000 };
	struct entry *entry = entry_of(stored), *draft = entry_copy(arena, entry);
	struct record *before = record_of(profile, entry);
	struct change *change = change_new(VERB_EDIT, &kind_user, "x");
	struct error error = { 0 };
	struct delta *deltas;
	const char *words = "";
	size_t count, i;

	change_edit_text(change, kind_field(&kind_user, field), EDIT_SET, word);
	if (!convert_write(&with, users, before, change_result(arena, change, before), change, draft, &error)) {
		change_free(change);
		return arena_text(arena, error.text);
	}
	change_free(change);
	count = entry_difference(arena, entry, draft, NULL, NULL, &deltas);
	for (i = 0; i < count; i++)
		words = arena_format(arena, "%s%s%c%s=%s", words, i > 0 ? " " : "", deltas[i].how == DELTA_ADD ? '+' : '-', deltas[i].attribute,
			deltas[i].count > 0 ? deltas[i].values[0].bytes : "");
	return words;
}

static void fields_write_their_marks(void **state)
{
	static const struct { const char *profile, *stored, *field, *word, *deltas; } cases[] = {
		{ "debian", "uid=x", "locked", "yes", "+" ADMIN_LOCK },
		{ "debian", MISTAKES, "locked", "yes", "-pwdAccountLockedTime=20261120120000Z +" ADMIN_LOCK },
		{ "debian", ADMIN_LOCK, "locked", "no", "-" ADMIN_LOCK },
		{ "debian", ADMIN_LOCK "|shadowExpire=1", "locked", "no", "-" ADMIN_LOCK " -shadowExpire=1" },
		{ "debian", "shadowExpire=99999", "locked", "yes", "+" ADMIN_LOCK },
		{ "debian", MISTAKES, "locked", "no", "" },
		/* pwdFailureTime goes with it by the server; nobody may write that one. */
		{ "debian", MISTAKES, "failed_lock", "no", "-pwdAccountLockedTime=20261120120000Z" },
		{ "debian", ADMIN_LOCK, "failed_lock", "no", "" },
		{ "debian", "uid=x", "must_change", "yes", "+pwdReset=TRUE" },
		{ "debian", "pwdReset=TRUE", "must_change", "no", "-pwdReset=TRUE" },
		/* By an operation of its own, never as an attribute. */
		{ "debian", "uid=x", "password", "Canary-word-1", "" },
		{ "ucs", "sambaAcctFlags=[UD        ]", "locked", "no", "Locked: Samba has a lock of its own that is not written here; it must be ended there" },
		{ "ucs", "krb5KDCFlags=131198", "failed_lock", "no",
		  "Locked by mistakes: Kerberos has a lock of its own that is not written here; it must be ended there" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		assert_string_equal(written(profile_of(cases[i].profile), cases[i].stored, cases[i].field, cases[i].word), cases[i].deltas);
}

/* A site whose logins obey shadow: the lines that the profile's remarks name. */
static void a_profile_may_use_shadow(void **state)
{
	struct error error = { 0 };
	const struct profile *profile = profile_read_text(arena, "site", "name = site\n kind user { find = \"(uid=*)\" naming = uid\n"
		"field login { attribute = uid }\n field must_change { attribute = shadowLastChange convert = must_change_shadow }\n"
		"field locked { attributes = { shadowExpire, pwdAccountLockedTime } convert = locked }\n }\n", &error);

	(void)state;
	if (profile == NULL)
		fail_msg("%s", error.text);
	assert_string_equal(written(profile, "shadowLastChange=20000", "must_change", "yes"), "-shadowLastChange=20000 +shadowLastChange=0");
	assert_string_equal(written(profile, "shadowLastChange=0", "must_change", "no"), "-shadowLastChange=0 +shadowLastChange=20777");
	assert_string_equal(written(profile, "uid=x", "locked", "yes"), "+shadowExpire=1");
	assert_string_equal(written(profile, "shadowExpire=1|" ADMIN_LOCK, "locked", "no"), "-shadowExpire=1 -" ADMIN_LOCK);
}

static void only_an_end_can_be_set(void **state)
{
	const struct field *field = kind_field(&kind_user, "failed_lock");
	struct error error = { 0 };

	(void)state;
	assert_true(field->check(field, "no", &error));
	assert_false(field->check(field, "yes", &error));
	assert_non_null(strstr(error.text, "set Locked to yes"));
}

static void a_lock_ends_with_its_time(void **state)
{
	const struct login_policy none = { .place = NULL, .lock_seconds = 60 }, minute = { .place = "cn=p", .lock_seconds = 60 }, ever = { .place = "cn=p" };

	(void)state;
	assert_int_equal(login_policy_until(&minute, entry_of(MISTAKES)), 1795176060);
	assert_int_equal(login_policy_until(&minute, entry_of(ADMIN_LOCK)), 0);
	assert_int_equal(login_policy_until(&minute, entry_of("uid=x")), 0);
	assert_int_equal(login_policy_until(&ever, entry_of(MISTAKES)), 0);
	assert_int_equal(login_policy_until(&none, entry_of(MISTAKES)), 0);
}

/* After a lost answer: same version, nothing happened; a later time of the password, it did; else nobody knows. */
static void times_tell_what_became_of_it(void **state)
{
#define AT(time, count) "2026112012" time "." count "Z#000000#000#000000"
	static const struct { const char *asserted, *entry; enum outcome outcome; const char *words; } cases[] = {
		{ AT("0000", "000100"), "entryCSN=" AT("0000", "000100") "|pwdChangedTime=20261120115900Z", OUTCOME_NOT_APPLIED, "the old password still counts" },
		{ AT("0000", "000100"), "entryCSN=" AT("0003", "000000") "|pwdChangedTime=20261120120003Z", OUTCOME_APPLIED, NULL },
		{ AT("0000", "000100"), "entryCSN=" AT("0003", "000000") "|pwdChangedTime=20261120115900Z", OUTCOME_NOT_APPLIED, "set last at 20261120115900Z" },
		{ AT("0000", "000100"), "entryCSN=" AT("0000", "900000") "|pwdChangedTime=20261120120000Z", OUTCOME_NOT_APPLIED, "does not tell" },
		{ AT("0000", "000100"), "entryCSN=" AT("0003", "000000"), OUTCOME_NOT_APPLIED, "does not tell" },
		{ NULL, "uid=x", OUTCOME_NOT_APPLIED, "set it again, which is harmless" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct operation operation = { .verb = OPERATION_PASSWORD, .place = "uid=x,dc=x", .version = cases[i].asserted, .words = "new password of x" };
		struct operation inverse = operation;
		struct error error = { 0 };

		assert_int_equal(look_password(&operation, entry_of(cases[i].entry), &inverse, &error), cases[i].outcome);
		assert_null(inverse.place);
		if (cases[i].words != NULL && strstr(error.text, cases[i].words) == NULL)
			fail_msg("row %zu: %s", i, error.text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(locks_are_told_apart),
		cmocka_unit_test(wrong_passwords_are_counted),
		cmocka_unit_test(fields_write_their_marks),
		cmocka_unit_test(a_profile_may_use_shadow),
		cmocka_unit_test(only_an_end_can_be_set),
		cmocka_unit_test(a_lock_ends_with_its_time),
		cmocka_unit_test(times_tell_what_became_of_it),
	};

	return cmocka_run_group_tests(tests, open_arena, close_arena);
}
