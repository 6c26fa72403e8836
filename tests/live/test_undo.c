/*
 * undo: random changes of real people and domains, all taken back in reverse,
 * to equal sets of user attributes (terminal-and-safety 5; the proof).
 *
 * Not compared: operational attributes, secrets, the entryUUID of what was
 * deleted.  Memberships that the server took away with an entry must be back.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/text.h"
#include "tests/live/gate_live.h"
#include "tests/unit/trial.h"

#define PEOPLE 8

static struct live live;
static struct { char login[64]; char *before; bool gone; } people[PEOPLE];
static char (*ids)[64];
static char problem[700], last_created[64];
static size_t gone;
static long created;

/* --- what a person is, as text -------------------------------------------------------------------- */

static int by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* All attributes and derived memberships, a line each, sorted; heap. */
static char *all_of(const struct record *record)
{
	struct arena *arena = arena_new();
	struct text text = { 0 };
	char **lines = NULL;
	size_t capacity = 0, count = 0, i, j;
	static const char *const derived[] = { "groups", "lists", "folder_rights" };

	for (i = 0; i < record->attribute_count; i++)
		for (j = 0; j < record->attributes[i].count; j++) {
			lines = arena_grow(arena, lines, &capacity, count + 1, sizeof(*lines));
			lines[count++] = arena_format(arena, "%s: %s", record->attributes[i].name, record->attributes[i].values[j].bytes);
		}
	for (i = 0; i < 3; i++)
		for (j = 0; j < record_get(record, derived[i])->count; j++) {
			lines = arena_grow(arena, lines, &capacity, count + 1, sizeof(*lines));
			lines[count++] = arena_format(arena, "(%s): %s", derived[i], record_get(record, derived[i])->values[j].bytes);
		}
	qsort(lines, count, sizeof(*lines), by_text);
	for (i = 0; i < count; i++)
		text_addf(&text, "%s\n", lines[i]);
	arena_free(arena);
	return text_take(&text);
}

/* --- random changes -------------------------------------------------------------------------------- */

static struct change *random_edit(size_t who)
{
	struct change *change;
	char text[200];

	if (!live_read(&live, "user", people[who].login))
		fail_msg("%s: %s", people[who].login, live.error.text);
	snprintf(text, sizeof(text), "%zu", (1 + trial_below(4000)) * 1048576);
	switch (trial_below(8)) {
	case 0:
	case 1:
		return live_edit(&live, "quota", trial_below(5) ? text : NULL);
	case 2:
		snprintf(text, sizeof(text), "Given %zu", trial_below(1000));
		return live_edit(&live, "given_name", text);
	case 3:
		snprintf(text, sizeof(text), "F\xc3\xa4mily %zu", trial_below(1000));
		return live_edit(&live, "family_name", text);
	case 4:
		return live_edit(&live, "home_server", trial_below(2) ? "mail1.example.com" : "mail2.example.com");
	case 5:
		change = live_edit(&live, "forwards", NULL);
		snprintf(text, sizeof(text), "f%zu@partner.test", trial_below(1000));
		change_forget(change, kind_field(change->kind, "forwards"));
		change_edit_text(change, kind_field(change->kind, "forwards"), EDIT_ADD, text);
		return change;
	case 6:
		snprintf(text, sizeof(text), "x%zu-%zu@example.com", who, trial_below(1000000));
		return live_edit(&live, "address", text);
	default:
		change = live_edit(&live, "alternates", NULL);
		snprintf(text, sizeof(text), "y%zu-%zu@example.org", who, trial_below(1000000));
		change_forget(change, kind_field(change->kind, "alternates"));
		change_edit_text(change, kind_field(change->kind, "alternates"), EDIT_ADD, text);
		return change;
	}
}

static struct change *random_rename(size_t who)
{
	struct change *change;
	char name[64];

	if (!live_read(&live, "user", people[who].login))
		fail_msg("%s: %s", people[who].login, live.error.text);
	snprintf(name, sizeof(name), "undo%zu.%zu", who, trial_below(1000000));
	change = change_new(VERB_RENAME, live.record->kind, live.record->name);
	change->id = arena_text(change->arena, live.record->id);
	change->new_name = arena_text(change->arena, name);
	return change;
}

static struct change *creation(void)
{
	struct change *change;

	snprintf(last_created, sizeof(last_created), "undo.new%ld.%d", ++created, (int)getpid());
	change = change_new(VERB_ADD, kind_find("user"), last_created);
	change_edit_text(change, kind_field(change->kind, "family_name"), EDIT_SET, "New");
	change_edit_text(change, kind_field(change->kind, "quota"), EDIT_SET, "1073741824");
	return change;
}

static struct change *deletion(size_t who)
{
	struct change *change;

	if (!live_read(&live, "user", people[who].login))
		fail_msg("%s: %s", people[who].login, live.error.text);
	change = change_new(VERB_DELETE, live.record->kind, live.record->name);
	change->id = arena_text(change->arena, live.record->id);
	return change;
}

/*
 * One more change that was applied; a refusal (nothing to change, a rule) is another throw. What must not happen
 * is remembered in `problem`, so that everything is taken back before the test fails.
 */
