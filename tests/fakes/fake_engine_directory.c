/*
 * fake_engine_directory: the functions of directory.h over records in memory.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "tests/fakes/fake_engine_private.h"

/* --- records ------------------------------------------------------------------------------------ */

static bool is_named(const struct record *record, const char *name)
{
	if (strncmp(name, "uuid:", 5) == 0)
		return strcmp(record->id, name + 5) == 0;
	if (strcmp(record->name, name) == 0 || strcmp(record->place, name) == 0)
		return true;
	return kind_field(record->kind, "address") != NULL && name[0] != '\0' && strcmp(record_text(record, "address"), name) == 0;
}

long fake_index(const struct directory *directory, const struct kind *kind, const char *name)
{
	for (size_t i = 0; i < directory->count; i++) {
		if (directory->records[i] != NULL && directory->records[i]->kind == kind && is_named(directory->records[i], name))
			return (long)i;
	}
	return -1;
}

void fake_put(struct directory *directory, long index, struct record *takes)
{
	if (index < 0) {
		directory->records = memory_grow(directory->records, &directory->capacity, directory->count + 1, sizeof *directory->records);
		index = (long)directory->count++;
	}
	record_free(directory->records[index]);
	directory->records[index] = takes;
}

const struct record *fake_record(const struct engine *engine, const char *kind, const char *name)
{
	long index = fake_index(engine->directory, kind_find(kind), name);

	return index < 0 ? NULL : engine->directory->records[index];
}

void fake_change_behind(struct engine *engine, const char *kind, const char *name, const char *field, const char *value)
{
	long index = fake_index(engine->directory, kind_find(kind), name);

	if (index >= 0)
		record_set_text(engine->directory->records[index], field, value);
}

/* A copy in an arena of its own, as directory_read hands it over. */
static struct record *own_copy(const struct record *record)
{
	struct record *shell = record_new(record->kind), *copy = record_copy(shell->arena, record);

	return copy;
}

/* --- queries ------------------------------------------------------------------------------------ */

struct directory_query {
	struct directory *directory;
	struct loop_timer *timer;
	const struct kind *kind;
	char *name;
	char *words, *filter;              /* filter: folded */
	const struct field *columns[8];    /* asked for by name; none: all that lists have */
	size_t column_count;
	size_t at, sent, limit;
	void (*rows)(void *context, struct rows *takes);
	void (*end)(void *context, const struct list_end *end);
	void (*done)(void *context, struct record *takes, const struct error *error);
	void (*events)(void *context, const struct directory_event *events, size_t count, bool available, const struct error *error);
	void (*findings)(void *context, const struct directory_finding *findings, size_t count, const struct error *error);
	void *context;
};

static struct directory_query *query_new(struct directory *directory, void (*call)(void *context), void *context)
{
	struct directory_query *query = memory_new(sizeof *query);

	directory->reads++;
	query->directory = directory;
	query->context = context;
	query->timer = loop_after(directory->loop, 0, 0, call, query);
	return query;
}

void directory_query_cancel(struct directory_query *query)
{
	loop_timer_stop(query->timer);
	free(query->name);
	free(query->words);
	free(query->filter);
	free(query);
}

static struct value joined(struct arena *arena, const struct field_values *values)
{
	struct text text = { 0 };
	struct value value;

	for (size_t i = 0; i < values->count; i++) {
		text_add(&text, i > 0 ? ", " : "");
		text_add_bytes(&text, values->values[i].bytes, values->values[i].length);
	}
	value.bytes = arena_bytes(arena, text_get(&text), text.length);
	value.length = text.length;
	text_free(&text);
	return value;
}

static void add_row(struct rows *rows, const struct record *record)
{
	struct row *row = rows_add(rows);
	struct value *values = arena_alloc(rows->arena, rows->column_count * sizeof *values);
	struct text folded = { 0 };

	row->name = arena_text(rows->arena, record->name);
	row->id = arena_text(rows->arena, record->id);
	row->place = arena_text(rows->arena, record->place);
	for (size_t i = 0; i < rows->column_count; i++) {
		values[i] = joined(rows->arena, record_get(record, rows->columns[i]->name));
		if (rows->columns[i]->flags & (FIELD_SEARCH | FIELD_KEY)) {
			text_add(&folded, text_fold(rows->arena, values[i].bytes, values[i].length));
			text_add_char(&folded, '\n');
		}
	}
	row->values = values;
	row->folded = arena_text(rows->arena, text_get(&folded));
	text_free(&folded);
}

static struct rows *new_batch(const struct directory_query *query)
{
	const struct kind *kind = query->kind;
	const struct field *columns[64];
	size_t count = 0;

