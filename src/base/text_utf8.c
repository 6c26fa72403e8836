/*
 * text_utf8: strict UTF-8, and the class and script of a character.
 *
 * The tables come from text_widths.h, which is generated at build time, so
 * that neither the locale nor the C library of the day decides what is
 * printable.  Pure, cannot fail, any thread.
 */
#include "base/text.h"

struct char_range {
	uint32_t first, last;
	enum char_class class;
};

enum script { SCRIPT_LATIN = 1, SCRIPT_GREEK = 2, SCRIPT_CYRILLIC = 4 };
struct script_range {
	uint32_t first, last;
	enum script script;
};

#define TEXT_WIDTHS_CLASSES
#define TEXT_WIDTHS_SCRIPTS
#include "text_widths.h"

static bool continues(unsigned char byte)
{
	return (byte & 0xC0) == 0x80;
}

size_t utf8_decode(const char *bytes, size_t length, uint32_t *code)
{
	/* The least code that needs this many bytes; a smaller one is overlong. */
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	const unsigned char *at = (const unsigned char *)bytes;
	size_t size;
	uint32_t value;

	if (at[0] < 0x80) {
		*code = at[0];
		return 1;
	}
	size = at[0] >= 0xF0 && at[0] <= 0xF4 ? 4 : at[0] >= 0xE0 && at[0] < 0xF0 ? 3 : at[0] >= 0xC2 && at[0] < 0xE0 ? 2 : 0;
	if (size == 0 || size > length)
		return 0;
	value = at[0] & (0xFFu >> (size + 1));
	for (size_t i = 1; i < size; i++) {
		if (!continues(at[i]))
			return 0;
		value = value << 6 | (at[i] & 0x3Fu);
	}
	if (value < least[size] || value > 0x10FFFF || (value >= 0xD800 && value <= 0xDFFF))
		return 0;
	*code = value;
	return size;
}

size_t utf8_encode(uint32_t code, char *out)
{
	if (code < 0x80) {
		out[0] = (char)code;
		return 1;
	}
	if (code < 0x800) {
		out[0] = (char)(0xC0 | code >> 6);
		out[1] = (char)(0x80 | (code & 0x3F));
		return 2;
	}
	if (code < 0x10000) {
		out[0] = (char)(0xE0 | code >> 12);
		out[1] = (char)(0x80 | (code >> 6 & 0x3F));
		out[2] = (char)(0x80 | (code & 0x3F));
		return 3;
	}
	out[0] = (char)(0xF0 | code >> 18);
	out[1] = (char)(0x80 | (code >> 12 & 0x3F));
	out[2] = (char)(0x80 | (code >> 6 & 0x3F));
	out[3] = (char)(0x80 | (code & 0x3F));
	return 4;
}

bool utf8_valid(const char *bytes, size_t length)
{
	for (size_t at = 0, size; at < length; at += size) {
		uint32_t code;

		size = utf8_decode(bytes + at, length - at, &code);
		if (size == 0)
			return false;
	}
	return true;
}

enum char_class char_classify(uint32_t code)
{
	size_t low = 0, high = sizeof(char_ranges) / sizeof(char_ranges[0]);

	if (code < 0x7F)
		return code < 0x20 ? CHAR_HIDDEN : CHAR_PLAIN;
	while (low < high) {
		size_t middle = (low + high) / 2;

		if (code > char_ranges[middle].last)
			low = middle + 1;
		else if (code < char_ranges[middle].first)
			high = middle;
		else
			return char_ranges[middle].class;
	}
	return CHAR_HIDDEN;
}

static unsigned script_of(uint32_t code)
{
	size_t low = 0, high = sizeof(script_ranges) / sizeof(script_ranges[0]);

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (code > script_ranges[middle].last)
			low = middle + 1;
		else if (code < script_ranges[middle].first)
			high = middle;
		else
			return script_ranges[middle].script;
	}
	return 0;
}

bool text_mixed_scripts(const char *bytes, size_t length)
{
	unsigned seen = 0;

	for (size_t at = 0, size; at < length; at += size) {
		uint32_t code;

		size = utf8_decode(bytes + at, length - at, &code);
		if (size == 0) {
			size = 1;
			continue;
		}
		if (code == '.' || code == '@' || code == '-')
			seen = 0;
		else
			seen |= script_of(code);
		if ((seen & SCRIPT_LATIN) && (seen & (SCRIPT_GREEK | SCRIPT_CYRILLIC)))
			return true;
	}
	return false;
}
