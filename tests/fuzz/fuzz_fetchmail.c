/* fuzz_fetchmail: a masked value holds no password, masks to itself, and takes the password of its own stored form back. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "directory/convert.h"
#include "model/kind.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void check(const struct part *parts, const uint8_t *bytes, size_t size)
{
	struct arena *arena = arena_new();
	struct value stored = { .bytes = arena_bytes(arena, bytes, size), .length = size }, masked = fetchmail_mask(arena, parts, &stored), again, filled;

	if (fetchmail_has_password(parts, &masked))
		abort();
	again = fetchmail_mask(arena, parts, &masked);
	if (!value_same(&again, &masked))
		abort();
	if (fetchmail_has_password(parts, &stored)) {
		if (!fetchmail_fill(arena, parts, &masked, &stored, &filled) || !fetchmail_has_password(parts, &filled))
			abort();
		again = fetchmail_mask(arena, parts, &filled);
		if (!value_same(&again, &masked))
			abort();
	}
	arena_free(arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	for (const struct field *field = kind_user.fields; field->name; field++)
		if (field->type == FIELD_PARTS)
			check(field->parts, bytes, size);
	return 0;
}
