/*
 * text_visible: whatever comes in, cells that are safe come out, of the width
 * they say, and the exact form can be undone.  Random rounds: 20,000, with
 * POSTROOM_FULL ten million.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "tests/unit/hostile.h"
#include "tests/unit/trial.h"

static const struct {
	const char *bytes;
	const char *shown;     /* plain view on a UTF-8 screen */
	const char *exact;     /* exact view in ASCII */
	size_t columns;        /* of the plain view */
} cases[] = {
	{ "", "", "", 0 },
	{ "anna@example.com", "anna@example.com", "anna@example.com", 16 },
	{ "a\nb\tc\033d\re\177", "a\\nb\\tc\\ed\\x0De\\x7F", "a\\nb\\tc\\ed\\x0De\\x7F", 19 },
	{ "M\374ller", "M\\xFCller", "M\\xFCller", 9 },
	{ "M\303\274ller", "M\303\274ller", "M<U+00FC>ller", 6 },
	{ "\342\200\256x", "<U+202E>x", "<U+202E>x", 9 },
	{ "\302\205", "<U+0085>", "<U+0085>", 8 },
	{ "\302\255", "<U+00AD>", "<U+00AD>", 8 },
	{ "\363\240\201\201", "<U+E0041>", "<U+E0041>", 9 },
	{ "a\\b", "a\\b", "a\\\\b", 3 },
	{ "<U+202E>", "<U+202E>", "\\x3CU+202E>", 8 },
	{ "<u+41>", "<u+41>", "<u+41>", 6 },
	{ "\344\270\255", "\344\270\255", "<U+4E2D>", 2 },
	{ "\314\201x", "\342\227\214\314\201x", "<U+0301>x", 2 },
	{ "e\314\201\314\202\314\203x", "e\314\201\314\202<U+0303>x", "e<U+0301><U+0302><U+0303>x", 10 },
	{ "\n\314\201", "\\n\342\227\214\314\201", "\\n<U+0301>", 3 },
	{ "\341\204\222\341\205\241\341\206\253", "\341\204\222\341\205\241\341\206\253", "<U+1112><U+1161><U+11AB>", 2 },
	{ "a\341\205\241", "a<U+1161>", "a<U+1161>", 9 },
	{ "\355\240\200", "\\xED\\xA0\\x80", "\\xED\\xA0\\x80", 12 },
	{ "\302\240", "\302\240", "<U+00A0>", 1 },
};

static struct arena *arena;

static void known_views(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		size_t length = strlen(cases[i].bytes);

		assert_string_equal(text_visible_string(arena, VISIBLE_UTF8, cases[i].bytes, length), cases[i].shown);
		assert_string_equal(text_ascii_exact(arena, cases[i].bytes, length), cases[i].exact);
		assert_int_equal(text_columns(VISIBLE_UTF8, cases[i].bytes, length), cases[i].columns);
	}
}

static void escapes_are_marked(void **state)
{
	struct visible shown = text_visible(arena, VISIBLE_UTF8, "\\n\n", 3);

	(void)state;
	assert_int_equal(shown.count, 4);
	assert_false(shown.cells[0].escaped);
	assert_false(shown.cells[1].escaped);
	assert_true(shown.cells[2].escaped);
	assert_true(shown.cells[3].escaped);
	assert_int_equal(shown.cells[2].base, '\\');
}

