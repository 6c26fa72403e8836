/*
 * history: what history.c decides and history_draw.c draws; private to the
 * files history*.c.  Others make the view with history_view_new (ui/view.h).  Loop thread.
 */
#ifndef POSTROOM_UI_HISTORY_H
#define POSTROOM_UI_HISTORY_H

#include "gate/gate.h"
#include "directory/directory.h"
#include "live/live.h"
#include "ui/line.h"
#include "ui/view.h"

/* A row: from the journals (entry), a change that only the access log of the directory tells of, or an event of the servers. */
struct history_row {
	int64_t time;
	int64_t sort;                          /* by which it stands: of a step the time of its job */
	size_t order;                          /* and among those of one second */
	const char *job;                       /* the row stands for all steps of this job; entry is the newest; NULL: it does not */
	enum history_state job_state;
	bool can_undo;                         /* job: any step can be taken back */
	bool step;                             /* below the row of its job */
	const struct history_entry *entry;     /* NULL: from the access log, or an event */
	const struct live_event *event;        /* copied; NULL: a change */
	const char *who, *what, *state, *reason, *lines;
	const char *whole_who;                 /* who in full: a DN, or the words of the journal */
	bool open;                             /* event: it lasts */
	bool same_login;                       /* access log: by the identity of this session */
};
/* What the list shows; one key goes from one to the next. */
enum history_scope { SCOPE_ALL, SCOPE_EVENTS, SCOPE_OPEN, SCOPE_CHANGES, SCOPES };
/* How many changes are asked of the access log. */
enum { HISTORY_EVENTS_MOST = 200 };
struct history_link;
struct history_view {
	struct view view;
	struct history_link *link;
	struct directory_query *events;        /* the access log is being read */
	bool event_wanted;                     /* ask for the access log once the directory is up */
	struct history *history;               /* NULL until read */
	struct arena *log_arena;               /* copies of the access log */
	struct history_row *log;
	size_t log_count;
	bool log_available;
	bool loading;
	char *trouble;                         /* why the history could not be read; NULL */
	struct arena *arena;                   /* rows and what they point to, apart from history and log_arena */
	struct history_row *rows;              /* those that fit the filter, newest first */
	size_t count, total, unknown;          /* total: changes */
	size_t event_total;
	enum history_scope scope;
	bool watched;                          /* there are mail servers, so there are events */
	size_t at;
	char *opened;                          /* the job whose steps are shown; NULL */
	struct line filter;
	bool filtering;                        /* the filter has the focus */
};

void history_draw(const struct view *view, struct canvas *canvas, struct area area);
const char *history_title(const struct view *view, struct arena *arena);
/* The event lasts still. */
bool history_lasts(const struct history_view *self, const struct live_event *event);
/* "lasts for 38 m", "ended 02:44 after 38 m"; "" of a note. Arena. */
const char *history_span(const struct history_view *self, struct arena *arena, const struct live_event *event);

/* --- history_rows.c -------------------------------------------------------------------------------- */

/* "" for NULL. */
const char *history_given(const char *words);
const char *history_who(const struct history_entry *entry);
enum history_state history_state_of(const struct history_row *row);
/* Makes the rows anew of what was read. */
void history_rebuild(struct history_view *self);
/* Id of the row under the cursor, free(); NULL: it has none. The cursor goes there again where it is among the rows. */
char *history_here_id(const struct history_view *self);
void history_stay_on(struct history_view *self, const char *id);
/* Keeps what the access log tells. */
void history_keep_log(struct history_view *self, const struct directory_event *events, size_t count);

/* --- history_jobs.c -------------------------------------------------------------------------------- */

/* Rows of the journals in the arena of the view, newest first; returns how many. */
size_t history_entry_rows(struct history_view *self, struct history_row **rows);

/* --- history_events.c ------------------------------------------------------------------------------ */

/* The events of the servers as rows in the arena of the view; returns how many. */
size_t history_event_rows(struct history_view *self, struct history_row **rows);
/* One event in full: who was on it, notes, and what else began at that time. */
void history_open_event(struct history_view *self, const struct live_event *event);
/* Asks since when, and shows the text for the end of a shift. */
void history_handover(struct history_view *self);

/* --- history_trial.c ------------------------------------------------------------------------------- */

/* A change that is or was on trial as it stands now: a word for a narrow column, the whole of it, and how it is drawn. */
struct history_trial_now {
	const char *word, *words;
	enum style style;
};
/* From the journals and what the guardian last told this console; nobody is asked. False: row is nothing on trial. Arena. */
bool history_trial(const struct history_view *self, const struct history_row *row, struct arena *arena, struct history_trial_now *now);

/* "2026-11-20 14:02", local time. Arena. */
char *history_time(struct arena *arena, int64_t epoch);

#endif
