/*
 * gather_names: who holds an address, who names the target, what lives in a
 * domain; the searching half of store_gather.
 *
 * Searches are narrowed by object class, since not all of these attributes are
 * indexed on UCS (ucs-directory 1).  On the gate's thread.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "directory/convert.h"
#include "directory/dn.h"
#include "directory/filter.h"
#include "directory/lookalike.h"
#include "directory/store_private.h"

enum { TERMS_MOST = 100, REFERENCES_MOST = 1000, NAMES_MOST = 20 };

/* --- addresses ------------------------------------------------------------------------- */

struct words {
	struct arena *arena;
	const char **list;
	size_t count, capacity;
};

static void add_word(struct words *words, const char *word)
{
	size_t i;

	for (i = 0; i < words->count; i++)
		if (text_same_ascii_case(words->list[i], word))
			return;
	words->list = arena_grow(words->arena, words->list, &words->capacity, words->count + 2, sizeof *words->list);
	words->list[words->count++] = word;
	words->list[words->count] = NULL;
}

static bool is_address_attribute(const struct profile *profile, const char *name)
{
	return (profile->primary != NULL && text_same_ascii_case(name, profile->primary)) ||
		(profile->alternate != NULL && text_same_ascii_case(name, profile->alternate));
}

static bool holds(const struct field_values *values, const struct value *value)
{
	size_t i;

	for (i = 0; i < values->count; i++)
		if (text_same_ascii_case(values->values[i].bytes, value->bytes))
			return true;
	return false;
}

/* Addresses that the record would have and does not have now, and those that it has and would lose. */
static void moved_addresses(struct store_ldap *store, const struct change *change, const struct facts *facts, struct words *words)
{
	static const struct field_values nothing = { .presence = VALUE_ABSENT };
	const struct profile *profile = world_profile(store->world);
	const struct profile_kind *held = store_kind(store, change->kind);
	/* Only its operations know what an undo leaves, so it may take every address. */
	struct record *after = change->verb == VERB_UNDO ? NULL : change_result(words->arena, change, facts->now);
	size_t count = kind_field_count(change->kind), i, j;

	for (i = 0; i < count; i++) {
		const struct mapping *mapping = &held->mappings[i];
		const struct field_values *was = facts->now == NULL ? &nothing : &facts->now->fields[i], *will = after == NULL ? &nothing : &after->fields[i];

		const char *own = mapping->field == kind_field(change->kind, "address") ? profile_address(profile, held) : NULL;

		if (mapping->converter == NULL || !(own != NULL || is_address_attribute(profile, mapping->attributes[0])))
			continue;
		for (j = 0; j < will->count; j++)
			if (!holds(was, &will->values[j]))
				add_word(words, will->values[j].bytes);
		for (j = 0; j < was->count; j++)
			if (!holds(will, &was->values[j]))
				add_word(words, was->values[j].bytes);
	}
}

/* The same for an undo: what its operations add. */
static void undone_addresses(struct store_ldap *store, const struct change *change, struct words *words)
{
	const struct profile *profile = world_profile(store->world);
	size_t i, j, k;

	for (i = 0; i < change->operation_count; i++)
		for (j = 0; j < change->operations[i].delta_count; j++) {
			const struct delta *delta = &change->operations[i].deltas[j];

			for (k = 0; delta->how != DELTA_DELETE && is_address_attribute(profile, delta->attribute) && k < delta->count; k++)
				add_word(words, delta->values[k].bytes);
		}
}


struct holders {
	struct arena *arena;
	struct holder *list;
	size_t count, capacity;
};

/* Where a kind keeps its one address among the further ones of others (groups of the debian profile), it is the address all the same. */
static void add_holder(struct store_ldap *store, struct holders *holders, const struct entry *entry, const char *address, const char *attribute)
{
	const struct profile *profile = world_profile(store->world);
	const struct kind *kind;
	const char *own;
	struct arena *arena = holders->arena;
	struct holder *holder;

	holders->list = arena_grow(arena, holders->list, &holders->capacity, holders->count + 1, sizeof *holders->list);
	holder = &holders->list[holders->count++];
	*holder = (struct holder){ .address = address, .place = arena_text(arena, entry->dn), .id = arena_text(arena, entry_first(entry, "entryUUID")) };
	read_holder(store->world, arena, entry, &holder->kind, &holder->name);
	kind = kind_find(holder->kind);
	own = profile_address(profile, kind == NULL ? NULL : store_kind(store, kind));
	holder->field = own != NULL && text_same_ascii_case(own, attribute) ? "address" : "alternates";
}

