/*
 * repair_draw: a run of the desk on the screen: its steps (repair_steps.c), what
 * changes, what it causes, and at the end what is true now and what to say.
 *
 * Two panes side by side where there is room for both, else one below the
 * other in one.  Draws only, never fails; loop thread.
 */
#include <string.h>

#include "base/passphrase.h"
#include "base/text.h"
#include "model/check.h"
#include "ui/frame.h"
#include "ui/repair_state.h"
#include "ui/review.h"
#include "ui/session.h"

/* Columns: of labels and of values, and from which width on. */
enum { LABEL = 2, VALUES = 24, NARROW = 60 };
/* Columns from which on the causes stand beside the steps, and at the end the steps beside the words; rows from which on all groups are spelled. */
enum { BESIDE_BEFORE = 114, BESIDE_AFTER = 160, ALL_GROUPS = 26 };

/* --- before ------------------------------------------------------------------------------------------------ */

/* "folder=INBOX who=anna rights=read" as "folder INBOX, who anna, rights read". */
static const char *parts_words(struct arena *arena, const struct field *field, const char *value)
{
	const char *words = "";

	for (const struct part *part = field->parts; part->name != NULL; part++) {
		const char *text = parts_get(arena, value, part->name);

		if (text != NULL && *text != '\0')
			words = arena_format(arena, "%s%s%s %s", words, *words ? ", " : "", part->name, text);
	}
	return *words ? words : value;
}

/* Values with parts, of which several stand in one line with ", " between them: those that `other` lacks. */
static void add_parts(struct wrapped *pane, const struct field *field, const char *list, const char *other, enum style style, const char *sign)
{
	char *rest = arena_text(pane->arena, list), *value;

	while ((value = rest) != NULL && strchr(value, '=') != NULL) {
		if ((rest = strstr(value, ", ")) != NULL) {
			*rest = '\0';
			rest += 2;
		}
		if (strstr(other, value) == NULL)
			wrapped_add(pane, 2, style, sign, 4, style, parts_words(pane->arena, field, value));
	}
}

