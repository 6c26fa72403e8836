/* fuzz_filter: what parses is written and parsed again to the same text; any bytes as a value stay one leaf. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "directory/filter.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct arena *arena = arena_new();
	const char *words = arena_bytes(arena, bytes, size);
	struct filter *parsed = filter_parse(arena, words, NULL), *leaf;

	if (parsed != NULL) {
		const char *first = filter_text(arena, parsed);
		struct filter *again = filter_parse(arena, first, NULL);

		if (again == NULL || strcmp(filter_text(arena, again), first) != 0)
			abort();
	}
	leaf = filter_parse(arena, filter_text(arena, filter_equal(arena, "cn", words, size)), NULL);
	if (leaf == NULL || leaf->op != FILTER_EQUAL || leaf->value.length != size || memcmp(leaf->value.bytes, words, size) != 0)
		abort();
	arena_free(arena);
	return 0;
}
