/*
 * fuzz_table: any bytes as doveadm's table, as the API's, and as doveconf's
 * settings, in pieces: what is accepted has every cell that it must have, and
 * pieces make no difference.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "live/configuration.h"
#include "live/table_reader.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static const struct table_column columns[] = {
	{ .title = "username" }, { .title = "proto", .key = "service" }, { .title = "pid", .optional = true }, { .title = "text", .optional = true, .rest = true },
};
enum { COLUMNS = sizeof(columns) / sizeof(columns[0]) };

static bool on_row(void *context, const struct table_cell *cells)
{
	size_t *bytes = context;

	for (size_t i = 0; i < COLUMNS; i++) {
		if (!cells[i].text && !columns[i].optional)
			abort();
		if (cells[i].text && strlen(cells[i].text) != cells[i].length)
			abort();
		*bytes += cells[i].length;
	}
	return cells[0].length > 0;
}

struct outcome { size_t rows, malformed, bytes; bool good; };

static struct outcome read_table(enum host_form form, const char *bytes, size_t size, size_t piece)
{
	struct outcome outcome = { 0, 0, 0, false };
	struct table_reader *reader = table_reader_new(columns, COLUMNS, on_row, &outcome.bytes);

	for (size_t at = 0; at < size; at += piece)
		table_reader_take(reader, form, bytes + at, size - at < piece ? size - at : piece);
	outcome.good = table_reader_end(reader, NULL);
	outcome.rows = table_reader_rows(reader);
	outcome.malformed = table_reader_malformed(reader);
	table_reader_free(reader);
	return outcome;
}

static size_t read_configuration(const char *bytes, size_t size, size_t piece)
{
	struct configuration_reader *reader = configuration_reader_new();
	struct configuration *made;
	size_t count;

	for (size_t at = 0; at < size; at += piece)
		configuration_reader_take(reader, bytes + at, size - at < piece ? size - at : piece);
	made = configuration_reader_end(reader);
	count = made ? made->service_count : 0;
	if (made)
		arena_free(made->arena);
	configuration_reader_free(reader);
	return count;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	const char *text = (const char *)bytes + 1;
	size_t piece = size ? 1 + bytes[0] % 64 : 1;
	struct outcome whole, parts;

	if (size < 2)
		return 0;
	size--;
	whole = read_table(FORM_OUTPUT, text, size, size);
	parts = read_table(FORM_OUTPUT, text, size, piece);
	if (whole.rows != parts.rows || whole.malformed != parts.malformed || whole.bytes != parts.bytes || whole.good != parts.good)
		abort();
	read_table(FORM_JSON, text, size, size);
	if (read_configuration(text, size, size) != read_configuration(text, size, piece))
		abort();
	return 0;
}
