/*
 * inputs: focus, scrolling and drawing of several inputs.  Never fails; loop
 * thread.
 */
#include "ui/inputs.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "model/check.h"
#include "ui/keymap.h"
#include "ui/move.h"
#include "ui/picker.h"

enum { LABELS = 24, FIELDS_MOST = 46 };

void inputs_start(struct inputs *inputs, struct session *session, const char *first_button, const char *second_button)
{
	memset(inputs, 0, sizeof(*inputs));
	inputs->session = session;
	inputs->buttons[0] = first_button;
	inputs->buttons[1] = second_button;
}

void inputs_add(struct inputs *inputs, const struct field *field, const char *canonical, const char *fallback, bool required)
{
	inputs->items = memory_grow(inputs->items, &inputs->capacity, inputs->count + 1, sizeof(*inputs->items));
	input_start(&inputs->items[inputs->count++], field, canonical, fallback, required);
}

void inputs_free(struct inputs *inputs)
{
	for (size_t i = 0; i < inputs->count; i++)
		input_free(&inputs->items[i]);
	free(inputs->items);
	memset(inputs, 0, sizeof(*inputs));
}

struct input *inputs_here(struct inputs *inputs)
{
	return inputs->at < inputs->count ? &inputs->items[inputs->at] : NULL;
}

bool inputs_typing(const struct inputs *inputs)
{
	return inputs->at < inputs->count && !inputs->items[inputs->at].choosing && !inputs->items[inputs->at].listing;
}

bool inputs_key(struct inputs *inputs, const struct key *key)
{
	struct input *here = inputs_here(inputs);

	if (here == NULL || !input_key(here, key))
		return false;
	inputs->said = NULL;
	return true;
}

void inputs_paste(struct inputs *inputs, const char *bytes, size_t length)
{
	struct input *here = inputs_here(inputs);

	if (here != NULL)
		inputs->said = input_paste(here, bytes, length);
}

static void step(struct inputs *inputs, bool forward)
{
	size_t stops = inputs->count + 2;

	inputs->at = (inputs->at + (forward ? 1 : stops - 1)) % stops;
	inputs->said = NULL;
}

void inputs_click(struct inputs *inputs, int id)
{
	if ((size_t)id >= inputs->count + 2)
		return;
	inputs->at = (size_t)id;
	inputs->said = NULL;
}

bool inputs_act(struct inputs *inputs, const struct action *action)
{
	struct input *here = inputs_here(inputs);

	switch (move_of(action)) {
	case MOVE_ACCEPT:
		if (here == NULL)
			return false;
		step(inputs, true);
		return true;
	case MOVE_NEXT:
	case MOVE_DOWN:
		step(inputs, true);
		return true;
	case MOVE_PREVIOUS:
	case MOVE_UP:
		step(inputs, false);
		return true;
	case MOVE_RIGHT:
		if (here == NULL || !input_step(here, 1))
			step(inputs, true);
		return true;
	case MOVE_LEFT:
		if (here == NULL || !input_step(here, -1))
			step(inputs, false);
		return true;
	case MOVE_PAGE_DOWN:
	case MOVE_LAST:
		inputs->at = inputs->count;
		return true;
	case MOVE_PAGE_UP:
	case MOVE_FIRST:
		inputs->at = 0;
		return true;
	case MOVE_PICK:
		inputs_pick(inputs);
		return true;
	default:
		return false;
	}
}

bool inputs_changed(const struct inputs *inputs)
{
	for (size_t i = 0; i < inputs->count; i++) {
		if (input_changed(&inputs->items[i]))
			return true;
	}
	return false;
}

