/*
 * A change that stopped in the middle is gone on with, as a change of its own that is reviewed, can stop again and be taken
 * back; and what mail servers told of a person is in the review and the same when it is confirmed.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/gate_bench.h"

#define TWO_MB "2097152"

static struct bench bench;

static int set_up(void **state)
{
	(void)state;
	bench_open(&bench);
	bench.fake.split = true;
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	bench_close(&bench);
	return 0;
}

static const char *text(const char *field)
{
	return fake_store_text(&bench.fake, "anna", field);
}

/* Given name, family name and quota, in this order, of which the step of this number fails; the set is bench.id. */
static void stop_at(unsigned step)
{
	struct change *change = bench_edit("anna", "quota", TWO_MB);

	change_edit_text(change, kind_field(change->kind, "given_name"), EDIT_SET, "Anna");
	change_edit_text(change, kind_field(change->kind, "family_name"), EDIT_SET, "Miller");
	bench_preview(&bench, change);
	bench.fake.trouble_at = step;
	bench.fake.trouble = OUTCOME_NOT_APPLIED;
	bench_submit(&bench, NULL, NULL);
	assert_int_equal(bench.outcome, OUTCOME_NOT_APPLIED);
	change_free(change);
}

static void preview_rest(const char *id)
{
	gate_preview_rest(bench.gate, id, bench_reviewed, &bench);
	bench_wait(&bench);
}

static void the_rest_is_done(void **state)
{
	char first[64];

	(void)state;
	for (unsigned at = 2; at <= 3; at++) {
		bench_close(&bench);
		set_up(NULL);
		stop_at(at);
		snprintf(first, sizeof(first), "%s", bench.id);
		assert_non_null(strstr(bench.error.text, "postroom finish "));
		assert_non_null(strstr(bench.error.text, first));
		bench_history(&bench);
		assert_int_equal(bench.history->entries[0].rest, 4 - at);
		/* By another session of the same user, as after a program that was ended. */
		bench_close_gate(&bench);
		bench_open_gate(&bench);
		preview_rest(at == 2 ? NULL : first);
		assert_true(bench.review->allowed);
		assert_int_equal(bench.review->plan.count, 4 - at);
		assert_non_null(strstr(bench.review->sentence, "The rest of: "));
		assert_int_equal(bench.review->line_count, 4 - at);
		for (size_t i = 0; i < bench.review->consequence_count; i++)
			assert_string_not_equal(bench.review->consequences[i].rule, "undo-is-partial");
		bench_submit(&bench, NULL, NULL);
		assert_int_equal(bench.outcome, OUTCOME_APPLIED);
		assert_string_equal(text("quota"), TWO_MB);
		assert_string_equal(text("given_name"), "Anna");
		assert_string_equal(text("family_name"), "Miller");
		bench_history(&bench);
		assert_string_equal(bench.history->entries[0].rest_of, first);
		assert_string_equal(bench.history->entries[0].verb, "finish");
		assert_int_equal(bench.history->entries[1].state, HISTORY_DONE);
		assert_non_null(strstr(bench.history->entries[1].state_words, "the rest by"));
		assert_int_equal(bench.history->entries[1].rest, 0);
		preview_rest(first);
		assert_int_equal(bench.review->refusal.kind, ERROR_CONFLICT);
		preview_rest(NULL);
		assert_int_equal(bench.review->refusal.kind, ERROR_NOT_FOUND);
	}
}

