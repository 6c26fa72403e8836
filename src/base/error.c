/*
 * error: the sentence of a failure, and the one table from kind to exit status.
 *
 * Cannot fail; a sentence that is too long is cut between characters and ends
 * in "...".  Any thread.
 */
#include "base/error.h"

#include <assert.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

static const struct {
	const char *word;
	int status;            /* sysexits(3) */
} kinds[] = {
	[ERROR_NONE]            = { .word = "none",            .status = 0 },
	[ERROR_USAGE]           = { .word = "usage",           .status = 64 },
	[ERROR_INVALID]         = { .word = "invalid",         .status = 65 },
	[ERROR_NOT_FOUND]       = { .word = "not_found",       .status = 65 },
	[ERROR_UNREACHABLE]     = { .word = "unreachable",     .status = 69 },
	[ERROR_UNSUPPORTED]     = { .word = "unsupported",     .status = 69 },
	[ERROR_INTERNAL]        = { .word = "internal",        .status = 70 },
	[ERROR_CREATE]          = { .word = "create",          .status = 73 },
	[ERROR_FILE]            = { .word = "file",            .status = 74 },
	[ERROR_TIMEOUT]         = { .word = "timeout",         .status = 75 },
	[ERROR_CONFLICT]        = { .word = "conflict",        .status = 75 },
	[ERROR_UNKNOWN_OUTCOME] = { .word = "unknown_outcome", .status = 75 },
	[ERROR_REFUSED]         = { .word = "refused",         .status = 77 },
	[ERROR_CONFIG]          = { .word = "config",          .status = 78 },
	[ERROR_CANCELLED]       = { .word = "cancelled",       .status = 1 },
};

_Static_assert(sizeof(kinds) / sizeof(kinds[0]) == ERROR_CANCELLED + 1, "every kind has a row");

/* Puts what vsnprintf wrote (it may have wanted more) into the error. */
static void store(struct error *error, const char *sentence, int wanted)
{
	size_t length = strlen(sentence);

	memcpy(error->text, sentence, length + 1);
	if (wanted >= 0 && (size_t)wanted < sizeof(error->text))
		return;
	/* Go back over a character that was cut in its middle. */
	length = sizeof(error->text) - 4;
	while (length > 0 && ((unsigned char)error->text[length] & 0xC0) == 0x80)
		length--;
	memcpy(error->text + length, "...", 4);
}

bool error_set(struct error *error, enum error_kind kind, const char *format, ...)
{
	char sentence[sizeof(error->text)];
	va_list arguments;
	int wanted;

	if (!error)
		return false;
	/* By way of a copy, since an argument may be error->text itself. */
	va_start(arguments, format);
	wanted = vsnprintf(sentence, sizeof(sentence), format, arguments);
	va_end(arguments);
	error->kind = kind;
	error->code = 0;
	store(error, sentence, wanted);
	return false;
}

bool error_prefix(struct error *error, const char *format, ...)
{
	char words[sizeof(error->text)];
	char sentence[sizeof(error->text) * 2 + 2];
	va_list arguments;
	int wanted;

	if (!error)
		return false;
	va_start(arguments, format);
	vsnprintf(words, sizeof(words), format, arguments);
	va_end(arguments);
	wanted = snprintf(sentence, sizeof(sentence), "%s: %s", words, error->text);
	sentence[sizeof(error->text) - 1] = '\0';
	store(error, sentence, wanted);
	return false;
}

void error_clear(struct error *error)
{
	if (!error)
		return;
	error->kind = ERROR_NONE;
	error->code = 0;
	error->text[0] = '\0';
}

int error_exit_status(enum error_kind kind)
{
	assert((size_t)kind < sizeof(kinds) / sizeof(kinds[0]));
	return kinds[kind].status;
}

const char *error_word(enum error_kind kind)
{
	assert((size_t)kind < sizeof(kinds) / sizeof(kinds[0]));
	return kinds[kind].word;
}
