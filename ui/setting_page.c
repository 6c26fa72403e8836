/*
 * setting_page: one setting with all that is known of it, on every server.
 *
 * The states belong to the list below, so the page is as fresh as it is.  A
 * change begins with the server that the pointer is at.  Nothing fails; loop
 * thread.
 */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "engine_facts.h"
#include "ui/move.h"
#include "ui/scrolled.h"
#include "ui/session.h"
#include "settings/settings.h"
#include "ui/settings_private.h"

enum { INDENT = 16 };

struct setting_page {
	struct scrolled text;
	struct settings_view *list;        /* below */
	const struct setting *setting;
	char *key;                         /* heap; NULL: no family; "": the whole family */
	size_t at;                         /* server that a change is for */
	struct engine_proposal *proposal; /* taking it out is being planned; NULL: not */
	struct setting_others *others;     /* the same is being planned for them; NULL: not */
	struct engine_facts *asking;       /* what it is judged by is being asked; NULL: not */
	struct arena *arena;               /* of the facts; NULL: none yet */
	const struct setting_facts *facts;
};

static struct engine *view_engine(const struct setting_page *self)
{
	return session_engine(self->text.view.session);
}

/* --- what it is judged by ------------------------------------------------------------------------------------ */

static void facts_came(void *context, const struct setting_facts *facts)
{
	struct setting_page *self = context;

	self->asking = NULL;
	arena_free(self->arena);
	self->arena = arena_new();
	self->facts = setting_facts_copy(self->arena, facts);
	session_changed(self->text.view.session);
}

/* The value that counts on the server that the pointer is at; NULL: not known. */
static const char *value_here(const struct setting_page *self, struct arena *arena)
{
	const struct settings_state *state = self->list->hosts[self->at].state;
	struct setting_value value;

	if (state == NULL || self->setting->flags & SETTING_FAMILY)
		return NULL;
	value = settings_value(arena, state, self->setting, NULL);
	return !value.known ? NULL : value.value != NULL ? value.value : value.fallback;
}

/* What was known stays until the answer, but for another server. */
static void ask_facts(struct setting_page *self, bool other)
{
	struct arena *arena;

	if (other) {
		arena_free(self->arena);
		self->arena = NULL;
		self->facts = NULL;
	}
	if (self->setting->facts == 0 || self->at >= self->list->count)
		return;
	engine_facts_cancel(self->asking);
	arena = arena_new();
	self->asking = engine_facts_ask(view_engine(self), self->at, self->setting->facts, value_here(self, arena), facts_came, self);
	arena_free(arena);
}

/* --- what stands there -------------------------------------------------------------------------------------- */

static void add(struct wrapped *page, const char *label, enum style style, const char *words)
{
	if (words != NULL && words[0] != '\0')
		wrapped_add(page, 1, STYLE_LABEL, label, INDENT, style, words);
}

static void add_value(const struct setting_page *self, struct wrapped *page, size_t i)
{
	const struct settings_host *host = &self->list->hosts[i];
	struct arena *arena = page->arena;
	const char *shown = settings_shown(arena, host, self->setting, self->key);
	const struct setting_staged *staged;
	bool here = i == self->at;
	struct setting_value value;
	char digits[16];

	wrapped_add(page, 1, here ? STYLE_KEY : STYLE_LABEL, arena_format(arena, "%s%.12s", here ? "> " : "  ", settings_server(self->list, i)), INDENT,
		here ? STYLE_ROW_HERE : STYLE_VALUE, shown);
	staged = settings_staged_find(self->list, i, self->setting, self->key);
	if (staged != NULL)
		add(page, "", STYLE_NEW, arena_format(arena, "staged: %s", settings_staged_words(arena, self->list, staged)));
	if (host->state == NULL)
		return;
	for (const char *const *gap = settings_state_gaps(host->state); *gap != NULL && settings_has_place(host->state, self->setting); gap++)
		add(page, "", STYLE_BAD, *gap);
	clock_digits(settings_state_time(host->state), 1, digits);
	if (self->key != NULL && self->key[0] == '\0') {
		add(page, "", STYLE_DIM, arena_format(arena, "read %s", digits));
		return;
	}
	value = settings_value(arena, host->state, self->setting, self->key);
	if (!value.known) {
		add(page, "", STYLE_DIM, arena_format(arena, "%s; asked %s", value.why != NULL ? value.why : "not known", digits));
		return;
	}
	add(page, "", STYLE_DIM, arena_format(arena, "from %s; %s%s; read %s", value.from, setting_backend_word(value.backend),
		value.place != NULL ? arena_format(arena, " %s", value.place) : "", digits));
	if (value.set && value.fallback != NULL)
		add(page, "", STYLE_DIM, arena_format(arena, "%s: %s", value.differs ? "not the default" : "the same as the default",
			setting_words(arena, self->setting, value.fallback)));
	add(page, "", STYLE_WARNING, value.hidden);
	if (value.runs != NULL)
		add(page, "", STYLE_WARNING, arena_format(arena, "the service itself has %s", value.runs));
}

