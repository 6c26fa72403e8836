/*
 * store_mailbox: one person's mailbox as a place that the gate can write.
 *
 * What is there is read anew before it is shown and again right before it is
 * changed; only the fields that a change names are asked for.  A step says from
 * what to what, so a state that somebody else has changed meanwhile is a
 * conflict.  Filter and absence are in store_sieve.c, rights in store_access.c,
 * verbs in store_repairs.c.  Fails with a sentence.  Gate's thread.
 */
#include "live/store_mailbox.h"

#include <string.h>

#include "base/text.h"
#include "model/mailbox.h"

/* Reading is quick; a store call may take a minute in all (gate). */
enum { ASK_MS = 15000, DO_MS = 45000 };

/* --- asking -------------------------------------------------------------------------------------------- */

const struct host_answer *mailbox_ask(const struct mailbox_at *at, const char *command, const char *const *holes, size_t hole_count,
		struct error *error)
{
	struct host_request request = { .command = command, .holes = holes, .hole_count = hole_count, .deadline = ASK_MS };
	const struct host_answer *answer = live_store_run(at->self, at->host, &request, at->arena);

	return host_answer_good(&at->self->apart.settings[at->host], command, answer, error) ? answer : NULL;
}

const struct host_answer *mailbox_do(const struct mailbox_at *at, struct host_request *request, enum outcome *outcome, struct error *error)
{
	const struct host_answer *answer;

	request->deadline = DO_MS;
	answer = live_store_run(at->self, at->host, request, at->arena);
	*outcome = OUTCOME_NOT_APPLIED;
	if (answer->error.kind != ERROR_NONE)
		*outcome = live_store_failed(&answer->error);
	return host_answer_good(&at->self->apart.settings[at->host], request->command, answer, error) ? answer : NULL;
}

static bool at_of(struct live_store *self, const char *name, struct arena *arena, struct mailbox_at *at, struct error *error)
{
	*at = (struct mailbox_at){ .self = self, .arena = arena };
	if (!mailbox_name_read(arena, name, &at->server, &at->user))
		return error_set(error, ERROR_NOT_FOUND, "\"%.200s\" is no mailbox; it is named SERVER/USER", name);
	return live_store_host(self, at->server, &at->host, error);
}

/* --- steps ---------------------------------------------------------------------------------------------- */

static const struct delta *delta_how(const struct operation *operation, enum delta_how how)
{
	for (size_t i = 0; i < operation->delta_count; i++)
		if (operation->deltas[i].how == how && operation->deltas[i].count > 0)
			return &operation->deltas[i];
	return NULL;
}

const char *mailbox_added(const struct operation *operation)
{
	const struct delta *delta = delta_how(operation, DELTA_ADD);

	return delta ? delta->values[0].bytes : NULL;
}

const char *mailbox_taken(const struct operation *operation)
{
	const struct delta *delta = delta_how(operation, DELTA_DELETE);

	return delta ? delta->values[0].bytes : NULL;
}

static const char *step_words(struct arena *arena, const struct field *field, const char *old, const char *new)
{
	const struct value values[] = { value_text(arena, new ? new : old) };

	return arena_format(arena, "%s: %s%s", field->label, new ? "" : "without ", value_words(arena, field, &values[0]));
}

void mailbox_step(struct arena *arena, struct operation *step, const char *place, const char *field, const char *old, const char *new)
{
	struct delta *deltas = arena_alloc(arena, 2 * sizeof(*deltas));
	struct value *values = arena_alloc(arena, 2 * sizeof(*values));

	memset(step, 0, sizeof(*step));
	step->verb = OPERATION_MODIFY;
	step->place = arena_text(arena, place);
	step->deltas = deltas;
	if (old) {
		values[0] = value_text(arena, old);
		deltas[step->delta_count++] = (struct delta){ .attribute = arena_text(arena, field), .how = DELTA_DELETE, .values = &values[0], .count = 1 };
	}
	if (new) {
		values[1] = value_text(arena, new);
		deltas[step->delta_count++] = (struct delta){ .attribute = arena_text(arena, field), .how = DELTA_ADD, .values = &values[1], .count = 1 };
	}
	step->words = step_words(arena, kind_field(&kind_mailbox, field), old, new);
}

void mailbox_inverse(struct arena *arena, const struct operation *operation, struct operation *inverse)
{
	mailbox_step(arena, inverse, operation->place, operation->deltas[0].attribute, mailbox_added(operation), mailbox_taken(operation));
	inverse->did = 1;
}

/* --- before it is shown ------------------------------------------------------------------------------------ */

