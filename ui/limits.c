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

enum { MOST_SECONDS = 86400, MEGABYTE = 1048576 };

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

bool limits_default_of(const struct limits_world *world, const struct limits_said *said)
{
	/* With few login processes only the sessions need a number, and that has a variable in UCR. */
	return said->default_chosen ? said->by_default : world->ucs && said->goal.mode == LIMITS_SECURITY;
}

bool limits_keep_of(const struct limits_world *world, const struct limits_said *said)
{
	return said->keep_chosen ? said->keep : limits_keep_preselected(world);
}

struct limits_set limits_set_of(struct arena *arena, const struct limits_world *world, const struct limits_said *said)
{
	struct limits_goal goal = said->goal;

	goal.protocols = protocols_of(world->facts);
	goal.by_default = limits_default_of(world, said);
	/* UCR has variables for the defaults, and none for stats and log. */
	goal.clients_by_default = world->ucs && (goal.by_default || !said->default_chosen);
	return limits_reach(arena, world->facts, &goal);
}

struct change *limits_change_of(struct view *view, const struct limits_world *world, const struct limits_set *set, const struct limits_said *said,
		struct error *error)
{
	return limits_plan_change(world, session_engine(view->session)->hosts, set, limits_keep_of(world, said) ? LIMITS_KEEP : LIMITS_KEEP_NOT, said->within_s, error);
}

static void read_inputs(struct limits_view *self)
{
	uint64_t people = limits_number(&self->people), person = limits_number(&self->person);

	self->said.goal = (struct limits_goal){ .connections = people > 0 && person > 0 ? people * person : limits_number(&self->connections), .of_person = person,
		.tls_percent = 100, .mode = self->said.goal.mode, .cache_size = limits_number(&self->cache) * MEGABYTE, .cache_ttl = limits_number(&self->ttl) * 60 };
	self->said.within_s = limits_number(&self->within) <= MOST_SECONDS ? (unsigned)limits_number(&self->within) : 0;
}

static void plan(struct limits_view *self)
{
	read_inputs(self);
	self->planned = false;
	if (self->world == NULL || self->world->unread)
		return;
	arena_free(self->arena);
	self->arena = arena_new();
	self->now = limits_check(self->arena, self->world->facts);
	if (self->said.goal.connections > 0) {
		self->set = limits_set_of(self->arena, self->world, &self->said);
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
		plan(self);
	}
	session_changed(self->view.session);
}

static void ask(struct limits_view *self)
{
	if (self->asking == NULL && self->host < hosts_count(hosts_of(self)))
		self->asking = limits_ask(hosts_of(self), self->host, world_came, self);
}

void limits_walk_on(struct limits_view *self, size_t host)
{
	self->host = host;
	limits_ask_cancel(self->asking);
	self->asking = NULL;
	limits_world_free(self->world);
	self->world = NULL;
	self->planned = false;
	self->scroll = 0;
	ask(self);
}

/* Servers with mailboxes. */
static size_t others_of(const struct limits_view *self)
{
	size_t count = 0;

	for (size_t i = 0; i < hosts_count(hosts_of(self)); i++)
		count += i != self->host && host_at(hosts_of(self), i)->roles & HOST_MAILBOX;
	return count;
}

/* --- keys --------------------------------------------------------------------------------------------- */

struct line *limits_line(struct limits_view *self, enum limits_input input)
{
	switch (input) {
	case LIMITS_IN_CONNECTIONS: return &self->connections;
	case LIMITS_IN_PEOPLE: return &self->people;
	case LIMITS_IN_PERSON: return &self->person;
	case LIMITS_IN_CACHE: return &self->cache;
	case LIMITS_IN_TTL: return &self->ttl;
	case LIMITS_IN_WITHIN: return &self->within;
	default: return NULL;
	}
}

static void turn(struct limits_view *self)
{
	struct limits_said *said = &self->said;

	if (self->focus == LIMITS_IN_MODE)
		said->goal.mode = said->goal.mode == LIMITS_SECURITY ? LIMITS_PERFORMANCE : LIMITS_SECURITY;
	else if (self->world != NULL && self->focus == LIMITS_IN_DEFAULT) {
		said->by_default = !limits_default_of(self->world, said);
		said->default_chosen = true;
	} else if (self->world != NULL && self->focus == LIMITS_IN_KEEP) {
		said->keep = !limits_keep_of(self->world, said);
		said->keep_chosen = true;
	}
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
	change = limits_change_of(&self->view, self->world, &self->set, &self->said, &error);
	if (change == NULL)
		session_complain(session, &error);
	else
		session_push(session, review_view_new(session, change));
}

