/*
 * test_inner: inner services and the test mail over real sockets: good ones,
 * silent ones, wrong ones, and those that only the machine itself can reach.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "live/data.h"
#include "tests/fakes/hostile_mail.h"
#include "tests/unit/live_asking.h"

static struct asking_trial trial;
static struct live_host_settings watched[2];
static struct live_settings settings;
static struct arena *arena;

static void wait_for_answer(const struct source *source)
{
	trial_forget(&trial);
	trial.source = source;
	source->ask(trial.live, 0, trial_asked, &trial);
	assert_int_equal(trial.answers, 0);
	while (!trial.answers) {
		struct loop_timer *timer = loop_after(trial.loop, 20, 0, (void (*)(void *))loop_stop, trial.loop);

		loop_run(trial.loop);
		loop_timer_stop(timer);
	}
	assert_non_null(trial.snapshot);
}

static const char *place_of(struct hostile_mail *server)
{
	return arena_format(arena, "127.0.0.1:%d", hostile_mail_port(server));
}

static int set_up(void **state)
{
	(void)state;
	memset(&trial, 0, sizeof(trial));
	memset(watched, 0, sizeof(watched));
	memset(&settings, 0, sizeof(settings));
	arena = arena_new();
	settings.hosts = watched;
	trial.loop = loop_new();
	trial.hosts = fake_hosts_new(trial.loop, 2);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	trial_close(&trial);
	arena_free(arena);
	return 0;
}

static const struct { const char *name; struct mail_script script; bool ok; const char *words; } cases[] = {
	{ "auth", { { "SVERSION\t1\t2\nMECH\tPLAIN\n", "H", "H", "SSPID\t1\nCUID\t2\nDONE\n", "W" }, PEER_GOOD }, true, "DONE" },
	{ "auth", { { "SBUG\t\n", "H", "H" }, PEER_GOOD }, false, "closed" },
	{ "lmtp", { { "S220 mail1\r\n", "H", "S221 bye\r\n" }, PEER_GOOD }, true, "220 mail1" },
	{ "lmtp", { { "S421 no\r\n", "H" }, PEER_GOOD }, false, "421 no" },
	{ "quota-status", { { "H", "H", "Saction=DUNNO\n\n", "W" }, PEER_GOOD }, true, "action=DUNNO" },
	{ "amavis", { { "S220-a\r\n220 b\r\n", "H", "S221\r\n" }, PEER_GOOD }, true, "220 b" },
	{ "amavis", { { NULL }, PEER_GOOD }, false, "closed" },
	{ "clamd", { { "H", "SClamAV 1.0.3/26789/Mon Jan 16 08:23:05 2023\n" }, PEER_GOOD }, true, "ClamAV 1.0.3" },
	{ "clamd", { { "H", "SUNKNOWN COMMAND\n", "W" }, PEER_GOOD }, false, "UNKNOWN" },
	{ "postgrey", { { "W" }, PEER_GOOD }, true, "takes connections" },
};

static void name_it(const char *name, const char *place)
{
	memset(watched, 0, sizeof(watched));
	*(!strcmp(name, "auth") ? &watched[0].auth_socket : !strcmp(name, "lmtp") ? &watched[0].lmtp_socket :
		!strcmp(name, "quota-status") ? &watched[0].quota_status : !strcmp(name, "amavis") ? &watched[0].amavis :
		!strcmp(name, "clamd") ? &watched[0].clamd : &watched[0].postgrey) = place;
}

static void each_service(void **state)
{
	size_t i;

	(void)state;
	trial.live = live_open(trial.loop, trial.hosts, &settings);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct hostile_mail *server = hostile_mail_new(&cases[i].script);
		const struct inner *inner;

		name_it(cases[i].name, place_of(server));
		wait_for_answer(&source_inner);
		inner = trial.snapshot;
		assert_int_equal(inner->count, 1);
		if (inner->rows[0].ok != cases[i].ok || !strstr(inner->rows[0].words, cases[i].words))
			print_error("%zu %s: %s\n", i, cases[i].name, inner->rows[0].words);
		assert_string_equal(inner->rows[0].name, cases[i].name);
		assert_int_equal(inner->rows[0].ok, cases[i].ok);
		assert_non_null(strstr(inner->rows[0].words, cases[i].words));
		assert_int_equal(inner->rows[0].age_s >= 0, cases[i].ok && !strcmp(cases[i].name, "clamd"));
		hostile_mail_free(server);
	}
}

static void a_socket_that_is_not_there(void **state)
{
	const struct inner *inner;

	(void)state;
	trial.live = live_open(trial.loop, trial.hosts, &settings);
	name_it("clamd", "/nonexistent/clamd.ctl");
	wait_for_answer(&source_inner);
	inner = trial.snapshot;
	assert_false(inner->rows[0].ok);
	assert_non_null(strstr(inner->rows[0].words, "/nonexistent/clamd.ctl: there is no such socket"));
}

static void the_listener(void **state)
{
	static const char behind[] = "==> /v/notifier_id <==\n4711\n==> /v/last_id <==\n4715";
	const struct inner *inner;

	(void)state;
	trial.live = live_open(trial.loop, trial.hosts, &settings);
	watched[0].listener_directory = "/var/lib/univention-directory-listener";
	trial_reply(&trial, "listener", FORM_OUTPUT, behind, sizeof(behind) - 1, 0);
	wait_for_answer(&source_inner);
	inner = trial.snapshot;
	assert_true(inner->rows[0].ok);
	assert_string_equal(inner->rows[0].words, "at transaction 4711, 4 behind the directory");
	assert_int_equal(inner->rows[0].age_s, 0);
	assert_string_equal(fake_hosts_holes(trial.hosts, "listener"),
		"/var/lib/univention-directory-listener/notifier_id /var/lib/univention-ldap/last_id");
	trial_reply(&trial, "listener", FORM_OUTPUT, "", 0, 0);
	wait_for_answer(&source_inner);
	inner = trial.snapshot;
	assert_false(inner->rows[0].ok);
}

static void nothing_named_is_no_matter(void **state)
{
	const char *reason = "x";

	(void)state;
	trial.live = live_open(trial.loop, trial.hosts, &settings);
	assert_false(source_inner.applies(trial.live, 0, &reason));
	assert_null(reason);
	name_it("clamd", "/run/clamd.ctl");
	assert_true(source_inner.applies(trial.live, 0, &reason));
}

/* --- the test mail ------------------------------------------------------------------------------------ */

