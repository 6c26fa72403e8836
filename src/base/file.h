/*
 * file: safe opening, atomic replacing, appending with sync, locks.
 *
 * Rules: terminal-and-safety 6.  Nothing is followed through a symbolic link in
 * the last component; a file is accepted only where it is regular, has one link
 * and belongs to the user or root; replacing is write, fsync, rename, fsync of
 * the directory under a deterministic temporary name and a lock, so that a
 * crash leaves no litter.  Errors name the path and the errno text.  All calls
 * may block on the disk: not on the loop thread, except at start and end.
 */
#ifndef POSTROOM_BASE_FILE_H
#define POSTROOM_BASE_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/error.h"
#include "base/memory.h"

/* Whole file into the arena, zero byte appended; at most `most` bytes, else an error. */
char *file_read(struct arena *arena, const char *path, size_t most, size_t *length, struct error *error);
/* As file_read, and refuses a file that others may read (mode & 077) or that is not ours or root's. First line only, newline cut. */
char *file_read_secret(struct arena *arena, const char *path, struct error *error);
/* Is it a file that file_read_secret would take? For secrets that a library reads itself. */
bool file_check_secret(const char *path, struct error *error);
/*
 * Checks that the file and every directory on its real path belong to root or this user and that
 * nobody else may write to them (sticky world-writable directories count as writable unless root or this
 * user owns the next component).
 */
bool file_check_trusted(const char *path, struct error *error);
/* Creates the directory (and parents) with this mode; an existing one must be ours and not open to others where mode has no group/other bits. */
bool file_make_directory(const char *path, mode_t mode, struct error *error);
/* Replaces the file atomically. */
bool file_replace(const char *path, const void *bytes, size_t length, mode_t mode, struct error *error);
/*
 * Opens for appending (O_APPEND|O_NOFOLLOW|O_CLOEXEC), created by O_EXCL with `mode` where missing
 * (the directory is synced once); *created says so; -1 on error.
 */
int file_open_append(const char *path, mode_t mode, bool *created, struct error *error);
/* Takes an exclusive open-file-description lock without waiting; false with ERROR_CONFLICT where held. */
bool file_lock(int descriptor, const char *path, struct error *error);
/* Does somebody hold that lock? Nothing is taken, so nobody is in anybody's way. */
bool file_locked(int descriptor);
/* Writes all bytes, resuming short writes. */
bool file_write_all(int descriptor, const char *path, const void *bytes, size_t length, struct error *error);
/* XDG state directory for this user: $XDG_STATE_HOME/postroom or ~/.local/state/postroom. Arena; NULL where there is no home. */
char *file_state_directory(struct arena *arena);

#endif
