/* Tests of directory/convert: values changing their shape, both ways, in both storage modes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "directory/convert.h"
#include "directory/entry.h"
#include "directory/profile.h"

static struct arena *arena;
static struct profile *profile;
static const struct profile_kind *users;

static int open_profile(void **state)
{
	struct error error = { 0 };

	(void)state;
	arena = arena_new();
	profile = profile_find(arena, "ucs", NULL, &error);
	assert_non_null(profile);
	users = profile_kind(profile, kind_find("user"));
	return 0;
}

static int close_profile(void **state)
{
	(void)state;
	arena_free(arena);
	return 0;
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

static struct record *record_of(struct entry *entry, enum known mode)
{
	struct convert with = { .arena = arena, .profile = profile, .flag_mode = mode, .now = 1800000000 };
	struct record *record = record_new_in(arena, users->kind);

	convert_read(&with, users, entry, record);
	return record;
}

static const char *joined(const struct field_values *values)
{
	const char *words = "";
	size_t i;

	for (i = 0; i < values->count; i++)
		words = arena_format(arena, "%s%s%s", words, i > 0 ? " " : "", values->values[i].bytes);
	return words;
}

static void test_reading(void **state)
{
	static const struct { const char *entry; enum known mode; const char *field, *values; } cases[] = {
		{ "univentionMailUserQuota=2048", KNOWN_YES, "quota", "2147483648" },
		{ "univentionMailUserQuota=0", KNOWN_YES, "quota", "0" },
		{ "univentionMailUserQuota=2G", KNOWN_YES, "quota", "2G" },
		{ "univentionMailUserQuota=", KNOWN_YES, "quota", "" },
		{ "univentionMailUserQuota=-5", KNOWN_YES, "quota", "-5" },
		{ "univentionMailUserQuota=1|univentionMailUserQuota=2", KNOWN_YES, "quota", "1048576" },
		{ "univentionMailUserQuota=99999999999999999999", KNOWN_YES, "quota", "99999999999999999999 MB" },
		{ "displayName=Anna|cn=Other", KNOWN_YES, "full_name", "Anna" },
		{ "cn=Other", KNOWN_YES, "full_name", "Other" },
		{ "mailPrimaryAddress=a@x|mailForwardAddress=b@y", KNOWN_YES, "keep_copy", "yes" },
		{ "mailPrimaryAddress=a@x|mailForwardAddress=b@y|mailForwardCopyToSelf=0", KNOWN_YES, "keep_copy", "no" },
		{ "mailPrimaryAddress=a@x|mailForwardAddress=b@y|mailForwardCopyToSelf=1", KNOWN_YES, "keep_copy", "yes" },
		{ "mailPrimaryAddress=a@x", KNOWN_YES, "keep_copy", "" },
		{ "mailPrimaryAddress=a@x|mailForwardAddress=b@y", KNOWN_NO, "keep_copy", "no" },
		{ "mailPrimaryAddress=a@x|mailForwardAddress=b@y|mailForwardAddress=A@x", KNOWN_NO, "keep_copy", "yes" },
		{ "mailPrimaryAddress=a@x|mailForwardAddress=b@y|mailForwardAddress=A@x", KNOWN_NO, "forwards", "b@y" },
		{ "mailPrimaryAddress=a@x|mailForwardAddress=b@y|mailForwardAddress=a@x", KNOWN_YES, "forwards", "b@y a@x" },
		{ "mailPrimaryAddress=a@x|mailForwardAddress=b@y|mailForwardAddress=a@x", KNOWN_NOT, "keep_copy", "yes" },
		{ "mailPrimaryAddress=a@x|mailForwardAddress=b@y", KNOWN_NOT, "keep_copy", "" },
		{ "uid=x", KNOWN_YES, "state", "no lock seen" },
		{ "shadowExpire=1", KNOWN_YES, "state", "disabled" },
		{ "shadowExpire=10000", KNOWN_YES, "state", "expired" },
		{ "shadowExpire=30000", KNOWN_YES, "state", "no lock seen" },
		{ "sambaAcctFlags=[UD         ]", KNOWN_YES, "state", "disabled" },
		{ "sambaAcctFlags=[U          ]|krb5KDCFlags=254", KNOWN_YES, "state", "disabled" },
		{ "krb5KDCFlags=126", KNOWN_YES, "state", "no lock seen" },
		{ "pwdAccountLockedTime=000001010000Z", KNOWN_YES, "state", "locked" },
		{ "krb5ValidEnd=20200101000000Z", KNOWN_YES, "state", "expired" },
		{ "uid=x", KNOWN_YES, "mail_state", "no mail" },
		{ "mailPrimaryAddress=a@x.example", KNOWN_YES, "mail_state", "ok" },
		{ "mailPrimaryAddress=a@x.example|shadowExpire=1", KNOWN_YES, "mail_state", "locked" },
		{ "mailPrimaryAddress=a@x.example|mailForwardAddress=b@y.example|mailForwardCopyToSelf=0", KNOWN_YES, "mail_state", "forwards" },
		{ "mailPrimaryAddress=a@x.example|mailForwardAddress=b@y.example|mailForwardCopyToSelf=1", KNOWN_YES, "mail_state", "ok" },
		{ "mailPrimaryAddress=a@x.example|mailForwardAddress=b@y.example", KNOWN_NO, "mail_state", "forwards" },
		{ "mailPrimaryAddress=a@x.example|mailForwardAddress=b@y.example", KNOWN_NOT, "mail_state", "ok" },
		{ "pwdChangedTime=20261120140231Z|sambaPwdLastSet=1000", KNOWN_YES, "password_changed", "2026-11-20T14:02:31Z" },
		{ "shadowLastChange=1", KNOWN_YES, "password_changed", "1970-01-02T00:00:00Z" },
		{ "shadowLastChange=1", KNOWN_YES, "password_ends", "" },
		{ "shadowLastChange=0|shadowMax=9", KNOWN_YES, "password_ends", "" },
		{ "shadowLastChange=10|shadowMax=99999", KNOWN_YES, "password_ends", "" },
		{ "shadowLastChange=10|shadowMax=x", KNOWN_YES, "password_ends", "" },
		/* As UDM writes an interval of ten days: shadowMax is one less, and both fall on one day. */
		{ "shadowLastChange=10|shadowMax=9", KNOWN_YES, "password_ends", "1970-01-21T00:00:00Z" },
		{ "shadowLastChange=10|shadowMax=9|krb5PasswordEnd=19700121000000Z", KNOWN_YES, "password_ends", "1970-01-21T00:00:00Z" },
		{ "shadowLastChange=10|shadowMax=9|krb5PasswordEnd=19700120000000Z", KNOWN_YES, "password_ends", "1970-01-20T00:00:00Z" },
		{ "krb5PasswordEnd=20261201000000Z", KNOWN_YES, "password_ends", "2026-12-01T00:00:00Z" },
		{ "krb5PasswordEnd=never", KNOWN_YES, "password_ends", "" },
		{ "univentionFetchmailSingle=[\"imap.x\", \"IMAP\", \"joe\", \"s3cret\", \"1\", \"0\"]", KNOWN_YES, "state", "no lock seen" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct record *record = record_of(entry_of(cases[i].entry), cases[i].mode);
		const char *got = joined(record_get(record, cases[i].field));

		if (strcmp(got, cases[i].values) != 0)
			fail_msg("case %zu (%s): %s is \"%s\", not \"%s\"", i, cases[i].entry, cases[i].field, got, cases[i].values);
	}
}

