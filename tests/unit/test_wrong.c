/* Tests of model/wrong.c: which faults are told, and the worst first, whoever found them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/memory.h"
#include "model/wrong.h"

static struct record *person(void)
{
	struct record *record = record_new(&kind_user);

	record_set_text(record, "address", "a@example.com");
	record_set_text(record, "home_server", "mail1.example.com");
	record_set_text(record, "state", "no lock seen");
	return record;
}

static void expect(const struct record *record, const char *wanted)
{
	struct arena *arena = arena_new();
	struct wrong *list;
	size_t count = wrong_with(arena, record, &list);
	char *rules = arena_text(arena, "");

	for (size_t i = 0; i < count; i++)
		rules = arena_format(arena, "%s%s%s%s", rules, i > 0 ? " " : "", list[i].severe ? "!" : "", list[i].rule);
	assert_string_equal(rules, wanted);
	arena_free(arena);
}

static void what_the_record_tells(void **state)
{
	struct record *record = person();

	(void)state;
	expect(record, "");
	record_set_text(record, "quota", "0");
	expect(record, "");
	record_set_text(record, "quota", "-5");
	expect(record, "!odd-quota");
	record_set_text(record, "quota", NULL);
	record_set_text(record, "forwards", "b@example.com");
	expect(record, "");
	record_set_text(record, "keep_copy", "no");
	expect(record, "!no-copy");
	record_set_text(record, "state", "locked");
	expect(record, "!account-state !no-copy");
	record->foreign = true;
	record_set_text(record, "home_server", NULL);
	expect(record, "!account-state !no-copy no-server foreign");
	record_free(record);
}

static void locks_are_told_apart(void **state)
{
	static const struct { const char *state, *locked, *failed, *words; } cases[] = {
		{ "locked", "yes", "no", "locked by an admin: no login" },
		{ "locked", "no", "yes", "locked by wrong passwords: no login" },
		{ "no lock seen", "no", "yes", "locked by wrong passwords: no login" },
		{ "locked", "yes", "yes", "locked by an admin, and by wrong passwords" },
		{ "locked", NULL, NULL, "the account is locked" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct record *record = person();
		struct arena *arena = arena_new();
		struct wrong *list;

		record_set_text(record, "state", cases[i].state);
		record_set_text(record, "locked", cases[i].locked);
		record_set_text(record, "failed_lock", cases[i].failed);
		assert_int_equal(wrong_with(arena, record, &list), 1);
		assert_string_equal(list[0].rule, "account-state");
		assert_memory_equal(list[0].sentence, cases[i].words, strlen(cases[i].words));
		arena_free(arena);
		record_set_text(record, "must_change", "yes");
		expect(record, "!account-state must-change");
		record_free(record);
	}
}

/* The end of an account is no lock, and a lock that nothing obeys keeps nobody out. */
static void ends_and_marks_are_told_apart(void **state)
{
	struct record *record = person();
	struct arena *arena = arena_new();
	struct wrong *list;

	(void)state;
	record_set_text(record, "state", "expired");
	expect(record, "!account-expired");
	record->fields[kind_field_index(&kind_user, kind_field(&kind_user, "state"))].note = "since 2026-11-01";
	record->fields[kind_field_index(&kind_user, kind_field(&kind_user, "state"))].origin = "expiry date";
	wrong_with(arena, record, &list);
	assert_string_equal(list[0].sentence, "the account has expired since 2026-11-01 (expiry date): no login to mail, no sending");
	record_set_text(record, "state", "locked");
	record_set_text(record, "locked", "yes");
	record->fields[kind_field_index(&kind_user, kind_field(&kind_user, "locked"))].note = "as the password policy; but the password policy cn=x has no "
		"pwdLockout, so it keeps nobody out";
	wrong_with(arena, record, &list);
	assert_string_equal(list[0].sentence, "marked as locked, but the password policy has no pwdLockout: logins go on all the same");
	arena_free(arena);
	record_free(record);
}

