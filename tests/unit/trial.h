/*
 * trial: random runs that can be repeated.
 *
 * The seed comes from POSTROOM_SEED, else from the clock, and is printed; the
 * number of rounds is the small one unless POSTROOM_FULL is set.  For tests
 * only; one thread.
 */
#ifndef POSTROOM_TESTS_TRIAL_H
#define POSTROOM_TESTS_TRIAL_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static uint64_t trial_state;

/* Begins a run and prints how to repeat it. */
static inline void trial_begin(const char *name)
{
	const char *words = getenv("POSTROOM_SEED");
	uint64_t seed = words && *words ? strtoull(words, NULL, 10) : (uint64_t)time(NULL);

	printf("# %s: seed %llu (POSTROOM_SEED=%llu repeats this run)\n", name, (unsigned long long)seed, (unsigned long long)seed);
	trial_state = seed * 0x9E3779B97F4A7C15u + 1;
}

/* SplitMix64: any 64 bits, the same everywhere for one seed. */
static inline uint64_t trial_random(void)
{
	uint64_t z = trial_state += 0x9E3779B97F4A7C15u;

	z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
	z = (z ^ z >> 27) * 0x94D049BB133111EBu;
	return z ^ z >> 31;
}

/* A number below `limit`, which must not be 0. */
static inline size_t trial_below(size_t limit)
{
	return (size_t)(trial_random() % limit);
}

/* `usual` rounds, or `full` where POSTROOM_FULL is set. */
static inline long trial_rounds(long usual, long full)
{
	const char *words = getenv("POSTROOM_FULL");

	return words && *words && *words != '0' ? full : usual;
}

#endif
