/*
 * edits: field=value words of the command line to edits of a change.
 *
 * Secrets never stand on the command line: their value is @FILE or -, which
 * asks for it.  Pure apart from that.
 */
#ifndef POSTROOM_COMMANDS_EDITS_H
#define POSTROOM_COMMANDS_EDITS_H

#include <stdbool.h>

#include "base/error.h"
#include "model/change.h"

/*
 * "field=value" sets, "field+=value" adds, "field-=value" removes, "field=" leaves none. restricted: @FILE is refused.
 * "field=policy" takes what a policy says, where the field knows one (struct field, policy) and change->seen tells it.
 * False with a sentence.
 */
bool edits_parse(struct change *change, char *const *words, int count, bool restricted, struct error *error);

#endif
