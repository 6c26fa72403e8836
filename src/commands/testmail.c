/*
 * testmail: sends a mail the real way and says whether it was found in its
 * mailbox, and how long it took.
 *
 * Needs a mailbox that is configured for it (section watch); status 69 where it
 * did not arrive.
 */
#include <string.h>

#include "commands/look.h"
#include "commands/output.h"
#include "commands/subcommands.h"

static void print(struct look *look, struct rows *rows)
{
	struct column *columns = arena_alloc(look->headless.arena, rows->column_count * sizeof(*columns));
	struct output output;
	size_t i, j;

	for (i = 0; i < rows->column_count; i++)
		columns[i] = (struct column){ .name = rows->columns[i]->name, .label = rows->columns[i]->label, .field = rows->columns[i] };
	output_begin(&output, look->headless.arguments->printer, stdout, columns, rows->column_count, false);
	for (i = 0; i < rows->count; i++) {
		struct entry *entries = arena_alloc(output.arena, rows->column_count * sizeof(*entries));

		for (j = 0; j < rows->column_count; j++)
			if (rows->rows[i].values[j].length)
				entries[j] = (struct entry){ .values = &rows->rows[i].values[j], .count = 1 };
		output_item(&output, &(struct item){ .entries = entries });
	}
	output_end(&output);
}

/* Every server whose mail did not come through counts. */
static bool all_arrived(const struct rows *rows)
{
	size_t place = kind_field_index(rows->kind, kind_field(rows->kind, "arrived")), i;

	for (i = 0; i < rows->count; i++)
		if (strcmp(rows->rows[i].values[place].bytes, "yes"))
			return false;
	return rows->count > 0;
}

int run_testmail(struct config *takes, const struct arguments *arguments, int argc, char **argv)
{
	struct look look = { 0 };
	struct rows *rows;

	(void)argc;
	(void)argv;
	if (look_open(&look, takes, arguments, 1u << LIVE_TESTMAIL)) {
		rows = live_rows(look.live, &(struct live_question){ .table = "testmail", .host = look.host });
		if (rows->count > 0)
			print(&look, rows);
		if (!all_arrived(rows))
			look.headless.status = error_exit_status(ERROR_UNREACHABLE);
		look_tell_missing(&look);
		rows_free(rows);
	}
	return headless_close(&look.headless);
}
