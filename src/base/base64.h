/*
 * base64: bytes as text after RFC 4648, section 4 (with padding), for JSON
 * and LDIF.  Pure, any thread.
 */
#ifndef POSTROOM_BASE_BASE64_H
#define POSTROOM_BASE_BASE64_H

#include <stddef.h>

#include "base/memory.h"

/* One line without breaks. Arena. */
char *base64_encode(struct arena *arena, const void *bytes, size_t length);
/* Strict: no blanks, padding required, unused bits zero; NULL for anything else. Arena, a zero byte appended. */
char *base64_decode(struct arena *arena, const char *words, size_t *length);

#endif
