/*
 * undo: takes back the last change, or the one of an id; finish goes on with
 * the rest of one that stopped in the middle.
 */
#include "commands/desk.h"
#include "commands/headless.h"
#include "commands/subcommands.h"
#include "commands/write.h"

int run_undo(struct config *takes, const struct arguments *arguments, int argc, char **argv)
{
	struct headless headless;

	if (!headless_open(&headless, takes, arguments, true))
		return headless_close(&headless);
	if (argc > 0 && desk_is_number(argv[0]))
		desk_go_back(&headless, argv[0]);
	else
		write_undo(&headless, argc > 0 ? argv[0] : NULL);
	return headless_close(&headless);
}

int run_finish(struct config *takes, const struct arguments *arguments, int argc, char **argv)
{
	struct headless headless;

	if (headless_open(&headless, takes, arguments, true))
		write_rest(&headless, argc > 0 ? argv[0] : NULL);
	return headless_close(&headless);
}
