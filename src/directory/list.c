/*
 * list: all objects of a kind as rows, streamed in batches.
 *
 * slapd writes each entry by itself, so a reader that wakes for each doubles
 * the work of both sides: libldap's read-ahead layer and short naps halve it
 * (ldap-scale 1).  One stream is a quarter faster than pages, which make slapd
 * find its candidates again each time; pages come where a server cuts streams
 * and not pages.  Runs on the list connection's thread.
 */
#include "directory/list.h"

#include <lber.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>

#include "base/clock.h"
#include "base/text.h"
#include "directory/connection_private.h"
#include "directory/convert.h"
#include "directory/entry_private.h"
#include "directory/filter.h"
#include "directory/list_private.h"
#include "directory/narrow.h"
#include "directory/trouble.h"

enum {
	PAGE_FALLBACK = 1000,
	NAP_US = 1000, WAIT_US = 100000, READ_AHEAD = 256 * 1024, FRAGMENT_LEAST = 4
};

/* --- what to ask ----------------------------------------------------------------------- */

static bool searched_by_server(const struct mapping *mapping)
{
	return (mapping->field->flags & FIELD_SEARCH) && !(mapping->field->flags & (FIELD_READONLY | FIELD_DERIVED)) && mapping->converter != NULL;
}

/* One word anywhere in a name, login or address; NULL where the word would make the server scan everything. */
static struct filter *word_filter(const struct world *world, struct arena *arena, const struct profile_kind *kind, const char *word, size_t length)
{
	struct filter *any = filter_group(arena, FILTER_OR);
	size_t count = kind_field_count(kind->kind), i, j;

	if (length < FRAGMENT_LEAST)
		return NULL;
	for (i = 0; i < count; i++) {
		const struct mapping *mapping = &kind->mappings[i];

		if (!searched_by_server(mapping))
			continue;
		for (j = 0; mapping->attributes[j] != NULL; j++) {
			const struct attribute_type *type = world_attribute(world, mapping->attributes[j]);

			/* Without a rule for pieces (mailLocalAddress) all that have a value come, and the filter looks here. */
			if (type != NULL)
				filter_into(arena, any, type->substring ? filter_contains(arena, mapping->attributes[j], word, length) :
					filter_present(arena, mapping->attributes[j]));
		}
	}
	return any->inside_count > 0 ? any : NULL;
}

struct filter *list_filter(const struct world *world, struct arena *arena, const struct kind *kind, const char *words)
{
	const struct profile_kind *held = profile_kind(world_profile(world), kind);
	struct filter *all = filter_group(arena, FILTER_AND);
	const char *at = words == NULL ? "" : words;

	filter_into(arena, all, held->find);
	while (*(at += strspn(at, " \t")) != '\0') {
		size_t length = strcspn(at, " \t");

		filter_into(arena, all, word_filter(world, arena, held, at, length));
		at += length;
	}
	return all->inside_count == 1 ? held->find : all;
}

static const struct attribute_type *type_of(const void *world, const char *name)
{
	return world_attribute(world, name);
}

/* The words, and what of the list's filter a server can tell. */
static struct filter *asked_for(const struct list_run *run)
{
	struct filter *found = list_filter(run->world, run->arena, run->order->kind, run->order->words);
	struct filter *narrow = run->order->filter == NULL ? NULL :
		narrow_filter(run->arena, run->kind, run->order->filter, type_of, run->world);

	return narrow == NULL ? found : filter_both(run->arena, found, narrow);
}

static void need(struct arena *arena, const char ***names, size_t *count, size_t *capacity, const char *name)
{
	size_t i;

	for (i = 0; i < *count; i++)
		if (text_same_ascii_case((*names)[i], name))
			return;
	*names = arena_grow(arena, *names, capacity, *count + 2, sizeof **names);
	(*names)[(*count)++] = name;
}

static bool is_column(const struct list_order *order, const struct field *field)
{
	size_t i;

	for (i = 0; i < order->column_count; i++)
		if (order->columns[i] == field)
			return true;
	return false;
}

