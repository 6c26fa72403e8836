/*
 * message_list: the list of messages, one message in full, and the six things
 * that are done to messages.
 *
 * What is done is done to the row under the cursor, or to all marked ones; the
 * review names how many and five of them, and each is read again right before.
 * Nothing here fails; what the server does not answer is told.  Loop thread.
 */
#include "ui/message_list.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "model/live_kinds.h"
#include "model/traffic.h"
#include "ui/list_private.h"
#include "ui/live_words.h"
#include "ui/session.h"

enum { SHOWN_MOST = 1000, ACT_MOST = 10000 };

struct message_list {
	struct list_view list;
	size_t host;
	struct live_pick pick;
	char *texts[6];                    /* heap: what pick points at */
	char *words;                       /* heap */
	struct live_job *job;              /* the list on its way; NULL */
	struct live_job *reading;          /* one message on its way; NULL */
	char *reading_id;                  /* heap */
	uint64_t matching;
	struct error error;
};

static struct live *live_of(const struct list_view *list)
{
	return session_engine(list->view.session)->live;
}

static const char *server_of(const struct message_list *self)
{
	return host_at(live_hosts(live_of(&self->list)), self->host)->name;
}

/* --- the list ----------------------------------------------------------------------------------------- */

static void messages_came(void *context, struct rows *takes, uint64_t matching, const struct error *error)
{
	struct message_list *self = context;

	self->job = NULL;
	if (takes != NULL) {
		error_clear(&self->error);
		self->matching = matching;
		list_take(&self->list, takes, matching <= takes->count);
	} else {
		self->error = *error;
		if (self->list.loaded)
			session_complain(self->list.view.session, error);
	}
	session_changed(self->list.view.session);
}

static void message_list_load(struct list_view *list)
{
	struct message_list *self = (struct message_list *)list;

	if (self->job == NULL)
		self->job = live_messages(live_of(list), self->host, &self->pick, SHOWN_MOST, messages_came, self);
}

/* What was done to messages changes which there are. */
static void message_list_notice(struct list_view *list, const struct event *event)
{
	if (event->kind == EVENT_RECORD_CHANGED && event->noun == &kind_queue)
		message_list_load(list);
}

static const char *message_list_heading(const struct list_view *list, struct arena *arena)
{
	const struct message_list *self = (const struct message_list *)list;

	return arena_format(arena, "Messages %s on %s", self->words, server_of(self));
}

static const char *message_list_state(const struct list_view *list, struct arena *arena)
{
	const struct message_list *self = (const struct message_list *)list;
	char digits[16];

	if (self->reading != NULL)
		return arena_format(arena, "reading message %s ..", self->reading_id);
	if (self->job != NULL)
		return list->loaded ? "reading again" : "reading the queue ..";
	if (!list->loaded)
		return self->error.kind != ERROR_NONE ? "not read" : "";
	clock_digits(list->loaded_at, 0, digits);
	if (!list->complete)
		return arena_format(arena, "the oldest of %s that match, read %s", text_from_count(arena, (int64_t)self->matching), digits);
	return arena_format(arena, "all that match, read %s", digits);
}

static const char *message_list_words(const struct list_view *list, struct arena *arena, enum visible_form form, const struct field *field,
		const struct row *row, const struct value *value)
{
	(void)form;
	(void)row;
	return live_words(arena, field, value, session_now(list->view.session));
}

/* Of a row that is cut everywhere. */
static const char *message_list_detail(const struct list_view *list, const struct row *row, struct arena *arena)
{
	const char *sender = row->values[LM_SENDER].bytes, *reason = row->values[LM_REASON].bytes;

	(void)list;
	return arena_format(arena, "%s from %s%s\nto %s%s%s", row->name, strcmp(sender, "MAILER-DAEMON") == 0 ? "the null sender (a bounce)" : sender,
		strcmp(row->values[LM_EXPIRED].bytes, "yes") == 0 ? ", goes back at the next try" : "",
		row->values[LM_RECIPIENTS].bytes, reason[0] != '\0' ? "\n" : "", reason);
}