static void add_facts(const struct setting_page *self, struct wrapped *page)
{
	const struct settings_state *state = self->at < self->list->count ? self->list->hosts[self->at].state : NULL;
	struct setting_lines lines = settings_lines(page->arena, state, self->setting, NULL, self->facts);

	if (lines.count == 0 && self->asking == NULL)
		return;
	wrapped_heading(page, arena_format(page->arena, "What it means on %s%s", settings_server(self->list, self->at), self->asking != NULL ? " - asking .." : ""));
	for (size_t i = 0; i < lines.count; i++)
		add(page, lines.lines[i].label, lines.lines[i].weight == SETTING_WARNING ? STYLE_WARNING : STYLE_PLAIN, lines.lines[i].text);
}

static void add_follow(const struct setting_page *self, struct wrapped *page)
{
	const struct setting *setting = self->setting;

	wrapped_heading(page, "If it is changed");
	for (const struct setting_follow_row *row = setting_follows; row->bit != 0; row++) {
		if (setting->follow & row->bit)
			add(page, row->ours ? "done then" : "then restart", STYLE_PLAIN, arena_format(page->arena, "%s. %s", row->ours ? row->name : row->command, row->does));
	}
	add(page, "consequence", STYLE_PLAIN, setting->consequence);
	if (setting->flags & SETTING_LOCKOUT)
		add(page, "timer", STYLE_WARNING, "It goes back by itself unless it is confirmed, since a mistake can lock people or mail out.");
	add(page, "not here", STYLE_WARNING, setting->refused);
}

static void lay_out(const struct scrolled *text, struct arena *arena, enum visible_form form, int columns, struct wrapped *page)
{
	const struct setting_page *self = (const struct setting_page *)text;
	const struct setting *setting = self->setting;

	wrapped_start(page, arena, form, columns - 1);
	wrapped_add(page, 1, STYLE_PLAIN, NULL, 1, STYLE_PLAIN, setting->help);
	wrapped_heading(page, settings_differ(self->list, setting, self->key) ? "On the servers: DIFFERENT" : "On the servers");
	for (size_t i = 0; i < self->list->count; i++)
		add_value(self, page, i);
	add_facts(self, page);
	add_follow(self, page);
	wrapped_heading(page, "More");
	add(page, "name", STYLE_PLAIN, settings_name(arena, setting, self->key));
	add(page, "allowed", STYLE_PLAIN, setting_range(arena, setting));
	add(page, "UCR", STYLE_PLAIN, setting->ucr);
	add(page, "Postfix", STYLE_PLAIN, setting->postconf);
	add(page, "Dovecot 2.3", STYLE_PLAIN, setting->dovecot);
	add(page, "Dovecot 2.4", STYLE_PLAIN, setting->dovecot24 != NULL && strcmp(setting->dovecot24, "=") == 0 ? setting->dovecot : setting->dovecot24);
	add(page, "manual", STYLE_PLAIN, setting->manual);
	add(page, "aged", STYLE_WARNING, setting->aged);
}

static const char *page_title(const struct view *view, struct arena *arena)
{
	const struct setting_page *self = (const struct setting_page *)view;
	bool one = self->key != NULL && self->key[0] != '\0';

	return arena_format(arena, "Settings - %s%s%s%s", self->setting->label, one ? ": " : "", one ? self->key : "",
		self->proposal != NULL || self->others != NULL ? " - asking the server .." : "");
}

/* --- what can be done --------------------------------------------------------------------------------------- */

static void proposed(void *context, struct change *takes, const struct error *error)
{
	struct setting_page *self = context;
	struct session *session = self->text.view.session;

	self->proposal = NULL;
	session_changed(session);
	if (takes == NULL && error->kind != ERROR_NONE)
		session_complain(session, error);
	else if (takes == NULL)
		session_notice(session, NULL, "It is so already; nothing is to be changed");
	else if (session_top(session) == &self->text.view)
		session_push(session, review_view_new(session, takes));
	else
		change_free(takes);
}

/* The first service that the row names; NULL: none. */
static const struct setting_follow_row *restarts(const struct setting_page *self)
{
	for (const struct setting_follow_row *row = setting_follows; row->bit != 0; row++) {
		if (self->setting->follow & row->bit && row->service != NULL)
			return row;
	}
	return NULL;
}

/* A review for each of them, the first on top; what one refused is told. */
static void others_came(void *context, struct change *const *takes, size_t count, const struct error *error)
{
	struct setting_page *self = context;
	struct session *session = self->text.view.session;
	bool here = session_top(session) == &self->text.view;

	self->others = NULL;
	for (size_t i = count; i-- > 0;) {
		if (here)
			session_push(session, review_view_new(session, takes[i]));
		else
			change_free(takes[i]);
	}
	if (error->kind != ERROR_NONE)
		session_complain(session, error);
	else if (count == 0)
		session_notice(session, NULL, "No other server that answers has it otherwise");
	session_changed(session);
}

