/*
 * undo: a change made from stored inverses.
 *
 * It is walked like any other change; roles and addresses are looked at as for
 * the ordinary change that it amounts to.  Secrets are
 * not in the journal and cannot come back; the review says so.  An entry that
 * was deleted and brought back has a new entryUUID: older inverses that name
 * the old one are pointed at the new one.  Pure.
 */
#include <string.h>

#include "base/text.h"
#include "gate/codec.h"
#include "gate/gate_private.h"
#include "model/traffic.h"
#include "model/value_set.h"

/* --- making it -------------------------------------------------------------------------- */

struct change *undo_of_steps(const struct kind *kind, const char *name, const char *id, const char *undo_of,
		const struct operation *inverses, size_t count)
{
	struct change *change = change_new(VERB_UNDO, kind, name), *copy;
	struct operation *operations = arena_alloc(change->arena, (count + 1) * sizeof(*operations));
	size_t i;

	change->id = arena_text(change->arena, id);
	change->undo_of = arena_text(change->arena, undo_of);
	for (i = count; i-- > 0;)
		if (inverses[i].place)
			operations[change->operation_count++] = inverses[i];
	change->operations = operations;
	/* The copy owns its operations; these are still the caller's. */
	copy = change_copy(change);
	change_free(change);
	return copy;
}

/* The entryUUID that stands for this one now. */
static const char *renewed(const struct archive *archive, const char *id)
{
	size_t i, j;

	for (i = 0; id && i < archive->count; i++) {
		const struct set *back = archive->sets[i], *gone = back->undo_of ? lookup_get(archive->by_id, back->undo_of) : NULL;

		for (j = 0; gone && j < back->count; j++) {
			const struct set_step *step = &back->steps[j];
			size_t k;

			if (step->state != STEP_DONE || step->operation.verb != OPERATION_ADD || !step->inverse.id)
				continue;
			for (k = 0; k < gone->count; k++)
				if (gone->steps[k].operation.verb == OPERATION_DELETE && gone->steps[k].operation.id &&
				    !strcmp(gone->steps[k].operation.id, id) &&
				    !strcmp(gone->steps[k].operation.place, step->operation.place)) {
					id = step->inverse.id;
					break;
				}
		}
	}
	return id;
}

/* The target: as it was, or the entry that an ADD made. */
static const char *target_of(const struct archive *archive, const struct set *set)
{
	const char *id = set->target;
	size_t i;

	for (i = 0; i < set->count && !id; i++)
		if (set->steps[i].operation.verb == OPERATION_ADD && set->steps[i].state == STEP_DONE)
			id = set->steps[i].inverse.id;
	return renewed(archive, id);
}

/* The journal knows which fields people saw change; the role of the undo is held against them. */
static void name_fields(struct change *change, const struct set *set)
{
	size_t i;

	for (i = 0; i < set->field_count; i++) {
		const struct field *field = kind_field(change->kind, set->fields[i]);

		if (field && !(field->flags & (FIELD_READONLY | FIELD_DERIVED)))
			change_edit_text(change, field, EDIT_SET, NULL);
	}
}

/* What a management system made it makes only anew; the other steps of the set would name what is not there. */
static void refuse_deleted(const struct operation *step, struct error *error)
{
	struct text known = { 0 };
	size_t i;

	for (i = 0; i < step->delta_count; i++)
		if (step->deltas[i].count > 0 && !step->deltas[i].secret)
			text_addf(&known, "%s%s=%s%s", known.length > 0 ? ", " : "", step->deltas[i].attribute, step->deltas[i].values[0].bytes,
				step->deltas[i].count > 1 ? " ..." : "");
	error_set(error, ERROR_UNSUPPORTED, "%s was deleted through UDM and cannot come back whole: a new one gets another number, SID and UUID, and password, "
		"Kerberos keys and memberships are lost. Make it anew; the history has what is known of it (%.200s)", step->place, text_get(&known));
	text_free(&known);
}

