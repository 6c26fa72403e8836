/*
 * add: creates an object.
 */
#include "commands/edits.h"
#include "commands/headless.h"
#include "commands/subcommands.h"
#include "commands/write.h"
#include "model/check.h"

int run_add(struct config *takes, const struct arguments *arguments, int argc, char **argv)
{
	struct headless headless;
	const struct kind *kind;
	struct change *change = NULL;
	struct error error = { 0 };

	if (headless_open(&headless, takes, arguments, true) && (kind = headless_kind(&headless, argv[0], true))) {
		/* The name becomes canonical as every value does: a domain its A-label form. */
		const char *name = check_parse(headless.arena, kind_key(kind), argv[1], &error);

		change = change_new(VERB_ADD, kind, name ? name : argv[1]);
		if (name && edits_parse(change, argv + 2, argc - 2, headless.engine->config->restricted, &error))
			write_change(&headless, change);
		else
			headless_fail(&headless, &error);
	}
	change_free(change);
	return headless_close(&headless);
}
