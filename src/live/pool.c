/*
 * pool: each text once, in an arena; see pool.h.
 *
 * Open addressing, never fuller than half.  Nothing fails.  One thread at a
 * time.
 */
#include "live/pool.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

enum { FIRST_ROOM = 64 };

void pool_open(struct pool *pool, struct arena *arena)
{
	pool->arena = arena;
	pool->room = FIRST_ROOM;
	pool->count = 0;
	pool->slots = memory_new(pool->room * sizeof(*pool->slots));
	pool->seed = (uint64_t)(uintptr_t)pool->slots;
	/* Without random bytes the address has to do. */
	if (getrandom(&pool->seed, sizeof(pool->seed), GRND_NONBLOCK) < 0)
		pool->seed ^= (uint64_t)(uintptr_t)pool;
}

void pool_close(struct pool *pool)
{
	free(pool->slots);
	pool->slots = NULL;
	pool->room = pool->count = 0;
}

static uint64_t hash(const struct pool *pool, const char *bytes, size_t length)
{
	uint64_t value = pool->seed;

	for (size_t i = 0; i < length; i++) {
		value = (value ^ (unsigned char)bytes[i]) * UINT64_C(0x9e3779b97f4a7c15);
		value ^= value >> 29;
	}
	return value;
}

static size_t find(const struct pool *pool, const char *bytes, size_t length)
{
	size_t at = (size_t)hash(pool, bytes, length) & (pool->room - 1);

	while (pool->slots[at] && (strncmp(pool->slots[at], bytes, length) != 0 || pool->slots[at][length]))
		at = (at + 1) & (pool->room - 1);
	return at;
}

static void double_room(struct pool *pool)
{
	const char **old = pool->slots;
	size_t old_room = pool->room;

	pool->room *= 2;
	pool->slots = memory_new(pool->room * sizeof(*pool->slots));
	for (size_t i = 0; i < old_room; i++)
		if (old[i])
			pool->slots[find(pool, old[i], strlen(old[i]))] = old[i];
	free(old);
}

const char *pool_text(struct pool *pool, const char *bytes, size_t length)
{
	size_t at = find(pool, bytes, length);

	if (pool->slots[at])
		return pool->slots[at];
	if (++pool->count * 2 > pool->room) {
		double_room(pool);
		at = find(pool, bytes, length);
	}
	return pool->slots[at] = arena_bytes(pool->arena, bytes, length);
}
