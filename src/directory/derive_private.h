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
struct derivation {
	const struct world *world;
	struct connection *connection;
	struct record *record;
	const struct profile_kind *kind;
	const struct mapping *mapping;
	struct field_values *out;          /* of the field at hand */
};

/* How many mailboxes mail to the group reaches; findings about members that get nothing. */
bool derive_recipients(struct derivation *with);
/* Members of a list in domains that are not registered. */
bool derive_outside(struct derivation *with);
/* Whether allowed senders are obeyed. */
bool derive_sender_rule(struct derivation *with);

/* Registered domains in lower case, as a table that the caller frees; NULL where they could not all be read. Uses world and connection only. */
struct lookup *derive_registered(const struct derivation *with, struct arena *arena);

#endif
