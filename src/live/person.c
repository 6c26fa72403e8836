/*
 * person: what a server knows of one person, asked once: the table of tables,
 * and how a job asks one command after the other.
 *
 * Fails by its end's error; no end after a cancel.  Loop thread.
 */
#include "live/person.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

const struct live_person_table live_person_tables[] = {
	{ "filters", &kind_live_filters, HOST_MAILBOX, "sieve-list" },
	{ "absence", &kind_live_absence, HOST_MAILBOX, "sieve-list" },
	{ "script", &kind_live_script, HOST_MAILBOX, "sieve-get" },
	{ "access", &kind_live_access, HOST_MAILBOX, "acl-get" },
	{ "folders", &kind_live_folders, HOST_MAILBOX, "folder-sizes" },
	{ "log", &kind_live_log, HOST_MAILBOX | HOST_TRANSPORT, "log-lines" },
	{ "smtp", &kind_live_smtp, HOST_TRANSPORT, "smtp-sessions" },
	{ "sent", &kind_live_sent, HOST_TRANSPORT, "log-lines" },
	{ .name = NULL },
};

static void (*const beginnings[])(struct person_job *job) = {
	person_filters, person_absence, person_script, person_access, person_folders, person_log, person_smtp, person_sent,
};

/* --- one question ---------------------------------------------------------------------------------------- */

static void free_job(struct person_job *job)
{
	if (job->forget)
		job->forget(job->own);
	rows_free(job->rows);
	arena_free(job->arena);
	free(job);
}

static void on_answer(void *context, const struct host_answer *answer)
{
	struct person_job *job = context;

	job->call = NULL;
	if (job->silent)
		free_job(job);
	else
		job->next(job, answer);
}

void person_request(struct person_job *job, const struct host_request *request, person_next *next)
{
	struct host_request mine = *request;

	mine.done = on_answer;
	mine.context = job;
	job->command = request->command;
	job->next = next;
	job->call = host_run(job->hosts, job->host, &mine);
}

void person_ask(struct person_job *job, const char *command, const char *const *holes, size_t hole_count, person_next *next)
{
	const struct host_request request = { .command = command, .holes = holes, .hole_count = hole_count };

	person_request(job, &request, next);
}

/* --- its end ------------------------------------------------------------------------------------------------ */

void person_fail(struct person_job *job, const struct error *error)
{
	job->done(job->context, NULL, NULL, error);
	free_job(job);
}

bool person_good(struct person_job *job, const struct host_answer *answer)
{
	struct error error = { 0 };

	if (host_answer_good(job->server, job->command, answer, &error))
		return true;
	person_fail(job, &error);
	return false;
}

void person_finish(struct person_job *job, size_t most)
{
	struct rows *rows = table_done(job->rows, most);

	job->rows = NULL;
	job->done(job->context, rows, job->note, &(struct error){ .kind = ERROR_NONE });
	free_job(job);
}

void person_say(struct person_job *job, const char *format, ...)
{
	va_list arguments;
	const char *words;

	va_start(arguments, format);
	words = arena_vformat(job->arena, format, arguments);
	va_end(arguments);
	job->note = job->note ? arena_format(job->arena, "%s; %s", job->note, words) : words;
}

/* A cancelled question stays until hosts has given its end. */
static void cancel(struct live_job *common)
{
	struct person_job *job = (struct person_job *)common;

	job->silent = true;
	host_cancel(job->call);
}

struct live_job *live_person(struct live *live, size_t host, const char *table, const char *user,
		void (*done)(void *context, struct rows *takes, const char *note, const struct error *error), void *context)
{
	struct person_job *job;
	size_t at = 0;

	while (live_person_tables[at].name && strcmp(live_person_tables[at].name, table) != 0)
		at++;
	if (!live_person_tables[at].name)
		return NULL;
	job = memory_new(sizeof(*job));
	job->job.cancel = cancel;
	job->live = live;
	job->hosts = live_hosts(live);
	job->host = host;
	job->server = host_at(job->hosts, host);
	job->arena = arena_new();
	job->user = arena_text(job->arena, user);
	job->rows = table_new(live_person_tables[at].kind);
	job->done = done;
	job->context = context;
	beginnings[at](job);
	return &job->job;
}

/* --- SMTP sessions --------------------------------------------------------------------------------------------- */

static void on_sessions(struct person_job *job, const struct host_answer *answer)
{
	struct person_sessions sessions;
	struct error error = { 0 };

	/* The helper's own sentence goes before what its status would mean for any program. */
	if ((answer->error.kind != ERROR_NONE || answer->output[0] != '{') && !person_good(job, answer))
		return;
	if (!person_sessions_read(job->arena, answer, &sessions, &error)) {
		error_prefix(&error, "%s", job->server->name);
		person_fail(job, &error);
		return;
	}
	for (size_t i = 0; i < sessions.count; i++) {
		const struct person_session *session = &sessions.rows[i];
		struct row *row = table_row(job->rows, arena_format(job->arena, "%llu", (unsigned long long)session->pid), job->server->name);

		table_number(job->rows, row, LT_SMTP_PID, session->pid);
		table_text(job->rows, row, LT_SMTP_LOGIN, session->login);
		table_text(job->rows, row, LT_SMTP_CLIENT, session->client);
		table_text(job->rows, row, LT_SMTP_SINCE, session->since);
		table_number(job->rows, row, LT_SMTP_MAILS, session->mails);
		table_text(job->rows, row, LT_SMTP_SERVER, job->server->name);
	}
	person_say(job, "as %s tells%s%s; what it no longer shows is not known", sessions.place, *sessions.from ? " from " : "", sessions.from);
	if (sessions.silent > 0)
		person_say(job, "%zu connection%s sent nothing yet: whose cannot be told", sessions.silent, sessions.silent == 1 ? " has" : "s have");
	person_finish(job, 0);
}

void person_smtp(struct person_job *job)
{
	const char *logins[8];
	char *words = arena_text(job->arena, job->user), *rest;
	size_t count = 0;

	for (char *word = strtok_r(words, " ", &rest); word && count < 8; word = strtok_r(NULL, " ", &rest))
		logins[count++] = word;
	person_ask(job, "smtp-sessions", logins, count, on_sessions);
}
