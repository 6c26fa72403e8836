/*
 * blocks: former addresses that the directory keeps from others for a while
 * (ucs-directory 6.3).
 *
 * When an address is given up, UDM may leave an entry in a tree of its own,
 * named by the hash of the address, with the entryUUID of who had it.  Such an
 * address is for nobody else as long as the entry is there, whatever its date
 * says.  A tree that is not there is no block list; one that cannot be read is
 * said to be so.  On the gate's thread.
 */
#include <string.h>

#include "base/sha256.h"
#include "base/text.h"
#include "directory/filter.h"
#include "directory/store_private.h"

enum { ENTRIES_MOST = 100 };

struct blocks {
	const struct change *change;
	struct arena *arena;
	struct facts *facts;
	const char **addresses, **names;   /* in lower case; the names of their entries */
	size_t wanted, wanted_capacity, names_capacity;
	struct blocked *list;
	size_t capacity;
};

static char *lowered(struct arena *arena, const char *words)
{
	char *copy = arena_text(arena, words), *at;

	for (at = copy; *at != '\0'; at++)
		if (*at >= 'A' && *at <= 'Z')
			*at = (char)(*at - 'A' + 'a');
	return copy;
}

static void want(struct blocks *blocks, const struct profile *profile, const char *address)
{
	char hex[SHA256_HEX], *small = lowered(blocks->arena, address);

	sha256_hex(small, strlen(small), hex);
	blocks->addresses = arena_grow(blocks->arena, blocks->addresses, &blocks->wanted_capacity, blocks->wanted + 1, sizeof *blocks->addresses);
	blocks->names = arena_grow(blocks->arena, blocks->names, &blocks->names_capacity, blocks->wanted + 1, sizeof *blocks->names);
	blocks->addresses[blocks->wanted] = small;
	blocks->names[blocks->wanted++] = arena_format(blocks->arena, "%s%s", profile->block_prefix, hex);
}

/* The primary address that the record would have and has not now. */
static void want_new(struct blocks *blocks, const struct profile *profile, const struct profile_kind *held)
{
	const struct record *now = blocks->facts->now, *after = change_result(blocks->arena, blocks->change, now);
	size_t count = kind_field_count(blocks->change->kind), i, j;

	for (i = 0; after != NULL && i < count; i++) {
		const struct mapping *mapping = &held->mappings[i];

		if (mapping->converter == NULL || !text_same_ascii_case(mapping->attributes[0], profile->primary))
			continue;
		for (j = 0; j < after->fields[i].count; j++)
			if (now == NULL || !change_holds(mapping->field, &now->fields[i], after->fields[i].values[j].bytes))
				want(blocks, profile, after->fields[i].values[j].bytes);
	}
}

static void want_undone(struct blocks *blocks, const struct profile *profile)
{
	const struct change *change = blocks->change;
	size_t i, j, k;

	for (i = 0; i < change->operation_count; i++)
		for (j = 0; j < change->operations[i].delta_count; j++) {
			const struct delta *delta = &change->operations[i].deltas[j];

			for (k = 0; delta->how != DELTA_DELETE && text_same_ascii_case(delta->attribute, profile->primary) && k < delta->count; k++)
				want(blocks, profile, delta->values[k].bytes);
		}
}

/* Who gave it up may have it back; also somebody whose deletion is taken back, whose entry gets another UUID. */
static bool is_former(const struct blocks *blocks, const char *owner)
{
	const struct record *now = blocks->facts->now;
	const char *id = now != NULL ? now->id : blocks->change->verb == VERB_UNDO ? blocks->change->id : NULL;

	return owner != NULL && id != NULL && text_same_ascii_case(owner, id);
}

static const char *time_words(struct arena *arena, const char *stored)
{
	int64_t time;

	return stored != NULL && text_to_time(stored, &time) ? text_from_time(arena, time) : stored;
}

static void take(struct blocks *blocks, const struct profile *profile, const struct entry *entry)
{
	size_t i;

	if (is_former(blocks, entry_first(entry, profile->block_owner)))
		return;
	for (i = 0; i < blocks->wanted; i++) {
		if (!entry_holds(entry, profile->block_naming, blocks->names[i]))
			continue;
		blocks->list = arena_grow(blocks->arena, blocks->list, &blocks->capacity, blocks->facts->blocked_count + 1, sizeof *blocks->list);
		blocks->list[blocks->facts->blocked_count++] = (struct blocked){ .address = blocks->addresses[i], .place = arena_text(blocks->arena, entry->dn),
			.until = arena_text(blocks->arena, time_words(blocks->arena, entry_first(entry, profile->block_until))) };
	}
	blocks->facts->blocked = blocks->list;
}

static bool search_blocks(struct store_ldap *store, struct blocks *blocks, const struct profile *profile, struct error *error)
{
	const char *const attributes[] = { profile->block_naming, profile->block_owner, profile->block_until, NULL };
	struct filter *any = filter_group(blocks->arena, FILTER_OR);
	struct search search = { .base = profile->blocks, .scope = SCOPE_BELOW, .filter = any, .attributes = attributes, .limit = ENTRIES_MOST };
	struct error inner = { 0 };
	struct found found;
	size_t i;

	for (i = 0; i < blocks->wanted; i++)
		filter_into(blocks->arena, any, filter_equal_text(blocks->arena, profile->block_naming, blocks->names[i]));
	if (!request_search(store->connection, blocks->arena, &search, &found, &inner)) {
		blocks->facts->blocked_unread = true;
		if (error != NULL && !connection_is_up(store->connection))
			*error = inner;
		return connection_is_up(store->connection);
	}
	blocks->facts->blocked_unread = !found_whole(&found);
	for (i = 0; i < found.count; i++)
		take(blocks, profile, found.entries[i]);
	return true;
}

bool gather_blocks(struct store_ldap *store, const struct change *change, struct arena *arena, struct facts *facts, struct error *error)
{
	const struct profile *profile = world_profile(store->world);
	struct blocks blocks = { .change = change, .arena = arena, .facts = facts };

	if (profile->blocks == NULL || profile->primary == NULL || !world_has_tree(store->world, profile->blocks))
		return true;
	if (change->verb == VERB_UNDO)
		want_undone(&blocks, profile);
	else
		want_new(&blocks, profile, store_kind(store, change->kind));
	return blocks.wanted == 0 || search_blocks(store, &blocks, profile, error);
}
