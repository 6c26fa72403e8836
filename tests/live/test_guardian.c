/*
 * test_guardian: changes of files under the guardian against a real Dovecot:
 * confirmed, not confirmed, refused; no room and no right to write; and
 * whatever of it is killed wherever: old or confirmed, never mixed.
 */
#include "tests/live/guardian_world.h"

#include <sys/mount.h>

static void make_old(struct world *world, const char *old_two)
{
	unlink(world->one);
	put(world->two, old_two);
	RUN(world, NULL, "/usr/bin/doveadm", "-c", world->config, "reload");
	for (int i = 0; i < 1000 && (runs_limit(world, "imap-login") != 100 || runs_limit(world, "imap") != 200); i++)
		nap();
}

/* --- as it should go ---------------------------------------------------------------------------- */

static void confirmed_runs(void **state)
{
	struct world *world = *state;
	struct guarded_change change;
	struct stat before, after;
	struct done done;

	if (!world)
		skip();
	assert_int_equal(chmod(world->two, 0640), 0);
	assert_int_equal(chown(world->two, 8, 8), 0);
	assert_int_equal(stat(world->two, &before), 0);
	change = both(world, 60, 300);
	done = apply(world, &change);
	expect_state(&done, GUARDIAN_WAITING);
	assert_int_equal(done.status, 0);
	/* Not more than that, and what a busy machine takes is not much less. */
	assert_in_range(done.report.deadline - done.report.now, 200, 300);
	assert_int_equal(runs_limit(world, "imap-login"), 60);
	done = order(world, "more", change.id, "900");
	assert_in_range(done.report.deadline - done.report.now, 800, 900);
	/* More is never less. */
	done = order(world, "more", change.id, "60");
	assert_in_range(done.report.deadline - done.report.now, 400, 900);
	done = order(world, "confirm", "another", NULL);
	assert_int_equal(done.status, 75);
	done = order(world, "confirm", change.id, NULL);
	expect_state(&done, GUARDIAN_CONFIRMED);
	assert_int_equal(done.status, 0);
	assert_int_equal(stat(world->two, &after), 0);
	assert_int_equal(before.st_mode, after.st_mode);
	assert_int_equal(before.st_uid, after.st_uid);
	assert_int_equal(before.st_gid, after.st_gid);
	assert_true(is_new(world, "service imap {\n  process_limit = 200\n}\n", 60));
	/* Once more is no harm; back is another change. */
	assert_int_equal(order(world, "confirm", change.id, NULL).status, 0);
	assert_int_equal(order(world, "rollback", change.id, NULL).status, 77);
	/* What was saved may hold secrets and is gone. */
	assert_null(strstr(got(world, arena_format(world->arena, "%s/state.json", world->state)), "process_limit = "));
}

static void unconfirmed_goes_back(void **state)
{
	struct world *world = *state;
	struct guarded_change change;
	struct done done;
	char *old;

	if (!world)
		skip();
	old = got(world, world->two);
	change = both(world, 60, 3);
	done = apply(world, &change);
	expect_state(&done, GUARDIAN_WAITING);
	done = settled(world);
	expect_state(&done, GUARDIAN_ROLLED_BACK);
	expect_words(&done, "in time");
	assert_string_equal(done.report.lines[2], "imap-login/process_limit is 100 again");
	assert_false(is_new(world, old, 60));
	assert_int_equal(order(world, "confirm", change.id, NULL).status, 77);
	/* And on demand, before the time is over. */
	change = both(world, 70, 300);
	done = apply(world, &change);
	done = order(world, "rollback", change.id, NULL);
	expect_state(&done, GUARDIAN_ROLLED_BACK);
	assert_int_equal(done.status, 0);
	assert_null(done.report.why);
	assert_false(is_new(world, old, 70));
}

static void told_to_end_it_goes_back(void **state)
{
	struct world *world = *state;
	struct guarded_change change;
	struct done done;

	if (!world)
		skip();
	change = both(world, 60, 300);
	apply(world, &change);
	kill(guardian_of(world), SIGTERM);
	done = settled(world);
	expect_state(&done, GUARDIAN_ROLLED_BACK);
	expect_words(&done, "SIGTERM");
	assert_int_equal(runs_limit(world, "imap-login"), 100);
}

/* --- whatever is killed ---------------------------------------------------------------------------- */

/* PARENT is the guardian's: its watcher.  LINK: what an ssh session leaves when it is cut; the program below it gets SIGHUP. */
enum victim { GUARDIAN, BOTH, CONSOLE, LINK, PARENT, VICTIMS };

