/*
 * test_guardian_postfix: the guardian against the Postfix of the lab: a value
 * that runs and goes back, wrong ones that never come there or are taken back,
 * and what takes a stop and a start.
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

/* --- what takes a stop and a start ---------------------------------------------------------------- */

/* Whether somebody greets there. */
static bool greets(const char *address, unsigned port)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port) };
	struct timeval patience = { .tv_sec = 30 };
	int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	char line[200] = "";
	bool fine;

	setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	assert_int_equal(inet_pton(AF_INET, address, &to.sin_addr), 1);
	fine = connect(descriptor, (struct sockaddr *)&to, sizeof(to)) == 0 && recv(descriptor, line, sizeof(line) - 1, 0) > 0 && !strncmp(line, "220", 3);
	close(descriptor);
	return fine;
}

/* A line of master.cf without an address, so that inet_interfaces counts for it; written and taken away beside the guardian. */
static unsigned free_line(struct world *world, char **master)
{
	char *path = arena_format(world->arena, "%s/master.cf", directory());
	unsigned port = free_port();

	*master = got(world, path);
	put(path, arena_format(world->arena, "%s%u inet n - n - - smtpd\n", *master, port));
	assert_int_equal(RUN(world, NULL, "/usr/sbin/postfix", "-c", directory(), "reload"), 0);
	for (int i = 0; i < 3000 && !greets("127.0.0.1", port); i++)
		nap();
	assert_true(greets("127.0.0.1", port));
	return port;
}

static void no_free_line(struct world *world, const char *master)
{
	put(arena_format(world->arena, "%s/master.cf", directory()), master);
	assert_int_equal(RUN(world, NULL, "/usr/sbin/postfix", "-c", directory(), "reload"), 0);
}

static void stopped_and_started(void **state)
{
	static const char *const wanted[] = { "inet_interfaces", "all", NULL };
	struct world *world = *state;
	struct guarded_change change;
	struct done done;
	char *master;
	unsigned port;

	if (!world || !directory())
		skip();
	port = free_line(world, &master);
	/* By a reload Postfix does not take it, and that is seen. */
	if (full()) {
		change = with_line(world, "inet_interfaces = all");
		change.wanted = wanted;
		done = apply(world, &change);
		expect_state(&done, GUARDIAN_ROLLED_BACK);
		expect_words(&done, "inet_interfaces");
	}
	change = with_line(world, "inet_interfaces = all");
	change.wanted = wanted;
	change.restarts = true;
	done = apply(world, &change);
	expect_state(&done, GUARDIAN_WAITING);
	assert_true(greets("127.0.0.1", port) && greets("127.0.0.2", port));
	done = order(world, "rollback", change.id, NULL);
	expect_state(&done, GUARDIAN_ROLLED_BACK);
	assert_string_equal(parameter(world, "inet_interfaces"), "127.0.0.1");
	assert_true(greets("127.0.0.1", port) && !greets("127.0.0.2", port));
	no_free_line(world, master);
}

/* An address that is not here is refused before; a busy port is seen by the start only, and the old files start again. */
static void does_not_start(void **state)
{
	struct sockaddr_in to = { .sin_family = AF_INET };
	struct world *world = *state;
	struct guarded_change change;
	struct done done;
	char *master;
	unsigned port;
	int busy;

	if (!world || !directory())
		skip();
	port = free_line(world, &master);
	change = with_line(world, "inet_interfaces = 192.0.2.1");
	change.restarts = true;
	done = apply(world, &change);
	expect_state(&done, GUARDIAN_REFUSED);
	expect_words(&done, "no interface of this machine has the address 192.0.2.1");
	if (full()) {
		busy = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
		to.sin_port = htons((uint16_t)port);
		assert_int_equal(inet_pton(AF_INET, "127.0.0.2", &to.sin_addr), 1);
		assert_int_equal(bind(busy, (struct sockaddr *)&to, sizeof(to)), 0);
		assert_int_equal(listen(busy, 1), 0);
		change = with_line(world, "inet_interfaces = all");
		change.restarts = true;
		done = apply(world, &change);
		expect_state(&done, GUARDIAN_ROLLED_BACK);
		close(busy);
	}
	assert_string_equal(parameter(world, "inet_interfaces"), "127.0.0.1");
	assert_true(greets("127.0.0.1", port));
	no_free_line(world, master);
}

/* Killed between the stop and the start: whoever asks next starts it, with the old files. */
static void killed_while_it_is_stopped(void **state)
{
	struct world *world = *state;
	struct guarded_change change;
	struct done done;
	pid_t guardian, watcher = 0, waiting;
	char *master;
	unsigned port;

	if (!world || !directory())
		skip();
	port = free_line(world, &master);
	change = with_line(world, "inet_interfaces = all");
	change.restarts = true;
	world->stop = "stopped";
	waiting = begin_apply(world, &change);
	guardian = stopped(world, &watcher);
	world->stop = NULL;
	assert_false(greets("127.0.0.1", port));
	kill(watcher, SIGKILL);
	kill(guardian, SIGKILL);
	ended(waiting);
	done = settled(world);
	expect_state(&done, GUARDIAN_ROLLED_BACK);
	assert_string_equal(parameter(world, "inet_interfaces"), "127.0.0.1");
	assert_true(greets("127.0.0.1", port) && !greets("127.0.0.2", port));
	no_free_line(world, master);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_WORLD(there_and_back), IN_WORLD(wrong_ones), IN_WORLD(a_directory_that_is_gone), IN_WORLD(stopped_and_started), IN_WORLD(does_not_start),
		IN_WORLD(killed_while_it_is_stopped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
