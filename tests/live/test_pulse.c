/*
 * The pulse of the real directory, and of a server that is not there beside it:
 * one delays or hides nothing of the other.
 */
#include "tests/fakes/hostile_peer.h"
#include "tests/live/live.h"

static struct { bool done, good_first; size_t count, failed; long latency, lag[2]; } felt;

static void on_beat(void *context, const struct directory_beat *beat)
{
	(void)context;
	felt.lag[felt.count % 2] = beat->lag_s;
	felt.count++;
	if (felt.count == 1)
		felt.good_first = beat->error.kind == ERROR_NONE;
	if (beat->error.kind != ERROR_NONE)
		felt.failed++;
	else
		felt.latency = beat->latency_ms;
	felt.done = felt.count == 2;
}

static void the_pulse_of_two_servers(void **state)
{
	const char *uris[] = { live_env("LAB_URI"), "ldap://127.0.0.1:1", NULL };
	struct directory_settings settings = { .uris = uris, .tls = DIRECTORY_TLS_START, .ca_file = live_env("LAB_CA"), .base = live_env("LAB_BASE"),
		.bind = DIRECTORY_BIND_SIMPLE, .bind_dn = live_env("LAB_MONITOR_DN"), .password_file = live_env("LAB_MONITOR_SECRET") };
	struct loop *loop = loop_new();
	struct error error = { 0 };
	struct directory *directory;

	(void)state;
	if (live_missing()) {
		loop_free(loop);
		skip();
	}
	memset(&felt, 0, sizeof(felt));
	felt.latency = -1;
	directory = directory_open(loop, &settings, &error);
	assert_non_null(directory);
	assert_int_equal(directory_servers(directory), 2);
	assert_int_equal(directory_pulse(directory, on_beat, NULL), 2);
	loop_run_until(loop, &felt.done);
	assert_int_equal(felt.failed, 1);
	assert_true(felt.latency >= 0);
	/* A second look goes over the connections that stand. */
	memset(&felt, 0, sizeof(felt));
	assert_int_equal(directory_pulse(directory, on_beat, NULL), 2);
	loop_run_until(loop, &felt.done);
	assert_int_equal(felt.failed, 1);
	directory_pulse_forget(directory);
	assert_true(directory_close(directory));
	loop_free(loop);
}

/* One server by two names has what it has: the second is not behind the first. */
static void one_is_not_behind_itself(void **state)
{
	char by_name[60];
	const char *uris[] = { live_env("LAB_URI"), by_name, NULL };
	struct directory_settings settings = { .uris = uris, .tls = DIRECTORY_TLS_START, .ca_file = live_env("LAB_CA"), .base = live_env("LAB_BASE"),
		.bind = DIRECTORY_BIND_SIMPLE, .bind_dn = live_env("LAB_MONITOR_DN"), .password_file = live_env("LAB_MONITOR_SECRET") };
	struct loop *loop;
	struct error error = { 0 };
	struct directory *directory;
	unsigned tries = 0;

	(void)state;
	if (live_missing())
		skip();
	snprintf(by_name, sizeof(by_name), "ldap://127.0.0.1:%s/", live_env("LAB_LDAP_PORT"));
	loop = loop_new();
	directory = directory_open(loop, &settings, &error);
	assert_non_null(directory);
	/* Where the base is becomes known with the first connection. */
	do {
		memset(&felt, 0, sizeof(felt));
		directory_pulse(directory, on_beat, NULL);
		loop_run_until(loop, &felt.done);
	} while (felt.lag[0] < 0 && felt.lag[1] < 0 && ++tries < 500);
	assert_int_equal(felt.failed, 0);
	assert_int_equal(felt.lag[0] + felt.lag[1], -1);
	assert_true(directory_close(directory));
	loop_free(loop);
}

/* A server that takes the connection and never says a word: the other's pulse comes at once, its own as an error. */
static void one_that_hangs_delays_nobody(void **state)
{
	struct peer *peer = peer_start(&(struct peer_script){ .link = PEER_START_TLS, .moment = PEER_AT_ACCEPT, .manner = PEER_SILENT });
	const char *uris[] = { peer_uri(peer), live_env("LAB_URI"), NULL };
	struct directory_settings settings = { .uris = uris, .tls = DIRECTORY_TLS_START, .ca_file = live_env("LAB_CA"), .base = live_env("LAB_BASE"),
		.bind = DIRECTORY_BIND_SIMPLE, .bind_dn = live_env("LAB_MONITOR_DN"), .password_file = live_env("LAB_MONITOR_SECRET"),
		.connect_seconds = 5 };
	struct loop *loop = loop_new();
	struct error error = { 0 };
	struct directory *directory;

	(void)state;
	if (!live_missing()) {
		memset(&felt, 0, sizeof(felt));
		directory = directory_open(loop, &settings, &error);
		assert_non_null(directory);
		directory_pulse(directory, on_beat, NULL);
		loop_run_until(loop, &felt.done);
		assert_int_equal(felt.failed, 1);
		assert_true(felt.good_first);
		assert_true(directory_close(directory));
	}
	loop_free(loop);
	peer_stop(peer);
	peer_forget_authority();
	if (live_missing())
		skip();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_pulse_of_two_servers), cmocka_unit_test(one_is_not_behind_itself),
		cmocka_unit_test(one_that_hangs_delays_nobody),
	};

	return cmocka_run_group_tests_name("pulse", tests, NULL, NULL);
}
