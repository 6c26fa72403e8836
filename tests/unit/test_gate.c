/*
 * gate: the walk, conflicts, trouble at each step, undo, roles, confirmation,
 * against a store in memory.  What the disk does is in test_journal.c.  Longer
 * than 600 lines because the walk is one path and its stages are told in order.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "model/traffic.h"
#include "tests/unit/gate_bench.h"

#define MB "1048576"
#define TWO_MB "2097152"
#define THREE_MB "3145728"

static struct bench bench;

static int set_up(void **state)
{
	(void)state;
	bench_open(&bench);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	bench_close(&bench);
	return 0;
}

static const char *quota(void)
{
	return fake_store_text(&bench.fake, "anna", "quota");
}

static bool has_consequence(const char *rule)
{
	size_t i;

	for (i = 0; i < bench.review->consequence_count; i++)
		if (!strcmp(bench.review->consequences[i].rule, rule))
			return true;
	return false;
}

/* --- the walk ---------------------------------------------------------------------- */

static void a_preview_shows_and_does_nothing(void **state)
{
	struct change *change = bench_edit("anna", "quota", TWO_MB);

	(void)state;
	bench_preview(&bench, change);
	change_free(change);
	assert_true(bench.review->allowed);
	assert_int_equal(bench.review->line_count, 1);
	assert_string_equal(bench.review->lines[0].old_words, "1 MB");
	assert_string_equal(bench.review->lines[0].new_words, "2 MB");
	assert_int_equal(bench.fake.applies, 0);
	assert_string_equal(quota(), MB);
}

static void a_confirmed_change_is_applied_once(void **state)
{
	(void)state;
	assert_int_equal(bench_set(&bench, "anna", "quota", TWO_MB), OUTCOME_APPLIED);
	assert_int_equal(bench.fake.applies, 1);
	assert_string_equal(quota(), TWO_MB);
	assert_string_not_equal(bench.id, "");
	assert_int_equal(bench.steps_done, 1);
	assert_null(bench.review);
}

/* Steps that were through as the directory was asked, and as each was sent; written by the gate's thread, read behind it. */
static size_t steps_asked, steps_sent[4], steps_of_others;

static void note_asked(struct fake_store *fake, void *context)
{
	(void)fake;
	steps_asked = gate_steps_done(((struct bench *)context)->gate, context);
}

static void note_sent(struct fake_store *fake, const struct operation *operation, void *context)
{
	struct bench *of = context;

	(void)operation;
	steps_sent[(fake->applies - 1) % 4] = gate_steps_done(of->gate, context);
	steps_of_others += gate_steps_done(of->gate, &steps_asked);
}

/* What an earlier write did is no step of the next one, which first has the directory asked again. */
static void steps_are_told_of_their_own_write_only(void **state)
{
	(void)state;
	bench.fake.split = true;
	bench.fake.before_gather = note_asked;
	bench.fake.before_apply = note_sent;
	bench.fake.context = &bench;
	for (unsigned i = 0; i < 2; i++) {
		struct change *change = bench_edit("anna", "quota", i == 0 ? TWO_MB : MB);

		change_edit_text(change, kind_field(change->kind, "family_name"), EDIT_SET, i == 0 ? "Jones" : "Smith");
		bench_preview(&bench, change);
		bench.fake.applies = 0;
		steps_asked = 9;
		bench_submit(&bench, NULL, NULL);
		assert_int_equal(bench.outcome, OUTCOME_APPLIED);
		assert_int_equal(steps_asked, 0);
		assert_int_equal(steps_sent[0], 0);
		assert_int_equal(steps_sent[1], 1);
		assert_int_equal(gate_steps_done(bench.gate, &bench), 0);
		change_free(change);
	}
	assert_int_equal(steps_of_others, 0);
}

static void nothing_to_change_sends_nothing(void **state)
{
	(void)state;
	assert_int_equal(bench_set(&bench, "anna", "quota", MB), OUTCOME_ALREADY);
	assert_int_equal(bench.fake.applies, 0);
	assert_string_equal(bench.id, "");
}

static void an_illegal_value_is_refused_with_its_field(void **state)
{
	struct change *change = bench_edit("anna", "quota", "a lot");

	(void)state;
	bench_preview(&bench, change);
	assert_false(bench.review->allowed);
	assert_int_equal(bench.review->stage, STAGE_CHECK);
	assert_ptr_equal(bench.review->refused_field, kind_field(change->kind, "quota"));
	bench_submit(&bench, NULL, NULL);
	assert_int_equal(bench.outcome, OUTCOME_NOT_APPLIED);
	assert_int_equal(bench.fake.applies, 0);
	change_free(change);
}

