/*
 * gather_large: the target of a change without the values that the change does
 * not name (gather_light).
 *
 * A group of fifty thousand is not read to add one member: everything else of
 * the entry is read, and of the large attributes only the values that the
 * change names, by the control for matched values (RFC 3876).  On the gate's
 * thread.
 */
#include <string.h>

#include "base/text.h"
#include "directory/filter.h"
#include "directory/names.h"
#include "directory/store_private.h"

struct list {
	struct arena *arena;
	const char **items;
	size_t count, capacity;
};

static void need(struct list *list, const char *name)
{
	size_t i;

	for (i = 0; name != NULL && i < list->count; i++)
		if (text_same_ascii_case(list->items[i], name))
			return;
	if (name == NULL)
		return;
	list->items = arena_grow(list->arena, list->items, &list->capacity, list->count + 2, sizeof *list->items);
	list->items[list->count++] = name;
	list->items[list->count] = NULL;
}

/* Attributes of the large fields, or of all others and of what every entry has. */
static const char *const *attributes_of(struct store_ldap *store, struct arena *arena, const struct profile_kind *held, bool large)
{
	static const char *const always[] = { "objectClass", "entryUUID", "entryCSN", "modifiersName", "modifyTimestamp" };
	const struct profile *profile = world_profile(store->world);
	struct list list = { .arena = arena };
	size_t count = kind_field_count(held->kind), i, j;

	for (i = 0; i < count; i++)
		for (j = 0; !(held->kind->fields[i].flags & FIELD_LARGE) == !large && held->mappings[i].attributes[j] != NULL; j++)
			need(&list, held->mappings[i].attributes[j]);
	for (i = 0; !large && i < sizeof always / sizeof *always; i++)
		need(&list, always[i]);
	if (!large) {
		need(&list, held->naming);
		need(&list, profile->primary);
		need(&list, profile->alternate);
		need(&list, profile->mark_attribute);
	}
	return list.items;
}

bool gather_is_light(const struct change *change)
{
	const struct field *field;
	size_t i;

	/* An undo of single values: nothing but such steps at the target, which come and go one by one as well. */
	for (i = 0; change->verb == VERB_UNDO && i < change->operation_count; i++)
		if (!change->operations[i].commutes)
			return false;
	if (change->verb != VERB_EDIT && (change->verb != VERB_UNDO || change->operation_count == 0))
		return false;
	for (i = 0; i < change->edit_count; i++)
		if (change->verb == VERB_EDIT && (change->edits[i].field->flags & FIELD_LARGE) && change->edits[i].how == EDIT_SET)
			return false;
	for (field = change->kind->fields; field->name != NULL; field++)
		if (field->flags & FIELD_LARGE)
			return true;
	return false;
}

/* The same for the steps of an undo. */
static struct filter *touched_back(struct store_ldap *store, const struct change *change, struct arena *arena)
{
	struct filter *any = filter_group(arena, FILTER_OR);
	size_t i, j, k;

	for (i = 0; i < change->operation_count; i++)
		for (j = 0; j < change->operations[i].delta_count; j++) {
			const struct delta *delta = &change->operations[i].deltas[j];

			for (k = 0; k < delta->count && world_attribute(store->world, delta->attribute) != NULL; k++)
				filter_into(arena, any, filter_equal(arena, delta->attribute, delta->values[k].bytes, delta->values[k].length));
		}
	return any;
}

/* One term for each value that the change names, as it stands in the attributes. */
static struct filter *touched(struct store_ldap *store, const struct change *change, struct arena *arena)
{
	const struct profile_kind *held = store_kind(store, change->kind);
	struct filter *any = filter_group(arena, FILTER_OR);
	size_t i, j;

	for (i = 0; i < change->edit_count; i++) {
		const struct edit *edit = &change->edits[i];
		const struct mapping *mapping = profile_mapping(held, edit->field);

		for (j = 0; (edit->field->flags & FIELD_LARGE) && mapping->attributes[0] != NULL && j < edit->count; j++) {
			const char *stored = edit->values[j].bytes;
			const char *value = names_are(mapping) ? names_place(store->names, edit->field->reference, edit->values[j].bytes, &stored) : stored;

			if (value != NULL)
				filter_into(arena, any, filter_equal_text(arena, mapping->attributes[0], value));
			if (value != NULL && names_are(mapping) && mapping->attributes[1] != NULL)
				filter_into(arena, any, filter_equal_text(arena, mapping->attributes[1], stored));
		}
	}
	return any;
}

struct entry *gather_light(struct store_ldap *store, const struct change *change, struct arena *arena, struct error *error)
{
	const struct profile_kind *held = store_kind(store, change->kind);
	const char *const *small = attributes_of(store, arena, held, false);
	struct filter *any = change->verb == VERB_UNDO ? touched_back(store, change, arena) : touched(store, change, arena);
	struct search search = { .scope = SCOPE_BASE, .attributes = attributes_of(store, arena, held, true), .values = any };
	struct entry *entry = change->id != NULL ? read_entry_by_id_of(store->world, store->connection, arena, change->id, small, error) :
		read_entry_of(store->world, store->connection, arena, change->kind, change->name, small, error);
	struct found found;
	size_t i;

	if (entry == NULL || any->inside_count == 0)
		return entry;
	search.base = entry->dn;
	if (!request_search(store->connection, arena, &search, &found, error))
		return NULL;
	for (i = 0; found.count == 1 && i < found.entries[0]->count; i++)
		entry_put(entry, found.entries[0]->attributes[i].name, found.entries[0]->attributes[i].values, found.entries[0]->attributes[i].count);
	return entry;
}
