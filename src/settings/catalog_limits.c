/*
 * catalog_limits: the numbers that bound connections and memory in Dovecot.
 *
 * They depend on each other, so the guide (`postroom limits`) is the right door;
 * here each is shown with its origin and can be set alone.  Constant data.
 */
#include "settings/catalog_private.h"

#define GROUP "limits"
#define UCR "mail/dovecot/limits/"
#define GUIDE "These numbers depend on each other: postroom limits check says what Dovecot will say of the new one."
#define RELOAD FOLLOW_DOVECOT_RELOAD
#define MOST 4294967295

#define COUNT(NAME, LABEL, LEAST, UCS, PLAIN, VARIABLE, DOVECOT, NEW, HELP) \
	{ .name = NAME, .label = LABEL, .group = GROUP, .type = SETTING_NUMBER, .least = LEAST, .most = MOST, .ucs = UCS, .plain = PLAIN, .ucr = VARIABLE, .dovecot = DOVECOT, \
	  .dovecot24 = NEW, .flags = SETTING_LOCKOUT, .follow = RELOAD, .help = HELP, .consequence = GUIDE, .manual = "docs/limits.md; Dovecot: service limits" }
#define MEMORY(NAME, LABEL, VARIABLE, DOVECOT, HELP) \
	{ .name = NAME, .label = LABEL, .group = GROUP, .type = SETTING_MEMORY, .ucr = VARIABLE, .dovecot = DOVECOT, .dovecot24 = "=", .flags = SETTING_LOCKOUT, .follow = RELOAD, \
	  .help = HELP, .consequence = "A process that needs more is ended, and its sessions with it.", .manual = "Dovecot: vsz_limit" }

#define ONCE_HELP "Connections that one login process serves in its life. 1 is high security: each connection has a process of its own. 0 is high performance: a process serves many."
#define SPARE_HELP "Processes kept ready; in high-performance mode as many as there are processors."

