/*
 * queue: what of one person waits in the queues, and holding it.
 *
 * A person sends under several names, and postqueue knows the envelope sender
 * only.  What the login sent under yet other names is found by the queue ids
 * that the mail log has for it.  All of it is listed for
 * the review, and once more right before it is held, since mail comes and goes.
 * A queue that gives no answer leaves its step open; a log that cannot be read is
 * said.  Loop thread.
 */
#include <inttypes.h>
#include <string.h>

#include "base/lookup.h"
#include "base/text.h"
#include "desk/desk_private.h"
#include "model/live_kinds.h"
#include "model/traffic.h"

enum { QUEUE_MOST = 10000, ARRIVAL_DIFFERS_S = 300 };

struct listing { struct desk_run *run; struct desk_queue *queue; size_t which; void (*done)(struct desk_run *run); };

/* --- under other names ------------------------------------------------------------------------------------------- */

static bool is_named(const struct desk_queue *queue, const char *sender)
{
	for (const char *const *name = queue->names; *name; name++)
		if (text_same_ascii_case(*name, sender))
			return true;
	return false;
}

/* Short queue ids come again, so the mail must be as old as the line of the log. */
static bool is_same_mail(const struct desk_queue *queue, const struct row *row)
{
	const int64_t *sent = lookup_get(queue->sent, row->name);
	int64_t arrival;

	return sent && *sent && text_to_time_iso(row->values[LM_ARRIVAL].bytes, &arrival) && arrival - *sent <= ARRIVAL_DIFFERS_S && *sent - arrival <= ARRIVAL_DIFFERS_S;
}

/* What the names found already, and mail of others under an id that came again, goes out. */
static void keep_others(struct desk_queue *queue, struct rows *rows)
{
	size_t kept = 0;

	for (size_t i = 0; rows && i < rows->count; i++)
		if (!is_named(queue, rows->rows[i].values[LM_SENDER].bytes) && is_same_mail(queue, &rows->rows[i]))
			rows->rows[kept++] = rows->rows[i];
	if (rows)
		rows->count = kept;
	queue->others = kept;
}

/* --- listing ------------------------------------------------------------------------------------------------------- */

static void one_less(struct listing *listing)
{
	listing->queue->pending--;
	listing->run->pending--;
	if (!run_settled(listing->run) && listing->queue->pending == 0)
		listing->done(listing->run);
}

static void on_messages(void *context, struct rows *takes, uint64_t matching, const struct error *error)
{
	struct listing *listing = context;
	struct desk_queue *queue = listing->queue;

	queue->jobs[listing->which] = NULL;
	queue->rows[listing->which] = takes;
	if (listing->which == QUEUE_OTHERS) {
		keep_others(queue, takes);
		matching = queue->others;
	}
	queue->matching += matching;
	if (queue->error.kind == ERROR_NONE && error && error->kind != ERROR_NONE)
		queue->error = *error;
	if (!takes && queue->error.kind == ERROR_NONE)
		error_set(&queue->error, ERROR_UNREACHABLE, "the queue gave no answer");
	one_less(listing);
}

/* The ids that the login used; each with the latest time of the log. */
static void on_sent(void *context, struct rows *takes, const char *note, const struct error *error)
{
	struct listing *listing = context;
	struct desk_queue *queue = listing->queue;
	struct desk_run *run = listing->run;
	const char **ids = arena_alloc(run->arena, ((takes ? takes->count : 0) + 1) * sizeof(*ids));
	size_t host;

	queue->jobs[QUEUE_OTHERS] = NULL;
	if (!takes || note)
		queue->unknown = arena_text(run->arena, takes ? note : error->text);
	queue->sent = lookup_new();
	for (size_t i = 0; takes && i < takes->count; i++) {
		int64_t *when = arena_alloc(run->arena, sizeof(*when));

		if (!text_to_time_iso(takes->rows[i].values[LG_TIME].bytes, when))
			*when = 0;
		ids[i] = arena_text(run->arena, takes->rows[i].name);
		lookup_put(queue->sent, ids[i], when);
	}
	rows_free(takes);
	if (!run->left && ids[0] && host_named(live_hosts(run->plan.live), queue->server, &host))
		queue->jobs[QUEUE_OTHERS] = live_messages(run->plan.live, host, &(struct live_pick){ .ids = ids }, QUEUE_MOST, on_messages, listing);
	else
		one_less(listing);
}

