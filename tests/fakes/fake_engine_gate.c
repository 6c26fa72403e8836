/*
 * fake_engine_gate: the functions of gate.h over records in memory: the same pure
 * checks, diffs and consequences, and writes that are counted.  Longer than 600
 * lines because it stands for the whole of the gate.
 */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "gate/history_jobs.h"
#include "model/check.h"
#include "model/guarded.h"
#include "model/mailbox.h"
#include "model/traffic.h"
#include "tests/fakes/fake_engine_private.h"

static const char *const registered[] = { "example.com", "example.de", "plant.example", "xn--mller-kva.example", NULL };
static const char *const hosts[] = { "mail1.example.com", "mail2.example.com", NULL };

/* --- reviews ------------------------------------------------------------------------------------ */

void review_free(struct review *review)
{
	if (review == NULL)
		return;
	change_free(review->change);
	arena_free(review->arena);
}

static struct review *review_new(const struct change *change)
{
	struct arena *arena = arena_new();
	struct review *review = arena_alloc(arena, sizeof *review);

	review->arena = arena;
	review->change = change_copy(change);
	review->allowed = true;
	review->stage = STAGE_CONSEQUENCES;
	error_clear(&review->refusal);
	review->facts.domains = registered;
	review->facts.servers = hosts;
	review->facts.domains_complete = review->facts.servers_complete = review->facts.references_complete = true;
	review->facts.mailbox_rename = review->facts.mailbox_delete = KNOWN_NO;
	review->confirm = CONFIRM_BUTTON;
	review->sentence = review->ahead = "";
	return review;
}

static const struct record *target(const struct gate *gate, const struct change *change)
{
	long index = -1;

	if (change->verb == VERB_ADD)
		return NULL;
	if (change->id != NULL) {
		char name[64] = "uuid:";

		strncat(name, change->id, sizeof name - 6);
		index = fake_index(gate->directory, change->kind, name);
	}
	if (index < 0)
		index = fake_index(gate->directory, change->kind, change->name);
	return index < 0 ? NULL : gate->directory->records[index];
}

static void fill_plan(struct review *review)
{
	const struct change *change = review->change;
	struct operation *operation = arena_alloc(review->arena, sizeof *operation);
	struct delta *deltas = arena_alloc(review->arena, (change->edit_count + 1) * sizeof *deltas);
	static const enum operation_verb verbs[] = { OPERATION_ADD, OPERATION_MODIFY, OPERATION_RENAME, OPERATION_DELETE, OPERATION_MODIFY };

	operation->verb = verbs[change->verb];
	operation->place = review->facts.now != NULL ? review->facts.now->place : "cn=new,dc=example,dc=com";
	operation->new_place = "cn=renamed,dc=example,dc=com";
	operation->deltas = deltas;
	operation->words = "writes the entry";
	for (size_t i = 0; i < change->edit_count; i++) {
		deltas[i].attribute = change->edits[i].field->name;
		deltas[i].how = change->edits[i].how == EDIT_ADD ? DELTA_ADD : change->edits[i].how == EDIT_REMOVE ? DELTA_DELETE : DELTA_REPLACE;
		deltas[i].values = change->edits[i].values;
		deltas[i].count = change->edits[i].count;
	}
	operation->delta_count = change->edit_count;
	review->plan.operations = operation;
	review->plan.count = 1;
}

/* A person who goes or moves is named everywhere, is connected and has mail waiting; one server is silent. */
static void bear_witness(struct review *review)
{
	static const struct reference named[] = {
		{ "group", "sales", "cn=sales", "uniqueMember", "uid=user001", "member", true, true },
		{ "mailinglist", "news@example.com", "cn=news", "univentionMailMember", "user001@example.com", "list member", true, true },
		{ "folder", "team@example.com", "cn=team", "univentionMailACL", "user001@example.com write", "right on folder", true, true },
		{ "user", "user007", "uid=user007", "mailForwardAddress", "user001@example.com", "forward target", false, true },
	};
	static const struct witness_count counts[] = { { "mail1", 2, 3, 1 }, { "mail2", 1, 0, 0 } };
	static const char *const unknown[] = { "queued mail on mail3: no answer within 3 s", NULL };
	static const struct witness told = { .at = 1763628000, .counts = counts, .count = 2, .sessions_asked = true, .sessions_whole = true,
		.queues_asked = true, .mailbox_server = "mail1", .mailbox_bytes = 1288490189, .mailbox_messages = 3400, .rename = KNOWN_NO,
		.delete = KNOWN_NO, .settings_server = "mail1", .unknown = unknown };
	size_t count = sizeof named / sizeof *named;
	struct reference *references;

	if (review->change->verb == VERB_UNDO || !witness_wanted(review->change->kind, review->facts.now, review->plan.after))
		return;
	references = arena_alloc(review->arena, sizeof named);
	memcpy(references, named, sizeof named);
	if (review->change->follows || review->plan.after != NULL)
		references[count - 1].followed = true;
	review->facts.references = references;
	review->facts.reference_count = count;
	review->facts.witness = &told;
	witness_settle(&review->facts);
}

