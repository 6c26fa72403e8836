/*
 * test_ui_keymap: the built-in maps, laying a map over the default, and every
 * mistake with its file and line.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "ui/actions.h"
#include "ui/keymap.h"

static const char *bound(const struct keymap *map, const char *place, const char *name)
{
	struct key key;
	const char *action;

	assert_true(key_from_name(name, &key));
	action = keymap_action(map, place, &key);
	return action ? action : "-";
}

static void the_built_in_maps_are_right(void **state)
{
	const char *const *name;

	(void)state;
	for (name = keymap_names(); *name; name++) {
		struct error error = { 0 };
		struct keymap *map = keymap_load(*name, &error);

		assert_string_equal(error.text, "");
		assert_non_null(map);
		assert_string_equal(bound(map, "list", "Enter"), "open");
		assert_string_equal(bound(map, "list", "/"), "filter");
		assert_string_equal(bound(map, "list", "Down"), "down");
		assert_string_equal(bound(map, "list", "j"), strcmp(*name, "emacs") == 0 ? "-" : "down");
		assert_string_equal(bound(map, "page", "Esc"), "back");
		assert_string_equal(bound(map, "page", "?"), "help");
		assert_string_equal(bound(map, "page", "l"), "quota");
		assert_string_equal(bound(map, "review", "Enter"), "accept");
		assert_string_equal(bound(map, "review", "Right"), "right");
		assert_string_equal(bound(map, "field", "Esc"), "cancel");
		assert_string_equal(bound(map, "field", "Ctrl-L"), "redraw");
		assert_string_equal(bound(map, "field", "q"), "-");
		assert_string_equal(bound(map, "field", "Ctrl-R"), "-");
		keymap_free(map);
	}
}

/* Every action can be reached by a key in each of its places, and by one that every keyboard has. */
static void every_action_has_a_key(void **state)
{
	struct keymap *map = keymap_default();
	struct arena *arena = arena_new();
	const struct action *row;

	(void)state;
	for (row = actions; row->name; row++) {
		char *places = arena_text(arena, row->places), *place, *rest = NULL;

		for (place = strtok_r(places, " ", &rest); place; place = strtok_r(NULL, " ", &rest)) {
			char *keys = keymap_keys(map, place, row->name, arena);

			if (!keys)
				print_message("%s has no key in [%s]\n", row->name, place);
			assert_non_null(keys);
			assert_false(keys[0] == 'F' && keys[1] >= '1' && keys[1] <= '9');
		}
	}
	arena_free(arena);
	keymap_free(map);
}

static void no_printable_key_agrees_or_writes(void **state)
{
	struct keymap *map = keymap_default();
	struct key key = { .kind = KEY_KIND_TEXT };
	static const char *const places[] = { "global", "list", "page", "form", "editor", "review", "picker", "palette", "history", "field" };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		for (key.code = ' '; key.code < 127; key.code++) {
			const char *action = keymap_action(map, places[i], &key);

			assert_false(action && (strcmp(action, "accept") == 0 || strcmp(action, "apply") == 0));
		}
	}
	keymap_free(map);
}

static void a_map_is_laid_over_the_default(void **state)
{
	static const char words[] =
		"# of this site\n"
		"[list]\n"
		"  open = Right, Comma   # with a remark\r\n"
		"new =\n"
		"undo=\n"
		"right =\n"
		"[global]\n"
		"palette = F2, Alt-x, Hash, ä\n";
	struct error error = { 0 };
	struct keymap *map = keymap_parse("site.keys", words, strlen(words), &error);
	struct arena *arena = arena_new();

	(void)state;
	assert_string_equal(error.text, "");
	assert_string_equal(bound(map, "list", "Right"), "open");
	assert_string_equal(bound(map, "list", ","), "open");
	assert_string_equal(bound(map, "list", "Enter"), "-");
	assert_string_equal(bound(map, "list", "n"), "-");
	assert_string_equal(bound(map, "list", "u"), "-");
	assert_string_equal(bound(map, "page", "u"), "undo");
	assert_string_equal(bound(map, "page", "Right"), "right");
	assert_string_equal(bound(map, "list", "#"), "palette");
	assert_string_equal(bound(map, "help", "ä"), "palette");
	assert_string_equal(bound(map, "help", ":"), "-");
	assert_string_equal(bound(map, "list", "d"), "delete");
	assert_string_equal(keymap_keys(map, "list", "open", arena), "Right, Comma");
	assert_string_equal(keymap_key(map, "list", "open", arena), "Right");
	assert_string_equal(keymap_keys(map, "list", "palette", arena), "F2, Alt-x, Hash, ä");
	assert_null(keymap_keys(map, "list", "new", arena));
	assert_null(keymap_keys(map, "list", "right", arena));
	assert_null(keymap_keys(map, "list", "nonsense", arena));
	/* l is right everywhere but where it is the quota. */
	assert_string_equal(keymap_keys(map, "page", "right", arena), "Right");
	assert_string_equal(keymap_keys(map, "history", "right", arena), "Right, l");
	/* Where a name may have to be typed letters are left alone. */
	assert_string_equal(keymap_keys(map, "review", "right", arena), "Right");
	assert_string_equal(bound(map, "review", "u"), "-");
	assert_string_equal(bound(map, "review", "k"), "-");
	arena_free(arena);
	keymap_free(map);
}

