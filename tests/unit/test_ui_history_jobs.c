/*
 * Rows of the history for jobs: one row for all steps, which opens to them in
 * the order in which they were done; every step by itself while words are
 * searched for. What became of a job is counted by the gate
 * (test_history_jobs.c). Main thread.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/memory.h"
#include "gate/history_jobs.h"
#include "on_screen.h"
#include "tests/fakes/stage.h"
#include "ui/history.h"

enum { MOST = 1200 };

struct scene { struct history history; struct history_entry entries[MOST]; struct history_view view; struct history_row *rows; size_t count; };

static void open_scene(struct scene *scene)
{
	memset(scene, 0, sizeof(*scene));
	scene->history.arena = arena_new();
	scene->history.entries = scene->entries;
	scene->view.arena = arena_new();
	scene->view.history = &scene->history;
	line_init(&scene->view.filter, NULL, 0, false);
}

static void close_scene(struct scene *scene)
{
	line_free(&scene->view.filter);
	free(scene->view.opened);
	arena_free(scene->view.arena);
	arena_free(scene->history.arena);
}

/* Newest first, as a history is. */
static void add(struct scene *scene, const char *id, const char *job, enum history_state state, bool can_undo, size_t steps)
{
	struct arena *arena = scene->history.arena;

	scene->entries[scene->history.count] = (struct history_entry){
		.id = id, .time = 2000000 - (int64_t)scene->history.count, .who = "made by you here", .kind = "mailbox", .name = id,
		.sentence = arena_format(arena, "Step %s", id), .reason = "t1", .state = state, .can_undo = can_undo,
		.state_words = state == HISTORY_DONE ? "done" : "not done: away", .job = job, .job_words = "Lock of anna", .job_steps = steps, .lines = "",
	};
	scene->history.count++;
}

static void rows_of(struct scene *scene, const struct gate_job_end *ends, size_t count)
{
	history_join_jobs(&scene->history, scene->entries, ends, count);
	scene->count = history_entry_rows(&scene->view, &scene->rows);
}

static void a_job_is_one_row_that_opens(void **state)
{
	struct scene *scene = malloc(sizeof(*scene));

	(void)state;
	open_scene(scene);
	add(scene, "4", NULL, HISTORY_DONE, true, 0);
	add(scene, "3", "j1", HISTORY_DONE, false, 3);
	add(scene, "2", "j1", HISTORY_DONE, true, 3);
	add(scene, "1", "j1", HISTORY_DONE, false, 3);
	rows_of(scene, NULL, 0);
	assert_int_equal(scene->count, 2);
	assert_null(scene->rows[0].job);
	assert_string_equal(scene->rows[1].job, "j1");
	assert_string_equal(scene->rows[1].what, "Lock of anna (3 steps)");
	assert_string_equal(scene->rows[1].state, "done");
	assert_true(scene->rows[1].can_undo);
	assert_non_null(strstr(scene->rows[1].lines, "Step 1: done\nStep 2: done\nStep 3: done\n"));
	scene->view.opened = memory_text("j1");
	scene->count = history_entry_rows(&scene->view, &scene->rows);
	assert_int_equal(scene->count, 5);
	for (size_t i = 2; i < 5; i++) {
		assert_true(scene->rows[i].step);
		/* They stay together below their job wherever another change was made in between. */
		assert_int_equal(scene->rows[i].sort, scene->rows[1].sort);
		assert_int_equal(scene->rows[i].entry->id[0], '1' + (int)i - 2);
	}
	close_scene(scene);
	free(scene);
}

static void what_is_open_makes_a_row_of_one_change_too(void **state)
{
	static const struct gate_job_open open[] = { { NULL, true }, { NULL, true } };
	const struct gate_job_end end = { .job = "j1", .run = "g", .steps = 3, .open = open, .open_count = 2 };
	struct scene *scene = malloc(sizeof(*scene));

	(void)state;
	open_scene(scene);
	add(scene, "1", "j1", HISTORY_DONE, true, 3);
	rows_of(scene, &end, 1);
	assert_int_equal(scene->count, 1);
	assert_string_equal(scene->rows[0].what, "Lock of anna (3 steps)");
	assert_string_equal(scene->rows[0].state, "1 of 3 done, 2 open");
	assert_int_equal(scene->rows[0].job_state, HISTORY_PARTLY);
	assert_non_null(strstr(scene->rows[0].lines, "was not begun"));
	close_scene(scene);
	/* A job of one step is that step. */
	open_scene(scene);
	add(scene, "1", "j1", HISTORY_DONE, true, 1);
	rows_of(scene, NULL, 0);
	assert_int_equal(scene->count, 1);
	assert_null(scene->rows[0].job);
	assert_string_equal(scene->rows[0].what, "Step 1");
	close_scene(scene);
	free(scene);
}

