/*
 * store_access: who else may do what in a folder of one person.
 *
 * Rights are set whole, never added to, so that what is shown is what there is
 * afterwards; they are read again, and only what was seen counts.  Needs
 * Dovecot's plugin acl.  Gate's thread.
 */
#include <string.h>

#include "base/text.h"
#include "live/store_mailbox.h"
#include "model/mailbox.h"

static bool same(const char *one, const char *other)
{
	return one && other ? strcmp(one, other) == 0 : one == other;
}

/* As Dovecot writes it: a user's name needs a word in front. */
static const char *identifier(struct arena *arena, const char *who)
{
	if (strcmp(who, "anyone") == 0 || strcmp(who, "authenticated") == 0 || strncmp(who, "group=", 6) == 0)
		return who;
	return arena_format(arena, "user=%s", who);
}

bool access_now(const struct mailbox_at *at, const char *folder, const char *who, const char **value, struct error *error)
{
	const char *holes[] = { at->user, folder };
	const struct host_answer *answer = mailbox_ask(at, "acl-get", holes, 2, error);
	struct person_rights rights;

	*value = NULL;
	if (!answer)
		return false;
	if (!person_rights_read(at->arena, answer, &rights, error))
		return error_prefix(error, "%s: acl-get", at->server);
	for (size_t i = 0; i < rights.count; i++)
		if (strcmp(rights.rows[i].who, who) == 0)
			*value = mailbox_access_value(at->arena, folder, who, rights.rows[i].rights);
	return true;
}

static bool read_step(const struct mailbox_at *at, const struct operation *operation, struct mailbox_access *access)
{
	const char *value = mailbox_added(operation) ? mailbox_added(operation) : mailbox_taken(operation);

	return value && mailbox_access_read(at->arena, value, access);
}

static bool give(const struct mailbox_at *at, const struct mailbox_access *access, enum outcome *outcome, struct error *error)
{
	const char *const *rights = mailbox_rights_of(at->arena, access->rights);
	const char *holes[16] = { at->user, access->folder, identifier(at->arena, access->who) };
	struct host_request request = { .command = "acl-set", .holes = holes, .hole_count = 3 };

	if (!rights || !*rights)
		return error_set(error, ERROR_INVALID, "Access: \"%.100s\" are no rights that could be given", access->rights);
	while (*rights && request.hole_count < sizeof(holes) / sizeof(holes[0]))
		holes[request.hole_count++] = *rights++;
	return mailbox_do(at, &request, outcome, error) != NULL;
}

static bool take_away(const struct mailbox_at *at, const struct mailbox_access *access, enum outcome *outcome, struct error *error)
{
	const char *holes[] = { at->user, access->folder, identifier(at->arena, access->who) };
	struct host_request request = { .command = "acl-delete", .holes = holes, .hole_count = 3 };

	return mailbox_do(at, &request, outcome, error) != NULL;
}

static enum outcome verify(const struct mailbox_at *at, const struct operation *operation, const struct mailbox_access *access,
		struct operation *inverse, struct error *error)
{
	const char *now;

	if (!access_now(at, access->folder, access->who, &now, error))
		return OUTCOME_UNKNOWN;
	if (same(now, mailbox_added(operation))) {
		mailbox_inverse(at->arena, operation, inverse);
		return OUTCOME_APPLIED;
	}
	error_set(error, ERROR_CONFLICT, "%s: the rights of %s on %s of %s are not as wanted, looked at again", at->server, access->who,
		access->folder, at->user);
	return OUTCOME_NOT_APPLIED;
}

enum outcome access_apply(const struct mailbox_at *at, const struct operation *operation, struct operation *inverse, struct error *error)
{
	enum outcome outcome = OUTCOME_NOT_APPLIED;
	struct mailbox_access access;
	const char *now;

	if (!read_step(at, operation, &access)) {
		error_set(error, ERROR_INTERNAL, "this step names no folder and nobody");
		return OUTCOME_NOT_APPLIED;
	}
	if (!access_now(at, access.folder, access.who, &now, error))
		return OUTCOME_NOT_APPLIED;
	if (same(now, mailbox_added(operation))) {
		inverse->did = 1;
		return OUTCOME_ALREADY;
	}
	if (!same(now, mailbox_taken(operation))) {
		error_set(error, ERROR_CONFLICT, "%s: the rights of %s on %s were changed meanwhile", at->server, access.who, access.folder);
		return OUTCOME_CONFLICT;
	}
	if (mailbox_added(operation) ? give(at, &access, &outcome, error) : take_away(at, &access, &outcome, error))
		return verify(at, operation, &access, inverse, error);
	return outcome;
}

enum outcome access_look(const struct mailbox_at *at, const struct operation *operation, struct operation *inverse, struct error *error)
{
	struct mailbox_access access;

	return read_step(at, operation, &access) ? verify(at, operation, &access, inverse, error) : OUTCOME_UNKNOWN;
}
