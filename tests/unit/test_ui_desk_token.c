/*
 * Open steps as lines of text and back: what comes back is the same step, what
 * needs a secret is never kept, and a line that nobody understands makes no
 * step. Main thread.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "desk/desk_private.h"
#include "model/mailbox.h"
#include "tests/fakes/fake_engine.h"

struct world { struct engine *engine; struct arena *arena; struct desk_plan plan; };

static void plan_anew(struct world *world)
{
	for (size_t i = 0; i < world->plan.count; i++)
		change_free(world->plan.steps[i].change);
	world->plan.steps = NULL;
	world->plan.count = world->plan.capacity = 0;
}

static void open_world(struct world *world, size_t servers)
{
	struct fake_settings settings = { .role = ROLE_ADMIN, .servers = servers };
	struct record *person;

	memset(world, 0, sizeof(*world));
	world->engine = fake_engine_new(&settings);
	world->arena = arena_new();
	person = record_new_in(world->arena, &kind_user);
	person->name = "anna";
	record_set_text(person, "login", "anna");
	record_set_text(person, "address", "Anna.Smith@example.com");
	record_set_text(person, "home_server", "mail1.example.com");
	world->plan = (struct desk_plan){ .arena = world->arena, .job = desk_job_find("reset"), .person = person, .used = -1,
		.live = servers > 0 ? world->engine->live : NULL };
}

static void close_world(struct world *world)
{
	plan_anew(world);
	fake_engine_free(world->engine);
	arena_free(world->arena);
}

static void put_flush(struct desk_plan *plan) { desk_step_flush(plan, "s"); }
static void put_sessions(struct desk_plan *plan) { desk_step_sessions(plan, "s"); }
static void put_recalculate(struct desk_plan *plan) { desk_step_recalculate(plan); }
static void put_smtp(struct desk_plan *plan) { desk_step_smtp(plan); }
static void put_absence(struct desk_plan *plan)
{
	desk_step_absence(plan, "2026-12-01", "2026-12-24", "Away: 100 %", "Back on Monday,\nsays \"Anna\".  Zur\xc3\xbc" "ck = 5 %20");
}
static void put_no_absence(struct desk_plan *plan) { desk_step_absence(plan, NULL, NULL, NULL, NULL); }
static void put_access(struct desk_plan *plan)
{
	desk_step(plan, "mail1", mailbox_change_access("mail1", "anna@example.com", "Old mail/2025 %", "boss@example.com", "write"), "a", "w", "s");
}
static void put_filter(struct desk_plan *plan)
{
	desk_step(plan, "mail1", mailbox_change_filter("mail1", "anna@example.com", NULL), "a", "w", "s");
}
static void put_must_change(struct desk_plan *plan) { desk_step_must_change(plan); }
static void put_refuse(struct desk_plan *plan)
{
	desk_step(plan, "mail2", NULL, "a", "w", "s")->login = "anna@example.com";
}
static void put_hold(struct desk_plan *plan)
{
	desk_step(plan, "mail2", NULL, "a", "w", "s")->hold = true;
}

static const struct { void (*put)(struct desk_plan *plan); const char *token, *ahead, *words; } kept[] = {
	{ put_flush, "flush mail1/anna.smith@example.com", "empty the login cache", "login cache emptied" },
	{ put_sessions, "end mail1", "end mailbox sessions", "mailbox sessions ended" },
	{ put_recalculate, "recalculate mail1/anna.smith@example.com", "count the mailbox anew (quota recalc)", "mailbox counted anew (quota recalc)" },
	{ put_smtp, "smtp mail1/anna.smith@example.com", "end sending sessions (Postfix)", "sending sessions ended (Postfix)" },
	{ put_absence, NULL, "write the absence", "absence written" },
	{ put_no_absence, "absence mail1/anna.smith@example.com", "take the absence out", "absence taken out" },
	{ put_access, NULL, "set the access of a colleague", "access of a colleague set" },
	{ put_filter, "filter mail1/anna@example.com", "switch the sieve filter off (and keep it)", "sieve filter switched off (and kept)" },
	{ put_must_change, "must-change", "have it changed at the next login", "must be changed at the next login" },
	{ put_refuse, "refuse mail2 anna@example.com", "have Postfix refuse anna@example.com", "anna@example.com refused by Postfix" },
	{ put_hold, "hold mail2", "put queued mail on hold", "queued mail put on hold" },
};

static bool same_change(const struct change *one, const struct change *other)
{
	if (!one || !other)
		return one == other;
	return one->kind == other->kind && strcmp(one->name, other->name) == 0 && one->edit_count == other->edit_count &&
		one->edits[0].field == other->edits[0].field && one->edits[0].count == other->edits[0].count &&
		(one->edits[0].count == 0 || strcmp(one->edits[0].values[0].bytes, other->edits[0].values[0].bytes) == 0);
}

static void a_step_comes_back_as_it_was(void **state)
{
	struct world world;

	(void)state;
	open_world(&world, 2);
	for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++) {
		const struct planned *before, *after;
		struct desk_plan back = world.plan;
		const char *token;

		kept[i].put(&world.plan);
		assert_true(world.plan.count > 0);
		before = &world.plan.steps[0];
		token = step_token(world.arena, before);
		assert_non_null(token);
		assert_null(strchr(token, '\n'));
		if (kept[i].token)
			assert_string_equal(token, kept[i].token);
		back.steps = NULL;
		back.count = back.capacity = 0;
		assert_true(step_of_token(&back, token));
		assert_int_equal(back.count, 1);
		after = &back.steps[0];
		assert_string_equal(after->ahead, kept[i].ahead);
		assert_string_equal(after->words, kept[i].words);
		assert_true(*after->still != '\0');
		assert_int_equal(after->server == NULL, before->server == NULL);
		assert_true(!after->server || strcmp(after->server, before->server) == 0);
		assert_true(same_change(after->change, before->change));
		assert_int_equal(after->hold, before->hold);
		assert_true(!before->login || strcmp(after->login, before->login) == 0);
		/* It is kept again where it stays open again. */
		assert_string_equal(step_token(world.arena, after), token);
		change_free(after->change);
		plan_anew(&world);
	}
	close_world(&world);
}

