/*
 * test_udm: what goes through UDM, against the fake of tests/fakes over the
 * real slapd of tests/lab: each verb there and back, each refusal, each fault,
 * and what became of requests that nobody answered.  The fake is made from
 * documents; see docs/safety.md.  Longer than 600 lines because all of it is one
 * store before one fake, whose requests are counted to the end.
 */
#include <pthread.h>

#include "base/text.h"
#include "gate/gate.h"
#include "tests/fakes/fake_udm.h"
#include "walk.h"

static struct live live;
static struct store *store;
static struct fake_udm *fake;
static LDAP *hand, *other;
static const struct kind *users;
static char base_users[200];

static int open_all(void **state)
{
	(void)state;
	if (live_missing())
		return 0;
	fake = fake_udm_new(live_env("LAB_URI"), live_env("LAB_CA"), live_env("LAB_BASE"), live_env("LAB_ROOT_DN"), live_env("LAB_ROOT_SECRET"));
	live_prepare(&live, "ADMIN");
	live.settings.profile = "ucs";
	live.settings.direct = false;
	live.settings.udm = (struct directory_udm){ .url = fake_udm_url(fake), .user = "postroom", .password_file = live_env("LAB_ROOT_SECRET"), .plain = true, .seconds = 3 };
	live_open(&live);
	assert_true(live_wait(&live, DIRECTORY_UP, 5000));
	store = directory_store(live.directory);
	hand = hand_open();
	other = hand_open();
	assert_non_null(hand);
	users = kind_find("user");
	live_dn(base_users, sizeof base_users, "cn=users");
	return 0;
}

static int close_all(void **state)
{
	(void)state;
	if (live_missing())
		return 0;
	/* Nothing was ever written through UDM without the ETag that was just read, and PUT was never used. */
	assert_int_equal(fake_udm_unguarded(fake), 0);
	assert_int_equal(fake_udm_count(fake, "PUT"), 0);
	hand_close(hand);
	hand_close(other);
	live_close(&live);
	fake_udm_free(fake);
	return 0;
}

static const char *user_dn(const char *login)
{
	static char dn[4][300];
	static unsigned next;
	char *out = dn[next++ % 4];

	snprintf(out, 300, "uid=%s,%s", login, base_users);
	return out;
}

static void expect(struct walk *walk, enum outcome got, enum outcome want)
{
	if (got != want)
		fail_msg("outcome %d, not %d: %s", got, want, walk->error.text);
}

static struct change *new_user(const char *login, const char *address)
{
	struct change *change = change_new(VERB_ADD, users, login);

	change_edit_text(change, kind_field(users, "login"), EDIT_SET, login);
	change_edit_text(change, kind_field(users, "given_name"), EDIT_SET, "Test");
	change_edit_text(change, kind_field(users, "family_name"), EDIT_SET, "P\xc3\xa4rson");
	change_edit_text(change, kind_field(users, "password"), EDIT_SET, "first secret words");
	if (address != NULL)
		change_edit_text(change, kind_field(users, "address"), EDIT_SET, address);
	return change;
}

static void make_user(const char *login, const char *address)
{
	struct change *change = new_user(login, address);
	struct walk walk;

	walk_begin(&walk);
	expect(&walk, walk_change(&walk, store, change), OUTCOME_APPLIED);
	assert_int_equal(walk.plan.count, 1);
	change_free(change);
	walk_end(&walk);
}

/* What an interrupted test left is taken away by the server's administrator. */
static void remove_user(const char *login)
{
	ldap_delete_ext_s(hand, user_dn(login), NULL, NULL);
	assert_null(hand_snapshot(hand, user_dn(login)));
}

static struct change *edit(const char *login, const char *field, enum edit_how how, const char *value)
{
	struct change *change = change_new(VERB_EDIT, users, login);

	change_edit_text(change, kind_field(users, field), how, value);
	return change;
}

static void submit(struct change *takes, enum outcome want, struct walk *walk)
{
	walk_begin(walk);
	expect(walk, walk_change(walk, store, takes), want);
	change_free(takes);
}

static bool logs_in(const char *login, const char *password)
{
	char path[] = "/tmp/test-udm-XXXXXX";
	int descriptor = mkstemp(path);
	LDAP *tried;

	assert_true(descriptor >= 0 && write(descriptor, password, strlen(password)) == (ssize_t)strlen(password));
	close(descriptor);
	tried = hand_open_as(user_dn(login), path);
	unlink(path);
	hand_close(tried);
	return tried != NULL;
}

/* --- verbs -------------------------------------------------------------------------------------- */

