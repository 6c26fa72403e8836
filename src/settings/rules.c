/*
 * rules: what values of several settings may not be together, and what a person
 * must hear of a value although it is possible.
 *
 * A table of functions; each looks only where one of its settings changes.
 * Pure.  Sources: postfix 6, ucs-variables 2.3, 3.3, 6, RFC 8314, the notes on
 * what has aged in the manuals.
 */
#include "settings/backend_private.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/lookup.h"

enum { MEGABYTE = 1048576 };

void rules_say(struct rules_view *view, enum setting_weight weight, const char *format, ...)
{
	va_list arguments;

	view->says = arena_grow(view->arena, view->says, &view->say_capacity, view->say_count + 1, sizeof(*view->says));
	va_start(arguments, format);
	view->says[view->say_count++] = (struct setting_say){ weight, arena_vformat(view->arena, format, arguments) };
	va_end(arguments);
}

/* --- values after the change ------------------------------------------------------------------------- */

const struct setting_edit *rules_edit(const struct rules_view *view, const char *name)
{
	for (size_t i = 0; i < view->count; i++)
		if (!strcmp(view->edits[i].setting->name, name))
			return &view->edits[i];
	return NULL;
}

const char *rules_after(const struct rules_view *view, const char *name)
{
	const struct setting_edit *edit = rules_edit(view, name);
	const struct setting *setting = setting_find(name, NULL);
	struct setting_value value = settings_value(view->arena, view->state, setting, NULL);

	if (edit)
		return edit->value ? edit->value : value.fallback;
	if (!value.known)
		return NULL;
	return value.value ? value.value : value.fallback;
}

static bool number_after(const struct rules_view *view, const char *name, int64_t *number)
{
	return setting_number(setting_find(name, NULL), rules_after(view, name), number);
}

/* --- sizes ----------------------------------------------------------------------------------------------- */

static bool mailbox_holds_message(struct rules_view *view, const char *name, struct error *error)
{
	int64_t message, mailbox;

	if (!rules_edit(view, "message-size") && !rules_edit(view, name))
		return true;
	if (!number_after(view, "message-size", &message) || !number_after(view, name, &mailbox) || mailbox == 0 || (message > 0 && message <= mailbox))
		return true;
	return error_set(error, ERROR_INVALID, "%s (%s) must not be below message-size (%s), or Postfix stops delivering to mailboxes; set both in one "
		"command, or %s=0", name, text_from_count(view->arena, mailbox), message ? text_from_count(view->arena, message) : "no limit", name);
}

/* What fits in: base64 makes 78 bytes with their line end of 57. */
static void say_attachment(struct rules_view *view, int64_t message)
{
	int64_t most = message / 78 * 57, step = most < 10 * MEGABYTE ? 1024 : MEGABYTE;

	rules_say(view, SETTING_NOTE, "The largest attachment is then about %s: sending makes it larger by a third (base64).",
		text_from_size(view->arena, most < step ? most : most / step * step));
	if (message < MEGABYTE)
		rules_say(view, SETTING_WARNING, "Mail above %s is refused, from outside as well: that is most mail with a document or a picture%s.",
			text_from_size(view->arena, message), message < 64 * 1024 ? ", and much that has none" : "");
}

static bool rule_sizes(struct rules_view *view, struct error *error)
{
	int64_t message;

	if (!mailbox_holds_message(view, "mailbox-file-size", error) || !mailbox_holds_message(view, "virtual-mailbox-size", error))
		return false;
	if (rules_edit(view, "message-size") && number_after(view, "message-size", &message) && message > 0)
		say_attachment(view, message);
	return true;
}

static bool rule_webmail(struct rules_view *view, struct error *error)
{
	int64_t message, file, post;

	(void)error;
	if (!rules_edit(view, "message-size") && !rules_edit(view, "webmail-file-size") && !rules_edit(view, "webmail-post-size"))
		return true;
	if (number_after(view, "webmail-file-size", &file) && number_after(view, "webmail-post-size", &post) && post < file)
		rules_say(view, SETTING_WARNING, "webmail-post-size (%s) is below webmail-file-size (%s): an attachment of that size never arrives.",
			text_from_size(view->arena, post), text_from_size(view->arena, file));
	if (number_after(view, "message-size", &message) && number_after(view, "webmail-post-size", &post) && message > 0 && post < message)
		rules_say(view, SETTING_NOTE, "In webmail only %s can be sent at once (webmail-post-size), whatever the mail server takes.", text_from_size(view->arena, post));
	return true;
}

/* --- relaying ------------------------------------------------------------------------------------------------ */

static const char *const guards[] = { "reject_unauth_destination", "defer_unauth_destination", "reject", "defer", NULL };