/* Several values in one line: each is checked by itself. */
static bool legal(const struct input *input, struct arena *arena, struct error *error)
{
	struct field one = *input->field;
	struct input each = *input;
	char *word, *rest;

	/* What the view of the values gave back was checked there. */
	if (input->listing) {
		error_clear(error);
		return !input->required || input->value_count > 0 || error_set(error, ERROR_INVALID, "%s is needed.", input->field->label);
	}
	if (!(input->field->flags & FIELD_MANY)) {
		input_value(input, arena, error);
		return error->kind == ERROR_NONE;
	}
	one.flags &= ~(unsigned)FIELD_MANY;
	each.field = &one;
	rest = arena_text(arena, input_typed(input));
	error_clear(error);
	while ((word = input_next(input->field, &rest)) != NULL) {
		each.line.bytes = word;
		each.line.length = strlen(word);
		input_value(&each, arena, error);
		if (error->kind != ERROR_NONE)
			return false;
	}
	if (input->required && input_typed(input)[0] == '\0')
		return error_set(error, ERROR_INVALID, "%s is needed.", input->field->label);
	return true;
}

bool inputs_check(struct inputs *inputs)
{
	struct arena *arena = arena_new();
	size_t wrong = inputs->count;
	struct error error;

	inputs->tried = true;
	for (size_t i = inputs->count; i-- > 0; ) {
		if (!legal(&inputs->items[i], arena, &error))
			wrong = i;
	}
	arena_free(arena);
	if (wrong == inputs->count)
		return true;
	inputs->at = wrong;
	inputs->said = NULL;
	return false;
}

static void picked(void *context, const char *name)
{
	struct inputs *inputs = context;
	struct input *here = inputs_here(inputs);

	if (name != NULL && here != NULL)
		input_take(here, name);
	session_changed(inputs->session);
}

void inputs_go_to(struct inputs *inputs, const struct field *field)
{
	for (size_t i = 0; i < inputs->count; i++) {
		if (strcmp(inputs->items[i].field->name, field->name) == 0)
			inputs->at = i;
	}
}

void inputs_pick(struct inputs *inputs)
{
	struct input *here = inputs_here(inputs);
	const struct kind *kind = here == NULL ? NULL : input_offers(here);
	struct arena *arena;
	struct view *picker;

	if (kind == NULL) {
		inputs->said = "There is no list to choose from for this field.";
		return;
	}
	arena = arena_new();
	picker = picker_view_new(inputs->session, kind, arena_format(arena, "%s - choose a %s", here->field->label, kind->noun), picked, inputs);
	picker_look_for(picker, input_offer_words(here));
	session_push(inputs->session, picker);
	arena_free(arena);
}

/* The item is looked up again: items move in memory when more are added. */
static void values_taken(void *context, const char *const *values, size_t count)
{
	struct inputs *inputs = context;
	struct input *here = inputs_here(inputs);

	if (here != NULL && here->listing)
		input_put_values(here, values, count);
	session_changed(inputs->session);
}

bool inputs_edit_values(struct inputs *inputs, const struct kind *kind)
{
	struct input *here = inputs_here(inputs);
	const char **values;
	struct arena *arena;

	if (here == NULL || !here->listing)
		return false;
	arena = arena_new();
	values = arena_alloc(arena, (here->value_count + 1) * sizeof(*values));
	for (size_t i = 0; i < here->value_count; i++)
		values[i] = here->values[i];
	inputs->said = NULL;
	session_push(inputs->session, editor_values_new(inputs->session, kind, here->field, values, here->value_count, values_taken, inputs));
	arena_free(arena);
	return true;
}

/* --- drawing ------------------------------------------------------------------------------- */

/* A row of the form: a heading, an item or a further value of it, or what is wrong with the item above. */
struct form_row {
	const char *heading;       /* NULL: none */
	const char *wrong;
	size_t item, value;
};

static size_t form_rows(const struct inputs *inputs, struct arena *arena, struct form_row **rows)
{
	size_t count = 0, values = 0;
	struct form_row *list;
	const char *group = NULL;

	for (size_t i = 0; i < inputs->count; i++)
		values += inputs->items[i].value_count;
	list = arena_alloc(arena, sizeof(*list) * (inputs->count * 3 + values + 1));
	for (size_t i = 0; i < inputs->count; i++) {
		const struct input *item = &inputs->items[i];
		struct error error;

		if (item->field->group != NULL && (group == NULL || strcmp(group, item->field->group) != 0)) {
			group = item->field->group;
			list[count++] = (struct form_row){ .heading = group, .item = i };
		}
		list[count++] = (struct form_row){ .item = i };
		for (size_t value = 1; value < item->value_count; value++)
			list[count++] = (struct form_row){ .item = i, .value = value };
		if (inputs->tried && i != inputs->at && !legal(item, arena, &error))
			list[count++] = (struct form_row){ .wrong = arena_text(arena, text_after_label(error.text, item->field->label)), .item = i };
	}
	*rows = list;
	return count;
}

