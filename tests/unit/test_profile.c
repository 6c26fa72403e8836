/* Tests of directory/profile: the compiled-in profiles are whole, and mistakes are named with file and line. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/text.h"
#include "directory/convert.h"
#include "directory/profile.h"

static void test_every_field_of_every_kind_is_mapped(void **state)
{
	struct arena *arena = arena_new();
	struct error error = { 0 };
	size_t i, j, k;

	(void)state;
	for (i = 0; profile_builtins[i].name != NULL; i++) {
		struct profile *profile = profile_find(arena, profile_builtins[i].name, NULL, &error);

		if (profile == NULL)
			fail_msg("%s", error.text);
		for (j = 0; kinds[j] != NULL; j++) {
			const struct profile_kind *kind = profile_kind(profile, kinds[j]);

			if (kind == NULL && strstr(profile_absent_reason(profile, kinds[j]), "does not know") == NULL)
				continue;
			if (kind == NULL)
				fail_msg("%s: no kind %s", profile->name, kinds[j]->name);
			/* What is read out of other objects has their fields. */
			for (k = 0; k < kind_field_count(kinds[j]) && kind->source_count == 0; k++) {
				const struct field *field = &kinds[j]->fields[k];
				const struct mapping *mapping = profile_mapping(kind, field);

				if (mapping->missing != NULL && strstr(mapping->missing, "does not name it") != NULL)
					fail_msg("%s: field %s of %s has no line", profile->name, field->name, kinds[j]->name);
				/* What people may edit must have a way back into the directory, or say why not. */
				if (!(field->flags & (FIELD_DERIVED | FIELD_READONLY | FIELD_ELSEWHERE)) && mapping->missing == NULL &&
				    !kinds[j]->internal && mapping->writer == NULL)
					assert_true(mapping->converter != NULL && mapping->converter->write != NULL);
			}
		}
	}
	assert_true(i > 0);
	arena_free(arena);
}

static void test_mistakes_are_named_with_their_line(void **state)
{
	static const struct { const char *words, *expect; } cases[] = {
		{ "name = x\nkind user {\n\tfind = \"(a=b)\"\n\tfield nonsense { attribute = a }\n}\n", "nonsense" },
		{ "name = x\nkind nobody {\n\tfind = \"(a=b)\"\n}\n", "nobody" },
		{ "name = x\nkind user {\n\tfind = \"(a=b\"\n}\n", "search filter" },
		{ "name = x\nkind user {\n\tfind = \"(a=b)\"\n\tfield quota { attribute = a convert = witchcraft }\n}\n", "witchcraft" },
		{ "name = x\nkind user {\n\tfind = \"(a=b)\"\n\tfield quota { attribute = a convert = fetchmail }\n}\n", "no parts" },
		{ "name = x\nkind user {\n\tfind = \"(a=b)\"\n\tfield quota { attribute = \"a b\" }\n}\n", "a b" },
		{ "name = x\nkind user {\n\tfind = \"(a=b)\"\n\tfield quota { derive = luck }\n}\n", "luck" },
		{ "name = x\nkind user {\n\tfind = \"(a=b)\"\n\tcontainer = users\n}\n", "container" },
		{ "name = x\nblocks {\n\tcontainer = internal\n}\nkind user {\n\tfind = \"(a=b)\"\n}\n", "internal" },
		{ "name = x\nblocks {\n\tcontainer = \"cn=a\"\n}\nkind user {\n\tfind = \"(a=b)\"\n}\n", "owner" },
		{ "kind user {\n\tfind = \"(a=b)\"\n}\n", "name is missing" },
		{ "name = x\nabsent elephant {\n\treason = \"none\"\n}\nkind user {\n\tfind = \"(a=b)\"\n}\n", "elephant" },
		{ "name = x\nabsent group {\n}\nkind user {\n\tfind = \"(a=b)\"\n}\n", "reason" },
		{ "name = x\n", "no kind" },
		{ "name = x\nunknown = y\n", "unknown" },
		{ "name = \"${HOME}\"\n", "${" },
	};
	struct arena *arena = arena_new();
	size_t i;

	(void)state;
	for (i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct error error = { 0 };

		assert_null(profile_read_text(arena, "test.profile", cases[i].words, &error));
		assert_int_equal(error.kind, ERROR_CONFIG);
		if (strstr(error.text, cases[i].expect) == NULL || strstr(error.text, "test.profile, line") == NULL)
			fail_msg("case %zu: %s", i, error.text);
	}
	arena_free(arena);
}