/* Points in the order in which they come, and the order that leads there; what is there afterwards where the guardian dies, or lives. */
static const struct point { const char *name, *order; bool dead_new, alive_new; } points[] = {
	{ "locked", NULL, false, false }, { "read", NULL, false, false }, { "checked", NULL, false, false }, { "armed", NULL, false, false },
	{ "staged", NULL, false, false }, { "installed-first", NULL, false, false }, { "installed", NULL, false, false },
	{ "reloaded", NULL, false, false }, { "looked", NULL, false, false }, { "waiting", NULL, false, false },
	{ "confirming", "confirm", false, true }, { "confirmed", "confirm", true, true },
	{ "rolling-back", "rollback", false, false }, { "restored-first", "rollback", false, false }, { "restored", "rollback", false, false },
	{ "reloaded-back", "rollback", false, false },
};

/* Stops it there, ends the victim, and looks what is left. */
static void kill_at(struct world *world, const struct point *point, enum victim victim)
{
	char *old = got(world, world->two);
	struct guarded_change change = both(world, 60, 3);
	bool lives = victim == CONSOLE || victim == LINK || victim == PARENT;
	pid_t caller, guardian, watcher = 0;
	struct done done;

	world->stop = point->name;
	change.confirm_s = point->order ? 60 : 3;
	caller = begin_apply(world, &change);
	if (point->order) {
		done = end_apply(world, caller);
		expect_state(&done, GUARDIAN_WAITING);
		caller = begin_order(world, point->order, change.id, NULL);
	}
	guardian = stopped(world, &watcher);
	world->stop = NULL;
	if (victim == CONSOLE)
		kill(caller, SIGKILL);
	if (victim == LINK)
		kill(-caller, SIGHUP);
	if (victim == BOTH || victim == PARENT)
		kill(watcher, SIGKILL);
	kill(guardian, lives ? SIGCONT : SIGKILL);
	ended(caller);
	while (!lives && process_state(world, guardian, NULL) == 'T')
		nap();
	done = settled(world);
	if (is_new(world, old, 60) != (lives ? point->alive_new : point->dead_new))
		fail_msg("%s: %s, and new is %d", point->name, guardian_state_word(done.report.state), is_new(world, old, 60));
	if (is_new(world, old, 60))
		expect_state(&done, GUARDIAN_CONFIRMED);
	make_old(world, old);
}

/* Ten times is the rule; several that run beside each other, each over servers of its own, share them by POSTROOM_ROUNDS. */
static unsigned rounds(void)
{
	const char *given = getenv("POSTROOM_ROUNDS");

	return given ? (unsigned)strtoul(given, NULL, 10) : 10;
}

static void killed_anywhere_never_mixed(void **state)
{
	struct world *world = *state;
	unsigned times = full() ? rounds() : 1, kills = 0;
	size_t count = sizeof(points) / sizeof(points[0]);

	if (!world)
		skip();
	for (unsigned time = 0; time < times; time++)
		for (size_t i = 0; i < count; i++)
			for (int victim = 0; victim < VICTIMS; victim++)
				if (full() || points[i].alive_new || (int)(i + time) % VICTIMS == victim) {
					kill_at(world, &points[i], (enum victim)victim);
					kills++;
				}
	print_message("# figure guardian: %u kills at %zu points\n", kills, count);
}

static void restored_before_the_service_starts(void **state)
{
	struct world *world = *state;
	struct guarded_change change;
	pid_t watcher = 0, guardian;
	struct done done;
	char *old;

	if (!world)
		skip();
	old = got(world, world->two);
	change = both(world, 60, 300);
	apply(world, &change);
	guardian = guardian_of(world);
	process_state(world, guardian, &watcher);
	kill(watcher, SIGKILL);
	kill(guardian, SIGKILL);
	dovecot_down(world);
	/* Who only looks is told, and touches nothing. */
	done = order(world, "look", NULL, NULL);
	expect_state(&done, GUARDIAN_STUCK);
	expect_words(&done, "its guardian has died");
	assert_int_equal(access(world->one, F_OK), 0);
	done = order(world, "restore", NULL, NULL);
	expect_state(&done, GUARDIAN_ROLLED_BACK);
	assert_int_equal(done.status, 0);
	assert_int_equal(access(world->one, F_OK), -1);
	assert_string_equal(got(world, world->two), old);
	dovecot_up(world);
	assert_false(is_new(world, old, 60));
	/* Nothing armed: nothing done. */
	done = order(world, "restore", NULL, NULL);
	assert_int_equal(done.status, 0);
}

