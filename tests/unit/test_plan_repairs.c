/*
 * Plans of the desk where doing all of it would help nobody, or would be said
 * to: mail that is answered only where it arrives, an account that no unlocking
 * opens, sessions that nobody can see; and who may take off the list what
 * others left.  No server: the directory's part of each plan.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/file.h"
#include "desk/desk_private.h"
#include "model/guarded.h"

struct asked { struct arena *arena; struct desk_plan plan; };

static void ask(struct asked *asked, const char *job, const char *const *person, const char *const *wish)
{
	struct arena *arena = arena_new();
	struct record *who = record_new_in(arena, &kind_user), *wanted;

	who->name = "anna";
	record_set_text(who, "login", "anna");
	record_set_text(who, "address", "anna@example.com");
	for (; *person; person += 2)
		record_set_text(who, person[0], person[1]);
	wanted = desk_wish(arena, desk_job_find(job), who);
	for (; wanted && *wish; wish += 2)
		record_set_text(wanted, wish[0], wish[1]);
	*asked = (struct asked){ .arena = arena, .plan = { .arena = arena, .job = desk_job_find(job), .person = who, .wish = wanted, .used = -1 } };
}

static void forget(struct asked *asked)
{
	for (size_t i = 0; i < asked->plan.count; i++)
		change_free(asked->plan.steps[i].change);
	arena_free(asked->arena);
}

static bool remarks(const struct desk_plan *plan, const char *words)
{
	for (size_t i = 0; i < plan->remark_count; i++)
		if (strstr(plan->remarks[i], words))
			return true;
	return false;
}

/* What the first step sets a field to; "": it does not. */
static const char *sets(const struct desk_plan *plan, const char *field)
{
	const struct change *change = plan->count ? plan->steps[0].change : NULL;

	for (size_t i = 0; change && i < change->edit_count; i++)
		if (strcmp(change->edits[i].field->name, field) == 0)
			return change->edits[i].count ? change->edits[i].values[0].bytes : "(none)";
	return "";
}

#define WORDS(...) (const char *const[]){ __VA_ARGS__, NULL }
#define NOTHING (const char *const[]){ NULL }

/* The text was asked for: where no server can be told it, that is a warning, and no copy is kept for its sake. */
static void a_leaver_without_a_server_is_answered_by_nobody(void **state)
{
	static const struct { const char *text; bool warned; } cases[] = { { "I have left", true }, { "", false } };

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct error error = { 0 };
		struct asked asked;

		ask(&asked, "leaver", NOTHING, WORDS("forward_to", "boss@example.com", "text", cases[i].text));
		assert_true(plan_leaver(&asked.plan, &error));
		assert_string_equal(sets(&asked.plan, "forwards"), "boss@example.com");
		assert_string_equal(sets(&asked.plan, "keep_copy"), "no");
		assert_false(remarks(&asked.plan, "a copy of what is forwarded stays"));
		assert_int_equal(remarks(&asked.plan, "! NOBODY is answered, no absence is written: which server"), cases[i].warned);
		forget(&asked);
	}
}

static void an_absence_without_a_copy_is_warned_of(void **state)
{
	static const struct { const char *copy; bool warned; } cases[] = { { "no", true }, { "yes", false } };

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct error error = { 0 };
		struct asked asked;

		ask(&asked, "absence", WORDS("forwards", "x@partner.test", "keep_copy", cases[i].copy), WORDS("text", "away"));
		plan_absence(&asked.plan, &error);
		assert_int_equal(remarks(&asked.plan, "! NOBODY is answered as long as all mail is forwarded to x@partner.test"), cases[i].warned);
		forget(&asked);
		ask(&asked, "leaver", WORDS("forwards", "x@partner.test", "keep_copy", cases[i].copy), WORDS("text", "gone"));
		assert_true(plan_leaver(&asked.plan, &error));
		assert_int_equal(remarks(&asked.plan, "! NOBODY is answered as long"), cases[i].warned);
		forget(&asked);
	}
}

