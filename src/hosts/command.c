/*
 * command: what may be run on a server, as a table of templates, and what may
 * stand in their holes.
 *
 * Adding a command is adding a row (and a line in packaging/sudoers where it
 * needs root).  Nothing here runs anything.  Pure, any thread.
 */
#include "hosts/hosts.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "hosts/hosts_private.h"

#define WORDS(...) (const char *const[]){ __VA_ARGS__, NULL }
#define HOLES(...) .holes = (const enum hole_type[]){ __VA_ARGS__ }, \
	.hole_count = sizeof((const enum hole_type[]){ __VA_ARGS__ }) / sizeof(enum hole_type)

const struct host_command host_commands[] = {
	/* Dovecot (dovecot 5 and 6). The API's who without separateConnections is not JSON. */
	{ "who", GROUP_DOVEADM, "doveadm", WORDS("-f", "tab", "who", "-1"), .root = true,
	  .method = "who", .parameters = "{\"separateConnections\":true}", .help = "Who is connected, a row for each connection." },
	{ "service-status", GROUP_DOVEADM, "doveadm", WORDS("-f", "tab", "service", "status"), .root = true,
	  .method = "serviceStatus", .parameters = "{}", .help = "How full each service of Dovecot is." },
	{ "process-status", GROUP_DOVEADM, "doveadm", WORDS("-f", "tab", "process", "status"), .root = true,
	  .method = "processStatus", .parameters = "{}", .help = "Room in each process of Dovecot." },
	{ "penalty", GROUP_DOVEADM, "doveadm", WORDS("-f", "tab", "penalty"), .root = true,
	  .method = "penalty", .parameters = "{}", .help = "Addresses that are kept waiting after wrong passwords." },
	{ "log-errors", GROUP_DOVEADM, "doveadm", WORDS("-f", "tab", "log", "errors"), .root = true,
	  .method = "logErrors", .parameters = "{}", .help = "The last warnings and errors of Dovecot." },
	{ "stats-dump", GROUP_DOVEADM, "doveadm", WORDS("-f", "tab", "stats", "dump"), .root = true,
	  .help = "Dovecot's own statistics, for how often the cache of logins helped." },
	/* Where a log goes to syslog, this writes a line of each level to find it again: only asked where none does. */
	{ "log-find", GROUP_DOVEADM, "doveadm", WORDS("log", "find"), .root = true, .help = "In which files Dovecot's lines arrive." },
	{ "log-test", GROUP_DOVEADM, "doveadm", WORDS("log", "test"), .root = true, .changes = true,
	  .help = "Writes a line of each level to Dovecot's logs." },
	{ "log-errors-since", GROUP_DOVEADM, "doveadm", WORDS("-f", "tab", "log", "errors", "-s", "%1"), HOLES(HOLE_TIME), .root = true,
	  .method = "logErrors", .parameters = "{\"since\":\"%1\"}", .help = "Warnings and errors of Dovecot after a time." },
	{ "quota-get", GROUP_DOVEADM, "doveadm", WORDS("-f", "tab", "quota", "get", "-u", "%1"), HOLES(HOLE_USER), .root = true,
	  .method = "quotaGet", .parameters = "{\"user\":\"%1\"}", .help = "How full the mailbox of one person is." },
	{ "mailbox-find", GROUP_DOVEADM, "doveadm", WORDS("-f", "tab", "search", "-u", "%1", "mailbox", "INBOX", "header", "Message-ID", "%2"),
	  HOLES(HOLE_USER, HOLE_MESSAGE_ID), .root = true, .method = "search",
	  .parameters = "{\"user\":\"%1\",\"query\":[\"mailbox\",\"INBOX\",\"header\",\"Message-ID\",\"%2\"]}",
	  .help = "Whether a test mail has arrived." },
	{ "kick", GROUP_DOVEADM, "doveadm", WORDS("kick", "%1"), HOLES(HOLE_USER), .root = true, .changes = true,
	  .method = "kick", .parameters = "{\"mask\":[\"%1\"]}", .help = "Ends all connections of one person." },
	{ "kick-from", GROUP_DOVEADM, "doveadm", WORDS("kick", "%1", "%2"), HOLES(HOLE_USER, HOLE_NETWORK), .root = true, .changes = true,
	  .method = "kick", .parameters = "{\"mask\":[\"%1\",\"%2\"]}", .help = "Ends the connections of one person from an address or network." },
	{ "cache-flush", GROUP_DOVEADM, "doveadm", WORDS("auth", "cache", "flush", "%1"), HOLES(HOLE_USER), .root = true, .changes = true,
	  .method = "authCacheFlush", .parameters = "{\"user\":[\"%1\"]}", .help = "Lets Dovecot ask the directory again about one person." },

	/* One person's mailbox. What is written is postroom's own script only, whose name is not free. */
	{ "sieve-list", GROUP_DOVEADM, "doveadm", WORDS("-f", "tab", "sieve", "list", "-u", "%1"), HOLES(HOLE_USER), .root = true,
	  .method = "sieveList", .parameters = "{\"user\":\"%1\"}", .help = "The filter scripts of one person, and which one is active." },
	{ "sieve-get", GROUP_DOVEADM, "doveadm", WORDS("-f", "tab", "sieve", "get", "-u", "%1", "%2"), HOLES(HOLE_USER, HOLE_SCRIPT), .root = true,
	  .method = "sieveGet", .parameters = "{\"user\":\"%1\",\"scriptname\":\"%2\"}",
	  .help = "One filter script: whether it answers mail, and what an absence says." },
	{ "sieve-activate", GROUP_DOVEADM, "doveadm", WORDS("sieve", "activate", "-u", "%1", "%2"), HOLES(HOLE_USER, HOLE_SCRIPT), .root = true,
	  .changes = true, .method = "sieveActivate", .parameters = "{\"user\":\"%1\",\"scriptname\":\"%2\"}",
	  .help = "Switches a filter script on." },
	{ "sieve-deactivate", GROUP_DOVEADM, "doveadm", WORDS("sieve", "deactivate", "-u", "%1"), HOLES(HOLE_USER), .root = true, .changes = true,
	  .method = "sieveDeactivate", .parameters = "{\"user\":\"%1\"}", .help = "Switches the filter script off; it stays." },
	{ "absence-put", GROUP_DOVEADM, "doveadm", WORDS("sieve", "put", "-u", "%1", "postroom-absence"), HOLES(HOLE_USER), .root = true,
	  .changes = true, .input_text = true, .method = "sievePut",
	  .parameters = "{\"user\":\"%1\",\"scriptname\":\"postroom-absence\",\"file\":\"%0\"}",
	  .help = "Writes the script that answers while somebody is away." },
	{ "absence-delete", GROUP_DOVEADM, "doveadm", WORDS("sieve", "delete", "-u", "%1", "postroom-absence"), HOLES(HOLE_USER), .root = true,
	  .changes = true, .method = "sieveDelete", .parameters = "{\"user\":\"%1\",\"scriptname\":[\"postroom-absence\"]}",
	  .help = "Takes that script away; an active one stays." },
	{ "acl-get", GROUP_DOVEADM, "doveadm", WORDS("-f", "tab", "acl", "get", "-u", "%1", "%2"), HOLES(HOLE_USER, HOLE_MAILBOX), .root = true,
	  .method = "aclGet", .parameters = "{\"user\":\"%1\",\"mailbox\":\"%2\"}", .help = "Who may do what in a folder of one person." },
	{ "acl-set", GROUP_DOVEADM, "doveadm", WORDS("acl", "set", "-u", "%1", "%2", "%3", "%4"),
	  HOLES(HOLE_USER, HOLE_MAILBOX, HOLE_WHO, HOLE_RIGHT), .many = true, .root = true, .changes = true, .method = "aclSet",
	  .parameters = "{\"user\":\"%1\",\"mailbox\":\"%2\",\"id\":\"%3\",\"right\":[\"%4\"]}",
	  .help = "Gives somebody exactly these rights in a folder." },
	{ "acl-delete", GROUP_DOVEADM, "doveadm", WORDS("acl", "delete", "-u", "%1", "%2", "%3"), HOLES(HOLE_USER, HOLE_MAILBOX, HOLE_WHO),
	  .root = true, .changes = true, .method = "aclDelete", .parameters = "{\"user\":\"%1\",\"mailbox\":\"%2\",\"id\":\"%3\"}",
	  .help = "Takes somebody's own rights in a folder away." },
	{ "folder-list", GROUP_DOVEADM, "doveadm", WORDS("-f", "tab", "mailbox", "list", "-u", "%1"), HOLES(HOLE_USER), .root = true,
	  .method = "mailboxList", .parameters = "{\"user\":\"%1\"}", .help = "The folders that one person sees." },
	{ "folder-sizes", GROUP_DOVEADM, "doveadm", WORDS("-f", "tab", "mailbox", "status", "-u", "%1", "messages vsize", "*"), HOLES(HOLE_USER),
	  .root = true, .method = "mailboxStatus",
	  .parameters = "{\"user\":\"%1\",\"field\":[\"messages\",\"vsize\"],\"mailboxMask\":[\"*\"]}",
	  .help = "How big the folders of one person are." },
	{ "quota-recalc", GROUP_DOVEADM, "doveadm", WORDS("quota", "recalc", "-u", "%1"), HOLES(HOLE_USER), .root = true, .changes = true,
	  .method = "quotaRecalc", .parameters = "{\"user\":\"%1\"}", .help = "Counts anew how much is in the mailbox of one person." },
	/* Asked for a password, doveadm reads it from standard input, terminal or not. */
	{ "auth-test", GROUP_DOVEADM, "doveadm", WORDS("auth", "test", "-x", "service=imap", "%1"), HOLES(HOLE_USER), .root = true, .changes = true,
	  .input_secret = true, .help = "Whether a login is accepted; the password goes by standard input." },
	{ "configuration", GROUP_DOVEADM, "doveconf",
	  WORDS("-S", "service", "protocols", "default_process_limit", "default_client_limit", "default_vsz_limit", "mail_max_userip_connections",
		"shutdown_clients", "auth_cache_size", "auth_cache_ttl"),
	  .help = "The effective limits of Dovecot's services; only these, since others are secrets." },
	{ "base-dir", GROUP_DOVEADM, "doveconf", WORDS("-h", "base_dir"), .help = "Where Dovecot keeps its sockets and the number of its master process." },
	{ "mail-location", GROUP_DOVEADM, "doveconf", WORDS("-h", "mail_location"), .help = "Where Dovecot keeps mail, for the disk that it fills." },
	{ "dovecot-version", GROUP_DOVEADM, "/usr/sbin/dovecot", WORDS("--version"), .help = "Which Dovecot is installed." },
	{ "userip", GROUP_DOVEADM, "doveconf", WORDS("-h", "-f", "protocol=imap", "mail_max_userip_connections"),
	  .help = "IMAP connections that one person may have from one address." },
	{ "userip-pop3", GROUP_DOVEADM, "doveconf", WORDS("-h", "-f", "protocol=pop3", "mail_max_userip_connections"),
	  .help = "POP3 connections that one person may have from one address." },
	{ "dovecot-debug", GROUP_DOVEADM, "doveconf", WORDS("auth_debug_passwords", "auth_verbose_passwords", "auth_debug", "mail_debug"),
	  .help = "Whether debug logging of Dovecot is left on." },

	/* Postfix (postfix 1, 3, 4). Ids of the queue go by standard input, never as ALL. */
	{ "queue", GROUP_POSTFIX, "postqueue", WORDS("-j"), .help = "Every message that waits." },
	{ "queue-hold", GROUP_POSTFIX, "postsuper", WORDS("-h", "-"), .root = true, .changes = true, .input_ids = true,
	  .help = "Puts messages on hold." },
	{ "queue-release", GROUP_POSTFIX, "postsuper", WORDS("-H", "-"), .root = true, .changes = true, .input_ids = true,
	  .help = "Releases messages from hold." },
	{ "queue-requeue", GROUP_POSTFIX, "postsuper", WORDS("-r", "-"), .root = true, .changes = true, .input_ids = true,
	  .help = "Puts messages through the queue again." },
	{ "queue-delete", GROUP_POSTFIX, "postsuper", WORDS("-d", "-"), .root = true, .changes = true, .input_ids = true,
	  .help = "Deletes messages." },
	{ "queue-expire", GROUP_POSTFIX, "postsuper", WORDS("-e", "-"), .root = true, .changes = true, .input_ids = true,
	  .help = "Returns messages to their senders at the next try." },
	{ "queue-retry", GROUP_POSTFIX, "postqueue", WORDS("-i", "%1"), HOLES(HOLE_QUEUE_ID), .changes = true,
	  .help = "Tries to deliver one message now." },
	{ "queue-retry-all", GROUP_POSTFIX, "postqueue", WORDS("-f"), .changes = true, .help = "Tries to deliver all that is deferred now." },
	{ "message", GROUP_POSTFIX, "postcat", WORDS("-q", "-e", "-h", "%1"), HOLES(HOLE_QUEUE_ID), .root = true,
	  .help = "Envelope and headers of one message." },
	{ "message-body", GROUP_POSTFIX, "postcat", WORDS("-q", "-e", "-h", "-b", "%1"), HOLES(HOLE_QUEUE_ID), .root = true,
	  .help = "One message in full." },
	{ "postconf", GROUP_POSTFIX, "postconf", WORDS("-h", "%1"), HOLES(HOLE_PARAMETER), .help = "One parameter of Postfix." },
	{ "postconf-set", GROUP_POSTFIX, "postconf", WORDS("-n"), .help = "The parameters that the files of Postfix set." },
	{ "postconf-defaults", GROUP_POSTFIX, "postconf", WORDS("-d"), .help = "The built-in values of all parameters of Postfix." },
	/* Never through sudo: a table may hold passwords, and this would tell them to whoever may only look. */
	{ "table-words", GROUP_POSTFIX, "postmap", WORDS("-q", "-", "%1"), HOLES(HOLE_TABLE), .input_domains = true,
	  .help = "Which mail domains a table of Postfix answers for." },
	{ "dovecot-values", GROUP_DOVEADM, "doveconf", WORDS("-S", "%1"), HOLES(HOLE_SETTING), .many = true,
	  .help = "Settings of Dovecot by name; none that is a secret." },
	{ "dovecot-defaults", GROUP_DOVEADM, "doveconf", WORDS("-d", "-S", "%1"), HOLES(HOLE_SETTING), .many = true,
	  .help = "The built-in values of settings of Dovecot." },

	/*
	 * Configuration as text, each line with its file and number. What may hold a password is not sent: of Dovecot's files no line
	 * with pass, secret, _key or nonce in it, but those that open a section and two that only say whether passwords are logged.
	 */
	{ "dovecot-lines", GROUP_MACHINE, "/usr/bin/grep", WORDS("-r", "-s", "-n", "-H", "-a", "-P", "--include=*.conf", "-e",
	  "^(?!.*(?i:pass|secret|_key|nonce))|\\{\\s*$|^\\s*auth_(debug|verbose)_passwords\\s*=", "--", "%1"), HOLES(HOLE_PATH), .many = true,
	  .help = "Where Dovecot's settings stand." },
	{ "lines", GROUP_MACHINE, "/usr/bin/grep", WORDS("-s", "-n", "-H", "-a", "-e", "", "--", "%1"), HOLES(HOLE_PATH), .many = true,
	  .help = "Where Postfix's parameters and UCR's variables stand." },
	{ "mailbox-settings", GROUP_MACHINE, "/usr/bin/grep", WORDS("-s", "-H", "-a", "-E", "-e", "^(hostname|mail/dovecot/mailbox/(rename|delete)): ", "--", "%1"),
	  HOLES(HOLE_PATH), .many = true, .help = "What UCR lets become of a mailbox whose address goes." },
	{ "table-lines", GROUP_MACHINE, "/usr/bin/grep", WORDS("-s", "-n", "-H", "-a", "-e", "", "--", "%1"), HOLES(HOLE_PATH), .many = true,
	  .help = "Tables of Postfix whose lines are settings and hold no secret." },
	{ "file", GROUP_MACHINE, "/usr/bin/cat", WORDS("--", "%1"), HOLES(HOLE_PATH),
	  .help = "A configuration file as it is, before it is changed." },

	/* The machine. */
	{ "disks", GROUP_MACHINE, "/usr/bin/df", WORDS("-P", "-B1", "--", "%1"), HOLES(HOLE_PATH), .many = true,
	  .help = "Space on the file systems that matter." },
	{ "inodes", GROUP_MACHINE, "/usr/bin/df", WORDS("-P", "-i", "--", "%1"), HOLES(HOLE_PATH), .many = true,
	  .help = "Inodes on the file systems that matter." },
	{ "dovecot-processes", GROUP_MACHINE, "/usr/bin/ps", WORDS("-e", "-w", "-w", "-o", "pid=,ppid=,rss=,args="), .help = "Which processes of Dovecot run, for their memory." },
	{ "dovecot-memory", GROUP_MACHINE, "/usr/bin/grep", WORDS("-s", "-H", "-e", "Private_Dirty:", "--", "%1"), HOLES(HOLE_PROCESS), .many = true, .root = true,
	  .help = "Memory that a process of Dovecot has to itself." },
	{ "process-limits", GROUP_MACHINE, "/usr/bin/grep", WORDS("-s", "-e", "^Max open files", "--", "%1"), HOLES(HOLE_PROCESS),
	  .help = "The open-files limit of Dovecot's master process." },
	{ "load", GROUP_MACHINE, "/usr/bin/cat", WORDS("/proc/loadavg"), .help = "The load of the machine." },
	{ "cores", GROUP_MACHINE, "/usr/bin/nproc", .help = "How many processors the machine has." },
	{ "memory", GROUP_MACHINE, "/usr/bin/cat", WORDS("/proc/meminfo"), .help = "Memory of the machine." },
	{ "processes", GROUP_MACHINE, "/usr/bin/ps", WORDS("-e", "-o", "pid=,ppid=,rss=,comm="), .help = "What runs, for the memory of Postfix' processes." },
	{ "process-memory", GROUP_MACHINE, "/usr/bin/grep", WORDS("-s", "-H", "-e", "^Private_", "--", "%1"), HOLES(HOLE_PATH), .many = true,
	  .help = "Memory that no other process has, of each of them." },
	{ "mail-log", GROUP_MACHINE, "/usr/bin/tail", WORDS("-n", "20000", "--", "%1"), HOLES(HOLE_PATH),
	  .help = "The end of a mail log, for greetings and for the cache of logins." },
	{ "mail-journal", GROUP_MACHINE, "/usr/bin/journalctl", WORDS("-q", "--no-pager", "-o", "short", "-n", "20000", "SYSLOG_FACILITY=2"),
	  .help = "The same where there is no such file." },
	{ "sockets", GROUP_MACHINE, "/usr/bin/cat", WORDS("/proc/net/tcp", "/proc/net/tcp6"),
	  .help = "Connections that the kernel knows, also those not logged in yet." },
	{ "age", GROUP_MACHINE, "/usr/bin/stat", WORDS("-L", "-c", "%%Y %%s %%n", "--", "%1"), HOLES(HOLE_PATH), .many = true,
	  .help = "When files were changed: seconds since 1970, size and name of each." },
	{ "listener", GROUP_MACHINE, "/usr/bin/tail", WORDS("-v", "-n", "1", "--", "%1"), HOLES(HOLE_PATH), .many = true,
	  .help = "How far the listener of a UCS server is." },
	{ "certificate", GROUP_MACHINE, "/usr/bin/openssl", WORDS("x509", "-noout", "-enddate", "-fingerprint", "-sha256", "-in", "%1"), HOLES(HOLE_PATH),
	  .help = "What a certificate file holds now, against what is served." },

	/* The mail log, as far as this login may read it; no root for that. */
	{ "log-lines", GROUP_MACHINE, "/usr/bin/grep", WORDS("-a", "-i", "-F", "-h", "-e", "%1", "-e", "%2", "--", "%3"),
	  HOLES(HOLE_NAME, HOLE_NAME, HOLE_PATH), .help = "Lines of a log that name a person." },
	{ "log-journal", GROUP_MACHINE, "/usr/bin/journalctl", WORDS("-q", "--no-pager", "-o", "short", "--since=-24h", "-n", "2000",
	  "--case-sensitive=no", "-g", "%1", "SYSLOG_FACILITY=2"), HOLES(HOLE_PATTERN), .help = "The same of the journal, of the last day." },

	/* Which SMTP sessions of a login are open: postroom there, since log and processes must be looked at together. */
	{ "smtp-sessions", GROUP_MACHINE, "postroom", WORDS("guardian", "smtp", "%1"), HOLES(HOLE_USER), .many = true, .root = true, .postfix = true,
	  .help = "Which SMTP sessions of a login are open." },
	{ "smtp-end", GROUP_MACHINE, "postroom", WORDS("guardian", "smtp-end", "%1"), HOLES(HOLE_USER), .many = true, .root = true, .changes = true,
	  .postfix = true, .help = "Ends the open SMTP sessions of a login." },

	/* Services that a change of theirs needs restarted; which, the table of the catalogue says. */
	{ "systemd", GROUP_MACHINE, "/usr/bin/test", WORDS("-d", "/run/systemd/system"), .help = "Whether systemd runs the services." },
	{ "service-state", GROUP_MACHINE, "/usr/bin/systemctl", WORDS("show", "--property=LoadState", "--property=ActiveState", "%1"), HOLES(HOLE_SERVICE),
	  .help = "Whether a service is there and runs." },
	{ "service-restart", GROUP_MACHINE, "/usr/bin/systemctl", WORDS("restart", "%1"), HOLES(HOLE_SERVICE), .root = true, .changes = true,
	  .help = "Ends a service and starts it again." },
	{ "system-build", GROUP_MACHINE, "/run/current-system/sw/bin/fc-manage", WORDS("--build"), .root = true, .changes = true,
	  .help = "Builds a machine of Flying Circus from its configuration." },

	/* Files under a timer: postroom there, see settings/guardian.h. The change goes by standard input. */
	{ "guardian-look", GROUP_MACHINE, "postroom", WORDS("guardian", "look"), .root = true,
	  .help = "Which change of a server's files waits to be confirmed." },
	{ "guardian-logins", GROUP_MACHINE, "postroom", WORDS("guardian", "logins", "%1"), HOLES(HOLE_PATH), .root = true, .postfix = true,
	  .help = "Which logins a table of Postfix holds, without their passwords." },
	{ "guardian-status", GROUP_MACHINE, "postroom", WORDS("guardian", "status"), .root = true, .changes = true,
	  .help = "Which change of a server's files waits to be confirmed; one whose guardian has died goes back." },
	{ "guardian-apply", GROUP_MACHINE, "postroom", WORDS("guardian", "apply"), .root = true, .changes = true, .input_change = true,
	  .help = "Installs files of a service under a timer." },
	{ "guardian-confirm", GROUP_MACHINE, "postroom", WORDS("guardian", "confirm", "%1"), HOLES(HOLE_CHANGE), .root = true, .changes = true,
	  .help = "Keeps the files that wait to be confirmed." },
	{ "guardian-rollback", GROUP_MACHINE, "postroom", WORDS("guardian", "rollback", "%1"), HOLES(HOLE_CHANGE), .root = true, .changes = true,
	  .help = "Puts the old files back before the time is over." },
	{ "guardian-more", GROUP_MACHINE, "postroom", WORDS("guardian", "more", "%1", "%2"), HOLES(HOLE_CHANGE, HOLE_TIME), .root = true,
	  .changes = true, .help = "More time before the old files come back." },
	{ .name = NULL },
};

