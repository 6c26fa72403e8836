/*
 * check_change: a whole change against what is known of the world.
 *
 * Only what the change introduces is judged: an old fault in a field that is
 * not touched (a domain that is gone, a name that is missing) never stands in
 * the way of another repair.  An undo restores what was, so it is only asked
 * whether its addresses are still free.  Pure; fails with a sentence.
 */
#include "model/check.h"

#include <string.h>

#include "base/text.h"
#include "model/facts.h"

static unsigned verb_bit(enum verb verb)
{
	switch (verb) {
	case VERB_ADD:    return KIND_CAN_ADD;
	case VERB_EDIT:   return KIND_CAN_EDIT;
	case VERB_RENAME: return KIND_CAN_RENAME;
	case VERB_DELETE: return KIND_CAN_DELETE;
	case VERB_UNDO:   return 0;
	}
	return 0;
}

static bool check_verb(const struct change *change, struct error *error)
{
	const struct kind *kind = change->kind;

	if (change->verb == VERB_UNDO || (kind->verbs & verb_bit(change->verb)))
		return true;
	if (!kind->verbs)
		return error_set(error, ERROR_INVALID, "a %s is only shown here and never written", kind->noun);
	if (change->verb == VERB_RENAME && kind->stays)
		return error_set(error, ERROR_INVALID, "a %s cannot be renamed: %s", kind->noun, kind->stays);
	return error_set(error, ERROR_INVALID, "a %s has nothing to %s; allowed are%s%s%s", kind->noun, verb_word(change->verb),
		kind->verbs & KIND_CAN_ADD ? " add" : "", kind->verbs & KIND_CAN_RENAME ? " rename" : "",
		kind->verbs & KIND_CAN_DELETE ? " delete" : "");
}

static bool check_name(const struct change *change, const struct record *after, const struct facts *facts, struct error *error)
{
	const struct field *key = kind_key(change->kind);
	const char *name = change->verb == VERB_RENAME ? change->new_name : after->name;

	if (!name || !*name)
		return error_set(error, ERROR_INVALID, "%s: a %s needs one; give it as the name", key->label, change->kind->noun);
	if (!check_value(key, name, error))
		return false;
	if (change->verb == VERB_RENAME && strcmp(name, change->name) == 0)
		return error_set(error, ERROR_INVALID, "%s: \"%.100s\" is the name already; give another one", key->label, name);
	if (change->verb == VERB_ADD && *change->name && strcmp(name, change->name) != 0)
		return error_set(error, ERROR_INVALID, "%s: \"%.100s\" and \"%.100s\" are both given; a %s has one name",
			key->label, change->name, name, change->kind->noun);
	if (facts && facts->name_taken && facts->taken_by)
		return error_set(error, ERROR_INVALID, "%s: \"%.100s\" is taken, it is the name of the %.100s already, and no two may share one; "
			"choose another one", key->label, name, facts->taken_by);
	if (facts && facts->name_taken)
		return error_set(error, ERROR_INVALID, "%s: \"%.100s\" is taken, there is something of this name already; choose another one",
			key->label, name);
	return true;
}

/* May this field be written at all by this verb? */
static bool check_writable(const struct change *change, const struct edit *edit, const struct facts *facts, struct error *error)
{
	const struct field *field = edit->field;
	const struct field_values *now = facts && facts->now ? record_get(facts->now, field->name) : NULL;

	if (field->flags & FIELD_DERIVED)
		return error_set(error, ERROR_INVALID, "%s is computed from other places and cannot be set", field->label);
	if (field->flags & FIELD_READONLY)
		return error_set(error, ERROR_INVALID, "%s is only shown here and never written", field->label);
	if ((field->flags & FIELD_FIXED) && change->verb != VERB_ADD)
		return error_set(error, ERROR_INVALID, "%s is given when a %s is created%s", field->label, change->kind->noun,
			field->flags & FIELD_KEY && change->kind->verbs & KIND_CAN_RENAME ? "; afterwards it is renamed, not edited" :
			" and stays");
	if ((field->flags & FIELD_STATE) && change->verb == VERB_ADD)
		return error_set(error, ERROR_INVALID, "%s is not given with a new %s; create it, then set it", field->label, change->kind->noun);
	if (now && now->presence == VALUE_UNSUPPORTED && edit->count)
		return error_set(error, ERROR_UNSUPPORTED, "%s cannot be kept in this directory%s%.300s", field->label,
			now->note ? ": " : "", now->note ? now->note : "");
	if (!(field->flags & FIELD_MANY) && edit->count > 1)
		return error_set(error, ERROR_INVALID, "%s: %zu values are given; allowed is one", field->label, edit->count);
	if (!(field->flags & FIELD_MANY) && edit->how == EDIT_ADD)
		return error_set(error, ERROR_INVALID, "%s holds one value, so nothing can be added to it; set it with = instead", field->label);
	return true;
}

