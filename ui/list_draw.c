/*
 * list_draw: where everything of a list stands, and drawing it.
 *
 * Draws only, never fails; which columns fit is in list_columns.c.  Loop thread.
 */
#include "ui/list_private.h"

#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "ui/frame.h"
#include "ui/keymap.h"

enum { BESIDE_FROM = 120, PREVIEW_BELOW = 6, PREVIEW_FROM_ROWS = 16, DETAIL_ROWS = 4, DETAIL_FROM_ROWS = 14 };

/* --- layout ------------------------------------------------------------------------------------- */

struct area list_area(const struct list_view *list)
{
	return frame_area(session_canvas(list->view.session), true);
}

struct list_layout list_layout(const struct list_view *list, struct area area)
{
	struct list_layout layout = { .find_row = -1, .header_row = -1, .detail_row = -1, .columns = area.columns };
	bool finding = list->typing || !line_empty(&list->filter);
	int row = area.top, end = area.top + area.rows;

	if (finding)
		layout.find_row = row++;
	layout.header_row = row++;
	layout.beside = list->preview && area.columns >= BESIDE_FROM && area.rows >= 6;
	layout.below = list->preview && !layout.beside && area.rows >= PREVIEW_FROM_ROWS;
	if (layout.beside) {
		layout.preview_columns = area.columns >= 160 ? area.columns * 2 / 5 : area.columns - 80;
		layout.preview_column = area.columns - layout.preview_columns;
		layout.preview_row = area.top;
		layout.preview_rows = area.rows;
		layout.columns = layout.preview_column;
	} else if (layout.below) {
		layout.preview_rows = area.rows >= 40 ? PREVIEW_BELOW + 4 : PREVIEW_BELOW;
		layout.preview_row = end - layout.preview_rows;
		layout.preview_columns = area.columns;
		end = layout.preview_row;
	}
	if (list->detailed && area.rows >= DETAIL_FROM_ROWS) {
		end -= DETAIL_ROWS;
		layout.detail_row = end;
	}
	if (list->feed != NULL && list->feed->pane_rows != NULL) {
		layout.pane_rows = list->feed->pane_rows(list, area.rows);
		layout.pane_row = end - layout.pane_rows;
		end = layout.pane_row;
	}
	layout.first_row = row;
	layout.rows = end > row ? end - row : 0;
	return layout;
}

/* --- title -------------------------------------------------------------------------------------- */

static const char *state_words(const struct list_view *list, struct arena *arena)
{
	bool away = directory_status(session_engine(list->view.session)->directory)->link == DIRECTORY_DOWN;
	char digits[16];

	if (list->feed != NULL)
		return list->feed->state(list, arena);
	clock_digits(list->loaded_at, 0, digits);
	if (list->query != NULL && list->incoming == NULL)
		return rowset_total(list->set) == 0 ? "reading .." : "more are coming";
	if (list->query != NULL && !list->quiet)
		return "reading again";
	if (list->loaded && (away || list->error.kind != ERROR_NONE))
		return arena_format(arena, "OLD, read %s%s", digits, away ? ", the directory is away" : ", reading again failed");
	if (list->error.kind != ERROR_NONE)
		return rowset_total(list->set) == 0 ? "not read" : "NOT COMPLETE, reading failed";
	if (!list->loaded)
		return "not read yet";
	if (list->asked != NULL || list->asking != NULL)
		return "CUT list, asking the server";
	if (list->answered && !line_empty(&list->filter))
		return "CUT list, but the server gave all for this";
	if (!list->complete)
		return arena_format(arena, "CUT: %s", list->reason == NULL ? "the server gave no more" : list->reason);
	return arena_format(arena, "list complete, read %s", digits);
}

const char *list_title(const struct view *view, struct arena *arena)
{
	const struct list_view *list = (const struct list_view *)view;
	size_t shown = rowset_count(list->set), total = rowset_total(list->set), marks = rowset_marks(list->set);
	struct text words = { 0 };
	char *title;

	text_add(&words, list->feed != NULL && list->feed->heading != NULL ? list->feed->heading(list, arena) : list->kind->title);
	if (total > 0 && shown != total)
		text_addf(&words, " - %s of %s", text_from_count(arena, (int64_t)shown), text_from_count(arena, (int64_t)total));
	else if (total > 0 || list->loaded)
		text_addf(&words, " - %s", text_from_count(arena, (int64_t)total));
	if (marks > 0)
		text_addf(&words, " - %s marked", text_from_count(arena, (int64_t)marks));
	text_addf(&words, " - %s", state_words(list, arena));
	title = arena_text(arena, text_get(&words));
	text_free(&words);
	return title;
}

