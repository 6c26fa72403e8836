/*
 * plan_undo: stored operations, held against what is there now (plan_undo).
 *
 * An undo may only take back what still stands: where somebody changed the
 * values meanwhile it is a conflict that names them.  Used as well for the
 * rest of a set whose middle met another version, so each operation given
 * comes back as exactly one.  Has no effect; reads.  On the gate's thread.
 */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "directory/convert.h"
#include "directory/dn.h"
#include "directory/store_private.h"

struct undo {
	struct store_ldap *store;
	struct arena *arena;
	const struct change *change;
	struct plan *plan;
	struct error *error;
};

static bool changed_since(struct undo *undo, const char *place, const char *what)
{
	return error_set(undo->error, ERROR_CONFLICT, "%s: %s was changed by somebody else since, so it is left alone", place, what);
}

/* All values to be removed are there, and a single-valued attribute is free for its old value. */
static bool still_stands(struct undo *undo, const struct entry *entry, const struct operation *operation)
{
	size_t i, j, left;

	for (i = 0; i < operation->delta_count; i++) {
		const struct delta *delta = &operation->deltas[i];
		const struct attribute *now = entry_get(entry, delta->attribute);
		const struct attribute_type *type = world_attribute(undo->store->world, delta->attribute);

		if (delta->how == DELTA_DELETE && !apply_untouched(undo->store, undo->arena, entry, delta))
			return changed_since(undo, entry->dn, delta->attribute);
		if (delta->how != DELTA_ADD || type == NULL || !type->single || now == NULL)
			continue;
		for (left = now->count, j = 0; j < operation->delta_count; j++)
			if (operation->deltas[j].how == DELTA_DELETE && text_same_ascii_case(operation->deltas[j].attribute, delta->attribute))
				left = operation->deltas[j].count == 0 || operation->deltas[j].count >= left ? 0 : left - operation->deltas[j].count;
		if (left > 0)
			return changed_since(undo, entry->dn, delta->attribute);
	}
	return true;
}

/* The entry an operation is about as it is now, with id and version for the assertion. */
static struct entry *renew(struct undo *undo, struct operation *step)
{
	struct entry *entry = store_target(undo->store, undo->arena, step->id, step->place, undo->error);

	if (entry == NULL)
		return NULL;
	step->id = entry_first(entry, "entryUUID");
	step->version = entry_first(entry, "entryCSN");
	return entry;
}

static bool undo_modify(struct undo *undo, struct operation *step)
{
	struct entry *entry;

	if (step->commutes || step->delta_count == 0)
		return true;
	entry = renew(undo, step);
	if (entry == NULL)
		return false;
	step->place = entry->dn;
	return still_stands(undo, entry, step);
}

static bool undo_rename(struct undo *undo, struct operation *step)
{
	struct entry *entry = renew(undo, step);

	if (entry == NULL)
		return false;
	return dn_same(entry->dn, step->place) || error_set(undo->error, ERROR_CONFLICT, "%s is called %s meanwhile, so it is left alone", step->place, entry->dn);
}

/* Only what we made may be removed: anything added or changed since keeps the entry. */
static bool undo_delete(struct undo *undo, struct operation *step)
{
	struct entry *entry = renew(undo, step);
	size_t i, j;

	if (entry == NULL)
		return false;
	step->place = entry->dn;
	for (i = 0; i < entry->count; i++) {
		const char *name = entry->attributes[i].name;

		if (!plan_is_user_attribute(undo->store, name))
			continue;
		for (j = 0; j < step->delta_count; j++)
			if (text_same_ascii_case(step->deltas[j].attribute, name))
				break;
		if (j == step->delta_count || step->deltas[j].count != entry->attributes[i].count || !apply_untouched(undo->store, undo->arena, entry, &step->deltas[j]))
			return changed_since(undo, entry->dn, name);
	}
	return true;
}