/* One value with parts: what names it, then what it says, as on the page. */
static void draw_value(const struct input *item, size_t index, struct canvas *canvas, int row, int column, int width, bool here)
{
	const struct part *key = parts_key(item->field);
	enum style style = here ? STYLE_FIELD_HERE : STYLE_FIELD;
	int first = width > 44 ? 34 : width - width / 3;
	struct value value = { "", 0 };

	canvas_fill(canvas, row, column, width, style);
	if (here && index == 0)
		canvas_cursor(canvas, row, column, false);
	if (item->value_count == 0) {
		canvas_words(canvas, row, column, width, style, "(none)");
		return;
	}
	value = (struct value){ item->values[index], strlen(item->values[index]) };
	if (key == NULL) {
		canvas_words(canvas, row, column, width, style, value_words(canvas->arena, item->field, &value));
		return;
	}
	canvas_words(canvas, row, column, first - 1, style, parts_get(canvas->arena, value.bytes, key->name));
	for (const struct part *part = item->field->parts; part->name != NULL; part++) {
		const char *text = part == key ? NULL : parts_get(canvas->arena, value.bytes, part->name);

		if (text != NULL && first < width)
			first += canvas_words(canvas, row, column + first, width - first, style, text) + 1;
	}
}

static void draw_item(const struct inputs *inputs, size_t index, size_t value, struct canvas *canvas, int row, int columns)
{
	const struct input *item = &inputs->items[index];
	bool here = index == inputs->at;
	int labels = columns >= 60 ? LABELS : columns / 3;
	int width = columns - labels - 2;

	if (item->required && value == 0)
		canvas_words(canvas, row, 0, 1, STYLE_WARNING, "*");
	if (value == 0)
		canvas_words(canvas, row, 1, labels - 2, here ? STYLE_KEY : STYLE_LABEL, item->field->label);
	if (width > FIELDS_MOST && !item->choosing)
		width = FIELDS_MOST;
	/* The unit stands right behind a field that is as wide as its values. */
	if (width > 20 && (item->field->type == FIELD_SIZE || item->field->type == FIELD_NUMBER))
		width = 20;
	if (item->listing)
		draw_value(item, value, canvas, row, labels, width, here);
	else
		input_draw(item, canvas, row, labels, width, here);
	if (!item->choosing && value == 0 && labels + width + 1 < columns)
		canvas_words(canvas, row, labels + width + 1, columns - labels - width - 1, STYLE_DIM, input_unit(item));
}

static void draw_rows(const struct inputs *inputs, struct canvas *canvas, struct area area, int rows)
{
	struct form_row *list;
	size_t count = form_rows(inputs, canvas->arena, &list), first = 0, focus = 0;
	int labels = area.columns >= 60 ? LABELS : area.columns / 3;

	for (size_t i = 0; i < count; i++) {
		if (list[i].heading == NULL && list[i].wrong == NULL && list[i].value == 0 && list[i].item == inputs->at)
			focus = i;
	}
	if (inputs->at >= inputs->count && count > 0)
		focus = count - 1;
	/* Half a page stays in front of the focus, so that one sees where it came from. */
	if (count > (size_t)rows && focus > (size_t)rows / 2)
		first = focus - (size_t)rows / 2;
	if (first + (size_t)rows > count)
		first = count > (size_t)rows ? count - (size_t)rows : 0;
	for (int row = 0; row < rows && first + (size_t)row < count; row++) {
		const struct form_row *each = &list[first + (size_t)row];

		if (each->heading != NULL)
			canvas_words(canvas, area.top + row, 1, area.columns - 1, STYLE_HEADING, each->heading);
		else if (each->wrong != NULL)
			canvas_words(canvas, area.top + row, labels, area.columns - labels, STYLE_BAD, each->wrong);
		else
			draw_item(inputs, each->item, each->value, canvas, area.top + row, area.columns);
		if (each->heading == NULL)
			canvas_target(canvas, area.top + row, 0, area.columns, (int)each->item);
	}
	if (first > 0)
		canvas_border(canvas, area.top, area.columns - 1, 1, BORDER_UP, STYLE_DIM);
	if (first + (size_t)rows < count && rows > 0)
		canvas_border(canvas, area.top + rows - 1, area.columns - 1, 1, BORDER_DOWN, STYLE_DIM);
}

