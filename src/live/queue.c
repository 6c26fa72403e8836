/*
 * queue: the source of what waits in a server's queue: postqueue -j, counted
 * as it streams by (queue_count).
 *
 * A busy Postfix feels a listing of 100,000 mails for seconds, so the least
 * interval is long.  Fails with a sentence; the collector keeps the last
 * snapshot then.  Loop thread.
 */
#include "live/source.h"

#include <stdlib.h>

#include "base/clock.h"
#include "live/queue_ask.h"
#include "live/queue_count.h"

struct asking {
	struct queue_asking *under_way;
	struct queue_counter *counter;
	asked *done;
	void *context;
};

static bool applies(struct live *live, size_t host, const char **reason)
{
	static struct error error;         /* of the last question: what reason points to */

	*reason = NULL;
	if (!(host_at(live_hosts(live), host)->roles & HOST_TRANSPORT))
		return false;
	if (host_way(live_hosts(live), host, "queue", &error) != WAY_NONE)
		return true;
	*reason = error.text;
	return false;
}

static void take(void *context, const struct queue_mail *mail)
{
	struct asking *asking = context;

	queue_counter_take(asking->counter, mail);
}

static void ended(void *context, const struct queue_end *end)
{
	struct asking *asking = context;
	struct queue *queue = NULL;

	if (end->error.kind == ERROR_NONE) {
		queue = queue_counter_finish(asking->counter);
		queue->malformed = end->malformed;
		queue->down = end->down;
		queue->cut = end->cut;
	} else {
		queue_counter_free(asking->counter);
	}
	asking->done(asking->context, queue, &end->error);
	free(asking);
}

static struct asking *ask(struct live *live, size_t host, asked *done, void *context)
{
	struct asking *asking = memory_new(sizeof(*asking));

	asking->done = done;
	asking->context = context;
	asking->counter = queue_counter_new(clock_now(), live_own(live));
	asking->under_way = queue_ask(live_hosts(live), host, take, ended, asking);
	return asking;
}

static void cancel(struct asking *asking)
{
	queue_ask_cancel(asking->under_way);
	queue_counter_free(asking->counter);
	free(asking);
}

static void forget(void *snapshot)
{
	queue_free(snapshot);
}

const struct source source_queue = {
	.number = LIVE_QUEUE, .name = "queue", .words = "queue", .interval_ms = 15000, .least_ms = 5000,
	.applies = applies, .ask = ask, .cancel = cancel, .free = forget,
};