static void judge(const struct gate *gate, struct review *review)
{
	const struct change *change = review->change;

	bear_witness(review);

	if (!role_check(gate->role, change, &review->refusal)) {
		review->allowed = false;
		review->stage = STAGE_ROLE;
	} else if (change->verb != VERB_UNDO && !check_change(change, review->plan.after, &review->facts, &review->refusal)) {
		review->allowed = false;
		review->stage = STAGE_CHECK;
		review->refused_field = check_refused_field(change, &review->refusal);
	}
	review->consequence_count = consequences_of(review->arena, change, review->plan.after, &review->facts, &review->consequences);
	for (size_t i = 0; i < review->consequence_count; i++) {
		if (review->consequences[i].severity == SEVERITY_LOSS) {
			review->confirm = CONFIRM_NAME;
			review->confirm_text = change->name;
		}
	}
}

/* NULL: nothing was written yet. */
static const struct record *last_written(const struct gate *gate)
{
	return gate->after != NULL ? gate->after : gate->before;
}

/* Messages and sessions are in no directory: shown as live_store plans them. */
static struct review *traffic_review(const struct gate *gate, struct review *review)
{
	const struct change *change = review->change;
	struct record *now = record_new_in(review->arena, change->kind);
	const struct field *field = traffic_field(change);
	const struct value *values;
	size_t count = traffic_values(review->arena, change, &values);
	struct value words = { .bytes = traffic_words(review->arena, change->kind, values, count) };

	words.length = strlen(words.bytes);
	now->name = now->id = arena_text(review->arena, change->name);
	record_set_text(now, change->kind->name_field, change->name);
	review->facts.now = now;
	review->facts.plain = true;
	review->plan.after = record_copy(review->arena, now);
	record_set(review->plan.after, field->name, VALUE_OWN, &words, 1);
	review->line_count = record_diff(review->arena, now, review->plan.after, &review->lines);
	fill_plan(review);
	judge(gate, review);
	review->sentence = change_sentence(review->arena, change, review->lines, review->line_count);
	review->ahead = change_ahead(review->arena, change, review->lines, review->line_count);
	return review;
}

/* What a mailbox has now is what the fake servers answer (fake_engine_live); here it is empty but for a filter. */
static struct review *mailbox_review(const struct gate *gate, struct review *review)
{
	const struct change *change = review->change;
	struct record *now = record_new_in(review->arena, change->kind);

	now->name = now->id = arena_text(review->arena, change->name);
	record_set_text(now, change->kind->name_field, change->name);
	if (change_touches(change, "filter") || change_touches(change, "absence"))
		record_set_text(now, "filter", "main");
	review->facts.now = now;
	review->facts.plain = true;
	review->plan.after = change_result(review->arena, change, now);
	review->line_count = record_diff(review->arena, now, review->plan.after, &review->lines);
	fill_plan(review);
	judge(gate, review);
	review->sentence = change_sentence(review->arena, change, review->lines, review->line_count);
	review->ahead = change_ahead(review->arena, change, review->lines, review->line_count);
	return review;
}

/* Names of mailboxes, sessions and queues begin with their server. */
static bool is_away(const struct gate *gate, const struct change *change)
{
	size_t length = gate->away == NULL ? 0 : strlen(gate->away);

	return length > 0 && strncmp(change->name, gate->away, length) == 0 && (change->name[length] == '\0' || change->name[length] == '/');
}