/* Deltas as "-a=1 +b=2". */
static const char *difference_words(struct entry *before, struct entry *after)
{
	struct delta *deltas;
	size_t count = entry_difference(arena, before, after, NULL, NULL, &deltas), i, j;
	const char *words = "";

	for (i = 0; i < count; i++)
		for (j = 0; j < deltas[i].count; j++)
			words = arena_format(arena, "%s%s%c%s=%s", words, words[0] ? " " : "", deltas[i].how == DELTA_ADD ? '+' : '-',
				deltas[i].attribute, deltas[i].values[j].bytes);
	return words;
}

/* edits: "field=value|field+value|field-value"; the deltas that come of it. */
static const char *written(const char *entry_words, enum known mode, const char *edits, struct error *error)
{
	struct entry *before = entry_of(entry_words), *draft = entry_copy(arena, before);
	struct record *now = record_of(before, mode);
	struct change *change = change_new(VERB_EDIT, users->kind, "x");
	struct convert with = { .arena = arena, .profile = profile, .flag_mode = mode };
	char *copy = arena_text(arena, edits), *at, *rest = copy;
	const char *result = NULL;

	while ((at = strsep(&rest, "|")) != NULL) {
		size_t sign = strcspn(at, "=+-");
		enum edit_how how = at[sign] == '=' ? EDIT_SET : at[sign] == '+' ? EDIT_ADD : EDIT_REMOVE;

		at[sign] = '\0';
		change_edit_text(change, kind_field(users->kind, at), how, at[sign + 1] == '\0' ? NULL : at + sign + 1);
	}
	if (convert_write(&with, users, now, change_result(arena, change, now), change, draft, error))
		result = difference_words(before, draft);
	change_free(change);
	return result;
}

