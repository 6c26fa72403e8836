/*
 * person_log: the last lines of the mail log that name one person, and which
 * mails one login sent.
 *
 * A table of places: where Dovecot and Postfix say that they log, the files of
 * syslog, and the journal where there is no file.  Each is read with the rights
 * of the login, streamed, and only the newest lines, or the ids, are kept; what
 * could not be read is told.  Loop thread.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log_time.h"
#include "base/lookup.h"
#include "base/text.h"
#include "live/line_reader.h"
#include "live/person.h"

enum { KEPT = 40, LONGEST = 2000, PLACES_MOST = 8, NAMES_MOST = 2, LOGINS_MOST = 8, SENT_MOST = 50000, ID_MOST = 32 };
#define STREAM_MOST ((size_t)64 << 20)

struct line { int64_t when; size_t number; const char *time, *text; };
/* usual: it need not be there; syslog: what is not in it is not in the journal either. */
struct place { const char *path; bool usual, syslog; };
struct log {
	const char *names[NAMES_MOST];
	size_t name_count;
	struct place places[PLACES_MOST];
	size_t count, next;
	bool file;                         /* one of syslog was read, so the journal says the same */
	struct line_reader lines;
	char *ring[KEPT];                  /* of the place that is read now; heap */
	size_t seen;
	struct line kept[KEPT * (PLACES_MOST + 1)];
	size_t kept_count, number;
	const char *read, *unread;         /* for the note */
	bool journal;                      /* it was read */
	bool sent, filtered;               /* mails of a login are wanted, not lines; what filters gave back was asked */
	const char *logins[LOGINS_MOST];
	size_t login_count, sent_count;
};

/* --- whose line is it -------------------------------------------------------------------------------------- */

static bool in_a_name(char c)
{
	return isalnum((unsigned char)c) || c == '.' || c == '-' || c == '_' || c == '@' || c == '+' || (unsigned char)c >= 0x80;
}

/* Whether it stands there as a whole: anna is not joanna, and a login not the beginning of an address. */
static bool holds(const char *line, size_t length, const char *name)
{
	size_t size = strlen(name);

	for (size_t i = 0; i + size <= length; i++)
		if (strncasecmp(line + i, name, size) == 0 && (i == 0 || !in_a_name(line[i - 1])) && (i + size == length || !in_a_name(line[i + size]) ||
		    (line[i + size] == '.' && (i + size + 1 == length || line[i + size + 1] == ' '))))
			return true;
	return false;
}

static void take_line(void *context, char *line, size_t length)
{
	struct log *log = context;
	bool named = false;

	for (size_t i = 0; line && i < log->name_count; i++)
		named = named || holds(line, length, log->names[i]);
	if (!named)
		return;
	for (size_t i = 0; i < length; i++)
		if (!line[i])
			line[i] = ' ';
	free(log->ring[log->seen % KEPT]);
	log->ring[log->seen++ % KEPT] = memory_text(line);
}

/* --- which mail was it ------------------------------------------------------------------------------------------ */

/* Up to ", sasl_sender=" or the end; Postfix writes it as the client gave it. */
static const char *login_of(const struct log *log, const char *value)
{
	size_t length = strcspn(value, ",\r\n");

	for (size_t i = 0; i < log->login_count; i++)
		if (strlen(log->logins[i]) == length && strncasecmp(log->logins[i], value, length) == 0)
			return log->logins[i];
	return NULL;
}

