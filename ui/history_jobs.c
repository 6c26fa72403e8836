/*
 * history_jobs: rows of the journals, the steps of one job as one row that opens
 * to them.
 *
 * While words are searched for every step stands by itself, so that all of them
 * are found.  A job whose steps were done in two goes (a server was away) is one
 * row all the same, at the time of its last step.  What became of it as a whole
 * the gate has counted (gate/history_jobs).  Nothing here fails; loop thread.
 */
#include <string.h>

#include "base/text.h"
#include "ui/history.h"

static struct history_row row_of(const struct history_entry *entry)
{
	return (struct history_row){
		.time = entry->time, .sort = entry->time, .entry = entry, .who = history_who(entry), .what = history_given(entry->sentence),
		.state = history_given(entry->state_words), .reason = history_given(entry->reason), .lines = history_given(entry->lines),
		.whole_who = history_given(entry->who),
	};
}

static struct history_row head_of(struct history_view *self, const struct history_job *job)
{
	struct history_row row = row_of(job->changes[0]);
	struct text lines = { 0 };

	for (size_t i = job->count; i-- > 0;)
		text_addf(&lines, "%s: %s\n", history_given(job->changes[i]->sentence), history_given(job->changes[i]->state_words));
	if (job->count < job->open + job->unknown + job->done)
		text_addf(&lines, "A step that changed nothing, or was not begun, does not stand here.\n");
	row.job = job->id;
	row.what = arena_format(self->arena, "%s (%zu step%s)", job->words, job->steps, job->steps == 1 ? "" : "s");
	row.job_state = job->state;
	row.can_undo = job->undoable > 0;
	row.state = job->state_words;
	row.lines = arena_text(self->arena, text_get(&lines));
	text_free(&lines);
	return row;
}

static bool is_opened(const struct history_view *self, const char *job)
{
	return self->opened != NULL && strcmp(self->opened, job) == 0;
}

size_t history_entry_rows(struct history_view *self, struct history_row **rows)
{
	const struct history *history = self->history;
	size_t count = 0, entries = history == NULL ? 0 : history->count;
	bool joined = line_empty(&self->filter);

	*rows = arena_alloc(self->arena, (entries * 2 + 1) * sizeof(**rows));
	for (size_t i = 0; i < entries; i++) {
		const struct history_entry *entry = &history->entries[i];
		const struct history_job *job = joined ? entry->of : NULL;

		/* A job of one step is that step. */
		if (job == NULL || (job->count == 1 && job->steps <= 1)) {
			(*rows)[count++] = row_of(entry);
			continue;
		}
		if (entry != job->changes[0])
			continue;
		(*rows)[count++] = head_of(self, job);
		/* In the order in which they were done. */
		for (size_t j = job->count; j-- > 0 && is_opened(self, entry->job);) {
			(*rows)[count] = row_of(job->changes[j]);
			(*rows)[count].step = true;
			(*rows)[count++].sort = entry->time;
		}
	}
	return count;
}
