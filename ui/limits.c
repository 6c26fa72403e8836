/*
 * limits: what a person does in the limits walk; drawing is in limits_draw.c.
 *
 * The server is asked when the section opens, on refresh and after a change.
 * Nothing here fails; what a server does not say is told.  Loop thread.
 */
#include "ui/limits.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "model/guarded.h"
#include "ui/limits_private.h"
#include "ui/move.h"
#include "ui/session.h"

enum { MOST_SECONDS = 86400 };

static struct hosts *hosts_of(const struct limits_view *self)
{
	return session_engine(self->view.session)->hosts;
}

/* --- computing -------------------------------------------------------------------------------------- */

uint64_t limits_number(const struct line *line)
{
	const char *words = line_text(line);

	return *words >= '0' && *words <= '9' && strlen(words) < 12 ? strtoull(words, NULL, 10) : 0;
}

/* The protocols that this server offers and whose logins the goal is about. Static. */
static const char *protocols_of(const struct limits_facts *facts)
{
	bool imap = strstr(facts->protocols, "imap") != NULL, pop3 = strstr(facts->protocols, "pop3") != NULL;

	return imap && pop3 ? "imap pop3" : pop3 ? "pop3" : "imap";
}

static void plan(struct limits_view *self)
{
	uint64_t people = limits_number(&self->people), person = limits_number(&self->person);
	struct limits_goal goal = { .connections = people > 0 && person > 0 ? people * person : limits_number(&self->connections), .of_person = person,
		.tls_percent = 100, .mode = self->mode, .by_default = self->by_default };

	self->planned = false;
	self->wanted = goal.connections;
	if (self->world == NULL || self->world->unread)
		return;
	arena_free(self->arena);
	self->arena = arena_new();
	self->now = limits_check(self->arena, self->world->facts);
	if (goal.connections > 0) {
		goal.protocols = protocols_of(self->world->facts);
		self->set = limits_reach(self->arena, self->world->facts, &goal);
		self->planned = true;
	}
	session_changed(self->view.session);
}

static void world_came(void *context, struct limits_world *takes, const struct error *error)
{
	struct limits_view *self = context;

	self->asking = NULL;
	self->error = *error;
	if (takes != NULL) {
		limits_world_free(self->world);
		self->world = takes;
		/* Kept wherever that is possible: only a Dovecot that runs with shutdown_clients = no leaves them alone. */
		self->keep = takes->keeps_sessions;
		plan(self);
	}
	session_changed(self->view.session);
}

static void ask(struct limits_view *self)
{
	if (self->asking == NULL && self->host < hosts_count(hosts_of(self)))
		self->asking = limits_ask(hosts_of(self), self->host, world_came, self);
}

static void other_server(struct limits_view *self)
{
	size_t count = hosts_count(hosts_of(self)), host = self->host;

	do
		host = host + 1 < count ? host + 1 : 0;
	while (host != self->host && !(host_at(hosts_of(self), host)->roles & HOST_MAILBOX));
	self->host = host;
	limits_ask_cancel(self->asking);
	self->asking = NULL;
	limits_world_free(self->world);
	self->world = NULL;
	self->planned = false;
	self->scroll = 0;
	ask(self);
}

/* --- keys --------------------------------------------------------------------------------------------- */

static struct line *line_here(struct limits_view *self)
{
	switch (self->focus) {
	case LIMITS_IN_CONNECTIONS: return &self->connections;
	case LIMITS_IN_PEOPLE: return &self->people;
	case LIMITS_IN_PERSON: return &self->person;
	case LIMITS_IN_WITHIN: return &self->within;
	default: return NULL;
	}
}

static void turn(struct limits_view *self)
{
	if (self->focus == LIMITS_IN_MODE)
		self->mode = self->mode == LIMITS_SECURITY ? LIMITS_PERFORMANCE : LIMITS_SECURITY;
	else if (self->focus == LIMITS_IN_DEFAULT)
		self->by_default = !self->by_default;
	else if (self->focus == LIMITS_IN_KEEP && self->world != NULL && !self->world->keeps_sessions)
		session_notice(self->view.session, NULL, "To keep sessions set shutdown_clients = no first, in a change of its own; that reload still ends them");
	else if (self->focus == LIMITS_IN_KEEP)
		self->keep = !self->keep;
	plan(self);
}

static void review(struct limits_view *self)
{
	struct session *session = self->view.session;
	struct error error = { 0 };
	struct change *change;

	if (self->world == NULL || !self->planned) {
		session_notice(session, NULL, "Say first how many connections at once the server is to take");
		return;
	}
	if (self->set.refused != NULL) {
		session_notice(session, NULL, "%s", self->set.refused);
		return;
	}
	if (!line_empty(&self->within) && (limits_number(&self->within) < 1 || limits_number(&self->within) > MOST_SECONDS)) {
		session_notice(session, NULL, "Confirm within is 1 to %d seconds, or empty", MOST_SECONDS);
		return;
	}
	change = limits_plan_change(self->world, hosts_of(self), &self->set, self->keep, (unsigned)limits_number(&self->within), &error);
	if (change == NULL)
		session_complain(session, &error);
	else
		session_push(session, review_view_new(session, change));
}