/* Nothing was touched yet; it must not look as if somebody were still at it. */
static void died_before_anything_is_told(void **state)
{
	struct world *world = *state;
	struct guarded_change change;
	pid_t caller, watcher = 0, guardian;
	struct done done;

	if (!world)
		skip();
	change = both(world, 60, 300);
	world->stop = "read";
	caller = begin_apply(world, &change);
	guardian = stopped(world, &watcher);
	world->stop = NULL;
	kill(watcher, SIGKILL);
	kill(guardian, SIGKILL);
	ended(caller);
	while (process_state(world, guardian, NULL) == 'T')
		nap();
	done = order(world, "look", NULL, NULL);
	expect_state(&done, GUARDIAN_REFUSED);
	expect_words(&done, "before anything was installed");
	assert_int_equal(access(world->one, F_OK), -1);
}

/* The next change finds what an earlier one has left, and puts it right first. */
static void the_next_change_mends(void **state)
{
	struct world *world = *state;
	struct guarded_change change, next;
	pid_t watcher = 0;
	struct done done;
	char *old;

	if (!world)
		skip();
	old = got(world, world->two);
	next = both(world, 80, 300);
	change = both(world, 60, 300);
	apply(world, &change);
	process_state(world, guardian_of(world), &watcher);
	kill(watcher, SIGKILL);
	kill(guardian_of(world), SIGKILL);
	done = apply(world, &next);
	expect_state(&done, GUARDIAN_WAITING);
	assert_int_equal(runs_limit(world, "imap-login"), 80);
	order(world, "rollback", next.id, NULL);
	assert_false(is_new(world, old, 80));
}

/* --- what is refused ------------------------------------------------------------------------------------ */

static void others_are_told(void **state)
{
	struct world *world = *state;
	struct guarded_change first, second;
	struct done done;

	if (!world)
		skip();
	first = both(world, 60, 300);
	apply(world, &first);
	second = both(world, 70, 300);
	done = apply(world, &second);
	expect_state(&done, GUARDIAN_REFUSED);
	assert_int_equal(done.status, 75);
	expect_words(&done, "tester@here");
	expect_words(&done, "waits here to be confirmed");
	assert_int_equal(runs_limit(world, "imap-login"), 60);
	order(world, "rollback", first.id, NULL);
}

static void changed_by_hand(void **state)
{
	struct world *world = *state;
	struct guarded_change change;
	struct done done;
	pid_t caller;

	if (!world)
		skip();
	change = both(world, 60, 300);
	put(world->two, "service imap {\n  process_limit = 300\n}\n");
	done = apply(world, &change);
	expect_state(&done, GUARDIAN_REFUSED);
	assert_int_equal(done.status, 75);
	expect_words(&done, "was changed by somebody");
	assert_string_equal(got(world, world->two), "service imap {\n  process_limit = 300\n}\n");
	/* In the last moment. */
	change = both(world, 60, 300);
	world->stop = "staged";
	caller = begin_apply(world, &change);
	stopped(world, NULL);
	put(world->two, "service imap {\n  process_limit = 400\n}\n");
	kill(guardian_of(world), SIGCONT);
	done = end_apply(world, caller);
	world->stop = NULL;
	expect_state(&done, GUARDIAN_REFUSED);
	assert_string_equal(got(world, world->two), "service imap {\n  process_limit = 400\n}\n");
	assert_int_equal(access(world->one, F_OK), -1);
	/* While it waits: the old one comes back, theirs is kept. */
	change = both(world, 60, 300);
	done = apply(world, &change);
	expect_state(&done, GUARDIAN_WAITING);
	put(world->two, "# by hand\n");
	done = order(world, "rollback", change.id, NULL);
	expect_state(&done, GUARDIAN_ROLLED_BACK);
	assert_string_equal(got(world, world->two), "service imap {\n  process_limit = 400\n}\n");
	assert_string_equal(got(world, arena_format(world->arena, "%s/kept-%s.1", world->state, change.id)), "# by hand\n");
}

static void odd_places(void **state)
{
	struct world *world = *state;
	struct guarded_change change;
	char *link, *nowhere;
	struct done done;

	if (!world)
		skip();
	link = arena_format(world->arena, "%s/conf.d/60-link.conf", world->directory);
	nowhere = arena_format(world->arena, "%s/conf.x/60.conf", world->directory);
	assert_int_equal(symlink("10-base.conf", link), 0);
	change = single(world, link, "# new\n", 300);
	done = apply(world, &change);
	expect_state(&done, GUARDIAN_REFUSED);
	expect_words(&done, "symbolic link");
	assert_string_equal(got(world, arena_format(world->arena, "%s/conf.d/10-base.conf", world->directory)), "# nothing\n");
	change = single(world, nowhere, "# new\n", 300);
	done = apply(world, &change);
	expect_state(&done, GUARDIAN_REFUSED);
	expect_words(&done, "there is no directory");
	dovecot_down(world);
	change = both(world, 60, 300);
	done = apply(world, &change);
	expect_state(&done, GUARDIAN_REFUSED);
	expect_words(&done, "does not run");
	assert_int_equal(access(world->one, F_OK), -1);
}

