/*
 * What a job looks at before its plan is made, and its queues: what was found
 * is told, what could not be asked is said and costs no other step, whoever may
 * not is told before anybody is asked, and a run may be left at any moment. Also
 * how runs end: the kinds that exit statuses are made of. Main thread.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/text.h"
#include "desk/desk_private.h"
#include "tests/fakes/fake_engine.h"
#include "tests/fakes/fake_hosts.h"

struct world {
	struct engine *engine;
	struct arena *arena;
	struct desk_run *run;
	bool stopped;
	char queue[4000];
};

static void open_world(struct world *world, enum role role, size_t servers)
{
	struct fake_settings settings = { .role = role, .servers = servers };

	memset(world, 0, sizeof(*world));
	world->engine = fake_engine_new(&settings);
	world->arena = arena_new();
	/* Else who is connected is waited for until the run gives up. */
	if (servers > 0)
		live_want(world->engine->live, 1u << LIVE_WHO);
}

static void close_world(struct world *world)
{
	desk_free(world->run);
	fake_engine_free(world->engine);
	arena_free(world->arena);
}

static void changed(void *context)
{
	struct world *world = context;
	enum desk_phase phase = world->run ? desk_look(world->run)->phase : DESK_LOOKING;

	world->stopped = phase == DESK_SHOWN || phase == DESK_OVER;
}

static void wait_for(struct world *world, enum desk_phase phase)
{
	for (int i = 0; i < 100 && desk_look(world->run)->phase != phase; i++) {
		world->stopped = false;
		loop_run_until(world->engine->loop, &world->stopped);
	}
	assert_int_equal(desk_look(world->run)->phase, phase);
}

/* pairs: field, value, .. of the wish; NULL-terminated. */
static const struct desk_view *begin(struct world *world, const char *job, const char *const *pairs)
{
	const struct record *person = fake_record(world->engine, "user", "user000");
	struct record *wish = desk_wish(world->arena, desk_job_find(job), person);

	for (; wish && *pairs; pairs += 2)
		record_set_text(wish, pairs[0], pairs[1]);
	desk_free(world->run);
	world->run = NULL;
	world->run = desk_begin(world->engine->desk, desk_job_find(job), person, wish, changed, world);
	wait_for(world, DESK_SHOWN);
	return desk_look(world->run);
}

static bool remarks(const struct desk_view *view, const char *words)
{
	for (const char *const *remark = view->remarks; remark && *remark; remark++)
		if (strstr(*remark, words))
			return true;
	return false;
}

static const struct desk_step *step_of(const struct desk_view *view, const char *words, const char *server)
{
	for (size_t i = 0; i < view->step_count; i++)
		if (strstr(view->steps[i].words, words) && (!server || (view->steps[i].server && !strcmp(view->steps[i].server, server))))
			return &view->steps[i];
	return NULL;
}

static void apply(struct world *world)
{
	desk_apply(world->run, NULL, "a ticket");
	wait_for(world, DESK_OVER);
}

#define WORDS(...) (const char *const[]){ __VA_ARGS__, NULL }
#define NOTHING (const char *const[]){ NULL }

/* --- the mailbox, the colleague ---------------------------------------------------------------------- */

static void how_full_it_is_stands_beside_the_limit(void **state)
{
	struct world world;

	(void)state;
	open_world(&world, ROLE_HELPDESK, 2);
	assert_true(remarks(begin(&world, "quota", WORDS("quota", "1073741824")), "! used now 2 GB, new limit 1 GB: the limit is BELOW"));
	assert_true(remarks(begin(&world, "quota", WORDS("quota", "5368709120")), "used now 2 GB, limit then 5 GB"));
	/* A server that says nothing keeps nobody waiting for the rest. */
	fake_hosts_reply(world.engine->hosts, &(struct fake_reply){ .host = "mail1", .command = "quota-get", .holes = "user000@example.com",
		.failure = ERROR_UNREACHABLE, .failure_text = "mail1: no answer" });
	assert_true(remarks(begin(&world, "quota", WORDS("quota", "1073741824")), "how full the mailbox is now is not known"));
	assert_int_equal(desk_look(world.run)->refusal.kind, ERROR_NONE);
	close_world(&world);
}

static void a_colleague_is_looked_up(void **state)
{
	static const struct { const char *who; enum error_kind kind; const char *words; } cases[] = {
		{ "user001", ERROR_NONE, "" }, { "nobody-of-that-name", ERROR_NOT_FOUND, "Colleague" }, { "", ERROR_INVALID, "say who gets access" },
		{ "user000", ERROR_INVALID, "is whose mailbox it is" },
	};
	struct world world;

	(void)state;
	open_world(&world, ROLE_ADMIN, 2);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct desk_view *view = begin(&world, "access", WORDS("colleague", cases[i].who));

		assert_int_equal(view->refusal.kind, cases[i].kind);
		assert_non_null(strstr(view->refusal.text, cases[i].words));
		assert_int_equal(view->step_count, cases[i].kind == ERROR_NONE ? 1 : 0);
	}
	close_world(&world);
}