static void test_create_with_all_fields(void **state)
{
	struct change *change, *undo;
	struct walk walk, back;
	char out[300];

	(void)state;
	if (live_missing())
		skip();
	remove_user("udm-new");
	change = new_user("udm-new", "udm-new@example.com");
	change_edit_text(change, kind_field(users, "alternates"), EDIT_ADD, "udm-alias@example.com");
	change_edit_text(change, kind_field(users, "forwards"), EDIT_ADD, "out@elsewhere.example");
	change_edit_text(change, kind_field(users, "keep_copy"), EDIT_SET, "yes");
	change_edit_text(change, kind_field(users, "quota"), EDIT_SET, "2147483648");
	change_edit_text(change, kind_field(users, "home_server"), EDIT_SET, "mail1.example.com");
	change_edit_text(change, kind_field(users, "must_change"), EDIT_SET, "yes");
	walk_begin(&walk);
	expect(&walk, walk_change(&walk, store, change), OUTCOME_APPLIED);
	assert_string_equal(walk.facts.through, "UDM");
	assert_int_equal(walk.plan.count, 1);
	/* One POST with the types of the documents. */
	assert_int_equal(fake_udm_count(fake, "POST"), 1);
	for (size_t i = 0; i < 8; i++) {
		static const char *const parts[] = { "\"mailUserQuota\":2048", "\"mailForwardCopyToSelf\":\"1\"", "\"mailAlternativeAddress\":[\"udm-alias@example.com\"]",
			"\"pwdChangeNextLogin\":true", "\"username\":\"udm-new\"", "\"lastname\":\"P\\u00E4rson\"", "\"displayName\":\"Test P\\u00E4rson\"", "\"position\":\"cn=users," };

		if (strstr(fake_udm_last(fake, "POST"), parts[i]) == NULL)
			fail_msg("%s is not in %s", parts[i], strstr(fake_udm_last(fake, "POST"), "\r\n\r\n"));
	}
	assert_string_equal(hand_value(hand, user_dn("udm-new"), "univentionMailUserQuota", out, sizeof out), "2048");
	assert_string_equal(hand_value(hand, user_dn("udm-new"), "mailForwardCopyToSelf", out, sizeof out), "1");
	assert_string_equal(hand_value(hand, user_dn("udm-new"), "sn", out, sizeof out), "P\xc3\xa4rson");
	/* Taken back by deleting it, of course not recursively. */
	walk_begin(&back);
	undo = walk_undo(&walk, users, "udm-new");
	assert_int_equal(undo->operation_count, 1);
	assert_int_equal(undo->operations[0].verb, OPERATION_DELETE);
	expect(&back, walk_change(&back, store, undo), OUTCOME_APPLIED);
	assert_non_null(strstr(fake_udm_last(fake, "DELETE"), "?cleanup=1&recursive=0 "));
	assert_null(hand_snapshot(hand, user_dn("udm-new")));
	change_free(undo);
	change_free(change);
	walk_end(&walk);
	walk_end(&back);
}

static void test_a_new_user_needs_a_password(void **state)
{
	struct change *change;
	struct walk walk;

	(void)state;
	if (live_missing())
		skip();
	change = change_new(VERB_ADD, users, "udm-none");
	change_edit_text(change, kind_field(users, "family_name"), EDIT_SET, "None");
	submit(change, OUTCOME_NOT_APPLIED, &walk);
	assert_int_equal(walk.error.kind, ERROR_INVALID);
	assert_non_null(strstr(walk.error.text, "Password: "));
	walk_end(&walk);
}

static void test_edit_there_and_back(void **state)
{
	static const struct { const char *field, *value, *sent; } cases[] = {
		{ "locked", "yes", "\"disabled\":true" }, { "must_change", "yes", "\"pwdChangeNextLogin\":true" },
	};

	(void)state;
	if (live_missing())
		skip();
	remove_user("udm-edit");
	make_user("udm-edit", "udm-edit@example.com");
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char *before = hand_snapshot(hand, user_dn("udm-edit")), *after;
		struct change *undo;
		struct walk walk, back;
		struct record *record;

		submit(edit("udm-edit", cases[i].field, EDIT_SET, cases[i].value), OUTCOME_APPLIED, &walk);
		assert_int_equal(walk.plan.count, 1);
		assert_string_equal(walk.plan.operations[0].through, "users/user");
		assert_string_equal(record_text(walk.plan.after, cases[i].field), cases[i].value);
		assert_non_null(strstr(fake_udm_last(fake, "PATCH"), cases[i].sent));
		assert_non_null(strstr(fake_udm_last(fake, "PATCH"), "\r\nIf-Match: \""));
		record = live_read(&live, "user", "udm-edit");
		assert_non_null(record);
		assert_string_equal(record_text(record, cases[i].field), cases[i].value);
		walk_begin(&back);
		undo = walk_undo(&walk, users, "udm-edit");
		expect(&back, walk_change(&back, store, undo), OUTCOME_APPLIED);
		assert_string_equal(record_text(back.plan.after, cases[i].field), "no");
		after = hand_snapshot(hand, user_dn("udm-edit"));
		assert_string_equal(before, after);
		free(before);
		free(after);
		change_free(undo);
		walk_end(&walk);
		walk_end(&back);
	}
	remove_user("udm-edit");
}

