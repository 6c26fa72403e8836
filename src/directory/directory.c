/*
 * directory: opening, closing, and the state of the link.
 *
 * The reading connection's jobs tell whether the server is there; after a loss
 * the next try comes by itself (1, 2, 4 .. 60 s), and an idle link is asked
 * once a minute.  Everything here runs on the loop thread except
 * directory_world and the run functions of jobs.
 */
#include "directory/directory.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/clock.h"
#include "base/memory.h"
#include "directory/directory_private.h"
#include "directory/list.h"
#include "directory/request.h"

enum { BACK_OFF_MOST = 60, HEARTBEAT_MS = 60000, BEATS_AWAY = 5, LOOK_MS = 2000, CLOSE_MS = 500, INVALID_CREDENTIALS = 49 };

/* --- settings ----------------------------------------------------------------------- */

static const char *const *copy_list(struct arena *arena, const char *const *list)
{
	size_t count = 0, i;
	const char **copy;

	while (list[count] != NULL)
		count++;
	copy = arena_alloc(arena, (count + 1) * sizeof *copy);
	for (i = 0; i < count; i++)
		copy[i] = arena_text(arena, list[i]);
	return copy;
}

static unsigned or(unsigned seconds, unsigned otherwise)
{
	return seconds > 0 ? seconds : otherwise;
}

static void copy_settings(struct directory *directory, const struct directory_settings *from)
{
	struct arena *arena = directory->arena;
	struct directory_settings *to = &directory->settings;

	*to = *from;
	to->uris = copy_list(arena, from->uris);
	to->ca_file = arena_text(arena, from->ca_file);
	to->cert_file = arena_text(arena, from->cert_file);
	to->key_file = arena_text(arena, from->key_file);
	to->base = arena_text(arena, from->base);
	to->bind_dn = arena_text(arena, from->bind_dn);
	to->password_file = arena_text(arena, from->password_file);
	to->profile = arena_text(arena, from->profile);
	to->profile_directory = arena_text(arena, from->profile_directory);
	to->forward_mode = arena_text(arena, from->forward_mode);
	to->udm.url = arena_text(arena, from->udm.url);
	to->udm.user = arena_text(arena, from->udm.user);
	to->udm.password_file = arena_text(arena, from->udm.password_file);
	to->udm.ca_file = arena_text(arena, from->udm.ca_file);
	directory->connecting = (struct connection_settings){
		.uris = to->uris, .tls = to->tls, .ca_file = to->ca_file, .cert_file = to->cert_file, .key_file = to->key_file, .bind = to->bind, .bind_dn = to->bind_dn,
		.connect_seconds = or(to->connect_seconds, 5), .bind_seconds = or(to->bind_seconds, 10), .read_seconds = or(to->read_seconds, 15),
		.write_seconds = or(to->write_seconds, 15), .search_seconds = or(to->search_seconds, 30),
	};
	directory->world_settings = (struct world_settings){
		.base = to->base, .profile_directory = to->profile_directory, .direct = to->direct, .forward_mode = to->forward_mode, .listfilter = to->listfilter, .alternates_unique = to->alternates_unique,
		.udm = to->udm.url != NULL,
	};
}

static bool find_password(struct directory *directory, struct error *error)
{
	const struct directory_settings *settings = &directory->settings;
	char *typed = NULL;

	if (settings->bind == DIRECTORY_BIND_SIMPLE && settings->password_file == NULL) {
		if (settings->ask_password == NULL)
			return error_set(error, ERROR_CONFIG, "there is no password for %s: give bind_password_file in postroom.conf", settings->bind_dn);
		typed = settings->ask_password(settings->ask_context);
		if (typed == NULL || typed[0] == '\0') {
			free(typed);
			return error_set(error, ERROR_REFUSED, "no password was given for %s: name a file that holds it (--password-file, or bind_password_file in "
				"postroom.conf), or type it at a terminal", settings->bind_dn);
		}
	}
	directory->password = password_new(settings->password_file, typed);
	directory->connecting.password = directory->password;
	free(typed);
	return true;
}

