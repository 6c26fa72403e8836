/*
 * lookup: text to pointer over uthash; the only file that includes it.
 *
 * Keys are copied, values are borrowed.  Fails only by running out of memory,
 * which ends the program.  One thread at a time.
 */
#include "base/lookup.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

#define uthash_malloc(size) memory_new(size)
#define uthash_free(at, size) free(at)
#include <uthash.h>

struct entry {
	UT_hash_handle hh;
	void *value;
	char key[];
};

struct lookup {
	struct entry *entries;   /* uthash's head */
};

struct lookup *lookup_new(void)
{
	return memory_new(sizeof(struct lookup));
}

static struct entry *find(const struct lookup *lookup, const char *key)
{
	struct entry *entry = NULL;

	HASH_FIND_STR(lookup->entries, key, entry);
	return entry;
}

void lookup_put(struct lookup *lookup, const char *key, void *value)
{
	struct entry *entry = find(lookup, key);

	if (!entry) {
		size_t length = strlen(key);

		entry = memory_new(sizeof(*entry) + length + 1);
		memcpy(entry->key, key, length + 1);
		HASH_ADD_KEYPTR(hh, lookup->entries, entry->key, length, entry);
	}
	entry->value = value;
}

void *lookup_get(const struct lookup *lookup, const char *key)
{
	const struct entry *entry = find(lookup, key);

	return entry ? entry->value : NULL;
}

size_t lookup_count(const struct lookup *lookup)
{
	return HASH_COUNT(lookup->entries);
}

void lookup_free(struct lookup *lookup)
{
	struct entry *entry, *next;

	if (!lookup)
		return;
	/* Clearing drops uthash's table in one go; the entries are ours to free. */
	entry = lookup->entries;
	HASH_CLEAR(hh, lookup->entries);
	for (; entry; entry = next) {
		next = entry->hh.next;
		free(entry);
	}
	free(lookup);
}
