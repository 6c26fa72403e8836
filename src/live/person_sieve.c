/*
 * person_sieve: the filters of one person, what stands in the active one, and
 * what answers while they are away.
 *
 * All ask for the list and then for the words of the active script, since an
 * absence of postroom's own includes the filter that goes on.  Loop thread.
 */
#include <string.h>

#include "base/text.h"
#include "live/absence_script.h"
#include "live/person.h"
#include "model/mailbox.h"

enum sieve_table { SIEVE_FILTERS, SIEVE_ABSENCE, SIEVE_WORDS };
enum { LINES_MOST = 500 };
struct sieve { enum sieve_table table; struct person_scripts scripts; const char *filter; };

/* sends_to: of the active one; NULL: to nobody, or that is not known. */
static void add_filters(struct person_job *job, const char *sends_to)
{
	const struct sieve *sieve = job->own;

	for (size_t i = 0; i < sieve->scripts.count; i++) {
		const char *name = sieve->scripts.rows[i].name;
		bool active = sieve->filter && strcmp(name, sieve->filter) == 0;
		struct row *row;

		if (strcmp(name, MAILBOX_ABSENCE_SCRIPT) == 0)
			continue;
		row = table_row(job->rows, name, job->server->name);
		table_text(job->rows, row, LF_SCRIPT, name);
		table_flag(job->rows, row, LF_ACTIVE, active);
		table_text(job->rows, row, LF_SENDS_TO, active ? sends_to : NULL);
		table_text(job->rows, row, LF_SERVER, job->server->name);
	}
	person_finish(job, 0);
}

/* Without a filter there is nothing in it. */
static void add_words(struct person_job *job, const char *text)
{
	const struct sieve *sieve = job->own;
	size_t whole = text ? strlen(text) : 0;

	/* Servers end it with one more line than the person wrote. */
	while (whole > 0 && strchr("\r\n", text[whole - 1]))
		whole--;
	for (const char *at = text; at && at < text + whole; at += strcspn(at, "\n"), at += *at == '\n') {
		size_t length = strcspn(at, "\n");
		struct row *row = table_row(job->rows, "", job->server->name);

		if (length > 0 && at[length - 1] == '\r')
			length--;
		table_text(job->rows, row, LW_TEXT, arena_bytes(job->arena, at, length));
		table_text(job->rows, row, LW_SCRIPT, sieve->filter);
		table_text(job->rows, row, LW_SERVER, job->server->name);
	}
	if (job->rows->count > LINES_MOST)
		person_say(job, "the first %d lines of %zu", (int)LINES_MOST, job->rows->count);
	person_finish(job, LINES_MOST);
}

/* The words of the filter came: but for who wants to see them only whether it sends mail on is looked at. A list without that is still a list. */
static void on_filter(struct person_job *job, const struct host_answer *answer)
{
	struct sieve *sieve = job->own;
	struct error error = { 0 };
	const char *text;

	if (sieve->table == SIEVE_WORDS) {
		if (person_good(job, answer))
			add_words(job, person_script_read(job->arena, answer));
		return;
	}
	text = host_answer_good(job->server, job->command, answer, &error) ? person_script_read(job->arena, answer) : NULL;
	if (!text)
		person_say(job, "whether \"%.100s\" sends mail on could not be read", sieve->filter);
	add_filters(job, text ? script_sends_to(job->arena, text) : NULL);
}

static void ask_filter(struct person_job *job, const char *filter)
{
	struct sieve *sieve = job->own;
	const char *holes[2] = { job->user, filter };

	sieve->filter = filter;
	if (filter)
		person_ask(job, "sieve-get", holes, 2, on_filter);
	else if (sieve->table == SIEVE_WORDS)
		add_words(job, NULL);
	else
		add_filters(job, NULL);
}

static void add_absence(struct person_job *job, const char *script, const struct mailbox_absence *absence, const char *note)
{
	struct row *row = table_row(job->rows, script, job->server->name);
	const char *addresses = "";

	for (size_t i = 0; absence->addresses && absence->addresses[i]; i++)
		addresses = arena_format(job->arena, "%s%s%s", addresses, i ? ", " : "", absence->addresses[i]);
	table_text(job->rows, row, LB_SCRIPT, script);
	table_text(job->rows, row, LB_FROM, absence->from);
	table_text(job->rows, row, LB_UNTIL, absence->until);
	table_text(job->rows, row, LB_SUBJECT, absence->subject);
	table_text(job->rows, row, LB_TEXT, absence->text);
	table_text(job->rows, row, LB_ADDRESSES, addresses);
	table_text(job->rows, row, LB_NOTE, note);
	table_text(job->rows, row, LB_SERVER, job->server->name);
}

/* The words of the active script came. */
static void on_script(struct person_job *job, const struct host_answer *answer)
{
	struct sieve *sieve = job->own;
	struct absence_script script = { .absence = NULL };
	struct mailbox_absence absence = { .text = NULL };
	const char *text, *active = sieve->scripts.active;
	bool edited = false, ours = strcmp(active, MAILBOX_ABSENCE_SCRIPT) == 0;

	if (!person_good(job, answer))
		return;
	text = person_script_read(job->arena, answer);
	ours = ours && text && absence_script_read(job->arena, text, &script, &edited);
	if (ours && script.rests)
		person_say(job, "the filter \"%.100s\" answers by itself and rests while the absence lasts", script.filter);
	if (sieve->table != SIEVE_ABSENCE) {
		ask_filter(job, ours ? script.filter : NULL);
		return;
	}
	if (ours && mailbox_absence_read(job->arena, script.absence, &absence))
		add_absence(job, active, &absence, edited ? "changed by hand since postroom wrote it" : NULL);
	else if (text && script_answers(text))
		add_absence(job, active, &absence, "a filter of the person answers by itself; when and what stands in it");
	person_finish(job, 0);
}

static void on_list(struct person_job *job, const struct host_answer *answer)
{
	struct sieve *sieve = job->own;
	struct error error = { 0 };
	const char *holes[2];

	if (!person_good(job, answer))
		return;
	if (!person_scripts_read(job->arena, answer, &sieve->scripts, &error)) {
		error_prefix(&error, "%s: %s", job->server->name, job->command);
		person_fail(job, &error);
		return;
	}
	holes[0] = job->user;
	holes[1] = sieve->scripts.active;
	if (sieve->scripts.active && (sieve->table == SIEVE_ABSENCE || strcmp(sieve->scripts.active, MAILBOX_ABSENCE_SCRIPT) == 0))
		person_ask(job, "sieve-get", holes, 2, on_script);
	else if (sieve->table == SIEVE_ABSENCE)
		person_finish(job, 0);
	else
		ask_filter(job, sieve->scripts.active);
}

static void begin(struct person_job *job, enum sieve_table table)
{
	struct sieve *sieve = arena_alloc(job->arena, sizeof(*sieve));

	sieve->table = table;
	job->own = sieve;
	person_ask(job, "sieve-list", &job->user, 1, on_list);
}

void person_filters(struct person_job *job)
{
	begin(job, SIEVE_FILTERS);
}

void person_absence(struct person_job *job)
{
	begin(job, SIEVE_ABSENCE);
}

void person_script(struct person_job *job)
{
	begin(job, SIEVE_WORDS);
}
