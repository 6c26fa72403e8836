/*
 * A client that skips all our checks: libldap with the identities of helpdesk
 * and monitor against the real slapd of tests/lab, which runs with the access
 * rules that we ship.  A table of what each role must not be able to do is
 * refused by the server itself, and what it may do works.
 */
#include "walk.h"

#define BASE "dc=example,dc=com"
#define SECRET "swordfish-47-Lantern"
#define ADMINS "cn=Domain Admins,cn=groups," BASE
#define INNER "cn=postroom-forged,cn=groups," BASE

enum { DENIED = LDAP_INSUFFICIENT_ACCESS, DONE = LDAP_SUCCESS };
enum target { PERSON, ELSEWHERE, ADMIN, ADMIN_BY_GROUP, TARGETS };
static const struct { const char *login, *branch; } people[TARGETS] = {
	[PERSON] = { "forged-person", "ou=sales," BASE }, [ELSEWHERE] = { "forged-elsewhere", "ou=Kassel," BASE },
	[ADMIN] = { "forged-admin", "cn=users," BASE }, [ADMIN_BY_GROUP] = { "forged-inner", "cn=users," BASE },
};

static LDAP *root, *helpdesk, *monitor;
static char dns[TARGETS][200];

/* --- a world ------------------------------------------------------------------------------------- */

/* Words are attribute and value in turn; values of one attribute stand together. */
static int add_entry(LDAP *as, const char *dn, const char *const *words)
{
	char copy[32][120], *values[16][8] = { { NULL } };
	LDAPMod mods[16], *list[17] = { NULL };
	size_t count = 0, in = 0;

	for (size_t i = 0; words[i]; i++)
		snprintf(copy[i], sizeof copy[i], "%s", words[i]);
	for (size_t i = 0; words[i]; i += 2) {
		if (i == 0 || strcmp(words[i], words[i - 2]) != 0) {
			in = 0;
			mods[count] = (LDAPMod){ .mod_op = LDAP_MOD_ADD, .mod_type = copy[i], .mod_values = values[count] };
			list[count] = &mods[count];
			count++;
		}
		values[count - 1][in++] = copy[i + 1];
	}
	return ldap_add_ext_s(as, dn, list, NULL, NULL);
}

static void make_person(enum target target)
{
	char address[100];
	const char *const words[] = {
		"objectClass", "inetOrgPerson", "objectClass", "univentionMail", "objectClass", "shadowAccount", "uid", people[target].login,
		"cn", "Forged Test", "sn", "Test", "mailPrimaryAddress", address, "univentionMailUserQuota", "1000", NULL,
	};

	snprintf(address, sizeof address, "%s@example.com", people[target].login);
	snprintf(dns[target], sizeof dns[target], "uid=%s,%s", people[target].login, people[target].branch);
	ldap_delete_ext_s(root, dns[target], NULL, NULL);
	assert_int_equal(add_entry(root, dns[target], words), DONE);
}

static void make_group(const char *dn, const char *name, const char *number, const char *member, const char *second)
{
	const char *const words[] = {
		"objectClass", "posixGroup", "objectClass", "univentionGroup", "cn", name, "gidNumber", number,
		"uniqueMember", member, second ? "uniqueMember" : NULL, second, NULL,
	};

	ldap_delete_ext_s(root, dn, NULL, NULL);
	assert_int_equal(add_entry(root, dn, words), DONE);
}

static int open_all(void **state)
{
	(void)state;
	if (live_missing())
		return 0;
	root = hand_open();
	helpdesk = hand_open_as(live_env("LAB_HELPDESK_DN"), live_env("LAB_HELPDESK_SECRET"));
	monitor = hand_open_as(live_env("LAB_MONITOR_DN"), live_env("LAB_MONITOR_SECRET"));
	assert_true(root && helpdesk && monitor);
	for (enum target i = 0; i < TARGETS; i++)
		make_person(i);
	make_group(INNER, "postroom-forged", "59002", dns[ADMIN_BY_GROUP], NULL);
	make_group(ADMINS, "Domain Admins", "59001", dns[ADMIN], INNER);
	return 0;
}

static int close_all(void **state)
{
	(void)state;
	if (live_missing())
		return 0;
	ldap_delete_ext_s(root, ADMINS, NULL, NULL);
	ldap_delete_ext_s(root, INNER, NULL, NULL);
	for (enum target i = 0; i < TARGETS; i++)
		ldap_delete_ext_s(root, dns[i], NULL, NULL);
	hand_close(root);
	hand_close(helpdesk);
	hand_close(monitor);
	return 0;
}

/* RFC 3062. */
static int set_password(LDAP *as, const char *dn, const char *password)
{
	union { const char *in; char *out; } who = { .in = dn }, secret = { .in = password };
	struct berval user = { .bv_val = who.out, .bv_len = strlen(dn) }, new = { .bv_val = secret.out, .bv_len = strlen(password) }, given;

	return ldap_passwd_s(as, &user, NULL, &new, &given, NULL, NULL);
}

