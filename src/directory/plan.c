/*
 * plan: the exact operations of a change (store_plan); edit, rename, delete.
 *
 * Built from the re-read entry, as value-level deltas under its version.  Has
 * no effect; may read.  On the gate's thread.
 */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "directory/convert.h"
#include "directory/dn.h"
#include "directory/filter.h"
#include "directory/store_private.h"

struct operation *plan_step(struct arena *arena, struct plan *plan)
{
	/* One place more than there is each time: plans have a handful of steps, a big one some hundred. */
	struct operation *list = arena_alloc(arena, (plan->count + 1) * sizeof *list);

	if (plan->count > 0)
		memcpy(list, plan->operations, plan->count * sizeof *list);
	plan->operations = list;
	return &list[plan->count++];
}

void plan_mark_secrets(const struct store_ldap *store, struct delta *deltas, size_t count)
{
	size_t i, j;

	for (i = 0; i < count; i++) {
		const struct part *masked = convert_masked_parts(world_profile(store->world), deltas[i].attribute);

		if (masked == NULL)
			continue;
		for (j = 0; j < deltas[i].count; j++)
			deltas[i].secret = deltas[i].secret || fetchmail_has_password(masked, &deltas[i].values[j]);
	}
}

bool plan_is_user_attribute(const struct store_ldap *store, const char *name)
{
	const struct attribute_type *type = world_attribute(store->world, name);

	return (type == NULL || !type->operational) && !text_same_ascii_case(name, "memberOf") && !profile_secret(world_profile(store->world), name);
}

/* An attribute without an equality rule cannot be changed value by value. */
bool plan_replaces(const void *context, const char *name)
{
	const struct store_ldap *store = context;
	const struct attribute_type *type = world_attribute(store->world, name);

	return type != NULL && !type->equality;
}

static struct convert converting(struct store_ldap *store, struct arena *arena, const struct facts *facts)
{
	return (struct convert){ .arena = arena, .profile = world_profile(store->world), .flag_mode = facts->forward_flag_mode, .now = clock_now() };
}

/* --- edit ------------------------------------------------------------------------------------ */

static bool plan_edit(struct store_ldap *store, const struct change *change, const struct facts *facts, const struct entry *entry,
		struct arena *arena, struct plan *plan, struct error *error)
{
	const struct profile_kind *held = store_kind(store, change->kind);
	struct convert with = converting(store, arena, facts);
	struct entry *draft = entry_copy(arena, entry);
	struct operation *operation;
	struct delta *deltas;
	size_t count;

	if (!convert_write(&with, held, facts->now, change_result(arena, change, facts->now), change, draft, error))
		return false;
	count = entry_difference(arena, entry, draft, plan_replaces, store, &deltas);
	plan->after = read_record(store->world, arena, change->kind, draft, facts->forward_flag_mode);
	if (count == 0)
		return true;
	plan_mark_secrets(store, deltas, count);
	operation = plan_step(arena, plan);
	*operation = (struct operation){ .verb = OPERATION_MODIFY, .place = facts->now->place, .id = facts->now->id, .version = facts->now->version,
		.deltas = deltas, .delta_count = count, .words = arena_format(arena, "change %s", facts->now->name) };
	return true;
}

/* --- memberships that follow -------------------------------------------------------------------- */

static struct delta *one_value(struct arena *arena, const char *attribute, enum delta_how how, const char *text)
{
	struct delta *delta = arena_alloc(arena, sizeof *delta);
	struct value *value = arena_alloc(arena, sizeof *value);

	*value = value_text(arena, text);
	*delta = (struct delta){ .attribute = attribute, .how = how, .values = value, .count = 1 };
	return delta;
}

/* One holder of memberships: adds come before removals, so that mail to the group keeps flowing. */
struct follow {
	struct store_ldap *store;
	struct arena *arena;
	struct plan *plan;
	const struct entry *holder;
	struct delta *adds, *removals;
	size_t add_count, removal_count, add_capacity, removal_capacity;
};

