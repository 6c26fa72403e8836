/*
 * scope: whom a role below admin may change, and who is named by a change of
 * what goes on.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "model/mailbox.h"
#include "model/scope.h"
#include "model/traffic.h"

static const char *const kassel[] = { "ou=kassel,dc=example,dc=com", "ou=fulda,dc=example,dc=com", NULL };
static const char *const domains[] = { "kassel.example", NULL };
static const char *const bosses[] = { "boss", NULL };
static const char *const admins[] = { "Domain Admins", NULL };

static const struct {
	struct role_scope scope;
	struct role_person person;
	const char *says;                  /* NULL: allowed */
	const char *words;                 /* the same in few of them */
} rows[] = {
	{ { .branches = NULL }, { .name = "anna" }, NULL, NULL },
	{ { .branches = kassel }, { .name = "anna", .place = "uid=anna,ou=kassel,dc=example,dc=com", .branch = "ou=kassel,dc=example,dc=com" }, NULL, NULL },
	{ { .branches = kassel }, { .name = "anna", .place = "uid=anna,ou=bonn" }, "in no branch of the directory that role helpdesk looks after (ou=kassel,dc=example,dc=com and others)",
	  "outside your branches of the directory" },
	{ { .domains = domains }, { .name = "anna", .address = "anna@Kassel.Example" }, NULL, NULL },
	{ { .domains = domains }, { .name = "anna", .address = "anna@sub.kassel.example" }, "anna (anna@sub.kassel.example) is in no mail domain", "outside your mail domains" },
	{ { .domains = domains }, { .name = "anna", .address = "anna@kassel.example@example.com" }, "is in no mail domain", "outside your mail domains" },
	{ { .domains = domains }, { .name = "anna" }, "anna has no mail address", "outside your mail domains, since there is no address" },
	{ { .people = bosses }, { .name = "boss", .listed = "boss" }, "boss is protected: the configuration names boss",
	  "protected (the configuration names boss)" },
	{ { .groups = admins }, { .name = "anna", .group = "Domain Admins" }, "as a member of the group Domain Admins",
	  "protected (member of the group Domain Admins)" },
	/* Protection goes before place: the sentence tells what would still be so after a move. */
	{ { .branches = kassel, .groups = admins }, { .name = "anna", .place = "uid=anna", .group = "Domain Admins" }, "is protected",
	  "protected (member of the group Domain Admins)" },
};

static void decides_about_people(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct error error = { 0 };
		struct arena *arena = arena_new();
		const char *words = scope_outside(arena, &rows[i].scope, &rows[i].person);
		bool allowed = scope_check(&rows[i].scope, &rows[i].person, ROLE_HELPDESK, &error);

		if (allowed != !rows[i].says || (rows[i].says && !strstr(error.text, rows[i].says)))
			fail_msg("row %zu: %s", i, allowed ? "allowed" : error.text);
		if (!allowed) {
			assert_int_equal(error.kind, ERROR_REFUSED);
			assert_non_null(strstr(error.text, "role admin"));
			assert_string_equal(words, rows[i].words);
		} else {
			assert_null(words);
		}
		arena_free(arena);
	}
}

static void nothing_named_limits_nothing(void **state)
{
	static const char *const empty[] = { NULL };

	(void)state;
	assert_false(scope_limits(&(struct role_scope){ .branches = NULL }));
	assert_false(scope_limits(&(struct role_scope){ .branches = empty, .domains = empty, .people = empty, .groups = empty }));
	assert_true(scope_limits(&(struct role_scope){ .branches = kassel }));
	assert_true(scope_limits(&(struct role_scope){ .domains = domains }));
	assert_true(scope_limits(&(struct role_scope){ .people = bosses }));
	assert_true(scope_limits(&(struct role_scope){ .groups = admins }));
}

static void a_copy_stands_alone(void **state)
{
	struct arena *arena = arena_new();
	char name[] = "boss";
	const char *const list[] = { name, NULL };
	struct role_scope copy = scope_copy(arena, &(struct role_scope){ .people = list, .groups_must_exist = true });

	(void)state;
	name[0] = 'x';
	assert_string_equal(copy.people[0], "boss");
	assert_null(copy.people[1]);
	assert_null(copy.groups[0]);
	assert_true(copy.groups_must_exist);
	arena_free(arena);
}

