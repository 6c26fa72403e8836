/*
 * test_tables: what must hold for every row of every kind, whoever adds it.
 *
 * Walks all kinds and fields, and reads the profiles as text: a field that no
 * profile line speaks of would be absent without a word.  Runs in the root of
 * the source tree.  Main thread.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <dirent.h>

#include "base/text.h"
#include "model/check.h"
#include "model/kind.h"
#include "model/role.h"

#define PROFILES "src/directory/profiles"

static bool is_name(const char *name)
{
	return *name >= 'a' && *name <= 'z' && strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_") == strlen(name);
}

/* One or several sentences in printable ASCII. */
static bool is_help(const char *help)
{
	size_t length = help ? strlen(help) : 0;

	return length > 8 && help[length - 1] == '.' && help[length - 2] != '.' && !strstr(help, "  ") && !text_has_foreign(help, length);
}

static void kinds_are_whole(void **state)
{
	(void)state;
	for (size_t i = 0; kinds[i]; i++) {
		const struct kind *kind = kinds[i];
		const struct field *key = kind_key(kind);

		assert_true(is_name(kind->name));
		assert_true(kind->title && *kind->title >= 'A' && *kind->title <= 'Z');
		assert_true(kind->noun && *kind->noun);
		if (!is_help(kind->help))
			fail_msg("the help of kind %s is no sentence", kind->name);
		for (size_t j = 0; j < i; j++) {
			assert_string_not_equal(kinds[j]->name, kind->name);
			assert_string_not_equal(kinds[j]->title, kind->title);
		}
		assert_ptr_equal(kind_find(kind->name), kind);
		assert_non_null(key);
		assert_true((key->flags & (FIELD_KEY | FIELD_REQUIRED | FIELD_COLUMN)) == (FIELD_KEY | FIELD_REQUIRED | FIELD_COLUMN));
		assert_false(key->flags & (FIELD_MANY | FIELD_DERIVED));
		if (kind->title_field)
			assert_non_null(kind_field(kind, kind->title_field));
		if (kind->internal)
			assert_int_equal(kind->verbs, 0);
		/* A key that is fixed needs a way to be renamed, or stays for ever; both are said by the verbs. */
		if (kind->verbs & KIND_CAN_RENAME)
			assert_true(key->flags & FIELD_FIXED);
	}
}

static void check_names(const struct kind *kind, const struct field *field)
{
	if (!is_name(field->name))
		fail_msg("%s.%s is no name", kind->name, field->name);
	if (!field->label || !*field->label || strlen(field->label) > 24)
		fail_msg("%s.%s needs a label of at most 24 characters", kind->name, field->name);
	if (!is_help(field->help))
		fail_msg("the help of %s.%s is no sentence", kind->name, field->name);
	if (!field->group || !*field->group)
		fail_msg("%s.%s stands under no heading", kind->name, field->name);
	for (const struct field *other = kind->fields; other != field; other++) {
		assert_string_not_equal(other->name, field->name);
		assert_string_not_equal(other->label, field->label);
	}
}

static void check_flags(const struct kind *kind, const struct field *field)
{
	unsigned flags = field->flags;

	if (!!(flags & FIELD_KEY) != (strcmp(kind->name_field, field->name) == 0))
		fail_msg("%s.%s: one field is the key", kind->name, field->name);
	if ((flags & FIELD_DERIVED) && (flags & (FIELD_REQUIRED | FIELD_FIXED | FIELD_SEARCH | FIELD_READONLY)))
		fail_msg("%s.%s: a derived field is not searched and never written", kind->name, field->name);
	if ((flags & FIELD_REQUIRED) && (flags & FIELD_READONLY) && kind->verbs)
		fail_msg("%s.%s: nobody could give a required value that is read-only", kind->name, field->name);
	if (field->width < 1 || field->width > 60)
		fail_msg("%s.%s needs a width", kind->name, field->name);
	if ((flags & FIELD_LOWER) && field->type != FIELD_ADDRESS && field->type != FIELD_DOMAIN && field->type != FIELD_REFERENCE)
		fail_msg("%s.%s: only names are stored in lower case", kind->name, field->name);
	if (field->type == FIELD_SECRET && (flags & (FIELD_COLUMN | FIELD_SEARCH)))
		fail_msg("%s.%s: a secret is in no list", kind->name, field->name);
}

