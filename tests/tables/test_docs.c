/*
 * The manuals against the tables, in both directions: every command, option of
 * the configuration, action and field has its entry, and no entry stands for
 * something that is gone.  Fails with the name that is missing. Main thread.
 */
#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/memory.h"
#include "base/text.h"
#include "commands/commands.h"
#include "config.h"
#include "desk/desk.h"
#include "model/kind.h"
#include "ui/actions.h"
#include "ui/keymap.h"
#include "ui/style.h"
#include "ui/theme.h"

#define MANUAL "docs/postroom.1"
#define KEYMAPS "docs/postroom-keymap.5"
#define THEMES "docs/postroom-theme.5"
#define CONFIGURATION "docs/postroom.conf.5"

/* Entries of one list of a manual: the word behind ".It MACRO " inside the section named by ".Sh" or ".Ss". */
struct entries { char names[200][80]; size_t count; bool seen[200]; };

static void read_entries(const char *path, const char *section, const char *macro, struct entries *entries)
{
	FILE *file = fopen(path, "r");
	char line[500], start[40];
	bool inside = false;

	memset(entries, 0, sizeof *entries);
	assert_non_null(file);
	snprintf(start, sizeof start, ".It %s ", macro);
	while (fgets(line, sizeof line, file) != NULL) {
		line[strcspn(line, "\n")] = '\0';
		if (strncmp(line, ".Sh ", 4) == 0 || strncmp(line, ".Ss ", 4) == 0)
			inside = strcmp(line + 4, section) == 0;
		if (!inside || strncmp(line, start, strlen(start)) != 0)
			continue;
		assert_true(entries->count < 200);
		snprintf(entries->names[entries->count], 80, "%.*s", (int)strcspn(line + strlen(start), " "), line + strlen(start));
		entries->count++;
	}
	fclose(file);
	if (entries->count == 0)
		fail_msg("%s has no entries in section \"%s\"", path, section);
}

static void expect(struct entries *entries, const char *path, const char *what, const char *name)
{
	for (size_t i = 0; i < entries->count; i++) {
		if (strcmp(entries->names[i], name) == 0) {
			entries->seen[i] = true;
			return;
		}
	}
	fail_msg("%s lacks an entry for the %s \"%s\"", path, what, name);
}

static void expect_no_more(const struct entries *entries, const char *path, const char *what)
{
	for (size_t i = 0; i < entries->count; i++) {
		if (!entries->seen[i])
			fail_msg("%s describes the %s \"%s\", which does not exist", path, what, entries->names[i]);
	}
}

static void test_commands(void **state)
{
	struct entries entries;

	(void)state;
	read_entries(MANUAL, "COMMANDS", "Cm", &entries);
	for (const struct command *command = commands; command->name != NULL; command++)
		expect(&entries, MANUAL, "command", command->name);
	expect_no_more(&entries, MANUAL, "command");
}

static void test_actions(void **state)
{
	struct entries entries;

	(void)state;
	read_entries(MANUAL, "ACTIONS", "Ic", &entries);
	for (const struct action *action = actions; action->name != NULL; action++)
		expect(&entries, MANUAL, "action", action->name);
	expect_no_more(&entries, MANUAL, "action");
}

static void test_fields(void **state)
{
	(void)state;
	for (size_t i = 0; kinds[i] != NULL; i++) {
		struct entries entries;
		char section[80];

		if (kinds[i]->internal)
			continue;
		snprintf(section, sizeof section, "Fields of a %s", kinds[i]->noun);
		read_entries(MANUAL, section, "Va", &entries);
		for (const struct field *field = kinds[i]->fields; field->name != NULL; field++)
			expect(&entries, MANUAL, "field", field->name);
		expect_no_more(&entries, MANUAL, "field");
	}
}