/* A field of the directory and one of UDM in one change: UDM goes first, and the second step follows its version. */
static void test_both_ways_in_one_change(void **state)
{
	struct change *change;
	struct walk walk;
	char out[100];

	(void)state;
	if (live_missing())
		skip();
	remove_user("udm-both");
	make_user("udm-both", "udm-both@example.com");
	change = edit("udm-both", "locked", EDIT_SET, "yes");
	change_edit_text(change, kind_field(users, "quota"), EDIT_SET, "1073741824");
	submit(change, OUTCOME_APPLIED, &walk);
	assert_int_equal(walk.plan.count, 2);
	assert_non_null(walk.plan.operations[0].through);
	assert_null(walk.plan.operations[1].through);
	assert_string_equal(hand_value(hand, user_dn("udm-both"), "univentionMailUserQuota", out, sizeof out), "1024");
	assert_string_equal(hand_value(hand, user_dn("udm-both"), "shadowExpire", out, sizeof out), "1");
	walk_end(&walk);
	remove_user("udm-both");
}

static void test_password(void **state)
{
	struct change *change;
	struct walk walk;
	char *lines;

	(void)state;
	if (live_missing())
		skip();
	remove_user("udm-pass");
	make_user("udm-pass", "udm-pass@example.com");
	assert_true(logs_in("udm-pass", "first secret words"));
	change = edit("udm-pass", "password", EDIT_SET, "second \"secret\" w\xc3\xb6rds");
	change_edit_text(change, kind_field(users, "failed_lock"), EDIT_SET, "no");
	submit(change, OUTCOME_APPLIED, &walk);
	lines = operation_lines(walk.arena, &walk.plan.operations[0]);
	assert_null(strstr(lines, "second"));
	assert_non_null(strstr(lines, "PATCH users/user uid=udm-pass,"));
	assert_null(strstr(plan_ldif(walk.arena, &walk.plan), "second"));
	assert_true(logs_in("udm-pass", "second \"secret\" w\xc3\xb6rds"));
	assert_false(logs_in("udm-pass", "first secret words"));
	assert_int_equal(walk.inverse_count, 0);
	walk_end(&walk);
	/* What can be taken back names the secret and holds no word of it. */
	change = edit("udm-pass", "password", EDIT_SET, "third secret words");
	change_edit_text(change, kind_field(users, "must_change"), EDIT_SET, "yes");
	submit(change, OUTCOME_APPLIED, &walk);
	assert_int_equal(walk.inverse_count, 1);
	assert_int_equal(walk.inverses[0].delta_count, 3);
	for (size_t i = 0; i < 3; i++)
		assert_int_equal(walk.inverses[0].deltas[i].count, walk.inverses[0].deltas[i].secret ? 0 : 1);
	walk_end(&walk);
	submit(edit("udm-pass", "password", EDIT_SET, "short"), OUTCOME_NOT_APPLIED, &walk);
	assert_string_equal(walk.error.text, "Password: Password is too short [UDM 422]");
	assert_int_equal(walk.error.kind, ERROR_INVALID);
	walk_end(&walk);
	remove_user("udm-pass");
}

static void test_unlock_after_mistakes(void **state)
{
	struct walk walk;
	char out[100];

	(void)state;
	if (live_missing())
		skip();
	remove_user("udm-mistake");
	make_user("udm-mistake", NULL);
	assert_int_equal(hand_modify(hand, user_dn("udm-mistake"), LDAP_MOD_REPLACE, "pwdAccountLockedTime", "20260101000000Z"), LDAP_SUCCESS);
	submit(edit("udm-mistake", "failed_lock", EDIT_SET, "no"), OUTCOME_APPLIED, &walk);
	assert_string_equal(hand_value(hand, user_dn("udm-mistake"), "pwdAccountLockedTime", out, sizeof out), "");
	/* Nobody can lock like that, so there is nothing to take back. */
	assert_int_equal(walk.inverse_count, 0);
	walk_end(&walk);
	remove_user("udm-mistake");
}

static void test_rename_there_and_back(void **state)
{
	struct change *change, *undo;
	struct walk walk, back;
	char group[300];

	(void)state;
	if (live_missing())
		skip();
	remove_user("udm-old");
	remove_user("udm-neu");
	make_user("udm-old", "udm-old@example.com");
	change = change_new(VERB_RENAME, users, "udm-old");
	change->new_name = arena_text(change->arena, "udm-neu");
	walk_begin(&walk);
	expect(&walk, walk_change(&walk, store, change), OUTCOME_APPLIED);
	assert_int_equal(walk.plan.count, 1);
	assert_non_null(strstr(fake_udm_last(fake, "PATCH"), "{\"properties\":{\"username\":\"udm-neu\"}}"));
	assert_null(hand_snapshot(hand, user_dn("udm-old")));
	snprintf(group, sizeof group, "(memberUid=udm-neu)");
	assert_true(hand_settles(hand, group, 1));
	walk_begin(&back);
	undo = walk_undo(&walk, users, "udm-neu");
	expect(&back, walk_change(&back, store, undo), OUTCOME_APPLIED);
	assert_string_equal(back.plan.after->name, "udm-old");
	assert_null(hand_snapshot(hand, user_dn("udm-neu")));
	change_free(undo);
	change_free(change);
	walk_end(&walk);
	walk_end(&back);
	remove_user("udm-old");
}

