/*
 * ldif: one line of LDIF (RFC 2849), base64 wherever a value is not plain.
 *
 * Never fails, pure, any thread.
 */
#ifndef POSTROOM_BASE_LDIF_H
#define POSTROOM_BASE_LDIF_H

#include <stddef.h>

#include "base/text.h"

/* "attribute: value\n", or "attribute:: base64\n" where the value is no SAFE-STRING or ends with a blank. */
void ldif_value(struct text *text, const char *attribute, const char *bytes, size_t length);

#endif
