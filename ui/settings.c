/*
 * settings: what a person does in the list of settings, and asking the
 * servers; rows and looks are in settings_rows.c.
 *
 * Every server is asked by itself, all at the same time; what comes changes
 * the rows at once.  Nothing here fails: what a server does not say is told.
 * Loop thread.
 */
#include "ui/settings.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "model/guarded.h"
#include "ui/keymap.h"
#include "ui/move.h"
#include "ui/sections.h"
#include "ui/session.h"
#include "ui/settings_private.h"

struct hosts *settings_hosts(const struct settings_view *self)
{
	return session_engine(self->list.view.session)->hosts;
}

const char *settings_server(const struct settings_view *self, size_t host)
{
	return host_at(settings_hosts(self), host)->name;
}

const char *settings_locked(const struct session *session, const struct setting *setting)
{
	if (!role_may(session_role(session), &kind_setting, NULL, VERB_EDIT))
		return "your role may not do that; admin may";
	return setting != NULL && setting->refused != NULL ? setting->refused : NULL;
}

const char *settings_key(const struct settings_view *self, struct arena *arena, const char *action)
{
	const char *key = keymap_key(session_keymap(self->list.view.session), "settings", action, arena);

	return key != NULL ? key : action;
}

/* --- asking ------------------------------------------------------------------------------------------ */

void settings_again(struct settings_view *self)
{
	list_take(&self->list, settings_rows(self), true);
	session_changed(self->list.view.session);
}

static void state_came(void *context, struct settings_state *takes)
{
	struct settings_host *host = context;

	host->reading = NULL;
	settings_state_free(host->state);
	host->state = takes;
	settings_staged_settle(host->view, host->host);
	settings_again(host->view);
}

void settings_ask(struct settings_view *self, size_t host)
{
	struct settings_host *asked = &self->hosts[host];

	if (asked->reading == NULL)
		asked->reading = settings_read(settings_hosts(self), host, NULL, state_came, asked);
	session_changed(self->list.view.session);
}

static void settings_load(struct list_view *list)
{
	struct settings_view *self = (struct settings_view *)list;

	for (size_t i = 0; i < self->count; i++)
		settings_ask(self, i);
	settings_again(self);
}

static void settings_changed(struct list_view *list, const struct event *event)
{
	struct settings_view *self = (struct settings_view *)list;

	if (event->kind != EVENT_RECORD_CHANGED || !kind_guarded(event->noun))
		return;
	for (size_t i = 0; i < self->count; i++) {
		if (event->name != NULL && strcmp(event->name, settings_server(self, i)) == 0)
			settings_ask(self, i);
	}
}

/* --- the title ---------------------------------------------------------------------------------------- */

/* Of all that is shown the oldest. */
static const char *settings_state_words(const struct list_view *list, struct arena *arena)
{
	const struct settings_view *self = (const struct settings_view *)list;
	int64_t oldest = 0;
	char digits[16];

	for (size_t i = 0; i < self->count; i++) {
		const struct settings_host *host = &self->hosts[i];

		if (host->reading != NULL)
			return arena_format(arena, "asking %s ..", settings_server(self, i));
		if (host->state != NULL && *settings_state_gaps(host->state) != NULL)
			return arena_format(arena, "%s did not tell all", settings_server(self, i));
		if (host->state != NULL && (oldest == 0 || settings_state_time(host->state) < oldest))
			oldest = settings_state_time(host->state);
	}
	if (oldest == 0)
		return "not read";
	clock_digits(oldest, 0, digits);
	return arena_format(arena, "read %s", digits);
}

static const char *settings_heading(const struct list_view *list, struct arena *arena)
{
	const struct settings_view *self = (const struct settings_view *)list;
	const struct setting *setting;
	size_t differing = 0, staged = settings_staged_count(self, SETTINGS_ANY);

	for (size_t at = 0; (setting = setting_next(&at)) != NULL; ) {
		if (!(setting->flags & SETTING_FAMILY) && (self->group == NULL || strcmp(self->group->name, setting->group) == 0))
			differing += settings_differ(self, setting, NULL);
	}
	return arena_format(arena, "Settings%s%s%s%s%s", self->group != NULL ? " - " : "", self->group != NULL ? self->group->title : "",
		staged > 0 ? arena_format(arena, " - %zu staged", staged) : "", differing > 0 ? arena_format(arena, " - %zu differ", differing) : "",
		self->count > SETTINGS_COLUMNS ? arena_format(arena, " - %d of %zu servers", SETTINGS_COLUMNS, self->count) : "");
}

static const char *settings_empty(const struct list_view *list, struct arena *arena)
{
	const struct settings_view *self = (const struct settings_view *)list;

	for (size_t i = 0; i < self->count; i++) {
		if (self->hosts[i].reading != NULL)
			return arena_format(arena, "asking %s ..", settings_server(self, i));
		if (self->hosts[i].state != NULL && *settings_state_gaps(self->hosts[i].state) != NULL)
			return arena_text(arena, *settings_state_gaps(self->hosts[i].state));
	}
	if (self->count > 0)
		return "No server has a setting of this group.";
	return "No server is configured; see postroom.conf(5), section server.";
}

/* --- what can be done ------------------------------------------------------------------------------------ */

