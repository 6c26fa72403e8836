/*
 * store: a place that can be written, in memory; see store.h.
 *
 * Places are "cn=<name>", versions are counted, inverses are built from what
 * was really there, as the real store does it.
 */
#include "tests/fakes/store.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- objects --------------------------------------------------------------------- */

static struct fake_object *by_place(struct fake_store *fake, const char *place)
{
	size_t i;

	for (i = 0; i < fake->count; i++)
		if (fake->objects[i].record && !strcmp(fake->objects[i].record->place, place))
			return &fake->objects[i];
	return NULL;
}

struct fake_object *fake_store_find(struct fake_store *fake, const char *name)
{
	size_t i;

	for (i = 0; i < fake->count; i++)
		if (fake->objects[i].record && !strcmp(fake->objects[i].record->name, name))
			return &fake->objects[i];
	return NULL;
}

static void stamp(struct fake_object *object)
{
	object->record->version = arena_format(object->record->arena, "v%u", ++object->version);
}

struct record *fake_store_add(struct fake_store *fake, const struct kind *kind, const char *name)
{
	struct fake_object *object = &fake->objects[fake->count++];
	struct record *record = record_new(kind);

	object->record = record;
	record_set_text(record, kind->name_field, name);
	record->name = arena_text(record->arena, name);
	record->place = arena_format(record->arena, "cn=%s", name);
	record->id = arena_format(record->arena, "id-%u", ++fake->ids);
	record->changed_by = "cn=somebody else";
	stamp(object);
	return record;
}

void fake_store_write(struct fake_store *fake, const char *name, const char *field, const char *text)
{
	struct fake_object *object = fake_store_find(fake, name);

	record_set_text(object->record, field, text);
	stamp(object);
}

const char *fake_store_text(struct fake_store *fake, const char *name, const char *field)
{
	struct fake_object *object = fake_store_find(fake, name);

	return object ? record_text(object->record, field) : NULL;
}

/* --- gather and plan ---------------------------------------------------------------- */

static bool handles(void *self, const struct kind *kind)
{
	(void)self;
	return !kind->internal;
}

static struct fake_object *target(struct fake_store *fake, const struct change *change)
{
	size_t i;

	for (i = 0; change->id && i < fake->count; i++)
		if (fake->objects[i].record && !strcmp(fake->objects[i].record->id, change->id))
			return &fake->objects[i];
	return change->id ? NULL : fake_store_find(fake, change->name);
}

static bool gather(void *self, const struct change *change, struct arena *arena, struct facts *facts, struct error *error)
{
	struct fake_store *fake = self;
	struct fake_object *object;

	if (fake->before_gather)
		fake->before_gather(fake, fake->context);
	object = target(fake, change);
	if (change->verb == VERB_ADD)
		facts->name_taken = object != NULL;
	else if (object)
		facts->now = record_copy(arena, object->record);
	else if (change->verb != VERB_UNDO)
		return error_set(error, ERROR_NOT_FOUND, "There is no %s %s", change->kind->noun, change->name);
	return true;
}

static struct operation *add_operation(struct arena *arena, struct plan *plan, enum operation_verb verb, const char *place,
		const struct record *now)
{
	struct operation *operation;

	if (!plan->operations)
		plan->operations = arena_alloc(arena, 32 * sizeof(*plan->operations));
	operation = &plan->operations[plan->count++];
	operation->verb = verb;
	operation->place = place;
	operation->id = now ? now->id : NULL;
	operation->version = now ? now->version : NULL;
	operation->words = "write";
	return operation;
}

static void add_delta(struct arena *arena, struct operation *operation, const char *attribute, enum delta_how how,
		const struct value *values, size_t count)
{
	struct delta *deltas = arena_alloc(arena, (operation->delta_count + 1) * sizeof(*deltas));

	if (operation->delta_count > 0)
		memcpy(deltas, operation->deltas, operation->delta_count * sizeof(*deltas));
	deltas[operation->delta_count++] = (struct delta){ .attribute = attribute, .how = how, .values = values, .count = count };
	operation->deltas = deltas;
}

/* As the real stores do it: what is secret is marked where it is planned. */
static void mark_secret(struct operation *operation, const struct field *field)
{
	union { const struct delta *in; struct delta *out; } own = { .in = operation->deltas };

	for (size_t i = 0; field->type == FIELD_SECRET && i < operation->delta_count; i++)
		if (!strcmp(own.out[i].attribute, field->name))
			own.out[i].secret = true;
}

static void plan_field(struct arena *arena, const struct record *now, struct plan *plan, struct operation *operation,
		const struct field *field)
{
	const struct field_values *before = now ? record_get(now, field->name) : NULL;
	const struct field_values *after = record_get(plan->after, field->name);

	if (before && before->count)
		add_delta(arena, operation, field->name, DELTA_DELETE, before->values, before->count);
	if (after->count)
		add_delta(arena, operation, field->name, DELTA_ADD, after->values, after->count);
	mark_secret(operation, field);
}

