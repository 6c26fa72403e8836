/*
 * plan_repairs: the repairs of the helpdesk as lists of steps.
 *
 * Order matters: the directory first, then what remembers it (login caches),
 * then what was let in by it (sessions), and last a try.  Rules: dovecot 5,
 * ucs-directory 9 and 14, terminal-and-safety 8.  Pure but for what steps.c
 * reads; loop thread.
 */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "desk/desk_private.h"
#include "model/mailbox.h"
#include "model/traffic.h"

static const struct field *field_of(const struct desk_plan *plan, const char *name)
{
	return kind_field(plan->person->kind, name);
}

/* Sets a field of the person where the kind has it and the value is another. */
static void set(const struct desk_plan *plan, struct change *change, const char *field, const char *text)
{
	const struct field *of = field_of(plan, field);

	if (of && (of->type == FIELD_SECRET || strcmp(record_text(plan->person, field), text ? text : "") != 0))
		change_edit_text(change, of, EDIT_SET, text);
}

static bool has_lock_by_failures(const struct desk_plan *plan)
{
	return field_of(plan, "failed_lock") && strcmp(record_text(plan->person, "failed_lock"), "yes") == 0;
}

static bool is_locked(const struct desk_plan *plan)
{
	return field_of(plan, "locked") && strcmp(record_text(plan->person, "locked"), "yes") == 0;
}

static bool needs_mailbox(const struct desk_plan *plan, struct error *error)
{
	return *record_text(plan->person, "address") || error_set(error, ERROR_INVALID,
		"%s has no primary address, so there is no mailbox to repair; an admin gives one (field address)", plan->person->name);
}

/* --- password ------------------------------------------------------------------------------------------------- */

/* True: it is a step, and leaves the login in the cache. */
static bool try_password(struct desk_plan *plan)
{
	const char *names[DESK_NAMES], *home = desk_home(plan);
	struct error error = { 0 };
	struct planned *step;

	desk_names(plan->arena, plan->person, names);
	if (!plan->secret || !names[0])
		return false;
	if (!home) {
		desk_remark(plan, "the new password is not tried: which server holds the mailbox is not known");
		return false;
	}
	/* Never to be done, which is another thing than not done now. */
	if (!desk_server_can(plan, home, "auth-test", &error)) {
		desk_remark(plan, "the new password is not tried at the mail server: %s", error.text);
		return false;
	}
	step = desk_step(plan, home, mailbox_change_try(home, names[0], plan->secret),
		"try whether the new password logs in", "tried: the new password logs in", "nobody has seen it work");
	step->repeats = true;
	step->checks = true;
	return true;
}

/* A login that must change its password may be refused (pass_filter), so the mark is set after the try. */
void desk_step_must_change(struct desk_plan *plan)
{
	struct change *change;

	if (!field_of(plan, "must_change"))
		return;
	/* Not held against what was read: the step before may just have taken the mark away. */
	change = change_new(VERB_EDIT, plan->person->kind, plan->person->name);
	change->id = arena_text(change->arena, plan->person->id);
	change_edit_text(change, field_of(plan, "must_change"), EDIT_SET, "yes");
	desk_remark(plan, "%s", DESK_MUST_CHANGE);
	desk_step(plan, NULL, change, "have it changed at the next login", "must be changed at the next login", "this password may be kept for good")->repeats = true;
}

/* The mark goes with the old password, or the try would be refused for it. */
static void set_password(struct desk_plan *plan, struct change *change)
{
	set(plan, change, "password", plan->secret);
	if (field_of(plan, "must_change") && strcmp(record_text(plan->person, "must_change"), "yes") == 0)
		change_edit_text(change, field_of(plan, "must_change"), EDIT_SET, "no");
}

/*
 * The try comes after the caches were emptied: a login that was refused a moment ago is remembered there as refused. The
 * mark comes after the try, which it would make fail, and then what the try left in the cache goes.
 */
