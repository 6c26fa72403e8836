/*
 * desk: the jobs that take several changes for one person: a new password, a
 * stolen account, somebody who leaves.
 *
 * A job is a row: what it asks (a kind of its own, so forms, checks and
 * arguments read fields as everywhere), and a function that makes an ordered
 * list of steps.  A step is an ordinary change; each goes through the gate
 * whole, with a review, a journal record and an undo of its own, and all bear
 * the number of the job.  A run shows all reviews as one, is confirmed once,
 * and then submits step after step; what could not be done stays open, says
 * so, and can be tried again.  Nothing here writes by itself.  Loop thread.
 */
#ifndef POSTROOM_DESK_H
#define POSTROOM_DESK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/loop.h"
#include "directory/directory.h"
#include "gate/gate.h"
#include "live/live.h"
#include "model/kind.h"
#include "model/record.h"

/* What the desk works with; all borrowed, and longer there than any run. live may have no servers. */
struct desk_settings {
	struct loop *loop;
	struct directory *directory;
	struct gate *gate;
	struct live *live;
	const char *state_directory;       /* open steps and what is due are kept here; NULL: they are lost at the end */
	const char *shared_directory;      /* and here for everybody; NULL: none */
	const char *person;                /* login name of whoever works here */
	enum role role;                    /* what of others' work may be taken off the list */
	bool may_write;                    /* false: nothing is kept either (monitor, read-only) */
};
struct desk;
struct desk *desk_open(const struct desk_settings *settings);
/* What is due stands among the alarms of the collector from now on; looked at again every half minute. */
void desk_watch(struct desk *desk);
/* Frees every run that is open still, as desk_free does; what the gate has yet to answer is waited for by closing the gate. NULL is allowed. */
void desk_leave(struct desk *desk);
/* Runs must be gone: after desk_leave and gate_close. NULL is allowed. */
void desk_close(struct desk *desk);

/* --- jobs ------------------------------------------------------------------------------------------- */

struct desk_plan;
struct desk_job {
	const char *name;                  /* "password"; in commands, the journal, keymaps; NULL ends the table */
	const char *title;                 /* "New password" */
	const char *help;                  /* one or two sentences */
	/*
	 * What is asked before: fields of an internal kind, whose record is the wish. Values that the wish lacks are
	 * filled in by desk_wish. NULL: nothing is asked.
	 */
	const struct kind *wish;
	bool large;                        /* one of the two larger jobs: for the menu */
	const struct kind *writes;         /* what it writes first: who may not write this cannot do it */
	const char *field;
	const char *const *yes;            /* questions that are answered yes unless somebody says no; NULL-terminated; NULL: none */
	const char *const *preset;         /* field, value, ..: what is asked for unless somebody says otherwise; NULL-terminated; NULL: none */
	const char *bare;                  /* what comes of it at a command line without any field; NULL: that is clear */
	const char *example;               /* words behind "postroom" that ask for it: "reset anna --lock" */
	unsigned looks;                    /* what must be known before it can be planned: enum desk_looks (desk_private.h) */
	bool promises;                     /* `say` promises that nobody is in any more, so one open step belies it */
	const char *say;                   /* what the caller is told where all is done; NULL: nothing */
	/* Makes the steps (desk_private.h). False with the reason: the job makes no sense for this person. */
	bool (*plan)(struct desk_plan *plan, struct error *error);
};
extern const struct desk_job desk_jobs[];
const struct desk_job *desk_job_find(const char *name);
/* Is any step of this job allowed to this role at all? NULL: yes; else why not (static). */
const char *desk_job_reason(const struct desk_job *job, enum role role);
/* The wish as it is offered: preselected values for this person. Arena. NULL where the job asks nothing. */
struct record *desk_wish(struct arena *arena, const struct desk_job *job, const struct record *person);
/* The same for a manual: "yes", "INBOX", "as it is now" (what the person has), "" nothing. Static. */
const char *desk_wish_default(const struct desk_job *job, const struct field *field);
/* What stands behind the "=" at a command line: "yes|no", "SIZE", "DAY" (2026-12-24), .. Arena or static. */
const char *desk_wish_form(struct arena *arena, const struct field *field);

/* --- a run ---------------------------------------------------------------------------------------------- */