static void who_is_not_there_is_not_found(void **state)
{
	struct change *change = bench_edit("nobody", "quota", TWO_MB);

	(void)state;
	bench_preview(&bench, change);
	change_free(change);
	assert_int_equal(bench.review->refusal.kind, ERROR_NOT_FOUND);
}

/* --- roles and read-only ------------------------------------------------------------- */

static const struct { enum role role; const char *field; const char *value; bool may; } role_cases[] = {
	{ ROLE_ADMIN, "home_server", "mail1.example.com", true },
	{ ROLE_HELPDESK, "quota", TWO_MB, true },
	{ ROLE_HELPDESK, "home_server", "mail1.example.com", false },
	{ ROLE_MONITOR, "quota", TWO_MB, false },
};

static void roles_are_held(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(role_cases) / sizeof(role_cases[0]); i++) {
		struct change *change = bench_edit("anna", role_cases[i].field, role_cases[i].value);

		bench_close_gate(&bench);
		bench.settings.role = role_cases[i].role;
		bench_open_gate(&bench);
		bench_preview(&bench, change);
		assert_int_equal(bench.review->allowed, role_cases[i].may);
		if (!role_cases[i].may) {
			assert_int_equal(bench.review->stage, STAGE_ROLE);
			assert_int_equal(bench.review->refusal.kind, ERROR_REFUSED);
		}
		change_free(change);
	}
}

static void read_only_has_no_store(void **state)
{
	struct change *change = bench_edit("anna", "quota", TWO_MB);

	(void)state;
	bench_close_gate(&bench);
	bench.settings.read_only = true;
	bench_open_gate(&bench);
	assert_non_null(gate_write_reason(bench.gate));
	bench_preview(&bench, change);
	assert_false(bench.review->allowed);
	assert_int_equal(bench.review->stage, STAGE_PLAN);
	bench_submit(&bench, NULL, NULL);
	assert_int_equal(bench.fake.plans, 0);
	assert_int_equal(bench.fake.applies, 0);
	change_free(change);
}

/* --- confirmation ----------------------------------------------------------------------- */

static void a_required_reason_is_required(void **state)
{
	struct change *change = bench_edit("anna", "quota", TWO_MB);

	(void)state;
	bench_close_gate(&bench);
	bench.settings.reason_required = true;
	bench_open_gate(&bench);
	bench_preview(&bench, change);
	assert_true(bench.review->reason_required);
	bench_submit(&bench, NULL, "  ");
	assert_int_equal(bench.outcome, OUTCOME_NOT_APPLIED);
	assert_int_equal(bench.error.kind, ERROR_INVALID);
	bench_preview(&bench, change);
	bench_submit(&bench, NULL, "ticket 4711");
	assert_int_equal(bench.outcome, OUTCOME_APPLIED);
	assert_string_equal(bench_history(&bench)->entries[0].reason, "ticket 4711");
	change_free(change);
}

static void an_account_goes_only_by_its_name(void **state)
{
	struct change *change = change_new(VERB_DELETE, kind_find("user"), "anna");

	(void)state;
	record_set_text(bench.fake.objects[0].record, "address", "anna@example.com");
	bench_preview(&bench, change);
	assert_true(bench.review->allowed);
	assert_int_equal(bench.review->confirm, CONFIRM_NAME);
	assert_string_equal(bench.review->confirm_text, "anna");
	bench_submit(&bench, "Anna", NULL);
	assert_int_equal(bench.outcome, OUTCOME_NOT_APPLIED);
	assert_non_null(fake_store_find(&bench.fake, "anna"));
	bench_preview(&bench, change);
	bench_submit(&bench, "anna", NULL);
	assert_int_equal(bench.outcome, OUTCOME_APPLIED);
	assert_null(fake_store_find(&bench.fake, "anna"));
	change_free(change);
}

/* --- others write too --------------------------------------------------------------------- */

static void somebody_changed_it_before_confirming(void **state)
{
	struct change *change = bench_edit("anna", "quota", TWO_MB);

	(void)state;
	bench_preview(&bench, change);
	fake_store_write(&bench.fake, "anna", "quota", THREE_MB);
	bench_submit(&bench, NULL, NULL);
	assert_int_equal(bench.outcome, OUTCOME_CONFLICT);
	assert_non_null(bench.review);
	assert_non_null(bench.review->conflict);
	assert_string_equal(bench.review->conflict->old_words, "3 MB");
	assert_string_equal(bench.review->conflict->new_words, "2 MB");
	assert_non_null(bench.review->conflict_who);
	assert_int_equal(bench.fake.applies, 0);
	/* Whoever has seen the conflict may mean it. */
	bench_submit(&bench, NULL, NULL);
	assert_int_equal(bench.outcome, OUTCOME_APPLIED);
	assert_string_equal(quota(), TWO_MB);
	change_free(change);
}

