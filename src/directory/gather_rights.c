/*
 * gather_rights: does everybody exist who is given a right on a folder
 * (gather_rights)?
 *
 * An address must be the primary one of a user, anything else the name of a
 * group; a right for nobody would help whoever gets that name later.  Names
 * that nobody bears go to facts->missing, and those that are written otherwise
 * than Dovecot compares them (addresses in lower case, groups letter by letter
 * as the directory has them): it would never find those.  On the gate's thread.
 */
#include <string.h>

#include "base/text.h"
#include "directory/store_private.h"
#include "model/check.h"

/* What must be found for this name; NULL: nothing has to be, or nothing can be asked. */
static struct filter *bearer(struct store_ldap *store, struct arena *arena, const char *who)
{
	const struct profile *profile = world_profile(store->world);
	bool address = who[0] != '@' && strchr(who, '@') != NULL;
	const struct profile_kind *held = store_kind(store, address ? &kind_user : &kind_group);
	const char *attribute = held == NULL ? NULL : address ? profile->primary : held->naming;

	if (attribute == NULL || right_for_all(who))
		return NULL;
	return filter_both(arena, held->find, filter_equal_text(arena, attribute, who));
}

/* How whoever bears this name is known to Dovecot; NULL where nobody bears it. */
static bool known_as(struct store_ldap *store, struct arena *arena, const char *who, const char **as, struct error *error)
{
	const struct profile_kind *groups = store_kind(store, &kind_group);
	const char *const attributes[] = { groups == NULL ? "1.1" : groups->naming, NULL };
	struct search search = { .base = world_base(store->world), .scope = SCOPE_BELOW, .limit = 1, .attributes = attributes,
		.filter = bearer(store, arena, who) };
	struct found found;

	*as = who;
	if (search.filter == NULL)
		return true;
	if (!request_search(store->connection, arena, &search, &found, error))
		return false;
	if (found.count == 0)
		*as = NULL;
	else if (strchr(who, '@') != NULL)
		*as = text_lower_ascii(arena, who, strlen(who));
	else if (entry_first(found.entries[0], attributes[0]) != NULL)
		*as = entry_first(found.entries[0], attributes[0]);
	return true;
}

/* The very name, not one that differs in capital letters. */
static bool holds_name(struct arena *arena, const struct field_values *now, const char *part, const char *who)
{
	size_t i;

	for (i = 0; now != NULL && i < now->count; i++) {
		const char *held = parts_get(arena, now->values[i].bytes, part);

		if (held != NULL && strcmp(held, who) == 0)
			return true;
	}
	return false;
}

/* Only what is new: an old right of somebody who is gone does not stand in the way. */
static bool one_edit(struct store_ldap *store, const struct edit *edit, struct arena *arena, struct facts *facts, struct error *error)
{
	const struct field_values *now = facts->now == NULL ? NULL : record_get(facts->now, edit->field->name);
	struct missing *list = arena_alloc(arena, (facts->missing_count + edit->count) * sizeof *list);
	size_t i;

	if (facts->missing_count > 0)
		memcpy(list, facts->missing, facts->missing_count * sizeof *list);
	for (i = 0; i < edit->count; i++) {
		const char *who = parts_get(arena, edit->values[i].bytes, parts_key(edit->field)->name);
		const char *as = who;

		if (who == NULL || holds_name(arena, now, parts_key(edit->field)->name, who))
			continue;
		if (!known_as(store, arena, who, &as, error))
			return false;
		if (as == NULL || strcmp(as, who) != 0)
			list[facts->missing_count++] = (struct missing){ .field = edit->field, .value = who, .written = as };
	}
	facts->missing = list;
	return true;
}

bool gather_rights(struct store_ldap *store, const struct change *change, struct arena *arena, struct facts *facts, struct error *error)
{
	size_t i;

	for (i = 0; i < change->edit_count; i++) {
		const struct edit *edit = &change->edits[i];
		const struct part *key = edit->how == EDIT_REMOVE || edit->field->type != FIELD_PARTS ? NULL : parts_key(edit->field);

		if (key != NULL && key->offers != NULL && !one_edit(store, edit, arena, facts, error))
			return false;
	}
	return true;
}
