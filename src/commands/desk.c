/*
 * desk: jobs of several changes from the command line.
 *
 * As for one change: the review is always made, --dry-run ends there, --yes
 * goes on, a terminal is asked and Enter means no.  Steps that stay open are
 * named, the exit status is 75, and `postroom due` knows them.  A made password
 * goes to standard output once and nowhere else.  Loop thread.
 */
#include "commands/desk.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "commands/edits.h"
#include "commands/ending.h"
#include "commands/look.h"
#include "commands/output.h"
#include "commands/print_words.h"
#include "commands/question.h"
#include "commands/subcommands.h"
#include "commands/target.h"
#include "model/check.h"

void desk_go_on(void *context)
{
	((struct headless *)context)->done = true;
}

/* A dry run of taking back ends as that would: with the status of open steps where one cannot be taken back as things are. */
static bool ends_dry(struct headless *headless, const struct desk_view *view)
{
	struct error error = { 0 };
	size_t count = 0;

	for (size_t i = 0; i < view->step_count && view->takes_back; i++)
		count += view->steps[i].state == DESK_FAILED;
	if (count == 0)
		return false;
	error_set(&error, ERROR_TIMEOUT, "%zu of %zu steps cannot be done as things are", count, view->step_count);
	return headless_fail(headless, &error);
}

static bool ask(struct headless *headless, struct desk_run *run)
{
	const struct desk_view *view = desk_look(run);
	const struct question question = { view->confirm, view->confirm_text, view->reason_required };
	struct agreement agreement;

	if (view->refusal.kind != ERROR_NONE)
		return headless_fail(headless, &view->refusal);
	if (headless->arguments->dry_run)
		return ends_dry(headless, view);
	if (!question_ask(headless, &question, &agreement))
		return false;
	desk_apply(run, agreement.typed, agreement.reason);
	return view->refusal.kind == ERROR_NONE || headless_fail(headless, &view->refusal);
}

/* --- the way of a run ------------------------------------------------------------------------------------------------ */

static bool wait_for(struct headless *headless, struct desk_run *run, enum desk_phase not_this)
{
	while (desk_look(run)->phase == not_this) {
		bool answered = not_this == DESK_WRITING ? ending_wait(headless) : ending_wait_look(headless);

		if (!answered || headless->ended_by)
			return false;
	}
	return true;
}

static void tell_end(struct headless *headless, struct desk_run *run)
{
	const struct desk_view *view = desk_look(run);
	struct error error = { 0 };

	print_desk_end(headless->arguments, view);
	desk_hide(run);
	if (view->open == 0)
		return;
	error_set(&error, view->ending, "%s", view->state_now);
	headless_fail(headless, &error);
}

void desk_go(struct headless *headless, struct desk_run *run)
{
	bool table = !strcmp(headless->arguments->printer->name, "table");

	if (!run || !wait_for(headless, run, DESK_LOOKING)) {
		if (headless->engine)
			desk_free(run);
		return;
	}
	for (;;) {
		if (!headless->arguments->yes || headless->arguments->dry_run || table || desk_look(run)->refusal.kind != ERROR_NONE)
			print_desk(headless->arguments, desk_look(run));
		if (!ask(headless, run))
			break;
		/* The engine is closed where nobody waited long enough, and the run went with it; else what is left is kept as due. */
		if (!wait_for(headless, run, DESK_WRITING)) {
			if (headless->engine)
				desk_free(run);
			return;
		}
		if (desk_look(run)->phase == DESK_SHOWN && (headless->arguments->yes || !isatty(STDIN_FILENO))) {
			headless_note("postroom: something changed meanwhile, so the rest was not done; look at it and give the command again");
			headless->status = error_exit_status(ERROR_CONFLICT);
			break;
		}
		if (desk_look(run)->phase == DESK_OVER) {
			tell_end(headless, run);
			break;
		}
	}
	desk_free(run);
}

void desk_go_back(struct headless *headless, const char *id)
{
	desk_go(headless, desk_begin_undo(headless->engine->desk, id, desk_go_on, headless));
}

/* --- reset, stolen, leaver ---------------------------------------------------------------------------------------------- */

