/*
 * fake_engine_data: the people and domains of the fake engine, the same in each run.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "tests/fakes/fake_engine_private.h"
#include "tests/unit/hostile.h"

static const char *const given[] = {
	"Andrea", "Andreas", "Anke", "Björn", "Çiğdem", "Dmitri", "Élodie", "Fatima", "Grzegorz", "Hélène", "Iñaki", "Jürgen", "Κώστας",
	"Łukasz", "María", "Nguyễn", "Øyvind", "Přemysl", "Quirin", "Siobhán", "太郎", "Ольга",
};
static const char *const family[] = {
	"Schmidt", "Schmidtke", "Müller", "Ångström", "Yılmaz", "Ivanova", "Dupont", "al-Sayed", "Wiśniewski", "O'Brien", "Etxeberria",
	"Groß", "Παπαδόπουλος", "Kowalczyk", "García", "Trần", "Hansen", "Novák", "Weiß", "山田",
};
static const char *const departments[] = { "Marketing", "Sales", "Plant 2", "Legal", "IT" };
static const char *const domains[] = { "example.com", "example.de", "plant.example", "xn--mller-kva.example" };
static const char *const servers[] = { "mail1.example.com", "mail2.example.com" };

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static struct record *blank_record(struct directory *directory, const char *kind, const char *name)
{
	struct record *record = record_new(kind_find(kind));

	record->name = arena_text(record->arena, name);
	record->id = arena_format(record->arena, "00000000-0000-4000-8000-%012lx", ++directory->serial);
	record->place = arena_format(record->arena, "cn=%s,cn=%s,dc=example,dc=com", name, kind);
	record->version = arena_text(record->arena, "20261120140000.000001Z#000000#000#000000");
	record->changed_by = "cn=admin,dc=example,dc=com";
	record->changed_at = 1795169640;
	return record;
}

/* What is computed, with where it comes from and what to know beside it; NULL: nothing to tell. */
static void derived(struct record *record, const char *field, const char *text, const char *origin, const char *note)
{
	struct field_values *values = &record->fields[kind_field_index(record->kind, kind_field(record->kind, field))];

	if (text != NULL)
		record_set_text(record, field, text);
	if (text != NULL)
		values->presence = VALUE_DERIVED;
	values->origin = arena_text(record->arena, origin);
	values->note = arena_text(record->arena, note);
}

static void add_domains(struct directory *directory)
{
	for (size_t i = 0; i < COUNT(domains); i++) {
		struct record *record = blank_record(directory, "domain", domains[i]);

		record_set_text(record, "name", domains[i]);
		if (strncmp(domains[i], "xn--", 4) == 0)
			record_set_text(record, "unicode", "müller.example");
		record_set_text(record, "users", i == 0 ? "17" : "0");
		fake_put(directory, -1, record);
	}
	for (size_t i = 0; i < COUNT(servers); i++) {
		struct record *record = blank_record(directory, "server", servers[i]);

		record_set_text(record, kind_key(record->kind)->name, servers[i]);
		fake_put(directory, -1, record);
	}
}

static const struct attribute *attributes_of(struct record *record)
{
	struct attribute *attributes = arena_alloc(record->arena, 3 * sizeof *attributes);
	const char *const names[] = { "uid", "cn", "mailPrimaryAddress" }, *const fields[] = { "login", "full_name", "address" };

	for (size_t i = 0; i < 3; i++) {
		const struct field_values *values = record_get(record, fields[i]);

		attributes[i].name = names[i];
		attributes[i].values = values->values;
		attributes[i].count = values->count;
	}
	record->attribute_count = 3;
	return attributes;
}

