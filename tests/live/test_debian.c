/* The store on a directory with nothing but the schema of Debian's slapd (lab start --profile debian): recognised, read, there and back. */
#include "model/check.h"
#include "walk.h"

static struct live live;
static struct store *store;
static LDAP *hand;

static bool elsewhere(void)
{
	return live_missing() || strcmp(live_env("LAB_PROFILE"), "debian") != 0;
}

static int open_all(void **state)
{
	(void)state;
	if (elsewhere())
		return 0;
	live_prepare(&live, "ADMIN");
	live.settings.direct = false;
	live_open(&live);
	assert_true(live_wait(&live, DIRECTORY_UP, 5000));
	store = directory_store(live.directory);
	hand = hand_open();
	assert_non_null(hand);
	return 0;
}

static int close_all(void **state)
{
	(void)state;
	if (elsewhere())
		return 0;
	hand_close(hand);
	live_close(&live);
	return 0;
}

static void test_known_by_its_schema(void **state)
{
	(void)state;
	if (elsewhere())
		skip();
	assert_string_equal(directory_status(live.directory)->profile, "debian");
	for (size_t i = 0; kinds[i] != NULL && !kinds[i]->internal; i++) {
		const char *reason = directory_verb_reason(live.directory, kinds[i], VERB_ADD);

		/* What is held here may be created, without a word about a management system. */
		if (kinds[i] == &kind_user || kinds[i] == &kind_domain || kinds[i] == &kind_group || kinds[i] == &kind_mailinglist)
			assert_null(reason);
	}
}

static void test_lists_and_records(void **state)
{
	static const struct { const char *kind; size_t least; } lists[] = {
		{ "user", 60 }, { "domain", 3 }, { "group", 4 }, { "mailinglist", 3 }, { "server", 2 },
	};
	struct record *record;

	(void)state;
	if (elsewhere())
		skip();
	for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
		live_list(&live, lists[i].kind, NULL, 0);
		if (!live.list_end.complete || live.rows < lists[i].least)
			fail_msg("%s: %zu rows, %s", lists[i].kind, live.rows, live.reason);
	}
	/* A piece of an address in an attribute without a rule for pieces: whoever has one comes, and the front end looks. */
	live_list(&live, "user", "mueller@", 0);
	assert_true(live.rows > 0);
	record = live_read(&live, "user", "juergen.mueller@example.com");
	assert_non_null(record);
	assert_string_equal(record->name, "juergen.mueller");
	assert_false(record->foreign);
	assert_null(record_attribute(record, "userPassword"));
	assert_int_equal(record_get(record, "alternates")->count, 2);
	assert_int_equal(record_get(record, "quota")->presence, VALUE_UNSUPPORTED);
	assert_non_null(record_get(record, "quota")->note);
	assert_string_equal(record_text(record, "groups"), "sales");
	record = live_read(&live, "group", "everybody@example.com");
	assert_non_null(record);
	assert_int_equal(record_get(record, "member_groups")->count, 2);
	record = live_read(&live, "domain", "example.org");
	assert_non_null(record);
	assert_true(atoi(record_text(record, "users")) >= 15 && atoi(record_text(record, "users")) < 40);
	assert_string_equal(record_text(record, "lists"), "2");
}

static void expect(struct walk *walk, enum outcome got, enum outcome want)
{
	if (got != want)
		fail_msg("outcome %d, not %d: %s", got, want, walk->error.text);
}

