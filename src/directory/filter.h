/*
 * filter: search filters as trees, written to text by one function.
 *
 * Values enter the tree as bytes and leave it escaped after RFC 4515, so no
 * value can ever become syntax.  Filters from a profile or an expert are
 * parsed into the same tree first.  Everything lives in the arena.  Pure; any
 * thread.
 */
#ifndef POSTROOM_DIRECTORY_FILTER_H
#define POSTROOM_DIRECTORY_FILTER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/memory.h"
#include "directory/entry.h"
#include "model/facts.h"
#include "model/record.h"

enum filter_op {
	FILTER_AND, FILTER_OR, FILTER_NOT,
	FILTER_EQUAL, FILTER_AT_LEAST, FILTER_AT_MOST, FILTER_APPROX, FILTER_EXTENDED,
	FILTER_PRESENT, FILTER_PIECES
};
struct filter {
	enum filter_op op;
	const char *attribute;             /* leaves; EXTENDED: everything before ":=" */
	struct value value;                /* EQUAL, AT_LEAST, AT_MOST, APPROX, EXTENDED */
	struct value first, last;          /* PIECES: anchored at the beginning, the end; length 0: none */
	const struct value *middle;        /* PIECES: in between, in order */
	size_t middle_count;
	struct filter **inside;            /* AND, OR, NOT */
	size_t inside_count, inside_capacity;
};

/* The attribute must be a legal attribute description (filter_attribute_legal): anything else is our own bug. */
struct filter *filter_equal(struct arena *arena, const char *attribute, const char *bytes, size_t length);
struct filter *filter_equal_text(struct arena *arena, const char *attribute, const char *text);
struct filter *filter_present(struct arena *arena, const char *attribute);
struct filter *filter_contains(struct arena *arena, const char *attribute, const char *bytes, size_t length);
/* These pieces in this order, with anything around and between; none: the attribute is there. */
struct filter *filter_pieces(struct arena *arena, const char *attribute, const struct value *pieces, size_t count);
struct filter *filter_ends(struct arena *arena, const char *attribute, const char *text);
/* An empty group, to be filled with filter_into. An empty AND is always true, an empty OR always false (RFC 4526). */
struct filter *filter_group(struct arena *arena, enum filter_op op);
/* Adds a child (NULL is ignored) and returns the group. */
struct filter *filter_into(struct arena *arena, struct filter *group, struct filter *child);
struct filter *filter_both(struct arena *arena, struct filter *a, struct filter *b);
struct filter *filter_not(struct arena *arena, struct filter *inside);

/* The one serialiser. Arena. */
char *filter_text(struct arena *arena, const struct filter *filter);
/* Text to tree, strictly, at most 64 levels; NULL with ERROR_INVALID that names the place. */
struct filter *filter_parse(struct arena *arena, const char *words, struct error *error);
bool filter_attribute_legal(const char *attribute);

/*
 * Would this entry be found (filter_match.c)? An attribute that the entry has not counts as absent; KNOWN_NOT stands
 * for everything that only the server can tell.
 */
enum known filter_matches(const struct filter *filter, const struct entry *entry);

#endif
