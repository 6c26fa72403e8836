/*
 * review_draw: how a review looks.
 *
 * Two panes, the change and what it will cause; side by side where there is
 * room, else one above the other, where the consequences keep their half.
 * Below them the lines to fill in and the buttons.  Foreign text becomes
 * visible in wrapped.c and canvas.c only.  Also where a click puts the focus,
 * since it is known here what stands where.  Never fails; loop thread.
 */
#include "ui/review_state.h"

#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "model/traffic.h"
#include "ui/review_panes.h"
#include "ui/wrapped.h"

enum { SIDE_BY_SIDE = 100, UPPER_LEAST = 5, ONE_PANE = 9 };

struct layout {
	struct wrapped left, right;
	bool two;                  /* right is used */
	bool beside;
	bool whole;                /* all of it in one pane, since both had more and somebody reads on; its offset is one less */
	int bottom;                /* rows kept for lines and buttons */
};

static int bottom_rows(const struct review_view *self, int rows)
{
	struct stops_now now = review_now(self);
	int wanted = stops_rows(&now);

	/* Where every row counts only the line that has the focus stays beside the buttons. */
	if (rows - wanted < 4 && wanted > 1)
		wanted = self->stops.focus == STOP_BUTTONS ? 1 : 2;
	else if (rows - wanted >= 8)
		wanted++;              /* a blank row or a word above */
	return wanted > rows ? rows : wanted;
}

/*
 * Rows of the upper pane where the two lie above each other: nobody gets more than needed; what it will cause goes
 * before the small print of the change, of which the first rows always stay.
 */
static int upper_rows(const struct layout *layout, int rows)
{
	int lower = (int)layout->right.count, upper = (int)layout->left.count;

	if (upper + lower <= rows)
		return upper;
	if (upper <= UPPER_LEAST)
		return upper;
	return rows - lower > UPPER_LEAST ? rows - lower : UPPER_LEAST;
}

static void fill_layout(const struct review_view *self, struct arena *arena, enum visible_form form, int rows, int columns,
		struct layout *layout)
{
	int left = columns - 1;

	memset(layout, 0, sizeof(*layout));
	layout->bottom = bottom_rows(self, rows);
	layout->two = self->phase == REVIEW_SHOWN && !self->raw && (self->review->allowed || self->review->consequence_count > 0);
	if (layout->two && columns < SIDE_BY_SIDE && rows - layout->bottom < ONE_PANE) {
		layout->two = false;
		wrapped_start(&layout->left, arena, form, left);
		review_pane_all(self, &layout->left);
		return;
	}
	layout->beside = layout->two && columns >= SIDE_BY_SIDE;
	if (layout->beside)
		left = (columns - 3) * 11 / 20;
	wrapped_start(&layout->left, arena, form, left);
	review_pane_change(self, &layout->left);
	if (!layout->two)
		return;
	wrapped_start(&layout->right, arena, form, layout->beside ? columns - left - 3 : columns - 1);
	review_pane_causes(self, &layout->right);
	/* Two panes that lie above each other and both have more would go on by two rows, so they become one. */
	rows -= layout->bottom;
	if (self->scroll == 0 || layout->beside || wrapped_most(&layout->left, upper_rows(layout, rows)) == 0 ||
	    wrapped_most(&layout->right, rows - upper_rows(layout, rows)) == 0)
		return;
	layout->two = false;
	layout->whole = true;
	wrapped_start(&layout->left, arena, form, left);
	review_pane_all(self, &layout->left);
}

size_t review_scroll_most(const struct review_view *self, const struct canvas *canvas, size_t *page)
{
	struct arena *arena = arena_new();
	/* Top line, section bar, crumb, notice and footer are the frame's. */
	int rows = canvas->rows > 6 ? canvas->rows - 5 : 1, height, upper, lower;
	struct review_view read_on = *self;
	struct layout layout;
	size_t most, other = 0;

	read_on.scroll = 1;
	fill_layout(&read_on, arena, canvas->form, rows, canvas->columns, &layout);
	height = rows - layout.bottom;
	upper = layout.two && !layout.beside ? upper_rows(&layout, height) : height;
	lower = layout.beside ? height : height - upper;
	most = wrapped_most(&layout.left, upper) + layout.whole;
	if (layout.two)
		other = wrapped_most(&layout.right, lower);
	arena_free(arena);
	/* Both go together: by a page of the smaller one of those that move at all. */
	*page = layout.whole && self->scroll == 0 ? 1 : wrapped_page(most == 0 || (other > 0 && lower < upper) ? lower : upper);
	return most > other ? most : other;
}

