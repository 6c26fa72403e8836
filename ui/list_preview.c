/*
 * list_preview: what is known about the row under the cursor.
 *
 * Reads one record a moment after the cursor came to rest, so that running
 * through a list asks nothing.  Until it is read, or is late, the pane keeps
 * what it shows, under the name that it belongs to.  A failure is shown in the
 * pane.  Loop thread.
 */
#include "ui/list_private.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "model/check.h"
#include "model/wrong.h"
#include "ui/frame.h"
#include "ui/session.h"

enum { REST_MS = 150, LATE_MS = 250 };

char *list_read_name(struct arena *arena, const struct row *row)
{
	if (row->id != NULL)
		return arena_format(arena, "uuid:%s", row->id);
	return arena_text(arena, row->place != NULL && row->place[0] != '\0' ? row->place : row->name);
}

void list_preview_forget(struct list_view *list)
{
	if (list->preview_query != NULL)
		directory_query_cancel(list->preview_query);
	list->preview_query = NULL;
	loop_timer_stop(list->preview_timer);
	list->preview_timer = NULL;
	record_free(list->record);
	record_free(list->past);
	list->record = list->past = NULL;
	free(list->preview_of);
	list->preview_of = NULL;
	error_clear(&list->preview_error);
}

/* For the next row: what the pane shows stays, so that a step through the list does not paint it twice. */
static void leave(struct list_view *list)
{
	struct record *past = list->record != NULL ? list->record : list->past;

	if (past != NULL)
		list->record = list->past = NULL;
	list_preview_forget(list);
	list->past = past;
}

static void is_late(void *context)
{
	struct list_view *list = context;

	loop_timer_stop(list->preview_timer);
	list->preview_timer = NULL;
	record_free(list->past);
	list->past = NULL;
	session_changed(list->view.session);
}

/* Other rows with this title: who has a caller on the line must not open the wrong one of two. */
static size_t namesakes_of(const struct list_view *list, const struct record *record)
{
	const char *title = list->kind->title_field, *wanted = title == NULL ? "" : record_text(record, title);
	size_t column, total = rowset_total(list->set), count = 0;

	if (wanted[0] == '\0' || !rowset_column(list->set, kind_field(list->kind, title), &column))
		return 0;
	for (size_t i = 0; i < total; i++) {
		const struct row *row = rowset_any(list->set, i);

		count += text_same_ascii_case(row->values[column].bytes, wanted) && strcmp(row->name, record->name) != 0;
	}
	return count;
}

static void record_came(void *context, struct record *takes, const struct error *error)
{
	struct list_view *list = context;

	list->preview_query = NULL;
	loop_timer_stop(list->preview_timer);
	list->preview_timer = NULL;
	record_free(list->past);
	list->past = NULL;
	if (takes != NULL) {
		record_free(list->record);
		list->record = takes;
		list->namesakes = namesakes_of(list, takes);
	} else if (list->record == NULL) {
		list->preview_error = *error;
	}
	list_do_waiting(list);
	session_changed(list->view.session);
}

static void read_now(struct list_view *list, const struct row *row)
{
	struct arena *arena = arena_new();

	leave(list);
	list->preview_of = memory_text(row_identity(row));
	if (list->past != NULL)
		list->preview_timer = loop_after(session_engine(list->view.session)->loop, LATE_MS, 0, is_late, list);
	list->preview_query = directory_read(session_engine(list->view.session)->directory, list->kind,
		list_read_name(arena, row), record_came, list);
	arena_free(arena);
}

void list_preview_again(struct list_view *list)
{
	const struct row *row = list_row(list);
	struct arena *arena;

	if (list->record == NULL || list->preview_query != NULL || row == NULL || strcmp(list->preview_of, row_identity(row)) != 0)
		return;
	arena = arena_new();
	list->preview_query = directory_read(session_engine(list->view.session)->directory, list->kind,
		list_read_name(arena, row), record_came, list);
	arena_free(arena);
}

