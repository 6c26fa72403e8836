/*
 * limits_file: the drop-in in which postroom keeps the limits it has set, from
 * its bytes and back.
 *
 * Only what postroom writes itself is understood: comments, settings of the
 * whole, and one-level blocks `service NAME {` and `protocol NAME {` with
 * `setting = value` lines.  Anything else was put there by somebody, so the file
 * is refused with its line and left alone.  Pure; any thread.
 */
#ifndef POSTROOM_MODEL_LIMITS_FILE_H
#define POSTROOM_MODEL_LIMITS_FILE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/memory.h"

/* The name of the drop-in beside Dovecot's own files; the last one of conf.d, so that it wins. */
#define LIMITS_FILE_NAME "99-postroom-limits.conf"

struct limits_entry {
	const char *block;                 /* "service imap-login", "protocol imap"; "" the whole */
	const char *setting, *value;
};
struct limits_file { struct limits_entry *entries; size_t count, capacity; };

/* bytes NULL or empty: an empty file. Texts are copied into the arena. */
bool limits_file_read(struct arena *arena, const char *bytes, size_t length, struct limits_file *file, struct error *error);
/* Sets a value in place of the one it had; NULL takes it out. */
void limits_file_put(struct arena *arena, struct limits_file *file, const char *block, const char *setting, const char *value);
/* What it holds; NULL: nothing. */
const char *limits_file_get(const struct limits_file *file, const char *block, const char *setting);
/* The whole file with its heading; what it reads back is the same. Arena. */
char *limits_file_write(struct arena *arena, const struct limits_file *file);

#endif
