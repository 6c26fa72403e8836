/*
 * jobs: the table of jobs and what each asks before.
 *
 * A new job is a row here and a function that plans it; a new question is a
 * field of its wish.  Constant data and pure functions; any thread.
 */
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "desk/desk_private.h"
#include "model/check.h"
#include "model/mailbox.h"
#include "model/traffic.h"

#define MEGABYTE INT64_C(1048576)
#define PETABYTE (MEGABYTE * 1024 * 1024 * 1024)

/* The first field of every wish: whom it is about. */
#define PERSON { .name = "login", .label = "Login", .type = FIELD_LOGIN, .flags = FIELD_KEY | FIELD_REQUIRED | FIELD_FIXED, \
	.help = "Whom it is about." }
#define YES_NO(word, words, sentence) { .name = word, .label = words, .type = FIELD_FLAG, .help = sentence }
#define DAY(word, words, sentence) { .name = word, .label = words, .type = FIELD_TEXT, .width = 10, .check = check_day, .help = sentence }
#define LINE(word, words, sentence) { .name = word, .label = words, .type = FIELD_TEXT, .width = 40, .help = sentence }
#define WISH(word, words, rows) { .name = word, .title = words, .noun = "repair", .verbs = KIND_CAN_EDIT, .internal = true, .fields = rows, \
	.name_field = "login", .help = words }

bool desk_day(const char *words, int64_t *epoch)
{
	char digits[16];

	if (strlen(words) != 10 || words[4] != '-' || words[7] != '-' || strspn(words, "0123456789-") != 10)
		return false;
	memcpy(digits, words, 4);
	memcpy(digits + 4, words + 5, 2);
	memcpy(digits + 6, words + 8, 2);
	memcpy(digits + 8, "000000Z", 8);
	return text_to_time(digits, epoch);
}

bool desk_day_to_come(const char *words, int64_t *epoch, struct error *error)
{
	enum { DAY_S = 86400 };

	if (!desk_day(words, epoch))
		return error_set(error, ERROR_INVALID, "Until: \"%.40s\" is no day; write it as 2026-12-24", words);
	/* A day lasts until its end, in every time zone of the world. */
	return *epoch + 2 * DAY_S > clock_now() || error_set(error, ERROR_INVALID, "Until: %s is over already", words);
}

static bool check_day(const struct field *field, const char *value, struct error *error)
{
	int64_t epoch;

	return desk_day(value, &epoch) || error_set(error, ERROR_INVALID, "%s: \"%.40s\" is no day; write it as 2026-12-24", field->label, value);
}