/* Applies a change, takes it back, and compares the entry. */
static void there_and_back(struct change *change, const char *relative)
{
	char dn[300], *before = hand_snapshot(hand, live_dn(dn, sizeof dn, relative)), *between, *after;
	struct change *undo;
	struct walk walk, back;

	walk_begin(&walk);
	walk_begin(&back);
	expect(&walk, walk_change(&walk, store, change), OUTCOME_APPLIED);
	assert_true(walk.facts.plain);
	between = hand_snapshot(hand, dn);
	assert_true((before == NULL) != (between == NULL) || strcmp(before, between) != 0);
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

static struct change *edit(const char *kind, const char *name, const char *field, enum edit_how how, const char *value)
{
	struct change *change = change_new(VERB_EDIT, kind_find(kind), name);

	change_edit_text(change, kind_field(kind_find(kind), field), how, value);
	return change;
}

static void test_every_field_there_and_back(void **state)
{
	static const struct { const char *kind, *name, *place, *field; enum edit_how how; const char *value; } cases[] = {
		{ "user", "jiri.dvorak", "uid=jiri.dvorak,ou=people", "address", EDIT_SET, "jiri@example.org" },
		{ "user", "jiri.dvorak", "uid=jiri.dvorak,ou=people", "alternates", EDIT_ADD, "jiri.d@example.com" },
		{ "user", "jiri.dvorak", "uid=jiri.dvorak,ou=people", "forwards", EDIT_SET, "jiri@outside.test" },
		{ "user", "jiri.dvorak", "uid=jiri.dvorak,ou=people", "home_server", EDIT_SET, "mail2.example.com" },
		{ "user", "jiri.dvorak", "uid=jiri.dvorak,ou=people", "full_name", EDIT_SET, "Jiří Dvořák-Novák" },
		{ "group", "sales", "cn=sales,ou=groups", "members", EDIT_ADD, "jiri.dvorak" },
		{ "group", "sales", "cn=sales,ou=groups", "members", EDIT_REMOVE, "alice.obrien" },
		{ "group", "auditors", "cn=auditors,ou=groups", "address", EDIT_SET, "auditors@example.com" },
		{ "group", "auditors", "cn=auditors,ou=groups", "member_groups", EDIT_ADD, "support" },
		{ "mailinglist", "board", "cn=board,ou=lists", "members", EDIT_ADD, "x@outside.test" },
		{ "mailinglist", "board", "cn=board,ou=lists", "address", EDIT_SET, "the-board@example.org" },
	};

	(void)state;
	if (elsewhere())
		skip();
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		there_and_back(edit(cases[i].kind, cases[i].name, cases[i].field, cases[i].how, cases[i].value), cases[i].place);
}

/* By dc, by associatedDomain, or by both: read, renamed and made. */
static void test_domains_in_every_way(void **state)
{
	static const struct { const char *name, *place, *becomes; } cases[] = {
		{ "kassel.example", "ou=kassel,ou=domains", "kassel.test" },
		{ "live.example", "dc=live.example,ou=domains", "live.test" },
	};
	struct change *change = change_new(VERB_ADD, &kind_domain, "live.example");
	struct walk walk;
	char dn[300], *before, *after;

	(void)state;
	if (elsewhere()) {
		change_free(change);
		skip();
	}
	walk_begin(&walk);
	expect(&walk, walk_change(&walk, store, change), OUTCOME_APPLIED);
	assert_int_equal(hand_count(hand, "(&(objectClass=domain)(objectClass=domainRelatedObject)(dc=live.example)(associatedDomain=live.example))"), 1);
	change_free(change);
	walk_end(&walk);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct walk back;

		assert_non_null(live_read(&live, "domain", cases[i].name));
		assert_string_equal(record_text(live.record, "name"), cases[i].name);
		before = hand_snapshot(hand, live_dn(dn, sizeof dn, cases[i].place));
		change = change_new(VERB_RENAME, &kind_domain, cases[i].name);
		change->new_name = cases[i].becomes;
		walk_begin(&walk);
		walk_begin(&back);
		expect(&walk, walk_change(&walk, store, change), OUTCOME_APPLIED);
		assert_null(live_read(&live, "domain", cases[i].name));
		assert_non_null(live_read(&live, "domain", cases[i].becomes));
		change_free(change);
		change = walk_undo(&walk, &kind_domain, cases[i].becomes);
		expect(&back, walk_change(&back, store, change), OUTCOME_APPLIED);
		after = hand_snapshot(hand, dn);
		assert_string_equal(before, after);
		free(before);
		free(after);
		change_free(change);
		walk_end(&walk);
		walk_end(&back);
	}
	walk_begin(&walk);
	change = change_new(VERB_EDIT, &kind_user, "jiri.dvorak");
	change_edit_text(change, kind_field(&kind_user, "address"), EDIT_SET, "jiri@kassel.example");
	assert_true(store->gather(store->self, change, walk.arena, &walk.facts, &walk.error));
	assert_true(check_change(change, change_result(walk.arena, change, walk.facts.now), &walk.facts, &walk.error));
	change_free(change);
	change = change_new(VERB_DELETE, &kind_domain, "live.example");
	expect(&walk, walk_change(&walk, store, change), OUTCOME_APPLIED);
	change_free(change);
	walk_end(&walk);
}

