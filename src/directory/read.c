/*
 * read: from entries to records.
 *
 * Finding an object by the many names people use for it, and the plain part of
 * its record; derived fields are in derive.c, policies in policy.c.  On a
 * connection's thread.
 */
#include "directory/read.h"

#include <string.h>
#include <strings.h>

#include "base/clock.h"
#include "base/text.h"
#include "directory/convert.h"
#include "directory/dn.h"
#include "directory/filter.h"
#include "directory/request.h"

static const char *const everything[] = { "*", "+", NULL };

/* Does a field of this kind live in the attribute? */
static bool kind_uses(const struct profile_kind *kind, const char *attribute)
{
	size_t count = kind_field_count(kind->kind), i;

	for (i = 0; attribute != NULL && i < count; i++)
		if (kind->mappings[i].converter != NULL && text_same_ascii_case(kind->mappings[i].attributes[0], attribute))
			return true;
	return false;
}

/* One entry, or why not: two searches tell "several" from "one" with a limit of two. */
static struct entry *find_one(struct world *world, struct connection *connection, struct arena *arena, const struct kind *kind,
		const struct filter *filter, const char *name, const char *const *attributes, struct error *error)
{
	struct search search = { .base = world_base(world), .scope = SCOPE_BELOW, .filter = filter, .attributes = attributes, .limit = 2,
		.seconds = 0 };
	const char *noun = kind == NULL ? "object" : kind->noun;
	struct found found;

	if (!request_search(connection, arena, &search, &found, error))
		return NULL;
	if (found.count > 1) {
		error_set(error, ERROR_CONFLICT, "%s fits several objects, for instance %s and %s: name one by its DN", name, found.entries[0]->dn, found.entries[1]->dn);
		return NULL;
	}
	if (found.count == 0) {
		error_set(error, ERROR_NOT_FOUND, "there is no %s \"%s\", or this login may not see it", noun, name);
		return NULL;
	}
	return found.entries[0];
}

static struct entry *find_by_dn(struct connection *connection, struct arena *arena, const struct profile_kind *kind, const char *dn,
		const char *const *attributes, struct error *error)
{
	struct search search = { .base = dn, .scope = SCOPE_BASE, .filter = kind->find, .attributes = attributes };
	struct found found;

	if (!request_search(connection, arena, &search, &found, error))
		return NULL;
	if (found.count == 0) {
		error_set(error, ERROR_NOT_FOUND, "%s is no %s", dn, kind->kind->noun);
		return NULL;
	}
	return found.entries[0];
}

struct entry *read_entry_by_id_of(struct world *world, struct connection *connection, struct arena *arena, const char *id,
		const char *const *attributes, struct error *error)
{
	return find_one(world, connection, arena, NULL, filter_equal_text(arena, "entryUUID", id), id, attributes, error);
}

struct entry *read_entry_by_id(struct world *world, struct connection *connection, struct arena *arena, const char *id, struct error *error)
{
	return read_entry_by_id_of(world, connection, arena, id, everything, error);
}

struct entry *read_entry(struct world *world, struct connection *connection, struct arena *arena, const struct kind *kind,
		const char *name, struct error *error)
{
	return read_entry_of(world, connection, arena, kind, name, everything, error);
}

struct entry *read_entry_of(struct world *world, struct connection *connection, struct arena *arena, const struct kind *kind,
		const char *name, const char *const *attributes, struct error *error)
{
	const struct profile *profile = world_profile(world);
	const struct profile_kind *held = profile_kind(profile, kind);
	struct filter *names = filter_group(arena, FILTER_OR);
	struct entry *entry;
	struct error inner = { 0 };

	if (held == NULL) {
		error_set(error, ERROR_UNSUPPORTED, "there are no objects of the kind %s here: %s", kind->name, profile_absent_reason(profile, kind));
		return NULL;
	}
	if (strncmp(name, "uuid:", 5) == 0)
		return find_one(world, connection, arena, kind, filter_equal_text(arena, "entryUUID", name + 5), name, attributes, error);
	read_name_into(held, arena, name, names);
	if (strchr(name, '@') != NULL && profile_address(profile, held) != NULL && kind_uses(held, profile_address(profile, held)))
		filter_into(arena, names, filter_equal_text(arena, profile_address(profile, held), name));
	entry = find_one(world, connection, arena, kind, filter_both(arena, held->find, names), name, attributes, &inner);
	if (entry == NULL && inner.kind == ERROR_NOT_FOUND && strchr(name, '=') != NULL && dn_valid(name) && dn_within(name, world_base(world)))
		return find_by_dn(connection, arena, held, name, attributes, error);
	if (entry == NULL && error != NULL)
		*error = inner;
	return entry;
}

