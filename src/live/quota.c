/*
 * quota: one question for the quota of one person, and live_quota; see quota.h.
 *
 * A row of Dovecot is a root and a type; both types of a root are one row here.
 * Loop thread.
 */
#include "live/quota.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "live/job.h"
#include "live/table_ask.h"
#include "live/tables.h"
#include "model/live_kinds.h"

enum { ROOT, TYPE, VALUE, LIMIT, COLUMNS, KILOBYTE = 1024 };
static const struct table_column columns[COLUMNS] = {
	[ROOT] = { .title = "Quota name", .key = "root" },
	[TYPE] = { .title = "Type", .key = "type" },
	[VALUE] = { .title = "Value", .key = "value" },
	[LIMIT] = { .title = "Limit", .key = "limit" },
};

struct quota_asking {
	struct table_asking *table;
	struct arena *arena;
	const char *user;
	struct mailbox_row *rows;
	size_t count, room;
	quota_answer *done;
	void *context;
};

static struct mailbox_row *root_named(struct quota_asking *asking, const char *name)
{
	struct mailbox_row *row;

	for (size_t i = 0; i < asking->count; i++)
		if (strcmp(asking->rows[i].root, name) == 0)
			return &asking->rows[i];
	asking->rows = arena_grow(asking->arena, asking->rows, &asking->room, asking->count + 1, sizeof(*asking->rows));
	row = &asking->rows[asking->count++];
	row->user = asking->user;
	row->root = arena_text(asking->arena, name);
	row->looked_at = clock_now();
	return row;
}

static void fuller(struct mailbox_row *row, uint64_t used, uint64_t limit)
{
	double share = limit ? (double)used / (double)limit : 0;

	if (share > row->full)
		row->full = share;
}

static bool on_row(void *context, const struct table_cell *cells)
{
	uint64_t value, limit = 0;
	struct mailbox_row *row;
	bool storage = strcmp(cells[TYPE].text, "STORAGE") == 0;

	if (!storage && strcmp(cells[TYPE].text, "MESSAGE") != 0)
		return false;
	if (!table_reader_number(&cells[VALUE], UINT64_MAX / KILOBYTE, &value))
		return false;
	if (strcmp(cells[LIMIT].text, "-") != 0 && !table_reader_number(&cells[LIMIT], UINT64_MAX / KILOBYTE, &limit))
		return false;
	row = root_named(context, cells[ROOT].text);
	fuller(row, value, limit);
	if (storage) {
		row->used = value * KILOBYTE;
		row->limit = limit * KILOBYTE;
	} else {
		row->messages = value;
		row->message_limit = limit;
	}
	return true;
}

static void free_asking(struct quota_asking *asking)
{
	arena_free(asking->arena);
	free(asking);
}

static void on_done(void *context, const struct table_end *end)
{
	struct quota_asking *asking = context;

	asking->done(asking->context, asking->rows, end->error.kind ? 0 : asking->count, &end->error);
	free_asking(asking);
}

struct quota_asking *quota_ask(struct hosts *hosts, size_t host, const char *user, quota_answer *done, void *context)
{
	struct quota_asking *asking = memory_new(sizeof(*asking));
	struct table_question question = {
		.command = "quota-get", .holes = &user, .hole_count = 1, .columns = columns, .column_count = COLUMNS,
		.row = on_row, .done = on_done, .context = asking,
	};

	asking->arena = arena_new();
	asking->user = arena_text(asking->arena, user);
	asking->done = done;
	asking->context = context;
	asking->table = table_ask(hosts, host, &question);
	return asking;
}

void quota_ask_cancel(struct quota_asking *asking)
{
	table_ask_cancel(asking->table);
	free_asking(asking);
}

/* --- live_quota ---------------------------------------------------------------------------------- */

struct quota_job {
	struct live_job job;
	struct quota_asking *asking;
	const char *server;                /* of hosts, which outlives this */
	void (*done)(void *context, struct rows *takes, const struct error *error);
	void *context;
};

static void job_done(void *context, const struct mailbox_row *list, size_t count, const struct error *error)
{
	struct quota_job *job = context;
	struct rows *rows = error->kind ? NULL : table_new(&kind_live_mailboxes);

	for (size_t i = 0; rows && i < count; i++)
		table_mailbox(rows, &list[i], job->server);
	job->done(job->context, rows ? table_done(rows, 0) : NULL, error);
	free(job);
}

static void job_cancel_quota(struct live_job *common)
{
	struct quota_job *job = (struct quota_job *)common;

	quota_ask_cancel(job->asking);
	free(job);
}

struct live_job *live_quota(struct live *live, size_t host, const char *user,
		void (*done)(void *context, struct rows *takes, const struct error *error), void *context)
{
	struct quota_job *job = memory_new(sizeof(*job));

	job->job.cancel = job_cancel_quota;
	job->server = host_at(live_hosts(live), host)->name;
	job->done = done;
	job->context = context;
	job->asking = quota_ask(live_hosts(live), host, user, job_done, job);
	return &job->job;
}
