/*
 * run_submit: what was confirmed, step after step.
 *
 * One request at a time; the gate walks every step again and gives a review
 * back where something that was shown has changed: then the run stops and is
 * shown anew, and goes on after that from the first step that is not done.  A
 * step that repeats is looked at right before, since it means whatever is there
 * then; a server that gives no answer leaves it open.  Loop thread.
 */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "desk/desk_private.h"
#include "settings/refused_logins.h"

static void next_step(struct desk_run *run);

static bool unreachable(enum error_kind kind)
{
	return kind == ERROR_UNREACHABLE || kind == ERROR_TIMEOUT || kind == ERROR_CANCELLED;
}

/* Where a step that the others need was not done, they are not begun. */
static void leave_out_rest(struct desk_run *run)
{
	for (size_t i = run->at + 1; i < run->count; i++) {
		if (run->shown[i].state != DESK_WAITING)
			continue;
		run->shown[i].state = DESK_LEFT_OUT;
		run->shown[i].told = "not begun, because a step before it was not done";
	}
}

static void end_step(struct desk_run *run, enum desk_state state, const char *told)
{
	struct desk_step *shown = &run->shown[run->at];

	shown->state = state;
	shown->told = told && *told ? arena_text(run->arena, told) : NULL;
	shown->at = clock_now();
	run_keep(run);
	if (run->steps[run->at].planned.stops && state != DESK_DONE && state != DESK_ALREADY)
		leave_out_rest(run);
	run->at++;
	next_step(run);
}

/* What nobody answered, or somebody else was faster with, may be tried again. */
static void fail_step(struct desk_run *run, const struct error *error, bool again)
{
	run->steps[run->at].error = *error;
	end_step(run, again || unreachable(error->kind) ? DESK_OPEN : DESK_FAILED, error->text);
}

/* --- submitting ------------------------------------------------------------------------------------------------------ */

/* What was shown has changed: it is shown again, and nothing goes on by itself. */
static void show_again(struct desk_run *run, struct review *takes)
{
	struct run_step *step = &run->steps[run->at];

	review_free(step->review);
	step->review = takes;
	run->shown[run->at].state = DESK_WAITING;
	run->shown[run->at].review = takes;
	run->view.phase = DESK_SHOWN;
	if (!takes->allowed)
		run->view.refusal = takes->refusal;
	run_join(run);
	run_changed(run);
}

/* What a done step tells beyond its own words: how many sessions ended, what a try found. */
static const char *told_of(const struct desk_run *run, const struct gate_result *result)
{
	const struct planned *planned = &run->steps[run->at].planned;
	const char *field = planned->change && planned->change->edit_count > 0 ? planned->change->edits[0].field->name : "";

	if (result->error.kind != ERROR_NONE)
		return result->error.text;
	return planned->login || planned->undo || strcmp(field, "flush") == 0 || strcmp(field, "recalculate") == 0 || !planned->server ? NULL : result->sentence;
}

static void on_result(void *context, const struct gate_result *result)
{
	struct desk_run *run = context;
	struct desk_step *shown = &run->shown[run->at];

	run->pending--;
	if (run->left) {
		review_free(result->again);
		shown->state = result->outcome == OUTCOME_APPLIED || result->outcome == OUTCOME_ALREADY ? DESK_DONE : DESK_OPEN;
		if (shown->state == DESK_OPEN && run->steps[run->at].planned.stops)
			leave_out_rest(run);
		run_settled(run);
		return;
	}
	shown->id = arena_text(run->arena, result->id);
	run->steps[run->at].can_undo = result->can_undo;
	if (result->again) {
		show_again(run, result->again);
		return;
	}
	if (result->outcome == OUTCOME_APPLIED)
		end_step(run, DESK_DONE, told_of(run, result));
	else if (result->outcome == OUTCOME_ALREADY)
		end_step(run, DESK_ALREADY, result->sentence);
	else if (result->outcome == OUTCOME_UNKNOWN || result->error.kind == ERROR_UNKNOWN_OUTCOME)
		end_step(run, DESK_UNKNOWN, result->error.text);
	else
		fail_step(run, &result->error, result->outcome == OUTCOME_CONFLICT);
}

