/*
 * proxy: a loopback port in front of a server of the lab, which behaves until a
 * test tells it not to: hangs, drips, floods, lies, ends.
 *
 * A child process with a thread for each connection, so that it goes on while
 * the test waits for a screen; it ends with the test.  What it is told holds
 * for every connection from then on; those that are open are cut.
 */
#ifndef POSTROOM_TESTS_LIVE_PROXY_H
#define POSTROOM_TESTS_LIVE_PROXY_H

#include <stddef.h>
#include <stdint.h>

enum proxy_way {
	PROXY_PASSES,          /* every byte to the server behind it and back */
	PROXY_HANGS,           /* takes the question, never answers */
	PROXY_DRIPS,           /* `words`, then a blank each 50 ms without end */
	PROXY_FLOODS,          /* `words`, then 1 GiB of x as fast as it is taken */
	PROXY_SAYS,            /* `words` to each question, then the end of the connection */
	PROXY_ENDS,            /* ends each connection without a word */
	PROXY_CUTS,            /* passes, until a question holds `words`: the server behind gets it, nobody its answer; then as PROXY_ENDS */
	PROXY_LOSES            /* the same, but the server behind does not get it */
};
struct proxy;
/* In front of 127.0.0.1:port; port 0: nobody is behind it, so it must not pass. Never NULL: fails the test. */
struct proxy *proxy_start(int port, enum proxy_way way, const char *words);
int proxy_port(const struct proxy *proxy);
void proxy_become(struct proxy *proxy, enum proxy_way way, const char *words);
/* Connections so far, and bytes of a flood that the other side took. */
unsigned proxy_connections(const struct proxy *proxy);
uint64_t proxy_flooded(const struct proxy *proxy);
/* Ends the child and frees; NULL is allowed. */
void proxy_stop(struct proxy *proxy);

#endif
