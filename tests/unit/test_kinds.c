/*
 * test_kinds: finding kinds and fields.  What holds for all rows of all tables
 * is in tests/tables/test_tables.c.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "model/kind.h"

static void finds_kinds(void **state)
{
	(void)state;
	assert_ptr_equal(kind_find("user"), &kind_user);
	assert_ptr_equal(kind_find("domain"), &kind_domain);
	assert_ptr_equal(kind_find("server"), &kind_server);
	assert_null(kind_find("Users"));
	assert_null(kind_find(""));
	assert_null(kind_find(NULL));
	/* The internal ones come last, so a walk over the sections may stop there. */
	assert_ptr_equal(kinds[0], &kind_user);
	for (size_t i = 0, internal = 0; kinds[i]; i++) {
		assert_true(kinds[i]->internal || !internal);
		internal += kinds[i]->internal;
	}
}

static void finds_fields(void **state)
{
	static const char *const names[] = {
		"login", "given_name", "family_name", "full_name", "address", "alternates", "forwards", "keep_copy", "home_server",
		"quota", "fetchmail", "fetchmail_multi", "phone", "department", "employee_number", "room", "state", "mail_state", "password_changed", "password_ends", "last_login",
		"groups", "lists", "folder_rights", "policy_quota", "password", "must_change", "locked", "failed_lock",
	};

	(void)state;
	assert_int_equal(kind_field_count(&kind_user), sizeof(names) / sizeof(names[0]));
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const struct field *field = kind_field(&kind_user, names[i]);

		assert_non_null(field);
		assert_ptr_equal(&kind_user.fields[kind_field_index(&kind_user, field)], field);
	}
	assert_null(kind_field(&kind_user, "mail"));
	assert_null(kind_field(&kind_user, NULL));
	assert_string_equal(kind_key(&kind_user)->name, "login");
	assert_string_equal(kind_key(&kind_domain)->name, "name");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_kinds),
		cmocka_unit_test(finds_fields),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