static void test_objects_there_and_back(void **state)
{
	struct change *change;

	(void)state;
	if (elsewhere())
		skip();
	change = change_new(VERB_ADD, &kind_domain, "live.example");
	there_and_back(change, "dc=live.example,ou=domains");
	change = change_new(VERB_ADD, &kind_user, "live.person");
	change_edit_text(change, kind_field(&kind_user, "family_name"), EDIT_SET, "Person");
	change_edit_text(change, kind_field(&kind_user, "address"), EDIT_SET, "live.person@example.com");
	there_and_back(change, "uid=live.person,ou=people");
	change = change_new(VERB_ADD, &kind_group, "live-group");
	change_edit_text(change, kind_field(&kind_group, "members"), EDIT_ADD, "jiri.dvorak");
	there_and_back(change, "cn=live-group,ou=groups");
	there_and_back(change_new(VERB_DELETE, &kind_user, "jose.munoz"), "uid=jose.munoz,ou=people");
	assert_int_equal(hand_count(hand, "(&(cn=everybody)(member=uid=jose.munoz,ou=people,dc=example,dc=com))"), 1);
	change = change_new(VERB_RENAME, &kind_user, "alice.obrien");
	change->new_name = "alice.smith";
	there_and_back(change, "uid=alice.obrien,ou=people");
	assert_int_equal(hand_count(hand, "(&(cn=sales)(member=uid=alice.obrien,ou=people,dc=example,dc=com))"), 1);
}

static void refused(struct change *change, const char *words)
{
	struct walk walk;

	walk_begin(&walk);
	expect(&walk, walk_change(&walk, store, change), OUTCOME_NOT_APPLIED);
	if (strstr(walk.error.text, words) == NULL)
		fail_msg("%s", walk.error.text);
	change_free(change);
	walk_end(&walk);
}

static void test_what_has_no_place(void **state)
{
	struct change *change;
	struct walk walk;

	(void)state;
	if (elsewhere())
		skip();
	change = edit("user", "jiri.dvorak", "forwards", EDIT_ADD, "a@outside.test");
	change_edit_text(change, kind_field(&kind_user, "forwards"), EDIT_ADD, "b@outside.test");
	refused(change, "keeps one value");
	refused(edit("user", "jiri.dvorak", "quota", EDIT_SET, "1073741824"), "cannot be kept in this directory");
	refused(edit("user", "jiri.dvorak", "keep_copy", EDIT_SET, "yes"), "leaves no copy");
	refused(change_new(VERB_ADD, &kind_group, "live-empty"), "needs at least one");
	refused(edit("group", "auditors", "members", EDIT_REMOVE, "arpad.kovacs"), "needs at least one");
	/* A dc without a dot is a piece of the tree, so a domain of this name would not be seen again. */
	change = change_new(VERB_RENAME, &kind_domain, "example.org");
	change->new_name = "live";
	refused(change, "nobody would see it");
	walk_begin(&walk);
	change = change_new(VERB_DELETE, &kind_user, "arpad.kovacs");
	assert_true(store->gather(store->self, change, walk.arena, &walk.facts, &walk.error));
	assert_non_null(walk.facts.kept);
	assert_non_null(strstr(walk.facts.kept, "auditors"));
	change_free(change);
	walk_end(&walk);
}

