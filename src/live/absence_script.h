/*
 * absence_script: an out-of-office answer as a sieve script of postroom's own,
 * and back.
 *
 * The script says in comments what it was made of, answers between two days,
 * and lets mail go on through the filter that was active before.  Sources: RFC
 * 5228 (strings), 5230 (vacation), 5260 (dates), 6609 (include).  Pure; any
 * thread.
 */
#ifndef POSTROOM_LIVE_ABSENCE_SCRIPT_H
#define POSTROOM_LIVE_ABSENCE_SCRIPT_H

#include <stdbool.h>

#include "base/memory.h"

struct absence_script {
	const char *absence;               /* a value of the field absence */
	const char *filter;                /* the script that goes on filtering; NULL: none */
	/*
	 * That script answers mail by itself. Two answers in one run are an error that would lose what it files, so it rests
	 * while the absence lasts.
	 */
	bool rests;
};
/* Arena; lines end with \n. */
char *absence_script_make(struct arena *arena, const struct absence_script *script);
/*
 * What such a script was made of; false: it is none. *edited: somebody changed it by hand, so that it may do something
 * else. Texts of the arena.
 */
bool absence_script_read(struct arena *arena, const char *text, struct absence_script *script, bool *edited);
/* Does a script have the action vacation, outside of comments and texts? */
bool script_answers(const char *text);
/* To whom a script sends mail on (redirect), outside of comments and texts, joined by ", "; NULL: to nobody. Arena. */
const char *script_sends_to(struct arena *arena, const char *text);

#endif