static void mistakes_name_file_and_line(void **state)
{
	static const struct { const char *words, *line, *reason; } cases[] = {
		{ "open = x\n", "line 1", "must be a place" },
		{ "\n[nowhere]\n", "line 2", "no place \"nowhere\"" },
		{ "[list\n", "line 1", "brackets" },
		{ "[list]\nopen\n", "line 2", "\"=\"" },
		{ "[list]\nfly = x\n", "line 2", "no action \"fly\"" },
		{ "[palette]\nopen = x\n", "line 2", "does not apply in [palette]" },
		{ "[list]\nopen = Entre\n", "line 2", "\"Entre\" is no key" },
		{ "[list]\nopen = g g\n", "line 2", "is no key" },
		{ "[list]\nopen = Enter,\n", "line 2", "Comma" },
		{ "[list]\nopen = Enter,,x\n", "line 2", "Comma" },
		{ "[list]\nopen = Enter\nsort = s\nopen = x\n", "line 4", "first in line 2" },
		{ "[list]\nopen = [\n", "line 2", "arrow key" },
		{ "[list]\nopen = O\n", "line 2", "arrow key" },
		{ "[list]\nopen = Ctrl-S\n", "line 2", "Ctrl-S cannot be bound" },
		{ "[list]\nopen = Ctrl-A\n", "line 2", "tmux" },
		{ "[list]\nopen = Ctrl-Z\n", "line 2", "suspend" },
		{ "[list]\nopen = Ctrl-\\\n", "line 2", "terminals" },
		{ "[field]\naccept = a\n", "line 2", "is text" },
		{ "[review]\naccept = y\n", "line 2", "by accident" },
		{ "[list]\nopen = s\n", "line 2", "s is bound to open and to sort (default.keys, line " },
		{ "[list]\nsort = x\nopen = x\n", "line 3", "x is bound to open and to sort (bad.keys, line 2)" },
		{ "[list]\nopen = \xff\n", "line 2", "is no key" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct error error = { 0 };
		struct keymap *map = keymap_parse("bad.keys", cases[i].words, strlen(cases[i].words), &error);

		assert_null(map);
		assert_int_equal(error.kind, ERROR_CONFIG);
		if (strncmp(error.text, "bad.keys, ", 10) != 0 || !strstr(error.text, cases[i].line) || !strstr(error.text, cases[i].reason))
			fail_msg("case %zu: %s", i, error.text);
	}
}

static void odd_bytes_do_no_harm(void **state)
{
	static const char zero[] = "[list]\nopen = x\0y\n";
	struct error error = { 0 };
	struct keymap *map;

	(void)state;
	assert_null(keymap_parse("zero.keys", zero, sizeof(zero) - 1, &error));
	assert_non_null(strstr(error.text, "zero.keys, line 2: there is a zero byte"));
	map = keymap_parse("empty.keys", "", 0, &error);
	assert_non_null(map);
	keymap_free(map);
	map = keymap_parse("short.keys", "[list]\nopen=x", 13, &error);
	assert_non_null(map);
	assert_string_equal(bound(map, "list", "x"), "open");
	keymap_free(map);
}

static void files_are_read_and_missing_ones_named(void **state)
{
	char path[] = "/tmp/test_keymap_XXXXXX";
	int descriptor = mkstemp(path);
	struct error error = { 0 };
	struct keymap *map;

	(void)state;
	assert_true(descriptor >= 0);
	assert_int_equal(write(descriptor, "[list]\nopen = x\n", 16), 16);
	close(descriptor);
	map = keymap_load(path, &error);
	assert_non_null(map);
	assert_string_equal(bound(map, "list", "x"), "open");
	keymap_free(map);
	unlink(path);
	assert_null(keymap_load(path, &error));
	assert_non_null(strstr(error.text, path));
	assert_null(keymap_load("nano", &error));
	assert_non_null(strstr(error.text, "no keymap nano"));
	map = keymap_load(NULL, &error);
	assert_non_null(map);
	keymap_free(map);
}

static void emacs_hands_find_their_keys(void **state)
{
	static const struct { const char *place, *key, *action; } cases[] = {
		{ "list", "Ctrl-N", "down" }, { "list", "Ctrl-P", "up" }, { "list", "Ctrl-F", "right" }, { "list", "Ctrl-V", "page-down" },
		{ "page", "Alt-v", "page-up" }, { "page", "Alt-<", "first" }, { "page", "Alt->", "last" }, { "page", "Alt-x", "palette" },
		{ "form", "Ctrl-G", "cancel" }, { "field", "Ctrl-G", "cancel" }, { "field", "Ctrl-N", "down" }, { "field", "Ctrl-O", "apply" },
		{ "review", "Ctrl-N", "down" }, { "list", "Ctrl-_", "undo" }, { "list", "Ctrl-D", "delete" }, { "list", "g", "refresh" },
	};
	struct error error = { 0 };
	struct keymap *map = keymap_load("emacs", &error);
	size_t i;

	(void)state;
	assert_non_null(map);
	assert_string_equal(keymap_name(map), "emacs");
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_string_equal(bound(map, cases[i].place, cases[i].key), cases[i].action);
	keymap_free(map);
}

static const struct keymap_difference *told(const struct keymap_difference *rows, size_t count, const char *place, const char *action)
{
	size_t i;

	for (i = 0; i < count; i++) {
		if (strcmp(rows[i].place, place) == 0 && strcmp(rows[i].action->name, action) == 0)
			return &rows[i];
	}
	return NULL;
}

/* Every difference is true, none is missing, and what is true everywhere is told once. */
static void differences_are_what_keys_do(void **state)
{
	static const char words[] = "[global]\npalette = F2, :\n[list]\nnew =\nopen = Enter\n";
	struct error error = { 0 };
	struct keymap *left = keymap_default(), *right = keymap_parse("site.keys", words, strlen(words), &error);
	struct arena *arena = arena_new();
	struct keymap_difference *rows;
	size_t count = keymap_compare(left, right, arena, &rows), i;

	(void)state;
	assert_int_equal(count, 2);
	assert_string_equal(told(rows, count, "global", "palette")->right, "F2, :");
	assert_null(told(rows, count, "list", "palette"));
	assert_string_equal(told(rows, count, "list", "new")->left, "n");
	assert_null(told(rows, count, "list", "new")->right);
	keymap_free(right);
	right = keymap_load("vi", &error);
	count = keymap_compare(left, right, arena, &rows);
	assert_true(count > 10);
	for (i = 0; i < count; i++)
		assert_false(rows[i].left && rows[i].right && strcmp(rows[i].left, rows[i].right) == 0);
	assert_int_equal(keymap_compare(left, left, arena, &rows), 0);
	arena_free(arena);
	keymap_free(left);
	keymap_free(right);
}

static void places_come_from_the_actions(void **state)
{
	struct arena *arena = arena_new();
	const char *const *places = keymap_places(arena);
	bool list = false, field = false;
	size_t i;

	(void)state;
	assert_string_equal(places[0], "global");
	for (i = 0; places[i]; i++) {
		list = list || strcmp(places[i], "list") == 0;
		field = field || strcmp(places[i], "field") == 0;
	}
	assert_true(list && field);
	arena_free(arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_built_in_maps_are_right),
		cmocka_unit_test(every_action_has_a_key),
		cmocka_unit_test(no_printable_key_agrees_or_writes),
		cmocka_unit_test(a_map_is_laid_over_the_default),
		cmocka_unit_test(emacs_hands_find_their_keys),
		cmocka_unit_test(differences_are_what_keys_do),
		cmocka_unit_test(places_come_from_the_actions),
		cmocka_unit_test(mistakes_name_file_and_line),
		cmocka_unit_test(odd_bytes_do_no_harm),
		cmocka_unit_test(files_are_read_and_missing_ones_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
