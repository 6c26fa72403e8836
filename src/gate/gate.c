/*
 * gate: opening and closing, the thread, who may be called and what is locked.
 *
 * Everything that blocks happens in jobs on the gate's thread.  The loop thread
 * keeps a watch while jobs run: a store call that takes too long is
 * interrupted, so that the gate cannot hang for ever.  The stages are in
 * stages.c and apply.c, the calls that post jobs in requests.c.
 */
#include "gate/gate.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/log.h"
#include "gate/gate_private.h"

#define CALL_MOST_MS 60000             /* stores have shorter deadlines of their own; this is the last */
#define WATCH_MS 500
#define CLOSE_WAIT_MS 5000
#define CLOSE_SLICE_MS 20
#define WORKER_WAIT_MS 500
#define TELL_MS 1000
#define TELL_WAIT_MS 100                /* a daemon that keeps up gets all of it; a change waits no longer than this */

/* --- reasons --------------------------------------------------------------------- */

void gate_stop_writing(struct gate *gate, const char *reason)
{
	char *copy = memory_text(reason), *none = NULL;

	if (!atomic_compare_exchange_strong(&gate->reason, &none, copy))
		free(copy);
	else
		log_line(LOG_LEVEL_WARNING, "nothing can be written any more: %s", reason);
}

const char *gate_write_reason(const struct gate *gate)
{
	const char *reason = atomic_load(&gate->reason);

	if (reason)
		return reason;
	return gate->store_count > 0 ? NULL : "there is nothing connected that could be written to";
}

bool gate_refuse(const struct gate *gate, struct error *error)
{
	const char *reason = gate_write_reason(gate);

	return error_set(error, gate->settings.read_only ? ERROR_REFUSED : ERROR_UNSUPPORTED,
		"Nothing was changed: %s", reason ? reason : "nothing here can write this kind of thing");
}

/* --- stores ------------------------------------------------------------------------ */

void gate_register(struct gate *gate, struct store *store)
{
	if (gate->settings.read_only || !store)
		return;
	pthread_mutex_lock(&gate->lock);
	if (gate->store_count < GATE_STORES)
		gate->stores[gate->store_count++] = store;
	pthread_mutex_unlock(&gate->lock);
	gate_resolve(gate, NULL, NULL);
}

struct store *gate_store_for(struct gate *gate, const struct kind *kind)
{
	struct store *found = NULL;
	size_t i;

	pthread_mutex_lock(&gate->lock);
	for (i = 0; i < gate->store_count && !found; i++)
		if (gate->stores[i]->handles(gate->stores[i]->self, kind))
			found = gate->stores[i];
	pthread_mutex_unlock(&gate->lock);
	return found;
}

static bool knows_people(const struct store *store)
{
	return store->person != NULL;
}

static bool asks_servers(const struct store *store)
{
	return store->witness != NULL;
}

static struct store *first_that(struct gate *gate, bool (*does)(const struct store *store))
{
	struct store *found = NULL;
	size_t i;

	pthread_mutex_lock(&gate->lock);
	for (i = 0; i < gate->store_count && !found; i++)
		if (does(gate->stores[i]))
			found = gate->stores[i];
	pthread_mutex_unlock(&gate->lock);
	return found;
}

struct store *gate_store_of_people(struct gate *gate)
{
	return first_that(gate, knows_people);
}

struct store *gate_store_of_servers(struct gate *gate)
{
	return first_that(gate, asks_servers);
}

void gate_call_begin(struct gate *gate, struct store *store)
{
	atomic_store(&gate->calling, store);
	atomic_store(&gate->call_until, clock_monotonic_ms() + CALL_MOST_MS);
}

void gate_call_end(struct gate *gate)
{
	atomic_store(&gate->call_until, 0);
	atomic_store(&gate->calling, NULL);
}

void gate_interrupt(struct gate *gate)
{
	struct store *store = atomic_load(&gate->calling);

	if (store && store->interrupt)
		store->interrupt(store->self);
}

static void on_watch(void *context)
{
	struct gate *gate = context;
	int64_t until = atomic_load(&gate->call_until);

	if (until > 0 && clock_monotonic_ms() > until)
		gate_interrupt(gate);
}

void gate_post(struct gate *gate, const struct job_class *class, void *context)
{
	if (!gate->watch)
		gate->watch = loop_after(gate->loop, WATCH_MS, WATCH_MS, on_watch, gate);
	worker_post(gate->worker, class, context, 0);
}

/* --- lines for the audit that wait ----------------------------------------------------- */

