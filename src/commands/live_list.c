/*
 * live_list: who, queue, services, ports, servers, overview: a table of the
 * collector, looked at once and printed.
 *
 * The order is the table's own, biggest or worst first.  What is missing is
 * named on standard error and by exit status 69; what is there is printed all
 * the same.
 */
#include <string.h>

#include "base/text.h"
#include "commands/look.h"
#include "commands/output.h"
#include "commands/queue_act.h"
#include "commands/subcommands.h"

/* What --by may say, and the table that it means; ends with NULL. */
struct grouping { const char *word, *table; };
struct listing {
	struct look look;
	const struct live_table *table;
	struct column *columns;
	size_t *places;                    /* of each column among the fields */
	size_t column_count;
};

static const struct live_table *table_of(const struct arguments *arguments, const char *plain, const struct grouping *groupings)
{
	const struct grouping *one;
	struct text words = { 0 };

	if (!arguments->by)
		return live_table_find(plain);
	for (one = groupings; one && one->word; one++) {
		if (!strcmp(one->word, arguments->by)) {
			text_free(&words);
			return live_table_find(one->table);
		}
		text_addf(&words, "%s%s", words.length ? ", " : "", one->word);
	}
	headless_note("postroom: --by is %s here, not %s (postroom --help)", text_get(&words), arguments->by);
	text_free(&words);
	return NULL;
}

/* --- columns -------------------------------------------------------------------------------------- */

static void add_column(struct listing *listing, const struct field *field)
{
	listing->places[listing->column_count] = kind_field_index(listing->table->kind, field);
	listing->columns[listing->column_count++] = (struct column){ .name = field->name, .label = field->label, .field = field };
}

static bool named_columns(struct listing *listing, const char *names)
{
	struct arena *arena = listing->look.headless.arena;
	char *rest = NULL, *name;
	struct error error = { 0 };

	for (name = strtok_r(arena_text(arena, names), ",", &rest); name; name = strtok_r(NULL, ",", &rest)) {
		const struct field *field = kind_field(listing->table->kind, name);

		if (!field || listing->column_count == kind_field_count(listing->table->kind)) {
			error_set(&error, ERROR_USAGE, "--columns: %s: %s", name, field ? "named twice" : "there is no such field");
			return headless_fail(&listing->look.headless, &error);
		}
		add_column(listing, field);
	}
	return listing->column_count > 0;
}

static bool choose_columns(struct listing *listing)
{
	const struct arguments *arguments = listing->look.headless.arguments;
	size_t count = kind_field_count(listing->table->kind);
	bool all = strcmp(arguments->printer->name, "table") != 0;
	const struct field *field;

	listing->columns = arena_alloc(listing->look.headless.arena, count * sizeof(*listing->columns));
	listing->places = arena_alloc(listing->look.headless.arena, count * sizeof(*listing->places));
	if (arguments->columns)
		return named_columns(listing, arguments->columns);
	for (field = listing->table->kind->fields; field->name; field++)
		if (all || field->flags & FIELD_COLUMN)
			add_column(listing, field);
	return true;
}

/* --- printing --------------------------------------------------------------------------------------- */

static void print_row(struct listing *listing, struct output *output, const struct row *row)
{
	struct entry *entries = arena_alloc(output->arena, listing->column_count * sizeof(*entries));
	size_t i;

	for (i = 0; i < listing->column_count; i++) {
		const struct value *value = &row->values[listing->places[i]];

		if (value->length > 0)
			entries[i] = (struct entry){ .values = value, .count = 1 };
	}
	output_item(output, &(struct item){ .entries = entries });
}

