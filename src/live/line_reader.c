/*
 * line_reader: lines out of bytes that come in pieces; see line_reader.h.
 * Never fails; one thread at a time.
 */
#include "live/line_reader.h"

#include <string.h>

void line_reader_take(struct line_reader *reader, size_t longest, const char *bytes, size_t length,
		void (*line)(void *context, char *line, size_t length), void *context)
{
	while (length) {
		const char *newline = memchr(bytes, '\n', length);
		size_t part = newline ? (size_t)(newline - bytes) : length;

		if (reader->line.length + part > longest)
			reader->too_long = true;
		else
			text_add_bytes(&reader->line, bytes, part);
		if (!newline)
			return;
		line(context, reader->too_long ? NULL : reader->line.bytes, reader->too_long ? 0 : reader->line.length);
		text_clear(&reader->line);
		reader->too_long = false;
		bytes += part + 1;
		length -= part + 1;
	}
}
