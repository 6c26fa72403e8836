/*
 * query_look: the doctor's look and the change log as queries.
 *
 * The work is in examine.c and events.c, on the reading connection's thread;
 * answers come on the loop thread.
 */
#include "directory/directory_private.h"
#include "directory/events.h"
#include "directory/examine.h"
#include "directory/udm.h"

static void cut(void *context)
{
	struct directory_query *query = context;

	connection_interrupt(query->connection);
	if (query->udm != NULL)
		udm_interrupt(query->udm);
}

/* --- the doctor's look --------------------------------------------------------------------- */

static void look_run(struct job *job, void *context)
{
	struct directory_query *query = context;
	struct examine_input input = { .connection = query->connection, .settings = &query->directory->settings, .udm = query->udm };

	(void)job;
	connection_resume(query->connection);
	input.world = query_ready(query);
	if (input.world)
		examine_run(&input, query->arena, &query->findings, &query->finding_count, &query->error);
	query_note_link(query, input.world != NULL);
}

static void look_done(void *context, bool cancelled)
{
	struct directory_query *query = context;

	if (!cancelled)
		directory_heard(query->directory, query);
	else if (query->error.kind == ERROR_NONE)
		error_set(&query->error, ERROR_CANCELLED, "the look at the directory was broken off");
	if (!query->cancelled)
		query->examine_done(query->context, query->findings, query->finding_count,
			query->error.kind == ERROR_NONE ? NULL : &query->error);
	udm_free(query->udm);
	password_free(query->udm_password);
	query_free(query);
}

struct directory_query *directory_examine(struct directory *directory,
		void (*call)(void *context, const struct directory_finding *findings, size_t count, const struct error *error), void *context)
{
	static const struct job_class class = { .name = "looking at the directory", .run = look_run, .done = look_done, .interrupt = cut };
	struct directory_query *query = query_new(directory, context);

	query->connection = directory->reading;
	query->examine_done = call;
	/* A client of its own, which opens nothing before it is used: the store's belongs to the gate's thread. */
	if (directory->settings.udm.url != NULL) {
		query->udm_password = password_new(directory->settings.udm.password_file, NULL);
		query->udm = udm_new(&directory->settings.udm, query->udm_password);
	}
	query->job = worker_post(directory->reader, &class, query, 0);
	return query;
}

/* --- changes by others ----------------------------------------------------------------------- */

static void events_run(struct job *job, void *context)
{
	struct directory_query *query = context;
	struct world *world;

	(void)job;
	connection_resume(query->connection);
	world = query_ready(query);
	if (world)
		events_read(query->connection, world, query->arena, query->name, query->most, &query->events, &query->event_count,
			&query->available, &query->error);
	query_note_link(query, world != NULL);
}

static void events_done(void *context, bool cancelled)
{
	struct directory_query *query = context;

	if (!cancelled)
		directory_heard(query->directory, query);
	else if (query->error.kind == ERROR_NONE)
		error_set(&query->error, ERROR_CANCELLED, "reading the change log was broken off");
	if (!query->cancelled)
		query->events_done(query->context, query->events, query->event_count, query->available,
			query->error.kind == ERROR_NONE ? NULL : &query->error);
	query_free(query);
}

struct directory_query *directory_events(struct directory *directory, const char *place, size_t most,
		void (*call)(void *context, const struct directory_event *events, size_t count, bool available, const struct error *error),
		void *context)
{
	static const struct job_class class = { .name = "reading the change log", .run = events_run, .done = events_done, .interrupt = cut };
	struct directory_query *query = query_new(directory, context);

	query->connection = directory->reading;
	query->name = arena_text(query->arena, place);
	query->most = most;
	query->events_done = call;
	query->job = worker_post(directory->reader, &class, query, 0);
	return query;
}
