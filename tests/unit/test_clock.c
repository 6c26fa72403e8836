/* clock: it runs, stands still when frozen, and obeys the environment of a new process. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"

static void it_runs(void **state)
{
	int64_t wall = clock_now_ms(), monotonic = clock_monotonic_ms();
	const struct timespec pause = { .tv_nsec = 20000000 };

	(void)state;
	assert_true(clock_now() > 1600000000);
	nanosleep(&pause, NULL);
	assert_true(clock_now_ms() > wall);
	assert_true(clock_monotonic_ms() >= monotonic + 19);
}

static void it_stands_still(void **state)
{
	(void)state;
	clock_freeze(1795183351);
	assert_int_equal(clock_now(), 1795183351);
	assert_int_equal(clock_now_ms(), 1795183351000);
	assert_int_equal(clock_monotonic_ms(), 1795183351000);
	clock_freeze(-1);
	assert_true(clock_now() != 1795183351);
}

static void digits(void **state)
{
	char out[9];

	(void)state;
	setenv("TZ", "UTC", 1);
	tzset();
	clock_digits(1795183351, 0, out);
	assert_string_equal(out, "14:02");
	clock_digits(1795183351, 1, out);
	assert_string_equal(out, "14:02:31");
}

static const struct {
	const char *words;
	bool frozen;
} environments[] = {
	{ "1795183351", true }, { "", false }, { "soon", false }, { "-5", false }, { "99999999999999999999", false }, { "17x", false },
};

/* The environment is read once, so each case needs a process that has not looked at the clock yet. */
static void the_environment_freezes(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(environments) / sizeof(environments[0]); i++) {
		int status;
		pid_t child;

		setenv("POSTROOM_FROZEN_CLOCK", environments[i].words, 1);
		child = fork();
		assert_true(child >= 0);
		if (child == 0)
			_exit(clock_now() == 1795183351 ? 1 : 0);
		unsetenv("POSTROOM_FROZEN_CLOCK");
		assert_int_equal(waitpid(child, &status, 0), child);
		assert_int_equal(WEXITSTATUS(status), environments[i].frozen);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_environment_freezes),   /* first: nobody has asked the clock yet */
		cmocka_unit_test(it_runs),
		cmocka_unit_test(it_stands_still),
		cmocka_unit_test(digits),
	};

	unsetenv("POSTROOM_FROZEN_CLOCK");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