	if (query->column_count > 0)
		return rows_new(kind, query->columns, query->column_count);
	for (const struct field *field = kind->fields; field->name != NULL; field++) {
		if (field_in_lists(field))
			columns[count++] = field;
	}
	return rows_new(kind, columns, count);
}

static void end_list(struct directory_query *query, bool cut)
{
	struct list_end end = { .complete = !cut, .count = query->sent };

	if (cut)
		end.reason = "the server gives no more than that [LDAP 4]";
	error_clear(&end.error);
	if (query->directory->settings.down) {
		end.complete = false;
		end.error = query->directory->status.error;
	}
	query->end(query->context, &end);
	directory_query_cancel(query);
}

/* The server's look for a fragment: the first word only, in login and name. */
static bool holds(const struct record *record, const char *words)
{
	char word[64];

	if (words == NULL || kind_field(record->kind, "login") == NULL)
		return true;
	snprintf(word, sizeof word, "%.*s", (int)strcspn(words, " "), words);
	return strcasestr(record_text(record, "login"), word) != NULL || strcasestr(record_text(record, "full_name"), word) != NULL;
}

static char *folded_text(const char *words)
{
	struct arena *arena = arena_new();
	char *copy = words == NULL ? NULL : memory_text(text_fold(arena, words, strlen(words)));

	arena_free(arena);
	return copy;
}

static bool passes(struct rows *rows, const char *filter)
{
	if (filter == NULL || row_matches(&rows->rows[rows->count - 1], filter))
		return true;
	rows->count--;
	return false;
}

static void list_goes_on(void *context)
{
	struct directory_query *query = context;
	struct directory *directory = query->directory;
	size_t batch = directory->settings.batch > 0 ? directory->settings.batch : 25, cut = directory->settings.cut;
	struct rows *rows = new_batch(query);

	while (!directory->settings.down && query->at < directory->count && rows->count < batch && (cut == 0 || query->words != NULL || query->sent < cut)) {
		const struct record *record = directory->records[query->at++];

		if (record == NULL || record->kind != query->kind || !holds(record, query->words))
			continue;
		add_row(rows, record);
		query->sent += passes(rows, query->filter);
	}
	if (rows->count == 0) {
		rows_free(rows);
		end_list(query, cut > 0 && query->words == NULL && query->sent >= cut);
		return;
	}
	loop_timer_again(query->timer, 0);
	query->rows(query->context, rows);
}

struct directory_query *directory_list(struct directory *directory, const struct list_request *request,
		void (*rows)(void *context, struct rows *takes),
		void (*end)(void *context, const struct list_end *end), void *context)
{
	struct directory_query *query = query_new(directory, list_goes_on, context);

	query->kind = request->kind;
	query->words = memory_text(request->words);
	query->filter = folded_text(request->filter);
	/* A few that a question is about; a list of many is shown as before. */
	for (size_t i = 0; request->column_count <= 5 && i < request->column_count; i++)
		query->columns[query->column_count++] = request->columns[i];
	query->rows = rows;
	query->end = end;
	return query;
}

static void read_done(void *context)
{
	struct directory_query *query = context;
	struct directory *directory = query->directory;
	long index = fake_index(directory, query->kind, query->name);
	struct error error;

	error_clear(&error);
	if (directory->settings.down) {
		error = directory->status.error;
		query->done(query->context, NULL, &error);
	} else if (index < 0) {
		error_set(&error, ERROR_NOT_FOUND, "There is no %s \"%s\" (any more)", query->kind->noun, query->name);
		query->done(query->context, NULL, &error);
	} else {
		query->done(query->context, own_copy(directory->records[index]), &error);
	}
	directory_query_cancel(query);
}

struct directory_query *directory_read(struct directory *directory, const struct kind *kind, const char *name,
		void (*done)(void *context, struct record *takes, const struct error *error), void *context)
{
	struct directory_query *query = query_new(directory, read_done, context);

	query->kind = kind;
	query->name = memory_text(name);
	query->done = done;
	return query;
}

static void events_done(void *context)
{
	struct directory_query *query = context;
	struct error error;

	error_clear(&error);
	query->events(query->context, NULL, 0, false, &error);
	directory_query_cancel(query);
}

struct directory_query *directory_events(struct directory *directory, const char *place, size_t most,
		void (*done)(void *context, const struct directory_event *events, size_t count, bool available, const struct error *error),
		void *context)
{
	struct directory_query *query = query_new(directory, events_done, context);

	(void)place, (void)most;
	query->events = done;
	return query;
}

/* --- unlocking ------------------------------------------------------------------------------- */

struct rebound {
	struct directory *directory;
	struct loop_timer *timer;
	enum directory_rebound how;
	void (*done)(void *context, enum directory_rebound how, const struct error *error);
	void *context;
};

static void rebound_free(struct directory *directory)
{
	if (directory->rebound == NULL)
		return;
	loop_timer_stop(directory->rebound->timer);
	free(directory->rebound);
	directory->rebound = NULL;
}

