/*
 * login_policy: which password policy counts for an entry, what it makes of
 * the marks of a lock, whether there is a password, and when it ends.
 */
#include "directory/login_policy.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "directory/convert_private.h"
#include "directory/filter.h"
#include "directory/read.h"

static const char *const policy_attributes[] = { "pwdLockout", "pwdMustChange", "pwdLockoutDuration", "pwdMinLength", "pwdMaxLength",
	"pwdInHistory", "pwdMinAge", "pwdMaxAge", "pwdExpireWarning", "pwdGraceAuthNLimit", "pwdAttribute", NULL };
enum { DAY = 86400, EXPIRES_SOON = 7 * DAY /* told where the policy has no time of its own for it */ };

static enum known flag(const struct entry *entry, const char *attribute)
{
	const char *text = entry_first(entry, attribute);

	/* Every policy has pwdAttribute; where even that is hidden nothing can be said, else no value is FALSE (slapo-ppolicy(5)). */
	if (entry_first(entry, "pwdAttribute") == NULL)
		return KNOWN_NOT;
	return text != NULL && text_same_ascii_case(text, "TRUE") ? KNOWN_YES : KNOWN_NO;
}

static long number(const struct entry *entry, const char *attribute)
{
	const char *text = entry_first(entry, attribute);

	return text == NULL ? 0 : strtol(text, NULL, 10);
}

/* The only policy below the base; NULL: none can be seen, or several, of which nobody knows which one it is. */
static struct entry *only_policy(const struct world *world, struct connection *connection, struct arena *arena)
{
	struct search search = { .base = world_base(world), .scope = SCOPE_BELOW, .attributes = policy_attributes, .limit = 2,
		.filter = filter_equal_text(arena, "objectClass", "pwdPolicy") };
	struct found found;

	if (!world_has_class(world, "pwdPolicy") || !request_search(connection, arena, &search, &found, NULL) || found.count != 1 || found.cut)
		return NULL;
	return found.entries[0];
}

void login_policy_read(const struct world *world, struct connection *connection, struct arena *arena, const struct entry *entry,
		struct login_policy *policy)
{
	const char *named = entry == NULL ? NULL : entry_first(entry, "pwdPolicySubentry");
	struct entry *found = named != NULL ? request_entry(connection, arena, named, policy_attributes, NULL) : only_policy(world, connection, arena);

	*policy = (struct login_policy){ .assumed = named == NULL, .obeys_locks = KNOWN_NOT, .obeys_must_change = KNOWN_NOT };
	if (found == NULL)
		return;
	policy->place = arena_text(arena, found->dn);
	policy->obeys_locks = flag(found, "pwdLockout");
	policy->obeys_must_change = flag(found, "pwdMustChange");
	policy->lock_seconds = number(found, "pwdLockoutDuration");
	policy->shortest = number(found, "pwdMinLength");
	policy->longest = number(found, "pwdMaxLength");
	policy->history = number(found, "pwdInHistory");
	policy->youngest = number(found, "pwdMinAge");
	policy->oldest = number(found, "pwdMaxAge");
	policy->warning = number(found, "pwdExpireWarning");
	policy->grace = number(found, "pwdGraceAuthNLimit");
}

int64_t login_policy_until(const struct login_policy *policy, const struct entry *entry)
{
	const char *lock = entry_first(entry, "pwdAccountLockedTime");
	int64_t since;

	if (policy->place == NULL || policy->lock_seconds <= 0 || lock == NULL || text_same_ascii_case(lock, LOCKED_BY_ADMIN) || !text_to_time(lock, &since))
		return 0;
	return since + policy->lock_seconds;
}

/* --- what a record says of locks ----------------------------------------------------------------- */

/* Fields that look at locks; each knows its attributes by the profile. */
static const char *const lock_fields[] = { "state", "mail_state", "locked", "failed_lock", NULL };

static const char **lock_attributes(const struct profile_kind *held, struct arena *arena)
{
	const char **names;
	size_t count = 0, i, j;

	for (i = 0; lock_fields[i] != NULL; i++)
		for (j = 0; profile_mapping(held, kind_field(held->kind, lock_fields[i]))->attributes[j] != NULL; j++)
			count++;
	names = arena_alloc(arena, (count + 4) * sizeof *names);
	for (count = 0, i = 0; lock_fields[i] != NULL; i++)
		for (j = 0; profile_mapping(held, kind_field(held->kind, lock_fields[i]))->attributes[j] != NULL; j++)
			names[count++] = profile_mapping(held, kind_field(held->kind, lock_fields[i]))->attributes[j];
	names[count++] = "pwdPolicySubentry";
	names[count++] = "pwdChangedTime";
	names[count] = "pwdGraceUseTime";
	return names;
}

