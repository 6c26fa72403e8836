/*
 * mailbox: the table of one person's mailbox, and its changes in words.
 *
 * Sources: dovecot 5.3 (sieve, acl, quota, auth).  Pure; any thread.
 */
#include "model/mailbox.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "model/check.h"
#include "model/mailbox_values.h"
#include "model/store.h"

/* --- the table --------------------------------------------------------------------------------------- */

static const struct part absence_parts[] = {
	{ .name = "from", .label = "From", .type = FIELD_TEXT, .fallback = "",
	  .help = "The first day, as 2026-12-01; without it from now on." },
	{ .name = "until", .label = "Until", .type = FIELD_TEXT, .fallback = "",
	  .help = "The last day, as 2026-12-24; without it until somebody ends it." },
	{ .name = "subject", .label = "Subject", .type = FIELD_TEXT, .fallback = "",
	  .help = "Of the answer; without it the server takes Auto: and the subject of the mail." },
	{ .name = "addresses", .label = "Addresses", .type = FIELD_TEXT, .fallback = "",
	  .help = "Further addresses of this person whose mail is answered too, with commas between them." },
	{ .name = "text", .label = "Text", .type = FIELD_TEXT, .help = "What whoever writes gets to read." },
	{ .name = NULL },
};

static const struct part access_parts[] = {
	{ .name = "folder", .label = "Folder", .type = FIELD_TEXT, .help = "The name of the folder, INBOX for the first one." },
	{ .name = "who", .label = "Who", .type = FIELD_TEXT, .help = "A user as the mail server knows them, group=NAME, anyone or authenticated." },
	{ .name = "rights", .label = "Rights", .type = FIELD_TEXT, .fallback = "read",
	  .help = "Each holds those before it: read; post, which nothing asks for; append (put mail in); write (delete); "
		"all (give rights). With none the entry goes away." },
	{ .name = NULL },
};

#define GROUP "Mailbox"
static const struct field mailbox_fields[] = {
	{ .name = "mailbox", .label = "Mailbox", .type = FIELD_TEXT, .flags = FIELD_KEY | FIELD_REQUIRED | FIELD_FIXED, .group = GROUP,
	  .help = "A server of postroom.conf, a slash, and the person as Dovecot knows them: mail1/anna@example.com." },
	{ .name = "filter", .label = "Filter script", .type = FIELD_TEXT, .most = 250, .group = GROUP, .check = mailbox_check_script,
	  .help = "The sieve script that filters arriving mail; none where mail is not filtered." },
	{ .name = "absence", .label = "Out of office", .type = FIELD_PARTS, .parts = absence_parts, .group = GROUP, .check = mailbox_check_absence,
	  .help = "The text that answers arriving mail between two days, and for whom." },
	{ .name = "access", .label = "Access", .type = FIELD_PARTS, .flags = FIELD_MANY, .parts = access_parts, .group = GROUP,
	  .check = mailbox_check_access, .help = "Who else may do what in which folder." },
	{ .name = "recalculate", .label = "Count again", .type = FIELD_TEXT, .group = "Repairs", .check = mailbox_check_yes,
	  .help = "Dovecot counts anew how much is in the mailbox." },
	{ .name = "flush", .label = "Forget the login", .type = FIELD_TEXT, .group = "Repairs", .check = mailbox_check_yes,
	  .help = "Dovecot forgets what it remembers of this login and asks the directory again." },
	{ .name = "smtp", .label = "End SMTP sessions", .type = FIELD_TEXT, .flags = FIELD_MANY, .group = "Repairs", .check = mailbox_check_login,
	  .help = "Logins whose open SMTP sessions are ended." },
	{ .name = "try", .label = "Try the login", .type = FIELD_SECRET, .group = "Repairs", .check = mailbox_check_secret,
	  .help = "Whether the mail server accepts this password; it is not changed." },
	{ .name = NULL },
};

/* --- in words ------------------------------------------------------------------------------------------ */

/* What becomes of one field: the value it is to have, NULL: none any more. */
struct order { const struct field *field; const char *value; size_t count; bool secret; };

