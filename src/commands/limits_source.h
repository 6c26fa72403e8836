/*
 * limits_source: the facts of the limit rules, from a file or from a mail
 * server, for the commands.  Loop thread; waits.
 */
#ifndef POSTROOM_COMMANDS_LIMITS_SOURCE_H
#define POSTROOM_COMMANDS_LIMITS_SOURCE_H

#include "commands/headless.h"
#include "model/limits.h"

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
/* Of a mail server, by its way; its processors, memory and where it is this machine the open-files limit too. */
bool limits_from_host(struct headless *headless, size_t host, const struct limits_version *version, struct limits_source *source,
		struct error *error);
/*
 * The open-files limit of the Dovecot that runs from this directory with this configuration (NULL: whichever);
 * LIMITS_UNKNOWN where none does.
 */
uint64_t limits_open_files(struct arena *arena, const char *base_dir, const char *configuration);

#endif
