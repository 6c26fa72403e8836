/* skeleton: what looks alike is found, what does not is left, and nothing hostile breaks it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <pthread.h>

#include "base/skeleton.h"
#include "base/text.h"
#include "tests/unit/hostile.h"

#define CYRILLIC_A "\320\260"
#define CYRILLIC_O "\320\276"
#define CYRILLIC_E "\320\265"
#define CYRILLIC_P "\321\200"
#define CYRILLIC_C "\321\201"
#define GREEK_O "\316\277"
#define GREEK_N "\316\275"         /* nu, which is confused with v */

static const struct {
	const char *bytes;
	const char *skeleton;
} skeletons[] = {
	{ "", "" },
	{ "anna", "anna" },
	{ "Anna", "anna" },
	{ "m", "rn" },
	{ "a1ice", "alice" },
	{ "aIice", "alice" },
	{ "b0b", "bob" },
	{ CYRILLIC_P CYRILLIC_A "ul", "paul" },
	{ "b" GREEK_O "b", "bob" },
	{ "a|", "al" },
	{ "\377\376M", "\377\376m" },              /* no UTF-8: folded as it is */
};

static void known_skeletons(void **state)
{
	struct arena *arena = arena_new();

	(void)state;
	for (size_t i = 0; i < sizeof(skeletons) / sizeof(skeletons[0]); i++)
		assert_string_equal(text_skeleton(arena, skeletons[i].bytes, strlen(skeletons[i].bytes)), skeletons[i].skeleton);
	arena_free(arena);
}

static const struct {
	const char *one, *other;
	bool alike;
} pairs[] = {
	{ "anna.smith@example.com", "anna.srnith@example.com", true },
	{ "anna.smith@example.com", "anna.smith@exarnple.com", true },
	{ "alice@example.com", "a1ice@example.com", true },
	{ "bob@example.com", "b0b@example.com", true },
	{ "paul@example.com", CYRILLIC_P CYRILLIC_A "ul@example.com", true },
	{ "paul@example.com", "paul@xn--exmple-4nf.com", true },          /* Cyrillic a in the domain */
	{ "example.com", "xn--exmple-4nf.com", true },
	{ "paul@ex" CYRILLIC_A "mple.com", "paul@xn--exmple-4nf.com", false },   /* two spellings of one domain */
	{ "anna@example.com", "anna@example.com", false },
	{ "anna@example.com", "ANNA@Example.com", false },
	{ "anna@example.com", "anne@example.com", false },
	{ "w@example.com", "vv@example.com", false },                     /* Unicode does not list it */
	{ "m\303\274ller@example.com", "muller@example.com", false },     /* an accent can be seen */
};

static void pairs_are_told(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		if (text_looks_like(pairs[i].one, pairs[i].other) != pairs[i].alike
		    || text_looks_like(pairs[i].other, pairs[i].one) != pairs[i].alike)
			fail_msg("\"%s\" and \"%s\" should %slook alike", pairs[i].one, pairs[i].other, pairs[i].alike ? "" : "not ");
	}
}

static bool holds(const char *const *list, size_t count, const char *spelling)
{
	for (size_t i = 0; i < count; i++) {
		if (strcmp(list[i], spelling) == 0)
			return true;
	}
	return false;
}

