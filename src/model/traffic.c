/*
 * traffic: the tables of queue and sessions, and their values in words.
 *
 * Sources: postfix 3 (ids, what the commands do), dovecot 5.2 (kick).  Pure;
 * any thread.
 */
#include "model/traffic.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "model/check.h"
#include "model/guarded.h"
#include "model/mailbox.h"
#include "model/store.h"

enum { EXAMPLES = 5 };

/* --- values ----------------------------------------------------------------------------------------- */

char *traffic_message_value(struct arena *arena, const char *id, int64_t arrival, const char *sender)
{
	return arena_format(arena, "%s %" PRId64 " %s", id, arrival, sender);
}

static bool is_queue_id(const char *id, size_t length)
{
	if (length < 6 || length > 20)
		return false;
	for (size_t i = 0; i < length; i++)
		if (!isalnum((unsigned char)id[i]))
			return false;
	return true;
}

/* Digits up to a blank; what follows is in *rest. */
static bool read_number(const char *from, int64_t *number, const char **rest)
{
	char *end;

	if (*from < '0' || *from > '9')
		return false;
	*number = strtoll(from, &end, 10);
	*rest = end + 1;
	return *end == ' ' && end - from <= 15;
}

bool traffic_message_read(const char *value, struct traffic_message *message)
{
	size_t length = strcspn(value, " ");

	if (!is_queue_id(value, length) || value[length] != ' ')
		return false;
	memcpy(message->id, value, length);
	message->id[length] = '\0';
	return read_number(value + length + 1, &message->arrival, &message->sender) && *message->sender;
}

char *traffic_session_value(struct arena *arena, uint64_t count, const char *server, const char *user, const char *address)
{
	return arena_format(arena, "%" PRIu64 " %s %s%s%s", count, server, user, *address ? " " : "", address);
}

bool traffic_session_read(const char *value, struct traffic_session *session)
{
	int64_t count;

	if (!read_number(value, &count, &session->server))
		return false;
	session->count = (uint64_t)count;
	session->server_length = strcspn(session->server, " ");
	if (session->server_length == 0 || session->server[session->server_length] != ' ')
		return false;
	session->user = session->server + session->server_length + 1;
	session->user_length = strcspn(session->user, " ");
	session->address = session->user + session->user_length;
	session->address += *session->address == ' ';
	return session->user_length > 0 && !strchr(session->address, ' ');
}

static bool check_message(const struct field *field, const char *value, struct error *error)
{
	struct traffic_message message;

	return traffic_message_read(value, &message) || error_set(error, ERROR_INVALID,
		"%s: \"%.100s\" is no message of a queue; it is named by id, arrival and sender", field->label, value);
}

static bool check_session(const struct field *field, const char *value, struct error *error)
{
	struct traffic_session session;

	return traffic_session_read(value, &session) || error_set(error, ERROR_INVALID,
		"%s: \"%.100s\" is no session; it is named by how many there are, server, user and perhaps the address", field->label, value);
}

/* --- the tables --------------------------------------------------------------------------------------- */

#define SERVER_FIELD { .name = "server", .label = "Server", .type = FIELD_TEXT, .flags = FIELD_KEY | FIELD_REQUIRED | FIELD_FIXED, \
	.group = "Server", .help = "The name of the server in postroom.conf." }
#define MESSAGES(word, words, sentence) { .name = word, .label = words, .type = FIELD_TEXT, .flags = FIELD_MANY, \
	.group = "Messages", .check = check_message, .help = sentence }

static const struct field queue_fields[] = {
	SERVER_FIELD,
	MESSAGES("hold", "Put on hold", "Messages that stay in the queue and are not tried until they are released."),
	MESSAGES("release", "Release", "Messages on hold that are tried again."),
	MESSAGES("requeue", "Requeue", "Messages that go through the queue again from the beginning, with a new id."),
	MESSAGES("retry", "Retry now", "Messages that are tried now, not at their next turn."),
	MESSAGES("expire", "Expire", "Messages that are returned to their senders at the next try."),
	MESSAGES("delete", "Delete", "Messages that are thrown away; nobody is told."),
	{ .name = NULL },
};

