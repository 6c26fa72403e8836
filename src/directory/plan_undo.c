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
#include <strings.h>

#include "base/text.h"
#include "directory/convert.h"
#include "directory/dn.h"
#include "directory/udm_store.h"

struct undo {
	struct store_ldap *store;
	struct arena *arena;
	const struct change *change;
	struct plan *plan;
	struct error *error;
	const char *lost;                  /* accounts whose password nobody holds, as a list; NULL: none */
	const char *kept;                  /* accounts of which only the password was changed; NULL: none */
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

/* --- passwords that nobody holds ------------------------------------------------------------- */

/* The journal has none; one can come back only where the entry still holds the same account. */
static bool is_lost(struct undo *undo, const struct entry *now, const char *attribute, const struct value *value)
{
	const struct part *parts = convert_masked_parts(world_profile(undo->store->world), attribute);
	const struct attribute *stored = now == NULL ? NULL : entry_get(now, attribute);
	size_t i;

	if (parts == NULL || fetchmail_has_password(parts, value))
		return false;
	for (i = 0; stored != NULL && i < stored->count; i++)
		if (fetchmail_same_account(parts, &stored->values[i], value))
			return false;
	undo->lost = undo->lost == NULL ? fetchmail_words(undo->arena, parts, value) :
		arena_format(undo->arena, "%s, %s", undo->lost, fetchmail_words(undo->arena, parts, value));
	return true;
}

/* The class that comes and goes with an attribute; NULL: none does. */
static const char *class_of(const struct undo *undo, const char *attribute)
{
	const struct profile_kind *held = store_kind(undo->store, undo->change->kind);
	size_t count = kind_field_count(undo->change->kind), i;

	for (i = 0; held != NULL && i < count; i++)
		if (held->mappings[i].converter != NULL && text_same_ascii_case(held->mappings[i].attributes[0], attribute))
			return held->mappings[i].class;
	return NULL;
}

/* Attributes are named after their class: is one of it there, or among what comes? */
static bool class_needed(const struct entry *now, const struct delta *deltas, size_t count, const char *class)
{
	size_t length = strlen(class), i;

	for (i = 0; now != NULL && i < now->count; i++)
		if (strncasecmp(now->attributes[i].name, class, length) == 0)
			return true;
	for (i = 0; i < count; i++)
		if (deltas[i].how == DELTA_ADD && strncasecmp(deltas[i].attribute, class, length) == 0)
			return true;
	return false;
}

/* The delta with some of its values left out. */
static struct delta without(struct arena *arena, const struct delta *delta, const bool *drop)
{
	struct value *values = arena_alloc(arena, delta->count * sizeof *values);
	struct delta rest = *delta;
	size_t i;

