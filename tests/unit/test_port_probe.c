/*
 * test_port_probe: every protocol tried to its polite end, and servers that
 * never greet, drip, flood, close, speak no TLS or show a certificate that is
 * expired, of nobody or of somebody else: each in words, none for longer than
 * its deadline.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "live/port_probe.h"
#include "tests/fakes/hostile_mail.h"

struct trial {
	struct arena *arena;
	bool done;
	unsigned calls;
	struct port_seen seen;
};

static struct loop *loop;

static void on_done(void *context, const struct port_seen *seen)
{
	struct trial *trial = context;

	trial->seen = *seen;
	trial->calls++;
	trial->done = true;
}

static struct trial try(const char *protocol, int port, const char *ca_file, uint64_t deadline)
{
	struct trial trial = { .arena = arena_new() };

	port_probe(loop, trial.arena, &(struct port_question){ .protocol = protocol, .address = "127.0.0.1", .port = port, .name = "mail1",
		.ca_file = ca_file, .deadline = deadline }, on_done, &trial);
	assert_false(trial.done);
	loop_run_until(loop, &trial.done);
	assert_int_equal(trial.calls, 1);
	return trial;
}

#define EHLO_TLS "S250-mail1.example.org\r\n250-PIPELINING\r\n250 STARTTLS\r\n"
static const struct { const char *protocol; struct mail_script script; const char *greeting, *heard, *tls; } polite[] = {
	{ "smtp", { { "S220-mail1\r\n220 ESMTP\r\n", "H", EHLO_TLS, "H", "S220 go on\r\n", "T", "H", "S221 bye\r\n" }, PEER_GOOD },
		"220-mail1", "STARTTLS|QUIT|", "STARTTLS" },
	{ "smtp", { { "S220 mail1\r\n", "H", "S250 mail1\r\n", "H", "S221 bye\r\n" }, PEER_GOOD }, "220 mail1", "QUIT|", "none" },
	{ "submission", { { "S220 mail1\r\n", "H", EHLO_TLS, "H", "S220 go on\r\n", "T", "H", "S221 bye\r\n" }, PEER_GOOD },
		"220 mail1", "STARTTLS|QUIT|", "STARTTLS" },
	{ "smtps", { { "T", "S220 mail1\r\n", "H", "S221 bye\r\n" }, PEER_GOOD }, "220 mail1", "QUIT|", "implicit" },
	{ "lmtp", { { "S220 mail1\r\n", "H", "S250 mail1\r\n", "H", "S221 bye\r\n" }, PEER_GOOD }, "220 mail1", "QUIT|", "none" },
	{ "imap", { { "S* OK [CAPABILITY IMAP4rev1] ready\r\n", "H", "S* CAPABILITY IMAP4rev1 STARTTLS LOGINDISABLED\r\na OK done\r\n", "H",
		"Sa OK begin\r\n", "T", "H", "S* BYE\r\nz OK\r\n" }, PEER_GOOD }, "* OK [CAPABILITY IMAP4rev1] ready",
		"a CAPABILITY|a STARTTLS|z LOGOUT|", "STARTTLS" },
	{ "imaps", { { "T", "S* OK ready\r\n", "H", "S* BYE\r\n" }, PEER_GOOD }, "* OK ready", "z LOGOUT|", "implicit" },
	{ "pop3", { { "S+OK ready\r\n", "H", "S+OK\r\nUIDL\r\nSTLS\r\n.\r\n", "H", "S+OK begin\r\n", "T", "H", "S+OK\r\n" }, PEER_GOOD },
		"+OK ready", "CAPA|STLS|QUIT|", "STARTTLS" },
	{ "pop3s", { { "T", "S+OK ready\r\n", "H", "S+OK\r\n" }, PEER_GOOD }, "+OK ready", "QUIT|", "implicit" },
	{ "sieve", { { "S\"IMPLEMENTATION\" \"x\"\r\n\"STARTTLS\"\r\nOK \"ready\"\r\n", "H", "SOK \"begin\"\r\n", "T",
		"S\"IMPLEMENTATION\" \"x\"\r\nOK\r\n", "H", "SOK\r\n" }, PEER_GOOD }, "\"IMPLEMENTATION\" \"x\"", "STARTTLS|LOGOUT|", "STARTTLS" },
};

static void every_protocol_to_its_end(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(polite) / sizeof(polite[0]); i++) {
		struct hostile_mail *server = hostile_mail_new(&polite[i].script);
		struct trial trial = try(polite[i].protocol, hostile_mail_port(server), peer_ca_file(), 20000);
		bool secured = strcmp(polite[i].tls, "none");
		char *heard = hostile_mail_heard(server);

		if (!trial.seen.row.ok)
			print_error("%zu %s: %s\n", i, polite[i].protocol, trial.seen.row.trouble);
		assert_true(trial.seen.row.open && trial.seen.row.ok);
		assert_null(trial.seen.row.trouble);
		assert_string_equal(trial.seen.row.greeting, polite[i].greeting);
		assert_string_equal(trial.seen.row.tls, polite[i].tls);
		assert_true(strlen(heard) >= strlen(polite[i].heard));
		assert_string_equal(heard + strlen(heard) - strlen(polite[i].heard), polite[i].heard);
		assert_int_equal(trial.seen.row.trusted, secured);
		assert_int_equal(trial.seen.row.name_matches, secured);
		assert_string_equal(trial.seen.row.names, secured ? "127.0.0.1" : "");
		assert_int_equal(strlen(trial.seen.fingerprint), secured ? 64 : 0);
		if (secured)
			assert_true(trial.seen.row.valid_until > clock_now());
		free(heard);
		arena_free(trial.arena);
		hostile_mail_free(server);
	}
}

static const struct {
	const char *protocol;
	struct mail_script script;
	bool open, ok;
	const char *trouble;
	unsigned deadline;                 /* ms; 0: long */
} hostile[] = {
	{ "smtp", { { "W" }, PEER_GOOD }, true, false, "no complete answer in time", 300 },
	{ "imaps", { { "W" }, PEER_GOOD }, true, false, "TLS did not come about in time", 300 },
	{ "imaps", { { "T", "W" }, PEER_GOOD }, true, false, "TLS stands, but no complete answer", 1500 },
	{ "smtp", { { "D2" }, PEER_GOOD }, true, false, "no complete answer in time", 300 },
	{ "smtp", { { "S220 mail1\r\n", "H", "F" }, PEER_GOOD }, true, false, "talks without end", 0 },
	{ "imap", { { "F" }, PEER_GOOD }, true, false, "it greets with: 250-and so on", 0 },
	{ "smtp", { { NULL }, PEER_GOOD }, true, false, "closed the connection", 0 },
	{ "smtp", { { "S220 mail1\r\n", "H", "S250-", NULL }, PEER_GOOD }, true, false, "closed the connection", 0 },
	{ "pop3", { { "S-ERR not now\r\n", "H" }, PEER_GOOD }, true, false, "it greets with: -ERR not now", 0 },
	{ "smtp", { { "S421 too busy\r\n", "H" }, PEER_GOOD }, true, false, "it greets with: 421 too busy", 0 },
	{ "imap", { { "S* BYE overloaded\r\n", "H" }, PEER_GOOD }, true, false, "it greets with: * BYE overloaded", 0 },
	{ "imap", { { "SHTTP/1.0 400 what\r\n", "H" }, PEER_GOOD }, true, false, "it greets with: HTTP/1.0 400 what", 0 },
	{ "imaps", { { "S* OK this is no TLS\r\n", "W" }, PEER_GOOD }, true, false, "not TLS", 0 },
	{ "submission", { { "S220 mail1\r\n", "H", "S250 mail1\r\n", "H", "S221\r\n" }, PEER_GOOD }, true, false, "does not offer to begin TLS", 0 },
	{ "smtp", { { "S220 mail1\r\n", "H", EHLO_TLS, "H", "S454 no TLS now\r\n", "H" }, PEER_GOOD }, true, false, "asked to begin TLS, it said: 454", 0 },
	{ "smtp", { { "S220 mail1\r\n", "H", EHLO_TLS, "H", "S220 go on\r\n250 slipped in\r\n", "W" }, PEER_GOOD }, true, false, "in the clear behind", 0 },
	{ "smtp", { { "S220 mail1\r\n", "H", EHLO_TLS, "H", "S220 go on\r\n" }, PEER_GOOD }, true, false, "instead of beginning TLS", 0 },
	{ "imaps", { { "T", "S* OK\r\n", "H" }, PEER_EXPIRED }, true, false, "no longer valid", 0 },
	{ "imaps", { { "T", "S* OK\r\n", "H" }, PEER_OTHER_NAME }, true, false, "is for other.example.org and not for 127.0.0.1", 0 },
	{ "imaps", { { "T", "S* OK\r\n", "H" }, PEER_UNTRUSTED }, true, false, "from no authority in", 0 },
	/* Servers among each other seldom look at names and authorities, but at dates. */
	{ "smtp", { { "S220 mail1\r\n", "H", EHLO_TLS, "H", "S220 go on\r\n", "T", "H" }, PEER_UNTRUSTED }, true, true, NULL, 0 },
	{ "smtp", { { "S220 mail1\r\n", "H", EHLO_TLS, "H", "S220 go on\r\n", "T", "H" }, PEER_OTHER_NAME }, true, true, NULL, 0 },
	{ "smtp", { { "S220 mail1\r\n", "H", EHLO_TLS, "H", "S220 go on\r\n", "T", "H" }, PEER_EXPIRED }, true, false, "no longer valid", 0 },
	/* It never says goodbye: that is not waited for. */
	{ "imaps", { { "T", "S* OK\r\n", "H", "W" }, PEER_GOOD }, true, true, NULL, 0 },
};

