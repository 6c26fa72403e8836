/*
 * queue_pick: compares domains and reasons in the forms in which they are
 * counted, so that a list holds what its row of a table said.  One thread at
 * a time; never fails.
 */
#include "live/queue_pick.h"

#include <stdlib.h>
#include <string.h>

#include "base/lookup.h"
#include "base/memory.h"
#include "base/text.h"

struct queue_picker {
	struct arena *arena;
	struct live_pick pick;
	char domain[256];                  /* as queue_domain cuts it */
	char raw[1024];                    /* the last reason, and whether it was the one: they come in runs */
	bool raw_matches, raw_known;
	struct lookup *ids;                /* NULL: any */
	struct lookup *senders, *recipients; /* in small letters; NULL: any */
};

enum { ADDRESS_MOST = 512 };

/* False: longer than any address that is looked for. */
static bool lower(const char *address, char small[ADDRESS_MOST])
{
	size_t i = 0;

	for (; address[i] && i + 1 < ADDRESS_MOST; i++)
		small[i] = text_lower_letter(address[i]);
	small[i] = '\0';
	return !address[i];
}

/* NULL: any. */
static struct lookup *addresses_of(const char *const *list, void *there)
{
	struct lookup *lookup = list ? lookup_new() : NULL;
	char small[ADDRESS_MOST];

	for (; list && *list; list++)
		if (lower(*list, small))
			lookup_put(lookup, small, there);
	return lookup;
}

static bool is_among(const struct lookup *lookup, const char *address)
{
	char small[ADDRESS_MOST];

	return !lookup || (address && lower(address, small) && lookup_get(lookup, small));
}

struct queue_picker *queue_picker_new(const struct live_pick *pick)
{
	struct queue_picker *picker = memory_new(sizeof(*picker));
	struct arena *arena = arena_new();

	picker->arena = arena;
	if (!pick)
		return picker;
	picker->pick = (struct live_pick){
		.queue = arena_text(arena, pick->queue), .domain = arena_text(arena, pick->domain),
		.reason = arena_text(arena, pick->reason), .sender = arena_text(arena, pick->sender),
		.recipient = arena_text(arena, pick->recipient), .id = arena_text(arena, pick->id), .before = pick->before,
	};
	if (pick->ids)
		picker->ids = lookup_new();
	for (const char *const *id = pick->ids; id && *id; id++)
		lookup_put(picker->ids, *id, picker);
	picker->senders = addresses_of(pick->senders, picker);
	picker->recipients = addresses_of(pick->recipients, picker);
	if (pick->domain)
		strncat(picker->domain, pick->domain, sizeof(picker->domain) - 1);
	return picker;
}

void queue_picker_free(struct queue_picker *picker)
{
	if (!picker)
		return;
	lookup_free(picker->ids);
	lookup_free(picker->senders);
	lookup_free(picker->recipients);
	arena_free(picker->arena);
	free(picker);
}

static bool same(const char *wanted, const char *is)
{
	return !wanted || !strcmp(wanted, is);
}

bool queue_picker_mail(const struct queue_picker *picker, const struct queue_mail *mail)
{
	const struct live_pick *pick = &picker->pick;

	return same(pick->queue, queue_name_word(mail->queue)) && same(pick->id, mail->id) && same(pick->sender, mail->sender) &&
		is_among(picker->senders, mail->sender) &&
		(!pick->before || mail->arrival < pick->before) && (!picker->ids || lookup_get(picker->ids, mail->id));
}

static bool has_reason(struct queue_picker *picker, const char *raw)
{
	char reason[QUEUE_REASON];

	if (!raw)
		return false;
	if (!picker->raw_known || strcmp(raw, picker->raw) != 0) {
		queue_reason(raw, strlen(raw), reason, sizeof(reason));
		picker->raw_matches = !strcmp(reason, picker->pick.reason);
		picker->raw_known = true;
		picker->raw[0] = '\0';
		strncat(picker->raw, raw, sizeof(picker->raw) - 1);
	}
	return picker->raw_matches;
}

bool queue_picker_recipient(struct queue_picker *picker, const struct queue_recipient *recipient)
{
	const struct live_pick *pick = &picker->pick;
	char domain[sizeof(picker->domain)];

	if (!same(pick->recipient, recipient->address) || !is_among(picker->recipients, recipient->address))
		return false;
	if (pick->domain) {
		queue_domain(recipient->address, domain, sizeof(domain));
		if (strcmp(domain, picker->domain) != 0)
			return false;
	}
	return !pick->reason || has_reason(picker, recipient->reason);
}

bool queue_picker_asks_recipients(const struct queue_picker *picker)
{
	return picker->pick.domain || picker->pick.reason || picker->pick.recipient || picker->recipients;
}
