/*
 * Quota policies on the real slapd: made, changed, renamed, deleted and taken
 * back to equal attributes; the limit written into one user and into all as one
 * change; what is refused names its field; what somebody else changes meanwhile
 * is not written over.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "gate_live.h"
#include "model/change.h"

#define MB INT64_C(1048576)

static char policy[64], profile[] = "/tmp/policies-XXXXXX.profile";

/* The profile as it is shipped lets nobody change policies; a site that needs it says so in its own. */
static int write_profile(void **state)
{
	static const char no[] = "editable = no", yes[] = "editable = yes";
	FILE *from = fopen("src/directory/profiles/ucs.profile", "r"), *to = NULL;
	char line[1000], *at;
	int descriptor;

	(void)state;
	snprintf(policy, sizeof policy, "live%d", (int)getpid());
	if (from == NULL)
		return -1;
	descriptor = mkstemps(profile, 8);
	to = descriptor < 0 ? NULL : fdopen(descriptor, "w");
	while (to != NULL && fgets(line, sizeof line, from) != NULL) {
		at = strstr(line, no);
		fprintf(to, "%.*s%s%s", at == NULL ? (int)strlen(line) : (int)(at - line), line, at == NULL ? "" : yes,
			at == NULL ? "" : at + strlen(no));
	}
	fclose(from);
	return to == NULL || fclose(to) != 0 ? -1 : 0;
}

static int remove_profile(void **state)
{
	(void)state;
	return unlink(profile);
}

static const struct field *field_of(const char *name)
{
	return kind_field(&kind_quotapolicy, name);
}

static struct change *creation(void)
{
	struct change *change = change_new(VERB_ADD, &kind_quotapolicy, policy);

	change_edit_text(change, field_of("name"), EDIT_SET, policy);
	change_edit_text(change, field_of("limit"), EDIT_SET, "3221225472");
	change_edit_text(change, field_of("warning"), EDIT_SET, "90");
	change_edit_text(change, field_of("required_classes"), EDIT_ADD, "univentionMail");
	change_edit_text(change, field_of("prohibited_classes"), EDIT_ADD, "univentionPerson");
	change_edit_text(change, field_of("filter"), EDIT_SET, "(&(uid=j*)(!(uid=jx*)))");
	change_edit_text(change, field_of("fixed"), EDIT_ADD, "univentionMailQuotaMB");
	change_edit_text(change, field_of("empty"), EDIT_ADD, "univentionMailQuotaMBSendWarningLimit");
	return change;
}

static void deleted(struct live *live)
{
	assert_int_equal(live_change(live, change_new(VERB_DELETE, &kind_quotapolicy, policy)), OUTCOME_APPLIED);
}

static int leave_nothing(void **state)
{
	struct live live;

	(void)state;
	if (!live_there())
		return 0;
	live_open_with(&live, profile);
	if (live_read(&live, "quotapolicy", policy) != NULL)
		deleted(&live);
	live_close(&live);
	return 0;
}

static void is_as_before(struct live *live, const char *kind, const char *name, char *before)
{
	char *now;

	if (live_read(live, kind, name) == NULL)
		fail_msg("%s: %s", name, live->error.text);
	now = live_snapshot(live);
	assert_string_equal(now, before);
	free(now);
	free(before);
}

static void test_what_is_given_is_read_back(void **state)
{
	static const struct { const char *field, *text; } given[] = {
		{ "name", policy }, { "limit", "3221225472" }, { "warning", "90" }, { "required_classes", "univentionMail" },
		{ "prohibited_classes", "univentionPerson" }, { "filter", "(&(uid=j*)(!(uid=jx*)))" }, { "fixed", "univentionMailQuotaMB" },
		{ "empty", "univentionMailQuotaMBSendWarningLimit" }, { "reaches", "nobody" },
	};
	struct live live;
	char *before;

	(void)state;
	if (!live_there())
		skip();
	live_open_with(&live, profile);
	if (live_change(&live, creation()) != OUTCOME_APPLIED)
		fail_msg("%s", live.error.text);
	assert_non_null(live_read(&live, "quotapolicy", policy));
	for (size_t i = 0; i < sizeof given / sizeof *given; i++)
		assert_string_equal(record_text(live.record, given[i].field), given[i].text);
	before = live_snapshot(&live);
	deleted(&live);
	assert_null(live_read(&live, "quotapolicy", policy));
	assert_int_equal(live_undo(&live, live.id), OUTCOME_APPLIED);
	is_as_before(&live, "quotapolicy", policy, before);
	live_close(&live);
}

