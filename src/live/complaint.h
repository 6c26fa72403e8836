/*
 * complaint: what a program's exit status and standard error (or an error of
 * the API) mean, as a sentence with the server, the cause and what to do.
 *
 * Facts: dovecot 5 (exit codes, permissions, a server that is down), 4.1 (anvil
 * full), 6 (types of the API's errors).  Pure; any thread.
 */
#ifndef POSTROOM_LIVE_COMPLAINT_H
#define POSTROOM_LIVE_COMPLAINT_H

#include <stdbool.h>

#include "base/error.h"
#include "hosts/hosts.h"

/* Did it fail though it ran to its end? Errors of the API have a type, and some of them status 0. */
bool complaint_failed(const struct host_answer *answer);
/*
 * An answer of a doveadm or doveconf command that failed. server: its name;
 * command: in words ("doveadm who"). Returns false.
 */
bool complaint_dovecot(struct error *error, const char *server, const char *command, const struct host_answer *answer);
/* The last line of a complaint without "doveadm: Fatal: " and the like, into out. */
void complaint_line(const char *complaint, char *out, unsigned size);

#endif
