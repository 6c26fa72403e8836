/*
 * history: what was changed, by whom, and taking it back.
 *
 * Joins the journals (the gate's) with what the access log of the directory
 * tells of others.  Undo is a review like any other.  Answers of gate and
 * directory may come after the view was closed: they hold a link that outlives
 * it.  Loop thread.
 */
#include "ui/history.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "ui/desk.h"
#include "ui/move.h"
#include "ui/repair.h"

/* Shared by the view and the requests it has sent; the last one out frees it. */
struct history_link {
	struct history_view *view;         /* NULL once closed */
	unsigned waiting;
};

static struct history_view *self_of(struct view *view)
{
	return (struct history_view *)view;
}

static struct gate *gate_of(const struct history_view *self)
{
	return session_engine(self->view.session)->gate;
}

static struct history_link *sent(struct history_view *self)
{
	self->link->waiting++;
	return self->link;
}

/* The view, or NULL where it was closed meanwhile. */
static struct history_view *answered(void *context)
{
	struct history_link *link = context;
	struct history_view *self = link->view;

	link->waiting--;
	if (self == NULL && link->waiting == 0)
		free(link);
	return self;
}

/* --- reading -------------------------------------------------------------------------------------- */

static void read_done(void *context, struct history *takes, const struct error *error)
{
	struct history_view *self = answered(context);
	char *id;

	if (self == NULL) {
		if (takes != NULL)
			history_free(takes);
		return;
	}
	self->loading = false;
	free(self->trouble);
	self->trouble = NULL;
	if (takes == NULL) {
		self->trouble = memory_text(error == NULL ? "The history could not be read." : error->text);
		session_changed(self->view.session);
		return;
	}
	/* Who stands on the newest entry wants to see what is newer still. */
	id = self->at == 0 ? NULL : history_here_id(self);
	if (self->history != NULL)
		history_free(self->history);
	self->history = takes;
	history_rebuild(self);
	history_stay_on(self, id);
	free(id);
}

static void events_came(void *context, const struct directory_event *events, size_t count, bool available, const struct error *error)
{
	struct history_view *self = context;

	self->events = NULL;
	self->event_wanted = false;
	self->log_available = available;
	if (error != NULL && error->kind != ERROR_NONE)
		return;
	history_keep_log(self, events, available ? count : 0);
	history_rebuild(self);
}

static void read_events(struct history_view *self)
{
	struct directory *directory = session_engine(self->view.session)->directory;

	if (self->events != NULL || directory_status(directory)->link != DIRECTORY_UP)
		return;
	/* A directory that knows the answer may call back from inside. */
	self->event_wanted = true;
	self->events = directory_events(directory, NULL, HISTORY_EVENTS_MOST, events_came, self);
	if (!self->event_wanted)
		self->events = NULL;
}

static void read_again(struct history_view *self)
{
	if (!self->loading) {
		self->loading = true;
		gate_history(gate_of(self), read_done, sent(self));
	}
	read_events(self);
	session_changed(self->view.session);
}

static void resolved(void *context, size_t left, const struct error *error)
{
	struct history_view *self = answered(context);

	if (self == NULL)
		return;
	if (error != NULL && error->kind != ERROR_NONE)
		session_complain(self->view.session, error);
	else if (left > 0)
		session_notice(self->view.session, NULL, "Looked again: the outcome of %zu is still unknown; nobody could tell.", left);
	else
		session_notice(self->view.session, NULL, "Looked again: every outcome is known now.");
	read_again(self);
}

static void refresh(struct history_view *self)
{
	if (self->unknown > 0 && gate_write_reason(gate_of(self)) == NULL)
		gate_resolve(gate_of(self), resolved, sent(self));
	self->event_wanted = true;
	read_again(self);
}

static void verified(void *context, size_t records, const struct error *error)
{
	struct history_view *self = answered(context);

	if (self == NULL)
		return;
	if (error != NULL && error->kind != ERROR_NONE)
		session_complain(self->view.session, error);
	else
		session_notice(self->view.session, NULL, "History verified: %zu records, every chain whole. A cut end cannot be seen from here.", records);
}

/* --- what can be done --------------------------------------------------------------------------------- */

static const struct history_row *here(const struct history_view *self)
{
	return self->at < self->count ? &self->rows[self->at] : NULL;
}

/* Its steps are shown, or hidden again. */
static void open_job(struct history_view *self, const char *job)
{
	bool hide = self->opened != NULL && strcmp(self->opened, job) == 0;
	char *wanted = memory_text(job);

	free(self->opened);
	self->opened = hide ? NULL : memory_text(job);
	history_rebuild(self);
	history_stay_on(self, wanted);
	free(wanted);
}

