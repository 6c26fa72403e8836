/*
 * reach: why no connection came about, and how one ended, in words.
 *
 * libldap shuts its socket before anybody can ask what was wrong with it.  So
 * after a failed attempt the address is tried once more, without sending
 * anything, only to learn the reason.
 */
#ifndef POSTROOM_DIRECTORY_REACH_H
#define POSTROOM_DIRECTORY_REACH_H

struct connection;
/*
 * Tries the address of a URI for at most the connection's connect_seconds, on its thread and under its guard.
 * "connection refused", "host name not found", ...; NULL: it can be reached now, or nothing can be told. Lives until this thread asks again.
 */
const char *reach_explain(struct connection *connection, const char *uri);
/* The words for an errno of connect; NULL: there are none of our own. Pure. */
const char *reach_words(int code);

#endif