/* The open-files limit of the Dovecot that runs, as much as the plan needs, or what runs now. */
static void open_files(struct limits_view *self)
{
	struct session *session = self->view.session;
	const struct limits_facts *facts;
	struct arena *arena = arena_new();
	struct error error = { 0 };
	struct change *change = NULL;

	if (self->world != NULL && !self->world->unread) {
		facts = self->planned && self->set.refused == NULL ? self->set.after : self->world->facts;
		change = limits_descriptors_change(self->world, hosts_of(self), limits_descriptors_needed(arena, facts), self->said.within_s, &error);
	} else {
		error_set(&error, ERROR_UNREACHABLE, "The server has not answered yet");
	}
	if (change == NULL)
		session_complain(session, &error);
	else
		session_push(session, review_view_new(session, change));
	arena_free(arena);
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
	else if (move == MOVE_BACK && limits_line(self, self->focus) != NULL)
		self->focus = LIMITS_IN_MODE;     /* out of the text, so that letters and digits are keys again */
	else if (move == MOVE_PAGE_DOWN)
		scroll_by(self, 8);
	else if (move == MOVE_PAGE_UP)
		scroll_by(self, -8);
	else if (move == MOVE_APPLY)
		review(self);
	else if (move == MOVE_ACCEPT && limits_line(self, self->focus) == NULL)
		turn(self);
	else if (move == MOVE_ACCEPT)
		self->focus = (enum limits_input)((self->focus + 1) % LIMITS_INPUTS);
	else if (strcmp(action->name, "other-server") == 0)
		session_push(view->session, limits_others_view_new(self));
	else if (strcmp(action->name, "open-files") == 0)
		open_files(self);
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
	struct line *line = limits_line(self, self->focus);
	const char *action = keymap_action(session_keymap(view->session), view->class->place, key);

	if (line == NULL)
		return false;
	/* No key of a text field: the page says that it asks again. */
	if (!key_is_text(key) && action != NULL && strcmp(action, "refresh") == 0) {
		ask(self);
		return true;
	}
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
	return (self->world != NULL || self->asking != NULL) && limits_line((struct limits_view *)self, self->focus) != NULL;
}

static const char *limits_blocked(const struct view *view, const struct action *action)
{
	const struct limits_view *self = (const struct limits_view *)view;

	bool writes = move_of(action) == MOVE_APPLY || strcmp(action->name, "open-files") == 0;

	if (writes && !role_may(session_role(view->session), &kind_limits, NULL, VERB_EDIT))
		return "your role may not do that; admin may";
	if (writes && self->world != NULL && self->world->locked != NULL)
		return self->world->locked;
	if (strcmp(action->name, "other-server") == 0 && others_of(self) == 0)
		return "there is one server with mailboxes only";
	if (strcmp(action->name, "other-server") == 0 && self->said.goal.connections == 0)
		return "say first how many connections at once it is to be";
	return NULL;
}

static const char *limits_label(const struct view *view, const struct action *action)
{
	struct limits_view *self = (struct limits_view *)view;

	if (strcmp(action->name, "accept") == 0)
		return limits_line(self, self->focus) != NULL ? "next" : "choose";
	return strcmp(action->name, "other-server") == 0 ? "plan for others" : NULL;
}

static void limits_notice(struct view *view, const struct event *event)
{
	struct limits_view *self = (struct limits_view *)view;

	if (event->kind != EVENT_RECORD_CHANGED || event->noun == NULL || !kind_guarded(event->noun))
		return;
	/* What was typed is done; the keys are keys again. */
	if (limits_line(self, self->focus) != NULL && self->planned)
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
	line_free(&self->cache);
	line_free(&self->ttl);
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
	line_init(&self->cache, NULL, 0, false);
	line_init(&self->ttl, NULL, 0, false);
	line_init(&self->within, NULL, 0, false);
	while (self->host < hosts_count(hosts_of(self)) && !(host_at(hosts_of(self), self->host)->roles & HOST_MAILBOX))
		self->host++;
	ask(self);
	return &self->view;
}
