/*
 * live_list: rows of a live table in a list view.
 *
 * Rows are made anew when a newer snapshot of one of their sources is there,
 * not on a clock, so an idle screen sends nothing.  How old they are is said
 * only where they are old.  Nothing fails; loop thread.
 */
#include "ui/live_list.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "model/live_kinds.h"
#include "model/traffic.h"
#include "ui/message_list.h"
#include "ui/session.h"

static void open_messages(struct list_view *list, const struct row *row);
static void open_server(struct list_view *list, const struct row *row);
static void open_service(struct list_view *list, const struct row *row);
static void open_words(struct list_view *list, const struct row *row);

#define SERVICE_COLUMNS "service server used percent free full_in turned_away last_drop unit note"

const struct live_place live_places[] = {
	{ "connections-by-user", "connections", "by-user", "connections", true, "connections", "user", NULL, NULL },
	{ "connections-by-address", "connections", "by-address", "logged_in", true, "connections", "address", NULL, NULL },
	{ "connections-by-network", "connections", "by-network", "logged_in", true, "connections-by-address", "network", NULL, NULL },
	{ "connections-by-server", "connections", "by-server", "logged_in", true, NULL, NULL, NULL, open_server },
	{ "services", "connections", "by-service", "percent", true, "connections", "service", SERVICE_COLUMNS, open_service },
	{ "connections", "connections", NULL, "user", false, NULL, NULL, NULL, NULL },
	{ "queue-by-domain", "queue", "by-domain", "recipients", true, NULL, "domain", NULL, open_messages },
	{ "queue-by-reason", "queue", "by-reason", "recipients", true, NULL, "reason", NULL, open_messages },
	{ "queue-by-sender", "queue", "by-sender", "recipients", true, NULL, "sender", NULL, open_messages },
	{ "queue", "queue", "by-queue", "mails", true, NULL, "queue", NULL, open_messages },
	/* What alarms lead to; they have no section. */
	{ "processes", "server", NULL, "service", false, NULL, NULL, NULL, NULL },
	{ "sources", "server", NULL, "state", false, NULL, NULL, NULL, open_words },
	{ "ports", "server", NULL, "port", false, NULL, NULL, NULL, open_words },
	{ "disks", "server", NULL, "percent", true, NULL, NULL, NULL, NULL },
	{ "machines", "server", NULL, "server", false, NULL, NULL, NULL, NULL },
	{ "inner", "server", NULL, "ok", false, NULL, NULL, NULL, open_words },
	{ "testmail", "server", NULL, "server", false, NULL, NULL, NULL, open_words },
	{ "directory-servers", "server", NULL, "state", false, NULL, NULL, NULL, open_words },
	{ NULL, NULL, NULL, NULL, false, NULL, NULL, NULL, NULL }
};

static struct live *live_of(const struct list_view *list)
{
	return session_engine(list->view.session)->live;
}

static const struct live_place *place_find(const char *table)
{
	for (const struct live_place *place = live_places; place->table != NULL; place++) {
		if (strcmp(place->table, table) == 0)
			return place;
	}
	return NULL;
}

/* --- how fresh it is ------------------------------------------------------------------------------ */

/* Sources and servers of a table, one after the other. */
struct looking { const struct live_list *self; size_t host; unsigned source; };

static const struct live_state *next_state(struct looking *at)
{
	const struct live_list *self = at->self;
	struct live *live = live_of(&self->list);
	unsigned wanted = live_table_find(self->place->table)->sources;

	for (; at->host < hosts_count(live_hosts(live)); at->host++, at->source = 0) {
		if (self->question.host != LIVE_ALL && self->question.host != at->host)
			continue;
		while (at->source < LIVE_SOURCES) {
			unsigned source = at->source++;

			if (wanted & (1u << source))
				return live_state(live, at->host, (enum live_source)source);
		}
	}
	return NULL;
}

