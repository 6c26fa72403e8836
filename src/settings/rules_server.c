/*
 * rules_server: what a change means beside the values of other settings: the
 * way to quota-status, indexes on NFS, and what was found out about the world.
 *
 * Pure.  Sources: ucs-variables 2.2, 2.3, 3.3; Dovecot's manual on NFS.
 */
#include "settings/backend_private.h"

#include <string.h>

#include "base/text.h"

/* What a member of a family is after the change; NULL: unset. */
static const char *member_after(const struct rules_view *view, const struct setting *family, const char *key)
{
	for (size_t i = 0; i < view->count; i++)
		if (view->edits[i].setting == family && !strcmp(view->edits[i].key, key))
			return view->edits[i].value;
	return settings_value(view->arena, view->state, family, key).value;
}

/* The rule of Postfix that asks it: its number, where it asks elsewhere; NULL: none, or it is right. */
static const char *stale_rule(const struct rules_view *view, const char *place)
{
	const struct setting *family = setting_find("recipient-restriction/80", NULL);
	const char *const *keys = settings_keys(view->arena, view->state, family);

	for (; *keys; keys++) {
		const char *value = member_after(view, family, *keys);

		if (value && !strncmp(value, "check_policy_service inet:127.0.0.1:12340", 41) && !strstr(value, place))
			return *keys;
	}
	return NULL;
}

bool rule_quota_status(struct rules_view *view, struct error *error)
{
	const char *ip = rules_after(view, "quota-status-ip"), *port = rules_after(view, "quota-status-port"), *opened, *stale;
	const struct setting *firewall = setting_find("firewall-dovecot/12340", NULL);
	const char *place;

	(void)error;
	if ((!rules_edit(view, "quota-status-ip") && !rules_edit(view, "quota-status-port")) || !ip || !port)
		return true;
	opened = member_after(view, firewall, port);
	if (strncmp(ip, "127.", 4) && strcmp(ip, "::1") && (!opened || strcmp(opened, "ACCEPT")))
		rules_say(view, SETTING_WARNING, "A Postfix on another machine cannot ask: the firewall does not let port %s in. Set firewall-dovecot/%s=ACCEPT and "
			"firewall-dovecot-name/%s, then start the firewall again.", port, port, port);
	if (!strncmp(ip, "127.", 4) && opened && !strcmp(opened, "ACCEPT"))
		rules_say(view, SETTING_NOTE, "firewall-dovecot/%s lets the port in, though nobody else can be answered on %s.", port, ip);
	place = arena_format(view->arena, "inet:%s:%s", !strncmp(ip, "127.", 4) ? ip : "127.0.0.1", port);
	stale = stale_rule(view, place);
	if (stale)
		rules_say(view, SETTING_WARNING, "recipient-restriction/%s still asks 127.0.0.1:12340: change it too, or incoming mail is deferred.", stale);
	return true;
}

static bool is_yes(const struct rules_view *view, const char *name)
{
	const char *value = rules_after(view, name);

	return value && !strcmp(value, "yes");
}

bool rule_index(struct rules_view *view, struct error *error)
{
	static const char *const names[] = { "separate-index", "nfs-mail", "nfs-index" };
	bool concerned = false;

	(void)error;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		concerned = concerned || rules_edit(view, names[i]);
	if (!concerned)
		return true;
	if (is_yes(view, "separate-index") && is_yes(view, "nfs-index"))
		rules_say(view, SETTING_WARNING, "With separate-index the index lies on the local disk, so nfs-index has no use and only makes it slower.");
	if (is_yes(view, "nfs-mail") && !is_yes(view, "nfs-index") && !is_yes(view, "separate-index"))
		rules_say(view, SETTING_WARNING, "The index lies beside the mail, so on NFS too: set nfs-index, or keep it on the local disk by separate-index.");
	return true;
}

/* A table is told with its heading; of a long one the first three rows. */
bool rule_facts(struct rules_view *view, struct error *error)
{
	(void)error;
	for (size_t i = 0; i < view->count; i++) {
		const struct setting_edit *edit = &view->edits[i];
		const char *value = edit->value ? edit->value : settings_value(view->arena, view->state, edit->setting, edit->key).fallback;
		struct setting_lines lines = fact_lines(view->arena, view->state, edit->setting, value, view->facts);

		if (!strcmp(edit->setting->name, "mailbox-rename") || !strcmp(edit->setting->name, "mailbox-delete"))
			lines_outcome(&lines, rules_after(view, "mailbox-rename"), rules_after(view, "mailbox-delete"));
		for (size_t j = 0; j < lines.count; ) {
			struct text words = { 0 };
			enum setting_weight weight = lines.lines[j].weight;
			size_t rows = 0;

			text_add(&words, lines.lines[j].text);
			for (j++; j < lines.count && !*lines.lines[j].label; j++, rows++) {
				if (rows < 3)
					text_addf(&words, "%s %s", rows ? ";" : words.length && text_get(&words)[words.length - 1] == ':' ? "" : ";",
						lines.lines[j].text + strspn(lines.lines[j].text, " "));
				weight = lines.lines[j].weight == SETTING_WARNING ? SETTING_WARNING : weight;
			}
			if (rows > 3)
				text_addf(&words, "; and %zu more (postroom settings show %s)", rows - 3, edit->setting->name);
			rules_say(view, weight, "%s%s", text_get(&words), text_get(&words)[words.length - 1] == '.' ? "" : ".");
			text_free(&words);
		}
	}
	return true;
}