static void same_on_all(struct setting_page *self)
{
	if (self->others == NULL)
		self->others = setting_others_ask(self->list, self->setting, self->key, self->at, others_came, self);
	if (self->others == NULL)
		session_notice(self->text.view.session, NULL, "No other server that answers has it otherwise");
}

static bool page_act(struct view *view, const struct action *action)
{
	struct setting_page *self = (struct setting_page *)view;
	enum move move = move_of(action);

	if (strcmp(action->name, "edit") == 0)
		session_push(view->session, setting_edit_new(self->list, self->setting, self->key, self->at));
	else if (move == MOVE_APPLY)
		settings_staged_review(self->list, self->at);
	else if (strcmp(action->name, "drop-staged") == 0)
		settings_staged_drop(self->list, self->at);
	else if (strcmp(action->name, "unset") == 0 && settings_staged_count(self->list, self->at) > 0)
		settings_stage(self->list, self->at, self->setting, self->key, NULL);
	else if (strcmp(action->name, "unset") == 0 && self->proposal == NULL)
		self->proposal = engine_propose(view_engine(self), self->at, self->setting, self->key, NULL, proposed, self);
	else if (strcmp(action->name, "same-on-all") == 0)
		same_on_all(self);
	else if (strcmp(action->name, "restart-service") == 0)
		session_push(view->session, review_view_new(view->session, settings_restart(settings_server(self->list, self->at), restarts(self))));
	else if (strcmp(action->name, "test-log") == 0)
		session_push(view->session, review_view_new(view->session, settings_log_test(settings_server(self->list, self->at))));
	else if (strcmp(action->name, "other-server") == 0) {
		self->at = self->at + 1 < self->list->count ? self->at + 1 : 0;
		ask_facts(self, true);
	} else if (move == MOVE_REFRESH) {
		settings_ask(self->list, self->at);
		ask_facts(self, false);
	} else
		return move != MOVE_ACCEPT && scrolled_act(view, action);
	session_changed(view->session);
	return true;
}

/* A change of the directory or of a server may be one of what was found out. */
static void page_notice(struct view *view, const struct event *event)
{
	struct setting_page *self = (struct setting_page *)view;

	if (event->kind == EVENT_RECORD_CHANGED)
		ask_facts(self, false);
}

static const char *page_blocked(const struct view *view, const struct action *action)
{
	const struct setting_page *self = (const struct setting_page *)view;
	bool same = strcmp(action->name, "same-on-all") == 0, restart = strcmp(action->name, "restart-service") == 0;
	bool staged = move_of(action) == MOVE_APPLY || strcmp(action->name, "drop-staged") == 0;
	bool change = same || strcmp(action->name, "edit") == 0 || strcmp(action->name, "unset") == 0;

	if (change && settings_locked(view->session, self->setting) != NULL)
		return settings_locked(view->session, self->setting);
	if (staged && settings_staged_count(self->list, self->at) == 0)
		return "nothing is staged on this server; the editor of a setting can put its new value beside others";
	if (strcmp(action->name, "unset") == 0 && self->key != NULL && self->key[0] == '\0')
		return "this is a whole family; open the one that is to go";
	if (restart)
		return settings_locked(view->session, NULL) != NULL ? settings_locked(view->session, NULL) :
			restarts(self) == NULL ? "nothing has to be restarted for it" : NULL;
	if (strcmp(action->name, "test-log") == 0)
		return !(self->setting->facts & FACT(FACT_LOG)) ? "this setting is not about Dovecot's logs" : settings_locked(view->session, NULL);
	if ((same || strcmp(action->name, "other-server") == 0) && self->list->count < 2)
		return "there is one server only";
	if (same && self->key != NULL && self->key[0] == '\0')
		return "this is a whole family; open one of it";
	if (same && self->setting->flags & SETTING_SECRET)
		return "a password goes to no other server by itself";
	return NULL;
}

static bool page_busy(const struct view *view)
{
	const struct setting_page *self = (const struct setting_page *)view;

	return self->proposal != NULL || self->others != NULL || self->asking != NULL || self->list->list.view.class->busy(&self->list->list.view);
}

static void page_close(struct view *view)
{
	struct setting_page *self = (struct setting_page *)view;

	engine_propose_cancel(self->proposal);
	setting_others_cancel(self->others);
	engine_facts_cancel(self->asking);
	arena_free(self->arena);
	free(self->key);
	free(self);
}

static const struct view_class page_class = {
	.place = "setting", .close = page_close, .draw = scrolled_draw, .act = page_act, .notice = page_notice, .title = page_title, .blocked = page_blocked,
	.busy = page_busy,
};

struct view *setting_page_new(struct settings_view *list, const struct setting *setting, const char *key)
{
	struct setting_page *self = memory_new(sizeof *self);

	self->text.view.class = &page_class;
	self->text.view.session = list->list.view.session;
	self->text.lay_out = lay_out;
	self->list = list;
	self->setting = setting;
	self->key = key != NULL ? memory_text(key) : NULL;
	ask_facts(self, true);
	return &self->text.view;
}
