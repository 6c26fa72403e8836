/* fuzz_fetchmail: a masked value holds no password, masks to itself, and takes the password of its own stored form back. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "directory/convert.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct arena *arena = arena_new();
	struct value stored = { .bytes = arena_bytes(arena, bytes, size), .length = size }, masked = fetchmail_mask(arena, &stored), again, filled;

	if (fetchmail_has_password(&masked))
		abort();
	again = fetchmail_mask(arena, &masked);
	if (!value_same(&again, &masked))
		abort();
	if (fetchmail_has_password(&stored)) {
		if (!fetchmail_fill(arena, &masked, &stored, &filled) || !fetchmail_has_password(&filled))
			abort();
		again = fetchmail_mask(arena, &filled);
		if (!value_same(&again, &masked))
			abort();
	}
	arena_free(arena);
	return 0;
}
