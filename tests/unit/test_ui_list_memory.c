/*
 * test_ui_list_memory: columns and saved filters: chosen, kept, read again,
 * by kind, beside another session's, and out of a file that is broken.
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

#include "base/memory.h"
#include "model/kind.h"
#include "tests/fakes/assertions.h"
#include "tests/fakes/stage.h"
#include "ui/list_memory.h"

static char directory[] = "/tmp/test_lists_XXXXXX";
static char path[80];

static int make_directory(void **state)
{
	(void)state;
	memcpy(strrchr(directory, '_'), "_XXXXXX", 8);
	if (mkdtemp(directory) == NULL)
		return 1;
	snprintf(path, sizeof path, "%s/lists.json", directory);
	return 0;
}

static int remove_directory(void **state)
{
	(void)state;
	unlink(path);
	rmdir(directory);
	return 0;
}

static char complaint[700];

static void failed(void *context, const struct error *error)
{
	(void)context;
	snprintf(complaint, sizeof complaint, "%s", error->text);
}

static struct list_memory *open_memory(struct loop *loop)
{
	complaint[0] = '\0';
	return list_memory_open(loop, directory, failed, NULL);
}

static void put_file(const char *words)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	fputs(words, file);
	fclose(file);
}

static struct stage *open_stage(void)
{
	struct fake_settings settings = { .role = ROLE_ADMIN, .state_directory = directory };

	return stage_new(&settings, "users", 24, 120, VISIBLE_UTF8);
}

/* --- the file ----------------------------------------------------------------------------------- */

static void choices_come_back(void **state)
{
	struct loop *loop = loop_new();
	struct list_memory *memory = open_memory(loop);
	const struct field *wanted[] = { kind_field(&kind_user, "phone"), kind_field(&kind_user, "full_name") };
	const struct field *found[LIST_MEMORY_COLUMNS];
	struct stat status;

	(void)state;
	assert_int_equal(list_memory_columns(memory, &kind_user, found), 0);
	list_memory_set_columns(memory, &kind_user, wanted, 2);
	assert_true(list_memory_save_filter(memory, &kind_user, "mine", "an sch", NULL));
	assert_true(list_memory_save_filter(memory, &kind_domain, "de", ".de", NULL));
	list_memory_close(memory);
	assert_int_equal(stat(path, &status), 0);
	assert_int_equal(status.st_mode & 0777, 0600);
	memory = open_memory(loop);
	assert_string_equal(complaint, "");
	assert_int_equal(list_memory_columns(memory, &kind_user, found), 2);
	assert_ptr_equal(found[0], wanted[0]);
	assert_ptr_equal(found[1], wanted[1]);
	assert_int_equal(list_memory_filters(memory, &kind_user), 1);
	assert_string_equal(list_memory_filter(memory, &kind_user, 0)->words, "an sch");
	assert_string_equal(list_memory_filter(memory, &kind_domain, 0)->name, "de");
	assert_null(list_memory_filter(memory, &kind_domain, 1));
	list_memory_drop_filter(memory, &kind_user, 0);
	list_memory_set_columns(memory, &kind_user, NULL, 0);
	list_memory_close(memory);
	memory = open_memory(loop);
	assert_int_equal(list_memory_columns(memory, &kind_user, found), 0);
	assert_int_equal(list_memory_filters(memory, &kind_user), 0);
	assert_int_equal(list_memory_filters(memory, &kind_domain), 1);
	list_memory_close(memory);
	loop_free(loop);
}

/* What another session chose for another list stays. */
static void sessions_keep_each_others_choices(void **state)
{
	struct loop *loop = loop_new();
	struct list_memory *one = open_memory(loop), *two = open_memory(loop);

	(void)state;
	assert_true(list_memory_save_filter(one, &kind_user, "a", "1", NULL));
	list_memory_close(one);
	assert_true(list_memory_save_filter(two, &kind_domain, "b", "2", NULL));
	list_memory_close(two);
	one = open_memory(loop);
	assert_int_equal(list_memory_filters(one, &kind_user), 1);
	assert_int_equal(list_memory_filters(one, &kind_domain), 1);
	list_memory_close(one);
	loop_free(loop);
}

