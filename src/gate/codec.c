/*
 * codec: operations to JSON and back.
 *
 * Reading is as careful as with any other file: an unknown word or a missing
 * part makes the whole operation unreadable, never half of it.  Pure.
 */
#include "gate/codec.h"

#include <string.h>

static const char *const verb_words[] = { "add", "modify", "rename", "delete", "password" };
static const char *const how_words[] = { "add", "delete", "replace" };

const char *operation_verb_word(enum operation_verb verb)
{
	return verb_words[verb];
}

static int find_word(const char *const *words, int count, const char *word)
{
	int i;

	for (i = 0; word && i < count; i++)
		if (!strcmp(words[i], word))
			return i;
	return -1;
}

bool operation_has_secret(const struct operation *operation)
{
	size_t i;

	for (i = 0; i < operation->delta_count; i++)
		if (operation->deltas[i].secret)
			return true;
	return false;
}

/* --- writing ---------------------------------------------------------------- */

static struct json *delta_to_json(const struct delta *delta, const struct journal *journal)
{
	struct json *object = json_object_new(), *values = json_array_new();
	struct arena *arena = arena_new();
	size_t i;

	json_put_text(object, "attribute", delta->attribute);
	json_put_text(object, "how", how_words[delta->how]);
	if (delta->secret)
		json_put_flag(object, "secret", true);
	for (i = 0; i < delta->count; i++) {
		const struct value *value = &delta->values[i];

		if (delta->secret)
			json_add_text(values, journal_secret(arena, journal, value->bytes, value->length));
		else
			json_add_bytes(values, value->bytes, value->length);
	}
	json_put(object, "values", values);
	arena_free(arena);
	return object;
}

static void put_optional(struct json *object, const char *key, const char *text)
{
	if (text)
		json_put_text(object, key, text);
}

struct json *operation_to_json(const struct operation *operation, const struct journal *journal)
{
	struct json *object = json_object_new(), *deltas = json_array_new();
	size_t i;

	json_put_text(object, "verb", verb_words[operation->verb]);
	put_optional(object, "place", operation->place);
	put_optional(object, "new_place", operation->new_place);
	put_optional(object, "id", operation->id);
	put_optional(object, "version", operation->version);
	if (operation->stays)
		json_put_flag(object, "stays", true);
	if (operation->commutes)
		json_put_flag(object, "commutes", true);
	put_optional(object, "words", operation->words);
	put_optional(object, "through", operation->through);
	for (i = 0; i < operation->delta_count; i++)
		json_add(deltas, delta_to_json(&operation->deltas[i], journal));
	json_put(object, "deltas", deltas);
	return object;
}

/* --- reading ---------------------------------------------------------------- */

static bool delta_from_json(struct arena *arena, const struct json *json, struct delta *delta)
{
	const struct json *values = json_get(json, "values");
	const char *attribute = json_get_text(json, "attribute");
	int how = find_word(how_words, 3, json_get_text(json, "how"));
	struct value *into;
	size_t i;

	if (!attribute || how < 0 || !values)
		return false;
	delta->attribute = arena_text(arena, attribute);
	delta->how = (enum delta_how)how;
	delta->secret = json_get_flag(json, "secret");
	if (delta->secret)
		return true;
	delta->count = json_count(values);
	into = arena_alloc(arena, delta->count * sizeof(*into));
	for (i = 0; i < delta->count; i++) {
		into[i].bytes = json_bytes(arena, json_item(values, i), &into[i].length);
		if (!into[i].bytes)
			return false;
	}
	delta->values = into;
	return true;
}

/* Text or bytes of any kind; NULL where the key is missing. */
static const char *get_optional(struct arena *arena, const struct json *json, const char *key)
{
	const struct json *value = json_get(json, key);
	size_t length;

	return value ? json_bytes(arena, value, &length) : NULL;
}

bool operation_from_json(struct arena *arena, const struct json *json, struct operation *operation)
{
	int verb = find_word(verb_words, (int)(sizeof(verb_words) / sizeof(verb_words[0])), json_get_text(json, "verb"));
	const struct json *list = json_get(json, "deltas");
	struct delta *deltas;
	size_t i;

	memset(operation, 0, sizeof(*operation));
	if (verb < 0 || !list)
		return false;
	operation->verb = (enum operation_verb)verb;
	operation->place = get_optional(arena, json, "place");
	operation->new_place = get_optional(arena, json, "new_place");
	operation->id = get_optional(arena, json, "id");
	operation->version = get_optional(arena, json, "version");
	operation->words = get_optional(arena, json, "words");
	operation->through = get_optional(arena, json, "through");
	operation->stays = json_get_flag(json, "stays");
	operation->commutes = json_get_flag(json, "commutes");
	operation->delta_count = json_count(list);
	deltas = arena_alloc(arena, operation->delta_count * sizeof(*deltas));
	for (i = 0; i < operation->delta_count; i++)
		if (!delta_from_json(arena, json_item(list, i), &deltas[i]))
			return false;
	operation->deltas = deltas;
	return operation->place != NULL;
}
