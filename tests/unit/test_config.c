/*
 * config: two files and options to one struct; who may decide the role; the
 * sample file can be read back.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <pwd.h>
#include <unistd.h>

#include <cmocka.h>

#include "config.h"

#define SERVER "directory { uri = { \"ldaps://ldap1.example.com\" }\nbind_dn = \"cn=a\" }\n"

static char folder[100], machine[120], own[120];

static void put(const char *path, const char *words)
{
	FILE *file;

	unlink(path);
	if (!words)
		return;
	file = fopen(path, "w");
	assert_non_null(file);
	fputs(words, file);
	fclose(file);
	chmod(path, 0600);
}

static int set_up(void **state)
{
	(void)state;
	/* The build's own directory: everybody on its path must be trusted, which /tmp's owner root is. */
	snprintf(folder, sizeof(folder), "/tmp/config-XXXXXX");
	if (!mkdtemp(folder))
		return -1;
	snprintf(machine, sizeof(machine), "%s/machine.conf", folder);
	snprintf(own, sizeof(own), "%s/own.conf", folder);
	config_machine_file = machine;
	setenv("POSTROOM_CONFIG", own, 1);
	unsetenv("NO_COLOR");
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	unlink(machine);
	unlink(own);
	rmdir(folder);
	return 0;
}

static struct config *load(const char *machine_words, const char *own_words, struct options options, struct error *error)
{
	put(machine, machine_words);
	put(own, own_words ? own_words : "");
	memset(error, 0, sizeof(*error));
	return config_load(&options, error);
}

static void the_own_file_hides_the_machines(void **state)
{
	struct error error;
	struct config *config = load("system = \"PROD\"\nname = \"example.com\"\n" SERVER, "system = \"TEST\"\n", (struct options){ 0 }, &error);

	(void)state;
	assert_non_null(config);
	assert_string_equal(config->system, "TEST");
	assert_string_equal(config->name, "example.com");
	assert_string_equal(config->directory.uris[0], "ldaps://ldap1.example.com");
	assert_null(config->directory.uris[1]);
	assert_int_equal(config->directory.tls, DIRECTORY_TLS_LDAPS);
	assert_int_equal(config->directory.search_seconds, 30);
	assert_int_equal(config->escape_ms, 50);
	assert_string_equal(config->keymap, "default");
	assert_non_null(config->state_directory);
	config_free(config);
}

static const struct {
	const char *machine, *own, *option;
	int role;                          /* -1: an error */
	bool fixed;                        /* as root, who then owns the machine's file */
} roles[] = {
	{ NULL, NULL, NULL, ROLE_ADMIN, false },
	{ NULL, "helpdesk", NULL, ROLE_HELPDESK, false },
	{ "helpdesk", NULL, NULL, ROLE_HELPDESK, true },
	{ "helpdesk", "monitor", NULL, ROLE_MONITOR, true },
	{ "helpdesk", NULL, "monitor", ROLE_MONITOR, true },
	{ "helpdesk", NULL, "admin", -1, true },
	{ NULL, "helpdesk", "admin", -1, false },
	{ NULL, NULL, "boss", -1, false },
	{ "boss", NULL, NULL, -1, false },
};

static void roles_are_only_lowered(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(roles) / sizeof(roles[0]); i++) {
		char first[300] = SERVER, second[100] = "";
		struct error error;
		struct config *config;

		if (roles[i].machine)
			snprintf(first, sizeof(first), "role = %s\n%s", roles[i].machine, SERVER);
		if (roles[i].own)
			snprintf(second, sizeof(second), "role = %s\n", roles[i].own);
		config = load(first, second, (struct options){ .role = roles[i].option }, &error);
		assert_int_equal(config ? (int)config->role : -1, roles[i].role);
		if (config && getuid() == 0)
			assert_int_equal(config->role_fixed, roles[i].fixed);
		if (config)
			assert_int_equal(config->read_only, config->role == ROLE_MONITOR);
		config_free(config);
	}
}

