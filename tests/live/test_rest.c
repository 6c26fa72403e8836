/*
 * A change that stops in the middle at the real directory, and its rest: of a new primary address after the switch, of a
 * rename, of a deletion with the forwards of others; what is true at each moment is what the directory shows.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "gate_live.h"

#define ANNA "aschmid1"
#define OLD "anna.schmid@example.com"
#define NEW "anna.rest@example.com"
#define LIST "Newsletter"
#define OTHER "faway1"

static struct live live;
static enum outcome (*real_apply)(void *self, const struct operation *operation, struct arena *arena, struct operation *inverse,
	const char **version_after, struct error *error);
static unsigned fails_at, applies;

static enum outcome failing(void *self, const struct operation *operation, struct arena *arena, struct operation *inverse, const char **version_after,
		struct error *error)
{
	if (++applies == fails_at) {
		error_set(error, ERROR_REFUSED, "%s: the server refused it for this test", operation->place);
		return OUTCOME_NOT_APPLIED;
	}
	return real_apply(self, operation, arena, inverse, version_after, error);
}

static int set_up(void **state)
{
	struct store *store;

	(void)state;
	if (!live_there())
		return 0;
	live_open(&live);
	store = directory_store(live.directory);
	real_apply = store->apply;
	store->apply = failing;
	fails_at = applies = 0;
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	if (!live_there())
		return 0;
	live_close(&live);
	return 0;
}

static bool holds(const char *kind, const char *name, const char *field, const char *value)
{
	if (!live_read(&live, kind, name))
		fail_msg("%s %s: %s", kind, name, live.error.text);
	return change_holds(kind_field(kind_find(kind), field), record_get(live.record, field), value);
}

/* Steps of the review at hand whose words begin like this; where it is the first of them. */
static size_t step_named(const char *words)
{
	for (size_t i = 0; i < live.review->plan.count; i++)
		if (live.review->plan.operations[i].words && !strncmp(live.review->plan.operations[i].words, words, strlen(words)))
			return i + 1;
	fail_msg("no step \"%s\"", words);
	return 0;
}

static void preview(struct change *takes)
{
	gate_preview(live.gate, takes, live_on_review, &live);
	live_wait(&live);
	change_free(takes);
	if (!live.review->allowed)
		fail_msg("%s", live.review->refusal.text);
}

/* The review at hand, which stops at this step. */
static void submit_to(size_t step)
{
	applies = 0;
	fails_at = (unsigned)step;
	assert_int_equal(live_submit(&live), OUTCOME_NOT_APPLIED);
	fails_at = 0;
	assert_non_null(strstr(live.error.text, "postroom finish "));
}

static void preview_rest(void)
{
	gate_preview_rest(live.gate, NULL, live_on_review, &live);
	live_wait(&live);
	if (!live.review->allowed)
		fail_msg("%s", live.review->refusal.text);
}

static void finish(void)
{
	preview_rest();
	if (live_submit(&live) != OUTCOME_APPLIED)
		fail_msg("%s", live.error.text);
}

static void undo(void)
{
	if (live_undo(&live, NULL) != OUTCOME_APPLIED)
		fail_msg("%s", live.error.text);
}

static struct change *new_address(void)
{
	assert_true(holds("user", ANNA, "address", OLD));
	return live_edit(&live, "address", NEW);
}

/* Behind the switch: mail to both addresses of the list reaches somebody, and the same edit would find nothing to do any more. */
static void an_address_change_is_finished(void **state)
{
	size_t left, steps;

	(void)state;
	if (!live_there())
		skip();
	preview(new_address());
	steps = live.review->plan.count;
	left = step_named("old address");
	submit_to(left);
	assert_true(holds("user", ANNA, "address", NEW));
	assert_true(holds("mailinglist", LIST, "members", NEW));
	assert_true(holds("mailinglist", LIST, "members", OLD));
	preview_rest();
	assert_int_equal(live.review->plan.count, steps - left + 1);
	assert_int_equal(live_submit(&live), OUTCOME_APPLIED);
	assert_true(holds("mailinglist", LIST, "members", NEW));
	assert_false(holds("mailinglist", LIST, "members", OLD));
	assert_false(holds("user", OTHER, "forwards", OLD));
	assert_int_equal(live_history(&live)->entries[1].state, HISTORY_DONE);
	undo();
	assert_true(holds("mailinglist", LIST, "members", OLD));
	undo();
	assert_true(holds("user", ANNA, "address", OLD));
	assert_false(holds("mailinglist", LIST, "members", NEW));
	assert_true(holds("user", OTHER, "forwards", OLD));
}