/* --- the queues ---------------------------------------------------------------------------------------- */

/* Mails of the person, of others, and one that is on hold already. */
static const char *queue(struct world *world)
{
	static const struct { const char *id, *name, *sender; } mails[] = {
		{ "3D2AAAAA01", "deferred", "user000@example.com" }, { "3D2AAAAA02", "active", "user000@example.com" }, { "3D2AAAAA03", "hold", "user000@example.com" },
		{ "3D2ABBBB01", "deferred", "user001@example.com" }, { "3D2ACCCC01", "deferred", "user000" },
	};
	struct text text = { 0 };

	for (size_t i = 0; i < sizeof(mails) / sizeof(mails[0]); i++)
		text_addf(&text, "{\"queue_name\": \"%s\", \"queue_id\": \"%s\", \"arrival_time\": %lld, \"message_size\": 1200, \"forced_expire\": false, "
			"\"sender\": \"%s\", \"recipients\": [{\"address\": \"x@gmail.com\", \"delay_reason\": \"later\"}]}\n",
			mails[i].name, mails[i].id, (long long)clock_now() - 60, mails[i].sender);
	snprintf(world->queue, sizeof(world->queue), "%s", text_get(&text));
	text_free(&text);
	return world->queue;
}

static void what_waits_is_counted_under_each_name(void **state)
{
	struct world world;
	const struct desk_view *view;
	const struct desk_step *hold;

	(void)state;
	open_world(&world, ROLE_ADMIN, 2);
	fake_hosts_reply(world.engine->hosts, &(struct fake_reply){ .host = "mail1", .command = "queue", .output = queue(&world) });
	view = begin(&world, "stolen", NOTHING);
	assert_int_equal(view->refusal.kind, ERROR_NONE);
	assert_true(remarks(view, "mail1: 4 mails wait from this person"));
	assert_false(remarks(view, "mail2: 0"));
	hold = step_of(view, "put queued mail on hold", "mail1");
	assert_non_null(hold);
	assert_non_null(hold->review);
	/* What is on hold already is not among it, nor mail of others. */
	assert_non_null(strstr(hold->review->sentence, "3 messages on mail1 put on hold"));
	assert_non_null(step_of(view, "put queued mail on hold", "mail2"));
	assert_null(step_of(view, "put queued mail on hold", "mail2")->review);
	close_world(&world);
}

/* Mail on hold is how a stolen account is left: whoever opens it is told before, and the caller after. */
static void what_stays_shut_is_told_where_an_account_is_opened(void **state)
{
	static const struct { const char *locked; bool held; enum gate_confirm confirm; const char *say; } cases[] = {
		{ "yes", true, CONFIRM_NAME, "open again, so you can read" }, { "yes", false, CONFIRM_BUTTON, "open again; try to sign in" },
		{ "no", true, CONFIRM_BUTTON, "There was no lock on your account. Sending" }, { "no", false, CONFIRM_BUTTON, "nothing had to be opened" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct world world;
		struct record *person;
		const struct desk_view *view;

		open_world(&world, ROLE_HELPDESK, 2);
		if (cases[i].held)
			fake_hosts_reply(world.engine->hosts, &(struct fake_reply){ .host = "mail1", .command = "queue", .output = queue(&world) });
		person = record_copy(world.arena, fake_record(world.engine, "user", "user000"));
		record_set_text(person, "locked", cases[i].locked);
		world.run = desk_begin(world.engine->desk, desk_job_find("unlock"), person, NULL, changed, &world);
		wait_for(&world, DESK_SHOWN);
		view = desk_look(world.run);
		assert_int_equal(remarks(view, "! 1 mail is on hold: opening the account changes nothing of that"), cases[i].held);
		assert_int_equal(view->confirm, cases[i].confirm);
		if (view->confirm == CONFIRM_NAME) {
			assert_true(remarks(view, "STOLEN"));
			assert_string_equal(view->confirm_text, "user000");
		}
		desk_apply(world.run, view->confirm_text, "a ticket");
		wait_for(&world, DESK_OVER);
		assert_non_null(strstr(view->say, cases[i].say));
		assert_int_equal(strstr(view->state_now, "NOT by this: 1 mail is on hold") != NULL, cases[i].held);
		close_world(&world);
	}
}

static void a_wrong_name_opens_nothing(void **state)
{
	struct world world;
	struct record *person;

	(void)state;
	open_world(&world, ROLE_HELPDESK, 2);
	fake_hosts_reply(world.engine->hosts, &(struct fake_reply){ .host = "mail1", .command = "queue", .output = queue(&world) });
	person = record_copy(world.arena, fake_record(world.engine, "user", "user000"));
	record_set_text(person, "locked", "yes");
	world.run = desk_begin(world.engine->desk, desk_job_find("unlock"), person, NULL, changed, &world);
	wait_for(&world, DESK_SHOWN);
	desk_apply(world.run, "user001", NULL);
	assert_int_equal(desk_look(world.run)->phase, DESK_SHOWN);
	assert_int_equal(desk_look(world.run)->refusal.kind, ERROR_INVALID);
	close_world(&world);
}

static void a_queue_without_an_answer_costs_its_own_step_only(void **state)
{
	static const struct { enum error_kind failure; bool tried; } cases[] = { { ERROR_UNREACHABLE, true }, { ERROR_TIMEOUT, true }, { ERROR_UNSUPPORTED, false } };

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct world world;
		const struct desk_view *view;

		open_world(&world, ROLE_ADMIN, 2);
		fake_hosts_reply(world.engine->hosts, &(struct fake_reply){ .host = "mail1", .command = "queue", .output = queue(&world) });
		fake_hosts_reply(world.engine->hosts, &(struct fake_reply){ .host = "mail2", .command = "queue", .failure = cases[i].failure, .failure_text = "it is so" });
		view = begin(&world, "stolen", NOTHING);
		assert_int_equal(view->refusal.kind, ERROR_NONE);
		assert_non_null(step_of(view, "put queued mail on hold", "mail1")->review);
		/* A server that is away is tried when the time comes; what it can never do is said. */
		assert_int_equal(step_of(view, "put queued mail on hold", "mail2") != NULL, cases[i].tried);
		if (cases[i].tried)
			assert_non_null(strstr(step_of(view, "put queued mail on hold", "mail2")->told, "it is so"));
		else
			assert_true(remarks(view, "! mail2: what waits there from this person is not known and not held: mail2: it is so"));
		close_world(&world);
	}
}