static void test_delete_and_what_cannot_come_back(void **state)
{
	struct change *undo;
	struct walk walk, back;

	(void)state;
	if (live_missing())
		skip();
	remove_user("udm-gone");
	make_user("udm-gone", "udm-gone@example.com");
	submit(change_new(VERB_DELETE, users, "udm-gone"), OUTCOME_APPLIED, &walk);
	assert_null(hand_snapshot(hand, user_dn("udm-gone")));
	assert_int_equal(hand_count(hand, "(memberUid=udm-gone)"), 0);
	walk_begin(&back);
	undo = walk_undo(&walk, users, "udm-gone");
	expect(&back, walk_change(&back, store, undo), OUTCOME_NOT_APPLIED);
	assert_int_equal(back.error.kind, ERROR_UNSUPPORTED);
	assert_non_null(strstr(back.error.text, "cannot come back whole"));
	change_free(undo);
	walk_end(&walk);
	walk_end(&back);
}

static const char *group_dn(const char *name)
{
	static char dn[300];

	snprintf(dn, sizeof dn, "cn=%s,cn=groups,%s", name, live_env("LAB_BASE"));
	return dn;
}

/* Groups are UDM's too: made with members of both sorts, renamed, deleted; their other edits stay with the directory. */
static void test_groups(void **state)
{
	const struct kind *groups = kind_find("group");
	struct change *change, *undo;
	struct walk walk, back;
	char out[300];

	(void)state;
	if (live_missing())
		skip();
	ldap_delete_ext_s(hand, group_dn("udm-team"), NULL, NULL);
	ldap_delete_ext_s(hand, group_dn("udm-crew"), NULL, NULL);
	remove_user("udm-member");
	make_user("udm-member", "udm-member@example.com");
	change = change_new(VERB_ADD, groups, "udm-team");
	change_edit_text(change, kind_field(groups, "name"), EDIT_SET, "udm-team");
	change_edit_text(change, kind_field(groups, "description"), EDIT_SET, "a team");
	change_edit_text(change, kind_field(groups, "address"), EDIT_SET, "udm-team@example.com");
	change_edit_text(change, kind_field(groups, "members"), EDIT_ADD, "udm-member");
	change_edit_text(change, kind_field(groups, "sender_users"), EDIT_ADD, "udm-member");
	submit(change, OUTCOME_APPLIED, &walk);
	assert_int_equal(walk.plan.count, 1);
	assert_string_equal(walk.plan.operations[0].through, "groups/group");
	assert_string_equal(hand_value(hand, group_dn("udm-team"), "uniqueMember", out, sizeof out), user_dn("udm-member"));
	assert_string_equal(hand_value(hand, group_dn("udm-team"), "memberUid", out, sizeof out), "udm-member");
	walk_end(&walk);
	change = change_new(VERB_RENAME, groups, "udm-team");
	change->new_name = arena_text(change->arena, "udm-crew");
	submit(change, OUTCOME_APPLIED, &walk);
	assert_non_null(hand_value(hand, group_dn("udm-crew"), "description", out, sizeof out));
	assert_string_equal(out, "a team");
	walk_begin(&back);
	undo = walk_undo(&walk, groups, "udm-crew");
	expect(&back, walk_change(&back, store, undo), OUTCOME_APPLIED);
	change_free(undo);
	walk_end(&walk);
	walk_end(&back);
	change = change_new(VERB_EDIT, groups, "udm-team");
	change_edit_text(change, kind_field(groups, "description"), EDIT_SET, "another");
	submit(change, OUTCOME_APPLIED, &walk);
	assert_null(walk.plan.operations[0].through);
	walk_end(&walk);
	submit(change_new(VERB_DELETE, groups, "udm-team"), OUTCOME_APPLIED, &walk);
	assert_string_equal(hand_value(hand, group_dn("udm-team"), "cn", out, sizeof out), "");
	walk_end(&walk);
	remove_user("udm-member");
}

/* --- others meanwhile, and refusals ------------------------------------------------------------------ */

static void somebody_changes(void *context)
{
	static unsigned round;
	char words[60];

	snprintf(words, sizeof words, "meanwhile %u", ++round);
	assert_int_equal(hand_modify(other, context, LDAP_MOD_REPLACE, "description", words), LDAP_SUCCESS);
}