static void prove_password(struct desk_plan *plan, bool try, bool must_change)
{
	const char *names[DESK_NAMES], *home = desk_home(plan);

	try = try && try_password(plan);
	if (!must_change || !field_of(plan, "must_change"))
		return;
	desk_step_must_change(plan);
	desk_names(plan->arena, plan->person, names);
	if (try && home && names[0])
		desk_step(plan, home, mailbox_change_do(home, names[0], "flush"), "empty the login cache after the try", "login cache emptied after the try",
			"the password opens the mailbox there without being changed, until the login cache forgets it (auth_cache_ttl)")->repeats = true;
}

bool plan_password(struct desk_plan *plan, struct error *error)
{
	struct change *change = desk_change_person(plan);

	(void)error;
	set_password(plan, change);
	if (desk_wants(plan, "unlock") && has_lock_by_failures(plan))
		set(plan, change, "failed_lock", "no");
	if (is_locked(plan))
		desk_remark(plan, "the account is locked by an administrator and stays so: the new password does not open it (repair unlock)");
	desk_step_person(plan, change, true, "set a new password", "new password", "the old password is the one that counts");
	desk_step_flush(plan, "the OLD password may still open the mailbox there until the login cache forgets it (auth_cache_ttl)");
	if (desk_wants(plan, "sessions"))
		desk_step_sessions(plan, "whoever was connected there goes on reading");
	else
		desk_remark(plan, "sessions that are open go on; they were opened with the old password");
	if (desk_wants(plan, "smtp"))
		desk_step_smtp(plan);
	else
		desk_remark(plan, "an SMTP session that is logged in goes on sending: neither cache, kick nor a reload of Postfix ends it");
	prove_password(plan, !is_locked(plan), desk_wants(plan, "must_change"));
	return true;
}

/* --- quota ------------------------------------------------------------------------------------------------------- */

/* The limit of a policy that reaches this person, or no limit of their own. */
static const char *default_quota(const struct desk_plan *plan)
{
	return field_of(plan, "policy_quota") ? record_text(plan->person, "policy_quota") : "";
}

static void step_quota(struct desk_plan *plan, const char *quota)
{
	struct change *change = desk_change_person(plan);

	if (strcmp(record_text(plan->person, "quota"), quota) != 0)
		change_edit_text(change, field_of(plan, "quota"), EDIT_SET, *quota ? quota : NULL);
	if (change->edit_count > 0) {
		desk_step_person(plan, change, true, "write the quota", "quota written", "the old limit holds");
		desk_step_flush(plan, "Dovecot may go by the old limit there until its cache forgets it");
	} else {
		change_free(change);
	}
}

/* Used and new limit side by side. */
static void tell_usage(struct desk_plan *plan, const char *quota)
{
	int64_t limit = strtoll(quota, NULL, 10);
	const char *used = plan->used < 0 ? NULL : text_from_size(plan->arena, plan->used);

	if (!used)
		desk_remark(plan, "how full the mailbox is now is not known: the server gave no answer");
	else if (limit > 0 && limit < plan->used)
		desk_remark(plan, "! used now %s, new limit %s: the limit is BELOW what is used, so no mail comes in until something is deleted", used,
			text_from_size(plan->arena, limit));
	else
		desk_remark(plan, "used now %s, limit then %s", used, limit > 0 ? text_from_size(plan->arena, limit) : "none");
}

bool plan_quota(struct desk_plan *plan, struct error *error)
{
	const char *quota = desk_wants(plan, "policy") ? default_quota(plan) : desk_wish_text(plan, "quota");

	if (!needs_mailbox(plan, error))
		return false;
	step_quota(plan, quota);
	tell_usage(plan, quota);
	if (desk_wants(plan, "recalculate"))
		desk_step_recalculate(plan);
	return true;
}

/* --- forwards, absence, access --------------------------------------------------------------------------------------- */

static void filter_off(struct desk_plan *plan)
{
	const char *names[DESK_NAMES], *home = desk_home(plan);

	desk_names(plan->arena, plan->person, names);
	if (!home)
		desk_remark(plan, "the sieve filter is not switched off: which server holds the mailbox is not known");
	else if (names[0])
		desk_step(plan, home, mailbox_change_filter(home, names[0], NULL), "switch the sieve filter off (and keep it)",
			"sieve filter switched off (and kept)", "the filter goes on sorting, forwarding or answering");
}

