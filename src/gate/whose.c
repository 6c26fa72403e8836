/*
 * whose: going back through a history to what explains a lock, a value, or a
 * password that is missing.  Pure.
 */
#include "gate/whose.h"

#include <string.h>
#include <strings.h>

bool history_touches(const struct history_entry *entry, const char *field)
{
	for (const char *const *at = entry->fields; at && *at; at++)
		if (strcmp(*at, field) == 0)
			return true;
	return false;
}

const char *history_maker(const struct history_entry *entry)
{
	if (!entry->who || !*entry->who)
		return "somebody";
	return strcmp(entry->who, HISTORY_OURS) == 0 ? "you" : entry->who;
}

static bool is_named(const struct history_entry *entry, const struct record *person)
{
	return entry->kind && strcmp(entry->kind, kind_user.name) == 0 && entry->name && strcmp(entry->name, person->name) == 0;
}

/* By entryUUID where both are known: a name may have been given to somebody else since. */
static bool is_about(const struct history_entry *entry, const struct record *person)
{
	if (!entry->target || !person->id)
		return is_named(entry, person);
	return entry->kind && strcmp(entry->kind, kind_user.name) == 0 && strcmp(entry->target, person->id) == 0;
}

bool history_is_job(const struct history_entry *entry, const char *title)
{
	return entry->job_words && strncmp(entry->job_words, title, strlen(title)) == 0;
}

/* "Stolen account of anna": steps on mail servers name her mailbox, and only the job herself. */
static bool is_job_of(const struct history_entry *entry, const char *title, const char *name)
{
	static const char of[] = " of ";
	size_t length = strlen(title);

	return history_is_job(entry, title) && strncmp(entry->job_words + length, of, sizeof of - 1) == 0 &&
		strcmp(entry->job_words + length + sizeof of - 1, name) == 0;
}

/* What of it could be taken back was: what is left are steps that nobody can take back, as sessions that were ended. */
static bool taken_back(const struct history_job *job)
{
	return job && job->undone > 0 && job->undoable == 0;
}

static bool keeps_shut(const struct history_entry *entry, const char *name)
{
	return (is_job_of(entry, JOB_STOLEN, name) || is_job_of(entry, JOB_LEAVER, name)) && !entry->already && !taken_back(entry->of);
}

/* An entry has which fields were changed, and to what only in its words; a lock that these do not tell of is not explained. */
static bool locks(const struct history_entry *entry)
{
	return history_is_job(entry, JOB_STOLEN) || history_is_job(entry, JOB_LEAVER) ||
		(entry->sentence && strstr(entry->sentence, " to yes") && !history_is_job(entry, JOB_UNLOCK));
}

static bool same_job(const struct history_entry *a, const struct history_entry *b)
{
	return a->job && b->job && strcmp(a->job, b->job) == 0;
}

const struct history_entry *history_lock(const struct history *history, const struct record *person)
{
	const struct history_entry *job = NULL;

	for (size_t i = 0; history && i < history->count; i++) {
		const struct history_entry *entry = &history->entries[i];

		if (entry->state != HISTORY_DONE || entry->undo_of)
			continue;
		if (history_touches(entry, "locked") && is_about(entry, person))
			return !locks(entry) ? NULL : job && !same_job(job, entry) ? job : entry;
		if (!job && keeps_shut(entry, person->name))
			job = entry;
	}
	return job;
}

const struct history_entry *history_without_password(const struct history *history, const struct record *person)
{
	for (size_t i = 0; history && i < history->count; i++) {
		const struct history_entry *entry = &history->entries[i];

		if (entry->state != HISTORY_DONE && entry->state != HISTORY_PARTLY)
			continue;
		/* What came back is a new entry, and the journal names the old one. */
		if (entry->undo_of && entry->sentence && strstr(entry->sentence, WITHOUT_PASSWORD) && is_named(entry, person))
			return entry;
		if (history_touches(entry, "password") && is_about(entry, person))
			return NULL;
	}
	return NULL;
}

/* --- since when a value is there ----------------------------------------------------------------------- */

static bool parts(char c)
{
	return c == ' ' || c == ',' || c == '\n' || c == '\0';
}

/* As a whole, in whatever spelling: mail addresses do not differ by it. */
static const char *find(const char *at, const char *end, const char *value)
{
	size_t length = strlen(value);

	for (const char *begin = at; length > 0 && at + length <= end; at++)
		if (strncasecmp(at, value, length) == 0 && (at == begin || parts(at[-1])) && parts(at[length]))
			return at;
	return NULL;
}

/* By the lines of operation_lines: "add X: a, b", "delete X: a", "replace X: a -> b", "X: a" of a whole entry. */
static void judge_line(const char *line, const char *end, const char *value, bool *came, bool *went)
{
	const char *there = find(line, end, value), *arrow = strstr(line, " -> ");

	line += strspn(line, " ");
	if (!there)
		return;
	if (arrow && arrow < end) {
		*came = *came || find(arrow + 4, end, value);
		*went = *went || there < arrow;
	} else if (strncmp(line, "delete ", 7) == 0) {
		*went = true;
	} else {
		*came = true;
	}
}

const struct history_entry *history_since(const struct history *history, const struct record *person, const char *field, const char *value)
{
	for (size_t i = 0; history && i < history->count; i++) {
		const struct history_entry *entry = &history->entries[i];
		bool came = false, went = false;

		if (entry->state != HISTORY_DONE || !history_touches(entry, field) || !is_about(entry, person))
			continue;
		for (const char *line = entry->lines; line && *line; line += strcspn(line, "\n"), line += *line == '\n')
			judge_line(line, line + strcspn(line, "\n"), value, &came, &went);
		if (came || went)
			return came ? entry : NULL;
	}
	return NULL;
}
