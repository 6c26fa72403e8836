/*
 * requests: preview, submit and undo as jobs on the gate's thread.
 *
 * A request owns copies of everything it was given; its answer comes once on
 * the loop thread, also where the gate closes before it was its turn.  The
 * functions called run_ are on the gate's thread, all others on the loop's.
 */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "gate/gate_private.h"
#include "gate/whose.h"

/* --- preview ------------------------------------------------------------------------------ */

struct preview {
	struct gate *gate;
	struct change *change;             /* NULL: undo */
	char *undo_id;                     /* NULL: the last one */
	bool rest;                         /* not taken back: gone on with */
	struct review *review;
	void (*done)(void *context, struct review *takes);
	void *context;
};

static void preview_walk(struct gate *gate, const struct job *job, struct review *review)
{
	struct walk walk = { .gate = gate, .job = job, .review = review };

	walk_run(&walk, STAGE_CONSEQUENCES);
}

static void run_preview(struct job *job, void *context)
{
	struct preview *preview = context;

	preview->review = review_new(preview->gate, preview->change);
	preview->change = NULL;
	preview_walk(preview->gate, job, preview->review);
}

static void preview_done(void *context, bool cancelled)
{
	struct preview *preview = context;

	if (!preview->review) {
		if (!preview->change)
			preview->change = change_new(VERB_UNDO, kinds[0], "");
		preview->review = review_new(preview->gate, preview->change);
		error_set(&preview->review->refusal, ERROR_CANCELLED, "This was given up before it was looked at");
	}
	(void)cancelled;
	preview->done(preview->context, preview->review);
	gate_job_done(preview->gate);
	free(preview->undo_id);
	free(preview);
}

static void interrupt_preview(void *context)
{
	gate_interrupt(((struct preview *)context)->gate);
}

static const struct job_class preview_class = {
	.name = "review", .run = run_preview, .done = preview_done, .interrupt = interrupt_preview,
};

void gate_preview(struct gate *gate, const struct change *change, void (*done)(void *context, struct review *takes), void *context)
{
	struct preview *preview = memory_new(sizeof(*preview));

	preview->gate = gate;
	preview->change = change_copy(change);
	preview->done = done;
	preview->context = context;
	gate_post(gate, &preview_class, preview);
}

/* --- undo ------------------------------------------------------------------------------------ */

/* The newest set of this user that is done, at least partly, and holds; undos themselves are passed over. */
static const struct set *last_undoable(const struct archive *archive)
{
	size_t i;

	for (i = archive->count; i-- > 0;) {
		const struct set *set = archive->sets[i];

		if (set->ours && !set->undone_by && !set->undo_of && set->end != SET_OPEN && set->end != SET_UNKNOWN &&
		    set_undoable(set) > 0)
			return set;
	}
	return NULL;
}

/* Said before anything is looked for: who may take back nothing is not told that there is nothing. */
static bool may_undo(const struct gate *gate, struct error *error)
{
	struct change *any;
	bool may = role_may(gate->settings.role, kinds[0], NULL, VERB_UNDO);

	if (may)
		return true;
	any = change_new(VERB_UNDO, kinds[0], "");
	role_check(gate->settings.role, any, error);
	change_free(any);
	return false;
}

/* The newest set of this user that stopped in the middle. */
static const struct set *last_stopped(const struct archive *archive)
{
	for (size_t i = archive->count; i-- > 0;)
		if (archive->sets[i]->ours && set_rest(archive->sets[i]) > 0)
			return archive->sets[i];
	return NULL;
}

static const struct set *set_to_undo(const struct archive *archive, const char *id, bool rest, struct error *error)
{
	const struct set *set = id && *id ? archive_find(archive, id) : rest ? last_stopped(archive) : last_undoable(archive);

	if (!set && id && *id)
		error_set(error, ERROR_NOT_FOUND, "There is no change %s in the history; postroom history lists them", id);
	else if (!set && rest)
		error_set(error, ERROR_NOT_FOUND, "There is nothing to go on with: no change made by you stopped in the middle");
	else if (!set)
		error_set(error, ERROR_NOT_FOUND, "There is nothing to take back: no change made by you here still holds");
	else if (set->end == SET_OPEN || set->end == SET_UNKNOWN)
		error_set(error, ERROR_UNKNOWN_OUTCOME, "Nobody knows yet how change %s ended, so it cannot be %s now", set->id, rest ? "finished" : "taken back");
	else
		return set;
	return NULL;
}

