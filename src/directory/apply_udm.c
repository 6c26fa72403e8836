/*
 * apply_udm: one operation through UDM, guarded.
 *
 * First the object is read through UDM, then its entry from the directory: the
 * entry must bear the version that was shown, and the request carries the ETag
 * of the reading before, so a change by anybody in between is refused by UDM.
 * Afterwards both are read again.  On the gate's thread.
 */
#include <string.h>

#include "base/text.h"
#include "directory/dn.h"
#include "directory/udm_store.h"

/* --- inverse -------------------------------------------------------------------------------- */

static bool goes_back(const struct operation *operation, const struct delta *delta)
{
	const struct udm_property *property = udm_property_named(operation->through, delta->attribute);

	return property == NULL || property->shape != UDM_UNLOCK;
}

/* Secrets stay in it by name only: the gate says then that they cannot come back. */
static struct delta flipped(const struct delta *delta)
{
	struct delta back = *delta;

	back.how = delta->how == DELTA_ADD ? DELTA_DELETE : delta->how == DELTA_DELETE ? DELTA_ADD : DELTA_REPLACE;
	if (!delta->secret)
		return back;
	back.values = NULL;
	back.count = 0;
	return back;
}

void udm_inverse(struct arena *arena, const struct operation *operation, struct operation *inverse)
{
	static const enum operation_verb verbs[] = { [OPERATION_ADD] = OPERATION_DELETE, [OPERATION_DELETE] = OPERATION_ADD,
		[OPERATION_MODIFY] = OPERATION_MODIFY, [OPERATION_RENAME] = OPERATION_RENAME };
	struct delta *deltas = arena_alloc(arena, operation->delta_count * sizeof *deltas);
	size_t count = 0, open = 0, i;

	for (i = operation->delta_count; i > 0; i--) {
		const struct delta *delta = &operation->deltas[i - 1];

		if (!goes_back(operation, delta) || (operation->verb == OPERATION_ADD && delta->secret))
			continue;
		deltas[count++] = flipped(delta);
		open += !delta->secret;
	}
	*inverse = *operation;
	inverse->verb = verbs[operation->verb];
	inverse->version = NULL;
	inverse->words = arena_format(arena, "take back: %s", operation->words == NULL ? operation->place : operation->words);
	inverse->deltas = deltas;
	inverse->delta_count = count;
	if (operation->verb == OPERATION_RENAME) {
		inverse->place = operation->new_place;
		inverse->new_place = operation->place;
	}
	if (operation->verb == OPERATION_ADD || operation->verb == OPERATION_DELETE)
		inverse->id = NULL;
	/* Nobody holds the old password, and an account that was unlocked cannot be locked by us as wrong passwords do it. */
	if (operation->verb == OPERATION_MODIFY && open == 0)
		*inverse = (struct operation){ .place = NULL };
}

/* --- the body --------------------------------------------------------------------------------- */

/* What the property becomes: the shown values less those that go, and those that come. */
static void put_property(struct arena *arena, struct json *into, const struct operation *operation, const char *name, const struct json *properties)
{
	const struct udm_property *property = udm_property_named(operation->through, name);
	const struct json *shown = json_get(properties, name);
	struct field_values now = udm_shown(arena, property, shown);
	struct value *values;
	size_t count = 0, room = now.count, i, j;
	bool replaced = json_sort(shown) != JSON_LIST;

	for (i = 0; i < operation->delta_count; i++) {
		room += operation->deltas[i].count;
		replaced = replaced || (operation->deltas[i].how == DELTA_REPLACE && strcmp(operation->deltas[i].attribute, name) == 0);
	}
	values = arena_alloc(arena, room * sizeof *values);
	for (i = 0; !replaced && i < now.count; i++) {
		bool goes = false;

		for (j = 0; j < operation->delta_count; j++) {
			const struct delta *delta = &operation->deltas[j];
			const struct field_values gone = { .values = delta->values, .count = delta->count };

			goes = goes || (delta->how == DELTA_DELETE && strcmp(delta->attribute, name) == 0 && udm_holds(property, &gone, &now.values[i]));
		}
		if (!goes)
			values[count++] = now.values[i];
	}
	for (i = 0; i < operation->delta_count; i++) {
		const struct delta *delta = &operation->deltas[i];

		if (delta->how == DELTA_DELETE || strcmp(delta->attribute, name) != 0)
			continue;
		for (j = 0; j < delta->count; j++) {
			const struct field_values there = { .values = values, .count = count };

			if (property->shape == UDM_ACCOUNTS || !udm_holds(property, &there, &delta->values[j]))
				values[count++] = delta->values[j];
		}
	}
	udm_put(into, name, property, shown, values, count);
}

