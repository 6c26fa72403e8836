/*
 * alias: the record of an address, and the owner's change behind a change of it.
 *
 * One search finds all holders; the way of a mail is asked level by level,
 * a hundred addresses a search (alias_route.c).  Errors say who holds what.
 */
#include "directory/alias.h"

#include <string.h>

#include "base/text.h"
#include "directory/alias_private.h"
#include "directory/explode.h"
#include "directory/read.h"
#include "directory/request.h"
#include "model/alias.h"

bool alias_is_read_elsewhere(const struct world *world, const struct kind *kind)
{
	const struct profile_kind *held = profile_kind(world_profile(world), kind);

	return held != NULL && held->source_count > 0;
}

/* --- holders ---------------------------------------------------------------------------- */

/* Entries that hold one of the addresses as a key of a row. */
static struct filter *holding(const struct world *world, struct arena *arena, const struct profile_kind *held, const char *const *addresses, size_t count)
{
	struct filter *any = filter_group(arena, FILTER_OR);
	const char *asked[16];
	size_t asked_count = 0, i, j;

	for (i = 0; i < held->source_count; i++) {
		const char *attribute = held->sources[i].key->attributes[0];

		for (j = 0; j < asked_count; j++)
			if (text_same_ascii_case(asked[j], attribute))
				break;
		if (j < asked_count || asked_count == sizeof asked / sizeof *asked || world_attribute(world, attribute) == NULL)
			continue;
		asked[asked_count++] = attribute;
		for (j = 0; j < count; j++)
			filter_into(arena, any, filter_equal_text(arena, attribute, addresses[j]));
	}
	return any;
}

static bool holds(const struct field_values *keys, const char *address)
{
	size_t i;

	for (i = 0; i < keys->count; i++)
		if (text_same_ascii_case(keys->values[i].bytes, address))
			return true;
	return false;
}

bool alias_found(const struct alias_asking *asking, struct arena *arena, const char *const *addresses, size_t count, struct found *found,
		struct error *error)
{
	static const char *const everything[] = { "*", "entryUUID", NULL };
	struct search search = { .base = world_base(asking->world), .scope = SCOPE_BELOW, .attributes = everything,
		.filter = holding(asking->world, arena, asking->held, addresses, count) };

	return request_search(asking->connection, arena, &search, found, error);
}

size_t alias_holders(const struct alias_asking *asking, struct arena *arena, const struct found *found, const char *address,
		struct alias_holder **holders)
{
	size_t count = 0, capacity = 0, i, j;

	*holders = NULL;
	for (i = 0; i < found->count; i++) {
		const struct entry *entry = found->entries[i];
		const char *kind, *name;

		read_holder(asking->world, arena, entry, &kind, &name);
		for (j = 0; j < asking->held->source_count; j++) {
			const struct profile_source *source = &asking->held->sources[j];
			struct alias_holder holder = { .entry = entry, .source = source };
			struct field_values keys, names;

			if (strcmp(source->from->kind->name, kind) != 0)
				continue;
			explode_values(asking->world, arena, source->key, asking->mode, entry, &keys);
			if (!holds(&keys, address))
				continue;
			explode_values(asking->world, arena, profile_mapping(source->from, kind_key(source->from->kind)), asking->mode, entry, &names);
			holder.name = names.count > 0 ? names.values[0].bytes : name;
			holder.large = source->leads != NULL && (source->leads->field->flags & FIELD_LARGE);
			if (source->leads != NULL && !holder.large)
				explode_values(asking->world, arena, source->leads, asking->mode, entry, &holder.leads);
			*holders = arena_grow(arena, *holders, &capacity, count + 1, sizeof **holders);
			(*holders)[count++] = holder;
		}
	}
	return count;
}

bool alias_is_own_only(const struct alias_holder *holder)
{
	return source_only_leading(holder->source) && holder->leads.count == 0;
}

/* --- the record ------------------------------------------------------------------------------ */

