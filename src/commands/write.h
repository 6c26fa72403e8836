/*
 * write: a change from the command line through the gate: review, question,
 * apply, result.  Loop thread.
 */
#ifndef POSTROOM_COMMANDS_WRITE_H
#define POSTROOM_COMMANDS_WRITE_H

#include "commands/headless.h"
#include "gate/gate.h"

/* Previews the change and goes on as write_review. The change stays the caller's. */
void write_change(struct headless *headless, const struct change *change);
/* Shows the review of the rest of a set that stopped in the middle (NULL: the last one) and goes on. */
void write_rest(struct headless *headless, const char *id);
/* Shows the review of taking a set back (NULL: the last one) and goes on. */
void write_undo(struct headless *headless, const char *id);

/* Prints a review to standard output in the form that was asked for. */
void print_review(const struct arguments *arguments, const struct review *review);
void print_result(const struct arguments *arguments, const struct review *review, const struct gate_result *result);

#endif
