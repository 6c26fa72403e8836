/*
 * plan_login: a new password, and what it takes along.
 *
 * A password is set by an operation of its own and never as an attribute.  With
 * it slapd's password policy takes away "must be changed" and every lock, the
 * one by an admin too (measured, 2.5.13), and for a login with the right to
 * manage it sets "must be changed" by itself; so what the review shows is
 * written again in a step behind it.  Has no effect; reads the policy.  On the
 * gate's thread.
 */
#include <string.h>

#include "base/text.h"
#include "directory/convert_private.h"
#include "directory/login_policy.h"
#include "directory/store_private.h"

const struct value *plan_password_given(const struct store_ldap *store, const struct change *change)
{
	const struct profile_kind *held = store_kind(store, change->kind);
	size_t i;

	if (change->kind != &kind_user || change->verb == VERB_UNDO || held == NULL)
		return NULL;
	for (i = 0; i < change->edit_count; i++) {
		const struct edit *edit = &change->edits[i];

		if (edit->field->type == FIELD_SECRET && edit->count == 1 && world_writer(store->world, profile_mapping(held, edit->field)) == WRITER_US)
			return &edit->values[0];
	}
	return NULL;
}

static const struct mapping *mapping_of(const struct profile_kind *held, const char *field)
{
	return profile_mapping(held, kind_field(held->kind, field));
}

static bool is_yes(const struct record *record, const char *field)
{
	return record != NULL && strcmp(record_text(record, field), "yes") == 0;
}

void plan_password_step(const struct store_ldap *store, const struct change *change, const struct record *now, const char *place, const char *name,
		struct arena *arena, struct plan *plan)
{
	const struct value *given = plan_password_given(store, change);
	struct operation *operation = plan_step(arena, plan);
	struct value *value = arena_alloc(arena, sizeof *value);
	struct delta *delta = arena_alloc(arena, sizeof *delta);

	*value = (struct value){ .bytes = arena_bytes(arena, given->bytes, given->length), .length = given->length };
	*delta = (struct delta){ .attribute = mapping_of(store_kind(store, change->kind), "password")->attributes[0], .how = DELTA_REPLACE, .values = value,
		.count = 1, .secret = true };
	*operation = (struct operation){ .verb = OPERATION_PASSWORD, .place = place, .id = now == NULL ? NULL : now->id, .version = now == NULL ? NULL : now->version,
		.deltas = delta, .delta_count = 1, .words = arena_format(arena, "new password of %s by the password modify operation", name) };
}

static void state_step(const struct record *now, struct arena *arena, const char *attribute, const struct attribute *wanted, bool stays, const char *words,
		struct plan *plan)
{
	struct operation *operation = plan_step(arena, plan);
	struct delta *delta = arena_alloc(arena, sizeof *delta);

	*delta = (struct delta){ .attribute = attribute, .how = DELTA_REPLACE, .values = wanted == NULL ? NULL : wanted->values, .count = wanted == NULL ? 0 : wanted->count };
	*operation = (struct operation){ .verb = OPERATION_MODIFY, .place = now->place, .id = now->id, .version = now->version, .deltas = delta,
		.delta_count = 1, .stays = stays, .words = words };
}

/* From here on entry and draft agree about an attribute that has a step of its own. */
static void settle(struct entry *entry, const struct entry *draft, const char *attribute)
{
	const struct attribute *wanted = entry_get(draft, attribute);

	entry_put(entry, attribute, wanted == NULL ? NULL : wanted->values, wanted == NULL ? 0 : wanted->count);
}

void plan_login(const struct store_ldap *store, const struct change *change, const struct record *now, struct arena *arena, struct entry *entry,
		struct entry *draft, struct plan *plan)
{
	const struct profile_kind *held = store_kind(store, change->kind);
	const struct mapping *must;
	const char *lock;