static bool check_settings(struct directory *directory, struct error *error)
{
	const struct directory_settings *settings = &directory->settings;

	if (!connection_allowed(settings, error))
		return false;
	if (settings->key_file != NULL && !file_check_secret(settings->key_file, error))
		return false;
	if (settings->forward_mode != NULL && strcmp(settings->forward_mode, "flag") != 0 && strcmp(settings->forward_mode, "own-address") != 0)
		return error_set(error, ERROR_CONFIG, "forward_mode is \"flag\" or \"own-address\", not \"%s\"", settings->forward_mode);
	if (settings->profile != NULL) {
		directory->world_settings.profile = profile_find(directory->arena, settings->profile, settings->profile_directory, error);
		if (directory->world_settings.profile == NULL)
			return false;
	}
	return find_password(directory, error);
}

/* --- the world -------------------------------------------------------------------------- */

struct world *directory_world(struct directory *directory, struct connection *connection, struct error *error)
{
	struct world *world = atomic_load(&directory->world);

	if (world == NULL) {
		pthread_mutex_lock(&directory->mutex);
		world = atomic_load(&directory->world);
		if (world == NULL) {
			world = world_load(connection, &directory->world_settings, error);
			atomic_store(&directory->world, world);
		}
		pthread_mutex_unlock(&directory->mutex);
	}
	if (world != NULL)
		connection_hide(connection, world_profile(world));
	return world;
}

struct world *directory_known_world(const struct directory *directory)
{
	return atomic_load(&directory->world);
}

/* --- status ------------------------------------------------------------------------------ */

static void set_write_reason(struct directory *directory, struct directory_status *status)
{
	const struct world *world = directory_known_world(directory);
	const char *first = directory->settings.uris[0];

	status->can_write = false;
	if (status->link != DIRECTORY_UP || world == NULL)
		status->write_reason = "the directory server cannot be reached now";
	else if (strcmp(status->uri, first) != 0 || atomic_load(&directory->provider_lost))
		status->write_reason = arena_format(directory->status_arena, "%s, which takes changes, cannot be reached now", first);
	else if (!world_asserts(world) && !world_attribute(world, "entryCSN"))
		status->write_reason = "this server offers no way to notice a change by somebody else (no assertion control)";
	else
		status->can_write = true;
	if (status->can_write)
		status->write_reason = NULL;
}

/* What a job found. Texts of the old status stay alive until all of the new one are copied. */
static void set_status(struct directory *directory, enum directory_link link, const struct directory_query *query)
{
	struct directory_status next = { .link = link, .since = directory->status.since, .latency_ms = directory->status.latency_ms };
	const struct world *world = directory_known_world(directory);
	struct arena *old = directory->status_arena;

	directory->status_arena = arena_new();
	if (link != directory->status.link || next.since == 0)
		next.since = clock_now();
	if (link == DIRECTORY_UP && query->latency >= 0)
		next.latency_ms = query->latency;
	next.uri = arena_text(directory->status_arena, link == DIRECTORY_UP ? query->uri : directory->status.uri);
	next.identity = arena_text(directory->status_arena, link == DIRECTORY_UP ? query->identity : directory->status.identity);
	next.base = arena_text(directory->status_arena, world == NULL ? "" : world_base(world));
	next.profile = arena_text(directory->status_arena, world == NULL ? "" : world_profile(world)->name);
	if (link == DIRECTORY_DOWN)
		next.error = query->error;
	set_write_reason(directory, &next);
	directory->status = next;
	arena_free(old);
	if (directory->changed != NULL)
		directory->changed(directory->changed_context);
}

const struct directory_status *directory_status(const struct directory *directory)
{
	return &directory->status;
}

void directory_on_status(struct directory *directory, void (*call)(void *context), void *context)
{
	directory->changed = call;
	directory->changed_context = context;
}

/* --- connecting, and again ------------------------------------------------------------------ */

static void connect_run(struct job *job, void *context)
{
	struct directory_query *query = context;

	(void)job;
	connection_resume(query->connection);
	/* A server may close what was idle for long: then a new connection stands before anybody has to be told. */
	if (connection_hung_up(query->connection))
		connection_close(query->connection);
	if (query->first_again)
		connection_prefer_first(query->connection);
	query_note_link(query, query_ready(query) != NULL && request_ping(query->connection, &query->latency, &query->error));
}

