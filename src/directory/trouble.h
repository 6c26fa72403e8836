/*
 * trouble: LDAP result codes in sentences for people.  Pure; any thread.
 */
#ifndef POSTROOM_DIRECTORY_TROUBLE_H
#define POSTROOM_DIRECTORY_TROUBLE_H

#include <stddef.h>

#include "base/error.h"

/* Kind of error a result code is. */
enum error_kind trouble_kind(int code);
/*
 * "SUBJECT: sentence (what the server said) [LDAP n]". diagnostic is the server's own text, may be NULL or "".
 * Returns false.
 */
bool trouble(struct error *error, int code, const char *subject, const char *diagnostic);

/* "it names ldap://primary.example.com": where an answer sends us, for sentences. urls may be NULL; out gets "" then. */
void trouble_elsewhere(char *out, size_t size, char *const *urls);

#endif
