/*
 * gather: the target as it is now, and what checks and consequences need
 * (store_gather).
 *
 * What could not be read is said to be incomplete and never taken for absent.
 * On the gate's thread.
 */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "directory/dn.h"
#include "directory/filter.h"
#include "directory/udm_store.h"

static void remember(struct store_ldap *store, struct arena *keeps, struct entry *entry, const struct record *record)
{
	arena_free(store->arena);
	free(store->id);
	free(store->version);
	store->arena = keeps;
	store->entry = entry;
	store->record = record;
	store->names = entry == NULL ? NULL : entry->names;
	store->id = record == NULL ? NULL : memory_text(record->id);
	store->version = record == NULL ? NULL : memory_text(record->version);
}

/* The entry an undo is about: its id, else the place of its first step. */
static struct entry *undo_target(struct store_ldap *store, const struct change *change, struct arena *arena, struct error *error)
{
	const char *id = change->id;
	size_t i;

	for (i = 0; id == NULL && i < change->operation_count; i++)
		if (!change->operations[i].commutes)
			id = change->operations[i].id;
	if (id != NULL)
		return store_target(store, arena, id, NULL, error);
	return read_entry(store->world, store->connection, arena, change->kind, change->name, error);
}

/* Who the change names and nobody bears: the words of facts live in the caller's arena. */
static bool gather_missing(struct store_ldap *store, const struct change *change, struct names *names, struct arena *arena, struct facts *facts,
		bool *gone, struct error *error)
{
	struct missing *found, *copy;
	size_t i;

	if (!names_of_change(store->world, store->connection, names, change, &found, &facts->missing_count, gone, error))
		return false;
	copy = arena_alloc(arena, facts->missing_count * sizeof *copy);
	for (i = 0; i < facts->missing_count; i++)
		copy[i] = (struct missing){ .field = found[i].field, .value = arena_text(arena, found[i].value) };
	facts->missing = copy;
	return true;
}

static bool gather_target(struct store_ldap *store, const struct change *change, struct arena *arena, struct facts *facts, struct error *error)
{
	struct arena *keeps = arena_new();
	struct entry *entry = NULL;
	struct error inner = { 0 };
	const struct profile_kind *held = store_kind(store, change->kind);
	struct names *names = names_new(keeps);
	bool light = gather_is_light(change), gone = false;

	/* The names must be known before the target is read, and both belong to the same arena. */
	if (held != NULL && !gather_missing(store, change, names, arena, facts, &gone, error)) {
		arena_free(keeps);
		return false;
	}
	store->names = names;
	facts->forward_flag_mode = world_flag_mode(store->world, store->connection);
	if (light && !gone && held != NULL && world_matches_values(store->world))
		entry = gather_light(store, change, keeps, &inner);
	else if (change->verb == VERB_UNDO)
		entry = undo_target(store, change, keeps, &inner);
	else if (change->verb != VERB_ADD && change->id != NULL)
		entry = store_target(store, keeps, change->id, NULL, &inner);
	else if (change->verb != VERB_ADD)
		entry = read_entry(store->world, store->connection, keeps, change->kind, change->name, &inner);
	if (entry != NULL) {
		entry->names = names;
		names_of_entry(store->world, store->connection, held, entry);
		facts->now = record_copy(arena, read_record(store->world, keeps, change->kind, entry, facts->forward_flag_mode));
		remember(store, keeps, entry, facts->now);
		return true;
	}
	remember(store, keeps, NULL, NULL);
	store->names = names;
	if (change->verb == VERB_ADD || (change->verb == VERB_UNDO && inner.kind == ERROR_NOT_FOUND))
		return held != NULL || error_set(error, ERROR_UNSUPPORTED, "this directory keeps no objects of the kind %s", change->kind->name);
	if (error != NULL)
		*error = inner;
	return false;
}

/* Users and groups share one set of names on UCS (ucs-directory 6.2): holders of the other sorts with this name. */
static bool gather_other_name(struct store_ldap *store, const struct profile_kind *held, const char *name, struct arena *arena,
		struct facts *facts, struct error *error)
{
	size_t i;

