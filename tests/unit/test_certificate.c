/* Tests of directory/certificate: names and dates from DER, and that damaged ones harm nobody. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/base64.h"
#include "directory/certificate.h"

/* CN=ldap.example.org, SAN DNS:ldap.example.org, DNS:*.lab.example, IP:127.0.0.1, IP:::1; made with openssl for this test. */
static const char with_names[] =
	"MIIB0TCCAXegAwIBAgIUGCH3pYQnivPJeHJ0uFY+W1TwQfowCgYIKoZIzj0EAwIw"
	"GzEZMBcGA1UEAwwQbGRhcC5leGFtcGxlLm9yZzAeFw0yNjExMjAwNjQ5MzVaFw0z"
	"NjExMTcwNjQ5MzVaMBsxGTAXBgNVBAMMEGxkYXAuZXhhbXBsZS5vcmcwWTATBgcq"
	"hkjOPQIBBggqhkjOPQMBBwNCAATf+4UnexHb9Tkiyw0bzw7boA/wWsQKYi5PzXkN"
	"8/eWvFdGyx/P7ShBdMhQKStVZ0gy9XV3wkWw58TR2v9JQf7co4GYMIGVMB0GA1Ud"
	"DgQWBBQCUh7JN/ISpyhBujMGArmR56xqbzAfBgNVHSMEGDAWgBQCUh7JN/ISpyhB"
	"ujMGArmR56xqbzAPBgNVHRMBAf8EBTADAQH/MEIGA1UdEQQ7MDmCEGxkYXAuZXhh"
	"bXBsZS5vcmeCDSoubGFiLmV4YW1wbGWHBH8AAAGHEAAAAAAAAAAAAAAAAAAAAAEw"
	"CgYIKoZIzj0EAwIDSAAwRQIgVEU1AN6kquR0TsgnmtskHyqYS3lu0Xw72YhB9YsQ"
	"67ECIQDvoQyBrRSOMxvM3ibqoLL4DMxmeENC0ce7z8ztplH1IQ==";
/* CN=old.example.org and no other name. */
static const char without_names[] =
	"MIIBiTCCAS+gAwIBAgIUNCaIeSyAQ2EDSWhs/tw7lIlRp7YwCgYIKoZIzj0EAwIw"
	"GjEYMBYGA1UEAwwPb2xkLmV4YW1wbGUub3JnMB4XDTI2MTEyMDA2NDkzNVoXDTM2"
	"MTExNzA2NDkzNVowGjEYMBYGA1UEAwwPb2xkLmV4YW1wbGUub3JnMFkwEwYHKoZI"
	"zj0CAQYIKoZIzj0DAQcDQgAEtB+M48UY8S63fFyR84QOvmb4U8tpXI0r9nuuy9iB"
	"khOSYUUcmsph3Gzh49au5Iv346t/vuOqWQdvHP5uO1GZhKNTMFEwHQYDVR0OBBYE"
	"FGr6rW62hv/U72LmYZuoXnDAKslSMB8GA1UdIwQYMBaAFGr6rW62hv/U72LmYZuo"
	"XnDAKslSMA8GA1UdEwEB/wQFMAMBAf8wCgYIKoZIzj0EAwIDSAAwRQIhAN2v6NrK"
	"FxgpfDLZEO4gLMd6vTdJJMUo/5mi069w5foNAiAofn7E1dR3HLt0336Ii6uUMLZi"
	"bYPgwLeNmBaIOhWgeg==";

static bool read_words(struct arena *arena, const char *words, struct certificate *certificate)
{
	size_t length;
	char *bytes = base64_decode(arena, words, &length);

	assert_non_null(bytes);
	return certificate_read(arena, (const unsigned char *)bytes, length, certificate);
}

static void test_names_and_dates(void **state)
{
	struct arena *arena = arena_new();
	struct certificate certificate = { 0 };

	(void)state;
	assert_true(read_words(arena, with_names, &certificate));
	assert_int_equal(certificate.name_count, 4);
	assert_string_equal(certificate.names[0], "ldap.example.org");
	assert_string_equal(certificate.names[2], "127.0.0.1");
	assert_string_equal(certificate.names[3], "::1");
	assert_true(certificate.begins < certificate.ends);
	assert_int_equal(certificate.ends - certificate.begins, 3650 * 86400);
	assert_true(read_words(arena, without_names, &certificate));
	assert_int_equal(certificate.name_count, 1);
	assert_string_equal(certificate.names[0], "old.example.org");
	arena_free(arena);
}

static void test_which_host_it_is_for(void **state)
{
	static const struct { const char *host; bool fits; } cases[] = {
		{ "ldap.example.org", true }, { "LDAP.Example.ORG", true }, { "127.0.0.1", true }, { "a.lab.example", true },
		{ "lab.example", false }, { "a.b.lab.example", false }, { "example.org", false }, { "", false },
	};
	struct arena *arena = arena_new();
	struct certificate certificate = { 0 };
	size_t i;

	(void)state;
	assert_true(read_words(arena, with_names, &certificate));
	for (i = 0; i < sizeof cases / sizeof *cases; i++)
		assert_int_equal(certificate_is_for(&certificate, cases[i].host), cases[i].fits);
	assert_true(certificate_is_for_machine(&certificate, "ldap"));
	assert_true(certificate_is_for_machine(&certificate, "ldap.example.org"));
	assert_false(certificate_is_for_machine(&certificate, "lda"));
	assert_false(certificate_is_for_machine(&certificate, ""));
	arena_free(arena);
}

/* Cut at every byte, and every byte changed: an answer or none, but no reading past the end (the sanitizer looks). */
static void test_damaged_ones(void **state)
{
	struct arena *arena = arena_new();
	size_t length, i;
	char *bytes = base64_decode(arena, with_names, &length);

	(void)state;
	for (i = 0; i < length; i++) {
		struct certificate certificate = { 0 };
		unsigned char *copy = malloc(length);

		memcpy(copy, bytes, length);
		assert_false(certificate_read(arena, copy, i, &certificate));
		copy[i] = (unsigned char)~copy[i];
		(void)certificate_read(arena, copy, length, &certificate);
		free(copy);
	}
	arena_free(arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names_and_dates),
		cmocka_unit_test(test_which_host_it_is_for),
		cmocka_unit_test(test_damaged_ones),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
