/*
 * clock: the only place that asks the system for the time.
 *
 * A frozen clock (clock_freeze, or POSTROOM_FROZEN_CLOCK read at first use)
 * makes screens and tests repeatable.  Never fails: a malformed environment
 * value is ignored.  Any thread; clock_freeze only before threads start.
 */
#include "base/clock.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define RUNNING (-1)

static _Atomic int64_t frozen = RUNNING;
static _Atomic int64_t leapt;          /* milliseconds, by clock_leap */
static pthread_once_t environment_read = PTHREAD_ONCE_INIT;

static void read_environment(void)
{
	const char *words = getenv("POSTROOM_FROZEN_CLOCK");
	char *end;
	long long epoch;

	if (!words || !*words)
		return;
	errno = 0;
	epoch = strtoll(words, &end, 10);
	/* The upper bound keeps milliseconds far from overflow (year 33658). */
	if (!errno && !*end && epoch >= 0 && epoch <= 1000000000000LL)
		atomic_store(&frozen, epoch);
}

static int64_t frozen_second(void)
{
	pthread_once(&environment_read, read_environment);
	return atomic_load(&frozen);
}

static int64_t milliseconds(clockid_t which)
{
	struct timespec now;

	clock_gettime(which, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int64_t clock_now(void)
{
	return clock_now_ms() / 1000;
}

int64_t clock_now_ms(void)
{
	int64_t second = frozen_second();

	return atomic_load(&leapt) + (second != RUNNING ? second * 1000 : milliseconds(CLOCK_REALTIME));
}

int64_t clock_monotonic_ms(void)
{
	int64_t second = frozen_second();

	return atomic_load(&leapt) + (second != RUNNING ? second * 1000 : milliseconds(CLOCK_MONOTONIC));
}

void clock_leap(int64_t by)
{
	atomic_fetch_add(&leapt, by);
}

void clock_freeze(int64_t epoch)
{
	/* Read the environment now, so that it cannot override this call later. */
	pthread_once(&environment_read, read_environment);
	atomic_store(&leapt, 0);
	atomic_store(&frozen, epoch);
}

void clock_digits(int64_t epoch, int with_seconds, char *out)
{
	time_t seconds = (time_t)epoch;
	struct tm local;

	memset(&local, 0, sizeof(local));
	localtime_r(&seconds, &local);
	strftime(out, 9, with_seconds ? "%H:%M:%S" : "%H:%M", &local);
}
