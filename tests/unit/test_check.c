/*
 * test_check: what people type, field by field, and whole changes against
 * facts.  Arrays of cases; a refusal must name what is said beside it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "model/check.h"
#include "model/facts.h"

static const struct field *user_field(const char *name)
{
	const struct field *field = kind_field(&kind_user, name);

	assert_non_null(field);
	return field;
}

/* --- one value ------------------------------------------------------------------------------------ */

static const struct parse_case {
	const char *field;
	const char *typed;
	const char *canonical;             /* NULL: refused */
	const char *says;                  /* part of the refusal */
} parse_cases[] = {
	{ "quota", "2 GB", "2147483648", NULL },
	{ "quota", " 2GB ", "2147483648", NULL },
	{ "quota", "500", "524288000", NULL },
	{ "quota", "0", "0", NULL },
	{ "quota", "none", "0", NULL },
	{ "quota", "1.3 GB", "1396703232", NULL },
	{ "quota", "1 KB", "1048576", NULL },
	{ "quota", "-1", NULL, "Quota: \"-1\" is no size" },
	{ "quota", "much", NULL, "2 GB" },
	{ "quota", "9000000 TB", NULL, "Quota" },
	{ "quota", "2000 TB", NULL, "allowed are 0 to 1024 TB" },
	{ "quota", "", NULL, "empty" },
	{ "address", "Anna.Smith@Example.COM", "anna.smith@example.com", NULL },
	{ "address", "o'neil+x@example.com", "o'neil+x@example.com", NULL },
	{ "address", "root@localhost", "root@localhost", NULL },
	{ "address", "anna", NULL, "exactly one @" },
	{ "address", "anna@b@c", NULL, "exactly one @" },
	{ "address", "@example.com", NULL, "nothing before the @" },
	{ "address", "anna@", NULL, "nothing behind the @" },
	{ "address", "an na@example.com", NULL, "blank" },
	{ "address", "\"anna b\"@example.com", NULL, "Primary address" },
	{ "address", "\"anna\"@example.com", NULL, "quote" },
	{ "address", "anna@[1.2.3.4]", NULL, "network address" },
	{ "address", "anna@1.2.3.4", NULL, "network address" },
	{ "address", "m\303\274ller@example.com", NULL, "not allowed before the @" },
	{ "address", "anna(c)@example.com", NULL, "not allowed before the @" },
	{ "address", ".anna@example.com", NULL, "dot" },
	{ "address", "an..na@example.com", NULL, "dot" },
	{ "address", "anna@exa_mple.com", NULL, "hyphens" },
	{ "address", "anna@-a.com", NULL, "hyphen" },
	{ "address", "anna@a..com", NULL, "empty label" },
	{ "address", "1234567890123456789012345678901234567890123456789012345678901234@a.de",
		"1234567890123456789012345678901234567890123456789012345678901234@a.de", NULL },
	{ "address", "12345678901234567890123456789012345678901234567890123456789012345@a.de", NULL, "64" },
	{ "address", "anna@m\303\274ller.example", "anna@xn--mller-kva.example", NULL },
	{ "alternates", "Anna@Example.com", "Anna@Example.com", NULL },
	{ "forwards", "me@gmail.com", "me@gmail.com", NULL },
	{ "forwards", "-me@gmail.com", NULL, "hyphen" },
	{ "forwards", "|/bin/true", NULL, "exactly one @" },
	{ "keep_copy", "Yes", "yes", NULL },
	{ "keep_copy", "off", "no", NULL },
	{ "keep_copy", "1", "yes", NULL },
	{ "keep_copy", "perhaps", NULL, "neither yes nor no" },
	{ "home_server", "MAIL1.Example.com.", "mail1.example.com", NULL },
	{ "home_server", "mail 1", NULL, "Home server" },
	{ "login", "anna.smith", "anna.smith", NULL },
	{ "login", "_anna-2_", "_anna-2_", NULL },
	{ "login", "j\303\274rgen", "j\303\274rgen", NULL },
	{ "login", "a", "a", NULL },
	{ "login", "anna@home", NULL, "not allowed" },
	{ "login", "anna smith", NULL, "not allowed" },
	{ "login", "anna.", NULL, "not allowed" },
	{ "login", "-anna", NULL, "not allowed" },
	{ "login", "an\302\240na", NULL, "not allowed" },
	{ "login", "an\342\200\256na", NULL, "not allowed" },
	{ "login", "an\377na", NULL, "UTF-8" },
	{ "login", "o'neil", NULL, "not allowed" },
	{ "family_name", "M\303\274ller", "M\303\274ller", NULL },
	{ "family_name", "a\tb", NULL, "invisible" },
	{ "family_name", "a\342\200\256b", NULL, "U+202E" },
	{ "family_name", "a\033[2Jb", NULL, "control" },
	{ "family_name", "a\377", NULL, "UTF-8" },
	{ "fetchmail", "server=imap.example.org user=anna password=x", "server=imap.example.org protocol=IMAP user=anna password=x ssl=yes keep=no", NULL },
	{ "fetchmail", "keep=1  protocol=pop3 user=a%20b server=10.0.0.1 ssl=off", "server=10.0.0.1 protocol=POP3 user=a%20b ssl=no keep=yes", NULL },
	{ "fetchmail", "user=anna", NULL, "server is missing" },
	{ "fetchmail", "server=a.de", NULL, "user is missing" },
	{ "fetchmail", "server=a.de user=x colour=red", NULL, "\"colour\"" },
	{ "fetchmail", "server=a.de user=x user=y", NULL, "given twice" },
	{ "fetchmail", "server=a.de user=x protocol=smtp", NULL, "allowed are IMAP, POP3" },
	{ "fetchmail", "server=a.de user=x keep=often", NULL, "yes and no" },
	{ "fetchmail", "server=a.de user=o'neil", NULL, "apostrophe" },
	{ "fetchmail", "server=a.de user=x%0Ay", NULL, "control character" },
	{ "fetchmail", "server=a.de user=x password=100%", NULL, "%25" },
	{ "fetchmail", "server=not_a_host user=x", NULL, "not_a_host" },
	{ "fetchmail_multi", "server=a.de user=x password=p", "server=a.de protocol=IMAP user=x password=p envelope_header=Envelope-To ssl=yes keep=no", NULL },
	{ "fetchmail_multi", "server=a.de user=x local_domains=a.de%20b.de envelope_header=delivered-to",
	  "server=a.de protocol=IMAP user=x local_domains=a.de%20b.de envelope_header=Delivered-To ssl=yes keep=no", NULL },
	{ "fetchmail_multi", "server=a.de user=x local_domains=a.de%20b_d", NULL, "b_d" },
	{ "fetchmail_multi", "server=a.de user=x envelope_header=To", NULL, "allowed are Envelope-To" },
	{ "fetchmail_multi", "server=a.de user=x qmail_prefix=a'b", NULL, "apostrophe" },
};

