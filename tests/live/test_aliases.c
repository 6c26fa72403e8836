/* Aliases on the real slapd: the list against the entries, the way of mail, and changes that become the owner's. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "gate_live.h"
#include "model/change.h"

struct listed {
	struct live *live;
	size_t rows, alternates, users;
	bool seen;                         /* the row with this address and owner */
	char address[100], owner[100], remark[100], leads_to[200];
	struct list_end end;
};

static const char *cell(const struct rows *rows, const struct row *row, const char *name)
{
	for (size_t i = 0; i < rows->column_count; i++)
		if (strcmp(rows->columns[i]->name, name) == 0)
			return row->values[i].bytes;
	return "";
}

static void on_rows(void *context, struct rows *takes)
{
	struct listed *listed = context;

	for (size_t i = 0; i < takes->count; i++) {
		const struct row *row = &takes->rows[i];

		/* Rows whose address others hold too come again, saying so. */
		listed->rows += !takes->again;
		listed->alternates += !takes->again && strcmp(cell(takes, row, "target"), "alternate") == 0;
		if (strcmp(row->name, listed->address) != 0 || strcmp(cell(takes, row, "owner"), listed->owner) != 0)
			continue;
		listed->seen = true;
		snprintf(listed->remark, sizeof listed->remark, "%s", cell(takes, row, "remark"));
		snprintf(listed->leads_to, sizeof listed->leads_to, "%s", cell(takes, row, "leads_to"));
	}
	rows_free(takes);
}

/* Users: how many alternative addresses they have together. */
static void on_users(void *context, struct rows *takes)
{
	struct listed *listed = context;

	for (size_t i = 0; i < takes->count; i++) {
		const char *values = cell(takes, &takes->rows[i], "alternates");

		for (listed->users += *values != '\0'; (values = strstr(values, ", ")) != NULL; values += 2)
			listed->users++;
	}
	rows_free(takes);
}

static void on_end(void *context, const struct list_end *end)
{
	struct listed *listed = context;

	listed->end = *end;
	listed->live->done = true;
}

static void list(struct live *live, struct listed *listed, const char *kind, const char *address, const char *owner, size_t limit)
{
	struct list_request request = { .kind = kind_find(kind), .limit = limit };

	memset(listed, 0, sizeof *listed);
	listed->live = live;
	snprintf(listed->address, sizeof listed->address, "%s", address);
	snprintf(listed->owner, sizeof listed->owner, "%s", owner);
	directory_list(live->directory, &request, strcmp(kind, "user") == 0 ? on_users : on_rows, on_end, listed);
	live_wait(live);
}

static void test_list_has_what_users_have(void **state)
{
	struct listed users, aliases;
	struct live live;

	(void)state;
	if (!live_there())
		skip();
	live_open(&live);
	list(&live, &users, "user", "", "", 0);
	list(&live, &aliases, "alias", "office@example.com", "aschmid1", 0);
	assert_true(users.end.complete && aliases.end.complete);
	assert_true(users.users > 5);
	assert_int_equal(aliases.alternates, users.users);
	assert_true(aliases.rows > aliases.alternates);
	assert_true(aliases.seen);
	assert_string_equal(aliases.remark, "shared by 2, allowed");
	assert_string_equal(aliases.leads_to, "anna.schmid@example.com");
	list(&live, &aliases, "alias", "", "", 7);
	assert_int_equal(aliases.rows, 7);
	assert_false(aliases.end.complete);
	live_close(&live);
}

static bool tells(const struct record *record, const char *field, const char *words)
{
	const struct field_values *values = record_get(record, field);

	for (size_t i = 0; i < values->count; i++)
		if (strstr(values->values[i].bytes, words) != NULL)
			return true;
	return false;
}

