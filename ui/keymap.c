/*
 * keymap: looking up keys and actions; the maps that are compiled in.
 *
 * A map is a few dozen lines, so looking up is walking them.  Loading fails
 * with file and line, looking up never.  Loop thread.
 */
#include "ui/keymap.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"
#include "builtin_keymaps.h"
#include "ui/keymap_private.h"

#define FILE_MOST (256 * 1024)

static const struct { const char *name, *text; } builtin[] = {
	{ "default", builtin_keymap_default },
	{ "vi", builtin_keymap_vi },
	{ "emacs", builtin_keymap_emacs },
};
static const char *const builtin_names[] = { "default", "vi", "emacs", NULL };

/* --- loading ---------------------------------------------------------------------- */

/* NULL name: only the default. */
static struct keymap *load(const char *name, const char *bytes, size_t length, struct error *error)
{
	struct keymap *map = memory_new(sizeof(*map));

	map->arena = arena_new();
	map->name = arena_text(map->arena, name ? name : builtin_names[0]);
	if (keymap_read(map, "default.keys", builtin[0].text, strlen(builtin[0].text), error)
			&& (!name || keymap_read(map, name, bytes, length, error)))
		return map;
	keymap_free(map);
	return NULL;
}

struct keymap *keymap_parse(const char *name, const char *bytes, size_t length, struct error *error)
{
	return load(name, bytes, length, error);
}

struct keymap *keymap_default(void)
{
	struct error error = { 0 };
	struct keymap *map = load(NULL, NULL, 0, &error);

	if (!map) {
		fprintf(stderr, "postroom: %s\n", error.text);
		abort();
	}
	return map;
}

struct keymap *keymap_load_file(const char *path, struct error *error)
{
	struct arena *arena = arena_new();
	struct keymap *map = NULL;
	size_t length = 0;
	char *bytes = file_read(arena, path, FILE_MOST, &length, error);

	if (bytes)
		map = load(path, bytes, length, error);
	arena_free(arena);
	return map;
}

struct keymap *keymap_load(const char *name_or_path, struct error *error)
{
	struct keymap *map;
	char file[32];
	size_t i;

	if (!name_or_path || strcmp(name_or_path, builtin_names[0]) == 0)
		return keymap_default();
	for (i = 1; i < sizeof(builtin) / sizeof(builtin[0]); i++) {
		if (strcmp(name_or_path, builtin[i].name) == 0) {
			snprintf(file, sizeof(file), "%s.keys", builtin[i].name);
			map = load(file, builtin[i].text, strlen(builtin[i].text), error);
			if (map)
				map->name = builtin[i].name;
			return map;
		}
	}
	if (strchr(name_or_path, '/') || access(name_or_path, F_OK) == 0)
		return keymap_load_file(name_or_path, error);
	error_set(error, ERROR_CONFIG, "there is no keymap %s: say default, vi, emacs or the path of a file", name_or_path);
	return NULL;
}

void keymap_free(struct keymap *map)
{
	if (!map)
		return;
	arena_free(map->arena);
	free(map->lines);
	free(map);
}

const char *const *keymap_names(void)
{
	return builtin_names;
}

const char *keymap_name(const struct keymap *map)
{
	return map->name;
}

/* --- looking up -------------------------------------------------------------------- */

const struct keymap_line *keymap_line_find(const struct keymap *map, const char *place, const struct action *action)
{
	size_t i;

	for (i = 0; i < map->count; i++) {
		if (map->lines[i].action == action && strcmp(map->lines[i].place, place) == 0)
			return &map->lines[i];
	}
	return NULL;
}

static bool has_key(const struct keymap_line *line, const struct key *key)
{
	size_t i;

	for (i = 0; i < line->count; i++) {
		if (key_same(&line->keys[i], key))
			return true;
	}
	return false;
}

/* Whether a line of [global] speaks for this place. */
static bool reaches(const struct keymap *map, const char *place, const struct keymap_line *line)
{
	if (strcmp(place, "global") == 0)
		return true;
	if (keymap_line_find(map, place, line->action))
		return false;
	if (strcmp(place, "field") == 0 && !(line->action->flags & ACTION_ALWAYS))
		return false;
	return action_applies(line->action, place);
}

static const struct action *lookup(const struct keymap *map, const char *place, const struct key *key)
{
	size_t i;

	if (strcmp(place, "field") == 0 && key_is_text(key))
		return NULL;
	for (i = 0; i < map->count; i++) {
		if (strcmp(map->lines[i].place, place) == 0 && has_key(&map->lines[i], key))
			return map->lines[i].action;
	}
	for (i = 0; i < map->count; i++) {
		const struct keymap_line *line = &map->lines[i];

		if (strcmp(line->place, "global") == 0 && has_key(line, key) && reaches(map, place, line))
			return line->action;
	}
	return NULL;
}

const char *keymap_action(const struct keymap *map, const char *place, const struct key *key)
{
	const struct action *action = lookup(map, place, key);

	return action ? action->name : NULL;
}

static char *keys_of(const struct keymap *map, const char *place, const char *action, size_t most, struct arena *arena)
{
	const struct action *row = action_find(action);
	const struct keymap_line *line = row ? keymap_line_find(map, place, row) : NULL;
	char name[40], *words = NULL;
	size_t i, found = 0;

	if (row && !line)
		line = keymap_line_find(map, "global", row);
	for (i = 0; line && i < line->count && found < most; i++) {
		/* A key of [global] may mean something else here. */
		if (lookup(map, place, &line->keys[i]) != row)
			continue;
		key_name(&line->keys[i], name, sizeof(name));
		words = found++ ? arena_format(arena, "%s, %s", words, name) : arena_text(arena, name);
	}
	return words;
}

char *keymap_keys(const struct keymap *map, const char *place, const char *action, struct arena *arena)
{
	return keys_of(map, place, action, (size_t)-1, arena);
}

char *keymap_key(const struct keymap *map, const char *place, const char *action, struct arena *arena)
{
	return keys_of(map, place, action, 1, arena);
}
