/*
 * list_draw: where everything of a list stands, and drawing it.
 *
 * Columns come from the fields that fit: those with FIELD_COLUMN first, further
 * ones where the screen is wide; what is left over goes to texts and addresses.
 * Draws only, never fails; loop thread.
 */
#include "ui/list_private.h"

#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "ui/frame.h"
#include "ui/keymap.h"

enum { PREFIX = 3, GAP = 1, BESIDE_FROM = 120, PREVIEW_BELOW = 6, PREVIEW_FROM_ROWS = 16, SAMPLE = 400 };

/* --- layout ------------------------------------------------------------------------------------- */

struct area list_area(const struct list_view *list)
{
	return frame_area(session_canvas(list->view.session), true);
}

struct list_layout list_layout(const struct list_view *list, struct area area)
{
	struct list_layout layout = { .find_row = -1, .header_row = -1, .columns = area.columns };
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
	layout.first_row = row;
	layout.rows = end > row ? end - row : 0;
	return layout;
}

static bool is_default(const struct field *field)
{
	return (field->flags & FIELD_COLUMN) != 0;
}

/* Fields that nobody has, or that only repeat the title, are not worth a column. */
static bool is_further(const struct list_view *list, const struct field *field)
{
	size_t index = kind_field_index(list->kind, field);

	if (index < LIST_FIELDS_MOST && list->natural[index] < 0)
		return false;
	return !(field->flags & (FIELD_COLUMN | FIELD_DERIVED)) && field->type != FIELD_SECRET && field->type != FIELD_PARTS;
}

/* As wide as what is in it, within what the row asks for; texts get more from spread, so that more columns fit. */
static int width_of(const struct list_view *list, const struct field *field)
{
	size_t index = kind_field_index(list->kind, field);
	int label = (int)strlen(field->label) + 2, asked = field->width > 0 ? field->width : 10;
	int natural = index < LIST_FIELDS_MOST ? list->natural[index] : 0, width = natural > 0 ? natural : asked;

	if (width > asked)
		width = asked;
	return width < label ? label : width;
}

/* "Andrea" of "Schmidt, Andrea" says nothing new. */
static bool in_title(const struct list_view *list, const struct row *row, const struct value *value)
{
	const char *title = list->kind->title_field;
	size_t column;

	if (title == NULL || !rowset_column(list->set, kind_field(list->kind, title), &column))
		return false;
	return strstr(row->values[column].bytes, value->bytes) != NULL;
}

void list_measure(struct list_view *list)
{
	struct arena *arena = arena_new();
	enum visible_form form = session_form(list->view.session);
	size_t total = rowset_total(list->set), step = total / SAMPLE + 1;

	memset(list->natural, 0, sizeof list->natural);
	for (const struct field *field = list->kind->fields; total > 0 && field->name != NULL; field++) {
		size_t column, index = kind_field_index(list->kind, field);
		bool worth = false;
		int most = 1;

		if (index >= LIST_FIELDS_MOST || !rowset_column(list->set, field, &column))
			continue;
		for (size_t i = 0; i < total; i += step) {
			const struct value *value = &rowset_any(list->set, i)->values[column];
			const char *words = list_cell_words(arena, form, field, value);
			int columns = (int)text_columns(form, words != NULL ? words : value->bytes, words != NULL ? strlen(words) : value->length);

			most = columns > most ? columns : most;
			worth = worth || (value->length > 0 && !in_title(list, rowset_any(list->set, i), value));
		}
		list->natural[index] = worth || is_default(field) ? most : -1;
	}
	arena_free(arena);
}

static bool is_wide_type(const struct field *field)
{
	return field->type == FIELD_TEXT || field->type == FIELD_ADDRESS || field->type == FIELD_DOMAIN || field->type == FIELD_REFERENCE;
}

/* Gives what is left over to texts, a column at a time, up to what is in them and a little air. */
static void spread(const struct list_view *list, struct list_column *columns, int count, int left)
{
	bool grown = true;

	while (left > 0 && grown) {
		grown = false;
		for (int i = 0; i < count && left > 0; i++) {
			size_t index = kind_field_index(list->kind, columns[i].field);
			int natural = index < LIST_FIELDS_MOST ? list->natural[index] : 0;

			if (!is_wide_type(columns[i].field) || columns[i].width >= natural + 2)
				continue;
			columns[i].width++;
			left--;
			grown = true;
		}
	}
}

int list_columns(const struct list_view *list, int width, struct list_column *columns)
{
	int count = 0, used = PREFIX, skip = list->first_column;
	bool first = true;

	for (int pass = 0; pass < 2; pass++) {
		for (const struct field *field = list->kind->fields; field->name != NULL && count < LIST_COLUMNS_MOST; field++) {
			int wanted = width_of(list, field);

			if (pass == 0 ? !is_default(field) : !is_further(list, field))
				continue;
			/* Turning to the right leaves columns out behind the first, which says whose row it is. */
			if (!first && skip > 0) {
				skip--;
				continue;
			}
			if (first && wanted > width - used)
				wanted = width - used;
			if (wanted > width - used || wanted < 1)
				continue;
			first = false;
			columns[count++] = (struct list_column){ field, 0, wanted };
			used += wanted + GAP;
		}
	}
	spread(list, columns, count, width - used);
	used = PREFIX;
	for (int i = 0; i < count; i++) {
		columns[i].at = used;
		used += columns[i].width + GAP;
	}
	return count;
}

