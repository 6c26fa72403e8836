/*
 * traffic: the two nouns of what goes on that can be changed: the queue of a
 * server and the sessions on it.
 *
 * Nothing of them is in the directory; they exist so that holding a message or
 * ending a connection goes through the gate like any other change.  An object
 * is a server; each field is a verb, and its values are what it is done to,
 * exactly as it was seen: a message is "ID ARRIVAL SENDER" (a short queue id
 * comes to name another message after a while: postfix 3), a session
 * "COUNT SERVER USER" or "COUNT SERVER USER ADDRESS", so that the sessions of a
 * person who is on several servers end with one change (of TRAFFIC_EVERYWHERE).  Constant data and pure functions; any thread.
 */
#ifndef POSTROOM_MODEL_TRAFFIC_H
#define POSTROOM_MODEL_TRAFFIC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/memory.h"
#include "model/change.h"
#include "model/kind.h"

extern const struct kind kind_queue, kind_sessions;

/* Every kind that the gate writes: those of kinds[], these two, model/mailbox.h and those of model/guarded.h. NULL: none of that name. */
const struct kind *kind_written(const char *name);

enum { TRAFFIC_ID = 24 };
struct traffic_message { char id[TRAFFIC_ID]; int64_t arrival; const char *sender; };    /* sender lies in the value */
/* As a value. sender "MAILER-DAEMON" is the null sender. Arena. */
char *traffic_message_value(struct arena *arena, const char *id, int64_t arrival, const char *sender);
/* False where it is no such value: an id that Postfix would not give, no time. */
bool traffic_message_read(const char *value, struct traffic_message *message);

#define TRAFFIC_EVERYWHERE "every server"
/* Parts lie in the value; address "": all of the user. */
struct traffic_session { uint64_t count; const char *server; size_t server_length; const char *user; size_t user_length; const char *address; };
char *traffic_session_value(struct arena *arena, uint64_t count, const char *server, const char *user, const char *address);
bool traffic_session_read(const char *value, struct traffic_session *session);

/* What the change does to how much: its one field with values, NULL: none. Also of an undo, from its operations. */
const struct field *traffic_field(const struct change *change);
size_t traffic_values(struct arena *arena, const struct change *change, const struct value **values);
struct row;
/*
 * The change that does this to these messages (rows of kind_live_message, all of this server); field: "hold", ... NULL
 * where the kind has no such field. The caller frees it.
 */
struct change *traffic_of_messages(const char *server, const char *field, const struct row *const *rows, size_t count);
/* Of a change that throws messages away or returns them: the same ones held, which can be taken back. NULL: it is no such change. */
struct change *traffic_hold_instead(const struct change *change);
/*
 * The change that ends these connections (rows of kind_live_connections) of whole people, or where `from_address` only
 * those from the same address. NULL without rows.
 */
struct change *traffic_of_sessions(const struct row *const *rows, size_t count, bool from_address);
/* "37 messages, e.g. 3D2A.. from anna@example.com, ..." with at most five. Arena. */
char *traffic_words(struct arena *arena, const struct kind *kind, const struct value *values, size_t count);

#endif
