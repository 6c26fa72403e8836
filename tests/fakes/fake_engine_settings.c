/*
 * fake_engine_settings: what the invented servers are set to: mail1 and mail2
 * answer, and differ in some; further ones do not.  Loop thread.
 */
#include <string.h>

#include "settings/store_private.h"
#include "tests/fakes/fake_engine_private.h"
#include "tests/fakes/fake_hosts.h"

#define MAIN "/etc/postfix/main.cf:"
static const char lines1[] = MAIN "1:# Mail server of example.com\n" MAIN "2:myhostname = mail1.example.com\n" MAIN "3:message_size_limit = 52428800\n"
	MAIN "4:mailbox_size_limit = 104857600\n" MAIN "5:relayhost = [mx.isp.example]:587\n" MAIN "6:smtp_sasl_auth_enable = yes\n"
	MAIN "7:smtp_tls_security_level = encrypt\n/etc/postfix/master.cf:1:smtp inet n - y - - smtpd\n";
static const char set1[] = "myhostname = mail1.example.com\nmessage_size_limit = 52428800\nmailbox_size_limit = 104857600\nrelayhost = [mx.isp.example]:587\n"
	"smtp_sasl_auth_enable = yes\nsmtp_tls_security_level = encrypt\n";
static const char file1[] = "# Mail server of example.com\nmyhostname = mail1.example.com\nmessage_size_limit = 52428800\nmailbox_size_limit = 104857600\n"
	"relayhost = [mx.isp.example]:587\nsmtp_sasl_auth_enable = yes\nsmtp_tls_security_level = encrypt\n";
static const char lines2[] = MAIN "1:myhostname = mail2.example.com\n" MAIN "2:relayhost = [mx.isp.example]:587\n" MAIN "3:smtp_sasl_auth_enable = yes\n"
	MAIN "4:smtp_tls_security_level = may\n" MAIN "5:soft_bounce = yes\n/etc/postfix/master.cf:1:smtp inet n - y - - smtpd\n";
static const char set2[] = "myhostname = mail2.example.com\nrelayhost = [mx.isp.example]:587\nsmtp_sasl_auth_enable = yes\nsmtp_tls_security_level = may\n"
	"soft_bounce = yes\n";
static const char defaults[] = "message_size_limit = 10240000\nmailbox_size_limit = 51200000\nvirtual_mailbox_limit = 51200000\nrelayhost =\n"
	"smtp_sasl_auth_enable = no\nsmtp_tls_security_level =\nsoft_bounce = no\nalways_bcc =\nvirtual_alias_expansion_limit = 1000\n"
	"smtpd_helo_restrictions =\nmynetworks = 127.0.0.0/8 192.0.2.0/24\ndisable_vrfy_command = no\nsmtpd_banner = $myhostname ESMTP $mail_name\nbiff = yes\ndefault_process_limit = 100\n";
static const char dovecot[] = "log_path=/var/log/dovecot.log\nauth_cache_size=0\ndisable_plaintext_auth=yes\nmail_max_userip_connections=10\n";

/* What a setting is judged by: processes of Postfix under number 700, and a mail log that tells three greetings. */
static const char ps[] = "    1     0  9000 systemd\n  700     1  5000 master\n  701   700  7000 pickup\n  702   700  7100 qmgr\n  710   700  9100 smtpd\n"
	"  711   700  9000 smtpd\n  720   700  8200 cleanup\n";
static const char own[] = "/proc/701/smaps_rollup:Private_Dirty:    652 kB\n/proc/702/smaps_rollup:Private_Dirty:    660 kB\n"
	"/proc/710/smaps_rollup:Private_Clean:    256 kB\n/proc/710/smaps_rollup:Private_Dirty:   2048 kB\n/proc/711/smaps_rollup:Private_Dirty:   2304 kB\n"
	"/proc/720/smaps_rollup:Private_Dirty:   1408 kB\n";
