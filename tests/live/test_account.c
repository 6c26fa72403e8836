/*
 * test_account: passwords and locks through the real gate on the real slapd of
 * tests/lab, seen by what counts: real binds of the person.
 *
 * One person and one password policy of their own are made and taken away
 * again.  Without the lab everything is skipped.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <ldap.h>

#include "base/file.h"
#include "tests/live/gate_live.h"

#define LOGIN "account-test"
#define BASE "dc=example,dc=com"
#define PERSON "uid=" LOGIN ",cn=users," BASE
#define POLICY "cn=account-test,cn=services," BASE

static struct live live;
static LDAP *root;

/* Each is used once: the policy remembers. None may turn up anywhere. */
static const char *const secrets[] = {
	"Canary-one-11", "Canary-two-22", "Canary-three-33", "Canary-four-44", "Canary-five-55", "Canary-six-66", "Canary-seven-77", "Canary-eight-88",
	"Canary-nine-99", "short-1",
};

/* --- hands of our own --------------------------------------------------------------------------------- */

static LDAP *connect_plain(void)
{
	int version = LDAP_VERSION3;
	LDAP *handle = NULL;

	assert_int_equal(ldap_initialize(&handle, live_env("LAB_URI_LDAPI")), LDAP_SUCCESS);
	ldap_set_option(handle, LDAP_OPT_PROTOCOL_VERSION, &version);
	return handle;
}

static int bind_as(LDAP *handle, const char *dn, const char *password)
{
	struct berval word = { .bv_val = memory_text(password), .bv_len = strlen(password) };
	int code = ldap_sasl_bind_s(handle, dn, LDAP_SASL_SIMPLE, &word, NULL, NULL, NULL);

	free(word.bv_val);
	return code;
}

/* What comes of a login of the person, and then of a look at the own entry. */
struct login { int bind, search; };
static struct login log_in(const char *password)
{
	LDAP *handle = connect_plain();
	struct login login = { .bind = bind_as(handle, PERSON, password), .search = -1 };
	LDAPMessage *message = NULL;

	if (login.bind == LDAP_SUCCESS)
		login.search = ldap_search_ext_s(handle, PERSON, LDAP_SCOPE_BASE, NULL, NULL, 0, NULL, NULL, NULL, 0, &message);
	ldap_msgfree(message);
	ldap_unbind_ext_s(handle, NULL, NULL);
	return login;
}

static bool works(const char *password)
{
	struct login login = log_in(password);

	return login.bind == LDAP_SUCCESS && login.search == LDAP_SUCCESS;
}

static void put(const char *dn, const char *attribute, const char *value)
{
	char name[64], text[200], *values[] = { text, NULL };
	LDAPMod mod = { .mod_op = LDAP_MOD_REPLACE, .mod_type = name, .mod_values = value == NULL ? NULL : values }, *list[] = { &mod, NULL };

	snprintf(name, sizeof name, "%s", attribute);
	snprintf(text, sizeof text, "%s", value == NULL ? "" : value);
	assert_int_equal(ldap_modify_ext_s(root, dn, list, NULL, NULL), LDAP_SUCCESS);
}

static void add_policy(void)
{
	static const char *const words[][2] = {
		{ "objectClass", "device" }, { "cn", LOGIN }, { "pwdAttribute", "userPassword" }, { "pwdMinLength", "8" }, { "pwdInHistory", "2" },
		{ "pwdCheckQuality", "1" }, { "pwdLockout", "TRUE" }, { "pwdMaxFailure", "3" }, { "pwdLockoutDuration", "1800" },
		{ "pwdMustChange", "TRUE" }, { "pwdAllowUserChange", "TRUE" },
	};
	enum { COUNT = sizeof words / sizeof *words };
	char copies[COUNT][2][40], second[] = "pwdPolicy", *values[COUNT][3] = { { NULL } };
	LDAPMod mods[COUNT], *list[COUNT + 1] = { NULL };

	for (size_t i = 0; i < COUNT; i++) {
		snprintf(copies[i][0], 40, "%s", words[i][0]);
		snprintf(copies[i][1], 40, "%s", words[i][1]);
		values[i][0] = copies[i][1];
		mods[i] = (LDAPMod){ .mod_op = LDAP_MOD_ADD, .mod_type = copies[i][0], .mod_values = values[i] };
		list[i] = &mods[i];
	}
	values[0][1] = second;
	ldap_delete_ext_s(root, POLICY, NULL, NULL);
	assert_int_equal(ldap_add_ext_s(root, POLICY, list, NULL, NULL), LDAP_SUCCESS);
}

