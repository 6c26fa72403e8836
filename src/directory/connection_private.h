/*
 * connection_private: the inside of a connection, for connection.c, request.c
 * and list.c only.
 */
#ifndef POSTROOM_DIRECTORY_CONNECTION_PRIVATE_H
#define POSTROOM_DIRECTORY_CONNECTION_PRIVATE_H

#include <ldap.h>

#include "directory/connection.h"

enum { REQUEST_GRACE_MS = 500, INCOMING_MOST = 64 * 1024 * 1024 };

/* What the profile says of an attribute name, remembered: a list asks it a million times. */
struct known_attribute {
	char name[48];
	bool secret;
	const struct part *masked;         /* NULL: plain */
};
enum { KNOWN_MOST = 64 };

struct connection {
	const struct connection_settings *settings;
	struct guard *guard;
	bool writing;
	LDAP *handle;                      /* NULL: not connected */
	bool bound;
	size_t uri;                        /* index of the one in use, or to try first */
	bool connected_once;
	char *identity;                    /* heap */
	bool met;                          /* a socket came about at the last attempt */
	bool left;                         /* the server ended the last socket */
	bool read_ahead;                   /* the layer is on this handle */
	struct ldap_conncb callback;
	const struct profile *profile;
	struct known_attribute known[KNOWN_MOST];
	size_t known_count;
};

/*
 * What a libldap code means here and now: cut, late, lost, or the server's own answer. Closes the connection
 * where it is of no use any more. doing: "search", "change", in words.
 */
bool connection_failed(struct connection *connection, int code, const char *diagnostic, const char *doing, struct error *error);

struct answer;
/*
 * Waits for the answer to a request that writes, for write.c and request_password.c. False: it is lost, and the connection with it.
 * waiting: what went on, for the sentence. *controls belong to the caller (ldap_controls_free), NULL where there are none.
 */
bool request_answer(struct connection *connection, struct arena *arena, int id, const char *waiting, struct answer *answer, LDAPControl ***controls);

#endif