/* What leads on to the first users: shared and own alternatives, a forward, one that is somebody else's own address. */
static void add_aliases(struct directory *directory)
{
	static const struct { const char *address, *target, *owner, *leads_to, *remark, *holders[2], *hops[2], *reaches; } rows[] = {
		{ "info0@example.com", "alternate", "user000", "user000@example.com", "shared by 2, allowed",
			{ "alternative address of user user000", "alternative address of user user007" },
			{ "user000@example.com: mailbox of user000 (alternate of user000)", "user007@example.de: mailbox of user007 (alternate of user007)" },
			"2 mailboxes here" },
		{ "info0@example.com", "alternate", "user007", "user007@example.de", "shared by 2, allowed",
			{ "alternative address of user user000", "alternative address of user user007" },
			{ "user000@example.com: mailbox of user000 (alternate of user000)", "user007@example.de: mailbox of user007 (alternate of user007)" },
			"2 mailboxes here" },
		{ "info1@example.com", "alternate", "user001", "user001@example.de", NULL, { "alternative address of user user001", NULL },
			{ "user001@example.de: forward of user001", "  somebody@elsewhere.example: leaves this system" }, "1 address outside" },
		{ "user001@example.de", "forward", "user001", "somebody@elsewhere.example", NULL, { "own address of user user001", NULL },
			{ "somebody@elsewhere.example: leaves this system", NULL }, "1 address outside" },
		{ "user003@example.com", "alternate", "user002", "user002@plant.example", "CLASH: own of another",
			{ "own address of user user003", "alternative address of user user002" },
			{ "user003@example.com: mailbox of user003", "user002@plant.example: mailbox of user002 (alternate of user002)" }, "2 mailboxes here" },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct record *record = blank_record(directory, "alias", rows[i].address);

		record_set_text(record, "address", rows[i].address);
		record_set_text(record, "target", rows[i].target);
		record_set_text(record, "owner", rows[i].owner);
		record_set_text(record, "leads_to", rows[i].leads_to);
		record_set_text(record, "remark", rows[i].remark);
		record_set_text(record, "hops", rows[i].address);
		for (size_t j = 0; j < 2; j++) {
			if (rows[i].holders[j] != NULL)
				record_add_text(record, "holders", rows[i].holders[j]);
			if (rows[i].hops[j] != NULL)
				record_add_text(record, "hops", arena_format(record->arena, "  %s", rows[i].hops[j]));
		}
		record_set_text(record, "reaches", rows[i].reaches);
		fake_put(directory, -1, record);
	}
}

/* A small group, one with more members than a screen shows, and a list with somebody outside. */
static void add_groups(struct directory *directory)
{
	struct record *small = blank_record(directory, "group", "Marketing"), *large = blank_record(directory, "group", "everybody");
	struct record *list = blank_record(directory, "mailinglist", "news-de");

	record_set_text(small, "name", "Marketing");
	record_set_text(small, "description", "campaigns and fairs");
	record_set_text(small, "address", "marketing@example.com");
	record_set_text(small, "members", "user000");
	record_add_text(small, "members", "user003");
	record_set_text(small, "member_groups", "everybody");
	record_set_text(small, "sender_users", "user000");
	record_set_text(small, "sender_rule", "only where listfilter is on; not known here");
	derived(small, "folder_rights", "team@example.com: append", NULL, NULL);
	record_set_text(small, "recipients", "252 mailboxes, through 1 nested group");
	record_set_text(large, "name", "everybody");
	record_set_text(large, "sender_rule", "anybody may write");
	for (size_t i = 0; i < 250; i++)
		record_add_text(large, "members", arena_format(large->arena, "user%03zu", i));
	record_set_text(list, "name", "news-de");
	record_set_text(list, "address", "news-de@example.com");
	record_set_text(list, "members", "user000@example.com");
	record_add_text(list, "members", "guest@outside.test");
	record_set_text(list, "outside", "guest@outside.test");
	record_set_text(list, "sender_rule", "anybody may write");
	fake_put(directory, -1, small);
	fake_put(directory, -1, large);
	fake_put(directory, -1, list);
}

