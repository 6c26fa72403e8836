/*
 * offer: the table of offers, and the rows that tell of them.  A taken offer is
 * nothing but a larger change, reviewed like any other.  Pure.
 */
#include "model/offer.h"

#include <string.h>

#include "base/text.h"
#include "model/consequence_rules.h"

/* --- the old address stays as an alternative one ------------------------------------------------ */

static bool keeps_address(const struct change *change, const struct facts *facts, const struct record *after)
{
	const struct field *alternates = kind_field(change->kind, "alternates");
	const char *old = facts->now && strcmp(change->kind->name, "user") == 0 ? record_text(facts->now, "address") : "";

	if (change->verb != VERB_EDIT || !after || !alternates || !*old || !*record_text(after, "address"))
		return false;
	if (record_get(facts->now, "alternates")->presence == VALUE_UNSUPPORTED || record_get(facts->now, "alternates")->presence == VALUE_UNREADABLE)
		return false;
	return !text_same_ascii_case(old, record_text(after, "address")) && !change_holds(alternates, record_get(after, "alternates"), old);
}

static void keep_address(struct change *change, const struct facts *facts)
{
	change_edit_text(change, kind_field(change->kind, "alternates"), EDIT_ADD, record_text(facts->now, "address"));
}

/* --- what names somebody who goes goes before them ----------------------------------------------- */

static bool is_wishable(const struct reference *reference)
{
	return reference->wishable && !reference->followed;
}

static bool follows(const struct change *change, const struct facts *facts, const struct record *after)
{
	bool goes = !after || (facts->now && kind_field(change->kind, "address") && !*record_text(after, "address"));

	if ((change->verb != VERB_DELETE && change->verb != VERB_EDIT) || change->follows || !goes)
		return false;
	for (size_t i = 0; i < facts->reference_count; i++)
		if (is_wishable(&facts->references[i]))
			return true;
	return false;
}

static void follow(struct change *change, const struct facts *facts)
{
	(void)facts;
	change->follows = true;
}

const struct offer offers[] = {
	{ "keep-address", "Keep old address", keeps_address, keep_address },
	{ "follow", "Forwards too", follows, follow },
	{ NULL, NULL, NULL, NULL },
};

const struct offer *offer_for(const struct change *change, const struct facts *facts, const struct record *after)
{
	for (const struct offer *offer = offers; offer->name; offer++)
		if (offer->fits(change, facts, after))
			return offer;
	return NULL;
}

struct change *offer_take(const struct offer *offer, const struct change *change, const struct facts *facts)
{
	struct change *copy = change_copy(change);

	offer->take(copy, facts);
	return copy;
}

/* --- told in the review ----------------------------------------------------------------------------- */

static void tell_keep_address(struct scene *scene, const struct consequence_rule *rule)
{
	const char *old = text_before(scene, "address");

	if (keeps_address(scene->change, scene->facts, scene->after))
		tell(scene, rule, "Mail to %s can go on arriving here: \"%s\" makes it an alternative address (in commands: alternates+=%s).", old,
			offers[0].words, old);
}

static void tell_follow(struct scene *scene, const struct consequence_rule *rule)
{
	const char *words;
	size_t count;

	if (!follows(scene->change, scene->facts, scene->after))
		return;
	words = references_words(scene, is_wishable, &count);
	tell(scene, rule, "%zu of what is left can be taken away first, so that mail stays with whoever forwards it instead of coming back: %s. "
		"\"%s\" does it (in commands: --follow).", count, words, offers[1].words);
}

const struct consequence_rule consequence_rules_offer[] = {
	{ "offer-keep-address", SEVERITY_NOTE, CHANGED,           tell_keep_address },
	{ "offer-follow",       SEVERITY_NOTE, CHANGED | DELETED, tell_follow },
	{ NULL, SEVERITY_NOTE, 0, NULL },
};