static void came_to_rest(void *context)
{
	struct list_view *list = context;
	const struct row *row = list_row(list);

	loop_timer_stop(list->preview_timer);
	list->preview_timer = NULL;
	if (row != NULL)
		read_now(list, row);
}

static bool is_shown(const struct list_view *list)
{
	struct list_layout layout = list_layout(list, list_area(list));

	return layout.beside || layout.below;
}

void list_preview_follow(struct list_view *list)
{
	const struct row *row = list_row(list);

	if (row == NULL || !is_shown(list)) {
		if (list->waiting == NULL)
			list_preview_forget(list);
		return;
	}
	if (list->preview_of != NULL && strcmp(list->preview_of, row_identity(row)) == 0)
		return;
	leave(list);
	list->preview_timer = loop_after(session_engine(list->view.session)->loop, session_replayed(list->view.session) ? 0 : REST_MS, 0,
		came_to_rest, list);
}

void list_preview_now(struct list_view *list)
{
	const struct row *row = list_row(list);

	if (row != NULL)
		read_now(list, row);
}

/* --- drawing ------------------------------------------------------------------------------------ */

/* A pane that is filled from left to right, top to bottom. */
struct pane { struct canvas *canvas; int row, end, column, columns, at; bool narrow; };

static void next_row(struct pane *pane)
{
	pane->row++;
	pane->at = 0;
}

static void put_pair(struct pane *pane, const char *label, const char *words, enum style style)
{
	int label_columns = (int)strlen(label) + 1;
	int needed = label_columns + (int)text_columns(pane->canvas->form, words, strlen(words));

	if (pane->at > 0 && (pane->narrow || pane->at + needed > pane->columns))
		next_row(pane);
	if (pane->row >= pane->end)
		return;
	if (pane->narrow && needed > pane->columns) {
		canvas_words(pane->canvas, pane->row++, pane->column, pane->columns, STYLE_LABEL, label);
		pane->row += canvas_wrap(pane->canvas, pane->row, pane->column + 2, pane->columns - 2,
			pane->end - pane->row < 4 ? pane->end - pane->row : 4, style, words);
		return;
	}
	pane->at += canvas_words(pane->canvas, pane->row, pane->column + pane->at, pane->columns - pane->at, STYLE_LABEL, label) + 1;
	pane->at += canvas_words(pane->canvas, pane->row, pane->column + pane->at, pane->columns - pane->at, style, words);
	pane->at += 3;
}

/* In a pane as high as the list each value has a line, as on the page. */
static bool put_lines(struct pane *pane, const struct field *field, const struct field_values *values)
{
	bool lines = (field->flags & FIELD_LINES) || (field->type == FIELD_PARTS && parts_key(field) != NULL);

	if (!pane->narrow || !lines || values->count < 2)
		return false;
	if (pane->at > 0)
		next_row(pane);
	if (pane->row < pane->end)
		canvas_words(pane->canvas, pane->row++, pane->column, pane->columns, STYLE_LABEL, field->label);
	for (size_t i = 0; i < values->count && pane->row < pane->end; i++)
		pane->row += canvas_wrap(pane->canvas, pane->row, pane->column + 2, pane->columns - 2, pane->end - pane->row < 2 ? 1 : 2, STYLE_VALUE,
			value_words(pane->canvas->arena, field, &values->values[i]));
	return true;
}

static void put_wrongs(struct pane *pane, const struct record *record)
{
	struct wrong *list;
	size_t count = wrong_with(pane->canvas->arena, record, &list);

	for (size_t i = 0; i < count && pane->row < pane->end; i++) {
		enum style style = list[i].severe ? STYLE_BAD : STYLE_WARNING;

		canvas_words(pane->canvas, pane->row, pane->column, 1, style, list[i].severe ? "!" : "i");
		pane->row += canvas_wrap(pane->canvas, pane->row, pane->column + 2, pane->columns - 2,
			pane->end - pane->row < 2 ? pane->end - pane->row : 2, style, list[i].sentence);
	}
}

