/*
 * gate: the one door for writes.
 *
 * Stages, in this order: role, check, plan, consequences, confirmation, journal,
 * guarded apply, verification, history.  gate_preview walks the first four,
 * gate_submit walks the same four again and then the rest; nothing is applied
 * that was not shown: when the second walk changes a shown line or adds a
 * warning, the review comes back.  The gate has a thread of its own on which
 * stores and the journal work; calls and callbacks here are on the loop thread.
 * Specification: terminal-and-safety 5 and 6.
 */
#ifndef POSTROOM_GATE_H
#define POSTROOM_GATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/loop.h"
#include "model/change.h"
#include "model/consequence.h"
#include "model/role.h"
#include "model/scope.h"
#include "model/store.h"

struct gate_settings {
	const char *state_directory;       /* journals live in it; NULL: no journal, so nothing can be written */
	const char *shared_directory;      /* group-readable copy for everybody's history; NULL: none */
	enum role role;
	bool read_only;                    /* no store is ever registered */
	bool reason_required;              /* for this role */
	struct role_scope scope;                /* whom a role below admin may change anything of */
	const char *audit_socket;          /* journald's, or one of the form of /dev/log; NULL: the system's log only */
	bool audit_required;               /* nothing is begun while nobody listens there */
	const char *identity;              /* who, for the journal: login and bind DN, in words */
	const char *system;                /* "PROD", "TEST" */
};
struct gate;
/* Opens the journal; where that fails the gate stays read-only and gate_write_reason says why. Never NULL. */
struct gate *gate_open(struct loop *loop, const struct gate_settings *settings);
/* The session is about to end: nothing is tried again, and the time that gate_close grants begins now. */
void gate_wind_down(struct gate *gate);
/* Waits at most 5 s for a write in flight (journaled as unknown then). False: a thread hangs. */
bool gate_close(struct gate *gate);
/* Ignored on a read-only gate, so that stage 3 has nothing to call. The store is borrowed. */
void gate_register(struct gate *gate, struct store *store);
/* Why nothing can be written now, in words; NULL: it can. */
const char *gate_write_reason(const struct gate *gate);
/* Does somebody listen at the audit's socket (or is none configured)? False with why not. */
bool gate_audit_listens(const struct gate *gate, struct error *error);
/* A write is under way (hang-up waits for it). */
bool gate_busy(const struct gate *gate);
/*
 * Steps that are through of what was submitted with this context; 0 as long as it waits (behind another write, or for the
 * directory to be asked again) and once it is over.
 */
size_t gate_steps_done(const struct gate *gate, const void *context);

enum gate_stage { STAGE_ROLE, STAGE_CHECK, STAGE_PLAN, STAGE_CONSEQUENCES, STAGE_CONFIRM, STAGE_JOURNAL, STAGE_APPLY, STAGE_VERIFY, STAGE_DONE };
enum gate_confirm { CONFIRM_BUTTON, CONFIRM_NAME };

/* What is shown before a write. Owned by whoever got it; review_free. */
struct review {
	struct arena *arena;
	struct change *change;             /* own copy */
	struct change *ordinary;           /* the gate's own: what an undo amounts to; else NULL */
	bool allowed;                      /* false: refused at `stage` because of `refusal`; the rest may be partly filled */
	enum gate_stage stage;
	struct error refusal;
	const struct field *refused_field; /* may be NULL */
	struct facts facts;
	struct plan plan;
	struct diff_line *lines;           /* in words, old and new */
	size_t line_count;
	struct consequence *consequences;  /* worst first */
	size_t consequence_count;
	const char *sentence;              /* change_sentence: as it is told once it is done */
	const char *ahead;                 /* change_ahead: what it would do */
	enum gate_confirm confirm;
	size_t rest;                       /* an undo of a set that stopped in the middle: steps that could be done instead; 0: none */
	const char *of_job;                /* undo without an id: the job that the last change is a step of; NULL: it stood alone */
	const char *confirm_text;          /* CONFIRM_NAME: what must be typed, exactly */
	bool reason_required;
	bool changed;                      /* this review came back because things changed since the last one */
	const struct diff_line *conflict;  /* overlapping edit by somebody else: their value in old_words, mine in new_words; NULL */
	const char *conflict_who;          /* modifiersName and time in words; NULL */
};
void review_free(struct review *review);
/* Attribute lines of one operation for people ("replace univentionMailUserQuota: 2048 -> 4096"), secrets as dots. Lines joined with \n. Arena. */
char *operation_lines(struct arena *arena, const struct operation *operation);
/* The same of a change of a server's files without the values, which a review shows already: what differs in each file. Arena. */
char *operation_files(struct arena *arena, const struct operation *operation);
/* The whole plan as LDIF change records (base64 where unsafe, secrets left out with a comment). Arena. */
char *plan_ldif(struct arena *arena, const struct plan *plan);

