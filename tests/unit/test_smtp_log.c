/* Which SMTP sessions are open, as log lines tell: of syslog, of the journal, of Postfix' own log; and lines that are hostile. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/log_time.h"
#include "settings/smtp_log.h"
#include "tests/unit/trial.h"

enum { NOW = 1795176000 };             /* 2026-11-20 12:00 UTC */

static void feed(struct smtp_log *log, const char *const *lines)
{
	*log = (struct smtp_log){ .now = NOW };
	for (; *lines; lines++)
		smtp_log_line(log, *lines, strlen(*lines));
}

static void sessions(void **state)
{
	static const char *const lines[] = {
		"Nov 20 11:00:00 mail1 postfix/submission/smtpd[10]: connect from host.example.com[192.0.2.7]",
		"Nov 20 11:00:01 mail1 postfix/submission/smtpd[10]: 3D2A5E1F: client=host.example.com[192.0.2.7], sasl_method=PLAIN, sasl_username=anna",
		"Nov 20 11:00:02 mail1 postfix/submission/smtpd[10]: 3D2A5E20: client=host.example.com[192.0.2.7], sasl_method=PLAIN, sasl_username=anna, sasl_sender=x",
		"2026-11-20T11:00:00.123456+00:00 mail1 postfix/smtps/smtpd[11]: connect from unknown[2001:db8::7]",
		"Nov 20 11:00:03 mail1 postfix/smtpd[12]: connect from a[192.0.2.8]:4711\n",
		"Nov 20 11:00:04 mail1 postfix/smtpd[12]: 4Xq2Pz0ab1zJ7w: client=a[192.0.2.8]:4711, sasl_method=LOGIN, sasl_username=bert@example.com\r\n",
		"Nov 20 11:00:05 mail1 postfix/smtpd[12]: lost connection after DATA from a[192.0.2.8]",
		"Nov 20 11:00:05 mail1 postfix/smtpd[12]: disconnect from a[192.0.2.8] ehlo=1",
		/* Began before what was read. */
		"Nov 20 11:00:06 mail1 postfix/smtpd[13]: 3D2A5E21: client=b[192.0.2.9], sasl_method=PLAIN, sasl_username=carla",
		/* The same process, another client: what was before is over. */
		"Nov 20 11:00:07 mail1 postfix/smtpd[14]: connect from c[192.0.2.10]",
		"Nov 20 11:00:08 mail1 postfix/smtpd[14]: 3D2A5E22: client=c[192.0.2.10], sasl_method=PLAIN, sasl_username=dora",
		"Nov 20 11:00:09 mail1 postfix/smtpd[14]: connect from d[192.0.2.11]",
		/* Other programs, and words that only look like it. */
		"Nov 20 11:00:10 mail1 postfix/cleanup[15]: 3D2A5E23: message-id=<smtpd[16]: connect from x[1.2.3.4]>",
		"Nov 20 11:00:10 mail1 notsmtpd[17]: connect from x[1.2.3.4]",
		"Nov 20 11:00:11 mail1 postfix/smtpd[18]: warning: x: client=y[1.2.3.4], sasl_username=eve",
		"", "x", "Nov 20", "Nov 20 11:00:12 mail1 postfix/smtpd[", "Nov 20 11:00:12 mail1 postfix/smtpd[x]: connect from y[1.2.3.4]",
		NULL
	};
	struct smtp_log log;

	(void)state;
	feed(&log, lines);
	assert_int_equal(log.count, 4);
	assert_string_equal(log.from, "Nov 20 11:00:00");
	assert_int_equal(log.open[0].pid, 10);
	assert_string_equal(log.open[0].login, "anna");
	assert_string_equal(log.open[0].client, "192.0.2.7");
	assert_string_equal(log.open[0].since, "Nov 20 11:00:00");
	assert_int_equal(log.open[0].since_s, NOW - 3600);
	assert_int_equal(log.open[0].mails, 2);
	assert_int_equal(log.open[1].pid, 11);
	assert_string_equal(log.open[1].login, "");
	assert_string_equal(log.open[1].client, "2001:db8::7");
	assert_int_equal(log.open[1].since_s, NOW - 3600);
	assert_int_equal(log.open[2].pid, 13);
	assert_string_equal(log.open[2].login, "carla");
	assert_int_equal(log.open[3].pid, 14);
	assert_string_equal(log.open[3].login, "");
	assert_string_equal(log.open[3].client, "192.0.2.11");
	smtp_log_free(&log);
}

