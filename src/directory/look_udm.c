/*
 * look_udm: what became of an operation through UDM that nobody answered.
 *
 * The entry's version in the directory tells whether anything happened; what
 * UDM shows tells whether it was ours.  A password shows nowhere: there the
 * time of the last one tells.  UDM may still be at a request whose connection
 * is gone, so "not done" is only said when it is seen twice, some seconds
 * apart.  On the gate's thread.
 */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "directory/dn.h"
#include "directory/udm_store.h"

enum { SECOND_LOOK_MS = 3000, DIGITS_OF_TIME = 14 };

/* --- what an object shows ------------------------------------------------------------------------ */

/* Is the value that goes only written in another way by the one that comes? */
static bool rewritten(const struct operation *operation, const struct udm_property *property, const struct delta *delta, const struct value *value)
{
	for (size_t i = 0; i < operation->delta_count; i++) {
		const struct field_values comes = { .values = operation->deltas[i].values, .count = operation->deltas[i].count };

		if (operation->deltas[i].how == DELTA_ADD && strcmp(operation->deltas[i].attribute, delta->attribute) == 0 && udm_holds(property, &comes, value))
			return true;
	}
	return false;
}

static bool shows_delta(struct arena *arena, const struct json *properties, const struct operation *operation, const struct udm_property *property,
		const struct delta *delta, bool done)
{
	struct field_values shown = udm_shown(arena, property, json_get(properties, delta->attribute));

	if (delta->how == DELTA_REPLACE)
		return !done || delta->count == shown.count;
	for (size_t i = 0; i < delta->count; i++) {
		bool there = udm_holds(property, &shown, &delta->values[i]);

		if (delta->how == DELTA_DELETE && rewritten(operation, property, delta, &delta->values[i]))
			continue;
		if (there != ((delta->how == DELTA_ADD) == done))
			return false;
	}
	return true;
}

bool udm_shows(struct arena *arena, const struct udm_object *object, const struct operation *operation, bool done, bool *says)
{
	*says = false;
	for (size_t i = 0; i < operation->delta_count; i++) {
		const struct delta *delta = &operation->deltas[i];
		const struct udm_property *property = udm_property_named(operation->through, delta->attribute);

		if (delta->secret || property == NULL || property->secret)
			continue;
		if (property->shape == UDM_UNLOCK) {
			/* Not locked may have been so before; locked is certainly not done. */
			if (done && json_get_flag(object->properties, property->shown_by))
				return false;
			continue;
		}
		*says = true;
		if (!shows_delta(arena, object->properties, operation, property, delta, done))
			return false;
	}
	return true;
}

/* --- one look ---------------------------------------------------------------------------------------- */

static enum outcome told(struct error *error, enum outcome outcome, const struct operation *operation, const char *words)
{
	error_set(error, outcome == OUTCOME_CONFLICT ? ERROR_CONFLICT : ERROR_UNREACHABLE, "%s: %s", operation->words == NULL ? operation->place : operation->words, words);
	return outcome;
}

static enum outcome not_done(const struct operation *operation, struct error *error)
{
	return told(error, OUTCOME_NOT_APPLIED, operation, "no answer came from UDM, and it did not happen: the entry is as it was before");
}

static enum outcome others(const struct operation *operation, const struct entry *entry, struct arena *arena, struct error *error, const char *what)
{
	const char *who = entry_first(entry, "modifiersName");

	return told(error, OUTCOME_CONFLICT, operation, arena_format(arena, "the entry was changed by %s meanwhile, and %s", who == NULL ? "somebody" : who, what));
}

/* entryCSN begins with a time; "2026-11-20T12:00:00Z" is what fields of times hold. */
static bool version_time(struct arena *arena, const char *version, char *iso, size_t size)
{
	int64_t at;

	if (version == NULL || strlen(version) < DIGITS_OF_TIME ||
	    !text_to_time(arena_format(arena, "%.*sZ", DIGITS_OF_TIME, version), &at))
		return false;
	return (size_t)snprintf(iso, size, "%s", text_from_time(arena, at)) < size;
}

/* Something changed the entry: was the password among it? Both times are whole seconds, so the same one proves nothing. */
static enum outcome look_secret(struct store_ldap *store, const struct operation *operation, struct arena *arena, const struct entry *entry, struct error *error)
{
	const struct kind *kind = &kind_user;
	struct record *record = read_record(store->world, arena, kind, entry, KNOWN_NOT);
	const char *changed = kind_field(kind, "password_changed") == NULL ? "" : record_text(record, "password_changed");
	char before[40];