static size_t orders_of(struct arena *arena, const struct change *change, struct order **orders)
{
	size_t count = 0;

	*orders = arena_alloc(arena, (change->edit_count + change->operation_count + 1) * sizeof(**orders));
	for (size_t i = 0; change->operation_count == 0 && i < change->edit_count; i++) {
		const struct edit *edit = &change->edits[i];

		(*orders)[count++] = (struct order){ edit->field, edit->count > 0 ? edit->values[0].bytes : NULL, edit->count,
			edit->field->type == FIELD_SECRET };
	}
	for (size_t i = 0; i < change->operation_count; i++) {
		const struct operation *operation = &change->operations[i];
		const struct delta *last = operation->delta_count > 0 ? &operation->deltas[operation->delta_count - 1] : NULL;

		if (last && kind_field(&kind_mailbox, last->attribute))
			(*orders)[count++] = (struct order){ kind_field(&kind_mailbox, last->attribute),
				last->how != DELTA_DELETE && last->count > 0 ? last->values[0].bytes : NULL, last->count, last->secret };
	}
	return count;
}

static char *absence_words(struct arena *arena, const char *value, const char *user, bool ahead)
{
	struct mailbox_absence absence;

	if (!value || !mailbox_absence_read(arena, value, &absence))
		return arena_format(arena, ahead ? "End the out of office of %s" : "Out of office of %s ended", user);
	return arena_format(arena, "%s of %s%s%s%s%s%s", ahead ? "Set the out of office" : "Out of office", user, ahead ? "" : " set",
		*absence.from ? " from " : "", absence.from, *absence.until ? " until " : "", absence.until);
}

static char *access_words(struct arena *arena, const struct order *order, const struct change *change, const char *user, bool ahead)
{
	struct mailbox_access access;
	const char *value = order->value;

	/* An undo that takes a right away names the old one. */
	for (size_t i = 0; !value && i < change->operation_count; i++)
		if (change->operations[i].delta_count > 0 && change->operations[i].deltas[0].count > 0)
			value = change->operations[i].deltas[0].values[0].bytes;
	if (!value || !mailbox_access_read(arena, value, &access))
		return arena_format(arena, ahead ? "Change the access to folders of %s" : "Access to folders of %s changed", user);
	if (ahead && (!order->value || strcmp(access.rights, "none") == 0))
		return arena_format(arena, "Take the rights of %s on %s of %s away", access.who, access.folder, user);
	if (ahead)
		return arena_format(arena, "Give %s the rights %s on %s of %s", access.who, access.rights, access.folder, user);
	if (!order->value || strcmp(access.rights, "none") == 0)
		return arena_format(arena, "%s has no rights of their own any more on %s of %s", access.who, access.folder, user);
	return arena_format(arena, "%s has the rights %s on %s of %s", access.who, access.rights, access.folder, user);
}

/* What was done, and before that what is to be; both with the name of the user. */
static const struct { const char *field, *done, *ahead; } deeds[] = {
	{ "recalculate", "Mailbox of %s counted again", "Count the mailbox of %s again" },
	{ "flush", "Login of %s forgotten", "Forget the login of %s" },
	{ "smtp", "Open SMTP sessions of %s ended", "End open SMTP sessions of %s" },
	{ "try", "Login of %s tried", "Try the login of %s" },
};

/* "%s" of one of the rows above. */
static char *with_user(struct arena *arena, const char *words, const char *user)
{
	const char *at = strstr(words, "%s");

	return arena_format(arena, "%.*s%s%s", (int)(at - words), words, user, at + 2);
}

static char *filter_words(struct arena *arena, const char *value, const char *user, bool ahead)
{
	if (!value)
		return arena_format(arena, ahead ? "Switch the filter script of %s off" : "Filter script of %s switched off", user);
	return arena_format(arena, ahead ? "Switch the filter script of %s on: \"%.100s\"" : "Filter script of %s: \"%.100s\" switched on", user, value);
}

static char *order_words(struct arena *arena, const struct order *order, const struct change *change, const char *user, bool ahead)
{
	const char *name = order->field->name;

	if (strcmp(name, "filter") == 0)
		return filter_words(arena, order->value, user, ahead);
	if (strcmp(name, "absence") == 0)
		return absence_words(arena, order->value, user, ahead);
	if (strcmp(name, "access") == 0)
		return access_words(arena, order, change, user, ahead);
	for (size_t i = 0; i < sizeof(deeds) / sizeof(deeds[0]); i++)
		if (strcmp(deeds[i].field, name) == 0)
			return with_user(arena, ahead ? deeds[i].ahead : deeds[i].done, user);
	return arena_format(arena, "%s of %s", order->field->label, user);
}