/* Different as soon as any snapshot is another one; 0: there is none. */
static int64_t age_of_all(const struct live_list *self)
{
	struct looking at = { .self = self };
	const struct live_state *state;
	int64_t sum = 0;

	while ((state = next_state(&at)) != NULL)
		sum += state->taken_at;
	return sum;
}

/* The first server whose figures are not of now, or that gives none. */
static const char *trouble(const struct live_list *self, struct arena *arena)
{
	struct looking at = { .self = self };
	const struct live_state *state;

	while ((state = next_state(&at)) != NULL) {
		const char *name = host_at(live_hosts(live_of(&self->list)), at.host)->name;
		char digits[16];

		if (!state->applies)
			continue;
		if (!state->known && state->error.kind != ERROR_NONE)
			return live_state(live_of(&self->list), at.host, LIVE_WHO)->known ?
				arena_format(arena, "%s: no answer for %s", name, live_source_name((enum live_source)(at.source - 1))) :
				arena_format(arena, "%s gives no answer", name);
		if (!state->old)
			continue;
		clock_digits(state->taken_at / 1000, 0, digits);
		return arena_format(arena, "OLD: %s is as of %s", name, digits);
	}
	return NULL;
}

static const char *live_list_state(const struct list_view *list, struct arena *arena)
{
	const struct live_list *self = (const struct live_list *)list;
	const char *server = message_list_waits(&list->view), *words = trouble(self, arena);

	if (server != NULL)
		return arena_format(arena, "reading the queue of %s ..", server);
	if (words != NULL)
		return words;
	return age_of_all(self) == 0 ? "asking .." : "live";
}

static bool has_ages(const struct live_list *self)
{
	return kind_field(self->list.kind, "age_5") != NULL;
}

/* A mail to two domains stands in two rows, so the sums are those of the queues. What is held goes nowhere, whatever its age: it is told. */
static const char *queue_totals(const struct live_list *self, struct arena *arena)
{
	const struct live_question question = { .table = "queue", .host = self->question.host };
	int64_t mails = 0, recipients = 0, held = 0;
	struct rows *rows;

	if (!has_ages(self) || self->seen == 0)
		return "";
	rows = live_rows(live_of(&self->list), &question);
	for (size_t i = 0; i < rows->count; i++) {
		int64_t count = strtoll(rows->rows[i].values[LQ_MAILS].bytes, NULL, 10);

		mails += count;
		held += strcmp(rows->rows[i].values[LQ_QUEUE].bytes, "hold") == 0 ? count : 0;
		recipients += strtoll(rows->rows[i].values[LQ_RECIPIENTS].bytes, NULL, 10);
	}
	rows_free(rows);
	if (held > 0)
		return arena_format(arena, " - %s rcpts, %s mails, %s held", text_from_count(arena, recipients), text_from_count(arena, mails),
			text_from_count(arena, held));
	return arena_format(arena, " and minutes - %s rcpts, %s mails", text_from_count(arena, recipients), text_from_count(arena, mails));
}

static const char *live_list_heading(const struct list_view *list, struct arena *arena)
{
	const struct live_list *self = (const struct live_list *)list;
	const struct live_table *table = live_table_find(self->place->table);
	size_t host = self->question.host;
	const char *server = host == LIVE_ALL ? NULL : host_at(live_hosts(live_of(list)), host)->name;

	return arena_format(arena, "%s%s%s%s%s%s", table->title, self->words != NULL ? " of " : "", self->words != NULL ? self->words : "",
		server != NULL ? " on " : "", server != NULL ? server : "", self->words == NULL ? queue_totals(self, arena) : "");
}

/* No row: because there is none, or because nobody has answered yet, or cannot. */
static const char *live_list_empty(const struct list_view *list, struct arena *arena)
{
	const struct live_list *self = (const struct live_list *)list;
	struct looking at = { .self = self };
	const struct live_state *state;
	const char *reason = NULL;
	bool known = false, asked = false;

	while ((state = next_state(&at)) != NULL) {
		if (state->applies && !state->known && state->error.kind != ERROR_NONE)
			return arena_text(arena, state->error.text);
		known = known || state->known;
		asked = asked || state->applies;
		if (!state->applies && state->reason != NULL)
			reason = state->reason;
	}
	if (known)
		return arena_format(arena, "There is no %s now.", list->kind->noun);
	if (asked)
		return "asking ..";
	return reason != NULL ? reason : "No configured server has this; see postroom.conf(5), section server.";
}

