/*
 * review: the view between a staged change and the gate.
 *
 * Phases: the gate looks, the person sees, the gate writes, and where that was
 * no success the page of what is true now.  The gate's answers come through a
 * waiting note on the heap, so that a view may be closed before they arrive.
 * Failures of the gate are shown here and never ended by themselves.  Buttons
 * and lines and the way between them are in review_stops.c, drawing is in
 * review_draw.c and review_panes.c.  Loop thread.
 */
#include "ui/review.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "directory/directory.h"
#include "gate/gate.h"
#include "model/guarded.h"
#include "model/traffic.h"
#include "settings/settings.h"
#include "ui/move.h"
#include "ui/review_state.h"

/* One request under way; view is NULL once it was closed, and then nothing of the session may be touched. */
struct review_waiting {
	struct review_view *view;
};

static struct review_view *self_of(struct view *view)
{
	return (struct review_view *)view;
}

static struct gate *gate_of(const struct review_view *self)
{
	return session_engine(self->view.session)->gate;
}

static struct review_waiting *wait_for(struct review_view *self)
{
	struct review_waiting *waiting = memory_new(sizeof(*waiting));

	waiting->view = self;
	self->waiting = waiting;
	return waiting;
}

/* The view that asked, or NULL where it is gone; the note is used up. */
static struct review_view *answered(struct review_waiting *waiting)
{
	struct review_view *self = waiting->view;

	if (self != NULL)
		self->waiting = NULL;
	free(waiting);
	return self;
}

/* --- asking the gate ---------------------------------------------------------------- */

/* The change with one thing more in it, where that keeps mail flowing. */
static void offer(struct review_view *self)
{
	const struct review *review = self->review;

	if (self->gentler != NULL && self->offer == NULL)
		return;
	change_free(self->gentler);
	self->gentler = NULL;
	self->offer = review->allowed && !self->undo ? offer_for(review->change, &review->facts, review->plan.after) : NULL;
	if (self->offer != NULL)
		self->gentler = offer_take(self->offer, review->change, &review->facts);
}

static void show(struct review_view *self, struct review *takes)
{
	if (self->before != NULL)
		review_free(self->before);
	self->before = self->review;
	self->review = takes;
	offer(self);
	self->phase = REVIEW_SHOWN;
	stops_reset(&self->stops);
	self->scroll = 0;
	/* Type-ahead must not answer a question that was not on the screen yet (terminal-and-safety 2). */
	session_hold_keys(self->view.session);
	session_changed(self->view.session);
}

static void previewed(void *context, struct review *takes)
{
	struct review_view *self = answered(context);

	if (self == NULL) {
		review_free(takes);
		return;
	}
	show(self, takes);
}

static void look(struct review_view *self)
{
	struct review_waiting *waiting;

	if (self->waiting != NULL)
		return;
	self->phase = REVIEW_LOOKING;
	stops_reset(&self->stops);
	self->began_ms = clock_monotonic_ms();
	waiting = wait_for(self);
	session_changed(self->view.session);
	if (self->undo && self->rest)
		gate_preview_rest(gate_of(self), self->undo_id, previewed, waiting);
	else if (self->undo)
		gate_preview_undo(gate_of(self), self->undo_id, previewed, waiting);
	else
		gate_preview(gate_of(self), self->change, previewed, waiting);
}

/* --- after writing ------------------------------------------------------------------ */

static void keep_outcome(struct review_view *self, const struct gate_result *result)
{
	struct review_outcome *over = &self->over;
	const char **words;

	arena_free(over->arena);
	memset(over, 0, sizeof(*over));
	over->arena = arena_new();
	over->outcome = result->outcome;
	over->words = arena_text(over->arena, result->error.kind == ERROR_NONE ? result->sentence : result->error.text);
	over->id = arena_text(over->arena, result->id);
	over->steps = result->step_words == NULL ? 0 : result->steps;
	over->steps_done = result->steps_done;
	over->taken_back = result->taken_back;
	words = arena_alloc(over->arena, sizeof(*words) * (over->steps + 1));
	for (size_t i = 0; i < over->steps; i++)
		words[i] = arena_text(over->arena, result->step_words[i]);
	over->step_words = words;
	self->phase = REVIEW_OVER;
	stops_reset(&self->stops);
	self->scroll = 0;
	session_hold_keys(self->view.session);
	session_changed(self->view.session);
}