	for (i = 0; held->names_with[i] != NULL && !facts->name_taken; i++) {
		const struct profile_holder *holder = read_holder_of(store->world, held->names_with[i]);
		const char *const attributes[] = { holder == NULL ? "cn" : holder->naming, NULL };
		struct search search = { .base = world_base(store->world), .scope = SCOPE_BELOW, .limit = 5, .attributes = attributes };
		struct found found;

		if (holder == NULL)
			continue;
		search.filter = filter_both(arena, read_holder_filter(arena, holder), filter_equal_text(arena, holder->naming, name));
		if (!request_search(store->connection, arena, &search, &found, error))
			return false;
		if (found.count == 0)
			continue;
		facts->name_taken = true;
		facts->taken_by = arena_format(arena, "%s %s", holder->name, entry_first(found.entries[0], holder->naming) == NULL ? name : entry_first(found.entries[0], holder->naming));
	}
	return true;
}

/* Is an object of the new name there already? Logins are unique over all entries, other names over their kind. */
static bool gather_name(struct store_ldap *store, const struct change *change, struct arena *arena, struct facts *facts, struct error *error)
{
	const struct profile_kind *held = store_kind(store, change->kind);
	const char *name = change->verb == VERB_RENAME ? change->new_name : change->name;
	struct filter *named;
	struct search search = { .base = world_base(store->world), .scope = SCOPE_BELOW, .limit = 5 };
	struct record *after;
	struct found found;
	size_t i;

	if (change->verb != VERB_ADD && change->verb != VERB_RENAME)
		return true;
	if (change->verb == VERB_ADD && (name == NULL || name[0] == '\0')) {
		after = change_result(arena, change, NULL);
		name = record_text(after, change->kind->name_field);
	}
	if (name == NULL || name[0] == '\0')
		return true;
	named = filter_group(arena, FILTER_OR);
	read_name_into(held, arena, name, named);
	search.filter = held->number != NULL && strcmp(held->number, "uidNumber") == 0 ? named : filter_both(arena, held->find, named);
	if (!request_search(store->connection, arena, &search, &found, error))
		return false;
	for (i = 0; i < found.count; i++)
		if (facts->now == NULL || !dn_same(found.entries[i]->dn, facts->now->place))
			facts->name_taken = true;
	return gather_other_name(store, held, name, arena, facts, error);
}

/* A group that users belong to first, or that new users join, cannot go (ucs-directory 10). */
static bool gather_kept(struct store_ldap *store, const struct change *change, struct arena *arena, struct facts *facts, struct error *error)
{
	const struct profile_kind *held = store_kind(store, change->kind), *users = store_kind(store, &kind_user);
	const char *number = change->verb != VERB_DELETE || held->number == NULL || strcmp(held->number, "gidNumber") != 0 || store->entry == NULL ? NULL :
		entry_first(store->entry, held->number);
	const char *const names[] = { held->default_group_attribute, NULL };
	const char *settings = number == NULL || names[0] == NULL ? NULL : world_below(store->world, arena, held->default_group);
	struct entry *entry = settings == NULL ? NULL : request_entry(store->connection, arena, settings, names, NULL);
	struct search search = { .base = world_base(store->world), .scope = SCOPE_BELOW, .limit = 3 };
	struct found found;

	if (entry != NULL && dn_same(entry_first(entry, names[0]), facts->now->place))
		facts->kept = arena_format(arena, "%s is the group that new users join (%s), so it cannot be deleted; name another group there first", facts->now->name, entry->dn);
	if (facts->kept != NULL || number == NULL || users == NULL)
		return true;
	search.filter = filter_both(arena, users->find, filter_equal_text(arena, held->number, number));
	search.attributes = (const char *const[]){ users->naming, NULL };
	if (!request_search(store->connection, arena, &search, &found, error))
		return false;
	if (found.count > 0)
		facts->kept = arena_format(arena, "%s is the primary group of %s%s%s, so it cannot be deleted; give them another primary group first (UDM does that)",
			facts->now->name, entry_first(found.entries[0], users->naming), found.count > 1 ? " and " : "",
			found.count > 1 ? (found.cut ? "others" : arena_format(arena, "%zu more", found.count - 1)) : "");
	return true;
}

