/*
 * dispatch: key to action, what the action needs, and what actions do where
 * the view on top does not take them.
 *
 * One function checks what a row needs, so a forgotten flag forbids.  Nothing
 * fails; why a key did nothing is said in the notice line until the next key.
 * Loop thread only.
 */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "model/guarded.h"
#include "ui/repair.h"
#include "ui/settings.h"
#include "ui/draft.h"
#include "ui/frame.h"
#include "ui/lock.h"
#include "ui/session_private.h"

enum { WHEEL_ROWS = 3 };

static bool typing(const struct view *view)
{
	return view != NULL && view->class->typing != NULL && view->class->typing(view);
}

const char *session_place(const struct view *view)
{
	return typing(view) ? "field" : view->class->place;
}

/* --- what an action needs --------------------------------------------------------------------- */

/* A list that is always there holds edits only sometimes. */
static bool holds_nothing(const struct view *view)
{
	struct change *change = view->class->staged(view);
	bool nothing = change == NULL;

	change_free(change);
	return nothing;
}

const char *session_blocked(struct session *session, const struct view *view, const struct action *action)
{
	bool here = action_applies(action, view->class->place) || (typing(view) && action_applies(action, "field"));

	if (!here)
		return "it does not apply here";
	/* Rows of "field" are for forms; a search field knows only Enter and the way out. */
	if (typing(view) && !action_applies(action, view->class->place) && strcmp(action->name, "accept") != 0)
		return "there is one field only";
	if (action->flags & ACTION_WRITES) {
		const char *reason = gate_write_reason(session->engine->gate);

		if (session_role(session) == ROLE_MONITOR)
			return "the role monitor changes nothing";
		if (reason != NULL)
			return reason;
	}
	if (strncmp(action->name, "section-", 8) == 0 && section_find(action->name + 8) != NULL &&
			!section_visible(section_find(action->name + 8), session_role(session)))
		return "your role does not have this section";
	if (strcmp(action->name, "copy-value") == 0 && !session_config(session)->clipboard)
		return "clipboard = yes is not set in postroom.conf";
	if (strcmp(action->name, "copy-value") == 0 && session->outside.copy == NULL)
		return "there is no terminal with a clipboard";
	if (strcmp(action->name, "draft") == 0 && session->draft_count == 0)
		return "no edits of an earlier session were kept";
	if (strcmp(action->name, "suspend") == 0 && session_config(session)->restricted)
		return "suspending is switched off in restricted mode";
	if (strcmp(action->name, "retry") == 0 && directory_status(session->engine->directory)->link == DIRECTORY_UP)
		return "the directory answers";
	if (armed_takes(action)) {
		const char *reason = session->armed == NULL ? "nothing is known of it yet" : armed_blocked(session->armed, action);

		if (reason != NULL)
			return reason;
	}
	if (strcmp(action->name, "notice") == 0 && session->notice.words == NULL)
		return "nothing has been said yet";
	if (view->class->blocked != NULL) {
		const char *reason = view->class->blocked(view, action);

		if (reason != NULL)
			return reason;
	}
	/* Another change than the one that somebody is at must not come up under a wrong key. */
	if (view->class->staged != NULL && strcmp(action->name, "undo") == 0 && !(view->below == NULL && holds_nothing(view)))
		return "what is being changed here comes first; go back before";
	return NULL;
}

/* --- defaults --------------------------------------------------------------------------------- */

static void leave(struct session *session)
{
	bool kept;
	char *staged = session_staged_words(session, &kept);

	if (gate_busy(session->engine->gate) && !session->leaving) {
		session->leaving = true;
		session_hint(session, "A write is under way; the same key again ends postroom once it is through");
	} else if (staged != NULL && !session->leaving) {
		session->leaving = true;
		session_hint(session, kept ? "Not applied yet: %s. The same key again ends postroom and keeps it as a draft" :
			"Not applied yet: %s. The same key again ends postroom; what was planned from the server as it is now is not kept", staged);
	} else {
		session_keep_drafts(session);
		session_quit(session, 0);
	}
	free(staged);
}

static void step_section(struct session *session, bool forward)
{
	size_t count = section_count(), at = section_index(session->section);

	for (size_t i = 0; i < count; i++) {
		at = (at + (forward ? 1 : count - 1)) % count;
		if (session_goto(session, &sections[at]))
			return;
	}
}

