/*
 * wrong: the rows.  Pure.
 */
#include "model/wrong.h"

#include <string.h>

static const struct field_values *values_of(const struct record *record, const char *field)
{
	return kind_field(record->kind, field) == NULL ? NULL : record_get(record, field);
}

/* No value, and that is known: what this login may not read is no fault. */
static bool is_absent(const struct record *record, const char *field)
{
	const struct field_values *values = values_of(record, field);

	return values != NULL && values->presence == VALUE_ABSENT;
}

static bool has_values(const struct record *record, const char *field)
{
	const struct field_values *values = values_of(record, field);

	return values != NULL && values->count > 0;
}

static bool is_yes(const struct record *record, const char *field)
{
	return values_of(record, field) != NULL && strcmp(record_text(record, field), "yes") == 0;
}

#define NO_PASSWORD "no-password"      /* the directory tells it in a finding of its own, where it may be asked */
#define EXPIRED "expired"              /* the word of the field state */

/* As directory/login_policy notes it beside the mark. */
static bool obeyed_by_nobody(const struct record *record, const char *field)
{
	const struct field_values *values = values_of(record, field);

	return values != NULL && values->note != NULL && strstr(values->note, "keeps nobody out") != NULL;
}

/* Whoever locked it is told apart, where the directory tells: what ends the lock is another thing. */
static const char *state_words(struct arena *arena, const struct record *record)
{
	const char *state = values_of(record, "state") == NULL ? "" : record_text(record, "state");
	bool by_admin = is_yes(record, "locked"), by_mistakes = is_yes(record, "failed_lock");

	if ((by_admin && obeyed_by_nobody(record, "locked")) || (by_mistakes && obeyed_by_nobody(record, "failed_lock")))
		return "marked as locked, but the password policy has no pwdLockout: logins go on all the same";
	if (by_mistakes)
		return by_admin ? "locked by an admin, and by wrong passwords: no login to mail, no sending" :
			"locked by wrong passwords: no login to mail, no sending";
	if (by_admin)
		return "locked by an admin: no login to mail, no sending";
	/* The first choice is the one without a lock; what ended by its date is told below, since another thing mends it. */
	if (state[0] == '\0' || strcmp(state, kind_field(record->kind, "state")->choices[0]) == 0 || strcmp(state, EXPIRED) == 0)
		return NULL;
	return arena_format(arena, "the account is %s: no login to mail, no sending", state);
}

static const char *expired_words(struct arena *arena, const struct record *record)
{
	const struct field_values *state = values_of(record, "state");

	if (state == NULL || strcmp(record_text(record, "state"), EXPIRED) != 0)
		return NULL;
	return arena_format(arena, "the account has expired%s%s (%s): no login to mail, no sending", state->note == NULL ? "" : " ",
		state->note == NULL ? "" : state->note, state->origin == NULL ? "by its date" : state->origin);
}

static const char *must_change_words(struct arena *arena, const struct record *record)
{
	(void)arena;
	return is_yes(record, "must_change") ? "password must be changed at the next login, which most mail programs cannot do" : NULL;
}

static const char *no_address_words(struct arena *arena, const struct record *record)
{
	(void)arena;
	return is_absent(record, "address") ? "no primary address: there is no mailbox and nothing is delivered" : NULL;
}

static const char *no_copy_words(struct arena *arena, const struct record *record)
{
	const struct field *field = kind_field(record->kind, "forwards");

	if (!has_values(record, "forwards") || strcmp(record_text(record, "keep_copy"), "no") != 0)
		return NULL;
	return arena_format(arena, "all mail goes to %s, no copy stays here", record_words(arena, field, record_get(record, "forwards")));
}

static const char *no_server_words(struct arena *arena, const struct record *record)
{
	(void)arena;
	if (is_absent(record, "address") || !is_absent(record, "home_server"))
		return NULL;
	return "no home server: every server considers itself responsible for this mailbox";
}

/* Tried with Dovecot 2.3: "Failed to initialize quota: Invalid quota root", and each delivery ends with 451 4.3.0. */
static const char *quota_words(struct arena *arena, const struct record *record)
{
	const char *quota = values_of(record, "quota") == NULL ? "" : record_text(record, "quota");

	if (quota[strspn(quota, "0123456789")] == '\0')
		return NULL;
	return arena_format(arena, "the quota \"%s\" is nothing that Dovecot can read, so it opens no mailbox and mail waits [451 4.3.0]", quota);
}

