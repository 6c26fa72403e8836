/* fuzz_line: any bytes as keys and pastes of a text field; the cursor stays inside, no control character gets in. */
#include <stdint.h>
#include <stdlib.h>

#include "base/text.h"
#include "ui/line.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

/* The first byte of a step says what it is, the bytes behind it what with. Returns the bytes used. */
static size_t step(struct line *line, const uint8_t *bytes, size_t size)
{
	static const enum named_key moves[] = { NAMED_LEFT, NAMED_RIGHT, NAMED_HOME, NAMED_END, NAMED_BACKSPACE, NAMED_DELETE };
	struct key key = { .kind = KEY_KIND_NAMED };
	uint32_t code = 0;
	size_t length;

	if (bytes[0] < 6) {
		key.code = moves[bytes[0]];
		line_key(line, &key);
		return 1;
	}
	if (bytes[0] < 16 && size > 1) {
		length = bytes[1] < size - 2 ? bytes[1] : size - 2;
		line_paste(line, (const char *)bytes + 2, length);
		return 2 + length;
	}
	length = utf8_decode((const char *)bytes, size, &code);
	key.kind = KEY_KIND_TEXT;
	key.code = length > 0 ? code : bytes[0];
	line_key(line, &key);
	return length > 0 ? length : 1;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct canvas *canvas = canvas_new(1, 40, size % 2 ? VISIBLE_UTF8 : VISIBLE_ASCII);
	struct line line;

	line_init(&line, NULL, 0, false);
	for (size_t at = 0; at < size; )
		at += step(&line, bytes + at, size - at);
	if (line.cursor > line.length || line.length > LINE_MOST || !utf8_valid(line.bytes, line.length))
		abort();
	for (size_t i = 0; i < line.length; i++) {
		if ((unsigned char)line.bytes[i] < 0x20 || line.bytes[i] == 0x7f)
			abort();
	}
	line_draw(&line, canvas, 0, 0, 1 + (int)(size % 40), true);
	if (canvas->cursor_column < 0 || canvas->cursor_column > 40)
		abort();
	line_free(&line);
	canvas_free(canvas);
	return 0;
}