static bool guarded(const char *list)
{
	for (size_t i = 0; list && guards[i]; i++)
		if (text_lists(list, guards[i]))
			return true;
	return false;
}

/* Elements of the family as they would be; with their keys. */
static bool family_guarded(struct rules_view *view, const struct setting *family, size_t *elements, bool *mixed)
{
	const char *const *keys = settings_keys(view->arena, view->state, family);
	bool found = false;
	size_t length = 0;

	for (size_t round = 0; round < 2; round++) {
		size_t count = round ? view->count : 0;

		while (!round && keys[count])
			count++;
		for (size_t i = 0; i < count; i++) {
			const char *key = round ? view->edits[i].key : keys[i], *value = NULL;
			bool edited = false;

			if (round && view->edits[i].setting != family)
				continue;
			for (size_t j = 0; j < view->count; j++)
				edited = edited || (view->edits[j].setting == family && !strcmp(view->edits[j].key, key));
			if (!round && edited)
				continue;
			value = round ? view->edits[i].value : settings_value(view->arena, view->state, family, key).value;
			if (!value)
				continue;
			found = found || guarded(value);
			*mixed = *mixed || (length && strlen(key) != length);
			length = strlen(key);
			(*elements)++;
		}
	}
	return found;
}

/* What Postfix itself asks before the rules for recipients; good since 2.10 unless somebody took it out. */
static bool relay_guarded(const struct rules_view *view)
{
	const struct setting_edit *edit = rules_edit(view, "relay-restrictions");
	const char *value = edit ? edit->value : NULL;

	if (!value && view->state->postfix_set)
		value = lookup_get(view->state->postfix_set, "smtpd_relay_restrictions");
	if ((!value || (edit && !edit->value)) && view->state->postfix_default)
		value = lookup_get(view->state->postfix_default, "smtpd_relay_restrictions");
	return guarded(value);
}

static bool rule_open_relay(struct rules_view *view, struct error *error)
{
	const struct setting *family = setting_find("recipient-restriction/10", NULL);
	bool rules = rules_edit(view, "recipient-restriction/"), plain = rules_edit(view, "recipient-restrictions") || rules_edit(view, "relay-restrictions"), mixed = false;
	size_t elements = 0;

	if (!rules && !plain)
		return true;
	if (rules && !family_guarded(view, family, &elements, &mixed) && !relay_guarded(view))
		return error_set(error, ERROR_INVALID, "Without reject_unauth_destination in a recipient-restriction this server would relay for everybody");
	if (rules && elements == 0)
		return error_set(error, ERROR_INVALID, "Without any recipient-restriction Postfix gets an empty list; leave at least reject_unauth_destination");
	if (mixed)
		rules_say(view, SETTING_WARNING, "The numbers of recipient-restriction have different lengths and are sorted as text: 100 comes before 30.");
	if (plain && !relay_guarded(view) && !guarded(rules_after(view, "recipient-restrictions")))
		return error_set(error, ERROR_INVALID, "Without reject_unauth_destination in relay-restrictions or recipient-restrictions this server would "
			"relay for everybody");
	return true;
}

static bool rule_networks(struct rules_view *view, struct error *error)
{
	const struct setting_edit *edit = rules_edit(view, "trusted-networks");
	const char *at = edit && edit->value ? edit->value : "";

	while (*(at += strspn(at, ", "))) {
		size_t length = strcspn(at, ", ");
		const char *slash = memchr(at, '/', length);

		if (*at != '!' && *at != '/' && slash && strtol(slash + 1, NULL, 10) < (memchr(at, ':', length) ? 16 : 8) && strspn(slash + 1, "0123456789") == length - (size_t)(slash + 1 - at))
			return error_set(error, ERROR_INVALID, "trusted-networks: %.*s is a large part of the Internet; whoever is in it could send through this server "
				"without a login", (int)length, at);
		at += length;
	}
	return true;
}

/* Is there a login for exactly this relay, after the change? */
static bool login_after(struct rules_view *view, const char *host)
{
	const struct setting *family = setting_find("relay-authentication/x", NULL);

	for (size_t i = 0; i < view->count; i++)
		if (view->edits[i].setting == family && !strcmp(view->edits[i].key, host))
			return view->edits[i].value != NULL;
	return settings_value(view->arena, view->state, family, host).set;
}

static bool rule_relay_host(struct rules_view *view, struct error *error)
{
	const char *host = rules_after(view, "relay-host"), *login = rules_after(view, "relay-login");

	(void)error;
	if (!rules_edit(view, "relay-host") && !rules_edit(view, "relay-login"))
		return true;
	if (login && !strcmp(login, "yes") && (!host || !*host))
		rules_say(view, SETTING_WARNING, "relay-login is yes, but there is no relay-host to log in at.");
	else if (login && !strcmp(login, "yes") && !login_after(view, host))
		rules_say(view, SETTING_WARNING, "The table of logins must have a line that begins with exactly %s, or the relay refuses all mail; set "
			"relay-authentication/%s too.", host, host);
	return true;
}