static void test_writing(void **state)
{
	static const struct { const char *entry; enum known mode; const char *edits, *deltas; } cases[] = {
		{ "objectClass=univentionMail|univentionMailUserQuota=2048", KNOWN_YES, "quota=4294967296", "-univentionMailUserQuota=2048 +univentionMailUserQuota=4096" },
		{ "objectClass=univentionMail|univentionMailUserQuota=-5", KNOWN_YES, "quota=1048576", "-univentionMailUserQuota=-5 +univentionMailUserQuota=1" },
		{ "objectClass=univentionMail", KNOWN_YES, "quota=0", "+univentionMailUserQuota=0" },
		{ "objectClass=univentionMail|univentionMailUserQuota=1", KNOWN_YES, "quota=", "-univentionMailUserQuota=1" },
		{ "objectClass=univentionMail|univentionMailUserQuota=1|univentionMailUserQuota=2", KNOWN_YES, "quota=2097152", "-univentionMailUserQuota=1" },
		{ "objectClass=person", KNOWN_YES, "quota=1048576", "-" },
		{ "objectClass=univentionMail|mailAlternativeAddress=a@x|mailAlternativeAddress=b@x", KNOWN_YES, "alternates+c@x|alternates-a@x", "-mailAlternativeAddress=a@x +mailAlternativeAddress=c@x" },
		/* the flag */
		{ "objectClass=univentionMail|mailPrimaryAddress=a@x", KNOWN_YES, "forwards+b@y", "+mailForwardAddress=b@y +mailForwardCopyToSelf=1" },
		{ "objectClass=univentionMail|mailPrimaryAddress=a@x", KNOWN_YES, "forwards+b@y|keep_copy=no", "+mailForwardAddress=b@y +mailForwardCopyToSelf=0" },
		{ "objectClass=univentionMail|mailPrimaryAddress=a@x|mailForwardAddress=b@y", KNOWN_YES, "keep_copy=no", "+mailForwardCopyToSelf=0" },
		{ "objectClass=univentionMail|mailPrimaryAddress=a@x|mailForwardAddress=b@y|mailForwardCopyToSelf=0", KNOWN_YES, "keep_copy=yes", "-mailForwardCopyToSelf=0 +mailForwardCopyToSelf=1" },
		{ "objectClass=univentionMail|mailPrimaryAddress=a@x|mailForwardAddress=b@y|mailForwardCopyToSelf=0", KNOWN_YES, "forwards-b@y", "-mailForwardAddress=b@y" },
		{ "objectClass=univentionMail|mailPrimaryAddress=a@x|mailForwardAddress=b@y", KNOWN_YES, "address=c@x", "-mailPrimaryAddress=a@x +mailPrimaryAddress=c@x" },
		/* the own address */
		{ "objectClass=univentionMail|mailPrimaryAddress=a@x", KNOWN_NO, "forwards+b@y", "+mailForwardAddress=b@y" },
		{ "objectClass=univentionMail|mailPrimaryAddress=a@x|mailForwardAddress=b@y", KNOWN_NO, "keep_copy=yes", "+mailForwardAddress=a@x" },
		{ "objectClass=univentionMail|mailPrimaryAddress=a@x|mailForwardAddress=b@y|mailForwardAddress=A@x", KNOWN_NO, "keep_copy=no", "-mailForwardAddress=A@x" },
		{ "objectClass=univentionMail|mailPrimaryAddress=a@x|mailForwardAddress=b@y|mailForwardAddress=A@x", KNOWN_NO, "forwards+c@y", "+mailForwardAddress=c@y" },
		{ "objectClass=univentionMail|mailPrimaryAddress=a@x|mailForwardAddress=b@y|mailForwardAddress=a@x", KNOWN_NO, "address=z@x", "-mailPrimaryAddress=a@x +mailPrimaryAddress=z@x -mailForwardAddress=a@x +mailForwardAddress=z@x" },
		{ "objectClass=univentionMail|mailPrimaryAddress=a@x|mailForwardAddress=b@y|mailForwardAddress=a@x", KNOWN_NO, "forwards-b@y", "-mailForwardAddress=b@y -mailForwardAddress=a@x" },
		{ "objectClass=univentionMail|mailPrimaryAddress=a@x|mailForwardAddress=b@y|mailForwardAddress=a@x", KNOWN_NOT, "address=z@x", "-mailPrimaryAddress=a@x +mailPrimaryAddress=z@x -mailForwardAddress=a@x +mailForwardAddress=z@x" },
		/* nothing tells */
		{ "objectClass=univentionMail|mailPrimaryAddress=a@x|mailForwardAddress=b@y", KNOWN_NOT, "keep_copy=no", NULL },
		{ "objectClass=univentionMail|mailPrimaryAddress=a@x|mailForwardAddress=b@y", KNOWN_NOT, "forwards=", "-mailForwardAddress=b@y" },
		{ "objectClass=univentionMail|mailPrimaryAddress=a@x|mailForwardAddress=b@y|mailForwardCopyToSelf=1", KNOWN_NOT, "keep_copy=no", "-mailForwardCopyToSelf=1 +mailForwardCopyToSelf=0" },
		/* classes, lower case, names */
		{ "objectClass=person|uid=x", KNOWN_YES, "home_server=MAIL1.X", "+univentionMailHomeServer=mail1.x" },
		{ "objectClass=person|displayName=A B|cn=A B", KNOWN_YES, "full_name=C D", "-displayName=A B +displayName=C D -cn=A B +cn=C D" },
		{ "objectClass=univentionMail|univentionMailUserQuota=1", KNOWN_YES, "quota=1000", NULL },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct error error = { 0 };
		const char *got = written(cases[i].entry, cases[i].mode, cases[i].edits, &error), *want = cases[i].deltas;

		if (want == NULL) {
			assert_null(got);
			assert_int_not_equal(error.kind, ERROR_NONE);
			continue;
		}
		/* Where the class was missing it must come first of all. */
		if (strstr(cases[i].entry, "objectClass=person") != NULL && strstr(cases[i].edits, "full_name") == NULL) {
			assert_non_null(got);
			assert_non_null(strstr(got, "+objectClass=univentionMail"));
			continue;
		}
		if (got == NULL || strcmp(got, want) != 0)
			fail_msg("case %zu (%s; %s): \"%s\", not \"%s\" %s", i, cases[i].entry, cases[i].edits, got, want, error.text);
	}
}

