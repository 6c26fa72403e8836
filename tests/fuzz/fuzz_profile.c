/* fuzz_profile: a profile of any bytes is read or refused with a sentence. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "directory/profile.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct arena *arena = arena_new();
	struct error error = { 0 };
	struct profile *profile = profile_read_text(arena, "fuzz", arena_bytes(arena, bytes, size), &error);

	if (profile == NULL && error.kind == ERROR_NONE)
		abort();
	if (profile != NULL && profile_kind(profile, kind_find("user")) != NULL)
		(void)profile_mapping(profile_kind(profile, kind_find("user")), kind_field(kind_find("user"), "quota"));
	arena_free(arena);
	return 0;
}
