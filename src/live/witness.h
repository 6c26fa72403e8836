/*
 * witness: what the mail servers know of one person right before a review, all
 * asked at the same time and waited for a few seconds at most.
 *
 * Never fails: whoever did not answer is named with the reason.  Gate's thread.
 */
#ifndef POSTROOM_LIVE_WITNESS_H
#define POSTROOM_LIVE_WITNESS_H

#include "live/store_private.h"

/* How long a review waits for the servers, all together. */
enum { WITNESS_MS = 3000 };
/* As in struct store. */
void live_witness(void *self, const struct record *after, struct arena *arena, struct facts *facts);

#endif