static bool change_somebody(char id[64])
{
	size_t who = trial_below(PEOPLE), throw = trial_below(20);
	struct change *change;
	char name[64] = "";
	bool deletes;

	if (people[who].gone)
		return false;
	if (throw == 0 && gone < PEOPLE / 2)
		change = deletion(who);
	else if (throw == 1)
		change = creation();
	else if (throw < 4)
		change = random_rename(who);
	else
		change = random_edit(who);
	if (change->verb == VERB_RENAME)
		snprintf(name, sizeof(name), "%s", change->new_name);
	deletes = change->verb == VERB_DELETE;
	if (live_change(&live, change) != OUTCOME_APPLIED) {
		if (live.outcome != OUTCOME_ALREADY && live.error.kind != ERROR_INVALID)
			snprintf(problem, sizeof(problem), "%s: %s", people[who].login, live.error.text);
		return false;
	}
	gone += deletes;
	people[who].gone = deletes;
	if (*name)
		snprintf(people[who].login, sizeof(people[who].login), "%s", name);
	snprintf(id, 64, "%s", live.id);
	return true;
}

/* --- the test ------------------------------------------------------------------------------------------ */

static void remember_people(void)
{
	static const char *const logins[PEOPLE] = { "aschmid1", "aschmid2" };
	size_t i;

	for (i = 0; i < PEOPLE; i++) {
		if (logins[i]) {
			snprintf(people[i].login, sizeof(people[i].login), "%s", logins[i]);
		} else {
			struct change *change;

			snprintf(people[i].login, sizeof(people[i].login), "undo%zu.start%d", i, (int)getpid());
			change = change_new(VERB_ADD, kind_find("user"), people[i].login);
			change_edit_text(change, kind_field(change->kind, "family_name"), EDIT_SET, "Undo");
			if (live_change(&live, change) != OUTCOME_APPLIED)
				fail_msg("%s: %s", people[i].login, live.error.text);
		}
		if (!live_read(&live, "user", people[i].login))
			fail_msg("%s: %s", people[i].login, live.error.text);
		people[i].before = all_of(live.record);
	}
}

/* An account that came back has no password any more, and other tests log in as these people. */
static void give_password(const char *dn)
{
	/* The policy marks it as one that must be changed, with which Dovecot lets nobody in. */
	static const char words[] = "root() { \"$1\" -x -ZZ -H \"$LAB_URI\" -D \"$LAB_ROOT_DN\" -y \"$LAB_ROOT_SECRET\" \"${@:2}\"; }\n"
		"root ldappasswd -T \"$LAB_PEOPLE_SECRET\" \"$0\" && printf 'dn: %s\\nchangetype: modify\\nreplace: pwdReset\\n' \"$0\" | root ldapmodify >/dev/null";
	int status = -1;
	pid_t child;

	fflush(stdout);
	child = fork();
	if (child == 0) {
		unsetenv("LDAPNOINIT");
		setenv("LDAPTLS_CACERT", live_env("LAB_CA"), 1);
		execlp("bash", "bash", "-c", words, dn, (char *)NULL);
		_exit(127);
	}
	waitpid(child, &status, 0);
	assert_int_equal(status, 0);
}

static void compare_people(char logins[PEOPLE][64])
{
	size_t i;

	for (i = 0; i < PEOPLE; i++) {
		char *after;

		if (!live_read(&live, "user", logins[i]))
			fail_msg("%s: %s", logins[i], live.error.text);
		after = all_of(live.record);
		if (strcmp(after, people[i].before))
			fail_msg("%s was\n%s\nand is\n%s", logins[i], people[i].before, after);
		free(after);
		free(people[i].before);
		if (!strncmp(logins[i], "undo", 4)) {
			memcpy(people[i].login, logins[i], sizeof(people[i].login));
			assert_int_equal(live_change(&live, deletion(i)), OUTCOME_APPLIED);
		} else {
			give_password(live.record->place);
		}
	}
}

static void everything_can_be_taken_back(void **state)
{
	long wanted = trial_rounds(60, 1000), count = 0;
	char logins[PEOPLE][64];
	size_t i;

	(void)state;
	if (!live_there())
		skip();
	trial_begin("undo");
	ids = calloc((size_t)wanted, sizeof(*ids));
	live_open(&live);
	remember_people();
	for (i = 0; i < PEOPLE; i++)
		memcpy(logins[i], people[i].login, sizeof(logins[i]));
	while (count < wanted && !*problem)
		if (change_somebody(ids[count]))
			count++;
	printf("# figure: %ld changes taken back, %zu of them deletions and %ld creations\n", count, gone, created);
	while (count-- > 0)
		if (live_undo(&live, ids[count]) != OUTCOME_APPLIED)
			fail_msg("undo of %s: %s", ids[count], live.error.text);
	compare_people(logins);
	if (created && live_read(&live, "user", last_created))
		fail_msg("%s was created and is still there", last_created);
	live_close(&live);
	free(ids);
	if (*problem)
		fail_msg("%s", problem);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(everything_can_be_taken_back),
	};

	environment_scrub();
	return cmocka_run_group_tests_name("undo", tests, NULL, NULL);
}
