/*
 * ldif: one line of LDIF (RFC 2849), base64 wherever a value is not plain.
 *
 * Lines are not folded: every reader accepts long ones.  Never fails, pure.
 */
#include "base/ldif.h"

#include <stdbool.h>
#include <string.h>

/* SAFE-STRING, and no trailing blank, which readers lose. */
static bool is_safe(const char *bytes, size_t length)
{
	size_t i;

	if (length == 0)
		return true;
	if (strchr(" :<", bytes[0]) || bytes[length - 1] == ' ')
		return false;
	for (i = 0; i < length; i++)
		if ((unsigned char)bytes[i] >= 0x7f || (unsigned char)bytes[i] < 0x20)
			return false;
	return true;
}

void base64_add(struct text *text, const void *from, size_t length)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const unsigned char *bytes = from;
	size_t i;

	for (i = 0; i < length; i += 3) {
		unsigned long three = (unsigned long)bytes[i] << 16 | (i + 1 < length ? (unsigned long)bytes[i + 1] << 8 : 0) |
			(i + 2 < length ? bytes[i + 2] : 0);

		text_add_char(text, digits[three >> 18 & 63]);
		text_add_char(text, digits[three >> 12 & 63]);
		text_add_char(text, i + 1 < length ? digits[three >> 6 & 63] : '=');
		text_add_char(text, i + 2 < length ? digits[three & 63] : '=');
	}
}

void ldif_value(struct text *text, const char *attribute, const char *bytes, size_t length)
{
	text_add(text, attribute);
	if (is_safe(bytes, length)) {
		text_add(text, length ? ": " : ":");
		text_add_bytes(text, bytes, length);
	} else {
		text_add(text, ":: ");
		base64_add(text, bytes, length);
	}
	text_add_char(text, '\n');
}