static void login_meanwhile(struct fake_store *fake, const struct operation *operation, void *context)
{
	int *times = context;

	(void)operation;
	if ((*times)-- > 0)
		fake_store_write(fake, "anna", "phone", "1234");
}

static void a_change_elsewhere_is_retried_silently(void **state)
{
	int times = 3;

	(void)state;
	fake_store_write(&bench.fake, "anna", "phone", "1234");
	bench.fake.before_apply = login_meanwhile;
	bench.fake.context = &times;
	assert_int_equal(bench_set(&bench, "anna", "quota", TWO_MB), OUTCOME_APPLIED);
	assert_int_equal(bench.fake.applies, 4);
	assert_string_equal(quota(), TWO_MB);
}

static void endless_conflicts_end(void **state)
{
	int times = 1000;

	(void)state;
	bench.fake.before_apply = login_meanwhile;
	bench.fake.context = &times;
	assert_int_equal(bench_set(&bench, "anna", "quota", TWO_MB), OUTCOME_CONFLICT);
	assert_int_equal(bench.fake.applies, 6);
	assert_string_equal(quota(), MB);
	assert_int_equal(bench_history(&bench)->entries[0].state, HISTORY_FAILED);
}

static void an_assertion_that_is_never_evaluated_is_told(void **state)
{
	(void)state;
	bench.fake.break_assertion = true;
	assert_int_equal(bench_set(&bench, "anna", "quota", TWO_MB), OUTCOME_CONFLICT);
	assert_non_null(strstr(bench.error.text, "would not"));
	assert_true(bench.fake.applies < 6);
}

static void quota_meanwhile(struct fake_store *fake, const struct operation *operation, void *context)
{
	(void)operation;
	(void)context;
	fake_store_write(fake, "anna", "quota", THREE_MB);
	fake->before_apply = NULL;
}

static void what_was_not_shown_is_not_applied(void **state)
{
	(void)state;
	bench.fake.before_apply = quota_meanwhile;
	assert_int_equal(bench_set(&bench, "anna", "quota", TWO_MB), OUTCOME_CONFLICT);
	assert_non_null(bench.review);
	assert_true(bench.review->changed);
	assert_string_equal(quota(), THREE_MB);
	assert_int_equal(bench_history(&bench)->entries[0].state, HISTORY_FAILED);
}

/* --- an account that was locked on purpose ------------------------------------------------------- */

static bool review_has(const struct review *review, const char *rule, const char *words)
{
	for (size_t i = 0; i < review->consequence_count; i++)
		if (!strcmp(review->consequences[i].rule, rule) && strstr(review->consequences[i].sentence, words))
			return true;
	return false;
}

static void lock_as(const char *job_words, const char *reason)
{
	struct change *change = bench_edit("anna", "locked", "yes");

	if (job_words) {
		change->job = "j12345678";
		change->job_words = job_words;
	}
	fake_store_write(&bench.fake, "anna", "locked", "no");
	bench_preview(&bench, change);
	change_free(change);
	bench_submit(&bench, NULL, reason);
	assert_int_equal(bench.outcome, OUTCOME_APPLIED);
}

static void whoever_opens_a_lock_is_told_whose_it_is(void **state)
{
	static const struct { const char *job; const char *rule, *words; enum gate_confirm confirm; } cases[] = {
		{ NULL, "lock-by", "by you", CONFIRM_BUTTON }, { "Lock of anna", "lock-by", "reason \"T-99 stolen\"", CONFIRM_BUTTON },
		{ "Stolen account of anna", "lock-of-job", "\"Stolen account of anna\" (j12345678) by you", CONFIRM_NAME },
		{ "Leaver of anna", "lock-of-job", "T-99 stolen", CONFIRM_NAME },
	};
	struct change *open = bench_edit("anna", "locked", "no");

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		lock_as(cases[i].job, "T-99 stolen");
		bench_preview(&bench, open);
		assert_true(bench.review->allowed);
		assert_int_equal(bench.review->confirm, cases[i].confirm);
		assert_true(review_has(bench.review, cases[i].rule, cases[i].words));
	}
	assert_string_equal(bench.review->confirm_text, "anna");
	bench_submit(&bench, NULL, NULL);
	assert_int_not_equal(bench.outcome, OUTCOME_APPLIED);
	/* Taking the very job back is meant; without an id it is named with its number. */
	bench_preview_undo(&bench, NULL);
	assert_int_equal(bench.review->confirm, CONFIRM_BUTTON);
	assert_string_equal(bench.review->of_job, "j12345678");
	assert_true(review_has(bench.review, "undo-of-job", "postroom undo j12345678"));
	change_free(open);
}

