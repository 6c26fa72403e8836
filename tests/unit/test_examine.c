/* Tests of the pure parts of directory/examine and directory/events: index lines, unique lines, words, log lines. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "directory/events.h"
#include "directory/examine_private.h"
#include "tests/unit/hostile.h"

static void index_lines_are_understood(void **state)
{
	static const struct { const char *lines[4]; const char *name; unsigned has; } cases[] = {
		{ { NULL }, "uid", 0 },
		{ { "uid eq" }, "uid", INDEX_EQUALITY },
		{ { "UID pres,eq,sub" }, "uid", INDEX_PRESENCE | INDEX_EQUALITY | INDEX_INSIDE },
		{ { "cn,uid,sn eq,subany" }, "uid", INDEX_EQUALITY | INDEX_INSIDE },
		{ { "uid eq,subinitial" }, "uid", INDEX_EQUALITY },
		{ { "uidNumber eq" }, "uid", 0 },
		{ { "xuid,uidx eq" }, "uid", 0 },
		{ { "uid" }, "uid", INDEX_PRESENCE | INDEX_EQUALITY },
		{ { "default eq,sub", "uid,cn" }, "cn", INDEX_EQUALITY | INDEX_INSIDE },
		{ { "uid", "default sub" }, "uid", INDEX_INSIDE },
		{ { "uid none" }, "uid", 0 },
		{ { "cn eq", "uid  sub", "sn eq" }, "uid", INDEX_INSIDE },
	};
	size_t i, k;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct value values[4] = { { .length = 0 } };
		struct attribute attribute = { .values = values };

		for (k = 0; k < 4 && cases[i].lines[k]; k++)
			values[attribute.count++] = (struct value){ .bytes = (char *)(uintptr_t)cases[i].lines[k], .length = strlen(cases[i].lines[k]) };
		if (index_of(&attribute, cases[i].name) != cases[i].has)
			fail_msg("case %zu: %u, not %u", i, index_of(&attribute, cases[i].name), cases[i].has);
	}
	assert_int_equal(index_of(NULL, "uid"), 0);
}

static void unique_lines_are_understood(void **state)
{
	static const struct { const char *line; enum unique_state is; } cases[] = {
		{ "ldap:///?mail?sub", UNIQUE_RACY },
		{ "serialize ldap:///?mail?sub", UNIQUE_SERIAL },
		{ "strict serialize ldap:///dc=x?uid,mail?sub?(objectClass=*)", UNIQUE_SERIAL },
		{ "strict ldap:///dc=x?uid,MAIL?sub", UNIQUE_RACY },
		{ "serialize ldap:///?uid?sub", UNIQUE_NOT },
		{ "serialize ldap:///?mailbox?sub", UNIQUE_NOT },
		{ "ldap:///dc=serialize?mail?sub", UNIQUE_RACY },
		{ "serialize ldap:///", UNIQUE_SERIAL },
		{ "serialize ldap:///??sub", UNIQUE_SERIAL },
		{ "ignore ldap:///?mail?sub", UNIQUE_NOT },
		{ "ignore serialize ldap:///?uid?sub", UNIQUE_SERIAL },
		{ "serialize ldap:///dc=a?uid?sub ldap:///dc=b?mail?sub", UNIQUE_SERIAL },
		{ "", UNIQUE_NOT },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		if (unique_of(cases[i].line, "mail") != cases[i].is)
			fail_msg("%s: %d, not %d", cases[i].line, (int)unique_of(cases[i].line, "mail"), (int)cases[i].is);
}

static void words_are_joined(void **state)
{
	static const char *const wanted[] = { "", "a", "a and b", "a, b and c" };
	struct arena *arena = arena_new();
	size_t i, k;

	(void)state;
	for (i = 0; i < 4; i++) {
		struct word_list list = { .count = 0 };

		for (k = 0; k < i; k++)
			word_list_add(&list, (const char *[]){ "a", "b", "c" }[k]);
		assert_string_equal(word_list_take(&list, arena), wanted[i]);
		assert_int_equal(list.count, 0);
	}
	arena_free(arena);
}

static void log_lines_lose_secrets_and_bookkeeping(void **state)
{
	static const struct { const char *line, *words; } cases[] = {
		{ "description:= new", "description = new" },
		{ "description:+ a:b= c", "description + a:b= c" },
		{ "description:- old", "description - old" },
		{ "description:-", "description removed" },
		{ "description:=", "description replaced" },
		{ "description:+ two\nlines", "description + two\\nlines" },
		{ "description:+ [ok", "description + [ok" },
		{ "univentionMailUserQuota:= 1024", "univentionMailUserQuota = 1024" },
		{ "pwdAccountLockedTime:+ 20261120060210Z", "pwdAccountLockedTime + 20261120060210Z" },
		{ "userPassword:+ canary", "userPassword + (not shown)" },
		{ "USERPASSWORD:= canary", "USERPASSWORD = (not shown)" },
		{ "sambaNTPassword:= canary", "sambaNTPassword = (not shown)" },
		{ "userPassword;lang-de:= canary", "userPassword;lang-de = (not shown)" },
		{ "two\nlines:= x", NULL },
		{ "userPassword:-", "userPassword removed" },
		{ "entryCSN:= 20261120060210.983691Z#000000#001#000000", NULL },
		{ "modifytimestamp:= 20261120060210Z", NULL },
		{ "pwdLastSuccess:= 20261120060210Z", NULL },
		{ "pwdFailureTime:+ 20261120060210.1Z", NULL },
		{ "", NULL }, { ":", NULL }, { ":= x", NULL }, { "cn", NULL }, { "cn:", NULL }, { "cn:? x", NULL },
	};
	struct arena *arena = arena_new();
	struct error error = { 0 };
	const struct profile *profile = profile_find(arena, "ucs", NULL, &error);
	size_t i;

	(void)state;
	assert_non_null(profile);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *words = events_line(NULL, profile, arena, cases[i].line, strlen(cases[i].line));

		if ((words == NULL) != (cases[i].words == NULL) || (words && strcmp(words, cases[i].words) != 0))
			fail_msg("%s: %s", cases[i].line, words ? words : "NULL");
	}
	arena_free(arena);
}

static void no_fetchmail_password_comes_out(void **state)
{
	static const char *const lines[] = {
		"univentionFetchmailSingle:+ [\"pop.example.org\", \"IMAP\", \"me\", \"canary\", true, false]",
		"univentionFetchmailSingle:- [\"pop.example.org\", \"IMAP\", \"me\", \"canary\", true, false]",
		"univentionFetchmailPasswd:= canary",
		"univentionFetchmailSingle;x-old:+ [\"pop.example.org\", \"IMAP\", \"me\", \"canary\", true, false]",
		"univentionFetchmailSingle:+ canary of an older form",
	};
	struct arena *arena = arena_new();
	struct error error = { 0 };
	const struct profile *profile = profile_find(arena, "ucs", NULL, &error);
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		const char *words = events_line(NULL, profile, arena, lines[i], strlen(lines[i]));

		assert_non_null(words);
		if (strstr(words, "canary"))
			fail_msg("%s", words);
	}
	arena_free(arena);
}

static void hostile_log_lines_stay_one_line(void **state)
{
	struct arena *arena = arena_new();
	size_t i;

	(void)state;
	assert_null(events_line(NULL, NULL, arena, "sn:\0 x", 6));
	for (i = 0; i < sizeof(hostile_strings) / sizeof(hostile_strings[0]); i++) {
		char *line = arena_alloc(arena, hostile_strings[i].length + 6);
		const char *words;

		memcpy(line, "sn:= ", 5);
		memcpy(line + 5, hostile_strings[i].bytes, hostile_strings[i].length);
		words = events_line(NULL, NULL, arena, line, hostile_strings[i].length + 5);
		assert_non_null(words);
		assert_null(strchr(words, '\n'));
		assert_true(strlen(words) < 1000);
		/* As the name of an attribute it must do no harm either. */
		words = events_line(NULL, NULL, arena, hostile_strings[i].bytes, hostile_strings[i].length);
		assert_true(words == NULL || strchr(words, '\n') == NULL);
	}
	arena_free(arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(index_lines_are_understood),
		cmocka_unit_test(unique_lines_are_understood),
		cmocka_unit_test(words_are_joined),
		cmocka_unit_test(log_lines_lose_secrets_and_bookkeeping),
		cmocka_unit_test(no_fetchmail_password_comes_out),
		cmocka_unit_test(hostile_log_lines_stay_one_line),
	};

	return cmocka_run_group_tests_name("examine", tests, NULL, NULL);
}
