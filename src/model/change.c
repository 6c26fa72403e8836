/*
 * change: building what is to become different.
 *
 * Everything lives in the change's arena.  Nothing fails.  One thread at a
 * time.  Laying a change over a record is in merge.c, telling it in words in
 * difference.c.
 */
#include "model/change.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "model/check.h"
#include "model/store.h"
#include "model/value_set.h"

struct change *change_new(enum verb verb, const struct kind *kind, const char *name)
{
	struct arena *arena = arena_new();
	struct change *change = arena_alloc(arena, sizeof(*change));

	change->arena = arena;
	change->verb = verb;
	change->kind = kind;
	change->name = arena_text(arena, name ? name : "");
	return change;
}

void change_free(struct change *change)
{
	if (change)
		arena_free(change->arena);
}

static struct value *copy_values(struct arena *arena, const struct value *values, size_t count)
{
	struct value *copy = arena_alloc(arena, count * sizeof(*copy));

	for (size_t i = 0; i < count; i++) {
		copy[i].bytes = arena_bytes(arena, values[i].bytes, values[i].length);
		copy[i].length = values[i].length;
	}
	return copy;
}

static const struct operation *copy_operations(struct arena *arena, const struct operation *operations, size_t count)
{
	struct operation *copy = arena_alloc(arena, count * sizeof(*copy));

	for (size_t i = 0; i < count; i++) {
		struct delta *deltas = arena_alloc(arena, operations[i].delta_count * sizeof(*deltas));

		copy[i] = operations[i];
		copy[i].place = arena_text(arena, operations[i].place);
		copy[i].new_place = arena_text(arena, operations[i].new_place);
		copy[i].id = arena_text(arena, operations[i].id);
		copy[i].version = arena_text(arena, operations[i].version);
		copy[i].words = arena_text(arena, operations[i].words);
		copy[i].through = arena_text(arena, operations[i].through);
		for (size_t j = 0; j < operations[i].delta_count; j++) {
			deltas[j] = operations[i].deltas[j];
			deltas[j].attribute = arena_text(arena, deltas[j].attribute);
			deltas[j].values = copy_values(arena, deltas[j].values, deltas[j].count);
		}
		copy[i].deltas = deltas;
	}
	return copy;
}

struct change *change_copy(const struct change *change)
{
	struct change *copy = change_new(change->verb, change->kind, change->name);
	struct arena *arena = copy->arena;

	if (arena_is_secret(change->arena))
		arena_holds_secret(arena);
	copy->id = arena_text(arena, change->id);
	copy->new_name = arena_text(arena, change->new_name);
	copy->follows = change->follows;
	copy->reason = arena_text(arena, change->reason);
	copy->undo_of = arena_text(arena, change->undo_of);
	copy->rest_of = arena_text(arena, change->rest_of);
	copy->job = arena_text(arena, change->job);
	copy->job_words = arena_text(arena, change->job_words);
	copy->job_steps = change->job_steps;
	if (change->edit_count) {
		copy->edits = arena_alloc(arena, change->edit_count * sizeof(*copy->edits));
		copy->edit_count = copy->edit_capacity = change->edit_count;
	}
	for (size_t i = 0; i < change->edit_count; i++) {
		copy->edits[i] = change->edits[i];
		copy->edits[i].values = copy_values(arena, change->edits[i].values, change->edits[i].count);
	}
	if (change->seen)
		change_saw(copy, change->seen);
	if (change->operation_count)
		copy->operations = copy_operations(arena, change->operations, change->operation_count);
	copy->operation_count = change->operation_count;
	return copy;
}

/* The same key, or where there is none: secrets aside, the same server, protocol and user are the same entry. */
static bool same_parts(const struct field *field, const struct value *a, const struct value *b)
{
	const struct part *key = parts_key(field);
	struct arena *arena = arena_new();
	bool same = true;

	if (key) {
		const char *left = parts_get(arena, a->bytes, key->name);
		const char *right = parts_get(arena, b->bytes, key->name);

		same = left && right ? text_same_ascii_case(left, right) : left == right;
	}
	for (const struct part *part = field->parts; same && !key && part->name; part++) {
		const char *left = parts_get(arena, a->bytes, part->name);
		const char *right = parts_get(arena, b->bytes, part->name);

		if (part->type != FIELD_SECRET)
			same = left && right ? strcmp(left, right) == 0 : left == right;
	}
	arena_free(arena);
	return same;
}