static void put_namesakes(struct pane *pane, const struct list_view *list)
{
	const char *words;

	if (list->namesakes == 0 || pane->row >= pane->end)
		return;
	words = arena_format(pane->canvas->arena, "%zu more of this name: compare %s", list->namesakes,
		kind_field(list->kind, "phone") != NULL ? "login, phone or number" : "the rest");
	canvas_words(pane->canvas, pane->row, pane->column, 1, STYLE_WARNING, "!");
	pane->row += canvas_wrap(pane->canvas, pane->row, pane->column + 2, pane->columns - 2, pane->narrow ? 3 : 1, STYLE_WARNING, words);
}

/* A column of the list says it already, or it is a part of the title ("Andrea" of "Andrea Schmidt"). */
static bool said_already(const struct list_view *list, const struct record *record, const struct field *field, int table_columns)
{
	struct list_column columns[LIST_COLUMNS_MOST];
	int count = list_columns(list, table_columns, columns);
	const char *title = list->kind->title_field, *words = record_text(record, field->name);

	for (int i = 0; i < count; i++) {
		if (columns[i].field == field && columns[i].width >= (int)text_columns(VISIBLE_UTF8, words, strlen(words)))
			return true;
	}
	return title != NULL && field->type == FIELD_TEXT && words[0] != '\0' && strstr(record_text(record, title), words) != NULL;
}

static void put_fields(struct pane *pane, const struct list_view *list, const struct record *record, int table_columns)
{
	const char *group = NULL;

	for (const struct field *field = record->kind->fields; field->name != NULL && pane->row < pane->end; field++) {
		const struct field_values *values = record_get(record, field->name);

		if ((values->count == 0 || said_already(list, record, field, table_columns)) && values->note == NULL)
			continue;
		if (group != NULL && field->group != NULL && strcmp(group, field->group) != 0 && pane->at > 0)
			next_row(pane);
		group = field->group;
		if (put_lines(pane, field, values))
			continue;
		put_pair(pane, field->label, values->note == NULL || pane->narrow ? record_words(pane->canvas->arena, field, values)
				: arena_format(pane->canvas->arena, "%s, %s", record_words(pane->canvas->arena, field, values), values->note), STYLE_VALUE);
	}
}

void list_preview_draw(const struct list_view *list, struct canvas *canvas, const struct list_layout *layout)
{
	struct pane pane = { canvas, layout->preview_row, layout->preview_row + layout->preview_rows,
		layout->preview_column, layout->preview_columns, 0, layout->beside };
	const struct row *row = list_row(list);
	const struct record *record = list->record != NULL ? list->record : list->past;
	const char *title = list->kind->title_field;

	if (layout->beside) {
		for (int i = 0; i < layout->preview_rows; i++)
			canvas_border(canvas, pane.row + i, pane.column, 1, BORDER_VERTICAL, STYLE_HEADING);
		pane.column += 2;
		pane.columns -= 3;
	} else {
		pane.column += 1;
		pane.columns -= 2;
	}
	if (row == NULL)
		return;
	if (record != NULL && title != NULL && record_text(record, title)[0] != '\0')
		title = record_text(record, title);
	else
		title = record != NULL ? record->name : row->name;
	frame_rule(canvas, pane.row, pane.column - 1, layout->beside ? pane.columns + 2 : canvas->columns, title);
	if (layout->below)
		canvas_border(canvas, pane.row, 0, 1, BORDER_HORIZONTAL, STYLE_HEADING);
	pane.row++;
	if (record != NULL) {
		put_namesakes(&pane, list);
		put_wrongs(&pane, record);
		put_fields(&pane, list, record, layout->columns);
	} else if (list->preview_error.kind != ERROR_NONE) {
		canvas_wrap(canvas, pane.row, pane.column, pane.columns, pane.end - pane.row, STYLE_WARNING, list->preview_error.text);
	} else {
		canvas_words(canvas, pane.row, pane.column, pane.columns, STYLE_DIM, "reading ..");
	}
}