static void back(struct session *session)
{
	struct view *top = session_top(session);

	if (top->below != NULL)
		session_pop(session);
	else if (session->notice.words != NULL)
		session_clear(session, &session->notice);
}

static void go_on_with_draft(struct session *session)
{
	struct change *change = session->drafts[--session->draft_count];

	if (session->draft_count == 0)
		draft_remove(session_config(session)->state_directory);
	/* Its values wait in the list of settings again; what they become is planned by their review. */
	if (change->kind == &kind_setting) {
		settings_go_on(session, change);
		change_free(change);
		return;
	}
	session_push(session, review_view_new(session, change));
}

static void show_notice(struct session *session)
{
	const char *words = session->notice.words == NULL ? "" : session->notice.words;

	session_push(session, text_view_new(session, "Notice", words, strlen(words)));
}

static bool default_views(struct session *session, const char *name)
{
	if (strcmp(name, "help") == 0)
		session_push(session, help_view_new(session, session_top(session)));
	else if (strcmp(name, "first-steps") == 0)
		session_push(session, first_steps_view_new(session));
	else if (strcmp(name, "keymap-differences") == 0)
		session_push(session, keymap_view_new(session));
	else if (strcmp(name, "palette") == 0)
		session_push(session, palette_view_new(session, session_top(session)));
	else if (strcmp(name, "undo") == 0 && session->notice.undo_id != NULL && desk_is_number(session->notice.undo_id))
		session_push(session, repair_undo_view_new(session, session->notice.undo_id));
	else if (strcmp(name, "undo") == 0)
		session_push(session, review_undo_view_new(session, session->notice.undo_id));
	else if (strcmp(name, "draft") == 0)
		go_on_with_draft(session);
	else if (strcmp(name, "notice") == 0)
		show_notice(session);
	else
		return false;
	return true;
}

static bool default_outside(struct session *session, const char *name)
{
	const struct session_outside *outside = &session->outside;

	if (strcmp(name, "redraw") == 0) {
		session_changed(session);
		if (outside->redraw != NULL)
			outside->redraw(outside->context);
	} else if (strcmp(name, "suspend") == 0) {
		if (outside->suspend != NULL)
			outside->suspend(outside->context);
	} else if (strcmp(name, "retry") == 0) {
		directory_retry(session->engine->directory);
		/* Until the next key; the lamp tells how it went. */
		session_hint(session, "Trying to reach the directory");
	} else {
		return false;
	}
	return true;
}

bool session_default(struct session *session, const struct action *action)
{
	const char *name = action->name;

	if (strncmp(name, "section-", 8) == 0)
		return session_goto(session, section_find(name + 8));
	if (armed_takes(action)) {
		armed_act(session->armed, action);
		return true;
	}
	if (default_views(session, name) || default_outside(session, name))
		return true;
	if (strcmp(name, "next-section") == 0)
		step_section(session, true);
	else if (strcmp(name, "previous-section") == 0)
		step_section(session, false);
	else if (strcmp(name, "exit") == 0)
		leave(session);
	else if (strcmp(name, "quit") == 0 && session_top(session)->below == NULL)
		leave(session);
	else if (strcmp(name, "quit") == 0)
		return session_act(session, action_find("back"));
	else if (strcmp(name, "back") == 0)
		back(session);
	else if (strcmp(name, "cancel") == 0 && session_top(session)->below != NULL)
		return session_act(session, action_find("back"));
	else
		return false;
	return true;
}

bool session_act(struct session *session, const struct action *action)
{
	struct view *view = session_top(session);
	const char *reason;

	if (view == NULL || action == NULL || session->ended)
		return false;
	reason = session_blocked(session, view, action);
	if (reason != NULL) {
		session_hint(session, "Not possible (%s): %s", action->name, reason);
		return false;
	}
	session_changed(session);
	if (view->class->act != NULL && view->class->act(view, action))
		return true;
	return session_default(session, action);
}

/* --- keys ------------------------------------------------------------------------------------- */

static const struct action *bound(const struct session *session, const struct view *view, const struct key *key)
{
	return action_find(keymap_action(session->keymap, session_place(view), key));
}

