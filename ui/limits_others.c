/*
 * limits_others: the goal of the walk for the other servers with mailboxes:
 * what each would need, applied one after the other, each under its own timer.
 *
 * Every server is asked when the view opens and again after a change.  A server
 * that does not answer says so in its row and holds nobody up.  Loop thread.
 */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "model/guarded.h"
#include "ui/frame.h"
#include "ui/limits_private.h"
#include "ui/move.h"
#include "ui/session.h"

struct other {
	struct limits_others *view;
	size_t host;
	struct limits_asking *asking;      /* NULL: it has answered */
	struct limits_world *world;        /* NULL: not yet, or error says why */
	struct error error;
	struct arena *arena;               /* of set; NULL: none */
	struct limits_set set;
};
struct limits_others {
	struct view view;
	struct limits_view *walk;          /* below this view, so it lives longer */
	struct limits_said said;
	struct other *others;
	size_t count, at, scroll;
	bool applies;                      /* a review of the server at the cursor was opened: the next one comes after it */
};

static struct hosts *hosts_of(const struct limits_others *self)
{
	return session_engine(self->view.session)->hosts;
}

/* --- asking ------------------------------------------------------------------------------------------- */

static void world_came(void *context, struct limits_world *takes, const struct error *error)
{
	struct other *other = context;

	other->asking = NULL;
	other->error = *error;
	if (takes != NULL) {
		limits_world_free(other->world);
		other->world = takes;
		arena_free(other->arena);
		other->arena = arena_new();
		if (!takes->unread)
			other->set = limits_set_of(other->arena, takes, &other->view->said);
	}
	session_changed(other->view->view.session);
}

static void ask(struct other *other)
{
	if (other->asking == NULL)
		other->asking = limits_ask(hosts_of(other->view), other->host, world_came, other);
}

/* --- a row ------------------------------------------------------------------------------------------------ */

static bool to_do(const struct other *other)
{
	return other->world != NULL && !other->world->unread && other->set.refused == NULL && limits_writes(&other->set) && other->world->locked == NULL;
}

static const char *state_words(const struct other *other, struct arena *arena)
{
	const struct limits_verdict *verdict = &other->set.verdict;
	const char *name = host_at(hosts_of(other->view), other->host)->name;
	size_t length = strlen(name);

	/* The name stands in front already. */
	if (other->world == NULL)
		return other->asking != NULL ? "asking Dovecot .." : strncmp(other->error.text, name, length) == 0 && strncmp(other->error.text + length, ": ", 2) == 0 ?
			other->error.text + length + 2 : other->error.text;
	if (other->error.kind != ERROR_NONE)
		return "does not answer any more; what stands below is of before";
	if (other->world->unread || other->world->refused != NULL)
		return "Dovecot refuses its configuration as it is";
	if (other->set.refused != NULL)
		return other->set.refused;
	if (other->world->locked != NULL)
		return other->world->locked;
	if (!limits_writes(&other->set))
		return other->set.value_count > 0 ? "its limits take it; the open-files limit does not" :
			other->world->facts->unread.service ? "its files take it, and Dovecot has not read them: reload it" : limits_anvil_lacks(other->world->facts) ? "its limits take it after a restart of Dovecot (anvil)" : "its limits take it already";
	return arena_format(arena, "%zu %s, Dovecot: %zu %s", other->set.value_count, other->set.value_count == 1 ? "value" : "values", verdict->warning_count,
		verdict->warning_count == 1 ? "warning" : "warnings");
}

static struct wrapped page_of(const struct limits_others *self, struct arena *arena, enum visible_form form, int columns)
{
	const struct other *other = &self->others[self->at];
	struct wrapped page;

	wrapped_start(&page, arena, form, columns - 2);
	if (other->world == NULL || other->world->unread || other->set.refused != NULL) {
		limits_page_say(&page, STYLE_PLAIN, "", other->world != NULL && other->world->refused != NULL ? other->world->refused : state_words(other, arena));
		return page;
	}
	limits_page_asked(&page, &self->view, other->world, &other->error);
	limits_page_values(&page, other->world, &other->set);
	wrapped_heading(&page, "The verdict then");
	limits_page_verdict(&page, &other->set.verdict);
	limits_page_causes(&page, other->world, &other->set, limits_keep_of(other->world, &self->said));
	return page;
}

/* Servers stand on top, at most in half of the area; the plan of the one at the cursor is below. */
static struct area below_rows(const struct limits_others *self, struct area area)
{
	int rows = (int)self->count + 1;

	rows = rows > area.rows / 2 ? area.rows / 2 : rows;
	return (struct area){ area.top + rows, area.rows - rows, area.columns };
}

static void others_draw(const struct view *view, struct canvas *canvas, struct area area)
{
	const struct limits_others *self = (const struct limits_others *)view;
	struct area below = below_rows(self, area);
	int rows = below.top - area.top - (below.top - area.top > 1);
	size_t first = self->at >= (size_t)rows ? self->at - (size_t)rows + 1 : 0;
	struct wrapped page = page_of(self, canvas->arena, canvas->form, area.columns);

	for (int i = 0; i < rows && first + (size_t)i < self->count; i++) {
		const struct other *other = &self->others[first + (size_t)i];
		bool here = first + (size_t)i == self->at;

		canvas_words(canvas, area.top + i, 1, 22, here ? STYLE_FIELD_HERE : STYLE_LABEL, host_at(hosts_of(self), other->host)->name);
		canvas_words(canvas, area.top + i, 24, -1, other->error.kind != ERROR_NONE ? STYLE_BAD : STYLE_VALUE,
			state_words(other, canvas->arena));
		if (here)
			canvas_cursor(canvas, area.top + i, 1, false);
	}
	wrapped_draw(&page, canvas, below.top, 1, below.rows, self->scroll);
}

