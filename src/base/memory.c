/*
 * memory: allocation that succeeds or ends the program, and arenas.
 *
 * An arena is a chain of blocks from calloc; blocks double up to 64 KiB, and
 * what is larger than a quarter of a block gets one of its own, so that little
 * is wasted.  Fails only by ending the program: handler, one line on standard
 * error, abort.  Any thread; an arena belongs to one thread at a time.
 */
#include "base/memory.h"

#include <assert.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ALIGNMENT   _Alignof(max_align_t)
#define FIRST_BLOCK 1024u
#define LAST_BLOCK  65536u

struct block {
	struct block *next;
	size_t size;             /* room in at[] */
	size_t used;
	_Alignas(max_align_t) unsigned char at[];
};

struct arena {
	struct block *current;   /* the block that is being filled; older ones behind it */
	size_t next_size;
	size_t handed_out;
	bool secret;             /* wiped before it is given back */
};

static void (*_Atomic failure_handler)(void);

void memory_on_failure(void (*handler)(void))
{
	atomic_store(&failure_handler, handler);
}

/* Uses write() since stdio might want memory. */
static void out_of_memory(void)
{
	static const char words[] = "postroom: out of memory, the program ends\n";
	void (*handler)(void) = atomic_exchange(&failure_handler, NULL);
	ssize_t ignored;

	if (handler)
		handler();
	ignored = write(STDERR_FILENO, words, sizeof(words) - 1);
	(void)ignored;
	abort();
}

static size_t times(size_t count, size_t size)
{
	size_t product;

	if (__builtin_mul_overflow(count, size, &product))
		out_of_memory();
	return product;
}

static size_t plus(size_t a, size_t b)
{
	size_t sum;

	if (__builtin_add_overflow(a, b, &sum))
		out_of_memory();
	return sum;
}

void *memory_new(size_t size)
{
	void *at;

	assert(size > 0);
	at = calloc(1, size);
	if (!at)
		out_of_memory();
	return at;
}

char *memory_text(const char *text)
{
	size_t size;
	char *copy;

	if (!text)
		return NULL;
	size = strlen(text) + 1;
	copy = memory_new(size);
	memcpy(copy, text, size);
	return copy;
}

/* Doubling keeps the cost of n additions in the order of n. */
static size_t next_capacity(size_t capacity, size_t needed)
{
	size_t next = capacity ? capacity : 8;

	while (next < needed)
		next = times(next, 2);
	return next;
}

void *memory_grow(void *items, size_t *capacity, size_t needed, size_t size)
{
	size_t next;
	unsigned char *moved;

	if (needed <= *capacity)
		return items;
	next = next_capacity(*capacity, needed);
	moved = realloc(items, times(next, size));
	if (!moved)
		out_of_memory();
	memset(moved + *capacity * size, 0, (next - *capacity) * size);
	*capacity = next;
	return moved;
}

void memory_wipe(void *at, size_t length)
{
	if (at && length)
		explicit_bzero(at, length);
}

struct arena *arena_new(void)
{
	struct arena *arena = memory_new(sizeof(*arena));

	arena->next_size = FIRST_BLOCK;
	return arena;
}

void arena_free(struct arena *arena)
{
	if (!arena)
		return;
	while (arena->current) {
		struct block *next = arena->current->next;

		if (arena->secret)
			memory_wipe(arena->current->at, arena->current->used);
		free(arena->current);
		arena->current = next;
	}
	free(arena);
}

void arena_holds_secret(struct arena *arena)
{
	arena->secret = true;
}

bool arena_is_secret(const struct arena *arena)
{
	return arena->secret;
}

static struct block *block_new(size_t size)
{
	struct block *block = memory_new(plus(sizeof(*block), size));

	block->size = size;
	return block;
}

/* A large piece goes behind the current block, whose rest stays in use. */
static void *alloc_alone(struct arena *arena, size_t size)
{
	struct block *block = block_new(size);

	block->used = size;
	if (arena->current) {
		block->next = arena->current->next;
		arena->current->next = block;
	} else {
		arena->current = block;
	}
	return block->at;
}

void *arena_alloc(struct arena *arena, size_t size)
{
	struct block *block = arena->current;
	void *at;

	size = plus(size ? size : 1, ALIGNMENT - 1) & ~(ALIGNMENT - 1);
	arena->handed_out = plus(arena->handed_out, size);
	if (!block || block->size - block->used < size) {
		if (size > arena->next_size / 4)
			return alloc_alone(arena, size);
		block = block_new(arena->next_size);
		block->next = arena->current;
		arena->current = block;
		if (arena->next_size < LAST_BLOCK)
			arena->next_size *= 2;
	}
	at = block->at + block->used;
	block->used += size;
	return at;
}

char *arena_bytes(struct arena *arena, const void *bytes, size_t length)
{
	char *copy = arena_alloc(arena, plus(length, 1));

	if (length)
		memcpy(copy, bytes, length);
	copy[length] = '\0';
	return copy;
}

char *arena_text(struct arena *arena, const char *text)
{
	return text ? arena_bytes(arena, text, strlen(text)) : NULL;
}

char *arena_vformat(struct arena *arena, const char *format, va_list arguments)
{
	va_list again;
	char *out;
	int length;

	va_copy(again, arguments);
	length = vsnprintf(NULL, 0, format, again);
	va_end(again);
	assert(length >= 0);
	out = arena_alloc(arena, (size_t)length + 1);
	vsnprintf(out, (size_t)length + 1, format, arguments);
	return out;
}

char *arena_format(struct arena *arena, const char *format, ...)
{
	va_list arguments;
	char *out;

	va_start(arguments, format);
	out = arena_vformat(arena, format, arguments);
	va_end(arguments);
	return out;
}

void *arena_grow(struct arena *arena, void *items, size_t *capacity, size_t needed, size_t size)
{
	size_t next;
	void *moved;

	if (needed <= *capacity)
		return items;
	next = next_capacity(*capacity, needed);
	moved = arena_alloc(arena, times(next, size));
	if (*capacity)
		memcpy(moved, items, *capacity * size);
	*capacity = next;
	return moved;
}

size_t arena_size(const struct arena *arena)
{
	return arena->handed_out;
}