static void print(struct listing *listing)
{
	const struct arguments *arguments = listing->look.headless.arguments;
	const char *filter = arguments->filter ? text_fold(listing->look.headless.arena, arguments->filter, strlen(arguments->filter)) : "";
	const struct live_question question = { .table = listing->table->name, .host = listing->look.host };
	struct rows *rows = live_rows(listing->look.live, &question);
	size_t matching = 0, shown = 0, i;
	struct output output;

	output_begin(&output, arguments->printer, stdout, listing->columns, listing->column_count, false);
	for (i = 0; i < rows->count; i++) {
		if (!row_matches(&rows->rows[i], filter))
			continue;
		matching++;
		if (arguments->limit > 0 && shown == (size_t)arguments->limit)
			continue;
		print_row(listing, &output, &rows->rows[i]);
		shown++;
	}
	output_end(&output);
	if (shown < matching)
		headless_note("%zu of %zu are shown (--limit)", shown, matching);
	rows_free(rows);
}

static int run(struct config *takes, const struct arguments *arguments, const char *plain, const struct grouping *groupings)
{
	struct listing listing = { .table = table_of(arguments, plain, groupings) };

	if (!listing.table || !strcmp(arguments->printer->name, "ldif")) {
		if (listing.table)
			headless_note("postroom: LDIF is for entries of the directory; use another form (postroom --help)");
		config_free(takes);
		return error_exit_status(ERROR_USAGE);
	}
	if (look_open(&listing.look, takes, arguments, listing.table->sources) && choose_columns(&listing)) {
		print(&listing);
		look_tell_notes(&listing.look);
		look_tell_missing(&listing.look);
	}
	return headless_close(&listing.look.headless);
}

/* --- the commands -------------------------------------------------------------------------------------- */

int run_who(struct config *takes, const struct arguments *arguments, int argc, char **argv)
{
	static const struct grouping groupings[] = {
		{ "user", "connections-by-user" }, { "address", "connections-by-address" }, { "network", "connections-by-network" },
		{ "service", "connections-by-service" }, { "server", "connections-by-server" }, { NULL, NULL },
	};

	(void)argc;
	(void)argv;
	return run(takes, arguments, "connections", groupings);
}

/* Shown and acted on by one command, whose options go with the one or the other. NULL: nothing is wrong. */
static const char *queue_words_wrong(const struct arguments *arguments, int argc, char **argv)
{
	bool writes = arguments->dry_run || arguments->yes || arguments->confirm || arguments->reason;

	if (argc == 0)
		return writes ? "what waits is shown only; say what to do: hold, release, requeue, retry, expire or delete" : NULL;
	if (!queue_act_known(argv[0]))
		return "messages can be put on hold, released, requeued, retried, expired and deleted: queue hold|release|requeue|retry|expire|delete";
	if (!strcmp(arguments->printer->name, "ldif"))
		return "LDIF is for entries of the directory";
	return arguments->by || arguments->filter || arguments->columns || arguments->limit ?
		"--by, --filter, --columns and --limit are for what is shown; messages are picked by id or by domain=, reason=, ..." : NULL;
}

int run_queue(struct config *takes, const struct arguments *arguments, int argc, char **argv)
{
	static const struct grouping groupings[] = {
		{ "domain", "queue-by-domain" }, { "reason", "queue-by-reason" }, { "sender", "queue-by-sender" }, { "age", "queue-by-age" }, { NULL, NULL },
	};

	const char *mistake = queue_words_wrong(arguments, argc, argv);

	if (mistake) {
		headless_note("postroom: %s (postroom --help queue)", mistake);
		config_free(takes);
		return error_exit_status(ERROR_USAGE);
	}
	return argc > 0 ? queue_act_run(takes, arguments, argv[0], argc - 1, argv + 1) : run(takes, arguments, "queue", groupings);
}

int run_services(struct config *takes, const struct arguments *arguments, int argc, char **argv)
{
	(void)argc;
	(void)argv;
	return run(takes, arguments, "services", NULL);
}

int run_ports(struct config *takes, const struct arguments *arguments, int argc, char **argv)
{
	(void)argc;
	(void)argv;
	return run(takes, arguments, "ports", NULL);
}

int run_servers(struct config *takes, const struct arguments *arguments, int argc, char **argv)
{
	(void)argc;
	(void)argv;
	return run(takes, arguments, "servers", NULL);
}

int run_overview(struct config *takes, const struct arguments *arguments, int argc, char **argv)
{
	(void)argc;
	(void)argv;
	return run(takes, arguments, "overview", NULL);
}
