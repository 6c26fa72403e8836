/*
 * consequence: what a change will cause, from the tables of rows.
 *
 * Pure; nothing fails, what is not known is said.  The rows are in
 * consequence_any.c, consequence_mailbox.c, consequence_address.c,
 * consequence_user.c, consequence_reference.c, consequence_members.c,
 * consequence_folder.c, consequence_policy.c, consequence_domain.c,
 * consequence_traffic.c, consequence_mailbox_live.c and consequence_witness.c,
 * offer.c tells what could be done beside it;
 * here is what they share.
 */
#include "model/consequence_rules.h"

#include <stdarg.h>
#include <string.h>

#include "base/text.h"
#include "model/guarded.h"
#include "model/mailbox.h"
#include "model/traffic.h"

static void add(struct scene *scene, const struct consequence_rule *rule, enum severity severity, const char *sentence)
{
	size_t at;

	scene->list = arena_grow(scene->arena, scene->list, &scene->capacity, scene->count + 1, sizeof(*scene->list));
	/* Worst first, and in order of the rows where they are equally bad. */
	for (at = scene->count; at > 0 && scene->list[at - 1].severity < severity; at--)
		scene->list[at] = scene->list[at - 1];
	scene->list[at].severity = severity;
	scene->list[at].rule = rule->rule;
	scene->list[at].sentence = sentence;
	scene->count++;
}

void tell_as(struct scene *scene, const struct consequence_rule *rule, enum severity severity, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	add(scene, rule, severity, arena_vformat(scene->arena, format, arguments));
	va_end(arguments);
}

void tell(struct scene *scene, const struct consequence_rule *rule, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	add(scene, rule, rule->severity, arena_vformat(scene->arena, format, arguments));
	va_end(arguments);
}

const char *text_before(const struct scene *scene, const char *field)
{
	return scene->before ? record_text(scene->before, field) : "";
}

const char *text_after(const struct scene *scene, const char *field)
{
	return scene->after ? record_text(scene->after, field) : "";
}

size_t count_after(const struct scene *scene, const char *field)
{
	return scene->after ? record_get(scene->after, field)->count : 0;
}

bool field_changed(const struct scene *scene, const char *field)
{
	static const struct field_values nothing = { .presence = VALUE_ABSENT };
	const struct field_values *before = scene->before ? record_get(scene->before, field) : &nothing;
	const struct field_values *after = scene->after ? record_get(scene->after, field) : &nothing;

	return !values_same(before, after);
}

/* Values of `in` that `other` lacks. */
static const char *const *values_only(struct scene *scene, const char *name, const struct record *in, const struct record *other)
{
	const struct field *field = kind_field(scene->change->kind, name);
	const struct field_values *values = in ? record_get(in, name) : NULL;
	const struct field_values *others = other ? record_get(other, name) : NULL;
	const char **found = arena_alloc(scene->arena, ((values ? values->count : 0) + 1) * sizeof(*found));
	size_t count = 0;

	for (size_t i = 0; values && i < values->count; i++)
		if (!change_holds(field, others, values->values[i].bytes))
			found[count++] = values->values[i].bytes;
	return found;
}

const char *const *values_new(struct scene *scene, const char *field)
{
	return values_only(scene, field, scene->after, scene->before);
}

const char *const *values_gone(struct scene *scene, const char *field)
{
	return values_only(scene, field, scene->before, scene->after);
}

bool name_listed(const char *const *names, const char *name)
{
	for (; names && *names; names++)
		if (text_same_ascii_case(*names, name))
			return true;
	return false;
}

bool domain_listed(const struct facts *facts, const char *address)
{
	const char *at = strrchr(address, '@');

	return at && name_listed(facts->domains, at + 1);
}

static const char *listed_words(struct arena *arena, const char *const *names, size_t count)
{
	const char *words = "";
	size_t shown = count > 6 ? 5 : count;

	for (size_t i = 0; i < shown; i++)
		words = arena_format(arena, "%s%s%.120s", words, i == 0 ? "" : i + 1 == count ? " and " : ", ", names[i]);
	return shown < count ? arena_format(arena, "%s and %zu more", words, count - shown) : words;
}

const char *names_words(struct scene *scene, const char *const *names)
{
	size_t count = 0;

	while (names && names[count])
		count++;
	return listed_words(scene->arena, names, count);
}

const char *references_words(struct scene *scene, bool (*wanted)(const struct reference *reference), size_t *count)
{
	const struct facts *facts = scene->facts;
	const char **names = arena_alloc(scene->arena, (facts->reference_count + 1) * sizeof(*names));

	*count = 0;
	for (size_t i = 0; i < facts->reference_count; i++) {
		const struct reference *reference = &facts->references[i];
		const char *name = arena_format(scene->arena, "%s %s (%s)", reference->kind, reference->name, reference->meaning);

		/* A group names a member twice, by DN and by login: one membership for people. */
		names[*count] = NULL;
		if (wanted(reference) && !name_listed(names, name))
			names[(*count)++] = name;
	}
	return listed_words(scene->arena, names, *count);
}

static void look_at(struct scene *scene, const struct consequence_rule *rules)
{
	unsigned moment = !scene->before ? CREATED : !scene->after ? DELETED : CHANGED;

	for (; rules->rule; rules++)
		if (rules->moments & moment)
			rules->look(scene, rules);
}

size_t consequences_of(struct arena *arena, const struct change *change, const struct record *after,
		const struct facts *facts, struct consequence **list)
{
	struct scene scene = {
		.arena = arena, .change = change, .after = after, .facts = facts,
		.before = change->verb == VERB_ADD ? NULL : facts->now,
	};

	if (scene.before || scene.after) {
		/* What can be done about it is told before what merely is so. */
		look_at(&scene, consequence_rules_offer);
		look_at(&scene, consequence_rules_any);
		if (strcmp(change->kind->name, "user") == 0) {
			look_at(&scene, consequence_rules_mailbox);
			look_at(&scene, consequence_rules_address);
			look_at(&scene, consequence_rules_user);
			look_at(&scene, consequence_rules_witness);
		}
		if (strcmp(change->kind->name, "group") == 0 || strcmp(change->kind->name, "mailinglist") == 0)
			look_at(&scene, consequence_rules_members);
		if (change->kind->through_owner)
			look_at(&scene, consequence_rules_alias);
		if (strcmp(change->kind->name, "folder") == 0)
			look_at(&scene, consequence_rules_folder);
		if (strcmp(change->kind->name, "quotapolicy") == 0)
			look_at(&scene, consequence_rules_policy);
		if (kind_field(change->kind, "address") || strcmp(change->kind->name, "quotapolicy") == 0)
			look_at(&scene, consequence_rules_reference);
		if (strcmp(change->kind->name, "domain") == 0)
			look_at(&scene, consequence_rules_domain);
		if (change->kind == &kind_queue || change->kind == &kind_sessions)
			look_at(&scene, consequence_rules_traffic);
		if (change->kind == &kind_mailbox)
			look_at(&scene, consequence_rules_mailbox_live);
		if (kind_guarded(change->kind))
			look_at(&scene, consequence_rules_guarded);
	}
	*list = scene.list;
	return scene.count;
}

const char *severity_word(enum severity severity)
{
	switch (severity) {
	case SEVERITY_NOTE:    return "note";
	case SEVERITY_WARNING: return "warning";
	case SEVERITY_LOSS:    return "loss";
	case SEVERITY_REFUSE:  return "refuse";
	}
	return "unknown";
}