const struct host_command *host_command_find(const char *name)
{
	const struct host_command *command;

	for (command = host_commands; command->name; command++)
		if (!strcmp(command->name, name))
			return command;
	return NULL;
}

/* --- what fits a hole ------------------------------------------------------------------------ */

static bool only(const char *value, const char *more, size_t least, size_t most)
{
	size_t length = strlen(value), i;

	if (length < least || length > most)
		return false;
	for (i = 0; i < length; i++) {
		char c = value[i];

		if (!(c >= '0' && c <= '9') && !(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z') && !strchr(more, c))
			return false;
	}
	return true;
}

static bool digits(const char *value)
{
	return *value && strlen(value) <= 12 && strspn(value, "0123456789") == strlen(value);
}

/* "192.0.2.1", "2001:db8::1", either with /bits. */
static bool is_network(const char *value)
{
	char address[64];
	const char *slash = strchr(value, '/');
	size_t length = slash ? (size_t)(slash - value) : strlen(value);
	unsigned char bytes[16];
	int most = 32;

	if (length >= sizeof(address))
		return false;
	snprintf(address, sizeof(address), "%.*s", (int)length, value);
	if (inet_pton(AF_INET, address, bytes) != 1) {
		most = 128;
		if (inet_pton(AF_INET6, address, bytes) != 1)
			return false;
	}
	return !slash || (digits(slash + 1) && strlen(slash + 1) <= 3 && atoi(slash + 1) <= most);
}

static bool no_controls(const char *value, size_t most)
{
	size_t i;

	for (i = 0; value[i]; i++)
		if ((unsigned char)value[i] < ' ' || value[i] == 127)
			return false;
	return i > 0 && i <= most && value[0] != '-';
}

/* What doveadm would take as a network or as a mask is nobody's name (dovecot 5.1). */
static bool is_user(const char *value)
{
	return no_controls(value, 512) && utf8_valid(value, strlen(value)) && !strpbrk(value, " *?") && !is_network(value);
}

/* Switches that only tell whether passwords are logged are no secrets. */
static bool is_setting(const char *value)
{
	static const char *const secrets[] = { "pass", "secret", "_key", "nonce", NULL };

	if (!only(value, "_/-", 1, 200) || value[0] == '-' || !strncmp(value, "passdb", 6))
		return false;
	if (!strcmp(value, "auth_debug_passwords") || !strcmp(value, "auth_verbose_passwords"))
		return true;
	for (size_t i = 0; secrets[i]; i++)
		if (strstr(value, secrets[i]))
			return false;
	return true;
}

static bool is_script(const char *value)
{
	return no_controls(value, 250) && utf8_valid(value, strlen(value)) && value[0] != '.' && !strchr(value, '/');
}

static bool is_who(const char *value)
{
	if (!strcmp(value, "anyone") || !strcmp(value, "authenticated"))
		return true;
	if (!strncmp(value, "user=", 5))
		return is_user(value + 5);
	return !strncmp(value, "group=", 6) && no_controls(value + 6, 500) && utf8_valid(value, strlen(value));
}

static bool is_right(const char *value)
{
	static const char *const rights[] = { "lookup", "read", "write", "write-seen", "write-deleted", "insert", "post", "expunge", "create", "delete",
		"admin" };

	for (size_t i = 0; i < sizeof(rights) / sizeof(rights[0]); i++)
		if (!strcmp(rights[i], value))
			return true;
	return false;
}

static bool is_name(const char *value)
{
	return strlen(value) >= 3 && no_controls(value, 500);
}

/* One text, or several with | between them, in which nothing else means anything. */
static bool is_pattern(const char *value)
{
	for (size_t i = 0; value[i]; i++) {
		unsigned char c = (unsigned char)value[i];

		if (c == '\\' && ispunct((unsigned char)value[i + 1]))
			i++;
		else if (!isalnum(c) && c < 0x80 && !strchr("@_-|", c))
			return false;
	}
	return strlen(value) >= 3 && strlen(value) <= 2000 && value[0] != '-';
}

/* "ldap:/etc/postfix/ldap.domains": a type that reads a file by itself. */
static bool is_table(const char *value)
{
	static const char *const types[] = { "hash", "btree", "lmdb", "cdb", "dbm", "texthash", "regexp", "pcre", "cidr", "ldap", "pgsql", "mysql", "sqlite", NULL };
	const char *colon = strchr(value, ':');

	for (size_t i = 0; colon && types[i]; i++)
		if (strlen(types[i]) == (size_t)(colon - value) && !strncmp(types[i], value, (size_t)(colon - value)))
			return colon[1] == '/' && no_controls(colon + 1, 4000) && !strpbrk(colon + 1, " ,") && !strstr(colon, "/../");
	return false;
}

static bool is_path(const char *value)
{
	return value[0] == '/' && no_controls(value, 4000) && !strstr(value, "/../");
}

/* "/proc/123/smaps_rollup" */
static bool is_process(const char *value)
{
	const char *number, *name;

	if (strncmp(value, "/proc/", 6) != 0)
		return false;
	number = value + 6;
	name = number + strspn(number, "0123456789");
	return name > number && *name == '/' && only(name + 1, "_", 1, 30);
}

static bool fits(enum hole_type type, const char *value)
{
	switch (type) {
	case HOLE_USER: return is_user(value);
	case HOLE_NETWORK: return is_network(value);
	case HOLE_QUEUE_ID: return only(value, "", 6, 20);
	case HOLE_SERVICE: return only(value, "-", 1, 64) && value[0] != '-';
	case HOLE_PARAMETER: return only(value, "_", 1, 100);
	case HOLE_SETTING: return is_setting(value);
	case HOLE_PATH: return is_path(value);
	case HOLE_TIME: return digits(value);
	case HOLE_MAILBOX: return no_controls(value, 1000) && utf8_valid(value, strlen(value));
	case HOLE_TABLE: return is_table(value);
	case HOLE_PROCESS: return is_process(value);
	case HOLE_CHANGE: return only(value, "-", 1, 100) && value[0] != '-';
	case HOLE_MESSAGE_ID: return only(value, "<>@._+=-", 3, 250) && value[0] != '-';
	case HOLE_SCRIPT: return is_script(value);
	case HOLE_WHO: return is_who(value);
	case HOLE_RIGHT: return is_right(value);
	case HOLE_NAME: return is_name(value);
	case HOLE_PATTERN: return is_pattern(value);
	}
	return false;
}

static const char *words_of(enum hole_type type)
{
	static const char *const words[] = {
		[HOLE_USER] = "a login or address, without blanks, * and ?", [HOLE_NETWORK] = "an address, or address/bits",
		[HOLE_QUEUE_ID] = "a queue id: 6 to 20 letters and digits", [HOLE_SERVICE] = "the name of a service of Dovecot",
		[HOLE_PARAMETER] = "the name of a parameter of Postfix", [HOLE_PATH] = "an absolute path",
		[HOLE_SETTING] = "the name of a setting of Dovecot that is no secret",
		[HOLE_TIME] = "a number of seconds", [HOLE_MAILBOX] = "the name of a mailbox", [HOLE_MESSAGE_ID] = "a message id",
		[HOLE_CHANGE] = "the id of a change: letters, digits and hyphens",
		[HOLE_SCRIPT] = "the name of a filter script", [HOLE_WHO] = "user=NAME, group=NAME, anyone or authenticated",
		[HOLE_RIGHT] = "a right that Dovecot knows", [HOLE_NAME] = "at least three letters to look for", [HOLE_PATTERN] = "a pattern of names",
		[HOLE_TABLE] = "a table of Postfix with its type and an absolute path",
		[HOLE_PROCESS] = "/proc, a number and a name",
	};

	return words[type];
}

/* Ids one a line, each of which fits; "ALL" is too short to be one. */
static bool ids_fit(const char *input, size_t length, struct error *error)
{
	size_t at = 0;

	if (!input || !length)
		return error_set(error, ERROR_INVALID, "no queue id was given");
	while (at < length) {
		const char *end = memchr(input + at, '\n', length - at);
		size_t size = end ? (size_t)(end - input) - at : length - at;
		char id[32] = "";

		if (size < sizeof(id))
			memcpy(id, input + at, size);
		if (size >= sizeof(id) || strlen(id) != size || !fits(HOLE_QUEUE_ID, id))
			return error_set(error, ERROR_INVALID, "\"%.*s\" is not %s", size > 60 ? 60 : (int)size, input + at, words_of(HOLE_QUEUE_ID));
		at += size + 1;
	}
	return true;
}

/* Names of domains one a line. */
static bool domains_fit(const char *input, size_t length, struct error *error)
{
	size_t at = 0;

	if (!input || !length)
		return error_set(error, ERROR_INVALID, "no domain was given");
	while (at < length) {
		const char *end = memchr(input + at, '\n', length - at);
		size_t size = end ? (size_t)(end - input) - at : length - at;
		char name[256] = "";

		if (size < sizeof(name))
			memcpy(name, input + at, size);
		if (size >= sizeof(name) || strlen(name) != size || !only(name, "-._", 1, 255) || name[0] == '-')
			return error_set(error, ERROR_INVALID, "\"%.*s\" is not the name of a domain", size > 60 ? 60 : (int)size, input + at);
		at += size + 1;
	}
	return true;
}

bool command_fits(const struct host_command *command, const char *const *holes, size_t hole_count,
		const char *input, size_t input_length, struct error *error)
{
	size_t i;

	if (hole_count != command->hole_count && !(command->many && hole_count > command->hole_count))
		return error_set(error, ERROR_INTERNAL, "%s takes %zu values and got %zu", command->name, command->hole_count, hole_count);
	for (i = 0; i < hole_count; i++) {
		enum hole_type type = command->holes[i < command->hole_count ? i : command->hole_count - 1];

		if (!holes[i] || !fits(type, holes[i]))
			return error_set(error, ERROR_INVALID, "\"%.200s\" is not possible for %s; it must be %s",
				holes[i] ? holes[i] : "", command->name, words_of(type));
	}
	if (command->input_ids)
		return ids_fit(input, input_length, error);
	if (command->input_domains)
		return domains_fit(input, input_length, error);
	if (command->input_change)
		return (input && input_length > 0 && input[0] == '{') || error_set(error, ERROR_INTERNAL, "%s takes a change as JSON", command->name);
	if (command->input_text)
		return (input && input_length > 0 && utf8_valid(input, input_length) && !memchr(input, '\0', input_length)) ||
			error_set(error, ERROR_INVALID, "%s takes text, in UTF-8", command->name);
	/* No part of it is repeated. */
	if (command->input_secret)
		return (input && input_length > 1 && memchr(input, '\n', input_length) == input + input_length - 1) ||
			error_set(error, ERROR_INVALID, "%s takes a password of one line", command->name);
	return !input || error_set(error, ERROR_INTERNAL, "%s takes no input", command->name);
}