static void unused_key(struct session *session, const struct view *view, const struct key *key)
{
	struct arena *arena = arena_new();
	bool field = typing(view);
	char *way = keymap_key(session->keymap, field ? "field" : "global", field ? "cancel" : "help", arena);
	char name[64];

	key_name(key, name, sizeof name);
	if (field)
		session_hint(session, "%s does nothing in a text field; %s leaves it", name, way == NULL ? "cancel" : way);
	else
		session_hint(session, "%s does nothing here; %s lists the keys that do", name, way == NULL ? "help" : way);
	arena_free(arena);
}

/* Only the ways out work on a screen that is too small to show anything else. */
static void key_too_small(struct session *session, const struct key *key)
{
	static const char *const ways_out[] = { "quit", "exit", "cancel" };
	const char *name = keymap_action(session->keymap, "global", key);

	for (size_t i = 0; name != NULL && i < 3; i++) {
		if (strcmp(name, ways_out[i]) == 0) {
			session_keep_drafts(session);
			session_quit(session, 0);
			return;
		}
	}
}

static void pasted(struct session *session, struct view *view, const struct key *key)
{
	if (typing(view) && view->class->paste != NULL)
		view->class->paste(view, key->pasted, key->pasted_length);
	else
		session_hint(session, "Paste ignored: no text field has the focus");
	session_changed(session);
}

static void pressed(struct session *session, struct view *view, const struct key *key)
{
	const struct action *action;

	if (typing(view) && key_is_text(key)) {
		if (view->class->key != NULL)
			view->class->key(view, key);
		session_changed(session);
		return;
	}
	action = bound(session, view, key);
	if (action != NULL) {
		if (strcmp(action->name, "quit") != 0 && strcmp(action->name, "exit") != 0)
			session->leaving = false;
		session_act(session, action);
		return;
	}
	session->leaving = false;
	if (view->class->key == NULL || !view->class->key(view, key))
		unused_key(session, view, key);
	session_changed(session);
}

/* --- mouse ------------------------------------------------------------------------------------ */

/* The wheel moves as keys do, where a move chooses nothing: in forms it would go from field to field. */
static void wheel(struct session *session, struct view *view, bool down)
{
	const char *place = view->class->place;
	bool review = strcmp(place, "review") == 0;
	const struct action *action = action_find(review ? down ? "page-down" : "page-up" : down ? "down" : "up");

	if (strcmp(place, "form") == 0 || strcmp(place, "editor") == 0)
		return;
	for (int i = 0; i < (review ? 1 : WHEEL_ROWS) && session_top(session) == view; i++)
		session_act(session, action);
}

/* What is under the mouse is what was composed last. A click goes somewhere and does nothing there. */
static void clicked(struct session *session, struct view *view, const struct key *key)
{
	const struct section *section;
	int id;

	if (!canvas_target_at(session->canvas, key->row, key->column, &id))
		return;
	section = frame_section(id);
	if (section != NULL)
		session_act(session, action_find(section->action));
	else if (id >= 0 && view->class->click != NULL)
		view->class->click(view, id);
	session_changed(session);
}

/* stale: something changed since the person saw what is clicked at. */
static void moused(struct session *session, struct view *view, const struct key *key, bool stale)
{
	session->leaving = false;
	if (key->code == MOUSE_CLICK && !stale)
		clicked(session, view, key);
	else if (key->code != MOUSE_CLICK)
		wheel(session, view, key->code == MOUSE_WHEEL_DOWN);
}

/* --- all keys --------------------------------------------------------------------------------- */

void session_key(struct session *session, const struct key *key)
{
	struct view *view = session_top(session);
	bool stale;

	if (view == NULL || session->ended || key->kind == KEY_KIND_NONE)
		return;
	if (!session->replayed && clock_monotonic_ms() < session->hold_until)
		return;
	if (session->lock != NULL) {
		lock_key(session->lock, key);
		return;
	}
	if (session->covered) {
		session->covered = false;
		session_changed(session);
		return;
	}
	if (key->kind == KEY_KIND_MOUSE && (!session_config(session)->mouse || !frame_fits(session->canvas)))
		return;
	if (!frame_fits(session->canvas)) {
		key_too_small(session, key);
		return;
	}
	stale = session->changed;
	session_clear(session, &session->hint);
	if (key->kind == KEY_KIND_MOUSE)
		moused(session, view, key, stale);
	else if (key->kind == KEY_KIND_PASTE)
		pasted(session, view, key);
	else
		pressed(session, view, key);
	if (session->outside.field != NULL && !session->ended)
		session->outside.field(session->outside.context, typing(session_top(session)));
}
