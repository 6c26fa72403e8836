/*
 * loop_private: what worker.c, child.c and http.c need of loop.c; for nobody else.
 *
 * Named without uv.h, so that libuv's header stays in loop.c and child.c.
 */
#ifndef POSTROOM_BASE_LOOP_PRIVATE_H
#define POSTROOM_BASE_LOOP_PRIVATE_H

#include "base/loop.h"

struct uv_loop_s;
/* libuv's loop inside ours; borrowed. */
struct uv_loop_s *loop_uv(struct loop *loop);

/* Something to be done on the loop thread; the first member of a larger thing, which deliver frees. */
struct loop_message {
	struct loop_message *next;
	const void *sender;
	void (*deliver)(struct loop_message *message);
};
/* Any thread: puts it at the end of the mailbox and wakes the loop. */
void loop_message_post(struct loop *loop, struct loop_message *message);
/* Delivers what this sender has in the mailbox, now and in order. */
void loop_message_deliver_of(struct loop *loop, const void *sender);
/* While held, the loop has something to wait for that is not time (loop_leaping). Counted. */
void loop_hold(struct loop *loop);
void loop_release(struct loop *loop);

#endif
