/*
 * queue_count: counts mails, recipients and bytes by queue, age, domain, reason
 * and sender.
 *
 * Ages, domains and what counts as one are qshape's (postfix 5), so that the
 * same table comes from a listing that needs no root.  A domain's most frequent
 * reason is kept as a number of one of the first 1,023 normalised reasons.
 * Never fails.  One thread at a time.
 */
#include "live/queue_count.h"

#include <stdlib.h>
#include <string.h>

#include "live/queue_group.h"
#include "live/queue_seen.h"

enum { FIRST_BUCKET = 300, DOMAIN_SIZE = 256, NUMBERS = 1024 };

struct queue_counter {
	int64_t now;
	struct arena *arena;               /* names of reasons, own domains */
	struct lookup *own;
	struct queue_seen *seen;
	struct group_set *domains, *reasons, *senders;
	const char *names[NUMBERS];        /* of reasons by number; 0 is none */
	struct lookup *numbers;            /* name to its place in names */
	uint32_t number_count;
	struct queue sums;
	uint64_t mail;                     /* number of the mail at hand */
	bool twice;                        /* the mail at hand was counted before */
	char raw[1024], reason[QUEUE_REASON];      /* the last one: they come in runs */
};

unsigned queue_age(int64_t seconds)
{
	unsigned bucket = 0;

	while (bucket < QUEUE_AGES - 1 && seconds >= (int64_t)FIRST_BUCKET << bucket)
		bucket++;
	return bucket;
}

struct queue_counter *queue_counter_new(int64_t now, const char *const *own)
{
	struct queue_counter *counter = memory_new(sizeof(*counter));

	counter->now = now;
	counter->arena = arena_new();
	counter->own = lookup_new();
	for (; own && *own; own++)
		lookup_put(counter->own, *own, counter);
	counter->seen = queue_seen_new();
	counter->domains = group_set_new(counter->own);
	counter->reasons = group_set_new(NULL);
	counter->senders = group_set_new(NULL);
	counter->numbers = lookup_new();
	counter->number_count = 1;
	return counter;
}

void queue_counter_free(struct queue_counter *counter)
{
	if (!counter)
		return;
	group_set_free(counter->domains);
	group_set_free(counter->reasons);
	group_set_free(counter->senders);
	lookup_free(counter->numbers);
	lookup_free(counter->own);
	queue_seen_free(counter->seen);
	arena_free(counter->arena);
	free(counter);
}

void queue_free(struct queue *queue)
{
	if (queue)
		arena_free(queue->arena);
}

static void count_mail(struct queue_count *count, const struct queue_mail *mail)
{
	count->mails++;
	count->bytes += mail->size;
	if (!count->oldest || mail->arrival < count->oldest)
		count->oldest = mail->arrival;
}

/* Gives a new reason its number, 0 where there are too many. */
static uint32_t number_of(struct queue_counter *counter, const char *reason)
{
	const char **place = lookup_get(counter->numbers, reason);

	if (!place && counter->number_count < NUMBERS) {
		place = &counter->names[counter->number_count++];
		*place = arena_text(counter->arena, reason);
		lookup_put(counter->numbers, reason, place);
	}
	return place ? (uint32_t)(place - counter->names) : 0;
}

static uint32_t count_reason(struct queue_counter *counter, const char *raw, const struct group_sighting *sighting)
{
	struct group *group;

	if (strcmp(raw, counter->raw) != 0) {
		queue_reason(raw, strlen(raw), counter->reason, sizeof(counter->reason));
		counter->raw[0] = '\0';
		strncat(counter->raw, raw, sizeof(counter->raw) - 1);
	}
	group = group_set_find(counter->reasons, counter->reason);
	if (!group->sums.mails) {
		group->sums.example = group_set_text(counter->reasons, raw);
		group->number = number_of(counter, counter->reason);
	}
	group_count(group, sighting);
	return group->number;
}

static void count_recipient(struct queue_counter *counter, const struct queue_recipient *recipient,
		struct group_sighting *sighting, bool held)
{
	char domain[DOMAIN_SIZE];
	struct group *group;
	uint32_t number;

	sighting->recipients = 1;
	sighting->deferred = recipient->reason && !held;
	sighting->late = sighting->deferred && counter->now - sighting->arrival >= FIRST_BUCKET;
	queue_domain(recipient->address, domain, sizeof(domain));
	group = group_set_find(counter->domains, domain);
	group_count(group, sighting);
	if (!recipient->reason)
		return;
	number = count_reason(counter, recipient->reason, sighting);
	if (number)
		group_reason_count(group, number);
}

void queue_counter_take(void *context, const struct queue_mail *mail)
{
	struct queue_counter *counter = context;
	struct queue *sums = &counter->sums;
	unsigned age = queue_age(counter->now - mail->arrival);
	struct group_sighting all, each;

	if (mail->first) {
		counter->twice = !queue_seen_add(counter->seen, mail->id, mail->arrival);
		sums->duplicates += counter->twice;
	}
	if (counter->twice)
		return;
	if (mail->first) {
		counter->mail++;
		count_mail(&sums->by_queue[mail->queue], mail);
		count_mail(&sums->all, mail);
		sums->mail_ages[age]++;
		sums->held_ages[age] += mail->queue == QUEUE_HOLD;
		sums->expired += mail->expired;
	}
	sums->by_queue[mail->queue].recipients += mail->count;
	sums->all.recipients += mail->count;
	sums->ages[age] += mail->count;
	all = each = (struct group_sighting){ .mail = counter->mail, .age = age, .arrival = mail->arrival };
	for (size_t i = 0; i < mail->count; i++) {
		count_recipient(counter, &mail->recipients[i], &each, mail->queue == QUEUE_HOLD);
		all.recipients++;
		all.deferred += each.deferred;
		all.late += each.late;
	}
	group_count(group_set_find(counter->senders, mail->sender), &all);
}

static const char *frequent_reason(void *context, const struct group *group)
{
	const struct queue_counter *counter = context;

	return counter->names[group_reason_most(group)];
}

struct queue *queue_counter_finish(struct queue_counter *counter)
{
	struct arena *arena = arena_new();
	struct queue *queue = arena_alloc(arena, sizeof(*queue));

	*queue = counter->sums;
	queue->arena = arena;
	queue->domains = group_set_finish(counter->domains, arena, frequent_reason, counter);
	queue->reasons = group_set_finish(counter->reasons, arena, NULL, NULL);
	queue->senders = group_set_finish(counter->senders, arena, NULL, NULL);
	queue_counter_free(counter);
	return queue;
}
