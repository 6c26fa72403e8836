/*
 * store_queue: holding, releasing, requeueing, retrying, expiring and deleting
 * messages.
 *
 * A short queue id names another message soon after the first is gone, so the
 * queue is listed again right before, and only messages whose arrival and
 * sender are still the same are touched.  Ids go by standard input, never as
 * ALL.  The number done is what postsuper reports; its exit status says little
 * (postfix 3).  Gate's thread.
 */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "live/queue_read.h"
#include "live/store_private.h"

enum { SECONDS_LIST = 120, SECONDS_DO = 120, PASSES = 3 };

/* A message that was named, and what the queue says of it now. */
struct wanted {
	struct traffic_message message;
	bool there;                        /* the same one: arrival and sender agree */
	bool other;                        /* the id names another message now */
	enum queue_name queue;
	bool expired;
	bool done;                         /* postsuper named it */
};
struct wanted_list { struct wanted *rows; size_t count; };

/* --- what is there now ------------------------------------------------------------------------------ */

static int by_id(const void *a, const void *b)
{
	return strcmp(((const struct wanted *)a)->message.id, ((const struct wanted *)b)->message.id);
}

static struct wanted_list wanted_of(struct arena *arena, const struct operation *operation)
{
	const struct delta *delta = &operation->deltas[0];
	struct wanted_list list = { arena_alloc(arena, (delta->count + 1) * sizeof(*list.rows)), 0 };

	for (size_t i = 0; i < delta->count; i++)
		list.count += traffic_message_read(delta->values[i].bytes, &list.rows[list.count].message);
	qsort(list.rows, list.count, sizeof(*list.rows), by_id);
	return list;
}

static struct wanted *find(const struct wanted_list *list, const char *id)
{
	struct wanted key;

	if (strlen(id) >= sizeof(key.message.id))
		return NULL;
	memcpy(key.message.id, id, strlen(id) + 1);
	return bsearch(&key, list->rows, list->count, sizeof(*list->rows), by_id);
}

static void take_mail(void *context, const struct queue_mail *mail)
{
	struct wanted *wanted = mail->first ? find(context, mail->id) : NULL;

	if (!wanted)
		return;
	if (wanted->message.arrival != mail->arrival || strcmp(wanted->message.sender, mail->sender) != 0) {
		wanted->other = true;
		return;
	}
	/* While it moves it is listed twice; the later listing holds. */
	wanted->there = true;
	wanted->queue = mail->queue;
	wanted->expired = mail->expired;
}

static void take_bytes(void *context, enum host_form form, const char *bytes, size_t length)
{
	(void)form;
	queue_reader_feed(context, bytes, length);
}

static bool look_at_queue(struct live_store *self, size_t host, struct wanted_list *list, struct arena *arena, struct error *error)
{
	struct queue_reader *reader = queue_reader_new(take_mail, list);
	struct host_request request = { .command = "queue", .deadline = SECONDS_LIST * 1000, .most = (size_t)1 << 30,
		.piece = take_bytes, .context = reader };
	const struct host_answer *answer = live_store_run(self, host, &request, arena);

	queue_reader_end(reader);
	queue_reader_free(reader);
	if (answer->error.kind != ERROR_NONE) {
		*error = answer->error;
		return false;
	}
	return host_answer_good(&self->apart.settings[host], "queue", answer, error);
}

/* --- what is to be done --------------------------------------------------------------------------------- */

struct doing {
	const char *field, *command;
	const char *back;                  /* field of what takes it back; NULL: nothing does */
	const char *line;                  /* behind the id on the line that postsuper prints for each message */
};
static const struct doing doings[] = {
	{ "hold", "queue-hold", "release", "placed on hold" },
	{ "release", "queue-release", "hold", "released from hold" },
	{ "requeue", "queue-requeue", NULL, "requeued" },
	{ "expire", "queue-expire", NULL, "expired" },
	{ "delete", "queue-delete", NULL, "removed" },
	{ "retry", "queue-retry", NULL, NULL },
};

static const struct doing *doing_of(const struct operation *operation)
{
	for (size_t i = 0; i < sizeof(doings) / sizeof(doings[0]); i++)
		if (strcmp(doings[i].field, operation->deltas[0].attribute) == 0)
			return &doings[i];
	return NULL;
}

/* Is it still to be done to this message? What is held need not be held. */
static bool is_due(const struct doing *doing, const struct wanted *wanted)
{
	bool held = wanted->queue == QUEUE_HOLD;

	if (!wanted->there || wanted->done)
		return false;
	if (strcmp(doing->field, "hold") == 0)
		return !held;
	if (strcmp(doing->field, "release") == 0)
		return held;
	return strcmp(doing->field, "expire") != 0 || !wanted->expired;
}

static char *ids_due(const struct doing *doing, const struct wanted_list *list, size_t *count)
{
	struct text ids = { 0 };

	*count = 0;
	for (size_t i = 0; i < list->count; i++) {
		if (!is_due(doing, &list->rows[i]))
			continue;
		text_addf(&ids, "%s\n", list->rows[i].message.id);
		(*count)++;
	}
	return text_take(&ids);
}

