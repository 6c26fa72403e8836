/*
 * Shared folders on the real slapd: made with rights, changed, deleted and
 * taken back to equal attributes; what is refused names its field; what two
 * people do to one folder is never lost silently.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "gate_live.h"
#include "model/change.h"

static char folder[64];

static int name_it(void **state)
{
	(void)state;
	snprintf(folder, sizeof folder, "live%d@example.com", (int)getpid());
	return 0;
}

static const struct field *field_of(const char *name)
{
	return kind_field(&kind_folder, name);
}

static struct change *creation(void)
{
	struct change *change = change_new(VERB_ADD, &kind_folder, folder);

	change_edit_text(change, field_of("name"), EDIT_SET, folder);
	change_edit_text(change, field_of("home_server"), EDIT_SET, "mail1.example.com");
	change_edit_text(change, field_of("quota"), EDIT_SET, "524288000");
	change_edit_text(change, field_of("rights"), EDIT_ADD, "who=jan.novak@example.org right=write");
	change_edit_text(change, field_of("rights"), EDIT_ADD, "who=All%20Hands right=post");
	change_edit_text(change, field_of("rights"), EDIT_ADD, "who=anyone right=read");
	return change;
}

static void deleted(struct live *live)
{
	struct change *change = change_new(VERB_DELETE, &kind_folder, folder);

	assert_int_equal(live_change(live, change), OUTCOME_APPLIED);
}

/* What a test that failed left behind. */
static int leave_nothing(void **state)
{
	struct live live;

	(void)state;
	if (!live_there())
		return 0;
	live_open(&live);
	if (live_read(&live, "folder", folder) != NULL)
		deleted(&live);
	live_close(&live);
	return 0;
}

static bool has(const struct record *record, const char *field, const char *text)
{
	return change_holds(kind_field(record->kind, field), record_get(record, field), text);
}

static bool stores(const struct record *record, const char *attribute, const char *text)
{
	const struct attribute *stored = record_attribute(record, attribute);

	for (size_t i = 0; stored != NULL && i < stored->count; i++)
		if (strcmp(stored->values[i].bytes, text) == 0)
			return true;
	return false;
}

/* Reads it and compares; frees what it was. */
static void is_as_before(struct live *live, char *before)
{
	char *now;

	if (live_read(live, "folder", folder) == NULL)
		fail_msg("%s", live->error.text);
	now = live_snapshot(live);
	assert_string_equal(now, before);
	free(now);
	free(before);
}

static void test_what_is_given_is_read_back(void **state)
{
	const struct record *record;
	struct live live;

	(void)state;
	if (!live_there())
		skip();
	live_open(&live);
	assert_int_equal(live_change(&live, creation()), OUTCOME_APPLIED);
	record = live_read(&live, "folder", folder);
	assert_non_null(record);
	assert_string_equal(record_text(record, "name"), folder);
	assert_string_equal(record_text(record, "home_server"), "mail1.example.com");
	assert_string_equal(record_text(record, "quota"), "524288000");
	assert_int_equal(record_get(record, "rights")->count, 3);
	assert_true(has(record, "rights", "who=jan.novak@example.org right=write"));
	assert_true(stores(record, "univentionMailACL", "All Hands post"));
	assert_true(stores(record, "univentionMailACL", "anyone read"));
	assert_non_null(strstr(record_text(record, "seen_as"), "/INBOX"));
	/* Whom the rights name is told so. */
	record = live_read(&live, "group", "All Hands");
	assert_true(has(record, "folder_rights", arena_format(record->arena, "%s: post", folder)));
	record = live_read(&live, "user", "jnovak1");
	assert_true(has(record, "folder_rights", arena_format(record->arena, "%s: write", folder)));
	assert_int_equal(live_undo(&live, live.id), OUTCOME_APPLIED);
	assert_null(live_read(&live, "folder", folder));
	assert_int_equal(live.error.kind, ERROR_NOT_FOUND);
	live_close(&live);
}

static void test_changes_are_taken_back(void **state)
{
	static const struct { const char *field; enum edit_how how; const char *text; } cases[] = {
		{ "quota", EDIT_SET, "1073741824" }, { "quota", EDIT_SET, NULL }, { "home_server", EDIT_SET, "mail2.example.com" },
		{ "rights", EDIT_ADD, "who=All%20Hands right=all" }, { "rights", EDIT_ADD, "who=anna.schmid@example.com right=append" },
		{ "rights", EDIT_REMOVE, "who=anyone right=read" }, { "rights", EDIT_ADD, "who=anyone right=none" }, { "rights", EDIT_SET, NULL },
		{ "address", EDIT_SET, "live.folder@example.com" },
	};
	struct live live;

	(void)state;
	if (!live_there())
		skip();
	live_open(&live);
	assert_int_equal(live_change(&live, creation()), OUTCOME_APPLIED);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char *before, *after;

		assert_non_null(live_read(&live, "folder", folder));
		before = live_snapshot(&live);
		if (live_change(&live, live_edit_value(&live, cases[i].field, cases[i].how, cases[i].text)) != OUTCOME_APPLIED)
			fail_msg("%s %s: %s", cases[i].field, cases[i].text, live.error.text);
		assert_non_null(live_read(&live, "folder", folder));
		after = live_snapshot(&live);
		assert_string_not_equal(after, before);
		free(after);
		if (strcmp(cases[i].field, "address") == 0)
			assert_true(stores(live.record, "univentionMailSharedFolderDeliveryAddress",
				arena_format(live.record->arena, "univentioninternalpostuser+shared/%s", folder)));
		if (live_undo(&live, live.id) != OUTCOME_APPLIED)
			fail_msg("%s %s back: %s", cases[i].field, cases[i].text, live.error.text);
		is_as_before(&live, before);
	}
	deleted(&live);
	live_close(&live);
}

