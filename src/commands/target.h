/*
 * target: commands that change one object that is there.  Loop thread.
 */
#ifndef POSTROOM_COMMANDS_TARGET_H
#define POSTROOM_COMMANDS_TARGET_H

#include "commands/headless.h"
#include "model/change.h"

/*
 * Reads the object (by key, address, DN or uuid:...) and makes a change of it that names it by entryUUID;
 * NULL: the reason was printed.
 */
struct change *target_change(struct headless *headless, enum verb verb, const char *kind, const char *name);
/* Reads the object of this kind by one of the same names; the caller frees it. NULL: the reason was printed. */
struct record *target_read(struct headless *headless, const struct kind *kind, const char *name);

#endif
