/*
 * test_guardian_wrong: wrong configurations under the guardian against a real
 * Dovecot: what its own parser refuses never reaches it; what only the running
 * master refuses is taken back, seen and explained.
 *
 * POSTROOM_SEED repeats a run.
 */
#include "tests/live/guardian_world.h"

/* --- what only the running master refuses ----------------------------------------------------------------- */

static void busy_port(void **state)
{
	struct world *world = *state;
	struct sockaddr_in to = { .sin_family = AF_INET };
	unsigned port = free_port();
	char *bytes, *old;
	struct guarded_change change;
	struct done done;
	pid_t caller;
	int busy, on = 1;

	if (!world)
		skip();
	old = got(world, world->two);
	bytes = arena_format(world->arena, "service imap-login {\n  inet_listener more {\n    port = %u\n  }\n}\n", port);
	/* Busy before: it never reaches the server. */
	busy = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	setsockopt(busy, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	to.sin_port = htons((uint16_t)port);
	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_int_equal(bind(busy, (struct sockaddr *)&to, sizeof(to)), 0);
	assert_int_equal(listen(busy, 1), 0);
	change = single(world, world->one, bytes, 300);
	done = apply(world, &change);
	expect_state(&done, GUARDIAN_REFUSED);
	expect_words(&done, "Address already in use");
	close(busy);
	/* Taken between the check and the reload: the master refuses, and the old values run again. */
	world->stop = "checked";
	change = single(world, world->one, bytes, 300);
	caller = begin_apply(world, &change);
	stopped(world, NULL);
	busy = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	setsockopt(busy, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	assert_int_equal(bind(busy, (struct sockaddr *)&to, sizeof(to)), 0);
	assert_int_equal(listen(busy, 1), 0);
	kill(guardian_of(world), SIGCONT);
	done = end_apply(world, caller);
	world->stop = NULL;
	expect_state(&done, GUARDIAN_ROLLED_BACK);
	assert_int_equal(done.status, 77);
	expect_words(&done, "Address already in use");
	assert_false(is_new(world, old, 60));
	close(busy);
}

static void missing_programs(void **state)
{
	static const struct { const char *bytes, *words; } cases[] = {
		{ "service imap-login {\n  executable = /nonexistent\n}\n", "/nonexistent" },
		{ "service imap-login {\n  executable = /bin/false\n}\n", "command startup failed" },
		{ "ssl = required\nssl_cert = </nonexistent\n", "/nonexistent" },
		{ "passdb {\n  driver = nosuch\n}\n", "service(auth)" },
		{ "mail_plugins = nosuch\n", "nosuch" },
	};
	struct world *world = *state;
	char *old;

	if (!world)
		skip();
	old = got(world, world->two);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct guarded_change change = single(world, world->one, cases[i].bytes, 300);
		struct done done = apply(world, &change);

		expect_state(&done, GUARDIAN_ROLLED_BACK);
		expect_words(&done, cases[i].words);
		assert_false(is_new(world, old, 60));
	}
}

/* All ports greet, and yet nobody could log in: the directory is not there, refuses the login, or holds nobody. */
static void lookups_that_fail(void **state)
{
	static const char *const wrong[] = {
		"userdb {\n  driver = ldap\n  args = %s/ldap.conf\n}\n", "userdb {\n  driver = passwd-file\n  args = %s/nobody\n}\n",
	};
	struct world *world = *state;
	const char *d;
	char *config, *static_userdb, *end;

	if (!world)
		skip();
	d = world->directory;
	/* The userdb of this world moves into a file that changes, and somebody is logged in. */
	config = got(world, world->config);
	static_userdb = strstr(config, "userdb {");
	end = strstr(static_userdb, "}\n") + 2;
	memmove(static_userdb, end, strlen(end) + 1);
	put(world->config, config);
	put(arena_format(world->arena, "%s/users", d), arena_format(world->arena, "anna:{PLAIN}test:8:8::%s/mail/anna::\n", d));
	put(arena_format(world->arena, "%s/nobody", d), "# nobody\n");
	put(arena_format(world->arena, "%s/ldap.conf", d), arena_format(world->arena, "hosts = 127.0.0.1:%u\nbase = dc=x\n", free_port()));
	put(world->one, arena_format(world->arena, "userdb {\n  driver = passwd-file\n  args = %s/users\n}\n", d));
	dovecot_down(world);
	dovecot_up(world);
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		char *old = got(world, world->one), *word = strstr(wrong[i], "%s");
		struct guarded_change change = single(world, world->one,
			arena_format(world->arena, "%.*s%s%s", (int)(word - wrong[i]), wrong[i], d, word + 2), 300);
		/* With nobody logged in a directory that does not answer is seen all the same. */
		int session = i == 0 ? -1 : log_in(world);
		struct done done = apply(world, &change);

		if (session >= 0)
			close(session);
		expect_state(&done, GUARDIAN_ROLLED_BACK);
		expect_words(&done, i == 0 ? "the userdb lookup of postroom-probe does not work any more" : "the userdb lookup of anna does not work any more");
		assert_string_equal(got(world, world->one), old);
		assert_int_equal(RUN(world, NULL, "/usr/bin/doveadm", "-c", world->config, "user", "anna"), 0);
	}
}