static const struct edit *edit_of(const struct change *change, const char *field)
{
	for (size_t i = 0; i < change->edit_count; i++)
		if (strcmp(change->edits[i].field->name, field) == 0)
			return &change->edits[i];
	return NULL;
}

/* Is this field named, by an edit or by a step of an undo? */
static bool names_field(const struct change *change, const char *field)
{
	for (size_t i = 0; i < change->operation_count; i++)
		if (change->operations[i].delta_count > 0 && strcmp(change->operations[i].deltas[0].attribute, field) == 0)
			return true;
	return edit_of(change, field) != NULL;
}

static void record_note(struct record *record, const char *field, const char *note)
{
	record->fields[kind_field_index(record->kind, kind_field(record->kind, field))].note = arena_text(record->arena, note);
}

static bool gather_sieve(const struct mailbox_at *at, const struct change *change, struct record *now, struct error *error)
{
	struct sieve_state state;
	const struct edit *absence = edit_of(change, "absence"), *filter = edit_of(change, "filter");
	const char *below;
	bool answers = false;

	if (!sieve_state_read(at, &state, error))
		return false;
	record_set_text(now, "filter", state.filter);
	record_set_text(now, "absence", state.absence);
	if (state.edited)
		record_note(now, "absence", "The script of the absence was changed by hand; what is shown is what postroom wrote, and it is written anew");
	below = filter ? (filter->count > 0 ? filter->values[0].bytes : NULL) : state.filter;
	if (below && (absence ? absence->count > 0 : state.absence != NULL)) {
		if (!sieve_filter_answers(at, below, &answers, error))
			return false;
		if (answers)
			record_note(now, "filter", arena_format(at->arena, "The script \"%.100s\" answers mail by itself; two answers to one mail are an error, "
				"so it rests while the absence lasts and files nothing", below));
	}
	return true;
}

static void add_access(const struct mailbox_at *at, struct record *now, const char *value)
{
	const struct field_values *there = record_get(now, "access");
	const struct value one = value_text(at->arena, value);

	if (!change_holds(kind_field(&kind_mailbox, "access"), there, one.bytes))
		record_add_text(now, "access", value);
}

static bool gather_right(const struct mailbox_at *at, const char *value, struct record *now, struct error *error)
{
	struct mailbox_access access;
	const char *there;

	if (!mailbox_access_read(at->arena, value, &access))
		return error_set(error, ERROR_INVALID, "Access: \"%.200s\" names no folder and nobody", value);
	if (!access_now(at, access.folder, access.who, &there, error))
		return false;
	if (there)
		add_access(at, now, there);
	return true;
}

static bool gather_access(const struct mailbox_at *at, const struct change *change, struct record *now, struct error *error)
{
	const struct edit *edit = edit_of(change, "access");

	for (size_t i = 0; edit && i < edit->count; i++)
		if (!gather_right(at, edit->values[i].bytes, now, error))
			return false;
	for (size_t i = 0; i < change->operation_count; i++) {
		const struct operation *operation = &change->operations[i];
		const char *value = mailbox_added(operation) ? mailbox_added(operation) : mailbox_taken(operation);

		if (value && strcmp(operation->deltas[0].attribute, "access") == 0 && !gather_right(at, value, now, error))
			return false;
	}
	return true;
}

static bool gather_smtp(const struct mailbox_at *at, const struct change *change, struct record *now, struct error *error)
{
	const struct edit *edit = edit_of(change, "smtp");
	struct person_sessions sessions;

	if (!edit || edit->count == 0)
		return true;
	if (!smtp_now(at, edit->values, edit->count, &sessions, error))
		return false;
	record_note(now, "smtp", person_sessions_words(at->arena, &sessions));
	return true;
}

static bool has_ways(const struct mailbox_at *at, const struct change *change, struct error *error)
{
	for (const struct field *field = kind_mailbox.fields; field->name; field++)
		if (!(field->flags & FIELD_KEY) && names_field(change, field->name) &&
		    host_way(at->self->apart.hosts, at->host, mailbox_command(field->name), error) == WAY_NONE)
			return false;
	return true;
}

bool mailbox_gather(struct live_store *self, const struct change *change, struct arena *arena, struct facts *facts, struct error *error)
{
	struct mailbox_at at;
	struct record *now;

	self->give_up = false;
	if (!at_of(self, change->name, arena, &at, error) || !has_ways(&at, change, error))
		return false;
	now = record_new_in(arena, &kind_mailbox);
	now->name = arena_text(arena, change->name);
	now->id = now->name;
	record_set_text(now, kind_mailbox.name_field, change->name);
	if ((names_field(change, "filter") || names_field(change, "absence")) && !gather_sieve(&at, change, now, error))
		return false;
	if (!gather_access(&at, change, now, error) || !gather_smtp(&at, change, now, error))
		return false;
	facts->now = now;
	/* Nothing of it is in the directory, so no listener follows. */
	facts->plain = true;
	return true;
}

