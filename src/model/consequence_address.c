/*
 * consequence_address: addresses and who else has them, and where mail goes on
 * to.  Pure.  Sources: ucs-directory 5, 6.2, 8.3, 17; dovecot 7.
 */
#include "model/consequence_rules.h"

#include <string.h>

#include "base/text.h"

/* Shared addresses are legal unless the directory is set to keep them unique; then UDM would refuse them. */
static enum severity shared_severity(const struct scene *scene)
{
	return scene->facts->alternates_unique == KNOWN_YES ? SEVERITY_REFUSE : SEVERITY_WARNING;
}

static const char *unique_words(const struct scene *scene)
{
	if (scene->facts->alternates_unique == KNOWN_YES)
		return " Addresses must be unique here (UCR directory/manager/mail-address/uniqueness), so this is refused.";
	if (scene->facts->alternates_unique == KNOWN_NOT)
		return " Whether addresses must be unique here could not be read.";
	return "";
}

/* What follows when the alternative address of one is the primary address of another. */
static const char *collision_words(struct scene *scene, const char *primary_owner, const char *alternate_owner)
{
	/* How maps are united is known of UCS only. */
	switch (scene->facts->plain ? KNOWN_NOT : scene->facts->forward_flag_mode) {
	case KNOWN_YES:
		return arena_format(scene->arena, "mail to it goes to %s and to %s, both", primary_owner, alternate_owner);
	case KNOWN_NO:
		return arena_format(scene->arena, "mail to it goes to %s only", primary_owner);
	case KNOWN_NOT:
		break;
	}
	return arena_format(scene->arena, "mail to it goes to %s only, or to both where Postfix unites its maps (unionmap)", primary_owner);
}

/* The next holder of this address in this field, from *at on; NULL: no more. */
static const struct holder *holder_of(const struct scene *scene, const char *address, const char *field, size_t *at)
{
	for (; *at < scene->facts->holder_count; (*at)++) {
		const struct holder *holder = &scene->facts->holders[*at];

		if (strcmp(holder->field, field) == 0 && text_same_ascii_case(holder->address, address))
			return &scene->facts->holders[(*at)++];
	}
	return NULL;
}

static void alternate_is_primary(struct scene *scene, const struct consequence_rule *rule)
{
	for (const char *const *value = values_new(scene, "alternates"); *value; value++) {
		const struct holder *holder;

		for (size_t at = 0; (holder = holder_of(scene, *value, "address", &at)); )
			tell_as(scene, rule, shared_severity(scene), "%s is the primary address of the %s %s: %s.%s", *value, holder->kind,
				holder->name, collision_words(scene, holder->name, scene->after->name), unique_words(scene));
	}
}

static void alternate_shared(struct scene *scene, const struct consequence_rule *rule)
{
	for (const char *const *value = values_new(scene, "alternates"); *value; value++) {
		const struct holder *holder;

		for (size_t at = 0; (holder = holder_of(scene, *value, "alternates", &at)); )
			tell_as(scene, rule, shared_severity(scene), "%s is an alternative address of the %s %s too: mail to it goes to both.%s",
				*value, holder->kind, holder->name, unique_words(scene));
	}
}

static void primary_is_alternate(struct scene *scene, const struct consequence_rule *rule)
{
	for (const char *const *value = values_new(scene, "address"); *value; value++) {
		const struct holder *holder;

		for (size_t at = 0; (holder = holder_of(scene, *value, "alternates", &at)); )
			tell_as(scene, rule, shared_severity(scene), "%s is an alternative address of the %s %s already: %s.%s", *value,
				holder->kind, holder->name, collision_words(scene, scene->after->name, holder->name), unique_words(scene));
	}
}

static void forwarded_already(struct scene *scene, const struct consequence_rule *rule)
{
	static const char *const fields[] = { "address", "alternates" };

	for (size_t i = 0; i < 2; i++)
		for (const char *const *value = values_new(scene, fields[i]); *value; value++) {
			const struct holder *holder;

			for (size_t at = 0; (holder = holder_of(scene, *value, "forwards", &at)); )
				tell(scene, rule, "The %s %s forwards to %s already; that mail arrives here then.", holder->kind,
					holder->name, *value);
		}
}