/* As on a helpdesk's own machine, which cannot read what the admin wrote. */
static void a_lock_that_nobody_explains_is_not_opened_by_a_button(void **state)
{
	struct change *open = bench_edit("anna", "locked", "no");

	(void)state;
	fake_store_write(&bench.fake, "anna", "locked", "yes");
	bench_preview(&bench, open);
	assert_int_equal(bench.review->confirm, CONFIRM_BUTTON);
	bench_close_gate(&bench);
	bench.settings.role = ROLE_HELPDESK;
	bench_open_gate(&bench);
	bench_preview(&bench, open);
	assert_true(review_has(bench.review, "lock-unexplained", "may be STOLEN"));
	assert_int_equal(bench.review->confirm, CONFIRM_NAME);
	bench_submit(&bench, "anna", NULL);
	assert_int_equal(bench.outcome, OUTCOME_APPLIED);
	/* It was opened, so a lock of now is somebody else's. */
	fake_store_write(&bench.fake, "anna", "locked", "yes");
	bench_preview(&bench, open);
	assert_int_equal(bench.review->confirm, CONFIRM_NAME);
	change_free(open);
	open = bench_edit("anna", "quota", "3145728");
	bench_preview(&bench, open);
	assert_int_equal(bench.review->confirm, CONFIRM_BUTTON);
	change_free(open);
}

static void a_duplicate_is_taken_back(void **state)
{
	(void)state;
	bench.fake.duplicate = true;
	assert_int_equal(bench_set(&bench, "anna", "quota", TWO_MB), OUTCOME_NOT_APPLIED);
	assert_true(bench.taken_back);
	assert_non_null(strstr(bench.error.text, "ben@example.com"));
	assert_string_equal(quota(), MB);
	assert_int_equal(bench_history(&bench)->count, 2);
	assert_int_equal(bench.history->entries[1].state, HISTORY_UNDONE);
}

/* --- several steps, and trouble in each of them ------------------------------------------- */

static struct change *three_fields(void)
{
	struct change *change = bench_edit("anna", "quota", TWO_MB);

	change_edit_text(change, kind_field(change->kind, "given_name"), EDIT_SET, "Anna");
	change_edit_text(change, kind_field(change->kind, "family_name"), EDIT_SET, "Miller");
	return change;
}

static void a_step_that_fails_stops_and_says_so(void **state)
{
	struct change *change = three_fields();
	unsigned at;

	(void)state;
	for (at = 1; at <= 3; at++) {
		bench_close(&bench);
		bench_open(&bench);
		bench.fake.split = true;
		bench_preview(&bench, change);
		assert_int_equal(bench.review->plan.count, 3);
		bench.fake.trouble_at = at;
		bench.fake.trouble = OUTCOME_NOT_APPLIED;
		bench_submit(&bench, NULL, NULL);
		assert_int_equal(bench.outcome, OUTCOME_NOT_APPLIED);
		assert_int_equal(bench.steps_done, at - 1);
		assert_int_equal(bench.fake.applies, at);
		assert_non_null(strstr(bench.steps, "NOT done"));
		bench_history(&bench);
		assert_int_equal(bench.history->entries[0].state, at == 1 ? HISTORY_FAILED : HISTORY_PARTLY);
		assert_int_equal(bench.history->entries[0].can_undo, at > 1);
		if (at == 1)
			continue;
		bench_preview_undo(&bench, NULL);
		assert_true(bench.review->allowed);
		bench_submit(&bench, NULL, NULL);
		assert_int_equal(bench.outcome, OUTCOME_APPLIED);
		assert_string_equal(quota(), MB);
		assert_string_equal(fake_store_text(&bench.fake, "anna", "given_name"), "");
		assert_string_equal(fake_store_text(&bench.fake, "anna", "family_name"), "Smith");
	}
	change_free(change);
}

static void a_login_between_two_steps_does_no_harm(void **state)
{
	struct change *change = three_fields();
	int times = 3;

	(void)state;
	bench.fake.split = true;
	bench_preview(&bench, change);
	bench.fake.before_apply = login_meanwhile;
	bench.fake.context = &times;
	bench_submit(&bench, NULL, NULL);
	assert_int_equal(bench.outcome, OUTCOME_APPLIED);
	assert_string_equal(fake_store_text(&bench.fake, "anna", "family_name"), "Miller");
	change_free(change);
}

static void a_lost_answer_is_looked_up(void **state)
{
	bool applied;

	(void)state;
	for (applied = false;; applied = true) {
		bench_close(&bench);
		bench_open(&bench);
		bench.fake.trouble_at = 1;
		bench.fake.trouble = OUTCOME_UNKNOWN;
		bench.fake.trouble_applied = applied;
		assert_int_equal(bench_set(&bench, "anna", "quota", TWO_MB), applied ? OUTCOME_APPLIED : OUTCOME_NOT_APPLIED);
		assert_string_equal(quota(), applied ? TWO_MB : MB);
		assert_int_equal(bench.fake.looks, 1);
		if (applied)
			break;
	}
}

