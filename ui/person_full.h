/*
 * person_full: whether mail to one person did not fit into the mailbox, as
 * queues and logs tell it.
 *
 * Below its limit a mailbox refuses what is bigger than what is left, so how
 * full it is does not tell this.  By the reply code of a full mailbox (RFC 3463,
 * X.2.2) and the words of Dovecot and Postfix.  Pure but for the clock, never
 * fails; loop thread.
 */
#ifndef POSTROOM_UI_PERSON_FULL_H
#define POSTROOM_UI_PERSON_FULL_H

#include <stdbool.h>
#include <stdint.h>

#include "ui/person_parts.h"

/* Does this reason, or line of a log, say that there was no room? */
bool person_says_full(const char *words);
/* Is this line of a log about mail to one of these addresses (ended by NULL)? What they sent themselves is not. */
bool person_line_is_to(const char *line, char *const *addresses);
/* When this row of kind_live_log was written, epoch seconds; 0: not understood. */
int64_t person_log_time(const struct row *row, struct arena *arena);
/*
 * When the newest such line of the last day was written, of what does not wait in a queue that was read; epoch seconds, 0: the
 * logs that were read tell of none.
 */
int64_t person_full_at(const struct person_parts *parts, struct arena *arena);

#endif