#define MULTI "[\"pop.x\", \"POP3\", \"all\", \"s3cret\", \"a.de b.de\", \"\", \"X-Original-To\", \"1\", \"0\"]"
#define MULTI_MASKED "[\"pop.x\", \"POP3\", \"all\", null, \"a.de b.de\", \"\", \"X-Original-To\", \"1\", \"0\"]"
#define MULTI_PARTS "server=pop.x protocol=POP3 user=all local_domains=a.de%20b.de envelope_header=X-Original-To ssl=yes keep=no"
#define STORED "[\"imap.x\", \"IMAP\", \"joe\", \"s3cret\", \"1\", \"0\"]"
#define MASKED "[\"imap.x\", \"IMAP\", \"joe\", null, \"1\", \"0\"]"

static struct value value_of(const char *words)
{
	return value_text(arena, words);
}

static const struct part *parts_named(const char *field)
{
	return kind_field(users->kind, field)->parts;
}

static void test_fetchmail_hides_and_keeps_the_password(void **state)
{
	static const struct { const char *field, *spelling, *masked, *stored; } spellings[] = {
		{ "fetchmail", STORED, MASKED, STORED },
		{ "fetchmail", "[\"imap.x\",\"IMAP\",\"joe\",\"s3cret\",\"1\",\"0\"]", MASKED, STORED },
		{ "fetchmail", "\"imap.x\";\"IMAP\";\"joe\";\"s3cret\";\"1\";\"0\"", MASKED, STORED },
		{ "fetchmail_multi", MULTI, MULTI_MASKED, MULTI },
		{ "fetchmail_multi", "\"pop.x\";\"POP3\";\"all\";\"s3cret\";\"a.de b.de\";\"\";\"X-Original-To\";\"1\";\"0\"", MULTI_MASKED, MULTI },
	};
	const struct part *parts = parts_named("fetchmail"), *multi = parts_named("fetchmail_multi");
	static const char *const strange[] = { "", "x", "[]", "[1,2,3,4,5,6]", "\"a\";\"b\"", "[\"a\"]", "\"a\";\"b\";\"c\";\"d\";\"e\";\"f\";\"g\"" };
	struct value stored = value_of(STORED), masked = value_of(MASKED), filled;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof spellings / sizeof *spellings; i++) {
		struct value spelled = value_of(spellings[i].spelling), hidden = value_of(spellings[i].masked);
		const struct part *of = parts_named(spellings[i].field);

		assert_string_equal(fetchmail_mask(arena, of, &spelled).bytes, spellings[i].masked);
		assert_true(fetchmail_has_password(of, &spelled));
		assert_true(fetchmail_fill(arena, of, &hidden, &spelled, &filled));
		assert_string_equal(filled.bytes, spellings[i].stored);
		/* One sort is not taken for the other: the password could stand elsewhere. */
		assert_string_equal(fetchmail_mask(arena, of == parts ? multi : parts, &spelled).bytes, "(not understood)");
	}
	for (i = 0; i < sizeof strange / sizeof *strange; i++) {
		struct value odd = value_of(strange[i]);

		assert_string_equal(fetchmail_mask(arena, parts, &odd).bytes, "(not understood)");
		assert_string_equal(fetchmail_mask(arena, multi, &odd).bytes, "(not understood)");
		assert_false(fetchmail_has_password(parts, &odd));
	}
	assert_true(fetchmail_lacks_password(parts, &masked));
	assert_false(fetchmail_lacks_password(parts, &stored));
	masked = value_of("[\"imap.x\", \"IMAP\", \"jim\", null, \"1\", \"0\"]");
	assert_false(fetchmail_fill(arena, parts, &masked, &stored, &filled));
}

