/*
 * table_reader: rows out of doveadm's tab output and of the API's JSON; see
 * table_reader.h.
 *
 * Fails by a sentence at the end, and counts what it could not use.  One
 * thread at a time.
 */
#include "live/table_reader.h"

#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/memory.h"
#include "base/text.h"
#include "live/line_reader.h"

/* Longer lines are no rows of doveadm; a flood without an end of line is not held. */
enum { LONGEST_LINE = 64 * 1024, NOWHERE = -1 };

struct table_reader {
	const struct table_column *columns;
	size_t count;
	table_reader_row *row;
	void *context;
	struct line_reader lines;
	bool headed;
	int place[TABLE_MOST_COLUMNS];     /* of each column in a line */
	size_t width;                      /* titles in the header */
	size_t rows, malformed;
	struct error error;
};

struct table_reader *table_reader_new(const struct table_column *columns, size_t count, table_reader_row *row, void *context)
{
	struct table_reader *reader = memory_new(sizeof(*reader));

	reader->columns = columns;
	reader->count = count < TABLE_MOST_COLUMNS ? count : TABLE_MOST_COLUMNS;
	reader->row = row;
	reader->context = context;
	return reader;
}

void table_reader_free(struct table_reader *reader)
{
	if (!reader)
		return;
	text_free(&reader->lines.line);
	free(reader);
}

static void give(struct table_reader *reader, const struct table_cell *cells)
{
	if (reader->row(reader->context, cells))
		reader->rows++;
	else
		reader->malformed++;
}

/* --- tab ---------------------------------------------------------------------------------- */

/* Ends the value at `at` with a zero in place; the next one, NULL behind the last. */
static char *split(char *at, char *end, bool rest)
{
	char *tab = rest ? NULL : memchr(at, '\t', (size_t)(end - at));

	if (!tab)
		return NULL;
	*tab = '\0';
	return tab + 1;
}

static bool names(const struct table_column *column, const char *title)
{
	return text_same_ascii_case(column->title, title) || (column->key && text_same_ascii_case(column->key, title));
}

static void read_titles(struct table_reader *reader, char *line, char *end)
{
	for (size_t i = 0; i < reader->count; i++)
		reader->place[i] = NOWHERE;
	reader->headed = true;
	for (char *at = line; at; reader->width++) {
		char *next = split(at, end, false);

		for (size_t i = 0; i < reader->count; i++)
			if (reader->place[i] == NOWHERE && names(&reader->columns[i], at))
				reader->place[i] = (int)reader->width;
		at = next;
	}
	for (size_t i = 0; i < reader->count; i++)
		if (reader->place[i] == NOWHERE && !reader->columns[i].optional && !reader->error.kind)
			error_set(&reader->error, ERROR_INVALID, "the answer has no column \"%s\", so it is not the table that was asked for",
				reader->columns[i].title);
}

static bool fill_cells(const struct table_reader *reader, char *line, char *end, struct table_cell *cells)
{
	char *at = line;

	for (size_t place = 0; place < reader->width; place++) {
		bool rest = false;
		char *next;

		if (!at)
			return false;
		for (size_t i = 0; i < reader->count; i++)
			rest = rest || (reader->columns[i].rest && reader->place[i] == (int)place && place + 1 == reader->width);
		next = split(at, end, rest);
		for (size_t i = 0; i < reader->count; i++)
			if (reader->place[i] == (int)place)
				cells[i] = (struct table_cell){ at, (size_t)((next ? next - 1 : end) - at) };
		at = next;
	}
	return !at;
}

static void read_line(void *context, char *line, size_t length)
{
	struct table_reader *reader = context;
	struct table_cell cells[TABLE_MOST_COLUMNS] = { { NULL, 0 } };
	bool zero = line && memchr(line, '\0', length) != NULL;

	if (!line)
		reader->malformed++;
	else if (!length)
		return;
	else if (!reader->headed)
		read_titles(reader, line, line + length);
	else if (reader->error.kind)
		return;
	else if (!zero && fill_cells(reader, line, line + length, cells))
		give(reader, cells);
	else
		reader->malformed++;
}

/* --- JSON ----------------------------------------------------------------------------------- */

/* Values are texts, numbers only in `stats dump`; scratch (24 bytes) holds a number's digits. */
static bool json_cell(const struct json *object, const char *key, char *scratch, struct table_cell *cell)
{
	const char *text = json_get_text(object, key);
	int64_t number = json_get_number(object, key, -1);

	if (!text && number < 0)
		return false;
	if (!text) {
		char *at = scratch + 23;

		*at = '\0';
		do
			*--at = (char)('0' + number % 10);
		while (number /= 10);
		text = at;
	}
	*cell = (struct table_cell){ text, strlen(text) };
	return true;
}

static void take_object(struct table_reader *reader, const struct json *object)
{
	struct table_cell cells[TABLE_MOST_COLUMNS] = { { NULL, 0 } };
	char scratch[TABLE_MOST_COLUMNS][24];

	for (size_t i = 0; i < reader->count; i++) {
		const struct table_column *column = &reader->columns[i];
		bool found = json_cell(object, column->key ? column->key : column->title, scratch[i], &cells[i]) ||
			json_cell(object, column->title, scratch[i], &cells[i]);

		if (!found && !column->optional) {
			reader->malformed++;
			return;
		}
	}
	give(reader, cells);
}

static void take_json(struct table_reader *reader, const char *bytes, size_t length)
{
	struct error error = { 0 };
	struct json *json = json_parse(bytes, length, &error);
	char *shown = NULL;

	reader->headed = true;
	if (!json) {
		error_set(&reader->error, ERROR_INVALID, "the answer is no JSON (%s)", error.text);
		return;
	}
	/* json_count is 0 for anything but an array, and an object has no items. */
	if (!json_count(json)) {
		shown = json_print(json, false);
		if (strcmp(shown, "[]") != 0)
			error_set(&reader->error, ERROR_INVALID, "the answer is no list of rows");
		free(shown);
	}
	for (size_t i = 0; i < json_count(json); i++)
		take_object(reader, json_item(json, i));
	json_free(json);
}

/* --- both -------------------------------------------------------------------------------------- */

void table_reader_take(struct table_reader *reader, enum host_form form, const char *bytes, size_t length)
{
	if (form == FORM_JSON)
		take_json(reader, bytes, length);
	else
		line_reader_take(&reader->lines, LONGEST_LINE, bytes, length, read_line, reader);
}

bool table_reader_end(struct table_reader *reader, struct error *error)
{
	if (reader->headed && (reader->lines.line.length || reader->lines.too_long))
		reader->malformed++;
	text_clear(&reader->lines.line);
	reader->lines.too_long = false;
	if (!reader->headed && !reader->error.kind)
		error_set(&reader->error, ERROR_INVALID, "the answer ended before its line of titles did");
	if (!reader->error.kind)
		return true;
	return error_set(error, reader->error.kind, "%s", reader->error.text);
}

size_t table_reader_rows(const struct table_reader *reader)
{
	return reader->rows;
}

size_t table_reader_malformed(const struct table_reader *reader)
{
	return reader->malformed;
}

bool table_reader_number(const struct table_cell *cell, uint64_t most, uint64_t *number)
{
	uint64_t value = 0;

	if (!cell->text || !cell->length)
		return false;
	for (size_t i = 0; i < cell->length; i++) {
		uint64_t digit = (uint64_t)(unsigned char)cell->text[i] - '0';

		if (digit > 9 || value > (most - digit) / 10)
			return false;
		value = value * 10 + digit;
	}
	*number = value;
	return true;
}