/* "alternative addresses of user anna" */
static const char *as_what(struct arena *arena, const struct alias_holder *holder)
{
	const struct kind *kind = holder->source->from->kind;
	const char *own = strcmp(kind->name, "user") == 0 ? "own address" : "address";

	if (kind->through_owner)
		return "an entry of its own";
	return arena_format(arena, "%s of %s %s%s", source_of_many(holder->source) ? "alternative address" : own, kind->noun, holder->name,
		source_only_leading(holder->source) && holder->leads.count > 0 ? ", forwarded" : "");
}

static void add_once(struct record *record, const char *field, const char *text)
{
	if (!change_holds(kind_field(record->kind, field), record_get(record, field), text))
		record_add_text(record, field, text);
}

static void fill_holder(struct record *record, const struct alias_holder *holder)
{
	struct arena *arena = record->arena;
	size_t i;

	add_once(record, "target", holder->source->word);
	if (holder->source->from->kind != record->kind)
		add_once(record, "owner", holder->name);
	for (i = 0; i < holder->leads.count; i++)
		add_once(record, "leads_to", holder->leads.values[i].bytes);
	if (holder->large || holder->source->leads == NULL)
		add_once(record, "leads_to", arena_format(arena, "%s of %s", holder->large ? "members" : holder->source->word, holder->name));
}

/* Others with the same address, counted by entries. */
static const char *remark(const struct alias_asking *asking, struct arena *arena, const struct alias_holder *holders, size_t count,
		const char **meaning)
{
	struct sharing sharing = { .unique = world_alternates_unique(asking->world),
		.flag_mode = world_unites(asking->world, asking->mode) };
	const struct entry *last = NULL;
	bool alternate = false;
	size_t i;

	for (i = 0; i < count; i++) {
		if (source_of_many(holders[i].source)) {
			sharing.alternates++;
			alternate = true;
		} else if (holders[i].entry != last) {
			sharing.primaries++;
			last = holders[i].entry;
		}
	}
	if (alternate)
		sharing.alternates--;
	else
		sharing.primaries--;
	return explode_remark(arena, &sharing, alternate, meaning);
}

static void find(struct record *record, const char *rule, const char *field, bool severe, const char *sentence)
{
	struct finding *list = arena_alloc(record->arena, (record->finding_count + 1) * sizeof *list);

	if (record->finding_count > 0)
		memcpy(list, record->findings, record->finding_count * sizeof *list);
	list[record->finding_count++] = (struct finding){ rule, field, severe, sentence };
	record->findings = list;
}

static void fill_way(const struct alias_asking *asking, struct record *record)
{
	struct arena *arena = record->arena;
	struct value *values;
	struct route route;
	size_t i;

	route_follow(arena, record->name, alias_ask, (void *)asking, &route);
	values = arena_alloc(arena, route.count * sizeof *values);
	for (i = 0; i < route.count; i++)
		values[i] = value_text(arena, route_hop_words(arena, &route.hops[i]));
	record_set(record, "hops", VALUE_DERIVED, values, route.count);
	record_set_text(record, "reaches", route_words(arena, &route));
	record->fields[kind_field_index(record->kind, kind_field(record->kind, "reaches"))].presence = VALUE_DERIVED;
	if (route.loops > 0)
		find(record, "alias-loop", NULL, true, "mail runs in a circle: the way below names the address where it comes back");
	if (route.boxes + route.outside == 0 && !route.unknown && !route.cut)
		find(record, "alias-nobody", NULL, true, "mail to this address reaches nobody");
	else if (route.dead > 0)
		find(record, "alias-dead-end", NULL, false, "a part of the way ends at an address that nobody here has");
	if (route.cut)
		find(record, "alias-too-many", NULL, true, arena_format(arena, "more than %d addresses follow, and Postfix sends such mail to nobody "
			"(virtual_alias_expansion_limit)", ROUTE_MOST));
}

/* The address and the entry that a name means. */
static const char *split_name(struct arena *arena, const char *name, const char **id)
{
	const char *slash = strncmp(name, "uuid:", 5) == 0 ? strchr(name, '/') : NULL;

	*id = slash == NULL ? NULL : arena_bytes(arena, name + 5, (size_t)(slash - name - 5));
	return slash == NULL ? name : slash + 1;
}