/* As root only: then the machine's file is root's, and its word stands against the own file's. */
static void restricted_takes_no_files_by_name(void **state)
{
	static const struct { struct options options; bool fine; } rows[] = {
		{ { .restricted = true, .keymap = "vi", .profile = "ucs" }, true }, { { .restricted = true, .keymap = "./vi" }, false },
		{ { .restricted = true, .profile = "/etc/shadow" }, false }, { { .restricted = true, .password_file = "x" }, false },
		{ { .restricted = true, .ca_file = "x" }, false }, { { .keymap = "./vi", .ca_file = "x" }, true },
	};
	struct error error;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct config *config = load(SERVER, "", rows[i].options, &error);

		if (!config != !rows[i].fine)
			fail_msg("row %zu: %s", i, error.text);
		assert_true(config || error.kind == ERROR_REFUSED);
		config_free(config);
	}
	/* Nothing but the machine's file and one that only root writes. */
	{
		struct config *config = load("system = \"M\"\n" SERVER, "system = \"OWN\"\n", (struct options){ .restricted = true }, &error);

		assert_string_equal(config->system, "M");
		config_free(config);
		config = load("system = \"M\"\n" SERVER, "system = \"OWN\"\n", (struct options){ .restricted = true, .config = own }, &error);
		assert_int_equal(config != NULL, getuid() == 0);
		config_free(config);
		if (getuid() == 0 && chown(own, 65534, 65534) == 0) {
			memset(&error, 0, sizeof(error));
			assert_null(config_load(&(struct options){ .restricted = true, .config = own }, &error));
			assert_int_equal(error.kind, ERROR_REFUSED);
		}
	}
	if (getuid() != 0)
		return;
	assert_null(load("restricted = yes\n" SERVER, "", (struct options){ .uri = "ldap://elsewhere" }, &error));
	assert_int_equal(error.kind, ERROR_REFUSED);
	assert_null(load("restricted = yes\n" SERVER, "", (struct options){ .config = own }, &error));
}

static void a_fixed_role_stands_against_the_own_file(void **state)
{
	struct error error;
	struct config *config;

	(void)state;
	if (getuid())
		skip();
	config = load("role = helpdesk\n" SERVER, "role = admin\n", (struct options){ 0 }, &error);
	assert_non_null(config);
	assert_int_equal(config->role, ROLE_HELPDESK);
	config_free(config);
	/* A file that others could write is nobody's word. */
	put(machine, "role = helpdesk\n" SERVER);
	chmod(machine, 0666);
	put(own, "role = admin\n");
	config = config_load(&(struct options){ 0 }, &error);
	assert_true(!config || !config->role_fixed);
	config_free(config);
}

/* Who somebody is decides; a person who is named nowhere gets the least. */
static void grants_name_people(void **state)
{
	static const struct { const char *words; int role; } rows[] = {
		{ "grant helpdesk { users = { \"%s\" } }\n", ROLE_HELPDESK },
		{ "role = monitor\ngrant admin { users = { \"nobody-else\", \"%s\" } }\n", ROLE_ADMIN },
		{ "grant admin { users = { \"not-%s\" } }\n", ROLE_MONITOR },
		{ "role = helpdesk\ngrant admin { users = { \"not-%s\" } }\n", ROLE_HELPDESK },
		{ "grant monitor { users = { \"%s\" } }\ngrant helpdesk { identities = { \"CN=x,dc=example\" } }\n", ROLE_HELPDESK },
		{ "grant boss { users = { \"%s\" } }\n", -1 },
	};
	const struct passwd *user = getpwuid(getuid());
	size_t i;

	(void)state;
	assert_non_null(user);
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char words[600], first[300];
		struct error error;
		struct config *config;

		/* The place for the name is the only one in each row. */
		snprintf(first, sizeof(first), "%.*s%s%s", (int)(strstr(rows[i].words, "%s") - rows[i].words), rows[i].words,
			user->pw_name, strstr(rows[i].words, "%s") + 2);
		snprintf(words, sizeof(words), "%s%s", first, SERVER);
		config = load(words, NULL, (struct options){ .bind_dn = "cn=x,dc=example" }, &error);
		assert_int_equal(config ? (int)config->role : -1, rows[i].role);
		config_free(config);
	}
}

