/*
 * queue_count: from mails as they are read to the snapshot of a queue.
 *
 * Memory grows by at most 16 bytes a mail (queue_seen) and by the bounded
 * groups (queue_group).  Never fails.  One thread at a time.
 */
#ifndef POSTROOM_LIVE_QUEUE_COUNT_H
#define POSTROOM_LIVE_QUEUE_COUNT_H

#include "live/queue_read.h"

struct queue_counter;
/* now: epoch s, from which ages count. own: domains of ours, lower case, NULL-terminated; NULL: not known. Copied. */
struct queue_counter *queue_counter_new(int64_t now, const char *const *own);
void queue_counter_free(struct queue_counter *counter);      /* NULL is allowed */
/* A queue_take; the context is the counter. */
void queue_counter_take(void *counter, const struct queue_mail *mail);
/* The snapshot, biggest groups first; frees the counter. malformed, down and cut are the caller's to set. */
struct queue *queue_counter_finish(struct queue_counter *counter);
void queue_free(struct queue *queue);                        /* NULL is allowed */

#endif