static void parses_what_people_type(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(parse_cases) / sizeof(parse_cases[0]); i++) {
		const struct parse_case *one = &parse_cases[i];
		struct arena *arena = arena_new();
		struct error error = { 0 };
		char *canonical = check_parse(arena, user_field(one->field), one->typed, &error);

		if (one->canonical && !canonical)
			fail_msg("%s \"%s\" was refused: %s", one->field, one->typed, error.text);
		if (!one->canonical && canonical)
			fail_msg("%s \"%s\" was taken as \"%s\"", one->field, one->typed, canonical);
		if (one->canonical)
			assert_string_equal(canonical, one->canonical);
		else if (!strstr(error.text, one->says))
			fail_msg("%s \"%s\": \"%s\" does not say \"%s\"", one->field, one->typed, error.text, one->says);
		if (!one->canonical)
			assert_int_equal(error.kind, ERROR_INVALID);
		arena_free(arena);
	}
}

static const struct domain_case { const char *typed; const char *canonical; } domain_cases[] = {
	{ "example.com", "example.com" },
	{ "Example.COM.", "example.com" },
	{ "m\303\274ller.example", "xn--mller-kva.example" },
	{ "host", "host" },
	{ "a-b.c-d.example", "a-b.c-d.example" },
	{ "-a.example", NULL }, { "a-.example", NULL }, { "a b.example", NULL }, { "a@b.example", NULL },
	{ "a_b.example", NULL }, { "a..b", NULL }, { ".a", NULL }, { ".", NULL }, { "", NULL }, { "*.example", NULL },
	{ "192.0.2.1", NULL }, { "xn--.example", NULL },
	{ "a23456789012345678901234567890123456789012345678901234567890123.de",
	  "a23456789012345678901234567890123456789012345678901234567890123.de" },
	{ "a234567890123456789012345678901234567890123456789012345678901234.de", NULL },
};

