/*
 * journal: append-only, checked records on disk; the memory of the gate.
 *
 * A session writes one file of its own, made at its first write.  A record is
 * one line: eight hex digits of length, eight of CRC-32, the JSON payload, a
 * newline.  Each payload holds the SHA-256 of the record before it, so that a
 * change in the middle shows.  Format version 1.  Whoever writes is on the
 * gate's thread.  Rules: terminal-and-safety 6.
 */
#ifndef POSTROOM_GATE_JOURNAL_H
#define POSTROOM_GATE_JOURNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/json.h"
#include "base/memory.h"

#define JOURNAL_VERSION 1
#define JOURNAL_MOST (64u << 20)       /* a longer file is not read */

/* Who writes here; texts are borrowed for the life of the journal. */
struct journal_writer {
	const char *directory;             /* 0700, ours */
	const char *shared_directory;      /* group-readable copies; NULL: none */
	const char *identity;              /* login and bind DN, in words */
	const char *system;                /* "PROD" */
};
struct journal;
/* Makes the directory and looks whether it can be written; no file yet. NULL with the reason. */
struct journal *journal_open(const struct journal_writer *writer, struct error *error);
/* Gives the reserved space back; NULL is allowed. */
void journal_close(struct journal *journal);
/* Eight hex digits, different for each session; the beginning of all set ids. */
const char *journal_session(const struct journal *journal);
/* Hash of the last record written, in hex; zeros before the first. */
const char *journal_head(const struct journal *journal);
/*
 * Appends one record: time, number and chain are added. sync: on disk before this returns true.
 * After a failure nothing more is ever written by this session and every call fails with the first reason;
 * what was half written is cut off again.
 */
bool journal_append(struct journal *journal, struct json *takes, bool sync, struct error *error);
/* How a secret stands in the journal: "sha256:" and eight hex digits, salted per session. Arena. */
char *journal_secret(struct arena *arena, const struct journal *journal, const void *bytes, size_t length);

/* --- reading -------------------------------------------------------------- */

enum journal_state { JOURNAL_WHOLE, JOURNAL_TORN, JOURNAL_DAMAGED };
struct journal_reading {
	enum journal_state state;
	size_t records;                    /* good ones */
	size_t good;                       /* bytes up to the end of the last good record */
	struct error error;                /* TORN and DAMAGED: what and where */
};
/*
 * Checks bytes and calls visit for each good record in order; record is borrowed (freed afterwards). Stops
 * at the first fault. name is for sentences only. Pure apart from visit.
 */
void journal_read_bytes(const char *name, const char *bytes, size_t length,
		void (*visit)(const struct json *record, void *context), void *context, struct journal_reading *reading);
/* The same for a file; false where it cannot be read at all. *owner: uid of the file. */
bool journal_read_file(const char *path, void (*visit)(const struct json *record, void *context), void *context,
		struct journal_reading *reading, unsigned *owner, struct error *error);
/* Paths of all journals in a directory, oldest first; NULL-terminated, arena. An absent directory has none. */
char **journal_list(struct arena *arena, const char *directory, size_t *count);
/* Is a running session writing it? */
bool journal_is_live(const char *path);
/* Cuts a torn tail of a file that no running session writes. */
bool journal_cut(const char *path, size_t good, struct error *error);

#endif