/* --- what the helpdesk may -------------------------------------------------------------------------- */

static const struct { int op; const char *attribute, *value; } allowed[] = {
	{ LDAP_MOD_REPLACE, "univentionMailUserQuota", "1500" },
	{ LDAP_MOD_REPLACE, "mailForwardAddress", "jan.novak@example.org" },
	{ LDAP_MOD_REPLACE, "mailForwardCopyToSelf", "1" },
	{ LDAP_MOD_DELETE, "mailForwardAddress", NULL },
	{ LDAP_MOD_REPLACE, "pwdReset", "TRUE" },
	{ LDAP_MOD_ADD, "pwdAccountLockedTime", "000001010000Z" },
	{ LDAP_MOD_DELETE, "pwdAccountLockedTime", NULL },
	{ LDAP_MOD_DELETE, "pwdReset", NULL },
	{ LDAP_MOD_ADD, "shadowExpire", "1" },
	{ LDAP_MOD_DELETE, "shadowExpire", "1" },
	/* Hashed by the server; the console itself uses the extended operation. */
	{ LDAP_MOD_REPLACE, "userPassword", SECRET },
};

static void the_helpdesk_does_its_work(void **state)
{
	LDAP *owner;

	(void)state;
	if (live_missing())
		skip();
	assert_int_equal(set_password(helpdesk, dns[PERSON], SECRET "-1"), DONE);
	for (size_t i = 0; i < sizeof allowed / sizeof *allowed; i++) {
		int code = hand_modify(helpdesk, dns[PERSON], allowed[i].op, allowed[i].attribute, allowed[i].value);

		if (code != DONE)
			fail_msg("row %zu, %s: %s", i, allowed[i].attribute, ldap_err2string(code));
	}
	assert_int_equal(set_password(helpdesk, dns[PERSON], SECRET "-2"), DONE);
	/* It works for its owner. */
	{
		char path[100] = "/tmp/forged-XXXXXX";
		int descriptor = mkstemp(path);

		assert_true(descriptor >= 0 && write(descriptor, SECRET "-2\n", strlen(SECRET "-2\n")) > 0);
		close(descriptor);
		owner = hand_open_as(dns[PERSON], path);
		unlink(path);
	}
	assert_non_null(owner);
	hand_close(owner);
}

/* Nobody else's: the same rows at each other target, and by the monitor at all. */
static void but_nobody_elses(void **state)
{
	(void)state;
	if (live_missing())
		skip();
	for (enum target target = 0; target < TARGETS; target++) {
		LDAP *as = target == PERSON ? monitor : helpdesk;

		for (size_t i = 0; i < sizeof allowed / sizeof *allowed; i++) {
			/* One that was never used: the password policy looks before the access rules do. */
			const char *value = strcmp(allowed[i].attribute, "userPassword") == 0 ? SECRET "-never" : allowed[i].value;
			int code = hand_modify(as, dns[target], allowed[i].op, allowed[i].attribute, value);

			if (code != DENIED)
				fail_msg("%s, row %zu, %s: %s", dns[target], i, allowed[i].attribute, ldap_err2string(code));
		}
		assert_int_equal(set_password(as, dns[target], SECRET "-never"), DENIED);
		assert_int_equal(set_password(monitor, dns[target], SECRET "-never"), DENIED);
	}
}

/* --- what nobody of them may --------------------------------------------------------------------------- */

/* Of a person whom the helpdesk looks after. */
static const struct { const char *attribute, *value; } never[] = {
	{ "mailPrimaryAddress", "forged-other@example.com" }, { "mailAlternativeAddress", "forged-other@example.com" },
	{ "univentionMailHomeServer", "mail2.example.com" }, { "uid", "forged-other" }, { "cn", "x" }, { "sn", "x" }, { "givenName", "x" },
	{ "displayName", "x" }, { "description", "x" }, { "telephoneNumber", "1" }, { "mail", "x@example.com" }, { "objectClass", "posixAccount" },
	{ "shadowExpire", "99999" }, { "shadowExpire", "0" }, { "shadowMax", "1" }, { "shadowLastChange", "0" },
	{ "authzTo", "dn:cn=postroom-admin,cn=services," BASE }, { "authzFrom", "dn:cn=postroom-helpdesk,cn=services," BASE },
	{ "pwdPolicySubentry", "cn=default,cn=services," BASE }, { "univentionFetchmailPasswd", "x" },
	{ "univentionPolicyReference", "cn=x," BASE }, { "univentionObjectType", "users/user" },
};