static void take_apart(struct store_ldap *store, struct holders *holders, const struct entry *entry, const char *address)
{
	const struct profile *profile = world_profile(store->world);
	const char *kind, *name;
	size_t i;

	read_holder(store->world, holders->arena, entry, &kind, &name);
	for (i = 0; i < profile->kind_count; i++) {
		const char *own = read_address_apart(profile, &profile->kinds[i]);

		if (own != NULL && strcmp(profile->kinds[i].kind->name, kind) == 0 && entry_holds(entry, own, address))
			add_holder(store, holders, entry, text_lower_ascii(holders->arena, address, strlen(address)), own);
	}
}

/* One OR search for up to a hundred addresses costs as much as two single ones (ldap-scale 2). */
static bool search_addresses(struct store_ldap *store, struct arena *arena, const char *const *list, size_t count, struct found *found, struct error *error)
{
	const struct profile *profile = world_profile(store->world);
	/* Never all attributes: a holder may be a group with a hundred thousand members. */
	const char *const attributes[] = { "objectClass", "cn", "uid", "entryUUID", profile->primary != NULL ? profile->primary : profile->alternate,
		profile->alternate, NULL };
	struct filter *any = filter_group(arena, FILTER_OR);
	struct search search = { .base = world_base(store->world), .scope = SCOPE_BELOW, .filter = any, .attributes = attributes, .limit = REFERENCES_MOST };
	size_t i;

	for (i = 0; i < count; i++)
		read_address_into(profile, arena, list[i], any);
	return request_search(store->connection, arena, &search, found, error);
}

bool gather_holders(struct store_ldap *store, const struct change *change, struct arena *arena, struct facts *facts, struct error *error)
{
	const struct profile *profile = world_profile(store->world);
	struct words wanted = { .arena = arena };
	struct holders holders = { .arena = arena };
	size_t from, i, j;

	if (change->verb == VERB_UNDO)
		undone_addresses(store, change, &wanted);
	if (change->verb != VERB_RENAME || is_keyed_by_address(change->kind))
		moved_addresses(store, change, facts, &wanted);
	for (from = 0; from < wanted.count; from += TERMS_MOST) {
		size_t count = wanted.count - from < TERMS_MOST ? wanted.count - from : TERMS_MOST;
		struct found found;

		if (!search_addresses(store, arena, wanted.list + from, count, &found, error))
			return false;
		facts->holders_unread = facts->holders_unread || !found_whole(&found);
		if (found.elsewhere != NULL)
			facts->elsewhere = found.elsewhere;
		for (i = 0; i < found.count; i++) {
			if (facts->now != NULL && dn_same(found.entries[i]->dn, facts->now->place))
				continue;
			for (j = from; j < from + count; j++) {
				if (profile->primary != NULL && entry_holds(found.entries[i], profile->primary, wanted.list[j]))
					add_holder(store, &holders, found.entries[i], text_lower_ascii(arena, wanted.list[j], strlen(wanted.list[j])), profile->primary);
				if (profile->alternate != NULL && entry_holds(found.entries[i], profile->alternate, wanted.list[j]))
					add_holder(store, &holders, found.entries[i], text_lower_ascii(arena, wanted.list[j], strlen(wanted.list[j])), profile->alternate);
				take_apart(store, &holders, found.entries[i], wanted.list[j]);
			}
		}
	}
	facts->holders = holders.list;
	facts->holder_count = holders.count;
	return lookalike_gather(store->world, store->connection, change, arena, facts, error);
}

/* --- references --------------------------------------------------------------------------- */

struct references {
	struct arena *arena;
	struct reference *list;
	size_t count, capacity;
};

/* What names the target in the way of this row; several for addresses. */
static void names_of(struct store_ldap *store, const struct profile_reference *row, const struct change *change, const struct entry *entry, struct words *names)
{
	const struct profile *profile = world_profile(store->world);
	const struct profile_kind *held = store_kind(store, change->kind);
	bool goes = change->verb == VERB_DELETE, renamed = change->verb == VERB_RENAME;
	const char *address = profile_address(profile, held), *primary = address == NULL ? NULL : entry_first(entry, address);
	const struct attribute *alternates = profile->alternate == NULL ? NULL : entry_get(entry, profile->alternate);
	size_t i;

	if (!profile_refers(row, change->kind))
		return;
	if (row->by == BY_DN && (goes || renamed))
		add_word(names, entry->dn);
	if (row->by == BY_LOGIN && (goes || renamed) && entry_first(entry, held->naming) != NULL)
		add_word(names, entry_first(entry, held->naming));
	if ((row->by == BY_ADDRESS || (row->by == BY_RIGHT && change->kind == &kind_user)) && (!renamed || is_keyed_by_address(change->kind)) &&
	    primary != NULL)
		add_word(names, primary);
	/* Rights name users by address and groups by name. */
	if (row->by == BY_RIGHT && change->kind == &kind_group && (goes || renamed) && entry_first(entry, held->naming) != NULL)
		add_word(names, entry_first(entry, held->naming));
	for (i = 0; row->by == BY_ADDRESS && goes && alternates != NULL && i < alternates->count; i++)
		add_word(names, alternates->values[i].bytes);
}

