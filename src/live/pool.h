/*
 * pool: each text once, in an arena.
 *
 * Ten thousand connections bear a few names of services and some thousand of
 * people; a snapshot keeps each once, so that equal texts have equal pointers.
 * Keys come from outside, so the hash starts elsewhere in each pool.  Want of
 * memory ends the program, nothing else fails.  One thread at a time.
 */
#ifndef POSTROOM_LIVE_POOL_H
#define POSTROOM_LIVE_POOL_H

#include <stddef.h>
#include <stdint.h>

#include "base/memory.h"

struct pool {
	struct arena *arena;               /* owns the texts */
	const char **slots;                /* heap */
	size_t room, count;                /* room: a power of two; count: distinct texts */
	uint64_t seed;
};
void pool_open(struct pool *pool, struct arena *arena);
/* The texts stay, they are the arena's. */
void pool_close(struct pool *pool);
/* The pool's copy of these bytes (which hold no zero byte). */
const char *pool_text(struct pool *pool, const char *bytes, size_t length);

#endif
