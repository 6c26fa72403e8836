/*
 * steps: how plans are made of changes.
 *
 * Each function here adds steps for every server that they concern; a server
 * that cannot be asked now still gets its step, so that it is seen to be open.
 * Pure but for reading what the collector knows; loop thread.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "desk/desk_private.h"
#include "model/live_kinds.h"
#include "model/mailbox.h"
#include "model/traffic.h"

const char *desk_wish_text(const struct desk_plan *plan, const char *field)
{
	return plan->wish && kind_field(plan->wish->kind, field) ? record_text(plan->wish, field) : "";
}

bool desk_wants(const struct desk_plan *plan, const char *field)
{
	return strcmp(desk_wish_text(plan, field), "yes") == 0;
}

void desk_remark(struct desk_plan *plan, const char *format, ...)
{
	va_list arguments;

	plan->remarks = arena_grow(plan->arena, plan->remarks, &plan->remark_capacity, plan->remark_count + 2, sizeof(*plan->remarks));
	va_start(arguments, format);
	plan->remarks[plan->remark_count++] = arena_vformat(plan->arena, format, arguments);
	va_end(arguments);
	plan->remarks[plan->remark_count] = NULL;
}

void desk_names(struct arena *arena, const struct record *person, const char *names[DESK_NAMES])
{
	const char *address = record_text(person, "address"), *login = record_text(person, "login");
	size_t count = 0;

	memset(names, 0, DESK_NAMES * sizeof(names[0]));
	if (*address)
		names[count++] = text_lower_ascii(arena, address, strlen(address));
	if (*login && (!count || strcmp(names[0], login) != 0))
		names[count] = arena_text(arena, login);
}

struct planned *desk_step(struct desk_plan *plan, const char *server, struct change *change, const char *ahead, const char *words, const char *still)
{
	struct planned *step;

	plan->steps = arena_grow(plan->arena, plan->steps, &plan->capacity, plan->count + 1, sizeof(*plan->steps));
	step = &plan->steps[plan->count++];
	*step = (struct planned){ .change = change, .server = server, .ahead = ahead, .words = words, .still = still };
	return step;
}

void desk_step_person(struct desk_plan *plan, struct change *change, bool stops, const char *ahead, const char *words, const char *still)
{
	struct planned *step;

	if (change->edit_count == 0) {
		change_free(change);
		return;
	}
	step = desk_step(plan, NULL, change, ahead, words, still);
	step->stops = stops;
	step->ends = change_touches(change, "forwards") ? ENDS_FORWARD : ENDS_NOTHING;
}

struct change *desk_change_person(const struct desk_plan *plan)
{
	struct change *change = change_new(VERB_EDIT, plan->person->kind, plan->person->name);

	change->id = arena_text(change->arena, plan->person->id);
	change_saw(change, plan->person);
	return change;
}

/* --- servers ------------------------------------------------------------------------------------------------ */

static size_t host_count(const struct desk_plan *plan)
{
	return plan->live ? hosts_count(live_hosts(plan->live)) : 0;
}

static const struct host_settings *host_of(const struct desk_plan *plan, size_t host)
{
	return host_at(live_hosts(plan->live), host);
}

bool desk_server_can(const struct desk_plan *plan, const char *server, const char *command, struct error *error)
{
	size_t host;

	return !plan->live || !host_named(live_hosts(plan->live), server, &host) ||
		host_way(live_hosts(plan->live), host, command, error) != WAY_NONE;
}

/* "mail1" is the host mail1.example.com of the directory. */
static bool same_host(const char *name, const char *home)
{
	return text_same_ascii_case(name, home) || (strlen(name) == strcspn(home, ".") && strncasecmp(name, home, strlen(name)) == 0);
}

const char *desk_home(const struct desk_plan *plan)
{
	const char *home = kind_field(plan->person->kind, "home_server") ? record_text(plan->person, "home_server") : "";
	const char *only = NULL;
	size_t mailboxes = 0;

	for (size_t i = 0; i < host_count(plan); i++) {
		if (!(host_of(plan, i)->roles & HOST_MAILBOX))
			continue;
		if (*home && same_host(host_of(plan, i)->name, home))
			return host_of(plan, i)->name;
		only = host_of(plan, i)->name;
		mailboxes++;
	}
	return mailboxes == 1 ? only : NULL;
}

