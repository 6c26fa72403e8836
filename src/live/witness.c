/*
 * witness: sessions, queued mail, size of the mailbox, and the settings that
 * decide what becomes of it, asked of every server that may know.
 *
 * A table says what is asked of which servers; all questions run at once on the
 * loop of the store.  When the time is over, or the review is given up, what is
 * still open is cancelled and told as not known.  Gate's thread.
 */
#include "live/witness.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "live/queue_ask.h"
#include "live/queue_seen.h"
#include "live/quota.h"
#include "live/table_ask.h"
#include "model/change.h"

struct witnessing;
struct question;
/* One thing that is asked. */
struct topic {
	const char *words;                 /* "open sessions" */
	const char *command;               /* the row of host_commands */
	void (*ask)(struct question *question);
	void (*cancel)(struct question *question);     /* no answer comes any more when it returns */
};
struct question {
	struct witnessing *of;
	const struct topic *topic;
	size_t host;
	bool over;
	struct error error;
	struct witness_count count;
	struct queue_seen *seen;           /* of a queue */
	bool counts, counted;              /* the mail at hand */
	struct mailbox_row mailbox;
	bool mailbox_told;
	enum known rename, delete;
	union { struct table_asking *table; struct queue_asking *queue; struct quota_asking *quota; struct host_call *call; } under_way;
};
struct witnessing {
	struct live_store *self;
	struct arena *arena;
	const char *const *addresses;      /* in small letters where they are ASCII; NULL-terminated */
	const char *login, *user;          /* user: as Dovecot knows them */
	struct question *questions;
	size_t count, capacity, open;
	bool done;
	struct witness *witness;           /* in the making */
	const char **unknown;
	size_t unknown_count, unknown_capacity;
};

static const struct host_settings *host_of(const struct question *question)
{
	return &question->of->self->apart.settings[question->host];
}

static void over(struct question *question, const struct error *error)
{
	if (error)
		question->error = *error;
	question->over = true;
	if (--question->of->open == 0)
		question->of->done = true;
}

static bool is_theirs(const struct witnessing *witnessing, const char *address)
{
	for (const char *const *own = witnessing->addresses; *own; own++)
		if (text_same_ascii_case(*own, address))
			return true;
	return false;
}

/* --- sessions --------------------------------------------------------------------------------- */

static bool on_connection(void *context, const struct table_cell *cells)
{
	struct question *question = context;
	const struct witnessing *of = question->of;

	if (!cells[0].length)
		return false;
	question->count.sessions += is_theirs(of, cells[0].text) || text_same_ascii_case(of->user, cells[0].text) ||
		text_same_ascii_case(of->login, cells[0].text);
	return true;
}

static void on_table(void *context, const struct table_end *end)
{
	over(context, &end->error);
}

static void ask_sessions(struct question *question)
{
	static const struct table_column columns[] = { { .title = "username" } };
	const struct table_question table = {
		.command = "who", .columns = columns, .column_count = 1, .row = on_connection, .done = on_table, .context = question,
	};

	question->under_way.table = table_ask(question->of->self->apart.hosts, question->host, &table);
}

static void cancel_sessions(struct question *question)
{
	table_ask_cancel(question->under_way.table);
}

/* --- the queue ---------------------------------------------------------------------------------- */

static void on_mail(void *context, const struct queue_mail *mail)
{
	struct question *question = context;

	if (mail->first) {
		question->counts = queue_seen_add(question->seen, mail->id, mail->arrival);
		question->counted = false;
		question->count.from += question->counts && is_theirs(question->of, mail->sender);
	}
	for (size_t i = 0; question->counts && !question->counted && i < mail->count; i++)
		question->counted = is_theirs(question->of, mail->recipients[i].address);
	/* A mail comes in parts: it counts with the first that is to them. */
	if (question->counts && question->counted) {
		question->count.to++;
		question->counts = false;
	}
}

static void on_queue(void *context, const struct queue_end *end)
{
	struct question *question = context;
	struct error error = end->error;

	if (error.kind == ERROR_NONE && end->cut)
		error_set(&error, ERROR_UNSUPPORTED, "%s: the queue is too long to be read whole", host_of(question)->name);
	over(question, &error);
}

static void ask_queue(struct question *question)
{
	question->seen = queue_seen_new();
	question->under_way.queue = queue_ask(question->of->self->apart.hosts, question->host, on_mail, on_queue, question);
}

static void cancel_queue(struct question *question)
{
	queue_ask_cancel(question->under_way.queue);
}

/* --- the mailbox ---------------------------------------------------------------------------------- */

