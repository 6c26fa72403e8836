/*
 * udm_property: our fields as properties of UDM's REST interface.
 *
 * A row a field: the property's name, and the JSON that it takes (ucs-directory
 * 20.3).  Between our canonical values and JSON stand the values of deltas, in
 * UDM's spelling: "true" for a flag, megabytes for a size, a DN for a name.
 * Pure; any thread; results live in the arena.
 */
#ifndef POSTROOM_DIRECTORY_UDM_PROPERTY_H
#define POSTROOM_DIRECTORY_UDM_PROPERTY_H

#include <stdbool.h>
#include <stddef.h>

#include "base/json.h"
#include "directory/names.h"
#include "model/record.h"
#include "model/store.h"

enum udm_shape {
	UDM_TEXT,                          /* a string; in a list where UDM shows a list */
	UDM_LIST,                          /* strings */
	UDM_FLAG,                          /* true or false */
	UDM_MEGABYTES,                     /* a number */
	UDM_DIGIT,                         /* "0" or "1", a string: a choice that looks like a flag */
	UDM_PLACES,                        /* DNs; names of ours */
	UDM_ACCOUNTS,                      /* objects: accounts that mail is fetched from */
	UDM_UNLOCK                         /* true does it; shown by another property, which becomes false */
};
struct udm_property {
	const char *module, *field;        /* "users/user", "quota" */
	const char *name;                  /* "mailUserQuota" */
	const char *old_name;              /* in older releases; NULL: the same */
	enum udm_shape shape;
	const char *shown_by;              /* UNLOCK: the property that tells; else NULL */
	bool secret;                       /* write-only: comes back as null */
};
/* NULL: UDM has none that is known. */
const struct udm_property *udm_property(const char *module, const char *field);
/* By its name or its older one. */
const struct udm_property *udm_property_named(const char *module, const char *name);
/* The one that holds the object's name: its first row. */
const struct udm_property *udm_property_key(const char *module);
/* Under which of its names it stands among these properties; NULL: under none. */
const char *udm_name_in(const struct udm_property *property, const struct json *properties);

/*
 * Canonical values of the field to the spelling of deltas. False with a sentence that begins with the label: a name
 * that nobody bears, an account without its password.
 */
bool udm_spell(struct arena *arena, const struct udm_property *property, const struct field *field, const struct field_values *values,
		const struct names *names, struct value **out, size_t *count, struct error *error);
/* And back, as far as that goes; names of DNs that are not known stay DNs. */
struct field_values udm_canonical(struct arena *arena, const struct udm_property *property, const struct value *values, size_t count);
/* What a shown property holds, in the spelling of deltas; nothing where it is null, empty or missing. */
struct field_values udm_shown(struct arena *arena, const struct udm_property *property, const struct json *shown);
/*
 * Puts the JSON that sets the property to these values; null (an empty list, false) where there are none. shown: what it
 * is now, NULL: not known.
 */
void udm_put(struct json *into, const char *name, const struct udm_property *property, const struct json *shown,
		const struct value *values, size_t count);
/* Two spellings of one value: ASCII case does not matter, nor how a DN is written. */
bool udm_same(const struct udm_property *property, const struct value *a, const struct value *b);
bool udm_holds(const struct udm_property *property, const struct field_values *values, const struct value *value);

#endif
