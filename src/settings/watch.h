/*
 * watch: which change of a server's files waits to be confirmed, for as long as
 * somebody sits before the screen.
 *
 * Each guardian is asked once at the start (what waits may be of a session that
 * is dead) and after a change of its server; again and again only while
 * something waits or is on its way there.  Between two answers the time that
 * is left is counted here, by a clock that nobody sets.  Nothing fails; a server without a
 * guardian has nothing that waits.  Loop thread.
 */
#ifndef POSTROOM_SETTINGS_WATCH_H
#define POSTROOM_SETTINGS_WATCH_H

#include "hosts/hosts.h"
#include "settings/guardian.h"

/* A change under a guardian, as it was last told; texts live until the next answer of that server. */
struct settings_wait {
	size_t host;
	const char *server;
	const struct guardian_report *report;
	int64_t left_s;                    /* until it goes back by itself; 0: any moment now */
	bool waited;                       /* it was seen waiting here before */
};
struct settings_watch;
/*
 * hosts must outlive it. changed: an answer came, so what waits may be something else. ended: a change does not wait any
 * more, or had ended before the first look; comes before changed.
 */
struct settings_watch *settings_watch_new(struct hosts *hosts, void (*changed)(void *context),
		void (*ended)(void *context, const struct settings_wait *wait), void *context);
/* Nothing comes any more. NULL is allowed. */
void settings_watch_free(struct settings_watch *self);
/* Asks this server now; name of a server that is not configured: nothing. */
void settings_watch_look(struct settings_watch *self, const char *server);
/* Once a second. */
void settings_watch_tick(struct settings_watch *self);
/* The change that goes back first; false: nothing waits. */
bool settings_watch_first(const struct settings_watch *self, struct settings_wait *wait);
/* What the guardian of this server last told of the change with this id; false: nothing, or it was about another one. */
bool settings_watch_known(const struct settings_watch *self, const char *server, const char *id, struct settings_wait *wait);
/* How many servers have a change that waits. */
size_t settings_watch_count(const struct settings_watch *self);

#endif
