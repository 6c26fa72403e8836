/*
 * metrics: figures of the mail servers in the text format of Prometheus, to
 * standard output or atomically to a file for the textfile collector of the
 * node exporter.
 *
 * A metric is a row: the table and field that it comes from, and the fields
 * that are its labels.  Names and units follow the conventions (base units,
 * what is counted in plural); what is not known has no sample.
 */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/file.h"
#include "base/text.h"
#include "commands/look.h"
#include "commands/metrics.h"
#include "commands/subcommands.h"

const struct metric metrics[] = {
	{ "postroom_server_up", "Whether all that is asked of the mail server answers; 0 also where a part of it does.", "overview", "state", { "server" }, METRIC_NOT, "dead partly", NULL },
	{ "postroom_source_up", "Whether the last try to read this of the server went well.", "sources", "state", { "server", "source" }, METRIC_IS, "ok", "none" },
	{ "postroom_source_duration_seconds", "How long the last reading took.", "sources", "took_ms", { "server", "source" }, METRIC_MILLI, NULL, NULL },
	{ "postroom_source_timestamp_seconds", "When this was read last.", "sources", "taken", { "server", "source" }, METRIC_TIME, NULL, NULL },
	{ "postroom_connections", "Connections that are logged in.", "overview", "connections", { "server" }, METRIC_NUMBER, NULL, NULL },
	{ "postroom_connected_users", "Different logins that are connected.", "overview", "people", { "server" }, METRIC_NUMBER, NULL, NULL },
	{ "postroom_service_used", "How much of a service of Dovecot is in use, in its own unit.", "services", "used", { "server", "service", "unit" }, METRIC_NUMBER, NULL, NULL },
	{ "postroom_service_limit", "How much a service of Dovecot can take, in its own unit.", "services", "possible", { "server", "service", "unit" }, METRIC_NUMBER, NULL, NULL },
	{ "postroom_service_last_drop_timestamp_seconds", "When a service of Dovecot turned a client away last.", "services", "last_drop", { "server", "service" }, METRIC_TIME, NULL, NULL },
	{ "postroom_queue_messages", "Mails that wait in a queue of Postfix.", "queue", "mails", { "server", "queue" }, METRIC_NUMBER, NULL, NULL },
	{ "postroom_queue_recipients", "Recipients that wait in a queue of Postfix.", "queue", "recipients", { "server", "queue" }, METRIC_NUMBER, NULL, NULL },
	{ "postroom_queue_bytes", "Bytes that wait in a queue of Postfix.", "queue", "bytes", { "server", "queue" }, METRIC_NUMBER, NULL, NULL },
	{ "postroom_queue_oldest_timestamp_seconds", "When the oldest mail of a queue of Postfix arrived.", "queue", "oldest", { "server", "queue" }, METRIC_TIME, NULL, NULL },
	{ "postroom_queue_own_deferred_recipients", "Recipients in domains of ours that wait for over five minutes.", "overview", "own_deferred", { "server" }, METRIC_NUMBER, NULL, NULL },
	{ "postroom_port_up", "Whether the port answers as it should.", "ports", "state", { "server", "protocol", "port" }, METRIC_IS, "ok", NULL },
	{ "postroom_port_duration_seconds", "How long the port needed until it had greeted.", "ports", "took_ms", { "server", "protocol", "port" }, METRIC_MILLI, NULL, NULL },
	{ "postroom_certificate_expiry_timestamp_seconds", "When the certificate of the port ends.", "ports", "certificate_until", { "server", "protocol", "port" }, METRIC_TIME, NULL, NULL },
	{ "postroom_filesystem_size_bytes", "Bytes of a file system that mail needs.", "disks", "bytes", { "server", "path", "what" }, METRIC_NUMBER, NULL, NULL },
	{ "postroom_filesystem_avail_bytes", "Bytes that can be written there.", "disks", "bytes_free", { "server", "path", "what" }, METRIC_NUMBER, NULL, NULL },
	{ "postroom_filesystem_files", "Files that a file system can hold.", "disks", "inodes", { "server", "path", "what" }, METRIC_NUMBER, NULL, NULL },
	{ "postroom_filesystem_files_free", "Files that can be added there.", "disks", "inodes_free", { "server", "path", "what" }, METRIC_NUMBER, NULL, NULL },
	{ "postroom_load1", "Load of the last minute.", "machines", "load_1", { "server" }, METRIC_NUMBER, NULL, NULL },
	{ "postroom_memory_size_bytes", "Memory of the machine.", "machines", "memory", { "server" }, METRIC_NUMBER, NULL, NULL },
	{ "postroom_memory_available_bytes", "Memory that is free or can be freed.", "machines", "memory_free", { "server" }, METRIC_NUMBER, NULL, NULL },
	{ "postroom_inner_service_up", "Whether a service that mail passes works.", "inner", "ok", { "server", "service" }, METRIC_IS, "yes", NULL },
	{ "postroom_directory_up", "Whether the server of the directory answers.", "directory-servers", "state", { "uri" }, METRIC_IS, "up", NULL },
	{ "postroom_directory_latency_seconds", "How long it needed for an answer.", "directory-servers", "latency_ms", { "uri" }, METRIC_MILLI, NULL, NULL },
	{ "postroom_directory_lag_seconds", "By how much it is behind.", "directory-servers", "lag_s", { "uri" }, METRIC_NUMBER, NULL, NULL },
	{ "postroom_alarm", "An alarm that lasts.", "alarms", "level", { "server", "rule", "level" }, METRIC_ONE, NULL, NULL },
	{ .name = NULL },
};