static void fields_beyond_the_role_are_denied(void **state)
{
	static const int ops[] = { LDAP_MOD_ADD, LDAP_MOD_REPLACE };
	LDAP *const both[] = { helpdesk, monitor };

	(void)state;
	if (live_missing())
		skip();
	for (size_t who = 0; who < 2; who++)
		for (size_t i = 0; i < sizeof never / sizeof *never; i++)
			for (size_t op = 0; op < 2; op++) {
				int code = hand_modify(both[who], dns[PERSON], ops[op], never[i].attribute, never[i].value);

				if (code != DENIED)
					fail_msg("%s of %s: %s", who ? "monitor" : "helpdesk", never[i].attribute, ldap_err2string(code));
			}
}

static const struct { const char *dn, *attribute, *value; } others[] = {
	{ "cn=Sales,cn=groups," BASE, "description", "x" },
	{ "cn=Sales,cn=groups," BASE, "uniqueMember", "uid=forged-person,ou=sales," BASE },
	{ ADMINS, "uniqueMember", "uid=forged-person,ou=sales," BASE },
	{ "cn=info@example.com,cn=folder,cn=mail," BASE, "univentionMailUserQuota", "1" },
	{ "cn=default,cn=services," BASE, "pwdMinLength", "1" },
	{ "cn=postroom-admin,cn=services," BASE, "userPassword", SECRET },
	{ "cn=postroom-helpdesk,cn=services," BASE, "authzTo", "dn:cn=postroom-admin,cn=services," BASE },
	{ "cn=postroom-helpdesk,cn=services," BASE, "userPassword", SECRET },
	{ "ou=sales," BASE, "description", "x" },
	{ BASE, "description", "x" },
};

static void other_objects_are_denied(void **state)
{
	LDAP *const both[] = { helpdesk, monitor };

	(void)state;
	if (live_missing())
		skip();
	for (size_t who = 0; who < 2; who++)
		for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
			int code = hand_modify(both[who], others[i].dn, LDAP_MOD_ADD, others[i].attribute, others[i].value);

			if (code != DENIED)
				fail_msg("%s, %s of %s: %s", who ? "monitor" : "helpdesk", others[i].attribute, others[i].dn, ldap_err2string(code));
		}
	assert_int_equal(set_password(helpdesk, "cn=postroom-admin,cn=services," BASE, SECRET), DENIED);
}

static void entries_stay(void **state)
{
	static const char *const words[] = {
		"objectClass", "inetOrgPerson", "objectClass", "univentionMail", "uid", "forged-new", "cn", "x", "sn", "x", NULL,
	};
	LDAP *const both[] = { helpdesk, monitor };

	(void)state;
	if (live_missing())
		skip();
	for (size_t who = 0; who < 2; who++) {
		assert_int_equal(ldap_delete_ext_s(both[who], dns[PERSON], NULL, NULL), DENIED);
		assert_int_equal(ldap_rename_s(both[who], dns[PERSON], "uid=forged-other", NULL, 1, NULL, NULL), DENIED);
		assert_int_equal(ldap_rename_s(both[who], dns[ELSEWHERE], "uid=forged-elsewhere", "cn=users," BASE, 1, NULL, NULL), DENIED);
		assert_int_equal(ldap_rename_s(both[who], dns[ADMIN], "uid=forged-admin", "ou=sales," BASE, 1, NULL, NULL), DENIED);
		assert_int_equal(add_entry(both[who], "uid=forged-new,ou=sales," BASE, words), DENIED);
	}
}

/* Reading secrets is as much forbidden as writing is. */
static void secrets_are_not_read(void **state)
{
	static const char *const secrets[] = { "userPassword", "pwdHistory", "univentionFetchmailPasswd", "authzTo" };
	LDAP *const both[] = { helpdesk, monitor };
	char out[300], filter[100];

	(void)state;
	if (live_missing())
		skip();
	assert_int_equal(set_password(root, dns[PERSON], SECRET "-3"), DONE);
	assert_int_equal(set_password(root, dns[PERSON], SECRET "-4"), DONE);
	assert_string_not_equal(hand_value(root, dns[PERSON], "pwdHistory", out, sizeof out), "");
	for (size_t who = 0; who < 2; who++)
		for (size_t i = 0; i < sizeof secrets / sizeof *secrets; i++) {
			assert_string_equal(hand_value(both[who], dns[PERSON], secrets[i], out, sizeof out), "");
			/* Nor guessed by searching for them. */
			snprintf(filter, sizeof filter, "(&(uid=forged-person)(%s=*))", secrets[i]);
			assert_int_equal(hand_count(both[who], filter), 0);
		}
	assert_string_equal(hand_value(helpdesk, dns[PERSON], "univentionMailUserQuota", out, sizeof out), "1500");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_helpdesk_does_its_work),
		cmocka_unit_test(but_nobody_elses),
		cmocka_unit_test(fields_beyond_the_role_are_denied),
		cmocka_unit_test(other_objects_are_denied),
		cmocka_unit_test(entries_stay),
		cmocka_unit_test(secrets_are_not_read),
	};

	return cmocka_run_group_tests(tests, open_all, close_all);
}
