/*
 * look: what the commands about mail servers share: an engine whose collector
 * looked once, and naming what is missing.  Loop thread.
 */
#ifndef POSTROOM_COMMANDS_LOOK_H
#define POSTROOM_COMMANDS_LOOK_H

#include "commands/headless.h"
#include "live/live.h"

struct look {
	struct headless headless;
	struct live *live;
	size_t host;                       /* --host; LIVE_ALL: every server */
	unsigned sources;
};
/*
 * Opens the engine (takes the config) and waits until each of these sources of each server has answered or failed.
 * False: the reason was printed; headless_close all the same.
 */
bool look_open(struct look *look, struct config *takes, const struct arguments *arguments, unsigned sources);
/* The same without waiting, and for alarms that need their readings. */
bool look_begin(struct look *look, struct config *takes, const struct arguments *arguments, unsigned sources);
/* Waits until everything wanted has answered or failed. */
void look_settle(struct look *look);
/*
 * Names on standard error what could not be read. The exit status becomes 69 where something is missing, or that of
 * the first error where nothing at all could be read.
 */
void look_tell_missing(struct look *look);
/* Says what a person must know to read what was printed: rows that made no sense, what could not be looked at. No status. */
void look_tell_notes(const struct look *look);

#endif
