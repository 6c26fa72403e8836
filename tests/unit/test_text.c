/* text: growing strings, strict UTF-8, folding, order, and quantities both ways. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "tests/unit/hostile.h"

static struct arena *arena;

static int open_arena(void **state)
{
	(void)state;
	arena = arena_new();
	return 0;
}

static int close_arena(void **state)
{
	(void)state;
	arena_free(arena);
	return 0;
}

static void growing(void **state)
{
	struct text text = { 0 };
	char *taken;

	(void)state;
	assert_string_equal(text_get(&text), "");
	text_add(&text, "mail");
	text_addf(&text, "%d%s", 3, ".example");
	text_add_char(&text, '!');
	text_add_bytes(&text, "\0x", 2);
	text_add_bytes(&text, NULL, 0);
	assert_int_equal(text.length, 16);
	assert_memory_equal(text_get(&text), "mail3.example!\0x", 17);
	text_clear(&text);
	assert_string_equal(text_get(&text), "");
	for (int i = 0; i < 1000; i++)
		text_addf(&text, "%03d", i);
	assert_int_equal(text.length, 3000);
	assert_string_equal(text_after_label("Login: is too long", "Login"), "is too long");
	assert_string_equal(text_after_label("Login is needed.", "Login"), "Login is needed.");
	assert_string_equal(text_after_label("Login", "Login"), "Login");
	assert_true(text_lists("imap pop3,\tlmtp", "pop3"));
	assert_true(text_lists(", imap", "imap"));
	assert_true(text_lists("imap\nlmtp", "lmtp"));
	assert_false(text_lists("imap4 pop3", "imap"));
	assert_false(text_lists("imap", ""));
	assert_false(text_lists("", ""));
	taken = text_take(&text);
	assert_memory_equal(taken + 2997, "999", 4);
	free(taken);
	taken = text_take(&text);
	assert_string_equal(taken, "");
	free(taken);
	text_free(&text);
}

static const struct {
	const char *bytes;
	size_t size;           /* what utf8_decode returns for all bytes of the case */
	uint32_t code;
} sequences[] = {
	{ "a", 1, 'a' },
	{ "\177", 1, 0x7F },
	{ "\302\200", 2, 0x80 },
	{ "\337\277", 2, 0x7FF },
	{ "\340\240\200", 3, 0x800 },
	{ "\355\237\277", 3, 0xD7FF },
	{ "\356\200\200", 3, 0xE000 },
	{ "\357\277\277", 3, 0xFFFF },
	{ "\360\220\200\200", 4, 0x10000 },
	{ "\364\217\277\277", 4, 0x10FFFF },
	{ "\200", 0, 0 },                       /* a continuation alone */
	{ "\301\277", 0, 0 },                   /* overlong */
	{ "\340\237\277", 0, 0 },
	{ "\360\217\277\277", 0, 0 },
	{ "\355\240\200", 0, 0 },               /* surrogates */
	{ "\355\277\277", 0, 0 },
	{ "\364\220\200\200", 0, 0 },           /* above U+10FFFF */
	{ "\365\200\200\200", 0, 0 },
	{ "\370\210\200\200\200", 0, 0 },       /* five bytes */
	{ "\342\202", 0, 0 },                   /* truncated */
	{ "\342\202a", 0, 0 },
	{ "\377", 0, 0 },
};

static void decoding_is_strict(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(sequences) / sizeof(sequences[0]); i++) {
		uint32_t code = 0;
		char out[4];
		size_t length = strlen(sequences[i].bytes);

		assert_int_equal(utf8_decode(sequences[i].bytes, length, &code), sequences[i].size);
		assert_int_equal(utf8_valid(sequences[i].bytes, length), sequences[i].size > 0);
		if (sequences[i].size == 0)
			continue;
		assert_int_equal(code, sequences[i].code);
		assert_int_equal(utf8_encode(code, out), sequences[i].size);
		assert_memory_equal(out, sequences[i].bytes, sequences[i].size);
	}
}