/* Both are taken back one after the other, the newer one first; in between the older one has a rest again. */
static void the_rest_is_taken_back(void **state)
{
	char first[64];

	(void)state;
	stop_at(2);
	snprintf(first, sizeof(first), "%s", bench.id);
	preview_rest(NULL);
	bench_submit(&bench, NULL, NULL);
	bench_preview_undo(&bench, NULL);
	assert_true(bench.review->allowed);
	assert_int_equal(bench.review->rest, 0);
	bench_submit(&bench, NULL, NULL);
	assert_int_equal(bench.outcome, OUTCOME_APPLIED);
	assert_string_equal(text("family_name"), "Smith");
	assert_string_equal(text("quota"), "1048576");
	assert_string_equal(text("given_name"), "Anna");
	bench_preview_undo(&bench, NULL);
	assert_int_equal(bench.review->rest, 2);
	bench_submit(&bench, NULL, NULL);
	assert_int_equal(bench.outcome, OUTCOME_APPLIED);
	assert_string_equal(text("given_name"), "");
	preview_rest(first);
	assert_int_equal(bench.review->refusal.kind, ERROR_CONFLICT);
}

static void the_rest_stops_too(void **state)
{
	(void)state;
	stop_at(2);
	preview_rest(NULL);
	bench.fake.trouble_at = 2;
	bench.fake.trouble = OUTCOME_NOT_APPLIED;
	bench_submit(&bench, NULL, NULL);
	assert_int_equal(bench.steps_done, 1);
	bench_history(&bench);
	assert_int_equal(bench.history->entries[0].rest, 1);
	assert_int_equal(bench.history->entries[1].rest, 0);
	preview_rest(NULL);
	assert_int_equal(bench.review->plan.count, 1);
	bench_submit(&bench, NULL, NULL);
	assert_int_equal(bench.outcome, OUTCOME_APPLIED);
	assert_string_equal(text("family_name"), "Miller");
}

/* Taking back stopped in the middle: its rest takes the rest back, and the change counts as taken back then. */
static void the_rest_of_an_undo(void **state)
{
	struct change *change = bench_edit("anna", "quota", TWO_MB);

	(void)state;
	change_edit_text(change, kind_field(change->kind, "family_name"), EDIT_SET, "Miller");
	bench_preview(&bench, change);
	bench_submit(&bench, NULL, NULL);
	bench_preview_undo(&bench, NULL);
	bench.fake.trouble_at = 2;
	bench.fake.trouble = OUTCOME_NOT_APPLIED;
	bench_submit(&bench, NULL, NULL);
	assert_int_equal(bench.steps_done, 1);
	preview_rest(NULL);
	assert_true(bench.review->allowed);
	bench_submit(&bench, NULL, NULL);
	assert_int_equal(bench.outcome, OUTCOME_APPLIED);
	assert_string_equal(text("quota"), "1048576");
	assert_string_equal(text("family_name"), "Smith");
	bench_history(&bench);
	assert_int_equal(bench.history->entries[2].state, HISTORY_UNDONE);
	change_free(change);
}

static void what_others_changed_is_left_alone(void **state)
{
	(void)state;
	stop_at(3);
	fake_store_write(&bench.fake, "anna", "quota", "3145728");
	preview_rest(NULL);
	assert_false(bench.review->allowed);
	assert_int_equal(bench.review->refusal.kind, ERROR_CONFLICT);
}

static void what_did_not_stop_has_no_rest(void **state)
{
	(void)state;
	bench_set(&bench, "anna", "quota", TWO_MB);
	preview_rest(bench.id);
	assert_int_equal(bench.review->refusal.kind, ERROR_UNSUPPORTED);
	bench_history(&bench);
	assert_int_equal(bench.history->entries[0].rest, 0);
	preview_rest("nosuchset");
	assert_int_equal(bench.review->refusal.kind, ERROR_NOT_FOUND);
}

/* Nothing was done: there is nothing to go on with, it is simply done anew. */
static void a_first_step_has_no_rest(void **state)
{
	(void)state;
	stop_at(1);
	preview_rest(NULL);
	assert_int_equal(bench.review->refusal.kind, ERROR_NOT_FOUND);
}