/* --- who is named ----------------------------------------------------------------------- */

static struct change *ends(const char *const *values, size_t count)
{
	struct change *change = change_new(VERB_EDIT, &kind_sessions, TRAFFIC_EVERYWHERE);

	for (size_t i = 0; i < count; i++)
		change_edit_text(change, kind_field(&kind_sessions, "end"), EDIT_ADD, values[i]);
	return change;
}

static void sessions_name_people(void **state)
{
	static const char *const values[] = {
		"3 mail1 anna@example.com", "1 mail2 anna@example.com 192.0.2.1", "2 mail1 boss@example.com",
	};
	struct arena *arena = arena_new();
	struct change *change = ends(values, 3);
	const char *const *people;
	struct error error = { 0 };
	size_t count;

	(void)state;
	assert_true(scope_people(arena, change, ROLE_HELPDESK, &people, &count, &error));
	assert_int_equal(count, 2);
	assert_string_equal(people[0], "anna@example.com");
	assert_string_equal(people[1], "boss@example.com");
	change_free(change);
	change = ends(values, 0);
	assert_false(scope_people(arena, change, ROLE_HELPDESK, &people, &count, &error));
	assert_non_null(strstr(error.text, "cannot be told"));
	change_free(change);
	arena_free(arena);
}

static void too_many_are_no_caller(void **state)
{
	struct arena *arena = arena_new();
	struct change *change = change_new(VERB_EDIT, &kind_sessions, TRAFFIC_EVERYWHERE);
	const char *const *people;
	struct error error = { 0 };
	size_t count;

	(void)state;
	for (int i = 0; i <= SCOPE_PEOPLE_MOST; i++)
		change_edit_text(change, kind_field(&kind_sessions, "end"), EDIT_ADD, arena_format(arena, "1 mail1 u%d", i));
	assert_false(scope_people(arena, change, ROLE_HELPDESK, &people, &count, &error));
	assert_non_null(strstr(error.text, "more than 20 people"));
	change_free(change);
	arena_free(arena);
}

static void a_mailbox_is_somebodys(void **state)
{
	static const struct { const char *name, *who; } names[] = {
		{ "mail1/anna@example.com", "anna@example.com" },
		{ "mail1/a/b@example.com", "a/b@example.com" },
		{ "mail1/", NULL }, { "mail1", NULL },
	};
	struct arena *arena = arena_new();

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct change *change = change_new(VERB_EDIT, &kind_mailbox, names[i].name);
		const char *const *people;
		struct error error = { 0 };
		size_t count;

		assert_int_equal(scope_people(arena, change, ROLE_HELPDESK, &people, &count, &error), names[i].who != NULL);
		if (names[i].who)
			assert_string_equal(people[0], names[i].who);
		change_free(change);
	}
	arena_free(arena);
}

/* Under one's own name somebody else's sessions could be ended. */
static void the_logins_that_end_are_people_too(void **state)
{
	static const char *const logins[] = { "anna", "boss", NULL };
	struct arena *arena = arena_new();
	struct change *change = mailbox_change_smtp("mail1", "anna@example.com", logins);
	const char *const *people;
	struct error error = { 0 };
	size_t count;

	(void)state;
	assert_true(scope_people(arena, change, ROLE_HELPDESK, &people, &count, &error));
	assert_int_equal(count, 3);
	assert_string_equal(people[2], "boss");
	change_free(change);
	change = change_new(VERB_EDIT, &kind_queue, "mail1");
	assert_false(scope_people(arena, change, ROLE_HELPDESK, &people, &count, &error));
	change_free(change);
	arena_free(arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(decides_about_people),
		cmocka_unit_test(nothing_named_limits_nothing),
		cmocka_unit_test(a_copy_stands_alone),
		cmocka_unit_test(sessions_name_people),
		cmocka_unit_test(too_many_are_no_caller),
		cmocka_unit_test(a_mailbox_is_somebodys),
		cmocka_unit_test(the_logins_that_end_are_people_too),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
