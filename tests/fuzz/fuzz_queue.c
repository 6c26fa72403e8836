/*
 * fuzz_queue: a listing in two pieces gives the same as in one, counts agree with each other, groups add up; a reason
 * in little room is the beginning of the same in more.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "live/queue_count.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

struct seen { struct queue_counter *counter; struct text words; };

static void take(void *context, const struct queue_mail *mail)
{
	struct seen *seen = context;

	if (!mail->id[0] || !mail->sender[0] || (mail->count && !mail->recipients))
		abort();
	text_addf(&seen->words, "%d %s %lld %llu %d %d %d %s\n", (int)mail->queue, mail->id, (long long)mail->arrival,
		(unsigned long long)mail->size, mail->expired, mail->first, mail->last, mail->sender);
	for (size_t i = 0; i < mail->count; i++)
		text_addf(&seen->words, "%s|%s\n", mail->recipients[i].address, mail->recipients[i].reason ? mail->recipients[i].reason : "-");
	queue_counter_take(seen->counter, mail);
}

static struct queue *read_pieces(const char *bytes, size_t size, size_t first, struct seen *seen)
{
	struct queue_reader *reader = queue_reader_new(take, seen);
	struct queue *queue;

	seen->counter = queue_counter_new(1795150000, NULL);
	queue_reader_feed(reader, bytes, first);
	queue_reader_feed(reader, bytes + first, size - first);
	queue_reader_end(reader);
	queue = queue_counter_finish(seen->counter);
	queue->malformed = queue_reader_malformed(reader);
	queue_reader_free(reader);
	return queue;
}

static void add_up(const struct queue *queue, const struct queue_groups *groups)
{
	uint64_t recipients = groups->rest.recipients, ages = 0;

	for (size_t i = 0; i < groups->count; i++)
		recipients += groups->rows[i].recipients;
	for (unsigned i = 0; i < QUEUE_AGES; i++)
		ages += queue->ages[i];
	if (recipients != queue->all.recipients || ages != recipients)
		abort();
}

static void reasons_begin_alike(const char *bytes, size_t size)
{
	char *whole = malloc(size * 2 + 16), cut[24];

	queue_reason(bytes, size, whole, size * 2 + 16);
	queue_reason(bytes, size, cut, sizeof(cut));
	if (strlen(whole) >= size * 2 + 16 || strlen(cut) >= sizeof(cut) || strncmp(cut, whole, strlen(cut)) != 0)
		abort();
	free(whole);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct seen whole = { 0 }, parted = { 0 };
	struct queue *one = read_pieces((const char *)bytes, size, size, &whole);
	struct queue *two = read_pieces((const char *)bytes, size, size ? bytes[0] % size : 0, &parted);

	if (strcmp(text_get(&whole.words), text_get(&parted.words)) != 0 || one->malformed != two->malformed)
		abort();
	add_up(one, &one->domains);
	add_up(one, &one->senders);
	reasons_begin_alike((const char *)bytes, size);
	queue_free(one);
	queue_free(two);
	text_free(&whole.words);
	text_free(&parted.words);
	return 0;
}