static const struct field sessions_fields[] = {
	SERVER_FIELD,
	{ .name = "end", .label = "End", .type = FIELD_TEXT, .flags = FIELD_MANY, .group = "Sessions", .check = check_session,
	  .help = "Connections that are ended; mail programs connect again by themselves." },
	{ .name = NULL },
};

const struct field *traffic_field(const struct change *change)
{
	for (size_t i = 0; i < change->edit_count; i++)
		if (change->edits[i].count > 0)
			return change->edits[i].field;
	for (size_t i = 0; i < change->operation_count; i++)
		if (change->operations[i].delta_count > 0)
			return kind_field(change->kind, change->operations[i].deltas[0].attribute);
	return NULL;
}

size_t traffic_values(struct arena *arena, const struct change *change, const struct value **values)
{
	size_t count = 0;
	struct value *list;

	for (size_t i = 0; i < change->edit_count; i++) {
		*values = change->edits[i].values;
		if (change->edits[i].count > 0)
			return change->edits[i].count;
	}
	for (size_t i = 0; i < change->operation_count; i++)
		count += change->operations[i].delta_count > 0 ? change->operations[i].deltas[0].count : 0;
	list = arena_alloc(arena, (count + 1) * sizeof(*list));
	count = 0;
	for (size_t i = 0; i < change->operation_count; i++) {
		const struct operation *operation = &change->operations[i];

		for (size_t j = 0; operation->delta_count > 0 && j < operation->deltas[0].count; j++)
			list[count++] = operation->deltas[0].values[j];
	}
	*values = list;
	return count;
}

/* --- in words -------------------------------------------------------------------------------------------- */

static char *example(struct arena *arena, const struct kind *kind, const char *value)
{
	struct traffic_message message;
	struct traffic_session session;

	if (kind == &kind_queue && traffic_message_read(value, &message))
		return arena_format(arena, "%s from %.80s", message.id,
			strcmp(message.sender, "MAILER-DAEMON") == 0 ? "the null sender" : message.sender);
	if (kind == &kind_sessions && traffic_session_read(value, &session))
		return arena_format(arena, "%.*s%s%.60s on %.*s (%" PRIu64 ")", (int)(session.user_length < 80 ? session.user_length : 80), session.user,
			*session.address ? " from " : "", session.address, (int)(session.server_length < 80 ? session.server_length : 80),
			session.server, session.count);
	return arena_format(arena, "%.80s", value);
}

static uint64_t connections(const struct value *values, size_t count)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < count; i++) {
		struct traffic_session session;

		sum += traffic_session_read(values[i].bytes, &session) ? session.count : 0;
	}
	return sum;
}

static char *how_many_of(struct arena *arena, const struct kind *kind, uint64_t sum)
{
	const char *noun = kind == &kind_sessions ? "connection" : "message";

	return arena_format(arena, "%s %s%s", text_from_count(arena, (int64_t)sum), noun, sum == 1 ? "" : "s");
}

static char *how_many(struct arena *arena, const struct kind *kind, const struct value *values, size_t count)
{
	return how_many_of(arena, kind, kind == &kind_sessions ? connections(values, count) : count);
}

char *traffic_words(struct arena *arena, const struct kind *kind, const struct value *values, size_t count)
{
	char *words = arena_format(arena, "%s: ", how_many(arena, kind, values, count));

	/* Whom a mask hits is told to the last one; of messages some examples do. */
	for (size_t i = 0; i < count && (i < EXAMPLES || kind == &kind_sessions); i++)
		words = arena_format(arena, "%s%s%s", words, i > 0 ? ", " : "", example(arena, kind, values[i].bytes));
	return kind == &kind_queue && count > EXAMPLES ?
		arena_format(arena, "%s and %s more", words, text_from_count(arena, (int64_t)(count - EXAMPLES))) : words;
}

