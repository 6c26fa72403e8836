/*
 * The store against the real slapd of tests/lab: every verb there and back,
 * conflicts, refusals, locks, secrets.  Longer than 600 lines because all of it
 * is one store on one connection, and what one test undoes the next one finds.
 */
#include "model/check.h"
#include "walk.h"

static struct live live;
static struct store *store;
static LDAP *hand;
static const struct kind *users, *domains;
static char base_users[200];

static int open_all(void **state)
{
	(void)state;
	if (live_missing())
		return 0;
	live_prepare(&live, "ADMIN");
	live_open(&live);
	assert_true(live_wait(&live, DIRECTORY_UP, 5000));
	store = directory_store(live.directory);
	hand = hand_open();
	assert_non_null(hand);
	users = kind_find("user");
	domains = kind_find("domain");
	live_dn(base_users, sizeof base_users, "cn=users");
	return 0;
}

static int close_all(void **state)
{
	(void)state;
	if (live_missing())
		return 0;
	hand_close(hand);
	live_close(&live);
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

/* Adds a user with an address; ends the test where that does not work. */
static void make_user(const char *login, const char *address)
{
	struct change *change = change_new(VERB_ADD, users, login);
	struct walk walk;

	change_edit_text(change, kind_field(users, "given_name"), EDIT_SET, "Test");
	change_edit_text(change, kind_field(users, "family_name"), EDIT_SET, "Person");
	if (address != NULL)
		change_edit_text(change, kind_field(users, "address"), EDIT_SET, address);
	walk_begin(&walk);
	expect(&walk, walk_change(&walk, store, change), OUTCOME_APPLIED);
	assert_true(walk.plan.count == 3);
	change_free(change);
	walk_end(&walk);
}

static void remove_user(const char *login)
{
	struct change *change = change_new(VERB_DELETE, users, login);
	struct walk walk;

	walk_begin(&walk);
	expect(&walk, walk_change(&walk, store, change), OUTCOME_APPLIED);
	change_free(change);
	walk_end(&walk);
	assert_null(hand_snapshot(hand, user_dn(login)));
}

/* Applies a change, takes it back, and compares the entry's user attributes. */
static void there_and_back(struct change *change, const char *dn, const char *dn_between)
{
	char *before = hand_snapshot(hand, dn), *between, *after;
	struct change *undo;
	struct walk walk, back;

	walk_begin(&walk);
	walk_begin(&back);
	expect(&walk, walk_change(&walk, store, change), OUTCOME_APPLIED);
	between = hand_snapshot(hand, dn_between);
	assert_true((before == NULL) != (between == NULL) || strcmp(before, between) != 0 || strcmp(dn, dn_between) != 0);
	undo = walk_undo(&walk, change->kind, change->name);
	expect(&back, walk_change(&back, store, undo), OUTCOME_APPLIED);
	after = hand_snapshot(hand, dn);
	if ((before == NULL) != (after == NULL) || (before != NULL && strcmp(before, after) != 0))
		fail_msg("before:\n%s\nafter:\n%s", before, after);
	free(before);
	free(between);
	free(after);
	change_free(undo);
	change_free(change);
	walk_end(&walk);
	walk_end(&back);
}

static struct change *edit(const char *login, const char *field, enum edit_how how, const char *value)
{
	struct change *change = change_new(VERB_EDIT, users, login);

	change_edit_text(change, kind_field(users, field), how, value);
	return change;
}

static void test_every_field_there_and_back(void **state)
{
	static const struct { const char *field; enum edit_how how; const char *value; } cases[] = {
		{ "quota", EDIT_SET, "4294967296" }, { "quota", EDIT_SET, "0" }, { "alternates", EDIT_ADD, "store-alias@example.com" },
		{ "forwards", EDIT_ADD, "out@elsewhere.example" }, { "home_server", EDIT_SET, "mail2.example.com" }, { "full_name", EDIT_SET, "N\xc3\xa4me, new" },
		{ "given_name", EDIT_SET, "Ann" }, { "given_name", EDIT_SET, NULL }, { "address", EDIT_SET, "store-moved@example.com" }, { "address", EDIT_SET, NULL },
		{ "fetchmail", EDIT_ADD, "server=imap.elsewhere.example protocol=IMAP user=joe password=s3cret ssl=yes keep=no" },
		{ "fetchmail_multi", EDIT_ADD, "server=imap.elsewhere.example protocol=POP3 user=all password=s3cret local_domains=example.com envelope_header=X-RCPT-To ssl=yes keep=no" },
	};
	size_t i;

	(void)state;
	if (live_missing())
		skip();
	make_user("store-fields", "store-fields@example.com");
	for (i = 0; i < sizeof cases / sizeof *cases; i++)
		there_and_back(edit("store-fields", cases[i].field, cases[i].how, cases[i].value), user_dn("store-fields"), user_dn("store-fields"));
	remove_user("store-fields");
}

static void test_the_plan_is_small_and_guarded(void **state)
{
	struct change *change;
	struct walk walk;

	(void)state;
	if (live_missing())
		skip();
	make_user("store-small", "store-small@example.com");
	walk_begin(&walk);
	change = edit("store-small", "quota", EDIT_SET, "1048576");
	expect(&walk, walk_change(&walk, store, change), OUTCOME_APPLIED);
	assert_int_equal(walk.plan.count, 1);
	assert_int_equal(walk.plan.operations[0].delta_count, 1);
	assert_non_null(walk.plan.operations[0].version);
	assert_non_null(walk.version_after);
	assert_string_not_equal(walk.version_after, walk.plan.operations[0].version);
	assert_string_equal(record_text(walk.plan.after, "quota"), "1048576");
	/* The same again is no change at all. */
	expect(&walk, walk_change(&walk, store, change), OUTCOME_ALREADY);
	assert_int_equal(walk.plan.count, 0);
	change_free(change);
	walk_end(&walk);
	remove_user("store-small");
}

static void another_quota(void *context)
{
	assert_int_equal(hand_modify(hand, context, LDAP_MOD_REPLACE, "univentionMailUserQuota", "77"), LDAP_SUCCESS);
}

static void test_a_change_meanwhile_is_a_conflict(void **state)
{
	struct change *change;
	char dn[300], value[100];
	struct walk walk;

	(void)state;
	if (live_missing())
		skip();
	make_user("store-conflict", "store-conflict@example.com");
	snprintf(dn, sizeof dn, "%s", user_dn("store-conflict"));
	walk_begin(&walk);
	change = edit("store-conflict", "quota", EDIT_SET, "1048576");
	expect(&walk, walk_once(&walk, store, change, another_quota, dn), OUTCOME_CONFLICT);
	assert_string_equal(hand_value(hand, dn, "univentionMailUserQuota", value, sizeof value), "77");
	expect(&walk, walk_change(&walk, store, change), OUTCOME_APPLIED);
	assert_string_equal(hand_value(hand, dn, "univentionMailUserQuota", value, sizeof value), "1");
	/* And what somebody changed afterwards is not taken back. */
	change_free(change);
	another_quota(dn);
	change = walk_undo(&walk, users, "store-conflict");
	expect(&walk, walk_once(&walk, store, change, NULL, NULL), OUTCOME_CONFLICT);
	assert_non_null(strstr(walk.error.text, "univentionMailUserQuota"));
	change_free(change);
	walk_end(&walk);
	remove_user("store-conflict");
}

static void test_add_rename_delete_there_and_back(void **state)
{
	struct change *change;
	char group[300], dn[300], filter[400], number[50], again[50];

	(void)state;
	if (live_missing())
		skip();
	change = change_new(VERB_ADD, users, "store-add");
	change_edit_text(change, kind_field(users, "family_name"), EDIT_SET, "Added");
	change_edit_text(change, kind_field(users, "address"), EDIT_SET, "Store-Add@example.com");
	there_and_back(change, user_dn("store-add"), user_dn("store-add"));
	make_user("store-verbs", "store-verbs@example.com");
	live_dn(group, sizeof group, "cn=Domain Users,cn=groups");
	snprintf(dn, sizeof dn, "%s", user_dn("store-verbs"));
	snprintf(filter, sizeof filter, "(&(cn=Domain Users)(uniqueMember=%s)(memberUid=store-verbs))", dn);
	assert_int_equal(hand_count(hand, filter), 1);
	hand_value(hand, dn, "uidNumber", number, sizeof number);
	assert_true(atoi(number) >= 1000);
	change = change_new(VERB_RENAME, users, "store-verbs");
	change->new_name = arena_text(change->arena, "store-verbs2");
	there_and_back(change, user_dn("store-verbs"), user_dn("store-verbs2"));
	assert_true(hand_settles(hand, filter, 1));
	assert_int_equal(hand_count(hand, "(memberUid=store-verbs2)"), 0);
	change = change_new(VERB_DELETE, users, "store-verbs");
	there_and_back(change, user_dn("store-verbs"), user_dn("store-verbs"));
	/* Back with its number and its memberships, which the delete had removed. */
	assert_true(hand_settles(hand, filter, 1));
	assert_string_equal(hand_value(hand, dn, "uidNumber", again, sizeof again), number);
	remove_user("store-verbs");
	assert_int_equal(hand_count(hand, "(memberUid=store-verbs)"), 0);
	assert_int_equal(hand_count(hand, "(&(objectClass=lock)(cn=store*))"), 0);
}

static void test_domains_there_and_back(void **state)
{
	struct change *change;
	char dn[300], dn2[300];
	struct walk walk;

	(void)state;
	if (live_missing())
		skip();
	live_dn(dn, sizeof dn, "cn=store-test.example,cn=domain,cn=mail");
	live_dn(dn2, sizeof dn2, "cn=store-test2.example,cn=domain,cn=mail");
	there_and_back(change_new(VERB_ADD, domains, "store-test.example"), dn, dn);
	walk_begin(&walk);
	change = change_new(VERB_ADD, domains, "store-test.example");
	expect(&walk, walk_change(&walk, store, change), OUTCOME_APPLIED);
	/* A second one of the name is known before it is tried. */
	assert_true(store->gather(store->self, change, walk.arena, &walk.facts, &walk.error));
	assert_true(walk.facts.name_taken);
	change_free(change);
	change = change_new(VERB_RENAME, domains, "store-test.example");
	change->new_name = arena_text(change->arena, "store-test2.example");
	there_and_back(change, dn, dn2);
	there_and_back(change_new(VERB_DELETE, domains, "store-test.example"), dn, dn);
	change = change_new(VERB_DELETE, domains, "store-test.example");
	expect(&walk, walk_change(&walk, store, change), OUTCOME_APPLIED);
	change_free(change);
	/* What lives in a domain is counted and named before it is deleted. */
	change = change_new(VERB_DELETE, domains, "example.com");
	assert_true(store->gather(store->self, change, walk.arena, &walk.facts, &walk.error));
	assert_true(walk.facts.users_in_domain > 10);
	assert_non_null(walk.facts.in_domain[0]);
	assert_true(walk.facts.domains_complete && walk.facts.servers_complete);
	change_free(change);
	walk_end(&walk);
}

static void test_facts_name_holders_and_references(void **state)
{
	struct change *change;
	struct walk walk;

	(void)state;
	if (live_missing())
		skip();
	make_user("store-facts", "store-facts@example.com");
	make_user("store-other", NULL);
	walk_begin(&walk);
	change = edit("store-other", "address", EDIT_SET, "Store-Facts@example.com");
	assert_true(store->gather(store->self, change, walk.arena, &walk.facts, &walk.error));
	assert_int_equal(walk.facts.holder_count, 1);
	assert_string_equal(walk.facts.holders[0].name, "store-facts");
	assert_string_equal(walk.facts.holders[0].kind, "user");
	assert_string_equal(walk.facts.holders[0].field, "address");
	assert_string_equal(walk.facts.holders[0].address, "store-facts@example.com");
	/* The store refuses it by itself as well. */
	expect(&walk, walk_once(&walk, store, change, NULL, NULL), OUTCOME_NOT_APPLIED);
	assert_non_null(strstr(walk.error.text, "store-facts"));
	change_free(change);
	change = edit("store-other", "address", EDIT_SET, "store-facfs@example.com");
	assert_true(store->gather(store->self, change, walk.arena, &walk.facts, &walk.error));
	assert_null(walk.facts.lookalike);
	change_free(change);
	change = edit("store-other", "address", EDIT_SET, "st0re-facts@example.com");
	assert_true(store->gather(store->self, change, walk.arena, &walk.facts, &walk.error));
	assert_string_equal(walk.facts.lookalike, "store-facts@example.com");
	change_free(change);
	change = change_new(VERB_DELETE, users, "store-facts");
	assert_true(store->gather(store->self, change, walk.arena, &walk.facts, &walk.error));
	assert_true(walk.facts.references_complete);
	assert_int_equal(walk.facts.reference_count, 2);
	assert_string_equal(walk.facts.references[0].kind, "group");
	assert_string_equal(walk.facts.references[0].meaning, "member");
	change_free(change);
	walk_end(&walk);
	remove_user("store-facts");
	remove_user("store-other");
}

/* A forward to nobody, a circle that this change would close, and who keeps an address that goes. */
static void test_facts_tell_what_becomes_wrong(void **state)
{
	struct change *change;
	struct walk walk;

	(void)state;
	if (live_missing())
		skip();
	make_user("store-round", "store-round@example.com");
	make_user("store-trip", "store-trip@example.com");
	make_user("store-third", "store-third@example.com");
	walk_begin(&walk);
	change = edit("store-trip", "forwards", EDIT_SET, "store-nobody@example.com");
	assert_true(store->gather(store->self, change, walk.arena, &walk.facts, &walk.error));
	assert_int_equal(walk.facts.finding_count, 1);
	assert_string_equal(walk.facts.findings[0].rule, "dangling-forward");
	change_free(change);
	change = edit("store-round", "forwards", EDIT_SET, "store-trip@example.com");
	change_edit_text(change, kind_field(users, "keep_copy"), EDIT_SET, "no");
	change_edit_text(change, kind_field(users, "alternates"), EDIT_ADD, "store-both@example.com");
	assert_true(store->gather(store->self, change, walk.arena, &walk.facts, &walk.error));
	assert_int_equal(walk.facts.finding_count, 0);
	expect(&walk, walk_once(&walk, store, change, NULL, NULL), OUTCOME_APPLIED);
	change_free(change);
	change = edit("store-trip", "forwards", EDIT_SET, "store-round@example.com");
	change_edit_text(change, kind_field(users, "keep_copy"), EDIT_SET, "no");
	change_edit_text(change, kind_field(users, "alternates"), EDIT_ADD, "store-both@example.com");
	assert_true(store->gather(store->self, change, walk.arena, &walk.facts, &walk.error));
	assert_int_equal(walk.facts.finding_count, 1);
	assert_string_equal(walk.facts.findings[0].rule, "forward-circle");
	expect(&walk, walk_once(&walk, store, change, NULL, NULL), OUTCOME_APPLIED);
	change_free(change);
	/* Into a circle of others, and not back. */
	change = edit("store-third", "forwards", EDIT_SET, "store-trip@example.com");
	change_edit_text(change, kind_field(users, "keep_copy"), EDIT_SET, "no");
	assert_true(store->gather(store->self, change, walk.arena, &walk.facts, &walk.error));
	assert_int_equal(walk.facts.finding_count, 1);
	assert_string_equal(walk.facts.findings[0].rule, "forward-circle");
	change_free(change);
	/* What was wrong before is not told again, and the address that goes is still somebody's. */
	change = edit("store-trip", "alternates", EDIT_SET, NULL);
	assert_true(store->gather(store->self, change, walk.arena, &walk.facts, &walk.error));
	assert_int_equal(walk.facts.finding_count, 0);
	assert_int_equal(walk.facts.holder_count, 1);
	assert_string_equal(walk.facts.holders[0].name, "store-round");
	assert_string_equal(walk.facts.holders[0].field, "alternates");
	change_free(change);
	walk_end(&walk);
	remove_user("store-round");
	remove_user("store-trip");
	remove_user("store-third");
}

/* Refused by the check: what the gate does between gather and plan. */
static bool refused(struct walk *walk, struct store *of, const struct change *change)
{
	error_clear(&walk->error);
	assert_true(of->gather(of->self, change, walk->arena, &walk->facts, &walk->error));
	return !check_change(change, change_result(walk->arena, change, walk->facts.now), &walk->facts, &walk->error);
}

#define FORMER "former.colleague@example.com"

/* An undo that outlives the next walk's steps. */
static struct change *undo_keeping(struct walk *walk, const char *login)
{
	struct change *undo = walk_undo(walk, users, login), *copy = change_copy(undo);

	change_free(undo);
	return copy;
}

/* The journal holds no password: the account stays away, the rest comes back, and the review says it. */
static void test_a_fetched_account_that_went_is_told(void **state)
{
	static const char account[] = "server=imap.elsewhere.example protocol=IMAP user=joe password=s3cret ssl=yes keep=no";
	struct change *change;
	struct walk walk;
	unsigned round;

	(void)state;
	if (live_missing())
		skip();
	make_user("store-gone", "store-gone@example.com");
	for (round = 0; round < 3; round++) {
		walk_begin(&walk);
		change = edit("store-gone", "fetchmail", EDIT_ADD, account);
		expect(&walk, walk_change(&walk, store, change), OUTCOME_APPLIED);
		change_free(change);
		change = round == 2 ? change_new(VERB_DELETE, users, "store-gone") : edit("store-gone", "fetchmail", EDIT_SET, NULL);
		if (round == 1)
			change_edit_text(change, kind_field(users, "quota"), EDIT_SET, "1048576");
		expect(&walk, walk_change(&walk, store, change), OUTCOME_APPLIED);
		change_free(change);
		change = undo_keeping(&walk, "store-gone");
		expect(&walk, walk_once(&walk, store, change, NULL, NULL), round == 0 ? OUTCOME_NOT_APPLIED : OUTCOME_APPLIED);
		assert_non_null(strstr(round == 0 ? walk.error.text : walk.plan.left_out, "joe at imap.elsewhere.example"));
		assert_int_equal(hand_count(hand, "(&(uid=store-gone)(!(objectClass=univentionFetchmail))(!(univentionFetchmailSingle=*)))"), 1);
		assert_int_equal(hand_count(hand, "(&(uid=store-gone)(univentionMailUserQuota=*))"), 0);
		change_free(change);
		walk_end(&walk);
	}
	remove_user("store-gone");
}

/* The lab keeps one address for somebody who is gone; the former owner, known by the entryUUID, may have it back. */
static void test_the_block_list_is_honoured(void **state)
{
	char place[300], before[100], own[100];
	struct change *change;
	struct live other;
	struct walk walk;
	LDAP *keeper;

	(void)state;
	if (live_missing())
		skip();
	make_user("store-block", "store-block@example.com");
	walk_begin(&walk);
	change = edit("store-block", "address", EDIT_SET, FORMER);
	assert_true(refused(&walk, store, change));
	assert_non_null(strstr(walk.error.text, "2099-12-31T23:59:59Z"));
	assert_int_equal(walk.facts.blocked_count, 1);
	assert_false(walk.facts.blocked_unread);
	snprintf(place, sizeof place, "%s", walk.facts.blocked[0].place);
	keeper = hand_open_as("cn=admin,cn=internal", live_env("LAB_ROOT_SECRET"));
	assert_non_null(keeper);
	hand_value(keeper, place, "originUniventionObjectIdentifier", before, sizeof before);
	hand_value(hand, user_dn("store-block"), "entryUUID", own, sizeof own);
	assert_int_equal(hand_modify(keeper, place, LDAP_MOD_REPLACE, "originUniventionObjectIdentifier", own), LDAP_SUCCESS);
	assert_false(refused(&walk, store, change));
	assert_int_equal(hand_modify(keeper, place, LDAP_MOD_REPLACE, "originUniventionObjectIdentifier", before), LDAP_SUCCESS);
	hand_close(keeper);
	assert_true(refused(&walk, store, change));
	change_free(change);
	change = change_new(VERB_ADD, users, "store-block2");
	change_edit_text(change, kind_field(users, "family_name"), EDIT_SET, "Added");
	change_edit_text(change, kind_field(users, "address"), EDIT_SET, FORMER);
	assert_true(refused(&walk, store, change));
	change_free(change);
	change = edit("store-block", "alternates", EDIT_ADD, FORMER);
	assert_false(refused(&walk, store, change));
	change_free(change);
	/* Somebody who may not look there is told so, and not stopped. */
	live_prepare(&other, "MAILSERVER");
	live_open(&other);
	assert_true(live_wait(&other, DIRECTORY_UP, 5000));
	change = edit("store-block", "address", EDIT_SET, FORMER);
	assert_false(refused(&walk, directory_store(other.directory), change));
	assert_true(walk.facts.blocked_unread);
	change_free(change);
	live_close(&other);
	walk_end(&walk);
	remove_user("store-block");
}

/* Taking back the loss of an address that UDM has put on the block list meanwhile, for another. */
static void test_an_undo_looks_at_the_block_list(void **state)
{
	struct change *change;
	struct delta delta = { .attribute = "mailPrimaryAddress", .how = DELTA_ADD, .count = 1 };
	struct operation step = { .verb = OPERATION_MODIFY, .deltas = &delta, .delta_count = 1 };
	struct value value = { .bytes = FORMER, .length = strlen(FORMER) };
	char id[100];
	struct walk walk;

	(void)state;
	if (live_missing())
		skip();
	make_user("store-undo", NULL);
	delta.values = &value;
	step.place = user_dn("store-undo");
	step.id = hand_value(hand, step.place, "entryUUID", id, sizeof id);
	walk_begin(&walk);
	change = change_new(VERB_UNDO, users, "store-undo");
	change->operations = &step;
	change->operation_count = 1;
	assert_true(store->gather(store->self, change, walk.arena, &walk.facts, &walk.error));
	assert_int_equal(walk.facts.blocked_count, 1);
	assert_string_equal(walk.facts.blocked[0].address, FORMER);
	change_free(change);
	walk_end(&walk);
	remove_user("store-undo");
}

/* Users and groups share one set of names. */
static void test_a_login_that_is_a_group_is_taken(void **state)
{
	struct change *change;
	struct walk walk;

	(void)state;
	if (live_missing())
		skip();
	walk_begin(&walk);
	change = change_new(VERB_ADD, users, "sales");
	change_edit_text(change, kind_field(users, "family_name"), EDIT_SET, "Added");
	assert_true(refused(&walk, store, change));
	assert_non_null(strstr(walk.error.text, "group Sales"));
	change_free(change);
	make_user("store-name", NULL);
	change = change_new(VERB_RENAME, users, "store-name");
	change->new_name = "Support";
	assert_true(refused(&walk, store, change));
	assert_non_null(strstr(walk.error.text, "group Support"));
	change->new_name = "store-name-too";
	assert_false(refused(&walk, store, change));
	change_free(change);
	walk_end(&walk);
	remove_user("store-name");
}

#define SECRET "hunter2-of-fetchmail"

static void test_a_stored_password_stays_and_is_never_seen(void **state)
{
	struct change *change;
	struct record *record;
	char value[300];
	struct walk walk;
	size_t i, j, k;

	(void)state;
	if (live_missing())
		skip();
	make_user("store-fetch", "store-fetch@example.com");
	assert_int_equal(hand_modify(hand, user_dn("store-fetch"), LDAP_MOD_ADD, "objectClass", "univentionFetchmail"), LDAP_SUCCESS);
	assert_int_equal(hand_modify(hand, user_dn("store-fetch"), LDAP_MOD_ADD, "univentionFetchmailSingle", "\"imap.x\";\"IMAP\";\"joe\";\"" SECRET "\";\"1\";\"0\""), LDAP_SUCCESS);
	walk_begin(&walk);
	change = edit("store-fetch", "fetchmail", EDIT_SET, "server=imap.x protocol=POP3 user=joe ssl=yes keep=yes");
	expect(&walk, walk_change(&walk, store, change), OUTCOME_APPLIED);
	assert_string_equal(hand_value(hand, user_dn("store-fetch"), "univentionFetchmailSingle", value, sizeof value),
		"[\"imap.x\", \"POP3\", \"joe\", \"" SECRET "\", \"1\", \"1\"]");
	for (i = 0; i < walk.plan.count; i++)
		for (j = 0; j < walk.plan.operations[i].delta_count; j++)
			for (k = 0; k < walk.plan.operations[i].deltas[j].count; k++)
				assert_null(strstr(walk.plan.operations[i].deltas[j].values[k].bytes, SECRET));
	change_free(change);
	change = walk_undo(&walk, users, "store-fetch");
	expect(&walk, walk_once(&walk, store, change, NULL, NULL), OUTCOME_APPLIED);
	assert_non_null(strstr(hand_value(hand, user_dn("store-fetch"), "univentionFetchmailSingle", value, sizeof value), "IMAP"));
	assert_non_null(strstr(value, SECRET));
	change_free(change);
	record = live_read(&live, "user", "store-fetch");
	assert_non_null(record);
	assert_string_equal(record_text(record, "fetchmail"), "server=imap.x protocol=IMAP user=joe ssl=yes keep=no");
	for (i = 0; i < record->attribute_count; i++)
		for (j = 0; j < record->attributes[i].count; j++)
			assert_null(strstr(record->attributes[i].values[j].bytes, SECRET));
	walk_end(&walk);
	remove_user("store-fetch");
}

/* The masked forms of old and new are the same, so only the server's answer and the stored bytes tell. */
static void test_a_new_password_alone_is_a_change(void **state)
{
	static const char *const words[] = { "server=imap.x protocol=IMAP user=joe password=first ssl=yes keep=no",
		"server=imap.x protocol=IMAP user=joe password=second ssl=yes keep=no" };
	struct operation inverse;
	struct change *change;
	struct walk walk;
	char value[300];
	size_t i;

	(void)state;
	if (live_missing())
		skip();
	make_user("store-fetch", "store-fetch@example.com");
	for (i = 0; i < 2; i++) {
		walk_begin(&walk);
		change = edit("store-fetch", "fetchmail", EDIT_SET, words[i]);
		expect(&walk, walk_once(&walk, store, change, NULL, NULL), OUTCOME_APPLIED);
		hand_value(hand, user_dn("store-fetch"), "univentionFetchmailSingle", value, sizeof value);
		assert_non_null(strstr(value, i == 0 ? "first" : "second"));
		assert_int_equal(store->look(store->self, &walk.plan.operations[0], walk.arena, &inverse, &walk.error), OUTCOME_APPLIED);
		/* Another password and another version: not what was sent. */
		assert_int_equal(hand_modify(hand, user_dn("store-fetch"), LDAP_MOD_REPLACE, "univentionFetchmailSingle",
			"[\"imap.x\", \"IMAP\", \"joe\", \"third\", \"1\", \"0\"]"), LDAP_SUCCESS);
		assert_int_equal(store->look(store->self, &walk.plan.operations[0], walk.arena, &inverse, &walk.error), OUTCOME_CONFLICT);
		change_free(change);
		walk_end(&walk);
	}
	remove_user("store-fetch");
}

/* The old password is not in the journal, so taking it back would say what is not so. */
static void test_a_new_password_is_not_taken_back(void **state)
{
	struct change *change;
	struct walk walk;
	char value[300];
	unsigned round;

	(void)state;
	if (live_missing())
		skip();
	make_user("store-kept", "store-kept@example.com");
	walk_begin(&walk);
	change = edit("store-kept", "fetchmail", EDIT_SET, "server=imap.x protocol=IMAP user=joe password=first ssl=yes keep=no");
	expect(&walk, walk_change(&walk, store, change), OUTCOME_APPLIED);
	change_free(change);
	walk_end(&walk);
	for (round = 0; round < 2; round++) {
		walk_begin(&walk);
		change = edit("store-kept", "fetchmail", EDIT_SET, round == 0 ? "server=imap.x protocol=IMAP user=joe password=second ssl=yes keep=no"
			: "server=imap.x protocol=IMAP user=joe password=third ssl=yes keep=no");
		if (round == 1)
			change_edit_text(change, kind_field(users, "quota"), EDIT_SET, "1048576");
		expect(&walk, walk_change(&walk, store, change), OUTCOME_APPLIED);
		change_free(change);
		change = undo_keeping(&walk, "store-kept");
		expect(&walk, walk_once(&walk, store, change, NULL, NULL), round == 0 ? OUTCOME_NOT_APPLIED : OUTCOME_APPLIED);
		assert_non_null(strstr(round == 0 ? walk.error.text : walk.plan.left_out, "joe at imap.x stays as it is now"));
		assert_non_null(strstr(hand_value(hand, user_dn("store-kept"), "univentionFetchmailSingle", value, sizeof value),
			round == 0 ? "second" : "third"));
		assert_int_equal(hand_count(hand, "(&(uid=store-kept)(univentionMailUserQuota=*))"), 0);
		change_free(change);
		walk_end(&walk);
	}
	remove_user("store-kept");
}

static void test_locks_of_others_are_honoured_and_stale_ones_taken(void **state)
{
	char place[300];
	char words[][30] = { "objectClass", "top", "lock", "cn", "store-locked@example.com", "lockTime", "0" };
	LDAPMod class = { .mod_op = LDAP_MOD_ADD, .mod_type = words[0], .mod_values = (char *[]){ words[1], words[2], NULL } };
	LDAPMod name = { .mod_op = LDAP_MOD_ADD, .mod_type = words[3], .mod_values = (char *[]){ words[4], NULL } };
	LDAPMod never = { .mod_op = LDAP_MOD_ADD, .mod_type = words[5], .mod_values = (char *[]){ words[6], NULL } };
	struct change *change;
	struct walk walk;

	(void)state;
	if (live_missing())
		skip();
	live_dn(place, sizeof place, "cn=store-locked@example.com,cn=mailPrimaryAddress,cn=temporary,cn=univention");
	make_user("store-lock", NULL);
	assert_int_equal(ldap_add_ext_s(hand, place, (LDAPMod *[]){ &class, &name, &never, NULL }, NULL, NULL), LDAP_SUCCESS);
	walk_begin(&walk);
	change = edit("store-lock", "address", EDIT_SET, "store-locked@example.com");
	expect(&walk, walk_once(&walk, store, change, NULL, NULL), OUTCOME_NOT_APPLIED);
	assert_non_null(strstr(walk.error.text, "right now"));
	assert_int_equal(hand_modify(hand, place, LDAP_MOD_REPLACE, "lockTime", "1000000000"), LDAP_SUCCESS);
	expect(&walk, walk_once(&walk, store, change, NULL, NULL), OUTCOME_APPLIED);
	assert_int_equal(hand_count(hand, "(&(objectClass=lock)(cn=store-locked@example.com))"), 0);
	change_free(change);
	walk_end(&walk);
	remove_user("store-lock");
}

static void test_the_helpdesk_and_udm_are_told_why_not(void **state)
{
	struct live other;
	struct store *helpdesk;
	struct change *change;
	struct walk walk;

	(void)state;
	if (live_missing())
		skip();
	make_user("store-rights", "store-rights@example.com");
	live_prepare(&other, "HELPDESK");
	other.settings.direct = false;
	live_open(&other);
	assert_true(live_wait(&other, DIRECTORY_UP, 5000));
	helpdesk = directory_store(other.directory);
	walk_begin(&walk);
	change = edit("store-rights", "quota", EDIT_SET, "3145728");
	expect(&walk, walk_once(&walk, helpdesk, change, NULL, NULL), OUTCOME_APPLIED);
	change_free(change);
	change = edit("store-rights", "home_server", EDIT_SET, "mail2.example.com");
	expect(&walk, walk_once(&walk, helpdesk, change, NULL, NULL), OUTCOME_NOT_APPLIED);
	assert_int_equal(walk.error.kind, ERROR_REFUSED);
	assert_non_null(strstr(walk.error.text, "[LDAP 50]"));
	change_free(change);
	assert_non_null(directory_verb_reason(other.directory, users, VERB_ADD));
	assert_null(directory_verb_reason(other.directory, users, VERB_EDIT));
	assert_null(directory_verb_reason(other.directory, domains, VERB_ADD));
	change = change_new(VERB_ADD, users, "o'neil");
	change_edit_text(change, kind_field(users, "family_name"), EDIT_SET, "O'Neil");
	change_edit_text(change, kind_field(users, "quota"), EDIT_SET, "2147483648");
	change_edit_text(change, kind_field(users, "keep_copy"), EDIT_SET, "no");
	assert_true(helpdesk->gather(helpdesk->self, change, walk.arena, &walk.facts, &walk.error));
	assert_non_null(strstr(walk.facts.management, "udm users/user create --position 'cn=users,"));
	assert_non_null(strstr(walk.facts.management, "--set 'username=o'\\''neil'"));
	assert_non_null(strstr(walk.facts.management, "--set 'mailUserQuota=2048' --set 'mailForwardCopyToSelf=0'"));
	assert_false(helpdesk->plan(helpdesk->self, change, &walk.facts, walk.arena, &walk.plan, &walk.error));
	assert_int_equal(walk.error.kind, ERROR_UNSUPPORTED);
	change_free(change);
	walk_end(&walk);
	live_close(&other);
	remove_user("store-rights");
}

/* What another server keeps is neither followed nor passed over: its address is told, to readers and to writers. */
static void test_another_server_is_named(void **state)
{
	static char class_name[] = "objectClass", one[] = "referral", two[] = "extensibleObject", ref[] = "ref", cn[] = "cn", name[] = "elsewhere",
		url[] = "ldap://primary.elsewhere.example:7389/cn=elsewhere";
	LDAPMod classes = { LDAP_MOD_ADD, class_name, { (char *[]){ one, two, NULL } } }, refs = { LDAP_MOD_ADD, ref, { (char *[]){ url, NULL } } },
		names = { LDAP_MOD_ADD, cn, { (char *[]){ name, NULL } } };
	LDAPControl manage = { .ldctl_oid = (char []){ LDAP_CONTROL_MANAGEDSAIT }, .ldctl_iscritical = 1 }, *controls[] = { &manage, NULL };
	struct value value = { .bytes = "x", .length = 1 };
	struct delta delta = { .attribute = "description", .how = DELTA_ADD, .values = &value, .count = 1 };
	struct operation step = { .verb = OPERATION_MODIFY, .deltas = &delta, .delta_count = 1 };
	char place[300];
	struct change *change;
	bool gathered;
	struct walk walk;

	(void)state;
	if (live_missing())
		skip();
	live_dn(place, sizeof place, "cn=elsewhere");
	step.place = place;
	assert_int_equal(ldap_add_ext_s(hand, place, (LDAPMod *[]){ &classes, &names, &refs, NULL }, NULL, NULL), LDAP_SUCCESS);
	/* Facts about the whole tree are incomplete then, and nothing is refused for it. */
	walk_begin(&walk);
	change = edit("aschmid1", "alternates", EDIT_ADD, "store-split@example.com");
	gathered = store->gather(store->self, change, walk.arena, &walk.facts, &walk.error);
	change_free(change);
	expect(&walk, walk_step(&walk, store, &step), OUTCOME_NOT_APPLIED);
	live_list(&live, "domain", NULL, 0);
	assert_int_equal(ldap_delete_ext_s(hand, place, controls, NULL), LDAP_SUCCESS);
	assert_true(gathered);
	assert_true(walk.facts.holders_unread);
	assert_false(walk.facts.domains_complete);
	assert_string_equal(walk.facts.elsewhere, "it names ldap://primary.elsewhere.example:7389/cn=elsewhere??sub");
	assert_non_null(strstr(walk.error.text, "it names ldap://primary.elsewhere.example:7389/"));
	assert_non_null(strstr(walk.error.text, "[LDAP 10]"));
	assert_false(live.list_end.complete);
	assert_non_null(strstr(live.reason, "ldap://primary.elsewhere.example:7389/"));
	walk_end(&walk);
}

static void test_forwards_in_both_modes(void **state)
{
	static const struct { const char *mode, *keep, *flag; int own; } cases[] = {
		{ "flag", "no", "0", 0 }, { "flag", "yes", "1", 0 }, { "own-address", "yes", "", 1 }, { "own-address", "no", "", 0 },
	};
	size_t i;

	(void)state;
	if (live_missing())
		skip();
	make_user("store-forward", "store-forward@example.com");
	for (i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct change *change = edit("store-forward", "forwards", EDIT_ADD, "away@elsewhere.example");
		struct live other;
		char value[100];
		struct walk walk;

		live_prepare(&other, "ADMIN");
		other.settings.forward_mode = cases[i].mode;
		live_open(&other);
		walk_begin(&walk);
		change_edit_text(change, kind_field(users, "keep_copy"), EDIT_SET, cases[i].keep);
		expect(&walk, walk_once(&walk, directory_store(other.directory), change, NULL, NULL), OUTCOME_APPLIED);
		assert_string_equal(hand_value(hand, user_dn("store-forward"), "mailForwardCopyToSelf", value, sizeof value), cases[i].flag);
		assert_int_equal(hand_count(hand, "(&(uid=store-forward)(mailForwardAddress=store-forward@example.com))"), cases[i].own);
		assert_string_equal(record_text(walk.plan.after, "keep_copy"), cases[i].keep);
		change_free(change);
		change = walk_undo(&walk, users, "store-forward");
		expect(&walk, walk_once(&walk, directory_store(other.directory), change, NULL, NULL), OUTCOME_APPLIED);
		assert_int_equal(hand_count(hand, "(&(uid=store-forward)(mailForwardAddress=*))"), 0);
		change_free(change);
		walk_end(&walk);
		live_close(&other);
	}
	remove_user("store-forward");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_field_there_and_back),
		cmocka_unit_test(test_the_plan_is_small_and_guarded),
		cmocka_unit_test(test_a_change_meanwhile_is_a_conflict),
		cmocka_unit_test(test_add_rename_delete_there_and_back),
		cmocka_unit_test(test_domains_there_and_back),
		cmocka_unit_test(test_facts_name_holders_and_references),
		cmocka_unit_test(test_facts_tell_what_becomes_wrong),
		cmocka_unit_test(test_the_block_list_is_honoured),
		cmocka_unit_test(test_an_undo_looks_at_the_block_list),
		cmocka_unit_test(test_a_login_that_is_a_group_is_taken),
		cmocka_unit_test(test_a_stored_password_stays_and_is_never_seen),
		cmocka_unit_test(test_a_new_password_alone_is_a_change),
		cmocka_unit_test(test_a_new_password_is_not_taken_back),
		cmocka_unit_test(test_a_fetched_account_that_went_is_told),
		cmocka_unit_test(test_locks_of_others_are_honoured_and_stale_ones_taken),
		cmocka_unit_test(test_the_helpdesk_and_udm_are_told_why_not),
		cmocka_unit_test(test_forwards_in_both_modes),
		cmocka_unit_test(test_another_server_is_named),
	};

	return cmocka_run_group_tests(tests, open_all, close_all);
}