/* --- records ------------------------------------------------------------------------ */

void read_attributes(const struct world *world, struct record *record, const struct entry *entry)
{
	struct attribute *list = arena_alloc(record->arena, entry->count * sizeof *list);
	size_t i;

	for (i = 0; i < entry->count; i++) {
		const struct attribute_type *type = world_attribute(world, entry->attributes[i].name);

		if (type == NULL || !type->operational)
			list[record->attribute_count++] = entry->attributes[i];
	}
	record->attributes = list;
}

/* A field that would be "no" for want of the attribute is said to be missing, with the reason of the profile. */
static void note_unsupported(const struct world *world, const struct profile_kind *held, struct record *record)
{
	size_t count = kind_field_count(held->kind), i;
	const char *reason;

	for (i = 0; i < count; i++) {
		if (held->mappings[i].converter == NULL || held->mappings[i].missing == NULL ||
		    world_supports(world, held->kind, &held->kind->fields[i], &reason) != SUPPORT_NO)
			continue;
		record->fields[i] = (struct field_values){ .presence = VALUE_UNSUPPORTED, .note = held->mappings[i].missing };
	}
}

struct record *read_record(const struct world *world, struct arena *arena, const struct kind *kind, const struct entry *entry, enum known mode)
{
	const struct profile *profile = world_profile(world);
	const struct profile_kind *held = profile_kind(profile, kind);
	struct convert with = { .arena = arena, .profile = profile, .flag_mode = mode, .now = clock_now() };
	struct record *record = record_new_in(arena, kind);
	const char *changed = entry_first(entry, "modifyTimestamp");

	record->id = arena_text(arena, entry_first(entry, "entryUUID"));
	record->place = arena_text(arena, entry->dn);
	record->version = arena_text(arena, entry_first(entry, "entryCSN"));
	record->changed_by = arena_text(arena, entry_first(entry, "modifiersName"));
	if (changed == NULL || !text_to_time(changed, &record->changed_at))
		record->changed_at = 0;
	record->foreign = profile->mark_class != NULL && !entry_has_class(entry, profile->mark_class);
	read_attributes(world, record, entry);
	convert_read(&with, held, entry, record);
	note_unsupported(world, held, record);
	record->name = arena_text(arena, record_text(record, kind->name_field));
	return record;
}

/* --- holders of addresses ------------------------------------------------------------- */

void read_holder(const struct world *world, struct arena *arena, const struct entry *entry, const char **kind, const char **name)
{
	const struct profile *profile = world_profile(world);
	size_t i;

	*kind = "object";
	*name = entry->dn;
	for (i = 0; i < profile->holder_count; i++) {
		const struct profile_holder *holder = &profile->holders[i];

		if (!entry_has_class(entry, holder->class) || (holder->also != NULL && !entry_has_class(entry, holder->also)) ||
		    (holder->without != NULL && entry_has_class(entry, holder->without)))
			continue;
		*kind = holder->name;
		if (entry_first(entry, holder->naming) != NULL)
			*name = arena_text(arena, entry_first(entry, holder->naming));
		return;
	}
}

struct filter *read_holder_filter(struct arena *arena, const struct profile_holder *holder)
{
	struct filter *class = filter_equal_text(arena, "objectClass", holder->class);

	if (holder->also != NULL)
		class = filter_both(arena, class, filter_equal_text(arena, "objectClass", holder->also));
	if (holder->without != NULL)
		class = filter_both(arena, class, filter_not(arena, filter_equal_text(arena, "objectClass", holder->without)));
	return class;
}

const struct profile_holder *read_holder_of(const struct world *world, const char *name)
{
	const struct profile *profile = world_profile(world);
	size_t i;

	for (i = 0; i < profile->holder_count; i++)
		if (strcmp(profile->holders[i].name, name) == 0)
			return &profile->holders[i];
	return NULL;
}

