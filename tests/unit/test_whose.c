/* Tests of gate/whose.c: whose lock it is, and whether an account came back without a password, as a history tells it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/memory.h"
#include "gate/whose.h"

enum { MOST = 5 };

static const char *const lock_fields[] = { "locked", NULL }, *const password_fields[] = { "password", NULL }, *const other_fields[] = { "quota", NULL };
/* Steps of a job that cannot be taken back stay "done"; what could be was. */
static const struct history_job gone = { .undone = 2, .undoable = 0 }, holds = { .undone = 0, .undoable = 2 };

#define LOCK .kind = "user", .name = "anna", .fields = lock_fields, .sentence = "Locked of anna: no to yes"
#define OPEN .kind = "user", .name = "anna", .fields = lock_fields, .sentence = "Locked of anna: yes to no"
#define STEP .kind = "sessions", .name = "mail1/anna@example.com", .job_words = "Stolen account of anna"
#define BACK .kind = "user", .name = "anna", .undo_of = "1-1", .sentence = "Taken back: anna deleted (WITHOUT a password: nobody)", .target = "old"

static const struct { struct history_entry entries[MOST]; const char *lock, *back; } cases[] = {
	{ { { .id = NULL } }, NULL, NULL },
	{ { { .id = "2", .kind = "user", .name = "anna", .fields = other_fields }, { .id = "1", LOCK } }, "1", NULL },
	/* Somebody else has locked what was opened here. */
	{ { { .id = "2", OPEN }, { .id = "1", LOCK } }, NULL, NULL },
	{ { { .id = "2", OPEN, .job_words = "Unlock of anna" }, { .id = "1", LOCK } }, NULL, NULL },
	/* Of another one, who had the name before. */
	{ { { .id = "1", LOCK, .target = "other" } }, NULL, NULL },
	{ { { .id = "2", LOCK, .target = "other" }, { .id = "1", LOCK, .target = "uuid" } }, "1", NULL },
	/* What was not done, was taken back, or takes something back explains nothing. */
	{ { { .id = "3", LOCK, .state = HISTORY_FAILED }, { .id = "2", LOCK, .state = HISTORY_UNDONE }, { .id = "1", LOCK, .undo_of = "0" } }, NULL, NULL },
	/* A job found it locked already. */
	{ { { .id = "2", STEP, .of = &holds }, { .id = "1", LOCK } }, "2", NULL },
	{ { { .id = "1", STEP, .of = &holds } }, "1", NULL },
	/* Its own lock is the step that counts: whoever takes that back takes the lock back. */
	{ { { .id = "2", STEP, .of = &holds, .job = "j1" }, { .id = "1", LOCK, .job = "j1", .job_words = "Stolen account of anna" } }, "1", NULL },
	{ { { .id = "2", STEP, .of = &gone }, { .id = "1", LOCK } }, "1", NULL },
	{ { { .id = "2", STEP, .already = true }, { .id = "1", LOCK } }, "1", NULL },
	{ { { .id = "2", LOCK }, { .id = "1", STEP } }, "2", NULL },
	{ { { .id = "3", STEP }, { .id = "2", OPEN }, { .id = "1", LOCK } }, NULL, NULL },
	{ { { .id = "2", .kind = "sessions", .name = "mail1/annabel@example.com", .job_words = "Stolen account of annabel" }, { .id = "1", LOCK } }, "1", NULL },
	/* The entry that came back is another one, so it is known by its name. */
	{ { { .id = "2", BACK } }, NULL, "2" },
	{ { { .id = "3", .kind = "user", .name = "anna", .fields = other_fields }, { .id = "2", BACK } }, NULL, "2" },
	{ { { .id = "3", .kind = "user", .name = "anna", .fields = password_fields, .target = "uuid" }, { .id = "2", BACK } }, NULL, NULL },
	{ { { .id = "3", .kind = "user", .name = "anna", .fields = password_fields, .state = HISTORY_FAILED }, { .id = "2", BACK } }, NULL, "2" },
	{ { { .id = "2", BACK, .state = HISTORY_UNDONE } }, NULL, NULL },
	{ { { .id = "2", .kind = "user", .name = "anne", .undo_of = "1-1", .sentence = "Taken back: anne deleted (WITHOUT a password: nobody)" } }, NULL, NULL },
};

