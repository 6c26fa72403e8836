/*
 * gather_rights: does everybody exist who is given a right on a folder
 * (gather_rights)?
 *
 * An address must be the primary one of a user, anything else the name of a
 * group; a right for nobody would help whoever gets that name later.  Names
 * that nobody bears go to facts->missing.  On the gate's thread.
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

	if (attribute == NULL || strcmp(who, "anyone") == 0)
		return NULL;
	return filter_both(arena, held->find, filter_equal_text(arena, attribute, who));
}

static bool is_known(struct store_ldap *store, struct arena *arena, const char *who, bool *known, struct error *error)
{
	static const char *const nothing[] = { "1.1", NULL };
	struct search search = { .base = world_base(store->world), .scope = SCOPE_BELOW, .limit = 1, .attributes = nothing,
		.filter = bearer(store, arena, who) };
	struct found found;

	*known = true;
	if (search.filter == NULL)
		return true;
	if (!request_search(store->connection, arena, &search, &found, error))
		return false;
	*known = found.count > 0;
	return true;
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
		bool known = true;

		if (who == NULL || change_holds(edit->field, now, edit->values[i].bytes))
			continue;
		if (!is_known(store, arena, who, &known, error))
			return false;
		if (!known)
			list[facts->missing_count++] = (struct missing){ .field = edit->field, .value = who };
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
