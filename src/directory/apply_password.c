/*
 * apply_password: a new password sent, and what is known afterwards.
 *
 * The operation takes no assertion, so the entry is looked at right before it;
 * a password depends on no other value, so what somebody changes in between
 * does no harm.  What was sent and not answered can only be told by the times
 * in the entry, since the password itself is read by nobody; where they do not
 * tell, that is said.  On the gate's thread.
 */
#include <ldap.h>
#include <string.h>

#include "base/text.h"
#include "directory/login_policy.h"
#include "directory/store_private.h"
#include "directory/trouble.h"

/* --- what the policy said ------------------------------------------------------------------------ */

/* The reason as the rest of a sentence that begins "the server refused it: "; NULL: it gave none. */
static const char *reason_of(struct arena *arena, enum verdict verdict, const struct login_policy *policy)
{
	switch (verdict) {
	case VERDICT_TOO_SHORT:
		return policy->shortest > 0 ? arena_format(arena, "it is too short, at least %ld characters are needed", policy->shortest) : "it is too short";
	case VERDICT_TOO_LONG:
		return policy->longest > 0 ? arena_format(arena, "it is too long, at most %ld characters are allowed", policy->longest) : "it is too long";
	case VERDICT_IN_HISTORY:
		return policy->history > 0 ? arena_format(arena, "it is the present one or one of the last %ld, which cannot be taken again", policy->history) :
			"it is the present one or was used before";
	case VERDICT_TOO_YOUNG:
		return policy->youngest > 0 ? arena_format(arena, "the present one was set a short time ago and must stay for %ld minutes", (policy->youngest + 59) / 60) :
			"the present one was set too short a time ago";
	case VERDICT_OLD_NEEDED:
		return "the policy demands the old password with a new one (pwdSafeModify), so nobody but its owner can set it";
	case VERDICT_NOT_ALLOWED:
		return "the policy allows no change of it (pwdAllowUserChange)";
	case VERDICT_TOO_WEAK:
		return "it is too simple for the policy's rules of quality";
	case VERDICT_CHANGE_FIRST:
		return "the login of postroom itself must change its own password first";
	case VERDICT_EXPIRED:
	case VERDICT_LOCKED:
		return "the policy says that the account is locked or its password expired";
	case VERDICT_NONE:
		break;
	}
	return NULL;
}

static enum outcome refused(struct store_ldap *store, const struct entry *entry, const struct answer *answer, enum verdict verdict, struct arena *arena,
		struct error *error)
{
	const struct field *field = kind_field(&kind_user, "password");
	struct login_policy policy = { .place = NULL };
	const char *reason;

	if (verdict != VERDICT_NONE)
		login_policy_read(store->world, store->connection, arena, entry, &policy);
	reason = reason_of(arena, verdict, &policy);
	if (reason == NULL && answer->code == LDAP_CONSTRAINT_VIOLATION)
		reason = "its rules do not allow this one";
	if (answer->code == LDAP_PROTOCOL_ERROR || answer->code == LDAP_UNAVAILABLE_CRITICAL_EXTENSION)
		error_set(error, ERROR_UNSUPPORTED, "%s: the server has no password modify operation (RFC 3062), and without it no password is set here (%.300s) [LDAP %d]",
			field->label, answer->words, answer->code);
	else if (reason == NULL)
		return trouble(error, answer->code, field->label, answer->words), OUTCOME_NOT_APPLIED;
	else
		error_set(error, ERROR_INVALID, "%s: the server refused it: %s; the old one still counts%s%.300s%s [LDAP %d]", field->label, reason,
			answer->words[0] == '\0' ? "" : " (", answer->words, answer->words[0] == '\0' ? "" : ")", answer->code);
	if (error != NULL)
		error->code = answer->code;
	return OUTCOME_NOT_APPLIED;
}

/* --- sending ---------------------------------------------------------------------------------------- */

static bool same_version(const struct operation *operation, const struct entry *entry)
{
	const char *version = entry_first(entry, "entryCSN");

	return operation->version == NULL || version == NULL || strcmp(operation->version, version) == 0;
}

