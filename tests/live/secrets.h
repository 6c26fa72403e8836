/*
 * secrets: what the tests of secrets share: canaries, a program whose every
 * write is traced, and looking for canaries wherever one may be seen.
 *
 * All canaries of a run bear one stem, so one search finds any of them, as it
 * is or in base64.  What is found fails the test, and says where; what a run
 * may do with one is in secrets.c, each with its reason.  Without strace the
 * written bytes are not looked at, and it says so.
 */
#ifndef POSTROOM_TESTS_LIVE_SECRETS_H
#define POSTROOM_TESTS_LIVE_SECRETS_H

#include "tests/live/console.h"

/* Once, before all else; random: by which canaries differ from those of other runs. */
void secrets_begin(uint64_t random);
/* The next canary; each is used once. Stays. */
const char *secrets_take(void);
/* One that the program made and shows to whoever asked for it: from now on it is looked for too, but for the terminal. Stays. */
const char *secrets_made(const char *words);
/* How many there were; places that were looked through; how often one was given to a child's standard input. */
size_t secrets_used(void);
size_t secrets_places(void);
size_t secrets_handed(void);
/* "" or why less was looked at, for the figures. */
const char *secrets_lack(void);

/* --- looking ---------------------------------------------------------------------------------- */

void secrets_look(const char *bytes, size_t length, const char *where);
void secrets_look_in_file(const char *path);
/* All files below a folder whose path holds `part`. */
void secrets_look_below(const char *folder, const char *part);
/* What `ps` shows to everybody, of all processes. */
void secrets_look_at_processes(void);
/*
 * From now on processes are looked at again and again, and datagrams are read from a socket at this path (NULL: none), by a
 * thread; what it found fails the test at the end. The end waits for what was sent; how many datagrams came.
 */
void secrets_watch(const char *socket_path);
size_t secrets_watched(void);

/* --- running ---------------------------------------------------------------------------------- */

/* The program in a terminal (NULL and 0: the usual ones) with these arguments, all its writes traced, its children's too. */
struct pty_session *secrets_start(const char *term, int rows, int columns, const char *const *arguments);
/* Waits for its end with this status, looks through all it wrote, and frees it. */
void secrets_finish(struct pty_session *session, int status, const char *where);
/* Only looks through what it wrote so far. */
void secrets_look_at_writes(const struct pty_session *session, const char *where);

/* A file of the test's folder that holds the words; its path; heap. */
char *secrets_file(const char *words, const char *name);

#endif