static void step_forwards(struct desk_plan *plan, const struct field_values *forwards, const char *keep)
{
	struct change *change = desk_change_person(plan);
	const struct field *of = field_of(plan, "forwards");

	if (!values_same(forwards, record_get(plan->person, "forwards")))
		change_edit(change, of, EDIT_SET, forwards->values, forwards->count);
	if (forwards->count > 0 && keep)
		set(plan, change, "keep_copy", keep);
	desk_step_person(plan, change, true, forwards->count > 0 ? "write the forwards" : "clear the forwards", forwards->count > 0 ? "forwards written" : "forwards cleared", "mail goes where it went before");
}

bool plan_forwarding(struct desk_plan *plan, struct error *error)
{
	const struct field_values *forwards = record_get(plan->wish, "forwards");
	const char *until = desk_wish_text(plan, "until");
	int64_t when;

	if (!needs_mailbox(plan, error) || (forwards->count > 0 && *until && !desk_day_to_come(until, &when, error)))
		return false;
	/* Nor is a forward cleared by whoever thought of one that ends some day. */
	if (!forwards->count && *until)
		return error_set(error, ERROR_INVALID, "Until: no forward is given that could end on %s", until);
	step_forwards(plan, forwards, desk_wants(plan, "keep_copy") ? "yes" : "no");
	if (forwards->count > 0 && !desk_wants(plan, "keep_copy"))
		desk_remark(plan, "without a copy no mail reaches the mailbox, so an absence answers nobody and a filter does nothing");
	if (desk_wants(plan, "filter_off"))
		filter_off(plan);
	if (forwards->count > 0 && desk_day(until, &when))
		desk_step_due(plan, when, arena_format(plan->arena, "end the forward of %s (to %s)", plan->person->name,
			record_words(plan->arena, field_of(plan, "forwards"), forwards)));
	else if (forwards->count > 0)
		desk_remark(plan, "the forward has no end: nothing on the servers takes it out again");
	return true;
}

/* An absence that is over, or ends before it begins, answers nobody. */
static bool days_fit(const struct desk_plan *plan, struct error *error)
{
	const char *from = desk_wish_text(plan, "from"), *until = desk_wish_text(plan, "until");
	int64_t first, last;

	if (!*until)
		return true;
	if (!desk_day_to_come(until, &last, error))
		return false;
	return !*from || !desk_day(from, &first) || first <= last ||
		error_set(error, ERROR_INVALID, "Until: %s is before %s, when it begins", until, from);
}

bool plan_absence(struct desk_plan *plan, struct error *error)
{
	const char *text = desk_wish_text(plan, "text"), *until = desk_wish_text(plan, "until");
	int64_t when;

	if (!needs_mailbox(plan, error))
		return false;
	if (!desk_wants(plan, "off") && !days_fit(plan, error))
		return false;
	if (!*text && !desk_wants(plan, "off"))
		return error_set(error, ERROR_INVALID, "Text: an absence needs a text that whoever writes is told");
	if (desk_wants(plan, "off"))
		desk_step_absence(plan, NULL, NULL, NULL, NULL);
	else {
		desk_step_absence(plan, desk_wish_text(plan, "from"), until, desk_wish_text(plan, "subject"), text);
		/* It answers nobody after that day, but its script stays where another one may have been. */
		if (plan->count > 0 && desk_day(until, &when))
			desk_step_due(plan, when, arena_format(plan->arena, "take out the absence of %s, which ends that day", plan->person->name));
		desk_remark_unanswered(plan);
	}
	return plan->count > 0 || error_set(error, ERROR_UNSUPPORTED, "Which server holds the mailbox of %s is not known: give the home server", plan->person->name);
}

