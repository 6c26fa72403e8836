/*
 * slapd is killed (SIGKILL) in mid-write and started again: whatever the store
 * then says of a change is what a second connection sees. 50 kills with
 * POSTROOM_FULL=1.
 */
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>

#include "walk.h"

static atomic_bool killer_runs;
static unsigned killer_wait_ms;

static pid_t slapd_pid(void)
{
	char path[300];
	long pid = 0;
	FILE *file;

	snprintf(path, sizeof path, "%s/pids/slapd", live_env("LAB_DIR"));
	file = fopen(path, "r");
	if (file != NULL) {
		if (fscanf(file, "%ld", &pid) != 1)
			pid = 0;
		fclose(file);
	}
	return (pid_t)pid;
}

/* Not a process that has ended, nor one that nobody has waited for. */
static bool runs(pid_t pid)
{
	char path[60];
	FILE *file;
	int first;

	snprintf(path, sizeof path, "/proc/%ld/cmdline", (long)pid);
	file = fopen(path, "r");
	first = file == NULL ? EOF : getc(file);
	if (file != NULL)
		fclose(file);
	return first != EOF;
}

static void *kill_and_start(void *context)
{
	pid_t pid = slapd_pid();

	(void)context;
	usleep(killer_wait_ms * 1000);
	assert_true(pid > 1);
	kill(pid, SIGKILL);
	/* While it is still about, the lab would find it running. */
	while (runs(pid))
		usleep(20000);
	while (lab_run((const char *const[]){ "start-slapd", "--name", live_env("LAB_NAME"), NULL }) != 0)
		usleep(200000);
	atomic_store(&killer_runs, false);
	return NULL;
}

static LDAP *hand_again(void)
{
	unsigned tries;
	LDAP *hand;

	for (tries = 0; tries < 300; tries++) {
		hand = hand_open();
		if (hand != NULL)
			return hand;
		usleep(100000);
	}
	return NULL;
}

/* Writes until slapd is up again; each outcome is held against the truth. */
static void write_through(struct store *store, unsigned long *value, unsigned *applied, unsigned *not, unsigned *unknown, unsigned *looked)
{
	static char place[300];
	char digits[50], seen[50];

	live_dn(place, sizeof place, "uid=killed,cn=users");
	do {
		struct change *change = change_new(VERB_EDIT, kind_find("user"), "killed");
		enum outcome outcome;
		struct walk walk;
		LDAP *hand;

		snprintf(digits, sizeof digits, "%lu", (*value + 1) * 1048576);
		change_edit_text(change, kind_field(kind_find("user"), "quota"), EDIT_SET, digits);
		walk_begin(&walk);
		outcome = walk_change(&walk, store, change);
		*looked += walk.looks;
		if (walk.looks > 0 || (outcome != OUTCOME_APPLIED && outcome != OUTCOME_NOT_APPLIED)) {
			hand = hand_again();
			assert_non_null(hand);
			hand_value(hand, place, "univentionMailUserQuota", seen, sizeof seen);
			hand_close(hand);
			if (outcome == OUTCOME_APPLIED)
				assert_int_equal(strtoul(seen, NULL, 10), *value + 1);
			else if (outcome == OUTCOME_NOT_APPLIED)
				assert_int_equal(strtoul(seen, NULL, 10), *value);
			else
				fail_msg("outcome %d: %s", outcome, walk.error.text);
		}
		*applied += outcome == OUTCOME_APPLIED;
		*not += outcome == OUTCOME_NOT_APPLIED;
		*unknown += outcome == OUTCOME_UNKNOWN;
		*value += outcome == OUTCOME_APPLIED;
		if (outcome == OUTCOME_NOT_APPLIED)
			usleep(50000);
		walk_end(&walk);
		change_free(change);
	} while (atomic_load(&killer_runs));
}

static void test_every_outcome_is_told_right(void **state)
{
	unsigned kills = live_full() ? 50 : 6, i, applied = 0, not = 0, unknown = 0, looked = 0;
	unsigned long value = 0;
	struct change *change;
	struct store *store;
	struct live live;
	struct walk walk;
	char seen[50], place[300];
	LDAP *hand;

	(void)state;
	if (live_missing())
		skip();
	srandom(live_seed());
	live_prepare(&live, "ADMIN");
	live_open(&live);
	assert_true(live_wait(&live, DIRECTORY_UP, 5000));
	store = directory_store(live.directory);
	walk_begin(&walk);
	change = change_new(VERB_ADD, kind_find("user"), "killed");
	change_edit_text(change, kind_field(kind_find("user"), "family_name"), EDIT_SET, "Killed");
	change_edit_text(change, kind_field(kind_find("user"), "quota"), EDIT_SET, "0");
	if (walk_change(&walk, store, change) != OUTCOME_APPLIED)
		fail_msg("%s", walk.error.text);
	change_free(change);
	for (i = 0; i < kills; i++) {
		pthread_t killer;

		killer_wait_ms = 20 + (unsigned)random() % 60;
		atomic_store(&killer_runs, true);
		assert_int_equal(pthread_create(&killer, NULL, kill_and_start, NULL), 0);
		write_through(store, &value, &applied, &not, &unknown, &looked);
		pthread_join(killer, NULL);
	}
	live_dn(place, sizeof place, "uid=killed,cn=users");
	hand = hand_again();
	assert_int_equal(strtoul(hand_value(hand, place, "univentionMailUserQuota", seen, sizeof seen), NULL, 10), value);
	hand_close(hand);
	assert_int_equal(unknown, 0);
	printf("# figure %u kills: %u applied, %u not, %u outcomes looked at, all told right\n", kills, applied, not, looked);
	change = change_new(VERB_DELETE, kind_find("user"), "killed");
	assert_int_equal(walk_change(&walk, store, change), OUTCOME_APPLIED);
	change_free(change);
	walk_end(&walk);
	live_close(&live);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_every_outcome_is_told_right) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
