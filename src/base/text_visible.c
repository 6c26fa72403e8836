/*
 * text_visible: the one door from foreign bytes to the screen.
 *
 * Bytes become cells in two runs of the same code: the first only counts, the
 * second fills an array of exactly that size.  The exact form can be undone
 * by text_unescape; for that a backslash is doubled, a "<" before "U+" is
 * written \x3C, and a mark without a base is written as an escape.  Pure,
 * cannot fail, any thread.  Rules: terminal-and-safety 1.
 */
#include "base/text.h"

#include <stdio.h>
#include <string.h>

#define DOTTED_CIRCLE 0x25CC

struct sink {
	enum visible_form form;
	bool exact;
	struct cell *cells;      /* NULL while counting */
	size_t count;
	size_t columns;
	uint32_t base;           /* base of the last cell, 0 where it takes no marks */
	unsigned marks;          /* marks on the last cell */
	bool overfull;           /* a mark too many has been escaped: so are those after it */
};

static bool ascii_printable(unsigned char byte)
{
	return byte >= 0x20 && byte < 0x7F;
}

bool text_has_foreign(const char *bytes, size_t length)
{
	for (size_t i = 0; i < length; i++)
		if (!ascii_printable((unsigned char)bytes[i]))
			return true;
	return false;
}

static void put(struct sink *sink, uint32_t base, unsigned width, bool escaped)
{
	if (sink->cells)
		sink->cells[sink->count] = (struct cell){ .base = base, .width = (uint8_t)width, .escaped = escaped };
	sink->count++;
	sink->columns += width;
	sink->base = escaped ? 0 : base;
	sink->marks = 0;
	sink->overfull = false;
}

static void put_words(struct sink *sink, const char *words)
{
	for (; *words; words++)
		put(sink, (unsigned char)*words, 1, true);
}

/* \xHH: a byte that is no character, or a control character of ASCII. */
static void put_byte(struct sink *sink, unsigned char byte)
{
	char words[8];

	snprintf(words, sizeof(words), "\\x%02X", byte);
	put_words(sink, words);
}

/* <U+202E>: a character that must not reach the screen as itself. */
static void put_code(struct sink *sink, uint32_t code)
{
	char words[16];

	snprintf(words, sizeof(words), "<U+%04X>", (unsigned)code);
	put_words(sink, words);
}

static void put_control(struct sink *sink, unsigned char byte)
{
	switch (byte) {
	case '\n':
		put_words(sink, "\\n");
		break;
	case '\t':
		put_words(sink, "\\t");
		break;
	case 0x1B:
		put_words(sink, "\\e");
		break;
	default:
		put_byte(sink, byte);
	}
}

static bool is_jamo(uint32_t code)
{
	return (code >= 0x1100 && code <= 0x11FF) || (code >= 0xA960 && code <= 0xA97C) || (code >= 0xD7B0 && code <= 0xD7FB);
}

/* Korean vowels and finals join a Korean initial only; other marks join anything visible. */
static bool joins(uint32_t base, uint32_t mark)
{
	return base != 0 && (!is_jamo(mark) || is_jamo(base));
}

static void put_mark(struct sink *sink, uint32_t code)
{
	if (sink->base == 0 && !sink->overfull && !sink->exact && !is_jamo(code))
		put(sink, DOTTED_CIRCLE, 1, false);
	if (joins(sink->base, code) && sink->marks < 2) {
		if (sink->cells)
			sink->cells[sink->count - 1].marks[sink->marks] = code;
		sink->marks++;
		return;
	}
	put_code(sink, code);
	sink->overfull = true;
}

static void put_ascii(struct sink *sink, const char *bytes, size_t length)
{
	unsigned char byte = (unsigned char)bytes[0];

	if (!ascii_printable(byte))
		put_control(sink, byte);
	else if (sink->exact && byte == '\\')
		put_words(sink, "\\\\");
	else if (sink->exact && byte == '<' && length >= 3 && bytes[1] == 'U' && bytes[2] == '+')
		put_byte(sink, byte);
	else
		put(sink, byte, 1, false);
}