static void test_a_deletion_is_taken_back(void **state)
{
	struct live live;
	char *before;

	(void)state;
	if (!live_there())
		skip();
	live_open(&live);
	assert_int_equal(live_change(&live, creation()), OUTCOME_APPLIED);
	assert_non_null(live_read(&live, "folder", folder));
	before = live_snapshot(&live);
	deleted(&live);
	assert_null(live_read(&live, "folder", folder));
	assert_int_equal(live_undo(&live, live.id), OUTCOME_APPLIED);
	is_as_before(&live, before);
	deleted(&live);
	live_close(&live);
}

static void test_refusals_name_the_field(void **state)
{
	static const struct { const char *field; enum edit_how how; const char *text, *says; } cases[] = {
		{ "rights", EDIT_ADD, "who=nobody.here@example.com right=read", "Rights: " },
		{ "rights", EDIT_ADD, "who=No%20Such%20Group right=read", "Rights: " },
		{ "rights", EDIT_ADD, "who=anyone right=own", "Rights: " },
		{ "home_server", EDIT_SET, "mail9.example.com", "Home server: " },
		{ "quota", EDIT_SET, "1048577", "Quota: " },
		{ "address", EDIT_SET, "x@not-registered.example", "Address: " },
		{ "address", EDIT_SET, "anna.schmid@example.com", "Address: " },
		{ "name", EDIT_SET, "other@example.com", "Folder is given" },
	};
	struct change *change;
	struct live live;
	char *before;

	(void)state;
	if (!live_there())
		skip();
	live_open(&live);
	assert_int_equal(live_change(&live, creation()), OUTCOME_APPLIED);
	assert_int_equal(live_change(&live, creation()), OUTCOME_NOT_APPLIED);
	assert_non_null(live_read(&live, "folder", folder));
	before = live_snapshot(&live);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		assert_int_equal(live_change(&live, live_edit_value(&live, cases[i].field, cases[i].how, cases[i].text)), OUTCOME_NOT_APPLIED);
		if (strncmp(live.error.text, cases[i].says, strlen(cases[i].says)) != 0)
			fail_msg("%s %s: %s", cases[i].field, cases[i].text, live.error.text);
	}
	change = change_new(VERB_RENAME, &kind_folder, folder);
	change->new_name = "other@example.com";
	assert_int_equal(live_change(&live, change), OUTCOME_NOT_APPLIED);
	is_as_before(&live, before);
	deleted(&live);
	live_close(&live);
}

static void test_two_people_at_one_folder(void **state)
{
	struct live mine, theirs;
	char id[64];

	(void)state;
	if (!live_there())
		skip();
	live_open(&mine);
	live_open(&theirs);
	assert_int_equal(live_change(&mine, creation()), OUTCOME_APPLIED);
	assert_non_null(live_read(&mine, "folder", folder));
	assert_non_null(live_read(&theirs, "folder", folder));

	/* Rights of different people: both stay. */
	assert_int_equal(live_change(&theirs, live_edit_value(&theirs, "rights", EDIT_ADD, "who=Support right=read")), OUTCOME_APPLIED);
	assert_int_equal(live_change(&mine, live_edit_value(&mine, "rights", EDIT_ADD, "who=Sales right=post")), OUTCOME_APPLIED);
	assert_non_null(live_read(&mine, "folder", folder));
	assert_true(stores(mine.record, "univentionMailACL", "Support read"));
	assert_true(stores(mine.record, "univentionMailACL", "Sales post"));

	/* One value, changed between the review and the writing: shown again instead of written over. */
	gate_preview(mine.gate, live_edit_value(&mine, "quota", EDIT_SET, "2147483648"), live_on_review, &mine);
	live_wait(&mine);
	assert_true(mine.review->allowed);
	assert_non_null(live_read(&theirs, "folder", folder));
	assert_int_equal(live_change(&theirs, live_edit_value(&theirs, "quota", EDIT_SET, "3221225472")), OUTCOME_APPLIED);
	assert_int_not_equal(live_submit(&mine), OUTCOME_APPLIED);
	assert_true(mine.again);
	assert_string_equal(record_text(live_read(&mine, "folder", folder), "quota"), "3221225472");

	/* Taking back what somebody else changed since is refused. */
	assert_int_equal(live_change(&mine, live_edit_value(&mine, "quota", EDIT_SET, "4294967296")), OUTCOME_APPLIED);
	snprintf(id, sizeof id, "%s", mine.id);
	assert_non_null(live_read(&theirs, "folder", folder));
	assert_int_equal(live_change(&theirs, live_edit_value(&theirs, "quota", EDIT_SET, "5368709120")), OUTCOME_APPLIED);
	assert_int_not_equal(live_undo(&mine, id), OUTCOME_APPLIED);
	assert_string_equal(record_text(live_read(&mine, "folder", folder), "quota"), "5368709120");
	deleted(&mine);
	live_close(&theirs);
	live_close(&mine);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(test_what_is_given_is_read_back, leave_nothing),
		cmocka_unit_test_teardown(test_changes_are_taken_back, leave_nothing),
		cmocka_unit_test_teardown(test_a_deletion_is_taken_back, leave_nothing),
		cmocka_unit_test_teardown(test_refusals_name_the_field, leave_nothing),
		cmocka_unit_test_teardown(test_two_people_at_one_folder, leave_nothing),
	};

	return cmocka_run_group_tests(tests, name_it, NULL);
}
