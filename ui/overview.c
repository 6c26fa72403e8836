/*
 * overview: one row per server, and what needs a person now.
 *
 * Dead servers first, then the worst, as the collector has sorted them.  Drawn
 * from one joined picture that is made anew when something arrived, so an idle
 * screen sends nothing.  On a wall (action wall) it turns its pages by itself
 * (wall.c) and shows a clock with seconds, since a clock that stands still is
 * the only sign of a dead picture.  Nothing fails; loop thread.
 */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "ui/desk.h"
#include "ui/live_list.h"
#include "ui/move.h"
#include "ui/overview_private.h"
#include "ui/session.h"

struct live *overview_live(const struct overview_view *self)
{
	return session_engine(self->view.session)->live;
}

/* The alarm under the cursor; NULL: a server is, or nothing. Valid until the next turn of the loop. */
static const struct live_alarm *alarm_here(const struct overview_view *self)
{
	size_t count;
	const struct live_alarm *alarms = live_alarms(overview_live(self), &count);

	return self->cursor >= self->data->count && self->cursor - self->data->count < count ? &alarms[self->cursor - self->data->count] : NULL;
}

static const struct live_server *server_here(const struct overview_view *self)
{
	return self->cursor < self->data->count ? &self->data->servers[self->cursor] : NULL;
}

static size_t row_count(const struct overview_view *self)
{
	size_t count;

	live_alarms(overview_live(self), &count);
	return self->data->count + count;
}

/* --- cursor and picture -------------------------------------------------------------------------------- */

static const char *overview_title(const struct view *view, struct arena *arena)
{
	const struct overview_view *self = (const struct overview_view *)view;
	const char *up = arena_format(arena, "Overview - %zu of %zu servers answer%s", self->data->up, self->data->count,
		self->data->partly > 0 ? arena_format(arena, ", %zu in part", self->data->partly) : "");
	long left = (long)(self->turned_at + WALL_TURN_SECONDS - session_now(view->session));

	if (!self->wall)
		return session_canvas(view->session)->columns >= 80 && self->data->count > 0 ?
			arena_format(arena, "%s - figures are of now or marked OLD", up) : up;
	/* On a small screen the page is the news. */
	if (session_canvas(view->session)->columns < 70)
		up = "Wall";
	return self->held ? arena_format(arena, "%s - page %zu of %zu, held", up, self->page + 1, wall_pages(self)) :
		arena_format(arena, "%s - page %zu of %zu, next in %ld s", up, self->page + 1, wall_pages(self), left > 0 ? left : 0);
}

static void settle(struct overview_view *self)
{
	size_t count = row_count(self), rows = (size_t)overview_layout(self).server_rows;

	if (self->cursor >= count)
		self->cursor = count > 0 ? count - 1 : 0;
	if (self->first >= self->data->count)
		self->first = 0;
	if (self->wall && self->page >= wall_pages(self))
		wall_turn(self, 0);
	if (self->wall || self->cursor >= self->data->count)
		return;
	if (self->cursor < self->first)
		self->first = self->cursor;
	if (self->cursor >= self->first + rows)
		self->first = self->cursor - rows + 1;
}

static char *identity_here(const struct overview_view *self)
{
	const struct live_alarm *alarm = alarm_here(self);

	return alarm != NULL ? memory_text(alarm->id) : server_here(self) != NULL ? memory_text(server_here(self)->name) : NULL;
}

static void remember_here(struct overview_view *self)
{
	free(self->here);
	self->here = self->cursor == 0 ? NULL : identity_here(self);
}

/* Rows change their order as things get worse; the cursor stays on its own. */
static void stay_on(struct overview_view *self, const char *identity)
{
	size_t count;
	const struct live_alarm *alarms = live_alarms(overview_live(self), &count);

	for (size_t i = 0; identity != NULL && i < self->data->count; i++) {
		if (strcmp(self->data->servers[i].name, identity) == 0)
			self->cursor = i;
	}
	for (size_t i = 0; identity != NULL && i < count; i++) {
		if (strcmp(alarms[i].id, identity) == 0)
			self->cursor = self->data->count + i;
	}
}

/* The first row is whatever is worst, until somebody moves away from it. */
static void take_picture(struct overview_view *self)
{
	live_overview_free(self->data);
	self->data = live_overview(overview_live(self));
	stay_on(self, self->here);
	if (self->wall)
		wall_read(self);
	settle(self);
	remember_here(self);
	session_changed(self->view.session);
}

static void overview_notice(struct view *view, const struct event *event)
{
	struct overview_view *self = (struct overview_view *)view;

	if (event->kind == EVENT_LIVE)
		take_picture(self);
	else if (event->kind == EVENT_TICK)
		wall_tick(self);
	else
		settle(self);
}