static void many_mails_are_held_as_one_change(void **state)
{
	enum { MANY = 500 };
	struct world world;
	struct text text = { 0 };
	const struct desk_view *view;

	(void)state;
	open_world(&world, ROLE_ADMIN, 1);
	for (int i = 0; i < MANY; i++)
		text_addf(&text, "{\"queue_name\": \"deferred\", \"queue_id\": \"%08X\", \"arrival_time\": 1, \"message_size\": 1, \"forced_expire\": false, "
			"\"sender\": \"user000@example.com\", \"recipients\": [{\"address\": \"x@gmail.com\", \"delay_reason\": \"later\"}]}\n", 0x10000000 + i);
	fake_hosts_reply(world.engine->hosts, &(struct fake_reply){ .host = "mail1", .command = "queue", .output = text_get(&text) });
	view = begin(&world, "stolen", NOTHING);
	assert_true(remarks(view, "mail1: 500 mails wait from this person"));
	assert_non_null(strstr(step_of(view, "put queued mail on hold", "mail1")->review->sentence, "500 messages"));
	close_world(&world);
	text_free(&text);
}

static void nothing_or_an_unknown_server_is_no_change(void **state)
{
	static const char *const names[] = { "a@example.com", NULL };
	struct desk_queue queue_of = { .server = "mail1", .names = names };

	(void)state;
	assert_null(queue_hold(&queue_of));
	queue_of.error.kind = ERROR_TIMEOUT;
	queue_of.matching = 3;
	queue_forget(&queue_of);
	assert_int_equal(queue_of.matching, 0);
	assert_int_equal(queue_of.error.kind, ERROR_NONE);
}

/* --- who may not, who leaves ------------------------------------------------------------------------------ */