static struct review *make_review(const struct gate *gate, const struct change *change)
{
	struct review *review = review_new(change);
	const struct record *now = target(gate, change);

	if (is_away(gate, change)) {
		review->allowed = false;
		review->stage = STAGE_PLAN;
		error_set(&review->refusal, ERROR_UNREACHABLE, "%s: no answer within 10 s; is the server running? [Connection timed out]", gate->away);
		return review;
	}

	if (change->kind == &kind_mailbox)
		return mailbox_review(gate, review);
	if (change->kind->result != NULL)
		return traffic_review(gate, review);
	if (kind_guarded(change->kind) && change->verb == VERB_EDIT) {
		fake_guarded_plan(review);
		judge(gate, review);
		review->sentence = change_sentence(review->arena, change, review->lines, review->line_count);
	review->ahead = change_ahead(review->arena, change, review->lines, review->line_count);
		return review;
	}
	if (now == NULL && change->verb != VERB_ADD && change->verb != VERB_UNDO) {
		review->allowed = false;
		review->stage = STAGE_CHECK;
		review->refused_field = check_refused_field(change, &review->refusal);
		error_set(&review->refusal, ERROR_NOT_FOUND, "There is no %s \"%s\" any more", change->kind->noun, change->name);
		return review;
	}
	/* The last write may be another one by now, of another kind. */
	if (change->verb == VERB_UNDO && (last_written(gate) == NULL || last_written(gate)->kind != change->kind)) {
		review->allowed = false;
		review->stage = STAGE_CHECK;
		review->refused_field = check_refused_field(change, &review->refusal);
		error_set(&review->refusal, ERROR_NOT_FOUND, "There is nothing to take back");
		return review;
	}
	review->facts.now = now == NULL ? NULL : record_copy(review->arena, now);
	if (change->verb == VERB_UNDO) {
		review->plan.after = gate->before == NULL ? NULL : record_copy(review->arena, gate->before);
		review->line_count = record_diff(review->arena, gate->after, gate->before, &review->lines);
	} else {
		review->plan.after = change->verb == VERB_DELETE ? NULL : change_result(review->arena, change, review->facts.now);
		review->line_count = record_diff(review->arena, review->facts.now, review->plan.after, &review->lines);
	}
	fill_plan(review);
	judge(gate, review);
	review->sentence = change_sentence(review->arena, change, review->lines, review->line_count);
	review->ahead = change_ahead(review->arena, change, review->lines, review->line_count);
	return review;
}

/* --- answers from the loop ----------------------------------------------------------------------- */

struct answer {
	struct gate *gate;
	struct loop_timer *timer;
	struct change *change;             /* own */
	void (*preview)(void *context, struct review *takes);
	void (*submit)(void *context, const struct gate_result *result);
	void (*history)(void *context, struct history *takes, const struct error *error);
	void (*counted)(void *context, size_t count, const struct error *error);
	void (*whom)(void *context, const char *words, const struct error *error);
	bool outside;
	void (*ended)(void *context);
	void *context;
};

static struct answer *answer_new(struct gate *gate, void (*call)(void *context), void *context)
{
	struct answer *answer = memory_new(sizeof *answer);

	answer->gate = gate;
	answer->context = context;
	answer->timer = loop_after(gate->loop, 0, 0, call, answer);
	return answer;
}

static void answer_free(struct answer *answer)
{
	loop_timer_stop(answer->timer);
	change_free(answer->change);
	free(answer);
}

/* Somebody else was faster with the same field. */
static void add_conflict(struct review *review)
{
	struct diff_line *line = arena_alloc(review->arena, sizeof *line);

	if (review->change->edit_count == 0)
		return;
	line->field = review->change->edits[0].field;
	line->old_words = "3 GB";
	line->new_words = record_words(review->arena, line->field, record_get(review->plan.after, line->field->name));
	review->conflict = line;
	review->conflict_who = "cn=m.koch,dc=example,dc=com at 2026-11-20T14:01:00Z";
}

static void preview_done(void *context)
{
	struct answer *answer = context;
	struct review *review = make_review(answer->gate, answer->change);

	if (answer->gate->conflict && review->plan.after != NULL)
		add_conflict(review);
	answer->gate->conflict = false;
	answer->preview(answer->context, review);
	answer_free(answer);
}

