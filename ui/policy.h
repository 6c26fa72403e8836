/*
 * policy: the action apply-policy, for the page and the list: what a quota
 * policy says becomes the quota of one user or of all it reaches.  Pure; loop
 * thread.
 */
#ifndef POSTROOM_UI_POLICY_H
#define POSTROOM_UI_POLICY_H

#include "model/change.h"

/* The field that is written: of a policy whom it goes to, of others what it says. NULL: no policy is about this kind. */
const struct field *policy_field(const struct kind *kind);
/* Why there is nothing to write for this object; NULL: there is. Static. */
const char *policy_nothing(const struct record *record);
/* The change for the review; only where policy_nothing is NULL. The caller frees it. */
struct change *policy_change(const struct record *record);

#endif
