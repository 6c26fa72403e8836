/*
 * list: rows of a kind, with a filter over searched columns.
 *
 * The directory filters while it reads, so that words may stand in any order,
 * with any accents and in columns that are not shown.  Where the server cuts
 * the list, it is asked again for the longest word, which finds most of what
 * was cut away.  A list that was cut says so on standard error.
 */
#include <stdlib.h>
#include <string.h>

#include "base/lookup.h"
#include "base/text.h"
#include "commands/headless.h"
#include "commands/output.h"
#include "commands/subcommands.h"

struct listing {
	struct headless headless;
	const struct kind *kind;
	const struct field **fields;       /* shown */
	size_t field_count;
	struct column *columns;
	struct rows *first, *last;         /* batches */
	struct list_end end;
};

/* --- columns -------------------------------------------------------------------------- */

static void add_field(struct listing *listing, const struct field *field)
{
	struct column *column = &listing->columns[listing->field_count];

	listing->fields[listing->field_count++] = field;
	*column = (struct column){ .name = field->name, .label = field->label, .field = field };
}

static bool named_columns(struct listing *listing, const char *names)
{
	struct arena *arena = listing->headless.arena;
	char *copy = arena_text(arena, names), *rest = NULL, *name;
	struct error error = { 0 };

	for (name = strtok_r(copy, ",", &rest); name; name = strtok_r(NULL, ",", &rest)) {
		const struct field *field = kind_field(listing->kind, name);

		if (!field || !field_in_lists(field) || listing->field_count == kind_field_count(listing->kind)) {
			error_set(&error, ERROR_USAGE, "--columns: %s: %s", name, !field ? "there is no such field" :
				"computed for one object only and not in lists, or named twice");
			return headless_fail(&listing->headless, &error);
		}
		add_field(listing, field);
	}
	return listing->field_count > 0;
}

static bool is_ldif(const struct listing *listing)
{
	return !strcmp(listing->headless.arguments->printer->name, "ldif");
}

/* LDIF is entries of the directory as they are: what is no entry of its own, or a part of one, is not given for one. */
static bool is_entry(struct listing *listing)
{
	struct error error = { 0 };

	if (is_ldif(listing) && listing->kind->through_owner)
		error_set(&error, ERROR_USAGE, "%s: their rows come out of other objects, so there is no LDIF of them; list their owners "
			"(postroom list user --format ldif), or use another form", listing->kind->title);
	else if (is_ldif(listing) && listing->headless.arguments->columns)
		error_set(&error, ERROR_USAGE, "--columns: LDIF is whole entries; leave it out, or use another form");
	return error.kind == ERROR_NONE || headless_fail(&listing->headless, &error);
}

static bool choose_columns(struct listing *listing)
{
	const struct arguments *arguments = listing->headless.arguments;
	size_t count = kind_field_count(listing->kind);
	const struct field *field;
	bool all = strcmp(arguments->printer->name, "table") != 0;

	listing->fields = arena_alloc(listing->headless.arena, count * sizeof(*listing->fields));
	listing->columns = arena_alloc(listing->headless.arena, count * sizeof(*listing->columns));
	if (arguments->columns)
		return named_columns(listing, arguments->columns);
	/* Eyes get the columns that are worth a column; machines get everything that a list has. */
	for (field = listing->kind->fields; field->name; field++)
		if (field_in_lists(field) && field->type != FIELD_SECRET && (all || field->flags & (FIELD_COLUMN | FIELD_KEY)))
			add_field(listing, field);
	return true;
}

/* --- reading ----------------------------------------------------------------------------- */

static void on_rows(void *context, struct rows *takes)
{
	struct listing *listing = context;

	if (takes->again) {
		rows_update(listing->first, takes);
		/* What it tells is in the rows now, which keep it; it has none of its own. */
		takes->count = 0;
	}
	if (listing->last)
		listing->last->next = takes;
	else
		listing->first = takes;
	listing->last = takes;
}

static void on_end(void *context, const struct list_end *end)
{
	struct listing *listing = context;

	listing->end = *end;
	listing->end.reason = arena_text(listing->headless.arena, end->reason);
	listing->headless.done = true;
}

/* The longest word narrows what the server sends; the directory drops one that is too short to help. */
static const char *longest_word(struct arena *arena, const char *filter)
{
	const char *best = NULL;
	size_t most = 0;

	while (filter && *filter) {
		size_t length = strcspn(filter, " \t");

		if (length > most) {
			best = filter;
			most = length;
		}
		filter += length;
		filter += strspn(filter, " \t");
	}
	return best ? arena_bytes(arena, best, most) : NULL;
}

static void read_rows(struct listing *listing, const char *words)
{
	const struct arguments *arguments = listing->headless.arguments;
	struct list_request request = {
		.kind = listing->kind, .columns = listing->fields, .column_count = listing->field_count, .words = words,
		.filter = arguments->filter, .limit = arguments->filter ? 0 : (size_t)arguments->limit,
		.attributes = is_ldif(listing),
	};

	directory_list(listing->headless.engine->directory, &request, on_rows, on_end, listing);
	headless_wait(&listing->headless);
}

