/*
 * pty_session: a program in a pseudo terminal of its own, for tests.
 *
 * Records every byte that it writes, shows them on a model of a terminal that
 * complains about anything a terminal of this type is not meant to get, and
 * knows whether the terminal was given back as it was.  Never waits longer than
 * told.
 */
#ifndef POSTROOM_TESTS_PTY_SESSION_H
#define POSTROOM_TESTS_PTY_SESSION_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/resource.h>
#include <sys/types.h>
#include <termios.h>

#include "base/text.h"
#include "tests/pty/screen.h"

struct pty_options {
	const char *term;                  /* TERM; NULL: xterm-256color */
	int rows, columns;                 /* 0: 24x80 */
	const char *const *argv;           /* a program with its path, or */
	int (*run)(void *context);         /* a function in a forked process; its result is the exit status */
	void *context;
	const char *const *environment;    /* further "NAME=value", NULL-terminated; NULL: none */
	unsigned more;                     /* enum strict_more: further sequences that this test allows */
	bool silent;                       /* the line does not echo, so that keys after the end are not in the stream */
	bool lenient;                      /* do not compare with terminfo (for programs that are not ours) */
};
struct pty_session {
	pid_t pid;
	int master, slave;                 /* the slave is held so that its settings can be looked at */
	struct termios before;
	struct text stream;                /* all bytes written so far */
	struct screen screen;
	struct strict *strict;
	int status;                        /* exit status or 128 + signal once ended, else -1 */
	bool core_dumped;                  /* the kernel wrote a core file of it, or gave one away */
	struct rusage used;                /* what it and its children took, once ended */
	double processor_ms;               /* what it took by itself, once ended; -1: not known */
};
/* The program gets TERM, LC_ALL=C.UTF-8, PATH, HOME and what `environment` adds. NULL where there are no ptys. */
struct pty_session *pty_start(const struct pty_options *options);
/* Kills it if it still runs (by its id). */
void pty_free(struct pty_session *session);
/*
 * Takes in what comes, until nothing comes for `quiet` milliseconds, the program has read what was typed
 * and sleeps; 0: only what is there.  What it asked others for may come later: wait for words.
 */
void pty_settle(struct pty_session *session, int quiet);
/* Takes in what comes until the screen holds these words; false where they are not there in time. */
bool pty_wait_for(struct pty_session *session, const char *words, int milliseconds);
bool pty_shows(const struct pty_session *session, const char *words);
void pty_send(struct pty_session *session, const char *bytes, size_t length);
void pty_type(struct pty_session *session, const char *words);
void pty_resize(struct pty_session *session, int rows, int columns);
/* Takes in what comes until it has ended; its status, -1 where it still runs. */
int pty_wait_end(struct pty_session *session, int milliseconds);
/* Milliseconds of processor that it has taken so far, all its threads; -1 once ended. */
double pty_processor_ms(const struct pty_session *session);
/* How many processes are there still of those that it started, itself included; not zombies. */
size_t pty_left_behind(const struct pty_session *session);
/* Closes our end, as a lost connection does. */
void pty_hang_up(struct pty_session *session);
/* The settings are those of the start, the cursor is on, the other screen and paste brackets are off. */
bool pty_restored(const struct pty_session *session);

#endif
