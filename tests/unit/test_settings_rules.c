/*
 * Rules between settings, each at its edge: what is refused, what is warned of,
 * what is noted, and where a rule has to keep silent. Servers that are not there.
 * Main thread.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "base/text.h"
#include "tests/unit/settings_bench.h"

/* lines: of UCR "name: value", elsewhere of postconf "name = value", parted by |. */
static struct settings_state *server(bool ucs, const char *lines)
{
	struct settings_state *state = settings_state_new(&(struct host_settings){ .name = "mail1", .roles = HOST_MAILBOX | HOST_TRANSPORT,
		.flavour = ucs ? FLAVOUR_UCS : FLAVOUR_DEBIAN, .exec = true }, 1000);
	char *copy = arena_text(arena, lines), *rest = NULL;
	struct text layer = { 0 }, set = { 0 };
	unsigned number = 2;

	text_add(&layer, "/etc/univention/base.conf:1:# univention_ base.conf\n");
	for (char *line = strtok_r(copy, "|", &rest); line; line = strtok_r(NULL, "|", &rest))
		if (ucs)
			text_addf(&layer, "/etc/univention/base.conf:%u:%s\n", number++, line);
		else
			text_addf(&set, "%s\n", line);
	answer(state, "lines", ucs ? arena_text(arena, text_get(&layer)) : "/etc/postfix/main.cf:1:# head\n/etc/postfix/master.cf:1:smtp inet n - y - - smtpd\n");
	answer(state, "postconf-set", arena_text(arena, text_get(&set)));
	answer(state, "postconf-defaults", "message_size_limit = 10240000\nmailbox_size_limit = 51200000\nvirtual_mailbox_limit = 51200000\n"
		"smtpd_relay_restrictions = permit_mynetworks, defer_unauth_destination\nsmtpd_recipient_restrictions =\nmynetworks = 127.0.0.0/8\n"
		"smtp_sasl_auth_enable = no\nsmtp_sasl_security_options = noplaintext, noanonymous\nrelayhost =\nalways_bcc =\nrelay_domains =\n"
		"smtpd_helo_restrictions =\nsmtp_sasl_password_maps =\n");
	answer(state, "dovecot-values", "mail_nfs_storage=no\nmail_nfs_index=no\n");
	answer(state, "dovecot-defaults", "mail_nfs_storage=no\nmail_nfs_index=no\n");
	answer(state, "dovecot-lines", "/etc/dovecot/dovecot.conf:4:!include conf.d/*.conf\n");
	settings_state_end(state);
	text_free(&layer);
	text_free(&set);
	return state;
}

/* All that is said, a line each, a warning with "! " in front; a refusal as "refused: ..". */
static char *told(bool ucs, const char *lines, const char *changes, const struct setting_facts *facts)
{
	struct settings_state *state = server(ucs, lines);
	struct setting_plan made;
	struct error error = { 0 };
	struct text words = { 0 };
	char *copy;

	if (!plan(state, changes, "", facts, &made, &error))
		text_addf(&words, "refused: %s", error.text);
	else
		for (size_t i = 0; i < made.say_count; i++)
			text_addf(&words, "%s%s\n", made.says[i].weight == SETTING_WARNING ? "! " : "", made.says[i].text);
	copy = arena_text(arena, text_get(&words));
	text_free(&words);
	settings_state_free(state);
	return copy;
}

/* says, and never the second one; NULL: no matter. */
struct rule_case { bool ucs; const char *lines, *changes, *says, *never; };

static void hold(const struct rule_case *cases, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		char *words = told(cases[i].ucs, cases[i].lines, cases[i].changes, NULL);

		if ((cases[i].says && !strstr(words, cases[i].says)) || (cases[i].never && strstr(words, cases[i].never)))
			fail_msg("case %zu, %s with \"%s\": %s", i, cases[i].changes, cases[i].lines, words);
	}
}
#define HOLD(cases) hold(cases, sizeof(cases) / sizeof((cases)[0]))

