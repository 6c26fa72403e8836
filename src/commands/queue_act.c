/*
 * queue_act: `postroom queue hold|release|requeue|retry|delete|expire`: which
 * messages, then the same way through the gate as any other change.
 *
 * What is meant is read from the queue now and frozen by id, arrival and
 * sender; nothing is done without naming what: ids or a criterion.  An id that
 * is not there is named and the exit status tells it, the others are done.
 * Loop thread.
 */
#include "commands/queue_act.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/lookup.h"
#include "base/text.h"
#include "commands/ending.h"
#include "commands/look.h"
#include "commands/write.h"
#include "live/live.h"
#include "model/rows.h"
#include "model/traffic.h"

/* As many as one review can hold; live_messages gives no more. */
enum { AT_ONCE = 10000 };

struct acting {
	struct look look;
	struct live_pick pick;
	const char **ids;                  /* what pick.ids points at, NULL-terminated */
	size_t id_count;
	struct rows *rows;                 /* NULL: the queue could not be read */
	uint64_t matching;
	struct error error;
};

bool queue_act_known(const char *word)
{
	const struct field *field = kind_field(&kind_queue, word);

	return field && !(field->flags & FIELD_KEY);
}

/* --- which messages -------------------------------------------------------------------------- */

/* "90s", "30m", "2h", "1d" to seconds. */
static bool read_age(const char *words, int64_t *seconds)
{
	static const struct { char unit; int64_t seconds; } units[] = { { 's', 1 }, { 'm', 60 }, { 'h', 3600 }, { 'd', 86400 } };
	size_t digits = strspn(words, "0123456789");

	if (digits == 0 || digits > 9 || strlen(words) != digits + 1)
		return false;
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		if (words[digits] == units[i].unit) {
			*seconds = strtoll(words, NULL, 10) * units[i].seconds;
			return *seconds > 0;
		}
	return false;
}

static bool take_before(struct acting *acting, const char *value, struct error *error)
{
	int64_t age;

	if (!read_age(value, &age))
		return error_set(error, ERROR_USAGE, "before=%.60s: an age is a number and s, m, h or d: before=2h", value);
	acting->pick.before = clock_now() - age;
	return true;
}

static bool take_queue(struct acting *acting, const char *value, struct error *error)
{
	static const char *const names[] = { "maildrop", "active", "incoming", "deferred", "hold" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(names[i], value) == 0) {
			acting->pick.queue = names[i];
			return true;
		}
	return error_set(error, ERROR_USAGE, "queue=%.60s: the queues are maildrop, active, incoming, deferred and hold", value);
}

static bool take_sender(struct acting *acting, const char *value, struct error *error)
{
	(void)error;
	acting->pick.sender = strcmp(value, "<>") == 0 ? "MAILER-DAEMON" : value;
	return true;
}

static bool take_domain(struct acting *acting, const char *value, struct error *error)
{
	(void)error;
	acting->pick.domain = text_lower_ascii(acting->look.headless.arena, value, strlen(value));
	return true;
}

static bool take_reason(struct acting *acting, const char *value, struct error *error)
{
	(void)error;
	acting->pick.reason = value;
	return true;
}

static bool take_recipient(struct acting *acting, const char *value, struct error *error)
{
	(void)error;
	acting->pick.recipient = value;
	return true;
}

static const struct criterion {
	const char *name;
	bool (*take)(struct acting *acting, const char *value, struct error *error);
} criteria[] = {
	{ "domain", take_domain }, { "reason", take_reason }, { "sender", take_sender }, { "recipient", take_recipient },
	{ "queue", take_queue }, { "before", take_before },
};

static bool take_id(struct acting *acting, const char *word, struct error *error)
{
	struct traffic_message message;

	if (!traffic_message_read(arena_format(acting->look.headless.arena, "%s 0 x", word), &message))
		return error_set(error, ERROR_USAGE, "\"%.60s\" is no queue id (6 to 20 letters and digits), and no criterion like domain=example.net", word);
	acting->ids[acting->id_count++] = word;
	return true;
}

static bool take_word(struct acting *acting, const char *word, struct error *error)
{
	const char *equals = strchr(word, '=');

	if (!equals)
		return take_id(acting, word, error);
	for (size_t i = 0; i < sizeof(criteria) / sizeof(criteria[0]); i++) {
		const struct criterion *one = &criteria[i];

		if (strlen(one->name) != (size_t)(equals - word) || strncmp(word, one->name, strlen(one->name)) != 0)
			continue;
		return equals[1] ? one->take(acting, equals + 1, error) :
			error_set(error, ERROR_USAGE, "%s needs a value", word);
	}
	return error_set(error, ERROR_USAGE, "%.60s: messages are picked by domain, reason, sender, recipient, queue and before", word);
}

