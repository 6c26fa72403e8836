/*
 * look: what became of an operation that nobody answered (store_look), and
 * whether what was written holds alone (store_after).
 *
 * The entry is found by its UUID whatever it is called now, and its version
 * tells: still the asserted one means certainly not applied.  A server that was
 * merely slow may still be at it, so "not applied" is only said when it is seen
 * twice.  Also fills stored passwords into values that must keep them.  On the
 * gate's thread.
 */
#include <string.h>
#include <time.h>

#include "base/text.h"
#include "directory/convert.h"
#include "directory/dn.h"
#include "directory/filter.h"
#include "directory/udm_store.h"

enum { LOOK_TRIES = 5, SLICE_MS = 50, SECOND_LOOK_MS = 500 };

/* Sleeps in slices, so that an interrupt ends it. */
static bool wait(struct store_ldap *store, unsigned milliseconds)
{
	const struct timespec slice = { .tv_nsec = SLICE_MS * 1000000L };
	unsigned slept;

	for (slept = 0; slept < milliseconds && !connection_interrupted(store->connection); slept += SLICE_MS)
		nanosleep(&slice, NULL);
	return !connection_interrupted(store->connection);
}

/* 1, 2, 4, 8 seconds between the tries. */
static bool reach(struct store_ldap *store, struct error *error)
{
	unsigned tries, pause = 1000;

	if (store_ready(store, error))
		return true;
	for (tries = 1; tries < LOOK_TRIES && !connection_interrupted(store->connection); tries++, pause *= 2) {
		if (!wait(store, pause))
			return false;
		if (store_ready(store, error))
			return true;
	}
	return false;
}

static bool all_show(struct store_ldap *store, struct arena *arena, const struct entry *entry, const struct operation *operation, bool done)
{
	size_t i;

	for (i = 0; i < operation->delta_count; i++) {
		const struct delta *delta = &operation->deltas[i];

		if (apply_hides(store, arena, operation, delta))
			continue;
		if (done ? !apply_shows(store, arena, entry, delta) : !apply_untouched(store, arena, entry, delta))
			return false;
	}
	return true;
}

/* Masked values cannot tell an old password from a new one: is each one that we set the stored one, byte for byte? */
static bool passwords_show(struct store_ldap *store, struct arena *arena, const struct entry *entry, const struct operation *operation)
{
	size_t i, j, k;

	for (i = 0; i < operation->delta_count; i++) {
		const struct delta *delta = &operation->deltas[i];
		const char *const names[] = { delta->attribute, NULL };
		struct search search = { .base = entry->dn, .scope = SCOPE_BASE, .attributes = names, .raw = true };
		const struct part *masked = convert_masked_parts(world_profile(store->world), delta->attribute);
		const struct attribute *stored;
		struct found found;

		if (masked == NULL || !delta->secret || delta->how == DELTA_DELETE)
			continue;
		if (!request_search(store->connection, arena, &search, &found, NULL) || found.count == 0)
			return false;
		stored = entry_get(found.entries[0], delta->attribute);
		for (j = 0; j < delta->count; j++) {
			for (k = 0; stored != NULL && k < stored->count && !value_same(&stored->values[k], &delta->values[j]); k++)
				continue;
			if (fetchmail_has_password(masked, &delta->values[j]) && (stored == NULL || k == stored->count))
				return false;
		}
	}
	return true;
}

static enum outcome others(const struct entry *entry, struct error *error)
{
	const char *who = entry_first(entry, "modifiersName"), *when = entry_first(entry, "modifyTimestamp");

	error_set(error, ERROR_CONFLICT, "%s was changed by %s at %s, and does not show this change", entry->dn, who == NULL ? "somebody" : who, when == NULL ? "an unknown time" : when);
	return OUTCOME_CONFLICT;
}

