/*
 * quota_policy: the kind of a rule that gave mailboxes of many users a quota in
 * the days of Cyrus, and the rules over it.  Rules: ucs-directory 14, 15, 22.
 * Constant data and a pure check that fails with a sentence; any thread.
 *
 * Dovecot reads only the quota of each mailbox.  So a policy is shown with
 * whom it would reach, and its limit can be written into those mailboxes:
 * that is the field "written", which stands in the users and not here.
 */
#include "base/text.h"
#include "model/check.h"
#include "model/facts.h"
#include "model/kind.h"
#include "model/record.h"

#include <string.h>

#define MEGABYTE INT64_C(1048576)
#define PETABYTE (MEGABYTE * 1024 * 1024 * 1024)

/* Names of classes and attributes of a directory (RFC 4512, 1.4). */
static bool check_descriptor(const struct field *field, const char *value, struct error *error)
{
	bool letter = (*value >= 'a' && *value <= 'z') || (*value >= 'A' && *value <= 'Z');

	if (letter && strspn(value, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-") == strlen(value))
		return true;
	return error_set(error, ERROR_INVALID, "%s: \"%.100s\" is no name of the schema; those have letters, digits and hyphens, and begin with a letter",
		field->label, value);
}

static const struct field policy_fields[] = {
	{
		.name = "name", .label = "Policy", .type = FIELD_TEXT,
		.flags = FIELD_KEY | FIELD_REQUIRED | FIELD_FIXED | FIELD_COLUMN | FIELD_SEARCH,
		.group = "Policy", .width = 24, .check = check_group_name,
		.help = "Letters and digits of any script and underscores, inside also blanks, dots, hyphens and the like.",
	},
	{
		.name = "limit", .label = "Limit", .type = FIELD_SIZE, .flags = FIELD_COLUMN,
		.group = "Policy", .least = 0, .most = PETABYTE, .unit = MEGABYTE, .unit_name = "MB", .width = 9,
		.help = "The quota that it asks for; a bare number means MB, 0 means no limit.",
	},
	{
		.name = "warning", .label = "Warning at %", .type = FIELD_NUMBER, .flags = FIELD_COLUMN,
		.group = "Policy", .least = 1, .most = 100, .width = 12,
		.help = "Percentage at which Cyrus warned. Dovecot warns at mail/dovecot/quota/warning/text, for everybody alike.",
	},
	{
		.name = "enforced", .label = "Enforced by", .type = FIELD_TEXT, .flags = FIELD_DERIVED,
		.group = "Policy", .width = 30,
		.help = "Who obeys it. Only Cyrus did; Dovecot reads the quota of each mailbox and no policy.",
	},
	{
		.name = "attached", .label = "Attached to", .type = FIELD_TEXT, .flags = FIELD_MANY | FIELD_DERIVED | FIELD_LINES,
		.group = "Reach", .width = 30,
		.help = "Containers and objects that name it (univentionPolicyReference); it counts for what is below them.",
	},
	{
		.name = "reaches", .label = "Reaches", .type = FIELD_TEXT, .flags = FIELD_DERIVED,
		.group = "Reach", .width = 40,
		.help = "Users whose limit it decides: the nearest policy wins unless one higher up is fixed, and the conditions look at the user.",
	},
	{
		.name = "written", .label = "Written into", .type = FIELD_REFERENCE, .flags = FIELD_MANY | FIELD_ELSEWHERE,
		.group = "Reach", .reference = "user", .width = 30,
		.help = "Users it reaches whose own quota is its limit. Adding one writes the limit into that user, and * into all it "
			"reaches, as one change. It does not follow later changes of the policy.",
	},
	{
		.name = "required_classes", .label = "Only with classes", .type = FIELD_TEXT, .flags = FIELD_MANY,
		.group = "Conditions", .width = 30, .check = check_descriptor,
		.help = "Object classes that the user itself must have, all of them.",
	},
	{
		.name = "prohibited_classes", .label = "Not with classes", .type = FIELD_TEXT, .flags = FIELD_MANY,
		.group = "Conditions", .width = 30, .check = check_descriptor,
		.help = "Object classes that the user must not have.",
	},
	{
		.name = "filter", .label = "Filter", .type = FIELD_TEXT,
		.group = "Conditions", .width = 30,
		.help = "An LDAP filter that the user must match; only one is looked at.",
	},
	{
		.name = "fixed", .label = "Fixed attributes", .type = FIELD_TEXT, .flags = FIELD_MANY,
		.group = "Conditions", .width = 30, .check = check_descriptor,
		.help = "Attributes that no policy further down may override; univentionMailQuotaMB is the limit.",
	},
	{
		.name = "empty", .label = "Emptied attributes", .type = FIELD_TEXT, .flags = FIELD_MANY,
		.group = "Conditions", .width = 30, .check = check_descriptor,
		.help = "Attributes that it sets to nothing, so that policies further up do not count.",
	},
	{ .name = NULL },
};

/* Quota that was written stays until somebody changes it at the user, who may have another one since. */
static bool check_policy(const struct change *change, const struct record *after, const struct facts *facts, struct error *error)
{
	(void)facts;
	(void)after;
	for (size_t i = 0; change->verb != VERB_UNDO && i < change->edit_count; i++) {
		if (!(change->edits[i].field->flags & FIELD_ELSEWHERE))
			continue;
		if (change->verb != VERB_EDIT || change->edits[i].how != EDIT_ADD)
			return error_set(error, ERROR_INVALID, "Written into: the limit can only be written into further users (+=); "
				"to take it out change the quota of the user, or take the change back");
		if (change->edit_count > 1)
			return error_set(error, ERROR_INVALID, "Written into: change the policy first, then write its limit into users, as two changes");
	}
	return true;
}

const struct kind kind_quotapolicy = {
	.name = "quotapolicy", .title = "Quota", .noun = "quota policy",
	.verbs = KIND_CAN_ADD | KIND_CAN_EDIT | KIND_CAN_RENAME | KIND_CAN_DELETE,
	.fields = policy_fields, .name_field = "name",
	.check = check_policy,
	.help = "A rule from the days of Cyrus that gives many users one quota. Dovecot obeys none; UCS removed them with 4.4.",
};
