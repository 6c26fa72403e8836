/*
 * page_live: asking for quota, picking connections, and the words for both.
 */
#include "ui/page_live.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "model/live_kinds.h"
#include "ui/session.h"

enum { NAMES = 4, SERVICES_MOST = 8, BAR = 10 };

static struct live *live_of(const struct page_live *page)
{
	return session_engine(page->session)->live;
}

static size_t host_count(const struct page_live *page)
{
	return hosts_count(live_hosts(live_of(page)));
}

/* --- who it is ------------------------------------------------------------------------------------------- */

static void add_name(struct page_live *page, const char *name)
{
	for (size_t i = 0; i < NAMES && name[0] != '\0'; i++) {
		if (page->names[i] != NULL && strcmp(page->names[i], name) == 0)
			return;
		if (page->names[i] == NULL) {
			page->names[i] = memory_text(name);
			return;
		}
	}
}

static void forget_names(struct page_live *page)
{
	for (size_t i = 0; i < NAMES; i++) {
		free(page->names[i]);
		page->names[i] = NULL;
	}
}

/* As written, and in small letters as Dovecot makes them. */
static void learn_names(struct page_live *page, const struct record *record)
{
	const char *fields[] = { "address", "login" };
	struct arena *arena = arena_new();

	for (size_t i = 0; i < 2; i++) {
		const char *name = kind_field(record->kind, fields[i]) == NULL ? "" : record_text(record, fields[i]);

		add_name(page, text_lower_ascii(arena, name, strlen(name)));
		add_name(page, name);
	}
	arena_free(arena);
}

/* --- connections -------------------------------------------------------------------------------------------- */

static int64_t time_of_who(const struct page_live *page)
{
	int64_t sum = 0;

	for (size_t i = 0; i < host_count(page); i++)
		sum += live_state(live_of(page), i, LIVE_WHO)->taken_at;
	return sum;
}

const char *page_live_of(const struct page_live *page, struct arena *arena)
{
	return page->connections == NULL || page->connections->count == 0 ? NULL :
		arena_format(arena, "user:%s", page->connections->rows[0].values[CONNECTION_USER].bytes);
}

bool page_live_look(struct page_live *page)
{
	int64_t seen;
	struct arena *arena;

	if (page->session == NULL || page->names[0] == NULL || (seen = time_of_who(page)) == page->seen)
		return false;
	page->seen = seen;
	arena = arena_new();
	rows_free(page->connections);
	page->connections = NULL;
	for (size_t i = 0; i < NAMES && page->names[i] != NULL && (page->connections == NULL || page->connections->count == 0); i++) {
		struct live_question question = { .table = "connections", .host = LIVE_ALL, .of = arena_format(arena, "user:%s", page->names[i]) };

		rows_free(page->connections);
		page->connections = live_rows(live_of(page), &question);
	}
	arena_free(arena);
	return true;
}

/* "imap 9, pop3 3" */
static const char *services_of(const struct rows *rows, struct arena *arena)
{
	const char *names[SERVICES_MOST], *words = "";
	size_t counts[SERVICES_MOST], count = 0;

	for (size_t i = 0; i < rows->count; i++) {
		const char *service = rows->rows[i].values[CONNECTION_SERVICE].bytes;
		size_t at = 0;

		while (at < count && strcmp(names[at], service) != 0)
			at++;
		if (at == SERVICES_MOST)
			continue;
		if (at == count) {
			names[count] = service;
			counts[count++] = 0;
		}
		counts[at]++;
	}
	for (size_t i = 0; i < count; i++)
		words = arena_format(arena, "%s%s%s %zu", words, i > 0 ? ", " : "", names[i], counts[i]);
	return words;
}

static size_t different(const struct rows *rows, size_t column)
{
	size_t count = 0;

	for (size_t i = 0; i < rows->count; i++) {
		size_t j = 0;

		while (j < i && strcmp(rows->rows[i].values[column].bytes, rows->rows[j].values[column].bytes) != 0)
			j++;
		count += j == i;
	}
	return count;
}

/* The first server that tells nothing of now; what it has is not counted, or is of then. */
static const char *trouble_of(const struct page_live *page, struct arena *arena)
{
	for (size_t i = 0; i < host_count(page); i++) {
		const struct live_state *state = live_state(live_of(page), i, LIVE_WHO);
		char digits[16];

		if (!state->applies || (state->known && !state->old))
			continue;
		if (!state->known)
			return state->error.kind == ERROR_NONE ? "asking .." : arena_format(arena, "%s gives no answer", host_at(live_hosts(live_of(page)), i)->name);
		clock_digits(state->taken_at / 1000, 0, digits);
		return arena_format(arena, "OLD: %s is as of %s", host_at(live_hosts(live_of(page)), i)->name, digits);
	}
	return NULL;
}