static const char *message_list_empty(const struct list_view *list, struct arena *arena)
{
	const struct message_list *self = (const struct message_list *)list;

	if (self->error.kind != ERROR_NONE)
		return arena_text(arena, self->error.text);
	return list->loaded ? "No message matches any more." : "reading the queue ..";
}

/* --- one message ---------------------------------------------------------------------------------------- */

static void message_came(void *context, const char *bytes, size_t length, const struct error *error)
{
	struct message_list *self = context;
	struct session *session = self->list.view.session;
	struct arena *arena;
	char *words;

	self->reading = NULL;
	session_changed(session);
	if (bytes == NULL) {
		session_complain(session, error);
		return;
	}
	if (session_top(session) != &self->list.view)
		return;
	arena = arena_new();
	words = arena_bytes(arena, bytes, length);
	/* A header that goes on begins with a tab; an escape in its place reads as if it were in the message. */
	for (size_t i = 0; i < length; i++)
		words[i] = words[i] == '\t' ? ' ' : words[i];
	session_push(session, text_view_new(session, arena_format(arena, "Message %s on %s", self->reading_id, server_of(self)), words, length));
	arena_free(arena);
}

static void read_message(struct message_list *self, const struct row *row, bool body)
{
	live_job_cancel(self->reading);
	free(self->reading_id);
	self->reading_id = memory_text(row->name);
	self->reading = live_message(live_of(&self->list), self->host, row->name, body, message_came, self);
	session_changed(self->list.view.session);
}

/* --- what is done to them -------------------------------------------------------------------------------- */

const char *message_action_field(const char *action)
{
	static const char *const fields[] = { "hold", "release", "requeue", "retry", "expire", "delete" };

	for (size_t i = 0; strncmp(action, "queue-", 6) == 0 && i < sizeof fields / sizeof *fields; i++) {
		if (strcmp(action + 6, fields[i]) == 0)
			return fields[i];
	}
	return NULL;
}

/* The marked rows, else the one under the cursor. Heap, free(). */
static const struct row **chosen_rows(const struct list_view *list, size_t *count)
{
	size_t total = rowset_total(list->set);
	const struct row **rows = memory_new(sizeof *rows * (total + 1));

	*count = 0;
	for (size_t i = 0; rowset_marks(list->set) > 0 && i < total; i++) {
		const struct row *row = rowset_any(list->set, i);

		if (rowset_marked(list->set, row))
			rows[(*count)++] = row;
	}
	if (*count == 0 && list_row(list) != NULL)
		rows[(*count)++] = list_row(list);
	return rows;
}

static void act_on_chosen(struct message_list *self, const char *field)
{
	struct session *session = self->list.view.session;
	size_t count;
	const struct row **rows = chosen_rows(&self->list, &count);
	struct change *change = traffic_of_messages(server_of(self), field, rows, count);

	free(rows);
	if (change != NULL)
		session_push(session, review_view_new(session, change));
}

static bool message_list_act(struct list_view *list, const struct action *action)
{
	struct message_list *self = (struct message_list *)list;
	const char *field = message_action_field(action->name);
	const struct row *row = list_row(list);

	if (field != NULL)
		act_on_chosen(self, field);
	else if ((strcmp(action->name, "open") == 0 || strcmp(action->name, "body") == 0) && row != NULL)
		read_message(self, row, strcmp(action->name, "body") == 0);
	else
		return false;
	return true;
}

static const char *message_list_blocked(const struct list_view *list, const struct action *action)
{
	const char *field = message_action_field(action->name);
	enum role role = session_role(list->view.session);

	if (strcmp(action->name, "body") == 0 && role != ROLE_ADMIN)
		return "what people write to each other is shown to admin only";
	if (field != NULL && !role_may(role, &kind_queue, kind_field(&kind_queue, field), VERB_EDIT))
		return "your role may not do that; admin may";
	return NULL;
}

/* --- all that match ----------------------------------------------------------------------------------------- */