/* Who gets access, as Dovecot knows them; NULL with the reason. An access that ends may be that of somebody who is gone. */
static const char *colleague_of(const struct desk_plan *plan, bool ends, struct error *error)
{
	const char *typed = desk_wish_text(plan, "colleague"), *names[DESK_NAMES];

	if (!*typed) {
		error_set(error, ERROR_INVALID, "Colleague: say who gets access");
		return NULL;
	}
	if (!plan->colleague && ends && plan->colleague_error.kind == ERROR_NOT_FOUND)
		return text_lower_ascii(plan->arena, typed, strlen(typed));
	if (!plan->colleague) {
		*error = plan->colleague_error;
		error_prefix(error, "Colleague");
		return NULL;
	}
	if (!*record_text(plan->colleague, "address")) {
		error_set(error, ERROR_INVALID, "Colleague: %s has no primary address, so no mail server knows them", plan->colleague->name);
		return NULL;
	}
	if (strcmp(plan->colleague->name, plan->person->name) == 0) {
		error_set(error, ERROR_INVALID, "Colleague: %s is whose mailbox it is", plan->colleague->name);
		return NULL;
	}
	desk_names(plan->arena, plan->colleague, names);
	return names[0];
}

/* Dovecot shows folders of others on the server where they lie, and nowhere else. */
static void tell_where(struct desk_plan *plan, const char *home)
{
	struct desk_plan theirs = { .arena = plan->arena, .person = plan->colleague, .live = plan->live };
	const char *other = plan->colleague ? desk_home(&theirs) : home;

	if (other && strcmp(other, home) != 0)
		desk_remark(plan, "! the mailbox of %s is on %s, this one on %s: folders of others are seen on the same server only", plan->colleague->name, other, home);
}

bool plan_access(struct desk_plan *plan, struct error *error)
{
	const char *names[DESK_NAMES], *home = desk_home(plan), *folder = desk_wish_text(plan, "folder");
	const char *rights = desk_wish_text(plan, "rights"), *colleague;
	bool ends = strcmp(rights, "none") == 0;

	if (!needs_mailbox(plan, error))
		return false;
	if (!home)
		return error_set(error, ERROR_UNSUPPORTED, "Which server holds the mailbox of %s is not known: give the home server", plan->person->name);
	colleague = colleague_of(plan, ends, error);
	if (!colleague)
		return false;
	desk_names(plan->arena, plan->person, names);
	if (!ends)
		tell_where(plan, home);
	desk_step(plan, home, mailbox_change_access(home, names[0], *folder ? folder : "INBOX", colleague, rights),
		ends ? "end the access" : "give access", ends ? "access ended" : "access given", "the folder is as it was");
	return true;
}

/* --- sessions, lock ------------------------------------------------------------------------------------------------------ */

bool plan_sessions(struct desk_plan *plan, struct error *error)
{
	desk_step_flush(plan, "logins go by what the cache knows");
	desk_step_sessions(plan, "whoever was connected there goes on");
	if (desk_wants(plan, "smtp"))
		desk_step_smtp(plan);
	return plan->count > 0 || error_set(error, ERROR_UNSUPPORTED, "No mail server is configured, so there is nothing to end; see server in postroom.conf(5)");
}

bool plan_lock(struct desk_plan *plan, struct error *error)
{
	struct change *change = desk_change_person(plan);

	(void)error;
	set(plan, change, "locked", "yes");
	desk_step_person(plan, change, true, "lock the account", "account locked", "the account is open");
	desk_step_flush(plan, "the password may still open the mailbox there until the login cache forgets it (auth_cache_ttl)");
	if (desk_wants(plan, "sessions"))
		desk_step_sessions(plan, "whoever was connected there goes on reading");
	if (desk_wants(plan, "smtp"))
		desk_step_smtp(plan);
	return true;
}

static void step_unlock(struct desk_plan *plan)
{
	struct change *change = desk_change_person(plan);

	if (is_locked(plan))
		set(plan, change, "locked", "no");
	if (has_lock_by_failures(plan))
		set(plan, change, "failed_lock", "no");
	desk_step_person(plan, change, true, "unlock the account", "account unlocked", "the account stays locked");
}

