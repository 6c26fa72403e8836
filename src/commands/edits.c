/*
 * edits: field=value words of the command line to edits of a change.
 */
#include "commands/edits.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/text.h"
#include "commands/headless.h"
#include "model/check.h"

/* Which fields there are, for a mistake. */
static bool no_field(const struct kind *kind, const char *name, struct error *error)
{
	struct text known = { 0 };
	const struct field *field;

	for (field = kind->fields; field->name; field++)
		if (!(field->flags & (FIELD_READONLY | FIELD_DERIVED)))
			text_addf(&known, "%s%s", known.length ? ", " : "", field->name);
	error_set(error, ERROR_USAGE, "A %s has no field \"%.60s\"; fields that can be written are %s", kind->noun, name, text_get(&known));
	text_free(&known);
	return false;
}

/* @FILE or -: the secret itself; NULL with a sentence. Arena of the change. */
static const char *fetch_secret(struct arena *arena, const char *label, const char *where, bool restricted, const char *repair, struct error *error)
{
	char *asked, *question, *secret;

	if (where[0] == '@' && restricted) {
		error_set(error, ERROR_REFUSED, "%s: no files by name in restricted mode; give - to be asked", label);
		return NULL;
	}
	if (where[0] == '@')
		return file_read_secret(arena, where + 1, error);
	if (strcmp(where, "-")) {
		error_set(error, ERROR_USAGE, "%s is a secret and may not stand on the command line, where everybody can read it; "
			"give @FILE, or - to be asked%s", label, repair);
		return NULL;
	}
	question = arena_format(arena, "%s: ", label);
	asked = headless_ask_secret(question);
	if (!asked) {
		error_set(error, ERROR_CANCELLED, "%s was not given", label);
		return NULL;
	}
	secret = arena_text(arena, asked);
	memory_wipe(asked, strlen(asked));
	free(asked);
	return secret;
}

/* The parts again, with each secret fetched from where it is. */
static const char *fetch_parts(struct arena *arena, const struct field *field, const char *value, bool restricted,
		struct error *error)
{
	const struct part *part;
	const char **pairs = NULL;
	size_t capacity = 0, count = 0;
	bool any = false;

	for (part = field->parts; part->name; part++) {
		const char *given = parts_get(arena, value, part->name);

		if (given && *given && part->type == FIELD_SECRET) {
			given = fetch_secret(arena, part->label, given, restricted, "", error);
			if (!given)
				return NULL;
			any = true;
		}
		if (!given)
			continue;
		pairs = arena_grow(arena, pairs, &capacity, count + 3, sizeof(*pairs));
		pairs[count++] = part->name;
		pairs[count++] = given;
	}
	return any ? parts_build(arena, field->parts, pairs) : value;
}

/* Was the field set by an earlier word? Touched without that: it was added to or taken from. */
static bool is_set(const struct change *change, const struct field *field)
{
	size_t i;

	for (i = 0; i < change->edit_count; i++)
		if (change->edits[i].field == field && change->edits[i].how == EDIT_SET)
			return true;
	return false;
}

/* "a=1 a=2" gives a field of many values both: the first sets, the next add. What would undo an earlier word is a slip. */
static bool choose_how(const struct change *change, const struct field *field, enum edit_how *how, struct error *error)
{
	if (*how != EDIT_SET || !change_touches(change, field->name))
		return true;
	if (!(field->flags & FIELD_MANY))
		return error_set(error, ERROR_USAGE, "%s= is given twice, and %s holds one value", field->name, field->label);
	if (!is_set(change, field))
		return error_set(error, ERROR_USAGE, "%s= behind %s+= or %s-= would forget them; put it first", field->name, field->name, field->name);
	*how = EDIT_ADD;
	return true;
}

/* What a policy says for the object that is changed; NULL with a sentence where none says anything. */
static const char *said_by_policy(const struct change *change, const struct field *field, struct error *error)
{
	const struct field_values *said = change->seen ? record_get(change->seen, field->policy) : NULL;

	if (said && said->count > 0)
		return said->values[0].bytes;
	if (!said)
		error_set(error, ERROR_USAGE, "%s: which policy counts is known only once the %s is there; create it, then set %s=policy",
			field->label, change->kind->noun, field->name);
	else if (said->presence == VALUE_UNSUPPORTED || said->presence == VALUE_UNREADABLE)
		error_set(error, ERROR_UNSUPPORTED, "%s: what a policy says for %s is not known: %s", field->label, change->name,
			said->note ? said->note : said->presence == VALUE_UNSUPPORTED ? "this directory has no policies" : "not readable with this login");
	else
		error_set(error, ERROR_INVALID, "%s: no policy says anything for %s, so there is nothing to write; give a value instead",
			field->label, change->name);
	return NULL;
}

/* What does a new password completely, with everything that goes with it; "" for other fields. */
static const char *repair_words(const struct change *change, const struct field *field)
{
	if (change->kind != &kind_user || strcmp(field->name, "password") != 0)
		return "";
	return arena_format(change->arena, ". What does the whole of it is: postroom reset %s --password", *change->name ? change->name : "USER");
}

/* The value as records hold it; NULL with a sentence. */
static const char *canonical_of(const struct change *change, const struct field *field, const char *value, bool restricted,
		struct error *error)
{
	if (field->policy && strcmp(value, "policy") == 0) {
		/* Canonical already: parsed again its bytes would count as the unit of the field. */
		value = said_by_policy(change, field, error);
		return value && check_value(field, value, error) ? value : NULL;
	}
	if (field->type == FIELD_SECRET)
		value = fetch_secret(change->arena, field->label, value, restricted, repair_words(change, field), error);
	else if (field->type == FIELD_PARTS)
		value = fetch_parts(change->arena, field, value, restricted, error);
	return value ? check_parse(change->arena, field, value, error) : NULL;
}

static bool put_edit(struct change *change, const struct field *field, enum edit_how how, const char *value, bool restricted,
		struct error *error)
{
	const char *canonical;

	if (!choose_how(change, field, &how, error))
		return false;
	if (!*value && field->type == FIELD_SECRET)
		return error_set(error, ERROR_USAGE, "%s cannot be taken away or empty; give @FILE, or - to be asked%s", field->label, repair_words(change, field));
	if (!*value && how == EDIT_SET) {
		change_edit_text(change, field, how, NULL);
		return true;
	}
	canonical = canonical_of(change, field, value, restricted, error);
	if (!canonical)
		return false;
	change_edit_text(change, field, how, canonical);
	return true;
}

static bool parse_one(struct change *change, const char *word, bool restricted, struct error *error)
{
	const char *equals = strchr(word, '=');
	enum edit_how how = EDIT_SET;
	const struct field *field;
	size_t length;
	char *name;

	if (!equals || equals == word)
		return error_set(error, ERROR_USAGE, "\"%.100s\" is no field=value, field+=value or field-=value", word);
	length = (size_t)(equals - word);
	if (word[length - 1] == '+')
		how = EDIT_ADD;
	if (word[length - 1] == '-')
		how = EDIT_REMOVE;
	name = arena_bytes(change->arena, word, how == EDIT_SET ? length : length - 1);
	field = kind_field(change->kind, name);
	if (!field)
		return no_field(change->kind, name, error);
	return put_edit(change, field, how, equals + 1, restricted, error);
}

bool edits_parse(struct change *change, char *const *words, int count, bool restricted, struct error *error)
{
	int i;

	for (i = 0; i < count; i++)
		if (!parse_one(change, words[i], restricted, error))
			return false;
	return true;
}
