/*
 * Unlocking against the real slapd of tests/lab: the right password of somebody
 * else than the session's identity, wrong ones, and servers that are gone or
 * silent.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "live.h"

static struct live live;
static enum directory_rebound how;
static struct error why;
static unsigned answers;

static void rebound(void *context, enum directory_rebound got, const struct error *error)
{
	(void)context;
	how = got;
	why = *error;
	answers++;
	live.ended = true;
}

static void open_at(const char *uri)
{
	live_prepare(&live, "ADMIN");
	if (uri != NULL)
		live.uris[0] = uri;
	live.settings.connect_seconds = live.settings.bind_seconds = 1;
	live_open(&live);
}

static bool try(const char *dn, const char *secret)
{
	char copy[200];
	bool asked;

	snprintf(copy, sizeof copy, "%s", secret);
	answers = 0;
	live.ended = false;
	asked = directory_rebind(live.directory, dn, copy, rebound, NULL);
	/* Wiped, whatever came of it. */
	assert_string_equal(copy, "");
	if (asked)
		loop_run_until(live.loop, &live.ended);
	return asked;
}

static const char *secret_of(const char *variable)
{
	static char secret[200];
	FILE *file = fopen(live_env(variable), "r");

	assert_non_null(file);
	assert_non_null(fgets(secret, sizeof secret, file));
	fclose(file);
	secret[strcspn(secret, "\n")] = '\0';
	return secret;
}

static void the_server_decides(void **state)
{
	const char *dn = live_env("LAB_HELPDESK_DN");

	(void)state;
	if (live_missing())
		skip();
	open_at(NULL);
	assert_true(try(dn, secret_of("LAB_HELPDESK_SECRET")));
	assert_int_equal(how, REBOUND_SAME);
	assert_true(try(dn, "wrong"));
	assert_int_equal(how, REBOUND_WRONG);
	assert_true(try(dn, secret_of("LAB_ADMIN_SECRET")));
	assert_int_equal(how, REBOUND_WRONG);
	assert_true(try("cn=nobody,dc=example,dc=com", "wrong"));
	assert_int_equal(how, REBOUND_WRONG);
	/* An anonymous login would succeed. */
	assert_false(try(dn, ""));
	assert_true(try("no DN", "x"));
	assert_int_not_equal(how, REBOUND_SAME);
	/* The session's own login is not touched. */
	assert_true(live_wait(&live, DIRECTORY_UP, 5000));
	assert_string_equal(directory_status(live.directory)->identity, live_env("LAB_ADMIN_DN"));
	assert_non_null(live_read(&live, "user", "aschmid1"));
	live_close(&live);
}

static void one_at_a_time_and_forgotten(void **state)
{
	char first[200], second[] = "x";

	(void)state;
	if (live_missing())
		skip();
	open_at(NULL);
	snprintf(first, sizeof first, "%s", secret_of("LAB_HELPDESK_SECRET"));
	answers = 0;
	assert_true(directory_rebind(live.directory, live_env("LAB_HELPDESK_DN"), first, rebound, NULL));
	assert_false(directory_rebind(live.directory, live_env("LAB_HELPDESK_DN"), second, rebound, NULL));
	directory_rebind_forget(live.directory);
	live_run(&live, 300);
	assert_int_equal(answers, 0);
	assert_true(try(live_env("LAB_HELPDESK_DN"), secret_of("LAB_HELPDESK_SECRET")));
	assert_int_equal(how, REBOUND_SAME);
	live_close(&live);
}

/* A port that takes connections and says nothing; another that takes none. */
static void who_does_not_answer_opens_nothing(void **state)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t length = sizeof address;
	int silent = socket(AF_INET, SOCK_STREAM, 0);
	char uri[60];
	int64_t begun;

	(void)state;
	if (live_missing())
		skip();
	assert_int_equal(bind(silent, (struct sockaddr *)&address, sizeof address), 0);
	assert_int_equal(listen(silent, 8), 0);
	getsockname(silent, (struct sockaddr *)&address, &length);
	snprintf(uri, sizeof uri, "ldap://127.0.0.1:%d", ntohs(address.sin_port));
	open_at(uri);
	begun = clock_monotonic_ms();
	assert_true(try(live_env("LAB_HELPDESK_DN"), secret_of("LAB_HELPDESK_SECRET")));
	assert_int_equal(how, REBOUND_UNKNOWN);
	assert_int_not_equal(why.kind, ERROR_NONE);
	assert_true(clock_monotonic_ms() - begun < 20000);
	live_close(&live);
	close(silent);
	open_at(uri);
	assert_true(try(live_env("LAB_HELPDESK_DN"), secret_of("LAB_HELPDESK_SECRET")));
	assert_int_equal(how, REBOUND_UNKNOWN);
	live_close(&live);
}

/* The program ends while a server keeps it waiting. */
static void closing_meanwhile_is_quick(void **state)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t length = sizeof address;
	int silent = socket(AF_INET, SOCK_STREAM, 0);
	char uri[60], secret[] = "x";

	(void)state;
	if (live_missing())
		skip();
	assert_int_equal(bind(silent, (struct sockaddr *)&address, sizeof address), 0);
	assert_int_equal(listen(silent, 8), 0);
	getsockname(silent, (struct sockaddr *)&address, &length);
	snprintf(uri, sizeof uri, "ldap://127.0.0.1:%d", ntohs(address.sin_port));
	open_at(uri);
	assert_true(directory_rebind(live.directory, live_env("LAB_HELPDESK_DN"), secret, rebound, NULL));
	answers = 0;
	live_run(&live, 100);
	live_close(&live);
	assert_int_equal(answers, 0);
	close(silent);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_server_decides),
		cmocka_unit_test(one_at_a_time_and_forgotten),
		cmocka_unit_test(who_does_not_answer_opens_nothing),
		cmocka_unit_test(closing_meanwhile_is_quick),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