static void an_unknown_outcome_locks_until_it_is_known(void **state)
{
	struct change *change = bench_edit("anna", "quota", THREE_MB);

	(void)state;
	bench.fake.trouble_at = 1;
	bench.fake.trouble = OUTCOME_UNKNOWN;
	bench.fake.trouble_applied = true;
	bench.fake.blind_looks = 5;
	bench_preview(&bench, change);
	/* Closing cuts the waiting short; the set stays unknown. */
	gate_submit(bench.gate, bench.review, NULL, NULL, bench_submitted, &bench);
	while (bench.fake.looks == 0)
		usleep(1000);
	bench_close_gate(&bench);
	assert_int_equal(bench.outcome, OUTCOME_UNKNOWN);
	bench.done = false;
	bench.fake.blind_looks = 2;
	bench_open_gate(&bench);
	bench_preview(&bench, change);
	assert_false(bench.review->allowed);
	assert_int_equal(bench.review->refusal.kind, ERROR_UNKNOWN_OUTCOME);
	assert_true(gate_locked(bench.gate, "user", "anna"));
	assert_int_equal(bench_history(&bench)->entries[0].state, HISTORY_UNKNOWN);
	assert_int_equal(bench_resolve(&bench), 0);
	assert_false(gate_locked(bench.gate, "user", "anna"));
	assert_int_equal(bench_history(&bench)->entries[0].state, HISTORY_DONE);
	bench_preview_undo(&bench, NULL);
	bench_submit(&bench, NULL, NULL);
	assert_string_equal(quota(), MB);
	change_free(change);
}

static void an_unknown_rename_locks_both_names(void **state)
{
	struct change *change = change_new(VERB_RENAME, kind_find("user"), "anna"), *edit = bench_edit("anne", "quota", THREE_MB);

	(void)state;
	change->new_name = "anne";
	bench.fake.trouble_at = 1;
	bench.fake.trouble = OUTCOME_UNKNOWN;
	bench.fake.trouble_applied = true;
	bench.fake.blind_looks = 5;
	bench_preview(&bench, change);
	gate_submit(bench.gate, bench.review, NULL, NULL, bench_submitted, &bench);
	while (bench.fake.looks == 0)
		usleep(1000);
	bench_close_gate(&bench);
	assert_int_equal(bench.outcome, OUTCOME_UNKNOWN);
	bench.done = false;
	bench.fake.blind_looks = 2;
	bench_open_gate(&bench);
	bench_preview(&bench, edit);
	assert_int_equal(bench.review->refusal.kind, ERROR_UNKNOWN_OUTCOME);
	assert_true(gate_locked(bench.gate, "user", "anna"));
	assert_true(gate_locked(bench.gate, "user", "anne"));
	assert_false(gate_locked(bench.gate, "user", "bert"));
	assert_int_equal(bench_resolve(&bench), 0);
	assert_false(gate_locked(bench.gate, "user", "anna"));
	assert_false(gate_locked(bench.gate, "user", "anne"));
	change_free(edit);
	change_free(change);
}

/* --- undo ---------------------------------------------------------------------------------- */

static void undo_and_undo_of_undo(void **state)
{
	char first[64], second[64];

	(void)state;
	bench_set(&bench, "anna", "quota", TWO_MB);
	snprintf(first, sizeof(first), "%s", bench.id);
	bench_preview_undo(&bench, NULL);
	assert_true(bench.review->allowed);
	assert_string_equal(bench.review->lines[0].new_words, "1 MB");
	assert_non_null(strstr(bench.review->sentence, "Taken back"));
	bench_submit(&bench, NULL, NULL);
	assert_int_equal(bench.outcome, OUTCOME_APPLIED);
	assert_string_equal(quota(), MB);
	snprintf(second, sizeof(second), "%s", bench.id);
	bench_history(&bench);
	assert_int_equal(bench.history->count, 2);
	assert_string_equal(bench.history->entries[0].undo_of, first);
	assert_int_equal(bench.history->entries[1].state, HISTORY_UNDONE);
	bench_preview_undo(&bench, first);
	assert_int_equal(bench.review->refusal.kind, ERROR_CONFLICT);
	bench_preview_undo(&bench, second);
	bench_submit(&bench, NULL, NULL);
	assert_string_equal(quota(), TWO_MB);
	bench_history(&bench);
	assert_int_equal(bench.history->entries[2].state, HISTORY_DONE);
	assert_int_equal(bench.history->entries[1].state, HISTORY_UNDONE);
}