/* "postsuper: 3D2A..: placed on hold", as often as there are messages. */
static size_t read_lines(const struct doing *doing, struct wanted_list *list, const char *complaint)
{
	size_t done = 0;

	while (*complaint) {
		size_t length = strcspn(complaint, "\n");
		const char *id = length > 11 && strncmp(complaint, "postsuper: ", 11) == 0 ? complaint + 11 : NULL;
		size_t id_length = id ? strcspn(id, ":\n") : 0;
		struct wanted *wanted = NULL;
		char name[TRAFFIC_ID];

		if (id && id_length < sizeof(name) && id[id_length] == ':') {
			memcpy(name, id, id_length);
			name[id_length] = '\0';
			wanted = strncmp(id + id_length, ": ", 2) == 0 && strncmp(id + id_length + 2, doing->line, strlen(doing->line)) == 0 ?
				find(list, name) : NULL;
		}
		if (wanted && !wanted->done) {
			wanted->done = true;
			done++;
		}
		complaint += length;
		complaint += *complaint == '\n';
	}
	return done;
}

/* --- what happened ---------------------------------------------------------------------------------------- */

static const char *told(struct arena *arena, const struct wanted_list *list, size_t done)
{
	size_t gone = 0, other = 0, rest;
	char *words;

	for (size_t i = 0; i < list->count; i++) {
		/* What was done to it may be why it is not there any more. */
		if (list->rows[i].done)
			continue;
		other += list->rows[i].other && !list->rows[i].there;
		gone += !list->rows[i].other && !list->rows[i].there;
	}
	if (done >= list->count)
		return NULL;
	rest = list->count - done - gone - other;
	words = arena_text(arena, "");
	if (gone > 0)
		words = arena_format(arena, "%zu had left the queue", gone);
	if (other > 0)
		words = arena_format(arena, "%s%sthe id of %zu names another message by now", words, *words ? ", " : "", other);
	return rest > 0 ? arena_format(arena, "%s%s%zu needed nothing or moved meanwhile", words, *words ? ", " : "", rest) : words;
}

/* What takes it back names the messages that it was really done to. */
static void make_inverse(struct arena *arena, const struct doing *doing, const struct operation *operation,
		const struct wanted_list *list, size_t done, struct operation *inverse)
{
	struct delta *delta = arena_alloc(arena, sizeof(*delta));
	struct value *values = arena_alloc(arena, (done + 1) * sizeof(*values));

	inverse->did = done;
	inverse->told = told(arena, list, done);
	if (!doing->back || done == 0)
		return;
	for (size_t i = 0; i < list->count; i++) {
		const struct traffic_message *message = &list->rows[i].message;

		if (!list->rows[i].done)
			continue;
		values[delta->count].bytes = traffic_message_value(arena, message->id, message->arrival, message->sender);
		values[delta->count].length = strlen(values[delta->count].bytes);
		delta->count++;
	}
	delta->attribute = doing->back;
	delta->how = DELTA_ADD;
	delta->values = values;
	inverse->verb = OPERATION_MODIFY;
	inverse->place = operation->place;
	inverse->deltas = delta;
	inverse->delta_count = 1;
	inverse->words = arena_format(arena, "%s again: %s", doing->back, traffic_words(arena, &kind_queue, values, delta->count));
}

static enum outcome all_over(struct arena *arena, const struct wanted_list *list, struct operation *inverse, struct error *error)
{
	inverse->told = told(arena, list, 0);
	error_set(error, ERROR_NOT_FOUND, "Nothing was left to do: %s", inverse->told ? inverse->told : "no message was named");
	return OUTCOME_ALREADY;
}

/* postqueue takes one id at a time and says nothing of what becomes of it. */
static enum outcome retry(struct live_store *self, size_t host, struct wanted_list *list, const struct doing *doing,
		struct arena *arena, struct error *error, size_t *done)
{
	for (size_t i = 0; i < list->count; i++) {
		const char *holes[] = { list->rows[i].message.id };
		struct host_request request = { .command = doing->command, .holes = holes, .hole_count = 1 };
		const struct host_answer *answer;

		if (!is_due(doing, &list->rows[i]))
			continue;
		answer = live_store_run(self, host, &request, arena);
		if (answer->error.kind != ERROR_NONE || !host_answer_good(&self->apart.settings[host], doing->command, answer, error)) {
			if (answer->error.kind != ERROR_NONE)
				*error = answer->error;
			return *done > 0 ? OUTCOME_UNKNOWN : live_store_failed(error);
		}
		list->rows[i].done = true;
		(*done)++;
	}
	return OUTCOME_APPLIED;
}