/* One at a time: whoever asks again has changed their mind. */
static struct {
	struct view *over;
	struct live_job *job;
	char *field, *server;
} all;

void message_list_forget(const struct view *over)
{
	if (all.over != over || over == NULL)
		return;
	live_job_cancel(all.job);
	all.job = NULL;
	all.over = NULL;
}

const char *message_list_waits(const struct view *over)
{
	return all.over == over && all.job != NULL ? all.server : NULL;
}

static void all_came(void *context, struct rows *takes, uint64_t matching, const struct error *error)
{
	struct session *session = context;
	struct view *over = all.over;
	const struct row **rows;
	struct change *change;

	all.job = NULL;
	all.over = NULL;
	session_changed(session);
	if (takes == NULL) {
		session_complain(session, error);
		return;
	}
	rows = memory_new(sizeof *rows * (takes->count + 1));
	for (size_t i = 0; i < takes->count; i++)
		rows[i] = &takes->rows[i];
	change = session_top(session) == over ? traffic_of_messages(all.server, all.field, rows, takes->count) : NULL;
	if (change != NULL) {
		if (matching == takes->count)
			session_notice(session, NULL, "%s of %s match%s", text_from_count(change->arena, (int64_t)matching), all.server, matching == 1 ? "es" : "");
		else
			session_notice(session, NULL, "The oldest %zu of %llu that match; do it again for the rest", takes->count, (unsigned long long)matching);
		session_push(session, review_view_new(session, change));
	} else if (takes->count == 0) {
		session_notice(session, NULL, "No message matches any more");
	}
	free(rows);
	rows_free(takes);
}

void message_list_act_on_all(struct view *over, size_t host, const struct live_pick *pick, const char *action)
{
	struct session *session = over->session;
	struct live *live = session_engine(session)->live;

	message_list_forget(all.over);
	free(all.field);
	free(all.server);
	all.over = over;
	all.field = memory_text(message_action_field(action));
	all.server = memory_text(host_at(live_hosts(live), host)->name);
	session_changed(session);
	all.job = live_messages(live, host, pick, ACT_MOST, all_came, session);
}

/* --- life ------------------------------------------------------------------------------------------------------ */

static void message_list_close(struct list_view *list)
{
	struct message_list *self = (struct message_list *)list;

	live_job_cancel(self->job);
	live_job_cancel(self->reading);
	for (size_t i = 0; i < sizeof self->texts / sizeof *self->texts; i++)
		free(self->texts[i]);
	free(self->reading_id);
	free(self->words);
}

static const struct list_feed message_feed = {
	.load = message_list_load,
	.notice = message_list_notice,
	.act = message_list_act,
	.blocked = message_list_blocked,
	.heading = message_list_heading,
	.state = message_list_state,
	.words = message_list_words,
	.detail = message_list_detail,
	.empty = message_list_empty,
	.close = message_list_close,
};

static bool message_list_busy(const struct view *view)
{
	const struct message_list *self = (const struct message_list *)view;

	return self->job != NULL || self->reading != NULL || list_busy(view);
}

static const struct view_class message_list_class = {
	.place = "messages",
	LIST_VIEW_PARTS,
	.busy = message_list_busy,
};

struct view *message_list_new(struct session *session, size_t host, const struct live_pick *pick, const char *words)
{
	struct message_list *self = memory_new(sizeof *self);
	const char **texts[] = { &self->pick.queue, &self->pick.domain, &self->pick.reason, &self->pick.sender, &self->pick.recipient, &self->pick.id };

	self->host = host;
	self->pick = *pick;
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		*texts[i] = self->texts[i] = memory_text(*texts[i]);
	self->words = memory_text(words);
	list_init(&self->list, &message_list_class, session, &kind_live_message, &message_feed);
	self->list.detailed = true;
	self->list.sort = &kind_live_message.fields[LM_ARRIVAL];
	rowset_sort(self->list.set, self->list.sort, false);
	list_load(&self->list);
	return &self->list.view;
}
