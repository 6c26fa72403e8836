/*
 * commands: what the command line may say, and what it must not; words of
 * fields to edits; secrets never on the command line.
 */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "commands/commands.h"
#include "commands/edits.h"
#include "model/kind.h"

/* --- the command line ------------------------------------------------------------------- */

static int drew, listed;

static int fake_screen(struct config *takes, const struct screen_request *request)
{
	drew = request->rows * 1000 + request->columns;
	config_free(takes);
	return 7;
}

static int fake_keys(const char *keymap, const char *compare)
{
	listed++;
	return compare ? 7 : keymap && !strcmp(keymap, "vi") ? 8 : 9;
}

static const struct front_ends front_ends = { fake_screen, fake_keys };

static int run_as(const char *line, struct options *options)
{
	static char copy[500];
	char *words[40] = { NULL }, *rest = NULL, *word;
	int count = 0, out = dup(1), err = dup(2), null = open("/dev/null", O_WRONLY), status;

	snprintf(copy, sizeof(copy), "%s", line);
	for (word = strtok_r(copy, " ", &rest); word; word = strtok_r(NULL, " ", &rest))
		words[count++] = word;
	fflush(stdout);
	dup2(null, 1);
	dup2(null, 2);
	status = commands_run(count, words, &front_ends, options);
	fflush(stdout);
	dup2(out, 1);
	dup2(err, 2);
	close(out);
	close(err);
	close(null);
	return status;
}

static int run(const char *line, struct options *options)
{
	char whole[500];

	snprintf(whole, sizeof(whole), "postroom %s", line);
	return run_as(whole, options);
}

static const struct { const char *line; int status; } lines[] = {
	{ "", -1 },
	{ "--config x --readonly", -1 },
	{ "--help", 0 },
	{ "-h", 0 },
	{ "--version", 0 },
	{ "list --help", 0 },
	{ "--list-keys", 9 },
	{ "--keymap vi --list-keys", 8 },
	{ "--keymap vi --list-keys --compare emacs", 7 },
	{ "--keymap /etc/passwd --list-keys", 9 },
	{ "--keymap vi --list-keys --restricted", 8 },
	{ "--keymap /etc/passwd --list-keys --restricted", 77 },
	{ "--keymap Makefile --list-keys --restricted --uri ldapi:/// --bind external", 77 },
	{ "--list-keys --compare /etc/passwd --restricted", 77 },
	{ "--list-keys --compare /etc/passwd --restricted --uri ldapi:/// --bind external", 77 },
	{ "--list-keys --config /nonexistent/postroom.conf", 78 },
	{ "--compare emacs", 64 },
	{ "--nonsense", 64 },
	{ "--config", 64 },
	{ "-c id", 64 },
	{ "nonsense", 64 },
	{ "list", 64 },
	{ "list user domain", 64 },
	{ "list user --yes", 64 },
	{ "list user --limit 0", 64 },
	{ "list user --limit x", 64 },
	{ "list user --format xml", 64 },
	{ "set user anna", 64 },
	{ "rename user anna", 64 },
	{ "history now", 64 },
	{ "--yes", 64 },
	{ "screen users --size 80 --uri ldapi:/// --bind external", 64 },
	{ "screen users --size 0x0 --uri ldapi:/// --bind external", 64 },
	{ "screen users --size 100x30 --uri ldapi:/// --bind external", 7 },
	{ "list user --config /nonexistent/postroom.conf", 78 },
	{ "list user --role boss --uri ldapi:/// --bind external", 64 },
};

static void lines_and_their_status(void **state)
{
	struct options options;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		int status = run(lines[i].line, &options);

		if (status != lines[i].status)
			fail_msg("\"%s\": status %d, not %d", lines[i].line, status, lines[i].status);
	}
	assert_int_equal(drew, 30100);
	assert_int_equal(listed, 5);
}

/* As sshd starts a login shell, and as it starts what it is forced to. */
static const struct { const char *line; const char *asked; int status; } shells[] = {
	{ "-postroom", NULL, -1 },
	{ "-postroom -c", NULL, 64 },
	{ "-postroom -c id", NULL, 64 },
	{ "-postroom -cid", NULL, 64 },
	{ "-postroom list user", NULL, 64 },
	{ "-postroom --help", NULL, 64 },
	{ "postroom -c id", NULL, 64 },
	{ "postroom -cid", NULL, 64 },
	{ "postroom --restricted", NULL, -1 },
	{ "postroom --restricted", "", -1 },
	{ "postroom --restricted", "id", 64 },
	{ "postroom --restricted", "/usr/lib/openssh/sftp-server", 64 },
	{ "-postroom", "id", 64 },
	{ "postroom", "id", -1 },
};

