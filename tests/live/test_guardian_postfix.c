/*
 * test_guardian_postfix: the guardian against the Postfix of the lab: a value
 * that runs and goes back, and wrong ones that never come there or are taken
 * back.
 *
 * Needs the lab with its Postfix (root); without it the tests skip.
 */
#include "tests/live/guardian_world.h"

static const char *directory(void)
{
	const char *value = getenv("LAB_POSTFIX_CONF");

	return value && access(value, R_OK) == 0 ? value : NULL;
}

/* main.cf of the lab with one more line. */
static struct guarded_change with_line(struct world *world, const char *line)
{
	char *path = arena_format(world->arena, "%s/main.cf", directory());
	struct guarded_change change = single(world, path, arena_format(world->arena, "%s%s\n", got(world, path), line), 300);

	change.service = "postfix";
	change.config = directory();
	return change;
}

static char *parameter(struct world *world, const char *name)
{
	char *value;

	assert_int_equal(RUN(world, &value, "/usr/sbin/postconf", "-c", directory(), "-h", name), 0);
	value[strcspn(value, "\n")] = '\0';
	return value;
}

static void there_and_back(void **state)
{
	static const char *const wanted[] = { "message_size_limit", "20480001", NULL };
	struct world *world = *state;
	struct guarded_change change;
	struct done done;
	char *old;

	if (!world || !directory())
		skip();
	old = got(world, arena_format(world->arena, "%s/main.cf", directory()));
	change = with_line(world, "message_size_limit = 20480001");
	change.wanted = wanted;
	done = apply(world, &change);
	expect_state(&done, GUARDIAN_WAITING);
	assert_string_equal(parameter(world, "message_size_limit"), "20480001");
	done = order(world, "rollback", change.id, NULL);
	expect_state(&done, GUARDIAN_ROLLED_BACK);
	assert_string_equal(got(world, arena_format(world->arena, "%s/main.cf", directory())), old);
}

static void wrong_ones(void **state)
{
	static const struct { const char *line; enum guardian_state state; const char *words; } cases[] = {
		{ "nosuchparameter = 1", GUARDIAN_REFUSED, "nosuchparameter" },
		{ "this is no parameter", GUARDIAN_REFUSED, "missing '='" },
		{ "message_size_limit = abc", GUARDIAN_REFUSED, "postfix check" },
		{ "virtual_alias_maps = hash:/nonexistent/table", GUARDIAN_ROLLED_BACK, "/nonexistent/table" },
	};
	struct world *world = *state;
	char *old;

	if (!world || !directory())
		skip();
	old = got(world, arena_format(world->arena, "%s/main.cf", directory()));
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct guarded_change change = with_line(world, cases[i].line);
		struct done done = apply(world, &change);

		expect_state(&done, cases[i].state);
		expect_words(&done, cases[i].words);
		assert_string_equal(got(world, arena_format(world->arena, "%s/main.cf", directory())), old);
	}
}

/* Every port greets, and the directory that tells whose address it is cannot be asked. */
static void a_directory_that_is_gone(void **state)
{
	struct world *world = *state;
	struct guarded_change change;
	struct done done;
	char *old, *map;

	if (!world || !directory())
		skip();
	old = got(world, arena_format(world->arena, "%s/main.cf", directory()));
	map = arena_format(world->arena, "%s/gone.cf", world->directory);
	put(map, arena_format(world->arena, "server_host = ldap://127.0.0.1:%u\nsearch_base = dc=x\ntimeout = 2\n", free_port()));
	change = with_line(world, arena_format(world->arena, "virtual_alias_maps = ldap:%s", map));
	done = apply(world, &change);
	expect_state(&done, GUARDIAN_ROLLED_BACK);
	expect_words(&done, "lookup");
	assert_string_equal(got(world, arena_format(world->arena, "%s/main.cf", directory())), old);
}

int main(void)
{
	const struct CMUnitTest tests[] = { IN_WORLD(there_and_back), IN_WORLD(wrong_ones), IN_WORLD(a_directory_that_is_gone) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
