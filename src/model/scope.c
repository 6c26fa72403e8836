/*
 * scope: the rule about whom, and who is named.
 *
 * What is not known is refused: somebody who is in no branch that was named,
 * an address that is missing, a change that names nobody.  Pure; a refusal
 * names the reason and the role that could.  Any thread.
 */
#include "model/scope.h"

#include <string.h>

#include "base/text.h"
#include "model/mailbox.h"
#include "model/traffic.h"

static bool any(const char *const *list)
{
	return list && list[0];
}

bool scope_limits(const struct role_scope *scope)
{
	return any(scope->branches) || any(scope->domains) || any(scope->people) || any(scope->groups);
}

static const char *const *copy_list(struct arena *arena, const char *const *list)
{
	size_t count = 0, i;
	const char **copy;

	while (list && list[count])
		count++;
	copy = arena_alloc(arena, (count + 1) * sizeof(*copy));
	for (i = 0; i < count; i++)
		copy[i] = arena_text(arena, list[i]);
	return copy;
}

struct role_scope scope_copy(struct arena *arena, const struct role_scope *scope)
{
	return (struct role_scope){
		.branches = copy_list(arena, scope->branches), .domains = copy_list(arena, scope->domains),
		.people = copy_list(arena, scope->people), .groups = copy_list(arena, scope->groups),
		.groups_must_exist = scope->groups_must_exist,
	};
}

static bool in_domains(const struct role_scope *scope, const char *address)
{
	const char *domain = address ? strrchr(address, '@') : NULL;

	for (size_t i = 0; domain && scope->domains[i]; i++)
		if (text_same_ascii_case(domain + 1, scope->domains[i]))
			return true;
	return false;
}

bool scope_check(const struct role_scope *scope, const struct role_person *person, enum role role, struct error *error)
{
	const char *mine = role_word(role), *other = role_word(ROLE_ADMIN);

	if (person->group)
		return error_set(error, ERROR_REFUSED, "%s is protected as a member of the group %s: changing anything there needs role %s, "
			"and this session has role %s", person->name, person->group, other, mine);
	if (person->listed)
		return error_set(error, ERROR_REFUSED, "%s is protected: the configuration names %s. Changing anything there needs role %s, "
			"and this session has role %s", person->name, person->listed, other, mine);
	if (any(scope->branches) && !person->branch)
		return error_set(error, ERROR_REFUSED, "%s is in no branch of the directory that role %s looks after (%s%s), but at %s; "
			"role %s may change it", person->name, mine, scope->branches[0], scope->branches[1] ? " and others" : "",
			person->place, other);
	if (any(scope->domains) && !person->address)
		return error_set(error, ERROR_REFUSED, "%s has no mail address, and role %s looks after people of %s%s; role %s may change it",
			person->name, mine, scope->domains[0], scope->domains[1] ? " and other domains" : "", other);
	if (any(scope->domains) && !in_domains(scope, person->address))
		return error_set(error, ERROR_REFUSED, "%s (%s) is in no mail domain that role %s looks after (%s%s); role %s may change it",
			person->name, person->address, mine, scope->domains[0], scope->domains[1] ? " and others" : "", other);
	return true;
}

const char *scope_outside(struct arena *arena, const struct role_scope *scope, const struct role_person *person)
{
	if (person->group)
		return arena_format(arena, "protected (member of the group %s)", person->group);
	if (person->listed)
		return arena_format(arena, "protected (the configuration names %s)", person->listed);
	if (any(scope->branches) && !person->branch)
		return "outside your branches of the directory";
	if (any(scope->domains) && !person->address)
		return "outside your mail domains, since there is no address";
	return any(scope->domains) && !in_domains(scope, person->address) ? "outside your mail domains" : NULL;
}

/* --- who is named --------------------------------------------------------------------------- */

struct named {
	struct arena *arena;
	const char **list;                 /* room for SCOPE_PEOPLE_MOST */
	size_t count;
	enum role role;
};

/* False where it is one too many. */
static bool add(struct named *named, const char *user, struct error *error)
{
	for (size_t i = 0; i < named->count; i++)
		if (strcmp(named->list[i], user) == 0)
			return true;
	if (named->count == SCOPE_PEOPLE_MOST)
		return error_set(error, ERROR_REFUSED, "This concerns more than %d people at once, which needs role %s; this session has role %s",
			(int)SCOPE_PEOPLE_MOST, role_word(ROLE_ADMIN), role_word(named->role));
	named->list[named->count++] = user;
	return true;
}

static bool add_sessions(struct named *named, const struct change *change, struct error *error)
{
	const struct value *values;
	size_t count = traffic_values(named->arena, change, &values), i;

	for (i = 0; i < count; i++) {
		struct traffic_session session;

		if (!traffic_session_read(values[i].bytes, &session))
			return error_set(error, ERROR_REFUSED, "Whose connection \"%.100s\" is cannot be told, so role %s may not end it",
				values[i].bytes, role_word(named->role));
		if (!add(named, arena_bytes(named->arena, session.user, session.user_length), error))
			return false;
	}
	return true;
}

/* Whose mailbox it is, and every login whose sending sessions end with it. */
static bool add_mailbox(struct named *named, const struct change *change, struct error *error)
{
	const char *server, *user;
	size_t i, j;

	if (!change->name || !mailbox_name_read(named->arena, change->name, &server, &user))
		return true;
	if (!add(named, user, error))
		return false;
	for (i = 0; i < change->edit_count; i++)
		for (j = 0; strcmp(change->edits[i].field->name, "smtp") == 0 && j < change->edits[i].count; j++)
			if (!add(named, arena_text(named->arena, change->edits[i].values[j].bytes), error))
				return false;
	return true;
}

bool scope_people(struct arena *arena, const struct change *change, enum role role, const char *const **people, size_t *count,
		struct error *error)
{
	struct named named = { .arena = arena, .list = arena_alloc(arena, SCOPE_PEOPLE_MOST * sizeof(*named.list)), .role = role };

	if (change->kind == &kind_sessions && !add_sessions(&named, change, error))
		return false;
	if (change->kind == &kind_mailbox && !add_mailbox(&named, change, error))
		return false;
	*people = named.list;
	*count = named.count;
	return *count > 0 || error_set(error, ERROR_REFUSED, "Whom this change of %s concerns cannot be told, so it needs role %s; "
		"this session has role %s", change->name, role_word(ROLE_ADMIN), role_word(role));
}