/* --- the lines and buttons ----------------------------------------------------------------- */

static void draw_bottom(const struct review_view *self, struct canvas *canvas, int top, int rows)
{
	struct stops_now now = review_now(self);
	const char *said = self->stops.said;
	int row = top + rows - 1;

	if (rows < 1)
		return;
	if (self->phase != REVIEW_WRITING) {
		stops_draw(&self->stops, &now, canvas, top, rows);
		return;
	}
	canvas_words(canvas, row, 1, -1, said != NULL ? STYLE_WARNING : STYLE_DIM,
			said != NULL ? said : "This page tells how it ends; other sections stay open meanwhile.");
	canvas_cursor(canvas, row, 1, false);
}

void review_click(struct view *view, int id)
{
	struct review_view *self = (struct review_view *)view;
	struct stops_now now = review_now(self);

	if (self->phase != REVIEW_WRITING)
		stops_click(&self->stops, &now, id);
}

static void draw_panes(const struct review_view *self, const struct layout *layout, struct canvas *canvas, struct area area)
{
	int rows = area.rows - layout->bottom;
	int upper = layout->two && !layout->beside ? upper_rows(layout, rows) : rows;
	int left = layout->left.width;

	wrapped_draw(&layout->left, canvas, area.top, 0, upper, self->scroll - layout->whole);
	if (!layout->two)
		return;
	if (!layout->beside) {
		wrapped_draw(&layout->right, canvas, area.top + upper, 0, rows - upper, self->scroll);
		return;
	}
	for (int row = 0; row < rows; row++)
		canvas_border(canvas, area.top + row, left + 1, 1, BORDER_VERTICAL, STYLE_HEADING);
	wrapped_draw(&layout->right, canvas, area.top, left + 3, rows, self->scroll);
}

void review_draw(const struct view *view, struct canvas *canvas, struct area area)
{
	const struct review_view *self = (const struct review_view *)view;
	struct layout layout;

	if (area.rows < 1 || area.columns < 1)
		return;
	fill_layout(self, canvas->arena, canvas->form, area.rows, area.columns, &layout);
	draw_panes(self, &layout, canvas, area);
	draw_bottom(self, canvas, area.top + area.rows - layout.bottom, layout.bottom);
}

const char *review_title(const struct view *view, struct arena *arena)
{
	const struct review_view *self = (const struct review_view *)view;
	const struct change *change = self->review != NULL ? self->review->change : self->change;
	const char *what = self->rest ? "the rest" : self->undo ? "take back" : "nothing is written yet";

	if (self->phase == REVIEW_WRITING)
		what = "writing";
	else if (self->phase == REVIEW_OVER)
		what = self->over.outcome == OUTCOME_UNKNOWN ? "outcome unknown" : "not applied";
	else if (self->phase == REVIEW_SHOWN && !self->review->allowed)
		what = "refused, nothing was written";
	else if (self->phase == REVIEW_SHOWN && self->undo)
		what = self->rest ? "the rest, nothing is written yet" : "take back, nothing is written yet";
	if (change == NULL || change->kind == NULL)
		return arena_format(arena, "Review - %s", what);
	/* What is done to messages has a better name than that a queue is edited. */
	if (change->kind->result != NULL && traffic_field(change) != NULL)
		return arena_format(arena, "Review - %s on %s - %s", traffic_field(change)->label, change->name, what);
	return arena_format(arena, "Review - %s %s %s - %s", self->rest ? "finish" : self->undo ? "undo" : verb_word(change->verb), change->kind->noun,
			change->name == NULL ? "" : change->name, what);
}