	if (version_time(arena, operation->version, before, sizeof before) && changed[0] != '\0') {
		if (strcmp(changed, before) > 0)
			return OUTCOME_APPLIED;
		if (strcmp(changed, before) < 0)
			return not_done(operation, error);
	}
	return others(operation, entry, arena, error, "whether this password was set cannot be seen: set it again");
}

static enum outcome look_modify(struct store_ldap *store, const struct operation *operation, struct arena *arena, const struct entry *entry, struct error *error)
{
	const char *version = entry_first(entry, "entryCSN");
	struct udm_object object;
	bool says, done, before;

	if (version != NULL && operation->version != NULL && strcmp(version, operation->version) == 0)
		return not_done(operation, error);
	if (!udm_read(store->udm, arena, world_profile(store->world), operation->through, entry->dn, &object, error))
		return OUTCOME_UNKNOWN;
	done = udm_shows(arena, &object, operation, true, &says);
	before = udm_shows(arena, &object, operation, false, &says);
	udm_object_free(&object);
	for (size_t i = 0; !says && i < operation->delta_count; i++)
		if (operation->deltas[i].secret)
			return look_secret(store, operation, arena, entry, error);
	if (done)
		return OUTCOME_APPLIED;
	return before ? not_done(operation, error) : others(operation, entry, arena, error, "does not show this change");
}

static enum outcome look_add(struct store_ldap *store, const struct operation *operation, struct arena *arena, const struct entry *entry,
		struct operation *inverse, struct error *error)
{
	struct udm_object object;
	bool says, done;

	if (!udm_read(store->udm, arena, world_profile(store->world), operation->through, entry->dn, &object, error))
		return OUTCOME_UNKNOWN;
	done = udm_shows(arena, &object, operation, true, &says);
	udm_object_free(&object);
	if (!done)
		return others(operation, entry, arena, error, "bears this name and other values: it is somebody else's");
	inverse->id = entry_first(entry, "entryUUID");
	return OUTCOME_APPLIED;
}

enum outcome udm_look_once(struct store_ldap *store, const struct operation *operation, struct arena *arena, struct operation *inverse,
		struct error *error)
{
	struct error inner = { 0 };
	struct entry *entry = store_target(store, arena, operation->verb == OPERATION_ADD ? NULL : operation->id, operation->place, &inner);

	if (entry == NULL && inner.kind == ERROR_NOT_FOUND) {
		if (operation->verb == OPERATION_DELETE)
			return OUTCOME_APPLIED;
		return operation->verb == OPERATION_ADD ? not_done(operation, error) : told(error, OUTCOME_CONFLICT, operation, "it is gone: somebody deleted it meanwhile");
	}
	if (entry == NULL) {
		if (error != NULL)
			*error = inner;
		return OUTCOME_UNKNOWN;
	}
	switch (operation->verb) {
	case OPERATION_ADD:
		return look_add(store, operation, arena, entry, inverse, error);
	case OPERATION_MODIFY:
		return look_modify(store, operation, arena, entry, error);
	case OPERATION_RENAME:
		if (dn_same(entry->dn, operation->new_place))
			return OUTCOME_APPLIED;
		return dn_same(entry->dn, operation->place) ? not_done(operation, error) : others(operation, entry, arena, error, "has a third name now");
	case OPERATION_DELETE:
	case OPERATION_PASSWORD:
		break;
	}
	return not_done(operation, error);
}

enum outcome udm_look(struct store_ldap *store, const struct operation *operation, struct arena *arena, struct operation *inverse, struct error *error)
{
	enum outcome outcome;

	udm_inverse(arena, operation, inverse);
	if (store->udm == NULL) {
		error_set(error, ERROR_CONFIG, "It was done through UDM, and the configuration has no section udm any more");
		return OUTCOME_UNKNOWN;
	}
	udm_begin(store->udm);
	outcome = udm_look_once(store, operation, arena, inverse, error);
	if (outcome == OUTCOME_NOT_APPLIED && udm_sleep(store->udm, SECOND_LOOK_MS)) {
		error_clear(error);
		outcome = udm_look_once(store, operation, arena, inverse, error);
	}
	if (outcome == OUTCOME_APPLIED)
		error_clear(error);
	return outcome;
}
