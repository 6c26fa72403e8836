/*
 * Values, origins and plans over answers of servers that are not there: checks of
 * values, rules between settings, what a higher layer hides, exact operations.
 * Main thread.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "model/change.h"
#include "model/guarded.h"
#include "settings/settings.h"
#include "tests/unit/settings_bench.h"

/* --- one value --------------------------------------------------------------------------------------------- */

static void values_are_checked(void **state)
{
	/* becomes NULL: refused. */
	static const struct { const char *name, *value, *becomes; } cases[] = {
		{ "soft-bounce", "On", "yes" }, { "soft-bounce", "0", "no" }, { "soft-bounce", "maybe", NULL },
		{ "message-size", "50 MB", "52428800" }, { "message-size", "1048576", "1048576" }, { "message-size", "0", "0" },
		{ "message-size", "-1", NULL }, { "message-size", "1 TB", NULL }, { "message-size", "many", NULL },
		{ "spam-size", "1 MB", "1024" }, { "spam-size", "300", "300" }, { "spam-size", "1000 B", NULL },
		{ "login-cache-size", "10 M", "10M" }, { "login-cache-size", "100k", "100k" }, { "login-cache-size", "lots", NULL },
		{ "login-cache-ttl", "5 mins", "5m" }, { "login-cache-ttl", "90", "90s" }, { "queue-lifetime", "5", "5d" },
		{ "queue-lifetime", "2h", "2h" }, { "queue-lifetime", "5 fortnights", NULL },
		{ "relay-encryption", "encrypt", "encrypt" }, { "relay-encryption", "Encrypt", NULL },
		{ "pop3-workarounds", "outlook-no-nuls oe-ns-eoh", "outlook-no-nuls oe-ns-eoh" }, { "pop3-workarounds", "outlook", NULL },
		{ "relay-host", "mx.isp.example", "mx.isp.example" }, { "relay-host", "[mx.isp.example]:587", "[mx.isp.example]:587" },
		{ "relay-host", "mx.isp.example:submission", "mx.isp.example:submission" }, { "relay-host", "", "" },
		{ "relay-host", "mx isp", NULL }, { "relay-host", "[mx", NULL }, { "relay-host", "mx:99999", NULL }, { "relay-host", "-x", NULL },
		{ "archive-copy", "archive@example.com", "archive@example.com" }, { "archive-copy", "archive", NULL }, { "archive-copy", "a b@example.com", NULL },
		{ "trusted-networks", "127.0.0.0/8, 192.0.2.0/24 [::1]/128", "127.0.0.0/8, 192.0.2.0/24 [::1]/128" },
		{ "trusted-networks", "!192.0.2.7 cidr:/etc/postfix/nets", "!192.0.2.7 cidr:/etc/postfix/nets" },
		{ "trusted-networks", "192.0.2.0/33", NULL }, { "trusted-networks", "office", NULL },
		{ "smtp-certificate", "/etc/ssl/a.pem", "/etc/ssl/a.pem" }, { "smtp-certificate", "a.pem", NULL }, { "smtp-certificate-key", "$smtpd_tls_cert_file", "$smtpd_tls_cert_file" },
		{ "alias-expansion-limit", "5000", "5000" }, { "alias-expansion-limit", "0", NULL }, { "alias-expansion-limit", "5e3", NULL },
		{ "mail-ciphers", "HIGH:!aNULL", "HIGH:!aNULL" }, { "mail-ciphers", "a\"b", NULL }, { "smtp-banner", "a\nb", NULL }, { "smtp-banner", "a\xff", NULL },
		{ "smtp-port", "65536", NULL }, { "log-tls", " yes ", "yes" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct error error = { 0 };
		const char *canonical = NULL;
		bool fine = setting_check(arena, setting_find(cases[i].name, NULL), NULL, cases[i].value, &canonical, &error);

		if (fine != (cases[i].becomes != NULL) || (fine && strcmp(canonical, cases[i].becomes)))
			fail_msg("%s \"%s\": %s%s", cases[i].name, cases[i].value, fine ? "becomes " : "refused: ", fine ? canonical : error.text);
		if (!fine)
			assert_non_null(strstr(error.text, cases[i].name));
	}
}

static void keys_of_families_are_checked(void **state)
{
	static const struct { const char *name; bool fine; } cases[] = {
		{ "quota-warning/80", true }, { "quota-warning/9", false }, { "quota-warning/100", false }, { "quota-warning/08", false },
		{ "recipient-restriction/75", true }, { "recipient-restriction/5", false }, { "recipient-restriction/x", false },
		{ "auto-folder/Gesendete Objekte", true }, { "auto-folder/a/b", false }, { "auto-folder/\"x\"", false },
		{ "firewall-dovecot/12340", true }, { "firewall-dovecot/0", false }, { "tls-policy/isp", true }, { "tls-policy/a b", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		const char *key, *canonical;
		const struct setting *setting = setting_find(cases[i].name, &key);
		struct error error = { 0 };
		const char *value = setting->choices ? setting->choices[0] : "[mx]:25 encrypt";

		assert_non_null(setting);
		if (setting_check(arena, setting, key, value, &canonical, &error) != cases[i].fine)
			fail_msg("%s: %s", cases[i].name, error.text);
	}
}

static void values_are_compared_by_what_they_mean(void **state)
{
	static const struct { const char *name, *a, *b; bool same; } cases[] = {
		{ "login-cache-size", "10M", "10 M", true }, { "login-cache-size", "1M", "1024k", true }, { "login-cache-ttl", "5 mins", "300s", true },
		{ "login-cache-ttl", "1 hours", "1h", true }, { "login-cache-ttl", "1h", "2h", false }, { "soft-bounce", "yes", "true", true },
		{ "soft-bounce", "no", NULL, false }, { "smtp-banner", "a", "A", false }, { "limit-clients", "0400", "400", true },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		assert_int_equal(setting_same(setting_find(cases[i].name, NULL), cases[i].a, cases[i].b), cases[i].same);
}

/* --- states ----------------------------------------------------------------------------------------------------- */

static struct settings_state *debian(void)
{
	struct settings_state *state = settings_state_new(&(struct host_settings){ .name = "mail1", .roles = HOST_MAILBOX | HOST_TRANSPORT, .exec = true }, 1000);

	answer(state, "lines", "/etc/postfix/main.cf:1:# head\n/etc/postfix/main.cf:2:soft_bounce = yes\n/etc/postfix/master.cf:1:submission inet n - y - - smtpd\n");
	answer(state, "postconf-set", "soft_bounce = yes\nsmtpd_relay_restrictions = permit_mynetworks, reject_unauth_destination\n");
	answer(state, "postconf-defaults", "soft_bounce = no\nmessage_size_limit = 10240000\nmailbox_size_limit = 51200000\nvirtual_mailbox_limit = 51200000\n"
		"disable_dns_lookups = no\nsmtpd_relay_restrictions = permit_mynetworks, defer_unauth_destination\nsmtpd_recipient_restrictions =\n"
		"default_process_limit = 100\nrelayhost =\nmynetworks = 127.0.0.0/8\nvirtual_alias_expansion_limit = 1000\nalways_bcc =\nsmtpd_helo_restrictions =\n");
	answer(state, "dovecot-values", "auth_cache_size=10 M\ndefault_client_limit=1000\nservice/imap-login/vsz_limit=18446744073709551615 B\nservice/anvil/client_limit=0\ndisable_plaintext_auth=yes\n");
	answer(state, "dovecot-defaults", "auth_cache_size=0\ndefault_client_limit=1000\nservice/imap-login/vsz_limit=18446744073709551615 B\nservice/anvil/client_limit=0\ndisable_plaintext_auth=yes\n");
	answer(state, "dovecot-lines", "/etc/dovecot/dovecot.conf:4:!include conf.d/*.conf\n/etc/dovecot/conf.d/10-auth.conf:7:auth_cache_size = 10M\n");
	settings_state_end(state);
	return state;
}

static struct settings_state *ucs(void)
{
	struct settings_state *state = settings_state_new(&(struct host_settings){ .name = "mail2", .roles = HOST_MAILBOX | HOST_TRANSPORT, .flavour = FLAVOUR_UCS }, 1000);

	answer(state, "lines", "/etc/univention/base.conf:1:# univention_ base.conf\n/etc/univention/base.conf:3:mail/messagesizelimit: 31457280\n"
		"/etc/univention/base.conf:4:mail/postfix/softbounce: true\n/etc/univention/base-ldap.conf:3:mail/messagesizelimit: 52428800\n"
		"/etc/univention/base.conf:5:mail/dovecot/quota/warning/text/80: full\n/etc/univention/base.conf:6:mail/postfix/smtpd/restrictions/recipient/50: reject_unauth_destination\n"
		"/etc/postfix/main.cf:9:soft_bounce = yes\n/etc/postfix/main.cf.local:1:virtual_alias_expansion_limit = 3000\n");
	answer(state, "postconf-set", "soft_bounce = yes\nvirtual_alias_expansion_limit = 3000\nsmtpd_relay_restrictions =\n");
	answer(state, "postconf-defaults", "soft_bounce = no\nvirtual_alias_expansion_limit = 1000\nmessage_size_limit = 10240000\nmailbox_size_limit = 51200000\n");
	settings_state_end(state);
	return state;
}

static struct setting_value value_of(const struct settings_state *state, const char *name)
{
	const char *key;
	const struct setting *setting = setting_find(name, &key);

	return settings_value(arena, state, setting, key);
}

static void origins_of_a_debian_server(void **state)
{
	struct settings_state *server = debian();
	struct setting_value value = value_of(server, "soft-bounce");

	(void)state;
	assert_true(value.known && value.set && value.differs);
	assert_string_equal(value.from, "/etc/postfix/main.cf line 2");
	assert_int_equal(setting_origin_letter(value.origin), 'f');
	value = value_of(server, "message-size");
	assert_true(value.known && !value.set && !value.differs);
	assert_string_equal(value.value, "10240000");
	value = value_of(server, "dns-lookups");
	assert_string_equal(value.value, "yes");
	value = value_of(server, "plaintext-logins");
	assert_string_equal(value.value, "no");
	value = value_of(server, "login-cache-size");
	assert_string_equal(value.from, "/etc/dovecot/conf.d/10-auth.conf line 7");
	assert_true(value.differs);
	assert_null(value_of(server, "limit-imap-login-memory").value);
	assert_false(value_of(server, "spam-filter").known);
	assert_string_equal(value_of(server, "spam-filter").why, "only a UCS has it");
	value = value_of(server, "submission-login");
	assert_true(value.known && !value.set);
	value = value_of(server, "smtps-login");
	assert_string_equal(value.why, "master.cf has no service smtps (inet)");
	settings_state_free(server);
}

static void origins_of_a_server_of_ucs(void **state)
{
	struct settings_state *server = ucs();
	struct setting_value value = value_of(server, "message-size");
	const char *const *keys;

	(void)state;
	assert_string_equal(value.value, "52428800");
	assert_int_equal(setting_origin_letter(value.origin), 'P');
	assert_non_null(strstr(value.hidden, "\"31457280\" (base.conf line 3)"));
	assert_string_equal(value.runs, "10240000");
	value = value_of(server, "soft-bounce");
	assert_string_equal(value.value, "yes");
	assert_int_equal(setting_origin_letter(value.origin), 'u');
	value = value_of(server, "alias-expansion-limit");
	assert_int_equal(setting_origin_letter(value.origin), 'l');
	assert_string_equal(value.from, "/etc/postfix/main.cf.local line 1");
	assert_string_equal(value_of(server, "quota-warning/80").value, "full");
	keys = settings_keys(arena, server, setting_find("quota-warning/80", NULL));
	assert_string_equal(keys[0], "80");
	assert_null(keys[1]);
	settings_state_free(server);
}

static void what_was_not_answered_is_a_gap(void **state)
{
	struct settings_state *server = settings_state_new(&(struct host_settings){ .name = "mail3", .roles = HOST_TRANSPORT }, 1000);
	struct host_answer down = { .error = { .kind = ERROR_UNREACHABLE, .text = "mail3: no answer" }, .output = "", .complaint = "" };

	(void)state;
	settings_state_take(server, "postconf-set", &down);
	settings_state_take(server, "postconf-defaults", &down);
	settings_state_end(server);
	assert_string_equal(settings_state_gaps(server)[0], "mail3: no answer");
	assert_null(settings_state_gaps(server)[1]);
	assert_false(value_of(server, "message-size").known);
	settings_state_free(server);
}

/* What a server does not run is not one of the things that it did not tell. */
static void what_runs_nowhere_has_no_place(void **state)
{
	static const struct { unsigned roles; bool postfix, dovecot; } cases[] = {
		{ HOST_TRANSPORT, true, false }, { HOST_MAILBOX, false, true }, { HOST_MAILBOX | HOST_TRANSPORT, true, true },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct settings_state *server = settings_state_new(&(struct host_settings){ .name = "mail3", .roles = cases[i].roles }, 1000);

		assert_int_equal(settings_has_place(server, setting_find("helo-required", NULL)), cases[i].postfix);
		assert_int_equal(settings_has_place(server, setting_find("limit-processes", NULL)), cases[i].dovecot);
		settings_state_free(server);
	}
}

/* --- names ---------------------------------------------------------------------------------------------------------- */

static void names_are_resolved(void **state)
{
	/* found NULL: refused with these words. */
	static const struct { const char *typed; bool own; const char *found, *words; } cases[] = {
		{ "message-size", false, "message-size", NULL }, { "message_size_limit", false, "message-size", NULL }, { "mail/messagesizelimit", false, "message-size", NULL },
		{ "mesage-size", false, NULL, "nearest: message-size" }, { "default_process_limit", false, NULL, "process-limit or limit-processes" },
		{ "postfix:default_process_limit", false, "process-limit", NULL }, { "dovecot:default_process_limit", false, "limit-processes", NULL },
		{ "postfix:smtpd_relay_restrictions", false, "relay-restrictions", NULL }, { "postfix:nosuch", false, NULL, "--own" },
		{ "postfix:nosuch", true, "postfix:nosuch", NULL }, { "postfix:no such", true, NULL, "cannot be the name" }, { "ucr:mail/mine", true, "ucr:mail/mine", NULL },
		{ "ucr:a=b", true, NULL, "cannot be the name" }, { "quota-warning/80", false, "quota-warning/", NULL },
	};
	struct settings_state *server = debian();

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct error error = { 0 };
		const char *key;
		const struct setting *setting = settings_resolve(arena, server, cases[i].typed, cases[i].own, &key, &error);

		if (cases[i].found ? !setting || strcmp(setting->name, cases[i].found) : setting || !strstr(error.text, cases[i].words))
			fail_msg("%s: %s", cases[i].typed, setting ? setting->name : error.text);
	}
	settings_state_free(server);
}

/* --- plans ---------------------------------------------------------------------------------------------------------------- */

static void plans_are_refused(void **state)
{
	static const struct { bool ucs; const char *changes, *words; } cases[] = {
		{ false, "message-size=60 MB", "must not be below message-size" }, { false, "message-size=0", "must not be below message-size" },
		{ false, "mailbox-file-size=1 MB", "must not be below message-size" }, { false, "relay-restrictions=permit_mynetworks", "relay for everybody" },
		{ false, "trusted-networks=0.0.0.0/0", "large part of the Internet" }, { false, "virtual-mailbox-quota=x", "VDA" }, { false, "spam-filter=yes", "only a UCS" },
		{ false, "soft-bounce=no|soft-bounce=yes", "named twice" }, { false, "soft-bounce=no|login-cache-size=1M", "one after the other" },
		{ false, "smtps-login=yes", "no service smtps" }, { true, "message-size=1 MB", "UCR policy" }, { true, "hosted-domains=a", "listener" },
		{ true, "quota-status-port=143", "another service" }, { true, "quota-status-port=4190", "sieve-port" }, { true, "spam-threshold=five", "a number as in 5" },
		{ true, "recipient-restriction/50", "relay for everybody" }, { true, "submission-clients=permit_sasl_authenticated, reject", "has a blank" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct settings_state *server = cases[i].ucs ? ucs() : debian();
		struct setting_plan made;
		struct error error;

		if (plan(server, cases[i].changes, "soft_bounce = yes\n", NULL, &made, &error) || !strstr(error.text, cases[i].words))
			fail_msg("%s: %s", cases[i].changes, error.kind ? error.text : "was planned");
		settings_state_free(server);
	}
}

static bool says(const struct setting_plan *made, enum setting_weight weight, const char *words)
{
	for (size_t i = 0; i < made->say_count; i++)
		if (made->says[i].weight == weight && strstr(made->says[i].text, words))
			return true;
	return false;
}

static void a_plan_of_main_cf_is_exact(void **state)
{
	struct settings_state *server = debian();
	struct setting_plan made;
	struct error error;

	(void)state;
	assert_true(plan(server, "message-size=40 MB|soft-bounce", "# head\nsoft_bounce = yes\n", NULL, &made, &error));
	assert_int_equal(made.file_count, 1);
	assert_string_equal(made.files[0].path, "/etc/postfix/main.cf");
	assert_string_equal(made.files[0].bytes, "# head\nmessage_size_limit = 41943040\n");
	assert_string_equal(made.files[0].seen, "# head\nsoft_bounce = yes\n");
	assert_string_equal(made.service, "postfix");
	assert_false(made.timer);
	assert_int_equal(made.shown_count, 2);
	assert_string_equal(made.shown[0].wanted, "message_size_limit");
	assert_string_equal(made.shown[0].runs_after, "41943040");
	assert_string_equal(made.shown[0].runs_before, "10240000");
	assert_string_equal(made.shown[0].before, "10240000 (9.8 MB)");
	assert_string_equal(made.shown[0].after, "41943040 (40 MB)");
	assert_string_equal(made.shown[1].runs_after, "no");
	assert_true(says(&made, SETTING_NOTE, "largest attachment is then about 29 MB"));
	assert_true(plan(server, "soft-bounce=yes", "soft_bounce = yes\n", NULL, &made, &error));
	assert_int_equal(made.shown_count, 0);
	assert_true(plan(server, "dns-lookups=no", "", NULL, &made, &error));
	assert_string_equal(made.files[0].bytes, "disable_dns_lookups = yes\n");
	assert_true(made.timer);
	assert_true(plan(server, "helo-restrictions=permit_naked_ip_address, reject_unknown_helo_hostname", "", NULL, &made, &error));
	assert_true(says(&made, SETTING_WARNING, "gone in Postfix 3.9"));
	assert_true(plan(server, "submission-login=yes", "submission inet n - y - - smtpd\n", NULL, &made, &error));
	assert_string_equal(made.files[0].path, "/etc/postfix/master.cf");
	assert_string_equal(made.files[0].bytes, "submission inet n - y - - smtpd\n -o smtpd_sasl_auth_enable=yes\n");
	settings_state_free(server);
}

/* Said in the change, where the gate and the guardian read it; what runs beside it is not reloaded too. */
static void what_a_reload_does_not_take_is_stopped_and_started(void **state)
{
	static const struct { const char *change; bool restarts; } cases[] = {
		{ "smtp-interfaces=127.0.0.1", true }, { "smtp-protocols=ipv4", true }, { "smtp-protocols=ipv4|message-size=40 MB", true }, { "message-size=40 MB", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct settings_state *server = debian();
		struct setting_plan made;
		struct change *change;
		struct error error;
		const char *last;

		answer(server, "postconf-defaults", "inet_interfaces = all\ninet_protocols = all\nmessage_size_limit = 10240000\nmailbox_size_limit = 51200000\n"
			"virtual_mailbox_limit = 51200000\n");
		if (!plan(server, cases[i].change, "", NULL, &made, &error))
			fail_msg("%s: %s", cases[i].change, error.text);
		assert_int_equal((made.follow & FOLLOW_POSTFIX_STOP) != 0, cases[i].restarts);
		assert_int_equal((made.follow & FOLLOW_POSTFIX_RELOAD) == 0, cases[i].restarts);
		assert_int_equal(made.timer, cases[i].restarts);
		for (size_t k = 0; (last = made.steps[k]) && made.steps[k + 1]; k++)
			;
		assert_string_equal(last, cases[i].restarts ? "Postfix stop and start: systemctl restart postfix" : "Postfix reload: postfix reload");
		change = settings_plan_change(&made, &(struct host_settings){ .name = "mail1" }, 0);
		assert_int_equal(strstr(guarded_set(change, "change"), "\"restarts\":true") != NULL, cases[i].restarts);
		assert_false(change_touches(change, "then"));
		change_free(change);
		settings_state_free(server);
	}
}

static void a_plan_of_dovecot_is_our_file(void **state)
{
	struct settings_state *server = debian();
	struct setting_plan made;
	struct error error;

	(void)state;
	assert_true(plan(server, "limit-clients=2000", NULL, NULL, &made, &error));
	assert_string_equal(made.files[0].path, "/etc/dovecot/conf.d/99-postroom.conf");
	assert_null(made.files[0].seen);
	assert_non_null(strstr(made.files[0].bytes, "\ndefault_client_limit = 2000\n"));
	assert_true(made.timer);
	assert_string_equal(made.service, "dovecot");
	assert_false(says(&made, SETTING_WARNING, "systemctl restart dovecot"));
	assert_true(plan(server, "limit-anvil-clients=2000", NULL, NULL, &made, &error));
	assert_true(says(&made, SETTING_WARNING, "systemctl restart dovecot"));
	assert_true(plan(server, "plaintext-logins=yes", NULL, NULL, &made, &error));
	assert_non_null(strstr(made.files[0].bytes, "disable_plaintext_auth = no\n"));
	assert_false(plan(server, "login-cache-size", NULL, NULL, &made, &error));
	assert_non_null(strstr(error.text, "10-auth.conf line 7"));
	assert_true(plan(server, "login-cache-size", "auth_cache_size = 10M\n", NULL, &made, &error));
	assert_null(made.files[0].bytes);
	settings_state_free(server);
}

static void a_plan_of_ucr_is_variables(void **state)
{
	struct settings_state *server = ucs();
	struct setting_plan made;
	struct change *change;
	struct error error;

	(void)state;
	assert_true(plan(server, "soft-bounce=no|archive-copy=all@example.com", NULL, NULL, &made, &error));
	assert_int_equal(made.file_count, 0);
	assert_string_equal(made.variables[0], "mail/postfix/softbounce");
	assert_string_equal(made.variables[1], "no");
	assert_string_equal(made.variables_before[1], "true");
	assert_string_equal(made.variables[2], "mail/archivefolder");
	assert_null(made.variables_before[3]);
	assert_null(made.variables[4]);
	assert_true(made.timer);
	assert_true(plan(server, "alias-expansion-limit=5000", "virtual_alias_expansion_limit = 3000\n", NULL, &made, &error));
	assert_string_equal(made.files[0].path, "/etc/postfix/main.cf.local");
	assert_string_equal(made.files[0].bytes, "virtual_alias_expansion_limit = 5000\n");
	assert_string_equal(made.commits[0], "/etc/postfix/main.cf");
	assert_true(plan(server, "relay-login=yes|relay-host=[mx.isp.example]:587", NULL, NULL, &made, &error));
	assert_string_equal(made.maps[0], "/etc/postfix/smtp_auth");
	assert_string_equal(made.maps[1], "/etc/postfix/tls_policy");
	assert_null(made.maps[2]);
	assert_true(says(&made, SETTING_WARNING, "a line that begins with exactly [mx.isp.example]:587"));
	assert_true(plan(server, "mailbox-rename=no|mailbox-delete=yes", NULL, NULL, &made, &error));
	assert_null(made.service);
	assert_true(says(&made, SETTING_WARNING, "the old mail is deleted"));
	assert_true(plan(server, "recipient-restriction/100=reject_rbl_client ix.dnsbl.manitu.net", NULL, NULL, &made, &error));
	assert_true(says(&made, SETTING_WARNING, "since January 2025"));
	assert_true(says(&made, SETTING_WARNING, "100 comes before 30"));
	assert_true(plan(server, "submission-clients=permit_sasl_authenticated,reject", NULL, NULL, &made, &error));
	assert_int_equal(made.file_count, 0);
	assert_string_equal(made.variables[0], "mail/postfix/mastercf/options/submission/smtpd_client_restrictions");
	assert_true(plan(server, "login-cache-size=1M", NULL, NULL, &made, &error));
	assert_false(says(&made, SETTING_WARNING, "systemctl restart dovecot"));
	assert_true(says(&made, SETTING_NOTE, "a reload is enough"));
	assert_true(plan(server, "spam-filter=no", NULL, NULL, &made, &error));
	assert_true(says(&made, SETTING_WARNING, "systemctl restart amavis"));
	change = settings_plan_change(&made, &(struct host_settings){ .name = "mail2" }, 0);
	assert_string_equal(change->name, "mail2");
	assert_true(change_touches(change, "say"));
	change_free(change);
	settings_state_free(server);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(values_are_checked, set_up, tear_down),
		cmocka_unit_test_setup_teardown(keys_of_families_are_checked, set_up, tear_down),
		cmocka_unit_test_setup_teardown(values_are_compared_by_what_they_mean, set_up, tear_down),
		cmocka_unit_test_setup_teardown(origins_of_a_debian_server, set_up, tear_down),
		cmocka_unit_test_setup_teardown(origins_of_a_server_of_ucs, set_up, tear_down),
		cmocka_unit_test_setup_teardown(what_was_not_answered_is_a_gap, set_up, tear_down),
		cmocka_unit_test(what_runs_nowhere_has_no_place),
		cmocka_unit_test_setup_teardown(names_are_resolved, set_up, tear_down),
		cmocka_unit_test_setup_teardown(plans_are_refused, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_plan_of_main_cf_is_exact, set_up, tear_down),
		cmocka_unit_test_setup_teardown(what_a_reload_does_not_take_is_stopped_and_started, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_plan_of_dovecot_is_our_file, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_plan_of_ucr_is_variables, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
