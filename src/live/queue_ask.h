/*
 * queue_ask: streams the queue of a server, mail by mail.
 *
 * What the source, lists of messages and drills have in common.  Fails by the
 * end's error, a sentence with the server's name.  Loop thread.
 */
#ifndef POSTROOM_LIVE_QUEUE_ASK_H
#define POSTROOM_LIVE_QUEUE_ASK_H

#include "base/error.h"
#include "hosts/hosts.h"
#include "live/queue_read.h"

struct queue_end {
	struct error error;                /* NONE: the whole queue came, perhaps empty */
	uint64_t malformed;
	bool down;                         /* Postfix does not run; its directories were read */
	bool cut;                          /* over 1 GiB: the rest is missing */
};
struct queue_asking;
/* done comes exactly once, never from inside this call; the end is borrowed. */
struct queue_asking *queue_ask(struct hosts *hosts, size_t host, queue_take *take,
		void (*done)(void *context, const struct queue_end *end), void *context);
/* No mail and no end come any more. NULL is allowed. */
void queue_ask_cancel(struct queue_asking *asking);

#endif