static void parses_domains(void **state)
{
	const struct field *name = kind_key(&kind_domain);
	char longest[300];

	(void)state;
	for (size_t i = 0; i < sizeof(domain_cases) / sizeof(domain_cases[0]); i++) {
		struct arena *arena = arena_new();
		struct error error = { 0 };
		char *canonical = check_parse(arena, name, domain_cases[i].typed, &error);

		if (!domain_cases[i].canonical && canonical)
			fail_msg("\"%s\" was taken as \"%s\"", domain_cases[i].typed, canonical);
		if (domain_cases[i].canonical && !canonical)
			fail_msg("\"%s\" was refused: %s", domain_cases[i].typed, error.text);
		if (canonical)
			assert_string_equal(canonical, domain_cases[i].canonical);
		else
			assert_true(strncmp(error.text, "Domain: ", 8) == 0);
		arena_free(arena);
	}
	for (size_t i = 0; i < 254; i++)
		longest[i] = i % 50 == 49 ? '.' : 'a';
	longest[253] = '\0';
	assert_true(check_value(name, longest, NULL));
	longest[253] = 'a';
	longest[254] = '\0';
	assert_false(check_value(name, longest, NULL));
}

/* What the editor starts with becomes the same value again. */
static void editable_comes_back(void **state)
{
	static const char *const sizes[] = { "0", "1048576", "2147483648", "2469396480", "524288000", "1610612736", "1125899906842624" };

	(void)state;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		struct arena *arena = arena_new();
		struct error error = { 0 };
		char *words = check_editable(arena, user_field("quota"), sizes[i]);
		char *again = check_parse(arena, user_field("quota"), words, &error);

		if (!again)
			fail_msg("%s became \"%s\": %s", sizes[i], words, error.text);
		assert_string_equal(again, sizes[i]);
		arena_free(arena);
	}
}

static void canonical_values_are_strict(void **state)
{
	(void)state;
	assert_false(check_value(user_field("quota"), "1048577", NULL));
	assert_false(check_value(user_field("quota"), "2 GB", NULL));
	assert_false(check_value(user_field("address"), "Anna@example.com", NULL));
	assert_false(check_value(kind_key(&kind_domain), "Example.com", NULL));
	assert_false(check_value(user_field("keep_copy"), "1", NULL));
	assert_true(check_value(user_field("alternates"), "Anna@example.com", NULL));
}

static void parts_go_and_come(void **state)
{
	static const char *const values[] = { "plain", "a b", "100%", "%20", "tab\there", "new\nline", "a=b", "\303\274" };
	const struct part *parts = user_field("fetchmail")->parts;

	(void)state;
	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		struct arena *arena = arena_new();
		const char *pairs[] = { "user", values[i], "server", "a.de", NULL };
		char *built = parts_build(arena, parts, pairs);

		assert_string_equal(parts_get(arena, built, "user"), values[i]);
		assert_string_equal(parts_get(arena, built, "server"), "a.de");
		assert_string_equal(parts_get(arena, built, "protocol"), "IMAP");
		assert_null(parts_get(arena, built, "password"));
		assert_null(parts_get(arena, built, "unknown"));
		assert_ptr_equal(strstr(built, "server="), built);
		arena_free(arena);
	}
}

/* --- whole changes ------------------------------------------------------------------------------- */

static const char *const domains[] = { "example.com", "example.org", NULL };
static const char *const servers[] = { "mail1.example.com", "mail2.example.com", NULL };
static const struct holder holders[] = {
	{ "taken@example.com", "group", "staff", "cn=staff", NULL, "address" },
	{ "shared@example.com", "user", "bert", "uid=bert", NULL, "alternates" },
};

/* Anna, with an old fault: her second alternative address is in a domain that is gone. */
static struct record *anna(void)
{
	struct record *record = record_new(&kind_user);

	record_set_text(record, "login", "anna");
	record->name = record_text(record, "login");
	record_set_text(record, "family_name", "Smith");
	record_set_text(record, "full_name", "Anna Smith");
	record_set_text(record, "address", "anna@example.com");
	record_add_text(record, "alternates", "a@example.org");
	record_add_text(record, "alternates", "a@gone.example");
	record_set_text(record, "home_server", "mail1.example.com");
	record_set_text(record, "fetchmail", "server=imap.example.net protocol=IMAP user=anna ssl=yes keep=no");
	return record;
}

