/* Tests of directory/reach and the watchdog's look at a socket: what became of a connection, in words. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>
#include <cmocka.h>

#include "directory/reach.h"
#include "directory/watchdog.h"

static void test_words_are_for_people(void **state)
{
	static const int codes[] = { ECONNREFUSED, ETIMEDOUT, EHOSTUNREACH, ENETUNREACH, ECONNRESET, EACCES, ENOENT };
	size_t i;

	(void)state;
	assert_string_equal(reach_words(ECONNREFUSED), "connection refused");
	for (i = 0; i < sizeof codes / sizeof *codes; i++)
		assert_non_null(reach_words(codes[i]));
	/* What libldap leaves behind says nothing. */
	assert_null(reach_words(ENOTCONN));
	assert_null(reach_words(0));
}

static void test_who_ended_a_socket(void **state)
{
	struct watchdog *watchdog = watchdog_new();
	struct guard *guard = guard_new(watchdog);
	int pair[2];

	(void)state;
	assert_false(guard_was_left(guard));
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	guard_socket(guard, pair[0]);
	assert_false(guard_was_left(guard));
	assert_int_equal(write(pair[1], "x", 1), 1);
	assert_false(guard_was_left(guard));
	assert_int_equal(read(pair[0], (char[1]){ 0 }, 1), 1);
	close(pair[1]);
	assert_true(guard_was_left(guard));
	/* That we cut ourselves is not the other side's doing. */
	guard_cut(guard);
	assert_false(guard_was_left(guard));
	guard_reset(guard);
	guard_arm(guard, 60000);
	assert_int_equal(guard_waited(guard), 1);
	guard_disarm(guard);
	close(pair[0]);
	guard_free(guard);
	watchdog_free(watchdog);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_words_are_for_people),
		cmocka_unit_test(test_who_ended_a_socket),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
