/*
 * entry: the attributes of one directory entry, as a bag that can be copied,
 * changed and compared.
 *
 * Values are compared by bytes: whether the server thinks two spellings equal
 * is its own affair, and a change of case only must reach it.  Pure; no
 * function fails; any thread.
 */
#include "directory/entry.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "model/value_set.h"

struct entry *entry_new(struct arena *arena, const char *dn)
{
	struct entry *entry = arena_alloc(arena, sizeof *entry);

	entry->arena = arena;
	entry->dn = arena_text(arena, dn);
	return entry;
}

struct entry *entry_copy(struct arena *arena, const struct entry *entry)
{
	struct entry *copy = entry_new(arena, entry->dn);
	size_t i;

	for (i = 0; i < entry->count; i++)
		entry_put(copy, entry->attributes[i].name, entry->attributes[i].values, entry->attributes[i].count);
	copy->names = entry->names;
	return copy;
}

static struct attribute *find(const struct entry *entry, const char *name)
{
	size_t i;

	for (i = 0; i < entry->count; i++)
		if (text_same_ascii_case(entry->attributes[i].name, name))
			return &entry->attributes[i];
	return NULL;
}

const struct attribute *entry_get(const struct entry *entry, const char *name)
{
	return find(entry, name);
}

const char *entry_first(const struct entry *entry, const char *name)
{
	const struct attribute *attribute = find(entry, name);

	return attribute == NULL || attribute->count == 0 ? NULL : attribute->values[0].bytes;
}

void entry_append(struct entry *entry, const char *name, const struct value *values, size_t count)
{
	struct attribute *attribute;

	entry->attributes = arena_grow(entry->arena, entry->attributes, &entry->capacity, entry->count + 1, sizeof *attribute);
	attribute = &entry->attributes[entry->count++];
	attribute->name = arena_text(entry->arena, name);
	attribute->values = values;
	attribute->count = count;
}

void entry_put(struct entry *entry, const char *name, const struct value *values, size_t count)
{
	struct attribute *attribute = find(entry, name);

	if (count == 0) {
		if (attribute != NULL) {
			size_t behind = entry->count - 1 - (size_t)(attribute - entry->attributes);

			memmove(attribute, attribute + 1, behind * sizeof *attribute);
			entry->count--;
		}
		return;
	}
	if (attribute == NULL) {
		entry_append(entry, name, values, count);
		return;
	}
	attribute->values = values;
	attribute->count = count;
}

void entry_put_text(struct entry *entry, const char *name, const char *text)
{
	struct value *value;

	if (text == NULL || text[0] == '\0') {
		entry_put(entry, name, NULL, 0);
		return;
	}
	value = arena_alloc(entry->arena, sizeof *value);
	*value = value_text(entry->arena, text);
	entry_put(entry, name, value, 1);
}

void entry_add_text(struct entry *entry, const char *name, const char *text)
{
	const struct attribute *attribute = find(entry, name);
	struct value added = value_text(entry->arena, text), *values;
	size_t count = attribute == NULL ? 0 : attribute->count, i;

	for (i = 0; i < count; i++)
		if (value_same(&attribute->values[i], &added))
			return;
	values = arena_alloc(entry->arena, (count + 1) * sizeof *values);
	if (count > 0)
		memcpy(values, attribute->values, count * sizeof *values);
	values[count] = added;
	entry_put(entry, name, values, count + 1);
}

static bool matches(const struct value *value, const char *text, bool fold)
{
	if (strlen(value->bytes) != value->length)
		return false;
	return fold ? text_same_ascii_case(value->bytes, text) : strcmp(value->bytes, text) == 0;
}

bool entry_remove_text(struct entry *entry, const char *name, const char *text, bool fold)
{
	const struct attribute *attribute = find(entry, name);
	struct value *values;
	size_t i, count = 0;

	if (attribute == NULL)
		return false;
	values = arena_alloc(entry->arena, attribute->count * sizeof *values);
	for (i = 0; i < attribute->count; i++)
		if (!matches(&attribute->values[i], text, fold))
			values[count++] = attribute->values[i];
	if (count == attribute->count)
		return false;
	entry_put(entry, name, values, count);
	return true;
}

void entry_add_values(struct entry *entry, const char *name, const struct value *values, size_t count)
{
	const struct attribute *attribute = find(entry, name);
	size_t there = attribute == NULL ? 0 : attribute->count, i;
	struct value *all = arena_alloc(entry->arena, (there + count) * sizeof *all);
	struct value_set *set = value_set_new(NULL);

	for (i = 0; i < there; i++) {
		all[i] = attribute->values[i];
		value_set_add(set, &all[i]);
	}
	for (i = 0; i < count; i++)
		if (value_set_add(set, &values[i]))
			all[there++] = (struct value){ .bytes = arena_bytes(entry->arena, values[i].bytes, values[i].length), .length = values[i].length };
	value_set_free(set);
	entry_put(entry, name, all, there);
}