/* A folder with an address and rights of every sort, and a public one. */
static void add_folders(struct directory *directory)
{
	struct record *team = blank_record(directory, "folder", "team@example.com"), *archive = blank_record(directory, "folder", "archive@plant.example");

	record_set_text(team, "name", "team@example.com");
	derived(team, "seen_as", "shared/team@example.com", NULL, "own mailbox");
	record_set_text(team, "address", "team@example.com");
	derived(team, "delivery", "univentioninternalpostuser+shared/team@example.com", NULL, NULL);
	record_set_text(team, "home_server", servers[0]);
	record_set_text(team, "quota", "5368709120");
	record_set_text(team, "rights", "who=user000@example.com right=all");
	record_add_text(team, "rights", "who=user007@example.de right=write");
	record_add_text(team, "rights", "who=Marketing right=append");
	record_add_text(team, "rights", "who=Plant%202%20and%20its%20night%20shift right=read");
	record_add_text(team, "rights", "who=anyone right=post");
	derived(team, "lists", "news-de", NULL, NULL);
	record_set_text(archive, "name", "archive@plant.example");
	derived(archive, "seen_as", "archive@plant.example/INBOX", NULL, "public folder");
	record_set_text(archive, "home_server", servers[1]);
	record_set_text(archive, "rights", "who=anyone right=read");
	fake_put(directory, -1, team);
	fake_put(directory, -1, archive);
}

/* One for everybody, and one that is nearer to some and has conditions. */
static void add_policies(struct directory *directory)
{
	struct record *standard = blank_record(directory, "quotapolicy", "standard-quota"), *sales = blank_record(directory, "quotapolicy", "sales-quota");

	record_set_text(standard, "name", "standard-quota");
	record_set_text(standard, "limit", "1073741824");
	derived(standard, "enforced", "nobody: Dovecot reads each user's own quota", NULL, NULL);
	derived(standard, "attached", "dc=example,dc=com", NULL, NULL);
	derived(standard, "reaches", "32 users: user000, user002, user003, user004, user005, user007, user008, user009, user010, user012, user013, "
		"user014 and 20 more", NULL, NULL);
	derived(standard, "written", "user005", NULL, "1 of 32 it reaches");
	record_set_text(sales, "name", "sales-quota");
	record_set_text(sales, "limit", "4294967296");
	record_set_text(sales, "warning", "90");
	derived(sales, "enforced", "nobody: Dovecot reads each user's own quota", NULL, NULL);
	derived(sales, "attached", "ou=sales,dc=example,dc=com", NULL, NULL);
	record_add_text(sales, "attached", "cn=users,ou=kassel,dc=example,dc=com");
	derived(sales, "reaches", "8 users: user001, user006, user011, user016, user021, user026, user031, user036", NULL, NULL);
	derived(sales, "written", NULL, NULL, "0 of 8 it reaches");
	record_set_text(sales, "required_classes", "univentionMail");
	record_set_text(sales, "prohibited_classes", "univentionPerson");
	record_set_text(sales, "filter", "(departmentNumber=Sales)");
	record_set_text(sales, "fixed", "univentionMailQuotaMB");
	fake_put(directory, -1, standard);
	fake_put(directory, -1, sales);
}

static void fill_user(struct record *record, size_t i)
{
	char words[128], login[32];
	const char *first = given[i % COUNT(given)], *last = family[(i / 2 + i / COUNT(given)) % COUNT(family)];

	snprintf(login, sizeof login, "user%03zu", i);
	record_set_text(record, "login", login);
	record_set_text(record, "given_name", first);
	record_set_text(record, "family_name", last);
	snprintf(words, sizeof words, "%s, %s", last, first);
	record_set_text(record, "full_name", words);
	record_set_text(record, "department", departments[i % COUNT(departments)]);
	snprintf(words, sizeof words, "+49 561 47%02zu", i);
	record_set_text(record, "phone", words);
	record_set_text(record, "state", i % 9 == 3 ? "locked" : "no lock seen");
	if (i % 11 != 2) {
		snprintf(words, sizeof words, "%s@%s", login, domains[i % 3]);
		record_set_text(record, "address", words);
	}
	snprintf(words, sizeof words, "info%zu@%s", i % 7, domains[0]);
	record_set_text(record, "alternates", words);
	if (i % 5 == 0)
		record_add_text(record, "alternates", "post@example.de");
	if (i % 8 == 1) {
		record_set_text(record, "forwards", "somebody@elsewhere.example");
		record_set_text(record, "keep_copy", i % 16 == 1 ? "no" : "yes");
	}
	if (i % 3 != 2)
		record_set_text(record, "quota", i % 3 == 0 ? "2147483648" : "536870912");
	record_set_text(record, "mail_state", i % 11 == 2 ? "no mail" : i % 9 == 3 ? "locked" : i % 16 == 1 ? "forwards" : "ok");
	record_set_text(record, "home_server", i == 36 ? "mail3.example.com" : servers[i % 2]);
	record_set_text(record, "groups", "everybody");
	record_set(record, "password", VALUE_HIDDEN, NULL, 0);
	record_set_text(record, "must_change", "no");
	record_set_text(record, "locked", i % 9 == 3 ? "yes" : "no");
	record_set_text(record, "failed_lock", "no");
}

