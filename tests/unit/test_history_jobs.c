/*
 * What the history says of a job as a whole: how much of it is done, open,
 * unknown and taken back, over several goes; and that the ends survive in the
 * journal. Main thread.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "gate/history_jobs.h"
#include "gate_bench.h"

enum { MOST = 6 };

struct one { const char *id, *job, *name, *lines; enum history_state state; size_t steps; bool can_undo, already; };
struct end { const char *job, *run; bool rest; size_t steps, open_count; struct gate_job_open open[MOST]; };
struct scene {
	struct one changes[MOST];          /* newest first */
	struct end ends[MOST];             /* oldest first */
	enum history_state state;
	size_t steps, done, open, unknown, changed, undone;
	const char *words;
};

#define DONE(id_, name_) { id_, "j1", name_, "add flush: yes", HISTORY_DONE, 4, false, false }
#define OPEN { NULL, false }
#define KEPT { NULL, true }

static const struct scene scenes[] = {
	/* Nothing is wrong. */
	{ { DONE("2", "b"), DONE("1", "a") }, { { "j1", "g1", false, 2, 0, { OPEN } } }, HISTORY_DONE, 2, 2, 0, 0, 2, 0, "done" },
	/* Two were so already, or kept as due: no change stands for them. */
	{ { DONE("2", "b"), DONE("1", "a") }, { { "j1", "g1", false, 4, 0, { OPEN } } }, HISTORY_DONE, 4, 4, 0, 0, 2, 0, "done" },
	/* Two were never begun. */
	{ { DONE("2", "b"), DONE("1", "a") }, { { "j1", "g1", false, 4, 2, { KEPT, OPEN } } }, HISTORY_PARTLY, 4, 2, 2, 0, 2, 0, "2 of 4 done, 2 open" },
	/* A later go did the one that was kept; the other stays open. */
	{ { DONE("3", "c"), DONE("2", "b"), DONE("1", "a") }, { { "j1", "g1", false, 4, 2, { KEPT, OPEN } }, { "j1", "g2", true, 1, 0, { OPEN } } },
	  HISTORY_PARTLY, 4, 3, 1, 0, 3, 0, "3 of 4 done, 1 open" },
	/* It was tried in vain, twice within one go: the last end counts. */
	{ { DONE("1", "a") }, { { "j1", "g1", false, 3, 2, { KEPT, KEPT } }, { "j1", "g1", false, 3, 1, { KEPT } }, { "j1", "g2", true, 1, 1, { KEPT } } },
	  HISTORY_PARTLY, 3, 2, 1, 0, 1, 0, "2 of 3 done, 1 open" },
	/* The later go knew fewer servers than steps were kept. */
	{ { DONE("1", "a") }, { { "j1", "g1", false, 3, 2, { KEPT, KEPT } }, { "j1", "g2", true, 1, 0, { OPEN } } },
	  HISTORY_PARTLY, 3, 2, 1, 0, 1, 0, "2 of 3 done, 1 open" },
	/* What nobody had seen was done, as is known now; and what is still not known. */
	{ { DONE("2", "b"), DONE("1", "a") }, { { "j1", "g1", false, 2, 1, { { "2", false } } } }, HISTORY_DONE, 2, 2, 0, 0, 2, 0, "done" },
	{ { { "2", "j1", "b", "add flush: yes", HISTORY_UNKNOWN, 3, false, false }, DONE("1", "a") },
	  { { "j1", "g1", false, 3, 2, { { "2", false }, OPEN } } }, HISTORY_UNKNOWN, 3, 1, 1, 1, 1, 0, "1 of 3 done, 1 unknown, 1 open" },
	/* Nothing was done. */
	{ { { "1", "j1", "a", "add flush: yes", HISTORY_FAILED, 2, false, false } }, { { "j1", "g1", false, 2, 2, { { "1", true }, KEPT } } },
	  HISTORY_FAILED, 2, 0, 2, 0, 0, 0, "not done (0 of 2)" },
	/* Taken back: some, all that can be, all. What was so already is not counted, nor a try. */
	{ { { "3", "j1", "c", "x", HISTORY_DONE, 3, true, false }, DONE("2", "b"), { "1", "j1", "a", "x", HISTORY_UNDONE, 3, false, false } },
	  { { "j1", "g1", false, 3, 0, { OPEN } } }, HISTORY_PARTLY_UNDONE, 3, 3, 0, 0, 3, 1, "partly undone (1 of 3)" },
	{ { DONE("2", "b"), { "1", "j1", "a", "x", HISTORY_UNDONE, 2, false, false } }, { { "j1", "g1", false, 2, 0, { OPEN } } },
	  HISTORY_PARTLY_UNDONE, 2, 2, 0, 0, 2, 1, "partly undone (1 of 2), the rest cannot be" },
	{ { { "3", "j1", "b", "add try: x", HISTORY_DONE, 3, false, false }, { "2", "j1", "b", "x", HISTORY_DONE, 3, false, true },
	    { "1", "j1", "a", "x", HISTORY_UNDONE, 3, false, false } }, { { "j1", "g1", false, 3, 0, { OPEN } } }, HISTORY_UNDONE, 3, 3, 0, 0, 1, 1, "undone" },
	{ { { "1", "j1", "a", "x", HISTORY_UNDONE, 3, false, false } }, { { "j1", "g1", false, 3, 2, { KEPT, KEPT } } },
	  HISTORY_UNDONE, 3, 1, 2, 0, 1, 1, "undone; 1 of 3 done, 2 open" },
	/* No end was written: it goes on, or its program was killed. */
	{ { DONE("2", "b"), DONE("1", "a") }, { { NULL, NULL, false, 0, 0, { OPEN } } }, HISTORY_PARTLY, 4, 2, 2, 0, 2, 0, "2 of 4 done so far" },
	/* Killed, and the rest was done by another go. */
	{ { DONE("2", "b"), DONE("1", "a") }, { { "j1", "g2", true, 3, 0, { OPEN } } }, HISTORY_DONE, 4, 4, 0, 0, 2, 0, "done" },
	/* A journal of before: what was tried again and a refused try do not count as open. */
	{ { { "4", "j1", "t", "add try: x", HISTORY_FAILED, 0, false, false }, { "3", "j1", "b", "add flush: yes", HISTORY_DONE, 0, false, false },
	    { "2", "j1", "b", "add flush: yes", HISTORY_FAILED, 0, false, false }, { "1", "j1", "a", "x", HISTORY_FAILED, 0, false, false } },
	  { { NULL, NULL, false, 0, 0, { OPEN } } }, HISTORY_PARTLY, 2, 1, 1, 0, 1, 0, "1 of 2 done, 1 open" },
	/* An end that says less than the changes do, and one of another job. */
	{ { DONE("1", "a") }, { { "j2", "g", false, 9, 1, { OPEN } }, { "j1", "g1", true, 0, 1, { OPEN } } }, HISTORY_PARTLY, 4, 3, 1, 0, 1, 0, "3 of 4 done, 1 open" },
};

