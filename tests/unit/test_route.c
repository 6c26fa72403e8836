/* Where mail goes: ends, loops, dead ends, depth and the expansion limit. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "model/route.h"

/* A small mail system: address, how, next addresses, what rests. */
struct leg { const char *address, *how, *to[4], *rests; };
static const struct leg system_legs[] = {
	{ "anna@x", "address of anna", { NULL }, "mailbox of anna" },
	{ "otto@x", "address of otto", { NULL }, "mailbox of otto" },
	{ "info@x", "alternate of anna", { "anna@x" }, NULL },
	{ "info@x", "alternate of otto", { "otto@x" }, NULL },
	{ "away@x", "forward of ida", { "ida@outside" }, NULL },
	{ "copy@x", "forward of ida", { "ida@outside" }, "mailbox of ida" },
	{ "a@x", "forward of a", { "b@x" }, NULL },
	{ "b@x", "forward of b", { "A@X" }, NULL },
	{ "self@x", "forward of self", { "self@x" }, NULL },
	{ "gone@x", "list gone", { "nobody@x", "anna@x" }, NULL },
	{ "twice@x", "list twice", { "anna@x", "info@x" }, NULL },
	{ "empty@x", "group empty", { NULL }, NULL },
};

static bool ask(void *context, struct arena *arena, const char *const *addresses, size_t count, struct route_answer *answers)
{
	size_t *asked = context;

	for (size_t i = 0; i < count; i++) {
		struct route_leg *legs = arena_alloc(arena, 4 * sizeof *legs);
		const char *at = strchr(addresses[i], '@');

		answers[i] = (struct route_answer){ .legs = legs, .here = strcasecmp(at, "@x") == 0 };
		for (size_t j = 0; j < sizeof system_legs / sizeof *system_legs; j++) {
			const struct leg *leg = &system_legs[j];
			size_t to = 0;

			if (strcasecmp(leg->address, addresses[i]) != 0)
				continue;
			while (leg->to[to] != NULL)
				to++;
			legs[answers[i].count++] = (struct route_leg){ .how = leg->how, .to = leg->to, .count = to, .rests = leg->rests };
		}
		(*asked)++;
	}
	return true;
}

static void test_ends(void **state)
{
	static const struct { const char *from, *words; size_t hops; } cases[] = {
		{ "anna@x", "1 mailbox here", 1 },
		{ "info@x", "2 mailboxes here", 3 },
		{ "away@x", "1 address outside", 2 },
		{ "copy@x", "1 mailbox here and 1 address outside", 2 },
		{ "a@x", "nobody; 1 loop", 3 },
		{ "self@x", "nobody; 1 loop", 2 },
		{ "gone@x", "1 mailbox here; 1 dead end", 3 },
		{ "twice@x", "2 mailboxes here", 5 },
		{ "empty@x", "nobody; 1 dead end", 1 },
		{ "nobody@x", "nobody; 1 dead end", 1 },
		{ "else@outside", "1 address outside", 1 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct arena *arena = arena_new();
		struct route route;
		size_t asked = 0;

		route_follow(arena, cases[i].from, ask, &asked, &route);
		assert_string_equal(route_words(arena, &route), cases[i].words);
		assert_int_equal(route.count, cases[i].hops);
		assert_string_equal(route.hops[0].address, cases[i].from);
		arena_free(arena);
	}
}

static void test_tree_and_words(void **state)
{
	struct arena *arena = arena_new();
	struct route route;
	size_t asked = 0;

	(void)state;
	route_follow(arena, "twice@x", ask, &asked, &route);
	assert_int_equal(asked, 4);                     /* each address once */
	assert_string_equal(route_hop_words(arena, &route.hops[0]), "twice@x");
	assert_string_equal(route_hop_words(arena, &route.hops[1]), "  anna@x: mailbox of anna (list twice)");
	assert_string_equal(route_hop_words(arena, &route.hops[2]), "  info@x (list twice)");
	assert_string_equal(route_hop_words(arena, &route.hops[3]), "    anna@x: reached above already (alternate of anna)");
	assert_int_equal(route.hops[3].from, 2);
	route_follow(arena, "a@x", ask, &asked, &route);
	assert_string_equal(route_hop_words(arena, &route.hops[2]), "    A@X: LOOP: mail was here already (forward of b)");
	arena_free(arena);
}

/* Every address leads to the next one, for ever. */
static bool ask_chain(void *context, struct arena *arena, const char *const *addresses, size_t count, struct route_answer *answers)
{
	unsigned *number = context;

	for (size_t i = 0; i < count; i++) {
		struct route_leg *leg = arena_alloc(arena, sizeof *leg);
		const char **to = arena_alloc(arena, sizeof *to);

		(void)addresses;
		to[0] = arena_format(arena, "n%u@x", ++*number);
		*leg = (struct route_leg){ .how = "chain", .to = to, .count = 1 };
		answers[i] = (struct route_answer){ .legs = leg, .count = 1, .here = true };
	}
	return true;
}

static bool ask_crowd(void *context, struct arena *arena, const char *const *addresses, size_t count, struct route_answer *answers)
{
	size_t most = *(size_t *)context;

	for (size_t i = 0; i < count; i++) {
		struct route_leg *leg = arena_alloc(arena, sizeof *leg);
		const char **to = arena_alloc(arena, most * sizeof *to);

		answers[i] = (struct route_answer){ .legs = leg, .count = 1, .here = true };
		*leg = (struct route_leg){ .how = "member of crowd", .to = to };
		if (strcmp(addresses[i], "crowd@x") != 0)
			leg->rests = "mailbox";
		for (size_t j = 0; leg->rests == NULL && j < most; j++)
			to[leg->count++] = arena_format(arena, "m%zu@x", j);
	}
	return true;
}

static void test_limits(void **state)
{
	static const struct { size_t members; bool cut; size_t boxes; } cases[] = { { 10, false, 10 }, { 999, false, 999 }, { 1000, true, 999 }, { 5000, true, 999 } };
	struct arena *arena = arena_new();
	unsigned number = 0;
	struct route route;

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		size_t members = cases[i].members;

		route_follow(arena, "crowd@x", ask_crowd, &members, &route);
		assert_int_equal(route.cut, cases[i].cut);
		assert_int_equal(route.boxes, cases[i].boxes);
		assert_int_equal(strstr(route_words(arena, &route), "over the limit of 1000") != NULL, cases[i].cut);
	}
	route_follow(arena, "n0@x", ask_chain, &number, &route);
	assert_true(route.cut);
	assert_int_equal(route.count, ROUTE_DEEP + 1);
	assert_int_equal(route.hops[ROUTE_DEEP].end, ROUTE_CUT);
	arena_free(arena);
}

static bool ask_fails(void *context, struct arena *arena, const char *const *addresses, size_t count, struct route_answer *answers)
{
	(void)context, (void)arena, (void)addresses, (void)count, (void)answers;
	return false;
}

static void test_no_answer(void **state)
{
	struct arena *arena = arena_new();
	struct route route;

	(void)state;
	route_follow(arena, "anna@x", ask_fails, NULL, &route);
	assert_true(route.unknown);
	assert_non_null(strstr(route_words(arena, &route), "could not be asked"));
	arena_free(arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ends),
		cmocka_unit_test(test_tree_and_words),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_no_answer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