/* Attributes of the columns, of what the filter looks at, and of the names. */
static const char **attributes_of(const struct list_run *run)
{
	const char **names = NULL;
	size_t count = 0, capacity = 0, fields = kind_field_count(run->order->kind), i, j;

	need(run->arena, &names, &count, &capacity, run->kind->naming);
	need(run->arena, &names, &count, &capacity, "entryUUID");
	if (run->order->attributes)
		need(run->arena, &names, &count, &capacity, "*");
	for (i = 0; i < fields; i++) {
		const struct mapping *mapping = &run->kind->mappings[i];

		if (mapping->converter == NULL || !(mapping->field->flags & FIELD_SEARCH || is_column(run->order, mapping->field) ||
		    mapping->field == kind_key(run->order->kind)))
			continue;
		for (j = 0; mapping->attributes[j] != NULL; j++)
			need(run->arena, &names, &count, &capacity, mapping->attributes[j]);
	}
	names[count] = NULL;
	return names;
}

/* --- rows ------------------------------------------------------------------------------- */

void list_fresh_scratch(struct list_run *run)
{
	arena_free(run->scratch);
	run->scratch = arena_new();
}

void list_hand_over(struct list_run *run)
{
	struct rows *rows = run->rows;

	if (rows != NULL)
		rows->again = run->again;
	run->rows = NULL;
	list_fresh_scratch(run);
	if (rows != NULL && rows->count > 0) {
		run->batches++;
		run->order->batch(run->order->context, rows);
	} else {
		rows_free(rows);
	}
}

static void field_of(const struct list_run *run, const struct entry *entry, const struct mapping *mapping, struct field_values *out)
{
	struct convert with = { .arena = run->scratch, .profile = world_profile(run->world), .mapping = mapping, .flag_mode = run->mode, .now = run->now };

	*out = (struct field_values){ .presence = VALUE_ABSENT };
	if (mapping->converter != NULL)
		mapping->converter->read(&with, entry, out);
}

static void add_values(struct text *out, const struct field_values *values, const char *between)
{
	size_t i;

	for (i = 0; i < values->count; i++) {
		if (out->length > 0)
			text_add(out, between);
		text_add_bytes(out, values->values[i].bytes, values->values[i].length);
	}
}

static struct value cell_of(struct list_run *run, const struct entry *entry, const struct mapping *mapping)
{
	struct arena *arena = run->rows->arena;
	struct field_values values;

	field_of(run, entry, mapping, &values);
	if (values.count == 0)
		return (struct value){ .bytes = "", .length = 0 };
	if (values.count == 1)
		return (struct value){ .bytes = arena_bytes(arena, values.values[0].bytes, values.values[0].length), .length = values.values[0].length };
	text_clear(&run->line);
	add_values(&run->line, &values, ", ");
	return (struct value){ .bytes = arena_bytes(arena, text_get(&run->line), run->line.length), .length = run->line.length };
}

static const char *folded_of(struct list_run *run, const struct entry *entry, struct arena *arena)
{
	size_t i;

	text_clear(&run->line);
	for (i = 0; i < run->searched_count; i++) {
		struct field_values values;

		field_of(run, entry, run->searched[i], &values);
		add_values(&run->line, &values, "\n");
	}
	return text_fold(arena, text_get(&run->line), run->line.length);
}

/* What the server keeps by itself is left out; the entry lives for one batch only, so the rest is copied. */
static void take_attributes(struct list_run *run, const struct entry *entry, struct row *row)
{
	struct arena *arena = run->rows->arena;
	struct attribute *list = arena_alloc(arena, entry->count * sizeof *list);
	size_t i, j;

	row->attributes = list;
	for (i = 0; i < entry->count; i++) {
		const struct attribute *from = &entry->attributes[i];
		const struct attribute_type *type = world_attribute(run->world, from->name);
		struct value *values;

		if (type != NULL && type->operational)
			continue;
		values = arena_alloc(arena, from->count * sizeof *values);
		for (j = 0; j < from->count; j++)
			values[j] = (struct value){ .bytes = arena_bytes(arena, from->values[j].bytes, from->values[j].length), .length = from->values[j].length };
		list[row->attribute_count++] = (struct attribute){ .name = arena_text(arena, from->name), .values = values, .count = from->count };
	}
}

static void look_up_fields(struct list_run *run)
{
	size_t fields = kind_field_count(run->order->kind), i;

	run->key = profile_mapping(run->kind, kind_key(run->order->kind));
	run->columns = arena_alloc(run->arena, run->order->column_count * sizeof *run->columns);
	for (i = 0; i < run->order->column_count; i++)
		run->columns[i] = profile_mapping(run->kind, run->order->columns[i]);
	run->searched = arena_alloc(run->arena, fields * sizeof *run->searched);
	for (i = 0; i < fields; i++)
		if (run->order->kind->fields[i].flags & FIELD_SEARCH)
			run->searched[run->searched_count++] = &run->kind->mappings[i];
}