static void policy_only_adds(void **state)
{
	struct error error;
	struct config *config = load("reason_required = { \"admin\" }\nreadonly = yes\nrestricted = no\n" SERVER,
		"readonly = no\n", (struct options){ 0 }, &error);

	(void)state;
	assert_non_null(config);
	assert_true(config->reason_required);
	assert_true(config->read_only);
	config_free(config);
}

static const struct { const char *words; const char *says; } wrong[] = {
	{ "role = boss\n" SERVER, "role" },
	{ "nonsense = 1\n" SERVER, "nonsense" },
	{ "system = \"${HOME}\"\n" SERVER, "${" },
	{ "escape_ms = 5\n" SERVER, "escape_ms" },
	{ "reason_required = { \"boss\" }\n" SERVER, "boss" },
	{ "directory { uri = { \"ldap://x\" }\ntls = maybe\nbind_dn = \"cn=a\" }\n", "tls" },
	{ "directory { uri = { \"ldap://x\" }\nbind = strange }\n", "bind" },
	{ "directory { uri = { \"ldap://x\" }\nforward_mode = x\nbind_dn = \"cn=a\" }\n", "forward_mode" },
	{ "directory { uri = { \"ldap://x\" } }\n", "bind_dn" },
	{ "mail_hosts { mailbox_rename = perhaps }\n" SERVER, "mailbox_rename" },
};

static void mistakes_are_named_with_the_file(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		struct error error;
		struct config *config = load(NULL, wrong[i].words, (struct options){ 0 }, &error);

		assert_null(config);
		assert_int_equal(error.kind, ERROR_CONFIG);
		assert_non_null(strstr(error.text, wrong[i].says));
	}
}

static void no_configuration_is_told_apart(void **state)
{
	struct error error = { 0 };
	struct config *config;
	struct options options = { .config = "/nonexistent/postroom.conf" };

	(void)state;
	put(machine, NULL);
	put(own, NULL);
	setenv("POSTROOM_CONFIG", "", 1);
	setenv("HOME", folder, 1);
	unsetenv("XDG_CONFIG_HOME");
	config = config_load(&(struct options){ 0 }, &error);
	assert_null(config);
	assert_int_equal(error.kind, ERROR_NOT_FOUND);
	config = config_load(&options, &error);
	assert_null(config);
	assert_int_equal(error.kind, ERROR_CONFIG);
	config = config_load(&(struct options){ .uri = "ldapi:/// ldap://b", .external = true }, &error);
	assert_non_null(config);
	assert_string_equal(config->directory.uris[1], "ldap://b");
	assert_null(config->directory.uris[2]);
	assert_int_equal(config->directory.tls, DIRECTORY_TLS_NONE);
	assert_int_equal(config->directory.bind, DIRECTORY_BIND_EXTERNAL);
	config_free(config);
	setenv("POSTROOM_CONFIG", own, 1);
}

static void a_file_that_others_can_write_is_not_used(void **state)
{
	struct error error = { 0 };

	(void)state;
	put(machine, NULL);
	put(own, SERVER);
	chmod(own, 0666);
	assert_null(config_load(&(struct options){ 0 }, &error));
	assert_int_not_equal(error.kind, ERROR_NONE);
}

static const struct { const char *word; enum known known; } knowns[] = {
	{ "yes", KNOWN_YES }, { "no", KNOWN_NO }, { "unset", KNOWN_NO }, { "unknown", KNOWN_NOT },
};