static void on_quota(void *context, const struct mailbox_row *rows, size_t count, const struct error *error)
{
	struct question *question = context;
	struct error inner = error ? *error : (struct error){ .kind = ERROR_NONE };

	/* Further roots are parts of the same mailbox, or of what others share. */
	if (inner.kind == ERROR_NONE && count > 0) {
		question->mailbox = rows[0];
		question->mailbox_told = true;
	} else if (inner.kind == ERROR_NONE) {
		error_set(&inner, ERROR_UNSUPPORTED, "%s: Dovecot keeps no account of it there (no quota)", host_of(question)->name);
	}
	over(question, &inner);
}

static void ask_mailbox(struct question *question)
{
	question->under_way.quota = quota_ask(question->of->self->apart.hosts, question->host, question->of->user, on_quota, question);
}

static void cancel_mailbox(struct question *question)
{
	quota_ask_cancel(question->under_way.quota);
}

/* --- settings of the mailbox ------------------------------------------------------------------------ */

/* UCR's layers, the highest that has the variable counts; unset means no (ucs-variables 1, ucs-directory 18). */
static const char *const layers[] = { "base-defaults.conf", "base.conf", "base-ldap.conf", "base-schedule.conf", "base-forced.conf" };
enum { LAYERS = sizeof(layers) / sizeof(layers[0]) };

static size_t layer_of(const char *path, size_t length)
{
	for (size_t i = LAYERS; i-- > 0;)
		if (length > strlen(layers[i]) && strncmp(path + length - strlen(layers[i]), layers[i], strlen(layers[i])) == 0 &&
		    path[length - strlen(layers[i]) - 1] == '/')
			return i + 1;
	return 0;
}

static bool is_true(const char *value, size_t length)
{
	static const char *const words[] = { "yes", "true", "1", "enable", "enabled", "on" };

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strlen(words[i]) == length && strncasecmp(words[i], value, length) == 0)
			return true;
	return false;
}

/* "/etc/univention/base.conf:mail/dovecot/mailbox/rename: true" */
static enum known variable(const char *text, const char *name)
{
	enum known known = KNOWN_NO;
	size_t highest = 0;

	for (const char *line = text, *end; *line; line = *end ? end + 1 : end) {
		const char *colon = strchr(line, ':'), *value;
		size_t layer;

		end = line + strcspn(line, "\n");
		if (!colon || colon > end || strncmp(colon + 1, name, strlen(name)) != 0 || strncmp(colon + 1 + strlen(name), ": ", 2) != 0)
			continue;
		value = colon + 1 + strlen(name) + 2;
		value += strspn(value, " \t");
		layer = layer_of(line, (size_t)(colon - line));
		if (layer > highest) {
			highest = layer;
			known = is_true(value, (size_t)(end - value) - (end > value && end[-1] == '\r')) ? KNOWN_YES : KNOWN_NO;
		}
	}
	return known;
}

static void on_settings(void *context, const struct host_answer *answer)
{
	struct question *question = context;
	struct error error = answer->error;

	/*
	 * Layers that nobody set anything in have no file, and grep ends with 2 then. The normal one is always there and has the
	 * name of the host: where it was read, what stands nowhere is unset.
	 */
	if (error.kind == ERROR_NONE && !strstr(answer->output, "/base.conf:"))
		error_set(&error, ERROR_UNSUPPORTED, "%s: UCR's base.conf could not be read there", host_of(question)->name);
	if (error.kind == ERROR_NONE) {
		question->rename = variable(answer->output, "mail/dovecot/mailbox/rename");
		question->delete = variable(answer->output, "mail/dovecot/mailbox/delete");
	}
	over(question, &error);
}

static void ask_settings(struct question *question)
{
	const char *directory = host_of(question)->ucr_directory, *holes[LAYERS];
	struct host_request request = { .command = "mailbox-settings", .holes = holes, .hole_count = LAYERS, .done = on_settings, .context = question };

	for (size_t i = 0; i < LAYERS; i++)
		holes[i] = arena_format(question->of->arena, "%s/%s", directory ? directory : "/etc/univention", layers[i]);
	question->under_way.call = host_run(question->of->self->apart.hosts, question->host, &request);
}

/* Its answer comes in any case, so that must be waited for; it comes at once. */
static void cancel_settings(struct question *question)
{
	host_cancel(question->under_way.call);
	loop_run_until(question->of->self->apart.loop, &question->over);
}

/* --- who is asked ----------------------------------------------------------------------------------- */

static const struct topic topic_sessions = { "open sessions", "who", ask_sessions, cancel_sessions };
static const struct topic topic_queue = { "queued mail", "queue", ask_queue, cancel_queue };
static const struct topic topic_mailbox = { "size of the mailbox", "quota-get", ask_mailbox, cancel_mailbox };
static const struct topic topic_settings = { "settings of the mailbox", "mailbox-settings", ask_settings, cancel_settings };

