/*
 * first_start: what is asked and said where nothing is configured, and that a
 * file appears only after the word yes, never over another one.
 */
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

#include "tests/unit/hostile.h"
#include "ui/first_start.h"

static const struct directory_proposal two[] = {
	{ .source = "UCR (base.conf)", .uri = "ldaps://ldap.example.com:7636", .base = "dc=example,dc=com",
	  .bind_dn = "cn=ucs,dc=example,dc=com", .ca_file = "/etc/ssl/example-ca.pem", .words = "this host is joined" },
	{ .source = "a local socket", .uri = "ldapi:///", .words = "log in as the local user" },
};

/* A conversation: what is typed, what must be said, what is in the folder afterwards. */
struct trial {
	char folder[64];
	char *path;                /* of the configuration */
	char *said;
	int status;
};

static void start(struct trial *trial, const char *below)
{
	memset(trial, 0, sizeof(*trial));
	snprintf(trial->folder, sizeof(trial->folder), "/tmp/first_start.XXXXXX");
	assert_non_null(mkdtemp(trial->folder));
	assert_true(asprintf(&trial->path, "%s/%s", trial->folder, below) > 0);
}

static void talk(struct trial *trial, const char *typed, bool person, const struct directory_proposal *proposals, size_t count)
{
	struct first_start first = { .form = VISIBLE_ASCII, .person = person, .path = trial->path, .proposals = proposals, .count = count };
	size_t length;

	free(trial->said);
	first.in = tmpfile();
	first.out = open_memstream(&trial->said, &length);
	assert_non_null(first.in);
	fputs(typed, first.in);
	rewind(first.in);
	trial->status = first_start_run(&first);
	fclose(first.in);
	fclose(first.out);
}

static void end(struct trial *trial)
{
	char *slash;

	unlink(trial->path);
	while ((slash = strrchr(trial->path, '/')) != NULL && strcmp(trial->path, trial->folder) != 0) {
		*slash = '\0';
		rmdir(trial->path);
		unlink(trial->path);
	}
	free(trial->path);
	free(trial->said);
}

static void says(const struct trial *trial, const char *words)
{
	if (strstr(trial->said, words) == NULL)
		fail_msg("\"%s\" was not said in:\n%s", words, trial->said);
}

static char *content(const struct trial *trial)
{
	static char bytes[20000];
	FILE *file = fopen(trial->path, "r");
	size_t length;

	assert_non_null(file);
	length = fread(bytes, 1, sizeof(bytes) - 1, file);
	bytes[length] = '\0';
	fclose(file);
	return bytes;
}

static bool exists(const char *path)
{
	return access(path, F_OK) == 0;
}

/* Whatever is typed here, nothing is written, and the status says that there is still no configuration. */
static const struct {
	const char *typed;
	bool person;
	size_t count;
	const char *said[3];
} nothing_written[] = {
	{ "1\nyes\n", false, 2, { "This machine knows of these directories", "ldaps://ldap.example.com:7636", "To go on:" } },
	{ "", false, 0, { "nothing was found that tells of a directory", "postroom --uri ldaps://ldap.example.com --bind DN", NULL } },
	{ "", false, 1, { "This machine knows of this directory:", "this host is joined", NULL } },
	{ "", true, 2, { "Which one shall stand in the configuration?", "Nothing was written.", NULL } },
	{ "\n", true, 2, { "Nothing was written.", NULL } },
	{ "3\n0\n-1\n1x\n\n", true, 2, { "That is none of 1 to 2.", "Nothing was written.", NULL } },
	{ "1\n\n", true, 2, { "Type yes to write it", "bind_dn = \"cn=ucs,dc=example,dc=com\"", "Nothing was written." } },
	{ "1\ny\n", true, 2, { "Nothing was written.", NULL } },
	{ "1\nYES\n", true, 2, { "Nothing was written.", NULL } },
	{ "1\n", true, 2, { "Nothing was written.", NULL } },
	{ "t\nhttp://ldap.example.com\nyes\nyes\n", true, 2, { "An address begins with ldaps://", NULL } },
	{ "\n", true, 0, { "Address of the directory", "Nothing was written.", NULL } },
};

static void nothing_without_the_word(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(nothing_written) / sizeof(nothing_written[0]); i++) {
		struct trial trial;

		start(&trial, "sub/postroom.conf");
		talk(&trial, nothing_written[i].typed, nothing_written[i].person, two, nothing_written[i].count);
		assert_int_equal(trial.status, 78);
		for (size_t j = 0; j < 3 && nothing_written[i].said[j] != NULL; j++)
			says(&trial, nothing_written[i].said[j]);
		assert_false(exists(trial.path));
		assert_int_equal(rmdir(trial.folder), 0);      /* no folder was made either */
		end(&trial);
	}
}

static const struct {
	const char *typed;
	size_t count;
	const char *holds[4];
	const char *lacks;
} written[] = {
	{ "1\nyes\n", 2, { "uri = { \"ldaps://ldap.example.com:7636\" }", "base = \"dc=example,dc=com\"",
		"bind_dn = \"cn=ucs,dc=example,dc=com\"", "ca_file = \"/etc/ssl/example-ca.pem\"" }, "ldapi:///" },
	{ " 2 \nyes\n", 2, { "uri = { \"ldapi:///\" }", "bind = \"external\"", NULL }, "ldap.example.com" },
	{ "7\n1\nyes\n", 2, { "ldap.example.com", NULL }, "ldapi:///" },
	{ "t\nldap://other.example.net\ndc=example,dc=net\nuid=anna,dc=example,dc=net\n\nyes\n", 2,
		{ "uri = { \"ldap://other.example.net\" }", "base = \"dc=example,dc=net\"", "bind_dn = \"uid=anna,dc=example,dc=net\"", NULL },
		"ldap.example.com" },
	{ "ldaps://typed.example.net\n\n\n\nyes\n", 0, { "uri = { \"ldaps://typed.example.net\" }", NULL }, "ldapi:///" },
};