static const struct change_case {
	const char *what;
	enum verb verb;
	const char *name;
	const char *edits[8];              /* "field=value", "field+=value", "field-=value", "field=" */
	const char *says;                  /* NULL: fine */
} change_cases[] = {
	{ "quota alone is not stopped by an old dangling address", VERB_EDIT, "anna", { "quota=1073741824" }, NULL },
	{ "new alternate in a registered domain", VERB_EDIT, "anna", { "alternates+=b@Example.org" }, NULL },
	{ "new alternate in an unknown domain", VERB_EDIT, "anna", { "alternates+=b@nowhere.example" }, "not registered" },
	{ "shared alternate is a matter of consequences", VERB_EDIT, "anna", { "alternates+=shared@example.com" }, NULL },
	{ "primary address of a group", VERB_EDIT, "anna", { "address=taken@example.com" }, "group staff" },
	{ "address that becomes a shared one", VERB_EDIT, "anna", { "address=shared@example.com" }, NULL },
	{ "home server that exists", VERB_EDIT, "anna", { "home_server=mail2.example.com" }, NULL },
	{ "home server that does not", VERB_EDIT, "anna", { "home_server=mail9.example.com" }, "IMAP service" },
	{ "derived field", VERB_EDIT, "anna", { "groups+=staff" }, "computed" },
	{ "read-only field", VERB_EDIT, "anna", { "phone+=1" }, "only shown" },
	{ "key is renamed", VERB_EDIT, "anna", { "login=bert" }, "renamed" },
	{ "two values for one", VERB_EDIT, "anna", { "quota+=1048576" }, "one value" },
	{ "required field emptied", VERB_EDIT, "anna", { "family_name=" }, "Family name" },
	{ "forward without address", VERB_EDIT, "anna", { "address=", "forwards+=x@example.net", "fetchmail=" }, "needs a primary address" },
	{ "address taken away with all that hangs on it", VERB_EDIT, "anna", { "address=", "fetchmail=" }, NULL },
	{ "address taken away, fetchmail stays", VERB_EDIT, "anna", { "address=" }, "Fetched from needs a primary address" },
	{ "own address as alternate", VERB_EDIT, "anna", { "alternates+=Anna@example.com" }, "primary address itself" },
	{ "own address as forward", VERB_EDIT, "anna", { "forwards+=anna@example.com" }, "Keep a copy" },
	{ "alternate becomes primary in one change", VERB_EDIT, "anna", { "address=a@example.org", "alternates-=a@example.org" }, NULL },
	{ "fetchmail entry keeps its password", VERB_EDIT, "anna",
		{ "fetchmail=server=imap.example.net protocol=IMAP user=anna ssl=yes keep=yes" }, NULL },
	{ "new fetchmail entry without password", VERB_EDIT, "anna",
		{ "fetchmail+=server=imap.example.net protocol=IMAP user=bert ssl=yes keep=no" }, "needs a password" },
	{ "new fetchmail entry with password", VERB_EDIT, "anna",
		{ "fetchmail+=server=imap.example.net protocol=IMAP user=bert password=geheim ssl=yes keep=no" }, NULL },
	{ "multi-drop does not borrow a password", VERB_EDIT, "anna",
		{ "fetchmail_multi+=server=imap.example.net protocol=IMAP user=anna ssl=yes keep=no" }, "Fetched for many: the new entry" },
	{ "multi-drop without an address", VERB_EDIT, "anna",
		{ "address=", "fetchmail=", "fetchmail_multi+=server=a.de user=anna password=p" }, "Fetched for many needs a primary address" },
	{ "bad value goes away", VERB_EDIT, "anna", { "alternates-=a@gone.example" }, NULL },
	{ "new user", VERB_ADD, "bert", { "family_name=Jones", "address=bert@example.com" }, NULL },
	{ "new user without family name", VERB_ADD, "bert", { "address=bert@example.com" }, "Family name" },
	{ "new user without name", VERB_ADD, "", { "family_name=Jones" }, "Login" },
	{ "new user with a bad login", VERB_ADD, "b rt", { "family_name=Jones" }, "b rt" },
	{ "new user with two logins", VERB_ADD, "bert", { "login=ernie", "family_name=Jones" }, "both given" },
	{ "new user with read-only field", VERB_ADD, "bert", { "family_name=Jones", "room+=1" }, "only shown" },
};

