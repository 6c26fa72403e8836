/*
 * limits_source: the facts of the limit rules, from a file or from a mail
 * server, for the commands.  Loop thread; waits.
 */
#ifndef POSTROOM_COMMANDS_LIMITS_SOURCE_H
#define POSTROOM_COMMANDS_LIMITS_SOURCE_H

#include "commands/headless.h"
#include "model/limits.h"
#include "settings/limits_plan.h"

struct limits_source {
	struct limits_facts *facts;
	/* What doveconf itself refused the configuration for, behind its prefix; NULL: nothing, or it was not asked. */
	const char *refused;
	bool unread;                       /* refused before there was anything to read: facts are only what is built in */
};
/* The verdict of its facts; what only doveconf can know (users of the machine, values that cannot be read) comes from it. */
struct limits_verdict limits_source_judge(struct arena *arena, const struct limits_source *source);
/*
 * A configuration of Dovecot, read by the installed doveconf (where there is none, by ourselves, if it includes nothing),
 * or what doveconf -n, -a or -S printed elsewhere. version NULL: the one that is installed, or that the output names.
 */
bool limits_from_file(struct arena *arena, const char *path, const struct limits_version *version, struct limits_source *source,
		struct error *error);
/* A mail server as it is now (limits_ask, waited for); limits_world_free by the caller. NULL with the reason. */
struct limits_world *limits_world_of(struct headless *headless, size_t host, struct error *error);

#endif
