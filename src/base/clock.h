/*
 * clock: wall and monotonic time, replaceable in tests.
 *
 * Never fails. Any thread; clock_freeze only before threads start.
 */
#ifndef POSTROOM_BASE_CLOCK_H
#define POSTROOM_BASE_CLOCK_H

#include <stdint.h>

int64_t clock_now(void);          /* epoch seconds, UTC */
int64_t clock_now_ms(void);       /* epoch milliseconds */
int64_t clock_monotonic_ms(void); /* for intervals and deadlines */
/* Tests: wall and monotonic time stand still at this epoch second; -1 lets them run again.
 * Environment POSTROOM_FROZEN_CLOCK=<epoch> does the same in `postroom screen` and tests. */
void clock_freeze(int64_t epoch);
/* Tests: both clocks leap forward by so much, frozen or not. For loop_leap. */
void clock_leap(int64_t milliseconds);
/* Local wall-clock digits "14:02" or "14:02:31" into out (room for 9). */
void clock_digits(int64_t epoch, int with_seconds, char *out);

#endif
