/*
 * again: open steps of an earlier run, and jobs that are taken back.
 *
 * An open step is kept as a word and a server, "flush mail2": the person is all
 * that it needs besides.  What needs a secret is never kept.  Loop thread.
 */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "desk/desk_private.h"

const char *run_token(struct arena *arena, const struct planned *planned)
{
	static const char *const words[] = { "flush", "end", "smtp", "recalculate" };

	if (!planned->change || !planned->server || !planned->repeats || planned->checks || planned->change->edit_count == 0)
		return NULL;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcmp(planned->change->edits[0].field->name, words[i]) == 0)
			return arena_format(arena, "%s %s", words[i], planned->change->name);
	return NULL;
}

void run_keep(struct desk_run *run)
{
	const char **tokens = arena_alloc(run->arena, (run->count + 1) * sizeof(*tokens)), *words = "";
	const char *id = run->due_id ? run->due_id : run->view.id;
	size_t count = 0;
	struct error error = { 0 };
	struct desk_due due = { .id = id, .job = run->view.job->name, .login = run->person->name, .since = clock_now(), .who = run->desk->settings.person,
		.reason = run->reason ? run->reason : "", .steps = true };

	if (run->at == 0 && run->view.phase != DESK_OVER)
		return;
	for (size_t i = 0; i < run->count; i++) {
		enum desk_state state = run->shown[i].state;
		const char *token = state == DESK_OPEN || state == DESK_UNKNOWN || state == DESK_WAITING ? run_token(run->arena, &run->steps[i].planned) : NULL;

		if (!token)
			continue;
		tokens[count++] = token;
		words = arena_format(run->arena, "%s%s%s on %s", words, *words ? ", " : "", run->shown[i].words, run->shown[i].server);
	}
	due.words = arena_format(run->arena, "%s of %s: not done yet: %s", run->view.job->title, run->person->name, words);
	if (count > 0)
		due_list_put(run->desk->dues, &due, tokens, &error);
	else
		due_list_remove(run->desk->dues, id, &error);
	desk_remind(run->desk);
}

/* --- open steps ----------------------------------------------------------------------------------------------------- */

static bool is_among(const char *const *tokens, const char *token)
{
	for (; token && *tokens; tokens++)
		if (strcmp(*tokens, token) == 0)
			return true;
	return false;
}

static void plan_open(struct desk_run *run, const char *const *tokens)
{
	struct desk_plan *plan = &run->plan;
	size_t kept = 0;

	desk_step_flush(plan, "what the login cache knows there still counts");
	desk_step_sessions(plan, "whoever was connected there goes on");
	desk_step_smtp(plan);
	desk_step_recalculate(plan);
	for (size_t i = 0; i < plan->count; i++) {
		if (is_among(tokens, run_token(run->arena, &plan->steps[i])))
			plan->steps[kept++] = plan->steps[i];
		else
			change_free(plan->steps[i].change);
	}
	plan->count = kept;
}

static void begin_open(void *context)
{
	struct desk_run *run = context;

	loop_timer_stop(run->timer);
	run->timer = NULL;
	run_preview(run);
}

struct desk_run *desk_begin_open(struct desk *desk, const char *due_id, const struct record *person, void (*changed)(void *context), void *context)
{
	const struct desk_due *dues;
	size_t count, i;
	const struct desk_job *job;
	struct desk_run *run;

	dues = due_list_all(desk->dues, &count);
	for (i = 0; i < count && strcmp(dues[i].id, due_id) != 0; i++)
		;
	job = i < count && dues[i].steps ? desk_job_find(dues[i].job) : NULL;
	if (!job)
		return NULL;
	run = run_new(desk, job, person, changed, context);
	run->due_id = arena_text(run->arena, due_id);
	if (run->plan.live)
		plan_open(run, due_list_steps(desk->dues, run->arena, due_id));
	run->timer = loop_after(desk->settings.loop, 0, 0, begin_open, run);
	return run;
}

/* --- taking a job back -------------------------------------------------------------------------------------------------- */

static const struct history_entry *entry_of(const struct history *history, const char *id)
{
	for (size_t i = 0; i < history->count; i++)
		if (strcmp(history->entries[i].id, id) == 0 || (history->entries[i].job && strcmp(history->entries[i].job, id) == 0))
			return &history->entries[i];
	return NULL;
}

/* Newest first, as the history is: what was done last is taken back first. */
static void plan_undo(struct desk_run *run, const struct history *history, const char *job)
{
	for (size_t i = 0; i < history->count; i++) {
		const struct history_entry *entry = &history->entries[i];

		if (!entry->job || strcmp(entry->job, job) != 0)
			continue;
		if (entry->can_undo)
			desk_step(&run->plan, NULL, NULL, arena_format(run->arena, "taken back: %s", entry->sentence), "it stays as the job left it")->undo = arena_text(run->arena, entry->id);
		else if (entry->state == HISTORY_DONE && !entry->undo_of)
			desk_remark(&run->plan, "stays: %s", entry->sentence);
	}
}

static void on_history(void *context, struct history *history, const struct error *error)
{
	struct desk_run *run = context;
	const struct history_entry *entry = history ? entry_of(history, run->due_id) : NULL;

	run->pending--;
	if (entry && entry->job)
		plan_undo(run, history, entry->job);
	else if (error && error->kind != ERROR_NONE)
		run->view.refusal = *error;
	else
		error_set(&run->view.refusal, ERROR_NOT_FOUND, "There is no job %s in the history; postroom history lists the changes", run->due_id);
	history_free(history);
	run->due_id = NULL;
	if (!run_settled(run))
		run_preview(run);
}

static const struct desk_job undo_job = { "undo", "Taken back", "Takes the steps of a job back, the last one first.", NULL, false, NULL };

struct desk_run *desk_begin_undo(struct desk *desk, const char *id, void (*changed)(void *context), void *context)
{
	struct record *nobody = record_new(kinds[0]);
	struct desk_run *run = run_new(desk, &undo_job, nobody, changed, context);

	record_free(nobody);
	run->due_id = arena_text(run->arena, id);
	run->pending++;
	gate_history(desk->settings.gate, on_history, run);
	return run;
}

bool desk_is_number(const char *id)
{
	return id[0] == 'j' && strlen(id) == 9 && strspn(id + 1, "0123456789abcdef") == 8;
}

/* --- what is due -------------------------------------------------------------------------------------------------------------- */

const struct desk_due *desk_dues(struct desk *desk, size_t *count)
{
	return due_list_all(desk->dues, count);
}

bool desk_due_refresh(struct desk *desk)
{
	return due_list_refresh(desk->dues);
}

bool desk_due_done(struct desk *desk, const char *id, struct error *error)
{
	return due_list_remove(desk->dues, id, error);
}