struct change *undo_change(const struct archive *archive, const struct set *set, struct error *error)
{
	const struct kind *kind = set->kind ? kind_written(set->kind) : NULL;
	struct operation *inverses;
	struct change *change;
	struct arena *arena;
	size_t i;

	if (set_deleted_through(set)) {
		refuse_deleted(set_deleted_through(set), error);
		return NULL;
	}
	if (!kind || !set->name || set_undoable(set) == 0) {
		error_set(error, ERROR_UNSUPPORTED, "Change %s cannot be taken back: nothing of it was done that could be", set->id);
		return NULL;
	}
	if (set->undone_by && set->timed_out) {
		error_set(error, ERROR_CONFLICT, "Change %s has been taken back already: nobody confirmed it in time, and the old values came back by themselves", set->id);
		return NULL;
	}
	if (set->undone_by) {
		error_set(error, ERROR_CONFLICT, "Change %s was taken back already by %s", set->id, set->undone_by->id);
		return NULL;
	}
	arena = arena_new();
	inverses = arena_alloc(arena, set->count * sizeof(*inverses));
	for (i = 0; i < set->count; i++) {
		if (set->steps[i].state != STEP_DONE || !set->steps[i].has_inverse)
			continue;
		inverses[i] = set->steps[i].inverse;
		inverses[i].id = renewed(archive, inverses[i].id);
	}
	change = undo_of_steps(kind, set->new_name ? set->new_name : set->name, target_of(archive, set), set->id,
		inverses, set->count);
	name_fields(change, set);
	arena_free(arena);
	return change;
}

struct change *rest_change(const struct archive *archive, const struct set *set, struct error *error)
{
	struct change *change, *copy;
	struct operation *operations;

	if (set_rest(set) == 0) {
		if (set->finished_by)
			error_set(error, ERROR_CONFLICT, "The rest of change %s was done already by %s", set->id, set->finished_by->id);
		else if (set->undone_by)
			error_set(error, ERROR_CONFLICT, "Change %s was taken back by %s, so it has no rest", set->id, set->undone_by->id);
		else
			error_set(error, ERROR_UNSUPPORTED, "Change %s has no rest that could be done: it did not stop in the middle, or its rest holds "
				"a secret, which the journal does not keep; make the change anew", set->id);
		return NULL;
	}
	change = change_new(VERB_UNDO, kind_written(set->kind), set->name);
	change->id = arena_text(change->arena, target_of(archive, set));
	change->rest_of = arena_text(change->arena, set->id);
	operations = arena_alloc(change->arena, set->count * sizeof(*operations));
	for (size_t i = 0; i < set->count; i++)
		if (set->steps[i].state != STEP_DONE && set->steps[i].state != STEP_ALREADY)
			operations[change->operation_count++] = set->steps[i].operation;
	change->operations = operations;
	/* The copy owns its operations; these are still the archive's. */
	copy = change_copy(change);
	change_free(change);
	return copy;
}

/* --- what the store gets ------------------------------------------------------------------- */

/* Deltas without secrets; the array belongs to the arena. */
static struct operation without_secrets(struct arena *arena, const struct operation *operation)
{
	struct operation bare = *operation;
	struct delta *deltas = arena_alloc(arena, operation->delta_count * sizeof(*deltas));
	size_t i;

	bare.delta_count = 0;
	for (i = 0; i < operation->delta_count; i++)
		if (!operation->deltas[i].secret)
			deltas[bare.delta_count++] = operation->deltas[i];
	bare.deltas = deltas;
	return bare;
}

const struct change *undo_bare(const struct change *undo)
{
	struct change *bare = arena_alloc(undo->arena, sizeof(*bare));
	struct operation *operations = arena_alloc(undo->arena, undo->operation_count * sizeof(*operations));
	size_t i, count = 0;

	for (i = 0; i < undo->operation_count; i++) {
		struct operation one = without_secrets(undo->arena, &undo->operations[i]);

		if (one.delta_count > 0 || one.verb == OPERATION_DELETE || one.verb == OPERATION_RENAME)
			operations[count++] = one;
	}
	*bare = *undo;
	bare->operations = operations;
	bare->operation_count = count;
	return count > 0 ? bare : NULL;
}