/* Nobody named this change: it is the last step of a job, and half of that may be worse than all or nothing. */
static void name_job(struct review *review, const struct set *set)
{
	review->of_job = arena_text(review->arena, set->job);
	review_add_consequence(review, SEVERITY_WARNING, "undo-of-job", arena_format(review->arena,
		"This is one step of \"%s\" (%s): the rest of that stays as it is. All of it is taken back by u on its line in the history, or by postroom undo %s.",
		set->job_words ? set->job_words : "a job", set->job, set->job));
}

/* What comes back of a deleted account; the journal holds no password. Also how the history tells of it. */
static const char *lacks(const struct review *review)
{
	return review->ordinary && review->ordinary->verb == VERB_ADD && review->change->kind == &kind_user ?
		" (" WITHOUT_PASSWORD ": nobody can log in until a new one is set)" : "";
}

static void run_undo(struct job *job, void *context)
{
	struct preview *preview = context;
	struct gate *gate = preview->gate;
	struct archive *archive = gate_archive(gate, false);
	struct error error = { 0 };
	const struct set *set = may_undo(gate, &error) ? set_to_undo(archive, preview->undo_id, preview->rest, &error) : NULL;
	struct change *change = !set ? NULL : preview->rest ? rest_change(archive, set, &error) : undo_change(archive, set, &error);

	preview->review = review_new(gate, change ? change : change_new(VERB_UNDO, kinds[0], ""));
	if (change)
		preview_walk(gate, job, preview->review);
	else
		preview->review->refusal = error;
	if (change && set->sentence)
		preview->review->sentence = arena_format(preview->review->arena, "%s: %s%s", preview->rest ? "The rest of" : "Taken back", set->sentence,
			preview->rest ? "" : lacks(preview->review));
	if (change && set->sentence)
		preview->review->ahead = arena_format(preview->review->arena, "%s: %s", preview->rest ? "Finish" : "Take back", set->sentence);
	if (change && !preview->rest)
		preview->review->rest = set_rest(set);
	if (change && !preview->rest && set->job && !(preview->undo_id && *preview->undo_id))
		name_job(preview->review, set);
	archive_free(archive);
}

static const struct job_class undo_class = {
	.name = "undo", .run = run_undo, .done = preview_done, .interrupt = interrupt_preview,
};

static void preview_set(struct gate *gate, const char *id, bool rest, void (*done)(void *context, struct review *takes), void *context)
{
	struct preview *preview = memory_new(sizeof(*preview));

	preview->gate = gate;
	preview->rest = rest;
	preview->undo_id = memory_text(id);
	preview->done = done;
	preview->context = context;
	gate_post(gate, &undo_class, preview);
}

void gate_preview_undo(struct gate *gate, const char *id, void (*done)(void *context, struct review *takes), void *context)
{
	preview_set(gate, id, false, done, context);
}

void gate_preview_rest(struct gate *gate, const char *id, void (*done)(void *context, struct review *takes), void *context)
{
	preview_set(gate, id, true, done, context);
}

/* --- submit ------------------------------------------------------------------------------------ */

struct submit {
	struct gate *gate;
	struct shown *shown;
	struct submission submission;
	bool ran;
	void (*done)(void *context, const struct gate_result *result);
	void *context;
};

/* A conflict without any difference: the server did not evaluate the assertion (terminal-and-safety 5.6). */
static bool same_version_again(struct submission *submission, const struct record *now)
{
	bool same = now && now->version && submission->last_version && !strcmp(now->version, submission->last_version);

	submission->last_version = now && now->version ? arena_text(submission->arena, now->version) : NULL;
	return same;
}

/* True where it is worth walking again. */
static bool may_retry(struct walk *walk, int attempt)
{
	struct submission *submission = walk->submission;

	if (walk->end != WALK_RETRY)
		return false;
	submission->outcome = OUTCOME_CONFLICT;
	if (same_version_again(submission, walk->review->facts.now) && attempt >= 2) {
		error_set(&submission->error, ERROR_REFUSED, "Nothing was changed: %s has not changed, but the server would not "
			"evaluate the check that goes with the change (access rules?)", walk->review->change->name);
		return false;
	}
	if (attempt >= GATE_ATTEMPTS) {
		error_set(&submission->error, ERROR_CONFLICT, "Nothing was changed: %s was changed by others each of %d times; try again",
			walk->review->change->name, attempt + 1);
		return false;
	}
	return gate_sleep(walk->gate, walk->job, 1);
}

