/*
 * answer: what a program or the API meant that ran and failed, as a sentence.
 *
 * One table of marks for all sources and stores, so that the same fault has the
 * same words everywhere (dovecot 5, postfix 3 and 4).  Pure, any thread.
 */
#include <stdio.h>
#include <string.h>

#include "hosts/hosts.h"

/* A mark on standard error, and what it means for a person. First match counts. */
static const struct meaning {
	const char *mark;
	enum error_kind kind;
	const char *sentence;
} meanings[] = {
	{ "sudo: a password is required", ERROR_REFUSED, "sudo asks for a password: add this command to sudoers with NOPASSWD (see postroom.conf(5))" },
	{ "sudo: a terminal is required", ERROR_REFUSED, "sudo asks for a password: add this command to sudoers with NOPASSWD (see postroom.conf(5))" },
	{ "is not in the sudoers file", ERROR_REFUSED, "sudo refuses: this user has no lines in sudoers (see postroom.conf(5))" },
	{ "is not allowed to execute", ERROR_REFUSED, "sudo refuses: this command is missing in sudoers (see postroom.conf(5))" },
	{ "Permission denied", ERROR_REFUSED, "permission denied: it needs root; set sudo = yes, use the doveadm API, or open the socket (postroom.conf(5))" },
	{ "reserved for the superuser", ERROR_REFUSED, "it needs root; set sudo = yes in the section server" },
	{ "is not allowed to view the mail queue", ERROR_REFUSED, "this user may not look at the queue: see authorized_mailq_users of Postfix" },
	{ "is not allowed to flush the mail queue", ERROR_REFUSED, "this user may not retry mail: see authorized_flush_users of Postfix" },
	{ "unauthorized configuration directory", ERROR_REFUSED, "Postfix does not take this configuration directory from anybody but root" },
	{ "Dovecot is not running", ERROR_UNREACHABLE, "Dovecot does not run" },
	{ "Connection refused", ERROR_UNREACHABLE, "the mail system does not run (nobody listens on its socket)" },
	{ "mail system is down", ERROR_UNREACHABLE, "Postfix does not run" },
	{ "No such file or directory", ERROR_UNREACHABLE, "the mail system does not run, or is not installed here" },
	{ "User doesn't exist", ERROR_NOT_FOUND, "the mail server does not know this user" },
	{ "User not found", ERROR_NOT_FOUND, "the mail server does not know this user" },
	{ "Error in configuration", ERROR_CONFIG, "its configuration has a mistake" },
	{ "command not found", ERROR_UNSUPPORTED, "the program is not installed there" },
};

/* The line that says most: the last one that is no warning. */
static void last_line(const char *complaint, char *line, size_t size)
{
	const char *at = complaint;

	line[0] = '\0';
	while (*at) {
		size_t length = strcspn(at, "\n");

		if (length > 0 && (!line[0] || !strstr(at, "Warning") || strstr(at, "Warning") > at + length))
			snprintf(line, size, "%.*s", (int)(length < size ? length : size - 1), at);
		at += length + (at[length] == '\n');
	}
}

static const struct meaning *meaning_of(const char *complaint)
{
	size_t i;

	for (i = 0; i < sizeof(meanings) / sizeof(meanings[0]); i++)
		if (strstr(complaint, meanings[i].mark))
			return &meanings[i];
	return NULL;
}

/* Codes of doveadm that mean the same by every way (dovecot 5). */
static const struct { int status; enum error_kind kind; const char *sentence; } doveadm_codes[] = {
	{ 67, ERROR_NOT_FOUND, "the mail server does not know this user" },
	{ 68, ERROR_NOT_FOUND, "nothing was found" },
	{ 64, ERROR_UNSUPPORTED, "this version does not know the command like that" },
	{ 75, ERROR_UNREACHABLE, "the mail server could not do it for the moment; its log says why" },
	{ 89, ERROR_CONFIG, "its configuration has a mistake" },
	{ 127, ERROR_UNSUPPORTED, "the program is not installed there" },
	{ 126, ERROR_REFUSED, "the program may not be started there" },
};

bool host_answer_good(const struct host_settings *settings, const char *command, const struct host_answer *answer, struct error *error)
{
	const struct meaning *meaning;
	char line[300];
	size_t i;

	if (answer->error.kind != ERROR_NONE) {
		if (error)
			*error = answer->error;
		return false;
	}
	if (answer->cut)
		return error_set(error, ERROR_UNREACHABLE, "%s: %s said more than is read and was ended", settings->name, command);
	if (answer->status == 0)
		return true;
	last_line(answer->complaint, line, sizeof(line));
	meaning = meaning_of(answer->complaint);
	if (meaning)
		return error_set(error, meaning->kind, "%s: %s: %s [%s%s%d]", settings->name, command, meaning->sentence,
			line, line[0] ? "; " : "", answer->status);
	for (i = 0; i < sizeof(doveadm_codes) / sizeof(doveadm_codes[0]); i++)
		if (doveadm_codes[i].status == answer->status)
			return error_set(error, doveadm_codes[i].kind, "%s: %s: %s [%s%s%d]", settings->name, command,
				doveadm_codes[i].sentence, line, line[0] ? "; " : "", answer->status);
	return error_set(error, ERROR_UNREACHABLE, "%s: %s failed: %s [%d]", settings->name, command,
		line[0] ? line : "it does not say why", answer->status);
}