void desk_step_flush(struct desk_plan *plan, const char *still)
{
	const char *names[DESK_NAMES];

	desk_names(plan->arena, plan->person, names);
	for (size_t i = 0; i < host_count(plan); i++) {
		/* The cache goes by what a program gave as user name, which may be either. */
		for (size_t j = 0; j < DESK_NAMES && names[j] && host_of(plan, i)->roles & HOST_MAILBOX; j++)
			desk_step(plan, host_of(plan, i)->name, mailbox_change_do(host_of(plan, i)->name, names[j], "flush"),
				j == 0 ? "empty the login cache" : arena_format(plan->arena, "empty the login cache (%s)", names[j]),
				j == 0 ? "login cache emptied" : arena_format(plan->arena, "login cache emptied (%s)", names[j]), still)->repeats = true;
	}
}

/* --- sessions ------------------------------------------------------------------------------------------------- */

/* How many connections this name has on this server, as far as is known. */
static uint64_t connections_of(const struct desk_plan *plan, size_t host, const char *name)
{
	struct live_question question = { .table = "connections", .host = host };
	struct arena *arena = arena_new();
	struct rows *rows;
	uint64_t count;

	question.of = arena_format(arena, "user:%s", name);
	rows = live_rows(plan->live, &question);
	count = rows->count;
	rows_free(rows);
	arena_free(arena);
	return count;
}

static struct change *sessions_on(const struct desk_plan *plan, size_t host)
{
	const char *server = host_of(plan, host)->name, *names[DESK_NAMES];
	struct change *change = change_new(VERB_EDIT, &kind_sessions, server);
	struct value values[DESK_NAMES];
	size_t count = 0;

	desk_names(change->arena, plan->person, names);
	for (size_t i = 0; i < DESK_NAMES && names[i]; i++) {
		uint64_t open = connections_of(plan, host, names[i]);

		/* The first name stands there also with nobody connected: somebody may be by the time it is done. */
		if (open > 0 || i == 0)
			values[count++] = value_text(change->arena, traffic_session_value(change->arena, open, server, names[i], ""));
	}
	change_edit(change, kind_field(&kind_sessions, "end"), EDIT_ADD, values, count);
	return change;
}

static struct change *sessions_anew(const struct desk_plan *plan, const struct planned *step)
{
	size_t host;

	return host_named(live_hosts(plan->live), step->server, &host) ? sessions_on(plan, host) : NULL;
}

bool desk_step_sessions_on(struct desk_plan *plan, const char *server, const char *still)
{
	struct planned *step;
	size_t host;

	if (!plan->live || !host_named(live_hosts(plan->live), server, &host))
		return false;
	step = desk_step(plan, host_of(plan, host)->name, sessions_on(plan, host), "end mailbox sessions", "mailbox sessions ended", still);
	step->repeats = true;
	step->anew = sessions_anew;
	return true;
}

void desk_step_sessions(struct desk_plan *plan, const char *still)
{
	const char *names[DESK_NAMES];

	desk_names(plan->arena, plan->person, names);
	for (size_t i = 0; i < host_count(plan) && names[0]; i++)
		if (host_of(plan, i)->roles & HOST_MAILBOX)
			desk_step_sessions_on(plan, host_of(plan, i)->name, still);
}

/* Of a thief's sessions is said that they were not ended; else what can never be done there is told, and no step. */
static bool smtp_can_be_ended(struct desk_plan *plan, const char *server)
{
	struct error error = { 0 };

	if (plan->job->large || desk_server_can(plan, server, "smtp-end", &error))
		return true;
	desk_remark(plan, "! SMTP sessions that are open on %s go on: they can be neither seen nor ended from here (%s)", server, error.text);
	return false;
}