/* Takes nothing: the change is copied. done always comes once, with a review (never NULL). */
void gate_preview(struct gate *gate, const struct change *change, void (*done)(void *context, struct review *takes), void *context);

/*
 * May the role change anything of this person (borrowed; kind user)? done comes once, on the loop thread: words NULL: yes;
 * else few words ("protected (member of the group X)") and the sentence with who could. Changes nothing and decides nothing:
 * each change is held against it again. Comes at once, from inside this call, where no role is limited here.
 */
void gate_whom(struct gate *gate, const struct record *person, void (*done)(void *context, const char *words, const struct error *error), void *context);

struct gate_result {
	enum outcome outcome;              /* of the whole set; UNKNOWN: locked until seen */
	struct review *again;              /* not NULL: nothing was applied, show this review (receiver owns it) */
	struct error error;                /* outcome other than APPLIED: what happened, what is true now, what to do */
	const char *id;                    /* journal id of the set, for undo; "" where nothing was journaled */
	bool can_undo;                     /* something was done that can be taken back */
	size_t did;                        /* messages, connections: to how many it was really done; of other kinds 0 */
	size_t steps, steps_done;
	const char *const *step_words;     /* what each step did or not, in words */
	const char *sentence;              /* for the notice line */
	bool taken_back;                   /* a duplicate was found afterwards and our own change was rolled back */
};
/*
 * confirmed: the review the person saw (borrowed; copied). typed: what was typed where CONFIRM_NAME, else NULL.
 * reason: the line for the ticket or NULL. The result is borrowed during the callback.
 */
void gate_submit(struct gate *gate, const struct review *confirmed, const char *typed, const char *reason,
		void (*done)(void *context, const struct gate_result *result), void *context);
/* The review of taking an earlier set back (id NULL: the last applied one of this user). */
void gate_preview_undo(struct gate *gate, const char *id, void (*done)(void *context, struct review *takes), void *context);

/*
 * The review of the rest of a set that stopped in the middle: its steps that were not done, in their order, held against what
 * is there now. id NULL: the last such set of this user.
 */
void gate_preview_rest(struct gate *gate, const char *id, void (*done)(void *context, struct review *takes), void *context);

/* --- history -------------------------------------------------------------------------------------- */
/* PARTLY: some of it was done. PARTLY_UNDONE: only of a job, some of what was done was taken back. */
enum history_state { HISTORY_DONE, HISTORY_FAILED, HISTORY_UNKNOWN, HISTORY_UNDONE, HISTORY_PARTLY, HISTORY_PARTLY_UNDONE };
/* "done", "failed", "unknown", "undone", "partly", "partly_undone": for machines. Static. */
const char *history_state_word(enum history_state state);
/*
 * A change of a server's files waits to be confirmed, else it goes back: it is DONE and on trial. NOT_SEEN: its time is over,
 * and the journals do not tell whether it was confirmed elsewhere or went back.
 */
