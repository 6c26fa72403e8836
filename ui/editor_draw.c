/*
 * editor_draw: how the editor of one field looks.
 *
 * Help and rule above, then what is there now and what it becomes, or the
 * values of the set and the line that adds to it; what may stand there below.
 * No effects, never fails; loop thread.
 */
#include "ui/editor.h"

#include <string.h>

#include "base/text.h"
#include "model/check.h"
#include "ui/keymap.h"

enum { LABELS = 8 };

const char *editor_title(const struct view *view, struct arena *arena)
{
	const struct editor *self = (const struct editor *)view;
	const struct kind *kind = self->record->kind;
	const char *title;

	if (self->taken != NULL)
		return arena_format(arena, "%s - new %s", self->field->label, kind->noun);
	title = kind->title_field == NULL ? "" : record_text(self->record, kind->title_field);

	if (title[0] == '\0' || strcmp(title, self->record->name) == 0)
		return arena_format(arena, "%s - %s - change", self->field->label, self->record->name);
	return arena_format(arena, "%s - %s, %s - change", self->field->label, title, self->record->name);
}

/* The rule of the row in words: what the table says about range and need. */
static const char *rule(const struct field *field, struct arena *arena)
{
	bool needed = (field->flags & FIELD_REQUIRED) != 0;
	const char *range = NULL;

	if (field->type == FIELD_SIZE && field->most > 0)
		range = arena_format(arena, "0 (no limit) or up to %s; a bare number means %s", text_from_size(arena, field->most),
				field->unit_name == NULL ? "bytes" : field->unit_name);
	else if (field->type == FIELD_NUMBER && field->most > 0)
		range = arena_format(arena, "%lld to %lld", (long long)field->least, (long long)field->most);
	else if (field->type == FIELD_TEXT && field->most > 0)
		range = arena_format(arena, "at most %lld bytes", (long long)field->most);
	if (range == NULL)
		return needed ? "A value is needed." : "May be left empty.";
	return arena_format(arena, "%s. %s", range, needed ? "A value is needed." : "May be left empty.");
}

static int draw_help(const struct editor *self, struct canvas *canvas, struct area area)
{
	/* All of it where there is room: what is cut is the sentence that matters. */
	int most = area.rows >= 16 ? area.rows - 12 : area.rows >= 10 ? 2 : 0;
	int used;

	if (most == 0)
		return 0;
	used = self->unshown == 0 ? 0 : canvas_wrap(canvas, area.top, 1, area.columns - 2, 1, STYLE_WARNING,
			arena_format(canvas->arena, "%zu values, the first %zu shown; a value that is typed comes up and can be taken out.",
				record_get(self->record, self->field->name)->count, record_get(self->record, self->field->name)->count - self->unshown));
	used += canvas_wrap(canvas, area.top + used, 1, area.columns - 2, most, STYLE_PLAIN, self->field->help);
	if (area.rows >= 14)
		used += canvas_wrap(canvas, area.top + used, 1, area.columns - 2, 1, STYLE_DIM, rule(self->field, canvas->arena));
	return used + 1;
}

/* What is wrong, how it is understood, or what was said last. */
static int draw_says(const struct editor *self, struct canvas *canvas, struct area area, int row)
{
	int rows = area.rows >= 14 ? 2 : 1;
	bool wrong = self->said_wrong;
	const char *words = self->said;
	enum style style = STYLE_WARNING;

	if (words == NULL) {
		words = editor_in_line(self) || self->input.choosing ? input_says(&self->input, canvas->arena, &wrong) : NULL;
		style = STYLE_DIM;
	}
	canvas_wrap(canvas, row, LABELS, area.columns - LABELS - 1, rows, wrong ? STYLE_BAD : style, words);
	return rows;
}

static void draw_hint(const struct editor *self, struct canvas *canvas, int row)
{
	const struct keymap *keys = session_keymap(self->view.session);
	const char *remove = keymap_key(keys, "editor", "remove-value", canvas->arena);
	const char *words;

	if (!self->set)
		words = self->suggest.active ? "Enter takes the row, then Enter goes to the review" : "Enter goes to the review, Esc back; nothing is written before it";
	else if (self->at < self->item_count)
		words = arena_format(canvas->arena, "Enter changes it, %s removes it or takes that back, Down leads to Add",
				remove == NULL ? "Delete" : remove);
	else if (self->parts)
		words = !editor_changed(self) ? "Enter opens a form for a new one" : self->taken != NULL ? "Enter takes them into the form" : "Enter goes to the review";
	else
		words = "Enter adds what is typed; on the empty line it goes to the review";
	canvas_words(canvas, row, 1, -1, STYLE_DIM, words);
}

static int draw_single(const struct editor *self, struct canvas *canvas, struct area area, int row)
{
	const struct field_values *values = record_get(self->record, self->field->name);
	const char *unit = input_unit(&self->input);
	int width = area.columns - LABELS - 2, used;

	canvas_words(canvas, row, 1, LABELS - 1, STYLE_LABEL, "Now");
	used = canvas_words(canvas, row, LABELS, width, STYLE_OLD, record_words(canvas->arena, self->field, values));
	if (values->note != NULL && LABELS + used + 3 < area.columns)
		canvas_words(canvas, row, LABELS + used + 2, -1, STYLE_DIM, values->note);
	row++;
	if (width > 62 && !self->input.choosing)
		width = 62;
	/* The unit stands right behind a field that is as wide as its values. */
	if (width > 20 && (self->field->type == FIELD_SIZE || self->field->type == FIELD_NUMBER))
		width = 20;
	canvas_words(canvas, row, 1, LABELS - 1, STYLE_KEY, "New");
	input_draw(&self->input, canvas, row, LABELS, width, !self->suggest.active);
	if (self->input.choosing)
		canvas_words(canvas, row + 1, LABELS, -1, STYLE_DIM, unit);
	else if (LABELS + width + 1 < area.columns)
		canvas_words(canvas, row, LABELS + width + 1, -1, STYLE_DIM, unit);
	row++;
	return row + draw_says(self, canvas, area, row);
}