void desk_step_smtp(struct desk_plan *plan)
{
	const char *names[DESK_NAMES];
	size_t senders = 0;

	desk_names(plan->arena, plan->person, names);
	for (size_t i = 0; i < host_count(plan); i++)
		senders += (host_of(plan, i)->roles & HOST_TRANSPORT) != 0;
	if (senders == 0 && names[0])
		desk_remark(plan, "! SMTP sessions that are open go on: the configuration has no server with role transport or both, so none can be seen or ended");
	for (size_t i = 0; i < host_count(plan) && names[0]; i++)
		if (host_of(plan, i)->roles & HOST_TRANSPORT && smtp_can_be_ended(plan, host_of(plan, i)->name))
			desk_step(plan, host_of(plan, i)->name, mailbox_change_smtp(host_of(plan, i)->name, names[0], names), "end sending sessions (Postfix)",
				"sending sessions ended (Postfix)",
				"a program that is logged in there goes on sending until it closes the connection")->repeats = true;
}

void desk_step_recalculate(struct desk_plan *plan)
{
	const char *names[DESK_NAMES], *home = desk_home(plan);

	desk_names(plan->arena, plan->person, names);
	if (!home)
		desk_remark(plan, "the mailbox is not counted anew: which server holds it is not known");
	else if (names[0])
		desk_step(plan, home, mailbox_change_do(home, names[0], "recalculate"), "count the mailbox anew (quota recalc)", "mailbox counted anew (quota recalc)",
			"what Dovecot takes for used may be wrong")->repeats = true;
}

bool desk_unanswered(const struct desk_plan *plan)
{
	return record_get(plan->person, "forwards")->count > 0 && strcmp(record_text(plan->person, "keep_copy"), "no") == 0;
}

void desk_remark_unanswered(struct desk_plan *plan)
{
	if (desk_unanswered(plan))
		desk_remark(plan, "! NOBODY is answered as long as all mail is forwarded to %s and no copy reaches the mailbox (repair forwarding, Keep a copy)",
			record_words(plan->arena, kind_field(plan->person->kind, "forwards"), record_get(plan->person, "forwards")));
}

const char *desk_kept_out(const struct desk_plan *plan)
{
	static const char *const cleared[] = { "locked", "failed_lock" };
	const struct field *field = kind_field(plan->person->kind, "state");
	const char *state = field ? record_text(plan->person, "state") : "";

	/* The first choice is the one without a lock. */
	if (!*state || strcmp(state, field->choices[0]) == 0)
		return NULL;
	for (size_t i = 0; i < sizeof(cleared) / sizeof(cleared[0]); i++)
		if (kind_field(plan->person->kind, cleared[i]) && strcmp(record_text(plan->person, cleared[i]), "yes") == 0)
			return NULL;
	return state;
}

const char *desk_kept_out_by(const struct desk_plan *plan)
{
	const struct field_values *state = record_get(plan->person, "state");

	return state->origin ? state->origin : state->note ? state->note : "by its date";
}

/* Mail to these is answered too. */
static const char *const *further_addresses(const struct desk_plan *plan)
{
	const struct field_values *alternates = record_get(plan->person, "alternates");
	const char **list = arena_alloc(plan->arena, (alternates->count + 1) * sizeof(*list));

	for (size_t i = 0; i < alternates->count; i++)
		list[i] = alternates->values[i].bytes;
	return list;
}

void desk_step_absence(struct desk_plan *plan, const char *from, const char *until, const char *subject, const char *text)
{
	const struct mailbox_absence absence = { .from = from, .until = until, .subject = subject, .text = text, .addresses = further_addresses(plan) };
	const char *names[DESK_NAMES], *home = desk_home(plan);

	desk_names(plan->arena, plan->person, names);
	if (!home)
		desk_remark(plan, "! %s: which server holds the mailbox is not known (no home server, and several are configured)",
			text ? "NOBODY is answered, no absence is written" : "the absence is not taken out");
	else if (names[0])
		desk_step(plan, home, mailbox_change_absence(home, names[0], text ? &absence : NULL), text ? "write the absence" : "take the absence out",
			text ? "absence written" : "absence taken out",
			text ? "nobody who writes is told" : "mail goes on being answered")->ends = ENDS_ABSENCE;
}

