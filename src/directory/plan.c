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
#include "directory/udm_store.h"

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

bool plan_whole(const struct profile_kind *held, const struct entry *draft, struct error *error)
{
	size_t count = kind_field_count(held->kind), i, j;

	for (i = 0; held->must[i] != NULL; i++) {
		const struct attribute *attribute = entry_get(draft, held->must[i]);
		const char *label = NULL;

		if (attribute != NULL && attribute->count > 0)
			continue;
		for (j = 0; j < count && label == NULL; j++)
			if (held->mappings[j].attributes[0] != NULL && text_same_ascii_case(held->mappings[j].attributes[0], held->must[i]))
				label = held->kind->fields[j].label;
		return error_set(error, ERROR_INVALID, "%s: a %s here needs at least one; the directory's schema demands it (%s)",
			label == NULL ? held->must[i] : label, held->kind->noun, held->must[i]);
	}
	return true;
}

bool plan_is_seen(const struct profile_kind *held, struct arena *arena, const struct entry *draft, const char *name, struct error *error)
{
	return held->find == NULL || filter_matches(held->find, draft) != KNOWN_NO || error_set(error, ERROR_INVALID,
		"%s: \"%.100s\" cannot be the name of a %s here; in this directory allowed is only what %s finds, and nobody would see it",
		kind_key(held->kind)->label, name, held->kind->noun, filter_text(arena, held->find));
}

/* The same for a draft without the values that the change does not name: what is stored, less what goes. */
static bool plan_leaves_some(struct store_ldap *store, const struct profile_kind *held, struct arena *arena, const char *place,
		const struct delta *deltas, size_t count, struct error *error)
{
	for (size_t i = 0; i < count; i++) {
		const char *const names[] = { deltas[i].attribute, NULL };
		const struct attribute *stored;
		struct entry *nothing, *entry;
		size_t gone = 0;
		bool must = false;

		for (size_t j = 0; held->must[j] != NULL; j++)
			must = must || text_same_ascii_case(held->must[j], deltas[i].attribute);
		for (size_t j = 0; j < count && must; j++) {
			must = !text_same_ascii_case(deltas[j].attribute, deltas[i].attribute) || deltas[j].how == DELTA_DELETE;
			gone += must && text_same_ascii_case(deltas[j].attribute, deltas[i].attribute) ? deltas[j].count : 0;
		}
		if (!must)
			continue;
		entry = request_entry(store->connection, arena, place, names, NULL);
		stored = entry == NULL ? NULL : entry_get(entry, names[0]);
		nothing = entry_new(arena, place);
		/* What could not be read is left to the server. */
		if (stored != NULL && stored->count <= gone && !plan_whole(held, nothing, error))
			return false;
	}
	return true;
}

static struct convert converting(struct store_ldap *store, struct arena *arena, const struct facts *facts)
{
	return (struct convert){ .arena = arena, .profile = world_profile(store->world), .flag_mode = facts->forward_flag_mode, .now = clock_now() };
}

/* --- edit ------------------------------------------------------------------------------------ */

/* Values of large attributes one by one: they commute with what others do to the same group. */
static bool is_large(const struct profile_kind *held, const char *attribute)
{
	size_t count = kind_field_count(held->kind), i, j;

	for (i = 0; i < count; i++)
		for (j = 0; (held->kind->fields[i].flags & FIELD_LARGE) && held->mappings[i].attributes[j] != NULL; j++)
			if (text_same_ascii_case(held->mappings[i].attributes[j], attribute))
				return true;
	return false;
}

static void edit_step(const struct facts *facts, struct arena *arena, const struct delta *deltas, size_t count, bool commutes, struct plan *plan)
{
	struct operation *operation;

	if (count == 0)
		return;
	operation = plan_step(arena, plan);
	*operation = (struct operation){ .verb = OPERATION_MODIFY, .place = facts->now->place, .id = facts->now->id,
		.version = commutes ? NULL : facts->now->version, .deltas = deltas, .delta_count = count, .commutes = commutes,
		.words = arena_format(arena, "change %s%s", commutes ? "the members of " : "", facts->now->name) };
}