/* --- names -------------------------------------------------------------------------------------- */

void read_name_into(const struct profile_kind *held, struct arena *arena, const char *name, struct filter *any)
{
	filter_into(arena, any, filter_equal_text(arena, held->naming, name));
	if (convert_second_name(held) != NULL)
		filter_into(arena, any, filter_equal_text(arena, convert_second_name(held), name));
}

const struct attribute *read_names(const struct profile_kind *held, const struct entry *entry)
{
	const struct attribute *second = convert_second_name(held) == NULL ? NULL : entry_get(entry, convert_second_name(held));

	return second != NULL && second->count > 0 ? second : entry_get(entry, held->naming);
}

/* --- addresses ---------------------------------------------------------------------------------- */

static bool is_common(const struct profile *profile, const char *attribute)
{
	return (profile->primary != NULL && text_same_ascii_case(attribute, profile->primary)) ||
		(profile->alternate != NULL && text_same_ascii_case(attribute, profile->alternate));
}

const char *read_address_apart(const struct profile *profile, const struct profile_kind *held)
{
	const char *own = kind_field(held->kind, "address") == NULL || held->find == NULL ? NULL : profile_address(profile, held);

	return own == NULL || is_common(profile, own) ? NULL : own;
}

void read_address_into(const struct profile *profile, struct arena *arena, const char *address, struct filter *any)
{
	size_t i;

	if (profile->primary != NULL)
		filter_into(arena, any, filter_equal_text(arena, profile->primary, address));
	if (profile->alternate != NULL)
		filter_into(arena, any, filter_equal_text(arena, profile->alternate, address));
	for (i = 0; i < profile->kind_count; i++) {
		const char *own = read_address_apart(profile, &profile->kinds[i]);

		if (own != NULL)
			filter_into(arena, any, filter_both(arena, profile->kinds[i].find, filter_equal_text(arena, own, address)));
	}
}

const char *const *read_address_attributes(const struct profile *profile, struct arena *arena)
{
	const char **names = arena_alloc(arena, (profile->kind_count + 3) * sizeof *names);
	size_t count = 0, i;

	if (profile->primary != NULL)
		names[count++] = profile->primary;
	if (profile->alternate != NULL)
		names[count++] = profile->alternate;
	for (i = 0; i < profile->kind_count; i++)
		if (read_address_apart(profile, &profile->kinds[i]) != NULL)
			names[count++] = read_address_apart(profile, &profile->kinds[i]);
	return names;
}

/* --- domains ------------------------------------------------------------------------------------- */

/* Has the schema a rule for pieces of these addresses? */
static bool in_pieces(const struct world *world, const char *attribute)
{
	const struct attribute_type *type = attribute == NULL ? NULL : world_attribute(world, attribute);

	return type == NULL || type->substring;
}

static struct filter *ending_filter(const struct world *world, struct arena *arena, const char *attribute, const char *ending)
{
	return in_pieces(world, attribute) ? filter_ends(arena, attribute, ending) : filter_present(arena, attribute);
}

struct filter *read_in_domain(const struct world *world, struct arena *arena, const char *domain)
{
	const struct profile *profile = world_profile(world);
	const char *ending = arena_format(arena, "@%s", domain);
	struct filter *any = filter_group(arena, FILTER_OR);

	if (profile->primary != NULL)
		filter_into(arena, any, ending_filter(world, arena, profile->primary, ending));
	if (profile->alternate != NULL)
		filter_into(arena, any, ending_filter(world, arena, profile->alternate, ending));
	return any;
}

static bool has_ending(const struct entry *entry, const char *name, const char *domain)
{
	const struct attribute *values = name == NULL ? NULL : entry_get(entry, name);

	for (size_t i = 0; values != NULL && i < values->count; i++) {
		const char *at = strrchr(values->values[i].bytes, '@');

		if (at != NULL && text_same_ascii_case(at + 1, domain))
			return true;
	}
	return false;
}

bool read_is_in_domain(const struct world *world, const struct entry *entry, const char *domain)
{
	const struct profile *profile = world_profile(world);

	if (in_pieces(world, profile->primary) && in_pieces(world, profile->alternate))
		return true;
	return has_ending(entry, profile->primary, domain) || has_ending(entry, profile->alternate, domain);
}
