/*
 * screen: a screen of the console as text; drawn by the front end that main
 * gives, since nothing here knows how.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "commands/headless.h"
#include "commands/subcommands.h"

/* "80x24": columns and rows. */
static bool read_size(const char *size, struct screen_request *request)
{
	char rest;

	return sscanf(size, "%4dx%4d%c", &request->columns, &request->rows, &rest) == 2 &&
		request->columns > 0 && request->columns <= 1000 && request->rows > 0 && request->rows <= 500;
}

int run_screen(struct config *takes, const struct arguments *arguments, int argc, char **argv)
{
	struct screen_request request = {
		.section = argv[0], .rows = 24, .columns = 80, .keys_file = arguments->keys,
		.ascii = takes->ascii, .keymap = takes->keymap,
	};

	(void)argc;
	/* A line that names no key is repeated in the complaint. */
	if (arguments->keys && takes->restricted) {
		headless_note("postroom: --keys is not possible in restricted mode, which takes no files by name");
		config_free(takes);
		return error_exit_status(ERROR_REFUSED);
	}
	if (!arguments->size || read_size(arguments->size, &request))
		return arguments->front_ends->screen(takes, &request);
	headless_note("postroom: --size %s is not possible; it is columns and rows, as 80x24", arguments->size);
	config_free(takes);
	return error_exit_status(ERROR_USAGE);
}