#define OPEN "security/packetfilter/package/univention-mail-dovecot/tcp/12340/all: ACCEPT"
#define POLICY "mail/postfix/smtpd/restrictions/recipient/60: check_policy_service inet:127.0.0.1:12340"
static void quota_status_and_the_firewall(void **state)
{
	static const struct rule_case cases[] = {
		{ true, "", "quota-status-ip=192.0.2.1", "! A Postfix on another machine cannot ask: the firewall does not let port 12340 in", NULL },
		{ true, "", "quota-status-ip=192.0.2.1", "Set firewall-dovecot/12340=ACCEPT and firewall-dovecot-name/12340", NULL },
		{ true, OPEN, "quota-status-ip=192.0.2.1", NULL, "cannot ask" },
		{ true, "", "quota-status-ip=192.0.2.1|firewall-dovecot/12340=ACCEPT", NULL, "cannot ask" },
		{ true, OPEN, "quota-status-ip=192.0.2.1|firewall-dovecot/12340=DROP", "! A Postfix on another machine cannot ask", NULL },
		{ true, OPEN, "quota-status-ip=192.0.2.1|quota-status-port=12399", "does not let port 12399 in", NULL },
		{ true, "", "quota-status-ip=::1", NULL, "cannot ask" },
		{ true, "mail/dovecot/quota-status/ip: 192.0.2.1|" OPEN, "quota-status-ip=127.0.0.1", "firewall-dovecot/12340 lets the port in, though nobody else can be answered", "! firewall" },
		{ true, "mail/dovecot/quota-status/ip: 192.0.2.1", "quota-status-ip=127.0.0.1", NULL, "lets the port in" },
		/* The rule of Postfix that asks it. */
		{ true, POLICY, "quota-status-port=12399", "! recipient-restriction/60 still asks 127.0.0.1:12340", NULL },
		{ true, POLICY, "quota-status-port=12399|recipient-restriction/60=check_policy_service inet:127.0.0.1:12399|recipient-restriction/70=reject_unauth_destination", NULL, "still asks" },
		{ true, "", "quota-status-port=12399", NULL, "still asks" },
		{ true, "", "soft-bounce=yes", NULL, "firewall" },
	};

	(void)state;
	HOLD(cases);
}

static void indexes_on_nfs(void **state)
{
	static const struct rule_case cases[] = {
		{ true, "mail/dovecot/process/mail_nfs_index: yes", "separate-index=yes", "! With separate-index the index lies on the local disk", NULL },
		{ true, "mail/dovecot/location/separate_index: yes", "nfs-index=yes", "! With separate-index the index lies on the local disk", NULL },
		{ true, "", "separate-index=yes", NULL, "With separate-index the index" },
		{ true, "", "nfs-mail=yes", "! The index lies beside the mail, so on NFS too: set nfs-index", NULL },
		{ true, "", "nfs-mail=yes|nfs-index=yes", NULL, "lies beside the mail" },
		{ true, "", "nfs-mail=yes|separate-index=yes", NULL, "lies beside the mail" },
		{ true, "mail/dovecot/process/mail_nfs_storage: yes|mail/dovecot/process/mail_nfs_index: yes", "nfs-index=no", "! The index lies beside the mail", NULL },
		{ false, "", "nfs-mail=yes", "! The index lies beside the mail", NULL },
		{ true, "mail/dovecot/process/mail_nfs_storage: yes", "soft-bounce=yes", NULL, "lies beside the mail" },
	};

	(void)state;
	HOLD(cases);
}

static void sizes(void **state)
{
	static const struct rule_case cases[] = {
		{ false, "", "message-size=51200000", "The largest attachment is then about 35 MB", "refused" },
		{ false, "", "message-size=1048576", "The largest attachment is then about 748 KB", "is refused" },
		{ false, "", "message-size=1048575", "! Mail above", "and much that has none" },
		{ false, "", "message-size=1024", "! Mail above 1 KB is refused, from outside as well: that is most mail with a document or a picture, and much that has none", "0 B" },
		{ false, "", "message-size=51200001", "refused: mailbox-file-size (51,200,000) must not be below message-size (51,200,001)", NULL },
		{ false, "", "message-size=60 MB|mailbox-file-size=60 MB", "refused: virtual-mailbox-size", NULL },
		{ false, "", "message-size=60 MB|mailbox-file-size=0|virtual-mailbox-size=0", "The largest attachment", "refused" },
		{ false, "", "message-size=0", "below message-size (no limit)", NULL },
		{ true, "", "webmail-post-size=10M|webmail-file-size=20M", "! webmail-post-size (10 MB) is below webmail-file-size (20 MB)", NULL },
		{ true, "", "webmail-post-size=20M|webmail-file-size=20M", NULL, "is below webmail-file-size" },
		{ true, "mail/messagesizelimit: 31457280", "webmail-post-size=20M|webmail-file-size=20M", "In webmail only 20 MB can be sent at once", "! In webmail" },
		{ true, "mail/messagesizelimit: 20971520", "webmail-post-size=20M|webmail-file-size=20M", NULL, "In webmail only" },
	};

	(void)state;
	HOLD(cases);
}

