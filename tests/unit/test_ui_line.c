/*
 * test_ui_line: editing by cells, what a paste loses, and the window of a long
 * line, which always holds the edit point.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "hostile.h"
#include "trial.h"
#include "ui/line.h"

static struct key named(enum named_key name)
{
	return (struct key){ .kind = KEY_KIND_NAMED, .code = name };
}

static struct key letter(uint32_t code, unsigned modifiers)
{
	return (struct key){ .kind = KEY_KIND_TEXT, .code = code, .modifiers = modifiers };
}

/* Letters type themselves; < > ^ $ are Left, Right, Home, End; # is Backspace, ! Delete; 1 2 3 are Ctrl-U, Ctrl-W, Ctrl-K. */
static void play(struct line *line, const char *script)
{
	for (; *script != '\0'; script++) {
		struct key key = letter((unsigned char)*script, 0);

		switch (*script) {
		case '<': key = named(NAMED_LEFT); break;
		case '>': key = named(NAMED_RIGHT); break;
		case '^': key = named(NAMED_HOME); break;
		case '$': key = named(NAMED_END); break;
		case '#': key = named(NAMED_BACKSPACE); break;
		case '!': key = named(NAMED_DELETE); break;
		case '1': key = letter('u', WITH_CTRL); break;
		case '2': key = letter('w', WITH_CTRL); break;
		case '3': key = letter('k', WITH_CTRL); break;
		default: break;
		}
		assert_true(line_key(line, &key));
	}
}