/* --- values and labels --------------------------------------------------------------------------- */

static bool to_epoch(const char *words, double *epoch)
{
	int64_t seconds;

	if (!text_to_time_iso(words, &seconds))
		return false;
	*epoch = (double)seconds;
	return true;
}

static bool to_number(const char *words, double *number)
{
	char *end;

	*number = strtod(words, &end);
	return end != words && !*end && isfinite(*number);
}

bool metric_value(const struct metric *metric, const char *words, double *value)
{
	if (!*words || (metric->except && !strcmp(words, metric->except)))
		return false;
	switch (metric->how) {
	case METRIC_NUMBER: return to_number(words, value);
	case METRIC_MILLI: return to_number(words, value) && (*value /= 1000, true);
	case METRIC_TIME: return to_epoch(words, value);
	case METRIC_IS: *value = !strcmp(words, metric->word); return true;
	case METRIC_NOT: *value = !text_lists(metric->word, words); return true;
	case METRIC_ONE: *value = 1; return true;
	}
	return false;
}

/* Backslash, quote and newline are escaped; what is no UTF-8 or no text becomes visible first, since the format is UTF-8. */
static void add_label(struct text *text, struct arena *arena, const char *name, const char *value)
{
	const char *at = text_visible_string(arena, VISIBLE_UTF8, value, strlen(value));

	text_addf(text, "%s%s=\"", text_get(text)[text->length - 1] == '{' ? "" : ",", name);
	for (; *at; at++) {
		if (*at == '\\' || *at == '"')
			text_add_char(text, '\\');
		text_add_char(text, *at);
	}
	text_add_char(text, '"');
}

static const char *cell(const struct rows *rows, const struct row *row, const char *field)
{
	return row->values[kind_field_index(rows->kind, kind_field(rows->kind, field))].bytes;
}

/* Two rows may give the same labels (two alarms of one rule): one sample stands for both. */
static bool said_before(const struct text *all, size_t from, const char *sample)
{
	const char *found = strstr(text_get(all) + from, sample);

	return found && (found == text_get(all) + from || found[-1] == '\n');
}

static void add_sample(struct text *all, size_t from, struct arena *arena, const struct metric *metric, const struct rows *rows, const struct row *row)
{
	struct text sample = { 0 };
	double value;
	size_t i;

	if (!metric_value(metric, cell(rows, row, metric->field), &value))
		return;
	text_addf(&sample, "%s{", metric->name);
	for (i = 0; i < METRIC_LABELS && metric->labels[i]; i++)
		add_label(&sample, arena, metric->labels[i], cell(rows, row, metric->labels[i]));
	text_add(&sample, "} ");
	if (!said_before(all, from, text_get(&sample)))
		text_addf(all, "%s%.15g\n", text_get(&sample), value);
	text_free(&sample);
}

static void add_metric(struct text *all, struct arena *arena, struct live *live, size_t host, const struct metric *metric)
{
	struct rows *rows = live_rows(live, &(struct live_question){ .table = metric->table, .host = host });
	size_t head = all->length, from, i;

	text_addf(all, "# HELP %s %s\n# TYPE %s gauge\n", metric->name, metric->help, metric->name);
	from = all->length;
	for (i = 0; i < rows->count; i++)
		add_sample(all, from, arena, metric, rows, &rows->rows[i]);
	/* Without a sample there is nothing to explain. */
	if (all->length == from) {
		all->length = head;
		all->bytes[head] = '\0';
	}
	rows_free(rows);
}

void metrics_write(struct text *out, struct live *live, size_t host)
{
	struct arena *arena = arena_new();
	const struct metric *metric;

	text_addf(out, "# HELP postroom_build_info The program that wrote this.\n# TYPE postroom_build_info gauge\n"
		"postroom_build_info{version=\"%s\"} 1\n", POSTROOM_VERSION);
	for (metric = metrics; metric->name; metric++)
		add_metric(out, arena, live, host, metric);
	arena_free(arena);
}

/* --- the command ----------------------------------------------------------------------------------- */

static bool put(struct look *look, const char *path, const struct text *text)
{
	struct error error = { 0 };

	if (!path)
		return fwrite(text_get(text), 1, text->length, stdout) == text->length;
	/* Others read it: the node exporter is a user of its own. */
	return file_replace(path, text_get(text), text->length, 0644, &error) || headless_fail(&look->headless, &error);
}

int run_metrics(struct config *takes, const struct arguments *arguments, int argc, char **argv)
{
	struct look look = { 0 };
	struct text text = { 0 };

	(void)argc;
	(void)argv;
	if (look_open(&look, takes, arguments, live_overview_sources())) {
		metrics_write(&text, look.live, look.host);
		look_tell_missing(&look);
		put(&look, arguments->output, &text);
		text_free(&text);
	}
	return headless_close(&look.headless);
}
