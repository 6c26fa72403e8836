/*
 * output: what the printers share, and the printers' table.  Loop thread.
 */
#include "commands/output.h"

#include <langinfo.h>
#include <string.h>
#include <unistd.h>

static const struct printer *const printers[] = {
	&printer_table, &printer_json, &printer_csv, &printer_tsv, &printer_ldif,
};

const struct printer *printer_find(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(printers) / sizeof(printers[0]); i++)
		if (!strcmp(printers[i]->name, name))
			return printers[i];
	return NULL;
}

static bool only_ascii;

void output_ascii(void)
{
	only_ascii = true;
}

enum visible_form output_form(void)
{
	return only_ascii || strcmp(nl_langinfo(CODESET), "UTF-8") ? VISIBLE_ASCII : VISIBLE_UTF8;
}

void output_begin(struct output *output, const struct printer *printer, FILE *file, const struct column *columns,
		size_t column_count, bool single)
{
	memset(output, 0, sizeof(*output));
	output->printer = printer;
	output->file = file;
	output->columns = columns;
	output->column_count = column_count;
	output->single = single;
	output->arena = arena_new();
	output->visible = isatty(fileno(file));
	output->form = output_form();
	printer->begin(output);
}

void output_item(struct output *output, const struct item *item)
{
	output->printer->item(output, item);
	output->items++;
}

void output_end(struct output *output)
{
	output->printer->end(output);
	fflush(output->file);
	arena_free(output->arena);
	output->arena = NULL;
}

struct entry entry_of_text(struct arena *arena, const char *text)
{
	struct entry entry = { 0 };
	struct value *value;

	if (!text || !*text)
		return entry;
	value = arena_alloc(arena, sizeof(*value));
	*value = value_text(arena, text);
	entry.values = value;
	entry.count = 1;
	return entry;
}

struct entry entry_field(const struct field_values *values)
{
	return (struct entry){ .values = values->values, .count = values->count, .note = values->note,
		.unseen = values->presence == VALUE_UNREADABLE || values->presence == VALUE_UNSUPPORTED || values->presence == VALUE_HIDDEN };
}

bool column_many(const struct column *column)
{
	return column->field ? column->field->flags & FIELD_MANY : column->many;
}

enum field_type column_type(const struct column *column)
{
	return column->field ? column->field->type : column->type;
}

const char *entry_words(struct arena *arena, const struct column *column, const struct entry *entry)
{
	struct text joined = { 0 };
	const char *words;
	size_t i;

	if (column->field && entry->count > 0)
		return record_words(arena, column->field,
			&(struct field_values){ .presence = VALUE_OWN, .values = entry->values, .count = entry->count });
	for (i = 0; i < entry->count; i++) {
		if (i > 0)
			text_add(&joined, ", ");
		text_add_bytes(&joined, entry->values[i].bytes, entry->values[i].length);
	}
	words = arena_bytes(arena, text_get(&joined), joined.length);
	text_free(&joined);
	return words;
}

const char *output_safe(struct output *output, const char *bytes, size_t length)
{
	return output->visible ? text_visible_string(output->arena, output->form, bytes, length) :
		arena_bytes(output->arena, bytes, length);
}
