/*
 * resolve: the addresses of a name, without waiting for a name server.
 *
 * The system's resolver blocks, so a thread of its own asks it and hands the
 * answer over through a pipe; whoever gives up leaves it behind and the thread
 * cleans up when the resolver returns.  Addresses in digits need no thread.
 * Fails by answer.  Loop thread.
 */
#ifndef POSTROOM_BASE_RESOLVE_H
#define POSTROOM_BASE_RESOLVE_H

#include <stddef.h>
#include <sys/socket.h>

#include "base/error.h"
#include "base/loop.h"

enum { RESOLVE_MOST = 8 };             /* more addresses are not tried */
struct resolved {
	struct sockaddr_storage addresses[RESOLVE_MOST];   /* in the resolver's order, with the port */
	socklen_t lengths[RESOLVE_MOST];
	size_t count;                      /* 0: error */
	struct error error;                /* "there is no such name": whoever asked puts the name in front */
};
struct resolve;
/* done comes exactly once, never from inside this call; resolved is borrowed. */
struct resolve *resolve_name(struct loop *loop, const char *name, int port, void (*done)(void *context, const struct resolved *resolved), void *context);
/* done does not come any more; NULL is allowed, and so is a call from inside done. */
void resolve_forget(struct resolve *resolve);

#endif
