/*
 * lookalike: one search for all spellings that look like a new address.
 *
 * The directory cannot compare skeletons, so the spellings are made here: the
 * part before the @ in every ASCII way that looks the same, in every registered
 * domain that looks like its own.  Their number is bounded, the nearest are
 * asked first, and both attributes have an equality index, so the search is
 * cheap.  Fails only with the connection.  On a connection's thread.
 */
#include "directory/lookalike.h"

#include <string.h>

#include "base/skeleton.h"
#include "base/text.h"
#include "directory/dn.h"
#include "directory/filter.h"
#include "directory/request.h"

enum { MOST_SPELLINGS = 64, MOST_HOLDERS = 20 };

struct wanted {
	const struct world *world;
	const struct change *change;
	struct arena *arena;
	struct facts *facts;
	const char *spellings[MOST_SPELLINGS];
	size_t count;
};

static void want(struct wanted *wanted, const char *spelling)
{
	if (wanted->count < MOST_SPELLINGS && !text_has_foreign(spelling, strlen(spelling)))
		wanted->spellings[wanted->count++] = spelling;
}

/* --- what to ask for -------------------------------------------------------------------------- */

/* In one domain that looks like the address's own, or is it. */
static void want_in_domain(struct wanted *wanted, const char *local, const char *domain, bool own_domain)
{
	const char **list;
	size_t count = text_lookalikes(wanted->arena, local, &list, MOST_SPELLINGS), i;

	if (!own_domain)
		want(wanted, arena_format(wanted->arena, "%s@%s", local, domain));
	for (i = 0; i < count; i++)
		want(wanted, arena_format(wanted->arena, "%s@%s", list[i], domain));
}

static void want_address(struct wanted *wanted, const char *address)
{
	const char *at = strrchr(address, '@');
	const char *const *domains = wanted->facts->domains;
	const char *local;
	size_t i;

	if (at == NULL || at == address)
		return;
	local = arena_bytes(wanted->arena, address, (size_t)(at - address));
	/* First the own domain: slips of the finger happen there more often than forged domains. */
	want_in_domain(wanted, local, at + 1, true);
	for (i = 0; domains != NULL && domains[i] != NULL; i++) {
		if (text_looks_like(domains[i], at + 1))
			want_in_domain(wanted, local, domains[i], false);
	}
}

/* Letters beyond ASCII, or a domain that stands for such. */
static bool reads_foreign(struct arena *arena, const char *address)
{
	const char *at = strrchr(address, '@');
	const char *read = text_domain_unicode(arena, at == NULL ? address : at + 1);

	return text_has_foreign(address, strlen(address)) || text_has_foreign(read, strlen(read));
}

/* An address elsewhere may resemble one of ours by chance; only with foreign letters is it suspicious. */
static bool stored_as_own(const struct wanted *wanted, const struct field *field)
{
	const struct profile *profile = world_profile(wanted->world);
	const struct profile_kind *kind = profile_kind(profile, wanted->change->kind);
	const struct mapping *mapping = kind == NULL ? NULL : profile_mapping(kind, field);
	const char *attribute = mapping == NULL || mapping->attributes == NULL ? NULL : mapping->attributes[0];

	return attribute != NULL && ((profile->primary != NULL && text_same_ascii_case(attribute, profile->primary))
		|| (profile->alternate != NULL && text_same_ascii_case(attribute, profile->alternate)));
}

static void want_field(struct wanted *wanted, const struct field *field, const struct record *after)
{
	const struct field_values *values = record_get(after, field->name);
	const struct field_values *before = wanted->facts->now == NULL ? NULL : record_get(wanted->facts->now, field->name);
	bool own = stored_as_own(wanted, field);
	size_t i;

	for (i = 0; values != NULL && i < values->count; i++) {
		const char *address = values->values[i].bytes;

		if (!change_holds(field, before, address) && (own || reads_foreign(wanted->arena, address)))
			want_address(wanted, address);
	}
}