/* The fields as if the mark of a lock whose time is over were gone: the server takes it away at the next login. */
static void read_without(struct world *world, struct connection *connection, const struct profile_kind *held, struct entry *entry,
		struct record *record)
{
	struct convert with = { .arena = record->arena, .profile = world_profile(world), .flag_mode = world_flag_mode(world, connection), .now = clock_now() };
	size_t i;

	entry_put(entry, "pwdAccountLockedTime", NULL, 0);
	for (i = 0; lock_fields[i] != NULL; i++) {
		const struct field *field = kind_field(held->kind, lock_fields[i]);
		struct field_values *out = &record->fields[kind_field_index(held->kind, field)];

		with.mapping = profile_mapping(held, field);
		if (with.mapping->converter == NULL || out->presence == VALUE_UNSUPPORTED)
			continue;
		*out = (struct field_values){ .presence = VALUE_ABSENT };
		with.mapping->converter->read(&with, entry, out);
	}
}

static void note(struct record *record, const char *field, const char *words)
{
	struct field_values *out = &record->fields[kind_field_index(record->kind, kind_field(record->kind, field))];

	out->note = out->note == NULL ? words : arena_format(record->arena, "%s; %s", out->note, words);
}

static void note_policy(struct world *world, struct connection *connection, const struct profile_kind *held, const struct login_policy *policy,
		struct entry *entry, struct record *record)
{
	bool mistakes = strcmp(record_text(record, "failed_lock"), "yes") == 0;
	int64_t until = login_policy_until(policy, entry);

	if (policy->obeys_locks == KNOWN_NO && entry_first(entry, "pwdAccountLockedTime") != NULL)
		note(record, mistakes ? "failed_lock" : "locked", arena_format(record->arena, "but the password policy %s has no pwdLockout, so it keeps nobody out",
			policy->place));
	else if (mistakes && until > 0 && until <= clock_now()) {
		read_without(world, connection, held, entry, record);
		note(record, "failed_lock", arena_format(record->arena, "a lock ended by itself at %s", text_from_time(record->arena, until)));
	} else if (mistakes && until > 0)
		note(record, "failed_lock", arena_format(record->arena, "until %s", text_from_time(record->arena, until)));
	else if (mistakes && policy->place != NULL)
		note(record, "failed_lock", "until somebody ends it");
	else if (mistakes)
		note(record, "failed_lock", "until when is not known");
}

/* --- when the password ends ------------------------------------------------------------------------ */

static void add_finding(struct record *record, const char *rule, bool severe, const char *sentence)
{
	struct finding *list = arena_alloc(record->arena, (record->finding_count + 1) * sizeof *list);

	if (record->finding_count > 0)
		memcpy(list, record->findings, record->finding_count * sizeof *list);
	list[record->finding_count++] = (struct finding){ rule, "password", severe, sentence };
	record->findings = list;
}

static bool told_end(const struct record *record, int64_t *end)
{
	return text_to_time_iso(record_text(record, "password_ends"), end);
}

/* The policy's own end counts where it comes before what other marks tell. */
static void end_by_policy(const struct login_policy *policy, const struct entry *entry, struct record *record)
{
	const char *changed = entry_first(entry, "pwdChangedTime");
	int64_t since, told;

	if (policy->place == NULL || policy->oldest <= 0 || changed == NULL || !text_to_time(changed, &since))
		return;
	if (told_end(record, &told) && told <= since + policy->oldest)
		return;
	record_set_text(record, "password_ends", text_from_time(record->arena, since + policy->oldest));
	record->fields[kind_field_index(record->kind, kind_field(record->kind, "password_ends"))].origin = PASSWORD_BY_POLICY;
}

static const char *days(struct arena *arena, int64_t seconds)
{
	long count = (long)(seconds / DAY);

	return count == 0 ? "less than a day" : arena_format(arena, "%ld day%s", count, count == 1 ? "" : "s");
}

