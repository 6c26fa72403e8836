/*
 * apply: the stages after the review: confirmation, journal, apply, verify,
 * done.
 *
 * Nothing is sent before its intent is on the disk, and nothing is reported
 * that was not seen.  A conflict at the first step walks again; one at a later
 * step plans the rest again.  A step that fails in the middle stops the set:
 * what is done stays, is named and can be taken back.  Gate's thread.
 */
#include <string.h>

#include "base/text.h"
#include "gate/gate_private.h"

static bool stop(struct walk *walk, enum outcome outcome)
{
	walk->submission->outcome = outcome;
	walk->end = WALK_STOPPED;
	return false;
}

/* --- confirmation --------------------------------------------------------------------------- */

static bool was_shown(const struct shown *shown, const struct consequence *consequence)
{
	size_t length = strlen(consequence->rule), i;

	for (i = 0; shown->warnings[i]; i++)
		if (!strncmp(shown->warnings[i], consequence->rule, length) && shown->warnings[i][length] == '\n' &&
		    !strcmp(shown->warnings[i] + length + 1, consequence->sentence))
			return true;
	return false;
}

static bool same_as_shown(const struct walk *walk)
{
	const struct shown *shown = walk->submission->shown;
	const struct review *review = walk->review;
	size_t i;

	if (strcmp(review_lines_text(review->arena, review), shown->lines) ||
	    strcmp(plan_text(review->arena, &review->plan), shown->operations) || review->confirm != shown->confirm)
		return false;
	for (i = 0; i < review->consequence_count; i++)
		if (review->consequences[i].severity >= SEVERITY_WARNING && !was_shown(shown, &review->consequences[i]))
			return false;
	return true;
}

static bool only_blanks(const char *text)
{
	return !text || text[strspn(text, " \t")] == '\0';
}

bool stage_confirm(struct walk *walk)
{
	const struct shown *shown = walk->submission->shown;
	struct submission *submission = walk->submission;
	struct review *review = walk->review;

	if (!shown->allowed || review->conflict || !same_as_shown(walk)) {
		review->changed = true;
		walk->end = WALK_AGAIN;
		return false;
	}
	if (review->plan.count == 0) {
		submission->sentence = "Nothing to change: it is so already";
		return stop(walk, OUTCOME_ALREADY);
	}
	if (review->reason_required && only_blanks(shown->reason)) {
		error_set(&submission->error, ERROR_INVALID, "A reason is required here: give the ticket or a line that says why");
		return stop(walk, OUTCOME_NOT_APPLIED);
	}
	if (review->confirm == CONFIRM_NAME && (!shown->typed || strcmp(shown->typed, review->confirm_text))) {
		error_set(&submission->error, ERROR_INVALID, "Nothing was changed: \"%s\" must be typed exactly to confirm this",
			review->confirm_text);
		return stop(walk, OUTCOME_NOT_APPLIED);
	}
	return true;
}

/* --- journal ----------------------------------------------------------------------------------- */

static void allocate_steps(struct submission *submission, size_t steps)
{
	submission->steps = steps;
	submission->inverses = arena_alloc(submission->arena, steps * sizeof(*submission->inverses));
	submission->states = arena_alloc(submission->arena, steps * sizeof(*submission->states));
	submission->step_words = arena_alloc(submission->arena, (steps + 1) * sizeof(*submission->step_words));
}

bool stage_journal(struct walk *walk)
{
	struct submission *submission = walk->submission;
	struct gate *gate = walk->gate;
	char *id = submission->id;

	allocate_steps(submission, walk->review->plan.count);
	atomic_store(&gate->steps_done, 0);
	submission->sentence = arena_text(submission->arena, walk->review->sentence);
	if (!id)
		id = arena_format(submission->arena, "%s-%u", journal_session(gate->journal), ++gate->number);
	if (gate->settings.audit_required && !audit_ready(gate, &submission->error)) {
		error_prefix(&submission->error, "Nothing was changed, because the audit cannot be told, and the configuration wants it");
		return stop(walk, OUTCOME_NOT_APPLIED);
	}
	if (!write_intent(gate, id, walk->review, submission->sentence, submission->shown->reason, &submission->error)) {
		error_prefix(&submission->error, "Nothing was changed, because the journal cannot be written");
		return stop(walk, OUTCOME_NOT_APPLIED);
	}
	submission->id = id;
	return true;
}

/* --- apply ---------------------------------------------------------------------------------------- */

static enum outcome look_again(struct walk *walk, const struct operation *operation, struct operation *inverse,
		struct error *error)
{
	static const unsigned waits[] = { 0, 1000, 2000, 4000 };
	enum outcome outcome = OUTCOME_UNKNOWN;
	size_t i;

