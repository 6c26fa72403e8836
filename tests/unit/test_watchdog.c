/* Tests of the guards: a closed peer is seen without waiting, a deadline shuts the socket. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "directory/watchdog.h"

static void sees_that_the_peer_has_gone(void **state)
{
	struct watchdog *watchdog = watchdog_new();
	struct guard *guard = guard_new(watchdog);
	int pair[2];

	(void)state;
	assert_false(guard_hung_up(guard));
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	guard_socket(guard, pair[0]);
	assert_false(guard_hung_up(guard));
	/* What has come and was not read yet is no farewell; behind a farewell it may stand. */
	assert_int_equal(write(pair[1], "x", 1), 1);
	assert_false(guard_hung_up(guard));
	close(pair[1]);
	assert_true(guard_hung_up(guard));
	guard_socket(guard, -1);
	assert_false(guard_hung_up(guard));
	close(pair[0]);
	guard_free(guard);
	watchdog_free(watchdog);
}

static void a_deadline_shuts_the_socket(void **state)
{
	struct watchdog *watchdog = watchdog_new();
	struct guard *guard = guard_new(watchdog);
	int pair[2];
	char byte;

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	guard_socket(guard, pair[0]);
	guard_arm(guard, 20);
	assert_int_equal(read(pair[0], &byte, 1), 0);
	assert_true(guard_timed_out(guard));
	assert_true(guard_hung_up(guard));
	guard_free(guard);
	watchdog_free(watchdog);
	close(pair[0]);
	close(pair[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sees_that_the_peer_has_gone),
		cmocka_unit_test(a_deadline_shuts_the_socket),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