/* Who looks at shadow is PAM; the others are asked at every login. */
static const char *expired_words(struct arena *arena, const struct login_policy *policy, const struct entry *entry, const char *who)
{
	const struct attribute *used = entry_get(entry, "pwdGraceUseTime");
	long left = policy->grace - (used == NULL ? 0 : (long)used->count);

	if (strcmp(who, PASSWORD_BY_SHADOW) == 0)
		return "logins that ask PAM are refused until it is changed";
	if (strcmp(who, PASSWORD_BY_POLICY) == 0 && left > 0)
		return arena_format(arena, "%ld more login%s let in, then none until it is changed", left, left == 1 ? " is" : "s are");
	return "no login, no sending until it is changed";
}

static void judge_end(const struct login_policy *policy, const struct entry *entry, struct record *record)
{
	const char *who = record_get(record, "password_ends")->origin, *words;
	int64_t ends, left;

	if (!told_end(record, &ends) || who == NULL)
		return;
	left = ends - clock_now();
	words = text_from_time(record->arena, ends);
	note(record, "password_ends", left > 0 ? arena_format(record->arena, "in %s", days(record->arena, left)) : "expired");
	/* The other systems mark "must be changed" by such an end. */
	if (left <= 0 && (strcmp(who, PASSWORD_BY_POLICY) == 0 || strcmp(record_text(record, "must_change"), "yes") != 0))
		add_finding(record, "password-expired", true, arena_format(record->arena, "password expired on %.10s: %s (%s)", words,
			expired_words(record->arena, policy, entry, who), who));
	else if (left > 0 && left <= (policy->warning > 0 && policy->place != NULL ? policy->warning : EXPIRES_SOON))
		add_finding(record, "password-expires", false, arena_format(record->arena, "password expires on %.10s, in %s (%s)", words,
			days(record->arena, left), who));
}

/* --- is there one at all ----------------------------------------------------------------------------- */

/* Does the server say that this holds for the entry? Of what this login may not search it says of neither side that it does (RFC 4511, 4.5.1.7). */
static bool holds(struct connection *connection, const struct record *record, const struct filter *filter)
{
	static const char *const nothing[] = { "1.1", NULL };
	struct search search = { .base = record->place, .scope = SCOPE_BASE, .filter = filter, .attributes = nothing, .limit = 1 };
	struct found found;

	return request_search(connection, record->arena, &search, &found, NULL) && found_whole(&found) && found.count == 1;
}

/* No attribute is asked for, only whether it is there. On UCS logins may ask Kerberos, which has keys of its own. */
static void look_for_password(const struct world *world, struct connection *connection, const struct profile_kind *held, struct record *record)
{
	const struct mapping *mapping = profile_mapping(held, kind_field(held->kind, "password"));
	struct filter *none = filter_group(record->arena, FILTER_AND);
	struct field_values *out = &record->fields[kind_field_index(held->kind, kind_field(held->kind, "password"))];

	if (mapping == NULL || mapping->converter == NULL || out->presence != VALUE_HIDDEN)
		return;
	for (size_t i = 0; mapping->attributes[i] != NULL; i++)
		filter_into(record->arena, none, filter_not(record->arena, filter_present(record->arena, mapping->attributes[i])));
	if (world_has_class(world, "krb5KDCEntry"))
		filter_into(record->arena, none, filter_not(record->arena, filter_present(record->arena, "krb5Key")));
	if (!holds(connection, record, none))
		return;
	*out = (struct field_values){ .presence = VALUE_ABSENT, .note = "none is stored; it is never read" };
	add_finding(record, "no-password", true, "there is no password in the directory: no login or sending by it until one is set");
}

void read_login(struct world *world, struct connection *connection, struct record *record)
{
	const struct profile_kind *held = profile_kind(world_profile(world), record->kind);
	struct login_policy policy = { .place = NULL };
	struct entry *entry;

	if (record->kind != &kind_user || held == NULL || record->place == NULL)
		return;
	look_for_password(world, connection, held, record);
	entry = request_entry(connection, record->arena, record->place, lock_attributes(held, record->arena), NULL);
	if (entry == NULL)
		return;
	if (world_has_class(world, "pwdPolicy"))
		login_policy_read(world, connection, record->arena, entry, &policy);
	if (entry_first(entry, "pwdAccountLockedTime") != NULL &&
	    (strcmp(record_text(record, "locked"), "yes") == 0 || strcmp(record_text(record, "failed_lock"), "yes") == 0))
		note_policy(world, connection, held, &policy, entry, record);
	if (record_get(record, "password_ends")->presence == VALUE_UNSUPPORTED)
		return;
	end_by_policy(&policy, entry, record);
	judge_end(&policy, entry, record);
}
