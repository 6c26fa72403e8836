/*
 * test_ui_theme: the built-in themes, laying a theme over the default, every
 * mistake with its file and line, and what reaches terminals of few colours.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/pty/screen.h"
#include "tests/pty/strict.h"
#include "ui/paint.h"
#include "ui/style.h"
#include "ui/theme.h"

static void styles_have_names(void **state)
{
	(void)state;
	for (unsigned style = 0; style < STYLE_COUNT; style++) {
		assert_non_null(style_name(style));
		assert_int_equal(style_find(style_name(style)), style);
	}
	assert_int_equal(style_find("nonsense"), STYLE_COUNT);
	assert_string_equal(style_name(STYLE_COUNT), "?");
}

/* Nothing that matters is told by colour alone, above all not by red and green. */
static void the_built_in_themes_are_right(void **state)
{
	static const struct { enum style a, b; } apart[] = {
		{ STYLE_ROW, STYLE_ROW_HERE }, { STYLE_SECTION, STYLE_SECTION_HERE }, { STYLE_BUTTON, STYLE_BUTTON_HERE },
		{ STYLE_OK, STYLE_BAD }, { STYLE_OK, STYLE_WARNING }, { STYLE_OLD, STYLE_NEW }, { STYLE_FIELD, STYLE_FIELD_HERE },
	};

	(void)state;
	for (const char *const *name = theme_names(); *name != NULL; name++) {
		struct error error = { 0 };
		struct theme *theme = theme_load(*name, &error);

		assert_string_equal(error.text, "");
		assert_non_null(theme);
		for (size_t i = 0; i < sizeof apart / sizeof *apart; i++)
			assert_int_not_equal(theme->looks[apart[i].a].attributes, theme->looks[apart[i].b].attributes);
		for (unsigned style = 0; style < STYLE_COUNT && strcmp(*name, "high-contrast") == 0; style++)
			assert_true(theme->looks[style].colour == -1 && !(theme->looks[style].attributes & LOOK_DIM));
		for (unsigned style = 0; style < STYLE_COUNT && strcmp(*name, "colour-blind") == 0; style++)
			assert_true(theme->looks[style].colour != 1 && theme->looks[style].colour != 2);
		theme_free(theme);
	}
}

static void a_theme_is_laid_over_the_default(void **state)
{
	static const char words[] = "# mine\n  ok = bright-blue , underline,on 17 # so\r\nbad=reverse,default,on default\nkey =\n";
	struct error error = { 0 };
	struct theme *theme = theme_parse("my.theme", words, strlen(words), &error);

	(void)state;
	assert_string_equal(error.text, "");
	assert_non_null(theme);
	assert_int_equal(theme->looks[STYLE_OK].attributes, LOOK_UNDERLINE);
	assert_int_equal(theme->looks[STYLE_OK].colour, 12);
	assert_int_equal(theme->looks[STYLE_OK].background, 17);
	assert_int_equal(theme->looks[STYLE_BAD].colour, -1);
	assert_int_equal(theme->looks[STYLE_KEY].attributes, 0);
	assert_int_equal(theme->looks[STYLE_TITLE].attributes, LOOK_BOLD);
	theme_free(theme);
}

