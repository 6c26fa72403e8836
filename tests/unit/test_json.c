/* json: writing one line of ASCII, reading with typed answers, any bytes there and back, base64. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/base64.h"
#include "base/json.h"
#include "base/text.h"
#include "tests/unit/hostile.h"

static struct arena *arena;

static struct json *sample(void)
{
	struct json *object = json_object_new();
	struct json *array = json_array_new();

	json_put_text(object, "name", "M\303\274ller\n\177");
	json_put_text(object, "none", NULL);
	json_put_number(object, "size", INT64_MAX);
	json_put_flag(object, "keep", true);
	json_put_bytes(object, "raw", "\377", 1);
	json_add_text(array, "one");
	json_add_number(array, -2);
	json_add_bytes(array, "a\0", 2);
	json_add(array, json_object_new());
	json_put(object, "list", array);
	return object;
}

static void one_line_of_ascii_in_order(void **state)
{
	struct json *object = sample();
	char *line = json_print(object, false);
	char *page = json_print(object, true);

	(void)state;
	assert_string_equal(line, "{\"name\":\"M\\u00FCller\\n\\u007f\",\"none\":null,\"size\":9223372036854775807,\"keep\":true,"
			"\"raw\":{\"base64\":\"/w==\"},\"list\":[\"one\",-2,{\"base64\":\"YQA=\"},{}]}");
	assert_non_null(strchr(page, '\n'));
	free(line);
	free(page);
	json_free(object);
	json_free(NULL);
}

static void typed_answers(void **state)
{
	struct json *object = sample();
	const struct json *list = json_get(object, "list");

	(void)state;
	assert_string_equal(json_get_text(object, "name"), "M\303\274ller\n\177");
	assert_null(json_get_text(object, "size"));
	assert_null(json_get_text(object, "none"));
	assert_null(json_get_text(object, "nothing"));
	assert_null(json_get_text(list, "name"));
	assert_true(json_get_number(object, "size", 0) == INT64_MAX);
	assert_int_equal(json_get_number(object, "name", -1), -1);
	assert_int_equal(json_get_number(object, "nothing", 7), 7);
	assert_true(json_get_flag(object, "keep"));
	assert_false(json_get_flag(object, "nothing"));
	assert_int_equal(json_count(list), 4);
	assert_int_equal(json_count(object), 0);
	assert_int_equal(json_count(NULL), 0);
	assert_null(json_item(list, 4));
	assert_null(json_get(NULL, "x"));
	json_free(object);
}

static const struct {
	const char *words;
	bool valid;
} texts[] = {
	{ "{}", true }, { "[]", true }, { "\"x\"", true }, { "null", true }, { "-5", true }, { " {\"a\": 1.5} ", true },
	{ "", false }, { "{", false }, { "{\"a\":1,\"a\":2}", false }, { "{} x", false }, { "{'a':1}", false }, { "[1,]", false },
	{ "\"\377\"", false }, { "\"\\u0000\"", false }, { "\"\\ud800\"", false }, { "99999999999999999999", false }, { "[\"a\nb\"]", false },
};

static void parsing(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct error error = { 0 };
		struct json *parsed = json_parse(texts[i].words, strlen(texts[i].words), &error);

		if (!parsed == texts[i].valid)
			fail_msg("%s was %s", texts[i].words, parsed ? "read" : "refused");
		assert_int_equal(error.kind, texts[i].valid ? ERROR_NONE : ERROR_INVALID);
		json_free(parsed);
	}
}

static void deep_nesting_is_refused_not_fatal(void **state)
{
	static char deep[200000];
	struct error error;

	(void)state;
	memset(deep, '[', sizeof(deep));
	assert_null(json_parse(deep, sizeof(deep), &error));
}

/* Through print and parse: what was put in comes out, and the line holds nothing but printable ASCII. */
static void any_bytes_there_and_back(void **state)
{
	(void)state;
	for (size_t i = 0; i < HOSTILE_COUNT; i++) {
		struct json *object = json_object_new(), *again;
		struct error error = { 0 };
		size_t length = 0;
		char *line, *bytes;

		json_put_bytes(object, "value", hostile_strings[i].bytes, hostile_strings[i].length);
		line = json_print(object, false);
		assert_false(text_has_foreign(line, strlen(line)));
		again = json_parse(line, strlen(line), &error);
		assert_non_null(again);
		bytes = json_bytes(arena, json_get(again, "value"), &length);
		assert_non_null(bytes);
		assert_int_equal(length, hostile_strings[i].length);
		assert_memory_equal(bytes, hostile_strings[i].bytes, length);
		free(line);
		json_free(object);
		json_free(again);
	}
}

