/*
 * rules_words: are the elements of a list of restrictions ones that Postfix
 * knows?
 *
 * Postfix takes any word, reloads, and answers each mail that comes as far as
 * an unknown one with 451 (measured with 3.7.11): all incoming mail waits.  A word that is nearly one of
 * Postfix's is refused; any other that is neither one nor a class of the site's own
 * is told, since a later Postfix may have more.  Pure.
 * Source: postconf(5), the names of 2.0 to 3.9.
 */
#include "settings/backend_private.h"

#include <string.h>
#include <strings.h>

#include "base/lookup.h"

static const char *const known[] = {
	"check_ccert_access", "check_client_a_access", "check_client_access", "check_client_mx_access", "check_client_ns_access", "check_etrn_access",
	"check_helo_a_access", "check_helo_access", "check_helo_mx_access", "check_helo_ns_access", "check_policy_service", "check_recipient_a_access",
	"check_recipient_access", "check_recipient_maps", "check_recipient_mx_access", "check_recipient_ns_access", "check_relay_domains",
	"check_reverse_client_hostname_a_access", "check_reverse_client_hostname_access", "check_reverse_client_hostname_mx_access",
	"check_reverse_client_hostname_ns_access", "check_sasl_access", "check_sender_a_access", "check_sender_access", "check_sender_mx_access",
	"check_sender_ns_access", "defer", "defer_if_permit", "defer_if_reject", "defer_unauth_destination", "permit", "permit_auth_destination",
	"permit_dnswl_client", "permit_inet_interfaces", "permit_mx_backup", "permit_mynetworks", "permit_naked_ip_address", "permit_rhswl_client",
	"permit_sasl_authenticated", "permit_tls_all_clientcerts", "permit_tls_clientcerts", "reject", "reject_authenticated_sender_login_mismatch",
	"reject_invalid_helo_hostname", "reject_invalid_hostname", "reject_known_sender_login_mismatch", "reject_maps_rbl", "reject_multi_recipient_bounce",
	"reject_non_fqdn_helo_hostname", "reject_non_fqdn_hostname", "reject_non_fqdn_recipient", "reject_non_fqdn_sender", "reject_plaintext_session",
	"reject_rbl", "reject_rbl_client", "reject_rhsbl_client", "reject_rhsbl_helo", "reject_rhsbl_recipient", "reject_rhsbl_reverse_client",
	"reject_rhsbl_sender", "reject_sender_login_mismatch", "reject_unauth_destination", "reject_unauth_pipelining",
	"reject_unauthenticated_sender_login_mismatch", "reject_unknown_address", "reject_unknown_client", "reject_unknown_client_hostname",
	"reject_unknown_forward_client_hostname", "reject_unknown_helo_hostname", "reject_unknown_hostname", "reject_unknown_recipient_domain",
	"reject_unknown_reverse_client_hostname", "reject_unknown_sender_domain", "reject_unlisted_recipient", "reject_unlisted_sender",
	"reject_unverified_address", "reject_unverified_recipient", "reject_unverified_sender", "sleep", "warn_if_reject",
};
enum { KNOWN = sizeof(known) / sizeof(known[0]), NEAR = 2 };

static const char *const lists[] = {
	"helo-restrictions", "recipient-restrictions", "recipient-restriction/", "relay-restrictions", "data-restrictions", "submission-restriction/",
	"smtps-clients", "submission-clients",
};

static bool is_known(const char *word)
{
	for (size_t i = 0; i < KNOWN; i++)
		if (!strcasecmp(word, known[i]))
			return true;
	return false;
}

/* Tables, addresses and DNS lists have a letter in them that no restriction has. */
static bool is_name(const char *word)
{
	return !word[strspn(word, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_")] && strspn(word, "0123456789") < strlen(word);
}

static bool is_class(const struct rules_view *view, const char *word)
{
	const char *at = view->state->postfix_set ? lookup_get(view->state->postfix_set, "smtpd_restriction_classes") : NULL;
	size_t length = strlen(word);

	for (; at && *(at += strspn(at, ", \t\n")); at += strcspn(at, ", \t\n"))
		if (strcspn(at, ", \t\n") == length && !strncasecmp(at, word, length))
			return true;
	return false;
}

static const char *nearest(const char *word)
{
	unsigned best = NEAR + 1;
	const char *found = NULL;

	for (size_t i = 0; i < KNOWN; i++) {
		unsigned far = setting_distance(word, known[i], NEAR);

		if (far < best && strlen(word) > 2 * NEAR) {
			best = far;
			found = known[i];
		}
	}
	return found;
}

static bool each_word(struct rules_view *view, const struct setting_edit *edit, struct error *error)
{
	char *copy = arena_text(view->arena, edit->value), *rest = NULL;

	/* In braces stand attributes of a policy service; a $name is a list from elsewhere. */
	if (strpbrk(copy, "{}"))
		return true;
	for (char *word = strtok_r(copy, ", \t\n", &rest); word; word = strtok_r(NULL, ", \t\n", &rest)) {
		const char *near = nearest(word);

		if (!is_name(word) || is_known(word) || is_class(view, word))
			continue;
		if (near)
			return error_set(error, ERROR_INVALID, "%s: Postfix has no rule %s and would answer all mail with an error; nearest: %s",
				edit->setting->name, word, near);
		rules_say(view, SETTING_WARNING, "%s is no rule that is known here, nor one of smtpd_restriction_classes: a Postfix that does not know it answers all mail "
			"that comes so far with an error, and it waits at its senders.", word);
	}
	return true;
}

bool rule_restrictions(struct rules_view *view, struct error *error)
{
	for (size_t i = 0; i < view->count; i++)
		for (size_t j = 0; view->edits[i].value && j < sizeof(lists) / sizeof(lists[0]); j++)
			if (!strcmp(view->edits[i].setting->name, lists[j]) && !each_word(view, &view->edits[i], error))
				return false;
	return true;
}
