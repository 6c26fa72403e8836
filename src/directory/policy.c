/*
 * policy: what a quota policy says for an object, and whom a policy reaches.
 *
 * Dovecot does not read policies, but their values are still in directories and
 * in people's heads, so they are shown beside the value that counts.  The rules
 * are those of ucs-directory 15: nearest wins, a fixed attribute higher up
 * overrides, conditions look at the object's own classes.  On a connection's
 * thread.
 */
#include "directory/policy.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "directory/dn.h"
#include "directory/filter.h"
#include "directory/read.h"
#include "directory/request.h"

enum { DEEPEST = 32 };

/* An entry that was asked for; NULL: it is not there. */
struct known_entry {
	const char *place;
	const struct entry *entry;
};
struct policies {
	const struct world *world;
	struct connection *connection;
	struct arena *arena;
	struct known_entry *known;
	size_t known_count, known_capacity;
};
struct evaluation {
	struct policies *policies;
	const struct entry *object;
	bool set;                          /* something, perhaps "no value", was decided */
	const char *value;                 /* NULL: decided to be empty */
	const char *place;                 /* of the policy that decided */
};

struct policies *policies_new(const struct world *world, struct connection *connection, struct arena *arena)
{
	struct policies *policies = arena_alloc(arena, sizeof *policies);

	*policies = (struct policies){ .world = world, .connection = connection, .arena = arena };
	return policies;
}

/* Containers and policies are few, users are not: only the former come here. */
static const struct entry *entry_of(struct policies *policies, const char *place)
{
	static const char *const everything[] = { "*", NULL };
	struct known_entry *known;
	size_t i;

	for (i = 0; i < policies->known_count; i++)
		if (strcmp(policies->known[i].place, place) == 0)
			return policies->known[i].entry;
	policies->known = arena_grow(policies->arena, policies->known, &policies->known_capacity, policies->known_count + 1, sizeof *policies->known);
	known = &policies->known[policies->known_count++];
	known->place = arena_text(policies->arena, place);
	known->entry = request_entry(policies->connection, policies->arena, place, everything, NULL);
	return known->entry;
}

/* --- one object ------------------------------------------------------------------------------- */

static bool classes_fit(const struct evaluation *with, const struct entry *policy)
{
	const struct attribute *required = entry_get(policy, "requiredObjectClasses"), *prohibited = entry_get(policy, "prohibitedObjectClasses");
	size_t i;

	for (i = 0; required != NULL && i < required->count; i++)
		if (!entry_has_class(with->object, required->values[i].bytes))
			return false;
	for (i = 0; prohibited != NULL && i < prohibited->count; i++)
		if (entry_has_class(with->object, prohibited->values[i].bytes))
			return false;
	return true;
}

/* Only the first filter counts, and one that is wrong excludes nothing. */
static bool filter_fits(const struct evaluation *with, const struct entry *policy)
{
	struct policies *policies = with->policies;
	const char *words = entry_first(policy, "ldapFilter");
	struct filter *filter = words == NULL ? NULL : filter_parse(policies->arena, words, NULL);
	struct search search = { .base = with->object->dn, .scope = SCOPE_BASE, .filter = filter };
	struct found found;

	if (filter == NULL || !request_search(policies->connection, policies->arena, &search, &found, NULL))
		return true;
	return found.count > 0;
}

static void apply_policy(struct evaluation *with, const struct entry *policy)
{
	const struct profile *profile = world_profile(with->policies->world);
	const char *attribute = profile->policy_attribute;
	bool fixed = entry_holds(policy, "fixedAttributes", attribute);

	if (with->set && !fixed)
		return;
	if (!entry_has_class(policy, profile->policy_class) || !classes_fit(with, policy) || !filter_fits(with, policy))
		return;
	if (entry_holds(policy, "emptyAttributes", attribute)) {
		with->set = true;
		with->value = NULL;
		with->place = policy->dn;
	}
	if (entry_first(policy, attribute) != NULL && (!with->set || fixed)) {
		with->set = true;
		with->value = entry_first(policy, attribute);
		with->place = policy->dn;
	}
}

static void apply_references(struct evaluation *with, const struct attribute *references)
{
	size_t i;

	for (i = 0; references != NULL && i < references->count; i++) {
		const struct entry *policy = entry_of(with->policies, references->values[i].bytes);

		if (policy != NULL)
			apply_policy(with, policy);
	}
}