/* Rows and records bear the entry and the address: that tells which of several holders is meant. */
static void identify(const struct world *world, struct record *record, const struct alias_holder *holders, size_t count, const char *id)
{
	const struct alias_holder *meant = NULL;
	size_t alternates = 0, entries = 0, i;

	for (i = 0; i < count; i++) {
		const char *own = entry_first(holders[i].entry, "entryUUID");

		alternates += source_of_many(holders[i].source);
		entries += holders[i].source->from->kind == record->kind;
		if (id != NULL && own != NULL && strcmp(own, id) == 0)
			meant = &holders[i];
	}
	for (i = 0; meant == NULL && alternates <= 1 && (entries == 0 || count == 1) && i < count; i++)
		if (alternates == 0 || source_of_many(holders[i].source))
			meant = &holders[i];
	record->place = arena_text(record->arena, (meant == NULL ? &holders[0] : meant)->entry->dn);
	read_attributes(world, record, (meant == NULL ? &holders[0] : meant)->entry);
	if (meant != NULL && entry_first(meant->entry, "entryUUID") != NULL)
		record->id = arena_format(record->arena, "%s/%s", entry_first(meant->entry, "entryUUID"), record->name);
}

struct record *alias_record(struct world *world, struct connection *connection, struct arena *arena, const struct kind *kind,
		const char *name, struct error *error)
{
	struct alias_asking asking = { .world = world, .connection = connection, .held = profile_kind(world_profile(world), kind),
		.mode = world_flag_mode(world, connection) };
	const char *id, *address = split_name(arena, name, &id), *words, *meaning;
	struct alias_holder *holders;
	struct record *record;
	struct found found;
	size_t count, leading = 0, i;

	if (!alias_found(&asking, arena, &address, 1, &found, error))
		return NULL;
	count = alias_holders(&asking, arena, &found, address, &holders);
	for (i = 0; i < count; i++)
		leading += !alias_is_own_only(&holders[i]);
	if (leading == 0) {
		error_set(error, ERROR_NOT_FOUND, count == 0 ? "there is no mail alias \"%s\", or this login may not see it" :
			"%s is a mailbox's own address and no alias", address);
		return NULL;
	}
	record = record_new_in(arena, kind);
	for (i = 0; i < count; i++)
		record_add_text(record, "holders", as_what(arena, &holders[i]));
	record->name = arena_text(arena, address);
	record_set_text(record, "address", address);
	record->fields[kind_field_index(kind, kind_field(kind, "holders"))].presence = VALUE_DERIVED;
	for (i = 0; i < count; i++)
		if (!alias_is_own_only(&holders[i]))
			fill_holder(record, &holders[i]);
	words = remark(&asking, arena, holders, count, &meaning);
	if (words != NULL)
		record_set_text(record, "remark", words);
	if (words != NULL && strncmp(words, "CLASH", 5) == 0)
		find(record, "alias-clash", "owner", true, meaning);
	identify(world, record, holders, count, id);
	alias_domains(&asking, arena);
	fill_way(&asking, record);
	alias_domains_free(&asking);
	return connection_is_up(connection) ? record : NULL;
}

/* --- changes -------------------------------------------------------------------------------------- */

/* The source whose keys can be given and taken: alternative addresses. */
static const struct profile_source *giving(const struct profile_kind *held)
{
	size_t i;

	for (i = 0; i < held->source_count; i++)
		if (source_of_many(&held->sources[i]) && !(held->sources[i].key->field->flags & FIELD_READONLY))
			return &held->sources[i];
	return NULL;
}

static struct alias_owner *owners_of(struct arena *arena, const struct alias_holder *holders, size_t count)
{
	struct alias_owner *owners = arena_alloc(arena, count * sizeof *owners);
	size_t i;

	for (i = 0; i < count; i++)
		owners[i] = (struct alias_owner){ .kind = holders[i].source->from->kind, .name = holders[i].name,
			.id = entry_first(holders[i].entry, "entryUUID"), .field = holders[i].source->key->field };
	return owners;
}

