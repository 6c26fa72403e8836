/*
 * show: one object with everything computed about it.
 *
 * In LDIF the attributes are those of the directory. What is wrong with the
 * object follows, the same rows as on the console's page.
 */
#include <string.h>

#include "commands/headless.h"
#include "commands/output.h"
#include "commands/subcommands.h"

struct showing {
	struct headless headless;
	struct record *record;
};

static void on_record(void *context, struct record *takes, const struct error *error)
{
	struct showing *showing = context;

	showing->record = takes;
	if (!takes)
		headless_fail(&showing->headless, error);
	showing->headless.done = true;
}

/* What people need to know beside a value: why it is not there, or where it comes from. */
static const char *note_of(const struct field_values *values)
{
	switch (values->presence) {
	case VALUE_UNSUPPORTED:
		return values->note ? values->note : "this directory has no such thing";
	case VALUE_UNREADABLE:
		return values->note ? values->note : "not readable with this login";
	case VALUE_HIDDEN:
		return values->note ? values->note : "set; not shown";
	default:
		return values->note ? values->note : values->origin;
	}
}

static void print(struct showing *showing)
{
	const struct record *record = showing->record;
	const struct kind *kind = record->kind;
	size_t count = kind_field_count(kind), i;
	struct column *columns = arena_alloc(showing->headless.arena, (count + 3) * sizeof(*columns));
	struct entry *entries = arena_alloc(showing->headless.arena, (count + 3) * sizeof(*entries));
	struct wrong *wrong;
	size_t wrong_count = wrong_with(showing->headless.arena, record, &wrong);
	struct output output;

	for (i = 0; i < count; i++) {
		columns[i] = (struct column){ .name = kind->fields[i].name, .label = kind->fields[i].label, .field = &kind->fields[i] };
		entries[i] = entry_field(&record->fields[i]);
		entries[i].note = note_of(&record->fields[i]);
	}
	columns[i] = (struct column){ .name = "id", .label = "Entry", .type = FIELD_TEXT };
	entries[i++] = entry_of_text(showing->headless.arena, record->id);
	columns[i] = (struct column){ .name = "version", .label = "Version", .type = FIELD_TEXT };
	entries[i++] = entry_of_text(showing->headless.arena, record->version);
	output_begin(&output, showing->headless.arguments->printer, stdout, columns, i, true);
	output_item(&output, &(struct item){ .place = record->place, .attributes = record->attributes,
		.attribute_count = record->attribute_count, .entries = entries,
		.wrong = wrong, .wrong_count = wrong_count });
	output_end(&output);
}

int run_show(struct config *takes, const struct arguments *arguments, int argc, char **argv)
{
	struct showing showing = { 0 };
	const struct kind *kind;

	(void)argc;
	if (headless_open(&showing.headless, takes, arguments, true) && (kind = headless_kind(&showing.headless, argv[0], false))) {
		directory_read(showing.headless.engine->directory, kind, headless_name(&showing.headless, kind, argv[1]), on_record, &showing);
		headless_wait(&showing.headless);
		if (showing.record)
			print(&showing);
	}
	record_free(showing.record);
	return headless_close(&showing.headless);
}
