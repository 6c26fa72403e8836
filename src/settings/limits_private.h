/*
 * limits_private: what asking a server for its limits needs of its processes
 * and of UCR.
 *
 * Pure over answers; everything lives in the arena of the world.
 */
#ifndef POSTROOM_LIMITS_PRIVATE_H
#define POSTROOM_LIMITS_PRIVATE_H

#include "settings/layers.h"
#include "settings/limits_plan.h"

/* --- limits_memory.c ------------------------------------------------------------------------------ */
enum limits_process { LIMITS_SESSION, LIMITS_LOGIN, LIMITS_OTHER };
struct limits_processes {
	struct arena *arena;
	const char *configuration;         /* NULL: the usual one */
	unsigned long master;              /* 0: none runs with it */
	unsigned long *pids;               /* of sessions and login processes, the first ones */
	const char **paths;                /* of their memory; NULL-terminated */
	enum limits_process *kinds;
	size_t count;
	size_t measured[LIMITS_OTHER];     /* how many of each told */
	uint64_t kb[LIMITS_OTHER];         /* on average; LIMITS_UNKNOWN: none told */
};
/* From `ps -e -o pid=,ppid=,rss=,args=`. */
struct limits_processes *limits_processes_read(struct arena *arena, const char *table, const char *configuration);
/* From "PATH:Private_Dirty: N kB" lines. */
void limits_processes_measure(struct limits_processes *found, const char *lines);

/* --- limits_ucr.c ------------------------------------------------------------------------------------ */
/*
 * The template writes the default of all as a number into services without a variable of their own. Where that is so the facts
 * get 0, so that what raises the default raises them too.
 */
void limits_ucr_follow(struct limits_facts *facts, const struct layers *ucr);

#endif
