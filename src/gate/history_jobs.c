/*
 * history_jobs: what became of a job of several changes as a whole.
 *
 * The changes in the journals tell what was begun, and whether it was taken
 * back; the ends that the desk wrote tell what was not begun at all.  A job may
 * have several goes, a later one doing what an earlier one kept.  Where no end
 * was written (its program was ended, or it goes on), only what is seen to be
 * done is counted as done.  Pure; nothing here fails.
 */
#include "gate/history_jobs.h"

#include <string.h>

#include "base/lookup.h"
#include "base/text.h"

/* A job while it is counted. */
struct counted {
	struct arena *arena;
	struct history_job *job;
	size_t capacity;
	const struct gate_job_end **ends;  /* oldest first */
	size_t end_count, end_capacity;
	struct gate_job_open *open;        /* after the goes that were counted so far */
	size_t open_count, open_capacity;
};

const char *history_state_word(enum history_state state)
{
	static const char *const words[] = {
		[HISTORY_DONE] = "done", [HISTORY_FAILED] = "failed", [HISTORY_UNKNOWN] = "unknown", [HISTORY_UNDONE] = "undone",
		[HISTORY_PARTLY] = "partly", [HISTORY_PARTLY_UNDONE] = "partly_undone",
	};

	return words[state];
}

/* --- its changes ------------------------------------------------------------------------------------ */

/* The field that a change was about: "add flush: yes" is "add flush". */
static size_t field_length(const struct history_entry *entry)
{
	return strcspn(entry->lines, ":\n");
}

static bool same_thing(const struct history_entry *one, const struct history_entry *other)
{
	return strcmp(one->kind, other->kind) == 0 && strcmp(one->name, other->name) == 0 && field_length(one) == field_length(other) &&
		strncmp(one->lines, other->lines, field_length(one)) == 0;
}

static bool did_something(const struct history_entry *entry)
{
	return entry->state == HISTORY_DONE || entry->state == HISTORY_UNDONE || entry->state == HISTORY_PARTLY;
}

static bool is_whole(const struct history_entry *entry)
{
	return entry->state == HISTORY_DONE || entry->state == HISTORY_UNDONE;
}

/* Was this step done, or tried again, by a later change of the same job? */
static bool tried_later(const struct history_job *job, size_t at)
{
	for (size_t i = 0; i < at; i++)
		if (same_thing(job->changes[i], job->changes[at]))
			return true;
	return false;
}

static void count_changes(struct history_job *job)
{
	for (size_t i = 0; i < job->count; i++) {
		const struct history_entry *entry = job->changes[i];

		job->undoable += entry->can_undo;
		if (entry->tries || entry->already || !did_something(entry))
			continue;
		job->changed++;
		job->undone += entry->state == HISTORY_UNDONE;
	}
}

/* --- its steps ----------------------------------------------------------------------------------------- */

static void add_open(struct counted *counted, struct gate_job_open open)
{
	counted->open = arena_grow(counted->arena, counted->open, &counted->open_capacity, counted->open_count + 1, sizeof(*counted->open));
	counted->open[counted->open_count++] = open;
}

/* What this go was to do is open no more, whatever it leaves open is. */
static void take_kept_out(struct counted *counted, size_t steps)
{
	size_t left = 0, kept = 0;

	for (size_t i = 0; i < counted->open_count; i++) {
		if (counted->open[i].kept && kept < steps)
			kept++;
		else
			counted->open[left++] = counted->open[i];
	}
	counted->open_count = left;
}

/* The last end of each go counts: within it what is open is tried again. */
static bool is_last_of_its_go(const struct counted *counted, size_t at)
{
	for (size_t i = at + 1; i < counted->end_count; i++)
		if (strcmp(counted->ends[i]->run, counted->ends[at]->run) == 0)
			return false;
	return true;
}

static size_t steps_said(const struct history_job *job)
{
	size_t most = 0;

	for (size_t i = 0; i < job->count; i++)
		most = job->changes[i]->job_steps > most ? job->changes[i]->job_steps : most;
	return most;
}

static void take_ends(struct counted *counted)
{
	struct history_job *job = counted->job;

	for (size_t i = 0; i < counted->end_count; i++) {
		const struct gate_job_end *end = counted->ends[i];

		if (!is_last_of_its_go(counted, i))
			continue;
		if (!end->rest) {
			job->steps = end->steps;
			counted->open_count = 0;
		} else if (job->steps == 0) {
			/* Its first go had no end; what was kept of that is all that was left. */
			job->steps = steps_said(job) > end->steps ? steps_said(job) : end->steps;
		} else {
			take_kept_out(counted, end->steps);
		}
		for (size_t j = 0; j < end->open_count; j++)
			add_open(counted, end->open[j]);
	}
}

static const struct history_entry *change_of(const struct history_job *job, const char *set)
{
	for (size_t i = 0; set && i < job->count; i++)
		if (strcmp(job->changes[i]->id, set) == 0)
			return job->changes[i];
	return NULL;
}

