/*
 * login_shell: refuses what sshd hands to a login shell or a ForceCommand.
 *
 * A shell gets the client's command behind -c, a ForceCommand finds it in
 * SSH_ORIGINAL_COMMAND; scp, sftp and rsync come the same way.  None of it is
 * looked at.  Each refusal is one line in the system's log, made visible.
 * Start only, before threads.
 */
#include "commands/login_shell.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "base/environment.h"
#include "base/error.h"
#include "base/log.h"
#include "commands/headless.h"

static int refuse(const char *how, const char *wanted)
{
	const char *peer = getenv("SSH_CONNECTION");

	log_open(LOG_TO_SYSLOG, NULL, LOG_LEVEL_INFO, NULL);
	log_line(LOG_LEVEL_WARNING, "refused %s: %.500s (from %.100s)", how, wanted, peer ? peer : "here");
	log_close();
	headless_note("postroom: no commands here, only the console; this was logged");
	return error_exit_status(ERROR_USAGE);
}

int login_shell(int argc, char **argv, bool *restricted)
{
	bool login = argc > 0 && argv[0][0] == '-';

	*restricted = login;
	if (argc > 1 && strncmp(argv[1], "-c", 2) == 0)
		return refuse("a command for a shell", argv[1][2] ? argv[1] + 2 : argc > 2 ? argv[2] : "");
	if (login && argc > 1)
		return refuse("an argument for a login shell", argv[1]);
	return -1;
}

int login_shell_restricted(void)
{
	const char *wanted = getenv("SSH_ORIGINAL_COMMAND");

	/* Also while a password is asked for, when the terminal still makes signals of keys. */
	signal(SIGTSTP, SIG_IGN);
	if (wanted && *wanted)
		return refuse("a command that ssh asked for", wanted);
	environment_restrict();
	return -1;
}