static bool is_sent(const struct smtp_log *log, const char *id)
{
	for (size_t i = 0; i < smtp_log_sent(log); i++)
		if (strcmp(log->sent[i].id, id) == 0)
			return true;
	return false;
}

/* By the login, whatever the sender; under the id that a filter of this machine gave it too. */
static void what_a_login_sent(void **state)
{
	static const char *const logins[] = { "anna@example.com", "anna", NULL }, *const lines[] = {
		"Nov 20 11:00:01 mail1 postfix/submission/smtpd[10]: 3D2A5E1F: client=h[192.0.2.7], sasl_method=PLAIN, sasl_username=Anna",
		"Nov 20 11:00:02 mail1 postfix/submission/smtpd[10]: 4Xq2Pz0ab1zJ7w: client=h[192.0.2.7], sasl_method=PLAIN, sasl_username=anna@example.com, sasl_sender=x",
		"Nov 20 11:00:02 mail1 postfix/submission/smtpd[10]: 4Xq2Pz0ab1zJ7w: client=h[192.0.2.7], sasl_method=PLAIN, sasl_username=anna@example.com",
		"Nov 20 11:00:03 mail1 postfix/smtpd[11]: 5A00: client=h[192.0.2.7], sasl_method=PLAIN, sasl_username=joanna",
		"Nov 20 11:00:03 mail1 postfix/smtpd[11]: 5A01: client=h[192.0.2.7]",
		"Nov 20 11:00:03 mail1 postfix/smtpd[11]: 5A-2: client=h[192.0.2.7], sasl_method=PLAIN, sasl_username=anna",
		/* Through amavis and back; of another machine; of somebody else's mail. */
		"Nov 20 11:00:04 mail1 postfix/smtp[12]: 3D2A5E1F: to=<x@y.test>, relay=127.0.0.1[127.0.0.1]:10024, delay=1, dsn=2.0.0, status=sent (250 2.0.0 from MTA(smtp:[127.0.0.1]:10025): 250 2.0.0 Ok: queued as 6B10)",
		"Nov 20 11:00:05 mail1 postfix/smtp[12]: 6B10: to=<x@y.test>, relay=mx.y.test[192.0.2.99]:25, delay=1, status=sent (250 queued as 5A01)",
		"Nov 20 11:00:05 mail1 postfix/smtp[12]: 5A00: to=<x@y.test>, relay=127.0.0.1[127.0.0.1]:10024, delay=1, status=sent (250 Ok: queued as 6B11)",
		"Nov 20 11:00:06 mail1 postfix/smtp[12]: 6B10: to=<x@y.test>, relay=none, delay=1, status=deferred (connect to 127.0.0.1[127.0.0.1]:10024: queued as 6B12)",
		"Nov 20 11:00:06 mail1 postfix/smtp[12]: 6B10: to=<x@y.test>, relay=", "Nov 20 11:00:06 mail1 postfix/smtp[12]: 6B10: to=<",
		NULL
	};
	struct smtp_log log = { .now = NOW, .logins = logins };

	(void)state;
	for (size_t i = 0; lines[i]; i++)
		smtp_log_line(&log, lines[i], strlen(lines[i]));
	assert_true(is_sent(&log, "3D2A5E1F") && is_sent(&log, "4Xq2Pz0ab1zJ7w") && is_sent(&log, "6B10"));
	assert_int_equal(smtp_log_sent(&log), 3);
	/* The newest of many. */
	for (size_t i = 0; i < SMTP_SENT_MOST + 5; i++) {
		char line[200];

		snprintf(line, sizeof(line), "Nov 20 12:00:00 m postfix/smtpd[10]: C%05zu: client=h[192.0.2.7], sasl_method=PLAIN, sasl_username=anna", i);
		smtp_log_line(&log, line, strlen(line));
	}
	assert_int_equal(smtp_log_sent(&log), SMTP_SENT_MOST);
	assert_false(is_sent(&log, "3D2A5E1F"));
	assert_true(is_sent(&log, "C10004"));
	smtp_log_free(&log);
	assert_int_equal(smtp_log_sent(&log), 0);
}