enum desk_phase {
	DESK_LOOKING,          /* who is connected, and a review of each step, are on their way */
	DESK_SHOWN,            /* all is there: to be confirmed, or refused (run->refusal) */
	DESK_WRITING,
	DESK_OVER              /* every step was tried; open ones can be tried again */
};
enum desk_state {
	DESK_WAITING,          /* not begun */
	DESK_RUNNING,
	DESK_DONE,
	DESK_ALREADY,          /* was so already */
	DESK_OPEN,             /* not done, and worth trying again: a server did not answer */
	DESK_FAILED,           /* refused or not done; trying again as it is leads nowhere */
	DESK_UNKNOWN,          /* nobody has seen how it ended; the gate looks again by itself */
	DESK_LEFT_OUT          /* not begun, because a step that it needs was not done */
};
struct desk_step {
	const char *words;                 /* "empty the login cache" before it is confirmed, "login cache emptied" from then on */
	const char *server;                /* name; NULL: the directory */
	enum desk_state state;
	const struct review *review;       /* what the gate said of it; NULL: the server gave no answer yet */
	const char *told;                  /* what came of it, or why not, in words; NULL */
	bool as_before;                    /* a step before it was told the same by the same server */
	const char *still;                 /* what is true as long as it is not done: "the old limit holds"; "" nothing worth telling */
	int64_t at;                        /* epoch seconds of its end; 0: none */
	bool repeats;                      /* is looked at anew right before it is done: it hits what is there then */
	bool checks;                       /* changes nothing: proves that the rest worked */
	const char *id;                    /* of its set in the journal; "" */
};
/* " on mail2", to stand behind the words of a step; "" where it is of no server, or they name it already. Arena. */
const char *desk_on(struct arena *arena, const char *words, const char *server);
/* Do these words of two steps name one thing? "login cache emptied (anna)" and "login cache emptied" are one to people. Pure. */
bool desk_same_thing(const char *a, const char *b);
struct desk_run;
/* What can be seen of a run; texts live until the next turn of the loop in which `changed` is called. */
struct desk_view {
	const struct desk_job *job;
	const struct record *person;
	const struct record *wish;         /* NULL: nothing was asked */
	enum desk_phase phase;
	const struct desk_step *steps;
	size_t step_count;
	size_t kept;                       /* of the open ones: written down as due, to be done another time */
	size_t done, open;                 /* of the steps; open counts OPEN, UNKNOWN, FAILED and LEFT_OUT */
	struct error refusal;              /* SHOWN: why it cannot be applied; kind NONE: it can */
	const struct consequence *consequences;  /* of all steps, worst first, each sentence once */
	size_t consequence_count;
	const struct diff_line *lines;     /* of all steps */
	size_t line_count;
	const char *const *remarks;        /* what stays open or cannot be done here, in words, "! " in front of a warning; NULL-terminated; NULL */
	enum gate_confirm confirm;
	const char *confirm_text;          /* CONFIRM_NAME */
	bool reason_required;
	const char *secret;                /* OVER: the generated password, where it was set or may have been, while it may be shown; NULL. Not after desk_hide */
	enum error_kind ending;            /* OVER: NONE: all is done; UNKNOWN_OUTCOME: nobody saw a step end; TIMEOUT: open steps can be tried again; else what the first failed for */
	const char *say;                   /* OVER: to read to the caller; own sentences, no secret */
	const char *ticket;                /* OVER: plain lines to paste; no secret */
	const char *state_now;             /* OVER: what state the person is in now, and how to go on */
	const char *id;                    /* number of the job; "": it has none, since it takes another back */
	const char *undo;                  /* OVER: number by which it can be taken back; NULL: nothing, or only what makes no sense alone: that a new password must be changed */
	const char *takes_back;            /* number of that one; NULL */
	const char *name;                  /* "Stolen account: anna", "Take back: Stolen account of anna (j3f9a21c0)" */
};
/*
 * person: as just read (copied). wish: record of job->wish (copied; its secrets are wiped with the run), or NULL. changed is
 * called in later turns of the loop, whenever something is to be painted anew.
 */
struct desk_run *desk_begin(struct desk *desk, const struct desk_job *job, const struct record *person, const struct record *wish,
		void (*changed)(void *context), void *context);
/* The same for taking a job back: the sets of it that can be, newest first. id: any set of the job. */
struct desk_run *desk_begin_undo(struct desk *desk, const char *id, void (*changed)(void *context), void *context);
/* Steps that an earlier run left open for this person, as a run of their own; NULL: there are none. */
struct desk_run *desk_begin_open(struct desk *desk, const char *due_id, const struct record *person,
		void (*changed)(void *context), void *context);
const struct desk_view *desk_look(const struct desk_run *run);
/* SHOWN and not refused: goes through the steps. typed: what was typed where CONFIRM_NAME. reason may be NULL. */
void desk_apply(struct desk_run *run, const char *typed, const char *reason);
/* OVER: tries the open steps again; WRITING until they are through. */
void desk_again(struct desk_run *run);
/* The generated password is shown no more: it was read out, or its time is over. Wiped with the run, as an open step may still have to try it. */
void desk_hide(struct desk_run *run);
/* Is it the number of a job ("j3f9a21c0") and not the id of a set? Pure. */
bool desk_is_number(const char *id);
/* Open steps stay in what is due. NULL is allowed. Not while WRITING a step: the gate still answers (it is waited for). */
void desk_free(struct desk_run *run);

/* --- what is due -------------------------------------------------------------------------------------------- */

/* Something that a person has to do, or that is to be ended, since nothing on the servers ends it by itself. */
struct desk_due {
	const char *id;
	const char *job;                   /* name of the job that left it */
	const char *login;                 /* of whom */
	const char *words;                 /* "forward of anna.smith to boss@example.com ends" */
	int64_t when;                      /* epoch seconds; 0: at once (an open step) */
	int64_t since;
	const char *who;                   /* who left it */
	const char *reason;                /* of the job; "" */
	bool steps;                        /* desk_begin_open can do it; else it is for a person */
};
/* All that is known, soonest first; valid until the next call. */
const struct desk_due *desk_dues(struct desk *desk, size_t *count);
/* May this role take it off the list? False with the reason. */
bool desk_due_may_be_done(struct desk *desk, const struct desk_due *due, struct error *error);
/* It was done or is not wanted any more. Refused where the role could not have done the job that left it. */
bool desk_due_done(struct desk *desk, const char *id, struct error *error);

#endif