static void sessions_that_cannot_be_kept(void **state)
{
	struct world *world = *state;
	struct guarded_change change;
	struct done done;

	if (!world)
		skip();
	change = both(world, 60, 300);
	change.keep_sessions = true;
	done = apply(world, &change);
	expect_state(&done, GUARDIAN_REFUSED);
	expect_words(&done, "shutdown_clients");
	assert_int_equal(access(world->one, F_OK), -1);
}

/* What the files say is not what runs where they came after it: the reload would end everybody. */
static void sessions_that_the_files_would_keep(void **state)
{
	struct world *world = *state;
	struct guarded_change change;
	struct done done;

	if (!world)
		skip();
	/* Longer than a file may be younger than the reload that read it. */
	for (int64_t until = clock_monotonic_ms() + 700; clock_monotonic_ms() < until;)
		nap();
	world_configure(world, "shutdown_clients = no\n");
	change = both(world, 60, 300);
	change.keep_sessions = true;
	done = apply(world, &change);
	expect_state(&done, GUARDIAN_REFUSED);
	expect_words(&done, "changed after Dovecot read it");
	assert_int_equal(access(world->one, F_OK), -1);
	dovecot_down(world);
	dovecot_up(world);
	change = both(world, 60, 300);
	change.keep_sessions = true;
	done = apply(world, &change);
	expect_state(&done, GUARDIAN_WAITING);
	order(world, "rollback", change.id, NULL);
}

/* The rule of 6 seconds, as the review tells it, and that what runs decides. */
static void sessions_that_are_kept(void **state)
{
	struct world *world = *state;
	struct guarded_change change;
	struct done done;
	char line[200] = "";
	int session;

	if (!world || !full())
		skip();
	dovecot_down(world);
	world_configure(world, "shutdown_clients = no\n");
	dovecot_up(world);
	session = log_in(world);
	change = both(world, 60, 300);
	change.keep_sessions = true;
	done = apply(world, &change);
	expect_state(&done, GUARDIAN_WAITING);
	for (int64_t until = clock_monotonic_ms() + 8000; clock_monotonic_ms() < until;)
		nap();
	assert_int_equal(send(session, "b NOOP\r\n", 8, MSG_NOSIGNAL), 8);
	assert_true(recv(session, line, sizeof(line) - 1, 0) > 0);
	assert_non_null(strstr(line, "b OK"));
	close(session);
	order(world, "rollback", change.id, NULL);
}

/* --- no room ------------------------------------------------------------------------------------------------ */

static void no_room(void **state)
{
	struct world *world = *state;
	struct guarded_change change;
	struct done done;
	char *old, *large;

	if (!world)
		skip();
	old = got(world, world->two);
	large = arena_alloc(world->arena, 200001);
	memset(large, '#', 200000);
	large[199999] = '\n';
	/* Nothing of this size can be written, so neither the state nor the file can. */
	change = single(world, world->two, large, 300);
	world->most = 65536;
	done = apply(world, &change);
	world->most = 0;
	expect_state(&done, GUARDIAN_REFUSED);
	expect_words(&done, "nothing was installed");
	assert_string_equal(got(world, world->two), old);
	assert_false(is_new(world, old, 60));
}

static void fill(const char *path)
{
	char bytes[4096];
	int descriptor = open(path, O_WRONLY | O_CREAT, 0600);

	memset(bytes, '#', sizeof(bytes));
	while (write(descriptor, bytes, sizeof(bytes)) > 0)
		;
	while (write(descriptor, bytes, 1) > 0)
		;
	close(descriptor);
}

