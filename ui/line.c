/*
 * line: editing one line of text, and drawing the part of it that fits.
 *
 * The window of a long line is computed from the cursor alone, so drawing needs
 * no memory of its own.  Never fails; loop thread.
 */
#include "ui/line.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"

void line_init(struct line *line, const char *bytes, size_t length, bool secret)
{
	memset(line, 0, sizeof(*line));
	line->secret = secret;
	line->bytes = memory_grow(NULL, &line->capacity, 32, 1);
	if (bytes != NULL)
		line_set(line, bytes, length);
}

void line_free(struct line *line)
{
	if (line->bytes != NULL)
		memory_wipe(line->bytes, line->capacity);
	free(line->bytes);
	memset(line, 0, sizeof(*line));
}

/* Room for `more` bytes and the zero behind them; an old block of a secret is wiped before it is left. */
static void make_room(struct line *line, size_t more)
{
	size_t needed = line->length + more + 1;
	size_t capacity = 0;
	char *bytes;

	if (needed <= line->capacity)
		return;
	bytes = memory_grow(NULL, &capacity, needed * 2, 1);
	if (line->length > 0)
		memcpy(bytes, line->bytes, line->length);
	if (line->bytes != NULL)
		memory_wipe(line->bytes, line->capacity);
	free(line->bytes);
	line->bytes = bytes;
	line->capacity = capacity;
}

void line_set(struct line *line, const char *bytes, size_t length)
{
	line_clear(line);
	make_room(line, length);
	if (length > 0)
		memcpy(line->bytes, bytes, length);
	line->bytes[length] = '\0';
	line->length = length;
	line->cursor = length;
}

const char *line_text(const struct line *line)
{
	return line->bytes == NULL ? "" : line->bytes;
}

bool line_empty(const struct line *line)
{
	return line->length == 0;
}

void line_clear(struct line *line)
{
	if (line->bytes != NULL)
		memory_wipe(line->bytes, line->length);
	line->length = 0;
	line->cursor = 0;
	if (line->bytes != NULL)
		line->bytes[0] = '\0';
}

/* --- cells --------------------------------------------------------------------- */

/* Length of the character at `at` (a byte that is no UTF-8 counts as one), and its class. */
static size_t character_at(const char *bytes, size_t length, size_t at, enum char_class *class)
{
	uint32_t code = 0;
	size_t size = utf8_decode(bytes + at, length - at, &code);

	if (size == 0) {
		*class = CHAR_HIDDEN;
		return 1;
	}
	*class = char_classify(code);
	return size;
}

/* Where the cell that begins at `at` ends: a character and the marks on it. */
static size_t cell_end(const char *bytes, size_t length, size_t at)
{
	enum char_class class;
	size_t next;

	if (at >= length)
		return length;
	next = at + character_at(bytes, length, at, &class);
	while (next < length) {
		size_t size = character_at(bytes, length, next, &class);

		if (class != CHAR_MARK)
			break;
		next += size;
	}
	return next;
}

/* Where the cell before `at` begins. */
static size_t cell_before(const char *bytes, size_t length, size_t at)
{
	size_t begin = 0;

	while (begin < at) {
		size_t end = cell_end(bytes, length, begin);

		if (end >= at)
			break;
		begin = end;
	}
	return begin;
}

static void take_out(struct line *line, size_t from, size_t to)
{
	if (from >= to)
		return;
	memmove(line->bytes + from, line->bytes + to, line->length - to);
	memory_wipe(line->bytes + line->length - (to - from), to - from);
	line->length -= to - from;
	line->bytes[line->length] = '\0';
	if (line->cursor >= to)
		line->cursor -= to - from;
	else if (line->cursor > from)
		line->cursor = from;
}

static void put_in(struct line *line, const char *bytes, size_t length)
{
	make_room(line, length);
	memmove(line->bytes + line->cursor + length, line->bytes + line->cursor, line->length - line->cursor);
	memcpy(line->bytes + line->cursor, bytes, length);
	line->length += length;
	line->cursor += length;
	line->bytes[line->length] = '\0';
	/* A mark typed in front of marks joins their cell; the edit point stands behind the whole cell. */
	if (line->cursor < line->length) {
		size_t begin = cell_before(line->bytes, line->length, line->cursor);

		line->cursor = cell_end(line->bytes, line->length, begin);
	}
}

/* --- input --------------------------------------------------------------------- */

/* C0, DEL, C1 and the two Unicode line breaks never come from a keyboard as text. */
static bool is_control(uint32_t code)
{
	return code < 0x20 || (code >= 0x7f && code < 0xa0) || code == 0x2028 || code == 0x2029;
}

bool line_insert(struct line *line, uint32_t code)
{
	char bytes[4];
	size_t length;

	if (is_control(code) || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff))
		return false;
	length = utf8_encode(code, bytes);
	if (line->length + length > LINE_MOST)
		return false;
	put_in(line, bytes, length);
	return true;
}

const char *line_paste(struct line *line, const char *bytes, size_t length)
{
	struct text clean = { 0 };
	size_t left_out = 0;
	const char *said = NULL;

	while (length > 0 && (bytes[length - 1] == '\n' || bytes[length - 1] == '\r'))
		length--;
	for (size_t at = 0; at < length; ) {
		uint32_t code = 0;
		size_t size = utf8_decode(bytes + at, length - at, &code);

		if (size > 0 && (code == '\n' || code == '\r' || code == 0x2028 || code == 0x2029)) {
			text_free(&clean);
			return "Nothing was pasted: it holds several lines, and this field takes one.";
		}
		if (size == 0 || is_control(code))
			left_out++;
		else
			text_add_bytes(&clean, bytes + at, size);
		at += size == 0 ? 1 : size;
	}
	if (clean.length > 0 && line->length + clean.length > LINE_MOST)
		said = "Nothing was pasted: it is longer than this field can hold.";
	else if (clean.length > 0)
		put_in(line, clean.bytes, clean.length);
	if (said == NULL && left_out > 0)
		said = "Pasted without the control characters in it.";
	if (line->secret && clean.bytes != NULL)
		memory_wipe(clean.bytes, clean.capacity);
	text_free(&clean);
	return said;
}