/* An entry of its own, by the id without the address. */
static struct change *own_entry(const struct change *change, const char *id)
{
	struct change *copy = change_copy(change);

	copy->id = arena_text(copy->arena, id);
	return copy;
}

static struct change *give_to(const struct alias_asking *asking, struct arena *arena, const struct change *change, const struct alias_step *step,
		struct error *error)
{
	const struct profile_source *source = giving(asking->held);
	const struct mapping *key = source == NULL ? NULL : profile_mapping(source->from, kind_key(source->from->kind));
	struct field_values names;
	struct entry *entry;

	if (source == NULL) {
		error_set(error, ERROR_UNSUPPORTED, "Owner: the profile in use has no alternative addresses");
		return NULL;
	}
	entry = read_entry(asking->world, asking->connection, arena, source->from->kind, step->name, error);
	if (entry == NULL) {
		if (error->kind == ERROR_NOT_FOUND)
			error_set(error, ERROR_INVALID, "Owner: there is no %s \"%.100s\"", source->from->kind->noun, step->name);
		return NULL;
	}
	explode_values(asking->world, arena, key, asking->mode, entry, &names);
	/* Servers take some signs for each other (a blank that does not break for one that does): a name is what it is. */
	if (names.count > 0 && strpbrk(step->name, "@=:") == NULL && !text_same_ascii_case(names.values[0].bytes, step->name)) {
		error_set(error, ERROR_INVALID, "Owner: there is no %s \"%.100s\"; one that the directory takes for the same is written \"%.100s\"",
			source->from->kind->noun, step->name, names.values[0].bytes);
		return NULL;
	}
	return alias_edit(change, step, source->from->kind, source->key->field, names.count > 0 ? names.values[0].bytes : step->name,
		entry_first(entry, "entryUUID"));
}

static bool translate(const struct alias_asking *asking, struct arena *arena, const struct change *change, struct change **becomes,
		struct error *error)
{
	struct alias_holder *holders;
	struct alias_owner *owners;
	const struct alias_owner *own = NULL;
	struct alias_step step;
	struct found found;
	size_t count, i;

	if (!alias_found(asking, arena, &change->name, 1, &found, error))
		return false;
	count = alias_holders(asking, arena, &found, change->name, &holders);
	owners = owners_of(arena, holders, count);
	for (i = 0; i < count && own == NULL; i++)
		own = owners[i].kind == change->kind && !change_touches(change, "owner") ? &owners[i] : NULL;
	if (own != NULL && (count == 1 || change->verb == VERB_EDIT || alias_is_meant(own, change->id))) {
		*becomes = own_entry(change, own->id);
		return true;
	}
	if (own != NULL && change->id == NULL)
		return error_set(error, ERROR_CONFLICT, "Owner: %.200s is an entry of its own, and others hold it as well; take it from them first, "
			"or choose its row in the list", change->name);
	if (!alias_step_of(arena, change, owners, count, &step, error))
		return false;
	if (step.owner != NULL)
		*becomes = alias_edit(change, &step, step.owner->kind, step.owner->field, step.owner->name, step.owner->id);
	else
		*becomes = give_to(asking, arena, change, &step, error);
	return *becomes != NULL;
}

bool alias_translate(struct world *world, struct connection *connection, const struct change *change, struct change **becomes,
		struct error *error)
{
	struct alias_asking asking = { .world = world, .connection = connection, .held = profile_kind(world_profile(world), change->kind),
		.mode = world_flag_mode(world, connection) };
	struct arena *arena;
	bool fine;

	*becomes = NULL;
	if (asking.held == NULL || asking.held->source_count == 0)
		return true;
	/* With entries of their own a new alias is one, unless it is given to an owner. */
	if (change->verb == VERB_ADD && asking.held->find != NULL && !change_touches(change, "owner"))
		return true;
	arena = arena_new();
	fine = translate(&asking, arena, change, becomes, error);
	arena_free(arena);
	return fine;
}