	for (i = 0; i < sizeof(waits) / sizeof(waits[0]) && outcome == OUTCOME_UNKNOWN; i++) {
		struct error why = { 0 };

		if (!gate_sleep(walk->gate, walk->job, waits[i]))
			return OUTCOME_UNKNOWN;
		gate_call_begin(walk->gate, walk->store);
		outcome = walk->store->look(walk->store->self, operation, walk->submission->arena, inverse, &why);
		gate_call_end(walk->gate);
		/* The first sentence says what broke; a later one matters only where it decides. */
		if (outcome != OUTCOME_UNKNOWN && why.kind != ERROR_NONE)
			*error = why;
	}
	return outcome;
}

enum outcome send_step(struct walk *walk, const struct operation *operation, struct operation *inverse,
		const char **version_after, struct error *error)
{
	enum outcome outcome;

	memset(inverse, 0, sizeof(*inverse));
	*version_after = NULL;
	error_clear(error);
	gate_call_begin(walk->gate, walk->store);
	outcome = walk->store->apply(walk->store->self, operation, walk->submission->arena, inverse, version_after, error);
	gate_call_end(walk->gate);
	return outcome == OUTCOME_UNKNOWN ? look_again(walk, operation, inverse, error) : outcome;
}

/* Steps on the same entry: the later ones assert the version that the earlier one left. */
static void carry_version(struct plan *plan, size_t step, const char *version_after)
{
	const struct operation *done = &plan->operations[step];
	size_t i;

	for (i = step + 1; version_after && i < plan->count; i++) {
		struct operation *later = &plan->operations[i];

		if (later->version && later->id && done->id && !strcmp(later->id, done->id))
			later->version = version_after;
	}
}

static const char *words_of(struct walk *walk, size_t step)
{
	const struct operation *operation = &walk->review->plan.operations[step];

	return operation->words ? operation->words : operation->place;
}

/* inverse: as the store filled it, NULL for a step that failed. */
static void note_step(struct walk *walk, size_t step, enum step_state state, const struct operation *inverse)
{
	static const char *const words[] = { "not begun", "done", "was so already", "NOT done", "outcome unknown" };
	struct submission *submission = walk->submission;
	const char *problem = state == STEP_FAILED || state == STEP_UNKNOWN ? submission->error.text : NULL;

	if (inverse && inverse->told)
		problem = arena_format(submission->arena, "%zu of them; %s", inverse->did, inverse->told);
	submission->states[step] = state;
	/* What has no place cannot be taken back. */
	if (inverse && !inverse->place)
		inverse = NULL;
	if (inverse)
		submission->inverses[step] = *inverse;
	submission->step_words[step] = arena_format(submission->arena, "%s: %s%s%s", words_of(walk, step), words[state],
		problem ? ", " : "", problem ? problem : "");
	write_step(walk->gate, submission->id, step, state, inverse, state == STEP_FAILED || state == STEP_UNKNOWN ?
		&submission->error : NULL);
}

static void note_rest(struct walk *walk, size_t from)
{
	struct submission *submission = walk->submission;

	for (; from < submission->steps; from++)
		if (!submission->step_words[from])
			submission->step_words[from] = arena_format(submission->arena, "%s: not begun", words_of(walk, from));
}

/* The rest of the steps with fresh versions; an undo plan checks that their old values still stand. */
static bool plan_rest(struct walk *walk, size_t step)
{
	struct plan *plan = &walk->review->plan, rest = { 0 };
	const struct change *of = walk_change(walk);
	struct change *change = change_new(VERB_UNDO, of->kind, of->name);
	struct facts facts = { 0 };
	struct error error = { 0 };
	bool fine;

	change->id = arena_text(change->arena, of->id);
	change->operations = plan->operations + step;
	change->operation_count = plan->count - step;
	gate_call_begin(walk->gate, walk->store);
	fine = walk->store->gather(walk->store->self, change, walk->review->arena, &facts, &error) &&
		walk->store->plan(walk->store->self, change, &facts, walk->review->arena, &rest, &error) &&
		rest.count == plan->count - step;
	gate_call_end(walk->gate);
	if (fine)
		memcpy(plan->operations + step, rest.operations, rest.count * sizeof(*rest.operations));
	change_free(change);
	return fine;
}

/* A store that did less than was asked says why in its own words. */
static void add_told(struct submission *submission, const struct operation *inverse)
{
	submission->did += inverse->did;
	if (inverse->told)
		submission->told = submission->told ? arena_format(submission->arena, "%s; %s", submission->told, inverse->told) : inverse->told;
}

