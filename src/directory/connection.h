/*
 * connection: one LDAP handle, owned by one thread at a time.
 *
 * connection_ready connects, secures and binds where that is needed; requests
 * (request.h) are straight-line calls with a deadline each.  A connection that
 * failed or was late is closed and never used again; the next connection_ready
 * makes a new one.  connection_interrupt may be called on any thread.  Rules:
 * terminal-and-safety 4.
 */
#ifndef POSTROOM_DIRECTORY_CONNECTION_H
#define POSTROOM_DIRECTORY_CONNECTION_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "directory/directory.h"
#include "directory/watchdog.h"

struct password;
/*
 * From a file, read again at each connect, or a text that is kept in locked memory and wiped here. One may
 * serve several connections on several threads. NULL path and NULL text: there is none.
 */
struct password *password_new(const char *path, char *wiped_text);
void password_free(struct password *password);

/* What a connection needs of the settings; all borrowed, constant and complete (no zero deadlines). */
struct connection_settings {
	const char *const *uris;
	enum directory_tls tls;
	const char *ca_file, *cert_file, *key_file;
	enum directory_bind bind;
	const char *bind_dn;
	struct password *password;
	unsigned connect_seconds, bind_seconds, read_seconds, write_seconds, search_seconds;
};
/* May these addresses be used in this way at all? ERROR_CONFIG with the rule. */
bool connection_allowed(const struct directory_settings *settings, struct error *error);

struct connection;
struct profile;
/* writing: only the first URI is ever used; else all, beginning with the last that worked. */
struct connection *connection_new(struct watchdog *watchdog, const struct connection_settings *settings, bool writing);
void connection_free(struct connection *connection);
/* Is bound and was not lost, or becomes so now; false with why not. */
bool connection_ready(struct connection *connection, struct error *error);
bool connection_is_up(const struct connection *connection);
/* Forgets the connection without a farewell that could block. */
void connection_close(struct connection *connection);
/* Any thread: whatever runs ends soon with ERROR_CANCELLED, until connection_resume. */
void connection_interrupt(struct connection *connection);
void connection_resume(struct connection *connection);
bool connection_interrupted(const struct connection *connection);
/* Any thread: has the server closed an idle connection? What noticed it must still be asked: see connection_ready. */
bool connection_hung_up(const struct connection *connection);
/* The next connection_ready begins with the first URI; one to another is closed. */
void connection_prefer_first(struct connection *connection);
/* Where it is or was connected; "" before. Constant texts of the settings. */
const char *connection_uri(const struct connection *connection);
/* DN that the server says we are; "anonymous"; "" before. Lives until the next connection_ready. */
const char *connection_identity(const struct connection *connection);
/* From now on entries are read with this profile's secrets left out and masked. Borrowed. */
void connection_hide(struct connection *connection, const struct profile *profile);

#endif
