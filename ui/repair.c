/*
 * repair: one run of the desk on the screen, from its review to what is open.
 *
 * The run lives with the view and is freed with it; while it writes the view
 * stays, since each step has a deadline.  A made password is hidden when the
 * view is left or after two minutes.  Loop thread.
 */
#include "ui/repair.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/passphrase.h"
#include "ui/move.h"
#include "ui/repair_state.h"
#include "ui/session.h"

static struct repair_view *self_of(struct view *view)
{
	return (struct repair_view *)view;
}

/* --- what can be done ---------------------------------------------------------------------------------- */

struct stops_now repair_now(const struct repair_view *self)
{
	const struct desk_view *look = desk_look(self->run);
	struct stops_now now = { .count = 0 };

	stops_add(&now, REPAIR_BACK, look->phase == DESK_OVER ? "Done" : "Back", NULL);
	if (look->phase == DESK_SHOWN && look->refusal.kind == ERROR_NONE) {
		now.name = look->confirm == CONFIRM_NAME ? look->confirm_text : NULL;
		now.reason = true;
		now.reason_needed = look->reason_required;
		stops_add(&now, REPAIR_APPLY, "Apply", stops_blocked(&self->stops, &now));
	}
	if (look->phase == DESK_OVER && look->open > 0)
		stops_add(&now, REPAIR_AGAIN, "Try open steps again", NULL);
	return now;
}

long repair_seconds(const struct repair_view *self)
{
	long left = (long)(self->shown_at + REPAIR_SHOWN_S - clock_now());

	return desk_look(self->run)->secret == NULL || left < 0 ? 0 : left;
}

/* --- what the run tells ------------------------------------------------------------------------------------ */

/* Lists and pages show another person now. */
static void tell_session(struct repair_view *self)
{
	const struct desk_view *look = desk_look(self->run);
	struct event event = { .kind = EVENT_RECORD_CHANGED, .noun = look->person->kind, .name = look->person->name };

	if (look->phase != DESK_OVER || look->done == 0 || self->told)
		return;
	self->told = true;
	if (event.name[0] != '\0')
		session_tell(self->view.session, &event);
	/* A job that is taken back names nobody itself; its steps do, and those of a leaver name groups and lists too. */
	for (size_t i = 0; i < look->step_count; i++) {
		const struct change *change = look->steps[i].review != NULL ? look->steps[i].review->change : NULL;

		if (change == NULL || kind_find(change->kind->name) == NULL || (event.noun == change->kind && strcmp(event.name, change->name) == 0))
			continue;
		event.noun = change->kind;
		event.name = change->name;
		session_tell(self->view.session, &event);
	}
}

/* Is there a step that trying again may help? What was refused stays refused. */
static bool can_go_on(const struct desk_view *look)
{
	for (size_t i = 0; i < look->step_count; i++)
		if (look->steps[i].state == DESK_OPEN || look->steps[i].state == DESK_UNKNOWN)
			return true;
	return false;
}

static void on_changed(void *context)
{
	struct repair_view *self = context;
	const struct desk_view *look = desk_look(self->run);

	/* A question, or what came of it, that was not on the screen yet must not be answered by what was typed ahead. */
	if (look->phase != self->phase && (look->phase == DESK_SHOWN || look->phase == DESK_OVER)) {
		stops_reset(&self->stops);
		self->stops.button = look->phase == DESK_OVER && can_go_on(look) ? 1 : 0;
		self->scroll = 0;
		session_hold_keys(self->view.session);
	}
	self->phase = look->phase;
	if (look->secret != NULL && self->shown_at == 0)
		self->shown_at = clock_now();
	tell_session(self);
	session_changed(self->view.session);
}

/* --- keys ------------------------------------------------------------------------------------------------------ */

/* Steps that are taken back are of a job, not of somebody. */
static const char *whom(const struct desk_view *look, const char *words)
{
	return look->person->name[0] != '\0' ? words : "";
}

