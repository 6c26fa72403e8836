/*
 * list_columns: which columns fit, and how wide they are.
 *
 * Those with FIELD_COLUMN come first, then texts get the room that their values
 * need, then further fields follow where the screen is wide.  How much room
 * values need is measured on a sample of the rows, and a few very long ones do
 * not count.  Never fails; loop thread.
 */
#include "ui/list_private.h"

#include <string.h>

#include "base/text.h"

enum { PREFIX = 3, GAP = 1, SAMPLE = 400, WIDEST = 63, MOST_OF_THEM = 97, FEW_OF_THEM = 5, FIRST_LEAST = 14 };

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
	return field_in_lists(field) && !(field->flags & FIELD_COLUMN) && field->type != FIELD_SECRET && field->type != FIELD_PARTS;
}

bool list_goes_right(const struct field *field)
{
	return field->type == FIELD_SIZE || field->type == FIELD_NUMBER;
}

const char *list_label_of(const struct list_view *list, const struct field *field)
{
	const char *label = list->feed != NULL && list->feed->label != NULL ? list->feed->label(list, field) : NULL;

	return label != NULL ? label : field->label;
}

/* As wide as what is in it, within what the row asks for; texts get more from spread, so that more columns fit. */
static int width_of(const struct list_view *list, const struct field *field)
{
	size_t index = kind_field_index(list->kind, field);
	int label = (int)strlen(list_label_of(list, field)) + 2, asked = field->width > 0 ? field->width : 10;
	int natural = index < LIST_FIELDS_MOST ? list->natural[index] : 0, width = natural > 0 ? natural : asked;

	if (list->feed != NULL && list->feed->width != NULL && list->feed->width(list, field) > 0)
		return list->feed->width(list, field);
	if (field->flags & FIELD_NARROW)
		return width < label - 2 ? label - 2 : width;
	/* A figure that is cut says something else. */
	if (width > asked)
		width = list_goes_right(field) && width <= asked + 3 ? width : asked;
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

/* Columns of one value as the list shows it, at most WIDEST. */
static int columns_of(const struct list_view *list, struct arena *arena, const struct field *field, const struct row *row, const struct value *value)
{
	enum visible_form form = session_form(list->view.session);
	const char *words = list_words(list, arena, form, field, row, value);
	size_t columns = text_columns(form, words != NULL ? words : value->bytes, words != NULL ? strlen(words) : value->length);

	return columns > WIDEST ? WIDEST : (int)columns;
}

/* Room for nearly all values of a column; -1 where it tells too little for a column of its own. */
static int measure(const struct list_view *list, struct arena *arena, const struct field *field, size_t column)
{
	/* Of figures that stand close each is looked at: one that is cut says something else. */
	bool narrow = field->flags & FIELD_NARROW;
	size_t total = rowset_total(list->set), step = narrow ? 1 : total / SAMPLE + 1, of[WIDEST + 1] = { 0 }, seen = 0, worth = 0, fit = 0;
	int width = 0;

	for (size_t i = 0; i < total; i += step) {
		const struct row *row = rowset_any(list->set, i);
		const struct value *value = &row->values[column];

		of[columns_of(list, arena, field, row, value)]++;
		seen++;
		worth += value->length > 0 && !in_title(list, row, value);
	}
	if (!is_default(field) && worth * 100 < seen * FEW_OF_THEM)
		return -1;
	while (width < WIDEST && (fit += of[width]) * 100 < seen * (narrow ? 100 : MOST_OF_THEM))
		width++;
	return width < 1 ? 1 : width;
}

void list_measure(struct list_view *list)
{
	struct arena *arena = arena_new();

	memset(list->natural, 0, sizeof list->natural);
	for (const struct field *field = list->kind->fields; rowset_total(list->set) > 0 && field->name != NULL; field++) {
		size_t column, index = kind_field_index(list->kind, field);

		if (index < LIST_FIELDS_MOST && rowset_column(list->set, field, &column))
			list->natural[index] = measure(list, arena, field, column);
	}
	arena_free(arena);
}

static bool is_wide_type(const struct field *field)
{
	return field->type == FIELD_TEXT || field->type == FIELD_ADDRESS || field->type == FIELD_DOMAIN || field->type == FIELD_REFERENCE;
}

/* Gives what is left over to texts, a column at a time, up to what is in them and some air; returns what it gave. */
static int spread(const struct list_view *list, struct list_column *columns, int count, int left, int air)
{
	bool grown = true;
	int given = 0;

	while (given < left && grown) {
		grown = false;
		for (int i = 0; i < count && given < left; i++) {
			size_t index = kind_field_index(list->kind, columns[i].field);
			int natural = index < LIST_FIELDS_MOST ? list->natural[index] : 0;

			if (!is_wide_type(columns[i].field) || columns[i].width >= natural + air)
				continue;
			columns[i].width++;
			given++;
			grown = true;
		}
	}
	return given;
}

/* A row of columns while it is put together. */
struct fitting {
	const struct list_view *list;
	struct list_column *columns;
	int width, used, count, skip;
};

/* Room for the narrow columns that are still to come. */
static int kept_free(const struct fitting *fitting, const struct field *field)
{
	int kept = 0;

	if (fitting->list->picked_count > 0 || fitting->skip > 0 || field->flags & FIELD_NARROW)
		return 0;
	for (; field->name != NULL; field++) {
		if (field->flags & FIELD_NARROW && is_default(field))
			kept += width_of(fitting->list, field) + GAP;
	}
	return kept;
}

/* Adds the field where it fits. */
static void add_field(struct fitting *fitting, const struct field *field)
{
	int wanted = width_of(fitting->list, field), left = fitting->width - fitting->used, kept = kept_free(fitting, field);

	if (fitting->count == LIST_COLUMNS_MOST)
		return;
	/* Turning to the right leaves columns out behind the first, which says whose row it is. */
	if (fitting->count > 0 && fitting->skip > 0) {
		fitting->skip--;
		return;
	}
	if (fitting->count == 0 && wanted > left - kept)
		wanted = left - kept < FIRST_LEAST ? FIRST_LEAST : left - kept;
	if (fitting->count == 0 && wanted > left)
		wanted = left;
	/* A part of a text says more than none where the row under the cursor is told in full below. */
	if (fitting->list->detailed && is_wide_type(field) && is_default(field) && wanted > left - kept && left - kept >= FIRST_LEAST)
		wanted = left - kept;
	/* A text beside the first does not push out a figure. */
	if (wanted > left - (fitting->count == 0 ? 0 : kept) || wanted < 1)
		return;
	fitting->columns[fitting->count++] = (struct list_column){ field, 0, wanted };
	fitting->used += wanted + GAP;
}

/* Columns in the order that the feed names. */
static void add_named(struct fitting *fitting, const char *names)
{
	while (*names != '\0') {
		size_t length = strcspn(names, " ");

		for (const struct field *field = fitting->list->kind->fields; field->name != NULL; field++) {
			if (strlen(field->name) == length && strncmp(field->name, names, length) == 0)
				add_field(fitting, field);
		}
		names += length;
		names += strspn(names, " ");
	}
}

static void add_pass(struct fitting *fitting, bool further)
{
	for (const struct field *field = fitting->list->kind->fields; field->name != NULL; field++) {
		if (further ? is_further(fitting->list, field) : is_default(field))
			add_field(fitting, field);
	}
}

int list_columns(const struct list_view *list, int width, struct list_column *columns)
{
	struct fitting fitting = { list, columns, width, PREFIX, 0, list->first_column };
	const char *named = list->feed != NULL && list->feed->columns != NULL ? list->feed->columns(list) : NULL;
	int at = PREFIX;

	/* What a person chose is neither reordered nor added to. */
	for (size_t i = 0; i < list->picked_count; i++)
		add_field(&fitting, list->picked[i]);
	if (list->picked_count == 0 && named != NULL) {
		add_named(&fitting, named);
		fitting.used += spread(list, columns, fitting.count, width - fitting.used, 0);
	} else if (list->picked_count == 0) {
		add_pass(&fitting, false);
		fitting.used += spread(list, columns, fitting.count, width - fitting.used, 0);
		add_pass(&fitting, true);
	} else {
		fitting.used += spread(list, columns, fitting.count, width - fitting.used, 0);
	}
	spread(list, columns, fitting.count, width - fitting.used, 2);
	for (int i = 0; i < fitting.count; i++) {
		columns[i].at = at;
		at += columns[i].width + GAP;
	}
	return fitting.count;
}

const char *list_words(const struct list_view *list, struct arena *arena, enum visible_form form, const struct field *field,
		const struct row *row, const struct value *value)
{
	const char *words = NULL;

	if (list->feed != NULL && list->feed->words != NULL && value->length > 0)
		words = list->feed->words(list, arena, form, field, row, value);
	return words != NULL ? words : list_cell_words(arena, form, field, value);
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
