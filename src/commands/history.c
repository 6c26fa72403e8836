/*
 * history: what was changed, newest first, and the check of the chains.
 *
 * Changes by others come from the shared journals, and from cn=accesslog where
 * it can be read; where neither is there, it is said that only what was made
 * here is shown.
 */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "commands/headless.h"
#include "commands/output.h"
#include "commands/subcommands.h"

#define EVENTS_MOST 1000

struct telling {
	struct headless headless;
	struct history *history;
	struct error fault;
	size_t records;
	bool accesslog;
	struct history_entry *events;      /* of others, newest first */
	size_t event_count, event_capacity;
	struct history_entry *entries;     /* all, newest first */
	size_t count;
};

static void on_history(void *context, struct history *takes, const struct error *error)
{
	struct telling *telling = context;

	telling->history = takes;
	telling->fault = *error;
	telling->headless.done = true;
}

static void on_verified(void *context, size_t records, const struct error *error)
{
	struct telling *telling = context;

	telling->records = records;
	telling->fault = *error;
	telling->headless.done = true;
}

/* Our own writes stand in both; the journal knows more of them. */
static bool is_ours(const struct telling *telling, const struct directory_event *event)
{
	const char *identity = directory_status(telling->headless.engine->directory)->identity;
	size_t i;

	if (!event->who || strcmp(event->who, identity))
		return false;
	for (i = 0; telling->history && i < telling->history->count; i++)
		if (llabs(telling->history->entries[i].time - event->time) <= 2)
			return true;
	return false;
}

static void add_event(struct telling *telling, const struct history_entry *entry)
{
	telling->events = arena_grow(telling->headless.arena, telling->events, &telling->event_capacity,
		telling->event_count + 1, sizeof(*telling->events));
	telling->events[telling->event_count++] = *entry;
}

static void on_events(void *context, const struct directory_event *events, size_t count, bool available, const struct error *error)
{
	struct telling *telling = context;
	struct arena *arena = telling->headless.arena;
	size_t i;

	telling->accesslog = available && (!error || error->kind == ERROR_NONE);
	for (i = 0; telling->accesslog && i < count; i++) {
		struct history_entry entry = {
			.id = "", .time = events[i].time, .who = arena_text(arena, events[i].who), .host = "",
			.verb = arena_text(arena, events[i].what), .kind = "", .name = arena_text(arena, events[i].place),
			.sentence = arena_format(arena, "%s %s", events[i].what, events[i].place), .reason = "",
			.state = HISTORY_DONE, .state_words = "done", .lines = arena_text(arena, events[i].words),
		};

		if (!is_ours(telling, &events[i]))
			add_event(telling, &entry);
	}
	telling->headless.done = true;
}

/* Both are newest first already. */
static void merge(struct telling *telling)
{
	const struct history *history = telling->history;
	size_t i = 0, j = 0;

	telling->entries = arena_alloc(telling->headless.arena, (history->count + telling->event_count) * sizeof(*telling->entries));
	while (i < history->count || j < telling->event_count)
		telling->entries[telling->count++] = j == telling->event_count ||
			(i < history->count && history->entries[i].time >= telling->events[j].time) ?
			history->entries[i++] : telling->events[j++];
}

/* --- printing --------------------------------------------------------------------------- */

static const struct column columns[] = {
	{ .name = "id", .label = "Id" },
	{ .name = "time", .label = "Time", .type = FIELD_TIME },
	{ .name = "who", .label = "Who" },
	{ .name = "sentence", .label = "What" },
	{ .name = "state", .label = "State" },
	{ .name = "reason", .label = "Reason" },
	{ .name = "job", .label = "Step of" },
	{ .name = "job_state_words", .label = "All of it" },
	/* From here on for machines only. */
	{ .name = "host", .label = "Host" },
	{ .name = "verb", .label = "Verb" },
	{ .name = "kind", .label = "Kind" },
	{ .name = "name", .label = "Name" },
	{ .name = "state_words", .label = "State in words" },
	{ .name = "can_undo", .label = "Can be taken back", .type = FIELD_FLAG },
	{ .name = "undo_of", .label = "Takes back" },
	{ .name = "rest", .label = "Steps left" },
	{ .name = "rest_of", .label = "Finishes" },
	{ .name = "job_words", .label = "Job" },
	{ .name = "job_state", .label = "State of the job" },
	{ .name = "job_steps", .label = "Its steps", .type = FIELD_NUMBER },
	{ .name = "job_done", .label = "Steps done", .type = FIELD_NUMBER },
	{ .name = "job_open", .label = "Steps open", .type = FIELD_NUMBER },
	{ .name = "job_unknown", .label = "Steps unknown", .type = FIELD_NUMBER },
	{ .name = "job_changed", .label = "Changes it made", .type = FIELD_NUMBER },
	{ .name = "job_undone", .label = "Changes taken back", .type = FIELD_NUMBER },
	{ .name = "job_undoable", .label = "Changes that can be", .type = FIELD_NUMBER },
	{ .name = "lines", .label = "Lines", .many = true },
};
#define COLUMNS (sizeof(columns) / sizeof(columns[0]))
#define TABLE_COLUMNS 8

