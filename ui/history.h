/*
 * history: what history.c decides and history_draw.c draws; private to the
 * two.  Others make the view with history_view_new (ui/view.h).  Loop thread.
 */
#ifndef POSTROOM_UI_HISTORY_H
#define POSTROOM_UI_HISTORY_H

#include "gate/gate.h"
#include "directory/directory.h"
#include "ui/line.h"
#include "ui/view.h"

/* A row: from the journals (entry), or a change that only the access log of the directory tells of. */
struct history_row {
	int64_t time;
	const struct history_entry *entry;     /* NULL: from the access log */
	const char *who, *what, *state, *reason, *lines;
	const char *whole_who;                 /* who in full: a DN, or the words of the journal */
	bool same_login;                       /* access log: by the identity of this session */
};
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
	size_t count, total, unknown;
	size_t at;
	struct line filter;
	bool filtering;                        /* the filter has the focus */
};

void history_draw(const struct view *view, struct canvas *canvas, struct area area);
const char *history_title(const struct view *view, struct arena *arena);
/* "2026-11-20 14:02", local time. Arena. */
char *history_time(struct arena *arena, int64_t epoch);

#endif
