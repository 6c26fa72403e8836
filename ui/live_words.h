/*
 * live_words: cells of live tables in few columns: figures with thousands
 * parted, times by the clock.  Loop thread.
 */
#ifndef POSTROOM_UI_LIVE_WORDS_H
#define POSTROOM_UI_LIVE_WORDS_H

#include <stdint.h>

#include "model/record.h"

/* NULL: the value is shown as lists show it. now: epoch seconds. Arena. */
const char *live_words(struct arena *arena, const struct field *field, const struct value *value, int64_t now);
/* In at most four columns: 999, 1.2k, 12k, 1.2M. Arena. */
const char *live_words_short(struct arena *arena, uint64_t count);
/* "14:02" of today, "19 Nov 14:02", "2025-11-19" of another year; local time. value: canonical UTC. Arena. */
const char *live_words_time(struct arena *arena, const char *value, int64_t now);

#endif