bool change_same_value(const struct field *field, const struct value *a, const struct value *b)
{
	switch (field->type) {
	case FIELD_ADDRESS: case FIELD_DOMAIN: case FIELD_LOGIN: case FIELD_REFERENCE:
		return a->length == b->length && strlen(a->bytes) == a->length && strlen(b->bytes) == b->length
			&& text_same_ascii_case(a->bytes, b->bytes);
	case FIELD_PARTS:
		return same_parts(field, a, b);
	case FIELD_TEXT: case FIELD_SIZE: case FIELD_NUMBER: case FIELD_CHOICE:
	case FIELD_FLAG: case FIELD_TIME: case FIELD_SECRET:
		break;
	}
	return value_same(a, b);
}

bool change_holds(const struct field *field, const struct field_values *values, const char *text)
{
	struct value value = { text, strlen(text) };

	for (size_t i = 0; values && i < values->count; i++)
		if (change_same_value(field, &values->values[i], &value))
			return true;
	return false;
}

static struct edit *edit_find(struct change *change, const struct field *field, enum edit_how how)
{
	for (size_t i = 0; i < change->edit_count; i++)
		if (change->edits[i].field == field && change->edits[i].how == how)
			return &change->edits[i];
	return NULL;
}

static struct edit *edit_new(struct change *change, const struct field *field, enum edit_how how)
{
	struct edit *edit;

	change->edits = arena_grow(change->arena, change->edits, &change->edit_capacity, change->edit_count + 1,
		sizeof(*change->edits));
	edit = &change->edits[change->edit_count++];
	memset(edit, 0, sizeof(*edit));
	edit->field = field;
	edit->how = how;
	return edit;
}

/* Takes a value out of an edit's list; the list is a new array, since copies may share the old one. */
static void value_drop(struct change *change, struct edit *edit, const struct value *value)
{
	struct value *left = arena_alloc(change->arena, edit->count * sizeof(*left));
	size_t count = 0;

	for (size_t i = 0; i < edit->count; i++)
		if (!change_same_value(edit->field, &edit->values[i], value))
			left[count++] = edit->values[i];
	edit->values = left;
	edit->count = count;
}

/* The later of two equal values stays: it may bring a new secret or another spelling. */
static void value_put(struct change *change, struct edit *edit, const struct value *value)
{
	struct value *values;

	value_drop(change, edit, value);
	values = arena_alloc(change->arena, (edit->count + 1) * sizeof(*values));
	if (edit->count)
		memcpy(values, edit->values, edit->count * sizeof(*values));
	values[edit->count].bytes = arena_bytes(change->arena, value->bytes, value->length);
	values[edit->count].length = value->length;
	edit->values = values;
	edit->count++;
}

static void edit_remove_at(struct change *change, const struct edit *edit)
{
	size_t index = (size_t)(edit - change->edits);

	memmove(&change->edits[index], &change->edits[index + 1], (change->edit_count - index - 1) * sizeof(*edit));
	change->edit_count--;
}

/* One value to add or remove, worked into the edits that the field has. */
static void edit_one(struct change *change, const struct field *field, enum edit_how how, const struct value *value)
{
	struct edit *set = edit_find(change, field, EDIT_SET);
	struct edit *opposite = edit_find(change, field, how == EDIT_ADD ? EDIT_REMOVE : EDIT_ADD);
	struct edit *edit;

	if (set && how == EDIT_ADD) {
		value_put(change, set, value);
		return;
	}
	if (set) {
		value_drop(change, set, value);
		return;
	}
	if (opposite) {
		value_drop(change, opposite, value);
		if (!opposite->count)
			edit_remove_at(change, opposite);
	}
	edit = edit_find(change, field, how);
	value_put(change, edit ? edit : edit_new(change, field, how), value);
}

