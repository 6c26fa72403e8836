/*
 * consequence_folder: rows for shared folders: where the mail lies, who sees
 * it, what the listener of the mail server does.  Pure.  Sources:
 * ucs-directory 12, 13, 18, 22.
 */
#include "model/consequence_rules.h"

#include <string.h>

#include "base/text.h"
#include "model/check.h"

#define DELETE "mail/dovecot/mailbox/delete"

static bool had_address(const struct scene *scene)
{
	return *text_before(scene, "address") != '\0';
}

static bool has_address(const struct scene *scene)
{
	return *text_after(scene, "address") != '\0';
}

/* Two things on disk and in mail programs: never switched without the name typed. */
static void kind_switched(struct scene *scene, const struct consequence_rule *rule)
{
	const char *name = scene->before->name;

	if (!had_address(scene) && has_address(scene))
		tell(scene, rule, "The folder becomes another thing on disk: the listener of the mail server takes the mail out of the public "
			"folders, where people see it as %s/INBOX, and puts it into a mailbox of its own that they see as shared/%s. Mail "
			"programs lose the old folder and its subscriptions, and where that mailbox is on disk already, the mail is not "
			"taken along.", name, text_after(scene, "address"));
	else if (had_address(scene) && !has_address(scene))
		tell(scene, rule, "The folder becomes another thing on disk: the listener of the mail server takes the mail out of the mailbox "
			"that people see as shared/%s, and puts it into the public folders, where they see it as %s/INBOX. Mail programs "
			"lose the old folder, mail to the address is refused from now on, and where that public folder is on disk "
			"already, the mail is not taken along.", text_before(scene, "address"), name);
}

static void address_changes(struct scene *scene, const struct consequence_rule *rule)
{
	const char *old_address = text_before(scene, "address"), *new_address = text_after(scene, "address");

	if (*old_address && *new_address && !text_same_ascii_case(old_address, new_address))
		tell(scene, rule, "The mail moves along from shared/%s to shared/%s (for folders always, unless that mailbox is on disk "
			"already); mail to the old address is refused from now on.", old_address, new_address);
}

static bool has_capitals(const char *text)
{
	for (; *text; text++)
		if (*text >= 'A' && *text <= 'Z')
			return true;
	return false;
}

static void capitals(struct scene *scene, const struct consequence_rule *rule)
{
	const char *address = text_after(scene, "address");

	if (field_changed(scene, "address") && has_capitals(address))
		tell(scene, rule, "%s has capital letters: the mailbox on disk is written in small ones, and the mail server will not find it "
			"when the folder is deleted. Give it in small letters.", address);
}

static void server_changes(struct scene *scene, const struct consequence_rule *rule)
{
	const char *old_server = text_before(scene, "home_server"), *server = text_after(scene, "home_server");
	const char *kept = "where " DELETE " is on, it is destroyed there, else it stays there out of reach";

	if (!*old_server || text_same_ascii_case(old_server, server))
		return;
	if (scene->facts->mailbox_delete == KNOWN_NO)
		kept = "it stays there, out of reach (" DELETE " is off or unset)";
	if (scene->facts->mailbox_delete == KNOWN_YES)
		kept = "it is destroyed there (" DELETE " is on)";
	tell_as(scene, rule, scene->facts->mailbox_delete == KNOWN_NO ? SEVERITY_WARNING : SEVERITY_LOSS,
		"No mail is moved: %s begins with an empty folder; the mail on %s: %s.", server, old_server, kept);
}

static void folder_gone(struct scene *scene, const struct consequence_rule *rule)
{
	const char *name = scene->before->name;

	if (scene->facts->mailbox_delete == KNOWN_YES)
		tell_as(scene, rule, SEVERITY_LOSS, "All mail in %s is destroyed (" DELETE " is on).", name);
	else if (scene->facts->mailbox_delete == KNOWN_NO)
		tell_as(scene, rule, SEVERITY_WARNING, "The mail of %s stays on disk, and nobody sees it any more (" DELETE " is off or unset); "
			"a folder that gets this name or address later holds it.", name);
	else
		tell_as(scene, rule, SEVERITY_LOSS, "Nobody could read " DELETE ": where it is on, all mail in %s is destroyed; where it is off "
			"or unset, it stays on disk and nobody sees it any more.", name);
	if (had_address(scene))
		tell_as(scene, rule, SEVERITY_WARNING, "Mail to %s is refused from now on.", text_before(scene, "address"));
}