static void a_shell_runs_no_command(void **state)
{
	struct options options;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(shells) / sizeof(shells[0]); i++) {
		int status;

		unsetenv("SSH_ORIGINAL_COMMAND");
		if (shells[i].asked)
			setenv("SSH_ORIGINAL_COMMAND", shells[i].asked, 1);
		status = run_as(shells[i].line, &options);
		if (status != shells[i].status)
			fail_msg("\"%s\": status %d, not %d", shells[i].line, status, shells[i].status);
		assert_true(status >= 0 || options.restricted == !!strchr(shells[i].line, '-'));
	}
	unsetenv("SSH_ORIGINAL_COMMAND");
}

static void options_stand_before_and_behind(void **state)
{
	struct options options;

	(void)state;
	assert_int_equal(run("--uri ldap://a --readonly screen --uri ldap://b --ascii x --size 1 --bind cn=a --role helpdesk", &options), 64);
	assert_string_equal(options.uri, "ldap://a ldap://b");
	assert_string_equal(options.bind_dn, "cn=a");
	assert_string_equal(options.role, "helpdesk");
	assert_true(options.read_only && options.ascii && !options.no_color && !options.external);
}

/* --- edits -------------------------------------------------------------------------------- */

static const struct { const char *word, *field; enum edit_how how; const char *value; } edits[] = {
	{ "quota=4GB", "quota", EDIT_SET, "4294967296" },
	{ "quota=", "quota", EDIT_SET, NULL },
	{ "alternates+=A.B@Example.com", "alternates", EDIT_ADD, "A.B@Example.com" },
	{ "alternates-=a@example.com", "alternates", EDIT_REMOVE, "a@example.com" },
	{ "keep_copy=on", "keep_copy", EDIT_SET, "yes" },
	{ "given_name=a=b", "given_name", EDIT_SET, "a=b" },
};

static void words_become_edits(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(edits) / sizeof(edits[0]); i++) {
		struct change *change = change_new(VERB_EDIT, kind_find("user"), "anna");
		char *words[] = { (char *)edits[i].word };
		struct error error = { 0 };

		if (!edits_parse(change, words, 1, false, &error))
			fail_msg("%s: %s", edits[i].word, error.text);
		assert_int_equal(change->edit_count, 1);
		assert_string_equal(change->edits[0].field->name, edits[i].field);
		assert_int_equal(change->edits[0].how, edits[i].how);
		assert_int_equal(change->edits[0].count, edits[i].value ? 1 : 0);
		if (edits[i].value)
			assert_string_equal(change->edits[0].values[0].bytes, edits[i].value);
		change_free(change);
	}
}

static void several_values_of_one_field_are_all_set(void **state)
{
	struct change *change = change_new(VERB_EDIT, kind_find("user"), "anna");
	char *words[] = { (char *)"forwards=a@example.com", (char *)"forwards=b@example.com" };
	struct error error = { 0 };

	(void)state;
	assert_true(edits_parse(change, words, 2, false, &error));
	assert_int_equal(change->edit_count, 1);
	assert_int_equal(change->edits[0].how, EDIT_SET);
	assert_int_equal(change->edits[0].count, 2);
	change_free(change);
}

