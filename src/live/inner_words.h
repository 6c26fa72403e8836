/*
 * inner_words: what is said to the services that mail passes inside, and what
 * their answers mean.
 *
 * Pure data and functions; any thread.
 */
#ifndef POSTROOM_LIVE_INNER_WORDS_H
#define POSTROOM_LIVE_INNER_WORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/memory.h"
#include "live/data.h"

struct inner_service {
	const char *name;
	const char *say;                   /* at once; NULL: it speaks first */
	const char *good;                  /* how a line begins that proves it works; NULL: that it takes a connection is all */
	const char *more;                  /* lines that are passed over; NULL: none */
	bool any_more;                     /* all other lines are passed over too */
	const char *bye;                   /* then it closes; NULL: we do */
};
/* In the order auth, lmtp, quota-status, amavis, clamd, postgrey. */
extern const struct inner_service inner_services[];

/* "host:port" or "[address]:port"; false: a path. */
bool inner_place(const char *place, char *host, size_t size, int *port);
/* localhost, 127.0.0.0/8, ::1: what only the machine itself reaches. */
bool inner_is_loopback(const char *host);
/*
 * "ClamAV 1.0.3/26789/Mon Jan 16 08:23:05 2023": seconds since its signatures were made. They bear the time of the
 * machine without its zone, so it is right to some hours. False: it has none.
 */
bool inner_signatures_age(const char *line, int64_t now, int64_t *age);

/* Transactions of the directory that the listener has done and that the notifier of this machine has seen; known 0: not there. */
struct listener_ids { uint64_t done, seen; bool seen_known; };
/* From `tail -v -n 1` of notifier_id and last_id. */
bool inner_listener_read(const char *output, struct listener_ids *ids);
const char *inner_listener_words(struct arena *arena, const struct listener_ids *ids);
/*
 * Seconds for which it has been behind without a step: 0 where it is not behind or moves; -1 where that is not to be known. before: the
 * last snapshot or NULL; since: for the next one.
 */
int64_t inner_listener_lag(const struct inner *before, const struct listener_ids *ids, int64_t now, int64_t *since);

#endif
