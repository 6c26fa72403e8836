/*
 * source: what a source is: how it is asked, how often, and what it leaves.
 *
 * A source turns the answer of one or a few host commands into one snapshot of
 * its own type (live/data.h).  The collector (watch.c) decides when, keeps the
 * last good snapshot and frees it.  Loop thread only; parsing happens in the
 * pieces in which bytes arrive, so that no turn of the loop takes long.
 */
#ifndef POSTROOM_LIVE_SOURCE_H
#define POSTROOM_LIVE_SOURCE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/memory.h"
#include "live/live.h"

struct asking;         /* a question under way, of the source's own shape */

/* What the source calls exactly once, never from inside ask. snapshot: taken; NULL with an error. */
typedef void asked(void *context, void *snapshot, const struct error *error);

struct source {
	enum live_source number;
	const char *name;                  /* "who" */
	const char *words;                 /* "connections" */
	unsigned interval_ms;              /* as a rule */
	unsigned least_ms;                 /* never more often, whatever is wanted */
	/* Is it a matter of this server at all, and is there a way? false: *reason says why not (NULL: not a matter of it). */
	bool (*applies)(struct live *live, size_t host, const char **reason);
	struct asking *(*ask)(struct live *live, size_t host, asked *done, void *context);
	void (*cancel)(struct asking *asking);     /* done does not come any more; frees it */
	void (*free)(void *snapshot);
};
/* One for each enum live_source but the directory, which others tell of; each in the file of its name (src/live/who.c ...). */
extern const struct source source_who, source_services, source_configuration, source_processes, source_penalty, source_log,
	source_slots, source_queue, source_ports, source_machine, source_inner, source_mailboxes,
	source_testmail, source_left_on;
extern const struct source *const sources[LIVE_SOURCES];

/* --- what sources and tables may ask of the collector (watch.c) ------------------------------------------- */
struct loop *live_loop(const struct live *live);
const struct live_settings *live_settings(const struct live *live);
const struct live_host_settings *live_host(const struct live *live, size_t host);    /* never NULL */
/* The last good snapshot, of the type in data.h; NULL: none yet. */
const void *live_snapshot(const struct live *live, size_t host, enum live_source source);
/* Known own domains, lower case, NULL-terminated; NULL: not known. */
const char *const *live_own(const struct live *live);

/* --- what the collector remembers beside the last snapshot (rings.c) ------------------------------------------ */

/* Units a minute over the last five minutes, may be negative; NAN: fewer than three readings. */
double live_rate(const struct live *live, size_t host, enum live_measure measure);
/* Minutes until this service is full at the rate of the last five; 0: it is; -1: not filling, or not known. */
long live_minutes_left(const struct live *live, size_t host, const char *service, uint64_t used, uint64_t possible);
/* Changes of last_drop that were seen since the last start or reload of the service (at least so many were turned away). */
uint64_t live_drops(const struct live *live, size_t host, const char *service);

#endif
