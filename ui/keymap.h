/*
 * keymap: which key does what in which place; read from keymap files.
 *
 * A file has sections, "[place]", and lines "action = key, key"; `#` begins a
 * comment; nothing behind `=` unbinds the action there.  A key is looked up in
 * its place first, then in "global"; a line for an action in a place replaces
 * what "global" has for it.  Every map is laid over the built-in default, whose
 * lines it replaces one by one.  default, vi and emacs are compiled in.  Loading may
 * block on the disk: at start only.  Loop thread.
 */
#ifndef POSTROOM_UI_KEYMAP_H
#define POSTROOM_UI_KEYMAP_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/memory.h"
#include "ui/actions.h"
#include "ui/keys.h"

struct keymap;
/*
 * By name ("default", "vi", "emacs") or, where the words hold a slash or name no built-in map, by path. NULL with
 * the file and the line in the error; the caller then takes keymap_default and says so.
 */
struct keymap *keymap_load(const char *name_or_path, struct error *error);
struct keymap *keymap_load_file(const char *path, struct error *error);
/* From memory; `name` stands for the file in errors. */
struct keymap *keymap_parse(const char *name, const char *bytes, size_t length, struct error *error);
/* The built-in default; aborts where that is wrong (a test proves that it is not). */
struct keymap *keymap_default(void);
void keymap_free(struct keymap *map);
/* Names of the built-in maps, NULL-terminated. */
const char *const *keymap_names(void);
/* Name of this one as it was asked for: "vi", or the path of its file. */
const char *keymap_name(const struct keymap *map);
/* Every place that the table of actions names, "global" first; NULL-terminated. Arena. */
const char *const *keymap_places(struct arena *arena);
/*
 * What differs between two maps, in the order of places and actions; keys NULL: none there. What [global]
 * tells already is not told again for each place. Arena.
 */
struct keymap_difference { const char *place; const struct action *action; const char *left, *right; };
size_t keymap_compare(const struct keymap *left, const struct keymap *right, struct arena *arena,
		struct keymap_difference **differences);
/*
 * Name of the action bound to this key in this place, or NULL; only actions that apply there (all of
 * [global] where the place is "global"). In "field" no key that types a character is bound, and of
 * [global] only actions that carry ACTION_ALWAYS.
 */
const char *keymap_action(const struct keymap *map, const char *place, const struct key *key);
/* "Enter, l": the keys that reach this action in this place; NULL: none. Arena. */
char *keymap_keys(const struct keymap *map, const char *place, const char *action, struct arena *arena);
/* The first of these keys only, for a footer. */
char *keymap_key(const struct keymap *map, const char *place, const char *action, struct arena *arena);

#endif
