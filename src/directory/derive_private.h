/*
 * derive_private: what the files that compute fields from other entries share.
 *
 * All of it runs on a connection's thread; false means that the connection was
 * lost.
 */
#ifndef POSTROOM_DIRECTORY_DERIVE_PRIVATE_H
#define POSTROOM_DIRECTORY_DERIVE_PRIVATE_H

#include "directory/read.h"

struct lookup;
struct policy_reach;
struct derivation {
	const struct world *world;
	struct connection *connection;
	struct record *record;
	const struct profile_kind *kind;
	const struct mapping *mapping;
	struct field_values *out;          /* of the field at hand */
	const struct policy_reach *reach;  /* of a quota policy, once it was asked for */
};

/* How many mailboxes mail to the group reaches; findings about members that get nothing. */
bool derive_recipients(struct derivation *with);
/* Members of a list in domains that are not registered. */
bool derive_outside(struct derivation *with);
/* Whether allowed senders are obeyed. */
bool derive_sender_rule(struct derivation *with);

/* Registered domains in lower case, as a table that the caller frees; NULL where they could not all be read. Uses world and connection only. */
struct lookup *derive_registered(const struct derivation *with, struct arena *arena);

/* derive_policy.c: of a quota policy, and what one says for a user. */
bool derive_attached(struct derivation *with);
bool derive_reaches(struct derivation *with);
bool derive_written(struct derivation *with);
bool derive_enforced(struct derivation *with);
bool derive_policy_quota(struct derivation *with);

#endif