static void read_list(struct listing *listing)
{
	const char *filter = listing->headless.arguments->filter;
	struct list_end first;

	read_rows(listing, NULL);
	if (!filter || listing->end.complete || listing->end.error.kind != ERROR_NONE)
		return;
	first = listing->end;
	read_rows(listing, longest_word(listing->headless.arena, filter));
	/* What hidden columns would have found is still missing. */
	listing->end = first;
}

/* --- printing ------------------------------------------------------------------------------- */

struct sorting { const struct row *row; const struct rows *batch; };

static int by_name(const void *a, const void *b)
{
	return text_compare(((const struct sorting *)a)->row->name, ((const struct sorting *)b)->row->name);
}

static struct sorting *collect(struct listing *listing, size_t *count)
{
	struct sorting *list = NULL;
	struct lookup *seen = lookup_new();
	const struct rows *batch;
	size_t capacity = 0, i;

	*count = 0;
	list = arena_grow(listing->headless.arena, list, &capacity, 1, sizeof(*list));
	for (batch = listing->first; batch; batch = batch->next)
		for (i = 0; i < batch->count; i++) {
			/* One entry may give several rows, whose ids differ. */
			const char *same = batch->rows[i].id ? batch->rows[i].id : batch->rows[i].place;

			if (lookup_get(seen, same))
				continue;
			lookup_put(seen, same, listing);
			list = arena_grow(listing->headless.arena, list, &capacity, *count + 1, sizeof(*list));
			list[(*count)++] = (struct sorting){ &batch->rows[i], batch };
		}
	lookup_free(seen);
	qsort(list, *count, sizeof(*list), by_name);
	return list;
}

/* Lists keep many values joined; here they come apart again. */
static struct entry split(struct arena *arena, const struct value *joined)
{
	struct value *values = arena_alloc(arena, (joined->length / 2 + 1) * sizeof(*values));
	const char *at = joined->bytes, *end = joined->bytes + joined->length;
	struct entry entry = { .values = values };

	while (at < end) {
		const char *next = memmem(at, (size_t)(end - at), ", ", 2);
		size_t length = (size_t)((next ? next : end) - at);

		values[entry.count++] = (struct value){ arena_bytes(arena, at, length), length };
		at = next ? next + 2 : end;
	}
	return entry;
}

static struct entry entry_of(struct arena *arena, const struct sorting *one, const struct field *field)
{
	size_t i;

	for (i = 0; i < one->batch->column_count; i++) {
		const struct value *value = &one->row->values[i];

		if (one->batch->columns[i] != field || value->length == 0)
			continue;
		if (field->flags & FIELD_MANY)
			return split(arena, value);
		return (struct entry){ .values = value, .count = 1 };
	}
	return (struct entry){ 0 };
}

static void print(struct listing *listing)
{
	const struct arguments *arguments = listing->headless.arguments;
	size_t count, shown, i, j;
	struct sorting *list = collect(listing, &count);
	struct output output;

	shown = arguments->limit > 0 && (size_t)arguments->limit < count ? (size_t)arguments->limit : count;
	output_begin(&output, arguments->printer, stdout, listing->columns, listing->field_count, false);
	for (i = 0; i < shown; i++) {
		struct entry *entries = arena_alloc(output.arena, listing->field_count * sizeof(*entries));

		for (j = 0; j < listing->field_count; j++)
			entries[j] = entry_of(output.arena, &list[i], listing->fields[j]);
		output_item(&output, &(struct item){ .place = list[i].row->place, .attributes = list[i].row->attributes,
			.attribute_count = list[i].row->attribute_count, .entries = entries });
	}
	output_end(&output);
	if (count == 0 && arguments->filter && !strcmp(arguments->printer->name, "table"))
		headless_note("No %s matches \"%s\".", listing->kind->noun, arguments->filter);
	if (shown < count)
		headless_note("%zu of %zu are shown (--limit)", shown, count);
	else if (!listing->end.complete && !arguments->filter && shown == (size_t)arguments->limit && shown > 0)
		headless_note("The first %zu are shown (--limit); there are more", shown);
	else if (!listing->end.complete)
		headless_note("This list is not complete: %s", listing->end.reason ? listing->end.reason : "it was cut");
}

int run_list(struct config *takes, const struct arguments *arguments, int argc, char **argv)
{
	struct listing listing = { 0 };
	struct rows *next;

	(void)argc;
	if (headless_open(&listing.headless, takes, arguments, true) &&
	    (listing.kind = headless_kind(&listing.headless, argv[0], false)) && is_entry(&listing) && choose_columns(&listing)) {
		read_list(&listing);
		if (listing.end.error.kind != ERROR_NONE)
			headless_fail(&listing.headless, &listing.end.error);
		else
			print(&listing);
	}
	for (; listing.first; listing.first = next) {
		next = listing.first->next;
		rows_free(listing.first);
	}
	return headless_close(&listing.headless);
}