static void run_tell(struct job *job, void *context)
{
	struct error error = { 0 };

	(void)job;
	audit_deliver(((struct gate *)context)->audit, TELL_WAIT_MS, &error);
}

static void tell_done(void *context, bool cancelled)
{
	(void)cancelled;
	gate_job_done(context);
}

static const struct job_class tell_class = { .name = "tell the audit", .run = run_tell, .done = tell_done };

static void on_tell(void *context)
{
	struct gate *gate = context;

	/* A job that is at work tells what waits itself. */
	if (worker_load(gate->worker) == 0)
		gate_post(gate, &tell_class, gate);
}

static void watch_audit(struct gate *gate)
{
	bool waits = audit_waiting(gate->audit) > 0 && !atomic_load(&gate->closing);

	if (waits && !gate->tell)
		gate->tell = loop_after(gate->loop, TELL_MS, TELL_MS, on_tell, gate);
	if (waits)
		return;
	loop_timer_stop(gate->tell);
	gate->tell = NULL;
}

void gate_job_done(struct gate *gate)
{
	watch_audit(gate);
	if (worker_load(gate->worker) > 0)
		return;
	loop_timer_stop(gate->watch);
	gate->watch = NULL;
}

bool gate_sleep(struct gate *gate, const struct job *job, unsigned milliseconds)
{
	const struct timespec slice = { .tv_nsec = CLOSE_SLICE_MS * 1000000L };

	for (; milliseconds > 0; milliseconds -= milliseconds < CLOSE_SLICE_MS ? milliseconds : CLOSE_SLICE_MS) {
		if (atomic_load(&gate->closing) || (job && job_cancelled(job)))
			return false;
		nanosleep(&slice, NULL);
	}
	return true;
}

/* --- locks ----------------------------------------------------------------------------- */

static void unknown_free(struct unknown_set *unknown)
{
	free(unknown->set);
	free(unknown->kind);
	free(unknown->name);
	free(unknown->new_name);
	free(unknown);
}

void gate_lock_object(struct gate *gate, const char *set, const char *kind, const char *name, const char *new_name)
{
	struct unknown_set *unknown = memory_new(sizeof(*unknown));

	gate_unlock_set(gate, set);
	unknown->set = memory_text(set);
	unknown->kind = memory_text(kind);
	unknown->name = memory_text(name);
	unknown->new_name = memory_text(new_name);
	pthread_mutex_lock(&gate->lock);
	unknown->next = gate->unknown;
	gate->unknown = unknown;
	pthread_mutex_unlock(&gate->lock);
}

void gate_unlock_set(struct gate *gate, const char *set)
{
	struct unknown_set **link, *found;

	pthread_mutex_lock(&gate->lock);
	for (link = &gate->unknown; *link && strcmp((*link)->set, set); link = &(*link)->next)
		;
	found = *link;
	if (found)
		*link = found->next;
	pthread_mutex_unlock(&gate->lock);
	if (found)
		unknown_free(found);
}

bool gate_any_locked(struct gate *gate)
{
	bool any;

	pthread_mutex_lock(&gate->lock);
	any = gate->unknown != NULL;
	pthread_mutex_unlock(&gate->lock);
	return any;
}

bool gate_locked(const struct gate *gate, const char *kind, const char *name)
{
	pthread_mutex_t *lock = (pthread_mutex_t *)&gate->lock;
	const struct unknown_set *unknown;

	pthread_mutex_lock(lock);
	for (unknown = gate->unknown; unknown; unknown = unknown->next)
		if (!strcmp(unknown->kind, kind) &&
		    (!strcmp(unknown->name, name) || (unknown->new_name && !strcmp(unknown->new_name, name))))
			break;
	pthread_mutex_unlock(lock);
	return unknown != NULL;
}

/* --- the journals -------------------------------------------------------------------------- */

static const char *journal_directory(const struct gate *gate)
{
	return arena_format(gate->arena, "%s/journal", gate->settings.state_directory);
}

struct archive *gate_archive(struct gate *gate, bool repair)
{
	struct arena *arena = arena_new();
	const char *state = gate->settings.state_directory;
	const char *directory = arena_format(arena, "%s/journal", state ? state : "/nonexistent");
	struct archive *archive = archive_load(directory, gate->settings.shared_directory,
		gate->journal ? journal_session(gate->journal) : NULL, repair);

	arena_free(arena);
	return archive;
}