/* "sending is refused by Postfix on mail1, and 3 mails are on hold"; NULL: nothing of it. */
static const char *shut(const struct desk_plan *plan)
{
	const char *refused = plan->refused_by && *plan->refused_by ? arena_format(plan->arena, "sending is refused by Postfix on %s", plan->refused_by) : NULL;
	size_t held = 0;

	for (size_t i = 0; i < plan->queue_count; i++)
		held += queue_held(&plan->queues[i]);
	if (held == 0)
		return refused;
	return arena_format(plan->arena, "%s%s%zu mail%s on hold", refused ? refused : "", refused ? ", and " : "", held, held == 1 ? " is" : "s are");
}

/* What a stolen account was shut with beside its lock; the lock alone is not all of it, and somebody had a reason. */
static void tell_shut(struct desk_plan *plan)
{
	plan->shut = shut(plan);
	if (!plan->shut)
		return;
	desk_remark(plan, "! %s: opening the account changes nothing of that; an admin takes it back with the job that did it (history, u)", plan->shut);
	if (!is_locked(plan))
		return;
	desk_remark(plan, "! so STOLEN accounts are left: ask an admin before this one is opened");
	plan->confirm_name = true;
}

bool plan_unlock(struct desk_plan *plan, struct error *error)
{
	(void)error;
	step_unlock(plan);
	tell_shut(plan);
	if (desk_kept_out(plan))
		desk_remark(plan, "! the account is %s (%s), which no unlocking changes: an administrator puts that right in the directory",
			desk_kept_out(plan), desk_kept_out_by(plan));
	else if (plan->count == 0)
		desk_remark(plan, "the directory shows no lock; only what the login caches remember is dropped");
	desk_step_flush(plan, "a refused login may be remembered there (auth_cache_negative_ttl)");
	return true;
}

/* --- a chosen set ------------------------------------------------------------------------------------------------------------ */

/* The directory's part of all of them is one change, so that the person is never half repaired there. */
static void reset_person(struct desk_plan *plan)
{
	struct change *change = desk_change_person(plan);

	if (desk_wants(plan, "password"))
		set_password(plan, change);
	if (desk_wants(plan, "quota") && strcmp(record_text(plan->person, "quota"), default_quota(plan)) != 0)
		change_edit_text(change, field_of(plan, "quota"), EDIT_SET, *default_quota(plan) ? default_quota(plan) : NULL);
	if (desk_wants(plan, "forwarding") && record_get(plan->person, "forwards")->count > 0)
		change_edit_text(change, field_of(plan, "forwards"), EDIT_SET, NULL);
	if (desk_wants(plan, "unlock") && is_locked(plan))
		set(plan, change, "locked", "no");
	if (desk_wants(plan, "unlock") && has_lock_by_failures(plan))
		set(plan, change, "failed_lock", "no");
	desk_step_person(plan, change, true, "write mail settings", "mail settings written", "the directory is as it was");
}

bool plan_reset(struct desk_plan *plan, struct error *error)
{
	static const char *const parts[] = { "password", "quota", "forwarding", "sessions", "unlock" };
	bool any = false;

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		any = any || desk_wants(plan, parts[i]);
	if (!any)
		return error_set(error, ERROR_INVALID, "Nothing is chosen: say which mail settings of %s are to be reset", plan->person->name);
	reset_person(plan);
	if (desk_wants(plan, "unlock"))
		tell_shut(plan);
	if (desk_wants(plan, "forwarding"))
		filter_off(plan);
	desk_step_flush(plan, "logins and limits go by what the cache knows there");
	if (desk_wants(plan, "sessions") || desk_wants(plan, "password")) {
		desk_step_sessions(plan, "whoever was connected there goes on");
		desk_step_smtp(plan);
	}
	if (desk_wants(plan, "quota"))
		desk_step_recalculate(plan);
	if (desk_wants(plan, "password"))
		prove_password(plan, !is_locked(plan) || desk_wants(plan, "unlock"), true);
	return true;
}