/* Where no mark speaks nobody can say that an account is open: the password is never read. */
static void test_no_lock_seen_is_no_promise(void **state)
{
	const struct field_values *values = record_get(record_of(entry_of("uid=x"), KNOWN_YES), "state");

	(void)state;
	assert_string_equal(values->values[0].bytes, kind_field(users->kind, "state")->choices[0]);
	assert_string_equal(values->origin, "passwords are not looked at");
	values = record_get(record_of(entry_of("uid=x|pwdAccountLockedTime=000001010000Z"), KNOWN_YES), "state");
	assert_string_equal(values->values[0].bytes, "locked");
	assert_string_equal(values->origin, "password policy, by an admin");
}

/* The object class gives away that a value is hidden; without it there is none. */
static void test_what_is_hidden_is_not_absent(void **state)
{
	static const struct { const char *entry; enum presence single, multi; } cases[] = {
		{ "objectClass=top", VALUE_ABSENT, VALUE_ABSENT },
		{ "objectClass=univentionFetchmail", VALUE_UNREADABLE, VALUE_UNREADABLE },
		{ "objectClass=univentionFetchmail|univentionFetchmailSingle=" MASKED, VALUE_OWN, VALUE_ABSENT },
		{ "objectClass=univentionFetchmail|univentionFetchmailServer=old.x", VALUE_ABSENT, VALUE_ABSENT },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct record *record = record_of(entry_of(cases[i].entry), KNOWN_YES);

		assert_int_equal(record_get(record, "fetchmail")->presence, cases[i].single);
		assert_int_equal(record_get(record, "fetchmail_multi")->presence, cases[i].multi);
		if (cases[i].single == VALUE_UNREADABLE)
			assert_string_equal(record_words(arena, kind_field(users->kind, "fetchmail"), record_get(record, "fetchmail")), "(not readable with this login)");
	}
}