void gate_preview(struct gate *gate, const struct change *change, void (*done)(void *context, struct review *takes), void *context)
{
	struct answer *answer = answer_new(gate, preview_done, context);

	gate->previews++;
	answer->change = change_copy(change);
	answer->preview = done;
}

void gate_preview_undo(struct gate *gate, const char *id, void (*done)(void *context, struct review *takes), void *context)
{
	const struct record *of = last_written(gate);
	struct change *change = change_new(VERB_UNDO, of == NULL ? kind_find("user") : of->kind, of == NULL ? "" : of->name);

	change->undo_of = arena_text(change->arena, id == NULL ? "1" : id);
	if (of != NULL)
		change->id = arena_text(change->arena, of->id);
	gate_preview(gate, change, done, context);
	change_free(change);
}

void gate_preview_rest(struct gate *gate, const char *id, void (*done)(void *context, struct review *takes), void *context)
{
	if (gate->stopped != NULL)
		gate_preview(gate, gate->stopped, done, context);
	else
		gate_preview_undo(gate, id, done, context);
}

/* --- writing ------------------------------------------------------------------------------------- */

static struct record *own_copy(const struct record *record)
{
	struct record *shell;

	if (record == NULL)
		return NULL;
	shell = record_new(record->kind);
	return record_copy(shell->arena, record);
}

static void remember(struct gate *gate, const struct record *before, const struct record *after)
{
	struct record *old_before = gate->before, *old_after = gate->after;

	gate->before = own_copy(before);
	gate->after = own_copy(after);
	record_free(old_before);
	record_free(old_after);
}

/* What is stored from now on; after NULL: nothing. */
static void store(struct gate *gate, const struct record *before, const struct record *after)
{
	struct directory *directory = gate->directory;
	struct record *stored = own_copy(after);
	long index = -1;

	if (before != NULL && before->id != NULL) {
		char name[64] = "uuid:";

		strncat(name, before->id, sizeof name - 6);
		index = fake_index(directory, before->kind, name);
	}
	if (stored == NULL) {
		remember(gate, before, NULL);
		if (index >= 0) {
			record_free(directory->records[index]);
			directory->records[index] = NULL;
		}
		return;
	}
	stored->name = arena_text(stored->arena, record_text(stored, stored->kind->name_field));
	if (stored->id == NULL)
		stored->id = arena_format(stored->arena, "00000000-0000-4000-8000-%012lx", ++directory->serial);
	if (stored->place == NULL)
		stored->place = arena_format(stored->arena, "cn=%s,dc=example,dc=com", stored->name);
	remember(gate, before, stored);
	fake_put(directory, index, stored);
}

static const char *const *fields_of(struct arena *arena, const struct change *change)
{
	const char **names = arena_alloc(arena, (change->edit_count + 1) * sizeof *names);

	for (size_t i = 0; i < change->edit_count; i++)
		names[i] = change->edits[i].field->name;
	return names;
}

/* Ended sessions, emptied caches and a try leave nothing to put back. */
static bool leaves_nothing(const struct change *change)
{
	return change->kind == &kind_sessions ||
		(change->kind == &kind_mailbox && (change_touches(change, "flush") || change_touches(change, "try") || change_touches(change, "recalculate") ||
		change_touches(change, "smtp")));
}

static void write_history(struct gate *gate, const struct review *review)
{
	struct history_entry *entry;

	if (gate->entry_count == sizeof gate->entries / sizeof *gate->entries)
		gate->entry_count = 0;
	entry = &gate->entries[gate->entry_count++];
	entry->id = arena_format(gate->arena, "%zu", gate->writes);
	entry->time = clock_now();
	entry->who = "made by you here";
	entry->host = "localhost";
	entry->verb = verb_word(review->change->verb);
	entry->kind = review->change->kind->name;
	entry->name = arena_text(gate->arena, review->change->name);
	entry->sentence = arena_text(gate->arena, review->sentence);
	entry->reason = arena_text(gate->arena, review->change->reason);
	entry->job_steps = review->change->job_steps;
	entry->state = HISTORY_DONE;
	entry->state_words = "done";
	entry->can_undo = !leaves_nothing(review->change);
	entry->fields = fields_of(gate->arena, review->change);
	entry->job = review->change->job ? arena_text(gate->arena, review->change->job) : NULL;
	entry->job_words = review->change->job_words ? arena_text(gate->arena, review->change->job_words) : NULL;
	entry->lines = "";
}