static void undo_refuses_what_others_changed_since(void **state)
{
	(void)state;
	bench_set(&bench, "anna", "quota", TWO_MB);
	fake_store_write(&bench.fake, "anna", "quota", THREE_MB);
	bench_preview_undo(&bench, NULL);
	assert_false(bench.review->allowed);
	assert_int_equal(bench.review->refusal.kind, ERROR_CONFLICT);
	assert_string_equal(quota(), THREE_MB);
}

static void a_deleted_user_comes_back_and_older_undos_still_fit(void **state)
{
	struct change *change = change_new(VERB_DELETE, kind_find("user"), "anna");
	char first[64];

	(void)state;
	bench_set(&bench, "anna", "quota", TWO_MB);
	snprintf(first, sizeof(first), "%s", bench.id);
	bench_preview(&bench, change);
	bench_submit(&bench, "anna", NULL);
	assert_int_equal(bench.outcome, OUTCOME_APPLIED);
	bench_preview_undo(&bench, NULL);
	assert_true(bench.review->allowed);
	assert_true(has_consequence("undo-is-partial"));
	bench_submit(&bench, NULL, NULL);
	assert_int_equal(bench.outcome, OUTCOME_APPLIED);
	assert_non_null(strstr(bench.sentence, "WITHOUT a password: nobody can log in"));
	assert_non_null(strstr(bench_history(&bench)->entries[0].sentence, "WITHOUT a password"));
	assert_string_equal(quota(), TWO_MB);
	assert_string_not_equal(fake_store_find(&bench.fake, "anna")->record->id, "id-1");
	bench_preview_undo(&bench, first);
	assert_true(bench.review->allowed);
	bench_submit(&bench, NULL, NULL);
	assert_int_equal(bench.outcome, OUTCOME_APPLIED);
	assert_string_equal(quota(), MB);
	change_free(change);
}

static void undo_of_adding_asks_for_the_name(void **state)
{
	struct change *change = change_new(VERB_ADD, kind_find("user"), "ben");

	(void)state;
	change_edit_text(change, kind_field(change->kind, "family_name"), EDIT_SET, "Baker");
	bench_preview(&bench, change);
	assert_true(bench.review->allowed);
	bench_submit(&bench, NULL, NULL);
	assert_int_equal(bench.outcome, OUTCOME_APPLIED);
	bench_preview_undo(&bench, NULL);
	assert_true(bench.review->allowed);
	assert_int_equal(bench.review->confirm, CONFIRM_NAME);
	bench_submit(&bench, "ben", NULL);
	assert_int_equal(bench.outcome, OUTCOME_APPLIED);
	assert_null(fake_store_find(&bench.fake, "ben"));
	change_free(change);
}

static void a_rename_is_undone_under_its_new_name(void **state)
{
	struct change *change = change_new(VERB_RENAME, kind_find("user"), "anna");

	(void)state;
	change->new_name = "anne";
	bench_preview(&bench, change);
	assert_true(bench.review->allowed);
	bench_submit(&bench, bench.review->confirm_text, NULL);
	assert_int_equal(bench.outcome, OUTCOME_APPLIED);
	assert_non_null(fake_store_find(&bench.fake, "anne"));
	bench_preview_undo(&bench, NULL);
	assert_true(bench.review->allowed);
	bench_submit(&bench, bench.review->confirm_text, NULL);
	assert_int_equal(bench.outcome, OUTCOME_APPLIED);
	assert_non_null(fake_store_find(&bench.fake, "anna"));
	change_free(change);
}

static void helpdesk_takes_back_only_what_it_may_do(void **state)
{
	(void)state;
	bench_set(&bench, "anna", "family_name", "Miller");
	bench_set(&bench, "anna", "quota", TWO_MB);
	bench_close_gate(&bench);
	bench.settings.role = ROLE_HELPDESK;
	bench_open_gate(&bench);
	bench_preview_undo(&bench, NULL);
	assert_true(bench.review->allowed);
	bench_submit(&bench, NULL, NULL);
	assert_int_equal(bench.outcome, OUTCOME_APPLIED);
	bench_preview_undo(&bench, NULL);
	assert_false(bench.review->allowed);
	assert_int_equal(bench.review->refusal.kind, ERROR_REFUSED);
}

/* --- whom ----------------------------------------------------------------------------- */

static const char *const branch[] = { "ou=kassel", NULL };
static const char *const bosses[] = { "boss", NULL };
static unsigned looked_up;

/* "anna" is in the branch; "boss" is protected; everybody else is unknown. */
static bool fake_person(void *self, const struct role_scope *scope, const char *who, const char *id, struct arena *arena,
		struct role_person *person, struct error *error)
{
	(void)self;
	(void)id;
	looked_up++;
	*person = (struct role_person){ .name = arena_text(arena, who), .place = "cn=somewhere" };
	if (strcmp(who, "anna") == 0)
		person->branch = scope->branches[0];
	else if (strcmp(who, "boss") == 0)
		person->listed = scope->people[0];
	else if (strcmp(who, "bonn") != 0)
		return error_set(error, ERROR_REFUSED, "Who \"%s\" is cannot be told", who);
	return true;
}

