/*
 * line_reader: lines out of bytes that come in pieces.
 *
 * A line that is longer than makes sense is not held but thrown away up to its
 * end, so that a flood without an end of line costs nothing.  Never fails; one
 * thread at a time.
 */
#ifndef POSTROOM_LIVE_LINE_READER_H
#define POSTROOM_LIVE_LINE_READER_H

#include <stdbool.h>

#include "base/text.h"

struct line_reader {
	struct text line;                  /* the one at hand, not yet ended; text_free by the owner */
	bool too_long;                     /* it is thrown away */
};
/*
 * line: called for each line that ends in these bytes, without its end, zero-terminated and writable (only during the
 * call); NULL: it was longer than `longest`.
 */
void line_reader_take(struct line_reader *reader, size_t longest, const char *bytes, size_t length,
		void (*line)(void *context, char *line, size_t length), void *context);

#endif
