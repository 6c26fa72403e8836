/* fuzz_size: sizes and times that people and servers write; what is read is in range and can be written again. */
#include <stdint.h>
#include <stdlib.h>

#include "base/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

/* The calendar's words without their signs are what a server writes. */
static void check_time(struct arena *arena, int64_t time)
{
	struct text plain = { 0 };
	int64_t again;

	/* Beyond the years that a calendar writes, an offset from Greenwich leads. */
	if (*text_from_time(arena, time) == '@')
		return;
	for (const char *at = text_from_time(arena, time); *at; at++)
		if (*at != '-' && *at != ':' && *at != 'T')
			text_add_char(&plain, *at);
	if (!text_to_time(text_get(&plain), &again) || again != time)
		abort();
	text_free(&plain);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct arena *arena = arena_new();
	const char *words = arena_bytes(arena, bytes, size);
	int64_t value, again;

	if (text_to_size(words, 1, &value)) {
		if (value < 0)
			abort();
		/* Rounding up may pass the largest number; anything else must be read back. */
		if (!text_to_size(text_from_size(arena, value), 1, &again) && value < INT64_MAX / 2)
			abort();
	}
	if (text_to_size(words, 1048576, &value) && value < 0)
		abort();
	if (text_to_time(words, &value))
		check_time(arena, value);
	arena_free(arena);
	return 0;
}
