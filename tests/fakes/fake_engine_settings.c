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
	"disable_vrfy_command = no\nsmtpd_banner = $myhostname ESMTP $mail_name\nbiff = yes\ndefault_process_limit = 100\n";
static const char dovecot[] = "auth_cache_size=0\ndisable_plaintext_auth=yes\nmail_max_userip_connections=10\n";

void fake_settings_answers(struct hosts *hosts)
{
	const struct { const char *host, *command, *output; } replies[] = {
		{ "mail1", "lines", lines1 }, { "mail1", "postconf-set", set1 }, { "mail1", "postconf-defaults", defaults },
		{ "mail1", "dovecot-values", dovecot }, { "mail1", "dovecot-defaults", dovecot }, { "mail1", "dovecot-version", "2.3.19.1 (9b53102964)\n" },
		{ "mail1", "dovecot-lines", "/etc/dovecot/dovecot.conf:1:protocols = imap lmtp\n" }, { "mail1", "file", file1 },
		{ "mail2", "lines", lines2 }, { "mail2", "postconf-set", set2 }, { "mail2", "postconf-defaults", defaults },
		{ "mail2", "dovecot-values", dovecot }, { "mail2", "dovecot-defaults", dovecot }, { "mail2", "dovecot-version", "2.3.19.1 (9b53102964)\n" },
		{ "mail2", "dovecot-lines", "/etc/dovecot/dovecot.conf:1:protocols = imap lmtp\n" },
	};

	for (size_t i = 0; i < sizeof replies / sizeof *replies; i++)
		fake_hosts_reply(hosts, &(struct fake_reply){ .host = replies[i].host, .command = replies[i].command, .output = replies[i].output });
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