static void put_character(struct sink *sink, uint32_t code)
{
	enum char_class class = sink->form == VISIBLE_ASCII ? CHAR_HIDDEN : char_classify(code);

	switch (class) {
	case CHAR_PLAIN:
		put(sink, code, 1, false);
		break;
	case CHAR_WIDE:
		put(sink, code, 2, false);
		break;
	case CHAR_MARK:
		put_mark(sink, code);
		break;
	case CHAR_HIDDEN:
		put_code(sink, code);
		break;
	}
}

static void run(struct sink *sink, const char *bytes, size_t length)
{
	for (size_t at = 0, size; at < length; at += size) {
		uint32_t code;

		size = utf8_decode(bytes + at, length - at, &code);
		if (size == 1) {
			put_ascii(sink, bytes + at, length - at);
		} else if (size == 0) {
			put_byte(sink, (unsigned char)bytes[at]);
			size = 1;
		} else {
			put_character(sink, code);
		}
	}
}

/* Nearly all that is shown is ASCII: one allocation, one loop. */
static struct visible plain(struct arena *arena, const char *bytes, size_t length)
{
	struct cell *cells = arena_alloc(arena, length * sizeof(*cells));

	for (size_t i = 0; i < length; i++) {
		cells[i].base = (unsigned char)bytes[i];
		cells[i].width = 1;
	}
	return (struct visible){ .cells = cells, .count = length, .columns = length };
}

static struct visible make(struct arena *arena, enum visible_form form, bool exact, const char *bytes, size_t length)
{
	struct sink count = { .form = form, .exact = exact };
	struct sink fill = count;

	if (!exact && !text_has_foreign(bytes, length))
		return plain(arena, bytes, length);
	run(&count, bytes, length);
	fill.cells = arena_alloc(arena, count.count * sizeof(*fill.cells));
	run(&fill, bytes, length);
	return (struct visible){ .cells = fill.cells, .count = fill.count, .columns = fill.columns };
}

struct visible text_visible(struct arena *arena, enum visible_form form, const char *bytes, size_t length)
{
	return make(arena, form, false, bytes, length);
}

size_t text_columns(enum visible_form form, const char *bytes, size_t length)
{
	struct sink count = { .form = form };

	if (!text_has_foreign(bytes, length))
		return length;
	run(&count, bytes, length);
	return count.columns;
}

/* The cells are sixteen times the string, so they get an arena of their own. */
static char *make_string(struct arena *arena, enum visible_form form, bool exact, const char *bytes, size_t length)
{
	struct arena *own = arena_new();
	struct visible shown = make(own, form, exact, bytes, length);
	char *out, *at;
	size_t size = 0;
	char spare[4];

	for (size_t i = 0; i < shown.count; i++) {
		const struct cell *cell = &shown.cells[i];

		size += utf8_encode(cell->base, spare);
		for (size_t mark = 0; mark < 2 && cell->marks[mark]; mark++)
			size += utf8_encode(cell->marks[mark], spare);
	}
	at = out = arena_alloc(arena, size + 1);
	for (size_t i = 0; i < shown.count; i++) {
		const struct cell *cell = &shown.cells[i];

		at += utf8_encode(cell->base, at);
		for (size_t mark = 0; mark < 2 && cell->marks[mark]; mark++)
			at += utf8_encode(cell->marks[mark], at);
	}
	arena_free(own);
	return out;
}

char *text_visible_string(struct arena *arena, enum visible_form form, const char *bytes, size_t length)
{
	if (!text_has_foreign(bytes, length))
		return arena_bytes(arena, bytes, length);
	return make_string(arena, form, false, bytes, length);
}

char *text_ascii_exact(struct arena *arena, const char *bytes, size_t length)
{
	return make_string(arena, VISIBLE_ASCII, true, bytes, length);
}
