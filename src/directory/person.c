/*
 * person: who somebody is, for the question whom a helpdesk may change
 * (store_person).
 *
 * Groups are walked upwards from the person, by DN, by login name and by the
 * number of the primary group, through groups in groups.  Whatever cannot be
 * read as a whole is a failure, never an answer: membership that was not seen
 * would unprotect somebody.  On the gate's thread.
 */
#include <string.h>

#include "base/lookup.h"
#include "base/text.h"
#include "directory/dn.h"
#include "directory/filter.h"
#include "directory/store_private.h"

enum { GROUPS_MOST = 500 };

/* Whatever the schema calls members; an attribute that it does not know finds nothing. */
static const char *const member_attributes[] = { "uniqueMember", "member", NULL };
static const char *const group_classes[] = {
	"posixGroup", "univentionGroup", "groupOfNames", "groupOfUniqueNames", "group", "organizationalRole", NULL
};

struct climb {
	struct store_ldap *store;
	struct arena *arena;               /* of the caller: what is found goes into a sentence */
	const struct role_scope *scope;
	struct lookup *seen;               /* normal DNs, so that circles end */
	const char *queue[GROUPS_MOST];
	size_t count;
	const char *found;                 /* the first protected one */
};

static bool incomplete(const char *name, struct error *error)
{
	return error_set(error, ERROR_REFUSED, "Which groups %s is in cannot be read as a whole, so whether they are protected is not known; "
		"role admin may change it", name);
}

/* A name or a DN of the configuration: does it mean this entry? */
static bool means_group(const char *wanted, const struct entry *entry)
{
	const struct attribute *names = entry_get(entry, "cn");
	size_t i;

	if (strchr(wanted, '=') && dn_same(wanted, entry->dn))
		return true;
	for (i = 0; names && i < names->count; i++)
		if (text_same_ascii_case(names->values[i].bytes, wanted))
			return true;
	return false;
}

static bool take_groups(struct climb *climb, const struct found *found)
{
	size_t i, j;

	for (i = 0; i < found->count; i++) {
		const struct entry *entry = found->entries[i];
		const char *normal = dn_normal(climb->arena, entry->dn);

		for (j = 0; climb->scope->groups[j] && !climb->found; j++)
			if (means_group(climb->scope->groups[j], entry))
				climb->found = climb->scope->groups[j];
		if (!normal || lookup_get(climb->seen, normal))
			continue;
		if (climb->count == GROUPS_MOST)
			return false;
		lookup_put(climb->seen, normal, (void *)normal);
		climb->queue[climb->count++] = entry->dn;
	}
	return true;
}

static bool ask(struct climb *climb, const struct filter *filter, const char *name, struct error *error)
{
	static const char *const attributes[] = { "cn", NULL };
	struct search search = { .base = world_base(climb->store->world), .scope = SCOPE_BELOW, .filter = filter, .attributes = attributes };
	struct found found;

	if (!request_search(climb->store->connection, climb->arena, &search, &found, error))
		return false;
	return (found_whole(&found) && take_groups(climb, &found)) || incomplete(name, error);
}

static struct filter *names_dn(struct arena *arena, const char *dn)
{
	struct filter *any = filter_group(arena, FILTER_OR);

	for (size_t i = 0; member_attributes[i]; i++)
		filter_into(arena, any, filter_equal_text(arena, member_attributes[i], dn));
	return any;
}

static struct filter *is_group(struct arena *arena)
{
	struct filter *any = filter_group(arena, FILTER_OR);

	for (size_t i = 0; group_classes[i]; i++)
		filter_into(arena, any, filter_equal_text(arena, "objectClass", group_classes[i]));
	return any;
}

/* The groups that the person's own entry leads to. */
static struct filter *first_groups(struct arena *arena, const struct entry *entry)
{
	struct filter *any = names_dn(arena, entry->dn);
	const struct attribute *logins = entry_get(entry, "uid");
	const char *number = entry_first(entry, "gidNumber");

	for (size_t i = 0; logins && i < logins->count; i++)
		filter_into(arena, any, filter_equal_text(arena, "memberUid", logins->values[i].bytes));
	if (number)
		filter_into(arena, any, filter_both(arena, is_group(arena), filter_equal_text(arena, "gidNumber", number)));
	return any;
}

static bool climb_groups(struct store_ldap *store, const struct role_scope *scope, const struct entry *entry, struct arena *arena,
		struct role_person *person, struct error *error)
{
	struct climb *climb = arena_alloc(arena, sizeof *climb);
	bool fine;
	size_t i;