/* --- rows ---------------------------------------------------------------------------------------------- */

static uint64_t hottest_of(const struct rows *rows)
{
	uint64_t most = 0;

	for (size_t i = 0; i < rows->count; i++) {
		for (size_t column = 0; column < rows->column_count; column++) {
			uint64_t count = live_list_is_age(rows->columns[column]) ? strtoull(rows->rows[i].values[column].bytes, NULL, 10) : 0;

			most = count > most ? count : most;
		}
	}
	return most;
}

static void live_list_load(struct list_view *list)
{
	struct live_list *self = (struct live_list *)list;

	struct rows *rows;

	self->seen = age_of_all(self);
	/* One row a domain over all servers; where Enter has led to one name, a row a server. */
	self->question.merged = self->of == NULL && strcmp(self->place->family, "queue") == 0;
	rows = live_rows(live_of(list), &self->question);
	self->hottest = has_ages(self) ? hottest_of(rows) : 0;
	if (live_list_has_pane(self))
		live_pane_read(&self->pane, live_of(list), rows);
	list_take(list, rows, true);
}

/* What the overview does without, as who only tries to log in, is asked while somebody looks at it. */
static void want_more(const struct live_list *self)
{
	live_want(live_of(&self->list), live_overview_sources() | live_table_find(self->place->table)->sources);
}

static void live_list_notice(struct list_view *list, const struct event *event)
{
	struct live_list *self = (struct live_list *)list;

	if (event->kind == EVENT_SHOWN)
		want_more(self);
	/* Rows are made only for eyes: 50,000 of them for a list below another section would make the keyboard wait. */
	if ((event->kind == EVENT_SHOWN || (event->kind == EVENT_LIVE && session_top(list->view.session) == &list->view))
			&& age_of_all(self) != self->seen)
		live_list_load(list);
}

/* --- the queue: what a row stands for ------------------------------------------------------------------- */

/* The messages behind a row: of its server, and with its domain, reason, sender or queue. */
static bool pick_of(const struct list_view *list, const struct row *row, struct live_pick *pick, size_t *host)
{
	const struct live_list *self = (const struct live_list *)list;
	const char *server = live_list_text(list, row, "server"), *of = live_list_text(list, row, self->place->of);

	memset(pick, 0, sizeof *pick);
	if (strcmp(self->place->of, "domain") == 0)
		pick->domain = of;
	else if (strcmp(self->place->of, "reason") == 0)
		pick->reason = of;
	else if (strcmp(self->place->of, "sender") == 0)
		pick->sender = of;
	else
		pick->queue = of;
	return server != NULL && of != NULL && host_named(live_hosts(live_of(list)), server, host);
}

/* Why there are no messages of one queue behind the row; NULL: there are. */
static const char *no_messages(const struct list_view *list, const struct row *row)
{
	const char *server = live_list_text(list, row, "server");

	if (strcmp(row->name, "(others)") == 0)
		return "this row is the sum of the small ones";
	return server != NULL && strchr(server, ',') != NULL ? "this row is of several servers; Enter shows them one by one" : NULL;
}

static void open_messages(struct list_view *list, const struct row *row)
{
	const struct live_list *self = (const struct live_list *)list;
	struct session *session = list->view.session;
	struct arena *arena = arena_new();
	struct live_pick pick;
	size_t host;

	if (pick_of(list, row, &pick, &host) && no_messages(list, row) == NULL)
		session_push(session, message_list_new(session, host, &pick, arena_format(arena, "%s %s",
			strcmp(self->place->of, "domain") == 0 ? "to" : strcmp(self->place->of, "sender") == 0 ? "from" :
			strcmp(self->place->of, "queue") == 0 ? "in" : "that wait because of", row->values[0].bytes)));
	else if (strcmp(row->name, "(others)") != 0)
		session_push(session, live_list_new(session, self->place->table, LIVE_ALL, row->values[0].bytes, row->values[0].bytes));
	arena_free(arena);
}