static bool tells(const struct record *record, const char *field, const char *words)
{
	const struct field_values *values = record_get(record, field);

	for (size_t i = 0; i < values->count; i++)
		if (strstr(values->values[i].bytes, words) != NULL)
			return true;
	return false;
}

/* Groups keep their address where users keep further ones, and a group inside needs none to pass mail on. */
static void test_way_through_groups(void **state)
{
	struct change *change;
	const struct record *record;
	struct walk walk;

	(void)state;
	if (elsewhere())
		skip();
	record = live_read(&live, "alias", "everybody@example.com");
	assert_non_null(record);
	assert_true(tells(record, "hops", "sales@example.com (member of everybody)"));
	assert_true(tells(record, "hops", "member of support"));
	assert_string_equal(record_text(record, "reaches"), "5 mailboxes here and 1 address outside");
	change = change_new(VERB_ADD, &kind_group, "live-outer");
	change_edit_text(change, kind_field(&kind_group, "address"), EDIT_SET, "live-outer@example.com");
	change_edit_text(change, kind_field(&kind_group, "member_groups"), EDIT_SET, "auditors");
	walk_begin(&walk);
	expect(&walk, walk_change(&walk, store, change), OUTCOME_APPLIED);
	record = live_read(&live, "alias", "live-outer@example.com");
	assert_non_null(record);
	assert_true(tells(record, "hops", "mailbox of arpad.kovacs (member of auditors)"));
	assert_string_equal(record_text(record, "reaches"), "1 mailbox here");
	change_free(change);
	walk_end(&walk);
	walk_begin(&walk);
	change = change_new(VERB_DELETE, &kind_group, "live-outer");
	expect(&walk, walk_change(&walk, store, change), OUTCOME_APPLIED);
	change_free(change);
	walk_end(&walk);
}

/* Its name is its address: who names it follows, nobody else may have it, and what is meant must be said. */
static void test_an_alias_gets_another_address(void **state)
{
	struct change *change = change_new(VERB_RENAME, &kind_alias, "abuse@example.com");
	struct walk walk;

	(void)state;
	if (elsewhere()) {
		change_free(change);
		skip();
	}
	change->new_name = "sales@example.com";
	walk_begin(&walk);
	assert_true(store->gather(store->self, change, walk.arena, &walk.facts, &walk.error));
	assert_false(check_change(change, change_result(walk.arena, change, walk.facts.now), &walk.facts, &walk.error));
	assert_non_null(strstr(walk.error.text, "address of the group sales"));
	walk_end(&walk);
	change_free(change);
	assert_int_equal(hand_modify(hand, "cn=newsletter,ou=lists,dc=example,dc=com", LDAP_MOD_ADD, "rfc822MailMember", "abuse@example.com"), LDAP_SUCCESS);
	change = change_new(VERB_RENAME, &kind_alias, "abuse@example.com");
	change->new_name = "misuse@example.com";
	there_and_back(change, "cn=abuse@example.com,ou=aliases");
	assert_int_equal(hand_count(hand, "(&(cn=newsletter)(rfc822MailMember=abuse@example.com)(!(rfc822MailMember=misuse@example.com)))"), 1);
	assert_int_equal(hand_modify(hand, "cn=newsletter,ou=lists,dc=example,dc=com", LDAP_MOD_DELETE, "rfc822MailMember", "abuse@example.com"), LDAP_SUCCESS);
	/* Two sorts of holders: none is chosen for the person. */
	assert_int_equal(hand_modify(hand, "uid=jiri.dvorak,ou=people,dc=example,dc=com", LDAP_MOD_ADD, "mailLocalAddress", "abuse@example.com"), LDAP_SUCCESS);
	assert_non_null(live_read(&live, "alias", "abuse@example.com"));
	assert_null(live.record->id);
	assert_true(tells(live.record, "reaches", "2 mailboxes here") || tells(live.record, "reaches", "3 mailboxes here"));
	change = change_new(VERB_DELETE, &kind_alias, "abuse@example.com");
	walk_begin(&walk);
	assert_false(store->translate(store->self, change, &(struct change *){ NULL }, &walk.error));
	assert_non_null(strstr(walk.error.text, "an entry of its own, and others hold it"));
	walk_end(&walk);
	change_free(change);
	assert_int_equal(hand_modify(hand, "uid=jiri.dvorak,ou=people,dc=example,dc=com", LDAP_MOD_DELETE, "mailLocalAddress", "abuse@example.com"), LDAP_SUCCESS);
}

