/*
 * table_ask: one command, one table; see table_ask.h.
 *
 * A cancelled question stays until hosts has given its end, silently, since
 * host_cancel answers later.  Loop thread only.
 */
#include "live/table_ask.h"

#include <stdlib.h>
#include <string.h>

struct table_asking {
	struct hosts *hosts;
	size_t host;
	const char *command;
	struct table_reader *reader;
	struct host_call *call;
	table_reader_row *row;
	void (*done)(void *context, const struct table_end *end);
	void *context;
	bool silent;
};

static bool on_row(void *context, const struct table_cell *cells)
{
	struct table_asking *asking = context;

	return !asking->silent && asking->row(asking->context, cells);
}

static void on_piece(void *context, enum host_form form, const char *bytes, size_t length)
{
	struct table_asking *asking = context;

	if (!asking->silent)
		table_reader_take(asking->reader, form, bytes, length);
}

static void judge(struct table_asking *asking, const struct host_answer *answer, struct table_end *end)
{
	const struct host_settings *server = host_at(asking->hosts, asking->host);

	end->status = answer->status;
	if (host_answer_good(server, asking->command, answer, &end->error) && !table_reader_end(asking->reader, &end->error))
		error_prefix(&end->error, "%s: %s", server->name, asking->command);
	end->rows = table_reader_rows(asking->reader);
	end->malformed = table_reader_malformed(asking->reader);
}

static void on_done(void *context, const struct host_answer *answer)
{
	struct table_asking *asking = context;
	struct table_end end = { .rows = 0 };

	if (!asking->silent) {
		judge(asking, answer, &end);
		asking->done(asking->context, &end);
	}
	table_reader_free(asking->reader);
	free(asking);
}

struct table_asking *table_ask(struct hosts *hosts, size_t host, const struct table_question *question)
{
	struct table_asking *asking = memory_new(sizeof(*asking));
	struct host_request request = {
		.command = question->command, .holes = question->holes, .hole_count = question->hole_count,
		.most = question->most, .piece = on_piece, .done = on_done, .context = asking,
	};

	asking->hosts = hosts;
	asking->host = host;
	asking->command = question->command;
	asking->row = question->row;
	asking->done = question->done;
	asking->context = question->context;
	asking->reader = table_reader_new(question->columns, question->column_count, on_row, asking);
	asking->call = host_run(hosts, host, &request);
	return asking;
}

void table_ask_cancel(struct table_asking *asking)
{
	if (!asking || asking->silent)
		return;
	asking->silent = true;
	host_cancel(asking->call);
}

/* --- sources that are one table --------------------------------------------------------------- */

struct one_table {
	const struct table_source *source;
	struct table_asking *asking;
	void *making;
	asked *done;
	void *context;
};

static bool one_row(void *context, const struct table_cell *cells)
{
	struct one_table *one = context;

	return one->source->row(one->making, cells);
}

static void one_done(void *context, const struct table_end *end)
{
	struct one_table *one = context;
	asked *done = one->done;
	void *whom = one->context, *snapshot = NULL;

	if (end->error.kind)
		one->source->drop(one->making);
	else
		snapshot = one->source->finish(one->making, end);
	free(one);
	done(whom, snapshot, &end->error);
}

struct asking *table_source_ask(struct live *live, size_t host, const struct table_source *source, asked *done, void *context)
{
	struct one_table *one = memory_new(sizeof(*one));
	struct table_question question = {
		.command = source->command, .columns = source->columns, .column_count = source->column_count,
		.row = one_row, .done = one_done, .context = one,
	};

	one->source = source;
	one->making = source->begin();
	one->done = done;
	one->context = context;
	one->asking = table_ask(live_hosts(live), host, &question);
	return (struct asking *)one;
}

void table_source_cancel(struct asking *asking)
{
	struct one_table *one = (struct one_table *)asking;

	table_ask_cancel(one->asking);
	one->source->drop(one->making);
	free(one);
}

bool mailbox_way(struct live *live, size_t host, const char *command, const char **reason)
{
	static struct error error;
	struct hosts *hosts = live_hosts(live);

	*reason = NULL;
	if (!(host_at(hosts, host)->roles & HOST_MAILBOX))
		return false;
	error_clear(&error);
	if (host_way(hosts, host, command, &error) != WAY_NONE)
		return true;
	*reason = error.text;
	return false;
}
