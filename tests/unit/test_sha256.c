/* sha256: the examples of FIPS 180-4 and every length around a block, against adding in pieces. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/sha256.h"

static const struct { const char *words, *hex; } cases[] = {
	{ "", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" },
	{ "abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" },
	{ "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
	  "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1" },
};

static void known_digests(void **state)
{
	char hex[SHA256_HEX];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		sha256_hex(cases[i].words, strlen(cases[i].words), hex);
		assert_string_equal(hex, cases[i].hex);
	}
}

static void a_million_letters(void **state)
{
	static const unsigned char want[] = { 0xcd, 0xc7, 0x6e, 0x5c };
	unsigned char digest[SHA256_BYTES];
	char letters[1000];
	struct sha256 hash;
	int i;

	(void)state;
	memset(letters, 'a', sizeof(letters));
	sha256_begin(&hash);
	for (i = 0; i < 1000; i++)
		sha256_add(&hash, letters, sizeof(letters));
	sha256_end(&hash, digest);
	assert_memory_equal(digest, want, sizeof(want));
}

static void pieces_make_the_whole(void **state)
{
	char bytes[200], hex[SHA256_HEX];
	unsigned char digest[SHA256_BYTES];
	size_t length, i;

	(void)state;
	memset(bytes, 'x', sizeof(bytes));
	for (length = 0; length <= sizeof(bytes); length++) {
		struct sha256 hash;
		char byte[3];

		sha256_begin(&hash);
		for (i = 0; i < length; i++)
			sha256_add(&hash, bytes + i, 1);
		sha256_end(&hash, digest);
		sha256_hex(bytes, length, hex);
		snprintf(byte, sizeof(byte), "%02x", digest[0]);
		assert_memory_equal(byte, hex, 2);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(known_digests),
		cmocka_unit_test(a_million_letters),
		cmocka_unit_test(pieces_make_the_whole),
	};

	return cmocka_run_group_tests_name("sha256", tests, NULL, NULL);
}
