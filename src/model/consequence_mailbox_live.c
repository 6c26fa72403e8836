/*
 * consequence_mailbox_live: what becomes of a person's filters, answers, rights
 * and sessions on a mail server.
 *
 * Told by the difference of two records where there are values, else by the
 * change.  Sources: dovecot 5.3, RFC 5230 (vacation), and what was measured at
 * sessions of Postfix.  Pure.
 */
#include <string.h>

#include "model/consequence_rules.h"
#include "model/mailbox.h"
#include "model/store.h"

/* Verbs leave nothing in a record that could be compared. */
static bool does(const struct scene *scene, const char *name)
{
	for (size_t i = 0; i < scene->change->edit_count; i++)
		if (scene->change->edits[i].count > 0 && strcmp(scene->change->edits[i].field->name, name) == 0)
			return true;
	return false;
}

static void look_filter(struct scene *scene, const struct consequence_rule *rule)
{
	if (!field_changed(scene, "filter") || !*text_before(scene, "filter"))
		return;
	tell(scene, rule, "The script \"%.100s\" stays and is only switched off; mail is filed %s from now on", text_before(scene, "filter"),
		*text_after(scene, "filter") ? "by the other script" : "into INBOX");
}

static void look_answers(struct scene *scene, const struct consequence_rule *rule)
{
	const char *value = text_after(scene, "absence");
	struct mailbox_absence absence;

	if (!field_changed(scene, "absence") || !mailbox_absence_read(scene->arena, value, &absence))
		return;
	tell(scene, rule, "Mail that is there already is not answered; every sender gets one answer a day, mailing lists and machines none%s",
		*absence.addresses ? "" : ". Only mail that names the mailbox's own address in To or Cc is answered");
	if (!*absence.until)
		tell_as(scene, rule, SEVERITY_WARNING, "It has no last day, so it answers until somebody ends it");
}

static void look_absence_ends(struct scene *scene, const struct consequence_rule *rule)
{
	if (field_changed(scene, "absence") && *text_before(scene, "absence") && !*text_after(scene, "absence"))
		tell(scene, rule, "The text is not kept on the server; undo brings it back. Answers that are on their way arrive");
}

static void look_filter_stays(struct scene *scene, const struct consequence_rule *rule)
{
	const struct field_values *now = scene->before ? record_get(scene->before, "filter") : NULL;

	/* One that answers by itself rests, which its note tells. */
	if (field_changed(scene, "absence") && *text_after(scene, "absence") && *text_after(scene, "filter") && !(now && now->note))
		tell(scene, rule, "The script \"%.100s\" goes on filtering meanwhile", text_after(scene, "filter"));
}

static void look_access(struct scene *scene, const struct consequence_rule *rule)
{
	const char *const *values = values_new(scene, "access");
	struct mailbox_access access;

	for (; *values; values++)
		if (mailbox_access_read(scene->arena, *values, &access) && strcmp(access.rights, "none") != 0)
			tell(scene, rule, "%.100s can then read all mail in %.100s, old and new%s; the owner is not told", access.who, access.folder,
				strcmp(access.rights, "read") == 0 ? "" : strcmp(access.rights, "write") == 0 ? ", put mail in and delete it" :
				strcmp(access.rights, "all") == 0 ? ", put mail in, delete it and give rights to others" : ", and put mail in");
}

static void look_access_taken(struct scene *scene, const struct consequence_rule *rule)
{
	const char *const *values = values_gone(scene, "access");
	struct mailbox_access access;

	/* A right that only becomes another one is told by the new one. */
	for (; *values && !*values_new(scene, "access"); values++)
		if (mailbox_access_read(scene->arena, *values, &access))
			tell(scene, rule, "A mail program of %.100s that has %.100s open sees it end at its next look; what was copied stays with them",
				access.who, access.folder);
}

static void look_flush(struct scene *scene, const struct consequence_rule *rule)
{
	if (does(scene, "flush"))
		tell(scene, rule, "An emptied login cache ends no session; the next login asks the directory");
}

static void look_recalculate(struct scene *scene, const struct consequence_rule *rule)
{
	if (does(scene, "recalculate"))
		tell(scene, rule, "No mail changes; a large mailbox takes a while");
}

static void look_smtp(struct scene *scene, const struct consequence_rule *rule)
{
	const struct field_values *now = scene->before ? record_get(scene->before, "smtp") : NULL;

	if (!does(scene, "smtp"))
		return;
	tell(scene, rule, "A session that is logged in goes on sending after a new password, a cache flush, a kick and a reload of Postfix; only the end "
		"of its connection ends it. A mail that is just being sent is not taken");
	if (now && now->note)
		tell_as(scene, rule, SEVERITY_NOTE, "%s", now->note);
}

static void look_smtp_again(struct scene *scene, const struct consequence_rule *rule)
{
	if (does(scene, "smtp"))
		tell(scene, rule, CONSEQUENCE_COMES_AGAIN);
}

static void look_try(struct scene *scene, const struct consequence_rule *rule)
{
	if (does(scene, "try"))
		tell(scene, rule, "A wrong password counts as a failed login where the directory counts them");
}

/* What the store saw while it looked. */
static void look_noted(struct scene *scene, const struct consequence_rule *rule)
{
	static const char *const fields[] = { "filter", "absence", "access" };

	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		const struct field_values *now = scene->before ? record_get(scene->before, fields[i]) : NULL;

		if (now && now->note)
			tell(scene, rule, "%s", now->note);
	}
}

const struct consequence_rule consequence_rules_mailbox_live[] = {
	{ "access-given", SEVERITY_WARNING, CHANGED, look_access },
	{ "smtp-ended", SEVERITY_WARNING, CHANGED, look_smtp },
	{ "comes-again", SEVERITY_WARNING, CHANGED, look_smtp_again },
	{ "mailbox-noted", SEVERITY_WARNING, CHANGED, look_noted },
	{ "filter-off", SEVERITY_NOTE, CHANGED, look_filter },
	{ "absence-answers", SEVERITY_NOTE, CHANGED, look_answers },
	{ "absence-filter", SEVERITY_NOTE, CHANGED, look_filter_stays },
	{ "absence-ends", SEVERITY_NOTE, CHANGED, look_absence_ends },
	{ "access-taken", SEVERITY_NOTE, CHANGED, look_access_taken },
	{ "cache-flushed", SEVERITY_NOTE, CHANGED, look_flush },
	{ "mailbox-counted", SEVERITY_NOTE, CHANGED, look_recalculate },
	{ "login-tried", SEVERITY_NOTE, CHANGED, look_try },
	{ NULL, SEVERITY_NOTE, 0, NULL },
};