/* What names the value in one column, what it says in the next. */
static int draw_grid(const struct editor *self, const struct editor_item *item, struct canvas *canvas, int row, int width, enum style style)
{
	const struct part *key = parts_key(self->field);
	int first = width > 60 ? 44 : width - width / 4, used = first;

	canvas_words(canvas, row, 5, first - 2, style, parts_get(canvas->arena, item->bytes, key->name));
	for (const struct part *part = self->field->parts; part->name != NULL; part++) {
		const char *text = part == key ? NULL : parts_get(canvas->arena, item->bytes, part->name);

		used += canvas_words(canvas, row, 5 + used, width - used, style, text) + (text != NULL);
	}
	return used;
}

static void draw_item(const struct editor *self, size_t index, struct canvas *canvas, int row, int columns)
{
	const struct editor_item *item = &self->items[index];
	struct value value = { item->bytes, item->length };
	struct field_values one = { .presence = VALUE_OWN, .values = &value, .count = 1 };
	bool here = index == self->at;
	enum style style = here ? STYLE_ROW_HERE : item->gone ? STYLE_OLD : item->had ? STYLE_VALUE : STYLE_NEW;
	int used;

	canvas_fill(canvas, row, 1, columns - 2, here ? STYLE_ROW_HERE : STYLE_PLAIN);
	if (here) {
		canvas_border(canvas, row, 1, 1, BORDER_POINTER, style);
		canvas_cursor(canvas, row, 1, false);
	}
	canvas_words(canvas, row, 3, 1, style, item->gone ? "-" : item->had ? " " : "+");
	if (self->parts && parts_key(self->field) != NULL)
		used = draw_grid(self, item, canvas, row, columns - 21, style);
	else
		used = canvas_words(canvas, row, 5, columns - 21, style, record_words(canvas->arena, &self->one, &one));
	if (item->gone || !item->had || index == self->replaces)
		canvas_words(canvas, row, 5 + used + 2, -1, here ? style : STYLE_DIM,
				index == self->replaces ? "being changed" : item->gone ? "to be removed" : "new");
}

static int draw_set(const struct editor *self, struct canvas *canvas, struct area area, int row)
{
	int offers = self->suggest.kind != NULL && area.rows >= 12 ? 5 : 0;
	int rows = area.top + area.rows - row - 3 - offers;
	size_t first = 0;
	int width = area.columns - LABELS - 2;

	if (rows < 1)
		rows = 1;
	if (self->item_count == 0)
		canvas_words(canvas, row++, 5, -1, STYLE_DIM, "(none)");
	if (self->at < self->item_count && self->at >= (size_t)rows)
		first = self->at - (size_t)rows + 1;
	else if (self->at >= self->item_count && self->item_count > (size_t)rows)
		first = self->item_count - (size_t)rows;
	for (int i = 0; i < rows && first + (size_t)i < self->item_count; i++, row++) {
		draw_item(self, first + (size_t)i, canvas, row, area.columns);
		canvas_target(canvas, row, 0, area.columns, (int)first + i);
	}
	canvas_target(canvas, row, 0, area.columns, (int)self->item_count);
	if (self->parts) {
		bool here = self->at >= self->item_count;

		if (here)
			canvas_cursor(canvas, row, 3, false);
		canvas_words(canvas, row, 3, -1, here ? STYLE_BUTTON_HERE : STYLE_BUTTON,
				!editor_changed(self) ? "[ add a new one ]" : self->taken != NULL ? "[ take into the form ]" : "[ go to the review ]");
	} else {
		canvas_words(canvas, row, 1, LABELS - 1, self->at >= self->item_count ? STYLE_KEY : STYLE_LABEL,
				self->replaces < self->item_count ? "Change" : "Add");
		line_draw(&self->input.line, canvas, row, LABELS, width > 62 ? 62 : width, self->at >= self->item_count && !self->suggest.active);
	}
	row++;
	return row + draw_says(self, canvas, area, row);
}

void editor_draw(const struct view *view, struct canvas *canvas, struct area area)
{
	const struct editor *self = (const struct editor *)view;
	int last = area.top + area.rows - 1;
	int row = area.top;

	if (area.rows < 1)
		return;
	if (area.rows >= 6)
		row += draw_help(self, canvas, area);
	row = self->set ? draw_set(self, canvas, area, row) : draw_single(self, canvas, area, row);
	if (self->suggest.kind != NULL && editor_in_line(self) && last - row > 1) {
		canvas_words(canvas, row, 1, LABELS, STYLE_LABEL, self->suggest.kind->title);
		suggest_draw(&self->suggest, canvas, row, LABELS + 1, area.columns - LABELS - 2, last - row);
	}
	if (last > row - 1 && area.rows >= 4)
		draw_hint(self, canvas, last);
}
