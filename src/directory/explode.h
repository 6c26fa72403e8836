/*
 * explode: one entry, several rows.
 *
 * Rows of a kind whose profile has "explode" lines come out of entries of other
 * kinds.  Who else holds an address is counted over all entries, so that no
 * search is needed for each row.  On the list connection's thread; lives in
 * the caller's arena, except what explode_free frees.
 */
#ifndef POSTROOM_DIRECTORY_EXPLODE_H
#define POSTROOM_DIRECTORY_EXPLODE_H

#include <stdbool.h>
#include <stddef.h>

#include "directory/convert.h"
#include "directory/entry.h"
#include "directory/world.h"
#include "model/facts.h"

/* One row before it has columns; texts live in the arena given, or with the entry. */
struct exploded {
	const struct profile_source *source;
	const char *address, *owner;
	const char *const *leads;          /* where it leads, in words where the addresses are too many to list */
	size_t lead_count;
	const char *remark;                /* NULL: none */
};
/* What is known about how addresses are shared; see explode_remark. */
struct sharing {
	size_t alternates, primaries;      /* how many others hold the address so */
	enum known unique, flag_mode;
};

struct explosion;
struct explosion *explode_new(struct arena *arena, struct world *world, const struct profile_kind *kind, enum known flag_mode);
void explode_free(struct explosion *explosion);
/* The kinds of entries that give rows, each once. */
size_t explode_count(const struct explosion *explosion);
const struct profile_kind *explode_from(const struct explosion *explosion, size_t index);
/* Which entries of this kind can give a row; census: can share an address. NULL: none here (the schema lacks the attributes). */
struct filter *explode_filter(const struct explosion *explosion, struct arena *arena, size_t index, bool census);
const char **explode_attributes(const struct explosion *explosion, struct arena *arena, size_t index, bool census);
/* Which entries of this kind hold one of these addresses; NULL: none here. */
struct filter *explode_holders(const struct explosion *explosion, struct arena *arena, size_t index, const char *const *addresses, size_t count);
/* Counts the addresses of an entry. Afterwards explode_counted; before it no row knows who else holds its address. */
void explode_take(struct explosion *explosion, size_t index, const struct entry *entry, struct arena *scratch);
void explode_counted(struct explosion *explosion);
/* The addresses that were met more than once, each once, in lower case; they live as long as the explosion. */
size_t explode_shared(const struct explosion *explosion, const char *const **addresses);
/* The rows of an entry. Returns how many; in the arena. */
size_t explode_entry(const struct explosion *explosion, size_t index, const struct entry *entry, struct arena *arena, struct exploded **rows);

/*
 * "shared by 3, allowed", "CLASH: ..."; NULL: nobody else holds it. alternate: the row's own address is one of
 * several. *meaning (may be NULL): what happens to mail, as a sentence.
 */
const char *explode_remark(struct arena *arena, const struct sharing *sharing, bool alternate, const char **meaning);
/* Values of a field of an entry, as its converter reads them. */
void explode_values(const struct world *world, struct arena *arena, const struct mapping *mapping, enum known flag_mode,
		const struct entry *entry, struct field_values *out);
/* Of several values one can be taken away; a primary address is not like that. */
bool source_of_many(const struct profile_source *source);
/* Does the object itself keep mail to this key (a mailbox's own address), so that it is a row only where it leads on? */
bool source_only_leading(const struct profile_source *source);

#endif
