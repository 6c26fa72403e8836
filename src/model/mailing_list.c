/*
 * mailing_list: the kind of an address that stands for any other addresses, and
 * the rules over it.  Rules: ucs-directory 5, 11, 19.  Constant data and a pure
 * check; any thread.
 */
#include "base/text.h"
#include "model/check.h"
#include "model/facts.h"
#include "model/kind.h"
#include "model/record.h"

static const struct field mailing_list_fields[] = {
	{
		.name = "name", .label = "List", .type = FIELD_TEXT,
		.flags = FIELD_KEY | FIELD_REQUIRED | FIELD_FIXED | FIELD_COLUMN | FIELD_SEARCH,
		.group = "List", .width = 24, .check = check_group_name,
		.help = "Letters and digits of any script and underscores, inside also blanks, dots, hyphens and the like.",
	},
	{
		.name = "description", .label = "Description", .type = FIELD_TEXT, .flags = FIELD_COLUMN | FIELD_SEARCH,
		.group = "List", .width = 24, .check = check_plain_text,
		.help = "What the list is for.",
	},
	{
		.name = "address", .label = "Address", .type = FIELD_ADDRESS, .flags = FIELD_COLUMN | FIELD_SEARCH,
		.group = "Mail", .reference = "domain", .width = 27,
		.help = "The address of the list, in a registered domain; a list without an address receives nothing.",
	},
	{
		.name = "members", .label = "Members", .type = FIELD_ADDRESS, .flags = FIELD_MANY | FIELD_LARGE,
		.group = "Members", .width = 30, .check = check_forward_target,
		.help = "Addresses anywhere that get what is sent to the list: mailboxes here, other lists and groups, people outside.",
	},
	{
		.name = "outside", .label = "Of these outside", .type = FIELD_TEXT, .flags = FIELD_MANY | FIELD_DERIVED,
		.group = "Members", .width = 30,
		.help = "Members whose domain is not registered here: their mail leaves this system.",
	},
	{
		.name = "sender_users", .label = "Senders: users", .type = FIELD_REFERENCE, .flags = FIELD_MANY,
		.group = "Senders", .reference = "user", .width = 20,
		.help = "Users who may send to the list, by their login; with no sender named anybody may. "
			"Obeyed only where the mail servers look at senders; see In force.",
	},
	{
		.name = "sender_groups", .label = "Senders: groups", .type = FIELD_REFERENCE, .flags = FIELD_MANY,
		.group = "Senders", .reference = "group", .width = 20,
		.help = "Groups whose members may send to the list, and the members of groups that are directly in them. "
			"Asked only for mail to this very address.",
	},
	{
		.name = "other_senders", .label = "Senders: others", .type = FIELD_TEXT, .flags = FIELD_MANY | FIELD_READONLY,
		.group = "Senders", .width = 30,
		.help = "Allowed senders that are no user and no group known here, for instance one that was deleted; they still count as a restriction and are not changed here.",
	},
	{
		.name = "sender_rule", .label = "In force", .type = FIELD_TEXT, .flags = FIELD_DERIVED,
		.group = "Senders", .width = 30,
		.help = "Whether the mail servers obey the senders above (mail_hosts.listfilter).",
	},
	{
		.name = "lists", .label = "Mailing lists", .type = FIELD_TEXT, .flags = FIELD_MANY | FIELD_DERIVED,
		.group = "Member of", .width = 20,
		.help = "Other mailing lists that hold the address of this one.",
	},
	{ .name = NULL },
};

static bool check_list(const struct change *change, const struct record *after, const struct facts *facts, struct error *error)
{
	(void)facts;
	if (!after || change->verb == VERB_UNDO || !(change_touches(change, "members") || change_touches(change, "address")))
		return true;
	if (*record_text(after, "address") && change_holds(kind_field(after->kind, "members"), record_get(after, "members"), record_text(after, "address")))
		return error_set(error, ERROR_INVALID, "Members: \"%.100s\" is the address of the list itself; mail would run in a circle",
			record_text(after, "address"));
	return true;
}

const struct kind kind_mailinglist = {
	.name = "mailinglist", .title = "Lists", .noun = "mailing list",
	.verbs = KIND_CAN_ADD | KIND_CAN_EDIT | KIND_CAN_RENAME | KIND_CAN_DELETE,
	.fields = mailing_list_fields, .name_field = "name",
	.check = check_list,
	.help = "One address that stands for others, here or outside. It is expanded by Postfix: there is no archive and no moderation.",
};
