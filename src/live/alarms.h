/*
 * alarms: what needs a person, from the snapshots; for the files of live/.
 *
 * A rule (alarm_rules.c) measures a server and finds parts that are too much;
 * the core (alarm_core.c) says from marks and readings when an alarm begins,
 * changes and ends, and knows neither servers nor clocks; alarms.c keeps them.
 * Loop thread.
 */
#ifndef POSTROOM_LIVE_ALARMS_H
#define POSTROOM_LIVE_ALARMS_H

#include "live/data.h"
#include "live/live.h"

/* --- the core: pure ------------------------------------------------------------------------------- */

/* A level must be met by so many readings one after the other before it counts. */
enum { ALARM_READINGS = 3 };
struct alarm_mark { double warn, critical; bool falling; };
/*
 * The level of a value. Where it was at a level before, that one lasts until the value is a twentieth of the mark
 * on the right side of it.
 */
enum live_level alarm_level(const struct alarm_mark *mark, double value, enum live_level before);

struct alarm_track {
	enum live_level level;             /* what counts now */
	enum live_level rising;            /* the least level of the readings that might make it worse */
	unsigned readings;                 /* of them, in a row */
	int64_t first;                     /* when the first of them was */
	int64_t since;                     /* when the level stopped being OK; 0 while it is */
};
enum alarm_step { ALARM_SAME, ALARM_BEGAN, ALARM_WORSE, ALARM_BETTER, ALARM_ENDED };
/* One more reading, of which so many are needed; now in the unit of since. */
enum alarm_step alarm_step(struct alarm_track *track, enum live_level level, unsigned needed, int64_t now);

/* --- rules ----------------------------------------------------------------------------------------- */

/* What a rule found at one part of a server. */
struct alarm_finding {
	const char *part;                  /* "" the server itself; "/imap-login" */
	enum live_level level;             /* where the rule has no threshold */
	double value;                      /* else */
	const char *sentence, *more;       /* arena of the pass; more NULL: none */
};
struct alarm_pass {
	struct live *live;
	size_t host;                       /* LIVE_ALL: the directory */
	const char *name;                  /* of the server; "directory" */
	struct arena *arena;
	struct alarm_finding *findings;
	size_t count, room;
};
struct alarm_rule {
	const char *name;                  /* NULL ends the table */
	unsigned sources;                  /* whose arrival is a reading; 0: the directory's pulse */
	bool failures_too;                 /* so is their failure */
	bool by_source;                    /* the arrival of a source is a reading of its own part only, "/" and its name */
	bool measured;                     /* findings bear values for this limit; else levels */
	bool steady;                       /* what is set does not waver: one reading is enough */
	enum live_limit limit;
	enum live_level at_most;           /* LEVEL_OK: any; else it never is worse than this */
	const char *section;               /* where it is seen */
	/* Fills the findings; false: this arrival is no reading of the rule. */
	bool (*look)(struct alarm_pass *pass, enum live_source source);
	const char *help;                  /* for the manual */
};
extern const struct alarm_rule alarm_rules[];
/* Adds a finding; sentence and more in the arena. */
struct alarm_finding *alarm_find(struct alarm_pass *pass, const char *part, const char *sentence, const char *more);
/* Of these settings, or as built in. */
struct alarm_mark alarm_mark_of(const struct live_settings *settings, enum live_limit limit);

/* --- keeping them ------------------------------------------------------------------------------------- */

struct alarms;
struct alarms *alarms_new(struct live *live);
void alarms_free(struct alarms *alarms);
/* This source of this server was read, or failed to be. */
void alarms_reading(struct live *live, size_t host, enum live_source source);
/* The directory's pulse was told. */
void alarms_pulse(struct live *live);

/* --- what overview and rules share (overview.c) ---------------------------------------------------------- */

/* Of this server, with drops counted; arena. */
size_t live_capacities(const struct live *live, size_t host, struct arena *arena, struct capacity **list);
/* Logins and sessions, and not what Dovecot needs inside. */
bool live_for_people(const struct capacity *capacity);
/* The fullest of them, and while nothing is half full the fullest that people feel; NULL: none is known. */
const struct capacity *live_fullest(const struct capacity *list, size_t count);
/* 0..1, the fuller of space and inodes; -1: not known. */
double live_disk_full(const struct disk_row *disk);

#endif