/* Values whose password nobody knows any more are left out, and their class with the last of them. */
static bool undo_add(struct undo *undo, struct operation *step)
{
	const struct profile *profile = world_profile(undo->store->world);
	struct entry *draft = entry_new(undo->arena, step->place);
	struct delta *deltas;
	size_t i, j;

	for (i = 0; i < step->delta_count; i++) {
		const struct delta *delta = &step->deltas[i];
		struct value *values = arena_alloc(undo->arena, delta->count * sizeof *values);
		size_t count = 0;

		for (j = 0; j < delta->count; j++)
			if (convert_masker(profile, delta->attribute) == NULL || fetchmail_has_password(&delta->values[j]))
				values[count++] = delta->values[j];
		entry_put(draft, delta->attribute, values, count);
		if (count == 0 && delta->count > 0)
			entry_remove_text(draft, "objectClass", "univentionFetchmail", true);
	}
	step->id = NULL;
	step->version = NULL;
	step->delta_count = entry_difference(undo->arena, entry_new(undo->arena, step->place), draft, NULL, NULL, &deltas);
	plan_mark_secrets(undo->store, deltas, step->delta_count);
	step->deltas = deltas;
	return true;
}

static bool undo_one(struct undo *undo, struct operation *step)
{
	switch (step->verb) {
	case OPERATION_MODIFY:
		return undo_modify(undo, step);
	case OPERATION_RENAME:
		return undo_rename(undo, step);
	case OPERATION_DELETE:
		return undo_delete(undo, step);
	case OPERATION_ADD:
		return undo_add(undo, step);
	}
	return false;
}

static void lay_over(struct undo *undo, const struct operation *step, struct entry *draft)
{
	char *attribute, *value;
	size_t length, i, j;

	if (step->verb == OPERATION_RENAME && dn_first(undo->arena, step->new_place, &attribute, &value, &length))
		entry_put_text(draft, attribute, value);
	for (i = 0; i < step->delta_count; i++) {
		const struct delta *delta = &step->deltas[i];

		if (delta->how == DELTA_REPLACE)
			entry_put(draft, delta->attribute, delta->values, delta->count);
		for (j = 0; delta->how == DELTA_ADD && j < delta->count; j++)
			entry_add_text(draft, delta->attribute, delta->values[j].bytes);
		for (j = 0; delta->how == DELTA_DELETE && j < delta->count; j++)
			entry_remove_text(draft, delta->attribute, delta->values[j].bytes, true);
	}
}

/* The record as it becomes, for the lines of the review. */
static bool show_after(struct undo *undo, const struct facts *facts)
{
	struct entry *now = facts->now == NULL ? NULL : store_entry(undo->store, undo->arena, facts->now, undo->error);
	struct entry *draft = now == NULL ? NULL : plan_own(undo->arena, now);
	size_t i;

	if (facts->now != NULL && now == NULL)
		return false;
	for (i = 0; i < undo->plan->count; i++) {
		const struct operation *step = &undo->plan->operations[i];

		if (step->verb == OPERATION_ADD)
			draft = entry_new(undo->arena, step->place);
		else if (step->verb == OPERATION_DELETE)
			draft = NULL;
		if (draft == NULL || step->commutes || step->verb == OPERATION_DELETE ||
		    (step->verb == OPERATION_MODIFY && !dn_same(step->place, draft->dn)))
			continue;
		lay_over(undo, step, draft);
	}
	undo->plan->after = draft == NULL ? NULL : read_record(undo->store->world, undo->arena, undo->change->kind, draft, facts->forward_flag_mode);
	return true;
}

bool plan_undo(struct store_ldap *store, const struct change *change, const struct facts *facts, struct arena *arena, struct plan *plan, struct error *error)
{
	struct undo undo = { .store = store, .arena = arena, .change = change, .plan = plan, .error = error };
	size_t i;

	for (i = 0; i < change->operation_count; i++) {
		struct operation *step = plan_step(arena, plan);

		*step = change->operations[i];
		if (!undo_one(&undo, step))
			return false;
	}
	return show_after(&undo, facts);
}