/* All groups, then each of them that some server has. */
static void next_group(struct settings_view *self, bool forward)
{
	const struct setting_group *first = setting_groups, *last = first;
	struct rows *rows = NULL;

	while (last[1].name != NULL)
		last++;
	do {
		rows_free(rows);
		if (self->group == NULL)
			self->group = forward ? first : last;
		else if (forward)
			self->group = self->group == last ? NULL : self->group + 1;
		else
			self->group = self->group == first ? NULL : self->group - 1;
		rows = settings_rows(self);
	} while (self->group != NULL && rows->count == 0);
	list_take(&self->list, rows, true);
}

/* The server that keys for what is staged are about: the first one where the row under the cursor waits, else where the last edit was. */
static size_t meant(const struct settings_view *self)
{
	const struct row *row = list_row(&self->list);
	const char *key = NULL;
	const struct setting *setting = row != NULL ? settings_of_row(row, &key) : NULL;

	for (size_t i = 0; setting != NULL && i < self->count; i++) {
		if (settings_staged_find(self, i, setting, key) != NULL)
			return i;
	}
	return settings_staged_last(self);
}

static const char *settings_blocked(const struct list_view *list, const struct action *action)
{
	const struct settings_view *self = (const struct settings_view *)list;
	bool review = move_of(action) == MOVE_APPLY;

	if ((review || strcmp(action->name, "drop-staged") == 0) && self->staged == NULL)
		return "nothing is staged; the editor of a setting can put its new value beside others";
	return review && self->review != NULL ? "the server is being asked" : NULL;
}

static struct change *settings_staged_view(const struct view *view)
{
	return settings_staged_change((const struct settings_view *)view);
}

static bool settings_act(struct list_view *list, const struct action *action)
{
	struct settings_view *self = (struct settings_view *)list;
	const struct row *row = list_row(list);
	const struct setting *setting;
	const char *key;

	if (strcmp(action->name, "open") == 0 && row != NULL) {
		setting = settings_of_row(row, &key);
		if (setting != NULL)
			session_push(list->view.session, setting_page_new(self, setting, key));
	} else if (move_of(action) == MOVE_APPLY) {
		settings_staged_review(self, meant(self));
	} else if (strcmp(action->name, "drop-staged") == 0) {
		settings_staged_drop(self, meant(self));
	} else if (strcmp(action->name, "next-group") == 0 || strcmp(action->name, "previous-group") == 0) {
		next_group(self, strcmp(action->name, "next-group") == 0);
	} else {
		return false;
	}
	return true;
}

static void settings_close(struct list_view *list)
{
	struct settings_view *self = (struct settings_view *)list;

	settings_staged_end(self);
	for (size_t i = 0; i < self->count; i++) {
		if (self->hosts[i].reading != NULL)
			settings_read_cancel(self->hosts[i].reading);
		settings_state_free(self->hosts[i].state);
	}
	free(self->hosts);
}

static bool settings_busy(const struct view *view)
{
	const struct settings_view *self = (const struct settings_view *)view;

	for (size_t i = 0; i < self->count; i++) {
		if (self->hosts[i].reading != NULL)
			return true;
	}
	return self->review != NULL || list_busy(view);
}

static const struct list_feed settings_feed = {
	.load = settings_load,
	.notice = settings_changed,
	.act = settings_act,
	.blocked = settings_blocked,
	.heading = settings_heading,
	.state = settings_state_words,
	.empty = settings_empty,
	.words = settings_cell_words,
	.detail = settings_detail,
	.style = settings_style,
	.columns = settings_columns,
	.width = settings_width,
	.label = settings_label,
	.close = settings_close,
};

static const struct view_class settings_class = {
	.place = "settings",
	LIST_VIEW_PARTS,
	.busy = settings_busy,
	.staged = settings_staged_view,
};

void settings_go_on(struct session *session, const struct change *draft)
{
	const struct edit *edit = NULL;
	struct settings_view *self;
	size_t host = 0, lost = 0;

	for (size_t i = 0; i < draft->edit_count; i++) {
		if (strcmp(draft->edits[i].field->name, "value") == 0)
			edit = &draft->edits[i];
	}
	if (!session_goto(session, section_find("settings")))
		return;
	for (struct view *view = session_top(session); view->below != NULL; view = session_top(session))
		session_pop(session);
	self = (struct settings_view *)session_top(session);
	while (host < self->count && strcmp(settings_server(self, host), draft->name) != 0)
		host++;
	for (size_t i = 0; edit != NULL && i < edit->count; i++) {
		char *words = arena_bytes(draft->arena, edit->values[i].bytes, edit->values[i].length), *equals = strchr(words, '=');
		const struct setting *setting;
		const char *key = NULL;

		if (equals != NULL)
			*equals = '\0';
		setting = setting_find(words, &key);
		if (host < self->count && setting != NULL)
			settings_stage(self, host, setting, key, equals != NULL ? equals + 1 : NULL);
		else
			lost++;
	}
	if (lost > 0)
		session_notice(session, NULL, "%zu of the kept edits name a server or setting that is not there any more", lost);
}

struct view *settings_view_new(struct session *session)
{
	struct settings_view *self = memory_new(sizeof *self);

	list_init(&self->list, &settings_class, session, &kind_settings_list, &settings_feed);
	self->count = hosts_count(settings_hosts(self));
	self->hosts = memory_new((self->count + 1) * sizeof *self->hosts);
	for (size_t i = 0; i < self->count; i++)
		self->hosts[i] = (struct settings_host){ .view = self, .host = i };
	self->list.detailed = true;
	self->list.sort = kind_field(&kind_settings_list, "order");
	rowset_sort(self->list.set, self->list.sort, false);
	list_load(&self->list);
	return &self->list.view;
}
