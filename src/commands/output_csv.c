/*
 * output_csv: comma-separated (RFC 4180) and tab-separated values.
 *
 * A entry that a spreadsheet would take for a formula gets an apostrophe in
 * front.  Many values stand in one entry: in CSV one below the other inside the
 * quotes, in TSV separated by ", "; there a tab, a line feed and a backslash
 * are written \t, \n and \\.
 */
#include <string.h>

#include "commands/output.h"

/* Canonical values, joined. */
static const char *joined(struct output *output, const struct entry *entry, const char *between, size_t *length)
{
	struct text text = { 0 };
	const char *copy;
	size_t i;

	for (i = 0; i < entry->count; i++) {
		if (i > 0)
			text_add(&text, between);
		text_add_bytes(&text, entry->values[i].bytes, entry->values[i].length);
	}
	*length = text.length;
	copy = output_safe(output, text_get(&text), text.length);
	if (output->visible)
		*length = strlen(copy);
	text_free(&text);
	return copy;
}

/* --- CSV ------------------------------------------------------------------------ */

static void csv_entry(FILE *file, const char *bytes, size_t length)
{
	bool formula = length > 0 && strchr("=+-@\t\r", bytes[0]) && bytes[0];
	bool quoted = formula;
	size_t i;

	for (i = 0; i < length && !quoted; i++)
		quoted = strchr(",\"\r\n", bytes[i]) && bytes[i];
	if (quoted)
		fputc('"', file);
	if (formula)
		fputc('\'', file);
	for (i = 0; i < length; i++) {
		if (bytes[i] == '"')
			fputc('"', file);
		fputc(bytes[i], file);
	}
	if (quoted)
		fputc('"', file);
}

static void csv_begin(struct output *output)
{
	size_t i;

	for (i = 0; i < output->column_count; i++)
		fprintf(output->file, "%s%s", i ? "," : "", output->columns[i].name);
	fputs("\r\n", output->file);
}

static void csv_item(struct output *output, const struct item *item)
{
	size_t i, length;

	for (i = 0; i < output->column_count; i++) {
		const char *bytes = joined(output, &item->entries[i], "\n", &length);

		if (i > 0)
			fputc(',', output->file);
		csv_entry(output->file, bytes, length);
	}
	fputs("\r\n", output->file);
}

static void nothing(struct output *output)
{
	(void)output;
}

const struct printer printer_csv = { .name = "csv", .begin = csv_begin, .item = csv_item, .end = nothing };

/* --- TSV ------------------------------------------------------------------------- */

static void tsv_entry(FILE *file, const char *bytes, size_t length)
{
	size_t i;

	for (i = 0; i < length; i++)
		switch (bytes[i]) {
		case '\t': fputs("\\t", file); break;
		case '\n': fputs("\\n", file); break;
		case '\r': fputs("\\r", file); break;
		case '\\': fputs("\\\\", file); break;
		default: fputc(bytes[i], file);
		}
}

static void tsv_begin(struct output *output)
{
	size_t i;

	for (i = 0; i < output->column_count; i++)
		fprintf(output->file, "%s%s", i ? "\t" : "", output->columns[i].name);
	fputc('\n', output->file);
}

static void tsv_item(struct output *output, const struct item *item)
{
	size_t i, length;

	for (i = 0; i < output->column_count; i++) {
		const char *bytes = joined(output, &item->entries[i], ", ", &length);

		if (i > 0)
			fputc('\t', output->file);
		tsv_entry(output->file, bytes, length);
	}
	fputc('\n', output->file);
}

const struct printer printer_tsv = { .name = "tsv", .begin = tsv_begin, .item = tsv_item, .end = nothing };
