/*
 * user: the kind of a person with a mailbox, and the rules over several of its
 * fields.  Rules: ucs-directory 5, 8, 13, 14, 16.  Constant data and a pure
 * check that fails with a sentence; any thread.
 *
 * The key is the login and not the primary address: a user may have no
 * address, and addresses change.  Reading accepts either.
 */
#include "base/text.h"
#include "model/check.h"
#include "model/facts.h"
#include "model/kind.h"
#include "model/record.h"

#include <string.h>

#define MEGABYTE INT64_C(1048576)
#define PETABYTE (MEGABYTE * 1024 * 1024 * 1024)

static const char *const states[] = { "no lock seen", "disabled", "locked", "expired", NULL };
static const char *const mail_states[] = { "ok", "forwards", "locked", "no mail", NULL };
static const char *const protocols[] = { "IMAP", "POP3", NULL };

static const struct part fetchmail_parts[] = {
	{ .name = "server", .label = "Server", .type = FIELD_TEXT,
	  .help = "Host name of the server that mail is fetched from." },
	{ .name = "protocol", .label = "Protocol", .type = FIELD_CHOICE, .choices = protocols, .fallback = "IMAP",
	  .help = "How mail is fetched." },
	{ .name = "user", .label = "Remote user", .type = FIELD_TEXT,
	  .help = "Login name at that server." },
	{ .name = "password", .label = "Password", .type = FIELD_SECRET, .fallback = "",
	  .help = "Written and never read back; left out, an entry with the same server and user keeps the one it has." },
	{ .name = "ssl", .label = "TLS", .type = FIELD_FLAG, .fallback = "yes",
	  .help = "Whether the connection is encrypted." },
	{ .name = "keep", .label = "Keep there", .type = FIELD_FLAG, .fallback = "no",
	  .help = "Whether mail stays at that server after it was fetched." },
	{ .name = NULL },
};

static const char *const envelopes[] = { "Envelope-To", "X-Envelope-To", "X-Original-To", "X-RCPT-To", "Delivered-To", NULL };

static const struct part fetchmail_multi_parts[] = {
	{ .name = "server", .label = "Server", .type = FIELD_TEXT,
	  .help = "Host name of the server that mail is fetched from." },
	{ .name = "protocol", .label = "Protocol", .type = FIELD_CHOICE, .choices = protocols, .fallback = "IMAP",
	  .help = "How mail is fetched." },
	{ .name = "user", .label = "Remote user", .type = FIELD_TEXT,
	  .help = "Login name of the collecting mailbox at that server." },
	{ .name = "password", .label = "Password", .type = FIELD_SECRET, .fallback = "",
	  .help = "Written and never read back; left out, an entry with the same server and user keeps the one it has." },
	{ .name = "local_domains", .label = "Local domains", .type = FIELD_TEXT, .fallback = "",
	  .help = "Domains whose addresses are ours, with blanks between them; empty: all mail domains of the server." },
	{ .name = "qmail_prefix", .label = "qmail prefix", .type = FIELD_TEXT, .fallback = "",
	  .help = "What a provider with qmail puts before the address in the envelope header; most need none." },
	{ .name = "envelope_header", .label = "Envelope header", .type = FIELD_CHOICE, .choices = envelopes, .fallback = "Envelope-To",
	  .help = "Header in which the provider keeps the address that a mail was sent to." },
	{ .name = "ssl", .label = "TLS", .type = FIELD_FLAG, .fallback = "yes",
	  .help = "Whether the connection is encrypted." },
	{ .name = "keep", .label = "Keep there", .type = FIELD_FLAG, .fallback = "no",
	  .help = "Whether mail stays at that server after it was fetched." },
	{ .name = NULL },
};

/* Wrong passwords lock, and no person does. */
static bool check_only_ended(const struct field *field, const char *value, struct error *error)
{
	return strcmp(value, "no") == 0 || error_set(error, ERROR_INVALID, "%s: \"%.20s\" cannot be set, only no, which ends such a lock; "
		"to lock an account set Locked to yes", field->label, value);
}

