/*
 * narrow: which entries a server may leave out of a filtered list.
 *
 * The list's filter folds case and accents ("muller" finds "Müller") and no
 * server does, so what a server may look for is only what folding cannot
 * produce: digits, @, full stops and the like, and whole words in attributes
 * that hold nothing but ASCII.  What the filter below finds is always more
 * than what the list's filter finds, never less; the list's filter then looks
 * at what came.  Pure; any thread.
 */
#ifndef POSTROOM_DIRECTORY_NARROW_H
#define POSTROOM_DIRECTORY_NARROW_H

#include "directory/profile.h"
#include "directory/world.h"

/* The type of an attribute; NULL: no entry can have it. */
typedef const struct attribute_type *narrow_type(const void *context, const char *name);

/*
 * What an entry of this kind must fulfil so that row_matches(row, folded) may be true for it. folded: words parted by
 * blanks, from text_fold. NULL: nothing that a server could tell is known, so all entries must be read. Arena.
 */
struct filter *narrow_filter(struct arena *arena, const struct profile_kind *kind, const char *folded, narrow_type *type, const void *context);

#endif