static void open_row(struct history_view *self)
{
	const struct history_row *row = here(self);
	struct history_trial_now now;
	struct text text = { 0 };
	struct arena *arena;

	if (row == NULL)
		return;
	if (row->event != NULL) {
		history_open_event(self, row->event);
		return;
	}
	arena = arena_new();
	text_addf(&text, "%s\n\nwhen    %s (%s)\nwho     %s\n", row->what, history_time(arena, row->time), text_from_time(arena, row->time),
			row->whole_who);
	if (row->entry != NULL)
		text_addf(&text, "host    %s\nwhat    %s %s\nid      %s\n", history_given(row->entry->host), history_given(row->entry->kind),
				history_given(row->entry->name), history_given(row->entry->id));
	if (row->entry != NULL && row->entry->job != NULL)
		text_addf(&text, "job     %s, %s\n", row->entry->job, history_given(row->entry->job_words));
	text_addf(&text, "state   %s\n", history_trial(self, row, arena, &now) ? now.words : row->state);
	if (row->reason[0] != '\0')
		text_addf(&text, "ticket  %s\n", row->reason);
	if (row->entry != NULL && row->entry->undo_of != NULL)
		text_addf(&text, "takes back %s\n", row->entry->undo_of);
	text_addf(&text, "\n%s\n", row->lines[0] == '\0' ? "(no attribute lines)" : row->lines);
	session_push(self->view.session, text_view_new(self->view.session, "History - one change in full", text_get(&text), text.length));
	text_free(&text);
	arena_free(arena);
}

static const char *job_undo_reason(const struct history_row *row)
{
	if (row->can_undo)
		return NULL;
	if (row->job_state == HISTORY_UNDONE)
		return "it was taken back already";
	return row->job_state == HISTORY_PARTLY_UNDONE ? "what of it can be taken back was taken back already" : "no step of it can be taken back";
}

static const char *undo_reason(const struct history_row *row)
{
	if (row == NULL)
		return "nothing is under the cursor";
	if (row->event != NULL)
		return "an event of a server is no change";
	if (row->entry == NULL)
		return "the access log tells of it, but only postroom's own journal can take things back";
	if (row->job != NULL)
		return job_undo_reason(row);
	switch (row->entry->state) {
	case HISTORY_UNKNOWN: return "nobody knows yet whether it happened; refresh looks again";
	case HISTORY_UNDONE: return "it was taken back already";
	case HISTORY_FAILED: return "it was never applied";
	default: return row->entry->can_undo ? NULL : "it cannot be taken back from here";
	}
}

static bool leave_filter(struct history_view *self)
{
	if (!self->filtering && line_empty(&self->filter))
		return false;
	self->filtering = false;
	line_clear(&self->filter);
	history_rebuild(self);
	return true;
}

/* The rows change; the cursor stays on its own where it is among them. */
static void show_again(struct history_view *self)
{
	char *id = self->at == 0 ? NULL : history_here_id(self);

	history_rebuild(self);
	history_stay_on(self, id);
	free(id);
}

/* What whoever is on duty says; false: it is none of that. */
static bool act_on_duty(struct history_view *self, const char *name)
{
	const struct live_event *event = here(self) == NULL ? NULL : here(self)->event;
	struct session *session = self->view.session;
	struct arena *arena = arena_new();
	bool known = true;

	if (strcmp(name, "events") == 0) {
		self->scope = (self->scope + 1) % SCOPES;
		show_again(self);
	} else if (strcmp(name, "note") == 0) {
		desk_note(session, event == NULL ? NULL : event->id, event == NULL ? NULL : event->sentence);
	} else if (strcmp(name, "acknowledge") == 0 && event != NULL) {
		desk_acknowledge(session, desk_alarm_of(session, arena, event->id), event->sentence);
	} else if (strcmp(name, "handover") == 0) {
		history_handover(self);
	} else {
		known = false;
	}
	arena_free(arena);
	return known;
}

/* Why this cannot be said here; NULL: it can, or it is nothing of that. */
static const char *duty_blocked(const struct history_view *self, const char *name)
{
	static const char *const all[] = { "events", "note", "acknowledge", "handover" };
	const struct live_event *event = here(self) == NULL ? NULL : here(self)->event;
	struct arena *arena;
	bool lasts;

	for (size_t i = 0; i < sizeof all / sizeof *all && !self->watched; i++) {
		if (strcmp(all[i], name) == 0)
			return "there are no events: no mail server is configured";
	}
	if (strcmp(name, "acknowledge") != 0)
		return NULL;
	if (event == NULL)
		return "nothing that lasts is under the cursor";
	arena = arena_new();
	lasts = desk_alarm_of(self->view.session, arena, event->id) != NULL;
	arena_free(arena);
	return lasts ? NULL : "it is over";
}

static bool history_act(struct view *view, const struct action *action)
{
	struct history_view *self = self_of(view);
	const struct canvas *canvas = session_canvas(view->session);
	enum move move = move_of(action);
	bool moved;

	session_changed(view->session);
	switch (move) {
	case MOVE_ACCEPT:
		if (self->filtering)
			self->filtering = false;
		else if (here(self) != NULL && here(self)->job != NULL)
			open_job(self, here(self)->job);
		else
			open_row(self);
		return true;
	case MOVE_RAW:
		open_row(self);
		return true;
	case MOVE_UNDO:
		if (undo_reason(here(self)) != NULL)
			return true;
		session_push(view->session, here(self)->job != NULL ? repair_undo_view_new(view->session, here(self)->job) :
			review_undo_view_new(view->session, here(self)->entry->id));
		return true;
	case MOVE_FILTER:
		self->filtering = true;
		return true;
	case MOVE_BACK:
	case MOVE_CLEAR_FILTER:
		return leave_filter(self);
	case MOVE_REFRESH:
		refresh(self);
		return true;
	case MOVE_VERIFY:
		gate_verify(gate_of(self), verified, sent(self));
		return true;
	case MOVE_NONE:
		return act_on_duty(self, action->name);
	default:
		self->at = move_row(move, self->at, self->count, canvas->rows > 14 ? (size_t)canvas->rows / 2 - 4 : 3, &moved);
		return moved;
	}
}