static void editing(void **state)
{
	static const struct { const char *begin, *script, *text; size_t cursor; } cases[] = {
		{ "", "abc", "abc", 3 },
		{ "abc", "<x", "abxc", 3 },
		{ "abc", "^x", "xabc", 1 },
		{ "abc", "#", "ab", 2 },
		{ "abc", "^#", "abc", 0 },
		{ "abc", "^!", "bc", 0 },
		{ "abc", "!", "abc", 3 },
		{ "abc", "<<<<<x", "xabc", 1 },
		{ "abc", "^>>>>>x", "abcx", 4 },
		{ "one two", "2", "one ", 4 },
		{ "one two  ", "2", "one ", 4 },
		{ "one two", "<<<3", "one ", 4 },
		{ "one two", "<<<1", "two", 0 },
		/* A letter with its mark is one cell: a with U+0308, and a wide letter. */
		{ "a\xcc\x88z", "<#", "z", 0 },
		{ "a\xcc\x88z", "^!", "z", 0 },
		{ "a\xcc\x88z", "^>x", "a\xcc\x88xz", 4 },
		{ "\xe4\xb8\xad\xe6\x96\x87", "#", "\xe4\xb8\xad", 3 },
		{ "\xe4\xb8\xad\xe6\x96\x87", "^>x", "\xe4\xb8\xadx\xe6\x96\x87", 4 },
		/* A byte that is no UTF-8 is one step and stays as it is. */
		{ "M\xfcller", "<<<<#", "Mller", 1 },
		{ "M\xfcller", "^>>x", "M\xfcxller", 3 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct line line;

		line_init(&line, cases[i].begin, strlen(cases[i].begin), false);
		play(&line, cases[i].script);
		assert_string_equal(line_text(&line), cases[i].text);
		assert_int_equal(line.cursor, cases[i].cursor);
		line_free(&line);
	}
}

static void keys_that_are_not_for_a_line(void **state)
{
	const struct key keys[] = { named(NAMED_ENTER), named(NAMED_ESC), named(NAMED_TAB), named(NAMED_UP), named(NAMED_F1),
		letter('x', WITH_ALT), letter('x', WITH_CTRL), letter(0x1b, 0), letter(0x85, 0), letter(0x2028, 0), letter(0x7f, 0) };
	struct line line;

	(void)state;
	line_init(&line, "a", 1, false);
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		assert_false(line_key(&line, &keys[i]));
	assert_string_equal(line_text(&line), "a");
	line_free(&line);
}

static void pasting(void **state)
{
	static const struct { const char *paste, *text; bool said; } cases[] = {
		{ "b@example.com", "ab@example.com", false },
		{ "b\n", "ab", false },
		{ "b\r\n", "ab", false },
		{ "b\nc", "a", true },
		{ "b\xe2\x80\xa8" "c", "a", true },
		{ "b\033[2Jc", "ab[2Jc", true },
		{ "b\tc", "abc", true },
		{ "\xc2\x9b" "2J", "a2J", true },
		{ "b\xff" "c", "abc", true },
		{ "M\xc3\xbcller", "aM\xc3\xbcller", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct line line;
		const char *said;

		line_init(&line, "a", 1, false);
		said = line_paste(&line, cases[i].paste, strlen(cases[i].paste));
		assert_string_equal(line_text(&line), cases[i].text);
		assert_int_equal(said != NULL, cases[i].said);
		line_free(&line);
	}
}

static void a_full_line_refuses_more(void **state)
{
	char *much = memory_new(LINE_MOST + 1);
	struct line line;

	(void)state;
	memset(much, 'x', LINE_MOST);
	line_init(&line, NULL, 0, false);
	assert_null(line_paste(&line, much, LINE_MOST));
	assert_int_equal(line.length, LINE_MOST);
	assert_false(line_insert(&line, 'y'));
	assert_non_null(line_paste(&line, "y", 1));
	assert_int_equal(line.length, LINE_MOST);
	line_free(&line);
	free(much);
}

static void drawing(void **state)
{
	static const struct { const char *text; int moves_left, width; const char *row; int cursor; } cases[] = {
		{ "abc", 0, 10, "abc", 3 },
		{ "abc", 3, 10, "abc", 0 },
		{ "abcdefghij", 10, 8, " abcdef>", 1 },
		{ "abcdefghij", 0, 8, "<ghij", 5 },
		{ "abcdefghijklmno", 5, 8, "<ghijkl>", 5 },
		{ "\xe4\xb8\xad\xe6\x96\x87\xe4\xb8\xad\xe6\x96\x87\xe4\xb8\xad", 5, 8, " \xe4\xb8\xad\xe6\x96\x87\xe4\xb8\xad>", 1 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct canvas *canvas = canvas_new(1, 12, VISIBLE_UTF8);
		struct line line;
		char *shown;

		line_init(&line, cases[i].text, strlen(cases[i].text), false);
		for (int n = 0; n < cases[i].moves_left; n++)
			line_left(&line);
		line_draw(&line, canvas, 0, 0, cases[i].width, true);
		shown = canvas_print(canvas);
		shown[strcspn(shown, "\n")] = '\0';
		assert_string_equal(shown, cases[i].row);
		assert_int_equal(canvas->cursor_column, cases[i].cursor);
		free(shown);
		line_free(&line);
		canvas_free(canvas);
	}
}

static void a_secret_is_eight_dots(void **state)
{
	static const char *const secrets[] = { "x", "correct horse battery staple", "\xe4\xb8\xad" };

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct canvas *canvas = canvas_new(1, 20, VISIBLE_ASCII);
		struct line line;
		char *shown;

		line_init(&line, secrets[i], strlen(secrets[i]), true);
		line_draw(&line, canvas, 0, 0, 20, true);
		shown = canvas_print(canvas);
		assert_string_equal(shown, "********\n");
		free(shown);
		line_free(&line);
		canvas_free(canvas);
	}
}

/* Whatever stands in it and however narrow it is: the edit point is inside the field, and nothing outside is touched. */
static void random_editing(void **state)
{
	long rounds = trial_rounds(3000, 100000);
	struct line line;

	(void)state;
	trial_begin("random_editing");
	line_init(&line, NULL, 0, false);
	for (long round = 0; round < rounds; round++) {
		int width = 1 + (int)trial_below(30);
		struct canvas *canvas;

		switch (trial_below(8)) {
		case 0: line_left(&line); break;
		case 1: line_right(&line); break;
		case 2: line_backspace(&line); break;
		case 3: line_delete(&line); break;
		case 4: line_insert(&line, (uint32_t)trial_below(0x3000)); break;
		case 5: line_insert(&line, 0x300 + (uint32_t)trial_below(0x60)); break;
		case 6: line_insert(&line, 0x4e00 + (uint32_t)trial_below(0x100)); break;
		default: {
			const struct hostile *hostile = &hostile_strings[trial_below(HOSTILE_COUNT)];

			if (hostile->length < 200 && line.length < 400)
				line_paste(&line, hostile->bytes, hostile->length);
			else
				line_clear(&line);
		}
		}
		assert_true(line.cursor <= line.length);
		canvas = canvas_new(2, 34, trial_below(2) ? VISIBLE_UTF8 : VISIBLE_ASCII);
		line_draw(&line, canvas, 0, 2, width, true);
		assert_in_range(canvas->cursor_column, 2, 2 + width);
		assert_int_equal(canvas->cells[1].style, STYLE_PLAIN);
		assert_int_equal(canvas->cells[2 + width].style, STYLE_PLAIN);
		canvas_free(canvas);
	}
	line_free(&line);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(editing),
		cmocka_unit_test(keys_that_are_not_for_a_line),
		cmocka_unit_test(pasting),
		cmocka_unit_test(a_full_line_refuses_more),
		cmocka_unit_test(drawing),
		cmocka_unit_test(a_secret_is_eight_dots),
		cmocka_unit_test(random_editing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
