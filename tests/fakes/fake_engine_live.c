/*
 * fake_engine_live: what three invented mail servers answer to the real
 * collector of the fake engine.
 *
 * mail1 is nearly full and holds mail back, mail2 is calm, mail3 does not
 * answer.  Only the answers are invented; sources, tables and alarms are real.
 * Loop thread.
 */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "tests/fakes/fake_engine_private.h"
#include "tests/fakes/fake_hosts.h"

enum { PEOPLE = 24 };

static const char *const services_full =
	"name\tprocess_count\tprocess_avail\tprocess_limit\tclient_limit\tthrottle_secs\texit_failure_last\texit_failures_in_sec\tlast_drop_warning\tlisten_pending\tlistening\tdoveadm_stop\tprocess_total\n"
	"imap-login\t388\t0\t400\t1\t0\t0\t0\t1795183200\ty\tn\tn\t9000\n"
	"imap\t230\t0\t400\t1\t0\t0\t0\t0\tn\ty\tn\t9000\n"
	"pop3-login\t12\t0\t400\t1\t0\t0\t0\t0\tn\ty\tn\t300\n"
	"pop3\t4\t0\t400\t1\t0\t0\t0\t0\tn\ty\tn\t300\n"
	"lmtp\t9\t0\t400\t1\t0\t0\t0\t0\tn\ty\tn\t800\n"
	"stats\t1\t1\t1\t400\t0\t0\t0\t0\tn\tn\tn\t1\n"
	"auth\t1\t1\t1\t2000\t0\t0\t0\t0\tn\tn\tn\t1\n"
	"anvil\t1\t1\t1\t1603\t0\t0\t0\t0\tn\tn\tn\t1\n";
static const char *const services_calm =
	"name\tprocess_count\tprocess_avail\tprocess_limit\tclient_limit\tthrottle_secs\texit_failure_last\texit_failures_in_sec\tlast_drop_warning\tlisten_pending\tlistening\tdoveadm_stop\tprocess_total\n"
	"imap-login\t30\t0\t400\t1\t0\t0\t0\t0\tn\ty\tn\t900\n"
	"imap\t30\t0\t400\t1\t0\t0\t0\t0\tn\ty\tn\t900\n"
	"stats\t1\t1\t1\t400\t0\t0\t0\t0\tn\tn\tn\t1\n";
static const char *const processes =
	"name\tpid\tavailable_count\ttotal_count\tidle_start\tlast_status_update\tlast_kill_sent\n"
	"stats\t101\t12\t4000\t0\t1763632800\t0\n"
	"auth\t102\t1197\t9000\t0\t1763632800\t0\n"
	"anvil\t103\t1598\t9000\t0\t1763632800\t0\n";
static const char *const configuration =
	"version=2.3.19.1\n"
	"service/imap-login/name=imap-login\nservice/imap-login/protocol=imap\nservice/imap-login/type=login\n"
	"service/imap-login/process_limit=400\nservice/imap-login/client_limit=400\nservice/imap-login/service_count=1\n"
	"service/imap/name=imap\nservice/imap/protocol=imap\nservice/imap/process_limit=400\nservice/imap/client_limit=1\n"
	"service/imap/service_count=1\n"
	"service/pop3-login/name=pop3-login\nservice/pop3-login/protocol=pop3\nservice/pop3-login/type=login\n"
	"service/pop3-login/process_limit=400\nservice/pop3-login/client_limit=400\nservice/pop3-login/service_count=1\n"
	"service/pop3/name=pop3\nservice/pop3/protocol=pop3\nservice/pop3/process_limit=400\nservice/pop3/client_limit=1\nservice/pop3/service_count=1\n"
	"service/lmtp/name=lmtp\nservice/lmtp/protocol=lmtp\nservice/lmtp/process_limit=400\nservice/lmtp/client_limit=1\n"
	"service/auth/name=auth\nservice/auth/process_limit=1\nservice/auth/client_limit=2000\n"
	"service/anvil/name=anvil\nservice/anvil/process_limit=1\nservice/anvil/client_limit=1603\n"
	"service/stats/name=stats\nservice/stats/process_limit=1\nservice/stats/client_limit=400\nprotocols=imap pop3 lmtp\nmail_max_userip_connections=10\n"
	"default_process_limit=400\ndefault_client_limit=400\nshutdown_clients=yes\nauth_cache_size=100 k\nauth_cache_ttl=5 mins\n";

static const char *const families[] = { "Fischer", "Weber", "Meyer", "Wagner", "Becker", "Schulz" };