/* What the history knows better than the record stands in its place; what it does not know changes nothing. */
static void the_history_names_the_lock(void **state)
{
	static const struct { const char *locked, *failed, *note; struct wrong_before before; const char *rules, *words; } cases[] = {
		{ "yes", "no", NULL, { .locked_by = NULL }, "account-state", "locked by an admin: no login to mail, no sending" },
		{ "yes", "no", NULL, { .refused = true }, "account-state", "locked by an admin; it may be STOLEN, since Postfix refuses the login too: no login to mail, no sending" },
		{ "no", "yes", NULL, { .refused = true }, "account-state", "locked by wrong passwords: no login to mail, no sending" },
		{ "yes", "no", NULL, { "you", "2026-11-20 16:31", "T-99", "as STOLEN", false, NULL }, "account-state",
			"locked as STOLEN (you, 2026-11-20 16:31, T-99): no login to mail, no sending" },
		{ "yes", "yes", NULL, { "m.koch", "2026-11-20 16:31", "", "as a leaver", false, NULL }, "account-state",
			"locked as a leaver (m.koch, 2026-11-20 16:31), and by wrong passwords: no login to mail, no sending" },
		{ "yes", "no", NULL, { "m.koch", "2026-11-20 16:31", "", NULL, false, NULL }, "account-state",
			"locked by an admin (m.koch, 2026-11-20 16:31): no login to mail, no sending" },
		{ "no", "yes", NULL, { "you", "2026-11-20 16:31", "", "as STOLEN", false, NULL }, "account-state", "locked by wrong passwords: no login to mail, no sending" },
		{ "yes", "no", "but the password policy cn=x has no pwdLockout, so it keeps nobody out", { "you", "2026-11-20 16:31", "", "as STOLEN", false, NULL },
			"account-state", "marked as locked, but the password policy has no pwdLockout: logins go on all the same" },
		{ "no", "no", NULL, { .without_password = "2026-11-20 16:31" }, "no-password",
			"came back 2026-11-20 16:31 WITHOUT a password, none set since is known here: no login, no sending" },
		{ "yes", "no", NULL, { "you", "2026-11-20 16:31", "", NULL, true, "2026-11-20 16:40" }, "account-state no-password",
			"locked by an admin (you, 2026-11-20 16:31): no login to mail, no sending" },
	};
	static const struct finding none = { "no-password", "password", true, "there is no password in the directory" };

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct record *record = person();
		struct arena *arena = arena_new();
		struct wrong *list;
		const char *rules = "";
		size_t count;

		record_set_text(record, "locked", cases[i].locked);
		record_set_text(record, "failed_lock", cases[i].failed);
		record->fields[kind_field_index(&kind_user, kind_field(&kind_user, "locked"))].note = cases[i].note;
		count = wrong_with_before(arena, record, &cases[i].before, &list);
		for (size_t j = 0; j < count; j++)
			rules = arena_format(arena, "%s%s%s", rules, j > 0 ? " " : "", list[j].rule);
		assert_string_equal(rules, cases[i].rules);
		assert_string_equal(list[0].sentence, cases[i].words);
		/* The directory itself knows better still. */
		record->findings = &none;
		record->finding_count = 1;
		count = wrong_with_before(arena, record, &cases[i].before, &list);
		assert_string_equal(list[count - 1].sentence, none.sentence);
		assert_true(count == 1 || strcmp(list[count - 2].rule, "no-password") != 0);
		arena_free(arena);
		record_free(record);
	}
}