static void submit(struct desk_run *run)
{
	const struct review *review = run->steps[run->at].review;

	run->pending++;
	gate_submit(run->desk->settings.gate, review, review->confirm == CONFIRM_NAME ? run->typed : NULL, run->reason, on_result, run);
}

/* --- a step that repeats --------------------------------------------------------------------------------------------------- */

static void on_looked(void *context, struct review *takes)
{
	struct desk_run *run = context;
	struct run_step *step = &run->steps[run->at];

	run->pending--;
	review_free(step->review);
	step->review = takes;
	run->shown[run->at].review = takes;
	if (run_settled(run))
		return;
	if (takes->allowed)
		submit(run);
	else
		fail_step(run, &takes->refusal, false);
}

static void ask_anew(struct desk_run *run, struct change *anew)
{
	struct planned *planned = &run->steps[run->at].planned;

	if (anew) {
		run_name_change(run, anew);
		change_free(planned->change);
		planned->change = anew;
	}
	run->pending++;
	run_ask(run, planned, on_looked, run);
}

static struct desk_queue *queue_of(struct desk_run *run, const char *server)
{
	for (size_t i = 0; i < run->plan.queue_count; i++)
		if (strcmp(run->plan.queues[i].server, server) == 0)
			return &run->plan.queues[i];
	return NULL;
}

/* What is in the table now is what the change is planned from. */
static void on_proposed(void *context, struct change *takes, const struct error *error)
{
	struct desk_run *run = context;

	run->pending--;
	run->proposals[0] = NULL;
	if (run->left) {
		change_free(takes);
		run_settled(run);
	} else if (takes) {
		ask_anew(run, takes);
	} else if (error && error->kind != ERROR_NONE) {
		/* Where it cannot be done at all there is no such step; this server could not be read. */
		fail_step(run, error, true);
	} else {
		end_step(run, DESK_ALREADY, NULL);
	}
}

/* The queue as it is now. */
static void on_listed(struct desk_run *run)
{
	const struct desk_queue *queue = queue_of(run, run->steps[run->at].planned.server);
	struct change *change = queue->error.kind == ERROR_NONE ? queue_hold(queue) : NULL;

	if (change)
		ask_anew(run, change);
	else if (queue->error.kind != ERROR_NONE)
		fail_step(run, &queue->error, false);
	else
		end_step(run, DESK_ALREADY, "nothing waits there, or it is on hold already");
}

static void look_first(struct desk_run *run)
{
	struct planned *planned = &run->steps[run->at].planned;
	size_t host;

	if (planned->hold)
		queue_list(run, queue_of(run, planned->server), on_listed);
	else if (planned->login && host_named(live_hosts(run->plan.live), planned->server, &host)) {
		run->pending++;
		run->proposals[0] = refused_login_propose(live_hosts(run->plan.live), host, planned->login, REFUSED_LOGIN_ANSWER, on_proposed, run);
	} else {
		ask_anew(run, planned->anew ? planned->anew(&run->plan, planned) : NULL);
	}
}

/* --- in order ------------------------------------------------------------------------------------------------------------------- */

static void keep_due(struct desk_run *run)
{
	const struct planned *planned = &run->steps[run->at].planned;
	struct error error = { 0 };
	const struct desk_due due = {
		.id = arena_format(run->arena, "%s-%zu", run->view.id, run->at), .job = run->view.job->name, .login = run->person->name, .words = planned->due_words,
		.when = planned->due, .since = clock_now(), .who = run->desk->settings.person, .reason = run->reason ? run->reason : "",
	};

	if (due_list_put(run->desk->dues, &due, NULL, &error))
		end_step(run, DESK_DONE, NULL);
	else
		fail_step(run, &error, false);
}

/* Was the password written, or may it have been? One that was refused is not told to anybody. */
static bool may_count(const struct desk_run *run)
{
	for (size_t i = 0; i < run->count; i++) {
		const struct planned *planned = &run->steps[i].planned;
		enum desk_state state = run->shown[i].state;

		for (size_t j = 0; planned->change && !planned->checks && j < planned->change->edit_count; j++)
			if (planned->change->edits[j].field->type == FIELD_SECRET)
				return state == DESK_DONE || state == DESK_ALREADY || state == DESK_UNKNOWN;
	}
	return false;
}

