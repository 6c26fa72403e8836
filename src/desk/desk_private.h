/*
 * desk_private: what the files of the desk share: plans, steps, runs.  Loop
 * thread.
 */
#ifndef POSTROOM_DESK_PRIVATE_H
#define POSTROOM_DESK_PRIVATE_H

#include "desk/desk.h"

enum { DESK_NAMES = 4 };

/* Beside who is connected, which every plan knows. */
enum desk_looks { DESK_LOOKS_USAGE = 1, DESK_LOOKS_COLLEAGUE = 2, DESK_LOOKS_SENDING = 4, DESK_LOOKS_SHUT = 8 };

/* --- planning (steps.c, plan_*.c) ------------------------------------------------------------------ */

/* What a step writes that has a day of its end. */
enum desk_ends { ENDS_NOTHING, ENDS_FORWARD, ENDS_ABSENCE };
struct desk_plan;
struct planned {
	struct change *change;             /* heap; taken by the run */
	const char *ahead;                 /* before it is done: "empty the login cache" */
	const char *words, *still;         /* what is done: "login cache emptied"; what is true while it is not ("" nothing) */
	const char *server;                /* NULL: the directory */
	bool repeats, checks;
	bool stops;                        /* where it is not done, the rest is left out */
	enum desk_ends ends;               /* what was due of earlier ones is over */
	int64_t due;                       /* without a change: what is kept as due, epoch seconds; 0: none */
	const char *login;                 /* the change is proposed anew right before: Postfix of `server` refuses it; NULL */
	bool hold;                         /* the change is made anew right before: of what waits in the queue of `server` then */
	struct error why;                  /* login, hold: without a change, why there is none yet; kind NONE: nothing is there to do now */
	const char *due_words;             /* DUE: what somebody has to do then */
	const char *undo;                  /* without a change: the set that is taken back; NULL: none */
	/* REPEATS: the same for what is there now; NULL: the change as it is. The caller frees it. */
	struct change *(*anew)(const struct desk_plan *plan, const struct planned *step);
};
/* A login that Postfix of one server is to refuse: the change, or why there is none (kind NONE: it is refused already). */
struct desk_refusal { const char *server, *login; struct change *change; struct error error; };
/* Mail of the person in the queue of one server, by sender and by login; shared by planning and the look right before. */
enum { QUEUE_OWN, QUEUE_OTHERS, QUEUE_LISTINGS };  /* under the person's names; what the login sent under others */
struct desk_queue {
	const char *server;
	const char *const *names, *logins; /* names NULL-terminated; logins parted by blanks */
	struct rows *rows[QUEUE_LISTINGS]; /* NULL: not listed */
	struct live_job *jobs[QUEUE_LISTINGS];
	size_t pending;
	uint64_t matching, others;         /* all; those under other names */
	struct lookup *sent;               /* when the login sent which queue id: int64_t of the run's arena; NULL: nothing */
	const char *unknown;               /* why it is not known what was sent under other names; NULL */
	struct error error;                /* of the first that failed */
};
struct desk_plan {
	struct arena *arena;
	const struct desk_job *job;
	const struct record *person, *wish;        /* wish NULL: nothing was asked */
	struct live *live;                 /* NULL or without servers: only the directory can be done */
	const char *secret;                /* the new password; NULL: none. Not in the arena */
	struct desk_queue *queues;         /* only for jobs that ask for it; one a server */
	size_t queue_count;
	struct desk_refusal *refusals;     /* the same */
	size_t refusal_count;
	const char *refused_by;            /* servers whose Postfix refuses the login already, "mail1, mail2"; "" none, or not known. Only for jobs that ask for it */
	const char *const *since;          /* of each forward: "since .., by you", as far as the history tells; NULL: not asked */
	bool confirm_name;                 /* the whole of it is confirmed by the person's name only */
	const char *shut;                  /* what is shut yet though the account is open, in words for state_now; NULL: nothing */
	int64_t used;                      /* bytes in the mailbox now; -1: not known. Only for jobs that ask for it */
	struct record *colleague;          /* who gets access; NULL: nobody of the directory. Only for jobs that ask for it */
	struct error colleague_error;      /* why there is none */
	struct planned *steps;
	size_t count, capacity;
	const char **remarks;
	size_t remark_count, remark_capacity;
};
bool desk_wants(const struct desk_plan *plan, const char *field);            /* a flag of the wish says yes */
const char *desk_wish_text(const struct desk_plan *plan, const char *field); /* "" none */
#define DESK_MUST_CHANGE "! mail programs cannot change a password: until the person has chosen another one, where this site lets them, " \
	"a mail server may refuse the login"
