/*
 * guardian: `postroom guardian WORD`, what runs on the server whose files are
 * changed: started by postroom itself, over ssh, and by the unit that runs
 * before Dovecot.
 *
 * smtp, smtp-end and logins are of the same kind: what must be looked at on the server itself.
 *
 * Needs no configuration; prints one report as JSON.  Fails by its exit status.
 * Start only, without threads, since it forks.
 */
#include <string.h>

#include "commands/headless.h"
#include "commands/subcommands.h"
#include "settings/settings.h"
#include "settings/smtp_sessions.h"

int run_guardian(struct config *takes, const struct arguments *arguments, int argc, char **argv)
{
	const char *directory = arguments->directory ? arguments->directory : GUARDIAN_DIRECTORY;

	(void)takes;
	if (directory[0] != '/' || (arguments->postfix && arguments->postfix[0] != '/')) {
		headless_note("postroom: --directory and --postfix are absolute paths");
		return error_exit_status(ERROR_USAGE);
	}
	if (!strcmp(argv[0], "smtp") || !strcmp(argv[0], "smtp-end")) {
		if (argc > 1)
			return smtp_sessions_main(!strcmp(argv[0], "smtp-end"), arguments->postfix, argv + 1);
		headless_note("postroom: guardian %s names the logins whose SMTP sessions are meant", argv[0]);
		return error_exit_status(ERROR_USAGE);
	}
	if (!strcmp(argv[0], "logins") && argc == 2 && argv[1][0] == '/')
		return guardian_logins(argv[1], arguments->postfix);
	if (argc > 3) {
		headless_note("postroom: guardian %s takes fewer words (postroom --help)", argv[0]);
		return error_exit_status(ERROR_USAGE);
	}
	return guardian_main(argv[0], directory, argc > 1 ? argv[1] : NULL, argc > 2 ? argv[2] : NULL);
}