static void names_are_checked(void **state)
{
	struct loop *loop = loop_new();
	struct list_memory *memory = list_memory_open(loop, NULL, failed, NULL);
	char name[100];
	struct error error = { 0 };

	(void)state;
	assert_false(list_memory_save_filter(memory, &kind_user, "", "x", &error));
	memset(name, 'a', sizeof name - 1);
	name[sizeof name - 1] = '\0';
	assert_false(list_memory_save_filter(memory, &kind_user, name, "x", &error));
	assert_non_null(strstr(error.text, "too long"));
	for (int i = 0; i < LIST_MEMORY_FILTERS; i++) {
		snprintf(name, sizeof name, "filter %d", i);
		assert_true(list_memory_save_filter(memory, &kind_user, name, "x", &error));
	}
	assert_false(list_memory_save_filter(memory, &kind_user, "one more", "x", &error));
	/* A name that is there is replaced all the same. */
	assert_true(list_memory_save_filter(memory, &kind_user, "filter 7", "y", &error));
	assert_string_equal(list_memory_filter(memory, &kind_user, 7)->words, "y");
	list_memory_close(memory);
	loop_free(loop);
}

/* A broken file is told and ignored; of one that is ours, what is unknown is left out. */
static void odd_files_do_no_harm(void **state)
{
	static const struct { const char *words; bool told; size_t columns, filters; } cases[] = {
		{ "", true, 0, 0 }, { "{", true, 0, 0 }, { "[]", true, 0, 0 }, { "{\"format\":\"other\"}", true, 0, 0 },
		{ "{\"format\":\"postroom-lists-1\"}", false, 0, 0 },
		{ "{\"format\":\"postroom-lists-1\",\"lists\":7}", false, 0, 0 },
		{ "{\"format\":\"postroom-lists-1\",\"lists\":{\"user\":{\"columns\":\"login\",\"filters\":{}}}}", false, 0, 0 },
		{ "{\"format\":\"postroom-lists-1\",\"lists\":{\"user\":{\"columns\":[\"login\",\"login\",\"nonsense\",7,null,\"fetchmail\",\"address\"]}}}", false, 2, 0 },
		{ "{\"format\":\"postroom-lists-1\",\"lists\":{\"user\":{\"filters\":[{\"name\":\"a\",\"words\":\"b\"},{\"name\":\"\"},{\"words\":\"x\"},7]}}}", false, 0, 1 },
	};
	struct loop *loop = loop_new();

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		const struct field *found[LIST_MEMORY_COLUMNS];
		struct list_memory *memory;

		put_file(cases[i].words);
		memory = open_memory(loop);
		if ((complaint[0] != '\0') != cases[i].told)
			fail_msg("%s: %s", cases[i].words, complaint);
		if (cases[i].told)
			assert_non_null(strstr(complaint, path));
		assert_int_equal(list_memory_columns(memory, &kind_user, found), cases[i].columns);
		assert_int_equal(list_memory_filters(memory, &kind_user), cases[i].filters);
		list_memory_close(memory);
	}
	loop_free(loop);
}

/* Where nothing can be written the choice still holds, and why it is not kept is told. */
static void a_disk_that_refuses_is_told(void **state)
{
	struct loop *loop = loop_new();
	struct list_memory *memory;
	struct loop_timer *timer;

	(void)state;
	complaint[0] = '\0';
	memory = list_memory_open(loop, "/proc/nowhere", failed, NULL);
	assert_true(list_memory_save_filter(memory, &kind_user, "a", "1", NULL));
	/* A thread of its own finds it out. */
	for (int tries = 0; complaint[0] == '\0' && tries < 1000; tries++) {
		timer = loop_after(loop, 20, 0, (void (*)(void *))loop_stop, loop);
		loop_run(loop);
		loop_timer_stop(timer);
	}
	assert_non_null(strstr(complaint, "/proc/nowhere"));
	assert_int_equal(list_memory_filters(memory, &kind_user), 1);
	list_memory_close(memory);
	loop_free(loop);
}

/* --- on the screen --------------------------------------------------------------------------------- */