static void unset_means_no(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(knowns) / sizeof(knowns[0]); i++) {
		struct error error;
		struct config *config;
		char words[300];

		snprintf(words, sizeof(words), "mail_hosts { mailbox_rename = %s }\n%s", knowns[i].word, SERVER);
		config = load(NULL, words, (struct options){ 0 }, &error);
		assert_non_null(config);
		assert_int_equal(config->directory.mailbox_rename, knowns[i].known);
		assert_int_equal(config->directory.mailbox_delete, KNOWN_NOT);
		config_free(config);
	}
}

static const struct {
	const char *machine, *own;
	const char *branches, *domains, *people, *groups;   /* joined by "|" */
	bool must;
} scopes[] = {
	{ NULL, "", "", "", "", "Domain Admins|Administrators|Enterprise Admins|Schema Admins", false },
	{ NULL, "helpdesk { branches = { \"ou=a,dc=b\", \"ou=c\" } domains = { a.example } protected = { boss } protected_groups = { it } }",
		"ou=a,dc=b|ou=c", "a.example", "boss", "it", true },
	{ "helpdesk { branches = { \"ou=m\" } protected = { root } protected_groups = { it } }",
		"helpdesk { branches = { \"ou=a\" } domains = { a.example } protected = { boss } }", "ou=m", "a.example", "boss|root", "it", true },
	{ "helpdesk { protected_groups = { it } }", "helpdesk { protected_groups = { } }", "", "", "", "it", true },
	/* The default of a machine's file that is silent is not taken away by the own one. */
	{ "role = helpdesk", "helpdesk { protected_groups = { } }", "", "", "", "Domain Admins|Administrators|Enterprise Admins|Schema Admins", false },
	{ "role = helpdesk", "helpdesk { protected_groups = { it } }", "", "", "", "Domain Admins|Administrators|Enterprise Admins|Schema Admins|it", false },
	{ NULL, "helpdesk { protected_groups = { } }", "", "", "", "", true },
	{ "grant admin { identities = { \"uid=koch\" } }\ngrant monitor { identities = { \"uid=eve\" } }", "", "", "", "uid=koch",
		"Domain Admins|Administrators|Enterprise Admins|Schema Admins", false },
};

static void same_list(const char *const *list, const char *wanted)
{
	char words[300] = "";

	for (size_t i = 0; list[i]; i++)
		snprintf(words + strlen(words), sizeof(words) - strlen(words), "%s%s", i ? "|" : "", list[i]);
	assert_string_equal(words, wanted);
}

static void whom_the_helpdesk_may_change(void **state)
{
	struct error error;

	(void)state;
	for (size_t i = 0; i < sizeof(scopes) / sizeof(scopes[0]); i++) {
		char words[500];
		struct config *config;

		snprintf(words, sizeof(words), "%s\n%s", scopes[i].own, SERVER);
		config = load(scopes[i].machine, words, (struct options){ 0 }, &error);
		assert_string_equal(error.text, "");
		assert_non_null(config);
		same_list(config->scope.branches, scopes[i].branches);
		same_list(config->scope.domains, scopes[i].domains);
		same_list(config->scope.people, scopes[i].people);
		same_list(config->scope.groups, scopes[i].groups);
		assert_int_equal(config->scope.groups_must_exist, scopes[i].must);
		config_free(config);
	}
	assert_null(load(NULL, "helpdesk { branches = { kassel } }\n" SERVER, (struct options){ 0 }, &error));
	assert_non_null(strstr(error.text, "\"kassel\", which is no DN"));
	assert_null(load(NULL, "helpdesk { domains = { \"a@b.example\" } }\n" SERVER, (struct options){ 0 }, &error));
	assert_non_null(strstr(error.text, "which is no mail domain"));
}

