/*
 * fuzz_check: anything typed into any field, addresses among them.
 *
 * The first byte chooses the field.  What is taken is legal, and typing it
 * again as the editor shows it changes nothing; what is refused has a sentence.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "model/check.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static const struct field *choose(size_t number)
{
	size_t count = 0;

	for (size_t i = 0; kinds[i]; i++)
		count += kind_field_count(kinds[i]);
	number %= count;
	for (size_t i = 0; kinds[i]; i++) {
		if (number < kind_field_count(kinds[i]))
			return &kinds[i]->fields[number];
		number -= kind_field_count(kinds[i]);
	}
	return NULL;
}

static void check_address_taken(const char *value)
{
	const char *at = strchr(value, '@');

	if (text_has_foreign(value, strlen(value)) || !at || at == value || strchr(at + 1, '@') || !at[1])
		abort();
	if (at - value > 64 || strlen(at + 1) > 253)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct arena *arena = arena_new();
	const struct field *field = choose(size ? bytes[0] : 0);
	struct error error = { 0 };
	char *value = check_parse(arena, field, arena_bytes(arena, size ? bytes + 1 : bytes, size ? size - 1 : 0), &error);

	if (!value && (error.kind == ERROR_NONE || !error.text[0]))
		abort();
	if (value) {
		char *again = check_parse(arena, field, check_editable(arena, field, value), &error);

		if (!check_value(field, value, &error) || !again || strcmp(again, value) != 0)
			abort();
		if (field->type == FIELD_ADDRESS)
			check_address_taken(value);
	}
	arena_free(arena);
	return 0;
}