static void say_unknown(struct witnessing *witnessing, const struct topic *topic, const char *server, const char *why)
{
	struct witness *witness = witnessing->witness;
	size_t length = server ? strlen(server) : 0;

	/* Most sentences of a server begin with its name. */
	if (server && strncmp(why, server, length) == 0 && strncmp(why + length, ": ", 2) == 0)
		why += length + 2;
	witness->sessions_whole = witness->sessions_whole && topic != &topic_sessions;
	witness->queues_whole = witness->queues_whole && topic != &topic_queue;
	witnessing->unknown = arena_grow(witnessing->arena, witnessing->unknown, &witnessing->unknown_capacity, witnessing->unknown_count + 2,
		sizeof(*witnessing->unknown));
	witnessing->unknown[witnessing->unknown_count++] = arena_format(witnessing->arena, "%s%s%s: %s", topic->words, server ? " on " : "",
		server ? server : "", why);
	witnessing->unknown[witnessing->unknown_count] = NULL;
	witness->unknown = witnessing->unknown;
}

static void add_question(struct witnessing *witnessing, const struct topic *topic, size_t host)
{
	struct live_store *self = witnessing->self;
	struct error error = { 0 };
	struct question *question;

	if (host_way(self->apart.hosts, host, topic->command, &error) == WAY_NONE) {
		say_unknown(witnessing, topic, self->apart.settings[host].name, error.text);
		return;
	}
	witnessing->witness->sessions_asked = witnessing->witness->sessions_asked || topic == &topic_sessions;
	witnessing->witness->queues_asked = witnessing->witness->queues_asked || topic == &topic_queue;
	witnessing->questions = arena_grow(witnessing->arena, witnessing->questions, &witnessing->capacity, witnessing->count + 1,
		sizeof(*witnessing->questions));
	question = &witnessing->questions[witnessing->count++];
	*question = (struct question){ .of = witnessing, .topic = topic, .host = host, .rename = KNOWN_NOT, .delete = KNOWN_NOT,
		.count = { .server = self->apart.settings[host].name } };
}

static void add_for_role(struct witnessing *witnessing, const struct topic *topic, unsigned role)
{
	for (size_t i = 0; i < witnessing->self->apart.count; i++)
		if (witnessing->self->apart.settings[i].roles & role)
			add_question(witnessing, topic, i);
}

/* "mail1" is the host mail1.example.com of the directory. */
static bool same_host(const char *name, const char *home)
{
	return text_same_ascii_case(name, home) || (strlen(name) == strcspn(home, ".") && strncasecmp(name, home, strlen(name)) == 0);
}

/* The server that has the mailbox; without a home server all consider themselves responsible. */
static void add_home(struct witnessing *witnessing, const struct facts *facts)
{
	const char *home = kind_field(facts->now->kind, "home_server") ? record_text(facts->now, "home_server") : "";
	const struct live_store *self = witnessing->self;
	size_t mailboxes = 0, found = 0;

	for (size_t i = 0; i < self->apart.count; i++) {
		mailboxes += (self->apart.settings[i].roles & HOST_MAILBOX) != 0;
		if (!(self->apart.settings[i].roles & HOST_MAILBOX) || (*home && !same_host(self->apart.settings[i].name, home)))
			continue;
		found++;
		if (!facts->plain && self->apart.settings[i].flavour == FLAVOUR_UCS)
			add_question(witnessing, &topic_settings, i);
	}
	for (size_t i = 0; i < self->apart.count; i++)
		if (self->apart.settings[i].roles & HOST_MAILBOX && (*home ? same_host(self->apart.settings[i].name, home) : mailboxes == 1))
			add_question(witnessing, &topic_mailbox, i);
	if (found == 0 && *home)
		say_unknown(witnessing, &topic_mailbox, NULL, arena_format(witnessing->arena, "%s is not among the servers of the configuration", home));
	else if (!*home && mailboxes != 1)
		say_unknown(witnessing, &topic_mailbox, NULL, "no home server is named, so which server has the mailbox is not known");
}

/* Addresses that they have; where some go, only those. */
static const char *const *addresses_of(struct arena *arena, const struct record *before, const struct record *after, bool going)
{
	static const char *const fields[] = { "address", "alternates" };
	const char **list = NULL;
	size_t count = 0, capacity = 0;

	list = arena_grow(arena, list, &capacity, 1, sizeof(*list));
	for (size_t i = 0; i < 2; i++) {
		const struct field_values *values = kind_field(before->kind, fields[i]) ? record_get(before, fields[i]) : NULL;

		for (size_t j = 0; values && j < values->count; j++) {
			const char *address = values->values[j].bytes;

			/* What goes from one field into the other stays an address of theirs, and is told as one that moves. */
			if (going && after && (text_same_ascii_case(address, record_text(after, "address")) || (i == 1 &&
			    change_holds(kind_field(after->kind, fields[i]), record_get(after, fields[i]), address))))
				continue;
			list = arena_grow(arena, list, &capacity, count + 2, sizeof(*list));
			list[count++] = arena_text(arena, address);
		}
	}
	list[count] = NULL;
	return list;
}