static bool demands(const struct profile_kind *held, const char *attribute)
{
	for (size_t i = 0; held->must[i] != NULL; i++)
		if (text_same_ascii_case(held->must[i], attribute))
			return true;
	return false;
}

/* Who is the only member of a group that cannot be without one (groupOfNames) cannot go before another one is in it. */
static bool gather_last(struct store_ldap *store, const struct change *change, struct arena *arena, struct facts *facts, struct error *error)
{
	const struct profile *profile = world_profile(store->world);

	for (size_t i = 0; change->verb == VERB_DELETE && i < profile->reference_count && facts->kept == NULL; i++) {
		const struct profile_reference *row = &profile->references[i];
		const struct kind *kind = row->kind == NULL || row->by != BY_DN ? NULL : kind_find(row->kind);
		const struct profile_kind *held = kind == NULL ? NULL : store_kind(store, kind);
		const char *const attributes[] = { row->attribute, held == NULL ? "cn" : held->naming, NULL };
		struct search search = { .base = world_base(store->world), .scope = SCOPE_BELOW, .attributes = attributes };
		struct found found;

		if (held == NULL || !demands(held, row->attribute) || !profile_refers(row, change->kind))
			continue;
		search.filter = filter_both(arena, held->find, filter_equal_text(arena, row->attribute, facts->now->place));
		if (!request_search(store->connection, arena, &search, &found, error))
			return connection_is_up(store->connection);
		for (size_t j = 0; j < found.count && facts->kept == NULL; j++)
			if (entry_get(found.entries[j], row->attribute) != NULL && entry_get(found.entries[j], row->attribute)->count == 1)
				facts->kept = arena_format(arena, "%s is the only %s of the %s %s, and one is demanded by the directory's schema; put "
					"another one in or delete the %s first", facts->now->name, row->meaning, kind->noun,
					entry_first(found.entries[j], held->naming), kind->noun);
	}
	return true;
}

/* What decides where mail goes on to, in a user, a list, an entry of an alias. */
/* Attributes of all rows with this meaning, then what tells who the holder is. */
static const char **attributes_meaning(const struct profile *profile, struct arena *arena, const char *meaning, size_t *count)
{
	static const char *const whole[] = { "objectClass", "cn", "uid", NULL };
	const char **names = arena_alloc(arena, (profile->reference_count + 4) * sizeof *names);

	*count = 0;
	for (size_t i = 0; i < profile->reference_count; i++)
		if (strcmp(profile->references[i].meaning, meaning) == 0)
			names[(*count)++] = profile->references[i].attribute;
	memcpy(names + *count, whole, sizeof whole);
	return names;
}

/* Who is the last allowed sender of a list cannot go before another one is named: without any it is open to all. */
static bool gather_last_named(struct store_ldap *store, const struct change *change, struct arena *arena, struct facts *facts, struct error *error)
{
	const struct profile *profile = world_profile(store->world);

	for (size_t i = 0; change->verb == VERB_DELETE && i < profile->reference_count && facts->kept == NULL; i++) {
		const struct profile_reference *row = &profile->references[i];
		struct search search = { .base = world_base(store->world), .scope = SCOPE_BELOW };
		struct found found;
		size_t attributes;

		if (row->last == NULL || row->by != BY_DN || !profile_refers(row, change->kind) || world_attribute(store->world, row->attribute) == NULL)
			continue;
		search.attributes = attributes_meaning(profile, arena, row->meaning, &attributes);
		search.filter = filter_equal_text(arena, row->attribute, facts->now->place);
		if (!request_search(store->connection, arena, &search, &found, error))
			return connection_is_up(store->connection);
		for (size_t j = 0; j < found.count && facts->kept == NULL; j++) {
			const char *kind, *name;
			size_t named = 0;

			for (size_t k = 0; k < attributes; k++)
				named += entry_get(found.entries[j], search.attributes[k]) == NULL ? 0 : entry_get(found.entries[j], search.attributes[k])->count;
			if (named != 1 || dn_same(found.entries[j]->dn, facts->now->place))
				continue;
			read_holder(store->world, arena, found.entries[j], &kind, &name);
			facts->kept = arena_format(arena, "%s is the only %s of the %s %s, and %s; name another one there or take it out there first",
				facts->now->name, row->meaning, kind_find(kind) == NULL ? kind : kind_find(kind)->noun, name, row->last);
		}
	}
	return true;
}