static bool check_edit(const struct change *change, const struct edit *edit, const struct facts *facts, struct error *error)
{
	if (!check_writable(change, edit, facts, error))
		return false;
	/* What goes away may be as wrong as it likes. */
	for (size_t i = 0; edit->how != EDIT_REMOVE && i < edit->count; i++) {
		if (strlen(edit->values[i].bytes) != edit->values[i].length)
			return error_set(error, ERROR_INVALID, "%s: a zero byte cannot be stored in text", edit->field->label);
		if (!check_value(edit->field, edit->values[i].bytes, error))
			return false;
	}
	return true;
}

static bool check_required(const struct change *change, const struct record *after, struct error *error)
{
	for (const struct field *field = change->kind->fields; field->name; field++) {
		if (!(field->flags & FIELD_REQUIRED) || record_get(after, field->name)->count)
			continue;
		if (change->verb == VERB_ADD || change_touches(change, field->name))
			return error_set(error, ERROR_INVALID, "%s: a %s needs one; it cannot be left empty",
				field->label, change->kind->noun);
	}
	return true;
}

static bool listed(const char *const *names, const char *name)
{
	for (; names && *names; names++)
		if (text_same_ascii_case(*names, name))
			return true;
	return false;
}

/* Up to six names for a sentence: "a, b, c". */
static char *some_names(struct arena *arena, const char *const *names)
{
	char *list = arena_text(arena, "");

	for (size_t i = 0; names && names[i]; i++) {
		if (i == 6)
			return arena_format(arena, "%s, ...", list);
		list = arena_format(arena, "%s%s%.60s", list, *list ? ", " : "", names[i]);
	}
	return *list ? list : arena_text(arena, "none");
}

/* The thing that a new value points at must exist, unless nobody could read all of them. */
static bool check_reference(const struct field *field, const char *value, const struct facts *facts, struct error *error)
{
	bool domain = field->type == FIELD_ADDRESS;
	const char *at = strrchr(value, '@');
	const char *name = domain ? (at ? at + 1 : value) : value;
	const char *const *known = domain ? facts->domains : facts->servers;
	struct arena *arena;

	if (!(domain ? facts->domains_complete : facts->servers_complete) || listed(known, name))
		return true;
	arena = arena_new();
	if (domain)
		error_set(error, ERROR_INVALID, "%s: \"%.100s\" is in the domain \"%.100s\", which is not registered here; registered are %s",
			field->label, value, name, some_names(arena, known));
	else
		error_set(error, ERROR_INVALID, "%s: \"%.100s\" is no host with the IMAP service; those are %s",
			field->label, value, some_names(arena, known));
	arena_free(arena);
	return false;
}

static bool points_somewhere(const struct field *field)
{
	return field->reference && (field->type == FIELD_REFERENCE || field->type == FIELD_ADDRESS)
		&& (strcmp(field->reference, "domain") == 0 || strcmp(field->reference, "server") == 0);
}

static const struct field_values *values_now(const struct facts *facts, const struct field *field)
{
	return facts->now ? record_get(facts->now, field->name) : NULL;
}

