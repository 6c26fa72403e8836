/*
 * list_exploded: lists whose rows come out of entries of other kinds, several
 * of one entry.
 *
 * A whole list is read once: rows stream while it is counted who holds which
 * address, and those whose address others hold too come again, saying so.
 * Where words or a limit ask for few, the addresses are counted in a reading
 * before.  What the schema cannot hold is not asked for; a reading that is cut
 * goes on in pages or says so, as every list does.  On the list connection's
 * thread.
 */
#include <string.h>

#include "directory/connection_private.h"
#include "directory/entry_private.h"
#include "directory/filter.h"
#include "directory/list_private.h"

/* Addresses in one search for who holds them: the time for each grows above (ldap-scale 2). */
enum { HOLDERS_MOST = 100 };

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
	run->outcome->count += !run->again;
}

void list_explode(struct list_run *run, const struct entry *entry)
{
	struct exploded *exploded;
	size_t count, i;

	if (run->census)
		explode_take(run->explosion, run->from, entry, run->scratch);
	if (run->rowless)
		return;
	count = explode_entry(run->explosion, run->from, entry, run->scratch, &exploded);
	for (i = 0; i < count && !run->enough; i++) {
		const struct row looked_at = { .folded = exploded_folded(run, &exploded[i]) };

		if ((run->again && exploded[i].remark == NULL) || (run->order->filter != NULL && !row_matches(&looked_at, run->order->filter)))
			continue;
		if (run->order->limit > 0 && run->outcome->count == run->order->limit) {
			run->enough = true;
			break;
		}
		add_exploded(run, entry, &exploded[i], looked_at.folded);
	}
}

/* --- reading ----------------------------------------------------------------------------- */

/*
 * All kinds that rows come from, one after the other; code of the first that was cut. What the schema cannot hold is
 * not asked for.
 */
static int read_kinds_of(struct list_run *run, const char *const *addresses, size_t count)
{
	int result = LDAP_SUCCESS, code;

	for (run->from = 0; run->from < explode_count(run->explosion) && !run->enough && !run->stopped; run->from++) {
		const struct kind *kind = explode_from(run->explosion, run->from)->kind;
		struct filter *sharing = count > 0 ? explode_holders(run->explosion, run->arena, run->from, addresses, count) :
			explode_filter(run->explosion, run->arena, run->from, run->census);
		struct filter *found = list_filter(run->world, run->arena, kind, run->census ? NULL : run->order->words);

		if (sharing == NULL)
			continue;
		code = list_read_entries(run, filter_text(run->arena, filter_both(run->arena, found, sharing)),
			explode_attributes(run->explosion, run->arena, run->from, run->rowless));
		if (code < 0)
			return code;
		if (result == LDAP_SUCCESS)
			result = code;
	}
	return result;
}

/*
 * Few rows out of many, or none that a person waits for: who holds what is counted first, and each row can say it.
 * One word more for the server is cheaper than a search for each row.
 */
static int read_counted(struct list_run *run)
{
	int code;

	run->census = run->rowless = true;
	code = read_kinds_of(run, NULL, 0);
	run->census = run->rowless = false;
	explode_counted(run->explosion);
	if (code < 0)
		return code;
	error_clear(&run->outcome->error);
	return read_kinds_of(run, NULL, 0);
}

/* All rows, at once, while addresses are counted; then those again that share theirs. */
static int read_at_once(struct list_run *run)
{
	const char *const *shared;
	size_t count, i;
	int code, later = LDAP_SUCCESS;

	run->census = true;
	code = read_kinds_of(run, NULL, 0);
	run->census = false;
	list_hand_over(run);
	explode_counted(run->explosion);
	run->again = true;
	count = explode_shared(run->explosion, &shared);
	for (i = 0; code >= 0 && later == LDAP_SUCCESS && i < count && !run->stopped; i += HOLDERS_MOST)
		later = read_kinds_of(run, shared + i, count - i < HOLDERS_MOST ? count - i : HOLDERS_MOST);
	return code != LDAP_SUCCESS ? code : later;
}

int list_read_exploded(struct list_run *run)
{
	int code;

	run->explosion = explode_new(run->arena, run->world, run->kind, run->mode);
	code = run->order->words == NULL && run->order->limit == 0 ? read_at_once(run) : read_counted(run);
	explode_free(run->explosion);
	return code;
}