/* A deadline on a busy machine may come before the moment that is meant: then a longer one is tried. */
static struct trial try_hostile(size_t i, int port)
{
	uint64_t deadline = hostile[i].deadline ? hostile[i].deadline : 60000;
	struct trial trial = try(hostile[i].protocol, port, peer_ca_file(), deadline);

	while (hostile[i].deadline && deadline < 60000 && !strstr(trial.seen.row.trouble, hostile[i].trouble)) {
		deadline *= 3;
		arena_free(trial.arena);
		trial = try(hostile[i].protocol, port, peer_ca_file(), deadline);
	}
	return trial;
}

/* Who only takes connections, shakes hands or never ends a line has said nothing. */
static bool says_something(const struct mail_script *script)
{
	const char *step = script->steps[0];

	if (step && *step == 'T')
		step = script->steps[1];
	return step && (*step == 'S' || *step == 'F');
}

static void each_fault_has_its_words(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(hostile) / sizeof(hostile[0]); i++) {
		struct hostile_mail *server = hostile_mail_new(&hostile[i].script);
		struct trial trial = try_hostile(i, hostile_mail_port(server));
		const char *trouble = trial.seen.row.trouble ? trial.seen.row.trouble : "";

		if (trial.seen.row.ok != hostile[i].ok || (hostile[i].trouble && !strstr(trouble, hostile[i].trouble)))
			print_error("%zu %s: %s\n", i, hostile[i].protocol, trouble);
		assert_int_equal(trial.seen.row.open, hostile[i].open);
		assert_int_equal(trial.seen.row.ok, hostile[i].ok);
		assert_false(trial.seen.refused);
		assert_int_equal(trial.seen.row.spoke, says_something(&hostile[i].script));
		if (hostile[i].trouble)
			assert_non_null(strstr(trouble, hostile[i].trouble));
		else
			assert_null(trial.seen.row.trouble);
		arena_free(trial.arena);
		hostile_mail_free(server);
	}
}