/* Once, then writes succeed again. */
static void other_ending(struct gate *gate, struct review *review, struct gate_result *result)
{
	static const char *const steps[] = { "first step: done", "second step: outcome unknown" }, *const stopped[] = { "first step: done", "second step: NOT done" };
	struct consequence *more;

	switch (gate->ending) {
	case FAKE_UNKNOWN:
		result->outcome = OUTCOME_UNKNOWN;
		error_set(&result->error, ERROR_UNKNOWN_OUTCOME, "The connection was lost after the request was sent [LDAP -1]");
		result->steps = 2;
		result->steps_done = 1;
		result->step_words = steps;
		break;
	case FAKE_STOPPED:
		error_set(&result->error, ERROR_REFUSED, "Stopped at step 2 of 2; the 1 before it is done and stays [LDAP 50]");
		result->id = "7";
		result->steps = 2;
		result->steps_done = 1;
		result->step_words = stopped;
		change_free(gate->stopped);
		gate->stopped = change_copy(review->change);
		break;
	case FAKE_AGAIN:
		result->again = make_review(gate, review->change);
		result->again->changed = true;
		more = arena_alloc(result->again->arena, (result->again->consequence_count + 1) * sizeof *more);
		more[0] = (struct consequence){ SEVERITY_WARNING, "more", "Somebody else has just made this worse." };
		for (size_t i = 0; i < result->again->consequence_count; i++)
			more[i + 1] = result->again->consequences[i];
		result->again->consequences = more;
		result->again->consequence_count++;
		break;
	case FAKE_TAKEN_BACK:
		result->taken_back = true;
		error_set(&result->error, ERROR_CONFLICT, "The address was given to somebody else at the same moment, so it was taken back");
		break;
	default:
		error_set(&result->error, ERROR_REFUSED, "The server refused the change: this login may not edit quotas [LDAP 50]");
		break;
	}
	gate->ending = FAKE_APPLIED;
}

static void submit_done(void *context)
{
	struct answer *answer = context;
	struct gate *gate = answer->gate;
	struct review *review = make_review(gate, answer->change);
	struct gate_result result = { .outcome = OUTCOME_NOT_APPLIED, .id = "", .sentence = "" };

	error_clear(&result.error);
	if (gate->ending == FAKE_SILENT || (gate->silent_from > 0 && gate->submits >= gate->silent_from)) {
		review_free(review);
		loop_timer_again(answer->timer, 10);
		return;
	}
	if (!review->allowed) {
		result.error = review->refusal;
	} else if (gate->ending != FAKE_APPLIED) {
		other_ending(gate, review, &result);
	} else {
		const struct record *now = review->change->verb == VERB_UNDO ? gate->after : target(gate, review->change);

		gate->writes++;
		if (gate->wrote != NULL)
			gate->wrote(gate->wrote_context, review->change, now, review->plan.after);
		if (review->change->kind->result == NULL)
			store(gate, now, review->plan.after);
		write_history(gate, review);
		result.outcome = OUTCOME_APPLIED;
		result.id = gate->entries[gate->entry_count - 1].id;
		result.can_undo = !leaves_nothing(review->change);
		result.steps = result.steps_done = 1;
		result.sentence = review->sentence;
		if (review->change->kind == &kind_mailbox) {
			result.did = 1;
			result.sentence = kind_mailbox.result(review->arena, review->change, 1, NULL);
		} else if (review->change->kind->result != NULL) {
			/* One of them was gone. */
			const struct value *values;

			result.did = traffic_values(review->arena, review->change, &values) - 1;
			result.sentence = review->change->kind->result(review->arena, review->change, result.did, "1 had left the queue");
		}
	}
	answer->submit(answer->context, &result);
	review_free(review);
	answer_free(answer);
}

