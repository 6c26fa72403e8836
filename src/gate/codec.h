/*
 * codec: operations to JSON and back, complete enough that undo and looking
 * again work after a restart; bytes stay as they are.  Values of secrets never
 * pass: they become a salted hash prefix, and come back as a secret delta
 * without values.  Pure.
 */
#ifndef POSTROOM_GATE_CODEC_H
#define POSTROOM_GATE_CODEC_H

#include <stdbool.h>

#include "base/json.h"
#include "base/memory.h"
#include "gate/journal.h"
#include "model/store.h"

/* The journal gives the salt for secrets. Given away: json_put or json_free. */
struct json *operation_to_json(const struct operation *operation, const struct journal *journal);
/* Into the arena; false where it is no operation. */
bool operation_from_json(struct arena *arena, const struct json *json, struct operation *operation);
/* Does it set or take away a secret (which a later undo could not bring back)? */
bool operation_has_secret(const struct operation *operation);
const char *operation_verb_word(enum operation_verb verb);

#endif
