/*
 * mailboxes: the source of nearly full mailboxes, which never looks at
 * everybody: that would read every mailbox of the server.
 *
 * A run asks for the quota of at most PEOPLE_A_RUN people, one after the other:
 * first those whom Dovecot's last errors call over quota, then whoever is
 * connected and has no figure yet, then those with the oldest.  Figures of
 * earlier runs stay with the time they are from.  Only where somebody wants it:
 * nothing asks for this by itself.  Without who there is no snapshot; a person
 * without an answer is left out.  Loop thread.
 */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/lookup.h"
#include "live/data.h"
#include "live/quota.h"
#include "live/source.h"
#include "live/table_ask.h"

enum { PEOPLE_A_RUN = 50, MOST_KEPT = 2000, FAILURES_IN_A_ROW = 3 };

/* looked_at 0: never; -1: over quota lately. draw: who of many comes first, another one each time. */
struct candidate { const char *user; int64_t looked_at; uint32_t draw; };
struct mailboxes_asking {
	struct live *live;
	size_t host;
	struct arena *arena;               /* of the snapshot in the making */
	struct candidate *candidates;
	size_t count, room, next;
	struct lookup *known;              /* users who are candidates already */
	struct mailbox_row *rows;
	size_t row_count, row_room;
	size_t looked_at;
	unsigned failures;                 /* in a row */
	struct asking *who;
	struct quota_asking *quota;
	asked *done;
	void *context;
};

static void free_asking(struct mailboxes_asking *asking)
{
	lookup_free(asking->known);
	if (asking->arena)
		arena_free(asking->arena);
	free(asking);
}

/* --- whom to ask ------------------------------------------------------------------------------------ */

/* People without a quota leave no figure, so they must not come first again and again. */
static uint32_t drawn(const char *user)
{
	uint32_t value = (uint32_t)clock_now_ms();

	while (*user)
		value = (value ^ (unsigned char)*user++) * 16777619u;
	return value ^ value >> 15;
}

static void add_candidate(struct mailboxes_asking *asking, const char *user, size_t length, int64_t looked_at)
{
	char *copy = arena_bytes(asking->arena, user, length);

	if (lookup_get(asking->known, copy))
		return;
	asking->candidates = arena_grow(asking->arena, asking->candidates, &asking->room, asking->count + 1, sizeof(*asking->candidates));
	asking->candidates[asking->count] = (struct candidate){ copy, looked_at, drawn(copy) };
	asking->count++;
	lookup_put(asking->known, copy, copy);
}

/* "lmtp(anna@example.com)<123><x>: ... Quota exceeded (mailbox for user is full)" */
static void add_over_quota(struct mailboxes_asking *asking)
{
	const struct log_lines *lines = live_snapshot(asking->live, asking->host, LIVE_LOG);

	for (size_t i = lines ? lines->count : 0; i-- > 0;) {
		const char *text = lines->rows[i].text, *open = strchr(text, '('), *close = open ? strpbrk(open, ",)") : NULL;

		if (close && memchr(open, '@', (size_t)(close - open)) && strcasestr(close, "quota exceeded"))
			add_candidate(asking, open + 1, (size_t)(close - open - 1), -1);
	}
}

static int by_need(const void *left, const void *right)
{
	const struct candidate *a = left, *b = right;

	if (a->looked_at != b->looked_at)
		return a->looked_at < b->looked_at ? -1 : 1;
	return (a->draw > b->draw) - (a->draw < b->draw);
}

static void choose(struct mailboxes_asking *asking, const struct who *who)
{
	const struct mailboxes *before = live_snapshot(asking->live, asking->host, LIVE_MAILBOXES);
	struct lookup *looked = lookup_new();

	for (size_t i = 0; before && i < before->count; i++)
		lookup_put(looked, before->rows[i].user, &before->rows[i]);
	add_over_quota(asking);
	for (size_t i = 0; i < who->count; i++) {
		const struct mailbox_row *row;

		if (i && who->rows[i].user == who->rows[i - 1].user)
			continue;
		row = lookup_get(looked, who->rows[i].user);
		add_candidate(asking, who->rows[i].user, strlen(who->rows[i].user), row ? row->looked_at : 0);
	}
	lookup_free(looked);
	if (asking->count)
		qsort(asking->candidates, asking->count, sizeof(*asking->candidates), by_need);
}

/* --- what they said ------------------------------------------------------------------------------------ */

static void keep(struct mailboxes_asking *asking, const struct mailbox_row *row)
{
	struct mailbox_row *to;

	asking->rows = arena_grow(asking->arena, asking->rows, &asking->row_room, asking->row_count + 1, sizeof(*asking->rows));
	to = &asking->rows[asking->row_count++];
	*to = *row;
	to->user = arena_text(asking->arena, row->user);
	to->root = arena_text(asking->arena, row->root);
}