static void helpdesk_cannot_finish(void **state)
{
	(void)state;
	stop_at(2);
	bench_close_gate(&bench);
	bench.settings.role = ROLE_HELPDESK;
	bench_open_gate(&bench);
	preview_rest(NULL);
	assert_false(bench.review->allowed);
	assert_int_equal(bench.review->refusal.kind, ERROR_REFUSED);
}

/* --- what servers told ------------------------------------------------------------------------------- */

static unsigned asked;

static void witness(void *self, const struct record *after, struct arena *arena, struct facts *facts)
{
	struct witness *told = arena_alloc(arena, sizeof(*told));
	struct witness_count *count = arena_alloc(arena, sizeof(*count));
	const char **unknown = arena_alloc(arena, 2 * sizeof(*unknown));

	(void)self, (void)after;
	*count = (struct witness_count){ .server = arena_text(arena, "mail1"), .sessions = ++asked };
	unknown[0] = arena_text(arena, "queued mail on mail2: no answer within 3 s");
	*told = (struct witness){ .at = 1763628000, .counts = count, .count = 1, .sessions_asked = true, .sessions_whole = true, .rename = KNOWN_NO,
		.delete = KNOWN_YES, .settings_server = arena_text(arena, "mail1"), .unknown = unknown };
	facts->witness = told;
}

static bool handles_nothing(void *self, const struct kind *kind)
{
	(void)self, (void)kind;
	return false;
}

static const struct consequence *said(const char *rule)
{
	for (size_t i = 0; i < bench.review->consequence_count; i++)
		if (strcmp(bench.review->consequences[i].rule, rule) == 0)
			return &bench.review->consequences[i];
	return NULL;
}

static void servers_are_asked_once(void **state)
{
	struct store servers = { .name = "servers", .handles = handles_nothing, .witness = witness };
	struct change *change = bench_edit("anna", "address", "new@example.com"), *quota = bench_edit("anna", "quota", TWO_MB);

	(void)state;
	asked = 0;
	record_set_text(bench.fake.objects[0].record, "address", "anna@example.com");
	gate_register(bench.gate, &servers);
	bench_preview(&bench, quota);
	assert_int_equal(asked, 0);
	assert_null(said("live-asked"));
	bench_preview(&bench, change);
	assert_int_equal(asked, 1);
	assert_non_null(strstr(said("sessions-open")->sentence, "1 open session now: 1 on mail1"));
	assert_non_null(strstr(said("live-unknown")->sentence, "mail2"));
	assert_non_null(said("mailbox-destroyed"));
	assert_int_equal(bench.review->confirm, CONFIRM_NAME);
	/* Another number now: what was shown stands, so that the review does not come back for ever. */
	asked = 40;
	bench_submit(&bench, "anna", NULL);
	assert_int_equal(bench.outcome, OUTCOME_APPLIED);
	assert_int_equal(asked, 40);
	/* Its undo is told like the change that it amounts to. */
	bench_preview_undo(&bench, NULL);
	assert_int_equal(asked, 41);
	assert_non_null(strstr(said("sessions-open")->sentence, "41 open sessions"));
	assert_non_null(said("mailbox-destroyed"));
	change_free(change);
	change_free(quota);
	bench_close_gate(&bench);
	bench_open_gate(&bench);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(the_rest_is_done, set_up, tear_down),
		cmocka_unit_test_setup_teardown(the_rest_is_taken_back, set_up, tear_down),
		cmocka_unit_test_setup_teardown(the_rest_stops_too, set_up, tear_down),
		cmocka_unit_test_setup_teardown(the_rest_of_an_undo, set_up, tear_down),
		cmocka_unit_test_setup_teardown(what_others_changed_is_left_alone, set_up, tear_down),
		cmocka_unit_test_setup_teardown(what_did_not_stop_has_no_rest, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_first_step_has_no_rest, set_up, tear_down),
		cmocka_unit_test_setup_teardown(helpdesk_cannot_finish, set_up, tear_down),
		cmocka_unit_test_setup_teardown(servers_are_asked_once, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