static void words_are_searched_in_every_step(void **state)
{
	struct scene *scene = malloc(sizeof(*scene));

	(void)state;
	open_scene(scene);
	add(scene, "2", "j1", HISTORY_DONE, false, 2);
	add(scene, "1", "j1", HISTORY_DONE, false, 2);
	line_paste(&scene->view.filter, "step", 4);
	rows_of(scene, NULL, 0);
	assert_int_equal(scene->count, 2);
	assert_null(scene->rows[0].job);
	assert_null(scene->rows[1].job);
	close_scene(scene);
	free(scene);
}

/* Goes of two jobs that lie in each other, none that lies elsewhere, none at all. */
static void many_jobs_and_none(void **state)
{
	static char ids[MOST][8], jobs[MOST / 4][12];
	struct scene *scene = malloc(sizeof(*scene));
	size_t all = 0;

	(void)state;
	open_scene(scene);
	scene->view.history = NULL;
	assert_int_equal(history_entry_rows(&scene->view, &scene->rows), 0);
	scene->view.history = &scene->history;
	assert_int_equal(history_entry_rows(&scene->view, &scene->rows), 0);
	for (size_t i = 0; i < MOST; i++) {
		snprintf(ids[i], sizeof(ids[i]), "%zu", i);
		snprintf(jobs[i % (MOST / 4)], sizeof(jobs[0]), "j%08zx", i % (MOST / 4));
		add(scene, ids[i], jobs[i % (MOST / 4)], HISTORY_DONE, false, 4);
	}
	rows_of(scene, NULL, 0);
	assert_int_equal(scene->count, MOST / 4);
	for (size_t i = 0; i < scene->count; i++)
		all += scene->rows[i].entry->of->count;
	assert_int_equal(all, MOST);
	close_scene(scene);
	free(scene);
}

/* "11/12 done" is not cut for want of two columns, and where no job has so many the column stays narrow. */
static void many_steps_widen_the_state(void **state)
{
	static const struct { size_t all, open; const char *words; int column; } cases[] = {
		{ 4, 2, "2/4 done", 72 }, { 12, 2, "10/12 done", 70 }, { 120, 20, "100/120 done", 68 }, { 1200, 20, "PARTLY", 72 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct scene *scene = malloc(sizeof(*scene));
		struct gate_job_open *open = calloc(cases[i].open, sizeof(*open));
		struct gate_job_end end = { .job = "j1", .run = "g", .steps = cases[i].all, .open = open, .open_count = cases[i].open };
		struct canvas *canvas = canvas_new(9, 80, VISIBLE_ASCII);
		char *screen;

		open_scene(scene);
		add(scene, "1", "j1", HISTORY_DONE, true, cases[i].all);
		scene->entries[0].reason = "";
		rows_of(scene, &end, 1);
		scene->view.rows = scene->rows;
		scene->view.count = scene->view.total = scene->count;
		history_draw(&scene->view.view, canvas, (struct area){ 0, 9, 80 });
		screen = canvas_print(canvas);
		assert_non_null(strstr(screen, cases[i].words));
		assert_int_equal(strstr(screen, cases[i].words) - strchr(screen, '\n') - 1, cases[i].column - 1);
		free(screen);
		canvas_free(canvas);
		free(open);
		close_scene(scene);
		free(scene);
	}
}

/* --- on the screen ---------------------------------------------------------------------------------------- */

static void done(struct stage *stage, const char *keys)
{
	stage_keys(stage, keys);
	stage_keys(stage, "Esc Esc");
}

static void the_history_says_how_much_is_done_and_taken_back(void **state)
{
	struct fake_settings settings = { .role = ROLE_ADMIN, .servers = 2 };
	struct stage *stage = stage_new(&settings, "users", 40, 140, VISIBLE_UTF8);

	(void)state;
	stage_keys(stage, "/");
	stage_type(stage, "user000");
	stage_keys(stage, "Enter b Ctrl-G");
	shows(stage, "lock the account");
	fake_away(stage->engine, "mail2");
	done(stage, "Tab Tab Enter");
	fake_away(stage->engine, NULL);
	stage_keys(stage, "H");
	shows(stage, "Lock of user000 (");
	shows(stage, "done, ");
	shows(stage, " open");
	hides(stage, "PARTLY");
	stage_keys(stage, "Esc");
	stage_free(stage);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_job_is_one_row_that_opens), cmocka_unit_test(what_is_open_makes_a_row_of_one_change_too),
		cmocka_unit_test(words_are_searched_in_every_step), cmocka_unit_test(many_steps_widen_the_state), cmocka_unit_test(many_jobs_and_none),
		cmocka_unit_test(the_history_says_how_much_is_done_and_taken_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
