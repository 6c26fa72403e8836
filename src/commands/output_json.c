/*
 * output_json: an array of objects, or one object.
 *
 * Keys are names of columns; sizes and numbers are numbers, flags booleans,
 * times ISO 8601 texts, columns of many values arrays, what is not there null
 * or an empty array.  Only ASCII leaves: everything else is escaped.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "commands/output.h"

static void begin(struct output *output)
{
	if (!output->single)
		fputs("[", output->file);
}

static bool whole_number(const struct value *value, int64_t *number)
{
	char *end;

	/* No field counts below zero: "-5" is a text that somebody stored, and stays one. */
	if (value->bytes[0] == '-')
		return false;
	errno = 0;
	*number = strtoll(value->bytes, &end, 10);
	return !errno && end != value->bytes && end == value->bytes + value->length;
}

static void put_value(struct json *object, const char *key, enum field_type type, const struct value *value)
{
	int64_t number;

	if ((type == FIELD_SIZE || type == FIELD_NUMBER) && whole_number(value, &number))
		json_put_number(object, key, number);
	else if (type == FIELD_FLAG)
		json_put_flag(object, key, !strcmp(value->bytes, "yes"));
	else
		json_put_bytes(object, key, value->bytes, value->length);
}

static struct json *array_of(enum field_type type, const struct entry *entry)
{
	struct json *array = json_array_new();
	int64_t number;
	size_t i;

	for (i = 0; i < entry->count; i++)
		if ((type == FIELD_SIZE || type == FIELD_NUMBER) && whole_number(&entry->values[i], &number))
			json_add_number(array, number);
		else
			json_add_bytes(array, entry->values[i].bytes, entry->values[i].length);
	return array;
}

static struct json *findings_of(const struct item *one)
{
	struct json *array = json_array_new();
	size_t i;

	for (i = 0; i < one->wrong_count; i++) {
		struct json *object = json_object_new();

		json_put_text(object, "rule", one->wrong[i].rule);
		json_put_flag(object, "severe", one->wrong[i].severe);
		json_put_text(object, "field", one->wrong[i].field);
		json_put_text(object, "sentence", one->wrong[i].sentence);
		json_add(array, object);
	}
	return array;
}

static void item(struct output *output, const struct item *one)
{
	struct json *object = json_object_new();
	char *words;
	size_t i;

	for (i = 0; i < output->column_count; i++) {
		const struct column *column = &output->columns[i];

		if (column_many(column))
			json_put(object, column->name, array_of(column_type(column), &one->entries[i]));
		else if (one->entries[i].count == 0)
			json_put_text(object, column->name, NULL);
		else
			put_value(object, column->name, column_type(column), &one->entries[i].values[0]);
	}
	if (one->place && output->single) {
		json_put_text(object, "place", one->place);
		json_put(object, "findings", findings_of(one));
	}
	words = json_print(object, output->single);
	fprintf(output->file, "%s%s%s", output->single ? "" : output->items ? ",\n " : "\n ", words, output->single ? "\n" : "");
	free(words);
	json_free(object);
}

static void end(struct output *output)
{
	if (!output->single)
		fputs(output->items ? "\n]\n" : "]\n", output->file);
}

const struct printer printer_json = { .name = "json", .begin = begin, .item = item, .end = end };
