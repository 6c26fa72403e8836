/*
 * difference: what a change does, in words for people.
 *
 * Pure; nothing fails.  Words hold raw bytes, whoever shows them makes them
 * visible.  One thread at a time.
 */
#include "model/change.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"

/* Longer values would drown the sentence; the lines show them in full. */
#define SENTENCE_VALUE_MOST 80

static bool holds_something(const struct field_values *values)
{
	return values->count || values->presence == VALUE_HIDDEN;
}

/* Does this field deserve a line? */
static bool differs(const struct field_values *before, const struct field_values *after)
{
	/* Of something new only the secret that is given with it counts: that has a value. */
	if (!before)
		return after->count > 0;
	if (!after)
		return holds_something(before);
	if (before->presence == VALUE_HIDDEN || after->presence == VALUE_HIDDEN)
		return before->presence != after->presence;
	return !values_same(before, after);
}

static const char *words_of(struct arena *arena, const struct field *field, const struct field_values *values)
{
	return values && holds_something(values) ? record_words(arena, field, values) : "(none)";
}

static int by_folded(const void *a, const void *b)
{
	return strcasecmp((*(const struct value *const *)a)->bytes, (*(const struct value *const *)b)->bytes);
}

/* The values in an order in which one is found at once. */
static const struct value **in_order(struct arena *arena, const struct field_values *values)
{
	const struct value **order = arena_alloc(arena, (values->count + 1) * sizeof(*order));

	for (size_t i = 0; i < values->count; i++)
		order[i] = &values->values[i];
	if (values->count)
		qsort(order, values->count, sizeof(*order), by_folded);
	return order;
}

/*
 * Of a large set only what comes or goes, "in: jan, eva": the rest may be fifty thousand, and is not even read where
 * single values are added.
 */
static const char *moved_words(struct arena *arena, const char *word, const struct field *field, const struct field_values *values,
		const struct field_values *others)
{
	struct value *moved = arena_alloc(arena, values->count * sizeof(*moved));
	struct field_values list = { .presence = VALUE_OWN, .values = moved };
	const struct value **order = in_order(arena, others);

	for (size_t i = 0; i < values->count; i++) {
		const struct value *value = &values->values[i];

		if (!others->count || !bsearch(&value, order, others->count, sizeof(*order), by_folded))
			moved[list.count++] = *value;
	}
	return list.count ? arena_format(arena, "%s: %s", word, record_words(arena, field, &list)) : arena_format(arena, "none %s", word);
}

/* As the second half of a sentence: only what happens. */
static char *moved_sentence(struct arena *arena, const char *name, const struct diff_line *line)
{
	bool out = strncmp(line->old_words, "none ", 5) != 0, in = strncmp(line->new_words, "none ", 5) != 0;

	return arena_format(arena, "%s of %s, %s%s%s", line->field->label, name, out ? line->old_words : "", out && in ? "; " : "", in ? line->new_words : "");
}

size_t record_diff(struct arena *arena, const struct record *before, const struct record *after, struct diff_line **lines)
{
	const struct kind *kind = before ? before->kind : after ? after->kind : NULL;
	size_t fields = kind ? kind_field_count(kind) : 0, count = 0;

	*lines = arena_alloc(arena, fields * sizeof(**lines));
	for (size_t i = 0; i < fields; i++) {
		const struct field *field = &kind->fields[i];
		const struct field_values *old_values = before ? &before->fields[i] : NULL;
		const struct field_values *new_values = after ? &after->fields[i] : NULL;

		if ((field->flags & FIELD_DERIVED) || !differs(old_values, new_values))
			continue;
		(*lines)[count].field = field;
		(*lines)[count].old_words = words_of(arena, field, old_values);
		(*lines)[count].new_words = words_of(arena, field, new_values);
		if ((field->flags & FIELD_LARGE) && old_values && new_values) {
			(*lines)[count].old_words = moved_words(arena, "out", field, old_values, new_values);
			(*lines)[count].new_words = moved_words(arena, "in", field, new_values, old_values);
		}
		count++;
	}
	return count;
}

/* "Quota", "Quota and Home server", "Quota, Home server and Forward to", "5 fields" */
static char *labels(struct arena *arena, const struct diff_line *lines, size_t count)
{
	char *list;

	if (count == 0 || count > 3)
		return arena_format(arena, "%zu fields", count);
	list = arena_text(arena, lines[0].field->label);
	for (size_t i = 1; i < count; i++)
		list = arena_format(arena, "%s%s%s", list, i + 1 == count ? " and " : ", ", lines[i].field->label);
	return list;
}