	/* Only users have these fields. */
	if (plan_password_given(store, change) == NULL)
		return;
	must = mapping_of(held, "must_change");
	plan_password_step(store, change, now, now->place, now->name, arena, plan);
	if (must->converter != NULL && (change_touches(change, "must_change") || is_yes(now, "must_change"))) {
		const char *value = entry_first(draft, must->attributes[0]);
		bool yes = value != NULL && (text_same_ascii_case(value, "TRUE") || strcmp(value, "0") == 0);

		state_step(now, arena, must->attributes[0], entry_get(draft, must->attributes[0]), !change_touches(change, "must_change"),
			yes ? "it must be changed at the next login" : "it need not be changed at the next login", plan);
	}
	settle(entry, draft, must->converter == NULL ? "pwdReset" : must->attributes[0]);
	lock = entry_first(draft, "pwdAccountLockedTime");
	if (lock != NULL && text_same_ascii_case(lock, LOCKED_BY_ADMIN))
		state_step(now, arena, "pwdAccountLockedTime", entry_get(draft, "pwdAccountLockedTime"), is_yes(now, "locked"),
			arena_format(arena, "%s %s locked", is_yes(now, "locked") ? "keep" : "make", now->name), plan);
	else {
		entry_put(draft, "pwdAccountLockedTime", NULL, 0);
		if (entry_first(entry, "pwdAccountLockedTime") != NULL && (change_touches(change, "locked") || change_touches(change, "failed_lock")))
			state_step(now, arena, "pwdAccountLockedTime", NULL, false, arena_format(arena, "unlock %s", now->name), plan);
	}
	entry_put(draft, "pwdFailureTime", NULL, 0);
	settle(entry, draft, "pwdAccountLockedTime");
	settle(entry, draft, "pwdFailureTime");
}

void plan_show_password(const struct store_ldap *store, const struct change *change, struct record *after)
{
	/* The line of the review shows dots in any case, and the secret is in enough places. */
	if (after != NULL && plan_password_given(store, change) != NULL)
		record_set_text(after, "password", "********");
}

/* --- what a lock is worth ---------------------------------------------------------------------- */

static bool becomes_yes(const struct change *change, const struct record *after, const char *field)
{
	return change_touches(change, field) && is_yes(after, field);
}

static const char *doubt(struct arena *arena, const struct login_policy *policy, enum known obeys, const char *what, const char *switched)
{
	if (obeys == KNOWN_YES)
		return NULL;
	if (obeys == KNOWN_NO)
		return arena_format(arena, "The password policy %s%s has no %s, and without it the directory does not obey %s: a mail server must look at it by itself",
			policy->place, policy->assumed ? " (the only one there is)" : "", switched, what);
	return arena_format(arena, "Whether the directory obeys %s could not be seen, since the password policy in force is not known: it needs %s", what, switched);
}

void gather_login(struct store_ldap *store, const struct change *change, struct arena *arena, struct facts *facts)
{
	const struct profile_kind *held = store_kind(store, change->kind);
	struct record *after;
	struct login_policy policy;
	const char *mark;

	if (change->kind != &kind_user || change->verb != VERB_EDIT || held == NULL || facts->now == NULL || facts->through != NULL || facts->management != NULL)
		return;
	read_login(store->world, store->connection, facts->now);
	after = change_result(arena, change, facts->now);
	if (!becomes_yes(change, after, "locked") && !becomes_yes(change, after, "must_change"))
		return;
	login_policy_read(store->world, store->connection, arena, store->entry, &policy);
	mark = mapping_of(held, "locked")->attributes[0];
	if (becomes_yes(change, after, "locked") && mark != NULL && text_same_ascii_case(mark, "pwdAccountLockedTime"))
		facts->lock_doubt = doubt(arena, &policy, policy.obeys_locks, "a lock", "pwdLockout TRUE");
	mark = mapping_of(held, "must_change")->attributes[0];
	if (becomes_yes(change, after, "must_change") && mark != NULL && text_same_ascii_case(mark, "pwdReset"))
		facts->must_change_doubt = doubt(arena, &policy, policy.obeys_must_change, "\"must be changed\"", "pwdMustChange TRUE");
}
