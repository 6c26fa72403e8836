/*
 * test_consequence_witness: what mail servers told, in sentences.  A case is what happens to a person, what was told, and
 * the rows that must speak ("rule:severity:words in it"); rows that must be silent begin with "!".
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "model/consequence.h"

static const struct witness_count anna_everywhere[] = { { "mail1", 2, 3, 1 }, { "mail2", 1, 0, 0 } };
static const struct witness_count one_each[] = { { "mail1", 1, 1, 1 } };
static const char *const two_silent[] = { "open sessions on mail2: no answer within 3 s", "queued mail on mail2: no way", NULL };

#define TOLD .at = 1763628000, .sessions_asked = true, .queues_asked = true
static const struct witness much = { TOLD, .counts = anna_everywhere, .count = 2, .sessions_whole = true, .queues_whole = true,
	.mailbox_server = "mail1", .mailbox_bytes = 1288490189, .mailbox_messages = 3400, .rename = KNOWN_NOT, .delete = KNOWN_NOT };
static const struct witness single = { TOLD, .counts = one_each, .count = 1, .sessions_whole = true, .queues_whole = true,
	.mailbox_server = "mail1", .mailbox_bytes = 2048, .mailbox_messages = 1, .rename = KNOWN_NOT, .delete = KNOWN_NOT };
static const struct witness none = { TOLD, .sessions_whole = true, .queues_whole = true };
static const struct witness half = { TOLD, .sessions_whole = false, .queues_whole = false, .unknown = two_silent };
static const struct witness destroys = { TOLD, .sessions_whole = true, .queues_whole = true, .rename = KNOWN_NO, .delete = KNOWN_YES,
	.settings_server = "mail1" };
static const struct witness moves = { TOLD, .sessions_whole = true, .queues_whole = true, .rename = KNOWN_YES, .delete = KNOWN_NO,
	.settings_server = "mail1" };
static const struct witness leaves = { TOLD, .sessions_whole = true, .queues_whole = true, .rename = KNOWN_NO, .delete = KNOWN_NO,
	.settings_server = "mail1" };

static const struct holder bert = { "anna@example.com", "user", "bert", "uid=bert", NULL, "alternates" };

enum { PLAIN = 1, SHARED = 2 };
static const struct witness_case {
	const char *what;
	const char *after[4];              /* "field=value" of the person afterwards; NULL first: deleted */
	const struct witness *told;
	unsigned world;
	const char *rules[9];
} cases[] = {
	{ "deleted, much is there", { NULL }, &much, 0,
		{ "sessions-open:warning:anna has 3 open sessions now: 2 on mail1 and 1 on mail2. They go on until", "queued-to:warning:3 mails wait in a queue for an address that goes: 3 on mail1. They come back",
		  "queued-from:note:1 mail from an address that goes waits", "mailbox-size:note:The mailbox on mail1 holds 1.2 GB in 3400 messages.", "live-asked:note:asked at 08:40:00 UTC.",
		  "!live-unknown", "!mailbox-settings", "mailbox-unknown:loss" } },
	{ "deleted, one of each", { NULL }, &single, 0,
		{ "sessions-open:warning:1 open session now", "queued-to:warning:1 mail waits", "queued-to:warning:It comes back", "queued-from:note:1 mail from", "mailbox-size:note:1 message." } },
	{ "deleted, nothing is there", { NULL }, &none, 0,
		{ "!sessions-open", "!queued-to", "!queued-from", "!mailbox-size", "live-asked:note:no session is open, nothing to or from them is queued" } },
	{ "deleted, half was told", { NULL }, &half, 0,
		{ "live-unknown:note:mail2: no answer within 3 s; queued mail", "live-asked:note:UTC.", "!sessions-open" } },
	{ "deleted, nobody was asked", { NULL }, NULL, 0, { "!live-asked", "!live-unknown", "!sessions-open", "mailbox-unknown:loss" } },
	{ "deleted, the server deletes", { NULL }, &destroys, 0,
		{ "mailbox-destroyed:loss", "!mailbox-unknown", "mailbox-settings:note:mail1 itself says: mail/dovecot/mailbox/rename is off or unset, mail/dovecot/mailbox/delete is on" } },
	{ "deleted, the server keeps", { NULL }, &leaves, 0, { "mailbox-kept:warning", "!mailbox-destroyed", "!mailbox-unknown" } },
	{ "address changed, the server renames", { "login=anna", "address=new@example.com" }, &moves, 0, { "mailbox-moved:note", "!mailbox-left", "!mailbox-unknown" } },
	{ "address changed, the server leaves", { "login=anna", "address=new@example.com" }, &leaves, 0, { "mailbox-left:warning", "!mailbox-unknown" } },
	{ "address changed, the server destroys", { "login=anna", "address=new@example.com" }, &destroys, 0, { "mailbox-destroyed:loss", "!mailbox-unknown" } },
	{ "nothing moves mailboxes here, whatever is said", { NULL }, &destroys, PLAIN, { "!mailbox-destroyed", "mailbox-kept:warning" } },
	{ "address changed", { "login=anna", "address=new@example.com" }, &much, 0,
		{ "sessions-open:warning:They stay in the old mailbox", "queued-to:warning:They come back", "mailbox-size:note" } },
	{ "address kept as alternative", { "login=anna", "address=new@example.com", "alternates=anna@example.com" }, &much, 0, { "queued-to:note:whoever has the address" } },
	{ "somebody else has it too", { "login=anna", "address=new@example.com" }, &much, SHARED, { "queued-to:note:whoever has the address" } },
	{ "home server changed", { "login=anna", "address=anna@example.com", "home_server=mail2.example.com" }, &much, 0,
		{ "sessions-open:warning:They stay on the old server", "queued-to:note:goes to the new home server", "!queued-from", "mailbox-size:note" } },
	{ "login changed", { "login=ann", "address=anna@example.com", "home_server=mail1.example.com" }, &single, 0,
		{ "sessions-open:note:needs the new login", "!mailbox-unknown" } },
};

