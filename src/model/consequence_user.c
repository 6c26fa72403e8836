/*
 * consequence_user: account, login, memberships, quota and home server of a
 * user.  Pure.  Sources: ucs-directory 8, 13, 14, 16, 18.
 */
#include "model/consequence_rules.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "model/check.h"

static void account_gone(struct scene *scene, const struct consequence_rule *rule)
{
	const char *address = text_before(scene, "address");

	if (scene->facts->through)
		tell(scene, rule, "The account and login %s are gone for good, and this cannot be taken back: %s can only make a new one, with another "
			"number and SID, without the password and without the memberships.", scene->before->name, scene->facts->through);
	else
		tell(scene, rule, "The account and login %s are gone for good: taking it back makes a new entry, without the password "
			"and without the mailbox.", scene->before->name);
	if (*address && *others_with(scene, address))
		tell_as(scene, rule, SEVERITY_WARNING, "Mail to %s goes to %s only from now on.", address, others_with(scene, address));
	else if (*address)
		tell_as(scene, rule, SEVERITY_WARNING, "Mail to %s is refused from now on.", address);
}

/* Full name and its parts are kept apart in the directory; nothing makes one follow the other. */
static void name_stays(struct scene *scene, const struct consequence_rule *rule)
{
	const char *full = text_after(scene, "full_name"), *given = text_after(scene, "given_name");
	const char *parts = arena_format(scene->arena, "%s%s%s", given, *given ? " " : "", text_after(scene, "family_name"));

	if (!(field_changed(scene, "given_name") || field_changed(scene, "family_name")) || field_changed(scene, "full_name"))
		return;
	if (*full && strcmp(full, parts) != 0)
		tell(scene, rule, "The name that people read stays \"%s\"; change Name as well where it is to become \"%s\".", full, parts);
}

static void login_renamed(struct scene *scene, const struct consequence_rule *rule)
{
	if (strcmp(scene->before->name, scene->after->name) != 0)
		tell(scene, rule, "The login %s stops working and %s begins to. Nothing changes on disk, since the mailbox belongs to the "
			"address; memberships follow.", scene->before->name, scene->after->name);
}

static void login_digits(struct scene *scene, const struct consequence_rule *rule)
{
	const char *name = scene->after->name;

	if ((!scene->before || strcmp(scene->before->name, name) != 0) && *name && strspn(name, "0123456789") == strlen(name))
		tell(scene, rule, "The login %s has digits only; some programs take it for a user number.", name);
}

static void without_password(struct scene *scene, const struct consequence_rule *rule)
{
	if (scene->change->verb == VERB_ADD && !change_touches(scene->change, "password"))
		tell(scene, rule, "%s has no password yet, so nobody can log in until one is set.", scene->after->name);
}

static bool gives_password(const struct scene *scene)
{
	return scene->change->verb != VERB_UNDO && change_touches(scene->change, "password") && count_after(scene, "password") > 0;
}

static bool becomes(const struct scene *scene, const char *field, const char *word)
{
	return field_changed(scene, field) && strcmp(text_after(scene, field), word) == 0;
}

static void password_final(struct scene *scene, const struct consequence_rule *rule)
{
	if (gives_password(scene))
		tell(scene, rule, "What the password was is known to nobody, so a new one cannot be taken back; another one can be set.");
}

static void password_locked(struct scene *scene, const struct consequence_rule *rule)
{
	if (gives_password(scene) && strcmp(text_before(scene, "locked"), "yes") == 0 && strcmp(text_after(scene, "locked"), "yes") == 0)
		tell(scene, rule, "%s stays locked: the new password opens nothing until the account is unlocked.", scene->before->name);
}

static void lock_keeps(struct scene *scene, const struct consequence_rule *rule)
{
	if (becomes(scene, "locked", "yes"))
		tell(scene, rule, "Mail still arrives. Who is connected stays connected until the sessions are ended, and a mail server may "
			"take the login for a while from its cache.");
}