/* --- changes ------------------------------------------------------------------------------------------- */

static const struct record *person(void)
{
	const struct record *record = live_read(&live, "user", LOGIN);

	if (record == NULL)
		fail_msg("%s", live.error.text);
	return record;
}

static struct change *also(struct change *change, const char *field, const char *text)
{
	change_edit_text(change, kind_field(&kind_user, field), EDIT_SET, text);
	return change;
}

static void set(const char *field, const char *text)
{
	person();
	if (live_change(&live, live_edit(&live, field, text)) != OUTCOME_APPLIED)
		fail_msg("%s: %s", field, live.error.text);
}

static void refused(const char *password, const char *why)
{
	person();
	assert_int_equal(live_change(&live, live_edit(&live, "password", password)), OUTCOME_NOT_APPLIED);
	if (strncmp(live.error.text, "Password: ", 10) != 0 || strstr(live.error.text, why) == NULL || strstr(live.error.text, password) != NULL)
		fail_msg("\"%s\" does not say \"%s\"", live.error.text, why);
}

static const char *shown(const char *field)
{
	return record_text(person(), field);
}

static bool noted(const char *field, const char *words)
{
	const struct field_values *values = record_get(person(), field);

	return (values->note != NULL && strstr(values->note, words) != NULL) || (values->origin != NULL && strstr(values->origin, words) != NULL);
}

static const struct consequence *told(const struct review *review, const char *rule)
{
	for (size_t i = 0; i < review->consequence_count; i++)
		if (strcmp(review->consequences[i].rule, rule) == 0)
			return &review->consequences[i];
	return NULL;
}

/* --- a world -------------------------------------------------------------------------------------------- */

static int make_person(void **state)
{
	struct change *change;
	struct arena *arena;
	char *word;

	(void)state;
	if (!live_there())
		return 0;
	arena = arena_new();
	root = connect_plain();
	word = file_read_secret(arena, live_env("LAB_ROOT_SECRET"), NULL);
	assert_int_equal(bind_as(root, live_env("LAB_ROOT_DN"), word), LDAP_SUCCESS);
	arena_free(arena);
	ldap_delete_ext_s(root, PERSON, NULL, NULL);
	add_policy();
	live_open(&live);
	/* A new person may bring a password. */
	change = change_new(VERB_ADD, &kind_user, LOGIN);
	also(also(also(change, "family_name", "Test"), "address", LOGIN "@example.com"), "password", secrets[0]);
	if (live_change(&live, change) != OUTCOME_APPLIED)
		fail_msg("%s", live.error.text);
	assert_true(works(secrets[0]));
	put(PERSON, "pwdPolicySubentry", POLICY);
	return 0;
}

static int end_person(void **state)
{
	(void)state;
	if (!live_there())
		return 0;
	person();
	if (live_change(&live, change_new(VERB_DELETE, &kind_user, LOGIN)) != OUTCOME_APPLIED)
		fail_msg("%s", live.error.text);
	live_close(&live);
	ldap_delete_ext_s(root, POLICY, NULL, NULL);
	ldap_unbind_ext_s(root, NULL, NULL);
	return 0;
}

/* --- tests ------------------------------------------------------------------------------------------------ */

