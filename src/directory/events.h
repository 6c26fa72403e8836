/*
 * events: what others changed, from slapd's accesslog (slapo-accesslog(5)).
 *
 * Records that only show a login or the server's own bookkeeping are left out,
 * and so are secrets.  Runs on the thread of a ready connection.
 */
#ifndef POSTROOM_DIRECTORY_EVENTS_H
#define POSTROOM_DIRECTORY_EVENTS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/memory.h"
#include "directory/connection.h"
#include "directory/directory.h"
#include "directory/profile.h"
#include "directory/world.h"

/* Name of the change log that this login may read, arena; NULL: none (and where the connection was lost, error). */
const char *events_base(struct connection *connection, struct arena *arena, struct error *error);

/* Newest first, at most `most`; place NULL: of all. Arena. False where the connection was lost. */
bool events_read(struct connection *connection, const struct world *world, struct arena *arena, const char *place, size_t most,
		struct directory_event **events, size_t *count, bool *available, struct error *error);

/*
 * One line of reqMod ("cn:= value", "mail:+ x", "mail:- x", "cn:-") for people: "cn = value". NULL: not worth
 * a line (bookkeeping). Secrets become "(not shown)", line breaks in a value \n. world (for what is
 * operational) and profile (for what is secret) may be NULL. Pure; arena.
 */
const char *events_line(const struct world *world, const struct profile *profile, struct arena *arena, const char *bytes, size_t length);

#endif
