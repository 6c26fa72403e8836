/*
 * group: the kind of a group of users and of other groups, which may have a
 * mail address, and the rules over it.  Rules: ucs-directory 5, 10, 19.
 * Constant data and a pure check that fails with a sentence; any thread.
 *
 * Members are shown by login and by group name; the directory keeps them as
 * DNs and, the users, by login a second time.  Whoever else is a member (a
 * computer, an entry that is gone) is shown and never touched.
 */
#include "base/text.h"
#include "model/check.h"
#include "model/facts.h"
#include "model/kind.h"
#include "model/record.h"

static const struct field group_fields[] = {
	{
		.name = "name", .label = "Group", .type = FIELD_TEXT,
		.flags = FIELD_KEY | FIELD_REQUIRED | FIELD_FIXED | FIELD_COLUMN | FIELD_SEARCH,
		.group = "Group", .width = 24, .check = check_group_name,
		.help = "Letters and digits of any script and underscores, inside also blanks, dots, hyphens and the like. "
			"Where users and groups share names, no user has it.",
	},
	{
		.name = "description", .label = "Description", .type = FIELD_TEXT, .flags = FIELD_COLUMN | FIELD_SEARCH,
		.group = "Group", .width = 24, .check = check_plain_text,
		.help = "What the group is for.",
	},
	{
		.name = "address", .label = "Address", .type = FIELD_ADDRESS, .flags = FIELD_COLUMN | FIELD_SEARCH,
		.group = "Mail", .reference = "domain", .width = 27,
		.help = "The address of the group, in a registered domain; without it nobody can write to the group. "
			"Mail to it goes to the primary addresses of the members and of the members of nested groups.",
	},
	{
		.name = "alternates", .label = "Alternative addresses", .type = FIELD_ADDRESS,
		.flags = FIELD_MANY | FIELD_READONLY,
		.group = "Mail", .reference = "domain", .width = 27,
		.help = "The directory can hold them, and nothing reads them: Postfix looks for groups by their address only, so postroom offers none.",
	},
	{
		.name = "recipients", .label = "Mail reaches", .type = FIELD_TEXT, .flags = FIELD_DERIVED,
		.group = "Mail", .width = 24,
		.help = "How many mailboxes get what is sent to the group, nested groups followed and each person counted once.",
	},
	{
		.name = "members", .label = "Members", .type = FIELD_REFERENCE, .flags = FIELD_MANY | FIELD_LARGE,
		.group = "Members", .reference = "user", .width = 20,
		.help = "Users by their login. The directory holds each of them twice, by DN and by login, and both are kept in step.",
	},
	{
		.name = "member_groups", .label = "Nested groups", .type = FIELD_REFERENCE, .flags = FIELD_MANY | FIELD_LARGE,
		.group = "Members", .reference = "group", .width = 20,
		.help = "Groups whose members count as members here.",
	},
	{
		.name = "other_members", .label = "Other members", .type = FIELD_TEXT, .flags = FIELD_MANY | FIELD_READONLY | FIELD_LARGE,
		.group = "Members", .width = 30,
		.help = "Computers, and names that point at nothing known here; kept as they are and not changed here.",
	},
	{
		.name = "sender_users", .label = "Senders: users", .type = FIELD_REFERENCE, .flags = FIELD_MANY,
		.group = "Senders", .reference = "user", .width = 20,
		.help = "Users who may send to the group, by their login; with no sender named anybody may. "
			"Obeyed only where the mail servers look at senders; see In force.",
	},
	{
		.name = "sender_groups", .label = "Senders: groups", .type = FIELD_REFERENCE, .flags = FIELD_MANY,
		.group = "Senders", .reference = "group", .width = 20,
		.help = "Groups whose members may send to the group, and the members of groups that are directly in them. "
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
		.name = "groups", .label = "Nested in", .type = FIELD_TEXT, .flags = FIELD_MANY | FIELD_DERIVED,
		.group = "Member of", .width = 20,
		.help = "Groups that have this group as a direct member.",
	},
	{
		.name = "lists", .label = "Mailing lists", .type = FIELD_TEXT, .flags = FIELD_MANY | FIELD_DERIVED,
		.group = "Member of", .width = 20,
		.help = "Mailing lists that hold the address of this group.",
	},
	{
		.name = "folder_rights", .label = "Folder rights", .type = FIELD_TEXT, .flags = FIELD_MANY | FIELD_DERIVED,
		.group = "Member of", .width = 20,
		.help = "Shared folders that name this group, with the right that its members have there.",
	},
	{ .name = NULL },
};

static bool check_group(const struct change *change, const struct record *after, const struct facts *facts, struct error *error)
{
	(void)facts;
	if (after && change->verb != VERB_UNDO && change_touches(change, "member_groups")
			&& change_holds(kind_field(after->kind, "member_groups"), record_get(after, "member_groups"), after->name))
		return error_set(error, ERROR_INVALID, "Nested groups: \"%.100s\" is the group itself; a group cannot be a member of itself",
			after->name);
	return true;
}

const struct kind kind_group = {
	.name = "group", .title = "Groups", .noun = "group",
	.verbs = KIND_CAN_ADD | KIND_CAN_EDIT | KIND_CAN_RENAME | KIND_CAN_DELETE,
	.fields = group_fields, .name_field = "name",
	.check = check_group,
	.help = "Users and nested groups under one name; with an address it distributes mail to the primary addresses of its members. "
		"Where a management system owns the directory (UDM on UCS), creating, renaming and deleting groups belongs to it.",
};