static void fill(struct history *history, struct history_entry *entries, const struct scene *scene)
{
	history->entries = entries;
	for (size_t i = 0; i < MOST && scene->changes[i].id; i++) {
		const struct one *one = &scene->changes[i];

		entries[history->count++] = (struct history_entry){ .id = one->id, .job = one->job, .job_words = "Lock of anna", .kind = "mailbox", .name = one->name,
			.lines = one->lines, .state = one->state, .job_steps = one->steps, .can_undo = one->can_undo, .already = one->already,
			.tries = strncmp(one->lines, "add try:", 8) == 0 };
	}
}

static void a_job_says_what_became_of_it(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(scenes) / sizeof(scenes[0]); i++) {
		const struct scene *scene = &scenes[i];
		struct history history = { .arena = arena_new() };
		struct history_entry entries[MOST] = { 0 };
		struct gate_job_end ends[MOST];
		size_t count = 0;
		const struct history_job *job;

		fill(&history, entries, scene);
		for (size_t j = 0; j < MOST && scene->ends[j].job; j++)
			ends[count++] = (struct gate_job_end){ scene->ends[j].job, scene->ends[j].run, scene->ends[j].rest, scene->ends[j].steps,
				scene->ends[j].open, scene->ends[j].open_count, (int64_t)j };
		history_join_jobs(&history, entries, ends, count);
		assert_int_equal(history.job_count, 1);
		job = entries[0].of;
		assert_ptr_equal(job, history.jobs);
		if (strcmp(job->state_words, scene->words) != 0)
			fail_msg("scene %zu: \"%s\" instead of \"%s\"", i, job->state_words, scene->words);
		assert_int_equal(job->state, scene->state);
		assert_int_equal(job->steps, scene->steps);
		assert_int_equal(job->done, scene->done);
		assert_int_equal(job->open, scene->open);
		assert_int_equal(job->unknown, scene->unknown);
		assert_int_equal(job->changed, scene->changed);
		assert_int_equal(job->undone, scene->undone);
		assert_int_equal(job->count, history.count);
		arena_free(history.arena);
	}
}

