/*
 * stages: what is walked before a person is asked, and the walk itself.
 *
 * Preview and submit are the same walk: a preview ends after the consequences.
 * Each stage is one function; it returns false where the walk ends there and
 * has then said why in the review.  Gate's thread.
 */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "gate/gate_private.h"
#include "model/check.h"

struct review *review_new(struct gate *gate, struct change *takes)
{
	struct arena *arena = arena_new();
	struct review *review = arena_alloc(arena, sizeof(*review));

	review->arena = arena;
	review->change = takes;
	review->sentence = review->ahead = "";
	review->reason_required = gate->settings.reason_required;
	return review;
}

void review_free(struct review *review)
{
	if (!review)
		return;
	change_free(review->change);
	change_free(review->ordinary);
	arena_free(review->arena);
}

const struct change *walk_change(const struct walk *walk)
{
	return walk->review->ordinary ? walk->review->ordinary : walk->review->change;
}

/* What the store is given. */
static const struct change *store_change(const struct walk *walk)
{
	return walk->bare ? walk->bare : walk->review->change;
}

bool walk_refuse(struct walk *walk)
{
	walk->end = WALK_REFUSED;
	return false;
}

/* --- role ------------------------------------------------------------------------------- */

/*
 * What is kept with its owner becomes the owner's change here, once for all front ends; everything after this,
 * journal and undo too, knows the owner's only.
 */
static bool through_owner(struct walk *walk)
{
	struct review *review = walk->review;
	struct change *becomes = NULL;
	struct store *store = gate_store_for(walk->gate, review->change->kind);
	bool fine;

	if (!store || !store->translate)
		return true;
	gate_call_begin(walk->gate, store);
	fine = store->translate(store->self, review->change, &becomes, &review->refusal);
	gate_call_end(walk->gate);
	if (!fine) {
		review->stage = STAGE_CHECK;
		review->refused_field = check_refused_field(review->change, &review->refusal);
		return walk_refuse(walk);
	}
	if (becomes) {
		change_free(review->change);
		review->change = becomes;
	}
	return true;
}

static bool stage_role(struct walk *walk)
{
	struct review *review = walk->review;

	if (!role_check(walk->gate->settings.role, review->change, &review->refusal))
		return walk_refuse(walk);
	if (!review->change->kind->through_owner || review->change->verb == VERB_UNDO)
		return true;
	return through_owner(walk) &&
		(role_check(walk->gate->settings.role, review->change, &review->refusal) || walk_refuse(walk));
}

/* --- check ------------------------------------------------------------------------------- */

static bool gather(struct walk *walk, const struct change *change)
{
	struct review *review = walk->review;
	bool fine;

	memset(&review->facts, 0, sizeof(review->facts));
	gate_call_begin(walk->gate, walk->store);
	fine = walk->store->gather(walk->store->self, change, review->arena, &review->facts, &review->refusal);
	gate_call_end(walk->gate);
	return fine || walk_refuse(walk);
}

static bool plan_now(struct walk *walk)
{
	struct review *review = walk->review;
	bool fine;

	memset(&review->plan, 0, sizeof(review->plan));
	gate_call_begin(walk->gate, walk->store);
	fine = walk->store->plan(walk->store->self, store_change(walk), &review->facts, review->arena, &review->plan,
		&review->refusal);
	gate_call_end(walk->gate);
	if (!fine)
		review->refused_field = check_refused_field(review->change, &review->refusal);
	/* What a value is to blame for can be corrected, whoever found out. */
	if (!fine && review->refusal.kind == ERROR_INVALID)
		review->stage = STAGE_CHECK;
	return fine || walk_refuse(walk);
}

