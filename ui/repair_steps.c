/*
 * repair_steps: the steps of a run as rows: what is to be done, ticked one by
 * one, and at the end what is not done before what is.
 *
 * While they are being done each has a row of its own; before and after, the
 * same thing on several servers is one row, as long as the same is to be said
 * of it.  Pure; loop thread.
 */
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "ui/repair_state.h"

enum { NARROW = 60, NUMBER = 1, WORDS = 7, WORDS_NARROW = 4, SERVERS_MOST = 8 };

static const struct { const char *word; enum style style; } states[] = {
	[DESK_WAITING] = { "", STYLE_DIM }, [DESK_RUNNING] = { "..", STYLE_WARNING }, [DESK_DONE] = { "done", STYLE_OK },
	[DESK_ALREADY] = { "nothing to do", STYLE_OK }, [DESK_OPEN] = { "NOT DONE", STYLE_BAD }, [DESK_FAILED] = { "NOT DONE", STYLE_BAD },
	[DESK_UNKNOWN] = { "nobody knows yet", STYLE_BAD }, [DESK_LEFT_OUT] = { "not begun", STYLE_WARNING },
};

bool repair_is_open(enum desk_state state)
{
	return state == DESK_OPEN || state == DESK_FAILED || state == DESK_UNKNOWN || state == DESK_LEFT_OUT;
}

/* --- one row of one or several steps -------------------------------------------------------------------- */

struct step_row {
	const struct desk_step *first;
	size_t from, to;                   /* indexes, both included */
};

/* Nothing of this step needs a row: it is so already. */
static bool is_idle(const struct desk_step *step)
{
	return step->review != NULL && step->review->allowed && step->review->plan.count == 0 && !step->repeats;
}

/* What stands below a step: a server that is away says it once, and that there was nothing to do is said by its state. */
static const char *told_of(const struct desk_step *step, bool before)
{
	/* What was said of it before it began is not said any more. */
	if (!before && (step->state == DESK_WAITING || step->state == DESK_RUNNING))
		return NULL;
	if (step->told == NULL || step->as_before || step->state == DESK_ALREADY || step->state == DESK_LEFT_OUT)
		return NULL;
	return before && is_idle(step) ? NULL : step->told;
}

static bool is_away(const struct desk_step *step)
{
	return step->state == DESK_WAITING && step->review == NULL && step->told != NULL;
}

/* May the step stand in the row of the one before it? */
static bool joins(const struct desk_step *step, const struct desk_step *first, bool before)
{
	return step->state == first->state && step->server != NULL && first->server != NULL && desk_same_thing(step->words, first->words)
		&& told_of(step, before) == NULL && (told_of(first, before) == NULL || step->as_before)
		&& (!before || (is_idle(step) == is_idle(first) && is_away(step) == is_away(first)));
}

static bool has_server(const char *const *servers, size_t count, const char *server)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(servers[i], server) == 0)
			return true;
	return false;
}

/* The words of all steps of a row: without the name that each is about, where they differ by that. */
static const char *common_words(struct arena *arena, const struct desk_view *look, const struct step_row *row)
{
	const char *words = row->first->words, *end = strstr(words, " (");

	for (size_t i = row->from; end != NULL && i <= row->to; i++)
		if (strcmp(look->steps[i].words, words) != 0)
			return arena_format(arena, "%.*s", (int)(end - words), words);
	return words;
}

/* "login cache emptied - mail1, mail2" */
static const char *row_words(struct arena *arena, const struct desk_view *look, const struct step_row *row)
{
	const char *servers[SERVERS_MOST], *words = common_words(arena, look, row);
	size_t count = 0;

	for (size_t i = row->from; i <= row->to && count < SERVERS_MOST; i++) {
		const char *server = look->steps[i].server;

		if (server == NULL || *desk_on(arena, row->first->words, server) == '\0' || has_server(servers, count, server))
			continue;
		words = arena_format(arena, "%s%s%s", words, count == 0 ? " - " : ", ", server);
		servers[count++] = server;
	}
	return words;
}

static int state_column(const struct wrapped *pane)
{
	return pane->width >= 100 ? 64 : pane->width >= 86 ? 60 : pane->width >= 70 ? 52 : pane->width - 20;
}

static const char *state_word(const struct desk_step *step, bool before, enum style *style)
{
	*style = states[step->state].style;
	if (!before)
		return states[step->state].word;
	if (step->state == DESK_FAILED)
		return "cannot be done";
	*style = is_away(step) ? STYLE_WARNING : STYLE_DIM;
	return is_away(step) ? "no answer now" : is_idle(step) ? "nothing to do" : states[step->state].word;
}

static void add_row(const struct desk_view *look, const struct step_row *row, struct wrapped *pane)
{
	bool before = look->phase == DESK_SHOWN, narrow = pane->width < NARROW;
	const struct desk_step *step = row->first;
	int at = state_column(pane), column = narrow ? WORDS_NARROW : WORDS;
	const char *number = row->from == row->to || narrow ? arena_format(pane->arena, narrow ? "%2zu" : "%5zu", row->from + 1) :
		arena_format(pane->arena, "%5s", arena_format(pane->arena, "%zu-%zu", row->from + 1, row->to + 1));
	enum style style;
	const char *words = row_words(pane->arena, look, row), *state = state_word(step, before, &style), *told = told_of(step, before);
	char clock[9] = "";
	struct wrapped_span spans[] = { { at, style, state }, { at + 17, STYLE_DIM, clock } };
	int count = *state == '\0' ? 0 : 1;

	if (look->steps[row->to].at != 0 && pane->width >= at + 26) {
		clock_digits(look->steps[row->to].at, 1, clock);
		count = 2;
	}
	wrapped_add(pane, narrow ? NUMBER : 0, STYLE_DIM, number, column, STYLE_VALUE, words);
	/* Long words leave no room beside them. */
	if (count > 0 && !wrapped_beside(pane, spans, count))
		wrapped_pieces(pane, spans, count);
	if (told != NULL)
		wrapped_add(pane, 0, STYLE_PLAIN, NULL, column + 2, step->state == DESK_DONE ? STYLE_DIM : STYLE_WARNING, told);
}

