/*
 * answer: what a program or the API meant that ran and failed, as a sentence
 * with the server, the cause and what to do.
 *
 * One table for all sources and stores and for the API's own errors, so that
 * the same fault has the same words everywhere.  Facts: dovecot 4.1 (anvil
 * full), 5 (exit codes, permissions, a server that is down) and 6 (types of the
 * API's errors), postfix 3 and 4.  Pure, any thread.
 */
#include <stdio.h>
#include <string.h>

#include "hosts/hosts_private.h"

/* Whose words: bits, since sudo and a missing program are the same to all. */
enum { OF_DOVECOT = 1, OF_POSTFIX = 2, OF_MACHINE = 4, OF_API = 8, OF_PROGRAM = OF_DOVECOT | OF_POSTFIX | OF_MACHINE };

/* First match counts. */
static const struct meaning {
	unsigned of;
	const char *mark;                  /* stands in what it said; NULL: any */
	int status;                        /* 0: any */
	enum error_kind kind;
	const char *cause, *remedy;
} meanings[] = {
	{ OF_PROGRAM, "password is required", 0, ERROR_REFUSED, "sudo asks for a password",
		"allow this one command without one in sudoers (see postroom.conf(5))" },
	{ OF_PROGRAM, "terminal is required", 0, ERROR_REFUSED, "sudo asks for a password",
		"allow this one command without one in sudoers (see postroom.conf(5))" },
	{ OF_PROGRAM, "is not in the sudoers file", 0, ERROR_REFUSED, "sudo does not know this login",
		"allow it this one command in sudoers (see postroom.conf(5))" },
	{ OF_PROGRAM, "not allowed to execute", 0, ERROR_REFUSED, "sudo does not allow it",
		"allow this one command in sudoers (see postroom.conf(5))" },
	{ OF_PROGRAM, "command not found", 0, ERROR_UNSUPPORTED, "the program is not there", "install it, or set its path for this server" },
	{ OF_PROGRAM, NULL, 127, ERROR_UNSUPPORTED, "the program is not there", "install it, or set its path for this server" },
	{ OF_PROGRAM, NULL, 126, ERROR_REFUSED, "the program may not be started", "look at its mode there" },

	{ OF_DOVECOT, "Error reading configuration", 0, ERROR_CONFIG, "Dovecot's configuration cannot be read",
		"look at dovecot_config of this server, or mend it there" },
	{ OF_DOVECOT, "Permission denied", 0, ERROR_REFUSED, "this login may not ask Dovecot",
		"run as root, set sudo for this server, use the doveadm API, or open the socket (see postroom.conf(5))" },
	{ OF_DOVECOT, "Connection reset by peer", 0, ERROR_UNREACHABLE, "Dovecot dropped the question, its client_limit is probably reached",
		"look at the services, and raise client_limit of anvil" },
	{ OF_DOVECOT, "Connection refused", 0, ERROR_UNREACHABLE, "Dovecot is not running", "start it there" },
	{ OF_DOVECOT, "No such file or directory", 75, ERROR_UNREACHABLE, "Dovecot is not running", "start it there" },
	{ OF_DOVECOT, "Dovecot is not running", 0, ERROR_UNREACHABLE, "Dovecot is not running", "start it there" },
	{ OF_DOVECOT, "User doesn't exist", 0, ERROR_NOT_FOUND, "the mail server does not know this user", "look at the address" },
	{ OF_DOVECOT, "User not found", 0, ERROR_NOT_FOUND, "the mail server does not know this user", "look at the address" },
	{ OF_DOVECOT, "Unknown command", 0, ERROR_UNSUPPORTED, "Dovecot there does not know this command", "load the plugin that brings it" },
	{ OF_DOVECOT, "Error in configuration", 0, ERROR_CONFIG, "Dovecot's configuration has a mistake", "mend it there; doveconf -n shows it" },

	{ OF_POSTFIX, "is not allowed to view the mail queue", 0, ERROR_REFUSED, "this login may not see the queue",
		"add it to authorized_mailq_users in main.cf there" },
	{ OF_POSTFIX, "is not allowed to flush the mail queue", 0, ERROR_REFUSED, "this login may not have mail tried again",
		"add it to authorized_flush_users in main.cf there" },
	{ OF_POSTFIX, "reserved for the superuser", 0, ERROR_REFUSED, "only root may do this", "run as root, or set sudo for this server" },
	{ OF_POSTFIX, "unauthorized configuration directory", 0, ERROR_REFUSED, "Postfix does not allow this login that configuration directory",
		"name it in alternate_config_directories of the default main.cf there" },
	{ OF_POSTFIX, "malformed showq server response", 0, ERROR_UNREACHABLE, "Postfix was never started", "start it there (postfix start)" },
	{ OF_POSTFIX, "mail system is down", 0, ERROR_UNREACHABLE, "Postfix is not running, and without it only root can read the queue",
		"start it there (postfix start)" },
	{ OF_POSTFIX, "No such file or directory", 1, ERROR_NOT_FOUND, "there is no such message in the queue",
		"it was delivered or deleted; look again" },
	{ OF_POSTFIX, "Permission denied", 0, ERROR_REFUSED, "this login may not read it", "run as root, or set sudo for this server" },
	{ OF_POSTFIX, "missing '=' after attribute name", 0, ERROR_CONFIG, "Postfix's configuration has a mistake", "postfix check there says where" },
	{ OF_POSTFIX, "bad numerical configuration", 0, ERROR_CONFIG, "Postfix's configuration has a mistake", "postfix check there says where" },

	{ OF_MACHINE, "Permission denied", 0, ERROR_REFUSED, "this login may not read it", "run as root, or allow it to read this there" },
	{ OF_MACHINE, "No such file or directory", 0, ERROR_NOT_FOUND, "there is no such file", "correct its path for this server" },

	/* Of the API only the type of the error comes; why stands in Dovecot's log. */
	{ OF_API, "unAuthorized", 0, ERROR_REFUSED, "the doveadm API does not allow this command", "add it to doveadm_allowed_commands there" },
	{ OF_API, "unknownMethod", 0, ERROR_UNSUPPORTED, "the doveadm API there does not know this command", "use exec or ssh for this server" },
	{ OF_API, "invalidRequest", 0, ERROR_UNSUPPORTED, "the doveadm API there does not know these parameters", "use exec or ssh for this server" },

	/* Codes of doveadm, the same by every way. */
	{ OF_DOVECOT | OF_API, NULL, 67, ERROR_NOT_FOUND, "the mail server does not know this user", "look at the address" },
	{ OF_DOVECOT | OF_API, NULL, 68, ERROR_NOT_FOUND, "nothing was found", "look again" },
	{ OF_DOVECOT, NULL, 64, ERROR_UNSUPPORTED, "Dovecot there does not know the command like that", "try it there by hand" },
	{ OF_DOVECOT, NULL, 75, ERROR_UNREACHABLE, "Dovecot could not do it for the moment", "its log there says why" },
	{ OF_DOVECOT | OF_API, NULL, 89, ERROR_CONFIG, "Dovecot's configuration has a mistake", "mend it there; doveconf -n shows it" },
	{ OF_API, NULL, 0, ERROR_UNREACHABLE, "the doveadm API could not do it", "Dovecot's log there says why" },
	{ OF_PROGRAM, NULL, 0, ERROR_UNREACHABLE, "it failed", "try it there by hand" },
};