/* --- what it amounts to ----------------------------------------------------------------------- */

/* Values of `from` that `other` lacks, as one edit of this kind. */
static void edit_missing(struct change *change, const struct field *field, enum edit_how how,
		const struct field_values *from, const struct field_values *other)
{
	struct value_set *there = value_set_new(NULL);
	struct value *missing = arena_alloc(change->arena, (from ? from->count : 0) * sizeof(*missing));
	size_t count = 0, i;

	for (i = 0; other && i < other->count; i++)
		value_set_add(there, &other->values[i]);
	for (i = 0; from && i < from->count; i++)
		if (!value_set_holds(there, &from->values[i]))
			missing[count++] = from->values[i];
	value_set_free(there);
	if (count > 0)
		change_edit(change, field, how, missing, count);
}

static void edit_field(struct change *change, const struct field *field, const struct record *now, const struct record *after)
{
	const struct field_values *before = now ? record_get(now, field->name) : NULL;
	const struct field_values *later = record_get(after, field->name);

	if (field->flags & (FIELD_READONLY | FIELD_DERIVED))
		return;
	if ((field->flags & FIELD_MANY) && !now) {
		if (later->count)
			change_edit(change, field, EDIT_SET, later->values, later->count);
	} else if (field->flags & FIELD_MANY) {
		edit_missing(change, field, EDIT_REMOVE, before, later);
		edit_missing(change, field, EDIT_ADD, later, before);
	} else if (later->count != (before ? before->count : 0) || (later->count && !value_same(&before->values[0], &later->values[0]))) {
		change_edit(change, field, EDIT_SET, later->values, later->count);
	}
}

struct change *undo_ordinary(const struct change *undo, const struct record *now, const struct record *after)
{
	bool renamed = now && after && strcmp(now->name, after->name);
	enum verb verb = !now && after ? VERB_ADD : now && !after ? VERB_DELETE : renamed ? VERB_RENAME : VERB_EDIT;
	struct change *change = change_new(verb, undo->kind, now ? now->name : after ? after->name : undo->name);
	const struct field *field;

	change->id = arena_text(change->arena, now ? now->id : undo->id);
	if (renamed)
		change->new_name = arena_text(change->arena, after->name);
	for (field = undo->kind->fields; after && field->name; field++)
		if (!renamed || !(field->flags & FIELD_KEY))
			edit_field(change, field, now, after);
	return change;
}

/* --- what will not come back --------------------------------------------------------------------- */

void review_add_consequence(struct review *review, enum severity severity, const char *rule, const char *sentence)
{
	struct consequence *list = arena_alloc(review->arena, (review->consequence_count + 1) * sizeof(*list));
	size_t before = 0;

	while (before < review->consequence_count && review->consequences[before].severity >= severity)
		before++;
	if (review->consequence_count > 0) {
		memcpy(list, review->consequences, before * sizeof(*list));
		memcpy(list + before + 1, review->consequences + before, (review->consequence_count - before) * sizeof(*list));
	}
	list[before] = (struct consequence){ severity, rule, sentence };
	review->consequences = list;
	review->consequence_count++;
}

void undo_consequences(struct review *review)
{
	const struct change *undo = review->change;
	bool secret = false;
	size_t i;

	for (i = 0; i < undo->operation_count; i++)
		secret = secret || operation_has_secret(&undo->operations[i]);
	/* A step that set a password has no inverse at all. */
	for (i = 0; i < undo->edit_count; i++)
		secret = secret || undo->edits[i].field->type == FIELD_SECRET;
	if (secret)
		review_add_consequence(review, SEVERITY_WARNING, "undo-secret",
			"Secrets are not in the journal: passwords that this change set or took away stay as they are now.");
	if (review->plan.left_out)
		review_add_consequence(review, SEVERITY_WARNING, "undo-left-out", review->plan.left_out);
}
