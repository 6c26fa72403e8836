/*
 * doctor_servers: asks each mail server by each way that it has, and says what
 * came of it.  Loop thread.
 */
#ifndef POSTROOM_COMMANDS_DOCTOR_SERVERS_H
#define POSTROOM_COMMANDS_DOCTOR_SERVERS_H

#include "commands/headless.h"

/* severity: an enum of directory_finding. Waits for all answers, each at most its ten seconds. */
void doctor_servers(struct headless *headless, struct arena *arena,
		void (*say)(void *context, int severity, const char *subject, const char *sentence), void *context);

#endif