static void test_somebody_is_faster(void **state)
{
	char dn[300];
	struct walk walk;
	struct change *change;

	(void)state;
	if (live_missing())
		skip();
	remove_user("udm-race");
	make_user("udm-race", NULL);
	snprintf(dn, sizeof dn, "%s", user_dn("udm-race"));
	/* Between our last reading and the request: UDM itself says 412, and the walk begins anew. */
	fake_udm_meanwhile(fake, somebody_changes, dn);
	submit(edit("udm-race", "locked", EDIT_SET, "yes"), OUTCOME_APPLIED, &walk);
	assert_int_equal(walk.conflicts, 1);
	walk_end(&walk);
	/* Between plan and apply: the version in the directory is another. */
	walk_begin(&walk);
	change = edit("udm-race", "locked", EDIT_SET, "no");
	expect(&walk, walk_once(&walk, store, change, somebody_changes, dn), OUTCOME_CONFLICT);
	assert_int_equal(walk.error.kind, ERROR_CONFLICT);
	change_free(change);
	walk_end(&walk);
	/* For ever: an end comes all the same. */
	fake_udm_fault(fake, "PATCH", UDM_UNMATCHED, 100);
	submit(edit("udm-race", "locked", EDIT_SET, "no"), OUTCOME_CONFLICT, &walk);
	assert_int_equal(walk.conflicts, 5);
	fake_udm_fault(fake, "PATCH", UDM_FINE, 0);
	walk_end(&walk);
	remove_user("udm-race");
}

static void test_each_refusal_has_its_words(void **state)
{
	static const struct { const char *method; enum udm_fault fault; enum error_kind kind; const char *words; } cases[] = {
		{ "PATCH", UDM_INVALID, ERROR_INVALID, "Primary address: The mail address is already in use; Password: Password is too short [UDM 422]" },
		{ "PATCH", UDM_FORBIDDEN, ERROR_REFUSED, "postroom: this login may not do that through UDM" },
		{ "PATCH", UDM_BROKEN, ERROR_UNREACHABLE, "nothing was changed: UDM failed" },
		{ "PATCH", UDM_BUSY, ERROR_UNREACHABLE, "try again in 1 s [UDM 503]" },
		{ "GET", UDM_FORBIDDEN, ERROR_REFUSED, "authorized-groups" },
		{ "GET", UDM_BROKEN, ERROR_UNREACHABLE, "UDM failed" },
		{ "GET", UDM_OTHER_UUID, ERROR_CONFLICT, "is another object in UDM" },
		{ "GET", UDM_NO_ETAG, ERROR_UNSUPPORTED, "no ETag" },
		{ "GET", UDM_CUT, ERROR_UNREACHABLE, "cannot be now" },
	};

	(void)state;
	if (live_missing())
		skip();
	remove_user("udm-refused");
	make_user("udm-refused", NULL);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char *before = hand_snapshot(hand, user_dn("udm-refused")), *after;
		enum outcome outcome;
		struct change *change = edit("udm-refused", "locked", EDIT_SET, "yes");
		struct walk walk;

		walk_begin(&walk);
		fake_udm_fault(fake, cases[i].method, cases[i].fault, 100);
		outcome = walk_change(&walk, store, change);
		fake_udm_fault(fake, cases[i].method, UDM_FINE, 0);
		after = hand_snapshot(hand, user_dn("udm-refused"));
		if ((outcome != OUTCOME_NOT_APPLIED && outcome != OUTCOME_CONFLICT) || walk.error.kind != cases[i].kind || strstr(walk.error.text, cases[i].words) == NULL)
			fail_msg("%zu: outcome %d, kind %d: %s", i, outcome, walk.error.kind, walk.error.text);
		assert_string_equal(before, after);
		free(before);
		free(after);
		change_free(change);
		walk_end(&walk);
	}
	/* A UDM that is busy for a moment is asked again by itself, as long as it is only read. */
	{
		struct walk walk;

		fake_udm_fault(fake, "GET", UDM_BUSY, 1);
		submit(edit("udm-refused", "locked", EDIT_SET, "yes"), OUTCOME_APPLIED, &walk);
		walk_end(&walk);
	}
	remove_user("udm-refused");
}

static void test_a_stranger_and_a_taken_name(void **state)
{
	struct change *change;
	struct walk walk;

	(void)state;
	if (live_missing())
		skip();
	/* Made by hand: without the marks of UDM, which does not know it then. */
	remove_user("udm-taken");
	make_user("udm-taken", NULL);
	assert_int_equal(hand_modify(hand, user_dn("udm-taken"), LDAP_MOD_REPLACE, "univentionObjectType", "users/ldap"), LDAP_SUCCESS);
	submit(edit("udm-taken", "locked", EDIT_SET, "yes"), OUTCOME_NOT_APPLIED, &walk);
	assert_non_null(strstr(walk.error.text, "UDM does not know uid=udm-taken,"));
	walk_end(&walk);
	/* Somebody takes the name after our checks. */
	remove_user("udm-taken");
	change = new_user("udm-taken", NULL);
	walk_begin(&walk);
	assert_true(store->gather(store->self, change, walk.arena, &walk.facts, &walk.error) &&
		store->plan(store->self, change, &walk.facts, walk.arena, &walk.plan, &walk.error));
	make_user("udm-taken", NULL);
	expect(&walk, walk_step(&walk, store, &walk.plan.operations[0]), OUTCOME_NOT_APPLIED);
	assert_string_equal(walk.error.text, "dn: Object exists [UDM 422]");
	change_free(change);
	walk_end(&walk);
	remove_user("udm-taken");
}

/* --- what nobody answered ---------------------------------------------------------------------------------- */