static char *told(struct arena *arena, const struct change *change, bool ahead)
{
	const char *server, *user;
	struct order *orders;
	size_t count = orders_of(arena, change, &orders);
	char *words = NULL;

	if (!mailbox_name_read(arena, change->name, &server, &user) || count == 0)
		return arena_format(arena, ahead ? "Nothing to do in the mailbox %s" : "Nothing is done in the mailbox %s", change->name);
	for (size_t i = 0; i < count; i++)
		words = arena_format(arena, "%s%s%s", words ? words : "", words ? ", " : "", order_words(arena, &orders[i], change, user, ahead));
	return arena_format(arena, "%s on %s", words, server);
}

static char *sentence(struct arena *arena, const struct change *change)
{
	return told(arena, change, false);
}

static char *ahead_sentence(struct arena *arena, const struct change *change)
{
	return told(arena, change, true);
}

/* "3 open SMTP sessions of anna ended on mail1"; "Login of anna tried on mail1: accepted". */
static char *result(struct arena *arena, const struct change *change, size_t did, const char *why)
{
	char *words = sentence(arena, change);
	struct order *orders;
	const char *server, *user;

	if (orders_of(arena, change, &orders) == 1 && mailbox_name_read(arena, change->name, &server, &user)) {
		if (strcmp(orders[0].field->name, "smtp") == 0)
			words = did == 0 ? arena_format(arena, "No open SMTP session of %s on %s", user, server) :
				arena_format(arena, "%zu open SMTP session%s of %s ended on %s", did, did == 1 ? "" : "s", user, server);
		if (strcmp(orders[0].field->name, "try") == 0 && did > 0)
			words = arena_format(arena, "%s: accepted", words);
	}
	return why ? arena_format(arena, "%s: %s", words, why) : words;
}

const struct kind kind_mailbox = {
	.name = "mailbox", .title = "Mailboxes", .noun = "mailbox", .verbs = KIND_CAN_EDIT, .fields = mailbox_fields, .name_field = "mailbox",
	.sentence = sentence, .ahead = ahead_sentence, .result = result, .help = "What the mail server keeps of one person: filters, an answer, who else may read, and small repairs.",
};

/* --- changes ---------------------------------------------------------------------------------------------- */

static struct change *change_of(const char *server, const char *user)
{
	struct arena *arena = arena_new();
	struct change *change = change_new(VERB_EDIT, &kind_mailbox, mailbox_name(arena, server, user));

	arena_free(arena);
	return change;
}

struct change *mailbox_change_filter(const char *server, const char *user, const char *script)
{
	struct change *change = change_of(server, user);

	change_edit_text(change, kind_field(&kind_mailbox, "filter"), EDIT_SET, script);
	return change;
}

struct change *mailbox_change_absence(const char *server, const char *user, const struct mailbox_absence *absence)
{
	struct change *change = change_of(server, user);

	change_edit_text(change, kind_field(&kind_mailbox, "absence"), EDIT_SET, absence ? mailbox_absence_value(change->arena, absence) : NULL);
	return change;
}

struct change *mailbox_change_access(const char *server, const char *user, const char *folder, const char *who, const char *rights)
{
	struct change *change = change_of(server, user);

	change_edit_text(change, kind_field(&kind_mailbox, "access"), EDIT_ADD, mailbox_access_value(change->arena, folder, who, rights));
	return change;
}

struct change *mailbox_change_do(const char *server, const char *user, const char *field)
{
	struct change *change;

	if (strcmp(field, "recalculate") != 0 && strcmp(field, "flush") != 0)
		return NULL;
	change = change_of(server, user);
	change_edit_text(change, kind_field(&kind_mailbox, field), EDIT_SET, "yes");
	return change;
}

struct change *mailbox_change_smtp(const char *server, const char *user, const char *const *logins)
{
	struct change *change = change_of(server, user);

	for (; *logins; logins++)
		change_edit_text(change, kind_field(&kind_mailbox, "smtp"), EDIT_ADD, *logins);
	return change;
}

struct change *mailbox_change_try(const char *server, const char *user, const char *secret)
{
	struct change *change = change_of(server, user);

	change_edit_text(change, kind_field(&kind_mailbox, "try"), EDIT_SET, secret);
	return change;
}