/* The second word would silently undo the first one. */
static void words_that_forget_each_other_are_told(void **state)
{
	static const char *const pairs[][2] = {
		{ "quota=1GB", "quota=2GB" }, { "forwards+=a@example.com", "forwards=b@example.com" }, { "forwards-=a@example.com", "forwards=" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		struct change *change = change_new(VERB_EDIT, kind_find("user"), "anna");
		char *words[] = { (char *)pairs[i][0], (char *)pairs[i][1] };
		struct error error = { 0 };

		assert_false(edits_parse(change, words, 2, false, &error));
		assert_int_equal(error.kind, ERROR_USAGE);
		change_free(change);
	}
}

/* The word policy is what a policy says for the object that was read. */
static void policy_is_what_a_policy_says(void **state)
{
	static const struct { enum presence presence; const char *said, *note, *stored; enum error_kind kind; const char *says; } cases[] = {
		{ VALUE_DERIVED, "1073741824", NULL, "1073741824", ERROR_NONE, NULL },
		{ VALUE_ABSENT, NULL, NULL, NULL, ERROR_INVALID, "no policy says anything for anna" },
		{ VALUE_UNSUPPORTED, NULL, "no policies in this schema", NULL, ERROR_UNSUPPORTED, "no policies in this schema" },
		{ VALUE_UNREADABLE, NULL, NULL, NULL, ERROR_UNSUPPORTED, "not readable" },
		{ VALUE_DERIVED, "1048577", NULL, NULL, ERROR_INVALID, "Quota: " },
	};
	char *words[] = { (char *)"quota=policy" };
	struct change *change;
	struct error error = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct record *record = record_new(kind_find("user"));
		struct value said = value_text(record->arena, cases[i].said ? cases[i].said : "");

		record_set(record, "policy_quota", cases[i].presence, &said, cases[i].said != NULL);
		record->fields[kind_field_index(record->kind, kind_field(record->kind, "policy_quota"))].note = cases[i].note;
		change = change_new(VERB_EDIT, record->kind, "anna");
		change_saw(change, record);
		error_clear(&error);
		assert_int_equal(edits_parse(change, words, 1, false, &error), cases[i].stored != NULL);
		assert_int_equal(error.kind, cases[i].kind);
		if (cases[i].stored)
			assert_string_equal(change->edits[0].values[0].bytes, cases[i].stored);
		else
			assert_non_null(strstr(error.text, cases[i].says));
		change_free(change);
		record_free(record);
	}
	/* Nobody knows it before there is the object; and a field without policies takes the word as it is. */
	change = change_new(VERB_ADD, kind_find("user"), "anna");
	assert_false(edits_parse(change, words, 1, false, &error));
	assert_int_equal(error.kind, ERROR_USAGE);
	words[0] = (char *)"given_name=policy";
	assert_true(edits_parse(change, words, 1, false, &error));
	change_free(change);
}

static const struct { const char *word; enum error_kind kind; const char *says; } wrong[] = {
	{ "quota", ERROR_USAGE, "field=value" },
	{ "=4GB", ERROR_USAGE, "field=value" },
	{ "quotta=4GB", ERROR_USAGE, "quota" },
	{ "quota=lots", ERROR_INVALID, "lots" },
	{ "fetchmail+=server=imap.example.net protocol=imap user=anna password=Canary", ERROR_USAGE, "@FILE" },
	{ "password=Canary", ERROR_USAGE, "@FILE" },
	{ "password=Canary", ERROR_USAGE, "postroom reset anna --password" },
	{ "password=", ERROR_USAGE, "postroom reset anna --password" },
	{ "password+=", ERROR_USAGE, "cannot be taken away" },
	{ "failed_lock=yes", ERROR_INVALID, "only no" },
};

static void mistakes_are_told(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		struct change *change = change_new(VERB_EDIT, kind_find("user"), "anna");
		char *words[] = { (char *)wrong[i].word };
		struct error error = { 0 };

		assert_false(edits_parse(change, words, 1, false, &error));
		assert_int_equal(error.kind, wrong[i].kind);
		assert_non_null(strstr(error.text, wrong[i].says));
		assert_null(strstr(error.text, "Canary"));
		change_free(change);
	}
}

static void a_secret_comes_from_a_file_of_its_owner(void **state)
{
	char path[] = "/tmp/secret-XXXXXX", word[200];
	int descriptor = mkstemp(path);
	char *words[] = { word };
	struct change *change = change_new(VERB_EDIT, kind_find("user"), "anna");
	struct error error = { 0 };

	(void)state;
	assert_int_equal(dprintf(descriptor, "Canary 4711\n"), 12);
	close(descriptor);
	snprintf(word, sizeof(word), "fetchmail+=server=imap.example.net protocol=imap user=anna password=@%s", path);
	if (!edits_parse(change, words, 1, false, &error))
		fail_msg("%s", error.text);
	assert_non_null(strstr(change->edits[0].values[0].bytes, "password=Canary%204711"));
	/* Not by somebody who is to name no files. */
	assert_false(edits_parse(change, words, 1, true, &error));
	assert_int_equal(error.kind, ERROR_REFUSED);
	chmod(path, 0644);
	assert_false(edits_parse(change, words, 1, false, &error));
	change_free(change);
	unlink(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_and_their_status),
		cmocka_unit_test(a_shell_runs_no_command),
		cmocka_unit_test(options_stand_before_and_behind),
		cmocka_unit_test(words_become_edits),
		cmocka_unit_test(several_values_of_one_field_are_all_set),
		cmocka_unit_test(words_that_forget_each_other_are_told),
		cmocka_unit_test(policy_is_what_a_policy_says),
		cmocka_unit_test(mistakes_are_told),
		cmocka_unit_test(a_secret_comes_from_a_file_of_its_owner),
	};

	return cmocka_run_group_tests_name("commands", tests, NULL, NULL);
}
