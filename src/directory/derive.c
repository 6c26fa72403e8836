/*
 * derive: fields of a record that are computed from other entries.
 *
 * Groups, lists and folder rights that name a user or a group, and how many
 * objects live in a domain.  A search that is refused or cut makes the field
 * unreadable or notes it; nothing is ever shown as complete that was not.  On a
 * connection's thread (read_derived).
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "directory/convert.h"
#include "directory/derive_private.h"
#include "directory/filter.h"
#include "directory/request.h"

enum { MOST_REFERENCES = 500 };

/* Login of the record: value of the naming attribute. */
static const char *login_of(const struct derivation *with)
{
	const struct attribute *attribute = record_attribute(with->record, with->kind->naming);

	return attribute == NULL || attribute->count == 0 ? NULL : attribute->values[0].bytes;
}

static void add_addresses(const struct derivation *with, struct filter *any, const char *attribute)
{
	struct arena *arena = with->record->arena;
	const struct profile *profile = world_profile(with->world);
	const char *const sources[] = { profile->primary, profile->alternate };
	size_t i, j;

	for (i = 0; i < sizeof sources / sizeof *sources; i++) {
		const struct attribute *held = sources[i] == NULL ? NULL : record_attribute(with->record, sources[i]);

		for (j = 0; held != NULL && j < held->count; j++)
			filter_into(arena, any, filter_equal(arena, attribute, held->values[j].bytes, held->values[j].length));
	}
}

/* Rights name users by address and groups by name; NULL: no right can name it. */
static const char *right_holder(const struct derivation *with)
{
	const struct profile *profile = world_profile(with->world);
	const struct attribute *address = with->record->kind != &kind_user || profile->primary == NULL ? NULL : record_attribute(with->record, profile->primary);

	if (with->record->kind == &kind_group)
		return login_of(with);
	return address == NULL || address->count == 0 ? NULL : address->values[0].bytes;
}

static void add_rights(const struct derivation *with, struct filter *any, const char *attribute)
{
	struct arena *arena = with->record->arena;
	const char *who = right_holder(with);
	struct filter *leaf;

	if (who == NULL)
		return;
	leaf = filter_equal_text(arena, attribute, who);
	leaf->op = FILTER_PIECES;
	leaf->first = value_text(arena, arena_format(arena, "%s ", who));
	filter_into(arena, any, leaf);
}

/* Everything of one holder kind that names the record, after the profile's reference rows. */
static struct filter *naming_filter(const struct derivation *with, const char *holder, const char *meaning)
{
	struct arena *arena = with->record->arena;
	const struct profile *profile = world_profile(with->world);
	const struct profile_holder *class = read_holder_of(with->world, holder);
	struct filter *any = filter_group(arena, FILTER_OR);
	size_t i;

	for (i = 0; i < profile->reference_count; i++) {
		const struct profile_reference *reference = &profile->references[i];

		if (reference->kind == NULL || strcmp(reference->kind, holder) != 0 || strcmp(reference->meaning, meaning) != 0 ||
		    !profile_refers(reference, with->record->kind))
			continue;
		if (reference->by == BY_DN)
			filter_into(arena, any, filter_equal_text(arena, reference->attribute, with->record->place));
		else if (reference->by == BY_LOGIN && login_of(with) != NULL)
			filter_into(arena, any, filter_equal_text(arena, reference->attribute, login_of(with)));
		else if (reference->by == BY_ADDRESS)
			add_addresses(with, any, reference->attribute);
		else if (reference->by == BY_RIGHT)
			add_rights(with, any, reference->attribute);
	}
	if (class == NULL || any->inside_count == 0)
		return NULL;
	return filter_both(arena, read_holder_filter(arena, class), any);
}

static void unreadable(struct derivation *with, const struct error *why)
{
	with->out->presence = VALUE_UNREADABLE;
	with->out->note = arena_text(with->record->arena, why->text);
}