static bool knows(const void *context, const char *name)
{
	const char *const *classes = context;

	for (; *classes != NULL; classes++)
		if (text_same_ascii_case(*classes, name))
			return true;
	return false;
}

static void test_recognised_by_the_schema(void **state)
{
	static const char *const ucs[] = { "top", "UNIVENTIONMAIL", "univentionMailDomainname", "univentionObject", NULL };
	static const char *const plain[] = { "top", "inetOrgPerson", NULL };
	struct arena *arena = arena_new();
	struct profile *profile = profile_find(arena, "ucs", NULL, NULL);

	(void)state;
	assert_non_null(profile);
	assert_true(profile_fits(profile, knows, ucs));
	assert_false(profile_fits(profile, knows, plain));
	assert_true(profile_secret(profile, "userpassword"));
	assert_true(profile_secret(profile, "userPassword;lang-de"));
	assert_false(profile_secret(profile, "userPasswords"));
	assert_false(profile_secret(profile, "userPass"));
	assert_false(profile_secret(profile, "uid"));
	assert_non_null(convert_masker(profile, "univentionfetchmailsingle"));
	assert_non_null(convert_masker(profile, "univentionFetchmailMulti"));
	assert_ptr_equal(convert_masked_parts(profile, "univentionFetchmailMulti"), kind_field(kind_find("user"), "fetchmail_multi")->parts);
	assert_null(convert_masker(profile, "uid"));
	assert_null(convert_masked_parts(profile, "uid"));
	arena_free(arena);
}

static void test_debian_is_told_from_ucs(void **state)
{
	static const char *const debian[] = { "top", "inetOrgPerson", "inetLocalMailRecipient", "nisMailAlias", "groupOfNames", "domain", NULL };
	static const char *const without_misc[] = { "top", "inetOrgPerson", "groupOfNames", "domain", NULL };
	/* UCS loads all that Debian ships, and more. */
	static const char *const both[] = { "inetOrgPerson", "inetLocalMailRecipient", "nisMailAlias", "groupOfNames", "domain",
		"univentionMail", "univentionMailDomainname", "univentionObject", NULL };
	struct arena *arena = arena_new();
	const struct profile *profile = profile_find(arena, "debian", NULL, NULL), *ucs = profile_find(arena, "ucs", NULL, NULL);

	(void)state;
	assert_non_null(profile);
	assert_true(profile_fits(profile, knows, debian));
	assert_false(profile_fits(ucs, knows, debian));
	assert_false(profile_fits(profile, knows, without_misc));
	assert_false(profile_fits(profile, knows, both));
	assert_true(profile_fits(ucs, knows, both));
	assert_true(profile_secret(profile, "userPassword"));
	assert_null(profile->mark_class);
	assert_null(profile->locks);
	assert_null(profile->policy_class);
	arena_free(arena);
}