static void a_password_is_set_and_judged_by_the_server(void **state)
{
	(void)state;
	if (!live_there())
		skip();
	set("password", secrets[1]);
	assert_true(works(secrets[1]));
	assert_int_equal(log_in(secrets[0]).bind, LDAP_INVALID_CREDENTIALS);
	refused(secrets[9], "too short, at least 8 characters");
	refused(secrets[1], "one of the last 2");
	refused(secrets[0], "one of the last 2");
	put(POLICY, "pwdMinAge", "7200");
	refused(secrets[2], "must stay for 120 minutes");
	put(POLICY, "pwdMinAge", NULL);
	put(POLICY, "pwdMaxLength", "12");
	refused(secrets[2], "too long, at most 12");
	put(POLICY, "pwdMaxLength", NULL);
	put(POLICY, "pwdSafeModify", "TRUE");
	refused(secrets[2], "demands the old password");
	put(POLICY, "pwdSafeModify", NULL);
	assert_true(works(secrets[1]));
}

static void preview_of(struct change *takes)
{
	gate_preview(live.gate, takes, live_on_review, &live);
	change_free(takes);
}

static void it_is_never_taken_back(void **state)
{
	(void)state;
	if (!live_there())
		skip();
	person();
	preview_of(live_edit(&live, "password", secrets[2]));
	live_wait(&live);
	assert_true(live.review->allowed);
	assert_non_null(told(live.review, "password-final"));
	assert_int_equal(live.review->plan.count, 1);
	assert_int_equal(live.review->plan.operations[0].verb, OPERATION_PASSWORD);
	assert_non_null(strstr(live.review->plan.operations[0].words, "by the password modify operation"));
	assert_int_equal(live_submit(&live), OUTCOME_APPLIED);
	assert_true(works(secrets[2]));
	gate_preview_undo(live.gate, live.id, live_on_review, &live);
	live_wait(&live);
	assert_false(live.review->allowed);
	assert_true(works(secrets[2]));
}

static void must_change_outlives_the_operation(void **state)
{
	struct login login;

	(void)state;
	if (!live_there())
		skip();
	person();
	assert_int_equal(live_change(&live, also(live_edit(&live, "password", secrets[3]), "must_change", "yes")), OUTCOME_APPLIED);
	assert_string_equal(shown("must_change"), "yes");
	login = log_in(secrets[3]);
	/* slapd lets in, and allows nothing but a new password. */
	assert_int_equal(login.bind, LDAP_SUCCESS);
	assert_int_equal(login.search, LDAP_INSUFFICIENT_ACCESS);
	/* The next password takes the mark away, and it is put back. */
	set("password", secrets[4]);
	assert_string_equal(shown("must_change"), "yes");
	assert_int_equal(log_in(secrets[4]).search, LDAP_INSUFFICIENT_ACCESS);
	person();
	assert_int_equal(live_change(&live, also(live_edit(&live, "password", secrets[5]), "must_change", "no")), OUTCOME_APPLIED);
	assert_string_equal(shown("must_change"), "no");
	assert_true(works(secrets[5]));
	set("must_change", "yes");
	assert_false(works(secrets[5]));
	assert_int_equal(live_undo(&live, live.id), OUTCOME_APPLIED);
	assert_true(works(secrets[5]));
}

static void a_lock_holds_and_a_password_does_not_open_it(void **state)
{
	char id[64];

	(void)state;
	if (!live_there())
		skip();
	set("locked", "yes");
	assert_int_equal(log_in(secrets[5]).bind, LDAP_INVALID_CREDENTIALS);
	assert_string_equal(shown("locked"), "yes");
	assert_string_equal(shown("failed_lock"), "no");
	assert_true(noted("state", "password policy, by an admin"));
	/* slapd's policy takes the lock away with a new password; here it stays. */
	person();
	preview_of(live_edit(&live, "password", secrets[6]));
	live_wait(&live);
	assert_non_null(told(live.review, "password-locked"));
	assert_int_equal(live_submit(&live), OUTCOME_APPLIED);
	assert_string_equal(shown("locked"), "yes");
	assert_int_equal(log_in(secrets[6]).bind, LDAP_INVALID_CREDENTIALS);
	/* And it is not taken away by taking that back. */
	gate_preview_undo(live.gate, live.id, live_on_review, &live);
	live_wait(&live);
	assert_false(live.review->allowed);
	set("locked", "no");
	snprintf(id, sizeof id, "%s", live.id);
	assert_true(works(secrets[6]));
	assert_int_equal(live_undo(&live, id), OUTCOME_APPLIED);
	assert_int_equal(log_in(secrets[6]).bind, LDAP_INVALID_CREDENTIALS);
	assert_int_equal(live_undo(&live, live.id), OUTCOME_APPLIED);
	assert_true(works(secrets[6]));
}

