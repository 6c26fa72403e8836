/*
 * repair_menu: which job is meant: a short list of them, and the actions that
 * begin one from a list or a page.
 *
 * What this role may not do stands there and says why.  Loop thread.
 */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "ui/frame.h"
#include "ui/move.h"
#include "ui/repair.h"
#include "ui/session.h"

enum { JOBS_MOST = 16, JOB_COLUMN = 26 };

struct repair_menu {
	struct view view;
	struct arena *arena;
	struct record *person;
	const struct desk_job *jobs[JOBS_MOST];
	size_t count, at;
};

const char *repair_blocked(struct session *session, const struct desk_job *job)
{
	const char *reason = desk_job_reason(job, session_role(session));

	return reason != NULL ? reason : gate_write_reason(session_engine(session)->gate);
}

static bool menu_act(struct view *view, const struct action *action)
{
	struct repair_menu *self = (struct repair_menu *)view;
	struct session *session = view->session;
	bool moved;
	enum move move = move_of(action);
	const struct desk_job *job = self->jobs[self->at];

	if (move == MOVE_BACK) {
		session_pop_to(session, view);
		return true;
	}
	if (move == MOVE_ACCEPT && repair_blocked(session, job) == NULL) {
		struct view *next = repair_view_new(session, job, self->person);

		session_pop_to(session, view);
		session_push(session, next);
		return true;
	}
	self->at = move_row(move, self->at, self->count, self->count, &moved);
	if (moved)
		session_changed(session);
	return moved || move == MOVE_ACCEPT;
}

static void menu_draw(const struct view *view, struct canvas *canvas, struct area area)
{
	const struct repair_menu *self = (const struct repair_menu *)view;
	int row = area.top;

	for (size_t i = 0; i < self->count && row < area.top + area.rows - 4; i++, row++) {
		const char *blocked = repair_blocked(view->session, self->jobs[i]);

		canvas_words(canvas, row, 2, JOB_COLUMN - 3, blocked != NULL ? STYLE_READONLY : STYLE_VALUE, self->jobs[i]->title);
		canvas_words(canvas, row, JOB_COLUMN, area.columns - JOB_COLUMN - 1, STYLE_DIM, blocked != NULL ? blocked : self->jobs[i]->help);
		canvas_target(canvas, row, 0, area.columns, (int)i);
		if (i != self->at)
			continue;
		canvas_restyle(canvas, row, 0, area.columns, STYLE_ROW_HERE);
		canvas_border(canvas, row, 0, 1, BORDER_POINTER, STYLE_ROW_HERE);
		canvas_cursor(canvas, row, 0, false);
	}
	row = area.top + area.rows - 3;
	frame_rule(canvas, row, 0, area.columns, self->jobs[self->at]->title);
	canvas_wrap(canvas, row + 1, 1, area.columns - 2, 2, STYLE_DIM, self->jobs[self->at]->help);
}

static const char *menu_title(const struct view *view, struct arena *arena)
{
	const struct repair_menu *self = (const struct repair_menu *)view;

	return arena_format(arena, "What is to be done - %s  %s", record_text(self->person, "full_name"), self->person->name);
}

static const char *menu_label(const struct view *view, const struct action *action)
{
	(void)view;
	return move_of(action) == MOVE_ACCEPT ? "begin" : NULL;
}

static void menu_close(struct view *view)
{
	arena_free(((struct repair_menu *)view)->arena);
	free(view);
}

static void menu_click(struct view *view, int id)
{
	((struct repair_menu *)view)->at = (size_t)id;
	session_changed(view->session);
}

static const struct view_class menu_class = {
	.place = "chooser", .close = menu_close, .draw = menu_draw, .act = menu_act, .title = menu_title, .label = menu_label, .click = menu_click,
};

static bool is_wanted(const char *const *only, const char *name)
{
	if (only == NULL)
		return true;
	for (; *only != NULL; only++)
		if (strcmp(*only, name) == 0)
			return true;
	return false;
}

struct view *repair_menu_new(struct session *session, const char *const *only, const struct record *person)
{
	struct repair_menu *self = memory_new(sizeof *self);

	self->view.class = &menu_class;
	self->view.session = session;
	self->arena = arena_new();
	self->person = record_copy(self->arena, person);
	for (const struct desk_job *job = desk_jobs; job->name != NULL && self->count < JOBS_MOST; job++)
		if (is_wanted(only, job->name))
			self->jobs[self->count++] = job;
	return &self->view;
}

/* --- actions ---------------------------------------------------------------------------------------------------- */

static const struct { const char *action; const char *jobs[6]; } offers[] = {
	{ "repair-password", { "password" } }, { "repair-absence", { "absence", "forwarding", "access" } },
	{ "repair-sessions", { "sessions" } }, { "repair-lock", { "lock", "unlock" } }, { "repair-reset", { "reset" } },
	{ "stolen-account", { "stolen" } }, { "leaver", { "leaver" } }, { "repairs", { NULL } },
};

static const char *const *jobs_of(const struct action *action)
{
	for (size_t i = 0; i < sizeof(offers) / sizeof(offers[0]); i++)
		if (strcmp(offers[i].action, action->name) == 0)
			return offers[i].jobs;
	return NULL;
}

bool repair_is_action(const struct action *action)
{
	return jobs_of(action) != NULL;
}

/* A lock that is there is taken off, one that is not there is put on: the key means what can be done. */
static const struct desk_job *lock_job(const struct record *person)
{
	bool locked = (kind_field(person->kind, "locked") != NULL && strcmp(record_text(person, "locked"), "yes") == 0) ||
		(kind_field(person->kind, "failed_lock") != NULL && strcmp(record_text(person, "failed_lock"), "yes") == 0);

	return desk_job_find(locked ? "unlock" : "lock");
}

bool repair_act(struct session *session, const struct action *action, const struct record *person)
{
	const char *const *jobs = jobs_of(action);

	if (jobs == NULL)
		return false;
	if (strcmp(action->name, "repair-lock") == 0)
		session_push(session, repair_view_new(session, lock_job(person), person));
	else if (jobs[0] != NULL && jobs[1] == NULL)
		session_push(session, repair_view_new(session, desk_job_find(jobs[0]), person));
	else
		session_push(session, repair_menu_new(session, jobs[0] == NULL ? NULL : jobs, person));
	return true;
}

const char *repair_action_blocked(struct session *session, const struct action *action)
{
	const char *const *jobs = jobs_of(action);

	return jobs == NULL || jobs[0] == NULL ? NULL : repair_blocked(session, desk_job_find(jobs[0]));
}
