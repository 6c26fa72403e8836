/*
 * fuzz_visible: whatever bytes come in, every cell is a visible character of
 * the width it says, and the exact forms give the bytes back.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void require(bool holds)
{
	if (!holds)
		abort();
}

static void check_view(const struct visible *view)
{
	size_t columns = 0;

	for (size_t i = 0; i < view->count; i++) {
		const struct cell *cell = &view->cells[i];
		enum char_class class = char_classify(cell->base);

		require(class == CHAR_WIDE ? cell->width == 2 : class == CHAR_PLAIN && cell->width == 1);
		for (size_t mark = 0; mark < 2; mark++)
			require(!cell->marks[mark] || char_classify(cell->marks[mark]) == CHAR_MARK);
		columns += cell->width;
	}
	require(columns == view->columns);
}

static char *as_string(struct arena *arena, const struct visible *view)
{
	char *out = arena_alloc(arena, view->count * 12 + 1), *at = out;

	for (size_t i = 0; i < view->count; i++) {
		at += utf8_encode(view->cells[i].base, at);
		for (size_t mark = 0; mark < 2 && view->cells[i].marks[mark]; mark++)
			at += utf8_encode(view->cells[i].marks[mark], at);
	}
	return out;
}

static void check_form(struct arena *arena, enum visible_form form, const char *words, size_t size)
{
	struct visible plain = text_visible(arena, form, words, size);

	check_view(&plain);
	require(plain.columns == text_columns(form, words, size));
	require(strcmp(as_string(arena, &plain), text_visible_string(arena, form, words, size)) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct arena *arena = arena_new();
	char *words = arena_bytes(arena, bytes, size), *once, *back;
	size_t length;

	check_form(arena, VISIBLE_UTF8, words, size);
	check_form(arena, VISIBLE_ASCII, words, size);
	back = text_unescape(arena, text_ascii_exact(arena, words, size), &length);
	require(back && length == size && memcmp(back, words, size) == 0);
	/* Halves of a broken character around a dropped mark may join; in UTF-8 nothing does. */
	once = text_fold(arena, words, size);
	require(!utf8_valid(words, size) || strcmp(text_fold(arena, once, strlen(once)), once) == 0);
	require(text_compare(words, words) == 0);
	text_unescape(arena, words, &length);
	text_mixed_scripts(words, size);
	text_domain_ascii(arena, words);
	text_domain_unicode(arena, words);
	arena_free(arena);
	return 0;
}
