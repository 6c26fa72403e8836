/*
 * alias_route: answers for the walk of model/route.h, out of the directory.
 *
 * A hundred addresses a search; members of groups by their DNs, and not more of
 * them than the walk could take.  A search that fails ends the walk, which says
 * so.  On a connection's thread.
 */
#include <string.h>

#include "base/lookup.h"
#include "base/text.h"
#include "directory/alias_private.h"
#include "directory/derive_private.h"
#include "directory/explode.h"
#include "directory/filter.h"
#include "directory/read.h"

enum { TERMS_MOST = 100 };

void alias_domains(struct alias_asking *asking, struct arena *arena)
{
	struct derivation with = { .world = asking->world, .connection = asking->connection };

	asking->domains = derive_registered(&with, arena);
}

void alias_domains_free(struct alias_asking *asking)
{
	lookup_free(asking->domains);
	asking->domains = NULL;
}

static bool is_here(const struct alias_asking *asking, struct arena *arena, const char *address)
{
	const char *at = strrchr(address, '@');

	/* Where the domains could not be read nothing is called outside that may be ours. */
	return at != NULL && asking->domains != NULL && lookup_get(asking->domains, text_lower_ascii(arena, at + 1, strlen(at + 1))) != NULL;
}

static const char *field_text(const struct alias_asking *asking, struct arena *arena, const struct alias_holder *holder, const char *name)
{
	const struct profile_kind *from = holder->source->from;
	const struct field *field = kind_field(from->kind, name);
	struct field_values values;

	if (field == NULL)
		return "";
	explode_values(asking->world, arena, profile_mapping(from, field), asking->mode, holder->entry, &values);
	return values.count > 0 ? values.values[0].bytes : "";
}

static const char **texts(struct arena *arena, const struct value *values, size_t count)
{
	const char **list = arena_alloc(arena, (count + 1) * sizeof *list);
	size_t i;

	for (i = 0; i < count; i++)
		list[i] = values[i].bytes;
	return list;
}

/* The addresses of these entries; users and groups without one get nothing. */
static bool addresses_of(const struct alias_asking *asking, struct arena *arena, const struct value *names, size_t count, const char **to,
		struct route_leg *leg)
{
	const struct profile *profile = world_profile(asking->world);
	const char *const attributes[] = { "objectClass", profile->primary, NULL };
	struct search search = { .base = world_base(asking->world), .scope = SCOPE_BELOW, .attributes = attributes };
	struct filter *any = filter_group(arena, FILTER_OR);
	struct found found;
	size_t i;

	for (i = 0; i < count; i++)
		filter_into(arena, any, filter_equal(arena, "entryDN", names[i].bytes, names[i].length));
	search.filter = any;
	if (!request_search(asking->connection, arena, &search, &found, NULL))
		return false;
	for (i = 0; i < found.count; i++) {
		const char *address = entry_first(found.entries[i], profile->primary), *kind, *name;

		read_holder(asking->world, arena, found.entries[i], &kind, &name);
		if (address != NULL)
			to[leg->count++] = address;
		else
			leg->silent += strcmp(kind, "object") != 0;
	}
	return true;
}

/* Members by name or by address, not more than the walk can take. */
static bool take_members(const struct alias_asking *asking, struct arena *arena, const struct alias_holder *holder, struct route_leg *leg)
{
	const struct mapping *leads = holder->source->leads;
	const struct attribute *members = entry_get(holder->entry, leads->attributes[0]);
	size_t count = members == NULL ? 0 : members->count, most = count > ROUTE_MOST ? ROUTE_MOST + 1 : count, i;
	const char **to;

	leg->how = arena_format(arena, "member of %s", holder->name);
	if (leads->field->type != FIELD_REFERENCE) {
		leg->to = count == 0 ? NULL : texts(arena, members->values, most);
		leg->count = most;
		return true;
	}
	to = arena_alloc(arena, (most + 1) * sizeof *to);
	leg->to = to;
	for (i = 0; i < most; i += TERMS_MOST)
		if (!addresses_of(asking, arena, members->values + i, most - i < TERMS_MOST ? most - i : TERMS_MOST, to, leg))
			return false;
	return true;
}

/* What one holder does with mail to the address. */
static bool take_holder(const struct alias_asking *asking, struct arena *arena, const struct alias_holder *holder, struct route_leg *leg)
{
	const char *noun = holder->source->from->kind->noun;

	*leg = (struct route_leg){ .count = 0 };
	if (holder->large)
		return take_members(asking, arena, holder, leg);
	if (holder->source->leads == NULL) {
		leg->rests = arena_format(arena, "%s %s", noun, holder->name);
		return true;
	}
	leg->to = texts(arena, holder->leads.values, holder->leads.count);
	leg->count = holder->leads.count;
	if (source_of_many(holder->source)) {
		leg->how = arena_format(arena, "alternate of %s", holder->name);
		return true;
	}
	if (holder->source->from->kind->through_owner) {
		leg->how = "alias";
		return true;
	}
	leg->how = arena_format(arena, "forward of %s", holder->name);
	if (leg->count == 0 || strcmp(field_text(asking, arena, holder, "keep_copy"), "yes") == 0)
		leg->rests = arena_format(arena, "mailbox of %s", holder->name);
	return true;
}

/* An alternative address is matched by the map of forwards as well, which the owner's own address does for it. */
static bool answer_one(const struct alias_asking *asking, struct arena *arena, const struct found *found, const char *address,
		struct route_answer *answer)
{
	struct alias_holder *holders;
	size_t count = alias_holders(asking, arena, found, address, &holders), i;
	struct route_leg *legs = arena_alloc(arena, (count + 1) * sizeof *legs);
	bool own = false;

	for (i = 0; i < count; i++)
		own = own || !source_of_many(holders[i].source);
	for (i = 0; i < count; i++) {
		/* In mode A the first map with an answer wins, and the mailbox's comes first (ucs-directory 8.3). */
		if (own && asking->mode == KNOWN_NO && source_of_many(holders[i].source))
			continue;
		if (!take_holder(asking, arena, &holders[i], &legs[answer->count++]))
			return false;
	}
	answer->legs = legs;
	answer->here = is_here(asking, arena, address);
	return true;
}

bool alias_ask(void *context, struct arena *arena, const char *const *addresses, size_t count, struct route_answer *answers)
{
	const struct alias_asking *asking = context;
	size_t from, i;

	for (from = 0; from < count; from += TERMS_MOST) {
		size_t some = count - from < TERMS_MOST ? count - from : TERMS_MOST;
		struct found found;

		if (!alias_found(asking, arena, addresses + from, some, &found, NULL) || found.cut)
			return false;
		for (i = from; i < from + some; i++) {
			answers[i] = (struct route_answer){ .count = 0 };
			if (!answer_one(asking, arena, &found, addresses[i], &answers[i]))
				return false;
		}
	}
	return true;
}
