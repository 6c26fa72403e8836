/*
 * history: all sets as entries for people, and the check of the chains.
 *
 * run_ functions are on the gate's thread.  A history is an arena of its own
 * and belongs to the receiver.
 */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "gate/gate_private.h"
#include "gate/history_jobs.h"
#include "model/traffic.h"

/* --- one entry ------------------------------------------------------------------------------- */

static enum history_state state_of(const struct set *set)
{
	if (set->end == SET_OPEN || set->end == SET_UNKNOWN)
		return HISTORY_UNKNOWN;
	if (set->undone_by)
		return HISTORY_UNDONE;
	if (set->end == SET_DONE || set->finished_by)
		return HISTORY_DONE;
	return set_undoable(set) > 0 ? HISTORY_PARTLY : HISTORY_FAILED;
}

/* Everything that was meant was so already. */
static bool was_so(const struct set *set)
{
	size_t i;

	for (i = 0; i < set->count && set->steps[i].state == STEP_ALREADY; i++)
		;
	return set->end == SET_DONE && (set->none || (set->count > 0 && i == set->count));
}

static const char *back_words(struct arena *arena, const struct set *set)
{
	return set->timed_out ? history_back_words(arena, set->undone_by->reason) : arena_format(arena, "taken back by %s", set->undone_by->id);
}

static const char *state_words(struct arena *arena, const struct set *set, enum history_trial trial)
{
	switch (state_of(set)) {
	case HISTORY_DONE:
		return trial != TRIAL_NONE ? history_trial_words(arena, trial, set->until) : set->finished_by ? arena_format(arena, "%zu of %zu steps done, the rest by %s", set_undoable(set), set->count,
			set->finished_by->id) : was_so(set) ? "was so already" : "done";
	case HISTORY_FAILED:
		return set->problem ? arena_format(arena, "not done: %s", set->problem) : "not done";
	case HISTORY_UNDONE:
		return back_words(arena, set);
	case HISTORY_PARTLY:
		return arena_format(arena, "%zu of %zu steps done: %s", set_undoable(set), set->count,
			set->problem ? set->problem : "the rest failed");
	default:
		break;
	}
	return set->live || !set->ours ? "under way in another session" : "outcome not known yet";
}

static const char *lines_of(struct arena *arena, const struct set *set)
{
	struct text lines = { 0 };
	const char *copy;
	size_t i;

	for (i = 0; i < set->count; i++)
		text_addf(&lines, "%s%s", i > 0 ? "\n" : "", operation_lines(arena, &set->steps[i].operation));
	copy = arena_text(arena, text_get(&lines));
	text_free(&lines);
	return copy;
}

static const char *given(struct arena *arena, const char *text)
{
	return arena_text(arena, text ? text : "");
}

static const char *const *fields_of(struct arena *arena, const struct set *set)
{
	const char **names = arena_alloc(arena, (set->field_count + 1) * sizeof(*names));

	for (size_t i = 0; i < set->field_count; i++)
		names[i] = given(arena, set->fields[i]);
	return names;
}

/* Its end says what was done of what its intent says. */
static bool counted(const struct set *set)
{
	const struct kind *kind = set->kind ? kind_written(set->kind) : NULL;

	return kind && kind->result && set->end == SET_DONE && set->problem;
}

static const char *who_of(struct arena *arena, const struct set *set)
{
	if (set->settles)
		return arena_format(arena, "%s, told by %s", HISTORY_ITSELF, set->ours ? "you here" : set->who ? set->who : "?");
	return set->ours ? HISTORY_OURS : given(arena, set->who);
}

static void fill(struct arena *arena, const struct set *set, struct history_entry *entry, int64_t now)
{
	enum history_state state = state_of(set);

	entry->id = given(arena, set->id);
	entry->time = set->time / 1000;
	entry->who = who_of(arena, set);
	entry->host = given(arena, set->host);
	entry->verb = given(arena, set->verb);
	entry->kind = given(arena, set->kind);
	entry->name = given(arena, set->name);
	entry->target = arena_text(arena, set->target);
	entry->sentence = given(arena, counted(set) ? set->problem : set->sentence);
	entry->reason = given(arena, set->reason);
	entry->state = state;
	entry->trial = state == HISTORY_DONE ? set_trial(set, now) : TRIAL_NONE;
	entry->trial_until = set->until;
	entry->guarded = arena_text(arena, set->guarded);
	entry->state_words = state_words(arena, set, entry->trial);
	entry->already = was_so(set);
	entry->can_undo = (state == HISTORY_DONE || state == HISTORY_PARTLY) && set_undoable(set) > 0;
	entry->rest = set_rest(set);
	entry->undo_of = arena_text(arena, set->undo_of);
	entry->rest_of = arena_text(arena, set->rest_of);
	entry->job = arena_text(arena, set->job);
	entry->job_words = arena_text(arena, set->job_words);
	entry->job_steps = set->job_steps;
	entry->fields = fields_of(arena, set);
	entry->lines = lines_of(arena, set);
	entry->tries = strncmp(entry->lines, "add try:", 8) == 0;
}