static bool forwarding_touched(const struct change *change)
{
	static const char *const fields[] = { "forwards", "keep_copy", "address", "alternates", "members", "leads_to" };

	for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
		if (kind_field(change->kind, fields[i]) != NULL && change_touches(change, fields[i]))
			return true;
	return false;
}

static bool found_before(const struct record *before, const struct finding *finding)
{
	for (size_t i = 0; before != NULL && i < before->finding_count; i++)
		if (strcmp(before->findings[i].sentence, finding->sentence) == 0)
			return true;
	return false;
}

static void forward_findings(struct store_ldap *store, struct record *record)
{
	read_forward_findings(store->world, store->connection, record);
	read_target_findings(store->world, store->connection, record);
}

/* Forwards that lead nowhere or in a circle once the change is made, and did not before. What cannot be asked is not told. */
static void gather_findings(struct store_ldap *store, const struct change *change, struct arena *arena, struct facts *facts)
{
	struct record *before = NULL, *after;
	struct finding *list;

	if ((change->verb != VERB_ADD && change->verb != VERB_EDIT) || !forwarding_touched(change))
		return;
	after = change_result(arena, change, facts->now);
	forward_findings(store, after);
	if (after->finding_count == 0)
		return;
	/* A copy, since what is found is written into it; it may be large, so not sooner. */
	if (facts->now != NULL) {
		before = record_copy(arena, facts->now);
		forward_findings(store, before);
	}
	list = arena_alloc(arena, after->finding_count * sizeof *list);
	for (size_t i = 0; i < after->finding_count; i++)
		if (!found_before(before, &after->findings[i]))
			list[facts->finding_count++] = after->findings[i];
	facts->findings = list;
}

bool store_gather(void *self, const struct change *change, struct arena *arena, struct facts *facts, struct error *error)
{
	struct store_ldap *store = self;
	const struct directory_settings *settings = &store->directory->settings;
	const struct profile_kind *held;
	const struct entry *entry;

	*facts = (struct facts){ .domains_complete = false };
	facts->mailbox_rename = settings->mailbox_rename;
	facts->mailbox_delete = settings->mailbox_delete;
	facts->alternates_unique = settings->alternates_unique;
	facts->listfilter = settings->listfilter;
	if (!store_ready(store, error) || !gather_target(store, change, arena, facts, error))
		return false;
	/* UCS's listeners move and delete mailboxes; where there is none, nothing does. */
	facts->plain = world_profile(store->world)->mark_class == NULL;
	if (facts->plain)
		facts->mailbox_rename = facts->mailbox_delete = KNOWN_NO;
	entry = store->entry;
	held = store_kind(store, change->kind);
	facts->through = store->udm != NULL && udm_concerns(store, change) ? "UDM" : NULL;
	facts->management = management_words(store, arena, change, facts->now);
	if (!gather_name(store, change, arena, facts, error) || !gather_lists(store, change, arena, facts, error) ||
	    !gather_rights(store, change, arena, facts, error) || !gather_holders(store, change, arena, facts, error) || !gather_blocks(store, change, arena, facts, error))
		return false;
	if (held != NULL && facts->now != NULL && !(gather_kept(store, change, arena, facts, error) && gather_last(store, change, arena, facts, error) &&
	    gather_last_named(store, change, arena, facts, error)))
		return false;
	gather_findings(store, change, arena, facts);
	gather_login(store, change, arena, facts);
	gather_folders(store, change, arena, facts);
	if (!connection_is_up(store->connection))
		return error_set(error, ERROR_UNREACHABLE, "%s: the connection was lost", connection_uri(store->connection));
	return entry == NULL || gather_references(store, change, arena, entry, facts, error);
}
