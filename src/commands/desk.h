/*
 * desk: jobs of several changes from the command line: review, question,
 * steps, what is open.  Loop thread.
 */
#ifndef POSTROOM_COMMANDS_DESK_H
#define POSTROOM_COMMANDS_DESK_H

#include "commands/headless.h"
#include "desk/desk.h"

/* Shows a run, asks, applies, tells; sets headless->status. Takes the run; NULL is allowed. */
void desk_go(struct headless *headless, struct desk_run *takes);
/* The `changed` of runs that desk_go takes; context is the headless. */
void desk_go_on(void *context);
/* Takes back a whole job, j3f9a21c0. */
void desk_go_back(struct headless *headless, const char *id);

/* Prints a run as it is to be confirmed, and as it ended (print_desk.c). */
void print_desk(const struct arguments *arguments, const struct desk_view *view);
void print_desk_end(const struct arguments *arguments, const struct desk_view *view);

#endif
