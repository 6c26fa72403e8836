/*
 * writers: four processes raise one quota; logins meanwhile; slapd killed in
 * the middle of writes (terminal-and-safety 5; the proof of the gate).
 *
 * Each writer reads, adds a megabyte, and tries again when told of a conflict;
 * in the end the value must be the sum of the successes that were reported.
 */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/wait.h>
#include <time.h>

#include <cmocka.h>

#include "tests/live/gate_live.h"
#include "tests/unit/trial.h"

#define MB 1048576LL
#define WRITERS 4

static long long quota_of(struct live *live, const char *name)
{
	const struct record *record = live_read(live, "user", name);

	if (!record)
		fail_msg("%s: %s", name, live->error.text);
	return strtoll(record_text(record, "quota"), NULL, 10) / MB;
}

static enum outcome set_quota(struct live *live, long long megabytes)
{
	char text[40];

	snprintf(text, sizeof(text), "%lld", megabytes * MB);
	return live_change(live, live_edit(live, "quota", text));
}

/* One person of the lab who can log in. */
static const char *somebody(void)
{
	return "aschmid2";
}

static void put_quota(const char *name, long long megabytes)
{
	struct live live;

	live_open(&live);
	if (quota_of(&live, name) != megabytes)
		assert_int_equal(set_quota(&live, megabytes), OUTCOME_APPLIED);
	live_close(&live);
}

/* --- four writers ------------------------------------------------------------------------------ */

struct tally {
	long applied, conflicts;
};

static struct tally raise_it(const char *name, long wanted)
{
	struct tally tally = { 0 };
	struct live live;

	live_open(&live);
	while (tally.applied < wanted) {
		long long now = quota_of(&live, name);

		switch (set_quota(&live, now + 1)) {
		case OUTCOME_APPLIED:
			tally.applied++;
			break;
		/* "Already so": another writer had the same thought, and it is his success. */
		case OUTCOME_ALREADY:
		case OUTCOME_CONFLICT:
			tally.conflicts++;
			break;
		default:
			fprintf(stderr, "# writer: %s\n", live.error.text);
			_exit(1);
		}
	}
	live_close(&live);
	return tally;
}

static pid_t begin_writer(const char *name, long wanted, int *result)
{
	int ends[2];
	pid_t child;

	assert_int_equal(pipe(ends), 0);
	fflush(stdout);
	child = fork();
	if (child == 0) {
		struct tally tally = raise_it(name, wanted);

		_exit(write(ends[1], &tally, sizeof(tally)) != sizeof(tally));
	}
	close(ends[1]);
	*result = ends[0];
	return child;
}

static void four_writers_lose_nothing(void **state)
{
	long wanted = trial_rounds(20, 1000), applied = 0, conflicts = 0;
	int results[WRITERS], status, i;
	pid_t writers[WRITERS];
	struct live live;

	(void)state;
	if (!live_there())
		skip();
	put_quota(somebody(), 100);
	for (i = 0; i < WRITERS; i++)
		writers[i] = begin_writer(somebody(), wanted, &results[i]);
	for (i = 0; i < WRITERS; i++) {
		struct tally tally;

		assert_int_equal(read(results[i], &tally, sizeof(tally)), sizeof(tally));
		close(results[i]);
		assert_int_equal(waitpid(writers[i], &status, 0), writers[i]);
		assert_int_equal(status, 0);
		applied += tally.applied;
		conflicts += tally.conflicts;
	}
	printf("# figure: %d writers, %ld increments each, %ld conflicts told and tried again\n", WRITERS, wanted, conflicts);
	live_open(&live);
	assert_int_equal(quota_of(&live, somebody()), 100 + applied);
	assert_int_equal(applied, WRITERS * wanted);
	live_close(&live);
	put_quota(somebody(), 500);
}

/* --- logins ---------------------------------------------------------------------------------------- */

/* A byte for each login that was let in. */
static int let_in[2];

/* Binds as this person again and again; each bind is written into the entry (lastbind). */
static pid_t begin_logins(const char *dn)
{
	pid_t child;

	assert_int_equal(pipe2(let_in, O_CLOEXEC | O_NONBLOCK), 0);
	fflush(stdout);
	child = fork();
	if (child == 0) {
		setpgid(0, 0);
		for (;;) {
			pid_t one = fork();
			int status = 0;

			if (one == 0) {
				if (!freopen("/dev/null", "w", stdout) || !freopen("/dev/null", "w", stderr))
					_exit(1);
				unsetenv("LDAPNOINIT");
				setenv("LDAPTLS_CACERT", live_env("LAB_CA"), 1);
				execl("/usr/bin/ldapwhoami", "ldapwhoami", "-x", "-ZZ", "-H", live_env("LAB_URI"), "-D", dn, "-y",
					live_env("LAB_PEOPLE_SECRET"), (char *)NULL);
				_exit(127);
			}
			/* Nobody reads before the end; a full pipe is enough of them. */
			if (waitpid(one, &status, 0) == one && status == 0 && write(let_in[1], "x", 1) < 0 && errno != EAGAIN)
				_exit(1);
		}
	}
	return child;
}