static const char *halves_words(struct arena *arena, const struct record *record)
{
	const struct field_values *members = values_of(record, "members");

	if (members == NULL || members->note == NULL || strncmp(members->note, "only by ", 8) != 0)
		return NULL;
	return arena_format(arena, "some members are named once and not twice, so not every program counts them (%s); giving or taking them "
		"brings both in step", members->note);
}

static const char *foreign_words(struct arena *arena, const struct record *record)
{
	(void)arena;
	return record->foreign ? "the entry lacks the marks of UDM: UDM and its web console do not show it" : NULL;
}

static const struct {
	const char *rule, *kind, *field;
	bool severe;
	const char *(*words)(struct arena *arena, const struct record *record);
} rules[] = {
	{ "account-state", "user", NULL, true, state_words },
	{ "account-expired", "user", NULL, true, expired_words },
	{ "no-address", "user", "address", true, no_address_words },
	{ "no-copy", "user", "keep_copy", true, no_copy_words },
	{ "odd-quota", "user", "quota", true, quota_words },
	{ "must-change", "user", "must_change", false, must_change_words },
	{ "no-server", "user", "home_server", false, no_server_words },
	{ "half-members", "group", "members", false, halves_words },
	{ "foreign", NULL, NULL, false, foreign_words },
};

/* What other entries told while the record was read; behind what the record tells by itself, but before the milder rows. */
static size_t add_findings(const struct record *record, bool severe, struct wrong *list, size_t count)
{
	for (size_t i = 0; i < record->finding_count; i++) {
		const struct finding *finding = &record->findings[i];

		if (finding->severe == severe)
			list[count++] = (struct wrong){ finding->rule, finding->severe, finding->sentence, finding->field };
	}
	return count;
}

/* An account that was locked on purpose, with whose lock it is; what the directory tells of wrong passwords beside it stays told. */
static const char *lock_words(struct arena *arena, const struct record *record, const struct wrong_before *before)
{
	const char *also = is_yes(record, "failed_lock") ? ", and by wrong passwords" : "";
	bool why = before->locked_why != NULL && before->locked_why[0] != '\0';

	if (!is_yes(record, "locked") || obeyed_by_nobody(record, "locked"))
		return NULL;
	if (before->locked_by == NULL)
		return !before->refused ? NULL : arena_format(arena, "locked by an admin%s; it may be STOLEN, since Postfix refuses the login too: no login to mail, "
			"no sending", also);
	return arena_format(arena, "locked %s (%s, %s%s%s)%s: no login to mail, no sending", before->locked_as == NULL ? "by an admin" : before->locked_as,
		before->locked_by, before->locked_when, why ? ", " : "", why ? before->locked_why : "", also);
}

size_t wrong_with_before(struct arena *arena, const struct record *record, const struct wrong_before *before, struct wrong **list)
{
	struct wrong *found;
	size_t count = wrong_with(arena, record, &found);
	const char *lock = lock_words(arena, record, before);
	bool told = before->without_password == NULL;

	*list = arena_alloc(arena, (count + 1) * sizeof **list);
	for (size_t i = 0; i < count; i++) {
		(*list)[i] = found[i];
		if (lock != NULL && strcmp(found[i].rule, "account-state") == 0)
			(*list)[i].sentence = lock;
		told = told || strcmp(found[i].rule, NO_PASSWORD) == 0;
	}
	if (!told)
		(*list)[count++] = (struct wrong){ NO_PASSWORD, true, arena_format(arena, "came back %s WITHOUT a password, none set since is known here: "
			"no login, no sending", before->without_password), "password" };
	return count;
}

size_t wrong_with(struct arena *arena, const struct record *record, struct wrong **list)
{
	size_t most = sizeof rules / sizeof *rules + record->finding_count, count = 0;
	bool told = false;

	*list = arena_alloc(arena, most * sizeof **list);
	for (size_t i = 0; i < sizeof rules / sizeof *rules; i++) {
		const char *sentence = NULL;

		if (!rules[i].severe && !told) {
			count = add_findings(record, true, *list, count);
			told = true;
		}
		if (rules[i].kind == NULL || strcmp(rules[i].kind, record->kind->name) == 0)
			sentence = rules[i].words(arena, record);
		if (sentence != NULL)
			(*list)[count++] = (struct wrong){ rules[i].rule, rules[i].severe, sentence, rules[i].field };
	}
	return add_findings(record, false, *list, count);
}

