/*
 * query: lists and single objects for the front ends.
 *
 * A query lives from the call to its last callback.  The run functions are on
 * the connection's thread, everything else on the loop thread.
 */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "directory/alias.h"
#include "directory/directory_private.h"
#include "directory/list.h"
#include "directory/login_policy.h"
#include "directory/names.h"
#include "directory/read.h"

struct directory_query *query_new(struct directory *directory, void *context)
{
	struct directory_query *query = memory_new(sizeof *query);

	query->directory = directory;
	query->arena = arena_new();
	query->context = context;
	query->latency = -1;
	query->next = directory->queries;
	directory->queries = query;
	return query;
}

void query_free(struct directory_query *query)
{
	struct directory_query **at = &query->directory->queries;

	while (*at != query)
		at = &(*at)->next;
	*at = query->next;
	record_free(query->record);
	arena_free(query->arena);
	free(query);
}

void directory_query_cancel(struct directory_query *query)
{
	if (query == NULL || query->cancelled)
		return;
	query->cancelled = true;
	atomic_store(&query->stop, true);
	job_cancel(query->job);
}

bool query_lost(const struct directory_query *query)
{
	return !connection_is_up(query->connection) && query->error.kind == ERROR_UNREACHABLE && !connection_interrupted(query->connection);
}

void query_note_link(struct directory_query *query, bool linked)
{
	query->linked = linked && connection_is_up(query->connection);
	if (!query->linked)
		return;
	query->uri = connection_uri(query->connection);
	query->identity = arena_text(query->arena, connection_identity(query->connection));
}

struct world *query_ready(struct directory_query *query)
{
	struct world *world = NULL;
	unsigned tries;

	/* A link that died while nobody looked shows it at the first request only. */
	for (tries = 0; tries < 2 && world == NULL; tries++) {
		bool was_up = connection_is_up(query->connection);

		if (!connection_ready(query->connection, &query->error))
			return NULL;
		world = directory_world(query->directory, query->connection, &query->error);
		if (world == NULL && !(was_up && query_lost(query)))
			return NULL;
	}
	return world;
}

/* --- lists ---------------------------------------------------------------------------------- */

struct list_work {
	struct directory_query *query;
	struct job *job;
};

static void deliver_rows(void *context, void *data)
{
	struct directory_query *query = context;

	if (query->cancelled)
		rows_free(data);
	else
		query->list_rows(query->context, data);
}

static void emit_rows(void *context, struct rows *rows)
{
	struct list_work *work = context;

	job_emit(work->job, deliver_rows, rows);
}

static bool list_stopped(void *context)
{
	struct list_work *work = context;

	return atomic_load(&work->query->stop) || job_cancelled(work->job);
}

static void list_run(struct job *job, void *context)
{
	struct directory_query *query = context;
	struct list_work work = { .query = query, .job = job };
	struct list_order order = { .kind = query->kind, .columns = query->list.columns, .column_count = query->list.column_count,
		.words = query->list.words, .filter = query->list.filter, .limit = query->list.limit, .attributes = query->list.attributes,
		.page = query->directory->settings.page,
		.batch = emit_rows, .stopped = list_stopped, .context = &work };
	struct world *world;
	unsigned tries;

	connection_resume(query->connection);
	for (tries = 0; tries < 2; tries++) {
		error_clear(&query->error);
		world = query_ready(query);
		if (world == NULL)
			break;
		list_read(world, query->connection, &order, query->outcome);
		query->error = query->outcome->error;
		if (query->outcome->count > 0 || !query_lost(query))
			break;
	}
}

static void list_done(void *context, bool cancelled)
{
	struct directory_query *query = context;
	struct list_end end = { .complete = query->outcome->complete, .count = query->outcome->count, .error = query->error };

	end.reason = end.complete ? NULL : query->outcome->reason[0] != '\0' ? query->outcome->reason : "none could be read";
	if (cancelled && end.error.kind == ERROR_NONE)
		error_set(&end.error, ERROR_CANCELLED, "the list was broken off");
	if (!query->cancelled)
		query->list_end(query->context, &end);
	query_free(query);
}

/*
 * A list that streams stops by its flag within a nap and keeps its connection; the worker repeats this call after
 * a quarter of a second, so whatever still runs then hangs and is cut.
 */
static void list_interrupt(void *context)
{
	struct directory_query *query = context;

	atomic_store(&query->stop, true);
	if (query->interrupts++ > 0 || query->directory->closing)
		connection_interrupt(query->connection);
}