/* Servers give entries in one order, and the last one that we had must come at its place; else the second run is of no use. */
static void skip_entry(struct list_run *run, LDAPMessage *message)
{
	struct entry *entry;
	const char *id;

	if (--run->skip > 0)
		return;
	entry = entry_from(run->scratch, run->connection, message, false);
	id = entry_first(entry, "entryUUID");
	if (id == NULL || strcmp(id, run->last_id) != 0)
		run->stopped = true;
}

/* What the list's filter leaves out costs no row. The folded copy is in the scratch arena. */
static bool passes(struct list_run *run, const struct entry *entry, struct row *looked_at)
{
	if (run->order->filter == NULL)
		return true;
	looked_at->folded = folded_of(run, entry, run->scratch);
	return row_matches(looked_at, run->order->filter);
}

static void add_row(struct list_run *run, const struct entry *entry, const struct row *looked_at)
{
	struct arena *arena;
	struct field_values key;
	struct value *cells;
	struct row *row;
	size_t i;

	if (run->rows == NULL)
		run->rows = rows_new(run->order->kind, run->order->columns, run->order->column_count);
	arena = run->rows->arena;
	row = rows_add(run->rows);
	cells = arena_alloc(arena, run->order->column_count * sizeof *cells);
	field_of(run, entry, run->key, &key);
	row->name = arena_text(arena, key.count > 0 ? key.values[0].bytes : "");
	row->id = arena_text(arena, entry_first(entry, "entryUUID"));
	row->place = arena_text(arena, entry->dn);
	for (i = 0; i < run->order->column_count; i++)
		cells[i] = cell_of(run, entry, run->columns[i]);
	row->values = cells;
	row->folded = looked_at->folded == NULL ? folded_of(run, entry, arena) : arena_text(arena, looked_at->folded);
	if (run->order->attributes)
		take_attributes(run, entry, row);
	run->outcome->count++;
}

static void take_row(struct list_run *run, const struct entry *entry)
{
	struct row looked_at = { .folded = NULL };

	if (!passes(run, entry, &looked_at))
		return;
	if (run->order->limit > 0 && run->outcome->count == run->order->limit)
		run->enough = true;
	else
		add_row(run, entry, &looked_at);
}

static void take_entry(struct list_run *run, LDAPMessage *message)
{
	const struct entry *entry;
	const char *id;

	if (run->skip > 0) {
		skip_entry(run, message);
		return;
	}
	entry = entry_from(run->scratch, run->connection, message, false);
	id = entry_first(entry, "entryUUID");
	run->seen++;
	snprintf(run->last_id, sizeof run->last_id, "%s", id == NULL ? "" : id);
	if (run->explosion != NULL)
		list_explode(run, entry);
	else
		take_row(run, entry);
	if (run->rows != NULL && run->rows->count >= (run->batches == 0 ? BATCH_FIRST : BATCH_MOST))
		list_hand_over(run);
	else if (run->rows == NULL && run->seen % BATCH_MOST == 0)
		list_fresh_scratch(run);
	else
		return;
	/* A slow line may take its time, as long as it gets on. */
	guard_arm(run->connection->guard, (int64_t)run->connection->settings->search_seconds * 1000);
}

/* --- reading ------------------------------------------------------------------------------- */

static void read_ahead(struct connection *connection)
{
	Sockbuf *buffer = NULL;
	ber_len_t size = READ_AHEAD;

	if (connection->read_ahead || ldap_get_option(connection->handle, LDAP_OPT_SOCKBUF, &buffer) != LDAP_OPT_SUCCESS || buffer == NULL)
		return;
	if (ber_sockbuf_add_io(buffer, &ber_sockbuf_io_readahead, LBER_SBIOD_LEVEL_PROVIDER, NULL) == 0)
		ber_sockbuf_ctrl(buffer, LBER_SB_OPT_SET_READAHEAD, &size);
	connection->read_ahead = true;
}

static void nap(void)
{
	const struct timespec time = { .tv_nsec = NAP_US * 1000L };

	nanosleep(&time, NULL);
}

/*
 * Takes one message. The first of a run is waited for; once the socket is empty rows go out and a nap lets
 * data pile up. Returns its type, 0 where stopped, -1 where lost.
 */
