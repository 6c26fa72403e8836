/*
 * queue_tables: what waits, as rows: by queue, domain, reason, sender and age.
 *
 * Every row bears its server; where several servers are asked, the same domain
 * has a row for each.  Where groups were too many to be kept, a last row
 * "(others)" holds their sum, so that columns always add up.  Loop thread;
 * never fails.
 */
#include "live/tables.h"

#include <stdlib.h>
#include <string.h>

#include "live/data.h"
#include "live/queue_read.h"
#include "model/live_kinds.h"

/* Adds the rows of a queue to a table; of (NULL: all): only the row of that name; at most so many groups, biggest first (0: all). */
typedef void queue_fill(struct rows *rows, const struct queue *queue, const char *server, const char *of, size_t most);

static struct row *add(struct rows *rows, const char *name, const char *server)
{
	struct row *row = table_row(rows, name, server);

	row->id = arena_format(rows->arena, "%s/%s", server, name);
	return row;
}

static bool wanted(const char *of, const char *name)
{
	return !of || !strcmp(of, name);
}

static void fill_queues(struct rows *rows, const struct queue *queue, const char *server, const char *of, size_t most)
{
	(void)most;
	for (unsigned i = 0; i < QUEUES; i++) {
		const struct queue_count *count = &queue->by_queue[i];
		const char *name = queue_name_word((enum queue_name)i);
		struct row *row;

		if (!wanted(of, name))
			continue;
		row = add(rows, name, server);
		table_text(rows, row, LQ_QUEUE, name);
		table_text(rows, row, LQ_SERVER, server);
		table_number(rows, row, LQ_MAILS, count->mails);
		table_number(rows, row, LQ_RECIPIENTS, count->recipients);
		table_number(rows, row, LQ_BYTES, count->bytes);
		table_time(rows, row, LQ_OLDEST, count->oldest);
	}
}

static struct row *fill_group(struct rows *rows, const struct queue_group *group, const char *name, const char *server)
{
	struct row *row = add(rows, name, server);

	table_text(rows, row, LQG_NAME, name);
	table_text(rows, row, LQG_SERVER, server);
	table_number(rows, row, LQG_RECIPIENTS, group->recipients);
	table_number(rows, row, LQG_MAILS, group->mails);
	for (unsigned i = 0; i < QUEUE_AGES; i++)
		table_number(rows, row, LQG_AGES + i, group->ages[i]);
	table_number(rows, row, LQG_DEFERRED, group->deferred);
	table_number(rows, row, LQG_LATE, group->late);
	table_time(rows, row, LQG_OLDEST, group->oldest);
	return row;
}

static void fill_groups(struct rows *rows, const struct queue_groups *groups, const char *server, const char *of, size_t most)
{
	bool domains = rows->kind == &kind_live_queue_domain, senders = rows->kind == &kind_live_queue_sender;
	size_t before = rows->count;
	struct row *row;

	for (size_t i = 0; i < groups->count; i++) {
		const struct queue_group *group = &groups->rows[i];

		if (!wanted(of, group->name))
			continue;
		/* Nobody waits for rows that are thrown away again. */
		if (most && rows->count - before == most)
			return;
		row = fill_group(rows, group, group->name, server);
		if (!senders)
			table_text(rows, row, LQG_MORE, group->example);
		if (domains)
			table_flag(rows, row, LQG_OURS, group->own);
	}
	if (groups->others && !of)
		fill_group(rows, &groups->rest, "(others)", server);
}

static void fill_domains(struct rows *rows, const struct queue *queue, const char *server, const char *of, size_t most)
{
	fill_groups(rows, &queue->domains, server, of, most);
}

static void fill_reasons(struct rows *rows, const struct queue *queue, const char *server, const char *of, size_t most)
{
	fill_groups(rows, &queue->reasons, server, of, most);
}

static void fill_senders(struct rows *rows, const struct queue *queue, const char *server, const char *of, size_t most)
{
	fill_groups(rows, &queue->senders, server, of, most);
}

static void fill_ages(struct rows *rows, const struct queue *queue, const char *server, const char *of, size_t most)
{
	static const char *const names[QUEUE_AGES] = {
		"0-5", "5-10", "10-20", "20-40", "40-80", "80-160", "160-320", "320-640", "640-1280", "1280+",
	};

	(void)most;
	for (unsigned i = 0; i < QUEUE_AGES; i++) {
		struct row *row;

		if (!wanted(of, names[i]))
			continue;
		row = add(rows, names[i], server);
		table_text(rows, row, LQA_AGE, names[i]);
		table_text(rows, row, LQA_SERVER, server);
		table_number(rows, row, LQA_RECIPIENTS, queue->ages[i]);
		table_number(rows, row, LQA_MAILS, queue->mail_ages[i]);
	}
}

