/* memory: arenas keep what they hold apart, grow, and running out ends the program by way of the handler. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/memory.h"
#include "tests/unit/trial.h"

static void heap_copies(void **state)
{
	char *copy = memory_text("Smith");
	unsigned char *zeros = memory_new(100);

	(void)state;
	assert_string_equal(copy, "Smith");
	assert_null(memory_text(NULL));
	for (size_t i = 0; i < 100; i++)
		assert_int_equal(zeros[i], 0);
	free(copy);
	free(zeros);
}

static void growing_arrays_are_zero_filled(void **state)
{
	size_t capacity = 0;
	int *items = NULL;

	(void)state;
	for (size_t i = 0; i < 1000; i++) {
		items = memory_grow(items, &capacity, i + 1, sizeof(*items));
		assert_true(capacity > i);
		assert_int_equal(items[i], 0);
		items[i] = (int)i + 1;
	}
	for (size_t i = 0; i < 1000; i++)
		assert_int_equal(items[i], i + 1);
	free(items);
}

static void wiping_leaves_zeros(void **state)
{
	char secret[] = "secret";

	(void)state;
	memory_wipe(secret, sizeof(secret));
	memory_wipe(NULL, 5);
	for (size_t i = 0; i < sizeof(secret); i++)
		assert_int_equal(secret[i], 0);
}

static void arena_pieces_do_not_overlap(void **state)
{
	enum { PIECES = 3000 };
	static unsigned char *pieces[PIECES];
	static size_t sizes[PIECES];
	struct arena *arena = arena_new();
	size_t sum = 0;

	(void)state;
	trial_begin("arena");
	for (size_t i = 0; i < PIECES; i++) {
		sizes[i] = trial_below(i % 100 == 0 ? 100000 : 300);
		pieces[i] = arena_alloc(arena, sizes[i]);
		sum += sizes[i];
		assert_non_null(pieces[i]);
		assert_int_equal((uintptr_t)pieces[i] % _Alignof(max_align_t), 0);
		for (size_t j = 0; j < sizes[i]; j++)
			assert_int_equal(pieces[i][j], 0);
		memset(pieces[i], (int)(i & 0xFF), sizes[i]);
	}
	for (size_t i = 0; i < PIECES; i++)
		for (size_t j = 0; j < sizes[i]; j++)
			assert_int_equal(pieces[i][j], i & 0xFF);
	assert_true(arena_size(arena) >= sum);
	arena_free(arena);
	arena_free(NULL);
}

static void arena_texts(void **state)
{
	struct arena *arena = arena_new();
	size_t capacity = 0;
	int *items = NULL;
	char *bytes = arena_bytes(arena, "a\0b", 3);

	(void)state;
	assert_memory_equal(bytes, "a\0b", 4);
	assert_string_equal(arena_bytes(arena, NULL, 0), "");
	assert_string_equal(arena_text(arena, "words"), "words");
	assert_null(arena_text(arena, NULL));
	assert_string_equal(arena_format(arena, "%s has %d", "mail1", 3), "mail1 has 3");
	for (size_t i = 0; i < 500; i++) {
		items = arena_grow(arena, items, &capacity, i + 1, sizeof(*items));
		assert_int_equal(items[i], 0);
		items[i] = (int)i;
	}
	for (size_t i = 0; i < 500; i++)
		assert_int_equal(items[i], i);
	arena_free(arena);
}

static int told;

static void tell(void)
{
	ssize_t done = write(told, "x", 1);

	(void)done;
}

/* The failing size overflows, so no memory is touched and the test behaves alike under sanitizers. */
static void running_out_calls_the_handler_and_aborts(void **state)
{
	int ends[2], status;
	char byte = 0;
	pid_t child;

	(void)state;
	assert_int_equal(pipe(ends), 0);
	fflush(stdout);
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		struct rlimit none = { 0, 0 };

		setrlimit(RLIMIT_CORE, &none);
		if (!freopen("/dev/null", "w", stderr))
			_exit(1);
		told = ends[1];
		memory_on_failure(tell);
		arena_alloc(arena_new(), SIZE_MAX);
		_exit(0);
	}
	close(ends[1]);
	assert_int_equal(read(ends[0], &byte, 1), 1);
	assert_int_equal(byte, 'x');
	close(ends[0]);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGABRT);
}

/* What is in the block after it is freed cannot be looked at; that copies are marked can. */
static void secrets_mark_their_arenas(void **state)
{
	struct arena *arena = arena_new();

	(void)state;
	assert_false(arena_is_secret(arena));
	arena_bytes(arena, "Canary", 6);
	arena_holds_secret(arena);
	assert_true(arena_is_secret(arena));
	arena_alloc(arena, 100000);
	arena_free(arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(heap_copies),
		cmocka_unit_test(growing_arrays_are_zero_filled),
		cmocka_unit_test(wiping_leaves_zeros),
		cmocka_unit_test(arena_pieces_do_not_overlap),
		cmocka_unit_test(arena_texts),
		cmocka_unit_test(secrets_mark_their_arenas),
		cmocka_unit_test(running_out_calls_the_handler_and_aborts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