static void who_may_not_is_told_once_and_nobody_is_asked(void **state)
{
	static const struct { enum role role; const char *job, *words; } cases[] = {
		{ ROLE_HELPDESK, "stolen", "Stolen account: this needs role admin, and this session has role helpdesk" },
		{ ROLE_HELPDESK, "leaver", "Leaver: this needs role admin" }, { ROLE_MONITOR, "password", "New password: a monitor session changes nothing" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct world world;
		const struct desk_view *view;

		open_world(&world, cases[i].role, 2);
		view = begin(&world, cases[i].job, NOTHING);
		assert_int_equal(view->refusal.kind, ERROR_REFUSED);
		assert_non_null(strstr(view->refusal.text, cases[i].words));
		assert_int_equal(view->step_count, 0);
		assert_int_equal(fake_previews(world.engine), 0);
		assert_int_equal(fake_hosts_runs(world.engine->hosts, "queue"), 0);
		desk_apply(world.run, NULL, NULL);
		assert_int_equal(fake_submits(world.engine), 0);
		close_world(&world);
	}
}

/* Answers that are on their way come to nobody; what was looked at is freed. */
static void a_run_may_be_left_at_any_moment(void **state)
{
	static const char *const jobs[] = { "stolen", "quota", "access", "password", "leaver" };

	(void)state;
	for (size_t i = 0; i < sizeof(jobs) / sizeof(jobs[0]); i++) {
		for (int turns = 0; turns < 12; turns++) {
			struct world world;
			const struct record *person;
			struct record *wish;

			open_world(&world, ROLE_ADMIN, 2);
			person = fake_record(world.engine, "user", "user000");
			wish = desk_wish(world.arena, desk_job_find(jobs[i]), person);
			if (!strcmp(jobs[i], "access"))
				record_set_text(wish, "colleague", "user001");
			world.run = desk_begin(world.engine->desk, desk_job_find(jobs[i]), person, wish, NULL, NULL);
			for (int turn = 0; turn < turns; turn++) {
				bool over = true;

				loop_run_until(world.engine->loop, &over);
			}
			close_world(&world);
		}
	}
}

/* --- how it ends -------------------------------------------------------------------------------------------- */

static void ends_are_told_apart(void **state)
{
	static const struct { enum fake_ending ending; enum error_kind kind; int status; size_t open; } cases[] = {
		{ FAKE_APPLIED, ERROR_NONE, 0, 0 }, { FAKE_UNKNOWN, ERROR_UNKNOWN_OUTCOME, 75, 1 }, { FAKE_FAILED, ERROR_REFUSED, 77, 1 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct world world;

		open_world(&world, ROLE_ADMIN, 0);
		begin(&world, "quota", WORDS("quota", "5368709120", "recalculate", "no"));
		fake_next(world.engine, cases[i].ending);
		apply(&world);
		assert_int_equal(desk_look(world.run)->ending, cases[i].kind);
		assert_int_equal(error_exit_status(desk_look(world.run)->ending), cases[i].status);
		assert_int_equal(desk_look(world.run)->open, cases[i].open);
		close_world(&world);
	}
}

/* The mark alone taken back would make a password that was read out one for good: that is no undo of the repair. */
static void a_new_password_is_not_offered_to_be_taken_back(void **state)
{
	static const struct { const char *job; bool undo; } cases[] = { { "password", false }, { "lock", true }, { "sessions", false } };
	struct world world;

	(void)state;
	open_world(&world, ROLE_HELPDESK, 2);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		begin(&world, cases[i].job, NOTHING);
		apply(&world);
		if (cases[i].undo)
			assert_string_equal(desk_look(world.run)->undo, desk_look(world.run)->id);
		else
			assert_null(desk_look(world.run)->undo);
	}
	close_world(&world);
}

/* One server away: 75, and the rest is done; in the past tense only then. */
static void an_open_step_makes_all_of_it_worth_another_try(void **state)
{
	struct world world;
	const struct desk_view *view;

	(void)state;
	open_world(&world, ROLE_ADMIN, 2);
	view = begin(&world, "unlock", NOTHING);
	assert_non_null(step_of(view, "empty the login cache", "mail2"));
	fake_away(world.engine, "mail2");
	apply(&world);
	view = desk_look(world.run);
	assert_int_equal(view->ending, ERROR_TIMEOUT);
	assert_null(step_of(view, "empty the login cache", NULL));
	assert_int_equal(step_of(view, "login cache emptied", "mail1")->state, DESK_DONE);
	assert_int_equal(step_of(view, "login cache emptied", "mail2")->state, DESK_OPEN);
	fake_away(world.engine, NULL);
	desk_again(world.run);
	wait_for(&world, DESK_OVER);
	assert_int_equal(desk_look(world.run)->ending, ERROR_NONE);
	assert_int_equal(desk_look(world.run)->open, 0);
	close_world(&world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(how_full_it_is_stands_beside_the_limit), cmocka_unit_test(a_colleague_is_looked_up),
		cmocka_unit_test(what_waits_is_counted_under_each_name), cmocka_unit_test(a_queue_without_an_answer_costs_its_own_step_only),
		cmocka_unit_test(many_mails_are_held_as_one_change), cmocka_unit_test(nothing_or_an_unknown_server_is_no_change),
		cmocka_unit_test(who_may_not_is_told_once_and_nobody_is_asked), cmocka_unit_test(a_run_may_be_left_at_any_moment),
		cmocka_unit_test(ends_are_told_apart), cmocka_unit_test(what_stays_shut_is_told_where_an_account_is_opened), cmocka_unit_test(a_wrong_name_opens_nothing),
		cmocka_unit_test(a_new_password_is_not_offered_to_be_taken_back), cmocka_unit_test(an_open_step_makes_all_of_it_worth_another_try),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