#define SMTPD(TIME, NUMBER) "Nov 20 " TIME " mail1 postfix/smtpd[" NUMBER "]: "
#define REFUSED(CLIENT, NAME) "NOQUEUE: reject: RCPT from " CLIENT ": 550 5.1.1 <x@example.com>: Recipient address rejected: User unknown; " \
	"from=<a@example.net> to=<x@example.com> proto=ESMTP helo=<" NAME ">\n"
static const char mail_log[] = SMTPD("09:00:00", "10") "connect from unknown[198.51.100.7]\n" SMTPD("09:00:01", "10") REFUSED("unknown[198.51.100.7]", "printer")
	SMTPD("09:02:00", "10") "connect from unknown[198.51.100.7]\n" SMTPD("09:02:01", "10") REFUSED("unknown[198.51.100.7]", "printer")
	SMTPD("09:03:00", "11") "connect from mx.example.net[203.0.113.9]\n" SMTPD("09:03:01", "11") REFUSED("mx.example.net[203.0.113.9]", "mx.example.net")
	SMTPD("09:04:00", "11") "connect from scan.example.com[192.0.2.30]\n" SMTPD("09:04:01", "11") REFUSED("scan.example.com[192.0.2.30]", "scanner");

void fake_settings_answers(struct hosts *hosts)
{
	const struct { const char *host, *command, *output; } replies[] = {
		{ "mail1", "lines", lines1 }, { "mail1", "postconf-set", set1 }, { "mail1", "postconf-defaults", defaults },
		{ "mail1", "dovecot-values", dovecot }, { "mail1", "dovecot-defaults", dovecot }, { "mail1", "dovecot-version", "2.3.19.1 (9b53102964)\n" },
		{ "mail1", "dovecot-lines", "/etc/dovecot/dovecot.conf:1:protocols = imap lmtp\n" }, { "mail1", "file", file1 },
		{ "mail1", "processes", ps }, { "mail1", "process-memory", own },
		{ "mail1", "log-find", "Debug: /var/log/dovecot.log\nInfo: /var/log/dovecot.log\nError: /var/log/dovecot.log\n" }, { "mail1", "mail-log", mail_log },
		{ "mail1", "table-lines", "" }, { "mail1", "guardian-logins", "/etc/postfix/smtp_auth:1:[mx.isp.example]:587 example-com\n" },
		{ "mail2", "table-lines", "" }, { "mail2", "guardian-logins", "" },
		{ "mail2", "lines", lines2 }, { "mail2", "postconf-set", set2 }, { "mail2", "postconf-defaults", defaults },
		{ "mail2", "dovecot-values", dovecot }, { "mail2", "dovecot-defaults", dovecot }, { "mail2", "dovecot-version", "2.3.19.1 (9b53102964)\n" },
		{ "mail2", "dovecot-lines", "/etc/dovecot/dovecot.conf:1:protocols = imap lmtp\n" },
	};

	for (size_t i = 0; i < sizeof replies / sizeof *replies; i++)
		fake_hosts_reply(hosts, &(struct fake_reply){ .host = replies[i].host, .command = replies[i].command, .output = replies[i].output });
}

/* What the template of a UCS makes where nothing but the default is set. */
static const char ucs_dump[] =
	"service/managesieve-login/protocol=sieve\nservice/managesieve-login/type=login\nservice/managesieve-login/service_count=1\n"
	"service/managesieve/protocol=sieve\nservice/managesieve/process_limit=400\nservice/managesieve/client_limit=1\nservice/managesieve/service_count=1\n"
	"service/stats/process_limit=1\n"
	"service/pop3/protocol=pop3\nservice/pop3/process_limit=400\nservice/pop3/client_limit=1\nservice/pop3/service_count=1\n"
	"service/pop3-login/protocol=pop3\nservice/pop3-login/type=login\nservice/pop3-login/client_limit=400\nservice/pop3-login/service_count=1\n"
	"service/log/type=log\nservice/log/process_limit=1\n"
	"service/lmtp/protocol=lmtp\nservice/lmtp/client_limit=1\n"
	"service/imap/protocol=imap\nservice/imap/process_limit=400\nservice/imap/client_limit=1\nservice/imap/service_count=1\n"
	"service/imap-urlauth-login/protocol=imap\nservice/imap-urlauth-login/type=login\nservice/imap-urlauth-login/service_count=1\n"
	"service/imap-login/protocol=imap\nservice/imap-login/type=login\nservice/imap-login/client_limit=400\nservice/imap-login/service_count=1\n"
	"service/auth/process_limit=1\nservice/auth/client_limit=2000\n"
	"service/anvil/type=anvil\nservice/anvil/process_limit=1\nservice/anvil/process_min_avail=1\nservice/anvil/client_limit=1603\n"
	"protocols=imap pop3 lmtp sieve\nmail_max_userip_connections=10\ndefault_process_limit=400\ndefault_client_limit=400\ndefault_vsz_limit=256 M\n"
	"shutdown_clients=yes\nauth_cache_size=100 k\nauth_cache_ttl=5 mins\n";

