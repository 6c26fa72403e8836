/*
 * list_exploded: lists whose rows come out of entries of other kinds, several
 * of one entry.
 *
 * Two readings of each kind: the first counts who holds which address, so that
 * the second can stream rows that say so.  What the schema cannot hold is not
 * asked for; a reading that is cut says so as every list does.  On the list
 * connection's thread.
 */
#include <string.h>

#include "directory/connection_private.h"
#include "directory/entry_private.h"
#include "directory/filter.h"
#include "directory/list_private.h"

void list_count_entry(struct list_run *run, LDAPMessage *message)
{
	explode_take(run->explosion, run->from, entry_from(run->scratch, run->connection, message, false), run->scratch);
	if (++run->looked % BATCH_MOST != 0)
		return;
	list_fresh_scratch(run);
	guard_arm(run->connection->guard, (int64_t)run->connection->settings->search_seconds * 1000);
}

/* What stands in a field, in run->line. */
static void exploded_line(struct list_run *run, const struct exploded *exploded, const struct field *field)
{
	size_t i;

	text_clear(&run->line);
	if (strcmp(field->name, "address") == 0)
		text_add(&run->line, exploded->address);
	else if (strcmp(field->name, "target") == 0)
		text_add(&run->line, exploded->source->word);
	else if (strcmp(field->name, "owner") == 0)
		text_add(&run->line, exploded->owner);
	else if (strcmp(field->name, "remark") == 0 && exploded->remark != NULL)
		text_add(&run->line, exploded->remark);
	for (i = 0; strcmp(field->name, "leads_to") == 0 && i < exploded->lead_count; i++)
		text_addf(&run->line, "%s%s", i == 0 ? "" : ", ", exploded->leads[i]);
}

/* In the scratch arena. */
static const char *exploded_folded(struct list_run *run, const struct exploded *exploded)
{
	const struct field *fields = run->order->kind->fields;
	struct text folded = { 0 };
	const char *copy;
	size_t i;

	for (i = 0; fields[i].name != NULL; i++)
		if (fields[i].flags & FIELD_SEARCH) {
			exploded_line(run, exploded, &fields[i]);
			text_add_bytes(&folded, text_get(&run->line), run->line.length);
			text_add_char(&folded, '\n');
		}
	copy = text_fold(run->scratch, text_get(&folded), folded.length);
	text_free(&folded);
	return copy;
}

static void add_exploded(struct list_run *run, const struct entry *entry, const struct exploded *exploded, const char *folded)
{
	struct arena *arena;
	struct row *row;
	struct value *cells;
	const char *id = entry_first(entry, "entryUUID");
	size_t i;

	if (run->rows == NULL)
		run->rows = rows_new(run->order->kind, run->order->columns, run->order->column_count);
	arena = run->rows->arena;
	row = rows_add(run->rows);
	cells = arena_alloc(arena, run->order->column_count * sizeof *cells);
	row->name = arena_text(arena, exploded->address);
	row->id = id == NULL ? NULL : arena_format(arena, "%s/%s", id, exploded->address);
	row->place = arena_text(arena, entry->dn);
	for (i = 0; i < run->order->column_count; i++) {
		exploded_line(run, exploded, run->order->columns[i]);
		cells[i] = (struct value){ .bytes = arena_bytes(arena, text_get(&run->line), run->line.length), .length = run->line.length };
	}
	row->values = cells;
	row->folded = arena_text(arena, folded);
	run->outcome->count++;
}

void list_explode(struct list_run *run, LDAPMessage *message)
{
	const struct entry *entry = entry_from(run->scratch, run->connection, message, false);
	struct exploded *exploded;
	size_t count = explode_entry(run->explosion, run->from, entry, run->scratch, &exploded), i;

	run->looked++;
	for (i = 0; i < count && !run->enough; i++) {
		const struct row looked_at = { .folded = exploded_folded(run, &exploded[i]) };

		if (run->order->filter != NULL && !row_matches(&looked_at, run->order->filter))
			continue;
		if (run->order->limit > 0 && run->outcome->count == run->order->limit) {
			run->enough = true;
			break;
		}
		add_exploded(run, entry, &exploded[i], looked_at.folded);
	}
	if (run->rows != NULL && run->rows->count >= (run->batches == 0 ? BATCH_FIRST : BATCH_MOST))
		list_hand_over(run);
	else if (run->rows == NULL && run->looked % BATCH_MOST == 0)
		list_fresh_scratch(run);
	else
		return;
	guard_arm(run->connection->guard, (int64_t)run->connection->settings->search_seconds * 1000);
}

/*
 * All kinds that rows come from, one after the other; code of the first that was cut. What the schema cannot hold is
 * not asked for.
 */
static int read_kinds_of(struct list_run *run, bool census)
{
	int result = LDAP_SUCCESS, code;

	run->census = census;
	for (run->from = 0; run->from < explode_count(run->explosion) && !run->enough && !run->stopped; run->from++) {
		const struct kind *kind = explode_from(run->explosion, run->from)->kind;
		struct filter *sharing = explode_filter(run->explosion, run->arena, run->from, census);
		struct filter *found = list_filter(run->world, run->arena, kind, census ? NULL : run->order->words);

		if (sharing == NULL)
			continue;
		code = list_read_pages(run, filter_text(run->arena, filter_both(run->arena, found, sharing)),
			explode_attributes(run->explosion, run->arena, run->from, census), world_pages(run->world) ? run->order->page : 0);
		if (code < 0)
			return code;
		if (result == LDAP_SUCCESS)
			result = code;
	}
	run->census = false;
	return result;
}

/* Two readings: who holds what, then the rows. One word more for the server is cheaper than a search for each row. */
int list_read_exploded(struct list_run *run)
{
	int code;

	run->explosion = explode_new(run->arena, run->world, run->kind, run->mode);
	code = read_kinds_of(run, true);
	explode_counted(run->explosion);
	if (code >= 0) {
		error_clear(&run->outcome->error);
		code = read_kinds_of(run, false);
	}
	explode_free(run->explosion);
	return code;
}
