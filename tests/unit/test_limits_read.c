/*
 * test_limits_read: what doveconf prints, in both forms and of both majors, and
 * what is no such thing.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/file.h"
#include "base/text.h"
#include "model/limits.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static struct arena *arena;

static int set_up(void **state)
{
	(void)state;
	arena = arena_new();
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	arena_free(arena);
	return 0;
}

static void forms(void **state)
{
	static const struct { const char *bytes; enum limits_form form; } cases[] = {
		{ "", LIMITS_NOT_READ },
		{ "protocols = imap\nservice imap {\n}\n", LIMITS_NOT_READ },
		{ "# a remark\n", LIMITS_NOT_READ },
		{ "# 2.3.19.1 (9b53102964): /etc/dovecot/dovecot.conf\nprotocols = imap\n", LIMITS_BLOCKS },
		{ "doveconf: Warning: service auth { client_limit=1 } is lower\n# 2.3.4.1 (f79e8e7e4): /etc/dovecot/dovecot.conf\n", LIMITS_BLOCKS },
		/* Somebody made a configuration of it, and it includes others: only doveconf can read that. */
		{ "# 2.3.19.1 (9b53102964): /etc/dovecot/dovecot.conf\n!include conf.d/*.conf\n", LIMITS_NOT_READ },
		{ "protocols= imap\nservice/imap/name=imap\n", LIMITS_DUMP },
		{ "service/imap", LIMITS_NOT_READ },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		if (limits_form(cases[i].bytes, strlen(cases[i].bytes)) != cases[i].form)
			fail_msg("case %zu: %d", i, (int)limits_form(cases[i].bytes, strlen(cases[i].bytes)));
}

static struct limits_facts *read_text(enum limits_form form, const char *bytes)
{
	return limits_read(arena, form, bytes, strlen(bytes), NULL);
}

static void blocks(void **state)
{
	const struct limits_facts *facts = read_text(LIMITS_BLOCKS, "# 2.3.13 (89f716dc2): /etc/dovecot/dovecot.conf\r\n"
		"  default_process_limit = 75 # Hausregel\nprotocols = \" imap lmtp\"\nbase_dir = /tmp/x/\nlisten = \"\"\nfirst_valid_uid = 700\n"
		"service imap-login {\n  inet_listener imap {\n    port = 1143\n    address = ::1\n  }\n  process_limit = 007\n  client_limit = \"50\"\n  service_count = 0\n  vsz_limit = 1 G\n}\n"
		"passdb {\n  args = process_limit = 9\n  service own {\n  }\n}\n"
		"service own {\n  protocol = imap\n  type = login\n  unix_listener a/b {\n  }\n  fifo_listener closed {\n    mode = 0\n  }\n  inet_listener {\n    port = 9\n  }\n  inet_listener {\n    port = 9\n  }\n}\n"
		"service imap-login {\n  process_min_avail = 3\n}\nprotocol imap {\n  mail_max_userip_connections = 33\n}\nmail_max_userip_connections = 12\n"
		"protocol lmtp {\n  mail_max_userip_connections = 99\n}\n}\ndefault_vsz_limit = 100k\nservice dict {\n  process_limit = -1\n  client_limit = many\n  vsz_limit = 5 Q\n");
	const struct limits_service *login = limits_service_named(facts, "imap-login"), *own = limits_service_named(facts, "own");
	const struct limits_service *dict = limits_service_named(facts, "dict");

	(void)state;
	assert_int_equal(facts->version.patch, 13);
	assert_int_equal(facts->default_process_limit, 75);
	assert_int_equal(facts->default_client_limit, 1000);
	assert_int_equal(facts->default_vsz_limit, 102400);
	assert_string_equal(facts->protocols, " imap lmtp");
	assert_string_equal(facts->base_dir, "/tmp/x/");
	assert_string_equal(facts->listen, "");
	assert_int_equal(facts->first_uid, 700);
	assert_int_equal(facts->last_uid, LIMITS_UNKNOWN);
	assert_int_equal(facts->userip, 33);
	assert_int_equal(facts->userip_pop3, 12);
	assert_int_equal(login->process_limit, 7);
	assert_int_equal(login->client_limit, 50);
	assert_int_equal(login->service_count, 0);
	assert_int_equal(login->process_min_avail, 3);
	assert_int_equal(login->vsz_limit, UINT64_C(1) << 30);
	assert_int_equal(login->listener_count, 1);
	assert_string_equal(login->listeners[0], "1143:::1");
	/* Behind the built-in ones. */
	assert_ptr_equal(own, &facts->services[facts->service_count - 1]);
	assert_int_equal(own->listener_count, 3);
	assert_string_equal(own->listeners[0], "/tmp/x/a/b");
	assert_string_equal(own->listeners[1], "9:");
	assert_string_equal(own->listeners[2], "9:");
	/* What is no number leaves what is built in. */
	assert_int_equal(dict->process_limit, 0);
	assert_int_equal(dict->client_limit, 1);
	assert_int_equal(dict->vsz_limit, LIMITS_UNKNOWN);
}

