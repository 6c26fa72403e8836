/*
 * alias: one address that leads on, as the directory tells: who holds it, where
 * it goes in the end, and whose change a change of it is.
 *
 * On a connection's thread; needs a ready connection.  Facts: ucs-directory
 * 6.2, 8.3, 10 to 12, 17.
 */
#ifndef POSTROOM_DIRECTORY_ALIAS_H
#define POSTROOM_DIRECTORY_ALIAS_H

#include <stdbool.h>

#include "base/error.h"
#include "directory/connection.h"
#include "directory/world.h"
#include "model/change.h"
#include "model/record.h"

/* Do objects of this kind come out of others in this directory? */
bool alias_is_read_elsewhere(const struct world *world, const struct kind *kind);
/*
 * The record of an address, or of a row ("uuid:ENTRYUUID/address"), with holders, hops and findings. In the arena.
 * NULL: ERROR_NOT_FOUND where nobody holds it or it is only a mailbox's own, or the connection was lost.
 */
struct record *alias_record(struct world *world, struct connection *connection, struct arena *arena, const struct kind *kind,
		const char *name, struct error *error);
/*
 * What a change of it amounts to: an edit of the owner that the caller frees, or *becomes NULL where the change
 * is one of an entry of its own. False: it cannot be, with a sentence that names the owners.
 */
bool alias_translate(struct world *world, struct connection *connection, const struct change *change, struct change **becomes,
		struct error *error);

#endif