static void relays(void **state)
{
	static const struct rule_case cases[] = {
		{ false, "", "recipient-restrictions=permit_mynetworks", NULL, "refused" },
		{ false, "smtpd_relay_restrictions =", "recipient-restrictions=permit_mynetworks", "refused: Without reject_unauth_destination in relay-restrictions", NULL },
		{ false, "", "relay-restrictions=permit_sasl_authenticated, xreject", "would relay for everybody", NULL },
		{ false, "", "relay-restrictions=permit_sasl_authenticated,reject", NULL, "refused" },
		{ false, "smtpd_recipient_restrictions = reject_unauth_destination", "relay-restrictions=permit_mynetworks", NULL, "refused" },
		{ true, "mail/postfix/smtpd/restrictions/recipient/30: reject_unauth_destination", "recipient-restriction/30", "refused: Without", NULL },
		{ true, "mail/postfix/smtpd/restrictions/recipient/30: reject_unauth_destination", "recipient-restriction/100=permit_mynetworks", "! The numbers of recipient-restriction have different lengths", NULL },
		{ true, "mail/postfix/smtpd/restrictions/recipient/30: reject_unauth_destination", "recipient-restriction/40=permit_mynetworks", NULL, "different lengths" },
		{ false, "", "trusted-networks=10.0.0.0/8", NULL, "refused" },
		{ false, "", "trusted-networks=8.0.0.0/7", "refused: trusted-networks: 8.0.0.0/7 is a large part of the Internet", NULL },
		{ false, "", "trusted-networks=!0.0.0.0/0, 127.0.0.0/8", NULL, "refused" },
		{ false, "", "trusted-networks=2001:db8::/15", "is a large part of the Internet", NULL },
		{ false, "", "trusted-networks=2001:db8::/32", NULL, "refused" },
		{ false, "", "relay-login=yes", "! relay-login is yes, but there is no relay-host", NULL },
		{ false, "relayhost = [mx.isp.example]:587", "relay-login=yes", "! The table of logins must have a line that begins with exactly [mx.isp.example]:587", NULL },
		{ false, "", "relay-host=[mx.isp.example]:587", NULL, "table of logins" },
		{ false, "relayhost = [mx.isp.example]:587", "relay-login=yes", "! relay-login-options has noplaintext", NULL },
		{ false, "relayhost = [mx.isp.example]:587", "relay-login=yes|relay-login-options=noanonymous", NULL, "has noplaintext" },
		{ true, "", "relay-login=yes|relay-host=[mx.isp.example]:587", NULL, "has noplaintext" },
	};

	(void)state;
	HOLD(cases);
}

static void what_has_aged(void **state)
{
	static const struct rule_case cases[] = {
		{ false, "", "recipient-restrictions=reject_rbl_client ix.dnsbl.manitu.net", "! The DNS list ix.dnsbl.manitu.net answers nothing since January 2025", NULL },
		{ false, "", "recipient-restrictions=reject_rbl_client zen.spamhaus.org", NULL, "costs a question" },
		{ false, "", "helo-restrictions=permit_naked_ip_address", "! permit_naked_ip_address is gone in Postfix 3.9", NULL },
		{ false, "", "recipient-restrictions=permit_mx_backup", "! permit_mx_backup makes this server take mail for any domain", NULL },
		{ false, "", "recipient-restrictions=reject_maps_rbl", "! reject_maps_rbl is gone; it is reject_rbl_client NAME", NULL },
		{ false, "", "recipient-restrictions=permit_mynetworks", NULL, "gone" },
	};

	(void)state;
	HOLD(cases);
}