/* What the walk came to, once it is not walked again. */
static void settle(struct walk *walk)
{
	struct submission *submission = walk->submission;
	struct review *review = walk->review;
	bool keep = walk->end == WALK_REFUSED || walk->end == WALK_AGAIN;

	/* Nothing was sent that lasted: there is no step to tell of. */
	if (walk->end == WALK_RETRY)
		submission->steps = 0;
	if (keep) {
		submission->outcome = walk->end == WALK_AGAIN ? OUTCOME_CONFLICT : OUTCOME_NOT_APPLIED;
		submission->error = review->refusal;
		if (walk->end == WALK_AGAIN)
			error_set(&submission->error, ERROR_CONFLICT, "Nothing was changed: %s changed meanwhile, so look at it again",
				review->change->name);
		review->changed = true;
		submission->again = review;
	} else if (walk->end == WALK_RETRY && submission->error.kind == ERROR_NONE) {
		error_set(&submission->error, ERROR_CONFLICT, "Nothing was changed: %s was just being changed by somebody else",
			review->change->name);
	}
	if (submission->id && !submission->ended) {
		write_end(walk->gate, submission->id, "failed", submission->error.text);
		audit(walk->gate, submission->id, review, submission->sentence, "not applied");
	}
	if (!keep)
		review_free(review);
}

static void run_submit(struct job *job, void *context)
{
	struct submit *submit = context;
	struct walk walk = { .gate = submit->gate, .job = job, .submission = &submit->submission };
	struct change *change;
	int attempt = 0;

	atomic_store(&submit->gate->steps_done, 0);
	atomic_store(&submit->gate->writes_for, submit->context);
	atomic_store(&submit->gate->writing, true);
	submit->ran = true;
	submit->submission.shown = submit->shown;
	submit->submission.outcome = OUTCOME_NOT_APPLIED;
	for (;;) {
		walk.end = WALK_ON;
		error_clear(&submit->submission.error);
		change = change_copy(submit->shown->change);
		change->reason = arena_text(change->arena, submit->shown->reason);
		walk.review = review_new(submit->gate, change);
		walk_run(&walk, STAGE_DONE);
		if (!may_retry(&walk, attempt++))
			break;
		review_free(walk.review);
	}
	settle(&walk);
	atomic_store(&submit->gate->writes_for, NULL);
	atomic_store(&submit->gate->writing, false);
}

static bool can_be_taken_back(const struct submission *submission)
{
	bool any = false;

	for (size_t i = 0; submission->inverses && i < submission->steps; i++) {
		const struct operation *inverse = &submission->inverses[i];

		/* What a management system deleted it can only make anew. */
		if (inverse->place && inverse->through && inverse->verb == OPERATION_ADD)
			return false;
		any = any || inverse->place;
	}
	return any;
}

static void submit_done(void *context, bool cancelled)
{
	struct submit *submit = context;
	struct submission *submission = &submit->submission;
	struct gate *gate = submit->gate;
	struct gate_result result = { 0 };

	(void)cancelled;
	if (!submit->ran) {
		submission->outcome = OUTCOME_NOT_APPLIED;
		error_set(&submission->error, ERROR_CANCELLED, "Nothing was changed: the program is ending");
	}
	gate->submits--;
	result.outcome = submission->outcome;
	result.again = submission->again;
	result.error = submission->error;
	result.id = submission->id ? submission->id : "";
	result.can_undo = can_be_taken_back(submission);
	result.did = submission->did;
	result.steps = submission->steps;
	result.steps_done = submission->done;
	result.step_words = submission->step_words;
	result.sentence = submission->sentence ? submission->sentence : "";
	result.taken_back = submission->taken_back;
	if (result.outcome == OUTCOME_UNKNOWN && !atomic_load(&gate->closing))
		gate_resolve_later(gate);
	submit->done(submit->context, &result);
	gate_job_done(gate);
	shown_free(submit->shown);
	arena_free(submission->arena);
	free(submit);
}

static void interrupt_submit(void *context)
{
	gate_interrupt(((struct submit *)context)->gate);
}

static const struct job_class submit_class = {
	.name = "change", .run = run_submit, .done = submit_done, .interrupt = interrupt_submit,
};

void gate_submit(struct gate *gate, const struct review *confirmed, const char *typed, const char *reason,
		void (*done)(void *context, const struct gate_result *result), void *context)
{
	struct submit *submit = memory_new(sizeof(*submit));

	submit->gate = gate;
	submit->shown = shown_of(confirmed, typed, reason);
	submit->submission.arena = arena_new();
	if (arena_is_secret(confirmed->change->arena))
		arena_holds_secret(submit->submission.arena);
	submit->done = done;
	submit->context = context;
	gate->submits++;
	gate_post(gate, &submit_class, submit);
}
