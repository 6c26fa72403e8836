/*
 * explode: the rows of an entry, and who else holds their addresses.
 *
 * The census keeps two hashes of 64 bits for each address, one list to be
 * sorted and one table, and the text only of those that are met again.  What a cut reading did not see is not claimed.  Nothing fails.
 */
#include "directory/explode.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/lookup.h"
#include "base/text.h"
#include "directory/filter.h"

#define FNV_START 14695981039346656037u
#define FNV_PRIME 1099511628211u

enum { TABLE_FIRST = 1024 };

struct explosion {
	struct world *world;
	const struct profile_kind *kind;
	const struct profile_kind **from;
	size_t from_count;
	enum known flag_mode;
	uint64_t *seen;                    /* hash of the lower-case address; lowest bit: held as the own address */
	size_t count, capacity;
	bool counted;                      /* seen is whole and in order */
	uint64_t *table;                   /* the same without the lowest bit, to meet one again; 0: free */
	size_t table_size;                 /* power of two; 0: none yet */
	struct lookup *met;                /* addresses met again, in lower case */
	struct arena *arena;
	const char **shared;
	size_t shared_count, shared_capacity;
};

bool source_of_many(const struct profile_source *source)
{
	return (source->key->field->flags & FIELD_MANY) != 0;
}

static bool leads_listed(const struct profile_source *source)
{
	return source->leads != NULL && !(source->leads->field->flags & FIELD_LARGE);
}

bool source_only_leading(const struct profile_source *source)
{
	return !source_of_many(source) && leads_listed(source);
}

struct explosion *explode_new(struct arena *arena, struct world *world, const struct profile_kind *kind, enum known flag_mode)
{
	struct explosion *explosion = arena_alloc(arena, sizeof *explosion);
	size_t i, j;

	*explosion = (struct explosion){ .world = world, .kind = kind, .flag_mode = flag_mode, .arena = arena, .met = lookup_new() };
	explosion->from = arena_alloc(arena, kind->source_count * sizeof *explosion->from);
	for (i = 0; i < kind->source_count; i++) {
		for (j = 0; j < explosion->from_count; j++)
			if (explosion->from[j] == kind->sources[i].from)
				break;
		if (j == explosion->from_count)
			explosion->from[explosion->from_count++] = kind->sources[i].from;
	}
	return explosion;
}

void explode_free(struct explosion *explosion)
{
	free(explosion->seen);
	free(explosion->table);
	lookup_free(explosion->met);
	explosion->seen = explosion->table = NULL;
	explosion->met = NULL;
}

size_t explode_count(const struct explosion *explosion)
{
	return explosion->from_count;
}

const struct profile_kind *explode_from(const struct explosion *explosion, size_t index)
{
	return explosion->from[index];
}

/* A key field is read for several rows; each only once here. */
static bool is_first_of_key(const struct explosion *explosion, size_t source)
{
	size_t i;

	for (i = 0; i < source; i++)
		if (explosion->kind->sources[i].key == explosion->kind->sources[source].key)
			return false;
	return true;
}

/* --- what to ask ------------------------------------------------------------------------- */

static struct filter *any_present(const struct explosion *explosion, struct arena *arena, const struct mapping *mapping)
{
	struct filter *any = filter_group(arena, FILTER_OR);
	size_t i;

	/* The first attribute holds the values; others are flags beside it. */
	for (i = 0; i < 1 && mapping->attributes[i] != NULL; i++)
		if (world_attribute(explosion->world, mapping->attributes[i]) != NULL)
			filter_into(arena, any, filter_present(arena, mapping->attributes[i]));
	return any->inside_count > 0 ? any : NULL;
}

struct filter *explode_filter(const struct explosion *explosion, struct arena *arena, size_t index, bool census)
{
	const struct profile_kind *from = explosion->from[index];
	struct filter *any = filter_group(arena, FILTER_OR);
	size_t i;