/* The name alone: entries of fields of repairs go on with what stands behind the "=". */
static void test_wishes(void **state)
{
	(void)state;
	for (const struct desk_job *job = desk_jobs; job->name != NULL; job++) {
		struct entries entries;
		char section[80];
		size_t fields = 0;

		for (const struct field *field = job->wish == NULL ? NULL : job->wish->fields; field != NULL && field->name != NULL; field++)
			fields += (field->flags & FIELD_FIXED) == 0;
		/* The set of several has its own section without entries: its fields are the options. */
		if (fields == 0 || strcmp(job->name, "reset") == 0)
			continue;
		snprintf(section, sizeof section, "Fields of the %s %s", job->large ? "command" : "repair", job->name);
		read_entries(MANUAL, section, "Va", &entries);
		for (const struct field *field = job->wish->fields; field->name != NULL; field++)
			if ((field->flags & FIELD_FIXED) == 0)
				expect(&entries, MANUAL, "field", field->name);
		expect_no_more(&entries, MANUAL, "field");
	}
}

static bool in_manual(const char *words)
{
	static char text[400000];
	FILE *file = fopen(MANUAL, "r");

	assert_non_null(file);
	text[fread(text, 1, sizeof text - 1, file)] = '\0';
	fclose(file);
	return strstr(text, words) != NULL;
}

/* Help, defaults and examples stand there as --help prints them. */
static void test_wish_words(void **state)
{
	(void)state;
	for (const struct desk_job *job = desk_jobs; job->name != NULL; job++) {
		struct arena *arena = arena_new();
		char *example = arena_format(arena, "postroom %s", job->example), *dashes;

		/* In a manual a hyphen is \\-, and an apostrophe \\(aq. */
		for (dashes = strstr(example, " --"); dashes != NULL; dashes = strstr(dashes, " --"))
			dashes = example = arena_format(arena, "%.*s \\-\\-%s", (int)(dashes - example), example, dashes + 3);
		for (char *quote = strchr(example, '\''); quote != NULL; quote = strchr(example, '\''))
			example = arena_format(arena, "%.*s\\(aq%s", (int)(quote - example), example, quote + 1);
		if (!in_manual(example))
			fail_msg("%s lacks the example of %s: %s", MANUAL, job->name, example);
		for (const struct field *field = job->wish == NULL ? NULL : job->wish->fields; field != NULL && field->name != NULL; field++) {
			const char *otherwise = desk_wish_default(job, field);
			char *first = arena_format(arena, "%.*s", (int)strcspn(field->help, ".:"), field->help);

			if (field->flags & FIELD_FIXED || strcmp(job->name, "reset") == 0)
				continue;
			if (!in_manual(first) || (otherwise[0] != '\0' && !in_manual(arena_format(arena, "Default: %s.", otherwise))))
				fail_msg("%s does not tell of %s of %s as the table does", MANUAL, field->name, job->name);
		}
		arena_free(arena);
	}
}

/* Options inside a section are described as section.option. */
static void walk_options(const struct conf_option *options, const char *prefix, struct entries *entries)
{
	for (; options->name != NULL; options++) {
		char name[80];

		snprintf(name, sizeof name, "%s%s", prefix, options->name);
		expect(entries, CONFIGURATION, "option", name);
		if (options->inside != NULL) {
			char inner[80];

			snprintf(inner, sizeof inner, "%s%s.", prefix, options->name);
			walk_options(options->inside, inner, entries);
		}
	}
}

static void test_configuration(void **state)
{
	struct entries entries;

	(void)state;
	read_entries(CONFIGURATION, "OPTIONS", "Cm", &entries);
	walk_options(config_options, "", &entries);
	expect_no_more(&entries, CONFIGURATION, "option");
}

static void test_limits(void **state)
{
	const struct live_threshold *row;
	struct entries entries;

	(void)state;
	read_entries(CONFIGURATION, "LIMITS", "Cm", &entries);
	for (row = live_thresholds; row->name; row++)
		expect(&entries, CONFIGURATION, "limit", row->name);
	expect_no_more(&entries, CONFIGURATION, "limit");
}

static void test_alarms(void **state)
{
	const char *rule, *help;
	struct entries entries;

	(void)state;
	read_entries(CONFIGURATION, "ALARMS", "Cm", &entries);
	for (size_t i = 0; (rule = live_alarm_rule(i, &help)) != NULL; i++)
		expect(&entries, CONFIGURATION, "alarm", rule);
	expect_no_more(&entries, CONFIGURATION, "alarm");
}