/* Before the switch nothing has gone yet, and the same edit again goes on by itself. */
static void the_same_edit_again(void **state)
{
	(void)state;
	if (!live_there())
		skip();
	preview(new_address());
	submit_to(step_named("new address") + 1);
	assert_true(holds("user", ANNA, "address", OLD));
	assert_true(holds("mailinglist", LIST, "members", OLD));
	preview(new_address());
	assert_int_equal(live_submit(&live), OUTCOME_APPLIED);
	assert_true(holds("user", ANNA, "address", NEW));
	assert_false(holds("mailinglist", LIST, "members", OLD));
	undo();
	undo();
	assert_true(holds("user", ANNA, "address", OLD));
	assert_false(holds("mailinglist", LIST, "members", NEW));
}

/* The one that bore the old name is not there any more, so only the journal knows the rest. */
static void a_rename_is_finished(void **state)
{
	struct change *change;

	(void)state;
	if (!live_there())
		skip();
	live_read(&live, "user", ANNA);
	change = change_new(VERB_RENAME, &kind_user, ANNA);
	change->id = arena_text(change->arena, live.record->id);
	change->new_name = "aschmid9";
	preview(change);
	submit_to(step_named("rename") + 1);
	assert_true(holds("user", "aschmid9", "address", OLD));
	finish();
	assert_true(holds("group", "Sales", "members", "aschmid9"));
	undo();
	undo();
	assert_true(holds("user", ANNA, "address", OLD));
	assert_true(holds("group", "Sales", "members", ANNA));
}

static struct change *deletion(const char *name)
{
	struct change *change = change_new(VERB_DELETE, &kind_user, name);

	assert_non_null(live_read(&live, "user", name));
	change->id = arena_text(change->arena, live.record->id);
	return change;
}

static void forward_to(const char *address, enum edit_how how)
{
	live_read(&live, "user", OTHER);
	assert_int_equal(live_change(&live, live_edit_value(&live, "forwards", how, address)), OUTCOME_APPLIED);
}

static bool dangles(const char *words)
{
	for (size_t i = 0; i < live.review->consequence_count; i++)
		if (!strcmp(live.review->consequences[i].rule, "references-dangling") && strstr(live.review->consequences[i].sentence, words))
			return true;
	return false;
}

/* Forwards of others are left unless that is wished; then they go first, and stopping before the deletion loses no mail. */
static void a_deletion_with_forwards_is_finished(void **state)
{
	struct change *change = change_new(VERB_ADD, &kind_user, "restgoes");

	(void)state;
	if (!live_there())
		skip();
	change_edit_text(change, kind_field(&kind_user, "login"), EDIT_SET, "restgoes");
	change_edit_text(change, kind_field(&kind_user, "family_name"), EDIT_SET, "Goes");
	change_edit_text(change, kind_field(&kind_user, "address"), EDIT_SET, "restgoes@example.com");
	change_edit_text(change, kind_field(&kind_user, "home_server"), EDIT_SET, "mail1.example.com");
	assert_int_equal(live_change(&live, change), OUTCOME_APPLIED);
	forward_to("restgoes@example.com", EDIT_ADD);
	preview(deletion("restgoes"));
	assert_true(dangles(OTHER));
	change = deletion("restgoes");
	change->follows = true;
	preview(change);
	assert_false(dangles(OTHER));
	assert_true(live.review->plan.operations[live.review->plan.count - 1].verb == OPERATION_DELETE);
	submit_to(live.review->plan.count);
	assert_true(holds("user", "restgoes", "address", "restgoes@example.com"));
	assert_false(holds("user", OTHER, "forwards", "restgoes@example.com"));
	preview_rest();
	assert_int_equal(live.review->plan.count, 1);
	assert_int_equal(live.review->confirm, CONFIRM_NAME);
	assert_int_equal(live_submit(&live), OUTCOME_APPLIED);
	assert_null(live_read(&live, "user", "restgoes"));
	undo();
	assert_true(holds("user", "restgoes", "address", "restgoes@example.com"));
	undo();
	assert_true(holds("user", OTHER, "forwards", "restgoes@example.com"));
	change = deletion("restgoes");
	change->follows = true;
	assert_int_equal(live_change(&live, change), OUTCOME_APPLIED);
	assert_false(holds("user", OTHER, "forwards", "restgoes@example.com"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(an_address_change_is_finished, set_up, tear_down),
		cmocka_unit_test_setup_teardown(the_same_edit_again, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_rename_is_finished, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_deletion_with_forwards_is_finished, set_up, tear_down),
	};

	environment_scrub();
	return cmocka_run_group_tests_name("rest", tests, NULL, NULL);
}
