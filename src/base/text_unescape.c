/*
 * text_unescape: from the exact visible form back to the bytes.
 *
 * Knows \n \t \e \\ \xHH and <U+XXXX>; anything else must be visible UTF-8
 * and stands for itself.  What is no exact form gives NULL.  Pure, any thread.
 */
#include "base/text.h"

#include <string.h>

int text_hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return -1;
}

/* After a backslash: writes the byte and returns how many characters it took, 0: malformed. */
static size_t read_backslash(const char *at, char *out)
{
	int high, low;

	switch (at[0]) {
	case 'n':
		*out = '\n';
		return 1;
	case 't':
		*out = '\t';
		return 1;
	case 'e':
		*out = 0x1B;
		return 1;
	case '\\':
		*out = '\\';
		return 1;
	case 'x':
		high = text_hex_digit(at[1]);
		low = high < 0 ? -1 : text_hex_digit(at[2]);
		if (low < 0)
			return 0;
		*out = (char)(high * 16 + low);
		return 3;
	default:
		return 0;
	}
}

/* After "<U+": 4 to 6 digits and ">". Returns how many characters it took, 0: malformed. */
static size_t read_code(const char *at, uint32_t *code)
{
	size_t digits = 0;

	*code = 0;
	while (digits < 6 && text_hex_digit(at[digits]) >= 0)
		*code = *code * 16 + (uint32_t)text_hex_digit(at[digits++]);
	if (digits < 4 || at[digits] != '>')
		return 0;
	if (*code > 0x10FFFF || (*code >= 0xD800 && *code <= 0xDFFF))
		return 0;
	return digits + 1;
}

/* One element at `at`; adds to out (room for 4) and sets *made. Returns what it took, 0: malformed. */
static size_t read_element(const char *at, char *out, size_t *made)
{
	uint32_t code;
	size_t took;

	*made = 1;
	if (*at == '\\') {
		took = read_backslash(at + 1, out);
		return took ? took + 1 : 0;
	}
	if (strncmp(at, "<U+", 3) == 0) {
		took = read_code(at + 3, &code);
		if (took == 0)
			return 0;
		*made = utf8_encode(code, out);
		return took + 3;
	}
	took = utf8_decode(at, strnlen(at, 4), &code);
	if (took == 0 || char_classify(code) == CHAR_HIDDEN)
		return 0;
	*made = took;
	memcpy(out, at, took);
	return took;
}

char *text_unescape(struct arena *arena, const char *escaped, size_t *length)
{
	/* No element makes more bytes than it is long. */
	char *out = arena_alloc(arena, strlen(escaped) + 4);
	size_t used = 0;

	while (*escaped) {
		size_t made;
		size_t took = read_element(escaped, out + used, &made);

		if (took == 0)
			return NULL;
		escaped += took;
		used += made;
	}
	out[used] = '\0';
	*length = used;
	return out;
}