static void connect_done(void *context, bool cancelled)
{
	struct directory_query *query = context;
	struct directory *directory = query->directory;

	directory->connecting_now = false;
	if (!cancelled && !directory->closing)
		directory_heard(directory, query);
	query_free(query);
}

static void interrupt_query(void *context)
{
	struct directory_query *query = context;

	connection_interrupt(query->connection);
}

static void connect_now(struct directory *directory)
{
	static const struct job_class class = { .name = "connecting to the directory", .run = connect_run, .done = connect_done, .interrupt = interrupt_query };
	struct directory_query *query;

	if (directory->connecting_now || directory->closing)
		return;
	directory->connecting_now = true;
	query = query_new(directory, NULL);
	query->connection = directory->reading;
	/* Trying a server that may be silent costs seconds, so somebody who reads elsewhere is moved back rarely. */
	query->first_again = directory->status.link != DIRECTORY_UP || directory->beats % BEATS_AWAY == 0;
	query->job = worker_post(directory->reader, &class, query, 0);
}

static void retry_due(void *context)
{
	struct directory *directory = context;

	loop_timer_stop(directory->retry);
	directory->retry = NULL;
	connect_now(directory);
}

void directory_retry(struct directory *directory)
{
	loop_timer_stop(directory->retry);
	directory->retry = NULL;
	connect_now(directory);
}

/* On the minute: an idle link is asked whether it lives, and one that had to move is offered its way back. */
static void heartbeat_due(void *context)
{
	struct directory *directory = context;
	bool moved = directory->status.link == DIRECTORY_UP && strcmp(directory->status.uri, directory->settings.uris[0]) != 0;

	directory->beats++;
	if (directory->status.link == DIRECTORY_UP && worker_load(directory->reader) == 0 &&
	    ((moved && directory->beats % BEATS_AWAY == 0) || clock_monotonic_ms() - directory->last_heard >= HEARTBEAT_MS / 2))
		connect_now(directory);
}

/*
 * Costs the server nothing, so it is done often: a link that the server closed, or a server that gave a write no answer, is
 * asked about now, not at the next beat: the lamp must not go on saying that all is well beside a change that says otherwise.
 */
static void look_due(void *context)
{
	struct directory *directory = context;
	unsigned losses = atomic_load(&directory->provider_losses);

	if (directory->status.link != DIRECTORY_UP || worker_load(directory->reader) > 0)
		return;
	if (losses != directory->losses_seen || connection_hung_up(directory->reading))
		connect_now(directory);
	directory->losses_seen = losses;
}

void directory_heard(struct directory *directory, const struct directory_query *query)
{
	if (directory->closing)
		return;
	if (query->linked) {
		directory->last_heard = clock_monotonic_ms();
		directory->back_off = 0;
		loop_timer_stop(directory->retry);
		directory->retry = NULL;
		if (directory->status.link != DIRECTORY_UP || query->latency >= 0 || strcmp(directory->status.uri, query->uri) != 0)
			set_status(directory, DIRECTORY_UP, query);
		return;
	}
	if (query->error.kind == ERROR_CANCELLED || query->error.kind == ERROR_NONE)
		return;
	set_status(directory, DIRECTORY_DOWN, query);
	directory->back_off = directory->back_off == 0 ? 1 : directory->back_off * 2;
	if (directory->back_off > BACK_OFF_MOST)
		directory->back_off = BACK_OFF_MOST;
	/* A refused login is not repeated by itself: that could lock the account. */
	if (directory->retry == NULL && query->error.code != INVALID_CREDENTIALS)
		directory->retry = loop_after(directory->loop, (uint64_t)directory->back_off * 1000, 0, retry_due, directory);
}

/* --- opening and closing ------------------------------------------------------------------------ */

