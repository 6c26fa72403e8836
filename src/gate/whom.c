/*
 * whom: the people that a change concerns, held against the scope of the role.
 *
 * Asked in every walk, so preview, submit, undo, console and commands alike.
 * Admin may change anybody; of everybody else each person is looked up in the
 * directory by the store that keeps people, and whoever cannot be told for
 * certain is refused.  Gate's thread; gate_whom, which only asks, on the loop's.
 */
#include "gate/gate_private.h"

#include <stdlib.h>

static bool look_up(struct walk *walk, struct store *store, const char *who, const char *id)
{
	struct gate *gate = walk->gate;
	struct review *review = walk->review;
	struct role_person person = { .name = NULL };
	bool fine;

	gate_call_begin(gate, store);
	fine = store->person(store->self, &gate->settings.scope, who, id, review->arena, &person, &review->refusal);
	gate_call_end(gate);
	return (fine && scope_check(&gate->settings.scope, &person, gate->settings.role, &review->refusal)) || walk_refuse(walk);
}

bool walk_whom(struct walk *walk, const struct change *change)
{
	struct gate *gate = walk->gate;
	struct review *review = walk->review;
	const struct record *now = review->facts.now;
	struct store *store = gate_store_of_people(gate);
	const char *const *people;
	size_t count, i;

	if (gate->settings.role == ROLE_ADMIN || !scope_limits(&gate->settings.scope))
		return true;
	if (!store) {
		error_set(&review->refusal, ERROR_REFUSED, "Who %s is cannot be looked up, so only role %s may change it", change->name, role_word(ROLE_ADMIN));
		return walk_refuse(walk);
	}
	if (change->kind == &kind_user)
		return look_up(walk, store, now ? now->name : change->name, now ? now->id : change->id);
	if (!scope_people(review->arena, change, gate->settings.role, &people, &count, &review->refusal))
		return walk_refuse(walk);
	for (i = 0; i < count; i++)
		if (!look_up(walk, store, people[i], NULL))
			return false;
	return true;
}

/* --- asked before anything is changed -------------------------------------------------------- */

struct asking {
	struct gate *gate;
	struct arena *arena;
	const char *name, *id, *words;
	struct error error;
	bool ran;
	void (*done)(void *context, const char *words, const struct error *error);
	void *context;
};

static void run_asking(struct job *job, void *context)
{
	struct asking *asking = context;
	struct gate *gate = asking->gate;
	struct store *store = gate_store_of_people(gate);
	struct role_person person = { .name = NULL };
	bool fine = false;

	(void)job;
	asking->ran = true;
	if (store) {
		gate_call_begin(gate, store);
		fine = store->person(store->self, &gate->settings.scope, asking->name, asking->id, asking->arena, &person, &asking->error);
		gate_call_end(gate);
	} else {
		error_set(&asking->error, ERROR_REFUSED, "Who %s is cannot be looked up, so only role %s may change it", asking->name, role_word(ROLE_ADMIN));
	}
	if (fine && scope_check(&gate->settings.scope, &person, gate->settings.role, &asking->error))
		return;
	asking->words = fine ? scope_outside(asking->arena, &gate->settings.scope, &person) : NULL;
	if (!asking->words)
		asking->words = "whether you may change this person is not known";
}

static void asking_done(void *context, bool cancelled)
{
	struct asking *asking = context;

	/* What was never looked at is no reason to say that it is not allowed. */
	asking->done(asking->context, cancelled || !asking->ran ? NULL : asking->words, &asking->error);
	gate_job_done(asking->gate);
	arena_free(asking->arena);
	free(asking);
}

static void interrupt_asking(void *context)
{
	gate_interrupt(((struct asking *)context)->gate);
}

static const struct job_class asking_class = {
	.name = "whom", .run = run_asking, .done = asking_done, .interrupt = interrupt_asking,
};

void gate_whom(struct gate *gate, const struct record *person, void (*done)(void *context, const char *words, const struct error *error), void *context)
{
	const struct error none = { 0 };
	struct asking *asking;

	if (gate->settings.role != ROLE_HELPDESK || !scope_limits(&gate->settings.scope) || gate_write_reason(gate)) {
		done(context, NULL, &none);
		return;
	}
	asking = memory_new(sizeof(*asking));
	asking->gate = gate;
	asking->arena = arena_new();
	asking->name = arena_text(asking->arena, person->name);
	asking->id = person->id ? arena_text(asking->arena, person->id) : NULL;
	asking->done = done;
	asking->context = context;
	gate_post(gate, &asking_class, asking);
}
