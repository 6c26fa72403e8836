/*
 * store: files of a server under the guardian, as a place that the gate can
 * write.
 *
 * apply hands the change to the guardian on the server and returns when it
 * waits for a confirmation, or has refused or taken the change back; what was
 * cut off in the middle is unknown until the guardian has been asked.  The
 * inverse is a guarded change like any other.  Gate's thread, except making,
 * freeing and interrupt (loop thread).
 */
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/loop.h"
#include "base/text.h"
#include "settings/store_private.h"

/* Of a call: checks, a reload, two looks at most 20 s each, and the way back. The guardian goes on by itself whatever happens. */
enum { APPLY_MS = 170000, ORDER_MS = 60000, STATUS_MS = 20000 };

struct settings_store {
	struct store store;
	struct hosts_apart apart;
	struct loop *loop;                         /* of apart, once it is open */
	struct hosts *hosts;
	volatile bool give_up;                     /* set by interrupt on the loop thread */
};

static void open_here(struct settings_store *self)
{
	hosts_apart_open(&self->apart);
	self->loop = self->apart.loop;
	self->hosts = self->apart.hosts;
}

static bool host_of(struct settings_store *self, const char *name, size_t *host, struct error *error)
{
	open_here(self);
	return host_named(self->hosts, name, host) ||
		error_set(error, ERROR_NOT_FOUND, "%s: no server of this name is configured; postroom servers lists them", name);
}

/* --- asking the guardian ------------------------------------------------------------------------------ */

bool settings_report(struct arena *arena, const struct host_answer *answer, struct guardian_report *report, struct error *error)
{
	if (answer->error.kind != ERROR_NONE) {
		*error = answer->error;
		return false;
	}
	if (guardian_report_read(arena, answer->output, answer->length, report, NULL))
		return true;
	return error_set(error, ERROR_UNSUPPORTED, "there is no postroom that could change files under a timer: %.200s (exit status %d)",
		*answer->complaint ? answer->complaint : "it said nothing", answer->status);
}

static bool ask(struct settings_store *self, size_t host, struct host_request *request, struct arena *arena,
		struct guardian_report *report, struct error *error)
{
	const struct host_answer *answer = host_run_here(self->hosts, self->loop, host, request, &self->give_up, arena);

	if (settings_report(arena, answer, report, error))
		return true;
	if (answer->error.kind != ERROR_NONE)
		return false;
	error_prefix(error, "%s", host_at(self->hosts, host)->name);
	/* It ran and has not told how it ended, as where it was killed: whether the guardian goes on is asked afterwards. */
	if (strcmp(request->command, "guardian-status"))
		error->kind = ERROR_UNKNOWN_OUTCOME;
	return false;
}

static bool ask_status(struct settings_store *self, size_t host, struct arena *arena, struct guardian_report *report, struct error *error)
{
	struct host_request request = { .command = "guardian-status", .deadline = STATUS_MS };
	bool fine = ask(self, host, &request, arena, report, error);

	/* A question has no outcome: the server could not be asked. */
	if (!fine && error->kind == ERROR_UNKNOWN_OUTCOME)
		error->kind = ERROR_UNREACHABLE;
	return fine;
}

/* --- restarts ------------------------------------------------------------------------------------------- */

static bool restart_of(struct settings_store *self, size_t host, const char *service, struct arena *arena, struct restarting *restarting, struct error *error)
{
	*restarting = (struct restarting){ .hosts = self->hosts, .loop = self->loop, .host = host, .row = setting_restart_find(service),
		.give_up = &self->give_up, .arena = arena };
	return restarting->row || error_set(error, ERROR_INVALID, "%s is no service that postroom restarts", service);
}

/* --- before it is shown --------------------------------------------------------------------------------- */

static bool store_handles(void *self, const struct kind *kind)
{
	(void)self;
	return kind_guarded(kind);
}

static const char *order_of(const struct change *change)
{
	for (size_t i = 0; settings_orders[i]; i++)
		if (guarded_set(change, settings_orders[i]))
			return settings_orders[i];
	return NULL;
}