/* The wish: what is preselected, then what the words say. NULL: a sentence was printed. */
static struct record *wish_of(struct headless *headless, const struct desk_job *job, const struct record *person, char *const *words, int count)
{
	struct record *offered = desk_wish(headless->arena, job, person), *wish = NULL;
	struct change *change;
	struct error error = { 0 };

	if (!job->wish && count > 0) {
		error_set(&error, ERROR_USAGE, "The repair %s asks nothing, so %s is too much", job->name, words[0]);
		headless_fail(headless, &error);
		return NULL;
	}
	/* Asked for at the command line without anything else: no forwards any more. */
	if (offered && count == 0 && !strcmp(job->name, "forwarding"))
		record_set(offered, "forwards", VALUE_ABSENT, NULL, 0);
	if (!offered)
		return record_new_in(headless->arena, &kind_user);
	change = change_new(VERB_EDIT, job->wish, person->name);
	if (edits_parse(change, words, count, headless->engine->config->restricted, &error) &&
	    check_change(change, wish = change_result(headless->arena, change, offered), NULL, &error)) {
		for (size_t i = 0; i < headless->arguments->job_count; i++)
			if (!strcmp(job->name, "reset") && kind_field(job->wish, headless->arguments->jobs[i]))
				record_set_text(wish, headless->arguments->jobs[i], "yes");
	} else {
		headless_fail(headless, &error);
		wish = NULL;
	}
	change_free(change);
	return wish;
}

/* Who is connected is wanted from now on, where there is anybody to ask. */
static void want_live(struct headless *headless)
{
	struct live *live = headless->engine->live;

	if (hosts_count(live_hosts(live)) == 0)
		return;
	live_once(live);
	live_want(live, 1u << LIVE_WHO);
}

static int run_job(struct config *takes, const struct arguments *arguments, const struct desk_job *job, int argc, char **argv)
{
	struct headless headless;
	struct record *person = NULL, *wish = NULL;

	if (headless_open(&headless, takes, arguments, true)) {
		want_live(&headless);
		person = target_read(&headless, &kind_user, argv[0]);
		wish = person ? wish_of(&headless, job, person, argv + 1, argc - 1) : NULL;
		if (wish)
			desk_go(&headless, desk_begin(headless.engine->desk, job, person, job->wish ? wish : NULL, desk_go_on, &headless));
		record_free(person);
	}
	return headless_close(&headless);
}

int run_reset(struct config *takes, const struct arguments *arguments, int argc, char **argv)
{
	const struct desk_job *job;

	if (arguments->job_count == 0) {
		headless_note("postroom: say what is to be reset: --password, --quota, --forwarding, --absence, --access, --sessions, --lock, --unlock (postroom --help)");
		config_free(takes);
		return error_exit_status(ERROR_USAGE);
	}
	if (arguments->job_count > 1 && argc > 1) {
		headless_note("postroom: several repairs together take no %s; give the repair that it belongs to alone", argv[1]);
		config_free(takes);
		return error_exit_status(ERROR_USAGE);
	}
	job = desk_job_find(arguments->job_count == 1 ? arguments->jobs[0] : "reset");
	for (size_t i = 0; arguments->job_count > 1 && i < arguments->job_count; i++) {
		if (kind_field(job->wish, arguments->jobs[i]))
			continue;
		headless_note("postroom: --%s goes alone; together go --password, --quota, --forwarding, --sessions and --unlock", arguments->jobs[i]);
		config_free(takes);
		return error_exit_status(ERROR_USAGE);
	}
	return run_job(takes, arguments, job, argc, argv);
}

int run_stolen(struct config *takes, const struct arguments *arguments, int argc, char **argv)
{
	return run_job(takes, arguments, desk_job_find("stolen"), argc, argv);
}

int run_leaver(struct config *takes, const struct arguments *arguments, int argc, char **argv)
{
	return run_job(takes, arguments, desk_job_find("leaver"), argc, argv);
}

/* --- due ---------------------------------------------------------------------------------------------------------------------- */

static const struct column due_columns[] = {
	{ .name = "id", .label = "Id" }, { .name = "when", .label = "When", .type = FIELD_TIME }, { .name = "login", .label = "Login" },
	{ .name = "words", .label = "What" }, { .name = "who", .label = "Left by" }, { .name = "reason", .label = "Reason" },
};
#define DUE_COLUMNS (sizeof(due_columns) / sizeof(due_columns[0]))

