/*
 * way: by which way a command goes on a server.
 *
 * What the settings say for its group, else the first that is there: for
 * Dovecot API, here, ssh; for the rest here, ssh.  What the API does not know
 * goes another way though the settings name the API.  Pure, any thread.
 */
#include <string.h>

#include "hosts/hosts_private.h"

static bool there(const struct host_settings *settings, const struct host_command *command, enum host_way way)
{
	switch (way) {
	case WAY_EXEC: return settings->exec;
	case WAY_SSH: return settings->ssh_target != NULL;
	case WAY_HTTP: return settings->http_url && command->method;
	case WAY_NONE: break;
	}
	return false;
}

static const char *group_words(const struct host_command *command)
{
	const char *slash = strrchr(command->program, '/');

	return slash ? slash + 1 : command->program;
}

static enum host_way none(const struct host_settings *settings, const struct host_command *command, struct error *error)
{
	if (settings->http_url && !command->method)
		error_set(error, ERROR_UNSUPPORTED, "%s: no way for %s (%s): the doveadm API does not have it; "
			"set exec or ssh in its section server", settings->name, command->name, group_words(command));
	else
		error_set(error, ERROR_UNSUPPORTED, "%s: no way for %s (%s): set exec, ssh%s in its section server",
			settings->name, command->name, group_words(command), command->method ? " or http" : "");
	return WAY_NONE;
}

enum host_way way_of(const struct host_settings *settings, const struct host_command *command, struct error *error)
{
	static const enum host_way order[] = { WAY_HTTP, WAY_EXEC, WAY_SSH };
	enum host_way wanted = settings->by[command->group];
	size_t i;

	if (wanted != WAY_NONE && there(settings, command, wanted))
		return wanted;
	/* Somebody who chose exec or ssh does not want the other. */
	if (wanted == WAY_EXEC || wanted == WAY_SSH)
		return none(settings, command, error);
	for (i = 0; i < sizeof(order) / sizeof(order[0]); i++)
		if (there(settings, command, order[i]))
			return order[i];
	return none(settings, command, error);
}

enum host_way host_way(const struct hosts *hosts, size_t host, const char *command, struct error *error)
{
	const struct host_command *row = host_command_find(command);

	if (host >= hosts->count)
		error_set(error, ERROR_NOT_FOUND, "There is no such server");
	else if (!row)
		error_set(error, ERROR_INTERNAL, "There is no command %s", command);
	else
		return way_of(&hosts->list[host].settings, row, error);
	return WAY_NONE;
}
