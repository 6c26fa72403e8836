/*
 * apply: one operation, guarded, and what is known afterwards (store_apply).
 *
 * The assertion on entryUUID and entryCSN makes a change at most once and only
 * on what was shown; membership values commute and are tried until they are
 * so.  What was sent and not answered is unknown until look.c has looked.  On
 * the gate's thread.
 */
#include <ldap.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "directory/convert.h"
#include "directory/dn.h"
#include "directory/filter.h"
#include "directory/store_private.h"
#include "directory/trouble.h"
#include "directory/udm_store.h"

enum { COMMUTE_TRIES = 5 };

/* --- values ------------------------------------------------------------------------------- */

/* The form in which two values of an attribute are compared: passwords masked. */
static struct value bare(const struct store_ldap *store, struct arena *arena, const char *attribute, const struct value *value)
{
	const struct part *masked = convert_masked_parts(world_profile(store->world), attribute);

	return masked == NULL ? *value : fetchmail_mask(arena, masked, value);
}

static bool equal(const struct store_ldap *store, struct arena *arena, const char *attribute, const struct value *a, const struct value *b)
{
	struct value one = bare(store, arena, attribute, a), two = bare(store, arena, attribute, b);

	return value_same(&one, &two) || (one.length == two.length && text_same_ascii_case(one.bytes, two.bytes)) ||
		(strchr(one.bytes, '=') != NULL && dn_same(one.bytes, two.bytes));
}

/* Looked for near its own place first: whole groups of fifty thousand are written and compared in one order. */
static bool among(const struct store_ldap *store, struct arena *arena, const struct entry *entry, const char *attribute, const struct value *value,
		size_t near)
{
	const struct attribute *now = entry_get(entry, attribute);
	size_t i;

	for (i = near > 0 ? near - 1 : 0; now != NULL && i < now->count && i <= near + 1; i++)
		if (value_same(&now->values[i], value))
			return true;
	for (i = 0; now != NULL && i < now->count; i++)
		if (equal(store, arena, attribute, &now->values[i], value))
			return true;
	return false;
}

static bool all_are(const struct store_ldap *store, struct arena *arena, const struct entry *entry, const struct delta *delta, bool there)
{
	size_t i;

	for (i = 0; i < delta->count; i++)
		if (among(store, arena, entry, delta->attribute, &delta->values[i], i) != there)
			return false;
	return true;
}

bool apply_shows(const struct store_ldap *store, struct arena *arena, const struct entry *entry, const struct delta *delta)
{
	const struct attribute *now = entry_get(entry, delta->attribute);

	if (delta->how == DELTA_DELETE)
		return delta->count == 0 ? now == NULL : all_are(store, arena, entry, delta, false);
	if (delta->how == DELTA_REPLACE && (now == NULL ? 0 : now->count) != delta->count)
		return false;
	return all_are(store, arena, entry, delta, true);
}

/*
 * A new password for the same account: what goes and what comes look the same once they are masked, so the value that
 * goes says nothing.
 */
bool apply_hides(const struct store_ldap *store, struct arena *arena, const struct operation *operation, const struct delta *delta)
{
	size_t i, j, k;

	if (delta->how != DELTA_DELETE || convert_masker(world_profile(store->world), delta->attribute) == NULL)
		return false;
	for (i = 0; i < operation->delta_count; i++) {
		const struct delta *other = &operation->deltas[i];

		if (other->how == DELTA_DELETE || !text_same_ascii_case(other->attribute, delta->attribute))
			continue;
		for (j = 0; j < delta->count; j++)
			for (k = 0; k < other->count; k++)
				if (equal(store, arena, delta->attribute, &delta->values[j], &other->values[k]))
					return true;
	}
	return false;
}

bool apply_untouched(const struct store_ldap *store, struct arena *arena, const struct entry *entry, const struct delta *delta)
{
	if (delta->how == DELTA_DELETE)
		return delta->count == 0 || all_are(store, arena, entry, delta, true);
	return delta->how == DELTA_ADD ? all_are(store, arena, entry, delta, false) : !apply_shows(store, arena, entry, delta);
}

/* --- inverse ---------------------------------------------------------------------------------- */

static struct delta flipped(const struct store_ldap *store, struct arena *arena, const struct delta *delta)
{
	struct value *values = arena_alloc(arena, delta->count * sizeof *values);
	struct delta back = *delta;
	size_t i;

	back.how = delta->how == DELTA_ADD ? DELTA_DELETE : delta->how == DELTA_DELETE ? DELTA_ADD : DELTA_REPLACE;
	for (i = 0; i < delta->count; i++)
		values[i] = delta->secret ? bare(store, arena, delta->attribute, &delta->values[i]) : delta->values[i];
	back.values = values;
	back.secret = false;
	return back;
}

