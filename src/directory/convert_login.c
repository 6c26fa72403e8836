/*
 * convert_login: password, when it ends, "must be changed", and the two sorts of
 * lock.
 *
 * One attribute of the password policy holds both locks: a time is the lock
 * after wrong passwords, and one impossible time the lock by an admin.  Other
 * systems (shadow, Samba, Kerberos) leave marks of their own, which are told
 * and, but for shadow, never written here.  Fails with a sentence that begins
 * with the label.  Pure; any thread.  Rules: slapo-ppolicy(5), ucs-directory
 * 8.4 and 9.
 */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "directory/convert_private.h"

enum { DAY = 86400 };

static bool wants(const struct field_values *wanted)
{
	return wanted->count > 0 && strcmp(wanted->values[0].bytes, "yes") == 0;
}

/* Is this one of the attributes of the line of the profile? */
static bool named(const struct convert *with, const char *attribute)
{
	size_t i;

	for (i = 0; with->mapping->attributes[i] != NULL; i++)
		if (text_same_ascii_case(with->mapping->attributes[i], attribute))
			return true;
	return false;
}

static bool is(const struct convert *with, const struct entry *entry, const char *attribute, const char *value)
{
	const char *stored = named(with, attribute) ? entry_first(entry, attribute) : NULL;

	return stored != NULL && text_same_ascii_case(stored, value);
}

/* --- password ---------------------------------------------------------------------------- */

void read_password(const struct convert *with, const struct entry *entry, struct field_values *out)
{
	(void)with, (void)entry;
	out->presence = VALUE_HIDDEN;
	out->note = "is never read; there may be none";
}

bool write_password(const struct convert *with, const struct field_values *wanted, struct entry *draft, struct error *error)
{
	(void)draft;
	return wanted->count == 1 || error_set(error, ERROR_INVALID, "%s: it can be set, and not be taken away; to keep somebody out lock the account",
		with->mapping->field->label);
}

/* --- when it ends -------------------------------------------------------------------------- */

static long days_of(const struct convert *with, const struct entry *entry, const char *attribute)
{
	const char *text = named(with, attribute) ? entry_first(entry, attribute) : NULL;
	char *end;
	long number = text == NULL ? 0 : strtol(text, &end, 10);

	return text == NULL || text[0] == '\0' || *end != '\0' ? 0 : number;
}

void read_password_ends(const struct convert *with, const struct entry *entry, struct field_values *out)
{
	long changed = days_of(with, entry, "shadowLastChange"), most = days_of(with, entry, "shadowMax");
	const char *kerberos = named(with, "krb5PasswordEnd") ? entry_first(entry, "krb5PasswordEnd") : NULL;
	int64_t end = 0, time;

	/* The last day is one that it still holds; 99999 is what shadow(5) tools write for "for ever". */
	if (changed > 0 && most > 0 && most < 99999) {
		end = ((int64_t)changed + most + 1) * DAY;
		out->origin = PASSWORD_BY_SHADOW;
	}
	/* Of two that fall on one day Kerberos is the one that logins ask. */
	if (kerberos != NULL && text_to_time(kerberos, &time) && (end == 0 || time <= end)) {
		end = time;
		out->origin = "Kerberos";
	}
	if (end > 0) {
		convert_give(with, out, text_from_time(with->arena, end));
		out->presence = VALUE_DERIVED;
	}
}

/* --- must be changed ----------------------------------------------------------------------- */

void read_must_change(const struct convert *with, const struct entry *entry, struct field_values *out)
{
	bool policy = is(with, entry, "pwdReset", "TRUE"), samba = is(with, entry, "sambaPwdLastSet", "0"), shadow = is(with, entry, "shadowLastChange", "0");

	convert_give(with, out, policy || samba || shadow ? "yes" : "no");
	if (policy || samba || shadow)
		out->note = arena_format(with->arena, "as %s", policy ? "the password policy has it (pwdReset)" : samba ? "Samba has it" : "shadow has it");
}

bool write_must_change(const struct convert *with, const struct field_values *wanted, struct entry *draft, struct error *error)
{
	(void)error;
	entry_put_text(draft, with->mapping->attributes[0], wants(wanted) ? "TRUE" : NULL);
	return true;
}

