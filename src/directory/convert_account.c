/*
 * convert_account: the state of an account and times, from the marks that
 * several systems leave on one entry.
 *
 * UCS keeps "disabled" in up to four places that can disagree; any one of them
 * counts, and the note says which spoke.  The fifth place, a lock inside the
 * password, is never looked at: where no mark speaks nobody can say that the
 * account is open, only that no lock was seen.  Only read, never written.
 * Pure; any thread.  Rules: ucs-directory 8.4; password policy overlay.
 */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "directory/convert_private.h"

enum { DAY = 86400, KERBEROS_DISABLED = 1 << 7, KERBEROS_LOCKED = 1 << 17 };

enum state { ACTIVE, EXPIRED, LOCKED, DISABLED };

static long number_of(const struct entry *entry, const char *attribute, long otherwise)
{
	const char *text = entry_first(entry, attribute);
	char *end;
	long number;

	if (text == NULL || text[0] == '\0')
		return otherwise;
	number = strtol(text, &end, 10);
	return *end == '\0' ? number : otherwise;
}

static enum state shadow_state(const struct convert *with, const struct entry *entry)
{
	long day = number_of(entry, "shadowExpire", -1);

	if (day == 1)
		return DISABLED;
	return day > 1 && (int64_t)day * DAY <= with->now ? EXPIRED : ACTIVE;
}

static enum state samba_state(const struct convert *with, const struct entry *entry)
{
	const char *flags = entry_first(entry, "sambaAcctFlags");
	long kickoff = number_of(entry, "sambaKickoffTime", -1);

	if (flags != NULL && strchr(flags, 'D') != NULL)
		return DISABLED;
	if (flags != NULL && strchr(flags, 'L') != NULL)
		return LOCKED;
	return kickoff > 0 && kickoff <= with->now ? EXPIRED : ACTIVE;
}

static enum state kerberos_state(const struct convert *with, const struct entry *entry)
{
	long flags = number_of(entry, "krb5KDCFlags", 0);
	const char *end = entry_first(entry, "krb5ValidEnd");
	int64_t time;

	if (flags & KERBEROS_DISABLED)
		return DISABLED;
	if (flags & KERBEROS_LOCKED)
		return LOCKED;
	return end != NULL && text_to_time(end, &time) && time <= with->now ? EXPIRED : ACTIVE;
}

const char *account_other_locks(const struct convert *with, const struct entry *entry, bool by_mistakes)
{
	const char *flags = entry_first(entry, "sambaAcctFlags");
	bool samba = flags != NULL && strchr(flags, by_mistakes ? 'L' : 'D') != NULL;
	bool kerberos = number_of(entry, "krb5KDCFlags", 0) & (by_mistakes ? KERBEROS_LOCKED : KERBEROS_DISABLED);

	(void)with;
	return samba && kerberos ? "Samba and Kerberos" : samba ? "Samba" : kerberos ? "Kerberos" : NULL;
}

static enum state policy_state(const struct convert *with, const struct entry *entry)
{
	(void)with;
	return entry_first(entry, "pwdAccountLockedTime") != NULL ? LOCKED : ACTIVE;
}

/* The worst of what the marks say, and all who say something, "Samba, Kerberos"; NULL where none speaks. */
static enum state worst_state(const struct convert *with, const struct entry *entry, const char **who)
{
	static const struct {
		const char *who;
		enum state (*look)(const struct convert *with, const struct entry *entry);
	} marks[] = {
		{ "expiry date", shadow_state }, { "Samba", samba_state }, { "Kerberos", kerberos_state }, { "password policy", policy_state },
	};
	enum state worst = ACTIVE;
	size_t i;

	*who = NULL;
	for (i = 0; i < sizeof marks / sizeof *marks; i++) {
		enum state state = marks[i].look(with, entry);
		const char *name = marks[i].who;

		if (state == ACTIVE)
			continue;
		/* One attribute holds two sorts of lock, which people must tell apart. */
		if (marks[i].look == policy_state)
			name = text_same_ascii_case(entry_first(entry, "pwdAccountLockedTime"), LOCKED_BY_ADMIN) ? "password policy, by an admin" :
				"password policy, after wrong passwords";
		*who = *who == NULL ? name : arena_format(with->arena, "%s, %s", *who, name);
		if (state > worst)
			worst = state;
	}
	return worst;
}

/* The first of the dates at which the account ends; 0: none is set. */
static int64_t account_end(const struct entry *entry)
{
	long day = number_of(entry, "shadowExpire", -1), kickoff = number_of(entry, "sambaKickoffTime", -1);
	const char *valid = entry_first(entry, "krb5ValidEnd");
	int64_t end = day > 1 ? (int64_t)day * DAY : 0, time;

	if (kickoff > 0 && (end == 0 || kickoff < end))
		end = kickoff;
	return valid != NULL && text_to_time(valid, &time) && (end == 0 || time < end) ? time : end;
}

void read_account_state(const struct convert *with, const struct entry *entry, struct field_values *out)
{
	static const char *const words[] = { [ACTIVE] = "no lock seen", [EXPIRED] = "expired", [LOCKED] = "locked", [DISABLED] = "disabled" };
	const char *who;
	enum state worst = worst_state(with, entry, &who);
	int64_t end = account_end(entry);

	convert_give(with, out, words[worst]);
	out->presence = VALUE_DERIVED;
	/* userPassword is never read, and {crypt}! in it locks as well. */
	out->origin = worst == ACTIVE ? "passwords are not looked at" : who;
	if ((worst == ACTIVE || worst == EXPIRED) && end > 0)
		out->note = arena_format(with->arena, "%s %.10s", worst == ACTIVE ? "until" : "since", text_from_time(with->arena, end));
}

void read_mail_state(const struct convert *with, const struct entry *entry, struct field_values *out)
{
	const char *who, *word = "ok";
	struct field_values forwards = { .presence = VALUE_ABSENT }, copy = { .presence = VALUE_ABSENT };

	read_forwards(with, entry, &forwards);
	read_keep_copy(with, entry, &copy);
	if (with->profile->primary != NULL && entry_first(entry, with->profile->primary) == NULL)
		word = "no mail";
	else if (worst_state(with, entry, &who) != ACTIVE)
		word = "locked";
	else if (forwards.count > 0 && copy.count > 0 && strcmp(copy.values[0].bytes, "no") == 0)
		word = "forwards";
	convert_give(with, out, word);
	out->presence = VALUE_DERIVED;
}

/* One attribute as epoch seconds: generalized time, days (shadowLastChange) or seconds. */
static bool time_of(const struct entry *entry, const char *attribute, int64_t *time)
{
	const char *text = entry_first(entry, attribute);
	long number;

	if (text == NULL)
		return false;
	if (strchr(text, 'Z') != NULL)
		return text_to_time(text, time);
	number = number_of(entry, attribute, 0);
	*time = text_same_ascii_case(attribute, "shadowLastChange") ? (int64_t)number * DAY : number;
	return number > 0;
}

void read_newest_time(const struct convert *with, const struct entry *entry, struct field_values *out)
{
	int64_t newest = 0, time;
	size_t i;

	for (i = 0; with->mapping->attributes[i] != NULL; i++)
		if (time_of(entry, with->mapping->attributes[i], &time) && time > newest) {
			newest = time;
			out->origin = with->mapping->attributes[i];
		}
	if (newest > 0) {
		convert_give(with, out, text_from_time(with->arena, newest));
		out->presence = VALUE_DERIVED;
	}
}