static void act_on_messages(struct list_view *list, const struct row *row, const char *action)
{
	struct live_pick pick;
	size_t host;

	if (row != NULL && pick_of(list, row, &pick, &host))
		message_list_act_on_all(&list->view, host, &pick, action);
}

/* --- connections: ending them ----------------------------------------------------------------------------- */

/* Of the row under the cursor, as the last snapshot has them, one by one. */
static void end_connections(struct live_list *self, const struct row *row)
{
	struct session *session = self->list.view.session;
	const char *table = self->place->table;
	bool one = strcmp(table, "connections") == 0, from_address = one || strcmp(table, "connections-by-address") == 0;
	struct arena *arena = arena_new();
	/* Said of what it is: somebody may be called "imap", as a service is. */
	struct live_question question = { .table = "connections", .host = self->question.host,
		.of = one ? arena_format(arena, "user:%s", live_list_text(&self->list, row, "user")) :
			arena_format(arena, "%s:%s", self->place->of, live_list_text(&self->list, row, self->place->of)) };
	struct rows *rows = live_rows(live_of(&self->list), &question);
	const struct row **list = memory_new(sizeof *list * (rows->count + 1));
	const char *address = one ? live_list_text(&self->list, row, "address") : NULL;
	size_t count = 0;
	struct change *change;

	for (size_t i = 0; i < rows->count; i++) {
		if (address == NULL || strcmp(rows->rows[i].values[CONNECTION_ADDRESS].bytes, address) == 0)
			list[count++] = &rows->rows[i];
	}
	change = traffic_of_sessions(list, count, from_address);
	free(list);
	rows_free(rows);
	arena_free(arena);
	if (change != NULL)
		session_push(session, review_view_new(session, change));
	else
		session_notice(session, NULL, "There is no such connection any more");
}

static const char *kick_blocked(const struct live_list *self)
{
	static const char *const tables[] = { "connections", "connections-by-user", "connections-by-address" };

	for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
		if (strcmp(tables[i], self->place->table) == 0)
			return role_may(session_role(self->list.view.session), &kind_sessions, NULL, VERB_EDIT) ? NULL :
				"your role may not do that; admin may";
	}
	return "connections are ended by person or by address";
}

/* --- what can be done ------------------------------------------------------------------------------------ */

static void show_table(struct live_list *self, const struct live_place *place)
{
	const struct live_table *table = live_table_find(place->table);

	if (table == NULL)
		return;
	self->place = place;
	want_more(self);
	self->question.table = place->table;
	self->list.sort = NULL;
	list_show_kind(&self->list, table->kind);
	self->list.reverse = place->reverse;
	self->list.detailed = has_ages(self);
	self->list.sort = kind_field(table->kind, place->sort);
	rowset_sort(self->list.set, self->list.sort, place->reverse);
	list_work_more(&self->list);
}

/* The server of a row, for what lies behind it. */
static size_t host_of(const struct list_view *list, const struct row *row)
{
	const char *server = live_list_text(list, row, "server");
	size_t host;

	return server != NULL && host_named(live_hosts(live_of(list)), server, &host) ? host : ((const struct live_list *)list)->question.host;
}

static void open_server(struct list_view *list, const struct row *row)
{
	session_push(list->view.session, live_list_new(list->view.session, "services", host_of(list, row), NULL, NULL));
}

static void sort_by(struct live_list *self, const char *field)
{
	self->list.sort = kind_field(self->list.kind, field);
	self->list.reverse = true;
	rowset_sort(self->list.set, self->list.sort, true);
	list_work_more(&self->list);
}

