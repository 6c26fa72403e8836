/*
 * test_ui_policy: what a quota policy says, written from the page and from the
 * list; where it cannot be, the reason is told and no review opens.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "on_screen.h"
#include "tests/fakes/stage.h"
#include "ui/policy.h"

static const struct {
	enum role role;
	const char *section, *find;        /* the one row that is left */
	bool page;                         /* from its page, else from the list */
	const char *footer, *shown;        /* footer NULL: it names no policy */
	bool review;
} cases[] = {
	{ ROLE_ADMIN, "users", "user000", true, "P policy..", "2 GB -> 1 GB", true },
	{ ROLE_ADMIN, "users", "user000", false, NULL, "2 GB -> 1 GB", true },
	{ ROLE_HELPDESK, "users", "user000", true, "P policy..", "2 GB -> 1 GB", true },
	{ ROLE_ADMIN, "users", "user001", true, NULL, "no quota policy says anything for this one", false },
	{ ROLE_ADMIN, "users", "user001", false, NULL, "user001: no quota policy says anything for this one", false },
	{ ROLE_MONITOR, "users", "user000", true, NULL, "monitor", false },
	{ ROLE_MONITOR, "users", "user000", false, NULL, "the role monitor changes nothing", false },
	{ ROLE_ADMIN, "quota", "sales", true, "P write into all..", "Review - edit quota policy sales-quota", true },
	{ ROLE_ADMIN, "quota", "sales", false, NULL, "Review - edit quota policy sales-quota", true },
	{ ROLE_ADMIN, "domains", "plant", true, NULL, "no quota policy is about this kind of object", false },
	{ ROLE_ADMIN, "domains", "plant", false, NULL, "no quota policy is about this kind of object", false },
};

static void what_a_policy_says_goes_to_the_review(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct fake_settings settings = { .role = cases[i].role };
		struct stage *stage = stage_new(&settings, cases[i].section, 24, 80, VISIBLE_UTF8);

		stage_keys(stage, "/");
		stage_type(stage, cases[i].find);
		stage_keys(stage, cases[i].page ? "Enter" : "Esc");
		if (cases[i].footer != NULL)
			shows(stage, cases[i].footer);
		else
			hides(stage, "P policy");
		stage_keys(stage, "P");
		shows(stage, cases[i].shown);
		look_for(stage, "Review - ", cases[i].review);
		assert_int_equal(fake_writes(stage->engine), 0);
		stage_free(stage);
	}
}

/* Written once, there is nothing more to write. */
static void what_is_written_is_not_offered(void **state)
{
	struct fake_settings settings = { .role = ROLE_ADMIN };
	struct stage *stage = stage_new(&settings, "users", 24, 80, VISIBLE_UTF8);

	(void)state;
	stage_keys(stage, "/");
	stage_type(stage, "user000");
	stage_keys(stage, "Enter P Right Enter");
	assert_int_equal(fake_writes(stage->engine), 1);
	assert_string_equal(record_text(fake_record(stage->engine, "user", "user000"), "quota"), "1073741824");
	hides(stage, "P policy");
	stage_keys(stage, "P");
	shows(stage, "the quota is what the policy says already");
	stage_free(stage);
}

static void kinds_know_their_field(void **state)
{
	(void)state;
	assert_string_equal(policy_field(&kind_user)->name, "quota");
	assert_string_equal(policy_field(&kind_quotapolicy)->name, "written");
	assert_null(policy_field(&kind_domain));
	assert_null(policy_field(&kind_folder));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_a_policy_says_goes_to_the_review),
		cmocka_unit_test(what_is_written_is_not_offered),
		cmocka_unit_test(kinds_know_their_field),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