static void times(void **state)
{
	static const struct { const char *line; int64_t epoch; size_t length; } cases[] = {
		{ "Nov 20 12:00:00 x", NOW, 15 }, { "Nov  1 12:00:00 x", NOW - 19 * 86400, 15 },
		/* Not to come: of last year. */
		{ "Dec 24 12:00:00 x", NOW + 34 * 86400 - 365 * 86400, 15 },
		{ "2026-11-20T13:00:00+01:00 x", NOW, 25 }, { "2026-11-20T12:00:00.5Z x", NOW, 22 }, { "2026-11-20T06:30:00-05:30 x", NOW, 25 },
		{ "Nox 20 12:00:00 x", 0, 15 }, { "2026-11-20 12:00:00 x", 0, 0 }, { "20", 0, 0 }, { "", 0, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		size_t length;
		int64_t epoch = log_time(cases[i].line, strlen(cases[i].line), NOW, &length);

		if (epoch != cases[i].epoch || length != cases[i].length)
			fail_msg("\"%s\": %lld, %zu", cases[i].line, (long long)epoch, length);
	}
}

/* Bounded, whatever comes. */
static void hostile(void **state)
{
	static const char *const pieces[] = { "Nov 20 11:00:00 ", "mail1 ", "postfix/smtpd[", "1", "99999999999999999999", "]: ", "connect from ", "[", "]",
		"disconnect from ", "A1: client=", ", sasl_username=", "eve", "A1: to=<", ", relay=x[127.0.0.1]:1", "queued as ", ",", "\t", "2026-11-20T11:00:00Z ", "x" };
	static const char *const eve[] = { "eve", NULL };
	struct smtp_log log = { .now = NOW, .logins = eve };
	long rounds = trial_rounds(20000, 500000);

	(void)state;
	trial_begin("hostile log lines");
	for (long round = 0; round < rounds; round++) {
		char line[2000];
		size_t length = 0;

		for (size_t i = trial_below(30); i > 0; i--) {
			const char *piece = pieces[trial_below(sizeof(pieces) / sizeof(pieces[0]))];

			memcpy(line + length, piece, strlen(piece));
			length += strlen(piece);
			if (trial_below(10) == 0)
				line[length++] = (char)trial_random();
		}
		smtp_log_line(&log, line, length);
	}
	for (long pid = 2; pid < 10000; pid++) {
		char line[100];

		smtp_log_line(&log, line, (size_t)snprintf(line, sizeof(line), "Nov 20 11:00:00 m postfix/smtpd[%ld]: connect from x[1.2.3.4]", pid));
	}
	assert_int_equal(log.count, SMTP_OPEN_MOST);
	assert_int_equal(log.open[log.count - 1].pid, 9999);
	smtp_log_free(&log);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sessions), cmocka_unit_test(what_a_login_sent),
		cmocka_unit_test(times),
		cmocka_unit_test(hostile),
	};

	setenv("TZ", "UTC", 1);
	return cmocka_run_group_tests_name("smtp_log", tests, NULL, NULL);
}
