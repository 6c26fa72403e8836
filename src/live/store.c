/*
 * store: the queue, the sessions and the mailboxes of the servers, as a place
 * that the gate can write (mailboxes: store_mailbox.c).
 *
 * What is to be done was frozen when it was shown: the values of the change
 * name each message and each person.  Nothing is gathered but whether the
 * server is configured and has a way; whether a message is still the same one
 * is looked at right before it is touched (store_queue.c).  Fails with a
 * sentence; what was cut off in the middle is unknown until looked at.  Gate's
 * thread, except live_store, its free function and interrupt (loop thread).
 */
#include "live/store.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "live/store_mailbox.h"
#include "live/store_private.h"
#include "live/witness.h"
#include "model/mailbox.h"

/* One run of postsuper takes many ids; a step of this size can still be told in words. */
enum { STEP_MESSAGES = 2000 };

bool live_store_host(struct live_store *self, const char *name, size_t *host, struct error *error)
{
	for (*host = 0; *host < self->apart.count; (*host)++)
		if (strcmp(self->apart.settings[*host].name, name) == 0)
			return true;
	return error_set(error, ERROR_NOT_FOUND, "%s: no server of this name is configured; postroom servers lists them", name);
}

static void open_here(struct live_store *self)
{
	hosts_apart_open(&self->apart);
}

const struct host_answer *live_store_run(struct live_store *self, size_t host, struct host_request *request, struct arena *arena)
{
	open_here(self);
	return host_run_here(self->apart.hosts, self->apart.loop, host, request, &self->give_up, arena);
}

enum outcome live_store_failed(const struct error *error)
{
	return error->kind == ERROR_TIMEOUT || error->kind == ERROR_CANCELLED || error->kind == ERROR_UNKNOWN_OUTCOME ?
		OUTCOME_UNKNOWN : OUTCOME_NOT_APPLIED;
}

/* --- before it is shown ------------------------------------------------------------------------------- */

static bool store_handles(void *self, const struct kind *kind)
{
	(void)self;
	return kind == &kind_queue || kind == &kind_sessions || kind == &kind_mailbox;
}

static const char *command_of(const struct kind *kind, const struct field *field)
{
	static const struct { const char *field, *command; } commands[] = {
		{ "hold", "queue-hold" }, { "release", "queue-release" }, { "requeue", "queue-requeue" }, { "retry", "queue-retry" },
		{ "expire", "queue-expire" }, { "delete", "queue-delete" },
	};

	for (size_t i = 0; kind == &kind_queue && field && i < sizeof(commands) / sizeof(commands[0]); i++)
		if (strcmp(commands[i].field, field->name) == 0)
			return commands[i].command;
	return "kick";
}

/* The server of one value: sessions name theirs, messages are of the server whose queue it is. */
static const char *server_of(struct arena *arena, const struct change *change, const struct value *value)
{
	struct traffic_session session;

	if (change->kind == &kind_sessions && traffic_session_read(value->bytes, &session))
		return arena_bytes(arena, session.server, session.server_length);
	return change->name;
}

/* Every server that is named is configured and can be told. */
static bool has_ways(struct live_store *self, const struct change *change, struct arena *arena, struct error *error)
{
	const char *command = command_of(change->kind, traffic_field(change)), *before = NULL;
	const struct value *values;
	size_t count = traffic_values(arena, change, &values), host;

	for (size_t i = 0; i < count; i++) {
		const char *server = server_of(arena, change, &values[i]);

		if (before && strcmp(before, server) == 0)
			continue;
		if (!live_store_host(self, server, &host, error) || host_way(self->apart.hosts, host, command, error) == WAY_NONE)
			return false;
		before = server;
	}
	return true;
}

static bool store_gather(void *context, const struct change *change, struct arena *arena, struct facts *facts, struct error *error)
{
	struct live_store *self = context;
	struct record *now;

	open_here(self);
	if (change->kind == &kind_mailbox)
		return mailbox_gather(self, change, arena, facts, error);
	if (!has_ways(self, change, arena, error))
		return false;
	now = record_new_in(arena, change->kind);
	now->name = arena_text(arena, change->name);
	now->id = now->name;
	record_set_text(now, change->kind->name_field, change->name);
	facts->now = now;
	/* No listener follows: what is done is done on the server itself. */
	facts->plain = true;
	return true;
}

