/*
 * What changes of groups, mailing lists, folders, aliases, policies and domains
 * say before they are made, and of users what names them elsewhere: each rule by
 * its name, where it speaks and where not.  A case is the object before and
 * after; what it became is told, never the verb.  One thread.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "model/change.h"
#include "model/consequence.h"
#include "tests/unit/speaking.h"

static const char *const domains[] = { "example.com", NULL };
static const struct holder holders[] = {
	{ "info@example.com", "user", "bert", "uid=bert", NULL, "alternates" },
	{ "boss@example.com", "user", "boss", "uid=boss", NULL, "address" },
};
static const struct reference stay[] = {
	{ "user", "carl", "uid=carl", "mailForwardAddress", "anna@example.com", "forward target", false, true },
}, go[] = {
	{ "mailinglist", "news", "cn=news", "univentionMailMember", "anna@example.com", "list member", true, false },
	{ "folder", "team@example.com", "cn=team", "univentionMailACL", "anna@example.com write", "right on folder", true, false },
	{ "group", "staff", "cn=staff", "uniqueMember", "uid=anna", "member", true, false },
};
/* Facts are whole unless a case says otherwise. */
enum { REFERENCES_STAY = 1, REFERENCES_GO = 2, UNIQUE = 4, BLIND = 8, TAKEN_BACK = 16 };

