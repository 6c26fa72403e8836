/*
 * consequence_any: rows for every kind: who may write it at all, names that
 * deceive, when the servers follow, what an undo cannot bring back.  Pure.
 * Sources: ucs-directory 1, 18, 19; terminal-and-safety 1, 5.
 */
#include "model/consequence_rules.h"

#include <string.h>

#include "base/text.h"

/* Creating, renaming and deleting go through UDM where it manages the directory; so do passwords. */
static void managed_elsewhere(struct scene *scene, const struct consequence_rule *rule)
{
	bool whole = !scene->before || !scene->after || strcmp(scene->before->name, scene->after->name) != 0
		|| scene->change->verb == VERB_RENAME;
	bool secret = false;

	for (size_t i = 0; i < scene->change->edit_count; i++)
		secret = secret || scene->change->edits[i].field->type == FIELD_SECRET;
	if (scene->facts->management && (whole || secret))
		tell(scene, rule, "%s", scene->facts->management);
}

/* New names of the object and its addresses, once each. */
static void mixed_scripts(struct scene *scene, const struct consequence_rule *rule)
{
	for (const struct field *field = scene->change->kind->fields; field->name; field++) {
		const char *const *values;

		if (field->type != FIELD_ADDRESS && field->type != FIELD_DOMAIN && field->type != FIELD_LOGIN)
			continue;
		for (values = values_new(scene, field->name); *values; values++) {
			const char *at = strrchr(*values, '@');
			const char *read = text_domain_unicode(scene->arena, at ? at + 1 : *values);

			if (text_mixed_scripts(*values, strlen(*values)) || text_mixed_scripts(read, strlen(read)))
				tell(scene, rule, "\"%.100s\" mixes Latin letters with Cyrillic or Greek ones that look alike; "
					"make sure that this is not a deception.", *values);
		}
	}
}

static void lookalike(struct scene *scene, const struct consequence_rule *rule)
{
	if (scene->facts->lookalike)
		tell(scene, rule, "It looks like \"%.120s\", which exists already; people will confuse them.", scene->facts->lookalike);
}

static void foreign_object(struct scene *scene, const struct consequence_rule *rule)
{
	if (scene->before->foreign)
		tell(scene, rule, "This entry lacks the marks of the management system (univentionObject), so UDM does not show it and "
			"will not know of the change.");
}

static bool listener_field_changed(const struct scene *scene)
{
	if (strcmp(scene->change->kind->name, "quotapolicy") == 0)
		return false;
	if (strcmp(scene->change->kind->name, "user") != 0)
		return true;
	for (const struct field *field = scene->change->kind->fields; field->name; field++)
		if (field->type == FIELD_PARTS && field_changed(scene, field->name))
			return true;
	return field_changed(scene, "address") || field_changed(scene, "home_server");
}

static void listeners_follow(struct scene *scene, const struct consequence_rule *rule)
{
	if (listener_field_changed(scene) && !scene->facts->plain)
		tell(scene, rule, "Applied will mean that the directory has it; on UCS the mail servers follow by their listeners "
			"some seconds later.");
}

static void undo_is_partial(struct scene *scene, const struct consequence_rule *rule)
{
	if (scene->change->verb != VERB_UNDO || scene->change->rest_of)
		return;
	if (strcmp(scene->change->kind->name, "user") == 0)
		tell(scene, rule, "Taking back the deletion makes a new entry with a new entryUUID; the password and the mailbox are not "
			"restored.");
	else
		tell(scene, rule, "Taking back the deletion makes a new entry with a new entryUUID.");
}

/* Members of a list, targets of an alias; what users forward to has a row of its own. */
static void target_dangles(struct scene *scene, const struct consequence_rule *rule)
{
	for (size_t i = 0; i < scene->facts->finding_count; i++)
		if (strcmp(scene->facts->findings[i].rule, rule->rule) == 0)
			tell(scene, rule, "Delivery: %s.", scene->facts->findings[i].sentence);
}

const struct consequence_rule consequence_rules_any[] = {
	{ "managed-elsewhere", SEVERITY_REFUSE,  CREATED | CHANGED | DELETED, managed_elsewhere },
	{ "undo-is-partial",   SEVERITY_WARNING, CREATED,                     undo_is_partial },
	{ "lookalike",         SEVERITY_WARNING, CREATED | CHANGED,           lookalike },
	{ "mixed-scripts",     SEVERITY_WARNING, CREATED | CHANGED,           mixed_scripts },
	{ "dangling-target",   SEVERITY_WARNING, CREATED | CHANGED,           target_dangles },
	{ "foreign-object",    SEVERITY_NOTE,    CHANGED | DELETED,           foreign_object },
	{ "listeners-follow",  SEVERITY_NOTE,    CREATED | CHANGED | DELETED, listeners_follow },
	{ NULL, SEVERITY_NOTE, 0, NULL },
};