static void check_type(const struct kind *kind, const struct field *field)
{
	const char *name = field->name;

	if (field->type == FIELD_SIZE && (field->unit < 1 || !field->unit_name || field->most <= field->least))
		fail_msg("%s.%s: a size needs a unit, its name and a range", kind->name, name);
	if (field->type != FIELD_SIZE && (field->unit || field->unit_name))
		fail_msg("%s.%s: only sizes have units", kind->name, name);
	if ((field->type == FIELD_CHOICE) != (field->choices != NULL))
		fail_msg("%s.%s: choices belong to the type choice", kind->name, name);
	if ((field->type == FIELD_PARTS) != (field->parts != NULL))
		fail_msg("%s.%s: parts belong to the type parts", kind->name, name);
	if (field->type == FIELD_REFERENCE && !field->reference)
		fail_msg("%s.%s refers to nothing", kind->name, name);
	if (field->reference && !kind_find(field->reference))
		fail_msg("%s.%s refers to the kind %s, which is not there", kind->name, name, field->reference);
	if (field->needs && (!kind_field(kind, field->needs) || strcmp(field->needs, name) == 0))
		fail_msg("%s.%s needs %s, which is no other field", kind->name, name, field->needs);
	if (field->reference && field->type != FIELD_REFERENCE && field->type != FIELD_ADDRESS)
		fail_msg("%s.%s: this type refers to nothing", kind->name, name);
}

static void check_part_rows(const struct kind *kind, const struct field *field)
{
	size_t count = 0;

	for (const struct part *part = field->parts; part && part->name; part++, count++) {
		if (!is_name(part->name) || !part->label || !*part->label || !is_help(part->help))
			fail_msg("%s.%s: part %s needs a name, a label and a sentence of help", kind->name, field->name, part->name);
		if (part->type != FIELD_TEXT && part->type != FIELD_CHOICE && part->type != FIELD_FLAG && part->type != FIELD_SECRET)
			fail_msg("%s.%s: part %s has a type that parts do not know", kind->name, field->name, part->name);
		assert_int_equal(part->type == FIELD_CHOICE, part->choices != NULL);
		for (const struct part *other = field->parts; other != part; other++)
			assert_string_not_equal(other->name, part->name);
	}
	/* check_parts counts what is given twice in a small array. */
	assert_true(count < 32);
}

/* Fields of one heading stand together, so that a page and the manual can walk the table in order. */
static void check_groups(const struct kind *kind)
{
	for (const struct field *field = kind->fields; field->name; field++)
		for (const struct field *before = kind->fields; before < field; before++)
			if (strcmp(before->group, field->group) == 0 && strcmp((field - 1)->group, field->group) != 0)
				fail_msg("%s.%s stands apart from its heading %s", kind->name, field->name, field->group);
}

static void fields_are_whole(void **state)
{
	(void)state;
	for (size_t i = 0; kinds[i]; i++) {
		for (const struct field *field = kinds[i]->fields; field->name; field++) {
			check_names(kinds[i], field);
			check_flags(kinds[i], field);
			check_type(kinds[i], field);
			check_part_rows(kinds[i], field);
		}
		check_groups(kinds[i]);
	}
}

/* The columns that are shown by default fit on 80 as far as they must: the first ones up to the key. */
static void columns_fit(void **state)
{
	(void)state;
	for (size_t i = 0; kinds[i]; i++) {
		int columns = 0;

		for (const struct field *field = kinds[i]->fields; field->name; field++) {
			if (!(field->flags & FIELD_COLUMN))
				continue;
			columns += field->width + 1;
			if (field->flags & FIELD_KEY)
				break;
		}
		assert_true(columns > 1 && columns <= 76);
	}
}

/* Fallbacks and defaults must pass the checks that people's values must pass. */
static void every_type_refuses_and_takes(void **state)
{
	(void)state;
	for (size_t i = 0; kinds[i]; i++)
		for (const struct field *field = kinds[i]->fields; field->name; field++) {
			struct arena *arena = arena_new();
			struct error error = { 0 };

			assert_null(check_parse(arena, field, "", &error));
			if (strncmp(error.text, field->label, strlen(field->label)) != 0)
				fail_msg("%s.%s: \"%s\" does not begin with the field", kinds[i]->name, field->name, error.text);
			assert_null(check_parse(arena, field, "\377\376", &error));
			for (size_t j = 0; field->choices && field->choices[j]; j++)
				assert_non_null(check_parse(arena, field, field->choices[j], &error));
			arena_free(arena);
		}
}