static bool differs(const struct field_values *a, const struct field_values *b)
{
	size_t i;

	if (a->count != b->count)
		return true;
	for (i = 0; i < a->count; i++)
		if (!value_same(&a->values[i], &b->values[i]))
			return true;
	return false;
}

static void plan_edit(struct fake_store *fake, const struct record *now, struct arena *arena, struct plan *plan)
{
	struct operation *operation = NULL;
	const struct field *field;

	for (field = now->kind->fields; field->name; field++) {
		if (!differs(record_get(now, field->name), record_get(plan->after, field->name)))
			continue;
		if (!operation || fake->split)
			operation = add_operation(arena, plan, OPERATION_MODIFY, now->place, now);
		plan_field(arena, now, plan, operation, field);
	}
}

static bool has(const struct field_values *values, const struct value *value)
{
	size_t i;

	for (i = 0; i < values->count; i++)
		if (value_same(&values->values[i], value))
			return true;
	return false;
}

static void set_values(struct record *record, const char *field, const struct value *values, size_t count)
{
	record_set(record, field, count ? VALUE_OWN : VALUE_ABSENT, values, count);
}

/* False where a deleted value is not there or an added one is. */
static bool change_record(struct record *record, const struct operation *operation)
{
	size_t i, j;

	for (i = 0; i < operation->delta_count; i++) {
		const struct delta *delta = &operation->deltas[i];
		const struct field_values *now = record_get(record, delta->attribute);
		struct value values[64];
		size_t count = 0;

		for (j = 0; j < delta->count; j++)
			if (has(now, &delta->values[j]) != (delta->how == DELTA_DELETE))
				return false;
		for (j = 0; j < now->count; j++)
			if (delta->how == DELTA_ADD || !has(&(struct field_values){ .values = delta->values, .count = delta->count }, &now->values[j]))
				values[count++] = now->values[j];
		for (j = 0; delta->how == DELTA_ADD && j < delta->count; j++)
			values[count++] = delta->values[j];
		set_values(record, delta->attribute, values, count);
	}
	return true;
}

/* The stored inverses, with what is there now as their precondition. */
static bool plan_undo(const struct change *change, const struct facts *facts, struct arena *arena, struct plan *plan,
		struct error *error)
{
	size_t i;

	plan->after = facts->now ? record_copy(arena, facts->now) : NULL;
	for (i = 0; i < change->operation_count; i++) {
		struct operation *operation = add_operation(arena, plan, OPERATION_ADD, "", NULL);

		*operation = change->operations[i];
		operation->version = facts->now && operation->version ? facts->now->version : NULL;
		if (operation->verb == OPERATION_DELETE)
			plan->after = NULL;
		if (operation->verb == OPERATION_ADD)
			plan->after = record_new_in(arena, change->kind);
		if (operation->verb == OPERATION_RENAME)
			plan->after->name = arena_text(arena, operation->new_place + 3);
		if (plan->after && !change_record(plan->after, operation))
			return error_set(error, ERROR_CONFLICT, "Somebody else changed %s since", change->name);
		if (operation->verb == OPERATION_ADD)
			plan->after->name = arena_text(arena, operation->place + 3);
	}
	return true;
}

static bool plan(void *self, const struct change *change, const struct facts *facts, struct arena *arena, struct plan *plan,
		struct error *error)
{
	struct fake_store *fake = self;
	const struct record *now = facts->now;
	struct operation *operation;
	const struct field *field;

	fake->plans++;
	if (change->verb == VERB_UNDO)
		return plan_undo(change, facts, arena, plan, error);
	plan->after = change_result(arena, change, now);
	if (change->verb == VERB_EDIT) {
		plan_edit(fake, now, arena, plan);
	} else if (change->verb == VERB_RENAME) {
		operation = add_operation(arena, plan, OPERATION_RENAME, now->place, now);
		operation->new_place = arena_format(arena, "cn=%s", change->new_name);
		add_delta(arena, operation, change->kind->name_field, DELTA_DELETE, record_get(now, change->kind->name_field)->values, 1);
		add_delta(arena, operation, change->kind->name_field, DELTA_ADD, record_get(plan->after, change->kind->name_field)->values, 1);
	} else if (change->verb == VERB_ADD) {
		operation = add_operation(arena, plan, OPERATION_ADD, arena_format(arena, "cn=%s", plan->after->name), NULL);
		for (field = change->kind->fields; field->name; field++)
			plan_field(arena, NULL, plan, operation, field);
	} else {
		operation = add_operation(arena, plan, OPERATION_DELETE, now->place, now);
		for (field = change->kind->fields; field->name; field++)
			if (record_get(now, field->name)->count)
				add_delta(arena, operation, field->name, DELTA_DELETE, record_get(now, field->name)->values,
					record_get(now, field->name)->count);
	}
	return true;
}

/* --- apply -------------------------------------------------------------------------------- */

