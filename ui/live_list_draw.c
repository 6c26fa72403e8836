/*
 * live_list_draw: how rows of a live table look: words of a cell, its colour,
 * bars, and the pane below the connections.
 *
 * Never fails; loop thread.
 */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "model/live_kinds.h"
#include "ui/chart.h"
#include "ui/live_list.h"
#include "ui/live_words.h"
#include "ui/session.h"

const char *live_list_text(const struct list_view *list, const struct row *row, const char *field)
{
	size_t column;

	return kind_field(list->kind, field) != NULL && rowset_column(list->set, kind_field(list->kind, field), &column) ?
		row->values[column].bytes : NULL;
}

bool live_list_is_age(const struct field *field)
{
	return strncmp(field->name, "age_", 4) == 0;
}

/* Deferred towards ourselves for five minutes. */
static bool is_outage(const struct list_view *list, const struct row *row)
{
	const char *ours = live_list_text(list, row, "ours"), *late = live_list_text(list, row, "late");

	return ours != NULL && strcmp(ours, "yes") == 0 && late != NULL && strtoull(late, NULL, 10) > 0;
}

/* Ours before the name, so that a narrow column does not cut it off; "." is nothing. */
const char *live_list_cell_words(const struct list_view *list, struct arena *arena, enum visible_form form, const struct field *field,
		const struct row *row, const struct value *value)
{
	const char *ours = live_list_text(list, row, "ours");

	if (live_list_is_age(field))
		return strcmp(value->bytes, "0") == 0 ? "." : live_words_short(arena, strtoull(value->bytes, NULL, 10));
	if (ours != NULL && strcmp(ours, "yes") == 0 && strcmp(field->name, "domain") == 0) {
		const char *domain = list_cell_words(arena, form, field, value);

		return arena_format(arena, "%s %s", is_outage(list, row) ? "OURS!" : "OURS", domain != NULL ? domain : value->bytes);
	}
	return live_words(arena, field, value, session_now(list->view.session));
}

/* What the columns have no room for, of the row under the cursor. */
const char *live_list_detail(const struct list_view *list, const struct row *row, struct arena *arena)
{
	const char *reason = live_list_text(list, row, "reason"), *example = live_list_text(list, row, "example"), *oldest = live_list_text(list, row, "oldest");
	const char *server = live_list_text(list, row, "server");
	const char *time = oldest == NULL || oldest[0] == '\0' ? NULL : live_words_time(arena, oldest, session_now(list->view.session));
	char *words;

	words = arena_format(arena, "%s on %s: %s deferred%s%s", row->name, server, text_from_count(arena, strtoll(live_list_text(list, row, "deferred"), NULL, 10)),
		time != NULL ? ", the oldest of all came " : "", time != NULL ? time : "");
	if (is_outage(list, row))
		words = arena_format(arena, "%s\nOURS: our own server does not take mail that is 5 minutes old or older", words);
	if (example != NULL && example[0] != '\0')
		return arena_format(arena, "%s\n%s", words, example);
	return reason != NULL && reason[0] != '\0' && strcmp(reason, row->name) != 0 ? arena_format(arena, "%s\nmost often: %s", words, reason) : words;
}

/* How much of the recipients is in one age: what stands out holds an eighth, or half, of the fullest; ours stand out too. */
static enum style heat_of(const struct live_list *self, uint64_t count, enum style otherwise)
{
	if (count == 0)
		return STYLE_DIM;
	if (count * 2 >= self->hottest && count > 1)
		return STYLE_HOT;
	return count * 8 >= self->hottest && count > 1 ? STYLE_WARM : otherwise;
}

enum { MANY_TRYING = 20 };

/* mail_max_userip_connections: beyond it the next program of that person is refused; 0 is no limit. */
static enum style near_limit(const char *highest, const char *limit, enum style otherwise)
{
	unsigned long used = strtoul(highest, NULL, 10), possible = strtoul(limit, NULL, 10);

	return possible == 0 ? otherwise : used >= possible ? STYLE_BAD : used * 10 >= possible * 8 ? STYLE_WARNING : otherwise;
}

static bool is_of_share(const char *field)
{
	static const char *const fields[] = { "percent", "used", "free", "full_in", "service" };

	for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
		if (strcmp(fields[i], field) == 0)
			return true;
	}
	return false;
}

enum style live_list_style(const struct list_view *list, const struct field *field, const struct row *row, enum style otherwise)
{
	const char *ours = live_list_text(list, row, "ours"), *full = live_list_text(list, row, "percent");

