/*
 * base64: see base64.h.  Decoding is strict, so that one value has one
 * spelling and a damaged one is noticed.  Pure, any thread.
 */
#include "base/base64.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

char *base64_encode(struct arena *arena, const void *bytes, size_t length)
{
	const unsigned char *from = bytes;
	char *out = arena_alloc(arena, (length / 3 + 1) * 4 + 1);
	char *at = out;

	for (size_t i = 0; i < length; i += 3) {
		size_t left = length - i;
		uint32_t three = (uint32_t)from[i] << 16 | (left > 1 ? (uint32_t)from[i + 1] << 8 : 0) | (left > 2 ? from[i + 2] : 0u);

		*at++ = alphabet[three >> 18];
		*at++ = alphabet[three >> 12 & 63];
		*at++ = left > 1 ? alphabet[three >> 6 & 63] : '=';
		*at++ = left > 2 ? alphabet[three & 63] : '=';
	}
	return out;
}

static int value_of(char c)
{
	const char *found = c ? strchr(alphabet, c) : NULL;

	return found ? (int)(found - alphabet) : -1;
}

/* Four characters to 1..3 bytes; 0: malformed. Padding is allowed where `last`. */
static size_t decode_four(const char *words, bool last, unsigned char *out)
{
	size_t padding = !last || words[3] != '=' ? 0 : words[2] != '=' ? 1 : 2;
	uint32_t three = 0;

	for (size_t i = 0; i < 4; i++) {
		int value = i < 4 - padding ? value_of(words[i]) : 0;

		if (value < 0)
			return 0;
		three = three << 6 | (uint32_t)value;
	}
	if (three & ((1u << padding * 8) - 1))
		return 0;
	out[0] = (unsigned char)(three >> 16);
	out[1] = (unsigned char)(three >> 8);
	out[2] = (unsigned char)three;
	return 3 - padding;
}

char *base64_decode(struct arena *arena, const char *words, size_t *length)
{
	size_t size = strlen(words), used = 0;
	unsigned char *out;

	if (size % 4 != 0)
		return NULL;
	out = arena_alloc(arena, size / 4 * 3 + 1);
	for (size_t i = 0; i < size; i += 4) {
		size_t made = decode_four(words + i, i + 4 == size, out + used);

		if (made == 0)
			return NULL;
		used += made;
	}
	out[used] = '\0';
	*length = used;
	return (char *)out;
}