void apply_inverse(const struct store_ldap *store, struct arena *arena, const struct operation *operation, struct operation *inverse)
{
	static const enum operation_verb verbs[] = { [OPERATION_ADD] = OPERATION_DELETE, [OPERATION_DELETE] = OPERATION_ADD,
		[OPERATION_MODIFY] = OPERATION_MODIFY, [OPERATION_RENAME] = OPERATION_RENAME, [OPERATION_PASSWORD] = OPERATION_PASSWORD };
	struct delta *deltas = arena_alloc(arena, operation->delta_count * sizeof *deltas);
	size_t i;

	*inverse = *operation;
	inverse->verb = verbs[operation->verb];
	inverse->version = NULL;
	inverse->words = arena_format(arena, "take back: %s", operation->words == NULL ? operation->place : operation->words);
	if (operation->verb == OPERATION_RENAME) {
		inverse->place = operation->new_place;
		inverse->new_place = operation->place;
	}
	if (operation->verb == OPERATION_ADD || operation->verb == OPERATION_DELETE)
		inverse->id = NULL;
	if (operation->stays)
		inverse->place = NULL;
	/* In reverse, so that within one attribute the new value goes before the old one comes. */
	for (i = 0; i < operation->delta_count; i++)
		deltas[i] = flipped(store, arena, &operation->deltas[operation->delta_count - 1 - i]);
	inverse->deltas = deltas;
}

/* A whole replacement is taken back with what was there; read before it happens. */
static bool note_replaced(struct store_ldap *store, const struct operation *operation, struct arena *arena, struct operation *inverse, struct error *error)
{
	struct delta *deltas = arena_alloc(arena, inverse->delta_count * sizeof *deltas);
	struct entry *before = NULL;
	size_t i;

	for (i = 0; i < inverse->delta_count; i++) {
		deltas[i] = inverse->deltas[i];
		if (deltas[i].how != DELTA_REPLACE)
			continue;
		if (before == NULL && (before = store_target(store, arena, operation->id, operation->place, error)) == NULL)
			return false;
		deltas[i].values = entry_get(before, deltas[i].attribute) == NULL ? NULL : entry_get(before, deltas[i].attribute)->values;
		deltas[i].count = entry_get(before, deltas[i].attribute) == NULL ? 0 : entry_get(before, deltas[i].attribute)->count;
	}
	inverse->deltas = deltas;
	return true;
}

/* --- the assertion -------------------------------------------------------------------------------- */

/* Without a readable version: the values that were seen. Weaker, since it says nothing about the rest. */
static void assert_values(struct store_ldap *store, struct arena *arena, const struct operation *operation, struct filter *all)
{
	size_t i, j;

	for (i = 0; i < operation->delta_count; i++) {
		const struct delta *delta = &operation->deltas[i];
		const struct attribute_type *type = world_attribute(store->world, delta->attribute);

		if (convert_masker(world_profile(store->world), delta->attribute) != NULL || type == NULL || !type->equality)
			continue;
		for (j = 0; delta->how == DELTA_DELETE && j < delta->count; j++)
			filter_into(arena, all, filter_equal(arena, delta->attribute, delta->values[j].bytes, delta->values[j].length));
	}
}

/*
 * slapo-unique (2.5) searches under the assertion of the change that it examines, on the base of its own search:
 * a plain check of UUID and version would fail there whenever an address is written (122, "unique_search failed").
 * So the check is "another entry, or the right one": true for all others, strict for the target.
 */
static const struct filter *only_here(struct store_ldap *store, struct arena *arena, const struct operation *operation, struct filter *strict)
{
	struct filter *either = filter_group(arena, FILTER_OR);

	if (world_attribute(store->world, "entryDN") == NULL)
		return strict;
	filter_into(arena, either, filter_not(arena, filter_equal_text(arena, "entryDN", operation->place)));
	return filter_into(arena, either, strict);
}

static const struct filter *assertion_of(struct store_ldap *store, struct arena *arena, const struct operation *operation)
{
	struct filter *all = filter_group(arena, FILTER_AND);

	if (operation->verb == OPERATION_ADD || !world_asserts(store->world))
		return NULL;
	if (operation->id != NULL)
		filter_into(arena, all, filter_equal_text(arena, "entryUUID", operation->id));
	if (operation->version != NULL)
		filter_into(arena, all, filter_equal_text(arena, "entryCSN", operation->version));
	else if (!operation->commutes)
		assert_values(store, arena, operation, all);
	return all->inside_count > 0 ? only_here(store, arena, operation, all) : NULL;
}

/* --- what the answer means ------------------------------------------------------------------------- */

static const char *address_of(const struct operation *operation)
{
	return operation->words == NULL ? operation->place : operation->words;
}