/* An earlier write to this object may still be on its way: looked at once more, then refused. */
static bool is_free(struct walk *walk)
{
	struct review *review = walk->review;
	const char *kind = review->change->kind->name;
	const char *name = review->facts.now ? review->facts.now->name : review->change->name;

	if (!gate_locked(walk->gate, kind, name))
		return true;
	resolve_sets(walk->gate, walk->job, kind, name);
	if (!gate_locked(walk->gate, kind, name))
		return true;
	error_set(&review->refusal, ERROR_UNKNOWN_OUTCOME,
		"Nobody knows yet how an earlier change of %s ended, so it cannot be changed now. It is looked at again by itself", name);
	return walk_refuse(walk);
}

static bool find_store(struct walk *walk)
{
	struct review *review = walk->review;

	walk->store = gate_store_for(walk->gate, review->change->kind);
	if (walk->store && !atomic_load(&walk->gate->reason))
		return true;
	review->stage = STAGE_PLAN;
	gate_refuse(walk->gate, &review->refusal);
	return walk_refuse(walk);
}

/* Somebody else changed the same field: theirs and mine, side by side. */
static void show_conflict(struct walk *walk, const struct field *field, const struct record *after)
{
	struct review *review = walk->review;
	const struct record *now = review->facts.now;
	struct diff_line *line = arena_alloc(review->arena, sizeof(*line));

	line->field = field;
	line->old_words = record_words(review->arena, field, record_get(now, field->name));
	line->new_words = after ? record_words(review->arena, field, record_get(after, field->name)) : "(deleted)";
	review->conflict = line;
	review->conflict_who = !now->changed_by ? NULL : arena_format(review->arena, "%s at %s", now->changed_by,
		now->changed_at ? text_from_time(review->arena, now->changed_at) : "an unknown time");
}

/*
 * What the person saw is what the change is held against; whoever shows a conflict has shown the newer state, so
 * that applying this review means it.
 */
static void merge(struct walk *walk, const struct record *after)
{
	struct review *review = walk->review;
	const struct field *field = change_conflict(review->change, review->facts.now);

	if (field)
		show_conflict(walk, field, after);
	if (review->facts.now)
		change_saw(review->change, review->facts.now);
}

/* What was deleted is not there to be read, and that is no reason against bringing it back. */
static bool comes_back(struct walk *walk)
{
	struct review *review = walk->review;

	if (review->refusal.kind != ERROR_NOT_FOUND || walk->bare->operations[0].verb != OPERATION_ADD)
		return false;
	error_clear(&review->refusal);
	return true;
}

/*
 * Undo is held against the role, and its addresses are looked up, as the ordinary change that it amounts to; so
 * its plan comes first.
 */
static bool check_undo(struct walk *walk)
{
	struct review *review = walk->review;
	struct record *now;

	walk->bare = undo_bare(review->change);
	if (!walk->bare) {
		error_set(&review->refusal, ERROR_UNSUPPORTED,
			"This cannot be taken back: it changed secrets only, and the journal holds none");
		return walk_refuse(walk);
	}
	if (!gather(walk, walk->bare) && !comes_back(walk))
		return false;
	if (!walk_whom(walk, walk->bare))
		return false;
	walk->end = WALK_ON;
	if (!is_free(walk) || !plan_now(walk))
		return false;
	review->ordinary = undo_ordinary(review->change, review->facts.now, review->plan.after);
	if (!role_check(walk->gate->settings.role, review->ordinary, &review->refusal))
		return walk_refuse(walk);
	now = review->facts.now;
	if (!gather(walk, review->ordinary))
		return false;
	/* As an ordinary change it may have been read in part only (FIELD_LARGE); the plan was made over the whole. */
	if (now && review->facts.now)
		review->facts.now = now;
	return check_change(review->change, review->plan.after, &review->facts, &review->refusal) || walk_refuse(walk);
}

static bool stage_check(struct walk *walk)
{
	struct review *review = walk->review;
	struct change *change = review->change;
	const struct record *after;

	if (!find_store(walk))
		return false;
	if (change->verb == VERB_UNDO)
		return check_undo(walk);
	if (!gather(walk, change) || !walk_whom(walk, change) || !is_free(walk))
		return false;
	after = change_result(review->arena, change, review->facts.now);
	merge(walk, after);
	if (check_change(change, after, &review->facts, &review->refusal))
		return true;
	review->refused_field = check_refused_field(change, &review->refusal);
	return walk_refuse(walk);
}