static void release(struct directory *directory)
{
	connection_free(directory->reading);
	connection_free(directory->listing);
	connection_free(directory->writing);
	if (directory->watchdog != NULL)
		watchdog_free(directory->watchdog);
	world_free(atomic_load(&directory->world));
	password_free(directory->password);
	pthread_mutex_destroy(&directory->mutex);
	arena_free(directory->status_arena);
	arena_free(directory->arena);
	free(directory);
}

struct directory *directory_open(struct loop *loop, const struct directory_settings *settings, struct error *error)
{
	struct directory *directory = memory_new(sizeof *directory);

	/* libldap reads files and the environment, GnuTLS writes session keys to a file, and a dead peer kills: none of it here. */
	setenv("LDAPNOINIT", "1", 1);
	unsetenv("SSLKEYLOGFILE");
	signal(SIGPIPE, SIG_IGN);
	/* Prepares itself at the first call, which several threads at once must not make. */
	directory_library();
	directory->loop = loop;
	directory->arena = arena_new();
	directory->status_arena = arena_new();
	pthread_mutex_init(&directory->mutex, NULL);
	directory->status = (struct directory_status){ .uri = "", .base = "", .identity = "", .profile = "", .latency_ms = -1, .since = clock_now(),
		.write_reason = "the directory server has not answered yet" };
	if (settings->uris == NULL || settings->uris[0] == NULL) {
		error_set(error, ERROR_CONFIG, "no directory server is configured: give uri in postroom.conf or --uri");
		release(directory);
		return NULL;
	}
	copy_settings(directory, settings);
	if (!check_settings(directory, error)) {
		release(directory);
		return NULL;
	}
	directory->watchdog = watchdog_new();
	directory->reading = connection_new(directory->watchdog, &directory->connecting, false);
	directory->listing = connection_new(directory->watchdog, &directory->connecting, false);
	directory->writing = connection_new(directory->watchdog, &directory->connecting, true);
	directory->reader = worker_new(loop, "directory");
	directory->lister = worker_new(loop, "directory list");
	directory->heartbeat = loop_after(loop, HEARTBEAT_MS, HEARTBEAT_MS, heartbeat_due, directory);
	directory->look = loop_after(loop, LOOK_MS, LOOK_MS, look_due, directory);
	connect_now(directory);
	return directory;
}

bool directory_close(struct directory *directory)
{
	struct directory_query *query;
	bool read, listed, felt, rebound;

	if (directory == NULL)
		return true;
	directory->closing = true;
	directory->changed = NULL;
	loop_timer_stop(directory->retry);
	loop_timer_stop(directory->heartbeat);
	loop_timer_stop(directory->look);
	for (query = directory->queries; query != NULL; query = query->next) {
		query->cancelled = true;
		atomic_store(&query->stop, true);
	}
	connection_interrupt(directory->reading);
	connection_interrupt(directory->listing);
	connection_interrupt(directory->writing);
	pulses_interrupt(directory->pulses);
	directory_rebind_forget(directory);
	rebound = directory->rebinder == NULL || worker_free(directory->rebinder, CLOSE_MS / 2);
	read = worker_free(directory->reader, CLOSE_MS / 2);
	listed = worker_free(directory->lister, CLOSE_MS / 2);
	felt = pulses_free(directory->pulses, CLOSE_MS / 2);
	if (!read || !listed || !felt || !rebound)
		return false;
	store_ldap_free(directory->store);
	release(directory);
	return true;
}

struct store *directory_store(struct directory *directory)
{
	if (directory->store == NULL)
		directory->store = store_ldap_new(directory);
	return store_ldap_store(directory->store);
}

/* --- what can be held ----------------------------------------------------------------------------- */

enum directory_support directory_supports(const struct directory *directory, const struct kind *kind, const struct field *field, const char **reason)
{
	const struct world *world = directory_known_world(directory);
	const char *unused;

	if (reason == NULL)
		reason = &unused;
	*reason = NULL;
	return world == NULL ? SUPPORT_YES : world_supports(world, kind, field, reason);
}

const char *directory_verb_reason(const struct directory *directory, const struct kind *kind, enum verb verb)
{
	const struct world *world = directory_known_world(directory);

	return world == NULL ? NULL : world_verb_reason(world, kind, verb);
}