/* --- several servers in one row --------------------------------------------------------------- */

static uint64_t number_of(const struct row *row, size_t column)
{
	return strtoull(row->values[column].bytes, NULL, 10);
}

static int by_name(const void *left, const void *right)
{
	const struct row *a = left, *b = right;
	int order = strcmp(a->name, b->name);

	return order != 0 ? order : strcmp(a->id, b->id);
}

/* Adds what another server has of the same name; where texts differ those of the one with more recipients stay. */
static void merge_row(struct rows *rows, struct row *into, const struct row *from)
{
	bool bigger = number_of(from, LQG_RECIPIENTS) > number_of(into, LQG_RECIPIENTS);
	const char *oldest = from->values[LQG_OLDEST].bytes;

	for (size_t column = LQG_RECIPIENTS; column <= LQG_LATE; column++)
		table_number(rows, into, column, number_of(into, column) + number_of(from, column));
	if (*oldest && (!*into->values[LQG_OLDEST].bytes || strcmp(oldest, into->values[LQG_OLDEST].bytes) < 0))
		table_text(rows, into, LQG_OLDEST, oldest);
	if (rows->kind != &kind_live_queue_sender && (bigger || !*into->values[LQG_MORE].bytes))
		table_text(rows, into, LQG_MORE, from->values[LQG_MORE].bytes);
	table_text(rows, into, LQG_SERVER, arena_format(rows->arena, "%s, %s", into->values[LQG_SERVER].bytes, from->values[LQG_SERVER].bytes));
}

static void merge(struct rows *rows)
{
	size_t kept = 0;

	if (rows->count)
		qsort(rows->rows, rows->count, sizeof(*rows->rows), by_name);
	for (size_t i = 0; i < rows->count; i++) {
		if (kept > 0 && strcmp(rows->rows[kept - 1].name, rows->rows[i].name) == 0)
			merge_row(rows, &rows->rows[kept - 1], &rows->rows[i]);
		else
			rows->rows[kept++] = rows->rows[i];
	}
	rows->count = kept;
	/* The same row whichever servers have it now: cursor and marks stay on it. */
	for (size_t i = 0; i < kept; i++)
		rows->rows[i].id = arena_format(rows->arena, "*/%s", rows->rows[i].name);
}

/* --- tables ------------------------------------------------------------------------------------- */

/* Several servers' groups together, biggest first; their kinds have recipients in one place. */
static int by_recipients(const void *left, const void *right)
{
	const struct row *a = left, *b = right;
	uint64_t more = strtoull(a->values[LQG_RECIPIENTS].bytes, NULL, 10), less = strtoull(b->values[LQG_RECIPIENTS].bytes, NULL, 10);

	if (more != less)
		return more > less ? -1 : 1;
	return strcmp(a->id, b->id);
}

static struct rows *make(struct live *live, const struct live_question *question, const struct kind *kind, queue_fill *fill)
{
	struct hosts *hosts = live_hosts(live);
	struct rows *rows = table_new(kind);
	size_t servers = 0;

	for (size_t host = 0; host < hosts_count(hosts); host++) {
		const struct queue *queue = live_snapshot(live, host, LIVE_QUEUE);

		if (!queue || (question->host != LIVE_ALL && question->host != host))
			continue;
		/* What is second on each of two servers may be first in all. */
		fill(rows, queue, host_at(hosts, host)->name, question->of, question->merged ? 0 : question->most);
		servers++;
	}
	if (question->merged && (fill == fill_domains || fill == fill_reasons || fill == fill_senders))
		merge(rows);
	if (servers > 1 && (fill == fill_domains || fill == fill_reasons || fill == fill_senders))
		qsort(rows->rows, rows->count, sizeof(*rows->rows), by_recipients);
	return table_done(rows, question->most);
}

#define TABLE(variable, word, words, its_kind, fill) \
	static struct rows *make_##variable(struct live *live, const struct live_question *question) \
	{ \
		return make(live, question, &its_kind, fill); \
	} \
	const struct live_table variable = { \
		.name = word, .title = words, .kind = &its_kind, .sources = 1u << LIVE_QUEUE, .make = make_##variable, \
	}

TABLE(table_queue, "queue", "Queues", kind_live_queue, fill_queues);
TABLE(table_queue_by_domain, "queue-by-domain", "Queue by domain", kind_live_queue_domain, fill_domains);
TABLE(table_queue_by_reason, "queue-by-reason", "Queue by reason", kind_live_queue_reason, fill_reasons);
TABLE(table_queue_by_sender, "queue-by-sender", "Queue by sender", kind_live_queue_sender, fill_senders);
TABLE(table_queue_by_age, "queue-by-age", "Queue by age", kind_live_queue_age, fill_ages);