/* --- plan ----------------------------------------------------------------------------------- */

static bool stage_plan(struct walk *walk)
{
	struct review *review = walk->review;
	const struct shown *shown = walk->submission ? walk->submission->shown : NULL;

	/* A store that knows better than these lines what it will do says so; undo has its plan already. */
	if (!review->ordinary && !plan_now(walk))
		return false;
	review->line_count = record_diff(review->arena, review->facts.now, review->plan.after, &review->lines);
	review->ahead = change_ahead(review->arena, review->change, review->lines, review->line_count);
	if (shown && review->change->verb == VERB_UNDO)
		review->sentence = shown->sentence;
	else
		review->sentence = change_sentence(review->arena, review->change, review->lines, review->line_count);
	/* What the directory holds twice (members by DN and by login) may differ below one and the same value. */
	if (review->change->verb == VERB_EDIT && review->line_count == 0 && review->plan.count > 0 && review->change->edit_count > 0)
		review->ahead = review->sentence = arena_format(review->arena, "%s of %s: the same, brought in step in the directory",
			review->change->edits[0].field->label, review->facts.now == NULL ? review->change->name : review->facts.now->name);
	return true;
}

/* --- consequences ------------------------------------------------------------------------------ */

/*
 * What mail servers know of somebody who goes or moves. A submission has what was shown: it waits for nobody, and what has
 * come or gone meanwhile does not bring the review back.
 */
static void ask_servers(struct walk *walk)
{
	struct review *review = walk->review;
	struct store *servers = gate_store_of_servers(walk->gate);

	if (!witness_wanted(review->change->kind, review->facts.now, review->plan.after))
		return;
	if (walk->submission) {
		review->facts.witness = walk->submission->shown->witness;
	} else if (servers) {
		gate_call_begin(walk->gate, servers);
		servers->witness(servers->self, review->plan.after, review->arena, &review->facts);
		gate_call_end(walk->gate);
	}
	witness_settle(&review->facts);
}

static bool stage_consequences(struct walk *walk)
{
	struct review *review = walk->review;
	const struct change *change = review->change;
	size_t i;

	ask_servers(walk);
	review->consequence_count = consequences_of(review->arena, change, review->plan.after, &review->facts,
		&review->consequences);
	if (review->ordinary)
		undo_consequences(review);
	lock_consequences(walk);
	for (i = 0; i < review->consequence_count; i++) {
		if (review->consequences[i].severity == SEVERITY_REFUSE) {
			error_set(&review->refusal, ERROR_REFUSED, "%s", review->consequences[i].sentence);
			return walk_refuse(walk);
		}
		if (review->consequences[i].severity == SEVERITY_LOSS)
			review->confirm = CONFIRM_NAME;
	}
	if (review->confirm == CONFIRM_NAME)
		review->confirm_text = review->facts.now ? review->facts.now->name : change->name;
	review->allowed = true;
	return true;
}

/* --- the walk ------------------------------------------------------------------------------------ */

static const struct {
	enum gate_stage stage;
	bool (*run)(struct walk *walk);
} stages[] = {
	{ STAGE_ROLE, stage_role },
	{ STAGE_CHECK, stage_check },
	{ STAGE_PLAN, stage_plan },
	{ STAGE_CONSEQUENCES, stage_consequences },
	{ STAGE_CONFIRM, stage_confirm },
	{ STAGE_JOURNAL, stage_journal },
	{ STAGE_APPLY, stage_apply },
	{ STAGE_VERIFY, stage_verify },
	{ STAGE_DONE, stage_done },
};

void walk_run(struct walk *walk, enum gate_stage last)
{
	size_t i;

	for (i = 0; i < sizeof(stages) / sizeof(stages[0]) && stages[i].stage <= last; i++) {
		walk->review->stage = stages[i].stage;
		if (!stages[i].run(walk))
			return;
	}
}