static enum outcome not_applied(const struct operation *operation, struct error *error)
{
	error_set(error, ERROR_UNREACHABLE, "%s: the connection was lost and the change did not happen: the entry is as it was before", operation->words == NULL ? operation->place : operation->words);
	return OUTCOME_NOT_APPLIED;
}

static enum outcome look_modify(struct store_ldap *store, const struct operation *operation, struct arena *arena, const struct entry *entry, struct error *error)
{
	const char *version = entry_first(entry, "entryCSN");

	if (!operation->commutes && version != NULL && operation->version != NULL && strcmp(version, operation->version) == 0)
		return not_applied(operation, error);
	if (all_show(store, arena, entry, operation, true) && passwords_show(store, arena, entry, operation))
		return OUTCOME_APPLIED;
	/* A login changes the version and no value: exactly the old values mean that ours never came. */
	return operation->commutes || all_show(store, arena, entry, operation, false) ? not_applied(operation, error) : others(entry, error);
}

/* Ours or somebody else's of the same name? All that we sent must be there. */
static enum outcome look_add(struct store_ldap *store, const struct operation *operation, struct arena *arena, const struct entry *entry, struct operation *inverse, struct error *error)
{
	if (!all_show(store, arena, entry, operation, true))
		return others(entry, error);
	inverse->id = entry_first(entry, "entryUUID");
	store->added++;
	return OUTCOME_APPLIED;
}

static enum outcome look_there(struct store_ldap *store, const struct operation *operation, struct arena *arena, const struct entry *entry, struct operation *inverse, struct error *error)
{
	const char *version = entry_first(entry, "entryCSN");

	switch (operation->verb) {
	case OPERATION_MODIFY:
		return look_modify(store, operation, arena, entry, error);
	case OPERATION_ADD:
		return look_add(store, operation, arena, entry, inverse, error);
	case OPERATION_RENAME:
		if (dn_same(entry->dn, operation->new_place))
			return OUTCOME_APPLIED;
		return dn_same(entry->dn, operation->place) ? not_applied(operation, error) : others(entry, error);
	case OPERATION_PASSWORD:
		return look_password(operation, entry, inverse, error);
	case OPERATION_DELETE:
		if (version != NULL && operation->version != NULL && strcmp(version, operation->version) != 0 && !all_show(store, arena, entry, operation, false))
			return others(entry, error);
		return not_applied(operation, error);
	}
	return OUTCOME_UNKNOWN;
}

static enum outcome look_once(struct store_ldap *store, const struct operation *operation, struct arena *arena, struct operation *inverse, struct error *error)
{
	struct error inner = { 0 };
	struct entry *entry = store_target(store, arena, operation->verb == OPERATION_ADD ? NULL : operation->id, operation->place, &inner);

	if (entry != NULL)
		return look_there(store, operation, arena, entry, inverse, error);
	if (inner.kind == ERROR_NOT_FOUND) {
		if (operation->verb == OPERATION_DELETE)
			return OUTCOME_APPLIED;
		if (operation->verb == OPERATION_ADD)
			return not_applied(operation, error);
		error_set(error, ERROR_CONFLICT, "%s is gone: somebody else deleted it meanwhile", operation->place);
		return OUTCOME_CONFLICT;
	}
	if (error != NULL)
		*error = inner;
	return OUTCOME_UNKNOWN;
}

enum outcome store_look(void *self, const struct operation *operation, struct arena *arena, struct operation *inverse, struct error *error)
{
	struct store_ldap *store = self;
	enum outcome outcome;

	if (!reach(store, error))
		return OUTCOME_UNKNOWN;
	if (operation->through != NULL)
		return udm_look(store, operation, arena, inverse, error);
	apply_inverse(store, arena, operation, inverse);
	outcome = look_once(store, operation, arena, inverse, error);
	if (outcome == OUTCOME_NOT_APPLIED && wait(store, SECOND_LOOK_MS)) {
		error_clear(error);
		outcome = look_once(store, operation, arena, inverse, error);
	}
	if (outcome == OUTCOME_APPLIED)
		error_clear(error);
	return outcome;
}