/* Whoever asks may be whom it was locked against. */
static void lock_opens(struct scene *scene, const struct consequence_rule *rule)
{
	if (strcmp(text_before(scene, "locked"), "yes") == 0 && becomes(scene, "locked", "no"))
		tell(scene, rule, "%s was locked on purpose: make sure why before it is opened. The password opens it "
			"again; where somebody else knew it, set a new one with it.", scene->before->name);
}

static void lock_doubted(struct scene *scene, const struct consequence_rule *rule)
{
	if (scene->facts->lock_doubt)
		tell(scene, rule, "%s.", scene->facts->lock_doubt);
}

static void must_change_doubted(struct scene *scene, const struct consequence_rule *rule)
{
	if (scene->facts->must_change_doubt)
		tell(scene, rule, "%s.", scene->facts->must_change_doubt);
}

static void must_change_where(struct scene *scene, const struct consequence_rule *rule)
{
	if (becomes(scene, "must_change", "yes"))
		tell(scene, rule, "Mail programs cannot change a password: it must be changed elsewhere first, and until then a mail server that "
			"obeys this refuses the login.");
}

/* Whoever was told the password keeps it. */
static void must_change_gone(struct scene *scene, const struct consequence_rule *rule)
{
	if (strcmp(text_before(scene, "must_change"), "yes") == 0 && becomes(scene, "must_change", "no") && !gives_password(scene))
		tell(scene, rule, "The password of now stays and may be kept for good: whoever was told it logs in with it, and no other one has to be chosen.");
}

/* -1: no limit, or nothing that Dovecot could read. */
static int64_t quota_of(const char *digits)
{
	int64_t bytes = *digits && !digits[strspn(digits, "0123456789")] ? strtoll(digits, NULL, 10) : 0;

	return bytes > 0 ? bytes : -1;
}

static void quota_lowered(struct scene *scene, const struct consequence_rule *rule)
{
	const struct field *field = kind_field(scene->change->kind, "quota");
	int64_t old_quota = quota_of(text_before(scene, "quota")), new_quota = quota_of(text_after(scene, "quota"));

	if (new_quota >= 0 && (old_quota < 0 || new_quota < old_quota) && *text_before(scene, "address"))
		tell(scene, rule, "How full the mailbox is was not asked: if it holds more than %s, new mail is refused (552 5.2.2) until it "
			"is emptied.", size_words(scene->arena, field, new_quota));
}

static void quota_no_limit(struct scene *scene, const struct consequence_rule *rule)
{
	if (field_changed(scene, "quota") && quota_of(text_after(scene, "quota")) < 0 && quota_of(text_before(scene, "quota")) >= 0)
		tell(scene, rule, "The mailbox has no limit then: it may fill the disk.");
}

static void quota_when(struct scene *scene, const struct consequence_rule *rule)
{
	if (field_changed(scene, "quota"))
		tell(scene, rule, "Takes effect at the next login or delivery.");
}

static void quota_policy(struct scene *scene, const struct consequence_rule *rule)
{
	const char *note = record_get(scene->before, "quota")->note;

	if (note && field_changed(scene, "quota"))
		tell(scene, rule, "About the old value: %s. Dovecot reads the user's own value only.", note);
}

static void server_empty(struct scene *scene, const struct consequence_rule *rule)
{
	size_t count = 0;

	if (*text_after(scene, "home_server") || !*text_after(scene, "address")
			|| !(field_changed(scene, "home_server") || field_changed(scene, "address")))
		return;
	while (scene->facts->servers && scene->facts->servers[count])
		count++;
	if (count > 1)
		tell(scene, rule, "Without a home server each of the %zu mail servers considers itself responsible, and mail is scattered "
			"over them.", count);
	else if (!scene->facts->servers_complete)
		tell(scene, rule, "Without a home server every mail server considers itself responsible; how many there are could not be read.");
}

/* A host that is none is a warning when it is given and a note beside other repairs. */
static void server_unlisted(struct scene *scene, const struct consequence_rule *rule)
{
	const char *server = text_after(scene, "home_server");
	bool given = field_changed(scene, "home_server");

	if (!*server || name_listed(scene->facts->servers, server))
		return;
	if (scene->facts->servers_complete)
		tell_as(scene, rule, given ? SEVERITY_WARNING : SEVERITY_NOTE,
			"The home server %s is no host with the IMAP service; mail to this user has nowhere to go.", server);
	else if (given)
		tell(scene, rule, "Whether %s is a host with the IMAP service could not be read.", server);
}

