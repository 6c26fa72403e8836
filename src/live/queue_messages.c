/*
 * queue_messages: lists of messages: the queue is streamed again, those that
 * match are counted and the oldest of them kept.
 *
 * Kept are at most twice as many as were asked for; then the younger half goes,
 * and from there on what is younger than all that are kept is only counted.  So
 * memory does not follow the queue.  A message that moves while it is listed is
 * taken where it was seen first, as in the counts.  Loop thread.
 */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "live/job.h"
#include "live/queue_ask.h"
#include "live/queue_pick.h"
#include "live/queue_seen.h"
#include "live/tables.h"
#include "model/live_kinds.h"

enum { USUAL = 1000, MOST = 10000, SHOWN = 20 };

struct kept {
	int64_t arrival;
	uint64_t size, recipients;
	enum queue_name queue;
	bool expired;
	char *id, *sender, *to, *reason;
};

/* Of the message at hand, over its parts. */
struct at_hand {
	bool counts;                       /* its envelope matches and it was not there before */
	bool matches;                      /* and so does a recipient */
	struct text matching, others;      /* recipients, one a line */
	size_t matching_count, others_count;
	uint64_t recipients;
	char reason[1024];
};

struct messages {
	struct live_job job;
	struct hosts *hosts;
	size_t host, most;
	struct queue_asking *under_way;
	struct queue_picker *picker;
	struct queue_seen *seen;
	struct at_hand now;
	struct kept *kept;
	size_t kept_count, kept_room;
	bool full;                         /* the younger half went once: youngest is the limit */
	int64_t youngest;
	uint64_t matching;
	void (*done)(void *context, struct rows *takes, uint64_t matching, const struct error *error);
	void *context;
};

static void kept_clear(struct kept *kept)
{
	free(kept->id);
	free(kept->sender);
	free(kept->to);
	free(kept->reason);
}

static void messages_free(struct messages *messages)
{
	for (size_t i = 0; i < messages->kept_count; i++)
		kept_clear(&messages->kept[i]);
	free(messages->kept);
	text_free(&messages->now.matching);
	text_free(&messages->now.others);
	queue_picker_free(messages->picker);
	queue_seen_free(messages->seen);
	free(messages);
}

static int by_arrival(const void *left, const void *right)
{
	const struct kept *a = left, *b = right;

	if (a->arrival != b->arrival)
		return a->arrival < b->arrival ? -1 : 1;
	return strcmp(a->id, b->id);
}

/* In order of arrival, and no more than were asked for. */
static void keep_oldest(struct messages *messages)
{
	if (messages->kept_count)
		qsort(messages->kept, messages->kept_count, sizeof(*messages->kept), by_arrival);
	if (messages->kept_count <= messages->most)
		return;
	while (messages->kept_count > messages->most)
		kept_clear(&messages->kept[--messages->kept_count]);
	messages->full = true;
	messages->youngest = messages->kept[messages->kept_count - 1].arrival;
}

/* One a line: quoted addresses may hold commas. */
static void add_recipient(struct text *to, size_t *count, const char *address)
{
	if (*count >= SHOWN)
		return;
	text_add(to, address);
	text_add_char(to, '\n');
	++*count;
}

static void add_lines(struct text *words, const struct text *lines, size_t *shown)
{
	const char *at = text_get(lines), *end;

	for (; *shown < SHOWN && (end = strchr(at, '\n')) != NULL; at = end + 1) {
		text_add(words, *shown ? ", " : "");
		text_add_bytes(words, at, (size_t)(end - at));
		++*shown;
	}
}

/* Those that were asked for, then others, twenty in all. */
static char *recipients_words(const struct at_hand *now)
{
	struct text words = { 0 };
	size_t shown = 0;

	add_lines(&words, &now->matching, &shown);
	add_lines(&words, &now->others, &shown);
	if (now->recipients > shown)
		text_addf(&words, " and %llu more", (unsigned long long)(now->recipients - shown));
	return text_take(&words);
}

