/*
 * question: what has to be agreed to before something is written.  A script
 * that did not give what is wanted is told which option would.
 */
#include "commands/question.h"

#include <string.h>
#include <unistd.h>

/* Text that was typed where the name is wanted; NULL: no. */
static const char *typed_name(struct headless *headless, const struct question *question)
{
	const struct arguments *arguments = headless->arguments;
	const char *typed;

	if (question->confirm != CONFIRM_NAME)
		return "";
	if (arguments->confirm)
		return arguments->confirm;
	if (arguments->yes || !isatty(STDIN_FILENO))
		return "";
	typed = headless_ask(headless->arena,
		arena_format(headless->arena, "Type %s to go on, or Enter to leave it: ", question->confirm_text));
	return typed && *typed ? typed : NULL;
}

static bool agreed(struct headless *headless, const struct question *question)
{
	const char *answer;

	if (headless->arguments->yes)
		return true;
	if (!isatty(STDIN_FILENO))
		return false;
	/* The typed name is the stronger question. */
	if (question->confirm == CONFIRM_NAME)
		return true;
	answer = headless_ask(headless->arena, "Apply? [y/N] ");
	return answer && (!strcmp(answer, "y") || !strcmp(answer, "yes"));
}

static const char *reason(struct headless *headless, const struct question *question)
{
	const struct arguments *arguments = headless->arguments;

	if (arguments->reason || !question->reason_required || arguments->yes || !isatty(STDIN_FILENO))
		return arguments->reason;
	return headless_ask(headless->arena, "Ticket or reason: ");
}

static bool not_agreed(struct headless *headless, const struct question *question)
{
	struct error error = { 0 };

	if (isatty(STDIN_FILENO) || headless->arguments->yes)
		error_set(&error, ERROR_CANCELLED, "Nothing was changed");
	else if (question->confirm == CONFIRM_NAME)
		error_set(&error, ERROR_USAGE, "Nothing was changed: there is no terminal to ask, so give --yes and --confirm %s to apply it",
			question->confirm_text);
	else
		error_set(&error, ERROR_USAGE, "Nothing was changed: there is no terminal to ask, so give --yes to apply it");
	return headless_fail(headless, &error);
}

/* A script that did not give the name is told which option would. */
static bool lacks_name(struct headless *headless, const struct question *question)
{
	const struct arguments *arguments = headless->arguments;
	struct error error = { 0 };

	if (question->confirm != CONFIRM_NAME || arguments->confirm || !arguments->yes)
		return false;
	error_set(&error, ERROR_INVALID, "Nothing was changed: this is not to be done by mistake (the review says why), so --yes is not enough; give --confirm %s too",
		question->confirm_text);
	headless_fail(headless, &error);
	return true;
}

bool question_ask(struct headless *headless, const struct question *question, struct agreement *agreement)
{
	if (lacks_name(headless, question))
		return false;
	if (!agreed(headless, question))
		return not_agreed(headless, question);
	agreement->typed = typed_name(headless, question);
	if (!agreement->typed)
		return not_agreed(headless, question);
	agreement->reason = reason(headless, question);
	return true;
}
