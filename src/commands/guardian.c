/*
 * guardian: `postroom guardian WORD`, what runs on the server whose files are
 * changed: started by postroom itself, over ssh, and by the unit that runs
 * before Dovecot.
 *
 * Needs no configuration; prints one report as JSON.  Fails by its exit status.
 * Start only, without threads, since it forks.
 */
#include <string.h>

#include "commands/headless.h"
#include "commands/subcommands.h"
#include "settings/settings.h"

int run_guardian(struct config *takes, const struct arguments *arguments, int argc, char **argv)
{
	const char *directory = arguments->directory ? arguments->directory : GUARDIAN_DIRECTORY;

	(void)takes;
	if (directory[0] != '/') {
		headless_note("postroom: --directory is an absolute path");
		return error_exit_status(ERROR_USAGE);
	}
	return guardian_main(argv[0], directory, argc > 1 ? argv[1] : NULL, argc > 2 ? argv[2] : NULL);
}