static void test_ways(void **state)
{
	static const struct { const char *address, *hop, *reaches; } cases[] = {
		{ "office@example.com", "mailbox of jnovak1", "2 mailboxes here" },
		{ "lena.loop@example.com", "LOOP", "nobody; 1 loop" },
		{ "fritz.dangling@example.com", "DEAD END", "nobody; 1 dead end" },
		{ "newsletter@example.com", "press@outside.test: leaves this system", "addresses outside" },
		{ "allhands@example.com", "member of Sales", "mailboxes here" },
		{ "OFFICE@Example.com", "mailbox of aschmid1", "2 mailboxes here" },
	};
	struct live live;

	(void)state;
	if (!live_there())
		skip();
	live_open(&live);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		const struct record *record = live_read(&live, "alias", cases[i].address);

		if (record == NULL)
			fail_msg("%s: %s", cases[i].address, live.error.text);
		assert_true(tells(record, "hops", cases[i].hop));
		assert_true(tells(record, "reaches", cases[i].reaches));
	}
	assert_null(live_read(&live, "alias", "anna.schmid@example.com"));
	assert_non_null(strstr(live.error.text, "own address"));
	assert_null(live_read(&live, "alias", "not.there@example.com"));
	assert_int_equal(live.error.kind, ERROR_NOT_FOUND);
	live_close(&live);
}

static struct change *alias_change(enum verb verb, const char *address, enum edit_how how, const char *owner)
{
	struct change *change = change_new(verb, &kind_alias, address);

	if (owner != NULL)
		change_edit_text(change, kind_field(&kind_alias, "owner"), how, owner);
	return change;
}

static void test_changes_become_the_owners(void **state)
{
	static const char *const address = "live.alias@example.com";
	struct listed listed;
	struct change *change;
	char added[64];
	struct live live;

	(void)state;
	if (!live_there())
		skip();
	live_open(&live);
	assert_int_equal(live_change(&live, alias_change(VERB_ADD, address, EDIT_SET, "aschmid1")), OUTCOME_APPLIED);
	snprintf(added, sizeof added, "%s", live.id);
	assert_string_equal(live_history(&live)->entries[0].kind, "user");
	list(&live, &listed, "alias", address, "aschmid1", 0);
	assert_true(listed.seen);
	assert_string_equal(listed.remark, "");

	/* Shared: not without saying of whom; by the row's id, or as an edit of the owners. */
	assert_int_equal(live_change(&live, alias_change(VERB_EDIT, address, EDIT_ADD, "jnovak1")), OUTCOME_APPLIED);
	assert_int_equal(live_change(&live, alias_change(VERB_DELETE, address, EDIT_SET, NULL)), OUTCOME_NOT_APPLIED);
	assert_non_null(strstr(live.error.text, "aschmid1"));
	assert_non_null(strstr(live.error.text, "jnovak1"));
	change = alias_change(VERB_DELETE, address, EDIT_SET, NULL);
	assert_non_null(live_read(&live, "user", "jnovak1"));
	change->id = arena_format(change->arena, "%s/%s", live.record->id, address);
	assert_int_equal(live_change(&live, change), OUTCOME_APPLIED);
	list(&live, &listed, "alias", address, "jnovak1", 0);
	assert_false(listed.seen);

	assert_int_equal(live_undo(&live, added), OUTCOME_APPLIED);
	assert_null(live_read(&live, "alias", address));
	live_close(&live);
}

static void test_refusals(void **state)
{
	static const struct { enum verb verb; const char *address, *owner, *says; } cases[] = {
		{ VERB_ADD, "x@not-registered.example", "aschmid1", "not registered" },
		{ VERB_ADD, "x@example.com", NULL, "Owner" },
		{ VERB_ADD, "x@example.com", "nobody.at.all", "no user" },
		{ VERB_DELETE, "allhands@example.com", NULL, "group All Hands" },
		{ VERB_DELETE, "lena.loop@example.com", NULL, "user lloop1" },
	};
	struct live live;

	(void)state;
	if (!live_there())
		skip();
	live_open(&live);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		assert_int_equal(live_change(&live, alias_change(cases[i].verb, cases[i].address, EDIT_SET, cases[i].owner)), OUTCOME_NOT_APPLIED);
		if (strstr(live.error.text, cases[i].says) == NULL)
			fail_msg("%s: %s", cases[i].address, live.error.text);
	}
	live_close(&live);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_list_has_what_users_have),
		cmocka_unit_test(test_ways),
		cmocka_unit_test(test_changes_become_the_owners),
		cmocka_unit_test(test_refusals),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
