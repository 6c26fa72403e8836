/*
 * map_file: the source of a table of Postfix as text ("key value" lines, as
 * postmap reads them): an entry found, set or taken out, everything else kept.
 *
 * A logical line begins without a blank, lines that begin with one go on with
 * it; comments and empty lines stand anywhere.  Keys are compared without case,
 * since postmap folds them; of a key that stands twice the first one counts, as
 * postmap takes it.  Pure, any thread.  Source: postmap(1).
 */
#ifndef POSTROOM_SETTINGS_MAP_FILE_H
#define POSTROOM_SETTINGS_MAP_FILE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/memory.h"

struct map_line {
	unsigned line;                     /* 1..; 0: not there */
	const char *key;                   /* as it is written; arena */
	const char *value;                 /* continuation lines joined by one blank; arena */
};
/* The entry that counts for this key; line 0: none. */
struct map_line map_file_find(struct arena *arena, const char *bytes, size_t length, const char *key);
/* All entries in their order; ends with line 0; arena. */
const struct map_line *map_file_lines(struct arena *arena, const char *bytes, size_t length);
/*
 * New bytes with this key set to the value (where it stands first, else at the end; further lines of it go), or gone (value NULL).
 * bytes NULL: an empty file. key without blanks, value without newlines. Arena; *new_length.
 */
char *map_file_edit(struct arena *arena, const char *bytes, size_t length, const char *key, const char *value, size_t *new_length);
/* Can it be the key of a line: 1 to 250 bytes without blanks and control characters, not beginning with #? */
bool map_file_key(const char *key);
/* Does the value of a parameter of Postfix ("hash:/etc/postfix/a, proxy:lmdb:/b /c") name this path as the file of a table? */
bool map_file_named(const char *value, const char *path);

#endif