static void edit_steps(const struct profile_kind *held, const struct change *change, const struct facts *facts, struct arena *arena,
		const struct delta *deltas, size_t count, struct plan *plan)
{
	struct delta *plain = arena_alloc(arena, count * sizeof *plain), *large = arena_alloc(arena, count * sizeof *large);
	size_t plain_count = 0, large_count = 0, i;

	for (i = 0; i < count; i++) {
		if (gather_is_light(change) && is_large(held, deltas[i].attribute))
			large[large_count++] = deltas[i];
		else
			plain[plain_count++] = deltas[i];
	}
	edit_step(facts, arena, plain, plain_count, false, plan);
	edit_step(facts, arena, large, large_count, true, plan);
}

/* The new primary address, where the change gives or takes one; false: it stays. */
static bool address_moves(struct store_ldap *store, const struct profile_kind *held, const struct entry *before, const struct entry *after, struct follow_to *to)
{
	const char *primary = profile_address(world_profile(store->world), held);
	const char *old = primary == NULL ? NULL : entry_first(before, primary);

	to->address = primary == NULL ? NULL : entry_first(after, primary);
	to->addressed = true;
	return old != NULL && (to->address == NULL || !text_same_ascii_case(old, to->address));
}

/* The directory's own part of an edit: the entry as it becomes, without what goes through UDM. */
static bool draft_of(struct store_ldap *store, const struct change *change, const struct facts *facts, struct entry *draft, struct error *error)
{
	const struct profile_kind *held = store_kind(store, change->kind);
	struct convert with = converting(store, draft->arena, facts);
	struct change *rest;
	bool fine;

	if (!udm_concerns(store, change))
		return convert_write(&with, held, facts->now, change_result(draft->arena, change, facts->now), change, draft, error);
	rest = plan_udm_rest(store, change);
	fine = convert_write(&with, held, facts->now, change_result(draft->arena, rest, facts->now), rest, draft, error);
	change_free(rest);
	return fine;
}

/* The record as it becomes; where UDM writes the address, the draft gets it for what follows. */
static void record_after(struct store_ldap *store, const struct change *change, const struct facts *facts, struct entry *draft, struct plan *plan)
{
	const struct profile_kind *held = store_kind(store, change->kind);
	const struct field *address = kind_field(change->kind, "address");
	const char *primary = profile_address(world_profile(store->world), held);

	plan->after = read_record(store->world, draft->arena, change->kind, draft, facts->forward_flag_mode);
	if (!udm_concerns(store, change))
		return;
	plan_udm_after(store, change, change_result(draft->arena, change, facts->now), plan->after);
	if (address != NULL && primary != NULL && change_touches(change, "address") && world_writer(store->world, profile_mapping(held, address)) == WRITER_UDM)
		entry_put_text(draft, primary, record_text(plan->after, "address"));
}

static bool plan_edit(struct store_ldap *store, const struct change *change, const struct facts *facts, const struct entry *entry,
		struct arena *arena, struct plan *plan, struct error *error)
{
	const struct profile_kind *held = store_kind(store, change->kind);
	struct entry *draft = entry_copy(arena, entry), *seen = entry_copy(arena, entry);
	struct follow_to to = { .phase = FOLLOW_BEFORE, .wished = change->follows };
	struct delta *deltas;
	size_t count;
	bool moves;

	if (!draft_of(store, change, facts, draft, error))
		return false;
	if (!gather_is_light(change) && !plan_whole(held, draft, error))
		return false;
	plan_login(store, change, facts->now, arena, seen, draft, plan);
	count = entry_difference(arena, seen, draft, plan_replaces, store, &deltas);
	record_after(store, change, facts, draft, plan);
	plan_show_password(store, change, plan->after);
	if (count == 0 && !udm_concerns(store, change))
		return true;
	if (gather_is_light(change) && !plan_leaves_some(store, held, arena, facts->now->place, deltas, count, error))
		return false;
	plan_mark_secrets(store, deltas, count);
	/* Who names the old address gets the new one first and loses the old one last, so mail reaches somebody at every moment. */
	moves = address_moves(store, held, entry, draft, &to);
	if (moves && !plan_follow(store, arena, entry, &to, held, plan, error))
		return false;
	/* UDM first: it has the most reasons to refuse, and then nothing is done yet. */
	if (udm_concerns(store, change) && !plan_udm_edit(store, change, facts, arena, plan, error))
		return false;
	edit_steps(held, change, facts, arena, deltas, count, plan);
	to.phase = FOLLOW_AFTER;
	return !moves || plan_follow(store, arena, entry, &to, held, plan, error);
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
	/* Used only until the next gather: what comes out of it is copied. */
	copy->names = entry->names;
	return copy;
}