static int next_message(struct list_run *run, int id, LDAPMessage **message)
{
	struct timeval none = { .tv_sec = 0 }, some = { .tv_usec = WAIT_US };
	int got = ldap_result(run->connection->handle, id, LDAP_MSG_ONE, &none, message);

	while (got == 0) {
		if (run->rows != NULL)
			list_hand_over(run);
		if (run->order->stopped(run->order->context)) {
			run->stopped = true;
			return 0;
		}
		if (guard_timed_out(run->connection->guard))
			return -1;
		nap();
		got = ldap_result(run->connection->handle, id, LDAP_MSG_ONE, &some, message);
	}
	return got;
}

/* Followed is none, since the login would go along; the first one's place is told. */
static void take_reference(struct list_run *run, LDAPMessage *message)
{
	char **urls = NULL;

	if (run->references++ > 0 || ldap_parse_reference(run->connection->handle, message, &urls, NULL, 0) != LDAP_SUCCESS)
		return;
	if (urls != NULL && urls[0] != NULL)
		snprintf(run->elsewhere, sizeof run->elsewhere, " (%.100s)", urls[0]);
	ldap_memvfree((void **)urls);
}

/* One page. Returns the LDAP code; sets the cookie for the next. Negative: the connection is of no use any more. */
static int read_messages(struct list_run *run, int id, struct berval *cookie)
{
	int code = LDAP_SUCCESS, got;
	LDAPMessage *message = NULL;

	while ((got = next_message(run, id, &message)) > 0) {
		if (got == LDAP_RES_SEARCH_ENTRY)
			take_entry(run, message);
		else if (got == LDAP_RES_SEARCH_REFERENCE)
			take_reference(run, message);
		if (got == LDAP_RES_SEARCH_RESULT) {
			LDAPControl **controls = NULL, *paged;
			char *words = NULL, **urls = NULL, elsewhere[200];

			if (ldap_parse_result(run->connection->handle, message, &code, NULL, &words, &urls, &controls, 1) != LDAP_SUCCESS)
				code = LDAP_DECODING_ERROR;
			trouble_elsewhere(elsewhere, sizeof elsewhere, urls);
			ldap_memvfree((void **)urls);
			paged = ldap_control_find(LDAP_CONTROL_PAGEDRESULTS, controls, NULL);
			if (paged != NULL) {
				ber_int_t estimate;

				ldap_parse_pageresponse_control(run->connection->handle, paged, &estimate, cookie);
			}
			if (code != LDAP_SUCCESS)
				trouble(&run->outcome->error, code, connection_uri(run->connection), elsewhere[0] != '\0' ? elsewhere : words);
			ldap_memfree(words);
			ldap_controls_free(controls);
			return code;
		}
		ldap_msgfree(message);
		message = NULL;
		if (run->enough || run->stopped)
			break;
		if (run->order->stopped(run->order->context)) {
			run->stopped = true;
			break;
		}
	}
	if (got < 0)
		return LDAP_SERVER_DOWN;
	ldap_abandon_ext(run->connection->handle, id, NULL, NULL);
	return LDAP_SUCCESS;
}

static int read_page(struct list_run *run, const char *filter, const char **attributes, size_t size, struct berval *cookie)
{
	struct connection *connection = run->connection;
	union { const char **in; char **out; } cast = { .in = attributes };
	LDAPControl *paged = NULL, *controls[2] = { NULL, NULL };
	struct berval next = { .bv_val = NULL, .bv_len = 0 };
	int id = -1, code;

	if (size > 0 && ldap_create_page_control(connection->handle, (ber_int_t)size, cookie, 0, &paged) == LDAP_SUCCESS)
		controls[0] = paged;
	guard_arm(connection->guard, (int64_t)connection->settings->search_seconds * 1000);
	code = ldap_search_ext(connection->handle, world_base(run->world), LDAP_SCOPE_SUBTREE, filter, cast.out, 0,
		paged == NULL ? NULL : controls, NULL, NULL, 0, &id);
	if (code == LDAP_SUCCESS)
		code = read_messages(run, id, &next);
	if (code >= 0)
		guard_disarm(connection->guard);
	ldap_control_free(paged);
	ber_memfree(cookie->bv_val);
	*cookie = next;
	return code;
}

