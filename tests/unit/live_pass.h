/*
 * live_pass: lets time go by on a loop that leaps, for tests of the collector.
 */
#ifndef POSTROOM_TESTS_LIVE_PASS_H
#define POSTROOM_TESTS_LIVE_PASS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/loop.h"

static inline void pass_is_over(void *context)
{
	*(bool *)context = true;
}

/* Everything that is due within so many milliseconds happens, at once. */
static inline void pass_time(struct loop *loop, uint64_t milliseconds)
{
	bool over = false;
	struct loop_timer *end = loop_after(loop, milliseconds, 0, pass_is_over, &over);

	loop_leaping(loop, 1);
	loop_run_until(loop, &over);
	loop_leaping(loop, 0);
	loop_timer_stop(end);
}

#endif