void gate_submit(struct gate *gate, const struct review *confirmed, const char *typed, const char *reason,
		void (*done)(void *context, const struct gate_result *result), void *context)
{
	struct answer *answer = answer_new(gate, submit_done, context);

	(void)typed;
	gate->submits++;
	answer->change = change_copy(confirmed->change);
	answer->change->reason = arena_text(answer->change->arena, reason);
	answer->submit = done;
}

/* --- whom ----------------------------------------------------------------------------------------- */

static void whom_done(void *context)
{
	struct answer *answer = context;
	struct error error;

	error_clear(&error);
	if (answer->outside)
		error_set(&error, ERROR_REFUSED, "%s is protected as a member of the group Domain Admins: changing anything there needs role admin, "
			"and this session has role helpdesk", answer->gate->directory->settings.outside);
	answer->whom(answer->context, answer->outside ? "protected (member of the group Domain Admins)" : NULL, &error);
	answer_free(answer);
}

void gate_whom(struct gate *gate, const struct record *person, void (*done)(void *context, const char *words, const struct error *error), void *context)
{
	const char *outside = gate->directory->settings.outside;
	struct answer *answer = answer_new(gate, whom_done, context);

	answer->whom = done;
	answer->outside = gate->role == ROLE_HELPDESK && outside != NULL && strcmp(person->name, outside) == 0;
}

/* --- history ------------------------------------------------------------------------------------- */

static void history_done(void *context)
{
	struct answer *answer = context;
	struct gate *gate = answer->gate;
	struct arena *arena = arena_new();
	struct history *history = arena_alloc(arena, sizeof *history);
	struct history_entry *entries = arena_alloc(arena, (gate->entry_count + 1) * sizeof *entries);
	struct error error;

	error_clear(&error);
	for (size_t i = 0; i < gate->entry_count; i++)
		entries[i] = gate->entries[gate->entry_count - 1 - i];
	history->arena = arena;
	history->entries = entries;
	history->count = gate->entry_count;
	history_join_jobs(history, entries, gate->ends, gate->end_count);
	answer->history(answer->context, history, &error);
	answer_free(answer);
}

static void job_ended(void *context)
{
	struct answer *answer = context;

	answer->ended(answer->context);
	answer_free(answer);
}

void gate_job_end(struct gate *gate, const struct gate_job_end *end, void (*done)(void *context), void *context)
{
	struct gate_job_open *open = arena_alloc(gate->arena, (end->open_count + 1) * sizeof *open);
	struct gate_job_end *kept;

	if (gate->end_count == sizeof gate->ends / sizeof *gate->ends)
		gate->end_count = 0;
	kept = &gate->ends[gate->end_count++];
	*kept = *end;
	kept->job = arena_text(gate->arena, end->job);
	kept->run = arena_text(gate->arena, end->run);
	kept->open = open;
	for (size_t i = 0; i < end->open_count; i++)
		open[i] = (struct gate_job_open){ arena_text(gate->arena, end->open[i].set), end->open[i].kept };
	answer_new(gate, job_ended, context)->ended = done;
}

void gate_history(struct gate *gate, void (*done)(void *context, struct history *takes, const struct error *error), void *context)
{
	answer_new(gate, history_done, context)->history = done;
}

void history_free(struct history *history)
{
	if (history != NULL)
		arena_free(history->arena);
}

static void none_left(void *context)
{
	struct answer *answer = context;
	struct error error;

	error_clear(&error);
	answer->counted(answer->context, 0, &error);
	answer_free(answer);
}

void gate_verify(struct gate *gate, void (*done)(void *context, size_t records, const struct error *error), void *context)
{
	answer_new(gate, none_left, context)->counted = done;
}

void gate_resolve(struct gate *gate, void (*done)(void *context, size_t left, const struct error *error), void *context)
{
	answer_new(gate, none_left, context)->counted = done;
}

/* --- the rest of gate.h, and the engine ----------------------------------------------------------- */

bool gate_audit_listens(const struct gate *gate, struct error *error)
{
	(void)gate, (void)error;
	return true;
}

const char *gate_write_reason(const struct gate *gate)
{
	return gate->role == ROLE_MONITOR ? "the role monitor has no right to write" : NULL;
}

bool gate_busy(const struct gate *gate)
{
	(void)gate;
	return false;
}

void gate_wind_down(struct gate *gate)
{
	(void)gate;
}