void desk_step_due(struct desk_plan *plan, int64_t when, const char *words)
{
	char *day = text_from_time(plan->arena, when);
	struct planned *step;

	day[strcspn(day, "T")] = '\0';
	step = desk_step(plan, NULL, NULL, arena_format(plan->arena, "keep as due on %s: %s", day, words),
		arena_format(plan->arena, "kept as due on %s: %s", day, words), "nobody is reminded");
	step->due = when;
	step->due_words = words;
}

/* Does anything about it speak of the server being away, rather than of what it cannot do? */
static bool is_away(const struct error *error)
{
	return error->kind == ERROR_UNREACHABLE || error->kind == ERROR_TIMEOUT || error->kind == ERROR_CANCELLED;
}

/* What reads settings says that it could not read; whether the server is away is told by its queue, which was asked with it. */
static bool gave_no_answer(const struct desk_plan *plan, const struct desk_refusal *refusal)
{
	if (refusal->change || refusal->error.kind == ERROR_NONE)
		return false;
	for (size_t i = 0; i < plan->queue_count; i++)
		if (strcmp(plan->queues[i].server, refusal->server) == 0 && is_away(&plan->queues[i].error))
			return true;
	return is_away(&refusal->error);
}

void desk_step_refuse(struct desk_plan *plan)
{
	for (size_t i = 0; i < plan->refusal_count; i++) {
		struct desk_refusal *refusal = &plan->refusals[i];
		bool away = gave_no_answer(plan, refusal);
		struct planned *step;

		if (!refusal->change && refusal->error.kind != ERROR_NONE && !away)
			desk_remark(plan, "! %s: Postfix does not refuse %s by itself: %s", refusal->server, refusal->login, refusal->error.text);
		if (!refusal->change && !away)
			continue;
		step = desk_step(plan, refusal->server, refusal->change, arena_format(plan->arena, "have Postfix refuse %s", refusal->login),
			arena_format(plan->arena, "%s refused by Postfix", refusal->login),
			"Postfix goes on taking mail from this login as long as Dovecot lets it in");
		refusal->change = NULL;
		step->why = refusal->error;
		step->repeats = true;
		step->login = refusal->login;
	}
}

/* --- queued mail ---------------------------------------------------------------------------------------------- */

enum { EXAMPLES = 5 };

/* "3F8A21C07D to kunde7@gmail.com; ..." */
static const char *examples(struct desk_plan *plan, const struct desk_queue *queue)
{
	const char *words = "";
	size_t told = 0;

	for (size_t i = 0; i < QUEUE_LISTINGS; i++) {
		for (size_t j = 0; queue->rows[i] && j < queue->rows[i]->count && told < EXAMPLES; j++, told++) {
			const struct row *row = &queue->rows[i]->rows[j];

			words = arena_format(plan->arena, "%s%s%s to %.60s", words, told > 0 ? "; " : "", row->name, row->values[LM_RECIPIENTS].bytes);
		}
	}
	return words;
}

void desk_step_hold(struct desk_plan *plan)
{
	for (size_t i = 0; i < plan->queue_count; i++) {
		struct desk_queue *queue = &plan->queues[i];
		bool failed = queue->error.kind != ERROR_NONE;
		struct planned *step;

		if (failed && !is_away(&queue->error)) {
			desk_remark(plan, "! %s: what waits there from this person is not known and not held: %s", queue->server, queue->error.text);
			continue;
		}
		if (!failed && queue->matching > 0)
			desk_remark(plan, "%s: %" PRIu64 " mail%s from this person%s: %s%s", queue->server, queue->matching, queue->matching == 1 ? " waits" : "s wait",
				queue->others > 0 ? arena_format(plan->arena, ", %" PRIu64 " of them sent with this login under other names", queue->others) : "",
				examples(plan, queue), queue->matching > EXAMPLES ? "; .." : "");
		if (!failed && queue->unknown)
			desk_remark(plan, "! %s: mail that this login sent under other names may be missing from what is held: %s", queue->server, queue->unknown);
		step = desk_step(plan, queue->server, failed ? NULL : queue_hold(queue), "put queued mail on hold", "queued mail put on hold", "mail of this person goes on being sent");
		step->repeats = true;
		step->hold = true;
		step->why = queue->error;
	}
}