/* --- title -------------------------------------------------------------------------------------- */

static const char *state_words(const struct list_view *list, struct arena *arena)
{
	char digits[16];

	if (list->query != NULL && list->incoming == NULL)
		return rowset_total(list->set) == 0 ? "reading .." : "more are coming";
	if (list->query != NULL)
		return "reading again";
	if (list->error.kind != ERROR_NONE)
		return rowset_total(list->set) == 0 ? "not read" : "NOT COMPLETE, reading failed";
	if (!list->loaded)
		return "not read yet";
	if (!list->complete)
		return arena_format(arena, "CUT: %s", list->reason == NULL ? "the server gave no more" : list->reason);
	clock_digits(list->loaded_at, 0, digits);
	return arena_format(arena, "list complete, read %s", digits);
}

const char *list_title(const struct view *view, struct arena *arena)
{
	const struct list_view *list = (const struct list_view *)view;
	size_t shown = rowset_count(list->set), total = rowset_total(list->set), marks = rowset_marks(list->set);
	struct text words = { 0 };
	char *title;

	text_add(&words, list->kind->title);
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

static bool goes_right(const struct field *field)
{
	return field->type == FIELD_SIZE || field->type == FIELD_NUMBER;
}

static void draw_header(const struct list_view *list, struct canvas *canvas, const struct list_layout *layout,
		const struct list_column *columns, int count)
{
	for (int i = 0; i < count; i++) {
		const struct list_column *column = &columns[i];
		bool sorted = column->field == list->sort;
		int columns_used = (int)text_columns(canvas->form, column->field->label, strlen(column->field->label)) + (sorted ? 2 : 0);
		int at = column->at + (goes_right(column->field) && columns_used < column->width ? column->width - columns_used : 0);
		int used = canvas_words(canvas, layout->header_row, at, column->width - (sorted ? 2 : 0), STYLE_LABEL, column->field->label);

		if (sorted)
			canvas_border(canvas, layout->header_row, at + used + 1, 1, list->reverse ? BORDER_DOWN : BORDER_UP, STYLE_KEY);
	}
}

const char *list_cell_words(struct arena *arena, enum visible_form form, const struct field *field, const struct value *value)
{
	struct field_values values = { .presence = VALUE_OWN, .values = value, .count = 1 };
	char *unicode;

	if (value->length == 0)
		return NULL;
	if (field->type == FIELD_SIZE || field->type == FIELD_TIME)
		return record_words(arena, field, &values);
	/* A name that people read in other letters is shown both ways, so that neither can pass for another. */
	if (field->type != FIELD_DOMAIN || form == VISIBLE_ASCII || strstr(value->bytes, "xn--") == NULL)
		return NULL;
	unicode = text_domain_unicode(arena, value->bytes);
	return strcmp(unicode, value->bytes) == 0 ? NULL : arena_format(arena, "%s (%s)", value->bytes, unicode);
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
	if (value->length == 0)
		return;
	words = list_cell_words(canvas->arena, canvas->form, column->field, value);
	if (goes_right(column->field))
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
		canvas_restyle(canvas, row, 0, layout->columns, STYLE_ROW_HERE);
		canvas_border(canvas, row, 1, 1, BORDER_POINTER, STYLE_ROW_HERE);
	}
}

/* Why there is nothing to see. */
static void draw_empty(const struct list_view *list, struct canvas *canvas, const struct list_layout *layout)
{
	const struct directory_status *status = directory_status(session_engine(list->view.session)->directory);
	int row = layout->first_row, width = layout->columns - 4;
	const char *key;

	if (list->error.kind != ERROR_NONE) {
		row += canvas_wrap(canvas, row, 2, width, layout->rows > 1 ? layout->rows - 1 : 1, STYLE_BAD, list->error.text);
		key = keymap_key(session_keymap(list->view.session), "list", "retry", canvas->arena);
		if (row < layout->first_row + layout->rows && key != NULL)
			canvas_format(canvas, row, 2, width, STYLE_DIM, "It is read as soon as the directory answers; %s tries now.", key);
	} else if (status->link == DIRECTORY_DOWN && !list->loaded) {
		canvas_wrap(canvas, row, 2, width, layout->rows, STYLE_BAD, status->error.text);
	} else if (list->query != NULL && rowset_total(list->set) == 0) {
		canvas_words(canvas, row, 2, width, STYLE_DIM, "reading ..");
	} else if (!line_empty(&list->filter)) {
		canvas_format(canvas, row, 2, width, STYLE_DIM, "Nothing here matches. %s",
			list->complete ? "Fewer letters find more." : "The list is cut, so what is looked for may exist all the same.");
	} else if (list->loaded) {
		canvas_format(canvas, row, 2, width, STYLE_DIM, "There is no %s yet, or this login may see none.", list->kind->noun);
	}
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
	for (int i = 0; i < layout.rows && list->top + (size_t)i < shown; i++)
		draw_row(list, canvas, layout.first_row + i, &layout, columns, count, list->top + (size_t)i);
	if (layout.beside || layout.below)
		list_preview_draw(list, canvas, &layout);
	canvas_cursor(canvas, layout.first_row + (int)(list->cursor - list->top), 0, false);
	if (layout.find_row >= 0)
		draw_find(list, canvas, &layout);
}