/* --- where it leads ---------------------------------------------------------------------------------------- */

/* The table in which an alarm of this rule is seen; a rule that has no row has its own words only. */
static const struct { const char *rule, *table; } seen_in[] = {
	{ "dead", "sources" }, { "failing", "sources" }, { "ports", "ports" }, { "certificate", "ports" },
	{ "turned-away", "services" }, { "logins", "services" }, { "full", "services" }, { "limits", "services" }, { "throttled", "services" },
	{ "userip", "connections-by-user" }, { "own-deferred", "queue-by-domain" }, { "queue-growth", "queue-by-domain" },
	{ "queue-old", "queue-by-domain" }, { "held", "queue" }, { "postfix-down", "queue" }, { "disk", "disks" }, { "disk-hours", "disks" },
	{ "memory", "machines" }, { "load", "machines" }, { "inner", "inner" }, { "signatures", "inner" }, { "listener", "inner" },
	{ "testmail", "testmail" }, { "directory", "directory-servers" }, { "directory-slow", "directory-servers" },
	{ "directory-lag", "directory-servers" },
};

const char *overview_table(const char *rule)
{
	for (size_t i = 0; i < sizeof seen_in / sizeof *seen_in; i++) {
		if (strcmp(seen_in[i].rule, rule) == 0)
			return seen_in[i].table;
	}
	return NULL;
}

/* What of the server it is about: "imap-login" of "mail1/logins/imap-login". */
static const char *part_of(const struct live_alarm *alarm)
{
	const char *rule = strchr(alarm->id, '/'), *part = rule == NULL ? NULL : strchr(rule + 1, '/');

	return part == NULL ? NULL : part + 1;
}

/* All that is known of it, for those that have no table, and for sentences that are longer than the screen. */
static void show_alarm(struct overview_view *self, const struct live_alarm *alarm)
{
	struct text text = { 0 };
	struct arena *arena = arena_new();

	text_addf(&text, "%s\n", overview_words(self, arena, alarm->sentence));
	if (alarm->more != NULL)
		text_addf(&text, "%s\n", overview_words(self, arena, alarm->more));
	text_addf(&text, "\nsince   %s\nrule    %s\n", text_from_time(arena, alarm->since / 1000), alarm->rule);
	if (alarm->known_by != NULL)
		text_addf(&text, "on it   %s\n", alarm->known_by);
	if (alarm->advice != NULL)
		text_addf(&text, "\nDo      %s\n", alarm->advice);
	session_push(self->view.session, text_view_new(self->view.session, "What needs a person", text_get(&text), text.length));
	text_free(&text);
	arena_free(arena);
}

/* The page of the person that something is due of; false: it is none of these alarms, or is done meanwhile. */
static bool open_due(struct overview_view *self, const struct live_alarm *alarm)
{
	size_t count;
	const struct desk_due *dues = strcmp(alarm->rule, "due") != 0 ? NULL : desk_dues(session_engine(self->view.session)->desk, &count);

	for (size_t i = 0; dues != NULL && i < count; i++) {
		if (strcmp(dues[i].id, alarm->id + strlen("due/")) != 0)
			continue;
		session_push(self->view.session, page_view_new(self->view.session, &kind_user, dues[i].login));
		return true;
	}
	return false;
}

static void open_alarm(struct overview_view *self, const struct live_alarm *alarm)
{
	const char *table = overview_table(alarm->rule);
	struct view *view;
	char *part;

	if (open_due(self, alarm))
		return;
	if (table == NULL) {
		show_alarm(self, alarm);
		return;
	}
	/* The alarm goes with the next look at all of them. */
	part = memory_text(part_of(alarm));
	view = live_list_new(self->view.session, table, alarm->host, NULL, NULL);
	live_list_point(view, part);
	free(part);
	session_push(self->view.session, view);
}

static void open_here(struct overview_view *self)
{
	const struct live_alarm *alarm = alarm_here(self);
	const struct live_server *server = server_here(self);

	if (server != NULL)
		session_push(self->view.session, live_list_new(self->view.session, server->dead ? "sources" : "services", server->host, NULL, NULL));
	else if (alarm != NULL)
		open_alarm(self, alarm);
}

/* Why what is under the cursor does not open for this role. */
static const char *open_blocked(const struct overview_view *self)
{
	const struct live_alarm *alarm = alarm_here(self);
	const struct section *section = section_find(alarm != NULL && alarm->section != NULL ? alarm->section : "connections");

	if (alarm == NULL && server_here(self) == NULL)
		return "there is nothing under the cursor";
	return section != NULL && !section_visible(section, session_role(self->view.session)) ? "your role does not have this section" : NULL;
}