/* What is open is said once more where the page is left. */
static void leave(struct repair_view *self)
{
	struct session *session = self->view.session;
	const struct desk_view *look = desk_look(self->run);

	if (look->phase == DESK_WRITING) {
		self->stops.said = "Steps are being done and cannot be stopped; other sections stay open.";
		session_changed(session);
		return;
	}
	if (look->phase == DESK_OVER && look->open > 0)
		session_notice(session, look->undo, "%s%s%s: %zu of %zu steps are open%s", look->job->title, whom(look, " of "),
			look->person->name, look->open, look->step_count, look->kept == 0 ? "" : look->kept == look->open ? ", kept as due (M)" : ", some kept as due (M)");
	else if (look->phase == DESK_OVER && look->step_count == 1)
		session_notice(session, look->undo, "%s%s%s: done", look->job->title, whom(look, " of "), look->person->name);
	else if (look->phase == DESK_OVER)
		session_notice(session, look->undo, "%s%s%s: all %zu steps are done", look->job->title, whom(look, " of "), look->person->name, look->step_count);
	desk_hide(self->run);
	session_pop_to(session, self->belongs != NULL && look->done > 0 ? self->belongs : &self->view);
}

static void press(struct repair_view *self)
{
	struct stops_now now = repair_now(self);

	if (stops_refuse(&self->stops, &now))
		return;
	switch ((enum repair_press)stops_button(&self->stops, &now)->press) {
	case REPAIR_BACK:
		leave(self);
		break;
	case REPAIR_APPLY:
		self->scroll = 0;
		/* Whoever typed the ASCII form has typed the name. */
		desk_apply(self->run, now.name != NULL ? now.name : "", line_text(self->stops.reason));
		break;
	case REPAIR_AGAIN:
		self->told = false;
		desk_again(self->run);
		break;
	}
}

static void show_ticket(struct repair_view *self)
{
	const char *ticket = desk_look(self->run)->ticket;

	session_push(self->view.session, text_view_new(self->view.session, "For the ticket", ticket, strlen(ticket)));
}

static void scroll(struct repair_view *self, enum move move)
{
	size_t page, most = repair_scroll_most(self, &page);

	self->scroll = move_row(move, self->scroll, most + 1, page, NULL);
}

static bool repair_view_act(struct view *view, const struct action *action)
{
	struct repair_view *self = self_of(view);
	struct stops_now now = repair_now(self);
	enum move move = move_of(action);

	if (strcmp(action->name, "ticket") == 0) {
		show_ticket(self);
		return true;
	}
	if (strcmp(action->name, "spell") == 0) {
		self->group = (self->group + 1) % PASSPHRASE_GROUPS;
		self->scroll = 0;
		session_changed(view->session);
		return true;
	}
	switch (move) {
	case MOVE_BACK:
		leave(self);
		return true;
	case MOVE_ACCEPT:
		if (stops_line(&self->stops, &now) != NULL) {
			stops_move(&self->stops, &now, false, 1);
			break;
		}
		press(self);
		return true;       /* the view may be gone */
	case MOVE_NEXT: case MOVE_RIGHT:
		stops_move(&self->stops, &now, false, 1);
		break;
	case MOVE_PREVIOUS: case MOVE_LEFT:
		stops_move(&self->stops, &now, false, -1);
		break;
	case MOVE_UP: case MOVE_DOWN: case MOVE_PAGE_UP: case MOVE_PAGE_DOWN: case MOVE_FIRST: case MOVE_LAST:
		scroll(self, move);
		break;
	default:
		return false;
	}
	session_changed(view->session);
	return true;
}

static bool repair_key(struct view *view, const struct key *key)
{
	struct repair_view *self = self_of(view);
	struct stops_now now = repair_now(self);

	if (!stops_key(&self->stops, &now, key))
		return false;
	session_changed(view->session);
	return true;
}

static void repair_paste(struct view *view, const char *bytes, size_t length)
{
	struct repair_view *self = self_of(view);
	struct stops_now now = repair_now(self);

	if (stops_paste(&self->stops, &now, bytes, length))
		session_changed(view->session);
}

static bool repair_typing(const struct view *view)
{
	struct repair_view *self = self_of((struct view *)(uintptr_t)view);
	struct stops_now now = repair_now(self);

	return stops_line(&self->stops, &now) != NULL;
}

