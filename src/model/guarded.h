/*
 * guarded: the two nouns of what a server is set to: its limits and its other
 * settings.
 *
 * Nothing of them is in the directory; they exist so that a change of a
 * server's files goes through the gate like any other change.  An object is a
 * server.  "value" is what a person reads, "change" what the guardian gets
 * (settings/settings.h fills and reads it), and "confirm", "rollback", "more" and "settle" are orders to a guardian that
 * waits; "restart" ends a service and starts it again.  Constant data, any thread.
 */
#ifndef POSTROOM_MODEL_GUARDED_H
#define POSTROOM_MODEL_GUARDED_H

#include <stdbool.h>

#include "model/kind.h"

extern const struct kind kind_limits, kind_setting;

/* Is it one of the two? */
bool kind_guarded(const struct kind *kind);
/* The one of this name; NULL: none of the two. */
const struct kind *guarded_kind(const char *name);
/* The first value that the change sets this field to; NULL: none. */
struct change;
const char *guarded_set(const struct change *change, const char *field);

#endif