/* Names that the change gives and that nobody bears. */
static bool check_missing(const struct facts *facts, struct error *error)
{
	const struct missing *missing = facts->missing;

	if (facts->missing_count > 0 && missing->written)
		return error_set(error, ERROR_INVALID, "%s: the mail server tells capital and small letters apart here; write \"%.100s\" for \"%.100s\"",
			missing->field->label, missing->written, missing->value);
	if (facts->missing_count > 0 && !missing->field->reference)
		return error_set(error, ERROR_INVALID, strchr(missing->value, '@') ?
			"%s: nobody here has the primary address \"%.100s\"; choose a user, a group, or anyone" :
			"%s: there is no group \"%.100s\"; choose a user by the primary address, a group, or anyone",
			missing->field->label, missing->value);
	return facts->missing_count == 0 || error_set(error, ERROR_INVALID, "%s: there is no %s \"%.100s\"; choose one that exists",
		missing->field->label, kind_find(missing->field->reference)->noun, missing->value);
}

static bool check_references(const struct record *after, const struct facts *facts, struct error *error)
{
	for (const struct field *field = after->kind->fields; field->name; field++) {
		const struct field_values *values = record_get(after, field->name);

		if (!points_somewhere(field))
			continue;
		for (size_t i = 0; i < values->count; i++) {
			const char *value = values->values[i].bytes;

			if (!change_holds(field, values_now(facts, field), value) && !check_reference(field, value, facts, error))
				return false;
		}
	}
	return true;
}

/*
 * A primary address is unique over users, groups, lists and folders, always (6.2). Alternative addresses are
 * unique only where the directory says so; that is a consequence, since it depends.
 */
static bool check_primary_free(const struct record *after, const struct facts *facts, struct error *error)
{
	const struct field *field = kind_field(after->kind, "address");
	const char *address = field ? record_text(after, "address") : "";

	if (!*address || change_holds(field, values_now(facts, field), address))
		return true;
	for (size_t i = 0; i < facts->holder_count; i++) {
		const struct holder *holder = &facts->holders[i];

		if (strcmp(holder->field, "address") == 0 && text_same_ascii_case(holder->address, address))
			return error_set(error, ERROR_INVALID,
				"%s: \"%.100s\" is taken, it is the address of the %s %.100s; a primary address belongs to one only",
				field->label, address, holder->kind, holder->name);
	}
	return true;
}

/* Former addresses of others, kept by the block list; whether the time is over is the clean-up's affair (6.3). */
static bool check_blocked(const struct record *after, const struct facts *facts, struct error *error)
{
	const struct field *field = kind_field(after->kind, "address");
	const char *address = field ? record_text(after, "address") : "";

	if (!*address || change_holds(field, values_now(facts, field), address))
		return true;
	for (size_t i = 0; i < facts->blocked_count; i++) {
		const struct blocked *blocked = &facts->blocked[i];

		if (text_same_ascii_case(blocked->address, address))
			return error_set(error, ERROR_INVALID,
				"%s: \"%.100s\" was somebody else's and is kept on the block list%s%.30s; choose another one, or have its entry removed "
				"first (%.200s)", field->label, address, blocked->until ? " until " : "", blocked->until ? blocked->until : "", blocked->place);
	}
	return true;
}

static bool check_free(const struct record *after, const struct facts *facts, struct error *error)
{
	return check_primary_free(after, facts, error) && check_blocked(after, facts, error);
}

bool check_change(const struct change *change, const struct record *after, const struct facts *facts, struct error *error)
{
	if (!check_verb(change, error))
		return false;
	if (change->verb == VERB_UNDO)
		return !after || !facts || check_free(after, facts, error);
	if (change->verb == VERB_DELETE && facts && facts->kept)
		return error_set(error, ERROR_INVALID, "%s", facts->kept);
	if ((change->verb == VERB_ADD || change->verb == VERB_RENAME) && after && !check_name(change, after, facts, error))
		return false;
	for (size_t i = 0; i < change->edit_count; i++)
		if (!check_edit(change, &change->edits[i], facts, error))
			return false;
	if (after && !check_required(change, after, error))
		return false;
	if (after && facts && !(check_missing(facts, error) && check_references(after, facts, error) && check_free(after, facts, error)))
		return false;
	return !change->kind->check || change->kind->check(change, after, facts, error);
}

const struct field *check_refused_field(const struct change *change, const struct error *refusal)
{
	for (const struct field *field = change->kind->fields; field->name; field++)
		if (text_after_label(refusal->text, field->label) != refusal->text)
			return field;
	return change->edit_count == 1 ? change->edits[0].field : NULL;
}
