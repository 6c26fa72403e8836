/*
 * postfix_complaint: what an exit status of postqueue, postsuper or postcat and
 * its standard error mean, as a sentence with the server, the cause and what to
 * do.  Facts: postfix 3 and 4.  Pure; any thread.
 */
#ifndef POSTROOM_LIVE_POSTFIX_COMPLAINT_H
#define POSTROOM_LIVE_POSTFIX_COMPLAINT_H

#include <stdbool.h>

#include "base/error.h"
#include "hosts/hosts.h"

/* Of an answer that ran to its end with a status that is not 0. server: its name; command: "postqueue". Returns false. */
bool postfix_complaint(struct error *error, const char *server, const char *command, const struct host_answer *answer);
/* The mail system is down, and root's postqueue read the directories itself (status 0). */
bool postfix_is_down(const struct host_answer *answer);

#endif
