/*
 * gate_private: what the files of this folder share.
 *
 * A walk is one passage through the stages; it lives on the gate's thread.  A
 * submission is what a walk needs beyond the review stages: what was shown,
 * what was typed, and how the steps went.
 */
#ifndef POSTROOM_GATE_PRIVATE_H
#define POSTROOM_GATE_PRIVATE_H

#include <pthread.h>
#include <stdatomic.h>

#include "gate/archive.h"
#include "base/text.h"
#include "gate/gate.h"
#include "gate/journal.h"

#define GATE_STORES 8
#define GATE_ATTEMPTS 5                /* silent walks again after a conflict */

/* A set whose outcome nobody has seen; its object is locked. Heap texts. */
struct unknown_set {
	char *set, *kind, *name;
	char *new_name;                    /* where the set gives another: whichever it is now called by; NULL */
	struct unknown_set *next;
};

struct gate {
	struct loop *loop;
	struct worker *worker;
	struct arena *arena;               /* texts of the settings */
	struct gate_settings settings;
	struct journal *journal;           /* gate's thread; NULL: nothing can be written */
	_Atomic(char *) reason;            /* set once, freed at the end: why nothing can be written */
	pthread_mutex_t lock;              /* guards stores and unknown */
	struct store *stores[GATE_STORES];
	size_t store_count;
	struct unknown_set *unknown;
	atomic_bool closing;
	atomic_bool writing;               /* a submission runs on the gate's thread */
	_Atomic(void *) writes_for;        /* context of the submission that runs; NULL: none does */
	atomic_size_t steps_done;          /* of that one */
	_Atomic(struct store *) calling;   /* store that is at work now */
	_Atomic int64_t call_until;        /* monotonic milliseconds; 0: no call */
	unsigned number;                   /* of the last set of this session; gate's thread */
	struct audit_line *audit;          /* NULL: no socket is configured */
	struct error audit_trouble;        /* the first; gate's thread */
	bool audit_told;
	/* loop thread */
	unsigned submits;
	int64_t close_until;               /* monotonic milliseconds; 0: nobody wants to close yet */
	struct loop_timer *watch;          /* while jobs run: ends store calls that take too long */
	struct loop_timer *resolve;        /* looks again at unknown sets */
	struct loop_timer *tell;           /* while lines for the audit wait */
	unsigned back_off;                 /* seconds until then */
};

/* Posts a job and keeps the watch going; gate_job_done from each done. Loop thread. */
void gate_post(struct gate *gate, const struct job_class *class, void *context);
void gate_job_done(struct gate *gate);
/* Makes the gate read-only for good; the first reason stays. Any thread. */
void gate_stop_writing(struct gate *gate, const char *reason);
/* Why nothing can be written, as an error. */
bool gate_refuse(const struct gate *gate, struct error *error);
/* Around each store call: the loop thread interrupts what takes too long. Gate's thread. */
void gate_call_begin(struct gate *gate, struct store *store);
void gate_call_end(struct gate *gate);
struct store *gate_store_for(struct gate *gate, const struct kind *kind);
/* The one that knows people; NULL: none does. */
struct store *gate_store_of_people(struct gate *gate);
/* The one that knows what mail servers know of a person; NULL: none does. */
struct store *gate_store_of_servers(struct gate *gate);
void gate_interrupt(struct gate *gate);
/* Locks. Any thread. new_name: NULL or the name that the set would give; locked under both. */
void gate_lock_object(struct gate *gate, const char *set, const char *kind, const char *name, const char *new_name);
void gate_unlock_set(struct gate *gate, const char *set);
bool gate_any_locked(struct gate *gate);
/* Sleeps on the gate's thread; false where the job was cancelled or the gate closes. */
bool gate_sleep(struct gate *gate, const struct job *job, unsigned milliseconds);
/* The sets of all journals; repair at the first reading. Gate's thread. */
struct archive *gate_archive(struct gate *gate, bool repair);
/* Starts the timer that looks again at unknown sets. Loop thread. */
void gate_resolve_later(struct gate *gate);
/* Looks at all unknown sets, or at those of one object; returns how many are left. Gate's thread. */
size_t resolve_sets(struct gate *gate, const struct job *job, const char *kind, const char *name);

/* --- the walk -------------------------------------------------------------------- */

enum walk_end {
	WALK_ON,
	WALK_REFUSED,                      /* review->refusal says why */
	WALK_AGAIN,                        /* the review is to be shown (again) */
	WALK_RETRY,                        /* a conflict: walk again from the start */
	WALK_STOPPED                       /* submission->error says why */
};

/* What the person saw, as texts to compare with; own arena. */
struct shown {
	struct arena *arena;
	struct change *change;
	bool allowed;
	const char *sentence;
	const char *lines;                 /* hash over fields, old and new words */
	const char *operations;            /* hash over verb, place and deltas of each operation */
	const char *const *warnings;       /* rule and sentence of each consequence; NULL-terminated */
	enum gate_confirm confirm;
	const char *confirm_text;
	char *typed, *reason;
	const struct witness *witness;     /* what servers had told; NULL */
};
struct shown *shown_of(const struct review *review, const char *typed, const char *reason);
void shown_free(struct shown *shown);

struct submission {
	struct arena *arena;
	const struct shown *shown;
	char *id;                          /* of the set; NULL: no intent written yet */
	bool ended;                        /* its end is journaled */
	const char *last_version;          /* of the target at the last conflict */
	struct operation *inverses;        /* per step */
	enum step_state *states;
	const char **step_words;
	size_t steps, done;
	enum outcome outcome;
	struct error error;
	const char *sentence;
	bool taken_back;
	size_t did;                        /* of all steps, where the store counts */
	const char *told;                  /* why that is less than was asked; NULL */
	struct review *again;
};

