/*
 * alias_private: what alias.c and alias_route.c share.  On a connection's
 * thread.
 */
#ifndef POSTROOM_DIRECTORY_ALIAS_PRIVATE_H
#define POSTROOM_DIRECTORY_ALIAS_PRIVATE_H

#include "directory/request.h"
#include "directory/world.h"
#include "model/route.h"

struct lookup;
struct alias_asking {
	struct world *world;
	struct connection *connection;
	const struct profile_kind *held;   /* of kind alias, with its sources */
	enum known mode;                   /* storage mode of keep-a-copy */
	struct lookup *domains;            /* registered ones, lower case; NULL: could not be read */
};
/* An entry that has the address as the key of a row. */
struct alias_holder {
	const struct entry *entry;
	const struct profile_source *source;
	const char *name;
	struct field_values leads;         /* empty where large */
	bool large;                        /* leads to members, not read into leads */
};

/* All entries that hold one of the addresses; false: failed. */
bool alias_found(const struct alias_asking *asking, struct arena *arena, const char *const *addresses, size_t count, struct found *found,
		struct error *error);
/* Those of them that hold this one, once for each source. Arena. */
size_t alias_holders(const struct alias_asking *asking, struct arena *arena, const struct found *found, const char *address,
		struct alias_holder **holders);
/* A mailbox's own address that leads nowhere else: no alias. */
bool alias_is_own_only(const struct alias_holder *holder);

/* alias_route.c: a route_ask; context is the asking. */
route_ask alias_ask;
void alias_domains(struct alias_asking *asking, struct arena *arena);
void alias_domains_free(struct alias_asking *asking);

#endif
