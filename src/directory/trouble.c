/*
 * trouble: LDAP result codes in sentences for people.
 *
 * One table: a new code is a row.  The server's own words follow in brackets,
 * because code 19 alone means five things (ldap-scale 6).  Pure; any thread.
 */
#include "directory/trouble.h"

#include <ldap.h>
#include <stddef.h>
#include <stdio.h>

static const struct {
	int code;
	enum error_kind kind;
	const char *words;
} rows[] = {
	{ LDAP_SERVER_DOWN, ERROR_UNREACHABLE, "the directory server cannot be reached" },
	{ LDAP_CONNECT_ERROR, ERROR_UNREACHABLE, "no connection to the directory server" },
	{ LDAP_TIMEOUT, ERROR_TIMEOUT, "no answer in time" },
	{ LDAP_TIMELIMIT_EXCEEDED, ERROR_TIMEOUT, "the server's time limit was reached" },
	{ LDAP_SIZELIMIT_EXCEEDED, ERROR_UNSUPPORTED, "the server's size limit was reached" },
	{ LDAP_ADMINLIMIT_EXCEEDED, ERROR_UNSUPPORTED, "the server's administrative limit was reached" },
	{ LDAP_INVALID_CREDENTIALS, ERROR_REFUSED, "login refused: wrong name or password, or the account is locked" },
	{ LDAP_INSUFFICIENT_ACCESS, ERROR_REFUSED, "the server refused: this login may not do that, and the server's access rules decide" },
	{ LDAP_CONFIDENTIALITY_REQUIRED, ERROR_REFUSED, "the server demands an encrypted connection" },
	{ LDAP_STRONG_AUTH_REQUIRED, ERROR_REFUSED, "the server demands a stronger login" },
	{ LDAP_INAPPROPRIATE_AUTH, ERROR_REFUSED, "the server does not accept this way to log in" },
	{ LDAP_AUTH_METHOD_NOT_SUPPORTED, ERROR_REFUSED, "the server does not accept this way to log in" },
	{ LDAP_NO_SUCH_OBJECT, ERROR_NOT_FOUND, "there is no such object, or this login may not see it" },
	{ LDAP_ALREADY_EXISTS, ERROR_CONFLICT, "an object of this name is there already" },
	{ LDAP_ASSERTION_FAILED, ERROR_CONFLICT, "somebody else changed it meanwhile" },
	{ LDAP_NO_SUCH_ATTRIBUTE, ERROR_CONFLICT, "the value to be removed is not there any more" },
	{ LDAP_TYPE_OR_VALUE_EXISTS, ERROR_CONFLICT, "the value to be added is there already" },
	{ LDAP_CONSTRAINT_VIOLATION, ERROR_INVALID, "the server's rules forbid this value" },
	{ LDAP_INVALID_SYNTAX, ERROR_INVALID, "the server does not accept the form of a value" },
	{ LDAP_INVALID_DN_SYNTAX, ERROR_INVALID, "the server does not accept the name" },
	{ LDAP_UNDEFINED_TYPE, ERROR_UNSUPPORTED, "the server's schema does not know an attribute" },
	{ LDAP_OBJECT_CLASS_VIOLATION, ERROR_INVALID, "the server's schema forbids this combination" },
	{ LDAP_NAMING_VIOLATION, ERROR_INVALID, "the server does not accept an object of this name here" },
	{ LDAP_NOT_ALLOWED_ON_NONLEAF, ERROR_REFUSED, "other objects live below it" },
	{ LDAP_NOT_ALLOWED_ON_RDN, ERROR_INVALID, "the value is part of the object's name: rename it instead" },
	{ LDAP_UNAVAILABLE_CRITICAL_EXTENSION, ERROR_UNSUPPORTED, "the server does not offer what safe writing needs" },
	{ LDAP_UNWILLING_TO_PERFORM, ERROR_REFUSED, "the server is not willing to do that" },
	{ LDAP_BUSY, ERROR_UNREACHABLE, "the server is too busy" },
	{ LDAP_UNAVAILABLE, ERROR_UNREACHABLE, "the server is not available" },
	{ LDAP_REFERRAL, ERROR_REFUSED, "the server sends us elsewhere (this is a replica, or the base is another server's)" },
	{ LDAP_PROTOCOL_ERROR, ERROR_UNSUPPORTED, "the server did not understand the request" },
	{ LDAP_DECODING_ERROR, ERROR_UNREACHABLE, "the server sent what is no LDAP answer" },
	{ LDAP_LOCAL_ERROR, ERROR_INTERNAL, "the LDAP library failed" },
	{ LDAP_FILTER_ERROR, ERROR_INTERNAL, "the search filter was not accepted" },
	{ LDAP_PARAM_ERROR, ERROR_INTERNAL, "the LDAP library was called wrongly" },
};

enum error_kind trouble_kind(int code)
{
	size_t i;

	for (i = 0; i < sizeof rows / sizeof *rows; i++)
		if (rows[i].code == code)
			return rows[i].kind;
	return code < 0 ? ERROR_UNREACHABLE : ERROR_REFUSED;
}

bool trouble(struct error *error, int code, const char *subject, const char *diagnostic)
{
	const char *words = ldap_err2string(code);
	size_t i;

	for (i = 0; i < sizeof rows / sizeof *rows; i++)
		if (rows[i].code == code)
			words = rows[i].words;
	if (diagnostic != NULL && diagnostic[0] != '\0')
		error_set(error, trouble_kind(code), "%s: %s (%.300s) [LDAP %d]", subject, words, diagnostic, code);
	else
		error_set(error, trouble_kind(code), "%s: %s [LDAP %d]", subject, words, code);
	if (error != NULL)
		error->code = code;
	return false;
}

/* A URL may be of any length; the host stands at its beginning. */
void trouble_elsewhere(char *out, size_t size, char *const *urls)
{
	if (urls == NULL || urls[0] == NULL)
		out[0] = '\0';
	else
		snprintf(out, size, "it names %.120s%s", urls[0], urls[1] == NULL ? "" : " and others");
}
