/*
 * target: commands that change one object that is there: set, rename, remove.
 */
#include "commands/target.h"

#include "base/memory.h"
#include "commands/edits.h"
#include "commands/subcommands.h"
#include "commands/write.h"
#include "model/check.h"

struct reading {
	struct headless *headless;
	struct record *record;
};

static void on_record(void *context, struct record *takes, const struct error *error)
{
	struct reading *reading = context;

	reading->record = takes;
	if (!takes)
		headless_fail(reading->headless, error);
	reading->headless->done = true;
}

struct record *target_read(struct headless *headless, const struct kind *kind, const char *name)
{
	struct reading reading = { .headless = headless };

	directory_read(headless->engine->directory, kind, name, on_record, &reading);
	headless_wait(headless);
	return reading.record;
}

struct change *target_change(struct headless *headless, enum verb verb, const char *kind_name, const char *name)
{
	const struct kind *kind = headless_kind(headless, kind_name, true);
	struct record *record = kind ? target_read(headless, kind, headless_name(headless, kind, name)) : NULL;
	struct change *change;

	if (!record)
		return NULL;
	change = change_new(verb, kind, record->name);
	change->id = arena_text(change->arena, record->id);
	change_saw(change, record);
	change->follows = headless->arguments->follow;
	record_free(record);
	return change;
}

int run_set(struct config *takes, const struct arguments *arguments, int argc, char **argv)
{
	struct headless headless;
	struct change *change = NULL;
	struct error error = { 0 };

	if (headless_open(&headless, takes, arguments, true) &&
	    (change = target_change(&headless, VERB_EDIT, argv[0], argv[1]))) {
		if (edits_parse(change, argv + 2, argc - 2, headless.engine->config->restricted, &error))
			write_change(&headless, change);
		else
			headless_fail(&headless, &error);
	}
	change_free(change);
	return headless_close(&headless);
}

int run_rename(struct config *takes, const struct arguments *arguments, int argc, char **argv)
{
	struct headless headless;
	struct change *change = NULL;
	struct error error = { 0 };

	(void)argc;
	if (headless_open(&headless, takes, arguments, true) &&
	    (change = target_change(&headless, VERB_RENAME, argv[0], argv[1]))) {
		change->new_name = check_parse(change->arena, kind_key(change->kind), argv[2], &error);
		if (change->new_name)
			write_change(&headless, change);
		else
			headless_fail(&headless, &error);
	}
	change_free(change);
	return headless_close(&headless);
}

int run_remove(struct config *takes, const struct arguments *arguments, int argc, char **argv)
{
	struct headless headless;
	struct change *change = NULL;

	(void)argc;
	if (headless_open(&headless, takes, arguments, true) &&
	    (change = target_change(&headless, VERB_DELETE, argv[0], argv[1])))
		write_change(&headless, change);
	change_free(change);
	return headless_close(&headless);
}
