/* fuzz_dn: a name from any bytes comes apart into the same bytes; the normal form of a name is its own normal form. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "directory/dn.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct arena *arena = arena_new();
	const char *words = arena_bytes(arena, bytes, size);
	char *normal = dn_normal(arena, words), *attribute, *value;
	size_t length;

	if (normal != NULL) {
		char *again = dn_normal(arena, normal);

		if (again == NULL || strcmp(again, normal) != 0 || !dn_same(words, normal))
			abort();
		(void)dn_parent(arena, words);
	}
	if (size > 0) {
		char *dn = dn_child(arena, "cn", words, size, "dc=example");

		if (dn != NULL && (!dn_first(arena, dn, &attribute, &value, &length) || length != size || memcmp(value, words, size) != 0 ||
				!dn_within(dn, "dc=example")))
			abort();
	}
	arena_free(arena);
	return 0;
}