static const struct field password_fields[] = {
	PERSON,
	{ .name = "password", .label = "New password", .type = FIELD_SECRET,
	  .help = "Left empty, one is made: four groups of four letters and digits that are not taken for each other." },
	YES_NO("must_change", "Change at next login", "Whether the person has to choose another one at the next login."),
	YES_NO("unlock", "Clear failed logins", "Whether a lock after wrong passwords is cleared with it."),
	YES_NO("sessions", "End mailbox sessions", "Whether whoever is connected to the mailbox now is disconnected, so that the old password is of no more use there."),
	YES_NO("smtp", "End sending sessions", "Whether open SMTP sessions of this login are ended; a program that is logged in there goes on sending otherwise."),
	{ .name = NULL },
};
static const struct field quota_fields[] = {
	PERSON,
	{ .name = "quota", .label = "Quota", .type = FIELD_SIZE, .least = 0, .most = PETABYTE, .unit = MEGABYTE, .unit_name = "MB", .width = 9,
	  .help = "Space for all folders together; a bare number means MB, 0 means no limit." },
	YES_NO("policy", "Back to the policy", "Writes what the quota policy that reaches this person asks for, and where none does takes the limit of their own away."),
	YES_NO("recalculate", "Recalculate", "Whether Dovecot counts the mailbox anew (doveadm quota recalc)."),
	{ .name = NULL },
};
static const struct field forwarding_fields[] = {
	PERSON,
	{ .name = "forwards", .label = "Forward to", .type = FIELD_ADDRESS, .flags = FIELD_MANY, .check = check_forward_target,
	  .help = "Addresses that get the mail; none: it is not forwarded any more." },
	YES_NO("keep_copy", "Keep a copy", "Whether forwarded mail also stays in the mailbox."),
	DAY("until", "Until", "The day on which somebody takes the forward out again; nothing on the servers ends it by itself, so it is kept as due."),
	YES_NO("filter_off", "Switch filter off", "Whether the active sieve script is switched off; it is kept."),
	{ .name = NULL },
};
static const struct field absence_fields[] = {
	PERSON,
	LINE("text", "Text", "What whoever writes is told; each sender once a day."),
	DAY("from", "From", "First day on which mail is answered; empty: at once."),
	DAY("until", "Until", "Last day; empty: until it is taken out."),
	LINE("subject", "Subject", "Subject of the answer; empty: Dovecot's own, which begins with Auto."),
	YES_NO("off", "Take it out", "Ends the absence; the script that was active before is active again."),
	{ .name = NULL },
};
static const char *const access_rights[] = { "read", "write", "all", "none", NULL };
static const struct field access_fields[] = {
	PERSON,
	{ .name = "colleague", .label = "Colleague", .type = FIELD_REFERENCE, .reference = "user", .flags = FIELD_REQUIRED,
	  .help = "Login or address of who gets access." },
	LINE("folder", "Folder", "Name of the folder; empty: INBOX."),
	{ .name = "rights", .label = "Rights", .type = FIELD_CHOICE, .choices = access_rights,
	  .help = "read: see and read; write: also mark, put in and delete; all: everything; none: the access ends." },
	{ .name = NULL },
};
static const struct field sessions_fields[] = {
	PERSON,
	YES_NO("smtp", "End sending sessions", "Whether open SMTP sessions of this login are ended as well."),
	{ .name = NULL },
};
static const struct field lock_fields[] = {
	PERSON,
	YES_NO("sessions", "End mailbox sessions", "Whether whoever is connected now is disconnected."),
	YES_NO("smtp", "End sending sessions", "Whether open SMTP sessions of this login are ended as well."),
	{ .name = NULL },
};
static const struct field reset_fields[] = {
	PERSON,
	YES_NO("password", "New password", "A generated password, to be changed at the next login."),
	YES_NO("quota", "Quota by the policy", "As the quota repair does it, and the mailbox is counted anew."),
	YES_NO("forwarding", "No forwards", "Forwards are cleared, an absence of ours and the active sieve script are switched off; both are kept."),
	YES_NO("sessions", "End sessions", "Login caches are emptied and sessions ended."),
	YES_NO("unlock", "Unlock", "A lock by an administrator or by wrong passwords is cleared."),
	{ .name = NULL },
};
static const struct field stolen_fields[] = {
	PERSON,
	YES_NO("hold", "Hold queued mail", "Whether everything that waits in the queues from this person's addresses is put on hold; it can be released or deleted later."),
	YES_NO("filter_off", "Switch filter off", "Whether the active sieve script is switched off; it is kept. Whoever had the password may have added it."),
	YES_NO("forwards_off", "Clear forwards", "Whether forwards are cleared. Whoever had the password may have added them."),
	{ .name = NULL },
};
static const struct field leaver_fields[] = {
	PERSON,
	{ .name = "forward_to", .label = "Forward to", .type = FIELD_ADDRESS, .check = check_forward_target,
	  .help = "Who gets the mail; empty: nobody." },
	DAY("until", "Until", "The day until which mail is forwarded and answered; kept as due, since nothing on the servers ends a forward by itself."),
	LINE("text", "Absence text", "What whoever writes is told; empty: nothing."),
	YES_NO("memberships", "Out of groups, lists", "Whether the person is taken out of groups and mailing lists that name them directly."),
	{ .name = NULL },
};

static const struct kind password_wish = WISH("wish-password", "New password", password_fields), quota_wish = WISH("wish-quota", "Quota", quota_fields),
	forwarding_wish = WISH("wish-forwarding", "Forwarding", forwarding_fields), absence_wish = WISH("wish-absence", "Absence", absence_fields),
	access_wish = WISH("wish-access", "Access for a colleague", access_fields), sessions_wish = WISH("wish-sessions", "Sessions", sessions_fields),
	lock_wish = WISH("wish-lock", "Lock", lock_fields), reset_wish = WISH("wish-reset", "Reset mail settings", reset_fields),
	stolen_wish = WISH("wish-stolen", "Stolen account", stolen_fields), leaver_wish = WISH("wish-leaver", "Leaver", leaver_fields);