static unsigned whose(const char *command, const struct host_answer *answer)
{
	static const unsigned of[HOST_GROUPS] = {
		[GROUP_DOVEADM] = OF_DOVECOT, [GROUP_POSTFIX] = OF_POSTFIX, [GROUP_MACHINE] = OF_MACHINE,
	};
	const struct host_command *row = host_command_find(command);

	return answer->form == FORM_JSON ? OF_API : row ? of[row->group] : OF_MACHINE;
}

static const char *said(const struct host_answer *answer)
{
	return answer->complaint ? answer->complaint : "";
}

static const struct meaning *meaning_of(unsigned of, const struct host_answer *answer)
{
	const struct meaning *meaning = meanings;

	/* The last two rows match everything, so that there is an end. */
	while (!(meaning->of & of) || (meaning->status && meaning->status != answer->status) ||
	       (meaning->mark && !strstr(said(answer), meaning->mark)))
		meaning++;
	return meaning;
}

/* Without "doveadm(anna): Fatal: " and the like. */
static const char *without_level(const char *at, size_t *length)
{
	static const char *const levels[] = { "Fatal: ", "fatal: ", "Error: ", "error: ", "Warning: ", "warning: " };
	size_t i;

	for (i = 0; i < sizeof(levels) / sizeof(levels[0]); i++) {
		const char *level = memmem(at, *length, levels[i], strlen(levels[i]));

		if (!level)
			continue;
		level += strlen(levels[i]);
		*length -= (size_t)(level - at);
		return level;
	}
	return at;
}

/* The line that says most: the last one that is no warning, since warnings about a configuration often stand around it. */
static void telling_line(const char *complaint, char *line, size_t size)
{
	const char *at = complaint, *best = "";
	size_t best_length = 0;

	while (*at) {
		size_t length = strcspn(at, "\r\n");
		bool warning = memmem(at, length, "arning: ", 8) != NULL;

		if (length > 0 && (!best_length || !warning)) {
			best = at;
			best_length = length;
		}
		at += length + strspn(at + length, "\r\n");
	}
	best = without_level(best, &best_length);
	snprintf(line, size, "%.*s", (int)(best_length < size ? best_length : size - 1), best);
}

bool answer_explain(const struct host_settings *settings, const char *command, const struct host_answer *answer, struct error *error)
{
	const struct meaning *meaning = meaning_of(whose(command, answer), answer);
	char line[300];

	telling_line(said(answer), line, sizeof(line));
	error_set(error, meaning->kind, "%s: %s: %s; %s%s%s [%d]", settings->name, command, meaning->cause, meaning->remedy,
		line[0] ? ": " : "", line, answer->status);
	if (error)
		error->code = answer->status;
	return false;
}

bool host_answer_good(const struct host_settings *settings, const char *command, const struct host_answer *answer, struct error *error)
{
	if (answer->error.kind != ERROR_NONE) {
		if (error)
			*error = answer->error;
		return false;
	}
	/* A program whose output was cut was ended for it, so its status says nothing. */
	if (answer->cut)
		return error_set(error, ERROR_UNSUPPORTED, "%s: %s said more than is read and was ended", settings->name, command);
	if (answer->status == 0 && !(answer->form == FORM_JSON && *said(answer)))
		return true;
	return answer_explain(settings, command, answer, error);
}