static bool plan_delete(struct store_ldap *store, const struct change *change, const struct facts *facts, const struct entry *entry,
		struct arena *arena, struct plan *plan, struct error *error)
{
	const struct profile_kind *held = store_kind(store, change->kind);
	bool through = world_verb_writer(store->world, change->kind, VERB_DELETE) == WRITER_UDM;
	struct operation *operation;

	plan->after = NULL;
	if (!plan_follow(store, arena, entry, &(struct follow_to){ .named = true, .addressed = true, .wished = change->follows,
			.keeper = through ? "udm" : NULL }, held, plan, error))
		return false;
	if (through)
		return plan_udm_delete(store, change, facts, arena, plan, error);
	operation = plan_step(arena, plan);
	*operation = (struct operation){ .verb = OPERATION_DELETE, .place = facts->now->place, .id = facts->now->id, .version = facts->now->version,
		.words = arena_format(arena, "delete %s", facts->now->name) };
	operation->deltas = all_attributes(store, arena, entry, &operation->delta_count);
	return true;
}

/* Does the first part of the DN bear the old name? Where a second attribute has it, it may not. */
static bool named_by_dn(struct arena *arena, const struct profile_kind *held, const struct entry *entry, const char *name)
{
	char *attribute, *value;
	size_t length;

	if (convert_second_name(held) == NULL || entry_get(entry, convert_second_name(held)) == NULL)
		return true;
	return dn_first(arena, entry->dn, &attribute, &value, &length) && text_same_ascii_case(attribute, held->naming) &&
		text_same_ascii_case(value, name);
}

/* The name in a second attribute, behind the step that renames: of the naming one the server takes care by itself. */
static bool rename_second(struct store_ldap *store, const struct change *change, const struct facts *facts, const struct entry *entry,
		struct arena *arena, const char *place, struct plan *plan, struct error *error)
{
	const struct profile_kind *held = store_kind(store, change->kind);
	const char *second = convert_second_name(held);
	struct convert with = converting(store, arena, facts);
	struct value name = value_text(arena, change->new_name);
	struct field_values wanted = { .values = &name, .count = 1 };
	struct entry *draft = entry_copy(arena, entry);
	struct operation *operation;
	struct delta *deltas;

	if (second == NULL || entry_get(entry, second) == NULL)
		return true;
	with.mapping = profile_mapping(held, kind_key(held->kind));
	if (!with.mapping->converter->write(&with, &wanted, draft, error))
		return false;
	operation = plan_step(arena, plan);
	*operation = (struct operation){ .verb = OPERATION_MODIFY, .place = place, .id = facts->now->id,
		.words = arena_format(arena, "change the name of %s", change->new_name) };
	operation->delta_count = entry_difference(arena, entry, draft, plan_replaces, store, &deltas);
	operation->deltas = deltas;
	return true;
}

static bool plan_rename(struct store_ldap *store, const struct change *change, const struct facts *facts, const struct entry *entry,
		struct arena *arena, struct plan *plan, struct error *error)
{
	const struct profile_kind *held = store_kind(store, change->kind);
	const char *parent = dn_parent(arena, entry->dn);
	bool moves = named_by_dn(arena, held, entry, facts->now->name);
	struct entry *draft = entry_copy(arena, entry);
	const char *place = !moves ? entry->dn : parent == NULL ? NULL :
		dn_child(arena, held->naming, change->new_name, strlen(change->new_name), parent);
	struct operation *operation;

	if (place == NULL)
		return error_set(error, ERROR_INVALID, "\"%s\" cannot be the name of an entry", change->new_name);
	if (moves)
		entry_put_text(draft, held->naming, change->new_name);
	if (!plan_is_seen(held, arena, draft, change->new_name, error))
		return false;
	plan->after = change_result(arena, change, facts->now);
	plan->after->place = place;
	if (strcmp(facts->now->name, change->new_name) == 0)
		return true;
	if (world_verb_writer(store->world, change->kind, VERB_RENAME) == WRITER_UDM)
		return plan_udm_rename(store, change, facts, arena, place, plan, error) &&
			plan_follow(store, arena, entry, &(struct follow_to){ .named = true, .dn = place, .name = change->new_name, .keeper = "udm" }, held, plan, error);
	if (is_keyed_by_address(change->kind) && !plan_follow(store, arena, entry, &(struct follow_to){ .addressed = true, .address = change->new_name,
			.phase = FOLLOW_BEFORE }, held, plan, error))
		return false;
	if (moves) {
		operation = plan_step(arena, plan);
		*operation = (struct operation){ .verb = OPERATION_RENAME, .place = facts->now->place, .new_place = place, .id = facts->now->id,
			.version = facts->now->version, .words = arena_format(arena, "rename %s to %s", facts->now->name, change->new_name) };
	}
	if (!rename_second(store, change, facts, entry, arena, place, plan, error))
		return false;
	if (is_keyed_by_address(change->kind) && !plan_follow(store, arena, entry, &(struct follow_to){ .addressed = true, .address = change->new_name,
			.phase = FOLLOW_AFTER }, held, plan, error))
		return false;
	return plan_follow(store, arena, entry, &(struct follow_to){ .named = true, .dn = place, .name = change->new_name }, held, plan, error);
}