/* An alias has an address as well as anybody; what is nobody's is told, of lists and aliases too. */
static void test_what_leads_nowhere(void **state)
{
	static const struct { const char *kind, *name, *field, *value, *rule; } cases[] = {
		{ "user", "jiri.dvorak", "forwards", "postmaster@example.com", NULL },
		{ "user", "jiri.dvorak", "forwards", "sales@example.com", NULL },
		{ "user", "jiri.dvorak", "forwards", "nobody@example.com", "dangling-forward" },
		{ "mailinglist", "board", "members", "postmaster@example.com", NULL },
		{ "mailinglist", "board", "members", "mueller@example.com", NULL },
		{ "mailinglist", "board", "members", "nobody@outside.test", NULL },
		{ "mailinglist", "board", "members", "Nobody@Example.com", "dangling-target" },
		{ "alias", "abuse@example.com", "leads_to", "empty@example.org", NULL },
		{ "alias", "abuse@example.com", "leads_to", "nobody@example.com", "dangling-target" },
	};

	(void)state;
	if (elsewhere())
		skip();
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct change *change = edit(cases[i].kind, cases[i].name, cases[i].field, EDIT_ADD, cases[i].value);
		struct walk walk;

		walk_begin(&walk);
		assert_true(store->gather(store->self, change, walk.arena, &walk.facts, &walk.error));
		if (walk.facts.finding_count != (cases[i].rule != NULL))
			fail_msg("%s: %zu findings", cases[i].value, walk.facts.finding_count);
		if (cases[i].rule != NULL)
			assert_string_equal(walk.facts.findings[0].rule, cases[i].rule);
		change_free(change);
		walk_end(&walk);
	}
}

static void test_who_has_an_address(void **state)
{
	static const struct { const char *address, *kind, *name, *field; } cases[] = {
		{ "sales@example.com", "group", "sales", "address" }, { "board@example.org", "mailinglist", "board", "address" },
		{ "mueller@example.com", "user", "juergen.mueller", "alternates" },
		{ "juergen.mueller@example.com", "user", "juergen.mueller", "address" },
		{ "webmaster@example.org", "alias", "webmaster@example.org", "address" },
	};

	(void)state;
	if (elsewhere())
		skip();
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct change *change = edit("user", "jiri.dvorak", "address", EDIT_SET, cases[i].address);
		struct walk walk;

		walk_begin(&walk);
		assert_true(store->gather(store->self, change, walk.arena, &walk.facts, &walk.error));
		assert_int_equal(walk.facts.holder_count, 1);
		assert_string_equal(walk.facts.holders[0].kind, cases[i].kind);
		assert_string_equal(walk.facts.holders[0].name, cases[i].name);
		assert_string_equal(walk.facts.holders[0].field, cases[i].field);
		change_free(change);
		walk_end(&walk);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_known_by_its_schema),
		cmocka_unit_test(test_lists_and_records),
		cmocka_unit_test(test_every_field_there_and_back),
		cmocka_unit_test(test_objects_there_and_back),
		cmocka_unit_test(test_domains_in_every_way),
		cmocka_unit_test(test_what_has_no_place),
		cmocka_unit_test(test_who_has_an_address),
		cmocka_unit_test(test_way_through_groups),
		cmocka_unit_test(test_what_leads_nowhere),
		cmocka_unit_test(test_an_alias_gets_another_address),
	};

	return cmocka_run_group_tests(tests, open_all, close_all);
}