static const struct mail_script refuses = { { "S220 mail1\r\n", "H", "S250 mail1\r\n", "H", "S250 ok\r\n", "H", "S550 5.1.1 no such user\r\n", "H" }, PEER_GOOD };

static void mail_world(struct live_port *port, struct hostile_mail *server)
{
	*port = (struct live_port){ .protocol = "smtp", .port = hostile_mail_port(server) };
	watched[0].ports = port;
	watched[0].port_count = 1;
	settings.testmail_from = "probe@example.org";
	settings.testmail_to = "box@example.org";
	settings.testmail_host = "mail1";
	trial.live = live_open(trial.loop, trial.hosts, &settings);
}

static void a_mail_that_is_refused(void **state)
{
	struct hostile_mail *server = hostile_mail_new(&refuses);
	const struct testmail *mail;
	struct live_port port;
	char *heard;

	(void)state;
	mail_world(&port, server);
	wait_for_answer(&source_testmail);
	mail = trial.snapshot;
	assert_false(mail->arrived);
	assert_string_equal(mail->words, "mail1 did not take it: 550 5.1.1 no such user");
	heard = hostile_mail_heard(server);
	assert_non_null(strstr(heard, "|MAIL FROM:<probe@example.org>|RCPT TO:<box@example.org>|"));
	free(heard);
	hostile_mail_free(server);
}

static void a_mail_that_is_found(void **state)
{
	static const struct mail_script script = { { "S220 mail1\r\n", "H", "S250 mail1\r\n", "H", "S250 ok\r\n", "H", "S250 ok\r\n", "H", "S354 go on\r\n",
		"H", "H", "H", "H", "H", "H", "S250 queued\r\n" }, PEER_GOOD };
	struct hostile_mail *server = hostile_mail_new(&script);
	const struct testmail *mail;
	struct live_port port;
	char *heard;

	(void)state;
	mail_world(&port, server);
	trial_reply(&trial, "mailbox-find", FORM_OUTPUT, "mailbox-guid\tuid\n0123456789abcdef0123456789abcdef\t7\n", 52, 0);
	wait_for_answer(&source_testmail);
	mail = trial.snapshot;
	assert_true(mail->arrived);
	assert_string_equal(mail->words, "to box@example.org by mail1");
	heard = hostile_mail_heard(server);
	assert_non_null(strstr(heard, "|DATA|From: <probe@example.org>|To: <box@example.org>|Date: "));
	assert_memory_equal(fake_hosts_holes(trial.hosts, "mailbox-find"), "box@example.org <postroom.", 26);
	free(heard);
	hostile_mail_free(server);
}

static void a_test_mail_needs_a_mailbox(void **state)
{
	const char *reason = NULL;

	(void)state;
	trial.live = live_open(trial.loop, trial.hosts, &settings);
	assert_false(source_testmail.applies(trial.live, 0, &reason));
	assert_non_null(strstr(reason, "testmail_to"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(each_service, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_socket_that_is_not_there, set_up, tear_down),
		cmocka_unit_test_setup_teardown(the_listener, set_up, tear_down),
		cmocka_unit_test_setup_teardown(nothing_named_is_no_matter, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_mail_that_is_refused, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_mail_that_is_found, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_test_mail_needs_a_mailbox, set_up, tear_down),
	};

	return cmocka_run_group_tests_name("inner", tests, NULL, NULL);
}
