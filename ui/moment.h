/*
 * moment: times as people say and read them: "06:00", "2 h", "02:06   8 m".
 *
 * Local time.  Pure but for the zone; loop thread.
 */
#ifndef POSTROOM_UI_MOMENT_H
#define POSTROOM_UI_MOMENT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/memory.h"

/*
 * "" is 0; "06:00" the next such time of day, or the last one where past; "30 m", "2 h", "3 d" that long after (past:
 * before) now. Epoch seconds. False: it is none of these, or nothing at all where past.
 */
bool moment_parse(const char *words, int64_t now, bool past, int64_t *epoch);
/* "02:06" of the last 20 hours and the next, else "11-18" (month and day): never a time of day that could be of today. Arena. */
char *moment_words(struct arena *arena, int64_t epoch, int64_t now);
/* How long, in whole minutes ("now" below one), since a figure that moves each second tells nothing. Arena. */
char *moment_age(struct arena *arena, int64_t seconds);

#endif
