/*
 * lookup: text to pointer, for hundreds or some hundred thousand entries
 * (uthash inside; the only file that includes it). Keys are copied and exact;
 * values are borrowed.  One thread at a time.
 */
#ifndef POSTROOM_BASE_LOOKUP_H
#define POSTROOM_BASE_LOOKUP_H

#include <stdbool.h>
#include <stddef.h>

struct lookup;
struct lookup *lookup_new(void);
void lookup_free(struct lookup *lookup);                                  /* NULL is allowed; values stay */
void lookup_put(struct lookup *lookup, const char *key, void *value);     /* replaces */
void *lookup_get(const struct lookup *lookup, const char *key);           /* NULL: not there */
size_t lookup_count(const struct lookup *lookup);

#endif
