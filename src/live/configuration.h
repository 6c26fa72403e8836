/*
 * configuration: reads `doveconf -S`: which services run with which limits,
 * with defaults put in (dovecot 1, 2, 3).
 *
 * Keeps nothing but the settings it knows, so no secret of that output stays.
 * Takes pieces of any size; a last line without its end is not read.  One
 * thread at a time.
 */
#ifndef POSTROOM_LIVE_CONFIGURATION_H
#define POSTROOM_LIVE_CONFIGURATION_H

#include <stdbool.h>
#include <stddef.h>

#include "live/data.h"

struct configuration_reader;
struct configuration_reader *configuration_reader_new(void);
void configuration_reader_free(struct configuration_reader *reader);     /* NULL is allowed */
void configuration_reader_take(struct configuration_reader *reader, const char *bytes, size_t length);
/* The configuration in an arena of its own, for the caller; NULL where no service was named. The reader still is to be freed. */
struct configuration *configuration_reader_end(struct configuration_reader *reader);

#endif