struct walk {
	struct gate *gate;
	const struct job *job;
	struct review *review;
	struct store *store;
	const struct change *bare;         /* UNDO: as given to the store, without what cannot be restored; else NULL */
	struct submission *submission;     /* NULL: preview */
	enum walk_end end;
};
/* A review that takes this change. */
struct review *review_new(struct gate *gate, struct change *takes);
/* Walks all stages up to `last`. */
void walk_run(struct walk *walk, enum gate_stage last);
bool walk_refuse(struct walk *walk);
/* The change that rules look at. */
const struct change *walk_change(const struct walk *walk);
/* Hashes that stand for the lines and operations of a review, for comparing. Arena. */
char *review_lines_text(struct arena *arena, const struct review *review);
char *plan_text(struct arena *arena, const struct plan *plan);

/* whom.c: may this role change anything of the people that the change concerns? After gather, for what is given to the store. */
bool walk_whom(struct walk *walk, const struct change *change);

/* history.c: all sets as entries for people; history_free. */
struct history *history_of(const struct archive *archive);
/* locks.c: whose lock is it that would be opened, as far as the history knows? Reads the journals. */
void lock_consequences(struct walk *walk);

/* Stages after the review; gate's thread. */
bool stage_confirm(struct walk *walk);
bool stage_journal(struct walk *walk);
bool stage_apply(struct walk *walk);
bool stage_verify(struct walk *walk);
bool stage_done(struct walk *walk);

/* One operation: sends, and where nobody saw the outcome looks, at growing intervals. */
enum outcome send_step(struct walk *walk, const struct operation *operation, struct operation *inverse,
		const char **version_after, struct error *error);

/* --- records ------------------------------------------------------------------------ */

/* Each writes one record; false where the journal failed, and then nothing can be written any more. */
bool write_intent(struct gate *gate, const char *id, const struct review *review, const char *sentence, const char *reason,
		struct error *error);
/* The name that the target has afterwards, where it is another than this one; else NULL. */
const char *name_after(const struct review *review, const char *name);
bool write_step(struct gate *gate, const char *id, size_t step, enum step_state state, const struct operation *inverse,
		const struct error *problem);
/* word: "done", "failed", "unknown" */
bool write_end(struct gate *gate, const char *id, const char *word, const char *problem);
/* "done" of a change whose store counts: to how many it was really done, and that in words. */
bool write_counted(struct gate *gate, const char *id, size_t did, const char *sentence);
/* How a go of a job ended; nothing was sent for it, so no sync. */
bool write_job_end(struct gate *gate, const struct gate_job_end *end);
bool write_undone(struct gate *gate, const char *id, const char *by);
/* audit.c: what became of a change, to the system's log and to the audit's socket. */
void audit(struct gate *gate, const char *id, const struct review *review, const char *sentence, const char *result);
/* The same of a set whose outcome was seen later. */
void audit_seen(struct gate *gate, const char *id, const char *kind, const char *name, const char *result);
/* The first trouble in telling, once in a session; NULL: none, or it was told. */
const char *audit_trouble(struct gate *gate);
/* May a change that must be told be begun: somebody takes lines, and has those of before? Up to two seconds where not. */
bool audit_ready(struct gate *gate, struct error *error);

/* For a daemon that is behind, where nobody works meanwhile: before a change that must be told, and at the end. */
#define AUDIT_MOMENT_MS 1000
/* audit_send.c: the way to the socket. path is borrowed; NULL: none, and then all of these but audit_send do nothing. */
struct audit_line *audit_open(const char *path);
/* Tries once more, a second at most, and logs what is lost. */
void audit_close(struct audit_line *line);
/* Takes the line to where it goes, behind those that wait; false where it waits or, logged, is lost. Does not wait. */
bool audit_send(struct audit_line *line, const char *id, const char *words, struct error *error);
/* Sends what waits; false with why where something is left. Waits for room for so long at most. */
bool audit_deliver(struct audit_line *line, unsigned milliseconds, struct error *error);
/* Lines that were lost since the last one that was not. */
size_t audit_lost(const struct audit_line *line);
/* Any thread. */
size_t audit_waiting(const struct audit_line *line);

/* --- guarded_lines.c -------------------------------------------------------------------- */

/* Does it change the files of a server (model/guarded.h)? Then what differs in them, a line each, behind what stands in text. */
bool guarded_operation(const struct operation *operation);
void guarded_lines(struct arena *arena, struct text *text, const struct operation *operation, bool values);

/* --- undo ------------------------------------------------------------------------------ */

/* The change that takes a set back; NULL with an error. Also where it is for a part of the steps. */
struct change *undo_change(const struct archive *archive, const struct set *set, struct error *error);
/* The change that does the rest of a set that stopped in the middle; NULL with an error. */
struct change *rest_change(const struct archive *archive, const struct set *set, struct error *error);
/* From inverses in the order they were made. */
struct change *undo_of_steps(const struct kind *kind, const char *name, const char *id, const char *undo_of,
		const struct operation *inverses, size_t count);
/* Without secrets, which the journal does not hold; lives and shares everything with undo. NULL: nothing is left. */
const struct change *undo_bare(const struct change *undo);
/* What the undo amounts to as an ordinary change from now to after (either may be NULL). */
struct change *undo_ordinary(const struct change *undo, const struct record *now, const struct record *after);
/* One more, behind those that are as bad; rule and sentence are the review's or static. */
void review_add_consequence(struct review *review, enum severity severity, const char *rule, const char *sentence);
/* Adds what will not come back, worst first. */
void undo_consequences(struct review *review);

#endif