	rest.count = 0;
	for (i = 0; i < delta->count; i++)
		if (!drop[i])
			values[rest.count++] = delta->values[i];
	rest.values = values;
	return rest;
}

static size_t drop_class(struct undo *undo, const struct entry *now, struct delta *deltas, size_t count, const char *class)
{
	size_t kept = 0, i, j;

	if (class == NULL || class_needed(now, deltas, count, class))
		return count;
	for (i = 0; i < count; i++) {
		bool *drop = arena_alloc(undo->arena, deltas[i].count * sizeof *drop);
		struct delta rest = deltas[i];

		if (rest.how == DELTA_ADD && text_same_ascii_case(rest.attribute, "objectClass")) {
			for (j = 0; j < rest.count; j++)
				drop[j] = text_same_ascii_case(rest.values[j].bytes, class);
			rest = without(undo->arena, &rest, drop);
			if (rest.count == 0)
				continue;
		}
		deltas[kept++] = rest;
	}
	return kept;
}

/* Leaves out what cannot come back, and its class with the last of it. */
static void drop_lost(struct undo *undo, const struct entry *now, struct operation *step)
{
	struct delta *deltas = arena_alloc(undo->arena, step->delta_count * sizeof *deltas);
	const char *class = NULL;
	size_t count = 0, i, j;

	for (i = 0; i < step->delta_count; i++) {
		const struct delta *delta = &step->deltas[i];
		bool *drop = arena_alloc(undo->arena, delta->count * sizeof *drop);
		struct delta rest = *delta;

		for (j = 0; delta->how == DELTA_ADD && j < delta->count; j++)
			drop[j] = is_lost(undo, now, delta->attribute, &delta->values[j]);
		if (delta->how == DELTA_ADD)
			rest = without(undo->arena, delta, drop);
		if (rest.count == 0 && delta->count > 0)
			class = class_of(undo, delta->attribute);
		else
			deltas[count++] = rest;
	}
	step->delta_count = drop_class(undo, now, deltas, count, class);
	step->deltas = deltas;
}

/* What goes and what comes back look the same where only the password was another: it stays as it is. */
static bool is_kept(struct undo *undo, const struct operation *step, const struct delta *delta, const struct value *value)
{
	size_t i, j;

	if (convert_masked_parts(world_profile(undo->store->world), delta->attribute) == NULL)
		return false;
	for (i = 0; i < step->delta_count; i++) {
		const struct delta *other = &step->deltas[i];

		for (j = 0; other->how != delta->how && text_same_ascii_case(other->attribute, delta->attribute) && j < other->count; j++)
			if (value_same(&other->values[j], value))
				return true;
	}
	return false;
}

static void drop_kept(struct undo *undo, struct operation *step)
{
	struct delta *deltas = arena_alloc(undo->arena, step->delta_count * sizeof *deltas);
	size_t count = 0, i, j;

	for (i = 0; i < step->delta_count; i++) {
		const struct delta *delta = &step->deltas[i];
		bool *drop = arena_alloc(undo->arena, delta->count * sizeof *drop);
		struct delta rest;

		for (j = 0; j < delta->count; j++) {
			const struct part *parts = convert_masked_parts(world_profile(undo->store->world), delta->attribute);

			drop[j] = is_kept(undo, step, delta, &delta->values[j]);
			if (drop[j] && delta->how == DELTA_ADD)
				undo->kept = arena_format(undo->arena, "%s%s%s", undo->kept == NULL ? "" : undo->kept,
					undo->kept == NULL ? "" : ", ", fetchmail_words(undo->arena, parts, &delta->values[j]));
		}
		rest = without(undo->arena, delta, drop);
		if (rest.count > 0 || delta->count == 0)
			deltas[count++] = rest;
	}
	step->deltas = deltas;
	step->delta_count = count;
}

/* --- one operation --------------------------------------------------------------------------- */

static bool undo_modify(struct undo *undo, struct operation *step)
{
	struct entry *entry;

	if (step->commutes || step->delta_count == 0)
		return true;
	entry = renew(undo, step);
	if (entry == NULL)
		return false;
	step->place = entry->dn;
	drop_kept(undo, step);
	drop_lost(undo, entry, step);
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

static bool undo_add(struct undo *undo, struct operation *step)
{
	struct entry *draft = entry_new(undo->arena, step->place);
	struct delta *deltas;
	size_t i;

	drop_lost(undo, NULL, step);
	for (i = 0; i < step->delta_count; i++)
		entry_put(draft, step->deltas[i].attribute, step->deltas[i].values, step->deltas[i].count);
	step->id = NULL;
	step->version = NULL;
	step->delta_count = entry_difference(undo->arena, entry_new(undo->arena, step->place), draft, NULL, NULL, &deltas);
	plan_mark_secrets(undo->store, deltas, step->delta_count);
	step->deltas = deltas;
	return true;
}

static bool undo_one(struct undo *undo, struct operation *step)
{
	if (step->through != NULL)
		return plan_udm_undo(undo->store, undo->change, undo->arena, step, undo->error);
	switch (step->verb) {
	case OPERATION_MODIFY:
		return undo_modify(undo, step);
	case OPERATION_RENAME:
		return undo_rename(undo, step);
	case OPERATION_DELETE:
		return undo_delete(undo, step);
	case OPERATION_ADD:
		return undo_add(undo, step);
	case OPERATION_PASSWORD:
		/* The rest of a set that is still on its way has its secret; what comes from the journal has none. */
		if (step->delta_count > 0 && step->deltas[0].count > 0)
			return renew(undo, step) != NULL;
		break;
	}
	return error_set(undo->error, ERROR_UNSUPPORTED, "a password cannot be taken back: what it was is known to nobody");
}

static void lay_over(struct undo *undo, const struct operation *step, struct entry *draft)
{
	char *attribute, *value;
	size_t length, i;

	if (step->verb == OPERATION_RENAME && dn_first(undo->arena, step->new_place, &attribute, &value, &length))
		entry_put_text(draft, attribute, value);
	for (i = 0; step->through == NULL && i < step->delta_count; i++) {
		const struct delta *delta = &step->deltas[i];

		if (delta->how == DELTA_REPLACE)
			entry_put(draft, delta->attribute, delta->values, delta->count);
		else if (delta->how == DELTA_ADD)
			entry_add_values(draft, delta->attribute, delta->values, delta->count);
		else if (delta->how == DELTA_DELETE)
			entry_remove_values(draft, delta->attribute, delta->values, delta->count);
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
		if (draft == NULL || step->verb == OPERATION_PASSWORD || (step->commutes && !dn_same(step->place, draft->dn)) || step->verb == OPERATION_DELETE ||
		    (step->verb == OPERATION_MODIFY && !dn_same(step->place, draft->dn)))
			continue;
		lay_over(undo, step, draft);
	}
	/* What comes back may name groups that nobody asked for yet. */
	if (draft != NULL)
		names_of_entry(undo->store->world, undo->store->connection, store_kind(undo->store, undo->change->kind), draft);
	undo->plan->after = draft == NULL ? NULL : read_record(undo->store->world, undo->arena, undo->change->kind, draft, facts->forward_flag_mode);
	for (i = 0; draft != NULL && i < undo->plan->count; i++)
		if (undo->plan->operations[i].through != NULL)
			plan_udm_lay(&undo->plan->operations[i], undo->plan->after);
	return true;
}

/* Says what stays away; false: that is all there was to take back. */
static bool tell_lost(struct undo *undo)
{
	size_t i;

	if (undo->lost == NULL && undo->kept == NULL)
		return true;
	undo->plan->left_out = undo->kept == NULL ? "" : arena_format(undo->arena, "The password for fetching mail of %s stays as it is now: "
		"the one from before is not in the journal.", undo->kept);
	if (undo->lost != NULL)
		undo->plan->left_out = arena_format(undo->arena, "%s%sThe password for fetching mail of %s is not in the journal, so that account "
			"does not come back: enter it again with its password.", undo->plan->left_out, undo->kept == NULL ? "" : " ", undo->lost);
	for (i = 0; i < undo->plan->count; i++)
		if (undo->plan->operations[i].verb != OPERATION_MODIFY || undo->plan->operations[i].delta_count > 0)
			return true;
	return error_set(undo->error, ERROR_UNSUPPORTED, "This cannot be taken back. %s", undo->plan->left_out);
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
	return tell_lost(&undo) && show_after(&undo, facts);
}
