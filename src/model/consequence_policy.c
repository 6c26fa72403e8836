/*
 * consequence_policy: rows for quota policies: that nobody enforces them, and
 * what writing one into users means.  Pure.  Sources: ucs-directory 14, 15.
 */
#include "model/consequence_rules.h"

#include <string.h>

static void nobody_enforces(struct scene *scene, const struct consequence_rule *rule)
{
	bool changed = !scene->before || !scene->after;

	for (const struct field *field = scene->change->kind->fields; !changed && field->name; field++)
		changed = !(field->flags & (FIELD_DERIVED | FIELD_ELSEWHERE)) && field_changed(scene, field->name);
	if (changed)
		tell(scene, rule, "Nobody enforces it: Dovecot reads only the quota of each mailbox. %s",
			scene->after ? "Write the limit into the users it reaches to make it count." : "Quotas that users have of their own stay.");
}

static void written(struct scene *scene, const struct consequence_rule *rule)
{
	const char *const *new = values_new(scene, "written");
	size_t count = 0;

	while (new[count])
		count++;
	if (count)
		tell(scene, rule, "%zu user%s the limit as own quota, whatever was there before; taking it back restores each. Later "
			"changes of the policy do not reach %s.", count, count > 1 ? "s get" : " gets", count > 1 ? "them" : "that user");
}

static void overfull(struct scene *scene, const struct consequence_rule *rule)
{
	const struct field_values *limit = record_get(scene->after, "limit");

	/* Without a limit nothing can be written: the plan refuses it. */
	if (*values_new(scene, "written") && limit->count > 0 && strcmp(limit->values[0].bytes, "0") != 0)
		tell(scene, rule, "Mailboxes that hold more than %s get no mail any more: it is refused until something is deleted.",
			value_words(scene->arena, kind_field(scene->change->kind, "limit"), &limit->values[0]));
}

const struct consequence_rule consequence_rules_policy[] = {
	{ "policy-overfull",   SEVERITY_WARNING, CHANGED,                     overfull },
	{ "policy-written",    SEVERITY_NOTE,    CHANGED,                     written },
	{ "policy-not-enforced", SEVERITY_NOTE,  CREATED | CHANGED | DELETED, nobody_enforces },
	{ NULL, SEVERITY_NOTE, 0, NULL },
};