bool policies_quota(struct policies *policies, const struct entry *object, const char **megabytes, const char **policy_place)
{
	const struct profile *profile = world_profile(policies->world);
	struct evaluation with = { .policies = policies, .object = object };
	const char *place = object->dn;
	unsigned depth;

	/* Without the class in the schema (UCS since 4.4) no entry can be such a policy. */
	if (profile->policy_class == NULL || !world_has_class(policies->world, profile->policy_class))
		return false;
	apply_references(&with, entry_get(object, profile->policy_reference));
	for (depth = 0; depth < DEEPEST; depth++) {
		const struct entry *above;

		place = dn_parent(policies->arena, place);
		if (place == NULL || place[0] == '\0' || !dn_within(place, world_base(policies->world)))
			break;
		above = entry_of(policies, place);
		if (above != NULL && entry_has_class(above, profile->policy_reference))
			apply_references(&with, entry_get(above, profile->policy_reference));
	}
	*megabytes = with.value;
	*policy_place = with.place;
	return with.set && with.value != NULL && strspn(with.value, "0123456789") == strlen(with.value);
}

bool read_policy_quota(const struct world *world, struct connection *connection, struct arena *arena, const struct entry *entry,
		const char **megabytes, const char **place)
{
	return policies_quota(policies_new(world, connection, arena), entry, megabytes, place);
}

/* --- whom one reaches --------------------------------------------------------------------------- */

static int by_login(const void *a, const void *b)
{
	const struct entry *x = *(struct entry *const *)a, *y = *(struct entry *const *)b;

	return text_compare(x->dn, y->dn);
}

/* Is this one below another that is looked at anyway? */
static bool is_covered(const struct found *attached, size_t index)
{
	size_t i;

	for (i = 0; i < attached->count; i++)
		if (i != index && dn_within(attached->entries[index]->dn, attached->entries[i]->dn) &&
		    !(i > index && dn_same(attached->entries[index]->dn, attached->entries[i]->dn)))
			return true;
	return false;
}

static bool reach_below(struct policies *policies, const char *place, const char *top, struct policy_reach *reach, size_t *capacity, struct error *error)
{
	const struct profile *profile = world_profile(policies->world);
	const struct profile_kind *users = profile_kind(profile, &kind_user);
	const struct mapping *quota = profile_mapping(users, kind_field(&kind_user, "quota"));
	const char *const attributes[] = { "objectClass", profile->policy_reference, users->naming, "entryUUID", "entryCSN",
		quota->attributes[0], NULL };
	struct search search = { .base = top, .scope = SCOPE_BELOW, .filter = users->find, .attributes = attributes };
	struct found found;
	size_t i;

	if (!request_search(policies->connection, policies->arena, &search, &found, error))
		return false;
	reach->cut = reach->cut || found.cut;
	for (i = 0; i < found.count; i++) {
		const char *megabytes, *decides;

		if (!policies_quota(policies, found.entries[i], &megabytes, &decides) || !dn_same(decides, place))
			continue;
		reach->users = arena_grow(policies->arena, reach->users, capacity, reach->count + 1, sizeof *reach->users);
		reach->users[reach->count++] = found.entries[i];
	}
	return true;
}

bool policies_reach(struct policies *policies, const char *place, struct policy_reach *reach, struct error *error)
{
	const struct profile *profile = world_profile(policies->world);
	static const char *const names[] = { "objectClass", NULL };
	struct search search = { .base = world_base(policies->world), .scope = SCOPE_BELOW, .attributes = names };
	struct found attached;
	size_t capacity = 0, i;

	*reach = (struct policy_reach){ .cut = false };
	if (profile->policy_reference == NULL || profile_kind(profile, &kind_user) == NULL)
		return true;
	search.filter = filter_equal_text(policies->arena, profile->policy_reference, place);
	if (!request_search(policies->connection, policies->arena, &search, &attached, error))
		return false;
	reach->attached = attached.entries;
	reach->attached_count = attached.count;
	reach->cut = attached.cut;
	for (i = 0; i < attached.count; i++)
		if (!is_covered(&attached, i) && !reach_below(policies, place, attached.entries[i]->dn, reach, &capacity, error))
			return false;
	if (reach->count > 1)
		qsort(reach->users, reach->count, sizeof *reach->users, by_login);
	return true;
}
