/*
 * shared_folder: the kind of a folder that several people read and fill, and
 * the rules over it.  Rules: ucs-directory 5, 12, 13, 14, 18.  Constant data
 * and a pure check that fails with a sentence; any thread.
 *
 * With an address it is a mailbox that others see as shared/ADDRESS, without
 * one a public folder NAME/INBOX: two different things on disk.  Users and
 * groups with rights share one attribute of the directory, so a right is
 * always one value that is added or taken away.
 */
#include "base/text.h"
#include "model/check.h"
#include "model/facts.h"
#include "model/kind.h"
#include "model/record.h"

#include <string.h>

#define MEGABYTE INT64_C(1048576)
#define PETABYTE (MEGABYTE * 1024 * 1024 * 1024)

static const char *const rights[] = { "none", "read", "post", "append", "write", "all", NULL };
static const char *const holders[] = { "user", "group", NULL };

static const struct part right_parts[] = {
	{ .name = "who", .label = "Who", .type = FIELD_TEXT, .key = true, .offers = holders,
	  .help = "The primary address of a user, the name of a group, or anyone; authenticated means the same." },
	{ .name = "right", .label = "Right", .type = FIELD_CHOICE, .choices = rights, .fallback = "read", .nothing = "none",
	  .help = "Each holds those before it: read; post, which nothing asks for; append (put mail in); write (delete); "
		"all (give rights). With none the entry goes away." },
	{ .name = NULL },
};

static const struct field folder_fields[] = {
	{
		.name = "name", .label = "Folder", .type = FIELD_ADDRESS,
		.flags = FIELD_KEY | FIELD_REQUIRED | FIELD_FIXED | FIELD_COLUMN | FIELD_SEARCH,
		.group = "Folder", .reference = "domain", .width = 27, .check = check_folder_name,
		.help = "Name and registered domain, as name@example.com. It is given once and stays: the server finds the mail by it. "
			"It is no address by itself.",
	},
	{
		.name = "seen_as", .label = "Seen as", .type = FIELD_TEXT, .flags = FIELD_DERIVED,
		.group = "Folder", .width = 30,
		.help = "Where mail programs show it: shared/ADDRESS with an address, NAME/INBOX in the public folders without one.",
	},
	{
		.name = "address", .label = "Address", .type = FIELD_ADDRESS, .flags = FIELD_COLUMN | FIELD_SEARCH,
		.group = "Mail", .reference = "domain", .width = 27,
		.help = "The address that brings mail in, in a registered domain, best in lower case. "
			"Giving or taking it moves the mail on disk and in all mail programs.",
	},
	{
		.name = "delivery", .label = "Delivered by", .type = FIELD_TEXT, .flags = FIELD_DERIVED,
		.group = "Mail", .width = 40,
		.help = "The internal address that lets mail in with the right post; kept in step with the address.",
	},
	{
		.name = "home_server", .label = "Home server", .type = FIELD_REFERENCE,
		.flags = FIELD_REQUIRED | FIELD_COLUMN | FIELD_LOWER,
		.group = "Mailbox", .reference = "server", .width = 18,
		.help = "The host with the IMAP service that holds the folder. Changing it moves no mail.",
	},
	{
		.name = "quota", .label = "Quota", .type = FIELD_SIZE, .flags = FIELD_COLUMN,
		.group = "Mailbox", .least = 0, .most = PETABYTE, .unit = MEGABYTE, .unit_name = "MB", .width = 7,
		.help = "Space for the folder; a bare number means MB, 0 or nothing means no limit.",
	},
	{
		.name = "rights", .label = "Rights", .type = FIELD_PARTS, .flags = FIELD_MANY,
		.group = "Rights", .parts = right_parts, .width = 30, .check = check_right,
		.help = "Who may do what. A right of one's own counts before those of groups (nested ones too, from the next login on), "
			"those before that of all.",
	},
	{
		.name = "lists", .label = "Mailing lists", .type = FIELD_TEXT, .flags = FIELD_MANY | FIELD_DERIVED,
		.group = "Member of", .width = 20,
		.help = "Mailing lists that hold the address of this folder.",
	},
	{ .name = NULL },
};

/* The internal address is built from the name and must be plain text (12). */
static bool check_folder(const struct change *change, const struct record *after, const struct facts *facts, struct error *error)
{
	const char *name = after ? after->name : "";

	(void)facts;
	if (!after || change->verb == VERB_UNDO || !change_touches(change, "address") || !*record_text(after, "address"))
		return true;
	return !text_has_foreign(name, strlen(name)) || error_set(error, ERROR_INVALID,
		"Address: the folder \"%.100s\" has letters beyond plain ones in its name and cannot be given an address; make another folder", name);
}

const struct kind kind_folder = {
	.name = "folder", .title = "Folders", .noun = "shared folder",
	.verbs = KIND_CAN_ADD | KIND_CAN_EDIT | KIND_CAN_DELETE,
	.fields = folder_fields, .name_field = "name",
	.stays = "the mail server finds its mail by the name; make a new folder, move the mail in a mail program, then delete this one",
	.check = check_folder,
	.help = "A folder for several people, with rights for users, groups and anyone. Its mail lies at one home server.",
};
