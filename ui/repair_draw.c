/*
 * repair_draw: a run of the desk as text: steps with their ticks, what changes,
 * what it causes, what stays open, and at the end what to say.
 *
 * Draws only, never fails; loop thread.
 */
#include <string.h>

#include "base/clock.h"
#include "base/passphrase.h"
#include "base/text.h"
#include "ui/frame.h"
#include "ui/repair_state.h"
#include "ui/review.h"
#include "ui/session.h"

enum { BOTTOM_ROWS = 3, NAME_ROWS = 1, BUTTON_BASE = 100 };

/* --- steps --------------------------------------------------------------------------------------------- */

static const struct { const char *word; enum style style; } states[] = {
	[DESK_WAITING] = { "", STYLE_DIM }, [DESK_RUNNING] = { "..", STYLE_WARNING }, [DESK_DONE] = { "done", STYLE_OK },
	[DESK_ALREADY] = { "was so already", STYLE_OK }, [DESK_OPEN] = { "NOT DONE", STYLE_BAD }, [DESK_FAILED] = { "NOT DONE", STYLE_BAD },
	[DESK_UNKNOWN] = { "nobody knows yet", STYLE_BAD }, [DESK_LEFT_OUT] = { "not begun", STYLE_WARNING },
};

static int state_column(const struct wrapped *pane)
{
	return pane->width >= 100 ? 64 : pane->width >= 70 ? 52 : pane->width - 20;
}

static const char *step_words(struct arena *arena, const struct desk_step *step)
{
	return arena_format(arena, "%s%s%s", step->words, step->server != NULL ? " - " : "", step->server != NULL ? step->server : "");
}

static void add_step(struct wrapped *pane, size_t number, const struct desk_step *step, bool before)
{
	int at = state_column(pane);
	char clock[9] = "";
	struct wrapped_span spans[] = {
		{ 1, STYLE_DIM, arena_format(pane->arena, "%2zu", number) },
		{ 4, STYLE_VALUE, step_words(pane->arena, step) },
		{ at, states[step->state].style, before && step->state == DESK_FAILED ? "cannot be done" : states[step->state].word },
		{ at + 17, STYLE_DIM, clock },
	};
	size_t room = at > 6 ? (size_t)at - 6 : 0;

	if (step->at != 0 && pane->width >= at + 26)
		clock_digits(step->at, 1, clock);
	/* A long step has a row of its own, so that its state is not written over it. */
	if (text_columns(pane->form, spans[1].words, strlen(spans[1].words)) > room) {
		wrapped_pieces(pane, spans, 2);
		spans[0].words = "";
		spans[1].words = "";
	}
	if (states[step->state].word[0] != '\0' || spans[1].words[0] != '\0')
		wrapped_pieces(pane, spans, clock[0] != '\0' ? 4 : 3);
	if (step->told != NULL && !step->as_before)
		wrapped_add(pane, 0, STYLE_PLAIN, NULL, 6, step->state == DESK_DONE || step->state == DESK_ALREADY ? STYLE_DIM : STYLE_WARNING, step->told);
}

static void add_steps(const struct desk_view *look, struct wrapped *pane)
{
	for (size_t i = 0; i < look->step_count; i++)
		add_step(pane, i + 1, &look->steps[i], look->phase == DESK_SHOWN);
}

/* --- before ------------------------------------------------------------------------------------------------ */

static void add_lines(const struct desk_view *look, struct wrapped *pane)
{
	if (look->line_count > 0)
		wrapped_heading(pane, "Changes");
	for (size_t i = 0; i < look->line_count; i++) {
		const struct diff_line *line = &look->lines[i];

		wrapped_add(pane, 0, STYLE_PLAIN, NULL, 1, STYLE_VALUE, arena_format(pane->arena, "%s: %s -> %s", line->field->label, line->old_words, line->new_words));
		review_exact(pane, line->field, 3, line->old_words);
		review_exact(pane, line->field, 3, line->new_words);
	}
}