struct history *history_of(const struct archive *archive)
{
	struct arena *arena = arena_new();
	struct history *history = arena_alloc(arena, sizeof(*history));
	struct history_entry *entries = arena_alloc(arena, archive->count * sizeof(*entries));
	int64_t now = clock_now();
	size_t i;

	for (i = archive->count; i-- > 0;)
		if (archive->sets[i]->session && !archive->sets[i]->told_before)
			fill(arena, archive->sets[i], &entries[history->count++], now);
	history->arena = arena;
	history->entries = entries;
	history->others = archive->others;
	history_join_jobs(history, entries, archive->ends, archive->end_count);
	return history;
}

void history_free(struct history *history)
{
	if (history)
		arena_free(history->arena);
}

/* --- jobs -------------------------------------------------------------------------------------- */

struct request {
	struct gate *gate;
	struct history *history;
	size_t records;
	struct error error;
	void (*history_done)(void *context, struct history *takes, const struct error *error);
	void (*verify_done)(void *context, size_t records, const struct error *error);
	void *context;
};

static void run_history(struct job *job, void *context)
{
	struct request *request = context;
	struct archive *archive = gate_archive(request->gate, false);

	(void)job;
	request->history = history_of(archive);
	request->records = archive->records;
	request->error = archive->any_fault;
	archive_free(archive);
}

static void history_done(void *context, bool cancelled)
{
	struct request *request = context;

	if (cancelled && request->error.kind == ERROR_NONE)
		error_set(&request->error, ERROR_CANCELLED, "The history was not read");
	if (request->history_done)
		request->history_done(request->context, request->history, &request->error);
	else
		history_free(request->history);
	if (request->verify_done)
		request->verify_done(request->context, request->records, &request->error);
	gate_job_done(request->gate);
	free(request);
}

static const struct job_class history_class = { .name = "history", .run = run_history, .done = history_done };

void gate_history(struct gate *gate, void (*done)(void *context, struct history *takes, const struct error *error), void *context)
{
	struct request *request = memory_new(sizeof(*request));

	request->gate = gate;
	request->history_done = done;
	request->context = context;
	gate_post(gate, &history_class, request);
}

/* --- the end of a job ------------------------------------------------------------------------- */

struct ending {
	struct gate *gate;
	struct arena *arena;
	struct gate_job_end end;
	void (*done)(void *context);
	void *context;
};

/* A journal that cannot be written has stopped the gate before; the history says then what is seen to be done. */
static void run_ending(struct job *job, void *context)
{
	struct ending *ending = context;

	(void)job;
	if (ending->gate->journal && !gate_write_reason(ending->gate))
		write_job_end(ending->gate, &ending->end);
}

static void ending_done(void *context, bool cancelled)
{
	struct ending *ending = context;

	(void)cancelled;
	ending->done(ending->context);
	gate_job_done(ending->gate);
	arena_free(ending->arena);
	free(ending);
}

static const struct job_class ending_class = { .name = "end of a job", .run = run_ending, .done = ending_done };

void gate_job_end(struct gate *gate, const struct gate_job_end *end, void (*done)(void *context), void *context)
{
	struct ending *ending = memory_new(sizeof(*ending));
	struct gate_job_open *open;

	ending->gate = gate;
	ending->arena = arena_new();
	ending->done = done;
	ending->context = context;
	ending->end = *end;
	ending->end.job = arena_text(ending->arena, end->job);
	ending->end.run = arena_text(ending->arena, end->run);
	open = arena_alloc(ending->arena, (end->open_count + 1) * sizeof(*open));
	for (size_t i = 0; i < end->open_count; i++)
		open[i] = (struct gate_job_open){ arena_text(ending->arena, end->open[i].set), end->open[i].kept };
	ending->end.open = open;
	gate_post(gate, &ending_class, ending);
}

void gate_verify(struct gate *gate, void (*done)(void *context, size_t records, const struct error *error), void *context)
{
	struct request *request = memory_new(sizeof(*request));

	request->gate = gate;
	request->verify_done = done;
	request->context = context;
	gate_post(gate, &history_class, request);
}