static struct record *record_of(const char *const *fields)
{
	struct record *record = record_new(&kind_user);

	for (size_t i = 0; i < 4 && fields[i]; i++) {
		const char *sign = strchr(fields[i], '=');

		record_set_text(record, arena_bytes(record->arena, fields[i], (size_t)(sign - fields[i])), sign + 1);
	}
	record->name = record_text(record, "login");
	return record;
}

static void expect(const char *what, const struct consequence *list, size_t count, const char *rule)
{
	bool silent = *rule == '!';
	const char *name = rule + silent, *severity = strchr(name, ':'), *words = severity ? strchr(severity + 1, ':') : NULL;
	size_t length = severity ? (size_t)(severity - name) : strlen(name);
	const struct consequence *found = NULL;

	for (size_t i = 0; i < count && !found; i++)
		if (strlen(list[i].rule) == length && !strncmp(list[i].rule, name, length))
			found = &list[i];
	if (silent && found)
		fail_msg("%s: %s speaks: %s", what, name, found->sentence);
	if (silent)
		return;
	if (!found)
		fail_msg("%s: %s is silent", what, rule);
	assert_non_null(found);
	if (strncmp(severity_word(found->severity), severity + 1, strlen(severity_word(found->severity))) != 0)
		fail_msg("%s: %s is %s", what, rule, severity_word(found->severity));
	if (words && !strstr(found->sentence, words + 1))
		fail_msg("%s: %s says \"%s\"", what, rule, found->sentence);
}

static void test_sentences(void **state)
{
	static const char *const now[4] = { "login=anna", "address=anna@example.com", "home_server=mail1.example.com", NULL };
	static const char *const servers[] = { "mail1.example.com", "mail2.example.com", NULL };

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct witness_case *one = &cases[i];
		struct record *before = record_of(now), *after = one->after[0] ? record_of(one->after) : NULL;
		struct facts facts = { .now = before, .servers = servers, .servers_complete = true, .references_complete = true,
			.mailbox_rename = one->world & PLAIN ? KNOWN_NO : KNOWN_NOT, .mailbox_delete = one->world & PLAIN ? KNOWN_NO : KNOWN_NOT,
			.witness = one->told, .plain = one->world & PLAIN, .holders = &bert, .holder_count = one->world & SHARED ? 1 : 0 };
		/* The records tell what happens; the verb does not matter to rules (an undo is told like the change it amounts to). */
		struct change *change = change_new(VERB_UNDO, &kind_user, "anna");
		struct consequence *list;
		size_t count;

		witness_settle(&facts);
		count = consequences_of(change->arena, change, after, &facts, &list);
		for (size_t j = 0; j < 9 && one->rules[j]; j++)
			expect(one->what, list, count, one->rules[j]);
		change_free(change);
		record_free(before);
		record_free(after);
	}
}

static void test_wanted(void **state)
{
	static const struct { const char *before[4], *after[4]; bool wanted; } pairs[] = {
		{ { "login=anna", "address=a@b.example" }, { NULL }, true },
		{ { "login=anna", "address=a@b.example" }, { "login=anna", "address=A@b.example" }, false },
		{ { "login=anna", "address=a@b.example" }, { "login=anna", "address=c@b.example" }, true },
		{ { "login=anna", "address=a@b.example" }, { "login=anna" }, true },
		{ { "login=anna", "address=a@b.example" }, { "login=ann", "address=a@b.example" }, true },
		{ { "login=anna", "address=a@b.example" }, { "login=anna", "address=a@b.example", "quota=5" }, false },
		{ { "login=anna", "address=a@b.example", "home_server=m1" }, { "login=anna", "address=a@b.example", "home_server=m2" }, true },
		{ { "login=anna", "home_server=m1" }, { "login=anna", "home_server=m2" }, false },
		{ { NULL }, { "login=anna", "address=a@b.example" }, false },
		{ { NULL }, { NULL }, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		struct record *before = pairs[i].before[0] ? record_of(pairs[i].before) : NULL, *after = pairs[i].after[0] ? record_of(pairs[i].after) : NULL;

		if (witness_wanted(&kind_user, before, after) != pairs[i].wanted)
			fail_msg("pair %zu", i);
		record_free(before);
		record_free(after);
	}
	assert_false(witness_wanted(kind_find("group"), NULL, NULL));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sentences),
		cmocka_unit_test(test_wanted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