static void conclude(struct list_run *run, int code)
{
	struct list_outcome *outcome = run->outcome;
	/* What a filter left out was read as well. */
	size_t size = sizeof outcome->reason, count = run->explosion == NULL ? run->seen : outcome->count;

	list_hand_over(run);
	if (code < 0) {
		connection_failed(run->connection, code, NULL, "reading a list", &outcome->error);
		snprintf(outcome->reason, size, "%zu of more (the connection was lost)", count);
	} else if (code == LDAP_SIZELIMIT_EXCEEDED || code == LDAP_TIMELIMIT_EXCEEDED || code == LDAP_ADMINLIMIT_EXCEEDED) {
		error_clear(&outcome->error);
		snprintf(outcome->reason, size, "%zu of more (the server's %s limit) [LDAP %d]", count,
			code == LDAP_SIZELIMIT_EXCEEDED ? "size" : code == LDAP_TIMELIMIT_EXCEEDED ? "time" : "administrative", code);
	} else if (code != LDAP_SUCCESS) {
		snprintf(outcome->reason, size, "%zu of more (the server refused the rest) [LDAP %d]", count, code);
	} else if (run->stopped) {
		snprintf(outcome->reason, size, "%zu of more (broken off)", count);
	} else if (run->enough) {
		snprintf(outcome->reason, size, "%zu of more (no more were asked for)", outcome->count);
	} else if (run->references > 0) {
		snprintf(outcome->reason, size, "%zu, and %zu part%s of the tree live%s on another server%s", outcome->count, run->references,
			run->references > 1 ? "s" : "", run->references > 1 ? "" : "s", run->elsewhere);
	} else {
		outcome->complete = true;
	}
}

/* From the first page to the last; size 0: one stream. */
static int read_pages(struct list_run *run, const char *filter, const char **attributes, size_t size)
{
	struct berval cookie = { .bv_val = NULL, .bv_len = 0 };
	int code;

	do {
		code = read_page(run, filter, attributes, size, &cookie);
	} while (code == LDAP_SUCCESS && cookie.bv_len > 0 && !run->enough && !run->stopped);
	ber_memfree(cookie.bv_val);
	return code;
}

/* Some servers limit a stream and not the sum of pages: the rest comes in pages then, or the list stays cut. */
static int read_rest(struct list_run *run, const char *filter, const char **attributes)
{
	struct error cut = run->outcome->error;
	int code;

	run->skip = run->seen;
	code = read_pages(run, filter, attributes, PAGE_FALLBACK);
	if (code == LDAP_SUCCESS && !run->stopped && run->skip == 0) {
		error_clear(&run->outcome->error);
		return code;
	}
	if (code < 0 || run->order->stopped(run->order->context))
		return code;
	run->stopped = false;
	run->outcome->error = cut;
	return LDAP_SIZELIMIT_EXCEEDED;
}

int list_read_entries(struct list_run *run, const char *filter, const char **attributes)
{
	size_t page = world_pages(run->world) ? run->order->page : 0;
	int code;

	run->seen = run->skip = 0;
	code = read_pages(run, filter, attributes, page);
	if (code == LDAP_SIZELIMIT_EXCEEDED && run->order->page == 0 && world_pages(run->world) && !run->enough && !run->stopped && run->seen > 0)
		code = read_rest(run, filter, attributes);
	return code;
}

void list_read(struct world *world, struct connection *connection, const struct list_order *order, struct list_outcome *outcome)
{
	struct list_run run = { .world = world, .connection = connection, .order = order, .outcome = outcome, .now = clock_now(),
		.kind = profile_kind(world_profile(world), order->kind) };
	const char *filter, **attributes;
	int code = LDAP_SERVER_DOWN;

	*outcome = (struct list_outcome){ .complete = false };
	if (run.kind == NULL) {
		error_set(&outcome->error, ERROR_UNSUPPORTED, "there are no objects of the kind %s here: %s", order->kind->name,
			profile_absent_reason(world_profile(world), order->kind));
		return;
	}
	run.arena = arena_new();
	run.scratch = arena_new();
	run.mode = world_flag_mode(world, connection);
	if (run.kind->source_count > 0) {
		if (connection_is_up(connection)) {
			read_ahead(connection);
			code = list_read_exploded(&run);
		}
		conclude(&run, code);
		text_free(&run.line);
		arena_free(run.scratch);
		arena_free(run.arena);
		return;
	}
	filter = filter_text(run.arena, asked_for(&run));
	attributes = attributes_of(&run);
	look_up_fields(&run);
	if (connection_is_up(connection)) {
		read_ahead(connection);
		code = list_read_entries(&run, filter, attributes);
	}
	conclude(&run, code);
	text_free(&run.line);
	arena_free(run.scratch);
	arena_free(run.arena);
}
