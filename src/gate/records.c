/*
 * records: what the gate writes into the journal.
 *
 * INTENT reaches the disk before anything is sent; the others need no sync of
 * their own, since a set without an end is looked at again.  A failure here
 * makes the gate read-only.  Gate's thread.
 */
#include <string.h>

#include "base/json.h"
#include "base/text.h"
#include "gate/codec.h"
#include "gate/gate_private.h"

static struct json *record_new_of(const char *word, const char *id)
{
	struct json *record = json_object_new();

	json_put_text(record, "record", word);
	json_put_text(record, "set", id);
	return record;
}

static void put_given(struct json *record, const char *key, const char *text)
{
	if (text && *text)
		json_put_text(record, key, text);
}

static bool append(struct gate *gate, struct json *takes, bool sync, struct error *error)
{
	struct error why = { 0 };

	if (journal_append(gate->journal, takes, sync, &why))
		return true;
	gate_stop_writing(gate, why.text);
	if (error)
		*error = why;
	return false;
}

/* The fields that people saw change: history and the role of an undo need them. */
static struct json *fields_of(const struct review *review)
{
	struct json *fields = json_array_new();
	size_t i;

	for (i = 0; i < review->line_count; i++)
		json_add_text(fields, review->lines[i].field->name);
	return fields;
}

static struct json *steps_of(const struct gate *gate, const struct review *review)
{
	struct json *steps = json_array_new();
	size_t i;

	for (i = 0; i < review->plan.count; i++)
		json_add(steps, operation_to_json(&review->plan.operations[i], gate->journal));
	return steps;
}

const char *name_after(const struct review *review, const char *name)
{
	const struct record *after = review->plan.after;

	return after && after->name && strcmp(after->name, name) ? after->name : NULL;
}

bool write_intent(struct gate *gate, const char *id, const struct review *review, const char *sentence, const char *reason,
		struct error *error)
{
	struct json *record = record_new_of("intent", id);
	const struct change *change = review->change;
	const char *name = review->facts.now ? review->facts.now->name : change->name;

	json_put_text(record, "verb", change->rest_of ? "finish" : verb_word(change->verb));
	json_put_text(record, "kind", change->kind->name);
	json_put_text(record, "name", name);
	put_given(record, "new_name", name_after(review, name));
	put_given(record, "target", review->facts.now && review->facts.now->id ? review->facts.now->id : change->id);
	json_put_text(record, "sentence", sentence);
	put_given(record, "reason", reason);
	put_given(record, "undo_of", change->undo_of);
	put_given(record, "rest_of", change->rest_of);
	put_given(record, "job", change->job);
	put_given(record, "job_words", change->job_words);
	if (change->job && change->job_steps > 0)
		json_put_number(record, "job_steps", (int64_t)change->job_steps);
	json_put(record, "fields", fields_of(review));
	json_put(record, "steps", steps_of(gate, review));
	return append(gate, record, true, error);
}

bool write_step(struct gate *gate, const char *id, size_t step, enum step_state state, const struct operation *inverse,
		const struct error *problem)
{
	static const char *const words[] = { "open", "done", "already", "failed", "unknown" };
	struct json *record = record_new_of("step", id);

	json_put_number(record, "step", (int64_t)step);
	json_put_text(record, "state", words[state]);
	if (inverse)
		json_put(record, "inverse", operation_to_json(inverse, gate->journal));
	if (problem && problem->kind != ERROR_NONE)
		json_put_text(record, "problem", problem->text);
	return append(gate, record, false, NULL);
}

bool write_end(struct gate *gate, const char *id, const char *word, const char *problem)
{
	struct json *record = record_new_of(word, id);

	put_given(record, "problem", problem);
	return append(gate, record, false, NULL);
}

bool write_counted(struct gate *gate, const char *id, size_t did, const char *sentence)
{
	struct json *record = record_new_of("done", id);

	put_given(record, "problem", sentence);
	json_put_number(record, "did", (int64_t)did);
	return append(gate, record, false, NULL);
}

bool write_job_end(struct gate *gate, const struct gate_job_end *end)
{
	struct json *record = json_object_new(), *open = json_array_new();

	json_put_text(record, "record", "job");
	json_put_text(record, "job", end->job);
	json_put_text(record, "run", end->run);
	json_put_flag(record, "rest", end->rest);
	json_put_number(record, "steps", (int64_t)end->steps);
	for (size_t i = 0; i < end->open_count; i++) {
		struct json *one = json_object_new();

		put_given(one, "set", end->open[i].set);
		json_put_flag(one, "kept", end->open[i].kept);
		json_add(open, one);
	}
	json_put(record, "open", open);
	return append(gate, record, false, NULL);
}

bool write_undone(struct gate *gate, const char *id, const char *by)
{
	struct json *record = record_new_of("undone", id);

	json_put_text(record, "by", by);
	return append(gate, record, false, NULL);
}
