/*
 * command_words: what --help of one command tells beyond its options.
 *
 * Words come from the table of commands, fields from the wishes of the desk, so
 * that nothing here can be out of date.  Start only.
 */
#include "commands/command_words.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "desk/desk.h"

enum { WIDTH = 96 };

/* Behind so many blanks, broken between words. */
static void print_wrapped(int indent, const char *words)
{
	while (*words) {
		size_t room = (size_t)(WIDTH - indent), length = strlen(words) <= room ? strlen(words) : room;

		while (length < strlen(words) && length > 0 && words[length] != ' ')
			length--;
		if (length == 0)
			length = strcspn(words, " ");
		printf("%*s%.*s\n", indent, "", (int)length, words);
		words += length + strspn(words + length, " ");
	}
}

static bool is_asked_for(const struct arguments *arguments, const char *job)
{
	for (size_t i = 0; i < arguments->job_count; i++)
		if (strcmp(arguments->jobs[i], job) == 0)
			return true;
	return arguments->job_count == 0;
}

static void print_field(const struct desk_job *job, const struct field *field)
{
	struct arena *arena = arena_new();
	const char *otherwise = desk_wish_default(job, field);

	printf("  %s=%s%s%s%s%s\n", field->name, desk_wish_form(arena, field), field->flags & FIELD_MANY ? "  (may be given again)" : "",
		*otherwise ? "  (default: " : field->flags & FIELD_REQUIRED ? "  (must be given" : "", otherwise, *otherwise || field->flags & FIELD_REQUIRED ? ")" : "");
	print_wrapped(11, field->help);
	arena_free(arena);
}

static void print_job(const struct desk_job *job, bool many)
{
	if (many) {
		printf("--%s\n", job->name);
		print_wrapped(2, job->help);
	}
	if (job->bare)
		print_wrapped(2, job->bare);
	for (const struct field *field = job->wish ? job->wish->fields : NULL; field && field->name; field++)
		if (!(field->flags & FIELD_FIXED))
			print_field(job, field);
	if (!job->wish)
		printf("  takes no fields\n");
	printf("  Example: postroom %s\n\n", job->example);
}

void print_words(const struct command *command, const struct arguments *arguments)
{
	for (const struct command_word *word = command->words; word && word->word; word++) {
		printf("  %s\n", word->word);
		print_wrapped(11, word->help);
	}
	if (command->words)
		printf("%s%s%s\n", command->example ? "  Example: postroom " : "", command->example ? command->example : "", command->example ? "\n" : "");
	if (command->jobs)
		printf("Fields, each as name=value (a DAY is 2026-12-24, a SIZE 4GB):\n\n");
	for (const char *const *name = command->jobs; name && *name; name++)
		if (is_asked_for(arguments, *name))
			print_job(desk_job_find(*name), command->jobs[1] != NULL);
	if (command->jobs && command->jobs[1] && is_asked_for(arguments, "reset"))
		printf("Several together\n  %s\n  Example: postroom %s\n\n", desk_job_find("reset")->help, desk_job_find("reset")->example);
}
