/*
 * entry: the attributes of one directory entry, as a bag that can be copied,
 * changed and compared.
 *
 * Converters change a copy; the difference between the original and the copy
 * is the smallest set of value-level deltas.  Lives in an arena.  Pure; any
 * thread.
 */
#ifndef POSTROOM_DIRECTORY_ENTRY_H
#define POSTROOM_DIRECTORY_ENTRY_H

#include <stdbool.h>
#include <stddef.h>

#include "base/memory.h"
#include "model/record.h"
#include "model/store.h"

struct names;
struct entry {
	struct arena *arena;
	const char *dn;
	struct attribute *attributes;      /* names as the server or the profile spells them */
	size_t count, capacity;
	struct names *names;               /* what its DNs mean (directory/names.h); NULL: not asked; shared by copies */
};

struct entry *entry_new(struct arena *arena, const char *dn);
/* Shares the values, copies the list: the values themselves are never changed in place. */
struct entry *entry_copy(struct arena *arena, const struct entry *entry);
/* ASCII case of the name is ignored; NULL: not there. */
const struct attribute *entry_get(const struct entry *entry, const char *name);
/* First value, or NULL. */
const char *entry_first(const struct entry *entry, const char *name);
/* Replaces all values (borrowed; they must live as long as the arena); count 0 removes the attribute. */
void entry_put(struct entry *entry, const char *name, const struct value *values, size_t count);
void entry_put_text(struct entry *entry, const char *name, const char *text);       /* NULL or "": removes it */
/* For an attribute that is certainly not there yet (as a server sends them): without looking for it. */
void entry_append(struct entry *entry, const char *name, const struct value *values, size_t count);
/* Adds a value unless exactly these bytes are there. */
void entry_add_text(struct entry *entry, const char *name, const char *text);
/* The same for many at once: of those the values without exactly the same bytes there come behind. */
void entry_add_values(struct entry *entry, const char *name, const struct value *values, size_t count);
/* Removes values that are the same but for ASCII case; one by one tens of thousands would take minutes. */
void entry_remove_values(struct entry *entry, const char *name, const struct value *values, size_t count);
/* Removes values equal by bytes, ASCII case ignored where `fold`; true where one was there. */
bool entry_remove_text(struct entry *entry, const char *name, const char *text, bool fold);
bool entry_holds(const struct entry *entry, const char *name, const char *text);    /* ASCII case ignored */
bool entry_has_class(const struct entry *entry, const char *name);
/*
 * Value-level deltas from before to after: deletes first, so that a single-valued attribute is "delete the
 * old, add the new". `replaces(context, name)` true (NULL: never): the attribute has no equality rule and is
 * replaced as a whole. Returns the count.
 */
size_t entry_difference(struct arena *arena, const struct entry *before, const struct entry *after,
		bool (*replaces)(const void *context, const char *name), const void *context, struct delta **deltas);

#endif