static void mistakes_name_file_and_line(void **state)
{
	static const struct { const char *words, *line, *reason; } cases[] = {
		{ "ok\n", "line 1", "\"=\"" },
		{ "\nshiny = red\n", "line 2", "no style shiny" },
		{ "ok = rot\n", "line 1", "rot" },
		{ "ok = red,\n", "line 1", "comma" },
		{ "ok = red,,bold\n", "line 1", "comma" },
		{ "ok = 256\n", "line 1", "256" },
		{ "ok = 7\n", "line 1", "7" },
		{ "ok = bright-8\n", "line 1", "bright-8" },
		{ "ok = on\n", "line 1", "on" },
		{ "ok = on on red\n", "line 1", "on on red" },
		{ "ok = red\nok = blue\n", "line 2", "second time" },
		{ "ok = red, on red\n", "line 1", "cannot be read" },
		{ "bad = green\nok = red\n", "line 2", "ok and bad must differ by more than a colour" },
		{ "# no\nrow-here = white, on blue\n", "line 2", "row and row-here" },
		{ "new = red\n", "line 1", "old and new" },
		{ "ok = \xff\n", "line 1", "neither" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct error error = { 0 };
		struct theme *theme = theme_parse("bad.theme", cases[i].words, strlen(cases[i].words), &error);

		assert_null(theme);
		assert_int_equal(error.kind, ERROR_CONFIG);
		if (strncmp(error.text, "bad.theme, ", 11) != 0 || strstr(error.text, cases[i].line) == NULL || strstr(error.text, cases[i].reason) == NULL)
			fail_msg("case %zu: %s", i, error.text);
	}
}

static void files_are_read_and_missing_ones_named(void **state)
{
	char path[] = "/tmp/test_theme_XXXXXX";
	int descriptor = mkstemp(path);
	struct error error = { 0 };
	struct theme *theme;

	(void)state;
	assert_true(descriptor >= 0);
	assert_int_equal(write(descriptor, "notice = dim\n", 13), 13);
	close(descriptor);
	theme = theme_load(path, &error);
	assert_non_null(theme);
	assert_int_equal(theme->looks[STYLE_NOTICE].attributes, LOOK_DIM);
	theme_free(theme);
	unlink(path);
	assert_null(theme_load(path, &error));
	assert_non_null(strstr(error.text, path));
	assert_null(theme_load("rainbow", &error));
	assert_non_null(strstr(error.text, "no theme rainbow"));
	assert_null(theme_parse("zero.theme", "ok = red\0\n", 10, &error));
	assert_non_null(strstr(error.text, "zero byte"));
}

/* Each theme on terminals of 256, 8 and no colours: only what they know is sent, and without colours none. */
static void terminals_get_what_they_can_show(void **state)
{
	static const struct { const char *term; bool monochrome, coloured; } cases[] = {
		{ "xterm-256color", false, true }, { "xterm-256color", true, false }, { "linux", false, true },
		{ "screen", false, true }, { "vt100", false, false },
	};

	(void)state;
	for (const char *const *name = theme_names(); *name != NULL; name++) {
		for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
			struct theme *theme = theme_load(*name, NULL);
			struct paint_options options = { .term = cases[i].term, .monochrome = cases[i].monochrome, .theme = theme, .rows = 24, .columns = 80 };
			struct error error = { 0 };
			struct paint *paint = paint_open(&options, &error);
			struct canvas *canvas = canvas_new(24, 80, VISIBLE_ASCII);
			struct strict *strict = strict_new(cases[i].term);
			struct screen screen;
			const char *bytes;
			size_t length;

			assert_non_null(paint);
			/* Of eight colours nobody may send more. */
			if (strcmp(cases[i].term, "xterm-256color") == 0)
				strict_allow(strict, STRICT_COLOURS);
			theme_free(theme);
			for (int style = 0; style < STYLE_COUNT; style++)
				canvas_words(canvas, style % 24, style < 24 ? 0 : 40, -1, (enum style)style, style_name((unsigned)style));
			paint_frame(paint, canvas);
			bytes = paint_bytes(paint, &length);
			screen_open(&screen, 24, 80, strict);
			screen_show(&screen, bytes, length);
			if (screen.complaint[0] != '\0')
				fail_msg("%s on %s: %s", *name, cases[i].term, screen.complaint);
			assert_true(!screen.colours_seen || cases[i].coloured);
			assert_true(screen.colours_seen || !cases[i].coloured || strcmp(*name, "high-contrast") == 0);
			assert_true(screen_at(&screen, STYLE_ROW_HERE, 0)->reversed);
			screen_close(&screen);
			strict_free(strict);
			canvas_free(canvas);
			paint_close(paint);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(styles_have_names),
		cmocka_unit_test(the_built_in_themes_are_right),
		cmocka_unit_test(a_theme_is_laid_over_the_default),
		cmocka_unit_test(mistakes_name_file_and_line),
		cmocka_unit_test(files_are_read_and_missing_ones_named),
		cmocka_unit_test(terminals_get_what_they_can_show),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
