/*
 * headless: what the commands share: an open engine, waiting for an answer,
 * asking a person, and one way of failing.  Loop thread.
 */
#ifndef POSTROOM_COMMANDS_HEADLESS_H
#define POSTROOM_COMMANDS_HEADLESS_H

#include <stdbool.h>

#include "base/memory.h"
#include "commands/commands.h"
#include "engine.h"

struct headless {
	struct engine *engine;
	struct arena *arena;
	const struct arguments *arguments;
	bool done;                         /* set by callbacks; headless_wait */
	int status;
	int ended_by;                      /* signal that came while a write was in flight, or during a look; 0: none */
};
/*
 * Opens the engine (takes the config) and, where connect is true, waits until the directory is up. False: the
 * reason was printed and headless->status is the exit status; headless_close all the same.
 */
bool headless_open(struct headless *headless, struct config *takes, const struct arguments *arguments, bool connect);
/* Waits until the directory is up or has failed; error may be NULL. */
bool headless_connect(struct headless *headless, struct error *error);
/* Ends it and returns the exit status, 128 + the signal where one came; leaves the program where a thread hangs. */
int headless_close(struct headless *headless);
/* Runs the loop until headless->done, which is cleared again. */
void headless_wait(struct headless *headless);
/* Prints the error to standard error, made visible, and remembers its exit status. Returns false. */
bool headless_fail(struct headless *headless, const struct error *error);
/* A line for people to standard error, made visible. */
void headless_note(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Kind by name; NULL and the reason printed. writing: internal kinds are refused. */
const struct kind *headless_kind(struct headless *headless, const char *name, bool writing);
/* A name as the directory keeps it: a domain that was typed as it is read gets its xn-- form. The headless arena. */
const char *headless_name(struct headless *headless, const struct kind *kind, const char *typed);

/* Asks on the terminal: a line without its newline (arena), NULL at the end of input. */
char *headless_ask(struct arena *arena, const char *question);
/* Asks for a secret with echo off on /dev/tty. Heap text, wiped and freed by the receiver; NULL: cancelled or no terminal. */
char *headless_ask_secret(const char *question);

#endif