static void every_scalar_value_survives(void **state)
{
	(void)state;
	for (uint32_t code = 0; code <= 0x10FFFF; code++) {
		uint32_t again = 0;
		char out[4];
		size_t size;

		if (code >= 0xD800 && code <= 0xDFFF)
			continue;
		size = utf8_encode(code, out);
		if (utf8_decode(out, size, &again) != size || again != code)
			fail_msg("U+%04X does not survive", (unsigned)code);
	}
}

static const struct {
	const char *words, *folded;
} foldings[] = {
	{ "Anna SMITH", "anna smith" },
	{ "M\303\274ller", "muller" },
	{ "Mu\314\210ller", "muller" },                            /* the same with a mark of its own */
	{ "STRASSE", "strasse" },
	{ "stra\303\237e", "strasse" },
	{ "\341\272\236", "ss" },                                  /* capital sharp s */
	{ "\305\201\303\263d\305\272", "lodz" },
	{ "\303\230stergaard \303\206r\303\270", "ostergaard aero" },
	{ "\304\260stanbul \304\261", "istanbul i" },
	{ "\316\206\316\233\316\246\316\221\316\243", "\316\261\316\273\317\206\316\261\317\203" },
	{ "\317\202", "\317\203" },                                /* final sigma */
	{ "\320\201\320\226 \320\231", "\320\265\320\266 \320\270" },
	{ "\344\270\255\346\226\207", "\344\270\255\346\226\207" },      /* others stay */
	{ "\327\251\327\234", "\327\251\327\234" },
	{ "M\374LL", "m\374ll" },                                   /* no UTF-8: the byte stays */
	{ "", "" },
};

static void folding(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(foldings) / sizeof(foldings[0]); i++)
		assert_string_equal(text_fold(arena, foldings[i].words, strlen(foldings[i].words)), foldings[i].folded);
	assert_string_equal(text_fold(arena, "A\0B", 3), "a b");
}

static void folding_twice_changes_nothing(void **state)
{
	(void)state;
	for (size_t i = 0; i < HOSTILE_COUNT; i++) {
		char *once = text_fold(arena, hostile_strings[i].bytes, hostile_strings[i].length);

		assert_string_equal(text_fold(arena, once, strlen(once)), once);
	}
}

/* In ascending order. */
static const char *const ordered[] = {
	"", "Anna", "anna", "\303\204nna", "Annab", "b", "Muller", "M\303\274ller", "Mulles", "z", "\316\261", "\344\270\255", "\377",
};

static void order(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(ordered) / sizeof(ordered[0]); i++) {
		for (size_t j = 0; j < sizeof(ordered) / sizeof(ordered[0]); j++) {
			int result = text_compare(ordered[i], ordered[j]);

			assert_int_equal(result < 0, i < j);
			assert_int_equal(result == 0, i == j);
		}
	}
	assert_true(text_same_ascii_case("Mail", "mAIL"));
	assert_false(text_same_ascii_case("mail", "mails"));
	assert_false(text_same_ascii_case("mails", "mail"));
	assert_false(text_same_ascii_case("\303\204", "\303\244"));
}

static void plain_lower_case(void **state)
{
	(void)state;
	assert_string_equal(text_lower_ascii(arena, "Anna@EXAMPLE.com tail", 16), "anna@example.com");
	assert_string_equal(text_lower_ascii(arena, "\303\204[Z`@A{", 8), "\303\204[z`@a{");
	assert_memory_equal(text_lower_ascii(arena, "A\0B", 3), "a\0b", 4);
	assert_string_equal(text_lower_ascii(arena, "", 0), "");
}

static void hex_digits(void **state)
{
	static const char digits[] = "0123456789abcdefABCDEF";

	(void)state;
	for (int c = -128; c < 128; c++) {
		const char *at = c ? strchr(digits, c) : NULL;
		int value = at ? (int)(at - digits) : -1;

		assert_int_equal(text_hex_digit((char)c), value > 15 ? value - 6 : value);
	}
}

static const struct {
	const char *words, *typed;
	bool found;
} word_finds[] = {
	{ "Quota of Anna M\303\274ller", "muller quota", true },
	{ "Quota of Anna M\303\274ller", "  ann  ", true },
	{ "Quota of Anna M\303\274ller", "", true },
	{ "Quota of Anna M\303\274ller", "quota berta", false },
	{ "Quota of Anna M\303\274ller", "of anna m\303\274ller, of", false },
	{ "", "a", false },
};