const struct setting settings_limits[] = {
	COUNT("limit-processes", "processes of each service", 1, "400", "100", UCR "default_process_limit", "default_process_limit", "=", "How many processes a service may have that has no number of its own."),
	COUNT("limit-clients", "clients of each process", 1, "400", "1000", UCR "default_client_limit", "default_client_limit", "=",
		"How many clients a process may have where its service has no number of its own. Service log needs about 30 of them, one for each running service."),
	{ .name = "limit-memory", .label = "memory of each process", .group = GROUP, .type = SETTING_MEMORY, .ucs = "256M", .plain = "256 M", .ucr = UCR "default_vsz_limit", .dovecot = "default_vsz_limit",
	  .dovecot24 = "=", .flags = SETTING_LOCKOUT, .follow = RELOAD, .help = "Memory that a process may have where its service has no number of its own.",
	  .consequence = "A process that needs more is ended, and its sessions with it.", .manual = "Dovecot: default_vsz_limit" },
	COUNT("limit-auth-clients", "clients of service auth", 0, "2000", "0", UCR "auth/client_limit", "service/auth/client_limit", "=", "Connections of all login processes to the service that checks logins; 0: as for each process."),
	{ .name = "limit-anvil-clients", .label = "clients of service anvil", .group = GROUP, .type = SETTING_NUMBER, .least = 0, .most = MOST, .ucs = "1603", .plain = "0",
	  .ucr = UCR "anvil/client_limit", .dovecot = "service/anvil/client_limit", .dovecot24 = "=", .flags = SETTING_LOCKOUT, .follow = RELOAD | FOLLOW_DOVECOT_RESTART,
	  .help = "Connections to the service that counts who is connected; 0: as for each process. Its process outlives each reload with the number that it "
		"was started with, whatever service status shows of it.",
	  .consequence = GUIDE, .manual = "docs/limits.md; Dovecot: service limits" },
	COUNT("limit-stats-clients", "clients of service stats", 0, NULL, "0", NULL, "service/stats/client_limit", "=",
		"Connections to the service that gathers statistics: every mail and login process holds one. Dovecot does not warn of it. UCR has no variable for it."),
	COUNT("limit-imap-login-connections", "connections of an IMAP login process", 0, "1", "1", UCR "imap-login/service_count", "service/imap-login/service_count",
		"service/imap-login/restart_request_count", ONCE_HELP),
	COUNT("limit-imap-login-spare", "IMAP login processes ready", 0, "0", "0", UCR "imap-login/process_min_avail", "service/imap-login/process_min_avail", "=", SPARE_HELP),
	COUNT("limit-imap-login-clients", "clients of an IMAP login process", 0, NULL, "0", UCR "imap-login/client_limit", "service/imap-login/client_limit", "=",
		"How many connections one login process holds at once; 0 or unset: as for each process. Without effect while a process serves one connection only."),
	COUNT("limit-imap-login-processes", "IMAP login processes", 0, NULL, "0", NULL, "service/imap-login/process_limit", "=", "How many login processes there may be; 0: as for each service. UCR has no variable for it."),
	MEMORY("limit-imap-login-memory", "memory of an IMAP login process", UCR "imap-login/vsz_limit", "service/imap-login/vsz_limit", "One with 256 MB holds about 3,000 encrypted connections."),
	COUNT("limit-pop3-login-connections", "connections of a POP3 login process", 0, "1", "1", UCR "pop3-login/service_count", "service/pop3-login/service_count",
		"service/pop3-login/restart_request_count", ONCE_HELP),
	COUNT("limit-pop3-login-spare", "POP3 login processes ready", 0, "0", "0", UCR "pop3-login/process_min_avail", "service/pop3-login/process_min_avail", "=", SPARE_HELP),
	COUNT("limit-pop3-login-clients", "clients of a POP3 login process", 0, NULL, "0", UCR "pop3-login/client_limit", "service/pop3-login/client_limit", "=",
		"How many connections one login process holds at once; 0 or unset: as for each process."),
	COUNT("limit-pop3-login-processes", "POP3 login processes", 0, NULL, "0", NULL, "service/pop3-login/process_limit", "=", "How many login processes there may be; 0: as for each service. UCR has no variable for it."),
	MEMORY("limit-pop3-login-memory", "memory of a POP3 login process", UCR "pop3-login/vsz_limit", "service/pop3-login/vsz_limit", "Memory of a POP3 login process; unset: as for each process."),
	COUNT("limit-imap", "IMAP sessions", 0, NULL, "1024", UCR "imap/process_limit", "service/imap/process_limit", "=", "Processes of IMAP, one for each session; unset on UCS: as for each service."),
	MEMORY("limit-imap-memory", "memory of an IMAP session", UCR "imap/vsz_limit", "service/imap/vsz_limit", "Very large mailboxes need more; unset: as for each process."),
	COUNT("limit-pop3", "POP3 sessions", 0, NULL, "1024", UCR "pop3/process_limit", "service/pop3/process_limit", "=", "Processes of POP3, one for each session; unset on UCS: as for each service."),
	MEMORY("limit-pop3-memory", "memory of a POP3 session", UCR "pop3/vsz_limit", "service/pop3/vsz_limit", "Unset: as for each process."),
	COUNT("limit-sieve-login-connections", "connections of a ManageSieve login process", 0, "1", "1", UCR "managesieve-login/service_count", "service/managesieve-login/service_count",
		"service/managesieve-login/restart_request_count", ONCE_HELP),
	COUNT("limit-sieve-login-spare", "ManageSieve login processes ready", 0, "0", "0", UCR "managesieve-login/process_min_avail", "service/managesieve-login/process_min_avail", "=", SPARE_HELP),
	MEMORY("limit-sieve-login-memory", "memory of a ManageSieve login process", UCR "managesieve-login/vsz_limit", "service/managesieve-login/vsz_limit", "Unset: as for each process."),
	COUNT("limit-sieve", "ManageSieve sessions", 0, "400", "0", UCR "managesieve/process_limit", "service/managesieve/process_limit", "=", "Processes of ManageSieve, one for each session."),
	COUNT("limit-sieve-per-address", "ManageSieve connections of a person from one address", 0, "10", NULL, UCR "managesieve/mail_max_userip_connections", NULL, NULL, "How many one person may hold from one address."),
	COUNT("limit-lmtp", "deliveries at once", 0, NULL, "0", NULL, "service/lmtp/process_limit", "=", "Processes that take mail from Postfix; 0: as for each service. UCR has no variable for it."),
	{ .name = NULL },
};
