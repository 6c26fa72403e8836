/*
 * fuzz_parts: any text through the reading, checking and building of parts.
 *
 * What is taken must be stable: the canonical form is taken again and stays
 * the same, every part comes back, and neither words nor refusals hold the
 * password.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "model/check.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

static void check_taken(struct arena *arena, const struct field *field, const char *canonical)
{
	struct value value = value_text(arena, canonical);
	char *again = check_parse(arena, field, canonical, NULL);
	char *words = value_words(arena, field, &value);
	char *shown = parts_get(arena, words, "password");

	if (!again || strcmp(again, canonical) != 0 || !check_value(field, canonical, NULL))
		abort();
	for (const struct part *part = field->parts; part->name; part++) {
		char *text = parts_get(arena, canonical, part->name);

		if (!text && !(part->fallback && !*part->fallback))
			abort();
	}
	if ((parts_get(arena, canonical, "password") != NULL) != (shown != NULL) || (shown && strcmp(shown, "........") != 0))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	const struct field *field = kind_field(&kind_user, "fetchmail");
	struct arena *arena = arena_new();
	char *typed = arena_bytes(arena, bytes, length);
	struct error error = { 0 };
	char *canonical = check_parse(arena, field, typed, &error);
	struct value value = { typed, length };

	if (canonical)
		check_taken(arena, field, canonical);
	else if (error.kind != ERROR_INVALID || !*error.text)
		abort();
	/* Whatever a directory holds can be put in words. */
	value_words(arena, field, &value);
	arena_free(arena);
	return 0;
}