static void add_remarks(const struct desk_view *look, struct wrapped *pane)
{
	for (const char *const *remark = look->remarks; remark != NULL && *remark != NULL; remark++) {
		bool warning = strncmp(*remark, "! ", 2) == 0;

		wrapped_add(pane, 1, warning ? STYLE_WARNING : STYLE_DIM, warning ? "!" : "i", 4, STYLE_VALUE, *remark + (warning ? 2 : 0));
	}
}

static void add_causes(const struct desk_view *look, struct wrapped *pane)
{
	if (look->consequence_count > 0 || look->remarks != NULL)
		wrapped_heading(pane, "Will cause, and will not");
	for (size_t i = 0; i < look->consequence_count; i++)
		review_consequence(pane, &look->consequences[i], false);
	add_remarks(look, pane);
}

/* --- after ---------------------------------------------------------------------------------------------------- */

static void add_secret(const struct repair_view *self, const struct desk_view *look, struct wrapped *pane)
{
	long left = repair_seconds(self);

	if (look->secret == NULL || left == 0)
		return;
	wrapped_heading(pane, "Password");
	wrapped_add(pane, 0, STYLE_PLAIN, NULL, 1, STYLE_TITLE, arena_format(pane->arena, "%s    with the hyphens; stays until Esc, at most %ld:%02ld", look->secret,
		left / 60, left % 60));
	wrapped_add(pane, 0, STYLE_PLAIN, NULL, 1, STYLE_VALUE, arena_format(pane->arena, "Group %u of %d:  %s", self->group + 1, PASSPHRASE_GROUPS,
		passphrase_spelled(pane->arena, look->secret, self->group)));
}

static void add_end(const struct repair_view *self, const struct desk_view *look, struct wrapped *pane)
{
	wrapped_heading(pane, "State now");
	wrapped_add(pane, 0, STYLE_PLAIN, NULL, 1, look->open > 0 ? STYLE_WARNING : STYLE_OK, look->state_now);
	add_secret(self, look, pane);
	if (look->say != NULL) {
		wrapped_heading(pane, "Say");
		wrapped_add(pane, 0, STYLE_PLAIN, NULL, 1, STYLE_VALUE, look->say);
	}
	add_remarks(look, pane);
}

static void lay_out(const struct repair_view *self, struct arena *arena, enum visible_form form, int width, struct wrapped *pane)
{
	const struct desk_view *look = desk_look(self->run);

	wrapped_start(pane, arena, form, width);
	if (look->phase == DESK_LOOKING) {
		wrapped_add(pane, 0, STYLE_PLAIN, NULL, 1, STYLE_DIM, "looking who is connected, and what each step would do ..");
		return;
	}
	if (look->phase == DESK_SHOWN && look->refusal.kind != ERROR_NONE) {
		wrapped_add(pane, 1, STYLE_BAD, "X", 4, STYLE_BAD, look->refusal.text);
		wrapped_add(pane, 0, STYLE_PLAIN, NULL, 4, STYLE_DIM, "Nothing was written.");
	}
	/* What whoever is on the telephone needs stands where it is seen without scrolling. */
	if (look->phase == DESK_OVER) {
		add_end(self, look, pane);
		wrapped_heading(pane, "Steps");
	}
	add_steps(look, pane);
	if (look->phase == DESK_SHOWN) {
		add_lines(look, pane);
		add_causes(look, pane);
	}
}

/* --- the bottom ------------------------------------------------------------------------------------------------ */

static int bottom_rows(const struct repair_view *self)
{
	return BOTTOM_ROWS + (repair_asks_name(self) ? NAME_ROWS : 0);
}

static void draw_input(const struct repair_view *self, struct canvas *canvas, int row, const char *label, const struct line *line, enum repair_focus which)
{
	bool focus = self->focus == which;
	int used = canvas_words(canvas, row, 1, canvas->columns / 2, focus ? STYLE_KEY : STYLE_LABEL, label);

	line_draw(line, canvas, row, used + 3, canvas->columns - used - 5, focus);
	canvas_target(canvas, row, 0, canvas->columns, (int)which);
}