/* The name of a mail domain needs no search: all of them are known. */
static void compare_domain(struct wanted *wanted, const struct record *after)
{
	const char *name = wanted->change->verb == VERB_RENAME ? wanted->change->new_name : after->name;
	const struct record *now = wanted->facts->now;
	size_t i;

	if (name == NULL || (now != NULL && text_same_ascii_case(now->name, name)))
		return;
	for (i = 0; wanted->facts->domains != NULL && wanted->facts->domains[i] != NULL; i++) {
		const char *domain = wanted->facts->domains[i];

		if ((now == NULL || !text_same_ascii_case(now->name, domain)) && text_looks_like(domain, name))
			wanted->facts->lookalike = arena_text(wanted->arena, domain);
	}
}

/* --- asking ---------------------------------------------------------------------------------------- */

static const char *matching_value(const struct wanted *wanted, const struct entry *entry, const char *attribute)
{
	const struct attribute *held = attribute == NULL ? NULL : entry_get(entry, attribute);
	size_t i, j;

	for (i = 0; i < wanted->count; i++)
		for (j = 0; held != NULL && j < held->count; j++)
			if (text_same_ascii_case(held->values[j].bytes, wanted->spellings[i]))
				return held->values[j].bytes;
	return NULL;
}

static const struct filter *spelled_filter(const struct wanted *wanted)
{
	const struct profile *profile = world_profile(wanted->world);
	const char *const attributes[] = { profile->primary, profile->alternate };
	struct filter *any = filter_group(wanted->arena, FILTER_OR);
	size_t i, j;

	for (i = 0; i < sizeof attributes / sizeof *attributes; i++)
		for (j = 0; attributes[i] != NULL && j < wanted->count; j++)
			filter_into(wanted->arena, any, filter_equal_text(wanted->arena, attributes[i], wanted->spellings[j]));
	return any;
}

static bool search_holders(struct wanted *wanted, struct connection *connection, struct error *error)
{
	const struct profile *profile = world_profile(wanted->world);
	const char *const attributes[] = { profile->primary, profile->alternate, NULL };
	struct search search = { .base = world_base(wanted->world), .scope = SCOPE_BELOW, .filter = spelled_filter(wanted),
		.attributes = attributes, .limit = MOST_HOLDERS };
	const struct record *now = wanted->facts->now;
	struct error inner = { 0 };
	struct found found;
	size_t i;

	if (!request_search(connection, wanted->arena, &search, &found, &inner)) {
		if (error != NULL && !connection_is_up(connection))
			*error = inner;
		return connection_is_up(connection);
	}
	for (i = 0; i < found.count && wanted->facts->lookalike == NULL; i++) {
		const struct entry *entry = found.entries[i];

		if (now != NULL && now->place != NULL && dn_same(entry->dn, now->place))
			continue;
		wanted->facts->lookalike = matching_value(wanted, entry, profile->primary);
		if (wanted->facts->lookalike == NULL)
			wanted->facts->lookalike = matching_value(wanted, entry, profile->alternate);
	}
	return true;
}

bool lookalike_gather(const struct world *world, struct connection *connection, const struct change *change,
		struct arena *arena, struct facts *facts, struct error *error)
{
	struct wanted wanted = { .world = world, .change = change, .arena = arena, .facts = facts };
	const struct record *after = change_result(arena, change, facts->now);
	const struct field *field;

	facts->lookalike = NULL;
	if (after == NULL || world_profile(world)->primary == NULL)
		return true;
	for (field = change->kind->fields; field->name != NULL; field++) {
		if (field->type == FIELD_ADDRESS)
			want_field(&wanted, field, after);
		else if (field->type == FIELD_DOMAIN && field->flags & FIELD_KEY)
			compare_domain(&wanted, after);
	}
	return wanted.count == 0 || search_holders(&wanted, connection, error);
}