/* Not as an age, which tells one minute of 100 seconds. */
static char *left_words(struct arena *arena, const struct guardian_report *report)
{
	int64_t left = report->deadline > report->now ? report->deadline - report->now : 0;

	if (left < 60)
		return arena_format(arena, "%lld s", (long long)left);
	return left % 60 ? arena_format(arena, "%lld m %lld s", (long long)(left / 60), (long long)(left % 60)) : arena_format(arena, "%lld m", (long long)(left / 60));
}

/* Another change that waits would refuse this one; it is said before anybody reads a review. */
static bool is_free(const struct guardian_report *report, const char *server, struct arena *arena, struct error *error)
{
	if (report->state != GUARDIAN_WAITING)
		return true;
	return error_set(error, ERROR_CONFLICT, "%s: a change of %s waits there to be confirmed (\"%s\", %s left); confirm it or roll it back first",
		server, report->who ? report->who : "somebody", report->sentence ? report->sentence : "", left_words(arena, report));
}

static void add_shown(struct arena *arena, struct record *record, const struct value *values, size_t count, bool after)
{
	struct value *lines = arena_alloc(arena, (count + 1) * sizeof(*lines));
	struct shown_value shown;
	size_t next = 0;

	for (size_t i = 0; i < count; i++) {
		if (!shown_value_read(arena, &values[i], &shown))
			continue;
		lines[next].bytes = arena_format(arena, "%s = %s", shown.name, *(after ? shown.after : shown.before) ? (after ? shown.after : shown.before) : "(none)");
		lines[next].length = strlen(lines[next].bytes);
		next++;
	}
	record_set(record, "value", VALUE_OWN, lines, next);
}

const struct delta *operation_delta(const struct operation *operation, const char *field)
{
	for (size_t i = 0; i < operation->delta_count; i++)
		if (!strcmp(operation->deltas[i].attribute, field) && operation->deltas[i].count > 0)
			return &operation->deltas[i];
	return NULL;
}

/* Values for people, of an edit or of an undo. */
static const struct value *shown_of(const struct change *change, size_t *count)
{
	const struct delta *delta = change->verb == VERB_UNDO && change->operation_count > 0 ? operation_delta(&change->operations[0], "value") : NULL;

	*count = delta ? delta->count : 0;
	if (delta)
		return delta->values;
	for (size_t i = 0; i < change->edit_count; i++)
		if (!strcmp(change->edits[i].field->name, "value")) {
			*count = change->edits[i].count;
			return change->edits[i].values;
		}
	return NULL;
}

static bool store_gather(void *context, const struct change *change, struct arena *arena, struct facts *facts, struct error *error)
{
	struct settings_store *self = context;
	const char *order = order_of(change), *service = guarded_set(change, "restart");
	bool tests = guarded_set(change, "log_test") != NULL;
	struct guardian_report report;
	struct restarting restarting;
	const struct value *values;
	size_t host, count;

	self->give_up = false;
	if (!host_of(self, change->name, &host, error))
		return false;
	if (tests && host_way(self->hosts, host, "log-test", error) == WAY_NONE)
		return false;
	if (service && (!restart_of(self, host, service, arena, &restarting, error) || !restart_possible(&restarting, error)))
		return false;
	if (!service && !tests && (host_way(self->hosts, host, "guardian-apply", error) == WAY_NONE ||
	    !ask_status(self, host, arena, &report, error) || (!order && !is_free(&report, change->name, arena, error))))
		return false;
	if (order && !service && !tests && (!report.id || strcmp(report.id, guarded_set(change, order))))
		return error_set(error, ERROR_NOT_FOUND, "%s: no change of this id waits there", change->name);
	facts->now = record_new_in(arena, change->kind);
	facts->now->name = arena_text(arena, change->name);
	facts->now->id = facts->now->name;
	record_set_text(facts->now, change->kind->name_field, change->name);
	/* Nothing of it is in the directory, so no listener follows. */
	facts->plain = true;
	values = shown_of(change, &count);
	add_shown(arena, facts->now, values, count, false);
	return true;
}