/* What everybody has to know: which object is different now. Texts live in the arena. */
static struct event event_of(const struct review *review, struct arena *arena)
{
	const struct change *change = review->change;
	const struct record *after = review->plan.after, *now = review->facts.now;
	struct event event = { .kind = EVENT_RECORD_CHANGED, .noun = change->kind };
	const char *name = change->name != NULL && change->name[0] != '\0' ? change->name : NULL;

	if (name == NULL && now != NULL)
		name = now->name;
	if (name == NULL && after != NULL)
		name = after->name;
	event.name = arena_text(arena, name == NULL ? "" : name);
	event.created = after != NULL && now == NULL;
	event.deleted = after == NULL && (now != NULL || change->verb == VERB_DELETE);
	if (after != NULL && now != NULL && strcmp(after->name, now->name) != 0) {
		event.name = arena_text(arena, now->name);
		event.new_name = arena_text(arena, after->name);
	} else if (change->verb == VERB_RENAME) {
		event.new_name = arena_text(arena, change->new_name);
	}
	return event;
}

/* Services that one change may need restarted. */
enum { RESTARTS_MOST = 8 };

/* What was applied counts only after a restart: its review comes at once, the first one on top; Esc leaves it for later. */
static void offer_restarts(struct session *session, const struct change *change)
{
	const char *services[RESTARTS_MOST];
	size_t count = 0;

	for (size_t i = 0; i < change->edit_count; i++) {
		const struct edit *edit = &change->edits[i];

		for (size_t j = 0; kind_guarded(change->kind) && strcmp(edit->field->name, "then") == 0 && j < edit->count && count < RESTARTS_MOST; j++)
			services[count++] = edit->values[j].bytes;
	}
	while (count-- > 0) {
		const struct setting_follow_row *row = setting_restart_find(services[count]);

		if (row != NULL)
			session_push(session, review_view_new(session, settings_restart(change->name, row)));
	}
}

/* Closes the review and the view that staged the change, then tells everybody. */
static void applied(struct review_view *self, const struct gate_result *result)
{
	struct session *session = self->view.session;
	struct arena *arena = arena_new();
	struct event event = event_of(self->review, arena);
	const char *sentence = result->sentence != NULL && result->sentence[0] != '\0' ? result->sentence : self->review->sentence;
	const char *words = arena_text(arena, sentence == NULL ? "Done." : sentence);
	struct change *change = change_copy(self->review->change);
	const char *id = result->outcome == OUTCOME_APPLIED && result->can_undo && result->id != NULL && result->id[0] != '\0' ? result->id : NULL;

	session_pop_to(session, self->opener != NULL ? self->opener : &self->view);
	if (event.noun != NULL)
		session_tell(session, &event);
	session_notice(session, id, "%s", words);
	offer_restarts(session, change);
	change_free(change);
	arena_free(arena);
}

static void submitted(void *context, const struct gate_result *result)
{
	struct review_view *self = answered(context);

	if (self == NULL) {
		if (result->again != NULL)
			review_free(result->again);
		return;
	}
	if (result->again != NULL) {
		show(self, result->again);
		return;
	}
	if (!result->taken_back && (result->outcome == OUTCOME_APPLIED || result->outcome == OUTCOME_ALREADY)) {
		applied(self, result);
		return;
	}
	keep_outcome(self, result);
	if (result->outcome == OUTCOME_UNKNOWN || result->taken_back || result->steps_done > 0) {
		struct arena *arena = arena_new();
		struct event event = event_of(self->review, arena);

		event.deleted = false;
		event.new_name = NULL;
		if (event.noun != NULL)
			session_tell(self->view.session, &event);
		arena_free(arena);
	}
}

/* The only call of gate_submit in the console but that of orders that need no review (armed.c). */
static void submit(struct review_view *self)
{
	struct review_waiting *waiting;
	const char *typed = NULL;

	if (self->waiting != NULL)
		return;
	self->phase = REVIEW_WRITING;
	self->began_ms = clock_monotonic_ms();
	self->stops.button = 0;
	self->scroll = 0;
	waiting = wait_for(self);
	session_changed(self->view.session);
	/* Whoever typed the ASCII form has typed the name. */
	if (self->review->confirm == CONFIRM_NAME)
		typed = stops_typed(&self->stops, self->review->confirm_text) ? self->review->confirm_text : line_text(&self->stops.name);
	gate_submit(gate_of(self), self->review, typed, line_empty(self->stops.reason) ? NULL : line_text(self->stops.reason), submitted, waiting);
}