void fake_limits_answers(struct hosts *hosts, bool ucs)
{
	static const char processes[] = "  100     1  3700 /usr/sbin/dovecot -F\n  110   100  6100 dovecot/imap\n  111   100  6100 dovecot/imap\n  112   100  8500 dovecot/imap-login\n";
	static const char memory[] = "/proc/110/smaps_rollup:Private_Dirty:     640 kB\n/proc/111/smaps_rollup:Private_Dirty:     760 kB\n"
		"/proc/112/smaps_rollup:Private_Dirty:    1290 kB\n";
	static const char layers[] = "/etc/univention/base.conf:1:# univention_ base.conf\n/etc/univention/base.conf:3:mail/dovecot/limits/default_client_limit: 400\n";
	const struct { const char *host, *command, *output; } replies[] = {
		{ "mail1", "dovecot-processes", processes }, { "mail1", "dovecot-memory", memory }, { "mail1", "process-limits", "Max open files            2000                 4000                 files\n" },
		{ "mail1", "configuration", ucs ? ucs_dump : NULL }, { "mail1", "dovecot-lines", ucs ? "/etc/dovecot/dovecot.conf:1:!include_try local.conf\n" : NULL }, { "mail1", "lines", ucs ? layers : NULL },
	};

	for (size_t i = 0; i < sizeof replies / sizeof *replies; i++)
		if (replies[i].output)
			fake_hosts_reply(hosts, &(struct fake_reply){ .host = replies[i].host, .command = replies[i].command, .output = replies[i].output });
	fake_hosts_reply(hosts, &(struct fake_reply){ .host = "mail2", .command = "file", .output = "", .status = 1, .complaint = "cat: No such file or directory\n" });
	if (ucs)
		fake_hosts_flavour(hosts, 0, FLAVOUR_UCS);
}

void fake_guarded_plan(struct review *review)
{
	const struct change *change = review->change;
	struct record *now = record_new_in(review->arena, change->kind), *after;
	struct operation *step = arena_alloc(review->arena, sizeof *step);
	struct shown_value shown;

	now->name = now->id = arena_text(review->arena, change->name);
	record_set_text(now, change->kind->name_field, change->name);
	after = record_copy(review->arena, now);
	for (size_t i = 0; i < change->edit_count; i++) {
		const struct edit *edit = &change->edits[i];

		for (size_t j = 0; strcmp(edit->field->name, "value") == 0 && j < edit->count; j++) {
			if (!shown_value_read(review->arena, &edit->values[j], &shown))
				continue;
			record_add_text(now, "value", arena_format(review->arena, "%s = %s", shown.name, *shown.before ? shown.before : "(none)"));
			record_add_text(after, "value", arena_format(review->arena, "%s = %s", shown.name, *shown.after ? shown.after : "(none)"));
		}
	}
	review->facts.now = now;
	review->facts.plain = true;
	review->plan.after = after;
	/* Its id is another one each time, so the change itself is not shown. */
	step->verb = OPERATION_MODIFY;
	step->place = now->name;
	step->words = "write the file, reload the service";
	review->plan.operations = step;
	review->plan.count = 1;
	review->line_count = record_diff(review->arena, now, after, &review->lines);
}