static void fail_often(unsigned times)
{
	for (; times > 0; times--)
		assert_int_equal(log_in("no-password-of-anybody").bind, LDAP_INVALID_CREDENTIALS);
}

static void wrong_passwords_lock_in_another_way(void **state)
{
	(void)state;
	if (!live_there())
		skip();
	fail_often(2);
	assert_string_equal(shown("failed_lock"), "no");
	assert_true(noted("failed_lock", "2 wrong passwords"));
	fail_often(1);
	assert_int_equal(log_in(secrets[6]).bind, LDAP_INVALID_CREDENTIALS);
	assert_string_equal(shown("failed_lock"), "yes");
	assert_string_equal(shown("locked"), "no");
	assert_true(noted("failed_lock", "3 wrong passwords") && noted("failed_lock", "until 20"));
	assert_true(noted("state", "after wrong passwords"));
	set("failed_lock", "no");
	assert_true(works(secrets[6]));
	assert_false(noted("failed_lock", "wrong"));
	/* With a new password it ends as well, and the review shows that. */
	fail_often(3);
	set("password", secrets[7]);
	assert_string_equal(shown("failed_lock"), "no");
	assert_true(works(secrets[7]));
	/* A lock whose time is over is none, though its mark stays until the next login. */
	put(POLICY, "pwdLockoutDuration", "1");
	fail_often(3);
	sleep(3);
	assert_string_equal(shown("failed_lock"), "no");
	assert_true(noted("failed_lock", "ended by itself"));
	assert_string_equal(shown("state"), "no lock seen");
	assert_true(works(secrets[7]));
	put(POLICY, "pwdLockoutDuration", NULL);
	fail_often(3);
	assert_true(noted("failed_lock", "until somebody ends it"));
	set("failed_lock", "no");
}

static void what_the_policy_does_not_obey_is_told(void **state)
{
	(void)state;
	if (!live_there())
		skip();
	put(POLICY, "pwdLockout", "FALSE");
	put(POLICY, "pwdMustChange", "FALSE");
	person();
	preview_of(also(live_edit(&live, "locked", "yes"), "must_change", "yes"));
	live_wait(&live);
	assert_true(live.review->allowed);
	assert_non_null(told(live.review, "lock-doubted"));
	assert_non_null(strstr(told(live.review, "lock-doubted")->sentence, "has no pwdLockout TRUE"));
	assert_non_null(told(live.review, "must-change-doubted"));
	assert_int_equal(live_submit(&live), OUTCOME_APPLIED);
	assert_true(works(secrets[7]));
	assert_true(noted("locked", "keeps nobody out"));
	assert_int_equal(live_undo(&live, live.id), OUTCOME_APPLIED);
	put(POLICY, "pwdLockout", "TRUE");
	put(POLICY, "pwdMustChange", "TRUE");
}

static void what_others_do_meanwhile_stays(void **state)
{
	(void)state;
	if (!live_there())
		skip();
	person();
	preview_of(live_edit(&live, "password", secrets[8]));
	live_wait(&live);
	put(PERSON, "roomNumber", "B 47");
	assert_int_equal(live_submit(&live), OUTCOME_APPLIED);
	assert_string_equal(shown("room"), "B 47");
	assert_true(works(secrets[8]));
	/* Somebody else locked: the other way round is shown before anything is done. */
	set("locked", "yes");
	person();
	preview_of(live_edit(&live, "locked", "no"));
	live_wait(&live);
	put(PERSON, "pwdAccountLockedTime", NULL);
	live_submit(&live);
	assert_true(live.outcome != OUTCOME_UNKNOWN);
	assert_string_equal(shown("locked"), "no");
	assert_true(works(secrets[8]));
}

