/*
 * test_role: who may do what.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "model/guarded.h"
#include "model/mailbox.h"
#include "model/role.h"
#include "model/store.h"
#include "model/traffic.h"

static void reads_words(void **state)
{
	enum role role;

	(void)state;
	for (int i = ROLE_MONITOR; i <= ROLE_ADMIN; i++) {
		assert_true(role_parse(role_word((enum role)i), &role));
		assert_int_equal(role, i);
	}
	assert_false(role_parse("root", &role));
	assert_false(role_parse("Admin", &role));
	assert_false(role_parse("", &role));
	assert_false(role_parse(NULL, &role));
}

/* Every role, field and verb: what is not in this small list is refused. */
static void only_what_a_row_says(void **state)
{
	static const char *const helpdesk[] = { "quota", "forwards", "keep_copy", "password", "must_change", "locked", "failed_lock", NULL };

	(void)state;
	for (size_t k = 0; kinds[k]; k++)
		for (const struct field *field = kinds[k]->fields; field->name; field++)
			for (int verb = VERB_ADD; verb <= VERB_UNDO; verb++) {
				bool written = !kinds[k]->internal && !(field->flags & (FIELD_READONLY | FIELD_DERIVED));
				bool listed = false;

				for (size_t i = 0; helpdesk[i]; i++)
					listed = listed || (kinds[k] == &kind_user && strcmp(helpdesk[i], field->name) == 0);
				assert_int_equal(role_may(ROLE_ADMIN, kinds[k], field, (enum verb)verb), written);
				assert_int_equal(role_may(ROLE_HELPDESK, kinds[k], field, (enum verb)verb),
					listed && (verb == VERB_EDIT || verb == VERB_UNDO));
				assert_false(role_may(ROLE_MONITOR, kinds[k], field, (enum verb)verb));
			}
}

/* Of what goes on: sessions end, what concerns one person's mailbox; never the queue, never files of a server. */
static void of_what_goes_on(void **state)
{
	static const char *const mailbox[] = { "filter", "absence", "recalculate", "flush", "smtp", "try", NULL };

	(void)state;
	assert_true(role_may(ROLE_HELPDESK, &kind_sessions, kind_field(&kind_sessions, "end"), VERB_EDIT));
	assert_false(role_may(ROLE_MONITOR, &kind_sessions, kind_field(&kind_sessions, "end"), VERB_EDIT));
	for (const struct field *field = kind_queue.fields; field->name; field++)
		assert_false(role_may(ROLE_HELPDESK, &kind_queue, field, VERB_EDIT));
	assert_false(role_may(ROLE_HELPDESK, &kind_setting, NULL, VERB_EDIT));
	assert_false(role_may(ROLE_HELPDESK, &kind_limits, NULL, VERB_EDIT));
	for (const struct field *field = kind_mailbox.fields; field->name; field++) {
		bool listed = false;

		for (size_t i = 0; mailbox[i]; i++)
			listed = listed || strcmp(mailbox[i], field->name) == 0;
		assert_int_equal(role_may(ROLE_HELPDESK, &kind_mailbox, field, VERB_EDIT), listed);
		assert_false(role_may(ROLE_MONITOR, &kind_mailbox, field, VERB_EDIT));
	}
}

static void objects_as_such(void **state)
{
	(void)state;
	for (int verb = VERB_ADD; verb <= VERB_UNDO; verb++) {
		assert_true(role_may(ROLE_ADMIN, &kind_user, NULL, (enum verb)verb));
		assert_true(role_may(ROLE_ADMIN, &kind_domain, NULL, (enum verb)verb));
		assert_false(role_may(ROLE_ADMIN, &kind_server, NULL, (enum verb)verb));
		assert_int_equal(role_may(ROLE_HELPDESK, &kind_user, NULL, (enum verb)verb), verb == VERB_EDIT || verb == VERB_UNDO);
		assert_false(role_may(ROLE_HELPDESK, &kind_domain, NULL, (enum verb)verb));
		assert_false(role_may(ROLE_MONITOR, &kind_user, NULL, (enum verb)verb));
	}
	assert_true(role_sees(ROLE_MONITOR, &kind_domain));
	assert_true(role_sees(ROLE_MONITOR, NULL));
	assert_true(role_sees(ROLE_HELPDESK, &kind_user));
	assert_false(role_sees(ROLE_HELPDESK, &kind_domain));
}

