/*
 * lookalike: is there an address already that people would take for a new one?
 *
 * On the gate's thread, over the store's connection; everything lives in the
 * arena.  Rule: terminal-and-safety 1, homographs (warn, do not block).
 */
#ifndef POSTROOM_DIRECTORY_LOOKALIKE_H
#define POSTROOM_DIRECTORY_LOOKALIKE_H

#include <stdbool.h>

#include "base/error.h"
#include "directory/connection.h"
#include "directory/world.h"
#include "model/change.h"
#include "model/facts.h"

/*
 * Fills facts->lookalike for the addresses, and for the name of a mail domain, that the change would introduce;
 * facts->now and facts->domains must be there. At most one search. A search that is refused finds nothing, since
 * this is only a warning; false with the error where the connection was lost.
 */
bool lookalike_gather(const struct world *world, struct connection *connection, const struct change *change,
		struct arena *arena, struct facts *facts, struct error *error);

#endif