/*
 * Who takes the slots of a login service are addresses, since who only tries has no name yet; what runs inside has
 * processes only.
 */
static void open_service(struct list_view *list, const struct row *row)
{
	struct session *session = list->view.session;
	const char *service = live_list_text(list, row, "service"), *unit = live_list_text(list, row, "unit");
	size_t host = host_of(list, row);
	struct arena *arena = arena_new();

	if (unit != NULL && strcmp(unit, "logins") == 0) {
		struct view *view = live_list_new(session, "connections-by-address", host, NULL, NULL);

		/* Who fills them before anybody is logged in has no connection in the first column. */
		if (host != LIVE_ALL && host_way(live_hosts(live_of(list)), host, "sockets", NULL) != WAY_NONE)
			sort_by((struct live_list *)view, "trying");
		session_push(session, view);
	} else if (unit != NULL && strcmp(unit, "sessions") == 0)
		session_push(session, live_list_new(session, "connections", host, arena_format(arena, "service:%s", service), service));
	else
		session_push(session, live_list_new(session, "processes", host, service, service));
	arena_free(arena);
}

/* What is wrong and what to do is longer than any column. */
static void open_words(struct list_view *list, const struct row *row)
{
	struct session *session = list->view.session;
	const char *words = live_list_text(list, row, "trouble"), *server = live_list_text(list, row, "server"), *name = row->values[0].bytes;
	struct arena *arena;

	if (words == NULL)
		words = live_list_text(list, row, "words");
	if (words == NULL || words[0] == '\0') {
		session_notice(session, NULL, "There is nothing to say of it beyond this row");
		return;
	}
	arena = arena_new();
	session_push(session, text_view_new(session, server == NULL || strcmp(server, name) == 0 ? name : arena_format(arena, "%s of %s", name, server),
		words, strlen(words)));
	arena_free(arena);
}

static void open_row(struct live_list *self, const struct row *row)
{
	struct session *session = self->list.view.session;
	const struct live_place *place = self->place;
	const struct field *field = place->of == NULL ? NULL : kind_field(self->list.kind, place->of);
	struct arena *arena;
	size_t column;

	if (place->open != NULL) {
		place->open(&self->list, row);
		return;
	}
	if (place->leads_to == NULL || field == NULL || !rowset_column(self->list.set, field, &column))
		return;
	arena = arena_new();
	/* With what it is, since somebody may be called like a service. */
	session_push(session, live_list_new(session, place->leads_to, self->question.host,
		strncmp(place->leads_to, "connections", 11) == 0 ? arena_format(arena, "%s:%s", place->of, row->values[column].bytes) :
		row->values[column].bytes, row->values[column].bytes));
	arena_free(arena);
}

/* All servers, then each of them. */
static void next_host(struct live_list *self)
{
	size_t count = hosts_count(live_hosts(live_of(&self->list)));

	if (self->question.host == LIVE_ALL)
		self->question.host = count > 0 ? 0 : LIVE_ALL;
	else
		self->question.host = self->question.host + 1 < count ? self->question.host + 1 : LIVE_ALL;
	live_list_load(&self->list);
}

static const struct live_place *sibling(const struct live_list *self, const char *action)
{
	for (const struct live_place *place = live_places; place->table != NULL; place++) {
		if (place->action != NULL && strcmp(place->family, self->place->family) == 0 && strcmp(place->action, action) == 0)
			return place;
	}
	return NULL;
}

static bool live_list_act(struct list_view *list, const struct action *action)
{
	struct live_list *self = (struct live_list *)list;
	const struct live_place *place = sibling(self, action->name);
	const struct row *row = list_row(list);

	if (strcmp(action->name, "open") == 0 && row != NULL)
		open_row(self, row);
	else if (strcmp(action->name, "other-server") == 0)
		next_host(self);
	else if (place != NULL)
		show_table(self, place);
	else if (strcmp(action->name, "kick") == 0 && row != NULL)
		end_connections(self, row);
	else if (message_action_field(action->name) != NULL)
		act_on_messages(list, row, action->name);
	else
		return false;
	return true;
}