static void test_changes_are_taken_back(void **state)
{
	static const struct { const char *field; enum edit_how how; const char *text; } cases[] = {
		{ "limit", EDIT_SET, "4294967296" }, { "limit", EDIT_SET, NULL }, { "warning", EDIT_SET, "75" }, { "filter", EDIT_SET, NULL },
		{ "required_classes", EDIT_ADD, "person" }, { "prohibited_classes", EDIT_REMOVE, "univentionPerson" }, { "fixed", EDIT_SET, NULL },
	};
	struct live live;

	(void)state;
	if (!live_there())
		skip();
	live_open_with(&live, profile);
	assert_int_equal(live_change(&live, creation()), OUTCOME_APPLIED);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char *before;

		assert_non_null(live_read(&live, "quotapolicy", policy));
		before = live_snapshot(&live);
		if (live_change(&live, live_edit_value(&live, cases[i].field, cases[i].how, cases[i].text)) != OUTCOME_APPLIED)
			fail_msg("%s: %s", cases[i].field, live.error.text);
		if (live_undo(&live, live.id) != OUTCOME_APPLIED)
			fail_msg("%s back: %s", cases[i].field, live.error.text);
		is_as_before(&live, "quotapolicy", policy, before);
	}
	live_close(&live);
}

/* What names it follows a renaming, so it reaches whom it reached. */
static void test_a_renaming_is_followed(void **state)
{
	struct change *change = change_new(VERB_RENAME, &kind_quotapolicy, "sales-quota");
	struct live live;
	char reached[2000];

	(void)state;
	if (!live_there()) {
		change_free(change);
		skip();
	}
	live_open_with(&live, profile);
	assert_non_null(live_read(&live, "quotapolicy", "sales-quota"));
	snprintf(reached, sizeof reached, "%s", record_text(live.record, "reaches"));
	assert_non_null(strstr(reached, " users: "));
	change->new_name = policy;
	assert_int_equal(live_change(&live, change), OUTCOME_APPLIED);
	assert_string_equal(record_text(live_read(&live, "quotapolicy", policy), "reaches"), reached);
	assert_int_equal(live_undo(&live, live.id), OUTCOME_APPLIED);
	assert_string_equal(record_text(live_read(&live, "quotapolicy", "sales-quota"), "reaches"), reached);
	live_close(&live);
}

static void test_the_limit_is_written(void **state)
{
	struct live live;
	char *before;
	size_t reached;

	(void)state;
	if (!live_there())
		skip();
	live_open(&live);
	assert_non_null(live_read(&live, "user", "jnovak1"));
	before = live_snapshot(&live);
	assert_string_equal(record_text(live.record, "policy_quota"), "1048576000");
	assert_non_null(strstr(record_get(live.record, "quota")->note, "not written here"));

	/* Into one, by the policy; by the user; into all. Each is one set, and one undo takes it back. */
	assert_non_null(live_read(&live, "quotapolicy", "standard-quota"));
	assert_int_equal(live_change(&live, live_edit_value(&live, "written", EDIT_ADD, "jnovak1")), OUTCOME_APPLIED);
	assert_string_equal(record_text(live_read(&live, "quotapolicy", "standard-quota"), "written"), "jnovak1");
	assert_string_equal(record_text(live_read(&live, "user", "jnovak1"), "quota"), "1048576000");
	assert_string_equal(record_get(live.record, "quota")->note, "as the policy says");
	assert_int_equal(live_undo(&live, live.id), OUTCOME_APPLIED);
	assert_non_null(live_read(&live, "user", "jnovak1"));
	assert_int_equal(live_change(&live, live_edit(&live, "quota", record_text(live.record, "policy_quota"))), OUTCOME_APPLIED);
	assert_string_equal(record_text(live_read(&live, "user", "jnovak1"), "quota"), "1048576000");
	assert_int_equal(live_undo(&live, live.id), OUTCOME_APPLIED);
	assert_non_null(live_read(&live, "quotapolicy", "standard-quota"));
	reached = strtoul(record_text(live.record, "reaches"), NULL, 10);
	assert_true(reached > 100);
	assert_int_equal(live_change(&live, live_edit_value(&live, "written", EDIT_ADD, "*")), OUTCOME_APPLIED);
	assert_int_equal(record_get(live_read(&live, "quotapolicy", "standard-quota"), "written")->count, reached);
	assert_int_equal(live_undo(&live, live.id), OUTCOME_APPLIED);
	assert_int_equal(record_get(live_read(&live, "quotapolicy", "standard-quota"), "written")->count, 0);
	is_as_before(&live, "user", "jnovak1", before);
	live_close(&live);
}