static void begin(struct witnessing *witnessing, const struct record *after, const struct facts *facts)
{
	const struct record *before = facts->now;
	const char *address = record_text(before, "address");
	bool goes = *address && (!after || !text_same_ascii_case(address, record_text(after, "address")));
	bool moves = after && *address && !text_same_ascii_case(record_text(before, "home_server"), record_text(after, "home_server"));

	witnessing->user = text_lower_ascii(witnessing->arena, address, strlen(address));
	witnessing->login = arena_text(witnessing->arena, before->name);
	witnessing->addresses = addresses_of(witnessing->arena, before, after, goes);
	add_for_role(witnessing, &topic_sessions, HOST_MAILBOX);
	if (goes || moves) {
		add_for_role(witnessing, &topic_queue, HOST_TRANSPORT);
		add_home(witnessing, facts);
	}
	/* Only now: what is asked points to its place. */
	witnessing->open = witnessing->count;
	witnessing->done = witnessing->count == 0;
	for (size_t i = 0; i < witnessing->count; i++)
		witnessing->questions[i].topic->ask(&witnessing->questions[i]);
}

/* --- what came ----------------------------------------------------------------------------------------- */

static void enough(void *context)
{
	((struct witnessing *)context)->done = true;
}

static void wait(struct witnessing *witnessing)
{
	struct live_store *self = witnessing->self;
	struct loop_timer *timer = loop_after(self->apart.loop, WITNESS_MS, 0, enough, witnessing);

	loop_wait(self->apart.loop, &witnessing->done, &self->give_up, enough, witnessing);
	loop_timer_stop(timer);
	for (size_t i = 0; i < witnessing->count; i++) {
		struct question *question = &witnessing->questions[i];

		if (!question->over) {
			question->topic->cancel(question);
			error_set(&question->error, ERROR_TIMEOUT, self->give_up ? "given up" : "no answer within %d s", WITNESS_MS / 1000);
		}
		queue_seen_free(question->seen);
		if (question->error.kind != ERROR_NONE)
			say_unknown(witnessing, question->topic, host_of(question)->name, question->error.text);
	}
}

static void take_settings(struct witness *witness, const struct question *question, bool first)
{
	/* Where several are responsible and do not agree, nobody can tell. */
	witness->rename = first || witness->rename == question->rename ? question->rename : KNOWN_NOT;
	witness->delete = first || witness->delete == question->delete ? question->delete : KNOWN_NOT;
	witness->settings_server = question->count.server;
}

static void take(struct witnessing *witnessing)
{
	struct witness_count *counts = arena_alloc(witnessing->arena, (witnessing->count + 1) * sizeof(*counts));
	struct witness *witness = witnessing->witness;
	bool first = true;

	for (size_t i = 0; i < witnessing->count; i++) {
		const struct question *question = &witnessing->questions[i];

		/* What did not come to its end counts as nothing: a part of a number would look like the whole. */
		if (question->error.kind == ERROR_NONE && (question->count.sessions || question->count.to || question->count.from))
			counts[witness->count++] = question->count;
		if (question->error.kind == ERROR_NONE && question->mailbox_told) {
			witness->mailbox_server = question->count.server;
			witness->mailbox_bytes = question->mailbox.used;
			witness->mailbox_messages = question->mailbox.messages;
		}
		if (question->topic == &topic_settings) {
			take_settings(witness, question, first);
			first = false;
		}
	}
	witness->counts = counts;
}

void live_witness(void *context, const struct record *after, struct arena *arena, struct facts *facts)
{
	struct live_store *self = context;
	struct witnessing witnessing = { .self = self, .arena = arena };
	struct witness *witness = arena_alloc(arena, sizeof(*witness));

	if (self->apart.count == 0 || !facts->now)
		return;
	hosts_apart_open(&self->apart);
	self->give_up = false;
	*witness = (struct witness){ .at = clock_now(), .rename = KNOWN_NOT, .delete = KNOWN_NOT, .sessions_whole = true, .queues_whole = true };
	witnessing.witness = witness;
	begin(&witnessing, after, facts);
	wait(&witnessing);
	take(&witnessing);
	witness->sessions_whole = witness->sessions_whole && witness->sessions_asked;
	witness->queues_whole = witness->queues_whole && witness->queues_asked;
	facts->witness = witness;
}
