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
#include "directory/dn.h"
#include "directory/explode.h"
#include "directory/filter.h"
#include "directory/read.h"

/* INNER_MOST: nested groups without an address that are looked into for one address. */
enum { TERMS_MOST = 100, INNER_MOST = 200 };

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

/* Legs of an answer, and the nested groups without an address that are still to be looked into. */
struct legs {
	const struct alias_asking *asking;
	struct arena *arena;
	struct route_leg *list;
	size_t count, capacity;
	struct inner { const char *place, *normal, *name; } *inner;
	size_t inner_count, inner_capacity;
};

static struct route_leg *add_leg(struct legs *legs)
{
	legs->list = arena_grow(legs->arena, legs->list, &legs->capacity, legs->count + 1, sizeof *legs->list);
	legs->list[legs->count] = (struct route_leg){ .count = 0 };
	return &legs->list[legs->count++];
}

/* Each group once, so that circles end. */
static void look_into(struct legs *legs, const char *place, const char *name)
{
	const char *normal = dn_normal(legs->arena, place);
	size_t i;

	for (i = 0; normal != NULL && i < legs->inner_count; i++)
		if (strcmp(legs->inner[i].normal, normal) == 0)
			return;
	if (normal == NULL || legs->inner_count == INNER_MOST)
		return;
	legs->inner = arena_grow(legs->arena, legs->inner, &legs->inner_capacity, legs->inner_count + 1, sizeof *legs->inner);
	legs->inner[legs->inner_count++] = (struct inner){ .place = arena_text(legs->arena, place), .normal = normal,
		.name = arena_text(legs->arena, name) };
}

/* Where each kind keeps its address: groups may have it elsewhere than users. */
static const char **address_attributes(const struct profile *profile, struct arena *arena)
{
	const char **names = arena_alloc(arena, (profile->kind_count + 4) * sizeof *names);
	size_t count = 0, i;

	names[count++] = "objectClass";
	names[count++] = "cn";
	for (i = 0; i < profile->kind_count; i++)
		if (profile_address(profile, &profile->kinds[i]) != NULL)
			names[count++] = profile_address(profile, &profile->kinds[i]);
	return names;
}

/*
 * The addresses of these entries. Users without one get nothing; groups are expanded by their DNs, so the members of
 * one without an address get mail all the same.
 */
static bool addresses_of(struct legs *legs, const struct value *names, size_t count, const char **to, struct route_leg *leg)
{
	const struct alias_asking *asking = legs->asking;
	const struct profile *profile = world_profile(asking->world);
	struct search search = { .base = world_base(asking->world), .scope = SCOPE_BELOW, .attributes = address_attributes(profile, legs->arena) };
	struct filter *any = filter_group(legs->arena, FILTER_OR);
	struct found found;
	size_t i;

	for (i = 0; i < count; i++)
		filter_into(legs->arena, any, filter_equal(legs->arena, "entryDN", names[i].bytes, names[i].length));
	search.filter = any;
	if (!request_search(asking->connection, legs->arena, &search, &found, NULL))
		return false;
	for (i = 0; i < found.count; i++) {
		const char *kind, *name, *attribute, *address;

		read_holder(asking->world, legs->arena, found.entries[i], &kind, &name);
		attribute = profile_address(profile, kind_find(kind) == NULL ? NULL : profile_kind(profile, kind_find(kind)));
		address = attribute == NULL ? NULL : entry_first(found.entries[i], attribute);
		if (address != NULL)
			to[leg->count++] = address;
		else if (strcmp(kind, kind_group.name) == 0)
			look_into(legs, found.entries[i]->dn, name);
		else
			leg->silent += strcmp(kind, "object") != 0;
	}
	return true;
}

/* Members by name or by address, not more than the walk can take. */
static bool members_leg(struct legs *legs, const struct mapping *leads, const struct entry *entry, const char *name)
{
	const struct attribute *members = entry_get(entry, leads->attributes[0]);
	size_t count = members == NULL ? 0 : members->count, most = count > ROUTE_MOST ? ROUTE_MOST + 1 : count, i;
	struct route_leg leg = { .how = arena_format(legs->arena, "member of %s", name) };
	const char **to = arena_alloc(legs->arena, (most + 1) * sizeof *to);

	leg.to = to;
	if (leads->field->type != FIELD_REFERENCE) {
		leg.to = count == 0 ? NULL : texts(legs->arena, members->values, most);
		leg.count = most;
	}
	for (i = 0; leads->field->type == FIELD_REFERENCE && i < most; i += TERMS_MOST)
		if (!addresses_of(legs, members->values + i, most - i < TERMS_MOST ? most - i : TERMS_MOST, to, &leg))
			return false;
	*add_leg(legs) = leg;
	return true;
}

static bool take_members(struct legs *legs, const struct alias_holder *holder)
{
	const struct mapping *leads = holder->source->leads;
	const char *const attributes[] = { leads->attributes[0], NULL };
	size_t done = legs->inner_count;

	if (!members_leg(legs, leads, holder->entry, holder->name))
		return false;
	for (; done < legs->inner_count; done++) {
		struct entry *entry = request_entry(legs->asking->connection, legs->arena, legs->inner[done].place, attributes, NULL);

		if (entry == NULL || !members_leg(legs, leads, entry, legs->inner[done].name))
			return false;
	}
	return true;
}

/* What one holder does with mail to the address. */
static bool take_holder(struct legs *legs, const struct alias_holder *holder)
{
	const char *noun = holder->source->from->kind->noun;
	struct arena *arena = legs->arena;
	struct route_leg *leg;

	if (holder->large)
		return take_members(legs, holder);
	leg = add_leg(legs);
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
	if (leg->count == 0 || strcmp(field_text(legs->asking, arena, holder, "keep_copy"), "yes") == 0)
		leg->rests = arena_format(arena, "mailbox of %s", holder->name);
	return true;
}

/* An alternative address is matched by the map of forwards as well, which the owner's own address does for it. */
static bool answer_one(const struct alias_asking *asking, struct arena *arena, const struct found *found, const char *address,
		struct route_answer *answer)
{
	struct alias_holder *holders;
	size_t count = alias_holders(asking, arena, found, address, &holders), i;
	struct legs legs = { .asking = asking, .arena = arena };
	bool own = false;

	for (i = 0; i < count; i++)
		own = own || !source_of_many(holders[i].source);
	for (i = 0; i < count; i++) {
		/* In mode A the first map with an answer wins, and the mailbox's comes first (ucs-directory 8.3). */
		if (own && world_unites(asking->world, asking->mode) == KNOWN_NO && source_of_many(holders[i].source))
			continue;
		if (!take_holder(&legs, &holders[i]))
			return false;
	}
	answer->legs = legs.list;
	answer->count = legs.count;
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