static void add_delta(struct arena *arena, struct operation *step, const char *field, const struct value *values, size_t count)
{
	struct delta *deltas = arena_alloc(arena, (step->delta_count + 1) * sizeof(*deltas));

	if (step->delta_count > 0)
		memcpy(deltas, step->deltas, step->delta_count * sizeof(*deltas));
	deltas[step->delta_count++] = (struct delta){ .attribute = field, .how = DELTA_REPLACE, .values = values, .count = count };
	step->deltas = deltas;
}

/* The plan may outlive the change that it was made of. */
static void add_copies(struct arena *arena, struct operation *step, const char *field, const struct value *values, size_t count)
{
	struct value *copies = arena_alloc(arena, (count + 1) * sizeof(*copies));

	for (size_t i = 0; i < count; i++)
		copies[i] = (struct value){ .bytes = arena_bytes(arena, values[i].bytes, values[i].length), .length = values[i].length };
	if (count > 0)
		add_delta(arena, step, field, copies, count);
}

static void add_text(struct arena *arena, struct operation *step, const char *field, const char *text)
{
	struct value *value = arena_alloc(arena, sizeof(*value));

	value->bytes = arena_text(arena, text);
	value->length = strlen(text);
	add_delta(arena, step, field, value, 1);
}

/* The id stands beside it, since of secret bytes the journal keeps a hash only. */
static void add_change(struct arena *arena, struct operation *step, const struct change *change, const char *json)
{
	const char *id = guarded_set(change, "id"), *secret = guarded_set(change, "secret");

	add_text(arena, step, "change", json);
	((struct delta *)step->deltas)[step->delta_count - 1].secret = secret && !strcmp(secret, "yes");
	if (id)
		add_text(arena, step, "id", id);
}

/* "write /etc/dovecot/conf.d/99-postroom.conf, reload dovecot, wait 120 s to be confirmed" */
static bool step_words(struct arena *arena, struct operation *step, const char *json, struct error *error)
{
	struct guarded_change guarded;
	struct text words = { 0 };

	if (!guarded_change_read(arena, json, strlen(json), &guarded, error))
		return false;
	for (size_t i = 0; i < guarded.file_count; i++)
		text_addf(&words, "%s%s %s", i ? ", " : "", guarded.files[i].bytes ? "write" : "remove", guarded.files[i].path);
	for (size_t i = 0; i < guarded.entry_count; i++)
		text_addf(&words, "%s%s the line of %s in %s", words.length ? ", " : "", guarded.entries[i].value ? "set" : "take out", guarded.entries[i].key,
			guarded.entries[i].path);
	for (size_t i = 0; i < guarded.variable_count; i++)
		text_addf(&words, "%sucr %s %s%s%s", words.length ? ", " : "", guarded.variables[i].value ? "set" : "unset", guarded.variables[i].name,
			guarded.variables[i].value ? "=" : "", guarded.variables[i].value ? guarded.variables[i].value : "");
	if (guarded.descriptors)
		text_addf(&words, "%sgive dovecot's master process %llu open files", words.length ? ", " : "", (unsigned long long)guarded.descriptors);
	for (size_t i = 0; guarded.commits && guarded.commits[i]; i++)
		text_addf(&words, ", ucr commit %s", guarded.commits[i]);
	for (size_t i = 0; guarded.maps && guarded.maps[i]; i++)
		text_addf(&words, ", postmap %s", guarded.maps[i]);
	if (guarded.service && strcmp(guarded.service, "none"))
		text_addf(&words, ", %s %s", guarded.restarts ? "stop and start" : "reload", guarded.service);
	if (!guarded.at_once)
		text_addf(&words, ", wait %u s to be confirmed", guarded.confirm_s);
	step->words = arena_text(arena, text_get(&words));
	text_free(&words);
	return true;
}

static bool store_plan(void *context, const struct change *change, const struct facts *facts, struct arena *arena,
		struct plan *plan, struct error *error)
{
	const char *order = order_of(change), *json = guarded_set(change, "change");
	struct operation *step = arena_alloc(arena, sizeof(*step));
	const struct value *values;
	size_t count;