static void changes_that_stand_alone_have_no_job(void **state)
{
	struct history history = { .arena = arena_new(), .count = 3 };
	struct history_entry entries[3] = {
		{ .id = "3", .job = "j2", .kind = "user", .name = "a", .lines = "", .state = HISTORY_DONE },
		{ .id = "2", .kind = "user", .name = "a", .lines = "", .state = HISTORY_DONE },
		{ .id = "1", .job = "j1", .kind = "user", .name = "a", .lines = "", .state = HISTORY_DONE },
	};

	(void)state;
	history_join_jobs(&history, entries, NULL, 0);
	assert_int_equal(history.job_count, 2);
	assert_string_equal(history.jobs[0].id, "j2");
	assert_string_equal(history.jobs[1].id, "j1");
	assert_string_equal(history.jobs[1].words, "");
	assert_null(entries[1].of);
	arena_free(history.arena);
	history = (struct history){ .arena = arena_new() };
	history_join_jobs(&history, entries, NULL, 0);
	assert_int_equal(history.job_count, 0);
	arena_free(history.arena);
}

/* --- through the journal -------------------------------------------------------------------------------- */

static void came(void *context)
{
	((struct bench *)context)->done = true;
}

static void step(struct bench *bench, const char *field, const char *text)
{
	struct change *change = bench_edit("anna", field, text);

	change->job = arena_text(change->arena, "j0000000a");
	change->job_words = arena_text(change->arena, "Reset of anna");
	change->job_steps = 3;
	bench_preview(bench, change);
	change_free(change);
	bench_submit(bench, NULL, NULL);
	assert_int_equal(bench->outcome, OUTCOME_APPLIED);
}

static const struct history_job *job_of(struct bench *bench)
{
	const struct history *history = bench_history(bench);

	assert_int_equal(history->job_count, 1);
	return &history->jobs[0];
}

static void an_end_is_known_to_the_next_session(void **state)
{
	static const struct gate_job_open open[] = { { NULL, true } };
	const struct gate_job_end end = { .job = "j0000000a", .run = "g1", .steps = 3, .open = open, .open_count = 1 };
	const struct gate_job_end rest = { .job = "j0000000a", .run = "g2", .rest = true, .steps = 1 };
	struct bench bench;
	char first[64];

	(void)state;
	bench_open(&bench);
	step(&bench, "quota", "2097152");
	snprintf(first, sizeof(first), "%s", bench.id);
	step(&bench, "family_name", "Miller");
	assert_string_equal(job_of(&bench)->state_words, "2 of 3 done so far");
	gate_job_end(bench.gate, &end, came, &bench);
	bench_wait(&bench);
	assert_string_equal(job_of(&bench)->state_words, "2 of 3 done, 1 open");
	bench_close_gate(&bench);
	bench_open_gate(&bench);
	assert_string_equal(job_of(&bench)->state_words, "2 of 3 done, 1 open");
	gate_job_end(bench.gate, &rest, came, &bench);
	bench_wait(&bench);
	assert_string_equal(job_of(&bench)->state_words, "done");
	bench_preview_undo(&bench, first);
	bench_submit(&bench, NULL, NULL);
	assert_string_equal(job_of(&bench)->state_words, "partly undone (1 of 2)");
	assert_int_equal(job_of(&bench)->undoable, 1);
	gate_verify(bench.gate, bench_got_number, &bench);
	bench_wait(&bench);
	assert_int_equal(bench.error.kind, ERROR_NONE);
	bench_close(&bench);
}

/* The request comes back all the same, and nothing is written. */
static void a_gate_that_writes_nothing_answers(void **state)
{
	const struct gate_job_end end = { .job = "j0000000a", .run = "g1", .steps = 3 };
	struct bench bench;

	(void)state;
	bench_open(&bench);
	bench_close_gate(&bench);
	bench.settings.read_only = true;
	bench_open_gate(&bench);
	gate_job_end(bench.gate, &end, came, &bench);
	bench_wait(&bench);
	assert_int_equal(bench_history(&bench)->job_count, 0);
	bench_close(&bench);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_job_says_what_became_of_it),
		cmocka_unit_test(changes_that_stand_alone_have_no_job),
		cmocka_unit_test(an_end_is_known_to_the_next_session),
		cmocka_unit_test(a_gate_that_writes_nothing_answers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