	if (ours != NULL && strcmp(ours, "yes") == 0 && strcmp(field->name, "domain") == 0)
		return is_outage(list, row) ? STYLE_BAD : STYLE_WARNING;
	if (live_list_is_age(field))
		return heat_of((const struct live_list *)list, strtoull(live_list_text(list, row, field->name), NULL, 10), otherwise);
	if (strcmp(field->name, "trying") == 0 && strtoull(live_list_text(list, row, "trying"), NULL, 10) > MANY_TRYING)
		return STYLE_WARNING;
	if (strcmp(field->name, "highest") == 0 && live_list_text(list, row, "limit") != NULL)
		return near_limit(live_list_text(list, row, "highest"), live_list_text(list, row, "limit"), otherwise);
	if (full != NULL && is_of_share(field->name) && full[0] != '\0')
		return strtol(full, NULL, 10) >= 95 ? STYLE_BAD : strtol(full, NULL, 10) >= 80 ? STYLE_WARNING : otherwise;
	return otherwise;
}

/* --- cells and pane ----------------------------------------------------------------------------------- */

enum { BAR_WIDTH = 14, BAR_FROM = 70 };

const char *live_list_columns(const struct list_view *list)
{
	return ((const struct live_list *)list)->place->columns;
}

static bool is_share(const struct list_view *list, const struct field *field)
{
	return strcmp(field->name, "percent") == 0 && session_canvas(list->view.session)->columns >= BAR_FROM;
}

/* Columns that say their value in another way than a printed table does. */
static const struct { const char *field, *label; int width; } shown_as[] = {
	{ "full_in", "Full in", 9 }, { "turned_away", "Away", 6 }, { "last_drop", "Last away", 11 },
};

const char *live_list_label(const struct list_view *list, const struct field *field)
{
	(void)list;
	for (size_t i = 0; i < sizeof shown_as / sizeof *shown_as; i++) {
		if (strcmp(shown_as[i].field, field->name) == 0)
			return shown_as[i].label;
	}
	return NULL;
}

/* "388 of 400" */
static bool is_used_of(const struct list_view *list, const struct field *field)
{
	return list->kind == &kind_live_services && strcmp(field->name, "used") == 0 && session_canvas(list->view.session)->columns >= BAR_FROM;
}

int live_list_width(const struct list_view *list, const struct field *field)
{
	if (is_share(list, field))
		return BAR_WIDTH;
	if (is_used_of(list, field))
		return 14;
	for (size_t i = 0; i < sizeof shown_as / sizeof *shown_as; i++) {
		if (strcmp(shown_as[i].field, field->name) == 0 && session_canvas(list->view.session)->columns >= BAR_FROM)
			return shown_as[i].width;
	}
	return 0;
}

/* Shares as bars, times as spans: who reads them at night does not want to reckon. */
bool live_list_cell(const struct list_view *list, struct canvas *canvas, int row, const struct list_column *column,
		const struct row *data, enum style style)
{
	const char *words = live_list_text(list, data, column->field->name);

	if (is_share(list, column->field)) {
		double part = strtod(words, NULL) / 100;

		chart_bar(canvas, row, column->at, column->width - 5, style, part);
		canvas_right(canvas, row, column->at + column->width - 4, 4, style, arena_format(canvas->arena, "%s%%", words));
	} else if (is_used_of(list, column->field)) {
		const char *possible = live_list_text(list, data, "possible");

		canvas_right(canvas, row, column->at, column->width, style, arena_format(canvas->arena, "%s of %s",
			text_from_count(canvas->arena, strtoll(words, NULL, 10)), possible == NULL || possible[0] == '\0' ? "?" :
			text_from_count(canvas->arena, strtoll(possible, NULL, 10))));
	} else if (strcmp(column->field->name, "full_in") == 0) {
		canvas_right(canvas, row, column->at, column->width, style, strcmp(words, "0") == 0 ? "FULL" :
			text_from_age(canvas->arena, strtol(words, NULL, 10) * 60));
	} else {
		return false;
	}
	return true;
}

bool live_list_has_pane(const struct live_list *self)
{
	return strcmp(self->place->family, "connections") == 0 && self->of == NULL;
}

int live_list_pane_rows(const struct list_view *list, int rows)
{
	return live_list_has_pane((const struct live_list *)list) ? live_pane_rows(rows) : 0;
}

void live_list_pane_draw(const struct list_view *list, struct canvas *canvas, int row, int rows)
{
	const struct live_list *self = (const struct live_list *)list;

	live_pane_draw(&self->pane, list->view.session, self->question.host, strcmp(self->place->table, "services") == 0, canvas, row, rows);
}