bool store_after(void *self, const struct change *change, const struct plan *plan, struct error *error)
{
	struct store_ldap *store = self;
	struct arena *arena = arena_new();
	const struct entry *holder = NULL;
	bool failed = false;
	size_t i, count;

	(void)change;
	for (i = 0; i < plan->count && holder == NULL && !failed; i++) {
		const char **addresses;

		if (!(store->world != NULL || store_ready(store, error))) {
			failed = true;
			break;
		}
		addresses = locks_addresses(store, arena, &plan->operations[i], &count);
		if (count == 0)
			continue;
		failed = !store_ready(store, error);
		if (!failed)
			holder = locks_holder(store, arena, &plan->operations[i], addresses, count, &failed, error);
	}
	/* Both who hold it take their change back: nobody may win silently where no server decides. */
	if (holder != NULL)
		error_set(error, ERROR_CONFLICT, "%s holds the same address", holder->dn);
	arena_free(arena);
	return holder == NULL && !failed;
}

/* --- stored passwords ------------------------------------------------------------------------- */

struct filling {
	struct arena *arena;
	const struct part *parts;
	const struct entry *raw;           /* the entry with passwords in clear */
};

/* Removing: the stored value of which this is the masked form. Adding: the password of the same account. */
static bool fill_value(const struct filling *filling, const struct delta *delta, const struct value *wanted, struct value *filled)
{
	const struct attribute *stored = entry_get(filling->raw, delta->attribute);
	size_t i;

	*filled = *wanted;
	if (delta->how != DELTA_DELETE && !fetchmail_lacks_password(filling->parts, wanted))
		return true;
	for (i = 0; stored != NULL && i < stored->count; i++) {
		struct value masked = fetchmail_mask(filling->arena, filling->parts, &stored->values[i]);
		struct value bare = fetchmail_mask(filling->arena, filling->parts, wanted);

		if (delta->how == DELTA_DELETE && value_same(&masked, &bare)) {
			*filled = stored->values[i];
			return true;
		}
		if (delta->how != DELTA_DELETE && fetchmail_fill(filling->arena, filling->parts, wanted, &stored->values[i], filled))
			return true;
	}
	return false;
}

static bool fill_delta(const struct filling *filling, struct delta *delta, struct error *error)
{
	struct value *values = arena_alloc(filling->arena, delta->count * sizeof *values);
	size_t i;

	for (i = 0; i < delta->count; i++)
		if (!fill_value(filling, delta, &delta->values[i], &values[i]))
			return error_set(error, ERROR_CONFLICT, "%s: there is no stored entry any more whose password could be kept: give the password", delta->attribute);
	delta->values = values;
	return true;
}

bool apply_fill_passwords(struct store_ldap *store, struct arena *arena, const struct operation *operation, struct operation *filled, struct error *error)
{
	struct delta *deltas = arena_alloc(arena, operation->delta_count * sizeof *deltas);
	struct filling filling = { .arena = arena };
	size_t i;

	for (i = 0; i < operation->delta_count; i++) {
		const struct delta *delta = &operation->deltas[i];
		const char *const names[] = { delta->attribute, NULL };
		struct search search = { .base = operation->place, .scope = SCOPE_BASE, .attributes = names, .raw = true };
		struct found found;

		deltas[i] = *delta;
		filling.parts = convert_masked_parts(world_profile(store->world), delta->attribute);
		if (operation->verb != OPERATION_MODIFY || filling.parts == NULL)
			continue;
		if (!request_search(store->connection, arena, &search, &found, error))
			return false;
		filling.raw = found.count > 0 ? found.entries[0] : entry_new(arena, operation->place);
		if (!fill_delta(&filling, &deltas[i], error))
			return false;
	}
	*filled = *operation;
	filled->deltas = deltas;
	return true;
}