static struct entry split_lines(struct arena *arena, const char *lines)
{
	struct entry entry = { 0 };
	struct value *values = arena_alloc(arena, (strlen(lines ? lines : "") + 1) * sizeof(*values));

	for (; lines && *lines; lines += strspn(lines, "\n")) {
		size_t length = strcspn(lines, "\n");

		values[entry.count++] = (struct value){ arena_bytes(arena, lines, length), length };
		lines += length;
	}
	entry.values = values;
	return entry;
}

/* Nothing where it was no step of a job. */
static struct entry entry_of_count(struct arena *arena, const struct history_job *job, size_t count)
{
	return entry_of_text(arena, job ? arena_format(arena, "%zu", count) : NULL);
}

static const char *machine_word(const struct history_entry *one)
{
	return one->trial != TRIAL_NONE ? history_trial_word(one->trial) : history_state_word(one->state);
}

static void print_entry(struct output *output, const struct history_entry *one, bool table)
{
	struct arena *arena = output->arena;
	const struct history_job *job = one->of;
	struct entry entries[COLUMNS] = {
		entry_of_text(arena, one->id), entry_of_text(arena, text_from_time(arena, one->time)), entry_of_text(arena, one->who),
		entry_of_text(arena, one->sentence), entry_of_text(arena, table ? one->state_words : machine_word(one)),
		entry_of_text(arena, one->reason), entry_of_text(arena, one->job), entry_of_text(arena, job ? job->state_words : NULL),
		entry_of_text(arena, one->host), entry_of_text(arena, one->verb),
		entry_of_text(arena, one->kind), entry_of_text(arena, one->name), entry_of_text(arena, one->state_words),
		entry_of_text(arena, one->can_undo ? "yes" : "no"), entry_of_text(arena, one->undo_of),
		entry_of_text(arena, arena_format(arena, "%zu", one->rest)), entry_of_text(arena, one->rest_of),
		entry_of_text(arena, one->job_words), entry_of_text(arena, job ? history_state_word(job->state) : NULL),
		entry_of_count(arena, job, job ? job->steps : 0), entry_of_count(arena, job, job ? job->done : 0),
		entry_of_count(arena, job, job ? job->open : 0), entry_of_count(arena, job, job ? job->unknown : 0),
		entry_of_count(arena, job, job ? job->changed : 0), entry_of_count(arena, job, job ? job->undone : 0),
		entry_of_count(arena, job, job ? job->undoable : 0), split_lines(arena, one->lines),
	};

	output_item(output, &(struct item){ .entries = entries });
}

static void print(struct telling *telling)
{
	const struct arguments *arguments = telling->headless.arguments;
	bool table = !strcmp(arguments->printer->name, "table");
	struct output output;
	size_t i;

	output_begin(&output, arguments->printer, stdout, columns, table ? TABLE_COLUMNS : COLUMNS, false);
	for (i = 0; i < telling->count && (arguments->limit == 0 || i < (size_t)arguments->limit); i++)
		print_entry(&output, &telling->entries[i], table);
	output_end(&output);
	if (telling->count == 0 && table)
		headless_note("Nothing was changed yet.");
	if (!telling->accesslog && !telling->history->others)
		headless_note("Only what was made by you here is shown: there is no shared journal of others, and no access log that can be read.");
	if (telling->fault.kind != ERROR_NONE)
		headless_fail(&telling->headless, &telling->fault);
}

static void tell(struct telling *telling)
{
	struct engine *engine = telling->headless.engine;

	gate_history(engine->gate, on_history, telling);
	headless_wait(&telling->headless);
	if (!telling->history) {
		headless_fail(&telling->headless, &telling->fault);
		return;
	}
	if (headless_connect(&telling->headless, NULL)) {
		directory_events(engine->directory, NULL, EVENTS_MOST, on_events, telling);
		headless_wait(&telling->headless);
	}
	merge(telling);
	print(telling);
}

static void verify(struct telling *telling)
{
	gate_verify(telling->headless.engine->gate, on_verified, telling);
	headless_wait(&telling->headless);
	if (telling->fault.kind != ERROR_NONE)
		headless_fail(&telling->headless, &telling->fault);
	else
		printf("%zu records, every chain whole. A cut tail does not show here; the server's access log is the authority.\n",
			telling->records);
}

int run_history(struct config *takes, const struct arguments *arguments, int argc, char **argv)
{
	struct telling telling = { 0 };

	(void)argc;
	(void)argv;
	if (!headless_open(&telling.headless, takes, arguments, false))
		return headless_close(&telling.headless);
	if (arguments->verify)
		verify(&telling);
	else
		tell(&telling);
	history_free(telling.history);
	return headless_close(&telling.headless);
}
