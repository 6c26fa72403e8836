/*
 * config_local: the mail system of this machine, where no server is configured.
 *
 * Dovecot and Postfix count where their program is there and an instance runs
 * from its usual place.  Whoever is not root may not read the process ids; the
 * file is then taken for a running instance, which the first question finds
 * out.  Start only.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "config_servers.h"

const char *config_servers_root = "";

static bool there(const char *root, const char *path)
{
	char full[4096];

	return snprintf(full, sizeof(full), "%s%s", root, path) < (int)sizeof(full) && access(full, F_OK) == 0;
}

static bool runs(const char *root, const char *path)
{
	char full[4096];
	FILE *file;
	long id = 0;

	if (!there(root, path))
		return false;
	snprintf(full, sizeof(full), "%s%s", root, path);
	file = fopen(full, "re");
	if (!file)
		return errno == EACCES;
	if (fscanf(file, "%ld", &id) != 1)
		id = 0;
	fclose(file);
	return id > 1 && (kill((pid_t)id, 0) == 0 || errno == EPERM);
}

bool config_servers_local(struct arena *arena, const char *root, struct host_settings *settings)
{
	char name[256] = "";

	memset(settings, 0, sizeof(*settings));
	if (there(root, "/usr/bin/doveadm") && runs(root, "/run/dovecot/master.pid"))
		settings->roles |= HOST_MAILBOX;
	if (there(root, "/usr/sbin/postqueue") && runs(root, "/var/spool/postfix/pid/master.pid"))
		settings->roles |= HOST_TRANSPORT;
	if (!settings->roles)
		return false;
	gethostname(name, sizeof(name) - 1);
	name[strcspn(name, ".")] = '\0';
	settings->name = arena_text(arena, name[0] ? name : "localhost");
	settings->address = "127.0.0.1";
	settings->flavour = there(root, "/etc/univention/base.conf") ? FLAVOUR_UCS : FLAVOUR_DEBIAN;
	settings->exec = true;
	return true;
}