static const struct { const char *kind, *name, *field, *value, *says; } whom_cases[] = {
	{ "user", "anna", "quota", TWO_MB, NULL },
	{ "user", "boss", "quota", TWO_MB, "boss is protected" },
	{ "user", "bonn", "quota", TWO_MB, "bonn is in no branch" },
	{ "sessions", "mail1", "end", "1 mail1 anna", NULL },
	{ "sessions", "mail1", "end", "1 mail1 boss", "boss is protected" },
	{ "sessions", "mail1", "end", "1 mail1 nobody", "Who \"nobody\" is cannot be told" },
};

static void nobody_else_is_changed(void **state)
{
	(void)state;
	fake_store_add(&bench.fake, kind_find("user"), "boss");
	fake_store_add(&bench.fake, kind_find("user"), "bonn");
	fake_store_add(&bench.fake, &kind_sessions, "mail1");
	bench_close_gate(&bench);
	bench.settings.role = ROLE_HELPDESK;
	bench.settings.scope = (struct role_scope){ .branches = branch, .people = bosses };
	bench.fake.store.person = fake_person;
	bench_open_gate(&bench);
	for (size_t i = 0; i < sizeof(whom_cases) / sizeof(whom_cases[0]); i++) {
		const struct kind *kind = kind_written(whom_cases[i].kind);
		struct change *change = change_new(VERB_EDIT, kind, whom_cases[i].name);

		change_edit_text(change, kind_field(kind, whom_cases[i].field), kind == &kind_user ? EDIT_SET : EDIT_ADD, whom_cases[i].value);
		bench_preview(&bench, change);
		if (bench.review->allowed != !whom_cases[i].says || (whom_cases[i].says && !strstr(bench.review->refusal.text, whom_cases[i].says)))
			fail_msg("case %zu: %s", i, bench.review->allowed ? "allowed" : bench.review->refusal.text);
		/* What was refused is refused again, whoever confirms it. */
		if (whom_cases[i].says) {
			bench_submit(&bench, NULL, NULL);
			assert_int_equal(bench.outcome, OUTCOME_NOT_APPLIED);
		}
		change_free(change);
	}
	assert_int_equal(bench.fake.applies, 0);
}

struct whom_said { bool done, changed; char words[80], sentence[640]; };

static void whom_said(void *context, const char *words, const struct error *error)
{
	struct whom_said *said = context;

	said->done = true;
	said->changed = words != NULL;
	snprintf(said->words, sizeof(said->words), "%s", words ? words : "");
	snprintf(said->sentence, sizeof(said->sentence), "%s", words ? error->text : "");
}

static void ask_whom(const char *name, struct whom_said *said)
{
	struct record *person = record_new(kind_find("user"));

	*said = (struct whom_said){ .done = false };
	person->name = name;
	gate_whom(bench.gate, person, whom_said, said);
	record_free(person);
	loop_run_until(bench.loop, &said->done);
}

/* A page may ask before anything is changed; admin is not limited, so nobody is looked up for it. */
static void a_page_asks_whom_it_may_change(void **state)
{
	struct whom_said said;

	(void)state;
	bench_close_gate(&bench);
	bench.settings.role = ROLE_HELPDESK;
	bench.settings.scope = (struct role_scope){ .branches = branch, .people = bosses };
	bench.fake.store.person = fake_person;
	bench_open_gate(&bench);
	ask_whom("anna", &said);
	assert_string_equal(said.words, "");
	ask_whom("boss", &said);
	assert_string_equal(said.words, "protected (the configuration names boss)");
	assert_non_null(strstr(said.sentence, "boss is protected"));
	ask_whom("bonn", &said);
	assert_string_equal(said.words, "outside your branches of the directory");
	ask_whom("nobody", &said);
	assert_string_equal(said.words, "whether you may change this person is not known");
	assert_non_null(strstr(said.sentence, "cannot be told"));
	assert_int_equal(bench.fake.applies, 0);
	bench_close_gate(&bench);
	bench.settings.role = ROLE_ADMIN;
	bench_open_gate(&bench);
	looked_up = 0;
	ask_whom("boss", &said);
	assert_false(said.changed);
	assert_int_equal(looked_up, 0);
}