static void test_unknown_outcomes_are_found_out(void **state)
{
	static const struct { enum udm_fault fault; bool done; unsigned looks; } cases[] = {
		{ UDM_HANGS_AFTER, true, 1 }, { UDM_CUT_AFTER, true, 1 }, { UDM_BROKEN_AFTER, true, 0 }, { UDM_LATER, true, 0 },
		{ UDM_LATER_NEVER, true, 0 }, { UDM_HANGS, false, 1 }, { UDM_CUT, false, 1 },
	};
	static const struct { const char *field, *value; } edits[] = { { "locked", "yes" }, { "password", "third secret words" } };

	(void)state;
	if (live_missing())
		skip();
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		for (size_t j = 0; j < sizeof edits / sizeof *edits; j++) {
			struct change *change = edit("udm-unknown", edits[j].field, EDIT_SET, edits[j].value);
			struct walk walk;
			enum outcome outcome;

			remove_user("udm-unknown");
			make_user("udm-unknown", NULL);
			/* Times of passwords are whole seconds. */
			if (j == 1)
				sleep(1);
			walk_begin(&walk);
			fake_udm_fault(fake, "PATCH", cases[i].fault, 1);
			outcome = walk_once(&walk, store, change, NULL, NULL);
			if (outcome != (cases[i].done ? OUTCOME_APPLIED : OUTCOME_NOT_APPLIED) || walk.looks != cases[i].looks)
				fail_msg("fault %d, %s: outcome %d after %u looks: %s", cases[i].fault, edits[j].field, outcome, walk.looks, walk.error.text);
			if (j == 1)
				assert_true(logs_in("udm-unknown", cases[i].done ? "third secret words" : "first secret words"));
			change_free(change);
			walk_end(&walk);
		}
	remove_user("udm-unknown");
}

static void test_unknown_adds_renames_deletes(void **state)
{
	static const struct { enum udm_fault fault; bool done; } cases[] = { { UDM_CUT_AFTER, true }, { UDM_CUT, false } };

	(void)state;
	if (live_missing())
		skip();
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		enum outcome want = cases[i].done ? OUTCOME_APPLIED : OUTCOME_NOT_APPLIED;
		struct change *change = new_user("udm-open", "udm-open@example.com");
		struct walk walk;

		remove_user("udm-open");
		remove_user("udm-open-two");
		fake_udm_fault(fake, "POST", cases[i].fault, 1);
		submit(change, want, &walk);
		/* What was found to be ours can be taken back: its id is known. */
		assert_true(!cases[i].done || (walk.inverse_count == 1 && walk.inverses[0].id != NULL));
		walk_end(&walk);
		if (!cases[i].done)
			make_user("udm-open", NULL);
		change = change_new(VERB_RENAME, users, "udm-open");
		change->new_name = arena_text(change->arena, "udm-open-two");
		fake_udm_fault(fake, "PATCH", cases[i].fault, 1);
		submit(change, want, &walk);
		walk_end(&walk);
		fake_udm_fault(fake, "DELETE", cases[i].fault, 1);
		submit(change_new(VERB_DELETE, users, cases[i].done ? "udm-open-two" : "udm-open"), want, &walk);
		walk_end(&walk);
		remove_user("udm-open");
		remove_user("udm-open-two");
	}
}

/* An undo is left alone where somebody changed the same value since. */
static void test_undo_only_what_stands(void **state)
{
	struct change *undo;
	struct walk walk, back;

	(void)state;
	if (live_missing())
		skip();
	remove_user("udm-stands");
	make_user("udm-stands", NULL);
	submit(edit("udm-stands", "locked", EDIT_SET, "yes"), OUTCOME_APPLIED, &walk);
	assert_int_equal(hand_modify(hand, user_dn("udm-stands"), LDAP_MOD_REPLACE, "shadowExpire", NULL), LDAP_SUCCESS);
	walk_begin(&back);
	undo = walk_undo(&walk, users, "udm-stands");
	expect(&back, walk_change(&back, store, undo), OUTCOME_CONFLICT);
	change_free(undo);
	walk_end(&walk);
	walk_end(&back);
	remove_user("udm-stands");
}

/* --- what a site's own profile gives to UDM ------------------------------------------------------------- */

static const char *const given[] = { "given_name", "address", "alternates", "forwards", "keep_copy", "quota", "home_server" };

/* ucs.profile with "writer = udm" in the lines of these fields of users. */
static void write_profile(const char *path)
{
	FILE *from = fopen("src/directory/profiles/ucs.profile", "r"), *to = fopen(path, "w");
	bool users_now = false;
	char line[700];

	assert_true(from != NULL && to != NULL);
	while (fgets(line, sizeof line, from) != NULL) {
		char name[60] = "", *end = strrchr(line, '}');

		users_now = strncmp(line, "kind ", 5) == 0 ? strncmp(line, "kind user ", 10) == 0 : users_now;
		if (users_now && end != NULL && sscanf(line, " field %59s", name) == 1)
			for (size_t i = 0; i < sizeof given / sizeof *given; i++)
				if (strcmp(given[i], name) == 0)
					snprintf(end, (size_t)(line + sizeof line - end), "writer = udm }\n");
		fputs(line, to);
	}
	fclose(from);
	assert_int_equal(fclose(to), 0);
}

