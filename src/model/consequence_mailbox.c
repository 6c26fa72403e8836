/*
 * consequence_mailbox: what happens to stored mail.  The mailbox belongs to the
 * address; two settings of the mail server decide (mail/dovecot/mailbox/rename
 * and .../delete), and the code takes "unset" as no although the manual says
 * yes.  Where nobody could read them, all outcomes are told and the worst
 * counts.  Pure.  Source: ucs-directory 13, 18.
 */
#include "model/consequence_rules.h"

#include "base/text.h"

#define MAILBOX "mail/dovecot/mailbox/"
#define RENAME MAILBOX "rename"
#define DELETE MAILBOX "delete"

static bool address_goes(const struct scene *scene)
{
	const char *old_address = text_before(scene, "address");

	return *old_address && !text_same_ascii_case(old_address, text_after(scene, "address"));
}

static bool address_changes(const struct scene *scene)
{
	return address_goes(scene) && *text_after(scene, "address");
}

/* Address removed from the user, or the user deleted. */
static bool address_vanishes(const struct scene *scene)
{
	return address_goes(scene) && !*text_after(scene, "address");
}

static void mailbox_moved(struct scene *scene, const struct consequence_rule *rule)
{
	if (address_changes(scene) && scene->facts->mailbox_rename == KNOWN_YES)
		tell(scene, rule, "The mailbox of %s moves along to %s (" RENAME " is on); it does not where a mailbox of the new "
			"address is on disk already.", text_before(scene, "address"), text_after(scene, "address"));
}

static void mailbox_left(struct scene *scene, const struct consequence_rule *rule)
{
	const struct facts *facts = scene->facts;

	if (address_changes(scene) && facts->plain)
		tell(scene, rule, "%s begins with an empty mailbox where Dovecot names mailboxes by the address: nothing here moves the mail of %s.",
			text_after(scene, "address"), text_before(scene, "address"));
	else if (address_changes(scene) && facts->mailbox_rename == KNOWN_NO && facts->mailbox_delete == KNOWN_NO)
		tell(scene, rule, "%s begins with an empty mailbox; the mail of %s stays on disk where nobody can reach it "
			"(" RENAME " is off or unset, and unset means no).", text_after(scene, "address"), text_before(scene, "address"));
}

static void mailbox_kept(struct scene *scene, const struct consequence_rule *rule)
{
	if (address_vanishes(scene) && scene->facts->plain)
		tell(scene, rule, "The mail of %s stays on disk; whoever gets this address later can read it.", text_before(scene, "address"));
	else if (address_vanishes(scene) && scene->facts->mailbox_delete == KNOWN_NO)
		tell(scene, rule, "The mail of %s stays on disk (" DELETE " is off or unset); whoever gets this address later can read it.",
			text_before(scene, "address"));
}

static void mailbox_destroyed(struct scene *scene, const struct consequence_rule *rule)
{
	const struct facts *facts = scene->facts;

	if (facts->mailbox_delete != KNOWN_YES)
		return;
	if (address_changes(scene) && facts->mailbox_rename == KNOWN_NO)
		tell(scene, rule, "The mailbox of %s and all mail in it are destroyed, and %s begins empty (" DELETE " is on and " RENAME
			" is off or unset).", text_before(scene, "address"), text_after(scene, "address"));
	if (address_vanishes(scene))
		tell(scene, rule, "The mailbox of %s and all mail in it are destroyed, and its sessions end (" DELETE " is on).",
			text_before(scene, "address"));
}

static void changed_outcomes(struct scene *scene, const struct consequence_rule *rule)
{
	const struct facts *facts = scene->facts;
	const char *old_address = text_before(scene, "address");

	if (facts->mailbox_rename == KNOWN_YES
			|| (facts->mailbox_rename == KNOWN_NO && facts->mailbox_delete != KNOWN_NOT))
		return;
	if (facts->mailbox_rename == KNOWN_NO)
		tell(scene, rule, "The mailbox of %s does not move (" RENAME " is off or unset). Nobody could read " DELETE
			": where it is off, the old mail stays on disk unreachable; where it is on, all of it is destroyed.", old_address);
	else if (facts->mailbox_delete == KNOWN_NO)
		tell_as(scene, rule, SEVERITY_WARNING, "Nobody could read " RENAME ": where it is on, the mailbox of %s moves along; "
			"where it is off or unset, the new address begins empty and the old mail stays on disk unreachable.", old_address);
	else if (facts->mailbox_delete == KNOWN_YES)
		tell(scene, rule, "Nobody could read " RENAME ": where it is on, the mailbox of %s moves along; where it is off or unset, "
			"all its mail is destroyed, since " DELETE " is on.", old_address);
	else
		tell(scene, rule, "What happens to the mailbox of %s is up to the settings " MAILBOX "rename and delete, which nobody could "
			"read. (1) rename on: it moves along, unless the new one exists already. (2) only delete on: ALL ITS MAIL IS DESTROYED. "
			"(3) both off or unset: the new address begins empty, the old mail stays on disk unreachable.", old_address);
}