static void print_due_rows(struct headless *headless, const struct desk_due *dues, size_t count)
{
	struct output output;

	output_begin(&output, headless->arguments->printer, stdout, due_columns, DUE_COLUMNS, false);
	for (size_t i = 0; i < count; i++) {
		struct entry entries[DUE_COLUMNS] = {
			entry_of_text(output.arena, dues[i].id), entry_of_text(output.arena, dues[i].when ? text_from_time(output.arena, dues[i].when) : NULL),
			entry_of_text(output.arena, dues[i].login), entry_of_text(output.arena, dues[i].words), entry_of_text(output.arena, dues[i].who),
			entry_of_text(output.arena, dues[i].reason),
		};

		output_item(&output, &(struct item){ .entries = entries });
	}
	output_end(&output);
}

static void print_dues(struct headless *headless)
{
	size_t count;
	const struct desk_due *dues = desk_dues(headless->engine->desk, &count);

	print_due_rows(headless, dues, count);
	if (count == 0 && !strcmp(headless->arguments->printer->name, "table"))
		headless_note("Nothing is due.");
}

/* What is due under this id; NULL: the reason was printed. */
static const struct desk_due *due_of(struct headless *headless, const char *id)
{
	struct error error = { 0 };
	size_t count;
	const struct desk_due *dues = desk_dues(headless->engine->desk, &count);

	for (size_t i = 0; i < count; i++)
		if (!strcmp(dues[i].id, id))
			return &dues[i];
	error_set(&error, ERROR_NOT_FOUND, "There is nothing due with the id %s; postroom due lists it", id);
	headless_fail(headless, &error);
	return NULL;
}

/* Nothing but the list is changed by it, and the person is told what that means. */
static void take_off(struct headless *headless, const char *id)
{
	const struct desk_due *found = due_of(headless, id);
	struct error error = { 0 };
	struct desk_due due;
	bool dry = headless->arguments->dry_run;

	if (!found)
		return;
	due = (struct desk_due){
		.id = arena_text(headless->arena, found->id), .login = arena_text(headless->arena, found->login), .words = arena_text(headless->arena, found->words),
		.who = arena_text(headless->arena, found->who), .reason = arena_text(headless->arena, found->reason), .when = found->when, .steps = found->steps,
		.job = arena_text(headless->arena, found->job),
	};
	if (dry ? !desk_due_may_be_done(headless->engine->desk, &due, &error) : !desk_due_done(headless->engine->desk, id, &error)) {
		headless_fail(headless, &error);
		return;
	}
	if (strcmp(headless->arguments->printer->name, "table")) {
		print_due_rows(headless, &due, 1);
		return;
	}
	print_line(dry ? "Would be taken off the list: " : "Taken off the list: ", due.words);
	if (due.steps)
		puts(dry ? "Its open steps would stay undone." : "Its open steps were not done by that.");
}

static void again(struct headless *headless, const char *id)
{
	struct error error = { 0 };
	const struct desk_due *due = due_of(headless, id);
	struct record *person;

	if (!due)
		return;
	if (!due->steps) {
		error_set(&error, ERROR_NOT_FOUND, "%s is for a person to do; postroom due done %s takes it off the list", id, id);
		headless_fail(headless, &error);
		return;
	}
	want_live(headless);
	person = target_read(headless, &kind_user, due->login);
	if (person)
		desk_go(headless, desk_begin_open(headless->engine->desk, id, person, desk_go_on, headless));
	record_free(person);
}

int run_due(struct config *takes, const struct arguments *arguments, int argc, char **argv)
{
	struct headless headless;
	bool known = argc == 0 || (argc == 2 && (!strcmp(argv[0], "again") || !strcmp(argv[0], "done")));

	if (!known) {
		headless_note("postroom: due takes nothing, or again ID, or done ID (postroom --help)");
		config_free(takes);
		return error_exit_status(ERROR_USAGE);
	}
	if (headless_open(&headless, takes, arguments, argc == 2 && !strcmp(argv[0], "again"))) {
		if (argc == 0)
			print_dues(&headless);
		else if (!strcmp(argv[0], "again"))
			again(&headless, argv[1]);
		else
			take_off(&headless, argv[1]);
	}
	return headless_close(&headless);
}
