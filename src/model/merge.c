/*
 * merge: laying a change over a record, and finding where somebody else
 * changed the same thing meanwhile.
 *
 * Pure; nothing fails.  Rules: terminal-and-safety 5 (three-way, byte-exact;
 * adding and removing single values commutes).  One thread at a time.
 */
#include "model/change.h"

#include <string.h>

#include "base/text.h"
#include "model/check.h"
#include "model/value_set.h"

/* Values of one field while they are worked on; the array belongs to the arena. */
struct working {
	struct arena *arena;
	const struct field *field;
	struct value *values;
	size_t count, capacity;
};

static void working_drop(struct working *working, const struct value *value)
{
	size_t kept = 0;

	for (size_t i = 0; i < working->count; i++)
		if (!change_same_value(working->field, &working->values[i], value))
			working->values[kept++] = working->values[i];
	working->count = kept;
}

static bool working_holds(const struct working *working, const struct value *value)
{
	size_t same = 0;
	bool exact = false;

	for (size_t i = 0; i < working->count; i++) {
		same += change_same_value(working->field, &working->values[i], value);
		exact = exact || value_same(&working->values[i], value);
	}
	return exact && same == 1;
}

/*
 * Adds a value unless it is there.  The one that is there stays with its own bytes (the directory would call a
 * second spelling a double), unless the new one brings a secret that the old one cannot show.
 */
static void working_add(struct working *working, const struct value *value)
{
	if (working->field->type == FIELD_PARTS && parts_is_nothing(working->field, value->bytes)) {
		working_drop(working, value);
		return;
	}
	/* Of several values with this key, all but one spelled alike, the new one is what is left. */
	if (working->field->type == FIELD_PARTS && parts_key(working->field) && !working_holds(working, value))
		working_drop(working, value);
	for (size_t i = 0; i < working->count; i++) {
		if (!change_same_value(working->field, &working->values[i], value))
			continue;
		if (working->field->type == FIELD_PARTS)
			working->values[i] = *value;
		return;
	}
	/* A field of one value has no set to add to: the last one counts (check_change refuses to add). */
	if (!(working->field->flags & FIELD_MANY))
		working->count = 0;
	working->values = arena_grow(working->arena, working->values, &working->capacity, working->count + 1,
		sizeof(*working->values));
	working->values[working->count++] = *value;
}

/* Many at once: what is there, or what goes, is looked up instead of compared one by one. */
static void working_apply_many(struct working *working, const struct edit *edit)
{
	struct value_set *set = value_set_new(working->field);
	size_t kept = 0;

	for (size_t i = 0; i < (edit->how == EDIT_REMOVE ? edit->count : working->count); i++)
		value_set_add(set, edit->how == EDIT_REMOVE ? &edit->values[i] : &working->values[i]);
	if (edit->how == EDIT_REMOVE) {
		for (size_t i = 0; i < working->count; i++)
			if (!value_set_holds(set, &working->values[i]))
				working->values[kept++] = working->values[i];
		working->count = kept;
		value_set_free(set);
		return;
	}
	working->values = arena_grow(working->arena, working->values, &working->capacity, working->count + edit->count,
		sizeof(*working->values));
	for (size_t i = 0; i < edit->count; i++) {
		const struct value *value = &edit->values[i];

		if (value_set_add(set, value))
			working->values[working->count++] = (struct value){ arena_bytes(working->arena, value->bytes, value->length), value->length };
	}
	value_set_free(set);
}

static void working_apply(struct working *working, const struct edit *edit)
{
	if (edit->how == EDIT_SET)
		working->count = 0;
	if (edit->count >= VALUE_SET_FROM && working->field->type != FIELD_PARTS && (working->field->flags & FIELD_MANY)) {
		working_apply_many(working, edit);
		return;
	}
	for (size_t i = 0; i < edit->count; i++) {
		struct value value = {
			arena_bytes(working->arena, edit->values[i].bytes, edit->values[i].length), edit->values[i].length
		};

		if (edit->how == EDIT_REMOVE)
			working_drop(working, &value);
		else
			working_add(working, &value);
	}
}

