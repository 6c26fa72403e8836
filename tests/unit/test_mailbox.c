/* The kind mailbox: names, absences and rights as values, what is legal, and what a change of it says. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "model/check.h"
#include "model/consequence.h"
#include "model/mailbox.h"
#include "model/traffic.h"

static int set_up(void **state)
{
	*state = arena_new();
	return 0;
}

static int tear_down(void **state)
{
	arena_free(*state);
	return 0;
}

static void names(void **state)
{
	static const struct { const char *name, *server, *user; } cases[] = {
		{ "mail1/anna@example.com", "mail1", "anna@example.com" }, { "mail1/an/na", "mail1", "an/na" },
		{ "mail1", NULL, NULL }, { "mail1/", NULL, NULL }, { "/anna", NULL, NULL }, { "", NULL, NULL },
	};
	const char *server, *user;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		bool good = mailbox_name_read(*state, cases[i].name, &server, &user);

		assert_int_equal(good, cases[i].server != NULL);
		if (!good)
			continue;
		assert_string_equal(server, cases[i].server);
		assert_string_equal(user, cases[i].user);
		assert_string_equal(mailbox_name(*state, server, user), cases[i].name);
	}
	assert_ptr_equal(kind_written("mailbox"), &kind_mailbox);
	assert_null(kind_find("mailbox"));
}

/* What a person writes comes back byte for byte. */
static void absences(void **state)
{
	static const char *const addresses[] = { "a.b@example.com", "annab@example.org", NULL };
	static const char *const texts[] = {
		"I am away.", "Two\nlines\n\n.\n..x\n", "quote \" back \\ slash \\\" 100 % = äöü ${x} #", "  blanks  ", "/* c */ # x\ntext:\n.\n",
	};
	struct mailbox_absence back;

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct mailbox_absence absence = { .from = "2026-12-01", .subject = "Away = yes", .text = texts[i], .addresses = addresses };
		char *value = mailbox_absence_value(*state, &absence);
		struct error error = { 0 };

		assert_null(strpbrk(value, "\n\r"));
		assert_true(mailbox_absence_read(*state, value, &back));
		assert_string_equal(back.from, "2026-12-01");
		assert_string_equal(back.until, "");
		assert_string_equal(back.subject, "Away = yes");
		assert_string_equal(back.text, texts[i]);
		assert_string_equal(back.addresses[0], addresses[0]);
		assert_string_equal(back.addresses[1], addresses[1]);
		assert_null(back.addresses[2]);
		if (!check_value(kind_field(&kind_mailbox, "absence"), value, &error))
			fail_msg("%s", error.text);
	}
}