static void nor_taken_back(void **state)
{
	(void)state;
	fake_store_add(&bench.fake, kind_find("user"), "boss");
	bench_set(&bench, "boss", "quota", TWO_MB);
	assert_int_equal(bench.outcome, OUTCOME_APPLIED);
	bench_close_gate(&bench);
	bench.settings.role = ROLE_HELPDESK;
	bench.settings.scope = (struct role_scope){ .branches = branch, .people = bosses };
	bench.fake.store.person = fake_person;
	bench_open_gate(&bench);
	bench_preview_undo(&bench, NULL);
	assert_false(bench.review->allowed);
	assert_non_null(strstr(bench.review->refusal.text, "boss is protected"));
}

static void who_cannot_be_looked_up_is_refused(void **state)
{
	struct change *change = bench_edit("anna", "quota", TWO_MB);

	(void)state;
	bench_close_gate(&bench);
	bench.settings.role = ROLE_HELPDESK;
	bench.settings.scope = (struct role_scope){ .people = bosses };
	bench_open_gate(&bench);
	bench_preview(&bench, change);
	assert_false(bench.review->allowed);
	assert_non_null(strstr(bench.review->refusal.text, "cannot be looked up"));
	bench_close_gate(&bench);
	/* Admin changes anybody, and nobody is looked up for it. */
	bench.settings.role = ROLE_ADMIN;
	bench.fake.store.person = fake_person;
	looked_up = 0;
	bench_open_gate(&bench);
	bench_preview(&bench, change);
	assert_true(bench.review->allowed);
	assert_int_equal(looked_up, 0);
	change_free(change);
}

static void nothing_to_take_back_is_told(void **state)
{
	(void)state;
	bench_preview_undo(&bench, NULL);
	assert_int_equal(bench.review->refusal.kind, ERROR_NOT_FOUND);
	bench_preview_undo(&bench, "no-such-set");
	assert_int_equal(bench.review->refusal.kind, ERROR_NOT_FOUND);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_preview_shows_and_does_nothing, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_confirmed_change_is_applied_once, set_up, tear_down),
		cmocka_unit_test_setup_teardown(steps_are_told_of_their_own_write_only, set_up, tear_down),
		cmocka_unit_test_setup_teardown(nothing_to_change_sends_nothing, set_up, tear_down),
		cmocka_unit_test_setup_teardown(an_illegal_value_is_refused_with_its_field, set_up, tear_down),
		cmocka_unit_test_setup_teardown(who_is_not_there_is_not_found, set_up, tear_down),
		cmocka_unit_test_setup_teardown(roles_are_held, set_up, tear_down),
		cmocka_unit_test_setup_teardown(read_only_has_no_store, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_required_reason_is_required, set_up, tear_down),
		cmocka_unit_test_setup_teardown(an_account_goes_only_by_its_name, set_up, tear_down),
		cmocka_unit_test_setup_teardown(somebody_changed_it_before_confirming, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_change_elsewhere_is_retried_silently, set_up, tear_down),
		cmocka_unit_test_setup_teardown(endless_conflicts_end, set_up, tear_down),
		cmocka_unit_test_setup_teardown(an_assertion_that_is_never_evaluated_is_told, set_up, tear_down),
		cmocka_unit_test_setup_teardown(what_was_not_shown_is_not_applied, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_duplicate_is_taken_back, set_up, tear_down),
		cmocka_unit_test_setup_teardown(whoever_opens_a_lock_is_told_whose_it_is, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_lock_that_nobody_explains_is_not_opened_by_a_button, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_step_that_fails_stops_and_says_so, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_login_between_two_steps_does_no_harm, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_lost_answer_is_looked_up, set_up, tear_down),
		cmocka_unit_test_setup_teardown(an_unknown_outcome_locks_until_it_is_known, set_up, tear_down),
		cmocka_unit_test_setup_teardown(an_unknown_rename_locks_both_names, set_up, tear_down),
		cmocka_unit_test_setup_teardown(undo_and_undo_of_undo, set_up, tear_down),
		cmocka_unit_test_setup_teardown(undo_refuses_what_others_changed_since, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_deleted_user_comes_back_and_older_undos_still_fit, set_up, tear_down),
		cmocka_unit_test_setup_teardown(undo_of_adding_asks_for_the_name, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_rename_is_undone_under_its_new_name, set_up, tear_down),
		cmocka_unit_test_setup_teardown(helpdesk_takes_back_only_what_it_may_do, set_up, tear_down),
		cmocka_unit_test_setup_teardown(nobody_else_is_changed, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_page_asks_whom_it_may_change, set_up, tear_down),
		cmocka_unit_test_setup_teardown(nor_taken_back, set_up, tear_down),
		cmocka_unit_test_setup_teardown(who_cannot_be_looked_up_is_refused, set_up, tear_down),
		cmocka_unit_test_setup_teardown(nothing_to_take_back_is_told, set_up, tear_down),
	};

	return cmocka_run_group_tests_name("gate", tests, NULL, NULL);
}
