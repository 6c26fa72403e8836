/*
 * text: growing strings.
 *
 * UTF-8, visibility, folding and quantities live in text_utf8.c,
 * text_visible.c, text_fold.c and text_quantity.c.  Fails only by running out
 * of memory, which ends the program.  Any thread.
 */
#include "base/text.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Room for `more` bytes and the final zero. */
static void reserve(struct text *text, size_t more)
{
	text->bytes = memory_grow(text->bytes, &text->capacity, text->length + more + 1, 1);
}

void text_add_bytes(struct text *text, const void *bytes, size_t length)
{
	reserve(text, length);
	if (length)
		memcpy(text->bytes + text->length, bytes, length);
	text->length += length;
	text->bytes[text->length] = '\0';
}

void text_add(struct text *text, const char *words)
{
	text_add_bytes(text, words, strlen(words));
}

void text_add_char(struct text *text, char c)
{
	text_add_bytes(text, &c, 1);
}

void text_addf(struct text *text, const char *format, ...)
{
	va_list arguments;
	int length;

	va_start(arguments, format);
	length = vsnprintf(NULL, 0, format, arguments);
	va_end(arguments);
	assert(length >= 0);
	reserve(text, (size_t)length);
	va_start(arguments, format);
	vsnprintf(text->bytes + text->length, (size_t)length + 1, format, arguments);
	va_end(arguments);
	text->length += (size_t)length;
}

void text_clear(struct text *text)
{
	text->length = 0;
	if (text->bytes)
		text->bytes[0] = '\0';
}

void text_free(struct text *text)
{
	free(text->bytes);
	memset(text, 0, sizeof(*text));
}

const char *text_get(const struct text *text)
{
	return text->bytes ? text->bytes : "";
}

char *text_take(struct text *text)
{
	char *bytes = text->bytes ? text->bytes : memory_new(1);

	memset(text, 0, sizeof(*text));
	return bytes;
}

const char *text_after_label(const char *words, const char *label)
{
	size_t length = strlen(label);

	return strncmp(words, label, length) == 0 && strncmp(words + length, ": ", 2) == 0 ? words + length + 2 : words;
}

bool text_lists(const char *list, const char *word)
{
	static const char parts[] = " \t\n,";
	size_t length = strlen(word);

	for (list += strspn(list, parts); *list; list += strspn(list, parts)) {
		size_t size = strcspn(list, parts);

		if (size == length && strncmp(list, word, length) == 0)
			return true;
		list += size;
	}
	return false;
}
