/*
 * shown: what a person saw before confirming, as texts that can be compared.
 *
 * The second walk must come to the same lines, the same operations and no new
 * warning; versions are left out, since a login changes them.  Pure.
 */
#include <stdlib.h>
#include <string.h>

#include "base/sha256.h"
#include "base/text.h"
#include "gate/codec.h"
#include "gate/gate_private.h"

/* Words may hold any byte; a length before each keeps two texts from looking like one. */
static void add_part(struct text *text, const char *bytes, size_t length)
{
	text_addf(text, "%zu:", length);
	text_add_bytes(text, bytes, length);
	text_add_char(text, '\n');
}

static void add_word(struct text *text, const char *word)
{
	add_part(text, word ? word : "", word ? strlen(word) : 0);
}

/* Only whether two are the same matters, and a hash keeps no secrets in memory. */
static char *hash_of(struct arena *arena, struct text *text)
{
	char hex[SHA256_HEX];

	sha256_hex(text_get(text), text->length, hex);
	memory_wipe(text->bytes, text->length);
	text_free(text);
	return arena_text(arena, hex);
}

char *review_lines_text(struct arena *arena, const struct review *review)
{
	struct text text = { 0 };
	size_t i;

	for (i = 0; i < review->line_count; i++) {
		add_word(&text, review->lines[i].field->name);
		add_word(&text, review->lines[i].old_words);
		add_word(&text, review->lines[i].new_words);
	}
	return hash_of(arena, &text);
}

char *plan_text(struct arena *arena, const struct plan *plan)
{
	struct text text = { 0 };
	size_t i, j, k;

	for (i = 0; i < plan->count; i++) {
		const struct operation *operation = &plan->operations[i];

		add_word(&text, operation_verb_word(operation->verb));
		add_word(&text, operation->place);
		add_word(&text, operation->new_place);
		add_word(&text, operation->id);
		add_word(&text, operation->through);
		for (j = 0; j < operation->delta_count; j++) {
			const struct delta *delta = &operation->deltas[j];

			text_addf(&text, "%d %zu ", (int)delta->how, delta->count);
			add_word(&text, delta->attribute);
			for (k = 0; k < delta->count; k++)
				add_part(&text, delta->values[k].bytes, delta->values[k].length);
		}
	}
	return hash_of(arena, &text);
}

static const char *const *warnings_of(struct arena *arena, const struct review *review)
{
	const char **list = arena_alloc(arena, (review->consequence_count + 1) * sizeof(*list));
	size_t i;

	for (i = 0; i < review->consequence_count; i++)
		list[i] = arena_format(arena, "%s\n%s", review->consequences[i].rule, review->consequences[i].sentence);
	return list;
}

static const struct witness *witness_of(struct arena *arena, const struct witness *witness)
{
	struct witness *copy = witness ? arena_alloc(arena, sizeof(*copy)) : NULL;
	struct witness_count *counts;
	const char **unknown;
	size_t count = 0;

	if (!copy)
		return NULL;
	*copy = *witness;
	counts = arena_alloc(arena, (witness->count + 1) * sizeof(*counts));
	for (size_t i = 0; i < witness->count; i++) {
		counts[i] = witness->counts[i];
		counts[i].server = arena_text(arena, counts[i].server);
	}
	while (witness->unknown && witness->unknown[count])
		count++;
	unknown = arena_alloc(arena, (count + 1) * sizeof(*unknown));
	for (size_t i = 0; i < count; i++)
		unknown[i] = arena_text(arena, witness->unknown[i]);
	unknown[count] = NULL;
	copy->counts = counts;
	copy->unknown = unknown;
	copy->mailbox_server = arena_text(arena, witness->mailbox_server);
	copy->settings_server = arena_text(arena, witness->settings_server);
	return copy;
}

struct shown *shown_of(const struct review *review, const char *typed, const char *reason)
{
	struct arena *arena = arena_new();
	struct shown *shown = arena_alloc(arena, sizeof(*shown));

	shown->arena = arena;
	shown->change = change_copy(review->change);
	shown->allowed = review->allowed;
	shown->sentence = arena_text(arena, review->sentence);
	shown->lines = review_lines_text(arena, review);
	shown->operations = plan_text(arena, &review->plan);
	shown->warnings = warnings_of(arena, review);
	shown->confirm = review->confirm;
	shown->confirm_text = arena_text(arena, review->confirm_text);
	shown->typed = arena_text(arena, typed);
	shown->reason = arena_text(arena, reason);
	shown->witness = witness_of(arena, review->facts.witness);
	return shown;
}

void shown_free(struct shown *shown)
{
	if (!shown)
		return;
	change_free(shown->change);
	arena_free(shown->arena);
}