/* Figures of earlier runs, of people who were not asked now. */
static void keep_earlier(struct mailboxes_asking *asking)
{
	const struct mailboxes *before = live_snapshot(asking->live, asking->host, LIVE_MAILBOXES);
	struct lookup *now = lookup_new();

	for (size_t i = 0; i < asking->row_count; i++)
		lookup_put(now, asking->rows[i].user, now);
	for (size_t i = 0; before && i < before->count && asking->row_count < MOST_KEPT; i++)
		if (!lookup_get(now, before->rows[i].user))
			keep(asking, &before->rows[i]);
	lookup_free(now);
}

static int by_full(const void *left, const void *right)
{
	const struct mailbox_row *a = left, *b = right;

	if (a->full < b->full || a->full > b->full)
		return a->full < b->full ? 1 : -1;
	return strcmp(a->user, b->user);
}

/* Those whose turn did not come and of whom nothing is known from earlier, and those who gave no answer. */
static size_t without_figure(const struct mailboxes_asking *asking)
{
	struct lookup *there = lookup_new();
	size_t missing = asking->next - asking->looked_at;

	for (size_t i = 0; i < asking->row_count; i++)
		lookup_put(there, asking->rows[i].user, there);
	for (size_t i = asking->next; i < asking->count; i++)
		missing += !lookup_get(there, asking->candidates[i].user);
	lookup_free(there);
	return missing;
}

static void finish(struct mailboxes_asking *asking, const struct error *error)
{
	struct mailboxes *mailboxes = NULL;

	if (!error->kind) {
		keep_earlier(asking);
		mailboxes = arena_alloc(asking->arena, sizeof(*mailboxes));
		mailboxes->arena = asking->arena;
		mailboxes->rows = asking->rows;
		mailboxes->count = asking->row_count;
		mailboxes->looked_at = asking->looked_at;
		mailboxes->not_looked_at = without_figure(asking);
		if (mailboxes->count)
			qsort(mailboxes->rows, mailboxes->count, sizeof(*mailboxes->rows), by_full);
		asking->arena = NULL;
	}
	asking->done(asking->context, mailboxes, error);
	free_asking(asking);
}

/* --- one after the other ----------------------------------------------------------------------------------- */

static void ask_next(struct mailboxes_asking *asking);

static void on_quota(void *context, const struct mailbox_row *rows, size_t count, const struct error *error)
{
	struct mailboxes_asking *asking = context;

	asking->quota = NULL;
	asking->looked_at += !error->kind;
	asking->failures = error->kind ? asking->failures + 1 : 0;
	for (size_t i = 0; i < count; i++)
		keep(asking, &rows[i]);
	/* Somebody may just have been deleted; but where nothing works, fifty tries more will not. */
	if (asking->failures == FAILURES_IN_A_ROW || (error->kind && error->kind != ERROR_NOT_FOUND && !asking->looked_at)) {
		finish(asking, error);
		return;
	}
	ask_next(asking);
}

static void ask_next(struct mailboxes_asking *asking)
{
	struct error none = { 0 };

	if (asking->next == asking->count || asking->next == PEOPLE_A_RUN) {
		finish(asking, &none);
		return;
	}
	asking->quota = quota_ask(live_hosts(asking->live), asking->host, asking->candidates[asking->next++].user, on_quota, asking);
}

static void on_who(void *context, void *snapshot, const struct error *error)
{
	struct mailboxes_asking *asking = context;

	asking->who = NULL;
	if (!snapshot) {
		finish(asking, error);
		return;
	}
	choose(asking, snapshot);
	source_who.free(snapshot);
	ask_next(asking);
}

static struct asking *ask(struct live *live, size_t host, asked *done, void *context)
{
	struct mailboxes_asking *asking = memory_new(sizeof(*asking));

	asking->live = live;
	asking->host = host;
	asking->arena = arena_new();
	asking->known = lookup_new();
	asking->done = done;
	asking->context = context;
	asking->who = source_who.ask(live, host, on_who, asking);
	return (struct asking *)asking;
}

static void cancel(struct asking *opaque)
{
	struct mailboxes_asking *asking = (struct mailboxes_asking *)opaque;

	if (asking->who)
		source_who.cancel(asking->who);
	if (asking->quota)
		quota_ask_cancel(asking->quota);
	free_asking(asking);
}

static bool applies(struct live *live, size_t host, const char **reason)
{
	return mailbox_way(live, host, "quota-get", reason);
}

static void free_mailboxes(void *snapshot)
{
	arena_free(((struct mailboxes *)snapshot)->arena);
}

const struct source source_mailboxes = {
	.number = LIVE_MAILBOXES, .name = "mailboxes", .words = "nearly full mailboxes", .interval_ms = 600000, .least_ms = 5000,
	.applies = applies, .ask = ask, .cancel = cancel, .free = free_mailboxes,
};