static const struct kind_case {
	const char *what;
	const struct kind *kind;
	unsigned world;
	const char *before[5], *after[5];  /* "field=value"; none at all: it is not there */
	const char *wanted[4];
} cases[] = {
	/* groups and mailing lists */
	{ "a group without an address", &kind_group, 0, { NULL }, { "name=staff" }, { "members-no-address:note:A group without an address gets no mail" } },
	{ "a list without an address", &kind_mailinglist, 0, { NULL }, { "name=news" }, { "members-no-address:note:receives nothing" } },
	{ "a group loses its address", &kind_group, 0, { "name=staff", "address=staff@example.com" }, { "name=staff" },
		{ "members-no-address:note", "members-address-gone:warning:staff@example.com is refused" } },
	{ "a group never had an address", &kind_group, 0, { "name=staff" }, { "name=staff", "description=all" }, { "!members-no-address", "!members-caches" } },
	{ "a group with an address", &kind_group, 0, { NULL }, { "name=staff", "address=staff@example.com" }, { "!members-no-address" } },
	{ "a group goes", &kind_group, 0, { "name=staff" }, { NULL }, { "members-gone:note:shares, policies" } },
	{ "a list goes", &kind_mailinglist, 0, { "name=news" }, { NULL }, { "members-gone:note:keeps no mail" } },
	{ "the making of a group is taken back", &kind_group, TAKEN_BACK, { "name=staff" }, { NULL }, { "members-gone:note:shares, policies" } },
	{ "a group stays", &kind_group, 0, { "name=staff" }, { "name=team" }, { "!members-gone" } },
	{ "a member outside", &kind_mailinglist, 0, { "name=news", "members=anna@example.com" },
		{ "name=news", "members=anna@example.com", "members=eve@elsewhere.example" },
		{ "members-outside:note:eve@elsewhere.example: outside, so mail to the list leaves", "!members-caches" } },
	{ "a member inside", &kind_mailinglist, 0, { "name=news" }, { "name=news", "members=anna@example.com" }, { "!members-outside" } },
	{ "a member outside goes", &kind_mailinglist, 0, { "name=news", "members=eve@elsewhere.example" }, { "name=news" }, { "!members-outside" } },
	{ "a member outside, domains cut", &kind_mailinglist, BLIND, { "name=news" }, { "name=news", "members=eve@elsewhere.example" },
		{ "members-outside:note:Whether eve@elsewhere.example is in a domain of ours could not be read" } },
	{ "a member inside, domains cut", &kind_mailinglist, BLIND, { "name=news" }, { "name=news", "members=anna@example.com" }, { "!members-outside" } },
	{ "members of a group are users", &kind_group, 0, { "name=staff" }, { "name=staff", "members=eve" }, { "!members-outside", "members-caches:note:for a while" } },
	{ "nested groups", &kind_group, 0, { "name=staff", "member_groups=sales" }, { "name=staff" }, { "members-caches:note:Postfix follows at once" } },
	{ "a new group has nothing cached", &kind_group, 0, { NULL }, { "name=staff", "members=anna" }, { "!members-caches" } },
	/* folders */
	{ "a folder gets another address", &kind_folder, 0, { "name=team", "address=team@example.com" }, { "name=team", "address=new@example.com" },
		{ "folder-address:warning:from shared/team@example.com to shared/new@example.com", "!folder-switched" } },
	{ "a folder gets its address in capitals", &kind_folder, 0, { "name=team", "address=team@example.com" }, { "name=team", "address=Team@example.com" },
		{ "!folder-address" } },
	{ "a folder gets its first address", &kind_folder, 0, { "name=team" }, { "name=team", "address=new@example.com" },
		{ "!folder-address", "folder-switched:loss" } },
	{ "the right none is stored", &kind_folder, 0, { NULL }, { "name=team", "address=team@example.com", "rights=who=Sales right=none" },
		{ "folder-none:warning:right none of Sales" } },
	{ "and was before", &kind_folder, 0, { "name=team", "address=team@example.com", "rights=who=Sales right=none" },
		{ "name=team", "address=team@example.com", "rights=who=Sales right=none", "quota=0" }, { "folder-none:warning:take the entry away" } },
	{ "in a public folder it does no harm", &kind_folder, 0, { NULL }, { "name=team", "rights=who=Sales right=none" }, { "!folder-none" } },
	{ "another right", &kind_folder, 0, { NULL }, { "name=team", "address=team@example.com", "rights=who=Sales right=read" }, { "!folder-none" } },
	/* aliases */
	{ "an alias that is an alternative", &kind_alias, 0, { NULL }, { "address=info@example.com", "leads_to=anna@example.com" },
		{ "alias-shared:warning:an alternative address of the user bert", "!alias-nowhere" } },
	{ "where addresses are unique", &kind_alias, UNIQUE, { NULL }, { "address=info@example.com" }, { "alias-shared:refuse:must be unique here" } },
	{ "it was shared before", &kind_alias, UNIQUE, { "address=info@example.com", "leads_to=anna@example.com" },
		{ "address=info@example.com", "leads_to=bert@example.com" }, { "!alias-shared" } },
	{ "nobody else has it", &kind_alias, 0, { NULL }, { "address=free@example.com" }, { "!alias-shared" } },
	/* quota policies */
	{ "the limit is written", &kind_quotapolicy, 0, { "name=staff", "limit=1073741824" }, { "name=staff", "limit=1073741824", "written=anna", "written=bert" },
		{ "policy-written:note:2 users get the limit", "policy-overfull:warning:hold more than 1 GB" } },
	{ "into one user", &kind_quotapolicy, 0, { "name=staff", "limit=1073741824", "written=anna" },
		{ "name=staff", "limit=1073741824", "written=anna", "written=bert" }, { "policy-written:note:1 user gets the limit" } },
	{ "no limit is written", &kind_quotapolicy, 0, { "name=staff", "limit=0" }, { "name=staff", "limit=0", "written=anna" },
		{ "policy-written:note", "!policy-overfull" } },
	{ "a policy that says nothing", &kind_quotapolicy, 0, { "name=staff" }, { "name=staff", "written=anna" }, { "!policy-overfull" } },
	{ "it is taken back", &kind_quotapolicy, TAKEN_BACK, { "name=staff", "limit=1073741824", "written=anna" }, { "name=staff", "limit=1073741824" },
		{ "!policy-written", "!policy-overfull" } },
	{ "another limit", &kind_quotapolicy, 0, { "name=staff", "limit=1073741824" }, { "name=staff", "limit=0" }, { "!policy-written", "!policy-overfull" } },
	/* what names it elsewhere */
	{ "a domain goes that is forwarded to", &kind_domain, REFERENCES_STAY, { "name=old.example" }, { NULL },
		{ "domain-references:warning:1 reference points at addresses in old.example: user carl (forward target)" } },
	{ "a domain gets another name", &kind_domain, REFERENCES_GO, { "name=old.example" }, { "name=new.example" },
		{ "domain-references:warning:3 references point at addresses in old.example" } },
	{ "a domain that nothing names", &kind_domain, 0, { "name=old.example" }, { NULL }, { "!domain-references" } },
	{ "a domain stays", &kind_domain, REFERENCES_STAY, { "name=old.example" }, { "name=old.example" }, { "!domain-references" } },
	{ "a user goes and references with them", &kind_user, REFERENCES_GO, { "login=anna", "address=anna@example.com" }, { NULL },
		{ "references-taken:note:2 further references are taken away", "memberships-taken:note:1 membership is", "!references-dangling",
			"!offer-follow" } },
	{ "a user goes and references stay", &kind_user, REFERENCES_STAY, { "login=anna", "address=anna@example.com" }, { NULL },
		{ "!references-taken", "references-dangling:warning:1 reference is left pointing at nobody",
			"offer-follow:note:1 of what is left can be taken away first" } },
	{ "references follow an address", &kind_user, REFERENCES_GO, { "login=anna", "address=anna@example.com" }, { "login=anna", "address=new@example.com" },
		{ "references-follow:note:2 references get the new address before the switch and lose the old one", "!references-left", "!references-taken" } },
	{ "references go with an address", &kind_user, REFERENCES_GO, { "login=anna", "address=anna@example.com" }, { "login=anna" },
		{ "references-follow:note:2 references to the address are taken away as well", "!offer-keep-address" } },
	{ "references follow a name", &kind_group, REFERENCES_GO, { "name=staff" }, { "name=team" }, { "references-follow:note:3 references follow the new name" } },
	{ "references do not follow", &kind_user, REFERENCES_STAY, { "login=anna", "address=anna@example.com" }, { "login=anna", "address=new@example.com" },
		{ "!references-follow", "references-left:warning:1 reference points to the old address and is not changed",
			"offer-keep-address:note:alternates+=anna@example.com", "!offer-follow" } },
	{ "nothing that names them changes", &kind_user, REFERENCES_GO, { "login=anna", "address=anna@example.com" },
		{ "login=anna", "address=anna@example.com", "quota=1048576" }, { "!references-follow" } },
	/* users: locks and passwords */
	{ "the account is locked", &kind_user, 0, { "login=anna", "locked=no" }, { "login=anna", "locked=yes" }, { "lock-keeps:note:Mail still arrives", "!lock-opens" } },
	{ "it was locked", &kind_user, 0, { "login=anna", "locked=yes" }, { "login=anna", "locked=yes", "quota=0" }, { "!lock-keeps" } },
	{ "the password must be changed", &kind_user, 0, { "login=anna", "must_change=no" }, { "login=anna", "must_change=yes" },
		{ "must-change-where:note:cannot change a password: it must be changed elsewhere" } },
	{ "it need not be changed any more", &kind_user, 0, { "login=anna", "must_change=yes" }, { "login=anna", "must_change=no" }, { "!must-change-where" } },
	{ "it must be changed still", &kind_user, 0, { "login=anna", "must_change=yes" }, { "login=anna", "must_change=yes", "quota=0" }, { "!must-change-where" } },
};

