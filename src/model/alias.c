/*
 * alias: the kind of every address that is not a mailbox's own, and what a
 * change of one means for its owner.  Rows of it are read out of other objects,
 * so nothing here is stored by itself unless the profile has entries for it.
 * Rules: ucs-directory 6.2, 8.3, 10 to 12.  Constant data and pure functions;
 * refusals are sentences.  Any thread.
 */
#include "model/alias.h"

#include <string.h>

#include "base/text.h"
#include "model/check.h"

static const struct field alias_fields[] = {
	{
		.name = "address", .label = "Address", .type = FIELD_ADDRESS,
		.flags = FIELD_KEY | FIELD_REQUIRED | FIELD_FIXED | FIELD_COLUMN | FIELD_SEARCH,
		.group = "Alias", .reference = "domain", .width = 24,
		.help = "An address that is not the own one of a mailbox: mail to it goes on to somebody.",
	},
	{
		.name = "leads_to", .label = "Leads to", .type = FIELD_ADDRESS, .flags = FIELD_MANY | FIELD_COLUMN | FIELD_SEARCH,
		.group = "Alias", .width = 24, .check = check_forward_target,
		.help = "The next address on the way; the page follows it to the end. It follows from the owner and is changed there; an entry of its own "
			"keeps it itself.",
	},
	{
		.name = "remark", .label = "Remark", .type = FIELD_TEXT, .flags = FIELD_COLUMN | FIELD_READONLY | FIELD_MANY | FIELD_WHOLE,
		.group = "Alias", .width = 22,
		.help = "Whether others hold the same address, and whether that is allowed here or a clash.",
	},
	{
		.name = "target", .label = "Kind", .type = FIELD_TEXT, .flags = FIELD_MANY | FIELD_COLUMN | FIELD_READONLY | FIELD_SEARCH,
		.group = "Alias", .width = 9,
		.help = "What makes it one: an alternative address of a user, a forwarded user, a group, a mailing list or a shared folder.",
	},
	{
		.name = "owner", .label = "Owner", .type = FIELD_REFERENCE, .flags = FIELD_MANY | FIELD_COLUMN | FIELD_SEARCH,
		.group = "Alias", .reference = "user", .width = 10,
		.help = "Who holds it. Giving it to a user, or taking it from one, changes the alternative addresses of that user; "
			"one user at a time.",
	},
	{
		.name = "holders", .label = "Held by", .type = FIELD_TEXT, .flags = FIELD_MANY | FIELD_DERIVED | FIELD_LINES,
		.group = "Who has it", .width = 40,
		.help = "Everybody who holds this address, and as what.",
	},
	{
		.name = "hops", .label = "Way", .type = FIELD_TEXT, .flags = FIELD_MANY | FIELD_DERIVED | FIELD_LINES,
		.group = "Mail goes", .width = 40,
		.help = "Each address on the way of a mail, further in for each step; loops and dead ends are named.",
	},
	{
		.name = "reaches", .label = "Reaches", .type = FIELD_TEXT, .flags = FIELD_DERIVED,
		.group = "Mail goes", .width = 40,
		.help = "How many mailboxes and addresses outside a mail to this address ends at.",
	},
	{ .name = NULL },
};

/* Where entries of their own cannot be, leads_to cannot be given, and the owner remains. */
static bool check_alias(const struct change *change, const struct record *after, const struct facts *facts, struct error *error)
{
	(void)facts;
	if (change->verb != VERB_ADD || !after || record_get(after, "owner")->count || record_get(after, "leads_to")->count)
		return true;
	return error_set(error, ERROR_INVALID, "Owner: a new alias needs somebody who gets the mail: a user who owns it, or, where aliases are entries "
		"of their own, where it leads");
}

const struct kind kind_alias = {
	.name = "alias", .title = "Aliases", .noun = "mail alias",
	.verbs = KIND_CAN_ADD | KIND_CAN_EDIT | KIND_CAN_RENAME | KIND_CAN_DELETE,
	.through_owner = true,
	.fields = alias_fields, .name_field = "address", .check = check_alias,
	.help = "Addresses that lead somewhere: alternative addresses and forwards of users, addresses of groups, lists and folders. "
		"An alias is kept with its owner: adding or deleting one changes the owner.",
};

bool alias_is_alternate(const struct alias_owner *owner)
{
	return (owner->field->flags & FIELD_MANY) && !(owner->field->flags & (FIELD_READONLY | FIELD_DERIVED));
}

/* "user anna and group Sales" */
static const char *named(struct arena *arena, const struct alias_owner *owners, size_t count)
{
	const char *words = "";
	size_t i;

	for (i = 0; i < count && i < 5; i++)
		words = arena_format(arena, "%s%s%s %.100s", words, i == 0 ? "" : i + 1 == count ? " and " : ", ", owners[i].kind->noun, owners[i].name);
	return count > 5 ? arena_format(arena, "%s and %zu more", words, count - 5) : words;
}

bool alias_is_meant(const struct alias_owner *owner, const char *id)
{
	size_t length = id == NULL ? 0 : strcspn(id, "/");

	return length > 0 && id[length] == '/' && owner->id != NULL && strlen(owner->id) == length && memcmp(owner->id, id, length) == 0;
}

