/*
 * trouble: LDAP result codes in sentences for people.  Pure; any thread.
 */
#ifndef POSTROOM_DIRECTORY_TROUBLE_H
#define POSTROOM_DIRECTORY_TROUBLE_H

#include "base/error.h"

/* Kind of error a result code is. */
enum error_kind trouble_kind(int code);
/*
 * "SUBJECT: sentence (what the server said) [LDAP n]". diagnostic is the server's own text, may be NULL or "".
 * Returns false.
 */
bool trouble(struct error *error, int code, const char *subject, const char *diagnostic);

#endif