static bool value_names(const struct profile_reference *row, const char *value, const char *name)
{
	size_t length = strlen(name);

	switch (row->by) {
	case BY_DN:
		return dn_same(value, name);
	case BY_LOGIN:
		return text_same_ascii_case(value, name);
	case BY_ADDRESS:
		return text_same_ascii_case(value, name);
	case BY_RIGHT:
		return strncasecmp(value, name, length) == 0 && value[length] == ' ' && strrchr(value, ' ') == value + length;
	}
	return false;
}

static void take_references(struct store_ldap *store, struct references *references, const struct profile_reference *row, const struct entry *entry, const struct words *names,
		bool followed, bool wishable)
{
	const struct attribute *values = entry_get(entry, row->attribute);
	size_t i, j;

	for (i = 0; values != NULL && i < values->count; i++)
		for (j = 0; j < names->count; j++) {
			struct reference *reference;

			if (!value_names(row, values->values[i].bytes, names->list[j]))
				continue;
			references->list = arena_grow(references->arena, references->list, &references->capacity, references->count + 1, sizeof *references->list);
			reference = &references->list[references->count++];
			*reference = (struct reference){ .place = arena_text(references->arena, entry->dn), .attribute = row->attribute,
				.value = arena_text(references->arena, values->values[i].bytes), .meaning = row->meaning, .followed = followed,
				.wishable = wishable };
			read_holder(store->world, references->arena, entry, &reference->kind, &reference->name);
		}
}

static struct filter *row_filter(struct store_ldap *store, struct arena *arena, const struct profile_reference *row, const struct words *names,
		struct filter **leaves)
{
	const struct profile_holder *holder = row->kind == NULL ? NULL : read_holder_of(store->world, row->kind);
	struct filter *any = filter_group(arena, FILTER_OR);
	size_t i;

	for (i = 0; i < names->count; i++) {
		struct filter *leaf = filter_equal_text(arena, row->attribute, names->list[i]);

		if (row->by == BY_RIGHT) {
			leaf->op = FILTER_PIECES;
			leaf->first = value_text(arena, arena_format(arena, "%s ", names->list[i]));
		}
		filter_into(arena, any, leaf);
	}
	*leaves = any;
	return holder == NULL ? any : filter_both(arena, read_holder_filter(arena, holder), any);
}

static bool loses_address(struct store_ldap *store, const struct change *change, const struct entry *entry)
{
	const struct profile_kind *held = store_kind(store, change->kind);
	const char *address = profile_address(world_profile(store->world), held);
	size_t count = kind_field_count(change->kind), i;

	if (change->verb != VERB_EDIT || address == NULL || entry_first(entry, address) == NULL)
		return false;
	for (i = 0; i < count; i++)
		if (held->mappings[i].converter != NULL && text_same_ascii_case(held->mappings[i].attributes[0], address))
			return change_touches(change, held->mappings[i].field->name);
	return false;
}

/* Is there no primary address any more after an edit? */
static bool address_goes(const struct change *change, struct arena *arena, const struct facts *facts)
{
	const struct record *after = change->verb != VERB_EDIT || facts->now == NULL ? NULL : change_result(arena, change, facts->now);

	return after != NULL && kind_field(change->kind, "address") != NULL && record_get(after, "address")->count == 0;
}

bool gather_references(struct store_ldap *store, const struct change *change, struct arena *arena, const struct entry *entry, struct facts *facts, struct error *error)
{
	const struct profile *profile = world_profile(store->world);
	struct references references = { .arena = arena };
	bool goes = change->verb == VERB_DELETE || address_goes(change, arena, facts);
	size_t i, j;

	if (change->verb != VERB_DELETE && change->verb != VERB_RENAME && !loses_address(store, change, entry))
		return true;
	for (i = 0; i < profile->reference_count; i++) {
		const struct profile_reference *row = &profile->references[i];
		const char *const attributes[] = { row->attribute, "objectClass", "cn", "uid", NULL };
		struct search search = { .base = world_base(store->world), .scope = SCOPE_BELOW, .attributes = attributes, .limit = REFERENCES_MOST };
		struct words names = { .arena = arena };
		struct error inner = { 0 };
		struct filter *leaves;
		struct found found;

		names_of(store, row, change, entry, &names);
		if (names.count == 0 || world_attribute(store->world, row->attribute) == NULL)
			continue;
		search.filter = row_filter(store, arena, row, &names, &leaves);
		search.values = reference_values(store, arena, leaves);
		if (!request_search(store->connection, arena, &search, &found, &inner)) {
			facts->references_complete = false;
			if (!connection_is_up(store->connection)) {
				if (error != NULL)
					*error = inner;
				return false;
			}
			continue;
		}
		if (!found_whole(&found))
			facts->references_complete = false;
		for (j = 0; j < found.count; j++)
			if (!dn_same(found.entries[j]->dn, entry->dn))
				take_references(store, &references, row, found.entries[j], &names,
					row->follow >= (goes && !change->follows ? FOLLOW_ALWAYS : FOLLOW_RENAMED), row->follow >= FOLLOW_RENAMED);
	}
	facts->references = references.list;
	facts->reference_count = references.count;
	return true;
}

