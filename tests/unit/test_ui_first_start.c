/*
 * test_ui_first_start: what is proposed, that nothing is written without the
 * word, that no existing file is touched, and that foreign text is harmless.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/file.h"
#include "base/memory.h"
#include "ui/first_start.h"

static char folder[64], path[128];

static int make_folder(void **state)
{
	(void)state;
	snprintf(folder, sizeof(folder), "/tmp/postroom-first-XXXXXX");
	if (mkdtemp(folder) == NULL)
		return -1;
	snprintf(path, sizeof(path), "%s/own/postroom.conf", folder);
	return 0;
}

static int drop_folder(void **state)
{
	char own[100];

	(void)state;
	unlink(path);
	snprintf(own, sizeof(own), "%s/own", folder);
	rmdir(own);
	return rmdir(folder);
}

static const struct directory_proposal found[] = {
	{ .source = "UCR (base.conf)", .uri = "ldap://primary.example.com:7389", .base = "dc=example,dc=com",
	  .bind_dn = "cn=admin,dc=example,dc=com" },
	{ .source = "ldap.conf", .uri = "ldaps://other\033[2J.example", .base = "dc=other" },
};

/* Runs with these answers; what was said is returned, free(). */
static char *run(const char *answers, bool person, size_t count, int wanted)
{
	char *said = NULL;
	size_t length = 0;
	FILE *in = tmpfile(), *out = open_memstream(&said, &length);
	struct first_start start = { .in = in, .out = out, .form = VISIBLE_UTF8, .person = person, .path = path,
		.proposals = found, .count = count };

	assert_non_null(in);
	assert_non_null(out);
	fputs(answers, in);
	rewind(in);
	assert_int_equal(first_start_run(&start), wanted);
	fclose(in);
	fclose(out);
	return said;
}

static void expect(char *said, const char *words)
{
	if (strstr(said, words) == NULL)
		fail_msg("\"%s\" was not said:\n%s", words, said);
	free(said);
}

static void without_a_person_it_only_tells(void **state)
{
	char *said = run("1\nyes\n", false, 2, 78);

	(void)state;
	assert_non_null(strstr(said, "ldap://primary.example.com:7389"));
	assert_non_null(strstr(said, "dc=example,dc=com"));
	expect(said, "postroom --uri ldap://primary.example.com:7389");
	assert_int_not_equal(access(path, F_OK), 0);
}

static void nothing_found_is_said(void **state)
{
	(void)state;
	expect(run("", false, 0, 78), "nothing was found");
}

static void enter_writes_nothing(void **state)
{
	static const char *const answers[] = { "", "\n", "1\n", "1\n\n", "1\nno\n", "1\ny\n", "7\nx\n\n" };

	(void)state;
	for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
		expect(run(answers[i], true, 2, 78), "Nothing was written.");
		assert_int_not_equal(access(path, F_OK), 0);
	}
}

static void yes_writes_a_file_for_me_alone(void **state)
{
	struct arena *arena = arena_new();
	struct error error;
	struct stat status;
	size_t length;
	char *words;

	(void)state;
	expect(run("1\nyes\n", true, 2, 0), "Written to");
	assert_int_equal(stat(path, &status), 0);
	assert_int_equal(status.st_mode & 0777, 0600);
	words = file_read(arena, path, 100000, &length, &error);
	assert_non_null(words);
	assert_non_null(strstr(words, "ldap://primary.example.com:7389"));
	assert_non_null(strstr(words, "#"));
	arena_free(arena);
	/* A second time it is not touched. */
	expect(run("2\nyes\n", true, 2, 78), "exists already and is not touched");
}

static void another_address_can_be_typed(void **state)
{
	(void)state;
	/* The file is shown as it will be read: what indents its lines is no foreign sign. */
	expect(run("1\n\n", true, 2, 78), "\n  uri = ");
	expect(run("t\nhttp://x\n", true, 2, 78), "An address begins with");
	expect(run("t\nldaps://mine.example\n\n\n\nyes\n", true, 2, 0), "Written to");
	assert_int_equal(access(path, F_OK), 0);
}

static void found_text_is_harmless(void **state)
{
	char *said = run("", false, 2, 78);

	(void)state;
	assert_null(strchr(said, '\033'));
	expect(said, "other\\e[2J.example");
}

/* The file must be written where the configuration is looked for; root's is the machine's. */
static void it_belongs_where_it_is_looked_for(void **state)
{
	static const struct { const char *home, *xdg, *asked, *path; } cases[] = {
		{ "/home/anna", NULL, NULL, "/home/anna/.config/postroom/postroom.conf" },
		{ "/home/anna", "/srv/anna", NULL, "/srv/anna/postroom/postroom.conf" },
		{ "/home/anna", "relative", NULL, "/home/anna/.config/postroom/postroom.conf" },
		{ "/home/anna", "/srv/anna", "here.conf", "here.conf" },
		{ NULL, NULL, NULL, NULL },
	};
	char *home = memory_text(getenv("HOME")), *xdg = memory_text(getenv("XDG_CONFIG_HOME"));
	struct arena *arena = arena_new();
	uid_t user = geteuid();

	(void)state;
	assert_true(user != 0 || seteuid(65534) == 0);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char *place;

		unsetenv("HOME");
		unsetenv("XDG_CONFIG_HOME");
		if (cases[i].home != NULL)
			setenv("HOME", cases[i].home, 1);
		if (cases[i].xdg != NULL)
			setenv("XDG_CONFIG_HOME", cases[i].xdg, 1);
		place = first_start_path(arena, cases[i].asked);
		if (cases[i].path == NULL)
			assert_null(place);
		else
			assert_string_equal(place, cases[i].path);
	}
	assert_int_equal(seteuid(user), 0);
	if (user == 0)
		assert_string_equal(first_start_path(arena, NULL), "/etc/postroom/postroom.conf");
	unsetenv("XDG_CONFIG_HOME");
	if (home != NULL)
		setenv("HOME", home, 1);
	if (xdg != NULL)
		setenv("XDG_CONFIG_HOME", xdg, 1);
	free(home);
	free(xdg);
	arena_free(arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(without_a_person_it_only_tells, make_folder, drop_folder),
		cmocka_unit_test_setup_teardown(nothing_found_is_said, make_folder, drop_folder),
		cmocka_unit_test_setup_teardown(enter_writes_nothing, make_folder, drop_folder),
		cmocka_unit_test_setup_teardown(yes_writes_a_file_for_me_alone, make_folder, drop_folder),
		cmocka_unit_test_setup_teardown(another_address_can_be_typed, make_folder, drop_folder),
		cmocka_unit_test_setup_teardown(found_text_is_harmless, make_folder, drop_folder),
		cmocka_unit_test(it_belongs_where_it_is_looked_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