static void test_fields_of_a_sites_profile(void **state)
{
	static const struct { const char *field; enum edit_how how; const char *value; } cases[] = {
		{ "given_name", EDIT_SET, "J\xc3\xb6rg" }, { "given_name", EDIT_SET, NULL }, { "quota", EDIT_SET, "3221225472" },
		{ "alternates", EDIT_ADD, "udm-one@example.com" }, { "alternates", EDIT_SET, "udm-two@example.com" }, { "forwards", EDIT_ADD, "out@elsewhere.example" },
		{ "keep_copy", EDIT_SET, "yes" }, { "home_server", EDIT_SET, "mail2.example.com" },
		{ "address", EDIT_SET, "udm-moved@example.com" }, { "address", EDIT_SET, NULL },
	};
	char path[] = "/tmp/test-udm-XXXXXX", mine_path[80];
	struct store *usual = store;
	struct live mine;

	(void)state;
	if (live_missing())
		skip();
	assert_non_null(mkdtemp(path));
	snprintf(mine_path, sizeof mine_path, "%s/mine.profile", path);
	write_profile(mine_path);
	remove_user("udm-site");
	make_user("udm-site", "udm-site@example.com");
	live_prepare(&mine, "ADMIN");
	mine.settings = live.settings;
	mine.settings.profile = mine_path;
	live_open(&mine);
	assert_true(live_wait(&mine, DIRECTORY_UP, 5000));
	store = directory_store(mine.directory);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char *before = hand_snapshot(hand, user_dn("udm-site")), *after;
		struct change *undo;
		struct walk walk, back;
		struct record *record;

		submit(edit("udm-site", cases[i].field, cases[i].how, cases[i].value), OUTCOME_APPLIED, &walk);
		assert_int_equal(walk.plan.count, 1);
		assert_non_null(walk.plan.operations[0].through);
		record = live_read(&mine, "user", "udm-site");
		assert_non_null(record);
		if (!values_same(record_get(walk.plan.after, cases[i].field), record_get(record, cases[i].field)))
			fail_msg("%s: shown \"%s\", became \"%s\"", cases[i].field, record_text(walk.plan.after, cases[i].field), record_text(record, cases[i].field));
		walk_begin(&back);
		undo = walk_undo(&walk, users, "udm-site");
		expect(&back, walk_change(&back, store, undo), OUTCOME_APPLIED);
		after = hand_snapshot(hand, user_dn("udm-site"));
		/* UDM fills in what was never set: no limit, no copy. */
		if (strcmp(before, after) != 0 && strcmp(cases[i].field, "quota") != 0 && strcmp(cases[i].field, "keep_copy") != 0)
			fail_msg("%s\nbefore:\n%s\nafter:\n%s", cases[i].field, before, after);
		free(before);
		free(after);
		change_free(undo);
		walk_end(&walk);
		walk_end(&back);
	}
	/* UDM shows no copy where none is stored, and Postfix keeps one then: "no" is written all the same. */
	{
		struct change *change = edit("udm-site", "forwards", EDIT_ADD, "out@elsewhere.example");
		struct walk walk;

		change_edit_text(change, kind_field(users, "keep_copy"), EDIT_SET, "no");
		assert_int_equal(hand_modify(hand, user_dn("udm-site"), LDAP_MOD_REPLACE, "mailForwardCopyToSelf", NULL), LDAP_SUCCESS);
		assert_int_equal(hand_modify(hand, user_dn("udm-site"), LDAP_MOD_REPLACE, "mailPrimaryAddress", "udm-site@example.com"), LDAP_SUCCESS);
		submit(change, OUTCOME_APPLIED, &walk);
		assert_non_null(strstr(fake_udm_last(fake, "PATCH"), "\"mailForwardCopyToSelf\":\"0\""));
		walk_end(&walk);
	}
	store = usual;
	live_close(&mine);
	unlink(mine_path);
	rmdir(path);
	remove_user("udm-site");
}

/* --- an end to everything ------------------------------------------------------------------------------------ */

static void *interrupt_soon(void *context)
{
	struct store *which = context;

	usleep(300000);
	which->interrupt(which->self);
	return NULL;
}