/* One step until it is done or cannot be. */
static enum outcome do_step(struct walk *walk, size_t step)
{
	struct submission *submission = walk->submission;
	struct plan *plan = &walk->review->plan;
	const char *version_after;
	struct operation inverse;
	enum outcome outcome;
	int attempt;

	for (attempt = 0;; attempt++) {
		outcome = send_step(walk, &plan->operations[step], &inverse, &version_after, &submission->error);
		if (outcome != OUTCOME_CONFLICT || step == 0 || attempt == GATE_ATTEMPTS || !plan_rest(walk, step))
			break;
	}
	/* A store that got there by a second way may have left the words of the first. */
	if (outcome == OUTCOME_APPLIED || outcome == OUTCOME_ALREADY) {
		error_clear(&submission->error);
		add_told(submission, &inverse);
	}
	if (outcome == OUTCOME_APPLIED) {
		note_step(walk, step, STEP_DONE, &inverse);
		carry_version(plan, step, version_after);
	} else if (outcome == OUTCOME_ALREADY) {
		inverse.place = NULL;
		note_step(walk, step, STEP_ALREADY, &inverse);
	} else if (outcome == OUTCOME_UNKNOWN) {
		note_step(walk, step, STEP_UNKNOWN, NULL);
	}
	return outcome;
}

/* A set that stopped in the middle: what is true now, and what to do. */
static void say_partly(struct walk *walk, size_t step)
{
	struct submission *submission = walk->submission;

	if (step == 0)
		return;
	error_prefix(&submission->error, "Stopped at step %zu of %zu (%s); the %zu before it %s done and stay%s. "
		"Take them back with undo, or go on with the rest: postroom finish %s. The step said", step + 1, submission->steps, words_of(walk, step),
		step, step == 1 ? "is" : "are", step == 1 ? "s" : "", submission->id);
}

static bool unknown_now(struct walk *walk)
{
	struct submission *submission = walk->submission;
	const struct review *review = walk->review;
	const char *name = review->facts.now ? review->facts.now->name : review->change->name;

	write_end(walk->gate, submission->id, "unknown", submission->error.text);
	submission->ended = true;
	gate_lock_object(walk->gate, submission->id, review->change->kind->name, name, name_after(review, name));
	error_prefix(&submission->error, "Nobody knows yet whether the change of %s happened. "
		"It is looked at again by itself, and until then %s cannot be changed. What was seen", name, name);
	submission->error.kind = ERROR_UNKNOWN_OUTCOME;
	audit(walk->gate, submission->id, review, submission->sentence, "outcome unknown");
	return stop(walk, OUTCOME_UNKNOWN);
}

static bool failed_now(struct walk *walk, size_t step, enum outcome outcome)
{
	struct submission *submission = walk->submission;

	note_step(walk, step, STEP_FAILED, NULL);
	say_partly(walk, step);
	write_end(walk->gate, submission->id, "failed", submission->error.text);
	submission->ended = true;
	audit(walk->gate, submission->id, walk->review, submission->sentence, "failed");
	return stop(walk, outcome);
}

bool stage_apply(struct walk *walk)
{
	struct submission *submission = walk->submission;
	size_t step;

	for (step = 0; step < submission->steps; step++) {
		enum outcome outcome = do_step(walk, step);

		if (outcome == OUTCOME_APPLIED || outcome == OUTCOME_ALREADY) {
			submission->done++;
			atomic_store(&walk->gate->steps_done, submission->done);
			continue;
		}
		if (outcome == OUTCOME_CONFLICT && step == 0) {
			walk->end = WALK_RETRY;
			return false;
		}
		note_rest(walk, step + 1);
		if (outcome == OUTCOME_UNKNOWN)
			return unknown_now(walk);
		return failed_now(walk, step, outcome);
	}
	return true;
}

/* --- verify ------------------------------------------------------------------------------------------ */