/* The one owner that a deletion or renaming is about. */
static const struct alias_owner *the_owner(struct arena *arena, const struct change *change, const struct alias_owner *owners, size_t count,
		struct error *error)
{
	const struct alias_owner *found = NULL;
	size_t i, alternates = 0;

	for (i = 0; i < count; i++)
		if (alias_is_meant(&owners[i], change->id) && (found == NULL || alias_is_alternate(&owners[i])))
			found = &owners[i];
	for (i = 0; i < count; i++)
		alternates += alias_is_alternate(&owners[i]);
	if (found == NULL && alternates > 1) {
		error_set(error, ERROR_CONFLICT, "Owner: %.200s is held by %s; take it from one of them at a time, by the field Owner or from its row in the list",
			change->name, named(arena, owners, count));
		return NULL;
	}
	for (i = 0; found == NULL && i < count; i++)
		if (alias_is_alternate(&owners[i]) || count == 1)
			found = &owners[i];
	if (found == NULL)
		error_set(error, ERROR_NOT_FOUND, count == 0 ? "there is no alias %.200s any more" : "%.200s is no alternative address of anybody", change->name);
	return found;
}

static bool at_the_owner(const struct change *change, const struct alias_owner *owner, struct error *error)
{
	return error_set(error, ERROR_UNSUPPORTED, "%.200s is the %s of %s %.100s and no alternative address: it is changed there, in the field %s",
		change->name, strcmp(owner->field->name, "forwards") == 0 ? "address" : "own address", owner->kind->noun, owner->name, owner->field->label);
}

static bool more_than_one(struct error *error)
{
	return error_set(error, ERROR_INVALID, "Owner: one owner at a time; give the address to the others afterwards");
}

/* Owners after the edit against owners now: exactly one may come or go. */
static bool step_of_edit(struct arena *arena, const struct change *change, const struct alias_owner *owners, size_t count,
		struct alias_step *step, struct error *error)
{
	const struct field *field = kind_field(change->kind, "owner");
	struct record *now = record_new_in(arena, change->kind), *after;
	const struct field_values *wanted;
	size_t i, different = 0;

	for (i = 0; i < count; i++)
		if (alias_is_alternate(&owners[i]))
			record_add_text(now, "owner", owners[i].name);
	after = change_result(arena, change, now);
	wanted = record_get(after, "owner");
	for (i = 0; i < count; i++) {
		if (!alias_is_alternate(&owners[i]) || change_holds(field, wanted, owners[i].name))
			continue;
		step->takes = true;
		step->owner = &owners[i];
		different++;
	}
	for (i = 0; i < wanted->count; i++) {
		if (change_holds(field, record_get(now, "owner"), wanted->values[i].bytes))
			continue;
		step->gives = true;
		step->name = wanted->values[i].bytes;
		step->address = change->name;
		different++;
	}
	if (different > 1)
		return more_than_one(error);
	return different == 1 || error_set(error, ERROR_INVALID, "Owner: this changes nothing");
}

static bool step_of_add(const struct change *change, struct alias_step *step, struct error *error)
{
	const struct edit *owner = NULL;
	size_t i;

	for (i = 0; i < change->edit_count; i++)
		if (strcmp(change->edits[i].field->name, "owner") == 0)
			owner = &change->edits[i];
	if (owner == NULL || owner->count == 0)
		return error_set(error, ERROR_INVALID, "Owner: a new alias needs a user who gets the mail");
	if (owner->count > 1)
		return more_than_one(error);
	step->gives = true;
	step->name = owner->values[0].bytes;
	step->address = change->name;
	return true;
}

bool alias_step_of(struct arena *arena, const struct change *change, const struct alias_owner *owners, size_t count,
		struct alias_step *step, struct error *error)
{
	memset(step, 0, sizeof(*step));
	if (change->verb != VERB_UNDO && change_touches(change, "leads_to"))
		return error_set(error, ERROR_UNSUPPORTED, "Leads to: where an alias leads follows from its owner: give it to another one, or change the forwards there");
	if (change->verb == VERB_ADD)
		return step_of_add(change, step, error);
	if (change->verb == VERB_EDIT)
		return step_of_edit(arena, change, owners, count, step, error);
	step->takes = true;
	step->owner = the_owner(arena, change, owners, count, error);
	if (step->owner == NULL)
		return false;
	if (!alias_is_alternate(step->owner))
		return at_the_owner(change, step->owner, error);
	if (change->verb == VERB_RENAME) {
		step->gives = true;
		step->address = change->new_name;
	}
	return true;
}

struct change *alias_edit(const struct change *change, const struct alias_step *step, const struct kind *kind,
		const struct field *field, const char *name, const char *id)
{
	struct change *edit = change_new(VERB_EDIT, kind, name);

	edit->id = arena_text(edit->arena, id);
	edit->reason = arena_text(edit->arena, change->reason);
	if (step->takes)
		change_edit_text(edit, field, EDIT_REMOVE, change->name);
	if (step->gives)
		change_edit_text(edit, field, EDIT_ADD, step->address);
	return edit;
}