static void dump(void **state)
{
	const struct limits_facts *facts = read_text(LIMITS_DUMP, "protocols= imap\ndefault_client_limit=400\nfirst_valid_gid=1\nbase_dir=/run/dovecot\n"
		"service=log a\\sb\nservice/log/name=log\nservice/log/type=log\nservice/log/process_limit=1\nservice/log/vsz_limit=18446744073709551615 B\n"
		"service/a\\sb/name=a/b\nservice/a\\sb/protocol=imap\nservice/a\\sb/service_count=0\nservice/a\\sb/vsz_limit=256 M\n"
		"service/a\\sb/unix_listener=login\\sx y\nservice/a\\sb/unix_listener/login\\sx/path=login/x\nservice/a\\sb/unix_listener/login\\sx/mode=0666\n"
		"service/a\\sb/unix_listener/y/path=y\nservice/a\\sb/unix_listener/y/mode=00\n"
		"service/a\\sb/inet_listener/0/address=*\nservice/a\\sb/inet_listener/0/port=143\n"
		"service/a\\sb/unix_listener/half\nservice//x=1\nservice/imap\nservice/imap-login/process_limit=3");
	const struct limits_service *own = limits_service_named(facts, "a/b");

	(void)state;
	assert_int_equal(facts->service_count, 3);
	assert_string_equal(facts->services[0].name, "log");
	assert_int_equal(facts->services[0].vsz_limit, LIMITS_UNKNOWN);
	assert_ptr_equal(own, &facts->services[1]);
	assert_int_equal(own->vsz_limit, UINT64_C(256) << 20);
	assert_int_equal(own->listener_count, 2);
	assert_string_equal(own->listeners[0], "/run/dovecot/login/x");
	assert_string_equal(own->listeners[1], "143:*");
	assert_int_equal(facts->first_gid, 1);
	assert_int_equal(facts->default_client_limit, 400);
	/* The last line counts without its end; what it does not say is built in. */
	assert_int_equal(facts->services[2].process_limit, 3);
	assert_string_equal(facts->services[2].type, "login");
}