static const struct {
	const char *machine, *own;
	int lock, exit;
	bool monitor;
	const char *unlock;                /* NULL: none */
} locks[] = {
	{ NULL, "", 10, 60, false, "cn=a" },
	{ NULL, "lock_minutes = 5\nexit_minutes = 0\nlock_monitor = yes", 5, 0, true, "cn=a" },
	{ "lock_minutes = 5", "lock_minutes = 0", 5, 60, false, "cn=a" },
	{ "lock_minutes = 5", "lock_minutes = 9", 5, 60, false, "cn=a" },
	{ "lock_minutes = 5", "lock_minutes = 3", 3, 60, false, "cn=a" },
	{ "lock_minutes = 0", "lock_minutes = 3", 3, 60, false, "cn=a" },
	{ "exit_minutes = 20", "", 10, 20, false, "cn=a" },
	{ "unlock_dn = \"uid=m\"", "unlock_dn = \"uid=own\"", 10, 60, false, "uid=m" },
	{ "system = x", "unlock_dn = \"uid=own\"", 10, 60, false, "uid=own" },
	{ NULL, "directory { bind_password_file = \"/nonexistent\" }", 10, 60, false, NULL },
	{ NULL, "directory { bind = external }", 10, 60, false, NULL },
	{ NULL, "unlock_dn = \"uid=x\"\ndirectory { bind = external }", 10, 60, false, "uid=x" },
};

static void what_locks_and_what_opens(void **state)
{
	const struct passwd *user = getpwuid(getuid());
	struct error error;
	struct config *config;
	char words[400], wanted[200];

	(void)state;
	for (size_t i = 0; i < sizeof(locks) / sizeof(locks[0]); i++) {
		snprintf(words, sizeof(words), "%s\n%s", locks[i].machine ? locks[i].machine : "", SERVER);
		config = load(words, locks[i].own, (struct options){ 0 }, &error);
		assert_string_equal(error.text, "");
		if (config->lock.lock_minutes != locks[i].lock || config->lock.exit_minutes != locks[i].exit)
			fail_msg("row %zu: %d and %d", i, config->lock.lock_minutes, config->lock.exit_minutes);
		assert_int_equal(config->lock.monitor, locks[i].monitor);
		if (locks[i].unlock)
			assert_string_equal(config->lock.unlock_dn, locks[i].unlock);
		else
			assert_null(config->lock.unlock_dn);
		config_free(config);
	}
	if (user) {
		config = load(NULL, "unlock_dn = \"uid=%u,dc=x\"\n" SERVER, (struct options){ 0 }, &error);
		snprintf(wanted, sizeof(wanted), "uid=%s,dc=x", user->pw_name);
		assert_string_equal(config->lock.unlock_dn, wanted);
		config_free(config);
	}
	assert_null(load(NULL, "lock_minutes = 2000\n" SERVER, (struct options){ 0 }, &error));
	assert_non_null(strstr(error.text, "lock_minutes = 2000"));
}

static void the_sample_can_be_read(void **state)
{
	struct directory_proposal proposal = {
		.uri = "ldap://master.example.com:7389", .base = "dc=example,dc=com", .bind_dn = "uid=\"koch\",cn=users",
		.words = "Made from UCR's base.conf.",
	};
	struct arena *arena = arena_new();
	struct error error;
	struct config *config = load(NULL, config_sample(arena, &proposal), (struct options){ 0 }, &error);

	(void)state;
	assert_string_equal(error.text, "");
	assert_non_null(config);
	assert_string_equal(config->directory.uris[0], proposal.uri);
	assert_string_equal(config->directory.base, proposal.base);
	assert_string_equal(config->directory.bind_dn, proposal.bind_dn);
	config_free(config);
	arena_free(arena);
}

/* Whose file names the address has the whole section: a password is not sent to an address from another file. */
static void the_card_is_read_from_both_files(void **state)
{
	struct error error = { 0 };
	struct config *config = load(SERVER "card { imap = \"mail.example.com 993 TLS\" user = login webmail = \"https://a.example\" }\n",
		"card { webmail = \"https://b.example\" note = \"Call again.\" smtp = \"\" }", (struct options){ 0 }, &error);

	(void)state;
	assert_non_null(config);
	assert_string_equal(config->card.imap, "mail.example.com 993 TLS");
	assert_string_equal(config->card.webmail, "https://b.example");
	assert_string_equal(config->card.note, "Call again.");
	assert_null(config->card.smtp);
	assert_null(config->card.pop3);
	assert_int_equal(config->card.user, CARD_USER_LOGIN);
	config_free(config);
	config = load(SERVER, "", (struct options){ 0 }, &error);
	assert_non_null(config);
	assert_int_equal(config->card.user, CARD_USER_UNKNOWN);
	config_free(config);
	assert_null(load(SERVER, "card { user = both }", (struct options){ 0 }, &error));
	assert_non_null(strstr(error.text, "user is address or login, not \"both\""));
}