/* Many values at once behind those that the edit has, of equal ones the last: one by one fifty thousand take minutes. */
static void edit_put_many(struct change *change, struct edit *edit, const struct value *values, size_t count)
{
	size_t all = edit->count + count, from = all;
	struct value *joined = arena_alloc(change->arena, all * sizeof(*joined)), *copy;
	struct value_set *met = value_set_new(edit->field);

	if (edit->count)
		memcpy(joined, edit->values, edit->count * sizeof(*joined));
	if (count)
		memcpy(joined + edit->count, values, count * sizeof(*joined));
	copy = copy_values(change->arena, joined, all);
	for (size_t i = all; i-- > 0; )
		if (value_set_add(met, &copy[i]))
			copy[--from] = copy[i];
	value_set_free(met);
	edit->values = copy + from;
	edit->count = all - from;
}

static void edit_drop_many(struct change *change, struct edit *edit, const struct value *values, size_t count)
{
	struct value_set *gone = value_set_new(edit->field);
	struct value *left = arena_alloc(change->arena, edit->count * sizeof(*left));
	size_t kept = 0;

	for (size_t i = 0; i < count; i++)
		value_set_add(gone, &values[i]);
	for (size_t i = 0; i < edit->count; i++)
		if (!value_set_holds(gone, &edit->values[i]))
			left[kept++] = edit->values[i];
	value_set_free(gone);
	edit->values = left;
	edit->count = kept;
}

/* edit_one for many values. */
static void edit_many(struct change *change, const struct field *field, enum edit_how how, const struct value *values, size_t count)
{
	struct edit *set = edit_find(change, field, EDIT_SET);
	struct edit *opposite = edit_find(change, field, how == EDIT_ADD ? EDIT_REMOVE : EDIT_ADD);
	struct edit *edit;

	if (set && how == EDIT_REMOVE) {
		edit_drop_many(change, set, values, count);
		return;
	}
	if (!set && opposite) {
		edit_drop_many(change, opposite, values, count);
		if (!opposite->count)
			edit_remove_at(change, opposite);
	}
	edit = set ? set : edit_find(change, field, how);
	edit_put_many(change, edit ? edit : edit_new(change, field, how), values, count);
}

static bool takes_secret(const struct field *field)
{
	for (const struct part *part = field->parts; part && part->name; part++)
		if (part->type == FIELD_SECRET)
			return true;
	return field->type == FIELD_SECRET;
}

void change_edit(struct change *change, const struct field *field, enum edit_how how, const struct value *values, size_t count)
{
	if (takes_secret(field))
		arena_holds_secret(change->arena);
	if (how == EDIT_SET) {
		change_forget(change, field);
		edit_new(change, field, EDIT_SET);
		how = EDIT_ADD;
	}
	if (count >= VALUE_SET_FROM && field->type != FIELD_PARTS) {
		edit_many(change, field, how, values, count);
		return;
	}
	for (size_t i = 0; i < count; i++)
		edit_one(change, field, how, &values[i]);
}

void change_edit_text(struct change *change, const struct field *field, enum edit_how how, const char *text)
{
	struct value value = { text, text ? strlen(text) : 0 };

	change_edit(change, field, how, &value, text ? 1 : 0);
}

void change_forget(struct change *change, const struct field *field)
{
	for (size_t i = change->edit_count; i-- > 0; )
		if (change->edits[i].field == field)
			edit_remove_at(change, &change->edits[i]);
}

void change_saw(struct change *change, const struct record *seen)
{
	change->seen = seen ? record_copy(change->arena, seen) : NULL;
}

bool change_touches(const struct change *change, const char *field)
{
	if (change->verb == VERB_RENAME && strcmp(field, change->kind->name_field) == 0)
		return true;
	for (size_t i = 0; i < change->edit_count; i++)
		if (strcmp(change->edits[i].field->name, field) == 0)
			return true;
	return false;
}

const char *verb_word(enum verb verb)
{
	switch (verb) {
	case VERB_ADD:    return "add";
	case VERB_EDIT:   return "edit";
	case VERB_RENAME: return "rename";
	case VERB_DELETE: return "delete";
	case VERB_UNDO:   return "undo";
	}
	return "unknown";
}