const char *page_live_connections(const struct page_live *page, struct arena *arena, const char **note)
{
	const struct rows *rows = page->connections;
	size_t addresses;

	if (page->session == NULL || page->names[0] == NULL)
		return NULL;
	*note = trouble_of(page, arena);
	if (rows == NULL)
		return "not known yet";
	if (rows->count == 0)
		return "none";
	addresses = different(rows, CONNECTION_ADDRESS);
	return arena_format(arena, "%zu (%s) from %zu %s", rows->count, services_of(rows, arena), addresses, addresses == 1 ? "address" : "addresses");
}

/* --- quota ------------------------------------------------------------------------------------------------------ */

static void quota_came(void *context, struct rows *takes, const struct error *error);

static bool has_mailboxes(const struct page_live *page, size_t host)
{
	return (host_at(live_hosts(live_of(page)), host)->roles & HOST_MAILBOX) != 0;
}

/* Asks the server at hand, or the next one after it that has mailboxes. */
static void ask_quota(struct page_live *page)
{
	while (page->host < host_count(page) && !has_mailboxes(page, page->host))
		page->host++;
	if (page->host < host_count(page))
		page->job = live_quota(live_of(page), page->host, page->names[0], quota_came, page);
}

static void quota_came(void *context, struct rows *takes, const struct error *error)
{
	struct page_live *page = context;

	page->job = NULL;
	if (takes != NULL && takes->count > 0) {
		rows_free(page->quota);
		page->quota = takes;
		free(page->trouble);
		page->trouble = NULL;
		page->changed(page->context);
		return;
	}
	rows_free(takes);
	if (page->trouble == NULL && error != NULL && error->kind != ERROR_NONE)
		page->trouble = memory_text(error->text);
	page->host++;
	if (!page->only_host)
		ask_quota(page);
	page->changed(page->context);
}

/* By the home server of the record, whole or its first part; else every server with mailboxes is asked in turn. */
static void find_host(struct page_live *page, const struct record *record)
{
	const char *home = kind_field(record->kind, "home_server") == NULL ? "" : record_text(record, "home_server");

	page->host = 0;
	page->only_host = false;
	for (size_t i = 0; i < host_count(page) && home[0] != '\0'; i++) {
		const char *name = host_at(live_hosts(live_of(page)), i)->name;

		if (!text_same_ascii_case(name, home) && (strlen(name) != strcspn(home, ".") || strncasecmp(name, home, strlen(name)) != 0))
			continue;
		page->host = i;
		page->only_host = true;
		return;
	}
}

void page_live_refresh(struct page_live *page)
{
	if (page->session == NULL || page->names[0] == NULL || page->job != NULL)
		return;
	page->asked = true;
	if (!page->only_host)
		page->host = 0;
	ask_quota(page);
}

const char *page_live_quota(const struct page_live *page, struct arena *arena, const char **note)
{
	char bar[BAR + 1];
	const char *used;
	int64_t limit;
	long percent;

	if (page->session == NULL || page->names[0] == NULL)
		return NULL;
	*note = page->quota != NULL ? NULL : page->trouble;
	if (page->quota == NULL)
		return page->job != NULL ? "asking .." : page->trouble != NULL ? "not known" : NULL;
	used = text_from_size(arena, strtoll(page->quota->rows[0].values[MAILBOXES_USED].bytes, NULL, 10));
	limit = strtoll(page->quota->rows[0].values[MAILBOXES_LIMIT].bytes, NULL, 10);
	if (limit <= 0)
		return arena_format(arena, "%s, no limit", used);
	percent = strtol(page->quota->rows[0].values[MAILBOXES_PERCENT].bytes, NULL, 10);
	for (int i = 0; i < BAR; i++)
		bar[i] = percent > i * 100 / BAR || (i == 0 && percent > 0) ? '#' : '.';
	bar[BAR] = '\0';
	return arena_format(arena, "[%s] %ld %%, %s of %s", bar, percent, used, text_from_size(arena, limit));
}

/* --- life -------------------------------------------------------------------------------------------------------- */

void page_live_start(struct page_live *page, struct session *session, const struct record *record, void (*changed)(void *context), void *context)
{
	struct live *live = session_engine(session)->live;

	if (live == NULL || hosts_count(live_hosts(live)) == 0 || strcmp(record->kind->name, "user") != 0)
		return;
	page->session = session;
	page->changed = changed;
	page->context = context;
	forget_names(page);
	/* Without an address there is no mailbox to be connected to. */
	if (record_text(record, "address")[0] != '\0')
		learn_names(page, record);
	page->seen = 0;
	page_live_look(page);
	if (page->job != NULL || page->asked)
		return;
	find_host(page, record);
	page_live_refresh(page);
}

void page_live_end(struct page_live *page)
{
	if (page->job != NULL)
		live_job_cancel(page->job);
	forget_names(page);
	rows_free(page->connections);
	rows_free(page->quota);
	free(page->trouble);
}
