/*
 * gather_folders: shared folders that somebody with another home server leaves
 * behind (gather_folders).
 *
 * A right stays in the directory, but Dovecot shows a folder on its own server
 * only.  What cannot be asked is not told: it is no part of the change.  On the
 * gate's thread.
 */
#include <string.h>

#include "base/text.h"
#include "directory/filter.h"
#include "directory/store_private.h"

enum { FOLDERS_MOST = 500, NAMED_MOST = 20 };

/* Where the person goes; NULL: nowhere else. */
static const char *goes_to(const struct change *change, struct arena *arena, const struct facts *facts)
{
	const struct field *field = kind_field(change->kind, "home_server");
	const char *old, *new;

	if (change->kind != &kind_user || change->verb != VERB_EDIT || facts->now == NULL || field == NULL || !change_touches(change, "home_server"))
		return NULL;
	old = record_text(facts->now, "home_server");
	new = record_text(change_result(arena, change, facts->now), "home_server");
	return new[0] == '\0' || text_same_ascii_case(old, new) ? NULL : new;
}

static const struct profile_reference *right_row(const struct profile *profile)
{
	for (size_t i = 0; i < profile->reference_count; i++)
		if (profile->references[i].by == BY_RIGHT)
			return &profile->references[i];
	return NULL;
}

static bool has_right(const struct entry *entry, const char *attribute, const char *address)
{
	const struct attribute *values = entry_get(entry, attribute);
	size_t length = strlen(address);

	for (size_t i = 0; values != NULL && i < values->count; i++) {
		const char *value = values->values[i].bytes;

		if (strncasecmp(value, address, length) == 0 && value[length] == ' ' && strrchr(value, ' ') == value + length)
			return true;
	}
	return false;
}

/* home: the attribute that names a folder's server. */
static void ask(struct store_ldap *store, const struct profile_reference *row, const char *home, const char *address, const char *server,
		struct arena *arena, struct facts *facts)
{
	const struct profile_kind *held = store_kind(store, &kind_folder);
	const char *const attributes[] = { row->attribute, home, held->naming, NULL };
	struct filter *right = filter_equal_text(arena, row->attribute, address);
	struct search search = { .base = world_base(store->world), .scope = SCOPE_BELOW, .attributes = attributes, .limit = FOLDERS_MOST,
		.filter = filter_both(arena, held->find, right) };
	const char **names = arena_alloc(arena, (NAMED_MOST + 1) * sizeof *names);
	size_t count = 0;
	struct found found;

	right->op = FILTER_PIECES;
	right->first = value_text(arena, arena_format(arena, "%s ", address));
	if (!request_search(store->connection, arena, &search, &found, NULL))
		return;
	for (size_t i = 0; i < found.count; i++) {
		const char *there = entry_first(found.entries[i], home), *name = entry_first(found.entries[i], held->naming);

		if (there == NULL || name == NULL || text_same_ascii_case(there, server) || !has_right(found.entries[i], row->attribute, address))
			continue;
		facts->folders_left_count++;
		if (count < NAMED_MOST)
			names[count++] = name;
	}
	names[count] = NULL;
	facts->folders_left = names;
}

void gather_folders(struct store_ldap *store, const struct change *change, struct arena *arena, struct facts *facts)
{
	const struct profile_kind *held = store_kind(store, &kind_folder);
	const struct profile_reference *row = right_row(world_profile(store->world));
	const struct mapping *home = held == NULL ? NULL : profile_mapping(held, kind_field(&kind_folder, "home_server"));
	const char *server = goes_to(change, arena, facts), *address = server == NULL ? "" : record_text(facts->now, "address");

	if (server != NULL && address[0] != '\0' && row != NULL && home != NULL && home->converter != NULL)
		ask(store, row, home->attributes[0], address, server, arena, facts);
}
