/*
 * config_scope: whom the helpdesk may change.
 *
 * Protection can only be added, by either file.  Fails for a branch that is no
 * DN and for a domain that is none, since both would lock the helpdesk out
 * without a word.  Start only.
 */
#include "config_scope.h"

#include <string.h>

#include "base/text.h"

/* Groups of administrators as UCS and Windows name them; one that is not there protects nobody. */
#define ADMINISTRATIVE "Domain Admins, Administrators, Enterprise Admins, Schema Admins"

const struct conf_option config_scope_options[] = {
	{ .name = "branches", .type = CONF_LIST, .help = "DNs: role helpdesk changes only people at or below one of them; unset: everywhere." },
	{ .name = "domains", .type = CONF_LIST, .help = "Mail domains: only people whose primary address is in one of them; unset: any." },
	{ .name = "protected", .type = CONF_LIST, .help = "Login names, addresses or DNs of people whom only role admin changes." },
	{ .name = "protected_groups", .type = CONF_LIST, .fallback = ADMINISTRATIVE,
	  .help = "Names or DNs of groups whose members only role admin changes, through groups in groups too; one written here must exist." },
	{ .name = NULL },
};

struct collected {
	struct arena *arena;
	const char **list;
	size_t count, capacity;
};

static void add(struct collected *to, const struct conf_section *section, const char *option)
{
	size_t count = section ? conf_list_count(section, option) : 0, i;

	for (i = 0; i < count; i++) {
		to->list = arena_grow(to->arena, to->list, &to->capacity, to->count + 2, sizeof(*to->list));
		to->list[to->count++] = arena_text(to->arena, conf_list_item(section, option, i));
	}
}

/* Who is admin by name is protected from who is not. */
static void add_admins(struct collected *to, const struct conf_section *root)
{
	size_t count = root ? conf_section_count(root, "grant") : 0, i;

	for (i = 0; i < count; i++)
		if (!strcmp(conf_title(conf_section(root, "grant", i)), role_word(ROLE_ADMIN)))
			add(to, conf_section(root, "grant", i), "identities");
}

static const char *const *ended(struct collected *of)
{
	of->list = arena_grow(of->arena, of->list, &of->capacity, of->count + 1, sizeof(*of->list));
	of->list[of->count] = NULL;
	return of->list;
}

static const struct conf_section *inside(const struct conf_section *root)
{
	return root ? conf_section(root, "helpdesk", 0) : NULL;
}

/* The machine's list where it has one. */
static const struct conf_section *decides(const struct conf_section *own, const struct conf_section *machine, const char *option)
{
	return machine && conf_has(machine, option) ? machine : own;
}

static bool looks_right(const struct conf_section *section, const char *option, bool domain, struct error *error)
{
	size_t count = section ? conf_list_count(section, option) : 0, i;

	for (i = 0; i < count; i++) {
		const char *item = conf_list_item(section, option, i);

		if (domain ? *item && !strpbrk(item, "@= ") : strchr(item, '=') != NULL)
			continue;
		return error_set(error, ERROR_CONFIG, "%s:%d: %s in section helpdesk names \"%s\", which is no %s", conf_file(section),
			conf_line(section), option, item, domain ? "mail domain" : "DN");
	}
	return true;
}

bool config_scope(struct arena *arena, const struct conf_section *own, const struct conf_section *machine, struct role_scope *scope,
		struct error *error)
{
	const struct conf_section *mine = inside(own), *theirs = inside(machine);
	struct collected branches = { .arena = arena }, domains = branches, people = branches, groups = branches;
	bool by_mine = mine && conf_has(mine, "protected_groups"), by_theirs = theirs && conf_has(theirs, "protected_groups");

	add(&branches, decides(mine, theirs, "branches"), "branches");
	add(&domains, decides(mine, theirs, "domains"), "domains");
	add(&people, mine, "protected");
	add(&people, theirs, "protected");
	add_admins(&people, own);
	add_admins(&people, machine);
	/* Where a machine's file is silent its default holds, whatever the own one says: nobody takes protection away from themselves. */
	if (theirs)
		add(&groups, theirs, "protected_groups");
	if (by_mine || !theirs)
		add(&groups, mine, "protected_groups");
	*scope = (struct role_scope){
		.branches = ended(&branches), .domains = ended(&domains), .people = ended(&people), .groups = ended(&groups),
		.groups_must_exist = by_theirs || (by_mine && !theirs),
	};
	return looks_right(decides(mine, theirs, "branches"), "branches", false, error) &&
		looks_right(decides(mine, theirs, "domains"), "domains", true, error);
}