static void what_a_history_explains(void **state)
{
	struct record *person = record_new(&kind_user);

	(void)state;
	person->name = "anna";
	person->id = "uuid";
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct history history = { .entries = cases[i].entries };
		const struct history_entry *lock, *back;

		while (history.count < MOST && cases[i].entries[history.count].id != NULL)
			history.count++;
		lock = history_lock(&history, person);
		back = history_without_password(&history, person);
		if ((lock == NULL) != (cases[i].lock == NULL) || (lock != NULL && strcmp(lock->id, cases[i].lock) != 0))
			fail_msg("case %zu: lock of %s", i, lock == NULL ? "nobody" : lock->id);
		if ((back == NULL) != (cases[i].back == NULL) || (back != NULL && strcmp(back->id, cases[i].back) != 0))
			fail_msg("case %zu: back by %s", i, back == NULL ? "nobody" : back->id);
	}
	assert_null(history_lock(NULL, person));
	assert_null(history_without_password(NULL, person));
	record_free(person);
}

#define WITH(id_, lines_) { .id = id_, .kind = "user", .name = "anna", .fields = forward_fields, .lines = lines_ }

static const char *const forward_fields[] = { "forwards", NULL };
static const struct { struct history_entry entries[MOST]; const char *since; } forwards[] = {
	{ { { .id = NULL } }, NULL },
	{ { WITH("1", "add mailForwardAddress: me@x.example") }, "1" },
	{ { WITH("2", "replace mailForwardCopyToSelf: 1 -> 0\nadd mailForwardAddress: b@x.example"), WITH("1", "add mailForwardAddress: c@x.example, Me@x.example") }, "1" },
	{ { WITH("1", "replace mailForwardAddress: b@x.example -> me@x.example") }, "1" },
	{ { WITH("1", "create uid=anna\n  uid: anna\n  mailForwardAddress: me@x.example") }, "1" },
	{ { WITH("1", "PATCH users/user uid=anna\n  add mailForwardAddress: me@x.example") }, "1" },
	/* What was taken out here came back past postroom. */
	{ { WITH("2", "delete mailForwardAddress: me@x.example"), WITH("1", "add mailForwardAddress: me@x.example") }, NULL },
	{ { WITH("2", "replace mailForwardAddress: me@x.example -> b@x.example"), WITH("1", "add mailForwardAddress: me@x.example") }, NULL },
	/* Others, or another field. */
	{ { WITH("1", "add mailForwardAddress: notme@x.example") }, NULL },
	{ { WITH("1", "add mailForwardAddress: me@x.example.org") }, NULL },
	{ { { .id = "1", .kind = "user", .name = "anna", .fields = other_fields, .lines = "add x: me@x.example" } }, NULL },
	{ { { .id = "1", .kind = "user", .name = "ben", .fields = forward_fields, .lines = "add x: me@x.example" } }, NULL },
	{ { { .id = "1", .kind = "user", .name = "anna", .fields = forward_fields, .lines = "add x: me@x.example", .state = HISTORY_UNDONE } }, NULL },
};

static void since_when_a_value_is_there(void **state)
{
	struct record *person = record_new(&kind_user);

	(void)state;
	person->name = "anna";
	for (size_t i = 0; i < sizeof forwards / sizeof *forwards; i++) {
		struct history history = { .entries = forwards[i].entries };
		const struct history_entry *since;

		while (history.count < MOST && forwards[i].entries[history.count].id != NULL)
			history.count++;
		since = history_since(&history, person, "forwards", "me@x.example");
		if ((since == NULL) != (forwards[i].since == NULL) || (since != NULL && strcmp(since->id, forwards[i].since) != 0))
			fail_msg("case %zu: since %s", i, since == NULL ? "nothing" : since->id);
	}
	assert_null(history_since(NULL, person, "forwards", "me@x.example"));
	record_free(person);
}

static void who_made_it(void **state)
{
	static const char *const fields[] = { "quota", "locked", NULL };
	static const struct { const char *who, *told; } makers[] = { { HISTORY_OURS, "you" }, { "eva", "eva" }, { "", "somebody" }, { NULL, "somebody" } };

	(void)state;
	for (size_t i = 0; i < sizeof makers / sizeof makers[0]; i++)
		assert_string_equal(history_maker(&(struct history_entry){ .who = makers[i].who }), makers[i].told);
	assert_true(history_touches(&(struct history_entry){ .fields = fields }, "locked"));
	assert_false(history_touches(&(struct history_entry){ .fields = fields }, "lock"));
	assert_false(history_touches(&(struct history_entry){ .fields = NULL }, "locked"));
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(what_a_history_explains), cmocka_unit_test(since_when_a_value_is_there), cmocka_unit_test(who_made_it) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