static void public_everywhere(struct scene *scene, const struct consequence_rule *rule)
{
	const char *const *servers = scene->facts->servers;

	if (!has_address(scene) && (!scene->before || had_address(scene)) && servers && servers[0] && servers[1])
		tell(scene, rule, "Without an address it is a public folder: every mail server announces it, and on all but %s it is empty.",
			text_after(scene, "home_server"));
}

/* --- rights ------------------------------------------------------------------------------------- */

static const char *right_of(struct scene *scene, const char *value)
{
	const char *right = parts_get(scene->arena, value, "right");

	return right ? right : "";
}

/* The listener has no letters for it and fails over the whole list of rights (12). */
static void stored_none(struct scene *scene, const struct consequence_rule *rule)
{
	const struct field_values *values = record_get(scene->after, "rights");

	for (size_t i = 0; i < values->count; i++)
		if (has_address(scene) && strcmp(right_of(scene, values->values[i].bytes), "none") == 0)
			tell(scene, rule, "The stored right none of %s makes the mail server fail over the rights of all folders with an address; "
				"take the entry away.", parts_get(scene->arena, values->values[i].bytes, "who"));
}

/* The right that these values give to this one; NULL: none. */
static const char *right_held(struct scene *scene, const struct field_values *values, const char *who)
{
	for (size_t i = 0; values && i < values->count; i++) {
		const char *holder = parts_get(scene->arena, values->values[i].bytes, "who");

		if (holder && strcmp(holder, who) == 0)
			return right_of(scene, values->values[i].bytes);
	}
	return NULL;
}

/* Both names mean everybody who can log in; nobody else comes to a folder. */
static void anyone(struct scene *scene, const struct consequence_rule *rule)
{
	static const char *const names[] = { "anyone", "authenticated" };

	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		const char *right = right_held(scene, record_get(scene->after, "rights"), names[i]);
		const char *was = scene->before ? right_held(scene, record_get(scene->before, "rights"), names[i]) : NULL;

		if (right && (!was || strcmp(right, was) != 0))
			tell_as(scene, rule, strcmp(right, "write") == 0 || strcmp(right, "all") == 0 ? SEVERITY_WARNING : SEVERITY_NOTE,
				"Every user of the mail servers gets the right %s.", right);
	}
}

static void nobody_reads(struct scene *scene, const struct consequence_rule *rule)
{
	bool had = scene->before && record_get(scene->before, "rights")->count > 0;

	if (count_after(scene, "rights") == 0 && (!scene->before || had))
		tell(scene, rule, "Nobody has a right on it, so no mail program shows it.");
}

static void groups_later(struct scene *scene, const struct consequence_rule *rule)
{
	const struct field_values *values = record_get(scene->after, "rights");

	for (size_t i = 0; field_changed(scene, "rights") && i < values->count; i++) {
		const char *who = parts_get(scene->arena, values->values[i].bytes, "who");

		if (who && !strchr(who, '@') && !right_for_all(who)) {
			tell(scene, rule, "Rights of groups count from the next login of each member on.");
			return;
		}
	}
}

const struct consequence_rule consequence_rules_folder[] = {
	{ "folder-switched",     SEVERITY_LOSS,    CHANGED,           kind_switched },
	{ "folder-server",       SEVERITY_LOSS,    CHANGED,           server_changes },
	{ "folder-gone",         SEVERITY_LOSS,    DELETED,           folder_gone },
	{ "folder-address",      SEVERITY_WARNING, CHANGED,           address_changes },
	{ "folder-capitals",     SEVERITY_WARNING, CREATED | CHANGED, capitals },
	{ "folder-none",         SEVERITY_WARNING, CREATED | CHANGED, stored_none },
	{ "folder-nobody",       SEVERITY_WARNING, CREATED | CHANGED, nobody_reads },
	{ "folder-anyone",       SEVERITY_NOTE,    CREATED | CHANGED, anyone },
	{ "folder-public",       SEVERITY_NOTE,    CREATED | CHANGED, public_everywhere },
	{ "folder-groups",       SEVERITY_NOTE,    CREATED | CHANGED, groups_later },
	{ NULL, SEVERITY_NOTE, 0, NULL },
};