/* The cache goes by what a program gave as user name, which may be either. */
static void the_cache_of_a_second_name_says_so(void **state)
{
	struct world world;

	(void)state;
	open_world(&world, 2);
	assert_true(step_of_token(&world.plan, "flush mail2/anna"));
	assert_string_equal(world.plan.steps[0].ahead, "empty the login cache (anna)");
	assert_string_equal(world.plan.steps[0].words, "login cache emptied (anna)");
	assert_true(world.plan.steps[0].repeats);
	close_world(&world);
}

static void what_another_day_cannot_do_is_not_kept(void **state)
{
	struct world world;
	struct planned *step;

	(void)state;
	open_world(&world, 2);
	desk_step(&world.plan, "mail1", mailbox_change_try("mail1", "anna@example.com", "s3cret"), "a", "w", "s");
	assert_null(step_token(world.arena, &world.plan.steps[0]));
	plan_anew(&world);
	step = desk_step(&world.plan, "mail1", mailbox_change_do("mail1", "anna@example.com", "flush"), "a", "w", "s");
	step->checks = true;
	assert_null(step_token(world.arena, step));
	step->checks = false;
	step->undo = "3f9a21c0-2";
	assert_null(step_token(world.arena, step));
	plan_anew(&world);
	/* The directory's part is done first and whole, or not at all. */
	step = desk_step(&world.plan, NULL, desk_change_person(&world.plan), "a", "w", "s");
	assert_null(step_token(world.arena, step));
	change_edit_text(step->change, kind_field(&kind_user, "locked"), EDIT_SET, "yes");
	assert_null(step_token(world.arena, step));
	close_world(&world);
}

static void lines_that_nobody_understands_make_no_step(void **state)
{
	static const char *const wrong[] = {
		"", " ", "flush", "flush ", "flush mail1", "flush mail1/", "flush /anna", "flush nowhere/anna", "flushed mail1/anna", "flus mail1/anna",
		"nonsense mail1/anna", "refuse", "refuse mail1", "refuse mail1 ", "refuse nowhere anna", "hold", "hold nowhere", "hold mail1/anna", "end", "end nowhere",
		"absence mail1/anna rubbish", "access mail1/anna", "access mail1/anna rubbish", "must-change x", "must-chang", "try mail1/anna", "password anna s3cret",
		"\x01\xff mail1/anna", "smtp", "recalculate nowhere/anna", "filter mail1",
	};
	struct world world;
	char *longest = malloc(100001);

	(void)state;
	open_world(&world, 2);
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		if (step_of_token(&world.plan, wrong[i]))
			fail_msg("\"%s\" made a step", wrong[i]);
		assert_int_equal(world.plan.count, 0);
	}
	memset(longest, 'a', 100000);
	longest[100000] = '\0';
	assert_false(step_of_token(&world.plan, longest));
	memcpy(longest, "refuse nowhere ", 15);
	assert_false(step_of_token(&world.plan, longest));
	assert_int_equal(world.plan.count, 0);
	/* More than a word needs says nothing else. */
	assert_true(step_of_token(&world.plan, "recalculate mail1/anna x"));
	assert_string_equal(world.plan.steps[0].words, "mailbox counted anew (quota recalc)");
	free(longest);
	close_world(&world);
}

static void without_servers_only_the_directory_is_left(void **state)
{
	struct world world;

	(void)state;
	open_world(&world, 0);
	for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++)
		if (kept[i].token)
			assert_int_equal(step_of_token(&world.plan, kept[i].token), strcmp(kept[i].token, "must-change") == 0);
	assert_int_equal(world.plan.count, 1);
	close_world(&world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_step_comes_back_as_it_was), cmocka_unit_test(the_cache_of_a_second_name_says_so),
		cmocka_unit_test(what_another_day_cannot_do_is_not_kept), cmocka_unit_test(lines_that_nobody_understands_make_no_step),
		cmocka_unit_test(without_servers_only_the_directory_is_left),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
