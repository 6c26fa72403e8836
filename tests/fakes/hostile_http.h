/*
 * hostile_http: a server on a loopback port that says what a test wants
 * instead of what HTTP wants: hangs, drips, floods, ends, lies.
 *
 * On the test's own loop, plain TCP, one answer for every connection.  Loop
 * thread.
 */
#ifndef POSTROOM_TESTS_FAKES_HOSTILE_HTTP_H
#define POSTROOM_TESTS_FAKES_HOSTILE_HTTP_H

#include <stdbool.h>
#include <stddef.h>

#include "base/loop.h"

enum hostile_way {
	HOSTILE_SAYS,          /* `words` at once, then the end of the connection */
	HOSTILE_HANGS,         /* takes the request, never answers */
	HOSTILE_DRIPS,         /* a byte of `words` every 20 ms, over and over */
	HOSTILE_FLOODS,        /* `words`, then x without end */
	HOSTILE_ENDS           /* ends the connection without a word */
};
struct hostile_http;
struct hostile_http *hostile_http_new(struct loop *loop, enum hostile_way way, const char *words);
/* Another answer from now on; borrowed. */
void hostile_http_say(struct hostile_http *server, enum hostile_way way, const char *words);
int hostile_http_port(const struct hostile_http *server);
/* "http://127.0.0.1:PORT" */
const char *hostile_http_url(const struct hostile_http *server);
/* The last request as it came, headers and body; "" none yet. */
const char *hostile_http_request(const struct hostile_http *server);
/* Connections so far, and those that are open. */
size_t hostile_http_connections(const struct hostile_http *server);
size_t hostile_http_open(const struct hostile_http *server);
void hostile_http_free(struct hostile_http *server);

#endif