static const struct {
	uint32_t code;
	enum char_class class;
} classes[] = {
	{ 0, CHAR_HIDDEN }, { 0x1B, CHAR_HIDDEN }, { ' ', CHAR_PLAIN }, { '~', CHAR_PLAIN }, { 0x7F, CHAR_HIDDEN }, { 0x9B, CHAR_HIDDEN },
	{ 0xA0, CHAR_PLAIN }, { 0xAD, CHAR_HIDDEN }, { 0xE4, CHAR_PLAIN }, { 0x301, CHAR_MARK }, { 0x34F, CHAR_HIDDEN },
	{ 0x378, CHAR_HIDDEN }, { 0x600, CHAR_HIDDEN }, { 0x61C, CHAR_HIDDEN }, { 0x6DD, CHAR_HIDDEN }, { 0x1100, CHAR_WIDE },
	{ 0x1160, CHAR_HIDDEN }, { 0x1161, CHAR_MARK }, { 0x180E, CHAR_HIDDEN }, { 0x200B, CHAR_HIDDEN }, { 0x200D, CHAR_HIDDEN },
	{ 0x200E, CHAR_HIDDEN }, { 0x2014, CHAR_PLAIN }, { 0x2028, CHAR_HIDDEN }, { 0x2029, CHAR_HIDDEN }, { 0x202E, CHAR_HIDDEN },
	{ 0x2066, CHAR_HIDDEN }, { 0x2500, CHAR_PLAIN }, { 0x25CC, CHAR_PLAIN }, { 0x3000, CHAR_WIDE }, { 0x3164, CHAR_HIDDEN },
	{ 0x4DC0, CHAR_HIDDEN }, { 0x4E2D, CHAR_WIDE }, { 0xAC00, CHAR_WIDE }, { 0xD800, CHAR_HIDDEN }, { 0xE000, CHAR_HIDDEN },
	{ 0xFE0F, CHAR_HIDDEN }, { 0xFEFF, CHAR_HIDDEN }, { 0xFF21, CHAR_WIDE }, { 0xFFFE, CHAR_HIDDEN }, { 0xFFFF, CHAR_HIDDEN },
	{ 0x1F1E9, CHAR_PLAIN }, { 0x1F3FB, CHAR_WIDE }, { 0x1F600, CHAR_WIDE }, { 0x1FAF8, CHAR_HIDDEN }, { 0x20000, CHAR_WIDE },
	{ 0xE0041, CHAR_HIDDEN }, { 0xE0100, CHAR_HIDDEN }, { 0xF0000, CHAR_HIDDEN }, { 0x10FFFF, CHAR_HIDDEN }, { 0x110000, CHAR_HIDDEN },
};

static void known_classes(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(classes) / sizeof(classes[0]); i++)
		if (char_classify(classes[i].code) != classes[i].class)
			fail_msg("U+%04X is of class %d", (unsigned)classes[i].code, char_classify(classes[i].code));
}

/* A cell that a terminal cannot take for anything but a character of its width. */
static void check_cell(const struct cell *cell, enum visible_form form)
{
	enum char_class class = char_classify(cell->base);

	assert_true(class == CHAR_PLAIN || class == CHAR_WIDE);
	assert_int_equal(cell->width, class == CHAR_WIDE ? 2 : 1);
	assert_true(form == VISIBLE_UTF8 || cell->base < 0x7F);
	assert_true(!cell->escaped || (cell->base < 0x7F && !cell->marks[0]));
	assert_true(cell->marks[0] || !cell->marks[1]);
	for (size_t i = 0; i < 2; i++)
		assert_true(!cell->marks[i] || (form == VISIBLE_UTF8 && char_classify(cell->marks[i]) == CHAR_MARK));
}

static void check_view(const struct visible *view, enum visible_form form)
{
	size_t columns = 0;

	for (size_t i = 0; i < view->count; i++) {
		check_cell(&view->cells[i], form);
		columns += view->cells[i].width;
	}
	assert_int_equal(columns, view->columns);
}

static char *as_string(struct arena *own, const struct visible *view)
{
	struct text out = { 0 };
	char code[4];
	char *copy;

	for (size_t i = 0; i < view->count; i++) {
		text_add_bytes(&out, code, utf8_encode(view->cells[i].base, code));
		for (size_t mark = 0; mark < 2 && view->cells[i].marks[mark]; mark++)
			text_add_bytes(&out, code, utf8_encode(view->cells[i].marks[mark], code));
	}
	copy = arena_bytes(own, text_get(&out), out.length);
	text_free(&out);
	return copy;
}