/* One delta of at most STEP_MESSAGES messages, or of one person. */
static void add_step(struct arena *arena, struct plan *plan, const struct change *change, const struct field *field,
		const struct value *values, size_t count)
{
	struct operation *step = &plan->operations[plan->count++];
	struct delta *delta = arena_alloc(arena, sizeof(*delta));

	delta->attribute = field->name;
	delta->how = DELTA_ADD;
	delta->values = values;
	delta->count = count;
	step->verb = OPERATION_MODIFY;
	step->place = arena_format(arena, "%s/%s", server_of(arena, change, values), change->kind->name);
	step->deltas = delta;
	step->delta_count = 1;
	step->words = arena_format(arena, "%s: %s", field->label, traffic_words(arena, change->kind, values, count));
}

static bool store_plan(void *context, const struct change *change, const struct facts *facts, struct arena *arena,
		struct plan *plan, struct error *error)
{
	const struct field *field = traffic_field(change);
	const struct value *values;
	size_t count = traffic_values(arena, change, &values), most = change->kind == &kind_queue ? STEP_MESSAGES : 1, i;
	struct value *words = arena_alloc(arena, sizeof(*words));

	if (change->kind == &kind_mailbox)
		return mailbox_plan(context, change, facts, arena, plan, error);
	if (!field || count == 0)
		return error_set(error, ERROR_INVALID, "nothing was named that something could be done to");
	plan->operations = arena_alloc(arena, (count / most + 1) * sizeof(*plan->operations));
	for (i = 0; i < count; i += most)
		add_step(arena, plan, change, field, values + i, count - i < most ? count - i : most);
	/* What is shown: how many, and some by name. */
	words->bytes = traffic_words(arena, change->kind, values, count);
	words->length = strlen(words->bytes);
	plan->after = record_copy(arena, facts->now);
	record_set(plan->after, field->name, VALUE_OWN, words, 1);
	return true;
}

/* --- doing it ------------------------------------------------------------------------------------------- */

/* "mail1/queue", "mail1/anna@example.com/mailbox": what stands before may hold a slash, the kind does not. *before: that. */
static bool place_of(struct live_store *self, const struct operation *operation, struct arena *arena, const char **before,
		const struct kind **kind, struct error *error)
{
	char *place = arena_text(arena, operation->place), *slash = strrchr(place, '/');

	*kind = slash ? kind_written(slash + 1) : NULL;
	if (!*kind || !store_handles(self, *kind) || operation->delta_count == 0)
		return error_set(error, ERROR_INTERNAL, "%s is no place where messages, sessions or mailboxes are", operation->place);
	*slash = '\0';
	*before = place;
	open_here(self);
	return true;
}

static enum outcome store_apply(void *context, const struct operation *operation, struct arena *arena,
		struct operation *inverse, const char **version_after, struct error *error)
{
	struct live_store *self = context;
	const struct kind *kind;
	const char *place;
	size_t host;

	*version_after = NULL;
	self->give_up = false;
	if (!place_of(self, operation, arena, &place, &kind, error))
		return OUTCOME_NOT_APPLIED;
	if (kind == &kind_mailbox)
		return mailbox_apply(self, place, operation, arena, inverse, error);
	if (!live_store_host(self, place, &host, error))
		return OUTCOME_NOT_APPLIED;
	return kind == &kind_queue ? queue_apply(self, host, operation, arena, inverse, error) :
		sessions_apply(self, host, operation, arena, inverse, error);
}

static enum outcome store_look(void *context, const struct operation *operation, struct arena *arena,
		struct operation *inverse, struct error *error)
{
	struct live_store *self = context;
	const struct kind *kind;
	const char *place;
	size_t host;

	self->give_up = false;
	if (!place_of(self, operation, arena, &place, &kind, error))
		return OUTCOME_UNKNOWN;
	if (kind == &kind_mailbox)
		return mailbox_look(self, place, operation, arena, inverse, error);
	if (!live_store_host(self, place, &host, error))
		return OUTCOME_UNKNOWN;
	return kind == &kind_queue ? queue_look(self, host, operation, arena, inverse, error) :
		sessions_look(self, host, operation, arena, inverse, error);
}

static void store_interrupt(void *context)
{
	((struct live_store *)context)->give_up = true;
}

/* --- life -------------------------------------------------------------------------------------------------- */

struct live_store *live_store_new(const struct hosts *hosts)
{
	struct live_store *self = memory_new(sizeof(*self));

	hosts_apart_begin(&self->apart, hosts);
	self->store = (struct store){
		.name = "servers", .self = self, .handles = store_handles, .gather = store_gather, .plan = store_plan,
		.apply = store_apply, .look = store_look, .witness = live_witness, .interrupt = store_interrupt,
	};
	return self;
}

struct store *live_store_of(struct live_store *self)
{
	return &self->store;
}

void live_store_free(struct live_store *self)
{
	if (!self)
		return;
	hosts_apart_end(&self->apart);
	free(self);
}
