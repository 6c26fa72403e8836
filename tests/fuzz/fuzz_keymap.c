/*
 * fuzz_keymap: any text is a keymap or is refused with file and line.
 *
 * A map that was taken keeps the promises of a review: no key that types a
 * character accepts there, and each key it names is bound where it says so.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "ui/actions.h"
#include "ui/keymap.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static const char *const places[] = { "list", "page", "form", "editor", "review", "picker", "palette", "chooser", "help", "history", "text", "field" };

static void check_place(const struct keymap *map, const char *place, struct arena *arena)
{
	for (const struct action *action = actions; action->name; action++) {
		const char *words = keymap_key(map, place, action->name, arena), *bound;
		struct key key;

		if (!words)
			continue;
		if (!key_from_name(words, &key))
			abort();
		bound = keymap_action(map, place, &key);
		if (!bound || strcmp(bound, action->name) != 0)
			abort();
	}
	if (strcmp(place, "field") != 0 && strcmp(place, "review") != 0)
		return;
	for (uint32_t code = ' '; code < 127; code++) {
		struct key key = { .kind = KEY_KIND_TEXT, .code = code };
		const char *bound = keymap_action(map, place, &key);

		if (bound && (strcmp(place, "field") == 0 || strcmp(bound, "accept") == 0))
			abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct arena *arena = arena_new();
	struct error error = { 0 };
	struct keymap *map = keymap_parse("fuzz.keys", arena_bytes(arena, bytes, size), size, &error);

	if (!map && (error.kind != ERROR_CONFIG || strncmp(error.text, "fuzz.keys, line ", 16) != 0))
		abort();
	if (map)
		check_place(map, places[size % (sizeof(places) / sizeof(places[0]))], arena);
	keymap_free(map);
	arena_free(arena);
	return 0;
}