static void fetchmail_clear(struct scene *scene, const struct consequence_rule *rule)
{
	bool given = false;

	for (const struct field *field = scene->change->kind->fields; field->name; field++)
		given = given || (field->type == FIELD_PARTS && *values_new(scene, field->name));
	if (given)
		tell(scene, rule, "The password of a fetched account is kept in clear text in the directory; mail is fetched every 20 minutes.");
}

/* An account that is not merely changed but goes: the journal holds no password, so undo cannot bring it back. */
static void field_gone(struct scene *scene, const struct consequence_rule *rule, const struct field *field)
{
	const struct field_values *left = record_get(scene->after, field->name);

	for (const char *const *value = values_gone(scene, field->name); *value; value++) {
		const char *server = parts_get(scene->arena, *value, "server"), *user = parts_get(scene->arena, *value, "user");
		bool stays = !server || !user;

		for (size_t i = 0; !stays && i < left->count; i++) {
			const char *other_server = parts_get(scene->arena, left->values[i].bytes, "server");
			const char *other_user = parts_get(scene->arena, left->values[i].bytes, "user");

			stays = other_server && other_user && text_same_ascii_case(server, other_server) && strcmp(user, other_user) == 0;
		}
		if (!stays)
			tell(scene, rule, "Mail of %.100s at %.100s is no longer fetched; taking this back does not bring the account back, since its "
				"password is not in the journal.", user, server);
	}
}

static void fetchmail_gone(struct scene *scene, const struct consequence_rule *rule)
{
	for (const struct field *field = scene->change->kind->fields; field->name; field++)
		if (field->type == FIELD_PARTS)
			field_gone(scene, rule, field);
}

const struct consequence_rule consequence_rules_user[] = {
	{ "account-gone",         SEVERITY_LOSS,    DELETED,           account_gone },
	{ "home-server-empty",    SEVERITY_WARNING, CREATED | CHANGED, server_empty },
	{ "home-server-unlisted", SEVERITY_WARNING, CREATED | CHANGED, server_unlisted },
	{ "quota-lowered",        SEVERITY_WARNING, CHANGED,           quota_lowered },
	{ "quota-no-limit",       SEVERITY_WARNING, CHANGED,           quota_no_limit },
	{ "fetchmail-clear-text", SEVERITY_WARNING, CREATED | CHANGED, fetchmail_clear },
	{ "fetchmail-gone",       SEVERITY_WARNING, CHANGED,           fetchmail_gone },
	{ "password-final",       SEVERITY_WARNING, CHANGED,           password_final },
	{ "lock-doubted",         SEVERITY_WARNING, CHANGED,           lock_doubted },
	{ "must-change-doubted",  SEVERITY_WARNING, CHANGED,           must_change_doubted },
	{ "must-change-gone",     SEVERITY_WARNING, CHANGED,           must_change_gone },
	{ "password-locked",      SEVERITY_WARNING, CHANGED,           password_locked },
	{ "lock-opens",           SEVERITY_WARNING, CHANGED,           lock_opens },
	{ "lock-keeps",           SEVERITY_NOTE,    CHANGED,           lock_keeps },
	{ "must-change-where",    SEVERITY_NOTE,    CHANGED,           must_change_where },
	{ "login-renamed",        SEVERITY_NOTE,    CHANGED,           login_renamed },
	{ "name-stays",           SEVERITY_NOTE,    CHANGED,           name_stays },
	{ "login-digits",         SEVERITY_NOTE,    CREATED | CHANGED, login_digits },
	{ "no-password",          SEVERITY_NOTE,    CREATED,           without_password },
	{ "quota-policy",         SEVERITY_NOTE,    CHANGED,           quota_policy },
	{ "quota-when",           SEVERITY_NOTE,    CHANGED,           quota_when },
	{ NULL, SEVERITY_NOTE, 0, NULL },
};