static const char *const no_bytes[] = {
	"1", "null", "[]", "{}", "{\"base64\":1}", "{\"base64\":\"YQ\"}", "{\"base64\":\"YQ==\",\"x\":1}", "{\"base64\":\"YR==\"}",
};

static void what_is_no_bytes(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(no_bytes) / sizeof(no_bytes[0]); i++) {
		struct json *parsed = json_parse(no_bytes[i], strlen(no_bytes[i]), NULL);
		size_t length;

		assert_non_null(parsed);
		assert_null(json_bytes(arena, parsed, &length));
		json_free(parsed);
	}
	assert_null(json_bytes(arena, NULL, &(size_t){ 0 }));
}

/* RFC 4648, section 10. */
static const struct {
	const char *bytes, *words;
} vectors[] = {
	{ "", "" }, { "f", "Zg==" }, { "fo", "Zm8=" }, { "foo", "Zm9v" }, { "foob", "Zm9vYg==" }, { "fooba", "Zm9vYmE=" }, { "foobar", "Zm9vYmFy" },
	{ "\373\377", "+/8=" },
};

static const char *const no_base64[] = { "Z", "Zg", "Zg=", "Zg===", "=", "====", "Zg==Zg==", "Zh==", "Zm9=", "Z g=", "Zm9v\n", "Zm-v", "Z\377==" };

static void base64(void **state)
{
	size_t length;

	(void)state;
	for (size_t i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++) {
		assert_string_equal(base64_encode(arena, vectors[i].bytes, strlen(vectors[i].bytes)), vectors[i].words);
		assert_string_equal(base64_decode(arena, vectors[i].words, &length), vectors[i].bytes);
		assert_int_equal(length, strlen(vectors[i].bytes));
	}
	for (size_t i = 0; i < sizeof(no_base64) / sizeof(no_base64[0]); i++)
		assert_null(base64_decode(arena, no_base64[i], &length));
}

static int open_arena(void **state)
{
	(void)state;
	arena = arena_new();
	return 0;
}

static int close_arena(void **state)
{
	(void)state;
	arena_free(arena);
	return 0;
}

static void sorts(void **state)
{
	static const struct { const char *words; enum json_sort sort; } cases[] = {
		{ "null", JSON_NOTHING }, { "true", JSON_FLAG }, { "false", JSON_FLAG }, { "3", JSON_NUMBER }, { "3.5", JSON_NUMBER },
		{ "\"3\"", JSON_TEXT }, { "[]", JSON_LIST }, { "{}", JSON_FIELDS },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct json *json = json_parse(cases[i].words, strlen(cases[i].words), NULL);

		assert_int_equal(json_sort(json), cases[i].sort);
		json_free(json);
	}
	assert_int_equal(json_sort(NULL), JSON_MISSING);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_line_of_ascii_in_order),
		cmocka_unit_test(typed_answers),
		cmocka_unit_test(parsing),
		cmocka_unit_test(deep_nesting_is_refused_not_fatal),
		cmocka_unit_test(any_bytes_there_and_back),
		cmocka_unit_test(what_is_no_bytes),
		cmocka_unit_test(base64),
		cmocka_unit_test(sorts),
	};

	return cmocka_run_group_tests(tests, open_arena, close_arena);
}
