/*
 * limits_walk: `postroom limits plan` and `postroom limits apply`, and what
 * they share with `limits check`.  Loop thread; waits.
 */
#ifndef POSTROOM_COMMANDS_LIMITS_WALK_H
#define POSTROOM_COMMANDS_LIMITS_WALK_H

#include "base/json.h"
#include "commands/headless.h"
#include "model/limits.h"

/* Takes the configuration (NULL: there is none). Returns the exit status. */
int run_limits_walk(struct config *takes, const struct arguments *arguments, bool apply);

/* limits descriptors: the open-files limit of the Dovecot that runs, as a change of its own. */
int run_limits_descriptors(struct config *takes, const struct arguments *arguments);
/* limits.c: the server of this name, or (NULL) the only one with mailboxes. */
bool limits_choose_host(struct headless *headless, const char *name, size_t *host, struct error *error);
/* limits.c: a number, or null where it is not known. */
void limits_put_known(struct json *object, const char *key, uint64_t number);
/* limits.c: warnings, errors and findings, as limits check prints them. */
void limits_put_verdict(struct json *root, const struct limits_verdict *verdict);

#endif