static void resolved(void *context, size_t left, const struct error *error)
{
	struct review_view *self = answered(context);
	struct session *session;

	if (self == NULL)
		return;
	session = self->view.session;
	if (error != NULL && error->kind != ERROR_NONE) {
		self->stops.said = NULL;
		session_complain(session, error);
	} else if (left == 0) {
		session_notice(session, NULL, "The outcome is known now: the history tells it.");
		session_pop_to(session, &self->view);
		return;
	} else {
		self->stops.said = "Still unknown: the server gave no answer that settles it. It is looked at again by itself.";
	}
	session_changed(session);
}

/* --- keys ---------------------------------------------------------------------------- */

static void leave(struct review_view *self)
{
	struct session *session = self->view.session;

	/* The other sections stay one key away; only this page waits for its answer, which has a deadline. */
	if (self->phase == REVIEW_WRITING) {
		self->stops.said = "It is being written and cannot be stopped; other sections stay open.";
		session_changed(session);
		return;
	}
	/* To the field that has to be corrected, where it is known. */
	if (self->phase == REVIEW_SHOWN && !self->review->allowed && self->review->refused_field != NULL && self->opener != NULL)
		form_go_to(self->opener, self->review->refused_field);
	session_pop_to(session, &self->view);
}

/* The set that is taken back here, or that has just stopped in the middle, is gone on with. */
static void look_at_rest(struct review_view *self)
{
	char *id = memory_text(self->phase == REVIEW_OVER ? self->over.id : self->review->change->undo_of);

	free(self->undo_id);
	self->undo_id = id;
	self->undo = self->rest = true;
	line_clear(&self->stops.name);
	look(self);
}

static void press(struct review_view *self)
{
	struct stops_now now = review_now(self);
	struct review_waiting *waiting;

	if (stops_refuse(&self->stops, &now))
		return;
	switch ((enum review_press)stops_button(&self->stops, &now)->press) {
	case PRESS_BACK:
		leave(self);
		break;
	case PRESS_HOLD:
		change_free(self->change);
		self->change = self->gentler;
		self->gentler = NULL;
		self->offer = NULL;
		line_clear(&self->stops.name);
		look(self);
		break;
	case PRESS_REST:
		look_at_rest(self);
		break;
	case PRESS_APPLY:
		submit(self);
		break;
	case PRESS_AGAIN:
		/* Lists and lamp need not wait for their next turn either. */
		if (directory_status(session_engine(self->view.session)->directory)->link != DIRECTORY_UP)
			directory_retry(session_engine(self->view.session)->directory);
		look(self);
		break;
	case PRESS_LOOK:
		if (self->waiting != NULL)
			break;
		waiting = wait_for(self);
		self->stops.said = "Looking at the server now...";
		gate_resolve(gate_of(self), resolved, waiting);
		break;
	}
}

static void scroll(struct review_view *self, enum move move)
{
	size_t page, most = review_scroll_most(self, session_canvas(self->view.session), &page);

	self->scroll = move_row(move, self->scroll, most + 1, page, NULL);
}

static bool review_act(struct view *view, const struct action *action)
{
	struct review_view *self = self_of(view);
	struct stops_now now = review_now(self);
	struct session *session = view->session;
	enum move move = move_of(action);

	if (move == MOVE_NONE)
		return false;
	switch (move) {
	case MOVE_BACK:
		leave(self);
		return true;       /* the view may be gone */
	case MOVE_ACCEPT:
		if (stops_line(&self->stops, &now) != NULL)
			stops_move(&self->stops, &now, false, 1);
		else
			press(self);
		session_changed(session);
		return true;
	case MOVE_NEXT:
	case MOVE_PREVIOUS:
		stops_move(&self->stops, &now, false, move == MOVE_NEXT ? 1 : -1);
		break;
	case MOVE_DOWN:
	case MOVE_UP:
		stops_move(&self->stops, &now, true, move == MOVE_DOWN ? 1 : -1);
		break;
	case MOVE_RIGHT:
	case MOVE_LEFT:
		stops_move_button(&self->stops, &now, move == MOVE_RIGHT ? 1 : -1);
		break;
	case MOVE_PAGE_UP:
	case MOVE_PAGE_DOWN:
	case MOVE_FIRST:
	case MOVE_LAST:
		scroll(self, move);
		break;
	case MOVE_RAW:
		self->raw = !self->raw;
		self->scroll = 0;
		break;
	default:
		return false;
	}
	session_changed(session);
	return true;
}

