/*
 * queue_act: what `postroom queue` does to messages.  Loop thread.
 */
#ifndef POSTROOM_COMMANDS_QUEUE_ACT_H
#define POSTROOM_COMMANDS_QUEUE_ACT_H

#include "commands/commands.h"

/* Is it one of hold, release, requeue, retry, expire, delete? */
bool queue_act_known(const char *word);
/* field: one of them; argv: ids and criteria. Takes the config; returns the exit status. */
int queue_act_run(struct config *takes, const struct arguments *arguments, const char *field, int argc, char **argv);

#endif