static const struct {
	const char *address;
	const char *spellings[6];  /* must be in the list */
	size_t count;              /* of the whole list; 64: at least that many exist */
} spelled[] = {
	{ "anna@abc.de", { NULL }, 0 },
	{ "bob@abc.de", { "b0b@abc.de", NULL }, 1 },
	{ "BOB@abc.de", { "b0b@abc.de", NULL }, 1 },
	{ "tim", { "tirn", NULL }, 1 },
	{ "bernd", { "bemd", NULL }, 1 },
	{ "pau1@abc.de", { "paul@abc.de", "pau|@abc.de", NULL }, 2 },
	{ "aIx", { "alx", "a1x", "a|x", NULL }, 3 },
	{ CYRILLIC_P CYRILLIC_E "te@abc.de", { "pete@abc.de", NULL }, 1 },
	{ CYRILLIC_C CYRILLIC_O CYRILLIC_P "e@abc.de", { "cope@abc.de", "c0pe@abc.de", NULL }, 2 },
	{ GREEK_N "era@abc.de", { "vera@abc.de", NULL }, 1 },
	{ "anna@xn--bc-6kc.de", { "anna@abc.de", NULL }, 1 },         /* Cyrillic a in abc */
	{ "m\303\274ller@abc.de", { NULL }, 0 },
	{ "a b", { NULL }, 0 },
	{ "\377@abc.de", { NULL }, 0 },
	{ "", { NULL }, 0 },
	{ "lolololololo@abc.de", { "l0lololololo@abc.de", NULL }, 64 },
	{ "IIIIIIIIIIIIIIIIIIIIIIIIIIIIIIIIIIIIIIII", { "llllllllllllllllllllllllllllllllllllllll", NULL }, 64 },
	{ "''''''''''''''''''''''''''''''''''''''''", { NULL }, 64 },
};

static void spellings_are_listed(void **state)
{
	struct arena *arena = arena_new();

	(void)state;
	for (size_t i = 0; i < sizeof(spelled) / sizeof(spelled[0]); i++) {
		const char **list;
		size_t count = text_lookalikes(arena, spelled[i].address, &list, 1000);

		if (count != spelled[i].count)
			fail_msg("\"%s\" has %zu spellings, expected %zu", spelled[i].address, count, spelled[i].count);
		for (size_t j = 0; spelled[i].spellings[j] != NULL; j++)
			assert_true(holds(list, count, spelled[i].spellings[j]));
		for (size_t j = 0; j < count; j++) {
			assert_true(text_looks_like(spelled[i].address, list[j]));
			assert_false(text_has_foreign(list[j], strlen(list[j])));
			assert_false(holds(list, j, list[j]));
		}
	}
	arena_free(arena);
}

/* A cut list begins with what differs least. */
static void nearest_come_first(void **state)
{
	struct arena *arena = arena_new();
	const char **list;

	(void)state;
	assert_int_equal(text_lookalikes(arena, "hello@abc.de", &list, 3), 3);
	assert_true(holds(list, 3, "he1lo@abc.de"));
	assert_true(holds(list, 3, "hel1o@abc.de"));
	assert_true(holds(list, 3, "hell0@abc.de"));
	assert_int_equal(text_lookalikes(arena, "hello@abc.de", &list, 0), 0);
	arena_free(arena);
}

static void hostile_text_is_survived(void **state)
{
	struct arena *arena = arena_new();

	(void)state;
	for (size_t i = 0; i < HOSTILE_COUNT; i++) {
		const char *text = arena_bytes(arena, hostile_strings[i].bytes, hostile_strings[i].length);
		const char **list;
		size_t count = text_lookalikes(arena, text, &list, 64);

		assert_non_null(text_skeleton(arena, hostile_strings[i].bytes, hostile_strings[i].length));
		assert_true(count <= 64);
		for (size_t j = 0; j < count; j++)
			assert_string_equal(text_skeleton_address(arena, list[j]), text_skeleton_address(arena, text));
	}
	arena_free(arena);
}

static void *many(void *context)
{
	for (size_t round = 0; round < 200; round++) {
		struct arena *arena = arena_new();
		const char **list;

		if (text_lookalikes(arena, "anna.smith@example.com", &list, 64) < 6
		    || !text_looks_like(CYRILLIC_P "aul", "paul"))
			*(size_t *)context += 1;
		arena_free(arena);
	}
	return NULL;
}

static void several_threads_at_a_time(void **state)
{
	pthread_t threads[4];
	size_t wrong[4] = { 0 };

	(void)state;
	for (size_t i = 0; i < 4; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, many, &wrong[i]), 0);
	for (size_t i = 0; i < 4; i++) {
		pthread_join(threads[i], NULL);
		assert_int_equal(wrong[i], 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(several_threads_at_a_time),
		cmocka_unit_test(known_skeletons),
		cmocka_unit_test(pairs_are_told),
		cmocka_unit_test(spellings_are_listed),
		cmocka_unit_test(nearest_come_first),
		cmocka_unit_test(hostile_text_is_survived),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