static void lay_edits(struct change *change, const char *const *edits)
{
	for (; *edits; edits++) {
		const char *sign = strchr(*edits, '=');
		enum edit_how how = sign[-1] == '+' ? EDIT_ADD : sign[-1] == '-' ? EDIT_REMOVE : EDIT_SET;
		size_t length = (size_t)(sign - *edits) - (how == EDIT_SET ? 0 : 1);
		char name[40];

		assert_true(length < sizeof(name));
		memcpy(name, *edits, length);
		name[length] = '\0';
		change_edit_text(change, user_field(name), how, sign[1] ? sign + 1 : NULL);
	}
}

static void checks_whole_changes(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(change_cases) / sizeof(change_cases[0]); i++) {
		const struct change_case *one = &change_cases[i];
		struct record *now = one->verb == VERB_ADD ? NULL : anna();
		struct facts facts = {
			.now = now, .domains = domains, .servers = servers, .domains_complete = true, .servers_complete = true,
			.holders = holders, .holder_count = 2,
		};
		struct change *change = change_new(one->verb, &kind_user, one->name);
		struct error error = { 0 };
		struct record *after;
		bool fine;

		lay_edits(change, one->edits);
		after = change_result(change->arena, change, now);
		fine = check_change(change, after, &facts, &error);
		if (fine != !one->says)
			fail_msg("%s: %s", one->what, fine ? "was taken" : error.text);
		if (one->says && !strstr(error.text, one->says))
			fail_msg("%s: \"%s\" does not say \"%s\"", one->what, error.text, one->says);
		change_free(change);
		record_free(now);
	}
}