#define YES(...) (const char *const[]){ __VA_ARGS__, NULL }

const struct desk_job desk_jobs[] = {
	{ .name = "password", .title = "New password", .wish = &password_wish, .plan = plan_password, .writes = &kind_user, .field = "password",
	  .yes = YES("unlock", "sessions", "smtp"), .preset = YES("must_change", "yes"), .bare = "Without any field one is made, printed once, and must be changed.",
	  .example = "reset anna --password must_change=no",
	  .help = "Sets a new password, clears a lock by wrong ones, empties login caches, ends sessions and tries the new one.",
	  .say = "Your new password works at once. Your mail program and your phone will ask for it." },
	{ .name = "quota", .title = "Quota", .wish = &quota_wish, .plan = plan_quota, .writes = &kind_user, .field = "quota", .yes = YES("recalculate"),
	  .bare = "Without any field the mailbox is counted anew and nothing else.", .example = "reset anna --quota quota=4GB",
	  .looks = DESK_LOOKS_USAGE, .help = "Raises the quota, puts it back to the policy, or has the mailbox counted anew.",
	  .say = "Your mailbox has its new limit. What was refused while it was full comes again by itself if the sender's server still tries." },
	{ .name = "forwarding", .title = "Forwarding", .wish = &forwarding_wish, .plan = plan_forwarding, .writes = &kind_user, .field = "forwards",
	  .bare = "Without any field the forwards are cleared.", .example = "reset anna --forwarding forwards=boss@example.com keep_copy=yes until=2026-12-24",
	  .help = "Sets or clears forwards, with a day on which somebody ends them.",
	  .say = "Your forwarding is as you asked; new mail follows it from now on." },
	{ .name = "absence", .title = "Absence", .wish = &absence_wish, .plan = plan_absence, .writes = &kind_mailbox, .field = "absence",
	  .bare = "It needs a text, or off=yes.", .example = "reset anna --absence text='Back on Monday.' until=2026-12-24",
	  .help = "An answer to whoever writes, between two days, by a sieve script of its own.",
	  .say = "Your absence notice is as you asked. Each sender is told once a day." },
	{ .name = "access", .title = "Access for a colleague", .wish = &access_wish, .plan = plan_access, .writes = &kind_mailbox, .field = "access",
	  .preset = YES("folder", "INBOX", "rights", "read"), .example = "reset anna --access colleague=boss rights=write",
	  .looks = DESK_LOOKS_COLLEAGUE, .help = "Gives a colleague access to a folder, or ends it.",
	  .say = "The access is set. Your colleague may have to refresh the list of folders or subscribe to it." },
	{ .name = "sessions", .title = "Sessions", .wish = &sessions_wish, .plan = plan_sessions, .writes = &kind_sessions, .field = "end",
	  .yes = YES("smtp"), .promises = true, .example = "reset anna --sessions", .help = "Empties login caches, ends all sessions and looks whether they are gone.",
	  .say = "You have been signed out everywhere. Your mail program connects again by itself." },
	{ .name = "lock", .title = "Lock", .wish = &lock_wish, .plan = plan_lock, .writes = &kind_user, .field = "locked", .yes = YES("sessions", "smtp"),
	  .example = "reset anna --lock --reason 'lost her badge'",
	  .help = "Locks the account, empties login caches and ends sessions. The reason stays in the history.",
	  .say = "The account is locked until somebody unlocks it again." },
	{ .name = "unlock", .title = JOB_UNLOCK, .plan = plan_unlock, .writes = &kind_user, .field = "locked", .example = "reset anna --unlock",
	  .looks = DESK_LOOKS_SHUT,
	  .help = "Clears the lock of an administrator and that of wrong passwords.",
	  .say = "Your account is open again; try to sign in now." },
	{ .name = "reset", .title = "Reset mail settings", .wish = &reset_wish, .plan = plan_reset, .writes = &kind_user, .field = "forwards",
	  .example = "reset anna --password --forwarding --sessions",
	  .looks = DESK_LOOKS_SHUT, .help = "A chosen set of the repairs together, as one review.",
	  .say = "Your mail settings are reset. Please close your mail program and open it again." },
	{ .name = "stolen", .title = JOB_STOLEN, .wish = &stolen_wish, .plan = plan_stolen, .large = true, .writes = &kind_queue, .field = "hold",
	  .yes = YES("hold", "filter_off"), .example = "stolen anna forwards_off=yes", .looks = DESK_LOOKS_SENDING, .promises = true,
	  .help = "Locks the account, ends what is open, refuses the login in Postfix and holds its queued mail.",
	  .say = "Your account is locked, so nobody gets in, not you either. Mail still arrives. We call you before it is opened again." },
	{ .name = "leaver", .title = JOB_LEAVER, .wish = &leaver_wish, .plan = plan_leaver, .large = true, .writes = &kind_group, .field = "members",
	  .yes = YES("memberships"), .example = "leaver anna forward_to=boss@example.com until=2026-12-24 text='Anna has left.'",
	  .help = "Locks the account, forwards and answers mail until a day, and takes the person out of groups and lists." },
	{ .name = NULL },
};