/* Values short enough that a sentence with so many fields can name them. */
static bool are_short(const struct diff_line *lines, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (strlen(lines[i].old_words) > SENTENCE_VALUE_MOST / count || strlen(lines[i].new_words) > SENTENCE_VALUE_MOST / count)
			return false;
	return true;
}

/* Both sides of a secret are dots, which say nothing. */
static const char *turn_words(struct arena *arena, const struct diff_line *line, bool ahead)
{
	if (line->field->type == FIELD_SECRET)
		return ahead ? "to be set anew" : "set anew";
	return arena_format(arena, "%s to %s", line->old_words, line->new_words);
}

static char *edited_words(struct arena *arena, const char *name, const struct diff_line *lines, size_t count, bool ahead)
{
	if (count == 0)
		return arena_format(arena, "Nothing changes at %s", name);
	if (count == 1 && are_short(lines, count))
		return lines[0].field->flags & FIELD_LARGE ? moved_sentence(arena, name, &lines[0]) :
			arena_format(arena, "%s of %s: %s", lines[0].field->label, name, turn_words(arena, &lines[0], ahead));
	/* A first forward brings Keep a copy along: two fields are the usual case, and the history should tell where mail goes. */
	if (count == 2 && are_short(lines, count))
		return arena_format(arena, "%s of %s: %s; %s: %s", lines[0].field->label, name, turn_words(arena, &lines[0], ahead),
			lines[1].field->label, turn_words(arena, &lines[1], ahead));
	return ahead ? arena_format(arena, "Change %s of %s", labels(arena, lines, count), name) :
		arena_format(arena, "%s of %s changed", labels(arena, lines, count), name);
}

/* "User": the noun at the beginning of a sentence. */
static char *noun_first(struct arena *arena, const struct kind *kind)
{
	char *noun = arena_text(arena, kind->noun);

	if (noun[0] >= 'a' && noun[0] <= 'z')
		noun[0] = (char)(noun[0] - 'a' + 'A');
	return noun;
}

/* The address tells more than the login where the person had it on the screen. */
static const char *edited_name(const struct change *change)
{
	const char *address = change->seen ? record_text(change->seen, "address") : "";

	return *address ? address : change->name;
}

char *change_sentence(struct arena *arena, const struct change *change, const struct diff_line *lines, size_t count)
{
	const char *noun = noun_first(arena, change->kind);

	if (change->kind->sentence)
		return arena_format(arena, "%s%s", change->verb == VERB_UNDO ? "Taken back: " : "", change->kind->sentence(arena, change));
	switch (change->verb) {
	case VERB_EDIT:
		return edited_words(arena, edited_name(change), lines, count, false);
	case VERB_ADD:
		return arena_format(arena, "%s %s created", noun, change->name);
	case VERB_RENAME:
		return arena_format(arena, "%s %s renamed to %s", noun, change->name, change->new_name ? change->new_name : "");
	case VERB_DELETE:
		return arena_format(arena, "%s %s deleted", noun, change->name);
	case VERB_UNDO:
		break;
	}
	if (count == 0)
		return arena_format(arena, "Taken back: the change of %s %s", change->kind->noun, change->name);
	return arena_format(arena, "Taken back: %s", edited_words(arena, edited_name(change), lines, count, false));
}

char *change_ahead(struct arena *arena, const struct change *change, const struct diff_line *lines, size_t count)
{
	const struct kind *kind = change->kind;

	if (kind->sentence)
		return arena_format(arena, "%s%s", change->verb == VERB_UNDO ? "Take back: " : "", (kind->ahead && change->verb != VERB_UNDO ? kind->ahead :
			kind->sentence)(arena, change));
	switch (change->verb) {
	case VERB_EDIT:
		return edited_words(arena, edited_name(change), lines, count, true);
	case VERB_ADD:
		return arena_format(arena, "Create %s %s", kind->noun, change->name);
	case VERB_RENAME:
		return arena_format(arena, "Rename %s %s to %s", kind->noun, change->name, change->new_name ? change->new_name : "");
	case VERB_DELETE:
		return arena_format(arena, "Delete %s %s", kind->noun, change->name);
	case VERB_UNDO:
		break;
	}
	if (count == 0)
		return arena_format(arena, "Take back the change of %s %s", kind->noun, change->name);
	return arena_format(arena, "Take back: %s", edited_words(arena, edited_name(change), lines, count, false));
}
