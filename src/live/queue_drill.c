/*
 * queue_drill: a table of the queue of only a part of it: what goes to one
 * domain by reason, what one sender sent by age.
 *
 * The queue is streamed again and only what matches is counted, with the same
 * counter as the whole.  Loop thread.
 */
#include <stdlib.h>

#include "base/clock.h"
#include "base/memory.h"
#include "live/job.h"
#include "live/queue_ask.h"
#include "live/queue_count.h"
#include "live/queue_pick.h"
#include "live/queue_tables.h"

enum { PART = 512 };               /* as many recipients as a part has at most */

struct drill {
	struct live_job job;
	struct hosts *hosts;
	size_t host, most;
	const struct live_table *table;
	struct queue_asking *under_way;
	struct queue_picker *picker;
	struct queue_counter *counter;
	bool envelope, told;               /* of the mail at hand: it matches; a part of it was counted */
	struct queue_recipient matching[PART];
	void (*done)(void *context, struct rows *takes, const struct error *error);
	void *context;
};

static void take(void *context, const struct queue_mail *mail)
{
	struct drill *drill = context;
	struct queue_mail part = *mail;

	if (mail->first) {
		drill->envelope = queue_picker_mail(drill->picker, mail);
		drill->told = false;
	}
	if (!drill->envelope)
		return;
	part.count = 0;
	for (size_t i = 0; i < mail->count && part.count < PART; i++)
		if (queue_picker_recipient(drill->picker, &mail->recipients[i]))
			drill->matching[part.count++] = mail->recipients[i];
	if (!part.count && queue_picker_asks_recipients(drill->picker))
		return;
	part.recipients = drill->matching;
	part.first = !drill->told;
	drill->told = true;
	queue_counter_take(drill->counter, &part);
}

static void drill_free(struct drill *drill)
{
	queue_picker_free(drill->picker);
	queue_counter_free(drill->counter);
	free(drill);
}

static void ended(void *context, const struct queue_end *end)
{
	struct drill *drill = context;
	struct rows *rows = NULL;

	if (end->error.kind == ERROR_NONE) {
		struct queue *queue = queue_counter_finish(drill->counter);

		drill->counter = NULL;
		rows = table_new(drill->table->kind);
		queue_fill_of(drill->table)(rows, queue, host_at(drill->hosts, drill->host)->name, NULL, drill->most);
		rows = table_done(rows, drill->most);
		queue_free(queue);
	}
	drill->done(drill->context, rows, &end->error);
	drill_free(drill);
}

static void cancel(struct live_job *job)
{
	struct drill *drill = (struct drill *)job;

	queue_ask_cancel(drill->under_way);
	drill_free(drill);
}

struct live_job *live_queue_rows(struct live *live, size_t host, const char *table, const struct live_pick *pick, size_t most,
		void (*done)(void *context, struct rows *takes, const struct error *error), void *context)
{
	const struct live_table *found = live_table_find(table);
	struct drill *drill;

	if (!found || !queue_fill_of(found))
		return NULL;
	drill = memory_new(sizeof(*drill));
	drill->job.cancel = cancel;
	drill->hosts = live_hosts(live);
	drill->host = host;
	drill->most = most;
	drill->table = found;
	drill->picker = queue_picker_new(pick);
	drill->counter = queue_counter_new(clock_now(), live_own(live));
	drill->done = done;
	drill->context = context;
	drill->under_way = queue_ask(drill->hosts, host, take, ended, drill);
	return &drill->job;
}
