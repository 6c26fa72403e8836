/*
 * queue_pick: does a mail of the queue match what somebody asked for (struct
 * live_pick)?  Never fails.  One thread at a time.
 */
#ifndef POSTROOM_LIVE_QUEUE_PICK_H
#define POSTROOM_LIVE_QUEUE_PICK_H

#include "live/live.h"
#include "live/queue_read.h"

struct queue_picker;
struct queue_picker *queue_picker_new(const struct live_pick *pick);   /* copies it; NULL: all */
void queue_picker_free(struct queue_picker *picker);                   /* NULL is allowed */
/* What is asked of queue, id, sender and arrival. */
bool queue_picker_mail(const struct queue_picker *picker, const struct queue_mail *mail);
/* What is asked of domain, reason and recipient: of one and the same recipient. */
bool queue_picker_recipient(struct queue_picker *picker, const struct queue_recipient *recipient);
/* Is anything asked of a recipient? Else a mail without any matches too. */
bool queue_picker_asks_recipients(const struct queue_picker *picker);

#endif
