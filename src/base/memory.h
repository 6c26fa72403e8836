/*
 * memory: allocation that succeeds or ends the program.
 *
 * Three lifetimes exist in postroom: tables (const), arenas (things that live
 * and die together: a record, a snapshot, a request) and the heap (long-lived
 * things with x_new and x_free).  Out of memory calls the handler set with
 * memory_on_failure (the console restores the terminal there), writes one line
 * to standard error and aborts, so no caller has an untested error branch.
 * Every function may be called on any thread; an arena belongs to one thread
 * at a time.
 */
#ifndef POSTROOM_BASE_MEMORY_H
#define POSTROOM_BASE_MEMORY_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

/* Called once before the program ends for want of memory; NULL: none. */
void memory_on_failure(void (*handler)(void));

/* Zero-filled heap memory, never NULL; size must not be 0. Free with free(). */
void *memory_new(size_t size);
/* Heap copy of a zero-terminated text; NULL stays NULL. Free with free(). */
char *memory_text(const char *text);
/*
 * Makes room for at least `needed` items of `size` bytes in a growing heap
 * array; `*capacity` counts items and is updated. New room is zero-filled.
 * Returns the array, possibly moved; free with free().
 */
void *memory_grow(void *items, size_t *capacity, size_t needed, size_t size);
/* Overwrites secrets so that the compiler cannot drop it; NULL is allowed. */
void memory_wipe(void *at, size_t length);

struct arena;
/* A new empty arena; free with arena_free. */
struct arena *arena_new(void);
/* Frees the arena and all that was allocated from it; NULL is allowed. */
void arena_free(struct arena *arena);
/* From now on all of it is wiped when it is freed: a secret goes in. Whoever copies out of it asks and marks the copy. */
void arena_holds_secret(struct arena *arena);
bool arena_is_secret(const struct arena *arena);
/* Zero-filled memory that lives as long as the arena; size 0 gives a valid pointer. */
void *arena_alloc(struct arena *arena, size_t size);
/* Copies of a text (NULL stays NULL), of bytes (a zero byte is appended), of a formatted text. */
char *arena_text(struct arena *arena, const char *text);
char *arena_bytes(struct arena *arena, const void *bytes, size_t length);
char *arena_format(struct arena *arena, const char *format, ...) __attribute__((format(printf, 2, 3)));
char *arena_vformat(struct arena *arena, const char *format, va_list arguments) __attribute__((format(printf, 2, 0)));
/* memory_grow inside an arena: the old array is left behind in the arena. */
void *arena_grow(struct arena *arena, void *items, size_t *capacity, size_t needed, size_t size);
/* Bytes handed out so far, for limits and tests. */
size_t arena_size(const struct arena *arena);

#endif