/* A check refuses an unknown domain where all could be read; here is what it could not decide. */
static void domain_unchecked(struct scene *scene, const struct consequence_rule *rule)
{
	static const char *const fields[] = { "address", "alternates" };

	for (size_t i = 0; i < 2; i++)
		for (const char *const *value = values_new(scene, fields[i]); *value; value++)
			if (!domain_listed(scene->facts, *value))
				tell(scene, rule, scene->facts->domains_complete
					? "The domain of %s is not registered here, so no mail to it is accepted."
					: "Whether the domain of %s is registered could not be read; without it no mail to it is accepted.", *value);
}

const char *others_with(struct scene *scene, const char *address)
{
	const char **names = arena_alloc(scene->arena, (scene->facts->holder_count + 1) * sizeof(*names));
	size_t count = 0;

	for (size_t i = 0; i < scene->facts->holder_count; i++) {
		const struct holder *holder = &scene->facts->holders[i];

		if (strcmp(holder->field, "forwards") != 0 && text_same_ascii_case(holder->address, address))
			names[count++] = arena_format(scene->arena, "the %s %s", holder->kind, holder->name);
	}
	names[count] = NULL;
	return names_words(scene, names);
}

static void old_refused(struct scene *scene, const struct consequence_rule *rule)
{
	const char *address = text_before(scene, "address");
	const struct field *alternates = kind_field(scene->change->kind, "alternates");

	if (!*address || text_same_ascii_case(address, text_after(scene, "address"))
			|| change_holds(alternates, record_get(scene->after, "alternates"), address))
		return;
	if (*others_with(scene, address))
		tell(scene, rule, "Mail to %s goes to %s only from now on.", address, others_with(scene, address));
	else
		tell(scene, rule, "Mail to %s is refused from now on; make it an alternative address if it should still arrive.", address);
}

static void addresses_gone(struct scene *scene, const struct consequence_rule *rule)
{
	const char *const *gone = values_gone(scene, "alternates");
	const char **refused;
	size_t count = 0;

	while (gone[count])
		count++;
	refused = arena_alloc(scene->arena, (count + 1) * sizeof(*refused));
	for (count = 0; *gone; gone++) {
		const char *others = others_with(scene, *gone);

		/* The one that becomes the primary address is not gone. */
		if (text_same_ascii_case(*gone, text_after(scene, "address")))
			continue;
		if (*others)
			tell(scene, rule, "Mail to %s goes to %s only from now on.", *gone, others);
		else
			refused[count++] = *gone;
	}
	if (count)
		tell(scene, rule, scene->facts->holders_unread ? "Mail to %s is refused from now on, unless somebody else has %s." :
			"Mail to %s is refused from now on: nobody else has %s.", names_words(scene, refused), count > 1 ? "these addresses" : "the address");
}

static void login_by_address(struct scene *scene, const struct consequence_rule *rule)
{
	const char *old_address = text_before(scene, "address");

	if (*old_address && *text_after(scene, "address") && !text_same_ascii_case(old_address, text_after(scene, "address")))
		tell(scene, rule, "Who logs in with the address %s must use %s; mail programs have to be set anew, the login %s stays.",
			old_address, text_after(scene, "address"), scene->before->name);
}

