/*
 * test_udm: addresses, values and refusals of UDM's REST interface, as
 * ucs-directory 20 has them, without a server.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "directory/udm.h"
#include "directory/udm_property.h"
#include "gate/codec.h"
#include "gate/gate.h"

#define BASE "https://primary.example.com/univention/udm"

static struct arena *arena;

static int begin(void **state)
{
	(void)state;
	arena = arena_new();
	return 0;
}

static int end(void **state)
{
	(void)state;
	arena_free(arena);
	return 0;
}

static void addresses_of_objects(void **state)
{
	static const struct { const char *dn, *path; } cases[] = {
		{ "uid=anna,cn=users,dc=example,dc=com", "uid=anna,cn=users,dc=example,dc=com" },
		{ "uid=j\xc3\xb6rg,dc=x", "uid=j%C3%B6rg,dc=x" },
		{ "cn=Domain Users,dc=x", "cn=Domain%20Users,dc=x" },
		/* A slash stays one, since Apache passes no %2F on, and two are written apart. */
		{ "cn=a/b,dc=x", "cn=a/b,dc=x" }, { "cn=a//b,dc=x", "cn=a,/=/,b,dc=x" }, { "cn=a///b,dc=x", "cn=a,/=/,/b,dc=x" },
		{ "cn=a?b#c%d&e+f\\,g,dc=x", "cn=a%3Fb%23c%25d%26e%2Bf%5C,g,dc=x" }, { "cn=a..b,dc=x", "cn=a..b,dc=x" },
		/* Somebody on the way would take the step. */
		{ "cn=a/../b,dc=x", NULL }, { "cn=a/./b,dc=x", NULL }, { "../x", NULL }, { "cn=a/..", NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char *url = udm_url(arena, BASE, "users/user", cases[i].dn);

		if (cases[i].path == NULL)
			assert_null(url);
		else
			assert_string_equal(url, arena_format(arena, "%s/users/user/%s", BASE, cases[i].path));
	}
	assert_string_equal(udm_query(arena, "cn=a/b,dc=x"), "cn%3Da%2Fb%2Cdc%3Dx");
}

