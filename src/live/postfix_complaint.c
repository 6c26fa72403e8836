/*
 * postfix_complaint: a table of what Postfix and sudo write, first match wins;
 * see postfix_complaint.h.  Pure; any thread.
 */
#include "live/postfix_complaint.h"

#include <stdio.h>
#include <string.h>

static const struct meaning {
	const char *words;                 /* in the complaint; NULL: any */
	int status;                        /* 0: any */
	enum error_kind kind;
	const char *cause, *remedy;
} meanings[] = {
	{ "password is required", 0, ERROR_REFUSED, "sudo asks for a password", "allow this one command without one in sudoers" },
	{ "not allowed to execute", 0, ERROR_REFUSED, "sudo does not allow it", "allow this one command in sudoers" },
	{ "is not allowed to view the mail queue", 0, ERROR_REFUSED, "this login may not see the queue",
		"add it to authorized_mailq_users in main.cf there" },
	{ "is not allowed to flush the mail queue", 0, ERROR_REFUSED, "this login may not have mail tried again",
		"add it to authorized_flush_users in main.cf there" },
	{ "reserved for the superuser", 0, ERROR_REFUSED, "only root may do this", "run as root, or set sudo for this server" },
	{ "unauthorized configuration directory", 0, ERROR_REFUSED, "Postfix does not allow this login that configuration directory",
		"name it in alternate_config_directories of the default main.cf there" },
	{ "malformed showq server response", 0, ERROR_UNREACHABLE, "Postfix was never started", "start it there (postfix start)" },
	{ "mail system is down", 0, ERROR_UNREACHABLE, "Postfix is not running, and without it only root can read the queue",
		"start it there (postfix start)" },
	{ "No such file or directory", 1, ERROR_NOT_FOUND, "there is no such message in the queue", "it was delivered or deleted; look again" },
	{ "Permission denied", 0, ERROR_REFUSED, "this login may not read it", "run as root, or set sudo for this server" },
	{ "missing '=' after attribute name", 0, ERROR_CONFIG, "Postfix's configuration has a mistake", "postfix check there says where" },
	{ "bad numerical configuration", 0, ERROR_CONFIG, "Postfix's configuration has a mistake", "postfix check there says where" },
	{ NULL, 127, ERROR_UNREACHABLE, "the program is not there", "install Postfix, or set its path for this server" },
	{ NULL, 0, ERROR_UNREACHABLE, "it failed", "try it there by hand" },
};

static const char *complaint_of(const struct host_answer *answer)
{
	return answer->complaint ? answer->complaint : "";
}

/* The last line without "postqueue: fatal: ": warnings about main.cf often stand before it. */
static void last_line(const char *complaint, char *out, size_t size)
{
	size_t length = strlen(complaint);
	const char *at, *level;

	while (length && strchr("\r\n ", complaint[length - 1]))
		length--;
	for (at = complaint + length; at > complaint && at[-1] != '\n'; )
		at--;
	length -= (size_t)(at - complaint);
	level = memmem(at, length, "fatal: ", 7);
	if (level) {
		length -= (size_t)(level + 7 - at);
		at = level + 7;
	}
	snprintf(out, size, "%.*s", length > 300 ? 300 : (int)length, at);
}

bool postfix_complaint(struct error *error, const char *server, const char *command, const struct host_answer *answer)
{
	const char *complaint = complaint_of(answer);
	const struct meaning *meaning = meanings;
	char line[320];

	while ((meaning->words && !strstr(complaint, meaning->words)) || (meaning->status && meaning->status != answer->status))
		meaning++;
	last_line(complaint, line, sizeof(line));
	return error_set(error, meaning->kind, "%s: %s: %s%s%s%s; %s [%s %d]", server, command, meaning->cause,
		line[0] ? " (" : "", line, line[0] ? ")" : "", meaning->remedy, command, answer->status);
}

bool postfix_is_down(const struct host_answer *answer)
{
	return strstr(complaint_of(answer), "Mail system is down -- accessing queue directly") != NULL;
}