/* First job of the thread: torn ends are cut, damage stops writing, what nobody saw is locked. */
static void look_at_journals(struct gate *gate)
{
	struct archive *archive = gate_archive(gate, gate->journal != NULL);
	struct arena *arena = arena_new();
	size_t i;

	if (archive->own_fault.kind != ERROR_NONE)
		gate_stop_writing(gate, arena_format(arena,
			"the journal is damaged: %s. Nothing can be changed until somebody has looked at that file and moved it away",
			archive->own_fault.text));
	for (i = 0; i < archive->count; i++) {
		const struct set *set = archive->sets[i];

		if (set_is_unknown(set) && set->kind && set->name)
			gate_lock_object(gate, set->id, set->kind, set->name, set->new_name);
	}
	arena_free(arena);
	archive_free(archive);
}

static void run_look(struct job *job, void *context)
{
	(void)job;
	look_at_journals(context);
}

static void look_done(void *context, bool cancelled)
{
	struct gate *gate = context;

	(void)cancelled;
	gate_job_done(gate);
}

static const struct job_class look_class = { .name = "read the journals", .run = run_look, .done = look_done };

/* --- opening and closing ----------------------------------------------------------------------- */

static void copy_settings(struct gate *gate, const struct gate_settings *settings)
{
	gate->settings = *settings;
	gate->settings.state_directory = arena_text(gate->arena, settings->state_directory);
	gate->settings.shared_directory = arena_text(gate->arena, settings->shared_directory);
	gate->settings.identity = arena_text(gate->arena, settings->identity ? settings->identity : "");
	gate->settings.audit_socket = arena_text(gate->arena, settings->audit_socket);
	gate->settings.scope = scope_copy(gate->arena, &settings->scope);
	gate->settings.system = arena_text(gate->arena, settings->system ? settings->system : "");
}

static void open_journal(struct gate *gate)
{
	struct journal_writer writer = {
		.shared_directory = gate->settings.shared_directory,
		.identity = gate->settings.identity, .system = gate->settings.system,
	};
	struct error error = { 0 };

	if (gate->settings.read_only) {
		gate_stop_writing(gate, "this session is read-only");
		return;
	}
	if (!gate->settings.state_directory) {
		gate_stop_writing(gate, "there is no directory for the journal (set state_dir in postroom.conf)");
		return;
	}
	writer.directory = journal_directory(gate);
	gate->journal = journal_open(&writer, &error);
	if (!gate->journal)
		gate_stop_writing(gate, error.text);
}

struct gate *gate_open(struct loop *loop, const struct gate_settings *settings)
{
	struct gate *gate = memory_new(sizeof(*gate));

	gate->loop = loop;
	gate->arena = arena_new();
	pthread_mutex_init(&gate->lock, NULL);
	copy_settings(gate, settings);
	open_journal(gate);
	gate->audit = audit_open(gate->settings.audit_socket);
	gate->worker = worker_new(loop, "gate");
	gate_post(gate, &look_class, gate);
	return gate;
}

bool gate_busy(const struct gate *gate)
{
	return gate->submits > 0;
}

size_t gate_steps_done(const struct gate *gate, const void *context)
{
	size_t done;

	if (context == NULL || atomic_load(&gate->writes_for) != context)
		return 0;
	done = atomic_load(&gate->steps_done);
	/* The next one may just have begun. */
	return atomic_load(&gate->writes_for) == context ? done : 0;
}

void gate_wind_down(struct gate *gate)
{
	if (!gate->close_until)
		gate->close_until = clock_monotonic_ms() + CLOSE_WAIT_MS;
	atomic_store(&gate->closing, true);
}

/* A write in flight gets its time; what still hangs then is interrupted and counts as unknown. */
static void wait_for_write(struct gate *gate)
{
	const struct timespec slice = { .tv_nsec = CLOSE_SLICE_MS * 1000000L };

	gate_wind_down(gate);
	while (atomic_load(&gate->writing) && clock_monotonic_ms() < gate->close_until)
		nanosleep(&slice, NULL);
}

bool gate_close(struct gate *gate)
{
	struct unknown_set *next;
	char *reason;

	if (!gate)
		return true;
	wait_for_write(gate);
	loop_timer_stop(gate->resolve);
	gate->resolve = NULL;
	loop_timer_stop(gate->tell);
	gate->tell = NULL;
	if (!worker_free(gate->worker, WORKER_WAIT_MS))
		return false;
	audit_close(gate->audit);
	loop_timer_stop(gate->watch);
	loop_timer_stop(gate->resolve);
	journal_close(gate->journal);
	for (; gate->unknown; gate->unknown = next) {
		next = gate->unknown->next;
		unknown_free(gate->unknown);
	}
	reason = atomic_load(&gate->reason);
	free(reason);
	pthread_mutex_destroy(&gate->lock);
	arena_free(gate->arena);
	free(gate);
	return true;
}
