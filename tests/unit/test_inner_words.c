/*
 * test_inner_words: places, the age of signatures, how far a listener is.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "live/inner_words.h"
#include "live/port_file.h"

static void places(void **state)
{
	static const struct { const char *place, *host; int port; bool here; } cases[] = {
		{ "127.0.0.1:10024", "127.0.0.1", 10024, true }, { "[::1]:10024", "::1", 10024, true }, { "localhost:25", "localhost", 25, true },
		{ "mail1.example.org:10024", "mail1.example.org", 10024, false }, { "192.0.2.1:1", "192.0.2.1", 1, false }, { "/run/clamd.ctl", NULL, 0, false },
	};
	char host[64];
	size_t i;
	int port;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(inner_place(cases[i].place, host, sizeof(host), &port), cases[i].host != NULL);
		if (!cases[i].host)
			continue;
		assert_string_equal(host, cases[i].host);
		assert_int_equal(port, cases[i].port);
		assert_int_equal(inner_is_loopback(host), cases[i].here);
	}
}

static void signatures(void **state)
{
	static const struct { const char *line; int64_t age; } cases[] = {
		{ "ClamAV 1.0.3/26789/Mon Jan 16 08:23:05 2023", 3600 }, { "ClamAV 1.0.3/26789/Tue Jan 17 08:23:05 2023", 0 },
		{ "ClamAV 1.0.3", -1 }, { "ClamAV 1.0.3/26789", -1 }, { "ClamAV 1.0.3/26789/", -1 }, { "ClamAV 1.0.3/26789/Mon Foo 16 08:23:05 2023", -1 },
		{ "ClamAV 1.0.3/26789/Mon anF 16 08:23:05 2023", -1 }, { "", -1 },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		int64_t age = -1;

		assert_int_equal(inner_signatures_age(cases[i].line, 1673857385 + 3600, &age), cases[i].age >= 0);
		assert_int_equal(age, cases[i].age);
	}
}

static void listeners(void **state)
{
	static const struct { const char *output; bool good, seen; uint64_t done, all; } cases[] = {
		{ "==> /var/lib/univention-directory-listener/notifier_id <==\n4711\n==> /var/lib/univention-ldap/last_id <==\n4715", true, true, 4711, 4715 },
		{ "==> /x/notifier_id <==\n4711", true, false, 4711, 0 }, { "==> /x/notifier_id <==\n", false, false, 0, 0 },
		{ "==> /x/notifier_id <==\nabc\n", false, false, 0, 0 }, { "==> /x/notifier_id <==\n-3\n", false, false, 0, 0 }, { "", false, false, 0, 0 },
		{ "==> /var/lib/univention-ldap/last_id <==\n4715\n", false, true, 0, 4715 },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct listener_ids ids;

		assert_int_equal(inner_listener_read(cases[i].output, &ids), cases[i].good);
		assert_int_equal(ids.seen_known, cases[i].seen);
		if (cases[i].good)
			assert_int_equal(ids.done, cases[i].done);
		if (cases[i].seen)
			assert_int_equal(ids.seen, cases[i].all);
	}
}

/* Behind counts from when it was first seen to stand still, not from the last quiet hour. */
static void lags(void **state)
{
	struct inner_row row = { .name = "listener", .mark = 10 };
	struct inner before = { .rows = &row, .count = 1 };
	int64_t since;

	(void)state;
	assert_int_equal(inner_listener_lag(NULL, &(struct listener_ids){ 10, 0, false }, 1000, &since), -1);
	assert_int_equal(inner_listener_lag(NULL, &(struct listener_ids){ 10, 10, true }, 1000, &since), 0);
	assert_int_equal(since, 0);
	assert_int_equal(inner_listener_lag(&before, &(struct listener_ids){ 10, 12, true }, 1000, &since), 0);
	assert_int_equal(since, 1000);
	row.behind_since = since;
	assert_int_equal(inner_listener_lag(&before, &(struct listener_ids){ 10, 15, true }, 1700, &since), 700);
	assert_int_equal(since, 1000);
	row.behind_since = since;
	assert_int_equal(inner_listener_lag(&before, &(struct listener_ids){ 11, 15, true }, 1800, &since), 0);
	assert_int_equal(since, 1800);
}

static void certificate_files(void **state)
{
	static const char print[] = "sha256 Fingerprint=AA:BB:CC:DD:EE:FF:00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF:00:11:22:33:44:55:66:77:88:99\n";
	struct port_file file;
	char output[400];
	size_t length;

	(void)state;
	snprintf(output, sizeof(output), "notAfter=Nov 20 09:44:13 2027 GMT\n%s", print);
	assert_true(port_file_read(output, &file));
	assert_int_equal(file.ends, 1826703853);
	assert_string_equal(file.fingerprint, "aabbccddeeff00112233445566778899aabbccddeeff00112233445566778899");
	snprintf(output, sizeof(output), "SHA256 Fingerprint=%s" "notAfter=Nov  2 09:44:13 2027 GMT", strchr(print, '=') + 1);
	assert_true(port_file_read(output, &file));
	assert_false(port_file_read("", &file));
	assert_false(port_file_read(print, &file));
	assert_int_equal(file.ends, 0);
	snprintf(output, sizeof(output), "notAfter=Nix 20 09:44:13 2027 GMT\n%s", print);
	assert_false(port_file_read(output, &file));
	snprintf(output, sizeof(output), "notAfter=Nov 20 09:44:13 2027 GMT\n%s", print);
	for (length = strlen(output) - 2; length > 0; length--) {
		output[length] = '\0';
		assert_false(port_file_read(output, &file));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(places), cmocka_unit_test(signatures), cmocka_unit_test(listeners), cmocka_unit_test(lags), cmocka_unit_test(certificate_files),
	};

	return cmocka_run_group_tests_name("inner_words", tests, NULL, NULL);
}