/* Dovecot's auth_username_chars as delivered; capitals were lowered before. */
static void odd_character(struct scene *scene, const struct consequence_rule *rule)
{
	const char *const *value = values_new(scene, "address");

	if (*value && strspn(*value, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ01234567890.-_@") != strlen(*value))
		tell(scene, rule, "%s has a character that Dovecot as delivered does not take in names (auth_username_chars: letters, digits "
			"and . - _ @), so its mailbox may be out of reach.", *value);
}

static void no_mailbox(struct scene *scene, const struct consequence_rule *rule)
{
	if (*text_after(scene, "address"))
		return;
	if (!scene->before)
		tell(scene, rule, "Without a primary address there is no mailbox and no mail.");
	if (count_after(scene, "alternates") && (field_changed(scene, "alternates") || field_changed(scene, "address")))
		tell_as(scene, rule, SEVERITY_WARNING, "Without a primary address the alternative addresses lead nowhere.");
}

static void forward_leaves(struct scene *scene, const struct consequence_rule *rule)
{
	const char *const *forwards = values_new(scene, "forwards");
	const char **outside;
	size_t count = 0;

	while (forwards[count])
		count++;
	outside = arena_alloc(scene->arena, (count + 1) * sizeof(*outside));
	count = 0;
	for (; *forwards; forwards++)
		if (!domain_listed(scene->facts, *forwards))
			outside[count++] = *forwards;
	if (count && scene->facts->domains_complete)
		tell(scene, rule, "Mail leaves the house: %s %s in no domain of ours.", names_words(scene, outside), count > 1 ? "are" : "is");
	else if (count)
		tell(scene, rule, "Mail may leave the house: whether %s %s in a domain of ours could not be read.",
			names_words(scene, outside), count > 1 ? "are" : "is");
}

static bool forwarding_changed(const struct scene *scene)
{
	return field_changed(scene, "forwards") || field_changed(scene, "keep_copy") || field_changed(scene, "address");
}

static void forward_no_copy(struct scene *scene, const struct consequence_rule *rule)
{
	const char *copy = text_after(scene, "keep_copy");
	bool none = strcmp(copy, "no") == 0 || (!*copy && scene->facts->forward_flag_mode == KNOWN_NO);

	if (count_after(scene, "forwards") && none && forwarding_changed(scene))
		tell(scene, rule, "Mail is only forwarded: the mailbox of %s receives nothing more.", scene->after->name);
}

static void forward_flag_missing(struct scene *scene, const struct consequence_rule *rule)
{
	if (!count_after(scene, "forwards") || *text_after(scene, "keep_copy") || !forwarding_changed(scene))
		return;
	if (scene->facts->forward_flag_mode == KNOWN_YES)
		tell(scene, rule, "Keep a copy is not said, so no flag is stored: Postfix keeps a copy then, though UDM will show no.");
	if (scene->facts->forward_flag_mode == KNOWN_NOT)
		tell_as(scene, rule, SEVERITY_WARNING, "Keep a copy is not said, and how this directory stores it could not be read: "
			"a copy is kept where there is a flag for it, and none where the own address in the list means it.");
}

/* What the directory code found out on the way that mail would take. */
static void forward_wrong(struct scene *scene, const struct consequence_rule *rule)
{
	for (size_t i = 0; i < scene->facts->finding_count; i++)
		if (strcmp(scene->facts->findings[i].rule, rule->rule) == 0)
			tell(scene, rule, "Forwarding: %s.", scene->facts->findings[i].sentence);
}

static void forward_mode_unknown(struct scene *scene, const struct consequence_rule *rule)
{
	if (scene->facts->forward_flag_mode == KNOWN_NOT && *text_after(scene, "keep_copy") && count_after(scene, "forwards")
			&& forwarding_changed(scene))
		tell(scene, rule, "How this directory stores Keep a copy (a flag, or the own address among the forwards) could not be read; "
			"look at a delivery afterwards.");
}

static void copy_without_forward(struct scene *scene, const struct consequence_rule *rule)
{
	if (count_after(scene, "forwards") || strcmp(text_after(scene, "keep_copy"), "yes") != 0
			|| !(field_changed(scene, "keep_copy") || field_changed(scene, "forwards")))
		return;
	tell(scene, rule, scene->facts->forward_flag_mode == KNOWN_NO
		? "Keep a copy has no effect without a forward, and cannot be stored here without one: it falls back to no."
		: "Keep a copy has no effect without a forward: mail stays in the mailbox anyway.");
}

static void forward_to_self(struct scene *scene, const struct consequence_rule *rule)
{
	const struct field *alternates = kind_field(scene->change->kind, "alternates");

	for (const char *const *value = values_new(scene, "forwards"); *value; value++)
		if (change_holds(alternates, record_get(scene->after, "alternates"), *value))
			tell(scene, rule, "%s is an alternative address of this user: mail forwarded to it comes back here and goes round.", *value);
}

/* A new primary address may have been somebody's (6.3). */
static void blocklist_unread(struct scene *scene, const struct consequence_rule *rule)
{
	if (scene->facts->blocked_unread && *values_new(scene, "address"))
		tell(scene, rule, "There is a block list of former addresses, and this login may not read it: whether %s is kept for somebody "
			"is not known.", text_after(scene, "address"));
}

static void holders_unread(struct scene *scene, const struct consequence_rule *rule)
{
	static const char *const fields[] = { "address", "alternates" };
	const char *where = scene->facts->elsewhere;

	for (size_t i = 0; scene->facts->holders_unread && i < 2; i++)
		for (const char *const *value = values_new(scene, fields[i]); *value; value++)
			tell(scene, rule, "Whether somebody else has %s could not be seen everywhere%s%s.", *value,
				where ? ": a part of the directory is on another server, " : "", where ? where : "");
}

/* An alias that is an entry of its own goes or gets another address. */
static void alias_refused(struct scene *scene, const struct consequence_rule *rule)
{
	const char *address = text_before(scene, "address");

	if (!*address || text_same_ascii_case(address, text_after(scene, "address")))
		return;
	if (*others_with(scene, address))
		tell(scene, rule, "Mail to %s goes to %s only from now on.", address, others_with(scene, address));
	else
		tell(scene, rule, scene->facts->holders_unread ? "Mail to %s is refused from now on, unless somebody else has the address." :
			"Mail to %s is refused from now on: nobody else has the address.", address);
}

static void alias_shared(struct scene *scene, const struct consequence_rule *rule)
{
	const char *address = text_after(scene, "address");
	const struct holder *holder;

	if (!*address || text_same_ascii_case(address, text_before(scene, "address")))
		return;
	for (size_t at = 0; (holder = holder_of(scene, address, "alternates", &at)); )
		tell_as(scene, rule, shared_severity(scene), "%s is an alternative address of the %s %s: %s.%s", address, holder->kind, holder->name,
			collision_words(scene, scene->after->name, holder->name), unique_words(scene));
}

static void alias_leads_nowhere(struct scene *scene, const struct consequence_rule *rule)
{
	if (!count_after(scene, "leads_to") && (!scene->before || field_changed(scene, "leads_to")))
		tell(scene, rule, "It leads to nobody, so mail to %s comes back.", scene->after->name);
}

const struct consequence_rule consequence_rules_alias[] = {
	{ "alias-refused", SEVERITY_WARNING, CHANGED | DELETED, alias_refused },
	{ "alias-shared",  SEVERITY_WARNING, CREATED | CHANGED, alias_shared },
	{ "alias-nowhere", SEVERITY_WARNING, CREATED | CHANGED, alias_leads_nowhere },
	{ NULL, SEVERITY_NOTE, 0, NULL },
};

const struct consequence_rule consequence_rules_address[] = {
	{ "holders-unread",       SEVERITY_WARNING, CREATED | CHANGED, holders_unread },
	{ "alternate-is-primary", SEVERITY_WARNING, CREATED | CHANGED, alternate_is_primary },
	{ "alternate-shared",     SEVERITY_WARNING, CREATED | CHANGED, alternate_shared },
	{ "primary-is-alternate", SEVERITY_WARNING, CREATED | CHANGED, primary_is_alternate },
	{ "domain-unchecked",     SEVERITY_WARNING, CREATED | CHANGED, domain_unchecked },
	{ "blocklist-unread",     SEVERITY_WARNING, CREATED | CHANGED, blocklist_unread },
	{ "address-refused",      SEVERITY_WARNING, CHANGED,           old_refused },
	{ "alternates-gone",      SEVERITY_WARNING, CHANGED | DELETED, addresses_gone },
	{ "address-character",    SEVERITY_WARNING, CREATED | CHANGED, odd_character },
	{ "forward-leaves-house", SEVERITY_WARNING, CREATED | CHANGED, forward_leaves },
	{ "forward-no-copy",      SEVERITY_WARNING, CREATED | CHANGED, forward_no_copy },
	{ "forward-to-self",      SEVERITY_WARNING, CREATED | CHANGED, forward_to_self },
	{ "dangling-forward",     SEVERITY_WARNING, CREATED | CHANGED, forward_wrong },
	{ "forward-circle",       SEVERITY_WARNING, CREATED | CHANGED, forward_wrong },
	{ "forward-mode-unknown", SEVERITY_WARNING, CREATED | CHANGED, forward_mode_unknown },
	{ "forward-flag-missing", SEVERITY_NOTE,    CREATED | CHANGED, forward_flag_missing },
	{ "copy-without-forward", SEVERITY_NOTE,    CREATED | CHANGED, copy_without_forward },
	{ "no-mailbox",           SEVERITY_NOTE,    CREATED | CHANGED, no_mailbox },
	{ "login-by-address",     SEVERITY_NOTE,    CHANGED,           login_by_address },
	{ "address-forwarded-to", SEVERITY_NOTE,    CREATED | CHANGED, forwarded_already },
	{ NULL, SEVERITY_NOTE, 0, NULL },
};
