/* error: the exit status of every kind after sysexits(3), words in front, long sentences. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sysexits.h>

#include <cmocka.h>

#include "base/error.h"
#include "base/text.h"

static const struct {
	enum error_kind kind;
	int status;
	const char *word;
} kinds[] = {
	{ ERROR_NONE, 0, "none" },
	{ ERROR_USAGE, EX_USAGE, "usage" },
	{ ERROR_INVALID, EX_DATAERR, "invalid" },
	{ ERROR_NOT_FOUND, EX_DATAERR, "not_found" },
	{ ERROR_UNREACHABLE, EX_UNAVAILABLE, "unreachable" },
	{ ERROR_UNSUPPORTED, EX_UNAVAILABLE, "unsupported" },
	{ ERROR_INTERNAL, EX_SOFTWARE, "internal" },
	{ ERROR_CREATE, EX_CANTCREAT, "create" },
	{ ERROR_FILE, EX_IOERR, "file" },
	{ ERROR_TIMEOUT, EX_TEMPFAIL, "timeout" },
	{ ERROR_CONFLICT, EX_TEMPFAIL, "conflict" },
	{ ERROR_UNKNOWN_OUTCOME, EX_TEMPFAIL, "unknown_outcome" },
	{ ERROR_REFUSED, EX_NOPERM, "refused" },
	{ ERROR_CONFIG, EX_CONFIG, "config" },
	{ ERROR_CANCELLED, 1, "cancelled" },
};

static void kinds_have_status_and_word(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		assert_int_equal(error_exit_status(kinds[i].kind), kinds[i].status);
		assert_string_equal(error_word(kinds[i].kind), kinds[i].word);
	}
}

static void words_go_in_front(void **state)
{
	struct error error = { .code = 7 };

	(void)state;
	assert_false(error_set(&error, ERROR_TIMEOUT, "no answer within %d s", 5));
	assert_int_equal(error.code, 0);
	assert_false(error_prefix(&error, "mail%d", 3));
	assert_string_equal(error.text, "mail3: no answer within 5 s");
	assert_int_equal(error.kind, ERROR_TIMEOUT);
	error_set(&error, ERROR_REFUSED, "again: %s", error.text);
	assert_string_equal(error.text, "again: mail3: no answer within 5 s");
	error_clear(&error);
	assert_int_equal(error.kind, ERROR_NONE);
	assert_string_equal(error.text, "");
}

static void nowhere_to_write_is_fine(void **state)
{
	(void)state;
	assert_false(error_set(NULL, ERROR_INVALID, "x"));
	assert_false(error_prefix(NULL, "x"));
	error_clear(NULL);
}

/* Cut between characters, and marked; the offset moves the cut through every byte of a character. */
static void long_sentences_are_cut_between_characters(void **state)
{
	struct text words = { 0 };
	struct error error;

	(void)state;
	for (size_t i = 0; i < 400; i++)
		text_add(&words, "\342\202\254");
	for (int offset = 0; offset < 4; offset++) {
		error_set(&error, ERROR_INVALID, "%.*s%s", offset, "abc", text_get(&words));
		assert_true(utf8_valid(error.text, strlen(error.text)));
		assert_string_equal(error.text + strlen(error.text) - 3, "...");
		assert_true(strlen(error.text) > 590);
		error_prefix(&error, "words%.*s", offset, "abc");
		assert_true(utf8_valid(error.text, strlen(error.text)));
		assert_memory_equal(error.text, "words", 5);
		assert_string_equal(error.text + strlen(error.text) - 3, "...");
	}
	text_free(&words);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(kinds_have_status_and_word),
		cmocka_unit_test(words_go_in_front),
		cmocka_unit_test(nowhere_to_write_is_fine),
		cmocka_unit_test(long_sentences_are_cut_between_characters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