/* --- the plan ------------------------------------------------------------------------------------------------- */

struct planning { struct arena *arena; const struct change *change; const struct record *now; struct plan *plan; const char *place; size_t room; };

static struct operation *next_step(struct planning *planning)
{
	struct plan *plan = planning->plan;

	plan->operations = arena_grow(planning->arena, plan->operations, &planning->room, plan->count + 1, sizeof(*plan->operations));
	return &plan->operations[plan->count++];
}

static const char *first_of(const struct record *record, const char *field)
{
	const struct field_values *values = record_get(record, field);

	return values->count > 0 ? values->values[0].bytes : NULL;
}

static bool same(const char *one, const char *other)
{
	return one && other ? strcmp(one, other) == 0 : one == other;
}

/* filter and absence: from what is there to what is wanted. */
static void plan_value(struct planning *planning, const char *field)
{
	const struct edit *edit = edit_of(planning->change, field);
	const char *old = first_of(planning->now, field), *new = edit && edit->count > 0 ? edit->values[0].bytes : NULL;

	if (!edit || same(old, new))
		return;
	mailbox_step(planning->arena, next_step(planning), planning->place, field, old, new);
	record_set_text(planning->plan->after, field, new);
}

/* The value there is now for the folder and the person of this one; NULL: none. */
static const char *right_like(struct arena *arena, const struct record *now, const char *value)
{
	const struct field_values *values = record_get(now, "access");
	struct mailbox_access wanted, there;

	mailbox_access_read(arena, value, &wanted);
	for (size_t i = 0; i < values->count; i++)
		if (mailbox_access_read(arena, values->values[i].bytes, &there) && strcmp(there.folder, wanted.folder) == 0 &&
		    strcmp(there.who, wanted.who) == 0)
			return values->values[i].bytes;
	return NULL;
}

static void exchange_access(struct arena *arena, struct record *after, const char *old, const char *new)
{
	const struct field_values *there = record_get(after, "access");
	struct value *values = arena_alloc(arena, (there->count + 1) * sizeof(*values));
	size_t count = 0;

	for (size_t i = 0; i < there->count; i++)
		if (!old || strcmp(there->values[i].bytes, old) != 0)
			values[count++] = there->values[i];
	if (new)
		values[count++] = value_text(arena, new);
	record_set(after, "access", count > 0 ? VALUE_OWN : VALUE_ABSENT, values, count);
}

static void plan_right(struct planning *planning, const char *value, bool taken)
{
	struct arena *arena = planning->arena;
	struct mailbox_access wanted;
	const char *old = right_like(arena, planning->now, value), *new;

	mailbox_access_read(arena, value, &wanted);
	new = taken || strcmp(wanted.rights, "none") == 0 ? NULL : value;
	if (same(old, new))
		return;
	mailbox_step(arena, next_step(planning), planning->place, "access", old, new);
	exchange_access(arena, planning->plan->after, old, new);
}

static void plan_access(struct planning *planning)
{
	for (size_t i = 0; i < planning->change->edit_count; i++) {
		const struct edit *edit = &planning->change->edits[i];

		for (size_t j = 0; strcmp(edit->field->name, "access") == 0 && j < edit->count; j++)
			plan_right(planning, edit->values[j].bytes, edit->how == EDIT_REMOVE);
	}
}

/* Verbs: all values in one step; nothing of it is there before. */
static void plan_verb(struct planning *planning, const struct edit *edit)
{
	struct arena *arena = planning->arena;
	struct operation *step = next_step(planning);
	struct delta *delta = arena_alloc(arena, sizeof(*delta));
	struct value *values = arena_alloc(arena, (edit->count + 1) * sizeof(*values));
	const char *words = "";

	if (edit->field->type == FIELD_SECRET)
		arena_holds_secret(arena);
	for (size_t i = 0; i < edit->count; i++) {
		values[i] = value_text(arena, edit->values[i].bytes);
		words = arena_format(arena, "%s%s%s", words, i ? ", " : "", value_words(arena, edit->field, &values[i]));
	}
	*delta = (struct delta){ .attribute = edit->field->name, .how = DELTA_ADD, .values = values, .count = edit->count,
		.secret = edit->field->type == FIELD_SECRET };
	memset(step, 0, sizeof(*step));
	step->verb = OPERATION_MODIFY;
	step->place = planning->place;
	step->deltas = delta;
	step->delta_count = 1;
	step->words = arena_format(arena, "%s: %s", edit->field->label, words);
	record_set(planning->plan->after, edit->field->name, VALUE_OWN, values, edit->count);
}