static void draw_buttons(const struct repair_view *self, struct canvas *canvas, int row)
{
	struct repair_button buttons[REPAIR_BUTTONS_MOST];
	size_t count = repair_buttons(self, buttons);
	int column = 1;

	for (size_t i = 0; i < count; i++) {
		bool here = self->focus == REPAIR_BUTTONS && self->button == i;
		int used;

		if (here)
			canvas_cursor(canvas, row, column, false);
		used = canvas_format(canvas, row, column, -1, here ? STYLE_BUTTON_HERE : buttons[i].blocked != NULL ? STYLE_DIM : STYLE_BUTTON, "[ %s ]", buttons[i].words);
		canvas_target(canvas, row, column, used, BUTTON_BASE + (int)i);
		column += used + 2;
	}
	canvas_words(canvas, row, column + 1, canvas->columns - column - 2, STYLE_DIM, self->said);
}

static void draw_bottom(const struct repair_view *self, struct canvas *canvas, int row)
{
	const struct desk_view *look = desk_look(self->run);

	frame_rule(canvas, row++, 0, canvas->columns, look->phase == DESK_WRITING ? "Being done" : look->phase == DESK_OVER ? "Through" : "Nothing is written yet");
	if (repair_asks_name(self))
		draw_input(self, canvas, row++, arena_format(canvas->arena, "Type %s", look->confirm_text), &self->name, REPAIR_NAME);
	if (repair_asks(self))
		draw_input(self, canvas, row, look->reason_required ? "Ticket or reason (needed)" : "Ticket or reason", &self->reason, REPAIR_REASON);
	else if (look->phase == DESK_OVER)
		canvas_format(canvas, row, 1, canvas->columns - 2, STYLE_DIM, "Number %s: each step stands in the history with it", look->id);
	row++;
	if (look->phase != DESK_WRITING && look->phase != DESK_LOOKING)
		draw_buttons(self, canvas, row);
	else
		canvas_words(canvas, row, 1, canvas->columns - 2, STYLE_DIM, self->said);
}

void repair_draw(const struct view *view, struct canvas *canvas, struct area area)
{
	const struct repair_view *self = (const struct repair_view *)view;
	int bottom = bottom_rows(self);
	struct wrapped pane;

	lay_out(self, canvas->arena, canvas->form, area.columns - 2, &pane);
	wrapped_draw(&pane, canvas, area.top, 1, area.rows - bottom, self->scroll);
	draw_bottom(self, canvas, area.top + area.rows - bottom);
}

size_t repair_scroll_most(const struct repair_view *self)
{
	const struct canvas *canvas = session_canvas(self->view.session);
	struct area area = frame_area(canvas, true);
	struct arena *arena = arena_new();
	struct wrapped pane;
	size_t most;

	lay_out(self, arena, canvas->form, area.columns - 2, &pane);
	most = wrapped_most(&pane, area.rows - bottom_rows(self));
	arena_free(arena);
	return most;
}

void repair_click(struct view *view, int id)
{
	struct repair_view *self = (struct repair_view *)view;

	if (id >= BUTTON_BASE) {
		self->focus = REPAIR_BUTTONS;
		self->button = (size_t)(id - BUTTON_BASE);
	} else {
		self->focus = (enum repair_focus)id;
	}
	session_changed(view->session);
}

const char *repair_title(const struct view *view, struct arena *arena)
{
	const struct desk_view *look = desk_look(((const struct repair_view *)view)->run);
	const char *address = record_text(look->person, "address");

	return look->person->name[0] == '\0' ? arena_text(arena, look->job->title) :
		arena_format(arena, "%s - %s  %s%s%s", look->job->title, record_text(look->person, "full_name"), look->person->name, *address ? "  " : "", address);
}