/* All properties of one string, in both forms. */
static void check_string(const char *bytes, size_t length)
{
	struct arena *own = arena_new();
	char *exact = text_ascii_exact(own, bytes, length), *back;
	size_t again = 0;

	for (int form = VISIBLE_UTF8; form <= VISIBLE_ASCII; form++) {
		struct visible plain = text_visible(own, form, bytes, length);
		char *shown = text_visible_string(own, form, bytes, length);

		check_view(&plain, form);
		assert_int_equal(plain.columns, text_columns(form, bytes, length));
		assert_string_equal(as_string(own, &plain), shown);
		assert_true(utf8_valid(shown, strlen(shown)));
	}
	assert_false(text_has_foreign(exact, strlen(exact)));
	back = text_unescape(own, exact, &again);
	assert_non_null(back);
	assert_int_equal(again, length);
	assert_memory_equal(back, bytes, length);
	arena_free(own);
}

static void hostile_strings_are_harmless(void **state)
{
	(void)state;
	for (size_t i = 0; i < HOSTILE_COUNT; i++)
		check_string(hostile_strings[i].bytes, hostile_strings[i].length);
}

/* Adds a piece that is likely to matter: a byte, an escape's beginning, a character, a hostile string. */
static size_t add_piece(char *at, size_t room)
{
	static const char *const pieces[] = { "\\", "\\x", "<U+", "<", "U+", "202E>", "\\\\", "\314\201", "\341\205\241", "\303", "\342\200" };
	const char *from = (const char *)at;
	char code[4];
	size_t length = 1;
	uint32_t scalar;

	switch (trial_below(5)) {
	case 0:
		*at = (char)trial_below(256);
		return 1;
	case 1:
		from = pieces[trial_below(sizeof(pieces) / sizeof(pieces[0]))];
		length = strlen(from);
		break;
	case 2:
		scalar = (uint32_t)trial_below(trial_below(2) ? 0x110000 : 0x3100);
		length = utf8_encode(scalar >= 0xD800 && scalar <= 0xDFFF ? 'x' : scalar, code);
		from = code;
		break;
	case 3:
		*at = (char)(32 + trial_below(95));
		return 1;
	default: {
		const struct hostile *one = &hostile_strings[trial_below(HOSTILE_COUNT)];

		from = one->bytes;
		length = one->length < 40 ? one->length : 40;
	}
	}
	length = length < room ? length : room;
	memcpy(at, from, length);
	return length;
}

static void random_strings_are_harmless(void **state)
{
	long rounds = trial_rounds(20000, 10000000);

	(void)state;
	trial_begin("random strings");
	for (long round = 0; round < rounds; round++) {
		char bytes[200];
		size_t length = 0, pieces = trial_below(12);

		while (pieces-- > 0 && length < sizeof(bytes))
			length += add_piece(bytes + length, sizeof(bytes) - length);
		check_string(bytes, length);
	}
}

static const char *const no_exact_forms[] = {
	"\\", "\\q", "\\x", "\\x4", "\\xZZ", "<U+", "<U+41>", "<U+0041", "<U+1234567>", "<U+D800>", "<U+110000>", "a\nb", "\033", "\377",
	"\342\200\256", "\302\205",
};

static void what_is_no_exact_form_is_refused(void **state)
{
	size_t length;

	(void)state;
	for (size_t i = 0; i < sizeof(no_exact_forms) / sizeof(no_exact_forms[0]); i++)
		assert_null(text_unescape(arena, no_exact_forms[i], &length));
	assert_string_equal(text_unescape(arena, "a<b \\x41<U+0042>", &length), "a<b AB");
	assert_int_equal(length, 6);
}

static int open_arena(void **state)
{
	(void)state;
	arena = arena_new();
	return 0;
}

static int close_arena(void **state)
{
	(void)state;
	arena_free(arena);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(known_views),
		cmocka_unit_test(escapes_are_marked),
		cmocka_unit_test(known_classes),
		cmocka_unit_test(hostile_strings_are_harmless),
		cmocka_unit_test(random_strings_are_harmless),
		cmocka_unit_test(what_is_no_exact_form_is_refused),
	};

	return cmocka_run_group_tests(tests, open_arena, close_arena);
}