static void nobody_there(void **state)
{
	static const struct mail_script script = { { NULL }, PEER_GOOD };
	struct hostile_mail *server = hostile_mail_new(&script);
	int port = hostile_mail_port(server);
	struct trial trial;

	(void)state;
	hostile_mail_free(server);
	trial = try("imap", port, NULL, 20000);
	assert_false(trial.seen.row.open);
	assert_true(trial.seen.refused);
	assert_non_null(strstr(trial.seen.row.trouble, "nobody listens there"));
	arena_free(trial.arena);
}

static void a_missing_authority_is_named(void **state)
{
	static const struct mail_script script = { { "W" }, PEER_GOOD };
	struct hostile_mail *server = hostile_mail_new(&script);
	struct trial trial = try("imaps", hostile_mail_port(server), "/nonexistent/ca.pem", 20000);

	(void)state;
	assert_false(trial.seen.row.ok);
	assert_non_null(strstr(trial.seen.row.trouble, "/nonexistent/ca.pem"));
	arena_free(trial.arena);
	hostile_mail_free(server);
}

/* Taken back at any moment: done does not come. */
static void taken_back(void **state)
{
	static const struct mail_script script = { { "T", "W" }, PEER_GOOD };
	struct hostile_mail *server = hostile_mail_new(&script);
	unsigned after;

	(void)state;
	for (after = 0; after < 6; after++) {
		struct trial trial = { .arena = arena_new() };
		struct port_probe *probe = port_probe(loop, trial.arena, &(struct port_question){ .protocol = "imaps", .address = "127.0.0.1",
			.port = hostile_mail_port(server), .ca_file = peer_ca_file() }, on_done, &trial);
		struct loop_timer *timer = loop_after(loop, after * 10, 0, (void (*)(void *))loop_stop, loop);

		loop_run(loop);
		loop_timer_stop(timer);
		assert_false(trial.done);
		port_probe_cancel(probe);
		arena_free(trial.arena);
	}
	hostile_mail_free(server);
}

static int set_up(void **state)
{
	(void)state;
	peer_ca_file();
	loop = loop_new();
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	loop_free(loop);
	peer_forget_authority();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_protocol_to_its_end), cmocka_unit_test(each_fault_has_its_words), cmocka_unit_test(nobody_there),
		cmocka_unit_test(a_missing_authority_is_named), cmocka_unit_test(taken_back),
	};

	return cmocka_run_group_tests_name("port_probe", tests, set_up, tear_down);
}
