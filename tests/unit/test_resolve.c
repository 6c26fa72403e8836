/*
 * test_resolve: addresses in digits, a name that every machine knows, answers
 * that nobody waits for any more; no descriptor stays behind.
 */
#include <arpa/inet.h>
#include <dirent.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "base/resolve.h"

static struct loop *loop;
static struct resolved last;
static unsigned answers;
static bool done;

static void on_done(void *context, const struct resolved *resolved)
{
	(void)context;
	last = *resolved;
	answers++;
	done = true;
}

static void ask(const char *name)
{
	done = false;
	answers = 0;
	resolve_name(loop, name, 25, on_done, NULL);
	assert_false(done);
	loop_run_until(loop, &done);
	assert_int_equal(answers, 1);
}

static void digits(void **state)
{
	(void)state;
	ask("192.0.2.7");
	assert_int_equal(last.count, 1);
	assert_int_equal(((struct sockaddr_in *)&last.addresses[0])->sin_addr.s_addr, inet_addr("192.0.2.7"));
	assert_int_equal(((struct sockaddr_in *)&last.addresses[0])->sin_port, htons(25));
	ask("2001:db8::1");
	assert_int_equal(last.count, 1);
	assert_int_equal(last.addresses[0].ss_family, AF_INET6);
}

static void a_name(void **state)
{
	(void)state;
	ask("localhost");
	assert_true(last.count > 0);
	assert_int_equal(last.error.kind, ERROR_NONE);
	/* This is no name anywhere, so no server is asked. */
	ask("no name at all");
	assert_int_equal(last.count, 0);
	assert_int_equal(last.error.kind, ERROR_UNREACHABLE);
}

static size_t descriptors(void)
{
	DIR *directory = opendir("/proc/self/fd");
	size_t count = 0;

	while (readdir(directory))
		count++;
	closedir(directory);
	return count;
}

static void forgotten(void **state)
{
	const struct timespec pause = { .tv_nsec = 10 * 1000000L };
	size_t before, i;

	(void)state;
	ask("localhost");
	before = descriptors();
	answers = 0;
	for (i = 0; i < 20; i++)
		resolve_forget(resolve_name(loop, i % 2 ? "localhost" : "127.0.0.1", 25, on_done, NULL));
	resolve_forget(NULL);
	/* What was left behind cleans up when the resolver returns. */
	for (i = 0; i < 3000 && descriptors() > before; i++)
		nanosleep(&pause, NULL);
	assert_int_equal(descriptors(), before);
	assert_int_equal(answers, 0);
}

static int set_up(void **state)
{
	(void)state;
	loop = loop_new();
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	loop_free(loop);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(digits), cmocka_unit_test(a_name), cmocka_unit_test(forgotten) };

	return cmocka_run_group_tests_name("resolve", tests, set_up, tear_down);
}