static void test_refusals_name_the_field(void **state)
{
	static const struct { const char *field; enum edit_how how; const char *text, *says; } cases[] = {
		{ "filter", EDIT_SET, "(uid=j", "Filter: " }, { "limit", EDIT_SET, "1048577", "Limit: " }, { "limit", EDIT_SET, "lots", "Limit: " },
		{ "warning", EDIT_SET, "101", "Warning at %: " }, { "required_classes", EDIT_ADD, "two words", "Only with classes: " },
		{ "fixed", EDIT_ADD, "\xc3\xa4", "Fixed attributes: " }, { "written", EDIT_ADD, "nobody.here", "Written into: " },
		{ "written", EDIT_REMOVE, "jnovak1", "Written into: " },
	};
	struct live live;
	char *before;

	(void)state;
	if (!live_there())
		skip();
	live_open_with(&live, profile);
	assert_int_equal(live_change(&live, creation()), OUTCOME_APPLIED);
	assert_int_equal(live_change(&live, creation()), OUTCOME_NOT_APPLIED);
	assert_non_null(live_read(&live, "quotapolicy", policy));
	before = live_snapshot(&live);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		assert_int_equal(live_change(&live, live_edit_value(&live, cases[i].field, cases[i].how, cases[i].text)), OUTCOME_NOT_APPLIED);
		if (strncmp(live.error.text, cases[i].says, strlen(cases[i].says)) != 0)
			fail_msg("%s %s: %s", cases[i].field, cases[i].text, live.error.text);
	}
	is_as_before(&live, "quotapolicy", policy, before);
	live_close(&live);

	/* As shipped they are only shown, and that is said. */
	live_open(&live);
	assert_non_null(live_read(&live, "quotapolicy", "sales-quota"));
	assert_int_equal(live_change(&live, live_edit_value(&live, "limit", EDIT_SET, "4294967296")), OUTCOME_NOT_APPLIED);
	assert_non_null(strstr(live.error.text, "only shown"));
	live_close(&live);
}

static void test_two_people_at_one_quota(void **state)
{
	struct live mine, theirs;
	char was[40], text[40];

	(void)state;
	if (!live_there())
		skip();
	live_open(&mine);
	live_open(&theirs);
	assert_non_null(live_read(&theirs, "user", "jnovak1"));
	snprintf(was, sizeof was, "%s", record_text(theirs.record, "quota"));
	snprintf(text, sizeof text, "%lld", (long long)(strtoll(was, NULL, 10) + 7 * MB));

	/* The quota changes between the review and the writing: the review comes back. */
	assert_non_null(live_read(&mine, "quotapolicy", "standard-quota"));
	gate_preview(mine.gate, live_edit_value(&mine, "written", EDIT_ADD, "jnovak1"), live_on_review, &mine);
	live_wait(&mine);
	assert_true(mine.review->allowed);
	assert_int_equal(live_change(&theirs, live_edit(&theirs, "quota", text)), OUTCOME_APPLIED);
	live_submit(&mine);
	assert_string_equal(record_text(live_read(&theirs, "user", "jnovak1"), "quota"), mine.outcome == OUTCOME_APPLIED ? "1048576000" : text);
	assert_int_not_equal(mine.outcome, OUTCOME_APPLIED);
	assert_true(mine.again);

	/* It changes after the writing: taking that back would write over somebody's value. */
	assert_int_equal(live_submit(&mine), OUTCOME_APPLIED);
	assert_non_null(live_read(&theirs, "user", "jnovak1"));
	assert_int_equal(live_change(&theirs, live_edit(&theirs, "quota", was)), OUTCOME_APPLIED);
	assert_int_not_equal(live_undo(&mine, mine.id), OUTCOME_APPLIED);
	assert_string_equal(record_text(live_read(&theirs, "user", "jnovak1"), "quota"), was);
	live_close(&theirs);
	live_close(&mine);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(test_what_is_given_is_read_back, leave_nothing),
		cmocka_unit_test_teardown(test_changes_are_taken_back, leave_nothing),
		cmocka_unit_test(test_a_renaming_is_followed),
		cmocka_unit_test(test_the_limit_is_written),
		cmocka_unit_test_teardown(test_refusals_name_the_field, leave_nothing),
		cmocka_unit_test(test_two_people_at_one_quota),
	};

	return cmocka_run_group_tests(tests, write_profile, remove_profile);
}