	*climb = (struct climb){ .store = store, .arena = arena, .scope = scope, .seen = lookup_new() };
	fine = ask(climb, first_groups(arena, entry), person->name, error);
	for (i = 0; fine && !climb->found && i < climb->count; i++)
		fine = ask(climb, names_dn(arena, climb->queue[i]), person->name, error);
	lookup_free(climb->seen);
	person->group = climb->found;
	return fine;
}

/* A protected group that nobody can see protects nobody. */
static bool groups_exist(struct store_ldap *store, const struct role_scope *scope, struct arena *arena, struct error *error)
{
	for (size_t i = 0; scope->groups_must_exist && scope->groups[i]; i++) {
		const char *wanted = scope->groups[i];
		bool named = strchr(wanted, '=') && dn_valid(wanted);
		struct search search = {
			.base = named ? wanted : world_base(store->world), .scope = named ? SCOPE_BASE : SCOPE_BELOW, .limit = 1,
			.filter = named ? NULL : filter_both(arena, is_group(arena), filter_equal_text(arena, "cn", wanted)),
		};
		struct found found = { .count = 0 };
		struct error inner = { 0 };

		if (!request_search(store->connection, arena, &search, &found, &inner) && inner.kind != ERROR_NOT_FOUND) {
			*error = inner;
			return false;
		}
		if (found.count == 0)
			return error_set(error, ERROR_REFUSED, "The configuration protects the members of the group \"%s\", and no such group is here or "
				"may be seen; until protected_groups is right, only role admin changes people", wanted);
	}
	return true;
}

static bool has_value(const struct entry *entry, const char *attribute, const char *wanted)
{
	const struct attribute *values = attribute ? entry_get(entry, attribute) : NULL;

	for (size_t i = 0; values && i < values->count; i++)
		if (text_same_ascii_case(values->values[i].bytes, wanted))
			return true;
	return false;
}

/* A login name, an address of any sort, or a DN. */
static bool means_person(const struct profile *profile, const struct profile_kind *held, const struct entry *entry, const char *wanted)
{
	return (strchr(wanted, '=') && dn_same(wanted, entry->dn)) || has_value(entry, held->naming, wanted) || has_value(entry, "uid", wanted) ||
		has_value(entry, profile_address(profile, held), wanted) || has_value(entry, profile->primary, wanted) ||
		has_value(entry, profile->alternate, wanted) || has_value(entry, "mail", wanted);
}

static void fill(struct store_ldap *store, const struct role_scope *scope, const struct entry *entry, struct arena *arena, struct role_person *person)
{
	const struct profile *profile = world_profile(store->world);
	const struct profile_kind *held = store_kind(store, &kind_user);
	const char *name = entry_first(entry, held->naming), *address = profile_address(profile, held);
	size_t i;

	person->place = arena_text(arena, entry->dn);
	person->name = arena_text(arena, name ? name : entry->dn);
	person->address = address ? arena_text(arena, entry_first(entry, address)) : NULL;
	for (i = 0; scope->branches && scope->branches[i] && !person->branch; i++)
		if (dn_within(entry->dn, scope->branches[i]))
			person->branch = scope->branches[i];
	for (i = 0; scope->people && scope->people[i] && !person->listed; i++)
		if (means_person(profile, held, entry, scope->people[i]))
			person->listed = scope->people[i];
}

bool store_person(void *self, const struct role_scope *scope, const char *who, const char *id, struct arena *arena, struct role_person *person,
		struct error *error)
{
	static const char *const attributes[] = { "*", NULL };
	struct store_ldap *store = self;
	struct entry *entry;
	struct error inner = { 0 };

	memset(person, 0, sizeof *person);
	if (!store_ready(store, error))
		return false;
	entry = id ? read_entry_by_id_of(store->world, store->connection, arena, id, attributes, &inner) :
		read_entry_of(store->world, store->connection, arena, &kind_user, who, attributes, &inner);
	if (!entry && (inner.kind == ERROR_NOT_FOUND || inner.kind == ERROR_CONFLICT))
		return error_set(error, ERROR_REFUSED, "Who \"%s\" is in the directory cannot be told (%s), so only role admin may do that",
			who ? who : id, inner.kind == ERROR_CONFLICT ? "the name fits several people" : "nobody of that name is there");
	if (!entry) {
		*error = inner;
		return false;
	}
	fill(store, scope, entry, arena, person);
	if (!scope->groups || !scope->groups[0] || person->listed)
		return true;
	return groups_exist(store, scope, arena, error) && climb_groups(store, scope, entry, arena, person, error);
}
