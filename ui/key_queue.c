/*
 * key_queue: lets decoded keys go, and tells a paste from typing where the
 * terminal does not.
 *
 * Where no text field has the focus, a key that makes text is held for 20 ms.
 * If more than eight such keys come in that time it was a paste: the keys and
 * what follows without a pause become one paste, which the owner refuses in
 * words.  Repeats of one key count once and moving keys alone never make a
 * paste, since a held key arrives in bunches over a slow line.  Never fails.
 * Loop thread.
 */
#include "ui/keys_private.h"

#include <stdlib.h>
#include <string.h>

#define WINDOW_MS 20
#define MOST_IN_WINDOW 8
/* A paste is over when nothing has come for this long; what straggles must not become commands. */
#define GUESS_PAUSE_MS 100

static bool makes_text(const struct key *key)
{
	if (key->kind == KEY_KIND_NAMED && !key->modifiers)
		return key->code == NAMED_ENTER || key->code == NAMED_TAB;
	return key_is_text(key);
}

static bool moves(const struct key *key)
{
	return key->kind == KEY_KIND_TEXT && key->code < 128 && key->code && strchr("hjkl", (int)key->code);
}

static struct waiting_key *head(struct key_queue *queue)
{
	return queue->count ? &queue->items[queue->first] : NULL;
}

static struct waiting_key take(struct key_queue *queue)
{
	struct waiting_key item = *head(queue);

	queue->first++;
	if (--queue->count == 0)
		queue->first = 0;
	return item;
}

static void deliver(struct key_queue *queue, struct waiting_key item)
{
	item.key.pasted = item.pasted;
	queue->pressed(queue->context, &item.key);
	free(item.pasted);
}

/* Whether what came within the window of the first key is a paste. */
static bool looks_pasted(const struct key_queue *queue)
{
	const struct waiting_key *items = &queue->items[queue->first];
	const struct key *before = NULL;
	unsigned runs = 0;
	bool words = false;
	size_t i;

	for (i = 0; i < queue->count && items[i].at <= items[0].at + WINDOW_MS; i++) {
		const struct key *key = &items[i].key;

		if (!key_is_text(key))
			continue;
		if (!before || !key_same(before, key))
			runs++;
		words = words || !moves(key);
		before = key;
		if (runs > MOST_IN_WINDOW && words)
			return true;
	}
	return false;
}

/* --- collecting a paste that was not announced ------------------------------ */

static void collect(struct key_queue *queue, const struct key *key)
{
	char bytes[4];
	size_t length = 0;

	if (key_is_text(key))
		length = utf8_encode(key->code, bytes);
	else if (makes_text(key))
		bytes[length++] = key->code == NAMED_TAB ? '\t' : '\n';
	if (queue->guessed.length + length > queue->paste_most)
		queue->guessed_cut = true;
	else
		text_add_bytes(&queue->guessed, bytes, length);
}

static void begin_guess(struct key_queue *queue, int64_t now)
{
	queue->guessing = true;
	queue->guess_ends = now + GUESS_PAUSE_MS;
	while (queue->count) {
		struct waiting_key item = take(queue);

		collect(queue, &item.key);
		free(item.pasted);
	}
}

static void end_guess(struct key_queue *queue)
{
	struct waiting_key item = { .key = { .kind = KEY_KIND_PASTE } };

	queue->guessing = false;
	item.key.pasted_length = queue->guessed.length;
	item.key.cut = queue->guessed_cut;
	item.pasted = text_take(&queue->guessed);
	queue->guessed_cut = false;
	deliver(queue, item);
}

/* --- the queue --------------------------------------------------------------- */

void key_queue_add(struct key_queue *queue, const struct key *key, char *takes_pasted, int64_t now)
{
	struct waiting_key *item;

	if (queue->guessing && now < queue->guess_ends && key->kind != KEY_KIND_PASTE) {
		queue->guess_ends = now + GUESS_PAUSE_MS;
		collect(queue, key);
		return;
	}
	if (queue->first && queue->first + queue->count == queue->capacity) {
		memmove(queue->items, head(queue), queue->count * sizeof(*queue->items));
		queue->first = 0;
	}
	queue->items = memory_grow(queue->items, &queue->capacity, queue->first + queue->count + 1, sizeof(*queue->items));
	item = &queue->items[queue->first + queue->count++];
	item->key = *key;
	item->pasted = takes_pasted;
	item->at = now;
}

void key_queue_run(struct key_queue *queue, int64_t now)
{
	struct waiting_key *item;

	queue->due = -1;
	if (queue->guessing && now >= queue->guess_ends)
		end_guess(queue);
	while ((item = head(queue))) {
		if (!queue->field && makes_text(&item->key)) {
			if (looks_pasted(queue)) {
				begin_guess(queue, now);
				return;
			}
			if (now < item->at + WINDOW_MS) {
				queue->due = item->at + WINDOW_MS;
				return;
			}
		}
		deliver(queue, take(queue));
	}
}

int64_t key_queue_due(const struct key_queue *queue)
{
	return queue->guessing ? queue->guess_ends : queue->due;
}

void key_queue_forget(struct key_queue *queue)
{
	while (queue->count)
		free(take(queue).pasted);
	text_clear(&queue->guessed);
	queue->guessed_cut = false;
	queue->guessing = false;
	queue->due = -1;
}

void key_queue_free(struct key_queue *queue)
{
	key_queue_forget(queue);
	text_free(&queue->guessed);
	free(queue->items);
}
