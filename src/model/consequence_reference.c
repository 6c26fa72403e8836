/*
 * consequence_reference: what names the target elsewhere, which of it follows
 * and which is left pointing at nobody.  Pure.  Sources: ucs-directory 10, 11,
 * 18, 22.
 */
#include "model/consequence_rules.h"

#include <string.h>

#include "base/text.h"

static bool is_membership(const struct reference *reference)
{
	return strcmp(reference->meaning, "member") == 0;
}

static bool is_followed(const struct reference *reference)
{
	return reference->followed && !is_membership(reference);
}

static bool is_followed_name(const struct reference *reference)
{
	return reference->followed;
}

static bool is_left(const struct reference *reference)
{
	return !reference->followed && !is_membership(reference);
}

/* Named by DN, so a new name breaks it. */
static bool is_sender(const struct reference *reference)
{
	return strcmp(reference->meaning, "allowed sender") == 0;
}

static bool is_sender_left(const struct reference *reference)
{
	return is_sender(reference) && !reference->followed;
}

/* Named by address. */
static bool is_address_left(const struct reference *reference)
{
	return is_left(reference) && !is_sender(reference);
}

static bool is_address_followed(const struct reference *reference)
{
	return is_followed(reference) && !is_sender(reference);
}

static void memberships_taken(struct scene *scene, const struct consequence_rule *rule)
{
	size_t count;
	const char *words = references_words(scene, is_membership, &count);

	if (count)
		tell(scene, rule, "%zu membership%s taken away with the %s: %s.", count, count > 1 ? "s are" : " is", scene->change->kind->noun, words);
}

static void deleted_followed(struct scene *scene, const struct consequence_rule *rule)
{
	size_t count;
	const char *words = references_words(scene, is_followed, &count);

	if (count)
		tell(scene, rule, "%zu further reference%s taken away with the %s, in the steps of this change: %s.", count,
			count > 1 ? "s are" : " is", scene->change->kind->noun, words);
}

static void deleted_dangling(struct scene *scene, const struct consequence_rule *rule)
{
	size_t count;
	const char *words = references_words(scene, is_left, &count);

	if (count)
		tell(scene, rule, "%zu reference%s left pointing at nobody, since the directory does not clean them up: %s.", count,
			count > 1 ? "s are" : " is", words);
}

static bool address_goes(const struct scene *scene)
{
	const char *address = text_before(scene, "address");

	return *address && !text_same_ascii_case(address, text_after(scene, "address"));
}

static bool renamed(const struct scene *scene)
{
	return strcmp(scene->before->name, scene->after->name) != 0;
}

static void changed_dangling(struct scene *scene, const struct consequence_rule *rule)
{
	size_t count;
	const char *words;

	if (address_goes(scene)) {
		words = references_words(scene, is_address_left, &count);
		if (count)
			tell(scene, rule, "%zu reference%s to the old address and %s not changed: %s.", count,
				count > 1 ? "s point" : " points", count > 1 ? "are" : "is", words);
	}
	if (renamed(scene)) {
		words = references_words(scene, is_sender_left, &count);
		if (count)
			tell(scene, rule, "%zu reference%s to the old name and %s not changed: %s.", count,
				count > 1 ? "s point" : " points", count > 1 ? "are" : "is", words);
	}
}

static void changed_followed(struct scene *scene, const struct consequence_rule *rule)
{
	size_t count;
	const char *words;

	if (address_goes(scene)) {
		words = references_words(scene, is_address_followed, &count);
		if (count && *text_after(scene, "address"))
			tell(scene, rule, "%zu reference%s the new address before the switch and lose%s the old one after it: %s.", count,
				count > 1 ? "s get" : " gets", count > 1 ? "" : "s", words);
		else if (count)
			tell(scene, rule, "%zu reference%s to the address %s taken away as well: %s.", count, count > 1 ? "s" : "",
				count > 1 ? "are" : "is", words);
	}
	/* Where the name is the address, that was told above. */
	if (renamed(scene) && !scene->change->kind->through_owner) {
		words = references_words(scene, is_followed_name, &count);
		if (count)
			tell(scene, rule, "%zu reference%s the new name: %s.", count, count > 1 ? "s follow" : " follows", words);
	}
}

static void references_unread(struct scene *scene, const struct consequence_rule *rule)
{
	bool matters = !scene->after || address_goes(scene) || renamed(scene);

	if (matters && !scene->facts->references_complete)
		tell(scene, rule, "Not everything that may name this %s could be read, so more references may be left dangling.",
			scene->change->kind->noun);
}

const struct consequence_rule consequence_rules_reference[] = {
	{ "references-dangling",  SEVERITY_WARNING, DELETED,           deleted_dangling },
	{ "references-left",      SEVERITY_WARNING, CHANGED,           changed_dangling },
	{ "references-unread",    SEVERITY_WARNING, CHANGED | DELETED, references_unread },
	{ "memberships-taken",    SEVERITY_NOTE,    DELETED,           memberships_taken },
	{ "references-taken",     SEVERITY_NOTE,    DELETED,           deleted_followed },
	{ "references-follow",    SEVERITY_NOTE,    CHANGED,           changed_followed },
	{ NULL, SEVERITY_NOTE, 0, NULL },
};
