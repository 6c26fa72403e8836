/*
 * sections: the rows.  A new section for a new kind is a row here and a row in
 * the table of actions.  Constant data, never fails; loop thread.
 */
#include "ui/sections.h"

#include <string.h>

#include "base/text.h"
#include "model/kind.h"
#include "ui/limits.h"
#include "ui/live_list.h"
#include "ui/settings.h"
#include "ui/view.h"

const struct section sections[] = {
	{ "overview", "Overview", "Over", "section-overview", NULL, NULL, { false } },
	{ "users", "Users", "Users", "section-users", "user", NULL, { false } },
	{ "domains", "Domains", "Dom", "section-domains", "domain", NULL, { false } },
	{ "aliases", "Aliases", "Alias", "section-aliases", "alias", NULL, { false } },
	{ "groups", "Groups", "Grp", "section-groups", "group", NULL, { false } },
	{ "lists", "Lists", "List", "section-lists", "mailinglist", NULL, { false } },
	{ "folders", "Folders", "Fold", "section-folders", "folder", NULL, { false } },
	{ "quota", "Quota", "Quota", "section-quota", "quotapolicy", NULL, { false } },
	{ "connections", "Connections", "Conn", "section-connections", NULL, "services", { [ROLE_HELPDESK] = true } },
	{ "queue", "Queue", "Queue", "section-queue", NULL, "queue-by-domain", { false } },
	{ "limits", "Limits", "", "section-limits", NULL, NULL, { [ROLE_HELPDESK] = true } },
	{ "settings", "Settings", "", "section-settings", NULL, NULL, { [ROLE_HELPDESK] = true } },
	/* In a bar that is short of room its key alone. */
	{ "history", "History", "", "section-history", NULL, NULL, { false } },
	{ NULL, NULL, NULL, NULL, NULL, NULL, { false } }
};

const struct section *section_find(const char *word)
{
	if (word == NULL)
		return NULL;
	for (const struct section *section = sections; section->name != NULL; section++) {
		if (text_same_ascii_case(section->name, word) || text_same_ascii_case(section->title, word))
			return section;
		if (section->kind != NULL && text_same_ascii_case(section->kind, word))
			return section;
	}
	return NULL;
}

size_t section_count(void)
{
	return sizeof sections / sizeof *sections - 1;
}

size_t section_index(const struct section *section)
{
	return (size_t)(section - sections);
}

bool section_visible(const struct section *section, enum role role)
{
	const struct kind *kind;

	if (section->hidden[role])
		return false;
	if (section->kind == NULL)
		return true;
	kind = kind_find(section->kind);
	return kind != NULL && role_sees(role, kind);
}

const struct section *section_first(enum role role)
{
	/* A caller is on the line: the person comes first, not the servers. */
	const char *first = role == ROLE_HELPDESK ? "users" : sections[0].name;

	return section_find(first);
}

struct view *section_view_new(struct session *session, const struct section *section)
{
	if (section->kind != NULL)
		return list_view_new(session, kind_find(section->kind));
	if (section->live != NULL)
		return live_list_new(session, section->live, LIVE_ALL, NULL, NULL);
	if (strcmp(section->name, "limits") == 0)
		return limits_view_new(session);
	if (strcmp(section->name, "settings") == 0)
		return settings_view_new(session);
	return strcmp(section->name, "overview") == 0 ? overview_view_new(session) : history_view_new(session);
}