static void what_the_servers_tell(void **state)
{
	static const struct { struct wrong_now now; const char *rules, *words; } cases[] = {
		{ { .percent = -1 }, "", "" },
		{ { .percent = 89, .used = "1", .limit = "2" }, "", "" },
		{ { .percent = 90, .used = "1.8 GB", .limit = "2 GB" }, "mailbox-filling", "mailbox nearly full: 90 %, 1.8 GB of 2 GB; a big mail is refused first" },
		{ { .percent = 100, .used = "2 GB", .limit = "2 GB" }, "!mailbox-full", "mailbox full: 2 GB of 2 GB, new mail is refused" },
		{ { .percent = 140, .used = "2.8 GB", .limit = "2 GB" }, "!mailbox-full", "mailbox full: 2.8 GB of 2 GB, new mail is refused" },
		{ { .percent = -1, .waiting = 1 }, "mail-waits", "1 mail to this person waits" },
		{ { .percent = -1, .waiting = 3, .waiting_why = "mailbox is full" }, "mail-waits", "3 mails to this person wait: mailbox is full" },
		{ { .percent = -1, .waiting = 20, .waiting_more = true }, "mail-waits", "20 or more mails to this person wait" },
		{ { .percent = 85, .used = "1.7 GB", .limit = "2 GB", .unfit_at = "14:01" }, "!mailbox-refused",
			"mail was turned away (14:01): no room in the mailbox; 85 % used, 1.7 GB of 2 GB" },
		{ { .percent = 92, .used = "1.8 GB", .limit = "2 GB", .waiting = 2, .unfit = 2, .unfit_at = "14:01" }, "!mailbox-refused",
			"2 mails wait: no room in the mailbox; 92 % used, 1.8 GB of 2 GB" },
		{ { .percent = -1, .waiting = 3, .unfit = 1, .waiting_why = "no route" }, "!mailbox-refused mail-waits", "1 mail waits: no room in the mailbox" },
		{ { .percent = 100, .used = "2 GB", .limit = "2 GB", .waiting = 1, .unfit = 1, .unfit_at = "14:01" }, "!mailbox-full mail-waits",
			"mailbox full: 2 GB of 2 GB, new mail is refused" },
		{ { .percent = -1, .script = "main", .script_to = "me@elsewhere.example" }, "filter-forwards", "the filter main sends mail on to me@elsewhere.example" },
		{ { .percent = -1, .refused = "anna, a@x.example", .refused_by = "mail1" }, "!refused-login",
			"Postfix on mail1 takes no mail from the login anna, a@x.example, so sending is refused" },
		{ { .percent = 100, .used = "2 GB", .limit = "2 GB", .home_down = "mail3", .down_since = "13:50", .waiting = 2, .home_unknown = "mail9" },
			"!home-down !mailbox-full mail-waits home-unknown", "home server mail3 gives no answer since 13:50: no login, new mail waits" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct arena *arena = arena_new();
		struct wrong *list;
		size_t count = wrong_of_now(arena, &cases[i].now, &list);
		char *rules = arena_text(arena, "");

		for (size_t j = 0; j < count; j++)
			rules = arena_format(arena, "%s%s%s%s", rules, j > 0 ? " " : "", list[j].severe ? "!" : "", list[j].rule);
		assert_string_equal(rules, cases[i].rules);
		assert_string_equal(count > 0 ? list[0].sentence : "", cases[i].words);
		arena_free(arena);
	}
}

static void members_named_once(void **state)
{
	struct record *record = record_new(&kind_group);

	(void)state;
	record_set_text(record, "members", "anna");
	expect(record, "");
	record->fields[kind_field_index(&kind_group, kind_field(&kind_group, "members"))].note = "only by DN: anna";
	expect(record, "half-members");
	record_free(record);
}

static void what_others_tell(void **state)
{
	static const struct finding findings[] = {
		{ "mild", NULL, false, "mild words" },
		{ "forward-circle", "forwards", true, "in a circle" },
	};
	struct record *record = person(), *copy;
	struct arena *arena = arena_new();

	(void)state;
	record->findings = findings;
	record->finding_count = 2;
	expect(record, "!forward-circle mild");
	record_set_text(record, "forwards", "b@example.com");
	record_set_text(record, "keep_copy", "no");
	record->foreign = true;
	expect(record, "!no-copy !forward-circle foreign mild");
	copy = record_copy(arena, record);
	assert_int_equal(copy->finding_count, 2);
	assert_string_equal(copy->findings[1].sentence, "in a circle");
	assert_string_equal(copy->findings[1].field, "forwards");
	assert_ptr_not_equal(copy->findings, findings);
	arena_free(arena);
	record_free(record);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_the_record_tells),
		cmocka_unit_test(locks_are_told_apart),
		cmocka_unit_test(ends_and_marks_are_told_apart),
		cmocka_unit_test(the_history_names_the_lock),
		cmocka_unit_test(what_the_servers_tell),
		cmocka_unit_test(members_named_once),
		cmocka_unit_test(what_others_tell),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