static void only_the_same_server_is_followed(void **state)
{
	static const struct { const char *location, *url; } cases[] = {
		{ "/univention/udm/progress/1", "https://primary.example.com/univention/udm/progress/1" },
		{ "https://primary.example.com/univention/udm/progress/1", "https://primary.example.com/univention/udm/progress/1" },
		{ "https://primary.example.com.evil.example/x", NULL }, { "https://primary.example.com:444/x", NULL }, { "http://primary.example.com/x", NULL },
		{ "https://primary.example.com@evil.example/x", NULL }, { "//evil.example/x", NULL }, { "progress/1", NULL }, { "", NULL }, { "/a b", NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char *url = udm_follow(arena, BASE, cases[i].location);

		if (cases[i].url == NULL)
			assert_null(url);
		else
			assert_string_equal(url, cases[i].url);
	}
}

static struct value *values_of(const char *const *words, size_t *count)
{
	struct value *list;

	for (*count = 0; words[*count] != NULL; ++*count)
		continue;
	list = arena_alloc(arena, *count * sizeof *list);
	for (size_t i = 0; i < *count; i++)
		list[i] = value_text(arena, words[i]);
	return list;
}

/* Each shape in JSON, and what a property shows read back. */
static void values_there_and_back(void **state)
{
	static const struct { const char *field; const char *ours[3], *json; const char *shown; } cases[] = {
		{ "given_name", { "J\xc3\xb6rg \"x\"" }, "{\"p\":\"J\\u00F6rg \\\"x\\\"\"}", NULL }, { "given_name", { NULL }, "{\"p\":null}", NULL },
		/* A property that this UDM shows as a list gets one. */
		{ "given_name", { "a" }, "{\"p\":[\"a\"]}", "[]" },
		{ "alternates", { "a@x.example", "b@x.example" }, "{\"p\":[\"a@x.example\",\"b@x.example\"]}", NULL }, { "alternates", { NULL }, "{\"p\":[]}", NULL },
		{ "quota", { "2147483648" }, "{\"p\":2048}", NULL }, { "quota", { "0" }, "{\"p\":0}", NULL }, { "quota", { NULL }, "{\"p\":null}", NULL },
		{ "keep_copy", { "yes" }, "{\"p\":\"1\"}", NULL }, { "keep_copy", { "no" }, "{\"p\":\"0\"}", NULL },
		{ "locked", { "yes" }, "{\"p\":true}", NULL }, { "locked", { "no" }, "{\"p\":false}", NULL }, { "must_change", { "yes" }, "{\"p\":true}", NULL },
		{ "failed_lock", { "no" }, "{\"p\":true}", NULL },
		{ "fetchmail", { "server=s.example protocol=IMAP user=u%20v password=w ssl=yes keep=no" },
		  "{\"p\":[{\"server\":\"s.example\",\"protocol\":\"IMAP\",\"remote username\":\"u v\",\"password\":\"w\",\"ssl\":true,\"keep\":false}]}", NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		const struct udm_property *property = udm_property("users/user", cases[i].field);
		struct field_values given = { .presence = VALUE_OWN }, shown, back;
		struct json *into = json_object_new(), *now = cases[i].shown == NULL ? NULL : json_parse(cases[i].shown, strlen(cases[i].shown), NULL);
		struct error error = { 0 };
		struct value *spelled;
		size_t count;
		char *printed;

		assert_non_null(property);
		given.values = values_of(cases[i].ours, &given.count);
		if (!udm_spell(arena, property, kind_field(&kind_user, cases[i].field), &given, NULL, &spelled, &count, &error))
			fail_msg("%s: %s", cases[i].field, error.text);
		udm_put(into, "p", property, now, spelled, count);
		printed = json_print(into, false);
		assert_string_equal(printed, cases[i].json);
		shown = udm_shown(arena, property, json_get(into, "p"));
		back = udm_canonical(arena, property, shown.values, shown.count);
		if (property->shape != UDM_UNLOCK && property->shape != UDM_ACCOUNTS)
			assert_true(values_same(&given, &back));
		free(printed);
		json_free(now);
		json_free_wiped(into);
	}
}

static void what_cannot_be_spelled(void **state)
{
	static const struct { const char *module, *field, *value, *words; } cases[] = {
		{ "users/user", "failed_lock", "yes", "can only be unlocked" }, { "users/user", "given_name", "\xff", "not UTF-8" },
		{ "users/user", "fetchmail", "server=s user=u", "give the password with each" }, { "groups/group", "members", "nobody", "nobody is called" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		const struct kind *kind = strcmp(cases[i].module, "users/user") == 0 ? &kind_user : &kind_group;
		struct value one = value_text(arena, cases[i].value), *spelled;
		struct field_values given = { .presence = VALUE_OWN, .values = &one, .count = 1 };
		struct error error = { 0 };
		size_t count;

		assert_false(udm_spell(arena, udm_property(cases[i].module, cases[i].field), kind_field(kind, cases[i].field), &given, names_new(arena), &spelled, &count, &error));
		assert_non_null(strstr(error.text, cases[i].words));
		assert_int_equal(error.kind, ERROR_INVALID);
	}
}

/* Every field that the profile gives to UDM has a property, and the table names fields that are. */
static void the_table_is_whole(void **state)
{
	struct error error = { 0 };
	struct profile *profile = profile_find(arena, "ucs", NULL, &error);
	static const struct { const char *module; const struct kind *kind; } modules[] = { { "users/user", &kind_user }, { "groups/group", &kind_group } };

	(void)state;
	assert_non_null(profile);
	for (size_t m = 0; m < 2; m++) {
		const struct profile_kind *held = profile_kind(profile, modules[m].kind);

		assert_string_equal(held->type, modules[m].module);
		assert_string_equal(udm_property_key(modules[m].module)->field, kind_key(modules[m].kind)->name);
		for (const struct field *field = modules[m].kind->fields; field->name != NULL; field++) {
			const struct mapping *mapping = profile_mapping(held, field);
			const struct udm_property *property = udm_property(modules[m].module, field->name);

			if (mapping->writer != NULL)
				assert_non_null(property);
			if (property != NULL)
				assert_ptr_equal(udm_property_named(modules[m].module, property->name), property);
			if (property != NULL && field->type == FIELD_SECRET)
				assert_true(property->secret);
		}
	}
	assert_null(udm_property("users/user", "nothing"));
	assert_string_equal(udm_property_named("users/user", "UniventionDovecotUserQuota")->field, "quota");
}

static void refusals_in_words(void **state)
{
	static const struct { long status; const char *body, *retry; enum error_kind kind; const char *words; bool open; } cases[] = {
		{ 422, "{\"_embedded\":{\"udm:error\":[{\"location\":[\"body\",\"properties\",\"mailPrimaryAddress\"],\"message\":\"in use\"}]}}", NULL,
		  ERROR_INVALID, "Primary address: in use [UDM 422]", false },
		{ 422, "{\"_embedded\":{\"udm:error\":[{\"location\":\"properties/password\",\"message\":\"too short\"},{\"location\":[\"dn\"],\"message\":\"Object exists\"}]}}", NULL,
		  ERROR_INVALID, "Password: too short; dn: Object exists [UDM 422]", false },
		{ 422, "{\"_embedded\":{\"udm:error\":[{\"location\":[\"body\",\"properties\",\"unknownThing\"]}]}}", NULL, ERROR_INVALID, "unknownThing: refused [UDM 422]", false },
		{ 422, "{\"_embedded\":{\"udm:error\":[{\"location\":[1],\"message\":\"odd\"},{\"location\":{},\"message\":\"odder\"},7]}}", NULL, ERROR_INVALID, ": odd; UDM: odder; UDM: refused [UDM 422]", false },
		{ 422, NULL, NULL, ERROR_INVALID, "UDM refuses the values [UDM 422]", false },
		{ 401, NULL, NULL, ERROR_REFUSED, "operator: UDM refuses the login", false },
		{ 403, "{\"error\":{\"message\":\"no\"}}", NULL, ERROR_REFUSED, "(no) [UDM 403]", false },
		{ 404, NULL, NULL, ERROR_NOT_FOUND, "[UDM 404]", false }, { 412, NULL, NULL, ERROR_CONFLICT, "somebody else", false },
		{ 400, NULL, NULL, ERROR_INTERNAL, "[UDM 400]", false }, { 500, "{\"error\":{\"message\":\"boom\"}}", NULL, ERROR_UNREACHABLE, "(boom) [UDM 500]", true },
		{ 503, NULL, "30", ERROR_UNREACHABLE, "try again in 30 s [UDM 503]", true }, { 503, NULL, "Fri, 20 Nov", ERROR_UNREACHABLE, "restarting [UDM 503]", true },
		{ 418, NULL, NULL, ERROR_UNREACHABLE, "not understood [UDM 418]", false }, { 302, NULL, NULL, ERROR_UNREACHABLE, "[UDM 302]", true },
	};
	struct profile *profile = profile_find(arena, "ucs", NULL, NULL);

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct json *body = cases[i].body == NULL ? NULL : json_parse(cases[i].body, strlen(cases[i].body), NULL);
		struct error error = { 0 };

		assert_true(cases[i].body == NULL || body != NULL);
		udm_explain(&error, profile, "users/user", "operator", cases[i].status, body, cases[i].retry);
		if (error.kind != cases[i].kind || strstr(error.text, cases[i].words) == NULL)
			fail_msg("%ld: kind %d: %s", cases[i].status, error.kind, error.text);
		assert_int_equal(error.code, cases[i].status);
		assert_int_equal(udm_is_open(cases[i].status), cases[i].open);
		json_free(body);
	}
}

/* Review, LDIF and journal of an operation through UDM: old and new, and no secret anywhere. */
static void operations_in_lines(void **state)
{
	struct value old = value_text(arena, "false"), new = value_text(arena, "true"), word = value_text(arena, "hidden words"), line = value_text(arena, "a\nchangetype: delete");
	struct delta deltas[] = {
		{ .attribute = "disabled", .how = DELTA_DELETE, .values = &old, .count = 1 }, { .attribute = "disabled", .how = DELTA_ADD, .values = &new, .count = 1 },
		{ .attribute = "password", .how = DELTA_ADD, .values = &word, .count = 1, .secret = true }, { .attribute = "mailHomeServer", .how = DELTA_REPLACE },
		{ .attribute = "firstname", .how = DELTA_ADD, .values = &line, .count = 1 },
	};
	struct operation operation = { .verb = OPERATION_MODIFY, .through = "users/user", .place = "uid=anna,dc=x", .deltas = deltas, .delta_count = 5 }, again;
	struct plan plan = { .operations = &operation, .count = 1 };
	char *lines = operation_lines(arena, &operation), *ldif = plan_ldif(arena, &plan);
	struct json *json;

	(void)state;
	assert_string_equal(lines, "PATCH users/user uid=anna,dc=x\n  disabled: false -> true\n  add password: ********\n  replace mailHomeServer: nothing\n"
		"  add firstname: a\nchangetype: delete");
	assert_null(strstr(ldif, "hidden"));
	/* No line of it is one that ldapmodify would heed. */
	for (const char *at = ldif; *at != '\0'; at = strchr(at, '\n') + 1)
		assert_int_equal(*at, '#');
	operation.delta_count = 2;
	json = operation_to_json(&operation, NULL);
	assert_true(operation_from_json(arena, json, &again));
	assert_string_equal(again.through, "users/user");
	json_free(json);
	operation.verb = OPERATION_ADD;
	assert_non_null(strstr(operation_lines(arena, &operation), "POST users/user uid=anna,dc=x\n"));
	operation.verb = OPERATION_DELETE;
	assert_non_null(strstr(operation_lines(arena, &operation), "DELETE users/user uid=anna,dc=x\n"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(addresses_of_objects),
		cmocka_unit_test(only_the_same_server_is_followed),
		cmocka_unit_test(values_there_and_back),
		cmocka_unit_test(what_cannot_be_spelled),
		cmocka_unit_test(the_table_is_whole),
		cmocka_unit_test(refusals_in_words),
		cmocka_unit_test(operations_in_lines),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