/* By the ends; what was unknown then may be known now. */
static void count_by_ends(struct counted *counted)
{
	struct history_job *job = counted->job;

	job->ended = true;
	for (size_t i = 0; i < counted->open_count; i++) {
		const struct history_entry *entry = change_of(job, counted->open[i].set);

		if (entry && is_whole(entry))
			continue;
		job->unknown += entry && entry->state == HISTORY_UNKNOWN;
		job->open += !entry || entry->state != HISTORY_UNKNOWN;
	}
	if (job->unknown + job->open > job->steps)
		job->steps = job->unknown + job->open;
	job->done = job->steps - job->unknown - job->open;
}

/* By the changes alone. An old journal does not say how many steps there were: they were all begun then. */
static void count_by_changes(struct history_job *job)
{
	for (size_t i = 0; i < job->count; i++) {
		const struct history_entry *entry = job->changes[i];

		if (tried_later(job, i))
			continue;
		job->done += is_whole(entry);
		job->unknown += entry->state == HISTORY_UNKNOWN;
		job->open += !is_whole(entry) && entry->state != HISTORY_UNKNOWN && !entry->tries;
	}
	job->steps = steps_said(job);
	job->ended = job->steps <= job->done + job->unknown + job->open;
	if (job->ended)
		job->steps = job->done + job->unknown + job->open;
	else
		job->open = job->steps - job->done - job->unknown;
}

/* --- in words --------------------------------------------------------------------------------------------- */

static enum history_state state_of(const struct history_job *job)
{
	if (job->unknown > 0)
		return HISTORY_UNKNOWN;
	if (job->undone > 0)
		return job->undone == job->changed ? HISTORY_UNDONE : HISTORY_PARTLY_UNDONE;
	if (job->open == 0)
		return HISTORY_DONE;
	return job->done == 0 && job->changed == 0 ? HISTORY_FAILED : HISTORY_PARTLY;
}

static char *steps_words(struct arena *arena, const struct history_job *job)
{
	char *words = arena_format(arena, "%zu of %zu done", job->done, job->steps);

	if (!job->ended)
		return arena_format(arena, "%s so far", words);
	if (job->unknown > 0)
		words = arena_format(arena, "%s, %zu unknown", words, job->unknown);
	return job->open > 0 ? arena_format(arena, "%s, %zu open", words, job->open) : words;
}

static const char *words_of(struct arena *arena, const struct history_job *job)
{
	bool all = job->open == 0 && job->unknown == 0;
	const char *back = job->undone == 0 ? "" : job->undone == job->changed ? "undone" :
		arena_format(arena, "partly undone (%zu of %zu)%s", job->undone, job->changed, job->undoable == 0 ? ", the rest cannot be" : "");

	if (all)
		return job->undone > 0 ? back : "done";
	if (job->undone > 0)
		return arena_format(arena, "%s; %s", back, steps_words(arena, job));
	return job->state == HISTORY_FAILED ? arena_format(arena, "not done (0 of %zu)", job->steps) : steps_words(arena, job);
}

/* --- together ------------------------------------------------------------------------------------------------ */

static struct counted *counted_of(struct history *history, struct counted *all, size_t *count, struct lookup *by_id, const struct history_entry *entry)
{
	struct counted *counted = lookup_get(by_id, entry->job);

	if (counted)
		return counted;
	counted = &all[(*count)++];
	*counted = (struct counted){ .arena = history->arena };
	counted->job = arena_alloc(history->arena, sizeof(*counted->job));
	counted->job->id = entry->job;
	counted->job->words = entry->job_words ? entry->job_words : "";
	lookup_put(by_id, entry->job, counted);
	return counted;
}

static void finish(struct counted *counted)
{
	struct history_job *job = counted->job;

	count_changes(job);
	take_ends(counted);
	if (job->steps > 0)
		count_by_ends(counted);
	else
		count_by_changes(job);
	job->state = state_of(job);
	job->state_words = words_of(counted->arena, job);
}

void history_join_jobs(struct history *history, struct history_entry *entries, const struct gate_job_end *ends, size_t end_count)
{
	struct lookup *by_id = lookup_new();
	struct counted *all = arena_alloc(history->arena, (history->count + 1) * sizeof(*all));
	struct history_job *jobs;
	size_t count = 0;

	for (size_t i = 0; i < history->count; i++) {
		struct counted *counted = entries[i].job ? counted_of(history, all, &count, by_id, &entries[i]) : NULL;
		struct history_job *job = counted ? counted->job : NULL;

		if (!job)
			continue;
		job->changes = arena_grow(history->arena, job->changes, &counted->capacity, job->count + 1, sizeof(*job->changes));
		job->changes[job->count++] = &entries[i];
	}
	for (size_t i = 0; i < end_count; i++) {
		struct counted *counted = lookup_get(by_id, ends[i].job);

		if (!counted)
			continue;
		counted->ends = arena_grow(history->arena, counted->ends, &counted->end_capacity, counted->end_count + 1, sizeof(*counted->ends));
		counted->ends[counted->end_count++] = &ends[i];
	}
	jobs = arena_alloc(history->arena, (count + 1) * sizeof(*jobs));
	for (size_t i = 0; i < count; i++) {
		finish(&all[i]);
		jobs[i] = *all[i].job;
	}
	for (size_t i = 0; i < history->count; i++)
		if (entries[i].job)
			entries[i].of = &jobs[(const struct counted *)lookup_get(by_id, entries[i].job) - all];
	lookup_free(by_id);
	history->jobs = jobs;
	history->job_count = count;
}