/* --- all of them --------------------------------------------------------------------------------------------- */

/* Open ones, those that are not, or all (wanted NULL). */
static void add_rows(const struct desk_view *look, const bool *wanted, struct wrapped *pane)
{
	for (size_t i = 0; i < look->step_count; i++) {
		struct step_row row = { &look->steps[i], i, i };

		if (wanted != NULL && repair_is_open(row.first->state) != *wanted)
			continue;
		while (row.to + 1 < look->step_count && joins(&look->steps[row.to + 1], row.first, look->phase == DESK_SHOWN))
			row.to++;
		i = row.to;
		add_row(look, &row, pane);
	}
}

/* The row in which the step under way begins. */
static size_t add_running(const struct desk_view *look, struct wrapped *pane)
{
	size_t at = 0;

	for (size_t i = 0; i < look->step_count; i++) {
		if (look->steps[i].state == DESK_RUNNING)
			at = pane->count;
		add_row(look, &(struct step_row){ &look->steps[i], i, i }, pane);
	}
	return at;
}

size_t repair_steps(const struct desk_view *look, struct wrapped *pane)
{
	static const bool open = true, through = false;

	if (look->phase == DESK_WRITING)
		return add_running(look, pane);
	if (look->phase != DESK_OVER) {
		add_rows(look, NULL, pane);
		return 0;
	}
	if (look->open > 0) {
		wrapped_heading(pane, look->open == 1 ? "The open step" : "Open steps");
		add_rows(look, &open, pane);
	}
	if (look->done > 0) {
		wrapped_heading(pane, "Done");
		add_rows(look, &through, pane);
	}
	return 0;
}

/* --- what is open, in words ------------------------------------------------------------------------------------ */

enum { LABEL = 1, TOLD = 13 };

/* Every thing once, with its servers. */
static const char *things(struct arena *arena, const struct desk_view *look, enum desk_state a, enum desk_state b)
{
	const char *words = "";

	for (size_t i = 0; i < look->step_count; i++) {
		struct step_row row = { &look->steps[i], i, i };

		if (row.first->state != a && row.first->state != b)
			continue;
		while (row.to + 1 < look->step_count && look->steps[row.to + 1].state == row.first->state && row.first->server != NULL
				&& look->steps[row.to + 1].server != NULL && desk_same_thing(look->steps[row.to + 1].words, row.first->words))
			row.to++;
		i = row.to;
		words = arena_format(arena, "%s%s%s", words, *words ? "; " : "", row_words(arena, look, &row));
	}
	return words;
}

/* What is true as long as it is open, or may be where nobody has seen how it ended; every sentence once. */
static const char *meanwhile(struct arena *arena, const struct desk_view *look, bool seen)
{
	const char *words = "";

	for (size_t i = 0; i < look->step_count; i++) {
		const struct desk_step *step = &look->steps[i];
		bool wanted = seen ? step->state == DESK_OPEN || step->state == DESK_FAILED : step->state == DESK_UNKNOWN;

		if (wanted && *step->still != '\0' && strstr(words, step->still) == NULL)
			words = arena_format(arena, "%s%s%s", words, *words ? "; " : "", step->still);
	}
	return words;
}

static void add_told(struct wrapped *pane, enum style style, const char *label, const char *words)
{
	if (*words == '\0')
		return;
	if (pane->width < NARROW)
		wrapped_add(pane, 0, STYLE_PLAIN, NULL, LABEL, STYLE_VALUE, arena_format(pane->arena, "%s: %s", label, words));
	else
		wrapped_add(pane, LABEL, style, label, TOLD, STYLE_VALUE, words);
}

void repair_open_steps(const struct desk_view *look, struct wrapped *pane)
{
	size_t left_out = 0;

	for (size_t i = 0; i < look->step_count; i++)
		left_out += look->steps[i].state == DESK_LEFT_OUT;
	add_told(pane, STYLE_BAD, "NOT DONE", things(pane->arena, look, DESK_OPEN, DESK_FAILED));
	add_told(pane, STYLE_BAD, "Not known", things(pane->arena, look, DESK_UNKNOWN, DESK_UNKNOWN));
	if (left_out > 0)
		add_told(pane, STYLE_WARNING, "Not begun", left_out == 1 ? "the step after it" : arena_format(pane->arena, "the %zu steps after it", left_out));
	add_told(pane, STYLE_WARNING, "Until then", meanwhile(pane->arena, look, true));
	add_told(pane, STYLE_WARNING, "Perhaps", meanwhile(pane->arena, look, false));
	if (look->kept == 0)
		add_told(pane, STYLE_WARNING, "Go on", "nothing of it is kept for later or tried again by itself");
	else
		add_told(pane, STYLE_WARNING, "Go on", arena_format(pane->arena, "%skept under what is due, number %s: now, or later with M, Open steps",
			look->kept == look->open ? "" : "what can be tried again is ", look->id));
}