/* The check failed: because somebody was faster, or because the server may not look at what it checks? */
static enum outcome judge_assertion(struct store_ldap *store, const struct operation *operation, struct arena *arena, struct error *error)
{
	struct entry *now = store_target(store, arena, operation->id, operation->place, NULL);
	const char *version = now == NULL ? NULL : entry_first(now, "entryCSN");

	if (version != NULL && operation->version != NULL && strcmp(version, operation->version) == 0) {
		error_set(error, ERROR_UNSUPPORTED, "%s: the server would not evaluate the check that nobody else changed it, though nobody did; "
			"its access rules must let this login search entryUUID and entryCSN [LDAP %d]", address_of(operation), LDAP_ASSERTION_FAILED);
		return OUTCOME_NOT_APPLIED;
	}
	trouble(error, LDAP_ASSERTION_FAILED, address_of(operation), NULL);
	return OUTCOME_CONFLICT;
}

static enum outcome judge(struct store_ldap *store, const struct operation *operation, const struct answer *answer, struct arena *arena, struct error *error)
{
	switch (answer->code) {
	case LDAP_SUCCESS:
		return OUTCOME_APPLIED;
	case LDAP_ASSERTION_FAILED:
		return judge_assertion(store, operation, arena, error);
	case LDAP_NO_SUCH_ATTRIBUTE:
	case LDAP_TYPE_OR_VALUE_EXISTS:
		trouble(error, answer->code, address_of(operation), answer->words);
		return OUTCOME_CONFLICT;
	case LDAP_NO_SUCH_OBJECT:
		trouble(error, answer->code, address_of(operation), answer->words);
		return operation->verb == OPERATION_ADD ? OUTCOME_NOT_APPLIED : OUTCOME_CONFLICT;
	case LDAP_CONSTRAINT_VIOLATION:
		if (strstr(answer->words, "non-unique") != NULL) {
			error_set(error, ERROR_CONFLICT, "%s: the server refused, somebody else holds this address already (%.200s) [LDAP 19]", address_of(operation), answer->words);
			error->code = LDAP_CONSTRAINT_VIOLATION;
			return OUTCOME_NOT_APPLIED;
		}
		break;
	default:
		break;
	}
	trouble(error, answer->code, address_of(operation), answer->words);
	return OUTCOME_NOT_APPLIED;
}

static const char **attributes_after(struct arena *arena, const struct operation *operation)
{
	const char **names = arena_alloc(arena, (operation->delta_count + 3) * sizeof *names);
	size_t count = 0, i;

	names[count++] = "entryUUID";
	names[count++] = "entryCSN";
	/* A group may be large, and its members say nothing that the result did not say. */
	for (i = 0; !operation->commutes && i < operation->delta_count; i++)
		names[count++] = operation->deltas[i].attribute;
	return names;
}

/* The server said yes; does the entry say so too? */
static bool verified(struct store_ldap *store, const struct operation *operation, const struct entry *after, struct arena *arena, struct error *error)
{
	size_t i;

	for (i = 0; after != NULL && !operation->commutes && operation->verb != OPERATION_DELETE && i < operation->delta_count; i++) {
		const struct delta *delta = &operation->deltas[i];
		const struct attribute_type *type = world_attribute(store->world, delta->attribute);

		/* What this login may write and not read cannot be compared. */
		if (entry_get(after, delta->attribute) == NULL && delta->how != DELTA_DELETE)
			continue;
		if ((type != NULL && !type->equality) || apply_hides(store, arena, operation, delta))
			continue;
		if (!apply_shows(store, arena, after, delta))
			return error_set(error, ERROR_UNKNOWN_OUTCOME, "%s: the server said yes and shows another value of %s than was written", address_of(operation), delta->attribute);
	}
	return true;
}

/* --- one request --------------------------------------------------------------------------------------- */

static enum outcome send(struct store_ldap *store, const struct operation *operation, const struct operation *filled, struct arena *arena,
		struct operation *inverse, const char **version_after, struct error *error)
{
	struct answer answer;
	enum outcome outcome;

	apply_inverse(store, arena, operation, inverse);
	if (!note_replaced(store, operation, arena, inverse, error))
		return OUTCOME_NOT_APPLIED;
	request_write(store->connection, arena, filled, assertion_of(store, arena, operation),
		world_reads_after(store->world) ? attributes_after(arena, operation) : NULL, &answer);
	if (answer.how == ANSWER_UNSENT) {
		if (error != NULL)
			*error = answer.error;
		return OUTCOME_NOT_APPLIED;
	}
	if (answer.how == ANSWER_LOST) {
		error_set(error, ERROR_UNKNOWN_OUTCOME, "%s: sent, and no answer came (%.300s)", address_of(operation), answer.error.text);
		return OUTCOME_UNKNOWN;
	}
	outcome = judge(store, operation, &answer, arena, error);
	if (outcome != OUTCOME_APPLIED)
		return outcome;
	if (answer.after == NULL && operation->verb != OPERATION_DELETE)
		answer.after = store_target(store, arena, operation->verb == OPERATION_ADD ? NULL : operation->id,
			operation->verb == OPERATION_RENAME ? operation->new_place : operation->place, NULL);
	if (!verified(store, operation, answer.after, arena, error))
		return OUTCOME_UNKNOWN;
	if (answer.after != NULL) {
		*version_after = entry_first(answer.after, "entryCSN");
		if (operation->verb == OPERATION_ADD)
			inverse->id = entry_first(answer.after, "entryUUID");
	}
	if (operation->verb == OPERATION_ADD)
		store->added++;
	return OUTCOME_APPLIED;
}