/* The right that a folder gives to whom the record is: values that begin with the name, in attributes that hold rights. */
static const char *right_of(const struct derivation *with, const struct entry *folder, const char *name)
{
	struct arena *arena = with->record->arena;
	const struct profile *profile = world_profile(with->world);
	const char *own = right_holder(with);
	size_t i, j, length = own == NULL ? 0 : strlen(own);

	for (i = 0; own != NULL && i < profile->reference_count; i++) {
		const struct attribute *rights = profile->references[i].by != BY_RIGHT ? NULL : entry_get(folder, profile->references[i].attribute);

		for (j = 0; rights != NULL && j < rights->count; j++) {
			const char *value = rights->values[j].bytes;

			if (strncasecmp(value, own, length) == 0 && value[length] == ' ' && strrchr(value, ' ') == value + length)
				return arena_format(arena, "%s: %s", name, value + length + 1);
		}
	}
	return NULL;
}

static int by_text(const void *a, const void *b)
{
	return text_compare(((const struct value *)a)->bytes, ((const struct value *)b)->bytes);
}

/* Is it the group that the record's own number names? */
static bool is_primary(const struct derivation *with, const struct entry *group)
{
	const struct attribute *own = with->record->kind != &kind_user ? NULL : record_attribute(with->record, "gidNumber");
	const char *number = entry_first(group, "gidNumber");

	return own != NULL && own->count > 0 && number != NULL && strcmp(own->values[0].bytes, number) == 0;
}

/* Names of what names the record, sorted. */
static bool derive_names(struct derivation *with, const char *holder, const char *meaning, bool rights, struct error *error)
{
	struct arena *arena = with->record->arena;
	const struct profile_holder *class = read_holder_of(with->world, holder);
	const char *const attributes[] = { class == NULL ? "cn" : class->naming, rights ? "*" : "gidNumber", NULL };
	struct search search = { .base = world_base(with->world), .scope = SCOPE_BELOW, .attributes = attributes, .limit = MOST_REFERENCES,
		.filter = naming_filter(with, holder, meaning) };
	struct error inner = { 0 };
	struct value *values;
	struct found found;
	size_t i;

	if (search.filter == NULL)
		return true;
	if (!request_search(with->connection, arena, &search, &found, &inner)) {
		unreadable(with, &inner);
		if (error != NULL)
			*error = inner;
		return connection_is_up(with->connection);
	}
	values = arena_alloc(arena, found.count * sizeof *values);
	for (i = 0; i < found.count; i++) {
		const char *name = entry_first(found.entries[i], attributes[0]);

		if (name != NULL && is_primary(with, found.entries[i]))
			with->out->note = arena_format(arena, DIRECTORY_PRIMARY_GROUP "%s", name);
		if (name != NULL && rights)
			name = right_of(with, found.entries[i], name);
		if (name != NULL)
			values[with->out->count++] = value_text(arena, name);
	}
	if (with->out->count > 0) {
		qsort(values, with->out->count, sizeof *values, by_text);
		with->out->presence = VALUE_DERIVED;
	}
	with->out->values = values;
	if (found.cut)
		with->out->note = arena_format(arena, "%zu of more are shown [LDAP %d]", found.count, found.code);
	else if (found.elsewhere != NULL)
		with->out->note = arena_format(arena, "perhaps more on another server: %s", found.elsewhere);
	return true;
}

/* How many objects of one holder kind have an address in the domain. */
static bool derive_count(struct derivation *with, const char *holder, struct error *error)
{
	struct arena *arena = with->record->arena, *scratch = arena_new();
	const struct profile_holder *class = read_holder_of(with->world, holder);
	struct filter *living = read_in_domain(with->world, scratch, with->record->name);
	const struct profile *profile = world_profile(with->world);
	const char *const attributes[] = { "objectClass", profile->primary != NULL ? profile->primary : profile->alternate, profile->alternate, NULL };
	struct search search = { .base = world_base(with->world), .scope = SCOPE_BELOW, .attributes = attributes };
	struct error inner = { 0 };
	struct found found;
	struct value *value;
	size_t count = 0, i;

	if (class == NULL) {
		arena_free(scratch);
		return true;
	}
	/* A folder may have no address and lives in the domain all the same: it is named folder@domain. */
	if (strcmp(holder, "folder") == 0)
		filter_into(scratch, living, filter_ends(scratch, class->naming, arena_format(scratch, "@%s", with->record->name)));
	search.filter = filter_both(scratch, read_holder_filter(scratch, class), living);
	if (!request_search(with->connection, scratch, &search, &found, &inner)) {
		unreadable(with, &inner);
		if (error != NULL)
			*error = inner;
		arena_free(scratch);
		return connection_is_up(with->connection);
	}
	value = arena_alloc(arena, sizeof *value);
	for (i = 0; i < found.count; i++)
		count += read_is_in_domain(with->world, found.entries[i], with->record->name);
	*value = value_text(arena, arena_format(arena, "%zu", count));
	*with->out = (struct field_values){ .presence = VALUE_DERIVED, .values = value, .count = 1, .origin = "counted just now" };
	if (found.cut)
		with->out->note = arena_format(arena, "at least; the server stopped counting [LDAP %d]", found.code);
	else if (found.elsewhere != NULL)
		with->out->note = arena_format(arena, "at least; a part is on another server: %s", found.elsewhere);
	arena_free(scratch);
	return true;
}