static struct json *body_of(struct arena *arena, const struct operation *operation, const struct udm_object *object)
{
	struct json *body = json_object_new(), *properties = json_object_new();

	if (operation->verb == OPERATION_ADD)
		json_put_text(body, "position", dn_parent(arena, operation->place));
	for (size_t i = 0; i < operation->delta_count; i++)
		if (json_get(properties, operation->deltas[i].attribute) == NULL)
			put_property(arena, properties, operation, operation->deltas[i].attribute, object->properties);
	json_put(body, "properties", properties);
	return body;
}

static bool all_known(const struct operation *operation, struct error *error)
{
	for (size_t i = 0; i < operation->delta_count; i++)
		if (udm_property_named(operation->through, operation->deltas[i].attribute) == NULL)
			return error_set(error, ERROR_INTERNAL, "%s is no property of %s that is known", operation->deltas[i].attribute, operation->through);
	return true;
}

/* --- afterwards ------------------------------------------------------------------------------------ */

static enum outcome unseen(const struct operation *operation, struct error *error, const char *what)
{
	error_set(error, ERROR_UNKNOWN_OUTCOME, "%s: UDM said yes, and %s", operation->words == NULL ? operation->place : operation->words, what);
	return OUTCOME_UNKNOWN;
}

static bool has_secret(const struct operation *operation)
{
	for (size_t i = 0; i < operation->delta_count; i++)
		if (operation->deltas[i].secret)
			return true;
	return false;
}

/* UDM said yes; do the directory and UDM itself say so too? */
static enum outcome seen(struct store_ldap *store, const struct operation *operation, const struct udm_answer *answer, struct arena *arena,
		struct operation *inverse, const char **version_after, struct error *error)
{
	struct error inner = { 0 };
	struct entry *entry = store_target(store, arena, operation->verb == OPERATION_ADD ? answer->uuid : operation->id,
		answer->dn != NULL && operation->verb == OPERATION_ADD ? answer->dn : operation->place, &inner);
	struct udm_object object;
	bool shows, says;

	if (operation->verb == OPERATION_DELETE)
		return entry == NULL && inner.kind == ERROR_NOT_FOUND ? OUTCOME_APPLIED : unseen(operation, error, "the entry is still there");
	if (entry == NULL)
		return unseen(operation, error, "the entry cannot be read from the directory");
	/* A password shows nowhere, but what sets one makes another version of the entry. */
	if (operation->version != NULL && entry_first(entry, "entryCSN") != NULL && has_secret(operation) &&
	    strcmp(entry_first(entry, "entryCSN"), operation->version) == 0)
		return unseen(operation, error, "the entry was not changed");
	if (operation->verb == OPERATION_RENAME && !dn_same(entry->dn, operation->new_place))
		return unseen(operation, error, "the entry has another name than it was to get");
	if (!udm_read(store->udm, arena, world_profile(store->world), operation->through, entry->dn, &object, &inner))
		return unseen(operation, error, arena_format(arena, "what it shows now cannot be read (%.300s)", inner.text));
	shows = udm_shows(arena, &object, operation, true, &says);
	udm_object_free(&object);
	if (!shows)
		return unseen(operation, error, "shows other values than were written");
	*version_after = entry_first(entry, "entryCSN");
	if (operation->verb == OPERATION_ADD) {
		inverse->id = entry_first(entry, "entryUUID");
		inverse->place = entry->dn;
	}
	return OUTCOME_APPLIED;
}

/* An answer that leaves it open, of a server that answers: looked at once, so that its own words are not lost. */
static enum outcome open_answer(struct store_ldap *store, const struct operation *operation, const struct udm_answer *answer, struct arena *arena,
		struct operation *inverse, struct error *error)
{
	enum outcome outcome = answer->status == 0 ? OUTCOME_UNKNOWN : udm_look_once(store, operation, arena, inverse, NULL);

	if (outcome == OUTCOME_APPLIED)
		return outcome;
	if (error != NULL)
		*error = answer->error;
	if (outcome == OUTCOME_NOT_APPLIED)
		error_prefix(error, "%s: nothing was changed", operation->words == NULL ? operation->place : operation->words);
	return outcome == OUTCOME_NOT_APPLIED ? outcome : OUTCOME_UNKNOWN;
}

static enum outcome judged(struct store_ldap *store, const struct operation *operation, const struct udm_answer *answer, struct arena *arena,
		struct operation *inverse, const char **version_after, struct error *error)
{
	if (answer->how == ANSWER_GIVEN && answer->error.kind == ERROR_NONE)
		return seen(store, operation, answer, arena, inverse, version_after, error);
	if (answer->how == ANSWER_LOST)
		return open_answer(store, operation, answer, arena, inverse, error);
	if (error != NULL)
		*error = answer->error;
	if (answer->how == ANSWER_UNSENT)
		return OUTCOME_NOT_APPLIED;
	return answer->status == 412 || (answer->status == 404 && operation->verb != OPERATION_ADD) ? OUTCOME_CONFLICT : OUTCOME_NOT_APPLIED;
}

