/*
 * output_table: columns for people; one object as lines of label and value.
 *
 * Rows are kept until the end, since the widths depend on all of them.
 * Everything is made visible, wherever it goes: a table is read by eyes.
 */
#include <string.h>

#include "commands/output.h"

#define WIDEST 48

struct table_row {
	struct table_row *next;
	const char **words;                /* visible */
};

static const char *visible(struct output *output, const char *words)
{
	return text_visible_string(output->arena, output->form, words, strlen(words));
}

static void begin(struct output *output)
{
	(void)output;
}

/* Lines below each other, the label beside the first. */
static void print_lines(struct output *output, const char *label, size_t widest, const struct entry *entry)
{
	size_t i;

	for (i = 0; i < entry->count; i++)
		fprintf(output->file, "%-*s  %s\n", (int)widest, i == 0 ? label : "", text_visible_string(output->arena, output->form,
			entry->values[i].bytes, entry->values[i].length));
}

static void print_single(struct output *output, const struct item *item)
{
	size_t widest = 0, i;

	for (i = 0; i < output->column_count; i++)
		if (strlen(output->columns[i].label) > widest)
			widest = strlen(output->columns[i].label);
	for (i = 0; i < output->column_count; i++) {
		const struct entry *entry = &item->entries[i];
		const char *words = entry_words(output->arena, &output->columns[i], entry);

		if (!*words && !entry->note)
			continue;
		if (output->columns[i].field && output->columns[i].field->flags & FIELD_LINES && entry->count > 0) {
			print_lines(output, output->columns[i].label, widest, entry);
			continue;
		}
		if (!*words)
			words = entry->unseen && entry->note ? "" : "(none)";
		fprintf(output->file, "%-*s  %s", (int)widest, output->columns[i].label, visible(output, words));
		if (entry->note && !*words)
			fprintf(output->file, "(%s)", visible(output, entry->note));
		else if (entry->note)
			fprintf(output->file, "  (%s)", visible(output, entry->note));
		fputc('\n', output->file);
	}
	if (item->place)
		fprintf(output->file, "%-*s  %s\n", (int)widest, "Place", visible(output, item->place));
	for (i = 0; i < item->wrong_count; i++)
		fprintf(output->file, "%-*s  %s\n", (int)widest, item->wrong[i].severe ? "Wrong" : "Note", visible(output, item->wrong[i].sentence));
}

static void item(struct output *output, const struct item *one)
{
	struct table_row *row;
	size_t i;

	if (output->single) {
		print_single(output, one);
		return;
	}
	row = arena_alloc(output->arena, sizeof(*row));
	row->words = arena_alloc(output->arena, output->column_count * sizeof(*row->words));
	for (i = 0; i < output->column_count; i++)
		row->words[i] = visible(output, entry_words(output->arena, &output->columns[i], &one->entries[i]));
	if (output->last)
		output->last->next = row;
	else
		output->first = row;
	output->last = row;
}

/* The words are visible already: only printable characters are left. */
static size_t width_of(const struct output *output, const char *words)
{
	return text_columns(output->form, words, strlen(words));
}

static void print_row(struct output *output, const char *const *words, const size_t *widths)
{
	size_t i, column, last = output->column_count;

	/* No blanks at the end of a line. */
	while (last > 1 && words[last - 1][0] == '\0')
		last--;
	for (i = 0; i < last; i++) {
		fputs(words[i], output->file);
		if (i + 1 == last)
			break;
		for (column = width_of(output, words[i]); column < widths[i] + 2; column++)
			fputc(' ', output->file);
		/* A entry wider than its column pushes the next one; two blanks stay between them. */
		if (width_of(output, words[i]) > widths[i])
			fputs("  ", output->file);
	}
	fputc('\n', output->file);
}

static void end(struct output *output)
{
	size_t *widths = arena_alloc(output->arena, output->column_count * sizeof(*widths)), i;
	const char **heads = arena_alloc(output->arena, output->column_count * sizeof(*heads));
	const struct table_row *row;

	if (output->single)
		return;
	for (i = 0; i < output->column_count; i++) {
		heads[i] = output->columns[i].label;
		widths[i] = strlen(heads[i]);
		for (row = output->first; row; row = row->next) {
			size_t width = width_of(output, row->words[i]);

			if (width > widths[i])
				widths[i] = width < WIDEST ? width : WIDEST;
		}
	}
	if (output->first)
		print_row(output, heads, widths);
	for (row = output->first; row; row = row->next)
		print_row(output, row->words, widths);
}

const struct printer printer_table = { .name = "table", .begin = begin, .item = item, .end = end };
