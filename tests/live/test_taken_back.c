/*
 * Random changes and their undo against the real slapd: the user attributes of
 * the entry and its memberships are the same afterwards. 1,000 with
 * POSTROOM_FULL=1, fewer without; the seed is printed.
 */
#include "walk.h"

enum { PEOPLE = 6 };

static struct live live;
static struct store *store;
static LDAP *hand;
static const struct kind *users;

static char *person(unsigned number, char *out, size_t size)
{
	snprintf(out, size, "undo-%u", number);
	return out;
}

static char *place_of(const char *login, char *out, size_t size)
{
	char relative[100];

	snprintf(relative, sizeof relative, "uid=%s,cn=users", login);
	live_dn(out, size, relative);
	return out;
}

static enum outcome run(struct change *change)
{
	struct walk walk;
	enum outcome outcome;

	walk_begin(&walk);
	outcome = walk_change(&walk, store, change);
	if (outcome != OUTCOME_APPLIED)
		print_message("# %s\n", walk.error.text);
	walk_end(&walk);
	change_free(change);
	return outcome;
}

static int open_all(void **state)
{
	unsigned i;

	(void)state;
	if (live_missing())
		return 0;
	live_prepare(&live, "ADMIN");
	live.settings.forward_mode = "flag";
	live_open(&live);
	assert_true(live_wait(&live, DIRECTORY_UP, 5000));
	store = directory_store(live.directory);
	hand = hand_open();
	users = kind_find("user");
	for (i = 0; i < PEOPLE; i++) {
		char login[50], address[100];
		struct change *change = change_new(VERB_ADD, users, person(i, login, sizeof login));

		snprintf(address, sizeof address, "%s@example.com", login);
		change_edit_text(change, kind_field(users, "family_name"), EDIT_SET, "Undo");
		change_edit_text(change, kind_field(users, "address"), EDIT_SET, address);
		change_edit_text(change, kind_field(users, "quota"), EDIT_SET, "1048576");
		assert_int_equal(run(change), OUTCOME_APPLIED);
	}
	return 0;
}

static int close_all(void **state)
{
	unsigned i;

	(void)state;
	if (live_missing())
		return 0;
	for (i = 0; i < PEOPLE; i++) {
		char login[50];

		assert_int_equal(run(change_new(VERB_DELETE, users, person(i, login, sizeof login))), OUTCOME_APPLIED);
	}
	hand_close(hand);
	live_close(&live);
	return 0;
}

static void random_edit(struct change *change)
{
	static const char *const names[] = { "Anna", "J\xc3\xb6rg", "\xe6\x9d\x8e", "O'Neil", "x, y=z+\"#\\", " lead", "", "a\nb" };
	char value[100];
	long n = random() % 1000;

	switch (random() % 9) {
	case 0:
		snprintf(value, sizeof value, "%ld", n * 1048576);
		change_edit_text(change, kind_field(users, "quota"), EDIT_SET, random() % 5 == 0 ? NULL : value);
		break;
	case 1:
		snprintf(value, sizeof value, "undo-alias-%ld@example.com", n);
		change_edit_text(change, kind_field(users, "alternates"), EDIT_ADD, value);
		break;
	case 2:
		snprintf(value, sizeof value, "Undo-Target-%ld@elsewhere.example", n);
		change_edit_text(change, kind_field(users, "forwards"), EDIT_ADD, value);
		break;
	case 3:
		change_edit_text(change, kind_field(users, "keep_copy"), EDIT_SET, random() % 2 ? "yes" : "no");
		break;
	case 4:
		change_edit_text(change, kind_field(users, "home_server"), EDIT_SET, random() % 2 ? "mail1.example.com" : "mail2.example.com");
		break;
	case 5:
		change_edit_text(change, kind_field(users, "given_name"), EDIT_SET, names[random() % 6]);
		break;
	case 6:
		change_edit_text(change, kind_field(users, "full_name"), EDIT_SET, names[random() % 5]);
		break;
	case 7:
		snprintf(value, sizeof value, "undo-moved-%ld@example.com", n);
		change_edit_text(change, kind_field(users, "address"), EDIT_SET, value);
		break;
	default:
		snprintf(value, sizeof value, "server=imap%ld.x protocol=IMAP user=u password=p ssl=yes keep=no", n);
		change_edit_text(change, kind_field(users, "fetchmail"), EDIT_ADD, value);
		break;
	}
}

static struct change *random_change(const char *login, unsigned number)
{
	unsigned what = (unsigned)random() % 10;
	struct change *change;
	char renamed[60];
	long i;

	if (what == 0)
		return change_new(VERB_DELETE, users, login);
	if (what == 1) {
		change = change_new(VERB_RENAME, users, login);
		snprintf(renamed, sizeof renamed, "undo-renamed-%u", number);
		change->new_name = arena_text(change->arena, renamed);
		return change;
	}
	change = change_new(VERB_EDIT, users, login);
	for (i = 1 + random() % 4; i > 0; i--)
		random_edit(change);
	return change;
}

static void test_random_changes_are_taken_back(void **state)
{
	unsigned rounds = live_full() ? 1000 : 60, i, changed = 0;

	(void)state;
	if (live_missing())
		skip();
	srandom(live_seed());
	for (i = 0; i < rounds; i++) {
		char login[50], place[300], filter[500], *before, *after;
		struct change *change, *undo;
		struct walk walk, back;
		enum outcome outcome;

		person((unsigned)random() % PEOPLE, login, sizeof login);
		place_of(login, place, sizeof place);
		before = hand_snapshot(hand, place);
		assert_non_null(before);
		change = random_change(login, i);
		walk_begin(&walk);
		walk_begin(&back);
		outcome = walk_change(&walk, store, change);
		if (outcome != OUTCOME_APPLIED && outcome != OUTCOME_ALREADY)
			fail_msg("round %u: %s", i, walk.error.text);
		changed += outcome == OUTCOME_APPLIED;
		undo = walk_undo(&walk, users, login);
		outcome = walk_change(&back, store, undo);
		if (outcome != OUTCOME_APPLIED && outcome != OUTCOME_ALREADY)
			fail_msg("round %u, undo: %s", i, back.error.text);
		after = hand_snapshot(hand, place);
		if (after == NULL || strcmp(before, after) != 0)
			fail_msg("round %u\nbefore:\n%s\nafter:\n%s", i, before, after);
		snprintf(filter, sizeof filter, "(&(cn=Domain Users)(uniqueMember=%s)(memberUid=%s))", place, login);
		assert_true(hand_settles(hand, filter, 1));
		free(before);
		free(after);
		change_free(undo);
		change_free(change);
		walk_end(&walk);
		walk_end(&back);
	}
	printf("# figure %u random changes, %u of them changed something, all taken back\n", rounds, changed);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_random_changes_are_taken_back) };

	return cmocka_run_group_tests(tests, open_all, close_all);
}
