/*
 * consequence_members: rows for groups and mailing lists: who gets mail, who
 * may send, what has no effect.  Pure.  Sources: ucs-directory 10, 11, 17, 22.
 */
#include "model/consequence_rules.h"

#include <string.h>

#include "base/text.h"

static bool is_group(const struct scene *scene)
{
	return strcmp(scene->change->kind->name, "group") == 0;
}

static void address_lost(struct scene *scene, const struct consequence_rule *rule)
{
	const char *address = text_before(scene, "address");

	if (*address && !text_same_ascii_case(address, text_after(scene, "address")))
		tell(scene, rule, "Mail to %s is refused from now on.", address);
}

static void without_address(struct scene *scene, const struct consequence_rule *rule)
{
	bool had = scene->before && *text_before(scene, "address");

	if (!*text_after(scene, "address") && (!scene->before || had))
		tell(scene, rule, is_group(scene) ? "A group without an address gets no mail; its members stay members." :
			"A list without an address receives nothing.");
}

static void list_gone(struct scene *scene, const struct consequence_rule *rule)
{
	tell(scene, rule, is_group(scene) ? "What else on the network goes by this group (shares, policies) loses it too." :
		"The list keeps no mail, so no mail is lost with it.");
}

/* Members that leave this system. */
static void members_outside(struct scene *scene, const struct consequence_rule *rule)
{
	const char *const *new = is_group(scene) ? NULL : values_new(scene, "members");
	const char **outside;
	size_t count = 0, i;

	for (i = 0; new && new[i]; i++)
		;
	outside = arena_alloc(scene->arena, (i + 1) * sizeof(*outside));
	for (i = 0; new && new[i]; i++)
		if (!domain_listed(scene->facts, new[i]))
			outside[count++] = new[i];
	if (count && scene->facts->domains_complete)
		tell(scene, rule, "%s: outside, so mail to the list leaves this system.", names_words(scene, outside));
	else if (count)
		tell(scene, rule, "Whether %s %s in a domain of ours could not be read: mail to the list may leave this system.",
			names_words(scene, outside), count > 1 ? "are" : "is");
}

static void senders(struct scene *scene, const struct consequence_rule *rule)
{
	bool named = count_after(scene, "sender_users") || count_after(scene, "sender_groups") || count_after(scene, "other_senders");

	if (!field_changed(scene, "sender_users") && !field_changed(scene, "sender_groups"))
		return;
	if (!named) {
		tell_as(scene, rule, SEVERITY_WARNING, "With no sender named anybody may write to it.");
		return;
	}
	if (scene->facts->listfilter == KNOWN_NO)
		tell_as(scene, rule, SEVERITY_WARNING, "The senders are stored and not enforced: mail/postfix/policy/listfilter is off on the mail servers, "
			"so anybody may write to it.");
	else if (scene->facts->listfilter == KNOWN_NOT)
		tell_as(scene, rule, SEVERITY_WARNING, "The senders are not enforced unless mail/postfix/policy/listfilter is on at the mail servers, and nobody "
			"told postroom (mail_hosts.listfilter).");
	else
		tell(scene, rule, "Everybody else is refused by the mail servers (listfilter).");
}

static void name_digits(struct scene *scene, const struct consequence_rule *rule)
{
	const char *name = scene->after->name;

	if (!scene->facts->plain && is_group(scene) && (!scene->before || strcmp(scene->before->name, name) != 0) && *name && strspn(name, "0123456789") == strlen(name))
		tell(scene, rule, "The name %s has digits only; UDM may refuse it, and some programs take it for a group number.", name);
}

/* At a login the groups of a user are told to Dovecot in one line, with commas between them. */
static void name_comma(struct scene *scene, const struct consequence_rule *rule)
{
	const char *name = scene->after->name;

	if (is_group(scene) && (!scene->before || strcmp(scene->before->name, name) != 0) && strchr(name, ','))
		tell(scene, rule, "The name %s has a comma; where rights on shared folders are asked the mail servers take it apart there: this group "
			"can have none, and its members get those of groups that are called like one of the parts.", name);
}

static void caches(struct scene *scene, const struct consequence_rule *rule)
{
	if (is_group(scene) && (field_changed(scene, "members") || field_changed(scene, "member_groups")))
		tell(scene, rule, "Postfix follows at once; what else goes by the group (logins, shares) may keep the old members for a while.");
}

const struct consequence_rule consequence_rules_members[] = {
	{ "members-address-gone", SEVERITY_WARNING, CHANGED | DELETED, address_lost },
	{ "members-no-address",   SEVERITY_NOTE,    CREATED | CHANGED, without_address },
	{ "members-gone",         SEVERITY_NOTE,    DELETED,           list_gone },
	{ "members-outside",      SEVERITY_NOTE,    CREATED | CHANGED, members_outside },
	{ "members-senders",      SEVERITY_NOTE,    CREATED | CHANGED, senders },
	{ "members-name-digits",  SEVERITY_NOTE,    CREATED | CHANGED, name_digits },
	{ "members-name-comma",   SEVERITY_WARNING, CREATED | CHANGED, name_comma },
	{ "members-caches",       SEVERITY_NOTE,    CHANGED,           caches },
	{ NULL, SEVERITY_NOTE, 0, NULL },
};
