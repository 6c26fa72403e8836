/*
 * archive: all journals read together, as sets with their steps and ends.
 *
 * A set may have begun in one session and been resolved in a later one, so the
 * files are read twice: first what was meant, then what became of it.  Blocks
 * on the disk: gate's thread.
 */
#ifndef POSTROOM_GATE_ARCHIVE_H
#define POSTROOM_GATE_ARCHIVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/lookup.h"
#include "base/memory.h"
#include "gate/gate.h"
#include "model/store.h"

enum step_state { STEP_OPEN, STEP_DONE, STEP_ALREADY, STEP_FAILED, STEP_UNKNOWN };
enum set_end { SET_OPEN, SET_DONE, SET_FAILED, SET_UNKNOWN };

struct set_step {
	struct operation operation;
	enum step_state state;
	struct operation inverse;
	bool has_inverse;
};
struct set {
	const char *id;                    /* "3f9a21c0-2" */
	const char *session;
	int64_t time;                      /* epoch milliseconds of the (last) intent */
	const char *who, *host;            /* login that owns the file; host it says */
	const char *verb, *kind, *name;
	const char *new_name;              /* of the target afterwards; NULL: the same */
	const char *target;                /* entryUUID; NULL: none */
	const char *const *fields;         /* names of the fields that people saw change */
	size_t field_count;
	const char *sentence, *reason, *undo_of, *rest_of, *problem;   /* NULL where there is none */
	const char *job, *job_words;       /* the job that this is a step of; NULL */
	size_t job_steps;                  /* of that job; 0: not known */
	struct set_step *steps;
	size_t count;
	enum set_end end;
	int64_t ended;                     /* epoch milliseconds when that was written */
	bool none;                         /* DONE: counted, and it was done to none */
	bool ours;                         /* in our own directory */
	bool live;                         /* another running session of ours is at it */
	const struct set *finished_by;     /* the applied set that did the rest of it and holds; NULL */
	const struct set *undone_by;       /* the applied set that took it back and holds, or tells that the guardian did; NULL */
	bool timed_out;                    /* undone_by tells that nobody confirmed it in time */
	bool going_back;                   /* under a guardian: it was told to put it back, and how that ended is not known */
	bool settles;                      /* it changed nothing: it tells that a guardian put a change back by itself */
	const char *guarded;               /* under a guardian: the id by which that knows it; NULL: it is no such change, or not done */
	int64_t until;                     /* epoch s until which it waits to be confirmed; 0: it does not, or it was */
	bool told_before;                  /* an end that another journal tells too, and told first */
};
struct archive {
	struct arena *arena;
	struct set **sets;                 /* oldest first */
	size_t count, capacity;
	struct gate_job_end *ends;         /* of jobs, oldest first */
	size_t end_count, end_capacity;
	struct lookup *by_id;
	bool others;                       /* journals of other people were there to read */
	size_t records;
	struct error own_fault;            /* first damage in a journal of ours: writing stops */
	struct error any_fault;            /* first damage anywhere */
};
/*
 * session: id of the running session, whose own file is not "live". repair: cut torn ends of dead sessions.
 * shared may be NULL. Never NULL; archive_free.
 */
struct archive *archive_load(const char *directory, const char *shared, const char *session, bool repair);
void archive_free(struct archive *archive);                       /* NULL is allowed */
/* By id or by a beginning of it that fits one set only; NULL: none or several. */
const struct set *archive_find(const struct archive *archive, const char *id);
/* Steps of a set that are done and can be taken back. */
size_t set_undoable(const struct set *set);
/* Steps that are still to be done of a set that stopped in the middle; 0: it did not, or nobody can go on with it. */
size_t set_rest(const struct set *set);
/* The step that deleted an object through a management system; then nothing of the set can be taken back. NULL: none did. */
const struct operation *set_deleted_through(const struct set *set);
/* Joins changes under a guardian with the orders about them (trials.c); sets oldest first. Part of archive_load. */
void archive_link_trials(struct archive *archive);
/* Is it on trial at `now` (epoch s), as far as the journals tell? */
enum history_trial set_trial(const struct set *set, int64_t now);
/* Nobody has seen how it ended, and no running session is at it. */
bool set_is_unknown(const struct set *set);

#endif