	(void)context;
	plan->operations = step;
	plan->count = 1;
	plan->after = record_copy(arena, facts->now);
	values = shown_of(change, &count);
	if (change->verb == VERB_UNDO && change->operation_count > 0) {
		const struct delta *delta = operation_delta(&change->operations[0], "change");

		*step = change->operations[0];
		json = delta ? delta->values[0].bytes : NULL;
	} else {
		step->verb = OPERATION_MODIFY;
		step->place = arena_format(arena, "%s/%s", change->name, change->kind->name);
		add_copies(arena, step, "value", values, count);
		if (json)
			add_change(arena, step, change, json);
		if (order)
			add_text(arena, step, order, guarded_set(change, order));
		if (order && guarded_set(change, "within"))
			add_text(arena, step, "within", guarded_set(change, "within"));
	}
	if (!json && !order)
		return error_set(error, ERROR_INVALID, "nothing was named that %s should be set to", change->name);
	if (order) {
		record_set_text(plan->after, order, guarded_set(change, order));
		step->words = arena_format(arena, "%s %s", order, guarded_set(change, order));
		return true;
	}
	add_shown(arena, plan->after, values, count, true);
	return step_words(arena, step, json, error);
}

/* --- doing it ------------------------------------------------------------------------------------------------ */

/* "mail1/limits" */
static bool place_of(struct settings_store *self, const struct operation *operation, struct arena *arena, size_t *host, struct error *error)
{
	char *place = arena_text(arena, operation->place), *slash = strrchr(place, '/');

	if (!slash || !guarded_kind(slash + 1))
		return error_set(error, ERROR_INTERNAL, "%s is no place where settings are", operation->place);
	*slash = '\0';
	return host_of(self, place, host, error);
}

/* The change with who makes it, as the guardian of that server keeps it. */
static char *with_who(struct arena *arena, const char *json, struct error *error)
{
	const struct passwd *user = getpwuid(getuid());
	char machine[256] = "";
	struct guarded_change change;

	if (!guarded_change_read(arena, json, strlen(json), &change, error))
		return NULL;
	gethostname(machine, sizeof(machine) - 1);
	if (!change.who)
		change.who = arena_format(arena, "%s@%s", user ? user->pw_name : "unknown", machine);
	return guarded_change_json(arena, &change);
}

/* What takes it back, and what a person is told now. */
static bool invert(struct arena *arena, const struct operation *operation, const struct guardian_report *report,
		struct operation *inverse, struct error *error)
{
	const struct delta *change = operation_delta(operation, "change"), *shown = operation_delta(operation, "value");
	bool secret = change && change->secret;
	char *json = change && !secret ? guarded_inverse(arena, change->values[0].bytes, error) : NULL;
	struct value *values = arena_alloc(arena, ((shown ? shown->count : 0) + 1) * sizeof(*values));
	struct shown_value one;
	size_t count = 0;

	if (change && !secret && !json)
		return false;
	*inverse = (struct operation){ .verb = OPERATION_MODIFY };
	if (report->state == GUARDIAN_WAITING)
		inverse->told = arena_format(arena, "it runs, and goes back in %s unless it is confirmed (postroom confirm)",
			left_words(arena, report));
	else if (report->why)
		inverse->told = arena_text(arena, report->why);
	/* Orders take nothing back, and secret bytes are in no journal. */
	if (!json)
		return true;
	inverse->place = arena_text(arena, operation->place);
	for (size_t i = 0; shown && i < shown->count; i++)
		if (shown_value_read(arena, &shown->values[i], &one))
			values[count++] = shown_value_of(arena, one.name, one.after, one.before);
	if (count > 0)
		add_delta(arena, inverse, "value", values, count);
	add_text(arena, inverse, "change", json);
	return true;
}

