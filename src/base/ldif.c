/*
 * ldif: one line of LDIF (RFC 2849), base64 wherever a value is not plain.
 *
 * Lines are not folded: every reader accepts long ones.  Never fails, pure.
 */
#include "base/ldif.h"

#include <stdbool.h>
#include <string.h>

#include "base/base64.h"

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

void ldif_value(struct text *text, const char *attribute, const char *bytes, size_t length)
{
	text_add(text, attribute);
	if (is_safe(bytes, length)) {
		text_add(text, length ? ": " : ":");
		text_add_bytes(text, bytes, length);
	} else {
		struct arena *arena = arena_new();

		text_add(text, ":: ");
		text_add(text, base64_encode(arena, bytes, length));
		arena_free(arena);
	}
	text_add_char(text, '\n');
}