static void mailbox_unknown(struct scene *scene, const struct consequence_rule *rule)
{
	if (address_changes(scene))
		changed_outcomes(scene, rule);
	else if (address_vanishes(scene) && scene->facts->mailbox_delete == KNOWN_NOT)
		tell(scene, rule, "Nobody could read " DELETE " of the mail server: where it is off or unset, the mail of %s stays on disk; "
			"where it is on, all of it is destroyed and sessions end.", text_before(scene, "address"));
}

/* Where there is one server only, it holds the mailbox whether it is named or not. */
static bool only_server(const struct facts *facts, const char *server)
{
	return facts->servers_complete && facts->servers && facts->servers[0] && !facts->servers[1]
		&& text_same_ascii_case(facts->servers[0], server);
}

/* To an empty home server nothing moves away: every server is responsible then. */
static bool server_moves(const struct scene *scene)
{
	const char *old_name = text_before(scene, "home_server"), *new_name = text_after(scene, "home_server");

	if (!*text_before(scene, "address") || !*new_name || text_same_ascii_case(old_name, new_name))
		return false;
	return *old_name || !only_server(scene->facts, new_name);
}

static const char *old_server(const struct scene *scene)
{
	const char *server = text_before(scene, "home_server");

	return *server ? server : "the server that holds it so far";
}

static void server_keeps(struct scene *scene, const struct consequence_rule *rule)
{
	if (server_moves(scene) && scene->facts->mailbox_delete == KNOWN_NO)
		tell(scene, rule, "No mail is moved: the mailbox on %s stays on disk there and is out of reach, and %s begins with an empty one.",
			old_server(scene), text_after(scene, "home_server"));
}

static void server_destroys(struct scene *scene, const struct consequence_rule *rule)
{
	if (server_moves(scene) && scene->facts->mailbox_delete == KNOWN_YES)
		tell(scene, rule, "No mail is moved, and the mailbox on %s is destroyed (" DELETE " is on); %s begins with an empty one. "
			"Move the mail first.", old_server(scene), text_after(scene, "home_server"));
}

static void server_unknown(struct scene *scene, const struct consequence_rule *rule)
{
	if (server_moves(scene) && scene->facts->mailbox_delete == KNOWN_NOT)
		tell(scene, rule, "No mail is moved. Nobody could read " DELETE " of %s: where it is off or unset, the mailbox stays on disk "
			"there, out of reach; where it is on, it is destroyed.", old_server(scene));
}

/* Each server shows its own folders only (ucs-directory 12, 13). */
static void folders_left(struct scene *scene, const struct consequence_rule *rule)
{
	const struct facts *facts = scene->facts;
	size_t count = facts->folders_left_count;

	if (server_moves(scene) && count > 0)
		tell(scene, rule, "%zu shared folder%s not on %s, and a mail server shows its own folders only: %s sees %s no more, though the right stays: %s%s.",
			count, count == 1 ? " is" : "s are", text_after(scene, "home_server"), scene->before->name, count == 1 ? "it" : "them",
			names_words(scene, facts->folders_left), count > 20 ? " and others" : "");
}

/* The privacy trap: mail that an earlier owner left behind. */
static void mailbox_reuse(struct scene *scene, const struct consequence_rule *rule)
{
	const char *address = text_after(scene, "address");

	if (!*address || text_same_ascii_case(address, text_before(scene, "address")))
		return;
	tell_as(scene, rule, scene->facts->mailbox_delete == KNOWN_YES ? SEVERITY_NOTE : SEVERITY_WARNING,
		"If %s was in use before, an old mailbox may be left on disk, and the new owner will find the old mail in it.", address);
}

const struct consequence_rule consequence_rules_mailbox[] = {
	{ "mailbox-destroyed",         SEVERITY_LOSS,    CHANGED | DELETED, mailbox_destroyed },
	{ "mailbox-unknown",           SEVERITY_LOSS,    CHANGED | DELETED, mailbox_unknown },
	{ "home-server-destroys",      SEVERITY_LOSS,    CHANGED,           server_destroys },
	{ "home-server-unknown",       SEVERITY_LOSS,    CHANGED,           server_unknown },
	{ "mailbox-left",              SEVERITY_WARNING, CHANGED,           mailbox_left },
	{ "mailbox-kept",              SEVERITY_WARNING, CHANGED | DELETED, mailbox_kept },
	{ "home-server-moves-no-mail", SEVERITY_WARNING, CHANGED,           server_keeps },
	{ "home-server-folders",       SEVERITY_WARNING, CHANGED,           folders_left },
	{ "mailbox-reuse",             SEVERITY_WARNING, CREATED | CHANGED, mailbox_reuse },
	{ "mailbox-moved",             SEVERITY_NOTE,    CHANGED,           mailbox_moved },
	{ NULL, SEVERITY_NOTE, 0, NULL },
};