void queue_forget(struct desk_queue *queue)
{
	for (size_t i = 0; i < QUEUE_LISTINGS; i++) {
		rows_free(queue->rows[i]);
		queue->rows[i] = NULL;
	}
	lookup_free(queue->sent);
	queue->sent = NULL;
	queue->unknown = NULL;
	queue->matching = queue->others = 0;
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
	if (!queue->names[0]) {
		done(run);
		return;
	}
	/* All are counted before the first can answer. */
	queue->pending += QUEUE_LISTINGS;
	run->pending += QUEUE_LISTINGS;
	for (size_t i = 0; i < QUEUE_LISTINGS; i++) {
		struct listing *listing = arena_alloc(run->arena, sizeof(*listing));

		*listing = (struct listing){ run, queue, i, done };
		queue->jobs[i] = i == QUEUE_OWN ? live_messages(live, host, &(struct live_pick){ .senders = queue->names }, QUEUE_MOST, on_messages, listing) :
			live_person(live, host, "sent", queue->logins, on_sent, listing);
	}
}

static bool is_held(const struct row *row)
{
	return strcmp(row->values[LM_QUEUE].bytes, "hold") == 0;
}

size_t queue_held(const struct desk_queue *queue)
{
	size_t count = 0;

	for (size_t i = 0; i < QUEUE_LISTINGS; i++)
		for (size_t j = 0; queue->rows[i] && j < queue->rows[i]->count; j++)
			count += is_held(&queue->rows[i]->rows[j]);
	return count;
}

struct change *queue_hold(const struct desk_queue *queue)
{
	struct arena *arena = arena_new();
	const struct row **rows;
	struct change *change;
	size_t most = 0, count = 0;

	for (size_t i = 0; i < QUEUE_LISTINGS; i++)
		most += queue->rows[i] ? queue->rows[i]->count : 0;
	rows = arena_alloc(arena, (most + 1) * sizeof(*rows));
	for (size_t i = 0; i < QUEUE_LISTINGS; i++)
		for (size_t j = 0; queue->rows[i] && j < queue->rows[i]->count; j++)
			if (!is_held(&queue->rows[i]->rows[j]))
				rows[count++] = &queue->rows[i]->rows[j];
	change = count > 0 ? traffic_of_messages(queue->server, "hold", rows, count) : NULL;
	arena_free(arena);
	return change;
}

/* Every name under which the person may send. */
static const char *const *sender_names(struct desk_run *run, const char **logins)
{
	const struct field_values *alternates = record_get(run->person, "alternates");
	const char *known[DESK_NAMES], **names = arena_alloc(run->arena, (alternates->count + DESK_NAMES + 1) * sizeof(*names));
	size_t count = 0;

	desk_names(run->arena, run->person, known);
	*logins = "";
	for (size_t i = 0; i < DESK_NAMES && known[i]; i++) {
		names[count++] = known[i];
		*logins = arena_format(run->arena, "%s%s%s", *logins, **logins ? " " : "", known[i]);
	}
	for (size_t i = 0; i < alternates->count; i++)
		names[count++] = alternates->values[i].bytes;
	return names;
}

void queue_prepare(struct desk_run *run, const char *server)
{
	struct hosts *hosts = live_hosts(run->plan.live);
	size_t count = hosts_count(hosts);
	const char *logins, *const *names = sender_names(run, &logins);

	if (!run->plan.queues)
		run->plan.queues = arena_alloc(run->arena, (count + 1) * sizeof(*run->plan.queues));
	for (size_t i = 0; i < count; i++) {
		const struct host_settings *host = host_at(hosts, i);

		if (!(host->roles & HOST_TRANSPORT) || (server && strcmp(host->name, server) != 0) || run->plan.queue_count > count)
			continue;
		run->plan.queues[run->plan.queue_count++] = (struct desk_queue){ .server = host->name, .names = names, .logins = logins };
	}
}