	for (i = 0; i < explosion->kind->source_count; i++) {
		const struct profile_source *source = &explosion->kind->sources[i];

		if (source->from == from)
			filter_into(arena, any, any_present(explosion, arena, !census && source_only_leading(source) ? source->leads : source->key));
	}
	return any->inside_count > 0 ? any : NULL;
}

struct filter *explode_holders(const struct explosion *explosion, struct arena *arena, size_t index, const char *const *addresses, size_t count)
{
	struct filter *any = filter_group(arena, FILTER_OR);
	size_t i, j;

	for (i = 0; i < explosion->kind->source_count; i++) {
		const struct profile_source *source = &explosion->kind->sources[i];
		const char *attribute = source->key->attributes[0];
		const struct attribute_type *type = attribute == NULL ? NULL : world_attribute(explosion->world, attribute);

		if (source->from != explosion->from[index] || type == NULL || !is_first_of_key(explosion, i))
			continue;
		if (!type->equality)
			filter_into(arena, any, filter_present(arena, attribute));
		for (j = 0; type->equality && j < count; j++)
			filter_into(arena, any, filter_equal_text(arena, attribute, addresses[j]));
	}
	return any->inside_count > 0 ? any : NULL;
}

static void need(struct arena *arena, const char ***names, size_t *count, size_t *capacity, const struct mapping *mapping)
{
	size_t i, j;

	for (i = 0; mapping->attributes[i] != NULL; i++) {
		for (j = 0; j < *count; j++)
			if (text_same_ascii_case((*names)[j], mapping->attributes[i]))
				break;
		if (j < *count)
			continue;
		*names = arena_grow(arena, *names, capacity, *count + 3, sizeof **names);
		(*names)[(*count)++] = mapping->attributes[i];
	}
}

const char **explode_attributes(const struct explosion *explosion, struct arena *arena, size_t index, bool census)
{
	const struct profile_kind *from = explosion->from[index];
	const char **names = NULL;
	size_t count = 0, capacity = 0, i;

	need(arena, &names, &count, &capacity, profile_mapping(from, kind_key(from->kind)));
	for (i = 0; i < explosion->kind->source_count; i++) {
		const struct profile_source *source = &explosion->kind->sources[i];

		if (source->from != from)
			continue;
		need(arena, &names, &count, &capacity, source->key);
		if (!census && leads_listed(source))
			need(arena, &names, &count, &capacity, source->leads);
	}
	names[count++] = "entryUUID";
	names[count] = NULL;
	return names;
}

void explode_values(const struct world *world, struct arena *arena, const struct mapping *mapping, enum known flag_mode,
		const struct entry *entry, struct field_values *out)
{
	struct convert with = { .arena = arena, .profile = world_profile(world), .mapping = mapping, .flag_mode = flag_mode };

	*out = (struct field_values){ .presence = VALUE_ABSENT };
	if (mapping != NULL && mapping->converter != NULL)
		mapping->converter->read(&with, entry, out);
}

/* --- the census ---------------------------------------------------------------------------- */

static uint64_t hash_of(const char *address, bool primary)
{
	uint64_t hash = FNV_START;

	for (; *address != '\0'; address++) {
		unsigned char byte = (unsigned char)*address;

		if (byte >= 'A' && byte <= 'Z')
			byte = (unsigned char)(byte - 'A' + 'a');
		hash = (hash ^ byte) * FNV_PRIME;
	}
	return (hash & ~(uint64_t)1) | (primary ? 1 : 0);
}

/* Puts the hash in; false where it was there. */
static bool first_met(struct explosion *explosion, uint64_t hash)
{
	size_t at;

	for (at = (size_t)(hash >> 1); explosion->table[at &= explosion->table_size - 1] != 0; at++)
		if (explosion->table[at] == hash)
			return false;
	explosion->table[at] = hash;
	return true;
}

