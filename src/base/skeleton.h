/*
 * skeleton: addresses that people cannot tell apart.
 *
 * The skeleton of UTS #39 maps every character to the one that it is confused
 * with (Cyrillic a to a, the digit 1 to l, m to rn), so two spellings look
 * alike where their skeletons are equal.  Source of the rule:
 * terminal-and-safety 1, homographs.  Nothing fails; pure; any thread, also
 * several at a time.
 */
#ifndef POSTROOM_BASE_SKELETON_H
#define POSTROOM_BASE_SKELETON_H

#include <stdbool.h>
#include <stddef.h>

#include "base/memory.h"

/*
 * The skeleton, with upper and lower case made equal afterwards. Bytes that are
 * no UTF-8, and what ICU refuses, come back as text_fold has them. Arena.
 */
char *text_skeleton(struct arena *arena, const char *bytes, size_t length);
/* The same of an address or a domain, whose xn-- labels are taken as they are read. Arena. */
char *text_skeleton_address(struct arena *arena, const char *address);
/* Skeletons are equal, but it is not the same address: ASCII case and the two spellings of a domain make no other one. */
bool text_looks_like(const char *address, const char *other);

/*
 * ASCII spellings, in lower case, that look like this address (or domain, or
 * part before the @): the nearest first, so that where `most` cuts the list the
 * likely ones are in it. At most 64 are made. The address itself is not among
 * them. Returns the count and the list; both live in the arena. 0 where a
 * letter looks like nothing in ASCII.
 */
size_t text_lookalikes(struct arena *arena, const char *address, const char ***list, size_t most);

#endif