/* Postfix takes any word and then answers all mail with an error. */
static void words_of_restrictions(void **state)
{
	static const struct rule_case cases[] = {
		{ false, "", "helo-restrictions=permit_mynetworks, reject_unknown_helo_hostnam", "refused: helo-restrictions: Postfix has no rule reject_unknown_helo_hostnam ", NULL },
		{ false, "", "relay-restrictions=permit_mynetwork,reject_unauth_destination", "nearest: permit_mynetworks", NULL },
		{ false, "", "recipient-restrictions=rejekt_unauth_destinaton, reject", "nearest: reject_unauth_destination", NULL },
		{ true, "mail/postfix/smtpd/restrictions/recipient/30: reject_unauth_destination", "recipient-restriction/50=permit_mynetwork", "nearest: permit_mynetworks", NULL },
		{ false, "", "helo-restrictions=ours_alone", "! ours_alone is no rule that is known here", "refused:" },
		{ false, "smtpd_restriction_classes = other, ours_alone", "helo-restrictions=ours_alone", NULL, "no rule" },
		{ false, "", "helo-restrictions=PERMIT_mynetworks, warn_if_reject reject_unknown_helo_hostname, sleep 3", NULL, "no rule" },
		{ false, "", "helo-restrictions=check_helo_access hash:/etc/postfix/helo, reject_rhsbl_helo dbl.example.net, check_policy_service inet:127.0.0.1:10023", NULL, "no rule" },
		{ false, "", "helo-restrictions=check_policy_service { inet:127.0.0.1:10023, default_action = DUNNO }, $mine", NULL, "no rule" },
	};

	(void)state;
	HOLD(cases);
}

static void ports_and_numbers(void **state)
{
	static const struct rule_case cases[] = {
		{ true, "", "quota-status-port=143", "refused: quota-status-port: port 143 belongs to another service", NULL },
		{ true, "", "quota-status-port=4190", "refused: quota-status-port: port 4190 is the one of sieve-port", NULL },
		{ true, "", "smtp-port=12340", "refused: smtp-port: port 12340 is the one of quota-status-port", NULL },
		{ true, "", "smtp-port=2525", NULL, "refused" },
		{ true, "", "spam-threshold=4.5", NULL, "refused" }, { true, "", "spam-threshold=5", NULL, "refused" },
		{ true, "", "spam-threshold=5.", "refused: spam-threshold: \"5.\" is not possible", NULL }, { true, "", "spam-threshold=.5", "refused", NULL },
		{ true, "", "spam-threshold=5x", "refused", NULL },
	};

	(void)state;
	HOLD(cases);
}

/* Where nobody knows whether the address exists, it is told and not refused. */
static void an_archive_must_exist(void **state)
{
	static const struct { int exists; bool refused; } cases[] = { { 0, true }, { 1, false }, { -1, false } };

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct setting_facts facts = { .known = 1u << FACT_ARCHIVE, .archive_exists = cases[i].exists, .archive_address = "archive@example.com" };
		char *words = told(false, "", "archive-copy=archive@example.com", &facts);

		if ((strstr(words, "refused: archive-copy: the address archive@example.com does not exist") != NULL) != cases[i].refused)
			fail_msg("%d: %s", cases[i].exists, words);
	}
	assert_null(strstr(told(false, "", "archive-copy=", &(struct setting_facts){ .archive_exists = 0 }), "refused"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(quota_status_and_the_firewall, set_up, tear_down),
		cmocka_unit_test_setup_teardown(indexes_on_nfs, set_up, tear_down),
		cmocka_unit_test_setup_teardown(sizes, set_up, tear_down),
		cmocka_unit_test_setup_teardown(relays, set_up, tear_down),
		cmocka_unit_test_setup_teardown(what_has_aged, set_up, tear_down),
		cmocka_unit_test_setup_teardown(words_of_restrictions, set_up, tear_down),
		cmocka_unit_test_setup_teardown(ports_and_numbers, set_up, tear_down),
		cmocka_unit_test_setup_teardown(an_archive_must_exist, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