static const struct delta *swapped(struct arena *arena, const struct operation *operation)
{
	struct delta *deltas = arena_alloc(arena, operation->delta_count * sizeof(*deltas));
	size_t i;

	for (i = 0; i < operation->delta_count; i++) {
		deltas[i] = operation->deltas[operation->delta_count - 1 - i];
		deltas[i].how = deltas[i].how == DELTA_ADD ? DELTA_DELETE : DELTA_ADD;
	}
	return deltas;
}

static void invert(struct arena *arena, const struct operation *operation, struct fake_object *object, struct operation *inverse)
{
	static const enum operation_verb verbs[] = {
		[OPERATION_ADD] = OPERATION_DELETE, [OPERATION_DELETE] = OPERATION_ADD,
		[OPERATION_MODIFY] = OPERATION_MODIFY, [OPERATION_RENAME] = OPERATION_RENAME,
	};

	*inverse = *operation;
	inverse->verb = verbs[operation->verb];
	inverse->deltas = swapped(arena, operation);
	if (operation->verb == OPERATION_RENAME) {
		inverse->place = operation->new_place;
		inverse->new_place = operation->place;
	}
	inverse->id = object->record ? arena_text(arena, object->record->id) : NULL;
	inverse->version = object->record ? arena_text(arena, object->record->version) : NULL;
}

static bool do_it(struct fake_store *fake, const struct operation *operation, struct arena *arena, struct operation *inverse)
{
	struct fake_object *object = by_place(fake, operation->place);

	if (operation->verb == OPERATION_ADD) {
		if (object)
			return false;
		fake_store_add(fake, kind_find("user"), operation->place + 3);
		object = by_place(fake, operation->place);
		record_set(object->record, "login", VALUE_ABSENT, NULL, 0);
	}
	if (!object || (operation->id && strcmp(operation->id, object->record->id)) ||
	    (operation->version && strcmp(operation->version, object->record->version)))
		return false;
	if (operation->verb == OPERATION_DELETE) {
		invert(arena, operation, &(struct fake_object){ 0 }, inverse);
		record_free(object->record);
		object->record = NULL;
		return true;
	}
	if (!change_record(object->record, operation))
		return false;
	if (operation->verb == OPERATION_RENAME) {
		object->record->place = arena_text(object->record->arena, operation->new_place);
		object->record->name = arena_text(object->record->arena, operation->new_place + 3);
	}
	stamp(object);
	invert(arena, operation, object, inverse);
	return true;
}

static enum outcome apply(void *self, const struct operation *operation, struct arena *arena, struct operation *inverse,
		const char **version_after, struct error *error)
{
	struct fake_store *fake = self;
	bool trouble = fake->trouble_at > 0 && --fake->trouble_at == 0;

	fake->applies++;
	if (fake->before_apply)
		fake->before_apply(fake, operation, fake->context);
	if (fake->break_assertion)
		return OUTCOME_CONFLICT;
	if (trouble && fake->trouble == OUTCOME_UNKNOWN && fake->trouble_applied)
		do_it(fake, operation, arena, inverse);
	if (trouble) {
		error_set(error, fake->trouble == OUTCOME_UNKNOWN ? ERROR_UNREACHABLE : ERROR_REFUSED, "the test wanted trouble");
		return fake->trouble;
	}
	if (!do_it(fake, operation, arena, inverse))
		return OUTCOME_CONFLICT;
	*version_after = inverse->version;
	return OUTCOME_APPLIED;
}

static enum outcome look(void *self, const struct operation *operation, struct arena *arena, struct operation *inverse,
		struct error *error)
{
	struct fake_store *fake = self;
	struct fake_object *object = by_place(fake, operation->verb == OPERATION_RENAME ? operation->new_place : operation->place);

	fake->looks++;
	(void)error;
	if (fake->blind_looks > 0) {
		fake->blind_looks--;
		return OUTCOME_UNKNOWN;
	}
	if (operation->verb == OPERATION_ADD ? !object : object && operation->version && !strcmp(object->record->version, operation->version))
		return OUTCOME_NOT_APPLIED;
	invert(arena, operation, object ? object : &(struct fake_object){ 0 }, inverse);
	return OUTCOME_APPLIED;
}

static bool after(void *self, const struct change *change, const struct plan *planned, struct error *error)
{
	struct fake_store *fake = self;

	(void)change;
	(void)planned;
	if (fake->duplicate)
		return error_set(error, ERROR_CONFLICT, "ben@example.com has this address too");
	return true;
}

static void interrupt(void *self)
{
	((struct fake_store *)self)->interrupts++;
}

void fake_store_init(struct fake_store *fake)
{
	memset(fake, 0, sizeof(*fake));
	fake->store = (struct store){
		.name = "fake", .self = fake, .handles = handles, .gather = gather, .plan = plan,
		.apply = apply, .look = look, .after = after, .interrupt = interrupt,
	};
}

void fake_store_clear(struct fake_store *fake)
{
	size_t i;

	for (i = 0; i < fake->count; i++)
		record_free(fake->objects[i].record);
}
