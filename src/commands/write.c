/*
 * write: a change from the command line through the gate.
 *
 * The review is always made; --dry-run ends there, --yes goes on, a terminal
 * is asked and Enter means no.  Where mail or an account would be lost --yes
 * alone is not enough.  Nothing is tried a second time without being shown:
 * a review that came back is shown to a terminal again, and ends a script with
 * "conflict".  A signal does not end it while a write is in flight (ending.c).
 * Loop thread.
 */
#include "commands/write.h"

#include <string.h>
#include <unistd.h>

#include "commands/ending.h"
#include "commands/output.h"

struct writing {
	struct headless *headless;
	struct review *review;             /* what is shown now */
};

static void on_review(void *context, struct review *takes)
{
	struct writing *writing = context;

	review_free(writing->review);
	writing->review = takes;
	writing->headless->done = true;
}

/* --- the question ---------------------------------------------------------------------- */

/* Text that was typed where the name is wanted; NULL: no. */
static const char *typed_name(struct writing *writing)
{
	const struct arguments *arguments = writing->headless->arguments;
	const struct review *review = writing->review;
	const char *typed;

	if (review->confirm != CONFIRM_NAME)
		return "";
	if (arguments->confirm)
		return arguments->confirm;
	if (arguments->yes || !isatty(STDIN_FILENO))
		return "";
	typed = headless_ask(writing->headless->arena,
		arena_format(writing->headless->arena, "Type %s to go on, or Enter to leave it: ", review->confirm_text));
	return typed && *typed ? typed : NULL;
}

static bool agreed(struct writing *writing)
{
	const struct arguments *arguments = writing->headless->arguments;
	const char *answer;

	if (arguments->yes)
		return true;
	if (!isatty(STDIN_FILENO))
		return false;
	/* The typed name is the stronger question. */
	if (writing->review->confirm == CONFIRM_NAME)
		return true;
	answer = headless_ask(writing->headless->arena, "Apply? [y/N] ");
	return answer && (!strcmp(answer, "y") || !strcmp(answer, "yes"));
}

static const char *reason(struct writing *writing)
{
	const struct arguments *arguments = writing->headless->arguments;

	if (arguments->reason || !writing->review->reason_required || arguments->yes || !isatty(STDIN_FILENO))
		return arguments->reason;
	return headless_ask(writing->headless->arena, "Ticket or reason: ");
}

static void not_agreed(struct writing *writing)
{
	struct error error = { 0 };

	if (isatty(STDIN_FILENO) || writing->headless->arguments->yes)
		error_set(&error, ERROR_CANCELLED, "Nothing was changed");
	else if (writing->review->confirm == CONFIRM_NAME)
		error_set(&error, ERROR_USAGE, "Nothing was changed: there is no terminal to ask, so give --yes and --confirm %s to apply it",
			writing->review->confirm_text);
	else
		error_set(&error, ERROR_USAGE, "Nothing was changed: there is no terminal to ask, so give --yes to apply it");
	headless_fail(writing->headless, &error);
}

/* A script that did not give the name is told which option would. */
static bool lacks_name(struct writing *writing)
{
	const struct arguments *arguments = writing->headless->arguments;
	struct error error = { 0 };

	if (writing->review->confirm != CONFIRM_NAME || arguments->confirm || !arguments->yes)
		return false;
	error_set(&error, ERROR_INVALID, "Nothing was changed: mail or an account would be lost, so --yes is not enough; give --confirm %s too",
		writing->review->confirm_text);
	headless_fail(writing->headless, &error);
	return true;
}

/* --- applying ------------------------------------------------------------------------------ */

static void on_result(void *context, const struct gate_result *result)
{
	struct writing *writing = context;
	struct headless *headless = writing->headless;

	headless->status = 0;
	print_result(headless->arguments, writing->review, result);
	if ((result->outcome != OUTCOME_APPLIED && result->outcome != OUTCOME_ALREADY) || result->error.kind != ERROR_NONE)
		headless_fail(headless, &result->error);
	review_free(writing->review);
	writing->review = result->again;
	headless->done = true;
}

static bool may_go_on(struct writing *writing)
{
	struct headless *headless = writing->headless;
	const struct review *review = writing->review;

	if (!review->allowed) {
		headless_fail(headless, &review->refusal);
		return false;
	}
	return !headless->arguments->dry_run;
}

/* One review: shown, asked, applied. True where another one came back to be shown to a person. */
static bool go_on(struct writing *writing)
{
	struct headless *headless = writing->headless;
	struct review *review = writing->review;
	const char *typed;

	/* With --yes a table says what was done, other forms are one document: the result. */
	if (!headless->arguments->yes || headless->arguments->dry_run || !review->allowed ||
	    !strcmp(headless->arguments->printer->name, "table"))
		print_review(headless->arguments, review);
	if (!may_go_on(writing) || lacks_name(writing))
		return false;
	if (!agreed(writing) || !(typed = typed_name(writing))) {
		not_agreed(writing);
		return false;
	}
	gate_submit(headless->engine->gate, review, typed, reason(writing), on_result, writing);
	return ending_wait(headless) && !headless->ended_by && writing->review && !headless->arguments->yes && isatty(STDIN_FILENO);
}

static void go_through(struct writing *writing)
{
	headless_wait(writing->headless);
	while (go_on(writing))
		;
	review_free(writing->review);
}

void write_change(struct headless *headless, const struct change *change)
{
	struct writing writing = { .headless = headless };

	gate_preview(headless->engine->gate, change, on_review, &writing);
	go_through(&writing);
}

void write_rest(struct headless *headless, const char *id)
{
	struct writing writing = { .headless = headless };

	gate_preview_rest(headless->engine->gate, id, on_review, &writing);
	go_through(&writing);
}

void write_undo(struct headless *headless, const char *id)
{
	struct writing writing = { .headless = headless };

	gate_preview_undo(headless->engine->gate, id, on_review, &writing);
	go_through(&writing);
}
