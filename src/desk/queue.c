/*
 * queue: what of one person waits in the queues, and holding it.
 *
 * A person sends under several names, and postqueue knows the envelope sender
 * only, so each name is listed by itself.  It is listed for the review, and once
 * more right before it is held, since mail comes and goes.  A queue that gives no
 * answer leaves its step open.  Loop thread.
 */
#include <inttypes.h>
#include <string.h>

#include "desk/desk_private.h"
#include "model/live_kinds.h"
#include "model/traffic.h"

enum { QUEUE_MOST = 10000 };

struct listing { struct desk_run *run; struct desk_queue *queue; size_t name; void (*done)(struct desk_run *run); };

static void on_messages(void *context, struct rows *takes, uint64_t matching, const struct error *error)
{
	struct listing *listing = context;
	struct desk_run *run = listing->run;
	struct desk_queue *queue = listing->queue;

	queue->jobs[listing->name] = NULL;
	queue->rows[listing->name] = takes;
	queue->matching += matching;
	if (queue->error.kind == ERROR_NONE && error && error->kind != ERROR_NONE)
		queue->error = *error;
	if (!takes && queue->error.kind == ERROR_NONE)
		error_set(&queue->error, ERROR_UNREACHABLE, "the queue gave no answer");
	queue->pending--;
	run->pending--;
	if (!run_settled(run) && queue->pending == 0)
		listing->done(run);
}

void queue_forget(struct desk_queue *queue)
{
	for (size_t i = 0; i < queue->name_count; i++) {
		rows_free(queue->rows[i]);
		queue->rows[i] = NULL;
	}
	queue->matching = 0;
	queue->error = (struct error){ 0 };
}

void queue_list(struct desk_run *run, struct desk_queue *queue, void (*done)(struct desk_run *run))
{
	struct live *live = run->plan.live;
	size_t host;

	queue_forget(queue);
	if (!host_named(live_hosts(live), queue->server, &host)) {
		error_set(&queue->error, ERROR_CONFIG, "%s is no server of the configuration any more", queue->server);
		done(run);
		return;
	}
	if (queue->name_count == 0) {
		done(run);
		return;
	}
	/* All are counted before the first can answer. */
	queue->pending += queue->name_count;
	run->pending += queue->name_count;
	for (size_t i = 0; i < queue->name_count; i++) {
		struct listing *listing = arena_alloc(run->arena, sizeof(*listing));

		*listing = (struct listing){ run, queue, i, done };
		queue->jobs[i] = live_messages(live, host, &(struct live_pick){ .sender = queue->names[i] }, QUEUE_MOST, on_messages, listing);
	}
}

struct change *queue_hold(const struct desk_queue *queue)
{
	struct arena *arena = arena_new();
	const struct row **rows;
	struct change *change;
	size_t most = 0, count = 0;

	for (size_t i = 0; i < queue->name_count; i++)
		most += queue->rows[i] ? queue->rows[i]->count : 0;
	rows = arena_alloc(arena, (most + 1) * sizeof(*rows));
	for (size_t i = 0; i < queue->name_count; i++)
		for (size_t j = 0; queue->rows[i] && j < queue->rows[i]->count; j++)
			if (strcmp(queue->rows[i]->rows[j].values[LM_QUEUE].bytes, "hold") != 0)
				rows[count++] = &queue->rows[i]->rows[j];
	change = count > 0 ? traffic_of_messages(queue->server, "hold", rows, count) : NULL;
	arena_free(arena);
	return change;
}

/* Every name under which the person may send. */
static const char *const *sender_names(struct desk_run *run, size_t *count)
{
	const struct field_values *alternates = record_get(run->person, "alternates");
	const char *known[DESK_NAMES], **names = arena_alloc(run->arena, (alternates->count + DESK_NAMES) * sizeof(*names));

	desk_names(run->arena, run->person, known);
	*count = 0;
	for (size_t i = 0; i < DESK_NAMES && known[i]; i++)
		names[(*count)++] = known[i];
	for (size_t i = 0; i < alternates->count; i++)
		names[(*count)++] = alternates->values[i].bytes;
	return names;
}

void queue_prepare(struct desk_run *run, const char *server)
{
	struct hosts *hosts = live_hosts(run->plan.live);
	size_t count = hosts_count(hosts), names;
	const char *const *list = sender_names(run, &names);

	if (!run->plan.queues)
		run->plan.queues = arena_alloc(run->arena, (count + 1) * sizeof(*run->plan.queues));
	for (size_t i = 0; i < count; i++) {
		const struct host_settings *host = host_at(hosts, i);

		if (!(host->roles & HOST_TRANSPORT) || (server && strcmp(host->name, server) != 0) || run->plan.queue_count > count)
			continue;
		run->plan.queues[run->plan.queue_count++] = (struct desk_queue){
			.server = host->name, .names = list, .name_count = names, .rows = arena_alloc(run->arena, (names + 1) * sizeof(struct rows *)),
			.jobs = arena_alloc(run->arena, (names + 1) * sizeof(struct live_job *)),
		};
	}
}