static void keep(struct messages *messages, const struct queue_mail *mail)
{
	struct kept *kept;

	messages->matching++;
	if (messages->full && mail->arrival >= messages->youngest)
		return;
	if (messages->kept_count >= 2 * messages->most)
		keep_oldest(messages);
	messages->kept = memory_grow(messages->kept, &messages->kept_room, messages->kept_count + 1, sizeof(*messages->kept));
	kept = &messages->kept[messages->kept_count++];
	*kept = (struct kept){
		.arrival = mail->arrival, .size = mail->size, .recipients = messages->now.recipients, .queue = mail->queue,
		.expired = mail->expired, .id = memory_text(mail->id), .sender = memory_text(mail->sender),
		.to = recipients_words(&messages->now), .reason = memory_text(messages->now.reason),
	};
}

static void begin(struct messages *messages, const struct queue_mail *mail)
{
	struct at_hand *now = &messages->now;

	now->counts = queue_picker_mail(messages->picker, mail) && queue_seen_add(messages->seen, mail->id, mail->arrival);
	now->matches = !queue_picker_asks_recipients(messages->picker);
	text_clear(&now->matching);
	text_clear(&now->others);
	now->matching_count = now->others_count = 0;
	now->recipients = 0;
	now->reason[0] = '\0';
}

static void take(void *context, const struct queue_mail *mail)
{
	struct messages *messages = context;
	struct at_hand *now = &messages->now;

	if (mail->first)
		begin(messages, mail);
	if (!now->counts)
		return;
	now->recipients += mail->count;
	for (size_t i = 0; i < mail->count; i++) {
		const struct queue_recipient *recipient = &mail->recipients[i];
		bool matches = queue_picker_recipient(messages->picker, recipient);

		if (matches)
			add_recipient(&now->matching, &now->matching_count, recipient->address);
		else
			add_recipient(&now->others, &now->others_count, recipient->address);
		/* The reason of one that was asked for goes before any other. */
		if (recipient->reason && (!now->reason[0] || (matches && !now->matches))) {
			now->reason[0] = '\0';
			strncat(now->reason, recipient->reason, sizeof(now->reason) - 1);
		}
		now->matches = now->matches || matches;
	}
	if (mail->last && now->matches)
		keep(messages, mail);
}

static struct rows *rows_of(const struct messages *messages)
{
	const char *server = host_at(messages->hosts, messages->host)->name;
	struct rows *rows = table_new(&kind_live_message);

	for (size_t i = 0; i < messages->kept_count; i++) {
		const struct kept *kept = &messages->kept[i];
		struct row *row = table_row(rows, kept->id, server);

		row->id = arena_format(rows->arena, "%s/%s", server, kept->id);
		table_text(rows, row, LM_ID, kept->id);
		table_text(rows, row, LM_SERVER, server);
		table_text(rows, row, LM_QUEUE, queue_name_word(kept->queue));
		table_time(rows, row, LM_ARRIVAL, kept->arrival);
		table_number(rows, row, LM_SIZE, kept->size);
		table_text(rows, row, LM_SENDER, kept->sender);
		table_text(rows, row, LM_RECIPIENTS, kept->to);
		table_number(rows, row, LM_COUNT, kept->recipients);
		table_text(rows, row, LM_REASON, kept->reason);
		table_flag(rows, row, LM_EXPIRED, kept->expired);
	}
	return table_done(rows, 0);
}

static void ended(void *context, const struct queue_end *end)
{
	struct messages *messages = context;
	struct rows *rows = NULL;

	if (end->error.kind == ERROR_NONE) {
		keep_oldest(messages);
		rows = rows_of(messages);
	}
	messages->done(messages->context, rows, rows ? messages->matching : 0, &end->error);
	messages_free(messages);
}

static void cancel(struct live_job *job)
{
	struct messages *messages = (struct messages *)job;

	queue_ask_cancel(messages->under_way);
	messages_free(messages);
}

struct live_job *live_messages(struct live *live, size_t host, const struct live_pick *pick, size_t most,
		void (*done)(void *context, struct rows *takes, uint64_t matching, const struct error *error), void *context)
{
	struct messages *messages = memory_new(sizeof(*messages));

	messages->job.cancel = cancel;
	messages->hosts = live_hosts(live);
	messages->host = host;
	messages->most = !most ? USUAL : most > MOST ? MOST : most;
	messages->picker = queue_picker_new(pick);
	messages->seen = queue_seen_new();
	messages->done = done;
	messages->context = context;
	messages->under_way = queue_ask(messages->hosts, host, take, ended, messages);
	return &messages->job;
}