/* --- memberships ----------------------------------------------------------------------------------------- */

/* Only what is not so yet; false: nothing is left. */
static bool still_to_do(struct store_ldap *store, const struct operation *operation, const struct entry *entry, struct arena *arena, struct operation *rest)
{
	struct delta *deltas = arena_alloc(arena, operation->delta_count * sizeof *deltas);
	size_t i;

	*rest = *operation;
	rest->delta_count = 0;
	for (i = 0; i < operation->delta_count; i++)
		if (!apply_shows(store, arena, entry, &operation->deltas[i]))
			deltas[rest->delta_count++] = operation->deltas[i];
	rest->deltas = deltas;
	return rest->delta_count > 0;
}

/* 16 and 20 mean that some of the values are so already: somebody else, or refint, was faster. */
static enum outcome apply_commuting(struct store_ldap *store, const struct operation *operation, struct arena *arena,
		struct operation *inverse, const char **version_after, struct error *error)
{
	struct operation rest = *operation;
	unsigned tries;

	for (tries = 0; tries < COMMUTE_TRIES; tries++) {
		enum outcome outcome = send(store, &rest, &rest, arena, inverse, version_after, error);
		struct error inner = { 0 };
		struct entry *now;

		/* Taken back is the whole of it, even where refint had done a part: the parts must stay in step. */
		if (outcome == OUTCOME_APPLIED)
			apply_inverse(store, arena, operation, inverse);
		if (outcome != OUTCOME_CONFLICT)
			return outcome;
		now = store_target(store, arena, operation->id, operation->place, &inner);
		/* A group that is gone holds nobody. */
		if (now == NULL && inner.kind == ERROR_NOT_FOUND)
			return OUTCOME_ALREADY;
		if (now == NULL)
			return OUTCOME_NOT_APPLIED;
		if (!still_to_do(store, operation, now, arena, &rest)) {
			error_clear(error);
			return OUTCOME_ALREADY;
		}
		rest.place = now->dn;
	}
	return OUTCOME_NOT_APPLIED;
}

/* --- the door ---------------------------------------------------------------------------------------------- */

static enum outcome apply_locked(struct store_ldap *store, const struct operation *operation, const struct operation *filled, struct arena *arena,
		struct operation *inverse, const char **version_after, struct error *error)
{
	struct lock_set locks = { .list = NULL };
	const struct entry *holder;
	const char **addresses;
	enum outcome outcome;
	bool failed = false;
	size_t count;

	addresses = locks_addresses(store, arena, operation, &count);
	if (count > 0 && !locks_take(store, arena, addresses, count, &locks, error))
		return OUTCOME_NOT_APPLIED;
	holder = count == 0 ? NULL : locks_holder(store, arena, operation, addresses, count, &failed, error);
	if (holder != NULL)
		error_set(error, ERROR_CONFLICT, "%s: %s holds this address already", address_of(operation), holder->dn);
	outcome = holder != NULL || failed ? OUTCOME_NOT_APPLIED : send(store, operation, filled, arena, inverse, version_after, error);
	locks_release(store, &locks);
	return outcome;
}

enum outcome store_apply(void *self, const struct operation *operation, struct arena *arena, struct operation *inverse, const char **version_after, struct error *error)
{
	struct store_ldap *store = self;
	struct operation filled = *operation;

	*version_after = NULL;
	*inverse = (struct operation){ .place = NULL };
	if (!store_ready(store, error))
		return OUTCOME_NOT_APPLIED;
	if (operation->verb == OPERATION_MODIFY && operation->delta_count == 0)
		return OUTCOME_ALREADY;
	if (operation->through != NULL)
		return udm_apply(store, operation, arena, inverse, version_after, error);
	if (operation->verb == OPERATION_PASSWORD)
		return apply_password(store, operation, arena, inverse, version_after, error);
	if (operation->commutes)
		return apply_commuting(store, operation, arena, inverse, version_after, error);
	if (!apply_fill_passwords(store, arena, operation, &filled, error))
		return OUTCOME_NOT_APPLIED;
	return apply_locked(store, operation, &filled, arena, inverse, version_after, error);
}
