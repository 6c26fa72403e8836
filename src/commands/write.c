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

#include "commands/desk.h"
#include "commands/ending.h"
#include "commands/output.h"
#include "commands/question.h"

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
	const struct question question = { review->confirm, review->confirm_text, review->reason_required };
	struct agreement agreement;

	/* With --yes a table says what was done, other forms are one document: the result. */
	if (!headless->arguments->yes || headless->arguments->dry_run || !review->allowed ||
	    !strcmp(headless->arguments->printer->name, "table"))
		print_review(headless->arguments, review);
	if (!may_go_on(writing) || !question_ask(headless, &question, &agreement))
		return false;
	gate_submit(headless->engine->gate, review, agreement.typed, agreement.reason, on_result, writing);
	return ending_wait(headless) && !headless->ended_by && writing->review && !headless->arguments->yes && isatty(STDIN_FILENO);
}

static void go_through(struct writing *writing)
{
	while (go_on(writing))
		;
	review_free(writing->review);
}

void write_change(struct headless *headless, const struct change *change)
{
	struct writing writing = { .headless = headless };

	gate_preview(headless->engine->gate, change, on_review, &writing);
	headless_wait(headless);
	go_through(&writing);
}

void write_rest(struct headless *headless, const char *id)
{
	struct writing writing = { .headless = headless };

	gate_preview_rest(headless->engine->gate, id, on_review, &writing);
	headless_wait(headless);
	go_through(&writing);
}

void write_undo(struct headless *headless, const char *id)
{
	struct writing writing = { .headless = headless };

	gate_preview_undo(headless->engine->gate, id, on_review, &writing);
	headless_wait(headless);
	/* The last thing done was a job: all of it, as it was confirmed once. */
	if (writing.review && writing.review->of_job) {
		const char *job = arena_text(headless->arena, writing.review->of_job);

		review_free(writing.review);
		desk_go_back(headless, job);
		return;
	}
	go_through(&writing);
}