/* How many were let in since the last call. */
static long logins_so_far(void)
{
	char bytes[4096];
	ssize_t count = read(let_in[0], bytes, sizeof(bytes));

	return count < 0 ? 0 : (long)count;
}

static void logins_are_no_conflict(void **state)
{
	long wanted = trial_rounds(60, 2000), applied = 0, logins_seen = 0;
	char dn[300];
	struct live live;
	pid_t logins;

	(void)state;
	if (!live_there() || access("/usr/bin/ldapwhoami", X_OK))
		skip();
	put_quota(somebody(), 100);
	live_open(&live);
	quota_of(&live, somebody());
	snprintf(dn, sizeof(dn), "%s", live.record->place);
	logins = begin_logins(dn);
	/* Some of them fall among the changes, however slow a machine is with starting programs. */
	while (applied < wanted || (logins_seen < 3 && applied < wanted * 20)) {
		long long now = quota_of(&live, somebody());

		if (set_quota(&live, now + 1) != OUTCOME_APPLIED)
			fail_msg("after %ld: %s", applied, live.error.text);
		applied++;
		logins_seen += logins_so_far();
	}
	kill(-logins, SIGKILL);
	kill(logins, SIGKILL);
	waitpid(logins, NULL, 0);
	close(let_in[0]);
	close(let_in[1]);
	assert_true(logins_seen > 0);
	assert_int_equal(quota_of(&live, somebody()), 100 + applied);
	printf("# figure: %ld changes under %ld logins, none of them a conflict\n", applied, logins_seen);
	live_close(&live);
	put_quota(somebody(), 500);
}

/* --- slapd killed ------------------------------------------------------------------------------------ */

static void lab(const char *verb)
{
	pid_t child;
	int status;

	fflush(stdout);
	child = fork();
	if (child == 0) {
		if (!freopen("/dev/null", "w", stdout))
			_exit(1);
		execl("/bin/bash", "bash", "tests/lab/lab", verb, "--name", live_env("LAB_NAME"), (char *)NULL);
		_exit(127);
	}
	waitpid(child, &status, 0);
	if (status)
		fprintf(stderr, "# lab %s: %d\n", verb, status);
}

/* Kills slapd after some milliseconds and starts it again. */
static pid_t begin_killer(unsigned milliseconds)
{
	const struct timespec wait = { .tv_sec = milliseconds / 1000, .tv_nsec = milliseconds % 1000 * 1000000L };
	pid_t child;

	fflush(stdout);
	child = fork();
	if (child == 0) {
		nanosleep(&wait, NULL);
		lab("kill-slapd");
		lab("start-slapd");
		_exit(0);
	}
	return child;
}

/* What the gate says about the last set, once it is known. */
static enum history_state settled(struct live *live)
{
	int i;

	for (i = 0; live_resolve(live) > 0; i++) {
		if (i == 60)
			fail_msg("still unknown after 60 looks");
		sleep(1);
	}
	return live_history(live)->entries[0].state;
}

/* Raises the quota until the killer is done; every outcome told is held against what is really there. */
static void write_until_killed(struct live *live, long long *value, pid_t killer, long *told)
{
	bool killed = false;

	while (!killed) {
		long long before = *value;
		enum outcome outcome;

		live_connect(live);
		if (!live_read(live, "user", somebody()))
			continue;
		outcome = set_quota(live, before + 1);
		if (outcome == OUTCOME_UNKNOWN) {
			told[2]++;
			live_connect(live);
			outcome = settled(live) == HISTORY_DONE ? OUTCOME_APPLIED : OUTCOME_NOT_APPLIED;
		}
		*value = outcome == OUTCOME_APPLIED ? before + 1 : before;
		told[outcome == OUTCOME_APPLIED ? 0 : 1]++;
		killed = waitpid(killer, NULL, WNOHANG) == killer;
		live_connect(live);
		while (!live_read(live, "user", somebody()))
			sleep(1);
		if (strtoll(record_text(live->record, "quota"), NULL, 10) / MB != *value)
			fail_msg("told %d (%s), but the value is %s and not %lld MB", (int)outcome, live->error.text,
				record_text(live->record, "quota"), *value);
	}
}

static void a_killed_server_and_every_outcome_told_right(void **state)
{
	long rounds = trial_rounds(3, 50), round, told[3] = { 0 };
	long long value = 100;
	struct live live;

	(void)state;
	if (!live_there() || !*live_env("LAB_NAME"))
		skip();
	trial_begin("killed");
	put_quota(somebody(), value);
	live_open(&live);
	for (round = 0; round < rounds; round++)
		write_until_killed(&live, &value, begin_killer(50 + (unsigned)trial_below(400)), told);
	printf("# figure: slapd killed %ld times; %ld outcomes applied, %ld not, %ld unknown at first; all as told\n", rounds,
		told[0], told[1], told[2]);
	live_close(&live);
	put_quota(somebody(), 500);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(four_writers_lose_nothing),
		cmocka_unit_test(logins_are_no_conflict),
		cmocka_unit_test(a_killed_server_and_every_outcome_told_right),
	};

	environment_scrub();
	return cmocka_run_group_tests_name("writers", tests, NULL, NULL);
}