static void udm_comes_from_one_file(void **state)
{
	static const char machine_udm[] = SERVER "udm { url = \"https://primary.example.com/univention/udm/\" user = \"postroom\" password_file = \"/etc/p\" ca_file = \"/etc/ca\" }\n";
	static const struct { const char *own, *says; } wrongs[] = {
		{ "udm { url = \"http://primary.example.com/udm\" user = \"u\" password_file = \"/p\" }", "must begin with https://" },
		{ "udm { url = \"https://u:p@primary.example.com/udm\" user = \"u\" password_file = \"/p\" }", "without login" },
		{ "udm { url = \"https://primary.example.com/udm?x\" user = \"u\" password_file = \"/p\" }", "without login" },
		{ "udm { url = \"https://evil.example/udm\" }", "user is missing" }, { "udm { url = \"https://evil.example/udm\" user = \"u\" }", "password_file is missing" },
		{ "udm { url = \"https://x.example/udm\" user = \"u:v\" password_file = \"/p\" }", "has a colon" },
		{ "udm { url = \"https://x.example/udm\" user = \"u\" password_file = \"/p\" seconds = 60 }", "1 to 50" },
		{ "directory { direct = yes }", "take one of both out" },
	};
	struct error error;
	struct config *config = load(machine_udm, "udm { user = \"other\" password_file = \"/mine\" }", (struct options){ 0 }, &error);

	(void)state;
	assert_non_null(config);
	assert_string_equal(config->directory.udm.url, "https://primary.example.com/univention/udm");
	assert_string_equal(config->directory.udm.user, "postroom");
	assert_string_equal(config->directory.udm.password_file, "/etc/p");
	assert_int_equal(config->directory.udm.seconds, 20);
	config_free(config);
	config = load(machine_udm, "udm { url = \"http://127.0.0.1:1/udm\" plain = yes user = \"me\" password_file = \"/mine\" }", (struct options){ 0 }, &error);
	assert_non_null(config);
	assert_string_equal(config->directory.udm.user, "me");
	assert_null(config->directory.udm.ca_file);
	config_free(config);
	for (size_t i = 0; i < sizeof(wrongs) / sizeof(wrongs[0]); i++) {
		config = load(machine_udm, wrongs[i].own, (struct options){ 0 }, &error);
		if (config || error.kind != ERROR_CONFIG || !strstr(error.text, wrongs[i].says))
			fail_msg("%s: %s", wrongs[i].own, error.text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_own_file_hides_the_machines),
		cmocka_unit_test(roles_are_only_lowered),
		cmocka_unit_test(restricted_takes_no_files_by_name),
		cmocka_unit_test(a_fixed_role_stands_against_the_own_file),
		cmocka_unit_test(grants_name_people),
		cmocka_unit_test(policy_only_adds),
		cmocka_unit_test(mistakes_are_named_with_the_file),
		cmocka_unit_test(no_configuration_is_told_apart),
		cmocka_unit_test(a_file_that_others_can_write_is_not_used),
		cmocka_unit_test(unset_means_no),
		cmocka_unit_test(whom_the_helpdesk_may_change),
		cmocka_unit_test(what_locks_and_what_opens),
		cmocka_unit_test(the_card_is_read_from_both_files),
		cmocka_unit_test(udm_comes_from_one_file),
		cmocka_unit_test(the_sample_can_be_read),
	};

	return cmocka_run_group_tests_name("config", tests, set_up, tear_down);
}
