/*
 * offer: what a review offers beside what was asked: the same change with one
 * thing more in it, so that mail keeps flowing.
 *
 * Pure.
 */
#ifndef POSTROOM_MODEL_OFFER_H
#define POSTROOM_MODEL_OFFER_H

#include "model/change.h"
#include "model/facts.h"

struct offer {
	const char *name;          /* "keep-address": stable; NULL ends the table */
	const char *words;         /* on a button */
	/* Is it worth offering? after: NULL for DELETE. */
	bool (*fits)(const struct change *change, const struct facts *facts, const struct record *after);
	/* Puts it into a copy of the change. */
	void (*take)(struct change *change, const struct facts *facts);
};
extern const struct offer offers[];
/* The first that fits; NULL: none. */
const struct offer *offer_for(const struct change *change, const struct facts *facts, const struct record *after);
/* The change with it; the caller frees it. */
struct change *offer_take(const struct offer *offer, const struct change *change, const struct facts *facts);

#endif