static const struct field user_fields[] = {
	{
		.name = "full_name", .label = "Name", .type = FIELD_TEXT, .flags = FIELD_COLUMN | FIELD_SEARCH,
		.group = "Identity", .width = 20, .check = check_plain_text,
		.help = "The name as people read it; left empty for a new user it becomes given name and family name.",
	},
	{
		.name = "login", .label = "Login", .type = FIELD_LOGIN,
		.flags = FIELD_KEY | FIELD_REQUIRED | FIELD_FIXED | FIELD_COLUMN | FIELD_SEARCH,
		.group = "Identity", .width = 10,
		.help = "The user name (uid): letters, digits, dot, hyphen and underscore, beginning and ending with a letter or digit or underscore. "
			"The mailbox belongs to the address, so renaming a login changes nothing on disk.",
	},
	{
		.name = "given_name", .label = "Given name", .type = FIELD_TEXT, .flags = FIELD_SEARCH,
		.group = "Identity", .width = 14, .check = check_plain_text,
		.help = "First name.",
	},
	{
		.name = "family_name", .label = "Family name", .type = FIELD_TEXT, .flags = FIELD_REQUIRED | FIELD_SEARCH,
		.group = "Identity", .width = 16, .check = check_plain_text,
		.help = "Last name; the directory demands one.",
	},
	{
		.name = "department", .label = "Dept", .type = FIELD_TEXT,
		.flags = FIELD_MANY | FIELD_COLUMN | FIELD_SEARCH | FIELD_READONLY,
		.group = "Identity", .width = 8,
		.help = "Department; tells two people of one name apart and is not changed here.",
	},
	{
		.name = "phone", .label = "Phone", .type = FIELD_TEXT, .flags = FIELD_MANY | FIELD_SEARCH | FIELD_READONLY,
		.group = "Identity", .width = 14,
		.help = "Telephone numbers; not changed here.",
	},
	{
		.name = "room", .label = "Room", .type = FIELD_TEXT, .flags = FIELD_MANY | FIELD_SEARCH | FIELD_READONLY,
		.group = "Identity", .width = 8,
		.help = "Room number; not changed here.",
	},
	{
		.name = "employee_number", .label = "Employee no.", .type = FIELD_TEXT, .flags = FIELD_SEARCH | FIELD_READONLY,
		.group = "Identity", .width = 12,
		.help = "Employee number; not changed here.",
	},
	{
		.name = "state", .label = "Account", .type = FIELD_CHOICE, .flags = FIELD_DERIVED, .choices = states,
		.group = "Identity", .width = 12,
		.help = "What the directory tells of the account: locked, disabled, expired, or no lock seen. The marks of password policy, Samba, "
			"Kerberos and expiry date are looked at together; passwords are never read, so a lock inside one stays unseen.",
	},
	{
		.name = "password_changed", .label = "Password set", .type = FIELD_TIME, .flags = FIELD_DERIVED,
		.group = "Identity", .width = 20,
		.help = "When the password was changed last, where the directory tells.",
	},
	{
		.name = "password_ends", .label = "Password ends", .type = FIELD_TIME, .flags = FIELD_DERIVED,
		.group = "Identity", .width = 20,
		.help = "When the password expires: the first of what the password policy, shadow and Kerberos say. A new password mends it.",
	},
	{
		.name = "last_login", .label = "Last login", .type = FIELD_TIME, .flags = FIELD_DERIVED,
		.group = "Identity", .width = 20,
		.help = "When the directory saw the last login; it may lag behind. A new password that postroom tries after setting it counts as one too: on "
			"the page of the person a login within seconds of a new password is marked (trial?).",
	},
	{
		.name = "address", .label = "Primary address", .type = FIELD_ADDRESS,
		.flags = FIELD_COLUMN | FIELD_SEARCH | FIELD_LOWER,
		.group = "Mail", .reference = "domain", .width = 27,
		.help = "The address of the mailbox, in a registered domain, stored in lower case; without it there is no mailbox. "
			"A contact address that may stand beside it is another thing and has no effect on delivery. "
			"What a change does to the mailbox depends on the mail servers; the review tells it.",
	},
	{
		.name = "alternates", .label = "Alternative addresses", .type = FIELD_ADDRESS, .flags = FIELD_MANY | FIELD_SEARCH,
		.group = "Mail", .reference = "domain", .width = 27,
		.help = "Further addresses in registered domains whose mail goes to this user. "
			"Several users may share one unless the directory is set to keep them unique.",
	},
	{
		.name = "forwards", .label = "Forward to", .type = FIELD_ADDRESS, .flags = FIELD_MANY,
		.group = "Forwarding", .width = 27, .check = check_forward_target, .needs = "address",
		.help = "Addresses anywhere that get this user's mail; mail to alternative addresses is forwarded as well. Needs a primary address.",
	},
	{
		.name = "keep_copy", .label = "Keep a copy", .type = FIELD_FLAG,
		.group = "Forwarding", .width = 5, .needs = "address",
		.help = "Whether forwarded mail also stays in the mailbox. Where a flag is stored and it is missing, "
			"Postfix keeps a copy whatever other consoles show; postroom says what Postfix does.",
	},
	{
		.name = "quota", .label = "Quota", .type = FIELD_SIZE, .flags = FIELD_COLUMN,
		.group = "Mailbox", .least = 0, .most = PETABYTE, .unit = MEGABYTE, .unit_name = "MB", .width = 7, .policy = "policy_quota",
		.help = "Space for all folders together; a bare number means MB, 0 or nothing means no limit. "
			"Dovecot reads only this value: a quota policy, still in the manual, is shown beside it and not obeyed.",
	},
	{
		.name = "mail_state", .label = "State", .type = FIELD_CHOICE, .flags = FIELD_DERIVED | FIELD_COLUMN, .choices = mail_states,
		.group = "Mailbox", .width = 8,
		.help = "In one word: no mail (there is no primary address), locked (see Account), forwards (and no copy stays here), or ok as "
			"far as the user's own entry tells; how full the mailbox is and where forwards end is not looked at here.",
	},
	{
		.name = "policy_quota", .label = "Quota by policy", .type = FIELD_SIZE, .flags = FIELD_DERIVED,
		.group = "Mailbox", .least = 0, .most = PETABYTE, .unit = MEGABYTE, .unit_name = "MB", .width = 9,
		.help = "What a quota policy asks for; it counts only once it is written as the quota (the action apply-policy, or quota=policy with the command set).",
	},
	{
		.name = "home_server", .label = "Home server", .type = FIELD_REFERENCE, .flags = FIELD_COLUMN | FIELD_LOWER,
		.group = "Mailbox", .reference = "server", .width = 18,
		.help = "The host with the IMAP service that holds the mailbox; empty means that every server considers itself responsible. "
			"Changing it moves no mail. Only a host that is known as a mail server is taken.",
	},
	{
		.name = "fetchmail", .label = "Fetched from", .type = FIELD_PARTS, .flags = FIELD_MANY,
		.group = "Fetchmail", .parts = fetchmail_parts, .width = 30, .check = check_fetchmail, .needs = "address",
		.help = "Accounts elsewhere that mail is fetched from every 20 minutes. Needs a primary address and the fetchmail package.",
	},
	{
		.name = "fetchmail_multi", .label = "Fetched for many", .type = FIELD_PARTS, .flags = FIELD_MANY,
		.group = "Fetchmail", .parts = fetchmail_multi_parts, .width = 30, .check = check_fetchmail, .needs = "address",
		.help = "Mailboxes elsewhere that collect the mail of several people (multi-drop); it is fetched every 20 minutes and given to whom "
			"a header names. Needs a primary address and the fetchmail package.",
	},
	{
		.name = "password", .label = "Password", .type = FIELD_SECRET,
		.group = "Login", .width = 10,
		.help = "Set and never read: the server hashes it and its password policy judges it. "
			"What was before is known to nobody, so setting one cannot be taken back.",
	},
	{
		.name = "must_change", .label = "Must be changed", .type = FIELD_FLAG, .flags = FIELD_STATE,
		.group = "Login", .width = 5,
		.help = "Whether the password must be changed at the next login; until then nothing else works with it.",
	},
	{
		.name = "locked", .label = "Locked", .type = FIELD_FLAG, .flags = FIELD_STATE,
		.group = "Login", .width = 5,
		.help = "Whether an admin has locked the account, so that no login works until it is unlocked; mail still arrives.",
	},
	{
		.name = "failed_lock", .label = "Locked by mistakes", .type = FIELD_FLAG, .flags = FIELD_STATE,
		.group = "Login", .width = 5, .check = check_only_ended,
		.help = "Whether the directory locked the account after too many wrong passwords; it can be ended here, and set by nobody.",
	},
	{
		.name = "groups", .label = "Groups", .type = FIELD_TEXT, .flags = FIELD_MANY | FIELD_DERIVED,
		.group = "Member of", .width = 20,
		.help = "Groups that name this user as a direct member.",
	},
	{
		.name = "lists", .label = "Mailing lists", .type = FIELD_TEXT, .flags = FIELD_MANY | FIELD_DERIVED,
		.group = "Member of", .width = 20,
		.help = "Mailing lists that hold one of this user's addresses.",
	},
	{
		.name = "folder_rights", .label = "Folder rights", .type = FIELD_TEXT, .flags = FIELD_MANY | FIELD_DERIVED,
		.group = "Member of", .width = 20,
		.help = "Shared folders that name this user's address, with the right.",
	},
	{ .name = NULL },
};

