/*
 * plan_policy: writing the limit of a quota policy into users, one step for
 * each (plan_policy).
 *
 * Only users whom the policy reaches get it, "*" means all of them; who has
 * that quota already needs no step.  Each step asserts the version of the user
 * as read here.  Has no effect; reads.  On the gate's thread.
 */
#include <string.h>

#include "base/text.h"
#include "directory/policy.h"
#include "directory/store_private.h"

/* More steps than a review can be read for, and than a journal should hold as one. */
enum { STEPS_MOST = 2000 };

struct writing {
	struct store_ldap *store;
	struct arena *arena;
	const struct change *change;
	const struct profile_kind *users;
	const char *attribute, *limit;     /* of the user's quota; megabytes */
	struct record *after;
	struct plan *plan;
	struct error *error;
};

static const struct edit *edit_of(const struct change *change)
{
	size_t i;

	for (i = 0; i < change->edit_count; i++)
		if (change->edits[i].field->flags & FIELD_ELSEWHERE)
			return &change->edits[i];
	return NULL;
}

static bool is_all(const struct edit *edit)
{
	size_t i;

	for (i = 0; i < edit->count; i++)
		if (strcmp(edit->values[i].bytes, "*") == 0)
			return true;
	return false;
}

static bool is_wanted(const struct edit *edit, const char *login)
{
	size_t i;

	for (i = 0; i < edit->count; i++)
		if (text_same_ascii_case(edit->values[i].bytes, login))
			return true;
	return is_all(edit);
}

/* Everybody named must be reached: the policy says nothing for anybody else. */
static bool all_reached(struct writing *with, const struct edit *edit, const struct policy_reach *reach)
{
	size_t i, j;

	for (i = 0; !is_all(edit) && i < edit->count; i++) {
		for (j = 0; j < reach->count; j++)
			if (text_same_ascii_case(entry_first(reach->users[j], with->users->naming), edit->values[i].bytes))
				break;
		if (j == reach->count)
			return error_set(with->error, ERROR_INVALID, "%s: the policy %s does not reach \"%.100s\"; it reaches %zu user%s",
				edit->field->label, with->after->name, edit->values[i].bytes, reach->count, reach->count == 1 ? "" : "s");
	}
	return true;
}

static void one_user(struct writing *with, const struct entry *user)
{
	struct entry *draft = entry_copy(with->arena, user);
	const char *login = entry_first(user, with->users->naming);
	struct operation *step;
	struct delta *deltas;
	size_t count;

	entry_put_text(draft, with->attribute, with->limit);
	count = entry_difference(with->arena, user, draft, plan_replaces, with->store, &deltas);
	record_add_text(with->after, edit_of(with->change)->field->name, login);
	step = plan_step(with->arena, with->plan);
	*step = (struct operation){ .verb = OPERATION_MODIFY, .place = user->dn, .id = entry_first(user, "entryUUID"),
		.version = entry_first(user, "entryCSN"), .deltas = deltas, .delta_count = count,
		.words = arena_format(with->arena, "quota of %s to %s MB", login, with->limit) };
}

bool plan_policy_is(const struct change *change)
{
	return change->verb == VERB_EDIT && edit_of(change) != NULL;
}

bool plan_policy(struct store_ldap *store, const struct change *change, const struct facts *facts, struct arena *arena, struct plan *plan,
		struct error *error)
{
	const struct profile *profile = world_profile(store->world);
	const struct edit *edit = edit_of(change);
	const struct attribute *limit = record_attribute(facts->now, profile->policy_attribute);
	struct writing with = { .store = store, .arena = arena, .change = change, .plan = plan, .error = error, .users = store_kind(store, &kind_user) };
	const struct mapping *quota = with.users == NULL ? NULL : profile_mapping(with.users, kind_field(&kind_user, "quota"));
	struct policy_reach reach;
	size_t i;

	with.after = record_copy(arena, facts->now);
	plan->after = with.after;
	if (limit == NULL || limit->count == 0 || quota == NULL || quota->converter == NULL)
		return error_set(error, ERROR_INVALID, "%s: the policy %s has no limit that could be written", edit->field->label, facts->now->name);
	with.attribute = quota->attributes[0];
	with.limit = limit->values[0].bytes;
	if (!policies_reach(policies_new(store->world, store->connection, arena), facts->now->place, &reach, error))
		return false;
	if (reach.cut)
		return error_set(error, ERROR_UNSUPPORTED, "not everybody whom the policy %s may reach could be read, so nothing is written", facts->now->name);
	if (!all_reached(&with, edit, &reach))
		return false;
	for (i = 0; i < reach.count; i++) {
		const char *own = entry_first(reach.users[i], with.attribute), *login = entry_first(reach.users[i], with.users->naming);

		if (login == NULL || !is_wanted(edit, login) || (own != NULL && strcmp(own, with.limit) == 0))
			continue;
		if (plan->count == STEPS_MOST)
			return error_set(error, ERROR_UNSUPPORTED, "%s: more than %d users are too many for one change; name them in several", edit->field->label, STEPS_MOST);
		one_user(&with, reach.users[i]);
	}
	return true;
}