static const struct change_case {
	enum role role;
	enum verb verb;
	const struct kind *kind;
	const char *fields[4];
	const char *says;                  /* NULL: allowed */
} change_cases[] = {
	{ ROLE_ADMIN, VERB_ADD, &kind_user, { "address", "quota" }, NULL },
	{ ROLE_ADMIN, VERB_DELETE, &kind_domain, { NULL }, NULL },
	{ ROLE_ADMIN, VERB_EDIT, &kind_user, { "phone" }, "no role may change the phone of a user" },
	{ ROLE_HELPDESK, VERB_EDIT, &kind_user, { "quota", "forwards", "keep_copy" }, NULL },
	{ ROLE_HELPDESK, VERB_EDIT, &kind_user, { "quota", "home_server" }, "changing the home server of a user needs role admin" },
	{ ROLE_HELPDESK, VERB_DELETE, &kind_user, { NULL }, "deleting a user needs role admin" },
	{ ROLE_HELPDESK, VERB_ADD, &kind_domain, { NULL }, "creating a domain needs role admin" },
	{ ROLE_HELPDESK, VERB_RENAME, &kind_user, { NULL }, "renaming a user needs role admin" },
	{ ROLE_MONITOR, VERB_EDIT, &kind_user, { "quota" }, "changing a user needs role helpdesk, and this session has role monitor" },
	{ ROLE_MONITOR, VERB_UNDO, &kind_user, { "quota" }, "needs role" },
	{ ROLE_HELPDESK, VERB_UNDO, &kind_user, { "quota" }, NULL },
	{ ROLE_HELPDESK, VERB_UNDO, &kind_user, { "address" }, "needs role admin" },
	{ ROLE_HELPDESK, VERB_UNDO, &kind_user, { NULL }, "needs role admin" },
	{ ROLE_ADMIN, VERB_UNDO, &kind_user, { NULL }, NULL },
};

static void checks_changes(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(change_cases) / sizeof(change_cases[0]); i++) {
		const struct change_case *one = &change_cases[i];
		struct change *change = change_new(one->verb, one->kind, "anna");
		struct error error = { 0 };
		bool allowed;

		for (size_t j = 0; one->fields[j]; j++)
			change_edit_text(change, kind_field(one->kind, one->fields[j]), EDIT_SET, "x");
		allowed = role_check(one->role, change, &error);
		if (allowed != !one->says || (one->says && !strstr(error.text, one->says)))
			fail_msg("case %zu: %s", i, allowed ? "allowed" : error.text);
		if (!allowed)
			assert_int_equal(error.kind, ERROR_REFUSED);
		change_free(change);
	}
}

/* A helpdesk undo of a creation would be a deletion. */
static void undo_looks_at_operations(void **state)
{
	struct operation operation = { .verb = OPERATION_DELETE };
	struct change *change = change_new(VERB_UNDO, &kind_user, "anna");

	(void)state;
	change_edit_text(change, kind_field(&kind_user, "quota"), EDIT_SET, NULL);
	change->operations = &operation;
	change->operation_count = 1;
	assert_false(role_check(ROLE_HELPDESK, change, NULL));
	assert_true(role_check(ROLE_ADMIN, change, NULL));
	operation.verb = OPERATION_MODIFY;
	assert_true(role_check(ROLE_HELPDESK, change, NULL));
	change_free(change);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_words),
		cmocka_unit_test(only_what_a_row_says),
		cmocka_unit_test(of_what_goes_on),
		cmocka_unit_test(objects_as_such),
		cmocka_unit_test(checks_changes),
		cmocka_unit_test(undo_looks_at_operations),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
