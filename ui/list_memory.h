/*
 * list_memory: what a person chose for each list: its columns and its saved
 * filters, by kind.
 *
 * One small file in the state directory (lists.json, mode 0600), read when the
 * session starts and replaced by a thread of its own each time something is
 * chosen, one list at a time, so that two sessions keep each other's choices.
 * A file that is not understood is reported and ignored; the next choice
 * replaces it.  Without a state directory the choices last as long as the
 * session.  Loop thread.
 */
#ifndef POSTROOM_UI_LIST_MEMORY_H
#define POSTROOM_UI_LIST_MEMORY_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/loop.h"
#include "model/kind.h"

enum { LIST_MEMORY_COLUMNS = 16, LIST_MEMORY_FILTERS = 40, LIST_MEMORY_NAME = 60 };

struct saved_filter { char *name, *words; };

struct list_memory;
/* directory NULL: nothing is kept. failed: reading now or writing later went wrong; comes on the loop thread. */
struct list_memory *list_memory_open(struct loop *loop, const char *directory,
		void (*failed)(void *context, const struct error *error), void *context);
/* Waits until what was chosen last is written (some seconds at most); failed is not called any more. NULL is allowed. */
void list_memory_close(struct list_memory *memory);

/* A field can be a column: it is in the rows of a list, and one line can show it. */
bool list_memory_fits(const struct field *field);
/* The chosen columns in their order, at most LIST_MEMORY_COLUMNS into fields; 0: none were chosen. */
size_t list_memory_columns(const struct list_memory *memory, const struct kind *kind, const struct field **fields);
/* count 0: as it fits by itself. */
void list_memory_set_columns(struct list_memory *memory, const struct kind *kind, const struct field *const *fields, size_t count);

size_t list_memory_filters(const struct list_memory *memory, const struct kind *kind);
/* Borrowed until the filters change. */
const struct saved_filter *list_memory_filter(const struct list_memory *memory, const struct kind *kind, size_t index);
/* Keeps words under a name, in place of what had that name; false with a sentence where that cannot be. */
bool list_memory_save_filter(struct list_memory *memory, const struct kind *kind, const char *name, const char *words, struct error *error);
void list_memory_drop_filter(struct list_memory *memory, const struct kind *kind, size_t index);

#endif
