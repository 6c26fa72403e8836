/* test_ui_moment: times as people say them, ahead and back, and as they read them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>

#include "base/text.h"
#include "ui/moment.h"

/* 2026-11-20 14:02:31 UTC */
#define NOW INT64_C(1795183351)

static void parsing(void **state)
{
	static const struct { const char *words; bool past, fits; int64_t after; } cases[] = {
		{ "", false, true, -NOW }, { "", true, false, 0 }, { "06:00", false, true, 57449 }, { "14:03", false, true, 29 },
		{ "14:02", false, true, 86400 - 31 }, { "14:02", true, true, -31 }, { "22:00", true, true, -57751 }, { "24:00", false, true, 35849 },
		{ "30 m", false, true, 1800 }, { "30m", true, true, -1800 }, { " 2 h ", false, true, 7200 }, { "8 H", true, true, -28800 },
		{ "3 days", false, true, 259200 }, { "25:00", false, false, 0 }, { "6:7", false, false, 0 }, { "06:60", false, false, 0 },
		{ "soon", false, false, 0 }, { "2", false, false, 0 }, { "-1 h", false, false, 0 }, { "0 m", false, false, 0 },
		{ "1000 d", false, false, 0 }, { "2 h x", false, false, 0 }, { "06:00 x", false, false, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		int64_t epoch;

		if (moment_parse(cases[i].words, NOW, cases[i].past, &epoch) != cases[i].fits)
			fail_msg("\"%s\" %s", cases[i].words, cases[i].fits ? "was not taken" : "was taken");
		if (cases[i].fits && epoch != NOW + cases[i].after)
			fail_msg("\"%s\" is %lld s away", cases[i].words, (long long)(epoch - NOW));
	}
}

static void words(void **state)
{
	struct arena *arena = arena_new();
	int64_t epoch;

	(void)state;
	assert_string_equal(moment_words(arena, NOW - 60, NOW), "14:01");
	assert_string_equal(moment_words(arena, NOW + 3600, NOW), "15:02");
	assert_string_equal(moment_words(arena, NOW - 24 * 3600, NOW), "11-19");
	assert_string_equal(moment_age(arena, 59), "now");
	assert_string_equal(moment_age(arena, 119), "1 m");
	assert_string_equal(moment_age(arena, 7300), "2 h");
	assert_true(text_to_time_iso("2026-11-20T14:02:31Z", &epoch) && epoch == NOW);
	assert_false(text_to_time_iso("", &epoch));
	assert_false(text_to_time_iso("never", &epoch));
	assert_false(text_to_time_iso("2026-11-20T14:02:31Z, and more than that", &epoch));
	arena_free(arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(parsing), cmocka_unit_test(words) };

	setenv("TZ", "UTC", 1);
	tzset();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
