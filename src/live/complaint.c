/*
 * complaint: exit status and standard error as a sentence; see complaint.h.
 *
 * A table of words that stand in what Dovecot and sudo write, first match
 * wins.  Pure; any thread.
 */
#include "live/complaint.h"

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
	{ "Error reading configuration", 0, ERROR_UNREACHABLE, "Dovecot's configuration cannot be read",
		"look at dovecot_config of this server, or mend it there" },
	{ "Permission denied", 0, ERROR_REFUSED, "this login may not ask Dovecot",
		"run as root, set sudo for this server, use the doveadm API, or open the mode of the socket" },
	{ "Connection reset by peer", 0, ERROR_UNREACHABLE, "Dovecot dropped the question, its client_limit is probably reached",
		"look at the services, and raise client_limit of anvil" },
	{ "Connection refused", 0, ERROR_UNREACHABLE, "Dovecot is not running", "start it there" },
	{ "No such file or directory", 75, ERROR_UNREACHABLE, "Dovecot is not running", "start it there" },
	{ "Dovecot is not running", 0, ERROR_UNREACHABLE, "Dovecot is not running", "start it there" },
	{ NULL, 67, ERROR_NOT_FOUND, "there is no such user", "look at the address" },
	{ "Unknown command", 0, ERROR_UNSUPPORTED, "Dovecot there does not know this command", "load the plugin that brings it" },
	{ NULL, 89, ERROR_UNREACHABLE, "Dovecot's configuration has a mistake", "mend it there; doveconf -n shows it" },
	{ NULL, 127, ERROR_UNREACHABLE, "the program is not there", "install Dovecot, or set its path for this server" },
	{ NULL, 0, ERROR_UNREACHABLE, "it failed", "try it there by hand" },
};

/* Of the API only the type of the error comes; why stands in Dovecot's log. */
static const struct meaning api_meanings[] = {
	{ "unAuthorized", 0, ERROR_REFUSED, "the doveadm API does not allow this command", "add it to doveadm_allowed_commands there" },
	{ "unknownMethod", 0, ERROR_UNSUPPORTED, "the doveadm API there does not know this command", "use exec or ssh for this server" },
	{ "invalidRequest", 0, ERROR_UNSUPPORTED, "the doveadm API there does not know these parameters", "use exec or ssh for this server" },
	{ NULL, 67, ERROR_NOT_FOUND, "there is no such user", "look at the address" },
	{ NULL, 0, ERROR_UNREACHABLE, "the doveadm API could not do it", "Dovecot's log there says why" },
};

static bool means(const struct meaning *meaning, const struct host_answer *answer)
{
	if (meaning->status && meaning->status != answer->status)
		return false;
	return !meaning->words || strstr(answer->complaint ? answer->complaint : "", meaning->words);
}

void complaint_line(const char *complaint, char *out, unsigned size)
{
	static const char *const levels[] = { "Fatal: ", "Error: ", "Warning: " };
	size_t length = strlen(complaint);
	const char *at;

	while (length && (complaint[length - 1] == '\n' || complaint[length - 1] == '\r' || complaint[length - 1] == ' '))
		length--;
	at = complaint + length;
	while (at > complaint && at[-1] != '\n')
		at--;
	length -= (size_t)(at - complaint);
	for (size_t i = 0; i < sizeof(levels) / sizeof(levels[0]); i++) {
		const char *level = memmem(at, length, levels[i], strlen(levels[i]));

		if (level && level - at < 20) {
			level += strlen(levels[i]);
			length -= (size_t)(level - at);
			at = level;
			break;
		}
	}
	snprintf(out, size, "%.*s", (int)(length < size ? length : size - 1), at);
}

bool complaint_failed(const struct host_answer *answer)
{
	return answer->status || (answer->form == FORM_JSON && answer->complaint && *answer->complaint);
}

bool complaint_dovecot(struct error *error, const char *server, const char *command, const struct host_answer *answer)
{
	const struct meaning *meaning = answer->form == FORM_JSON ? api_meanings : meanings;
	char line[200];

	while (!means(meaning, answer))
		meaning++;
	complaint_line(answer->complaint ? answer->complaint : "", line, sizeof(line));
	error_set(error, meaning->kind, "%s: %s: %s; %s%s%s [%d]", server, command, meaning->cause, meaning->remedy,
		*line ? ": " : "", line, answer->status);
	if (error)
		error->code = answer->status;
	return false;
}
