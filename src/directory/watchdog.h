/*
 * watchdog: a thread that ends what blocks too long.
 *
 * libldap cannot bound a TLS handshake or a peer that sends one byte a second
 * (ITS#8047); shutting the socket down from another thread can.  A guard keeps
 * a duplicate of the socket's descriptor, so that it can never hit another
 * file that got the same number.  Functions may be called on any thread.
 */
#ifndef POSTROOM_DIRECTORY_WATCHDOG_H
#define POSTROOM_DIRECTORY_WATCHDOG_H

#include <stdbool.h>
#include <stdint.h>

struct watchdog;
struct guard;

struct watchdog *watchdog_new(void);
/* All guards must have been freed. */
void watchdog_free(struct watchdog *watchdog);

struct guard *guard_new(struct watchdog *watchdog);
void guard_free(struct guard *guard);
/* The socket in use; -1: none any more. A guard that was cut shuts a new socket at once. */
void guard_socket(struct guard *guard, int descriptor);
/* From now on at most this many milliseconds, then the socket is shut down. Replaces an earlier deadline. */
void guard_arm(struct guard *guard, int64_t milliseconds);
void guard_disarm(struct guard *guard);
/* Shuts down now, and every socket that comes until guard_reset. */
void guard_cut(struct guard *guard);
void guard_reset(struct guard *guard);
bool guard_was_cut(struct guard *guard);
bool guard_timed_out(struct guard *guard);
/* Whole seconds since the last guard_arm; at least 1. */
int guard_waited(struct guard *guard);
/* Did the other side end the socket in use? Asked before anybody closes it. */
bool guard_was_left(struct guard *guard);
/* Has the peer closed its side, or is the socket broken? Looks only and waits for nothing; false without a socket. */
bool guard_hung_up(struct guard *guard);

#endif