/* The relay must be left a way to log in. */
static bool rule_relay_options(struct rules_view *view, struct error *error)
{
	const char *login = rules_after(view, "relay-login"), *options = rules_after(view, "relay-login-options");

	(void)error;
	if ((rules_edit(view, "relay-login") || rules_edit(view, "relay-login-options")) && login && !strcmp(login, "yes") && options &&
	    text_lists(options, "noplaintext") && view->state->settings->flavour != FLAVOUR_UCS)
		rules_say(view, SETTING_WARNING, "relay-login-options has noplaintext: a relay that offers PLAIN and LOGIN only, as nearly all do, cannot be logged in "
			"at; set relay-login-options=noanonymous, and relay-encryption=encrypt with it.");
	return true;
}

/* --- what has aged ------------------------------------------------------------------------------------------- */

static bool rule_aged(struct rules_view *view, struct error *error)
{
	static const struct { const char *word, *says; } words[] = {
		{ "ix.dnsbl.manitu.net", "The DNS list ix.dnsbl.manitu.net answers nothing since January 2025: it costs a question for each mail and stops none." },
		{ "permit_naked_ip_address", "permit_naked_ip_address is gone in Postfix 3.9, where this line then lets no mail in; use permit_mynetworks." },
		{ "permit_mx_backup", "permit_mx_backup makes this server take mail for any domain that names it, and bounce spam to strangers; name the domains in "
			"relay-domains." },
		{ "reject_maps_rbl", "reject_maps_rbl is gone; it is reject_rbl_client NAME." },
	};

	(void)error;
	for (size_t i = 0; i < view->count; i++)
		for (size_t j = 0; view->edits[i].value && j < sizeof(words) / sizeof(words[0]); j++)
			if (strstr(view->edits[i].value, words[j].word))
				rules_say(view, SETTING_WARNING, "%s", words[j].says);
	return true;
}

/* --- other ---------------------------------------------------------------------------------------------------- */

static bool rule_archive(struct rules_view *view, struct error *error)
{
	const struct setting_edit *edit = rules_edit(view, "archive-copy");

	if (!edit || !edit->value || !*edit->value || !view->facts || view->facts->archive_exists != 0)
		return true;
	return error_set(error, ERROR_INVALID, "archive-copy: the address %s does not exist, so every mail would make a bounce; make its mailbox first", edit->value);
}

/* Two services on one port: the later one does not start. */
static bool rule_ports(struct rules_view *view, struct error *error)
{
	static const char *const names[] = { "smtp-port", "quota-status-port", "sieve-port" };
	static const int64_t taken[] = { 110, 143, 465, 587, 993, 995, 24, 80, 389, 443, 636, 7389, 7636, 10023, 10024, 10025 };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		int64_t port, other;

		if (!rules_edit(view, names[i]) || !number_after(view, names[i], &port))
			continue;
		for (size_t j = 0; j < sizeof(names) / sizeof(names[0]); j++)
			if (j != i && number_after(view, names[j], &other) && other == port)
				return error_set(error, ERROR_INVALID, "%s: port %lld is the one of %s", names[i], (long long)port, names[j]);
		for (size_t j = 0; j < sizeof(taken) / sizeof(taken[0]); j++)
			if (taken[j] == port)
				return error_set(error, ERROR_INVALID, "%s: port %lld belongs to another service of a mail server", names[i], (long long)port);
	}
	return true;
}

static bool rule_spam(struct rules_view *view, struct error *error)
{
	const struct setting_edit *edit = rules_edit(view, "spam-threshold");
	const char *value = edit && edit->value ? edit->value : "1";
	size_t front = strspn(value, "0123456789"), dot = value[front] == '.';

	if (front > 0 && !value[front + dot + strspn(value + front + dot, "0123456789")] && (!dot || value[front + 1]))
		return true;
	return error_set(error, ERROR_INVALID, "spam-threshold: \"%.20s\" is not possible; it must be a number as in 5 or 4.5", value);
}

typedef bool rule(struct rules_view *view, struct error *error);
static rule *const rules[] = {
	rule_sizes, rule_webmail, rule_open_relay, rule_networks, rule_relay_host, rule_relay_options, rule_aged, rule_archive, rule_ports, rule_spam,
	rule_restrictions, rule_quota_status, rule_index, rule_facts,
};

bool settings_rules(struct rules_view *view, struct error *error)
{
	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++)
		if (!rules[i](view, error))
			return false;
	return true;
}
