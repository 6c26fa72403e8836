/* fuzz_json: what is read prints as ASCII, is read again and prints the same; base64 has one spelling. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/base64.h"
#include "base/json.h"
#include "base/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void check_print(const struct json *parsed)
{
	char *first = json_print(parsed, false), *second;
	struct json *again = json_parse(first, strlen(first), NULL);

	if (!again || text_has_foreign(first, strlen(first)))
		abort();
	second = json_print(again, false);
	if (strcmp(first, second) != 0)
		abort();
	free(first);
	free(second);
	json_free(again);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct arena *arena = arena_new();
	const char *words = arena_bytes(arena, bytes, size);
	struct error error;
	struct json *parsed = json_parse(words, size, &error);
	size_t length;
	char *decoded = base64_decode(arena, words, &length);

	if (parsed) {
		check_print(parsed);
		json_bytes(arena, parsed, &length);
		json_free(parsed);
	}
	if (decoded && strcmp(base64_encode(arena, decoded, length), words) != 0)
		abort();
	arena_free(arena);
	return 0;
}
