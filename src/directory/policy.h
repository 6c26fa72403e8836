/*
 * policy: which quota policy decides for an object, and whom one reaches.
 *
 * Evaluation rules of ucs-directory 15 over entries read here; what was read
 * once is remembered, so evaluating thousands of users costs a handful of
 * searches.  On a connection's thread; all memory is the arena's.
 */
#ifndef POSTROOM_DIRECTORY_POLICY_H
#define POSTROOM_DIRECTORY_POLICY_H

#include "base/error.h"
#include "directory/connection.h"
#include "directory/entry.h"
#include "directory/world.h"

struct policies;
struct policies *policies_new(const struct world *world, struct connection *connection, struct arena *arena);
/* Megabytes and the DN of the policy that decides for this entry (classes and references are needed of it); false: none speaks. */
bool policies_quota(struct policies *policies, const struct entry *object, const char **megabytes, const char **place);

struct policy_reach {
	struct entry **attached;           /* what names the policy */
	size_t attached_count;
	struct entry **users;              /* for whom it decides: class, login, quota, id and version of each; by login */
	size_t count;
	bool cut;                          /* not all could be read */
};
/* False: a search failed. */
bool policies_reach(struct policies *policies, const char *place, struct policy_reach *reach, struct error *error);

#endif
