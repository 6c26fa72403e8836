/*
 * policy: what a quota policy says for an object (read_policy_quota).
 *
 * Dovecot does not read policies, but their values are still in directories and
 * in people's heads, so they are shown beside the value that counts.  The rules
 * are those of ucs-directory 15: nearest wins, a fixed attribute higher up
 * overrides, conditions look at the object's own classes.  On a connection's
 * thread.
 */
#include <string.h>

#include "base/text.h"
#include "directory/dn.h"
#include "directory/filter.h"
#include "directory/read.h"
#include "directory/request.h"

enum { DEEPEST = 32 };

struct evaluation {
	const struct world *world;
	struct connection *connection;
	struct arena *arena;
	const struct entry *object;
	bool set;                          /* something, perhaps "no value", was decided */
	const char *value;                 /* NULL: decided to be empty */
};

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
	const char *words = entry_first(policy, "ldapFilter");
	struct filter *filter = words == NULL ? NULL : filter_parse(with->arena, words, NULL);
	struct search search = { .base = with->object->dn, .scope = SCOPE_BASE, .filter = filter };
	struct found found;

	if (filter == NULL || !request_search(with->connection, with->arena, &search, &found, NULL))
		return true;
	return found.count > 0;
}

static void apply_policy(struct evaluation *with, const struct entry *policy)
{
	const char *attribute = world_profile(with->world)->policy_attribute;
	bool fixed = entry_holds(policy, "fixedAttributes", attribute);

	if (!entry_has_class(policy, world_profile(with->world)->policy_class) || !classes_fit(with, policy) || !filter_fits(with, policy))
		return;
	if (with->set && !fixed)
		return;
	if (entry_holds(policy, "emptyAttributes", attribute)) {
		with->set = true;
		with->value = NULL;
	}
	if (entry_first(policy, attribute) != NULL && (!with->set || fixed)) {
		with->set = true;
		with->value = entry_first(policy, attribute);
	}
}

static void apply_references(struct evaluation *with, const struct attribute *references)
{
	static const char *const everything[] = { "*", NULL };
	size_t i;

	for (i = 0; references != NULL && i < references->count; i++) {
		struct entry *policy = request_entry(with->connection, with->arena, references->values[i].bytes, everything, NULL);

		if (policy != NULL)
			apply_policy(with, policy);
	}
}

bool read_policy_quota(const struct world *world, struct connection *connection, struct arena *arena, const struct entry *entry, const char **megabytes)
{
	const struct profile *profile = world_profile(world);
	struct evaluation with = { .world = world, .connection = connection, .arena = arena, .object = entry };
	const char *const attributes[] = { profile->policy_reference, "objectClass", NULL };
	const char *place = entry->dn;
	unsigned depth;

	/* Without the class in the schema (UCS since 4.4) no entry can be such a policy. */
	if (profile->policy_class == NULL || !world_has_class(world, profile->policy_class))
		return false;
	apply_references(&with, entry_get(entry, profile->policy_reference));
	for (depth = 0; depth < DEEPEST; depth++) {
		struct entry *above;

		place = dn_parent(arena, place);
		if (place == NULL || place[0] == '\0' || !dn_within(place, world_base(world)))
			break;
		above = request_entry(connection, arena, place, attributes, NULL);
		if (above != NULL && entry_has_class(above, profile->policy_reference))
			apply_references(&with, entry_get(above, profile->policy_reference));
	}
	*megabytes = with.value;
	return with.set && with.value != NULL && strspn(with.value, "0123456789") == strlen(with.value);
}