/* "put on hold": what was done; "Put" and " on hold": what is to be done, around what it is done to. */
static const struct deed { const char *field, *words, *verb, *how; } deeds[] = {
	{ "hold", "put on hold", "Put", " on hold" }, { "release", "released from hold", "Release", " from hold" },
	{ "requeue", "put through the queue again", "Put", " through the queue again" }, { "retry", "tried again", "Try", " again" },
	{ "expire", "returned to their senders at the next try", "Return", " to their senders at the next try" },
	{ "delete", "deleted", "Delete", "" }, { "end", "ended", "End", "" },
};

static const struct deed *deed_of(const struct field *field)
{
	for (size_t i = 0; field && i < sizeof(deeds) / sizeof(deeds[0]); i++)
		if (strcmp(deeds[i].field, field->name) == 0)
			return &deeds[i];
	return NULL;
}

static const char *done_words(const struct field *field)
{
	const struct deed *deed = deed_of(field);

	return deed ? deed->words : NULL;
}

static char *traffic_ahead(struct arena *arena, const struct change *change)
{
	const struct deed *deed = deed_of(traffic_field(change));
	const struct value *values;
	size_t count = traffic_values(arena, change, &values);

	if (!deed)
		return arena_format(arena, "Nothing to do on %s", change->name);
	return arena_format(arena, "%s %s on %s%s", deed->verb, how_many(arena, change->kind, values, count), change->name, deed->how);
}

static char *traffic_sentence(struct arena *arena, const struct change *change)
{
	const char *words = done_words(traffic_field(change));
	const struct value *values;
	size_t count = traffic_values(arena, change, &values);

	if (!words)
		return arena_format(arena, "Nothing is done on %s", change->name);
	return arena_format(arena, "%s on %s %s", how_many(arena, change->kind, values, count), change->name, words);
}

/* "36 of 37 messages on mail1 put on hold: 1 had left the queue". */
static char *traffic_result(struct arena *arena, const struct change *change, size_t did, const char *why)
{
	const char *words = done_words(traffic_field(change));
	const struct value *values;
	size_t count = traffic_values(arena, change, &values);
	uint64_t asked = change->kind == &kind_sessions ? connections(values, count) : count;
	char *sentence;

	if (!words)
		return traffic_sentence(arena, change);
	sentence = arena_format(arena, "%s%s on %s %s", did < asked ? arena_format(arena, "%s of ", text_from_count(arena, (int64_t)did)) : "",
		how_many_of(arena, change->kind, did < asked ? asked : did), change->name, words);
	return why ? arena_format(arena, "%s: %s", sentence, why) : sentence;
}

const struct kind kind_queue = {
	.name = "queue", .title = "Queue", .noun = "queue", .verbs = KIND_CAN_EDIT,
	.fields = queue_fields, .name_field = "server", .sentence = traffic_sentence, .ahead = traffic_ahead, .result = traffic_result,
	.help = "The mail queue of a server.",
};

const struct kind kind_sessions = {
	.name = "sessions", .title = "Sessions", .noun = "set of sessions", .verbs = KIND_CAN_EDIT,
	.fields = sessions_fields, .name_field = "server", .sentence = traffic_sentence, .ahead = traffic_ahead, .result = traffic_result,
	.help = "The connections to the mailboxes of a server.",
};

const struct kind *kind_written(const char *name)
{
	if (name && strcmp(name, kind_queue.name) == 0)
		return &kind_queue;
	if (name && strcmp(name, kind_sessions.name) == 0)
		return &kind_sessions;
	if (name && strcmp(name, kind_mailbox.name) == 0)
		return &kind_mailbox;
	if (name && guarded_kind(name))
		return guarded_kind(name);
	return kind_find(name);
}