static bool review_key(struct view *view, const struct key *key)
{
	struct review_view *self = self_of(view);
	struct stops_now now = review_now(self);

	if (!stops_key(&self->stops, &now, key))
		return false;
	session_changed(view->session);
	return true;
}

static void review_paste(struct view *view, const char *bytes, size_t length)
{
	struct review_view *self = self_of(view);
	struct stops_now now = review_now(self);

	if (stops_paste(&self->stops, &now, bytes, length))
		session_changed(view->session);
}

static bool review_typing(const struct view *view)
{
	struct review_view *self = self_of((struct view *)(uintptr_t)view);
	struct stops_now now = review_now(self);

	return stops_line(&self->stops, &now) != NULL;
}

static void review_notice(struct view *view, const struct event *event)
{
	struct review_view *self = self_of(view);

	if (event->kind == EVENT_TICK && self->waiting != NULL)
		session_changed(view->session);
}

static const char *review_blocked(const struct view *view, const struct action *action)
{
	const struct review_view *self = (const struct review_view *)view;

	switch (move_of(action)) {
	case MOVE_RAW:
		return self->review != NULL && (self->review->change->kind->result != NULL || kind_guarded(self->review->change->kind)) ? "nothing of it is an entry of the directory" : NULL;
	case MOVE_UNDO:
		return "this review comes first; Esc goes back";
	case MOVE_PICK:
	case MOVE_APPLY:
		return "not in a review; Tab leads to the buttons";
	default:
		return NULL;
	}
}

static struct change *review_staged(const struct view *view)
{
	const struct review_view *self = (const struct review_view *)view;

	/* What a view below has staged is its own to tell. */
	if (self->opener != NULL || self->change == NULL || self->phase == REVIEW_WRITING)
		return NULL;
	/* Which messages and connections were meant is not true any more in another session. */
	return self->change->verb == VERB_DELETE || self->change->kind->result != NULL ? NULL : change_copy(self->change);
}

static bool review_busy(const struct view *view)
{
	return ((const struct review_view *)view)->waiting != NULL;
}

/* What Enter does here, for the footer. */
static const char *review_label(const struct view *view, const struct action *action)
{
	const struct review_view *self = (const struct review_view *)view;

	return move_of(action) == MOVE_ACCEPT ? review_accept_label(self) : NULL;
}

static void review_close(struct view *view)
{
	struct review_view *self = self_of(view);

	if (self->waiting != NULL)
		self->waiting->view = NULL;
	if (self->review != NULL)
		review_free(self->review);
	if (self->before != NULL)
		review_free(self->before);
	change_free(self->change);
	change_free(self->gentler);
	arena_free(self->over.arena);
	stops_free(&self->stops);
	free(self->undo_id);
	free(self);
}

static const struct view_class review_class = {
	.place = "review", .close = review_close, .draw = review_draw, .act = review_act, .key = review_key,
	.paste = review_paste, .typing = review_typing, .notice = review_notice, .title = review_title,
	.blocked = review_blocked, .staged = review_staged, .label = review_label, .busy = review_busy,
	.click = review_click,
};

static struct review_view *new_view(struct session *session)
{
	struct review_view *self = memory_new(sizeof(*self));

	self->view.class = &review_class;
	self->view.session = session;
	stops_start(&self->stops);
	return self;
}

struct view *review_view_new(struct session *session, struct change *takes)
{
	struct review_view *self = new_view(session);

	self->change = takes;
	self->gentler = traffic_hold_instead(takes);
	if (takes->reason != NULL)
		line_set(&self->stops.own_reason, takes->reason, strlen(takes->reason));
	look(self);
	return &self->view;
}

struct view *review_undo_view_new(struct session *session, const char *id)
{
	struct review_view *self = new_view(session);

	self->undo = true;
	self->undo_id = memory_text(id);
	look(self);
	return &self->view;
}

void review_belongs(struct view *review, struct view *opener, struct line *reason)
{
	struct review_view *self = self_of(review);

	self->opener = opener;
	if (reason != NULL)
		self->stops.reason = reason;
}