static void wrong_values(void **state)
{
	static const struct { const char *field, *value, *says; } cases[] = {
		{ "absence", "from=2026-12-01 text=x", NULL },
		{ "absence", "text=x until=2024-02-29", NULL },
		{ "absence", "text=x until=2026-02-29", "write a day" },
		{ "absence", "text=x until=2026-2-9", "write a day" },
		{ "absence", "text=x from=01.12.2026", "write a day" },
		{ "absence", "text=x from=2026-12-02 until=2026-12-01", "before it begins" },
		{ "absence", "from=2026-12-01", "text is missing" },
		{ "absence", "text=%20%0A", "the text is empty" },
		{ "absence", "text=a%07b", "control character" },
		{ "absence", "text=x subject=a%0Ab", "one line" },
		{ "absence", "text=x addresses=anna", "no address" },
		{ "absence", "text=x days=1", "no part \"days\"" },
		{ "access", "folder=INBOX who=bert@example.com rights=read", NULL },
		{ "access", "folder=INBOX who=group=Sales%20Team rights=all", NULL },
		{ "access", "folder=INBOX who=Sales%20Team rights=all", "no rights" },
		{ "access", "folder=INBOX who=group=sales rights=none", NULL },
		{ "access", "folder=INBOX who=anyone rights=lookup,read", NULL },
		{ "access", "folder=INBOX who=owner rights=read", "no rights" },
		{ "access", "folder=INBOX who=-bert rights=read", "no rights" },
		{ "access", "folder=INBOX who=user=bert rights=read", "no rights" },
		{ "access", "folder=* who=bert rights=read", "no name of one folder" },
		{ "access", "folder=-A who=bert rights=read", "no name of one folder" },
		{ "access", "folder=INBOX who=bert rights=everything", "are no rights" },
		{ "filter", "main", NULL },
		{ "filter", "postroom-absence", "what an absence is written as" },
		{ "filter", "../x", "no name of a script" },
		{ "filter", "-a", "no name of a script" },
		{ "recalculate", "yes", NULL },
		{ "flush", "no", "write yes" },
		{ "smtp", "anna", NULL },
		{ "smtp", "anna bert", "no login" },
		{ "smtp", "*", "no login" },
		{ "try", "a secret, with blanks", NULL },
		{ "try", "two\nlines", "one line" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct error error = { 0 };
		bool good = check_value(kind_field(&kind_mailbox, cases[i].field), cases[i].value, &error);

		if (good != !cases[i].says || (cases[i].says && !strstr(error.text, cases[i].says)))
			fail_msg("%s \"%s\": %s", cases[i].field, cases[i].value, error.text);
	}
	(void)state;
}

static void rights(void **state)
{
	static const struct { const char *dovecot, *word; } cases[] = {
		{ "lookup read write write-seen", "read" }, { "write-seen write read lookup", "read" },
		{ "lookup read write write-seen insert post", "append" },
		{ "lookup read write write-seen write-deleted insert post expunge", "write" },
		{ "lookup read write write-seen write-deleted insert post expunge create delete admin", "all" },
		{ "read lookup", "lookup,read" }, { "", "none" }, { "read newright", "read,newright" },
	};
	const char *const *names;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_string_equal(mailbox_rights_word(*state, cases[i].dovecot), cases[i].word);
	for (size_t i = 0; mailbox_rights[i]; i++)
		assert_non_null(mailbox_rights_of(*state, mailbox_rights[i]));
	names = mailbox_rights_of(*state, "lookup,read");
	assert_string_equal(names[0], "lookup");
	assert_string_equal(names[1], "read");
	assert_null(names[2]);
	assert_null(*mailbox_rights_of(*state, "none"));
	assert_null(mailbox_rights_of(*state, ""));
	assert_null(mailbox_rights_of(*state, "read,-A"));
}

static void says(struct arena *arena, struct change *change, size_t did, const char *why, const char *words)
{
	assert_string_equal(kind_mailbox.result(arena, change, did, why), words);
	change_free(change);
}

static void sentences(void **state)
{
	static const char *const logins[] = { "anna", "anna@example.com", NULL };
	struct mailbox_absence absence = { .until = "2026-12-24", .text = "away" };

	says(*state, mailbox_change_filter("mail1", "anna", NULL), 1, NULL, "Filter script of anna switched off on mail1");
	says(*state, mailbox_change_filter("mail1", "anna", "main"), 1, NULL, "Filter script of anna: \"main\" switched on on mail1");
	says(*state, mailbox_change_absence("mail1", "anna", &absence), 1, NULL, "Out of office of anna set until 2026-12-24 on mail1");
	says(*state, mailbox_change_absence("mail1", "anna", NULL), 1, NULL, "Out of office of anna ended on mail1");
	says(*state, mailbox_change_access("mail1", "anna", "INBOX", "bert", "read"), 1, NULL, "bert has the rights read on INBOX of anna on mail1");
	says(*state, mailbox_change_access("mail1", "anna", "INBOX", "bert", "none"), 1, NULL,
		"bert has no rights of their own any more on INBOX of anna on mail1");
	says(*state, mailbox_change_do("mail1", "anna", "recalculate"), 1, NULL, "Mailbox of anna counted again on mail1");
	says(*state, mailbox_change_do("mail1", "anna", "flush"), 1, NULL, "Login of anna forgotten on mail1");
	says(*state, mailbox_change_smtp("mail1", "anna", logins), 2, "one is new since", "2 open SMTP sessions of anna ended on mail1: one is new since");
	says(*state, mailbox_change_smtp("mail1", "anna", logins), 0, NULL, "No open SMTP session of anna on mail1");
	says(*state, mailbox_change_try("mail1", "anna", "secret"), 1, NULL, "Login of anna tried on mail1: accepted");
	assert_null(mailbox_change_do("mail1", "anna", "try"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(names, set_up, tear_down),
		cmocka_unit_test_setup_teardown(absences, set_up, tear_down),
		cmocka_unit_test_setup_teardown(wrong_values, set_up, tear_down),
		cmocka_unit_test_setup_teardown(rights, set_up, tear_down),
		cmocka_unit_test_setup_teardown(sentences, set_up, tear_down),
	};

	return cmocka_run_group_tests_name("mailbox", tests, NULL, NULL);
}
