/*
 * request: one question to the directory server and its answer.
 *
 * Straight-line calls on the connection's thread, each with a deadline; the
 * caller has made the connection ready.  Secrets of the profile in use never
 * come out of here, and fetchmail values come masked unless asked raw.
 */
#ifndef POSTROOM_DIRECTORY_REQUEST_H
#define POSTROOM_DIRECTORY_REQUEST_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "directory/connection.h"
#include "directory/entry.h"
#include "directory/filter.h"
#include "model/store.h"

enum scope { SCOPE_BASE, SCOPE_ONE, SCOPE_BELOW };
struct search {
	const char *base;
	enum scope scope;
	const struct filter *filter;       /* NULL: everything */
	const char *const *attributes;     /* NULL-terminated; NULL: none (names only) */
	size_t limit;                      /* entries at most; 0: no limit of ours */
	unsigned seconds;                  /* 0: as configured */
	const struct filter *values;       /* an OR of leaves: of each attribute only the values that match one (RFC 3876); NULL: all */
	bool raw;                          /* masked attributes as they are stored: the caller wipes */
};
struct found {
	struct entry **entries;
	size_t count;
	bool cut;                          /* a limit was reached: what is missing proves nothing */
	int code;                          /* LDAP code of the cut */
	const char *elsewhere;             /* part of the tree is on another server and was not seen: "it names ldap://..."; NULL */
};
/* Everything there is was seen, so that what is missing is not there. */
bool found_whole(const struct found *found);
/* False: failed. A base that is not there is ERROR_NOT_FOUND. */
bool request_search(struct connection *connection, struct arena *arena, const struct search *search, struct found *found, struct error *error);
/* One entry by its name; ERROR_NOT_FOUND. attributes as above. */
struct entry *request_entry(struct connection *connection, struct arena *arena, const char *dn, const char *const *attributes, struct error *error);
/* A tiny request that proves that the connection lives; latency in milliseconds. */
bool request_ping(struct connection *connection, int *latency, struct error *error);

enum answer_how {
	ANSWER_GIVEN,                      /* the server answered: code */
	ANSWER_UNSENT,                     /* certainly nothing was sent */
	ANSWER_LOST                        /* sent, perhaps in part, and no answer came */
};
struct answer {
	enum answer_how how;
	int code;
	const char *words;                 /* the server's own text; "" */
	struct entry *after;               /* post-read; NULL */
	struct error error;                /* UNSENT and LOST: why */
};
/* Sends one change. assertion NULL: none. after: attributes for post-read, NULL: none. */
void request_write(struct connection *connection, struct arena *arena, const struct operation *operation,
		const struct filter *assertion, const char *const *after, struct answer *answer);

/* What a password policy said of a password (draft-behera-ldap-password-policy-10, 6.2). */
enum verdict {
	VERDICT_NONE = -1,                 /* it said nothing, or there is none */
	VERDICT_EXPIRED, VERDICT_LOCKED, VERDICT_CHANGE_FIRST, VERDICT_NOT_ALLOWED, VERDICT_OLD_NEEDED,
	VERDICT_TOO_WEAK, VERDICT_TOO_SHORT, VERDICT_TOO_YOUNG, VERDICT_IN_HISTORY, VERDICT_TOO_LONG
};
/* Is it encrypted, or does it stay on this machine (ldapi)? */
bool request_is_private(const struct connection *connection);
/*
 * Sets the password of an entry by the password modify operation (RFC 3062); the server hashes it. It takes no
 * assertion. Refused, as not sent, on a connection that is not private.
 */
void request_password(struct connection *connection, struct arena *arena, const char *dn, const struct value *password,
		struct answer *answer, enum verdict *verdict);

#endif