static const char *live_list_blocked(const struct list_view *list, const struct action *action)
{
	const struct live_list *self = (const struct live_list *)list;

	if (strcmp(action->name, "open") == 0 && list_row(list) != NULL && strcmp(list_row(list)->name, "(others)") == 0)
		return "this row is the sum of the small ones";
	if (strcmp(action->name, "open") == 0 && self->place->leads_to == NULL && self->place->open == NULL)
		return "there is nothing behind this row";
	if (strncmp(action->name, "by-", 3) == 0 && self->of != NULL)
		return "this is a part of a table already; Esc goes back to the whole";
	if (strncmp(action->name, "by-", 3) == 0 && sibling(self, action->name) == NULL)
		return "this section has no such order";
	if (strcmp(action->name, "kick") == 0)
		return kick_blocked(self);
	if (message_action_field(action->name) != NULL && strcmp(self->place->family, "queue") != 0)
		return "there are no messages here";
	if (message_action_field(action->name) != NULL && list_row(list) != NULL && no_messages(list, list_row(list)) != NULL)
		return no_messages(list, list_row(list));
	if (message_action_field(action->name) != NULL && !role_may(session_role(list->view.session), &kind_queue, NULL, VERB_EDIT))
		return "your role may not do that; admin may";
	if (strcmp(action->name, "other-server") == 0 && hosts_count(live_hosts(live_of(list))) < 2)
		return "there is one server only";
	return NULL;
}

static void live_list_close(struct list_view *list)
{
	struct live_list *self = (struct live_list *)list;

	message_list_forget(&list->view);
	live_pane_free(&self->pane);
	free(self->of);
	free(self->words);
}

/* Before the first figures are there; for replayed keys and tests. */
static bool live_list_busy(const struct view *view)
{
	return !live_settled(session_engine(view->session)->live) || message_list_waits(view) != NULL || list_busy(view);
}

static const struct list_feed live_feed = {
	.load = live_list_load,
	.notice = live_list_notice,
	.act = live_list_act,
	.blocked = live_list_blocked,
	.heading = live_list_heading,
	.state = live_list_state,
	.empty = live_list_empty,
	LIVE_LIST_LOOKS,
	.close = live_list_close,
};

static const struct view_class live_list_class = {
	.place = "live",
	LIST_VIEW_PARTS,
	.busy = live_list_busy,
};

struct view *live_list_new(struct session *session, const char *table, size_t host, const char *of, const char *words)
{
	struct live_list *self = memory_new(sizeof *self);

	self->place = place_find(table);
	self->of = of == NULL ? NULL : memory_text(of);
	self->words = words == NULL ? NULL : memory_text(words);
	self->question = (struct live_question){ .table = self->place->table, .host = host, .of = self->of };
	list_init(&self->list, &live_list_class, session, live_table_find(table)->kind, &live_feed);
	show_table(self, self->place);
	return &self->list.view;
}

/* A part of an alarm is the name of a row or a value of it: a service, a path, a port. */
static bool is_named(const struct row *row, size_t columns, const char *name)
{
	if (row->name != NULL && strcmp(row->name, name) == 0)
		return true;
	for (size_t i = 0; i < columns; i++) {
		if (strcmp(row->values[i].bytes, name) == 0)
			return true;
	}
	return false;
}

void live_list_point(struct view *view, const char *name)
{
	struct list_view *list = &((struct live_list *)view)->list;
	/* As they came: they are not in order yet. */
	const struct rows *rows = rowset_columns(list->incoming != NULL ? list->incoming : list->set);

	for (size_t i = 0; name != NULL && rows != NULL && i < rows->count; i++) {
		if (!is_named(&rows->rows[i], rows->column_count, name))
			continue;
		free(list->chosen);
		list->chosen = memory_text(row_identity(&rows->rows[i]));
		list_settle(list);
		return;
	}
}