/* "username proto pid ip" rows; heap, kept by the engine's arena. */
static char *who_of(struct arena *arena, unsigned server, unsigned most)
{
	struct text text = { 0 };
	char *copy;
	unsigned pid = 4000 * server;

	text_add(&text, "username\tproto\tpid\tip\n");
	/* One whom the directory has too. */
	for (unsigned i = 0; i < 3 && server == 1; i++)
		text_addf(&text, "user001@example.de\t%s\t%u\t198.51.100.%u\n", i == 2 ? "pop3" : "imap", 3900 + i, 7 + i / 2);
	for (unsigned i = 0; i < most; i++)
		text_addf(&text, "%c.%s@example.com\t%s\t%u\t%s%u\n", (char)('a' + i % PEOPLE), families[i % 6],
			i % 9 == 8 ? "pop3" : i % 7 == 6 ? "sieve" : "imap", pid++, i % 5 == 4 ? "2001:db8::" : "192.0.2.", i % 17 + 1);
	copy = arena_text(arena, text_get(&text));
	text_free(&text);
	return copy;
}

/* The kernel's list to port 143: those of who_of, and some from one address who only try. */
static char *sockets_of(struct arena *arena, unsigned server, unsigned most, unsigned trying)
{
	static const char *const head = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n";
	static const char *const tail = " 01 00000000:00000000 00:00000000 00000000     0        0 12345 1 0000000000000000 20 4 30 10 -1\n";
	struct text text = { 0 };
	char *copy;

	text_add(&text, head);
	for (unsigned i = 0; i < 3 && server == 1; i++)
		text_addf(&text, "   0: 0100007F:008F %02X6433C6:C350%s", 7 + i / 2, tail);
	for (unsigned i = 0; i < trying; i++)
		text_addf(&text, "   0: 0100007F:008F 097100CB:%04X%s", 0xC400 + i, tail);
	for (unsigned i = 0; i < most; i++)
		if (i % 5 != 4)
			text_addf(&text, "   0: 0100007F:008F %02X0200C0:%04X%s", i % 17 + 1, 0x8000 + i, tail);
	text_add(&text, head);
	for (unsigned i = 4; i < most; i += 5)
		text_addf(&text, "   0: 00000000000000000000000001000000:008F B80D01200000000000000000%02X000000:%04X%s", i % 17 + 1, 0x8000 + i, tail);
	copy = arena_text(arena, text_get(&text));
	text_free(&text);
	return copy;
}

static char *queue_of(struct arena *arena, unsigned most)
{
	static const struct { const char *domain, *reason; } to[] = {
		{ "gmail.com", "host gmail-smtp-in.l.google.com[142.250.102.27] said: 421 4.7.28 unusual rate of mail (in reply to end of DATA command)" },
		{ "example.com", "connect to mail3.example.com[192.0.2.33]:24: Connection refused" },
		{ "gmail.com", "host gmail-smtp-in.l.google.com[142.250.102.26] said: 421 4.7.28 unusual rate of mail (in reply to end of DATA command)" },
		{ "odd\\u202edomain.example", "Host or domain name not found. Name service error for name=odd type=MX: Host not found, try again" },
		{ "partner.example", "connect to mx.partner.example[198.51.100.25]:25: Connection timed out" },
	};
	struct text text = { 0 };
	char *copy;

	for (unsigned i = 0; i < most; i++) {
		unsigned n = i % 5;

		text_addf(&text, "{\"queue_name\": \"%s\", \"queue_id\": \"3D2A%06X\", \"arrival_time\": %lld, \"message_size\": %u, \"forced_expire\": false, "
			"\"sender\": \"%s\", \"recipients\": [{\"address\": \"user%03u@%s\", \"delay_reason\": \"%s\"}]}\n",
			i % 11 == 10 ? "hold" : "deferred", i * 4099, (long long)(clock_now() - 60 - (int64_t)i * i * 9), 1200 + i * 37,
			i % 6 == 5 ? "MAILER-DAEMON" : i % 2 ? "news@example.com" : "a.fischer@example.com", i, to[n].domain, to[n].reason);
	}
	copy = arena_text(arena, text_get(&text));
	text_free(&text);
	return copy;
}

