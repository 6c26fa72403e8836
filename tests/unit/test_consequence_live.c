/*
 * What a change of one person's mailbox on a server, of messages and of sessions
 * says before it is made: each rule by its name, where it speaks and where not.
 * Main thread.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "model/consequence.h"
#include "model/mailbox.h"
#include "model/traffic.h"
#include "tests/unit/speaking.h"

static struct arena *arena;

static int set_up(void **state)
{
	(void)state;
	arena = arena_new();
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	arena_free(arena);
	return 0;
}

/* Notes are what the store saw while it looked. */
static void note(struct record *record, const char *field, const char *words)
{
	size_t at = (size_t)(kind_field(record->kind, field) - record->kind->fields);

	record->fields[at].note = words;
}

enum { MOST_WANTED = 4 };

static void look(const char *what, const struct change *change, struct record *before, const char *const *wanted)
{
	struct facts facts = { .now = before, .plain = true, .references_complete = true };
	struct consequence *list;
	size_t count = consequences_of(arena, change, change_result(arena, change, before), &facts, &list);

	for (size_t i = 0; i < MOST_WANTED && wanted[i] != NULL; i++)
		expect_speaking(what, list, count, wanted[i]);
}

static void mailboxes(void **state)
{
	static const char *const nobody[] = { NULL }, *const other[] = { "b@example.com", NULL };
	const char *open_end = mailbox_absence_value(arena, &(struct mailbox_absence){ .text = "away", .addresses = nobody }),
		*ended = mailbox_absence_value(arena, &(struct mailbox_absence){ .until = "2026-12-01", .text = "away", .addresses = other }),
		*read = mailbox_access_value(arena, "INBOX", "jan@example.com", "read"), *all = mailbox_access_value(arena, "INBOX", "jan@example.com", "all"),
		*none = mailbox_access_value(arena, "INBOX", "jan@example.com", "none");
	const struct { const char *what, *field, *before, *after, *filter, *note; enum edit_how how; const char *wanted[MOST_WANTED]; } cases[] = {
		{ "a script is switched off", "filter", "main", NULL, "main", NULL, EDIT_SET, { "filter-off:note:filed into INBOX", "!absence-filter" } },
		{ "another script", "filter", "main", "other", "main", NULL, EDIT_SET, { "filter-off:note:by the other script" } },
		{ "the first script", "filter", NULL, "main", NULL, NULL, EDIT_SET, { "!filter-off" } },
		{ "an absence without an end", "absence", NULL, open_end, NULL, NULL, EDIT_SET, { "absence-answers:warning:no last day", "!absence-filter", "!absence-ends" } },
		{ "an absence with one", "absence", NULL, ended, "main", NULL, EDIT_SET, { "absence-answers:note:one answer a day", "absence-filter:note:\"main\" goes on filtering" } },
		{ "a script that answers by itself rests", "absence", NULL, ended, "main", "it answers by itself", EDIT_SET, { "!absence-filter", "mailbox-noted:warning:it answers by itself" } },
		{ "the absence is over", "absence", ended, NULL, NULL, NULL, EDIT_SET, { "absence-ends:note:undo brings it back", "!absence-answers" } },
		{ "somebody may read", "access", NULL, read, NULL, NULL, EDIT_ADD, { "access-given:warning:read all mail in INBOX, old and new; the owner", "!access-taken" } },
		{ "somebody may do all", "access", NULL, all, NULL, NULL, EDIT_ADD, { "access-given:warning:give rights to others" } },
		{ "nobody may", "access", NULL, none, NULL, NULL, EDIT_ADD, { "!access-given" } },
		{ "a right is taken away", "access", read, read, NULL, NULL, EDIT_REMOVE, { "access-taken:note:what was copied stays", "!access-given" } },
		{ "the cache is flushed", "flush", NULL, "yes", NULL, NULL, EDIT_SET, { "cache-flushed:note:ends no session", "!login-tried", "!comes-again" } },
		{ "the quota is counted", "recalculate", NULL, "yes", NULL, NULL, EDIT_SET, { "mailbox-counted:note:No mail changes" } },
		{ "a login is tried", "try", NULL, "yes", NULL, NULL, EDIT_SET, { "login-tried:note:failed login", "!cache-flushed" } },
		{ "sending sessions end", "smtp", NULL, "yes", NULL, NULL, EDIT_SET, { "smtp-ended:warning:goes on sending after a new password", "comes-again:warning", "!sessions-ended" } },
		{ "and nothing of that", "filter", "main", "main", "main", NULL, EDIT_SET, { "!filter-off", "!smtp-ended", "!mailbox-noted", "!mailbox-counted" } },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct change *change = change_new(VERB_EDIT, &kind_mailbox, "mail1/anna@example.com");
		struct record *before = record_new_in(arena, &kind_mailbox);

		before->name = "mail1/anna@example.com";
		record_set_text(before, "filter", cases[i].filter);
		record_set_text(before, cases[i].field, cases[i].before);
		if (cases[i].note != NULL)
			note(before, "filter", cases[i].note);
		change_edit_text(change, kind_field(&kind_mailbox, cases[i].field), cases[i].how, cases[i].after);
		look(cases[i].what, change, before, cases[i].wanted);
		change_free(change);
	}
}

static void messages_and_sessions(void **state)
{
	const struct { const struct kind *kind; const char *field; const char *wanted[MOST_WANTED]; } cases[] = {
		{ &kind_queue, "delete", { "messages-gone:loss:gone for good", "messages-read-again:note:left alone", "!messages-held" } },
		{ &kind_queue, "expire", { "messages-returned:loss:cannot be taken back", "messages-read-again:note" } },
		{ &kind_queue, "requeue", { "messages-requeued:note:new queue ids", "!messages-gone" } },
		{ &kind_queue, "hold", { "messages-held:note:until somebody releases them", "!messages-gone", "!messages-retried" } },
		{ &kind_queue, "retry", { "messages-retried:note:asked at once" } },
		{ &kind_sessions, "end", { "sessions-ended:warning:connect again by themselves", "comes-again:warning:knows the password", "!messages-read-again" } },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct change *change = change_new(VERB_EDIT, cases[i].kind, "mail1");
		struct record *before = record_new_in(arena, cases[i].kind);

		before->name = "mail1";
		change_edit_text(change, kind_field(cases[i].kind, cases[i].field), EDIT_ADD, "one");
		look(cases[i].field, change, before, cases[i].wanted);
		change_free(change);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(mailboxes, set_up, tear_down),
		cmocka_unit_test_setup_teardown(messages_and_sessions, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