static const struct field *const *fields_of_lists(struct arena *arena, const struct kind *kind, size_t *count)
{
	size_t fields = kind_field_count(kind), i;
	const struct field **list = arena_alloc(arena, fields * sizeof *list);

	*count = 0;
	for (i = 0; i < fields; i++)
		if (field_in_lists(&kind->fields[i]))
			list[(*count)++] = &kind->fields[i];
	return list;
}

struct directory_query *directory_list(struct directory *directory, const struct list_request *request,
		void (*rows)(void *context, struct rows *takes), void (*end)(void *context, const struct list_end *end), void *context)
{
	static const struct job_class class = { .name = "reading a list", .run = list_run, .done = list_done, .interrupt = list_interrupt };
	struct directory_query *query = query_new(directory, context);

	query->kind = request->kind;
	query->connection = directory->listing;
	query->list = *request;
	query->list.words = arena_text(query->arena, request->words);
	query->list.filter = request->filter == NULL ? NULL : text_fold(query->arena, request->filter, strlen(request->filter));
	if (request->columns == NULL) {
		query->list.columns = fields_of_lists(query->arena, request->kind, &query->list.column_count);
	} else {
		const struct field **copy = arena_alloc(query->arena, request->column_count * sizeof *copy);

		memcpy(copy, request->columns, request->column_count * sizeof *copy);
		query->list.columns = copy;
	}
	query->list_rows = rows;
	query->list_end = end;
	query->outcome = arena_alloc(query->arena, sizeof *query->outcome);
	query->job = worker_post(directory->lister, &class, query, 0);
	return query;
}

/* --- one object -------------------------------------------------------------------------------- */

/* An object that other objects hold. */
static void read_elsewhere(struct directory_query *query, struct world *world)
{
	struct arena *scratch = arena_new();
	struct record *record = alias_record(world, query->connection, scratch, query->kind, query->name, &query->error);

	if (record != NULL)
		query->record = record_copy(arena_new(), record);
	arena_free(scratch);
}

static void read_once(struct directory_query *query, struct world *world)
{
	struct arena *scratch;
	struct entry *entry;

	if (alias_is_read_elsewhere(world, query->kind)) {
		read_elsewhere(query, world);
		return;
	}
	scratch = arena_new();
	entry = read_entry(world, query->connection, scratch, query->kind, query->name, &query->error);

	if (entry != NULL) {
		struct record *record;

		names_of_entry(world, query->connection, profile_kind(world_profile(world), query->kind), entry);
		record = read_record(world, scratch, query->kind, entry, world_flag_mode(world, query->connection));

		/* What the searches for derived fields leave behind goes with the scratch arena. */
		if (read_derived(world, query->connection, record, &query->error)) {
			read_findings(world, query->connection, record);
			read_login(world, query->connection, record);
			query->record = record_copy(arena_new(), record);
		}
	}
	arena_free(scratch);
}

static void read_run(struct job *job, void *context)
{
	struct directory_query *query = context;
	struct world *world = NULL;
	unsigned tries;

	(void)job;
	connection_resume(query->connection);
	for (tries = 0; tries < 2; tries++) {
		error_clear(&query->error);
		world = query_ready(query);
		if (world == NULL)
			break;
		read_once(query, world);
		if (query->record != NULL || !query_lost(query))
			break;
	}
	query_note_link(query, world != NULL);
}

static void read_finished(void *context, bool cancelled)
{
	struct directory_query *query = context;
	struct record *record = query->record;

	if (!cancelled)
		directory_heard(query->directory, query);
	else if (query->error.kind == ERROR_NONE)
		error_set(&query->error, ERROR_CANCELLED, "reading %s was broken off", query->name);
	if (!query->cancelled) {
		if (record != NULL)
			error_clear(&query->error);
		query->record = NULL;
		query->read_done(query->context, record, record == NULL ? &query->error : NULL);
	}
	query_free(query);
}

static void cut(void *context)
{
	struct directory_query *query = context;

	connection_interrupt(query->connection);
}

struct directory_query *directory_read(struct directory *directory, const struct kind *kind, const char *name,
		void (*done)(void *context, struct record *takes, const struct error *error), void *context)
{
	static const struct job_class class = { .name = "reading an object", .run = read_run, .done = read_finished, .interrupt = cut };
	struct directory_query *query = query_new(directory, context);

	query->kind = kind;
	query->name = arena_text(query->arena, name);
	query->connection = directory->reading;
	query->read_done = done;
	query->job = worker_post(directory->reader, &class, query, 0);
	return query;
}