/* Sends the inverses; true where all of them are done. */
static bool send_back(struct walk *walk, const char *id, struct plan *plan)
{
	const struct change *of = walk_change(walk);
	struct error error = { 0 };
	size_t i;

	for (i = 0; i < plan->count; i++) {
		struct operation inverse;
		const char *version_after;
		enum outcome outcome = send_step(walk, &plan->operations[i], &inverse, &version_after, &error);

		if (outcome != OUTCOME_APPLIED && outcome != OUTCOME_ALREADY) {
			write_step(walk->gate, id, i, outcome == OUTCOME_UNKNOWN ? STEP_UNKNOWN : STEP_FAILED, NULL, &error);
			write_end(walk->gate, id, outcome == OUTCOME_UNKNOWN ? "unknown" : "failed", error.text);
			if (outcome == OUTCOME_UNKNOWN)
				gate_lock_object(walk->gate, id, of->kind->name, of->name,
					walk->review->plan.after ? walk->review->plan.after->name : NULL);
			return false;
		}
		write_step(walk->gate, id, i, outcome == OUTCOME_APPLIED ? STEP_DONE : STEP_ALREADY,
			outcome == OUTCOME_APPLIED ? &inverse : NULL, NULL);
		carry_version(plan, i, version_after);
	}
	return write_end(walk->gate, id, "done", NULL);
}

/* Plans the inverses and journals them as a set of their own. */
static bool take_back(struct walk *walk)
{
	struct submission *submission = walk->submission;
	const struct change *of = walk_change(walk);
	const char *id = arena_format(submission->arena, "%s-%u", journal_session(walk->gate->journal), ++walk->gate->number);
	struct record *after = walk->review->plan.after;
	struct change *undo = undo_of_steps(of->kind, after ? after->name : of->name, of->id, submission->id,
		submission->inverses, submission->steps);
	struct review *review = review_new(walk->gate, undo);
	bool fine;

	gate_call_begin(walk->gate, walk->store);
	fine = walk->store->gather(walk->store->self, undo, review->arena, &review->facts, &review->refusal) &&
		walk->store->plan(walk->store->self, undo, &review->facts, review->arena, &review->plan, &review->refusal);
	gate_call_end(walk->gate);
	fine = fine && write_intent(walk->gate, id, review,
		arena_format(submission->arena, "Taken back by itself: %s", submission->sentence), submission->error.text, NULL);
	fine = fine && send_back(walk, id, &review->plan) && write_undone(walk->gate, submission->id, id);
	if (fine)
		audit(walk->gate, id, review, submission->sentence, "taken back by itself");
	review_free(review);
	return fine;
}

bool stage_verify(struct walk *walk)
{
	struct submission *submission = walk->submission;
	struct review *review = walk->review;
	struct error found = { 0 };
	bool fine;

	if (!walk->store->after)
		return true;
	gate_call_begin(walk->gate, walk->store);
	fine = walk->store->after(walk->store->self, walk_change(walk), &review->plan, &found);
	gate_call_end(walk->gate);
	if (fine)
		return true;
	if (found.kind == ERROR_UNREACHABLE || found.kind == ERROR_TIMEOUT) {
		submission->sentence = arena_format(submission->arena, "%s (done; whether an address is held twice could not be looked at: %s)",
			submission->sentence, found.text);
		return true;
	}
	write_end(walk->gate, submission->id, "done", found.text);
	submission->ended = true;
	submission->error = found;
	submission->taken_back = take_back(walk);
	submission->error.kind = ERROR_CONFLICT;
	if (submission->taken_back)
		error_prefix(&submission->error, "Somebody else was faster, so this change was taken back");
	else
		error_prefix(&submission->error, "The change was made, and it could not be taken back; mend it by hand");
	return stop(walk, submission->taken_back ? OUTCOME_NOT_APPLIED : OUTCOME_APPLIED);
}

/* --- done --------------------------------------------------------------------------------------------- */

bool stage_done(struct walk *walk)
{
	struct submission *submission = walk->submission;
	const struct change *change = walk->review->change;
	const char *trouble;

	if (change->kind->result)
		submission->sentence = change->kind->result(submission->arena, change, submission->did, submission->told);
	else if (submission->told)
		submission->sentence = arena_format(submission->arena, "%s; %s", submission->sentence, submission->told);
	/* The intent said what was asked; the history tells what came of it. */
	if (change->kind->result)
		write_counted(walk->gate, submission->id, submission->did, submission->sentence);
	else
		write_end(walk->gate, submission->id, "done", submission->told ? submission->sentence : NULL);
	submission->ended = true;
	if (change->undo_of)
		write_undone(walk->gate, change->undo_of, submission->id);
	audit(walk->gate, submission->id, walk->review, submission->sentence, "done");
	trouble = audit_trouble(walk->gate);
	if (trouble)
		submission->sentence = arena_format(submission->arena, "%s (done, but the audit was not told: %s; its line waits and is tried again until the end of this session)", submission->sentence, trouble);
	submission->outcome = change->kind->result && submission->did == 0 ? OUTCOME_ALREADY : OUTCOME_APPLIED;
	walk->end = WALK_STOPPED;
	return true;
}