/* --- rows --------------------------------------------------------------------------------------- */

static void draw_header(const struct list_view *list, struct canvas *canvas, const struct list_layout *layout,
		const struct list_column *columns, int count)
{
	for (int i = 0; i < count; i++) {
		const struct list_column *column = &columns[i];
		bool sorted = column->field == list->sort;
		const char *words = list_label_of(list, column->field);
		int label = (int)text_columns(canvas->form, words, strlen(words));
		/* In a narrow column there may be no room for the arrow; then the label itself stands out. */
		bool arrow = sorted && (label + 2 <= column->width || !(column->field->flags & FIELD_NARROW));
		int columns_used = label + (arrow ? 2 : 0);
		int at = column->at + (list_goes_right(column->field) && columns_used < column->width ? column->width - columns_used : 0);
		int used = canvas_words(canvas, layout->header_row, at, column->width - (arrow ? 2 : 0), sorted && !arrow ? STYLE_KEY : STYLE_LABEL,
			words);

		if (arrow)
			canvas_border(canvas, layout->header_row, at + used + 1, 1, list->reverse ? BORDER_DOWN : BORDER_UP, STYLE_KEY);
	}
}

static void draw_cell(const struct list_view *list, struct canvas *canvas, int row, const struct list_column *column,
		const struct row *data, enum style style)
{
	const struct value *value;
	const char *words;
	size_t index;

	if (!rowset_column(list->set, column->field, &index))
		return;
	value = &data->values[index];
	if (value->length == 0) {
		/* "None" is not known yet, or never where the list is cut. */
		if ((column->field->flags & FIELD_WHOLE) && !(list->loaded && list->complete))
			canvas_words(canvas, row, column->at, column->width, style, "?");
		return;
	}
	if (list->feed != NULL && list->feed->style != NULL)
		style = list->feed->style(list, column->field, data, style);
	if (list->feed != NULL && list->feed->cell != NULL && list->feed->cell(list, canvas, row, column, data, style))
		return;
	words = list_words(list, canvas->arena, canvas->form, column->field, data, value);
	if (list_goes_right(column->field))
		canvas_right(canvas, row, column->at, column->width, style, words != NULL ? words : value->bytes);
	else if (words != NULL)
		canvas_words(canvas, row, column->at, column->width, style, words);
	else
		canvas_bytes(canvas, row, column->at, column->width, style, value->bytes, value->length);
}

static void draw_row(const struct list_view *list, struct canvas *canvas, int row, const struct list_layout *layout,
		const struct list_column *columns, int count, size_t index)
{
	const struct row *data = rowset_row(list->set, index);
	bool here = index == list->cursor, marked = rowset_marked(list->set, data);
	enum style style = marked ? STYLE_MARKED : STYLE_ROW;

	for (int i = 0; i < count; i++)
		draw_cell(list, canvas, row, &columns[i], data, style);
	if (marked)
		canvas_words(canvas, row, 2, 1, STYLE_MARKED, "*");
	if (here) {
		/* A bar over the whole row would cost a slow link more than 200 bytes a step (terminal-and-safety 10). */
		const struct list_column *last = count == 0 ? NULL : &columns[count > 1 ? 1 : 0];

		canvas_restyle(canvas, row, 0, last == NULL ? layout->columns : last->at + last->width, STYLE_ROW_HERE);
		canvas_border(canvas, row, 1, 1, BORDER_POINTER, STYLE_ROW_HERE);
	}
}