static void test_debian_maps_what_there_is(void **state)
{
	static const struct { const char *kind, *field, *attribute, *missing; } cases[] = {
		{ "user", "address", "mail", NULL }, { "user", "alternates", "mailLocalAddress", NULL },
		{ "user", "forwards", "mailRoutingAddress", NULL }, { "user", "home_server", "mailHost", NULL },
		{ "user", "keep_copy", NULL, "no copy" }, { "user", "quota", NULL, "no attribute for a quota" },
		{ "user", "fetchmail", NULL, "accounts elsewhere" }, { "user", "folder_rights", NULL, "no shared folders" },
		{ "domain", "name", "dc", NULL }, { "group", "members", "member", NULL }, { "group", "address", "mailLocalAddress", NULL },
		{ "mailinglist", "members", "rfc822MailMember", NULL }, { "mailinglist", "sender_users", NULL, "allowed senders" },
	};
	struct arena *arena = arena_new();
	const struct profile *profile = profile_find(arena, "debian", NULL, NULL);

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		const struct kind *kind = kind_find(cases[i].kind);
		const struct mapping *mapping = profile_mapping(profile_kind(profile, kind), kind_field(kind, cases[i].field));

		assert_non_null(mapping);
		if (cases[i].attribute != NULL)
			assert_string_equal(mapping->attributes[0], cases[i].attribute);
		else if (mapping->missing == NULL || strstr(mapping->missing, cases[i].missing) == NULL)
			fail_msg("%s %s does not say why it is not there", cases[i].kind, cases[i].field);
	}
	assert_null(profile_kind(profile, kind_find("folder")));
	assert_non_null(strstr(profile_absent_reason(profile, kind_find("folder")), "no shared folders"));
	assert_string_equal(profile_address(profile, profile_kind(profile, &kind_user)), "mail");
	assert_string_equal(profile_address(profile, profile_kind(profile, &kind_group)), "mailLocalAddress");
	assert_string_equal(profile_address(profile, profile_kind(profile, &kind_domain)), "mail");
	assert_string_equal(profile_kind(profile, &kind_group)->must[0], "member");
	assert_null(profile_kind(profile, &kind_user)->must[0]);
	assert_null(profile_kind(profile, &kind_user)->writer);
	arena_free(arena);
}

/* Words of one management system help nobody where another one, or none, owns the directory. */
static void test_debian_helps_in_its_own_words(void **state)
{
	static const char *const foreign[] = { "UDM", "UCS", "UCR", "univention", "listener", "mail/dovecot", "mail/postfix" };
	struct arena *arena = arena_new();
	const struct profile *profile = profile_find(arena, "debian", NULL, NULL);
	size_t told = 0;

	(void)state;
	for (size_t i = 0; kinds[i] != NULL; i++) {
		for (const struct field *field = kinds[i]->fields; profile_kind(profile, kinds[i]) != NULL && field->name != NULL; field++) {
			told++;
			for (size_t j = 0; j < sizeof foreign / sizeof *foreign; j++)
				if (strstr(field->help, foreign[j]) != NULL)
					fail_msg("%s %s: the help speaks of %s", kinds[i]->name, field->name, foreign[j]);
		}
	}
	assert_true(told > 50);
	arena_free(arena);
}

static void test_a_sites_own_file_comes_first(void **state)
{
	char directory[] = "/tmp/postroom-profile-XXXXXX", path[100];
	struct arena *arena = arena_new();
	struct profile **all;
	struct error error = { 0 };
	size_t count;
	FILE *file;

	(void)state;
	assert_non_null(mkdtemp(directory));
	snprintf(path, sizeof path, "%s/site.profile", directory);
	file = fopen(path, "w");
	assert_non_null(file);
	fputs("name = site\nrecognise = { siteMail }\nkind user {\n\tfind = \"(objectClass=siteMail)\"\n\tnaming = uid\n"
		"\tfield login { attribute = uid }\n\tfield quota { missing = \"quota lives elsewhere\" }\n}\n", file);
	fclose(file);
	all = profile_all(arena, directory, &count, &error);
	assert_non_null(all);
	assert_true(count >= 2);
	assert_string_equal(all[0]->name, "site");
	assert_non_null(profile_find(arena, "site", directory, &error));
	assert_non_null(profile_find(arena, path, NULL, &error));
	assert_null(profile_find(arena, "site", NULL, &error));
	assert_string_equal(profile_mapping(&all[0]->kinds[0], kind_field(kind_find("user"), "quota"))->missing, "quota lives elsewhere");
	unlink(path);
	rmdir(directory);
	arena_free(arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_field_of_every_kind_is_mapped),
		cmocka_unit_test(test_mistakes_are_named_with_their_line),
		cmocka_unit_test(test_recognised_by_the_schema),
		cmocka_unit_test(test_debian_is_told_from_ucs),
		cmocka_unit_test(test_debian_maps_what_there_is),
		cmocka_unit_test(test_debian_helps_in_its_own_words),
		cmocka_unit_test(test_a_sites_own_file_comes_first),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
