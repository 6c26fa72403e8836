/*
 * Two postrooms give one address to two users at the same moment, with slapd's
 * unique overlay and without it: nobody ever keeps it twice. 500 rounds each
 * with POSTROOM_FULL=1. Without the overlay a second instance of the lab runs,
 * and UCS's lock entries and the look afterwards must do it.
 */
#include <pthread.h>

#include "walk.h"

static pthread_barrier_t together;

struct runner {
	struct live live;
	struct store *store;
	struct change *change;
	enum outcome outcome;
	bool taken_back, stuck;
	char said[sizeof ((struct error *)0)->text];
};

/* What the gate does with a change, to the end. */
static void *race(void *context)
{
	struct runner *runner = context;
	struct walk walk, back;

	walk_begin(&walk);
	walk_begin(&back);
	pthread_barrier_wait(&together);
	runner->outcome = walk_change(&walk, runner->store, runner->change);
	runner->taken_back = runner->stuck = false;
	if (runner->outcome == OUTCOME_APPLIED && !runner->store->after(runner->store->self, runner->change, &walk.plan, &walk.error)) {
		struct change *undo = walk_undo(&walk, runner->change->kind, runner->change->name);

		runner->taken_back = true;
		runner->stuck = walk_change(&back, runner->store, undo) != OUTCOME_APPLIED;
		change_free(undo);
	}
	snprintf(runner->said, sizeof runner->said, "%s", walk.error.text);
	walk_end(&walk);
	walk_end(&back);
	return NULL;
}

static void make_user(struct store *store, const char *login)
{
	struct change *change = change_new(VERB_ADD, kind_find("user"), login);
	struct walk walk;

	walk_begin(&walk);
	change_edit_text(change, kind_field(kind_find("user"), "family_name"), EDIT_SET, "Racer");
	if (walk_change(&walk, store, change) != OUTCOME_APPLIED)
		fail_msg("%s", walk.error.text);
	walk_end(&walk);
	change_free(change);
}

static void one_round(struct runner *runners, LDAP *hand, unsigned round, unsigned *won, unsigned *nobody)
{
	char address[100], filter[200];
	pthread_t threads[2];
	int i, holders;

	snprintf(address, sizeof address, "race-%u@example.com", round);
	for (i = 0; i < 2; i++) {
		runners[i].change = change_new(VERB_EDIT, kind_find("user"), i == 0 ? "racer-one" : "racer-two");
		change_edit_text(runners[i].change, kind_field(kind_find("user"), "address"), EDIT_SET, address);
		assert_int_equal(pthread_create(&threads[i], NULL, race, &runners[i]), 0);
	}
	for (i = 0; i < 2; i++)
		pthread_join(threads[i], NULL);
	snprintf(filter, sizeof filter, "(mailPrimaryAddress=%s)", address);
	holders = hand_count(hand, filter);
	if (holders > 1)
		fail_msg("round %u: %d hold %s (%s / %s)", round, holders, address, runners[0].said, runners[1].said);
	*won += holders == 1;
	*nobody += holders == 0;
	for (i = 0; i < 2; i++) {
		/* Told right: who says applied and did not take it back holds it. */
		bool holds;

		snprintf(filter, sizeof filter, "(&(uid=%s)(mailPrimaryAddress=%s))", i == 0 ? "racer-one" : "racer-two", address);
		holds = hand_count(hand, filter) == 1;
		assert_false(runners[i].stuck);
		assert_int_equal(holds, runners[i].outcome == OUTCOME_APPLIED && !runners[i].taken_back);
		change_free(runners[i].change);
	}
}

static void race_for_addresses(const char *label)
{
	unsigned rounds = live_full() ? 500 : 40, i, won = 0, nobody = 0;
	struct runner runners[2];
	LDAP *hand = hand_open();
	int j;

	assert_non_null(hand);
	pthread_barrier_init(&together, NULL, 2);
	for (j = 0; j < 2; j++) {
		live_prepare(&runners[j].live, "ADMIN");
		live_open(&runners[j].live);
		assert_true(live_wait(&runners[j].live, DIRECTORY_UP, 5000));
		runners[j].store = directory_store(runners[j].live.directory);
		make_user(runners[j].store, j == 0 ? "racer-one" : "racer-two");
	}
	for (i = 0; i < rounds; i++)
		one_round(runners, hand, i, &won, &nobody);
	assert_int_equal(hand_count(hand, "(&(objectClass=lock)(cn=race-*))"), 0);
	printf("# figure %u races %s: one winner %u times, nobody %u times, two never\n", rounds, label, won, nobody);
	for (j = 0; j < 2; j++) {
		struct change *change = change_new(VERB_DELETE, kind_find("user"), j == 0 ? "racer-one" : "racer-two");
		struct walk walk;

		walk_begin(&walk);
		assert_int_equal(walk_change(&walk, runners[j].store, change), OUTCOME_APPLIED);
		walk_end(&walk);
		change_free(change);
		live_close(&runners[j].live);
	}
	hand_close(hand);
	pthread_barrier_destroy(&together);
}

static void test_with_the_unique_overlay(void **state)
{
	(void)state;
	if (live_missing())
		skip();
	race_for_addresses("with the unique overlay");
}

/* The second instance's environment instead of ours. */
static void take_environment(const char *name)
{
	static const char *const wanted[] = { "LAB_URI", "LAB_CA", "LAB_BASE", "LAB_ADMIN_DN", "LAB_ADMIN_SECRET", "LAB_ROOT_DN", "LAB_ROOT_SECRET" };
	char line[600], path[] = "/tmp/postroom-race-XXXXXX";
	int descriptor = mkstemp(path), saved;
	FILE *file;
	size_t i;

	assert_true(descriptor >= 0);
	fflush(stdout);
	saved = fork();
	if (saved == 0) {
		dup2(descriptor, 1);
		execlp("bash", "bash", "tests/lab/lab", "env", "--name", name, (char *)NULL);
		_exit(127);
	}
	waitpid(saved, NULL, 0);
	file = fdopen(descriptor, "r");
	rewind(file);
	while (fgets(line, sizeof line, file) != NULL)
		for (i = 0; i < sizeof wanted / sizeof *wanted; i++) {
			char *value = strchr(line, '='), *from, *to;

			if (value == NULL || strncmp(line, "export ", 7) != 0 || strncmp(line + 7, wanted[i], strlen(wanted[i])) != 0 || value != line + 7 + strlen(wanted[i]))
				continue;
			/* printf %q puts backslashes before what a shell would look at. */
			for (from = to = value + 1; *from != '\0' && *from != '\n'; from++)
				if (*from != '\\')
					*to++ = *from;
			*to = '\0';
			setenv(wanted[i], value + 1, 1);
		}
	fclose(file);
	unlink(path);
}

static void test_without_the_unique_overlay(void **state)
{
	char name[24];

	(void)state;
	if (live_missing())
		skip();
	snprintf(name, sizeof name, "%.17s-2", live_env("LAB_NAME"));
	assert_int_equal(lab_run((const char *const[]){ "start", "--name", name, "--unique", "off", "--only", "slapd", NULL }), 0);
	take_environment(name);
	race_for_addresses("without it");
	assert_int_equal(lab_run((const char *const[]){ "remove", "--name", name, NULL }), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_with_the_unique_overlay),
		cmocka_unit_test(test_without_the_unique_overlay),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