static void scroll_by(struct limits_view *self, long rows)
{
	size_t most = limits_scroll_most(self);
	long at = (long)self->scroll + rows;

	self->scroll = at < 0 ? 0 : (size_t)at > most ? most : (size_t)at;
}

static bool limits_act(struct view *view, const struct action *action)
{
	struct limits_view *self = (struct limits_view *)view;
	enum move move = move_of(action);

	if (move == MOVE_NEXT || move == MOVE_DOWN)
		self->focus = (enum limits_input)((self->focus + 1) % LIMITS_INPUTS);
	else if (move == MOVE_PREVIOUS || move == MOVE_UP)
		self->focus = (enum limits_input)((self->focus + LIMITS_INPUTS - 1) % LIMITS_INPUTS);
	else if (move == MOVE_BACK && line_here(self) != NULL)
		self->focus = LIMITS_IN_MODE;     /* out of the text, so that letters and digits are keys again */
	else if (move == MOVE_PAGE_DOWN)
		scroll_by(self, 8);
	else if (move == MOVE_PAGE_UP)
		scroll_by(self, -8);
	else if (move == MOVE_APPLY)
		review(self);
	else if (move == MOVE_ACCEPT && line_here(self) == NULL)
		turn(self);
	else if (move == MOVE_ACCEPT)
		self->focus = (enum limits_input)((self->focus + 1) % LIMITS_INPUTS);
	else if (strcmp(action->name, "other-server") == 0)
		other_server(self);
	else if (move == MOVE_REFRESH)
		ask(self);
	else
		return false;
	session_changed(view->session);
	return true;
}

static bool limits_key(struct view *view, const struct key *key)
{
	struct limits_view *self = (struct limits_view *)view;
	struct line *line = line_here(self);

	if (line == NULL)
		return false;
	if (key_is_text(key) && (key->code < '0' || key->code > '9')) {
		session_notice(view->session, NULL, "A number stands here; Esc leaves the field, and letters are keys again");
		return true;
	}
	if (!line_key(line, key))
		return false;
	plan(self);
	return true;
}

static bool limits_typing(const struct view *view)
{
	const struct limits_view *self = (const struct limits_view *)view;

	/* Also while the server is being asked: what is typed meanwhile is a number and no section. */
	return (self->world != NULL || self->asking != NULL) && line_here((struct limits_view *)self) != NULL;
}

static const char *limits_blocked(const struct view *view, const struct action *action)
{
	const struct limits_view *self = (const struct limits_view *)view;

	if (move_of(action) == MOVE_APPLY && !role_may(session_role(view->session), &kind_limits, NULL, VERB_EDIT))
		return "your role may not do that; admin may";
	if (move_of(action) == MOVE_APPLY && self->world != NULL && self->world->locked != NULL)
		return self->world->locked;
	if (strcmp(action->name, "other-server") == 0 && hosts_count(hosts_of(self)) < 2)
		return "there is one server only";
	return NULL;
}

static const char *limits_label(const struct view *view, const struct action *action)
{
	(void)view;
	return strcmp(action->name, "accept") == 0 ? "choose" : NULL;
}

static void limits_notice(struct view *view, const struct event *event)
{
	struct limits_view *self = (struct limits_view *)view;

	if (event->kind != EVENT_RECORD_CHANGED || event->noun == NULL || !kind_guarded(event->noun))
		return;
	/* What was typed is done; the keys are keys again. */
	if (line_here(self) != NULL && self->planned)
		self->focus = LIMITS_IN_MODE;
	ask(self);
}

static bool limits_busy(const struct view *view)
{
	return ((const struct limits_view *)view)->asking != NULL;
}

static void limits_close(struct view *view)
{
	struct limits_view *self = (struct limits_view *)view;

	limits_ask_cancel(self->asking);
	limits_world_free(self->world);
	arena_free(self->arena);
	line_free(&self->connections);
	line_free(&self->people);
	line_free(&self->person);
	line_free(&self->within);
	free(self);
}

static const struct view_class limits_class = {
	.place = "limits",
	.close = limits_close,
	.draw = limits_draw,
	.act = limits_act,
	.key = limits_key,
	.typing = limits_typing,
	.notice = limits_notice,
	.blocked = limits_blocked,
	.title = limits_title,
	.label = limits_label,
	.busy = limits_busy,
};

struct view *limits_view_new(struct session *session)
{
	struct limits_view *self = memory_new(sizeof *self);

	self->view.class = &limits_class;
	self->view.session = session;
	line_init(&self->connections, NULL, 0, false);
	line_init(&self->people, NULL, 0, false);
	line_init(&self->person, NULL, 0, false);
	line_init(&self->within, NULL, 0, false);
	while (self->host < hosts_count(hosts_of(self)) && !(host_at(hosts_of(self), self->host)->roles & HOST_MAILBOX))
		self->host++;
	ask(self);
	return &self->view;
}
