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

enum { ITEMS_MOST = 32, JOB_COLUMN = 26 };

/* A job to begin, or something that is due of this person. */
struct menu_item {
	const struct desk_job *job;        /* NULL: due */
	const char *due, *words, *of;      /* its id, what it is and the job that left it */
	bool steps;                        /* open steps, which can be tried again; else a forward that ends */
};
struct repair_menu {
	struct view view;
	struct arena *arena;
	struct record *person;
	struct menu_item items[ITEMS_MOST];
	size_t count, at;
};

const char *repair_blocked(struct session *session, const struct desk_job *job)
{
	const char *reason = desk_job_reason(job, session_role(session));

	return reason != NULL ? reason : gate_write_reason(session_engine(session)->gate);
}

static const char *item_blocked(const struct repair_menu *self, const struct menu_item *item)
{
	struct session *session = self->view.session;

	return item->job != NULL ? repair_blocked(session, item->job) : item->steps ? gate_write_reason(session_engine(session)->gate) :
		repair_blocked(session, desk_job_find("forwarding"));
}

static const char *item_title(const struct menu_item *item)
{
	return item->job != NULL ? item->job->title : item->steps ? "Open steps" : "Due";
}

static const char *item_help(const struct menu_item *item)
{
	return item->job != NULL ? item->job->help : item->words;
}

/* What is due and is so no more is only taken off the list. */
static struct view *begin_due(struct repair_menu *self, const struct menu_item *item)
{
	struct session *session = self->view.session;
	struct error error = { 0 };

	if (item->steps)
		return repair_open_view_new(session, item->due, self->person);
	/* Whether there is an absence is known on its server only. */
	if (record_get(self->person, "forwards")->count > 0 || strcmp(item->of, "absence") == 0)
		return repair_end_view_new(session, item->of, self->person);
	if (desk_due_done(session_engine(session)->desk, item->due, &error))
		session_notice(session, NULL, "There is no forward any more, so it is taken off what is due.");
	else
		session_complain(session, &error);
	return NULL;
}

static void begin_item(struct repair_menu *self)
{
	struct session *session = self->view.session;
	const struct menu_item *item = &self->items[self->at];
	struct view *next = item->job != NULL ? repair_view_new(session, item->job, self->person) : begin_due(self, item);

	if (item->job == NULL && item->steps && next == NULL)
		session_notice(session, NULL, "Somebody has done it meanwhile.");
	session_pop_to(session, &self->view);
	if (next != NULL)
		session_push(session, next);
}

static bool menu_act(struct view *view, const struct action *action)
{
	struct repair_menu *self = (struct repair_menu *)view;
	struct session *session = view->session;
	bool moved;
	enum move move = move_of(action);

	if (move == MOVE_BACK) {
		session_pop_to(session, view);
		return true;
	}
	if (move == MOVE_ACCEPT && item_blocked(self, &self->items[self->at]) == NULL) {
		begin_item(self);
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
		const struct menu_item *item = &self->items[i];
		const char *blocked = item_blocked(self, item);

		canvas_words(canvas, row, 2, JOB_COLUMN - 3, blocked != NULL ? STYLE_READONLY : item->job == NULL ? STYLE_WARNING : STYLE_VALUE, item_title(item));
		canvas_words(canvas, row, JOB_COLUMN, area.columns - JOB_COLUMN - 1, STYLE_DIM, blocked != NULL ? blocked : item_help(item));
		canvas_target(canvas, row, 0, area.columns, (int)i);
		if (i != self->at)
			continue;
		canvas_restyle(canvas, row, 0, area.columns, STYLE_ROW_HERE);
		canvas_border(canvas, row, 0, 1, BORDER_POINTER, STYLE_ROW_HERE);
		canvas_cursor(canvas, row, 0, false);
	}
	row = area.top + area.rows - 3;
	frame_rule(canvas, row, 0, area.columns, item_title(&self->items[self->at]));
	canvas_wrap(canvas, row + 1, 1, area.columns - 2, 2, STYLE_DIM, item_help(&self->items[self->at]));
}

static const char *menu_title(const struct view *view, struct arena *arena)
{
	const struct repair_menu *self = (const struct repair_menu *)view;

	return arena_format(arena, "What is to be done - %s  %s", record_text(self->person, "full_name"), self->person->name);
}

static const char *menu_label(const struct view *view, const struct action *action)
{
	const struct repair_menu *self = (const struct repair_menu *)view;
	const struct menu_item *item = &self->items[self->at];

	return move_of(action) != MOVE_ACCEPT ? NULL : item->job != NULL ? "begin" : item->steps ? "try again" : "end it";
}

/* Columns and saved filters have these in the same place; here there is nothing to move or forget. */
static const char *menu_blocked(const struct view *view, const struct action *action)
{
	static const char *const not_here[] = { "mark", "unmark", "move-up", "move-down", "remove-value" };

	const struct repair_menu *self = (const struct repair_menu *)view;

	for (size_t i = 0; i < sizeof(not_here) / sizeof(not_here[0]); i++)
		if (strcmp(action->name, not_here[i]) == 0)
			return "there is nothing of the kind here";
	return move_of(action) == MOVE_ACCEPT ? item_blocked(self, &self->items[self->at]) : NULL;
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
	.blocked = menu_blocked,
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

/* What is due of this person stands first; where only some jobs are offered, only what these can end. */
static void add_dues(struct repair_menu *self, const char *const *only)
{
	size_t count;
	const struct desk_due *dues = desk_dues(session_engine(self->view.session)->desk, &count);

	for (size_t i = 0; i < count && self->count < ITEMS_MOST / 2; i++) {
		if (strcmp(dues[i].login, self->person->name) != 0 || (only != NULL && (dues[i].steps || !is_wanted(only, "forwarding"))))
			continue;
		self->items[self->count++] = (struct menu_item){ .due = arena_text(self->arena, dues[i].id), .steps = dues[i].steps,
			.of = arena_text(self->arena, dues[i].job),
			.words = dues[i].when == 0 ? arena_text(self->arena, dues[i].words) :
				arena_format(self->arena, "%s on %.10s", dues[i].words, text_from_time(self->arena, dues[i].when)) };
	}
}

struct view *repair_menu_new(struct session *session, const char *const *only, const struct record *person)
{
	struct repair_menu *self = memory_new(sizeof *self);

	self->view.class = &menu_class;
	self->view.session = session;
	self->arena = arena_new();
	self->person = record_copy(self->arena, person);
	add_dues(self, only);
	for (const struct desk_job *job = desk_jobs; job->name != NULL && self->count < ITEMS_MOST; job++)
		if (is_wanted(only, job->name))
			self->items[self->count++] = (struct menu_item){ .job = job };
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
bool repair_unlocks(const struct record *person)
{
	return person != NULL && ((kind_field(person->kind, "locked") != NULL && strcmp(record_text(person, "locked"), "yes") == 0) ||
		(kind_field(person->kind, "failed_lock") != NULL && strcmp(record_text(person, "failed_lock"), "yes") == 0));
}

static const struct desk_job *lock_job(const struct record *person)
{
	return desk_job_find(repair_unlocks(person) ? "unlock" : "lock");
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