static bool history_key(struct view *view, const struct key *key)
{
	struct history_view *self = self_of(view);

	if (!self->filtering || !line_key(&self->filter, key))
		return false;
	self->at = 0;
	history_rebuild(self);
	return true;
}

static void history_paste(struct view *view, const char *bytes, size_t length)
{
	struct history_view *self = self_of(view);
	const char *said = line_paste(&self->filter, bytes, length);

	if (said != NULL)
		session_notice(view->session, NULL, "%s", said);
	history_rebuild(self);
}

static bool history_typing(const struct view *view)
{
	return ((const struct history_view *)view)->filtering;
}

static const char *history_blocked(const struct view *view, const struct action *action)
{
	const struct history_view *self = (const struct history_view *)view;

	switch (move_of(action)) {
	case MOVE_NEXT:
	case MOVE_PREVIOUS:
	case MOVE_PICK:
	case MOVE_APPLY:
		return "this field searches";
	case MOVE_UNDO:
		return undo_reason(here(self));
	case MOVE_ACCEPT:
		return here(self) == NULL && !self->filtering ? "nothing is under the cursor" : NULL;
	case MOVE_RAW:
		return here(self) == NULL ? "nothing is under the cursor" : NULL;
	case MOVE_CLEAR_FILTER:
		return line_empty(&self->filter) ? "no filter is set" : NULL;
	case MOVE_NONE:
		return duty_blocked(self, action->name);
	default:
		return NULL;
	}
}

static void history_notice(struct view *view, const struct event *event)
{
	struct history_view *self = self_of(view);

	/* What was done above it, a job that was taken back for one, stands in it when it is seen again. */
	if (event->kind == EVENT_RECORD_CHANGED || event->kind == EVENT_SHOWN)
		read_again(self);
	else if (self->watched && event->kind == EVENT_LIVE && session_top(view->session) == view)
		show_again(self);
	else if (event->kind == EVENT_DIRECTORY && self->event_wanted)
		read_events(self);
}

static const char *history_label(const struct view *view, const struct action *action)
{
	const struct history_view *self = (const struct history_view *)view;

	if (move_of(action) == MOVE_ACCEPT && self->filtering)
		return "to the rows";
	if (move_of(action) == MOVE_ACCEPT && here(self) != NULL && here(self)->job != NULL)
		return self->opened != NULL && strcmp(self->opened, here(self)->job) == 0 ? "hide steps" : "steps";
	if (strcmp(action->name, "cancel") == 0)
		return "leave the field";
	if (strcmp(action->name, "back") == 0 && !line_empty(&self->filter))
		return "show all";
	if (move_of(action) == MOVE_UNDO)
		return action->label;
	return move_of(action) == MOVE_REFRESH && self->unknown > 0 ? "look again" : NULL;
}

static bool history_busy(const struct view *view)
{
	const struct history_view *self = (const struct history_view *)view;

	/* Until the directory was asked, what others did is not known. */
	return self->link->waiting > 0 || self->events != NULL
		|| (self->event_wanted && directory_status(session_engine(view->session)->directory)->link == DIRECTORY_CONNECTING);
}

static void history_close(struct view *view)
{
	struct history_view *self = self_of(view);

	if (self->events != NULL)
		directory_query_cancel(self->events);
	self->link->view = NULL;
	if (self->link->waiting == 0)
		free(self->link);
	if (self->history != NULL)
		history_free(self->history);
	arena_free(self->log_arena);
	arena_free(self->arena);
	line_free(&self->filter);
	free(self->trouble);
	free(self->opened);
	free(self);
}

static void history_click(struct view *view, int id)
{
	struct history_view *self = (struct history_view *)view;

	if ((size_t)id < self->count)
		self->at = (size_t)id;
}

static const struct view_class history_class = {
	.place = "history", .close = history_close, .draw = history_draw, .act = history_act, .key = history_key,
	.paste = history_paste, .typing = history_typing, .blocked = history_blocked, .notice = history_notice,
	.title = history_title, .label = history_label, .busy = history_busy, .click = history_click,
};

struct view *history_view_new(struct session *session)
{
	struct history_view *self = memory_new(sizeof(*self));

	self->view.class = &history_class;
	self->view.session = session;
	self->link = memory_new(sizeof(*self->link));
	self->link->view = self;
	self->event_wanted = true;
	self->watched = hosts_count(live_hosts(session_engine(session)->live)) > 0;
	line_init(&self->filter, NULL, 0, false);
	history_rebuild(self);
	read_again(self);
	return &self->view;
}
