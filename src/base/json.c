/*
 * json: reading and writing over Jansson; the only file that includes
 * jansson.h.
 *
 * A struct json is Jansson's value under another name.  Jansson is given our
 * allocation, so nothing here fails for want of memory.  Reading fails with a
 * sentence that names line and column; the same key twice is refused, since
 * two readers would then see two values.  Any thread; a tree belongs to one
 * thread at a time.
 */
#include "base/json.h"

#include <assert.h>
#include <jansson.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/base64.h"
#include "base/text.h"

static pthread_once_t prepared = PTHREAD_ONCE_INIT;

static void *allocate(size_t size)
{
	return memory_new(size ? size : 1);
}

static void prepare(void)
{
	json_set_alloc_funcs(allocate, free);
}

static json_t *inside(struct json *json)
{
	return (json_t *)json;
}

static const json_t *look(const struct json *json)
{
	return (const json_t *)json;
}

struct json *json_object_new(void)
{
	pthread_once(&prepared, prepare);
	return (struct json *)json_object();
}

struct json *json_array_new(void)
{
	pthread_once(&prepared, prepare);
	return (struct json *)json_array();
}

void json_free(struct json *json)
{
	json_decref(inside(json));
}

static void wipe(json_t *json)
{
	const char *key;
	json_t *inner;
	size_t i;

	if (json_is_string(json)) {
		union { const char *in; void *out; } bytes = { .in = json_string_value(json) };

		memory_wipe(bytes.out, json_string_length(json));
	}
	json_object_foreach(json, key, inner)
		wipe(inner);
	json_array_foreach(json, i, inner)
		wipe(inner);
}

void json_free_wiped(struct json *json)
{
	if (json)
		wipe(inside(json));
	json_decref(inside(json));
}

struct json *json_parse(const char *bytes, size_t length, struct error *error)
{
	json_error_t problem;
	json_t *parsed;

	pthread_once(&prepared, prepare);
	parsed = json_loadb(bytes, length, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &problem);
	if (!parsed)
		error_set(error, ERROR_INVALID, "this is not valid JSON: %s (line %d, column %d)", problem.text, problem.line, problem.column);
	return (struct json *)parsed;
}

/* Jansson leaves DEL as it is; a printed line is to hold no control character at all. */
static char *escape_delete(char *printed)
{
	struct text out = { 0 };

	for (const char *at = printed; *at; at++) {
		if (*at == 0x7F)
			text_add(&out, "\\u007f");
		else
			text_add_char(&out, *at);
	}
	free(printed);
	return text_take(&out);
}

char *json_print(const struct json *json, bool indented)
{
	char *printed = json_dumps(look(json), (indented ? JSON_INDENT(2) : JSON_COMPACT) | JSON_ENSURE_ASCII | JSON_ENCODE_ANY);

	/* Only a tree that contains itself cannot be printed: our own bug. */
	assert(printed);
	return strchr(printed, 0x7F) ? escape_delete(printed) : printed;
}

/* --- writing -------------------------------------------------------------- */

static void put(struct json *object, const char *key, json_t *takes)
{
	int result = json_object_set_new(inside(object), key, takes);

	assert(result == 0);   /* no object, or a key that is no UTF-8: keys are ours */
	(void)result;
}

static void add(struct json *array, json_t *takes)
{
	int result = json_array_append_new(inside(array), takes);

	assert(result == 0);
	(void)result;
}

/* A zero byte is valid in JSON, but many readers stop at it: such bytes go the safe way, too. */
static json_t *make_bytes(const void *bytes, size_t length)
{
	struct arena *scratch;
	json_t *made;

	if (utf8_valid(bytes, length) && (length == 0 || !memchr(bytes, 0, length))) {
		made = json_stringn(length ? bytes : "", length);
		if (made)
			return made;
	}
	scratch = arena_new();
	made = json_object();
	json_object_set_new(made, "base64", json_string(base64_encode(scratch, bytes, length)));
	arena_free(scratch);
	return made;
}

void json_put(struct json *object, const char *key, struct json *takes)
{
	put(object, key, inside(takes));
}

void json_put_text(struct json *object, const char *key, const char *text)
{
	put(object, key, text ? make_bytes(text, strlen(text)) : json_null());
}

void json_put_number(struct json *object, const char *key, int64_t number)
{
	put(object, key, json_integer(number));
}

void json_put_flag(struct json *object, const char *key, bool flag)
{
	put(object, key, json_boolean(flag));
}

void json_put_bytes(struct json *object, const char *key, const void *bytes, size_t length)
{
	put(object, key, make_bytes(bytes, length));
}

void json_add(struct json *array, struct json *takes)
{
	add(array, inside(takes));
}

void json_add_text(struct json *array, const char *text)
{
	add(array, text ? make_bytes(text, strlen(text)) : json_null());
}

void json_add_number(struct json *array, int64_t number)
{
	add(array, json_integer(number));
}

void json_add_bytes(struct json *array, const void *bytes, size_t length)
{
	add(array, make_bytes(bytes, length));
}

/* --- reading -------------------------------------------------------------- */

enum json_sort json_sort(const struct json *json)
{
	if (!json)
		return JSON_MISSING;
	switch (json_typeof(look(json))) {
	case JSON_TRUE:
	case JSON_FALSE:
		return JSON_FLAG;
	case JSON_INTEGER:
	case JSON_REAL:
		return JSON_NUMBER;
	case JSON_STRING:
		return JSON_TEXT;
	default:
		return json_is_array(look(json)) ? JSON_LIST : json_is_object(look(json)) ? JSON_FIELDS : JSON_NOTHING;
	}
}

const struct json *json_get(const struct json *object, const char *key)
{
	return (const struct json *)json_object_get(look(object), key);
}

const char *json_get_text(const struct json *object, const char *key)
{
	return json_string_value(json_object_get(look(object), key));
}

int64_t json_get_number(const struct json *object, const char *key, int64_t otherwise)
{
	const json_t *value = json_object_get(look(object), key);

	return json_is_integer(value) ? json_integer_value(value) : otherwise;
}

bool json_get_flag(const struct json *object, const char *key)
{
	return json_is_true(json_object_get(look(object), key));
}

size_t json_count(const struct json *array)
{
	return json_array_size(look(array));
}

const struct json *json_item(const struct json *array, size_t index)
{
	return (const struct json *)json_array_get(look(array), index);
}

char *json_bytes(struct arena *arena, const struct json *value, size_t *length)
{
	const json_t *encoded;

	if (json_is_string(look(value))) {
		*length = json_string_length(look(value));
		return arena_bytes(arena, json_string_value(look(value)), *length);
	}
	encoded = json_object_get(look(value), "base64");
	if (!json_is_string(encoded) || json_object_size(look(value)) != 1)
		return NULL;
	return base64_decode(arena, json_string_value(encoded), length);
}

const char *json_library(void)
{
	return jansson_version_str();
}
