/* fuzz_ldif: any value becomes one line of ASCII without a trailing blank, from which it can be read back. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/base64.h"
#include "base/ldif.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static const char name[] = "cn:";

/* What a reader takes the line for; the line end is gone. */
static const char *read_back(struct arena *arena, char *line, size_t *length)
{
	char *value = line + strlen(name);

	if (strncmp(value, ": ", 2) == 0)
		return base64_decode(arena, value + 2, length);
	if (*value == ' ')
		value++;
	else if (*value != '\0')
		abort();
	if (strchr(" :<", *value) && *value)
		abort();
	*length = strlen(value);
	return value;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct arena *arena = arena_new();
	struct text text = { 0 };
	size_t length = 0;
	const char *again;
	char *line;

	ldif_value(&text, "cn", (const char *)bytes, size);
	line = arena_text(arena, text_get(&text));
	if (strlen(line) != text.length || text.length < 4 || strncmp(line, name, strlen(name)) != 0 || line[text.length - 1] != '\n')
		abort();
	line[text.length - 1] = '\0';
	if (text_has_foreign(line, strlen(line)) || line[strlen(line) - 1] == ' ')
		abort();
	again = read_back(arena, line, &length);
	if (!again || length != size || (size && memcmp(again, bytes, size) != 0))
		abort();
	text_free(&text);
	arena_free(arena);
	return 0;
}