static enum outcome run_postsuper(struct live_store *self, size_t host, struct wanted_list *list, const struct doing *doing,
		char *ids, struct arena *arena, struct error *error, size_t *done)
{
	struct host_request request = { .command = doing->command, .input = ids, .input_length = strlen(ids),
		.deadline = SECONDS_DO * 1000, .most = (size_t)16 << 20 };
	const struct host_answer *answer = live_store_run(self, host, &request, arena);

	*done += read_lines(doing, list, answer->complaint ? answer->complaint : "");
	if (answer->error.kind != ERROR_NONE) {
		*error = answer->error;
		return live_store_failed(error);
	}
	/* With its own log out of reach it ends badly although all is done, so the lines decide (postfix 7). */
	if (*done > 0)
		return OUTCOME_APPLIED;
	if (!host_answer_good(&self->apart.settings[host], doing->command, answer, error))
		return OUTCOME_NOT_APPLIED;
	return OUTCOME_ALREADY;
}

/* Looks again at those that are not done yet. */
static bool look_at_rest(struct live_store *self, size_t host, struct wanted_list *list, struct arena *arena)
{
	struct error error;

	for (size_t i = 0; i < list->count; i++)
		if (!list->rows[i].done)
			list->rows[i].there = list->rows[i].other = false;
	return look_at_queue(self, host, list, arena, &error);
}

/* A message that moves from one queue to another just then is missed by postsuper, so the rest is tried again. */
static enum outcome run_until_done(struct live_store *self, size_t host, struct wanted_list *list, const struct doing *doing,
		struct arena *arena, struct error *error, size_t *done)
{
	enum outcome outcome = OUTCOME_ALREADY;
	size_t due;

	for (int pass = 0; pass < PASSES; pass++) {
		char *ids = ids_due(doing, list, &due);

		if (due > 0)
			outcome = run_postsuper(self, host, list, doing, ids, arena, error, done);
		free(ids);
		if (due == 0 || outcome != OUTCOME_APPLIED || *done >= list->count || !look_at_rest(self, host, list, arena))
			break;
	}
	/* What was done stands, also where the second look could not be made. */
	return *done > 0 && outcome != OUTCOME_UNKNOWN ? OUTCOME_APPLIED : outcome;
}

enum outcome queue_apply(struct live_store *self, size_t host, const struct operation *operation, struct arena *arena,
		struct operation *inverse, struct error *error)
{
	const struct doing *doing = doing_of(operation);
	struct wanted_list list = wanted_of(arena, operation);
	enum outcome outcome;
	size_t due, done = 0;
	char *ids;

	if (!doing) {
		error_set(error, ERROR_INTERNAL, "nothing is known that \"%s\" does to a message", operation->deltas[0].attribute);
		return OUTCOME_NOT_APPLIED;
	}
	/* Nothing was touched yet, so what fails here has certainly not happened. */
	if (!look_at_queue(self, host, &list, arena, error))
		return OUTCOME_NOT_APPLIED;
	ids = ids_due(doing, &list, &due);
	if (due == 0)
		outcome = all_over(arena, &list, inverse, error);
	else if (!doing->line)
		outcome = retry(self, host, &list, doing, arena, error, &done);
	else
		outcome = run_until_done(self, host, &list, doing, arena, error, &done);
	free(ids);
	if (outcome == OUTCOME_APPLIED)
		make_inverse(arena, doing, operation, &list, done, inverse);
	else if (outcome == OUTCOME_ALREADY && due > 0)
		outcome = all_over(arena, &list, inverse, error);
	return outcome;
}

/* --- nobody saw it end ------------------------------------------------------------------------------------- */

/* Does the queue look as it would after it was done to this message? */
static bool looks_done(const struct doing *doing, const struct wanted *wanted)
{
	if (strcmp(doing->field, "hold") == 0)
		return wanted->there && wanted->queue == QUEUE_HOLD;
	if (strcmp(doing->field, "release") == 0)
		return !wanted->there || wanted->queue != QUEUE_HOLD;
	if (strcmp(doing->field, "expire") == 0)
		return !wanted->there || wanted->expired;
	return !wanted->there;
}

enum outcome queue_look(struct live_store *self, size_t host, const struct operation *operation, struct arena *arena,
		struct operation *inverse, struct error *error)
{
	const struct doing *doing = doing_of(operation);
	struct wanted_list list = wanted_of(arena, operation);
	size_t done = 0;

	if (!doing || !look_at_queue(self, host, &list, arena, error))
		return OUTCOME_UNKNOWN;
	for (size_t i = 0; i < list.count; i++) {
		list.rows[i].done = looks_done(doing, &list.rows[i]);
		done += list.rows[i].done;
	}
	if (done == 0 || !doing->line) {
		error_set(error, ERROR_UNKNOWN_OUTCOME, doing->line ? "No message was touched, as seen afterwards" :
			"Whether they were tried cannot be seen afterwards; trying again does no harm");
		return OUTCOME_NOT_APPLIED;
	}
	make_inverse(arena, doing, operation, &list, done, inverse);
	return OUTCOME_APPLIED;
}