/* --- the door ---------------------------------------------------------------------------------------- */

static enum outcome apply_add(struct store_ldap *store, const struct operation *operation, struct arena *arena, struct operation *inverse,
		const char **version_after, struct error *error)
{
	const struct profile *profile = world_profile(store->world);
	struct udm_object template;
	struct udm_answer answer;

	if (!udm_template(store->udm, arena, profile, operation->through, dn_parent(arena, operation->place), &template, error))
		return OUTCOME_NOT_APPLIED;
	udm_write(store->udm, arena, profile, "POST", operation->through, operation->place, NULL, body_of(arena, operation, &template), &answer);
	udm_object_free(&template);
	return judged(store, operation, &answer, arena, inverse, version_after, error);
}

/* Is it the object that was shown, in the state that was shown? */
static enum outcome guard(struct store_ldap *store, const struct operation *operation, const struct udm_object *object, struct arena *arena, struct error *error)
{
	struct entry *entry = store_target(store, arena, operation->id, operation->place, error);
	const char *version = entry == NULL ? NULL : entry_first(entry, "entryCSN");
	bool says;

	if (entry == NULL)
		return error != NULL && error->kind == ERROR_NOT_FOUND ? OUTCOME_CONFLICT : OUTCOME_NOT_APPLIED;
	if (operation->id != NULL && !text_same_ascii_case(object->uuid, operation->id)) {
		error_set(error, ERROR_CONFLICT, "%s is another object in UDM than in the directory", operation->place);
		return OUTCOME_CONFLICT;
	}
	if (!dn_same(entry->dn, operation->place) || (operation->version != NULL && (version == NULL || strcmp(version, operation->version) != 0)) ||
	    (operation->version == NULL && !udm_shows(arena, object, operation, false, &says))) {
		error_set(error, ERROR_CONFLICT, "%s was changed by somebody else meanwhile", operation->place);
		return OUTCOME_CONFLICT;
	}
	return OUTCOME_APPLIED;
}

static enum outcome not_readable(struct store_ldap *store, const struct operation *operation, struct arena *arena, struct error *error)
{
	struct error inner = { 0 };
	struct entry *entry;

	if (error == NULL || error->kind != ERROR_NOT_FOUND)
		return OUTCOME_NOT_APPLIED;
	/* Gone or moved meanwhile? Then the walk begins anew and says so. */
	entry = store_target(store, arena, operation->id, operation->place, &inner);
	return entry == NULL ? (inner.kind == ERROR_NOT_FOUND ? OUTCOME_CONFLICT : OUTCOME_NOT_APPLIED) :
		dn_same(entry->dn, operation->place) ? OUTCOME_NOT_APPLIED : OUTCOME_CONFLICT;
}

enum outcome udm_apply(struct store_ldap *store, const struct operation *operation, struct arena *arena, struct operation *inverse,
		const char **version_after, struct error *error)
{
	const struct profile *profile = world_profile(store->world);
	const char *method = operation->verb == OPERATION_DELETE ? "DELETE" : "PATCH";
	struct error mine = { 0 };
	struct udm_object object;
	struct udm_answer answer;
	enum outcome outcome;

	/* Which sort of refusal it is decides, whether or not somebody wants the words. */
	error = error == NULL ? &mine : error;
	udm_inverse(arena, operation, inverse);
	if (store->udm == NULL) {
		error_set(error, ERROR_CONFIG, "This goes through UDM, and the configuration has no section udm any more");
		return OUTCOME_NOT_APPLIED;
	}
	if (!all_known(operation, error))
		return OUTCOME_NOT_APPLIED;
	udm_begin(store->udm);
	if (operation->verb == OPERATION_ADD)
		return apply_add(store, operation, arena, inverse, version_after, error);
	if (!udm_read(store->udm, arena, profile, operation->through, operation->place, &object, error))
		return not_readable(store, operation, arena, error);
	outcome = guard(store, operation, &object, arena, error);
	if (outcome == OUTCOME_APPLIED) {
		udm_write(store->udm, arena, profile, method, operation->through, operation->place, object.etag,
			operation->verb == OPERATION_DELETE ? NULL : body_of(arena, operation, &object), &answer);
		outcome = judged(store, operation, &answer, arena, inverse, version_after, error);
	}
	udm_object_free(&object);
	return outcome;
}