/* A remark that begins with "! " is a warning. */
void desk_remark(struct desk_plan *plan, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Names by which mail servers know the person: primary address in small letters, login; NULL-terminated. */
void desk_names(struct arena *arena, const struct record *person, const char *names[DESK_NAMES]);
/* A step; takes the change. ahead: what it will do, words: what it has done, still: what is true until then. */
struct planned *desk_step(struct desk_plan *plan, const char *server, struct change *change, const char *ahead, const char *words, const char *still);
/* The same for a change of the person's entry, unless it came out empty. stops: the rest is left out where it is not done. */
void desk_step_person(struct desk_plan *plan, struct change *change, bool stops, const char *ahead, const char *words, const char *still);
/* A change of the person's own entry, to be filled; found by entryUUID and held against what was read. */
struct change *desk_change_person(const struct desk_plan *plan);
/* Login caches of every server with mailboxes. */
void desk_step_flush(struct desk_plan *plan, const char *still);
/* All sessions of the person on every server with mailboxes. */
void desk_step_sessions(struct desk_plan *plan, const char *still);
/* The same on one server; false: it is not in the configuration. */
bool desk_step_sessions_on(struct desk_plan *plan, const char *server, const char *still);
/* Has the mailbox counted anew. */
void desk_step_recalculate(struct desk_plan *plan);
/* Open SMTP sessions on every transport. */
void desk_step_smtp(struct desk_plan *plan);
/* Is there a way for a command of hosts.h on this server, now or later? False with why there is none. */
bool desk_server_can(const struct desk_plan *plan, const char *server, const char *command, struct error *error);
/* Does an absence answer nobody, since all mail goes elsewhere? The second one warns of it. */
bool desk_unanswered(const struct desk_plan *plan);
void desk_remark_unanswered(struct desk_plan *plan);
/* The account's state ("expired") where it keeps the person out and is none of the locks that can be cleared; NULL: it is not so. By what. */
const char *desk_kept_out(const struct desk_plan *plan);
const char *desk_kept_out_by(const struct desk_plan *plan);
/* The server where the mailbox is: its name in the configuration, NULL: not known which. */
const char *desk_home(const struct desk_plan *plan);
/* The password that is there must be changed at the next login. */
void desk_step_must_change(struct desk_plan *plan);
/* Puts what waits in the queues of this person on hold. */
void desk_step_hold(struct desk_plan *plan);
/* Refuses the login in Postfix at once, on every transport that has a table for it. */
void desk_step_refuse(struct desk_plan *plan);
/* An absence with these dates and this text; NULL texts: none. */
void desk_step_absence(struct desk_plan *plan, const char *from, const char *until, const char *subject, const char *text);
/* What is kept as due, as a step: "forward of anna.smith to ... ends". when: epoch seconds. */
void desk_step_due(struct desk_plan *plan, int64_t when, const char *words);
/* 00:00 UTC of a day as people write it, 2026-11-20; false: it is none. */
bool desk_day(const char *words, int64_t *epoch);

/* The same of a day that is not over; false with the reason. */
bool desk_day_to_come(const char *words, int64_t *epoch, struct error *error);

bool plan_password(struct desk_plan *plan, struct error *error);
bool plan_quota(struct desk_plan *plan, struct error *error);
bool plan_forwarding(struct desk_plan *plan, struct error *error);
bool plan_absence(struct desk_plan *plan, struct error *error);
bool plan_access(struct desk_plan *plan, struct error *error);
bool plan_sessions(struct desk_plan *plan, struct error *error);
bool plan_lock(struct desk_plan *plan, struct error *error);
bool plan_unlock(struct desk_plan *plan, struct error *error);
bool plan_reset(struct desk_plan *plan, struct error *error);
bool plan_stolen(struct desk_plan *plan, struct error *error);
bool plan_leaver(struct desk_plan *plan, struct error *error);

/* --- runs (run.c, run_submit.c, words.c) --------------------------------------------------------------- */

struct run_step {
	struct planned planned;
	struct review *review;             /* owned; NULL: none came yet */
	struct error error;                /* why there is none, or why it was not done */
	bool can_undo;                     /* it was done, and can be taken back */
};
struct desk_run {
	struct desk *desk;
	struct arena *arena;
	struct record *person, *wish;
	struct desk_plan plan;
	char *secret;                      /* heap, wiped; NULL */
	bool generated;                    /* the secret may be shown */
	struct run_step *steps;
	struct desk_step *shown;           /* as desk_look gives them */
	size_t count;
	struct desk_view view;
	char *typed, *reason;              /* heap */
	const char *go;                    /* its number, for the end that the journal gets */
	bool begun;                        /* it was confirmed: what is not done is open from now on */
	size_t at;                         /* WRITING: the step under way */
	size_t pending;                    /* requests of ours that the gate or live still answer */
	bool left;                         /* desk_free came while something was pending */
	struct live_job *usage;            /* how full the mailbox is, being asked; NULL */
	struct directory_query *reading;   /* of the colleague; NULL */
	struct setting_proposal **proposals;       /* of refusals; the first is also that of a step */
	size_t proposal_count;
	struct refused_asking **askings;   /* one a server, which of the logins it refuses; NULL: answered */
	size_t asking_count;
	struct loop_timer *timer;          /* waits for who */
	int64_t until;
	const char *due_id;                /* open steps of an earlier run are done; NULL */
	const char *taken_back;            /* the job whose steps are taken back; NULL */
	struct desk_run *next;             /* of the same desk */
	void (*changed)(void *context);
	void *context;
};
struct desk {
	struct desk_settings settings;
	struct due_list *dues;
	struct desk_run *runs;
	struct loop_timer *reminder;
	size_t reminded;                   /* how many were due when it was told last */
	unsigned told;                     /* of which reading of the files */
};
/* Tells the collector what is due (remind.c). */
void desk_remind(void *desk);
/* The run has its steps: asks the gate for a review of each. */
void run_preview(struct desk_run *run);
/* Each step is told as what is to be done, or as what was, wherever the run stands. */
void run_word_steps(struct desk_run *run);
/* The change bears the number of the job. */
void run_name_change(const struct desk_run *run, struct change *change);
/* Something is to be painted anew. */
void run_changed(struct desk_run *run);
/* Ends a run that was left, once nothing is pending; true: it is gone. */
bool run_settled(struct desk_run *run);
/* Joins what all reviews say into the view. */
void run_join(struct desk_run *run);
/* A new run that has not begun to look. */
struct desk_run *run_new(struct desk *desk, const struct desk_job *job, const struct record *person, void (*changed)(void *context), void *context);
/* Asks the gate for the review of one step; done gets it. */
void run_ask(struct desk_run *run, const struct planned *planned, void (*done)(void *context, struct review *takes), void *context);

/* --- what a plan needs to know (look.c, queue.c) --------------------------------------------------------- */

/* Looks who is connected and what else the job wants, then plans and goes on with run_preview. */
void run_look(struct desk_run *run);
/* Cancels what is being looked at. */
void run_cancel_looks(struct desk_run *run);
/* Lists what waits of these names and logins; every listing counts as pending of the run, and done is called with the run after the last. */
void queue_list(struct desk_run *run, struct desk_queue *queue, void (*done)(struct desk_run *run));
/* How many of them are on hold. */
size_t queue_held(const struct desk_queue *queue);
/* Puts everything on hold that is not; NULL: nothing waits. The caller frees it. */
struct change *queue_hold(const struct desk_queue *queue);
void queue_forget(struct desk_queue *queue);
/* The queues of all servers that send, not listed yet: all, or only that of one server. */
void queue_prepare(struct desk_run *run, const char *server);

/* --- steps that are kept (token.c) ---------------------------------------------------------------------------- */

/* "flush mail2/anna@example.com": all that a step needs to be done another day, without a secret; NULL: it cannot be. Arena. */
const char *step_token(struct arena *arena, const struct planned *planned);
/* The step of a token, added to the plan; false: nothing of this version, or the server is not known any more. */
bool step_of_token(struct desk_plan *plan, const char *token);
/* The words at the end. */
void run_tell(struct desk_run *run);
/* Open steps become dues; what is done is taken out. Also while the run goes on, so that an end of the program loses none. */
void run_keep(struct desk_run *run);
/* Is this step open, and written down as due so that a later run can do it? */
bool run_is_kept(const struct desk_run *run, size_t step);
/* What was due and is not any more by what this run has done. */
void run_forget_due(struct desk_run *run);

/* --- due.c ------------------------------------------------------------------------------------------------ */

struct due_list *due_list_new(const struct desk_settings *settings);
void due_list_free(struct due_list *list);
/* Reads the files again where they are others than before; true: they were. */
bool due_list_refresh(struct due_list *list);
/* How often the files were read anew, so that whoever told somebody of them sees whether they are others now. */
unsigned due_list_readings(const struct due_list *list);
const struct desk_due *due_list_all(struct due_list *list, size_t *count);
/* One more, or in the place of the one with this id. steps: "flush mail2", ... NULL-terminated; NULL: for a person. */
bool due_list_put(struct due_list *list, const struct desk_due *due, const char *const *steps, struct error *error);
bool due_list_remove(struct due_list *list, const char *id, struct error *error);
/* The steps of one; NULL-terminated, empty where there are none. Arena. */
const char *const *due_list_steps(struct due_list *list, struct arena *arena, const char *id);

#endif
