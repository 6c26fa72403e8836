/*
 * waiting: what the guardians of the mail servers say: `postroom status`, and
 * `confirm` and `rollback` of the change that waits.
 *
 * The guardian is asked first; the order itself goes through the gate, so that
 * it stands in the history.  What came back by itself is taken into the history by
 * `status`, once, where this role may write.  Loop thread.
 */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "commands/headless.h"
#include "commands/output.h"
#include "commands/subcommands.h"
#include "commands/write.h"

struct waiting;
struct asked {
	struct waiting *waiting;
	size_t host;
	bool has_way;
	struct guardian_report report;     /* valid where error is NONE */
	struct error error;
};
struct waiting {
	struct headless headless;
	struct asked *servers;
	size_t count, left;
};

static void on_answer(void *context, const struct host_answer *answer)
{
	struct asked *asked = context;
	struct waiting *waiting = asked->waiting;

	if (!settings_report(waiting->headless.arena, answer, &asked->report, &asked->error) && answer->error.kind == ERROR_NONE)
		error_prefix(&asked->error, "%s", host_at(waiting->headless.engine->hosts, asked->host)->name);
	if (--waiting->left == 0)
		waiting->headless.done = true;
}

/* Every server, or the one of --host, is asked at once. False: the reason was printed. */
static bool ask_all(struct waiting *waiting, const char *only)
{
	struct hosts *hosts = waiting->headless.engine->hosts;
	size_t count = hosts_count(hosts), chosen = 0;
	struct error error = { 0 };

	if (only && !host_named(hosts, only, &chosen)) {
		error_set(&error, ERROR_NOT_FOUND, "%s: no server of this name is configured; postroom servers lists them", only);
		return headless_fail(&waiting->headless, &error);
	}
	waiting->servers = arena_alloc(waiting->headless.arena, (count + 1) * sizeof(*waiting->servers));
	for (size_t i = 0; i < count; i++) {
		struct asked *asked = &waiting->servers[waiting->count];
		struct host_request request = { .command = "guardian-look", .deadline = 120000, .done = on_answer, .context = asked };

		if (only && i != chosen)
			continue;
		*asked = (struct asked){ .waiting = waiting, .host = i };
		waiting->count++;
		asked->has_way = host_way(hosts, i, "guardian-look", &asked->error) != WAY_NONE;
		if (!asked->has_way)
			continue;
		waiting->left++;
		host_run(hosts, i, &request);
	}
	if (waiting->left > 0)
		headless_wait(&waiting->headless);
	return true;
}

/* --- status --------------------------------------------------------------------------------------- */

static const struct column columns[] = {
	{ .name = "server", .label = "Server", .type = FIELD_TEXT }, { .name = "state", .label = "State", .type = FIELD_TEXT },
	{ .name = "left", .label = "Seconds left", .type = FIELD_NUMBER }, { .name = "who", .label = "Who", .type = FIELD_TEXT },
	{ .name = "since", .label = "Since", .type = FIELD_TIME }, { .name = "sentence", .label = "What", .type = FIELD_TEXT },
	{ .name = "why", .label = "Why", .type = FIELD_TEXT }, { .name = "id", .label = "Id", .type = FIELD_TEXT },
};
enum { COLUMNS = sizeof(columns) / sizeof(columns[0]) };

static void print_one(struct waiting *waiting, struct output *output, const struct asked *asked)
{
	const struct guardian_report *report = &asked->report;
	struct arena *arena = output->arena;
	int64_t left = report->deadline > report->now ? report->deadline - report->now : 0;
	const char *texts[COLUMNS] = {
		host_at(waiting->headless.engine->hosts, asked->host)->name, guardian_state_word(report->state),
		report->deadline ? arena_format(arena, "%lld", (long long)left) : NULL, report->who,
		report->since ? text_from_time(arena, report->since) : NULL, report->sentence, report->why, report->id,
	};
	struct entry *entries = arena_alloc(arena, sizeof(*entries) * COLUMNS);

	for (size_t i = 0; i < COLUMNS; i++)
		entries[i] = entry_of_text(arena, texts[i]);
	output_item(output, &(struct item){ .entries = entries });
}

/* --- what ended by itself ------------------------------------------------------------------------- */

struct settling {
	struct headless *headless;
	const char *id;
	bool known;                        /* it stands in the history already */
	bool applied;
	struct review *review;
};

static void on_history(void *context, struct history *takes, const struct error *error)
{
	struct settling *settling = context;

	settling->known = error->kind != ERROR_NONE || !takes;
	for (size_t i = 0; takes && i < takes->count; i++) {
		const struct history_entry *entry = &takes->entries[i];

		if (entry->kind && guarded_kind(entry->kind) && entry->lines && strstr(entry->lines, "settle") && strstr(entry->lines, settling->id))
			settling->known = true;
	}
	history_free(takes);
	settling->headless->done = true;
}

static void on_review(void *context, struct review *takes)
{
	struct settling *settling = context;

	settling->review = takes;
	settling->headless->done = true;
}

static void on_result(void *context, const struct gate_result *result)
{
	struct settling *settling = context;

	/* Not written down now, it is the next time. */
	if (result->again)
		review_free(result->again);
	settling->applied = result->outcome == OUTCOME_APPLIED;
	settling->headless->done = true;
}

