/*
 * bench: time and memory, for the benchmarks that compare with another program.
 */
#ifndef POSTROOM_TESTS_BENCH_H
#define POSTROOM_TESTS_BENCH_H

#include <stdio.h>
#include <time.h>

static inline double seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* For qsort, so that a median can be taken. */
static inline int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

/* The most memory that this process had so far, in KiB. */
static inline long peak(void)
{
	FILE *file = fopen("/proc/self/status", "r");
	char line[200];
	long kib = 0;

	while (file && fgets(line, sizeof(line), file))
		if (sscanf(line, "VmHWM: %ld", &kib) == 1)
			break;
	if (file)
		fclose(file);
	return kib;
}

#endif