static void note(struct follow *follow, const struct profile_reference *row, const char *old_value, const char *new_value)
{
	if (new_value != NULL) {
		follow->adds = arena_grow(follow->arena, follow->adds, &follow->add_capacity, follow->add_count + 1, sizeof *follow->adds);
		follow->adds[follow->add_count++] = *one_value(follow->arena, row->attribute, DELTA_ADD, new_value);
	}
	follow->removals = arena_grow(follow->arena, follow->removals, &follow->removal_capacity, follow->removal_count + 1, sizeof *follow->removals);
	follow->removals[follow->removal_count++] = *one_value(follow->arena, row->attribute, DELTA_DELETE, old_value);
}

static void emit(struct follow *follow)
{
	struct delta *all = arena_alloc(follow->arena, (follow->add_count + follow->removal_count) * sizeof *all);
	const char *kind, *name;
	struct operation *operation;
	size_t i;

	for (i = 0; i < follow->add_count; i++)
		all[i] = follow->adds[i];
	for (i = 0; i < follow->removal_count; i++)
		all[follow->add_count + i] = follow->removals[i];
	read_holder(follow->store->world, follow->arena, follow->holder, &kind, &name);
	operation = plan_step(follow->arena, follow->plan);
	*operation = (struct operation){ .verb = OPERATION_MODIFY, .place = arena_text(follow->arena, follow->holder->dn),
		.id = arena_text(follow->arena, entry_first(follow->holder, "entryUUID")), .deltas = all, .delta_count = follow->add_count + follow->removal_count,
		.commutes = true, .words = arena_format(follow->arena, "%s in %s %s", follow->add_count > 0 ? "new name" : "membership", kind, name) };
}

/* The stored spelling of the value that names the target; NULL: this holder does not name it so. */
static const char *naming_value(const struct entry *holder, const struct profile_reference *row, const char *old)
{
	const struct attribute *values = entry_get(holder, row->attribute);
	size_t i;

	for (i = 0; values != NULL && old != NULL && i < values->count; i++)
		if (row->by == BY_DN ? dn_same(values->values[i].bytes, old) : text_same_ascii_case(values->values[i].bytes, old))
			return values->values[i].bytes;
	return NULL;
}

bool plan_follow(struct store_ldap *store, struct arena *arena, const struct entry *entry, const char *new_dn, const char *new_login,
		const struct profile_kind *kind, struct plan *plan, struct error *error)
{
	const struct profile *profile = world_profile(store->world);
	const char *login = entry_first(entry, kind->naming), **attributes = arena_alloc(arena, (profile->reference_count + 5) * sizeof *attributes);
	struct filter *any = filter_group(arena, FILTER_OR);
	struct search search = { .base = world_base(store->world), .scope = SCOPE_BELOW, .filter = any, .attributes = attributes };
	struct found found;
	size_t i, j, named = 0;

	for (i = 0; i < profile->reference_count; i++) {
		const struct profile_reference *row = &profile->references[i];
		const char *old = row->by == BY_DN ? entry->dn : row->by == BY_LOGIN ? login : NULL;

		if (!row->follow || old == NULL)
			continue;
		attributes[named++] = row->attribute;
		filter_into(arena, any, filter_equal_text(arena, row->attribute, old));
	}
	if (named == 0)
		return true;
	memcpy(attributes + named, (const char *const[]){ "objectClass", "cn", "entryUUID", NULL }, 4 * sizeof *attributes);
	if (!request_search(store->connection, arena, &search, &found, error))
		return false;
	if (found.cut)
		return error_set(error, ERROR_UNSUPPORTED, "not all memberships of %s could be read, so they cannot be kept in step [LDAP %d]", entry->dn, found.code);
	for (i = 0; i < found.count; i++) {
		struct follow follow = { .store = store, .arena = arena, .plan = plan, .holder = found.entries[i] };

		for (j = 0; j < profile->reference_count; j++) {
			const struct profile_reference *row = &profile->references[j];
			const char *old = !row->follow ? NULL : naming_value(found.entries[i], row, row->by == BY_DN ? entry->dn : login);

			if (old != NULL)
				note(&follow, row, arena_text(arena, old), row->by == BY_DN ? new_dn : new_login);
		}
		if (follow.removal_count > 0)
			emit(&follow);
	}
	return true;
}

/* --- delete and rename --------------------------------------------------------------------------- */