static void add_lines(const struct desk_view *look, struct wrapped *pane)
{
	if (look->line_count > 0)
		wrapped_heading(pane, "Changes");
	for (size_t i = 0; i < look->line_count; i++) {
		const struct diff_line *line = &look->lines[i];

		if (line->field->type == FIELD_SECRET) {
			wrapped_add(pane, LABEL, STYLE_LABEL, line->field->label, pane->width >= NARROW ? VALUES : LABEL, STYLE_NEW, "a new one");
		} else if (line->field->type == FIELD_PARTS) {
			wrapped_add(pane, LABEL, STYLE_LABEL, NULL, LABEL, STYLE_LABEL, line->field->label);
			add_parts(pane, line->field, line->old_words, line->new_words, STYLE_OLD, "-");
			add_parts(pane, line->field, line->new_words, line->old_words, STYLE_NEW, "+");
		} else {
			review_difference(pane, line, false);
		}
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

static void add_secret(const struct repair_view *self, const struct desk_view *look, int rows, struct wrapped *pane)
{
	long left = repair_seconds(self);

	if (look->secret == NULL || left == 0)
		return;
	wrapped_heading(pane, "Password");
	wrapped_add(pane, 0, STYLE_PLAIN, NULL, 1, STYLE_TITLE, arena_format(pane->arena, "%s    with the hyphens; stays until Esc, at most %ld:%02ld", look->secret,
		left / 60, left % 60));
	for (unsigned group = 0; group < PASSPHRASE_GROUPS; group++) {
		bool here = group == self->group;

		if (here || rows >= ALL_GROUPS)
			wrapped_add(pane, 0, STYLE_PLAIN, NULL, 1, here ? STYLE_TITLE : STYLE_VALUE, arena_format(pane->arena, "Group %u of %d:  %s%s", group + 1,
				PASSPHRASE_GROUPS, passphrase_spelled(pane->arena, look->secret, group), here && rows >= ALL_GROUPS ? "  <" : ""));
	}
}

static void add_end(const struct repair_view *self, const struct desk_view *look, int rows, struct wrapped *pane)
{
	wrapped_heading(pane, "State now");
	if (look->open == 0) {
		wrapped_add(pane, 0, STYLE_PLAIN, NULL, 1, STYLE_OK, look->state_now);
	} else {
		wrapped_add(pane, 0, STYLE_PLAIN, NULL, 1, STYLE_WARNING, look->done == 0 ? "Nothing of it is done." :
			arena_format(pane->arena, "%zu of %zu steps %s done.", look->done, look->step_count, look->done == 1 ? "is" : "are"));
		repair_open_steps(look, pane);
	}
	add_secret(self, look, rows, pane);
	if (look->say != NULL) {
		wrapped_heading(pane, "Say");
		wrapped_add(pane, 0, STYLE_PLAIN, NULL, 1, STYLE_VALUE, look->say);
	}
	if (look->done > 0)
		add_remarks(look, pane);
}

static void add_refusal(const struct desk_view *look, struct wrapped *pane)
{
	wrapped_add(pane, 1, STYLE_BAD, "X", 4, STYLE_BAD, look->refusal.text);
	wrapped_add(pane, 0, STYLE_PLAIN, NULL, 4, STYLE_DIM, "Nothing was written.");
}

/* What is left and right; the right one is drawn only where there are two. */
struct layout {
	struct wrapped left, right;
	bool two;
	size_t running;                    /* row of the step under way */
};

static void lay_out(const struct repair_view *self, struct arena *arena, enum visible_form form, int rows, int columns, struct layout *layout)
{
	const struct desk_view *look = desk_look(self->run);
	bool before = look->phase == DESK_SHOWN, over = look->phase == DESK_OVER;
	int left = columns - 1;
	struct wrapped *right;

	memset(layout, 0, sizeof *layout);
	layout->two = (before && columns >= BESIDE_BEFORE && look->refusal.kind == ERROR_NONE) || (over && columns >= BESIDE_AFTER);
	if (layout->two)
		left = (columns - 3) * 11 / 20;
	wrapped_start(&layout->left, arena, form, left);
	wrapped_start(&layout->right, arena, form, columns - left - 3);
	right = layout->two ? &layout->right : &layout->left;
	if (look->phase == DESK_LOOKING) {
		wrapped_add(&layout->left, 0, STYLE_PLAIN, NULL, 1, STYLE_DIM, "looking who is connected, and what each step would do ..");
		return;
	}
	if (before && look->refusal.kind != ERROR_NONE)
		add_refusal(look, &layout->left);
	/* What whoever is on the telephone needs stands where it is seen without scrolling. */
	if (over)
		add_end(self, look, rows, &layout->left);
	layout->running = repair_steps(look, over ? right : &layout->left);
	if (before) {
		add_lines(look, &layout->left);
		add_causes(look, right);
	}
}

/* The step under way stays in sight. */
static size_t offset_of(const struct repair_view *self, const struct layout *layout, int rows)
{
	size_t below = rows > 4 ? 2 : 1;   /* rows behind its first one, with the mark that more is below */

	if (desk_look(self->run)->phase != DESK_WRITING || rows < 3 || layout->running + below < (size_t)rows)
		return self->scroll;
	return layout->running + below + 1 - (size_t)rows;
}

static void draw_panes(const struct repair_view *self, const struct layout *layout, struct canvas *canvas, int top, int rows)
{
	wrapped_draw(&layout->left, canvas, top, 0, rows, offset_of(self, layout, rows));
	if (!layout->two)
		return;
	for (int row = 0; row < rows; row++)
		canvas_border(canvas, top + row, layout->left.width + 1, 1, BORDER_VERTICAL, STYLE_HEADING);
	wrapped_draw(&layout->right, canvas, top, layout->left.width + 3, rows, self->scroll);
}

/* --- the bottom ------------------------------------------------------------------------------------------------ */

/* A rule, and a row for a line also where there is none: the buttons stay where they are. */
static int bottom_rows(const struct repair_view *self)
{
	struct stops_now now = repair_now(self);

	return 1 + (now.reason ? stops_rows(&now) : 2);
}

static const char *bottom_words(const struct desk_view *look, struct arena *arena)
{
	size_t at = 0;

	if (look->phase == DESK_OVER)
		return look->open == 0 ? "Done" : arena_format(arena, look->open == 1 ? "%zu step is open" : "%zu steps are open", look->open);
	if (look->phase != DESK_WRITING)
		return "Nothing is written yet";
	while (at < look->step_count && look->steps[at].state != DESK_RUNNING)
		at++;
	return at < look->step_count ? arena_format(arena, "Being done, step %zu of %zu", at + 1, look->step_count) : "Being done";
}

static void draw_bottom(const struct repair_view *self, struct canvas *canvas, int row, int rows)
{
	const struct desk_view *look = desk_look(self->run);
	struct stops_now now = repair_now(self);
	const char *said = self->stops.said;

	frame_rule(canvas, row, 0, canvas->columns, bottom_words(look, canvas->arena));
	if (look->phase == DESK_OVER && *look->id != '\0')
		canvas_format(canvas, row + 1, 1, canvas->columns - 2, STYLE_DIM, "Number %s: each step stands in the history with it", look->id);
	if (look->phase == DESK_SHOWN || look->phase == DESK_OVER)
		stops_draw(&self->stops, &now, canvas, row + 1, rows - 1);
	if (look->phase != DESK_WRITING)
		return;
	canvas_words(canvas, row + 2, 1, canvas->columns - 2, said != NULL ? STYLE_WARNING : STYLE_DIM,
		said != NULL ? said : "Each step has a deadline; other sections stay open meanwhile.");
	canvas_cursor(canvas, row + 2, 1, false);
}

void repair_draw(const struct view *view, struct canvas *canvas, struct area area)
{
	const struct repair_view *self = (const struct repair_view *)view;
	int bottom = bottom_rows(self);
	struct layout layout;

	lay_out(self, canvas->arena, canvas->form, area.rows - bottom, area.columns, &layout);
	if (desk_look(self->run)->phase == DESK_OVER && repair_seconds(self) > 0)
		canvas_secret(canvas, self->scroll + 1);
	draw_panes(self, &layout, canvas, area.top, area.rows - bottom);
	draw_bottom(self, canvas, area.top + area.rows - bottom, bottom);
}

size_t repair_scroll_most(const struct repair_view *self, size_t *page)
{
	const struct canvas *canvas = session_canvas(self->view.session);
	struct area area = frame_area(canvas, true);
	int rows = area.rows - bottom_rows(self);
	struct arena *arena = arena_new();
	struct layout layout;
	size_t most, other = 0;

	lay_out(self, arena, canvas->form, rows, area.columns, &layout);
	most = wrapped_most(&layout.left, rows);
	if (layout.two)
		other = wrapped_most(&layout.right, rows);
	arena_free(arena);
	*page = wrapped_page(rows);
	return most > other ? most : other;
}

const char *repair_title(const struct view *view, struct arena *arena)
{
	const struct desk_view *look = desk_look(((const struct repair_view *)view)->run);
	const char *address = record_text(look->person, "address");

	/* Asked nothing though the job asks: steps that were left open. */
	return look->person->name[0] == '\0' ? arena_text(arena, look->name) :
		arena_format(arena, "%s%s - %s  %s%s%s", look->job->title, look->wish == NULL && look->job->wish != NULL ? ", open steps" : "", record_text(look->person, "full_name"), look->person->name, *address ? "  " : "", address);
}