/* "... smtpd[71]: 4F2A1C07D: client=...": the id stands behind the process; only smtpd names logins so. */
static bool id_of(const char *line, const char *before, char id[ID_MOST])
{
	const char *at = strstr(line, "smtpd["), *end;

	at = at ? strstr(at, "]: ") : NULL;
	if (!at || at >= before)
		return false;
	at += 3;
	end = at + strspn(at, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");
	if (end == at || end - at >= ID_MOST || strncmp(end, ": client=", 9) != 0)
		return false;
	memcpy(id, at, (size_t)(end - at));
	id[end - at] = '\0';
	return true;
}

static void take_sent(void *context, char *line, size_t length)
{
	static const char names[] = "sasl_username=";
	struct person_job *job = context;
	struct log *log = job->own;
	const char *value = line ? strstr(line, names) : NULL, *login = value ? login_of(log, value + strlen(names)) : NULL;
	char id[ID_MOST];
	size_t time_length;
	struct row *row;

	if (!login || log->sent_count == SENT_MOST || !id_of(line, value, id))
		return;
	log->sent_count++;
	row = table_row(job->rows, id, job->server->name);
	table_text(job->rows, row, LG_ID, id);
	table_time(job->rows, row, LG_TIME, log_time(line, length, clock_now(), &time_length));
	table_text(job->rows, row, LG_LOGIN, login);
	table_text(job->rows, row, LG_SERVER, job->server->name);
}

static void take_piece(void *context, enum host_form form, const char *bytes, size_t length)
{
	struct person_job *job = context;
	struct log *log = job->own;

	(void)form;
	if (job->silent)
		return;
	if (log->sent)
		line_reader_take(&log->lines, LONGEST, bytes, length, take_sent, job);
	else
		line_reader_take(&log->lines, LONGEST, bytes, length, take_line, log);
}

/* --- one place after the other -------------------------------------------------------------------------------- */

static void keep(struct person_job *job, const char *line)
{
	struct log *log = job->own;
	struct line *kept = &log->kept[log->kept_count++];
	size_t length, total = strlen(line);
	int64_t now = clock_now();

	kept->when = log_time(line, total, now, &length);
	/* A line that tells no time stands behind the one before it. */
	if (!kept->when && log->kept_count > 1)
		kept->when = kept[-1].when;
	kept->number = log->number++;
	kept->time = arena_bytes(job->arena, line, length);
	kept->text = arena_text(job->arena, line + length + (line[length] == ' '));
}

static void forget(void *context)
{
	struct log *log = context;

	for (size_t i = 0; i < KEPT; i++) {
		free(log->ring[i]);
		log->ring[i] = NULL;
	}
	log->seen = 0;
	text_free(&log->lines.line);
	log->lines.too_long = false;
}

static void end_place(struct person_job *job)
{
	struct log *log = job->own;
	size_t count = log->seen < KEPT ? log->seen : KEPT;

	for (size_t i = log->seen - count; i < log->seen; i++)
		keep(job, log->ring[i % KEPT]);
	forget(log);
}

static const char *listed(struct arena *arena, const char *list, const char *one)
{
	return list ? arena_format(arena, "%s, %s", list, one) : arena_text(arena, one);
}

static int newest_first(const void *left, const void *right)
{
	const struct line *a = left, *b = right;

	if (a->when != b->when)
		return a->when < b->when ? 1 : -1;
	return (a->number < b->number) - (a->number > b->number);
}

#define FILTERED "what a filter of the server gave back under another id is not known"

static void finish(struct person_job *job);

/* What was found by its login already is not taken twice. */
static void add_filtered(struct person_job *job, const struct person_sessions *sessions)
{
	struct log *log = job->own;
	struct lookup *known = lookup_new();

	for (size_t i = 0; i < job->rows->count; i++)
		lookup_put(known, job->rows->rows[i].name, job);
	for (size_t i = 0; i < sessions->sent_count; i++) {
		const struct person_sent *sent = &sessions->sent[i];
		struct row *row = lookup_get(known, sent->id) ? NULL : table_row(job->rows, sent->id, job->server->name);

		if (!row)
			continue;
		table_text(job->rows, row, LG_ID, sent->id);
		table_time(job->rows, row, LG_TIME, sent->when);
		table_text(job->rows, row, LG_LOGIN, log->logins[0]);
		table_text(job->rows, row, LG_SERVER, job->server->name);
	}
	lookup_free(known);
}

static void on_filtered(struct person_job *job, const struct host_answer *answer)
{
	struct person_sessions sessions = { .count = 0 };
	bool told = answer->error.kind == ERROR_NONE && person_sessions_read(job->arena, answer, &sessions, NULL) && sessions.sent;

	if (told)
		add_filtered(job, &sessions);
	else
		person_say(job, FILTERED);
	((struct log *)job->own)->filtered = true;
	finish(job);
}

/*
 * A filter (amavis) takes a mail and gives it back under another id, in lines that name no login; postroom on the server
 * follows them (settings/smtp_log). True: it is asked.
 */
static bool ask_filtered(struct person_job *job)
{
	struct log *log = job->own;

	if (!log->sent || log->filtered || log->login_count == 0)
		return false;
	if (host_way(job->hosts, job->host, "smtp-sessions", NULL) == WAY_NONE) {
		person_say(job, FILTERED);
		return false;
	}
	person_ask(job, "smtp-sessions", log->logins, log->login_count, on_filtered);
	return true;
}

static void finish(struct person_job *job)
{
	struct log *log = job->own;

	if (ask_filtered(job))
		return;
	qsort(log->kept, log->kept_count, sizeof(*log->kept), newest_first);
	for (size_t i = 0; i < log->kept_count && i < KEPT; i++) {
		struct row *row = table_row(job->rows, log->kept[i].text, job->server->name);

		table_text(job->rows, row, LL_TIME, log->kept[i].time);
		table_text(job->rows, row, LL_TEXT, log->kept[i].text);
		table_text(job->rows, row, LL_SERVER, job->server->name);
	}
	/* Of what was sent only what may be missing is worth a word. */
	if (!log->read)
		person_say(job, "no log could be read");
	else if (!log->sent)
		person_say(job, "read: %s", log->read);
	else if (log->journal)
		person_say(job, "the journal was read for the last day only");
	if (log->unread)
		person_say(job, "not read: %s", log->unread);
	if (log->sent_count == SENT_MOST)
		person_say(job, "more than %d mails; the later ones were not looked at", SENT_MOST);
	person_finish(job, log->sent ? 0 : KEPT);
}

/* A name as a pattern in which nothing else means anything. */
static void add_pattern(struct text *pattern, const char *name)
{
	for (; *name; name++) {
		if (!isalnum((unsigned char)*name) && !strchr("@_-", *name) && (unsigned char)*name < 0x80)
			text_add_char(pattern, '\\');
		text_add_char(pattern, *name);
	}
}

/* journalctl: 1 is nothing found. */
static void on_journal(struct person_job *job, const struct host_answer *answer)
{
	struct log *log = job->own;
	struct error error = { 0 };
	bool fine = answer->error.kind == ERROR_NONE && (answer->status == 0 || (answer->status == 1 && !*answer->complaint));

	end_place(job);
	log->journal = fine;
	if (fine)
		log->read = listed(job->arena, log->read, "the journal of the last day");
	else if (!host_answer_good(job->server, job->command, answer, &error))
		log->unread = listed(job->arena, log->unread, arena_format(job->arena, "the journal (%.200s)", error.text));
	finish(job);
}

static void ask_journal(struct person_job *job)
{
	struct log *log = job->own;
	struct text pattern = { 0 };
	const char *hole;
	struct host_request request = { .command = "log-journal", .holes = &hole, .hole_count = 1, .most = STREAM_MOST, .piece = take_piece };

	for (size_t i = 0; i < log->name_count; i++) {
		if (i > 0)
			text_add_char(&pattern, '|');
		add_pattern(&pattern, log->names[i]);
	}
	hole = arena_text(job->arena, text_get(&pattern));
	text_free(&pattern);
	person_request(job, &request, on_journal);
}

static void ask_place(struct person_job *job);

/* grep: 1 is nothing found, 2 could not read. */
static void on_place(struct person_job *job, const struct host_answer *answer)
{
	struct log *log = job->own;
	const struct place *place = &log->places[log->next++];
	struct error error = { 0 };

	end_place(job);
	if (answer->error.kind == ERROR_NONE && answer->status < 2 && !answer->cut) {
		log->read = listed(job->arena, log->read, place->path);
		log->file = log->file || place->syslog;
	} else if (!host_answer_good(job->server, job->command, answer, &error) && !(place->usual && error.kind == ERROR_NOT_FOUND)) {
		log->unread = listed(job->arena, log->unread, arena_format(job->arena, "%s (%.200s)", place->path, error.text));
	}
	ask_place(job);
}

static void ask_place(struct person_job *job)
{
	struct log *log = job->own;
	const char *holes[3] = { log->names[0], log->names[log->name_count - 1] };
	struct host_request request = { .command = "log-lines", .holes = holes, .hole_count = 3, .most = STREAM_MOST, .piece = take_piece };

	if (log->next == log->count) {
		if (log->file || host_way(job->hosts, job->host, "log-journal", NULL) == WAY_NONE)
			finish(job);
		else
			ask_journal(job);
		return;
	}
	holes[2] = log->places[log->next].path;
	person_request(job, &request, on_place);
}

/* --- where to look ----------------------------------------------------------------------------------------------- */

static void add_place(struct person_job *job, const char *path, bool usual, bool syslog)
{
	struct log *log = job->own;

	if (path[0] != '/' || strncmp(path, "/dev/", 5) == 0 || log->count == PLACES_MOST)
		return;
	for (size_t i = 0; i < log->count; i++)
		if (strcmp(log->places[i].path, path) == 0)
			return;
	log->places[log->count++] = (struct place){ arena_text(job->arena, path), usual, syslog };
}

static void add_usual(struct person_job *job)
{
	static const char *const files[] = { "/var/log/mail.log", "/var/log/maillog", "/var/log/dovecot.info" };

	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		add_place(job, files[i], true, i < 2);
	/* What waits may have come before the log was rotated. */
	if (((struct log *)job->own)->sent)
		add_place(job, "/var/log/mail.log.1", true, false);
	ask_place(job);
}

static void on_postfix(struct person_job *job, const struct host_answer *answer)
{
	if (answer->error.kind == ERROR_NONE && answer->status == 0)
		add_place(job, arena_bytes(job->arena, answer->output, strcspn(answer->output, "\r\n")), false, false);
	add_usual(job);
}

static void ask_postfix(struct person_job *job)
{
	static const char *const parameter = "maillog_file";

	if (job->server->roles & HOST_TRANSPORT && host_way(job->hosts, job->host, "postconf", NULL) != WAY_NONE)
		person_ask(job, "postconf", &parameter, 1, on_postfix);
	else
		add_usual(job);
}

/* "log_path=/var/log/dovecot.log"; info_log_path is empty where it is the same. */
static void on_dovecot(struct person_job *job, const struct host_answer *answer)
{
	const char *at = answer->error.kind == ERROR_NONE && answer->form == FORM_OUTPUT && answer->status == 0 ? answer->output : "";

	for (; *at; at += strcspn(at, "\n"), at += *at == '\n') {
		const char *equals = memchr(at, '=', strcspn(at, "\n"));

		if (equals && (strncmp(at, "log_path=", 9) == 0 || strncmp(at, "info_log_path=", 14) == 0))
			add_place(job, arena_bytes(job->arena, equals + 1, strcspn(equals + 1, "\r\n")), false, false);
	}
	ask_postfix(job);
}

static void on_nothing(struct person_job *job, const struct host_answer *answer)
{
	if (person_good(job, answer))
		person_finish(job, KEPT);
}

/* What cannot be asked fails like an answer, from a later turn. */
static void ask_nothing(struct person_job *job)
{
	const struct log *log = job->own;
	const char *holes[3] = { log->names[0], log->names[0], "/var/log/mail.log" };

	person_ask(job, "log-lines", holes, 3, on_nothing);
}

void person_log(struct person_job *job)
{
	static const char *const settings[] = { "log_path", "info_log_path" };
	struct log *log = arena_alloc(job->arena, sizeof(*log));
	char *words = arena_text(job->arena, job->user), *rest;

	job->own = log;
	job->forget = forget;
	for (char *word = strtok_r(words, " ", &rest); word && log->name_count < NAMES_MOST; word = strtok_r(NULL, " ", &rest))
		if (strlen(word) >= 3 && word[0] != '-')
			log->names[log->name_count++] = word;
	/* Too short to be looked for, or no way to any file: the first question fails with what is wrong, once. */
	if (log->name_count == 0)
		log->names[log->name_count++] = job->user;
	if (host_way(job->hosts, job->host, "log-lines", NULL) == WAY_NONE)
		ask_nothing(job);
	else if (job->server->roles & HOST_MAILBOX && host_way(job->hosts, job->host, "dovecot-values", NULL) != WAY_NONE)
		person_ask(job, "dovecot-values", settings, 2, on_dovecot);
	else
		ask_postfix(job);
}

void person_sent(struct person_job *job)
{
	struct log *log = arena_alloc(job->arena, sizeof(*log));
	char *words = arena_text(job->arena, job->user), *rest;

	job->own = log;
	job->forget = forget;
	log->sent = true;
	log->names[log->name_count++] = "sasl_username=";
	for (char *word = strtok_r(words, " ", &rest); word && log->login_count < LOGINS_MOST; word = strtok_r(NULL, " ", &rest))
		log->logins[log->login_count++] = word;
	if (host_way(job->hosts, job->host, "log-lines", NULL) == WAY_NONE)
		ask_nothing(job);
	else
		ask_postfix(job);
}