static void test_what_hangs_is_ended(void **state)
{
	static const char *const hanging[] = { "GET", "PATCH" };

	(void)state;
	if (live_missing())
		skip();
	remove_user("udm-hang");
	make_user("udm-hang", NULL);
	for (size_t i = 0; i < 2; i++) {
		struct change *change = edit("udm-hang", "locked", EDIT_SET, "yes");
		struct operation inverse = { .place = NULL };
		struct live mine;
		struct store *its;
		struct walk walk;
		pthread_t thread;
		enum outcome outcome;

		live_prepare(&mine, "ADMIN");
		mine.settings = live.settings;
		/* Longer than anybody waits: only the interrupt can end it. */
		mine.settings.udm.seconds = 50;
		live_open(&mine);
		assert_true(live_wait(&mine, DIRECTORY_UP, 5000));
		its = directory_store(mine.directory);
		walk_begin(&walk);
		assert_true(its->gather(its->self, change, walk.arena, &walk.facts, &walk.error) && its->plan(its->self, change, &walk.facts, walk.arena, &walk.plan, &walk.error));
		fake_udm_fault(fake, hanging[i], UDM_HANGS, 1);
		assert_int_equal(pthread_create(&thread, NULL, interrupt_soon, its), 0);
		outcome = its->apply(its->self, &walk.plan.operations[0], walk.arena, &inverse, &walk.version_after, &walk.error);
		pthread_join(thread, NULL);
		/* What was only read certainly changed nothing; what was sent may have. */
		assert_int_equal(outcome, i == 0 ? OUTCOME_NOT_APPLIED : OUTCOME_UNKNOWN);
		assert_int_equal(walk.error.kind, ERROR_CANCELLED);
		change_free(change);
		walk_end(&walk);
		live_close(&mine);
	}
	remove_user("udm-hang");
}

/* --- without a way --------------------------------------------------------------------------------------- */

static void with_settings(const struct directory_udm *udm, const char *field, const char *words, enum error_kind kind)
{
	struct change *change = edit("udm-way", field, EDIT_SET, strcmp(field, "password") == 0 ? "some secret words" : "yes");
	struct live mine;
	struct walk walk;

	live_prepare(&mine, "ADMIN");
	mine.settings.profile = "ucs";
	mine.settings.direct = false;
	mine.settings.udm = *udm;
	live_open(&mine);
	assert_true(live_wait(&mine, DIRECTORY_UP, 5000));
	walk_begin(&walk);
	expect(&walk, walk_change(&walk, directory_store(mine.directory), change), OUTCOME_NOT_APPLIED);
	if (walk.error.kind != kind || strstr(walk.error.text, words) == NULL)
		fail_msg("kind %d: %s", walk.error.kind, walk.error.text);
	change_free(change);
	walk_end(&walk);
	live_close(&mine);
}

static void test_no_way_and_wrong_ways(void **state)
{
	struct directory_udm udm = live.settings.udm;

	(void)state;
	if (live_missing())
		skip();
	remove_user("udm-way");
	make_user("udm-way", NULL);
	with_settings(&(struct directory_udm){ .url = NULL }, "password", "a section udm", ERROR_UNSUPPORTED);
	udm.user = "nobody";
	with_settings(&udm, "locked", "UDM refuses the login", ERROR_REFUSED);
	udm.user = "stranger";
	with_settings(&udm, "locked", "stranger: this login may not", ERROR_REFUSED);
	udm = live.settings.udm;
	udm.plain = false;
	with_settings(&udm, "locked", "use https", ERROR_CONFIG);
	udm = live.settings.udm;
	udm.url = "http://127.0.0.1:1/univention/udm";
	with_settings(&udm, "locked", "nobody listens there", ERROR_UNREACHABLE);
	udm = live.settings.udm;
	udm.password_file = "/nonexistent/secret";
	with_settings(&udm, "locked", "the password for UDM", ERROR_CONFIG);
	remove_user("udm-way");
}

/* For the story: serves until its standard input ends; the address goes to a file. */
static int serve(const char *path)
{
	FILE *file = fopen(path, "w");
	char byte;

	fake = fake_udm_new(live_env("LAB_URI"), live_env("LAB_CA"), live_env("LAB_BASE"), live_env("LAB_ROOT_DN"), live_env("LAB_ROOT_SECRET"));
	if (file == NULL || fprintf(file, "%s\n", fake_udm_url(fake)) < 0 || fclose(file) != 0)
		return 1;
	while (read(STDIN_FILENO, &byte, 1) > 0)
		continue;
	fake_udm_free(fake);
	return 0;
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_create_with_all_fields),
		cmocka_unit_test(test_a_new_user_needs_a_password),
		cmocka_unit_test(test_edit_there_and_back),
		cmocka_unit_test(test_both_ways_in_one_change),
		cmocka_unit_test(test_password),
		cmocka_unit_test(test_unlock_after_mistakes),
		cmocka_unit_test(test_rename_there_and_back),
		cmocka_unit_test(test_delete_and_what_cannot_come_back),
		cmocka_unit_test(test_groups),
		cmocka_unit_test(test_somebody_is_faster),
		cmocka_unit_test(test_each_refusal_has_its_words),
		cmocka_unit_test(test_a_stranger_and_a_taken_name),
		cmocka_unit_test(test_unknown_outcomes_are_found_out),
		cmocka_unit_test(test_unknown_adds_renames_deletes),
		cmocka_unit_test(test_undo_only_what_stands),
		cmocka_unit_test(test_fields_of_a_sites_profile),
		cmocka_unit_test(test_what_hangs_is_ended),
		cmocka_unit_test(test_no_way_and_wrong_ways),
	};

	if (argc == 3 && strcmp(argv[1], "serve") == 0)
		return serve(argv[2]);
	return cmocka_run_group_tests(tests, open_all, close_all);
}
