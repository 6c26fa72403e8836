/*
 * text_fold: finding and ordering for people.
 *
 * Case is folded after Unicode, accents of Latin, Greek and Cyrillic letters
 * are dropped (composed or as marks of their own), so "muller" finds
 * "Müller".  The table comes from text_widths.h, generated at build time.
 * Bytes that are no UTF-8 stay as they are.  Pure, cannot fail, any thread.
 */
#include "base/text.h"

#include <string.h>

struct fold {
	uint32_t from;
	uint32_t to[3];        /* ends with 0; all 0: dropped */
};

#define TEXT_WIDTHS_FOLDING
#include "text_widths.h"

/* Stands above all characters, so that bad bytes sort last and stay different. */
#define BAD_BYTE 0x110000u

static const struct fold *find(uint32_t code)
{
	size_t low = 0, high = sizeof(fold_rows) / sizeof(fold_rows[0]);

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (code > fold_rows[middle].from)
			low = middle + 1;
		else if (code < fold_rows[middle].from)
			high = middle;
		else
			return &fold_rows[middle];
	}
	return NULL;
}

char text_lower_letter(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

char *text_lower_ascii(struct arena *arena, const char *bytes, size_t length)
{
	char *out = arena_alloc(arena, length + 1);

	for (size_t i = 0; i < length; i++)
		out[i] = text_lower_letter(bytes[i]);
	return out;
}

/* Folds the character at hand into codes (room for 3); *size says how many bytes it took. */
static size_t fold_next(const char *at, size_t length, size_t *size, uint32_t *codes)
{
	const struct fold *fold;
	size_t count = 0;

	if ((unsigned char)*at < 0x80) {
		*size = 1;
		codes[0] = (unsigned char)text_lower_letter(*at);
		return 1;
	}
	*size = utf8_decode(at, length, &codes[0]);
	if (*size == 0) {
		*size = 1;
		codes[0] = BAD_BYTE + (unsigned char)*at;
		return 1;
	}
	fold = find(codes[0]);
	if (!fold)
		return 1;
	for (; count < 3 && fold->to[count]; count++)
		codes[count] = fold->to[count];
	return count;
}

static char *fold_foreign(struct arena *arena, const char *bytes, size_t length)
{
	/* The generator refuses a folding longer than twice the character. */
	char *out = arena_alloc(arena, length * 2 + 1);
	size_t used = 0;

	for (size_t at = 0, size; at < length; at += size) {
		uint32_t codes[3];
		size_t count = fold_next(bytes + at, length - at, &size, codes);

		for (size_t i = 0; i < count; i++) {
			if (codes[i] >= BAD_BYTE)
				out[used++] = (char)(codes[i] - BAD_BYTE);
			else if (codes[i] == 0)
				out[used++] = ' ';   /* a zero byte would end the copy */
			else
				used += utf8_encode(codes[i], out + used);
		}
	}
	return out;
}

char *text_fold(struct arena *arena, const char *bytes, size_t length)
{
	return text_has_foreign(bytes, length) ? fold_foreign(arena, bytes, length) : text_lower_ascii(arena, bytes, length);
}

bool text_folds_alone(char c)
{
	unsigned char wanted = (unsigned char)text_lower_letter(c);

	if (wanted >= 0x80)
		return false;
	for (size_t i = 0; i < sizeof(fold_rows) / sizeof(fold_rows[0]); i++)
		for (size_t j = 0; j < 3 && fold_rows[i].to[j]; j++)
			if (fold_rows[i].to[j] == wanted)
				return false;
	return true;
}

bool text_has_words(struct arena *arena, const char *words, const char *folded)
{
	const char *where = text_fold(arena, words, strlen(words));
	char *copy = arena_text(arena, folded), *rest = NULL;

	for (char *word = strtok_r(copy, " ", &rest); word; word = strtok_r(NULL, " ", &rest))
		if (!strstr(where, word))
			return false;
	return true;
}

/* Walks a text one folded character at a time. */
struct walk {
	const char *at;
	size_t left;
	uint32_t codes[3];
	size_t count, next;
};

/* The next folded code plus one, 0 at the end (a text may end before another). */
static uint32_t step(struct walk *walk)
{
	while (walk->next == walk->count) {
		size_t size;

		if (walk->left == 0)
			return 0;
		walk->count = fold_next(walk->at, walk->left, &size, walk->codes);
		walk->next = 0;
		walk->at += size;
		walk->left -= size;
	}
	return walk->codes[walk->next++] + 1;
}

int text_compare(const char *a, const char *b)
{
	struct walk first = { .at = a, .left = strlen(a) };
	struct walk second = { .at = b, .left = strlen(b) };

	for (;;) {
		uint32_t x = step(&first), y = step(&second);

		if (x != y)
			return x < y ? -1 : 1;
		if (x == 0)
			return strcmp(a, b);
	}
}

bool text_same_ascii_case(const char *a, const char *b)
{
	while (*a && text_lower_letter(*a) == text_lower_letter(*b)) {
		a++;
		b++;
	}
	return *a == *b;
}