/* NULL where nothing is listed. */
static struct record *record_of(struct arena *arena, const struct kind *kind, const char *const *texts)
{
	struct record *record = *texts ? record_new_in(arena, kind) : NULL;

	for (; *texts; texts++) {
		const char *sign = strchr(*texts, '=');

		record_add_text(record, arena_bytes(arena, *texts, (size_t)(sign - *texts)), sign + 1);
	}
	if (record)
		record->name = record_text(record, kind->name_field);
	return record;
}

static struct facts facts_of(unsigned world, struct record *now)
{
	struct facts facts = {
		.now = now, .domains = domains, .domains_complete = !(world & BLIND), .servers_complete = true, .references_complete = true,
		.holders = holders, .holder_count = sizeof(holders) / sizeof(holders[0]),
		.alternates_unique = world & UNIQUE ? KNOWN_YES : KNOWN_NO, .forward_flag_mode = KNOWN_YES, .listfilter = KNOWN_YES,
	};

	if (world & REFERENCES_STAY) {
		facts.references = stay;
		facts.reference_count = sizeof(stay) / sizeof(stay[0]);
	}
	if (world & REFERENCES_GO) {
		facts.references = go;
		facts.reference_count = sizeof(go) / sizeof(go[0]);
	}
	return facts;
}

static void rules_speak(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct kind_case *one = &cases[i];
		enum verb verb = one->world & TAKEN_BACK ? VERB_UNDO : !one->before[0] ? VERB_ADD : !one->after[0] ? VERB_DELETE : VERB_EDIT;
		struct change *change = change_new(verb, one->kind, "");
		struct record *before = record_of(change->arena, one->kind, one->before), *after = record_of(change->arena, one->kind, one->after);
		struct facts facts = facts_of(one->world, before);
		struct consequence *list;
		size_t count;

		change->name = (before ? before : after)->name;
		count = consequences_of(change->arena, change, after, &facts, &list);
		for (size_t j = 0; j < sizeof(one->wanted) / sizeof(one->wanted[0]) && one->wanted[j]; j++)
			expect_speaking(one->what, list, count, one->wanted[j]);
		expect_sentences(one->what, list, count);
		change_free(change);
	}
}

/* What a policy would give is a note beside the quota; it is told when that quota changes, and only then. */
static void a_policy_beside_the_quota(void **state)
{
	static const struct { const char *what, *note, *after, *wanted; } notes[] = {
		{ "with a policy", "policy says 2 GB, not written here", "1048576", "quota-policy:note:policy says 2 GB, not written here. Dovecot reads" },
		{ "without one", NULL, "1048576", "!quota-policy" },
		{ "the same quota", "policy says 2 GB, not written here", "2097152", "!quota-policy" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(notes) / sizeof(notes[0]); i++) {
		struct change *change = change_new(VERB_EDIT, &kind_user, "anna");
		struct record *before = record_new_in(change->arena, &kind_user), *after = record_new_in(change->arena, &kind_user);
		struct facts facts = facts_of(0, before);
		struct consequence *list;
		size_t count;

		before->name = after->name = "anna";
		record_set_text(before, "quota", "2097152");
		record_set_text(after, "quota", notes[i].after);
		before->fields[kind_field(&kind_user, "quota") - kind_user.fields].note = notes[i].note;
		count = consequences_of(change->arena, change, after, &facts, &list);
		expect_speaking(notes[i].what, list, count, notes[i].wanted);
		expect_sentences(notes[i].what, list, count);
		change_free(change);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rules_speak),
		cmocka_unit_test(a_policy_beside_the_quota),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
