/*
 * keymap_private: what a keymap holds; for keymap.c (looking up) and
 * keymap_read.c (reading files) only.
 */
#ifndef POSTROOM_UI_KEYMAP_PRIVATE_H
#define POSTROOM_UI_KEYMAP_PRIVATE_H

#include "ui/actions.h"
#include "ui/keymap.h"

/* A line of a keymap file: all keys of one action in one place; none: unbound there. */
struct keymap_line {
	const char *place;
	const struct action *action;
	struct key *keys;
	size_t count;
	const char *file;      /* for messages */
	int number;
};

struct keymap {
	struct arena *arena;
	const char *name;      /* "vi", or the path of a file */
	struct keymap_line *lines;
	size_t count, capacity;
};

const struct keymap_line *keymap_line_find(const struct keymap *map, const char *place, const struct action *action);
/* Reads a text over what the map holds; false with file and line in the error. */
bool keymap_read(struct keymap *map, const char *name, const char *bytes, size_t length, struct error *error);

#endif
