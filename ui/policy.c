/*
 * policy: what a quota policy says, as a change.
 *
 * For a user it is an edit of the quota to the value that was read with the
 * user; for a policy its limit goes into all it reaches, and the store says who
 * they are.  Pure; never fails; loop thread.
 */
#include "ui/policy.h"

#include <string.h>

const struct field *policy_field(const struct kind *kind)
{
	for (const struct field *field = kind->fields; field->name != NULL; field++) {
		if (field->policy != NULL || (field->flags & FIELD_ELSEWHERE))
			return field;
	}
	return NULL;
}

const char *policy_nothing(const struct record *record)
{
	const struct field *field = policy_field(record->kind);
	const char *said;

	if (field->policy == NULL)
		return NULL;
	said = record_text(record, field->policy);
	if (said[0] == '\0')
		return "no quota policy says anything for this one";
	return strcmp(said, record_text(record, field->name)) == 0 ? "the quota is what the policy says already" : NULL;
}

struct change *policy_change(const struct record *record)
{
	const struct field *field = policy_field(record->kind);
	struct change *change = change_new(VERB_EDIT, record->kind, record->name);

	change->id = arena_text(change->arena, record->id);
	change_saw(change, record);
	if (field->policy == NULL)
		change_edit_text(change, field, EDIT_ADD, "*");
	else
		change_edit_text(change, field, EDIT_SET, record_text(record, field->policy));
	return change;
}