/* --- names that fit --------------------------------------------------------------------------------- */

/*
 * slapd's mdb keeps the first part of a DN twice, as given and normalised, in a record of at most 511 bytes, 20 of
 * them its own; a longer one ends in "other error" (80) only when it is tried.
 */
enum { RDN_MOST = (511 - 20) / 2 };

static bool rdn_fits(struct arena *arena, const struct field *field, const char *attribute, const char *name, const char *what, struct error *error)
{
	const char *rdn = name == NULL || name[0] == '\0' ? NULL : dn_rdn(arena, attribute, name, strlen(name));
	size_t length = rdn == NULL ? 0 : strlen(rdn);

	return length <= RDN_MOST || error_set(error, ERROR_INVALID, "%s: \"%.100s\" is too long; %s (%s) it has %zu bytes, signs that a DN escapes "
		"counted three times, and at most %d are allowed", field->label, name, what, attribute, length, RDN_MOST);
}

/* Where objects are named elsewhere by this name, in memberUid for one, that attribute must be able to hold it. */
static bool name_goes_round(const struct store_ldap *store, const struct kind *kind, const char *name, struct error *error)
{
	const struct profile *profile = world_profile(store->world);
	size_t i;

	for (i = 0; name != NULL && text_has_foreign(name, strlen(name)) && i < profile->reference_count; i++) {
		const struct profile_reference *row = &profile->references[i];
		const struct attribute_type *type = world_attribute(store->world, row->attribute);

		if (row->by == BY_LOGIN && profile_refers(row, kind) && type != NULL && type->plain)
			return error_set(error, ERROR_INVALID, "%s: \"%.100s\" has letters beyond plain ones; this directory names a %s elsewhere by it (%s), "
				"and only plain ones are allowed there", kind_key(kind)->label, name, kind->noun, row->attribute);
	}
	return true;
}

/* The name that an entry gets, and the address that a lock gets for its name. */
static bool names_fit(const struct store_ldap *store, const struct change *change, const struct facts *facts, struct arena *arena, struct error *error)
{
	const struct profile_kind *held = store_kind(store, change->kind);
	const struct field *address = kind_field(change->kind, "address");
	bool locked = world_profile(store->world)->locks != NULL && address != NULL && change_touches(change, address->name);
	const struct record *after = change->verb == VERB_ADD || (locked && change->verb == VERB_EDIT) ? change_result(arena, change, facts->now) : NULL;
	const char *name = change->verb == VERB_ADD ? after->name : change->verb == VERB_RENAME ? change->new_name : NULL;

	if (!name_goes_round(store, change->kind, name, error) ||
	    !rdn_fits(arena, kind_key(change->kind), held->naming, name, "as the name of an entry", error))
		return false;
	return !locked || after == NULL || rdn_fits(arena, address, "cn", record_text(after, address->name), "as the name of its lock", error);
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
	if (!plan_udm_allowed(store, change, error) || !names_fit(store, change, facts, arena, error))
		return false;
	if (change->verb == VERB_ADD && world_verb_writer(store->world, change->kind, VERB_ADD) == WRITER_UDM)
		return plan_udm_add(store, change, arena, plan, error);
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
	if (plan_policy_is(change))
		return plan_policy(store, change, facts, arena, plan, error);
	if (change->verb == VERB_EDIT)
		return plan_edit(store, change, facts, entry, arena, plan, error);
	if (change->verb == VERB_RENAME)
		return plan_rename(store, change, facts, entry, arena, plan, error);
	return plan_delete(store, change, facts, entry, arena, plan, error);
}