static void all_words_are_found(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(word_finds) / sizeof(word_finds[0]); i++) {
		const char *folded = text_fold(arena, word_finds[i].typed, strlen(word_finds[i].typed));

		if (text_has_words(arena, word_finds[i].words, folded) != word_finds[i].found)
			fail_msg("\"%s\" in \"%s\"", word_finds[i].typed, word_finds[i].words);
	}
}

static const struct {
	const char *words;
	int64_t unit;
	int64_t bytes;         /* -1: refused */
} sizes[] = {
	{ "2 GB", 1, 2147483648 }, { "2GB", 1, 2147483648 }, { "2 gb", 1, 2147483648 }, { "2 GiB", 1, 2147483648 },
	{ "2G", 1, 2147483648 }, { "2.5 GB", 1, 2684354560 }, { "500 MB", 1, 524288000 }, { "1 KB", 1, 1024 },
	{ "1 TB", 1, 1099511627776 }, { "1048576", 1, 1048576 }, { "0", 1, 0 }, { "none", 1, 0 }, { "None ", 1, 0 },
	{ "4096", 1048576, 4294967296 }, { "4096 MB", 1048576, 4294967296 }, { "1.5", 1048576, 1572864 }, { "7 B", 1048576, 7 },
	{ "0.1 GB", 1, 107374182 }, { "  5 MB  ", 1, 5242880 }, { "0.000001 TB", 1, 1099512 }, { "8388607 TB", 1, 9223370937343148032 },
	{ "", 1, -1 }, { " ", 1, -1 }, { "-1", 1, -1 }, { "-1 GB", 1, -1 }, { "+1", 1, -1 }, { "1.", 1, -1 }, { ".5 GB", 1, -1 },
	{ "1.5", 1, -1 }, { "1.5 B", 1, -1 }, { "2,5 GB", 1, -1 }, { "1 XB", 1, -1 }, { "1 GBs", 1, -1 }, { "GB", 1, -1 },
	{ "1 G B", 1, -1 }, { "0x10", 1, -1 }, { "1e9", 1, -1 }, { "nonesuch", 1, -1 }, { "8388608 TB", 1, -1 },
	{ "9223372036854775808", 1, -1 }, { "9223372036854775807", 1048576, -1 }, { "1.1234567 GB", 1, -1 }, { "1 \303\244", 1, -1 },
};

static void sizes_are_read(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		int64_t bytes = -7;
		bool read = text_to_size(sizes[i].words, sizes[i].unit, &bytes);

		if (read != (sizes[i].bytes >= 0) || bytes != (read ? sizes[i].bytes : -7))
			fail_msg("\"%s\" was read as %d, %lld", sizes[i].words, read, (long long)bytes);
	}
}

static const struct {
	int64_t bytes;
	const char *words;
} written_sizes[] = {
	{ 0, "0 B" }, { 1, "1 B" }, { 1023, "1023 B" }, { 1024, "1 KB" }, { 1536, "1.5 KB" }, { 536870912, "512 MB" },
	{ 1572864000, "1500 MB" }, { 2147483648, "2 GB" }, { 1610612736, "1.5 GB" }, { 1073741825, "1.0 GB" },
	{ 1073741823, "1.0 GB" }, { 1099511627775, "1.0 TB" }, { 1099511627776, "1 TB" }, { 123456789, "117.7 MB" },
	{ -1073741824, "-1 GB" }, { INT64_MAX, "8388608.0 TB" }, { INT64_MIN, "-8388608 TB" },
};

static void sizes_are_written(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(written_sizes) / sizeof(written_sizes[0]); i++)
		assert_string_equal(text_from_size(arena, written_sizes[i].bytes), written_sizes[i].words);
	for (int64_t mb = 0; mb < 20000; mb++) {
		const char *words = text_from_size(arena, mb * 1048576);
		int64_t again = -1;

		/* What is written without a rounded decimal is read back as the same size. */
		assert_true(text_to_size(words, 1, &again));
		if (mb < 10000)
			assert_int_equal(again, mb * 1048576);
	}
}

