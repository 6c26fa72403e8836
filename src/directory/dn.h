/*
 * dn: distinguished names built from parts, taken apart and compared as parsed.
 *
 * Never concatenated, never compared as text: "uid=A, dc=X" and "UID=a,dc=x"
 * name the same entry.  Pure; any thread; results live in the arena.
 */
#ifndef POSTROOM_DIRECTORY_DN_H
#define POSTROOM_DIRECTORY_DN_H

#include <stdbool.h>
#include <stddef.h>

#include "base/memory.h"

/* "attribute=value,parent" with the value escaped (RFC 4514); parent may be "". NULL where the parent is no DN. */
char *dn_child(struct arena *arena, const char *attribute, const char *bytes, size_t length, const char *parent);
/* "attribute=value" alone, escaped; what a rename wants. */
char *dn_rdn(struct arena *arena, const char *attribute, const char *bytes, size_t length);
/* Puts a relative name ("cn=users") in front of a base; an empty one gives the base. NULL where either is no DN. */
char *dn_join(struct arena *arena, const char *relative, const char *base);
/* The name above; "" above a single part; NULL where it is no DN or is "". */
char *dn_parent(struct arena *arena, const char *dn);
/* First attribute and value of the leftmost part; false where it is no DN. value is zero-terminated. */
bool dn_first(struct arena *arena, const char *dn, char **attribute, char **value, size_t *length);
/*
 * Canonical form for comparing: types and ASCII letters in lower case, parts of a part sorted, runs of blanks
 * joined, one way of escaping. NULL where it is no DN.
 */
char *dn_normal(struct arena *arena, const char *dn);
bool dn_valid(const char *dn);
/* False where either is no DN (and they are not the same bytes). */
bool dn_same(const char *a, const char *b);
/* Is dn the base itself or below it? */
bool dn_within(const char *dn, const char *base);

#endif