static bool derive_one(struct derivation *with, struct error *error)
{
	switch (with->mapping->derive) {
	case DERIVE_GROUPS:
		return derive_names(with, "group", "member", false, error);
	case DERIVE_LISTS:
		return derive_names(with, "mailinglist", "list member", false, error);
	case DERIVE_RIGHTS:
		return derive_names(with, "folder", "right on folder", true, error);
	case DERIVE_RECIPIENTS:
		return derive_recipients(with);
	case DERIVE_OUTSIDE:
		return derive_outside(with);
	case DERIVE_SENDER_RULE:
		return derive_sender_rule(with);
	case DERIVE_ATTACHED:
		return derive_attached(with);
	case DERIVE_REACHES:
		return derive_reaches(with);
	case DERIVE_WRITTEN:
		return derive_written(with);
	case DERIVE_ENFORCED:
		return derive_enforced(with);
	case DERIVE_POLICY_QUOTA:
		return derive_policy_quota(with);
	case DERIVE_USERS_IN_DOMAIN:
		return derive_count(with, "user", error);
	case DERIVE_GROUPS_IN_DOMAIN:
		return derive_count(with, "group", error);
	case DERIVE_LISTS_IN_DOMAIN:
		return derive_count(with, "mailinglist", error);
	case DERIVE_FOLDERS_IN_DOMAIN:
		return derive_count(with, "folder", error);
	case DERIVE_NOT:
		break;
	}
	return true;
}

/* Beside the value that counts: what a policy says, and that Dovecot does not read it. */
static void note_policy(struct derivation *with, size_t index)
{
	struct arena *arena = with->record->arena;
	struct entry entry = { .arena = arena, .dn = with->record->place };
	struct field_values *quota = &with->record->fields[index];
	const char *megabytes, *place, *words;
	size_t i;

	for (i = 0; i < with->record->attribute_count; i++)
		entry_put(&entry, with->record->attributes[i].name, with->record->attributes[i].values, with->record->attributes[i].count);
	if (!read_policy_quota(with->world, with->connection, arena, &entry, &megabytes, &place))
		return;
	words = strtoll(megabytes, NULL, 10) == 0 ? "no limit" : text_from_size(arena, strtoll(megabytes, NULL, 10) * 1048576);
	words = quota->count > 0 && strtoll(quota->values[0].bytes, NULL, 10) == strtoll(megabytes, NULL, 10) * 1048576 ?
		"as the policy says" : arena_format(arena, "policy says %s, not written here", words);
	quota->note = arena_format(arena, "%s%s%s", quota->note == NULL ? "" : quota->note, quota->note == NULL ? "" : "; ", words);
}

bool read_derived(const struct world *world, struct connection *connection, struct record *record, struct error *error)
{
	struct derivation with = { .world = world, .connection = connection, .record = record,
		.kind = profile_kind(world_profile(world), record->kind) };
	size_t count = kind_field_count(record->kind), i;

	for (i = 0; i < count; i++) {
		with.mapping = &with.kind->mappings[i];
		with.out = &record->fields[i];
		if (with.mapping->derive != DERIVE_NOT && !derive_one(&with, error))
			return false;
		if (record->kind == &kind_user && with.mapping->converter != NULL && strcmp(with.mapping->converter->name, "megabytes") == 0)
			note_policy(&with, i);
	}
	return true;
}