/* Where nobody names them: no protocol in Debian's build, three in others, none from 2.4 on. */
static void unnamed_protocols(void **state)
{
	static const struct { const char *bytes, *protocols; } cases[] = {
		{ "# 2.3.19.1 (9b53102964): /etc/dovecot/dovecot.conf\n# OS: Linux 6.1.0 x86_64 Debian 12.11 ext4\n", "" },
		{ "# 2.3.16 (7e2e900c1a): /etc/dovecot/dovecot.conf\n# OS: Linux 5.14.0 x86_64 Rocky Linux release 9.3 xfs\n", "imap pop3 lmtp" },
		{ "# 2.4.1 (7d8c0e5759): /etc/dovecot/dovecot.conf\n# OS: Linux 5.14.0 x86_64 Rocky Linux release 9.3 xfs\n", "" },
		{ "# 2.3.19.1 (9b53102964): /etc/dovecot/dovecot.conf\n# OS: Linux 6.1.0 x86_64 Debian 12.11 ext4\nprotocols = imap\n", "imap" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		assert_string_equal(read_text(LIMITS_BLOCKS, cases[i].bytes)->protocols, cases[i].protocols);
}

static void of_24(void **state)
{
	const struct limits_facts *facts = read_text(LIMITS_BLOCKS, "# 2.4.1 (7d8c0e5759): /etc/dovecot/dovecot.conf\ndovecot_config_version = 2.4.1\n"
		"protocols {\n  imap = yes\n  pop3 = no\n  lmtp = yes\n}\nservice imap-login {\n  restart_request_count = unlimited\n  process_limit = 0\n}\n");
	const struct limits_service *login = limits_service_named(facts, "imap-login");

	(void)state;
	assert_int_equal(facts->version.minor, 4);
	assert_string_equal(facts->protocols, " imap lmtp");
	assert_int_equal(login->service_count, 0);
	assert_int_equal(login->zero, LIMITS_ZERO_PROCESSES);
	assert_null(limits_service_named(facts, "director"));
	assert_non_null(limits_service_named(facts, "dict-expire"));
	assert_int_equal(limits_service_named(facts, "lmtp")->service_count, 1);
	assert_int_equal(limits_service_named(facts, "auth-worker")->process_limit, 30);
}

/* A 0 that 2.3 printed is its default, also where the rules of 2.4 are asked for. */
static void zero_of_an_older_one(void **state)
{
	static const char bytes[] = "service/imap/process_limit=0\nservice/imap/service_count=0\n";
	struct limits_version version = { 2, 4, 1 };
	struct limits_facts *facts = limits_read(arena, LIMITS_DUMP, bytes, sizeof(bytes) - 1, &version);

	(void)state;
	assert_int_equal(facts->services[0].zero, 0);
}

/* What nobody chose is what the other version has built in; what somebody chose stays. */
static void another_version(void **state)
{
	static const struct { const char *bytes, *from, *to; uint32_t lmtp, workers; uint64_t last_uid; } cases[] = {
		{ "service/lmtp/service_count=0\nservice/auth-worker/process_limit=0\nlast_valid_uid=0\n", "2.3.19", "2.4.1", 1, 30, LIMITS_UNKNOWN },
		{ "service/lmtp/service_count=0\nservice/auth-worker/process_limit=0\nlast_valid_uid=9\n", "2.3.19", "2.4.0", 0, 30, 9 },
		{ "service/lmtp/service_count=7\nservice/auth-worker/process_limit=50\n", "2.3.19", "2.4.1", 7, 50, LIMITS_UNKNOWN },
		{ "service/lmtp/restart_request_count=1\nservice/auth-worker/process_limit=30\n", "2.4.1", "2.3.19", 0, 0, LIMITS_UNKNOWN },
		/* No version is told, but the name tells. */
		{ "service/lmtp/restart_request_count=unlimited\nservice/auth-worker/process_limit=30\n", NULL, "2.4.1", 0, 30, LIMITS_UNKNOWN },
		{ "service/lmtp/service_count=0\nservice/auth-worker/process_limit=0\n", NULL, "2.4.4", 1, 30, LIMITS_UNKNOWN },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct limits_version from, to;
		struct limits_facts *facts;

		assert_true(!cases[i].from || limits_version_read(cases[i].from, &from));
		assert_true(limits_version_read(cases[i].to, &to));
		facts = limits_read(arena, LIMITS_DUMP, cases[i].bytes, strlen(cases[i].bytes), cases[i].from ? &from : NULL);
		limits_facts_turn(facts, &to);
		if (limits_service_named(facts, "lmtp")->service_count != cases[i].lmtp ||
		    limits_service_named(facts, "auth-worker")->process_limit != cases[i].workers || facts->last_uid != cases[i].last_uid)
			fail_msg("case %zu", i);
		assert_memory_equal(&facts->version, &to, sizeof(to));
	}
}

/* The whole of one, recorded from 2.3.19. */
static void recorded(void **state)
{
	size_t length;
	char *bytes = file_read(arena, "tests/fixtures/dovecot/doveconf-S.out", 1 << 20, &length, NULL);
	struct limits_version version = { 2, 3, 19 };
	const struct limits_facts *facts, *own = limits_facts_new(arena, &version);

	(void)state;
	assert_non_null(bytes);
	assert_int_equal(limits_form(bytes, length), LIMITS_DUMP);
	facts = limits_read(arena, LIMITS_DUMP, bytes, length, &version);
	for (size_t i = 0; i < own->service_count; i++)
		assert_string_equal(facts->services[i].name, own->services[i].name);
}

/* Too deep, too long, with zero bytes: passed over, and what follows is read. */
static void nonsense(void **state)
{
	struct text words = { 0 };
	struct limits_facts *facts;

	(void)state;
	for (unsigned i = 0; i < 100; i++)
		text_add(&words, "a {\n");
	for (unsigned i = 0; i < 100; i++)
		text_add(&words, "}\n");
	text_add_bytes(&words, "default_client_limit = 5\0\n", 26);
	text_add(&words, "x = ");
	for (unsigned i = 0; i < 20000; i++)
		text_add(&words, "y");
	text_add(&words, "\n= 3\n{\n}\nservice {\n client_limit = 3\n}\ndefault_process_limit = 8\n");
	facts = limits_read(arena, LIMITS_BLOCKS, text_get(&words), words.length, NULL);
	assert_int_equal(facts->default_client_limit, 1000);
	assert_int_equal(facts->default_process_limit, 8);
	assert_null(limits_service_named(facts, ""));
	text_free(&words);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(forms), cmocka_unit_test(blocks), cmocka_unit_test(dump), cmocka_unit_test(unnamed_protocols), cmocka_unit_test(of_24),
		cmocka_unit_test(zero_of_an_older_one), cmocka_unit_test(another_version), cmocka_unit_test(recorded), cmocka_unit_test(nonsense),
	};

	return cmocka_run_group_tests_name("limits_read", tests, set_up, tear_down);
}