/* What the server did by itself: the version to go on from, and a mark that nobody asked for. */
static void look_after(struct store_ldap *store, const struct operation *operation, struct arena *arena, struct operation *inverse, const char **version_after)
{
	struct entry *after = store_target(store, arena, operation->id, operation->place, NULL);
	const char *reset = after == NULL ? NULL : entry_first(after, "pwdReset");

	*version_after = after == NULL ? NULL : entry_first(after, "entryCSN");
	if (reset != NULL && text_same_ascii_case(reset, "TRUE"))
		inverse->told = "the server marked it to be changed at the next login";
}

enum outcome apply_password(struct store_ldap *store, const struct operation *operation, struct arena *arena, struct operation *inverse,
		const char **version_after, struct error *error)
{
	struct error inner = { 0 };
	struct answer answer;
	enum verdict verdict;
	struct entry *entry;

	if (operation->delta_count != 1 || operation->deltas[0].count != 1) {
		error_set(error, ERROR_UNSUPPORTED, "%s: the journal holds no passwords, so it must be given again", kind_field(&kind_user, "password")->label);
		return OUTCOME_NOT_APPLIED;
	}
	entry = store_target(store, arena, operation->id, operation->place, &inner);
	if (entry == NULL) {
		if (error != NULL)
			*error = inner;
		return inner.kind == ERROR_NOT_FOUND ? OUTCOME_CONFLICT : OUTCOME_NOT_APPLIED;
	}
	if (!same_version(operation, entry)) {
		error_set(error, ERROR_CONFLICT, "%s was changed by somebody else meanwhile", entry->dn);
		return OUTCOME_CONFLICT;
	}
	request_password(store->connection, arena, entry->dn, &operation->deltas[0].values[0], &answer, &verdict);
	if (answer.how == ANSWER_UNSENT) {
		if (error != NULL)
			*error = answer.error;
		return OUTCOME_NOT_APPLIED;
	}
	if (answer.how == ANSWER_LOST) {
		error_set(error, ERROR_UNKNOWN_OUTCOME, "%s: sent, and no answer came (%.300s)", operation->words, answer.error.text);
		return OUTCOME_UNKNOWN;
	}
	if (answer.code != LDAP_SUCCESS)
		return refused(store, entry, &answer, verdict, arena, error);
	look_after(store, operation, arena, inverse, version_after);
	return OUTCOME_APPLIED;
}

/* --- looking ------------------------------------------------------------------------------------------ */

/* "20261120122925.161981Z#000000#000#000000": when the version was made, in whole seconds. */
static bool time_of_version(const char *version, int64_t *time)
{
	char stamp[40];
	size_t length = version == NULL ? 0 : strcspn(version, "#");

	if (length == 0 || length >= sizeof stamp)
		return false;
	memcpy(stamp, version, length);
	stamp[length] = '\0';
	return text_to_time(stamp, time);
}

enum outcome look_password(const struct operation *operation, const struct entry *entry, struct operation *inverse, struct error *error)
{
	const char *version = entry_first(entry, "entryCSN"), *changed = entry_first(entry, "pwdChangedTime");
	int64_t before, at;

	*inverse = (struct operation){ .place = NULL };
	if (version != NULL && operation->version != NULL && strcmp(version, operation->version) == 0) {
		error_set(error, ERROR_UNREACHABLE, "%s: the connection was lost and the change did not happen: the old password still counts", operation->words);
		return OUTCOME_NOT_APPLIED;
	}
	if (changed != NULL && text_to_time(changed, &at) && time_of_version(operation->version, &before) && at != before) {
		if (at > before)
			return OUTCOME_APPLIED;
		error_set(error, ERROR_UNREACHABLE, "%s: the connection was lost and the change did not happen: the password was set last at %s", operation->words, changed);
		return OUTCOME_NOT_APPLIED;
	}
	/* Nothing in the entry tells one password from another, and one may be set twice. */
	error_set(error, ERROR_UNREACHABLE, "%s: the connection was lost, and the directory does not tell whether the new password or the old one counts; "
		"set it again, which is harmless", operation->words);
	return OUTCOME_NOT_APPLIED;
}