/* Somebody may write every field that can be written, and nobody one that cannot. */
static void roles_cover_all(void **state)
{
	(void)state;
	for (size_t i = 0; kinds[i]; i++) {
		assert_true(role_sees(ROLE_ADMIN, kinds[i]));
		for (const struct field *field = kinds[i]->fields; field->name; field++) {
			bool written = !kinds[i]->internal && !(field->flags & (FIELD_READONLY | FIELD_DERIVED));

			assert_int_equal(role_may(ROLE_ADMIN, kinds[i], field, field->flags & FIELD_FIXED ? VERB_ADD : VERB_EDIT), written);
			assert_false(role_may(ROLE_MONITOR, kinds[i], field, VERB_EDIT));
		}
	}
}

/* --- profiles ------------------------------------------------------------------------------------- */

static char *read_whole(struct arena *arena, const char *path)
{
	FILE *file = fopen(path, "r");
	char *text;
	size_t length;

	if (!file)
		fail_msg("%s cannot be read; tests run in the root of the source tree", path);
	text = arena_alloc(arena, 1 << 20);
	length = fread(text, 1, (1 << 20) - 1, file);
	text[length] = '\0';
	fclose(file);
	return text;
}

/* The section "kind NAME { ... }": up to the next brace at the beginning of a line. */
static char *kind_section(struct arena *arena, const char *profile, const char *kind)
{
	const char *start = strstr(profile, arena_format(arena, "\nkind %s {", kind)), *end;

	if (!start)
		return NULL;
	end = strstr(start, "\n}");
	return arena_bytes(arena, start, end ? (size_t)(end - start) : strlen(start));
}

static bool has_line(struct arena *arena, const char *section, const char *field)
{
	return strstr(section, arena_format(arena, "\n\tfield %s ", field)) != NULL;
}

/* Every field is mapped or says why it is missing, and no line is left over from a field that is gone. */
/* What lists show must come out of the entry that the list request brings. */
static bool comes_with_entry(struct arena *arena, const char *section, const char *field)
{
	const char *line = strstr(section, arena_format(arena, "\n\tfield %s {", field));

	return line && strstr(arena_bytes(arena, line, strcspn(line + 1, "\n") + 1), " convert = ");
}

static void check_profile(struct arena *arena, const char *path)
{
	char *profile = read_whole(arena, path);

	for (size_t i = 0; kinds[i]; i++) {
		char *section = kind_section(arena, profile, kinds[i]->name);

		/* A kind without a place says so as a whole. */
		if (!section && strstr(profile, arena_format(arena, "\nabsent %s { reason = ", kinds[i]->name)))
			continue;
		if (!section)
			fail_msg("%s knows no kind %s", path, kinds[i]->name);
		/* What is read out of other objects has their fields. */
		for (const struct field *field = kinds[i]->fields; field->name && !strstr(section, "\n\texplode "); field++)
			if (!has_line(arena, section, field->name))
				fail_msg("%s: kind %s has no line for field %s", path, kinds[i]->name, field->name);
			else if (field->flags & FIELD_DERIVED && field->flags & FIELD_COLUMN && !comes_with_entry(arena, section, field->name))
				fail_msg("%s: %s is a column and no converter of the entry", path, field->name);
		for (char *at = section; (at = strstr(at, "\n\tfield ")); at++) {
			char *name = arena_bytes(arena, at + 8, strcspn(at + 8, " {"));

			if (!kind_field(kinds[i], name))
				fail_msg("%s: kind %s has a line for %s, which is no field", path, kinds[i]->name, name);
		}
	}
}

static void profiles_map_every_field(void **state)
{
	DIR *directory = opendir(PROFILES);
	struct arena *arena = arena_new();
	struct dirent *entry;
	bool ucs = false, debian = false;

	(void)state;
	if (!directory)
		fail_msg(PROFILES " cannot be read; tests run in the root of the source tree");
	while ((entry = readdir(directory))) {
		size_t length = strlen(entry->d_name);

		if (length < 9 || strcmp(entry->d_name + length - 8, ".profile") != 0)
			continue;
		ucs = ucs || strcmp(entry->d_name, "ucs.profile") == 0;
		debian = debian || strcmp(entry->d_name, "debian.profile") == 0;
		check_profile(arena, arena_format(arena, PROFILES "/%s", entry->d_name));
	}
	closedir(directory);
	arena_free(arena);
	assert_true(ucs && debian);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(kinds_are_whole),
		cmocka_unit_test(fields_are_whole),
		cmocka_unit_test(columns_fit),
		cmocka_unit_test(every_type_refuses_and_takes),
		cmocka_unit_test(roles_cover_all),
		cmocka_unit_test(profiles_map_every_field),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
