/*
 * queue_seen: which mails of a listing were there already, in at most 16 bytes
 * each.
 *
 * A mail that moves while postqueue lists it appears twice (postfix 1).  Its
 * first sighting counts and later ones are left out: what was counted of it
 * under domains, reasons and senders could only be taken back by keeping all
 * its recipients, which no 16 bytes hold, and taking back the queue alone would
 * make sums that disagree.  So a mail that was active when it was seen counts
 * as active; the next listing tells where it went.  One thread at a time.
 */
#ifndef POSTROOM_LIVE_QUEUE_SEEN_H
#define POSTROOM_LIVE_QUEUE_SEEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Holds at most 16 bytes a mail, beside 9 KiB for the first ones. */
struct queue_seen;
struct queue_seen *queue_seen_new(void);
void queue_seen_free(struct queue_seen *seen);               /* NULL is allowed */
/* False where this id with this time of arrival was added before: a short id may come again, for another mail. */
bool queue_seen_add(struct queue_seen *seen, const char *id, int64_t arrival);

#endif
