/* queue_count, queue_group, queue_seen: sums, ages, duplicates, bounds. */
#include <malloc.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/memory.h"
#include "live/queue_count.h"
#include "live/queue_group.h"
#include "live/queue_seen.h"

#define NOW 1795150000
static const char *const own[] = { "example.com", "mail3.example.com", NULL };

static void give(struct queue_counter *counter, enum queue_name queue, const char *id, int64_t arrival, const char *sender,
		const struct queue_recipient *recipients, size_t count)
{
	struct queue_mail mail = {
		.queue = queue, .id = id, .arrival = arrival, .size = 100, .sender = sender,
		.recipients = recipients, .count = count, .first = true, .last = true,
	};

	queue_counter_take(counter, &mail);
}

static const struct queue_group *group_of(const struct queue_groups *groups, const char *name)
{
	for (size_t i = 0; i < groups->count; i++)
		if (!strcmp(groups->rows[i].name, name))
			return &groups->rows[i];
	return NULL;
}

static void ages_as_qshape(void **state)
{
	/* qshape -b 10 -t 5: m = age / 300; below 1 the first, else 2 + floor(log2 m), at most the tenth. */
	static const struct { int64_t seconds; unsigned bucket; } cases[] = {
		{ -5, 0 }, { 0, 0 }, { 299, 0 }, { 300, 1 }, { 599, 1 }, { 600, 2 }, { 1199, 2 }, { 1200, 3 }, { 2400, 4 }, { 4800, 5 },
		{ 9600, 6 }, { 19200, 7 }, { 38399, 7 }, { 38400, 8 }, { 76799, 8 }, { 76800, 9 }, { 153600, 9 }, { INT64_MAX, 9 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		assert_int_equal(queue_age(cases[i].seconds), cases[i].bucket);
}

static void mails_and_recipients(void **state)
{
	static const struct queue_recipient three[] = {
		{ "a@Example.com", "connect to mx[192.0.2.1]:25: Connection refused" },
		{ "b@example.com", NULL },
		{ "c@example.net", "delivery temporarily suspended: connect to mx[192.0.2.2]:25: Connection refused" },
	};
	static const struct queue_recipient one[] = { { "d@example.net", "host x.example said: 450 4.2.0 busy" } };
	struct queue_counter *counter = queue_counter_new(NOW, own);
	const struct queue_group *group;
	struct queue *queue;

	(void)state;
	give(counter, QUEUE_DEFERRED, "AAAAAA1", NOW - 700, "x@example.org", three, 3);
	give(counter, QUEUE_DEFERRED, "AAAAAA2", NOW - 10, "MAILER-DAEMON", one, 1);
	give(counter, QUEUE_HOLD, "AAAAAA3", NOW - 90000, "x@example.org", three, 1);
	give(counter, QUEUE_ACTIVE, "AAAAAA4", NOW - 5, "y@example.org", NULL, 0);
	queue = queue_counter_finish(counter);
	assert_int_equal(queue->all.mails, 4);
	assert_int_equal(queue->all.recipients, 5);
	assert_int_equal(queue->all.bytes, 400);
	assert_int_equal(queue->all.oldest, NOW - 90000);
	assert_int_equal(queue->by_queue[QUEUE_DEFERRED].mails, 2);
	assert_int_equal(queue->by_queue[QUEUE_DEFERRED].recipients, 4);
	assert_int_equal(queue->by_queue[QUEUE_DEFERRED].oldest, NOW - 700);
	assert_int_equal(queue->by_queue[QUEUE_INCOMING].mails, 0);
	assert_int_equal(queue->ages[0], 1);
	assert_int_equal(queue->mail_ages[0], 2);
	assert_int_equal(queue->mail_ages[9], 1);
	assert_int_equal(queue->held_ages[9], 1);
	assert_int_equal(queue->held_ages[2], 0);
	assert_int_equal(queue->ages[2], 3);
	assert_int_equal(queue->ages[9], 1);
	group = group_of(&queue->domains, "example.com");
	assert_true(group->own);
	assert_int_equal(group->mails, 2);
	assert_int_equal(group->recipients, 3);
	/* Held mail keeps the reason of its last try, and is no deferral. */
	assert_int_equal(group->deferred, 1);
	assert_int_equal(group->late, 1);
	assert_int_equal(group->ages[2], 2);
	assert_int_equal(group->mail_ages[2], 1);
	assert_string_equal(group->example, "connect to X: Connection refused");
	group = group_of(&queue->domains, "example.net");
	assert_false(group->own);
	assert_int_equal(group->deferred, 2);
	assert_int_equal(group->late, 1);
	group = group_of(&queue->reasons, "connect to X: Connection refused");
	assert_int_equal(group->recipients, 3);
	assert_int_equal(group->mails, 2);
	assert_string_equal(group->example, three[0].reason);
	assert_ptr_equal(group, &queue->reasons.rows[0]);
	assert_int_equal(queue->reasons.count, 2);
	group = group_of(&queue->senders, "x@example.org");
	assert_int_equal(group->mails, 2);
	assert_int_equal(group->recipients, 4);
	assert_int_equal(group->oldest, NOW - 90000);
	assert_non_null(group_of(&queue->senders, "MAILER-DAEMON"));
	assert_int_equal(group_of(&queue->senders, "y@example.org")->recipients, 0);
	queue_free(queue);
}

/* A mail that moved while it was listed counts where it was seen first; an id that came again is another mail. */
static void seen_twice(void **state)
{
	static const struct queue_recipient one[] = { { "d@example.net", "busy" } };
	struct queue_counter *counter = queue_counter_new(NOW, NULL);
	struct queue_mail part = {
		.queue = QUEUE_DEFERRED, .id = "AAAAAA1", .arrival = NOW, .size = 9, .sender = "x", .recipients = one, .count = 1, .first = true,
	};
	struct queue *queue;

	(void)state;
	give(counter, QUEUE_ACTIVE, "AAAAAA1", NOW, "x", one, 1);
	queue_counter_take(counter, &part);
	part.first = false;
	part.last = true;
	queue_counter_take(counter, &part);
	give(counter, QUEUE_HOLD, "AAAAAA1", NOW + 1, "x", one, 1);
	queue = queue_counter_finish(counter);
	assert_int_equal(queue->duplicates, 1);
	assert_int_equal(queue->all.mails, 2);
	assert_int_equal(queue->all.recipients, 2);
	assert_int_equal(queue->by_queue[QUEUE_ACTIVE].mails, 1);
	assert_int_equal(queue->by_queue[QUEUE_DEFERRED].mails, 0);
	assert_int_equal(queue->by_queue[QUEUE_HOLD].mails, 1);
	assert_int_equal(queue->domains.rows[0].recipients, 2);
	queue_free(queue);
}

/* What the program holds of the heap; a build with sanitizers tells nothing. */
static size_t held(void)
{
	struct mallinfo2 now = mallinfo2();

	return now.uordblks + now.hblkhd;
}

static void sixteen_bytes_a_mail(void **state)
{
	enum { MANY = 100000 };
	size_t before = held(), few = 32 * 1024;
	struct queue_seen *seen = queue_seen_new();
	char id[20];

	(void)state;
	for (unsigned i = 0; i < MANY; i++) {
		snprintf(id, sizeof(id), "%X%06X", i % 16, i);
		assert_true(queue_seen_add(seen, id, 1795150000 + i % 7));
		assert_true(held() <= before + few + 16 * (size_t)(i + 1));
	}
	for (unsigned i = 0; i < MANY; i++) {
		snprintf(id, sizeof(id), "%X%06X", i % 16, i);
		assert_false(queue_seen_add(seen, id, 1795150000 + i % 7));
	}
	assert_true(queue_seen_add(seen, id, 1));
	queue_seen_free(seen);
	queue_seen_free(NULL);
}

/* Fifty thousand senders of one mail each, and one big one that comes late: it is on top, nothing is lost. */
static void more_groups_than_are_kept(void **state)
{
	static const struct queue_recipient to_us[] = { { "a@example.com", "busy" } }, out[] = { { "a@example.net", NULL } };
	struct queue_counter *counter = queue_counter_new(NOW, own);
	uint64_t mails = 0, recipients = 0;
	char id[20], sender[40];
	struct queue *queue;

	(void)state;
	for (int i = 0; i < 50000; i++) {
		bool big = i >= 45000 && i % 2;

		snprintf(id, sizeof(id), "ID%07d", i);
		snprintf(sender, sizeof(sender), big ? "big@example.org" : "s%d@example.org", i);
		give(counter, QUEUE_DEFERRED, id, NOW - 100, sender, i == 3 ? to_us : out, 1);
	}
	queue = queue_counter_finish(counter);
	assert_int_equal(queue->senders.count, QUEUE_GROUPS);
	assert_string_equal(queue->senders.rows[0].name, "big@example.org");
	assert_int_equal(queue->senders.rows[0].mails, 2500);
	for (size_t i = 0; i < queue->senders.count; i++) {
		mails += queue->senders.rows[i].mails;
		recipients += queue->senders.rows[i].recipients;
	}
	assert_int_equal(queue->senders.others, 47500 + 1 - QUEUE_GROUPS);
	assert_int_equal(mails + queue->senders.rest.mails, 50000);
	assert_int_equal(recipients + queue->senders.rest.recipients, 50000);
	assert_int_equal(queue->senders.rest.ages[0], queue->senders.rest.recipients);
	assert_int_equal(queue->domains.count, 2);
	assert_int_equal(queue->domains.others, 0);
	queue_free(queue);
}

/* Ours stay, however many and however big the others are. */
static void own_domains_are_never_forgotten(void **state)
{
	struct queue_counter *counter = queue_counter_new(NOW, own);
	struct queue_recipient one = { NULL, NULL };
	char id[20], address[60];
	struct queue *queue;

	(void)state;
	for (int i = 0; i < 60000; i++) {
		snprintf(id, sizeof(id), "ID%07d", i);
		snprintf(address, sizeof(address), i ? "a@d%d.example.net" : "a@mail3.example.com", i / 2);
		one.address = address;
		one.reason = i ? NULL : "busy";
		give(counter, QUEUE_DEFERRED, id, NOW - 300, "x", &one, 1);
	}
	queue = queue_counter_finish(counter);
	assert_int_equal(queue->domains.count, QUEUE_GROUPS);
	assert_int_equal(group_of(&queue->domains, "mail3.example.com")->late, 1);
	assert_int_equal(queue->all.recipients, 60000);
	queue_free(queue);
}

static void frequent_reasons(void **state)
{
	struct group_set *set = group_set_new(NULL);
	struct group *group = group_set_find(set, "a");

	(void)state;
	assert_int_equal(group_reason_most(group), 0);
	for (uint32_t i = 0; i < 1000; i++)
		group_reason_count(group, i % 2 ? 7 : 10 + i % 300);
	assert_int_equal(group_reason_most(group), 7);
	assert_ptr_equal(group_set_find(set, "a"), group);
	assert_ptr_not_equal(group_set_find(set, "b"), group);
	group_set_free(set);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ages_as_qshape),
		cmocka_unit_test(mails_and_recipients),
		cmocka_unit_test(seen_twice),
		cmocka_unit_test(sixteen_bytes_a_mail),
		cmocka_unit_test(more_groups_than_are_kept),
		cmocka_unit_test(own_domains_are_never_forgotten),
		cmocka_unit_test(frequent_reasons),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