static bool has_value(const struct record *record, const char *field)
{
	return record_get(record, field)->count > 0;
}

/* Forwarding and fetching hang on the primary address; UDM refuses them without one (8.2, 16). */
static bool needs_address(const struct change *change, const struct record *after, struct error *error)
{
	if (has_value(after, "address"))
		return true;
	for (const struct field *field = after->kind->fields; field->name; field++) {
		bool set = field->type == FIELD_FLAG ? strcmp(record_text(after, field->name), "yes") == 0
			: has_value(after, field->name);

		if (field->needs && strcmp(field->needs, "address") == 0 && set
				&& (change_touches(change, "address") || change_touches(change, field->name)))
			return error_set(error, ERROR_INVALID,
				"%s needs a primary address, and %s would have none: give one, or clear %s in the same change",
				field->label, after->name, field->label);
	}
	return true;
}

/* Finds the own primary address among the values of a many-valued field. */
static bool holds_own(const struct record *after, const char *field)
{
	const struct field_values *values = record_get(after, field);
	const char *address = record_text(after, "address");

	for (size_t i = 0; *address && i < values->count; i++)
		if (text_same_ascii_case(values->values[i].bytes, address))
			return true;
	return false;
}

static bool check_own(const struct change *change, const struct record *after, struct error *error)
{
	if ((change_touches(change, "address") || change_touches(change, "alternates")) && holds_own(after, "alternates"))
		return error_set(error, ERROR_INVALID,
			"Alternative addresses: \"%.100s\" is the primary address itself; take it out of the alternative ones in the same change",
			record_text(after, "address"));
	if ((change_touches(change, "address") || change_touches(change, "forwards")) && holds_own(after, "forwards"))
		return error_set(error, ERROR_INVALID,
			"Forward to: \"%.100s\" is the user's own primary address; set Keep a copy to yes instead",
			record_text(after, "address"));
	return true;
}

