/*
 * keymap_compare: the places there are, and where two keymaps differ.
 *
 * Compares what the keys do, not the lines of the files, so two ways of writing
 * the same map are the same.  Pure, never fails; loop thread.
 */
#include <string.h>

#include "ui/keymap.h"

/* --- places ----------------------------------------------------------------------- */

static bool has_place(const char *const *places, size_t count, const char *word, size_t length)
{
	size_t i;

	for (i = 0; i < count; i++) {
		if (strlen(places[i]) == length && memcmp(places[i], word, length) == 0)
			return true;
	}
	return false;
}

const char *const *keymap_places(struct arena *arena)
{
	const char **places = NULL;
	size_t count = 0, capacity = 0;
	const struct action *action;

	places = arena_grow(arena, places, &capacity, 2, sizeof(*places));
	places[count++] = "global";
	for (action = actions; action->name; action++) {
		const char *at = action->places;

		while (*at) {
			size_t length = strcspn(at, " ");

			if (!has_place(places, count, at, length)) {
				places = arena_grow(arena, places, &capacity, count + 2, sizeof(*places));
				places[count++] = arena_bytes(arena, at, length);
			}
			at += length + strspn(at + length, " ");
		}
	}
	places[count] = NULL;
	return places;
}

/* --- comparing ---------------------------------------------------------------------- */

static bool same(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

/* Whether this place is worth telling of: [global] told the same difference where it told any. */
static bool told_already(const struct keymap *left, const struct keymap *right, struct arena *arena,
		const struct keymap_difference *difference)
{
	const char *name = difference->action->name;

	if (strcmp(difference->place, "global") == 0)
		return false;
	return same(difference->left, keymap_keys(left, "global", name, arena))
		&& same(difference->right, keymap_keys(right, "global", name, arena));
}

size_t keymap_compare(const struct keymap *left, const struct keymap *right, struct arena *arena,
		struct keymap_difference **differences)
{
	const char *const *place;
	const struct action *action;
	size_t count = 0, capacity = 0;

	*differences = NULL;
	for (place = keymap_places(arena); *place; place++) {
		for (action = actions; action->name; action++) {
			struct keymap_difference row = { .place = *place, .action = action };

			row.left = keymap_keys(left, *place, action->name, arena);
			row.right = keymap_keys(right, *place, action->name, arena);
			if (same(row.left, row.right) || told_already(left, right, arena, &row))
				continue;
			*differences = arena_grow(arena, *differences, &capacity, count + 1, sizeof(**differences));
			(*differences)[count++] = row;
		}
	}
	return count;
}
