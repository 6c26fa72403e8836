/*
 * sections: the rows.  A new section for a new kind is a row here and a row in
 * the table of actions.  Constant data, never fails; loop thread.
 */
#include "ui/sections.h"

#include "base/text.h"
#include "model/kind.h"

const struct section sections[] = {
	{ "users", "Users", "Users", "section-users", "user" },
	{ "domains", "Domains", "Dom", "section-domains", "domain" },
	{ "aliases", "Aliases", "Alias", "section-aliases", "alias" },
	{ "groups", "Groups", "Grp", "section-groups", "group" },
	{ "lists", "Lists", "List", "section-lists", "mailinglist" },
	{ "folders", "Folders", "Fold", "section-folders", "folder" },
	{ "quota", "Quota", "Quota", "section-quota", "quotapolicy" },
	{ "history", "History", "Hist", "section-history", NULL },
	{ NULL, NULL, NULL, NULL, NULL }
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

	if (section->kind == NULL)
		return true;
	kind = kind_find(section->kind);
	return kind != NULL && role_sees(role, kind);
}

const struct section *section_first(enum role role)
{
	for (const struct section *section = sections; section->name != NULL; section++) {
		if (section_visible(section, role))
			return section;
	}
	return sections;
}