bool write_must_change_shadow(const struct convert *with, const struct field_values *wanted, struct entry *draft, struct error *error)
{
	(void)error;
	/* Day 0 is the sign; without it the password counts as changed today. */
	entry_put_text(draft, with->mapping->attributes[0], wants(wanted) ? "0" : arena_format(with->arena, "%lld", (long long)(with->now / DAY)));
	return true;
}

/* --- locked by an admin ------------------------------------------------------------------------ */

static const char *policy_lock(const struct convert *with, const struct entry *entry)
{
	return named(with, "pwdAccountLockedTime") ? entry_first(entry, "pwdAccountLockedTime") : NULL;
}

static bool is_admins(const char *lock)
{
	return lock != NULL && text_same_ascii_case(lock, LOCKED_BY_ADMIN);
}

void read_locked(const struct convert *with, const struct entry *entry, struct field_values *out)
{
	const char *others = account_other_locks(with, entry, false);
	bool shadow = is(with, entry, "shadowExpire", "1"), policy = is_admins(policy_lock(with, entry));

	convert_give(with, out, policy || shadow || others != NULL ? "yes" : "no");
	if (policy || shadow || others != NULL)
		out->note = arena_format(with->arena, "as %s%s%s%s%s", policy ? "the password policy" : "", policy && (shadow || others != NULL) ? ", " : "",
			shadow ? "the expiry date" : "", shadow && others != NULL ? ", " : "", others == NULL ? "" : others);
}

/* Marks that we do not write: a lock that would stay in one of them must not be told as ended. */
static bool others_stay(const struct convert *with, const struct entry *draft, bool by_mistakes, struct error *error)
{
	const char *others = account_other_locks(with, draft, by_mistakes);

	return others == NULL || error_set(error, ERROR_UNSUPPORTED, "%s: %s has a lock of its own that is not written here; it must be ended there",
		with->mapping->field->label, others);
}

bool write_locked(const struct convert *with, const struct field_values *wanted, struct entry *draft, struct error *error)
{
	const char *first = with->mapping->attributes[0];

	if (wants(wanted)) {
		entry_put_text(draft, first, text_same_ascii_case(first, "shadowExpire") ? "1" : LOCKED_BY_ADMIN);
		return true;
	}
	if (!others_stay(with, draft, false, error))
		return false;
	if (is_admins(policy_lock(with, draft)))
		entry_put(draft, "pwdAccountLockedTime", NULL, 0);
	if (is(with, draft, "shadowExpire", "1"))
		entry_put(draft, "shadowExpire", NULL, 0);
	return true;
}

/* --- locked after wrong passwords ---------------------------------------------------------------- */

void read_failed_lock(const struct convert *with, const struct entry *entry, struct field_values *out)
{
	const char *lock = policy_lock(with, entry), *others = account_other_locks(with, entry, true);
	const struct attribute *failures = named(with, "pwdFailureTime") ? entry_get(entry, "pwdFailureTime") : NULL;
	bool policy = lock != NULL && !is_admins(lock);
	int64_t since;

	convert_give(with, out, policy || others != NULL ? "yes" : "no");
	if (policy && text_to_time(lock, &since))
		out->note = arena_format(with->arena, "since %s", text_from_time(with->arena, since));
	else if (others != NULL)
		out->note = arena_format(with->arena, "as %s", others);
	if (failures != NULL && failures->count > 0)
		out->note = arena_format(with->arena, "%s%s%zu wrong password%s", out->note == NULL ? "" : out->note, out->note == NULL ? "" : ", ", failures->count,
			failures->count == 1 ? "" : "s");
}

bool write_failed_lock(const struct convert *with, const struct field_values *wanted, struct entry *draft, struct error *error)
{
	const char *lock = policy_lock(with, draft);

	if (wants(wanted))
		return error_set(error, ERROR_INVALID, "%s: only wrong passwords lock so; set Locked to yes", with->mapping->field->label);
	if (!others_stay(with, draft, true, error))
		return false;
	if (lock != NULL && !is_admins(lock))
		entry_put(draft, "pwdAccountLockedTime", NULL, 0);
	return true;
}
