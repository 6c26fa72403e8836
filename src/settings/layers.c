/*
 * layers: reading base.conf and its brothers.
 *
 * Pure, any thread.
 */
#include "settings/layers.h"

#include <stdlib.h>
#include <string.h>

#include "base/lookup.h"
#include "base/text.h"

const char *const layer_words[LAYERS] = { "default", "normal", "UCR policy", "scheduled", "forced" };
const char *const layer_files[LAYERS] = { "base-defaults.conf", "base.conf", "base-ldap.conf", "base-schedule.conf", "base-forced.conf" };

/* References that lead to each other end here. */
enum { REFERENCES_MOST = 10 };

struct key {
	const char *name;
	struct layer_value values[LAYERS];
};
struct layers {
	struct arena *arena;
	struct key *keys;                  /* in the order of their first line */
	size_t count, capacity;
};

struct layers *layers_new(struct arena *arena)
{
	struct layers *layers = arena_alloc(arena, sizeof(*layers));

	layers->arena = arena;
	return layers;
}

static struct key *find(const struct layers *layers, const char *name)
{
	for (size_t i = 0; i < layers->count; i++)
		if (!strcmp(layers->keys[i].name, name))
			return &layers->keys[i];
	return NULL;
}

/* A comment is a line with a # before any colon. */
static bool is_comment(const char *line, size_t length)
{
	const char *hash = memchr(line, '#', length), *colon = memchr(line, ':', length);

	return hash && (!colon || hash < colon);
}

void layers_line(struct layers *layers, enum layer layer, unsigned number, const char *line, size_t length)
{
	const char *colon = line, *end = line + length, *value;
	struct key *key;
	char *name;

	if (is_comment(line, length))
		return;
	while (colon + 1 < end && !(colon[0] == ':' && colon[1] == ' '))
		colon++;
	if (colon + 1 >= end || colon == line)
		return;
	for (value = colon + 2; value < end && (*value == ' ' || *value == '\t'); value++)
		;
	while (end > value && strchr(" \t\r", end[-1]))
		end--;
	name = arena_bytes(layers->arena, line, (size_t)(colon - line));
	key = find(layers, name);
	if (!key) {
		layers->keys = arena_grow(layers->arena, layers->keys, &layers->capacity, layers->count + 1, sizeof(*layers->keys));
		key = &layers->keys[layers->count++];
		key->name = name;
	}
	key->values[layer] = (struct layer_value){ arena_bytes(layers->arena, value, (size_t)(end - value)), number };
}

static const char *effective(const struct layers *layers, const char *name, enum layer *layer, unsigned depth);

/* @%@other/variable@%@ stands for the value of that variable. */
static const char *resolved(const struct layers *layers, const char *value, unsigned depth)
{
	static const char mark[] = "@%@";
	const char *open = strstr(value, mark), *close = open ? strstr(open + 3, mark) : NULL;
	const char *inner;
	enum layer layer;

	if (!close || depth >= REFERENCES_MOST)
		return value;
	inner = effective(layers, arena_bytes(layers->arena, open + 3, (size_t)(close - open - 3)), &layer, depth + 1);
	value = arena_format(layers->arena, "%.*s%s%s", (int)(open - value), value, inner ? inner : "", close + 3);
	return resolved(layers, value, depth + 1);
}

static const char *effective(const struct layers *layers, const char *name, enum layer *layer, unsigned depth)
{
	const struct key *key = find(layers, name);

	for (int i = LAYERS - 1; key && i >= 0; i--)
		if (key->values[i].value) {
			*layer = (enum layer)i;
			return i == LAYER_DEFAULT ? resolved(layers, key->values[i].value, depth) : key->values[i].value;
		}
	return NULL;
}

const char *layers_effective(const struct layers *layers, const char *key, enum layer *layer)
{
	return effective(layers, key, layer, 0);
}

struct layer_value layers_get(const struct layers *layers, enum layer layer, const char *key)
{
	const struct key *found = find(layers, key);
	struct layer_value value = { NULL, 0 };

	if (found)
		value = found->values[layer];
	if (value.value && layer == LAYER_DEFAULT)
		value.value = resolved(layers, value.value, 0);
	return value;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

const char *const *layers_keys(struct arena *arena, const struct layers *layers, const char *prefix)
{
	const char **names = arena_alloc(arena, (layers->count + 1) * sizeof(*names));
	size_t count = 0, length = strlen(prefix);

	for (size_t i = 0; i < layers->count; i++)
		if (!strncmp(layers->keys[i].name, prefix, length))
			names[count++] = layers->keys[i].name;
	qsort(names, count, sizeof(*names), by_name);
	names[count] = NULL;
	return names;
}

bool layers_key_valid(const char *key)
{
	return *key && *key != '-' && strlen(key) < 500 && !strstr(key, ": ") && !strpbrk(key, "[]\r\n!\"#$%&'()+,;<=>?\\`{}") && !strstr(key, "\xc2\xa7");
}

int layers_truth(const char *value)
{
	static const char *const words[][6] = {
		{ "no", "false", "0", "disable", "disabled", "off" }, { "yes", "true", "1", "enable", "enabled", "on" },
	};

	for (int truth = 0; truth < 2; truth++)
		for (size_t i = 0; value && i < 6; i++)
			if (text_same_ascii_case(words[truth][i], value))
				return truth;
	return -1;
}