/* What mail1 and mail2 know of anybody who is asked for: a filter, an absence, a colleague, folders, log lines. */
static void person_answers(struct hosts *hosts, const char *host)
{
	static const struct { const char *command, *holes, *output; } answers[] = {
		{ "sieve-list", NULL, "script\tactive\nmain\tACTIVE\nvacation-2025\t\n" },
		{ "sieve-list", "user009@example.com", "script\tactive\nmain\t\npostroom-absence\tACTIVE\n" },
		{ "sieve-list", "user002@example.de", "script\tactive\nmain\t\npostroom-absence\tACTIVE\n" },
		{ "sieve-get", NULL, "sieve script\nrequire [\"fileinto\"];\nkeep;\n" },
		{ "sieve-get", "user006@example.com main", "sieve script\nrequire [\"copy\"];\nredirect :copy \"six@elsewhere.example\";\n" },
		{ "sieve-get", "user002@example.de postroom-absence", "sieve script\n# An answer that postroom wrote; set and end it there.\n"
			"# postroom-absence: until=2026-12-24 subject=Away text=I%20am%20away%20until%20Christmas.\n# postroom-filter: main\n"
			"require [\"vacation\", \"date\", \"relational\", \"include\"];\nif currentdate :value \"le\" \"date\" \"2026-12-24\" {\n"
			"vacation :days 1 :subject \"Away\" \"I am away until Christmas.\";\n}\ninclude :personal :optional \"main\";\n" },
		{ "sieve-get", "user009@example.com postroom-absence", "sieve script\n# An answer that postroom wrote; set and end it there.\n"
			"# postroom-absence: until=2026-12-24 subject=Away text=I%20am%20away%20until%20Christmas.\n# postroom-filter: main\n"
			"require [\"vacation\", \"date\", \"relational\", \"include\"];\nif currentdate :value \"le\" \"date\" \"2026-12-24\" {\n"
			"vacation :days 1 :subject \"Away\" \"I am away until Christmas.\";\n}\ninclude :personal :optional \"main\";\n" },
		{ "dovecot-values", "namespace", "namespace/inbox/type=private\nnamespace/inbox/prefix=\nnamespace/shared/type=shared\nnamespace/shared/prefix=shared/%%u/\n" },
		{ "dovecot-values", "log_path info_log_path", "log_path=syslog\ninfo_log_path=\n" },
		{ "folder-list", NULL, "mailbox\nINBOX\nSent\nTrash\n" },
		{ "folder-sizes", NULL, "mailbox\tmessages\tvsize\nINBOX\t812\t402653184\nSent\t4100\t1288490188\nTrash\t12\t90112\n" },
		{ "acl-get", NULL, "ID\tGlobal\tRights\n" },
		{ "acl-get", "user001@example.de INBOX", "ID\tGlobal\tRights\nowner\t\tlookup read\nuser=user002@example.de\t\tlookup read write write-seen\n" },
		{ "log-journal", NULL, "Nov 20 13:58:12 mail1 dovecot: imap-login: Login: user=<user001@example.de>, method=PLAIN, rip=198.51.100.7, TLS\n"
			"Nov 20 13:59:40 mail1 postfix/lmtp[4711]: 3D2A5E1F: to=<user001@example.de>, dsn=5.2.2, status=bounced (host mail2 said: 552 5.2.2 Mailbox is full)\n"
			"Nov 20 13:59:59 mail1 dovecot: imap(user001@example.de): Warning: odd \xe2\x80\xae" "bytes\x1b[2J\n" },
		{ "smtp-sessions", NULL, "{\"place\":\"the journal\",\"from\":\"Nov 20 06:00:01\",\"sessions\":[{\"pid\":4801,\"login\":\"user001\",\"client\":\"198.51.100.7\","
			"\"since\":\"Nov 20 13:40:02\",\"mails\":3}],\"silent\":1,\"ended\":0,\"sent\":[]}" },
	};

	for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++)
		fake_hosts_reply(hosts, &(struct fake_reply){ .host = host, .command = answers[i].command, .holes = answers[i].holes, .output = answers[i].output });
	fake_hosts_reply(hosts, &(struct fake_reply){ .host = host, .command = "log-lines", .output = "", .status = 2,
		.complaint = "grep: /var/log/mail.log: No such file or directory" });
}

static void reply(struct hosts *hosts, const char *host, const char *command, const char *output)
{
	struct fake_reply reply = { .host = host, .command = command, .output = output };

	fake_hosts_reply(hosts, &reply);
}

