/*
 * bench_lines: two lines of shell in turn, with the time of each and the most
 * memory that the largest process of each took.
 */
#ifndef POSTROOM_TESTS_BENCH_LINES_H
#define POSTROOM_TESTS_BENCH_LINES_H

#include <spawn.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "tests/bench/bench.h"

enum { BENCH_ROUNDS_MOST = 25 };

/* Milliseconds; -1: it failed. *kib grows to the most. */
static inline double bench_line(const char *line, long *kib)
{
	const char *argv[] = { "/bin/sh", "-c", line, NULL };
	char path[] = "PATH=/usr/sbin:/usr/bin:/sbin:/bin", *environment[] = { path, NULL };
	struct rusage used = { 0 };
	double begun = seconds();
	int status = -1;
	pid_t pid;

	if (posix_spawn(&pid, argv[0], NULL, NULL, (char *const *)argv, environment) == 0)
		wait4(pid, &status, 0, &used);
	if (status != 0) {
		fprintf(stderr, "%s: failed [%d]\n", line, status);
		return -1;
	}
	*kib = used.ru_maxrss > *kib ? used.ru_maxrss : *kib;
	return (seconds() - begun) * 1e3;
}

/* Prints the median of the ratios of pairs; false where a line failed. */
static inline bool bench_lines(const char *name, int rounds, const char *ours, const char *theirs)
{
	double a[BENCH_ROUNDS_MOST], b[BENCH_ROUNDS_MOST], ratio[BENCH_ROUNDS_MOST];
	long our_kib = 0, their_kib = 0;

	rounds = rounds < 1 ? 1 : rounds > BENCH_ROUNDS_MOST ? BENCH_ROUNDS_MOST : rounds;
	for (int i = 0; i < rounds; i++) {
		a[i] = bench_line(ours, &our_kib);
		b[i] = bench_line(theirs, &their_kib);
		if (a[i] < 0 || b[i] < 0)
			return false;
		ratio[i] = a[i] / b[i];
	}
	qsort(a, (size_t)rounds, sizeof(*a), by_value);
	qsort(b, (size_t)rounds, sizeof(*b), by_value);
	qsort(ratio, (size_t)rounds, sizeof(*ratio), by_value);
	printf("%-34s ratio %5.2f (%.2f to %.2f)   postroom %.0f ms, theirs %.0f ms; memory %.1f MB against %.1f MB\n", name, ratio[rounds / 2],
		ratio[0], ratio[rounds - 1], a[rounds / 2], b[rounds / 2], (double)our_kib / 1024, (double)their_kib / 1024);
	return true;
}

#endif