static void rebound_due(void *context)
{
	struct rebound rebound = *(struct rebound *)context;
	struct error error = { 0 };

	if (rebound.how == REBOUND_UNKNOWN)
		error_set(&error, ERROR_UNREACHABLE, "no server of the directory answers");
	rebound_free(rebound.directory);
	rebound.done(rebound.context, rebound.how, &error);
}

/* FAKE_PASSWORD is everybody's; where the directory is down nobody can tell. */
bool directory_rebind(struct directory *directory, const char *dn, char *wiped,
		void (*done)(void *context, enum directory_rebound how, const struct error *error), void *context)
{
	struct rebound *rebound;

	(void)dn;
	if (directory->rebound != NULL || wiped[0] == '\0')
		return false;
	rebound = directory->rebound = memory_new(sizeof *rebound);
	*rebound = (struct rebound){ .directory = directory, .done = done, .context = context,
		.how = directory->status.link != DIRECTORY_UP ? REBOUND_UNKNOWN : strcmp(wiped, FAKE_PASSWORD) == 0 ? REBOUND_SAME : REBOUND_WRONG };
	memory_wipe(wiped, strlen(wiped));
	rebound->timer = loop_after(directory->loop, 1, 0, rebound_due, rebound);
	return true;
}

void directory_rebind_forget(struct directory *directory)
{
	rebound_free(directory);
}

/* Records in memory have no servers whose pulse could be felt. */
size_t directory_servers(const struct directory *directory)
{
	(void)directory;
	return 0;
}

size_t directory_pulse(struct directory *directory, void (*beat)(void *context, const struct directory_beat *beat), void *context)
{
	(void)beat, (void)context;
	return directory_servers(directory);
}

void directory_pulse_forget(struct directory *directory)
{
	(void)directory;
}

static void examine_done(void *context)
{
	struct directory_query *query = context;
	struct error error;

	error_clear(&error);
	query->findings(query->context, NULL, 0, &error);
	directory_query_cancel(query);
}

struct directory_query *directory_examine(struct directory *directory,
		void (*done)(void *context, const struct directory_finding *findings, size_t count, const struct error *error), void *context)
{
	struct directory_query *query = query_new(directory, examine_done, context);

	query->findings = done;
	return query;
}

/* --- the rest of directory.h --------------------------------------------------------------------- */

const struct directory_status *directory_status(const struct directory *directory)
{
	return &directory->status;
}

void directory_on_status(struct directory *directory, void (*call)(void *context), void *context)
{
	directory->on_status = call;
	directory->on_status_context = context;
}

void directory_retry(struct directory *directory)
{
	(void)directory;
}

enum directory_support directory_supports(const struct directory *directory, const struct kind *kind,
		const struct field *field, const char **reason)
{
	(void)directory, (void)kind;
	if (strncmp(field->name, "fetchmail", 9) == 0) {
		*reason = "the schema has no fetchmail attributes";
		return SUPPORT_NO;
	}
	*reason = NULL;
	return SUPPORT_YES;
}

const char *directory_verb_reason(const struct directory *directory, const struct kind *kind, enum verb verb)
{
	(void)directory, (void)kind, (void)verb;
	return NULL;
}

struct directory *directory_open(struct loop *loop, const struct directory_settings *settings, struct error *error)
{
	struct directory *directory = memory_new(sizeof *directory);

	(void)settings, (void)error;
	directory->loop = loop;
	return directory;
}

bool directory_close(struct directory *directory)
{
	rebound_free(directory);
	for (size_t i = 0; i < directory->count; i++)
		record_free(directory->records[i]);
	free(directory->records);
	free(directory);
	return true;
}

struct store *directory_store(struct directory *directory)
{
	(void)directory;
	return NULL;
}

size_t directory_propose(struct arena *arena, struct directory_proposal **proposals)
{
	*proposals = arena_alloc(arena, sizeof **proposals);
	(*proposals)->source = "/etc/ldap/ldap.conf";
	(*proposals)->uri = "ldap://ldap.example.com";
	(*proposals)->base = "dc=example,dc=com";
	(*proposals)->words = "found in ldap.conf";
	return 1;
}

void fake_link(struct engine *engine, enum directory_link link)
{
	struct directory *directory = engine->directory;

	directory->status.link = link;
	directory->settings.down = link != DIRECTORY_UP;
	directory->status.since = clock_now();
	error_clear(&directory->status.error);
	if (link != DIRECTORY_UP)
		error_set(&directory->status.error, ERROR_UNREACHABLE,
			"ldap://ldap.example.com: no answer within 5 s; it is tried again by itself [connect]");
	if (directory->on_status != NULL)
		directory->on_status(directory->on_status_context);
}