/* What is to say about the item with the focus: a mistake, how it is understood, or how to choose. */
static void draw_says(const struct inputs *inputs, struct canvas *canvas, int row, int columns)
{
	const struct input *here = inputs->at < inputs->count ? &inputs->items[inputs->at] : NULL;
	const char *words = inputs->said;
	enum style style = STYLE_WARNING;
	struct error error;
	bool wrong = false;

	if (words == NULL && here != NULL && !legal(here, canvas->arena, &error) && (inputs->tried || input_typed(here)[0] != '\0')) {
		words = error.text;
		style = STYLE_BAD;
	} else if (words == NULL && here != NULL && !(here->field->flags & FIELD_MANY)) {
		words = input_says(here, canvas->arena, &wrong);
		style = STYLE_DIM;
	}
	if (words == NULL && here != NULL && input_offers(here) != NULL) {
		const char *key = keymap_key(session_keymap(inputs->session), "field", "pick", canvas->arena);

		if (key != NULL)
			words = arena_format(canvas->arena, "%s lists what may stand here%s", key, !(here->field->flags & FIELD_MANY) ? "" :
				input_spaced(here->field) ? "; several with commas between" : "; several with semicolons between");
		style = STYLE_DIM;
	}
	canvas_words(canvas, row, 1, columns - 1, style, words);
}

static void draw_buttons(const struct inputs *inputs, struct canvas *canvas, int row)
{
	int column = 1, used;

	for (size_t i = 0; i < 2; i++) {
		bool here = inputs->at == inputs->count + i;

		if (here)
			canvas_cursor(canvas, row, column, false);
		used = canvas_format(canvas, row, column, -1, here ? STYLE_BUTTON_HERE : STYLE_BUTTON, "%c %s %c", here ? '[' : '<',
				inputs->buttons[i], here ? ']' : '>');
		canvas_target(canvas, row, column, used, (int)(inputs->count + i));
		column += used + 2;
	}
	canvas_words(canvas, row, column + 1, -1, STYLE_DIM, "* is needed; nothing is written before the review");
}

void inputs_draw(const struct inputs *inputs, struct canvas *canvas, struct area area)
{
	const struct input *here = inputs->at < inputs->count ? &inputs->items[inputs->at] : NULL;
	int helps = area.rows >= 16 ? 3 : area.rows >= 9 ? 1 : 0;
	int bottom = helps + (area.rows >= 5 ? 2 : area.rows >= 3 ? 1 : 0);
	int rows = area.rows - bottom;
	int row = area.top + rows;

	if (rows < 1)
		return;
	draw_rows(inputs, canvas, area, rows);
	if (helps > 0) {
		if (helps > 1) {
			canvas_border(canvas, row, 0, area.columns, BORDER_HORIZONTAL, STYLE_HEADING);
			row++;
			helps--;
		}
		if (here != NULL)
			canvas_wrap(canvas, row, 1, area.columns - 2, helps, STYLE_DIM, here->field->help);
		row += helps;
	}
	if (area.rows >= 5)
		draw_says(inputs, canvas, row++, area.columns);
	if (area.rows >= 3)
		draw_buttons(inputs, canvas, row);
}
