/*
 * slots: who holds login slots, joined from the kernel's sockets, who and
 * penalty (dovecot 3, 5.1: who lists those that are logged in and nobody else).
 *
 * Pure; nothing fails.  One thread at a time.
 */
#ifndef POSTROOM_LIVE_SLOTS_H
#define POSTROOM_LIVE_SLOTS_H

#include "live/data.h"
#include "live/sockets.h"

/*
 * sockets: in the order of strcmp; NULL: they cannot be read, then unreadable says why (copied).  who was asked after
 * the sockets, so that whoever logged in meanwhile does not count as trying.  penalty may be NULL.
 * The result has an arena of its own.
 */
struct slots *slots_join(const struct socket_count *sockets, size_t socket_count, const struct who *who, const struct penalty *penalty,
		const char *unreadable);

#endif
