/*
 * names: what the DNs in an entry mean to people, and the DNs of the names that
 * people type.
 *
 * A user's login stands in the DN itself; whether cn=... is a group or a
 * computer only the server can tell, so those are asked for once, a hundred in
 * one search.  The answers travel with the entry (entry->names), so that
 * converters stay pure.  Everything lives in the arena given.  On a
 * connection's thread, except names_kind and names_place, which are pure.
 */
#ifndef POSTROOM_DIRECTORY_NAMES_H
#define POSTROOM_DIRECTORY_NAMES_H

#include <stdbool.h>
#include <stddef.h>

#include "directory/connection.h"
#include "directory/entry.h"
#include "directory/profile.h"
#include "directory/world.h"
#include "model/change.h"
#include "model/facts.h"

struct name {
	const char *normal;                /* dn_normal of the place */
	const char *place;                 /* DN exactly as the server gave it */
	const char *kind;                  /* "user", "group", ...; NULL: nothing that has a kind here, or gone */
	const char *name;
};
struct names {
	struct arena *arena;
	struct name *list;
	size_t count, capacity;
};

struct names *names_new(struct arena *arena);
/* Which kind a DN is of, and its name (arena); NULL: not known. names may be NULL: then only what the DN itself tells. */
const char *names_kind(const struct profile *profile, const struct names *names, struct arena *arena, const char *dn, const char **name);
/* The DN of a name that was asked for; NULL: nobody has it. *stored (may be NULL): the name as the directory spells it. */
const char *names_place(const struct names *names, const char *kind, const char *name, const char **stored);
/* Asks what the entry's fields of references name; what cannot be asked stays unknown. Sets entry->names where it is NULL. */
void names_of_entry(const struct world *world, struct connection *connection, const struct profile_kind *kind, struct entry *entry);
/*
 * Asks for the names that the edits of a change give or take away. In missing (arena): those given that nobody
 * bears. *gone: some taken away are unknown. False: not answered.
 */
bool names_of_change(const struct world *world, struct connection *connection, struct names *names, const struct change *change,
		struct missing **missing, size_t *missing_count, bool *gone, struct error *error);
/* Does this field hold DNs that are shown as names? */
bool names_are(const struct mapping *mapping);

#endif
