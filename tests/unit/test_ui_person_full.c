/* Tests of ui/person_full.c: which lines of a log say that mail to somebody found no room. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "ui/person_full.h"

static char address[] = "anna@example.com", login[] = "anna", other[] = "a.smith@example.com";
static char *const addresses[] = { address, login, other, NULL };

static const struct { const char *line; bool full, hers; } cases[] = {
	{ "postfix/lmtp[71]: 3D2A5E1F: to=<anna@example.com>, relay=mail1[private/dovecot-lmtp], dsn=5.2.2, status=bounced (host mail1 said: 552 5.2.2 "
	  "<anna@example.com> Quota exceeded (mailbox for user is full) (in reply to end of DATA command))", true, true },
	{ "postfix/smtpd[71]: NOQUEUE: reject: RCPT from unknown[198.51.100.7]: 552 5.2.2 <Anna@Example.com>: Recipient address rejected: Mailbox is full; "
	  "from=<x@example.net> to=<Anna@Example.com> proto=ESMTP helo=<x>", true, true },
	{ "dovecot: lmtp(anna@example.com)<4711><abc>: msgid=<1@x>: save failed to INBOX: Quota exceeded (mailbox for user is full)", true, true },
	{ "dovecot: lmtp(4711, anna@example.com): msgid=<1@x>: save failed to INBOX: Quota exceeded", true, true },
	{ "dovecot: lda(anna)<1><x>: msgid=<1@x>: save failed to INBOX: Quota exceeded", true, true },
	{ "postfix/pipe[71]: 3D2A5E1F: to=<anna+news@example.com>, dsn=4.2.2, status=deferred (temporary failure)", true, true },
	{ "postfix/lmtp[71]: 3D2A5E1F: to=<a.smith@example.com>, dsn=4.2.2, status=deferred (host said: 452 4.2.2 our own words)", true, true },
	/* What she sent to somebody whose mailbox is full, and where her forward leads. */
	{ "postfix/smtp[71]: 3D2A5E1F: to=<ben@example.net>, dsn=5.2.2, status=bounced (552 5.2.2 mailbox full for ben, says anna@example.com)", true, false },
	{ "postfix/smtp[71]: 3D2A5E1F: to=<me@elsewhere.example>, orig_to=<anna@example.com>, status=bounced (552 5.2.2 over quota)", true, false },
	{ "postfix/smtpd[71]: NOQUEUE: reject: RCPT from x[1]: 552 5.2.2 <ben@example.com>: Mailbox is full; from=<anna@example.com> to=<ben@example.com>", true, false },
	{ "postfix/lmtp[71]: 3D2A5E1F: to=<joanna@example.com>, status=bounced (Quota exceeded)", true, false },
	{ "dovecot: lmtp(ann@example.com)<4711><abc>: Quota exceeded", true, false },
	{ "dovecot: lmtp(", false, false },
	{ "postfix/lmtp[71]: 3D2A5E1F: to=<", false, false },
	/* Nothing about room. */
	{ "postfix/lmtp[71]: 3D2A5E1F: to=<anna@example.com>, dsn=2.0.0, status=sent (250 2.0.0 <anna@example.com> Saved)", false, true },
	{ "postfix/lmtp[71]: 3D2A5E1F: to=<anna@example.com>, dsn=5.1.1, status=bounced (550 5.1.1 no such user, 15.2.2x)", false, true },
	{ "dovecot: imap-login: Login: user=<anna@example.com>, method=PLAIN", false, false },
};

static void lines_of_logs(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		if (person_says_full(cases[i].line) != cases[i].full || person_line_is_to(cases[i].line, addresses) != cases[i].hers)
			fail_msg("case %zu: %s", i, cases[i].line);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(lines_of_logs) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
