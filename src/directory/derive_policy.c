/*
 * derive_policy: what is computed for a quota policy: where it is attached,
 * whom it reaches, into whom its limit was written, who enforces it.
 *
 * Read once for all fields of a record.  A search that fails makes the fields
 * unreadable with the reason.  On a connection's thread.
 */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "directory/derive_private.h"
#include "directory/policy.h"

enum { NAMES_MOST = 12 };

/* Whom it reaches, asked for at the first field that needs it; NULL: it could not be read, and the field says why. */
static const struct policy_reach *reach_of(struct derivation *with)
{
	struct arena *arena = with->record->arena;
	struct policy_reach *reach;
	struct error error = { 0 };

	if (with->reach != NULL)
		return with->reach;
	reach = arena_alloc(arena, sizeof *reach);
	if (policies_reach(policies_new(with->world, with->connection, arena), with->record->place, reach, &error)) {
		with->reach = reach;
		return reach;
	}
	with->out->presence = VALUE_UNREADABLE;
	with->out->note = arena_text(arena, error.text);
	return NULL;
}

static const char *login_of(const struct derivation *with, const struct entry *user)
{
	const char *login = entry_first(user, profile_kind(world_profile(with->world), &kind_user)->naming);

	return login == NULL ? user->dn : login;
}

static void give(struct derivation *with, const char *words)
{
	struct value *value = arena_alloc(with->record->arena, sizeof *value);

	*value = value_text(with->record->arena, words);
	*with->out = (struct field_values){ .presence = VALUE_DERIVED, .values = value, .count = 1 };
}

bool derive_attached(struct derivation *with)
{
	const struct policy_reach *reach = reach_of(with);
	struct value *values;
	size_t i;

	if (reach == NULL || reach->attached_count == 0)
		return connection_is_up(with->connection);
	values = arena_alloc(with->record->arena, reach->attached_count * sizeof *values);
	for (i = 0; i < reach->attached_count; i++)
		values[i] = value_text(with->record->arena, reach->attached[i]->dn);
	*with->out = (struct field_values){ .presence = VALUE_DERIVED, .values = values, .count = reach->attached_count };
	return true;
}

bool derive_reaches(struct derivation *with)
{
	struct arena *arena = with->record->arena;
	const struct policy_reach *reach = reach_of(with);
	const char *words;
	size_t i;

	if (reach == NULL)
		return connection_is_up(with->connection);
	words = reach->count == 0 ? "nobody" : arena_format(arena, "%s%zu user%s: ", reach->cut ? "at least " : "", reach->count, reach->count > 1 ? "s" : "");
	for (i = 0; i < reach->count && i < NAMES_MOST; i++)
		words = arena_format(arena, "%s%s%s", words, i == 0 ? "" : ", ", login_of(with, reach->users[i]));
	if (reach->count > NAMES_MOST)
		words = arena_format(arena, "%s and %zu more", words, reach->count - NAMES_MOST);
	give(with, words);
	return true;
}

bool derive_written(struct derivation *with)
{
	struct arena *arena = with->record->arena;
	const struct profile *profile = world_profile(with->world);
	const struct mapping *quota = profile_mapping(profile_kind(profile, &kind_user), kind_field(&kind_user, "quota"));
	const struct attribute *limit = profile->policy_attribute == NULL ? NULL : record_attribute(with->record, profile->policy_attribute);
	const struct policy_reach *reach = reach_of(with);
	struct value *values;
	size_t count = 0, i;

	if (reach == NULL || limit == NULL || limit->count == 0 || quota == NULL)
		return connection_is_up(with->connection);
	values = arena_alloc(arena, reach->count * sizeof *values);
	for (i = 0; i < reach->count; i++) {
		const char *own = entry_first(reach->users[i], quota->attributes[0]);

		if (own != NULL && strcmp(own, limit->values[0].bytes) == 0)
			values[count++] = value_text(arena, login_of(with, reach->users[i]));
	}
	*with->out = (struct field_values){ .presence = count == 0 ? VALUE_ABSENT : VALUE_DERIVED, .values = values, .count = count,
		.note = arena_format(arena, "%zu of %zu it reaches", count, reach->count) };
	return true;
}

bool derive_enforced(struct derivation *with)
{
	give(with, "nobody: Dovecot reads each user's own quota");
	return true;
}

/* What a policy says for a user, as a size. */
bool derive_policy_quota(struct derivation *with)
{
	struct arena *arena = with->record->arena;
	struct entry entry = { .arena = arena, .dn = with->record->place };
	const char *megabytes, *place;
	size_t i;

	for (i = 0; i < with->record->attribute_count; i++)
		entry_put(&entry, with->record->attributes[i].name, with->record->attributes[i].values, with->record->attributes[i].count);
	if (!read_policy_quota(with->world, with->connection, arena, &entry, &megabytes, &place) || strlen(megabytes) > 9)
		return connection_is_up(with->connection);
	give(with, arena_format(arena, "%lld", strtoll(megabytes, NULL, 10) * 1048576));
	with->out->origin = arena_format(arena, "policy %s; Dovecot does not read it", place);
	return true;
}