/* The master dies under the change: it is started again with the old files. */
static void a_master_that_dies(void **state)
{
	struct world *world = *state;
	struct guarded_change change;
	struct done done;
	pid_t caller;
	char *old;

	if (!world)
		skip();
	old = got(world, world->two);
	change = both(world, 60, 300);
	world->stop = "installed";
	caller = begin_apply(world, &change);
	stopped(world, NULL);
	kill(master_of(world), SIGKILL);
	kill(guardian_of(world), SIGCONT);
	done = end_apply(world, caller);
	world->stop = NULL;
	expect_state(&done, GUARDIAN_ROLLED_BACK);
	assert_false(is_new(world, old, 60));
	assert_true(kill(master_of(world), 0) == 0);
}

/* --- many wrong configurations ------------------------------------------------------------------------------------ */

static unsigned long seed;

static unsigned pick(unsigned count)
{
	seed = seed * 6364136223846793005ul + 1442695040888963407ul;
	return (unsigned)(seed >> 33) % count;
}

/* A good drop-in with one thing wrong in it, or in a hundred ways damaged. */
static char *mutated(struct world *world)
{
	static const char *const lines[] = {
		"default_process_limit = ", "default_client_limit = ", "service imap-login {\n  process_min_avail = ", "service imap {\n  vsz_limit = ",
		"service imap-login {\n  service_count = ", "mail_max_userip_connections = ", "protocols = ", "ssl = ", "listen = ",
		"service auth {\n  client_limit = ", "service anvil {\n  process_limit = ", "service imap-login {\n  executable = ",
		"service imap-login {\n  user = ", "login_greeting = ", "auth_mechanisms = ", "mail_location = ", "service imap-login {\n  chroot = ",
	};
	static const char *const values[] = { "1", "0", "-1", "99999999999", "abc", "", "100", "7M", "yes", "imap", "/nonexistent", "nosuch", "none imap",
		"192.0.2.1", "$x", "\"", "plain", "maildir:~/x", "}" };
	unsigned line = pick(sizeof(lines) / sizeof(lines[0]));
	char *bytes = arena_format(world->arena, "# generated\nservice imap-login {\n  client_limit = 10\n}\n%s%s\n%s", lines[line],
		values[pick(sizeof(values) / sizeof(values[0]))], strchr(lines[line], '{') ? "}\n" : "");

	for (unsigned i = pick(3); i > 0; i--)
		bytes[12 + pick((unsigned)strlen(bytes) - 12)] = "{}=#\n x!<$\""[pick(11)];
	return bytes;
}

/* What Dovecot's own parser says of it, asked beside the guardian. */
static bool doveconf_takes(struct world *world, const char *bytes)
{
	char *copy = arena_format(world->arena, "%s/beside", world->directory), *config = arena_format(world->arena, "%s/dovecot.conf", copy);
	int status;

	mkdir(copy, 0700);
	mkdir(arena_format(world->arena, "%s/conf.d", copy), 0700);
	put(config, got(world, world->config));
	put(arena_format(world->arena, "%s/conf.d/50-one.conf", copy), bytes);
	status = RUN(world, NULL, "/usr/bin/doveconf", "-n", "-c", config);
	return status == 0;
}

static void wrong_configurations(void **state)
{
	const char *given = getenv("POSTROOM_SEED");
	struct world *world = *state;
	unsigned counts[GUARDIAN_STUCK + 1] = { 0 }, count = full() ? 500 : 50;
	char *old;

	if (!world)
		skip();
	seed = given ? strtoul(given, NULL, 10) : 1;
	print_message("# seed %lu\n", seed);
	old = got(world, world->two);
	for (unsigned i = 0; i < count; i++) {
		char *bytes = mutated(world);
		struct guarded_change change = single(world, world->one, bytes, 300);
		bool takes = doveconf_takes(world, bytes);
		pid_t master = master_of(world);
		struct done done = apply(world, &change);

		counts[done.report.state]++;
		if (done.report.state == GUARDIAN_WAITING) {
			done = order(world, "rollback", change.id, NULL);
			expect_state(&done, GUARDIAN_ROLLED_BACK);
		} else if (!done.report.why || !*done.report.why || (!takes && done.report.state != GUARDIAN_REFUSED) ||
			   (done.report.state != GUARDIAN_REFUSED && done.report.state != GUARDIAN_ROLLED_BACK)) {
			fail_msg("%s is %s: %s", bytes, guardian_state_word(done.report.state), done.report.why ? done.report.why : "");
		}
		if (!takes && counts[GUARDIAN_WAITING] && done.report.state == GUARDIAN_WAITING)
			fail_msg("doveconf refuses this, and it was installed: %s", bytes);
		if (done.report.state == GUARDIAN_REFUSED)
			assert_int_equal(master, master_of(world));
		assert_false(is_new(world, old, 60));
	}
	print_message("# figure guardian: %u wrong configurations, %u refused, %u rolled back by themselves, %u ran\n", count,
		counts[GUARDIAN_REFUSED], counts[GUARDIAN_ROLLED_BACK], counts[GUARDIAN_WAITING]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_WORLD(busy_port), IN_WORLD(missing_programs), IN_WORLD(lookups_that_fail),
		IN_WORLD(a_master_that_dies), IN_WORLD(wrong_configurations),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