static void a_day_without_a_forward_is_refused(void **state)
{
	static const char *const stored[] = { "x@partner.test", NULL };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct error error = { 0 };
		struct asked asked;

		ask(&asked, "forwarding", stored[i] ? WORDS("forwards", stored[i]) : NOTHING, WORDS("until", "2099-12-31"));
		record_set((struct record *)asked.plan.wish, "forwards", VALUE_ABSENT, NULL, 0);
		assert_false(plan_forwarding(&asked.plan, &error));
		assert_int_equal(error.kind, ERROR_INVALID);
		assert_non_null(strstr(error.text, "Until: no forward is given"));
		assert_int_equal(asked.plan.count, 0);
		forget(&asked);
	}
}

static void a_forward_without_a_copy_says_what_it_silences(void **state)
{
	static const struct { const char *copy; bool told; } cases[] = { { "no", true }, { "yes", false } };

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct error error = { 0 };
		struct asked asked;

		ask(&asked, "forwarding", NOTHING, WORDS("forwards", "x@partner.test", "keep_copy", cases[i].copy));
		assert_true(plan_forwarding(&asked.plan, &error));
		assert_int_equal(remarks(&asked.plan, "an absence answers nobody"), cases[i].told);
		forget(&asked);
	}
}

static void what_no_unlocking_opens_is_told(void **state)
{
	static const struct { const char *account, *locked, *failed; const char *remark; } cases[] = {
		{ "no lock seen", "no", "no", "the directory shows no lock" }, { "expired", "no", "no", "! the account is expired" },
		{ "disabled", "no", "no", "! the account is disabled" }, { "locked", "yes", "no", NULL }, { "locked", "no", "yes", NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct error error = { 0 };
		struct asked asked;

		ask(&asked, "unlock", WORDS("state", cases[i].account, "locked", cases[i].locked, "failed_lock", cases[i].failed), NOTHING);
		assert_true(plan_unlock(&asked.plan, &error));
		assert_int_equal(asked.plan.remark_count, cases[i].remark ? 1 : 0);
		assert_true(!cases[i].remark || remarks(&asked.plan, cases[i].remark));
		forget(&asked);
	}
}

/* A helpdesk whose configuration has no server that sends. */
static void sessions_that_nobody_sees_are_told(void **state)
{
	static const char *const jobs[] = { "password", "sessions", "lock" };

	(void)state;
	for (size_t i = 0; i < sizeof(jobs) / sizeof(jobs[0]); i++) {
		struct error error = { 0 };
		struct asked asked;

		ask(&asked, jobs[i], NOTHING, NOTHING);
		asked.plan.secret = strcmp(jobs[i], "password") == 0 ? "abcd-efgh" : NULL;
		asked.plan.job->plan(&asked.plan, &error);
		assert_true(remarks(&asked.plan, "! SMTP sessions that are open go on"));
		forget(&asked);
	}
}

/* Two settings of one server are two lines, two changes of one field of the person are one. */
static void lines_of_several_steps(void **state)
{
	static const struct { const struct kind *kind; const char *field, *name; size_t lines; } cases[] = {
		{ &kind_setting, "value", "mail1", 2 }, { &kind_user, "quota", "anna", 1 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct arena *arena = arena_new();
		struct record *nobody = record_new_in(arena, &kind_user);
		struct diff_line lines[2] = { { kind_field(cases[i].kind, cases[i].field), "1", "2" }, { kind_field(cases[i].kind, cases[i].field), "2", "3" } };
		struct review reviews[2] = { { .arena = arena } };
		struct run_step steps[2] = { { .review = NULL } };
		struct desk_step shown[2] = { { .words = "w", .id = "" }, { .words = "w", .id = "" } };
		struct desk_run run = { .arena = arena, .person = nobody, .steps = steps, .shown = shown, .count = 2 };

		assert_non_null(lines[0].field);
		nobody->name = "";
		for (size_t j = 0; j < 2; j++) {
			reviews[j] = (struct review){ .arena = arena, .change = change_new(VERB_EDIT, cases[i].kind, cases[i].name), .lines = &lines[j], .line_count = 1 };
			steps[j].review = &reviews[j];
		}
		run_join(&run);
		assert_int_equal(run.view.line_count, cases[i].lines);
		for (size_t j = 0; j < 2; j++)
			change_free(reviews[j].change);
		arena_free(arena);
	}
}

/* --- what others left --------------------------------------------------------------------------------- */

static void others_work_stays_on_the_list(void **state)
{
	static const char bytes[] = "{\"due\":["
		"{\"id\":\"j00000001\",\"job\":\"stolen\",\"login\":\"anna\",\"words\":\"w\",\"when\":0,\"since\":1,\"who\":\"boss\",\"reason\":\"\",\"steps\":[\"hold mail1\"]},"
		"{\"id\":\"j00000002-9\",\"job\":\"leaver\",\"login\":\"anna\",\"words\":\"w\",\"when\":1,\"since\":1,\"who\":\"boss\",\"reason\":\"\",\"steps\":[]},"
		"{\"id\":\"j00000003\",\"job\":\"password\",\"login\":\"anna\",\"words\":\"w\",\"when\":0,\"since\":1,\"who\":\"boss\",\"reason\":\"\",\"steps\":[\"flush mail1/anna\"]}],"
		"\"done\":[]}";
	static const struct { enum role role; const char *id; bool may; } cases[] = {
		{ ROLE_HELPDESK, "j00000001", false }, { ROLE_HELPDESK, "j00000002-9", false }, { ROLE_HELPDESK, "j00000003", true },
		{ ROLE_ADMIN, "j00000001", true }, { ROLE_ADMIN, "j00000002-9", true },
	};
	char folder[] = "/tmp/plan-repairs-XXXXXX", path[100], words[200];

	(void)state;
	assert_non_null(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/due-boss", folder);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char own[100];
		struct error error = { 0 };
		struct desk *desk;
		size_t count;

		snprintf(own, sizeof(own), "%s/own%zu", folder, i);
		assert_true(file_replace(path, bytes, strlen(bytes), 0600, NULL));
		desk = desk_open(&(struct desk_settings){ .state_directory = own, .shared_directory = folder, .person = "koch", .role = cases[i].role, .may_write = true });
		assert_int_equal(desk_due_done(desk, cases[i].id, &error), cases[i].may);
		assert_int_equal(error.kind, cases[i].may ? ERROR_NONE : ERROR_REFUSED);
		assert_true(cases[i].may || strstr(error.text, "role admin"));
		desk_dues(desk, &count);
		assert_int_equal(count, cases[i].may ? 2 : 3);
		desk_close(desk);
		snprintf(own, sizeof(own), "%s/due-koch", folder);
		remove(own);
	}
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		static const char *const left[] = { "due-koch", "due-koch.lock", "" };

		for (size_t j = 0; j < sizeof(left) / sizeof(left[0]); j++) {
			snprintf(words, sizeof(words), "%s/own%zu/%s", folder, i, left[j]);
			remove(words);
		}
	}
	remove(path);
	assert_int_equal(remove(folder), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_leaver_without_a_server_is_answered_by_nobody), cmocka_unit_test(an_absence_without_a_copy_is_warned_of),
		cmocka_unit_test(a_day_without_a_forward_is_refused),
		cmocka_unit_test(a_forward_without_a_copy_says_what_it_silences), cmocka_unit_test(what_no_unlocking_opens_is_told),
		cmocka_unit_test(sessions_that_nobody_sees_are_told), cmocka_unit_test(lines_of_several_steps), cmocka_unit_test(others_work_stays_on_the_list),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