/* --- what whoever is on duty does ------------------------------------------------------------------------------ */

static void note_here(struct overview_view *self)
{
	const struct live_alarm *alarm = alarm_here(self);
	char *about = alarm == NULL ? NULL : memory_text(alarm->sentence), *id = alarm == NULL ? NULL : memory_text(alarm->id);

	desk_note(self->view.session, id == NULL ? NULL : desk_event_of(self->view.session, id), about);
	free(about);
	free(id);
}

static bool act_on_duty(struct overview_view *self, const char *name)
{
	struct session *session = self->view.session;
	const struct live_alarm *alarm = alarm_here(self);
	const struct live_server *server = server_here(self);

	if (strcmp(name, "note") == 0)
		note_here(self);
	else if (strcmp(name, "acknowledge") == 0 && alarm != NULL)
		desk_acknowledge(session, alarm->id, alarm->sentence);
	else if (strcmp(name, "silence") == 0)
		desk_silence(session, server != NULL ? server->host : alarm != NULL ? alarm->host : LIVE_ALL);
	else
		return false;
	return true;
}

static void switch_wall(struct overview_view *self)
{
	self->wall = !self->wall;
	self->held = false;
	rows_free(self->rows);
	self->rows = NULL;
	if (self->wall)
		wall_turn(self, 0);
	else
		settle(self);
}

static void hold_page(struct overview_view *self)
{
	self->held = !self->held;
	self->turned_at = session_now(self->view.session);
}

static bool overview_act(struct view *view, const struct action *action)
{
	struct overview_view *self = (struct overview_view *)view;
	bool moved;
	size_t at = move_row(move_of(action), self->cursor, row_count(self), 5, &moved);

	if (moved) {
		self->cursor = at;
		settle(self);
		remember_here(self);
	} else if (self->wall && strcmp(action->name, "right") == 0) {
		wall_turn(self, self->page + 1);
	} else if (self->wall && strcmp(action->name, "left") == 0) {
		wall_turn(self, self->page + wall_pages(self) - 1);
	} else if (strcmp(action->name, "open") == 0) {
		open_here(self);
	} else if (strcmp(action->name, "refresh") == 0) {
		live_refresh(overview_live(self), LIVE_ALL, live_overview_sources());
	} else if (strcmp(action->name, "wall") == 0) {
		switch_wall(self);
	} else if (strcmp(action->name, "hold-page") == 0) {
		hold_page(self);
	} else {
		return act_on_duty(self, action->name);
	}
	return true;
}

static const char *overview_blocked(const struct view *view, const struct action *action)
{
	const struct overview_view *self = (const struct overview_view *)view;

	if (strcmp(action->name, "open") == 0)
		return open_blocked(self);
	if (strcmp(action->name, "acknowledge") == 0 && alarm_here(self) == NULL)
		return "what somebody can be on stands below, under Needs a person";
	if (strcmp(action->name, "silence") == 0 && self->data->count == 0)
		return "there is no server";
	if (strcmp(action->name, "hold-page") == 0 && !self->wall)
		return "the pages turn only on a wall";
	return NULL;
}

static const char *overview_label(const struct view *view, const struct action *action)
{
	const struct overview_view *self = (const struct overview_view *)view;

	if (strcmp(action->name, "wall") == 0)
		return self->wall ? "no wall" : "wall";
	if (strcmp(action->name, "hold-page") == 0 && self->wall)
		return self->held ? "go on" : "hold page";
	return NULL;
}

static void overview_click(struct view *view, int id)
{
	struct overview_view *self = (struct overview_view *)view;

	self->cursor = (size_t)id;
	settle(self);
	remember_here(self);
}

static bool overview_busy(const struct view *view)
{
	return !live_settled(session_engine(view->session)->live);
}

static void overview_close(struct view *view)
{
	struct overview_view *self = (struct overview_view *)view;

	live_overview_free(self->data);
	rows_free(self->rows);
	free(self->here);
	free(self);
}

bool overview_on_wall(const struct view *view)
{
	return view != NULL && strcmp(view->class->place, "overview") == 0 && ((const struct overview_view *)view)->wall;
}

static const struct view_class overview_class = {
	.place = "overview",
	.close = overview_close,
	.draw = overview_draw,
	.act = overview_act,
	.notice = overview_notice,
	.blocked = overview_blocked,
	.title = overview_title,
	.label = overview_label,
	.click = overview_click,
	.busy = overview_busy,
};

struct view *overview_view_new(struct session *session)
{
	struct overview_view *self = memory_new(sizeof *self);

	self->view.class = &overview_class;
	self->view.session = session;
	self->data = live_overview(overview_live(self));
	return &self->view;
}