static void the_word_writes_it(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(written) / sizeof(written[0]); i++) {
		struct trial trial;
		struct stat status;

		start(&trial, "sub/postroom.conf");
		talk(&trial, written[i].typed, true, two, written[i].count);
		assert_int_equal(trial.status, 0);
		says(&trial, "readable by you alone");
		for (size_t j = 0; j < 4 && written[i].holds[j] != NULL; j++)
			if (strstr(content(&trial), written[i].holds[j]) == NULL)
				fail_msg("the file lacks: %s\n%s", written[i].holds[j], content(&trial));
		assert_null(strstr(content(&trial), written[i].lacks));
		assert_int_equal(stat(trial.path, &status), 0);
		assert_int_equal(status.st_mode & 0777, 0600);
		end(&trial);
	}
}

static void another_file_is_not_touched(void **state)
{
	struct trial trial;
	FILE *file;

	(void)state;
	start(&trial, "postroom.conf");
	file = fopen(trial.path, "w");
	fputs("mine", file);
	fclose(file);
	talk(&trial, "1\nyes\n", true, two, 2);
	assert_int_equal(trial.status, 78);
	says(&trial, "exists already and is not touched");
	assert_string_equal(content(&trial), "mine");
	end(&trial);
}

/* A file stands where the folder should be. */
static void a_failure_has_its_reason_and_status(void **state)
{
	struct trial trial;
	char *place;
	FILE *file;

	(void)state;
	start(&trial, "sub/postroom.conf");
	assert_true(asprintf(&place, "%s/sub", trial.folder) > 0);
	file = fopen(place, "w");
	fclose(file);
	talk(&trial, "1\nyes\n", true, two, 2);
	assert_true(trial.status == 73 || trial.status == 74);
	says(&trial, place);
	says(&trial, "Nothing was written.");
	free(place);
	end(&trial);
}

static void without_a_home_it_is_shown_only(void **state)
{
	struct trial trial;
	char *path;

	(void)state;
	start(&trial, "postroom.conf");
	path = trial.path;
	trial.path = NULL;
	talk(&trial, "1\nyes\n", true, two, 2);
	trial.path = path;
	assert_int_equal(trial.status, 78);
	says(&trial, "There is no home directory");
	says(&trial, "uri = { \"ldaps://ldap.example.com:7636\" }");
	end(&trial);
}

/* The end of a line that is too long is not the next answer. */
static void a_long_line_is_one_answer(void **state)
{
	struct trial trial;
	char typed[3000];

	(void)state;
	start(&trial, "sub/postroom.conf");
	memset(typed, '1', sizeof(typed));
	snprintf(typed + 1023, sizeof(typed) - 1023, "1\n\n");
	talk(&trial, typed, true, two, 2);
	assert_int_equal(trial.status, 78);
	says(&trial, "That is none of 1 to 2.");
	assert_null(strstr(trial.said, "Type yes"));
	end(&trial);
}

/* Found texts are foreign: nothing of them reaches the terminal as a command. */
static void hostile_findings_are_harmless(void **state)
{
	(void)state;
	for (size_t i = 0; i < HOSTILE_COUNT; i++) {
		struct arena *arena = arena_new();
		const char *text = arena_bytes(arena, hostile_strings[i].bytes, hostile_strings[i].length);
		struct directory_proposal bad = { .source = text, .uri = text, .base = text, .bind_dn = text, .ca_file = text, .words = text };
		struct trial trial;

		start(&trial, "sub/postroom.conf");
		talk(&trial, "1\n\n", true, &bad, 1);
		assert_int_equal(trial.status, 78);
		for (const char *at = trial.said; *at != '\0'; at++)
			assert_true(*at == '\n' || (*at >= ' ' && *at <= '~'));
		end(&trial);
		arena_free(arena);
	}
}

static void the_place_of_the_file(void **state)
{
	struct arena *arena = arena_new();
	char *home = getenv("HOME") == NULL ? NULL : arena_text(arena, getenv("HOME"));
	const char *path;

	(void)state;
	assert_string_equal(first_start_path(arena, "/somewhere/else.conf"), "/somewhere/else.conf");
	setenv("HOME", "/var/empty", 1);
	path = first_start_path(arena, NULL);
	assert_string_equal(path, geteuid() == 0 ? "/etc/postroom/postroom.conf" : "/var/empty/.config/postroom/postroom.conf");
	if (geteuid() != 0) {
		setenv("HOME", "not/absolute", 1);
		assert_null(first_start_path(arena, NULL));
		unsetenv("HOME");
		assert_null(first_start_path(arena, NULL));
	}
	if (home != NULL)
		setenv("HOME", home, 1);
	arena_free(arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_without_the_word),
		cmocka_unit_test(the_word_writes_it),
		cmocka_unit_test(another_file_is_not_touched),
		cmocka_unit_test(a_failure_has_its_reason_and_status),
		cmocka_unit_test(without_a_home_it_is_shown_only),
		cmocka_unit_test(a_long_line_is_one_answer),
		cmocka_unit_test(hostile_findings_are_harmless),
		cmocka_unit_test(the_place_of_the_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