/* What the guardian said of a change: certain, one way or the other, or not yet. */
static enum outcome judged(struct arena *arena, const struct operation *operation, const struct guardian_report *report,
		const char *server, struct operation *inverse, struct error *error)
{
	switch (report->state) {
	case GUARDIAN_WAITING:
	case GUARDIAN_CONFIRMED:
		return invert(arena, operation, report, inverse, error) ? OUTCOME_APPLIED : OUTCOME_NOT_APPLIED;
	case GUARDIAN_REFUSED:
		error_set(error, report->kind == ERROR_NONE ? ERROR_REFUSED : report->kind, "%s: %s", server, report->why ? report->why : "refused");
		return OUTCOME_NOT_APPLIED;
	case GUARDIAN_ROLLED_BACK:
		error_set(error, ERROR_REFUSED, "%s: it was taken back, and the old values run again: %s", server, report->why ? report->why : "on demand");
		return OUTCOME_NOT_APPLIED;
	case GUARDIAN_STUCK:
		error_set(error, ERROR_FILE, "%s: %s", server, report->why ? report->why : "it is stuck");
		return OUTCOME_NOT_APPLIED;
	case GUARDIAN_NONE:
		error_set(error, ERROR_UNREACHABLE, "%s: the change never reached the server", server);
		return OUTCOME_NOT_APPLIED;
	default:
		error_set(error, ERROR_UNKNOWN_OUTCOME, "%s: the guardian there is still at it (%s)", server, guardian_state_word(report->state));
		return OUTCOME_UNKNOWN;
	}
}

static enum outcome failed(const struct error *error)
{
	return error->kind == ERROR_TIMEOUT || error->kind == ERROR_CANCELLED || error->kind == ERROR_UNKNOWN_OUTCOME ?
		OUTCOME_UNKNOWN : OUTCOME_NOT_APPLIED;
}

/* An order has come to its end where the guardian is in the state that it asked for. */
static enum outcome ordered(struct arena *arena, const struct operation *operation, const char *order, const struct guardian_report *report,
		const char *server, struct operation *inverse, struct error *error)
{
	enum guardian_state wanted = !strcmp(order, "confirm") ? GUARDIAN_CONFIRMED : !strcmp(order, "more") ? GUARDIAN_WAITING : GUARDIAN_ROLLED_BACK;

	if (!report->id || strcmp(report->id, operation_delta(operation, order)->values[0].bytes)) {
		error_set(error, ERROR_NOT_FOUND, "%s: no change of this id is known there any more", server);
		return OUTCOME_NOT_APPLIED;
	}
	/* What could not be confirmed still waits, and says why. */
	if (report->state == wanted && (report->kind == ERROR_NONE || wanted == GUARDIAN_ROLLED_BACK))
		return invert(arena, operation, report, inverse, error) ? OUTCOME_APPLIED : OUTCOME_NOT_APPLIED;
	error_set(error, report->kind == ERROR_NONE ? ERROR_CONFLICT : report->kind, "%s: %s", server,
		report->why ? report->why : guardian_state_word(report->state));
	return OUTCOME_NOT_APPLIED;
}

static const char *operation_order(const struct operation *operation)
{
	for (size_t i = 0; settings_orders[i]; i++)
		if (operation_delta(operation, settings_orders[i]))
			return settings_orders[i];
	return NULL;
}

static enum outcome apply_order(struct settings_store *self, size_t host, const struct operation *operation, const char *order,
		struct arena *arena, struct operation *inverse, struct error *error)
{
	const struct delta *within = operation_delta(operation, "within");
	struct restarting restarting;
	const char *holes[] = { operation_delta(operation, order)->values[0].bytes, within ? within->values[0].bytes : "120" };
	bool settles = !strcmp(order, "settle"), more = !strcmp(order, "more");
	struct host_request request = { .command = settles ? "guardian-status" : arena_format(arena, "guardian-%s", order), .holes = holes,
		.hole_count = settles ? 0 : more ? 2 : 1, .deadline = ORDER_MS };
	struct guardian_report report;

