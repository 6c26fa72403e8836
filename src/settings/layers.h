/*
 * layers: the Univention configuration registry as its files say it: five
 * layers, the highest that has a key counts.
 *
 * Files are read, never written: only ucr itself may do that, since it renders
 * the services' files from them.  Pure, any thread; a broken line is left out.
 * Source: ucs-variables 1.1, 1.2.
 */
#ifndef POSTROOM_SETTINGS_LAYERS_H
#define POSTROOM_SETTINGS_LAYERS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/memory.h"

enum layer { LAYER_DEFAULT, LAYER_NORMAL, LAYER_POLICY, LAYER_SCHEDULE, LAYER_FORCED, LAYERS };
/* "default", "normal", "UCR policy", ... as people are told; and the file's name in /etc/univention. */
extern const char *const layer_words[LAYERS], *const layer_files[LAYERS];

struct layer_value {
	const char *value;                 /* NULL: this layer does not have the key */
	unsigned line;
};
struct layers;
struct layers *layers_new(struct arena *arena);
/* One line of a layer's file, without its newline. */
void layers_line(struct layers *layers, enum layer layer, unsigned number, const char *line, size_t length);
/* References to other variables in the default layer are resolved; arena. */
struct layer_value layers_get(const struct layers *layers, enum layer layer, const char *key);
/* What counts; *layer says where it stands. NULL: set nowhere. */
const char *layers_effective(const struct layers *layers, const char *key, enum layer *layer);
/* Keys that begin with this text, each once, sorted; NULL-terminated, arena. */
const char *const *layers_keys(struct arena *arena, const struct layers *layers, const char *prefix);
/* May this be the name of a variable? */
bool layers_key_valid(const char *key);
/* How UCR understands a word: 1 true, 0 false, -1 neither (the template's own default counts then). */
int layers_truth(const char *value);

#endif