void line_left(struct line *line)
{
	line->cursor = cell_before(line->bytes, line->length, line->cursor);
}

void line_right(struct line *line)
{
	line->cursor = cell_end(line->bytes, line->length, line->cursor);
}

void line_home(struct line *line)
{
	line->cursor = 0;
}

void line_end(struct line *line)
{
	line->cursor = line->length;
}

bool line_backspace(struct line *line)
{
	size_t begin = cell_before(line->bytes, line->length, line->cursor);

	if (line->cursor == 0)
		return false;
	take_out(line, begin, line->cursor);
	return true;
}

bool line_delete(struct line *line)
{
	if (line->cursor >= line->length)
		return false;
	take_out(line, line->cursor, cell_end(line->bytes, line->length, line->cursor));
	return true;
}

/* Blanks before the cursor and the word before them. */
static void delete_word(struct line *line)
{
	size_t from = line->cursor;

	while (from > 0 && line->bytes[from - 1] == ' ')
		from--;
	while (from > 0 && line->bytes[from - 1] != ' ')
		from--;
	take_out(line, from, line->cursor);
}

static bool control_key(struct line *line, uint32_t code)
{
	switch (code) {
	case 'u':
		take_out(line, 0, line->cursor);
		return true;
	case 'k':
		take_out(line, line->cursor, line->length);
		return true;
	case 'w':
		delete_word(line);
		return true;
	default:
		return false;
	}
}

static bool named_key(struct line *line, enum named_key name)
{
	switch (name) {
	case NAMED_LEFT:
		line_left(line);
		return true;
	case NAMED_RIGHT:
		line_right(line);
		return true;
	case NAMED_HOME:
		line_home(line);
		return true;
	case NAMED_END:
		line_end(line);
		return true;
	case NAMED_BACKSPACE:
		line_backspace(line);
		return true;
	case NAMED_DELETE:
		line_delete(line);
		return true;
	default:
		return false;
	}
}

bool line_key(struct line *line, const struct key *key)
{
	if (key->kind == KEY_KIND_NAMED)
		return key->modifiers == 0 && named_key(line, (enum named_key)key->code);
	if (key->kind != KEY_KIND_TEXT)
		return false;
	if (key->modifiers == WITH_CTRL)
		return control_key(line, key->code);
	return key_is_text(key) && line_insert(line, key->code);
}

/* --- drawing ------------------------------------------------------------------- */

static size_t columns_of(enum visible_form form, const struct line *line, size_t from, size_t to)
{
	return text_columns(form, line->bytes + from, to - from);
}

static void draw_secret(const struct line *line, struct canvas *canvas, int row, int column, int width, bool focus)
{
	int dots = line->length == 0 ? 0 : 8;

	if (dots > width - 1)
		dots = width - 1;
	if (dots > 0)
		canvas_border(canvas, row, column, dots, BORDER_BULLET, focus ? STYLE_FIELD_HERE : STYLE_FIELD);
	if (focus)
		canvas_cursor(canvas, row, column + (dots < 0 ? 0 : dots), true);
}

/* The window of a line that does not fit: begins at a multiple of half a window, with the cursor inside. */
static void draw_window(const struct line *line, struct canvas *canvas, int row, int column, int width, bool focus)
{
	enum style style = focus ? STYLE_FIELD_HERE : STYLE_FIELD;
	int inner = width > 2 ? width - 2 : 1;
	int step = inner / 2 > 0 ? inner / 2 : 1;
	int edit = (int)columns_of(canvas->form, line, 0, line->cursor);
	int start = edit < inner ? 0 : ((edit - inner) / step + 1) * step;
	int left = column + (width > 2 ? 1 : 0);
	int at = 0, total = (int)columns_of(canvas->form, line, 0, line->length);

	for (size_t byte = 0; byte < line->length && at < start + inner; ) {
		size_t next = cell_end(line->bytes, line->length, byte);
		int size = (int)columns_of(canvas->form, line, byte, next);

		/* What lies across an edge of the window is left blank: half a character is none. */
		if (at >= start && at + size <= start + inner)
			canvas_bytes(canvas, row, left + at - start, size, style, line->bytes + byte, next - byte);
		at += size;
		byte = next;
	}
	if (width > 2 && start > 0)
		canvas_words(canvas, row, column, 1, STYLE_DIM, "<");
	if (width > 2 && total > start + inner)
		canvas_words(canvas, row, column + width - 1, 1, STYLE_DIM, ">");
	if (focus)
		canvas_cursor(canvas, row, left + edit - start, true);
}

void line_draw(const struct line *line, struct canvas *canvas, int row, int column, int width, bool focus)
{
	enum style style = focus ? STYLE_FIELD_HERE : STYLE_FIELD;

	if (width < 1)
		return;
	canvas_fill(canvas, row, column, width, style);
	if (line->secret) {
		draw_secret(line, canvas, row, column, width, focus);
		return;
	}
	if (columns_of(canvas->form, line, 0, line->length) >= (size_t)width) {
		draw_window(line, canvas, row, column, width, focus);
		return;
	}
	canvas_bytes(canvas, row, column, width, style, line_text(line), line->length);
	if (focus)
		canvas_cursor(canvas, row, column + (int)columns_of(canvas->form, line, 0, line->cursor), true);
}
