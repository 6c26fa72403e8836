/*
 * json: reading with typed answers, writing; Jansson inside (the only file that
 * includes it).  Strings in the model may be any bytes: json_bytes writes a
 * string for valid UTF-8 and {"base64": "..."} otherwise, and json_get_bytes
 * reads both back.  Any thread; a tree belongs to one thread at a time.
 */
#ifndef POSTROOM_BASE_JSON_H
#define POSTROOM_BASE_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/memory.h"

struct json;           /* a JSON value, reference inside */

struct json *json_object_new(void);
struct json *json_array_new(void);
void json_free(struct json *json);                                     /* the root only; NULL is allowed */
/* The same, and the bytes of all texts inside are overwritten before: for trees with secrets. */
void json_free_wiped(struct json *json);
struct json *json_parse(const char *bytes, size_t length, struct error *error);
/* One line, keys in order of insertion, only ASCII with \u escapes. Heap string, free(). */
char *json_print(const struct json *json, bool indented);

/* Writing: children given away ("takes"). */
void json_put(struct json *object, const char *key, struct json *takes);
void json_put_text(struct json *object, const char *key, const char *text);        /* NULL becomes null; must be UTF-8, else as json_bytes */
void json_put_number(struct json *object, const char *key, int64_t number);
void json_put_flag(struct json *object, const char *key, bool flag);
void json_put_bytes(struct json *object, const char *key, const void *bytes, size_t length);
void json_add(struct json *array, struct json *takes);
void json_add_text(struct json *array, const char *text);
void json_add_number(struct json *array, int64_t number);
void json_add_bytes(struct json *array, const void *bytes, size_t length);

enum json_sort { JSON_MISSING, JSON_NOTHING, JSON_FLAG, JSON_NUMBER, JSON_TEXT, JSON_LIST, JSON_FIELDS };
/* What sort of value it is; NOTHING: null; MISSING for NULL. */
enum json_sort json_sort(const struct json *json);
/* Reading; NULL, 0, false or -1 where missing or of another type. Borrowed. */
const struct json *json_get(const struct json *object, const char *key);
const char *json_get_text(const struct json *object, const char *key);
int64_t json_get_number(const struct json *object, const char *key, int64_t otherwise);
bool json_get_flag(const struct json *object, const char *key);
size_t json_count(const struct json *array);
const struct json *json_item(const struct json *array, size_t index);
/* Text or {"base64":...} to arena bytes; NULL where it is neither. */
char *json_bytes(struct arena *arena, const struct json *value, size_t *length);

/* Version of the library inside. */
const char *json_library(void);

#endif