static void checks_names_and_verbs(void **state)
{
	static const struct { enum verb verb; const struct kind *kind; const char *name, *new_name; bool taken; const char *says; } cases[] = {
		{ VERB_ADD, &kind_domain, "new.example", NULL, false, NULL },
		{ VERB_ADD, &kind_domain, "new.example", NULL, true, "taken" },
		{ VERB_ADD, &kind_domain, "new_example", NULL, false, "Domain" },
		{ VERB_EDIT, &kind_domain, "old.example", NULL, false, "nothing to edit" },
		{ VERB_RENAME, &kind_domain, "old.example", "new.example", false, NULL },
		{ VERB_RENAME, &kind_domain, "old.example", "old.example", false, "the name already" },
		{ VERB_RENAME, &kind_domain, "old.example", "", false, "needs one" },
		{ VERB_RENAME, &kind_user, "anna", "bert", true, "taken" },
		{ VERB_RENAME, &kind_user, "anna", "b@d", false, "not allowed" },
		{ VERB_DELETE, &kind_user, "anna", NULL, false, NULL },
		{ VERB_DELETE, &kind_server, "mail1.example.com", NULL, false, "never written" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct record *now = cases[i].verb == VERB_ADD ? NULL : record_new(cases[i].kind);
		struct facts facts = { .now = now, .domains = domains, .domains_complete = true, .name_taken = cases[i].taken };
		struct change *change = change_new(cases[i].verb, cases[i].kind, cases[i].name);
		struct error error = { 0 };
		bool fine;

		if (now) {
			record_set_text(now, cases[i].kind->name_field, cases[i].name);
			now->name = cases[i].name;
		}
		change->new_name = cases[i].new_name;
		fine = check_change(change, change_result(change->arena, change, now), &facts, &error);
		if (fine != !cases[i].says || (cases[i].says && !strstr(error.text, cases[i].says)))
			fail_msg("case %zu: %s", i, fine ? "was taken" : error.text);
		change_free(change);
		record_free(now);
	}
}

/* A former address of somebody else is refused with its time, however it would come; one that is there already stays. */
static void keeps_blocked_addresses(void **state)
{
	static const struct { enum verb verb; const char *edit; const char *until; const char *says; } cases[] = {
		{ VERB_EDIT, "address=former@example.com", "2099-12-31T23:59:59Z", "2099-12-31T23:59:59Z" },
		{ VERB_EDIT, "address=former@example.com", "2001-01-01T00:00:00Z", "until 2001-01-01T00:00:00Z; choose" },
		{ VERB_EDIT, "address=former@example.com", NULL, "kept on the block list; choose" },
		{ VERB_ADD, "address=former@example.com", "2099-12-31T23:59:59Z", "block list" },
		{ VERB_UNDO, "address=former@example.com", "2099-12-31T23:59:59Z", "block list" },
		{ VERB_EDIT, "address=other@example.com", "2099-12-31T23:59:59Z", NULL },
		{ VERB_EDIT, "alternates+=former@example.com", "2099-12-31T23:59:59Z", NULL },
		{ VERB_EDIT, "address=anna@example.com", "2099-12-31T23:59:59Z", NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct blocked blocked[] = { { "former@example.com", "cn=sha256:0,cn=internal", cases[i].until },
			{ "anna@example.com", "cn=sha256:1,cn=internal", cases[i].until } };
		struct record *now = cases[i].verb == VERB_ADD ? NULL : anna();
		struct facts facts = { .now = now, .domains = domains, .servers = servers, .domains_complete = true, .servers_complete = true,
			.blocked = blocked, .blocked_count = 2 };
		struct change *change = change_new(cases[i].verb == VERB_UNDO ? VERB_EDIT : cases[i].verb, &kind_user, cases[i].verb == VERB_ADD ? "bert" : "anna");
		const char *edits[] = { cases[i].edit, "family_name=Smith", NULL };
		struct error error = { 0 };
		struct record *after;
		bool fine;

		lay_edits(change, edits);
		after = change_result(change->arena, change, now);
		change->verb = cases[i].verb;
		fine = check_change(change, after, &facts, &error);
		if (fine != !cases[i].says || (cases[i].says && !strstr(error.text, cases[i].says)))
			fail_msg("case %zu: %s", i, fine ? "was taken" : error.text);
		change_free(change);
		record_free(now);
	}
}

/* On UCS a user may not bear the name of a group; the refusal says which. */
static void names_are_shared_with_groups(void **state)
{
	struct facts facts = { .name_taken = true, .taken_by = "group Sales" };
	struct change *change = change_new(VERB_ADD, &kind_user, "sales");
	struct error error = { 0 };

	(void)state;
	change_edit_text(change, user_field("family_name"), EDIT_SET, "Smith");
	assert_false(check_change(change, change_result(change->arena, change, NULL), &facts, &error));
	assert_int_equal(error.kind, ERROR_INVALID);
	assert_non_null(strstr(error.text, "group Sales"));
	change_free(change);
}

/* What nobody could read is no ground for a refusal; consequences say it. */
static void does_not_guess(void **state)
{
	struct record *now = anna();
	struct facts facts = { .now = now };
	struct change *change = change_new(VERB_EDIT, &kind_user, "anna");

	(void)state;
	change_edit_text(change, user_field("home_server"), EDIT_SET, "mail9.example.com");
	change_edit_text(change, user_field("address"), EDIT_SET, "anna@unknown.example");
	assert_true(check_change(change, change_result(change->arena, change, now), &facts, NULL));
	assert_true(check_change(change, change_result(change->arena, change, now), NULL, NULL));
	now->fields[kind_field_index(&kind_user, user_field("quota"))].presence = VALUE_UNSUPPORTED;
	now->fields[kind_field_index(&kind_user, user_field("quota"))].note = "no quota in this schema";
	change_edit_text(change, user_field("quota"), EDIT_SET, "1048576");
	{
		struct error error = { 0 };

		assert_false(check_change(change, change_result(change->arena, change, now), &facts, &error));
		assert_int_equal(error.kind, ERROR_UNSUPPORTED);
		assert_non_null(strstr(error.text, "no quota in this schema"));
	}
	change_free(change);
	record_free(now);
}

/* A refusal must not print what was typed as a password. */
static void refusals_keep_secrets(void **state)
{
	static const char *const typed[] = {
		"server=a.de user=x password=gehe%im", "server=a.de user=x password=geheim keep=9", "server=a.de user=x password=geh eim",
		"server=a.de user=x password=geheim password=geheim", "server=a.de user=x password=geheim'", "password=geheim",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(typed) / sizeof(typed[0]); i++) {
		struct arena *arena = arena_new();
		struct error error = { 0 };

		assert_null(check_parse(arena, user_field("fetchmail"), typed[i], &error));
		assert_null(strstr(error.text, "geh"));
		assert_null(strstr(error.text, "eim"));
		arena_free(arena);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parses_what_people_type),
		cmocka_unit_test(parses_domains),
		cmocka_unit_test(editable_comes_back),
		cmocka_unit_test(canonical_values_are_strict),
		cmocka_unit_test(parts_go_and_come),
		cmocka_unit_test(checks_whole_changes),
		cmocka_unit_test(checks_names_and_verbs),
		cmocka_unit_test(keeps_blocked_addresses),
		cmocka_unit_test(names_are_shared_with_groups),
		cmocka_unit_test(does_not_guess),
		cmocka_unit_test(refusals_keep_secrets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
