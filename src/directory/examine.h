/*
 * examine: a look at a directory server with the doctor's eyes.
 *
 * Controls, limits, access, indexes and overlays (where this login may see
 * them), the clock, and what the data say.  Runs on the thread of a ready
 * connection and changes nothing: what this login may write is asked with
 * modifications that cannot succeed (see examine_access.c).
 */
#ifndef POSTROOM_DIRECTORY_EXAMINE_H
#define POSTROOM_DIRECTORY_EXAMINE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/memory.h"
#include "directory/connection.h"
#include "directory/directory.h"
#include "directory/world.h"

/* All borrowed. */
struct examine_input {
	struct connection *connection;
	struct world *world;
	const struct directory_settings *settings;
	struct udm *udm;                   /* a client for this thread; NULL: not configured */
};
/* Findings and their words live in the arena. False where the connection was lost; what was found before is kept. */
bool examine_run(const struct examine_input *input, struct arena *arena, struct directory_finding **findings, size_t *count,
		struct error *error);

#endif