/* One whose password has ended, one whose ends soon, one whose account has ended, one without a password: as directory/ reads them. */
static void end_user(struct record *record, size_t i)
{
	static const struct finding expired[] = { { "password-expired", "password", true,
		"password expired on 2026-11-18: no login, no sending until it is changed (password policy)" } };
	static const struct finding expires[] = { { "password-expires", "password", false, "password expires on 2026-11-23, in 3 days (password policy)" } };
	static const struct finding none[] = { { "no-password", "password", true, "there is no password in the directory: no login or sending by it until one is set" } };

	if (i == 17 || i == 18) {
		record_set_text(record, "password_changed", "2026-08-20T08:00:00Z");
		derived(record, "password_ends", i == 17 ? "2026-11-18T08:00:00Z" : "2026-11-23T15:00:00Z", "password policy", i == 17 ? "expired" : "in 3 days");
		record->findings = i == 17 ? expired : expires;
		record->finding_count = 1;
	}
	if (i == 20) {
		record_set(record, "password", VALUE_ABSENT, NULL, 0);
		record->fields[kind_field_index(record->kind, kind_field(record->kind, "password"))].note = "none is stored; it is never read";
		record->findings = none;
		record->finding_count = 1;
	}
	if (i == 19)
		derived(record, "state", "expired", "expiry date", "since 2026-11-01");
}

/* Every text field becomes a string that has broken programs. */
static void make_hostile(struct record *record, size_t *at)
{
	for (const struct field *field = record->kind->fields; field->name != NULL; field++) {
		const struct hostile *hostile = &hostile_strings[(*at)++ % COUNT(hostile_strings)];
		struct value value = { hostile->bytes, hostile->length };

		if (field->type == FIELD_SIZE || field->type == FIELD_NUMBER || field->type == FIELD_FLAG || field->type == FIELD_SECRET)
			continue;
		record_set(record, field->name, VALUE_OWN, &value, 1);
	}
	record->place = arena_format(record->arena, "cn=%s,dc=example,dc=com", record_text(record, record->kind->name_field));
	record->changed_by = arena_text(record->arena, record->place);
	record->name = arena_text(record->arena, record_text(record, record->kind->name_field));
}

void fake_fill(struct directory *directory)
{
	size_t users = directory->settings.users > 0 ? directory->settings.users : 40;
	size_t at = directory->settings.hostile_at;

	add_domains(directory);
	add_aliases(directory);
	add_groups(directory);
	add_folders(directory);
	add_policies(directory);
	for (size_t i = 0; i < users; i++) {
		char login[32];
		struct record *record;

		snprintf(login, sizeof login, "user%03zu", i);
		record = blank_record(directory, "user", login);
		fill_user(record, i);
		if (directory->settings.hostile)
			make_hostile(record, &at);
		if (i == 0) {
			derived(record, "quota", NULL, NULL, "policy says 1 GB, not written here");
			derived(record, "policy_quota", "1073741824", "policy cn=standard-quota,cn=policies,dc=example,dc=com; Dovecot does not read it", NULL);
			derived(record, "folder_rights", "team@example.com: all", NULL, NULL);
			derived(record, "lists", "news-de", NULL, NULL);
		}
		end_user(record, i);
		record->foreign = i == 4;
		record->attributes = attributes_of(record);
		fake_put(directory, -1, record);
	}
}