/*
 * How it ended without us comes into the history; what nobody looks after any more is put back by that, since the store asks
 * with guardian-status.
 */
static void settle(struct headless *headless, struct asked *asked)
{
	bool stuck = asked->report.state == GUARDIAN_STUCK && asked->report.id;
	struct settling settling = { .headless = headless, .id = asked->report.id };
	struct gate *gate = headless->engine->gate;
	const char *server = host_at(headless->engine->hosts, asked->host)->name;
	struct change *change;

	if ((!stuck && asked->report.state != GUARDIAN_ROLLED_BACK) || asked->report.kind == ERROR_NONE || headless->engine->config->read_only ||
	    gate_write_reason(gate))
		return;
	gate_history(gate, on_history, &settling);
	headless_wait(headless);
	if (settling.known)
		return;
	change = settings_order(settings_kind(&asked->report), server, "settle", asked->report.id, 0);
	gate_preview(gate, change, on_review, &settling);
	headless_wait(headless);
	if (settling.review->allowed) {
		gate_submit(gate, settling.review, NULL, asked->report.why, on_result, &settling);
		headless_wait(headless);
	}
	if (stuck && settling.applied) {
		asked->report.state = GUARDIAN_ROLLED_BACK;
		asked->report.why = "nobody looked after it any more; it has been put back now";
	}
	review_free(settling.review);
	change_free(change);
}

int run_status(struct config *takes, const struct arguments *arguments, int argc, char **argv)
{
	struct waiting waiting = { .count = 0 };
	struct output output;

	(void)argc;
	(void)argv;
	if (headless_open(&waiting.headless, takes, arguments, false) && ask_all(&waiting, arguments->host)) {
		for (size_t i = 0; i < waiting.count; i++)
			if (waiting.servers[i].error.kind == ERROR_NONE)
				settle(&waiting.headless, &waiting.servers[i]);
		output_begin(&output, arguments->printer, stdout, columns, COLUMNS, false);
		for (size_t i = 0; i < waiting.count; i++)
			if (waiting.servers[i].error.kind == ERROR_NONE)
				print_one(&waiting, &output, &waiting.servers[i]);
		output_end(&output);
		for (size_t i = 0; i < waiting.count; i++)
			if (waiting.servers[i].error.kind != ERROR_NONE && (waiting.servers[i].has_way || arguments->host))
				headless_fail(&waiting.headless, &waiting.servers[i].error);
			else if (waiting.servers[i].report.state == GUARDIAN_STUCK)
				waiting.headless.status = error_exit_status(ERROR_FILE);
	}
	return headless_close(&waiting.headless);
}

/* --- confirm, rollback ---------------------------------------------------------------------------------- */

/* What can still go one way or the other; what nobody looks after any more, or could not be put back, can only go back. */
static bool takes(const struct asked *asked, const char *word)
{
	return asked->error.kind == ERROR_NONE && (asked->report.state == GUARDIAN_WAITING ||
		(asked->report.state == GUARDIAN_STUCK && asked->report.id && !strcmp(word, "rollback")));
}

/* The one that the order is for; NULL: the reason was printed. */
static struct asked *the_one(struct waiting *waiting, const char *word)
{
	struct asked *found = NULL;
	struct error error = { 0 };
	size_t many = 0;

	for (size_t i = 0; i < waiting->count; i++)
		if (takes(&waiting->servers[i], word)) {
			found = &waiting->servers[i];
			many++;
		}
	if (many == 1)
		return found;
	/* A server that did not answer may be the one. */
	for (size_t i = 0; i < waiting->count && many == 0; i++)
		if (waiting->servers[i].error.kind != ERROR_NONE && waiting->servers[i].has_way)
			error = waiting->servers[i].error;
	if (many > 1)
		error_set(&error, ERROR_USAGE, "changes wait on %zu servers; say which with --host", many);
	else if (error.kind == ERROR_NONE)
		error_set(&error, ERROR_NOT_FOUND, "no change waits, so there is nothing to %s; postroom status tells what became of the last one",
			!strcmp(word, "confirm") ? "confirm" : "roll back");
	headless_fail(&waiting->headless, &error);
	return NULL;
}

static int give_order(struct config *takes, const struct arguments *arguments, const char *word)
{
	struct waiting waiting = { .count = 0 };
	struct asked *one;

	if (headless_open(&waiting.headless, takes, arguments, false) && ask_all(&waiting, arguments->host) &&
	    (one = the_one(&waiting, word)) != NULL) {
		struct change *change = settings_order(settings_kind(&one->report), host_at(waiting.headless.engine->hosts, one->host)->name, word, one->report.id, 0);

		change->reason = arena_text(change->arena, arguments->reason);
		write_change(&waiting.headless, change);
		change_free(change);
	}
	return headless_close(&waiting.headless);
}

int run_confirm(struct config *takes, const struct arguments *arguments, int argc, char **argv)
{
	(void)argc;
	(void)argv;
	return give_order(takes, arguments, "confirm");
}

int run_rollback(struct config *takes, const struct arguments *arguments, int argc, char **argv)
{
	(void)argc;
	(void)argv;
	return give_order(takes, arguments, "rollback");
}