void entry_remove_values(struct entry *entry, const char *name, const struct value *values, size_t count)
{
	static const struct field any_case = { .type = FIELD_ADDRESS };
	const struct attribute *attribute = find(entry, name);
	struct value_set *gone;
	struct value *left;
	size_t kept = 0, i;

	if (attribute == NULL)
		return;
	gone = value_set_new(&any_case);
	left = arena_alloc(entry->arena, attribute->count * sizeof *left);
	for (i = 0; i < count; i++)
		value_set_add(gone, &values[i]);
	for (i = 0; i < attribute->count; i++)
		if (!value_set_holds(gone, &attribute->values[i]))
			left[kept++] = attribute->values[i];
	value_set_free(gone);
	if (kept < attribute->count)
		entry_put(entry, name, left, kept);
}

bool entry_holds(const struct entry *entry, const char *name, const char *text)
{
	const struct attribute *attribute = find(entry, name);
	size_t i;

	for (i = 0; attribute != NULL && i < attribute->count; i++)
		if (matches(&attribute->values[i], text, true))
			return true;
	return false;
}

bool entry_has_class(const struct entry *entry, const char *name)
{
	return entry_holds(entry, "objectClass", name);
}

/* --- difference ------------------------------------------------------------ */

enum { SORTED_FROM = 64 };

static int by_bytes(const void *a, const void *b)
{
	const struct value *one = *(const struct value *const *)a, *two = *(const struct value *const *)b;

	if (one->length != two->length)
		return one->length < two->length ? -1 : 1;
	return memcmp(one->bytes, two->bytes, one->length);
}

/* The values in order, so that fifty thousand are compared with fifty thousand in no time; NULL where there are few. */
static const struct value **in_order(struct arena *arena, const struct attribute *attribute)
{
	const struct value **order;
	size_t i;

	if (attribute == NULL || attribute->count < SORTED_FROM)
		return NULL;
	order = arena_alloc(arena, attribute->count * sizeof *order);
	for (i = 0; i < attribute->count; i++)
		order[i] = &attribute->values[i];
	qsort(order, attribute->count, sizeof *order, by_bytes);
	return order;
}

static bool is_in(const struct attribute *attribute, const struct value **order, const struct value *value)
{
	size_t i;

	if (order != NULL)
		return bsearch(&value, order, attribute->count, sizeof *order, by_bytes) != NULL;
	for (i = 0; attribute != NULL && i < attribute->count; i++)
		if (value_same(value, &attribute->values[i]))
			return true;
	return false;
}

/* The values of `from` that `without` lacks. */
static size_t missing(struct arena *arena, const struct attribute *from, const struct attribute *without, struct value **values)
{
	const struct value **order;
	size_t i, count = 0;

	if (from == NULL)
		return 0;
	order = in_order(arena, without);
	*values = arena_alloc(arena, from->count * sizeof **values);
	for (i = 0; i < from->count; i++)
		if (!is_in(without, order, &from->values[i]))
			(*values)[count++] = from->values[i];
	return count;
}

struct deltas {
	struct arena *arena;
	struct delta *list;
	size_t count, capacity;
};

static void add_delta(struct deltas *deltas, const char *name, enum delta_how how, const struct value *values, size_t count)
{
	deltas->list = arena_grow(deltas->arena, deltas->list, &deltas->capacity, deltas->count + 1, sizeof *deltas->list);
	deltas->list[deltas->count++] = (struct delta){
		.attribute = arena_text(deltas->arena, name), .how = how, .values = values, .count = count,
	};
}

static void compare(struct deltas *deltas, const struct attribute *old, const struct attribute *new, bool replace)
{
	struct value *gone = NULL, *come = NULL;
	size_t gone_count = missing(deltas->arena, old, new, &gone);
	size_t come_count = missing(deltas->arena, new, old, &come);
	const char *name = old != NULL ? old->name : new->name;

	if (gone_count + come_count == 0)
		return;
	if (replace) {
		add_delta(deltas, name, DELTA_REPLACE, new == NULL ? NULL : new->values, new == NULL ? 0 : new->count);
		return;
	}
	if (gone_count > 0)
		add_delta(deltas, name, DELTA_DELETE, gone, gone_count);
	if (come_count > 0)
		add_delta(deltas, name, DELTA_ADD, come, come_count);
}

size_t entry_difference(struct arena *arena, const struct entry *before, const struct entry *after,
		bool (*replaces)(const void *context, const char *name), const void *context, struct delta **list)
{
	struct deltas deltas = { .arena = arena };
	size_t i;

	for (i = 0; i < before->count; i++) {
		const struct attribute *old = &before->attributes[i];

		compare(&deltas, old, find(after, old->name), replaces != NULL && replaces(context, old->name));
	}
	for (i = 0; i < after->count; i++) {
		const struct attribute *new = &after->attributes[i];

		if (find(before, new->name) == NULL)
			compare(&deltas, NULL, new, replaces != NULL && replaces(context, new->name));
	}
	*list = deltas.list;
	return deltas.count;
}