static const char *header(struct stage *stage)
{
	static char line[400];
	char *screen = stage_print(stage), *at = screen;

	for (int row = 0; row < 3; row++)
		at = strchr(at, '\n') + 1;
	snprintf(line, sizeof line, "%.*s", (int)strcspn(at, "\n"), at);
	free(screen);
	return line;
}

static void columns_are_chosen_and_kept(void **state)
{
	struct stage *stage = open_stage();
	const char *login, *name;

	(void)state;
	assert_non_null(strstr(header(stage), "Name"));
	stage_keys(stage, "v");
	assert_string_equal(place(stage), "chooser");
	shows(stage, "Columns of Users");
	/* The first column goes behind the second. */
	stage_keys(stage, "J Enter");
	assert_string_equal(place(stage), "list");
	login = strstr(header(stage), "Login");
	name = strstr(header(stage), "Name");
	assert_true(login != NULL && name != NULL && login < name);
	stage_free(stage);
	stage = open_stage();
	login = strstr(header(stage), "Login");
	name = strstr(header(stage), "Name");
	assert_true(login != NULL && name != NULL && login < name);
	/* A column without its mark is not shown. */
	stage_keys(stage, "v Space Enter");
	assert_null(strstr(header(stage), "Login"));
	stage_keys(stage, "v -");
	assert_non_null(strstr(header(stage), "Login"));
	stage_free(stage);
}

static void no_column_at_all_is_refused(void **state)
{
	struct stage *stage = open_stage();

	(void)state;
	stage_keys(stage, "v");
	for (int i = 0; i < 40; i++) {
		char *screen = stage_print(stage);
		bool marked = strstr(screen, "[x]") != NULL;

		free(screen);
		if (!marked)
			break;
		stage_keys(stage, "Space Down");
	}
	stage_keys(stage, "Enter");
	shows(stage, "mark at least one column");
	assert_string_equal(place(stage), "chooser");
	stage_keys(stage, "Esc");
	assert_non_null(strstr(header(stage), "Login"));
	stage_free(stage);
}

static void filters_are_saved_used_and_forgotten(void **state)
{
	struct stage *stage = open_stage();

	(void)state;
	stage_keys(stage, "f");
	shows(stage, "no filter of this list was saved yet");
	stage_keys(stage, "F");
	shows(stage, "no filter is set");
	stage_keys(stage, "/");
	stage_type(stage, "an sch");
	stage_keys(stage, "Esc F");
	shows(stage, "Keep this filter of Users");
	stage_keys(stage, "Ctrl-U");
	stage_type(stage, "callers");
	stage_keys(stage, "Enter");
	shows(stage, "kept as callers");
	stage_keys(stage, "Esc");
	hides(stage, "an sch");
	stage_free(stage);
	stage = open_stage();
	stage_keys(stage, "f Enter");
	assert_string_equal(place(stage), "list");
	shows(stage, "Find: an sch");
	stage_keys(stage, "f d");
	shows(stage, "The saved filter callers is forgotten");
	assert_string_equal(place(stage), "list");
	stage_free(stage);
	stage = open_stage();
	stage_keys(stage, "f");
	assert_string_equal(place(stage), "list");
	stage_free(stage);
}

static void a_broken_file_is_told_on_the_screen(void **state)
{
	struct stage *stage;

	(void)state;
	put_file("{ broken");
	stage = open_stage();
	shows(stage, "lists.json is not understood");
	assert_non_null(strstr(header(stage), "Login"));
	stage_free(stage);
}

#define IN_DIRECTORY(test) cmocka_unit_test_setup_teardown(test, make_directory, remove_directory)

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_DIRECTORY(choices_come_back),
		IN_DIRECTORY(sessions_keep_each_others_choices),
		cmocka_unit_test(names_are_checked),
		IN_DIRECTORY(odd_files_do_no_harm),
		cmocka_unit_test(a_disk_that_refuses_is_told),
		IN_DIRECTORY(columns_are_chosen_and_kept),
		IN_DIRECTORY(no_column_at_all_is_refused),
		IN_DIRECTORY(filters_are_saved_used_and_forgotten),
		IN_DIRECTORY(a_broken_file_is_told_on_the_screen),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