/* Why there is nothing to see. */
static void draw_empty(const struct list_view *list, struct canvas *canvas, const struct list_layout *layout)
{
	const struct directory_status *status = directory_status(session_engine(list->view.session)->directory);
	int row = layout->first_row, width = layout->columns - 4;
	const char *key;

	if (list->feed != NULL && line_empty(&list->filter)) {
		canvas_wrap(canvas, row, 2, width, layout->rows, STYLE_DIM, list->feed->empty(list, canvas->arena));
	} else if (list->error.kind != ERROR_NONE) {
		row += canvas_wrap(canvas, row, 2, width, layout->rows > 1 ? layout->rows - 1 : 1, STYLE_BAD, list->error.text);
		key = keymap_key(session_keymap(list->view.session), "list", "retry", canvas->arena);
		/* What this directory has no place for comes with no answer either. */
		if (row < layout->first_row + layout->rows && key != NULL && list->error.kind != ERROR_UNSUPPORTED)
			canvas_format(canvas, row, 2, width, STYLE_DIM, "It is read as soon as the directory answers; %s tries now.", key);
	} else if (list->feed == NULL && status->link == DIRECTORY_DOWN && !list->loaded) {
		canvas_wrap(canvas, row, 2, width, layout->rows, STYLE_BAD, status->error.text);
	} else if (list->query != NULL && rowset_total(list->set) == 0) {
		canvas_words(canvas, row, 2, width, STYLE_DIM, "reading ..");
	} else if (!line_empty(&list->filter)) {
		const char *words = arena_format(canvas->arena, "No %s matches \"%s\". %s", list->kind->noun, line_text(&list->filter),
			list->complete ? "Fewer letters find more." : "The list is cut, so what is looked for may exist all the same.");

		canvas_wrap(canvas, row, 2, width, layout->rows, STYLE_DIM, words);
	} else if (list->loaded) {
		canvas_format(canvas, row, 2, width, STYLE_DIM, "There is no %s yet, or this login may see none.", list->kind->noun);
	}
}

/* The row under the cursor in full, under a rule. */
static void draw_detail(const struct list_view *list, struct canvas *canvas, const struct list_layout *layout)
{
	const struct row *row = list_row(list);
	char *words, *line, *rest = NULL;
	int at = layout->detail_row;

	if (row == NULL)
		return;
	canvas_border(canvas, at++, 0, layout->columns, BORDER_HORIZONTAL, STYLE_HEADING);
	words = arena_text(canvas->arena, list->feed->detail(list, row, canvas->arena));
	for (line = strtok_r(words, "\n", &rest); line != NULL && at < layout->detail_row + DETAIL_ROWS; line = strtok_r(NULL, "\n", &rest))
		canvas_words(canvas, at++, 1, layout->columns - 2, STYLE_PLAIN, line);
}

static void draw_find(const struct list_view *list, struct canvas *canvas, const struct list_layout *layout)
{
	int width = layout->columns >= 70 ? 28 : layout->columns - 10;
	int used = canvas_words(canvas, layout->find_row, 1, -1, STYLE_LABEL, "Find:");

	if (layout->columns >= 70)
		canvas_words(canvas, layout->find_row, used + width + 4, layout->columns - used - width - 5, STYLE_DIM,
			strcmp(list->kind->name, "user") == 0 ? "name, login, any address, phone; any order" : "any part, any order");
	/* Last, since it puts the cursor on the edit point. */
	line_draw(&list->filter, canvas, layout->find_row, used + 2, width, list->typing);
}

void list_draw(const struct view *view, struct canvas *canvas, struct area area)
{
	const struct list_view *list = (const struct list_view *)view;
	struct list_layout layout = list_layout(list, area);
	struct list_column columns[LIST_COLUMNS_MOST];
	int count = list_columns(list, layout.columns, columns);
	size_t shown = rowset_count(list->set);

	draw_header(list, canvas, &layout, columns, count);
	if (shown == 0)
		draw_empty(list, canvas, &layout);
	for (int i = 0; i < layout.rows && list->top + (size_t)i < shown; i++) {
		draw_row(list, canvas, layout.first_row + i, &layout, columns, count, list->top + (size_t)i);
		canvas_target(canvas, layout.first_row + i, 0, layout.columns, (int)list->top + i);
	}
	if (layout.detail_row >= 0)
		draw_detail(list, canvas, &layout);
	if (layout.beside || layout.below)
		list_preview_draw(list, canvas, &layout);
	if (layout.pane_rows > 0)
		list->feed->pane_draw(list, canvas, layout.pane_row, layout.pane_rows);
	canvas_cursor(canvas, layout.first_row + (int)(list->cursor - list->top), 0, false);
	if (layout.find_row >= 0)
		draw_find(list, canvas, &layout);
}