/* A step of before, as it is to be done now; what is there must be what it starts from. */
static bool plan_step(struct planning *planning, const struct operation *operation, struct error *error)
{
	const char *field = operation->delta_count > 0 ? operation->deltas[0].attribute : "";
	const char *old = mailbox_taken(operation), *new = mailbox_added(operation), *there;

	/* The person that was looked up is the one whom the change names; a step of somebody else's mailbox was never ours. */
	if (strcmp(operation->place, planning->place) != 0)
		return error_set(error, ERROR_REFUSED, "A step of this change is of another mailbox (%.200s) than the change itself, so it is not done",
			operation->place);
	if (strcmp(field, "filter") != 0 && strcmp(field, "absence") != 0 && strcmp(field, "access") != 0) {
		*next_step(planning) = *operation;
		return true;
	}
	there = strcmp(field, "access") == 0 ? right_like(planning->arena, planning->now, old ? old : new) : first_of(planning->now, field);
	if (same(there, new))
		return true;
	if (!same(there, old))
		return error_set(error, ERROR_CONFLICT, "%s: it is %s now, not %s; somebody has changed it since", kind_field(&kind_mailbox, field)->label,
			there ? there : "(none)", old ? old : "(none)");
	mailbox_step(planning->arena, next_step(planning), operation->place, field, old, new);
	if (strcmp(field, "access") == 0)
		exchange_access(planning->arena, planning->plan->after, old, new);
	else
		record_set_text(planning->plan->after, field, new);
	return true;
}

bool mailbox_plan(struct live_store *self, const struct change *change, const struct facts *facts, struct arena *arena, struct plan *plan,
		struct error *error)
{
	struct planning planning = { .arena = arena, .change = change, .now = facts->now, .plan = plan,
		.place = arena_format(arena, "%s/%s", change->name, kind_mailbox.name) };

	(void)self;
	plan->after = record_copy(arena, facts->now);
	for (size_t i = 0; i < change->operation_count; i++)
		if (!plan_step(&planning, &change->operations[i], error))
			return false;
	if (change->verb == VERB_UNDO)
		return true;
	plan_value(&planning, "filter");
	plan_value(&planning, "absence");
	plan_access(&planning);
	for (size_t i = 0; i < change->edit_count; i++)
		if (strcmp(change->edits[i].field->group, "Repairs") == 0 && change->edits[i].count > 0)
			plan_verb(&planning, &change->edits[i]);
	return true;
}

/* --- doing it ----------------------------------------------------------------------------------------------------- */

static const struct doer {
	const char *field;
	enum outcome (*carry_out)(const struct mailbox_at *at, const struct operation *operation, struct operation *inverse, struct error *error);
	enum outcome (*look)(const struct mailbox_at *at, const struct operation *operation, struct operation *inverse, struct error *error);
	const char *command;
} doers[] = {
	{ "filter", sieve_apply, sieve_look, "sieve-activate" }, { "absence", sieve_apply, sieve_look, "absence-put" },
	{ "access", access_apply, access_look, "acl-set" }, { "recalculate", repair_apply, repair_look, "quota-recalc" },
	{ "flush", repair_apply, repair_look, "cache-flush" }, { "smtp", repair_apply, repair_look, "smtp-end" },
	{ "try", repair_apply, repair_look, "auth-test" },
};

static const struct doer *doer_of(const char *field)
{
	for (size_t i = 0; i < sizeof(doers) / sizeof(doers[0]); i++)
		if (strcmp(doers[i].field, field) == 0)
			return &doers[i];
	return NULL;
}

const char *mailbox_command(const char *field)
{
	return doer_of(field)->command;
}

enum outcome mailbox_apply(struct live_store *self, const char *place, const struct operation *operation, struct arena *arena,
		struct operation *inverse, struct error *error)
{
	const struct doer *doer = operation->delta_count > 0 ? doer_of(operation->deltas[0].attribute) : NULL;
	struct mailbox_at at;

	if (doer && at_of(self, place, arena, &at, error))
		return doer->carry_out(&at, operation, inverse, error);
	if (!doer)
		error_set(error, ERROR_INTERNAL, "nothing is known that this step does to a mailbox");
	return OUTCOME_NOT_APPLIED;
}

enum outcome mailbox_look(struct live_store *self, const char *place, const struct operation *operation, struct arena *arena,
		struct operation *inverse, struct error *error)
{
	const struct doer *doer = operation->delta_count > 0 ? doer_of(operation->deltas[0].attribute) : NULL;
	struct mailbox_at at;

	return doer && at_of(self, place, arena, &at, error) ? doer->look(&at, operation, inverse, error) : OUTCOME_UNKNOWN;
}
