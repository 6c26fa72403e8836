/* test_live_pool: equal bytes give one pointer, also after the pool has grown. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "live/pool.h"

static void each_text_once(void **state)
{
	enum { TEXTS = 5000 };
	struct arena *arena = arena_new();
	const char **kept = arena_alloc(arena, TEXTS * sizeof(*kept));
	struct pool pool;
	char name[40];

	(void)state;
	pool_open(&pool, arena);
	for (int i = 0; i < TEXTS; i++) {
		snprintf(name, sizeof(name), "user%d@example.com", i);
		kept[i] = pool_text(&pool, name, strlen(name));
		assert_string_equal(kept[i], name);
	}
	for (int i = 0; i < TEXTS; i++) {
		snprintf(name, sizeof(name), "user%d@example.com", i);
		assert_ptr_equal(pool_text(&pool, name, strlen(name)), kept[i]);
	}
	assert_int_equal(pool.count, TEXTS);
	/* A beginning of a text is another text, and so is nothing. */
	assert_string_equal(pool_text(&pool, "user12345", 6), "user12");
	assert_string_equal(pool_text(&pool, "", 0), "");
	assert_ptr_equal(pool_text(&pool, "x", 0), pool_text(&pool, "", 0));
	assert_int_equal(pool.count, TEXTS + 2);
	pool_close(&pool);
	arena_free(arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(each_text_once) };

	return cmocka_run_group_tests_name("live_pool", tests, NULL, NULL);
}