static const char *others_title(const struct view *view, struct arena *arena)
{
	const struct limits_others *self = (const struct limits_others *)view;

	return arena_format(arena, "Limits - %s connections - the other servers", text_from_count(arena, (int64_t)self->said.goal.connections));
}

/* --- keys ------------------------------------------------------------------------------------------------- */

static void review(struct limits_others *self)
{
	struct other *other = &self->others[self->at];
	struct session *session = self->view.session;
	struct error error = { 0 };
	struct change *change;

	if (!to_do(other)) {
		session_notice(session, NULL, "%s: %s", host_at(hosts_of(self), other->host)->name, state_words(other, session_canvas(session)->arena));
		return;
	}
	change = limits_change_of(&self->view, other->world, &other->set, &self->said, &error);
	if (change == NULL) {
		session_complain(session, &error);
		return;
	}
	self->applies = true;
	session_push(session, review_view_new(session, change));
}

static void go(struct limits_others *self, enum move move)
{
	bool moved;

	if ((move == MOVE_NEXT || move == MOVE_DOWN) && self->at + 1 < self->count)
		self->at++;
	else if ((move == MOVE_PREVIOUS || move == MOVE_UP) && self->at > 0)
		self->at--;
	else if (move == MOVE_PAGE_DOWN || move == MOVE_PAGE_UP) {
		struct canvas *canvas = session_canvas(self->view.session);
		struct area area = below_rows(self, frame_area(canvas, true));
		struct arena *arena = arena_new();
		struct wrapped page = page_of(self, arena, canvas->form, area.columns);

		self->scroll = wrapped_move(&page, move, self->scroll, area.rows, &moved);
		arena_free(arena);
		return;
	}
	self->scroll = 0;
}

static bool others_act(struct view *view, const struct action *action)
{
	struct limits_others *self = (struct limits_others *)view;
	struct session *session = view->session;
	enum move move = move_of(action);

	if (move == MOVE_APPLY) {
		review(self);
	} else if (move == MOVE_ACCEPT) {
		limits_walk_on(self->walk, self->others[self->at].host);
		session_pop(session);
		return true;
	} else if (strcmp(action->name, "other-server") == 0) {
		session_pop(session);
		return true;
	} else if (move == MOVE_REFRESH) {
		for (size_t i = 0; i < self->count; i++)
			ask(&self->others[i]);
	} else if (move == MOVE_NEXT || move == MOVE_PREVIOUS || move == MOVE_DOWN || move == MOVE_UP || move == MOVE_PAGE_DOWN || move == MOVE_PAGE_UP) {
		go(self, move);
	} else {
		return false;
	}
	session_changed(session);
	return true;
}

static const char *others_blocked(const struct view *view, const struct action *action)
{
	if (move_of(action) == MOVE_APPLY && !role_may(session_role(view->session), &kind_limits, NULL, VERB_EDIT))
		return "your role may not do that; admin may";
	return strcmp(action->name, "open-files") == 0 ? "Enter goes to the walk of this server first" : NULL;
}

static const char *others_label(const struct view *view, const struct action *action)
{
	(void)view;
	return strcmp(action->name, "accept") == 0 ? "walk there" : strcmp(action->name, "other-server") == 0 ? "back" : NULL;
}

/* What was applied there is asked again, and the next one that lacks something is at the cursor. */
static void others_notice(struct view *view, const struct event *event)
{
	struct limits_others *self = (struct limits_others *)view;
	bool mine = false;

	if (event->kind != EVENT_RECORD_CHANGED || event->noun == NULL || !kind_guarded(event->noun))
		return;
	for (size_t i = 0; i < self->count; i++) {
		const char *name = host_at(hosts_of(self), self->others[i].host)->name;

		if (event->name != NULL && strcmp(event->name, name) != 0)
			continue;
		mine = mine || i == self->at;
		ask(&self->others[i]);
	}
	if (!mine || !self->applies)
		return;
	self->applies = false;
	for (size_t i = 1; i < self->count; i++) {
		size_t next = (self->at + i) % self->count;

		if (to_do(&self->others[next])) {
			self->at = next;
			self->scroll = 0;
			break;
		}
	}
}

static bool others_busy(const struct view *view)
{
	const struct limits_others *self = (const struct limits_others *)view;

	for (size_t i = 0; i < self->count; i++) {
		if (self->others[i].asking != NULL)
			return true;
	}
	return false;
}

static void others_close(struct view *view)
{
	struct limits_others *self = (struct limits_others *)view;

	for (size_t i = 0; i < self->count; i++) {
		limits_ask_cancel(self->others[i].asking);
		limits_world_free(self->others[i].world);
		arena_free(self->others[i].arena);
	}
	free(self->others);
	free(self);
}

static const struct view_class others_class = {
	.place = "limits",
	.close = others_close,
	.draw = others_draw,
	.act = others_act,
	.notice = others_notice,
	.blocked = others_blocked,
	.title = others_title,
	.label = others_label,
	.busy = others_busy,
};

struct view *limits_others_view_new(struct limits_view *walk)
{
	struct limits_others *self = memory_new(sizeof *self);
	struct hosts *hosts = session_engine(walk->view.session)->hosts;

	self->view.class = &others_class;
	self->view.session = walk->view.session;
	self->walk = walk;
	self->said = walk->said;
	self->others = memory_new((hosts_count(hosts) + 1) * sizeof *self->others);
	for (size_t i = 0; i < hosts_count(hosts); i++) {
		if (i != walk->host && (host_at(hosts, i)->roles & HOST_MAILBOX))
			self->others[self->count++] = (struct other){ .view = self, .host = i };
	}
	for (size_t i = 0; i < self->count; i++)
		ask(&self->others[i]);
	return &self->view;
}