static void test_fetchmail_is_written(void **state)
{
	static const struct { const char *entry, *edits, *deltas; } cases[] = {
		{ "objectClass=univentionFetchmail|univentionFetchmailSingle=" MASKED, "fetchmail=server=imap.x protocol=IMAP user=joe ssl=yes keep=no", "" },
		{ "objectClass=univentionFetchmail|univentionFetchmailSingle=" MASKED, "fetchmail=server=imap.x protocol=POP3 user=joe ssl=yes keep=no",
		  "-univentionFetchmailSingle=" MASKED " +univentionFetchmailSingle=[\"imap.x\", \"POP3\", \"joe\", null, \"1\", \"0\"]" },
		{ "objectClass=univentionFetchmail|univentionFetchmailSingle=" MASKED, "fetchmail=server=imap.x protocol=IMAP user=joe password=new ssl=yes keep=no",
		  "-univentionFetchmailSingle=" MASKED " +univentionFetchmailSingle=[\"imap.x\", \"IMAP\", \"joe\", \"new\", \"1\", \"0\"]" },
		{ "objectClass=univentionFetchmail|univentionFetchmailSingle=" MASKED, "fetchmail=", "-objectClass=univentionFetchmail -univentionFetchmailSingle=" MASKED },
		/* The class stays while the other sort has a value. */
		{ "objectClass=univentionFetchmail|univentionFetchmailSingle=" MASKED "|univentionFetchmailMulti=" MULTI_MASKED, "fetchmail=",
		  "-univentionFetchmailSingle=" MASKED },
		/* What an old program stored in its own way stays so while nobody changes it. */
		{ "objectClass=univentionFetchmail|univentionFetchmailSingle=[\"imap.x\", \"\", \"joe\", null, \"yes\", \"\"]|univentionFetchmailSingle=" MASKED,
		  "fetchmail=server=imap.x user=joe ssl=no keep=no", "-univentionFetchmailSingle=" MASKED },
		{ "objectClass=univentionFetchmail|univentionFetchmailMulti=" MULTI_MASKED, "fetchmail_multi=" MULTI_PARTS, "" },
		{ "objectClass=univentionFetchmail|univentionFetchmailMulti=" MULTI_MASKED, "fetchmail_multi=", "-objectClass=univentionFetchmail -univentionFetchmailMulti=" MULTI_MASKED },
		{ "objectClass=top", "fetchmail_multi=server=a user=b password=c", "+objectClass=univentionFetchmail "
		  "+univentionFetchmailMulti=[\"a\", \"IMAP\", \"b\", \"c\", \"\", \"\", \"Envelope-To\", \"1\", \"0\"]" },
		{ "objectClass=top", "fetchmail=server=a user=b password=c", "+objectClass=univentionFetchmail +univentionFetchmailSingle=[\"a\", \"IMAP\", \"b\", \"c\", \"1\", \"0\"]" },
	};
	size_t i;

	(void)state;
	assert_string_equal(record_text(record_of(entry_of("univentionFetchmailMulti=" MULTI), KNOWN_YES), "fetchmail_multi"), "server=pop.x protocol=POP3 "
		"user=all password=******** local_domains=a.de%20b.de envelope_header=X-Original-To ssl=yes keep=no");
	assert_string_equal(record_text(record_of(entry_of("univentionFetchmailMulti=" MULTI_MASKED), KNOWN_YES), "fetchmail_multi"), MULTI_PARTS);
	for (i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct error error = { 0 };
		char *edits = arena_text(arena, cases[i].edits);
		struct entry *before = entry_of(cases[i].entry), *draft = entry_copy(arena, before);
		struct record *now = record_of(before, KNOWN_YES);
		struct change *change = change_new(VERB_EDIT, users->kind, "x");
		struct convert with = { .arena = arena, .profile = profile, .flag_mode = KNOWN_YES };

		char *value = strchr(edits, '=');
		const struct field *field;

		*value++ = '\0';
		field = kind_field(users->kind, edits);
		change_edit_text(change, field, EDIT_SET, *value == '\0' ? NULL : value);
		assert_true(convert_write(&with, users, now, change_result(arena, change, now), change, draft, &error));
		if (strcmp(difference_words(before, draft), cases[i].deltas) != 0)
			fail_msg("case %zu: %s", i, difference_words(before, draft));
		/* What a page would show afterwards holds no password. */
		assert_null(strstr(joined(record_get(record_of(draft, KNOWN_YES), field->name)), "new"));
		change_free(change);
	}
}