/* --- what the servers tell ----------------------------------------------------------------------- */

static const char *down_words(struct arena *arena, const struct wrong_now *now)
{
	return now->home_down == NULL ? NULL : arena_format(arena, "home server %s gives no answer since %s: no login, new mail waits",
		now->home_down, now->down_since);
}

static const char *full_words(struct arena *arena, const struct wrong_now *now)
{
	return now->percent < 100 ? NULL : arena_format(arena, "mailbox full: %s of %s, new mail is refused", now->used, now->limit);
}

/* Below its limit a mailbox refuses what is bigger than what is left; where it is full that is told already. */
static bool did_not_fit(const struct wrong_now *now)
{
	return now->percent < 100 && (now->unfit > 0 || now->unfit_at != NULL);
}

static const char *unfit_words(struct arena *arena, const struct wrong_now *now)
{
	const char *used = now->percent < 0 ? "" : arena_format(arena, "; %ld %% used, %s of %s", now->percent, now->used, now->limit);

	if (!did_not_fit(now))
		return NULL;
	if (now->unfit > 0)
		return arena_format(arena, "%llu mail%s wait%s: no room in the mailbox%s", (unsigned long long)now->unfit, now->unfit == 1 ? "" : "s",
			now->unfit == 1 ? "s" : "", used);
	return arena_format(arena, "mail was turned away (%s): no room in the mailbox%s", now->unfit_at, used);
}

static const char *filling_words(struct arena *arena, const struct wrong_now *now)
{
	return did_not_fit(now) || now->percent < WRONG_FILLING || now->percent >= 100 ? NULL : arena_format(arena,
		"mailbox nearly full: %ld %%, %s of %s; a big mail is refused first", now->percent, now->used, now->limit);
}

static const char *waiting_words(struct arena *arena, const struct wrong_now *now)
{
	uint64_t count = now->waiting - (did_not_fit(now) ? now->unfit : 0);

	return count == 0 ? NULL : arena_format(arena, "%llu%s mail%s to this person wait%s%s%s", (unsigned long long)count, now->waiting_more ? " or more" : "",
		count == 1 && !now->waiting_more ? "" : "s", count == 1 && !now->waiting_more ? "s" : "", now->waiting_why == NULL ? "" : ": ",
		now->waiting_why == NULL ? "" : now->waiting_why);
}

static const char *script_words(struct arena *arena, const struct wrong_now *now)
{
	return now->script == NULL ? NULL : arena_format(arena, "the filter %s sends mail on to %s", now->script, now->script_to);
}

static const char *refused_words(struct arena *arena, const struct wrong_now *now)
{
	return now->refused == NULL ? NULL : arena_format(arena, "Postfix on %s takes no mail from the login %s, so sending is refused", now->refused_by, now->refused);
}

static const char *stranger_words(struct arena *arena, const struct wrong_now *now)
{
	return now->home_unknown == NULL ? NULL : arena_format(arena, "the home server %s is none that postroom is told to watch: "
		"what goes on there is not seen", now->home_unknown);
}

static const struct {
	const char *rule, *field;
	bool severe;
	const char *(*words)(struct arena *arena, const struct wrong_now *now);
} now_rules[] = {
	{ "home-down", NULL, true, down_words },
	{ "mailbox-full", "quota", true, full_words },
	{ "mailbox-refused", "quota", true, unfit_words },
	{ "refused-login", NULL, true, refused_words },
	{ "mailbox-filling", "quota", false, filling_words },
	{ "mail-waits", NULL, false, waiting_words },
	{ "filter-forwards", NULL, false, script_words },
	{ "home-unknown", "home_server", false, stranger_words },
};

size_t wrong_of_now(struct arena *arena, const struct wrong_now *now, struct wrong **list)
{
	size_t count = 0;

	*list = arena_alloc(arena, sizeof now_rules / sizeof *now_rules * sizeof **list);
	for (size_t i = 0; i < sizeof now_rules / sizeof *now_rules; i++) {
		const char *sentence = now_rules[i].words(arena, now);

		if (sentence != NULL)
			(*list)[count++] = (struct wrong){ now_rules[i].rule, now_rules[i].severe, sentence, now_rules[i].field };
	}
	return count;
}
