/*
 * alias: what a change of an address means for the one who holds it.
 *
 * An alias is stored with its owner, so a change of the kind alias becomes an
 * edit of the owner before the gate plans anything.  Pure; any thread.
 */
#ifndef POSTROOM_MODEL_ALIAS_H
#define POSTROOM_MODEL_ALIAS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "model/change.h"
#include "model/kind.h"

/* Somebody who holds the address now. */
struct alias_owner {
	const struct kind *kind;
	const char *name;                  /* key of the owner */
	const char *id;                    /* entryUUID; NULL where it cannot be read */
	const struct field *field;         /* of the owner's kind: where the address stands */
};
/* What is to happen: the address is given to an owner, taken from one, or becomes another one there. */
struct alias_step {
	bool gives, takes;
	const struct alias_owner *owner;   /* who it is taken from; NULL: it is given to `name` */
	const char *name;                  /* login of who gets it; NULL where owner is told */
	const char *address;               /* the address that is given; NULL: none */
};

/* Can the address be taken from this owner as one value of several? A primary address or a group's own cannot. */
bool alias_is_alternate(const struct alias_owner *owner);
/* Is this the owner that the id of a row means ("ENTRYUUID/address")? id may be NULL: no. */
bool alias_is_meant(const struct alias_owner *owner, const char *id);
/*
 * Which one step a change of kind alias is. owners: all who hold change->name now. Where several hold it,
 * change->id ("ENTRYUUID/address", as rows of the list have it) tells which one is meant. False with a
 * sentence that names the owners, or says where the address is changed instead.
 */
bool alias_step_of(struct arena *arena, const struct change *change, const struct alias_owner *owners, size_t count,
		struct alias_step *step, struct error *error);
/* The edit of the owner that the step is; the caller frees it. field: where alternates of that kind stand. */
struct change *alias_edit(const struct change *change, const struct alias_step *step, const struct kind *kind,
		const struct field *field, const char *name, const char *id);

#endif
