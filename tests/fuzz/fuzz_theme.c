/*
 * fuzz_theme: any text is a theme or is refused with file and line, and one
 * that was taken never tells good from bad by colour alone.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "ui/theme.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct arena *arena = arena_new();
	struct error error = { 0 };
	struct theme *theme = theme_parse("fuzz.theme", arena_bytes(arena, bytes, size), size, &error);

	if (!theme && (error.kind != ERROR_CONFIG || strncmp(error.text, "fuzz.theme, line ", 17) != 0))
		abort();
	if (theme && (theme->looks[STYLE_OK].attributes == theme->looks[STYLE_BAD].attributes
			|| theme->looks[STYLE_OLD].attributes == theme->looks[STYLE_NEW].attributes))
		abort();
	theme_free(theme);
	arena_free(arena);
	return 0;
}