/* --- domains and servers ---------------------------------------------------------------------- */

/* Names of all objects of a kind, in lower case. */
static bool list_names(struct store_ldap *store, struct arena *arena, const char *kind_name, const char *const **list, bool *complete, struct error *error)
{
	const struct kind *kind = kind_find(kind_name);
	const struct profile_kind *held = kind == NULL ? NULL : store_kind(store, kind);
	static const char *const everything[] = { "*", NULL };
	struct search search = { .base = world_base(store->world), .scope = SCOPE_BELOW, .attributes = everything };
	struct words names = { .arena = arena };
	const struct attribute *more;
	struct found found;
	size_t i, j;

	names.list = arena_alloc(arena, sizeof *names.list);
	*list = names.list;
	*complete = false;
	if (held == NULL)
		return true;
	search.filter = held->find;
	if (!request_search(store->connection, arena, &search, &found, error))
		return connection_is_up(store->connection);
	for (i = 0; i < found.count; i++) {
		const char *name = record_text(read_record(store->world, arena, kind, found.entries[i], KNOWN_NOT), kind->name_field);

		if (name[0] != '\0')
			add_word(&names, text_lower_ascii(arena, name, strlen(name)));
		more = convert_second_name(held) == NULL ? NULL : read_names(held, found.entries[i]);
		for (j = 0; more != NULL && j < more->count; j++)
			add_word(&names, text_lower_ascii(arena, more->values[j].bytes, more->values[j].length));
	}
	*list = names.list;
	/* A directory without one server that is known as such says nothing about home servers. */
	*complete = found_whole(&found) && (kind != &kind_server || names.count > 0);
	return true;
}

static bool gather_domain(struct store_ldap *store, const struct record *domain, struct arena *arena, struct facts *facts, struct error *error)
{
	const struct profile_holder *folder = read_holder_of(store->world, "folder");
	const struct profile *profile = world_profile(store->world);
	const char *const attributes[] = { "objectClass", "cn", "uid", profile->primary != NULL ? profile->primary : profile->alternate,
		profile->alternate, NULL };
	struct search search = { .base = world_base(store->world), .scope = SCOPE_BELOW, .attributes = attributes };
	struct filter *living = read_in_domain(store->world, arena, domain->name);
	struct words names = { .arena = arena };
	struct found found;
	size_t i;

	if (folder != NULL)
		filter_into(arena, living, filter_both(arena, read_holder_filter(arena, folder),
			filter_ends(arena, folder->naming, arena_format(arena, "@%s", domain->name))));
	search.filter = living;
	if (!request_search(store->connection, arena, &search, &found, error))
		return false;
	if (!found_whole(&found))
		facts->references_complete = false;
	names.list = arena_alloc(arena, sizeof *names.list);
	for (i = 0; i < found.count; i++) {
		const char *kind, *name;

		if (!read_is_in_domain(store->world, found.entries[i], domain->name))
			continue;
		read_holder(store->world, arena, found.entries[i], &kind, &name);
		facts->users_in_domain += strcmp(kind, "user") == 0 || strcmp(kind, "object") == 0;
		facts->groups_in_domain += strcmp(kind, "group") == 0;
		facts->lists_in_domain += strcmp(kind, "mailinglist") == 0;
		facts->folders_in_domain += strcmp(kind, "folder") == 0;
		if (names.count < NAMES_MOST)
			add_word(&names, arena_format(arena, "%s %s", kind, name));
	}
	facts->in_domain = names.list;
	return true;
}

bool gather_lists(struct store_ldap *store, const struct change *change, struct arena *arena, struct facts *facts, struct error *error)
{
	bool domain = strcmp(change->kind->name, "domain") == 0;

	if (!list_names(store, arena, "domain", &facts->domains, &facts->domains_complete, error) ||
	    !list_names(store, arena, "server", &facts->servers, &facts->servers_complete, error))
		return false;
	facts->references_complete = true;
	if (domain && facts->now != NULL && (change->verb == VERB_DELETE || change->verb == VERB_RENAME))
		return gather_domain(store, facts->now, arena, facts, error);
	return true;
}