size_t gate_steps_done(const struct gate *gate, const void *context)
{
	(void)gate, (void)context;
	return 0;
}

bool gate_locked(const struct gate *gate, const char *kind, const char *name)
{
	(void)gate;
	return strcmp(kind, "user") == 0 && strcmp(name, "user013") == 0;
}

struct gate *gate_open(struct loop *loop, const struct gate_settings *settings)
{
	struct gate *gate = memory_new(sizeof *gate);

	gate->loop = loop;
	gate->role = settings->role;
	gate->arena = arena_new();
	return gate;
}

bool gate_close(struct gate *gate)
{
	remember(gate, NULL, NULL);
	change_free(gate->stopped);
	arena_free(gate->arena);
	free(gate);
	return true;
}

void gate_register(struct gate *gate, struct store *store)
{
	(void)gate, (void)store;
}

struct engine *fake_engine_new(const struct fake_settings *settings)
{
	struct engine *engine = memory_new(sizeof *engine);
	struct arena *arena = arena_new();
	struct config *config = arena_alloc(arena, sizeof *config);
	struct gate_settings gate_settings = { .role = settings->role };

	config->arena = arena;
	config->system = "TEST";
	config->name = "example.com";
	config->role = settings->role;
	config->clipboard = settings->clipboard;
	config->lock.unlock_dn = arena_text(config->arena, settings->unlock_dn);
	config->mouse = settings->mouse;
	config->live.mask_addresses = true;
	engine->person = "t.kern";
	config->state_directory = arena_text(arena, settings->state_directory);
	if (settings->servers > 0)
		config->card = (struct card_settings){ .imap = "mail.example.com 993 TLS", .smtp = "mail.example.com 587 STARTTLS", .user = CARD_USER_ADDRESS,
			.webmail = "https://webmail.example.com", .note = "A new telephone needs a password of its own: call again." };
	engine->config = config;
	engine->loop = loop_new();
	engine->directory = directory_open(engine->loop, &config->directory, NULL);
	engine->directory->settings = *settings;
	engine->directory->status = (struct directory_status){ .link = DIRECTORY_UP, .uri = "ldap://ldap.example.com",
		.base = "dc=example,dc=com", .identity = "cn=admin,dc=example,dc=com", .profile = "ucs", .since = clock_now(),
		.latency_ms = 3, .can_write = true };
	fake_fill(engine->directory);
	fake_live_open(engine);
	engine->gate = gate_open(engine->loop, &gate_settings);
	engine->gate->directory = engine->directory;
	engine->desk = desk_open(&(struct desk_settings){
		.loop = engine->loop, .directory = engine->directory, .gate = engine->gate, .live = engine->live,
		.state_directory = config->state_directory, .person = engine->person, .role = settings->role, .may_write = settings->role != ROLE_MONITOR,
	});
	if (settings->down)
		fake_link(engine, DIRECTORY_DOWN);
	return engine;
}

void fake_engine_free(struct engine *engine)
{
	desk_close(engine->desk);
	gate_close(engine->gate);
	fake_live_close(engine);
	directory_close(engine->directory);
	loop_free(engine->loop);
	arena_free(engine->config->arena);
	free(engine);
}

void fake_next(struct engine *engine, enum fake_ending ending)
{
	engine->gate->ending = ending;
	engine->gate->silent_from = 0;
}

void fake_silence_after(struct engine *engine, size_t writes)
{
	engine->gate->silent_from = engine->gate->submits + writes + 1;
}

void fake_away(struct engine *engine, const char *server)
{
	engine->gate->away = server;
}

void fake_conflict(struct engine *engine)
{
	engine->gate->conflict = true;
}

size_t fake_writes(const struct engine *engine)
{
	return engine->gate->writes;
}

void fake_on_write(struct engine *engine, void (*wrote)(void *context, const struct change *change, const struct record *now,
		const struct record *after), void *context)
{
	engine->gate->wrote = wrote;
	engine->gate->wrote_context = context;
}

size_t fake_submits(const struct engine *engine)
{
	return engine->gate->submits;
}

size_t fake_previews(const struct engine *engine)
{
	return engine->gate->previews;
}

size_t fake_reads(const struct engine *engine)
{
	return engine->directory->reads;
}
