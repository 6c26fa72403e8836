/*
 * record_line: the form of one record of the journal; for journal.c and
 * journal_read.c only.
 */
#ifndef POSTROOM_GATE_RECORD_LINE_H
#define POSTROOM_GATE_RECORD_LINE_H

#include <stddef.h>
#include <stdint.h>

#include "base/text.h"

#define RECORD_HEAD 18                 /* "llllllll cccccccc " */

/* CRC-32 as in IEEE 802.3. */
uint32_t record_crc(const void *bytes, size_t length);
/* Adds the whole line of this payload. */
void record_line(struct text *line, const char *payload);

#endif