static void ages_and_counts(void **state)
{
	(void)state;
	assert_string_equal(text_from_age(arena, -3), "0 s");
	assert_string_equal(text_from_age(arena, 59), "59 s");
	assert_string_equal(text_from_age(arena, 60), "1 m");
	assert_string_equal(text_from_age(arena, 3599), "59 m");
	assert_string_equal(text_from_age(arena, 7200), "2 h");
	assert_string_equal(text_from_age(arena, 86400 * 5), "5 d");
	assert_string_equal(text_from_count(arena, 0), "0");
	assert_string_equal(text_from_count(arena, 999), "999");
	assert_string_equal(text_from_count(arena, 1166), "1,166");
	assert_string_equal(text_from_count(arena, -1000000), "-1,000,000");
	assert_string_equal(text_from_count(arena, INT64_MIN), "-9,223,372,036,854,775,808");
}

static const struct {
	const char *words;
	int64_t epoch;         /* -1: refused */
} times[] = {
	{ "20261120140231Z", 1795183351 }, { "20261120140231.123456Z", 1795183351 }, { "20261120140231,5Z", 1795183351 },
	{ "20261120150231+0100", 1795183351 }, { "20261120090231-05", 1795183351 }, { "202611201402Z", 1795183320 },
	{ "2026112014Z", 1795183200 }, { "19700101000000Z", 0 }, { "20240229000000Z", 1709164800 },
	{ "", -1 }, { "20261120140231", -1 }, { "20261320140231Z", -1 }, { "20260229000000Z", -1 }, { "20261120240000Z", -1 },
	{ "20261120146031Z", -1 }, { "20261120140231.Z", -1 }, { "20261120140231Zx", -1 }, { "2026-11-20T14:02:31Z", -1 },
	{ "20261120140231+01000", -1 }, { "20261100140231Z", -1 }, { "2026112014023Z", -1 },
};

static void times_both_ways(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
		int64_t epoch = -7;
		bool read = text_to_time(times[i].words, &epoch);

		if (read != (times[i].epoch >= 0) || epoch != (read ? times[i].epoch : -7))
			fail_msg("\"%s\" was read as %d, %lld", times[i].words, read, (long long)epoch);
	}
	assert_string_equal(text_from_time(arena, 1795183351), "2026-11-20T14:02:31Z");
	assert_string_equal(text_from_time(arena, 0), "1970-01-01T00:00:00Z");
	assert_string_equal(text_from_time(arena, -55035183525), "0226-01-02T17:01:15Z");
	assert_string_equal(text_from_time(arena, 253402300799), "9999-12-31T23:59:59Z");
	assert_string_equal(text_from_time(arena, 253402300800), "@253402300800");
	assert_string_equal(text_from_time(arena, INT64_MAX), "@9223372036854775807");
}

static const struct {
	const char *name;
	bool mixed;
} names[] = {
	{ "anna@example.com", false }, { "p\320\260ypal.com", true }, { "\316\277utlook.com", true },
	{ "\320\277\320\276\321\207\321\202\320\260.com", false },   /* two labels, each of one script */
	{ "anna@\320\277\320\276\321\207\321\202\320\260.com", false }, { "a-\320\260", false },
	{ "m\303\274ller.example", false }, { "\344\270\255a.example", false }, { "a\377\320\260", true }, { "", false },
};

static void mixed_scripts(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		assert_int_equal(text_mixed_scripts(names[i].name, strlen(names[i].name)), names[i].mixed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(growing),
		cmocka_unit_test(decoding_is_strict),
		cmocka_unit_test(every_scalar_value_survives),
		cmocka_unit_test(folding),
		cmocka_unit_test(folding_twice_changes_nothing),
		cmocka_unit_test(order),
		cmocka_unit_test(plain_lower_case),
		cmocka_unit_test(hex_digits),
		cmocka_unit_test(all_words_are_found),
		cmocka_unit_test(sizes_are_read),
		cmocka_unit_test(sizes_are_written),
		cmocka_unit_test(ages_and_counts),
		cmocka_unit_test(times_both_ways),
		cmocka_unit_test(mixed_scripts),
	};

	return cmocka_run_group_tests(tests, open_arena, close_arena);
}