static void over(void *context)
{
	struct desk_run *run = context;

	run->pending--;
	if (run_settled(run))
		return;
	run->view.phase = DESK_OVER;
	run->view.secret = run->generated && may_count(run) ? run->secret : NULL;
	desk_remind(run->desk);
	run_tell(run);
	run_changed(run);
}

/* The history knows from this what was not even begun. */
static void write_end(struct desk_run *run)
{
	struct gate_job_open *open = arena_alloc(run->arena, (run->count + 1) * sizeof(*open));
	struct gate_job_end end = { .job = run->view.id, .run = run->go, .rest = run->due_id != NULL, .steps = run->count, .open = open };

	for (size_t i = 0; i < run->count; i++)
		if (run->shown[i].state != DESK_DONE && run->shown[i].state != DESK_ALREADY)
			open[end.open_count++] = (struct gate_job_open){ *run->shown[i].id ? run->shown[i].id : NULL, run_is_kept(run, i) };
	run->pending++;
	gate_job_end(run->desk->settings.gate, &end, over, run);
}

static void finish(struct desk_run *run)
{
	run_join(run);
	run_forget_due(run);
	run_keep(run);
	/* Taking back is told by what was taken back. */
	if (!run->taken_back) {
		write_end(run);
		return;
	}
	run->pending++;
	over(run);
}

static void next_step(struct desk_run *run)
{
	while (run->at < run->count && run->shown[run->at].state != DESK_WAITING)
		run->at++;
	if (run->at == run->count) {
		finish(run);
		return;
	}
	run->shown[run->at].state = DESK_RUNNING;
	run_changed(run);
	if (run->steps[run->at].planned.due)
		keep_due(run);
	else if (run->steps[run->at].planned.repeats || !run->steps[run->at].review)
		look_first(run);
	else
		submit(run);
}

void desk_apply(struct desk_run *run, const char *typed, const char *reason)
{
	if (run->view.phase != DESK_SHOWN || run->view.refusal.kind != ERROR_NONE)
		return;
	if (run->plan.confirm_name && (!typed || strcmp(typed, run->view.confirm_text) != 0)) {
		error_set(&run->view.refusal, ERROR_INVALID, "Nothing was changed: what was typed is not %s", run->view.confirm_text);
		return;
	}
	free(run->typed);
	free(run->reason);
	run->typed = memory_text(typed);
	run->reason = memory_text(reason);
	run->view.phase = DESK_WRITING;
	run->begun = true;
	run->at = 0;
	run_word_steps(run);
	run_keep(run);
	next_step(run);
}

/* --- again ----------------------------------------------------------------------------------------------------------------------- */

static const struct history_entry *entry_of(const struct history *history, const char *id)
{
	for (size_t i = 0; history && *id && i < history->count; i++)
		if (strcmp(history->entries[i].id, id) == 0)
			return &history->entries[i];
	return NULL;
}

/* What the gate found out meanwhile: nothing is done twice because nobody had seen it the first time. */
static void take_outcomes(struct desk_run *run, const struct history *history)
{
	for (size_t i = 0; i < run->count; i++) {
		struct desk_step *shown = &run->shown[i];
		const struct history_entry *entry = shown->state == DESK_UNKNOWN ? entry_of(history, shown->id) : NULL;

		if (shown->state == DESK_DONE || shown->state == DESK_ALREADY || (entry && entry->state == HISTORY_UNKNOWN && !run->steps[i].planned.repeats))
			continue;
		shown->state = entry && entry->state == HISTORY_DONE ? DESK_DONE : DESK_WAITING;
		shown->told = NULL;
	}
}

static void on_history(void *context, struct history *takes, const struct error *error)
{
	struct desk_run *run = context;

	(void)error;
	run->pending--;
	if (!run->left) {
		take_outcomes(run, takes);
		next_step(run);
	}
	history_free(takes);
	run_settled(run);
}

static void after_resolve(void *context, size_t left, const struct error *error)
{
	struct desk_run *run = context;

	(void)left;
	(void)error;
	run->pending--;
	if (run_settled(run))
		return;
	run->pending++;
	gate_history(run->desk->settings.gate, on_history, run);
}

void desk_again(struct desk_run *run)
{
	if (run->view.phase != DESK_OVER)
		return;
	run->view.phase = DESK_WRITING;
	run->at = 0;
	run_changed(run);
	run->pending++;
	gate_resolve(run->desk->settings.gate, after_resolve, run);
}