/* At most half full. */
static void make_room(struct explosion *explosion)
{
	uint64_t *old = explosion->table;
	size_t size = explosion->table_size, i;

	if (explosion->count * 2 < size)
		return;
	explosion->table_size = size == 0 ? TABLE_FIRST : size * 2;
	explosion->table = memory_new(explosion->table_size * sizeof *explosion->table);
	for (i = 0; i < size; i++)
		if (old[i] != 0)
			first_met(explosion, old[i]);
	free(old);
}

/* Two hashes may be equal by chance: then two addresses are looked for in vain. */
static void meet(struct explosion *explosion, const char *address, uint64_t hash)
{
	const char *lower;

	make_room(explosion);
	if (first_met(explosion, hash | 1))
		return;
	lower = text_lower_ascii(explosion->arena, address, strlen(address));
	if (lookup_get(explosion->met, lower) != NULL)
		return;
	lookup_put(explosion->met, lower, explosion);
	explosion->shared = arena_grow(explosion->arena, explosion->shared, &explosion->shared_capacity, explosion->shared_count + 1,
		sizeof *explosion->shared);
	explosion->shared[explosion->shared_count++] = lower;
}

size_t explode_shared(const struct explosion *explosion, const char *const **addresses)
{
	*addresses = explosion->shared;
	return explosion->shared_count;
}

void explode_take(struct explosion *explosion, size_t index, const struct entry *entry, struct arena *scratch)
{
	size_t i, j;

	for (i = 0; i < explosion->kind->source_count; i++) {
		const struct profile_source *source = &explosion->kind->sources[i];
		struct field_values keys;

		if (source->from != explosion->from[index] || !is_first_of_key(explosion, i))
			continue;
		explode_values(explosion->world, scratch, source->key, explosion->flag_mode, entry, &keys);
		explosion->seen = memory_grow(explosion->seen, &explosion->capacity, explosion->count + keys.count, sizeof *explosion->seen);
		for (j = 0; j < keys.count; j++) {
			explosion->seen[explosion->count] = hash_of(keys.values[j].bytes, !source_of_many(source));
			meet(explosion, keys.values[j].bytes, explosion->seen[explosion->count++]);
		}
	}
}

static int by_hash(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

void explode_counted(struct explosion *explosion)
{
	explosion->counted = true;
	if (explosion->count > 0)
		qsort(explosion->seen, explosion->count, sizeof *explosion->seen, by_hash);
}

static size_t held(const struct explosion *explosion, uint64_t hash)
{
	size_t low = 0, high = explosion->count, count = 0;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (explosion->seen[middle] < hash)
			low = middle + 1;
		else
			high = middle;
	}
	while (low + count < explosion->count && explosion->seen[low + count] == hash)
		count++;
	return count;
}

/* --- rows ------------------------------------------------------------------------------------ */

static const char *said(const char **meaning, const char *sentence, const char *remark)
{
	if (meaning != NULL)
		*meaning = sentence;
	return remark;
}

const char *explode_remark(struct arena *arena, const struct sharing *sharing, bool alternate, const char **meaning)
{
	size_t all = sharing->alternates + 1;

	said(meaning, NULL, NULL);
	if (alternate && sharing->primaries > 0)
		return said(meaning, sharing->flag_mode == KNOWN_NO ? "it is somebody's own address too: only that mailbox gets the mail" :
			sharing->flag_mode == KNOWN_YES ? "it is somebody's own address too: both get the mail" :
			"it is somebody's own address too: who gets the mail depends on how the mail servers unite their maps", "CLASH: own of another");
	if (!alternate && sharing->primaries > 0)
		return said(meaning, "several have it as their own address, which only one may", "CLASH: own of several");
	if (!alternate && sharing->alternates > 0)
		return said(meaning, sharing->flag_mode == KNOWN_NO ? "it is an alternative address of somebody else too, who gets nothing through it" :
			sharing->flag_mode == KNOWN_YES ? "it is an alternative address of somebody else too, and both get the mail" :
			"it is an alternative address of somebody else too: who gets the mail depends on how the mail servers unite their maps",
			"CLASH: an alternate too");
	if (sharing->alternates == 0)
		return NULL;
	if (sharing->unique == KNOWN_YES)
		return said(meaning, "several hold it, and addresses are set to be unique here", arena_format(arena, "CLASH: held by %zu", all));
	return said(meaning, "several hold it, which is allowed, and all of them get the mail",
		arena_format(arena, "shared by %zu%s", all, sharing->unique == KNOWN_NO ? ", allowed" : ""));
}