/* The disk of the files is full, or read-only: at the start, and when the old ones are to come back. */
static void full_and_read_only(void **state)
{
	struct world *world = *state;
	char *far, *old, *filler;
	struct guarded_change change;
	struct done done;

	if (!world)
		skip();
	old = got(world, world->two);
	far = arena_format(world->arena, "%s/far", world->directory);
	filler = arena_format(world->arena, "%s/filler", far);
	if (mount("tmpfs", far, "tmpfs", 0, "size=64k,mode=755") != 0)
		skip();
	put(world->two, old);
	fill(filler);
	change = both(world, 60, 300);
	done = apply(world, &change);
	expect_state(&done, GUARDIAN_REFUSED);
	expect_words(&done, "ENOSPC");
	assert_false(is_new(world, old, 60));
	unlink(filler);
	change = both(world, 60, 300);
	done = apply(world, &change);
	expect_state(&done, GUARDIAN_WAITING);
	/* Putting back needs no room. */
	fill(filler);
	done = order(world, "rollback", change.id, NULL);
	expect_state(&done, GUARDIAN_ROLLED_BACK);
	unlink(filler);
	assert_false(is_new(world, old, 60));
	/* Read-only. */
	assert_int_equal(mount(NULL, far, NULL, MS_REMOUNT | MS_RDONLY, "size=64k"), 0);
	change = both(world, 60, 300);
	done = apply(world, &change);
	expect_state(&done, GUARDIAN_REFUSED);
	expect_words(&done, "EROFS");
	assert_false(is_new(world, old, 60));
	assert_int_equal(mount(NULL, far, NULL, MS_REMOUNT, "size=64k"), 0);
	/* Read-only at the wrong moment: nobody is told that all is well, and it is put right once it can be. */
	change = both(world, 60, 300);
	done = apply(world, &change);
	expect_state(&done, GUARDIAN_WAITING);
	assert_int_equal(mount(NULL, far, NULL, MS_REMOUNT | MS_RDONLY, "size=64k"), 0);
	done = order(world, "rollback", change.id, NULL);
	expect_state(&done, GUARDIAN_STUCK);
	assert_int_equal(done.status, 74);
	expect_words(&done, "postroom guardian restore");
	change = both(world, 90, 300);
	done = apply(world, &change);
	expect_state(&done, GUARDIAN_REFUSED);
	expect_words(&done, "earlier change");
	assert_int_equal(mount(NULL, far, NULL, MS_REMOUNT, "size=64k"), 0);
	done = order(world, "restore", NULL, NULL);
	expect_state(&done, GUARDIAN_ROLLED_BACK);
	assert_false(is_new(world, old, 60));
	umount2(far, MNT_DETACH);
}

/* The disk of the guardian's own state is full: nothing is confirmed that could not be remembered, and going back needs no room. */
static void no_room_for_the_state(void **state)
{
	struct world *world = *state;
	struct guarded_change change;
	struct done done;
	char *old, *filler;

	if (!world)
		skip();
	old = got(world, world->two);
	filler = arena_format(world->arena, "%s/filler", world->state);
	assert_int_equal(mkdir(world->state, 0700), 0);
	if (mount("tmpfs", world->state, "tmpfs", 0, "size=256k,mode=700") != 0)
		skip();
	change = both(world, 60, 300);
	done = apply(world, &change);
	expect_state(&done, GUARDIAN_WAITING);
	fill(filler);
	done = order(world, "confirm", change.id, NULL);
	expect_state(&done, GUARDIAN_WAITING);
	assert_int_not_equal(done.status, 0);
	expect_words(&done, "not confirmed, since that cannot be written");
	done = order(world, "rollback", change.id, NULL);
	expect_state(&done, GUARDIAN_ROLLED_BACK);
	assert_false(is_new(world, old, 60));
	/* What stands on the disk is still armed; putting back what is back does nothing. */
	unlink(filler);
	done = settled(world);
	expect_state(&done, GUARDIAN_ROLLED_BACK);
	assert_false(is_new(world, old, 60));
	change = both(world, 60, 300);
	done = apply(world, &change);
	expect_state(&done, GUARDIAN_WAITING);
	done = order(world, "confirm", change.id, NULL);
	expect_state(&done, GUARDIAN_CONFIRMED);
	umount2(world->state, MNT_DETACH);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_WORLD(confirmed_runs), IN_WORLD(unconfirmed_goes_back), IN_WORLD(told_to_end_it_goes_back),
		IN_WORLD(killed_anywhere_never_mixed), IN_WORLD(restored_before_the_service_starts),
		IN_WORLD(died_before_anything_is_told), IN_WORLD(the_next_change_mends),
		IN_WORLD(others_are_told), IN_WORLD(changed_by_hand), IN_WORLD(odd_places), IN_WORLD(sessions_that_cannot_be_kept),
		IN_WORLD(sessions_that_the_files_would_keep),
		IN_WORLD(sessions_that_are_kept), IN_WORLD(no_room), IN_WORLD(full_and_read_only),
		IN_WORLD(no_room_for_the_state),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
