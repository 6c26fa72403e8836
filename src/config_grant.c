/*
 * config_grant: the role by who somebody is.
 *
 * The user and the groups are those that the kernel knows for this process, so
 * no environment variable can change them.  A bind DN is a claim that the
 * directory checks when it is used.  Fails for a title that is no role; a user
 * without a name in the system's database is named by no list.  Start only.
 */
#include "config_grant.h"

#include <grp.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/text.h"

const struct conf_option config_grant_options[] = {
	{ .name = "users", .type = CONF_LIST, .help = "Login names of this machine that have the role." },
	{ .name = "groups", .type = CONF_LIST, .help = "Groups of this machine whose members have the role." },
	{ .name = "identities", .type = CONF_LIST, .help = "DNs that have the role when they are the ones who log in to the directory." },
	{ .name = NULL },
};

static bool in_list(const struct conf_section *section, const char *list, const char *name)
{
	size_t count = conf_list_count(section, list), i;

	for (i = 0; name && i < count; i++)
		if (!strcmp(conf_list_item(section, list, i), name))
			return true;
	return false;
}

static bool names_user(const struct conf_section *section)
{
	const struct passwd *user = getpwuid(getuid());

	return user && in_list(section, "users", user->pw_name);
}

static bool names_group(const struct conf_section *section)
{
	int count = getgroups(0, NULL), i;
	size_t room = 0;
	gid_t *groups = memory_grow(NULL, &room, (size_t)(count < 0 ? 0 : count) + 1, sizeof(*groups));
	bool found = false;

	count = getgroups(count < 0 ? 0 : count, groups);
	if (count < 0)
		count = 0;
	groups[count++] = getgid();
	for (i = 0; i < count && !found; i++) {
		const struct group *group = getgrgid(groups[i]);

		found = group && in_list(section, "groups", group->gr_name);
	}
	free(groups);
	return found;
}

/* DNs as they are written in configuration files: blanks and case do not tell two apart. */
static bool names_identity(const struct conf_section *section, const char *bind_dn)
{
	size_t count = conf_list_count(section, "identities"), i;

	for (i = 0; bind_dn && i < count; i++)
		if (text_same_ascii_case(conf_list_item(section, "identities", i), bind_dn))
			return true;
	return false;
}

bool config_grant(const struct conf_section *root, const char *bind_dn, bool fallback_given, enum role *role, bool *given,
		struct error *error)
{
	size_t count = conf_section_count(root, "grant"), i;
	enum role best = fallback_given ? *role : ROLE_MONITOR, here;

	*given = count > 0;
	for (i = 0; i < count; i++) {
		const struct conf_section *section = conf_section(root, "grant", i);

		if (!role_parse(conf_title(section), &here))
			return error_set(error, ERROR_CONFIG, "%s:%d: grant \"%s\" is not possible; allowed: admin, helpdesk, monitor",
				conf_file(section), conf_line(section), conf_title(section));
		if (here > best && (names_user(section) || names_group(section) || names_identity(section, bind_dn)))
			best = here;
	}
	if (*given)
		*role = best;
	return true;
}
