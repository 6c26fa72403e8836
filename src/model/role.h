/*
 * role: who may do what, a table of rows; nothing matches means no.
 *
 * A client prevents slips, not malice: the server's access rules are the
 * authority (docs/safety.md). Pure.
 */
#ifndef POSTROOM_MODEL_ROLE_H
#define POSTROOM_MODEL_ROLE_H

#include <stdbool.h>

#include "base/error.h"
#include "model/change.h"
#include "model/kind.h"

enum role { ROLE_MONITOR, ROLE_HELPDESK, ROLE_ADMIN };   /* in order of power */

bool role_parse(const char *word, enum role *role);
const char *role_word(enum role role);                  /* "monitor" ... */
/* May this role do this to this field (NULL: to the object as such)? */
bool role_may(enum role role, const struct kind *kind, const struct field *field, enum verb verb);
/* May it see this section or kind at all? */
bool role_sees(enum role role, const struct kind *kind);
/*
 * Every touched field, verb and target; false with a sentence that says which role could. For an UNDO the gate
 * names the fields it takes back as edits (EDIT_SET without values will do): a role below admin may take back only
 * modifications of fields it may edit, and nothing where no field is named.
 */
bool role_check(enum role role, const struct change *change, struct error *error);

#endif