/* Is there an entry for the same server and user whose password stays? */
static bool entry_known(struct arena *arena, const struct record *now, const struct field *field, const char *server, const char *user)
{
	const struct field_values *values = now ? record_get(now, field->name) : NULL;

	for (size_t i = 0; values && i < values->count; i++) {
		const char *other_server = parts_get(arena, values->values[i].bytes, "server");
		const char *other_user = parts_get(arena, values->values[i].bytes, "user");

		if (other_server && other_user && text_same_ascii_case(other_server, server) && strcmp(other_user, user) == 0)
			return true;
	}
	return false;
}

/* A new entry must bring its password; a changed one may leave it as it is. */
static bool check_password(const struct field *field, const struct record *after, const struct record *now, struct error *error)
{
	const struct field_values *values = record_get(after, field->name);
	struct arena *arena = arena_new();
	bool fine = true;

	for (size_t i = 0; fine && i < values->count; i++) {
		const char *server = parts_get(arena, values->values[i].bytes, "server");
		const char *user = parts_get(arena, values->values[i].bytes, "user");

		if (server && user && !parts_get(arena, values->values[i].bytes, "password")
				&& !entry_known(arena, now, field, server, user))
			fine = error_set(error, ERROR_INVALID,
				"%s: the new entry for \"%.100s\" at \"%.100s\" needs a password", field->label, user, server);
	}
	arena_free(arena);
	return fine;
}

static bool check_passwords(const struct change *change, const struct record *after, const struct record *now,
		struct error *error)
{
	for (const struct field *field = after->kind->fields; field->name; field++)
		if (field->type == FIELD_PARTS && change_touches(change, field->name) && !check_password(field, after, now, error))
			return false;
	return true;
}

static bool check_user(const struct change *change, const struct record *after, const struct facts *facts,
		struct error *error)
{
	if (!after || change->verb == VERB_UNDO)
		return true;
	return needs_address(change, after, error) && check_own(change, after, error)
		&& check_passwords(change, after, facts ? facts->now : change->seen, error);
}

const struct kind kind_user = {
	.name = "user", .title = "Users", .noun = "user",
	.verbs = KIND_CAN_ADD | KIND_CAN_EDIT | KIND_CAN_RENAME | KIND_CAN_DELETE,
	.fields = user_fields, .name_field = "login", .title_field = "full_name",
	.check = check_user,
	.help = "A person with a login and, once there is a primary address, a mailbox. "
		"Where a management system owns the directory (UDM on UCS), creating, renaming and deleting users and setting passwords belong to it.",
};