/* The entry's own share is not counted among the others. */
static const char *remark_of(const struct explosion *explosion, const struct profile_source *source, const struct entry *entry, struct arena *arena,
		const char *address)
{
	struct sharing sharing = { .unique = world_alternates_unique(explosion->world),
		.flag_mode = world_unites(explosion->world, explosion->flag_mode) };
	size_t i, j;

	sharing.alternates = held(explosion, hash_of(address, false));
	sharing.primaries = held(explosion, hash_of(address, true));
	for (i = 0; (sharing.alternates > 0 || sharing.primaries > 0) && i < explosion->kind->source_count; i++) {
		const struct profile_source *other = &explosion->kind->sources[i];
		size_t *count = source_of_many(other) ? &sharing.alternates : &sharing.primaries;
		struct field_values keys;

		if (other->from != source->from || !is_first_of_key(explosion, i))
			continue;
		explode_values(explosion->world, arena, other->key, explosion->flag_mode, entry, &keys);
		for (j = 0; j < keys.count; j++)
			*count -= *count > 0 && text_same_ascii_case(keys.values[j].bytes, address);
	}
	return explode_remark(arena, &sharing, source_of_many(source), NULL);
}

/* Members are told by the name of what has them, everything else by its values. */
static void leads_of(const struct explosion *explosion, const struct entry *entry, struct arena *arena, struct exploded *row)
{
	const struct profile_source *source = row->source;
	struct field_values values = { .count = 0 };
	const char **leads;
	size_t i;

	if (leads_listed(source))
		explode_values(explosion->world, arena, source->leads, explosion->flag_mode, entry, &values);
	leads = arena_alloc(arena, (values.count + 1) * sizeof *leads);
	for (i = 0; i < values.count; i++)
		leads[row->lead_count++] = values.values[i].bytes;
	if (source->leads == NULL || !leads_listed(source))
		leads[row->lead_count++] = arena_format(arena, "%s of %s", source->leads == NULL ? source->word : "members", row->owner);
	row->leads = leads;
	if (row->lead_count == 0)
		row->remark = "leads nowhere";
}

size_t explode_entry(const struct explosion *explosion, size_t index, const struct entry *entry, struct arena *arena, struct exploded **rows)
{
	const struct profile_kind *from = explosion->from[index];
	struct field_values names, keys;
	size_t count = 0, capacity = 0, i, j;

	*rows = NULL;
	explode_values(explosion->world, arena, profile_mapping(from, kind_key(from->kind)), explosion->flag_mode, entry, &names);
	for (i = 0; i < explosion->kind->source_count; i++) {
		const struct profile_source *source = &explosion->kind->sources[i];

		if (source->from != from)
			continue;
		explode_values(explosion->world, arena, source->key, explosion->flag_mode, entry, &keys);
		for (j = 0; j < keys.count; j++) {
			/* An entry of its own has nobody who owns it. */
			const char *owner = from == explosion->kind || names.count == 0 ? "" : names.values[0].bytes;
			struct exploded row = { .source = source, .address = keys.values[j].bytes, .owner = owner };

			leads_of(explosion, entry, arena, &row);
			if (row.lead_count == 0 && source_only_leading(source))
				continue;
			if (row.remark == NULL && explosion->counted)
				row.remark = remark_of(explosion, source, entry, arena, row.address);
			*rows = arena_grow(arena, *rows, &capacity, count + 1, sizeof **rows);
			(*rows)[count++] = row;
		}
	}
	return count;
}