static void test_keymap_places(void **state)
{
	struct arena *arena = arena_new();
	struct entries entries;

	(void)state;
	read_entries(KEYMAPS, "PLACES", "Ic", &entries);
	for (const char *const *place = keymap_places(arena); *place != NULL; place++)
		expect(&entries, KEYMAPS, "place", *place);
	expect_no_more(&entries, KEYMAPS, "place");
	arena_free(arena);
}

/* Every name in the manual is understood as a key of that name, and everything it forbids is refused. */
static void test_keymap_keys(void **state)
{
	struct entries entries;

	(void)state;
	read_entries(KEYMAPS, "KEYS", "Li", &entries);
	for (size_t i = 0; i < entries.count; i++) {
		struct key key;

		if (!key_from_name(entries.names[i], &key))
			fail_msg("%s describes the key \"%s\", which is none", KEYMAPS, entries.names[i]);
	}
	read_entries(KEYMAPS, "WHAT CANNOT BE BOUND", "Li", &entries);
	for (size_t i = 0; i < entries.count; i++) {
		struct error error;
		char words[200];

		/* A backslash is written \e in a manual, and \& keeps a bracket from being punctuation. */
		if (strncmp(entries.names[i], "\\&", 2) == 0)
			memmove(entries.names[i], entries.names[i] + 2, strlen(entries.names[i]) - 1);
		if (strlen(entries.names[i]) > 2 && strcmp(entries.names[i] + strlen(entries.names[i]) - 2, "\\e") == 0)
			entries.names[i][strlen(entries.names[i]) - 1] = '\0';
		snprintf(words, sizeof words, "[list]\nopen = %s\n", entries.names[i]);
		error_clear(&error);
		if (keymap_parse("manual", words, strlen(words), &error) != NULL || strstr(error.text, "cannot be bound") == NULL)
			fail_msg("%s says that %s cannot be bound, but: %s", KEYMAPS, entries.names[i], error.text);
	}
}

static void test_keymap_maps(void **state)
{
	struct entries entries;

	(void)state;
	read_entries(KEYMAPS, "BUILT-IN KEYMAPS", "Cm", &entries);
	for (const char *const *name = keymap_names(); *name != NULL; name++)
		expect(&entries, KEYMAPS, "keymap", *name);
	expect_no_more(&entries, KEYMAPS, "keymap");
}

static void test_themes(void **state)
{
	struct entries entries;

	(void)state;
	read_entries(THEMES, "STYLES", "Ic", &entries);
	for (unsigned style = 0; style < STYLE_COUNT; style++)
		expect(&entries, THEMES, "style", style_name(style));
	expect_no_more(&entries, THEMES, "style");
	read_entries(THEMES, "BUILT-IN THEMES", "Cm", &entries);
	for (const char *const *name = theme_names(); *name != NULL; name++)
		expect(&entries, THEMES, "theme", *name);
	expect_no_more(&entries, THEMES, "theme");
}

/* Whatever a table says about itself is a sentence a person can read. */
static void test_help_is_a_sentence(void **state)
{
	(void)state;
	for (const struct action *action = actions; action->name != NULL; action++) {
		assert_non_null(action->help);
		assert_true(isupper((unsigned char)action->help[0]));
		assert_int_equal(action->help[strlen(action->help) - 1], '.');
	}
	for (const struct command *command = commands; command->name != NULL; command++) {
		assert_non_null(command->help);
		assert_int_equal(command->help[strlen(command->help) - 1], '.');
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_commands),
		cmocka_unit_test(test_actions),
		cmocka_unit_test(test_fields),
		cmocka_unit_test(test_wishes),
		cmocka_unit_test(test_wish_words),
		cmocka_unit_test(test_configuration),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_alarms),
		cmocka_unit_test(test_keymap_places),
		cmocka_unit_test(test_keymap_keys),
		cmocka_unit_test(test_keymap_maps),
		cmocka_unit_test(test_themes),
		cmocka_unit_test(test_help_is_a_sentence),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
