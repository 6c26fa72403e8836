/*
 * whom: the people that a change concerns, held against the scope of the role.
 *
 * Asked in every walk, so preview, submit, undo, console and commands alike.
 * Admin may change anybody; of everybody else each person is looked up in the
 * directory by the store that keeps people, and whoever cannot be told for
 * certain is refused.  Gate's thread.
 */
#include "gate/gate_private.h"

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