enum history_trial { TRIAL_NONE, TRIAL_ON, TRIAL_BACK, TRIAL_NOT_SEEN };
/* "on_trial", "going_back", "not_seen"; NONE: "". For machines. Static. */
const char *history_trial_word(enum history_trial trial);
/* "on trial until 14:02, ..." (local time), and so on, for people; until: epoch s. NONE: "done". Arena. */
const char *history_trial_words(struct arena *arena, enum history_trial trial, int64_t until);
/* Of one that its guardian put back by itself, because of why; NULL: nothing was said of it. Arena. */
const char *history_back_words(struct arena *arena, const char *why);
#define HISTORY_OURS "made by you here"
/* Who made what a guardian did by itself; who wrote that down follows. */
#define HISTORY_ITSELF "by itself"
struct history_entry {
	const char *id;
	int64_t time;
	const char *who;                   /* HISTORY_OURS, HISTORY_ITSELF and more, or a login of another, or a DN from the access log */
	const char *host;
	const char *verb, *kind, *name;    /* stable words */
	const char *target;                /* entryUUID of what it is about; NULL: none is known */
	const char *sentence;
	const char *reason;
	enum history_state state;
	const char *state_words;
	enum history_trial trial;          /* of one that is DONE; as the journals told when they were read */
	int64_t trial_until;               /* epoch s; 0: it waits for nothing */
	const char *guarded;               /* the id by which its guardian knows it; NULL: none has it */
	bool already;                      /* DONE: everything was so already, so it changed nothing */
	bool tries;                        /* a password was tried: it looks whether the rest worked, and changes nothing */
	bool can_undo;
	size_t rest;                       /* steps that are still to be done of one that stopped in the middle; 0: none */
	const char *undo_of;               /* NULL */
	const char *rest_of;               /* it did the rest of this one; NULL */
	const char *job, *job_words;       /* a step of this job (desk/desk.h): its number, what it is; NULL: it stood alone */
	size_t job_steps;                  /* how many steps that job had as it was confirmed; 0: not known */
	const struct history_job *of;      /* that job as a whole; NULL: it stood alone */
	const char *const *fields;         /* names of the fields that people saw change; NULL-terminated; NULL: not known */
	const char *lines;                 /* attribute lines with old and new, \n separated */
};
/* A job as a whole: not only what changed something stands for it, but also what could not be begun. */
struct history_job {
	const char *id, *words;            /* "j3f9a21c0", "New password of anna" */
	const struct history_entry **changes;  /* its changes, newest first; what was tried twice stands twice */
	size_t count;
	size_t steps;                      /* as it was confirmed; together done, open and unknown */
	size_t done, open, unknown;        /* done: also what was so already. open: not done */
	size_t changed, undone;            /* of the changes: those that did something, and of these the ones that were taken back */
	size_t undoable;                   /* of the changes: those that can be taken back now */
	bool ended;                        /* false: no end of it was written, it goes on or its program was ended */
	enum history_state state;
	const char *state_words;           /* "done", "2 of 4 done, 2 open", "partly undone (1 of 3)" */
};
struct history {
	struct arena *arena;
	const struct history_entry *entries;   /* newest first */
	size_t count;
	const struct history_job *jobs;    /* newest first */
	size_t job_count;
	bool others;                       /* also shows other people's sets (shared directory) */
};
/* All sets known here, newest first; history_free by the receiver. */
void gate_history(struct gate *gate, void (*done)(void *context, struct history *takes, const struct error *error), void *context);
void history_free(struct history *history);
/*
 * How a go of a job ended, for the history: the journal knows the steps that were begun, and only the desk which there were.
 * Of a go that is tried again within the same run the last end counts. done comes once, also where nothing was written.
 */
struct gate_job_open {
	const char *set;                   /* its change in the journal, which may turn out to be done; NULL: none was begun */
	bool kept;                         /* a later go of the same job (rest) may do it */
};
struct gate_job_end {
	const char *job;                   /* its number */
	const char *run;                   /* number of the go */
	bool rest;                         /* a go that does what an earlier one kept */
	size_t steps;                      /* of this go */
	const struct gate_job_open *open;  /* those that are not seen to be done */
	size_t open_count;
	int64_t time;                      /* epoch milliseconds; set by the journal */
};
void gate_job_end(struct gate *gate, const struct gate_job_end *end, void (*done)(void *context), void *context);
/* Checks every hash chain: done gets the number of records and the first fault. */
void gate_verify(struct gate *gate, void (*done)(void *context, size_t records, const struct error *error), void *context);
/* Sets whose outcome nobody has seen yet: looks again now, reports how many are left. */
void gate_resolve(struct gate *gate, void (*done)(void *context, size_t left, const struct error *error), void *context);
/* Is the outcome of an earlier write to this object still unknown (so it may not be edited)? name of kind. */
bool gate_locked(const struct gate *gate, const char *kind, const char *name);

#endif
