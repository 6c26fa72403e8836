/*
 * ssh_words: what ssh says on standard error when it fails, as a sentence that
 * names the server and what to do.
 *
 * Rows of mark and sentence, first match counts; without a match ssh's own last
 * line is told.  Pure, any thread.
 */
#include <stdio.h>
#include <string.h>

#include "hosts/hosts_private.h"

static const struct {
	const char *mark;
	enum error_kind kind;
	const char *sentence;              /* after "mail1: ssh to TARGET: " */
} rows[] = {
	{ "IDENTIFICATION HAS CHANGED", ERROR_REFUSED, "the host key is another than the known one: somebody may be in between, or the machine "
		"was installed anew; compare the key, then remove the old one with ssh-keygen -R" },
	{ "host key is known", ERROR_REFUSED, "its host key is not known yet: log in by hand once and compare it, or name known_hosts in the section server" },
	{ "Host key verification failed", ERROR_REFUSED, "its host key is not known or has changed: log in by hand once and compare it" },
	{ "UNPROTECTED PRIVATE KEY", ERROR_CONFIG, "the private key may be read by others: chmod 600" },
	{ "Too many authentication failures", ERROR_REFUSED, "too many keys were tried: name the right one as ssh_key in the section server" },
	{ "Permission denied (", ERROR_REFUSED, "the server does not take our key, or it asks for a password, which the console never gives: "
		"put the public key into authorized_keys there, or name another as ssh_key" },
	{ "Could not resolve hostname", ERROR_UNREACHABLE, "the name is not known: correct ssh in the section server, or the name service" },
	{ "No route to host", ERROR_UNREACHABLE, "there is no way to it in the network" },
	{ "Network is unreachable", ERROR_UNREACHABLE, "there is no way to it in the network" },
	{ "Connection refused", ERROR_UNREACHABLE, "nobody listens on its ssh port: is sshd running, is the port right?" },
	{ "timed out", ERROR_TIMEOUT, "no answer: the machine is down, or a firewall is in between" },
	{ "Connection closed by", ERROR_UNREACHABLE, "the server ended the connection at once: its log says why" },
	{ "Connection reset", ERROR_UNREACHABLE, "the server ended the connection at once: its log says why" },
	{ "Broken pipe", ERROR_UNREACHABLE, "the connection broke" },
	{ "Bad configuration option", ERROR_CONFIG, "the ssh configuration has a mistake" },
	{ "Bad owner or permissions", ERROR_CONFIG, "the ssh configuration may be written by others" },
};

static void last_line(const char *complaint, char *line, size_t size)
{
	const char *at = complaint;

	line[0] = '\0';
	while (*at) {
		size_t length = strcspn(at, "\r\n");

		if (length > 0)
			snprintf(line, size, "%.*s", (int)(length < size ? length : size - 1), at);
		at += length + strspn(at + length, "\r\n");
	}
}

bool ssh_may_have_run(const char *complaint)
{
	/* All that ssh can say once it is connected; the other rows tell why it never was. */
	static const char *const later[] = { "timed out", "Connection closed by", "Connection reset", "Broken pipe" };
	size_t i, j;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (!strstr(complaint, rows[i].mark))
			continue;
		for (j = 0; j < sizeof(later) / sizeof(later[0]); j++)
			if (!strcmp(rows[i].mark, later[j]))
				return true;
		return false;
	}
	return true;
}

void ssh_explain(const struct host_settings *settings, const char *complaint, struct error *error)
{
	char line[200];
	size_t i;

	last_line(complaint, line, sizeof(line));
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (strstr(complaint, rows[i].mark)) {
			error_set(error, rows[i].kind, "%s: ssh to %s: %s [%s]", settings->name, settings->ssh_target, rows[i].sentence, line);
			return;
		}
	error_set(error, ERROR_UNREACHABLE, "%s: ssh to %s failed: %s [%d]", settings->name, settings->ssh_target,
		line[0] ? line : "it does not say why", 255);
}
