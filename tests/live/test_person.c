/*
 * Who somebody is, against the real slapd of tests/lab and as the helpdesk's own
 * identity: by login, address and id, in branches, in groups and in groups of
 * groups, and what cannot be told for certain.
 */
#include "walk.h"

static struct live live;
static struct store *store;

static int open_all(void **state)
{
	(void)state;
	if (live_missing())
		return 0;
	live_prepare(&live, "HELPDESK");
	live_open(&live);
	assert_true(live_wait(&live, DIRECTORY_UP, 5000));
	store = directory_store(live.directory);
	return 0;
}

static int close_all(void **state)
{
	(void)state;
	if (!live_missing())
		live_close(&live);
	return 0;
}

#define BASE "dc=example,dc=com"
static const char *const none[] = { NULL };
static const char *const kassel[] = { "OU=kassel, " BASE, NULL };
static const char *const users[] = { "cn=other," BASE, "cn=users," BASE, NULL };
static const char *const broken[] = { "no DN", NULL };
static const char *const by_login[] = { "nobody", "ASchmid1", NULL };
static const char *const by_address[] = { "office@example.com", NULL };
static const char *const by_dn[] = { "uid=aschmid1, cn=users," BASE, NULL };
static const char *const management[] = { "management", NULL };
static const char *const company[] = { "Nobodys", "Company", NULL };
static const char *const company_dn[] = { "cn=Company,cn=groups," BASE, NULL };
static const char *const first_group[] = { "Domain Users", NULL };

static const struct {
	struct role_scope scope;
	const char *who, *branch, *listed, *group, *refuses;
} rows[] = {
	{ { .people = none }, "aschmid1", NULL, NULL, NULL, NULL },
	{ { .people = none }, "Anna.Schmid@Example.Com", NULL, NULL, NULL, NULL },
	{ { .people = none }, "nobody.at.all@example.com", NULL, NULL, NULL, "nobody of that name is there" },
	/* Two people have it, and a mail server knows nobody by it. */
	{ { .people = none }, "office@example.com", NULL, NULL, NULL, "cannot be told" },
	{ { .people = none }, "*", NULL, NULL, NULL, "cannot be told" },
	{ { .people = none }, "aschmid1)(uid=*", NULL, NULL, NULL, "cannot be told" },
	{ { .branches = kassel }, "aschmid1", NULL, NULL, NULL, NULL },
	{ { .branches = kassel }, "qdang1", "OU=kassel, " BASE, NULL, NULL, NULL },
	{ { .branches = users }, "aschmid1", "cn=users," BASE, NULL, NULL, NULL },
	{ { .branches = broken }, "aschmid1", NULL, NULL, NULL, NULL },
	{ { .people = by_login }, "aschmid1", NULL, "ASchmid1", NULL, NULL },
	{ { .people = by_login }, "aschmid2", NULL, NULL, NULL, NULL },
	{ { .people = by_address }, "aschmid1", NULL, "office@example.com", NULL, NULL },
	{ { .people = by_dn }, "anna.schmid@example.com", NULL, "uid=aschmid1, cn=users," BASE, NULL, NULL },
	{ { .groups = management }, "aschmid1", NULL, NULL, "management", NULL },
	{ { .groups = management }, "aschmid2", NULL, NULL, NULL, NULL },
	/* Support is in All Hands, and All Hands is in Company. */
	{ { .groups = company }, "aschmid2", NULL, NULL, "Company", NULL },
	{ { .groups = company_dn }, "aschmid2", NULL, NULL, "cn=Company,cn=groups," BASE, NULL },
	{ { .groups = first_group }, "aschmid2", NULL, NULL, "Domain Users", NULL },
	/* One that was written down and is not there protects nobody: nobody is changed. */
	{ { .groups = company, .groups_must_exist = true }, "aschmid1", NULL, NULL, NULL, "\"Nobodys\", and no such group" },
	{ { .groups = company_dn, .groups_must_exist = true }, "aschmid2", NULL, NULL, "cn=Company,cn=groups," BASE, NULL },
};

static void same(size_t row, const char *what, const char *got, const char *wanted)
{
	if ((got == NULL) != (wanted == NULL) || (got != NULL && strcmp(got, wanted) != 0))
		fail_msg("row %zu: %s is %s, not %s", row, what, got == NULL ? "nothing" : got, wanted == NULL ? "nothing" : wanted);
}

static void tells_who_somebody_is(void **state)
{
	(void)state;
	if (live_missing())
		skip();
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct arena *arena = arena_new();
		struct role_person person;
		struct error error = { 0 };
		bool fine = store->person(store->self, &rows[i].scope, rows[i].who, NULL, arena, &person, &error);

		if (fine != (rows[i].refuses == NULL) || (!fine && strstr(error.text, rows[i].refuses) == NULL))
			fail_msg("row %zu: %s", i, fine ? "told" : error.text);
		if (fine) {
			same(i, "the branch", person.branch, rows[i].branch);
			same(i, "who is listed", person.listed, rows[i].listed);
			same(i, "the group", person.group, rows[i].group);
			assert_non_null(person.place);
			assert_non_null(person.address);
		} else {
			assert_int_equal(error.kind, ERROR_REFUSED);
		}
		arena_free(arena);
	}
}

static void by_id_whatever_the_name(void **state)
{
	struct role_scope scope = { .people = by_login };
	struct arena *arena = arena_new();
	struct role_person person;
	struct error error = { 0 };
	const char *id;

	(void)state;
	if (live_missing())
		skip();
	assert_non_null(live_read(&live, "user", "aschmid1"));
	id = arena_text(arena, live.record->id);
	assert_true(store->person(store->self, &scope, "somebody else", id, arena, &person, &error));
	assert_string_equal(person.name, "aschmid1");
	assert_string_equal(person.address, "anna.schmid@example.com");
	assert_false(store->person(store->self, &scope, "aschmid1", "00000000-0000-0000-0000-000000000000", arena, &person, &error));
	arena_free(arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tells_who_somebody_is),
		cmocka_unit_test(by_id_whatever_the_name),
	};

	return cmocka_run_group_tests(tests, open_all, close_all);
}