const struct desk_job *desk_job_find(const char *name)
{
	for (const struct desk_job *job = desk_jobs; job->name; job++)
		if (strcmp(job->name, name) == 0)
			return job;
	return NULL;
}

const char *desk_job_reason(const struct desk_job *job, enum role role)
{
	if (role_may(role, job->writes, kind_field(job->writes, job->field), VERB_EDIT))
		return NULL;
	return role == ROLE_MONITOR ? "a monitor session changes nothing" : "this needs role admin";
}

/* --- what is offered ------------------------------------------------------------------------------------------ */

static bool is_preselected(const struct desk_job *job, const char *field)
{
	for (const char *const *yes = job->yes; yes && *yes; yes++)
		if (strcmp(*yes, field) == 0)
			return true;
	return false;
}

/* What is asked for unless somebody says otherwise; NULL: nothing of the kind. */
static const char *preset_of(const struct desk_job *job, const char *field)
{
	for (const char *const *at = job->preset; at && *at; at += 2)
		if (strcmp(*at, field) == 0)
			return at[1];
	return NULL;
}

/* A question may have the name of a field and be of another sort: whether the quota is reset. */
static bool is_own_field(const struct kind *people, const struct field *field)
{
	const struct field *own = kind_field(people, field->name);

	return own && own->type == field->type && field->type != FIELD_SECRET;
}

struct record *desk_wish(struct arena *arena, const struct desk_job *job, const struct record *person)
{
	struct record *wish;

	if (!job->wish)
		return NULL;
	wish = record_new_in(arena, job->wish);
	wish->name = arena_text(arena, person->name);
	record_set_text(wish, "login", person->name);
	for (const struct field *field = job->wish->fields; field->name; field++) {
		const struct field_values *stored = is_own_field(person->kind, field) ? record_get(person, field->name) : NULL;

		/* What the person has now is no wish where the repair asks otherwise. */
		if (preset_of(job, field->name))
			record_set_text(wish, field->name, preset_of(job, field->name));
		else if (stored && stored->count)
			record_set(wish, field->name, VALUE_OWN, stored->values, stored->count);
		else if (field->type == FIELD_FLAG)
			record_set_text(wish, field->name, is_preselected(job, field->name) ? "yes" : "no");
	}
	return wish;
}

const char *desk_wish_default(const struct desk_job *job, const struct field *field)
{
	if (preset_of(job, field->name))
		return preset_of(job, field->name);
	if (is_own_field(&kind_user, field))
		return "as it is now";
	return field->type != FIELD_FLAG ? "" : is_preselected(job, field->name) ? "yes" : "no";
}

const char *desk_wish_form(struct arena *arena, const struct field *field)
{
	char *words = NULL;

	for (const char *const *choice = field->type == FIELD_CHOICE ? field->choices : NULL; choice && *choice; choice++)
		words = words ? arena_format(arena, "%s|%s", words, *choice) : arena_text(arena, *choice);
	if (words)
		return words;
	if (field->check == check_day)
		return "DAY";
	switch (field->type) {
	case FIELD_FLAG: return "yes|no";
	case FIELD_SIZE: return "SIZE";
	case FIELD_ADDRESS: return "ADDRESS";
	case FIELD_REFERENCE: return "USER";
	case FIELD_SECRET: return "-|@FILE";
	default: return "TEXT";
	}
}