static void test_quota_round_trip(void **state)
{
	int64_t megabytes;

	(void)state;
	for (megabytes = 0; megabytes < 5000000; megabytes = megabytes * 3 + 1) {
		struct error error = { 0 };
		const char *stored = arena_format(arena, "univentionMailUserQuota=%lld", (long long)megabytes);
		const char *bytes = record_text(record_of(entry_of(stored), KNOWN_YES), "quota");
		const char *got = written("objectClass=univentionMail", KNOWN_YES, arena_format(arena, "quota=%s", bytes), &error);

		assert_non_null(got);
		assert_string_equal(got + 1, stored);
	}
}

/* The debian profile keeps one forward; two are refused by name, and none takes the value away. */
static void test_one_value_where_there_is_room_for_one(void **state)
{
	const struct profile *debian = profile_find(arena, "debian", NULL, NULL);
	const struct profile_kind *held = profile_kind(debian, &kind_user);
	struct value values[] = { value_text(arena, "a@outside.test"), value_text(arena, "b@outside.test") };
	struct convert with = { .arena = arena, .profile = debian, .mapping = profile_mapping(held, kind_field(&kind_user, "forwards")) };
	struct field_values wanted = { .presence = VALUE_OWN, .values = values, .count = 2 };
	struct entry *draft = entry_of("uid=anna|mail=anna@example.com");
	struct error error = { 0 };

	(void)state;
	assert_false(with.mapping->converter->write(&with, &wanted, draft, &error));
	assert_int_equal(error.kind, ERROR_INVALID);
	assert_non_null(strstr(error.text, "Forward to"));
	assert_non_null(strstr(error.text, "one value"));
	assert_null(entry_get(draft, "mailRoutingAddress"));
	wanted.count = 1;
	assert_true(with.mapping->converter->write(&with, &wanted, draft, &error));
	assert_string_equal(entry_first(draft, "mailRoutingAddress"), "a@outside.test");
	wanted.count = 0;
	assert_true(with.mapping->converter->write(&with, &wanted, draft, &error));
	assert_null(entry_first(draft, "mailRoutingAddress"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_one_value_where_there_is_room_for_one),
		cmocka_unit_test(test_reading),
		cmocka_unit_test(test_writing),
		cmocka_unit_test(test_fetchmail_hides_and_keeps_the_password),
		cmocka_unit_test(test_no_lock_seen_is_no_promise),
		cmocka_unit_test(test_what_is_hidden_is_not_absent),
		cmocka_unit_test(test_fetchmail_is_written),
		cmocka_unit_test(test_quota_round_trip),
	};

	return cmocka_run_group_tests(tests, open_profile, close_profile);
}