static const struct delta *all_attributes(struct store_ldap *store, struct arena *arena, const struct entry *entry, size_t *count)
{
	struct delta *deltas = arena_alloc(arena, entry->count * sizeof *deltas);
	size_t i;

	*count = 0;
	for (i = 0; i < entry->count; i++)
		if (plan_is_user_attribute(store, entry->attributes[i].name))
			deltas[(*count)++] = (struct delta){ .attribute = arena_text(arena, entry->attributes[i].name), .how = DELTA_DELETE,
				.values = entry->attributes[i].values, .count = entry->attributes[i].count };
	return deltas;
}

struct entry *plan_own(struct arena *arena, const struct entry *entry)
{
	struct entry *copy = entry_new(arena, entry->dn);
	size_t i, j;

	for (i = 0; i < entry->count; i++) {
		struct value *values = arena_alloc(arena, entry->attributes[i].count * sizeof *values);

		for (j = 0; j < entry->attributes[i].count; j++)
			values[j] = (struct value){ .bytes = arena_bytes(arena, entry->attributes[i].values[j].bytes, entry->attributes[i].values[j].length),
				.length = entry->attributes[i].values[j].length };
		entry_put(copy, entry->attributes[i].name, values, entry->attributes[i].count);
	}
	return copy;
}

static bool plan_delete(struct store_ldap *store, const struct change *change, const struct facts *facts, const struct entry *entry,
		struct arena *arena, struct plan *plan, struct error *error)
{
	const struct profile_kind *held = store_kind(store, change->kind);
	struct operation *operation;

	plan->after = NULL;
	if (held->numbers && !plan_follow(store, arena, entry, NULL, NULL, held, plan, error))
		return false;
	operation = plan_step(arena, plan);
	*operation = (struct operation){ .verb = OPERATION_DELETE, .place = facts->now->place, .id = facts->now->id, .version = facts->now->version,
		.words = arena_format(arena, "delete %s", facts->now->name) };
	operation->deltas = all_attributes(store, arena, entry, &operation->delta_count);
	return true;
}

static bool plan_rename(struct store_ldap *store, const struct change *change, const struct facts *facts, const struct entry *entry,
		struct arena *arena, struct plan *plan, struct error *error)
{
	const struct profile_kind *held = store_kind(store, change->kind);
	const char *parent = dn_parent(arena, entry->dn);
	char *place = parent == NULL ? NULL : dn_child(arena, held->naming, change->new_name, strlen(change->new_name), parent);
	struct operation *operation;

	if (place == NULL)
		return error_set(error, ERROR_INVALID, "\"%s\" cannot be the name of an entry", change->new_name);
	plan->after = change_result(arena, change, facts->now);
	plan->after->place = place;
	if (strcmp(facts->now->name, change->new_name) == 0)
		return true;
	operation = plan_step(arena, plan);
	*operation = (struct operation){ .verb = OPERATION_RENAME, .place = facts->now->place, .new_place = place, .id = facts->now->id,
		.version = facts->now->version, .words = arena_format(arena, "rename %s to %s", facts->now->name, change->new_name) };
	return !held->numbers || plan_follow(store, arena, entry, place, change->new_name, held, plan, error);
}

/* --- the door --------------------------------------------------------------------------------------- */

bool store_plan(void *self, const struct change *change, const struct facts *facts, struct arena *arena, struct plan *plan, struct error *error)
{
	struct store_ldap *store = self;
	const struct entry *entry;

	*plan = (struct plan){ .operations = NULL };
	if (!store_ready(store, error))
		return false;
	if (store_kind(store, change->kind) == NULL)
		return error_set(error, ERROR_UNSUPPORTED, "this directory keeps no objects of the kind %s", change->kind->name);
	if (facts->management != NULL)
		return error_set(error, ERROR_UNSUPPORTED, "%s", facts->management);
	if (change->verb == VERB_ADD)
		return plan_add(store, change, facts, arena, plan, error);
	if (change->verb == VERB_UNDO)
		return plan_undo(store, change, facts, arena, plan, error);
	if (facts->now == NULL)
		return error_set(error, ERROR_NOT_FOUND, "%s is not there any more", change->name);
	entry = store_entry(store, arena, facts->now, error);
	if (entry == NULL)
		return false;
	entry = plan_own(arena, entry);
	if (change->verb == VERB_EDIT)
		return plan_edit(store, change, facts, entry, arena, plan, error);
	if (change->verb == VERB_RENAME)
		return plan_rename(store, change, facts, entry, arena, plan, error);
	return plan_delete(store, change, facts, entry, arena, plan, error);
}
