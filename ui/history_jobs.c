/*
 * history_jobs: rows of the journals, the steps of one job as one row that opens
 * to them.
 *
 * While words are searched for every step stands by itself, so that all of them
 * are found.  A job whose steps were done in two goes (a server was away) is one
 * row all the same, at the time of its last step.  Nothing here fails; loop
 * thread.
 */
#include <string.h>

#include "base/text.h"
#include "ui/history.h"

struct grouped {
	const char *job;
	const struct history_entry **steps;    /* newest first */
	size_t count, capacity;
};
struct groups {
	struct grouped *items;                 /* newest first */
	size_t count, capacity;
	size_t at;                             /* found last: steps of a job stand together but for what was done later */
};

static struct history_row row_of(const struct history_entry *entry)
{
	return (struct history_row){
		.time = entry->time, .sort = entry->time, .entry = entry, .who = history_who(entry), .what = history_given(entry->sentence),
		.state = history_given(entry->state_words), .reason = history_given(entry->reason), .lines = history_given(entry->lines),
		.whole_who = history_given(entry->who),
	};
}

/* The field that a step was about: "add flush: yes" is "add flush". */
static size_t field_length(const struct history_entry *entry)
{
	return strcspn(history_given(entry->lines), ":\n");
}

/* A try changes nothing, so that it was refused leaves nothing undone. */
static bool is_try(const struct history_entry *entry)
{
	return strncmp(history_given(entry->lines), "add try:", 8) == 0;
}

/* Was this step done by a later one of the same job? */
static bool done_later(const struct grouped *job, size_t at)
{
	const struct history_entry *failed = job->steps[at];

	for (size_t i = 0; i < at; i++) {
		const struct history_entry *step = job->steps[i];

		if (step->state == HISTORY_DONE && strcmp(step->kind, failed->kind) == 0 && strcmp(step->name, failed->name) == 0 &&
		    field_length(step) == field_length(failed) && strncmp(history_given(step->lines), history_given(failed->lines), field_length(failed)) == 0)
			return true;
	}
	return false;
}

static enum history_state state_of(const struct grouped *job)
{
	size_t undone = 0, can = 0, failed = 0;

	for (size_t i = 0; i < job->count; i++) {
		const struct history_entry *step = job->steps[i];

		if (step->state == HISTORY_UNKNOWN)
			return HISTORY_UNKNOWN;
		undone += step->state == HISTORY_UNDONE;
		can += step->can_undo;
		failed += (step->state == HISTORY_FAILED || step->state == HISTORY_PARTLY) && !is_try(step) && !done_later(job, i);
	}
	if (undone > 0)
		return can == 0 ? HISTORY_UNDONE : HISTORY_PARTLY;
	return failed == 0 ? HISTORY_DONE : failed == job->count ? HISTORY_FAILED : HISTORY_PARTLY;
}

static struct history_row head_of(struct history_view *self, const struct grouped *job)
{
	static const char *const words[] = {
		[HISTORY_DONE] = "done", [HISTORY_FAILED] = "not done", [HISTORY_UNKNOWN] = "nobody knows yet how a step ended",
		[HISTORY_UNDONE] = "taken back", [HISTORY_PARTLY] = "done in part",
	};
	struct history_row row = row_of(job->steps[0]);
	struct text lines = { 0 };

	for (size_t i = job->count; i-- > 0;)
		text_addf(&lines, "%s: %s\n", history_given(job->steps[i]->sentence), history_given(job->steps[i]->state_words));
	row.job = job->steps[0]->job;
	row.what = arena_format(self->arena, "%s (%zu steps)", history_given(job->steps[0]->job_words), job->count);
	row.job_state = state_of(job);
	for (size_t i = 0; i < job->count; i++)
		row.can_undo = row.can_undo || job->steps[i]->can_undo;
	row.state = words[row.job_state];
	row.lines = arena_text(self->arena, text_get(&lines));
	text_free(&lines);
	return row;
}

/* NULL: no entry of this job came yet. */
static struct grouped *find(struct groups *groups, const char *job)
{
	if (groups->at < groups->count && strcmp(groups->items[groups->at].job, job) == 0)
		return &groups->items[groups->at];
	for (groups->at = 0; groups->at < groups->count; groups->at++)
		if (strcmp(groups->items[groups->at].job, job) == 0)
			return &groups->items[groups->at];
	return NULL;
}

static void group(struct history_view *self, const struct history *history, struct groups *groups)
{
	for (size_t i = 0; i < history->count; i++) {
		const struct history_entry *entry = &history->entries[i];
		struct grouped *job = entry->job == NULL ? NULL : find(groups, entry->job);

		if (entry->job == NULL)
			continue;
		if (job == NULL) {
			groups->items = arena_grow(self->arena, groups->items, &groups->capacity, groups->count + 1, sizeof(*groups->items));
			job = &groups->items[groups->count++];
			*job = (struct grouped){ .job = entry->job };
		}
		job->steps = arena_grow(self->arena, job->steps, &job->capacity, job->count + 1, sizeof(*job->steps));
		job->steps[job->count++] = entry;
	}
}

static bool is_opened(const struct history_view *self, const char *job)
{
	return self->opened != NULL && strcmp(self->opened, job) == 0;
}

size_t history_entry_rows(struct history_view *self, struct history_row **rows)
{
	const struct history *history = self->history;
	size_t count = 0, entries = history == NULL ? 0 : history->count;
	struct groups groups = { 0 };

	if (entries > 0 && line_empty(&self->filter))
		group(self, history, &groups);
	*rows = arena_alloc(self->arena, (entries * 2 + 1) * sizeof(**rows));
	for (size_t i = 0; i < entries; i++) {
		const struct history_entry *entry = &history->entries[i];
		const struct grouped *job = entry->job == NULL ? NULL : find(&groups, entry->job);

		if (job == NULL || job->count == 1) {
			(*rows)[count++] = row_of(entry);
			continue;
		}
		if (entry != job->steps[0])
			continue;
		(*rows)[count++] = head_of(self, job);
		/* In the order in which they were done. */
		for (size_t j = job->count; j-- > 0 && is_opened(self, entry->job);) {
			(*rows)[count] = row_of(job->steps[j]);
			(*rows)[count].step = true;
			(*rows)[count++].sort = entry->time;
		}
	}
	return count;
}