	if (!strcmp(order, "restart"))
		return restart_of(self, host, holes[0], arena, &restarting, error) ? restart_now(&restarting, error) : OUTCOME_NOT_APPLIED;
	if (!strcmp(order, "log_test"))
		return log_test_now(self->hosts, self->loop, host, &self->give_up, arena, inverse, error);
	if (!ask(self, host, &request, arena, &report, error))
		return failed(error);
	return ordered(arena, operation, order, &report, host_at(self->hosts, host)->name, inverse, error);
}

static enum outcome store_apply(void *context, const struct operation *operation, struct arena *arena,
		struct operation *inverse, const char **version_after, struct error *error)
{
	struct settings_store *self = context;
	const struct delta *change = operation_delta(operation, "change");
	const char *order = operation_order(operation);
	struct host_request request = { .command = "guardian-apply", .deadline = APPLY_MS };
	struct guardian_report report;
	size_t host;

	*version_after = NULL;
	self->give_up = false;
	if (!place_of(self, operation, arena, &host, error))
		return OUTCOME_NOT_APPLIED;
	if (order)
		return apply_order(self, host, operation, order, arena, inverse, error);
	request.input = change ? with_who(arena, change->values[0].bytes, error) : NULL;
	if (!request.input)
		return OUTCOME_NOT_APPLIED;
	request.input_length = strlen(request.input);
	if (!ask(self, host, &request, arena, &report, error))
		return failed(error);
	return judged(arena, operation, &report, host_at(self->hosts, host)->name, inverse, error);
}

static enum outcome store_look(void *context, const struct operation *operation, struct arena *arena,
		struct operation *inverse, struct error *error)
{
	struct settings_store *self = context;
	const struct delta *delta = operation_delta(operation, "change"), *id = operation_delta(operation, "id");
	const char *order = operation_order(operation);
	struct guarded_change change = { .id = id ? id->values[0].bytes : NULL };
	struct guardian_report report;
	struct restarting restarting;
	size_t host;

	self->give_up = false;
	if (!place_of(self, operation, arena, &host, error))
		return OUTCOME_UNKNOWN;
	/* Both come to an end here, or the server's settings would stay locked for good. */
	if (order && !strcmp(order, "restart"))
		return restart_of(self, host, operation_delta(operation, order)->values[0].bytes, arena, &restarting, error) ?
			restart_look(&restarting, error) : OUTCOME_NOT_APPLIED;
	if (order && !strcmp(order, "log_test")) {
		error_set(error, ERROR_UNKNOWN_OUTCOME, "%s: whether the test lines were written was not seen; write them again, or look into the logs",
			host_at(self->hosts, host)->name);
		return OUTCOME_NOT_APPLIED;
	}
	if (!ask_status(self, host, arena, &report, error))
		return OUTCOME_UNKNOWN;
	if (order)
		return ordered(arena, operation, order, &report, host_at(self->hosts, host)->name, inverse, error);
	if (!delta || (!id && !guarded_change_read(arena, delta->values[0].bytes, delta->values[0].length, &change, error)))
		return OUTCOME_NOT_APPLIED;
	/* One change at a time, and the last one is remembered: another id means that this one never came there. */
	if (!report.id || strcmp(report.id, change.id))
		report = (struct guardian_report){ .state = GUARDIAN_NONE };
	return judged(arena, operation, &report, host_at(self->hosts, host)->name, inverse, error);
}

static void store_interrupt(void *context)
{
	((struct settings_store *)context)->give_up = true;
}

/* --- life ------------------------------------------------------------------------------------------------------ */

struct settings_store *settings_store_new(const struct hosts *hosts)
{
	struct settings_store *self = memory_new(sizeof(*self));

	hosts_apart_begin(&self->apart, hosts);
	self->store = (struct store){
		.name = "settings", .self = self, .handles = store_handles, .gather = store_gather, .plan = store_plan,
		.apply = store_apply, .look = store_look, .interrupt = store_interrupt,
	};
	return self;
}

struct store *settings_store_of(struct settings_store *self)
{
	return &self->store;
}

void settings_store_free(struct settings_store *self)
{
	if (!self)
		return;
	hosts_apart_end(&self->apart);
	free(self);
}
