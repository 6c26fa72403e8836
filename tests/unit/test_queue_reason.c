/* queue_reason: like falls to like, what matters stays; and once more changes nothing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "live/data.h"

static const struct { const char *raw, *normal; } cases[] = {
	{ "", "" },
	{ "connect to 127.0.0.1[127.0.0.1]:24999: Connection refused", "connect to X: Connection refused" },
	{ "connect to mx.example.net[2001:db8::25]:25: Connection refused", "connect to X: Connection refused" },
	{ "delivery temporarily suspended: connect to 127.0.0.1[127.0.0.1]:24998: Connection refused", "connect to X: Connection refused" },
	{ "connect to mail1.example.com[private/dovecot-lmtp]: No such file or directory", "connect to X: No such file or directory" },
	{ "delivery temporarily suspended: lost connection with 127.0.0.1[127.0.0.1] while receiving the initial server greeting",
	  "lost connection with X while receiving the initial server greeting" },
	{ "conversation with mx1.example.net[203.0.113.7] timed out while sending RCPT TO",
	  "conversation with X timed out while sending RCPT TO" },
	{ "Host or domain name not found. Name service error for name=nowhere.example type=MX: Host not found, try again",
	  "Host or domain name not found. Name service error for name=X type=MX: Host not found, try again" },
	{ "host mx1.example.net[203.0.113.7] said: 450 4.2.0 <anna@example.net>: Recipient address rejected: Greylisted, see "
	  "https://postgrey.example.org/help/example.net.html (in reply to RCPT TO command)",
	  "host X said: 450 4.2.0 X: Recipient address rejected: Greylisted, see X (in reply to RCPT TO command)" },
	{ "host mx2.example.net[203.0.113.8] said: 450 4.2.0 <bernd@example.net>: Recipient address rejected: Greylisted, see "
	  "https://postgrey.example.org/help/example.net.html (in reply to RCPT TO command)",
	  "host X said: 450 4.2.0 X: Recipient address rejected: Greylisted, see X (in reply to RCPT TO command)" },
	{ "host mx[203.0.113.9] refused to talk to me: 421 4.7.0 [TSS04] Messages from 192.0.2.1 temporarily deferred - 4.16.55.1",
	  "host X refused to talk to me: 421 4.7.0 [TSS04] Messages from X temporarily deferred - X" },
	{ "host mx[203.0.113.9] said: 421-4.7.28 [192.0.2.1 15] Our system has detected an unusual rate of 421 4.7.28 mail. "
	  "d9443c01a7336-1b5c8f7a2b9si123 - gsmtp (in reply to end of DATA command)",
	  "host X said: 421-4.7.28 [X N] Our system has detected an unusual rate of 421 4.7.28 mail. X - gsmtp (in reply to end of DATA command)" },
	{ "451 4.3.0 <anna@example.com> Temporary internal error", "451 4.3.0 X Temporary internal error" },
	{ "452 4.2.2 <anna@example.com> Quota exceeded (mailbox for user is full)", "452 4.2.2 X Quota exceeded (mailbox for user is full)" },
	{ "4.4.3 home server mail9.example.com is not known", "4.4.3 home server X is not known" },
	{ "greylisted, try again in 299 seconds", "greylisted, try again in N seconds" },
	{ "greylisted, try again in 299s or 5min", "greylisted, try again in Ns or Nmin" },
	{ "retry after Fri, 20 Nov 2026 03:50:48 +0000 please", "retry after Fri, N please" },
	{ "451 queued as 3F8A21C07D, TLSv1.2 needed, IPv6 too, see RFC5321 (S3140)", "451 queued as X, TLSv1.2 needed, IPv6 too, see RFC5321 (S3140)" },
	{ "cannot update mailbox /var/mail/anna for user. error writing message: Disk quota exceeded",
	  "cannot update mailbox X for user. error writing message: Disk quota exceeded" },
	{ "mail transport unavailable", "mail transport unavailable" },
	{ "host a.example said: 451\tfoo \n bar", "host X said: 451 foo bar" },
	{ "temporary failure for b\xc3\xbc" "cher@ex\xc3\xa4mple.org", "temporary failure for X" },
};

static void likes_fall_together(void **state)
{
	char out[QUEUE_REASON], again[QUEUE_REASON];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		queue_reason(cases[i].raw, strlen(cases[i].raw), out, sizeof(out));
		assert_string_equal(out, cases[i].normal);
		queue_reason(out, strlen(out), again, sizeof(again));
		assert_string_equal(again, out);
	}
}

static void is_cut_at_a_character(void **state)
{
	static const char raw[] = "a\xc3\xbc" "b\xe2\x82\xac" "c\xf0\x9f\x93\xab d";
	char out[sizeof(raw)];

	(void)state;
	for (size_t size = 1; size <= sizeof(out); size++) {
		queue_reason(raw, sizeof(raw) - 1, out, size);
		assert_true(strlen(out) < size);
		assert_true(utf8_valid(out, strlen(out)));
		assert_memory_equal(out, raw, strlen(out));
	}
	assert_string_equal(out, raw);
	/* Only as much is read as was said. */
	queue_reason("connect to a.example: no", 12, out, sizeof(out));
	assert_string_equal(out, "connect to a");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(likes_fall_together),
		cmocka_unit_test(is_cut_at_a_character),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