static bool read_words(struct acting *acting, int argc, char **argv)
{
	struct error error = { 0 };

	acting->ids = arena_alloc(acting->look.headless.arena, ((size_t)argc + 1) * sizeof(*acting->ids));
	for (int i = 0; i < argc; i++)
		if (!take_word(acting, argv[i], &error))
			return headless_fail(&acting->look.headless, &error);
	if (argc == 0) {
		error_set(&error, ERROR_USAGE, "Which messages? Name their ids, or what they have in common: domain=example.net, "
			"reason=, sender=, recipient=, queue=, before=2h");
		return headless_fail(&acting->look.headless, &error);
	}
	if (acting->id_count > 0)
		acting->pick.ids = acting->ids;
	return true;
}

/* --- where --------------------------------------------------------------------------------------- */

/* The one that was named, else the only one that carries mail. */
static bool choose_host(struct acting *acting)
{
	struct hosts *hosts = live_hosts(acting->look.live);
	size_t carrying = 0;
	struct error error = { 0 };

	for (size_t i = 0; acting->look.host == LIVE_ALL && i < hosts_count(hosts); i++)
		if (host_at(hosts, i)->roles & HOST_TRANSPORT && carrying++ == 0)
			acting->look.host = i;
	if (carrying > 1)
		error_set(&error, ERROR_USAGE, "Several servers have a queue, so say which: --host %s", host_at(hosts, acting->look.host)->name);
	else if (acting->look.host == LIVE_ALL)
		error_set(&error, ERROR_UNSUPPORTED, "No server has a queue: none is configured as one that carries mail (role transport or both)");
	return error.kind == ERROR_NONE || headless_fail(&acting->look.headless, &error);
}

static void on_messages(void *context, struct rows *takes, uint64_t matching, const struct error *error)
{
	struct acting *acting = context;

	acting->rows = takes;
	acting->matching = matching;
	acting->error = *error;
	acting->look.headless.done = true;
}

static bool read_queue(struct acting *acting)
{
	live_messages(acting->look.live, acting->look.host, &acting->pick, AT_ONCE, on_messages, acting);
	if (!ending_wait_look(&acting->look.headless))
		return false;
	return acting->rows || headless_fail(&acting->look.headless, &acting->error);
}

/* --- what is not there ------------------------------------------------------------------------------ */

/* Ids that were named and are not among the rows; they only tell where no criterion could have left them out. */
static void tell_missing_ids(struct acting *acting, const char *server)
{
	struct lookup *there = lookup_new();

	for (size_t i = 0; i < acting->rows->count; i++)
		lookup_put(there, acting->rows->rows[i].name, acting);
	for (size_t i = 0; i < acting->id_count; i++) {
		if (lookup_get(there, acting->ids[i]))
			continue;
		headless_note("postroom: %s: %s is not in the queue, or is not what was asked for", server, acting->ids[i]);
		acting->look.headless.status = error_exit_status(ERROR_NOT_FOUND);
	}
	lookup_free(there);
}

static void act(struct acting *acting, const char *field)
{
	const char *server = host_at(live_hosts(acting->look.live), acting->look.host)->name;
	const struct row **rows = arena_alloc(acting->look.headless.arena, (acting->rows->count + 1) * sizeof(*rows));
	int missing;
	struct change *change;
	struct error error = { 0 };

	tell_missing_ids(acting, server);
	missing = acting->look.headless.status;
	for (size_t i = 0; i < acting->rows->count; i++)
		rows[i] = &acting->rows->rows[i];
	change = traffic_of_messages(server, field, rows, acting->rows->count);
	if (!change) {
		error_set(&error, ERROR_NOT_FOUND, "%s: no message matches", server);
		headless_fail(&acting->look.headless, &error);
		return;
	}
	if (acting->matching > acting->rows->count)
		headless_note("postroom: The oldest %zu of %llu that match; the same again does the next", acting->rows->count,
			(unsigned long long)acting->matching);
	write_change(&acting->look.headless, change);
	if (acting->look.headless.status == 0)
		acting->look.headless.status = missing;
	change_free(change);
}

int queue_act_run(struct config *takes, const struct arguments *arguments, const char *field, int argc, char **argv)
{
	struct acting acting = { .rows = NULL };

	if (look_begin(&acting.look, takes, arguments, 0) && read_words(&acting, argc, argv) && choose_host(&acting) && read_queue(&acting))
		act(&acting, field);
	rows_free(acting.rows);
	return headless_close(&acting.look.headless);
}