/* A field's values after all edits of it. The result's origin and note are those of before. */
static struct field_values edited(struct arena *arena, const struct change *change, const struct field *field,
		const struct field_values *before)
{
	struct working working = { .arena = arena, .field = field };
	struct field_values after = *before;

	for (size_t i = 0; i < before->count; i++) {
		working.values = arena_grow(arena, working.values, &working.capacity, i + 1, sizeof(*working.values));
		working.values[working.count++] = before->values[i];
	}
	for (size_t i = 0; i < change->edit_count; i++)
		if (change->edits[i].field == field)
			working_apply(&working, &change->edits[i]);
	after.values = working.values;
	after.count = working.count;
	if (values_same(&after, before))
		return *before;
	after.presence = after.count ? VALUE_OWN : VALUE_ABSENT;
	after.origin = NULL;
	return after;
}

/* People expect a name in the list; the directory demands one, and UDM builds it in the same way. */
static void complete_name(struct record *record)
{
	const char *given, *family;

	if (!kind_field(record->kind, "full_name") || record_get(record, "full_name")->count)
		return;
	given = record_text(record, "given_name");
	family = record_text(record, "family_name");
	if (*given || *family)
		record_set_text(record, "full_name",
			arena_format(record->arena, "%s%s%s", given, *given && *family ? " " : "", family));
}

static void set_key(struct record *record, const char *name)
{
	record_set_text(record, record->kind->name_field, name);
	record->name = record_text(record, record->kind->name_field);
}

struct record *change_result(struct arena *arena, const struct change *change, const struct record *now)
{
	struct record *after;

	if (change->verb == VERB_DELETE)
		return NULL;
	if (arena_is_secret(change->arena))
		arena_holds_secret(arena);
	after = now ? record_copy(arena, now) : record_new_in(arena, change->kind);
	if (change->verb == VERB_UNDO)
		return after;
	if (change->verb == VERB_ADD && *change->name)
		set_key(after, change->name);
	for (const struct field *field = change->kind->fields; field->name; field++) {
		struct field_values *values = &after->fields[field - change->kind->fields];

		*values = edited(arena, change, field, values);
	}
	if (change->verb == VERB_ADD)
		complete_name(after);
	if (change->verb == VERB_RENAME && change->new_name)
		set_key(after, change->new_name);
	if (record_get(after, change->kind->name_field)->count)
		after->name = record_text(after, change->kind->name_field);
	return after;
}

/* Adding to and removing from a set commutes with what others do to it. */
static bool commutes(const struct change *change, const struct field *field)
{
	if (!(field->flags & FIELD_MANY))
		return false;
	for (size_t i = 0; i < change->edit_count; i++)
		if (change->edits[i].field == field && change->edits[i].how == EDIT_SET)
			return false;
	return true;
}

static bool conflicts(struct arena *arena, const struct change *change, const struct field *field, const struct record *now)
{
	size_t index = kind_field_index(change->kind, field);
	const struct field_values *base = &change->seen->fields[index];
	const struct field_values *theirs = &now->fields[index];
	struct field_values mine;

	if (values_same(base, theirs) || commutes(change, field))
		return false;
	mine = edited(arena, change, field, base);
	return !values_same(&mine, theirs);
}

const struct field *change_conflict(const struct change *change, const struct record *now)
{
	const struct field *found = NULL;
	struct arena *arena;

	if (!change->seen || !now)
		return NULL;
	if (change->verb == VERB_RENAME && change->new_name && strcmp(change->seen->name, now->name) != 0
			&& strcmp(now->name, change->new_name) != 0)
		return kind_key(change->kind);
	arena = arena_new();
	for (size_t i = 0; !found && i < change->edit_count; i++)
		if (conflicts(arena, change, change->edits[i].field, now))
			found = change->edits[i].field;
	arena_free(arena);
	return found;
}
