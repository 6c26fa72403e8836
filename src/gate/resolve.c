/*
 * resolve: finding out how sets ended that nobody has seen end.
 *
 * A set with an intent and no end may have been applied or not; only the store
 * can tell, by looking.  What it says is journaled by this session, whoever
 * began the set.  A set of which some steps were never sent ends as partly
 * done.  run_ and resolve_ functions are on the gate's thread.
 */
#include <stdlib.h>
#include <string.h>

#include "gate/gate_private.h"
#include "model/traffic.h"

#define BACK_OFF_MOST 60

/* --- one set ---------------------------------------------------------------------------- */

/* One step that was sent, or may have been. Its state afterwards, and why it is not done. */
static enum step_state look_at_step(struct gate *gate, struct store *store, const struct set *set, size_t step, struct error *error)
{
	struct arena *arena = arena_new();
	struct operation inverse = { 0 };
	enum step_state state = STEP_UNKNOWN;
	enum outcome outcome;

	gate_call_begin(gate, store);
	outcome = store->look(store->self, &set->steps[step].operation, arena, &inverse, error);
	gate_call_end(gate);
	if (outcome == OUTCOME_APPLIED)
		state = STEP_DONE;
	else if (outcome == OUTCOME_ALREADY)
		state = STEP_ALREADY;
	else if (outcome != OUTCOME_UNKNOWN)
		state = STEP_FAILED;
	if (state != STEP_UNKNOWN)
		write_step(gate, set->id, step, state, state == STEP_DONE ? &inverse : NULL, error);
	arena_free(arena);
	return state;
}

/* The end of some kinds is what the history calls the change (gate/history.c), so it says what it was. */
static void end_done(struct gate *gate, const struct set *set)
{
	struct arena *arena = arena_new();

	write_end(gate, set->id, "done", set->sentence ? arena_format(arena, "%s (seen afterwards)", set->sentence) : "seen afterwards");
	arena_free(arena);
}

/* The steps after the first one that was not seen were never sent, since the gate goes one by one. */
static bool resolve_set(struct gate *gate, struct store *store, const struct set *set)
{
	enum step_state state = STEP_DONE;
	struct error error = { 0 };
	size_t step = 0;
	bool told;

	while (step < set->count && (set->steps[step].state == STEP_DONE || set->steps[step].state == STEP_ALREADY))
		step++;
	if (step < set->count && set->steps[step].state != STEP_FAILED) {
		state = look_at_step(gate, store, set, step, &error);
		if (state == STEP_UNKNOWN)
			return false;
		step += state == STEP_FAILED ? 0 : 1;
	}
	/* What leaves nothing behind cannot be seen afterwards: then nobody says that it was not done. */
	told = error.kind != ERROR_UNKNOWN_OUTCOME;
	if (step == set->count)
		end_done(gate, set);
	else
		write_end(gate, set->id, "failed", !told ? error.text : step > 0 ? "seen afterwards: only a part of the steps was done" :
			"seen afterwards: nothing was changed");
	audit_seen(gate, set->id, set->kind, set->name, step == set->count ? "seen afterwards: done" : told ? "seen afterwards: not done" :
		"not known: it leaves nothing behind");
	gate_unlock_set(gate, set->id);
	return true;
}

static bool concerns(const struct set *set, const char *kind, const char *name)
{
	if (!set_is_unknown(set) || !set->kind || !set->name)
		return false;
	return !kind || (!strcmp(set->kind, kind) && (!strcmp(set->name, name) || (set->new_name && !strcmp(set->new_name, name))));
}

size_t resolve_sets(struct gate *gate, const struct job *job, const char *kind, const char *name)
{
	struct archive *archive;
	size_t i, left = 0;

	/* The locks are set at the start and by every write: nothing locked, nothing to read. */
	if (!gate->journal || !gate_any_locked(gate))
		return 0;
	archive = gate_archive(gate, false);
	for (i = 0; i < archive->count; i++) {
		const struct set *set = archive->sets[i];
		const struct kind *of = set->kind ? kind_written(set->kind) : NULL;
		struct store *store = of ? gate_store_for(gate, of) : NULL;

		if (!concerns(set, kind, name))
			continue;
		if (!store || !gate_sleep(gate, job, 1) || !resolve_set(gate, store, set))
			left++;
	}
	archive_free(archive);
	return left;
}

/* --- as a job -------------------------------------------------------------------------------- */

struct resolve {
	struct gate *gate;
	size_t left;
	struct error error;
	void (*done)(void *context, size_t left, const struct error *error);
	void *context;
};

static void run_resolve(struct job *job, void *context)
{
	struct resolve *resolve = context;

	resolve->left = resolve_sets(resolve->gate, job, NULL, NULL);
	if (resolve->left > 0)
		error_set(&resolve->error, ERROR_UNKNOWN_OUTCOME, "How %zu change%s ended is still not known; looked at again by itself",
			resolve->left, resolve->left == 1 ? "" : "s");
}

static void resolve_done(void *context, bool cancelled)
{
	struct resolve *resolve = context;

	if (!cancelled && resolve->left > 0 && !atomic_load(&resolve->gate->closing))
		gate_resolve_later(resolve->gate);
	else
		resolve->gate->back_off = 0;
	if (resolve->done)
		resolve->done(resolve->context, resolve->left, &resolve->error);
	gate_job_done(resolve->gate);
	free(resolve);
}

static void interrupt_resolve(void *context)
{
	gate_interrupt(((struct resolve *)context)->gate);
}

static const struct job_class resolve_class = {
	.name = "look again", .run = run_resolve, .done = resolve_done, .interrupt = interrupt_resolve,
};

void gate_resolve(struct gate *gate, void (*done)(void *context, size_t left, const struct error *error), void *context)
{
	struct resolve *resolve = memory_new(sizeof(*resolve));

	resolve->gate = gate;
	resolve->done = done;
	resolve->context = context;
	gate_post(gate, &resolve_class, resolve);
}

static void on_resolve_timer(void *context)
{
	struct gate *gate = context;

	loop_timer_stop(gate->resolve);
	gate->resolve = NULL;
	gate_resolve(gate, NULL, NULL);
}

void gate_resolve_later(struct gate *gate)
{
	if (gate->resolve)
		return;
	gate->back_off = gate->back_off == 0 ? 8 : gate->back_off * 2 > BACK_OFF_MOST ? BACK_OFF_MOST : gate->back_off * 2;
	gate->resolve = loop_after(gate->loop, (uint64_t)gate->back_off * 1000, 0, on_resolve_timer, gate);
}