void fake_live_open(struct engine *engine)
{
	static const char *const own[] = { "example.com", NULL };
	static const char *const advice[] = {
		"dead", "call ON-CALL now", "logins", "call ON-CALL, say: login slots", "own-deferred", "call ON-CALL now", "limits", "ticket, morning", NULL
	};
	/* Ports would be those of the machine that runs the test. */
	static const struct live_port no_ports[1];
	static const struct live_host_settings hosts_of[9] = { { .ports = no_ports }, { .ports = no_ports }, { .ports = no_ports }, { .ports = no_ports },
		{ .ports = no_ports }, { .ports = no_ports }, { .ports = no_ports }, { .ports = no_ports }, { .ports = no_ports } };
	static const struct live_settings settings = { .own_domains = own, .advice = advice, .hosts = hosts_of };
	struct arena *arena = engine->config->arena;
	struct hosts *hosts = fake_hosts_new(engine->loop, engine->directory->settings.servers);

	engine->hosts = hosts;
	reply(hosts, "mail1", "who", who_of(arena, 1, 234));
	reply(hosts, "mail2", "who", who_of(arena, 2, 30));
	reply(hosts, "mail1", "sockets", sockets_of(arena, 1, 234, 150));
	reply(hosts, "mail2", "sockets", sockets_of(arena, 2, 30, 0));
	reply(hosts, "mail1", "penalty", "IP\tpenalty\tlast_penalty\tlast_update\n203.0.113.9\t15\t2026-11-20 14:01:31\t14:02:01\n");
	reply(hosts, "mail2", "penalty", "IP\tpenalty\tlast_penalty\tlast_update\n");
	reply(hosts, "mail1", "service-status", services_full);
	reply(hosts, "mail2", "service-status", services_calm);
	reply(hosts, "mail1", "process-status", processes);
	reply(hosts, "mail2", "process-status", processes);
	reply(hosts, "mail1", "configuration", configuration);
	reply(hosts, "mail2", "configuration", configuration);
	reply(hosts, "mail1", "queue", queue_of(arena, 60));
	reply(hosts, "mail2", "queue", "");
	fake_hosts_reply(hosts, &(struct fake_reply){ .host = "mail1", .command = "quota-get", .output = "Quota name\tType\tValue\tLimit\t%\n"
		"User quota\tSTORAGE\t734003\t2097152\t35\nUser quota\tMESSAGE\t812\t-\t0\n" });
	fake_hosts_reply(hosts, &(struct fake_reply){ .host = "mail1", .command = "quota-get", .holes = "user000@example.com",
		.output = "Quota name\tType\tValue\tLimit\t%\nUser quota\tSTORAGE\t2097152\t2097152\t100\nUser quota\tMESSAGE\t41220\t-\t0\n" });
	reply(hosts, "mail2", "quota-get", "Quota name\tType\tValue\tLimit\t%\nUser quota\tSTORAGE\t1887436\t2097152\t90\nUser quota\tMESSAGE\t41200\t-\t0\n");
	for (size_t i = 0; i < 2; i++) {
		const char *name = i ? "mail2" : "mail1";

		person_answers(hosts, name);
		reply(hosts, name, "mail-location", "maildir:/var/spool/dovecot/%u\n");
		reply(hosts, name, "disks", "Filesystem 1-blocks Used Available Capacity Mounted on\n"
			"/dev/sda1 107374182400 44023414784 63350767616 41% /\n");
		reply(hosts, name, "inodes", "Filesystem Inodes IUsed IFree IUse% Mounted on\n/dev/sda1 6553600 655360 5898240 10% /\n");
		reply(hosts, name, "load", "0.31 0.28 0.30 1/310 4711\n");
		reply(hosts, name, "cores", "4\n");
		reply(hosts, name, "memory", "MemTotal:       16384000 kB\nMemFree:         4096000 kB\nMemAvailable:    8192000 kB\n");
		/* All parameters have one answer here, so none of them is known. */
		fake_hosts_reply(hosts, &(struct fake_reply){ .host = i ? "mail2" : "mail1", .command = "postconf", .output = "", .status = 1 });
		reply(hosts, i ? "mail2" : "mail1", "dovecot-debug", "auth_debug_passwords = no\nauth_verbose_passwords = no\nauth_debug = no\nmail_debug = no\n");
	}
	reply(hosts, "mail1", "message", "*** ENVELOPE RECORDS ***\nsender: news@example.com\n*** MESSAGE CONTENTS ***\nSubject: News of the week\n*** HEADER EXTRACTED ***\n");
	fake_settings_answers(hosts);
	fake_limits_answers(hosts, engine->directory->settings.ucs);
	engine->live = live_open(engine->loop, hosts, &settings);
}

void fake_live_close(struct engine *engine)
{
	live_close(engine->live);
	hosts_close(engine->hosts);
}