static void repair_click(struct view *view, int id)
{
	struct repair_view *self = self_of(view);
	struct stops_now now = repair_now(self);

	if (desk_look(self->run)->phase != DESK_WRITING)
		stops_click(&self->stops, &now, id);
	session_changed(view->session);
}

static void repair_notice(struct view *view, const struct event *event)
{
	struct repair_view *self = self_of(view);
	bool shown = desk_look(self->run)->secret != NULL;

	if (event->kind != EVENT_TICK)
		return;
	if (shown && repair_seconds(self) == 0)
		desk_hide(self->run);
	/* Also when its time is just over: until then it stands on the screen. */
	if (shown || desk_look(self->run)->phase == DESK_LOOKING || desk_look(self->run)->phase == DESK_WRITING)
		session_changed(view->session);
}

static const char *repair_view_blocked(const struct view *view, const struct action *action)
{
	const struct desk_view *look = desk_look(((const struct repair_view *)view)->run);

	if (strcmp(action->name, "ticket") == 0)
		return look->ticket == NULL ? "there is nothing for the ticket before the steps are through" : NULL;
	if (strcmp(action->name, "spell") == 0)
		return look->secret == NULL || look->phase != DESK_OVER ? "there is no password to spell" : NULL;
	return move_of(action) == MOVE_UNDO ? "go back first; then u takes the job back" : NULL;
}

static bool repair_busy(const struct view *view)
{
	enum desk_phase phase = desk_look(((const struct repair_view *)view)->run)->phase;

	return phase == DESK_LOOKING || phase == DESK_WRITING;
}

static const char *repair_label(const struct view *view, const struct action *action)
{
	const struct repair_view *self = (const struct repair_view *)view;
	enum desk_phase phase = desk_look(self->run)->phase;
	struct stops_now now = repair_now(self);
	const char *label = stops_label(&self->stops, &now);

	if (move_of(action) != MOVE_ACCEPT)
		return NULL;
	if (phase == DESK_WRITING)
		return "wait";
	if (label != NULL)
		return label;
	switch ((enum repair_press)stops_button(&self->stops, &now)->press) {
	case REPAIR_APPLY: return "APPLY";
	case REPAIR_AGAIN: return "try again";
	default: return phase == DESK_OVER ? "done" : "go back";
	}
}

static void repair_close(struct view *view)
{
	struct repair_view *self = self_of(view);

	desk_free(self->run);
	stops_free(&self->stops);
	free(self);
}

static const struct view_class repair_class = {
	.place = "repair", .close = repair_close, .draw = repair_draw, .act = repair_view_act, .key = repair_key, .paste = repair_paste,
	.typing = repair_typing, .notice = repair_notice, .title = repair_title, .blocked = repair_view_blocked, .label = repair_label,
	.busy = repair_busy, .click = repair_click,
};

struct view *repair_run_view_new(struct session *session, struct view *belongs,
		struct desk_run *(*begin)(struct desk *desk, void *what, void (*changed)(void *context), void *context), void *what)
{
	struct repair_view *self = memory_new(sizeof *self);

	self->view.class = &repair_class;
	self->view.session = session;
	self->belongs = belongs;
	stops_start(&self->stops);
	self->run = begin(session_engine(session)->desk, what, on_changed, self);
	if (self->run != NULL)
		return &self->view;
	stops_free(&self->stops);
	free(self);
	return NULL;
}

/* --- a job taken back, and open steps --------------------------------------------------------------------------- */

static struct desk_run *begin_undo(struct desk *desk, void *what, void (*changed)(void *context), void *context)
{
	return desk_begin_undo(desk, what, changed, context);
}

struct view *repair_undo_view_new(struct session *session, const char *id)
{
	char *copy = memory_text(id);
	struct view *view = repair_run_view_new(session, NULL, begin_undo, copy);

	free(copy);
	return view;
}

struct open_steps { const char *due_id; const struct record *person; };

static struct desk_run *begin_open(struct desk *desk, void *what, void (*changed)(void *context), void *context)
{
	const struct open_steps *open = what;

	return desk_begin_open(desk, open->due_id, open->person, changed, context);
}

struct view *repair_open_view_new(struct session *session, const char *due_id, const struct record *person)
{
	struct open_steps open = { due_id, person };

	return repair_run_view_new(session, NULL, begin_open, &open);
}