/* Is it told that there is none, to this identity? */
static bool lacks_password(const char *dn, const char *secret)
{
	const char *uris[] = { live_env("LAB_URI"), NULL };
	struct directory_settings settings = {
		.uris = uris, .tls = DIRECTORY_TLS_START, .ca_file = live_env("LAB_CA"), .bind_dn = live_env(dn), .password_file = live_env(secret),
		.profile = "ucs", .direct = true, .mailbox_rename = KNOWN_NO, .mailbox_delete = KNOWN_NO, .alternates_unique = KNOWN_NO,
	};
	struct directory *admin = live.directory;
	struct error error = { 0 };
	const struct record *record;
	bool told = false;

	live.directory = directory_open(live.loop, &settings, &error);
	if (live.directory == NULL)
		fail_msg("%s", error.text);
	live_connect(&live);
	record = person();
	for (size_t i = 0; i < record->finding_count; i++)
		told = told || strcmp(record->findings[i].rule, "no-password") == 0;
	assert_int_equal(record_get(record, "password")->presence, told ? VALUE_ABSENT : VALUE_HIDDEN);
	assert_true(directory_close(live.directory));
	live.directory = admin;
	return told;
}

/* Who may only write it, as the shipped rules have it, knows neither that there is one nor that there is none. */
static void a_password_that_is_not_there(void **state)
{
	(void)state;
	if (!live_there())
		skip();
	assert_false(lacks_password("LAB_ROOT_DN", "LAB_ROOT_SECRET"));
	put(PERSON, "userPassword", NULL);
	assert_true(lacks_password("LAB_ROOT_DN", "LAB_ROOT_SECRET"));
	assert_false(lacks_password("LAB_ADMIN_DN", "LAB_ADMIN_SECRET"));
	assert_false(lacks_password("LAB_MONITOR_DN", "LAB_MONITOR_SECRET"));
}

static int look_in(const char *path, const struct stat *status, int flag, struct FTW *walk)
{
	char *bytes = flag == FTW_F ? memory_new((size_t)status->st_size + 1) : NULL;
	FILE *file = bytes != NULL ? fopen(path, "r") : NULL;
	size_t length = file != NULL ? fread(bytes, 1, (size_t)status->st_size, file) : 0;

	(void)walk;
	for (size_t i = 0; i < sizeof secrets / sizeof *secrets; i++)
		if (length > 0 && memmem(bytes, length, secrets[i], strlen(secrets[i])) != NULL)
			fail_msg("secret %zu stands in %s", i, path);
	if (file != NULL)
		fclose(file);
	free(bytes);
	return 0;
}

static void the_secrets_are_nowhere(void **state)
{
	struct arena *arena = arena_new();
	const struct history *history;
	char *ldif, *lines;

	(void)state;
	if (!live_there())
		skip();
	nftw(live.state, look_in, 8, FTW_PHYS);
	history = live_history(&live);
	assert_true(history->count > 10);
	for (size_t i = 0; i < history->count; i++)
		assert_null(strstr(history->entries[i].lines, "Canary"));
	person();
	preview_of(live_edit(&live, "password", "Canary-never-set"));
	live_wait(&live);
	ldif = plan_ldif(arena, &live.review->plan);
	lines = operation_lines(arena, &live.review->plan.operations[0]);
	assert_null(strstr(ldif, "Canary"));
	assert_null(strstr(ldif, "changetype"));
	assert_null(strstr(lines, "Canary"));
	assert_null(strstr(live.review->sentence, "Canary"));
	for (size_t i = 0; i < live.review->line_count; i++)
		assert_null(strstr(live.review->lines[i].new_words, "Canary"));
	arena_free(arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_password_is_set_and_judged_by_the_server),
		cmocka_unit_test(it_is_never_taken_back),
		cmocka_unit_test(must_change_outlives_the_operation),
		cmocka_unit_test(a_lock_holds_and_a_password_does_not_open_it),
		cmocka_unit_test(wrong_passwords_lock_in_another_way),
		cmocka_unit_test(what_the_policy_does_not_obey_is_told),
		cmocka_unit_test(what_others_do_meanwhile_stays),
		cmocka_unit_test(the_secrets_are_nowhere),
		cmocka_unit_test(a_password_that_is_not_there),
	};

	return cmocka_run_group_tests(tests, make_person, end_person);
}
