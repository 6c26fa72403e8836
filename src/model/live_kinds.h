/*
 * live_kinds: the nouns of what is going on: connections, queues, messages.
 *
 * Tables of live/ are made of them, so that lists, printers and JSON read their
 * fields as they read those of the directory.  They are nobody's there: not in
 * kinds[], nothing writes them.  Beside a kind stand the places of its fields
 * for whoever fills rows; a test holds them against the names.  Constant data,
 * any thread.
 */
#ifndef POSTROOM_MODEL_LIVE_KINDS_H
#define POSTROOM_MODEL_LIVE_KINDS_H

#include "model/kind.h"

/* --- queue (live_queue.c) ----------------------------------------------------------------------- */

extern const struct kind kind_live_queue;              /* a queue of a server */
enum live_queue_field { LQ_QUEUE, LQ_SERVER, LQ_MAILS, LQ_RECIPIENTS, LQ_BYTES, LQ_OLDEST, LQ_FIELDS };

/* By recipient domain, by reason, by sender: the same fields, then some of their own. */
extern const struct kind kind_live_queue_domain, kind_live_queue_reason, kind_live_queue_sender;
enum live_queue_group_field {
	LQG_NAME, LQG_SERVER, LQG_RECIPIENTS, LQG_MAILS, LQG_AGES, LQG_DEFERRED = LQG_AGES + 10, LQG_LATE, LQG_OLDEST,
	LQG_MORE,                                      /* domain: its most frequent reason; reason: one in full */
	LQG_OURS                                       /* domain only */
};

extern const struct kind kind_live_queue_age;          /* how old what waits is */
enum live_queue_age_field { LQA_AGE, LQA_SERVER, LQA_RECIPIENTS, LQA_MAILS, LQA_FIELDS };

extern const struct kind kind_live_message;            /* a message in a queue */
enum live_message_field {
	LM_ID, LM_SERVER, LM_QUEUE, LM_ARRIVAL, LM_SIZE, LM_SENDER, LM_RECIPIENTS, LM_COUNT, LM_REASON, LM_EXPIRED, LM_FIELDS
};

#endif
