/*
 * consequence_domain: what creating, renaming and deleting a mail domain
 * causes.  The server checks nothing, so a domain in use is refused here: its
 * addresses would stay in the directory and no longer be accepted.  Pure.
 * Source: ucs-directory 7.
 */
#include "model/consequence_rules.h"

#include <string.h>

#include "base/text.h"

static bool name_goes(const struct scene *scene)
{
	return scene->before && (!scene->after || !text_same_ascii_case(scene->before->name, scene->after->name));
}

static bool name_comes(const struct scene *scene)
{
	return scene->after && (!scene->before || !text_same_ascii_case(scene->before->name, scene->after->name));
}

/* "54 users and 1 group": what is not there is not named. */
static const char *users_of_domain(struct scene *scene)
{
	const struct facts *facts = scene->facts;
	const struct { size_t count; const char *noun; } sorts[] = {
		{ facts->users_in_domain, "user" }, { facts->groups_in_domain, "group" },
		{ facts->lists_in_domain, "mailing list" }, { facts->folders_in_domain, "shared folder" },
	};
	const char *words = "";
	size_t left = 0;

	for (size_t i = 0; i < 4; i++)
		left += sorts[i].count > 0;
	for (size_t i = 0, said = 0; i < 4; i++) {
		if (sorts[i].count == 0)
			continue;
		words = arena_format(scene->arena, "%s%s%zu %s%s", words, said == 0 ? "" : said + 1 == left ? " and " : ", ",
			sorts[i].count, sorts[i].noun, sorts[i].count == 1 ? "" : "s");
		said++;
	}
	return words;
}

static void in_use(struct scene *scene, const struct consequence_rule *rule)
{
	const struct facts *facts = scene->facts;
	size_t total = facts->users_in_domain + facts->groups_in_domain + facts->lists_in_domain + facts->folders_in_domain;

	if (name_goes(scene) && total > 0)
		tell(scene, rule, "%s is in use by %s, and their addresses would be left dangling: %s. Give them other addresses first.",
			scene->before->name, users_of_domain(scene),
			facts->in_domain && facts->in_domain[0] ? names_words(scene, facts->in_domain) : "their names could not be read");
}

static bool any_reference(const struct reference *reference)
{
	(void)reference;
	return true;
}

static void references(struct scene *scene, const struct consequence_rule *rule)
{
	size_t count;
	const char *words = references_words(scene, any_reference, &count);

	if (name_goes(scene) && count)
		tell(scene, rule, "%zu reference%s at addresses in %s: %s.", count, count > 1 ? "s point" : " points",
			scene->before->name, words);
}

static void count_unsure(struct scene *scene, const struct consequence_rule *rule)
{
	if (name_goes(scene) && !scene->facts->references_complete)
		tell(scene, rule, "Not everything that may live in %s could be read, so addresses may be left dangling.", scene->before->name);
}

static void no_longer_ours(struct scene *scene, const struct consequence_rule *rule)
{
	if (name_goes(scene))
		tell(scene, rule, "Mail to addresses in %s is no longer accepted here.", scene->before->name);
}

static void single_label(struct scene *scene, const struct consequence_rule *rule)
{
	if (name_comes(scene) && !strchr(scene->after->name, '.'))
		tell(scene, rule, "%s has no dot: mail from outside cannot reach such a domain.", scene->after->name);
}

static void accepted(struct scene *scene, const struct consequence_rule *rule)
{
	if (name_comes(scene))
		tell(scene, rule, "Mail to addresses in %s is taken as ours, and senders here no longer reach it outside. "
			"The name service (MX records) is not changed.", scene->after->name);
}

const struct consequence_rule consequence_rules_domain[] = {
	{ "domain-in-use",       SEVERITY_REFUSE,  CHANGED | DELETED, in_use },
	{ "domain-references",   SEVERITY_WARNING, CHANGED | DELETED, references },
	{ "domain-count-unsure", SEVERITY_WARNING, CHANGED | DELETED, count_unsure },
	{ "domain-gone",         SEVERITY_WARNING, CHANGED | DELETED, no_longer_ours },
	{ "domain-no-dot",       SEVERITY_WARNING, CREATED | CHANGED, single_label },
	{ "domain-accepted",     SEVERITY_NOTE,    CREATED | CHANGED, accepted },
	{ NULL, SEVERITY_NOTE, 0, NULL },
};
