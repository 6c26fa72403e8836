/*
 * engine_pulse: the wire from the directory to the collector; see the .c file.
 */
#ifndef POSTROOM_ENGINE_PULSE_H
#define POSTROOM_ENGINE_PULSE_H

#include "directory/directory.h"
#include "live/live.h"

struct engine_pulse;
/* All borrowed; closed before any of them. */
struct engine_pulse *engine_pulse_open(struct loop *loop, struct directory *directory, struct live *live);
void engine_pulse_close(struct engine_pulse *pulse);

#endif
